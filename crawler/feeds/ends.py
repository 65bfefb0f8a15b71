"""Where a feed in pages goes on after a killed crawl: from the last page that was kept."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from chipwatch.records import Capture, Source


def open_ends(sources: Iterable[Source], captures: Iterable[Capture]) -> list[dict[str, Any]]:
    """One row for each feed whose last kept page names another one: `sources`, `url` and `page` of that one, `follows` (record id), `before` (addresses)."""
    feeds: dict[tuple[str, str, str], list[Capture]] = {}
    for capture in captures:
        if capture.page is not None:
            feeds.setdefault((capture.provider, capture.role, capture.part_of or capture.url), []).append(capture)
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for source in sources:
        pages = sorted(feeds.get((source.provider, source.role, source.url), ()), key=lambda c: c.page or 0)
        last = pages[-1] if pages else None
        if last is None or last.failure is not None or last.more is None:
            continue
        row = rows.setdefault((last.more, json.dumps(source.feed, sort_keys=True)), {
            "sources": [], "url": last.more, "page": (last.page or 1) + 1, "follows": last.record_id, "before": [c.url for c in pages]})
        row["sources"].append(source.to_dict())
    return list(rows.values())
