"""Errors of this room that a user is meant to read."""

from __future__ import annotations

from chipwatch.records import ChipwatchError


class UnknownCustomer(ChipwatchError):
    """A customer kind that is none of the eleven kinds and fits no template."""

    exit_code = 64                                             # EX_USAGE


class TableError(ChipwatchError):
    """A data file of this room (rules, groups, customers, cues) is damaged; the message names the file and the entry."""
