"""The last check before a request leaves, and the first look at what came back.

Requests wait in the queue of their host while earlier ones are answered, so what those answers say (a pause, a spent budget, a dead host)
must be looked at when a request's turn comes, not when it was queued. The download handler asks `admit` then, holding the host's only slot.
"""

from __future__ import annotations

import asyncio
import email.utils
import time
import weakref
from collections import Counter
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from crawler.failures import WORDS, BudgetSpent, VisitRefused, explain_exception

DEAD_AFTER = {"dns": 3, "timeout": 4, "refused": 4}            # attempts in a row without an answer, after which a host is left alone
_gates: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def retry_after(value: str | None, at: float) -> float | None:
    """Seconds that a Retry-After header asks to wait (RFC 9110, 10.2.3: seconds or a date); None where it says nothing usable."""
    value = (value or "").strip()
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - at)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def gate_of(crawler) -> Gate:
    """The gate of this crawl."""
    if crawler not in _gates:
        _gates[crawler] = Gate(crawler.settings)
    return _gates[crawler]


class Gate:
    """Budgets by provider; pauses and dead hosts by host."""

    def __init__(self, settings) -> None:
        self._max_pages = settings.getint("CHIPWATCH_MAX_PAGES")
        self._max_bytes = settings.getint("CHIPWATCH_MAX_BYTES")
        self._pace = settings.getfloat("CHIPWATCH_PACE")
        self._longest = settings.getfloat("CHIPWATCH_MAX_RETRY_AFTER")
        self._backoff = settings.getfloat("CHIPWATCH_BACKOFF")
        self._pages: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()
        self._silent: Counter[tuple[str, str]] = Counter()     # (host, kind of failure) -> attempts in a row
        self._until: dict[str, float] = {}
        self._closed: dict[str, tuple[str, str]] = {}          # host -> (kind, sentence)

    async def admit(self, request: Request) -> None:
        """Wait until the host may be asked; count the request. Raises VisitRefused."""
        host = urlsplit(request.url).hostname or ""
        while (wait := self._until.get(host, 0.0) - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        if host in self._closed:
            kind, note = self._closed[host]
            raise VisitRefused(note, kind)
        provider = request.meta.get("provider")
        if provider is None:                                   # robots.txt is on the house
            return
        if self._pages[provider] >= self._max_pages:
            raise BudgetSpent(f"the budget of {self._max_pages:,} requests for one provider is spent")
        if self._bytes[provider] >= self._max_bytes:
            raise BudgetSpent(f"the budget of {self._max_bytes:,} bytes for one provider is spent")
        self._pages[provider] += 1

    def answered(self, request: Request, response: Response) -> None:
        """Note an answer: its size, and a pause that it asks for."""
        host = urlsplit(request.url).hostname or ""
        for kind in DEAD_AFTER:
            self._silent.pop((host, kind), None)
        if request.meta.get("provider"):
            self._bytes[request.meta["provider"]] += len(response.body)
        if response.status in (429, 503):
            header = response.headers.get("Retry-After")
            wait = retry_after(header.decode("latin-1") if header else None, time.time())
            if wait is None:
                wait = min(self._backoff * 2 ** request.meta.get("retry_times", 0), self._longest)
            if wait > self._longest:
                self._closed[host] = ("rate_limited", f"{host} asks for a pause of {wait:.0f} seconds, longer than the crawl waits ({self._longest:g})")
            else:
                self._until[host] = max(self._until.get(host, 0.0), time.monotonic() + wait * self._pace)

    def silent(self, request: Request, error: Exception) -> None:
        """Note an attempt that got no answer."""
        host = urlsplit(request.url).hostname or ""
        kind, _ = explain_exception(error, request.url)
        if kind in DEAD_AFTER:
            self._silent[host, kind] += 1
            if self._silent[host, kind] >= DEAD_AFTER[kind]:
                self._closed[host] = (kind, WORDS[kind].format(host=host))

    def is_closed(self, host: str) -> bool:
        """Whether asking this host again is of no use in this crawl."""
        return host in self._closed
