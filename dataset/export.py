"""Writes the data set as files: CSV and JSON lines for each view, a data dictionary, checksums. The same data set gives the same bytes."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import sqlite3
from pathlib import Path

from dataset.dictionary import column_table, views
from dataset.errors import writing
from dataset.opening import meta, opened
from dataset.query import safe_cell
from dataset.schema import Table

def export(database: Path | str, folder: Path | str) -> list[Path]:
    """Write all views into `folder` (made if needed); returns the files written.

    Each file is put in place at once. Raises CannotWrite where the disk is full or read-only, and what dataset.opening.opened raises.
    """
    out = Path(folder)
    written: list[Path] = []
    with opened(database) as connection, writing(out):
        out.mkdir(parents=True, exist_ok=True)
        counts: dict[str, int] = {}
        coverage: dict[str, dict[str, int]] = {}
        for name, table in views():
            order = table.order + (", last_changed" if name.endswith("_history") else "")
            counts[name], coverage[name] = _write_view(connection, name, table, order, out)
            written += [out / f"{name}.csv", out / f"{name}.jsonl"]
        facts = meta(connection)
        written.append(_put(out / "README.md", _readme(facts, counts, coverage)))
        sums = "".join(f"{_sha256(p)}  {p.name}\n" for p in sorted(written))
        written.append(_put(out / "SHA256SUMS", sums))
    return written


def _write_view(connection: sqlite3.Connection, name: str, table: Table, order: str, out: Path) -> tuple[int, dict[str, int]]:
    columns = table.columns
    filled = [0] * len(columns)
    count = 0
    json_columns = [i for i, c in enumerate(columns) if c.kind == "json"]
    parts = [out / f".{name}.csv.part", out / f".{name}.jsonl.part"]
    try:
        with open(parts[0], "w", encoding="utf-8", newline="") as csv_file, open(parts[1], "w", encoding="utf-8", newline="\n") as jsonl_file:
            writer = csv.writer(csv_file, lineterminator="\n")
            writer.writerow(table.names)
            for row in connection.execute(f'select {", ".join(chr(34) + n + chr(34) for n in table.names)} from "{name}" order by {order}'):
                count += 1
                for i, value in enumerate(row):
                    if value is not None and value not in ("[]", "{}", ""):
                        filled[i] += 1
                writer.writerow([safe_cell(v) for v in row])
                record = list(row)
                for i in json_columns:
                    if record[i] is not None:
                        record[i] = json.loads(record[i])
                jsonl_file.write(json.dumps(dict(zip(table.names, record, strict=True)), ensure_ascii=False) + "\n")
        for part in parts:
            os.replace(part, out / part.name.removeprefix(".").removesuffix(".part"))
    finally:
        for part in parts:
            part.unlink(missing_ok=True)
    return count, dict(zip(table.names, filled, strict=True))


def _put(path: Path, text: str) -> Path:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _sha256(path: Path) -> str:
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _readme(facts: dict[str, str], counts: dict[str, int], coverage: dict[str, dict[str, int]]) -> str:
    lines = [
        "# chipwatch data set", "",
        "This describes what the providers' public documents said when read. It is not a statement that any access is lawful or unlawful.", "",
        *(["SAMPLE DATA: the providers in this data set are invented.", ""] if facts.get("sample") == "1" else []),
        f"- captures up to: {facts.get('run_date', '')}", f"- hash of the rows: {facts.get('data_hash', '')}", f"- software: chipwatch {facts.get('version', '')}, schema {facts.get('schema_version', '')}, "
        f"rule table {facts.get('rule_table_version', '')}", f"- exchange rates: {facts.get('rates_source', '')}, latest day used {facts.get('rates_date') or 'none'}", "",
        "Every view is here as CSV (UTF-8, comma, header; text that a spreadsheet would run as a formula has an apostrophe in front) and as JSON lines.",
        "NAME holds the present states, NAME_history all states. Quotes are short excerpts of documents whose copyright stays with their owners.", "",
    ]
    for name, table in views():
        lines += [f"## {name}", "", table.meaning + (" Past states, too." if name.endswith("_history") else ""), "", f"{counts[name]} rows.", ""]
        lines += column_table(table, {n: _share(filled, counts[name]) for n, filled in coverage[name].items()}) + [""]
    return "\n".join(lines)


def _share(filled: int, rows: int) -> str:
    return f"{100 * filled / rows:.0f} %" if rows else "–"
