"""How well readings agree with labelled documents: pure functions from (labels, readings) to figures.

A clause is right where a labelled clause of the same label covers at least half of the shorter of the two passages (characters of the decoded
source text; a labelled quote counts wherever it stands in the document). Findings of one label that overlap count once. "In the document" asks only whether
a label stands there at all. Places under `local_law_duties` and `payment_restriction` bar nobody, and are counted apart from the others.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LONGEST = 1500                                                 # characters of a quote; a longer one points at nothing
BINS = 10
PLACES_APART = frozenset({"local_law_duties", "payment_restriction"})
VERDICT_KINDS = ("cn_company", "cn_subsidiary_abroad", "embargoed_resident", "listed_party", "control")
Span = tuple[int, int]


@dataclass(slots=True)
class Tally:
    """Counts behind precision and recall; a finding and a label need not stand one to one."""

    right: int = 0                                             # findings that a label supports
    predicted: int = 0
    found: int = 0                                             # labels that a finding meets
    gold: int = 0

    def add(self, other: Tally) -> None:
        self.right += other.right
        self.predicted += other.predicted
        self.found += other.found
        self.gold += other.gold

    @property
    def precision(self) -> float | None:
        return self.right / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        return self.found / self.gold if self.gold else None

    @property
    def f1(self) -> float | None:
        """None where there is neither a label nor a finding."""
        if not self.predicted and not self.gold:
            return None
        p, r = self.precision or 0.0, self.recall or 0.0
        return 2 * p * r / (p + r) if p + r else 0.0

    def to_dict(self) -> dict[str, Any]:
        return {"precision": _round(self.precision), "recall": _round(self.recall), "f1": _round(self.f1), "gold": self.gold, "predicted": self.predicted}


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _ratio(counts: Sequence[int]) -> float | None:
    return counts[0] / counts[1] if counts[1] else None


# --- where labels stand -------------------------------------------------------------------------------------------------------------

def spans_of(quote: str, text: str) -> list[Span]:
    """Every place where a quote stands in a text, white space aside. Empty where it does not stand there."""
    words = quote.split()
    if not words:
        return []
    spans = [(at, at + len(quote)) for at in _finds(text, quote)]
    if not spans:
        spans = [m.span() for m in re.finditer(r"\s+".join(map(re.escape, words)), text)]
    return spans


def _finds(text: str, part: str) -> Iterable[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def labelled_spans(clause: Mapping[str, Any], text: str) -> list[Span]:
    """Where a labelled clause stands: by its offsets, else by its quote."""
    if clause.get("start") is not None and clause.get("end") is not None:
        return [(clause["start"], clause["end"])]
    return spans_of(clause.get("quote") or "", text)


def overlap(a: Span, b: Span) -> float:
    """Share of the shorter span that lies in both."""
    common = min(a[1], b[1]) - max(a[0], b[0])
    shorter = min(a[1] - a[0], b[1] - b[0])
    return max(0, common) / shorter if shorter > 0 else 0.0


def once(clauses: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Findings without those that repeat a longer one of their label."""
    kept: list[Mapping[str, Any]] = []
    for clause in sorted(clauses, key=lambda c: c["start"] - c["end"]):
        if not any(k["label"] == clause["label"] and overlap((k["start"], k["end"]), (clause["start"], clause["end"])) >= 0.9 for k in kept):
            kept.append(clause)
    return kept


def match(gold: Sequence[Mapping[str, Any]], predicted: Sequence[Mapping[str, Any]], text: str) -> tuple[list[list[int]], list[list[int]], list[int]]:
    """(for each finding the labels that support it, for each label the findings that meet it, labels whose quote stands nowhere in the text)."""
    places = [labelled_spans(g, text) for g in gold]
    supports = [[n for n, g in enumerate(gold) if g["label"] == p["label"] and p["end"] - p["start"] <= LONGEST
                 and any(overlap(span, (p["start"], p["end"])) >= 0.5 for span in places[n])] for p in predicted]
    meets = [[k for k, found in enumerate(supports) if n in found] for n in range(len(gold))]
    return supports, meets, [n for n, spans in enumerate(places) if not spans]


# --- clauses ------------------------------------------------------------------------------------------------------------------------

def score_clauses(rows: Iterable[tuple[Mapping[str, Any], Mapping[str, Any], str]]) -> dict[str, Any]:
    """Figures over (labelled document, reading, decoded text).

    Returns micro and macro F1 (labels with at least 5 cases), figures by label and language, label-in-document and places figures, accuracy of
    polarity, mode and exception on the clauses that match one to one or better, calibration, and the labels whose quote stands nowhere.
    """
    labels: dict[str, Tally] = defaultdict(Tally)
    languages: dict[str, Tally] = defaultdict(Tally)
    standing, places = Tally(), Tally()
    attributes: dict[str, list[int]] = {name: [0, 0] for name in ("polarity", "mode", "exception")}
    outcomes: list[tuple[float, bool]] = []
    lost: list[str] = []
    documents = 0
    for gold_row, reading, text in rows:
        documents += 1
        gold, predicted = gold_row.get("clauses") or [], once(reading.get("clauses") or [])
        supports, meets, nowhere = match(gold, predicted, text)
        lost += [f"{gold_row['path']}: {gold[n]['label']}" for n in nowhere]
        for clause, support in zip(predicted, supports, strict=True):
            for table in (labels[clause["label"]], languages[gold_row.get("language") or "?"]):
                table.add(Tally(right=bool(support), predicted=1))
            outcomes.append((float(clause.get("confidence") or 0.0), bool(support)))
        for clause, hits in zip(gold, meets, strict=True):
            for table in (labels[clause["label"]], languages[gold_row.get("language") or "?"]):
                table.add(Tally(found=bool(hits), gold=1))
            if hits:
                _attributes(attributes, clause, [predicted[n] for n in hits])
        want, got = {g["label"] for g in gold}, {p["label"] for p in predicted}
        standing.add(Tally(len(want & got), len(got), len(want & got), len(want)))
        want_places, got_places = _places(gold), _places(predicted)
        places.add(Tally(len(want_places & got_places), len(got_places), len(want_places & got_places), len(want_places)))
    total = Tally()
    for tally in labels.values():
        total.add(tally)
    enough = [t.f1 or 0.0 for t in labels.values() if t.gold >= 5]
    return {
        "documents": documents, "micro": total.to_dict(), "macro_f1": _round(sum(enough) / len(enough)) if enough else None, "label_in_document": standing.to_dict(),
        "places": places.to_dict(), "accuracy": {name: _round(_ratio(counts)) for name, counts in attributes.items()},
        "matched": attributes["mode"][1], "calibration": calibration(outcomes), "by_language": {k: t.to_dict() for k, t in sorted(languages.items())},
        "by_label": {k: t.to_dict() for k, t in sorted(labels.items())}, "quotes_not_in_their_document": lost}


def _places(clauses: Iterable[Mapping[str, Any]]) -> set[tuple[bool, str]]:
    return {(c["label"] in PLACES_APART, place) for c in clauses for place in c.get("places") or []}


def _attributes(table: dict[str, list[int]], gold: Mapping[str, Any], hits: Sequence[Mapping[str, Any]]) -> None:
    """Count whether some finding says the same as the label; of an exception, whether there is one."""
    for name, counts in table.items():
        if name not in gold:
            continue
        said: Callable[[Any], Any] = bool if name == "exception" else lambda value: value
        counts[0] += any(said(gold[name]) == said(hit.get(name)) for hit in hits)
        counts[1] += 1


def calibration(outcomes: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    """Expected calibration error over bins of equal width, and the reliability table (Guo et al., 2017: On Calibration of Modern Neural Networks)."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in outcomes:
        bins[min(BINS - 1, int(confidence * BINS))].append((confidence, right))
    table = [{"from": n / BINS, "n": len(rows), "confidence": round(sum(c for c, _ in rows) / len(rows), 4), "right": round(sum(r for _, r in rows) / len(rows), 4)}
             for n, rows in sorted(bins.items())]
    error = sum(row["n"] * abs(row["confidence"] - row["right"]) for row in table) / len(outcomes) if outcomes else None
    return {"expected_error": _round(error), "bins": table}


# --- supply ---------------------------------------------------------------------------------------------------------------------------

def _name(value: object) -> str:
    return re.sub(r"[^A-Z0-9]", "", str(value or "").upper())


def _number(value: object) -> float | None:
    return float(f"{float(value):.6g}") if isinstance(value, int | float) and not isinstance(value, bool) else None


def offer_key(offer: Mapping[str, Any]) -> tuple:
    """What makes two offers the same: chip, count, price, currency and unit (the last two only where there is a price)."""
    price = _number(offer.get("price"))
    return (_name(offer.get("gpu_name")), _number(offer.get("gpu_count")), price, (offer.get("currency"), offer.get("price_unit")) if price is not None else None)


def score_offers(rows: Iterable[tuple[Mapping[str, Any], Mapping[str, Any], str]]) -> dict[str, Any]:
    """Multiset figures of offers (strict, and of priced rows alone), their mean over providers, price_scope accuracy, and chips per document."""
    strict, priced, chips = Tally(), Tally(), Tally()
    providers: dict[str, list[float]] = defaultdict(list)
    scope = [0, 0]
    for gold, reading, _ in rows:
        want, got = gold.get("offers") or [], reading.get("offers") or []
        tally = _multiset(want, got)
        strict.add(tally)
        priced.add(_multiset([o for o in want if o.get("price") is not None], [o for o in got if o.get("price") is not None]))
        if tally.f1 is not None:
            providers[str(gold.get("provider") or gold["path"])].append(tally.f1)
        for offer in want:
            same = [o for o in got if offer.get("price") is not None and (_name(o.get("gpu_name")), _number(o.get("price"))) == (_name(offer.get("gpu_name")), _number(offer["price"]))]
            if offer.get("price_scope") and same:
                scope[0] += any(o.get("price_scope") == offer["price_scope"] for o in same)
                scope[1] += 1
        named = {_name(c.get("gpu_name")) for c in gold.get("chips") or want}
        seen = {_name(c.get("gpu_name")) for c in [c for c in reading.get("chips") or [] if c.get("role", "offered") == "offered"] + got}
        chips.add(Tally(len(named & seen), len(seen), len(named & seen), len(named)))
    means = [sum(v) / len(v) for v in providers.values()]
    return {"strict": strict.to_dict(), "priced": priced.to_dict(), "mean_over_providers": _round(sum(means) / len(means)) if means else None,
            "price_scope": _round(_ratio(scope)), "chips": chips.to_dict()}


def _multiset(want: Sequence[Mapping[str, Any]], got: Sequence[Mapping[str, Any]]) -> Tally:
    a, b = Counter(map(offer_key, want)), Counter(map(offer_key, got))
    hit = (a & b).total()
    return Tally(hit, b.total(), hit, a.total())


def score_regions(rows: Iterable[tuple[Mapping[str, Any], Mapping[str, Any], str]]) -> dict[str, Any]:
    """Regions by country and label or name, and the set of countries; of documents that have labelled regions."""
    regions, countries = Tally(), Tally()
    for gold, reading, _ in rows:
        want, got = gold.get("regions") or [], reading.get("regions") or []
        if not want:
            continue
        found, right = sum(any(_same_region(g, p) for p in got) for g in want), sum(any(_same_region(g, p) for g in want) for p in got)
        regions.add(Tally(right, len(got), found, len(want)))
        a, b = ({r.get("country") for r in rows} - {None} for rows in (want, got))
        countries.add(Tally(len(a & b), len(b), len(a & b), len(a)))
    return {"regions": regions.to_dict(), "countries": countries.to_dict()}


def _same_region(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    names = [{str(r.get(k)).casefold().strip() for k in ("label", "name", "city") if r.get(k)} for r in (a, b)]
    return a.get("country") == b.get("country") and any(x == y or min(len(x), len(y)) > 2 and (x in y or y in x) for x in names[0] for y in names[1])


def score_verdicts(rows: Iterable[tuple[Mapping[str, Any], Mapping[str, Any], str]]) -> dict[str, Any]:
    """Accuracy by customer kind; `missed`: V1 or V2 said where the label is V4 or V5 (the costly error); `false_alarm`: the other way round."""
    right: dict[str, list[int]] = {kind: [0, 0] for kind in VERDICT_KINDS}
    missed, false_alarm = [], []
    for gold, reading, _ in rows:
        for kind in VERDICT_KINDS:
            want = (gold.get("verdict") or {}).get(kind)
            if not want:
                continue
            got = ((reading.get("verdicts") or {}).get(kind) or {}).get("code")
            right[kind][0] += got == want
            right[kind][1] += 1
            for wrong, a, b in ((missed, ("V4", "V5"), ("V1", "V2")), (false_alarm, ("V1", "V2"), ("V4", "V5"))):
                if want in a and got in b:
                    wrong.append(f"{gold['path']}: {kind}: {want} labelled, {got} read")
    known = [_ratio(counts) for counts in right.values() if counts[1]]
    return {"accuracy": _round(sum(known) / len(known)) if known else None, "by_customer": {k: _round(_ratio(c)) for k, c in right.items()}, "missed": missed, "false_alarm": false_alarm}
