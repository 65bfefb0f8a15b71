"""Brings the data set up to date, and does nothing where a build would only give the same bytes again.

The data set and its feeds are a function of the runs, the decisions of people, the journal of reader changes, the version of the reader, and the code
and tables of the rooms behind it. A digest of all these is kept beside the data set, with digests of the files made from them. Where both are as they
were, no capture is read and no visit is folded. The record may be deleted, or be out of date after a crash: then everything is made anew.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import json
import os
import platform
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from chipwatch import __version__
from dataset import reader_changes
from dataset.build import FILE_NAME, Progress, ReadingOf, build
from dataset.feed import write_feeds

RECORD = f".{FILE_NAME}.made"
RUN_FILES = ("run.json", "captures.jsonl", "providers.jsonl", "sources.jsonl")   # what dataset.runs reads
_SHARED = ("records.py", "country_groups.py", "country_groups.yml")


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The data set, and whether it had to be made."""

    path: Path
    made: bool


def refresh(data_dir: Path | str, readings: Callable[[], ReadingOf], *, reader: str, progress: Progress | None = None, always: bool = False) -> Refreshed:
    """The data set and its feeds, as `dataset.build.build` and `dataset.feed.write_feeds` make them; left as they are where nothing that they are made from has changed.

    `readings()` gives the reading of captures, and is called only where it is needed; its value may have an attribute `earlier` (see `build`). `reader` is the
    version of nlp behind it. `always`: make it anew in any case. Raises as `build` and `write_feeds`.
    """
    folder = Path(data_dir)
    given = _given(folder, reader)
    if not always and _as_made(folder, given):
        return Refreshed(folder / FILE_NAME, False)
    reading_of = readings()
    path = build(folder, reading_of, progress=progress, reader=reader, earlier=getattr(reading_of, "earlier", None))
    _record(folder, given, [path, *write_feeds(path)])
    return Refreshed(path, True)


@functools.cache
def code_version() -> str:
    """A digest of the code and tables that make the data set from readings, and of what of the machine shows in its bytes."""
    digest = hashlib.sha256(f"{__version__}\0{platform.python_version()}\0{sqlite3.sqlite_version}\0{importlib.metadata.version('currencyconverter')}".encode())
    here = Path(__file__).parent
    shared = here.parent / "chipwatch"
    rooms = (p for room in (here, here.parent / "assessment") for p in room.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    for path in sorted((*rooms, *(shared / name for name in _SHARED))):
        digest.update(str(path.relative_to(here.parent)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _given(folder: Path, reader: str) -> str:
    """A digest of what the data set is made from, but for the journal of reader changes, which a build may add to."""
    digest = hashlib.sha256(f"{code_version()}\0{reader}\0".encode())
    runs = sorted(path.parent for path in (folder / "captures").glob("*/captures.jsonl"))
    for path in (*(run / name for run in runs for name in RUN_FILES), *sorted((folder / "reviews").glob("*.jsonl"))):
        digest.update(str(path.relative_to(folder)).encode("utf-8", "surrogateescape") + b"\0" + _digest(path).encode() + b"\0")
    return digest.hexdigest()


def _digest(path: Path) -> str:
    """SHA-256 of a file in hexadecimal digits; "" where there is none. Another OSError is left to the build, which names it."""
    try:
        with open(path, "rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError:
        return ""


def _as_made(folder: Path, given: str) -> bool:
    """Whether the record says that the files in place were made from just this, and they are as they were made."""
    try:
        record = json.loads((folder / RECORD).read_text("utf-8"))
        files = record["files"]
        if record["given"] != given or record["journal"] != _digest(folder / reader_changes.FILE_NAME) or FILE_NAME not in files:
            return False
        return all(digest and _digest(folder / name) == digest for name, digest in files.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):         # none, or a damaged one
        return False


def _record(folder: Path, given: str, made: Iterable[Path]) -> None:
    """Note what was made from what. Without the note the next refresh makes the same again, so a full disk is no fault here."""
    record = {"given": given, "journal": _digest(folder / reader_changes.FILE_NAME), "files": {path.name: _digest(path) for path in made}}
    part = folder / f"{RECORD}.part"
    with contextlib.suppress(OSError):
        part.write_text(json.dumps(record), "utf-8")
        os.replace(part, folder / RECORD)
