"""The data set as the reports see it: rows of its views, opened read-only. The one module of this room that holds SQL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chipwatch.records import ChipwatchError

VIEWS = ("providers", "documents", "captures", "offers", "regions", "clauses", "verdicts", "signals", "issues", "chips", "changes")
Row = dict[str, Any]
# Columns that hold a list or an object as JSON. A quote that merely looks like JSON is never decoded.
_JSON_COLUMNS = frozenset({
    "places", "place_groups", "places_resolved", "chips", "regions", "heading_path", "clauses", "reasons", "barriers", "missing", "redirects",
    "expected_roles", "none_found", "assertions", "refers_to", "evidence", "memory_gb", "sources",
})


class ReportError(ChipwatchError):
    """A report cannot be made; the message says why and what to do."""

    exit_code = 65                                             # EX_DATAERR


@contextmanager
def opened(database: Path) -> Iterator[sqlite3.Connection]:
    """The data set, read-only. Raises ReportError where there is none, or where the file is no data set of this program."""
    path = Path(database)
    if not path.is_file():
        raise ReportError(f"no data set at {path}: run `chipwatch run` first, or name its folder with --data")
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            connection.row_factory = sqlite3.Row
            known = {name for (name,) in connection.execute("select name from sqlite_master where type in ('view', 'table')")}
            lacking = [view for view in VIEWS if view not in known]
            if lacking:
                raise ReportError(f"{path} is not a chipwatch data set (no {', '.join(lacking)}): make it again with `chipwatch rebuild`")
            yield connection
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise ReportError(f"{path} cannot be read as a data set ({error}): make it again with `chipwatch rebuild`") from error


def rows(connection: sqlite3.Connection, view: str, order: str = "") -> list[Row]:
    """All rows of a view (present states alone) as dictionaries; lists and objects that are stored as JSON are decoded."""
    if view not in VIEWS:
        raise ValueError(f"no such view: {view}")
    found = connection.execute(f"select * from {view}" + (f" order by {order}" if order else ""))
    return [{key: _decoded(key, value) for key, value in dict(row).items()} for row in found]


def meta(connection: sqlite3.Connection) -> dict[str, str]:
    """Facts about the data set itself (version, dates, hash), empty where it keeps none."""
    known = connection.execute("select count(*) from sqlite_master where name = 'meta'").fetchone()[0]
    return {key: value for key, value in connection.execute("select key, value from meta")} if known else {}


def _decoded(column: str, value: Any) -> Any:
    if column not in _JSON_COLUMNS or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise ReportError(f"column {column} of the data set holds no JSON ({value[:60]!r}): make it again with `chipwatch rebuild`") from error
