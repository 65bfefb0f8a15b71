"""Downloader middlewares: what a guest on other people's servers does and does not do, and the capture of what they answer."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.responsetypes import responsetypes

from chipwatch.records import Source
from crawler.addresses import host_is_refused, host_key
from crawler.capture import page_fields
from crawler.conditional import unchanged
from crawler.errors import OutputFailed
from crawler.failures import FETCH_FAULTS, BadAddress, PrivateAddress, RobotsRefusal, VisitRefused, explain_exception
from crawler.feeds.asking import same_site
from crawler.feeds.keys import shown
from crawler.gate import gate_of, read_json_lines
from crawler.network import read_host_map
from crawler.payload import decode_body
from crawler.recorders import recorder_of
from crawler.replay import address_key
from crawler.robots import LIMIT, Rules, read_robots

LOG = logging.getLogger(__name__)

MAX_ADDRESS = 8_000                                            # characters: RFC 9110 (4.1) asks servers to take 8,000; archives are read by line
REFUSED_ROBOTS = frozenset({429, *range(500, 600)})            # RFC 9309, 2.3.1.4: an unreachable robots.txt closes the site


def not_in_replay(settings) -> None:
    """These rules are for servers; an archive holds what was fetched. Raises NotConfigured in a replay."""
    if settings.get("CHIPWATCH_MODE") == "archive":
        raise NotConfigured


class AddressMiddleware:
    """Refuses addresses that are not of the public web, and those that a declaration forbids, also as targets of redirects."""

    def __init__(self, crawler) -> None:
        not_in_replay(crawler.settings)
        self._mapped = frozenset(read_host_map(crawler.settings))
        self._crawler = crawler
        self._forbidden: Forbidden | None = None

    @classmethod
    def from_crawler(cls, crawler):
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        host = (parts.hostname or "").rstrip(".").lower()
        if parts.scheme not in ("http", "https") or not host:
            raise BadAddress("the address is not one of the web (http or https)")
        if len(request.url) > MAX_ADDRESS:
            raise BadAddress(f"the address is longer than {MAX_ADDRESS:,} characters")
        if parts.username or parts.password:
            raise BadAddress("the address holds a user name; the crawler never logs in")
        if parts.port is not None and parts.port < 1024 and parts.port not in (80, 443):
            raise BadAddress(f"port {parts.port} is not one that web servers use")
        if host not in self._mapped and host_is_refused(host):
            raise PrivateAddress(f"{host} is not a public address")
        if self._forbidden is None:
            self._forbidden = Forbidden(self._sources())
        if self._forbidden.names(request.url):
            raise VisitRefused("the terms of the site forbid automated reading; the crawler does not follow a redirect to it", "permission")

    def _sources(self) -> list[Source]:
        """All sources of the run; the spider of a run that is gone on with has those alone that are left."""
        sources = list(getattr(self._crawler.spider, "sources", ()))
        run_dir = self._crawler.settings.get("CHIPWATCH_RUN_DIR")
        if run_dir:
            rows = list(read_json_lines(Path(run_dir) / "sources.jsonl"))
            if any(row.get("permission") == "forbidden" for row in rows):
                sources += [s for s in map(_source, rows) if s]
        return sources


def _source(row: dict) -> Source | None:
    try:
        return Source.from_dict(row)
    except TypeError:                                          # a line of another version
        return None


class Forbidden:
    """Addresses that a source declares as forbidden, and hosts of which every source is."""

    def __init__(self, sources: list[Source]) -> None:
        forbidden = [s for s in sources if s.permission == "forbidden"]
        open_hosts = {_host_of(s.url) for s in sources if s.permission != "forbidden"}
        self._addresses = {address_key(s.url) for s in forbidden}
        self._hosts = {_host_of(s.url) for s in forbidden} - open_hosts - {""}

    def names(self, url: str) -> bool:
        """Whether this address may not be asked for."""
        return bool(self._addresses) and (_host_of(url) in self._hosts or address_key(url) in self._addresses)


def _host_of(url: str) -> str:
    try:
        return host_key(urlsplit(url).hostname or "")
    except ValueError:
        return ""


class RobotsMiddleware:
    """robots.txt as RFC 9309 has it, Crawl-delay included. Scrapy's own middleware goes on without rules where they cannot be had."""

    def __init__(self, crawler) -> None:
        not_in_replay(crawler.settings)
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self._crawler = crawler
        self._agent = crawler.settings["ROBOTSTXT_USER_AGENT"].lower()
        self._sites: dict[str, Rules | Exception | int] = {}   # origin -> rules, or why the site is closed
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)   # origin -> held while its robots.txt is fetched
        self._longest = crawler.settings.getfloat("CHIPWATCH_MAX_CRAWL_DELAY")

    @classmethod
    def from_crawler(cls, crawler):
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get("robots_txt"):
            return
        site = origin(request.url)
        async with self._asking[site]:                         # pages that wait for one robots.txt find it read
            if site not in self._sites:
                self._sites[site] = await self._fetch(site)
        self._judge(self._sites[site], request)

    async def _fetch(self, site: str) -> Rules | Exception | int:
        """Rules; or the status or fault for which the whole site counts as closed (RFC 9309, 2.3.1.4)."""
        self._crawler.stats.inc_value("robotstxt/request_count")
        request = Request(f"{site}/robots.txt", priority=1000, callback=NO_CALLBACK, meta={"robots_txt": True}, dont_filter=True)
        try:
            response = await self._crawler.engine.download_async(request)
        except FETCH_FAULTS as error:
            LOG.info("%s/robots.txt could not be had: %s", site, explain_exception(error, request.url)[1])
            return error
        self._crawler.stats.inc_value(f"robotstxt/response_status_count/{response.status}")
        if response.status in REFUSED_ROBOTS or 300 <= response.status < 400 or "dataloss" in response.flags:
            return response.status
        rules = read_robots(response.body if response.status < 400 else b"", self._agent)   # an error page holds no rules
        if rules.cut:
            LOG.warning("%s/robots.txt is longer than %d bytes; rules after them do not count", site, LIMIT)
        final = urlsplit(response.url)
        if final.path == "/robots.txt" and not final.query:    # `http:` sends to `https:`, the bare name to `www.`: the file need not be asked for again
            self._sites.setdefault(origin(response.url), rules)
        return rules

    def sitemaps(self, url: str) -> list[str]:
        """Sitemaps that the robots.txt of this address's site names, as written; none before it was read."""
        rules = self._sites.get(origin(url))
        return list(rules.sitemaps) if isinstance(rules, Rules) else []

    def _judge(self, rules: Rules | Exception | int, request: Request) -> None:
        """Raises VisitRefused where the page may not be asked for; tells the gate the delay that the site wants."""
        host = urlsplit(request.url).hostname or ""
        if isinstance(rules, Exception):
            kind, note = explain_exception(rules, request.url)
            raise VisitRefused(f"robots.txt could not be had, so the site is treated as closed: {note}", kind)
        if isinstance(rules, int):
            raise RobotsRefusal(f"robots.txt of {host} answers with status {rules}: the site is treated as closed")
        if not rules.allowed(request.url):
            self._crawler.stats.inc_value("robotstxt/forbidden")
            raise RobotsRefusal(f"robots.txt of {host} does not allow this page")
        if rules.delay > self._longest:
            raise RobotsRefusal(f"robots.txt of {host} asks for {rules.delay:g} seconds between two requests, more than the crawl waits ({self._longest:g})")
        if rules.delay:
            gate_of(self._crawler).slow_down(host, rules.delay)


def origin(url: str) -> str:
    """Scheme, host and port: what one robots.txt is for."""
    parts = urlsplit(url)
    port = parts.port
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + ("" if port is None or (parts.scheme, port) in (("http", 80), ("https", 443)) else f":{port}")


class PoliteRetryMiddleware(RetryMiddleware):
    """Asks again after a temporary fault, but not a host that asked for a long pause or does not answer (the gate keeps the pauses)."""

    def __init__(self, settings) -> None:
        not_in_replay(settings)
        super().__init__(settings)

    def _retry(self, request: Request, reason: Exception | str) -> Request | None:
        gate, host = gate_of(self.crawler), urlsplit(request.url).hostname or ""
        if gate.is_closed(host):
            return None
        again = super()._retry(request, reason)
        if again is not None:
            gate.hold(host, again.meta["retry_times"])
        return again


class DecodeMiddleware:
    """Removes content encodings with the code that reads archives, so that a payload has one SHA-256."""

    def __init__(self, crawler) -> None:
        self._limit = crawler.settings.getint("DOWNLOAD_MAXSIZE")

    @classmethod
    def from_crawler(cls, crawler):
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        encodings = [value.decode("latin-1") for value in response.headers.getlist("Content-Encoding")]
        if not encodings:
            return response
        body = decode_body(response.body, encodings, self._limit)
        headers = response.headers.copy()
        del headers["Content-Encoding"]
        kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
        return response.replace(cls=kind, headers=headers, body=body)


class CaptureMiddleware:
    """Writes every answer to the WARC file before anything else looks at it, and notes the record in `request.meta["chain"]`.

    The responses of robots.txt have no `meta`; they are kept all the same.
    """

    def __init__(self, crawler) -> None:
        not_in_replay(crawler.settings)
        self._crawler = crawler
        if recorder_of(crawler) is None:                       # `scrapy shell` keeps nothing
            raise NotConfigured

    @classmethod
    def from_crawler(cls, crawler):
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        parts = urlsplit(request.url)
        sent = [(name.decode("latin-1"), value.decode("latin-1")) for name, values in request.headers.items() for value in values]
        if not request.headers.get("Host"):
            sent.insert(0, ("Host", parts.netloc))
        target, more = recorded_target(request)
        streamed = request.meta.get("streamed") or None
        original = None if streamed else unchanged(request, response)
        try:
            kept = recorder_of(self._crawler).response(
                url=request.url, method=request.method, request_headers=[*sent, *more], request_target=target, status=response.status,
                headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, values in response.headers.items() for value in values],
                body=response.body, protocol=response.protocol or "HTTP/1.1", ip=str(response.ip_address) if response.ip_address else None,
                visit=request.meta.get("visit"), cut="dataloss" in response.flags, original=original,
                more=page_fields(request.meta), asked=request.body, streamed=streamed)
        except OutputFailed as error:
            stop_for(self._crawler, error)
            raise
        if "chain" in request.meta:
            request.meta["chain"].append({"record_id": kept.record_id, "status": response.status, "url": request.url, "date": kept.date, "offset": kept.offset,
                                          "revisit_of": original.record_id if original else None, "said": streamed and streamed["said"]})
        return response


def recorded_target(request: Request) -> tuple[str, list[tuple[str, str]]]:
    """(target of the request line, further headers) as they are recorded: that a key was sent, not which."""
    feed = request.meta.get("feed") or {}
    url, headers = request.url, []
    if "key" in feed and same_site(url, request.meta["declared"]):
        url, headers = shown(url, feed["key"])
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), headers


def stop_for(crawler, error: OutputFailed) -> None:
    """End the whole crawl: without a place to keep captures there is nothing to crawl for."""
    if crawler.stats.get_value("chipwatch/fatal") is None:
        crawler.stats.set_value("chipwatch/fatal", str(error))
        asyncio.ensure_future(crawler.engine.close_spider_async(reason="output_failed"))
