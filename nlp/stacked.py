"""Tables that lost their form: each cell stands in a line of its own, the heads first, then row after row.

What tells them from other short lines: the heads are labels of columns, one of them of prices, and in two rows or more the amounts stand where the head of prices says, and a GPU
is named in the same column of each.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from nlp.chips import find_chips
from nlp.document import Block, Cell, Document, MappedText, Table
from nlp.normalise import RAW, mapped_text
from nlp.offers import Head, asks_for_contact, is_nothing, is_plain_price, read_head
from nlp.prices import availability_in, find_prices, has_digit

MAX_LINES = 20_000
_WIDEST = 12                                                   # columns
_LONGEST = 60                                                  # characters of a cell
_FEWEST = 6                                                    # lines of a table: a head and two rows of two columns
_LINE = re.compile(r"[^\n]+")
_EDGES = " \t\r*_`\\\u00a0"
_STRUCTURE = re.compile(r"#{1,6}\s|[|>~]|```|[-*+•]\s|\d{1,2}[.)]\s|<|\[|!\[|:{3}|={3}|-{3}")
_AMOUNT = re.compile(r"[^\d\n]{0,24}\d[\d.,' ]{0,14}(?!\d)(?:[^\d\n]{0,24}|[^\d\n]{1,24}\d{1,3}%[^\d\n]{0,12})")


class Line(NamedTuple):
    """A line that may be a cell, the place of its block among all, and of the line in the source, or (`whole`) in the text of the block."""

    block: int
    text: str
    start: int
    end: int
    whole: bool


def stacked_tables(document: Document, blocks: Sequence[Block]) -> Iterator[tuple[list[int], Table]]:
    """(places of the blocks that became cells, or most of whose lines did, table) of the tables in `blocks` whose cells stand one below another."""
    for lines in _stretches(document, blocks):
        total = Counter(line.block for line in lines)
        at = 0
        while at + _FEWEST <= len(lines):
            found = _table_at(lines, at)
            if found is None:
                at += 1
                continue
            width, count = found
            cells = lines[at:at + width * count]
            rows: list[list[Cell | None]] = [[Cell(_content(document, blocks[line.block], line), header=r == 0, row=r, column=c) for c, line in enumerate(cells[r * width:(r + 1) * width])] for r in range(count)]
            yield [block for block, number in Counter(line.block for line in cells).items() if 2 * number >= total[block]], Table(rows, header_rows=1)
            at += width * count


def _stretches(document: Document, blocks: Sequence[Block]) -> Iterator[list[Line]]:
    """Runs of short lines, of paragraphs or of items of lists, with nothing else between them."""
    run: list[Line] = []
    kind, seen = "", 0
    for place, block in _among_short_ones(document, blocks):
        own = "" if block is None or seen > MAX_LINES else _kind(document, block)
        if own != kind:
            if len(run) >= _FEWEST:
                yield run
            run, kind = [], own
        for line in islice(_lines(document, place, block), MAX_LINES) if block is not None and own else ():
            seen += 1
            if len(line.text) <= _LONGEST and not _STRUCTURE.match(line.text):
                run.append(line)
                continue
            if len(run) >= _FEWEST:
                yield run
            run = []
    if len(run) >= _FEWEST:
        yield run


def _among_short_ones(document: Document, blocks: Sequence[Block]) -> Iterator[tuple[int, Block | None]]:
    """(place, block) of what may hold lines of a run, and (place, None) where a run is broken off. Where the page is HTML, as most are, a look at lengths spares the places in the source of all other blocks."""
    html = document.content_type == "html"
    some: list[tuple[int, Block | None]] = []
    lines = 0
    for place, block in enumerate(blocks):
        text = block.text if block.kind in ("paragraph", "list_item", "heading") else ""
        breaks = text.count("\n")
        if text and (not html or breaks or len(text) <= _LONGEST):
            some.append((place, block))
            lines += breaks + 1 if html else _FEWEST
            continue
        if lines >= _FEWEST:
            yield from some
            yield place, None
        some, lines = [], 0
    if lines >= _FEWEST:
        yield from some


def _kind(document: Document, block: Block) -> str:
    """"paragraph" or "list_item"; "" for what holds no cells. A line that was taken for a heading, because it is short and comes again, is a paragraph."""
    if block.kind == "heading":
        start, end = block.content.source_span(0, len(block.text))
        return "" if _HEADED.search(document.text[max(0, start - 300):start]) or _UNDERLINED.match(document.text, end) else "paragraph"
    return block.kind if block.kind in ("paragraph", "list_item") else ""


_HEADED = re.compile(r"#[ \t]*$|<h[1-6][^<>]{0,200}>(?:\s*<[^<>/]{0,100}>)*\s*$", re.IGNORECASE)
_UNDERLINED = re.compile(r"[ \t]*\r?\n[=-]{2}")


def _lines(document: Document, place: int, block: Block) -> Iterator[Line]:
    """The lines of a block: those of the source, where it is text; those that the page breaks, where it is HTML."""
    start, end = block.content.source_span(0, len(block.text))
    if document.content_type == "html" or block.kind == "list_item" or "\n" not in document.text[start:end]:
        for match in _LINE.finditer(block.text):
            if text := match[0].strip():
                yield Line(place, text, *match.span(), True)
        return
    for match in _LINE.finditer(document.text, start, end):
        if text := match[0].strip(_EDGES):
            a = match.start() + match[0].index(text)
            yield Line(place, text, a, a + len(text), False)


def _content(document: Document, block: Block, line: Line) -> MappedText:
    if not line.whole:
        return mapped_text(document.text, [(line.start, line.end, RAW)])
    content, span = block.content, slice(line.start, line.end)
    return content if line.end - line.start == len(content.text) else MappedText(content.text[span], content.starts[span], content.ends[span])


@lru_cache(maxsize=8192)
def _names_or_prices(text: str) -> bool:
    """Whether a line names a GPU or holds an amount; asked of each line by all that stand a few lines above it."""
    return bool(find_chips(text, context=True) or find_prices(text))


def _table_at(lines: list[Line], at: int) -> tuple[int, int] | None:
    """(columns, rows with the head) of the table whose head begins at this line; None where none does."""
    heads: list[Head] = []
    best: tuple[int, int] | None = None
    for line in lines[at:at + _WIDEST]:
        text = line.text
        if text[-1] in ".!?:;" or has_digit(text) and _names_or_prices(text) or any(text == line.text for line in lines[at:at + len(heads)]):
            break
        heads.append(read_head(text))
        if heads[0].role is None:
            return None
        roles = [head.role for head in heads]
        width = len(roles)
        if width < 2 or "price" not in roles or not {"gpu", "instance", "gpu_count"} & set(roles) or 3 * sum(r is not None for r in roles) < 2 * width:
            continue
        count = _rows(lines, at + width, roles)
        if count >= 2 and any(h.role == "price" and (h.currency or is_plain_price(h.text) or find_prices(lines[at + width + c].text)) for c, h in enumerate(heads)) and (best is None or width * count > best[0] * (best[1] - 1)):
            best = width, count + 1                            # "Year" over years is no price
    return best


def _rows(lines: list[Line], at: int, roles: list[str | None]) -> int:
    """How many rows below a head with these roles have amounts under its prices, no amounts elsewhere, and a GPU in the same column."""
    width, count = len(roles), 0
    named = {c for c, role in enumerate(roles) if role in ("gpu", "instance", "gpu_count", None)}
    while at + width <= len(lines):
        texts = [line.text for line in lines[at:at + width]]
        if not all(_fits(text, role) for text, role in zip(texts, roles, strict=True)):
            break
        named_here = {c for c in named if has_digit(texts[c]) and find_chips(texts[c], context=True)}
        if not named_here:
            break
        named, count, at = named_here, count + 1, at + width
    return count


def _fits(text: str, role: str | None) -> bool:
    if role in ("price", "other_price"):
        return bool(_AMOUNT.fullmatch(text)) or is_nothing(text) or asks_for_contact(text) or availability_in(text) is not None
    return not find_prices(text)
