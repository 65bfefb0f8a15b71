"""Writes the data set as files that other tools read: tables in four formats, and what describes them. The same data set gives the same bytes."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from dataset import describing
from dataset.dictionary import views
from dataset.errors import DatasetError, writing
from dataset.export_files import WRITERS, Written, write_view
from dataset.opening import meta, opened

FORMATS = (*WRITERS, "sqlite")
SQLITE_NAME = "chipwatch.sqlite"
SUMS = "SHA256SUMS"


class UnknownFormat(DatasetError):
    """A format that exports do not have."""

    exit_code = 64


def export(database: Path | str, folder: Path | str, *, formats: Iterable[str] = FORMATS) -> list[Path]:
    """Write all views into `folder` (made if needed); returns the files written.

    Each file is put in place at once. Files of an earlier export that this one does not make are removed, if they are still as they were written.
    Raises UnknownFormat; CannotWrite where the disk is full or read-only; and what dataset.opening.opened raises.
    """
    chosen = tuple(dict.fromkeys(formats))
    for form in chosen:
        if form not in FORMATS:
            raise UnknownFormat(f"there is no format {form!r}: the formats are {', '.join(FORMATS)}")
    out = Path(folder)
    with opened(database) as connection, writing(out):
        out.mkdir(parents=True, exist_ok=True)
        connection.execute("begin")                            # one state of the file for all views
        before = _sums(out)
        tables = tuple(f for f in chosen if f in WRITERS)
        written = [write_view(connection, name, table, tables, out) for name, table in views()]
        files = [out / f"{w.name}.{form}" for w in written for form in tables]
        if "sqlite" in chosen:
            files.append(_copy(Path(database), out / SQLITE_NAME))
        hashes = {p.name: (sha256(p), p.stat().st_size) for p in files}
        for name, text in _descriptions(connection, written, chosen, hashes).items():
            files.append(put(out / name, text))
        sums = "".join(f"{hashes[p.name][0] if p.name in hashes else sha256(p)}  {p.name}\n" for p in sorted(files))
        files.append(put(out / SUMS, sums))
        _clear(out, before, [*files, Path(database)])
    return files


def _descriptions(connection: sqlite3.Connection, written: list[Written], formats: tuple[str, ...], hashes: dict[str, tuple[str, int]]) -> dict[str, str]:
    facts = meta(connection)
    changes = connection.execute("select substr(changed_at, 1, 10), item, kind, count(*) from changes group by 1, 2, 3 order by 1 desc, 2, 3").fetchall()
    return {
        "README.md": describing.readme(facts, written, formats),
        "dictionary.csv": describing.dictionary_csv(written),
        "datapackage.json": describing.data_package(facts, written, formats, hashes),
        "croissant.json": describing.croissant(facts, written, formats, hashes),
        "CITATION.cff": describing.citation(facts),
        "CHANGES.md": describing.changes_text(facts, changes),
        "LICENCE-NOTES.md": describing.licence_notes(facts),
    }


def _copy(database: Path, path: Path) -> Path:
    part = path.with_name(f".{path.name}.part")
    try:
        shutil.copyfile(database, part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path


def put(path: Path, text: str) -> Path:
    """Write a text file, in place at once."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path


def sha256(path: Path) -> str:
    """Of the bytes of a file, in hex."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _sums(out: Path) -> dict[str, str]:
    """What an earlier export wrote here: name -> hash. Empty where there was none."""
    path = out / SUMS
    if not path.is_file():
        return {}
    lines = (line.split("  ", 1) for line in path.read_text("utf-8", "replace").splitlines())
    return {parts[1]: parts[0] for parts in lines if len(parts) == 2 and Path(parts[1]).name == parts[1]}


def _clear(out: Path, before: dict[str, str], files: list[Path]) -> None:
    """Remove what the earlier export wrote and this one did not: a stale table beside fresh ones would mislead. `files` are kept."""
    for name, digest in before.items():
        path = out / name
        if path.is_file() and not any(path.samefile(kept) for kept in files) and sha256(path) == digest:
            path.unlink()
