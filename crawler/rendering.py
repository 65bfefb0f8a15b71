"""Pages that only a browser shows (`method: rendered`): the document is fetched like any other, then drawn, and both are kept.

The WARC file holds the response as it came, the files that the page fetched (their visit is marked with PART), and a `conversion` record
with the document as drawn, which refers to the response (WARC-Refers-To). Readers read the conversion; a replay takes it from the archive
and needs no browser.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.http import HtmlResponse, Response

from crawler import browser
from crawler.capture import PART
from crawler.errors import ArchiveError, OutputFailed, PayloadTooLarge
from crawler.failures import BudgetSpent, VisitRefused
from crawler.manners import stop_for
from crawler.recorders import recorder_of, replay_of

log = logging.getLogger(__name__)
AT_ONCE = 3                                                    # pages being drawn at one time, each of another host
KEPT_SCRIPTS = 32 * 1024 * 1024                                # bytes of scripts kept for further pages of a run, so that no server sends one twice
DRAWN_TYPE = "text/html; charset=utf-8"
_DRAWABLE = ("text/html", "application/xhtml")


def wants_drawing(request: Request) -> bool:
    """Whether a source of this visit asks for a browser."""
    return any(source.method == "rendered" for source in request.meta.get("sources", ()))


class RenderMiddleware:
    """Draws the documents of `method: rendered` sources after redirects, retries and decoding."""

    def __init__(self, crawler) -> None:
        self._crawler, settings = crawler, crawler.settings
        self._archive = settings.get("CHIPWATCH_MODE") == "archive"
        self._missing = None if self._archive else browser.missing(settings)
        self._seconds = settings.getfloat("CHIPWATCH_RENDER_SECONDS")
        self._requests = settings.getint("CHIPWATCH_RENDER_REQUESTS")
        self._bytes = settings.getint("CHIPWATCH_RENDER_BYTES")
        self._limit = settings.getint("DOWNLOAD_MAXSIZE")
        self._share = settings.getint("CHIPWATCH_MAX_PAGES") // 2 or self._requests   # of a provider's requests, what drawing may take: the rest is for its other pages
        self._asked: Counter[str] = Counter()                  # provider -> files fetched for its pages
        self._scripts: dict[str, browser.Answered] = {}
        self._script_bytes = 0
        self._machine = None
        self._starting = asyncio.Lock()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._hosts: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        crawler.signals.connect(self._close, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler):
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """A page that cannot be drawn is not asked for: its bare frame reads like a page without content."""
        if self._missing and wants_drawing(request):
            raise VisitRefused(self._missing, "no_browser")

    async def process_response(self, request: Request, response: Response) -> Response:
        if not wants_drawing(request) or response.status != 200 or not response.body.strip():
            return response
        if not response.headers.get("Content-Type", b"text/html").decode("latin-1").strip().lower().startswith(_DRAWABLE):
            return response                                    # a PDF, say: nothing to draw
        if self._archive:
            return self._kept(request, response)
        host = urlsplit(response.url).hostname or ""
        async with self._hosts[host], self._places:
            return await self._draw(request, response)

    # --- replay

    def _kept(self, request: Request, response: Response) -> Response:
        """The document as it was drawn when it was captured. An archive of another crawler has none: its page is read as it came."""
        link = request.meta["chain"][-1]
        replay = replay_of(self._crawler)
        held = replay.drawn.get(link["record_id"])
        if held is None:
            failed = replay.visits[request.meta["visit"]].failure
            if failed is not None:
                raise replay.failed(failed)
            return response
        try:
            body = replay.drawing(held)
        except ArchiveError as error:
            raise VisitRefused(str(error), "truncated") from error
        return self._as_drawn(request, response, body, held.entry.record_id, held.entry.date, held.entry.said)

    def _as_drawn(self, request: Request, response: Response, body: bytes, record_id: str, date: str, said: str | None) -> Response:
        link = request.meta["chain"][-1]
        request.meta["chain"].append({**link, "record_id": record_id, "date": date, "status": 200, "offset": None, "revisit_of": None, "said": said})
        return HtmlResponse(url=response.url, status=200, headers={"Content-Type": DRAWN_TYPE}, body=body, encoding="utf-8", flags=[*response.flags, "rendered"],
                            protocol=response.protocol, ip_address=response.ip_address, request=request)

    # --- live

    async def _draw(self, request: Request, response: Response) -> Response:
        document = browser.Answered(response.status, _headers(response), response.body)
        page = browser.Page(response.url, document, lambda *asked: self._fetch(request, *asked), requests=self._requests, size=self._bytes, log=log)
        try:
            text = await asyncio.wait_for(self._in_browser(request, page), self._seconds)
        except TimeoutError:
            raise VisitRefused(self._late(), "timeout") from None
        except PayloadTooLarge as error:
            raise VisitRefused(str(error), "too_large") from error
        finally:
            page.closed = True
        body = text.encode("utf-8", "replace")
        if len(body) > self._limit:
            raise VisitRefused(f"the page as drawn is larger than {self._limit:,} bytes", "too_large")
        if page.lacking:
            log.info("%s was drawn without: %s", response.url, ", ".join(f"{reason} {count}" for reason, count in sorted(page.lacking.items())))
        said = browser.missed_words(page.missed)
        try:
            record_id, date = recorder_of(self._crawler).conversion(url=response.url, body=body, content_type=DRAWN_TYPE, refers_to=request.meta["chain"][-1]["record_id"],
                                                                    visit=request.meta["visit"], lacking=dict(page.lacking), said=said)
        except OutputFailed as error:
            stop_for(self._crawler, error)
            raise
        return self._as_drawn(request, response, body, record_id, date, said)

    def _late(self) -> str:
        return f"the page was not drawn within {self._seconds:g} seconds"

    async def _fetch(self, request: Request, url: str, headers: dict[str, str], kind: str) -> browser.Answered:
        """A file of a page, by the crawler's own road: the same rules, the same pauses, the same budget, kept in the same WARC file. Raises what a visit raises."""
        if kind == "script" and url in self._scripts:
            return self._scripts[url]
        provider = request.meta["provider"]
        if self._asked[provider] >= self._share:
            raise BudgetSpent(f"the budget of {self._share:,} files of drawn pages for one provider is spent")
        self._asked[provider] += 1
        part = Request(url, headers=headers, dont_filter=True, meta={"visit": request.meta["visit"] + PART, "chain": [], "provider": provider, "dont_retry": True})
        response = await self._crawler.engine.download_async(part)
        answered = browser.Answered(response.status, _headers(response), response.body)
        if kind == "script" and response.status == 200 and self._script_bytes + len(response.body) <= KEPT_SCRIPTS:
            self._scripts[url] = answered
            self._script_bytes += len(response.body)
        return answered

    async def _in_browser(self, request: Request, page: browser.Page) -> str:
        from playwright.async_api import Error
        from playwright.async_api import TimeoutError as TooSlow
        from scrapy_playwright.page import PageMethod

        machine = await self._start()
        name = request.meta["visit"]
        drawing = asyncio.get_running_loop().create_future()

        async def draw(tab) -> None:
            drawing.set_result(await page.drawn(tab, self._limit))

        # A page that leaves for another one while it is read may never tell that it was parsed or loaded, for which goto ("commit": does not) and scrapy-playwright
        # behind each page method would wait: once the drawing is there, nothing else of the tab is waited for.
        order = Request(page.url, dont_filter=True, meta={
            "playwright": True, "playwright_context": name, "playwright_context_kwargs": browser.context_options(self._crawler.settings["USER_AGENT"]),
            "playwright_page_init_callback": page.prepare, "playwright_page_methods": [PageMethod(draw)], "playwright_page_goto_kwargs": {"wait_until": "commit"}})
        tab = asyncio.ensure_future(machine.download_request(order))
        try:
            await asyncio.wait({tab, drawing}, return_when=asyncio.FIRST_COMPLETED)
            if not drawing.done():
                await tab                                      # raises what went wrong
            return drawing.result()
        except TooSlow as error:
            raise VisitRefused(self._late(), "timeout") from error
        except Error as error:                                 # the page crashed the browser, or the browser does not start
            log.warning("%s: %s", page.url, error)
            raise VisitRefused(f"the browser failed on this page: {_first_line(error)}", "other") from error
        finally:
            tab.cancel()
            await asyncio.gather(tab, return_exceptions=True)
            context = machine.context_wrappers.get(name)
            if context is not None:
                await asyncio.wait_for(context.context.close(), 10)

    async def _start(self):
        """scrapy-playwright's download handler: it starts and ends the browser. One for the crawl, when the first page needs it."""
        async with self._starting:
            if self._machine is None:
                from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

                machine = ScrapyPlaywrightDownloadHandler(_Crawler(self._crawler, browser.playwright_settings(self._crawler.settings)))
                await machine._launch()                        # it waits for the start of the engine, which is over by now
                self._machine = machine
        return self._machine

    async def _close(self) -> None:
        if self._machine is not None:
            await self._machine.close()


class _Crawler:
    """The crawler as scrapy-playwright sees it: with settings of its own, since those of a running crawl are frozen."""

    def __init__(self, crawler, more: dict) -> None:
        self._crawler, self.settings = crawler, crawler.settings.copy()
        self.settings.frozen = False
        self.settings.update(more, priority="cmdline")

    def __getattr__(self, name: str):
        return getattr(self._crawler, name)


def _headers(response: Response) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, values in response.headers.items() for value in values]


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[0][:200]
