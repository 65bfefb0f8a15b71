"""The one way to the network: only public addresses, checked when a name is resolved and again when the connection stands."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Response
from scrapy.resolver import HostResolution
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer

from crawler.addresses import is_public
from crawler.failures import WORDS, BadAddress, PrivateAddress, UnknownHost
from crawler.gate import gate_of

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
        private = next((a.host for a in self._addresses if not is_public(a.host) and a.host not in self._allowed), None)
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


class GuardedHandler(HTTP11DownloadHandler):
    """Download handler for http and https. Hosts of HOST_MAP are asked at the address given there, under their own name."""

    def __init__(self, crawler) -> None:
        super().__init__(crawler)
        self._map = read_host_map(crawler.settings)
        self._only_mapped = crawler.settings.get("CHIPWATCH_MODE") == "sample"

    async def download_request(self, request: Request) -> Response:
        gate = gate_of(self.crawler)
        await gate.admit(request)
        try:
            response = await self._ask(request)
        except Exception as error:                             # noqa: BLE001  noted, and passed on as it is
            gate.silent(request, error)
            raise
        gate.answered(request, response)
        return response

    async def _ask(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        host = (parts.hostname or "").lower()
        mapped = self._map.get(host)
        if mapped:
            return await self._ask_mapped(request, parts, host, mapped)
        if self._only_mapped:                                  # the sample market never touches the network
            raise UnknownHost(WORDS["dns"].format(host=host))
        _refused_names.pop(host, None)
        try:
            response = await super().download_request(request)
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
        response = await super().download_request(inner)
        return response.replace(url=request.url)
