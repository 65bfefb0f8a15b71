"""What verdicts rest on, and which clauses speak of the same matter as a pending rule: counted from the data, without a forecast.

The rules and their dates are background data (rules_now.yml). A measure concerns the GPU clouds that its entry describes (by seat, by the chips listed); of
these are counted those with a clause of the kinds named, and those whose verdict rests on such a clause.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from chipwatch.records import CLAUSE_LABELS
from reports.language import _
from reports.model import Briefing, ClauseView, Evidence, ProviderView, count_codes

Found = list[tuple[ProviderView, list[Evidence]]]


@dataclass(frozen=True, slots=True)
class Measure:
    """A pending or suspended rule and what the documents hold on its matter today."""

    entry: dict[str, Any]
    codes: str                                                 # A14 A15
    concerned: list[ProviderView]
    verdicts: dict[str, int]                                   # of those concerned, for the customer of the briefing
    speaking: Found                                            # with a clause on the matter
    resting: Found                                             # whose verdict rests on such a clause
    unread: int                                                # of whom no terms were read


@dataclass(frozen=True, slots=True)
class Footing:
    """Something that clauses cite, and what rests on it."""

    name: str
    speaking: Found
    resting: Found


def captures(clauses: Iterable[ClauseView]) -> list[Evidence]:
    """The captures of clauses, each once."""
    return list({c.evidence.key: c.evidence for c in clauses if c.evidence is not None}.values())


def _found(providers: Iterable[ProviderView], customer: str, chosen: Any) -> tuple[Found, Found]:
    """(providers with a clause that `chosen` takes, those whose verdict for the customer rests on one), each with the captures."""
    speaking: Found = []
    resting: Found = []
    for provider in providers:
        mine = [c for c in provider.clauses if chosen(c)]
        ids = set(provider.verdicts[customer].clause_ids) if customer in provider.verdicts else set()
        base = [c for c in mine if c.id in ids]
        if mine:
            speaking.append((provider, captures(mine)))
        if base:
            resting.append((provider, captures(base)))
    return speaking, resting


def measures(b: Briefing, pending: list[dict[str, Any]]) -> list[Measure]:
    """One row a pending measure, in the order of the file. Raises KeyError for a kind of clause that the vocabulary lacks."""
    out = []
    for entry in pending:
        codes = " ".join(CLAUSE_LABELS[label] for label in entry["labels"])
        labels = frozenset(entry["labels"])
        concerned = [p for p in (b.listing if entry.get("listing") else b.clouds) if not entry.get("seats") or p.seat in entry["seats"]]
        speaking, resting = _found(concerned, b.customer, lambda clause, labels=labels: clause.label in labels)
        out.append(Measure(entry, codes, concerned, count_codes(concerned, b.customer), speaking, resting, sum(1 for p in concerned if not p.terms)))
    return out


def footings(b: Briefing) -> list[Footing]:
    """What the clauses of GPU clouds cite: groups of countries, places by name, lists of parties, controlled chips; by name. Only what occurs."""
    groups = sorted({group for p in b.clouds for c in p.clauses for group in c.place_groups})
    tests: list[tuple[str, Any]] = [(_("group of countries “%(group)s”", group=group), lambda c, group=group: group in c.place_groups) for group in groups]
    tests += [(_("lists of denied parties"), lambda c: c.label == "denied_party"), (_("controlled chips or remote access to them"), lambda c: c.label in ("remote_access_controlled_chips", "chip_or_region_limit")),
              (_("places by name"), lambda c: bool(c.places)), (_("seat, owner or parent of a firm"), lambda c: c.label == "headquarters_restriction")]
    found = [Footing(name, *_found(b.clouds, b.customer, test)) for name, test in tests]
    return sorted((f for f in found if f.speaking), key=lambda f: f.name.casefold())
