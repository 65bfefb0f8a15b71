"""The date that a document states of itself ("Last updated: 3 March 2026"). Where it is ambiguous there is none: it is not guessed."""

from __future__ import annotations

import functools
import importlib.resources
import re
from datetime import date

import yaml
from babel import Locale

from nlp.document import Document

REACH = 60                                                     # characters between the label and its date
_MONTH_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "ru")

_ISO = re.compile(r"(?<!\d)(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_CJK = re.compile(r"(20\d\d)\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})[./-](\d{1,2})[./-](20\d\d)(?!\d)")
_DAY_MONTH = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?\s+(?:de\s+|of\s+)?([^\W\d_]{3,12})\.?,?\s+(?:de\s+)?(20\d\d)")
_MONTH_DAY = re.compile(r"([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(20\d\d)")
_VIETNAMESE = re.compile(r"(?<!\d)(\d{1,2})\s+tháng\s+(\d{1,2}),?\s+(?:năm\s+)?(20\d\d)")


@functools.cache
def _knowledge() -> tuple[re.Pattern[str], dict[str, str], dict[str, int]]:
    """(labels of all languages as one pattern, numeric order by language, month name -> number)."""
    table = yaml.safe_load(importlib.resources.files("nlp").joinpath("data/dates.yml").read_text("utf-8"))
    labels = sorted({w.casefold() for words in table["labels"].values() for w in words}, key=len, reverse=True)
    months: dict[str, int] = {}
    for code in _MONTH_LANGUAGES:
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in Locale(code).months[context][width].items():
                    months.setdefault(name.casefold().strip("."), number)
    return re.compile("|".join(map(re.escape, labels))), table["numeric_order"], months


def _valid(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def parse_date(text: str, language: str | None = None) -> str | None:
    """The first unambiguous date in `text` as YYYY-MM-DD, else None."""
    _, order, months = _knowledge()
    folded = text.casefold()
    found: list[tuple[int, str]] = []

    def add(match: re.Match[str], year: int, month: int | None, day: int) -> None:
        value = _valid(year, month, day) if month else None
        if value:
            found.append((match.start(), value))

    for pattern in (_ISO, _CJK):
        for m in pattern.finditer(folded):
            add(m, int(m[1]), int(m[2]), int(m[3]))
    for m in _DAY_MONTH.finditer(folded):
        add(m, int(m[3]), months.get(m[2]), int(m[1]))
    for m in _MONTH_DAY.finditer(folded):
        add(m, int(m[3]), months.get(m[1]), int(m[2]))
    for m in _VIETNAMESE.finditer(folded):
        add(m, int(m[3]), int(m[2]), int(m[1]))
    for m in _NUMERIC.finditer(folded):
        a, b = int(m[1]), int(m[2])
        way = order.get((language or "").split("-")[0])
        if way == "dmy" or a > 12:
            add(m, int(m[3]), b, a)
        elif b > 12 or a == b:
            add(m, int(m[3]), a, b)
    return min(found)[1] if found else None


def stated_date(document: Document) -> str | None:
    """The date that the document states of itself, YYYY-MM-DD: the first label with a date beside it in the first or last blocks of the body."""
    labels, _, _ = _knowledge()
    blocks = [b for b in document.body() if b.kind != "code"]
    for block in [*blocks[:25], *reversed(blocks[-10:])]:
        folded = block.text.casefold()
        if len(folded) != len(block.text):                     # folding changed offsets (ß …): look at the folded text alone
            source = folded
        else:
            source = block.text
        for m in labels.finditer(folded):
            value = parse_date(source[m.end() : m.end() + REACH], document.language)
            if value is None and m.start():
                value = parse_date(source[max(0, m.start() - 24) : m.start()], document.language)
            if value:
                return value
    return None
