"""Well-nested markup -> blocks: what the walk over its tags has drafted (nlp/blocks/walk.py), with text, headings, tables, cards and furniture told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

from nlp.blocks.html import plain
from nlp.blocks.skeleton import Skeleton
from nlp.blocks.tags import MAX_SPAN, Event, compiled, events
from nlp.blocks.walk import Draft, DraftCell, Grid, Limit, Segmenter
from nlp.document import Block, Cell, MappedText, Table
from nlp.normalise import ABUT, HTML, LazyText, Runs, joined_text, mapped_run, mapped_text, mapped_texts, verbatim
from nlp.normalise import compiled as folding

MAX_CONSENT = 1200                                             # characters
MAX_CELLS = 400_000
MAX_HEADING = 120                                              # characters of a paragraph that acts as a heading


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
    starts, ends = (skeleton.starts, skeleton.ends) if compiled else (skeleton.starts.tolist(), skeleton.ends.tolist())
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

    if compiled:
        def run_texts(numbers: list[int]) -> list[str | None]:
            return folding.run_texts(source, numbers, starts, ends, modes) if folding else [None] * len(numbers)

        tools = (*_makers(), mapped_run, run_texts, joined_text if folding else None, text_of, lambda grid: _table(grid, skeleton, pieces_of), heading_rank, _MARKER.match, _WORDS.search, _FURNITURE.match)
        made = compiled.blocks(walker, chrome, cards, Runs(source, starts, ends, modes), skeleton.meta.get("titles", ()), tools, _ARTICLE_WORDS, _ARTICLE_FIRSTS, MAX_HEADING)
        _second_menus(made)
        return made
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


@lru_cache(maxsize=1)
def _makers() -> tuple[object, object]:
    """For the compiled twin: what makes a Block and a LazyText of the values of their fields."""
    return compiled.Maker(Block, [field.name for field in fields(Block)]), compiled.Maker(LazyText, ("text", *LazyText.__slots__))


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
_ARTICLE_WORDS = frozenset("article section clause part chapter annex schedule appendix exhibit artikel abschnitt anlage titre chapitre annexe artículo articolo sección capítulo статья раздел глава art.".split())
_ARTICLE = re.compile(rf"(?:(?:{'|'.join(map(re.escape, sorted(_ARTICLE_WORDS)))})\s+[\dIVXA-Z]+|§+ ?\d+|第 ?[0-9一二三四五六七八九十百]+ ?[条條章节節编款]|제 ?\d+ ?[조장절])", re.IGNORECASE)
_ARTICLE_FIRSTS = "".join(sorted({form for word in _ARTICLE_WORDS for form in (word[0], word[0].upper()) if form >= "\x80"})) + "§第제ſᲃ"     # the long s, and a form of the Cyrillic one, are small ones to patterns
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
    article = None if numbered else _ARTICLE.match(body)
    if not (bold or numbered or article) or (text[0].isalpha() or text[-1].isdigit()) and _DATED.match(text):
        return 0
    rest = body[numbered.end():] if numbered else body
    if numbered and not bold and numbered.group(1).isdigit() and _MEASURED.match(rest):
        return 0
    if _SENTENCE.search(rest.rstrip(".") if bold else rest) or not (rest[:1].isalpha() or any(c.isalpha() for c in rest)):
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


def _sizes(drafts: list[Draft], starts: Sequence[int], ends: Sequence[int]) -> dict[int, int]:
    """Chrome element -> characters of text in it."""
    sizes: dict[int, int] = {}
    for draft in drafts:
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
    return sizes


def _chrome(walker: Segmenter) -> set[int]:
    """The chrome elements that hold furniture only. Where nearly all the text stands in them, the names have misled, and they are content."""
    sizes = (compiled.sizes if compiled else _sizes)(walker.drafts, walker.skeleton.starts, walker.skeleton.ends)
    for number in _feet_of_cards(walker, sizes):
        sizes[0] = sizes.get(0, 0) + sizes[number]
        sizes[number] = 0
        walker.chrome_strict.discard(number)
    total = sum(sizes.values())
    titled = {draft.chrome for draft in walker.drafts if draft.kind == "heading" and draft.level == 1} & walker.headers if walker.headers else set()
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
    if compiled:
        return compiled.cards(walker)
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
MIN_ROWS = 3                                                   # of a grid of <div>
MAX_CELL = 160                                                 # characters of a cell of a grid of <div>


def _grids_of_divs(walker: Segmenter) -> None:
    """Turns tables that are drawn with <div> and <span> into table drafts.

    A grid is an element with at least three children and no text of its own, each child a row of the same number (three or more) of short texts, or of the same number (two or
    more) of boxes with such texts, the first row a header: no digit in it, where every other row has one in some column. What has no such header is left as cards.
    """
    drafts = walker.drafts
    made: list[tuple[int, int, Draft]] = []
    inner: dict[int, list[int]] = {}
    for parent, first, last, rows in (compiled.likely_grids if compiled else _likely_grids)(walker, MIN_ROWS):
        if made and first <= made[-1][1]:
            continue
        cells = _grid_of(walker, (_div_cells(walker, drafts[a:b + 1]) for _, a, b in rows), 3)
        if not cells:
            inner = inner or _children(walker)
            cells = _grid_of(walker, (_boxed_cells(walker, row, inner.get(row, ()), drafts[a:b + 1]) for row, a, b in rows), 2)
            if not cells:
                continue
        grid = Grid()
        for k, row in enumerate(cells):
            grid.rows.append([DraftCell(k == 0, 1, 1, [Draft("paragraph", pieces, node=parent)]) for pieces in row])
            grid.head.append(k == 0)
            grid.parts.append(0)
        head = drafts[first]
        made.append((first, last, Draft("table", [], node=parent, chrome=head.chrome, scopes=head.scopes, grid=grid)))
    for a, b, draft in reversed(made):
        drafts[a:b + 1] = [draft]


def _likely_grids(walker: Segmenter, least: int) -> list[tuple[int, int, int, list[tuple[int, int, int]]]]:
    """Elements that may be grids, in the order of their first row: (element, its first draft, its last, [(row, its first draft, its last), …]).

    They have no text of their own, and at least so many rows with text.
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
    return [(parent, first[parent], last[parent], [(row, first[row], last[row]) for row in rows]) for parent, rows in rows_of.items() if len(rows) >= least and not own[parent]]


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


def _table(grid: Grid, skeleton: Skeleton, pieces_of: Callable[[list], list]) -> tuple[MappedText, Table]:
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
