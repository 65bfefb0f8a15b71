"""Short stable keys: a letter and a piece of the SHA-256 of what identifies the thing in its source."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

LENGTH = 8                                                     # 40 bits: short enough to print; a collision makes the key longer
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"                   # base32 (RFC 4648): no 0, 1, 8, 9 that read like letters
_sha256 = hashlib.sha256
_NONE = "\x1eNNone"
_PAIRS = [a + b for a in _DIGITS for b in _DIGITS]             # ten bits at a time: twice as fast as base64.b32encode on 100,000 keys


def _joined(parts: tuple) -> str:
    """The parts as one text. None and "" differ; so do 1 and "1"."""
    return "\x1f".join([p if (c := p.__class__) is str else _NONE if p is None else f"\x1ef{p}" if c is float else f"\x1e{c.__name__[0]}{p}" for p in parts])


def _number(text: str) -> int:
    """The first 80 bits of the SHA-256 of a text."""
    return int.from_bytes(_sha256(text.encode("utf-8", "surrogatepass")).digest()[:10], "big")


def digest(*parts: object) -> str:
    """The first 80 bits of the SHA-256 over the parts, in base32."""
    return _spelled(_number(_joined(parts)))


def _spelled(n: int) -> str:
    return "".join([_PAIRS[n >> shift & 1023] for shift in (70, 60, 50, 40, 30, 20, 10, 0)])


class Keys:
    """Hands out keys of one kind. The same parts give the same key; two digests that begin alike get longer keys, in the order in which they come."""

    def __init__(self, letter: str) -> None:
        self.letter = letter
        self._begins = f"{letter}-"
        self._taken: dict[str, int] = {}                       # key -> first 80 bits

    def __call__(self, *parts: object) -> str:
        return self._key(_number(_joined(parts)))

    def below(self, *begin: object) -> Callable[[tuple], str]:
        """The same for many things whose first parts are `begin`: a function of the other parts."""
        start, key = _joined(begin) + "\x1f", self._key
        return lambda parts: key(_number(start + _joined(parts)))

    def _key(self, n: int) -> str:
        key = self._begins + _PAIRS[n >> 70] + _PAIRS[n >> 60 & 1023] + _PAIRS[n >> 50 & 1023] + _PAIRS[n >> 40 & 1023]
        if self._taken.setdefault(key, n) == n:
            return key
        full = _spelled(n)                                     # 40 bits are taken by another thing
        size = LENGTH
        while self._taken.setdefault(self._begins + full[:size], n) != n:
            size += 1
        return self._begins + full[:size]
