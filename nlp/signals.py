"""Signals of openness (taxonomy, section B): what a provider shows, never a permission by itself.

Signals that stand in words are read together with the clauses (`nlp/cues/signals.yml`, one pass over the text). Here are those that follow from the document as a whole.
"""

from __future__ import annotations

from chipwatch.records import Signal
from nlp.document import Document

MIN_TEXT = 10                                                  # characters of a block that can stand for the language of a document


def language_signals(document: Document) -> list[Signal]:
    """`cn_language_site` for a document in simplified Chinese, quoting its first text; traditional characters alone say nothing about the mainland."""
    if document.language != "zh-Hans":
        return []
    for block in document.body():
        if len(block.text) >= MIN_TEXT:
            quote, start, end = document.quote(block.content, 0, min(len(block.text), 80))
            return [Signal("cn_language_site", quote, start, end, "language")]
    return []
