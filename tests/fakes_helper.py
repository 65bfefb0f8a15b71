"""Small helpers that several tests of the data set share."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def rows_of(database: Path, sql: str) -> list[tuple]:
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(sql).fetchall()
