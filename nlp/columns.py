"""Which columns of a price table the reader gives no meaning to: for a person who checks a declaration."""

from __future__ import annotations

from collections.abc import Iterable

from chipwatch.records import Offer
from nlp.document import Document, Table
from nlp.offers import Head, read_head

MAX_LABEL = 80


def unknown_columns(document: Document, offers: Iterable[Offer]) -> list[str]:
    """Labels of columns without a known meaning, of the tables that gave offers, in reading order, each once."""
    starts = sorted(o.start for o in offers if o.start is not None)
    out: list[str] = []
    for block in document.blocks:
        if block.table is None or not block.text:
            continue
        first, last = block.content.source_span(0, len(block.text))
        if any(first <= start < last for start in starts):
            out += [label for label in labels(block.table) if _meaningless(read_head(label))]
    return list(dict.fromkeys(out))


def labels(table: Table) -> list[str]:
    """One label a column: its head cells joined; of a table without marked heads, its first row where that reads like heads."""
    rows = table.rows[:table.header_rows] if table.header_rows else table.rows[:1]
    texts: list[list[str]] = []
    for row in rows:
        for column, cell in enumerate(row):
            while len(texts) <= column:
                texts.append([])
            text = " ".join(cell.text.split()) if cell is not None else ""
            if text and text not in texts[column]:
                texts[column].append(text)
    found = [" ".join(parts) for parts in texts if parts]
    if not table.header_rows and not any(read_head(label).role for label in found):
        return []
    return [label for label in found if len(label) <= MAX_LABEL]


def _meaningless(head: Head) -> bool:
    return bool(head.text) and not (head.role or head.unit or head.scope or head.commitment or head.currency or head.chips or head.contact)
