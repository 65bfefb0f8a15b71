"""Why a verdict is what it is: from the verdict to the rule, the clauses, their quotes, the captures, what is missing, and what would change it."""

from __future__ import annotations

import difflib
import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assessment.coverage import expectations
from assessment.customers import parse_customer
from assessment.judge import what_would_change
from assessment.tables import Rule, rule_table
from chipwatch.country_groups import find_group
from chipwatch.records import ProviderInfo
from dataset.errors import NoSuchThing
from dataset.judging import Reading, provider_info, stored_readings, verdicts_for
from dataset.opening import meta, opened, records

_CAPTURE = ("evidence_id", "url", "final_url", "record_id", "captured_at", "payload_sha256")
_CLAUSE = ("id", "label", "role", "polarity", "mode", "quote", "start", "end", "places", "place_groups", "places_resolved", "places_resolved_on", "exception", "scope", "heading_path", "language",
           "rule", "confidence", "review")
_LISTS = {"places", "place_groups", "places_resolved", "heading_path"}


def find_provider(connection: sqlite3.Connection, name: str) -> str:
    """The slug of a provider given by slug or name, whatever the case. Raises NoSuchThing, with what was probably meant, where there is none."""
    known = {r["provider"]: r["name"] for r in records(connection, "select provider, name from providers order by provider")}
    wanted = name.casefold().strip()
    for slug, title in known.items():
        if wanted in (slug.casefold(), title.casefold()):
            return slug
    near = difflib.get_close_matches(wanted, [*known, *(t.casefold() for t in known.values())], 3, 0.6)
    near += [slug for slug in known if wanted and wanted in slug and slug not in near]
    by_title = {t.casefold(): s for s, t in known.items()}
    meant = list(dict.fromkeys(by_title.get(n, n) for n in near))[:3]
    raise NoSuchThing(f"no provider {name!r} in this data set; " + (f"did you mean {' or '.join(meant)}? " if meant else "") + 'See: chipwatch query "select provider, name from providers"')


def explain_provider(database: Path | str, provider: str, customers: Sequence[str]) -> dict[str, Any]:
    """Everything behind the verdicts of one provider, JSON-ready.

    {provider, name, as_of, receipt: [address of an expected document …], verdicts: [{customer, customer_words, code, verdict, reasons, confidence:
    {extraction, completeness}, rule: {id, words, fires, when, needs_every_document, never_say}, clauses: [{…, groups, capture}], documents_read, missing, what_would_change}]}.
    Raises NoSuchThing for an unknown provider, assessment.errors.UnknownCustomer, and what opening raises.
    """
    with opened(database) as connection:
        facts = meta(connection)
        day = facts["run_date"]
        kinds = [parse_customer(c, day[:10] or "2026-01-01") for c in customers]
        slug = find_provider(connection, provider)
        info = provider_info(connection, slug)
        assert info is not None
        readings, _ = stored_readings(connection, slug)
        found = verdicts_for(connection, [slug], list(customers))
        files = {r["record_id"]: r["warc_file"] for r in records(connection, "select record_id, warc_file from captures where provider = ? and record_id is not null", (slug,))}
        receipt = records(connection, "select role, why, role_status, role_reason, url, status, reason, language, evidence_id, record_id, fetched_at from receipts "
                                      "where provider = ? order by role != 'terms_of_service', role, url", (slug,)) or _receipt(info, readings)
        verdicts = []
        for asked, kind in zip(customers, kinds, strict=True):
            row = found[slug, asked]
            clauses = _clauses(connection, row["clauses"], files)
            verdicts.append({
                "customer": kind.kind, "customer_words": kind.words, "code": row["code"], "verdict": row["verdict"], "reasons": row["reasons"],
                "confidence": {"extraction": row["extraction_confidence"], "completeness": row["completeness"]}, "rule": _rule(row["rule"]), "clauses": clauses,
                "documents_read": [] if clauses else _documents(connection, slug, row["evidence"], files), "barriers": row["barriers"], "missing": row["missing"], "scope": row["scope"],
                "what_would_change": what_would_change(info, readings, kind.kind, as_of=day),
            })
    return {"provider": slug, "name": info.name, "sample": info.sample, "as_of": day, "rule_table_version": int(facts["rule_table_version"]), "receipt": receipt, "verdicts": verdicts}


def _receipt(info: ProviderInfo, readings: Sequence[Reading]) -> list[dict[str, Any]]:
    """The rows of the receipt made now, for a data set brought up from a schema that had none."""
    return [{"role": one.role, "why": one.why, "role_status": one.status, "role_reason": one.reason or None, "url": seen and seen.url, "status": seen and seen.status,
             "reason": (seen and seen.reason) or None, "language": seen and seen.language, "evidence_id": None, "record_id": seen and seen.record_id, "fetched_at": seen and seen.fetched_at}
            for one in expectations(info, readings) for seen in one.seen or (None,)]


def _rule(name: str) -> dict[str, Any]:
    rule = rule_table().by_id(name)
    return {"id": rule.id, "words": rule.words, "fires": _fires(rule), "when": {k: sorted(v) for k, v in (rule.when or {}).items()}, "needs_every_document": rule.complete,
            "never_say": sorted({*rule.forbidden, *rule_table().forbidden_everywhere})}


def _fires(rule: Rule) -> str:
    """On what a row of the rule table fires, in a word: clause, silence (no row above fired), gap (a document was not read) or together (clauses weighed by the rank of their documents)."""
    return "clause" if rule.when else "silence" if rule.complete else "gap" if rule.verdict == "V0" else "together"


def _capture(row: dict[str, Any], files: dict[str, str]) -> dict[str, Any]:
    return {**{k: row[k] for k in _CAPTURE}, "warc_file": files.get(row["record_id"])}


def _clauses(connection: sqlite3.Connection, ids: Sequence[str], files: dict[str, str]) -> list[dict[str, Any]]:
    """The clauses of those ids, in their order, with the groups they cite and the capture that each stands in."""
    out = []
    for key in ids:
        row = records(connection, "select * from clauses_history where id = ? order by current desc, last_checked desc limit 1", (key,))[0]
        clause = {k: json.loads(row[k]) if k in _LISTS and isinstance(row[k], str) else row[k] for k in _CLAUSE}
        clause["groups"] = [{"cited": name, "title": g.title, "source": g.source, "basis": g.basis, "closed": g.closed, "note": g.note}
                            for name in clause["place_groups"] or () if (g := find_group(name)) is not None]
        out.append({**clause, "capture": _capture(row, files)})
    return out


def _documents(connection: sqlite3.Connection, provider: str, evidence: Sequence[str], files: dict[str, str]) -> list[dict[str, Any]]:
    """The documents that a verdict without clauses rests on."""
    rows = records(connection, "select role, url, final_url, language, evidence_id, record_id, payload_sha256, fetched_at as captured_at from documents "
                               "where provider = ? order by role, url", (provider,))
    return [{"role": r["role"], "language": r["language"], "capture": _capture(r, files)} for r in rows if r["evidence_id"] in evidence]
