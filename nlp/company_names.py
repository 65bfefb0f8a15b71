"""Countries that are part of a company's name: "Nordhost France does not sell …" names nobody in France.

Told by the document itself: two capitalised words and the country stand together again and again, or one, with a legal form behind.
"""

from __future__ import annotations

import re
from collections import Counter

from nlp.language import function_words

OFTEN = 3                                                      # times that they stand together in a document, at least
LONGEST = 90                                                   # characters before a country that may belong to the name
_WORD = r"[A-ZÀ-ÖØ-Þ][\w&'’.-]{0,39}"
_BEFORE = re.compile(rf"(?<![\w&'’.-])((?:{_WORD}\s)?)({_WORD}\s)\Z")
_THREE = re.compile(rf"(?<![\w&'’.-])(?=({_WORD}\s{_WORD}\s[A-ZÀ-ÖØ-Þ]\w{{0,39}}))")
_WITH_FORM = re.compile(rf"(?<![\w&'’.-])(?=({_WORD}(?:\s[A-ZÀ-ÖØ-Þ]\w{{0,39}}){{1,3}}),?\s{{1,2}}"
                        r"(?:GmbH|AG|UG|KG|S\.?A\.?R\.?L|S\.?A\.?S|S\.?A|S\.?L\.?U?|S\.?r\.?l|S\.?p\.?A|B\.?V|N\.?V|Ltda?|Limited|LL[CP]|Inc|Corp|PLC|Plc|Pty|Pte|S\.?R\.?O|Oy|AB|AS|ApS|Kft|OÜ)\b)")


def _words(text: str) -> str:
    return " ".join(text.split())


class CompanyNames:
    """The names of companies in one document; its text is looked through once, when a capitalised word first stands before a country."""

    def __init__(self, text: str, language: str | None) -> None:
        self._text = text
        self._links = function_words(language or "en")         # "Our Servers In China" is a title
        self._often: Counter[str] | None = None
        self._with_form: set[str] = set()

    def holds(self, text: str, start: int, end: int) -> bool:
        """Whether the country text[start:end] is part of a company's name."""
        before = _BEFORE.search(text[max(0, start - LONGEST):start])
        if before is None or before[2].strip().lower() in self._links:
            return False
        if self._often is None:
            self._often = Counter(_words(match[1]) for match in _THREE.finditer(self._text))
            self._with_form = {_words(match[1]) for match in _WITH_FORM.finditer(self._text)}
        country = _words(text[start:end])
        return bool(before[1] and self._often[_words(f"{before[1]}{before[2]}{country.split()[0]}")] >= OFTEN) or _words(f"{before[2]}{country}") in self._with_form
