"""The profile of one provider: identity, supply by place, verdicts for every kind of customer, every clause with its quote, what changed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chipwatch.records import CLAUSE_LABELS, CUSTOMER_KINDS
from reports import attached, model, pdf, screen, source, text, words
from reports.changes import ChangeLine, change_lines
from reports.conflicts import SIGN_WORDS
from reports.language import _, speaking
from reports.source import NoSuchProvider, Row

TIMELINE = 40                                                  # changes that are printed; the rest is counted


@dataclass(slots=True)
class SupplyLine:
    """One chip family in one place."""

    chip: model.ChipSupply
    place: str


@dataclass(slots=True)
class Profile:
    provider: model.ProviderView
    sample: bool
    run_date: str
    version: str
    data_hash: str
    rates: list[str]                                           # the rates that its prices were converted with, in words
    supply: list[SupplyLine]
    verdicts: list[model.VerdictView]
    clauses: list[tuple[str, list[tuple[model.ClauseView, list[model.Evidence]]]]]   # label, clauses, each with other documents that hold the same words
    changes: list[ChangeLine]
    changes_left: int
    signals: list[tuple[str, str, model.Evidence | None]]      # label, quote, evidence


def render(database: Path, output: Path, slug: str, *, twin_too: bool = False, lang: str | None = None) -> Path:
    """Write the profile PDF of the provider `slug` and return its path.

    Raises NoSuchProvider for a provider that the data set does not hold, UnknownLanguage, ReportError for an output that cannot be written.
    """
    with speaking(lang):
        return screen.write_report(html(read_profile(Path(database), slug)), Path(output), twin_too, lambda: attached.files(Path(database), slug))


def read_profile(database: Path, slug: str) -> Profile:
    """The view model of a profile. Raises NoSuchProvider, with near names, for an unknown provider."""
    with source.opened(database) as connection:
        tables = source.tables(connection)
        facts = source.meta(connection)
        items = source.changed_items(connection, [row for row in tables["changes"] if row["provider"] == slug])
    known = {row["provider"] for row in tables["providers"]}
    if slug not in known:
        import difflib

        near = difflib.get_close_matches(slug, sorted(known), 3)
        raise NoSuchProvider(f"no provider {slug!r} in this data set" + (f"; did you mean {' or '.join(near)}?" if near else "; see: chipwatch query \"select provider, name from providers\""))
    mine = {view: [row for row in rows if "provider" not in row or row["provider"] == slug] for view, rows in tables.items()}
    (provider,) = model.build_providers(mine)
    evidence = {e.key: e for e in provider.evidence}
    grouped: dict[str, list[model.ClauseView]] = defaultdict(list)
    for clause in sorted(provider.clauses, key=lambda c: (c.evidence.url if c.evidence else "", c.start)):
        grouped[clause.label].append(clause)
    for clause in provider.clauses:
        if clause.evidence:
            clause.evidence.cited = True
    for line in provider.chips:
        for item in line.evidence:
            item.cited = True
    provider.evidence = [e for e in provider.evidence if e.cited or not e.past]
    changes = sorted(change_lines(mine["changes"], items), key=lambda c: c.when, reverse=True)
    return Profile(
        provider=provider, sample=any(row.get("sample") for row in mine["providers"]), run_date=(facts.get("run_date") or "")[:10], version=facts.get("version") or "",
        data_hash=facts.get("data_hash") or model.file_hash(database), rates=words.rates(mine["offers"]), supply=_supply(mine, evidence),
        verdicts=[provider.verdicts.get(kind) or model.no_verdict(kind) for kind in CUSTOMER_KINDS],
        clauses=[(label, _once(grouped[label])) for label in CLAUSE_LABELS if label in grouped], changes=changes[:TIMELINE], changes_left=max(0, len(changes) - TIMELINE),
        signals=[(row["label"], text.shown_quote(row["quote"]).text, evidence.get(row.get("evidence_id") or "")) for row in mine["signals"]])


def _once(clauses: list[model.ClauseView]) -> list[tuple[model.ClauseView, list[model.Evidence]]]:
    """Each wording once, with the other documents in which it stands."""
    first: dict[str, tuple[model.ClauseView, list[model.Evidence]]] = {}
    for clause in clauses:
        held, others = first.setdefault(clause.quote.text, (clause, []))
        if clause is not held and clause.evidence and clause.evidence is not held.evidence and clause.evidence not in others:
            others.append(clause.evidence)
    return list(first.values())


def _supply(tables: dict[str, list[Row]], evidence: dict[str, model.Evidence]) -> list[SupplyLine]:
    """Offers by chip family and place: the country, else the label that the page gives it."""
    grouped: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in tables["offers"]:
        place = text.country(row["country"]) if row.get("country") else text.label(row.get("location"), 40)
        grouped[row["gpu_name"], place or _("not tied to a place")].append(row)
    lines = [SupplyLine(model.chip_supply(name, offers, evidence), place) for (name, place), offers in grouped.items()]
    return sorted(lines, key=lambda line: (not line.chip.strong, line.chip.gpu_name, text.sort_key(line.place)))


def html(p: Profile) -> str:
    """The HTML of a profile."""
    helpers: dict[str, Any] = {"why": words.why, "card_facts": words.card_facts, "gates": words.gates}
    return pdf.html_of("profile.html.j2", b=p, kind=_("provider profile"), customers=CUSTOMER_KINDS, sign_words=SIGN_WORDS,
                       evidence_rows=[p.provider.evidence[i:i + 2] for i in range(0, len(p.provider.evidence), 2)], provider_names={p.provider.slug: p.provider.name},
                       **words.vocabulary(), **helpers)
