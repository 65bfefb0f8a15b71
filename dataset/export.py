"""Writes the data set as files that other tools read: tables in four formats, and what describes them. The same data set gives the same bytes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from dataset import describing
from dataset.dictionary import views
from dataset.errors import DatasetError, writing
from dataset.export_files import WRITERS, Written, write_view
from dataset.opening import meta, opened

FORMATS = (*WRITERS, "sqlite")
SQLITE_NAME = "chipwatch.sqlite"
SUMS = "SHA256SUMS"
STAGE = ".export.part"
DESCRIPTIONS = ("README.md", "dictionary.csv", "datapackage.json", "croissant.json", "CITATION.cff", "CHANGES.md", "LICENCE-NOTES.md")


class UnknownFormat(DatasetError):
    """A format that exports do not have."""

    exit_code = 64


class FolderTaken(DatasetError):
    """The folder holds files of somebody else under the names of an export."""

    exit_code = 73                                             # EX_CANTCREAT


def export(database: Path | str, folder: Path | str, *, formats: Iterable[str] = FORMATS) -> list[Path]:
    """Write all views into `folder` (made if needed); returns the files written.

    Nothing is put in place before all of it is written. Files of an earlier export that this one does not make are removed, if they are still as they were written.
    Raises UnknownFormat; FolderTaken; CannotWrite where the disk is full or read-only; and what dataset.opening.opened raises.
    """
    chosen = tuple(dict.fromkeys(formats))
    for form in chosen:
        if form not in FORMATS:
            raise UnknownFormat(f"there is no format {form!r}: the formats are {', '.join(FORMATS)}")
    out = Path(folder)
    with opened(database) as connection, writing(out):
        before = _sums(out)
        _refuse_strangers(out, before, chosen, Path(database))
        connection.execute("begin")                            # one state of the file for all views
        with _staged(out) as part:
            tables = tuple(f for f in chosen if f in WRITERS)
            written = [write_view(connection, name, table, tables, part) for name, table in views()]
            files = [part / f"{w.name}.{form}" for w in written for form in tables]
            if "sqlite" in chosen:
                files.append(Path(shutil.copyfile(database, part / SQLITE_NAME)))
            hashes = {p.name: (sha256(p), p.stat().st_size) for p in files}
            for name, text in _descriptions(connection, written, chosen, hashes).items():
                files.append(put(part / name, text))
            sums = "".join(f"{hashes[p.name][0] if p.name in hashes else sha256(p)}  {p.name}\n" for p in sorted(files))
            files.insert(0, put(part / SUMS, sums))            # put in place first: should that be broken off, the next export knows the files as ours
            done = [path.replace(out / path.name) for path in files]
        _clear(out, before, [*done, Path(database)])
    return [*done[1:], done[0]]


@contextlib.contextmanager
def _staged(out: Path) -> Iterator[Path]:
    """A folder within `out` to write in, gone afterwards; so is `out`, if it was not there before and nothing came into it."""
    fresh, part = not out.exists(), out / STAGE
    out.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(part, ignore_errors=True)                    # of an export that was killed
    part.mkdir()
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)
        if fresh:
            with contextlib.suppress(OSError):                 # something is in it
                out.rmdir()


def file_names(formats: Iterable[str]) -> set[str]:
    """Names of all files that an export in these formats writes."""
    tables = {f"{name}.{form}" for name, _ in views() for form in formats if form in WRITERS}
    return tables | {SUMS, *DESCRIPTIONS} | ({SQLITE_NAME} if "sqlite" in formats else set())


def _refuse_strangers(out: Path, before: dict[str, str], formats: tuple[str, ...], database: Path) -> None:
    """Raises FolderTaken where a file of somebody else has a name that the export needs."""
    ours = {SUMS, *before} if before else set()
    taken = sorted(name for name in file_names(formats) - ours if (out / name).exists() and not (out / name).samefile(database))
    if taken:
        raise FolderTaken(f"{out} holds {taken[0]}{f' and {len(taken) - 1} more files' if len(taken) > 1 else ''} that no earlier export wrote: name a new or empty folder, or move them away; "
                          "nothing was written")


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
