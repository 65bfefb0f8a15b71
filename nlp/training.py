"""Trains the decision layer (`nlp.decision`) on labelled documents: `python -m nlp.training LABELS.jsonl… --root FOLDER`.

Needs the extra `train` (scikit-learn). Deterministic: the same labels, cues and rules give the same model file, byte for byte. Per label a logistic regression with an L2 penalty is fitted
on the sentences that hold a trigger of the label; whether the model may give up or add findings, and from which probability on, is decided by cross-validation with whole providers left
out, and only where it betters the rules by MIN_GAIN. The rules themselves were written while reading a part of these documents, so that figures of the rules on them are too good.

Labels: JSON lines of {"path", "provider", "language", "clauses": [{"label", "quote" or "start" and "end"}]}, paths relative to the folder.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chipwatch.records import CLAUSE_LABELS
from nlp.clauses import _Reader
from nlp.cuebook import cuebook, languages, pack_language
from nlp.decision import MODEL, Decision, features
from nlp.document import Document
from nlp.read import read_document

FOLDS = 8
MIN_CASES = 12                                                 # labelled sentences below which a label is left to the rules
MIN_GAIN = 0.002                                               # in F1 over the rules, in cross-validation
POSITIVE_WEIGHT = 2.0                                          # a missed rule costs a reader more than a wrong one, which the quote betrays
STRENGTHS = (0.1, 0.3, 1.0)                                    # inverse of the penalty
DROPS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4)
ADDS = (0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 2.0)
Span = tuple[int, int]


@dataclass(slots=True)
class Sample:
    """One sentence as one label sees it."""

    provider: str
    label: str
    features: dict[str, float]
    fired: bool
    right: bool


def spans_of(clause: Mapping[str, Any], text: str) -> list[Span]:
    """Where a labelled clause stands: by its offsets, else wherever its quote stands."""
    if clause.get("start") is not None:
        return [(clause["start"], clause["end"])]
    quote, found, at = clause["quote"], [], text.find(clause["quote"])
    while at >= 0:
        found.append((at, at + len(quote)))
        at = text.find(quote, at + 1)
    return found


def covers(a: Span, b: Span) -> bool:
    """Whether at least half of the shorter span lies in both."""
    return min(a[1], b[1]) - max(a[0], b[0]) >= 0.5 * min(a[1] - a[0], b[1] - b[0])


def samples_of(document: Document, clauses: Iterable[Mapping[str, Any]], provider: str) -> list[Sample]:
    """The sentences of a labelled document, for each label that they may state."""
    language = pack_language(document.language)
    book = cuebook(language if language in languages() else None)
    reader = _Reader(document, book, language, None, None, {})
    labelled = [(c["label"], span) for c in clauses for span in spans_of(c, document.text)]
    every = Decision(book, {})
    found = []
    for unit, _, own, intro, head, fired, _ in reader.observations():
        if unit.block in reader.titles:
            continue
        block = reader.blocks[unit.block]
        _, start, end = document.quote(block.content, unit.start, unit.end)
        rules: dict[str, list[str]] = defaultdict(list)
        for rule in fired:
            rules[rule.label].append(rule.id)
        for label, triggers in every.triggers.items():
            if label in CLAUSE_LABELS and own & triggers:
                right = any(name == label and covers(span, (start, end)) for name, span in labelled)
                found.append(Sample(provider, label, features(book, own, intro, head, rules[label]), bool(rules[label]), right))
    return found


def f1(chosen: Sequence[bool], right: Sequence[bool]) -> float:
    both = sum(c and r for c, r in zip(chosen, right, strict=True))
    total = sum(chosen) + sum(right)
    return 2 * both / total if total else 0.0


def fit(samples: Sequence[Sample], strength: float) -> tuple[Any, Any]:
    """(vectoriser, model) of one label."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    vectoriser = DictVectorizer(sort=True)
    matrix = vectoriser.fit_transform([s.features for s in samples])
    matrix.indices, matrix.indptr = matrix.indices.astype("int32"), matrix.indptr.astype("int32")
    model = LogisticRegression(C=strength, class_weight={False: 1.0, True: POSITIVE_WEIGHT}, solver="liblinear", random_state=0, max_iter=1000)
    return vectoriser, model.fit(matrix, [s.right for s in samples])


def held_out(samples: Sequence[Sample], strength: float) -> list[float]:
    """Probabilities of samples by models that have not seen their provider."""
    from sklearn.model_selection import GroupKFold

    groups = [s.provider for s in samples]
    result = [0.0] * len(samples)
    for train, test in GroupKFold(min(FOLDS, len(set(groups)))).split(samples, groups=groups):
        part = [samples[i] for i in train]
        if len({s.right for s in part}) < 2:
            continue
        vectoriser, model = fit(part, strength)
        for i, (_, probability) in zip(test, model.predict_proba(vectoriser.transform([samples[i].features for i in test])), strict=True):
            result[i] = float(probability)
    return result


def learn(samples: Sequence[Sample]) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """(entry of the model file, None where the rules are as good; figures) of one label."""
    right, fired = [s.right for s in samples], [s.fired for s in samples]
    rules = f1(fired, right)
    figures: dict[str, Any] = {"sentences": len(samples), "labelled": sum(right), "rules_f1": round(rules, 3)}
    if sum(right) < MIN_CASES:
        return None, figures
    best = (rules + MIN_GAIN, 0.0, 0.0, 2.0)
    for strength in STRENGTHS:
        probabilities = held_out(samples, strength)
        for drop in DROPS:
            for add in ADDS:
                if add > drop:
                    value = f1([p >= drop if f else p >= add for p, f in zip(probabilities, fired, strict=True)], right)
                    if value > best[0] + 1e-9:
                        best = (value, strength, drop, add)
    value, strength, drop, add = best
    if not strength:
        return None, figures
    figures |= {"model_f1": round(value, 3), "drop": drop, "add": add if add <= 1 else None, "strength": strength}
    vectoriser, model = fit(samples, strength)
    weights = {name: round(float(w), 4) for name, w in sorted(zip(vectoriser.get_feature_names_out(), model.coef_[0], strict=True)) if abs(w) >= 0.005}
    return {"bias": round(float(model.intercept_[0]), 4), "drop": drop, "add": add, "weights": weights}, figures


def read_labels(files: Iterable[Path], roots: Sequence[Path]) -> list[tuple[dict[str, Any], Path]]:
    """(labels, file) of each labelled document that is there. Raises FileNotFoundError for one that is not."""
    rows = []
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            if line.strip():
                row = json.loads(line)
                path = next((root / row["path"] for root in roots if (root / row["path"]).is_file()), None)
                if path is None:
                    raise FileNotFoundError(f"{row['path']}, labelled in {file}, is in none of {', '.join(map(str, roots))}")
                rows.append((row, path))
    return rows


def document_of(row: Mapping[str, Any], path: Path) -> Document:
    return read_document(path.read_bytes(), path=path.name, language=row.get("language"))


def provider_of(row: Mapping[str, Any]) -> str:
    """The folder of a document, which names its provider; collection prefixes aside, so that one company is one group."""
    return row["path"].split("/")[1].removeprefix("tosdr-").removeprefix("unibo-").removeprefix("p2b-")


def train(rows: Iterable[tuple[dict[str, Any], Path]]) -> dict[str, Any]:
    """The model file as an object."""
    by_label: dict[str, list[Sample]] = defaultdict(list)
    digest, documents = hashlib.sha256(), 0
    for row, path in rows:
        documents += 1
        digest.update(json.dumps(row, sort_keys=True, ensure_ascii=False).encode())
        for sample in samples_of(document_of(row, path), row["clauses"], provider_of(row)):
            by_label[sample.label].append(sample)
    labels, figures = {}, {}
    for label, samples in sorted(by_label.items()):
        entry, figures[label] = learn(samples)
        if entry is not None:
            labels[label] = entry
    return {"format": 1, "documents": documents, "labels_sha256": digest.hexdigest(), "figures": figures, "labels": labels}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m nlp.training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", nargs="+", type=Path)
    parser.add_argument("--root", type=Path, action="append", required=True, help="folder that the paths start from; may be given several times")
    parser.add_argument("-o", "--output", type=Path, default=MODEL)
    given = parser.parse_args(arguments)
    try:
        model = train(read_labels(given.labels, given.root))
    except ImportError as error:
        sys.exit(f"{error}; install the extra: pip install '.[train]'")
    except (FileNotFoundError, json.JSONDecodeError) as error:
        sys.exit(str(error))
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_text(json.dumps(model, ensure_ascii=False, indent=1) + "\n", "utf-8")
    for label, row in model["figures"].items():
        print(f"{label:32} {row['labelled']:4} of {row['sentences']:5} sentences; rules {row['rules_f1']:.3f}" + (f", model {row['model_f1']:.3f} (drop {row['drop']}, add {row['add']})" if "model_f1" in row else ""))


if __name__ == "__main__":
    main()
