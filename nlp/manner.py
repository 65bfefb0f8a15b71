"""Polarity and mode of a finding, weighed: what the cues say of them (`nlp/scope.py`), beside how labelled clauses of that label with such words read.

Cues settle most sentences; what they cannot tell is what a label usually means ("we may ask for proof" is a right of the provider, "unless we have asked for proof" a condition). The weights are those of two
logistic regressions over several classes, learnt from labelled clauses by `nlp.training`. They overrule the cues only where these have a poor chance (DOUBT), and settle what the decision layer found alone where no cue says
anything; in a language of few labelled documents they do only the latter: there the cues were right more often.
Features: words and cue groups of the sentence and of the introduction of its list (`nlp/wording.py`), the label, what the cues say, and pairs of the label with a cue group or with what the cues say.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

DOUBT = 0.35                                                   # probability of what the cues say below which they are overruled


def features(label: str, polarity: str, mode: str, stated: bool, words: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """(feature, value) of a finding; `polarity` and `mode`: what cues and rule say; `stated`: whether a cue says so; `words`: the features of its unit of text as `nlp.wording.features` gives them."""
    for name, value in words.items():
        kind = name[:2]
        if kind != "H:":
            yield name, value
            if kind in ("G:", "I:"):
                yield f"{label}|{name}", value
    yield f"L:{label}", 1.0
    yield f"{polarity}/{mode}", 1.0
    for said in (f"P:{polarity}", f"M:{mode}", *(() if stated else ("unstated",))):
        yield said, 1.0
        yield f"{label}|{said}", 1.0


@dataclass(frozen=True, slots=True)
class Manner:
    """Weights: features x (polarities, then modes)."""

    polarities: tuple[str, ...]
    modes: tuple[str, ...]
    vocabulary: Mapping[str, int]
    weights: np.ndarray
    bias: np.ndarray

    def chances(self, score: np.ndarray) -> tuple[dict[str, float], dict[str, float]]:
        """(polarity -> probability, mode -> probability) of log-odds by column."""
        found, values = [], score.tolist()
        for names, part in ((self.polarities, values[:len(self.polarities)]), (self.modes, values[len(self.polarities):])):
            most = max(part)
            shares = [math.exp(value - most) for value in part]
            total = sum(shares)
            found.append({name: share / total for name, share in zip(names, shares, strict=True)})
        return found[0], found[1]

    def standing(self, score: np.ndarray, polarity: str, mode: str, stated: bool, found_alone: bool = False) -> tuple[str, str]:
        """The polarity and mode that stand: those that cues and rule say, if these have a chance, else the likeliest; of what the decision layer found alone, those that a cue says, if any does.

        What only describes is a notice, whatever its words would make likely of a rule: so are 267 of 270 labelled clauses.
        """
        weighed = tuple(said if (stated or not found_alone) and chances.get(said, 0.0) >= DOUBT else max(chances, key=chances.__getitem__)
                        for said, chances in zip((polarity, mode), self.chances(score), strict=True))
        return ("describes", "notice") if weighed[0] == "describes" else weighed   # type: ignore[return-value]

    def weigh(self, label: str, polarity: str, mode: str, stated: bool, words: Mapping[str, float], found_alone: bool = False) -> tuple[str, str]:
        """`standing` of a finding by its features, one by one; `nlp.decision` adds up the same in another way."""
        score = self.bias.astype("float64")
        for name, value in features(label, polarity, mode, stated, words):
            if (row := self.vocabulary.get(name)) is not None:
                score += value * self.weights[row]
        return self.standing(score, polarity, mode, stated, found_alone)

    def to_dict(self) -> dict[str, Any]:
        import numpy as np

        return {"polarities": list(self.polarities), "modes": list(self.modes), "vocabulary": sorted(self.vocabulary, key=self.vocabulary.__getitem__),
                "weights": np.ascontiguousarray(self.weights, dtype="<f2").tobytes(), "bias": [float(b) for b in self.bias]}

    @classmethod
    def of_dict(cls, data: Mapping[str, Any]) -> Manner:
        import numpy as np

        names = data["vocabulary"]
        weights = np.frombuffer(data["weights"], dtype="<f2").reshape(len(names), -1).astype("float32")
        return cls(tuple(data["polarities"]), tuple(data["modes"]), {name: n for n, name in enumerate(names)}, weights, np.array(data["bias"], dtype="float32"))


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled clause at which the rules looked: its features, and what is labelled."""

    values: dict[str, float]
    polarity: str
    mode: str


def learn(examples: Iterable[Example], strength: float = 0.5, least: int = 2, small: float = 0.02) -> Manner | None:
    """The weights of labelled clauses; None where there are too few. Needs scikit-learn. `strength`: inverse of the penalty; `least`: clauses in which a feature must stand; `small`: features of smaller weights are left out."""
    from collections import Counter

    import numpy as np
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    examples = list(examples)
    if min(len({e.polarity for e in examples}), len({e.mode for e in examples})) < 3:
        return None                                            # of two classes scikit-learn gives one column; no real set of labels is so small
    often = Counter(name for e in examples for name in e.values)
    vectoriser = DictVectorizer(sort=True, dtype=np.float32)
    matrix = vectoriser.fit_transform([{name: value for name, value in e.values.items() if often[name] >= least} for e in examples])
    matrix.indices, matrix.indptr = matrix.indices.astype("int32"), matrix.indptr.astype("int32")
    models = [LogisticRegression(C=strength, max_iter=500).fit(matrix, [getattr(e, name) for e in examples]) for name in ("polarity", "mode")]
    table = np.concatenate([m.coef_ for m in models]).T
    kept = np.abs(table).max(1) >= small
    names = [str(name) for name in vectoriser.get_feature_names_out()[kept]]
    return Manner(tuple(map(str, models[0].classes_)), tuple(map(str, models[1].classes_)), {name: n for n, name in enumerate(names)},
                  table[kept].astype("<f2").astype("float32"), np.concatenate([m.intercept_ for m in models]).astype("float32"))
