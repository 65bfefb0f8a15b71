"""Lines that list places: "Austria", "Ukraine (except …)", "Albania, Algeria, Andorra", and the headings that divide such a list: "Europe", "Asia-Pacific", "A–C".

A document that says where its service is to be had mostly lists the countries further down, whole pages of them. Here is told what is such a line; which sentence it belongs to is settled in `nlp/clauses.py`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from nlp.places import find_places, fold, list_words
from nlp.word_files import data_file

LONGEST_LINE = 60                                              # characters of a line that names one place or two; a longer one has to name several, and little else
LONGEST_HEADING = 60                                           # … of a heading inside a list of places
SEVERAL = 3                                                    # places in a longer line, and in a list that a sentence announces, at least
LITTLE = 0.25                                                  # letters of a longer line that are no part of a name, to those that are, at most
_BRACKETS = re.compile(r"\([^()]{0,400}\)|（[^（）]{0,400}）|\[[^\[\]]{0,400}\]")
_LETTERS = re.compile(r"[^\W\d_]+")
_INITIALS = re.compile(r"\W*[^\W\d_](?:\s*(?:[-–—/&,~]|to|bis|à|a)\s*[^\W\d_])?\W*")   # "A", "A–C"
_BEHIND_NAME = re.compile(r"[\s*_]*(?:[:：(（|]|[–—-]\s)")       # "**Iran**: closed since 2021"
_AT_FRONT = 4                                                  # characters of markup before a name


def lists_places(text: str, language: str | None, *, item: bool = False) -> list[str]:
    """The places of a line that does nothing but name them, as codes in order; none: the line is something else. `item`: of an item of a list the first word may be followed by what is said of it."""
    named = find_places(text, language)
    if not named:
        return []
    codes = list(dict.fromkeys(code for *_, code in named))
    if item and named[0][0] <= _AT_FRONT and _BEHIND_NAME.match(text, named[0][1]):
        return codes
    bare, letters = _without(text, [(start, end) for start, end, _ in named]), sum(end - start for start, end, _ in named)
    left = sum(len(word) for word in _LETTERS.findall(bare) if word.lower() not in list_words())
    if len(text) <= LONGEST_LINE:
        return codes if left <= letters else []
    return codes if len(codes) >= SEVERAL and left <= LITTLE * letters else []


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """`text` with blanks for those spans and for what stands in brackets."""
    spans = sorted(spans + [match.span() for match in _BRACKETS.finditer(text)])
    parts, at = [], 0
    for start, end in spans:
        parts.append(text[at:start])
        at = max(at, end)
    return " ".join([*parts, text[at:]])


def divides_places(text: str, language: str | None) -> bool:
    """Whether a heading inside a list of places names a part of the world, or the letters with which the names begin."""
    if len(text) > LONGEST_HEADING:
        return False
    if _INITIALS.fullmatch(text):
        return True
    parts = [match.span() for match in _parts_of_the_world(language).finditer(fold(text))]
    places = [(start, end) for start, end, _ in find_places(text, language)]
    return bool(parts) and all(word.lower() in list_words() for word in _LETTERS.findall(_without(text, parts + places)))


@lru_cache(maxsize=64)
def _parts_of_the_world(language: str | None) -> re.Pattern[str]:
    """A pattern for the names of continents and their parts: those of CLDR in the language and in English, and those that traders use (`data/world_parts.yml`)."""
    from babel import Locale, UnknownLocaleError

    base = (language or "").replace("_", "-").split("-")[0].lower()
    names = {fold(name) for name in data_file("world_parts.yml")["names"]}
    for code in ("en", base):
        try:
            names.update(fold(name) for key, name in Locale.parse(code).territories.items() if key.isdigit())
        except (UnknownLocaleError, ValueError):               # a language that CLDR does not know: English names still serve
            continue
    return re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(names, key=len, reverse=True)))
