"""Read a sources file: which address belongs to which provider, and in which role (JSON lines; docs/data-format.md).

It says of an archive made elsewhere what a provider declaration says of the live web.
"""

from __future__ import annotations

import difflib
import functools
import json
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from chipwatch.records import DOCUMENT_ROLES, PERMISSIONS, ProviderInfo, Source
from crawler.errors import SourcesFileError

ALIASES = Path(__file__).parent / "data" / "aliases.yml"
MAX_LINE = 64 * 1024                                           # characters
KNOWN_KEYS = ("url", "provider", "provider_name", "role", "language", "permission", "verified", "method", "select", "remove", "currency",
              "path", "captured", "content_type")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")  # BCP 47
CURRENCY = re.compile(r"[A-Z]{3}")                             # ISO 4217
_SURROGATE = re.compile("[\ud800-\udfff]")
METHODS = ("feed", "text", "html", "rendered", "pdf")


class Aliases(NamedTuple):
    """The content of `data/aliases.yml`."""

    slugs: dict[str, str]                                      # other name -> slug
    prefixes: tuple[str, ...]
    second_hand: frozenset[str]
    names: dict[str, str]                                      # slug -> name to print


class SourcesFile(NamedTuple):
    """All that a sources file says."""

    sources: list[Source]
    providers: list[ProviderInfo]
    second_hand: list[Source]                                  # third-party lists: not read as a provider


@functools.cache
def aliases() -> Aliases:
    """The alias table that comes with the package."""
    import yaml

    table = yaml.safe_load(ALIASES.read_text("utf-8"))
    return Aliases(table["aliases"], tuple(table["strip_prefixes"]), frozenset(table["second_hand"]), table["names"])


def slugify(name: str) -> str:
    """Lower case, words joined by hyphens: `Together AI` -> `together-ai`."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")


def resolve_slug(name: str) -> str:
    """The slug of a provider under any of its known names: `amazon-web-services` -> `aws`."""
    table = aliases()
    slug = slugify(name)
    for prefix in table.prefixes:
        slug = slug.removeprefix(prefix)
    return table.slugs.get(slug, slug)


def print_name(slug: str, names: Counter[str]) -> str:
    """The name to print: the one that the alias table fixes, else the most used one that is more than a folder name."""
    fixed = aliases().names.get(slug)
    if fixed:
        return fixed
    proper = [(count, name) for name, count in names.items() if slugify(name) != name]
    if proper:
        top = max(count for count, _ in proper)
        return min((name for count, name in proper if count == top), key=lambda n: (len(n), n))
    return slug.replace("-", " ").title()


def _fault(path: Path, number: int, words: str) -> SourcesFileError:
    return SourcesFileError(f"{path}:{number}: {words}")


def _text(row: dict, key: str, path: Path, number: int) -> str | None:
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise _fault(path, number, f'"{key}" must be a text in quotes, not {json.dumps(value)[:60]}')
    if value and not value.isascii() and _SURROGATE.search(value):
        raise _fault(path, number, f'"{key}" holds half of a character ({ascii(value)[:60]}); write the character itself')
    return value.strip() or None if value else None


def _choice(value: str | None, allowed: tuple[str, ...], key: str, path: Path, number: int) -> None:
    if value is not None and value not in allowed:
        near = difflib.get_close_matches(value, allowed, 1)
        raise _fault(path, number, f'unknown {key} "{value[:60]}"; ' + (f'did you mean "{near[0]}"?' if near else f"write one of {', '.join(allowed)}"))


def _texts(row: dict, key: str, path: Path, number: int) -> list[str]:
    value = row.get(key) or []
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise _fault(path, number, f'"{key}" must be a list of CSS selectors, e.g. ["main", ".terms"]')
    return value


def _source(row: object, path: Path, number: int) -> tuple[str, Source]:
    """(provider as written, Source) of one line. Raises SourcesFileError."""
    if not isinstance(row, dict):
        raise _fault(path, number, 'a line must be one JSON object, e.g. {"url": "https://…", "provider": "lambda", "role": "offers"}')
    for key in row:
        near = difflib.get_close_matches(key, KNOWN_KEYS, 1, cutoff=0.8)
        if key not in KNOWN_KEYS and near:
            raise _fault(path, number, f'unknown key "{key}"; did you mean "{near[0]}"?')
    values = {key: _text(row, key, path, number) for key in
              ("url", "provider", "provider_name", "role", "language", "permission", "verified", "method", "currency")}
    for key in ("url", "provider", "role"):
        if not values[key]:
            raise _fault(path, number, f'"{key}" is missing; every line needs url, provider and role')
    _choice(values["role"], DOCUMENT_ROLES, "role", path, number)
    _choice(values["permission"], PERMISSIONS, "permission", path, number)
    _choice(values["method"], METHODS, "method", path, number)
    if not slugify(values["provider"]):
        raise _fault(path, number, f'"{values["provider"][:60]}" gives no slug: write the provider in Latin letters and digits, e.g. "my-provider", and its own name as "provider_name"')
    for key, pattern, example in (("language", LANGUAGE, "en, ja or zh-Hans"), ("currency", CURRENCY, "USD or EUR")):
        if values[key] and not pattern.fullmatch(values[key]):
            raise _fault(path, number, f'"{values[key][:60]}" is no {key}; write a code such as {example}, or leave it out')
    try:
        parts = urlsplit(values["url"])
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        raise _fault(path, number, f'"{values["url"][:100]}" is no web address; write one that begins with https:// or http://')
    return values["provider"], Source(
        provider=resolve_slug(values["provider"]), url=values["url"], role=values["role"], language=values["language"],
        permission=values["permission"] or "unknown", verified=values["verified"], method=values["method"] or "html",
        select=_texts(row, "select", path, number), remove=_texts(row, "remove", path, number), currency=values["currency"],
        provider_name=values["provider_name"])


def read_sources_file(path: str | Path) -> SourcesFile:
    """Read a sources file. Raises SourcesFileError with file and line."""
    path = Path(path)
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise SourcesFileError(f"no such sources file: {path}") from None
    except UnicodeDecodeError as error:
        raise SourcesFileError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
    except OSError as error:
        raise SourcesFileError(f"cannot read the sources file {path}: {error.strerror}") from None
    sources: list[Source] = []
    second_hand: list[Source] = []
    names: dict[str, Counter[str]] = {}
    seen: set[tuple[str, str, str]] = set()
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        if len(line) > MAX_LINE:
            raise _fault(path, number, f"a line of {len(line):,} characters; is this a sources file? At most {MAX_LINE:,} are read")
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:          # also a number of thousands of digits
            raise _fault(path, number, f"not JSON ({error}); write one JSON object a line") from None
        written, source = _source(row, path, number)
        if written in aliases().second_hand:
            source.provider = written
            second_hand.append(source)
            continue
        key = (source.provider, source.url, source.role)
        if key in seen:                                        # the same line twice
            continue
        seen.add(key)
        sources.append(source)
        names.setdefault(source.provider, Counter())[source.provider_name or written] += 1
    if not sources and not second_hand:
        raise SourcesFileError(f"{path} names no source; write one JSON object a line")
    providers = []
    for slug, counts in names.items():
        name = print_name(slug, counts)
        providers.append(ProviderInfo(slug=slug, name=name, kind="adjacent", declared=False))
    known = {p.slug: p.name for p in providers}
    for source in sources:
        source.provider_name = known[source.provider]
    return SourcesFile(sources, providers, second_hand)


def read_sources(path: str | Path) -> tuple[list[Source], list[ProviderInfo]]:
    """Sources and providers of a sources file; a provider known from here alone is `adjacent`, and nothing about it is guessed.

    Raises SourcesFileError with file and line.
    """
    content = read_sources_file(path)
    return content.sources, content.providers
