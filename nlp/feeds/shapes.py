"""Which published shape a feed has. The table is `nlp/data/feed_shapes.yml`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from itertools import islice
from typing import Any

from chipwatch import yaml_files
from nlp.feeds.paths import first, select
from nlp.tree import Node

LOOKED_AT = 40                                                 # records from the front in which a field has to be seen


@dataclass(slots=True, frozen=True)
class Shape:
    """One entry of the table; `rules` is what its reader is told."""

    name: str
    records: str                                               # path to the records
    marks: tuple[str, ...]                                     # fields that tell the shape: of a record, or with "/" of the root
    needs: tuple[str, ...]                                     # fields without which it cannot be read
    reader: str = "mapped"
    rules: dict[str, Any] = field(default_factory=dict)


@lru_cache(maxsize=1)
def shapes() -> tuple[Shape, ...]:
    """The table, in order; the first shape that fits is taken."""
    text = resources.files("nlp").joinpath("data/feed_shapes.yml").read_text(encoding="utf-8")
    table = yaml_files.load(text)
    return tuple(Shape(name, row.pop("records"), tuple(row.pop("marks")), tuple(row.pop("needs", ())), row.pop("reader", "mapped"), row) for name, row in table.items())


def recognise(root: Node) -> tuple[Shape, list[str]] | None:
    """(shape, needed fields that no record has), or None where the data is of no known shape."""
    for shape in shapes():
        records = [found for found, _ in islice(select(root, shape.records), LOOKED_AT)]
        if records and all(_seen(root, records, mark) for mark in shape.marks):
            return shape, [need for need in shape.needs if not _seen(root, records, need)]
    return None


def _seen(root: Node, records: list[Node], path: str) -> bool:
    if path.startswith("/"):
        return first(root, path[1:]) is not None
    return any(first(record, path) is not None for record in records)
