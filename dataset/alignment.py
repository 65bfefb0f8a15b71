"""What became of a clause between two versions of a document: unchanged, moved, renumbered, typographic, substantive, added, removed.

Pure. Works on wordings (the quotes, markup included) and heading paths. `redline` gives a change of wording as data that a terminal, HTML
and a PDF can show; its parts put together are the two wordings, character for character.
"""

from __future__ import annotations

import difflib
import html
import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import TypeVar

NATURES = ("unchanged", "moved", "renumbered", "typographic", "substantive", "added", "removed")
MINOR = frozenset({"moved", "renumbered", "typographic"})      # changes that leave every word of a rule as it was
SAME_CLAUSE = 0.6                                              # similarity from which two quotes of one label are versions of one clause
CONTAINED = 0.85                                               # share of the shorter quote that must stand in the longer one, where one grew into the other
CONTAINED_LEAST = 60                                           # characters: shorter quotes stand in too many others by chance
ISLAND = 3                                                     # kept characters between two changes that only make a redline harder to read

Part = tuple[str, str]                                         # ("kept" | "out" | "in", text)
K = TypeVar("K", bound=Hashable)

_TAG = re.compile(r"<[^<>]{0,400}>")
_LINK = re.compile(r"!?\[([^\[\]]{0,400})\]\([^()\s]{0,800}(?:\s[^()]{0,200})?\)(?:\{[^{}]{0,100}\})?")
_MARK = re.compile(r"[*_`~#|\\>]+")
_SAME_SIGNS = str.maketrans({**dict.fromkeys("‘’‚‛′´`", "'"), **dict.fromkeys("“”„‟″«»「」『』", '"'),
                             **dict.fromkeys("‐‑‒–—―−", "-"), "…": "...", "•": " ", "·": " ",
                             **dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"), "、": ",", "。": "."})
_DENSE = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f"     # kana, Han, Thai: scripts without spaces between words
_AROUND_DENSE = re.compile(rf"(?<=[{_DENSE}])\s+|\s+(?=[{_DENSE}])")
_AROUND_SIGN = re.compile(r"\s+(?=[,.;:!?)\]])|(?<=[(\[])\s+")
_TOKEN = re.compile(rf"[{_DENSE}]|[^\W_{_DENSE}]+(?:['’][^\W_]+)*|\s+|.", re.S)

# What counts as a number of a provision: 7, 7.2, 7.2.1, (a), iv), §, Article 5, 第三条, 제3조. Roman figures and single letters only with a sign behind them.
_HAN_FIGURES = "0-9一二三四五六七八九十百零〇"
_NUMBER = rf"(?:\d+(?:\.\d+)*|第[{_HAN_FIGURES}]+[条條章节節款项項部編]|제\s*\d+\s*[조항호장])"
_WORD = r"(?:§+|art(?:icle|ikel|ículo|icolo|\.)?|section|sec\.|clause|paragraph|пункт|статья|раздел|п\.)"
# A bare figure may be an amount ("30 days", "1.5 times"): it counts as a number where a word or sign says so, or a sentence begins behind a dotted one.
_LEADING = re.compile(
    rf"^\s*(?:(?i:{_WORD})\s*{_NUMBER}[.):、．）]*\s*|\d+(?:\.\d+)*[.):、．）]+(?=\D)\s*"
    rf"|\d+(?:\.\d+)+\s+(?=[^\W\d_a-zà-ÿа-я])|(?:第[{_HAN_FIGURES}]+[条條章节節款项項部編]|제\s*\d+\s*[조항호장])[.):、．）:：]*\s*"
    rf"|[（(]?(?:(?i:[a-z]|[ivxl]{{1,6}})|[{_HAN_FIGURES}]{{1,3}})[)）.、．](?=\D)\s*)")
_LEADING_OF_HEADING = re.compile(r"^\s*\d+(?:\.\d+)*\s+")
_REFERENCE = re.compile(
    r"(§+\s*|\b(?:sections?|sec\.|clauses?|articles?|art\.|paragraphs?|para\.|"
    r"abschnitte?s?|ziffern?|absatz|artikels?|artículos?|articol[oi]|cláusulas?|пункт\w*|стать\w*|раздел\w*|п\.)\s+)"
    r"\d+(?:\.\d+)*(?:\s*\([a-z0-9]{1,4}\))*",
    re.I)
_HAN_REFERENCE = re.compile(rf"第[{_HAN_FIGURES}]+(?:\.\d+)*[条條章节節款项項]|제\s*\d+\s*[조항호장]")


def plain(quote: str) -> str:
    """A wording without the markup of HTML and Markdown; white space is one space."""
    text = html.unescape(_TAG.sub(" ", quote))
    text = _LINK.sub(r"\1", text)
    return " ".join(_MARK.sub(" ", text).split())


def typographic_form(quote: str) -> str:
    """A wording as it reads: without markup, case, shapes of signs, spaces around signs, and a sign at its end."""
    text = unicodedata.normalize("NFKC", plain(quote).translate(_SAME_SIGNS)).casefold().translate(_SAME_SIGNS)
    text = _AROUND_SIGN.sub("", _AROUND_DENSE.sub("", " ".join(text.split())))
    return text.rstrip(" .,;:-")


def unnumbered(quote: str, heading: bool = False) -> str:
    """`typographic_form` without the number that a wording begins with, and with the numbers of the provisions that it refers to blanked."""
    text = unicodedata.normalize("NFKC", plain(quote))
    for _ in range(3):                                         # "7.2 (a) …"
        shorter = _LEADING.sub("", text, count=1)
        if shorter == text:
            break
        text = shorter
    if heading:
        text = _LEADING_OF_HEADING.sub("", text)
    return typographic_form(_HAN_REFERENCE.sub("第#", _REFERENCE.sub(r"\1#", text)))


def _below_title(old: Sequence[str], new: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """The levels, from the nearest heading up, that two heading paths can be compared in: without the title, which stands above every clause and may come, go or change."""
    levels = min(len(old), len(new))
    if len(old) == len(new) > 1:
        levels -= 1
    return (old[-levels:], new[-levels:]) if levels else (old, new) if len(old) == len(new) else ((), ())


def nature_of(old: str, new: str, old_path: Sequence[str] = (), new_path: Sequence[str] = ()) -> str:
    """What the change from one wording and heading path to another is: unchanged, moved, renumbered, typographic or substantive.

    Where the words stay, a heading that changed by more than its number means that the clause was moved; a new title of the whole document moves nothing.
    The order of the clauses is not looked at (see `moved`).
    """
    before, after = typographic_form(old), typographic_form(new)
    if before != after and unnumbered(old) != unnumbered(new):
        return "substantive"
    was, now = _below_title(old_path, new_path)
    if [unnumbered(h, True) for h in was] != [unnumbered(h, True) for h in now]:
        return "moved"
    if before != after or [typographic_form(h) for h in was] != [typographic_form(h) for h in now]:
        return "renumbered"
    return "unchanged" if " ".join(old.split()) == " ".join(new.split()) else "typographic"


def similarity(old: str, new: str, least: float = SAME_CLAUSE) -> float:
    """0-1: how alike two wordings are, by characters; 0 where it is less than `least`. One that grew into the other counts by what stands in both."""
    if old == new:
        return 1.0
    short, long = sorted((old, new), key=len)
    grown = len(short) >= CONTAINED_LEAST
    if grown and short in long:
        return 0.99
    common = sum((Counter(short) & Counter(long)).values())    # no ratio can be better than the characters in common allow
    ceiling = 2.0 * common / max(1, len(short) + len(long))
    if ceiling < least and not (grown and common >= CONTAINED * len(short)):
        return 0.0
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    ratio = matcher.ratio()
    if ratio >= least:
        return ratio
    if grown:
        runs = sum(b.size for b in matcher.get_matching_blocks() if b.size >= 12)    # letters scattered over a long text prove nothing
        if runs >= CONTAINED * len(short):
            return least
    return 0.0


def pair(new: Sequence[K], old: Sequence[K], label_of, words_of) -> dict[K, K]:
    """new -> old for those that are versions of each other: same label, similar words (`words_of` gives the folded wording); the most similar first."""
    by_label: dict[object, list[K]] = {}
    for o in old:
        by_label.setdefault(label_of(o), []).append(o)
    found = []
    for n in new:
        for o in by_label.get(label_of(n), ()):
            score = similarity(words_of(o), words_of(n))
            if score:
                found.append((-score, words_of(n), words_of(o), n, o))
    out: dict[K, K] = {}
    used: set[K] = set()
    for _, _, _, n, o in sorted(found, key=lambda f: (f[:3], repr(f[3]), repr(f[4]))):
        if n not in out and o not in used:
            out[n] = o
            used.add(o)
    return out


def moved(positions: Sequence[tuple[int, int]]) -> set[int]:
    """Indices of the pairs (old position, new position) that changed their place among the others: all but a longest run that kept its order."""
    order = sorted(range(len(positions)), key=lambda i: (positions[i][0], positions[i][1]))
    tails: list[int] = []                                      # new positions at which the best runs of each length end
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for i in order:
        new = positions[i][1]
        at = bisect_left(tails, new)
        before[i] = ends[at - 1] if at else None
        if at == len(tails):
            tails.append(new)
            ends.append(i)
        else:
            tails[at], ends[at] = new, i
    kept: set[int] = set()
    step = ends[-1] if ends else None
    while step is not None:
        kept.add(step)
        step = before[step]
    return set(range(len(positions))) - kept


def tokens(text: str) -> list[str]:
    """Words, runs of white space and single signs; of scripts without spaces, single characters. Joined they are the text."""
    return _TOKEN.findall(text)


def redline(old: str, new: str) -> list[Part]:
    """A change of wording as parts (kept | out | in, text), by words, in scripts without spaces by characters.

    All kept and out joined are `old`, all kept and in joined are `new`. Two equal wordings are one kept part; an empty one is all in or all out.
    """
    before, after = tokens(old), tokens(new)
    blocks: list[list[str]] = []                               # [kept, out, in] one after the other
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = "".join(before[i1:i2]), "".join(after[j1:j2])
        if tag == "equal":
            blocks.append([gone, "", ""])
            continue
        island = blocks[-1][0] if len(blocks) > 1 and blocks[-1][0] else None
        if island is not None and len(island) <= ISLAND and not island.strip(" \t\n,.;:'\"()-"):
            blocks.pop()
            blocks[-1][1] += island + gone
            blocks[-1][2] += island + come
        else:
            blocks.append(["", gone, come])
    return [(op, text) for block in blocks for op, text in zip(("kept", "out", "in"), block, strict=True) if text]
