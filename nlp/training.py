"""Trains the decision layer (`nlp.decision`) on labelled documents: `python -m nlp.training LABELS.jsonl… --root FOLDER`.

Needs the extra `train` (scikit-learn). Deterministic: the same labels, cues and rules give the same model file, byte for byte. Per label a logistic regression with an L2 penalty is fitted
on the sentences that hold a trigger of the label; its probability is the confidence of a finding. Whether it may also give up or add findings, and from which probability on, is decided by
cross-validation with whole providers left out, and only where it betters the rules by MIN_GAIN. The rules themselves were written while reading a part of these documents, so that figures of the rules on them are too good.

Labels: JSON lines of {"path", "provider", "language", "clauses": [{"label", "quote" or "start" and "end"}]}, paths relative to the folder.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chipwatch.records import CLAUSE_LABELS
from nlp.clauses import _Reader, read_clauses
from nlp.cuebook import cuebook, languages, pack_language
from nlp.decision import MODEL, Decision, features, models_from
from nlp.document import Document
from nlp.read import read_document

FOLDS = 8
MIN_CASES = 12                                                 # labelled sentences below which a label is left to the rules
MIN_GAIN = 0.05                                                # in F1 over the rules, in cross-validation; a smaller one does not last on clauses (see the model card)
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
    for unit, rows, own, intro, head, fired, opening in reader.observations():
        if unit.block in reader.titles:
            continue
        block = reader.blocks[unit.block]
        _, start, end = document.quote(block.content, unit.start, unit.end)
        rules = {label: (rule.id,) for label, (rule, _) in reader.ruled(unit, rows, own, intro, fired, opening).items()}
        for label, triggers in every.triggers.items():
            if label in CLAUSE_LABELS and own & triggers:
                right = any(name == label and covers(span, (start, end)) for name, span in labelled)
                found.append(Sample(provider, label, features(book, own, intro, head, rules.get(label, ())), label in rules, right))
    return found


def f1(chosen: Sequence[bool], right: Sequence[bool]) -> float:
    both = sum(c and r for c, r in zip(chosen, right, strict=True))
    total = sum(chosen) + sum(right)
    return 2 * both / total if total else 0.0


def log_loss(probabilities: Sequence[float], right: Sequence[bool]) -> float:
    """Mean surprise at what is right, in nats."""
    clipped = [min(max(p, 1e-6), 1 - 1e-6) for p in probabilities]
    return -sum(math.log(p if r else 1 - p) for p, r in zip(clipped, right, strict=True)) / len(clipped)


def fit(samples: Sequence[Sample], strength: float) -> tuple[Any, Any]:
    """(vectoriser, model) of one label."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    vectoriser = DictVectorizer(sort=True)
    matrix = vectoriser.fit_transform([s.features for s in samples])
    matrix.indices, matrix.indptr = matrix.indices.astype("int32"), matrix.indptr.astype("int32")
    model = LogisticRegression(C=strength, solver="liblinear", random_state=0, max_iter=1000)
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
    """(entry of the model file, None where too few cases are labelled; figures) of one label."""
    right, fired = [s.right for s in samples], [s.fired for s in samples]
    rules = f1(fired, right)
    figures: dict[str, Any] = {"sentences": len(samples), "labelled": sum(right), "rules_f1": round(rules, 3)}
    if sum(right) < MIN_CASES:
        return None, figures
    tried = {strength: held_out(samples, strength) for strength in STRENGTHS}
    strength = min(STRENGTHS, key=lambda c: (round(log_loss(tried[c], right), 6), c))
    best = (rules + MIN_GAIN, 0.0, 2.0)
    for drop in DROPS:
        for add in ADDS:
            if add > drop:
                value = f1([p >= drop if f else p >= add for p, f in zip(tried[strength], fired, strict=True)], right)
                if value > best[0] + 1e-9:
                    best = (value, drop, add)
    value, drop, add = best
    if add <= 1 or drop:
        figures |= {"model_f1": round(value, 3), "drop": drop, "add": add if add <= 1 else None}
    figures["strength"] = strength
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


def by_label(samples: Iterable[Sample]) -> dict[str, list[Sample]]:
    found: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        found[sample.label].append(sample)
    return dict(sorted(found.items()))


def train(samples: Sequence[Sample]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(labels of the model file, figures by label)."""
    labels, figures = {}, {}
    for label, rows in by_label(samples).items():
        entry, figures[label] = learn(rows)
        if entry is not None:
            labels[label] = entry
    return labels, figures


def model_file(rows: Sequence[tuple[dict[str, Any], Path]], samples: Sequence[Sample]) -> dict[str, Any]:
    """The model file as an object."""
    digest = hashlib.sha256()
    for row, _ in rows:
        digest.update(json.dumps(row, sort_keys=True, ensure_ascii=False).encode())
    labels, figures = train(samples)
    return {"format": 1, "documents": len(rows), "labels_sha256": digest.hexdigest(), "figures": figures, "labels": labels}


def cross_validated(rows: Sequence[tuple[dict[str, Any], Path]], samples: Sequence[Sample]) -> tuple[dict[str, dict[str, list[int]]], dict[str, list[tuple[float, bool]]]]:
    """(counts, confidences) of clauses with whole providers left out: what ("rules" or "model") -> language, or "all" -> [right findings, findings, labels met, labels].

    A finding is right where a label covers at least half of the shorter passage, as `chipwatch evaluate` counts. Confidences: what -> [(confidence, whether right)].
    """
    from sklearn.model_selection import GroupKFold

    providers = [provider_of(row) for row, _ in rows]
    counts: dict[str, dict[str, list[int]]] = {"rules": defaultdict(lambda: [0] * 4), "model": defaultdict(lambda: [0] * 4)}
    sure: dict[str, list[tuple[float, bool]]] = {"rules": [], "model": []}
    for _, test in GroupKFold(min(FOLDS, len(set(providers)))).split(rows, groups=providers):
        out = {providers[i] for i in test}
        labels, _ = train([s for s in samples if s.provider not in out])
        for i in test:
            row, path = rows[i]
            document = document_of(row, path)
            gold = [(c["label"], spans_of(c, document.text)) for c in row["clauses"]]
            for what, models in (("rules", {}), ("model", models_from({"labels": labels}))):
                found = read_clauses(document, models)[0]
                supports = [any(name == c.label and any(covers(span, (c.start, c.end)) for span in spans) for name, spans in gold) for c in found]
                sure[what] += [(c.confidence, right) for c, right in zip(found, supports, strict=True)]
                met = [any(c.label == name and covers(span, (c.start, c.end)) for c in found for span in spans) for name, spans in gold]
                for key in ("all", row.get("language") or "?"):
                    for n, more in enumerate((sum(supports), len(found), sum(met), len(gold))):
                        counts[what][key][n] += more
    return counts, sure


def f1_of(counts: Sequence[int]) -> float:
    precision, recall = counts[0] / counts[1] if counts[1] else 0.0, counts[2] / counts[3] if counts[3] else 0.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def reliability(sure: Sequence[tuple[float, bool]]) -> tuple[float, list[tuple[float, int, float, float]]]:
    """(expected calibration error, [(lower edge, findings, mean confidence, share right)] by tenths)."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in sure:
        bins[min(9, int(confidence * 10))].append((confidence, right))
    table = [(n / 10, len(rows), sum(c for c, _ in rows) / len(rows), sum(r for _, r in rows) / len(rows)) for n, rows in sorted(bins.items())]
    return sum(n * abs(mean - share) for _, n, mean, share in table) / max(1, len(sure)), table


def card(model: Mapping[str, Any], counts: Mapping[str, Mapping[str, Sequence[int]]], sure: Mapping[str, Sequence[tuple[float, bool]]]) -> str:
    """The model card, in Markdown."""
    lines = [
        "# The decision layer: model card", "",
        "<!-- written by python -m nlp.training; do not edit by hand -->", "",
        "What it is: a logistic regression per label over groups of cues and fired rules (`nlp/decision.py`). Its probability is the confidence of a clause; where that betters the rules by 0.02 of F1 in",
        "cross-validation it also gives up findings of the rules, or adds some. What it judges: whether a sentence",
        "of terms states an access clause of a label; nothing about law, and nothing about a provider. Labels without a model are left to the rules alone.", "",
        f"Trained on {model['documents']} labelled documents (SHA-256 of the labels `{model['labels_sha256'][:16]}…`), deterministic. The rules were written while reading a part of these documents, so that figures",
        "of the rules on them are better than on documents that nobody has read; what was measured on unread documents stands in the README of the project.", "",
        "## Sentences, whole providers left out", "", "| label | sentences | labelled | rules F1 | model F1 | gives up below | adds from |", "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for label, row in model["figures"].items():
        used = "model_f1" in row
        lines.append(f"| {label} | {row['sentences']} | {row['labelled']} | {row['rules_f1']:.3f} | " + (f"{row['model_f1']:.3f} | {row['drop'] or '-'} | {row['add'] or '-'} |" if used else "rules alone | | |"))
    lines += ["", "## Clauses, whole providers left out", "", "| language | labels | rules: precision, recall, F1 | with the model: precision, recall, F1 |", "|---|--:|---|---|"]
    for language in sorted(counts["rules"], key=lambda k: (k != "all", k)):
        shown = []
        for what in ("rules", "model"):
            right, found, met, gold = counts[what][language]
            shown.append(f"{right / found if found else 0:.3f}, {met / gold if gold else 0:.3f}, {f1_of(counts[what][language]):.3f}")
        lines.append(f"| {language} | {counts['rules'][language][3]} | {shown[0]} | {shown[1]} |")
    lines += ["", "## Confidence, whole providers left out", ""]
    for what in ("rules", "model"):
        error, table = reliability(sure[what])
        lines += [f"Confidence of the {what}: expected calibration error {error:.3f}.", "", "| from | findings | mean confidence | share right |", "|--:|--:|--:|--:|",
                  *(f"| {edge:.1f} | {n} | {mean:.3f} | {share:.3f} |" for edge, n, mean, share in table), ""]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m nlp.training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", nargs="+", type=Path)
    parser.add_argument("--root", type=Path, action="append", required=True, help="folder that the paths start from; may be given several times")
    parser.add_argument("-o", "--output", type=Path, default=MODEL)
    given = parser.parse_args(arguments)
    try:
        rows = read_labels(given.labels, given.root)
        samples = [s for row, path in rows for s in samples_of(document_of(row, path), row["clauses"], provider_of(row))]
        model = model_file(rows, samples)
        counts, sure = cross_validated(rows, samples)
    except ImportError as error:
        sys.exit(f"{error}; install the extra: pip install '.[train]'")
    except (FileNotFoundError, json.JSONDecodeError) as error:
        sys.exit(str(error))
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_text(json.dumps(model, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (given.output.parent / "README.md").write_text(card(model, counts, sure), "utf-8")
    print(f"clauses, whole providers left out: F1 {f1_of(counts['rules']['all']):.3f} by the rules alone, {f1_of(counts['model']['all']):.3f} with the model")
    for label, row in model["figures"].items():
        print(f"{label:32} {row['labelled']:4} of {row['sentences']:5} sentences; rules {row['rules_f1']:.3f}" + (f", model {row['model_f1']:.3f} (drop {row['drop']}, add {row['add']})" if "model_f1" in row else ""))


if __name__ == "__main__":
    main()
