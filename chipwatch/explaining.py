"""The road from a provider's verdicts to the captures, as text for a terminal, or JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chipwatch.answers import STANDING, terminal_columns
from chipwatch.terminal import printable


def explain_text(database: Path, provider: str, customers: list[str], *, form: str) -> str:
    """The road from a provider's verdicts to the captures. Raises what dataset.explain raises."""
    from dataset.explain import explain_provider

    told = explain_provider(database, provider, customers)
    if form == "json":
        return json.dumps(told, ensure_ascii=False, indent=1)
    lines = ["SAMPLE DATA: invented companies"] if told["sample"] else []
    lines += [f"{told['name']} ({told['provider']}), as of {told['as_of']}, rule table version {told['rule_table_version']}", ""]
    for verdict in told["verdicts"]:
        lines += _verdict_lines(verdict)
    lines += ["Completeness receipt: what is expected of the provider, and what became of it", *(f"  {line}" for line in _receipt_lines(told["receipt"])), "", STANDING]
    return "\n".join(_hanging(line) for line in lines)


def _hanging(line: str) -> str:
    """A line as a terminal may show it, broken with its own indent kept. No escape sequence of a page reaches the terminal."""
    columns = terminal_columns()
    indent = " " * (len(line) - len(line.lstrip(" ")))
    line = indent + printable(line.strip())
    return textwrap.fill(line, columns, subsequent_indent=indent + "  ", break_long_words=False, break_on_hyphens=False) if columns and line else line


def _verdict_lines(verdict: dict[str, Any]) -> list[str]:
    sure = verdict["confidence"]
    extraction = "none: it rests on no clause" if sure["extraction"] is None else f"{sure['extraction']:.2f}"
    conditions = "; ".join(f"{fact}: {', '.join(values)}" for fact, values in verdict["rule"]["when"].items()) or "none; it looks at the documents read alone"
    lines = [f"{verdict['code']} {verdict['verdict']}, for {verdict['customer']} ({verdict['customer_words']})",
             f"  Rule {verdict['rule']['id']}: {verdict['rule']['words']}", f"    fires on: {conditions}",
             f"    {'only where every expected document was read' if verdict['rule']['needs_every_document'] else 'stands on what was found, whatever else is unread'}"]
    lines += [f"  Because: {reason}" for reason in verdict["reasons"]]
    lines += [f"  Confidence: extraction {extraction} (is the clause what we say?), completeness {sure['completeness']:.2f} (did we read what binds?)"]
    lines += [f"  Practical barriers stated: {', '.join(verdict['barriers'])}"] if verdict["barriers"] else []
    for clause in verdict["clauses"]:
        lines += _clause_lines(clause)
    for document in verdict["documents_read"]:
        lines += [f"  Document read: {document['role']} ({document['language'] or 'language unknown'})", *_capture_lines(document["capture"])]
    lines += [f"  Not read: {missing}" for missing in verdict["missing"]]
    lines += [f"  Would change it: {words}" for words in verdict["what_would_change"]]
    return [*lines, ""]


def _clause_lines(clause: dict[str, Any]) -> list[str]:
    places = f"; names {', '.join(clause['places'])}" if clause["places"] else ""
    where = " > ".join(clause["heading_path"] or ())
    lines = [f"  Clause {clause['id']}: {clause['label']} ({clause['polarity']}, {clause['mode']}) in the {clause['role']}{f', below {where!r}' if where else ''}{places}",
             f"    \"{' '.join(clause['quote'].split())}\""]
    for group in clause["groups"]:
        members = ", ".join(clause["places_resolved"] or ()) or "no closed list"
        lines.append(f"    cites {group['cited']} ({group['title']}), on {clause['places_resolved_on']}: {members}; source ({group['basis']}): {group['source']}")
    lines += [f"    exception in its words: \"{clause['exception']}\""] if clause["exception"] else []
    lines += [f"    only for: {clause['scope']}"] if clause["scope"] else []
    checked = f"; {clause['review']} by a person (view reviews)" if clause["review"] else ""
    return [*lines, f"    read by {clause['rule']}, confidence {clause['confidence']:.2f}{checked}", *_capture_lines(clause["capture"])]


def _capture_lines(capture: dict[str, Any]) -> list[str]:
    moved = f" (answered by {capture['final_url']})" if capture["final_url"] and capture["final_url"] != capture["url"] else ""
    return [f"    {capture['evidence_id']}: {capture['url']}{moved}", f"      captured {capture['captured_at']}, record {capture['record_id']} in {capture['warc_file']}",
            f"      SHA-256 of the payload {capture['payload_sha256']}"]


def _receipt_lines(receipt: Sequence[dict[str, Any]]) -> list[str]:
    """One line a document, and one an address where there are several, or where one does not count."""
    lines, last = [], None
    words = {"read": "read", "none_found": "declared as none found, which counts as read", "missing": "MISSING"}
    for row in receipt:
        if row["role"] != last:
            last = row["role"]
            reason = f" ({row['role_reason']})" if row["role_reason"] else ""
            lines.append(f"{row['role']}: {words[row['role_status']]}{reason}; {row['why']}")
        if row["url"]:
            lines.append(f"  {row['status']}: {row['url']}" + (f" ({row['reason']})" if row["reason"] else "") + (f", {row['evidence_id']}, {row['fetched_at']}" if row["evidence_id"] else ""))
    return lines
