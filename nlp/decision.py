"""The decision layer: a linear model per label over the words and cue groups of a sentence, beside the rules.

It is asked for every sentence at which the rules look (those with a trigger of some rule), and does three things: it gives up a finding of the rules whose confidence is below `drop`; it makes a finding that no
rule made from `add` on; and it says how sure a finding is. One model serves all languages: cue groups are the same in all of them, words are those of each. In a language of which few documents are labelled
it is trusted less (`careful`). Polarity and mode of a finding are weighed by a second model, `nlp/manner.py`. `nlp/model/clauses.msgpack.gz` holds the weights, `nlp/model/README.md` the figures;
`python -m nlp.training` makes both. Features: `nlp/wording.py`.
"""

from __future__ import annotations

import functools
import gzip
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlp import wording
from nlp.cuebook import Cuebook, Rule
from nlp.manner import Manner

if TYPE_CHECKING:
    import numpy as np

MODEL = Path(__file__).parent / "model" / "clauses.msgpack.gz"
FORMAT = 3
KEPT = ("places", "target", "actor")                           # attributes of a rule that hold for whatever is found of its label; polarity and mode are those of the words


def log_odds(probability: float) -> float:
    """The log-odds of a probability, kept within ±11.5."""
    clipped = min(max(probability, 1e-5), 1 - 1e-5)
    return math.log(clipped / (1.0 - clipped))


def bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, ascending."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a probability becomes a confidence: logistic of `base + slope * log-odds`, and for a finding of a rule how far that rule is trusted."""

    base: float = 0.0
    slope: float = 1.0
    rules: Mapping[str, float] = field(default_factory=dict)   # rule -> what its firing adds to the log-odds; a rule that is not there adds nothing

    def __call__(self, probability: float, rule: str = "") -> float:
        return 1.0 / (1.0 + math.exp(-(self.base + self.slope * log_odds(probability) + self.rules.get(rule, 0.0))))


@dataclass(frozen=True, slots=True)
class ClauseModel:
    """Weights of all labels. `weights`: features x labels; `drop`: confidence, 0 gives up nothing; `add`: probability, above 1 adds nothing."""

    labels: tuple[str, ...]
    vocabulary: Mapping[str, int]
    weights: np.ndarray
    bias: np.ndarray
    drop: Mapping[str, float] = field(default_factory=dict)
    add: Mapping[str, float] = field(default_factory=dict)
    languages: frozenset[str] = frozenset()                    # those with enough labelled documents for `drop` and `add`; empty: all
    careful: tuple[float, float] = (0.0, 2.0)                  # (drop, add) in the others
    fired: Calibration = Calibration()                         # of findings of the rules
    added: Calibration = Calibration()                         # of findings that the model makes
    manner: Manner | None = None                               # of polarity and mode; None: the cues settle them alone

    def bars(self, language: str | None) -> tuple[Mapping[str, float], Mapping[str, float]]:
        """(`drop`, `add`) by label, as they hold in a language."""
        if not self.languages or language in self.languages:
            return self.drop, self.add
        drop, add = self.careful
        return {label: min(bar, drop) for label, bar in self.drop.items()}, {label: max(bar, add) for label, bar in self.add.items()}

    def total(self, features: Iterable[str]) -> np.ndarray:
        """The sum of the weights of features, by label."""
        return self.summed([row for row in map(self.vocabulary.get, features) if row is not None])

    def summed(self, rows: list[int]) -> np.ndarray:
        """The sum of rows of the weights, by label, added up in their order in the model: it does not depend on the order of a set. `rows` is put in that order."""
        rows.sort()
        return self.weights.take(rows, 0).sum(0) if rows else self.bias * 0


@dataclass(slots=True)
class Decision:
    """A model, made ready for the cues of one language; None: no model, the rules decide alone."""

    book: Cuebook
    language: str | None
    model: ClauseModel | None
    _contexts: dict[tuple[str, str], tuple[int, Any]] = field(default_factory=dict)
    _groups: dict[tuple[str, int], Any] = field(default_factory=dict)
    _templates: dict[str, list[Rule]] = field(default_factory=dict)
    _group_rows: dict[str, list[int | None]] = field(default_factory=dict)   # prefix -> rows of the weights of the groups, by their bit
    _names: list[str] = field(default_factory=list)            # of the groups, by their bit
    _least: Any = None                                         # by label, a log-odds a little below that from which the model adds a finding
    careful: bool = False                                      # whether this is a language of few labelled documents
    drop: Mapping[str, float] = field(default_factory=dict)    # those of the model, for this language
    add: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.model is not None:
            self.drop, self.add = self.model.bars(self.language)
            self.careful = bool(self.model.languages) and self.language not in self.model.languages
            self._least = self.model.bias * 0 + [log_odds(self.add[label]) - 0.01 if self.add.get(label, 2.0) <= 1.0 else math.inf for label in self.model.labels]
        for rule in self.book.rules:
            self._templates.setdefault(rule.label, []).append(rule)

    def _context(self, prefix: str, text: str) -> tuple[int, Any]:
        """(number of word features, sum of their weights) of an introduction or of headings; a document asks for the same ones again and again."""
        known = self._contexts.get((prefix, text))
        if known is None:
            assert self.model is not None
            names = wording.of_introduction(text, self.language) if prefix == "i" else wording.of_headings([text], self.language)
            known = self._contexts[prefix, text] = len(names), self.model.total(names)
        return known

    def _masked(self, prefix: str, mask: int) -> Any:
        known = self._groups.get((prefix, mask))
        if known is None:
            assert self.model is not None
            rows = self._group_rows.get(prefix)
            if rows is None:
                rows = self._group_rows[prefix] = [self.model.vocabulary.get(prefix + name) for name in self.book.groups]
            known = self._groups[prefix, mask] = self.model.summed([row for bit in bits(mask) if (row := rows[bit]) is not None])
        return known

    def score(self, text: str, introduction: str, headings: Sequence[str], own: int, intro: int, head: int) -> np.ndarray | None:
        """The log-odds, by label of the model, that a unit of text states a rule. `own`, `intro`, `head`: cue groups of the unit, of the introduction of its list, of the headings above."""
        model = self.model
        if model is None:
            return None
        words = wording.of_text(text, self.language)
        score = model.bias + self._masked("G:", own)
        count, context = 0, 0.0
        for prefix, part in (("i", introduction[:wording.MAX_CONTEXT]), ("h", headings[-1] if headings else "")):
            if part:
                number, total = self._context(prefix, part)
                count, context = count + number, context + total
        score = score + wording.scale(words, count) * (model.total(words) + wording.CONTEXT * context)
        if intro:
            score = score + self._masked("I:", intro)
        if head:
            score = score + wording.CONTEXT * self._masked("H:", head)
        return score

    def likely(self, score: np.ndarray | None) -> dict[str, float]:
        """Label -> probability."""
        if self.model is None or score is None:
            return {}
        return {label: 1.0 / (1.0 + math.exp(-value)) for label, value in zip(self.model.labels, score.tolist(), strict=True)}

    def silent(self, score: np.ndarray | None) -> bool:
        """Whether the model surely adds nothing: no label comes near its `add`. Cheaper than `likely`, and true of most sentences."""
        return score is None or not (score >= self._least).any()

    def probabilities(self, text: str, introduction: str, headings: Sequence[str], own: int, intro: int, head: int) -> dict[str, float]:
        """Label -> how likely a unit of text states a rule of it; see `score`."""
        return self.likely(self.score(text, introduction, headings, own, intro, head))

    def explain(self, label: str, text: str, introduction: str, headings: Sequence[str], own: int, intro: int, head: int) -> list[tuple[str, float]]:
        """(feature, what it adds to the log-odds of the label) of one unit, the weightiest first; the bias is `(bias)`. Empty without a model or for a label that it does not know."""
        model = self.model
        if model is None or label not in model.labels:
            return []
        column = model.labels.index(label)
        values = wording.features(text, introduction[:wording.MAX_CONTEXT], headings, self.language, wording.of_groups(self.book.groups, own, intro, head))
        found = [(name, float(model.weights[model.vocabulary[name], column]) * value) for name, value in values.items() if name in model.vocabulary]
        return sorted([("(bias)", float(model.bias[column])), *found], key=lambda row: (-abs(row[1]), row[0]))

    def confidence(self, label: str, probability: float, rule: str) -> float | None:
        """How sure a finding of a rule is; None where it is to be given up. A rule of which no labelled document shows a finding keeps its own: nothing speaks against it yet."""
        assert self.model is not None
        sure = self.model.fired(probability, rule)
        return None if rule in self.model.fired.rules and sure < self.drop.get(label, 0.0) else sure

    def groups(self, own: int, intro: int, head: int) -> dict[str, float]:
        """The features of cue groups, as `wording.of_groups` gives them."""
        names = self._names = self._names or list(self.book.groups)
        return {prefix + names[bit]: weight for prefix, mask, weight in (("G:", own, 1.0), ("I:", intro, 1.0), ("H:", head, wording.CONTEXT)) for bit in bits(mask)}

    def adds(self, label: str, probability: float) -> bool:
        return self.model is not None and probability >= self.add.get(label, 2.0)

    def template(self, label: str, own: int) -> Rule | None:
        """The rule whose attributes a finding of the model takes: the first of the label that these groups can begin, else its first; None where this language has none."""
        rules = self._templates.get(label, [])
        rule = next((r for r in rules if r.trigger & own), rules[0] if rules else None)
        if rule is None:
            return None
        return Rule(f"model.{rule.id}", label, rule.when, 0, rule.trigger, {k: v for k, v in rule.attributes.items() if k in KEPT})


def dumped(model: ClauseModel) -> bytes:
    """A model as a file; the same model gives the same bytes."""
    import numpy as np
    import srsly

    names = sorted(model.vocabulary, key=model.vocabulary.__getitem__)
    data = {
        "format": FORMAT, "labels": list(model.labels), "vocabulary": names, "weights": np.ascontiguousarray(model.weights, dtype="<f2").tobytes(), "bias": [float(b) for b in model.bias],
        "drop": dict(model.drop), "add": dict(model.add), "languages": sorted(model.languages), "careful": list(model.careful), "fired": [model.fired.base, model.fired.slope, dict(model.fired.rules)], "added": [model.added.base, model.added.slope],
        "manner": model.manner.to_dict() if model.manner else None,
    }
    return gzip.compress(srsly.msgpack_dumps(data), 9, mtime=0)


def loaded(content: bytes) -> ClauseModel:
    """The model of a file. Raises ValueError for one of another format."""
    import numpy as np
    import srsly

    data = srsly.msgpack_loads(gzip.decompress(content))
    if data.get("format") != FORMAT:
        raise ValueError(f"the clause model has format {data.get('format')}, this version reads {FORMAT}; make it anew: python -m nlp.training")
    labels, names = tuple(data["labels"]), data["vocabulary"]
    weights = np.frombuffer(data["weights"], dtype="<f2").reshape(len(names), len(labels)).astype("float32")
    return ClauseModel(labels, {name: n for n, name in enumerate(names)}, weights, np.array(data["bias"], dtype="float32"), data["drop"], data["add"], frozenset(data["languages"]), tuple(data["careful"]),
                       Calibration(*data["fired"]), Calibration(*data["added"]), Manner.of_dict(data["manner"]) if data["manner"] else None)


@functools.cache
def shipped() -> ClauseModel | None:
    """The model that comes with chipwatch; None where there is no file (then the rules decide alone)."""
    return loaded(MODEL.read_bytes()) if MODEL.is_file() else None
