"""Where data centres are: regions and zones in tables, lists, feeds and sentences, and the country of a label.

`locate` tells the country of a label: by a country's name in it, a city or state, a code of a known cloud, the parts of a code. Knowledge: `data/regions.jsonl`
(region codes of large clouds), `data/regions_cities.yml` (cities in many scripts, airport codes), `nlp.places` (countries). A list of countries that may
sign up or be billed is no list of regions: headings decide.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache, partial
from importlib import resources
from typing import Any

from chipwatch.records import Issue, Offer, Region
from nlp.chips import find_chips
from nlp.document import Block, Cell, Document, MappedText
from nlp.offers import read_head, split_label
from nlp.places import country_codes, country_named, find_places, fold
from nlp.prices import fold as prices_fold
from nlp.prices import has_digit
from nlp.sieve import Sieved
from nlp.towns import town as town_named
from nlp.towns import town_of
from nlp.tree import Node
from nlp.word_files import data_file, words_of

words = words_of("regions.yml")

REGION_WORDS = Sieved(words("region_words"))
_NOT_REGIONS = words("not_regions")
_SOON = words("soon")
_ABSENT = words("absent")
# A label of a region: parts joined by hyphens, or letters and a number; not a host name, not a sentence.
_CODE = re.compile(r"(?<![\w.@/-])(?:[a-z]{2}[a-z0-9]*(?:[-‑–_][a-z0-9]+){1,4}|[A-Z]{2,4}[-_]?[A-Z]*[-_]?\d{1,2}[a-z]?|[A-Z]{2,5}(?:-[A-Z0-9]{1,6}){1,3}|[a-z]{3,4}\d{1,2}[a-z]?)(?![\w@/-]|\.\w)")
_SHORT = re.compile(r"(?<![\w.@/-])[a-z]{3}(?![\w@/-]|\.\w)")
_ZONE = re.compile(r"^(?P<region>.+?)(?:-?[a-f]|-?[1-9]|-0[1-9]|[-_][1-9][a-z]?|-[a-z]{3}\d{2}-[a-z])$")
_STATUS = words("status")
MOST_PLACES = 10_000                                           # different values of the fields of places of a feed
_LOCAL_ZONE = re.compile(r"(?P<region>[\u4e00-\u9fff]{2,}?)[一二三四五六七八九十\d]{1,2}区?$")          # "广州三区": a zone of Guangzhou
MOST_NAMES = 200_000                                           # characters of the names of regions of a country that are searched for a piece of them
MOST_OF_A_NAME = 200
_LISTED = words("listed")


_data = partial(data_file, "regions_cities.yml")


@lru_cache(maxsize=1)
def known_regions() -> dict[str, dict[str, Any]]:
    """Region codes of large clouds, lower case -> row of `data/regions.jsonl`."""
    lines = resources.files("nlp").joinpath("data/regions.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["code"].lower(): row for row in map(json.loads, filter(str.strip, lines))}


@lru_cache(maxsize=1)
def _cities() -> tuple[Any, list[str], dict[str, tuple[str, str]]]:
    import ahocorasick_rs

    names: dict[str, tuple[str, str]] = {}
    for country, cities in _data()["cities"].items():
        for city in cities:
            names.setdefault(fold(city), (country, city))
    for name, place in list(names.items()):
        for inflected in _in_russian(name):
            names.setdefault(inflected, place)
    for row in known_regions().values():
        if row["city"] and row["country"] and len(row["city"]) > 3 and "(" not in row["city"]:
            names.setdefault(fold(row["city"]), (row["country"], row["city"]))
    patterns = list(names)
    return ahocorasick_rs.AhoCorasick(patterns), patterns, names


def _in_russian(name: str) -> tuple[str, ...]:
    """The name of a town as Russian has it behind "в" and as that of which something is: "москва" in "в Москве" and "дата-центры Москвы". None for names in other letters, of several words,
    or without cases; a case that only adds letters is found without."""
    if not re.fullmatch("[а-яё]{4,}", name):
        return ()
    if name[-1] in "аяйь":
        stem = name[:-1]
        genitive = (stem + ("и" if name[-1] == "я" or stem[-1] in "гкхжшщч" else "ы"),) if name[-1] in "ая" else ()
        return stem + ("и" if name[-1] == "ь" or name.endswith("ия") else "е"), *genitive
    return (f"{name}е",) if name[-1] in "бвгджзклмнпрстфхцчшщ" else ()


@lru_cache(maxsize=1)
def _short_codes() -> dict[str, str]:
    return {code: country for country, codes in _data()["codes"].items() for code in codes}


@lru_cache(maxsize=1)
def _states() -> frozenset[str]:
    return frozenset(fold(state) for state in _data()["states"])


@lru_cache(maxsize=1)
def _within() -> dict[str, str]:
    return {fold(area): fold(state) for area, state in _data()["within"].items()}


def _may_lie_in(place: str, state: str) -> bool:
    """Whether a state that is named behind a place may be that in which it lies: not "Oregon, Virginia" nor "Silicon Valley, Virginia", which are two places each."""
    name, state = fold(place).rsplit(",", 1)[-1].strip(), fold(state)
    return _within()[name] == state if name in _within() else name == state or name not in _states()


_PROCESSOR_BEFORE = words("processor_before")


def find_cities(text: str) -> list[tuple[int, int, str, str]]:
    """(start, end, country, city) of cities, states and areas named in a text; the longest name wins."""
    machine, patterns, names = _cities()
    folded = fold(text)
    found = []
    for index, start, end in machine.find_matches_as_indexes(folded, overlapping=True):
        first, last = folded[start], folded[end - 1]
        if first.isascii() and ((start and folded[start - 1].isalnum() and folded[start - 1].isascii()) or not any(c.isupper() for c in text[start:end])):
            continue
        if first.isascii() and start and _PROCESSOR_BEFORE.search(folded[max(0, start - 20):start]):
            continue                                           # "EPYC Milan", "EPYC Genoa": processors
        if last.isascii() and end < len(folded) and folded[end].isascii() and folded[end].isalpha():
            continue
        if folded.startswith("us-", start) and folded[end:end + 1] == "-" and folded[end + 1:end + 2].isalnum():
            continue                                           # "US-East" of the code "US-EAST-2"
        found.append((start, end, *names[patterns[index]]))
    found.sort(key=lambda f: (f[0], -f[1]))
    kept: list[tuple[int, int, str, str]] = []
    for item in found:
        if not kept or item[0] >= kept[-1][1]:
            kept.append(item)
    return kept


@lru_cache(maxsize=32_768)                                     # a long feed names its places in tables, in fields and in offers, one pass after another: all of them are to be kept
def locate(label: str, language: str | None = None) -> tuple[str | None, str | None]:
    """(country, city) of a label of a place: "Frankfurt (eu-de)", "ap-guangzhou-fsi", "US, Kansas City, KS", "東京", "lu-lux". (None, None) where it names none, or several countries."""
    if not label or len(label) > 200:
        return None, None
    if re.fullmatch(r"\s*[A-Z]{2}(?:\s*[/,;|]\s*[A-Z]{2})+\s*", label):
        codes = {"GB" if c == "UK" else c for c in re.findall(r"[A-Z]{2}", label)}
        return (next(iter(codes)), None) if len(codes) == 1 and codes <= set(country_codes()) else (None, None)
    cities = find_cities(label)
    countries = dict.fromkeys(code for _, _, code in find_places(label, language) if "-" not in code)
    places = {c for _, _, c, _ in cities}
    if len(countries) == 1:
        country = next(iter(countries))
        if places and country not in places and len(places) == 1 and country in ("US", "GB", "KR", "CN", "IN"):
            country = next(iter(places)) if country == "CN" and places <= {"HK", "MO", "TW"} else country
        return country, next((name for _, _, c, name in cities if c == country), None)
    if len(countries) > 1:
        return (next(iter(places)), cities[0][3]) if len(places) == 1 and next(iter(places)) in countries else (None, None)
    if len(places) == 1:
        return cities[-1][2], cities[-1][3]                    # "North China 2 (Beijing)": the narrower name stands last
    if len(places) > 1:
        return None, None
    if (known := _compass_names()[1].get(label.strip())) is not None:
        return known                                           # "West Europe", "Southeast Asia": names of regions, as in sentences
    country, city = _of_code(label)
    inner = _CODE_INSIDE.search(label) if country is None else None
    return locate(inner[1], language) if inner else (country, city)


_CODE_INSIDE = re.compile(r"\w \(([A-Z]{2,4}-?\d{1,2})\)\s*$")     # "West Coast (LAX2)"


def site(label: str, language: str | None = None) -> tuple[str | None, str | None]:
    """As `locate`, for a label that the page says is a place: there any town of the world counts, too."""
    country, city = locate(label, language)
    if city is not None or country is not None and len(label) == 2:
        return country, city
    where, name = town_of(label, language) if not _AREA.fullmatch(fold(label.strip())) else (None, None)
    if country is None:
        return where, name
    return country, name if where == country else None


_BROAD = re.compile(r"(?:eu|europe|ap|asia|me|af)-(?:north|south|east|west|central)+")       # where this one is, another number of it need not be


def _of_code(label: str) -> tuple[str | None, str | None]:
    """(country, city) of a region code."""
    code = fold(label.strip()).replace("‑", "-").replace("_", "-").strip("` ()")
    if not code or " " in code:
        return None, None
    known = known_regions()
    for candidate in (code, re.sub(r"[-]?[a-f]$", "", code), re.sub(r"-[1-9][a-z]?$", "", code), re.sub(r"\d+[a-z]?$", "", code)):
        row = known.get(candidate)
        if row and not (candidate != code and _BROAD.fullmatch(candidate)):
            return row["country"], row["city"]
    parts = [p for p in re.split(r"[-.]", code) if p]
    if not parts:
        return None, None
    names = _cities()[2]
    iso = country_codes()
    data = _data()
    if len(parts) > 1 and parts[0] in data["makers"]:
        found = _of_code("-".join(parts[1:]))
        if found[0] is not None:
            return found
    special, areas, short = data["country_parts"], data["areas"], _short_codes()
    if len(parts) == 1:
        word = re.sub(r"\d+[a-z]?$", "", parts[0])
        if special.get(word):
            return special[word], None
        if word in names:
            return names[word]
        if word in short and (word != parts[0] or len(word) == 3):
            return short[word], None
        named = re.fullmatch(r"([a-z]{4,}?)(?:north|south|east|west|central)(?:east|west|central)?\d?", code)
        if named and country_named(named[1].title(), None):    # "swedencentral"
            return country_named(named[1].title(), None), None
        if word != parts[0] and word in data["numbered"] and label.strip().isupper():
            return word.upper(), None                          # "JP2"
        return (word.upper(), None) if len(word) == 2 and word == parts[0] and word.upper() in iso and word not in areas else (None, None)
    for part in parts[1:] if parts[0] in areas or len(parts[0]) == 2 else parts:
        word = re.sub(r"\d+$", "", part)
        if word in names and len(word) > 3:
            country, city = names[word]
            if parts[0] in areas or parts[0].upper() == country or special.get(parts[0]) == country or len(parts[0]) > 2:
                return country, city
    first = re.sub(r"\d+$", "", parts[0])
    if special.get(first):
        return special[first], None
    if first in areas:
        for part in parts[1:]:
            word = re.sub(r"\d+$", "", part)
            if special.get(word):
                return special[word], None
            named = find_places(word.title(), None) if len(word) > 3 else []
            if len(named) == 1 and named[0][1] == len(word):
                return named[0][2], None
            if word == "ne" or word == "se" and first not in ("eu", "europe"):
                continue                                       # "ap-ne1" lies in the north-east
            if len(word) == 2 and word.upper() in iso and word not in {"az", "dc"}:
                return ("GB" if word == "uk" else word.upper()), None
            if word in short:
                return short[word], None
        return None, None
    if len(first) == 2 and first.upper() in iso:
        for part in parts[1:]:
            other = special.get(re.sub(r"\d+$", "", part))    # "nf-us-west-1": a maker's prefix before the country
            if other and len(part) == 2 and other != first.upper():
                return other, None
        if any(len(re.sub(r"\d+", "", p)) > 4 and not re.match(r"(?:north|south|east|west|central)", p) for p in parts[1:]):
            return None, None                                  # "my-server", "in-memory"
        return ("GB" if first == "uk" else first.upper()), None
    if len(parts) == 3 and parts[0].isalpha() and parts[2].isdigit() and (land := special.get(parts[1]) or len(parts[1]) > 3 and country_named(parts[1].title(), None)):
        return land, None                                      # "springdale-usa-1": a town, its country, a number
    for part in parts:
        word = re.sub(r"\d+$", "", part)
        if word in short and len(word) == 3:
            return short[word], None
    return None, None


def split_places(text: str, language: str | None = None) -> list[str]:
    """The places that a field lists: "us-east1, us-west1" and "北京、上海" are two each, "US, Kansas City, KS" and "Paris, France" one."""
    pieces = [_FOR.sub("", p.strip()) for p in _LISTED.split(text) if p.strip()]
    if len(pieces) < 2:
        return pieces
    whole = locate(text, language)[0]
    codes = sum(bool(_CODE.fullmatch(p)) for p in pieces)
    names = [p for p in pieces if country_named(p, language) or re.fullmatch(r"[A-Z]{2}", p) or fold(p) in _states()]
    if whole and not codes and "," in text and not re.search(r"[/;、，\n]", text) and (len(names) == 1 or any(locate(p, language)[0] is None for p in pieces)):
        return [text.strip()]
    return pieces


_HAD_BY = re.compile(r"(?:^|\n)[A-Z][A-Za-z0-9.-]{1,11}\s?[:：]")
_FOR = re.compile(r"^[^:：、,，/()（）]{1,16}[:：]\s*(?=[^\s/])")           # "GX10: Guangzhou, Shanghai": what is had there


def _crowded(text: str, language: str | None) -> bool:
    """Whether a cell names several cities, each with its zones: more than one between East Asian marks, more than two otherwise."""
    towns = {town for *_, town in find_cities(text)}
    if re.search(r"[、，；;\n]|[\u4e00-\u9fff],", text):
        return len(towns) > 1
    return len(towns) > 2 and not find_places(text, language)


def _places_of(text: str, language: str | None) -> list[str]:
    """The places that a cell lists, where it lists places only; "Dallas, Texas" is one place."""
    pieces = [_FOR.sub("", p.strip()) for p in _LISTED.split(text.strip()) if p.strip()]
    if len(pieces) > 1 and not re.search(r"[;、，；/·・\n]", text) and any(fold(re.sub(r"\s*[(（].*", "", p)) in _states() or country_named(p, language) for p in pieces[1:]) and locate(text.strip(), language)[0]:
        return []
    return pieces if all(site(p, language)[0] for p in pieces) else []


def read_regions(document: Document, blocks: Iterable[tuple[Block, tuple[str, ...], str]], trees: Iterable[Node], offers: Iterable[Offer], issues: list[Issue] | None = None) -> list[Region]:
    """The regions of a document. `blocks` gives (block, headings above it, text before it) without chrome; `trees` are the feeds in it.

    Of a feed at most MOST_PLACES different values of fields of places are read; where there are more, an error is added to `issues`.
    """
    found: list[Region] = []
    language = document.language
    listed = list(blocks)
    corners: set[str] = set()
    for block, path, before in listed:
        if block.table is not None:
            found += _of_table(document, block, path, before, language, corners)
    for block, *_ in listed:
        if block.table is not None:
            found += _of_narrow_table(document, block, corners, language)
    found += _of_lists(document, listed, language)
    found += _of_headings(document, listed, language)
    found += _of_labels(document, listed, language)
    found += _of_bare_lists(document, listed, language)
    found += _of_parameters(document, listed, language)
    named: set[tuple] = set()
    for tree in trees:
        found += list(_of_tree(document, tree, language, named))
    if len(named) >= MOST_PLACES and issues is not None:
        issues.append(Issue("error", "limit", f"read only in part: more than {MOST_PLACES:,} names of places"))
    noted = [] if any(r.city for r in found) else [r for tree in trees for r in _of_notes(document, tree, language)]
    sure = _merged(found)
    listed_names: dict[str | None, dict[str, None]] = {}
    for region in sure:
        listed_names.setdefault(region.country, {}).update(dict.fromkeys((fold(region.name or ""), fold(region.city or ""))))
    texts = {country: "\n".join(names)[:MOST_NAMES] for country, names in listed_names.items()}
    loose = noted + _of_sentences(document, listed, language, named_only=bool(sure))
    located = {o.location: o for o in reversed(list(offers)) if o.location and o.start is not None}
    for offer in reversed(located.values()):
        loose += _of_location(offer, language)
    loose = [r for r in loose if not (r.country in listed_names and r.city is None and country_named(r.label, language) == r.country)]     # a country whose regions are listed
    towns = {r.country for r in loose if r.city is not None}
    loose = [r for r in loose if not (r.country in towns and r.city is None and country_named(r.label, language) == r.country)]             # … or a town of which is named
    of_zones = {m["region"] for r in sure if (m := _NUMBERED_ZONE.fullmatch(fold(r.label or "")))}
    loose = [r for r in loose if not (r.city and _LETTERED_ZONE.fullmatch(r.label or "") and any(fold(r.city) in name for name in listed_names.get(r.country, ())))]      # a zone of a region that is listed
    new = {(r.label, r.name, r.country): r for r in reversed(loose) if fold(r.label or "") in of_zones or not (r.name and (fold(r.name) in listed_names.get(r.country, ()) or fold(r.name) in texts.get(r.country, "")))}
    return _merged([*sure, *reversed(new.values())]) if new else sure


def _merged(found: list[Region]) -> list[Region]:
    """One row a region: the same label, or the same name where there is no label; a zone of a region that is listed falls to it."""
    rows: dict[str, Region] = {}
    for region in found:
        key = fold(region.label or region.name or "").replace("‑", "-")
        if not key:
            continue
        known = rows.get(key)
        if known is None:
            rows[key] = region
        else:
            known.name = known.name or region.name
            known.country = known.country or region.country
            known.city = known.city or region.city
    _fold_numbered(rows)
    _fold_sites(rows)
    named = {fold(r.name) for r in rows.values() if r.name and fold(r.name) != fold(r.label or "")}
    named |= {name[:at.start()] for name in named for at in re.finditer(",", name[:MOST_OF_A_NAME])}       # "Graz, Austria" is Graz
    named |= {tail for r in rows.values() if r.name and fold(r.name) != fold(r.label or "") for tail in _tails(fold(r.name))}       # "Fast Graz-2" is Graz-2
    coded_cities = {fold(r.city) for r in rows.values() if r.city and "-" in (r.label or "")}
    out = []
    for key, region in rows.items():
        local = _LOCAL_ZONE.match(key)
        if local and local["region"] in rows:
            continue
        zone = _ZONE.match(key)
        if zone and zone["region"] in rows and "-" in key and _is_zone_of(region, rows[zone["region"]]):
            continue
        if key in named and (region.name is None or fold(region.name) == key):
            continue
        if key in _AREAS and any(other != key and other.startswith(key) for other in rows):
            continue                                           # "华东" beside "华东-青岛"
        if region.city and fold(region.city) in coded_cities and re.fullmatch(r"[a-z]{3}\d{1,2}|\D+ \d{2}", key):
            continue                                           # a data centre in the city of a region that is listed
        out.append(region)
    return out


_LETTERED_ZONE = re.compile(r"[a-z]{2,}(?:-[a-z0-9]+)+-?[a-h]")
_NUMBERED_ZONE = re.compile(r"(?P<region>[a-z]{2}-[a-z]{2,}\d?)-(?:[1-9]|[a-f])")


def _fold_numbered(rows: dict[str, Region]) -> None:
    """Bring the zones of regions that are not listed themselves to their region, where the page lists two regions or more both by their code and by zones of it: that shows which are zones."""
    zones = {key: m["region"] for key in rows if (m := _NUMBERED_ZONE.fullmatch(key))}
    if len({base for key, base in zones.items() if base in rows and _is_zone_of(rows[key], rows[base])}) < 2:
        return
    for key, base in zones.items():
        if base not in rows:
            region = rows.pop(key)
            region.label = base
            rows[base] = region


_NUMBERED_SITE = re.compile(r"(?P<town>[a-z]{3})\d{2}")


def _fold_sites(rows: dict[str, Region]) -> None:
    """Leave out data centres by numbers ("GRZ04") whose town is listed under its name, where the page lists several such: they are counted with their town."""
    towns = {(r.country, fold(part)[:3]) for r in rows.values() for part in (r.city, r.name) if part and len(part) > 3 and not _NUMBERED_SITE.fullmatch(fold(r.label or ""))}
    sites = [key for key, r in rows.items() if (m := _NUMBERED_SITE.fullmatch(key)) and (r.country, m["town"]) in towns]
    for key in sites if len(sites) >= 3 else ():
        del rows[key]


def _tails(name: str) -> list[str]:
    """What stands at the end of a name of few words: "fast graz-2" gives "graz-2"."""
    words = name[:MOST_OF_A_NAME].split()
    return [" ".join(words[i:]) for i in range(1, min(len(words), 5))]


def _is_zone_of(zone: Region, region: Region) -> bool:
    """Whether a row whose label is that of `region` with a letter or number is one of its zones: not where the region is but a place of that name, nor where both have names of their own."""
    base, own = fold(region.name or ""), fold(zone.name or "")
    if zone is region or base == fold(region.label or "") and region.city == region.name:
        return False
    if base == fold(region.label or ""):
        return True                                            # "sg-01" in Singapore beside "sg": the code alone is no name
    return not (base and own and base not in own and own not in base and own != fold(zone.label or "") and zone.city and region.city)


def _row(document: Document, content: MappedText, start: int, end: int, label: str, name: str | None, country: str | None, city: str | None, soon: bool) -> Region:
    quote, a, b = document.quote(content, start, end)
    label, name = _without_zone(label), _without_zone(name)
    row = known_regions().get(label.lower()) if label else None
    return Region(label=label or name or "", name=name, country=country, city=city, latitude=row["latitude"] if row and row["country"] == country else None,
                  longitude=row["longitude"] if row and row["country"] == country else None, status="coming_soon" if soon else "listed", quote=quote[:600], start=a, end=min(b, a + 600))


_NAMED_ZONE = words("named_zone")


def _without_zone(name: str | None) -> str | None:
    """The region of a zone that is named in an East Asian script: "青岛二可用区B" and "青岛二B" are zones of 青岛二."""
    zone = _NAMED_ZONE.fullmatch(name) if name and len(name) <= MOST_OF_A_NAME and not name.isascii() else None
    return zone["region"] if zone and locate(zone["region"])[0] else name


_NOT_A_CODE = words("not_a_code")


def _code_in(text: str, short: bool = False) -> re.Match | None:
    """The region code in a cell or item."""
    for match in _CODE.finditer(text):
        word = match[0]
        if re.search(r"\d|-", word) and not _NOT_A_CODE.fullmatch(word):      # "DE-CIX" is where networks meet, "SR-2x" a router
            return match
    return _SHORT.search(text) if short else None


_ZONES_BEHIND = re.compile(r"\s?[(（](?P<codes>`?[a-z]{2,}(?:-[a-z0-9]+)+`?(?:\s?,\s?`?[a-z]{2,}(?:-[a-z0-9]+)+`?){1,9})[)）]$")


def _code_of_zones(codes: str) -> str | None:
    """The code that zones share: "us-fox" of "us-fox-1, us-fox-2"; None where they are not zones of one region."""
    shared = {m["region"] if (m := _NUMBERED_ZONE.fullmatch(c.strip(" `"))) else None for c in codes.split(",")}
    return shared.pop() if len(shared) == 1 else None


_LAST_BRACKET = re.compile(r"[(（][^()（）]{2,200}[)）]$")
_SHORT_NAME = re.compile(r":(?=[a-z_]*[a-z]{3})[a-z][a-z0-9_+-]{1,40}:")                  # of a picture in Markdown: ":de:" is none, ":flag-de:", ":cityscape:" are


def parse_place(text: str, language: str | None, *, short: bool = False, sure: bool = False) -> tuple[str | None, str | None, str | None, str | None]:
    """(code, name, country, city) of a cell or list item such as "Dallas (`us-south`)", "华南地区（广州） ap-guangzhou", "fra1 - Frankfurt". `sure`: it is known to be a place."""
    text = _STATUS.sub("", " ".join((_SHORT_NAME.sub(" ", text) if ":" in text else text).replace("\\n", " ").split()))      # a line break that a maker of Markdown wrote out
    zoned = _ZONES_BEHIND.search(text)
    if zoned and (shared := _code_of_zones(zoned["codes"])):
        text = f"{text[:zoned.start()]} ({shared})"
    if text.endswith((")", "）")) and (bracket := _LAST_BRACKET.search(text)) and has_digit(bracket[0]) and find_chips(bracket[0], context=True):
        text = text[:bracket.start()].rstrip()                 # "Graz, Austria (H100, L40S)": what is had there
    match = _code_in(text, short and len(text) <= 4)
    code = match[0].replace("‑", "-") if match else None
    name = text
    if match:
        name = " ".join((text[:match.start()] + " " + text[match.end():]).split())
    name = re.sub(r"\(\s*[`'\"]?\s*\)|（\s*）|[`*]", "", name).strip(" -–—:：,;|()") if match else name.strip(" *`:-")
    name = re.sub(r"\s+(?=[,\s])", "", name)                   # where a code stood
    if name.count("(") > name.count(")"):
        name += ")"
    country, city = (site if sure else locate)(name, language) if name else (None, None)
    if country is None and code:
        country, city = locate(code, language)
    return code, name or None, country, city


_CODE_HEAD = words("code_head")
_CODE_ONLY = words("code_only")
_ANY_NAME = words("any_name")
_PLACE_HEAD = words("place_head")


def _of_narrow_table(document: Document, block: Block, corners: set[str], language: str | None) -> list[Region]:
    """The one or two regions that head the columns of a table whose first head is that of the tables with many ("Service | Graz 01")."""
    head = block.table.rows[0] if block.table is not None and block.table.rows else []
    if not 2 <= len([c for c in head if c is not None and c.text.strip()]) <= 3 or head[0] is None or fold(head[0].text.strip()) not in corners:
        return []
    out = []
    for cell in head[1:]:
        if cell is None or not cell.text.strip():
            continue
        code, name, country, city = parse_place(cell.text, language)
        if country is None or not name or len(cell.text) > 60 or not (code or _place_alone(name, language)):
            return []
        out.append(_row(document, cell.content, 0, len(cell.text), code or name, name, country, city, False))
    return out


_ZONES_HEAD = words("zones_head")
_OTHER_HEAD = words("other_head")


def _of_table(document: Document, block: Block, path: tuple[str, ...], before: str, language: str | None, corners: set[str]) -> list[Region]:
    """The regions of a table. The first head of a table whose other heads are regions is added to `corners`."""
    table = block.table
    if table is None or len(table.rows) < 2:
        return []
    width = max(len(r) for r in table.rows)
    body = table.header_rows or 1
    heads = []
    for column in range(width):
        words: list[str] = []
        for row in table.rows[:body]:
            cell = row[column] if column < len(row) else None
            if cell is not None and cell.text.strip() and cell.text.strip() not in words:
                words.append(cell.text.strip())
        heads.append(split_label(" ".join(words)) if words else "")
    placed = [(i, *parse_place(c.text, language)) for i, c in enumerate(table.rows[0]) if i and body and c is not None and len(c.text) <= 60]
    named = [p for p in placed if p[3] and not p[1] and p[2] and _place_alone(p[2], language)]
    placed = [p for p in placed if p[1] and p[3]]
    if len(named) >= 2 and not placed:
        placed = [*named, *named]                              # names of places suffice, where there are no codes
    if len(placed) >= 3 and 2 * len(set(placed)) >= width - 2:          # regions as heads of columns
        placed = list(dict.fromkeys(placed))
        if table.rows[0][0] is not None and table.rows[0][0].text.strip():
            corners.add(fold(table.rows[0][0].text.strip()))
        return [_row(document, table.rows[0][i].content, 0, len(table.rows[0][i].text), code, name, country, city, False) for i, code, name, country, city in placed]
    if len(areas := [i for i, h in enumerate(heads) if _AREA.fullmatch(h)]) >= 2 and (listed := _of_areas(document, table.rows[body:], areas, language)):
        return listed
    strong = [i for i, h in enumerate(heads) if REGION_WORDS.search(h) and len(h) <= 60]
    around = fold(" ".join((path[-1] if path else "", table.caption or "", before[-300:])))
    if not strong and not (REGION_WORDS.search(around) and any(_PLACE_HEAD.search(h) for h in heads)):
        return []
    if _NOT_REGIONS.search(" ".join(heads)) or _NOT_REGIONS.search(fold(f"{path[-1] if path else ''} {table.caption or ''}")):
        return []
    zones = [i for i in strong if _ZONES_HEAD.search(heads[i])]
    regions = [i for i in strong if i not in zones]
    if regions and zones:
        strong = regions
    zones = zones if regions else []
    columns = [i for i, h in enumerate(heads) if i not in zones and (i in strong or _PLACE_HEAD.search(h) or _CODE_HEAD.search(h) or _CODE_ONLY.search(h))]
    columns = [c for c in columns if not _OTHER_HEAD.search(heads[c])]
    if any(_OF_PRODUCT.search(h) or _OF_INSTANCE.search(h) for h in heads):
        columns = [c for c in columns if not _ANY_NAME.search(heads[c])]      # a list of what is sold: its ids and names are not those of regions
    if strong and (named := _of_several_clouds(table.rows[body:], [i for i in range(width) if i not in zones], columns)):
        code, place = named                                    # "Region | Cloud | Description": "Europe | aws-eu-central-1 | Europe, Germany: Frankfurt"
        columns = [code] if place is None else [code, place]
        coded_beside = {code}
    else:
        coded_beside = set()
    if not columns:
        return []
    coded = coded_beside | {c for c in columns if _CODE_ONLY.search(heads[c]) or _NAME_OF_REGION.search(heads[c]) and _all_codes(table.rows[body:], c)}
    base = _regions_of_zones(table.rows[body:], columns, zones) if not coded else {}
    out: list[Region] = []
    given = resolved = 0
    beside = [i for i in range(width) if i not in columns]
    seen: set[tuple[int, ...]] = set()                         # cells that several rows have in common
    known: dict[tuple[tuple[int, str], ...], tuple[int, int]] = {}     # columns and texts of cells -> (regions that they gave, those of them with a country)
    for row in table.rows[body:]:
        cells = [row[c] for c in columns if c < len(row) and row[c] is not None and row[c].text.strip()]
        if not cells or tuple(map(id, cells)) in seen:
            continue
        if zones and out and regions[0] < zones[0] and regions[0] < len(row) and not (row[regions[0]] is not None and row[regions[0]].text.strip()) and any(i < len(row) and row[i] is not None and row[i].text.strip() for i in zones):
            continue                                           # the next zone of the region above, whose cell is left empty
        others = [row[i] for i in beside if i < len(row) and row[i] is not None]
        if any(_says_absent(c.text) for c in others):
            continue
        seen.add(tuple(map(id, cells)))
        texts = tuple(c.text.strip() for c in cells)
        key = tuple((c.column, text) for c, text in zip(cells, texts, strict=True))
        if key not in known:                                   # a region that is named again is the same region
            soon = bool(_SOON.search(fold(" ".join([*texts, *(c.text.strip() for c in others)])).replace("_", " ")))
            found = _of_row(document, cells, texts, coded, soon, language)
            if len(found) == 1 and len(texts) == 1 and texts[0] in base and found[0].label == found[0].name:
                found[0].label = base[texts[0]]
            known[key] = len(found), sum(r.country is not None for r in found)
            out += found
        given += known[key][0]
        resolved += known[key][1]
    return out if resolved * 2 >= given and resolved else []


def _of_areas(document: Document, rows: list[list[Cell | None]], columns: list[int], language: str | None) -> list[Region]:
    """The regions in the cells of columns that are headed by parts of the world: "GPU | Americas | Europe", "A40 | Graz, Turku"; none where a cell has another word."""
    out: list[Region] = []
    for cell in (row[c] for row in rows for c in columns if c < len(row) and row[c] is not None):
        if not cell.text.strip() or _ABSENT.match(fold(cell.text.strip())):
            continue
        at = 0
        for piece in split_places(cell.text, language):
            country, city = site(piece, language)
            if country is None:
                return []
            at = max(cell.text.find(piece, at), 0)
            code = piece if _CODE.fullmatch(piece) else None
            out.append(_row(document, cell.content, at, at + len(piece), code or piece, None if code else piece, country, city, False))
    return out


def _of_several_clouds(rows: list[list[Cell | None]], columns: list[int], known: list[int]) -> tuple[int, int | None] | None:
    """The column of codes that name their cloud ("aws-eu-central-1"), where it is not one of the columns that are `known` to be of regions, and that of places beside it, if there is one."""
    def texts(column: int) -> list[str]:
        return [row[column].text.strip(" `") for row in rows if column < len(row) and row[column] is not None and row[column].text.strip()]

    makers = tuple(f"{maker}-" for maker in _data()["makers"])
    code = next((c for c in columns if c not in known and len(of := texts(c)) >= 2 and all(t.startswith(makers) and _PLAIN_CODE.fullmatch(t) for t in of)), None)
    if code is None:
        return None
    place = next((c for c in columns if c not in (code, *known) and 4 * sum(len(t) <= 80 and locate(t)[0] is not None for t in texts(c)) >= 3 * len(texts(c)) > 0), None)
    return code, place


_NAME_OF_REGION = words("name_of_region")
_PLAIN_CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+|[a-z]{2,}\d+[a-z]?")


def _all_codes(rows: list[list[Cell | None]], column: int) -> bool:
    """Whether every cell of a column is a code, as the name that a program uses: "s-grz1", "at-graz-2"."""
    texts = [row[column].text.strip() for row in rows if column < len(row) and row[column] is not None and row[column].text.strip()]
    return bool(texts) and all(_PLAIN_CODE.fullmatch(t) for t in texts)


def _regions_of_zones(rows: list[list[Cell | None]], columns: list[int], zones: list[int]) -> dict[str, str]:
    """Name of a region -> its code, where a table gives the zones of each and two zones or more share the code: "Graz | at-grz-1", "Graz | at-grz-2"."""
    if len(columns) != 1 or len(zones) != 1:
        return {}
    found: dict[str, set[str]] = {}
    for row in rows:
        name, zone = (row[c].text.strip() if c < len(row) and row[c] is not None else "" for c in (columns[0], zones[0]))
        if name and zone and len(name) <= MOST_OF_A_NAME:
            found.setdefault(name, set()).update(z.strip(" `") for z in re.split(r"[,;\s]+", zone[:MOST_OF_A_NAME]) if z.strip(" `"))
    out = {}
    for name, codes in found.items():
        parts = {m["region"] for z in codes if (m := re.fullmatch(r"(?P<region>[a-z]{2,}[a-z0-9]*(?:-[a-z0-9]+)*?\d?)-?(?:[a-f]|[1-9])", z))}
        if len(codes) >= 2 and len(parts) == 1 and "-" in next(iter(parts)):
            out[name] = parts.pop()
    return out


@lru_cache(maxsize=8192)
def _says_absent(text: str) -> bool:
    """Whether a cell says that something is not to be had in the region of its row."""
    folded = fold(text.strip())
    return folded.startswith(("not", "unav", "n/", "未")) and bool(_ABSENT.match(folded))


def _of_row(document: Document, cells: list[Cell], texts: tuple[str, ...], coded: set[int], soon: bool, language: str | None) -> list[Region]:
    """The regions of a row of a table, by its cells of codes and places."""
    bare = not any(_code_in(_HAD_BY.sub("", c.text)) for c in cells)
    out: list[Region] = []
    listing = None if not bare else next((c for c in cells if len(_places_of(c.text, language)) > 1), None)
    if listing is not None:
        for piece in _places_of(listing.text, language):
            country, city = site(piece, language)
            at = listing.text.find(piece)
            code = piece if _CODE.fullmatch(piece) else ""
            out.append(_row(document, listing.content, at, at + len(piece), code or piece, None if code else piece, country, city, soon))
        return out
    crowded = None if not bare else next((c for c in cells if _crowded(c.text, language)), None)
    if crowded is not None:                                    # "广州三、四区,上海二区": several cities with their zones in one cell
        return [_row(document, crowded.content, at, stop, crowded.text[at:stop], crowded.text[at:stop], where, town, soon) for at, stop, where, town in _joined(crowded.text, language)]
    code = next((t for c, t in zip(cells, texts, strict=True) if len(t) <= 24 and c.column in coded and " " not in t), None)
    name = country = city = by_code = None
    for text in texts:
        if text == code:
            by_code = by_code or locate(code, language)
            continue
        if _SHARE.fullmatch(text):
            continue
        c, n, where, town = parse_place(text, language, short=True, sure=True)
        if c and where and (not n or site(n, language)[0] is None):
            by_code, where, town = by_code or (where, town), None, None
        code = code or c
        if n and (name is None or (where and not country)) and not (c and n == c):
            name = n if name is None or (where and site(name, language)[0] is None) else name
        country = country or where
        city = city or town
    if country is None:
        country, city = locate(" ".join(t for t in texts if t != code), language)
    if country is None and by_code:
        country, city = by_code[0], city or by_code[1]
    label = code or name or ""
    if country is None and code is None or len(label) > 80 or "{{" in label:      # more is a sentence, not a name; a template's variable is none
        return []
    region = _row(document, cells[0].content, 0, len(cells[0].content.text), label, name, country, city, soon)
    last = cells[-1].content
    if len(cells) > 1 and last.text:
        a, b = region.start, last.source_span(0, len(last.text))[1]
        if a is not None and a < b <= a + 600:
            region.quote, region.end = document.text[a:b], b
    return [region]


_SHARE = re.compile(r"[+-]?\d{1,3}(?:[.,]\d+)?\s?%")              # a surcharge beside a place


def _place_alone(name: str, language: str | None) -> bool:
    """Whether a text is the name of one place and nothing more."""
    spans = [(a, b) for a, b, *_ in find_cities(name)] + [(a, b) for a, b, _ in find_places(name, language)]
    return bool(spans) and not _WORDS_OF_PLACE.sub("", "".join(c for i, c in enumerate(name) if not any(a <= i < b for a, b in spans)))


_WORDS_OF_PLACE = words("words_of_place")


@lru_cache(maxsize=1024)
def _is_of_regions(text: str) -> bool:
    """Whether a heading, or a heading and the lead of a list, has a word for places where one can compute. The blocks below it ask one after another."""
    return REGION_WORDS.search(fold(text)) is not None


@lru_cache(maxsize=1024)
def _is_of_other_things(text: str) -> bool:
    """Whether a heading has words of places that are no regions: of eligible countries, offices, payment."""
    return _NOT_REGIONS.search(fold(text)) is not None


def _of_headings(document: Document, blocks: list[tuple[Block, tuple[str, ...], str]], language: str | None) -> list[Region]:
    """Regions that have a heading each ("Erfurt (ERF1)", "fi-rvn") under a heading or title about regions. The country may stand in the paragraph below."""
    out: list[Region] = []
    for index, (block, path, _) in enumerate(blocks):
        text = block.text.strip()
        if block.kind != "heading" or len(text) > 90 or (not path and block.level <= 1):
            continue
        above = [fold(h) for h in path if len(h) <= 80] or [fold(document.title or "")]
        if not any(map(_is_of_regions, above)) or any(map(_is_of_other_things, above)) or _NOT_REGIONS.search(fold(text)):
            continue
        code, name, country, city = parse_place(text, language)
        bare = fold(name or "")
        places = [(a, b) for a, b, *_ in find_cities(name or "")] + [(a, b) for a, b, _ in find_places(name or "", language)]
        rest = _WORDS_OF_PLACE.sub("", "".join(c for i, c in enumerate(name or "") if not any(a <= i < b for a, b in places)))
        if bare and (not places or rest) and not (code and len(bare) <= 40):
            continue
        if not code and not city:
            continue                                           # "Europe", "Japan": a heading of several
        below = blocks[index + 1] if index + 1 < len(blocks) else None
        note = below[0].text[:240] if below is not None and below[0].kind == "paragraph" else ""
        if country is None or not places:
            sited = [(a, b, c, None) for a, b, c in find_places(note, language) if "-" not in c] + find_cities(note)
            if len({c for _, _, c, _ in sited}) == 1:
                country = sited[0][2]
                city = city or next((t for _, _, _, t in sited if t), None)
                name = name or city
        if country is None or (code and not places and not find_places(note, language) and not find_cities(note) and locate(code, language)[0] is None):
            continue
        said = text if len(note) > MAX_STATUS else f"{text}\n{note}"
        out.append(_row(document, block.content, 0, len(block.content.text), code or name or "", name, country, city, bool(_SOON.search(fold(said)))))
    return out


MAX_STATUS = 80                                                # characters of a line below the name of a place that may say from when on it is one


def _of_lists(document: Document, blocks: list[tuple[Block, tuple[str, ...], str]], language: str | None) -> list[Region]:
    """Lists of regions: every run of list items whose heading or lead says that it lists regions."""
    out: list[Region] = []
    lead, above = "", None
    towns = 0                                                  # items of the list that are a town and its country
    for block, path, _before in blocks:
        if path != above:
            lead, above, towns = "", path, 0
        if block.kind == "heading" and lead.rstrip().endswith((":", "：")) and len(block.text) <= 60 and REGION_WORDS.search(fold(lead[-240:])) and not _NOT_REGIONS.search(fold(lead[-240:])) and site(block.text.strip(), language)[0]:
            out += _of_item(document, block, language)         # an item of the list in bold letters stands as a heading
            continue
        heading = path[-1].strip() if path else ""
        parted = len(heading) <= 80 and any(len(h) <= 80 and _is_of_regions(h) for h in path[:-1]) and not any(map(_is_of_other_things, path)) \
            and bool(country_named(heading, language) or _AREA.fullmatch(fold(heading)))       # "Our locations": under each country or part of the world its towns
        if block.kind == "paragraph" and parted and len(block.text) <= MAX_STATUS and not re.search(r"[.!?。]$", block.text.strip()):
            out += _of_item(document, block, language)
            continue
        if block.kind in ("paragraph", "heading"):
            lead = block.text
            continue
        if block.kind not in ("list_item", "definition"):
            continue
        context = f"{heading}\n{lead[-240:]}"
        if _is_of_other_things(context):
            continue
        if _is_of_regions(context):
            out += _of_item(document, block, language)
        elif parted:
            out += _of_item(document, block, language)
        elif any(len(h) <= 80 and _is_of_regions(h) for h in path):
            others = any(map(_is_of_other_things, path))
            for region in _of_item(document, block, language):
                whole = not others and _is_town_and_country(block.text.strip(), region, language)
                towns += whole
                if whole or _CODE.fullmatch(region.label) or towns > 1 and not others and _place_alone(block.text.strip(), language):       # "Graz, Austria", "Turku, Finland", "Singapore"
                    out.append(region)
    return out


def _is_town_and_country(text: str, region: Region, language: str | None) -> bool:
    """Whether an item is a town and its country and nothing more ("Graz, Austria"), so that a heading further up tells what it is."""
    town, comma, country = text.rpartition(",")
    return bool(comma) and len(text) <= 60 and region.city is not None and country_named(country.strip(), language) == region.country and _place_alone(text, language)


_ITEM = re.compile(r"^(?P<head>[^:：]{1,70}?)\s*(?:[:：](?:\s+(?P<tail>.*))?|\s[-–—]\s(?P<note>.*))?$", re.DOTALL)


_STEP = words("step")
_SENTENCE_LIKE = words("sentence_like")


def _of_item(document: Document, block: Block, language: str | None) -> list[Region]:
    text = block.text.strip()
    match = _ITEM.match(text)
    if match is None:
        return []
    soon = bool(_SOON.search(fold(text)))
    tail = match["tail"] or match["note"] or ""
    pieces = [p for p in _LISTED.split(tail) if p.strip()]
    codes = _short_codes()
    if pieces and all(p.strip(" .`") in codes or (_CODE.fullmatch(p.strip(" .`")) and locate(p.strip(" .`"), language)[0]) for p in pieces):
        out = []
        for piece in pieces:
            word = piece.strip(" .`")
            at = block.text.find(word, block.text.find(tail))
            country, city = locate(word, language)
            out.append(_row(document, block.content, at, at + len(word), word, None, country, city, soon))
        return out
    head = match["head"].strip()
    if len(head) > 60 and not tail:
        return []
    listed = [p for p in _LISTED.split(head) if p.strip()]
    if len(listed) > 2 and not tail and all(site(p, language)[0] for p in listed):
        out = []
        for piece in listed:
            at = block.text.find(piece)
            country, city = site(piece, language)
            out.append(_row(document, block.content, at, at + len(piece), piece, piece, country, city, soon))
        return out
    code, name, country, city = parse_place(head, language, short=bool(tail), sure=True)
    if (country is None or (code and not name)) and tail and len(tail) <= 60:
        c, n, where, place = parse_place(_STATUS.sub("", tail), language, sure=True)
        name = name if code and name else n or name           # "Aomori Centre (aom1): Aomori, Japan"
        code, country, city = code or c, where or country, place or city
    if country is None or not (code or (name and len(name) <= 60)):
        return []
    if _STEP.match(fold(head)) or not code and (_SENTENCE_LIKE.search(head) or city is None and _is_phrase(name or "", language)):
        return []
    end = len(block.text) if len(block.text) <= 300 else len(head)
    return [_row(document, block.content, 0, end, code or name or "", name, country, city, soon)]


_PLAIN_WORD = re.compile(r"(?<![^\W_])[^\W\d_]{2,}")
_MOST_PLAIN = 1                                                # words without a capital that a name of a place has besides the place: "campus de Graz"


def _is_phrase(name: str, language: str | None) -> bool:
    """Whether an item that names a country is no name but a phrase about it: "how to pay in Austria" has words without a capital beside the country."""
    spans = [(a, b) for a, b, *_ in find_cities(name)] + [(a, b) for a, b, _ in find_places(name, language)]
    words = [m[0] for m in _PLAIN_WORD.finditer(name) if not any(a <= m.start() < b for a, b in spans)]
    return sum(w.islower() and _WORDS_OF_PLACE.fullmatch(w) is None for w in words if w[0].islower()) > _MOST_PLAIN


_LABELLED = re.compile(
    r"(?:^|(?<=[.!?。！？\n;])\s*)(?P<label>[^.:：!?。！？\n]{2,60})[:：]\s*(?P<list>[^。！？\n;]{2,400}?)(?=$|[。！？\n;]|\.(?:\s|$))")
_LABEL_WORDS = words("label_words")
_AND = words("joined")
_COUNTRY_CLOSES = re.compile(r"[(（](?P<country>[^)）]{2,30})[)）]\.?$")


def _of_labels(document: Document, blocks: list[tuple[Block, tuple[str, ...], str]], language: str | None) -> list[Region]:
    """Places after a label: "Data centres: Graz, Linz and Vienna", "地域：华东1（杭州）、华北2（北京）". Every member of the list must be a place."""
    out: list[Region] = []
    lead = ""                                                  # the last text without a label: "Our data centres are in 20 places:"
    for block, path, _ in blocks:
        if block.kind == "heading":
            lead = ""
        if block.kind not in ("paragraph", "list_item", "definition", "heading") or len(block.text) > 2000 or _is_of_other_things(path[-1] if path else ""):
            continue
        if ":" not in block.text and "：" not in block.text or not _LABELLED.search(block.text):
            lead = block.text
            continue
        for match in _LABELLED.finditer(block.text):
            label = prices_fold(match["label"])
            land = country_named(match["label"].strip(), language)
            lands = (land is not None or _AREA.fullmatch(label.strip())) and REGION_WORDS.search(fold(f"{path[-1] if path else ''}\n{lead[-300:]}")) and not _NOT_REGIONS.search(fold(lead[-300:]))
            if not (lands or _LABEL_WORDS.search(label)) or _NOT_REGIONS.search(label):
                continue
            listing = _LEADS_TO_LIST.sub("", match["list"])
            pieces = _with_their_land([p.strip(" 。") for p in _outside_brackets(listing) if p.strip(" 。")], listing, language)
            closing = _COUNTRY_CLOSES.search(pieces[-1]) if pieces else None
            shared = (land if lands else None) or (country_named(closing["country"], language) if closing else None)
            if lands and len(pieces) < 2:
                continue
            read = [(piece, *_piece_of_list(piece, language, shared)) for piece in pieces]
            if not read or not all(country for *_, country, _ in read):
                continue
            for piece, code, name, country, city in read:
                at = block.text.find(piece, match.start("list"))
                out.append(_row(document, block.content, at, at + len(piece), code or name or piece, name, country, city, bool(_SOON.search(fold(piece)))))
    return out


_PARAMETER = words("parameter")
_VALUES_LEAD = words("values_of_parameter")
_VALUE = re.compile(words("before_value").pattern + r"(?P<code>[A-Za-z][A-Za-z0-9]{0,14}(?:[-_][A-Za-z0-9]{1,14}){0,5})[\"'`”]?(?![\w@]|\.\w)(?P<name>\s?[(（][^()（）\n]{2,40}[)）])?")
MAX_VALUES = 3000                                              # characters behind the lead to the values of a parameter


def _of_parameters(document: Document, blocks: list[tuple[Block, tuple[str, ...], str]], language: str | None) -> list[Region]:
    """The codes that the description of a parameter of an interface or a tool gives as all values that it takes: "`region` (String) … must be one of: …", in an item, below it, in a row or under a heading."""
    out: list[Region] = []
    holder = 0                                                 # level of the item of a parameter of places, while the items below it are read
    for block, path, _ in blocks:
        if block.table is not None:
            for row in block.table.rows:
                if len(row) > 1 and row[0] is not None and len(row[0].text) <= 60 and _PARAMETER.match(fold(row[0].text.strip(" `*"))):
                    out += [r for cell in row[1:] if cell is not None for r in _values_in(document, cell.content, language)]
            continue
        if block.kind not in ("list_item", "definition", "paragraph"):
            continue
        named = bool(_PARAMETER.match(fold(block.text[:80].strip(" `*")))) or bool(path) and len(path[-1]) <= 60 and _PARAMETER.fullmatch(fold(path[-1].strip(" `*"))) is not None
        below = bool(holder) and block.kind == "list_item" and block.level > holder
        if named or below:
            out += _values_in(document, block.content, language)
        if not below:
            holder = block.level if named and block.kind == "list_item" else 0
    return out


def _values_in(document: Document, content: MappedText, language: str | None) -> list[Region]:
    """The regions that a description lists behind words that lead to all values; none where less than half of them are codes of known places."""
    text = content.text
    lead = _VALUES_LEAD.search(fold(text[:MAX_VALUES]))
    if lead is None:
        return []
    read: list[tuple[int, int, str, tuple[str | None, str | None]]] = []
    at = lead.end()
    while (value := _VALUE.match(text, at)) is not None and value.end() <= MAX_VALUES:
        code = value["code"]
        where = locate(code, language)
        if not (_CODE.fullmatch(code) or where[0] and (_SHORT.fullmatch(code) or code.isupper())):
            break
        name = (value["name"] or "").strip(" ()（）")
        read.append((value.start("code"), value.end("code"), code, where if where[0] else locate(name, language)))
        at = value.end()
    if len(read) < 2 or 2 * sum(where is not None for *_, (where, _) in read) < len(read):
        return []
    return [_row(document, content, start, end, code, None, country, city, False) for start, end, code, (country, city) in read]


def _of_bare_lists(document: Document, blocks: list[tuple[Block, tuple[str, ...], str]], language: str | None) -> list[Region]:
    """Paragraphs that are a list of places and nothing else, under a heading of regions or of where something can be had: "Availability", below it "Graz, Austria; Boise, ID, United States"."""
    out: list[Region] = []
    for block, path, _ in blocks:
        if block.kind != "paragraph" or not path or len(path[-1]) > 80 or not 8 <= len(block.text) <= MAX_BARE_LIST or re.search(r"[:：。]|[.!?]\s*$", block.text) or not (_is_of_regions(path[-1]) or _WHERE_HAD.search(fold(path[-1]))) or any(map(_is_of_other_things, path)):
            continue
        pieces = [p.strip(" .") for p in _PARTS_OF_LIST.split(block.text) if p.strip(" .")]
        if len(pieces) < 2:
            pieces = _with_their_land([p.strip(" .。") for p in _outside_brackets(block.text) if p.strip(" .。")], block.text, language)
        read = [(piece, *_piece_of_list(piece, language, None)) for piece in pieces] if len(pieces) >= 2 and max(map(len, pieces)) <= 60 else []
        if not read or not all(country and _place_alone(_STATE_AMID.sub("", piece), language) for piece, _, _, country, _ in read) or not any(code or city for _, code, _, _, city in read):
            continue
        at = 0
        for piece, code, name, country, city in read:
            at = max(block.text.find(piece, at), 0)
            out.append(_row(document, block.content, at, at + len(piece), code or name or piece, name, country, city, bool(_SOON.search(fold(piece)))))
    return out


MAX_BARE_LIST = 1200                                           # characters
_STATE_AMID = re.compile(r",\s?[A-Z]{2}(?=,|$)")                # "Boise, ID, United States"
_PARTS_OF_LIST = re.compile(r"[;；\n•|]")
_WHERE_HAD = words("where_had")
_LEADS_TO_LIST = words("leads_to_list")


_AREA = words("area")


def _with_their_land(pieces: list[str], text: str, language: str | None) -> list[str]:
    """Members of a list, where a state or country that follows its town is no member of its own: "Graz, Austria and Boise, Idaho" are two."""
    out: list[str] = []
    at = 0
    for piece in pieces:
        start = text.find(piece, at)
        if out and re.fullmatch(r"\s*,\s*", text[at:start]):
            country, city = site(out[-1], language)
            if city is not None and (country_named(piece, language) == country or fold(piece) in _states() and _may_lie_in(out[-1], piece) or re.fullmatch(r"[A-Z]{2}", piece) and country in ("US", "CA") and country_named(piece, language) is None):
                begin = text.rfind(out[-1], 0, at)
                out[-1] = text[begin:start + len(piece)]
                at = start + len(piece)
                continue
        out.append(piece)
        at = start + len(piece)
    return out


def _outside_brackets(text: str) -> list[str]:
    """The members of a list; marks and conjunctions inside brackets part nothing."""
    out, start, depth = [], 0, 0
    opened = [0] * (len(text) + 1)
    for i, char in enumerate(text):
        depth = max(0, depth + (char in "(（") - (char in ")）"))
        opened[i + 1] = depth
    for match in _AND.finditer(text):
        if not opened[match.start()] and match.start() >= start:
            out.append(text[start:match.start()])
            start = match.end()
    return [*out, text[start:]]


def _piece_of_list(piece: str, language: str | None, shared: str | None) -> tuple[str | None, str | None, str | None, str | None]:
    """(code, name, country, city) of a member of a list. `shared`: the country that a bracket behind the last member names for all."""
    label = re.sub(r"(?<=[\u4e00-\u9fff])[一二三四五六七八九十\d]{1,2}区$", "", _STATUS.sub("", piece).strip(" ."))     # "广州七区": a zone of Guangzhou
    land = re.fullmatch(r"(?P<town>[^()（）]{2,40}?)\s*[(（][A-Z]{2}[)）]", label)
    if land and (found := site(land["town"], language))[1] and site(f"{land['town']}, {label[-3:-1]}", language)[0] in (found[0], None):
        label = land["town"]                                   # "Ashburn (VA)", "Madrid (ES)": the state or country behind a town
    outer = re.fullmatch(r"(?P<label>[^()（）]{2,24})[(（](?P<place>[^)）]{2,40})[)）]", label)
    if outer and (found := site(outer["place"], language))[1]:
        head = outer["label"].strip()
        return (head, outer["place"], *found) if not site(head, language)[1] else (outer["place"] if _CODE.fullmatch(outer["place"]) else None, head, *site(head, language))
    code, name, country, city = parse_place(label, language, sure=True)
    if country is None and shared:
        country, city = town_named(label, shared)
    if country is None or len(name or "") > 40 or _NOT_A_NAME.search(fold(name or "")):
        return None, None, None, None
    return code, name, country, city


_NOT_A_NAME = words("not_a_name")
_SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？]?")
_SITED = Sieved(words("sited"))


_ZONES_NAMED = words("zones_named")
_SITE_OF_LIST = re.compile(r"[A-Z]{3}\d{1,2}")
_SITES_LISTED = words("sites_listed")     # "DAL13, LON06 and WDC07"
_REGION_NAMED = words("region_named")


_DENIED = words("denied")


_LEFT_OUT = words("left_out")
_CODE_BEHIND = re.compile(r"(?P<more> - [A-Z][\w.]{1,20})?\s?[(（]`?(?P<code>[A-Z]{2,5}-?[A-Z]{0,3}\d{1,2}[a-z]?|[a-z]{2,4}(?:-[a-z0-9]+){1,3})`?(?:, `?[a-z]{2,4}(?:-[a-z0-9]+){1,3}`?)*[)）]")
_CODE_BESIDE = words("code_beside")      # "in region Hanoi and SGN"
_BRACKET_OF_TOWNS = words("bracket_of_towns")
_AT_TOWN = words("at_town")


def _towns_in(sentence: str, language: str | None) -> list[tuple[int, int, str, str]]:
    """Towns of a sentence on data centres that `find_cities` does not know: names after a preposition that are a town of a country that the sentence names, or of one clear country."""
    known = {c for _, _, c in find_places(sentence, language)} | {c for _, _, c, _ in find_cities(sentence)}
    out = []
    for match in _BRACKET_OF_TOWNS.finditer(sentence):         # "three data centres (Geneva, Gland, Lucerne)"
        names = [(m.start(), m.end(), m[0]) for m in re.finditer(r"[^,;、]+", match["list"])]
        read = [(a, b, town_of(name.strip(), language)) for a, b, name in names]
        if len({where for _, _, (where, _) in read}) == 1 and read[0][2][0] is not None:
            known.add(read[0][2][0])
            out += [(match.start("list") + a + len(name) - len(name.lstrip()), match.start("list") + b, where, place) for (a, b, (where, place)), (*_, name) in zip(read, names, strict=True)]
    for match in _AT_TOWN.finditer(sentence):
        where, name = town_named(match["name"], next(iter(known)) if len(known) == 1 else None)
        if where is not None and name is not None and (not known or where in known):
            out.append((match.start("name"), match.end("name"), where, name))
    return out


_NUMBERED = words("numbered")      # "Graz 2": the second region of a town


_STATE_BEHIND = re.compile(r", (?!UK|EU)[A-Z]{2}(?![\w-])")    # no state of North America


_AREAS = frozenset(data_file("regions.yml")["areas"])
_AREA_BEFORE_TOWN = words("area_before_town")


@lru_cache(maxsize=1)
def _compass_names() -> tuple[re.Pattern, dict[str, tuple[str, str | None]]]:
    """A pattern of the names of known regions that hold a country and a part of the compass ("West US 2", "Canada Central"), and where each is."""
    named = {row["name"]: (row["country"], row["city"]) for row in known_regions().values() if row.get("name") and re.search(r"\b(?:North|South|East|West|Central)", row["name"]) and re.fullmatch(r"[A-Z][A-Za-z ]+\d?", row["name"])}
    return re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(map(re.escape, named), key=len, reverse=True))})(?![\w-])"), named


def _joined(sentence: str, language: str | None) -> list[tuple[int, int, str, str | None]]:
    """The places of a sentence; a city goes with the state and country that follow it ("Thunder Bay, Ontario, Canada")."""
    regions = [(m.start(), m.end(), *_compass_names()[1][m[0]]) for m in _compass_names()[0].finditer(sentence)]
    places = sorted([*regions, *((a, b, c, None) for a, b, c in find_places(sentence, language) if "-" not in c), *find_cities(sentence), *_towns_in(sentence, language)], key=lambda p: (p[0], -p[1]))
    out: list[tuple[int, int, str, str | None]] = []
    for a, b, country, city in places:
        if out:
            start, end, where, town = out[-1]
            if a < end:
                continue
            if (re.fullmatch(r"\s?,\s?", sentence[end:a]) or (re.fullmatch(r"\s?[(（]", sentence[end:a]) and sentence[b:b + 1] in (")", "）"))) and where == country and (city is None or fold(sentence[a:b]) in _states() and _may_lie_in(sentence[start:end], sentence[a:b]) or re.fullmatch(r"[A-Z]{2}-[A-Z][a-z]+", sentence[a:b])):
                opened = re.search(r"[(（]", sentence[start:b]) and sentence[b:b + 1] in (")", "）")
                out[-1] = (start, b + bool(opened), where, town)
                continue
            if sentence[start:end] in _AREAS and city is not None and where == country and _AREA_BEFORE_TOWN.fullmatch(sentence[end:a]):
                closed = sentence[b:b + 1] in (")", "）") and re.search(r"[(（]", sentence[end:a]) is not None
                out[-1] = (start, b + closed, country, city)   # "华东-青岛": the part of a country before its town
                continue
            if town is None and city is not None and where == country and re.fullmatch(r"\s?[の의的]\s?", sentence[end:a]):
                number = _NUMBERED.match(sentence, b)
                out[-1] = (a, number.end() if number else b, country, city)                # "ベトナムのハノイ": the country before its town
                continue
        state = _STATE_BEHIND.match(sentence, b) if country in ("US", "CA") and city else _NUMBERED.match(sentence, b) if city else None
        out.append((a, state.end() if state else b, country, city))
    return out


_PROPER_NAME = words("proper_name")
_OF_PEOPLE = words("of_people")


def _of_sentences(document: Document, blocks: list[tuple[Block, tuple[str, ...], str]], language: str | None, *, named_only: bool) -> list[Region]:
    """Places in sentences about data centres or regions. Where tables or lists give regions (`named_only`), only names that the word "region" follows ("the Lyon Region")."""
    out: list[Region] = []
    for block, path, _ in blocks:
        if block.kind not in ("paragraph", "list_item", "definition", "quote") or _is_of_other_things(path[-1] if path else ""):
            continue
        folded = fold(block.text)
        zoned = _ZONES_NAMED.search(block.text)
        headed = bool(path) and len(path[-1]) <= 80 and len(block.text) <= 240 and _is_of_regions(path[-1])
        if not (zoned or headed or _SITED.search(folded)):
            continue
        for match in _SENTENCE.finditer(block.text):
            sentence = match[0]
            low = fold(sentence)
            if not (headed or _SITED.search(low) or _ZONES_NAMED.search(sentence)) or _NOT_REGIONS.search(low):
                continue
            for coded in _ZONES_NAMED.finditer(sentence):
                for code in re.finditer(r"[A-Z]{2,4}\d{1,2}", coded["codes"]):
                    at = match.start() + coded.start("codes") + code.start()
                    country, city = locate(code[0], language)
                    out.append(_row(document, block.content, at, at + len(code[0]), code[0], None, country, city, False))
            if not (headed or _SITED.search(low)) or _DENIED.search(low):
                continue
            for listed in _SITES_LISTED.finditer(sentence):
                codes = list(_SITE_OF_LIST.finditer(listed[0]))
                where = [locate(code[0], language) for code in codes]
                for code, (country, city) in zip(codes, where, strict=True) if all(country for country, _ in where) else ():
                    at = match.start() + listed.start() + code.start()
                    out.append(_row(document, block.content, at, at + len(code[0]), code[0], None, country, city, False))
            if block.kind == "quote":
                continue                                       # a note on the page ("prices are those of Graz") gives no more than a list of codes
            soon = bool(_SOON.search(low))
            for beside in [] if named_only else _CODE_BESIDE.finditer(sentence):
                country, city = locate(beside["code"].lower(), language)
                if country is not None:
                    out.append(_row(document, block.content, match.start() + beside.start("code"), match.start() + beside.end("code"), beside["code"], None, country, city, soon))
            for a, b, country, city in _joined(sentence, language):
                if named_only and not _REGION_NAMED.match(sentence, b):
                    continue
                if city is None and _PROPER_NAME.match(sentence, b):
                    continue                                   # "the Norway Fusion Energy Project"
                if _OF_PEOPLE.search(low, max(0, a - 60), a) or _LEFT_OUT.search(low[max(0, a - 60):a]):
                    continue
                name = sentence[a:b]
                coded = _CODE_BEHIND.match(sentence, b)
                end = coded.end() if coded else b
                name = f"{name}{coded['more'] or ''}" if coded else name
                label = coded["code"] if coded else name
                out.append(_row(document, block.content, match.start() + a, match.start() + end, label, name, country, city, soon))
    return out


_REGION_KEYS = words("region_keys")
_OF_PRICES_BY_REGION = words("of_prices_by_region")        # {"region_prices": [{"id": "xx-grz", "hourly": 0.2}]}
_ID_KEYS = ("code", "slug", "id", "regionCode", "region_id", "RegionId", "regionId", "zoneName", "regionName", "region", "name", "label", "key", "dc", "datacenter", "location", "zone")
_NAME_KEYS = ("displayName", "display_name", "LocalName", "description", "name", "label", "city", "title", "location", "site", "subCategory")
_COUNTRY_KEYS = ("countryCode", "country_code", "country", "iso2", "country_iso", "iso", "countryName")
_OPAQUE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{20,}|[0-9a-f]{16,}|\d{4,}|[a-z]{2,5}_\w{8,}", re.IGNORECASE)
_GLOBAL = words("global")


def _of_tree(document: Document, root: Node, language: str | None, seen: set[tuple]) -> Iterator[Region]:
    """Regions of a feed: records that are regions, and the places that other records name. `seen`: the fields of places that were read; a place that is named again is the same."""
    stack: list[tuple[Node, str]] = [(root, "")]
    marked = _marks_records(document.text)
    while stack:
        node, key = stack.pop()
        keys = tuple([k for k, _ in node.entries])
        if node.kind == "map" and len(node.entries) >= 2 and _are_codes(keys) and (mapped := list(_of_map(document, node, language))):
            yield from mapped
            continue
        if node.kind == "map" and not marked and _says_no_place(key, keys):
            for (_, child), name in zip(reversed(node.entries), _names_below(keys), strict=True):
                if name is not None and (child.kind != "scalar" or isinstance(child.value, str) and len(child.value) > 60):
                    stack.append((child, name))
            continue
        if node.kind == "scalar":
            value = node.value
            if isinstance(value, str) and len(value) > 60 and value.lstrip()[:1] in "[{" and ("region" in value[:4000] or "zone" in value[:4000] or "location" in value[:4000] or '"country"' in value[:4000]):
                yield from _of_answer(document, node, language, seen)
            continue
        children = node.entries if node.kind == "map" else list(node.children())
        if node.kind == "map":
            scalars = {k: c for k, c in children if c.kind == "scalar" and isinstance(c.value, str) and 0 < len(c.value) <= 100}
            for k, c in children:
                if c.kind == "map" and k in ("country", "city"):
                    part = next((x for y, x in c.entries if y in ("code", "iso", "name", "slug") and x.kind == "scalar" and isinstance(x.value, str)), None)
                    if part is not None:
                        scalars.setdefault(k, part)
            if _OF_PRICES_BY_REGION.match(key) and "id" in scalars and _CODE.fullmatch(scalars["id"].value) and locate(scalars["id"].value, language)[0]:
                yield from _fields(document, {"region": scalars["id"]}, language, seen)
                continue
            if scalars and (key == "region" or _is_region_record(key, scalars, tuple(filter(None, keys)))):
                region = _region_record(document, node, scalars, language, dict(children))
                if region is not None:
                    sites = list(_sites_of(document, region, dict(children), language))
                    yield from sites or [region]
                    continue
            if not _OF_COMPANY.isdisjoint(_split_keys(tuple(scalars))):
                scalars = {k: c for k, c in scalars.items() if k not in ("country", "city")}
            yield from _fields(document, scalars, language, seen)
        for k, child in reversed(children):
            if child.kind == "scalar" and not (isinstance(child.value, str) and len(child.value) > 60):
                continue
            low = split_label(k) if k else ""
            if low in _NO_RECORDS:
                continue
            name = low if node.kind == "map" else key
            name = "region" if node.kind == "list" and _REGION_KEYS.match(key) and key not in ("item", "items", "data", "results", "result") else name
            if child.kind == "list" and _REGION_KEYS.match(low) and low not in ("items", "data", "results", "item", "result"):
                for item in child.items:
                    if item.kind == "scalar" and isinstance(item.value, str):
                        yield from _fields(document, {"region": item}, language, seen)
            stack.append((child, name))


_NAMES_OF_CODE = ("label", "name", "display name", "title", "city", "location", "description")


@lru_cache(maxsize=4096)
def _are_codes(keys: tuple[str, ...]) -> bool:
    """Whether the keys of a map are codes as those of regions: with a digit each, and joined, or of letters and a number."""
    return all(len(key) <= 40 and any(map(str.isdigit, key)) and _CODE.fullmatch(key) for key in keys)


def _of_map(document: Document, node: Node, language: str | None) -> Iterator[Region]:
    """The regions of a map from their codes to their names, or to records with them, and to nothing else: {"fra-1": "Frankfurt, Germany", "hel-1": {"label": "Helsinki"}}."""
    found: list[tuple[str, Node, str]] = []
    for key, child in node.entries[:MOST_PLACES]:
        named = child if child.kind == "scalar" else next((c for k, c in child.entries if split_label(k) in _NAMES_OF_CODE and c.kind == "scalar"), None) if child.kind == "map" else None
        if named is None or not isinstance(named.value, str) or not 2 <= len(named.value) <= 60:
            return
        found.append((key, named, named.value))
    read = [(key, named, value, site(value, language)) for key, named, value in found]
    if not all(country for *_, (country, _) in read):
        return
    for key, named, value, (country, city) in read:
        start = document.text.rfind(key, max(0, named.start - 300), named.start)
        start = start if start >= 0 else named.start
        yield Region(label=key, name=value, country=country, city=city, quote=document.text[start:named.end], start=start, end=named.end)


_NO_RECORDS = ("properties", "schema", "parameters", "enum", "headers", "request")
_PLACE_NAMES = frozenset(("region", "location", "region id", "region code", "zone name", "region name", "local name", "country", "city", "country code", "iso2", "continent", "sub category"))


@lru_cache(maxsize=1)
def _marks_records(text: str) -> bool:
    """Whether a value may say what its record is ("compute#region"); `_is_region_record` asks."""
    return "#region" in text or "#zone" in text or "u0023" in text


@lru_cache(maxsize=4096)
def _says_no_place(key: str, keys: tuple[str, ...]) -> bool:
    """Whether a record of these keys, under `key`, is no region and names none, whatever its values are, but for such as `_marks_records` looks for. Feeds have the same keys again and again."""
    names = _split_keys(keys)
    return not (_REGION_KEYS.match(key) or _OF_PRICES_BY_REGION.match(key) or names & _PLACE_NAMES or {"id", "description"} <= names
                or any(map(_REGION_KEYS.match, names)) or _place_keys(keys))


@lru_cache(maxsize=4096)
def _names_below(keys: tuple[str, ...]) -> tuple[str | None, ...]:
    """Under which name each entry of a map of these keys is looked at, the last first; None: it is not."""
    labels = [split_label(k) if k else "" for k in reversed(keys)]
    return tuple(None if low in _NO_RECORDS else low for low in labels)


_DATA_CENTRES = words("data_centres")


def _of_notes(document: Document, root: Node, language: str | None) -> Iterator[Region]:
    """Towns that the notes of a feed name in sentences about data centres."""
    stack, budget = [root], 50_000
    while stack and budget:
        node = stack.pop()
        budget -= 1
        if node.kind != "scalar":
            stack += [child for _, child in node.children()]
            continue
        if not isinstance(node.value, str) or not 20 <= len(node.value) <= 3000 or not _DATA_CENTRES.search(fold(node.value)):
            continue
        for match in _SENTENCE.finditer(node.value):
            low = fold(match[0])
            if not _DATA_CENTRES.search(low) or _NOT_REGIONS.search(low) or _DENIED.search(low):
                continue
            for a, b, country, city in _joined(match[0], language):
                if city is not None:
                    name = match[0][a:b]
                    yield Region(label=name, name=name, country=country, city=city, status="coming_soon" if _SOON.search(low) else "listed",
                                 quote=document.text[node.start:node.end][:600], start=node.start, end=min(node.end, node.start + 600))


def _of_answer(document: Document, node: Node, language: str | None, seen: set[tuple]) -> Iterator[Region]:
    from nlp.offers_feeds import _shift
    from nlp.tree import TreeError, read_json
    try:
        inner = read_json(node.value)
    except TreeError:
        return
    offset = document.text.find(node.value[:60], node.start, node.end)
    _shift(inner, offset if offset >= 0 and document.text.startswith(node.value, offset) else None, node, document.text)
    yield from _of_tree(document, inner, language, seen)


_OF_INSTANCE = words("of_instance")
_OF_PRODUCT = words("of_product")


_OF_COMPANY = frozenset({"website", "web site", "homepage", "founded", "headquarters", "pricing url", "api pricing url", "pricing page", "docs url", "legal name", "ceo"})     # its country is a seat


@lru_cache(maxsize=4096)
def _names_match(keys: tuple[str, ...], pattern: re.Pattern) -> bool:
    """Whether one of the keys of a record, split into words, matches. Records of a feed have the same keys again and again."""
    return any(pattern.search(split_label(k)) for k in keys)


@lru_cache(maxsize=4096)
def _split_keys(keys: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(split_label, keys))


def _is_region_record(key: str, scalars: dict[str, Node], keys: tuple[str, ...]) -> bool:
    """Whether a record is a region: it has an id and a country, a city or a display name, and nothing of an instance."""
    if _names_match(keys, _OF_INSTANCE) or _names_match(tuple(scalars), _OF_PRODUCT):
        return False
    names = _split_keys(tuple(scalars))
    if names & _OF_COMPANY:
        return False
    if _REGION_KEYS.match(key) and key not in ("items", "item", "data", "results", "result", ""):
        return True
    typed = {"region id", "region code", "zone name", "region name", "local name"} & names
    place = {"country", "city", "country code", "iso2", "continent", "sub category"} & names
    ident = next((c.value for k, c in scalars.items() if split_label(k) in ("id", "code", "slug")), "")
    if "location" in names and _CODE.fullmatch(ident) or {"region", "display name"} <= names:
        return True
    return bool(typed) or (bool(place) and bool({"id", "code", "slug", "name"} & names)) or (key in ("items", "item", "data", "zone", "region") and {"id", "description"} <= names) \
        or any("#region" in str(c.value) or "#zone" in str(c.value) for c in scalars.values())


def _region_record(document: Document, node: Node, scalars: dict[str, Node], language: str | None, children: dict[str, Node]) -> Region | None:
    if any(split_label(k) == "public" and (c.value is False or str(c.value).lower() in ("no", "false")) for k, c in children.items() if c.kind == "scalar"):
        return None                                            # a place for tests, which nobody can choose
    ident = next((scalars[k] for k in _ID_KEYS if k in scalars and not _OPAQUE.fullmatch(scalars[k].value)), None)
    if "name" in scalars and (any("#region" in str(c.value) or "#zone" in str(c.value) for c in scalars.values()) or _region_of_zone(scalars["name"].value, scalars)):
        ident = scalars["name"]
    if ident is None or re.fullmatch(r"\d{4,}", ident.value):
        return None
    label = _region_of_zone(ident.value, scalars) or ident.value
    name = next((scalars[k] for k in _NAME_KEYS if k in scalars and scalars[k] is not ident), None)
    country = None
    nested = children.get("location")
    places = dict(scalars)
    if nested is not None and nested.kind == "map":
        places |= {k: c for k, c in nested.entries if c.kind == "scalar" and isinstance(c.value, str)}
    for key in _COUNTRY_KEYS:
        value = places[key].value.strip() if key in places else ""
        if len(value) == 2 and value.upper() in country_codes():
            country = "GB" if value.upper() == "UK" else value.upper()
            break
        if value:
            country = locate(value, language)[0]
            if country:
                break
    city = places["city"].value if "city" in places else None
    text = " ".join(c.value for k, c in places.items() if k in (*_NAME_KEYS, "category"))
    where, town = locate(name.value, language) if name is not None else (None, None)
    specific = locate(scalars["subCategory"].value, language)[0] if "subCategory" in scalars else None
    country = specific or country or where or locate(ident.value, language)[0] or locate(text, language)[0]
    if country is None and not _CODE.fullmatch(ident.value):
        return None
    if name is not None and label != ident.value and name.value == ident.value:
        name = None
    soon = bool(_SOON.search(fold(" ".join(str(c.value) for c in scalars.values())).replace("_", " ")))
    start, end = node.start, min(node.end, node.start + 600)
    return Region(label=label, name=name.value if name is not None else None, country=country, city=city or town, status="coming_soon" if soon else "listed",
                  quote=document.text[start:end], start=start, end=end)


def _region_of_zone(zone: str, scalars: dict[str, Node]) -> str | None:
    """The code of the region in which a record of a zone says that it lies: the zone's own code without its last letter or number, as a code or as the end of an address."""
    for key, node in scalars.items():
        if split_label(key) not in ("region", "region name", "region id", "region code"):
            continue
        code = node.value.rstrip("/").rsplit("/", 1)[-1]
        if code != zone and _CODE.fullmatch(code) and re.fullmatch(r"-?[a-z]|-?\d", zone.removeprefix(code)):
            return code
    return None


_SITE_KEYS = words("site_keys")
_SITE_CODE = re.compile(r"[A-Z]{3}\d{0,2}")


def _sites_of(document: Document, region: Region, children: dict[str, Node], language: str | None) -> Iterator[Region]:
    """The data centres that a record of a whole country lists by their codes: {"name": "Japan", "locations": {"available": ["TYO", "TYO2"]}}."""
    if region.country is None or country_named(region.label, language) != region.country:
        return
    lists = [child for key, child in children.items() if _SITE_KEYS.match(split_label(key))]
    lists = [part for child in lists for part in ([child] if child.kind == "list" else [c for _, c in child.entries if c.kind == "list"])]
    found: dict[str, Node] = {}
    for node in lists:
        if not all(isinstance(item.value, str) and (_SITE_CODE.fullmatch(item.value) or _CODE.fullmatch(item.value)) for item in node.items):
            return
        for item in node.items:
            found.setdefault(str(item.value), item)
    for code, item in found.items():
        city = locate(code, language)
        yield Region(label=code, country=region.country, city=city[1] if city[0] == region.country else None, status=region.status,
                     quote=document.text[item.start:item.end], start=item.start, end=item.end)


def _fields(document: Document, scalars: dict[str, Node], language: str | None, seen: set[tuple]) -> Iterator[Region]:
    """Regions that a record names in a field of places. `seen` holds the values of fields that were read, and is added to."""
    if len(seen) >= MOST_PLACES:
        return
    for key, coded in _place_keys(tuple(scalars)):
        node = scalars[key]
        if (key, node.value) in seen or len(seen) >= MOST_PLACES:
            continue
        seen.add((key, node.value))
        for label, name, country, city in _places_named(node.value, coded, language):
            yield Region(label=label, name=name, country=country, city=city, quote=document.text[node.start:node.end], start=node.start, end=node.end)


_PLACE_KEY = words("place_key")
_LESSER_KEY = words("lesser_key")
_UNKNOWN_KEY = words("unknown_key")


@lru_cache(maxsize=4096)
def _place_keys(keys: tuple[str, ...]) -> tuple[tuple[str, bool], ...]:
    """Those of the keys of a record that are of places, and whether a code that nobody knows may be the name of one there."""
    heads = {k: read_head(k) for k in keys if len(k) <= 60}
    located = [k for k, h in heads.items() if h.role == "location"]
    if any(_PLACE_KEY.search(heads[k].text) for k in located):
        located = [k for k in located if not _LESSER_KEY.search(heads[k].text)] or located
    return tuple((k, bool(_UNKNOWN_KEY.search(heads[k].text))) for k in located)


@lru_cache(maxsize=8192)
def _places_named(value: str, coded: bool, language: str | None) -> tuple[tuple[str, str | None, str | None, str | None], ...]:
    """(label, name, country, city) of each place that a field lists. `coded`: a code that nobody knows is one, too."""
    if "://" in value:
        return ()
    out = []
    for piece in split_places(value, language):
        if _GLOBAL.match(piece) or len(piece) > 60:
            continue
        country, city = locate(piece, language)
        if country is None and piece.isupper():
            country, city = locate(piece.title(), language)
        code = _CODE.fullmatch(piece)
        if country is not None or code and coded:
            out.append((piece, None if code else piece, country, city))
    return tuple(out)


def _of_location(offer: Offer, language: str | None) -> Iterator[Region]:
    """Regions that an offer names."""
    text = offer.location or ""
    for piece in split_places(text, language):
        if _GLOBAL.match(piece):
            continue
        country, city = locate(piece, language)
        if country is None:
            continue
        piece = _without_zone(piece)
        bracketed = re.fullmatch(r"(?P<name>[^()（）]{2,60}?)\s?[(（](?P<code>[^()（）]{2,40})[)）]", piece)
        code, name = (piece, None) if _CODE.fullmatch(piece) else (bracketed["code"], bracketed["name"]) if bracketed and _CODE.fullmatch(bracketed["code"]) and re.search(r"\d|-", bracketed["code"]) else (piece, piece)
        yield Region(label=code, name=name, country=country, city=city, quote=offer.quote[:600], start=offer.start, end=min(offer.end or 0, (offer.start or 0) + 600))
