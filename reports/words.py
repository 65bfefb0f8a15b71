"""Words that all reports share: customers, verdicts, clauses and offers in short English, made from the view models."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chipwatch.records import BINDING_ROLES, CLAUSE_LABELS, CUSTOMER_KINDS, VERDICT_CODES
from reports import language, text
from reports.language import _, gettext
from reports.model import REASON_WORDS, ChipSupply, ClauseView, ProviderView, VerdictView

CODE_ORDER = ("V1", "V2", "V3", "V4", "V5", "V6", "VX", "V0")
GATES = {"identity_verification": "A16", "payment_restriction": "A17", "business_only": "A23"}
ROLE_WORDS = {"offers": "offers", "regions": "regions", "terms_of_service": "terms of service", "acceptable_use": "acceptable use", "service_terms": "service terms",
              "export_policy": "export policy", "supported_countries": "supported countries", "identity_verification": "identity check", "payment": "payment",
              "signup": "sign-up", "privacy": "privacy", "faq": "questions and answers", "marketing": "marketing", "other": "other"}
SHORT_CUSTOMER = {"cn_individual": "Individual in mainland China", "cn_company": "Company in mainland China", "cn_subsidiary_abroad": "Its subsidiary abroad",
                  "hk_company": "Hong Kong company", "mo_company": "Macau company", "cn_national_abroad": "Chinese national abroad",
                  "listed_party": "Party on a denied-party list", "embargoed_resident": "Resident of an embargoed place", "ru_company": "Russian company",
                  "gulf_company": "Gulf company", "control": "Control: other foreign firm"}
BRIEF_WORDS = {"V0": "not assessed", "V1": "nothing stated", "V2": "generic wording", "V3": "conditional", "V4": "partly restricted", "V5": "excluded by terms",
               "V6": "stated as available", "VX": "conflicting"}
VERDICT_NEEDS = {
    "V1": "All documents that bind were read in full and none of the clauses searched for was found. Silence is not permission.",
    "V2": "Duties to comply with export or sanctions law, standard end-use and denied-party wording; no one is excluded by place.",
    "V3": "A condition that this customer might meet: identity check, approval, end-use statement, or a right of the provider to refuse.",
    "V4": "This customer is excluded from part of the offer, or some customers of the kind are excluded.",
    "V5": "The words of the terms cover this customer and the service, and no exception in them saves it.",
    "V6": "The provider's own pages say that this customer is served, and no clause of higher rank says otherwise.",
    "VX": "Two statements of comparable rank point in opposite directions; both are quoted, neither is netted.",
    "V0": "A document that may bind was not found, not fetched, not readable or in a language that the rules do not cover.",
}
DOES = {"prohibits": "bars", "requires": "requires", "conditions": "makes a condition", "permits": "permits, in its words", "describes": "describes"}
MODES = {"representation": "as a representation", "notice": "as a notice", "marketing": "in marketing"}
# Kinds of customer that were asked for by country (assessment/customers.yml, templates), places already in words.
CUSTOMER_FORMS = {r"company of (?P<place>.+)": "company of %(place)s", r"individual resident in (?P<place>(?!mainland China).+)": "individual resident in %(place)s",
                  r"subsidiary in (?P<place>.+) of a parent headquartered in (?P<parent>.+)": "subsidiary in %(place)s of a parent headquartered in %(parent)s",
                  r"national of (?P<nation>.+) resident in (?P<place>.+)": "national of %(nation)s resident in %(place)s"}
# Sentences with values in them that assessment/judge.py writes: what would change a verdict, and its reasons. A test has it write each.
STORED_FORMS = (
    "With the missing documents read, and nothing new in them: %(verdict)s.", "Without the clause that it rests on: %(verdict)s.", "Without the clauses that it rests on: %(verdict)s.",
    "With the groups of countries as of %(day)s, in place of the documents' own days: %(verdict)s.",
    "A clause that names %(places)s, or a group with it, in any document read would make it V5, or V4 for a part of the offer; a check of identity or an approval V3.",
    "Found so far, and no verdict by itself: %(reason)s", "Beside it stand signals of openness, which never lower a verdict: %(signals)s",
    "TRANSLATION: with a translation that is not binding by its own words it would be %(code)s; the binding version decides",
    "%(code)s (%(words)s)",
)
STORED_PARTS = ("named: %(places)s", "by reference to %(groups)s", "%(group)s as of %(day)s")
STORED = (
    "A clause in them that bars this customer, or makes a condition, would decide by its own row.",
    "The missing documents cannot bring it down to V1 or V2: it stands on the clauses found; special terms of higher rank in them might still decide otherwise.",
    "A clause on denied-party lists in any document read would make it V5, or V4 for a part of the offer; a check of identity or an approval V3.",
    "A document that is expected and can no longer be read would make it V0.", "with an exception in its words", "captured, but not read", "not fully read",
    "AMBIG EMBARGO: the words do not say whether a trade or an arms embargo is meant; read here as a trade embargo, which does not cover China",
)
_LABEL_WORDS = {"end_use_wmd": "end use: weapons", "end_use_military": "end use: military", "remote_access_controlled_chips": "remote access to chips",
                "end_use_model_training": "end use: model training", "end_use_supercomputer": "end use: supercomputer", "chip_or_region_limit": "chip or region limit"}
LABELS = {label: _LABEL_WORDS.get(label, label.replace("_", " ")) for label in CLAUSE_LABELS}


def places_words(chip: ChipSupply) -> str:
    """Where a chip is listed: countries, and in quotation marks places as printed whose country is not known; else that the page ties it to none."""
    words = text.countries(chip.countries, 5) if chip.countries else ""
    if chip.locations:
        shown = chip.locations[:3]
        rest = len(chip.locations) - len(shown)
        words += ("; " if words else "") + ", ".join(f"“{label}”" for label in shown) + (_(" and %(n)s more", n=rest) if rest else "")
    words = words or _("not tied to a place")
    return words + " " + _("(not seen again since %(day)s)", day=text.day(chip.stale_since)) if chip.stale_since else words


def region_words(provider: ProviderView, chip: ChipSupply) -> str:
    """Countries of the provider's regions, for print in grey where no country is named for the chip itself; empty where none is known."""
    return text.countries(provider.region_countries, 5) if not chip.countries and provider.region_countries else ""


def memory(chip: ChipSupply) -> str:
    """'80 GB', '40/80 GB'."""
    return "/".join(f"{m:g}" for m in chip.memories) + " GB"


def gates(provider: ProviderView, customer: str) -> str:
    """Practical gates: codes of clauses that a verdict lists as barriers."""
    verdict = provider.verdicts.get(customer)
    return " ".join(sorted({GATES.get(label, label) for label in verdict.barriers})) if verdict else ""


def reading(clause: ClauseView) -> str:
    """Our reading of a clause, in the language of the report, for print beside the original."""
    parts = [_("reserves a right of the provider") if clause.mode == "provider_right" else gettext(DOES.get(clause.polarity, clause.polarity))]
    if clause.mode in MODES:
        parts.append(gettext(MODES[clause.mode]))
    if clause.places:
        parts.append(_("names %(places)s", places=_codes(clause.places)))
    if clause.place_groups:
        parts.append(_("cites %(groups)s", groups=", ".join(clause.place_groups[:6])))
    if clause.exception:
        parts.append(_("with an exception"))
    parts.append(_("strength %(n)s", n=clause.strength))
    return ", ".join(parts)


def _codes(codes: list[str], limit: int = 12) -> str:
    shown = ", ".join(text.country(c) for c in codes[:limit])
    return shown + (_(" and %(n)s more", n=len(codes) - limit) if len(codes) > limit else "")


def card_facts(p: ProviderView) -> str:
    """Seat, company, chips and documents of a provider, in one line."""
    parts = [_("Seat: %(country)s", country=text.country(p.seat)) if p.seat else _("Seat not stated")]
    if p.legal_entity:
        parts.append(_("contracts as %(company)s", company=p.legal_entity))
    if p.strong_chips:
        parts.append(_("lists %(chips)s", chips=", ".join(c.gpu_name for c in p.strong_chips)))
    parts.append(_("%(documents)s read, %(clauses)s", documents=text.plural(len(p.terms_read), "binding document"), clauses=text.plural(len(p.clauses), "clause")))
    missing = [u for u in p.unread if u.role in BINDING_ROLES]
    if missing:
        parts.append(_("%(documents)s not read", documents=text.plural(len(missing), "document")))
    return " · ".join(parts)


def why(verdict: VerdictView | None) -> str:
    """Why a verdict stands: its reasons, rule, barriers, what is missing, and the two confidences in words."""
    if verdict is None:
        return _("the data set holds no verdict.")
    words = verdict.rule_words.rstrip(".").removeprefix("Not assessed: ")
    words = "" if words.lower() == verdict.words.lower() else words
    reasons = [r.removeprefix("Not assessed: ") for r in verdict.reasons]
    lead = next((r for r in reasons if words and r.startswith(words)), words)
    bare = verdict.code == "V0"
    parts = [stored(words if bare else lead), *(stored(r.replace("_", " ")) for r in reasons if not (words and r.startswith(words)) and r.lower() != verdict.words.lower()
                                                and not (bare and r.startswith("Expected documents")))]
    if verdict.missing:
        parts.append(_("not read: %(documents)s", documents="; ".join(text.hosts(stored(m)) for m in verdict.missing[:4])) + (_(" and %(n)s more", n=len(verdict.missing) - 4) if len(verdict.missing) > 4 else ""))
    if verdict.rule:
        parts.append(_("rule %(id)s", id=verdict.rule))
    if verdict.extraction_confidence is not None or verdict.completeness is not None:
        parts.append(_("confidence %(words)s (extraction %(extraction)s, completeness %(completeness)s)", words=gettext(verdict.confidence),
                       extraction=_two(verdict.extraction_confidence), completeness=_two(verdict.completeness)))
    return _(". ").join(text.upper_first(part).rstrip(".。") for part in parts if part) + _(".")


def stored(sentence: str) -> str:
    """A sentence that assessment wrote into the data set, in the language of the report: as a whole, by its form (STORED_FORMS), or part by part.

    A part that no catalogue knows, such as a note of the crawler, stays in English.
    """
    whole = gettext(sentence)
    if language.current() == language.SOURCE or whole != sentence or not sentence:
        return whole
    head, colon, tail = sentence.partition(": ")
    if colon and gettext(head) != head:
        return f"{gettext(head)}: {'; '.join(stored(part) for part in tail.split('; '))}"
    for pattern, form in _patterns(STORED_FORMS if "; " in sentence else STORED_FORMS + STORED_PARTS):
        if found := pattern.fullmatch(sentence):
            return _(form, **{name: stored(part) for name, part in found.groupdict().items()})
    if "; " in sentence:
        return "; ".join(stored(part) for part in sentence.split("; "))
    return f"{head}: {stored(tail)}" if colon else sentence


@functools.cache
def _patterns(forms: tuple[str, ...]) -> list[tuple[re.Pattern[str], str]]:
    """(pattern, form): a placeholder takes the shortest text that lets the rest match."""
    return [(re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+?)", re.escape(form)), re.S), form) for form in forms]


def _two(value: float | None) -> str:
    return _("not computed") if value is None else text.figures(value, 2)


def label_counts(clauses: Iterable[ClauseView]) -> str:
    counts: dict[str, int] = {}
    for clause in clauses:
        counts[clause.label] = counts.get(clause.label, 0) + 1
    return ", ".join(f"{gettext(LABELS.get(label, label))} {counts[label]}" for label in CLAUSE_LABELS if label in counts)


def customer(words: str) -> str:
    """A kind of customer in the language of the report; of the form 'company of Vietnam' too, whose places are in it already."""
    for pattern, form in CUSTOMER_FORMS.items():
        if found := re.fullmatch(pattern, words):
            return _(form, **found.groupdict())
    return gettext(words)


def rates(offers: Iterable[Mapping[str, Any]]) -> list[str]:
    """The exchange rates that prices were converted with, one sentence a day, and one for currencies without a rate."""
    from dataset.money import rates_used

    days, unknown = rates_used(offers)
    said = [_("ECB reference rates of %(day)s: %(rates)s", day=text.day(day), rates=", ".join(f"1 {currency} = USD {rate:.5g}" for currency, rate in of.items())) for day, of in days.items()]
    return said + ([_("no ECB reference rate is known for %(currencies)s: such prices are not converted", currencies=", ".join(unknown))] if unknown else [])


def vocabulary() -> dict[str, Any]:
    """What every template may use, in the language of the report."""
    tables = {"verdict_words": VERDICT_CODES, "verdict_needs": VERDICT_NEEDS, "brief_words": BRIEF_WORDS, "short_customer": SHORT_CUSTOMER, "labels": LABELS, "role_words": ROLE_WORDS,
              "reason_words": REASON_WORDS}
    return {"standing": gettext(text.STANDING_SENTENCE), "codes": CODE_ORDER, "codes_of": CLAUSE_LABELS, "memory": memory, "places": places_words, "region_words": region_words,
            "reading": reading, **{name: language.translated(table) for name, table in tables.items()}}


def tables() -> Iterator[str]:
    """Words that are translated where they are printed, from tables of this and other modules and from data files: the catalogues must hold each."""
    from assessment import coverage
    from assessment.tables import rule_table
    from reports import bulletin, changes, conflicts, errors, maps, places, seats
    from reports.briefing import rules_now

    for table in (VERDICT_CODES, VERDICT_NEEDS, BRIEF_WORDS, SHORT_CUSTOMER, LABELS, ROLE_WORDS, REASON_WORDS, DOES, MODES, bulletin.HEADS, changes.KINDS, conflicts.SIGN_WORDS, places.GROUP_WORDS):
        yield from table.values()
    yield from (named for _code, named in CUSTOMER_KINDS.values())
    yield from (*CUSTOMER_FORMS.values(), *STORED_FORMS, *STORED_PARTS, *STORED)
    yield from (*coverage.ROLE_WORDS.values(), *coverage.FAILURE_WORDS.values())
    yield from seats.WORDS
    yield from (*(window.title for window in maps.WINDOWS), *maps.disputed())
    yield from changes.FIELDS
    yield from ("no terms document was read", "none", "unsure", "not computed", "high", "medium", "low", "new", "gone", "accepted", "amended", "law", "guidance", "suspended", "proposed")
    yield from (figure[key] for figure in errors.measured()["figures"] for key in ("what", "measure", "documents"))
    for rule in rule_table().rules:
        yield rule.words.removeprefix("Not assessed: ")
    now = rules_now()
    for entry in [*now["entries"], *now["events"], *now["pending"]]:
        yield from (entry[key] for key in ("text", "name", "standing", "about") if key in entry)
