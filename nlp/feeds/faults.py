"""What is wrong with a feed: it is empty, an error, or has records in which nothing is found. Each becomes an issue; none stops a reading.

Codes: `feed_empty`, `feed_error` (the answer is an error message), `feed_shape` (GPUs are named, but no offer follows: the fields have changed, or are not known),
`feed_no_gpu` (level info: records without any GPU, as a page of a long list may be).
"""

from __future__ import annotations

from collections import Counter

from chipwatch.records import Issue
from nlp.tree import Node

SHOWN = 12                                                     # field names in a message
MAX_MAPS = 20_000                                              # maps that are looked at
_ERROR_KEYS = ("error", "errors", "message", "detail", "fault", "error_description", "title")


def faults(roots: list[Node], *, offers: int, regions: int, gpus: bool) -> list[Issue]:
    """The issues of a feed that was read into so many offers and regions; `gpus`: whether it names chips or instance types that have them."""
    if offers or not roots:
        return []
    records, fields, values = _survey(roots)
    message = next((said for root in roots if (said := _error(root))), None)
    if message and records <= 3 and not regions:
        return [Issue("error", "feed_error", f"the answer is an error message: {message}")]
    if not gpus and _only_empty(roots):
        return [Issue("warning", "feed_empty", "the feed has no records: its lists are empty")]
    if not values:
        return [] if regions else [Issue("warning", "feed_empty", "the feed has no records")]
    names = ", ".join(name for name, _ in fields.most_common(SHOWN)) + (" …" if len(fields) > SHOWN else "")
    if gpus:
        return [] if regions else [Issue("warning", "feed_shape", f"GPUs are named, but no offer is found in {records or 1} records; their fields: {names}")]
    return [] if regions else [Issue("info", "feed_no_gpu", f"{records} records, none of which names a GPU; their fields: {names}")]


def _survey(roots: list[Node]) -> tuple[int, Counter[str], int]:
    """(maps below the root that hold scalars, how often each field stands, scalars) of a feed."""
    records, values, looked = 0, 0, 0
    fields: Counter[str] = Counter()
    stack = [(root, False) for root in roots]
    while stack and looked < MAX_MAPS:
        node, inside = stack.pop()
        children = list(node.children())
        if node.kind == "map":
            looked += 1
            own = [key for key, child in children if child.kind == "scalar"]
            records += inside and bool(own)
            values += len(own)
            fields.update(own)
        elif node.kind == "list" and inside and any(child.kind == "scalar" for _, child in children):
            values += 1
        stack += [(child, inside or node.kind == "list" or child.kind == "map") for _, child in children if child.kind != "scalar"]
    return records, fields, values


def _only_empty(roots: list[Node]) -> bool:
    """Whether the lists at the top of a feed (or one map below) are all empty: {"plans": [], "meta": {"total": 0}}."""
    lists = [child for root in roots for _, node in [("", root), *root.entries] for child in [node, *(c for _, c in node.entries)] if child.kind == "list"]
    return bool(lists) and not any(found.items for found in lists)


def _error(root: Node) -> str | None:
    """The message of an answer that is an error: a small map with a field that says so, and no list of records."""
    if root.kind != "map" or any(child.kind == "list" and any(item.kind == "map" and len(item.entries) > 3 for item in child.items) for _, child in root.entries):
        return None
    for key, child in root.entries:
        if key.lower() not in _ERROR_KEYS:
            continue
        if child.kind == "scalar" and isinstance(child.value, str) and child.value:
            return child.value[:200]
        for inner in ([child] if child.kind == "map" else child.items):
            found = next((c.value for k, c in inner.entries if k.lower() in _ERROR_KEYS and isinstance(c.value, str)), None) if inner.kind == "map" else inner.value
            if isinstance(found, str) and found:
                return found[:200]
    return None
