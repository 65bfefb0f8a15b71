"""What the pages show, as plain dictionaries from the views of the data set."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from assessment.coverage import ROLE_WORDS
from assessment.tables import rule_table
from chipwatch.records import BINDING_ROLES, CLAUSE_LABELS, CUSTOMER_KINDS, SIGNAL_LABELS, VERDICT_CODES
from dataset.alignment import redline
from dataset.judging import judge_stored
from dataset.opening import meta, records
from dataset.schema import TABLES
from dataset.serve.words import SourceDocument, fragment_link, highlight, record_uuid, visible, web_address

Row = dict[str, Any]
DocumentOf = Callable[[Row], SourceDocument | None]            # a row with warc_file, record_id, payload_sha256, final_url … -> the document, None where it cannot be had
_JSON = {c.name for t in TABLES for c in t.columns if c.kind == "json"}
OFFERS_SHOWN, CHANGES_SHOWN = 40, 30
HEADLINE = ("cn_company", "cn_subsidiary_abroad", "control")


class NotThere(LookupError):
    """No such provider, clause or customer kind."""


def rows(connection: sqlite3.Connection, sql: str, parameters: tuple = ()) -> list[Row]:
    """Rows of a query, lists and objects decoded."""
    found = records(connection, sql, parameters)
    for row in found:
        for name, value in row.items():
            if name in _JSON and isinstance(value, str) and value[:1] in ("[", "{"):
                row[name] = json.loads(value)
    return found


def facts(connection: sqlite3.Connection) -> Row:
    found: Row = dict(meta(connection))
    found["is_sample"] = found.get("sample") == "1"
    return found


def home(connection: sqlite3.Connection) -> Row:
    """Counts, the distribution of verdicts, and the groups of providers, which are never added up."""
    clouds = "p.kind = 'gpu_cloud' or p.has_offers = 1"
    groups = dict(connection.execute(f"select evidence_group, count(*) from providers p where {clouds} group by 1").fetchall())
    table: Row = {code: dict.fromkeys(HEADLINE, 0) for code in VERDICT_CODES}
    for customer, code, count in connection.execute(
            f"select v.customer, v.code, count(*) from verdicts v join providers p using (provider) where v.customer in (?, ?, ?) and ({clouds}) group by 1, 2", HEADLINE):
        table[code][customer] = count
    return {"groups": groups, "distribution": {k: v for k, v in table.items() if any(v.values())}, "customers": HEADLINE,
            "counts": {t: connection.execute(f"select count(*) from {t}").fetchone()[0] for t in ("providers", "documents", "offers", "clauses")}}


def providers(connection: sqlite3.Connection, search: str = "", code: str = "") -> list[Row]:
    """Providers by name, with the headline verdicts; `search` in name, key or legal entity."""
    found = rows(connection, "select provider, name, legal_entity, seat_country, evidence_group, offer_count, strong_chip_count, clause_count, stale_since "
                             "from providers order by name collate nocase, provider")
    said: dict[str, dict[str, Row]] = {}
    for v in records(connection, "select provider, customer, code, verdict from verdicts where customer in (?, ?, ?)", HEADLINE):
        said.setdefault(v["provider"], {})[v["customer"]] = v
    needle = search.strip().casefold()
    out = []
    for row in found:
        row["verdicts"] = said.get(row["provider"], {})
        if needle and not any(needle in str(row[k] or "").casefold() for k in ("name", "provider", "legal_entity")):
            continue
        if code and code not in {v["code"] for v in row["verdicts"].values()}:
            continue
        out.append(row)
    return out


def _provider(connection: sqlite3.Connection, slug: str) -> Row:
    found = rows(connection, "select * from providers where provider = ?", (slug,))
    if not found:
        raise NotThere(f"no provider {slug!r} in this data set")
    row = found[0]
    row["website_link"] = web_address(row["website"])
    return row


def receipt(connection: sqlite3.Connection, provider: Row) -> list[Row]:
    """Which documents were expected of the provider and why, what became of each address, and what was read beside them (view receipts)."""
    slug = provider["provider"]
    documents = {(d["role"], d["url"]): d for d in rows(connection, "select * from documents where provider = ? order by role, url", (slug,))}
    out: dict[str, Row] = {}
    for r in rows(connection, "select * from receipts where provider = ? order by role <> 'terms_of_service', role, url, id", (slug,)):
        role = out.setdefault(r["role"], {"role": r["role"], "words": ROLE_WORDS.get(r["role"], r["role"]), "status": r["role_status"], "reason": r["role_reason"], "why": r["why"], "documents": []})
        if r["url"]:
            role["documents"].append({**r, **documents.pop((r["role"], r["url"]), {}), "address_status": r["status"], "address_reason": r["reason"]})
    expected = {(role, d["url"]) for role, r in out.items() for d in r["documents"]}
    for c in rows(connection, "select role, coalesce(part_of, url) as url, max(fetched_at) as fetched_at, failure, note from captures where provider = ? and failure is not null group by 1, 2 order by 1, 2", (slug,)):
        if (c["role"], c["url"]) not in expected:              # supply pages and the like of which there is no document at all
            documents.setdefault((c["role"], c["url"]), {**c, "status": "missing", "failure_note": c["note"]})
    for (name, _), d in sorted(documents.items()):
        role = out.setdefault(name, {"role": name, "words": ROLE_WORDS.get(name, name), "status": d["status"], "reason": None, "why": "beside what is expected", "documents": []})
        role["documents"].append(d | {"address_status": d["status"], "address_reason": d["failure_note"] or d["failure"]})
    for role in out.values():
        for d in role["documents"]:
            d["link"] = web_address(d.get("final_url") or d["url"])
    return list(out.values())


def provider_page(connection: sqlite3.Connection, slug: str) -> Row:
    """Everything known of one provider. Raises NotThere."""
    provider = _provider(connection, slug)
    verdicts = {v["customer"]: v for v in rows(connection, "select * from verdicts where provider = ?", (slug,))}
    clauses = rows(connection, "select * from clauses where provider = ? order by role, url, start, label", (slug,))
    for clause in clauses:
        _decorate(clause)
    ordered = [verdicts[k] for k in CUSTOMER_KINDS if k in verdicts]
    offers = rows(connection, "select * from offers where provider = ? order by chip_class = '3A090.a' desc, gpu_name, price_usd_per_gpu_hour is null, price_usd_per_gpu_hour, id", (slug,))
    changes = rows(connection, "select * from changes where provider = ? order by changed_at desc, id limit ?", (slug, CHANGES_SHOWN + 1))
    return {
        "provider": provider, "verdicts": ordered, "clauses": clauses, "receipt": receipt(connection, provider),
        "offers": offers[:OFFERS_SHOWN], "offers_total": len(offers), "signals": [_signal(s) for s in rows(connection, "select * from signals where provider = ? order by label, id", (slug,))],
        "regions": rows(connection, "select * from regions where provider = ? order by country, label", (slug,)),
        "changes": changes[:CHANGES_SHOWN], "more_changes": len(changes) > CHANGES_SHOWN,
        "issues": rows(connection, "select * from issues where provider = ? order by level, code, id", (slug,)), "reviews": reviews(connection, slug),
    }


def reviews(connection: sqlite3.Connection, slug: str, clause: str | None = None) -> list[Row]:
    """Decisions of people on findings of a provider, where the data set keeps them."""
    if not connection.execute("select 1 from sqlite_master where type = 'view' and name = 'reviews'").fetchone():
        return []
    return rows(connection, "select * from reviews where provider = ?" + (" and clause = ?" if clause else "") + " order by decided_at, id", (slug, *([clause] if clause else [])))


def _signal(row: Row) -> Row:
    return row | {"words": visible(row["quote"]), "code": SIGNAL_LABELS.get(row["label"], "")}


def _decorate(clause: Row) -> None:
    clause["words"] = visible(clause["quote"])
    clause["code"] = CLAUSE_LABELS.get(clause["label"], "")
    clause["role_words"] = ROLE_WORDS.get(clause["role"], clause["role"])


def verdict_page(connection: sqlite3.Connection, slug: str, customer: str) -> Row:
    """One verdict with the rule that fired and the clauses it rests on. Raises NotThere, and UnknownCustomer for a kind that is none."""
    provider = _provider(connection, slug)
    if customer in CUSTOMER_KINDS:
        found = rows(connection, "select * from verdicts_history where provider = ? and customer = ? order by current desc, last_changed desc", (slug, customer))
        if not found:
            raise NotThere(f"no verdict for {customer!r} on {slug!r} in this data set")
        verdict, past = found[0], found[1:]
    else:
        verdict, past = judge_stored(connection, slug, [customer])[0], []
        verdict["customer_words"] = customer
    ids = verdict["clauses"]
    marks = ",".join("?" * len(ids))
    clauses = rows(connection, f"select * from clauses_history where id in ({marks}) order by current desc, last_changed desc", tuple(ids)) if ids else []
    first: dict[str, Row] = {}
    for clause in clauses:
        _decorate(clause)
        first.setdefault(clause["id"], clause)
    rule = rule_table().by_id(verdict["rule"])
    return {"provider": provider, "verdict": verdict, "past": past, "clauses": [first[i] for i in ids if i in first], "receipt": receipt(connection, provider),
            "needs_all": rule.complete, "when": {k: sorted(map(str, v)) for k, v in (rule.when or {}).items()}}


def clause_page(connection: sqlite3.Connection, clause_id: str, document_of: DocumentOf, since: str | None = None) -> Row:
    """A clause with its document, capture, earlier wording, and the verdicts that rest on it. `since`: last_changed of a past state. Raises NotThere."""
    states = rows(connection, "select * from clauses_history where id = ? order by last_changed, current", (clause_id,))
    if not states:
        raise NotThere(f"no clause {clause_id!r} in this data set")
    number = next((n for n, s in enumerate(states) if s["last_changed"] == since), len(states) - 1)
    clause, before = states[number], states[number - 1] if number else None
    for state in states:
        _decorate(state)
    shown, trouble = _shown(connection, clause, document_of)
    if shown:
        clause["words"] = shown.quote
    earlier = None
    if before is not None:
        old, _ = _shown(connection, before, document_of)
        earlier = redline(old.quote if old else before["words"], clause["words"])
    verdicts = [v for v in rows(connection, "select v.* from verdicts_history v, json_each(v.clauses) j where j.value = ? and v.provider = ? order by v.current desc, v.customer, v.last_changed",
                                (clause_id, clause["provider"]))]
    by_kind = {k: n for n, k in enumerate(CUSTOMER_KINDS)}
    return {
        "clause": clause, "provider": _provider(connection, clause["provider"]), "states": states, "before": before, "redline": earlier, "shown": shown, "trouble": trouble,
        "link": web_address(clause["final_url"]), "deep_link": fragment_link(clause["final_url"], clause["words"]), "uuid": record_uuid(clause["record_id"]),
        "verdicts": sorted(verdicts, key=lambda v: (-v["current"], by_kind.get(v["customer"], 99))), "capture": _capture(connection, clause),
        "document": next(iter(rows(connection, "select * from documents_history where id = ? order by current desc limit 1", (clause["document_id"],))), None),
        "reviews": reviews(connection, clause["provider"], clause_id), "binding": clause["role"] in BINDING_ROLES,
    }


def _capture(connection: sqlite3.Connection, clause: Row) -> Row | None:
    return next(iter(rows(connection, "select * from captures where record_id = ? order by role = ? desc, url limit 1", (clause["record_id"], clause["role"]))), None)


def _shown(connection: sqlite3.Connection, clause: Row, document_of: DocumentOf) -> tuple[Any, str | None]:
    """(the document with the quote marked, None) or (None, why it cannot be shown)."""
    capture = _capture(connection, clause)
    if capture is None:
        return None, "the data set names no capture for it"
    try:
        document = document_of(capture)
    except DocumentUnavailable as error:
        return None, str(error)
    return (highlight(document, clause["start"], clause["end"], clause["quote"]), None) if document is not None else (None, "the captures are not at hand")


class DocumentUnavailable(Exception):
    """The capture of a document cannot be read; the message says why."""
