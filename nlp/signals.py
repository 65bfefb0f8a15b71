"""Signals of openness (taxonomy, section B): payment means of mainland China, crypto-currencies, claims of no identity check … Never a permission by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chipwatch.records import Signal

if TYPE_CHECKING:
    from nlp.clauses import _Reader


def read_signals(reader: _Reader) -> list[Signal]:
    """The signals of a document, each with its quote."""
    return []
