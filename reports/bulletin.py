"""The change bulletin: what changed in the documents since a date, in order of consequence, with redlines and the evidence of both sides."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from reports import attached, model, pdf, screen, source, text, words
from reports.changes import ORDER, ChangeLine, change_lines
from reports.language import _, gettext, n_, speaking
from reports.source import ReportError

PRINTED = 400                                                  # lines that are printed; the rest is counted
HEADS = {
    "verdict": "Verdicts", "clause": "Clauses", "offer": "Offers and prices", "region": "Regions", "signal": "Signals of openness", "document": "Documents",
}


@dataclass(slots=True)
class Bulletin:
    sample: bool
    since: str
    run_date: str
    version: str
    data_hash: str
    captures: tuple[int, str, str]                             # runs, first and last day
    groups: list[tuple[str, list[ChangeLine]]]                 # heading, lines
    counts: dict[str, int]
    left: int
    providers: dict[str, str]
    evidence: list[model.Evidence]
    title: str = ""


def parse_since(value: str | None) -> str:
    """An ISO date, or '' for all time. Raises ReportError."""
    if not value:
        return ""
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise ReportError(f"{value!r} is no date: write it as 2026-11-01") from None


def read_bulletin(database: Path, since: str | None = None) -> Bulletin:
    """The view model. `since`: ISO date; None: all that the data set remembers. Raises ReportError for a wrong date or a damaged data set."""
    start = parse_since(since)
    with source.opened(database) as connection:
        tables = source.tables(connection)
        facts = source.meta(connection)
        items = source.changed_items(connection, tables["changes"])
    lines = change_lines(tables["changes"], items, since=start)
    names = {row["provider"]: text.label(row["name"], 60) or row["provider"] for row in tables["providers"]}
    cited = {line.evidence_id for line in lines if line.evidence_id}
    evidence = [e for p in model.build_providers(tables) for e in p.evidence if e.key in cited]
    for item in evidence:
        item.cited = True
    runs = sorted({row["run_id"] for row in tables["captures"]})
    days = sorted(row["fetched_at"][:10] for row in tables["captures"] if row["fetched_at"])
    shown = lines[:PRINTED]
    groups = [(gettext(HEADS[item]), found) for item in ORDER if (found := [line for line in shown if line.item == item])]
    return Bulletin(
        sample=any(row.get("sample") for row in tables["providers"]), since=start, run_date=(facts.get("run_date") or "")[:10], version=facts.get("version") or "",
        data_hash=facts.get("data_hash") or model.file_hash(database), captures=(len(runs), days[0] if days else "", days[-1] if days else ""), groups=groups,
        title=_("What changed in the public documents of GPU clouds?"), counts=Counter(line.item for line in lines), left=len(lines) - len(shown), providers=names, evidence=evidence)


def summary(b: Bulletin) -> str:
    """What the bulletin holds, in one or two sentences."""
    period = _("since %(day)s", day=text.day(b.since)) if b.since else _("since the first capture")
    if b.captures[0] < 2:
        return _("The data set holds one visit alone, so nothing can have changed; a second run shows what did.")
    runs, first, last = b.captures
    visits = text.plural(runs, "visit") + " " + (_("on %(day)s", day=text.day(first)) if first == last else _("from %(first)s to %(last)s", first=text.day(first), last=text.day(last)))
    if not b.counts:
        return _("No change was seen %(period)s, in %(visits)s.", period=period, visits=visits)
    forms = {"verdict": lambda n: n_("%(n)s change of a verdict", "%(n)s changes of verdicts", n), "clause": lambda n: n_("%(n)s change of a clause", "%(n)s changes of clauses", n),
             "offer": lambda n: n_("%(n)s change of an offer or price", "%(n)s changes of offers and prices", n), "region": lambda n: n_("%(n)s change of a region", "%(n)s changes of regions", n),
             "signal": lambda n: n_("%(n)s change of a signal", "%(n)s changes of signals", n), "document": lambda n: n_("%(n)s change of a document", "%(n)s changes of documents", n)}
    said = text.upper_first(text.listing([forms[item](b.counts[item]) for item in ORDER if b.counts.get(item)]))
    who = len({line.provider for _head, lines in b.groups for line in lines})
    return _("%(changes)s of %(providers)s %(period)s, in %(visits)s.", changes=said, providers=text.plural(who, "provider"), period=period, visits=visits)


def html(b: Bulletin) -> str:
    """The HTML of the bulletin."""
    values: dict[str, Any] = {"summary": summary(b), "evidence_rows": [b.evidence[i:i + 2] for i in range(0, len(b.evidence), 2)], "provider_names": b.providers, "keys_known": {e.key for e in b.evidence}}
    return pdf.html_of("changes.html.j2", b=b, kind=_("changes"), **words.vocabulary(), **values)


def render(database: Path, output: Path, *, since: str | None = None, twin_too: bool = False, lang: str | None = None) -> Path:
    """Write the bulletin PDF and return its path. Raises ReportError, UnknownLanguage."""
    with speaking(lang):
        return screen.write_report(html(read_bulletin(Path(database), since)), Path(output), twin_too, lambda: attached.files(Path(database)))
