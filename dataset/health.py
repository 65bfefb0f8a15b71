"""Looks at a new reading of an address beside the last good one: is it to be believed, or did the page, the language or the declaration slip?

Pure: the same two readings and bounds give the same answer. Thresholds are data (dataset/data/health.yml).
"""

from __future__ import annotations

import functools
import importlib.resources
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chipwatch.records import BINDING_ROLES, Extraction

MAIN = {"offers": "offers", "regions": "regions", **dict.fromkeys(BINDING_ROLES, "clauses")}   # role -> what its document is read for
ONE = {"offers": "offer", "regions": "region", "clauses": "clause"}


@functools.cache
def thresholds() -> dict[str, Any]:
    import yaml

    return yaml.safe_load(importlib.resources.files("dataset").joinpath("data/health.yml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a declaration expects of the document of one address; None: nothing is declared."""

    least: int | None = None
    most: int | None = None

    def hold(self, count: int) -> bool:
        return (self.least is None or count >= self.least) and (self.most is None or count <= self.most)

    def words(self) -> str:
        if self.least is not None and self.most is not None:
            return f"{self.least} to {self.most}"
        return f"at least {self.least}" if self.most is None else f"at most {self.most}"


def bounds_for(role: str, assertions: Mapping[str, int], addresses: int) -> Bounds:
    """Bounds of one address in a role. Declared are bounds of the provider: a minimum is shared by its addresses in the role, rounded up."""
    what = MAIN.get(role)
    least, most = assertions.get(f"{what}_min"), assertions.get(f"{what}_max")
    return Bounds(None if least is None else math.ceil(least / max(1, addresses)), most)


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a reading is not taken over. `lasting`: further visits that show the same do not settle it; a person has to look."""

    kind: str                                                  # one of records.READING_FAILURES
    words: str
    lasting: bool = False


def count(extraction: Extraction, role: str) -> int:
    """Items of the kind that a document of this role is read for."""
    what = MAIN.get(role)
    return len(getattr(extraction, what)) if what else 0


def examine(good: Extraction, new: Extraction, role: str, bounds: Bounds) -> Finding | None:
    """Why the reading `new` of an address is not to replace the last good one, `good`; None where it is."""
    what = MAIN.get(role)
    if what is None:
        return None
    before, now = count(good, role), count(new, role)
    missed = [s for s in new.document.missed if s not in good.document.missed]
    if missed and before:
        return Finding("selector_missed", f"the declared selector {missed[0]!r} matches nothing any more")
    was, reads = good.document.text_language, new.document.text_language
    if was and reads and was.partition("-")[0] != reads.partition("-")[0]:
        return Finding("language_changed", f"the page reads as {reads}; before, it was in {was}")
    if role in ("offers", "regions") and before and not now and bounds.least != 0:
        return Finding("layout_changed", f"the page gives no {what} any more; before, it gave {before}", lasting=True)
    if bounds.hold(before) and not bounds.hold(now):
        return Finding("assertion_broken", f"the page gives {_items(now, what)}; the declaration expects {bounds.words()}")
    why = _collapsed(good, new, before, now)
    return Finding("layout_changed", f"the page gives {_items(now, what)} in the place of {before}, {why}") if why else None


def _collapsed(good: Extraction, new: Extraction, before: int, now: int) -> str | None:
    """How a page changed that lost most of its items; None where it did not, or lost none to speak of."""
    limits = thresholds()["collapse"]
    if before < limits["least"] or now >= limits["kept"] * before:
        return None
    if new.document.characters < limits["shrunk"] * good.document.characters:
        return f"and {new.document.characters:,} characters in the place of {good.document.characters:,}"
    for part in limits["carriers"]:
        old, left = good.document.structure.get(part, 0), new.document.structure.get(part, 0)
        if old >= limits["least"] and left < limits["rebuilt"] * old:
            return f"and {left} {part.replace('_', ' ')}s in the place of {old}"
    return None


def outside(total: int, what: str, assertions: Mapping[str, int]) -> str | None:
    """In words that all documents of a provider together give more or less than its declaration expects; None where they do not."""
    bounds = Bounds(assertions.get(f"{what}_min"), assertions.get(f"{what}_max"))
    return None if bounds.hold(total) else f"the documents read give {_items(total, what)}; the declaration expects {bounds.words()}"


def _items(number: int, what: str) -> str:
    return f"{number} {ONE[what] if number == 1 else what}" if number else f"no {what}"


def same_items(one: Sequence[tuple], other: Sequence[tuple]) -> bool:
    """Whether two readings show the same items; prices may differ."""
    return sorted(map(repr, one)) == sorted(map(repr, other))
