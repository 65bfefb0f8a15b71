"""Why a clause was found: the cues, the rule and its terms, polarity, mode, actor, exception and places, and how the decision layer weighed it.

Nothing is decided here. The reader of `nlp/clauses.py` goes over the document once more, and what it looked at is written down for each finding, those that the decision layer gives up
included. Words are shown as they stand in the text of the block; offsets are those of the source.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from chipwatch.records import Clause
from nlp import place_groups
from nlp.clauses import Weighed, _Reader, _Unit, readers
from nlp.cue_search import Matches
from nlp.cuebook import CONTEXTS, Rule
from nlp.decision import ClauseModel
from nlp.document import Document
from nlp.scope import PROVIDER_LABELS, settled

MOST_FEATURES = 8                                              # weightiest features that are listed; the others are summed
MAX_LISTS = 6                                                  # lists within lists whose opening words are shown
STATUSES = {                                                   # status of a finding -> words
    "kept": "a clause, or a part of one",
    "given up": "given up by the decision layer",
    "overlapped": "left out beside a surer clause of the same label that overlaps it",
    "not of this kind": "left out: a page of offers or regions binds nobody",
}


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that are a cue, and the groups to which they belong."""

    words: str
    groups: tuple[str, ...]
    start: int                                                 # in the source
    end: int


@dataclass(frozen=True, slots=True)
class Met:
    """What met a term of a rule: a group of cues, where it stands (one of CONTEXTS), and the words there (empty where they stand too far off to be shown)."""

    group: str
    context: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """A value of a clause, and what settled it: `rule` (fixed by it), `usual` (the rule's, where no cue says more), `cues` (those in `by`), `label` (a label of what
    the provider does), `fallback`, or `weighed` (the decision layer, against what cues or rule say, or where they say nothing); an actor also by the `mode` of the clause."""

    value: str | None
    source: str
    by: tuple[Met, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceSeen:
    """A country that the sentence names, or that it has from elsewhere (`words` empty); `why`: where it comes from, or why it does not count."""

    code: str
    words: str
    counted: bool
    why: str


@dataclass(frozen=True, slots=True)
class Weighing:
    """How the decision layer weighed a finding."""

    features: tuple[tuple[str, float], ...]                    # (feature, what it adds to the log-odds), the weightiest
    others: int                                                # number of the further features …
    others_sum: float                                          # … and what they add together
    log_odds: float                                            # the sum of all
    probability: float
    trust: float                                               # what the firing of this very rule adds, as calibrated
    company: float                                             # what the other findings of rules of the label under the same heading add; `others_beside` of them
    others_beside: int
    confidence: float                                          # calibrated, with both
    threshold: float                                           # a finding of a rule is given up below this confidence; one of the model alone is made from this probability on
    floor: float                                               # the confidence that it has at least, since words of a firm rule stand there; 0: none do


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one finding was made, or given up."""

    label: str
    status: str                                                # one of STATUSES
    clause: int | None                                         # number of the clause, in the list of them, to which the finding belongs
    quote: str
    start: int
    end: int
    by: str                                                    # rules | model
    rule: str
    terms: tuple[tuple[Met, ...], ...]                         # of the rule, each with what met it; of a finding of the model some are met by nothing
    also_held: tuple[str, ...]                                 # further rules of the label that hold
    cues: tuple[Cue, ...]
    introduction: tuple[str, ...]                              # the words that the sentence goes on, nearest first
    headings: tuple[str, ...]
    polarity: Decided
    mode: Decided
    actor: Decided
    exception: str | None
    exception_by: tuple[Met, ...]
    places: tuple[PlaceSeen, ...]
    place_groups: tuple[str, ...]
    scope: str | None                                          # the part of the service to which the clause is limited
    confidence: float
    bounds: dict[str, float] = field(default_factory=dict)     # what kept the confidence down, or made it, where the decision layer has no weights: rule, exception, open group, table
    weighing: Weighing | None = None                           # None: the decision layer has no weights for the label

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


class _Finding:
    """One finding with all that the reader looked at, to be asked for its explanation."""

    def __init__(self, reader: _Reader, unit: _Unit, rows: Matches, masks: tuple[int, int, int], opening: tuple[int, int] | None, weighed: Weighed) -> None:
        self.reader, self.book, self.unit, self.rows, self.opening = reader, reader.book, unit, rows, opening
        self.rule, self.clause, self.weighed = weighed.rule, weighed.clause, weighed
        self.own, self.intro, self.head = masks
        self.block = reader.blocks[unit.block]
        self.text = self.block.text[unit.start:unit.end]
        self.number = reader.sentences(unit.block).index(unit.whole)
        self.masks = (*masks, reader.near(unit.block, self.number), reader.items(unit.block, self.number))
        self.introductions = self._introductions()

    def _introductions(self) -> list[str]:
        """The words that the unit goes on: the beginning of its sentence, then the sentences that open the lists around it, nearest first."""
        found = [self.block.text[self.unit.whole[0]:self.unit.start]] if self.unit.head else []
        opening = self.opening
        while opening is not None and len(found) < MAX_LISTS:
            index, start = opening
            spans = self.reader.sentences(index)
            number = next((n for n, (a, b) in enumerate(spans) if a <= start < b), 0)
            found.append(self.reader.blocks[index].text[start:spans[number][1] if spans else None])
            _, further = self.reader.intro(index, number)
            opening = further if further != opening else None
        return found

    def _texts(self, context: str) -> list[str]:
        reader, place = self.reader, (self.unit.block, self.number)
        if context in ("near", "items"):
            ranges = reader.neighbours(*place) if context == "near" else reader.listed(*place)
            return [reader.blocks[index].text[start:end] for index, start, end in ranges]
        return {"intro": self.introductions, "head": list(self.block.heading_path[-3:])}[context]

    def words(self, group: str, context: str) -> tuple[str, ...]:
        """The words of a group of cues in the sentence or its surroundings."""
        bit = self.book.bit(group)
        if context == "own":
            found = [self.block.text[a:b] for a, b in self.book.spans(self.rows, bit)]
        else:
            said = self.reader.stances.said_by(group, context)
            found = [text[a:b] for text in self._texts(context) for a, b in self.book.spans(self.book.scan(text), bit | said)]
        return tuple(dict.fromkeys(found))

    def met(self, groups: Sequence[tuple[str, str]]) -> tuple[Met, ...]:
        return tuple(Met(group, context, self.words(group, context)) for group, context in groups)

    def cues(self) -> tuple[Cue, ...]:
        """The cues in the sentence, in the order of the text."""
        found: dict[tuple[int, int], list[str]] = {}
        for name in self.book.names(self.own):
            for span in self.book.spans(self.rows, self.book.bit(name)):
                found.setdefault(span, []).append(name)
        return tuple(Cue(self.block.text[a:b], tuple(dict.fromkeys(names)), *self.block.content.source_span(a, b)) for (a, b), names in sorted(found.items()))

    def scope(self) -> dict[str, Any]:
        """Polarity, mode, actor and exception, with the cues that settled each."""
        scope = self.reader.scope(self.unit, self.rule.label, self.rows, self.own, self.intro)
        looked_at = (self.own, self.intro, self.head if self.rule.label in PROVIDER_LABELS else 0)
        ground = self.met([(name, where) for where, mask in zip(CONTEXTS, looked_at, strict=False) for name in scope.ground if mask & self.book.bit(name)])
        found: dict[str, Any] = {}
        for name in ("polarity", "mode"):
            value, source = settled(name, self.rule.attributes, scope)
            weighed = getattr(self.clause, name)
            found[name] = Decided(value, source, ground if source == "cues" else ()) if weighed == value else Decided(weighed, "weighed")
        actor, source = settled("actor", self.rule.attributes, scope)
        if source not in ("rule", "usual"):
            source = scope.actor_ground if scope.actor_ground in ("mode", "label") else "cues" if scope.actor_ground else "fallback"
        actor_ground = scope.actor_ground
        if found["mode"].source == "weighed" and source != "rule":
            actor, actor_ground = self.reader.scopes.actor(self.rule.label, self.clause.mode, self.own)
            source = actor_ground if actor_ground in ("mode", "label") else "cues" if actor_ground else "fallback"
        found["actor"] = Decided(actor, source, self.met([(actor_ground, "own")]) if source == "cues" else ())
        ended = [name for name in ("exception_end", "exception") if self.own & self.book.bit(name)]
        found["exception"] = self.text[slice(*scope.exception)] if scope.exception else None
        found["exception_by"] = self.met([(name, "own") for name in ended[:1]]) if scope.exception else ()
        return found

    def places(self) -> tuple[PlaceSeen, ...]:
        """The countries named, those left out too, then those that the clause has from elsewhere."""
        found = []
        makers = place_groups.lawmakers(self.clause.place_groups) if self.clause.place_groups else frozenset()
        exception = self.reader.scopes.exception_span(self.text, self.rows, self.own, self.unit.start) or (0, 0)
        takes = self.rule.attributes.get("places", "defined")
        away = self.reader.turned_away(self.unit, self.rows)
        for start, end, code, maker in self.reader.mentions(self.unit, self.rows):
            counted = code in self.clause.places and not (maker is not None and takes != "law")
            if counted:
                why = "named as the country whose law binds" if takes == "law" else "named"
            elif maker is not None:
                why = f"named as a law-maker, by “{self.block.text[slice(*maker)]}”"
            elif code in makers:
                why = "makes the list of a group that is cited"
            elif away and takes in ("included", "excluded"):
                why = "stands where the sentence says who is not served" if takes == "included" else "stands where the sentence says who is served"
            elif takes in ("included", "excepted") and (exception[0] <= start - self.unit.start < exception[1]) == (takes == "included"):
                why = "stands in the exception" if takes == "included" else "does not stand in the exception"
            else:
                why = "this rule takes no country from its sentence" if takes == "defined" else f"this rule takes only other countries (places: {takes})"
            found.append(PlaceSeen(code, self.block.text[start:end], counted, why))
        named = {place.code for place in found if place.counted}
        return (*found, *(PlaceSeen(code, "", True, self._elsewhere(code)) for code in self.clause.places if code not in named))

    def _elsewhere(self, code: str) -> str:
        from nlp.places import find_peoples

        if self.rule.attributes.get("places") == "peoples" and code in find_peoples(self.text, self.reader.language):
            return "named by its people"
        if code in self.reader.defined_places(self.text):
            return "by the definition of a term that the sentence uses"
        if code in self.reader.places(self.unit, self.rows, self.rule.attributes.get("places", "defined"))[0]:
            return "in the list that the sentence opens"
        return "named in a sentence before"

    def weighing(self) -> Weighing | None:
        """What the decision layer summed up; None where it has no weights for the label."""
        decision, probability = self.reader.decision, self.weighed.probability
        if decision.model is None or probability is None:
            return None
        rows = decision.explain(self.rule.label, self.text, self.reader.introduction(self.unit, self.opening), self.block.heading_path, self.own, self.intro, self.head)
        model, rest = decision.model, [value for _, value in rows[MOST_FEATURES:]]
        alone = self.rule.id.startswith("model.")
        return Weighing(
            features=tuple(rows[:MOST_FEATURES]), others=len(rest), others_sum=sum(rest), log_odds=sum(value for _, value in rows), probability=probability,
            trust=0.0 if alone else model.fired.rules.get(self.rule.id, 0.0), company=0.0 if alone else model.fired.beside(self.weighed.others), others_beside=self.weighed.others,
            confidence=model.added(probability) if alone else model.fired(probability, self.rule.id, self.weighed.others),
            threshold=decision.add.get(self.rule.label, 2.0) if alone else self.reader.bar(self.weighed), floor=self.reader.floor(self.weighed),
        )

    def bounds(self, weighed: bool) -> dict[str, float]:
        """What made or bounded the confidence beside the decision layer."""
        found = {"rule": self.rule.attributes["confidence"]} if "confidence" in self.rule.attributes else {} if weighed else {"rule": 0.9}
        if not weighed:
            if self.clause.exception:
                found["exception"] = 0.7
            if self.clause.place_groups and not self.clause.places and not place_groups.closed(self.clause.place_groups):
                found["open group"] = 0.8
        if self.unit.block in self.reader.tables:
            found["table"] = 0.5
        return found

    def explanation(self, status: str, number: int | None, held: Sequence[Rule]) -> Explanation:
        clause, weighing = self.clause, self.weighing()
        return Explanation(
            label=clause.label, status=status, clause=number, quote=clause.quote, start=clause.start, end=clause.end, by="model" if self.rule.id.startswith("model.") else "rules", rule=self.rule.id,
            terms=tuple(self.met(self.book.held(term, self.masks)) for term in self.rule.when), also_held=tuple(r.id for r in held if r.label == clause.label and r.id != self.rule.id),
            cues=self.cues(), introduction=tuple(self.introductions), headings=tuple(self.block.heading_path), places=self.places(), place_groups=tuple(clause.place_groups), scope=clause.scope,
            confidence=clause.confidence, bounds=self.bounds(weighing is not None), weighing=weighing, **self.scope(),
        )


def _belongs(finding: Clause, clauses: Sequence[Clause]) -> int | None:
    return next((n for n, c in enumerate(clauses) if c.label == finding.label and c.start <= finding.start and finding.end <= c.end), None)


def explain_clauses(document: Document, clauses: Sequence[Clause], *, binds: bool = True, model: ClauseModel | Literal["shipped"] | None = "shipped") -> list[Explanation]:
    """Why each of the clauses of a document was found, and what the decision layer gave up, in the order of the text.

    `clauses`: as read from this document, with the same model. A clause whose quote was joined from several findings has several explanations. `binds`: False for a page whose clauses are left out
    because of its kind.
    """
    found = []
    for reader in readers(document, model):
        for unit, rows, own, intro, head, fired, opening, findings in reader.gone_through():
            for weighed in findings:
                number = _belongs(weighed.clause, clauses) if weighed.kept else None
                status = "given up" if not weighed.kept else "kept" if number is not None else "overlapped" if binds else "not of this kind"
                found.append(_Finding(reader, unit, rows, (own, intro, head), opening, weighed).explanation(status, number, fired))
    return sorted(found, key=lambda e: (e.start, e.end, e.label))
