"""Well-nested markup -> blocks. One pass over the tags; the same for every format and parser, so that the same tags always give the same blocks."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from nlp.blocks.html import plain
from nlp.blocks.skeleton import Skeleton
from nlp.blocks.tags import HEADINGS, MAX_SPAN, SCOPES, Event, Tag, attributes, events
from nlp.document import Block, Cell, MappedText, Table
from nlp.normalise import ABUT, ALT, HTML, mapped_run, mapped_text, mapped_texts, verbatim

MAX_CONSENT = 1200                                             # characters
MAX_STRUCK = 80                                                # characters; an element that is left open would strike out a page
_NOTHING = object()                                            # an element whose end undoes nothing
_STRIKES = object()                                            # a block that is struck out as a whole

MAX_DEPTH = 400                                                # of open elements that are told apart
MAX_BLOCKS = 200_000
MAX_SECONDS = 30.0
MAX_CELLS = 400_000
MAX_HEADING = 120                                              # characters of a paragraph that acts as a heading
MAX_NAME = 40                                                  # characters of a cell that holds a name


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
    grid: _Grid | None = None
    code: bool = False


@dataclass(slots=True)
class _Cell:
    header: bool
    row_span: int
    column_span: int
    drafts: list = field(default_factory=list)
    alt: int | None = None                                     # run of the words of a picture in it


@dataclass(slots=True)
class _Grid:
    rows: list = field(default_factory=list)                   # of lists of _Cell
    head: list = field(default_factory=list)                   # whether the row stands in <thead>
    parts: list = field(default_factory=list)                  # of each row: which part of the table it stands in (<thead>, <tbody>, <tfoot>)
    part: int = 0
    caption: list | None = None
    in_head: bool = False
    row_open: bool = False
    nested: bool = False
    loose: list = field(default_factory=list)                  # drafts outside cells


class Segmenter:
    """Walks the tags of one document. Use `segment`."""

    def __init__(self, skeleton: Skeleton, walked: list[Event]):
        self.skeleton, self.events = skeleton, walked
        self.deadline = time.monotonic() + MAX_SECONDS
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
        self.chrome_strict: set[int] = set()                   # chrome by tag or role; the others are guesses
        self.headers: set[int] = set()                         # page headers, which may be the head of the content
        self.consent: set[int] = set()                         # consent banners by name
        self.scopes: tuple = ()
        self.lists: list[list] = []                            # [ordered, next number, style]
        self.item: list | None = None                          # [level, marker, used]
        self.term: list | None = None                          # pieces of a <dt> that waits for its <dd>
        self.in_term = self.in_definition = 0
        self.grids: list[tuple] = []
        self.details = 0
        self.caption = False
        self.cell: _Cell | None = None
        self.wrap = 0                                          # open elements whose line ends show

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
            self.lists.append([role == "ol", int(start) if start.lstrip("-").isdigit() and len(start) < 9 else 1, found.get("type", "1")])
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
            grid = _Grid()
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
                cell = _Cell(role == "th" or grid.in_head, opening.row_span, opening.column_span)
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
        if value and value.isdigit() and len(value) < 9:
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

    def close_table(self, grid: _Grid) -> None:
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

    def _is_column(self, grid: _Grid) -> bool:
        """Whether a table of one column is a list of names under a head: it places nothing."""
        if grid.nested or len(grid.rows) < 3 or any(len(row) != 1 or len(row[0].drafts) != 1 for row in grid.rows):
            return False
        drafts = [row[0].drafts[0] for row in grid.rows]
        heads = [row[0].header or head for row, head in zip(grid.rows, grid.head, strict=True)]
        starts, ends = self.skeleton.starts, self.skeleton.ends
        return heads[0] and not any(heads[1:]) and all(d.kind == "paragraph" and sum(ends[p] - starts[p] for p in d.pieces if isinstance(p, int)) <= MAX_NAME for d in drafts)


def is_layout(grid: _Grid) -> bool:
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


# --- drafts -> blocks --------------------------------------------------------------------------------------------------------------

@dataclass(slots=True)
class Segmented:
    blocks: list[Block]
    links: list[tuple[str, str]]
    limit: str | None = None


def segment(skeleton: Skeleton, markup: str | list[Event]) -> Segmented:
    """Blocks of well-nested markup made from `skeleton`, or of its events. A hit limit is told in `limit`; what was read up to there stands."""
    walker = Segmenter(skeleton, events(markup) if isinstance(markup, str) else markup)
    limit = None
    try:
        walker.walk()
    except Limit as error:
        limit = str(error)
    blocks = _build(walker)
    source = skeleton.source
    links = []
    for first, last, target in walker.links:
        text = " ".join(plain(source[skeleton.starts[i]:skeleton.ends[i]]) for i in range(first, min(last, first + 20) + 1)).strip()
        links.append((text, plain(target) if "&" in target else target))
    return Segmented(blocks, links, limit or skeleton.meta.get("limit"))


def _build(walker: Segmenter) -> list[Block]:
    _grids_of_divs(walker)
    skeleton = walker.skeleton
    source, modes = skeleton.source, skeleton.modes
    starts, ends = skeleton.starts.tolist(), skeleton.ends.tolist()
    chrome = _chrome(walker)
    cards = _cards(walker)

    def pieces_of(pieces: list) -> list:
        return [p if p.__class__ is str else (starts[p], ends[p], modes[p]) for p in pieces]

    def text_of(draft: Draft) -> MappedText:
        if draft.code:
            numbers = [p for p in draft.pieces if isinstance(p, int)]
            if len(numbers) == 1 and modes[numbers[0]] != HTML:
                a, b = starts[numbers[0]], ends[numbers[0]]
                return verbatim(source, a, b)
        return mapped_text(source, pieces_of(draft.pieces))

    blocks: list[Block] = []
    path: list[tuple[int, str, int]] = []                      # (level, text, scope)
    above: tuple[str, ...] | None = ()                         # texts of `path`; None where it has changed
    scoped = False
    base = 0
    titles = skeleton.meta.get("titles", ())                   # runs of plain text that stand like titles
    for draft in walker.drafts:
        table = None
        kind, level, marker, pieces = draft.kind, draft.level, draft.marker, draft.pieces
        if draft.grid is not None:
            content, table = _table(draft.grid, skeleton, pieces_of)
            text = content.text
            if not text:
                continue
        else:
            if len(pieces) == 1 and not draft.code:
                p = pieces[0]
                content = mapped_run(source, starts[p], ends[p], modes[p])
            else:
                content = text_of(draft)
            text = content.text
            if not text or not text[0].isalnum() and not _WORDS.search(text):
                continue
        if scoped and path:
            path, above = [entry for entry in path if not entry[2] or entry[2] in draft.scopes], None
        if kind == "paragraph" or kind == "list_item" and draft.bold:
            rank = heading_rank(text, draft.bold or pieces[0] in titles) if len(text) <= MAX_HEADING else 0
            if rank:
                kind, level = "heading", min(6, base + rank)
            elif marker is None:
                found = _MARKER.match(text)
                if found:
                    marker = found.group(1)
        elif kind == "heading":
            if level == 7:                                     # <summary>
                level = min(6, (path[-1][0] if path else 0) + 1)
            else:
                base = level
        if above is None:
            above = tuple(entry[1] for entry in path)
        names = above if kind != "heading" else tuple(entry[1] for entry in path if entry[0] < level)
        is_chrome = draft.chrome in chrome or kind == "paragraph" and len(text) < 40 and _FURNITURE.match(text) is not None
        if kind == "heading" and not is_chrome:
            path = [entry for entry in path if entry[0] < level]
            path.append((level, text, draft.scopes[-1] if draft.scopes else 0))
            above = None
            scoped = scoped or bool(draft.scopes)
        blocks.append(Block(kind, content, len(blocks), names, level, marker, table, cards[draft.node], is_chrome))
    _second_menus(blocks)
    return blocks


def _second_menus(blocks: list[Block]) -> None:
    """Four or more blocks in a row that repeat what the furniture says are furniture too: the menu for small screens."""
    known = {block.text for block in blocks if block.chrome}
    if len(known) < 4:
        return
    run: list[Block] = []
    for block in [*blocks, None]:
        if block is not None and not block.chrome and block.kind in ("paragraph", "list_item") and block.text in known:
            run.append(block)
            continue
        if len(run) >= 4:
            for other in run:
                other.chrome = True
        run = []


_MARKER = re.compile(r"(\(?(?:\d{1,3}(?:\.\d{1,3}){0,4}|[a-zA-Z]|[ivxIVX]{1,5})\)|\d{1,3}(?:\.\d{1,3}){1,4}\.?|\d{1,3}\.|§+ ?\d+[a-z]?|[•·▪●○*–-])(?=[\s\u3000])")
_NUMBERED = re.compile(r"((?:\d{1,2}\.){0,4}\d{1,2}[.)]?|[IVX]{1,6}\.|[A-Z]\.)[ \u3000](?=\S)")
_ARTICLE = re.compile(
    r"(?:(?:article|section|clause|part|chapter|annex|schedule|appendix|exhibit|artikel|abschnitt|anlage|titre|chapitre|annexe|artículo|articolo|sección|capítulo|статья|раздел|глава|art\.)\s+[\dIVXA-Z]+"
    r"|§+ ?\d+|第 ?[0-9一二三四五六七八九十百]+ ?[条條章节節編款]|제 ?\d+ ?[조장절])", re.IGNORECASE)
_DATED = re.compile(                                            # "Last updated: …", "3 April 2024"
    r"(?:last|effective|updated|revised|version|posted|date|stand|gültig|dernière|mise à jour|letzte)\b|(?:\w+ ){0,2}\d{1,2}\.?(?:st|nd|rd|th)? ?\w+,? (?:19|20)\d\d$|(?:\w+ )?\w+ \d{1,2}, (?:19|20)\d\d$",
    re.IGNORECASE)
_WORDS = re.compile(r"[^\W_]|[$€£¥₩₹✓✔✗✘]")
_FURNITURE = re.compile(r"(?:page |seite |p\. ?)?\d{1,3}(?: ?(?:/|of|von|sur) ?\d{1,3})$|(?:skip|jump) to (?:main )?(?:content|navigation)$|zum (?:haupt)?inhalt springen$|aller au contenu", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?;,。；，、]$|[.!?。]\s")
# What follows a number that counts or measures, and numbers nothing: "80 GB VRAM", "8 GPUs", "2 NVIDIA L4"
_MEASURED = re.compile(r"(?:[KMGTP]i?B|[KMGT]B?ps|[KMGT]bit|G[HB]z|[TP]FLOPS|Go|To|ГБ|ТБ|NVIDIA|AMD|Intel)(?![A-Za-zА-Яа-я])|(?:v?CPUs?|GPUs?|Cores?|Nodes?|Servers?|Instances?)$", re.IGNORECASE)
_MODAL = re.compile(r"\b(?:must|shall|may not|will|agree|agrees|are|is|you|muss|müssen|darf|doit|doivent)\b", re.IGNORECASE)


def heading_rank(text: str, bold: bool) -> int:
    """Depth (1 …) below the last real heading if a paragraph acts as one, else 0. Conservative: short, no sentence, and bold, numbered or named like an article."""
    if len(text) > MAX_HEADING or "\n" in text or len(text) < 2:
        return 0
    body = text.rstrip(":：")
    numbered = _NUMBERED.match(body)
    article = _ARTICLE.match(body)
    if not (bold or numbered or article) or _DATED.match(text):
        return 0
    rest = body[numbered.end():] if numbered else body
    if numbered and not bold and numbered.group(1).isdigit() and _MEASURED.match(rest):
        return 0
    if _SENTENCE.search(rest.rstrip(".") if bold else rest) or not any(c.isalpha() for c in rest):
        return 0
    depth = 1 + (numbered.group(1).strip(".)").count(".") if numbered else 0)
    words = rest.count(" ") + 1
    if bold and len(text) <= 100 and words <= 14:
        return depth
    if text != body:                                           # "You must not:" opens a list
        return 0
    if article and len(text) <= 80 and words <= 12 and not _MODAL.search(rest):
        return depth
    if numbered and len(rest) <= 60 and words <= 8 and rest[0].isupper() and not _MODAL.search(rest) and numbered.group(1) != rest:
        return depth
    return 0


def _chrome(walker: Segmenter) -> set[int]:
    """The chrome elements that hold furniture only. Where nearly all the text stands in them, the names have misled, and they are content."""
    sizes: dict[int, int] = {}
    starts, ends = walker.skeleton.starts, walker.skeleton.ends
    for draft in walker.drafts:
        if draft.grid is not None:
            pieces = [p for row in draft.grid.rows for cell in row for d in cell.drafts for p in d.pieces]
        else:
            pieces = draft.pieces
        if len(pieces) == 1:
            p = pieces[0]
            size = ends[p] - starts[p]
        else:
            size = sum([ends[p] - starts[p] for p in pieces if p.__class__ is int])
        sizes[draft.chrome] = sizes.get(draft.chrome, 0) + size
    for number in _feet_of_cards(walker, sizes):
        sizes[0] = sizes.get(0, 0) + sizes[number]
        sizes[number] = 0
        walker.chrome_strict.discard(number)
    total = sum(sizes.values())
    titled = {draft.chrome for draft in walker.drafts if draft.kind == "heading" and draft.level == 1} & walker.headers
    chosen = {number for number, size in sizes.items()
              if number in walker.chrome_strict or number and 0 < size <= 0.4 * total and number not in titled and (number not in walker.consent or size <= MAX_CONSENT)}
    outside = sum(size for number, size in sizes.items() if number not in chosen)
    if total > 400 and outside < 0.05 * total:
        chosen = {number for number in chosen if sizes[number] <= 0.3 * total}
    return chosen


def _feet_of_cards(walker: Segmenter, numbers: Iterable[int]) -> list[int]:
    """The chrome elements that close one of several alike siblings: the <footer> of a card holds its price, not the foot of the page."""
    parents, signatures = walker.parents, walker.signatures
    over: dict[tuple, list[int]] = {}
    for number in numbers:
        node = number - 1
        if number in walker.chrome_strict and parents[node] > 0:
            box = parents[node]
            over.setdefault((parents[box], signatures[box], signatures[node]), []).append(number)
    return [number for group in over.values() if len(group) > 1 and len({parents[n - 1] for n in group}) == len(group) for number in group]


def _cards(walker: Segmenter) -> list[str | None]:
    """For every container element the id of the card that it belongs to.

    A card is one of several alike siblings (same parent, tag and class) that holds a heading and more, or at least three blocks, and not the whole page. The id
    of a card inside a card begins with the id of the outer one and "/".
    """
    parents, signatures = walker.parents, walker.signatures
    size = len(parents)
    counts, headed = [0] * size, [False] * size
    for draft in walker.drafts:
        counts[draft.node] += 1
        if draft.kind == "heading" or draft.bold:
            headed[draft.node] = True
    for node in range(size - 1, 0, -1):
        parent = parents[node]
        counts[parent] += counts[node]
        headed[parent] = headed[parent] or headed[node]
    alike: dict[tuple[int, str], int] = {}
    for node in range(1, size):
        if counts[node]:
            key = (parents[node], signatures[node])
            alike[key] = alike.get(key, 0) + 1
    out: list[str | None] = [None] * size
    for node in range(1, size):
        parent = parents[node]
        above = out[parent]
        out[node] = above
        count = counts[node]
        if 2 <= count <= 80 and alike[parent, signatures[node]] > 1:
            if count >= 3 or headed[node]:
                out[node] = f"{above}/{node}" if above else str(node)
            elif above is None:
                out[node] = str(node)
    return out


_CELL_KINDS = frozenset(("paragraph", "list_item", "definition"))
MAX_CELL = 160                                                 # characters of a cell of a grid of <div>


def _grids_of_divs(walker: Segmenter) -> None:
    """Turns tables that are drawn with <div> and <span> into table drafts.

    A grid is an element with at least three children and no text of its own, each child a row of the same number (three or more) of short texts, or of the same number (two or
    more) of boxes with such texts, the first row a header: no digit in it, where every other row has one in some column. What has no such header is left as cards.
    """
    drafts, parents = walker.drafts, walker.parents
    size = len(parents)
    first, last, own = [len(drafts)] * size, [-1] * size, [0] * size
    for i, draft in enumerate(drafts):
        node = draft.node
        if first[node] > i:
            first[node] = i
        last[node] = i
        own[node] += 1
    for node in range(size - 1, 0, -1):
        if last[node] >= 0:                                    # there is text in it
            parent = parents[node]
            first[parent], last[parent] = min(first[parent], first[node]), max(last[parent], last[node])
    rows_of: dict[int, list[int]] = {}
    for node in range(1, size):
        if last[node] >= 0:
            rows_of.setdefault(parents[node], []).append(node)
    made: list[tuple[int, int, Draft]] = []
    inner: dict[int, list[int]] = {}
    for parent, rows in rows_of.items():
        if len(rows) < 3 or own[parent] or made and first[parent] <= made[-1][1]:
            continue
        cells = _grid_of(walker, (_div_cells(walker, drafts[first[row]:last[row] + 1]) for row in rows), 3)
        if not cells:
            inner = inner or _children(walker)
            cells = _grid_of(walker, (_boxed_cells(walker, row, inner.get(row, ()), drafts[first[row]:last[row] + 1]) for row in rows), 2)
            if not cells:
                continue
        grid = _Grid()
        for k, row in enumerate(cells):
            grid.rows.append([_Cell(k == 0, 1, 1, [Draft("paragraph", pieces, node=parent)]) for pieces in row])
            grid.head.append(k == 0)
            grid.parts.append(0)
        head = drafts[first[parent]]
        made.append((first[parent], last[parent], Draft("table", [], node=parent, chrome=head.chrome, scopes=head.scopes, grid=grid)))
    for a, b, draft in reversed(made):
        drafts[a:b + 1] = [draft]


def _div_cells(walker: Segmenter, drafts: list[Draft]) -> list[list]:
    """The texts of a row: its blocks, each divided where <span>s meet. Empty where something in it is no cell."""
    out: list[list] = []
    starts, ends = walker.skeleton.starts, walker.skeleton.ends
    for draft in drafts:
        if draft.kind not in _CELL_KINDS or draft.grid is not None:
            return []
        cell: list = []
        for piece in [*draft.pieces, ABUT]:
            if piece is not ABUT:
                cell.append(piece)
            elif any(isinstance(p, int) for p in cell):
                if sum(ends[p] - starts[p] for p in cell if isinstance(p, int)) > MAX_CELL:
                    return []
                out.append(cell)
                cell = []
        if len(out) > MAX_SPAN:
            return []
    return out


def _grid_of(walker: Segmenter, rows: Iterable[list[list]], least: int) -> list[list[list]]:
    """The cells of the rows, if they make a grid of `least` columns or more; else none. No row is asked for behind one that does not fit."""
    cells: list[list[list]] = []
    for row in rows:
        cells.append(row)
        if len(row) < least or len(row) != len(cells[0]):
            return []
    return cells if cells and _has_header(walker, cells) else []


def _children(walker: Segmenter) -> dict[int, list[int]]:
    """The container elements right inside each container element, those without text, too."""
    found: dict[int, list[int]] = {}
    for node in range(1, len(walker.parents)):
        found.setdefault(walker.parents[node], []).append(node)
    return found


def _boxed_cells(walker: Segmenter, row: int, boxes: Sequence[int], drafts: list[Draft]) -> list[list]:
    """The texts of a row, one for each element right inside it, whatever that is made of: "<div><span>$</span><span>2.49</span></div>". Empty where something in it is no cell."""
    if not 2 <= len(boxes) <= MAX_BOXES:
        return []
    parents, starts, ends = walker.parents, walker.skeleton.starts, walker.skeleton.ends
    out: dict[int, list] = {box: [] for box in boxes}
    for draft in drafts:
        node = draft.node
        while node > row and parents[node] != row:             # the number of an element is above that of its parent
            node = parents[node]
        if node not in out or draft.kind not in _CELL_KINDS or draft.grid is not None:
            return []
        out[node] += [" ", *draft.pieces] if out[node] else draft.pieces
    if any(sum(ends[p] - starts[p] for p in cell if isinstance(p, int)) > MAX_CELL for cell in out.values()):
        return []
    return list(out.values())


MAX_BOXES = 30


def _has_header(walker: Segmenter, rows: list[list[list]]) -> bool:
    source, starts, ends = walker.skeleton.source, walker.skeleton.starts, walker.skeleton.ends

    def digits(cell: list) -> bool:
        return any(c.isdigit() for p in cell if isinstance(p, int) for c in source[starts[p]:ends[p]])

    def is_term(cell: list) -> bool:
        return _TERM.search("".join(source[starts[p]:ends[p]] for p in cell if isinstance(p, int))) is not None

    dated = [k for k, cell in enumerate(rows[0]) if digits(cell)]
    if dated and (2 * len(dated) > len(rows[0]) or not all(is_term(rows[0][k]) and all(digits(row[k]) or not row[k] for row in rows[1:]) for k in dated)):
        return False                                           # a head may say "12 months"
    return all(any(map(digits, row)) for row in rows[1:]) and any(sum(digits(row[k]) for row in rows[1:]) >= 0.8 * (len(rows) - 1) for k in range(len(rows[0])))


# the length of a contract in the head of a column of prices: one short number and a word, no amount and no size
_TERM = re.compile(r"^[^\d$€£¥₩₽₹]*(?<![\d.,])\d{1,2}(?:[\s-]{0,2}[^\W\d_]{2,}|[年个個月ヶかカ년개])[^\d$€£¥₩₽₹]*$")


def _hanging(row: list, open_spans: dict[int, tuple[Cell, int]], at: int) -> int:
    """Put the cells that hang down from rows above into `row` from column `at` on; returns the first column that is free."""
    while at in open_spans:
        cell, left = open_spans[at]
        row.append(cell)
        if left > 1:
            open_spans[at] = (cell, left - 1)
        else:
            del open_spans[at]
        at += 1
    return at


def _ends_of_parts(parts: Sequence[int]) -> list[int]:
    """Of each row of a table: the row behind the last one of its part. No cell of <thead> hangs down into <tbody>, whatever its rowspan, as browsers draw it."""
    ends = [len(parts)] * len(parts)
    for row in range(len(parts) - 2, -1, -1):
        ends[row] = ends[row + 1] if parts[row] == parts[row + 1] else row + 1
    return ends


def _table(grid: _Grid, skeleton: Skeleton, pieces_of: Callable[[list], list]) -> tuple[MappedText, Table]:
    """The grid with spans expanded, and its text: rows by line feed, cells by " | ", each cell once."""
    rows: list[list[Cell | None]] = []
    open_spans: dict[int, tuple[Cell, int]] = {}               # column -> (cell, rows left)
    total = 0
    nothing = mapped_text(skeleton.source, ())
    filled: list[Cell] = []
    contents: list[tuple[str, list]] = []                      # of the filled cells: what stands before them, and their pieces
    ends = _ends_of_parts(grid.parts)
    for r, drafts_row in enumerate(grid.rows):
        row: list[Cell | None] = []
        at = 0
        first = True

        for raw in drafts_row:
            at = _hanging(row, open_spans, at)
            pieces: list = []
            for draft in raw.drafts:
                if pieces:
                    pieces.append("\n")
                if draft.grid is not None:
                    pieces += [p for inner in draft.grid.rows for c in inner for d in c.drafts for p in [*d.pieces, " "]]
                else:
                    pieces += draft.pieces
            cell = Cell(nothing, raw.header, r, at, min(raw.row_span, ends[r] - r), raw.column_span)
            if pieces:
                contents.append(("" if not contents else "\n" if first else " | ", pieces_of(pieces)))
                filled.append(cell)
                first = False
            for _ in range(raw.column_span):
                if at in open_spans:                           # a cell that runs into one that hangs down: the later wins, as browsers draw it
                    del open_spans[at]
                row.append(cell)
                if cell.row_span > 1:
                    open_spans[at] = (cell, cell.row_span - 1)
                at += 1
        at = _hanging(row, open_spans, at)
        if open_spans and max(open_spans) >= at:
            for column in range(at, max(open_spans) + 1):
                at = column
                if column in open_spans:
                    cell, left = open_spans.pop(column)
                    row.append(cell)
                    if left > 1:
                        open_spans[column] = (cell, left - 1)
                else:
                    row.append(None)
        rows.append(row)
        total += len(row)
        if total > MAX_CELLS:
            skeleton.meta["limit"] = f"a table of more than {MAX_CELLS:,} cells"
            break
    text, texts = mapped_texts(skeleton.source, contents)
    for cell, content in zip(filled, texts, strict=True):
        cell.content = content
    rows = [row for row in rows if any(cell is not None and cell.text for cell in row)] or rows
    width = max((len(row) for row in rows), default=0)
    for row in rows:
        row.extend([None] * (width - len(row)))
    header_rows = 0
    for row in rows:
        if not all(cell is None or cell.header for cell in row) or not any(row):
            break
        header_rows += 1
    if header_rows == len(rows) and len(rows) > 1:             # all of <th>: a careless author, not a table of headers
        header_rows = 1
    caption = mapped_text(skeleton.source, pieces_of(grid.caption)).text if grid.caption else None
    return text, Table(rows, caption, header_rows)
