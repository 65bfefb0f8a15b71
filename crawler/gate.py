"""The last check before a request leaves, and the first look at what came back.

Requests wait in the queue of their host while earlier ones are answered, so what those answers say (a pause, a spent budget, a dead host)
must be looked at when a request's turn comes, not when it was queued. The download handler asks `admit` then, holding the host's `turn`.
Pauses run from the end of one answer to the start of the next request: a server that is slow to answer gets its rest all the same.
"""

from __future__ import annotations

import asyncio
import email.utils
import json
import random
import time
import weakref
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from crawler.addresses import host_key
from crawler.failures import WORDS, BudgetSpent, VisitRefused, explain_exception

# Attempts in a row without an answer, after which a host is left alone. A page has three of them: two pages that never end are not yet a dead host.
DEAD_AFTER = {"dns": 3, "timeout": 7, "refused": 4}
REFUSED_AFTER = 6                                              # answers 429 or 503 in a row, after which a host is left alone
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


def read_json_lines(path: Path) -> Iterator[dict]:
    """The objects of a JSON lines file; nothing where there is no file. A line that a killed crawl left half written is passed over."""
    try:
        with open(path, encoding="utf-8", errors="replace") as handle:
            for line in handle:
                try:
                    row = json.loads(line)
                except json.JSONDecodeError:
                    continue
                if isinstance(row, dict):
                    yield row
    except FileNotFoundError:
        return


def host_of(request: Request) -> str:
    """The host of a request, without a closing dot."""
    return (urlsplit(request.url).hostname or "").rstrip(".")


class Gate:
    """Budgets by provider; pauses by host, whatever its spelling; dead hosts by name."""

    def __init__(self, settings) -> None:
        self._max_pages = settings.getint("CHIPWATCH_MAX_PAGES")
        self._max_bytes = settings.getint("CHIPWATCH_MAX_BYTES")
        self._pace = settings.getfloat("CHIPWATCH_PACE")
        self._longest = settings.getfloat("CHIPWATCH_MAX_RETRY_AFTER")
        self._backoff = settings.getfloat("CHIPWATCH_BACKOFF")
        self._delay = settings.getfloat("DOWNLOAD_DELAY")      # scaled already
        self._jitter = settings.getfloat("DOWNLOAD_DELAY_JITTER")
        self._pages: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()
        self._silent: Counter[tuple[str, str]] = Counter()     # (host, kind of failure) -> attempts in a row
        self._refusals: Counter[str] = Counter()               # host key -> answers 429 or 503 in a row
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._ended: dict[str, float] = {}                     # host key -> when its last answer ended
        self._pauses: dict[str, float] = {}                    # host key -> factor on the delay before its next request
        self._delays: dict[str, float] = {}                    # host key -> seconds that its robots.txt asks for
        self._until: dict[str, float] = {}
        self._closed: dict[str, tuple[str, str]] = {}          # host -> (kind, sentence)
        self._count_earlier(settings.get("CHIPWATCH_RUN_DIR"))

    def _count_earlier(self, run_dir: str | None) -> None:
        """What a run that is gone on with has spent, as far as its captures tell: budgets are for a run, not for a process."""
        if not run_dir:
            return
        seen = set()
        for row in read_json_lines(Path(run_dir) / "captures.jsonl"):
            record, provider = row.get("record_id"), row.get("provider")
            if record and provider and record not in seen:     # a page in two roles is two captures of one record
                seen.add(record)
                self._pages[provider] += 1 + len(row.get("redirects") or ())
                self._bytes[provider] += row.get("length") or 0

    def turn(self, request: Request) -> asyncio.Lock:
        """Held while a host is asked: one request at a time, whatever its spelling, port and scheme."""
        return self._turns[host_key(host_of(request))]

    async def admit(self, request: Request) -> None:
        """Wait until the host may be asked; count the request. Raises VisitRefused."""
        host = host_of(request)
        key = host_key(host)
        self._check(host, request)                             # before the wait: what is refused anyway need not wait
        while (wait := self._next(key) - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        self._check(host, request)
        if request.meta.get("provider") is not None:
            self._pages[request.meta["provider"]] += 1

    def _check(self, host: str, request: Request) -> None:
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

    def _next(self, key: str) -> float:
        """When this host may be asked next, on the clock of time.monotonic()."""
        pause = self._until.get(key, 0.0)
        if key in self._ended:
            if key not in self._pauses:                        # drawn once for each request
                self._pauses[key] = random.uniform(1 - self._jitter, 1 + self._jitter)
            asked = self._delays.get(key, 0.0)                 # never less than robots.txt asks for
            pause = max(pause, self._ended[key] + max(self._delay * self._pauses[key], asked * max(1.0, self._pauses[key])))
        return pause

    def slow_down(self, host: str, seconds: float) -> None:
        """Note the delay that the robots.txt of a host asks for (of several spellings of the host, the longest counts)."""
        key = host_key(host)
        self._delays[key] = max(self._delays.get(key, 0.0), seconds * self._pace)

    def hold(self, host: str, attempts: int) -> None:
        """A pause before a page is asked for once more: its attempts follow each other, and a fault that passes needs time to. After 429 or 503 the pause is the server's."""
        key = host_key(host)
        if not self._refusals[key]:
            wait = min(self._backoff * 2 ** (attempts - 1), self._longest)
            self._until[key] = max(self._until.get(key, 0.0), time.monotonic() + wait * self._pace)

    def received(self, data: bytes, request: Request) -> None:
        """Count bytes as they come, of answers too that are broken off."""
        provider = request.meta.get("provider")
        if provider is not None and "stream" not in (request.meta.get("feed") or {}):   # a streamed file has a bound of its own
            self._bytes[provider] += len(data)

    def answered(self, request: Request, response: Response) -> None:
        """Note an answer, and a pause that it asks for."""
        host = host_of(request)
        key = host_key(host)
        self._rest(key)
        if "streamed" in request.meta and request.meta.get("provider"):
            self._bytes[request.meta["provider"]] += len(response.body)
        for kind in DEAD_AFTER:
            self._silent.pop((host, kind), None)
        if response.status not in (429, 503):
            self._refusals.pop(key, None)
            return
        header = response.headers.get("Retry-After")
        wait = retry_after(header.decode("latin-1") if header else None, time.time())
        if wait is None:
            wait = min(self._backoff * 2 ** self._refusals[key], self._longest)
        self._refusals[key] += 1
        if wait > self._longest:
            self._closed[host] = ("rate_limited", f"{host} asks for a pause of {wait:.0f} seconds, longer than the crawl waits ({self._longest:g})")
        elif self._refusals[key] >= REFUSED_AFTER:
            self._closed[host] = ("rate_limited", f"{host} asked {REFUSED_AFTER} times in a row for fewer requests")
        self._until[key] = max(self._until.get(key, 0.0), time.monotonic() + min(wait, self._longest) * self._pace)

    def silent(self, request: Request, error: Exception) -> None:
        """Note an attempt that got no answer."""
        host = host_of(request)
        self._rest(host_key(host))
        kind, _ = explain_exception(error, request.url)
        if kind in DEAD_AFTER:
            self._silent[host, kind] += 1
            if self._silent[host, kind] >= DEAD_AFTER[kind]:
                self._closed[host] = (kind, WORDS[kind].format(host=host))

    def _rest(self, key: str) -> None:
        self._ended[key] = time.monotonic()
        self._pauses.pop(key, None)

    def is_closed(self, host: str) -> bool:
        """Whether asking this host again is of no use in this crawl."""
        return host.rstrip(".") in self._closed
