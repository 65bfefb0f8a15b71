"""The decision layer: a small linear model per label over what the rules see, which overrules them where it has learnt better.

Its features do not depend on a language: the groups of cues in a sentence (`o:`), in the sentence that opens its list (`i:`) and in the headings above (`h:`), the rules that
fired (`r:`), and whether any rule of the label did (`fired`). It is asked only where a group of cues that can begin a rule of the label stands in the sentence. Below `drop` a finding
of the rules is given up; from `add` on one is made that no rule made. `nlp/model/clauses.json` holds the weights, `nlp/model/README.md` the figures; `python -m nlp.training` makes both.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nlp.cuebook import Cuebook, Rule

MODEL = Path(__file__).parent / "model" / "clauses.json"
SOURCES = ("o", "i", "h")                                      # sentence, introduction of its list, headings


@dataclass(frozen=True, slots=True)
class LabelModel:
    """Weights of one label; `drop` 0 gives up nothing, `add` above 1 adds nothing."""

    bias: float
    weights: Mapping[str, float]
    drop: float = 0.0
    add: float = 2.0


@dataclass(slots=True)
class Decision:
    """Models of labels, compiled for one cuebook."""

    book: Cuebook
    models: Mapping[str, LabelModel]
    triggers: dict[str, int] = field(default_factory=dict)     # label -> groups that can begin one of its rules
    templates: dict[str, list[Rule]] = field(default_factory=dict)
    adding: list[str] = field(default_factory=list)            # labels whose model may find what no rule finds
    _bits: dict[str, tuple[dict[int, float], ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for rule in self.book.rules:
            self.triggers[rule.label] = self.triggers.get(rule.label, 0) | rule.trigger & (1 << self.book.width) - 1
            self.templates.setdefault(rule.label, []).append(rule)
        self.adding = [label for label, model in self.models.items() if model.add <= 1.0]
        for label, model in self.models.items():
            self._bits[label] = tuple({1 << n: w for group, n in self.book.groups.items() if (w := model.weights.get(f"{source}:{group}"))} for source in SOURCES)

    def candidates(self, own: int) -> list[str]:
        """The labels that a model may add to a sentence with these groups."""
        return [label for label in self.adding if own & self.triggers.get(label, 0)]

    def probability(self, label: str, own: int, intro: int, head: int, fired: Iterable[str]) -> float:
        """How likely a sentence with these groups, in which these rules of the label fired, states a rule of the label."""
        model = self.models[label]
        score = model.bias
        for weights, mask in zip(self._bits[label], (own, intro, head), strict=True):
            for bit, weight in weights.items():
                if mask & bit:
                    score += weight
        some = False
        for rule in fired:
            some = True
            score += model.weights.get(f"r:{rule}", 0.0)
        if some:
            score += model.weights.get("fired", 0.0)
        return 1.0 / (1.0 + math.exp(-score))

    def template(self, label: str, own: int) -> Rule:
        """The rule whose attributes a finding of the model takes: the first of the label that these groups can begin."""
        rule = next(r for r in self.templates[label] if r.trigger & own)
        attributes = {k: v for k, v in rule.attributes.items() if k in ("places", "target", "polarity", "mode", "usual", "actor")}
        return Rule(f"model.{rule.id}", label, rule.when, 0, rule.trigger, attributes)


def features(book: Cuebook, own: int, intro: int, head: int, fired: Iterable[str]) -> dict[str, float]:
    """The features of one sentence for one label, as the training sees them."""
    found = {f"{source}:{group}": 1.0 for source, mask in zip(SOURCES, (own, intro, head), strict=True) for group, n in book.groups.items() if mask >> n & 1}
    rules = {f"r:{rule}": 1.0 for rule in fired}
    return {**found, **rules, **({"fired": 1.0} if rules else {})}


def models_from(data: Mapping[str, Any]) -> dict[str, LabelModel]:
    """Models out of the JSON object of a model file."""
    return {label: LabelModel(row["bias"], row["weights"], row["drop"], row["add"]) for label, row in data["labels"].items()}


@functools.cache
def shipped() -> dict[str, LabelModel]:
    """The models that come with chipwatch; none where there is no model file (then the rules decide alone)."""
    if not MODEL.is_file():
        return {}
    return models_from(json.loads(MODEL.read_text("utf-8")))


@functools.cache
def decision_for(language: str | None) -> Decision:
    """The shipped models, compiled for the cue pack of a language."""
    from nlp.cuebook import cuebook

    return Decision(cuebook(language), shipped())
