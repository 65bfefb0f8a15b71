"""PDF -> document through pypdfium2. The document's text is the extracted text: lines by line feed, a blank line where the page leaves a gap, pages by form feed."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

from chipwatch.records import Issue
from nlp.blocks.html import normalised
from nlp.blocks.pdf_tables import PdfTable, find_tables, split_cells
from nlp.blocks.plain import scan, wrapping
from nlp.blocks.segment import segment
from nlp.blocks.skeleton import Skeleton
from nlp.document import Document
from nlp.errors import UnreadableDocument
from nlp.normalise import RAW

MAX_PAGES = 1500
MAX_SECONDS = 60.0
MAX_CHARACTERS = 8_000_000


def read_pdf(data: bytes) -> Document:
    """The document in PDF bytes (`sha256` is left empty). Raises UnreadableDocument for one that is protected by a password or broken."""
    import pypdfium2 as pdfium
    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableDocument("the PDF is protected by a password") from error
        raise UnreadableDocument("the PDF is broken or cut short") from error
    document = Document("", "", "pdf", [], charset=None)
    try:
        count = len(pdf)
        title = pdf.get_metadata_dict().get("Title", "").strip()
        pages: list[list[Line]] = []
        size, began, failed = 0, time.monotonic(), 0
        for number in range(count):
            if number >= MAX_PAGES or size > MAX_CHARACTERS or time.monotonic() - began > MAX_SECONDS:
                document.issues.append(Issue("error", "limit", f"read only in part: {number} of {count} pages"))
                break
            try:
                page = pdf[number]
                textpage = page.get_textpage()
                pages.append(page_lines(textpage))
                textpage.close()
                page.close()
            except pdfium.PdfiumError:
                failed += 1
                pages.append([])
            size += sum(len(line.text) for line in pages[-1])
    finally:
        pdf.close()
    if failed:
        document.issues.append(Issue("warning", "broken_page", f"{failed} of {count} pages cannot be read"))
    furniture = take_furniture(pages)
    text, lines = assemble(pages)
    body_end = len(text)
    document.text = text + "".join(f"\n\f{line}" if not i else f"\n{line}" for i, line in enumerate(furniture))
    document.title = title or None
    skeleton = skeleton_of(document.text, lines, body_end)
    skeleton.html.append("<nav>")
    at = body_end + 2
    for line in furniture:
        skeleton.html.append("<p>")
        skeleton.run(at, at + len(line), RAW)
        skeleton.html.append("</p>")
        at += len(line) + 1
    result = segment(skeleton, normalised(skeleton.markup() + "</nav>"))
    document.blocks = result.blocks
    return document


@dataclass(slots=True)
class Line:
    """A line of a page. Coordinates in points from the lower left corner; 0 where the page does not tell."""

    text: str
    bottom: float = 0.0
    top: float = 0.0
    left: float = 0.0
    gap: bool = False                                          # a wider gap than usual lies above
    start: int = 0                                             # in the document's text
    page: int = 0
    cells: list[tuple[int, int, float, float]] = field(default_factory=list)     # of a table, perhaps: (start, end) in the line, left and right edge

    @property
    def height(self) -> float:
        return self.top - self.bottom


def page_lines(textpage) -> list[Line]:
    """The lines of a page in the order of its content, each list marker before its item."""
    raw = textpage.get_text_range(errors="replace")
    lines: list[Line] = []
    at = 0
    for part in raw.split("\r\n"):
        line = Line(part.rstrip("\ufffe\x02 ") + ("-" if part.rstrip(" ").endswith(("\ufffe", "\x02")) else ""))
        for i, c in enumerate(part[:40]):
            if not c.isspace():
                try:
                    line.left, line.bottom, _, line.top = textpage.get_charbox(at + i, loose=True)
                except (IndexError, ValueError, RuntimeError):
                    pass                                       # a character without a box: the line stays without coordinates
                break
        if line.text.strip():
            if line.height:
                line.cells = line_cells(textpage, part, at, line)
            lines.append(line)
        at += len(part) + 2
    return with_gaps(with_markers(lines))


def line_cells(textpage, part: str, at: int, line: Line) -> list[tuple[int, int, float, float]]:
    """The cells of a line that begins at character `at` of its page; none where the page does not tell where its characters stand."""
    try:
        edges = [(match.end(), textpage.get_charbox(at + match.start() - 1, loose=True)[2], textpage.get_charbox(at + match.end(), loose=True)[0])
                 for match in re.finditer(r"(?<=\S)\s+(?=\S)", part)]
        right = textpage.get_charbox(at + len(part.rstrip()) - 1, loose=True)[2]
    except (IndexError, ValueError, RuntimeError):
        return []
    return split_cells(line.text, edges, line.left, right, line.height)


_MARKER = re.compile(r"(?:[•·▪●○◦–*-]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)])$")


def with_markers(lines: list[Line]) -> list[Line]:
    """Some writers draw list markers apart from (often after) the text: put each before the line that stands at its height."""
    markers = [line for line in lines if line.height and _MARKER.match(line.text.strip())]
    if not markers:
        return lines
    rest = [line for line in lines if not any(line is marker for marker in markers)]
    for marker in markers:
        middle = (marker.top + marker.bottom) / 2
        owner = min((line for line in rest if line.bottom <= middle <= line.top and line.left > marker.left), key=lambda line: line.left, default=None)
        if owner is None:
            rest.append(marker)
        else:
            shift = len(marker.text.strip()) + 1
            owner.text = f"{marker.text.strip()} {owner.text}"
            owner.cells = [(a + shift if i else 0, b + shift, left, right) for i, (a, b, left, right) in enumerate(owner.cells)]
    return rest


def with_gaps(lines: list[Line]) -> list[Line]:
    pairs = list(zip(lines, lines[1:], strict=False))
    steps = sorted(a.bottom - b.bottom for a, b in pairs if a.height and b.height and 0 < a.bottom - b.bottom < 200)
    usual = steps[len(steps) // 3] if steps else 0.0
    for above, line in pairs:
        if above.height and line.height:
            step = above.bottom - line.bottom
            line.gap = step < 0 or step > 1.35 * usual and step > 1.25 * above.height or abs(above.height - line.height) > 0.15 * above.height
    return lines


_HYPHEN = re.compile(r"[^\W\d_]-$")


def assemble(pages: list[list[Line]]) -> tuple[str, list[Line]]:
    """(the document's text, its lines with their places in it). A word that a line end divides is put together again: the text is our own extraction."""
    out: list[str] = []
    size = 0
    kept: list[Line] = []

    def add(piece: str) -> None:
        nonlocal size
        out.append(piece)
        size += len(piece)

    for number, lines in enumerate(pages):
        if number:
            add("\n\f" if kept else "\f")
        previous: Line | None = None
        for line in lines:
            if previous is not None and not line.gap and _HYPHEN.search(previous.text) and line.text[:1].islower():
                out[-1] = out[-1][:-1]
                size -= 1
            elif previous is not None:
                add("\n\n" if line.gap else "\n")
            line.start, line.page = size, number
            add(line.text)
            kept.append(line)
            previous = line
    return "".join(out), kept


def skeleton_of(text: str, lines: list[Line], end: int) -> Skeleton:
    """Lines in a larger type than most are headings; the rest is plain text."""
    skeleton = Skeleton(text)
    heights = sorted(line.height for line in lines if line.height for _ in range(1 + len(line.text) // 20))
    body = heights[len(heights) // 2] if heights else 0.0
    wraps = wrapping(text, 0, end)
    tables = {table.first: table for table in find_tables(lines)}
    at = 0
    i = 0
    while i < len(lines):
        line = lines[i]
        if i in tables:
            scan(text, at, line.start, RAW, skeleton, wraps)
            draw(skeleton, tables[i])
            i = tables[i].last + 1
            at = lines[i - 1].start + len(lines[i - 1].text)
            continue
        if body and line.height > 1.15 * body and len(line.text) < 120 and re.search(r"[^\W\d_]", line.text):
            last = i
            while last + 1 < len(lines) and not lines[last + 1].gap and abs(lines[last + 1].height - line.height) < 0.05 * body and last - i < 3 and "\f" not in text[line.start:lines[last + 1].start]:
                last += 1
            scan(text, at, line.start, RAW, skeleton, wraps)
            tag = "h1" if line.height > 1.6 * body else "h2" if line.height > 1.3 * body else "h3"
            at = lines[last].start + len(lines[last].text)
            skeleton.html.append(f"<{tag}>")
            skeleton.run(line.start, at, RAW)
            skeleton.html.append(f"</{tag}>")
            i = last
        i += 1
    return scan(text, at, end, RAW, skeleton, wraps)


def draw(skeleton: Skeleton, table: PdfTable) -> None:
    """A table into the skeleton; its first row is the head where it holds no figure."""
    skeleton.html.append("<table>")
    for number, row in enumerate(table.rows):
        words = "".join(skeleton.source[a:b] for cell in row for a, b in cell)
        tag = "th" if not number and not re.search(r"\d[.,]\d|[$€£¥]\s?\d|\d\s?[€円元]", words) else "td"
        skeleton.html.append("<tr>")
        for cell in row:
            skeleton.html.append(f"<{tag}>")
            for place, (a, b) in enumerate(cell):
                if place:
                    skeleton.html.append(" ")
                skeleton.run(a, b, RAW)
            skeleton.html.append(f"</{tag}>")
        skeleton.html.append("</tr>")
    skeleton.html.append("</table>")


def take_furniture(pages: list[list[Line]]) -> list[str]:
    """Takes the lines that stand at the top or bottom of most pages (running heads, page numbers) out of the pages, and returns them, each once a page.

    They stand behind the body in the document's text, so that a sentence that runs over a page end is whole.
    """
    if len(pages) < 3:
        return []

    def edges(page: list[Line]) -> list[tuple[str, Line]]:
        """(text, line) of up to two lines at the top and two at the bottom that a gap sets apart from the rest; of the outermost, numbers do not count."""
        ordered = sorted(page, key=lambda line: -line.top)
        out: list[tuple[str, Line]] = []
        for near in (ordered, ordered[::-1]):
            for count in (2, 1):
                if count < len(near):
                    inner, outer = near[count], near[count - 1]
                    if max(inner.bottom - outer.top, outer.bottom - inner.top) > 0.6 * outer.height:
                        texts = [" ".join(line.text.split()) for line in near[:count]]
                        out.append((re.sub(r"\d+", "#", texts[0]), near[0]))
                        out += list(zip(texts, near[:count], strict=True))[1:]
                        break
        return out

    found = [edges(page) for page in pages]
    counts: dict[str, int] = {}
    for page_edges in found:
        for name in {name for name, _ in page_edges}:
            counts[name] = counts.get(name, 0) + 1
    out: list[str] = []
    for page, page_edges in zip(pages, found, strict=True):
        taken = [line for name, line in page_edges if counts[name] >= max(3, 0.5 * len(pages)) and len(name) < 160]
        out += [" ".join(line.text.split()) for line in taken]
        page[:] = [line for line in page if not any(line is other for other in taken)]
    return out
