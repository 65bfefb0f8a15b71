"""`chipwatch providers check SLUG`: what each declared address and selector yields, twice, and what of it is not mapped."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chipwatch.errors import InputError
from chipwatch.reading import ReadTask, extract_within_limits, limited_memory, task_for
from chipwatch.records import Capture, Extraction, Source
from chipwatch.terminal import counted, printable
from chipwatch.verifying import NOT_VISITED, declared_as

SHOWN = 6                                                      # examples of one kind of unmapped thing


@dataclass(slots=True)
class Yield:
    """What one visit of an address gave."""

    capture: Capture
    reading: Extraction | None = None
    selectors: list[tuple[str, int]] = field(default_factory=list)   # `select` and `remove` rules with the characters that each matches
    columns: list[str] = field(default_factory=list)           # of price tables, without a meaning to the reader


@dataclass(slots=True)
class Checked:
    """One declared address: what its last two visits gave, oldest first; one visit read twice where there is no other."""

    source: Source
    place: str                                                 # file:line of the declaration
    yields: list[Yield] = field(default_factory=list)
    read_again: bool = False


def recent_captures(data: Path, sources: list[Source], sample: bool) -> dict[tuple[str, str], list[Capture]]:
    """address and role -> its last two visits, oldest first. Pages of a feed after the first are left out."""
    from dataset.runs import read_runs

    wanted = {(s.provider, s.url) for s in sources}
    found: dict[tuple[str, str], list[Capture]] = {}
    for run in read_runs(data):
        if (run.mode == "sample") != sample:
            continue
        for capture in run.captures:
            if (capture.provider, capture.url) in wanted and not capture.part_of and capture.failure not in NOT_VISITED:
                found.setdefault((capture.role, capture.url), []).append(capture)
    return {key: sorted(captures, key=lambda c: c.fetched_at)[-2:] for key, captures in found.items()}


def _read(capture: Capture, source: Source, data: Path) -> Yield:
    """Read a capture now, whatever readings are kept."""
    from crawler.archive import read_payload
    from crawler.errors import CrawlerError

    out = Yield(capture)
    if capture.failure or not capture.record_id:
        return out
    task: ReadTask = task_for(capture, source, data)
    try:
        body = read_payload(task.warc, task.record_id).body
    except CrawlerError as error:
        raise InputError(f"a kept archive is gone or damaged ({error}); restore it from a backup, or crawl again") from error
    with limited_memory():
        out.reading = extract_within_limits(body, task.options)
        out.columns = _columns(body, task.options, out.reading)
        for rule in (*source.select, *source.remove):
            only = extract_within_limits(body, {**task.options, "select": [rule], "remove": []}) if rule in source.select else None
            out.selectors.append((rule, _matched(body, rule, capture, only)))
    return out


def _columns(body: bytes, options: dict[str, Any], reading: Extraction) -> list[str]:
    """Labels of the columns that the reader gives no meaning to; only of a page that was read without trouble."""
    from nlp.columns import unknown_columns
    from nlp.read import read_document

    if not reading.offers:
        return []
    document = read_document(body, **{key: value for key, value in options.items() if key not in ("kind", "currency")})
    return unknown_columns(document, reading.offers)


def _matched(body: bytes, rule: str, capture: Capture, only: Extraction | None) -> int:
    """Characters of text in what a selector matches; 0 where it matches nothing."""
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    if only is not None and any(i.code == "selector" and i.level != "info" for i in only.issues):
        return 0
    try:
        return sum(len(" ".join(node.text(separator=" ").split())) for node in LexborHTMLParser(body).css(rule))
    except (SelectolaxError, ValueError):
        return 0


def check_provider(slug: str, data: Path, *, folder: Path | None = None, sample: bool = False) -> list[Checked]:
    """Every declared address of a provider with what it yields. Raises InputError for a slug that is not declared or was never visited."""
    from chipwatch.run_folders import declared
    from crawler.declarations import PROVIDERS
    from crawler.edits import line_of_address

    folder = folder or PROVIDERS
    sources, _ = declared(folder, [slug])
    path = folder / slug / "provider.yml"
    text = path.read_text("utf-8")
    try:
        shown = path.resolve().relative_to(Path.cwd())
    except ValueError:
        shown = path
    templates = declared_as(folder, [slug])
    captures = recent_captures(data, sources, sample)
    if not captures:
        raise InputError(f"nothing of {slug} is kept in {data}; add --live to visit it now (twice, politely), or name the folder of its captures with --data")
    out = []
    for source in sources:
        written = templates[source.provider, source.role, source.url]
        row = Checked(source, f"{shown}:{line_of_address(text, source.role, written) or 1}")
        mine = captures.get((source.role, source.url), [])
        row.yields = [_read(c, source, data) for c in mine]
        if len(row.yields) == 1 and row.yields[0].reading is not None:
            row.yields.append(_read(mine[0], source, data))
            row.read_again = True
        out.append(row)
    return out


# --- comparing --------------------------------------------------------------------------------------------------------------------

def facts_of(reading: Extraction) -> dict[str, Counter]:
    """What counts as the same yield, by kind."""
    return {
        "offers": Counter((o.gpu_name, o.gpu_count, o.instance_name, o.price, o.currency, o.price_unit, o.price_scope, o.commitment, o.location) for o in reading.offers),
        "regions": Counter((r.label, r.country) for r in reading.regions),
        "clauses": Counter((c.label, " ".join(c.quote.split())) for c in reading.clauses),
    }


def differences(yields: list[Yield]) -> list[str]:
    """How the second visit differs from the first, one sentence each; empty where it does not, or where there are no two."""
    if len(yields) < 2:
        return []
    if any(y.reading is None for y in yields):
        kinds = [y.capture.failure or "read" for y in yields]
        return [f"{kinds[0]} first, {kinds[1]} then"] if kinds[0] != kinds[1] else []
    before, after = (facts_of(y.reading) for y in yields if y.reading is not None)
    out = []
    for kind in before:
        gone, new = before[kind] - after[kind], after[kind] - before[kind]
        if gone or new:
            out.append(f"{kind}: {gone.total()} gone, {new.total()} new, {(before[kind] & after[kind]).total()} the same")
    return out


def unmapped(reading: Extraction, columns: list[str] = ()) -> list[str]:
    """What was seen but not understood, one line for each kind."""
    rows: dict[str, list[str]] = {"column without a known meaning": list(columns)} if columns else {}
    for issue in reading.issues:
        if issue.level != "info":
            rows.setdefault(issue.code, []).append(issue.text)
    for offer in reading.offers:
        name = " ".join(str(part) for part in (offer.instance_name, offer.gpu_name) if part)
        for missing, kind in ((offer.price is not None and offer.currency is None, "offer without currency"), (offer.price is not None and offer.price_unit is None, "offer without unit"),
                              (bool(offer.location) and offer.country is None, "offer in a place without country")):
            if missing:
                rows.setdefault(kind, []).append(f"{name} ({offer.location})" if "place" in kind else name)
    for region in reading.regions:
        if region.country is None:
            rows.setdefault("region without country", []).append(region.label)
    out = []
    for kind, texts in rows.items():
        different = list(dict.fromkeys(texts))
        more = f", and {len(different) - SHOWN} more" if len(different) > SHOWN else ""
        out.append(f"{kind} ({len(texts)}): " + "; ".join(printable(t)[:100] for t in different[:SHOWN]) + more)
    return out


def counts(reading: Extraction) -> str:
    names = (("offer", reading.offers), ("chip", reading.chips), ("region", reading.regions), ("clause", reading.clauses), ("signal", reading.signals))
    found = ", ".join(counted(len(rows), name) + (" named" if name == "chip" else "") for name, rows in names if rows)
    return f"{found or 'nothing'} ({counted(reading.document.characters, 'character')}, {reading.document.language or 'language unknown'})"


EXPECTED = {"offers": "offers", "regions": "regions"}


def faults_of(row: Checked) -> list[str]:
    """Why a person should look at this address."""
    if not row.yields:
        return ["never visited"]
    last = row.yields[-1]
    if last.reading is None:
        return [f"not read: {last.capture.failure}: {last.capture.note or ''}"]
    out = [f"not stable: {words}" for words in differences(row.yields)]
    if row.source.role in EXPECTED and not getattr(last.reading, EXPECTED[row.source.role]):
        out.append(f"gives no {row.source.role}")
    out += [f"selector {rule!r} matches nothing" for rule, size in last.selectors if not size]
    return out


def as_json(rows: list[Checked]) -> str:
    """The same as one JSON object an address."""
    out = []
    for row in rows:
        visits = [{"fetched_at": y.capture.fetched_at, "failure": y.capture.failure, "status": y.capture.status, "selectors": dict(y.selectors),
                   **({kind: len(getattr(y.reading, kind)) for kind in ("offers", "chips", "regions", "clauses", "signals")} if y.reading is not None else {})} for y in row.yields]
        last = row.yields[-1] if row.yields else None
        out.append({"place": row.place, "role": row.source.role, "url": row.source.url, "visits": visits, "read_again": row.read_again, "look": faults_of(row),
                    "unmapped": unmapped(last.reading, last.columns) if last is not None and last.reading is not None else []})
    return json.dumps(out, ensure_ascii=False, indent=1)


def as_text(rows: list[Checked]) -> str:
    """The report for a terminal."""
    lines = []
    for row in rows:
        lines.append(f"{row.place}: {row.source.role} {row.source.url}")
        for number, one in enumerate(row.yields):
            when = "read again" if row.read_again and number else one.capture.fetched_at.replace("T", " ").removesuffix("Z")
            lines.append(f"  {when:<19}  {counts(one.reading) if one.reading is not None else 'not read: ' + (one.capture.failure or '')}")
        last = row.yields[-1] if row.yields else None
        if last is not None:
            lines += [f"  {'select' if rule in row.source.select else 'remove'} {rule!r}: {counted(size, 'character')}" for rule, size in last.selectors]
        faults = faults_of(row)
        lines += [f"  LOOK  {words}" for words in faults]
        if len(row.yields) == 2 and not faults:
            lines.append("  stable: the same twice" + (" (one visit, read twice; --live visits it anew)" if row.read_again else ""))
        if last is not None and last.reading is not None:
            lines += [f"  unmapped  {words}" for words in unmapped(last.reading, last.columns)]
    bad = sum(bool(faults_of(row)) for row in rows)
    lines.append(f"{len(rows) - bad} of {counted(len(rows), 'address', 'addresses')} {'yields what it' if len(rows) == 1 else 'yield what they'} should" + (f"; look at {bad}" if bad else ""))
    return "\n".join(printable(line) if not line.startswith(" ") else "  " + printable(line) for line in lines)
