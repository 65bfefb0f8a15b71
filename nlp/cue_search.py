"""How the parts of cues are found in a text, by automata (Aho-Corasick): a first pass over a whole document, and a second over what that finds worth a look.

`nlp/_search.pyx` does the same, compiled, with the same results in a third of the time. This is for where no C compiler was at hand when chipwatch was installed (`hatch_build.py`);
tests/test_cue_search.py holds one against the other.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

SHORT = 2                                                      # characters of a word that stands inside others most of the time: "a", "in"
EAST = "\u2e80"                                                  # from here on letters stand against a foreign word without a blank: 受EAR管辖, EARの, EAR에
BEFORE, BEHIND, EXACT = 1, 2, 4                                # flags of a pattern: no letter may stand before it, or behind it; its capitals count
_OF_AUTOMATON = 8                                              # of a short word with its neighbours: these say what stands beside it

_EASTERN = re.compile("[\u2e80-\U0010ffff]")
_pattern_of = itemgetter(2)                                     # of a match

Match = tuple[int, int, int]                                    # (start, end, pattern)
Matches = Iterable[Match]                                       # in order

Forms = tuple[tuple[str, int], ...]                             # (form of a part of a cue, flags)
Further = tuple[tuple[bool, Forms], ...]                        # the third part of a cue, the fourth …: whether it stands between the two rarest, its forms
Partner = tuple[bool, int, int, tuple[str, ...], tuple[int, ...], Further]   # of the rarest part of a cue the second: (whether it stands behind it, within how many characters, length of the longest form, forms, their flags, further parts)
Deciding = tuple[Sequence[bool], Sequence[Sequence[Partner]]]   # by key: whether it is enough by itself, else what must stand beside it

_Edges = tuple[bytes, bytes]                                    # for each character of a text whether it is a letter or digit against which a word cannot stand, as flags of patterns: BEFORE, BEHIND
_FIRST = bytes(BEFORE * chr(n).isalnum() for n in range(256))
_SECOND = bytes(BEHIND * chr(n).isalnum() for n in range(256))


def automaton(literals: Sequence[str]) -> Any:
    """Finds all of `literals` in a text (`find`)."""
    import ahocorasick_rs

    return ahocorasick_rs.AhoCorasick(literals or ["\0"])


def find(automaton: Any, folded: str) -> list[tuple[int, int, int]]:
    """(number of the literal, start, end) of all that stand in a text."""
    try:
        return automaton.find_matches_as_indexes(folded, overlapping=True)
    except UnicodeEncodeError:                                 # lone surrogates of a damaged page
        return automaton.find_matches_as_indexes(re.sub("[\ud800-\udfff]", "\ufffd", folded), overlapping=True)


@functools.cache
def _letters() -> Any:
    """Whether a character is a letter or digit that is no East Asian one (`EAST`), by its number; the last stands for all from `EAST` on."""
    import numpy as np

    return np.array([chr(n).isalnum() for n in range(ord(EAST))] + [False], dtype="uint8")


def _beside(folded: str) -> _Edges:
    """What stands beside words, in a form that is quickly asked: see `_Edges`."""
    if folded.isascii():
        plain = folded.encode()
        return plain.translate(_FIRST), plain.translate(_SECOND)
    import numpy as np

    found = _letters()[np.minimum(np.frombuffer(folded.encode("utf-32-le", "surrogatepass"), "<u4"), ord(EAST))]
    return (found * BEFORE).tobytes(), (found * BEHIND).tobytes()


def _stands_alone(folded: str, start: int, end: int, flags: int) -> bool:
    """Whether no letter or digit stands where the flags of a word want none."""
    return not (flags & BEFORE and start and EAST > folded[start - 1] and folded[start - 1].isalnum() or flags & BEHIND and end < len(folded) and EAST > folded[end] and folded[end].isalnum())


def _stands(folded: str, form: str, flags: int, first: int, stop: int) -> bool:
    """Whether a form of a part of a cue stands in `folded[first:stop]`."""
    found = folded.find(form, first, stop)
    while found >= 0 and flags and not _stands_alone(folded, found, found + len(form), flags):
        found = folded.find(form, found + 1, stop)
    return found >= 0


def _one_stands(folded: str, forms: Forms, first: int, stop: int) -> bool:
    for form, flags in forms:                                  # no generator: asked for hundreds of times in a document
        if _stands(folded, form, flags, first, stop):
            return True
    return False


class Cues:
    """All patterns of a book, found in parts of a text."""

    def __init__(self, literals: Sequence[str], flags: Sequence[int], exact: Sequence[str | None], known: Iterable[str], blanking: bool) -> None:
        """`literals` (folded), `flags` and `exact` (the literal with its capitals, or None) by pattern. `known`: the characters in them that are neither letters nor digits, and the blank.

        `blanking`: other such characters are read as blanks in a text without East Asian letters.

        Short words stand inside others far more often than for themselves. So one automaton knows them only together with their neighbours, which are few: what stands in no cue is made a blank.
        Where letters stand against each other without a blank (`EAST`), a plain automaton is used.
        """
        known = {*known, " ", "\0"}
        self._literals, self._exact = list(literals), list(exact)
        self._capitals = frozenset(n for n, capitals in enumerate(exact) if capitals is not None)
        self._plain: Any = None                                # made when it is needed
        self._blanks = {n: " " for n in range(128) if not chr(n).isalnum() and chr(n) not in known}
        self._not_in_cues = re.compile(f"[^\\w{re.escape(''.join(sorted(known)))}]|{'_' if '_' not in known else '(?!)'}")
        self._words = list(range(len(literals)))               # pattern of a short word with its neighbours -> that of the word; of the others: itself
        self._inside = bytearray(len(literals))                # characters of a literal before and behind the word
        self._flags = list(flags)
        self._edged: Any = None
        if not blanking:
            return
        edged = self._literals.copy()
        for number, literal in enumerate(self._literals):
            if flags[number] != BEFORE | BEHIND or len(literal) > SHORT or not literal.isalnum():
                continue
            edged[number] = f"\1{number}"
            for before in known:
                for after in known:
                    self._words.append(number)
                    self._inside.append(1)
                    edged.append(f"{before}{literal}{after}")
        self._flags += [_OF_AUTOMATON] * (len(edged) - len(flags))
        self._edged = automaton(edged)

    def rows(self, folded: str, text: str, first: int, last: int, at: int) -> list[Match]:
        """All matches in `folded[first:last]`, as if nothing stood around it, sorted, counted from `at`. `text`: as it was before it was folded, for capitals."""
        if not self._literals:
            return []
        flags, words, inside = self._flags, self._words, self._inside
        part = folded[first:last]
        left, right = (b"\0" + edges + b"\0\0" for edges in _beside(part))   # so that every match has a character before and after it
        found, part = self._automaton_for(part)
        shift = at - 1
        rows = [(start + shift + inside[pattern], end + shift - inside[pattern], words[pattern])
                for pattern, start, end in find(found, f"\0{part}\0") if not flags[pattern] & (left[start - 1] | right[end])]
        if not self._capitals.isdisjoint(map(_pattern_of, rows)):
            rows = [row for row in rows if (exact := self._exact[row[2]]) is None or text[row[0] + first - at:row[1] + first - at] == exact]
        rows.sort()
        return rows

    def _automaton_for(self, folded: str) -> tuple[Any, str]:
        """The automaton for a folded text, and the text as it is to be given to it."""
        if self._edged is not None:
            blanked = folded.translate(self._blanks) if folded.isascii() else self._not_in_cues.sub(" ", folded)
            if blanked.isascii() or not _EASTERN.search(blanked):
                return self._edged, blanked
        if self._plain is None:
            self._plain = automaton(self._literals)
        return self._plain, folded


class Hits:
    """What the first pass found in a text: (position, key) of words by which cues are looked for, in order, shorter ones first."""

    def __init__(self, gate: Gate, folded: str, found: list[tuple[int, int]]) -> None:
        self._gate, self._folded, self._found = gate, folded, found

    def keys(self) -> frozenset[int]:
        """The keys that were found."""
        return frozenset(key for _, key in self._found)

    def among(self, keys: frozenset[int], wanted: bool) -> Hits:
        """Those of `keys`, or those of all others."""
        return Hits(self._gate, self._folded, [hit for hit in self._found if (hit[1] in keys) is wanted])

    def worth(self, start: int, end: int) -> bool:
        """Whether what was found in a stretch of the text can make a rule fire: a word that is enough, or the rarest part of a cue with the second within reach, and the others."""
        first, last = (bisect_left(self._found, (place,)) for place in (start, end))
        return self._first_worth(first, last, start, end) is not None

    def blocks(self, begins: Sequence[int], ends: Sequence[int]) -> list[tuple[int, int, int]]:
        """(number, first hit that matters, end of its hits) of those of the stretches `begins[n]:ends[n]` of the text that are worth a look."""
        worthy, position, last = [], 0, len(self._found)
        while position < last:
            index = bisect_right(begins, self._found[position][0]) - 1
            first = position
            while index >= 0 and position < last and self._found[position][0] <= ends[index]:
                position += 1
            if position == first:                              # between two stretches
                position += 1
                continue
            if (found := self._first_worth(first, position, begins[index], ends[index])) is not None:
                worthy.append((index, found, position))
        return worthy

    def sentences(self, first: int, last: int, begin: int, spans: Sequence[tuple[int, int]]) -> list[int]:
        """Which of the sentences `spans`, counted from `begin`, are worth a look, by the hits from `first` to `last`: rules for shorter ones (`most`) do not count."""
        worthy, position = [], first
        for number, (start, end) in enumerate(spans):
            start, end = start + begin, end + begin
            while position < last and self._found[position][0] < start:
                position += 1
            first = position
            while position < last and self._found[position][0] < end:
                position += 1
            if position > first and self._first_worth(first, position, start, end, self._gate.tier(end - start)) is not None:
                worthy.append(number)
            if position == last:
                break
        return worthy

    def _first_worth(self, first_hit: int, last_hit: int, start: int, end: int, tier: int = 0) -> int | None:
        """The number of the first hit that can make a rule fire: those before it do not in any part of the stretch either. The first one where one word is enough by itself; None: no hit can."""
        (strong, partners), sizes, folded = self._gate.deciding[tier], self._gate.sizes, self._folded
        hits = self._found[first_hit:last_hit]
        for _, key in hits:
            if strong[key]:
                return first_hit
        anywhere: dict[int, bool] = {}                         # further part, by its id -> whether it stands in the stretch
        for number, (at, key) in enumerate(hits, first_hit):
            for forward, reach, longest, forms, flags, further in partners[key]:
                if forward:
                    first, stop = at + sizes[key], at + reach + longest
                    stop = stop if stop < end else end
                else:
                    first, stop = at - reach, at
                    first = first if first > start else start
                window = folded[first:stop]
                for form in forms:
                    if form in window:
                        break
                else:                                          # of most
                    continue
                for form, flag in zip(forms, flags, strict=True):
                    if form in window and _stands(folded, form, flag, first, min(at + reach + len(form), stop)):
                        break
                else:
                    continue
                for between, part in further:
                    if between:
                        stands = _one_stands(folded, part, first, stop)
                    elif (stands := anywhere.get(id(part))) is None:   # looked for once: a hostile text has any number of hits
                        stands = anywhere[id(part)] = _one_stands(folded, part, start, end)
                    if not stands:
                        break
                else:
                    return number
        return None


class Gate:
    """The first pass: the words by which cues are looked for, each a key."""

    def __init__(self, literals: Sequence[str], flags: Sequence[int], exact: Sequence[str | None], deciding: Sequence[Deciding], limits: Sequence[int]) -> None:
        """`literals`, `flags` and `exact` by key, as in `Cues`. `deciding`: one more than `limits`, the first for any stretch of text, the next for a sentence of more than the first limit of characters …"""
        self.deciding, self.sizes, self._limits = deciding, list(map(len, literals)), limits
        self._flags, self._exact = flags, exact
        self._automaton = automaton(literals)

    def tier(self, size: int) -> int:
        """Which of `deciding` holds for a sentence of so many characters."""
        return bisect_left(self._limits, size)

    def hits(self, folded: str, text: str) -> Hits:
        """What is found in a text; `text` as it was before it was folded, for capitals."""
        flags, exact = self._flags, self._exact
        left, right = (edges + b"\0" for edges in _beside(folded))   # the last stands for what is before the first character, and behind the last
        found = [(start, end, key) for key, start, end in find(self._automaton, folded)
                 if flags and not flags[key] & (left[start - 1] | right[end]) and (flags[key] < EXACT or text[start:end] == exact[key])]
        return Hits(self, folded, [(start, key) for start, _, key in sorted(found)])
