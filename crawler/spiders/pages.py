"""The one spider: visits the addresses that declarations or a sources file name, and reports what each visit gave."""

from __future__ import annotations

import hashlib
import itertools
import json
import logging
import os
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy import Request
from scrapy.exceptions import CloseSpider
from scrapy.http import Response

from chipwatch.records import Capture, Source
from crawler.addresses import host_key
from crawler.capture import asked_digest, now, page_fields
from crawler.errors import PayloadTooLarge, PayloadUndecodable
from crawler.failures import explain_exception, explain_response
from crawler.feeds.asking import request_parts
from crawler.feeds.keys import why_missing
from crawler.feeds.paging import Fault, Page, read_page
from crawler.identity import CONTACT_VARIABLE
from crawler.recorders import recorder_of, replay_of
from crawler.replay import address_key
from crawler.standins import permanent_move

NOT_ALLOWED = "the terms of the site forbid automated reading; the crawler does not visit it"


class PagesSpider(scrapy.Spider):
    """`scrapy crawl pages -a provider=SLUG[,SLUG]` visits declared providers; `crawler.run.crawl` hands over the sources itself."""

    name = "pages"

    def __init__(self, provider: str | None = None, sources: list[Source] | None = None, folder: str | None = None, resume: list[dict] | None = None,
                 **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sources = sources if sources is not None else declared_sources(provider, folder)
        self.folder = folder
        self.resume = resume or []                             # feeds that a killed crawl left in the middle (crawler.feeds.ends)
        self._waiting: dict[str, deque[tuple[str, dict]]] = {} # provider -> its visits that have not begun: (address, meta)

    @classmethod
    def update_settings(cls, settings) -> None:
        """A crawl started by hand keeps its captures too, in a run folder of its own."""
        super().update_settings(settings)
        if not settings.get("CHIPWATCH_RUN_DIR"):
            run_id = f"{now().replace('-', '').replace(':', '')}-scrapy-{os.getpid()}"   # Scrapyd may begin several in one second
            settings.set("CHIPWATCH_RUN_DIR", str(Path(settings.get("CHIPWATCH_DATA") or os.environ.get("CHIPWATCH_DATA") or "var") / "captures" / run_id), priority="spider")

    async def start(self) -> AsyncIterator[Any]:
        """One request for each address, however many sources name it; in a replay one for each visit that the archive holds.

        The visits of a provider come one after the other: the next one begins when the one before is over, its redirects and retries too, and noted. So a kill costs each
        provider one page at most. Several providers are visited at once, and so is all of an archive.
        """
        if not self.crawler.settings.get("CHIPWATCH_CONTACT"):
            logging.getLogger(__name__).error("set %s to a web page or an e-mail address where the owner of a site can reach you", CONTACT_VARIABLE)
            raise CloseSpider("contact_missing")
        replay = replay_of(self.crawler)
        for row in self.resume:
            sources = [Source.from_dict(source) for source in row["sources"]]
            self._line_up(row["url"], self._meta(sources, new_visit(), sources[0].url) | {
                "page": row["page"], "follows": row["follows"], "before": row["before"], "digests": row["digests"], "counted": row["counted"]})
        for url, sources in by_address(self.sources) if replay else hosts_in_turn(by_address(self.sources)):
            keys = [v.key for v in replay.visits_of(url, asked_digest(sources[0].feed))] if replay else []
            for key in keys:
                for item in self._requests(url, self._meta(sources, key, url)):
                    yield item
            if not keys:
                meta = self._meta(sources, new_visit(), url)
                refused = self._not_asked(sources, replay)
                if refused:
                    for item in self._failed(meta, url, *refused, []):
                        yield item
                else:
                    self._line_up(url, meta)
        for provider in list(self._waiting):
            for item in self._next_visit(provider):
                yield item

    def _line_up(self, url: str, meta: dict[str, Any]) -> None:
        self._waiting.setdefault(meta["provider"], deque()).append((url, meta))

    def _next_visit(self, provider: str) -> list[Any]:
        """The request that begins the next visit of a provider; before it the captures of addresses that are none."""
        waiting, items = self._waiting.get(provider), []
        while waiting and not _asks(items):
            items += self._requests(*waiting.popleft())
        return items

    def _go_on(self, meta: dict[str, Any], tell: Callable[[Any], list[Any]], answer: Any) -> Iterator[Any]:
        """What an answer tells; where nothing follows in this visit, the next one of the provider. A fault of ours in one page leaves the others theirs."""
        try:
            items = tell(answer)
        except Exception:
            yield from self._next_visit(meta["provider"])
            raise
        yield from items
        if not _asks(items):
            yield from self._next_visit(meta["provider"])

    def _not_asked(self, sources: list[Source], replay: Any) -> tuple[str, str] | None:
        """(failure kind, sentence) where an address is not asked for at all."""
        # One declaration that forbids an address is enough. An archive that holds it was not fetched by this crawler.
        if any(s.permission == "forbidden" for s in sources):
            return "permission", NOT_ALLOWED
        key = (sources[0].feed or {}).get("key")
        missing = why_missing(key) if key and not replay else None
        return ("key_missing", missing) if missing else None

    @staticmethod
    def _meta(sources: list[Source], visit: str, declared: str) -> dict[str, Any]:
        return {"visit": visit, "chain": [], "sources": sources, "provider": sources[0].provider, "declared": declared, "page": 1}

    def _requests(self, url: str, meta: dict[str, Any]) -> list[Any]:
        """The request for an address, or the captures that say that it is none."""
        parts = request_parts(meta["sources"][0].feed)
        try:
            return [Request(url, callback=self.parse, errback=self.give_up, dont_filter=True, **{**parts, "meta": {**meta, **parts["meta"]}})]
        except ValueError:
            return self._failed(meta, url, "bad_address", "the address is not one of the web (http or https)", [])

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Any]:
        """What one answered visit gave, and what is asked for next."""
        return self._go_on(response.meta, self._answered, response)

    def give_up(self, failure) -> Iterator[Any]:
        """The same of a visit that gave no answer."""
        return self._go_on(failure.request.meta, self._unanswered, failure)

    def _answered(self, response: Response) -> list[Any]:
        """The captures of one answered visit; of a feed in pages, and the request for the next page."""
        meta, chain = response.meta, response.meta["chain"]
        headers = {name.decode("latin-1").lower(): values[-1].decode("latin-1") for name, values in response.headers.items() if values}
        last = chain[-1]
        digest = hashlib.sha256(response.body).hexdigest()
        page = self._page(response, digest) if meta["sources"][0].method == "feed" and 200 <= response.status < 300 and response.body.strip() else Page()
        captures = []
        for source in meta["sources"]:
            failure, note = explain_response(response.status, headers, response.body, response.flags, asked=source.url, final=response.url, role=source.role,
                                             method=source.method)
            if failure is None and page.fault:
                failure, note = page.fault.kind, page.fault.note
            captures.append(Capture(
                provider=source.provider, role=source.role, url=own_address(source, meta, response.request.url), run_id=self._run_id(), fetched_at=last["date"],
                record_id=last["record_id"], warc_file=self._warc_file(last), final_url=response.url, redirects=redirects_of(chain), status=last["status"] if last["revisit_of"] else response.status,
                content_type=headers.get("content-type"), payload_sha256=digest, length=len(response.body),
                language=source.language, failure=failure, note=note or last.get("said"), etag=headers.get("etag"), last_modified=headers.get("last-modified"),
                warc_offset=last["offset"], revisit_of=last["revisit_of"], moved_to=permanent_move(source.url, chain) if meta["page"] == 1 else None,
                more=None if failure else page.follows, **page_of(source, meta)).to_dict())
        if all(capture["failure"] for capture in captures):
            page = Page(page.fault)                            # nothing follows what is no page
        # What says that the feed does not go on stands before the page itself: a killed crawl that has the page has it too.
        return [*self._refused_page(page, meta, last), *captures, *self._next_page(page, meta, last, digest)]

    def _page(self, response: Response, digest: str) -> Page:
        """What an answer of a feed says of its shape and of the page that follows."""
        meta = response.meta
        page = read_page(meta["sources"][0].feed or {}, response.body, declared=meta["declared"], url=meta["chain"][0]["url"], page=meta["page"],
                         before=meta.get("before", ()), counted=meta.get("counted", 0))
        if digest in meta.get("digests", ()) and page.fault is None:
            return Page(Fault("feed_changed", f"page {meta['page']} repeats an earlier page: the feed does not page as declared"))
        return page

    def _refused_page(self, page: Page, meta: dict[str, Any], last: dict) -> list[dict]:
        """The captures of a next page that is not asked for. They stand under `FEED#page=N`: what a hostile link says is not repeated."""
        if page.refused is None:
            return []
        replay = replay_of(self.crawler)
        known = replay.after(last["record_id"], None, last["date"]) if replay else None
        after = {**meta, "chain": [], "page": meta["page"] + 1, "follows": last["record_id"], "visit": known.key if known else new_visit()}
        return self._failed(after, f"{meta['declared']}#page={after['page']}", page.refused.kind, page.refused.note, [])

    def _next_page(self, page: Page, meta: dict[str, Any], last: dict, digest: str) -> list[Any]:
        """The request for the next page: the one that the answer names, in a replay the one that was asked for then."""
        replay = replay_of(self.crawler)
        if page.fault or page.refused or not (meta["sources"][0].feed or {}).get("paging"):
            return []
        known = replay.after(last["record_id"], page.follows, last["date"]) if replay else None
        url = known.url if known else page.follows
        if url is None:
            return []
        after = self._meta(meta["sources"], known.key if known else new_visit(), meta["declared"])
        return self._requests(url, after | {"page": meta["page"] + 1, "follows": last["record_id"], "before": [*meta.get("before", ()), meta["chain"][0]["url"]],
                                            "counted": meta.get("counted", 0) + (page.records or 0), "digests": [*meta.get("digests", ()), digest]})

    def _unanswered(self, failure) -> list[dict]:
        """The captures of a visit that gave no answer."""
        request = failure.request
        kind, note = explain_exception(failure.value, request.url)
        items = self._failed(request.meta, request.url, kind, note, request.meta["chain"])
        if isinstance(failure.value, (PayloadTooLarge, PayloadUndecodable)) and request.meta["chain"]:
            last = request.meta["chain"][-1]                   # the answer is kept, though it cannot be read
            for item in items:
                item |= {"record_id": last["record_id"], "warc_file": self._warc_file(last), "status": last["status"], "warc_offset": last["offset"]}
        return items

    def _failed(self, meta: dict[str, Any], url: str, kind: str, note: str, chain: list[dict]) -> list[dict]:
        recorder, replay = recorder_of(self.crawler), replay_of(self.crawler)
        date = chain[-1]["date"] if chain else now()
        visit = meta["visit"]
        if recorder:
            date = recorder.failure(url=url, kind=kind, note=note, visit=visit, more=page_fields(meta | {"feed": meta["sources"][0].feed}))
        elif replay and visit in replay.visits:
            known = replay.visits[visit]
            if known.failure:
                known.failure.served = True
            date = known.failure.entry.date if known.failure else known.last_date or known.date
        return [Capture(provider=s.provider, role=s.role, url=own_address(s, meta, url), run_id=self._run_id(), fetched_at=date, final_url=url if chain else None,
                        redirects=redirects_of([*chain, {}]), language=s.language, failure=kind, note=note, **page_of(s, meta)).to_dict() for s in meta["sources"]]

    def _run_id(self) -> str:
        return self.crawler.settings.get("CHIPWATCH_RUN_ID") or Path(self.crawler.settings["CHIPWATCH_RUN_DIR"]).name

    def _warc_file(self, link: dict) -> str:
        """Relative to the data folder."""
        run_dir = Path(self.crawler.settings["CHIPWATCH_RUN_DIR"])
        return f"{run_dir.parent.name}/{run_dir.name}/{link.get('archive', 'crawl.warc.gz')}"


def new_visit() -> str:
    return f"urn:uuid:{uuid.uuid4()}"


def _asks(items: list[Any]) -> bool:
    """Whether a request is among what a callback gives."""
    return any(isinstance(item, Request) for item in items)


def redirects_of(chain: list[dict]) -> list[str]:
    """Record ids of the redirects on the way to the last link of the chain."""
    return [link["record_id"] for link in chain[:-1] if 300 <= link["status"] < 400 and link["status"] != 304]


def own_address(source: Source, meta: dict[str, Any], url: str) -> str:
    """The address of a capture: as declared, of further pages of a feed their own."""
    return source.url if meta["page"] == 1 else (meta["chain"][0]["url"] if meta["chain"] else url)


def page_of(source: Source, meta: dict[str, Any]) -> dict[str, Any]:
    """Fields of a capture that say which page of a feed it is."""
    if not (source.feed or {}).get("paging"):
        return {}
    return {"page": meta["page"], "part_of": source.url if meta["page"] > 1 else None}


def by_address(sources: list[Source]) -> list[tuple[str, list[Source]]]:
    """Sources grouped by address (and way of asking), in the order given: a page that serves two roles is fetched once."""
    spelling: dict[tuple[str, str], str] = {}
    groups: dict[tuple[str, str], list[Source]] = {}
    for source in sources:
        key = (address_key(source.url), json.dumps(source.feed, sort_keys=True))
        spelling.setdefault(key, source.url.strip())
        groups.setdefault(key, []).append(source)
    return [(spelling[key], group) for key, group in groups.items()]


def hosts_in_turn(groups: list[tuple[str, list[Source]]]) -> list[tuple[str, list[Source]]]:
    """The addresses of several hosts by turns: while one host has its pause, another can be asked."""
    hosts: dict[str, list[tuple[str, list[Source]]]] = {}
    for url, sources in groups:
        try:
            host = host_key(urlsplit(url).hostname or "")
        except ValueError:                                     # an address that is none
            host = ""
        hosts.setdefault(host, []).append((url, sources))
    return [group for row in itertools.zip_longest(*hosts.values()) for group in row if group]


def declared_sources(provider: str | None, folder: str | None) -> list[Source]:
    """Sources of the declarations. Raises ValueError for a provider that is not declared."""
    from crawler.declarations import load_providers

    declarations = load_providers(folder)
    wanted = [p.strip() for p in (provider or "").split(",") if p.strip()]
    missing = set(wanted) - {d.slug for d in declarations}
    if missing:
        raise ValueError(f"not declared: {', '.join(sorted(missing))}")
    return [s for d in declarations if not wanted or d.slug in wanted for s in d.sources()]
