"""Chromium as a drawing machine without a network (the optional extra `rendered`).

The browser itself reaches nobody: every name and address that it asks for resolves to nothing, a proxy that does not exist stands behind
that, and each request of a page is answered by this process (`Page.answer`), which fetches through the crawler's own road: address checks,
robots.txt, one request at a time per host, budgets, capture. So no answer of a name server, redirect, WebSocket or WebRTC candidate
leads the browser anywhere, and there is nothing to re-bind.
"""

from __future__ import annotations

import asyncio
import functools
import importlib.util
import logging
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import yaml

from crawler.errors import PayloadTooLarge

MISSING = "needs the rendered extra: {what}; run `make setup-rendered`"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
SKIP = Path(__file__).parent / "data" / "rendered_skip.yml"
QUIET = 0.6                                                    # seconds without a request, after which a page counts as drawn
SKIPPED = "skipped host"
LOOK = 0.15                                                    # seconds between two looks
DEAD_PROXY = "http://127.0.0.1:9"                              # nobody listens on the discard port; names do not resolve anyway
NO_NETWORK = (
    "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-bypass-list=<-loopback>", "--disable-quic", "--dns-prefetch-disable",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--webrtc-ip-handling-policy=disable_non_proxied_udp", "--disable-background-networking",
    "--disable-component-update", "--disable-domain-reliability", "--no-pings", "--disable-sync", "--disable-features=WebTransport,WebRtcHideLocalIpsWithMdns",
    "--disable-remote-fonts", "--blink-settings=imagesEnabled=false", "--js-flags=--max-old-space-size=512", "--disable-gpu", "--disable-dev-shm-usage",
)
# Channels beside ordinary requests that `answer` would not see are taken away before a page's scripts run (WebSockets are answered, with a good-bye).
NO_CHANNELS = """for (const name of ["WebTransport", "WebSocketStream", "RTCPeerConnection", "webkitRTCPeerConnection"])
  { try { Object.defineProperty(globalThis, name, {value: undefined, writable: false, configurable: false}); } catch (error) {} }"""
# The document as drawn, in UTF-8 whatever its source was.
SERIALISE = """() => {
  for (const old of document.querySelectorAll('meta[charset], meta[http-equiv="content-type" i]')) old.remove();
  const meta = document.createElement('meta'); meta.setAttribute('charset', 'utf-8');
  (document.head || document.documentElement).prepend(meta);
  return '<!DOCTYPE html>\\n' + document.documentElement.outerHTML; }"""
LENGTH = "() => document.readyState === 'loading' ? -1 : document.documentElement ? document.documentElement.outerHTML.length : 0"   # -1: not all of it is parsed
# Kept from a page's own request: what the answer may depend on. Never its cookies, keys or the name of the browser.
_DROPPED = ("cookie", "authorization", "proxy-", "user-agent", "referer", "sec-", "host", "connection", "accept-encoding", "accept-language", "content-", "if-", "range", "priority",
            "upgrade-insecure-requests")
_DROPPED_ANSWER = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection", "set-cookie", "keep-alive", "strict-transport-security", "alt-svc", "link", "refresh"})


class Answered(NamedTuple):
    """What a fetch through the crawler gave."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


Fetch = Callable[[str, dict[str, str], str], Awaitable[Answered]]   # address, headers, kind of resource


def find_chromium(settings) -> str | None:
    """Path of the browser: setting CHIPWATCH_CHROMIUM, else the first one on PATH."""
    named = settings.get("CHIPWATCH_CHROMIUM") or os.environ.get("CHIPWATCH_CHROMIUM")
    if named:
        return named if os.access(named, os.X_OK) else None
    return next((path for name in PROGRAMS if (path := shutil.which(name))), None)


def missing(settings) -> str | None:
    """Why pages cannot be drawn here, in one sentence; None where they can."""
    if not all(importlib.util.find_spec(name) for name in ("playwright", "scrapy_playwright")):
        return MISSING.format(what="the Python package scrapy-playwright is not installed")
    if find_chromium(settings) is None:
        return MISSING.format(what="there is no Chromium on this machine")
    return None


def playwright_settings(settings) -> dict[str, Any]:
    """Settings of scrapy-playwright. The browser gets none of the environment but what it needs to start: keys of feeds are not its business."""
    environment = {name: os.environ[name] for name in ("PATH", "LANG", "TZ", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "FONTCONFIG_PATH") if name in os.environ}
    timeout = settings.getfloat("CHIPWATCH_RENDER_SECONDS") * 1000
    return {
        "PLAYWRIGHT_BROWSER_TYPE": "chromium", "PLAYWRIGHT_PROCESS_REQUEST_HEADERS": None, "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": timeout,
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 1,
        "PLAYWRIGHT_LAUNCH_OPTIONS": {
            "executable_path": find_chromium(settings), "headless": True, "args": list(NO_NETWORK), "proxy": {"server": DEAD_PROXY}, "env": environment,
            "chromium_sandbox": os.geteuid() != 0,             # Chromium's sandbox does not start for root
            "downloads_path": tempfile.gettempdir(), "handle_sigint": False, "handle_sigterm": False, "handle_sighup": False, "timeout": 60_000},
    }


def context_options(user_agent: str) -> dict[str, Any]:
    """A context of its own for each page: nothing is carried from one to another."""
    return {"user_agent": user_agent, "service_workers": "block", "accept_downloads": False, "locale": "en-US", "permissions": [], "ignore_https_errors": False}


@functools.cache
def skipped_hosts() -> frozenset[str]:
    """Hosts that count visitors, ask for consent or show advertisements: a page is drawn without them, and they are not called on."""
    return frozenset(yaml.safe_load(SKIP.read_text("utf-8"))["hosts"])


def is_skipped(host: str) -> bool:
    """Whether the host or a domain above it is one of `skipped_hosts`."""
    labels = host.split(".")
    return any(".".join(labels[n:]) in skipped_hosts() for n in range(len(labels)))


class Page:
    """One document being drawn: answers what it asks for, and keeps count of what it did not get.

    `lacking`: reason -> times, pictures and the like included; `missed`: the same for what its content may depend on.
    """

    def __init__(self, url: str, document: Answered, fetch: Fetch, *, requests: int, size: int, log: logging.LoggerAdapter | logging.Logger) -> None:
        self.url, self.lacking, self.missed = url, Counter(), Counter()
        self._document, self._fetch, self._left, self._bytes, self._log = document, fetch, requests, size, log
        self._pending, self._last, self._served, self.closed = 0, 0.0, False, False
        self._same: dict[str, Answered] = {}

    async def prepare(self, page, request) -> None:
        """scrapy-playwright's hook before navigation. Routes of the context hold for windows that the page opens, too."""
        await page.context.add_init_script(NO_CHANNELS)
        await page.context.route("**/*", self.answer)
        await page.route("**/*", self.answer)
        await page.context.route_web_socket("**/*", lambda socket: socket.close())

    async def answer(self, route) -> None:
        """Answer one request of the page, or refuse it."""
        from playwright.async_api import Error

        self._pending += 1
        try:
            await self._answer(route, route.request)
        except Error as error:                                 # the page has gone meanwhile
            self._log.debug("%s: %s", self.url, error)
        finally:
            self._pending -= 1
            self._last = asyncio.get_running_loop().time()

    async def _answer(self, route, request) -> None:
        kind = request.resource_type
        if kind == "document" and not self._served and request.url.partition("#")[0] == self.url.partition("#")[0]:
            self._served = True
            return await self._give(route, self._document)
        if kind == "stylesheet":                               # looks are of no interest, but scripts wait for them
            return await route.fulfill(status=200, content_type="text/css", body="")
        reason = self._refusal(kind, request)
        if reason:
            return await self._refuse(route, request, reason)
        if request.url not in self._same:
            if self._left <= 0:
                return await self._refuse(route, request, "budget")
            self._left -= 1
            try:
                answered = await self._fetch(request.url, self._headers(request), kind)
            except Exception as error:                         # noqa: BLE001  one file of a page is not the page: it is drawn without, and that is told
                return await self._refuse(route, request, getattr(error, "kind", None) or type(error).__name__)
            self._bytes -= len(answered.body)
            self._same[request.url] = answered
        if self._bytes < 0:
            return await self._refuse(route, request, "too_large")
        await self._give(route, self._same[request.url])

    def _refusal(self, kind: str, request) -> str | None:
        """Why this request is not made at all."""
        if self.closed:
            return "late"
        if kind not in ("script", "xhr", "fetch"):             # also frames, and leaving for another page
            return kind
        if request.method not in ("GET", "HEAD"):              # a guest changes nothing
            return f"method {request.method}"
        return SKIPPED if is_skipped(urlsplit(request.url).hostname or "") else None

    def _headers(self, request) -> dict[str, str]:
        kept = {name: value for name, value in request.headers.items() if not name.lower().startswith(_DROPPED)}
        here, there = urlsplit(self.url), urlsplit(request.url)
        if request.resource_type != "script" and (here.scheme, here.netloc) != (there.scheme, there.netloc):
            kept["origin"] = f"{here.scheme}://{here.netloc}"  # without it a server gives other sites no leave to read the answer
        return kept

    async def _refuse(self, route, request, reason: str) -> None:
        self.lacking[reason] += 1
        if request.resource_type in ("script", "xhr", "fetch") and reason not in (SKIPPED, "late"):
            self.missed[reason] += 1
        elif request.resource_type == "document" and _leaves(request):
            self.missed["another page that it leads to"] += 1
        self._log.info("%s is drawn without %s: %s", self.url, request.url[:300], reason)
        if request.resource_type == "document":                # no content: the page stays where it is, and so does its frame
            return await route.fulfill(status=204)
        await route.abort("blockedbyclient")

    async def _give(self, route, answered: Answered) -> None:
        headers = {name: value for name, value in answered.headers if name.lower() not in _DROPPED_ANSWER}
        await route.fulfill(status=answered.status, headers=headers, body=answered.body)

    async def drawn(self, page, limit: int) -> str:
        """The document once nothing moves any more: no request for QUIET seconds, and the same length at two looks. Raises PayloadTooLarge."""
        loop, size, still = asyncio.get_running_loop(), -1, 0
        began = loop.time()
        while True:
            await asyncio.sleep(LOOK)
            if self._pending or loop.time() - max(self._last, began) < QUIET:
                still = 0
                continue
            now = await page.evaluate(LENGTH)
            still, size = (still + 1 if now == size and now >= 0 else 0), now
            if still >= 2 or loop.time() - max(self._last, began) > 10 * QUIET:   # a clock on the page never stands still
                break
        if size > limit:
            raise PayloadTooLarge(f"the page as drawn is larger than {limit:,} characters")
        return await page.evaluate(SERIALISE)


def _leaves(request) -> bool:
    """Whether this is the page itself that goes elsewhere, not a frame in it."""
    from playwright.async_api import Error

    try:
        return request.frame.parent_frame is None
    except Error:                                              # the frame is not there yet: a new window
        return False


def missed_words(missed: Counter) -> str | None:
    """One sentence for the capture; None where nothing was missed."""
    if not missed:
        return None
    return "drawn by a browser without all that it asked for: " + ", ".join(f"{reason.replace('_', ' ')} {count}" for reason, count in sorted(missed.items()))
