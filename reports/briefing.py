"""The briefing: one PDF for one kind of customer, with the answer, its evidence and its limits.

Sentences are made here from the view model alone, so that a number in the text is the number of the table or figure beside it.
"""

from __future__ import annotations

import functools
import itertools
import re
import statistics
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from chipwatch.records import CLAUSE_LABELS, CUSTOMER_KINDS, VERDICT_CODES
from reports import attached, conflicts, errors, history, law, model, pdf, screen, seats, text, words
from reports.bulletin import parse_since
from reports.changes import ORDER
from reports.language import _, gettext, mark, n_, ngettext, speaking, translated
from reports.model import Briefing, ChipSupply, ProviderView

TABLE_CHIPS = 12                                               # columns of the matrix
ANNEX_APART = 1500                                             # captures; a data set with more has its annexes in a file of their own
HATCHED_ROWS = 12                                              # more providers without terms than this are named below the heat table
CHANGE_ROWS = 60                                               # changes that are printed; the rest is counted
GROUP_MARKS = {"D5": mark("D:5 or Macau"), "D14": mark("D:1 or D:4")}
FIGURE_BARS = 18                                               # bars of a figure; the rest is named below it


@dataclass(frozen=True, slots=True)
class Finding:
    big: str
    head: str
    body: str
    anchor: str


def render(database: Path, output: Path, *, customer: str = "cn_company", chip: str | None = None, region: str | None = None, title: str | None = None, since: str | None = None, short: bool = False,
           twin_too: bool = False, lang: str | None = None) -> Path:
    """Write the briefing PDF of the data set `database` to `output` and return its path.

    Raises ReportError (with a message for people) for a data set that cannot be read, an unknown customer kind, chip, region or language, or an output that
    cannot be written. The same data set and fonts give the same bytes. `since`: ISO date, only changes from then on; `short`: the answer on two pages;
    an output that ends in .html, or `twin_too`: the HTML twin.
    """
    with speaking(lang):
        briefing = model.read_briefing(Path(database), customer=customer, chip=chip, region=region, title=title, since=parse_since(since))
        output = Path(output)
        if short or len(briefing.evidence) <= ANNEX_APART:
            return screen.write_report(html(briefing, "short.html.j2" if short else "briefing.html.j2"), output, twin_too, lambda: attached.files(Path(database)))
        annex = annex_path(output)
        screen.write_report(html(briefing, "annex.html.j2", main_file=output.name), annex, twin_too)
        return screen.write_report(elsewhere(html(briefing, annex_file=annex.name)), output, twin_too, lambda: attached.files(Path(database)), annex)


def annex_path(output: Path) -> Path:
    """Where the annexes of a large briefing go: beside it, NAME-annex."""
    return output.with_name(f"{output.stem}-annex{output.suffix}")


def elsewhere(html: str) -> str:
    """The HTML of a briefing whose links to evidence lead to the file of the annexes (`screen.write_report` puts in its name)."""
    return re.sub(r'href="#(E-[^"]+|annex-[^"]+)"', rf'href="{pdf.BESIDE}#\1"', html)


def html(b: Briefing, template: str = "briefing.html.j2", *, annex_file: str = "", main_file: str = "") -> str:
    """The HTML of the briefing, of its short form (`short.html.j2`), or of its annexes alone (`annex.html.j2`). `annex_file`: where these are, if not in the briefing."""
    helpers: dict[str, Any] = {
        **numbering(), **section_values(b), "map_note": map_note(b), "class_counts": [(gettext(named), n) for named, n in class_counts(b)], "tpp_line": seats.LINE, "map_marks": any(line.group for line in b.country_lines), "group_marks": translated(GROUP_MARKS),
        "gates": words.gates, "place_spans": place_spans, "matrix_cells": functools.partial(matrix_cells, b),
        "card_facts": words.card_facts, "prospects": lambda p: " ".join(words.stored(sentence) for sentence in p.prospects), "card_clauses": functools.partial(model.close_up_clauses, customer=b.customer),
        "why": lambda p: words.why(p.verdicts.get(b.customer)), "other_labels": functools.partial(other_labels, b), "adjacent_line": adjacent_line,
    }
    return pdf.html_of(
        template, b=b, kind=_("briefing"), findings=findings(b), figures={} if template == "annex.html.j2" else figures_of(b), contents=[*(entry for entry in contents(b) if not (annex_file and entry[0].startswith("annex-"))), *([("annexes", _("Annexes in a file of their own"))] if annex_file else [])],
        letters=annex_letters(b), annex_file=annex_file, main_file=main_file, annex_contents=[entry for entry in contents(b) if entry[0].startswith("annex-")],
        annex_heads=[named for anchor, named in contents(b) if anchor.startswith("annex-")],
        label_order=list(CLAUSE_LABELS), **{**words.vocabulary(), "short_customer": short_customers(b)},
        customer_words=[(CUSTOMER_KINDS[k][0], gettext(CUSTOMER_KINDS[k][1])) if k in CUSTOMER_KINDS else (_("Other"), b.customer_words) for k in _kinds(b)],
        example_key=next((e.key for e in b.evidence if e.cited), b.evidence[0].key if b.evidence else "E001"), rules=rules_now(), rules_as_of=str(rules_now()["as_of"]),
        cloud_offers=sum(1 for p in b.clouds if p.offers), families_rest=_rest([(name, n) for name, n, _strong in b.families]),
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
        "reviewed_words": _("Of %(clauses)s people have accepted or amended %(n)s%(marks)s; the others stand as read by machine.", clauses=text.plural(b.clause_count, "clause"), n=text.number(len(reviewed)),
                            marks=f" ({text.listing([f'{n} {gettext(kind)}' for kind, n in sorted(marks.items())])})" if marks else ""),
        "supply_captures": model.supply_captures, "standing_captures": model.standing_captures,
    }


def change_strip(b: Briefing) -> str:
    """What changed since the first visit, for the summary."""
    if b.visits < 2:
        return _("The data set holds one visit, so nothing can have changed yet; a second run shows what did.")
    new, gone = (sum(1 for one in b.listings if one.kind == kind) for kind in ("new", "gone"))
    supply = " " + _("Listings of the chips: %(new)s new, %(gone)s gone.", new=new, gone=gone) if b.listings else ""
    return (change_summary(b) or _("No change was seen in %(visits)s.", visits=text.plural(b.visits, "visit"))) + supply


def numbering() -> dict[str, Callable[[], str]]:
    """'Figure 1. ', 'Table 1. ' and so on, in the order of the page: one that has no data is absent, and leaves no gap."""
    figures, tables = itertools.count(1), itertools.count(1)
    return {"next_figure": lambda: _("Figure %(n)s.", n=next(figures)) + " ", "next_table": lambda: _("Table %(n)s.", n=next(tables)) + " "}


@functools.cache
def rules_now() -> dict[str, Any]:
    """The box of rules, from its data file."""
    import yaml

    return yaml.safe_load((Path(__file__).parent / "rules_now.yml").read_text(encoding="utf-8"))


def short_customers(b: Briefing) -> dict[str, str]:
    """Kinds of customer in a few words; one that was asked for by country has its own."""
    return {b.customer: b.customer_words[:1].upper() + b.customer_words[1:], **translated(words.SHORT_CUSTOMER)}


def _kinds(b: Briefing) -> list[str]:
    return list(dict.fromkeys([*b.compared, *(kind for kind, _ in b.by_customer)]))


# --- sentences -------------------------------------------------------------------------------------------------------------------

def findings(b: Briefing) -> list[Finding]:
    """Three findings, each with its n and what the missing data could change."""
    n, clouds, bar = len(b.listing), len(b.clouds), b.bar_listing
    excluded, unknown, silent, generic = bar["V5"], bar["V0"], bar["V1"], bar["V2"]
    return [
        Finding(f"{n}", n_("of %(n)s GPU cloud list %(chips)s.", "of %(n)s GPU clouds list %(chips)s.", clouds, chips=_("the %(chip)s", chip=b.chip) + b.region_words if b.chip else b.chips_words), _supply_words(b), "answer"),
        Finding(f"{excluded}", _a("of them excludes a %(customer)s by the words of its terms.", "of them exclude a %(customer)s by the words of their terms.", excluded, customer=b.customer_words),
                " ".join(part for part in (_stated_words(b), n_("%(n)s is not assessed (V0)%(why)s.", "%(n)s are not assessed (V0)%(why)s.", unknown, why=unassessed_words(b)),
                                           _("If all of these excluded this customer too, the count would be %(most)s: it lies between %(least)s and %(most)s of %(n)s.", most=excluded + unknown, least=excluded, n=n)) if part), "answer"),
        Finding(f"{generic + silent}", ngettext("of them carries only generic compliance wording or states nothing on the point:", "of them carry only generic compliance wording or state nothing on the point:", generic + silent),
                _("%(generic)s generic wording (V2), %(silent)s nothing stated in the documents read (V1). The two are different findings, and neither is a permission.", generic=generic, silent=silent) + " " + _subsidiary_words(b), "terms"),
    ]


def _a(one: str, many: str, count: int, **values: Any) -> str:
    """A sentence that begins with its count elsewhere on the page."""
    return ngettext(one, many, count) % values


def _denominators(b: Briefing) -> str:
    """How many providers there are, and what was read of them."""
    known, groups = len(b.providers), b.groups
    return (_a("%(all)s provider is known to this data set; nobody knows how many GPU clouds there are.", "%(all)s providers are known to this data set; nobody knows how many GPU clouds there are.", known, all=known)
            + " " + _a("%(both)s GPU cloud has both offers and terms, %(offers)s offers only, %(terms)s terms only, %(neither)s neither.",
                       "%(both)s GPU clouds have both offers and terms, %(offers)s offers only, %(terms)s terms only, %(neither)s neither.", len(groups.both),
                       both=len(groups.both), offers=len(groups.offers_only), terms=len(groups.terms_only), neither=len(groups.neither)))


def _supply_words(b: Briefing) -> str:
    """What the offers name: places, prices, and at which hosts they were read."""
    n = len(b.listing)
    named, priced, heart, away = (sum(1 for p in b.listing if test(_class_chips(b, p))) for test in (
        lambda chips: any(c.countries for c in chips), lambda chips: any(c.price_usd is not None for c in chips), lambda chips: any(c.datacenter for c in chips),
        lambda chips: all(c.evidence and all(e.elsewhere for e in c.evidence) for c in chips)))
    parts = []
    if not b.chip and heart != n:
        parts.append(_("%(n)s of them list one marketed for data centres, the others only workstation or consumer cards whose figures reach the class.", n=text.number(heart)))
    parts.append(n_("Their offers name data centres in %(countries)s (%(n)s provider of %(all)s names a place);", "Their offers name data centres in %(countries)s (%(n)s providers of %(all)s name a place);", named,
                    countries=text.plural(len(b.places), "country", "countries"), all=n))
    stated = n_("%(n)s of %(all)s states a price that can be compared", "%(n)s of %(all)s state a price that can be compared", priced, all=n)
    if b.prices:
        line = b.prices[0]
        low, _middle, high = statistics.quantiles(line.prices, n=4, method="inclusive") if len(line.prices) > 3 else (line.prices[0], 0, line.prices[-1])
        values = {"chip": line.chip, "median": text.money(line.median), "low": text.money(low), "high": text.money(high), "count": len(line.prices)}
        stated += _(", for the %(chip)s %(median)s US dollars per GPU-hour in the median (the middle half between %(low)s and %(high)s, n = %(count)s)", **values) if len(line.prices) > 3 else _(
            ", for the %(chip)s %(median)s US dollars per GPU-hour in the median (all between %(low)s and %(high)s, n = %(count)s)", **values)
    parts.append(stated + _("."))
    if away:
        parts.append(_("For %(n)s of %(all)s every such offer was read at another host than the provider's website (‡).", n=text.number(away), all=n))
    return " ".join(parts)


def _stated_words(b: Briefing) -> str:
    """The verdict classes of the listing providers, but for those that have a sentence of their own."""
    parts = [f"{b.bar_listing[code]} {gettext(VERDICT_CODES[code])} ({code})" for code in words.CODE_ORDER if b.bar_listing[code] and code not in ("V5", "V0")]
    return n_("Of the %(n)s provider that lists the chips: %(verdicts)s.", "Of the %(n)s providers that list the chips: %(verdicts)s.", len(b.listing), verdicts=text.listing(parts)) if parts else ""


def _subsidiary_words(b: Briefing) -> str:
    _same, assessed, differs = _subsidiary(b)
    if not assessed:
        return _("No provider could be assessed both for a parent in China and for its subsidiary abroad.")
    return n_("For a subsidiary abroad of a Chinese parent, %(n)s provider of %(all)s assessed for both reads differently from the parent.",
              "For a subsidiary abroad of a Chinese parent, %(n)s providers of %(all)s assessed for both read differently from the parent.", differs, all=assessed)


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
    parts = [_("of %(n)s no document that binds was read", n=bare)] if bare else []
    if bare < len(who):
        parts.append(_("of %(n)s only a part of what may bind", n=len(who) - bare))
    documents: Counter[str] = Counter()
    for p in who:
        documents.update({item.partition(": ")[0] for item in (p.verdicts[b.customer].missing if b.customer in p.verdicts else [])})
    most = [f"{gettext(name)} ({count})" for name, count in sorted(documents.items(), key=lambda kv: (-kv[1], kv[0]))[:2]]
    return ": " + ", ".join(parts) + ("; " + _("most often missing: %(documents)s", documents=text.listing(most)) if most else "")


def addresses_words(b: Briefing) -> str:
    asked = text.number(b.addresses)
    return _("documents read, of %(n)s addresses looked up in the archive", n=asked) if b.archive else _("documents read, of %(n)s addresses asked for", n=asked)


def price_note(b: Briefing) -> str:
    """When the prices were captured, and how many are far from the others."""
    times = [t for line in b.prices for t in (line.oldest, line.newest) if t]
    note = ""
    if times and min(times)[:10] == max(times)[:10]:
        note = " " + _("Captured %(day)s.", day=text.day(min(times)))
    elif times:
        note = " " + _("Captured %(first)s to %(last)s.", first=text.day(min(times)), last=text.day(max(times)))
    far = sum(1 for line in b.prices for price in line.prices if line.far(price))
    return note + (" " + _("Hollow: %(prices)s more than %(times)s times above or under the median of at least %(least)s providers; as printed, counted, to be checked at the source.",
                           prices=text.plural(far, "price"), times=model.FAR, least=model.FAR_MIN) if far else "")


def place_spans(row: model.MissionRow) -> list[int]:
    """For each line of a provider, how many lines its place stands for; 0: the line above says it."""
    spans: list[int] = []
    for _words, same in groupby(row.chips, key=words.places_words):
        count = len(list(same))
        spans += [count] + [0] * (count - 1)
    return spans


def comparison(b: Briefing) -> str:
    """How verdicts differ between customers, in a sentence or two."""
    _same, assessed, differs = _subsidiary(b)
    control = [p for p in b.listing if p.code(b.customer) != "V0" and p.code("control") != "V0"]
    apart = sum(1 for p in control if p.code(b.customer) != p.code("control"))
    said = [n_("%(n)s provider of %(all)s assessed for both gives a %(customer)s another verdict than the control, an ordinary foreign company.",
               "%(n)s of %(all)s providers assessed for both give a %(customer)s another verdict than the control, an ordinary foreign company.", apart, all=len(control), customer=b.customer_words)]
    if b.customer != "cn_subsidiary_abroad" and assessed:
        said.append(n_("%(n)s of %(all)s tells a company in mainland China from its subsidiary abroad.", "%(n)s of %(all)s tell a company in mainland China from its subsidiary abroad.", differs, all=assessed))
    return " ".join([*said, _("Whoever is not assessed stays in the bars.")])


def map_note(b: Briefing) -> str:
    """What the map shows and what it does not: unknown places, groups, borders, the source of its outlines."""
    from reports import maps

    said = [_("%(providers)s tied no chip to a country.", providers=text.plural(b.places_unknown, "provider"))] if b.places_unknown else []
    if b.group_classes:
        said.append(_("Country groups: Supplement No. 1 to 15 CFR Part 740, as of %(day)s; a group says where chips need a licence to be shipped, nothing about who may rent them.", day=text.day(b.groups_as_of)))
    if lost := maps.not_drawn(code for code, _count in b.places):
        said.append(_("Not drawn: %(countries)s.", countries=text.listing([text.country(code) for code in lost])))
    said.append(_("Circles: places too small for the scale. Outlines: Natural Earth, as adapted by visionscarto. Borders and names are for orientation and take no side on the status of any territory; "
                  "places are counted by ISO 3166-1 codes; %(areas)s are grey with a dotted outline.", areas=text.listing([gettext(area) for area in maps.disputed()])))
    return " ".join(said)


def place_note(b: Briefing) -> str:
    loose = sum(1 for p in b.listing if any(not c.countries and not c.locations for c in _class_chips(b, p)))
    chips = [c for p in b.listing for c in _class_chips(b, p)]
    said = [_("“Not tied to a place”: the page lists the chip without saying where (%(providers)s).", providers=text.plural(loose, "provider"))]
    if any(words.region_words(p, c) for p in b.listing for c in _class_chips(b, p)):
        said.append(_("Grey: countries of the provider's regions as its pages list them, not said of this chip."))
    said.append(_("Other words in quotation marks: a place as printed, country not known."))
    if any(not c.datacenter for c in chips):
        said.append(_("† Not marketed for data centres."))
    if any(e.elsewhere for row in b.mission for e in row.evidence):
        said.append(_("‡ Read at another host than the provider's website, such as a repository."))
    if any(c.far_from for c in chips):
        said.append(_("* More than %(times)s times above or under the median of the chip: as printed, to be checked at the source.", times=model.FAR))
    said.append(_("Two-letter codes are ISO 3166 country codes. Key letters and numbers link to the evidence register."))
    return " ".join(said)


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
    return codes or (_("no clause found") if any(e.readable for e in p.evidence) else _("nothing read"))


def close_up_rule(b: Briefing) -> str:
    """Which providers got a card, and why these."""
    if b.close_up_candidates <= len(b.close_ups):
        return _("All %(clouds)s with a clause to quote, by name.", clouds=text.plural(b.close_up_candidates, "GPU cloud"))
    return _("%(n)s of %(all)s GPU clouds with a clause to quote, printed by name. Chosen by verdict, V4, V5, V6 and VX first, then V3, V2 and V1, V0; "
             "within these first the providers that list the chips, then those that treat customers differently, then those with more clauses.", n=len(b.close_ups), all=b.close_up_candidates)


def contents(b: Briefing) -> list[tuple[str, str]]:
    """(anchor, words) of the table of contents."""
    parts = [("summary", _("Summary")), ("answer", _("The answer, provider by provider")), ("supply", _("Supply: who lists what, where, at what price")),
             ("terms", _("Terms: what the documents say, and to whom"))]
    if b.close_ups:
        parts.append(("close-ups", _("Close-ups: clauses in the words of the documents")))
    parts.append(("changes", _("Change log: rules above, terms below")))
    if b.clouds:
        parts += [("conflicts", _("Conflicts: statements to be read beside each other")), ("law", _("If the law changes"))]
    parts += [("unread", _("What was not read, and why")), ("limits", _("Limits")), ("method", _("Method")), ("citation", _("Citation and corrections"))]
    letters = annex_letters(b)
    heads = {"providers": _("GPU clouds"), "adjacent": _("Other providers"), "chips": _("Chips and their class"), "evidence": _("Evidence register")}
    return parts + [(f"annex-{name}", _("Annex %(letter)s. %(head)s", letter=letter, head=heads[name])) for name, letter in letters.items()]


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
    """'1 verdict, 2 clauses and 40 offers came, went or changed.' """
    counts = {item: sum(c.count for c in b.changes if c.item == item) for item in ORDER}
    forms = {"verdict": text.plural(counts["verdict"], "verdict"), "clause": text.plural(counts["clause"], "clause"), "offer": text.plural(counts["offer"], "offer"),
             "region": text.plural(counts["region"], "region"), "signal": text.plural(counts["signal"], "signal"), "document": text.plural(counts["document"], "document")}
    said = text.listing([forms[item] for item in ORDER if counts[item]])
    return _("%(items)s came, went or changed; verdicts that changed alike and clauses in the same words share a line.", items=said) if b.changes else ""


def document_changes(b: Briefing) -> list[tuple[str, str, str]]:
    """(provider, day, what) of documents that came, went or have a new version; there is no before and after to show."""
    return [(c.provider, c.when[:10], f"{c.what.removeprefix(_('document, %(role)s', role=''))} {gettext(c.kind)}") for c in b.changes if c.item == "document"]


def annex_letters(b: Briefing) -> dict[str, str]:
    """Letters of the annexes that this briefing has."""
    there = [name for name, rows in (("providers", b.clouds), ("adjacent", b.adjacent), ("chips", b.chip_rows), ("evidence", b.evidence)) if rows]
    return dict(zip(there, "ABCD", strict=False))


def limits(b: Briefing) -> list[tuple[str, str]]:
    """What this briefing cannot say, with bounds."""
    bar, n = b.bar_listing, len(b.listing)
    unknown = bar["V0"]
    languages = ", ".join(f"{code} {count}" for code, count in b.languages) or _("none")
    thin = sum(1 for p in b.listing if len(p.terms_read) == 1)
    return [
        (_("Bounds."), _("GPU clouds that list the chips: %(n)s, of which not assessed for a %(customer)s: %(unknown)s. Were they all excluded by their terms, V5 would be %(most)s of %(n)s; "
                         "were none of them to state anything, V1 would be %(silent)s of %(n)s. As read: V5 %(v5)s, V1 %(v1)s.", n=n, customer=b.customer_words, unknown=unknown, most=bar["V5"] + unknown,
                         silent=bar["V1"] + unknown, v5=bar["V5"], v1=bar["V1"])),
        (_("Denominators."), _denominators(b)),
        (_("One document."), _a("Listing providers of whom a single binding document was read: %(thin)s of %(n)s.", "For %(thin)s of the %(n)s listing providers a single binding document was read.", n, thin=thin, n=n)),
        (_("Age."), captures_words(b) + " " + _("Terms and prices may have changed since; each entry of the evidence register carries its own time.")),
        (_("Languages."), _("Documents on terms by language: %(languages)s. A language that the clause rules do not cover gives V0, never V1.", languages=languages)),
        (_("Extraction."), _("Rules find clauses, and rules miss some. %(rates)s chipwatch evaluate measures anew; a clause that was missed can turn V2 or V1 into a stricter reading, so V1 and V2 are "
                             "the least certain of the verdicts.", rates=errors.words())),
        (_("Vantage."), (_("How the archive was collected is not known here; no login was used by this program.") if b.archive else _("Pages were read as an anonymous visitor, without login.")) + " "
         + _("A page may differ by country of the visitor; order forms and private agreements were not seen.")),
        (_("Conduct."), _("What a provider does at sign-up is not observed. A clause may not be applied, and a provider may refuse customers without a clause.")),
    ]


def captures_words(b: Briefing) -> str:
    """When the documents were captured."""
    if not b.oldest:
        return _("Nothing was captured.")
    if b.oldest[:10] == b.newest[:10]:
        return _("All documents were captured on %(day)s.", day=text.day(b.oldest))
    return _("Captures run from %(first)s to %(last)s; half of the documents were captured before %(middle)s.", first=text.day(b.oldest), last=text.day(b.newest), middle=text.day(b.middle))


def method(b: Briefing) -> list[tuple[str, str]]:
    """How the data came about."""
    rates = "".join(f" {text.upper_first(sentence)}." for sentence in b.rates)
    return [
        (_("Collection."), _("This data set was made from a WARC archive that others collected: %(n)s addresses were looked up in it, and no server was asked. An address that it does not hold is a gap of the archive, not of the "
                             "provider.", n=text.number(b.addresses)) if b.archive else
         _("%(n)s addresses were asked for; robots.txt is obeyed, the user agent is honest, hosts are asked one request at a time. Every answer is kept byte for byte in WARC files, failures included.", n=text.number(b.addresses))),
        (_("Reading."), _("Each document becomes blocks with offsets; rules then mark chips, prices, places and clauses. This run holds %(offers)s and %(clauses)s. Whatever a rule does not know becomes an issue; nothing is guessed.",
                          offers=text.plural(b.offer_count, "offer"), clauses=text.plural(b.clause_count, "clause"))),
        (_("Prices."), _("A price stands as printed. Where unit, scope and currency are known it is converted to US dollars per GPU-hour (European Central Bank, ECB, reference rates of the day of capture, or the last before it); "
                         "a price of an instance is divided by its GPUs.") + rates),
        (_("Judging."), _("A table of rules turns clauses and coverage into a verdict for one kind of customer; each verdict names its rule and clauses. V3 to V6 stand on a clause that was found; V1 and V2 need every expected document.")
         + (" " + _("Groups of countries that a clause cites are resolved by lists as of %(day)s.", day=text.day(b.groups_as_of)) if b.groups_as_of else "")),
        (_("Confidence."), _("Two numbers, never one: is the clause what we say it is (extraction), and did we read what binds (completeness). In words: high from 0.8, medium from 0.5, low below.")),
        (_("Which providers count."), _("Counts and figures use GPU clouds: providers declared as such, or with an offer of a GPU. The others are listed in an annex.")),
        (_("Reproduction."), _("The data set is a function of captures and code: chipwatch rebuild makes it anew. This document was made from the data set with SHA-256 %(data)s… by chipwatch %(version)s. The same data give the same bytes.",
                               data=b.data_hash[:16], version=b.version)),
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
        rows = [(f"{head} (n = {len(who)})", counts) for head, who, counts in ((_("List the chips"), b.listing, b.bar_listing), (_("All GPU clouds"), b.clouds, b.bar_clouds)) if who]
        made["summary"] = figures.verdict_bars(rows, "f1", _("Stacked bars of verdict classes for a %(customer)s.", customer=b.customer_words) + " " + " ".join(f"{label}: {_spoken(c)}." for label, c in rows), share=True)
    if b.families:
        top = b.families[:FIGURE_BARS]
        made["families"] = figures.bars(top, "f2", _("Bars: number of GPU clouds that list each chip family.") + " " + "; ".join(f"{name} {n}" for name, n, _strong in top) + ".",
                                        width=figures.HALF if b.places else figures.FULL)
    if b.places:
        top = [(text.upper_first(text.country(code)), n, True) for code, n in b.places[:FIGURE_BARS]]
        made["places"] = figures.bars(top, "f3", _("Bars: number of GPU clouds by country of the data centre.") + " " + "; ".join(f"{name} {n}" for name, n, _strong in top) + ".")
    if b.places:
        made["map"] = map_figure(b)
    if b.dots and not b.chip:
        made["matrix"] = matrix_figures(b)
    if b.prices:
        lines = b.prices[:TABLE_CHIPS]
        made["prices"] = figures.price_strip([(line.chip, price, line.far(price)) for line in lines for price in line.prices], [(line.chip, line.median, len(line.prices)) for line in lines], "f4",
                                             _("Dots: lowest stated price of each provider in US dollars per GPU-hour. Medians:") + " " + "; ".join(f"{line.chip} {text.money(line.median)} (n = {len(line.prices)})" for line in lines) + ".")
    if b.listing:
        rows = [(short_customers(b)[kind], counts) for kind, counts in b.by_customer]
        made.update(terms_figures(b))
        made["customers"] = figures.verdict_bars(rows, "f5", _("Stacked bars of verdict classes by kind of customer.") + " " + " ".join(f"{label}: {_spoken(c)}." for label, c in rows))
    return made


def matrix_figures(b: Briefing) -> list[Any]:
    """The dot matrix, two blocks of rows to a figure."""
    from reports import panels

    cells = {row.provider.slug: row.cells for row in b.dots}
    groups = [(f"{gettext(head)} ({len(who)})", [(p.name, cells[p.slug]) for p in who]) for head, who in b.dot_groups]
    blocks = panels.blocks_of(groups)
    said = "; ".join(f"{gettext(named)} {n}" for named, n in class_counts(b))
    pairs = [blocks[n:n + 2] for n in range(0, len(blocks), 2)]
    part = [" " + _("Part %(part)s of %(all)s.", part=n, all=len(pairs)) if len(pairs) > 1 else "" for n in range(1, len(pairs) + 1)]
    return [panels.dot_matrix(pair, translated(seats.COLUMNS), f"f7-{n}", _("Dot matrix: classes of chip listed by each GPU cloud, by country group of its seat.%(part)s GPU clouds by class: %(counts)s.", part=said_part, counts=said))
            for n, (pair, said_part) in enumerate(zip(pairs, part, strict=True))]


def class_counts(b: Briefing) -> list[tuple[str, int]]:
    """How many GPU clouds list a chip of each column of the dot matrix."""
    return [(words, sum(1 for row in b.dots if column in row.cells)) for column, words in seats.COLUMNS.items()]


def terms_figures(b: Briefing) -> dict[str, Any]:
    """Small multiples by region of the seat, and the slope chart of kinds of customer."""
    from reports import panels

    made: dict[str, Any] = {}
    panes = [(f"{gettext(head)} (n = {len(who)})", model.count_codes(who, b.customer)) for head, who in b.seat_regions]
    if len(panes) > 1:
        made["regions"] = panels.verdict_panels(panes, "f8", _("Small multiples: verdict classes for a %(customer)s by region of the provider's seat.", customer=b.customer_words) + " " + " ".join(f"{head}: {_spoken(c)}." for head, c in panes))
    lines = [(short_customers(b)[kind], counts) for kind, counts in slope_kinds(b)]
    made["slope"] = panels.slope(lines, translated(words.BRIEF_WORDS), "f9", _("Slope chart: GPU clouds by verdict class across kinds of customer.") + " " + " ".join(f"{label}: {_spoken(c)}." for label, c in lines))
    return made


def slope_kinds(b: Briefing) -> list[tuple[str, dict[str, int]]]:
    """The kinds of customer of the slope chart: the control, then those with a tie to mainland China, from a person to a subsidiary abroad; one that was asked for last."""
    counts = dict(b.by_customer)
    kinds = ["control", "cn_individual", "cn_company", "cn_subsidiary_abroad"]
    return [(kind, counts[kind]) for kind in [*kinds, *([b.customer] if b.customer not in kinds else [])] if kind in counts]


def timeline_figure(line: history.Timeline) -> Any:
    """The timeline of rules and terms."""
    from reports import panels

    said = "; ".join(f"{number} {e['day']} {gettext(e['name'])}" for number, e in line.events)
    stated = ", ".join(f"{day[:7]} {n}" for day, n in line.stated) or _("none")
    seen = ", ".join(f"{day} {n}" for day, n in line.seen) or _("none")
    return panels.timeline(line.start, line.end, [(number, str(e["day"])) for number, e in line.events], line.stated, line.seen, "f10",
                           _("Timeline. Rules: %(rules)s. Documents by the month that they state: %(stated)s. Changes of verdicts and clauses by day: %(seen)s.", rules=said, stated=stated, seen=seen))


def map_figure(b: Briefing) -> Any:
    """The map of the countries in which the chips are listed."""
    from reports import maps, places

    said = "; ".join(f"{line.name[:1].upper()}{line.name[1:]} {line.count}" + (f" ({gettext(GROUP_MARKS[line.group])})" if line.group else "") for line in b.country_lines)
    shown = set(b.group_classes.values())
    return maps.supply_map(dict(b.places), b.group_classes, "f6", _("Map of the world with three close-ups: number of GPU clouds that list the chips, by country of the data centre. %(counts)s.", counts=said),
                           {key: gettext(value) for key, value in places.GROUP_WORDS.items() if key in shown})


def _spoken(counts: dict[str, int]) -> str:
    return ", ".join(f"{counts[code]} {gettext(VERDICT_CODES[code])} ({code})" for code in words.CODE_ORDER if counts[code])


def _rest(rows: list[tuple[str, int]]) -> str:
    rest = rows[FIGURE_BARS:]
    return _("Not drawn (%(n)s):", n=len(rest)) + " " + ", ".join(f"{name} {n}" for name, n in rest) + "." if rest else ""


def _matrix_rest(b: Briefing) -> str:
    """The chips that have no column, with the providers that list them: nothing is left out in silence."""
    rest = b.matrix_chips[TABLE_CHIPS:]
    return "; ".join(f"{name}: " + ", ".join(p.name for p in b.listing if any(c.gpu_name == name for c in p.chips)) for name in rest)


def _prices_rest(b: Briefing) -> str:
    rest = b.prices[TABLE_CHIPS:]
    return " " + _("Not drawn (%(n)s):", n=len(rest)) + " " + ", ".join(f"{line.chip} {text.money(line.median)} (n = {len(line.prices)})" for line in rest) + "." if rest else ""


def unread_groups(b: Briefing) -> list[tuple[str, list[tuple[str, str]]]]:
    """(provider, [(what and why, addresses)]); addresses that an archive run merely does not hold are counted, not printed."""
    groups = []
    for _name, found in groupby(b.unread, key=lambda u: u.provider):
        items = list(found)
        lines = []
        for reason in dict.fromkeys(u.reason for u in items):
            mine = [u for u in items if u.reason == reason]
            counts: dict[str, int] = {}
            for u in mine:
                role = gettext(words.ROLE_WORDS[u.role])
                counts[role] = counts.get(role, 0) + 1
            what = ", ".join(f"{role} ({n})" if n > 1 else role for role, n in counts.items())
            lines.append((f"{what}, {gettext(model.REASON_WORDS.get(reason, reason))}", "" if reason == "not_in_archive" else " ".join(u.url for u in mine)))
        groups.append((items[0].name, lines))
    return groups
