"""The decision layer: its arithmetic, what it may overrule, and that training learns what is there to learn."""

from __future__ import annotations

import math

import pytest

from nlp.clauses import read_clauses
from nlp.cuebook import cuebook
from nlp.decision import MODEL, Decision, LabelModel, decision_for, features, models_from, shipped
from nlp.read import read_document

TEXT = "You may not resell the Services.\n\nYou must keep all export control laws in mind when you travel."


def read(models, text: str = TEXT):
    return read_clauses(read_document(text.encode(), content_type="text/markdown", language="en"), models)[0]


def test_the_probability_is_that_of_the_weights():
    book = cuebook("en")
    resell, prohibit = book.bit("resell"), book.bit("prohibit")
    decision = Decision(book, {"resale_restriction": LabelModel(-1.0, {"o:resell": 0.5, "i:prohibit": 2.0, "r:A18.resell": 0.25, "fired": 1.0})})
    assert decision.probability("resale_restriction", resell, 0, 0, ()) == pytest.approx(1 / (1 + math.exp(0.5)))
    assert decision.probability("resale_restriction", resell, prohibit, 0, ("A18.resell",)) == pytest.approx(1 / (1 + math.exp(-2.75)))
    assert decision.probability("resale_restriction", 0, 0, prohibit, ("other",)) == pytest.approx(0.5)
    assert decision.candidates(resell) == []
    adding = Decision(book, {"resale_restriction": LabelModel(0.0, {}, add=0.6)})
    assert adding.candidates(resell) == ["resale_restriction"] and adding.candidates(0) == []
    assert features(book, resell, prohibit, 0, ("x",)) == {"o:resell": 1.0, "i:prohibit": 1.0, "r:x": 1.0, "fired": 1.0}


def test_without_models_the_rules_decide_alone():
    assert [(c.label, c.confidence) for c in read({}) if c.label == "resale_restriction"] == [("resale_restriction", 0.9)]


def test_a_model_sets_the_confidence_and_may_give_up_a_finding():
    sure = LabelModel(0.0, {"fired": 1.0})
    assert [c.confidence for c in read({"resale_restriction": sure}) if c.label == "resale_restriction"] == [0.73]
    doubtful = LabelModel(-3.0, {"fired": 1.0}, drop=0.2)
    assert [c for c in read({"resale_restriction": doubtful}) if c.label == "resale_restriction"] == []


def test_a_model_may_add_a_finding_where_a_word_of_the_label_stands():
    text = "Resale of the Services happens at the discretion of the sales team in Oslo."
    assert [c.label for c in read({}, text)] == []
    found = read({"resale_restriction": LabelModel(3.0, {}, add=0.9)}, text)
    assert [(c.label, c.rule.startswith("cues:model."), c.quote) for c in found] == [("resale_restriction", True, text)]
    assert read({"resale_restriction": LabelModel(3.0, {}, add=0.99)}, text) == []


def test_the_model_that_comes_along_fits_the_cues():
    models = shipped()
    assert MODEL.is_file() and models
    labels = {rule.label for rule in cuebook("en").rules}
    assert set(models) <= labels
    for language in ("en", "de", "ja", None):
        decision = decision_for(language)
        assert all(0.0 < decision.probability(label, 0, 0, 0, ()) < 1.0 for label in models)


def test_training_learns_which_sign_counts():
    pytest.importorskip("sklearn", reason="scikit-learn, of the extra train, is not installed")
    from nlp.training import Sample, learn

    rows = [Sample(f"p{n % 10}", "resale_restriction", {"o:resell": 1.0, **({"o:prohibit": 1.0} if n % 2 else {"o:content_licence": 1.0}), "fired": 1.0}, True, bool(n % 2)) for n in range(80)]
    entry, figures = learn(rows)
    assert entry["weights"]["o:prohibit"] > 0 > entry["weights"]["o:content_licence"] and entry["drop"] > 0
    assert figures["rules_f1"] == pytest.approx(2 / 3, abs=0.01) and figures["model_f1"] == 1.0
    assert models_from({"labels": {"resale_restriction": entry}})["resale_restriction"].drop == entry["drop"]
    assert learn(rows[:10])[0] is None
    assert learn(rows) == learn(rows)
