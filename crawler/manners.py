"""Downloader middlewares: what a guest on other people's servers does and does not do, and the capture of what they answer."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from crawler.addresses import host_is_refused
from crawler.errors import OutputFailed
from crawler.failures import BadAddress, PrivateAddress, RobotsRefusal, VisitRefused, explain_exception
from crawler.gate import gate_of
from crawler.network import read_host_map
from crawler.payload import decode_body
from crawler.recorders import recorder_of

REFUSED_ROBOTS = frozenset({429, *range(500, 600)})            # RFC 9309, 2.3.1.4: an unreachable robots.txt closes the site


def not_in_replay(settings) -> None:
    """These rules are for servers; an archive holds what was fetched. Raises NotConfigured in a replay."""
    if settings.get("CHIPWATCH_MODE") == "archive":
        raise NotConfigured


class AddressMiddleware:
    """Refuses addresses that are not of the public web, also as targets of redirects."""

    def __init__(self, crawler) -> None:
        not_in_replay(crawler.settings)
        self._mapped = frozenset(read_host_map(crawler.settings))

    @classmethod
    def from_crawler(cls, crawler):
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        host = (parts.hostname or "").lower()
        if parts.scheme not in ("http", "https") or not host:
            raise BadAddress("the address is not one of the web (http or https)")
        if parts.username or parts.password:
            raise BadAddress("the address holds a user name; the crawler never logs in")
        if host not in self._mapped and host_is_refused(host):
            raise PrivateAddress(f"{host} is not a public address")


class RobotsMiddleware(RobotsTxtMiddleware):
    """robots.txt as RFC 9309 has it, and Crawl-delay, which Scrapy reads but does not apply."""

    def __init__(self, crawler) -> None:
        not_in_replay(crawler.settings)
        super().__init__(crawler)
        self._closed: dict[str, int | Exception] = {}          # netloc -> status of its robots.txt, or why it could not be had
        self._delays: dict[str, float] = {}                    # host -> seconds
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)   # netloc -> held while its robots.txt is fetched
        self._pace = crawler.settings.getfloat("CHIPWATCH_PACE")
        self._longest = crawler.settings.getfloat("CHIPWATCH_MAX_CRAWL_DELAY")
        crawler.signals.connect(self._slow_down, signal=signals.request_reached_downloader)

    async def robot_parser(self, request: Request):
        # Scrapy lets all pages that wait for one robots.txt share one Deferred, whose result only the first of them gets; the third goes
        # on without rules. So each waits its turn, and finds the rules already parsed.
        async with self._asking[urlsplit(request.url).netloc]:
            return await super().robot_parser(request)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status in REFUSED_ROBOTS:
            self._closed[netloc] = response.status
        if response.status >= 400:
            response = response.replace(body=b"")              # an error page holds no rules
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        # Scrapy would go on without rules; RFC 9309 has an unreachable robots.txt close the site. Its pages fail with the same fault.
        self._closed[netloc] = exc
        super()._robots_error(exc, netloc)

    def process_request_2(self, rp, request: Request) -> None:
        parts = urlsplit(request.url)
        closed = self._closed.get(parts.netloc)
        if isinstance(closed, Exception):
            kind, note = explain_exception(closed, request.url)
            raise VisitRefused(f"robots.txt could not be had, so the site is treated as closed: {note}", kind)
        if closed:
            raise RobotsRefusal(f"robots.txt of {parts.hostname} answers with status {closed}: the site is treated as closed")
        if rp is None:
            return
        agent = self._robotstxt_useragent or self._default_useragent
        if not rp.allowed(request.url, agent):
            self._stats.inc_value("robotstxt/forbidden")
            raise RobotsRefusal(f"robots.txt of {parts.hostname} does not allow this page")
        delay = rp.crawl_delay(agent) or 0.0
        if delay > self._longest:
            raise RobotsRefusal(f"robots.txt of {parts.hostname} asks for {delay:g} seconds between two requests, more than the crawl waits ({self._longest:g})")
        if delay > 0 and parts.hostname:
            self._delays[parts.hostname] = delay * self._pace

    def _slow_down(self, request: Request, spider) -> None:
        delay = self._delays.get(urlsplit(request.url).hostname or "")
        slot = self.crawler.engine.downloader.slots.get(request.meta.get("download_slot")) if delay else None
        if slot is not None and delay > slot.delay * (1 - slot.jitter):
            slot.delay, slot.jitter = max(delay, slot.delay), 0.0


class PoliteRetryMiddleware(RetryMiddleware):
    """Asks again after a temporary fault, but not a host that asked for a long pause or does not answer (the gate keeps the pauses)."""

    def __init__(self, settings) -> None:
        not_in_replay(settings)
        super().__init__(settings)

    def _retry(self, request: Request, reason: Exception | str) -> Request | None:
        if gate_of(self.crawler).is_closed(urlsplit(request.url).hostname or ""):
            return None
        return super()._retry(request, reason)


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
        try:
            record_id, date = recorder_of(self._crawler).response(
                url=request.url, method=request.method, request_headers=sent,
                request_target=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""), status=response.status,
                headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, values in response.headers.items() for value in values],
                body=response.body, protocol=response.protocol or "HTTP/1.1", ip=str(response.ip_address) if response.ip_address else None,
                visit=request.meta.get("visit"), cut="dataloss" in response.flags)
        except OutputFailed as error:
            stop_for(self._crawler, error)
            raise
        if "chain" in request.meta:
            request.meta["chain"].append({"record_id": record_id, "status": response.status, "url": request.url, "date": date})
        return response


def stop_for(crawler, error: OutputFailed) -> None:
    """End the whole crawl: without a place to keep captures there is nothing to crawl for."""
    if crawler.stats.get_value("chipwatch/fatal") is None:
        crawler.stats.set_value("chipwatch/fatal", str(error))
        asyncio.ensure_future(crawler.engine.close_spider_async(reason="output_failed"))
