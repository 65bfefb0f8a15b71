"""Tables that lost their form: each cell stands in a line of its own, the heads first, then row after row.

What tells them from other short lines: the heads are labels of columns, one of them of prices, and in two rows or more the amounts stand where the head of prices says, and a GPU
is named in the same column of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.chips import find_chips
from nlp.document import Cell, Table
from nlp.normalise import RAW, mapped_text
from nlp.offers import Head, asks_for_contact, is_nothing, is_plain_price, read_head
from nlp.prices import availability_in, find_prices, has_digit

MAX_LINES = 20_000
_WIDEST = 12                                                   # columns
_LONGEST = 60                                                  # characters of a cell
_LINE = re.compile(r"[^\n]+")
_EDGES = " \t\r*_`\\\u00a0"
_STRUCTURE = re.compile(r"#{1,6}\s|[|>~]|```|[-*+•]\s|\d{1,2}[.)]\s|<|\[|!\[|:{3}|={3}|-{3}")
_AMOUNT = re.compile(r"[^\d\n]{0,24}\d[\d.,' ]{0,14}(?!\d)(?:[^\d\n]{0,24}|[^\d\n]{1,24}\d{1,3}%[^\d\n]{0,12})")
_Line = tuple[int, int, str]                                   # source [from, to), text


def stacked_tables(source: str) -> Iterator[tuple[int, int, Table]]:
    """(start, end, table) of the tables in `source` whose cells stand one below another."""
    for lines in _stretches(source):
        at = 0
        while at + 6 <= len(lines):
            found = _table_at(lines, at)
            if found is None:
                at += 1
                continue
            width, count = found
            cells = lines[at:at + width * count]
            rows: list[list[Cell | None]] = [[Cell(mapped_text(source, [(*line[:2], RAW)]), header=r == 0, row=r, column=c) for c, line in enumerate(cells[r * width:(r + 1) * width])] for r in range(count)]
            yield cells[0][0], cells[-1][1], Table(rows, header_rows=1)
            at += width * count


def _stretches(source: str) -> Iterator[list[_Line]]:
    """Runs of short lines, without the blank ones between them."""
    run: list[_Line] = []
    for number, match in enumerate(_LINE.finditer(source)):
        if number >= MAX_LINES:
            break
        text = match[0].strip(_EDGES)
        if not text:
            continue
        start = match.start() + match[0].index(text)
        if len(text) > _LONGEST or _STRUCTURE.match(match[0].lstrip()):
            if len(run) >= 6:
                yield run
            run = []
        else:
            run.append((start, start + len(text), text))
    if len(run) >= 6:
        yield run


def _table_at(lines: list[_Line], at: int) -> tuple[int, int] | None:
    """(columns, rows with the head) of the table whose head begins at this line; None where none does."""
    heads: list[Head] = []
    best: tuple[int, int] | None = None
    for line in lines[at:at + _WIDEST]:
        text = line[2]
        if has_digit(text) and (find_prices(text) or find_chips(text, context=True)) or text[-1] in ".!?:;":
            break
        heads.append(read_head(text))
        if heads[0].role is None:
            return None
        roles = [head.role for head in heads]
        width = len(roles)
        if width < 2 or "price" not in roles or not {"gpu", "instance", "gpu_count"} & set(roles) or 3 * sum(r is not None for r in roles) < 2 * width:
            continue
        count = _rows(lines, at + width, roles)
        if count >= 2 and any(h.role == "price" and (h.currency or is_plain_price(h.text) or find_prices(lines[at + width + c][2])) for c, h in enumerate(heads)) and (best is None or width * count > best[0] * (best[1] - 1)):
            best = width, count + 1                            # "Year" over years is no price
    return best


def _rows(lines: list[_Line], at: int, roles: list[str | None]) -> int:
    """How many rows below a head with these roles have amounts under its prices, no amounts elsewhere, and a GPU in the same column."""
    width, count = len(roles), 0
    named = {c for c, role in enumerate(roles) if role in ("gpu", "instance", "gpu_count", None)}
    while at + width <= len(lines):
        texts = [line[2] for line in lines[at:at + width]]
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
