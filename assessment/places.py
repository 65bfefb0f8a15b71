"""Groups of places that terms cite ("US-embargoed", "D:5"), resolved with the members they had on a given day."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any

from assessment.errors import TableError
from assessment.tables import read_yaml


@dataclass(frozen=True, slots=True)
class Member:
    code: str
    since: str = ""                                            # first day in the group, ISO; "": from the beginning
    until: str = "9999-12-31"                                  # first day out of it
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A group of places. `restricts`: False where it names where a service is offered (EU, worldwide)."""

    name: str
    title: str
    members: tuple[Member, ...]
    source: str
    basis: str                                                 # seen | memory
    restricts: bool = True
    note: str | None = None


def _member(row: Any) -> Member:
    if isinstance(row, str):
        return Member(row)
    return Member(row["code"], str(row.get("since", "")), str(row.get("until", "9999-12-31")), row.get("note"))


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


@functools.cache
def groups() -> dict[str, Group]:
    """All groups by name. Raises TableError where a union names a group that is not there."""
    data = read_yaml("place_groups.yml")["groups"]
    out: dict[str, Group] = {}
    for name, row in data.items():
        members = [_member(m) for m in row.get("members", ())]
        for other in row.get("union", ()):
            if other not in data:
                raise TableError(f"assessment/place_groups.yml, {name}: no such group {other!r}")
            members += [_member(m) for m in data[other].get("members", ())]
        out[name] = Group(name, row["title"], tuple(members), row["source"], row["basis"], row.get("restricts", True), row.get("note"))
    return out


@functools.cache
def as_of() -> str:
    """The day on which the groups were last looked over (ISO date)."""
    return str(read_yaml("place_groups.yml")["as_of"])


@functools.cache
def _aliases() -> dict[str, str]:
    data = read_yaml("place_groups.yml")["groups"]
    return {_key(alias): name for name, row in data.items() for alias in [name, *row.get("aliases", ())]}


def find_group(cited: str) -> Group | None:
    """The group that a clause cites under that name or an alias of it; None where we keep no such group."""
    name = _aliases().get(_key(cited))
    return groups()[name] if name else None


@functools.lru_cache(maxsize=4096)
def members_on(name: str, day: str) -> frozenset[str]:
    """Codes of the members of the group `name` (its own name, no alias) on `day` (ISO date)."""
    return frozenset(m.code for m in groups()[name].members if m.since <= day < m.until)


def resolve(cited: list[str], day: str) -> tuple[frozenset[str], list[str]]:
    """(codes of all groups cited, on that day; names that we keep no group for)."""
    codes: frozenset[str] = frozenset()
    unknown = []
    for name in cited:
        group = find_group(name)
        if group is None:
            unknown.append(name)
        else:
            codes |= members_on(group.name, day)
    return codes, unknown


def within(place: str, codes: frozenset[str] | set[str]) -> bool:
    """Whether a place is covered by codes: itself, or (a part of a country) its country."""
    return place in codes or ("-" in place and place.split("-")[0] in codes)
