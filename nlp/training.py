"""Trains the decision layer (`nlp.decision`) on labelled text: `python -m nlp.training LABELS.jsonl… --root FOLDER --written FOLDER`.

Needs the extra `train` (scikit-learn). The same labels, cues and rules give the same file, byte for byte (two runs compared). Per label a logistic regression with an L2 penalty is fitted on all units of text at
which the rules look (`nlp.clauses`), over their words and cue groups (`nlp.wording`). The model gives up findings of the rules whose confidence is below DROP and adds some from a probability of ADD on. The two are
not fitted per label: the rules were written while reading most of the labelled documents, so that no fold of them shows how the rules do on unread ones. They were set, with whole providers left out, on 138 documents
labelled after the rules were written. Confidence is calibrated on whole providers left out. Polarity and mode: `nlp.manner`.

Labels: JSON lines of {"path", "provider", "language", "clauses": [{"label", "quote" or "start" and "end"}]}, paths relative to a folder. Written sentences: `<language>.jsonl` of {"text", "labels", "judged"?}, invented
(`judged`: the labels that their author looked for, where these are not all); a fifth of them (`held_out_sentence`) is never trained on, so that tests can measure with it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chipwatch.records import CLAUSE_LABELS
from nlp.clauses import _Reader, read_clauses
from nlp.cuebook import cuebook, languages, pack_language
from nlp.decision import MODEL, Calibration, ClauseModel, company, dumped, log_odds
from nlp.document import Document
from nlp.manner import Example, learn
from nlp.manner import features as manner_features
from nlp.read import read_document
from nlp.scope import said

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

FOLDS = 5
MIN_CASES = 8                                                  # labelled units below which a label is left to the rules
STRENGTH = 10.0                                                # inverse of the penalty
WEIGHT = 3.0                                                   # of a labelled unit, against one that is not
MIN_SEEN = 2                                                   # units in which a feature must stand
SMALL = 0.02                                                   # a feature whose weights are all smaller is left out
DROP, ADD = 0.5, 0.8                                           # least confidence of a finding of the rules, least probability of one that no rule made; but
GRAVE = frozenset({"country_exclusion", "residence_restriction", "headquarters_restriction", "nationality_restriction", "denied_party", "sanctions_compliance", "remote_access_controlled_chips",
                   "end_use_model_training", "end_use_supercomputer", "supported_countries"})
DROP_GRAVE = 0.4                                               # … of these, on which the graver verdicts and the gates for countries rest, what is given up must be half as likely again wrong as right
DROP_GATE = {"business_only": 0.25}                            # … or three times as likely: few sentences say for whom a service is, and each opens or closes a gate
FEW, ADD_FEW = 100, 0.95                                       # … of a label of fewer units in real documents more is asked: "Veterans of the military receive a discount"
RARE = frozenset({"remote_access_controlled_chips", "end_use_supercomputer", "end_use_model_training", "headquarters_restriction", "nationality_restriction"})   # chip limits are rare, too; but chips are named on every page
ADD_RARE = 0.9                                                 # … but of these, of which hundreds of written sentences are labelled in every language, less than that
CAREFUL = (0.25, 2.0)                                          # … and in a language of few labelled documents the rules know more than the words: of what these added there from 0.95 on, 5 of 34 findings were right (providers left out)
ANYWHERE = RARE | {"chip_or_region_limit"}                     # labels that words alone may add there all the same: none of those was wrong about a limit of chips, and these turn the question
MANY = 800                                                     # labelled clauses from which a language is one of many
LEAD = 1.0                                                     # log-odds by which a unit may stay behind the likeliest one of its labelled passage and still be taken to state the rule
TRUST = 0.3                                                    # inverse of the penalty on how far single rules are trusted
NEVER_ADDED = frozenset({"country_exclusion"})                 # readers differ on whether a bar of a class of companies or uses "in D:5 countries" excludes countries: left to the rules
KEPT = frozenset({"country_exclusion", "supported_countries"}) # what rules find of these is never given up: a country beside "outside" or "only" is seen by a rule, and the words around it say little
GUIDE = 3.0                                                    # how much documents of the first file count, which those labelled who wrote the conventions; the others follow them as well as they can
INVENTED = "(invented)"                                        # a feature of written sentences alone: more of them state a rule than of sentences of documents, and it takes that up
Span = tuple[int, int]


@dataclass(slots=True)
class Sample:
    """One unit of text: what the model sees of it, what the rules say and what is labelled."""

    provider: str
    features: dict[str, float]
    fired: dict[str, str]                                      # label -> rule
    right: frozenset[str]
    manners: list[Example] = field(default_factory=list)       # of the labelled clauses: what is to be learnt of polarity and mode
    passages: dict[str, str] = field(default_factory=dict)     # label -> name of the labelled passage, where that takes in other units too
    judged: frozenset[str] | None = None                       # labels of which it is known whether they stand here; None: all
    weight: float = 1.0                                        # how much it counts in training
    beside: dict[str, int] = field(default_factory=dict)       # label that fired -> other units under the same heading at which its rules fire


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


def held_out_sentence(text: str) -> bool:
    """Whether a written sentence is kept for measuring: one in five, chosen by its text alone."""
    return int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(), 16) % 5 == 0


def samples_of(document: Document, clauses: Iterable[Mapping[str, Any]], provider: str) -> list[Sample]:
    """The units of a labelled document at which the rules look."""
    language = pack_language(document.language)
    book = cuebook(language if language in languages() else None)
    reader = _Reader(document, book, language, None, None, None)
    labelled = [(c, span) for c in clauses for span in spans_of(c, document.text) if c["label"] in CLAUSE_LABELS]
    found: list[Sample] = []
    together: dict[tuple[str, Span], list[Sample]] = defaultdict(list)
    sections: dict[tuple[str, ...], list[Sample]] = defaultdict(list)
    for unit, rows, own, intro, head, fired, opening in reader.observations():
        if unit.block in reader.titles:
            continue
        block = reader.blocks[unit.block]
        _, start, end = document.quote(block.content, unit.start, unit.end)
        right = {c["label"]: c for c, span in reversed(labelled) if covers(span, (start, end))}
        ruled = {label: rule for label, (rule, _) in reader.ruled(unit, rows, own, intro, fired, opening).items()}
        sample = Sample(provider, reader.words(unit, own, intro, head, opening), {label: rule.id for label, rule in ruled.items()}, frozenset(right))
        for label, clause in right.items():
            rule = ruled.get(label) or reader.decision.template(label, own)
            if rule is not None and clause.get("polarity") and clause.get("mode"):
                polarity, mode, stated = said(rule, reader.scope(unit, label, rows, own, intro))
                sample.manners.append(Example(dict(manner_features(label, polarity, mode, stated, sample.features)), clause["polarity"], clause["mode"]))
        for key in {(c["label"], span) for c, span in labelled if covers(span, (start, end))}:
            together[key].append(sample)
        found.append(sample)
        sections[reader.section(unit)].append(sample)
    for units in sections.values():
        counts = Counter(label for sample in units for label in sample.fired)
        for sample in units:
            sample.beside = {label: counts[label] - 1 for label in sample.fired}
    digest = hashlib.md5(document.text.encode(), usedforsecurity=False).hexdigest()
    for (label, span), units in together.items():
        for sample in units if len(units) > 1 else ():
            sample.passages[label] = f"{digest} {span}"
    return found


def written_samples(folder: Path) -> list[Sample]:
    """The units of the written sentences that may be trained on; `judged` of a sentence: its author looked for these labels alone."""
    found = []
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            if not held_out_sentence(row["text"]):
                document = read_document(row["text"].encode(), path="sentence.txt", language=file.stem)
                units = samples_of(document, [{"label": label, "start": 0, "end": len(document.text)} for label in row["labels"]], "")
                found += [replace(unit, judged=frozenset(row["judged"])) for unit in units] if "judged" in row else units
    for sample in found:
        sample.features[INVENTED] = 1.0
    return found


def _regression(tolerance: float = 1e-4) -> LogisticRegression:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=STRENGTH, class_weight={False: 1.0, True: WEIGHT}, solver="liblinear", random_state=0, max_iter=1000, tol=tolerance)


def weights_of(label: str, matrix: Any, samples: Sequence[Sample]) -> list[float]:
    """How much each unit counts for what is learnt of a label: its weight, or 0 where nobody judged it, or where it stands in a labelled passage of several units and others of these state the rule.

    A labelled passage may be a whole list ("we may suspend: (a) …, (b) …") of which one item names the ground that the label is about; an item that does not would teach that its words are such a ground. Which items are
    meant is told by a regression on all other units: the likeliest, those close behind it, and those at which a rule fires.
    """
    counts = [s.weight if s.judged is None or label in s.judged else 0.0 for s in samples]
    passages: dict[str, list[int]] = defaultdict(list)
    for n, sample in enumerate(samples):
        if label in sample.passages:
            passages[sample.passages[label]].append(n)
    alone = [0.0 if label in s.passages else count for s, count in zip(samples, counts, strict=True)]
    if not passages or not any(count and label in s.right for s, count in zip(samples, alone, strict=True)):
        return counts
    unsure = [n for units in passages.values() for n in units]
    first = _regression(0.01).fit(matrix, [label in s.right for s in samples], alone)
    score = dict(zip(unsure, first.decision_function(matrix[unsure]).tolist(), strict=True))
    for units in passages.values():
        best = max(score[n] for n in units)
        for n in units:
            if score[n] < best - LEAD and label not in samples[n].fired:
                counts[n] = 0.0
    return counts


def fit(samples: Sequence[Sample], languages: frozenset[str] = frozenset()) -> ClauseModel:
    """The model of samples, confidence not yet calibrated. `languages`: those in which it may do much; empty: all."""
    import numpy as np
    from sklearn.feature_extraction import DictVectorizer

    vectoriser = DictVectorizer(sort=True, dtype=np.float32)
    often = Counter(name for s in samples for name in s.features)
    matrix = vectoriser.fit_transform([{name: value for name, value in s.features.items() if often[name] >= MIN_SEEN} for s in samples])
    matrix.indices, matrix.indptr = matrix.indices.astype("int32"), matrix.indptr.astype("int32")
    cases = Counter(label for s in samples for label in s.right)
    real = Counter(label for s in samples if s.provider for label in s.right)
    labels = tuple(sorted(label for label, n in cases.items() if n >= MIN_CASES))
    weights, bias = [], []
    for label in labels:
        model = _regression().fit(matrix, [label in s.right for s in samples], weights_of(label, matrix, samples))
        weights.append(model.coef_[0])
        bias.append(float(model.intercept_[0]))
    table = np.array(weights, dtype="float32").T
    names = vectoriser.get_feature_names_out()
    kept = (np.abs(table).max(1) >= SMALL) & (names != INVENTED)
    words = [str(name) for name in names[kept]]
    return ClauseModel(labels, {name: n for n, name in enumerate(words)}, table[kept].astype("<f2").astype("float32"), np.array(bias, dtype="float32"),
                       {label: DROP_GATE.get(label, DROP_GRAVE if label in GRAVE else DROP) for label in labels if label not in KEPT},
                       {label: ADD_RARE if label in RARE else ADD if real[label] >= FEW else ADD_FEW for label in labels if label not in NEVER_ADDED}, languages, CAREFUL, ANYWHERE)


def probabilities(model: ClauseModel, sample: Sample) -> dict[str, float]:
    """Label -> probability of a sample."""
    score = model.bias + sum((model.weights[model.vocabulary[name]] * value for name, value in sample.features.items() if name in model.vocabulary), 0.0)
    return {label: 1 / (1 + math.exp(-value)) for label, value in zip(model.labels, score.tolist(), strict=True)}


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding of which it is known whether it is right."""

    probability: float
    rule: str                                                  # "" for a finding of the model
    right: bool
    others: int = 0                                            # other units under the same heading at which rules of the label fire
    weight: float = 1.0


def calibrate(rows: Sequence[Judged]) -> Calibration:
    """How probabilities become confidences, from judged findings; too few of them change nothing."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    if len(rows) < 40 or len({row.right for row in rows}) < 2:
        return Calibration()
    vectoriser = DictVectorizer(sort=True)
    matrix = vectoriser.fit_transform([{"log-odds": log_odds(row.probability), "company": company(row.others), **({f"rule {row.rule}": 1.0} if row.rule else {})} for row in rows])
    model = LogisticRegression(C=TRUST, max_iter=10_000, tol=1e-9).fit(matrix, [row.right for row in rows], [row.weight for row in rows])
    weights = {str(name): round(float(w), 4) for name, w in zip(vectoriser.get_feature_names_out(), model.coef_[0], strict=True)}
    return Calibration(round(float(model.intercept_[0]), 4), weights.pop("log-odds"), company=weights.pop("company"), rules={name.removeprefix("rule "): w for name, w in weights.items()})


def folds(providers: Sequence[str]) -> list[frozenset[str]]:
    """Providers in FOLDS parts, by a hash of their names: one company is in one part, and a new document moves no other."""
    parts: dict[int, set[str]] = defaultdict(set)
    for name in set(providers) - {""}:
        parts[int(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS].add(name)
    return [frozenset(part) for _, part in sorted(parts.items())]


def many(rows: Iterable[tuple[Mapping[str, Any], Path]]) -> frozenset[str]:
    """Languages of at least MANY labelled clauses."""
    counts: Counter[str | None] = Counter()
    for row, _ in rows:
        counts[pack_language(row.get("language"))] += len(row["clauses"])
    return frozenset(language for language, n in counts.items() if language and n >= MANY)


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


@dataclass(slots=True)
class Measured:
    """Figures with whole providers left out: what ("rules" or "model") -> key ("all", a language, or a label) -> [right findings, findings, labels met, labels]; (confidence, whether right) of findings."""

    counts: dict[str, dict[str, list[int]]] = field(default_factory=lambda: {"rules": defaultdict(lambda: [0] * 4), "model": defaultdict(lambda: [0] * 4)})
    sure: dict[str, list[tuple[float, bool]]] = field(default_factory=lambda: {"rules": [], "model": []})
    found: list[dict[str, Any]] = field(default_factory=list)  # what the models found in each document, as `chipwatch extract-many` writes it


def cross_validated(rows: Sequence[tuple[dict[str, Any], Path]], samples: Sequence[Sample]) -> tuple[Measured, Calibration, Calibration]:
    """(figures, calibration of findings of the rules, of findings of the model). A finding is right where a label covers at least half of the shorter passage, as `chipwatch evaluate` counts.

    What is measured on a provider was calibrated without it, too.
    """
    measured = Measured()
    probable: dict[str, list[tuple[str, Judged]]] = {"fired": [], "added": []}   # what -> (provider, finding)
    models, sure = [], many(rows)
    for out in folds([s.provider for s in samples]):
        model = fit([s for s in samples if s.provider not in out], sure)
        models.append((out, model))
        for sample in samples:
            if sample.provider in out:
                for label, p in probabilities(model, sample).items():
                    if label in sample.fired:
                        probable["fired"].append((sample.provider, Judged(p, sample.fired[label], label in sample.right, sample.beside[label], sample.weight)))
                    elif p >= model.add.get(label, 2.0):                       # in all languages: those added by a higher bar are among them
                        probable["added"].append((sample.provider, Judged(p, "", label in sample.right, weight=sample.weight)))
    for out, model in models:
        fired, added = (calibrate([finding for provider, finding in probable[what] if provider not in out]) for what in ("fired", "added"))
        decides = replace(model, fired=fired, added=added, manner=learn(e for s in samples if s.provider not in out for e in s.manners))
        for row, path in rows:
            if provider_of(row) in out:
                _count(measured, row, document_of(row, path), decides)
    fired, added = (calibrate([finding for _, finding in probable[what]]) for what in ("fired", "added"))
    return measured, fired, added


def _count(measured: Measured, row: Mapping[str, Any], document: Document, model: ClauseModel) -> None:
    gold = [(c["label"], spans_of(c, document.text)) for c in row["clauses"]]
    for what, decides in (("rules", None), ("model", model)):
        found = read_clauses(document, decides)[0]
        supports = [any(name == c.label and any(covers(span, (c.start, c.end)) for span in spans) for name, spans in gold) for c in found]
        if model is decides:
            measured.found.append({"path": row["path"], "language": row.get("language"), "clauses": [c.to_dict() for c in found]})
        measured.sure[what] += [(c.confidence, right) for c, right in zip(found, supports, strict=True)]
        met = [any(c.label == name and covers(span, (c.start, c.end)) for c in found for span in spans) for name, spans in gold]
        for clause, right in zip(found, supports, strict=True):
            for key in ("all", f"language {row.get('language') or '?'}", clause.label):
                measured.counts[what][key][0] += right
                measured.counts[what][key][1] += 1
        for (name, _), one in zip(gold, met, strict=True):
            for key in ("all", f"language {row.get('language') or '?'}", name):
                measured.counts[what][key][2] += one
                measured.counts[what][key][3] += 1


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


def card(model: ClauseModel, documents: int, written: int, digest: str, measured: Measured) -> str:
    """The model card, in Markdown."""
    lines = [
        "# The decision layer: model card", "",
        "<!-- written by python -m nlp.training; do not edit by hand -->", "",
        "What it is: a logistic regression per label over the words and cue groups of a sentence (`nlp/wording.py`, `nlp/decision.py`), one for all languages. What it judges: whether a sentence of terms states an access clause of a label;",
        f"nothing about law, and nothing about a provider. It gives up findings of the rules whose confidence is below {DROP:.2f} ({DROP_GRAVE:.2f} where a graver verdict can rest on them, {min(DROP_GATE.values()):.2f} for businesses only), adds findings from a probability of {ADD} on ({ADD_FEW} for",
        f"labels of fewer than {FEW} units, {ADD_RARE} for the {len(RARE)} rare ones of which hundreds of invented sentences are labelled), and sets the confidence of all; confidence rests on the probability, on how far the rule that fired was right, and on whether others of its label fire under the same heading. In languages of fewer than {MANY:,} labelled clauses it gives up less (below {CAREFUL[0]}) and",
        "adds the rare labels and limits of chips alone. Polarity and mode are weighed by two more regressions (`nlp/manner.py`), which overrule the cues where these have a poor chance; in those languages only where no cue says anything.", "",
        f"Trained on {documents} labelled documents and {written} units of invented sentences (SHA-256 of the labels `{digest[:16]}…`), {len(model.vocabulary):,} features; documents labelled by those who wrote the conventions count {GUIDE:g} times. No document's text is in it: words, word pairs and cue groups with a weight.", "",
        "The rules were written while reading 248 of these documents: the figures of the rules here are better than on documents that nobody has read, and those of the model, which never saw the provider, are not. How unread documents",
        "are read stands in the README of the project, under \"How good is the reading?\".", "",
        "## Clauses, whole providers left out", "", "| of | labels | rules: precision, recall, F1 | with the model: precision, recall, F1 |", "|---|--:|---|---|",
    ]
    for key in sorted(measured.counts["model"], key=lambda k: (k != "all", not k.startswith("language"), k)):
        shown = []
        for what in ("rules", "model"):
            right, found, met, gold = measured.counts[what][key]
            shown.append(f"{right / found if found else 0:.3f}, {met / gold if gold else 0:.3f}, {f1_of(measured.counts[what][key]):.3f}")
        lines.append(f"| {key} | {measured.counts['model'][key][3]} | {shown[0]} | {shown[1]} |")
    lines += ["", "## Confidence, whole providers left out", ""]
    for what in ("rules", "model"):
        error, table = reliability(measured.sure[what])
        lines += [f"Confidence {'of the rules alone' if what == 'rules' else 'with the model'}: expected calibration error {error:.3f}.", "", "| from | findings | mean confidence | share right |", "|--:|--:|--:|--:|",
                  *(f"| {edge:.1f} | {n} | {mean:.3f} | {share:.3f} |" for edge, n, mean, share in table), ""]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m nlp.training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", nargs="+", type=Path, help=f"JSON lines of labelled documents; those of the first file count {GUIDE:g} times")
    parser.add_argument("--root", type=Path, action="append", required=True, help="folder that the paths start from; may be given several times")
    parser.add_argument("--written", type=Path, help="folder of written sentences, a file a language")
    parser.add_argument("--left-out", type=Path, help="file to write what is found in each document by a decision layer that saw nothing of its provider, in the form of `chipwatch extract-many`")
    parser.add_argument("-o", "--output", type=Path, default=MODEL)
    given = parser.parse_args(arguments)
    try:
        rows = read_labels(given.labels, given.root)
        written = written_samples(given.written) if given.written else []
        guides = {row["path"] for row, _ in read_labels(given.labels[:1], given.root)}
        samples = [replace(s, weight=GUIDE if row["path"] in guides else 1.0) for row, path in rows for s in samples_of(document_of(row, path), row["clauses"], provider_of(row))] + written
        measured, fired, added = cross_validated(rows, samples)
        model = replace(fit(samples, many(rows)), fired=fired, added=added, manner=learn(e for s in samples for e in s.manners))
    except ImportError as error:
        sys.exit(f"{error}; install the extra: pip install '.[train]'")
    except (FileNotFoundError, json.JSONDecodeError) as error:
        sys.exit(str(error))
    if given.left_out:
        given.left_out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in measured.found), "utf-8")
    digest = hashlib.sha256("".join(json.dumps(row, sort_keys=True, ensure_ascii=False) for row, _ in rows).encode()).hexdigest()
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_bytes(dumped(model))
    (given.output.parent / "README.md").write_text(card(model, len(rows), len(written), digest, measured), "utf-8")
    print(f"clauses, whole providers left out: F1 {f1_of(measured.counts['rules']['all']):.3f} by the rules alone, {f1_of(measured.counts['model']['all']):.3f} with the model")
    print(f"{len(model.vocabulary):,} features, {len(model.labels)} labels, {given.output.stat().st_size:,} bytes: {given.output}")


if __name__ == "__main__":
    main()
