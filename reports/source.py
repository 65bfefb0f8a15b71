"""The data set as the reports see it: rows of its views. The one module of this room that holds SQL."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from chipwatch.records import ChipwatchError
from dataset.opening import meta, opened, records
from dataset.schema import TABLES

__all__ = ["ReportError", "Row", "VIEWS", "changed_items", "meta", "opened", "rows", "tables"]

Row = dict[str, Any]
VIEWS = {table.view: table for table in TABLES}
# Lists and objects are stored as JSON text, in columns that the schema marks so; a quote that merely looks like JSON is never decoded.
_JSON_COLUMNS = {view: frozenset(c.name for c in table.columns if c.kind == "json") for view, table in VIEWS.items()}


class ReportError(ChipwatchError):
    """A report cannot be made; the message says why and what to do."""

    exit_code = 65                                             # EX_DATAERR


class NoSuchProvider(ReportError):
    """The data set holds no such provider."""

    exit_code = 66                                             # EX_NOINPUT


class CannotWriteReport(ReportError):
    """The disk is full, or the folder cannot be written. What was there before is unchanged."""

    exit_code = 73                                             # EX_CANTCREAT


def rows(connection: sqlite3.Connection, view: str, *, history: bool = False) -> list[Row]:
    """All rows of a view in its stable order, lists and objects decoded; with `history`, past states too, the present one last.

    Raises ReportError for damaged JSON.
    """
    table = VIEWS[view]
    name, order = (f"{view}_history", f"{table.order}, last_changed") if history and table.history else (view, table.order)
    return decoded(view, records(connection, f"select * from {name} order by {order}"))


def stored(connection: sqlite3.Connection, view: str, provider: str | None = None) -> tuple[list[str], list[tuple[Any, ...]]]:
    """(columns, rows as they are stored) of a view in its stable order; of one provider where the view has providers."""
    table = VIEWS[view]
    names = [column.name for column in table.columns]
    chosen = provider is not None and "provider" in names
    found = connection.execute(f"select {', '.join(names)} from {view}{' where provider = ?' if chosen else ''} order by {table.order}", (provider,) if chosen else ())
    return names, [tuple(row) for row in found]


def decoded(view: str, found: list[Row]) -> list[Row]:
    """Rows with the lists and objects in them decoded. Raises ReportError for damaged JSON."""
    for row in found:
        for column in _JSON_COLUMNS[view]:
            if row[column] is not None:
                try:
                    row[column] = json.loads(row[column])
                except ValueError as error:
                    raise ReportError(f"{view}.{column} holds no JSON ({row[column][:60]!r}): make the data set again with `chipwatch rebuild`") from error
    return found


def tables(connection: sqlite3.Connection) -> dict[str, list[Row]]:
    """The rows of all views. `documents` holds, beside the present ones, earlier captures that a present row still rests on (a later answer was held back, or was no
    document) or that showed a change; these are marked `past`."""
    found = {view: rows(connection, view) for view in VIEWS}
    known = {row["evidence_id"] for row in found["documents"]}
    wanted = {row["evidence_id"] for view in ("offers", "regions", "clauses", "signals", "changes") for row in found[view] if row["evidence_id"]} - known
    if wanted:
        past = {row["evidence_id"]: row for row in rows(connection, "documents", history=True) if row["evidence_id"] in wanted}
        found["documents"] += [{**past[key], "past": 1} for key in sorted(past)]
    return found


def changed_items(connection: sqlite3.Connection, changes: list[Row]) -> dict[str, dict[str, Row]]:
    """Rows that the table of changes speaks of, past ones too: kind of item -> id -> row."""
    kinds = {row["item"] for row in changes}
    return {table.name: {row["id"]: row for row in rows(connection, table.view, history=True)} for table in TABLES if table.name in kinds}
