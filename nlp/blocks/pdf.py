"""PDF -> document through pypdfium2. The document's text is the extracted text: lines by line feed, a blank line where the page leaves a gap, pages by form feed."""

from __future__ import annotations

import re
import time

from chipwatch.records import Issue
from nlp.blocks.html import normalised
from nlp.blocks.plain import scan
from nlp.blocks.segment import segment
from nlp.document import Document
from nlp.errors import UnreadableDocument

MAX_PAGES = 1500
MAX_SECONDS = 60.0
MAX_CHARACTERS = 8_000_000
GAP = 1.6                                                      # of a line's height to the next baseline, from which on a new paragraph begins


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
        pages: list[str] = []
        size, began, failed = 0, time.monotonic(), 0
        for number in range(count):
            if number >= MAX_PAGES or size > MAX_CHARACTERS or time.monotonic() - began > MAX_SECONDS:
                document.issues.append(Issue("error", "limit", f"read only in part: {number} of {count} pages"))
                break
            try:
                page = pdf[number]
                textpage = page.get_textpage()
                pages.append(page_text(textpage))
                textpage.close()
                page.close()
            except pdfium.PdfiumError:
                failed += 1
                pages.append("")
            size += len(pages[-1])
    finally:
        pdf.close()
    if failed:
        document.issues.append(Issue("warning", "broken_page", f"{failed} of {count} pages cannot be read"))
    document.text = "\f".join(pages)
    document.title = title or None
    skeleton = scan(document.text)
    result = segment(skeleton, normalised(skeleton.markup()))
    document.blocks = result.blocks
    mark_furniture(document, pages)
    if not document.text.strip():
        document.issues.append(Issue("info", "scanned", "the PDF has no text layer"))
    return document


def page_text(textpage) -> str:
    """The text of a page, a blank line where the gap between two lines is wider than usual."""
    raw = textpage.get_text_range(errors="replace")
    lines = raw.split("\r\n")
    boxes: list[tuple[float, float] | None] = []
    at = 0
    for line in lines:
        box = None
        for i, c in enumerate(line[:40]):
            if not c.isspace():
                try:
                    _, bottom, _, top = textpage.get_charbox(at + i, loose=True)
                    box = (bottom, top)
                except (IndexError, ValueError, RuntimeError):
                    box = None
                break
        boxes.append(box)
        at += len(line) + 2
    steps = sorted(a[0] - b[0] for a, b in zip(boxes, boxes[1:], strict=False) if a and b and 0 < a[0] - b[0] < 200)
    usual = steps[len(steps) // 3] if steps else 0.0
    out: list[str] = []
    previous = None
    for line, box in zip(lines, boxes, strict=True):
        line = line.rstrip("\ufffe\x02 ") + ("-" if line.rstrip(" ").endswith(("\ufffe", "\x02")) else "")
        if previous and box:
            step, height = previous[0] - box[0], max(previous[1] - previous[0], 1.0)
            if step < 0 or step > 1.35 * usual and step > GAP * 0.8 * height or abs(height - (box[1] - box[0])) > 0.25 * height:
                out.append("")
        out.append(line)
        previous = box or previous
    return joined("\n".join(out))


_HYPHEN = re.compile(r"(?<=[^\W\d_])-\n(?=[a-zà-ÿ])")


def joined(text: str) -> str:
    """Words that the line end divides, put together again (the text is our own extraction, so it may be mended)."""
    return _HYPHEN.sub("", text)


def mark_furniture(document: Document, pages: list[str]) -> None:
    """Lines that stand at the top or bottom of most pages (running heads, page numbers) are chrome."""
    if len(pages) < 3:
        return
    counts: dict[str, int] = {}
    for page in pages:
        lines = [re.sub(r"\d+", "#", " ".join(line.split())) for line in page.split("\n") if line.strip()]
        for line in {*lines[:2], *lines[-2:]}:
            counts[line] = counts.get(line, 0) + 1
    repeated = {line for line, count in counts.items() if count >= max(3, 0.5 * len(pages)) and len(line) < 160}
    for block in document.blocks:
        if re.sub(r"\d+", "#", block.text.replace("\n", " ")) in repeated:
            block.chrome = True
