"""Short stable keys: a letter and a piece of the SHA-256 of what identifies the thing in its source."""

from __future__ import annotations

import base64
import hashlib

LENGTH = 8                                                     # 40 bits: short enough to print; a collision makes the key longer


def digest(*parts: object) -> str:
    """SHA-256 over the parts, in base32 without padding. None and "" differ; so do 1 and "1"."""
    said = "\x1f".join(f"{type(p).__name__[0]}{p}" for p in parts)
    return base64.b32encode(hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest()).decode("ascii").rstrip("=")


class Keys:
    """Hands out keys of one kind. The same parts give the same key; two digests that begin alike get longer keys, in the order in which they come."""

    def __init__(self, letter: str) -> None:
        self.letter = letter
        self._taken: dict[str, str] = {}
        self._given: dict[str, str] = {}

    def __call__(self, *parts: object) -> str:
        full = digest(*parts)
        known = self._given.get(full)
        if known is not None:
            return known
        size = LENGTH
        while self._taken.get(full[:size], full) != full:
            size += 1
        self._taken[full[:size]] = full
        key = f"{self.letter}-{full[:size]}"
        self._given[full] = key
        return key
