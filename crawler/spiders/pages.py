"""The one spider: visits the addresses that declarations or a sources file name, and reports what each visit gave."""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy import Request
from scrapy.exceptions import CloseSpider
from scrapy.http import Response

from chipwatch.records import Capture, Source
from crawler.capture import now
from crawler.errors import PayloadTooLarge, PayloadUndecodable
from crawler.failures import explain_exception, explain_response
from crawler.identity import CONTACT_VARIABLE
from crawler.recorders import recorder_of, replay_of
from crawler.replay import address_key
from crawler.standins import permanent_move

NOT_ALLOWED = "the terms of the site forbid automated reading; the crawler does not visit it"


class PagesSpider(scrapy.Spider):
    """`scrapy crawl pages -a provider=SLUG[,SLUG]` visits declared providers; `crawler.run.crawl` hands over the sources itself."""

    name = "pages"

    def __init__(self, provider: str | None = None, sources: list[Source] | None = None, folder: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sources = sources if sources is not None else declared_sources(provider, folder)

    @classmethod
    def update_settings(cls, settings) -> None:
        """A crawl started by hand keeps its captures too, in a run folder of its own."""
        super().update_settings(settings)
        if not settings.get("CHIPWATCH_RUN_DIR"):
            run_id = now().replace("-", "").replace(":", "") + "-scrapy"
            settings.set("CHIPWATCH_RUN_DIR", str(Path(settings.get("CHIPWATCH_DATA") or "var") / "captures" / run_id), priority="spider")

    async def start(self) -> AsyncIterator[Any]:
        """One request for each address, however many sources name it; in a replay one for each visit that the archive holds."""
        if not self.crawler.settings.get("CHIPWATCH_CONTACT"):
            logging.getLogger(__name__).error("set %s to a web page or an e-mail address where the owner of a site can reach you", CONTACT_VARIABLE)
            raise CloseSpider("contact_missing")
        replay = replay_of(self.crawler)
        for url, sources in by_address(self.sources).items():
            keys = [v.key for v in replay.visits_of(url)] if replay else []
            if not keys:
                keys = [new_visit()]
                # One declaration that forbids an address is enough. An archive that holds it was not fetched by this crawler.
                if any(s.permission == "forbidden" for s in sources):
                    for item in self._failed(sources, keys[0], url, "permission", NOT_ALLOWED, []):
                        yield item
                    continue
            for key in keys:
                try:
                    yield Request(url, callback=self.parse, errback=self.give_up, dont_filter=True, meta={
                        "visit": key, "chain": [], "sources": sources, "provider": sources[0].provider})
                except ValueError:
                    for item in self._failed(sources, key, url, "bad_address", "the address is not one of the web (http or https)", []):
                        yield item

    def parse(self, response: Response, **kwargs: Any) -> list[dict]:
        """The captures of one answered visit."""
        chain = response.meta["chain"]
        headers = {name.decode("latin-1").lower(): values[-1].decode("latin-1") for name, values in response.headers.items() if values}
        last = chain[-1]
        items = []
        for source in response.meta["sources"]:
            failure, note = explain_response(response.status, headers, response.body, response.flags, asked=source.url, final=response.url, role=source.role,
                                             method=source.method)
            items.append(Capture(
                provider=source.provider, role=source.role, url=source.url, run_id=self._run_id(), fetched_at=last["date"],
                record_id=last["record_id"], warc_file=self._warc_file(last), final_url=response.url, redirects=redirects_of(chain), status=last["status"] if last["revisit_of"] else response.status,
                content_type=headers.get("content-type"), payload_sha256=hashlib.sha256(response.body).hexdigest(), length=len(response.body),
                language=source.language, failure=failure, note=note, etag=headers.get("etag"), last_modified=headers.get("last-modified"),
                warc_offset=last["offset"], revisit_of=last["revisit_of"], moved_to=permanent_move(source.url, chain)).to_dict())
        return items

    def give_up(self, failure) -> list[dict]:
        """The captures of a visit that gave no answer."""
        request = failure.request
        kind, note = explain_exception(failure.value, request.url)
        items = self._failed(request.meta["sources"], request.meta["visit"], request.url, kind, note, request.meta["chain"])
        if isinstance(failure.value, (PayloadTooLarge, PayloadUndecodable)) and request.meta["chain"]:
            last = request.meta["chain"][-1]                   # the answer is kept, though it cannot be read
            for item in items:
                item |= {"record_id": last["record_id"], "warc_file": self._warc_file(last), "status": last["status"], "warc_offset": last["offset"]}
        return items

    def _failed(self, sources: list[Source], visit: str, url: str, kind: str, note: str, chain: list[dict]) -> list[dict]:
        recorder, replay = recorder_of(self.crawler), replay_of(self.crawler)
        date = chain[-1]["date"] if chain else now()
        if recorder:
            date = recorder.failure(url=url, kind=kind, note=note, visit=visit)
        elif replay and visit in replay.visits:
            known = replay.visits[visit]
            date = known.failure.entry.date if known.failure else known.last_date or known.date
        return [Capture(provider=s.provider, role=s.role, url=s.url, run_id=self._run_id(), fetched_at=date, final_url=url if chain else None,
                        redirects=redirects_of([*chain, {}]), language=s.language, failure=kind, note=note).to_dict() for s in sources]

    def _run_id(self) -> str:
        return self.crawler.settings.get("CHIPWATCH_RUN_ID") or Path(self.crawler.settings["CHIPWATCH_RUN_DIR"]).name

    def _warc_file(self, link: dict) -> str:
        """Relative to the data folder."""
        run_dir = Path(self.crawler.settings["CHIPWATCH_RUN_DIR"])
        return f"{run_dir.parent.name}/{run_dir.name}/{link.get('archive', 'crawl.warc.gz')}"


def new_visit() -> str:
    return f"urn:uuid:{uuid.uuid4()}"


def redirects_of(chain: list[dict]) -> list[str]:
    """Record ids of the redirects on the way to the last link of the chain."""
    return [link["record_id"] for link in chain[:-1] if 300 <= link["status"] < 400 and link["status"] != 304]


def by_address(sources: list[Source]) -> dict[str, list[Source]]:
    """Sources grouped by address, in the order given: a page that serves two roles is fetched once."""
    spelling: dict[str, str] = {}
    groups: dict[str, list[Source]] = {}
    for source in sources:
        url = spelling.setdefault(address_key(source.url), source.url.strip())
        groups.setdefault(url, []).append(source)
    return groups


def declared_sources(provider: str | None, folder: str | None) -> list[Source]:
    """Sources of the declarations. Raises ValueError for a provider that is not declared."""
    from crawler.declarations import load_providers

    declarations = load_providers(folder)
    wanted = [p.strip() for p in (provider or "").split(",") if p.strip()]
    missing = set(wanted) - {d.slug for d in declarations}
    if missing:
        raise ValueError(f"not declared: {', '.join(sorted(missing))}")
    return [s for d in declarations if not wanted or d.slug in wanted for s in d.sources()]
