"""The one interface between file formats and readers: a document is source text plus blocks, and every block character knows its source offset.

A reader (chips, offers, clauses) works on `Block.text`, which is clean, NFKC-normalised text, and answers in source offsets through
`MappedText.source_span`. What a reader quotes is always `document.text[start:end]`: the very slice of the decoded source, markup included.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from chipwatch.records import Issue

BLOCK_KINDS = ("heading", "paragraph", "list_item", "definition", "quote", "code", "table", "record")


@dataclass(slots=True)
class MappedText:
    """Clean text whose every character knows the source character that it came from.

    `starts[i]` and `ends[i]` bound, in the source text, the character or entity that gave `text[i]` (one source character may give several by NFKC, and
    several source characters one, by folding of white space or an entity such as `&amp;`).
    """

    text: str
    starts: array                                              # array('I'), len(text)
    ends: array                                                # array('I'), len(text)

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Source offsets of `text[start:end]`. Raises ValueError for an empty or outside range."""
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"no such range: [{start}:{end}] of {len(self.text)} characters")
        return self.starts[start], self.ends[end - 1]


@dataclass(slots=True)
class Cell:
    """A table cell. In a grid the same object stands at every position that its spans cover."""

    content: MappedText
    header: bool = False
    row: int = 0                                               # of its top left corner
    column: int = 0
    row_span: int = 1
    column_span: int = 1

    @property
    def text(self) -> str:
        return self.content.text


@dataclass(slots=True)
class Table:
    """A table as a full grid: spans are expanded, ragged rows are filled with None."""

    rows: list[list[Cell | None]]
    caption: str | None = None
    header_rows: int = 0                                       # rows at the top that hold header cells only (0 where the source marks none)


@dataclass(slots=True)
class Block:
    """A heading, paragraph, list item, table … in reading order."""

    kind: str                                                  # one of BLOCK_KINDS
    content: MappedText
    index: int = 0                                             # position in Document.blocks
    heading_path: tuple[str, ...] = ()                         # texts of the headings above, outermost first; a heading's own text is not in it
    level: int = 0                                             # heading level 1-6; nesting depth of a list item
    marker: str | None = None                                  # number or bullet of a list item as printed, "3.2", "(a)", "•"
    table: Table | None = None                                 # of kind "table": the grid; `text` holds the rows, cells joined by " | ", rows by a line feed
    container: str | None = None                               # id of the card (repeated, alike siblings) that it belongs to; "3/7" is a card inside card "3"
    chrome: bool = False                                       # navigation, header, footer, cookie banner: kept, but marked

    @property
    def text(self) -> str:
        return self.content.text


@dataclass(slots=True)
class Document:
    """A document as read: the decoded source text, its blocks, and embedded data."""

    text: str                                                  # decoded source; of a PDF its extracted text
    sha256: str                                                # of the bytes
    content_type: str                                          # html | markdown | rst | text | json | yaml | xml | csv | pdf
    blocks: list[Block]
    url: str | None = None
    language: str | None = None                                # BCP 47: en, de, fr, ja, ko, zh-Hans, zh-Hant, …
    charset: str | None = None
    title: str | None = None
    data: Any = None                                           # parsed JSON, YAML or XML of a feed
    held: list[tuple[str, Any]] = field(default_factory=list)  # what of `embedded` is read
    scripts: Callable[[], list[tuple[str, Any]]] | None = None # gives the data of the scripts of a page: no reader of text needs them
    links: list[tuple[str, str]] = field(default_factory=list)      # (text, target)
    readable: bool = True                                      # False: empty or mostly damaged; then nothing follows from silence
    issues: list[Issue] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)            # selectors of parts to read that match nothing
    text_language: str | None = None                           # what the text itself reads as, whatever is declared; None where that is not plain

    def quote(self, block: MappedText, start: int, end: int) -> tuple[str, int, int]:
        """(quote, start, end) in the source of `block.text[start:end]`."""
        a, b = block.source_span(start, end)
        return self.text[a:b], a, b

    @property
    def embedded(self) -> list[tuple[str, Any]]:
        """(kind, data): JSON-LD, __NEXT_DATA__, inline JSON of an HTML page; front matter; the trees of a Python program."""
        if self.scripts is not None:
            self.held, self.scripts = self.held + self.scripts(), None
        return self.held

    def body(self) -> Iterator[Block]:
        """The blocks that are not chrome."""
        return (b for b in self.blocks if not b.chrome)
