"""The decision layer: its arithmetic, what it may overrule, what it explains, and that training learns what is there to learn."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlp import wording
from nlp.clauses import read_clauses
from nlp.cuebook import cuebook, languages
from nlp.decision import MODEL, MOST_BESIDE, Calibration, ClauseModel, Decision, dumped, loaded, shipped
from nlp.manner import Manner
from nlp.read import read_document

WRITTEN = Path(__file__).parent / "labelled" / "written"
TEXT = "You may not resell the Services.\n\nYou must keep all export control laws in mind when you travel."
LABEL = "resale_restriction"


def model(bias: float = 0.0, weights: dict[str, float] | None = None, **more) -> ClauseModel:
    """A model of one label."""
    names = list(weights or {"unseen": 0.0})
    table = np.array([[(weights or {}).get(name, 0.0)] for name in names], dtype="float32")
    return ClauseModel((LABEL,), {name: n for n, name in enumerate(names)}, table, np.array([bias], dtype="float32"), **more)


def read(decides, text: str = TEXT):
    return read_clauses(read_document(text.encode(), content_type="text/markdown", language="en"), decides)[0]


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def test_words_are_stems_and_pairs_and_characters_where_no_spaces_part_them():
    assert wording.of_text("Reselling the Service", "en") == {"reselli", "the", "service"[:7], "reselli the", "the service", "reselli _ service"}
    assert wording.of_text("不得 转售", "zh") == {"不", "得", "转", "售", "不 得", "得 转", "转 售", "不得转", "得转售"}
    assert wording.of_introduction("You may not", "en") == {"i:you", "i:may", "i:not", "i:you may", "i:may not"}
    assert wording.of_headings(["Fees", "Resale limits of 2019"], "en") == {"h:resale", "h:limits", "h:of"}
    assert wording.of_groups({"a": 0, "b": 1}, 0b01, 0b10, 0b11) == {"G:a": 1.0, "I:b": 1.0, "H:a": wording.CONTEXT, "H:b": wording.CONTEXT}


def test_the_probability_adds_up_what_training_saw():
    """The sums of the decision are those over the features of `wording.features`, in another order."""
    book = cuebook("en")
    own, intro, head = book.bit("resell"), book.bit("prohibit"), book.bit("prohibit")
    text, before, above = "resell the compute of others", "You may not:", ["Use", "Resale rules"]
    weights = {"resell the": 0.5, "i:may not": -0.25, "h:resale": 1.5, "G:resell": 0.75, "I:prohibi": 9.0, "I:prohibit": 0.3, "H:prohibit": -2.0}
    found = Decision(book, "en", model(-1.0, weights)).probabilities(text, before, above, own, intro, head)
    values = wording.features(text, before, above, "en", wording.of_groups(book.groups, own, intro, head))
    assert found[LABEL] == pytest.approx(logistic(-1.0 + sum(weights.get(name, 0.0) * value for name, value in values.items())))
    assert Decision(book, "en", None).probabilities(text, before, above, own, intro, head) == {}


def test_words_of_many_texts_at_once_add_up_to_those_of_one_by_one():
    """A summing up of all units of a document gives what each gives alone: repeated words, unknown ones, none at all, digits, apostrophes, more texts than are taken at once."""
    texts = ["Resell the compute, resell the compute; don't resell.", "", "?!", "the", "the the the", "A100s of 2019 or 100GB", "Résell l'art. 3.2 the_compute", "unknown words alone stand here", "不得 转售 the"]
    texts += [f"text {n} may resell the {n % 7} compute" for n in range(600)]
    names = sorted(set().union(*(wording.of_text(t, "en") for t in texts[:6] + texts[-9:]), *(wording.of_introduction(t, "en") for t in texts[:3])))
    decides = model(0.25, {name: (n % 11 - 5) / 8 for n, name in enumerate(names)}, manner=Manner(("permits", "requires"), ("notice",), {"the": 0, "of _ or": 1}, np.eye(2, 3, dtype="float32"), np.zeros(3, dtype="float32")))
    units = [(text, before, ["Resell"], 1, 0, 0) for text, before in zip(texts, texts[1:] + texts[:1], strict=True)]
    together = Decision(cuebook("en"), "en", decides).look(units)
    for unit, look in zip(units, together, strict=True):
        [alone] = Decision(cuebook("en"), "en", decides).look([unit])
        values = wording.features(*unit[:3], "en", {})
        expected = 0.25 + sum(value * float(decides.weights[decides.vocabulary[name], 0]) for name, value in values.items() if name in decides.vocabulary)
        assert np.allclose([look.score[0], *look.manner], [alone.score[0], *alone.manner]) and look.score[0] == pytest.approx(expected, abs=1e-5), unit
        assert [v > 0 for v in look.manner] == [name in values for name in ("the", "of _ or", "nothing")]
    assert np.ptp([look.score[0] for look in together]) > 1.0


def test_polarity_and_mode_are_weighed_alike_by_sums_and_one_by_one():
    book, ours = cuebook("en"), shipped()
    decision = Decision(book, "en", ours)
    for text, label in (("You may resell the compute with our consent.", LABEL), ("We will ask for proof of identity.", "identity_verification"), ("Exports need a licence.", "export_compliance")):
        own, intro = book.mask(book.scan(text)), book.mask(book.scan("You must not:"))
        [look] = decision.look([(text, "You must not:", ["Use"], own, intro, 0)])
        for said in (("prohibits", "obligation"), ("permits", "notice"), ("describes", "provider_right")):
            for stated, found_alone in ((True, False), (False, False), (False, True)):
                values = wording.features(text, "You must not:", ["Use"], "en", decision.groups(own, intro, 0))
                assert decision.manner(look, own, intro, label, *said, stated, found_alone) == ours.manner.weigh(label, *said, stated, values, found_alone)


def test_an_explanation_lists_what_adds_up_to_the_log_odds():
    book = cuebook("en")
    decision = Decision(book, "en", model(-1.0, {"resell": 2.0, "the": -0.5, "G:resell": 0.75}))
    rows = decision.explain(LABEL, "resell the compute", "", [], book.bit("resell"), 0, 0)
    assert {name for name, _ in rows} == {"resell", "(bias)", "the", "G:resell"} and rows[0][0] == "resell"
    assert [abs(value) for _, value in rows] == sorted((abs(value) for _, value in rows), reverse=True)
    assert logistic(sum(value for _, value in rows)) == pytest.approx(decision.probabilities("resell the compute", "", [], book.bit("resell"), 0, 0)[LABEL])
    assert decision.explain("country_exclusion", "resell the compute", "", [], 0, 0, 0) == []


def test_without_a_model_the_rules_decide_alone():
    assert [(c.label, c.confidence) for c in read(None) if c.label == LABEL] == [(LABEL, 0.9)]


def test_a_model_sets_the_confidence_and_may_give_up_a_finding():
    assert [c.confidence for c in read(model(1.0)) if c.label == LABEL] == [0.73]
    rule = next(c.rule for c in read(None) if c.label == LABEL).removeprefix("cues:")
    doubted = model(1.0, fired=Calibration(rules={rule: -3.0}))
    assert [c.confidence for c in read(doubted) if c.label == LABEL] == [0.12]
    assert [c for c in read(replace(doubted, drop={LABEL: 0.4})) if c.label == LABEL] == []


def test_how_sure_a_finding_is_rests_on_the_others_of_its_label_under_the_same_heading():
    """A weight of 2 for company: with one other the log-odds grow by 2 ln 2. What stands under another heading counts for nothing, nor does a title."""
    one, two = "You may not resell the Services to others.", "You must not sublicense the Services to your own customers."
    rules = {c.rule.removeprefix("cues:"): 0.0 for c in read(None, f"{one}\n\n{two}")}
    decides = model(0.0, drop={LABEL: 0.6}, fired=Calibration(rules=rules, company=2.0))
    def confidences(text: str) -> list[float]:
        return [c.confidence for c in read(decides, text) if c.label == LABEL]

    assert confidences(f"# Use\n\n{one}\n\n{two}") == [round(logistic(2 * math.log(2)), 2)] * 2 == [0.8] * 2
    assert confidences(f"# Use\n\n{one}\n\n# Fees\n\n{two}") == [] == confidences(f"# Use\n\n{one}")
    assert Calibration(company=2.0)(0.5, others=MOST_BESIDE) == Calibration(company=2.0)(0.5, others=900)
    assert confidences(f"# Use\n\n{one}\n\nFees are due each month.\n\n{two}\n\n{one} {two}") == [round(logistic(2 * math.log(4)), 2)] * 4


def test_a_model_may_add_a_finding_where_the_rules_looked():
    text = "Resale of the Services happens at the discretion of the sales team in Oslo."
    assert [c.label for c in read(None, text) if c.label == LABEL] == []
    found = [c for c in read(model(3.0, add={LABEL: 0.9}), text) if c.label == LABEL]
    assert [(c.rule.startswith("cues:model."), c.quote, c.confidence) for c in found] == [(True, text, 0.95)]
    assert [c for c in read(model(3.0, add={LABEL: 0.99}), text) if c.label == LABEL] == []


def test_nothing_is_added_to_a_list_of_what_is_allowed():
    """What an item means hangs on the sentence that opens its list."""
    items = "- resale of the Services in Oslo and in Bergen on behalf of a school;\n- storage of the data of the Services in Oslo."
    for opening, found in (("You may", 0), ("You may not carry out", 1)):
        clauses = read(model(3.0, add={LABEL: 0.9}), f"{opening}:\n\n{items}")
        assert len([c for c in clauses if c.label == LABEL and c.quote.startswith("resale")]) == found, opening


def test_where_few_documents_are_labelled_the_model_may_do_less():
    one = model(3.0, add={LABEL: 0.9}, drop={LABEL: 0.5}, languages=frozenset({"en"}), careful=(0.2, 0.99))
    assert one.bars("en") == ({LABEL: 0.5}, {LABEL: 0.9}) and one.bars("de") == ({LABEL: 0.2}, {LABEL: 0.99})
    assert Decision(cuebook("en"), "en", one).adds(LABEL, 0.95) and not Decision(cuebook("de"), "de", one).adds(LABEL, 0.95)
    assert Decision(cuebook("de"), "de", replace(one, anywhere=frozenset({LABEL}))).adds(LABEL, 0.95)


def test_polarity_and_mode_are_overruled_only_where_they_have_hardly_a_chance():
    """Two classes each, one word: at a weight of w the other class has the odds e^w."""
    def manner(weight: float) -> Manner:
        return Manner(("permits", "prohibits"), ("notice", "obligation"), {"resell": 0}, np.array([[weight, 0.0, 0.0, 0.0]], dtype="float32"), np.zeros(4, dtype="float32"))

    def weighed(weight: float, **more):
        return manner(weight).weigh(LABEL, "prohibits", "obligation", words={"resell": 1.0}, **{"stated": True, **more})

    assert weighed(0.5) == ("prohibits", "obligation")         # odds of 1.65: what the cues say has a chance of 0.38
    assert weighed(0.7) == ("permits", "obligation")           # 2.0: 0.33
    assert weighed(0.5, stated=False) == ("prohibits", "obligation")
    assert weighed(0.5, stated=False, found_alone=True) == ("permits", "notice")   # no cue, no rule: the likeliest, of equal ones the first
    clauses = [c for c in read(model(1.0, manner=manner(50.0))) if c.label == LABEL]
    assert [(c.polarity, c.mode, c.actor) for c in clauses] == [("permits", "obligation", "customer")]


def test_a_model_file_gives_the_model_back_and_another_format_says_what_to_do():
    manner = Manner(("permits",), ("notice", "obligation"), {"resell": 0}, np.array([[0.5, 0.25, -1.0]], dtype="float32"), np.zeros(3, dtype="float32"))
    one = model(-1.0, {"resell": 0.5, "the": 0.25}, drop={LABEL: 0.4}, add={LABEL: 0.75}, languages=frozenset({"en"}), careful=(0.2, 0.9), anywhere=frozenset({LABEL}), fired=Calibration(0.5, 0.25, {"A18.resell": 1.0}, 0.75), manner=manner)
    again = loaded(dumped(one))
    assert again.languages == one.languages and again.anywhere == one.anywhere and again.careful == one.careful and again.manner.vocabulary == manner.vocabulary and (again.manner.weights == manner.weights).all()
    assert dumped(again) == dumped(one) and again.vocabulary == one.vocabulary and again.fired == one.fired and again.drop == one.drop
    import gzip

    import srsly

    with pytest.raises(ValueError, match=r"python -m nlp\.training"):
        loaded(gzip.compress(srsly.msgpack_dumps({"format": 1})))


def test_the_model_that_comes_along_fits_the_cues():
    ours = shipped()
    assert MODEL.is_file() and ours is not None
    rules = {rule.id: rule.label for language in languages() for rule in cuebook(language).rules}
    assert set(ours.labels) <= set(rules.values()) and set(ours.fired.rules) <= set(rules)
    for language in ("en", "de", "ja", None):
        assert all(0.0 < p < 1.0 for p in Decision(cuebook(language), language, ours).probabilities("", "", [], 0, 0, 0).values())
    groups = {name[2:] for name in ours.vocabulary if name.startswith("G:")}
    assert groups <= {group for language in languages() for group in cuebook(language).groups}


def test_no_held_out_sentence_is_trained_on(tmp_path):
    """One written sentence in five is chosen by its text alone, and left out by the training."""
    from nlp.training import held_out_sentence, written_samples

    lines = (WRITTEN / "vi.jsonl").read_text("utf-8").splitlines()
    kept = [line for line in lines if held_out_sentence(json.loads(line)["text"])]
    assert 0.15 < len(kept) / len(lines) < 0.25
    (tmp_path / "vi.jsonl").write_text("\n".join(kept), "utf-8")
    assert written_samples(tmp_path) == []
    (tmp_path / "vi.jsonl").write_text("\n".join(lines), "utf-8")
    assert written_samples(tmp_path)


def test_a_passage_of_several_units_teaches_by_those_that_state_its_rule():
    """A list is labelled whole; which of its items are meant is told by what is known of other units, and by rules that fire."""
    pytest.importorskip("sklearn", reason="scikit-learn, of the extra train, is not installed")
    from nlp.training import Sample, fit, samples_of

    text = "We may suspend the service:\n\n- if a payment by card is refused;\n- if an export authority orders it.\n\nNothing else."
    document = read_document(text.encode(), content_type="text/markdown", language="en")
    units = samples_of(document, [{"label": "suspension_right", "start": 0, "end": document.text.index("Nothing")}], "p")
    passages = [u.passages["suspension_right"] for u in units if "suspension_right" in u.right]
    assert len(passages) > 1 and len(set(passages)) == 1
    single = samples_of(document, [{"label": "suspension_right", "start": document.text.index("if an"), "end": document.text.index("Nothing")}], "p")
    assert not any(u.passages for u in single)

    def unit(word: str, *labels: str, **more) -> Sample:
        return Sample("p", {word: 1.0}, {}, frozenset(labels), **more)

    known = [unit("authority", LABEL) for _ in range(30)] + [unit("weather") for _ in range(30)]
    listed = [unit(word, LABEL, passages={LABEL: str(n)}) for n in range(30) for word in ("authority", "repairs")]

    def weight(samples: list[Sample], word: str) -> float:
        learnt = fit(samples)
        return float(learnt.weights[learnt.vocabulary[word], 0]) if word in learnt.vocabulary else 0.0

    assert weight(known + listed, "repairs") < 0.1 < 1.0 < weight(known + [replace(s, passages={}) for s in listed], "repairs")
    assert weight(known + [replace(s, fired={LABEL: "A18.resell"}) for s in listed], "repairs") > 1.0


def test_what_nobody_judged_teaches_nothing(tmp_path):
    pytest.importorskip("sklearn", reason="scikit-learn, of the extra train, is not installed")
    from nlp.training import Sample, fit, held_out_sentence, written_samples

    known = [Sample("p", {"resell": 1.0}, {}, frozenset({LABEL})) for _ in range(30)] + [Sample("p", {"weather": 1.0}, {}, frozenset()) for _ in range(30)]
    more = [Sample("", {"lend": 1.0}, {}, frozenset(), judged=frozenset({"end_use_wmd"})) for _ in range(30)]
    learnt, taught = fit(known + more), fit(known + [replace(s, judged=None) for s in more])
    assert "lend" not in learnt.vocabulary and taught.weights[taught.vocabulary["lend"], 0] < -0.5
    row = next(row for n in range(20) if not held_out_sentence((row := {"text": f"You may not resell {n} Services.", "labels": [], "judged": ["end_use_wmd"]})["text"]))
    (tmp_path / "en.jsonl").write_text(json.dumps(row), "utf-8")
    assert [s.judged for s in written_samples(tmp_path)] == [frozenset({"end_use_wmd"})]


def test_training_learns_which_word_counts():
    pytest.importorskip("sklearn", reason="scikit-learn, of the extra train, is not installed")
    from nlp.training import Judged, Sample, calibrate, fit

    rows = [Sample(f"p{n % 10}", {"resell": 1.0, **({"may not": 1.0} if n % 2 else {"content": 1.0})}, {}, frozenset({LABEL} if n % 2 else ())) for n in range(80)]
    learnt = fit(rows)
    weight = {name: float(learnt.weights[row, 0]) for name, row in learnt.vocabulary.items()}
    assert learnt.labels == (LABEL,) and weight["may not"] > 0.5 > -0.5 > weight["content"]
    assert dumped(learnt) == dumped(fit(rows))
    trusted = calibrate([Judged(0.5, "good" if n % 2 else "bad", bool(n % 2)) for n in range(80)])
    assert trusted(0.5, "good") > 0.7 > 0.3 > trusted(0.5, "bad") and trusted(0.5, "good") > trusted(0.5, "unknown") > trusted(0.5, "bad")
    assert calibrate([Judged(0.5, "good", True)] * 10) == Calibration()
    seldom = calibrate([Judged(0.5, "one", bool(n % 4), others=5 if n % 4 else 0) for n in range(80)])
    assert seldom.company > 0.5 and seldom(0.5, "one", 5) > 0.75 > 0.5 > seldom(0.5, "one")
    counted = [calibrate([Judged(0.5, "one", bool(n % 2), weight=weight if n % 2 else 1.0) for n in range(80)])(0.5, "one") for weight in (1.0, 3.0)]
    assert counted == pytest.approx([0.5, 0.75], abs=0.02)


def test_training_learns_what_a_label_usually_means():
    pytest.importorskip("sklearn", reason="scikit-learn, of the extra train, is not installed")
    from nlp.manner import Example, features, learn

    kinds = (("permits", "provider_right", "we may"), ("prohibits", "obligation", "you may not"), ("requires", "representation", "you represent"))
    examples = [Example(dict(features(LABEL, "describes", "notice", False, {words: 1.0})), polarity, mode) for _ in range(30) for polarity, mode, words in kinds]
    learnt = learn(examples)
    for polarity, mode, words in kinds:
        assert learnt.weigh(LABEL, "describes", "notice", False, {words: 1.0}) == (polarity, mode)
    assert learn(examples[:2]) is None
