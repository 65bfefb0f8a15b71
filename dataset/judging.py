"""Judges providers from the data set for any kind of customer, such as company:VN, that the build did not store."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from assessment.customers import parse_customer
from assessment.judge import judge_provider
from assessment.tables import rule_table
from chipwatch.records import CUSTOMER_KINDS, READING_FAILURES, VERDICT_CODES, Capture, Clause, DocumentInfo, Extraction, Issue, ProviderInfo, Signal, Verdict
from dataset.opening import meta, records

_LISTS = {"places", "place_groups", "places_resolved", "chips", "regions", "heading_path", "expected_roles", "none_found", "assertions", "refers_to"}
Reading = tuple[Capture, Extraction | None]


def _record(kind: type, row: dict[str, Any]) -> Any:
    names = {f.name for f in dataclasses.fields(kind)}
    return kind(**{k: json.loads(v) if k in _LISTS and isinstance(v, str) else v for k, v in row.items() if k in names})


def stored_readings(connection: sqlite3.Connection, provider: str) -> tuple[list[Reading], list[list[str]]]:
    """(what counts as the readings of a provider now, ids of their clauses), as the build judged them."""
    clauses: dict[str, list[dict]] = {}
    for row in records(connection, "select * from clauses where provider = ? order by role, url, start, label, id", (provider,)):
        clauses.setdefault(f"{row['role']} {row['url']}", []).append(row)
    signals: dict[str, list[dict]] = {}
    for row in records(connection, "select * from signals where provider = ? order by role, url, start, id", (provider,)):
        signals.setdefault(f"{row['role']} {row['url']}", []).append(row)
    errors: dict[str, list[Issue]] = {}
    for row in records(connection, "select * from issues where provider = ? and level = 'error' order by id", (provider,)):
        if row["code"] in READING_FAILURES - {"unreadable"}:   # of a page whose reading is not taken over: the one before speaks
            continue
        errors.setdefault(f"{row['role']} {row['url']}", []).append(Issue(row["level"], row["code"], row["text"]))
    present = {f"{d['role']} {d['url']}" for d in records(connection, "select role, url from documents where provider = ?", (provider,))}
    readings: list[Reading] = []
    ids: list[list[str]] = []
    seen: set[str] = set()
    # The last version that could be read speaks for an address; where none could, the last one does.
    for row in records(connection, "select * from documents_history where provider = ? order by role, url, status in ('read', 'language_not_covered') desc, version desc", (provider,)):
        key = f"{row['role']} {row['url']}"
        if key in seen or key not in present:
            continue
        seen.add(key)
        capture = Capture(provider, row["role"], row["url"], "", row["fetched_at"], record_id=row["record_id"], final_url=row["final_url"], payload_sha256=row["payload_sha256"])
        if row["status"] == "unread":
            readings.append((capture, None))
            ids.append([])
            continue
        info = DocumentInfo(url=row["url"], kind=row["kind"] or "terms", language=row["language"], sha256=row["sha256"] or "", characters=row["characters"] or 0,
                            stated_date=row["stated_date"], language_covered=bool(row["language_covered"]), readable=bool(row["readable"]), refers_to=json.loads(row["refers_to"]),
                            binding_language=row["binding_language"])
        mine = clauses.get(key, [])
        readings.append((capture, Extraction(info, clauses=[_record(Clause, c) for c in mine], signals=[_record(Signal, s) for s in signals.get(key, [])],
                                              issues=errors.get(key, []) if row["current"] else [])))
        ids.append([c["id"] for c in mine])
    for row in records(connection, "select provider, role, url, run_id, max(fetched_at) as fetched_at, failure, note, final_url, moved_to from captures where provider = ? and failure is not null "
                                   "group by role, url order by role, url", (provider,)):
        if f"{row['role']} {row['url']}" not in seen:
            readings.append((_record(Capture, row), None))
            ids.append([])
    return readings, ids


def provider_info(connection: sqlite3.Connection, provider: str) -> ProviderInfo | None:
    """What is declared of a provider, from its row; None where the data set does not know it."""
    row = next(iter(records(connection, "select * from providers where provider = ?", (provider,))), None)
    return _record(ProviderInfo, {**row, "slug": row["provider"]}) if row else None


def judge_stored(connection: sqlite3.Connection, provider: str, customers: Iterable[str]) -> list[dict[str, Any]]:
    """Verdicts of one provider for any customer kinds, with the ids of the clauses and of their evidence. Raises UnknownCustomer."""
    info = provider_info(connection, provider)
    assert info is not None
    readings, ids = stored_readings(connection, provider)
    flat = [clause for group in ids for clause in group]
    now = meta(connection)["run_date"]
    return [_row(v, flat, connection, readings, provider) for v in judge_provider(info, readings, customers=list(customers), as_of=now)]


def _row(verdict: Verdict, flat: Sequence[str], connection: sqlite3.Connection, readings: Sequence[Reading], provider: str) -> dict[str, Any]:
    cited = [flat[i] for i in verdict.clauses]
    if cited:
        marks = ",".join("?" * len(cited))
        evidence = [e for (e,) in connection.execute(f"select distinct evidence_id from clauses where id in ({marks}) order by evidence_id", cited)]
    else:
        records_read = [c.record_id for c, x in readings if x is not None and c.role in rule_table().ranks]
        marks = ",".join("?" * len(records_read))
        evidence = [e for (e,) in connection.execute(f"select distinct evidence_id from documents where record_id in ({marks}) order by evidence_id", records_read)]
    return {"customer": verdict.customer, "code": verdict.code, "verdict": VERDICT_CODES[verdict.code], "rule": verdict.rule, "rule_words": rule_table().by_id(verdict.rule).words,
            "clauses": cited, "evidence": evidence, "reasons": verdict.reasons, "missing": verdict.missing, "barriers": verdict.barriers,
            "extraction_confidence": verdict.extraction_confidence, "completeness": verdict.completeness, "scope": verdict.scope,
            "review": _reviewed(connection, provider, cited)}


def _reviewed(connection: sqlite3.Connection, provider: str, cited: Sequence[str]) -> str | None:
    """`reviewed` where a person's decision bears on what was judged: a clause cited was accepted or amended, or a finding of the provider was rejected."""
    marks = ",".join("?" * len(cited))
    hit = connection.execute(f"select 1 from clauses where id in ({marks}) and review is not null union all "
                             "select 1 from reviews where provider = ? and decision = 'reject' and status = 'in_force' limit 1", (*cited, provider)).fetchone()
    return "reviewed" if hit else None


def verdicts_for(connection: sqlite3.Connection, providers: Sequence[str], customers: Sequence[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """(provider, customer) -> verdict: stored ones from the view, any other kind judged now. Raises UnknownCustomer."""
    day = meta(connection)["run_date"][:10] or "2026-01-01"
    names = {c: parse_customer(c, day).kind for c in customers}
    out: dict[tuple[str, str], dict[str, Any]] = {}
    stored = [c for c in customers if c in CUSTOMER_KINDS]
    if stored:
        wanted = set(providers)
        marks = ",".join("?" * len(stored))
        for row in records(connection, f"select * from verdicts where customer in ({marks})", tuple(stored)):
            if row["provider"] in wanted:
                out[row["provider"], row["customer"]] = {k: json.loads(v) if k in ("clauses", "evidence", "reasons", "barriers", "missing") else v for k, v in row.items()}
    others = [c for c in customers if c not in CUSTOMER_KINDS]
    if others:
        for provider in providers:
            for asked, row in zip(others, judge_stored(connection, provider, [names[c] for c in others]), strict=True):
                out[provider, asked] = row
    return out
