"""Providers by where they are seated, and by the class of the chips that they list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from reports import text
from reports.model import Evidence, ProviderView
from reports.places import group_classes, members
from reports.source import Row

LINE = 21_000                                                  # TPP: the line of the rule of 15 January 2026 (91 FR 1684)
COLUMNS = {
    "upper": f"3A090.a, TPP {text.number(LINE)} or more", "strong": f"3A090.a, TPP below {text.number(LINE)}", "desk": "3A090.a, desk cards", "b": "3A090.b", "none": "neither class",
    "unsure": "class not known",
}
# Words for seats and columns; translated where they are printed.
WORDS = (*COLUMNS.values(), "Seat not stated", "United States", "Country Group D:5, or Macau", "Country Group D:1 or D:4, not D:5", "Country Group A:5", "Other countries", "European Union",
         "China, Hong Kong, Macau", "Japan", "South-East Asia", "Elsewhere")
_SOUTH_EAST_ASIA = frozenset("BN KH ID LA MY MM PH SG TH TL VN".split())


@dataclass(slots=True)
class DotRow:
    """The classes of chip that a provider lists: column -> a price can be compared; and the captures that they rest on."""

    provider: ProviderView
    cells: dict[str, bool] = field(default_factory=dict)
    evidence: dict[str, Evidence] = field(default_factory=dict)


def seat_group(code: str | None, rows: list[Row], day: str) -> str:
    """The country group of the chip rules in which a seat is, in words."""
    if not code:
        return "Seat not stated"
    if code == "US":
        return "United States"
    found = group_classes(rows, day).get(code, "")
    if found:
        return {"D5": "Country Group D:5, or Macau", "D14": "Country Group D:1 or D:4, not D:5"}[found]
    return "Country Group A:5" if code in members(rows, "A:5", day) else "Other countries"


def seat_region(code: str | None, rows: list[Row], day: str) -> str:
    """The region of a seat as the small multiples print it (question 22 of the prepared questions)."""
    if not code:
        return "Seat not stated"
    if code in members(rows, "EU", day):
        return "European Union"
    if code in ("CN", "HK", "MO"):
        return "China, Hong Kong, Macau"
    return {"US": "United States", "JP": "Japan"}.get(code) or ("South-East Asia" if code in _SOUTH_EAST_ASIA else "Elsewhere")


def by_words(providers: Iterable[ProviderView], words: dict[str, str]) -> list[tuple[str, list[ProviderView]]]:
    """(words for the seat, providers) in the order of the words; other, elsewhere and not stated come last. `words`: slug -> words."""
    found: dict[str, list[ProviderView]] = defaultdict(list)
    for provider in providers:
        found[words[provider.slug]].append(provider)
    last = ("Other countries", "Elsewhere", "Seat not stated")
    return sorted(found.items(), key=lambda kv: (last.index(kv[0]) if kv[0] in last else -1, kv[0]))


def column_of(offer: Row, chips: list[Row]) -> str:
    """The column of an offer: its class, and for 3A090.a on which side of the line its chip is, by its own row or by all of its family alike."""
    kind = str(offer.get("chip_class") or "")
    if kind in ("3A090.b", "none"):
        return "b" if kind == "3A090.b" else "none"
    if not kind.startswith("3A090.a"):
        return "unsure"
    mine = [row for row in chips if row["chip"] == offer.get("chip")] or [row for row in chips if row["gpu_name"] == offer["gpu_name"]]
    if mine and all(row.get("datacenter_marketed") == 0 for row in mine):
        return "desk"
    sides = {row["tpp"] >= LINE for row in mine if row.get("tpp")}
    return "unsure" if len(sides) > 1 else "upper" if sides == {True} else "strong"


def dot_rows(clouds: list[ProviderView], offers: list[Row], chips: list[Row], chip: str | None) -> list[DotRow]:
    """The GPU clouds with an offer, by name, and what they list of each class."""
    family: dict[str, list[Row]] = defaultdict(list)
    for row in chips:
        family[row["gpu_name"]].append(row)
    found = {p.slug: DotRow(p) for p in clouds if p.offers}
    known = {e.key: e for p in clouds for e in p.evidence}
    columns: dict[tuple[str | None, str, str | None], str] = {}
    for offer in offers:
        if offer["provider"] not in found or (chip and offer["gpu_name"] != chip):
            continue
        key = (offer.get("chip"), offer["gpu_name"], offer.get("chip_class"))
        if key not in columns:
            columns[key] = column_of(offer, family[offer["gpu_name"]])
        row, column = found[offer["provider"]], columns[key]
        priced = offer.get("price_usd_per_gpu_hour") is not None
        if column not in row.cells or (priced and not row.cells[column]):
            row.cells[column] = priced
            if offer.get("evidence_id") in known:
                row.evidence[column] = known[offer["evidence_id"]]
    return [row for row in found.values() if row.cells]
