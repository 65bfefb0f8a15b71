"""Where data centres are: the countries of a briefing with their groups and what each number rests on, and the choice of a region.

Countries are counted by the ISO 3166-1 codes that offers carry. Groups are those of the data set (`country_groups`), with the members they had on the day
of the data: the chip rules of the Export Administration Regulations name Country Group D:5 and Macau, D:1 and D:4.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from reports import text
from reports.language import _, gettext, mark
from reports.model import ChipSupply, Evidence, ProviderView
from reports.source import ReportError, Row

GROUP_WORDS = {"D5": "Country Group D:5, or Macau", "D14": "D:1 or D:4, not D:5"}


@dataclass(frozen=True, slots=True)
class CountryLine:
    """A country on the map: who lists the chips there, and the capture that says so."""

    code: str
    name: str
    group: str                                                 # D5 | D14 | ''
    entries: list[tuple[ProviderView, Evidence | None]]        # by name of the provider

    @property
    def count(self) -> int:
        return len(self.entries)


def members(rows: Iterable[Row], name: str, day: str) -> set[str]:
    """Codes of the members of a group on a day (ISO date), from the rows of the view country_groups."""
    return {row["code"] for row in rows if row["place_group"] == name and (row["since"] or "") <= day < (row["until"] or "9999")}


def group_classes(rows: list[Row], day: str) -> dict[str, str]:
    """ISO code -> D5 (D:5, or Macau, which the chip rules name beside it) or D14 (D:1 or D:4 without D:5), on `day`."""
    five = members(rows, "D:5", day)
    if five:
        five.add("MO")
    other = (members(rows, "D:1", day) | members(rows, "D:4", day)) - five
    return {**dict.fromkeys(other, "D14"), **dict.fromkeys(five, "D5")}


def country_lines(listing: list[ProviderView], chosen: dict[str, list[ChipSupply]], groups: dict[str, str]) -> list[CountryLine]:
    """The countries in which the chips are listed, by name. `chosen`: slug -> the chips that count."""
    found: dict[str, list[tuple[ProviderView, Evidence | None]]] = {}
    for provider in listing:
        for code in sorted({code for chip in chosen[provider.slug] for code in chip.countries}):
            proof = next((chip.by_country[code] for chip in chosen[provider.slug] if code in chip.by_country), None)
            found.setdefault(code, []).append((provider, proof))
    return sorted((CountryLine(code, text.country(code), groups.get(code, ""), entries) for code, entries in found.items()), key=lambda line: text.sort_key(line.name))


def region_only(listing: list[ProviderView], lines: list[CountryLine]) -> list[tuple[str, int]]:
    """(country, GPU clouds) of regions that providers who list the chips name without saying that these chips are there, by name of the country."""
    tied = {(line.code, provider.slug) for line in lines for provider, _ in line.entries}
    found = Counter(code for p in listing for code in p.region_countries if (code, p.slug) not in tied)
    return sorted(((text.country(code), n) for code, n in found.items()), key=lambda kv: text.sort_key(kv[0]))


# --- narrowing a briefing to where data centres are -------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Area:
    """Countries that a briefing is narrowed to, and words for them that read on from "in"."""

    words: str
    codes: frozenset[str]


_AREA_WORDS = {"EU": mark("the European Union"), "EEA": mark("the European Economic Area")}


def parse_region(asked: str | None, rows: list[Row], day: str) -> Area | None:
    """The countries meant by `--region`: ISO codes or names of countries, English or in the language of the report (SG, or SG,MY), or a group that the data set knows (EU, D:5), on `day`.

    None where nothing is asked. Raises ReportError for words that name no place, with what may be written instead.
    """
    if asked is None:
        return None
    known = {row["code"] for row in rows}
    groups = {row["place_group"].casefold(): row["place_group"] for row in rows}
    from babel import Locale

    own = {text.country(code).casefold(): code for code in _territories()}
    names = {**{Locale("en").territories[code].casefold(): code for code in _territories()}, **own}
    codes: set[str] = set()
    words: list[str] = []
    for part in dict.fromkeys(part.strip() for part in asked.split(",") if part.strip()):
        code = part.upper() if part.upper() in _territories() else names.get(part.casefold())
        group = groups.get(part.casefold())
        if group and (found := {c for c in members(rows, group, day) if "-" not in c}):
            codes |= found
            words.append(gettext(_AREA_WORDS[group]) if group in _AREA_WORDS else _("countries of group %(group)s", group=group))
        elif code:
            codes.add(code)
            words.append(text.country(code))
        else:
            there = ", ".join(sorted(groups.values())) or "none"
            raise ReportError(f"{part!r} is no country or group of countries: write ISO codes as SG or SG,MY, or a group of this data set ({there})")
    if not codes:
        raise ReportError(f"no country stands in {asked!r}: write ISO codes as SG or SG,MY" + (", or a group as EU" if known else ""))
    return Area(text.listing(words), frozenset(codes))


@functools.cache
def _territories() -> frozenset[str]:
    """ISO 3166-1 alpha-2 codes that the map or the names of countries know."""
    from babel import Locale

    return frozenset(code for code in Locale("en").territories if len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "QO", "ZZ", "XA", "XB"))
