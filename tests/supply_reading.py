"""What the tests of offers share: a text is read as a document of a kind, and each quote is checked against it."""

from __future__ import annotations

from nlp.read import read_document
from nlp.supply import read_supply


def supply(text: str, kind: str, language: str | None = "en"):
    """(chips, offers, regions, issues) of a text; `kind` is the suffix of its file."""
    document = read_document(text.encode(), path=f"page.{kind}", language=language)
    chips, offers, regions, issues = read_supply(document)
    for record in [*offers, *regions]:
        assert record.quote and document.text[record.start:record.end] == record.quote
    return chips, offers, regions, issues


def rows(text: str, kind: str, language: str | None = "en") -> list[tuple]:
    """(gpu_name, gpu_count, price, currency, unit) of the offers."""
    return [(o.gpu_name, o.gpu_count, o.price, o.currency, o.price_unit) for o in supply(text, kind, language)[1]]
