"""The countries behind groups that clauses cite (Country Group D:5, US-embargoed, EU …), from the dated data file `place_groups.yml`."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import yaml

PREFIX = "place:"                                              # of the cue groups that cite a group


@functools.cache
def _groups() -> dict:
    text = Path(__file__).with_suffix(".yml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["groups"]


def known() -> frozenset[str]:
    """The names of all groups that the data file describes."""
    return frozenset(_groups())


def resolve(groups: Iterable[str], on: date | None = None) -> list[str]:
    """The countries of `groups` on a day (None: by the newest list), sorted. A group without a closed list adds none.

    Raises KeyError for a group that the data file does not know.
    """
    found: set[str] = set()
    for group in groups:
        versions = _groups()[group].get("versions") or []
        valid = [v for v in versions if on is None or v["from"] <= on] or versions[:1]
        if valid:
            found.update(max(valid, key=lambda v: v["from"])["countries"])
    return sorted(found)


def lawmakers(groups: Iterable[str]) -> frozenset[str]:
    """The countries whose groups these are: named beside a group, they are no place of the rule ("an embargo of the United States")."""
    return frozenset(code for g in groups if (code := _groups()[g].get("lawmaker")))


def source(group: str) -> str:
    """Where the list of a group comes from."""
    return _groups()[group]["source"]
