"""`chipwatch providers new NAME URL`: look at a site as a guest, read the pages with the project's own readers, and write a draft that a person finishes.

Everything that was fetched is kept as a WARC file below DATA/probes/; the draft follows from these captures alone.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from chipwatch.errors import UNAVAILABLE, InputError
from chipwatch.progress import Progress
from chipwatch.reading import READING_SECONDS, TERMS_ROLES, extract_within_limits, limited_memory, options_for
from chipwatch.records import Capture, ChipwatchError, Extraction, Source
from chipwatch.terminal import counted, printable
from chipwatch.verifying import plausible

PAGES = 22                                                     # visits at most
REQUESTS = 25                                                  # requests at most, redirects counted; a robots.txt a host comes on top
SHOWN = 12                                                     # addresses of one comment
WIDTH = 110                                                    # columns of comments
CURRENCY = re.compile(r"[A-Z]{3}")
ROLES = ("offers", "regions", "terms_of_service", "acceptable_use", "service_terms", "export_policy", "supported_countries", "identity_verification", "payment", "faq")


class ProbeFailed(ChipwatchError):
    """The site could not be looked at; the message says why and what to do."""

    exit_code = UNAVAILABLE


@dataclass(slots=True)
class Seen:
    """A page that was looked at: the capture, what the readers found, what it says of the site."""

    capture: Capture
    reading: Extraction | None = None
    facts: Any = None                                          # crawler.probe_links.PageFacts of an HTML page
    machines: list[str] = field(default_factory=list)          # words about reading by machines that it holds

    @property
    def url(self) -> str:
        return (self.capture.final_url or self.capture.url).partition("#")[0]


@dataclass(slots=True)
class Draft:
    """The declaration, the folder of the captures, and what to tell the person who asked for it."""

    path: Path
    run_dir: Path
    counts: dict[str, int]


# --- looking -----------------------------------------------------------------------------------------------------------------------

def probe(name: str, url: str, *, data: Path, folder: Path, mode: str = "live", settings: dict[str, Any] | None = None) -> Draft:
    """Visit `url` and the pages it points at, and write `folder`/SLUG/provider.yml.

    Raises ProbeFailed where the home page cannot be had, InputError for a name or an address that is none, crawler.errors.DeclarationError where
    the declaration is there already, crawler.errors.ContactMissing.
    """
    from crawler.errors import DeclarationError
    from crawler.probe_links import web_address
    from crawler.run import crawl
    from crawler.sources import resolve_slug

    slug = resolve_slug(name)
    if not slug:
        raise InputError(f"{name!r} gives no slug; write the name in Latin letters and digits, e.g. my-provider")
    home = web_address("", url if "://" in url else f"https://{url}")
    if home is None or "." not in home.split("/")[2]:
        raise InputError(f"{url!r} is no web address; write one such as https://www.provider.com/")
    path = folder / slug / "provider.yml"
    if path.exists():
        raise DeclarationError([f"{path} is already there; `chipwatch providers check {slug}` shows what it yields, and --output DIR writes a fresh draft elsewhere"])
    run_dir = data / "probes" / slug / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    own = {"CHIPWATCH_SPIDER": "crawler.probe.ProbeSpider", "CHIPWATCH_PROBE_PAGES": PAGES, "CHIPWATCH_MAX_PAGES": REQUESTS, "CONCURRENT_REQUESTS": 1}
    with Progress("looking", PAGES) as bar:
        captures = crawl([Source(provider=slug, url=home, role="other", provider_name=name)], run_dir=run_dir, run_id=run_dir.name, mode=mode,
                         settings={**(settings or {}), **own}, on_progress=lambda done, note, total: bar(done, note))
    first = captures[0]
    if first.failure:
        raise ProbeFailed(refusal(first))
    seen = read_captures(captures, data / "probes")
    text = draft_text(slug, name, seen, live=mode == "live")
    _write(path, text)
    return Draft(path, run_dir, {"visited": sum(c.failure is None for c in captures), "failed": sum(c.failure is not None for c in captures)})


def known_folder() -> Path:
    from crawler.declarations import PROVIDERS

    return PROVIDERS


def refusal(capture: Capture) -> str:
    """Why the home page could not be had, and what to do."""
    advice = {
        "dns": "see that it is spelt right", "robots": "it is a site that asks not to be read: write the declaration by hand (`--offline`), with what you know",
        "private_address": "the crawler visits only the public web", "forbidden": "the server refuses the crawler; that is an answer: write the declaration by hand (`--offline`)",
    }.get(str(capture.failure), "try again later, or write the declaration by hand (`--offline`)")
    return f"{capture.url}: {capture.note or capture.failure}; {advice}"


def read_captures(captures: list[Capture], root: Path) -> list[Seen]:
    """The pages with what they hold. `root`: the folder that `warc_file` is relative to, less its first step."""
    from crawler.archive import read_payload
    from crawler.errors import CrawlerError
    from crawler.probe_links import cues, read_page
    from nlp.decode import decode

    out = []
    with Progress("reading", len(captures)) as bar, limited_memory():
        for number, capture in enumerate(captures, 1):
            row = Seen(capture)
            out.append(row)
            if capture.failure is None and capture.record_id:
                with contextlib.suppress(CrawlerError):        # a payload that cannot be decoded is a page without a reading
                    body = read_payload(root / str(capture.warc_file), capture.record_id).body
                    row.reading = extract_within_limits(body, options_for(capture, None), READING_SECONDS)
                    kind = (capture.content_type or "").lower()
                    if "html" in kind or not kind:
                        row.facts = read_page(decode(body, capture.content_type)[0], row.url)
                    if capture.role in TERMS_ROLES:
                        found = cues()["machines"].findall(decode(body, capture.content_type)[0])
                        row.machines = list(dict.fromkeys(word.lower() for word in found))[:6]
            bar(number, capture.url)
    return out


# --- the draft ---------------------------------------------------------------------------------------------------------------------

def quoted(text: str) -> str:
    """A YAML scalar: as it is where that is safe, else in double quotes."""
    text = printable(text)
    return text if re.fullmatch(r"[A-Za-z][\w .,&()/+-]*[\w.)]", text) and text.lower() not in ("yes", "no", "on", "off", "true", "false", "null") and ": " not in text else json.dumps(text, ensure_ascii=False)


def comment(text: str, margin: str = "") -> list[str]:
    """Comment lines of bounded width."""
    lines, line = [], ""
    for word in printable(text).split(" "):
        if line and len(line) + len(word) + 1 > WIDTH:
            lines.append(line)
            line = "  "
        line += (" " if line.strip() else "") + word
    return [f"{margin}# {part}" for part in [*lines, line]]


def declarable(url: str) -> bool:
    """Whether an address may stand in a declaration (https; `http` for the sample market alone)."""
    from pydantic import ValidationError

    from crawler.declarations import Address

    try:
        Address(url=url, verified=None)
    except ValidationError:
        return False
    return True


def country_code(text: str | None) -> str | None:
    """ISO 3166-1 code of a country as JSON-LD states it (a code, or its English name); None for anything else."""
    from babel import Locale

    from crawler.declarations import known_countries

    if not text:
        return None
    if text.upper() in known_countries():
        return text.upper()
    names = {name.casefold(): code for code, name in Locale("en").territories.items() if code in known_countries()}
    return names.get(text.casefold())


def role_of(row: Seen) -> str | None:
    """The role under which a page belongs into the draft: what its links said, corrected by what it yields."""
    if row.reading is None or not row.reading.document.readable:
        return None
    role = row.capture.role
    if row.reading.offers and role in ("other", "regions", "faq", "marketing"):
        return "offers"
    if role == "offers" and not row.reading.offers and len(row.reading.regions) >= 3:
        return "regions"
    if role == "other":
        return "regions" if len(row.reading.regions) >= 3 else None
    return role


def method_of(row: Seen) -> str | None:
    """`method:` of an address; None for html, the default."""
    kind = row.reading.document.content_type if row.reading else None
    return {"pdf": "pdf", "json": "feed", "csv": "feed", "xml": "feed", "markdown": "text", "text": "text"}.get(str(kind))


def found_words(row: Seen) -> str:
    """What the readers found, for a comment."""
    reading = row.reading
    if reading is None:
        return "not read"
    parts = []
    if reading.offers:
        parts.append(f"{counted(len(reading.offers), 'offer')} ({', '.join(sorted({o.gpu_name for o in reading.offers})[:8])})")
    elif reading.chips:
        parts.append(f"chips named ({', '.join(sorted({c.gpu_name for c in reading.chips})[:8])}), but no price read")
    if reading.regions:
        parts.append(counted(len(reading.regions), "region"))
    if reading.clauses:
        parts.append(counted(len(reading.clauses), "clause"))
    return ", ".join(parts) or f"{counted(reading.document.characters, 'character')}, nothing that the readers look for"


def by_role(seen: list[Seen]) -> dict[str, list[Seen]]:
    """Pages by role, the most telling first; one page for each address and for each content."""
    out: dict[str, list[Seen]] = {}
    taken: set[str] = set()
    rank = {role: n for n, role in enumerate(ROLES)}
    rows = [(role, row) for row in seen if (role := role_of(row)) in rank]
    rows.sort(key=lambda pair: (rank[pair[0]], -_worth(pair[1])))
    for role, row in rows:
        marks = {row.url.rstrip("/"), str(row.capture.payload_sha256)}
        if marks & taken or not declarable(row.url) or row.capture.failure:
            continue
        taken |= marks
        out.setdefault(role, []).append(row)
    return out


def _worth(row: Seen) -> float:
    reading = row.reading
    return 10.0 * len(reading.offers) + len(reading.clauses) + len(reading.regions) + min(reading.document.characters, 100_000) / 100_000 if reading else 0.0


def identity_lines(slug: str, name: str, seen: list[Seen]) -> list[str]:
    """Who the provider is, as its own pages say; the rest as comments to fill in."""
    said = [organisation for row in seen if row.facts for organisation in row.facts.organisations]
    legal = next((o["legal_name"] for o in said if o.get("legal_name")), None)
    stated = next((o["country"] for o in said if o.get("country")), None)
    country = country_code(stated)
    names = list(dict.fromkeys(o["name"] for o in said if o.get("name")))
    lines = [f"slug: {slug}", f"name: {quoted(name)}" + (f"  # its pages say: {printable(', '.join(names))[:80]}" if names and name not in names else "")]
    lines.append(f"legal_entity: {quoted(legal)}  # from JSON-LD; compare it with the terms" if legal else "# legal_entity: the contracting company, as its terms name it")
    if country:
        lines.append(f'seat_country: "{country}"  # address in JSON-LD; is it the head office?')
    else:
        lines.append("# seat_country: country of the head office, two letters in quotes" + (f"; JSON-LD says {printable(stated)[:40]}" if stated else ""))
    lines.append("# category: hyperscaler | neocloud | regional_cloud | marketplace | serverless")
    return lines


def languages_of(seen: list[Seen]) -> list[str]:
    """Languages of the site: what pages and their alternates say, the most frequent first."""
    counts: Counter[str] = Counter()
    for row in seen:
        if row.facts:
            counts.update(filter(None, map(_language, [row.facts.language or "", *row.facts.alternates])))
    return [code for code, _ in counts.most_common(SHOWN)]


def _language(text: str) -> str | None:
    """`de-AT` -> de, `zh-Hans-CN` -> zh-Hans; None for what is no language (`x-default`)."""
    found = re.fullmatch(r"([A-Za-z]{2,3})(?:[-_](Hans|Hant))?(?:[-_][A-Za-z0-9]{2,8})*", text.strip())
    return None if found is None else found[1].lower() + (f"-{found[2].title()}" if found[2] else "")


def address_lines(row: Seen, role: str, today: str | None) -> list[str]:
    """One address of the draft."""
    good, _ = plausible(role, row.reading)
    lines = comment(found_words(row), "    ") if role in ("offers", "regions") or row.reading is not None else []
    if row.machines:
        lines += comment(f"speaks of reading by machines ({', '.join(row.machines)}): read these sentences, then decide on permission", "    ")
    if not good:
        scripts = f"; {row.facts.scripts} scripts: perhaps method: rendered, or a feed behind it" if row.facts and row.facts.scripts > 5 else ""
        lines += comment(f"not what a page of this role should yield{scripts}", "    ")
    date = f"{today}" if today and good else "null"
    lines += [f"    - url: {quoted_url(row.url)}", f"      verified: {date}"]
    if (method := method_of(row)) is not None:
        lines.append(f"      method: {method}")
    language = row.reading.document.language if row.reading else None
    if language and _language(language) == language and not language.startswith("en"):
        lines.append(f"      language: {language}")
    return lines


def quoted_url(url: str) -> str:
    """An address as a YAML scalar."""
    return url if re.fullmatch(r"https?://[\w./~%-]+(\?[\w./~%=&-]*)?", url) else json.dumps(url, ensure_ascii=False)


def draft_text(slug: str, name: str, seen: list[Seen], *, live: bool) -> str:
    """The draft: candidates by role, what was found, and what a person must decide."""
    from crawler.declarations import SCHEMA_LINE

    today = seen[0].capture.fetched_at[:10]
    roles = by_role(seen)
    prices = [o for row in roles.get("offers", []) for o in row.reading.offers]
    lines = [SCHEMA_LINE, *comment(f"DRAFT by `chipwatch providers new`, {today}: {counted(len(seen), 'address', 'addresses')} looked at" + ("" if live else ", in the sample market, not live") + ". For a person to do:")]
    lines += comment("1. permission: search the terms for automated, scrape, crawl, robot; write allowed or forbidden with permission_reason, or leave unknown")
    lines += comment("2. legal_entity, seat_country, category: as the terms and the imprint say")
    lines += comment("3. addresses: take out what does not belong, add what is missing; none_found for what you looked for in vain")
    lines += comment(f"4. chipwatch providers check, chipwatch crawl {slug}, chipwatch providers check {slug}; then delete these lines")
    lines += identity_lines(slug, name, seen)
    website = urljoin(seen[0].url, "/")
    if declarable(website):
        lines.append(f"website: {quoted_url(website)}")
    languages = languages_of(seen)
    lines.append(f"languages: [{', '.join(languages)}]" if languages else "# languages: [en]")
    lines.append("permission: unknown")
    currencies = Counter(o.currency for o in prices if o.currency)
    if currencies:
        lines += comment(f"currencies read: {', '.join(f'{code} ({count})' for code, count in currencies.most_common(5))}; write `currency:` where the sign alone does not tell")
    lines.append("documents:")
    for role in ROLES:
        if role in roles:
            lines.append(f"  {role}:")
            for row in roles[role]:
                lines += address_lines(row, role, today if live else None)
    if not roles:
        lines += ["  offers:", "    # no page was found that belongs here; look for the price page", f"    - url: {quoted_url(seen[0].url)}", "      verified: null"]
    missing = [role for role in ROLES[:-1] if role not in roles]
    if missing:
        lines += comment(f"no page found for: {', '.join(missing)}. Where you looked in vain too, write e.g.", "  ")
        lines.append(f'  # {missing[0]}: {{none_found: {{date: {today}, where: "site footer, legal index, sitemap"}}}}')
    if len(prices) >= 3:
        lines.append(f"assertions: {{offers_min: {max(1, len(prices) * 8 // 10)}}}  # a little below what was read today")
    return "\n".join([*lines, *remarks(seen, roles), ""])


def remarks(seen: list[Seen], roles: dict[str, list[Seen]]) -> list[str]:
    """What else was found, as comments at the end."""
    lines: list[str] = []
    embedded = {words: row.url for row in reversed(seen) if row.facts for words in row.facts.embedded}
    lines += [line for words, url in embedded.items() for line in comment(f"built with: {words}: {url}")]
    feeds = list(dict.fromkeys((link.url, link.text) for row in seen if row.facts for link in row.facts.feeds))
    lines += [line for url, text in feeds[:SHOWN] for line in comment(f"feed or description: {url} ({text})")]
    alternates = {code: url for row in seen[:1] if row.facts for code, url in row.facts.alternates.items()}
    if alternates:
        lines += comment("other languages of the home page: " + ", ".join(f"{code} {url}" for code, url in list(alternates.items())[:SHOWN]))
    lines += [line for row in seen if row.capture.failure is None and row.capture.url.endswith("/llms.txt") and not row.facts for line in comment(f"text twins are listed in {row.url}")]
    used = {row.url for rows in roles.values() for row in rows}
    for row in seen[1:]:
        guessed = row.capture.role
        if row.capture.failure and guessed != "other":
            lines += comment(f"not read: {guessed}: {row.capture.failure}: {row.capture.url}")
        elif not row.capture.failure and row.url not in used and guessed != "other" and not declarable(row.url):
            lines += comment(f"not declared, because it is no https address: {guessed}: {row.url}")
        elif not row.capture.failure and guessed != "other" and (row.reading is None or not row.reading.document.readable):
            why = next((i.text for i in row.reading.issues if i.level == "error"), None) if row.reading is not None else None
            lines += comment(f"came, but cannot be read: {guessed}: {row.url}" + (f" ({why})" if why else "") + "; look at it by hand")
    more = unvisited(seen)
    lines += [line for role, link in more for line in comment(f"not looked at: {role}: {link.url} ({link.text or 'no text'})")]
    return ["", "# --- found besides"] + lines if lines else []


def unvisited(seen: list[Seen]) -> list[tuple[str, Any]]:
    """Links to other sites that look like a document of this provider (terms on the host of a parent company, a status page), and links the budget did not reach."""
    from crawler.probe_links import score

    visited = {row.url.rstrip("/") for row in seen} | {row.capture.url.rstrip("/") for row in seen}
    out: dict[str, tuple[float, str, Any]] = {}
    for row in seen:
        for link in row.facts.links if row.facts else ():
            judged = score(link)
            if judged and judged[0] != "hub" and judged[1] >= 1.8 and link.url.rstrip("/") not in visited:
                out.setdefault(link.url.rstrip("/"), (judged[1], judged[0], link))
    return [(role, link) for _, role, link in sorted(out.values(), key=lambda row: -row[0])[:SHOWN]]


def _write(path: Path, text: str) -> None:
    """Put the draft in place. Raises crawler.errors.DeclarationError where it would not be a sound declaration (a defect of ours), chipwatch.errors.OutputError."""
    from chipwatch.errors import OutputError, explain_os_error
    from crawler.edits import write_checked

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_checked(path, text)
    except OSError as error:
        raise OutputError(explain_os_error(error, f"cannot write {path}:")) from error
