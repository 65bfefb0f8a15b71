"""What a sentence says, as features for a linear model: its words and word pairs, those of the sentence that opens its list and of the heading above, and the groups of cues in all three.

Words are lower-cased and cut to a stem of STEM characters, which serves inflected languages alike; Chinese, Japanese and Korean give characters, pairs and triples of them. The names of features:
`word`, `word word`, `word _ word` (one word between), `i:` introduction, `h:` heading, `G:` / `I:` / `H:` cue groups of sentence, introduction and headings (`nlp/cues/`). Values of word features are scaled by
the square root of their number, so that a long sentence weighs no more than a short one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from operator import add
from typing import Any

STEM = 7                                                       # characters of a word that count
WORDS = 5.0                                                    # weight of all words of a unit together
CONTEXT = 0.7                                                  # weight of a feature of the introduction or a heading, against one of the sentence
MAX_TEXT = 4000                                                # characters of a sentence that are looked at; an endless one is judged by its beginning
MAX_CONTEXT = 400                                              # characters of an introduction, and of a heading

_WORD = re.compile(r"[^\W\d_][\w'’-]*|\d+")
_SPACE = re.compile(r"\s+")
_UNSPACED = frozenset({"zh", "ja", "ko"})


def tokens(text: str, language: str | None) -> list[str]:
    """The stems of a text, or its characters in a language that is written, or read here, without spaces."""
    if language in _UNSPACED:
        return list(_SPACE.sub("", text.lower()))
    return [word[:STEM] for word in find_words(text)]


def find_words(text: str) -> list[str]:
    """The words of a text with spaces between them, in lower case."""
    return _WORD.findall(text.lower())


def unspaced(language: str | None) -> bool:
    """Whether texts of a language are read character by character."""
    return language in _UNSPACED


def of_text(text: str, language: str | None) -> set[str]:
    """The word features of a sentence."""
    words = tokens(text[:MAX_TEXT], language)
    found = set(words)
    # `map(add, …)` joins words without a step of Python for each: this runs for every sentence looked at
    found.update(map(add, [word + " " for word in words], words[1:]))
    if language in _UNSPACED:
        found.update(map(add, map(add, words, words[1:]), words[2:]))
    else:
        found.update(map(add, [word + " _ " for word in words], words[2:]))
    return found


def of_introduction(text: str, language: str | None) -> set[str]:
    """The word features of the sentence that opens the list in which a sentence stands."""
    words = tokens(text[:MAX_CONTEXT], language)
    return {f"i:{word}" for word in words} | set(map("i:{} {}".format, words, words[1:]))


def of_headings(headings: Sequence[str], language: str | None) -> set[str]:
    """The words of the nearest heading above a sentence. Numbers and the headings further up are left out: they tell one document from another, and nothing of what a sentence says."""
    return {f"h:{word}" for word in tokens(headings[-1][:MAX_CONTEXT], language) if not word.isdigit()} if headings else set()


def of_groups(groups: Mapping[str, int], own: int, introduction: int, headings: int) -> dict[str, float]:
    """The features of cue groups; `groups`: name -> number of the bit that stands for it in the masks."""
    found: dict[str, float] = {}
    for prefix, mask, weight in (("G:", own, 1.0), ("I:", introduction, 1.0), ("H:", headings, CONTEXT)):
        if mask:
            found.update((prefix + name, weight) for name, bit in groups.items() if mask >> bit & 1)
    return found


def scale(count: Any) -> Any:
    """What a word feature is worth in a unit of so many, with those of introduction and heading; of a number, or of an array of them."""
    return WORDS / (count + (count == 0)) ** 0.5


def features(text: str, introduction: str, headings: Sequence[str], language: str | None, groups: Mapping[str, float]) -> dict[str, float]:
    """Feature -> value of one unit of text, as training sees it; `nlp.decision` adds up the same in another way."""
    own, opening, above = of_text(text, language), of_introduction(introduction, language), of_headings(headings, language)
    one = scale(len(own) + len(opening) + len(above))
    return {**dict.fromkeys(own, one), **dict.fromkeys(opening | above, one * CONTEXT), **groups}
