"""Structural checks of a finished PDF: what a machine can test of PDF/UA without a validator, and that every character has a glyph.

This is no validation by veraPDF; the documents say nothing more than what is tested here.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def problems(path: Path) -> list[str]:
    """What is wrong with the PDF, in sentences; an empty list when nothing was found."""
    import pikepdf

    with pikepdf.open(path) as pdf:
        return [*_document(pdf), *_structure(pdf), *_links(pdf), *_fonts(pdf)]


def _document(pdf: Any) -> Iterator[str]:
    root = pdf.Root
    if not root.get("/MarkInfo", {}).get("/Marked"):
        yield "the document is not marked as tagged"
    if not str(root.get("/Lang", "")):
        yield "the document has no language"
    if not str(pdf.docinfo.get("/Title", "")):
        yield "the document has no title"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "viewers are not told to show the title"
    with pdf.open_metadata() as metadata:
        if metadata.get("pdfuaid:part") != "1":
            yield "the metadata do not claim PDF/UA-1"
        if (metadata.get("pdfaid:part"), metadata.get("pdfaid:conformance")) != ("3", "A"):
            yield "the metadata do not claim PDF/A-3a"
    yield from _archival(pdf)
    if "/Outlines" not in root:
        yield "there are no bookmarks"


def _archival(pdf: Any) -> Iterator[str]:
    """What PDF/A-3 asks of a file beyond its fonts: colours that mean the same everywhere, no scripts, attachments with their relation to the document."""
    root = pdf.Root
    intents = [intent for intent in root.get("/OutputIntents", []) if intent.get("/S") == "/GTS_PDFA1" and "/DestOutputProfile" in intent]
    if not intents:
        yield "no output intent says what its colours are"
    if "/ID" not in pdf.trailer:
        yield "the file has no identifier"
    if pdf.is_encrypted:
        yield "the file is encrypted"
    if "/OpenAction" in root or "/AA" in root or "/JavaScript" in root.get("/Names", {}):
        yield "the document does something by itself when it is opened"
    if b"pdfaExtension:schemas" not in root.Metadata.read_bytes():
        yield "the claim of PDF/UA is not described, as PDF/A asks"
    related = {file.objgen for file in root.get("/AF", [])}
    for name in pdf.attachments:
        spec = pdf.attachments[name].obj
        if spec.objgen not in related:
            yield f"the attachment {name} is not associated with the document"
        if "/AFRelationship" not in spec or not str(spec.get("/Desc", "")) or "/UF" not in spec:
            yield f"the attachment {name} does not say what it is"
        if "/ModDate" not in spec.EF.F.get("/Params", {}):
            yield f"the attachment {name} has no day"
        if "/Subtype" not in spec.EF.F:
            yield f"the attachment {name} has no media type"
    for page in pdf.pages:
        for note in page.get("/Annots", []):
            if note.get("/Subtype") != "/Popup" and not int(note.get("/F", 0)) & 4:
                yield "an annotation is not printed"
                return


def elements(pdf: Any) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    """(type, element, types of the elements above) of the structure tree, in reading order."""
    import pikepdf

    if "/StructTreeRoot" not in pdf.Root:
        return
    stack: list[tuple[Any, tuple[str, ...]]] = [(pdf.Root.StructTreeRoot.get("/K"), ())]
    while stack:
        node, above = stack.pop()
        if isinstance(node, pikepdf.Array):
            stack.extend((kid, above) for kid in reversed(list(node)))
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            kind = str(node.S)[1:]
            yield kind, node, above
            if "/K" in node:
                stack.append((node.K, (*above, kind)))


def _structure(pdf: Any) -> Iterator[str]:
    levels = []
    for kind, node, above in elements(pdf):
        if kind == "Figure" and not str(node.get("/Alt", "")):
            yield "a figure has no alternative text"
        if kind == "TH" and "/Scope" not in (node.get("/A") or {}):
            yield "a header cell has no scope"
        if kind in ("TD", "TH") and "TR" not in above:
            yield "a cell stands outside a row"
        if re.fullmatch(r"H[1-6]", kind):
            levels.append(int(kind[1]))
    if not levels:
        yield "there are no headings"
    for before, after in zip(levels, levels[1:], strict=False):
        if after > before + 1:
            yield f"a heading of level {after} follows one of level {before}"


def destinations(pdf: Any) -> set[str]:
    """Names of all named destinations."""
    import pikepdf

    names = pdf.Root.get("/Names", {}).get("/Dests")
    return set(pikepdf.NameTree(names)) if names is not None else set()


def links(pdf: Any) -> Iterator[tuple[str, str]]:
    """('inside', name), ('beside', file#name) or ('outside', address) of every link annotation."""
    import pikepdf

    for page in pdf.pages:
        for note in page.get("/Annots", []):
            if note.get("/Subtype") != "/Link":
                continue
            target = note.get("/Dest", note.get("/A", {}).get("/D") if "/A" in note and note.A.get("/S") != "/GoToR" else None)
            if isinstance(target, pikepdf.String):
                yield "inside", str(target)
            elif "/A" in note and note.A.get("/S") == "/GoToR":
                yield "beside", f"{note.A.F.UF}#{note.A.D}"
            elif "/A" in note and "/URI" in note.A:
                yield "outside", str(note.A.URI)


def _links(pdf: Any) -> Iterator[str]:
    known = destinations(pdf)
    for kind, target in links(pdf):
        if kind == "inside" and target not in known:
            yield f"a link leads to {target!r}, which does not exist"
        if kind == "outside" and not target.startswith(("http://", "https://")):
            yield f"a link leads out by an unusual way: {target[:60]!r}"


def _fonts(pdf: Any) -> Iterator[str]:
    seen = set()
    for page in pdf.pages:
        for name, font in (page.get("/Resources", {}).get("/Font") or {}).items():
            if font.objgen in seen:
                continue
            seen.add(font.objgen)
            yield from _font(str(name), font)


def _font(name: str, font: Any) -> Iterator[str]:
    """A font must be embedded, and each character that it stands for must have a drawn glyph: an empty box is no letter."""
    from fontTools.pens.boundsPen import BoundsPen
    from fontTools.ttLib import TTFont

    descendant = font.DescendantFonts[0] if "/DescendantFonts" in font else font
    descriptor = descendant.get("/FontDescriptor", {})
    stream = next((descriptor[key] for key in ("/FontFile2", "/FontFile3", "/FontFile") if key in descriptor), None)
    base = str(font.get("/BaseFont", name))
    if stream is None:
        yield f"font {base} is not embedded"
        return
    characters = to_unicode(font.ToUnicode.read_bytes().decode("latin-1")) if "/ToUnicode" in font else {}
    tables = TTFont(io.BytesIO(stream.read_bytes()), lazy=True)
    order, glyphs = tables.getGlyphOrder(), tables.getGlyphSet()
    for glyph, text in sorted(characters.items()):
        visible = [c for c in text if not c.isspace() and ord(c) > 32 and c not in "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"]
        if not visible:
            continue
        if glyph == 0 or glyph >= len(order):
            yield f"font {base} has no glyph for {text!r}"
            continue
        pen = BoundsPen(glyphs)
        glyphs[order[glyph]].draw(pen)
        if pen.bounds is None and not any(ord(c) in range(0x0300, 0x036F) for c in visible):
            yield f"font {base} draws nothing for {text!r}"


def to_unicode(cmap: str) -> dict[int, str]:
    """Glyph number -> text of a ToUnicode map."""
    found: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.S):
        for glyph, text in re.findall(r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]*)>", block):
            found[int(glyph, 16)] = bytes.fromhex(text).decode("utf-16-be", "replace")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", cmap, re.S):
        for first, last, text in re.findall(r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]*)>", block):
            start = int.from_bytes(bytes.fromhex(text), "big")
            for offset in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + offset] = (start + offset).to_bytes(len(text) // 2, "big").decode("utf-16-be", "replace")
    return found
