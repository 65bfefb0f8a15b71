"""Which other documents a terms document makes part of itself ("subject to our Acceptable Use Policy"), as roles."""

from __future__ import annotations

import functools
import importlib.resources

import yaml

from nlp.document import Document


@functools.cache
def _names() -> list[tuple[str, str]]:
    """(role, folded name), all languages together: an English name stands in contracts of every language."""
    table = yaml.safe_load(importlib.resources.files("nlp").joinpath("data/references.yml").read_text("utf-8"))
    return [(role, name.casefold()) for role, languages in table.items() for names in languages.values() for name in names]


def refers_to(document: Document) -> list[str]:
    """Roles of the documents that the body refers to by name, sorted. A document's own title does not count as a reference."""
    title = (document.title or "").casefold()
    text = "\n".join(b.text for b in document.body() if b.kind != "heading").casefold()
    return sorted({role for role, name in _names() if name in text and name not in title})
