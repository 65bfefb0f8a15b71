"""The journal of what new versions of the reader changed: same bytes, another reading.

History is made from the captures with the reader of today, so that a better reader never looks like a change of a page. What it changed is kept
beside it, told apart: when the data set is built with another version of nlp than the one in place, the readings of the pages of both are compared,
and the differences are added to `DATA/reader-changes.jsonl`, from which every later build takes them (cause `extractor`). The journal may be deleted.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from chipwatch.records import Capture, Extraction
from dataset.errors import CapturesDamaged
from dataset.schema import APPLICATION_ID

FILE_NAME = "reader-changes.jsonl"
ReadingOf = Callable[[Capture], Extraction | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """One difference between two readings of one payload. The fields are those of the view `changes`, with the two reader versions."""

    id: str
    provider: str
    at: str                                                    # time of the latest capture of the data set that showed it first
    previous: str                                              # capture that both readers read
    item: str
    item_id: str
    kind: str
    field: str | None
    old: str | None
    new: str | None
    nature: str | None
    url: str
    evidence_id: str | None
    reader: str
    reader_before: str


class Journal:
    """Entries of earlier upgrades, and those of this one."""

    def __init__(self, folder: Path, reader: str, target: Path, earlier: Callable[[str], ReadingOf] | None) -> None:
        self.path = folder / FILE_NAME
        self.reader = reader
        self.entries: dict[str, Entry] = {entry.id: entry for entry in _read(self.path)}
        self.kept = len(self.entries)
        self.before, self._documents = _in_place(target) if reader and earlier else ("", frozenset())
        self.earlier: ReadingOf | None = earlier(self.before) if earlier and self.before and self.before != reader else None

    def knew(self, document_id: str) -> bool:
        """Whether the data set in place holds a reading of that document by the earlier reader, to compare with."""
        return self.earlier is not None and document_id in self._documents

    def add(self, entry: Entry) -> None:
        self.entries.setdefault(entry.id, entry)

    def by_provider(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries.values():
            found[entry.provider].append(entry)
        return found

    def save(self) -> None:
        """Put the journal in place, where something came to it: before the data set, so that no later build knows less."""
        if len(self.entries) == self.kept:
            return
        part = self.path.with_name(f".{FILE_NAME}.part")
        with open(part, "w", encoding="utf-8", errors="backslashreplace") as handle:
            handle.writelines(_lines(self.entries.values()))
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(part, self.path)


def _lines(entries: Iterable[Entry]) -> list[str]:
    return [json.dumps(asdict(entry), ensure_ascii=False) + "\n" for entry in entries]


def _read(path: Path) -> list[Entry]:
    """Raises CapturesDamaged for a line that is none of ours."""
    try:
        lines = path.read_text("utf-8").split("\n")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        raise CapturesDamaged(f"{path} is damaged ({error}): restore it from a backup, or remove it (what new readers changed is then no longer told)") from error
    try:
        return [Entry(**json.loads(line)) for line in lines if line]
    except (json.JSONDecodeError, TypeError) as error:
        raise CapturesDamaged(f"{path} is damaged ({error}): restore it from a backup, or remove it (what new readers changed is then no longer told)") from error


def _in_place(target: Path) -> tuple[str, frozenset[str]]:
    """(reader version, ids of the documents) of the data set in place; ("", none) where there is none that says so. It is only looked at: one that is damaged is about to be made anew."""
    if not target.is_file():
        return "", frozenset()
    with contextlib.suppress(sqlite3.DatabaseError), contextlib.closing(sqlite3.connect(f"{target.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        if connection.execute("pragma application_id").fetchone()[0] == APPLICATION_ID:
            row = connection.execute("select value from meta where key = 'reader_version'").fetchone()
            return (row[0] if row else ""), frozenset(i for (i,) in connection.execute("select distinct id from document"))
    return "", frozenset()
