"""`chipwatch review`: which findings wait for a person, what stands around them, and the taking of a decision."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chipwatch.errors import InputError
from chipwatch.records import CLAUSE_LABELS
from chipwatch.terminal import printable
from dataset.review import Decision, ReviewRefused, amended, append, checked_changes, checked_text, in_force, read_reviews, status, text_hash

AROUND = 400                                                   # visible characters shown before and after a quote


@dataclass(frozen=True, slots=True)
class Finding:
    """A clause as the machine read it, and what a person has decided on it. `row`: columns of the view clauses (of reviews, for one that was rejected)."""

    id: str
    provider: str
    url: str
    label: str
    quote: str
    confidence: float
    row: dict[str, Any]
    decision: Decision | None = None


def findings(data: Path, database: Path, *, provider: str | None = None, label: str | None = None) -> list[Finding]:
    """Machine findings that stand now, lowest confidence first, each with the decision in force. Raises InputError for an unknown provider, ReviewDamaged, and what opening raises."""
    from dataset.opening import opened, records

    with opened(database) as connection:
        if provider and not connection.execute("select 1 from providers where provider = ?", (provider,)).fetchone():
            raise InputError(f"no provider {provider!r} in this data set; `chipwatch query \"select provider from providers\"` lists them")
        clauses = records(connection, "select * from clauses order by confidence, provider, url, start, id")
        reviewed = {r["clause"]: r for r in records(connection, "select * from reviews where status = 'in_force' order by id")}
    decided = in_force(read_reviews(data))
    out = []
    for row in [*clauses, *({**r, "id": r["clause"], "confidence": 0.0, "rejected": True} for r in reviewed.values() if r["decision"] == "reject")]:
        was = reviewed.get(row["id"])
        machine = {**row, **(json.loads(was["machine"]) if was else {})}
        if "span" in machine:                                  # the row has the place of the amended words
            machine["start"] = row["start"] - json.loads(was["changes"])["span"][0]
        machine_label, quote = (was["label"], was["quote"]) if was else (row["label"], row["quote"])
        if (provider and row["provider"] != provider) or (label and machine_label != label):
            continue
        known = decided.get((row["provider"], row["url"], machine_label, text_hash(quote)))
        out.append(Finding(row["id"], row["provider"], row["url"], machine_label, quote, row["confidence"], {**machine, "quote": quote, "label": machine_label}, known))
    return out


def find(data: Path, database: Path, clause_id: str) -> Finding:
    """The finding of that id. Raises InputError."""
    for one in findings(data, database):
        if one.id == clause_id:
            return one
    raise InputError(f"no finding {clause_id!r} stands now: `chipwatch review --list` shows them")


def lapsed(data: Path, database: Path, provider: str | None = None) -> list[Decision]:
    """Decisions whose words stand nowhere now."""
    decisions = read_reviews(data)
    last = in_force(decisions)
    standing = {(f.provider, f.url, f.label, text_hash(f.quote)) for f in findings(data, database)}
    return [d for d in decisions if (provider is None or d.provider == provider) and status(d, last, lambda f, d=d: (d.provider, *f) in standing) == "lapsed"]


def now() -> str:
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def decide(data: Path, finding: Finding, decision: str, *, by: str, why: str = "", changes: dict[str, Any] | None = None) -> Path:
    """Keep a decision; returns its file. Raises ReviewRefused for one that says nothing, or of what is none; CannotWrite."""
    from dataset.review import QUOTED

    try:
        changes = checked_changes({k: v for k, v in (changes or {}).items() if finding.row.get(k, object()) != v})
        checked_text("--by", by, needed=True)
        checked_text("the note", why)
        if "span" in changes and changes["span"][1] > len(finding.quote):
            raise ValueError(f"the span ends behind the quote of {len(finding.quote)} characters")
    except ValueError as error:
        raise ReviewRefused(f"this decision cannot be kept: {error}") from error
    if decision == "amend" and not changes:
        raise ReviewRefused("an amendment changes something: --label, --polarity, --mode, --places, --groups, --exception, --no-exception, --strength or --words")
    if decision == "withdraw" and finding.decision is None:
        raise ReviewRefused(f"nobody has decided on {finding.id}: there is nothing to withdraw")
    return append(data, Decision(finding.provider, finding.id, finding.url, finding.label, text_hash(finding.quote), decision, by.strip(), now(), why.strip(), " ".join(finding.quote.split())[:QUOTED], changes))


def span_of(finding: Finding, words: str) -> list[int]:
    """Where the words stand in the quote, markup and white space aside. Raises ReviewRefused where they do not, or stand there more than once."""
    import re

    parts = [re.escape(w) for w in words.split()]
    hits = [m.span() for m in re.finditer(r"(?:\s|<[^<>]{0,400}>|&nbsp;)+".join(parts), finding.quote)] if parts else []
    if len(hits) != 1:
        raise ReviewRefused("these words stand more than once in the quote: give more of them" if hits else "these words do not stand in the quote: a span is a part of what the machine quoted")
    return list(hits[0])


def as_list(finding: Finding, name: str) -> list[str]:
    value = finding.row.get(name) or []
    return json.loads(value) if isinstance(value, str) else list(value)


def around(finding: Finding, document_of: Any, capture: dict[str, Any] | None) -> tuple[str, str, str]:
    """(text before, the quote, text after) as a reader sees them; without the document, the quote alone."""
    from dataset.serve.pages import DocumentUnavailable
    from dataset.serve.words import highlight, visible

    document = None
    if capture is not None and "start" in finding.row:          # of a rejected one only its words are kept
        try:
            document = document_of(capture)
        except DocumentUnavailable:                            # the page of the evidence says why; here the quote will do
            document = None
    if document is None:
        return "", visible(finding.quote), ""
    shown = highlight(document, finding.row["start"], finding.row["start"] + len(finding.quote), finding.quote)
    hits = [n for n, b in enumerate(shown.blocks) if b.marked]
    if not hits:
        return "", visible(finding.quote), ""
    pieces = [p for b in shown.blocks[max(0, hits[0] - 4):hits[-1] + 4] if not b.chrome or b.marked for p in (*b.pieces, type(b.pieces[0])("\n"))]
    marks = [n for n, p in enumerate(pieces) if p.marked]
    before, after = ("".join(p.text for p in part).strip() for part in (pieces[:marks[0]], pieces[marks[-1] + 1:]))
    return before[-AROUND:], "".join(p.text for p in pieces[marks[0]:marks[-1] + 1]).strip(), after[:AROUND]


def capture_of(database: Path, finding: Finding) -> dict[str, Any] | None:
    from dataset.opening import opened, records

    with opened(database) as connection:
        return next(iter(records(connection, "select * from captures where record_id = ? and provider = ? order by url = ? desc limit 1",
                                 (finding.row["record_id"], finding.provider, finding.url))), None)


def card(finding: Finding, context: tuple[str, str, str]) -> str:
    """What a person is shown of a finding, safe for a terminal."""
    row = finding.row
    before, quote, after = (printable(t) for t in context)
    places, groups = as_list(finding, "places"), as_list(finding, "place_groups")
    lines = [
        f"{finding.provider}  {finding.id}  {CLAUSE_LABELS.get(finding.label, '?')} {finding.label}   confidence {finding.confidence:.2f}",
        f"  {row.get('role')}: {row.get('final_url') or finding.url}   captured {str(row.get('captured_at'))[:10]}   {row.get('evidence_id')}",
        f"  polarity {row.get('polarity', '?')} · mode {row.get('mode', '?')} · strength {row.get('strength', '?')} · places {', '.join(places) or 'none'}"
        + (f" · by reference {', '.join(groups)}" if groups else "") + (f" · exception: {row['exception']}" if row.get("exception") else ""), "",
    ]
    lines = [("  " if n else "") + printable(line) for n, line in enumerate(lines)]
    lines += ([f"  … {before}"] if before else []) + [f"  »{quote}«"] + ([f"  {after} …"] if after else [])
    if finding.decision is not None:
        lines += ["", printable(f"  {finding.decision.decision} by {finding.decision.by}, {finding.decision.at[:10]}: {finding.decision.why or 'no reason given'}")]
    return "\n".join(lines)


def listing(found: Sequence[Finding]) -> list[tuple]:
    """Rows of `--list`: id, provider, label, confidence, decision, quote."""
    from dataset.serve.words import visible

    return [(f.id, f.provider, f.label, f.confidence, f"{f.decision.decision} by {f.decision.by}" if f.decision else "", visible(f.quote)) for f in found]


__all__ = ["Finding", "amended", "around", "capture_of", "card", "decide", "find", "findings", "lapsed", "listing", "span_of"]
