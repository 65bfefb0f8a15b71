"""Bytes -> Document: what type it is, which encoding, and its blocks. Everything else in nlp/ works on what this gives."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from itertools import islice
from pathlib import PurePosixPath

from chipwatch.records import Issue
from nlp.blocks.skeleton import OPEN, Skeleton
from nlp.blocks.tags import Event
from nlp.compiled import twin
from nlp.decode import decode, foreign, wide
from nlp.document import Document
from nlp.errors import UnreadableDocument
from nlp.language import agree, canonical, identify
from nlp.pause import collection_paused

compiled = twin("language")

MAX_BYTES = 32 * 1024 * 1024
MIN_TEXT = 80                                                  # characters of block text below which a page says nothing
MOST_MARKS = 80_000                                            # tags, table cells and lines of a page that are read: half as many again as in the largest page known
PAGES = frozenset({"html", "php", "markdown", "mdx", "rst", "text", "script", "python"})   # a feed may well be as long
SUFFIXES = {
    ".html": "html", ".htm": "html", ".xhtml": "html", ".php": "php", ".md": "markdown", ".markdown": "markdown", ".mdx": "mdx", ".markerb": "markdown",
    ".rst": "rst", ".txt": "text", ".text": "text", ".json": "json", ".jsonl": "jsonl", ".yaml": "yaml", ".yml": "yaml", ".xml": "xml", ".rss": "xml", ".atom": "xml",
    ".csv": "csv", ".tsv": "csv", ".pdf": "pdf", ".js": "script", ".jsx": "script", ".ts": "script", ".tsx": "script", ".mjs": "script", ".cjs": "script", ".mts": "script",
    ".dart": "script", ".kt": "script", ".swift": "script", ".java": "script",
    ".vue": "html", ".svelte": "html", ".astro": "html", ".ndjson": "jsonl", ".py": "python",
}
MEDIA_TYPES = {
    "text/html": "html", "application/xhtml+xml": "html", "text/markdown": "markdown", "text/x-markdown": "markdown", "text/mdx": "mdx", "text/x-rst": "rst",
    "text/prs.fallenstein.rst": "rst", "application/json": "json", "text/json": "json", "application/ld+json": "json", "application/x-ndjson": "jsonl",
    "application/yaml": "yaml", "text/yaml": "yaml", "application/x-yaml": "yaml", "text/x-yaml": "yaml", "application/xml": "xml", "text/xml": "xml",
    "application/rss+xml": "xml", "application/atom+xml": "xml", "text/csv": "csv", "application/csv": "csv", "application/pdf": "pdf",
    "application/javascript": "script", "text/javascript": "script", "application/typescript": "script",
    "text/x-python": "python", "application/x-python": "python",
}
KINDS = {"mdx": "markdown", "php": "html", "script": "html", "python": "html", "jsonl": "json"}        # what Document.content_type says


@collection_paused()
def read_document(
    data: bytes,
    *,
    url: str | None = None,
    content_type: str | None = None,
    path: str | None = None,
    language: str | None = None,
    select: Sequence[str] = (),
    remove: Sequence[str] = (),
) -> Document:
    """The document that `data` holds.

    `content_type` is the Content-Type header, `path` or `url` give a suffix; `language` is the declared language (BCP 47); `select` and `remove` are CSS
    selectors of the parts of an HTML page to keep and to drop. Raises UnreadableDocument for bytes of which nothing can be read: an encrypted or broken PDF, a
    binary file, more than 32 MiB. Everything else becomes an Issue of the document.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableDocument(f"larger than {MAX_BYTES // 1024 ** 2} MiB ({len(data) / 1024 ** 2:.0f} MiB)")
    digest = hashlib.sha256(data).hexdigest()
    if data[:1024].lstrip(b"\x00\t\r\n \xef\xbb\xbf").startswith(b"%PDF-"):
        from nlp.blocks.pdf import read_pdf
        document = read_pdf(data)
        document.sha256, document.url = digest, url
        return _finish(document, language)
    reason = binary(data)
    if reason:
        raise UnreadableDocument(reason)
    text, charset, notes = decode(data, content_type)
    kind = kind_of(text, content_type, path, url)
    document = Document(text, digest, KINDS.get(kind, kind), [], url=url, charset=charset)
    document.issues += [Issue("warning", "encoding", note) for note in notes]
    declared = declared_feed(content_type, path, url)
    if declared and kind == "html":
        document.issues.append(Issue("error", "feed_is_html", f"{declared} was asked for, the answer is an HTML page"))
    if "pdf" in (MEDIA_TYPES.get((content_type or "").split(";")[0].strip().lower()), SUFFIXES.get(PurePosixPath(path or "").suffix.lower())):
        document.issues.append(Issue("warning", "no_pdf", f"called a PDF, which it is not: read as {kind}"))
    if (select or remove) and document.content_type != "html":
        document.issues.append(Issue("info", "selector", f"selectors are for HTML pages; this is {document.content_type}"))
    if text and not text.isspace():
        length = readable_length(text, drawn=kind == "text") if kind in PAGES else len(text)
        if length < len(text):
            document.issues.append(Issue("error", "limit", f"read only in part: {length:,} of {len(text):,} characters, for there are more than {MOST_MARKS:,} tags, cells and lines"))
        document.text = text[:length]
        _READERS[kind](document, kind, tuple(select), tuple(remove))
        document.text = text
    return _finish(document, language)


def readable_length(text: str, *, drawn: bool = False) -> int:
    """How much of a page is read: up to the tag, cell or line number MOST_MARKS; all of it but for what no page or contract is. `drawn`: blanks part cells, as in plain text."""
    if len(text) <= MOST_MARKS or _marks(text, drawn) <= MOST_MARKS:
        return len(text)
    over = next(islice((_DRAWN if drawn else _MARK).finditer(text), MOST_MARKS, None), None)
    return len(text) if over is None else over.end() - 1


_GAP = re.compile(r"\S(?: {2,}|\t)")
_MARK = re.compile(r"[<|\n]")
_DRAWN = re.compile(r"[<|\n]|(?<=\S)(?:  |\t)")                # a mark, or as much of a gap as is known for one


def _marks(text: str, drawn: bool) -> int:
    return (compiled.marks(text) if compiled else sum(map(text.count, "<|\n"))) + (len(_GAP.findall(text)) if drawn else 0)


def binary(data: bytes) -> str | None:
    """Why the bytes are no text, or None."""
    for magic, name in ((b"PK\x03\x04", "a ZIP or Office file"), (b"\x1f\x8b", "gzip data"), (b"\x89PNG", "a PNG picture"), (b"\xff\xd8\xff", "a JPEG picture"), (b"GIF8", "a GIF picture"),
                        (b"\xd0\xcf\x11\xe0", "an old Office file"), (b"RIFF", "a media file"), (b"wOF2", "a font"), (b"wOFF", "a font"), (b"\x7fELF", "a program")):
        if data.startswith(magic):
            return f"{name}, not a text document"
    head = data[:4096]
    if not head.startswith((b"\xff\xfe", b"\xfe\xff")) and head.count(0) > 0.02 * max(1, len(head)) and wide(data) is None:
        return "binary data, not a text document"
    return None


def kind_of(text: str, content_type: str | None, path: str | None, url: str | None) -> str:
    """html | php | markdown | mdx | rst | text | json | jsonl | yaml | xml | csv | script | python: by content where it is plain, else by Content-Type, else by suffix."""
    media = MEDIA_TYPES.get((content_type or "").split(";")[0].strip().lower())
    suffix = SUFFIXES.get(PurePosixPath((path or "").split("?")[0]).suffix.lower()) if path else None
    if suffix is None and url:
        suffix = SUFFIXES.get(PurePosixPath(re.sub(r"[?#].*", "", url)).suffix.lower())
    head = text[:2000].lstrip("\ufeff \t\r\n")
    lower = head[:1000].lower()
    if lower.startswith(("<!doctype html", "<html")):
        return "html"
    if lower.startswith("<?xml"):
        return "html" if "<html" in lower else "xml"
    if head.startswith(("{", "[")) and suffix not in ("markdown", "mdx", "rst") and media not in ("markdown", "mdx") and looks_like_json(text):
        return "json"
    if suffix == "php" or lower.startswith("<?php"):
        return "php"
    if media == "html" and suffix in ("markdown", "mdx", "rst", "csv", "yaml", "script", "python") and not re.search(r"</(?:p|div|li|td|body|h[1-6])>", text[:20_000], re.IGNORECASE):
        return suffix                                          # raw files that a server calls HTML
    named = media if media not in (None, "pdf") else suffix    # a PDF is known by its first bytes; what is merely called one is what it looks like
    return named if named not in (None, "pdf") else guess(text, head)


def declared_feed(content_type: str | None, path: str | None, url: str | None) -> str | None:
    """JSON, YAML, CSV or XML where the header, else the suffix, says that a document is data; None where it is to be a page."""
    media = MEDIA_TYPES.get((content_type or "").split(";")[0].strip().lower())
    suffix = next((found for name in (path, re.sub(r"[?#].*", "", url or "")) if name and (found := SUFFIXES.get(PurePosixPath(name).suffix.lower()))), None)
    kind = suffix if media in (None, "html") else media        # a server that says HTML of an address that ends in .json has sent a page
    return {"json": "JSON", "jsonl": "JSON", "yaml": "YAML", "csv": "CSV", "xml": "XML"}.get(kind or "")


def looks_like_json(text: str) -> bool:
    """Whether text that begins with a bracket is JSON: it ends with one, and begins with a key, a value or another bracket."""
    body = text.strip("\ufeff \t\r\n;")
    return bool(body) and body[-1] in "}]" and re.match(r"[\[{]\s*(?:[\]}\[{]|\"(?:[^\"\\]|\\.)*\"\s*[:,\]]|-?\d|true|false|null)", body) is not None


def guess(text: str, head: str) -> str:
    """The type of a document of which nothing but its text is known."""
    if len(re.findall(r"</?(?:p|div|span|li|ul|ol|table|tr|td|h[1-6]|br|a|section|body)\b[^<>]*>", text[:20_000], re.IGNORECASE)) >= 4 and not re.search(r"^#{1,6} ", text[:20_000], re.MULTILINE):
        return "html"
    if head.startswith("---\n") or re.search(r"^#{1,6} \S|^\|.*\|[ \t]*$\n\|[-:| ]+\|[ \t]*$|\]\([^)\s]+\)|^```|\*\*\S", text[:20_000], re.MULTILINE):
        return "markdown"
    if re.search(r"^\.\. [\w-]+::|^[=~-]{4,}[ \t]*\n", text[:20_000], re.MULTILINE):
        return "rst"
    return "text"


# --- readers by type ----------------------------------------------------------------------------------------------------------------

def _read(document: Document, skeleton: Skeleton, markup: str | list[Event] | None = None) -> None:
    """Cut the document into blocks. `markup`: the skeleton as a parser has read it, or its events; None: lexbor reads it now."""
    from nlp.blocks.html import normalised
    from nlp.blocks.segment import segment
    result = segment(skeleton, normalised(skeleton.markup()) if markup is None else markup)
    document.blocks, document.links = result.blocks, result.links
    document.title = document.title or skeleton.title
    if result.limit:
        document.issues.append(Issue("error", "limit", f"read only in part: {result.limit}"))
    if skeleton.expressions:
        document.issues.append(Issue("info", "template_code", f"{skeleton.expressions} template expressions, whose value is not in the source"))


def _html(document: Document, kind: str, select: Sequence[str], remove: Sequence[str]) -> None:
    from nlp.blocks import tidy
    from nlp.blocks.embedded import unread
    from nlp.blocks.html import normalised, scan
    from nlp.blocks.script import php_skeleton
    if kind == "html" and not select and not remove and (found := tidy.read(document.text)):
        skeleton, walked = found
        document.scripts = unread(skeleton)
        _read(document, skeleton, walked)
        return
    skeleton = php_skeleton(document.text) if kind == "php" else scan(document.text)
    document.scripts = unread(skeleton)
    markup = skeleton.markup()
    if select or remove:
        from nlp.blocks import soup
        try:
            chosen, unmatched = soup.normalised(markup, select, remove)
        except soup.SelectorError as error:
            document.issues.append(Issue("error", "selector", f"{error}; the whole page is read"))
            chosen, unmatched = normalised(markup), []
        document.missed = [s for s in unmatched if s in select]
        for selector in unmatched:
            # the page has changed shape, or the declaration is wrong: either way an operator is to look
            document.issues.append(Issue("warning", "selector", f"{selector!r} matches nothing" + ("" if selector in remove else "; the whole page is read" if not set(select) - set(unmatched) else "")))
        _read(document, skeleton, chosen)
        return
    parsed = normalised(markup, skeleton.names if kind == "html" else None)
    kept = parsed.count(OPEN)
    if is_damaged(skeleton, kept):
        from nlp.blocks import soup
        tolerant, _ = soup.normalised(markup)
        document.issues.append(Issue("info", "damaged_html", f"{skeleton.damaged} of {skeleton.tags} tags are not well formed, {len(skeleton.starts) - kept} texts lost: read tolerantly"))
        if tolerant.count(OPEN) >= kept:
            parsed = tolerant
    _read(document, skeleton, parsed)


def is_damaged(skeleton: Skeleton, kept: int) -> bool:
    """Whether a page is to be read by the tolerant parser: more than 3 and 2 % of its tags are not well formed, or more than 1 % of its texts did not come through."""
    lost = len(skeleton.starts) - kept
    return skeleton.damaged > max(3, 0.02 * skeleton.tags) or lost > max(0, 0.01 * len(skeleton.starts))


def _script(document: Document, kind: str, select: Sequence[str], remove: Sequence[str]) -> None:
    from nlp.blocks.script import skeleton_of
    _read(document, skeleton_of(document.text))


def _python(document: Document, kind: str, select: Sequence[str], remove: Sequence[str]) -> None:
    from nlp.blocks.python import read_python
    from nlp.tree import TreeError
    try:
        trees, skeleton = read_python(document.text)
    except TreeError as error:
        document.issues.append(Issue("info", "program", f"{error}; read as text"))
        _text(document, kind, select, remove)
        return
    document.held.append(("python", trees))
    _read(document, skeleton)


def _markdown(document: Document, kind: str, select: Sequence[str], remove: Sequence[str]) -> None:
    from nlp.blocks.markdown import is_jsx, skeleton_of
    skeleton = skeleton_of(document.text, jsx=kind == "mdx" or is_jsx(document.text))
    if "front_matter" in skeleton.meta:
        from nlp.blocks.structured import DataError, parse_yaml
        try:
            data = parse_yaml(skeleton.meta["front_matter"])
        except DataError as error:
            document.issues.append(Issue("info", "front_matter", str(error)))
            data = None
        if isinstance(data, dict):
            document.held.append(("front_matter", data))
            if isinstance(data.get("title"), str):
                document.title = data["title"].strip() or None
    if skeleton.scripts:
        from nlp.blocks.embedded import unread
        document.scripts = unread(skeleton)
    _read(document, skeleton)


def _rst(document: Document, kind: str, select: Sequence[str], remove: Sequence[str]) -> None:
    from nlp.blocks.rst import skeleton_of
    _read(document, skeleton_of(document.text))


def _text(document: Document, kind: str, select: Sequence[str], remove: Sequence[str]) -> None:
    from nlp.blocks.plain import scan
    _read(document, scan(document.text))


def _data(document: Document, kind: str, select: Sequence[str], remove: Sequence[str]) -> None:
    """A feed; what is not of its format is read as text, with an issue."""
    from nlp.blocks import structured
    if kind in ("json", "jsonl"):
        done = structured.read_json(document, lines=kind == "jsonl")
    elif kind == "yaml":
        done = structured.read_yaml(document)
    elif kind == "xml":
        done = structured.read_xml(document)
    else:
        done = structured.read_csv(document)
    if not done:
        _text(document, kind, select, remove)


_READERS = {"html": _html, "php": _html, "markdown": _markdown, "mdx": _markdown, "text": _text, "script": _script, "python": _python, "rst": _rst, "json": _data, "jsonl": _data,
            "yaml": _data, "xml": _data, "csv": _data}


# --- last checks --------------------------------------------------------------------------------------------------------------------

def _finish(document: Document, declared: str | None) -> Document:
    texts = [block.content.text for block in document.blocks if not block.chrome and block.kind != "code"]
    size, sample = sum(map(len, texts)), texts[:400]
    found, confidence = identify("\n".join(sample)) if sample else (None, 0.0)
    document.text_language = found if confidence >= 0.9 and size >= 200 else None
    if found is None and document.content_type == "html" and (said := _HTML_LANG.search(document.text, 0, 2000)):
        found = canonical(said.group(1))                       # too little text to tell: what the page says
    if declared:
        document.language = canonical(declared)
        if document.language == "zh" and found and found.startswith("zh"):
            document.language = found
        if document.text_language and not agree(document.language, found):
            document.issues.append(Issue("info", "language_differs", f"declared as {document.language}, the text reads as {found}"))
    else:
        document.language = found
    if document.title is None:
        document.title = next((b.text for b in document.blocks if b.kind == "heading" and not b.chrome), None)
    reason = unreadable(document, size)
    if reason:
        document.readable = False
        document.issues.append(Issue("error", "unreadable", reason))
    return document


_HTML_LANG = re.compile(r"<html\b[^>]*?\blang\s*=\s*[\"']?([a-zA-Z]{2,3}(?:-\w+)*)")
_SCRIPTS = re.compile(r"<script\b", re.IGNORECASE)
# What UTF-8 looks like when it was read as windows-1252 (or Latin-1) and saved again: "Ã©", "â€™", "ã\x81\x82".
_MOJIBAKE = re.compile("[\u00c2-\u00f4][\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u2018-\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]")


def unreadable(document: Document, size: int) -> str | None:
    """Why nothing follows from what a document does not say, or None. `size`: characters of text in blocks that are not chrome."""
    text = document.text
    if not text or text.isspace():
        return "the document is empty" if document.content_type != "pdf" else "the PDF has no text layer"
    if document.data is not None:
        return None if document.data else "the feed is empty"
    if document.content_type == "html" and size < 250 and len(text) > 20 * size + 1000 and _SCRIPTS.search(text):
        return f"a page that scripts fill in: {size} characters of text in {len(text):,} of source"
    if size < MIN_TEXT:
        return f"only {size} characters of text"
    seen_text = text[:400_000]                                 # the source: blocks have lost the control characters that are half of it
    seen = max(1, min(size, len(seen_text)))
    least = max(10, 0.02 * seen)
    if foreign(seen_text) >= least:
        lost = seen_text.count("\ufffd")
        damaged = lost + (len(_MOJIBAKE.findall(seen_text)) if compiled is None or lost + compiled.latin(seen_text) >= 10 else 0)     # each begins with such a letter
        if damaged > 0.02 * seen and damaged >= 10:
            return f"damaged characters: {damaged} in {seen:,} (a wrong encoding was saved)"
    return None
