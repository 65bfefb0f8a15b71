"""Towns of the world by name, for places where the page says that a place must stand: a column of regions, "Data centres: …".

In running text a name such as Mobile, Reading or Orange is a word; there only the curated cities of `nlp.regions` count. Knowledge: `data/cities.tsv` (GeoNames),
read when first asked for.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

from nlp.places import country_named
from nlp.prices import fold

CLEARLY = 4                                                    # a town so many times larger than its namesakes abroad is the one that is meant
# Names that are words in lists of places and of states of a service.
_WORDS = frozenset("other others central standard global available status mobile orange date price many most best male bar same none type price region location zone site city north south east west midland "
                   "union enterprise independence progress liberty hub core edge beta cloud store plan basic premium pro spot metro normal stable reading of us and free open closed active page data power summit frontier "
                   "asia europe america africa oceania".split())
_TAIL = re.compile(r"(?>\s++[A-Z]?\d++|\s*+(?:市|州|地区|地區|リージョン|データセンター|[0-9]++|시|광역시|특별시|metro(?:politan)?(?: area)?|region|city|dc|idc))++$")


@lru_cache(maxsize=1)
def _towns() -> dict[str, list[tuple[str, str, int]]]:
    """Folded name -> (country, English name, thousands of inhabitants) of the towns that bear it, one a country, largest first."""
    out: dict[str, dict[str, tuple[str, str, int]]] = {}
    text = resources.files("nlp").joinpath("data/cities.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        country, size, names = line.split("\t")
        listed = names.split("|")
        for rank, name in enumerate(listed):
            key = fold(name)
            # another name counts for less than the name itself: "Luka" is no Russian town abroad
            weight = int(size) if rank == 0 else int(size) // 2
            rows = out.setdefault(key, {})
            if country not in rows or rows[country][2] < weight:
                rows[country] = (country, listed[0], weight)
    return {key: sorted(rows.values(), key=lambda r: -r[2]) for key, rows in out.items()}


def town(name: str, country: str | None = None) -> tuple[str | None, str | None]:
    """(country, English name) of the town that a text as a whole names. Among namesakes the one in `country`, else one that is clearly the largest; (None, None) for anything else."""
    raw = name.strip(" .,;:·*`'\"()（）")
    if not 2 <= len(raw) <= 40 or raw.isascii() and (len(raw) < 4 or not raw[0].isupper()):
        return None, None
    table = _towns()
    for text in (raw, _TAIL.sub("", raw)):
        key = fold(text)
        if key in _WORDS:
            return None, None
        rows = table.get(key)
        if not rows:
            continue
        if country is not None:
            row = next((r for r in rows if r[0] == country), None)
            return (row[0], row[1]) if row else (None, None)
        if len(rows) == 1 or rows[0][2] >= CLEARLY * max(1, rows[1][2]):
            return rows[0][:2]
    return None, None


def town_of(label: str, language: str | None = None) -> tuple[str | None, str | None]:
    """(country, English name) of a label such as "Inverness", "Zaragoza, España" or "Kassel (DE)"."""
    parts = [p.strip() for p in re.split(r"[,，(（/]|\s[-–—]\s", label.strip(" )）")) if p.strip(" )）")]
    if not 1 <= len(parts) <= 3:
        return None, None
    parts = [p.strip(" )）") for p in parts]
    countries = {c for p in parts[1:] if (c := country_named(p, language) or (p if re.fullmatch(r"[A-Z]{2}", p) and country_named(p, None) else None))}
    for part in parts:
        found = town(part, next(iter(countries)) if len(countries) == 1 else None)
        if found[0]:
            return found
    return None, None
