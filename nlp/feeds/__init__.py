"""Published shapes of feeds: recognised by the structure of the data, never by an address or a provider's name.

`nlp/data/feed_shapes.yml` is the table: where the records of a shape lie, which fields tell it, which ones it cannot do without, and what its prices are in and
per. Most shapes are read by that table alone (`nlp.feeds.mapped`); a shape that needs a join or a rule of its own names a reader of this package. What no shape
fits goes through the general walk of `nlp.offers_feeds`.
"""

from __future__ import annotations

from collections.abc import Callable

from nlp.feeds import aws, azure, mapped
from nlp.feeds.shapes import Shape, recognise
from nlp.offers import Reading
from nlp.tree import Node

READERS: dict[str, Callable[[Reading, Node, Shape], None]] = {
    "aws_offers": aws.read_offers, "aws_product": aws.read_product, "aws_rates": aws.read_rates, "azure_items": azure.read_items,
    "mapped": mapped.read_records,
}


def read_known(reading: Reading, root: Node) -> bool:
    """Read `root` where it is of a known shape; False where it is of none, holds no GPU that way, or has lost a field without which its shape cannot be read (an issue says which)."""
    found = recognise(root)
    if found is None:
        return False
    shape, missing = found
    if missing:
        reading.issue("warning", "feed_shape", f"looks like {shape.name}, but no record has {', '.join(missing)}: the feed has changed; read without its rules")
        return False
    before = len(reading.offers) + len(reading.issues)
    READERS[shape.reader](reading, root, shape)
    return len(reading.offers) + len(reading.issues) > before
