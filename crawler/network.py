"""The one way to the network: only public addresses, checked when a name is resolved and again when the connection stands.

The connection goes to the very addresses that were checked: nothing is resolved twice, so a name that changes its answer in between gains nothing.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from scrapy import Request, signals
from scrapy.core.downloader import Downloader
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.exceptions import CannotResolveHostError, DownloadFailedError
from scrapy.http import Response
from scrapy.resolver import HostResolution
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from twisted.web.http_headers import InvalidHeaderName
from zope.interface import implementer

from crawler.addresses import host_key, is_public
from crawler.failures import WORDS, BadAddress, PrivateAddress, UnknownHost, VisitRefused
from crawler.feeds.asking import asking_with_key, fetch_stream
from crawler.gate import gate_of

LOG = logging.getLogger(__name__)
MAX_HEADER_LINE = 64 * 1024                                    # bytes
MAX_HEADERS = 256 * 1024                                       # bytes of the status line and all headers, those of answers 1xx included
_STATUS_LINE = re.compile(rb"HTTP/\d\.\d [1-9]\d\d(?: |$)")   # RFC 9112, section 4; three digits

_refused_names: dict[str, str] = {}                            # host -> private address that it resolved to, for the message


def read_host_map(settings) -> dict[str, tuple[str, int]]:
    """Setting HOST_MAP: `{"name.example": ("127.0.0.1", 8080)}`."""
    return {str(host).lower(): (str(ip), int(port)) for host, (ip, port) in (settings.getdict("HOST_MAP") or {}).items()}


@implementer(IResolutionReceiver)
class _Filter:
    """Passes the addresses of a name on when all of them are public: a name with both kinds is a trap."""

    def __init__(self, receiver, host: str, allowed: frozenset[str]) -> None:
        self._receiver, self._host, self._allowed = receiver, host, allowed
        self._addresses: list = []

    def resolutionBegan(self, resolution) -> None:
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address) -> None:
        self._addresses.append(address)

    def resolutionComplete(self) -> None:
        # an address of the host map is allowed where it was asked for as it stands; a name never leads there
        private = next((a.host for a in self._addresses if not is_public(a.host) and not (a.host in self._allowed and a.host == self._host)), None)
        if private is None:
            for address in self._addresses:
                self._receiver.addressResolved(address)
        else:
            _refused_names[self._host] = private
        self._receiver.resolutionComplete()


@implementer(IHostnameResolver)
class PublicResolver:
    """Setting TWISTED_DNS_RESOLVER: the system's resolver, private answers withheld. Nothing is cached, so every connection is checked."""

    def __init__(self, reactor, allowed: frozenset[str], sealed: bool) -> None:
        self._reactor, self._inner, self._allowed, self._sealed = reactor, reactor.nameResolver, allowed, sealed

    @classmethod
    def from_crawler(cls, crawler, reactor):
        allowed = frozenset(ip for ip, _ in read_host_map(crawler.settings).values())
        return cls(reactor, allowed, crawler.settings.get("CHIPWATCH_MODE") == "archive")

    def install_on_reactor(self) -> None:
        self._reactor.installNameResolver(self)

    def resolveHostName(self, resolutionReceiver, hostName: str, portNumber: int = 0, addressTypes: Sequence | None = None,
                        transportSemantics: str = "TCP"):
        receiver = _Filter(resolutionReceiver, hostName, self._allowed)
        if self._sealed:                                       # a replay has no network
            resolution = HostResolution(hostName)
            receiver.resolutionBegan(resolution)
            receiver.resolutionComplete()
            return resolution
        return self._inner.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


class HeadersTooLarge(Exception):
    """Raised inside the HTTP parser; GuardedHandler makes an AnswerRefused of it."""


class StatusLineOdd(Exception):
    """Raised inside the HTTP parser: what came is not HTTP. Twisted takes any status that Python can make a number of."""


class AnswerRefused(VisitRefused):
    """An answer that is not read to its end."""


class _BoundedParser(_LenientHTTPClientParser):
    """Twisted limits a line, but not how many there are."""

    MAX_LENGTH = MAX_HEADER_LINE
    _header_bytes = 0

    def lineReceived(self, line: bytes) -> None:
        self._header_bytes += len(line) + 2
        if self._header_bytes > MAX_HEADERS:
            raise HeadersTooLarge
        super().lineReceived(line)

    def statusReceived(self, status: bytes) -> None:
        if not _STATUS_LINE.match(status):
            raise StatusLineOdd
        super().statusReceived(status)

    def headerReceived(self, name: bytes, value: bytes) -> None:
        try:
            super().headerReceived(name, value)
        except InvalidHeaderName:                              # browsers pass over such a line as well
            LOG.debug("a header line without a proper name: %r", name[:80])

    def lineLengthExceeded(self, line: bytes) -> None:
        raise HeadersTooLarge


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    def request(self, request):
        answer = super().request(request)
        self._parser.__class__ = _BoundedParser                # as Scrapy does it; both classes add no state that needs an __init__
        return answer


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr):
        return _BoundedProtocol(self._quiescentCallback)


class PoliteDownloader(Downloader):
    """One queue for a host, whatever its spelling, port and scheme. The gate keeps the pauses, from the end of an answer on.

    Scrapy would leave the target of a redirect in the queue of the host that sent it, and so beside the requests of its own host.
    """

    def __init__(self, crawler) -> None:
        super().__init__(crawler)
        if crawler.settings.get("CHIPWATCH_MODE") != "archive":
            self._delay = 0.0

    def get_slot_key(self, request: Request) -> str:
        return host_key(urlsplit(request.url).hostname or "")


class GuardedHandler(HTTP11DownloadHandler):
    """Download handler for http and https. Hosts of HOST_MAP are asked at the address given there, under their own name."""

    def __init__(self, crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _BoundedFactory
        self._pool.retryAutomatically = False                  # Twisted would ask again at once; the retry middleware does it after a pause
        crawler.signals.connect(gate_of(crawler).received, signal=signals.bytes_received)
        self._map = read_host_map(crawler.settings)
        if self._map:                                          # all of them are one host for the pool
            self._pool.maxPersistentPerHost = crawler.settings.getint("CONCURRENT_REQUESTS")
        self._only_mapped = crawler.settings.get("CHIPWATCH_MODE") == "sample"

    async def download_request(self, request: Request) -> Response:
        gate = gate_of(self.crawler)
        async with gate.turn(request):                         # Scrapy's own queue lets several requests through at once where its delay is 0
            await gate.admit(request)
            try:
                response = await asking_with_key(request, self._ask)
            except Exception as error:                         # noqa: BLE001  noted, and passed on as it is
                gate.silent(request, error)
                raise
            gate.answered(request, response)
        return response

    async def _ask(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        host = (parts.hostname or "").lower().rstrip(".")
        mapped = self._map.get(host)
        if mapped:
            return await self._ask_mapped(request, parts, host, mapped)
        if self._only_mapped:                                  # the sample market never touches the network
            raise UnknownHost(WORDS["dns"].format(host=host))
        _refused_names.pop(host, None)
        try:
            response = await self._send(request, host)
        except CannotResolveHostError:
            if host in _refused_names:
                raise PrivateAddress(f"the name {host} resolves to an address that is not public") from None
            raise
        if response.ip_address is not None and not is_public(str(response.ip_address)):
            raise PrivateAddress(f"{host} answers from an address that is not public")
        return response

    async def _ask_mapped(self, request: Request, parts, host: str, mapped: tuple[str, int]) -> Response:
        if parts.scheme != "http":
            raise BadAddress(f"{host} is served over http alone in this run")
        ip, port = mapped
        where = f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"
        inner = request.replace(url=urlunsplit(("http", where, parts.path, parts.query, "")))
        inner.headers.setdefault("Host", parts.netloc)
        response = await self._send(inner, host)
        response._set_url(request.url)                         # as `replace` does it, without a second response
        return response

    async def _send(self, request: Request, host: str) -> Response:
        try:
            if "stream" in (request.meta.get("feed") or {}):
                return await fetch_stream(self, request)
            return await super().download_request(request)
        except DownloadFailedError as error:
            reason = f"{error!r} {error.__cause__!r}"
            if HeadersTooLarge.__name__ in reason:
                raise AnswerRefused(f"{host} sends headers of more than {MAX_HEADERS:,} bytes, or a line of more than {MAX_HEADER_LINE:,}", "too_large") from None
            if StatusLineOdd.__name__ in reason:
                raise AnswerRefused(f"{host} answers with something that is not HTTP", "other") from None
            raise
