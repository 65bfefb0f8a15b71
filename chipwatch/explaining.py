"""The road from a provider's verdicts to the captures, as text for a terminal, or JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chipwatch.answers import STANDING, terminal_columns
from chipwatch.terminal import printable
from dataset.wording import readable


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
    sure, rule = verdict["confidence"], verdict["rule"]
    extraction = "none, as it rests on no clause" if sure["extraction"] is None else f"{sure['extraction']:.2f} (is the clause what we say?)"
    lines = [f"{verdict['code']} {verdict['verdict']}, for {verdict['customer']} ({verdict['customer_words']})", f"  Rule {rule['id']}: {rule['words']}",
             *(f"    {words}" for words in _fires(rule))]
    lines += [f"  Because: {words}" for reason in verdict["reasons"] if (words := _beyond(reason, rule["words"]))]
    lines += [f"  Confidence: extraction {extraction}, completeness {sure['completeness']:.2f} (did we read what binds?)"]
    lines += [f"  Practical barriers stated: {', '.join(verdict['barriers'])}"] if verdict["barriers"] else []
    above = None
    for clause in verdict["clauses"]:
        lines += _clause_lines(clause, above)
        above = clause
    for document in verdict["documents_read"]:
        lines += [f"  Document read: {document['role']} ({document['language'] or 'language unknown'})", *_capture_lines(document["capture"])]
    lines += [f"  Not read: {missing}" for missing in verdict["missing"]]
    lines += [f"  Would change it: {words}" for words in verdict["what_would_change"]]
    return [*lines, ""]


def _fires(rule: dict[str, Any]) -> list[str]:
    """What a row of the rule table looks at, in words."""
    if rule["fires"] == "clause":
        conditions = "; ".join(f"{'any other ' if fact.endswith('_not') else ''}{fact.removesuffix('_not')}{' than' if fact.endswith('_not') else ''}: {', '.join(values)}"
                               for fact, values in rule["when"].items())
        return [f"fires on a clause with {conditions}", "only where every expected document was read" if rule["needs_every_document"] else "stands on what was found, whatever else is unread"]
    return [{"silence": "fires where no row above it in the table does, and every expected document was read", "gap": "fires where no row above it in the table does, and an expected document was not read",
             "together": "fires on the clauses below taken together, by the rank of their documents; stands whatever else is unread"}[rule["fires"]]]


def _beyond(reason: str, words: str) -> str:
    """What a reason says beyond the words of the rule, which stand above it."""
    rest = reason.removeprefix(words).lstrip(" :;,")
    return rest[1:-1] if rest.startswith("(") and rest.endswith(")") and rest.count("(") == 1 else rest


def _clause_lines(clause: dict[str, Any], above: dict[str, Any] | None) -> list[str]:
    """A clause, its words and its capture; words and capture are left out where they are those of the clause above."""
    places = f"; names {', '.join(clause['places'])}" if clause["places"] else ""
    where = " > ".join(clause["heading_path"] or ())
    same = above is not None and all(clause[k] == above[k] for k in ("quote", "start", "capture"))
    lines = [f"  Clause {clause['id']}: {clause['label']} ({clause['polarity']}, {clause['mode']}) in the {clause['role']}{f', below {where!r}' if where else ''}{places}",
             "    in the same words" if same else f"    \"{readable(clause['quote'])}\" (characters {clause['start']}-{clause['end']} of the decoded source text)"]
    for group in clause["groups"]:
        members = ", ".join(clause["places_resolved"] or ()) or "no closed list"
        lines.append(f"    cites {group['cited']} ({group['title']}), on {clause['places_resolved_on']}: {members}; source ({group['basis']}): {group['source']}")
    lines += [f"    exception in its words: \"{readable(clause['exception'])}\""] if clause["exception"] else []
    lines += [f"    only for: {readable(clause['scope'])}"] if clause["scope"] else []
    checked = f"; {clause['review']} by a person (view reviews)" if clause["review"] else ""
    return [*lines, f"    read by {clause['rule']}, confidence {clause['confidence']:.2f}{checked}", *([] if same else _capture_lines(clause["capture"]))]


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
