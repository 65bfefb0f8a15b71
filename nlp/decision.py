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
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from nlp import wording
from nlp.cuebook import Cuebook, Rule
from nlp.manner import Manner
from nlp.manner import features as manner_features

if TYPE_CHECKING:
    import numpy as np

    from nlp.wordsums import WordSums

MODEL = Path(__file__).parent / "model" / "clauses.msgpack.gz"
FORMAT = 4
MOST_BESIDE = 5                                                # findings under one heading that count: a page without headings is one section
MOST_MASKS = 4096                                              # combinations of groups for which what they add to a manner is remembered
NEAR = 6.0                                                     # log-odds that cue groups, introduction and heading may add to words, at most
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


def company(others: int) -> float:
    """How much other findings of rules of one label under the same heading count."""
    return math.log1p(min(others, MOST_BESIDE))


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a probability becomes a confidence: logistic of `base + slope * log-odds`, and for a finding of a rule how far that rule is trusted and what is found beside it.

    Where rules of one label fire at many sentences under one heading, each is less sure: what is labelled is the statement, and not every sentence around it that speaks of the same matter.
    """

    base: float = 0.0
    slope: float = 1.0
    rules: Mapping[str, float] = field(default_factory=dict)   # rule -> what its firing adds to the log-odds; a rule that is not there adds nothing
    company: float = 0.0                                       # what it adds, times `company`, that rules of the label fire at other units under the same heading

    def beside(self, others: int) -> float:
        """What so many other findings of rules of the label under the same heading add to the log-odds."""
        return self.company * company(others)

    def __call__(self, probability: float, rule: str = "", others: int = 0) -> float:
        return 1.0 / (1.0 + math.exp(-(self.base + self.slope * log_odds(probability) + self.rules.get(rule, 0.0) + self.beside(others))))


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
    careful: tuple[float, float] = (0.0, 2.0)                  # (drop, add) in the others, but
    anywhere: frozenset[str] = frozenset()                     # labels of which the own `add` holds in all languages
    fired: Calibration = Calibration()                         # of findings of the rules
    added: Calibration = Calibration()                         # of findings that the model makes
    manner: Manner | None = None                               # of polarity and mode; None: the cues settle them alone
    _packed: list[Packed] = field(default_factory=list, init=False, repr=False, compare=False)

    def packed(self) -> Packed:
        """The weights of this model and of its manner in one table; made when it is asked for first."""
        if not self._packed:
            self._packed.append(Packed.of(self))
        return self._packed[0]

    def bars(self, language: str | None) -> tuple[Mapping[str, float], Mapping[str, float]]:
        """(`drop`, `add`) by label, as they hold in a language."""
        if not self.languages or language in self.languages:
            return self.drop, self.add
        drop, add = self.careful
        return {label: min(bar, drop) for label, bar in self.drop.items()}, {label: bar if label in self.anywhere else max(bar, add) for label, bar in self.add.items()}


@dataclass(frozen=True, slots=True)
class Packed:
    """The weights of a model and, in further columns, those of its manner, by feature."""

    vocabulary: Mapping[str, int]
    weights: np.ndarray
    words: WordSums
    _groups: WeakKeyDictionary[Cuebook, dict[str, np.ndarray]] = field(default_factory=WeakKeyDictionary, repr=False, compare=False)

    @classmethod
    def of(cls, model: ClauseModel) -> Packed:
        import numpy as np

        from nlp.wordsums import WordSums

        vocabulary, weights = dict(model.vocabulary), model.weights
        if model.manner is not None:
            rows = [vocabulary.setdefault(name, len(vocabulary)) for name in model.manner.vocabulary]
            weights = np.zeros((len(vocabulary), weights.shape[1] + model.manner.weights.shape[1]), dtype="float32")
            weights[:len(model.weights), :model.weights.shape[1]] = model.weights
            weights[rows, model.weights.shape[1]:] = model.manner.weights[list(model.manner.vocabulary.values())]
        return cls(vocabulary, weights, WordSums(vocabulary, weights))

    def of_groups(self, book: Cuebook, prefix: str) -> np.ndarray:
        """The weights of cue groups by their bit, those of headings (`H:`) for what these count; a multiple of eight rows."""
        import numpy as np

        tables = self._groups.setdefault(book, {})
        if prefix not in tables:
            rows = [(bit, row) for bit, name in enumerate(book.groups) if (row := self.vocabulary.get(prefix + name)) is not None]
            table = tables[prefix] = np.zeros((-(-book.width // 8) * 8, self.weights.shape[1]), dtype="float32")
            if rows:
                bits, places = zip(*rows, strict=True)
                table[list(bits)] = self.weights[list(places)] * np.float32(wording.CONTEXT if prefix == "H:" else 1.0)
        return tables[prefix]

    def total(self, features: Iterable[str]) -> np.ndarray:
        """The sum of the weights of features, by column."""
        return self.summed([row for row in map(self.vocabulary.get, features) if row is not None])

    def summed(self, rows: list[int]) -> np.ndarray:
        """The sum of rows of the weights, by column, added up in their order in the model: it does not depend on the order of a set. `rows` is put in that order."""
        rows.sort()
        return self.weights.take(rows, 0).sum(0)


# (text, introduction of its list, headings above, cue groups of the text, of the introduction, of the headings)
Unit = tuple[str, str, Sequence[str], int, int, int]


class Look(NamedTuple):
    """What a model sees in a unit of text: log-odds."""

    score: np.ndarray                                          # by label: that the unit states a rule of it
    manner: np.ndarray                                         # by polarity, then mode: the share of words and cue groups
    silent: bool                                               # no label comes near its `add`: the model adds nothing


def _distinct(values: list[Any]) -> tuple[list[Any], list[int]]:
    """(different values, for each value which of them it is)."""
    number: dict[Any, int] = {}
    which = [number.setdefault(value, len(number)) for value in values]
    return list(number), which


@dataclass(slots=True)
class Decision:
    """A model, made ready for the cues of one language; None: no model, the rules decide alone."""

    book: Cuebook
    language: str | None
    model: ClauseModel | None
    _packed: Packed | None = None
    _columns: int = 0                                          # of the labels; behind them stand those of polarity and mode
    _numbers: Any = None                                       # of the words of this document, see `nlp.wordsums`; None in a language that is read character by character
    _contexts: dict[tuple[str, str], tuple[int, Any]] = field(default_factory=dict)   # introduction or heading -> (number of its word features, sum of their weights)
    _said: dict[tuple[str, str, str, bool], Any] = field(default_factory=dict)   # what a finding and its cues say -> sum of the weights of these features
    _of_masks: dict[tuple[str, str, int], Any] = field(default_factory=dict)    # (label, context, its groups) -> sum of their weights: sentences of one kind hold the same groups
    _least: Any = None                                         # by label, a log-odds a little below that from which the model adds a finding
    careful: bool = False                                      # whether this is a language of few labelled documents
    drop: Mapping[str, float] = field(default_factory=dict)    # those of the model, for this language
    add: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.model is not None:
            self.drop, self.add = self.model.bars(self.language)
            self.careful = bool(self.model.languages) and self.language not in self.model.languages
            self._least = self.model.bias * 0 + [log_odds(self.add[label]) - 0.01 if self.add.get(label, 2.0) <= 1.0 else math.inf for label in self.model.labels]
            self._packed, self._columns = self.model.packed(), len(self.model.labels)
            if not wording.unspaced(self.language):
                self._numbers = self._packed.words.numbers()

    def near(self, texts: Sequence[str]) -> list[bool]:
        """Whether the words of texts alone come within NEAR of what the model adds: cue groups, introduction and heading may make up for no more. True for all without a model."""
        if self.model is None or not texts:
            return [True] * len(texts)
        counts, sums = self._words([text[:wording.MAX_TEXT] for text in texts])
        scores = self.model.bias + (sums * wording.scale(counts)[:, None])[:, :self._columns]
        return (scores >= self._least - NEAR).any(1).tolist()

    def look(self, units: Sequence[Unit]) -> list[Look | None]:
        """What the model sees in units of text, all at once: cheaper than one by one. None for each without a model."""
        if self.model is None or self._packed is None:
            return [None] * len(units)
        if not units:
            return []
        counts, sums = self._words([text[:wording.MAX_TEXT] for text, *_ in units])
        for prefix, texts in (("i", [unit[1][:wording.MAX_CONTEXT] for unit in units]), ("h", [unit[2][-1] if unit[2] else "" for unit in units])):
            different, which = _distinct(texts)
            number, more = self._context(prefix, different)
            counts, sums = counts + number[which], sums + more[which]
        sums *= wording.scale(counts)[:, None]
        for prefix, masks in (("G:", [unit[3] for unit in units]), ("I:", [unit[4] for unit in units]), ("H:", [unit[5] for unit in units])):
            different, which = _distinct(masks)
            sums += self._masked(prefix, different)[which]
        scores = self.model.bias + sums[:, :self._columns]
        silent = ~(scores >= self._least).any(1)
        return list(map(Look, scores, sums[:, self._columns:], silent.tolist()))

    def _words(self, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """(number of word features, sum of their weights) of units, by unit."""
        import numpy as np

        assert self._packed is not None
        if self._numbers is not None:
            return self._packed.words.of_texts(texts, self._numbers)
        features = [wording.of_text(text, self.language) for text in texts]
        return np.array([len(names) for names in features]), np.array([self._packed.total(names) for names in features], dtype="float64")

    def _context(self, prefix: str, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """The same of introductions or headings; a document asks for the same ones again and again."""
        import numpy as np

        assert self._packed is not None
        known = self._contexts
        missing = [text for text in texts if (prefix, text) not in known]
        if prefix == "i" and self._numbers is not None:
            known.update(zip([(prefix, text) for text in missing], zip(*self._packed.words.of_introductions(missing, self._numbers), strict=True), strict=True))
        else:
            for text in missing:
                names = wording.of_introduction(text, self.language) if prefix == "i" else wording.of_headings([text], self.language)
                known[prefix, text] = len(names), self._packed.total(names)
        return np.array([known[prefix, text][0] for text in texts]), wording.CONTEXT * np.stack([known[prefix, text][1] for text in texts])

    def _masked(self, prefix: str, masks: list[int]) -> np.ndarray:
        """The sum of the weights of cue groups, by mask."""
        import numpy as np

        from nlp.wordsums import added_up

        assert self._packed is not None
        table = self._packed.of_groups(self.book, prefix)
        size = len(table) // 8
        held = np.frombuffer(b"".join([mask.to_bytes(size, "little") for mask in masks]), "uint8").reshape(len(masks), size)
        owners, groups = np.unpackbits(held, axis=1, bitorder="little").nonzero()
        return added_up(table, groups, owners, len(masks))

    def manner(self, look: Look, own: int, intro: int, label: str, polarity: str, mode: str, stated: bool, found_alone: bool) -> tuple[str, str]:
        """Polarity and mode of a finding: those that cues and rule say, or what they are overruled by; see `nlp.manner.Manner`."""
        assert self.model is not None and self.model.manner is not None and self._packed is not None
        key = label, polarity, mode, stated
        said = self._said.get(key)
        if said is None:
            said = self._said[key] = self._packed.total(name for name, _ in manner_features(*key, {}))[self._columns:]
        score = self.model.manner.bias + look.manner + said
        for prefix, mask in (("G:", own), ("I:", intro)):
            if mask:
                of_mask = self._of_masks.get((label, prefix, mask))
                if of_mask is None:
                    if len(self._of_masks) >= MOST_MASKS:
                        self._of_masks.clear()
                    of_mask = self._of_masks[label, prefix, mask] = self._packed.of_groups(self.book, f"{label}|{prefix}").take(list(bits(mask)), 0).sum(0)[self._columns:]
                score += of_mask
        return self.model.manner.standing(score, polarity, mode, stated, found_alone)

    def likely(self, look: Look | None) -> dict[str, float]:
        """Label -> probability."""
        if self.model is None or look is None:
            return {}
        return {label: 1.0 / (1.0 + math.exp(-value)) for label, value in zip(self.model.labels, look.score.tolist(), strict=True)}

    def probabilities(self, text: str, introduction: str, headings: Sequence[str], own: int, intro: int, head: int) -> dict[str, float]:
        """Label -> how likely a unit of text states a rule of it."""
        return self.likely(self.look([(text, introduction, headings, own, intro, head)])[0])

    def explain(self, label: str, text: str, introduction: str, headings: Sequence[str], own: int, intro: int, head: int) -> list[tuple[str, float]]:
        """(feature, what it adds to the log-odds of the label) of one unit, the weightiest first; the bias is `(bias)`. Empty without a model or for a label that it does not know."""
        model = self.model
        if model is None or label not in model.labels:
            return []
        column = model.labels.index(label)
        values = wording.features(text, introduction[:wording.MAX_CONTEXT], headings, self.language, wording.of_groups(self.book.groups, own, intro, head))
        found = [(name, float(model.weights[model.vocabulary[name], column]) * value) for name, value in values.items() if name in model.vocabulary]
        return sorted([("(bias)", float(model.bias[column])), *found], key=lambda row: (-abs(row[1]), row[0]))

    def confidence(self, probability: float, rule: str, bar: float, others: int = 0) -> float | None:
        """How sure a finding of a rule is; None where it is to be given up, since that is less than `bar`. A rule of which no labelled document shows a finding keeps its own: nothing speaks against it yet.

        `others`: other units under the same heading at which rules of the label fire.
        """
        assert self.model is not None
        sure = self.model.fired(probability, rule, others)
        return None if rule in self.model.fired.rules and sure < bar else sure

    def groups(self, own: int, intro: int, head: int) -> dict[str, float]:
        """The features of cue groups, as `wording.of_groups` gives them."""
        names = list(self.book.groups)                         # by bit
        return {prefix + names[bit]: weight for prefix, mask, weight in (("G:", own, 1.0), ("I:", intro, 1.0), ("H:", head, wording.CONTEXT)) for bit in bits(mask)}

    def adds(self, label: str, probability: float) -> bool:
        return self.model is not None and probability >= self.add.get(label, 2.0)

    def template(self, label: str, own: int) -> Rule | None:
        """The rule whose attributes a finding of the model takes: the first of the label that these groups can begin, else its first; None where this language has none."""
        rules = self.book.rules_of.get(label, [])
        rule = next((r for r in rules if r.trigger & own), rules[0] if rules else None)
        if rule is None:
            return None
        aside = rule.aside if rule.trigger & own else 0        # what the words of the rule only mention, no probability states
        return Rule(f"model.{rule.id}", label, rule.when, 0, rule.trigger, {k: v for k, v in rule.attributes.items() if k in KEPT}, aside)


def dumped(model: ClauseModel) -> bytes:
    """A model as a file; the same model gives the same bytes."""
    import numpy as np
    import srsly

    names = sorted(model.vocabulary, key=model.vocabulary.__getitem__)
    data = {
        "format": FORMAT, "labels": list(model.labels), "vocabulary": names, "weights": np.ascontiguousarray(model.weights, dtype="<f2").tobytes(), "bias": [float(b) for b in model.bias],
        "drop": dict(model.drop), "add": dict(model.add), "languages": sorted(model.languages), "careful": list(model.careful), "anywhere": sorted(model.anywhere), "fired": [model.fired.base, model.fired.slope, dict(model.fired.rules), model.fired.company], "added": [model.added.base, model.added.slope],
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
    return ClauseModel(labels, {name: n for n, name in enumerate(names)}, weights, np.array(data["bias"], dtype="float32"), data["drop"], data["add"], frozenset(data["languages"]), tuple(data["careful"]), frozenset(data["anywhere"]),
                       Calibration(*data["fired"]), Calibration(*data["added"]), Manner.of_dict(data["manner"]) if data["manner"] else None)


@functools.cache
def shipped() -> ClauseModel | None:
    """The model that comes with chipwatch; None where there is no file (then the rules decide alone)."""
    return loaded(MODEL.read_bytes()) if MODEL.is_file() else None
