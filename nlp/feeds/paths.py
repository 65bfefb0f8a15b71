"""Paths into a tree of data: `a.b` a field, `a[]` each item of a list, `a{}` each value of a map (`a{currency}`: of the keys that are currency codes)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from nlp.prices import currency_words
from nlp.tree import Node

_STEP = re.compile(r"\[\]|\{\w*\}|[^.\[\]{}]+")


@lru_cache(maxsize=1024)
def _steps(path: str) -> tuple[str, ...]:
    return tuple(_STEP.findall(path))


def select(node: Node, path: str) -> Iterator[tuple[Node, tuple[tuple[str, Node], ...]]]:
    """(found, way) of every node under `path`; `way` holds (key, node) of each step, the start first. An empty path gives the start itself."""
    yield from _select(node, _steps(path), (("", node),))


def _select(node: Node, steps: tuple[str, ...], way: tuple[tuple[str, Node], ...]) -> Iterator[tuple[Node, tuple[tuple[str, Node], ...]]]:
    if not steps:
        yield node, way
        return
    step, rest = steps[0], steps[1:]
    if step == "[]":
        for item in node.items:
            yield from _select(item, rest, (*way, ("", item)))
    elif step[0] == "{":
        for key, child in node.entries:
            if step == "{}" or is_currency(key):
                yield from _select(child, rest, (*way, (key, child)))
    else:
        child = node.get(step) if node.kind == "map" else None
        if child is not None:
            yield from _select(child, rest, (*way, (step, child)))


def first(node: Node, path: str) -> Node | None:
    """The first node under a path."""
    return next((found for found, _ in select(node, path)), None)


def is_currency(key: str) -> bool:
    """Whether a key is the code of a currency."""
    return len(key) == 3 and key.isalpha() and bool(currency_words(key.upper()))
