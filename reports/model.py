"""View models: pure functions from the rows of the data set to what a report prints.

Every number of the text and every figure comes from the same objects, made here once. Nothing here formats for a page, draws or opens a file.
Words used below: a provider is a *GPU cloud* when it is declared as one or lists an offer; *listing* means that one of its pages offers a chip
of the class at hand; *read* means that a capture gave a document that could be read.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assessment.customers import parse_customer
from assessment.judge import what_would_change
from chipwatch import __version__
from chipwatch.records import BINDING_ROLES, CLAUSE_LABELS, CUSTOMER_KINDS, READING_FAILURES, SUPPLY_ROLES, VERDICT_CODES
from dataset.judging import provider_info, stored_readings, verdicts_for
from reports import fragments, source, text
from reports.language import _, gettext, n_, ngettext
from reports.source import ReportError, Row

STRONG_CLASS = "3A090.a"                                       # the class of A100 and H100 in the export rules
COMPARED = ("cn_individual", "cn_company", "cn_subsidiary_abroad", "embargoed_resident", "control")
CLOSE_UP_LIMIT = 16                                            # cards; the rule of choice is printed beside them
CLOSE_UP_QUOTES = 3
FAR, FAR_MIN = 5, 5                                            # a price is far off: this many times from the median of at least so many providers
# The order in which a close-up shows clauses that a verdict does not rest on: those that tell customers apart first.
TELLING_LABELS = (
    "headquarters_restriction", "country_exclusion", "residence_restriction", "nationality_restriction", "supported_countries",
    "remote_access_controlled_chips", "chip_or_region_limit", "end_use_model_training", "end_use_supercomputer", "sanctions_compliance",
    "denied_party", "identity_verification", "export_compliance", "business_only", "resale_restriction", "end_use_military",
    "payment_restriction", "suspension_right", "workload_monitoring", "local_law_duties", "end_use_wmd",
)


@dataclass(slots=True)
class Evidence:
    """One document version as captured: what a quote can be checked against."""

    key: str
    provider: str
    role: str
    url: str
    final_url: str
    fetched_at: str
    sha256: str
    record_id: str
    title: str
    language: str
    content_type: str
    stated_date: str | None = None
    status: int | None = None
    readable: bool = True
    cited: bool = False                                        # something in the report rests on it
    reviewed: bool = False                                     # a person has accepted or amended a clause that was read in it
    elsewhere: bool = False                                    # read at another host than the provider's website, such as a repository
    past: bool = False                                         # an earlier capture, on which a present row still rests; counted as no document
    words: str = ""                                            # text directive of the first words that were read there: start, or start,end

    @property
    def terms(self) -> bool:
        return self.role not in SUPPLY_ROLES

    @property
    def place(self) -> str | None:
        """Address of the page at the first words that were read there; None where nothing was, or where a browser could not find them."""
        return fragments.link(self.final_url, self.words)


@dataclass(slots=True)
class ClauseView:
    """A clause, its quote ready for print."""

    id: str
    label: str
    code: str                                                  # A1 … A24
    quote: text.Shown
    language: str | None
    places: list[str]
    place_groups: list[str]
    places_resolved: list[str]
    strength: int
    polarity: str
    mode: str
    exception: str | None
    heading: str
    rule: str
    confidence: float
    start: int
    end: int
    length: int                                                # characters of the whole clause
    evidence: Evidence | None
    review: str | None = None                                  # accepted or amended by a person
    place: str | None = None                                   # address of the page at these words; None where a browser could not find them


@dataclass(slots=True)
class VerdictView:
    customer: str
    code: str
    words: str
    rule: str
    rule_words: str
    reasons: list[str]
    barriers: list[str]
    missing: list[str]
    clause_ids: list[str]
    evidence_ids: list[str]
    extraction_confidence: float | None
    completeness: float | None

    @property
    def confidence(self) -> str:
        """The lower of the two numbers in words (taxonomy section 7)."""
        values = [v for v in (self.extraction_confidence, self.completeness) if v is not None]
        return "not computed" if not values else "high" if min(values) >= 0.8 else "medium" if min(values) >= 0.5 else "low"


@dataclass(slots=True)
class ChipSupply:
    """What one provider lists of one chip family."""

    gpu_name: str
    strong: bool                                               # of the 3A090.a class
    datacenter: bool                                           # marketed for data centres, as A100 and H100 are (RTX4090 is not)
    offers: int
    memories: list[float]                                      # GB, as listed
    countries: list[str]                                       # of offers that name a place
    locations: list[str]                                       # labels of places whose country is not known
    price_usd: float | None                                    # lowest, per GPU-hour
    price_printed: str                                         # the lowest as printed, with unit and commitment; empty: no price stated
    evidence: list[Evidence]
    stale_since: str | None = None                             # an offer was not seen again since then
    far_from: float | None = None                              # the median of all providers, where the price is far from it
    by_country: dict[str, Evidence] = field(default_factory=dict)   # country -> the capture with an offer there


@dataclass(slots=True)
class Unread:
    """A document that was not read, and why."""

    provider: str
    name: str
    role: str
    url: str
    reason: str                                                # a failure kind, or unreadable | language_not_covered
    note: str
    when: str


@dataclass(slots=True)
class ProviderView:
    slug: str
    name: str
    kind: str
    seat: str | None
    legal_entity: str | None
    declared: bool
    website: str | None = None
    chips: list[ChipSupply] = field(default_factory=list)
    region_countries: list[str] = field(default_factory=list)
    prospects: list[str] = field(default_factory=list)         # of a close-up: what would change its verdict
    clauses: list[ClauseView] = field(default_factory=list)
    verdicts: dict[str, VerdictView] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)
    offers: int = 0
    has_offers: bool = False                                   # an offer was read, whatever the briefing is narrowed to
    terms: bool = False                                        # at least one binding document was read

    @property
    def strong_chips(self) -> list[ChipSupply]:
        return [c for c in self.chips if c.strong]

    @property
    def datacenter_chips(self) -> list[ChipSupply]:
        return [c for c in self.chips if c.strong and c.datacenter]

    @property
    def terms_read(self) -> list[Evidence]:
        return [e for e in self.evidence if e.role in BINDING_ROLES and e.readable and not e.past]

    @property
    def gpu_cloud(self) -> bool:
        return self.kind == "gpu_cloud" or self.has_offers or self.offers > 0

    def code(self, customer: str) -> str:
        """Verdict class for a customer kind; V0 where the data set holds none."""
        return self.verdicts[customer].code if customer in self.verdicts else "V0"


@dataclass(slots=True)
class MissionRow:
    """One provider of the table that answers the question."""

    provider: ProviderView
    chips: list[ChipSupply]
    verdicts: list[VerdictView]
    evidence: list[Evidence]
    unread: str                                                # why no verdict is possible for any of the customers; empty: one is


@dataclass(slots=True)
class HeatRow:
    provider: ProviderView
    cells: dict[str, tuple[int, bool, int]]                    # label -> (greatest strength, some clause has an exception, clauses)
    read: bool                                                 # False: no binding document was read
    why: str


@dataclass(slots=True)
class Groups:
    """GPU clouds by what could be read of them; the groups are never merged."""

    both: list[ProviderView]
    offers_only: list[ProviderView]
    terms_only: list[ProviderView]
    neither: list[ProviderView]


@dataclass(slots=True)
class PriceLine:
    chip: str
    prices: list[float]                                        # lowest of each provider, US dollars a GPU-hour
    median: float
    oldest: str = ""                                           # captures that these prices stand in
    newest: str = ""

    def far(self, price: float) -> bool:
        """Whether a price is so far from the others that a reader should check it; it is printed and counted all the same."""
        return len(self.prices) >= FAR_MIN and not self.median / FAR <= price <= self.median * FAR


@dataclass(slots=True)
class ChipRow:
    """One chip of the reference table."""

    chip: str
    memory: str
    tpp: float | None
    density: float | None
    chip_class: str
    working: str


@dataclass(slots=True)
class Briefing:
    title: str
    customer: str
    customer_words: str
    chip: str | None
    region: str | None                                         # words for the countries that offers are narrowed to; None: all
    sample: bool
    run_date: str
    version: str
    data_hash: str
    rates_date: str | None
    rates: list[str]                                           # the rates that prices were converted with, in words
    groups_as_of: str | None
    providers: list[ProviderView]                              # all, by name
    clouds: list[ProviderView]                                 # GPU clouds, by name
    adjacent: list[ProviderView]
    listing: list[ProviderView]                                # GPU clouds that list a chip of the class
    groups: Groups
    compared: list[str]                                        # customer kinds of the mission table
    mission: list[MissionRow]
    bar_clouds: dict[str, int]                                 # verdict code -> GPU clouds
    bar_listing: dict[str, int]                                # verdict code -> listing GPU clouds
    by_customer: list[tuple[str, dict[str, int]]]              # over listing GPU clouds
    families: list[tuple[str, int, bool]]                      # chip family, GPU clouds that list it, of the class
    matrix_chips: list[str]
    named: list[tuple[int, str]]                               # GPU clouds by what their clauses name, with words
    places: list[tuple[str, int]]                              # country, listing GPU clouds with an offer there
    places_unknown: int                                        # listing GPU clouds whose offers name no place
    country_lines: list[Any]                                   # reports.places.CountryLine: the same countries with the captures they rest on
    region_only: list[tuple[str, int]]                         # country, listing GPU clouds with a region there to which no such chip is tied
    group_classes: dict[str, str]                              # country -> D5 | D14 (reports.places)
    dots: list[Any]                                            # reports.seats.DotRow: classes of chip by GPU cloud with an offer, by name
    dot_groups: list[tuple[str, list[ProviderView]]]           # the same by country group of the seat
    seat_regions: list[tuple[str, list[ProviderView]]]         # listing GPU clouds by region of the seat
    prices: list[PriceLine]
    heat: list[HeatRow]
    close_ups: list[ProviderView]
    close_up_candidates: int
    unread: list[Unread]
    unread_reasons: list[tuple[str, int]]
    evidence: list[Evidence]
    addresses: int                                             # asked for, over all runs
    documents_read: int
    clause_count: int
    offer_count: int
    chip_rows: list[ChipRow]                                   # of the families that a GPU cloud lists
    changes: list[Any]                                         # reports.changes.ChangeLine, in order of consequence
    listings: list[Any]                                        # reports.history.Listing: new and gone listings of the chips
    sign_rows: list[Row]                                       # signals of openness, as in the data set
    visits: int                                                # runs that the data set remembers
    issue_counts: list[tuple[str, str, int]]                   # level, code, count
    languages: list[tuple[str, int]]
    oldest: str
    middle: str                                                # half of the documents were captured before
    newest: str
    archive: bool                                              # made from captures that others collected; this program asked no server

    @property
    def chips_words(self) -> str:
        """'A100/H100-class chips', 'H100 in Singapore': what the providers of this briefing list."""
        return (self.chip or _("A100/H100-class chips")) + self.region_words

    @property
    def class_words(self) -> str:
        """The same, of one provider."""
        return (self.chip or _("a chip of class 3A090.a")) + self.region_words

    @property
    def region_words(self) -> str:
        return _(" in %(region)s", region=self.region) if self.region else ""

    @property
    def read(self) -> list[ProviderView]:
        return [p for p in self.providers if any(e.readable for e in p.evidence)]


# --- from rows to views ----------------------------------------------------------------------------------------------------------

def read_briefing(database: Path, *, customer: str = "cn_company", chip: str | None = None, region: str | None = None, title: str | None = None, since: str = "") -> Briefing:
    """The view model of a briefing for one kind of customer, and one chip family or region where `chip` or `region` is given.

    `customer`: one of the vocabulary, or KIND:CC such as company:VN, which is judged now. `region`: where the data centres are, see `reports.places.parse_region`;
    offers that name no country are then left out. Raises UnknownCustomer (assessment), ReportError for a chip that no provider lists or an unknown region,
    and what opening the data set raises.
    """
    from reports.places import parse_region
    with source.opened(database) as connection:
        tables = source.tables(connection)
        facts = source.meta(connection)
        tables["changes"] = [row for row in tables["changes"] if row["changed_at"] >= since]
        items = source.changed_items(connection, tables["changes"])
        asked = parse_customer(customer, (facts.get("run_date") or "2026-01-01")[:10])
        if customer not in CUSTOMER_KINDS:
            slugs = [row["provider"] for row in tables["providers"]]
            tables["verdicts"] += [{**row, "provider": slug, "customer": customer} for (slug, _), row in verdicts_for(connection, slugs, [customer]).items()]
    area = parse_region(region, tables["country_groups"], (facts.get("run_date") or "")[:10])
    if area is not None:
        tables["offers"] = [row for row in tables["offers"] if row.get("country") in area.codes]
        tables["regions"] = [row for row in tables["regions"] if row.get("country") in area.codes]
    providers = build_providers(tables)
    if chip is not None:
        known = sorted({c.gpu_name for p in providers for c in p.chips})
        if chip not in known:
            where = f" in {area.words}" if area else ""
            raise ReportError(f"no provider in this data set lists the chip {chip!r}{where}; listed{where} are: {', '.join(known) or 'none'}")
    result = assemble(providers, tables, facts, items=items, data_hash=facts.get("data_hash") or file_hash(database), customer=customer, customer_words=customer_words(asked.words), chip=chip,
                    region=area.words if area else None, region_codes=area.codes if area else None, title=title)
    with source.opened(database) as connection:
        for provider in result.close_ups:
            provider.prospects = _prospects(connection, provider.slug, customer, facts.get("run_date") or result.run_date)
    return result


def _prospects(connection: sqlite3.Connection, slug: str, customer: str, as_of: str) -> list[str]:
    """What would change the verdict of a close-up, found by judging again (assessment); an address for each place code is left to its words."""
    info = provider_info(connection, slug)
    if info is None:
        return []
    readings, _ = stored_readings(connection, slug)
    return [text.clean(sentence)[0] for sentence in what_would_change(info, readings, customer, as_of=as_of)]


def customer_words(named: str) -> str:
    """'company of VN' -> 'company of Vietnam', in the language of the report."""
    from reports.words import customer                         # it uses this module

    return customer(re.sub(r"\b[A-Z]{2}(?:-\d\d)?\b", lambda m: text.country(m[0]), named))


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def build_providers(tables: dict[str, list[Row]]) -> list[ProviderView]:
    """All providers with all that hangs on them, by name."""
    views = {row["provider"]: ProviderView(
        slug=row["provider"], name=text.label(row["name"], 60) or row["provider"], kind=row.get("kind") or "gpu_cloud", seat=row.get("seat_country"),
        legal_entity=text.label(row.get("legal_entity"), 90) or None, declared=bool(row.get("declared", 1)), website=row.get("website"),
        has_offers=bool(row.get("has_offers")), terms=bool(row.get("has_terms"))) for row in tables["providers"]}
    evidence = _evidence(tables, views)
    _attach_offers(tables, views, evidence)
    _attach_clauses(tables, views, evidence)
    _attach_verdicts(tables, views)
    _attach_unread(tables, views)
    for row in tables["signals"]:
        if row["provider"] in views and row["label"] not in views[row["provider"]].signals:
            views[row["provider"]].signals.append(row["label"])
    return sorted(views.values(), key=lambda p: (text.sort_key(p.name), p.slug))


def _evidence(tables: dict[str, list[Row]], views: dict[str, ProviderView]) -> dict[str, Evidence]:
    """Evidence by its key, hung on its provider in order of address."""
    found: dict[str, Evidence] = {}
    names = {slug: text.sort_key(view.name) for slug, view in views.items()}
    ordered = sorted(tables["documents"], key=lambda r: (names.get(r["provider"], ""), r["provider"], r.get("url") or "", r.get("fetched_at") or ""))
    for number, row in enumerate(ordered, start=1):
        item = Evidence(
            key=row.get("evidence_id") or f"E-{number:05d}", provider=row["provider"], role=row["role"], url=row.get("url") or "",
            final_url=row.get("final_url") or row.get("url") or "", fetched_at=row.get("fetched_at") or "", sha256=row.get("payload_sha256") or row.get("sha256") or "",
            record_id=row.get("record_id") or "", title=text.label(row.get("title"), 80), language=row.get("language") or "",
            content_type=row.get("content_type") or "html", stated_date=row.get("stated_date"), status=row.get("http_status"),
            readable=bool(row.get("readable", 1)), past=bool(row.get("past")))
        if item.key in found:
            continue                                           # the same capture under two roles
        found[item.key] = item
        if item.provider in views:
            item.elsewhere = not same_site(item.final_url, views[item.provider].website)
            views[item.provider].evidence.append(item)
    return found


def same_site(url: str, website: str | None) -> bool:
    """Whether an address is at the host of the website, or one of the two hosts lies under the other; an unknown website is no other host."""
    hosts = []
    for address in (url, website or ""):
        try:
            hosts.append((urlsplit(address).hostname or "").removeprefix("www."))
        except ValueError:
            hosts.append("")
    mine, known = hosts
    return not (mine and known) or mine == known or mine.endswith("." + known) or known.endswith("." + mine)


def _attach_offers(tables: dict[str, list[Row]], views: dict[str, ProviderView], evidence: dict[str, Evidence]) -> None:
    desk = _desk_families(tables["chips"])
    grouped: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in tables["offers"]:
        grouped[row["provider"], row["gpu_name"]].append(row)
        proof = evidence.get(row.get("evidence_id") or "")
        if proof is not None and not proof.words:
            proof.words = fragments.directive(row.get("quote") or "", proof.content_type)
    for (slug, name), offers in sorted(grouped.items()):
        if slug not in views:
            continue
        views[slug].offers += len(offers)
        views[slug].chips.append(chip_supply(name, offers, evidence, name not in desk))
    for row in tables["regions"]:
        view = views.get(row["provider"])
        if view and row.get("country") and row["country"] not in view.region_countries:
            view.region_countries.append(row["country"])
    for view in views.values():
        view.region_countries.sort()
        view.chips.sort(key=lambda c: (not c.strong, not c.datacenter, c.gpu_name))


def _desk_families(chips: list[Row]) -> set[str]:
    """Families of which no chip is marketed for data centres: workstation and consumer cards."""
    marketed = {row["gpu_name"] for row in chips if row.get("datacenter_marketed") != 0}
    return {row["gpu_name"] for row in chips} - marketed


def chip_supply(name: str, offers: list[Row], evidence: dict[str, Evidence], datacenter: bool = True) -> ChipSupply:
    """What the offers of one chip family come to: places, memories, lowest price; the evidence of the lowest price comes first."""
    priced = [o for o in offers if o.get("price_usd_per_gpu_hour") is not None]
    stated = [o for o in offers if o.get("price") is not None]
    lowest = min(priced, key=lambda o: (o["price_usd_per_gpu_hour"], str(o.get("id")))) if priced else min(
        stated, key=lambda o: (o["price"], str(o.get("id")))) if stated else None
    sources = [lowest, *offers] if lowest else offers
    return ChipSupply(
        gpu_name=name, strong=any(_is_strong(o) for o in offers), datacenter=datacenter, offers=len(offers),
        memories=sorted({o["gpu_memory"] for o in offers if o.get("gpu_memory")}),
        countries=sorted({o["country"] for o in offers if o.get("country")}),
        locations=sorted({text.label(o["location"], 40) for o in offers if o.get("location") and not o.get("country")}),
        price_usd=lowest.get("price_usd_per_gpu_hour") if lowest else None, price_printed=printed_price(lowest) if lowest else "",
        evidence=_unique(evidence[o["evidence_id"]] for o in sources if o.get("evidence_id") in evidence),
        stale_since=min((o["stale_since"] for o in offers if o.get("stale_since")), default=None),
        by_country={o["country"]: evidence[o["evidence_id"]] for o in reversed(offers) if o.get("country") and o.get("evidence_id") in evidence})


def _is_strong(offer: Row) -> bool:
    return str(offer.get("chip_class") or "").startswith(STRONG_CLASS)


def printed_price(offer: Row) -> str:
    """'EUR 19.92 / hour per instance of 8, on demand, excl. tax'."""
    units = {"second": "s", "minute": "min", "hour": "h", "day": _("day"), "month": _("month"), "year": _("year")}
    amount = text.figures(offer["price"], 4).rstrip("0").rstrip(".,") if offer["price"] < 1 else text.figures(offer["price"], 2)
    words = f"{offer.get('currency') or _('currency not stated')} {amount}"
    if offer.get("price_unit"):
        words += f"/{units.get(offer['price_unit'], offer['price_unit'])}"
    if offer.get("price_scope") in ("instance", "cluster") and (offer.get("gpu_count") or 1) != 1:
        words += _(" for %(n)s", n=f"{offer['gpu_count']:g}")
    notes = []
    if offer.get("price_from"):
        words = _("from %(price)s", price=words)
    commitment = {"on_demand": _("on demand"), "spot": _("spot"), "reserved": _("reserved"), "contact_sales": _("on request")}.get(offer.get("commitment") or "")
    if commitment:
        term = offer.get("term_months")
        notes.append(commitment + (" " + n_("%(months)s month", "%(months)s months", term, months=f"{term:g}") if term and offer.get("commitment") == "reserved" else ""))
    return ", ".join([words, *notes])


def _attach_clauses(tables: dict[str, list[Row]], views: dict[str, ProviderView], evidence: dict[str, Evidence]) -> None:
    for row in tables["clauses"]:
        view = views.get(row["provider"])
        if view is None:
            continue
        proof = evidence.get(row.get("evidence_id") or "")
        proof_words = fragments.directive(row["quote"], proof.content_type) if proof else ""
        if proof is not None and not proof.words:
            proof.words = proof_words
        view.clauses.append(ClauseView(
            id=str(row.get("id")), label=row["label"], code=CLAUSE_LABELS.get(row["label"], "?"),
            quote=text.shown_quote(row["quote"], proof.content_type if proof else None), language=row.get("language") or (proof.language if proof else None),
            places=row.get("places") or [], place_groups=row.get("place_groups") or [], places_resolved=row.get("places_resolved") or [],
            strength=int(row.get("strength") or 0), polarity=row.get("polarity") or "", mode=row.get("mode") or "", exception=row.get("exception"),
            heading=text.label(" › ".join(row.get("heading_path") or []), 110), rule=text.label(row.get("rule"), 60), confidence=row.get("confidence") or 0.0,
            start=row.get("start") or 0, end=row.get("end") or 0, length=len(row["quote"]), evidence=proof, review=row.get("review"), place=fragments.link(proof.final_url, proof_words) if proof else None))
        if proof is not None and row.get("review"):
            proof.reviewed = True


def _attach_verdicts(tables: dict[str, list[Row]], views: dict[str, ProviderView]) -> None:
    for row in tables["verdicts"]:
        view = views.get(row["provider"])
        if view is not None and row["customer"] not in view.verdicts:
            view.verdicts[row["customer"]] = VerdictView(
                customer=row["customer"], code=row["code"], words=VERDICT_CODES.get(row["code"], row["code"]), rule=row.get("rule") or "",
                rule_words=text.clean(row.get("rule_words"))[0], reasons=[text.clean(r)[0] for r in row.get("reasons") or []], barriers=row.get("barriers") or [],
                missing=[text.clean(str(m))[0] for m in row.get("missing") or []], clause_ids=[str(c) for c in row.get("clauses") or []],
                evidence_ids=[str(e) for e in row.get("evidence") or []],
                extraction_confidence=row.get("extraction_confidence"), completeness=row.get("completeness"))


def latest_visits(captures: list[Row]) -> list[Row]:
    """The last visit of each address in each role: an earlier failure that was made good is no gap."""
    last: dict[tuple[str, str, str], Row] = {}
    for row in sorted(captures, key=lambda r: (r.get("fetched_at") or "", str(r.get("id")))):
        last[row["provider"], row["role"], row.get("url") or ""] = row
    return [last[key] for key in sorted(last)]


def _attach_unread(tables: dict[str, list[Row]], views: dict[str, ProviderView]) -> None:
    present = [row for row in tables["documents"] if not row.get("past")]
    unreadable = [(row, "language_not_covered" if row.get("readable", 1) else "unreadable") for row in present
                  if not row.get("readable", 1) or (row["role"] in BINDING_ROLES and not row.get("language_covered", 1))]
    failed = [(row, row["failure"]) for row in latest_visits(tables["captures"]) if row.get("failure")]
    held = [({**row, "note": row.get("failure_note")}, row["failure"]) for row in present if row.get("status") == "held" and row.get("failure") in READING_FAILURES]
    for row, reason in failed + unreadable + held:
        view = views.get(row["provider"])
        if view is not None:
            view.unread.append(Unread(row["provider"], view.name, row["role"], row.get("url") or "", reason, text.label(row.get("note"), 160),
                                      row.get("fetched_at") or ""))
    for view in views.values():
        view.unread.sort(key=lambda u: (u.role, u.url, u.reason))


# --- from views to the briefing --------------------------------------------------------------------------------------------------

def assemble(providers: list[ProviderView], tables: dict[str, list[Row]], facts: dict[str, str], *, data_hash: str, items: dict[str, dict[str, Row]] | None = None, customer: str = "cn_company",
             customer_words: str | None = None, chip: str | None = None, region: str | None = None, region_codes: frozenset[str] | None = None, title: str | None = None) -> Briefing:
    """All numbers and lists of a briefing, in the order in which they are printed."""
    from reports.words import rates                             # it uses this module

    from reports import history, places, seats                 # they use this module

    clouds = [p for p in providers if p.gpu_cloud]
    listing = [p for p in clouds if _wanted(p, chip)]
    compared = ["cn_company", "cn_subsidiary_abroad", "control"]
    if customer not in compared:
        compared = [customer, "cn_subsidiary_abroad", "control"]
    prices = _prices(listing)
    mission = [_mission_row(p, chip, compared) for p in listing]
    cards, candidates = choose_close_ups(listing, clouds, customer)
    unread = [u for p in providers for u in p.unread]
    times = sorted(e.fetched_at for p in providers for e in p.evidence if e.fetched_at)
    evidence = [e for p in providers for e in p.evidence]
    run_date = (facts.get("run_date") or (times[-1] if times else ""))[:10]
    groups = places.group_classes(tables["country_groups"], run_date)
    countries = places.country_lines(listing, {p.slug: _chips(p, chip) for p in listing}, groups)
    dots = seats.dot_rows(clouds, tables["offers"], tables["chips"], chip)
    seat_groups = {p.slug: seats.seat_group(p.seat, tables["country_groups"], run_date) for p in clouds}
    seat_regions = {p.slug: seats.seat_region(p.seat, tables["country_groups"], run_date) for p in clouds}
    result = Briefing(
        dots=dots, dot_groups=seats.by_words((row.provider for row in dots), seat_groups), seat_regions=seats.by_words(listing, seat_regions),
        title=title or _question(chip, region), region=region, customer=customer, customer_words=customer_words or CUSTOMER_KINDS[customer][1], chip=chip,
        sample=any(row.get("sample") for row in tables["providers"]), run_date=run_date,
        version=facts.get("version") or __version__, data_hash=data_hash, rates_date=facts.get("rates_date") or None, rates=rates(tables["offers"]), groups_as_of=facts.get("place_groups_as_of") or None,
        providers=providers, clouds=clouds, adjacent=[p for p in providers if not p.gpu_cloud], listing=listing, groups=group(clouds),
        compared=compared, mission=mission, bar_clouds=count_codes(clouds, customer), bar_listing=count_codes(listing, customer),
        by_customer=[(kind, count_codes(listing, kind)) for kind in _compared_kinds(customer)], families=_families(clouds),
        matrix_chips=_matrix_chips(listing), named=named_in_terms(clouds), places=sorted(((line.code, line.count) for line in countries), key=lambda kv: (-kv[1], text.sort_key(text.country(kv[0])))), country_lines=countries, region_only=places.region_only(listing, countries), group_classes=groups,
        places_unknown=sum(1 for p in listing if not _countries(p, chip)),
        prices=prices, heat=heat_rows(clouds), close_ups=cards, close_up_candidates=candidates, unread=unread,
        unread_reasons=sorted(Counter(u.reason for u in unread).items(), key=lambda kv: (-kv[1], kv[0])), evidence=evidence,
        addresses=len(latest_visits(tables["captures"])), documents_read=sum(1 for e in evidence if e.readable and not e.past), clause_count=len(tables["clauses"]),
        offer_count=len(tables["offers"]), chip_rows=_chip_rows(tables["chips"], clouds), changes=_changes(tables, items or {}, clouds),
        listings=history.listing_changes(tables["changes"], (items or {}).get("offer", {}), {p.slug for p in clouds}, {e.key: e for e in evidence}, chip, region_codes),
        sign_rows=tables["signals"], visits=len({row["run_id"] for row in tables["captures"]}), issue_counts=_issue_counts(tables["issues"]),
        languages=sorted(Counter(e.language for e in evidence if e.terms and e.readable and e.language and not e.past).items(), key=lambda kv: (-kv[1], kv[0])),
        oldest=times[0] if times else "", middle=times[len(times) // 2] if times else "", newest=times[-1] if times else "",
        archive=facts.get("modes") == '["archive"]')
    mark_cited(result)
    for provider in providers:
        provider.evidence = [e for e in provider.evidence if e.cited or not e.past]
    result.evidence = [e for p in providers for e in p.evidence]
    return result


def _question(chip: str | None, region: str | None) -> str:
    chips = chip or _("A100/H100-class chips")
    if region:
        return _("Which clouds rent %(chips)s in %(region)s, at what price, and what do their public terms say about who may rent them?", chips=chips, region=region)
    return _("Which clouds rent %(chips)s, where, at what price, and what do their public terms say about who may rent them?", chips=chips)


def _wanted(provider: ProviderView, chip: str | None) -> bool:
    return any(c.gpu_name == chip if chip else c.strong for c in provider.chips)


def _chips(provider: ProviderView, chip: str | None) -> list[ChipSupply]:
    return [c for c in provider.chips if (c.gpu_name == chip if chip else c.strong)]


def _countries(provider: ProviderView, chip: str | None) -> list[str]:
    return sorted({country for c in _chips(provider, chip) for country in c.countries})


def _compared_kinds(customer: str) -> list[str]:
    return [*COMPARED] if customer in COMPARED else [customer, *COMPARED]


def mission_chips(provider: ProviderView, chip: str | None) -> list[ChipSupply]:
    """The lines of a provider in the table: one a family; workstation and consumer cards of the class share one line."""
    chips = _chips(provider, chip)
    desk = [c for c in chips if not c.datacenter]
    if len(desk) < 2:
        return _unpriced_together(chips)
    lowest = min(desk, key=lambda c: (c.price_usd is None, c.price_usd or 0.0, c.gpu_name))
    merged = ChipSupply(
        gpu_name=", ".join(c.gpu_name for c in desk), strong=True, datacenter=False, offers=sum(c.offers for c in desk), memories=[],
        countries=sorted({code for c in desk for code in c.countries}), locations=sorted({place for c in desk for place in c.locations}),
        price_usd=lowest.price_usd, price_printed=f"{lowest.gpu_name}: {lowest.price_printed}" if lowest.price_printed else "",
        evidence=_unique(e for c in [lowest, *desk] for e in c.evidence), stale_since=min((c.stale_since for c in desk if c.stale_since), default=None))
    return _unpriced_together([c for c in chips if c.datacenter]) + [merged]


def _unpriced_together(chips: list[ChipSupply]) -> list[ChipSupply]:
    """Lines with a price, then one line for each set of places at which chips are listed without one."""
    groups: dict[tuple, list[ChipSupply]] = defaultdict(list)
    for chip in chips:
        if not chip.price_printed:
            groups[chip.datacenter, tuple(chip.countries), tuple(chip.locations), chip.stale_since].append(chip)
    lines = [c for c in chips if c.price_printed]
    for same in groups.values():
        names = ", ".join(c.gpu_name + (f"\u00a0{'/'.join(f'{m:g}' for m in c.memories)}\u00a0GB" if c.memories else "") for c in same)
        lines.append(same[0] if len(same) == 1 else ChipSupply(
            gpu_name=names, strong=True, datacenter=same[0].datacenter, offers=sum(c.offers for c in same), memories=[], countries=same[0].countries,
            locations=same[0].locations, price_usd=None, price_printed="", evidence=_unique(e for c in same for e in c.evidence), stale_since=same[0].stale_since))
    return lines


def _mission_row(provider: ProviderView, chip: str | None, compared: list[str]) -> MissionRow:
    chips = mission_chips(provider, chip)
    verdicts = [provider.verdicts.get(kind) or no_verdict(kind) for kind in compared]
    known = {e.key: e for e in provider.evidence}
    proofs = [e for c in chips for e in c.evidence[:1]]
    proofs += [known[key] for v in verdicts for key in v.evidence_ids if key in known]
    unread = ""
    if all(v.code == "V0" for v in verdicts):
        unread = _("not assessed: not every document that binds was read") if provider.terms else _("not assessed: no terms read, %(why)s", why=unread_words(provider))
    return MissionRow(provider, chips, verdicts, _unique(proofs), unread)


def no_verdict(customer: str) -> VerdictView:
    """What is printed where the data set holds no verdict."""
    return VerdictView(customer, "V0", VERDICT_CODES["V0"], "", "", ["no terms document was read"], [], [], [], [], None, None)


def count_codes(providers: Iterable[ProviderView], customer: str) -> dict[str, int]:
    """Verdict code -> providers; every code is there, V0 too."""
    found = Counter(p.code(customer) for p in providers)
    return {code: found.get(code, 0) for code in VERDICT_CODES}


def group(clouds: list[ProviderView]) -> Groups:
    """GPU clouds by whether offers and binding terms of them were read."""
    def having(offers: bool, terms: bool) -> list[ProviderView]:
        return [p for p in clouds if (p.has_offers or p.offers > 0) == offers and p.terms == terms]
    return Groups(having(True, True), having(True, False), having(False, True), having(False, False))


CHINA = frozenset({"CN", "HK", "MO"})


def named_in_terms(clouds: list[ProviderView]) -> list[tuple[int, str]]:
    """How many GPU clouds with terms read have a clause that names China, a parent's seat, controlled chips, an identity check."""
    read = [p for p in clouds if p.terms]

    def having(test: Callable[[ClauseView], bool]) -> int:
        return sum(1 for p in read if any(test(c) for c in p.clauses))
    china, seat, chips, identity = (having(test) for test in (
        lambda c: bool(CHINA & set(c.places)) and c.label != "local_law_duties", lambda c: c.label == "headquarters_restriction",
        lambda c: c.label in ("remote_access_controlled_chips", "chip_or_region_limit"), lambda c: c.label == "identity_verification"))
    return [
        (china, ngettext("names mainland China, Hong Kong or Macau in a clause on access", "name mainland China, Hong Kong or Macau in a clause on access", china)),
        (seat, ngettext("has a clause on incorporation, headquarters or owners (A8)", "have a clause on incorporation, headquarters or owners (A8)", seat)),
        (chips, ngettext("has a clause on controlled chips, remote access or regions (A14, A15)", "have a clause on controlled chips, remote access or regions (A14, A15)", chips)),
        (identity, ngettext("states a check of identity or business (A16)", "state a check of identity or business (A16)", identity)),
    ]


def _families(clouds: list[ProviderView]) -> list[tuple[str, int, bool]]:
    counts = Counter(c.gpu_name for p in clouds for c in p.chips)
    strong = {c.gpu_name for p in clouds for c in p.chips if c.strong}
    return sorted(((name, n, name in strong) for name, n in counts.items()), key=lambda f: (-f[1], f[0]))


def _matrix_chips(listing: list[ProviderView]) -> list[str]:
    counts = Counter(c.gpu_name for p in listing for c in p.datacenter_chips)
    return sorted(counts, key=lambda name: (-counts[name], name))


def _prices(listing: list[ProviderView]) -> list[PriceLine]:
    found: dict[str, list[ChipSupply]] = defaultdict(list)
    for provider in listing:
        for chip in provider.datacenter_chips:
            if chip.price_usd is not None and chip.price_usd > 0:
                found[chip.gpu_name].append(chip)
    lines = []
    for name, chips in found.items():
        times = sorted(c.evidence[0].fetched_at for c in chips if c.evidence)
        prices = sorted(c.price_usd or 0.0 for c in chips)
        lines.append(PriceLine(name, prices, statistics.median(prices), times[0] if times else "", times[-1] if times else ""))
        for chip in chips:
            chip.far_from = lines[-1].median if lines[-1].far(chip.price_usd or 0.0) else None
    return sorted(lines, key=lambda line: (-len(line.prices), line.chip))


def heat_rows(clouds: list[ProviderView]) -> list[HeatRow]:
    """Clause table, by seat country and name; a provider of whom no terms were read keeps its row and says why."""
    table = []
    for provider in sorted(clouds, key=lambda p: (text.sort_key(text.country(p.seat)) if p.seat else "~", text.sort_key(p.name), p.slug)):
        cells: dict[str, tuple[int, bool, int]] = {}
        for clause in provider.clauses:
            strength, exception, number = cells.get(clause.label, (0, False, 0))
            cells[clause.label] = (max(strength, clause.strength), exception or bool(clause.exception), number + 1)
        table.append(HeatRow(provider, cells, provider.terms, "" if provider.terms else unread_words(provider)))
    return table


def unread_words(provider: ProviderView) -> str:
    """Why no terms of a provider were read, in a few words."""
    reasons = [u.reason for u in provider.unread if u.role in BINDING_ROLES]
    return text.listing(sorted({gettext(REASON_WORDS.get(r, r)) for r in reasons})) if reasons else _("no address of terms is known")


REASON_WORDS = {
    "dns": "host name not found", "timeout": "no answer in time", "refused": "connection refused", "robots": "robots.txt asks not to",
    "permission": "its terms forbid automated reading", "private_address": "private address", "unauthorized": "login needed",
    "forbidden": "access denied (403)", "not_found": "not found (404)", "gone": "gone (410)", "rate_limited": "asked to slow down (429)",
    "server_error": "server error", "too_large": "larger than the size limit", "wrong_type": "not a text document", "empty": "empty answer",
    "truncated": "incomplete answer", "budget": "page budget spent", "no_browser": "needs a browser", "not_in_archive": "not in the archive", "bad_address": "bad address",
    "soft_404": "says that it is not there", "moved": "moved elsewhere", "login_wall": "a sign-in page instead", "bot_challenge": "a check for robots instead",
    "selector_missed": "a declared selector matches nothing", "layout_changed": "the page changed and gives far less", "language_changed": "came in another language",
    "assertion_broken": "outside the declared bounds", "key_missing": "needs a key", "feed_changed": "the feed has changed its fields", "other": "other error", "unreadable": "fetched, text could not be read", "language_not_covered": "language not covered by the clause rules",
}


def choose_close_ups(listing: list[ProviderView], clouds: list[ProviderView], customer: str) -> tuple[list[ProviderView], int]:
    """(cards by name, number of candidates). Candidates are the GPU clouds with a clause to quote.

    Where there are more candidates than cards: V4, V5, V6 and VX first, then V3, then V2 and V1, then V0; within these the providers that list
    the chips, then those that treat customers differently, then those with more clauses.
    """
    decisive = {"V4": 0, "V5": 0, "VX": 0, "V6": 0, "V3": 1, "V2": 2, "V1": 2, "V0": 3}
    listed = {p.slug for p in listing}
    candidates = [p for p in clouds if p.clauses]

    def rank(provider: ProviderView) -> tuple:
        differs = provider.code("cn_subsidiary_abroad") != provider.code("cn_company") or provider.code("control") != provider.code("cn_company")
        return (decisive[provider.code(customer)], provider.slug not in listed, not differs, -len(provider.clauses), provider.slug)
    chosen = sorted(candidates, key=rank)[:CLOSE_UP_LIMIT]
    return sorted(chosen, key=lambda p: (text.sort_key(p.name), p.slug)), len(candidates)


def close_up_clauses(provider: ProviderView, customer: str, limit: int = CLOSE_UP_QUOTES) -> list[ClauseView]:
    """The clauses that a card quotes: those the verdict rests on, then the most telling others, one a label."""
    verdict = provider.verdicts.get(customer)
    resting = set(verdict.clause_ids) if verdict else set()
    ranks = {label: n for n, label in enumerate(TELLING_LABELS)}
    ordered = sorted(provider.clauses, key=lambda c: (c.id not in resting, -c.strength if c.id in resting else 0, ranks.get(c.label, 99), -c.strength, c.start))
    chosen: list[ClauseView] = []
    for clause in ordered:
        if len(chosen) < limit and all(clause.label != c.label and clause.quote.text != c.quote.text for c in chosen):
            chosen.append(clause)
    return chosen


def _changes(tables: dict[str, list[Row]], items: dict[str, dict[str, Row]], clouds: list[ProviderView]) -> list[Any]:
    from reports.changes import change_lines                   # it uses this module

    slugs = {p.slug for p in clouds}
    return change_lines([row for row in tables["changes"] if row["provider"] in slugs], items)


def _chip_rows(chips: list[Row], clouds: list[ProviderView]) -> list[ChipRow]:
    listed = {c.gpu_name for p in clouds for c in p.chips}
    made = []
    for row in sorted(chips, key=lambda r: (-(r.get("tpp") or 0), r["chip"])):
        if row["gpu_name"] in listed:
            words = [text.clean(row.get(name))[0] for name in ("tpp_working", "doubts")]
            made.append(ChipRow(row["chip"], "/".join(f"{m:g}" for m in row.get("memory_gb") or []), row.get("tpp"), row.get("performance_density"),
                                row.get("chip_class") or "unsure", ". ".join(w.rstrip(".") for w in words if w)))
    return made


def _issue_counts(issues: list[Row]) -> list[tuple[str, str, int]]:
    counts = Counter((row.get("level") or "", row.get("code") or "") for row in issues)
    return sorted(((level, code, n) for (level, code), n in counts.items()), key=lambda i: ({"error": 0, "warning": 1}.get(i[0], 2), -i[2], i[1]))


def standing_captures(provider: ProviderView) -> list[Evidence]:
    """The captures that a line of the annex links to: binding documents, and whatever else holds a clause. Pending rules, figures and cards rest on these."""
    return _unique([*provider.terms_read, *(c.evidence for c in provider.clauses if c.evidence is not None)])


def supply_captures(provider: ProviderView) -> list[Evidence]:
    """The captures of a provider's offers."""
    return _unique(e for chip in provider.chips for e in chip.evidence)


def mark_cited(briefing: Briefing) -> None:
    """Mark the evidence that a table, a card or a verdict of this briefing rests on: just that to which its pages link, known before they are made."""
    from reports import conflicts, history                     # they use this module

    resting: list[Evidence | None] = [e for row in briefing.mission for e in row.evidence]
    for provider in briefing.clouds:
        resting += [*standing_captures(provider), *supply_captures(provider)]
    resting += [e for provider in briefing.adjacent for e in provider.evidence if not e.past]
    resting += [sign.evidence for opposed in conflicts.opposed(briefing, briefing.sign_rows) for sign in opposed.signs]
    resting += [listing.evidence for listing in briefing.listings]
    resting += [proof for line in briefing.country_lines for _, proof in line.entries]
    known = {e.key: e for e in briefing.evidence}
    resting += [known.get(line.evidence_id or "") for line in history.redlines(briefing)]
    for item in resting:
        if item is not None:
            item.cited = True


def _unique(items: Iterable[Evidence]) -> list[Evidence]:
    return list({item.key: item for item in items}.values())
