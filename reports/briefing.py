"""The briefing: one PDF for one kind of customer, with the answer, its evidence and its limits.

Sentences are made here from the view model alone, so that a number in the text is the number of the table or figure beside it.
"""

from __future__ import annotations

import functools
import itertools
import statistics
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from chipwatch.records import CLAUSE_LABELS, CUSTOMER_KINDS, VERDICT_CODES
from reports import conflicts, errors, history, law, model, pdf, screen, seats, text, words
from reports.bulletin import parse_since
from reports.changes import ORDER
from reports.model import Briefing, ChipSupply, ProviderView

TABLE_CHIPS = 12                                               # columns of the matrix
HATCHED_ROWS = 12                                              # more providers without terms than this are named below the heat table
CHANGE_ROWS = 60                                               # changes that are printed; the rest is counted
GROUP_MARKS = {"D5": "D:5 or Macau", "D14": "D:1 or D:4"}
FIGURE_BARS = 18                                               # bars of a figure; the rest is named below it


@dataclass(frozen=True, slots=True)
class Finding:
    big: str
    head: str
    body: str
    anchor: str


def render(database: Path, output: Path, *, customer: str = "cn_company", chip: str | None = None, region: str | None = None, title: str | None = None, since: str | None = None, short: bool = False,
           twin_too: bool = False) -> Path:
    """Write the briefing PDF of the data set `database` to `output` and return its path.

    Raises ReportError (with a message for people) for a data set that cannot be read, an unknown customer kind, chip or region, or an output that
    cannot be written. The same data set and fonts give the same bytes. `since`: ISO date, only changes from then on; `short`: the answer on two pages;
    an output that ends in .html, or `twin_too`: the HTML twin.
    """
    briefing = model.read_briefing(Path(database), customer=customer, chip=chip, region=region, title=title, since=parse_since(since))
    return screen.write_report(html(briefing, "short.html.j2" if short else "briefing.html.j2"), Path(output), twin_too)


def html(b: Briefing, template: str = "briefing.html.j2") -> str:
    """The HTML of the briefing, or of its short form (`short.html.j2`)."""
    helpers: dict[str, Any] = {
        **numbering(), **section_values(b), "map_note": map_note(b), "class_counts": class_counts(b), "tpp_line": seats.LINE, "map_marks": any(line.group for line in b.country_lines), "group_marks": GROUP_MARKS,
        "gates": words.gates, "place_spans": place_spans, "matrix_cells": functools.partial(matrix_cells, b),
        "card_facts": words.card_facts, "card_clauses": functools.partial(model.close_up_clauses, customer=b.customer),
        "why": lambda p: words.why(p.verdicts.get(b.customer)), "other_labels": functools.partial(other_labels, b), "adjacent_line": adjacent_line,
    }
    return pdf.html_of(
        template, b=b, kind="briefing", findings=findings(b), figures=figures_of(b), contents=contents(b), letters=annex_letters(b),
        label_order=list(CLAUSE_LABELS), **{**words.VOCABULARY, "short_customer": short_customers(b)},
        customer_words=[CUSTOMER_KINDS.get(k, ("Other", b.customer_words)) for k in _kinds(b)],
        example_key=next((e.key for e in b.evidence if e.cited), b.evidence[0].key if b.evidence else "E001"), rules=rules_now(), rules_as_of=str(rules_now()["as_of"]),
        cloud_offers=sum(1 for p in b.clouds if p.offers), families_rest=_rest([(name, n) for name, n, _ in b.families]),
        places_rest=_rest([(text.country(code), n) for code, n in b.places]), prices_rest=_prices_rest(b), place_note=place_note(b), addresses_words=addresses_words(b), price_note=price_note(b), far_marked=any(line.far(price) for line in b.prices for price in line.prices), comparison=comparison(b),
        close_up_rule=close_up_rule(b), unread_providers=len({u.provider for u in b.unread}), unread_groups=unread_groups(b), limits=limits(b), method=method(b),
        evidence_rows=[b.evidence[i:i + 2] for i in range(0, len(b.evidence), 2)], provider_names={p.slug: p.name for p in b.providers},
        **heat_parts(b), matrix_rest=_matrix_rest(b), change_lines_left=max(0, sum(1 for c in b.changes if c.item != "document") - CHANGE_ROWS), document_changes=document_changes(b), changes=[c for c in b.changes if c.item != "document"][:CHANGE_ROWS], change_summary=change_summary(b), captures_words=captures_words(b), matrix_chips=b.matrix_chips[:TABLE_CHIPS],
        **helpers)


def section_values(b: Briefing) -> dict[str, Any]:
    """What the change log, the conflicts, the section on pending rules and the citation print."""
    line = history.timeline(b, rules_now()["events"])
    reviewed = [c for p in b.providers for c in p.clauses if c.review]
    marks = Counter(c.review for c in reviewed)
    return {
        "line": line, "timeline_counts": (sum(n for _, n in line.stated) + line.earlier, sum(n for _, n in line.seen)), "redlines": history.redlines(b), "evidence_known": {e.key for e in b.evidence},
        "opposed": conflicts.opposed(b, b.sign_rows), "measures": law.measures(b, rules_now()["pending"]), "footings": law.footings(b), "change_strip": change_strip(b),
        "reviewed_words": f"Of {text.plural(b.clause_count, 'clause')} people have accepted or amended {text.number(len(reviewed))}" + (f" ({text.listing([f'{n} {mark}' for mark, n in sorted(marks.items())])})" if marks else "") + "; the others stand as read by machine.",
        "supply_captures": model.supply_captures, "standing_captures": model.standing_captures,
    }


def change_strip(b: Briefing) -> str:
    """What changed since the first visit, for the summary."""
    if b.visits < 2:
        return "The data set holds one visit, so nothing can have changed yet; a second run shows what did."
    new, gone = (sum(1 for one in b.listings if one.kind == kind) for kind in ("new", "gone"))
    supply = f" Listings of the chips: {new} new, {gone} gone." if b.listings else ""
    return (change_summary(b) or f"No change was seen in {text.plural(b.visits, 'visit')}.") + supply


def numbering() -> dict[str, Callable[[], str]]:
    """'Figure 1. ', 'Table 1. ' and so on, in the order of the page: one that has no data is absent, and leaves no gap."""
    figures, tables = itertools.count(1), itertools.count(1)
    return {"next_figure": lambda: f"Figure {next(figures)}. ", "next_table": lambda: f"Table {next(tables)}. "}


@functools.cache
def rules_now() -> dict[str, Any]:
    """The box of rules, from its data file."""
    import yaml

    return yaml.safe_load((Path(__file__).parent / "rules_now.yml").read_text(encoding="utf-8"))


def short_customers(b: Briefing) -> dict[str, str]:
    """Kinds of customer in a few words; one that was asked for by country has its own."""
    return {b.customer: b.customer_words[:1].upper() + b.customer_words[1:], **words.SHORT_CUSTOMER}


def _kinds(b: Briefing) -> list[str]:
    return list(dict.fromkeys([*b.compared, *(kind for kind, _ in b.by_customer)]))


# --- sentences -------------------------------------------------------------------------------------------------------------------

def chips_words(b: Briefing) -> str:
    return (f"the {b.chip}" if b.chip else "A100/H100-class chips") + b.region_words


def findings(b: Briefing) -> list[Finding]:
    """Three findings, each with its n and what the missing data could change."""
    n, clouds = len(b.listing), len(b.clouds)
    named = sum(1 for p in b.listing if any(c.countries for c in _class_chips(b, p)))
    priced = sum(1 for p in b.listing if any(c.price_usd is not None for c in _class_chips(b, p)))
    heart = sum(1 for p in b.listing if any(c.datacenter for c in _class_chips(b, p)))
    supply = "" if b.chip or heart == n else f"{text.number(heart)} of them list one marketed for data centres, the others only workstation or consumer cards whose figures reach the class. "
    supply += f"Their offers name data centres in {text.plural(len(b.places), 'country', 'countries')} ({text.plural(named, 'provider')} of {n} " \
             f"{'name' if named != 1 else 'names'} a place); {text.number(priced)} of {n} state a price that can be compared"
    if b.prices:
        line = b.prices[0]
        low, _, high = statistics.quantiles(line.prices, n=4, method="inclusive") if len(line.prices) > 3 else (line.prices[0], 0, line.prices[-1])
        supply += f", for the {line.chip} {text.money(line.median)} US dollars per GPU-hour in the median ({'the middle half' if len(line.prices) > 3 else 'all'} between " \
                  f"{text.money(low)} and {text.money(high)}, n = {len(line.prices)})"
    elsewhere = sum(1 for p in b.listing if all(c.evidence and all(e.elsewhere for e in c.evidence) for c in _class_chips(b, p)))
    if elsewhere:
        supply += f". For {text.number(elsewhere)} of {n} every such offer was read at another host than the provider's website (‡)"
    bar = b.bar_listing
    parts = [f"{bar[code]} {VERDICT_CODES[code]} ({code})" for code in words.CODE_ORDER if bar[code] and code not in ("V5", "V0")]
    excluded, unknown = bar["V5"], bar["V0"]
    terms = f"Of the {text.plural(n, 'provider')} that list{'s' if n == 1 else ''} the chips: {text.listing(parts)}." if parts else ""
    terms += f" {unknown} {'is' if unknown == 1 else 'are'} not assessed (V0){unassessed_words(b)}. If all of these excluded this customer too, the count would be {excluded + unknown}: " \
             f"it lies between {excluded} and {excluded + unknown} of {n}."
    silent, generic = bar["V1"], bar["V2"]
    same, assessed, differs = _subsidiary(b)
    found = [
        Finding(f"{n}", f"of {text.plural(clouds, 'GPU cloud')} list {chips_words(b)}.", supply + ".", "answer"),
        Finding(f"{excluded}", f"of them {'excludes' if excluded == 1 else 'exclude'} a {b.customer_words} by the words of {'its' if excluded == 1 else 'their'} terms.", terms.strip(), "answer"),
        Finding(f"{generic + silent}", "of them carry only generic compliance wording or state nothing on the point:",
                f"{generic} generic wording (V2), {silent} nothing stated in the documents read (V1). The two are different findings, and neither is a permission. "
                + (f"For a subsidiary abroad of a Chinese parent, {text.plural(differs, 'provider')} of {assessed} assessed for both " f"{'reads' if differs == 1 else 'read'} differently from the parent." if assessed else
                   "No provider could be assessed both for a parent in China and for its subsidiary abroad."), "terms"),
    ]
    return found


def _class_chips(b: Briefing, provider: ProviderView) -> list[ChipSupply]:
    return [c for c in provider.chips if (c.gpu_name == b.chip if b.chip else c.strong)]


def _subsidiary(b: Briefing) -> tuple[int, int, int]:
    """(same verdict, assessed for both, different verdict) of a company in China and its subsidiary abroad."""
    pairs = [(p.code("cn_company"), p.code("cn_subsidiary_abroad")) for p in b.listing]
    assessed = [(a, c) for a, c in pairs if a != "V0" and c != "V0"]
    differs = sum(1 for a, c in assessed if a != c)
    return len(assessed) - differs, len(assessed), differs


def unassessed_words(b: Briefing) -> str:
    """': of 36 no document that binds was read, of 5 only a part; most often missing: …': why listing providers are V0."""
    who = [p for p in b.listing if p.code(b.customer) == "V0"]
    if not who:
        return ""
    bare = sum(1 for p in who if not p.terms)
    parts = [f"of {bare} no document that binds was read"] if bare else []
    if bare < len(who):
        parts.append(f"of {len(who) - bare} only a part of what may bind")
    documents: Counter[str] = Counter()
    for p in who:
        documents.update({item.partition(": ")[0] for item in (p.verdicts[b.customer].missing if b.customer in p.verdicts else [])})
    most = [f"{name} ({count})" for name, count in sorted(documents.items(), key=lambda kv: (-kv[1], kv[0]))[:2]]
    return ": " + ", ".join(parts) + (f"; most often missing: {text.listing(most)}" if most else "")


def addresses_words(b: Briefing) -> str:
    return f"documents read, of {text.number(b.addresses)} addresses {'looked up in the archive' if b.archive else 'asked for'}"


def price_note(b: Briefing) -> str:
    """When the prices were captured, and how many are far from the others."""
    times = [t for line in b.prices for t in (line.oldest, line.newest) if t]
    note = f" Captured {text.day(min(times))}" + (f" to {text.day(max(times))}" if min(times)[:10] != max(times)[:10] else "") + "." if times else ""
    far = sum(1 for line in b.prices for price in line.prices if line.far(price))
    return note + (f" Hollow: {text.plural(far, 'price')} more than {model.FAR} times above or under the median of at least {model.FAR_MIN} providers; as printed, counted, to be checked at the source." if far else "")


def place_spans(row: model.MissionRow) -> list[int]:
    """For each line of a provider, how many lines its place stands for; 0: the line above says it."""
    spans: list[int] = []
    for _, same in groupby(row.chips, key=words.places_words):
        count = len(list(same))
        spans += [count] + [0] * (count - 1)
    return spans


def comparison(b: Briefing) -> str:
    """How verdicts differ between customers, in a sentence or two."""
    same, assessed, differs = _subsidiary(b)
    control = [p for p in b.listing if p.code(b.customer) != "V0" and p.code("control") != "V0"]
    apart = sum(1 for p in control if p.code(b.customer) != p.code("control"))
    said = f"{apart} of {len(control)} providers assessed for both give a {b.customer_words} another verdict than the control, an ordinary foreign company"
    if b.customer != "cn_subsidiary_abroad" and assessed:
        said += f"; {differs} of {assessed} tell a company in mainland China from its subsidiary abroad"
    return said + ". Whoever is not assessed stays in the bars."


def map_note(b: Briefing) -> str:
    """What the map shows and what it does not: unknown places, groups, borders, the source of its outlines."""
    from reports import maps

    note = f"{text.plural(b.places_unknown, 'provider')} tied no chip to a country. " if b.places_unknown else ""
    if b.group_classes:
        note += f"Country groups: Supplement No. 1 to 15 CFR Part 740, as of {text.day(b.groups_as_of)}; a group says where chips need a licence to be shipped, nothing about who may rent them. "
    lost = maps.not_drawn(code for code, _ in b.places)
    note += f"Not drawn: {text.listing([text.country(code) for code in lost])}. " if lost else ""
    return note + ("Circles: places too small for the scale. Outlines: Natural Earth, as adapted by visionscarto. Borders and names are for orientation and take no side on the status of any territory; "
                   f"places are counted by ISO 3166-1 codes; {text.listing(maps.disputed())} are grey with a dotted outline.")


def place_note(b: Briefing) -> str:
    loose = sum(1 for p in b.listing if any(not c.countries and not c.locations for c in _class_chips(b, p)))
    chips = [c for p in b.listing for c in _class_chips(b, p)]
    grey = "Grey: countries of the provider's regions as its pages list them, not said of this chip. " if any(words.region_words(p, c) for p in b.listing for c in _class_chips(b, p)) else ""
    desk = "† Not marketed for data centres. " if any(not c.datacenter for c in chips) else ""
    away = "‡ Read at another host than the provider's website, such as a repository. " if any(e.elsewhere for row in b.mission for e in row.evidence) else ""
    far = f"* More than {model.FAR} times above or under the median of the chip: as printed, to be checked at the source. " if any(c.far_from for c in chips) else ""
    return f"“Not tied to a place”: the page lists the chip without saying where ({text.plural(loose, 'provider')}). {grey}Other words in quotation marks: a place as printed, country not known. " \
           f"{desk}{away}{far}Two-letter codes are ISO 3166 country codes. Key letters and numbers link to the evidence register."


def matrix_cells(b: Briefing, provider: ProviderView) -> list[str]:
    """One cell a chip: the lowest price, ● without a price, empty where it is not listed."""
    listed = {c.gpu_name: c for c in provider.datacenter_chips}
    return ["" if name not in listed else text.money(listed[name].price_usd) + ("*" if listed[name].far_from else "") if listed[name].price_usd is not None else "●" for name in b.matrix_chips[:TABLE_CHIPS]]


def other_labels(b: Briefing, p: ProviderView) -> str:
    """The kinds of the clauses that a card does not quote, with their counts."""
    shown = {c.id for c in model.close_up_clauses(p, b.customer)}
    return words.label_counts(c for c in p.clauses if c.id not in shown)


def adjacent_line(p: ProviderView) -> str:
    """'A1:0 A2:3 A18:1': kinds of clause with their greatest strength."""
    strongest: dict[str, int] = {}
    for clause in p.clauses:
        strongest[clause.label] = max(strongest.get(clause.label, 0), clause.strength)
    codes = " ".join(f"{CLAUSE_LABELS[label]}:{strongest[label]}" for label in CLAUSE_LABELS if label in strongest)
    return codes or ("no clause found" if any(e.readable for e in p.evidence) else "nothing read")


def close_up_rule(b: Briefing) -> str:
    """Which providers got a card, and why these."""
    if b.close_up_candidates <= len(b.close_ups):
        return f"All {text.plural(b.close_up_candidates, 'GPU cloud')} with a clause to quote, by name."
    return f"{len(b.close_ups)} of {b.close_up_candidates} GPU clouds with a clause to quote, printed by name. Chosen by verdict, V4, V5, V6 and VX first, then V3, V2 and V1, V0; " \
           "within these first the providers that list the chips, then those that treat customers differently, then those with more clauses."


def contents(b: Briefing) -> list[tuple[str, str]]:
    """(anchor, words) of the table of contents."""
    parts = [("summary", "Summary"), ("answer", "The answer, provider by provider"), ("supply", "Supply: who lists what, where, at what price"),
             ("terms", "Terms: what the documents say, and to whom")]
    if b.close_ups:
        parts.append(("close-ups", "Close-ups: clauses in the words of the documents"))
    parts.append(("changes", "Change log: rules above, terms below"))
    if b.clouds:
        parts += [("conflicts", "Conflicts: statements to be read beside each other"), ("law", "If the law changes")]
    parts += [("unread", "What was not read, and why"), ("limits", "Limits"), ("method", "Method"), ("citation", "Citation and corrections")]
    letters = annex_letters(b)
    heads = {"providers": "GPU clouds", "adjacent": "Other providers", "chips": "Chips and their class", "evidence": "Evidence register"}
    return parts + [(f"annex-{name}", f"Annex {letter}. {heads[name]}") for name, letter in letters.items()]


def heat_parts(b: Briefing) -> dict[str, Any]:
    """Rows of the heat table; where many providers have no terms read, these by reason, so that the table is no wall of hatching."""
    unread = [row for row in b.heat if not row.read and not row.cells]
    if len(unread) <= HATCHED_ROWS:
        return {"heat": b.heat, "heat_unread": [], "heat_unread_count": 0}
    by_reason: dict[str, list[str]] = {}
    for row in sorted(unread, key=lambda r: text.sort_key(r.provider.name)):
        by_reason.setdefault(row.why, []).append(row.provider.name)
    return {"heat": [row for row in b.heat if row.read or row.cells], "heat_unread": sorted(by_reason.items(), key=lambda kv: (-len(kv[1]), kv[0])), "heat_unread_count": len(unread)}


def change_summary(b: Briefing) -> str:
    """'Changes of 1 verdict, 2 clauses and 40 offers.' """
    plurals = {"clause": "clauses"}
    counts = [(item, sum(c.count for c in b.changes if c.item == item)) for item in ORDER]
    return f"{text.listing([text.plural(n, item, plurals.get(item)) for item, n in counts if n])} came, went or changed; verdicts that changed alike and clauses in the same words share a line." if b.changes else ""


def document_changes(b: Briefing) -> list[tuple[str, str, str]]:
    """(provider, day, what) of documents that came, went or have a new version; there is no before and after to show."""
    return [(c.provider, c.when[:10], f"{c.what.removeprefix('document, ')} {c.kind}") for c in b.changes if c.item == "document"]


def annex_letters(b: Briefing) -> dict[str, str]:
    """Letters of the annexes that this briefing has."""
    there = [name for name, rows in (("providers", b.clouds), ("adjacent", b.adjacent), ("chips", b.chip_rows), ("evidence", b.evidence)) if rows]
    return dict(zip(there, "ABCD", strict=False))


def limits(b: Briefing) -> list[tuple[str, str]]:
    """What this briefing cannot say, with bounds."""
    bar, n = b.bar_listing, len(b.listing)
    unknown = bar["V0"]
    languages = ", ".join(f"{code} {count}" for code, count in b.languages) or "none"
    thin = sum(1 for p in b.listing if len(p.terms_read) == 1)
    return [
        ("Bounds.", f"Of {text.plural(n, 'GPU cloud')} that list{'s' if n == 1 else ''} the chips, {unknown} {'is' if unknown == 1 else 'are'} not assessed for a {b.customer_words}. Were they all excluded by their terms, "
                    f"V5 would be {bar['V5'] + unknown} of {n}; were none of them to state anything, V1 would be {bar['V1'] + unknown} of {n}. As read: V5 {bar['V5']}, V1 {bar['V1']}."),
        ("Denominators.", f"{len(b.providers)} providers are known to this data set; nobody knows how many GPU clouds there are. {len(b.groups.both)} GPU clouds have both offers and terms, "
                          f"{len(b.groups.offers_only)} offers only, {len(b.groups.terms_only)} terms only, {len(b.groups.neither)} neither."),
        ("One document.", f"For {thin} of the {n} listing providers a single binding document was read."),
        ("Age.", f"{captures_words(b)} Terms and prices may have changed since; each entry of the evidence register carries its own time."),
        ("Languages.", f"Documents on terms by language: {languages}. A language that the clause rules do not cover gives V0, never V1."),
        ("Extraction.", f"Rules find clauses, and rules miss some. {errors.words()} chipwatch evaluate measures anew; a clause that was missed can turn V2 or V1 into a stricter reading, so V1 and V2 are the least certain of the verdicts."),
        ("Vantage.", ("How the archive was collected is not known here; no login was used by this program. " if b.archive else "Pages were read as an anonymous visitor, without login. ") + "A page may differ by country of the visitor; order forms and private agreements were not seen."),
        ("Conduct.", "What a provider does at sign-up is not observed. A clause may not be applied, and a provider may refuse customers without a clause."),
    ]


def captures_words(b: Briefing) -> str:
    """When the documents were captured."""
    if not b.oldest:
        return "Nothing was captured."
    if b.oldest[:10] == b.newest[:10]:
        return f"All documents were captured on {text.day(b.oldest)}."
    return f"Captures run from {text.day(b.oldest)} to {text.day(b.newest)}; half of the documents were captured before {text.day(b.middle)}."


def method(b: Briefing) -> list[tuple[str, str]]:
    """How the data came about."""
    groups = f" Groups of countries that a clause cites are resolved by lists as of {text.day(b.groups_as_of)}." if b.groups_as_of else ""
    rates = "".join(f" {words[0].upper()}{words[1:]}." for words in b.rates)
    return [
        ("Collection.", f"This data set was made from a WARC archive that others collected: {text.number(b.addresses)} addresses were looked up in it, and no server was asked. "
                        "An address that it does not hold is a gap of the archive, not of the provider." if b.archive else f"{text.number(b.addresses)} addresses were asked for; robots.txt is obeyed, the user agent is honest, hosts are asked one request at a time. Every answer is kept byte for byte in WARC files, failures included."),
        ("Reading.", f"Each document becomes blocks with offsets; rules then mark chips, prices, places and clauses. This run holds {text.plural(b.offer_count, 'offer')} and {text.plural(b.clause_count, 'clause')}. "
                     "Whatever a rule does not know becomes an issue; nothing is guessed."),
        ("Prices.", f"A price stands as printed. Where unit, scope and currency are known it is converted to US dollars per GPU-hour (European Central Bank, ECB, reference rates of the day of capture, or the last before it); a price of an instance is divided by its GPUs.{rates}"),
        ("Judging.", "A table of rules turns clauses and coverage into a verdict for one kind of customer; each verdict names its rule and clauses. V3 to V6 stand on a clause that was found; V1 and V2 need every expected document." + groups),
        ("Confidence.", "Two numbers, never one: is the clause what we say it is (extraction), and did we read what binds (completeness). In words: high from 0.8, medium from 0.5, low below."),
        ("Which providers count.", "Counts and figures use GPU clouds: providers declared as such, or with an offer of a GPU. The others are listed in an annex."),
        ("Reproduction.", f"The data set is a function of captures and code: chipwatch rebuild makes it anew. This document was made from the data set with SHA-256 {b.data_hash[:16]}… by chipwatch {b.version}. The same data give the same bytes."),
    ]


# --- figures ---------------------------------------------------------------------------------------------------------------------

def figures_of(b: Briefing) -> dict[str, Any]:
    """The figures of a briefing; one without data is absent, never empty."""
    from reports import figures

    made: dict[str, Any] = {}
    line = history.timeline(b, rules_now()["events"])
    if line.stated or line.seen or line.earlier:
        made["timeline"] = timeline_figure(line)
    if b.clouds:
        rows = [(f"{head} (n = {len(who)})", counts) for head, who, counts in (("List the chips", b.listing, b.bar_listing), ("All GPU clouds", b.clouds, b.bar_clouds)) if who]
        made["summary"] = figures.verdict_bars(rows, "f1", f"Stacked bars of verdict classes for a {b.customer_words}. " + " ".join(f"{label}: {_spoken(c)}." for label, c in rows), share=True)
    if b.families:
        top = b.families[:FIGURE_BARS]
        made["families"] = figures.bars(top, "f2", "Bars: number of GPU clouds that list each chip family. " + "; ".join(f"{name} {n}" for name, n, _ in top) + ".",
                                        width=figures.HALF if b.places else figures.FULL)
    if b.places:
        top = [((name := text.country(code))[:1].upper() + name[1:], n, True) for code, n in b.places[:FIGURE_BARS]]
        made["places"] = figures.bars(top, "f3", "Bars: number of GPU clouds by country of the data centre. " + "; ".join(f"{name} {n}" for name, n, _ in top) + ".")
    if b.places:
        made["map"] = map_figure(b)
    if b.dots and not b.chip:
        made["matrix"] = matrix_figures(b)
    if b.prices:
        lines = b.prices[:TABLE_CHIPS]
        made["prices"] = figures.price_strip([(line.chip, price, line.far(price)) for line in lines for price in line.prices], [(line.chip, line.median, len(line.prices)) for line in lines], "f4",
                                             "Dots: lowest stated price of each provider in US dollars per GPU-hour. Medians: " + "; ".join(f"{line.chip} {text.money(line.median)} (n = {len(line.prices)})" for line in lines) + ".")
    if b.listing:
        rows = [(short_customers(b)[kind], counts) for kind, counts in b.by_customer]
        made.update(terms_figures(b))
        made["customers"] = figures.verdict_bars(rows, "f5", "Stacked bars of verdict classes by kind of customer. " + " ".join(f"{label}: {_spoken(c)}." for label, c in rows))
    return made


def matrix_figures(b: Briefing) -> list[Any]:
    """The dot matrix, two blocks of rows to a figure."""
    from reports import panels

    cells = {row.provider.slug: row.cells for row in b.dots}
    groups = [(f"{head} ({len(who)})", [(p.name, cells[p.slug]) for p in who]) for head, who in b.dot_groups]
    blocks = panels.blocks_of(groups)
    said = "; ".join(f"{words} {n}" for words, n in class_counts(b))
    pairs = [blocks[n:n + 2] for n in range(0, len(blocks), 2)]
    part = [f" Part {n} of {len(pairs)}." if len(pairs) > 1 else "" for n in range(1, len(pairs) + 1)]
    return [panels.dot_matrix(pair, seats.COLUMNS, f"f7-{n}", f"Dot matrix: classes of chip listed by each GPU cloud, by country group of its seat.{said_part} GPU clouds by class: {said}.")
            for n, (pair, said_part) in enumerate(zip(pairs, part, strict=True))]


def class_counts(b: Briefing) -> list[tuple[str, int]]:
    """How many GPU clouds list a chip of each column of the dot matrix."""
    return [(words, sum(1 for row in b.dots if column in row.cells)) for column, words in seats.COLUMNS.items()]


def terms_figures(b: Briefing) -> dict[str, Any]:
    """Small multiples by region of the seat, and the slope chart of kinds of customer."""
    from reports import panels

    made: dict[str, Any] = {}
    panes = [(f"{head} (n = {len(who)})", model.count_codes(who, b.customer)) for head, who in b.seat_regions]
    if len(panes) > 1:
        made["regions"] = panels.verdict_panels(panes, "f8", f"Small multiples: verdict classes for a {b.customer_words} by region of the provider's seat. " + " ".join(f"{head}: {_spoken(c)}." for head, c in panes))
    lines = [(short_customers(b)[kind], counts) for kind, counts in slope_kinds(b)]
    made["slope"] = panels.slope(lines, words.BRIEF_WORDS, "f9", "Slope chart: GPU clouds by verdict class across kinds of customer. " + " ".join(f"{label}: {_spoken(c)}." for label, c in lines))
    return made


def slope_kinds(b: Briefing) -> list[tuple[str, dict[str, int]]]:
    """The kinds of customer of the slope chart: the control, then those with a tie to mainland China, from a person to a subsidiary abroad; one that was asked for last."""
    counts = dict(b.by_customer)
    kinds = ["control", "cn_individual", "cn_company", "cn_subsidiary_abroad"]
    return [(kind, counts[kind]) for kind in [*kinds, *([b.customer] if b.customer not in kinds else [])] if kind in counts]


def timeline_figure(line: history.Timeline) -> Any:
    """The timeline of rules and terms."""
    from reports import panels

    said = "; ".join(f"{number} {e['day']} {e['name']}" for number, e in line.events)
    stated = ", ".join(f"{day[:7]} {n}" for day, n in line.stated) or "none"
    seen = ", ".join(f"{day} {n}" for day, n in line.seen) or "none"
    return panels.timeline(line.start, line.end, [(number, str(e["day"])) for number, e in line.events], line.stated, line.seen, "f10",
                           f"Timeline. Rules: {said}. Documents by the month that they state: {stated}. Changes of verdicts and clauses by day: {seen}.")


def map_figure(b: Briefing) -> Any:
    """The map of the countries in which the chips are listed."""
    from reports import maps, places

    said = "; ".join(f"{line.name[:1].upper()}{line.name[1:]} {line.count}" + (f" ({GROUP_MARKS[line.group]})" if line.group else "") for line in b.country_lines)
    shown = set(b.group_classes.values())
    return maps.supply_map(dict(b.places), b.group_classes, "f6", f"Map of the world with three close-ups: number of GPU clouds that list the chips, by country of the data centre. {said}.",
                           {key: value for key, value in places.GROUP_WORDS.items() if key in shown})


def _spoken(counts: dict[str, int]) -> str:
    return ", ".join(f"{counts[code]} {VERDICT_CODES[code]} ({code})" for code in words.CODE_ORDER if counts[code])


def _rest(rows: list[tuple[str, int]]) -> str:
    rest = rows[FIGURE_BARS:]
    return f"Not drawn ({len(rest)}): " + ", ".join(f"{name} {n}" for name, n in rest) + "." if rest else ""


def _matrix_rest(b: Briefing) -> str:
    """The chips that have no column, with the providers that list them: nothing is left out in silence."""
    rest = b.matrix_chips[TABLE_CHIPS:]
    return "; ".join(f"{name}: " + ", ".join(p.name for p in b.listing if any(c.gpu_name == name for c in p.chips)) for name in rest)


def _prices_rest(b: Briefing) -> str:
    rest = b.prices[TABLE_CHIPS:]
    return " Not drawn: " + ", ".join(f"{line.chip} {text.money(line.median)} (n = {len(line.prices)})" for line in rest) + "." if rest else ""


def unread_groups(b: Briefing) -> list[tuple[str, list[tuple[str, str]]]]:
    """(provider, [(what and why, addresses)]); addresses that an archive run merely does not hold are counted, not printed."""
    groups = []
    for _, found in groupby(b.unread, key=lambda u: u.provider):
        items = list(found)
        lines = []
        for reason in dict.fromkeys(u.reason for u in items):
            mine = [u for u in items if u.reason == reason]
            counts: dict[str, int] = {}
            for u in mine:
                counts[words.ROLE_WORDS[u.role]] = counts.get(words.ROLE_WORDS[u.role], 0) + 1
            what = ", ".join(f"{role} ({n})" if n > 1 else role for role, n in counts.items())
            lines.append((f"{what}, {model.REASON_WORDS.get(reason, reason)}", "" if reason == "not_in_archive" else " ".join(u.url for u in mine)))
        groups.append((items[0].name, lines))
    return groups
