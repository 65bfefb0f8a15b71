"""Differences and changes as text for a terminal, or as JSON."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

import click

from chipwatch.answers import STANDING, terminal_columns
from chipwatch.records import CLAUSE_LABELS
from chipwatch.terminal import printable

KEPT_SHOWN = 90                                                # characters of an unchanged run that are shown on each side of a change
QUOTE_SHOWN = 400                                              # characters of a wording that came or went as a whole


def diff_text(database: Path, provider: str, start: str | None, end: str | None, *, role: str | None, whole: bool, form: str) -> str:
    """The clause redline. Raises dataset.errors.NoSuchThing, and what opening a data set raises."""
    from dataset.diff import diff
    from dataset.opening import meta, opened

    with opened(database) as connection:
        found = diff(connection, provider, start, end, role)
        facts = meta(connection)
    if form == "json":
        return json.dumps({"provider": provider, "from": start, "to": end, "run_date": facts["run_date"], "sample": facts.get("sample") == "1",
                           "documents": [d.to_dict() for d in found]}, ensure_ascii=False, indent=1)
    blocks = ["SAMPLE DATA: invented companies"] if facts.get("sample") == "1" else []
    blocks += [_document(d, whole) for d in found] or [f"of {printable(provider)} only pages of offers and regions were read, no document of rules; `chipwatch changes --provider {printable(provider)}` tells what changed in them"]
    return "\n\n".join([*blocks, _wrapped(STANDING, "")])


def _document(d, whole: bool) -> str:
    head = f"{d.provider}: {d.role.replace('_', ' ')}  {d.url}"
    lines = [click.style(printable(head), bold=True) if sys.stdout.isatty() else printable(head)]
    for name, version in (("from", d.before), ("to", d.after)):
        if version:
            stated = f", dated {version['stated_date']}" if version["stated_date"] else ""
            lines.append(printable(f"  {name:4} version {version['version']}, seen {version['last_changed'][:10]} to {version['last_checked'][:10]}{stated}  [{version['evidence_id']}]"))
    if d.note:
        lines.append(f"  {printable(d.note)}")
    told = {nature: n for nature, n in d.counts.items() if n}
    if d.before is not None:
        lines.append("  " + (", ".join(f"{n} {nature}" for nature, n in told.items()) if told else "no clauses in either version"))
    for clause in d.clauses:
        if clause.nature != "unchanged" or whole:
            lines += ["", *_clause(clause)]
    return "\n".join(lines)


def _clause(clause) -> list[str]:
    from dataset.wording import readable, shown_parts

    labels = ", ".join(f"{CLAUSE_LABELS.get(label, '')} {label.replace('_', ' ')}".strip() for label in clause.labels)
    heading = " > ".join(clause.new_heading or clause.old_heading)
    lines = [_wrapped(f"{clause.nature}: {labels}" + (f"  ({printable(heading)})" if heading else ""), "  ")]
    if clause.nature in ("moved", "renumbered") and clause.old_heading != clause.new_heading:
        lines.append(_wrapped(f"from: {printable(' > '.join(clause.old_heading)) or 'no heading'}", "    "))
    if clause.redline and (clause.old is None or clause.new is None):
        lines.append(_wrapped(_painted([(clause.redline[0][0], _short(readable(clause.old or clause.new or ""), QUOTE_SHOWN))]), "    "))
    elif clause.redline:
        lines.append(_wrapped(_painted(_elided(shown_parts(clause.old, clause.new, clause.redline))), "    "))
    else:
        lines.append(_wrapped(_short(readable(clause.new or ""), QUOTE_SHOWN), "    "))
    lines += [_wrapped(f"reads as {name.replace('_', ' ')}: {printable(readable(str(old)))} -> {printable(readable(str(new)))}", "    ") for name, (old, new) in clause.fields.items()]
    return lines


def _short(text: str, most: int) -> str:
    text = printable(text)
    return text if len(text) <= most else f"{text[:most]} […] ({len(text)} characters)"


def _elided(parts: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """The parts with the middle of long unchanged runs left out, marked."""
    out = []
    for number, (op, text) in enumerate(parts):
        if op == "kept" and len(text) > 2 * KEPT_SHOWN + 20:
            first, last = number == 0, number == len(parts) - 1
            text = ("" if first else text[:KEPT_SHOWN]) + " […] " + ("" if last else text[-KEPT_SHOWN:])
        out.append((op, text))
    return out


def _painted(parts: Sequence[Sequence[str]]) -> str:
    """[-out-] and {+in+}; on a terminal in red and green, too. White space at the edges is kept: it is part of the change."""
    colour = sys.stdout.isatty()
    out = []
    for op, text in parts:
        core = printable(text)
        lead, tail = (" " if text[:1].isspace() else ""), (" " if core and text[-1:].isspace() else "")
        shown = f"{lead}{core}{tail}"
        if op != "kept":
            shown = f"[-{shown}-]" if op == "out" else f"{{+{shown}+}}"
            if colour:
                shown = click.style(shown, fg="red" if op == "out" else "green")
        out.append(shown)
    return "".join(out)


def _wrapped(text: str, indent: str) -> str:
    columns = terminal_columns()
    if not columns:
        return indent + text
    return textwrap.fill(text, max(40, columns), initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def changes_text(database: Path, since: str | None, until: str | None, *, provider: str | None, whole: bool, form: str) -> str:
    """What changed, as `chipwatch changes` prints it. Raises dataset.errors.NoSuchThing for an unknown provider, and what opening a data set raises."""
    from dataset.changes import GROUPS, MAIN, as_json, beyond, counts, happenings
    from dataset.diff import known_provider
    from dataset.opening import meta, opened

    with opened(database) as connection:
        facts = meta(connection)
        if provider is not None:
            known_provider(connection, provider)
        if since is None:
            row = connection.execute("select max(changed_at) from changes where cause <> 'extractor'").fetchone()
            since = (row[0] or facts["run_date"])[:10]
        found = happenings(connection, since, until=f"{until}T23:59:59~" if until else "9999", provider=provider)
    if form == "json":
        return as_json(found, facts, since)
    lines = ["SAMPLE DATA: invented companies"] if facts.get("sample") == "1" else []
    lines.append(f"changes from {since} to {until or max(since, facts['run_date'][:10])}")
    told = counts(found)
    lesser = {group: n for group, n in told.items() if n and group not in MAIN}
    for group, heading in GROUPS.items():
        if told[group] and (whole or group in MAIN):
            lines += ["", f"{heading} ({told[group]})"]
            lines += [_happening(h) for h in found if h.group == group]
    if not any(told[group] for group in MAIN):
        lines += ["", "nothing of consequence changed"]
    if remark := beyond(since, facts["run_date"][:10]):
        lines += ["", _wrapped(remark, "")]
    if lesser and not whole:
        lines += ["", _wrapped("and (--all lists them): " + "; ".join(f"{n} x {GROUPS[group][0].lower()}{GROUPS[group][1:]}" for group, n in lesser.items()), "")]
    return "\n".join([*lines, "", _wrapped(STANDING, "")])


def _happening(h) -> str:
    from dataset.feed import shown, shown_fields, title
    from dataset.wording import shown_parts

    line = _wrapped(printable(f"{h.at[:10]}  {h.provider}: {title(h)}" + (f"  [{h.evidence_id}]" if h.evidence_id else "")), "  ")
    if h.group in ("verdict", "price", "document_missing"):
        return line
    if h.redline and h.old and h.new:
        return f"{line}\n" + _wrapped(_painted(_elided(shown_parts(h.old, h.new, h.redline))), "      ")
    quote = shown(h, h.new or h.old)
    if h.group in ("clause", "wording", "reader", "region") and quote and h.kind != "changed":
        return f"{line}\n" + _wrapped(_short(quote, QUOTE_SHOWN), "      ")
    if fields := shown_fields(h):
        return f"{line}\n" + "\n".join(_wrapped(printable(f"{name.replace('_', ' ')}: {old} -> {new}"), "      ") for name, (old, new) in fields.items())
    return line
