"""Data inside an HTML page: JSON-LD, the state of Next.js, Nuxt and Wix, any `<script type="application/json">`, and plain JSON that a script assigns."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from nlp.blocks.skeleton import Skeleton
from nlp.blocks.tags import attributes

MAX_BYTES = 8_000_000                                          # of one script
_ASSIGNED = re.compile(r"(?:^|[;\s])(?:window|self|globalThis)\s*(?:\.\s*([A-Za-z_$][\w$]*)|\[\s*[\"']([\w$.-]+)[\"']\s*\])\s*=\s*(?=[\[{])|(?:^|[;\s])(?:var|let|const)\s+(__[A-Z_]+__)\s*=\s*(?=[\[{])")
_ASSIGNS = ("window", "self", "globalThis", "__")             # without one of them nothing is assigned there
_FLIGHT = re.compile(r"self\.__next_f\.push\(\s*(\[.*\])\s*\)\s*;?\s*$", re.DOTALL)


def unread(skeleton: Skeleton) -> Callable[[], list[tuple[str, Any]]] | None:
    """What gives the data of the scripts of a page once somebody asks for them; None for a page without scripts. A script that is too long is told at once."""
    for _, start, end in skeleton.scripts:
        if end - start > MAX_BYTES:
            skeleton.meta["limit"] = f"a script of {end - start:,} characters"
    return partial(embedded, skeleton.source, skeleton.scripts) if skeleton.scripts else None


def embedded(source: str, scripts: Sequence[tuple[str, int, int]]) -> list[tuple[str, Any]]:
    """(kind, data) of scripts (attributes, start and end of the body in `source`), in order. Kinds: `json-ld`; the id of a JSON script (`__NEXT_DATA__`, `wix-warmup-data` …) or `json`; the name of a
    variable that JSON is assigned to; `next-flight`, the joined text of a Next.js stream. What is not JSON is code, and left out."""
    out: list[tuple[str, Any]] = []
    flight: list[str] = []
    for attrs_text, start, end in scripts:
        if end - start > MAX_BYTES:
            continue
        attrs = attributes(attrs_text)
        kind = attrs.get("type", "").split(";")[0].strip().lower()
        body = source[start:end]
        if kind == "application/ld+json":
            _add(out, "json-ld", body)
        elif kind.endswith("json"):
            _add(out, attrs.get("id") or "json", body)
        elif kind in ("", "module", "text/javascript", "application/javascript"):
            if "__next_f" in body:
                found = _FLIGHT.search(body)
                part = _parse(found.group(1)) if found else None
                if isinstance(part, list) and len(part) > 1 and isinstance(part[1], str):
                    flight.append(part[1])
                continue
            for match in _ASSIGNED.finditer(body) if any(word in body for word in _ASSIGNS) else ():
                value = _parse_prefix(body, match.end())
                if value is not None:
                    out.append((match.group(1) or match.group(2) or match.group(3), value))
    if flight:
        out.append(("next-flight", "".join(flight)))
    return out


# What hid a script from browsers that knew none: <!-- …, /*<![CDATA[*/ …, //<![CDATA[ …, and its end
_HIDDEN = re.compile(r"\s*(?:<!--|/\*\s*<!\[CDATA\[\s*\*/|//\s*<!\[CDATA\[|<!\[CDATA\[)")
_SHOWN = re.compile(r"(?:-->|/\*\s*\]\]>\s*\*/|//\s*\]\]>|\]\]>)\s*$")
_LAST = 1000                                                   # characters in which the end is looked for: all of it but for white space


def _add(out: list[tuple[str, Any]], kind: str, body: str) -> None:
    if hidden := _HIDDEN.match(body):
        body = body[hidden.end():]
    body = body.rstrip()
    if body.endswith(("-->", "]]>", "*/")) and (shown := _SHOWN.search(body, max(0, len(body) - _LAST))):
        body = body[:shown.start()]
    value = _parse(body)
    if value is not None:
        out.append((kind, value))


def _parse(body: str) -> Any:
    try:
        return json.loads(body, strict=False)
    except (ValueError, RecursionError):
        return None


def _parse_prefix(body: str, at: int) -> Any:
    try:
        return json.JSONDecoder(strict=False).raw_decode(body, at)[0]
    except (ValueError, RecursionError):
        return None
