"""Errors of this room that a user is meant to read: one line that says what is wrong and what to do."""

from __future__ import annotations

import contextlib
import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from chipwatch.records import ChipwatchError


class DatasetError(ChipwatchError):
    """Base of the errors of this room."""

    exit_code = 65                                             # EX_DATAERR


class DatasetMissing(DatasetError):
    """There is no data set at that path."""

    exit_code = 66                                             # EX_NOINPUT


class DatasetDamaged(DatasetError):
    """The file is no data set of this program, or is damaged."""


class SchemaVersion(DatasetError):
    """The data set was written by another version of the program."""


class DatasetLocked(DatasetError):
    """Another program holds the data set."""

    exit_code = 75                                             # EX_TEMPFAIL


class CannotWrite(DatasetError):
    """The disk is full or the folder read-only. What was there before is unchanged."""

    exit_code = 73                                             # EX_CANTCREAT


class QueryRefused(DatasetError):
    """The SQL does not parse, writes, or asks for something that queries may not do."""

    exit_code = 64                                             # EX_USAGE


class QueryTimeout(DatasetError):
    """The query took longer than allowed."""


class CapturesDamaged(DatasetError):
    """A file of a run (captures.jsonl, providers.jsonl …) cannot be read."""


class NoSuchThing(DatasetError):
    """An argument names a provider or document of which the data set holds nothing."""

    exit_code = 66                                             # EX_NOINPUT


class NothingToBuild(DatasetError):
    """The data folder holds no run."""

    exit_code = 66


_WRITE_ADVICE = {
    errno.ENOSPC: "the disk is full; free some space and run it again",
    errno.EDQUOT: "the disk quota is used up; free some space and run it again",
    errno.EROFS: "the file system is read-only; name another folder",
    errno.EACCES: "permission denied; check the owner of the folder or name another one",
    errno.EPERM: "permission denied; check the owner of the folder or name another one",
    errno.ENOENT: "no such folder; create it first",
    errno.ENOTDIR: "a part of the path is a file; name another folder",
}


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Names what stops a write to `path`: raises CannotWrite instead of OSError or sqlite3.OperationalError about the disk."""
    try:
        yield
    except OSError as error:
        raise CannotWrite(f"cannot write {path}: {_WRITE_ADVICE.get(error.errno or 0, error.strerror or str(error))}; nothing earlier was changed") from error
    except sqlite3.OperationalError as error:
        text = str(error)
        if "disk is full" in text:
            advice = _WRITE_ADVICE[errno.ENOSPC]
        elif "readonly" in text or "unable to open" in text:
            advice = _WRITE_ADVICE[errno.EACCES]
        elif "disk I/O" in text:
            advice = "the disk reports an error; check it, or name another folder"
        else:
            raise
        raise CannotWrite(f"cannot write {path}: {advice}; nothing earlier was changed") from error
