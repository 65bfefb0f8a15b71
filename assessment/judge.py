"""Judges: from the clauses of documents to verdicts for kinds of customers, by the rule table. Describes documents, never legality.

`judge_document` takes one document as if it were all there is to read; `judge_provider` takes all documents of a provider with their
ranks, and says V1 or V2 only where every expected document was read.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from assessment.coverage import ROLE_WORDS, Expectation, Reading, completeness, expectations, is_translation, missing_words, unread_reason
from assessment.customers import Customer, parse_customer
from assessment.facts import Context, Facts, contexts, facts
from assessment.tables import Rule, RuleTable, cues, rule_table
from chipwatch.country_groups import as_of as groups_as_of
from chipwatch.country_groups import find_group
from chipwatch.records import CUSTOMER_KINDS, SIGNAL_LABELS, Capture, Clause, Extraction, ProviderInfo, Verdict

_WELCOME_SIGNALS = frozenset({"china_sales_page", "cn_payment", "cn_language_site", "cn_contact", "explicit_welcome", "cn_country_in_signup",
                              "cn_customer_reference", "mainland_region", "cn_accelerated_network", "anti_blockade_marketing"})
_CHINESE = frozenset({"CN"})
_PLACE_BARS = ("V5-place", "V5-not-on-list", "V5-other-place-required")


def judge_document(extraction: Extraction, *, customers: Iterable[str] = tuple(CUSTOMER_KINDS), role: str = "terms_of_service") -> dict[str, Verdict]:
    """Verdicts of one terms document, judged as if it were all there is to read; `Verdict.clauses` index `extraction.clauses`.

    A document that cannot be read, or whose language is not covered, gives V0 unless a clause was found that stands by itself.
    Raises UnknownCustomer for an unknown kind.
    """
    day = extraction.document.stated_date or groups_as_of()
    table = rule_table()
    seen = contexts(extraction.clauses, role=role, day=day, table=table)
    reason = unread_reason(Capture("", role, extraction.document.url or "", "", ""), extraction)
    missing = [f"{ROLE_WORDS.get(role, role)}: {reason}"] if reason else []
    return {kind: _judge(parse_customer(kind, day), seen, missing, table) for kind in customers}


def clauses_judged(readings: Sequence[Reading]) -> list[Clause]:
    """The list that `Verdict.clauses` of judge_provider index: the clauses of all readings, in their order."""
    return [clause for _, extraction in readings if extraction is not None for clause in extraction.clauses]


@dataclasses.dataclass(frozen=True, slots=True)
class _Prepared:
    """What all customers of a provider share."""

    seen: list[Context]
    translated: list[Context]                                  # clauses of translations beside whose binding version they stand
    expected: list[Expectation]
    missing: list[str]
    completeness: float


def _prepare(info: ProviderInfo, readings: Sequence[Reading], as_of: str, day: str | None = None) -> _Prepared:
    """Contexts and coverage; `day` resolves all groups on one day, in place of each document's own."""
    table = rule_table()
    expected = expectations(info, readings)
    bound = {e.role for e in expected if any(s.status == "read" for s in e.seen)}
    seen: list[Context] = []
    translated: list[Context] = []
    first = 0
    for capture, extraction in readings:
        if extraction is None:
            continue
        if capture.role in table.ranks:
            stated = day or extraction.document.stated_date or capture.fetched_at[:10] or as_of[:10]
            found = contexts(extraction.clauses, role=capture.role, day=stated, table=table, first=first)
            (translated if capture.role in bound and is_translation(extraction) else seen).extend(found)
        first += len(extraction.clauses)
    return _Prepared(seen, translated, expected, missing_words(expected), completeness(expected, readings, table, as_of))


def judge_provider(info: ProviderInfo, readings: Sequence[Reading], *, customers: Iterable[str] = tuple(CUSTOMER_KINDS), as_of: str) -> list[Verdict]:
    """Verdicts of a provider on `as_of` (ISO date or time), one for each customer kind.

    `readings`: (Capture, Extraction | None) of every document, failures too. Clauses of supply pages and privacy notices are not judged, nor
    those of a translation whose binding version was read; a translation that reads otherwise is told of in the reasons.
    `Verdict.clauses` index `clauses_judged(readings)`. Raises UnknownCustomer for an unknown kind.
    """
    table = rule_table()
    case = _prepare(info, readings, as_of)
    signals = sorted({s.label for _, extraction in readings if extraction is not None for s in extraction.signals} & _WELCOME_SIGNALS)
    receipt = _receipt(case.expected)
    verdicts = []
    for kind in customers:
        customer = parse_customer(kind, as_of[:10])
        verdict = _judge(customer, case.seen, case.missing, table)
        verdict.completeness = case.completeness
        if verdict.code in ("V0", "V1", "V2"):
            verdict.reasons.append(receipt)
        if signals and verdict.code in ("V3", "V4", "V5", "VX") and customer.touches(_CHINESE):
            verdict.reasons.append(f"Beside it stand signals of openness, which never lower a verdict: {', '.join(f'{s} ({SIGNAL_LABELS[s]})' for s in signals)}")
        if case.translated:
            other = _judge(customer, [*case.seen, *case.translated], case.missing, table)
            if other.code != verdict.code:
                verdict.reasons.append(f"TRANSLATION: with a translation that is not binding by its own words it would be {other.code}; the binding version decides")
        verdicts.append(verdict)
    return verdicts


def what_would_change(info: ProviderInfo, readings: Sequence[Reading], kind: str, *, as_of: str) -> list[str]:
    """Sentences on what would change the verdict for one kind of customer: of documents, clauses and lists, never of what a customer might do.

    Each is found by judging again: with the missing documents read and nothing new in them, without the clauses that the verdict rests on,
    with the groups of countries as they stand on `as_of`. Raises UnknownCustomer.
    """
    table = rule_table()
    case = _prepare(info, readings, as_of)
    customer = parse_customer(kind, as_of[:10])
    now = _judge(customer, case.seen, case.missing, table)

    def told(verdict: Verdict) -> str:
        return f"{verdict.code} ({table.by_id(verdict.rule).words})"

    out = []
    if now.code == "V0":
        out.append(f"With the missing documents read, and nothing new in them: {told(_judge(customer, case.seen, [], table))}.")
        out.append("A clause in them that bars this customer, or makes a condition, would decide by its own row.")
    elif case.missing and not table.by_id(now.rule).complete:
        out.append("The missing documents cannot bring it down to V1 or V2: it stands on the clauses found; special terms of higher rank in them might still decide otherwise.")
    if now.code in ("V1", "V2"):
        places = sorted({p for c in customer.cases for p in c.places.values()})
        named = f" that names {', '.join(places[:4])}{' …' if len(places) > 4 else ''}, or a group with it," if places else " on denied-party lists"
        out.append(f"A clause{named} in any document read would make it V5, or V4 for a part of the offer; a check of identity or an approval V3.")
        out.append("A document that is expected and can no longer be read would make it V0.")
    elif now.clauses and now.code != "V0":
        without = _judge(customer, [c for c in case.seen if c.index not in now.clauses], case.missing, table)
        out.append(f"Without the clause{'s' if len(now.clauses) > 1 else ''} that it rests on: {told(without)}.")
    later = _judge(customer, _prepare(info, readings, as_of, day=as_of[:10]).seen, case.missing, table)
    if later.code != now.code:
        out.append(f"With the groups of countries as of {as_of[:10]}, in place of the documents' own days: {told(later)}.")
    return out


def _receipt(expected: Sequence[Expectation]) -> str:
    words = {"read": "read", "none_found": "declared as none found", "missing": "not read"}
    return "Expected documents: " + "; ".join(f"{ROLE_WORDS.get(e.role, e.role)} {words[e.status]}" for e in expected)


def _judge(customer: Customer, seen: Sequence[Context], missing: list[str], table: RuleTable) -> Verdict:
    found = facts(seen, customer)
    by_index = {context.index: context for context in seen}
    barriers = sorted({f.label for f in found if f.label in table.barriers and f.act not in ("welcomes", "describes", "advertises")})
    by_label: dict[str, list[Facts]] = {}
    for f in found:
        by_label.setdefault(f.label, []).append(f)
    rule, hits, flag = _conflict(by_label, table) or next((r, h, None) for r, h in ((r, _hits(r, by_label)) for r in table.rules) if h or r.when is None)
    reasons = [rule.words + _detail(hits, by_index, customer)]
    if rule.complete and missing:
        beside = reasons[0] if hits else None
        rule = table.special["V0-coverage"]
        reasons = [f"{rule.words}: {'; '.join(missing)}"] + ([f"Found so far, and no verdict by itself: {beside}"] if beside else [])
    if flag:
        reasons.append(flag)
    reasons += _ambiguities(hits, by_index, customer)
    return Verdict(customer=customer.kind, code=rule.verdict, rule=rule.id, clauses=[f.index for f in hits], reasons=reasons,
                   extraction_confidence=_extraction_confidence(hits, by_index, table), barriers=barriers, missing=list(missing),
                   scope=_scope(hits, by_index))


def _hits(rule: Rule, by_label: dict[str, list[Facts]]) -> list[Facts]:
    """The clauses that satisfy a row, in order of the documents."""
    if rule.when is None:
        return []
    hits = [f for label in rule.when.get("label", by_label) for f in by_label.get(label, ()) if f.satisfy(rule.when)]
    return sorted(hits, key=lambda f: f.index)


def _conflict(by_label: dict[str, list[Facts]], table: RuleTable) -> tuple[Rule, list[Facts], str | None] | None:
    """Bars and welcomes by place that contradict each other (taxonomy section 5).

    VX within one rank, else the higher rank's verdict, flagged. Where the general terms bar, and special terms of a part of the offer that
    rank higher name the customer's place as served, the specific beats the general for that part: V4.
    """
    welcome_rule = table.by_id("V6-on-list")
    welcomes = _hits(welcome_rule, by_label)
    special = [f for f in by_label.get("supported_countries", ()) if f.reach == "present" and f.scope == "part" and f.act in ("welcomes", "requires", "conditions")]
    if not welcomes and not special:
        return None
    bars: list[Facts] = []
    bar_rule = None
    for rule in map(table.by_id, _PLACE_BARS):
        hits = [h for h in _hits(rule, by_label) if h.label in ("country_exclusion", "residence_restriction", "supported_countries")]
        bar_rule = bar_rule or (rule if hits else None)
        bars += hits
    if not bars or bar_rule is None:
        return None
    high_bar = min(table.ranks[f.role] for f in bars)
    if not welcomes:
        higher = [f for f in special if table.ranks[f.role] < high_bar]
        return (table.special["V4-special-terms"], bars + higher, None) if higher else None
    high_welcome = min(table.ranks[f.role] for f in welcomes)
    if high_bar == high_welcome:
        return table.special["VX-conflict"], bars + welcomes, None
    flag = "CONFLICT: a document of lower rank says the opposite of this customer's place"
    return (bar_rule, bars, flag) if high_bar < high_welcome else (welcome_rule, welcomes, flag)


def _detail(hits: Sequence[Facts], by_index: dict[int, Context], customer: Customer) -> str:
    """What the deciding clauses name, for print: places, groups with their day, exceptions."""
    places: set[str] = set()
    groups: dict[str, str] = {}
    exceptions = 0
    mine = {p for case in customer.cases for p in case.places.values()}
    for f in hits:
        context = by_index[f.index]
        if f.reach == "named":
            places |= {p for p in context.named if p in mine or any(m.startswith(p + "-") for m in mine)}
        elif f.reach == "group":
            groups |= {g.name: context.day for g in map(find_group, context.cited) if g is not None}
        exceptions += f.exception != "none"
    parts = []
    if places:
        parts.append(f"named: {', '.join(sorted(places))}")
    if groups:
        parts.append("by reference to " + ", ".join(f"{name} as of {day}" for name, day in sorted(groups.items())))
    if exceptions:
        parts.append("with an exception in its words")
    return f" ({'; '.join(parts)})" if parts else ""


def _ambiguities(hits: Sequence[Facts], by_index: dict[int, Context], customer: Customer) -> list[str]:
    if not customer.touches(_CHINESE):
        return []
    for f in hits:
        text = by_index[f.index].text
        if cues()("embargo_word", text) and not cues()("embargo_kind", text):
            return ["AMBIG_EMBARGO: the words do not say whether a trade or an arms embargo is meant; read here as a trade embargo, which does not cover China"]
    return []


def _extraction_confidence(hits: Sequence[Facts], by_index: dict[int, Context], table: RuleTable) -> float | None:
    """How sure it is that the clauses say what the verdict rests on: the best of them, by the formula of taxonomy section 7; None without clauses."""
    settings = table.confidence
    best = None
    for f in hits:
        context = by_index[f.index]
        value = settings["start"]
        if f.reach in ("unnamed", "elsewhere", "vague"):
            value *= settings["unresolved_places"]
        if f.exception != "none":
            value *= settings["exception"]
        if f.role == "marketing" or f.mode == "marketing":
            value *= settings["marketing"]
        value = min(value, max(context.clause.confidence, 0.0) or value)
        best = value if best is None else max(best, value)
    return None if best is None else round(best, 4)


def _scope(hits: Sequence[Facts], by_index: dict[int, Context]) -> str | None:
    """The scope of the verdict where all its clauses have one; None: the whole service."""
    scopes = [by_index[f.index].clause.scope for f in hits]
    return "; ".join(dict.fromkeys(s for s in scopes if s)) if scopes and all(scopes) else None


def explain(verdict: Verdict) -> dict[str, object]:
    """The row behind a verdict in words, for `--explain` and for print."""
    rule = rule_table().by_id(verdict.rule)
    return {"rule": rule.id, "verdict": rule.verdict, "words": rule.words, "when": {k: sorted(v) for k, v in (rule.when or {}).items()},
            "needs_every_document": rule.complete, **{k: v for k, v in dataclasses.asdict(verdict).items() if k in ("clauses", "reasons", "missing", "scope")}}
