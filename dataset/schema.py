"""The tables and views of the data set: names, types, meanings. One description serves the file, the exports and the data dictionary."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from chipwatch.records import Capture, Clause, Offer, ProviderInfo, Region, Signal

SCHEMA_VERSION = 6                                             # PRAGMA user_version; raise it with every change of a table or view
APPLICATION_ID = 0x43485031                                    # PRAGMA application_id: "CHP1"


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `kind`: text | integer | real | boolean (0 or 1) | json (a list or object as JSON text) | time (ISO 8601, UTC)."""

    name: str
    kind: str
    meaning: str

    @property
    def sql(self) -> str:
        return {"integer": "INTEGER", "boolean": "INTEGER", "real": "REAL"}.get(self.kind, "TEXT")


@dataclass(frozen=True, slots=True)
class Table:
    """A table (singular name) and the view on it (plural name); with `history`, the view shows the present and NAME_history all states."""

    name: str
    view: str
    meaning: str
    columns: tuple[Column, ...]
    key: str | None = "id"
    history: bool = False
    indexes: tuple[str, ...] = ()
    order: str = "provider, id"                                # stable order of exports

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.columns]


MEANINGS = {
    # offers
    "gpu_name": "family of the chip, vendor left out, upper case (gpuhunt's spelling): H100, A100, L40S, MI300X",
    "chip": "exact chip (key of the view chips) where memory and form factor decide it",
    "gpu_count": "accelerators in what is priced; a fraction for a slice of one",
    "gpu_memory": "memory of one accelerator, GB",
    "form_factor": "SXM, PCIe, NVL …",
    "instance_name": "the provider's name of the product, as printed",
    "price": "as printed, in `currency` per `price_unit` for `price_scope`; null where none is stated",
    "currency": "ISO 4217, or USDC, USDT",
    "price_unit": "second, minute, hour, day, month or year",
    "price_scope": "what the price is for: gpu, instance or cluster",
    "commitment": "on_demand, spot, reserved or contact_sales",
    "term_months": "length of the commitment where stated, months",
    "tax": "included, excluded or unknown",
    "price_from": "1 where the page states a \"from\" price",
    "location": "place or region as printed",
    "country": "ISO 3166-1 alpha-2 of the data centre",
    "availability": "listed, waitlist, sold_out or on_request",
    "quote": "the very slice [start:end] of the decoded source text, markup included",
    "start": "offset of the quote in characters of the decoded source text",
    "end": "offset of its end (a keyword of SQL: write \"end\")",
    # regions
    "label": "regions: the provider's own label; clauses and signals: one of the closed vocabulary of the taxonomy",
    "name": "name as printed",
    "city": "city where stated", "latitude": "degrees north", "longitude": "degrees east", "status": "listed or coming_soon",
    # clauses
    "polarity": "prohibits, requires, conditions, permits or describes",
    "mode": "obligation, representation, provider_right, notice or marketing",
    "actor": "customer, end_user, affiliate, provider or reseller",
    "target": "attribute that the clause tests: residence, incorporation, headquarters, ownership, nationality, listed_party, end_use …",
    "places": "countries and territories named as excluded or included by the rule (ISO 3166)",
    "place_groups": "groups cited instead of names: US-embargoed, D:5, E:1 …",
    "places_resolved": "members of the groups cited, on the day in places_resolved_on",
    "chips": "chips or chip classes that the clause names",
    "regions": "provider regions that the clause names",
    "exception": "words of an exception in the clause",
    "strength": "0 boilerplate duty, 1 conditional, 2 explicit but generic, 3 names China, Hong Kong, Macau, D:5 or the chip",
    "scope": "product, plan or contracting entity that the clause is limited to; null: the whole service",
    "language": "BCP 47",
    "heading_path": "headings above the clause, outermost first",
    "rule": "clauses: extractor and rule id; verdicts: id of the row of the rule table that fired",
    "confidence": "clauses: 0-1, that the clause says what the record says; verdicts: the lower of the two confidences",
    # captures
    "provider": "slug of the provider",
    "role": "role of the document in the closed vocabulary (terms_of_service, acceptable_use, offers …)",
    "url": "address as declared", "run_id": "run that made the capture", "fetched_at": "time of the capture, or of the failure",
    "record_id": "WARC-Record-ID of the response", "warc_file": "WARC file, relative to the data folder", "final_url": "address after redirects",
    "redirects": "record ids of the redirect responses, in order", "content_type": "captures: as served; documents: as read", "payload_sha256": "SHA-256 of the decoded payload",
    "length": "bytes of the payload", "failure": "why there is no document (closed vocabulary)", "note": "one sentence for people",
    "page": "of a feed that comes in pages: 1, 2, …", "part_of": "pages 2 and on: the declared address whose feed they continue", "more": "address of the page that follows in the feed",
    "etag": "entity tag of the payload, as the server stated it", "last_modified": "Last-Modified of the payload, as the server stated it", "warc_offset": "first byte of the record in the WARC file",
    "revisit_of": "record id of the response that holds the payload, where the server only said that the page is unchanged (status 304) or sent the same bytes again",
    "moved_to": "address to which the server has moved the page for good (status 301 or 308)",
    # providers
    "slug": "key of the provider", "kind": "providers: gpu_cloud or adjacent; documents: terms, offers or regions", "legal_entity": "contracting entity, as declared",
    "seat_country": "ISO 3166-1 alpha-2 of the seat, as declared", "category": "as declared", "website": "as declared",
    "permission": "whether the provider's terms let machines read: allowed, unknown or forbidden", "declared": "1: has a declaration; 0: known from a sources file alone",
    "expected_roles": "roles that the declaration names a document for", "none_found": "role -> date and place of a search that found no such document",
    "assertions": "what the declaration expects of a run, such as offers_min", "notes": "as declared", "sample": "1: invented for the sample market",
}

EVIDENCE = (
    Column("evidence_id", "text", "key of the capture that this rests on, as printed in reports (E-…)"),
    Column("document_id", "text", "version of the document, key of the view documents"),
    Column("role", "text", MEANINGS["role"]),
    Column("url", "text", MEANINGS["url"]),
    Column("final_url", "text", MEANINGS["final_url"]),
    Column("record_id", "text", MEANINGS["record_id"]),
    Column("payload_sha256", "text", MEANINGS["payload_sha256"]),
    Column("captured_at", "time", "time of that capture"),
)
LIFE = (
    Column("first_seen", "time", "capture in which it was first seen"),
    Column("last_changed", "time", "capture in which its present state was first seen"),
    Column("last_checked", "time", "last capture that showed it in this state"),
    Column("gone_since", "time", "first capture that no longer showed it, or showed it in another state"),
    Column("stale_since", "time", "first failed visit, or unreadable page, since last_checked; null where the last visit succeeded"),
    Column("current", "boolean", "1: the present state; 0: a past one"),
)
_KINDS = {
    "gpu_count": "real", "gpu_memory": "real", "price": "real", "latitude": "real", "longitude": "real", "confidence": "real",
    "start": "integer", "end": "integer", "term_months": "integer", "strength": "integer", "length": "integer",
    "price_from": "boolean", "declared": "boolean", "sample": "boolean", "fetched_at": "time",
}
_JSON_FIELDS = {"places", "place_groups", "places_resolved", "chips", "regions", "heading_path", "redirects", "expected_roles", "none_found", "assertions"}


def _fields(record: type, *, skip: tuple[str, ...] = (), kinds: dict[str, str] | None = None) -> tuple[Column, ...]:
    chosen = {**_KINDS, **(kinds or {})}
    return tuple(Column(f.name, "json" if f.name in _JSON_FIELDS else chosen.get(f.name, "text"), MEANINGS[f.name]) for f in dataclasses.fields(record) if f.name not in skip)


ID = Column("id", "text", "stable key, made from the source fields; the same captures always give the same key")
PROVIDER = Column("provider", "text", MEANINGS["provider"])

TABLES: tuple[Table, ...] = (
    Table("provider", "providers", "One row a provider.", (
        PROVIDER, *_fields(ProviderInfo, skip=("slug",)),
        Column("has_offers", "boolean", "1: at least one current offer"),
        Column("has_terms", "boolean", "1: at least one binding document was read"),
        Column("evidence_group", "text", "offers_and_terms, offers_only, terms_only or neither; never merged into one count"),
        Column("offer_count", "integer", "current offers"),
        Column("strong_chip_count", "integer", "current offers of 3A090.a-class chips (A100/H100 class)"),
        Column("clause_count", "integer", "current clauses"),
        Column("document_count", "integer", "documents that were captured"),
        *LIFE,
    ), key="provider", order="provider"),
    Table("document", "documents", "One row a version of a document.", (
        ID, PROVIDER,
        Column("role", "text", MEANINGS["role"]), Column("url", "text", MEANINGS["url"]), Column("final_url", "text", MEANINGS["final_url"]),
        Column("title", "text", "title as printed"), Column("kind", "text", MEANINGS["kind"]), Column("language", "text", "BCP 47, declared or identified"),
        Column("content_type", "text", "html, markdown, rst, text, json, yaml, xml, csv or pdf"), Column("charset", "text", "as decoded"),
        Column("characters", "integer", "of the decoded source text"), Column("stated_date", "text", "date that the document itself states"),
        Column("status", "text", "read, unreadable, language_not_covered, unread, or held (read, but not taken over: see failure)"),
        Column("readable", "boolean", "0: empty, broken or mostly damaged"), Column("language_covered", "boolean", "0: no rules for its language"),
        Column("refers_to", "json", "roles of documents that it makes part of itself"),
        Column("binding_language", "text", "the language version that the document itself says prevails, BCP 47; null: it says nothing of that"),
        Column("version", "integer", "1 for the first version seen at this address"),
        Column("sha256", "text", "of the bytes read"), Column("text_sha256", "text", "of the normalised text: typographic noise does not change it"),
        Column("evidence_id", "text", EVIDENCE[0].meaning), Column("record_id", "text", MEANINGS["record_id"]), Column("payload_sha256", "text", MEANINGS["payload_sha256"]),
        Column("fetched_at", "time", "time of the latest capture of this version"), Column("http_status", "integer", "HTTP status of that capture"),
        Column("alias_of", "text", "another document of the provider with the same bytes; items are counted there"),
        Column("failure", "text", "why there are no fresh data, where there are none: the last visit failed, or what it gave is not taken over (closed vocabulary)"),
        Column("failure_note", "text", "the same in one sentence"),
        *LIFE,
    ), history=True, order="provider, role, url, version"),
    Table("capture", "captures", "One row a visit: a response kept in a WARC file, or the reason why there is none.", (
        ID, Column("evidence_id", "text", EVIDENCE[0].meaning), *_fields(Capture, kinds={"status": "integer", "page": "integer", "warc_offset": "integer"}),
        Column("document_id", "text", EVIDENCE[1].meaning),
    ), order="provider, role, url, fetched_at, id"),
    Table("offer", "offers", "One row an offer of accelerators for rent.", (
        ID, PROVIDER, *_fields(Offer),
        Column("chip_class", "text", "3A090.a, 3A090.b, none or unsure, by the chip's published figures (see chips)"),
        Column("price_usd_per_gpu_hour", "real", "price converted to US dollars per accelerator and hour; null where a rate, unit or count is unknown"),
        Column("fx_rate", "real", "US dollars for one unit of `currency`"), Column("fx_date", "text", "day of the ECB reference rate"),
        *EVIDENCE, *LIFE,
    ), history=True, indexes=("provider, gpu_name", "gpu_name, current")),
    Table("region", "regions", "One row a data-centre region.", (ID, PROVIDER, *_fields(Region), *EVIDENCE, *LIFE), history=True),
    Table("clause", "clauses", "One row a clause of a terms document.", (
        ID, PROVIDER, *_fields(Clause), Column("places_resolved_on", "text", "day for which the groups were resolved"),
        Column("review", "text", "accepted or amended by a person (view reviews); null: as the machine read it"), *EVIDENCE, *LIFE,
    ), history=True, indexes=("provider, label", "label, current")),
    Table("signal", "signals", "One row a sign of openness or reserve towards Chinese customers; never permission by itself.", (
        ID, PROVIDER, *_fields(Signal), *EVIDENCE, *LIFE,
    ), history=True),
    Table("verdict", "verdicts", "One row a provider and kind of customer: what the documents say. It describes documents, never legality.", (
        ID, PROVIDER, Column("customer", "text", "kind of customer"), Column("customer_words", "text", "the same in words"),
        Column("code", "text", "V0 … V6, VX"), Column("verdict", "text", "the code in words"), Column("rule", "text", MEANINGS["rule"]),
        Column("rule_words", "text", "that row in words"), Column("clauses", "json", "ids of the clauses it rests on (view clauses)"),
        Column("evidence", "json", "evidence ids of those clauses, or of the documents read where it rests on silence"),
        Column("reasons", "json", "sentences for print"), Column("extraction_confidence", "real", "is the clause what we say? 0-1; null without clauses"),
        Column("completeness", "real", "did we read what binds? 0-1"), Column("confidence", "real", MEANINGS["confidence"]),
        Column("barriers", "json", "practical barriers stated: identity, payment, business only"), Column("missing", "json", "expected documents that were not read, with the reason"),
        Column("scope", "text", MEANINGS["scope"]), Column("as_of", "time", "time for which it holds"),
        Column("review", "text", "reviewed: decisions of people bear on the clauses that it rests on; changed: without them the code would be another one; null: as the machine read it"), *LIFE,
    ), history=True, order="provider, customer, id"),
    Table("review", "reviews", "One row a decision of a person on a machine finding. A rejected clause is no longer in the view clauses; it stands here.", (
        ID, PROVIDER, Column("clause", "text", "id of the clause (view clauses, but for a rejected one)"), Column("decision", "text", "accept, amend, reject or withdraw"),
        Column("status", "text", "in_force, superseded by a later decision, withdrawn, or lapsed because these words no longer stand there"),
        Column("decided_by", "text", "who"), Column("decided_at", "time", "when"), Column("why", "text", "note of the person"),
        Column("label", "text", "label that the machine gave"), Column("changes", "json", "amended fields: label, polarity, mode, places, place_groups, exception, strength, span"),
        Column("machine", "json", "the same fields as the machine read them"), Column("quote", "text", "words that the machine found; of a lapsed decision, their beginning"),
        Column("text_sha256", "text", "SHA-256 of the words, white space counted once; the decision is bound to it"), *EVIDENCE,
    ), order="provider, decided_at, id"),
    Table("receipt", "receipts", "One row an address of a document that is expected of a provider, or an expected document without an address: what became of it. The completeness receipt.", (
        ID, PROVIDER, Column("role", "text", MEANINGS["role"]), Column("why", "text", "why the document is expected: of every provider, declared, or referred to by what was read"),
        Column("role_status", "text", "of the document, all its addresses together: read, none_found (declared so, which counts as read) or missing"),
        Column("role_reason", "text", "why it is missing, or when and where it was searched"),
        Column("url", "text", "address as declared; null: no address is known"),
        Column("status", "text", "of this address: read, translation (another language version binds), same (leads to a document that was read) or missing; null without an address"),
        Column("reason", "text", "why this address does not count by itself"), Column("language", "text", "BCP 47"),
        Column("evidence_id", "text", EVIDENCE[0].meaning), Column("record_id", "text", MEANINGS["record_id"]),
        Column("fetched_at", "time", "time of the capture, or of the failed visit"),
        Column("completeness", "real", "of the provider, 0-1: the second of the two confidences of each of its verdicts"),
    ), order="provider, id"),
    Table("issue", "issues", "One row a thing that an operator should see.", (
        ID, PROVIDER, Column("level", "text", "info, warning or error"), Column("code", "text", "kind of issue"), Column("text", "text", "the input, or one sentence"),
        Column("times", "integer", "how often in that document"), *EVIDENCE,
    )),
    Table("chip", "chips", "One row an accelerator: our data, with sources and doubts. Arithmetic on public figures, not a classification ruling.", (
        Column("chip", "text", "key"), Column("gpu_name", "text", MEANINGS["gpu_name"]), Column("vendor", "text", "vendor"), Column("family", "text", "architecture"),
        Column("memory_gb", "json", "GB, all sizes sold"), Column("memory_bandwidth_gb_s", "real", "GB/s"), Column("form_factor", "text", "as published"),
        Column("tpp", "real", "total processing performance: dense TOPS x bit length, the highest over formats (15 CFR 774, ECCN 3A090)"),
        Column("tpp_working", "text", "how it was worked out"), Column("performance_density", "real", "tpp / die area in mm2"), Column("die_area_mm2", "real", "mm2"),
        Column("die_area_status", "text", "seen, estimate, memory or unknown"), Column("chip_class", "text", "3A090.a, 3A090.b, none or unsure"),
        Column("class_reason", "text", "why"), Column("datacenter_marketed", "boolean", "1: marketed for data centres"),
        Column("market", "text", "what it is sold for: datacenter, workstation or consumer"),
        Column("market_condition", "text", "what its class owes to being designed or marketed for data centres (Note to ECCN 3A090)"),
        Column("cn_jan2026_case_by_case", "text", "numeric test of the rule of 15 January 2026 alone (yes, no, n/a)"), Column("variants", "text", "variants"),
        Column("doubts", "text", "what is doubtful in this row"), Column("sources", "json", "addresses read"), Column("threshold_source", "text", "source of the thresholds"),
        Column("provenance", "text", "seen, mixed or memory"),
    ), key="chip", order="chip"),
    Table("country_group", "country_groups", "One row a membership of a country in a group that terms cite (D:5, US-embargoed, EU …): our dated data, with sources. A membership holds from `since` until the day before `until`.", (
        ID, Column("place_group", "text", "name of the group, as in clauses.place_groups"), Column("title", "text", "what the group is"), Column("code", "text", "ISO 3166-1 alpha-2, or ISO 3166-2 for a part of a country"),
        Column("since", "text", "first day in the group; null: on every day that terms may bear"), Column("until", "text", "first day out of it; null: still in it"),
        Column("note", "text", "source of the day, and doubts"), Column("restricts", "boolean", "0: names where a service is offered, or whom a rule favours"),
        Column("closed", "boolean", "0: no closed list of places stands behind the words"), Column("source", "text", "where the members come from"),
        Column("basis", "text", "seen: read in the source; memory: to be checked before it is printed as a fact"), Column("as_of", "text", "day on which the groups were last looked over"),
    ), order="place_group, code, id"),
    Table("change", "changes", "One row a difference between two captures of the same thing.", (
        ID, PROVIDER, Column("changed_at", "time", "capture that showed the difference"), Column("previous_at", "time", "the capture before it"),
        Column("item", "text", "offer, region, clause, signal, document or verdict"), Column("item_id", "text", "id of that row"),
        Column("kind", "text", "added, removed or changed"), Column("field", "text", "which column, for a change (of a clause also heading_path or place_in_document)"),
        Column("old", "text", "before"), Column("new", "text", "after"),
        Column("nature", "text", "of clauses: added, removed, substantive, or a change that leaves every word of the rule: typographic, renumbered, moved"),
        Column("cause", "text", "content: the document changed; declaration: the same page is read in another way, or is no longer declared; extractor: a new version of our reader read the same bytes otherwise"),
        Column("url", "text", MEANINGS["url"]), Column("evidence_id", "text", EVIDENCE[0].meaning),
    ), order="provider, changed_at, id"),
)
BY_NAME = {t.name: t for t in TABLES}
VIEWS = tuple(t.view for t in TABLES)


def quoted(name: str) -> str:
    return f'"{name}"'


def create(connection: Any) -> None:
    """Create all tables and views in an empty database (through sqlite-utils)."""
    from sqlite_utils import Database

    db = Database(connection)
    for table in TABLES:
        types = {"TEXT": str, "INTEGER": int, "REAL": float}
        # a row of a table with history is a state: several may share an id
        db.table(table.name).create({c.name: types[c.sql] for c in table.columns}, pk=None if table.history else table.key, strict=True)
        columns = ", ".join(quoted(c) for c in table.names)
        where = f" where {quoted('current')} = 1" if table.history else ""
        db.create_view(table.view, f"select {columns} from {quoted(table.name)}{where}")
        if table.history:
            db.create_view(f"{table.view}_history", f"select {columns} from {quoted(table.name)}")
    db.table("meta").create({"key": str, "value": str}, pk="key", strict=True)


def create_indexes(connection: Any) -> None:
    """Indexes, made after the rows are in: faster than keeping them up to date."""
    for table in TABLES:
        for number, columns in enumerate((("id",) if table.history else ()) + table.indexes, start=1):
            connection.execute(f'create index "idx_{table.name}_{number}" on {quoted(table.name)} ({columns})')
