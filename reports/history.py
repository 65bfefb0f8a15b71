"""Time in a briefing: events of the rules above, dates and changes of terms below; new and gone listings; two redlines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from reports import text
from reports.model import Briefing, Evidence
from reports.source import Row

REDLINES = 2
YEARS = 5                                                      # the timeline reaches back so far at most


@dataclass(frozen=True, slots=True)
class Listing:
    """Chips of the class that a GPU cloud began or ceased to list, as two captures show it."""

    provider: str
    chip: str
    kind: str                                                  # new | gone
    day: str
    offers: int
    places: list[str]
    evidence: Evidence | None


def listing_changes(changes: Iterable[Row], items: dict[str, Row], slugs: set[str], evidence: dict[str, Evidence], chip: str | None, codes: frozenset[str] | None) -> list[Listing]:
    """New and gone listings of the chips of a briefing, by provider, chip and day. `items`: offers by id, past ones too; changes of our own reader are left out."""
    found: dict[tuple[str, str, str, str], list[tuple[Row, Row]]] = defaultdict(list)
    for row in changes:
        offer = items.get(row["item_id"])
        if row["item"] != "offer" or row["kind"] not in ("added", "removed") or offer is None or row.get("cause") == "extractor" or row["provider"] not in slugs:
            continue
        wanted = offer["gpu_name"] == chip if chip else str(offer.get("chip_class") or "").startswith("3A090.a")
        if wanted and (codes is None or offer.get("country") in codes):
            found[row["provider"], offer["gpu_name"], {"added": "new", "removed": "gone"}[row["kind"]], row["changed_at"][:10]].append((row, offer))
    return [Listing(provider, name, kind, day, len(pairs), sorted({text.country(offer["country"]) for _, offer in pairs if offer.get("country")}),
                    next((evidence[row["evidence_id"]] for row, _ in pairs if row.get("evidence_id") in evidence), None))
            for (provider, name, kind, day), pairs in sorted(found.items())]


def redlines(b: Briefing) -> list[Any]:
    """The first changes of a clause's wording that can be shown as a redline, in order of consequence."""
    return [line for line in b.changes if line.item == "clause" and line.redline][:REDLINES]


@dataclass(frozen=True, slots=True)
class Timeline:
    """What the figure shows: numbered events, days that terms state as their own, days on which a change was seen."""

    start: str
    end: str
    events: list[tuple[int, dict[str, Any]]]
    stated: list[tuple[str, int]]                              # middle of a month, documents
    seen: list[tuple[str, int]]                                # day, changes of verdicts and clauses
    earlier: int                                               # documents dated before the figure begins


def timeline(b: Briefing, events: list[dict[str, Any]]) -> Timeline:
    """The timeline of a briefing, from the first event of the last years to the day of the data."""
    end = b.run_date or max(str(e["day"]) for e in events)
    first = date.fromisoformat(end).replace(day=1)
    start = max(first.replace(year=first.year - YEARS).isoformat(), min(str(e["day"]) for e in events)[:8] + "01")
    kept = [e for e in events if start <= str(e["day"]) <= end]
    stated: dict[str, int] = defaultdict(int)
    seen: dict[str, int] = defaultdict(int)
    earlier = 0
    for provider in b.clouds:
        for document in provider.terms_read:
            day = (document.stated_date or "")[:10]
            if len(day) == 10 and day <= end:
                stated[min(f"{day[:8]}15", end)] += 1          # by month
                earlier += day < start
    for line in b.changes:
        if line.item in ("verdict", "clause"):
            seen[line.when[:10]] += line.count
    inside = [(day, n) for day, n in sorted(stated.items()) if day >= start]
    return Timeline(start, end, list(enumerate(kept, start=1)), inside, sorted((day, n) for day, n in seen.items() if day >= start), earlier)
