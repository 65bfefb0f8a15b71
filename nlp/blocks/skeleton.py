"""The skeleton of a document: its tags, with every range of source text replaced by a mark.

No HTML parser we use reports source positions of text. So the source is scanned once, each range of text between tags gets a number, and the parser sees
`<p>` + mark + `</p>`. The parser does what it is good at (implied end tags, misnesting, tables), the marks survive wherever it moves the text, and text and
offsets come from the source itself, the same for every parser. Markdown, reStructuredText and plain text are turned into the same kind of skeleton.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

OPEN, CLOSE = "\ue000", "\ue001"                               # private use: a mark is OPEN + number + CLOSE


@dataclass(slots=True)
class Skeleton:
    """Pieces of markup, and the source ranges that their marks stand for."""

    source: str
    html: list[str] = field(default_factory=list)
    starts: array = field(default_factory=lambda: array("I"))
    ends: array = field(default_factory=lambda: array("I"))
    modes: bytearray = field(default_factory=bytearray)        # nlp.normalise.RAW | HTML | MARKDOWN | STRING
    scripts: list[tuple[str, int, int]] = field(default_factory=list)   # (attributes, start, end) of <script> bodies
    title: str | None = None
    meta: dict = field(default_factory=dict)                   # front matter and the like
    names: list[str] = field(default_factory=list)            # of the tags of HTML source, in order: "p", "/p"; of other sources not all
    tags: int = 0
    damaged: int = 0                                           # tags that are not well formed
    expressions: int = 0                                       # template expressions whose value is not in the source
    wasted: int = 0                                            # characters searched in vain for the end of a tag; bounds the work on hostile text

    def run(self, start: int, end: int, mode: int) -> None:
        """A range of source text at this place of the markup."""
        if start < end:
            self.html.append(f"{OPEN}{len(self.starts)}{CLOSE}")
            self.starts.append(start)
            self.ends.append(end)
            self.modes.append(mode)

    def markup(self) -> str:
        return "".join(self.html)
