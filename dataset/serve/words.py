"""Text for the pages: the quote in its document, redlines, links. Pure functions; nothing here trusts what a page or a provider wrote."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote as percent
from urllib.parse import urldefrag, urlsplit

from dataset.wording import readable

WINDOW = 400                                                   # blocks shown before and after the quote; what is left out is said
LARGEST = 600_000                                              # characters of a document that is shown whole
FRAGMENT_WORDS = 6                                             # at each end of a long quote
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")     # with marks that turn the direction of text around


class Mapped(Protocol):
    text: str
    starts: Sequence[int]
    ends: Sequence[int]


class SourceBlock(Protocol):
    """A block of a document as the reader of documents gives it: clean text whose every character knows its place in the source."""

    kind: str
    level: int
    marker: str | None
    chrome: bool
    content: Mapped


class SourceDocument(Protocol):
    """What the serving program is handed for a capture: the decoded source text, and its blocks."""

    text: str
    blocks: Sequence[SourceBlock]


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class ShownBlock:
    kind: str
    level: int
    marker: str | None
    chrome: bool
    pieces: list[Piece]

    @property
    def marked(self) -> bool:
        return any(p.marked for p in self.pieces)


@dataclass(frozen=True, slots=True)
class Shown:
    """A document with the quote marked. `quote`: its visible words; `before`, `after`: blocks left out at either end."""

    blocks: list[ShownBlock]
    quote: str
    before: int = 0
    after: int = 0
    exact: bool = False                                        # the slice of the source is the stored quote, letter for letter


def clean(text: object) -> str:
    """Text for print: control characters and direction marks, which would rearrange what a reader sees, become U+FFFD."""
    return _CONTROL.sub("\ufffd", str(text))


def visible(source: str) -> str:
    """A quote as a reader sees it, markup out, white space folded. For quotes whose document is not at hand."""
    return clean(readable(source))


def marked_range(block: SourceBlock, start: int, end: int) -> tuple[int, int] | None:
    """The characters of a block that come from source[start:end], as a range; None where there are none."""
    content = block.content
    inside = [i for i in range(len(content.text)) if content.starts[i] < end and content.ends[i] > start]
    return (inside[0], inside[-1] + 1) if inside else None


def highlight(document: SourceDocument, start: int, end: int, quote: str) -> Shown:
    """The document's blocks with source[start:end] marked. A long document is cut to the neighbourhood of the quote, and says so."""
    blocks = list(document.blocks)
    ranges = {n: found for n, block in enumerate(blocks) if (found := marked_range(block, start, end))}
    first, last = 0, len(blocks)
    if sum(len(b.content.text) for b in blocks) > LARGEST:
        hits = sorted(ranges) or [0]
        first, last = max(0, hits[0] - WINDOW), min(len(blocks), hits[-1] + WINDOW + 1)
    shown = [_shown(blocks[n], ranges.get(n)) for n in range(first, last)]
    words = " ".join(blocks[n].content.text[a:b].strip() for n, (a, b) in sorted(ranges.items()))
    return Shown(shown, clean(words) or visible(quote), first, len(blocks) - last, document.text[start:end] == quote)


def _shown(block: SourceBlock, found: tuple[int, int] | None) -> ShownBlock:
    text = block.content.text
    if found is None:
        pieces = [Piece(clean(text))]
    else:
        a, b = found
        pieces = [p for p in (Piece(clean(text[:a])), Piece(clean(text[a:b]), True), Piece(clean(text[b:]))) if p.text]
    marker = clean(block.marker) if block.marker and not text.startswith(block.marker) else None
    return ShownBlock(block.kind, min(6, max(1, block.level or 1)), marker, block.chrome, pieces)


def web_address(url: object) -> str | None:
    """The address where a link may lead to it: http or https with a host, no control characters. None for javascript:, data: and the like."""
    text = str(url or "").strip()
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and host and not _CONTROL.search(text) and not any(c.isspace() for c in text) else None


def fragment_link(url: object, words: str) -> str | None:
    """The address with a text fragment (https://wicg.github.io/scroll-to-text-fragment/): a browser opens the page at these words."""
    address = web_address(url)
    if address is None:
        return None
    units = words.split()
    if not units:
        return address

    def said(text: str) -> str:
        return percent(text, safe="").replace("-", "%2D")

    if len(units) > 2 * FRAGMENT_WORDS:
        directive = f"{said(' '.join(units[:FRAGMENT_WORDS]))},{said(' '.join(units[-FRAGMENT_WORDS:]))}"
    elif len(units) < 4 and len(words) > 60:                   # no spaces between words
        directive = f"{said(words[:20])},{said(words[-20:])}"
    else:
        directive = said(words)
    base, fragment = urldefrag(address)
    return f"{base}#{fragment}:~:text={directive}"


def record_uuid(record_id: str | None) -> str:
    return (record_id or "").removeprefix("<urn:uuid:").removesuffix(">")

