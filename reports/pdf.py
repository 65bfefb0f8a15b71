"""HTML -> PDF, closed to the world: templates of the package, no network, no file access from within a page, no clock.

The engine is WeasyPrint with tags (PDF/A-3a); pikepdf then marks what header cells head, attaches the data, and adds that the file is PDF/UA-1 too.
"""

from __future__ import annotations

import functools
import io
import json
import logging
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reports import language, text
from reports.attached import File
from reports.source import CannotWriteReport

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
BESIDE = "https://annex.invalid/"                               # stands for the file of the annexes until its name is put in; .invalid is no host (RFC 2606)
VARIANT = "pdf/a-3a"                                           # PDF/UA-1 is claimed beside it, see finish()
_LOG = logging.getLogger(__name__)


# --- templates -------------------------------------------------------------------------------------------------------------------

@functools.cache
def environment() -> Any:
    """The Jinja2 environment: every value is escaped, an unknown name is an error."""
    import jinja2

    made = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, extensions=["jinja2.ext.i18n"],
                              lstrip_blocks=True)
    made.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)
    made.policies["ext.i18n.trimmed"] = True
    made.filters.update(t=language.gettext, country=text.country, countries=text.countries, n=text.number, usd=text.money, plural=text.plural, listing=text.listing,
                        day=text.day, minute=text.minute, label=text.label, web=web_address, address=address, first_up=text.upper_first)
    return made


def web_address(url: str | None) -> str | None:
    """The address if a reader may follow it (http, https), else None: no other scheme becomes a link."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def address(url: str | None) -> str:
    """An address for print; where it may break is left to the line breaker, which never adds a hyphen."""
    return text.address(url)


def html_of(template: str, **values: Any) -> str:
    """The HTML of a report."""
    return environment().get_template(template).render(css=_css() + page_words(), language=LANGUAGE_TAGS.get(language.current(), language.current()), **values)


LANGUAGE_TAGS = {"zh": "zh-Hans"}                              # which letters of Han are meant


def page_words() -> Any:
    """The style of what the page itself counts: 'Page 3 of 30', 'page 7', in the language of the report."""
    from markupsafe import Markup

    def content(words: str, **counters: str) -> str:
        parts = re.split(r"%\((\w+)\)s", words)
        return " ".join(counters[part] if n % 2 else json.dumps(part, ensure_ascii=False) for n, part in enumerate(parts) if part)
    foot = content(language.gettext("Page %(page)s of %(pages)s"), page="counter(page)", pages="counter(pages)")
    link = content(language.gettext("page %(page)s"), page="target-counter(attr(href), page)")
    return Markup(f"\n@page {{ @bottom-right {{ content: {foot} }} }}\n@page cover {{ @bottom-right {{ content: none }} }}\n.page-ref::after {{ content: {link} }}\n")


@functools.cache
def _css() -> Any:
    from markupsafe import Markup

    return Markup((TEMPLATES / "report.css").read_text(encoding="utf-8"))


# --- rendering -------------------------------------------------------------------------------------------------------------------

def closed_fetcher() -> Any:
    """A URL fetcher that opens nothing but the `data:` addresses of the project's own style sheet (hatching).

    Fonts come from fontconfig, style and figures are inline; whatever else a page asks for is hostile or a mistake.
    """
    from weasyprint.urls import URLFetcher

    own = str(_css())

    class ClosedFetcher(URLFetcher):
        """Refuses every address that does not stand in the style sheet, whatever its scheme."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:image/svg+xml,") and url in own:
                return super().fetch(url, headers)
            raise ValueError(f"reports fetch nothing, asked for {url[:80]!r}")

    return ClosedFetcher(allowed_protocols=("data",), allow_redirects=False)


def write(html: str, output: Path, files: Sequence[File] = (), annex: str = "") -> Path:
    """Render `html` to a tagged PDF at `output` with `files` attached, put in place at once; `annex`: name of the file to which links to BESIDE lead. The same HTML, files and fonts give the same bytes.

    Raises CannotWriteReport where the folder cannot be written.
    """
    import weasyprint

    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    logging.getLogger("fontTools").setLevel(logging.CRITICAL)
    document = weasyprint.HTML(string=printable(html), base_url=None, url_fetcher=closed_fetcher()).render(pdf_variant=VARIANT, optimize_images=False)
    drawn = io.BytesIO()
    document.write_pdf(drawn, pdf_variant=VARIANT)
    return put(Path(output), finish(drawn.getvalue(), files, annex))


def put(output: Path, data: bytes) -> Path:
    """Write the file at once: whole, or not at all; a pipe or device is written to as it is. Raises CannotWriteReport."""
    target = output.resolve()                                  # a link stays one
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and not target.is_file():
            target.write_bytes(data)
            return output
        handle, name = tempfile.mkstemp(prefix=".report-", suffix=".part", dir=target.parent)
        draft = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            draft.chmod(0o644)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise CannotWriteReport(f"cannot write {output}: {error.strerror or error}; free some space, or choose another folder with -o or --data") from error
    return output


def _lead_beside(pdf: Any, name: str) -> None:
    """Links to BESIDE become links to the named destinations of the file `name` in the same folder (ISO 32000-1, 12.6.4.3)."""
    import pikepdf

    for page in pdf.pages:
        for note in page.get("/Annots", []):
            action = note.get("/A", {})
            if action.get("/S") == "/URI" and str(action.URI).startswith(BESIDE):
                target = str(action.URI).partition("#")[2]
                note.A = pikepdf.Dictionary(S=pikepdf.Name.GoToR, F=pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F=name, UF=name), D=pikepdf.String(target), NewWindow=True)


# PDF/A lets a file claim PDF/UA only where it describes the claim (ISO 19005-3, 6.6.2.3).
_UA_CLAIM = """<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>part of ISO 14289</pdfaProperty:description>
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType></rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""


def finish(data: bytes, files: Sequence[File] = (), annex: str = "") -> bytes:
    """The PDF with its attachments, the claim of PDF/UA-1, and scopes for its header cells, which WeasyPrint leaves out (PDF/UA 7.5): Column in a table head, Row in its body. In memory: qpdf aborts the process on a full disk."""
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        root = pdf.Root.get("/StructTreeRoot")
        stack = [(root.K, "/Column")] if root is not None else []
        while stack:
            kids, scope = stack.pop()
            for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
                if not isinstance(kid, pikepdf.Dictionary) or "/S" not in kid:
                    continue
                inner = {"/THead": "/Column", "/TBody": "/Row"}.get(str(kid.S), scope)
                if str(kid.S) == "/TH":
                    attributes = kid.get("/A", pikepdf.Dictionary(O=pikepdf.Name.Table))
                    attributes["/Scope"] = pikepdf.Name(scope)
                    kid["/A"] = attributes
                if "/K" in kid:
                    stack.append((kid.K, inner))
        if annex:
            _lead_beside(pdf, annex)
        _ungrouped(pdf)
        for file in files:
            held = pikepdf.AttachedFileSpec(pdf, file.data, filename=file.name, description=file.description, mime_type=file.media_type, relationship=pikepdf.Name.Data, creation_date=file.modified, mod_date=file.modified)
            pdf.attachments[file.name] = held
        if files:
            pdf.Root.AF = pikepdf.Array([pdf.attachments[file.name].obj for file in files])
        described = pdf.Root.Metadata.read_bytes().replace(b"</rdf:RDF>", _UA_CLAIM.encode() + b"</rdf:RDF>", 1)
        pdf.Root.Metadata = pikepdf.Stream(pdf, described, Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
        pdf.save(out, deterministic_id=True, compress_streams=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


_PAINTS = re.compile(rb"(?:^|\s)(?:f\*?|F|B\*?|b\*?|S|s|sh|Do)(?=\s|$)")    # operators that paint something else than letters


def _ungrouped(pdf: Any) -> None:
    """Words of figures drawn straight onto the page. WeasyPrint makes a transparency group of right-aligned and centred words; viewers that draw a group as an image of its own
    (PDFium, in Chromium) cut into the first letter. Groups that hold more than letters stay."""
    import pikepdf

    for item in pdf.objects:
        if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Form" and "/Group" in item and not _PAINTS.search(item.read_bytes()):
            del item["/Group"]


# --- fonts -----------------------------------------------------------------------------------------------------------------------

@functools.cache
def covered() -> frozenset[int] | None:
    """Code points that some installed font can draw, as fontconfig knows them; None where fontconfig's tools are not installed."""
    import subprocess

    try:
        answer = subprocess.run(["fc-list", "--format", "%{charset}\n"], capture_output=True, text=True, timeout=60, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    points: set[int] = set()
    for line in set(answer.splitlines()):
        for part in line.split():
            first, _dash, last = part.partition("-")
            try:
                points.update(range(int(first, 16), int(last or first, 16) + 1))
            except ValueError:
                continue
    return frozenset(points) or None


def printable(html: str) -> str:
    """`html` with each character that no installed font can draw replaced by its number, ⟨U+1234⟩: never an empty box."""
    known = covered()
    if known is None:
        return html
    lacking = {c for c in set(html) if ord(c) > 126 and ord(c) not in known and not _invisible(c)}
    if not lacking:
        return html
    _LOG.warning("no installed font draws %d characters of this report: %s", len(lacking), " ".join(f"U+{ord(c):04X}" for c in sorted(lacking)[:20]))
    return html.translate({ord(c): f"⟨U+{ord(c):04X}⟩" for c in lacking})


def _invisible(character: str) -> bool:
    import unicodedata

    return unicodedata.category(character) in ("Cf", "Zs", "Cc")
