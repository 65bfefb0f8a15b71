"""Which countries of a sentence are named as those whose law, list or sanction it is: "sanctions of the European Union, the UAE or the United States" bars nobody in the UAE.

A cue beside a name says so; other countries, unions and offices that stand in one list with it share what it says, in whatever order they are put.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from nlp.cue_search import EAST
from nlp.places import MAX_ASIDE, list_writers, listed_beside

Span = tuple[int, int]
Mention = tuple[int, int, str, Span | None]                    # (start, end, country, the cue by which it is a law-maker); "" for a union or an office

LONGEST_ENDING = 12
BEHIND_CUE, BEFORE_CUE = 5, 3                                  # characters between a cue and the name that it is about: "laws of [the] …", "…[-]sanctioned"
AND = re.compile(r"(?:^|[\s,、，])(?:and|or|und|oder|sowie|et|ou|y|o|e|u|i|lub|oraz|и|или|och|eller|samt|en|of|và|hoặc|및|또는|혹은|그리고)\s|^(?:와|과|이나|나)\s|及|または|又は|もしくは|若しくは|並びに|和|与|與|或", re.IGNORECASE)
COMMA = re.compile("[,、，;；]")


def _cue(start: int, end: int, before: Sequence[Span], ends: Sequence[int], after: Sequence[Span], starts: Sequence[int]) -> Span | None:
    """The cue right before or right behind a name. `before` is in order of ends, `after` in order of starts."""
    n = bisect_right(ends, start) - 1
    if n >= 0 and start - ends[n] <= BEHIND_CUE:
        return before[n]
    n = bisect_left(starts, end - 1)
    return after[n] if n < len(starts) and starts[n] - end <= BEFORE_CUE else None


def _whole(text: str, span: Span) -> Span:
    """A span with the rest of the word in which it ends: a cue leaves open how it is inflected."""
    start, end = span
    while end < len(text) and end - span[1] < LONGEST_ENDING and text[end] < EAST and text[end].isalpha():
        end += 1
    return start, end


def lawmakers(text: str, countries: Sequence[tuple[int, int, str]], bodies: Sequence[Span], before: Sequence[Span], after: Sequence[Span], barred: Sequence[Span]) -> list[Mention]:
    """The countries, each with the cue by which it is a law-maker, or None.

    `bodies`: unions and offices, which make law as countries do and are no places. `before`, `after`: cues that stand before and behind a name. `barred`: names of countries that are often barred.
    """
    bodies, before, after = [_whole(text, span) for span in bodies], sorted((_whole(text, span) for span in before), key=lambda span: span[1]), sorted(after)
    ends, starts = [end for _, end in before], [start for start, _ in after]
    names = sorted([*countries, *((a, b, "") for a, b in bodies if not any(x < b and a < y for x, y, _ in _near(countries, a, b)))])
    row: list[Mention] = [(a, b, code, _cue(a, b, before, ends, after, starts)) for a, b, code in names]
    if before or any(maker for *_, maker in row):
        row = _backwards(text, _onwards(text, row, before, ends, barred), barred)
    return [mention for mention in row if mention[2]]


def _near(countries: Sequence[tuple[int, int, str]], start: int, end: int) -> Sequence[tuple[int, int, str]]:
    """The countries, which stand in order, that may overlap a span."""
    first = max(0, bisect_left(countries, (start,)) - 1)
    return countries[first:bisect_left(countries, (end,))]


def _often_barred(start: int, end: int, barred: Sequence[Span]) -> bool:
    return any(x < end and start < y for x, y in barred)


def _onwards(text: str, row: list[Mention], before: Sequence[Span], ends: Sequence[int], barred: Sequence[Span]) -> list[Mention]:
    """`row`, where what is listed behind a law-maker, or behind an office without a name of ours ("administered by the Bank of Freedonia, Norway"), is one too.

    A country that is often barred is one where a law-maker follows it in the list, or where all such countries in the list write sanction lists of their own.
    """
    row = list(row)
    last: Mention | None = None
    waiting: list[int] = []

    def settle(all_of_them: bool) -> None:
        if last is not None and (all_of_them or all(row[n][2] in list_writers() for n in waiting)):
            for n in waiting:
                row[n] = (*row[n][:3], last[3])
        waiting.clear()

    for n, (a, b, code, maker) in enumerate(row):
        if maker is not None:
            settle(False)
        elif last is not None and any(listed_beside(text[end:a]) for end in (*(row[w][1] for w in waiting[-1:]), last[1])):
            if code and _often_barred(a, b, barred):
                waiting.append(n)
                continue
            settle(True)
            maker = last[3]
        else:
            settle(False)
            at = bisect_right(ends, a) - 1
            opened = text[ends[at]:a] if at >= 0 and a - ends[at] <= MAX_ASIDE and (not n or row[n - 1][1] <= ends[at]) else ""
            if "," in opened and ":" not in opened and listed_beside("," + opened) and not _often_barred(a, b, barred):
                maker = before[at]
        if maker is not None:
            last = row[n] = (a, b, code, maker)
        elif last is not None and a - last[1] > MAX_ASIDE:
            last = None
    settle(False)
    return row


def _backwards(text: str, row: list[Mention], barred: Sequence[Span]) -> list[Mention]:
    """`row`, where what is listed before a law-maker that a cue behind it makes one is one too: "under [Canadian], UK or US export laws"; not a country that is often barred."""
    row = list(row)
    commas = False                                             # whether two names of the list so far stand beside each other without a word between them
    for n in range(len(row) - 2, -1, -1):
        (a, b, code, maker), (start, end, _, cue) = row[n], row[n + 1]
        gap = text[b:start]
        if not (cue and cue[0] >= end - 1 and listed_beside(gap)):
            commas = False
            continue
        joined = AND.search(gap) is not None
        if joined and commas and maker is None:                # "in [Oman or] UN, EU, US sanctioned countries": a list has its "or" before its last name
            commas = False
            continue
        commas |= not joined and COMMA.search(gap) is not None
        if maker is None and (gap == "/" or not code or not _often_barred(a, b, barred)):
            row[n] = (a, b, code, cue)
    return row
