"""Tables in PDFs, by where the words of a line stand: gaps that line up in the rows above and below make columns.

A PDF has no table; it draws words. Only price lists and lists of hardware are looked for: columns of prose, numbered clauses and tables of contents stay lines.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Protocol

GAP = 0.42                                                     # of the height of a line: so much wider than a blank is what parts two cells
JUSTIFIED = 0.2                                                # of the height of a line: blanks that differ by less
MAX_CELL = 48                                                  # characters of the middle cell of a table, the cells in order of length
LOOK_BACK = 12                                                 # rows above in which a cell may have its place
MAX_STEP = 4.5                                                 # heights of a line: rows that stand farther apart are of two tables
_SUPPLY = re.compile(r"[$€£¥₩₹]|\b(?:EUR|USD|GBP|JPY|CHF|PLN|SEK|GPUs?|vCPUs?|GB|GiB|VRAM|NVIDIA|AMD)\b|円|元|원|zł")
_NUMBERING = re.compile(r"\(?(?:\d{1,3}(?:\.\d{1,3})*|[a-z]|[ivxIVX]{1,5})[.)]?|[•·▪●○◦–*-]|§\s?\d+")


class Placed(Protocol):
    """A line of a page, as `nlp.blocks.pdf` reads it."""

    text: str
    start: int
    bottom: float
    top: float
    page: int
    cells: list[tuple[int, int, float, float]]                 # (start, end) in `text`, left and right edge on the page


@dataclass(slots=True)
class PdfTable:
    """Rows of cells; a cell is a list of (start, end) in the document's text, one for each of its lines, or empty."""

    first: int                                                 # index of its first line
    last: int                                                  # of its last line
    rows: list[list[list[tuple[int, int]]]] = field(default_factory=list)


@dataclass(slots=True)
class _Row:
    lines: list[int]
    cells: list[tuple[int, int, float, float]]                 # (start, end) in the document's text
    bottom: float
    top: float
    page: int


def split_cells(text: str, edges: list[tuple[int, float, float]], left: float, right: float, height: float) -> list[tuple[int, int, float, float]]:
    """The cells of a line. `edges`: for each blank in it, (index of the character after, right edge of what stands before, left edge of what stands after)."""
    cells: list[tuple[int, int, float, float]] = []
    gaps = [after - before for _, before, after in edges]
    if gaps and min(gaps) > GAP * height and max(gaps) - min(gaps) < JUSTIFIED * height:
        edges = edges if len(gaps) == 1 else []                # every blank as wide as the next: a line stretched to the margin
    start, begin = len(text) - len(text.lstrip()), left
    for index, before, after in edges:
        if after - before > GAP * height and index > start:
            cells.append((start, start + len(text[start:index].rstrip()), begin, before))
            start, begin = index, after
    cells.append((start, len(text.rstrip()), begin, right))
    return cells


def find_tables(lines: list[Placed]) -> list[PdfTable]:
    """The tables among the lines of a document, in order."""
    out: list[PdfTable] = []
    run: list[_Row] = []
    for row in [*_rows(lines), None]:
        if row is not None and (not run or _follows(run, row)):
            run.append(row)
            continue
        if (table := _table(_trimmed(run), lines)) is not None and (not out or table.first > out[-1].last):
            out.append(table)
        run = [row] if row is not None else []
    return out


def _trimmed(run: list[_Row]) -> list[_Row]:
    """A run without the rows of one cell before and after it, except those that are lines of a cell: nearer to their neighbour than a whole row is high."""
    full = [i for i, row in enumerate(run) if len(row.cells) > 1]
    if not full:
        return []
    first, last = full[0], full[-1]
    columns = _spread(max(run, key=lambda row: len(row.cells)).cells)

    def inside(row: _Row, near: _Row) -> bool:
        left, right = row.cells[0][2:]
        return row.page == near.page and abs(row.bottom - near.bottom) < 1.3 * (near.top - near.bottom) and any(a - 2 <= left and right <= b for *_, a, b in columns[1:])

    while first > 0 and inside(run[first - 1], run[first]):
        first -= 1
    while last + 1 < len(run) and inside(run[last + 1], run[last]):
        last += 1
    return run[first:last + 1]


def _rows(lines: list[Placed]) -> list[_Row]:
    """Lines that stand side by side as one row, from the top of each page down: some writers draw cell by cell."""
    rows: list[_Row] = []
    for index, line in enumerate(lines):
        cells = [(line.start + a, line.start + b, left, right) for a, b, left, right in line.cells]
        beside = next((row for row in reversed(rows[-LOOK_BACK:]) if cells and row.cells and row.page == line.page
                       and min(line.top, row.top) - max(line.bottom, row.bottom) > 0.5 * (line.top - line.bottom) and row.cells[-1][3] < cells[0][2]), None)
        if beside is not None:
            beside.cells += cells
            beside.lines.append(index)
        else:
            rows.append(_Row([index], cells, line.bottom, line.top, line.page))
    for here in range(len(rows)):                              # a cell in the middle of a higher one was drawn before the lines above it
        at = here
        while at and here - at < LOOK_BACK and rows[at].page == rows[at - 1].page and rows[at].cells and rows[at - 1].cells and 0 < rows[at].bottom - rows[at - 1].bottom < MAX_STEP * (rows[at].top - rows[at].bottom):
            rows[at - 1], rows[at] = rows[at], rows[at - 1]
            at -= 1
    return rows


def _follows(run: list[_Row], row: _Row) -> bool:
    """Whether a row may belong to the table above it: near enough, and, where it has one cell, a further line of one of the cells above."""
    above = run[-1]
    if not row.cells:
        return False
    if row.page == above.page and not 0 < above.bottom - row.bottom < MAX_STEP * (above.top - above.bottom):
        return False
    if len(row.cells) > 1:
        return True
    left, right = row.cells[0][2:]
    widest = max(run[-LOOK_BACK:], key=lambda r: len(r.cells)).cells
    return len(widest) < 2 or row.page == above.page and any(a - 2 <= left and right <= b + 2 for *_, a, b in _spread(widest)) and above.bottom - row.bottom < 1.6 * (above.top - above.bottom)


def _spread(cells: list[tuple[int, int, float, float]]) -> list[tuple[int, int, float, float]]:
    """The cells, each as wide as up to the next one."""
    return [(a, b, left, cells[i + 1][2] - 1 if i + 1 < len(cells) else right + 80) for i, (a, b, left, right) in enumerate(cells)]


def _columns(run: list[_Row]) -> list[tuple[float, float]]:
    """The columns that the rows share: what is left of the width where no row of two cells or more has words."""
    spans = sorted((left, right) for row in run if len(row.cells) > 1 for _, _, left, right in row.cells)
    columns: list[list[float]] = []
    for left, right in spans:
        if columns and left <= columns[-1][1]:
            columns[-1][1] = max(columns[-1][1], right)
        else:
            columns.append([left, right])
    return [(left, right) for left, right in columns]


def _table(run: list[_Row], lines: list[Placed]) -> PdfTable | None:
    full = [row for row in run if len(row.cells) > 1]
    if len(full) < 2:
        return None
    columns = _columns(run)
    if len(columns) < 2:
        return None
    text = [[_words(lines, row, cell) for cell in row.cells] for row in full]
    sizes = sorted(len(word) for row in text for word in row)
    if sizes[len(sizes) // 2] > MAX_CELL or len(columns) == 2 and all(_NUMBERING.fullmatch(row[0]) for row in text[1:]):
        return None
    if not any(_SUPPLY.search(word) for row in text for word in row) or sum(any(c.isdigit() for word in row for c in word) for row in text) < 0.3 * len(text):
        return None
    if sorted(i for row in run for i in row.lines) != list(range(min(i for row in run for i in row.lines), max(i for row in run for i in row.lines) + 1)):
        return None                                            # other text was drawn in between
    owners = _owners(run)
    rows: dict[int, list[list[tuple[int, int]]]] = {}
    for row, owner in zip(run, owners, strict=True):
        cells = rows.setdefault(owner, [[] for _ in columns])
        for start, end, left, right in row.cells:
            middle = (left + right) / 2
            cells[min(range(len(columns)), key=lambda i, m=middle: max(columns[i][0] - m, m - columns[i][1], 0.0))].append((start, end))
    lines_of = [i for row in run for i in row.lines]
    return PdfTable(min(lines_of), max(lines_of), [rows[owner] for owner in sorted(rows)])


def _owners(run: list[_Row]) -> list[int]:
    """For each row, the row whose cells it goes on with (itself, where it is whole): rows with the leftmost cell are whole, the others go to the nearest of them."""
    left = min(row.cells[0][2] for row in run)
    whole = [i for i, row in enumerate(run) if len(row.cells) > 1 and row.cells[0][2] <= left + 3] or [i for i, row in enumerate(run) if len(row.cells) > 1]
    out = []
    for i, row in enumerate(run):
        at = bisect_left(whole, i)
        near = whole[max(0, at - 1):at + 1]                    # the whole rows next to it, above and from it down
        out.append(min(near, key=lambda w, i=i, row=row: (w != i, run[w].page != row.page, abs(run[w].bottom - row.bottom))))
    return out


def _words(lines: list[Placed], row: _Row, cell: tuple[int, int, float, float]) -> str:
    line = next(lines[i] for i in row.lines if lines[i].start <= cell[0] <= lines[i].start + len(lines[i].text))
    return line.text[cell[0] - line.start:cell[1] - line.start]
