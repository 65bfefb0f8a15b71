"""The countries behind groups that clauses cite (Country Group D:5, US-embargoed, EU …): the reader's view of `chipwatch.country_groups`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from chipwatch.country_groups import Group, as_of, find_group, groups, members_on

PREFIX = "place:"                                              # of the cue groups that cite a group


def known() -> frozenset[str]:
    """The names of all groups that the data file describes."""
    return frozenset(groups())


def _group(name: str) -> Group:
    group = find_group(name)
    if group is None:
        raise KeyError(name)
    return group


def resolve(cited: Iterable[str], on: date | None = None) -> list[str]:
    """The countries of the groups cited on a day (None: by the newest list), sorted.

    Raises KeyError for a group that the data file does not know.
    """
    day = on.isoformat() if on is not None else as_of()
    return sorted({code for name in cited for code in members_on(_group(name).name, day)})


def closed(cited: Iterable[str]) -> bool:
    """Whether a closed list stands behind one of the groups; else the words leave open which places are meant."""
    return any(_group(name).closed for name in cited)


def lawmakers(cited: Iterable[str]) -> frozenset[str]:
    """The countries whose groups these are: named beside a group, they are no place of the rule ("an embargo of the United States")."""
    return frozenset(maker for name in cited if (maker := _group(name).lawmaker))


def source(group: str) -> str:
    """Where the list of a group comes from."""
    return _group(group).source
