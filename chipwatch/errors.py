"""Turns what goes wrong into one line on stderr and an exit code."""

from __future__ import annotations

import errno

from chipwatch.records import ChipwatchError

# sysexits.h, as mail and cron tools use them: a monitor can tell bad input from a full disk
USAGE, PARTIAL, DATA_ERROR, NO_INPUT, UNAVAILABLE, INTERNAL, CANNOT_WRITE, BUSY = 2, 3, 65, 66, 69, 70, 73, 75


class InputError(ChipwatchError):
    """An argument names something that is not there or cannot be read."""

    exit_code = NO_INPUT


class OutputError(ChipwatchError):
    """The output folder cannot be written."""

    exit_code = CANNOT_WRITE


class Busy(OutputError):
    """Another run holds the data folder."""

    exit_code = BUSY


def explain_os_error(error: OSError, doing: str) -> str:
    """One line for an operating-system error: what failed, why, what to do."""
    name = str(error.filename or "")
    where = f" {name if len(name) <= 200 else name[:200] + '…'}" if name else ""
    advice = {
        errno.ENOSPC: "the disk is full: free some space, or give another folder with --data",
        errno.EDQUOT: "the disk quota is used up: free some space, or give another folder with --data",
        errno.EROFS: "the file system is read-only: give another folder with --data",
        errno.EACCES: "permission denied: check the owner of the folder, or give another one with --data",
        errno.EPERM: "not permitted: check the owner of the folder, or give another one with --data",
        errno.ENOTDIR: "a part of that path is a file, not a folder",
        errno.EISDIR: "that is a folder; a file is needed",
        errno.ENOENT: "no such file or folder",
        errno.EMFILE: "too many open files: raise the limit with `ulimit -n 4096`",
    }.get(error.errno or 0, error.strerror or str(error))
    return f"{doing.rstrip(':')}{':' if where and doing.endswith(':') else ''}{where}: {advice}"
