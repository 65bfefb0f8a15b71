"""The language version that a document itself says binds ("in case of conflict the English version shall prevail"), as a language code."""

from __future__ import annotations

import functools
import importlib.resources
import re

import yaml

from nlp.document import Document


AROUND = 250                                                   # characters on each side of a trigger word that are looked at


@functools.cache
def _knowledge() -> tuple[list[str], list[re.Pattern[str]], dict[str, str]]:
    """(words without which no pattern fits, patterns of all tongues: an English sentence stands in contracts of every language; folded name of a language -> its code)."""
    table = yaml.safe_load(importlib.resources.files("nlp").joinpath("data/prevailing.yml").read_text("utf-8"))
    names = {name.lower(): code for code, known in table["names"].items() for name in known}
    one = "(" + "|".join(map(re.escape, sorted(names, key=len, reverse=True))) + ")"
    return table["triggers"], [re.compile(p.replace("{L}", one)) for row in table["patterns"].values() for p in row], names


def _windows(text: str, triggers: list[str]) -> list[str]:
    """The passages around the trigger words, joined where they overlap."""
    spans = []
    for word in triggers:
        at = text.find(word)
        while at >= 0:
            spans.append((max(0, at - AROUND), at + AROUND))
            at = text.find(word, at + AROUND)
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return [text[a:b] for a, b in out]


def prevailing_language(text: str) -> str | None:
    """The one language that the text says prevails; None where it names none, or several."""
    triggers, patterns, names = _knowledge()
    folded = " ".join(text.lower().split())
    parts = [part for part in _windows(folded, triggers) if any(map(part.__contains__, names))]   # every pattern asks for the name of a language
    found = {names[next(filter(None, m.groups()))] for part in parts for p in patterns for m in p.finditer(part)}
    return found.pop() if len(found) == 1 else None


def binding_language(document: Document) -> str | None:
    """The same of the body of a document."""
    return prevailing_language("\n".join(block.text for block in document.body()))
