"""Where a feed in pages goes on after a killed crawl: from the last page that was kept."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from chipwatch.records import Capture, Source


def open_ends(sources: Iterable[Source], captures: Iterable[Capture], data: Path) -> list[dict[str, Any]]:
    """One row for each feed whose last kept page names another one: `sources`, `url` and `page` of that one, `follows` (record id), and of the pages
    before it `before` (addresses), `digests` (of their payloads) and `counted` (their records).

    `data`: the folder that `Capture.warc_file` is relative to. Raises ArchiveError for a kept page that cannot be read.
    """
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
            "sources": [], "url": last.more, "page": (last.page or 1) + 1, "follows": last.record_id, "before": [c.url for c in pages],
            "digests": [c.payload_sha256 for c in pages], "counted": _counted(source, pages, data)})
        row["sources"].append(source.to_dict())
    return list(rows.values())


def _counted(source: Source, pages: list[Capture], data: Path) -> int:
    """Records on these pages: a feed that states their total ends by this count."""
    from crawler.archive import read_payload
    from crawler.feeds.paging import read_page

    counted = 0
    for number, page in enumerate(pages):
        body = read_payload(data / str(page.warc_file), str(page.record_id)).body
        said = read_page(source.feed or {}, body, declared=source.url, url=page.url, page=page.page or 1, before=[c.url for c in pages[:number]], counted=counted)
        counted += said.records or 0
    return counted
