"""Joins the pages of a feed: all that one run fetched of it is one visit of one document.

An offer may stand on page 3 today and on page 4 tomorrow, under an address that holds a cursor: neither is a change. What stood on page 7 is
gone when the feed ends on page 6. And a feed that broke off in the middle says nothing of what is gone: the last complete one is kept.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Sequence

from chipwatch.records import Capture, Extraction, Issue, Record

ReadingOf = Callable[[Capture], Extraction | None]
_LISTS = ("chips", "offers", "regions", "clauses", "signals")


class FeedPages:
    """The joined visits of one build, and which page each item of them stands on."""

    def __init__(self) -> None:
        self._pages: dict[tuple[str, str, str | None], list[Capture]] = {}   # (run, role, record id of page 1) -> captures of all pages
        self._place: dict[int, tuple[Record, int]] = {}        # id of a record -> the record itself, so that the id stays its own, and its page

    def join(self, visits: Sequence[Capture], reading_of: ReadingOf) -> tuple[list[Capture], ReadingOf]:
        """(visits, readings) with the pages of each feed joined. Visits are those of one address, oldest first."""
        if all(c.page is None for c in visits):
            return list(visits), reading_of
        out: list[Capture] = []
        longest = 0                                            # pages of the last feed that was taken as complete
        for group in _groups(visits):
            if group[0].page is None:
                out += group
                continue
            pages, broken = _split(group)
            cut = broken is not None and broken.failure == "budget"    # a bound, not a fault: the feed is longer than what is read of it
            if broken is None or not longest or (cut and len(pages) >= longest):
                if pages:
                    out.append(self._joined(pages))
                    longest = len(pages) if broken is None or cut else 0
            if broken is not None:
                out.append(broken)
        return out, lambda capture: self._reading(capture, reading_of)

    def _joined(self, pages: list[Capture]) -> Capture:
        """One capture for all pages: that of the first, under a digest of them all."""
        if len(pages) == 1:
            return pages[0]
        digest = hashlib.sha256("\n".join(str(c.payload_sha256) for c in pages).encode()).hexdigest()
        self._pages[pages[0].run_id, pages[0].role, pages[0].record_id] = pages
        return dataclasses.replace(pages[0], payload_sha256=digest, length=sum(c.length or 0 for c in pages))

    def pages_of(self, capture: Capture) -> list[Capture]:
        """The captures that a visit is made of: itself, or those of all pages."""
        return self._pages.get((capture.run_id, capture.role, capture.record_id)) or [capture]

    def capture_of(self, record: Record, capture: Capture) -> Capture:
        """The capture of the very page that shows an item of this visit."""
        if not self._pages:
            return capture
        pages = self.pages_of(capture)
        _, number = self._place.get(id(record), (record, 0))
        return pages[number] if number < len(pages) else pages[0]

    def reading(self, capture: Capture, reading_of: ReadingOf) -> Extraction | None:
        """The reading of a visit, that of all its pages, by another reader than that of the build."""
        return self._reading(capture, reading_of)

    def _reading(self, capture: Capture, reading_of: ReadingOf) -> Extraction | None:
        pages = self.pages_of(capture)
        if len(pages) == 1:
            return reading_of(capture)
        readings = [reading_of(page) for page in pages]
        if any(r is None for r in readings):
            return None
        return self._merged([r for r in readings if r is not None])

    def _merged(self, readings: list[Extraction]) -> Extraction:
        """The readings of all pages as that of one document."""
        for number, reading in enumerate(readings):
            for name in _LISTS:
                for record in getattr(reading, name):
                    self._place[id(record)] = (record, number)
        first = readings[0].document
        texts = [r.document.text_sha256 for r in readings]
        document = dataclasses.replace(
            first, characters=sum(r.document.characters for r in readings), readable=all(r.document.readable for r in readings),
            text_sha256=hashlib.sha256("\n".join(map(str, texts)).encode()).hexdigest() if all(texts) else None)
        issues: list[Issue] = [issue for r in readings for issue in r.issues]
        lists = {name: [record for r in readings for record in getattr(r, name)] for name in _LISTS}
        lists["regions"] = list({(r.label, r.name): r for r in reversed(lists["regions"])}.values())[::-1]   # one that offers of several pages name is one
        return Extraction(document=document, issues=issues, **lists)


def _groups(visits: Iterable[Capture]) -> list[list[Capture]]:
    """Visits, the pages of one walk through a feed together."""
    groups: list[list[Capture]] = []
    for capture in visits:
        goes_on = (capture.page or 1) > 1 and groups and groups[-1][-1].page is not None and groups[-1][-1].run_id == capture.run_id
        if goes_on:
            groups[-1].append(capture)
        else:
            groups.append([capture])
    return groups


def _split(group: list[Capture]) -> tuple[list[Capture], Capture | None]:
    """(pages from the first on without a gap, the capture that says why the feed is not complete)."""
    pages: list[Capture] = []
    for capture in group:
        if capture.failure is not None:
            return pages, capture
        if capture.page == len(pages) + 1:
            pages.append(capture)
    if not pages or pages[-1].more is not None:                # the run ended before the next page was asked for
        last = pages[-1] if pages else group[-1]
        return pages, dataclasses.replace(last, record_id=None, payload_sha256=None, failure="truncated", note="the run ended before the last page of the feed")
    return pages, None
