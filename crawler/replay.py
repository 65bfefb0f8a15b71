"""Answer requests from WARC files instead of the network, so that the spider takes the road that it took live.

A visit of our own archives is the run of records that carry its id. In archives made by others every record of an address is a visit of
its own, and a redirect is followed to the record of its target that is nearest in time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from w3lib.url import canonicalize_url

from crawler.archive import PAYLOAD_TYPES, Entry, Index, damage_words, list_records, read_response
from crawler.capture import FAILURE_FIELD, NOTE_FIELD, PART
from crawler.errors import ArchiveError, PayloadTooLarge, RecordNotFound
from crawler.failures import NotInArchive, VisitRefused
from crawler.recorders import replay_of

TRANSIENT = frozenset({429, 500, 502, 503, 504, 522, 524})     # answers after which the live crawl may have asked again
DAMAGE_KINDS = {"truncated": "truncated", "digest": "other", "too_large": "too_large"}


def address_key(url: str) -> str:
    """Two spellings of one address have one key: case of the host, default port, order of the query, escapes, fragment."""
    try:
        key = canonicalize_url(url)
        parts = urlsplit(key)
        port = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
        if port and parts.netloc.endswith(port):
            key = key.replace(parts.netloc, parts.netloc.removesuffix(port), 1)
    except ValueError:
        return url
    return key


@dataclass(slots=True, eq=False)
class Held:
    """A record and the archive that holds it."""

    entry: Entry
    index: Index
    served: bool = False


@dataclass(slots=True, eq=False)
class ReplayVisit:
    """One visit to replay: all its records in order (our archives), or its first record (others')."""

    key: str
    url: str
    date: str
    records: list[Held]
    whole: bool                                                # True: `records` is all there was of the visit
    position: int = 0
    last_date: str = ""
    failure: Held | None = None


@dataclass
class Replay:
    """Archives, indexed once."""

    archives: list[Path]
    visits: dict[str, ReplayVisit] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    issues: list = field(default_factory=list)
    drawn: dict[str, Held] = field(default_factory=dict)       # record id of a response -> the conversion record of the document as drawn

    def __post_init__(self) -> None:
        self._by_address: dict[str, list[Held]] = {}
        self._after: dict[str, ReplayVisit] = {}               # record id of a page of a feed -> the visit of the page after it
        self._starts: dict[str, list[ReplayVisit]] = {}
        grouped: dict[str, list[Held]] = {}
        for path in self.archives:
            index = list_records(path)
            self.issues += index.issues
            heads = {e.refers_to for e in index.entries if e.filtered}   # their payload is the filtered record
            for entry in index.entries:
                failed = entry.kind == "metadata" and FAILURE_FIELD in entry.fields
                if entry.kind == "conversion" and entry.refers_to and not entry.filtered:
                    self.drawn[entry.refers_to] = Held(entry, index)
                if (entry.visit or "").endswith(PART):         # a file of a drawn page
                    continue
                if not entry.url or entry.record_id in heads or not (entry.answers or failed):
                    continue
                held = Held(entry, index)
                self.held.append(held)
                if entry.answers:
                    self._by_address.setdefault(address_key(entry.url), []).append(held)
                if entry.visit:
                    grouped.setdefault(entry.visit, []).append(held)
                elif entry.answers:
                    self._add(ReplayVisit(entry.record_id, entry.url, entry.date, [held], whole=False))
        for key, records in grouped.items():
            failure = next((h for h in reversed(records) if h.entry.kind == "metadata"), None)
            self._add(ReplayVisit(key, records[0].entry.url, records[0].entry.date, records, whole=True, failure=failure))
        for visits in self._starts.values():
            visits.sort(key=lambda v: v.date)

    def _add(self, visit: ReplayVisit) -> None:
        self.visits[visit.key] = visit
        first = visit.records[0].entry
        if first.follows:
            self._after[first.follows] = visit
            return
        self._starts.setdefault(address_key(visit.url), []).append(visit)

    def visits_of(self, url: str, asked: str | None = None) -> list[ReplayVisit]:
        """The visits of one address, oldest first; `asked`: digest of what was posted. A visit that a killed crawl left unfinished gives way to a later one."""
        visits = [v for v in self._starts.get(address_key(url), []) if not v.whole or v.records[0].entry.asked == asked]
        return [v for n, v in enumerate(visits) if n == len(visits) - 1 or not self._unfinished(v)]

    def after(self, record_id: str, url: str | None, date: str) -> ReplayVisit | None:
        """The visit of the page that follows in a feed: the one that our crawl made, else the visit of its address that is nearest in time."""
        own = self._after.get(record_id)
        if own or url is None:
            return own
        return min((v for v in self.visits_of(url) if not v.whole), key=lambda v: (_apart(v.date, date), v.date), default=None)

    def _unfinished(self, visit: ReplayVisit) -> bool:
        if not visit.whole or visit.failure:
            return False
        last = visit.records[-1].entry
        return (last.status or 0) in TRANSIENT or (300 <= (last.status or 0) < 400 and last.kind != "revisit")

    def answer(self, visit: ReplayVisit, url: str) -> Held:
        """The record that answers this request of a visit. Raises NotInArchive."""
        if visit.whole:
            return self._next_of(visit, url)
        if visit.position == 0:
            visit.position = 1
            return visit.records[0]
        candidates = [h for h in self._by_address.get(address_key(url), []) if not h.entry.visit]
        if not candidates:
            raise NotInArchive("it redirects to an address that the archive does not hold")
        return min(candidates, key=lambda h: (_apart(h.entry.date, visit.last_date), h.entry.date))

    def _next_of(self, visit: ReplayVisit, url: str) -> Held:
        key = address_key(url)
        for n in range(visit.position, len(visit.records)):
            if address_key(visit.records[n].entry.url) != key:
                continue
            while n + 1 < len(visit.records) and address_key(visit.records[n + 1].entry.url) == key and asked_again(visit.records[n].entry, visit.records[n + 1].entry):
                visit.records[n].served = True                 # asked again: the answer that counted is the later one
                n += 1
            visit.position = n + 1
            return visit.records[n]
        if visit.failure:
            return visit.failure
        raise NotInArchive("the archive ends in the middle of this visit")

    def drawing(self, held: Held) -> bytes:
        """The document as drawn. Raises crawler.errors for a damaged record."""
        return read_response(held.index.path, held.entry).body

    def failed(self, held: Held) -> VisitRefused:
        """The failure that a record tells of."""
        return VisitRefused(held.entry.fields.get(NOTE_FIELD, ""), held.entry.fields[FAILURE_FIELD])

    def unvisited(self) -> list[dict[str, str]]:
        """Responses that no source led to, robots.txt aside: what a run must report, never drop."""
        return [{"url": h.entry.url, "record_id": h.entry.record_id, "date": h.entry.date, "archive": h.index.path.name} for h in self.held
                if not h.served and h.entry.answers and urlsplit(h.entry.url).path != "/robots.txt"]


def asked_again(entry: Entry, following: Entry) -> bool:
    """Whether the live crawl asked again after this answer: a temporary fault, or a 304 that does not answer what was asked."""
    return (entry.status or 0) in TRANSIENT or (entry.kind == "response" and entry.status == 304 and following.kind in PAYLOAD_TYPES)


def _apart(a: str, b: str) -> int:
    """How far two ISO times are apart, for comparison alone: digits read as one number."""
    return abs(int("".join(filter(str.isdigit, a))[:14].ljust(14, "0")) - int("".join(filter(str.isdigit, b))[:14].ljust(14, "0")))


class ReplayDownloadHandler(BaseDownloadHandler):
    """Setting DOWNLOAD_HANDLERS of a replay: responses from the archive, never from the network."""

    async def download_request(self, request: Request) -> Response:
        replay = replay_of(self.crawler)
        visit = replay.visits.get(request.meta.get("visit", "")) if replay else None
        if visit is None:
            raise NotInArchive("the archive does not hold this address")
        held = replay.answer(visit, request.url)
        held.served = True
        entry = held.entry
        visit.last_date = entry.date
        if entry.kind == "metadata":
            raise replay.failed(held)
        if entry.damage:
            raise VisitRefused(damage_words(entry), DAMAGE_KINDS[entry.damage])
        request.meta["chain"].append({"record_id": entry.record_id, "status": entry.status or 200, "url": request.url, "date": entry.date,
                                      "archive": held.index.path.name, "offset": entry.offset, "revisit_of": entry.refers_to if entry.kind == "revisit" and (entry.refers_to or "").startswith("<") else None,
                                      "said": entry.filtered})
        if entry.kind == "response" and entry.status == 304 and visit.failure:
            raise VisitRefused(visit.failure.entry.fields.get(NOTE_FIELD, ""), visit.failure.entry.fields[FAILURE_FIELD])
        try:
            raw = read_response(held.index.path, entry)
        except PayloadTooLarge as error:
            raise VisitRefused(str(error), "too_large") from error
        except RecordNotFound as error:                        # an unchanged page, and the archive that holds it is not here
            raise VisitRefused(str(error), "not_in_archive") from error
        except ArchiveError as error:
            raise VisitRefused(str(error), "truncated") from error
        headers = headers_of(raw.headers)
        kind = responsetypes.from_args(headers=headers, url=request.url, body=raw.body)
        return kind(url=request.url, status=raw.status, headers=headers, body=raw.body, flags=["dataloss"] if entry.cut else [], protocol=raw.protocol)


def headers_of(pairs: Iterable[tuple[str, str]]) -> Headers:
    """Scrapy headers with duplicates kept."""
    headers = Headers()
    for name, value in pairs:
        headers.appendlist(name.encode("latin-1", "replace"), value.encode("utf-8", "surrogateescape"))
    return headers
