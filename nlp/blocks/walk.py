"""Well-nested markup -> drafts of blocks. One pass over the tags; the same for every format and parser, so that the same tags always give the same blocks."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

from nlp.blocks.skeleton import Skeleton
from nlp.blocks.tags import HEADINGS, SCOPES, Event, Tag, attributes, compiled
from nlp.normalise import ALT, HTML

MAX_STRUCK = 80                                                # characters; an element that is left open would strike out a page
_NOTHING = object()                                            # an element whose end undoes nothing
_STRIKES = object()                                            # a block that is struck out as a whole

MAX_DEPTH = 400                                                # of open elements that are told apart
MAX_BLOCKS = 200_000
MAX_SECONDS = 30.0
MAX_NAME = 40                                                  # characters of a cell that holds a name
_NUMBER = re.compile(r"-?\d{1,8}")                            # at which a list begins


class Limit(Exception):
    """A document is larger than the reader is willing to take; what was read up to there stands."""


@dataclass(slots=True)
class Draft:
    """A block in the making: source ranges instead of text."""

    kind: str
    pieces: list
    level: int = 0
    marker: str | None = None
    node: int = 0                                              # innermost container element
    chrome: int = 0                                            # 0, or 1 + the chrome element's number
    scopes: tuple = ()
    bold: bool = False
    grid: Grid | None = None
    code: bool = False

@dataclass(slots=True)
class DraftCell:
    header: bool
    row_span: int
    column_span: int
    drafts: list = field(default_factory=list)
    alt: int | None = None                                     # run of the words of a picture in it


@dataclass(slots=True)
class Grid:
    rows: list = field(default_factory=list)                   # of lists of DraftCell
    head: list = field(default_factory=list)                   # whether the row stands in <thead>
    parts: list = field(default_factory=list)                  # of each row: which part of the table it stands in (<thead>, <tbody>, <tfoot>)
    part: int = 0
    caption: list | None = None
    in_head: bool = False
    row_open: bool = False
    nested: bool = False
    loose: list = field(default_factory=list)                  # drafts outside cells


if compiled:
    Draft, DraftCell, Grid = compiled.Draft, compiled.DraftCell, compiled.Grid


class Walk:
    """The walk itself, and what it has found so far; what begins and ends with the rarer elements is told by `Segmenter`. nlp/_blocks.pyx does the same, compiled."""

    def __init__(self, skeleton: Skeleton, walked: list[Event]):
        self.skeleton, self.events = skeleton, walked
        self.drafts: list[Draft] = []
        self.sink = self.drafts
        self.pieces: list = []                                 # run numbers and strings of the block in the making
        self.has_text = False
        self.bold_only = True
        self.blocks_made = 0
        self.breaks = 0                                        # <br> since the last text
        self.links: list[tuple[int, int, str]] = []            # (first run, last run, target)
        # containers
        self.parents = [0]
        self.signatures = ["html"]
        self.node = 0
        # context
        self.heading = 0
        self.bold = 0
        self.quote = 0
        self.pre = 0
        self.chrome = 0
        self.scopes: tuple = ()
        self.item: list | None = None                          # [level, marker, used]
        self.term: list | None = None                          # pieces of a <dt> that waits for its <dd>
        self.in_term = self.in_definition = 0
        self.lists: list[list] = []                            # [ordered, next number, style]
        self.grids: list[tuple] = []
        self.cell: DraftCell | None = None
        self.caption = False
        self.wrap = 0                                          # open elements whose line ends show

    def nothing(self) -> None:
        """The end of a block in which no text stood."""
        self.blocks_made += 1
        self.breaks = 0
        self.bold_only = True
        if self.pieces:
            self.pieces = []

    def flush(self) -> None:
        pieces, bold = self.pieces, self.bold_only
        self.nothing()
        if not self.has_text:
            return
        self.has_text = False
        kind, level, marker = "paragraph", 0, None
        if self.caption and self.grids:
            grid = self.grids[-1][0]
            grid.caption = (grid.caption or []) + pieces
            return
        if self.in_term:
            if self.term:
                pieces = [*self.term, ", ", *pieces]
            self.term = pieces
            return
        if self.heading:
            kind, level = "heading", self.heading
        elif self.pre:
            kind = "code"
        elif self.in_definition:
            kind = "definition"
            if self.term:
                pieces = [*self.term, ": ", *pieces]
                self.term = None
        elif self.item is not None:
            kind, level = "list_item", self.item[0]
            if not self.item[2]:
                marker, self.item[2] = self.item[1], True
        elif self.quote:
            kind = "quote"
        self.emit(Draft(kind, pieces, level, marker, self.node, self.chrome, self.scopes, bold, code=bool(self.pre)))

    def emit(self, draft: Draft) -> None:
        self.sink.append(draft)
        if not len(self.sink) & 1023:
            self.check()

    def walk(self) -> None:
        stack: list[tuple] = []                                # (tag, what its end does, what to restore, context to restore)
        link: tuple | None = None
        parents, signatures, modes = self.parents, self.signatures, self.skeleton.modes
        for event in self.events:
            if event.__class__ is int:
                if self.breaks or self.wrap or self.pre or modes[event] == ALT:
                    self.text(event)
                else:                                          # which is what `text` does of most
                    self.pieces.append(event)
                    self.has_text = True
                    if not self.bold:
                        self.bold_only = False
                continue
            if event.__class__ is str:
                if self.has_text:
                    self.pieces.append(event if event != "\n" or self.pre else " ")
                continue
            tag = event.tag
            if event.closing:
                if stack and stack[-1][0] == tag:
                    depth = len(stack) - 1
                else:
                    for depth in range(len(stack) - 1, max(-1, len(stack) - 1 - MAX_DEPTH), -1):
                        if stack[depth][0] == tag:
                            break
                    else:
                        continue
                while len(stack) > depth:
                    name, role, saved, undo = stack.pop()
                    if role:
                        if role == "b":
                            self.bold -= 1
                        else:
                            if undo is _STRIKES:
                                self.strike((self.blocks_made, 0))
                            if self.has_text:
                                self.flush()
                            else:
                                self.nothing()
                            if undo is not _NOTHING and undo is not _STRIKES:
                                self.close_block(role, undo)
                    elif undo is not None:
                        self.strike(undo)
                    elif name == "a" and link is not None:
                        runs = [p for p in self.pieces[link[0]:] if isinstance(p, int)]
                        if runs:
                            self.links.append((runs[0], runs[-1], link[1]))
                        link = None
                    if saved is not None:
                        if saved:
                            self.chrome, self.scopes, self.wrap = saved
                        self.node = parents[self.node]
                continue
            if event.empty:
                if tag == "br":
                    self.breaks += 1
                elif tag == "hr":
                    self.flush()
                elif self.has_text:
                    self.pieces.append(" ")
                continue
            role = event.role
            if event.breaks:
                if self.has_text:
                    self.flush()
                else:
                    self.nothing()
            saved = None
            if event.holds:
                parents.append(self.node)
                signatures.append(event.signature)
                self.node = len(parents) - 1
                if event.plain:
                    saved = ()
                else:
                    saved = (self.chrome, self.scopes, self.wrap)
                    self.open_container(event)
            if event.breaks:
                stack.append((tag, role, saved, self.open_block(role, event) if event.stateful else _STRIKES if event.struck else _NOTHING))
            elif event.bold:
                self.bold += 1
                stack.append((tag, "b", saved, None))
            else:
                if tag == "a":
                    link = (len(self.pieces), event.href) if event.href else None
                stack.append((tag, "", saved, (self.blocks_made, len(self.pieces)) if event.struck else None))
        self.flush()
        while stack:
            name, role, saved, undo = stack.pop()
            if role and role != "b" and undo is not _NOTHING and undo is not _STRIKES:
                self.close_block(role, undo)
        self.drop_term()


class Segmenter(compiled.Walk if compiled else Walk):
    """Walks the tags of one document. Use `segment`."""

    def __init__(self, skeleton: Skeleton, walked: list[Event]):
        super().__init__(skeleton, walked)
        self.deadline = time.monotonic() + MAX_SECONDS
        self.chrome_strict: set[int] = set()                   # chrome by tag or role; the others are guesses
        self.headers: set[int] = set()                         # page headers, which may be the head of the content
        self.consent: set[int] = set()                         # consent banners by name

    # --- text ------------------------------------------------------------------------------------------------------------------

    def text(self, number: int) -> None:
        if self.skeleton.modes[number] == ALT:
            if self.grids and self.cell is not None:
                self.cell.alt = number
            return
        if self.breaks:
            if self.breaks > 1 and not self.pre:
                self.flush()
            elif self.has_text:
                self.pieces.append("\n")
            self.breaks = 0
        if (self.wrap or self.pre) and self.skeleton.modes[number] == HTML and "\n" in self.skeleton.source[self.skeleton.starts[number]:self.skeleton.ends[number]]:
            self.lines(number)
            return
        self.pieces.append(number)
        self.has_text = True
        if not self.bold:
            self.bold_only = False

    def lines(self, number: int) -> None:
        """Text whose line ends show (<pre>, `white-space: pre-wrap`): each line apart; outside of <pre> an empty line ends the block."""
        skeleton = self.skeleton
        start, end, mode = skeleton.starts[number], skeleton.ends[number], skeleton.modes[number]
        for match in re.finditer(r"[^\n]+|\n(?:[ \t\r]*\n)*", skeleton.source[start:end]):
            if match.group()[0] == "\n":
                if match.group().count("\n") > 1 and not self.pre:
                    self.flush()
                elif self.has_text:
                    self.pieces.append("\n")
            elif not match.group().isspace():
                skeleton.starts.append(start + match.start())
                skeleton.ends.append(start + match.end())
                skeleton.modes.append(mode)
                self.pieces.append(len(skeleton.starts) - 1)
                self.has_text = True
                if not self.bold:
                    self.bold_only = False

    def strike(self, began: tuple[int, int]) -> None:
        """Take out what a struck element has added, if it is short and within one block."""
        made, count = began
        added = self.pieces[count:]
        starts, ends = self.skeleton.starts, self.skeleton.ends
        if made == self.blocks_made and sum(ends[p] - starts[p] for p in added if isinstance(p, int)) <= MAX_STRUCK:
            self.pieces[count:] = [" "] if count else []
            self.has_text = any(isinstance(p, int) for p in self.pieces)

    def check(self) -> None:
        """Raises Limit where a page is larger, or takes longer, than the reader is willing to bear."""
        if len(self.drafts) > MAX_BLOCKS:
            raise Limit(f"more than {MAX_BLOCKS:,} blocks")
        if time.monotonic() > self.deadline:
            raise Limit(f"more than {MAX_SECONDS:.0f} seconds")

    def drop_term(self) -> None:
        """A <dt> that no <dd> followed."""
        if self.term:
            pieces, self.term = self.term, None
            self.emit(Draft("definition", pieces, 0, None, self.node, self.chrome, self.scopes))

    # --- tags ------------------------------------------------------------------------------------------------------------------

    def open_container(self, opening: Tag) -> None:
        """What the beginning of a container changes, beside the container itself: `node` is it already."""
        if opening.wraps:
            self.wrap += 1
        role = opening.role
        if role in ("nav", "footer") and self.chrome not in self.chrome_strict:
            self.chrome = 1 + self.node
            self.chrome_strict.add(self.chrome)
        elif not self.chrome:
            if role == "banner" or role == "header" and "article" not in self.open_roles():
                self.chrome = 1 + self.node
                self.headers.add(self.chrome)
            elif opening.furniture:
                self.chrome = 1 + self.node
                if opening.furniture == 2:
                    self.consent.add(self.chrome)
        if role in SCOPES:
            self.scopes = (*self.scopes, self.node) if len(self.scopes) < 50 else self.scopes

    def open_roles(self) -> set[str]:
        out, node = set(), self.node
        for _ in range(MAX_DEPTH):
            if not node:
                break
            out.add(self.signatures[node].split(".", 1)[0])
            node = self.parents[node]
        return out

    def open_block(self, role: str, opening: Tag):
        """Begin an element of which more than its text is to be known; gives what its end is to restore."""
        if role in HEADINGS:
            undo, self.heading = self.heading, HEADINGS[role]
            return undo
        if role in ("ul", "ol", "menu"):
            found = attributes(opening.attrs)
            start = found.get("start", "1")
            self.lists.append([role == "ol", int(start) if _NUMBER.fullmatch(start) else 1, found.get("type", "1")])
            undo, self.item = self.item, None
            return undo
        if role == "li":
            undo = self.item
            found = attributes(opening.attrs)
            self.item = [max(1, len(self.lists)), found.get("data-marker") or self.marker(found.get("value")), False]
            return undo
        if role == "blockquote":
            self.quote += 1
        elif role == "pre":
            self.pre += 1
        elif role == "dt":                                     # several <dt> in a row share their <dd>
            self.in_term += 1
        elif role == "dd":
            self.in_definition += 1
        elif role == "summary":
            undo, self.heading = self.heading, 7
            return undo
        elif role == "table":
            for grid, *_ in self.grids[-1:]:
                grid.nested = True
            grid = Grid()
            undo = (self.item, self.in_definition, self.in_term, self.quote, self.heading)
            if self.item is not None or self.in_definition:
                self.item, self.in_definition, self.in_term = None, 0, 0
            self.grids.append((grid, self.sink))
            self.sink = grid.loose
            return undo
        elif role == "caption":
            self.caption = True
        elif self.grids:
            grid = self.grids[-1][0]
            if role in ("thead", "tbody", "tfoot"):
                grid.in_head = role == "thead"
                grid.part += 1
            elif role == "tr":
                grid.rows.append([])
                grid.head.append(grid.in_head)
                grid.parts.append(grid.part)
                grid.row_open = True
            elif role in ("td", "th"):
                if not grid.row_open:                          # a cell whose <tr> is missing
                    grid.row_open = True
                    grid.rows.append([])
                    grid.head.append(grid.in_head)
                    grid.parts.append(grid.part)
                cell = DraftCell(role == "th" or grid.in_head, opening.row_span, opening.column_span)
                grid.rows[-1].append(cell)
                undo = (self.sink, self.item, self.lists, self.heading, self.cell)
                self.sink, self.item, self.lists, self.heading, self.cell = cell.drafts, None, [], 0, cell
                return undo
        return None

    def marker(self, value: str | None) -> str:
        if not self.lists:
            return "•"
        current = self.lists[-1]
        if not current[0]:
            return "•"
        if value and value.isdecimal() and len(value) < 9:
            current[1] = int(value)
        number, style = current[1], current[2]
        current[1] += 1
        if style in ("a", "A") and 1 <= number <= 26:
            return f"{chr(ord(style) + number - 1)}."
        if style in ("i", "I") and 1 <= number < 4000:
            roman = to_roman(number)
            return f"{roman if style == 'I' else roman.lower()}."
        return f"{number}."

    def close_block(self, role: str, undo) -> None:
        if role in HEADINGS or role == "summary":
            self.heading = undo
        elif role in ("ul", "ol", "menu"):
            if self.lists:
                self.lists.pop()
            self.item = undo
        elif role == "li":
            self.item = undo
        elif role == "blockquote":
            self.quote -= 1
        elif role == "pre":
            self.pre -= 1
        elif role == "dt":
            self.in_term -= 1
        elif role == "dd":
            self.in_definition -= 1
        elif role == "dl":
            self.drop_term()
        elif role == "caption":
            self.caption = False
        elif role in ("tr", "thead", "tbody", "tfoot") and self.grids:
            self.grids[-1][0].row_open = False
            if role == "thead":
                self.grids[-1][0].in_head = False
            if role != "tr":
                self.grids[-1][0].part += 1
        elif role == "table" and self.grids:
            grid, self.sink = self.grids.pop()
            self.item, self.in_definition, self.in_term, self.quote, self.heading = undo
            self.close_table(grid)
        elif role in ("td", "th") and undo is not None:
            if self.cell is not None and self.cell.alt is not None and not self.cell.drafts:
                self.cell.drafts.append(Draft("paragraph", [self.cell.alt], node=self.node))     # "yes" as a picture of a tick
            self.sink, self.item, self.lists, self.heading, self.cell = undo

    def close_table(self, grid: Grid) -> None:
        for draft in grid.loose:
            self.emit(draft)
        if is_layout(grid) and not self._is_column(grid):
            if grid.caption:
                self.emit(Draft("paragraph", grid.caption, 0, None, self.node, self.chrome, self.scopes))
            for row in grid.rows:
                for cell in row:
                    for draft in cell.drafts:
                        self.emit(draft)
            return
        self.emit(Draft("table", [], 0, None, self.node, self.chrome, self.scopes, grid=grid))

    def _is_column(self, grid: Grid) -> bool:
        """Whether a table of one column is a list of names under a head: it places nothing."""
        if grid.nested or len(grid.rows) < 3 or any(len(row) != 1 or len(row[0].drafts) != 1 for row in grid.rows):
            return False
        drafts = [row[0].drafts[0] for row in grid.rows]
        heads = [row[0].header or head for row, head in zip(grid.rows, grid.head, strict=True)]
        starts, ends = self.skeleton.starts, self.skeleton.ends
        return heads[0] and not any(heads[1:]) and all(d.kind == "paragraph" and sum(ends[p] - starts[p] for p in d.pieces if isinstance(p, int)) <= MAX_NAME for d in drafts)


def is_layout(grid: Grid) -> bool:
    """Whether a table only places things: it holds tables or headings, has one column, or cells of several long paragraphs."""
    if grid.nested:
        return True
    columns = max((sum(c.column_span for c in row) for row in grid.rows), default=0)
    if columns < 2:
        return True
    cells = [cell for row in grid.rows for cell in row if cell.drafts]
    if len(cells) < 2:
        return True
    if any(cell.header for cell in cells) and len(grid.rows) > 1:
        return False
    return any(draft.kind in ("heading", "table") for cell in cells for draft in cell.drafts) or any(len(cell.drafts) > 12 for cell in cells)


def to_roman(number: int) -> str:
    out = ""
    for value, sign in ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        count, number = divmod(number, value)
        out += sign * count
    return out
