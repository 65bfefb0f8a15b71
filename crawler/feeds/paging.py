"""What one answer of a feed says: whether it has the declared shape, and which page follows.

Pure: the same declaration and the same bytes give the same answer, live and in a replay.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote_plus, urldefrag, urljoin, urlsplit, urlunsplit

from w3lib.url import safe_url_string

from crawler.addresses import host_is_refused
from crawler.feeds.stream import kept_faults

MAX_URL = 2000                                                 # characters of the address of a page
MAX_PAGES = 50
_HTML = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_MISSING = object()


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an answer, or the page after it, cannot be used: one of FAILURE_KINDS, and one sentence."""

    kind: str
    note: str


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a feed. `follows`: address of the next page; `refused`: why the page after this one is not asked for."""

    fault: Fault | None = None
    records: int | None = None
    follows: str | None = None
    refused: Fault | None = None


def read_page(feed: Mapping[str, Any], body: bytes, *, declared: str, url: str, page: int, before: Sequence[str] = (), counted: int = 0) -> Page:
    """What an answer says.

    `declared`: the address that the declaration names; `url`: that of this page; `before`: addresses of the pages before it;
    `counted`: records on the pages before it.
    """
    if _HTML.match(body[:4096]):
        return Page(Fault("wrong_type", "a web page where the feed should send data"))
    if "stream" in feed:
        found = kept_faults(feed["stream"], body)
        return Page(Fault(*found) if found else None)
    if not (feed.keys() & {"items", "fields", "paging"}):
        return Page()
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return Page(Fault("wrong_type", "not JSON, as the feed should be"))
    records = None
    if "items" in feed:
        fault, records = _records(feed, data, first=page == 1)
        if fault:
            return Page(fault)
    paging = feed.get("paging")
    if not paging:
        return Page(records=records)
    follows = _next(paging, data, url, page, records, counted)
    if isinstance(follows, Fault):
        return Page(records=records, refused=follows)
    if follows is not None:
        key = feed.get("key", {})
        follows = plain_port(safe_url_string(without_parameter(follows, key["name"]) if key.get("in") == "query" else follows))
    refused = follows and _refusal(follows, declared, page, (*before, url), paging)
    return Page(records=records, follows=None if refused else follows, refused=refused or None)


def look_up(data: Any, path: str) -> Any:
    """The value at `a.b.c`; `_MISSING` where there is none. `[]` is the whole."""
    if path == "[]":
        return data
    for step in path.split("."):
        if isinstance(data, dict) and step in data:
            data = data[step]
        else:
            return _MISSING
    return data


def _records(feed: Mapping[str, Any], data: Any, *, first: bool) -> tuple[Fault | None, int]:
    """(fault, number) of the records of a page."""
    where, found = feed["items"], look_up(data, feed["items"])
    what = "the answer is no list" if where == "[]" else f"no list of records under {where}"
    if not isinstance(found, (list, dict)) or (where == "[]" and not isinstance(found, list)):
        said = data.get("message") or data.get("error") if isinstance(data, dict) else None
        return Fault("feed_changed", what + (f"; the server says: {_shown(said)}" if isinstance(said, str) else "")), 0
    rows = list(found.values()) if isinstance(found, dict) else found
    if not rows:
        return (Fault("empty", "the feed lists nothing") if first else None), 0
    missing = [name for name in feed.get("fields", ()) if not any(isinstance(row, dict) and name in row for row in rows)]
    if missing:
        return Fault("feed_changed", f"no record has {' or '.join(missing)}"), len(rows)
    return None, len(rows)


def _shown(text: str) -> str:
    """What a server says, as one short line that steers no terminal."""
    return "".join(c for c in " ".join(text.split())[:120] if c.isprintable())


def _next(paging: Mapping[str, Any], data: Any, url: str, page: int, records: int | None, counted: int) -> str | Fault | None:
    """The address of the next page; None after the last."""
    if paging["kind"] == "number":
        if records == 0:
            return None
        for name, reached in (("pages", page), ("total", counted + (records or 0))):
            if name in paging:
                end = look_up(data, paging[name])
                if isinstance(end, bool) or not isinstance(end, int):
                    return Fault("feed_changed", f"no number under {paging[name]}: where the feed ends is not known")
                return None if reached >= end else with_parameter(url, paging["parameter"], str(page + 1))
        return Fault("feed_changed", "where the feed ends is not known") if records is None else with_parameter(url, paging["parameter"], str(page + 1))
    value = look_up(data, paging["path"])
    if value is None or value == "":
        return None
    if value is _MISSING:                                      # many feeds leave the key out on their last page; a whole missing branch is a change
        parent = paging["path"].rpartition(".")[0] or "[]"
        return None if isinstance(look_up(data, parent), dict) and (page > 1 or records != 0) else Fault("feed_changed", f"nothing under {parent}")
    if not isinstance(value, str) or isinstance(value, bool):
        return Fault("feed_changed", f"{paging['path']} is no text")
    if paging["kind"] == "cursor":
        return with_parameter(url, paging["parameter"], value)
    try:
        return urldefrag(urljoin(url, value.strip()))[0]
    except ValueError:
        return Fault("bad_address", "the link to the next page is no address")


def _refusal(url: str, declared: str, page: int, before: Sequence[str], paging: Mapping[str, Any]) -> Fault | None:
    """Why the next page is not asked for."""
    try:
        here, there = urlsplit(plain_port(declared)), urlsplit(url)
        host, port = there.hostname or "", there.port
    except ValueError:
        return Fault("bad_address", "the link to the next page is no address")
    if len(url) > MAX_URL or any(c.isspace() or not c.isprintable() for c in url):
        return Fault("bad_address", "the link to the next page is no address")
    if host and host != here.hostname and host_is_refused(host):
        return Fault("private_address", "the link to the next page leads to an address that is not public; it is not followed")
    if (there.scheme, host, port, there.username) != (here.scheme, here.hostname, here.port, None):
        return Fault("bad_address", "the link to the next page leads to another host, port or scheme; it is not followed")
    if url in before:
        return Fault("feed_changed", f"page {page} leads back to a page that was read already")
    limit = paging.get("max_pages", MAX_PAGES)
    if page >= limit:
        return Fault("budget", f"the feed has more than {limit} pages; the rest is not read")
    return None


def plain_port(url: str) -> str:
    """The address without a port that its scheme implies (`https://host:443/`); one that is no address as it is."""
    try:
        parts = urlsplit(url)
        implied = {"https": 443, "http": 80}.get(parts.scheme)
        return urlunsplit(parts._replace(netloc=parts.netloc.removesuffix(f":{implied}"))) if implied and parts.port == implied else url
    except ValueError:
        return url


def with_parameter(url: str, name: str, value: str) -> str:
    """The address with this query parameter set; the others stay as they are spelt."""
    parts = urlsplit(url)
    query = [*_others(parts.query, name), f"{quote(name, safe='$[]')}={quote(value, safe='')}"]
    return urlunsplit(parts._replace(query="&".join(query), fragment=""))


def without_parameter(url: str, name: str) -> str:
    """The address without this query parameter."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join(_others(parts.query, name))))


def _others(query: str, name: str) -> list[str]:
    """The parts of a query that do not set this parameter, as they are spelt."""
    return [part for part in query.split("&") if part and unquote_plus(part.partition("=")[0]) != name]
