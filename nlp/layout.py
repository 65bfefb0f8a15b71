"""Tables that are drawn with characters: fixed-width columns (`<pre>`, price lists in plain text), box-drawing frames, `+---+` grids."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.document import Cell, MappedText, Table
from nlp.normalise import HTML, RAW, mapped_text

MAX_LINES = 5_000
_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,400}>")
_RULER = re.compile(r"[\s\-=_─━═┄┈+|│┃┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬╭╮╰╯~:]+")
_FRAME = re.compile(r"[│┃║|]")
_GAP = re.compile(r"[ \u00a0\u3000]{2,}|\t+")
_Token = tuple[int, int, int, int]                             # columns [from, to) in the line as drawn, source [from, to)


def layout_tables(source: str, start: int, end: int, markup: bool = False) -> Iterator[Table]:
    """The tables drawn in `source[start:end]`. `markup`: the text is HTML, whose tags take no room."""
    run: list[tuple[list[_Token], bool]] = []
    ruled = False
    for line_start, line_end in _lines(source, start, end):
        text, places = _drawn(source, line_start, line_end, markup)
        if text.strip() and _RULER.fullmatch(text):
            ruled = ruled or bool(run) or bool(re.search(r"[┌╔╭+]", text))
            if run and re.search(r"[└╚╰]", text):
                yield from _table(source, run, markup)
                run, ruled = [], False
            continue
        tokens, framed = _tokens(text, places)
        if len(tokens) < 2 or (run and framed != run[0][1]) or len(run) > MAX_LINES:
            if not (run and tokens and ruled and not framed and len(tokens) == 1 and tokens[0][0] > run[0][0][0][0]):
                yield from _table(source, run, markup)
                run, ruled = [], False
            continue
        run.append((tokens, framed))
    yield from _table(source, run, markup)


def _lines(source: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    while at < end:
        stop = source.find("\n", at, end)
        stop = end if stop < 0 else stop
        yield at, stop
        at = stop + 1


def _drawn(source: str, start: int, end: int, markup: bool) -> tuple[str, list[int] | range]:
    """A line as it is drawn, and the source place of each of its characters."""
    if not markup or not ("<" in source[start:end] or "&" in source[start:end]):
        return source[start:end].replace("\r", " "), range(start, end + 1)
    out: list[str] = []
    places: list[int] = []
    at = start
    while at < end:
        tag = _TAG.match(source, at, end) if source[at] == "<" else None
        if tag:
            at = tag.end()
            continue
        entity = re.compile(r"&(?:#\d{1,6}|[a-zA-Z]{2,8});").match(source, at, end) if source[at] == "&" else None
        out.append((" " if entity and entity[0] == "&nbsp;" else "·") if entity else source[at])
        places.append(at)
        at = entity.end() if entity else at + 1
    places.append(end)
    return "".join(out), places


def _tokens(text: str, places: list[int] | range) -> tuple[list[_Token], bool]:
    """What stands in the columns of a line, and whether a frame parts them. In a frame an empty column is a token without source."""
    framed = len(_FRAME.findall(text)) >= 2 and bool(_FRAME.match(text.strip()) or re.search(r" [│┃║|] ", text))
    if framed:
        edges = [m.start() for m in _FRAME.finditer(text)]
        if text[:edges[0]].strip():
            edges.insert(0, -1)
        if text[edges[-1] + 1:].strip():
            edges.append(len(text))
        spans = [(a + 1, b) for a, b in zip(edges, edges[1:], strict=False)]
    else:
        stripped = len(text) - len(text.lstrip())
        last = len(text.rstrip())
        cuts = [stripped, *[x for m in _GAP.finditer(text, stripped, last) for x in m.span()], last]
        spans = list(zip(cuts[::2], cuts[1::2], strict=True))
    out: list[_Token] = []
    for a, b in spans:
        while a < b and text[a].isspace():
            a += 1
        while b > a and text[b - 1].isspace():
            b -= 1
        if a < b:
            out.append((a, b, places[a], places[b - 1] + 1 if isinstance(places, range) else places[b]))
        elif framed:
            out.append((a, a, 0, 0))
    return out, framed


def _table(source: str, run: list[tuple[list[_Token], bool]], markup: bool) -> Iterator[Table]:
    """The table that a run of lines forms: a head and at least one row as wide, other rows set by their place in the line."""
    if len(run) < 2:
        return
    head = run[0][0]
    if not run[0][1] and len(head) > 1 and all(len(tokens) == len(head) + 1 and tokens[0][1] <= head[0][0] for tokens, _ in run[1:]) and len(run) > 2:
        head = [(0, 0, 0, 0), *head]                           # nothing stands above the labels of the rows
        run = [(head, run[0][1]), *run[1:]]
    width = len(head)
    whole = [tokens for tokens, _ in run[1:] if len(tokens) == width]
    if width < 3 and not run[0][1] or not whole or len(whole) * 2 < len(run) - 1:
        return
    extents = [(min(t[i][0] for t in [head, *whole]), max(t[i][1] for t in [head, *whole])) for i in range(width)]
    rows: list[list[Cell | None]] = []
    for index, (tokens, _) in enumerate(run):
        row: list[Cell | None] = [None] * width
        for order, token in enumerate(tokens):
            column = order if len(tokens) == width else max(range(width), key=lambda i, t=token: min(t[1], extents[i][1]) - max(t[0], extents[i][0]))
            if token[2] < token[3] and row[column] is None:
                content = _content(source, token[2], token[3], markup)
                row[column] = Cell(content, header=index == 0, row=index, column=column) if content.text else None
        rows.append(row)
    yield Table(rows, header_rows=1)


def _content(source: str, start: int, end: int, markup: bool) -> MappedText:
    if not markup:
        return mapped_text(source, [(start, end, RAW)])
    pieces, at = [], start
    for tag in _TAG.finditer(source, start, end):
        if tag.start() > at:
            pieces.append((at, tag.start(), HTML))
        at = tag.end()
    if at < end:
        pieces.append((at, end, HTML))
    return mapped_text(source, pieces)
