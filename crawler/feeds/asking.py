"""How a request for a feed is sent: its headers and question, its key, its stream."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from crawler.feeds.collect import download
from crawler.feeds.keys import add_key, hush, hush_bytes, key_value
from crawler.feeds.paging import plain_port
from crawler.feeds.stream import Collector
from crawler.payload import decode_body

STREAM_SECONDS = 1800
_PACKED = re.compile(r"application/(x-)?(gzip|octet-stream)\b", re.IGNORECASE)


def request_parts(feed: Mapping[str, Any] | None) -> dict[str, Any]:
    """Arguments of a Scrapy request for a feed: method, headers, body and meta (`feed`, and limits of a stream)."""
    if not feed:
        return {"meta": {}}
    headers = {"Accept": "application/json, text/csv;q=0.9, */*;q=0.5", **feed.get("headers", {})}
    meta: dict[str, Any] = {"feed": feed}
    parts: dict[str, Any] = {"headers": headers, "meta": meta}
    if "post" in feed:
        headers["Content-Type"] = "application/json"
        parts |= {"method": "POST", "body": feed["post"]["body"]}
    if "stream" in feed:
        meta |= {"download_timeout": feed["stream"].get("max_seconds", STREAM_SECONDS), "streamed": {}}
    if "stream" in feed or "key" in feed:
        headers["Accept-Encoding"] = "gzip"                    # what the filter, and the search for an echoed key, can undo
    return parts


def same_site(one: str, other: str) -> bool:
    """Whether two addresses have one scheme, host and port."""
    a, b = urlsplit(plain_port(one)), urlsplit(plain_port(other))
    return (a.scheme, a.hostname, a.port) == (b.scheme, b.hostname, b.port)


async def asking_with_key(request: Request, ask: Callable[[Request], Awaitable[Response]]) -> Response:
    """Ask with the key of the feed, where it has one; what comes back, faults included, holds no key.

    The key goes to the site of the declared address alone: a redirect to another one is followed without it.
    """
    key = request.meta.get("feed", {}).get("key")
    value = key_value(key) if key and same_site(request.url, request.meta["declared"]) else None
    if value is None:
        return await ask(request)
    sent = {name.decode("latin-1"): values[-1].decode("latin-1") for name, values in request.headers.items() if values}
    url, headers = add_key(request.url, sent, key, value)
    try:
        response = await ask(request.replace(url=url, headers=headers))
    except Exception as error:                                 # noqa: BLE001  passed on, without the key
        error.args = tuple(hush(arg) if isinstance(arg, str) else arg for arg in error.args)
        if hush(f"{error.__cause__!r} {error.__context__!r}") != f"{error.__cause__!r} {error.__context__!r}":
            error.__cause__ = error.__context__ = None
        raise
    return _without_key(response, request.url)


def _without_key(response: Response, url: str) -> Response:
    """The answer under the address without the key, every echo of the key taken out. Raises PayloadTooLarge, PayloadUndecodable."""
    headers = response.headers.copy()
    for name, values in list(headers.items()):
        headers.setlist(name, [hush_bytes(value) for value in values])
    body = response.body
    encodings = [value.decode("latin-1") for value in headers.getlist("Content-Encoding")]
    plain = decode_body(body, encodings) if encodings else body
    if hush_bytes(plain) != plain:                             # then it is kept decoded
        body = hush_bytes(plain)
        headers.pop("Content-Encoding", None)
    return response.replace(cls=responsetypes.from_args(headers=headers, url=url, body=body), url=url, headers=headers, body=body)


async def fetch_stream(handler: Any, request: Request) -> Response:
    """The answer to a request for a large file. `meta["streamed"]` says what of it was kept, and what the server's head was.

    Raises PayloadTooLarge, PayloadUndecodable.
    """
    stream = request.meta["feed"]["stream"]
    collector = Collector(stream, handler.crawler.settings.getint("DOWNLOAD_MAXSIZE"))
    response = await download(handler, request, collector)
    if not collector.length:
        return response
    headers = response.headers.copy()
    kind = headers.get("Content-Type", b"").decode("latin-1")
    if collector.unpacked and (not kind or _PACKED.match(kind)):   # the file itself is packed; what is kept is not
        kind = "text/csv" if stream["format"] == "csv" else "text/plain"
    request.meta["streamed"].update(
        type=kind, said=f"filtered while it was read: {collector.kept_lines:,} of {collector.lines:,} lines are kept",
        headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values],
        filter=stream, length=collector.length, sha256=collector.sha256, decoded=collector.decoded)
    headers.pop("Content-Encoding", None)
    headers["Content-Type"] = kind
    return response.replace(headers=headers)

