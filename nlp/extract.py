"""All that chipwatch reads from one document: chips, offers, regions, clauses and signals, each with offsets into the source."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from chipwatch.records import DocumentInfo, Extraction, Issue
from nlp.document import Document
from nlp.pause import collection_paused

PART = 2000                                                    # characters of a part of a document whose language is looked at
OWN_WORDS = 0.2                                                # so large a share of function words of a language: the part is in it
KINDS = ("terms", "offers", "regions", "auto")
# How many clauses a document of unknown kind needs before it counts as terms; a price page may well hold one sentence on resale.
TERMS_CLAUSES = 3


@functools.cache
def reader_version() -> str:
    """A short hash over every file of this room: readings made by other code or other cues are never mixed up with ours."""
    room = Path(__file__).parent
    shared = room.parent / "chipwatch"
    digest = hashlib.sha256(b"".join((shared / name).read_bytes() for name in ("records.py", "country_groups.py", "country_groups.yml")))
    for path in reader_files(room):
        digest.update(str(path.relative_to(room)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def reader_files(room: Path) -> list[Path]:
    """The files that make the reader what it is. What is compiled of them is none: it gives the same, and differs from machine to machine."""
    return sorted(p for p in room.rglob("*") if p.is_file() and "__pycache__" not in p.parts and p.suffix not in (".so", ".pyd"))


def text_sha256(document: Document) -> str:
    """SHA-256 of the case-folded, space-free text of the body: typographic and markup noise does not change it."""
    digest = hashlib.sha256()
    for block in document.body():
        folded = unicodedata.normalize("NFKC", block.text).casefold()
        digest.update("".join(folded.split()).encode("utf-8", "surrogatepass") + b"\n")
    return digest.hexdigest()


def kind_of(document: Document, clauses: int, supply: int) -> str:
    """`terms`, `offers` or `regions` for a document whose kind nobody declared: by address and title, else by what was found."""
    words = f"{document.url or ''} {document.title or ''}".casefold()
    if re.search(r"\b(terms|tos|eula|agreement|policy|policies|legal|agb|cgu|cgv|nutzungsbedingungen|conditions)\b|規約|약관|条款|條款|协议|協議", words):
        return "terms"
    if clauses >= TERMS_CLAUSES and clauses > supply:
        return "terms"
    if re.search(r"\b(regions?|locations?|zones?|data-?cent(er|re)s?|standorte)\b|地域|리전|リージョン", words) and not re.search(r"\bpric|gpu", words):
        return "regions"
    return "offers"


def misdeclared(document: Document) -> Issue | None:
    """The issue `language_not_covered` where a document is declared in a language with cues, but is in one without: then nothing follows from what was not found.

    A part of the text in the declared language is enough to believe the declaration (several translations may stand in one file).
    """
    from nlp.cuebook import languages, pack_language
    from nlp.language import agree, by_script, function_words, identify

    if not document.language or not any(i.code == "language_differs" for i in document.issues):
        return None
    text = "\n".join(block.text for block in document.body())
    found, _ = identify(text)
    if found is None or pack_language(found) in languages() or pack_language(document.language) not in languages():
        return None
    common = function_words(pack_language(document.language) or "")
    for start in range(0, len(text), PART):
        words = text[start:start + PART].lower().split()
        script = None if common else by_script(text[start:start + PART])
        if sum(map(common.__contains__, words)) > OWN_WORDS * len(words) or script is not None and agree(document.language, script):
            return None
    return Issue("warning", "language_not_covered", f"declared as {document.language}, but the text reads as {found}, for which there is no cue pack")


def structure(document: Document) -> dict[str, int]:
    """Of what a document is built: table rows, cards, records of data, headings, list items, paragraphs. A page that is built anew shows here."""
    counts: dict[str, int] = {}
    for block in document.body():
        if block.table is not None:
            counts["row"] = counts.get("row", 0) + len(block.table.rows)
        else:
            counts[block.kind] = counts.get(block.kind, 0) + 1
    cards = len({block.container for block in document.body() if block.container})
    return dict(sorted({**counts, **({"card": cards} if cards else {})}.items()))


@collection_paused()
def extract(data: bytes, *, url: str | None = None, kind: str = "auto", language: str | None = None, content_type: str | None = None,
            path: str | None = None, select: Sequence[str] = (), remove: Sequence[str] = (), currency: str | None = None) -> Extraction:
    """Read one document.

    `data`: the bytes of the payload. `kind` guides: terms gives clauses, signals and chips; offers and regions give chips, offers,
    regions and signals; auto gives all. `language` is BCP 47 where declared. `select` and `remove` are declared CSS selectors.
    Raises nlp.errors.UnreadableDocument where the bytes are no document at all (broken or password-protected PDF …).
    """
    from nlp.clauses import read_clauses
    from nlp.dates import stated_date
    from nlp.prevailing import binding_language
    from nlp.read import read_document
    from nlp.references import refers_to
    from nlp.supply import read_chips, read_supply

    if kind not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}, not {kind!r}")
    document = read_document(data, url=url, content_type=content_type, path=path, language=language, select=tuple(select), remove=tuple(remove))
    issues: list[Issue] = list(document.issues)
    offers, regions = [], []
    if kind == "terms":                                        # a contract offers nothing for rent, and places in it are no data centres
        chips, found = read_chips(document)
        chips = [dataclasses.replace(c, role="mentioned") for c in chips]
    else:
        chips, offers, regions, found = read_supply(document, currency=currency)
    issues += found
    clauses, signals, found = read_clauses(document)
    issues += found
    if (wrong := misdeclared(document)) is not None and not any(i.code == "language_not_covered" for i in issues):
        issues.append(wrong)
    if kind in ("offers", "regions"):
        clauses = []                                           # a price page binds nobody; its signals are kept
        issues = [i for i in issues if i.code != "language_not_covered"]
    settled = kind if kind != "auto" else kind_of(document, len(clauses), len(offers) + len(regions))
    # a page as short as one price is no broken page, where the price was read
    readable = document.readable or bool(settled != "terms" and (offers or regions))
    if any(i.code == "unreadable_feed" for i in issues) and not (offers or regions or clauses):
        readable = False                                       # a feed that breaks off says nothing of what it does not hold
    if readable and not document.readable:
        issues = [Issue("warning", i.code, i.text) if i.code == "unreadable" else i for i in issues]
    info = DocumentInfo(
        url=document.url, kind=settled, language=document.language, sha256=document.sha256, characters=len(document.text), title=document.title,
        charset=document.charset, content_type=document.content_type, text_sha256=text_sha256(document), readable=readable,
        stated_date=stated_date(document), refers_to=refers_to(document) if settled == "terms" else [],
        binding_language=binding_language(document) if settled == "terms" else None,
        language_covered=not any(i.code == "language_not_covered" for i in issues), text_language=document.text_language, missed=document.missed,
        structure=structure(document),
    )
    return Extraction(document=info, chips=chips, offers=offers, regions=regions, clauses=clauses, signals=signals, issues=issues)
