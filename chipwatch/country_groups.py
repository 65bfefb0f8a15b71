"""Groups of countries that terms cite ("US-embargoed", "D:5", "EU"), resolved with the members they had on a given day.

The dated data stand in country_groups.yml, with their sources. At the level of the records: imports no room, and every room may import it,
so that the reader and the judge cannot resolve the same words differently.
"""

from __future__ import annotations

import datetime
import functools
import importlib.resources
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from chipwatch.records import ChipwatchError

FILE = "chipwatch/country_groups.yml"
ALWAYS = ("", "9999-12-31")
_CODE = re.compile(r"[A-Z]{2}(-\d\d)?")


class GroupsError(ChipwatchError):
    """The data file of country groups is damaged; the message names the entry."""


@dataclass(frozen=True, slots=True)
class Member:
    code: str
    since: str = ALWAYS[0]                                     # first day in the group, ISO; "": from the beginning
    until: str = ALWAYS[1]                                     # first day out of it
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A group of places; the fields are explained at the head of the data file."""

    name: str
    title: str
    members: tuple[Member, ...]
    source: str
    basis: str                                                 # seen | memory
    restricts: bool = True
    closed: bool = True
    reads_as: str | None = None
    lawmaker: str | None = None
    note: str | None = None


def _day(value: Any, default: str, where: str) -> str:
    if value is None:
        return default
    try:
        return datetime.date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise GroupsError(f"{FILE}, {where}: {value!r} is no ISO date") from error


def _member(row: Any, group: str) -> Member:
    fields = {"code": row} if isinstance(row, str) else row
    if not isinstance(fields, dict) or not _CODE.fullmatch(str(fields.get("code"))):
        raise GroupsError(f"{FILE}, {group}: {row!r} is no ISO code of a country or territory (YAML reads a bare NO as false: write \"NO\")")
    strange = sorted(set(fields) - {"code", "since", "until", "note"})
    if strange:
        raise GroupsError(f"{FILE}, {group}, {fields['code']}: unknown field {', '.join(strange)}")
    where = f"{group}, {fields['code']}"
    member = Member(fields["code"], _day(fields.get("since"), ALWAYS[0], where), _day(fields.get("until"), ALWAYS[1], where), fields.get("note"))
    if member.since >= member.until:
        raise GroupsError(f"{FILE}, {where}: `until` must come after `since`")
    return member


@functools.cache
def _data() -> dict[str, Any]:
    import yaml

    from chipwatch import yaml_files

    text = importlib.resources.files("chipwatch").joinpath("country_groups.yml").read_text("utf-8")
    try:
        return yaml_files.load(text)
    except yaml.YAMLError as error:
        raise GroupsError(f"{FILE} is not valid YAML: {error}") from error


def parse_groups(rows: dict[str, Any]) -> dict[str, Group]:
    """Groups by name, from parsed YAML. Raises GroupsError for a code, date, field or reference that cannot be."""
    out: dict[str, Group] = {}
    for name, row in rows.items():
        members = [_member(m, name) for m in row.get("members", ())]
        for other in [*row.get("union", ()), *filter(None, [row.get("reads_as")])]:
            if other not in rows:
                raise GroupsError(f"{FILE}, {name}: no such group {other!r}")
            members += [_member(m, other) for m in rows[other].get("members", ())]
        if row.get("basis") not in ("seen", "memory") or not row.get("source"):
            raise GroupsError(f"{FILE}, {name}: needs a source, and a basis (seen or memory)")
        out[name] = Group(name, row["title"], tuple(members), row["source"], row["basis"], row.get("restricts", True), row.get("closed", True),
                          row.get("reads_as"), row.get("lawmaker"), row.get("note"))
    return out


@functools.cache
def groups() -> dict[str, Group]:
    """All groups by name."""
    return parse_groups(_data()["groups"])


@functools.cache
def as_of() -> str:
    """The day on which the groups were last looked over (ISO date)."""
    return str(_data()["as_of"])


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


@functools.cache
def _aliases() -> dict[str, str]:
    return {_key(alias): name for name, row in _data()["groups"].items() for alias in [name, *row.get("aliases", ())]}


def find_group(cited: str) -> Group | None:
    """The group that a clause cites under that name or an alias of it; None where we keep no such group."""
    name = _aliases().get(_key(cited))
    return groups()[name] if name else None


@functools.lru_cache(maxsize=4096)
def members_on(name: str, day: str) -> frozenset[str]:
    """Codes of the members of the group `name` (its own name, no alias) on `day` (ISO date). Raises KeyError for an unknown group."""
    return frozenset(m.code for m in groups()[name].members if m.since <= day < m.until)


def resolve(cited: Iterable[str], day: str) -> tuple[frozenset[str], list[str]]:
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


def changes_between(name: str, first: str, last: str) -> list[tuple[str, str, str, str | None]]:
    """(day, code, "joined" or "left", note) of each change of a group after `first` and up to `last` (ISO dates), in order."""
    found = []
    for m in groups()[name].members:
        found += [(m.since, m.code, "joined", m.note)] if first < m.since <= last else []
        found += [(m.until, m.code, "left", m.note)] if first < m.until <= last else []
    return sorted(found, key=lambda c: c[:3])


def within(place: str, codes: frozenset[str] | set[str]) -> bool:
    """Whether a place is covered by codes: itself, or (a part of a country) its country."""
    return place in codes or ("-" in place and place.split("-")[0] in codes)
