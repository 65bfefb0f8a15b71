"""Brings a data set of an earlier schema up to the present one where its captures are not at hand; otherwise `rebuild` makes it anew.

A migration copies what there is, gives new columns what is known of old rows (nothing but what `FILLED` states), and never invents: a column that
the old program did not write is null. The file is written beside the old one and put in place at once; what stops half way changes nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from pathlib import Path

from dataset.errors import DatasetDamaged, SchemaVersion, writing
from dataset.opening import explained
from dataset.schema import APPLICATION_ID, SCHEMA_VERSION, TABLES, create, create_indexes, quoted

# What each schema brought. Columns are copied by name, so that a step only says what an old row is to hold in a new column, if not null.
STEPS = {
    2: "captures: page, part_of, more (feeds in pages)",
    3: "captures: etag, last_modified, warc_offset, revisit_of, moved_to; documents: failure, failure_note",
    4: "changes: nature, cause; meta: reader_version",
    5: "clauses and verdicts: review; reviews",
    6: "receipts, country_groups; documents: binding_language; chips: market, market_condition",
}
# (table, column) -> (schema that brought it, SQL over the old row)
FILLED = {("change", "cause"): (4, "'content'")}               # before, every change that was kept was one of the page


def version_of(path: Path) -> int | None:
    """The schema of a data set; None where the file is none of ours. Raises DatasetDamaged, DatasetLocked, DatasetMissing."""
    with explained(path), contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        if connection.execute("pragma application_id").fetchone()[0] != APPLICATION_ID:
            return None
        return connection.execute("pragma user_version").fetchone()[0]


def outdated(path: Path) -> bool:
    """Whether a data set is of an earlier schema. Raises as `version_of`."""
    version = version_of(path)
    return version is not None and version < SCHEMA_VERSION


def migrate(path: Path) -> int | None:
    """Bring the data set at `path` to the present schema, and return the one it had; None where there is nothing to do.

    Raises SchemaVersion for one of a newer program, DatasetDamaged for a broken one, CannotWrite: the file then stays as it was.
    """
    version = version_of(path)
    if version is None:
        raise DatasetDamaged(f"{path} is no chipwatch data set: name the folder of one with --data, or make it again with `chipwatch rebuild`")
    if version == SCHEMA_VERSION:
        return None
    if version > SCHEMA_VERSION:
        raise SchemaVersion(f"{path} was written by a newer chipwatch (schema {version}, this program knows {SCHEMA_VERSION}): update the program")
    _check(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with writing(path), explained(path):
            part.unlink(missing_ok=True)
            with contextlib.closing(sqlite3.connect(part.resolve().as_uri(), uri=True, isolation_level=None)) as connection:
                _copy(connection, path, version)
            with open(part, "rb") as handle:
                os.fsync(handle.fileno())
            os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return version


def _check(path: Path) -> None:
    """Raises DatasetDamaged, DatasetLocked."""
    with explained(path), contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            fault = connection.execute("pragma integrity_check").fetchone()[0]
        except sqlite3.OperationalError:                       # locked: no damage
            raise
        except sqlite3.DatabaseError as error:
            fault = str(error)
    if fault != "ok":
        raise DatasetDamaged(f"{path} is damaged ({fault.splitlines()[0][:120]}): make it again with `chipwatch rebuild`")


def _copy(connection: sqlite3.Connection, path: Path, version: int) -> None:
    connection.executescript(f"pragma page_size = 4096; pragma journal_mode = off; pragma application_id = {APPLICATION_ID}; pragma user_version = {SCHEMA_VERSION};")
    create(connection)
    connection.execute("attach ? as old", (f"{path.resolve().as_uri()}?mode=ro",))
    connection.execute("begin")
    for table in TABLES:
        known = {row[1] for row in connection.execute(f"pragma old.table_info({quoted(table.name)})")}
        if not known:
            continue
        into, values = [], []
        for column in table.names:
            brought, value = FILLED.get((table.name, column), (0, ""))
            if column in known:
                into.append(quoted(column))
                values.append(quoted(column))
            elif version < brought:
                into.append(quoted(column))
                values.append(value)
        connection.execute(f"insert into main.{quoted(table.name)} ({', '.join(into)}) select {', '.join(values)} from old.{quoted(table.name)} order by rowid")
    connection.execute("insert into main.meta select key, value from old.meta where key not in ('schema_version', 'migrated_from')")
    first = connection.execute("select value from old.meta where key = 'migrated_from'").fetchone()
    connection.executemany("insert into main.meta values (?, ?)", [("migrated_from", first[0] if first else str(version)), ("schema_version", str(SCHEMA_VERSION))])
    create_indexes(connection)
    connection.execute("commit")
    connection.execute("detach old")


def steps_since(version: int) -> str:
    """What came after a schema, for people."""
    return "; ".join(words for number, words in STEPS.items() if number > version)


def bring_up_to_date(path: Path) -> str | None:
    """`migrate`, and what to tell the user of it; None where the data set is of the present schema."""
    version = migrate(path)
    if version is None:
        return None
    runs = []
    with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        row = connection.execute("select value from meta where key = 'runs'").fetchone()
        runs = json.loads(row[0]) if row else []
    held = all((path.parent / "captures" / run / "captures.jsonl").is_file() for run in runs) and bool(runs)
    more = "its captures are here: `chipwatch rebuild` fills in what is new" if held else "what is new stays empty, because its captures are not here"
    return f"{path} was of schema {version}; it is now of schema {SCHEMA_VERSION} ({steps_since(version)}); {more}"
