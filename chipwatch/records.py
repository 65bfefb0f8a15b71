"""The typed records that pass between the rooms, and the closed vocabularies they use.

This module imports no room and nothing heavy, so that every room may import it. A record is a plain dataclass; `to_dict` gives
the JSON object of the contract. Unknown is `None`, lists are always lists, times are ISO 8601 in UTC (`2026-11-25T18:30:00Z`),
countries are ISO 3166-1 alpha-2 (occupied Ukrainian regions by ISO 3166-2: UA-43 Crimea, UA-14 Donetsk, UA-09 Luhansk,
UA-23 Zaporizhzhia).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

# --- closed vocabularies ---------------------------------------------------------------------------------------------------------

DOCUMENT_ROLES = (
    "offers", "regions",                                       # supply side: pages and feeds
    "terms_of_service", "acceptable_use", "service_terms", "export_policy", "supported_countries",
    "identity_verification", "payment", "signup", "privacy", "faq", "marketing", "other",
)
SUPPLY_ROLES = frozenset({"offers", "regions"})
# Documents that bind a customer, highest rank first (taxonomy section 5). A role that is not listed informs, but binds nobody.
BINDING_ROLES = ("service_terms", "export_policy", "supported_countries", "terms_of_service", "acceptable_use", "identity_verification", "payment")

CLAUSE_LABELS = {                                              # label -> code in the taxonomy
    "export_compliance": "A1", "sanctions_compliance": "A2", "country_exclusion": "A3/A4", "denied_party": "A5",
    "nationality_restriction": "A6", "residence_restriction": "A7", "headquarters_restriction": "A8", "supported_countries": "A9",
    "end_use_military": "A10", "end_use_wmd": "A11", "end_use_model_training": "A12", "end_use_supercomputer": "A13",
    "remote_access_controlled_chips": "A14", "chip_or_region_limit": "A15", "identity_verification": "A16",
    "payment_restriction": "A17", "resale_restriction": "A18", "suspension_right": "A20", "workload_monitoring": "A22",
    "business_only": "A23", "local_law_duties": "A24",
}
SIGNAL_LABELS = {                                              # label -> code in the taxonomy, section B
    "china_sales_page": "B1", "cn_payment": "B2", "cn_language_site": "B3", "cn_contact": "B4", "no_kyc_claim": "B5",
    "crypto_payment": "B6", "explicit_welcome": "B7", "cn_country_in_signup": "B8", "cn_customer_reference": "B9",
    "mainland_region": "B10", "cn_accelerated_network": "B11", "anti_blockade_marketing": "B12",
}
POLARITIES = ("prohibits", "requires", "conditions", "permits", "describes")
MODES = ("obligation", "representation", "provider_right", "notice", "marketing")
PRICE_UNITS = ("second", "minute", "hour", "day", "month", "year")
PRICE_SCOPES = ("gpu", "instance", "cluster")
COMMITMENTS = ("on_demand", "spot", "reserved", "contact_sales")
AVAILABILITIES = ("listed", "waitlist", "sold_out", "on_request")
CHIP_ROLES = ("offered", "compared", "mentioned")
CUSTOMER_KINDS = {                                             # kind -> (code in the taxonomy, words for print)
    "cn_individual": ("P1", "individual resident in mainland China"),
    "cn_company": ("P2", "company incorporated and headquartered in mainland China"),
    "cn_subsidiary_abroad": ("P3", "subsidiary abroad of a parent headquartered in mainland China"),
    "hk_company": ("P4", "Hong Kong company"),
    "mo_company": ("P5", "Macau company"),
    "cn_national_abroad": ("P6", "Chinese national resident abroad"),
    "listed_party": ("P7", "party on a denied-party list"),
    "embargoed_resident": ("P8", "resident of a comprehensively embargoed place"),
    "ru_company": ("P9", "Russian company"),
    "gulf_company": ("P10", "company in a Gulf state of Country Group D:4"),
    "control": ("P11", "ordinary foreign company (control)"),
}
CORE_CUSTOMER_KINDS = ("cn_individual", "cn_company", "cn_subsidiary_abroad", "embargoed_resident", "listed_party", "control")
VERDICT_CODES = {                                              # code -> label to print (taxonomy section 6)
    "V0": "not assessed",
    "V1": "no restriction stated in the documents read",
    "V2": "generic compliance wording only",
    "V3": "conditional access",
    "V4": "restricted for named parties, uses, chips or regions",
    "V5": "excluded by the stated terms",
    "V6": "stated as available to this customer",
    "VX": "conflicting statements",
}
FAILURE_KINDS = (                                              # what each means, and what to do: crawler/data/failures.yml
    "dns", "timeout", "refused", "robots", "permission", "private_address", "unauthorized", "forbidden", "not_found", "gone",
    "rate_limited", "server_error", "too_large", "wrong_type", "empty", "truncated", "soft_404", "moved", "login_wall", "bot_challenge",
    "selector_missed", "layout_changed", "language_changed", "assertion_broken", "unreadable", "language_not_covered",
    "no_browser", "budget", "not_in_archive", "bad_address", "key_missing", "feed_changed", "other",
)
# Found when a document is read, not when it is fetched: a capture never carries one of these.
READING_FAILURES = frozenset({"selector_missed", "layout_changed", "language_changed", "assertion_broken", "unreadable", "language_not_covered"})
PERMISSIONS = ("allowed", "unknown", "forbidden")
CADENCES = ("daily", "weekly", "monthly", "quarterly")


class ChipwatchError(Exception):
    """Base of every error that a user is meant to read: one line that says what is wrong and what to do. Each room derives its own."""


class Record:
    """Base of all records: conversion to and from plain dictionaries."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON-ready dictionaries and lists."""
        return dataclasses.asdict(self)                        # type: ignore[call-overload]

    @classmethod
    def from_dict(cls, row: dict[str, Any]):
        """Build a record from `to_dict` output. Raises TypeError for a field that the record does not have."""
        return cls(**row)


# --- between crawler and the rest ------------------------------------------------------------------------------------------------

@dataclass(slots=True)
class Source(Record):
    """One address to visit: what a provider declaration, or a line of a sources file, says of it."""

    provider: str                                              # slug
    url: str
    role: str                                                  # one of DOCUMENT_ROLES
    language: str | None = None                                # BCP 47 as declared; None: to be identified
    permission: str = "unknown"                                # forbidden: never fetched, reported as not read
    verified: str | None = None                                # date on which the address was seen live
    method: str = "html"                                       # feed | text | html | rendered | pdf
    select: list[str] = field(default_factory=list)            # CSS of the parts to read; empty: the whole page
    remove: list[str] = field(default_factory=list)
    currency: str | None = None                                # declared where the page's own sign is ambiguous
    provider_name: str | None = None
    cadence: str | None = None                                 # one of CADENCES; None: the default of its role (crawler/data/cadence.yml)
    feed: dict[str, Any] | None = None                         # how a feed is asked for and paged: the `feed:` block of its declaration


@dataclass(slots=True)
class Capture(Record):
    """What one visit gave: a response kept in a WARC file, or the reason why there is none."""

    provider: str
    role: str
    url: str                                                   # as asked for
    run_id: str
    fetched_at: str                                            # time of the capture (WARC-Date), or of the failure
    record_id: str | None = None                               # WARC-Record-ID `<urn:uuid:…>`
    warc_file: str | None = None                               # relative to the data folder
    final_url: str | None = None                               # after redirects
    redirects: list[str] = field(default_factory=list)         # record ids of the redirect responses, in order
    status: int | None = None
    content_type: str | None = None
    payload_sha256: str | None = None                          # of the decoded payload (content encoding removed)
    length: int | None = None                                  # bytes of that payload
    language: str | None = None
    failure: str | None = None                                 # one of FAILURE_KINDS
    note: str | None = None                                    # one sentence for people
    page: int | None = None                                    # of a feed that comes in pages: 1, 2, …
    part_of: str | None = None                                 # pages 2 and on: the declared address whose feed they continue
    more: str | None = None                                    # address of the page that follows; None after the last one
    etag: str | None = None                                    # validators of the payload, as the server stated them (RFC 9110, 8.8)
    last_modified: str | None = None
    warc_offset: int | None = None                             # first byte of the record in the WARC file
    revisit_of: str | None = None                              # record id of the response that holds the payload, where this one only says "not modified"
    moved_to: str | None = None                                # where the server has moved the page for good (301, 308): the declaration is to follow


@dataclass(slots=True)
class ProviderInfo(Record):
    """Identity of a provider, as declared; nothing here is guessed."""

    slug: str
    name: str
    kind: str = "gpu_cloud"                                    # gpu_cloud | adjacent
    legal_entity: str | None = None
    seat_country: str | None = None
    category: str | None = None
    website: str | None = None
    permission: str = "unknown"
    declared: bool = True                                      # False: known from a sources file alone
    expected_roles: list[str] = field(default_factory=list)    # roles that the declaration names a document for
    none_found: dict[str, str] = field(default_factory=dict)   # role -> "DATE, where searched"
    assertions: dict[str, int] = field(default_factory=dict)   # e.g. offers_min
    notes: str | None = None
    sample: bool = False                                       # True: invented for the sample market


# --- out of nlp ------------------------------------------------------------------------------------------------------------------

@dataclass(slots=True)
class Issue(Record):
    """Something an operator should see. Unknown input becomes one of these; it is never guessed or dropped."""

    level: str                                                 # info | warning | error
    code: str                                                  # unknown_chip, unknown_currency, language_not_covered, unreadable, …
    text: str                                                  # the input, or one sentence


@dataclass(slots=True)
class DocumentInfo(Record):
    """One version of a document as read."""

    url: str | None
    kind: str                                                  # terms | offers | regions
    language: str | None
    sha256: str                                                # of the bytes read
    characters: int                                            # of the decoded source text
    title: str | None = None
    charset: str | None = None
    content_type: str | None = None                            # html | markdown | rst | text | json | yaml | xml | csv | pdf
    text_sha256: str | None = None                             # of the normalised text: typographic noise does not change it
    stated_date: str | None = None                             # the date that the document itself states
    language_covered: bool = True                              # a language pack exists (terms)
    readable: bool = True                                      # False: empty, broken or mostly damaged
    refers_to: list[str] = field(default_factory=list)         # roles that the document incorporates (acceptable_use, …)
    binding_language: str | None = None                        # the language version that the document itself says prevails
    text_language: str | None = None                           # what the text reads as, whatever is declared; None where that is not plain
    missed: list[str] = field(default_factory=list)            # declared selectors that match nothing
    structure: dict[str, int] = field(default_factory=dict)    # of what it is built: {"row": 12, "card": 3, "heading": 5 …}


@dataclass(slots=True)
class ChipMention(Record):
    gpu_name: str
    chip: str | None
    role: str                                                  # one of CHIP_ROLES
    text: str
    start: int
    end: int
    gpu_memory: float | None = None                            # GB of one GPU
    form_factor: str | None = None


# Hours that a unit of rental (`Offer.price_unit`) stands for. A month is 730 hours (8,760 / 12), as clouds bill it.
UNIT_HOURS = {"second": 1 / 3600, "minute": 1 / 60, "hour": 1.0, "day": 24.0, "month": 730.0, "year": 8760.0}


@dataclass(slots=True)
class Offer(Record):
    gpu_name: str
    chip: str | None = None
    gpu_count: float | None = None                             # a fraction for a slice of a GPU
    gpu_memory: float | None = None
    form_factor: str | None = None
    instance_name: str | None = None
    price: float | None = None                                 # as printed
    currency: str | None = None                                # ISO 4217, or a coin that prices are printed in (USDC, USDT)
    price_unit: str | None = None
    price_scope: str | None = None
    commitment: str | None = None
    term_months: int | None = None
    tax: str = "unknown"
    price_from: bool = False                                   # a "from" price
    location: str | None = None
    country: str | None = None
    availability: str = "listed"
    quote: str = ""
    start: int | None = None
    end: int | None = None


@dataclass(slots=True)
class Region(Record):
    label: str
    name: str | None = None
    country: str | None = None
    city: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    status: str = "listed"                                     # listed | coming_soon
    quote: str = ""
    start: int | None = None
    end: int | None = None


@dataclass(slots=True)
class Clause(Record):
    label: str                                                 # one of CLAUSE_LABELS
    quote: str                                                 # the very slice [start:end] of the source text
    start: int
    end: int
    polarity: str
    mode: str
    actor: str | None = None                                   # customer | end_user | affiliate | provider | reseller
    target: str | None = None                                  # residence | incorporation | headquarters | ownership | nationality | listed_party | end_use …
    places: list[str] = field(default_factory=list)
    place_groups: list[str] = field(default_factory=list)      # as cited: US-embargoed, UN-sanctioned, D:5, E:1 …
    places_resolved: list[str] = field(default_factory=list)
    chips: list[str] = field(default_factory=list)             # gpu_name, or a class such as 3A090
    regions: list[str] = field(default_factory=list)
    exception: str | None = None                               # its words
    strength: int = 0                                          # 0 boilerplate duty … 3 names China, Hong Kong, Macau, D:5 or the chip
    scope: str | None = None                                   # None: the whole service
    language: str | None = None
    heading_path: list[str] = field(default_factory=list)
    rule: str = ""                                             # extractor and rule id
    confidence: float = 0.5


@dataclass(slots=True)
class Signal(Record):
    label: str
    quote: str
    start: int
    end: int
    rule: str = ""


@dataclass(slots=True)
class Extraction(Record):
    """All that nlp reads from one document."""

    document: DocumentInfo
    chips: list[ChipMention] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    clauses: list[Clause] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> Extraction:
        parts = {"chips": ChipMention, "offers": Offer, "regions": Region, "clauses": Clause, "signals": Signal, "issues": Issue}
        return cls(document=DocumentInfo(**row["document"]), **{name: [kind(**r) for r in row.get(name, [])] for name, kind in parts.items()})


# --- out of assessment -----------------------------------------------------------------------------------------------------------

@dataclass(slots=True)
class Verdict(Record):
    """What the documents of one provider say to one kind of customer. It describes documents, never legality."""

    customer: str                                              # a customer kind
    code: str                                                  # V0 … V6, VX
    rule: str                                                  # id of the row of the rule table that fired
    clauses: list[int] = field(default_factory=list)           # indices into the list of clauses judged
    reasons: list[str] = field(default_factory=list)           # sentences for print
    extraction_confidence: float | None = None
    completeness: float | None = None
    barriers: list[str] = field(default_factory=list)          # practical barriers: labels of A16, A17, A23 clauses
    missing: list[str] = field(default_factory=list)           # expected documents that were not read, with the reason
    scope: str | None = None
