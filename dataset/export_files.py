"""The files of one view in an export: CSV, JSON lines and Parquet, all written in one pass over the rows, each put in place at once."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from dataset.dictionary import items_of
from dataset.errors import DatasetDamaged
from dataset.query import safe_cell
from dataset.schema import Column, Table, quoted

BATCH = 65_536                                                 # rows held at a time; also the rows of a row group in Parquet
EMPTY = ("", "[]", "{}")                                       # what counts as not filled, beside null
ZSTD_LEVEL = 6


@dataclass(slots=True)
class Written:
    """What was written of a view: its rows, how many rows fill each column, and the first value of each (as stored)."""

    name: str
    table: Table
    rows: int = 0
    filled: dict[str, int] = field(default_factory=dict)
    example: dict[str, Any] = field(default_factory=dict)

    def share(self, column: str) -> float | None:
        """Part of the rows that fill a column, 0-1; None where there are no rows."""
        return self.filled[column] / self.rows if self.rows else None


class Writer(Protocol):
    def write(self, rows: list[tuple]) -> None: ...
    def close(self) -> None: ...


class CsvWriter:
    """RFC 4180, UTF-8, line feeds, header first; no cell is run as a formula by a spreadsheet."""

    def __init__(self, path: Path, table: Table) -> None:
        self._file = open(path, "w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(table.names)

    def write(self, rows: list[tuple]) -> None:
        self._writer.writerows([safe_cell(v) for v in row] for row in rows)

    def close(self) -> None:
        self._file.close()


class JsonLinesWriter:
    """One object a line; lists and objects are JSON, not text; truth values are true and false."""

    def __init__(self, path: Path, table: Table) -> None:
        self._file = open(path, "w", encoding="utf-8", newline="\n")
        self._names = table.names
        self._parsed = [i for i, c in enumerate(table.columns) if c.kind == "json"]
        self._truth = [i for i, c in enumerate(table.columns) if c.kind == "boolean"]

    def write(self, rows: list[tuple]) -> None:
        for row in rows:
            record = list(row)
            for i in self._parsed:
                if record[i] is not None:
                    record[i] = json.loads(record[i])
            for i in self._truth:
                if record[i] is not None:
                    record[i] = bool(record[i])
            self._file.write(json.dumps(dict(zip(self._names, record, strict=True)), ensure_ascii=False, allow_nan=False) + "\n")

    def close(self) -> None:
        self._file.close()


class ParquetWriter:
    """Typed columns, zstd. Times are timestamps in UTC, lists are lists; objects stay JSON text, for their keys differ from row to row."""

    def __init__(self, path: Path, table: Table) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._pa = pa
        self._columns = table.columns
        self._schema = pa.schema([pa.field(c.name, arrow_type(c), metadata={"meaning": c.meaning}) for c in table.columns])
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd", compression_level=ZSTD_LEVEL, version="2.6", write_statistics=True)

    def write(self, rows: list[tuple]) -> None:
        columns = zip(*rows, strict=True) if rows else ((),) * len(self._columns)
        arrays = [self._array(column, list(values)) for column, values in zip(self._columns, columns, strict=True)]
        self._writer.write_table(self._pa.Table.from_arrays(arrays, schema=self._schema), row_group_size=BATCH)

    def _array(self, column: Column, values: list) -> Any:
        pa, kind = self._pa, arrow_type(column)
        try:
            if column.kind == "time":
                return pa.array([v or None for v in values], pa.string()).cast(kind)     # "": a data set without captures has no time
            if column.kind == "boolean":
                return pa.array([None if v is None else bool(v) for v in values], kind)
            if column.kind == "json" and items_of(column.name):
                return pa.array([None if v is None else _listed(v) for v in values], kind)
            return pa.array(values, kind)
        except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError) as error:
            raise DatasetDamaged(f"the column {column.name} holds what is no {column.kind}: {error}; make the data set again with `chipwatch rebuild`") from error

    def close(self) -> None:
        self._writer.close()


@lru_cache(maxsize=4096)
def _listed(text: str) -> tuple:
    value = json.loads(text)
    if not isinstance(value, list):
        raise ValueError("not a list")
    return tuple(value)


def arrow_type(column: Column) -> Any:
    """The type of a column in Parquet."""
    import pyarrow as pa

    items = items_of(column.name) if column.kind == "json" else None
    if items:
        return pa.list_(pa.float64() if items == "real" else pa.string())
    return {"integer": pa.int64(), "boolean": pa.bool_(), "real": pa.float64(), "time": pa.timestamp("us", "UTC")}.get(column.kind, pa.string())


WRITERS: dict[str, Callable[[Path, Table], Writer]] = {"csv": CsvWriter, "jsonl": JsonLinesWriter, "parquet": ParquetWriter}


def write_view(connection: sqlite3.Connection, name: str, table: Table, formats: tuple[str, ...], out: Path) -> Written:
    """Write one view as NAME.csv, NAME.jsonl, NAME.parquet in `out`, whichever `formats` name.

    Nothing of it is put in place before all of it is written. Raises DatasetDamaged for a value that is not of the type of its column.
    """
    parts = {f: out / f".{name}.{f}.part" for f in formats}
    written = Written(name, table, filled=dict.fromkeys(table.names, 0))
    try:
        with ExitStack() as stack:
            writers = []
            for form, part in parts.items():
                writers.append(WRITERS[form](part, table))
                stack.callback(writers[-1].close)
            for rows in _batches(connection, name, table):
                _count(written, rows)
                for writer in writers:
                    writer.write(rows)
        for form, part in parts.items():
            os.replace(part, out / f"{name}.{form}")
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
    return written


def _batches(connection: sqlite3.Connection, name: str, table: Table) -> Iterator[list[tuple]]:
    order = table.order + (", last_changed, gone_since" if name.endswith("_history") else "")
    cursor = connection.execute(f"select {', '.join(map(quoted, table.names))} from {quoted(name)} order by {order}")
    while rows := cursor.fetchmany(BATCH):
        yield rows


def _count(written: Written, rows: list[tuple]) -> None:
    written.rows += len(rows)
    for name, values in zip(written.table.names, zip(*rows, strict=True), strict=True):
        there = sum(v is not None and v not in EMPTY for v in values)
        written.filled[name] += there
        if there and name not in written.example:
            written.example[name] = next(v for v in values if v is not None and v not in EMPTY)
