"""The `feed:` block of an address in a provider declaration, checked strictly."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from crawler.parts import Part, Text

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
MAX_VARIANTS = 100                                             # addresses that one declared address may stand for
# Headers that say how an answer should look. Nothing that identifies, authenticates, or claims to come from another site.
HEADERS = ("Accept", "X-Requested-With")


def _expression(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"not a regular expression ({error}); quote it in single quotes, and write . as \\.") from None
    return value


def _header_value(value: str) -> str:
    if not re.fullmatch(r"[\x20-\x7e]{1,200}", value):
        raise ValueError("a header holds at most 200 plain characters")
    return value


Expression = Annotated[Text, AfterValidator(_expression)]
Path = Annotated[str, Field(pattern=r"^[^.\s]+(\.[^.\s]+)*$", description="keys from the top of the JSON, with dots between them", examples=["meta.links.next"])]
Parameter = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.$\[\]-]+$", examples=["page"])]
Value = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.~-]+$", examples=["fr-par-1"])]


class Paging(Part):
    """How the pages of a feed follow each other. Each page is a request of its own, and counts against the budget of the provider."""

    kind: Literal["link", "cursor", "number"] = Field(description="link: each page states the address of the next; cursor: a token for it; number: page 1, 2, 3 …")
    path: Path | None = Field(None, description="link, cursor: where the link or token stands")
    parameter: Parameter | None = Field(None, description="cursor, number: the query parameter that takes it")
    pages: Path | None = Field(None, description="number: where the count of pages stands")
    total: Path | None = Field(None, description="number: where the count of all records stands")
    max_pages: int = Field(50, ge=2, le=1000, description="more are not read, and that is reported")

    @model_validator(mode="after")
    def _complete(self) -> Paging:
        wanted = {"link": ("path",), "cursor": ("path", "parameter"), "number": ("parameter",)}[self.kind]
        missing = [name for name in wanted if getattr(self, name) is None]
        if missing:
            raise ValueError(f"paging of kind {self.kind} needs {' and '.join(missing)}")
        known = (*wanted, "pages", "total") if self.kind == "number" else wanted
        spare = [name for name in ("path", "parameter", "pages", "total") if getattr(self, name) is not None and name not in known]
        if spare:
            raise ValueError(f"paging of kind {self.kind} has no {spare[0]}; leave it out")
        return self


class Key(Part):
    """A key that the operator holds, taken from the environment. It is sent to the host of the address alone, and recorded nowhere."""

    env: str = Field(pattern=r"^[A-Z][A-Z0-9_]*_API_(KEY|TOKEN)$", description="environment variable; it ends in _API_KEY or _API_TOKEN", examples=["GOOGLE_API_KEY"])
    place: Literal["query", "header"] = Field(alias="in", description="where the key is sent")
    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")] = Field(description="of the query parameter or header", examples=["key"])
    scheme: Annotated[str, Field(pattern=r"^[A-Za-z]+$")] | None = Field(None, description="header: the word before the key", examples=["Bearer"])

    @model_validator(mode="after")
    def _no_session(self) -> Key:
        if self.name.lower() in ("cookie", "host", "user-agent", "referer", "origin", "content-length"):
            raise ValueError(f"a key is never sent as {self.name}")
        if self.scheme and self.place == "query":
            raise ValueError("a key in the query has no scheme; leave it out")
        return self


class Stream(Part):
    """A file too large to keep: it is read line by line, and only the lines that match are kept, with the digest of the whole."""

    format: Literal["csv", "lines"] = Field(description="csv: lines up to the header, the header and the rows that match are kept; lines: the lines that match")
    keep: dict[Text, Expression] = Field({}, description="csv: column -> regular expression that must be found in it; all of them must")
    match: Expression | None = Field(None, description="lines: regular expression")
    max_bytes: int = Field(8 << 30, ge=1 << 20, le=32 << 30, description="bytes of the whole file after decompression; a longer one is given up")
    max_seconds: int = Field(1800, ge=10, le=4 * 3600, description="time for the whole file")

    @model_validator(mode="after")
    def _complete(self) -> Stream:
        if (self.format == "csv") != bool(self.keep) or (self.format == "lines") != bool(self.match):
            raise ValueError("csv needs keep: {column: expression}, and lines needs match: expression; not the other")
        return self


class Post(Part):
    """A question that only a POST request asks, of a list that answers everybody without a key; it reads, and changes nothing."""

    body: Text = Field(description="JSON text to send (a GraphQL query: {\"query\": …})")
    documented: Text = Field(description="where it is documented that no key is needed: by the provider, or by a public collector that asks without one")


class Feed(Part):
    """How a feed is asked for."""

    variants: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Annotated[list[Value], Field(min_length=1)]] = Field(
        {}, description="values for each {name} in the address: one visit for each of them")
    headers: dict[Literal[HEADERS], Annotated[str, AfterValidator(_header_value)]] = Field({}, description="headers that the feed asks for")     # type: ignore[valid-type]
    key: Key | None = None
    post: Post | None = None
    items: Path | None = Field(None, description="where the list (or map) of records stands; [] for a feed that is itself a list")
    fields: list[Text] = Field([], description="keys that records must have: where no record has them, the feed changed")
    paging: Paging | None = None
    stream: Stream | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Feed:
        if self.stream and (self.paging or self.items or self.fields or self.post or self.key):
            raise ValueError("a streamed feed is one file: leave out paging, items, fields, post and key")
        if self.fields and not self.items:
            raise ValueError("fields needs items: where the records stand")
        if self.paging and self.paging.kind == "number" and not self.items and not self.paging.pages:
            raise ValueError("pages by number need items, or paging.pages: without one of them nobody knows where the feed ends")
        if self.post and self.paging:
            raise ValueError("pages of a POST feed are not read; leave out paging")
        return self

    def expanded(self, url: str) -> Iterator[str]:
        """The addresses that a declared address stands for."""
        names = list(dict.fromkeys(PLACEHOLDER.findall(url)))
        for values in itertools.product(*(self.variants[name] for name in names)):
            filled = dict(zip(names, values, strict=True))
            yield PLACEHOLDER.sub(lambda found, filled=filled: filled[found.group(1)], url)

    def as_source(self) -> dict[str, Any] | None:
        """What the crawler needs of it, as plain data; None where the feed is asked for like a page."""
        values = self.model_dump(mode="json", exclude={"variants"}, exclude_none=True, by_alias=True)
        return {name: value for name, value in values.items() if value} or None


def check_placeholders(url: str, feed: Feed | None) -> None:
    """Raises ValueError where the address and the declared variants do not fit together."""
    names, rest = set(PLACEHOLDER.findall(url)), PLACEHOLDER.sub("", url)
    if "{" in rest or "}" in rest:
        raise ValueError("a template is no address; write one full address for each page, or a {name} with its values under feed: variants:")
    declared = set(feed.variants) if feed else set()
    if names - declared:
        raise ValueError(f"a template is no address; write one full address for each page, or the values of {{{min(names - declared)}}} under feed: variants:")
    if declared - names:
        raise ValueError(f"feed.variants names {min(declared - names)}, but {{{min(declared - names)}}} does not stand in the address")
    if names and "{" in url.partition("://")[2].partition("/")[0]:
        raise ValueError("a template may stand in the path or query of an address, not in its host")
    if feed:
        count = 1
        for values in feed.variants.values():
            count *= len(values)
        if count > MAX_VARIANTS:
            raise ValueError(f"{count} addresses in one; at most {MAX_VARIANTS}")
