"""What a page of an unknown site points at: links by role, languages, feeds, who it says it is. Pure functions; cues are in data/probe_cues.yml."""

from __future__ import annotations

import functools
import json
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import yaml

from crawler.errors import PayloadTooLarge, PayloadUndecodable
from crawler.payload import decode_body

CUES = Path(__file__).parent / "data" / "probe_cues.yml"
MAX_LINKS = 3_000                                              # of one page
MAX_SITEMAP = 8 * 1024 * 1024                                  # bytes, unpacked
MAX_ENTRIES = 50_000                                           # addresses of one sitemap (the bound of the format)
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_LOC = re.compile(rb"<(?:[a-z0-9]{1,20}:)?loc>\s{0,100}(?:<!\[CDATA\[)?([^<\]]{1,2100})", re.IGNORECASE)   # bounded everywhere: linear on any input
_MARKDOWN_LINK = re.compile(r"\[([^\]\n]{1,200})\]\((https?://[^\s)]{1,1000}|/[^\s)]{0,1000})\)")
_ORGANISATIONS = ("Organization", "Corporation", "LocalBusiness", "OnlineBusiness", "OnlineStore")
_ENTITIES = {"&amp;": "&", "&#38;": "&", "&apos;": "'", "&quot;": '"'}


@dataclass(frozen=True, slots=True)
class Link:
    """A link with what it says, white space folded."""

    url: str
    text: str


@dataclass(slots=True)
class PageFacts:
    """What a page says of itself and of its site."""

    title: str = ""
    language: str | None = None
    links: list[Link] = field(default_factory=list)
    alternates: dict[str, str] = field(default_factory=dict)   # language -> address (hreflang)
    feeds: list[Link] = field(default_factory=list)            # <link rel=alternate> of JSON, Markdown, RSS; OpenAPI descriptions
    organisations: list[dict[str, str]] = field(default_factory=list)   # name, legal_name, country as JSON-LD states them
    embedded: list[str] = field(default_factory=list)          # how the page is built, in words
    scripts: int = 0


@functools.cache
def cues() -> dict[str, Any]:
    """The cues, compiled: roles and hubs with `most`, `text` and `path`, and the rest of the file as it is."""
    rows = yaml.safe_load(CUES.read_text("utf-8"))
    compiled = {role: (row["most"], _pattern(row["text"]), frozenset(row["path"])) for role, row in rows["roles"].items()}
    hubs = rows["hubs"]
    return {"roles": compiled, "hubs": (hubs["most"], _pattern(hubs["text"]), frozenset(hubs["path"])), "never": frozenset(rows["never"]["path"]), "embedded": rows["embedded"],
            "machines": re.compile("|".join(re.escape(word) for word in rows["machines"]), re.IGNORECASE)}


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    parts = [re.escape(w) if _WIDE.search(w) else rf"(?<!\w){re.escape(w)}(?!\w)" for w in sorted(words, key=len, reverse=True)]
    return re.compile("|".join(parts))


def path_parts(url: str) -> set[str]:
    """The words of an address by which cues are compared: its steps, with and without hyphens between words."""
    path = unquote(urlsplit(url).path).lower()
    steps = [re.sub(r"\.(html?|php|aspx?|md|pdf)$", "", step) for step in path.split("/") if step]
    return {*steps, *(step.replace("_", "-") for step in steps), *(word for step in steps[-1:] for word in re.split(r"[-_.]", step))}


def score(link: Link) -> tuple[str, float] | None:
    """(role, how well it fits) of a link; `hub` for a page of legal links; None for one that is of no interest."""
    parts, text = path_parts(link.url), link.text.lower()
    last = {urlsplit(link.url).path.lower().rstrip("/").rpartition("/")[2]}
    if parts & cues()["never"]:
        return None
    best: tuple[str, float] | None = None
    for role, (_, pattern, paths) in [*cues()["roles"].items(), ("hub", cues()["hubs"])]:
        found = pattern.search(text) if len(text) <= 120 else None
        value = 0.0
        if found:
            value += 1.0 + len(found.group()) / max(len(text), 1)          # a link that says nothing else fits best
        hit = (last if role == "hub" else parts) & paths       # everything below /docs/ is no page of links
        if hit:
            value += 1.0 + min(max(len(word) for word in hit) / 20, 0.5)   # `acceptable-use` says more than `terms`
        if value and (best is None or value > best[1]):
            best = role, value - 0.05 * max(0, urlsplit(link.url).path.count("/") - 3)
    return best


def web_address(base: str, href: str) -> str | None:
    """The absolute address of a link, without its fragment; None for one that is not of the web."""
    try:
        url = urljoin(base, href.strip()).partition("#")[0]
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= 1_000 and not parts.username
    except ValueError:
        return None
    return url if usable and not any(c.isspace() or not c.isprintable() for c in url) else None


def read_page(source: str, url: str) -> PageFacts:
    """What an HTML page (decoded) points at and says of itself. Damaged HTML gives what can be read of it."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(source)
    facts = PageFacts()
    title = tree.css_first("title")
    facts.title = _fold(title.text())[:200] if title else ""
    html = tree.css_first("html")
    facts.language = (html.attributes.get("lang") or "").strip() or None if html else None
    seen: set[tuple[str, str]] = set()
    for node in tree.css("a[href]"):
        address = web_address(url, node.attributes.get("href") or "")
        text = _fold(node.text(separator=" ") or node.attributes.get("aria-label") or node.attributes.get("title") or "")
        if address and (address, text) not in seen and len(facts.links) < MAX_LINKS:
            seen.add((address, text))
            facts.links.append(Link(address, text[:200]))
    for node in tree.css("link[rel~=alternate][href]"):
        address = web_address(url, node.attributes.get("href") or "")
        if address is None:
            continue
        if node.attributes.get("hreflang"):
            facts.alternates[str(node.attributes["hreflang"])[:20]] = address
        elif node.attributes.get("type"):
            facts.feeds.append(Link(address, str(node.attributes["type"])[:60]))
    facts.feeds += [link for link in facts.links if re.search(r"(openapi|swagger)[^/]*\.(json|ya?ml)$", link.url)]
    for node in tree.css('script[type="application/ld+json"]'):
        facts.organisations += organisations(node.text())
    head = source[:2_000_000]
    facts.embedded = list(dict.fromkeys(words for mark, words in cues()["embedded"].items() if mark in head or mark in head.lower()))
    facts.scripts = len(tree.css("script"))
    return facts


def _fold(text: str | None) -> str:
    return " ".join((text or "").split())


def organisations(text: str) -> list[dict[str, str]]:
    """Organisations that a JSON-LD block describes: name, legal_name, country, where stated."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):                       # a broken block says nothing
        return []
    found, waiting = [], [data]
    while waiting and len(found) < 20:
        row = waiting.pop()
        if isinstance(row, list):
            waiting += row[:200]
        if not isinstance(row, dict):
            continue
        waiting += [value for value in row.values() if isinstance(value, (dict, list))][:200]
        kinds = row.get("@type")
        if not any(kind in _ORGANISATIONS for kind in (kinds if isinstance(kinds, list) else [kinds])):
            continue
        address = row.get("address")
        address = address[0] if isinstance(address, list) and address else address
        country = address.get("addressCountry") if isinstance(address, dict) else None
        country = country.get("name") if isinstance(country, dict) else country
        said = {"name": row.get("name"), "legal_name": row.get("legalName"), "country": country}
        said = {key: _fold(value)[:200] for key, value in said.items() if isinstance(value, str) and value.strip()}
        if said:
            found.append(said)
    return found


def read_sitemap(body: bytes) -> list[str]:
    """Addresses of a sitemap or a sitemap index, gzip or not, at most MAX_ENTRIES; none from what is no sitemap.

    Addresses are found by pattern, without an XML parser: entities and external references are never resolved.
    """
    if body.startswith(b"\x1f\x8b"):
        try:
            body = decode_body(body, ["gzip"], MAX_SITEMAP)
        except (PayloadTooLarge, PayloadUndecodable, zlib.error):
            return []
    out = []
    for found in _LOC.finditer(body[:MAX_SITEMAP]):
        text = found.group(1).decode("utf-8", "replace").strip()
        for entity, letter in _ENTITIES.items():
            text = text.replace(entity, letter)
        address = web_address("", text)
        if address:
            out.append(address)
        if len(out) >= MAX_ENTRIES:
            break
    return out


def is_sitemap(url: str) -> bool:
    """Whether an address of a sitemap index is a further sitemap."""
    return bool(re.search(r"sitemap[^/]*\.xml(\.gz)?$|\.xml(\.gz)?$", urlsplit(url).path, re.IGNORECASE))


def read_llms(text: str, url: str) -> list[Link]:
    """Links of an `llms.txt` (Markdown)."""
    found = (Link(address, _fold(name)) for name, href in _MARKDOWN_LINK.findall(text) if (address := web_address(url, href)))
    return list(dict.fromkeys(found))[:MAX_LINKS]

