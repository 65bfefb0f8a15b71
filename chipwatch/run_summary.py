"""What a run did, as one JSON object: captures/RUN_ID/summary.json, and `chipwatch run --json`. The fields are described in docs/data-format.md.

The data set never reads it: it tells of the moment in which it was written.
"""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from chipwatch.records import Capture, ChipwatchError, Source

FILE_NAME = "summary.json"
SCHEMA = 1
ITEMS = ("offers", "regions", "clauses")
Counts = dict[str, dict[str, int]]                             # offers | regions | clauses -> provider -> current items


def count_items(database: Path) -> Counts | None:
    """Current items by provider; None where there is no data set, or none that this program can read."""
    from dataset.opening import opened

    try:
        with opened(database) as connection:
            return {view: dict(connection.execute(f"select provider, count(*) from {view} group by 1").fetchall()) for view in ITEMS}
    except ChipwatchError:                                     # none yet, or of another version: it is about to be made anew
        return None


def summarise(folder: Path, captures: Iterable[Capture], *, mode: str, before: Counts | None = None, database: Path | None = None) -> dict[str, Any]:
    """The summary of the run in `folder`. `database`: made from it; None where the captures were not read yet."""
    from crawler.failure_kinds import failure_kind
    from crawler.schedule import read_lines, run_facts

    captures = [c for c in captures if c.run_id == folder.name]
    facts = run_facts(folder)
    verified = {(s.provider, s.role, s.url): s.verified for s in read_lines(folder / "sources.jsonl", Source)}
    pages, failed = [c for c in captures if c.failure is None], [c for c in captures if c.failure is not None]
    whole = [c for c in captures if c.part_of is None]         # pages 2 and on of a feed are part of one source
    after = count_items(database) if database else None
    slugs = sorted({c.provider for c in captures})
    return {
        "schema": SCHEMA, "run_id": folder.name, "mode": mode, "started": facts.get("started"), "ended": facts.get("ended"), "seconds": _seconds(facts), "software": facts.get("software"),
        "sources": len(whole), "answered": sum(c.failure is None for c in whole),
        "verified": sum(bool(verified.get((c.provider, c.role, c.url))) for c in whole),
        "answered_unverified": sum(c.failure is None and not verified.get((c.provider, c.role, c.url)) for c in whole),
        "pages": len(pages), "unchanged": sum(c.revisit_of is not None for c in pages), "bytes": _bytes(pages),
        "failures": dict(sorted(Counter(c.failure for c in failed).items(), key=lambda f: (-f[1], str(f[0])))),
        "items": _items(before, after, None),
        "providers": {slug: _provider([c for c in captures if c.provider == slug], before, after) for slug in slugs},
        "not_read": [{"provider": c.provider, "role": c.role, "url": c.part_of or c.url, "page": c.page, "failure": c.failure, "severity": failure_kind(str(c.failure)).severity, "note": c.note,
                      "do": failure_kind(str(c.failure)).do} for c in failed],
        "moved": [{"provider": c.provider, "role": c.role, "url": c.url, "to": c.moved_to} for c in pages if c.moved_to],
        **(_told(database, slugs) if database else {"stale": None, "issues": None}),
    }


def _seconds(facts: dict[str, Any]) -> float | None:
    """Seconds from the beginning of the crawl to its end; None where run.json does not say."""
    from crawler.schedule import moment

    try:
        return round((moment(str(facts.get("ended"))) - moment(str(facts.get("started")))).total_seconds(), 1)
    except ValueError:
        return None


def _bytes(captures: Iterable[Capture]) -> int:
    """Bytes of payloads that came; a page that is served for two roles, or came unchanged, is not counted again."""
    return sum({c.record_id: c.length or 0 for c in captures if c.revisit_of is None}.values())


def _items(before: Counts | None, after: Counts | None, provider: str | None) -> dict[str, dict[str, int | None]]:
    """offers, regions, clauses -> before and after this run: of one provider, or of all."""
    def of(counts: Counts | None, view: str) -> int | None:
        return None if counts is None else counts[view].get(provider, 0) if provider else sum(counts[view].values())

    return {view: {"before": of(before, view), "after": of(after, view)} for view in ITEMS}


def _provider(captures: list[Capture], before: Counts | None, after: Counts | None) -> dict[str, Any]:
    good = [c for c in captures if c.failure is None]
    return {"sources": sum(c.part_of is None for c in captures), "pages": len(good), "bytes": _bytes(good),
            "failures": dict(sorted(Counter(c.failure for c in captures if c.failure).items())), **_items(before, after, captures[0].provider)}


def _told(database: Path, slugs: list[str]) -> dict[str, Any]:
    """Stale documents and issues (warnings and errors) of the providers of the run, as the data set has them now."""
    from dataset.opening import opened, records

    out: dict[str, list] = defaultdict(list)
    wanted = set(slugs)
    with opened(database) as connection:
        for row in records(connection, "select provider, role, url, stale_since, failure, failure_note as note from documents where stale_since is not null order by provider, role, url"):
            if row["provider"] in wanted:
                out["stale"].append(row)
        for row in records(connection, "select level, code, provider, role, url, text, times from issues where level <> 'info' order by level, provider, role, url, code, text"):
            if row["provider"] in wanted:
                out["issues"].append(row)
    return {"stale": out["stale"], "issues": out["issues"]}


def write_summary(folder: Path, summary: dict[str, Any]) -> Path:
    """Put summary.json in place at once. Raises OSError."""
    path = folder / FILE_NAME
    part = path.with_suffix(".part")
    part.write_text(as_json(summary) + "\n", encoding="utf-8", errors="backslashreplace")
    os.replace(part, path)
    return path


def as_json(summary: dict[str, Any]) -> str:
    return json.dumps(summary, ensure_ascii=False, indent=1)
