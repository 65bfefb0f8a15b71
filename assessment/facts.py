"""Puts a clause into plain facts about one customer: the conditions that rows of the rule table test (explained at the head of rules.yml)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from assessment.customers import Case, Customer
from assessment.tables import HITS, REACHES, RuleTable, cues, fold
from chipwatch.country_groups import Group, find_group, members_on, resolve, within
from chipwatch.records import Clause

# Labels whose places bar or admit customers. Places of the others (local_law_duties …) are no test of a customer.
_LIST_LABELS = frozenset({"denied_party", "sanctions_compliance"})
_PLACE_LABELS = frozenset({"country_exclusion", "residence_restriction", "nationality_restriction", "headquarters_restriction"})
_USE_LABELS = frozenset({"end_use_model_training", "end_use_supercomputer", "remote_access_controlled_chips", "chip_or_region_limit"})
SURE_CHECK = 0.7                                               # a mere right to check identity gates access (V3) only where it is read with so much confidence: with less it did in 2 of 9 real documents by
                                                               # their labels; of all verdicts V3 on findings of so much, 60 of 66 were right (385 documents, read by models that had not seen their provider)
_GENERIC_LABELS = frozenset({"sanctions_compliance", "export_compliance", "suspension_right", "end_use_wmd", "end_use_military"})   # wording that is everywhere
EMBARGOED = "US-embargoed"                                     # the group for whose residents an unnamed "embargoed country" is read


@dataclass(slots=True)
class Context:
    """A clause as the judge sees it: with its document's role and day, and what its words say where the record is silent."""

    index: int
    document: int                                              # the index of the first clause of its document
    clause: Clause
    role: str
    day: str                                                   # ISO date on which its groups are resolved
    text: str                                                  # folded quote, for cues
    act: str
    codes: frozenset[str]                                      # places named and groups resolved, together
    named: frozenset[str]
    cited: list[str]                                           # groups of places that the clause cites
    unknown_groups: list[str]
    embargo_cited: bool                                        # cites the places under comprehensive embargo as a group
    restricted_words: bool                                     # … by its own words
    restricted_places: bool                                    # speaks of embargoed or restricted countries without naming them
    listed_parties: bool
    exclusive: bool                                            # an allow-list that means to be complete
    exception: str                                             # none | consent | licence | other
    object: str                                                # service | items | use
    check: str                                                 # identity | business | other
    attributes: tuple[str, ...]                                # of a customer, that the clause tests
    list_elsewhere: bool                                       # points to places that a list elsewhere names
    must_be: bool                                              # requires the customer to be in the places named
    companions: frozenset[str] = field(default_factory=frozenset)   # other labels of the same passage


@dataclass(frozen=True, slots=True)
class Facts:
    """What one clause means for one customer."""

    index: int
    label: str
    act: str
    reach: str
    extent: str
    scope: str
    exception: str
    object: str
    check: str
    mode: str
    role: str
    cases: frozenset[int] = frozenset()                        # which typical customers of the kind it reaches

    def satisfy(self, when: dict[str, frozenset[str]]) -> bool:
        """Whether all conditions of a row hold."""
        return all(self.role not in values if name == "role_not" else getattr(self, name) in values for name, values in when.items())


def act_of(clause: Clause, text: str, restricts: bool) -> str:
    """What the clause does. A representation that denies something ("you represent that you are not in …") bars.

    The words of a place rule come before its verb as read: "these terms do not apply in …" sets apart, "not available in …" bars, and so
    does a row of a list below "Restricted countries".
    """
    found = cues()
    if clause.mode == "marketing":
        return "advertises"
    if clause.label in _PLACE_LABELS and found("separate_terms", text):
        return "describes"
    if clause.mode != "provider_right" and clause.label in ("country_exclusion", "supported_countries", "chip_or_region_limit") and (clause.places or restricts) and found("unavailable", text):
        if not (clause.label == "supported_countries" and clause.polarity != "prohibits" and found("all_others", text)):   # "not available outside Japan"
            return "bars"
    if clause.mode != "provider_right" and clause.label == "country_exclusion" and clause.places:
        if found("excluded_heading", " / ".join(clause.heading_path)) or (clause.polarity != "prohibits" and found("definition", text)):
            return "bars"
    if clause.label in _PLACE_LABELS and clause.mode != "provider_right" and found("status_denied", text):
        return "bars"
    if clause.label == "identity_verification" and (found("no_identity", text) or (clause.polarity != "prohibits" and found("without_identity", text))):
        return "welcomes"
    if clause.mode == "provider_right":
        return "reserves"
    if clause.polarity == "prohibits":
        return "bars"
    if clause.label == "supported_countries" and clause.polarity == "permits" and not clause.places and not restricts and _only(text):
        return "conditions"                                    # "available only in the countries listed"
    if clause.polarity in ("requires", "conditions") and clause.mode == "representation" and clause.label in _PLACE_LABELS | _LIST_LABELS:
        if (restricts or clause.label in ("denied_party", "nationality_restriction", "residence_restriction")) and cues()("negation", text):
            return "bars"
    return {"requires": "requires", "conditions": "conditions", "permits": "welcomes", "describes": "describes"}.get(clause.polarity, "describes")


def _attributes(clause: Clause, text: str, table: RuleTable) -> tuple[str, ...]:
    tested = table.tests.get(clause.label, ())
    if not tested:
        return ()
    if clause.label in _PLACE_LABELS and clause.label != "country_exclusion":
        if clause.label == "headquarters_restriction":
            if cues()("incorporation", text) and not cues()("control", text):
                return ("incorporation",)
            if clause.target in ("headquarters", "ownership") and not cues()("incorporation", text):
                return ("headquarters", "ownership")
        return tested
    if clause.label in _USE_LABELS and not cues()("control", text):
        return tuple(a for a in tested if a not in ("headquarters", "ownership"))
    named = [table.targets[t] for t in (clause.target or "").replace(",", " ").split() if t in table.targets]
    places = tuple(a for a in named if a != "listed")
    return places or tested


def _exclusive(clause: Clause, text: str, named: int, table: RuleTable) -> bool:
    """Whether absence from the places listed means something: a long list, exclusive words about the whole service, or a list that calls itself one."""
    found = cues()
    if named >= table.allow_list_minimum or found("list_of_supported", f"{' / '.join(clause.heading_path)} {text}"):
        return True
    return _only(text) or (clause.polarity in ("requires", "conditions") and (found("all_others", text) or found("must_be", text)) and _of_the_service(text))


def _only(text: str) -> bool:
    return cues()("exclusive_list", text) and _of_the_service(text)


def _of_the_service(text: str) -> bool:
    """Whether the words speak of the service or its customers, and not of goods that are sent to a place."""
    return cues()("whole_service", text) and not cues()("goods", text)


def _object(clause: Clause, text: str, exception: str) -> str:
    found = cues()
    if clause.label in _PLACE_LABELS | _LIST_LABELS and found("other_addressee", text):
        return "others"
    if (clause.label in _PLACE_LABELS and found("military_use", text)) or (clause.label in _LIST_LABELS and found("support_of_listed", text)):
        return "use"
    return "items" if exception == "licence" and found("items", text) else "service"


def _check(clause: Clause, text: str) -> str:
    """What a gate checks: identity, business (A23), or other (an address, a card, correct data, a minimum term; or nothing of the customer's)."""
    found = cues()
    if clause.label == "identity_verification" and (clause.polarity == "prohibits" or (clause.mode == "provider_right" and clause.confidence < SURE_CHECK)):
        return "other"                                         # identification is what is forbidden; a right that the words hardly state gates nothing
    if clause.label == "identity_verification" and not found("other_addressee", text):
        if found("contact_object", text) or (found("other_purpose", text) and not found("access_purpose", text)) or _on_request(clause, text):
            return "other"
        return "identity" if found("identity_check", text) or (found("verification", text) and not found("contact_check", text)) else "other"
    return "business" if clause.label == "business_only" and found("business", text) else "other"


def _on_request(clause: Clause, text: str) -> bool:
    """Whether a check is one of whoever asks about personal data."""
    return cues()("data_request", text) or any(cues()("data_request", fold(heading)) for heading in clause.heading_path)


def _companions(clauses: Sequence[Clause]) -> list[frozenset[str]]:
    """For each clause the labels of the clauses of the same document whose quotes overlap it (one passage often states several rules)."""
    out = []
    for one in clauses:
        labels = set()
        for other in clauses:
            if other is one:
                continue
            spans = one.end > one.start and other.end > other.start
            if (one.start < other.end and other.start < one.end) if spans else (one.quote in other.quote or other.quote in one.quote):
                labels.add(other.label)
        out.append(frozenset(labels))
    return out


def _of_places(group: Group, label: str, countries: bool) -> bool:
    """Whether a clause of that label cites the group for its places, and not for whoever keeps a list ("the lists of the European Union, of the United Nations").

    `countries`: its words speak of restricted countries.
    """
    if label == "denied_party":
        return group.restricts and group.closed
    return group.restricts and (group.closed or countries) if label in ("sanctions_compliance", "export_compliance") else True


def tentative(clause: Clause) -> bool:
    """Whether a finding carries no verdict: no rule made it, the decision layer alone did, and its label is none of the generic ones. It is shown with the others all the same."""
    return clause.rule.startswith("cues:model.") and clause.label not in _GENERIC_LABELS


def contexts(clauses: Sequence[Clause], *, role: str, day: str, table: RuleTable, first: int = 0) -> list[Context]:
    """The clauses of one document in context; `first` is the index of the first of them in the list of clauses judged."""
    found = cues()
    out = []
    for offset, (clause, companions) in enumerate(zip(clauses, _companions(clauses), strict=True)):
        if tentative(clause):
            continue
        label = clause.label
        text = fold(clause.quote)
        cited = clause.place_groups
        if label in _PLACE_LABELS | _USE_LABELS and not cited:
            cited = list(dict.fromkeys(found.found("group_code", text)))
        named = frozenset(clause.places)
        # Cues are looked for only where the label makes them matter: they are the costly part of judging.
        cue = label in _PLACE_LABELS | _LIST_LABELS | _USE_LABELS and found("restricted_places", text)
        cited = [name for name in cited if (group := find_group(name)) is None or _of_places(group, label, bool(cue))]
        resolved, unknown = resolve(cited, day)
        groups = [g for g in map(find_group, cited) if g is not None]
        act = act_of(clause, text, bool(unknown) or any(g.restricts for g in groups) or cue)
        # A place rule without places that stands in one passage with a sanctions rule speaks of the places under sanctions.
        unnamed = cue or bool(unknown) or (label in _PLACE_LABELS and bool(companions & {"sanctions_compliance", "denied_party"}))
        exception = "none" if not clause.exception else next((kind for kind in ("consent", "licence") if found(kind, clause.exception)), "other")
        out.append(Context(
            index=first + offset, document=first, clause=clause, role=role, day=day, text=text, act=act, codes=named | resolved, named=named, unknown_groups=unknown,
            embargo_cited=any(EMBARGOED in (g.name, g.reads_as) for g in groups),
            restricted_words=bool(cue), restricted_places=unnamed, listed_parties=label == "denied_party" or clause.target == "listed_party" or (label in _LIST_LABELS and found("listed_parties", text)),
            exclusive=label == "supported_countries" and _exclusive(clause, text, len(named), table),
            cited=cited, exception=exception, object=_object(clause, text, exception), check=_check(clause, text),
            attributes=_attributes(clause, text, table), companions=companions,
            list_elsewhere=label in _PLACE_LABELS and found("list_elsewhere", text),
            must_be=act == "requires" and label in ("residence_restriction", "headquarters_restriction")
            and (found("must_be", text) or (clause.mode == "representation" and found("certified", text))),
        ))
    return out


def _places(case: Case, attributes: Iterable[str]) -> list[str]:
    return [case.places[a] for a in attributes if a in case.places]


def reach_of(context: Context, case: Case) -> str:
    """Whether a clause reaches one typical customer; one of tables.REACHES."""
    label, act = context.clause.label, context.act
    if label not in _PLACE_LABELS | _LIST_LABELS | _USE_LABELS | {"supported_countries", "export_compliance"}:
        return "everyone"
    bars = act in ("bars", "reserves")
    if case.listed:
        if label in _LIST_LABELS and bars and context.listed_parties:
            return "listed"
        if not context.codes and (label == "supported_countries" or (label in _PLACE_LABELS and context.list_elsewhere and not context.restricted_places)):
            return "elsewhere"
        return "everyone" if label in _USE_LABELS and not context.codes and not context.restricted_places else "none"
    places = _places(case, context.attributes)
    if label == "supported_countries" and not bars:
        return _on_list(context, places)
    if context.must_be and context.codes and not context.restricted_places:
        return "none" if any(within(p, context.codes) for p in places) or not places else "absent"
    if context.codes:
        if any(within(p, context.named) for p in places):
            return "named"
        if any(within(p, context.codes) for p in places):
            return "group"
        if not (context.unknown_groups and bars):
            # "Not in a sanctioned country, nor on a UN list": the group cited belongs to the list; the countries are unnamed.
            if not context.named and context.restricted_words and _embargoed(context, places):
                return "unnamed"
            # A bar on embargoed places, whoever they are, is common compliance wording for everybody else.
            return "vague" if context.embargo_cited and not context.named else "none"
    if label in _USE_LABELS:
        return "everyone" if not context.restricted_places else "unnamed" if _embargoed(context, places) else "none"
    if context.restricted_places and (label in _PLACE_LABELS or (label == "sanctions_compliance" and bars)):
        return "unnamed" if _embargoed(context, places) else "vague"
    if label == "denied_party" and bars and context.restricted_places and cues()("in_a_place", context.text):
        return "unnamed" if _embargoed(context, places) else "none"
    if label in ("supported_countries", "country_exclusion") or (label in _PLACE_LABELS and context.list_elsewhere):
        return "elsewhere"
    return "vague" if label in _PLACE_LABELS and not (label == "residence_restriction" and cues()("hidden_place", context.text)) else "none"


def _embargoed(context: Context, places: list[str]) -> bool:
    return any(within(p, members_on(EMBARGOED, context.day)) for p in places)


def _on_list(context: Context, places: list[str]) -> str:
    if not context.codes:
        return "elsewhere" if context.act in ("requires", "conditions") else "vague"
    if not context.exclusive or not places:
        return "none"
    return "present" if any(within(p, context.codes) for p in places) else "absent"


def facts(seen: Sequence[Context], customer: Customer) -> list[Facts]:
    """The facts of all clauses for a customer kind, its cases taken together."""
    return _several_lists(_united([_facts(context, customer) for context in seen], len(customer.cases)), _partial_lists(seen))


def _partial_lists(seen: Sequence[Context]) -> set[int]:
    """Indices of the lists of supported countries of which one document holds several that differ: each is the list of a part of the offer."""
    lists: dict[int, list[Context]] = {}
    for context in seen:
        if context.clause.label == "supported_countries" and context.exclusive and context.codes:
            lists.setdefault(context.document, []).append(context)
    return {c.index for group in lists.values() if len({c.codes for c in group}) > 1 for c in group}


def _facts(context: Context, customer: Customer) -> Facts:
    reaches = [reach_of(context, case) for case in customer.cases]
    cases = frozenset(i for i, r in enumerate(reaches) if r in HITS)
    reach = min([reaches[i] for i in cases] or reaches, key=REACHES.index)
    clause = context.clause
    return Facts(index=context.index, label=clause.label, act=context.act, reach=reach, extent=_extent(cases, len(reaches)), scope=_scope(context),
                 exception=context.exception, object=context.object, check=context.check, mode=clause.mode, role=context.role, cases=cases)


SUBJECT_CHARACTERS = 100


def _subject(context: Context) -> str:
    """Where a rule says what it is about: the beginning of its quote, and the two headings next above it."""
    return " / ".join([*context.clause.heading_path[-2:], context.text[:SUBJECT_CHARACTERS]])


def _scope(context: Context) -> str:
    """`part` where the clause says so, and where a place rule is about certain chips, instance types or uses only ("to train models for a party in …")."""
    clause = context.clause
    if clause.scope or (clause.label in _PLACE_LABELS and (clause.chips or "chip_or_region_limit" in context.companions)):
        return "part"
    if clause.label in _PLACE_LABELS | _LIST_LABELS and cues()("part_of_offer", _subject(context)):
        return "part"
    if clause.label in _PLACE_LABELS and context.companions & _USE_LABELS and not cues()("customer_in_a_place", context.text):
        return "part"
    return "whole"


def _extent(cases: frozenset[int], of: int) -> str:
    """`some` where fewer than half of the typical customers are reached."""
    return "all" if not cases or 2 * len(cases) >= of else "some"


def _united(found: list[Facts], of: int) -> list[Facts]:
    """A list of excluded places often comes as one clause a row: together they may reach the kind."""
    if of == 1:
        return found
    together: dict[tuple[str, str], frozenset[int]] = {}
    for f in found:
        if f.act == "bars" and f.scope == "whole" and f.object == "service":
            together[f.label, f.role] = together.get((f.label, f.role), frozenset()) | f.cases
    return [dataclasses.replace(f, extent=_extent(together[f.label, f.role], of)) if f.cases and f.act == "bars" and (f.label, f.role) in together and f.scope == "whole" else f
            for f in found]


def _several_lists(found: list[Facts], partial: set[int]) -> list[Facts]:
    """Lists of supported countries that disagree about a customer are lists of different parts of the offer; none speaks for the whole.

    Nor does one that stands beside another list in its document, except where it only welcomes.
    """
    found = [dataclasses.replace(f, scope="part") if f.index in partial and not (f.reach == "present" and f.act == "welcomes") else f for f in found]
    lists = [f for f in found if f.label == "supported_countries" and f.reach in ("present", "absent")]
    if lists:                                                  # the list that another document points to has been read
        found = [dataclasses.replace(f, reach="none") if f.reach == "elsewhere" and (f.label == "supported_countries" or (f.label in _PLACE_LABELS and f.act in ("requires", "conditions"))) else f for f in found]
    if len({f.reach for f in lists}) < 2:
        return found
    return [dataclasses.replace(f, scope="part") if f in lists else f for f in found]
