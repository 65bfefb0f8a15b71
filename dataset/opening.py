"""Opens the data set read-only, and names what stands in the way."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from dataset.errors import DatasetDamaged, DatasetLocked, DatasetMissing, SchemaVersion
from dataset.schema import APPLICATION_ID, SCHEMA_VERSION

LOCK_SECONDS = 5.0                                             # wait for a writer; builds hold no lock, other tools may


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns errors of SQLite about the file itself into errors of this room."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "locked" in text or "busy" in text:
            raise DatasetLocked(f"{path} is held by another program: close it there, or try again later") from error
        if "unable to open" in text:
            raise DatasetMissing(f"{path} cannot be opened: check that it is a file and that you may read it") from error
        if "malformed" in text or "disk I/O" in text:
            raise DatasetDamaged(f"{path} is damaged ({text}): make it again with `chipwatch rebuild`") from error
        raise
    except sqlite3.DatabaseError as error:
        if any(word in str(error) for word in ("not a database", "malformed", "encrypted")):
            raise DatasetDamaged(f"{path} is no chipwatch data set ({error}): make it again with `chipwatch rebuild`") from error
        raise


@contextlib.contextmanager
def opened(database: Path | str) -> Iterator[sqlite3.Connection]:
    """The data set, read-only. Raises DatasetMissing, DatasetDamaged, DatasetLocked, or SchemaVersion for a file of another version."""
    path = Path(database)
    if not path.is_file():
        raise DatasetMissing(f"no data set at {path}: run `chipwatch run` first, or name its folder with --data")
    with explained(path):
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=LOCK_SECONDS, check_same_thread=False)
        try:
            application = connection.execute("pragma application_id").fetchone()[0]
            version = connection.execute("pragma user_version").fetchone()[0]
            if application != APPLICATION_ID:
                raise DatasetDamaged(f"{path} is no chipwatch data set: name the folder of one with --data, or make it again with `chipwatch rebuild`")
            if version > SCHEMA_VERSION:
                raise SchemaVersion(f"{path} was written by a newer chipwatch (schema {version}, this program knows {SCHEMA_VERSION}): update the program")
            if version < SCHEMA_VERSION:
                raise SchemaVersion(f"{path} was written by an older chipwatch (schema {version} of {SCHEMA_VERSION}): make it again from its captures with `chipwatch rebuild`")
            yield connection
        finally:
            connection.close()


def meta(connection: sqlite3.Connection) -> dict[str, str]:
    """Facts about the data set: version, data_hash, run_date, rates_date, runs …"""
    return dict(connection.execute("select key, value from meta").fetchall())


def records(connection: sqlite3.Connection, sql: str, parameters: tuple = ()) -> list[dict]:
    """Rows of a query as dictionaries."""
    cursor = connection.execute(sql, parameters)
    names = [d[0] for d in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
