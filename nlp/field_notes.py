"""What the documentation of an interface says of its fields ("rate (decimal): the price of one GPU for an hour"), for the sample answers on the same page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from nlp.document import Block
from nlp.offers import Head, read_head, split_label
from nlp.places import fold
from nlp.prices import scope_of_note

MAX_NOTE = 200                                                 # characters of a note that are read: what a field means comes first
_FIELD = re.compile(r"(?P<key>[A-Za-z][A-Za-z0-9_.]{2,40})(?:\s?[(\[]?[a-z]{3,10}[)\]]?)?\s?[:–—-]\s?(?P<note>\S.{4,})", re.DOTALL)
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.]{2,40}")


def field_notes(blocks: Iterable[Block]) -> dict[str, Head]:
    """Name of a price field (as `split_label` gives it) -> what its note says of scope, unit, currency and cents. A field that is noted twice in different ways has none."""
    found: dict[str, Head | None] = {}
    for key, note in _notes(blocks):
        name = split_label(key)
        if read_head(key).role != "price":
            continue
        said = read_head(note[:MAX_NOTE])
        head = Head(name, "price", said.unit, said.scope or scope_of_note(fold(note[:MAX_NOTE])), currency=said.currency, cents=said.cents)
        found[name] = head if found.get(name, head) == head else None
    return {name: head for name, head in found.items() if head is not None}


def _notes(blocks: Iterable[Block]) -> Iterator[tuple[str, str]]:
    """(name, note) of each field: items "name type: note", and rows of tables whose first cell is a name."""
    for block in blocks:
        if block.table is not None:
            for row in block.table.rows:
                texts = [cell.text.strip() if cell is not None else "" for cell in row]
                if len(texts) > 1 and _KEY.fullmatch(texts[0]):
                    yield texts[0], " ".join(texts[1:])
        elif block.kind in ("list_item", "definition", "paragraph") and (match := _FIELD.match(block.text)):
            yield match["key"], match["note"]


def with_note(head: Head, notes: dict[str, Head]) -> Head:
    """A head with what the note on its field adds: what the name of the field says itself stands."""
    note = notes.get(head.text)
    if note is None:
        return head
    return replace(head, unit=head.unit or note.unit, scope=head.scope or note.scope, currency=head.currency or note.currency, cents=head.cents or note.cents)
