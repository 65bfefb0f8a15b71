"""What has to stand in a text for a pattern to match it, so that a text in which nothing of that stands is not searched: most sentences hold no word of most lists of words.

The literals are taken from the parsed pattern. Where Python's parser cannot be asked, or a pattern asks for no literal, every text counts as worth a search: nothing but speed rests on a sieve.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

try:                                                           # no public interface
    from re import _parser as parser
except ImportError:                                            # pragma: no cover
    parser = None                                              # type: ignore[assignment]

MOST = 400                                                     # literals that a stretch of a pattern may multiply out to


def needed(pattern: re.Pattern[str]) -> frozenset[str]:
    """Literals of which one stands in every match of a pattern; none where there are no such, or they are not known."""
    if parser is None or pattern.flags & (re.IGNORECASE | re.VERBOSE | re.LOCALE):
        return frozenset()
    return _needed(parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)) or frozenset()


def _needed(tokens: Iterable[tuple[Any, Any]]) -> frozenset[str] | None:
    best: frozenset[str] | None = None
    run = frozenset({""})                                      # what stands before the next token, if it can only be one of a few

    def offer(literals: frozenset[str] | None) -> None:
        nonlocal best
        if literals and "" not in literals and (best is None or _worth(literals) > _worth(best)):
            best = literals

    for name, value in tokens:
        exact = _exact(str(name), value)
        if exact is not None and len(run) * len(exact) <= MOST:
            run = frozenset(a + b for a in run for b in exact)
            continue
        offer(run)
        run = frozenset({""}) if exact is None else exact
        offer(_of_token(str(name), value))
    offer(run)
    return best


def _worth(literals: frozenset[str]) -> tuple[int, int]:
    return min(map(len, literals)), -len(literals)


def _exact(name: str, value: Any) -> frozenset[str] | None:
    """All that a token can match, where that is little."""
    if name == "LITERAL":
        return frozenset({chr(value)})
    if name in ("AT", "ASSERT", "ASSERT_NOT"):                 # stand between characters
        return frozenset({""})
    if name == "IN" and all(str(kind) == "LITERAL" for kind, _ in value):
        return frozenset(chr(code) for _, code in value)
    if name == "BRANCH":
        return _either([_exact_row(row) for row in value[1]])
    if name == "SUBPATTERN" and not value[1] and not value[2]:
        return _exact_row(value[3])
    if name in ("MAX_REPEAT", "MIN_REPEAT") and tuple(value[:2]) == (0, 1) and (once := _exact_row(value[2])) is not None:
        return once | {""}
    return None


def _exact_row(tokens: Iterable[tuple[Any, Any]]) -> frozenset[str] | None:
    run = frozenset({""})
    for name, value in tokens:
        exact = _exact(str(name), value)
        if exact is None or len(run) * len(exact) > MOST:
            return None
        run = frozenset(a + b for a in run for b in exact)
    return run


def _either(rows: list[frozenset[str] | None]) -> frozenset[str] | None:
    if any(row is None for row in rows):
        return None
    joined = frozenset[str]().union(*(row for row in rows if row is not None))
    return joined if len(joined) <= MOST else None


def _of_token(name: str, value: Any) -> frozenset[str] | None:
    """What a token that can match many things asks for."""
    if name == "BRANCH":
        return _either([_needed(row) for row in value[1]])
    if name == "SUBPATTERN" and not value[1] and not value[2]:
        return _needed(value[3])
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") and value[0] >= 1:
        return _needed(value[2])
    return _needed(value) if name == "ATOMIC_GROUP" else None


class Sieve:
    """Several patterns that are asked of the same texts."""

    def __init__(self, patterns: Sequence[re.Pattern[str]]) -> None:
        import ahocorasick_rs

        asked = [needed(pattern) for pattern in patterns]
        self._always = sum(1 << n for n, literals in enumerate(asked) if not literals)
        literals = sorted(frozenset[str]().union(*asked))
        self._bits = [sum(1 << n for n, known in enumerate(asked) if literal in known) for literal in literals]
        self._machine = ahocorasick_rs.AhoCorasick(literals or ["\0"])
        self._all = (1 << len(asked)) - 1

    def worth(self, text: str) -> int:
        """The patterns that may match a text, a bit for each, the first the lowest."""
        try:
            hits = self._machine.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:                             # lone surrogates of a damaged page
            return self._all
        found = self._always
        if hits and self._bits:
            for number, _, _ in hits:
                found |= self._bits[number]
        return found


class Sieved:
    """A pattern that is searched only in texts that are worth it."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern, self._sieve = pattern, Sieve([pattern])

    def search(self, text: str) -> re.Match[str] | None:
        return self.pattern.search(text) if self._sieve.worth(text) else None
