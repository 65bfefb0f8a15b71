"""Why a clause was found: the explanation names what the reader looked at, adds up, and agrees with the clause."""

from __future__ import annotations

import json
import math
import time
from dataclasses import replace

import numpy as np
import pytest
from test_cli import chipwatch, one_line

from chipwatch.explaining_clauses import explanations_text
from chipwatch.extracting import UnreadableInput, as_json, explain_bytes, extract_bytes
from chipwatch.terminal import columns_of, hanging
from nlp.clauses import read_clauses
from nlp.decision import MOST_BESIDE, Calibration, ClauseModel
from nlp.explaining import MOST_FEATURES, Explanation, explain_clauses
from nlp.read import read_document

TEXT = """# Terms of use

## 9. Export

You must comply with all export control laws, including the laws of the United States. You may not access the Services from Cuba, Iran or North Korea, unless we agree in writing.

You may not:

- resell the Services to any third party;
- use the Services for the military of a country in Country Group D:5.

We may ask for identity documents.

| Plan | You may not resell the Services of this plan to anyone else. |
|---|---|
| Small | 2 |
"""
OTHERS = {
    "de": "Der Kunde darf die Dienste nicht an Dritte weitervermieten. Er hält alle anwendbaren Exportkontrollgesetze ein. Wir können einen Identitätsnachweis verlangen.",
    "ja": "お客様は、適用されるすべての輸出管理法令を遵守しなければなりません。お客様は、当社の書面による事前の承諾なしに、本サービスを第三者に再販売してはなりません。",
    "zh": "用户不得向任何第三方转售本服务。用户应当遵守所有适用的出口管制法律法规。",
    "ru": "Клиент обязуется соблюдать законодательство об экспортном контроле и не вправе перепродавать услуги третьим лицам без письменного согласия.",
}


def explained(text: str = TEXT, language: str = "en", model="shipped") -> tuple[list, list[Explanation]]:
    document = read_document(text.encode(), path="terms.md", language=language)
    clauses = read_clauses(document, model)[0]
    return clauses, explain_clauses(document, clauses, model=model)


def of(label: str, found: list[Explanation]) -> Explanation:
    return next(e for e in found if e.label == label)


def all_met(e: Explanation):
    return [m for group in (*e.terms, e.polarity.by, e.mode.by, e.actor.by, e.exception_by) for m in group]


@pytest.mark.parametrize(("language", "text"), [("en", TEXT), *OTHERS.items()])
def test_every_clause_is_explained_and_the_figures_add_up(language, text):
    clauses, found = explained(text, language)
    assert len(clauses) >= 2 and {e.clause for e in found if e.status == "kept"} == set(range(len(clauses)))
    for e in found:
        assert e.cues and all(e.terms) and e.by == "rules"
        assert all(m.words and all(word in text for word in m.words) for m in all_met(e)), (e.rule, all_met(e))
        assert all(text[c.start:c.end] == c.words for c in e.cues)
        w = e.weighing
        assert w is not None and len(w.features) == MOST_FEATURES
        assert sum(value for _, value in w.features) + w.others_sum == pytest.approx(w.log_odds)
        assert 1 / (1 + math.exp(-w.log_odds)) == pytest.approx(w.probability, abs=1e-4)
        if e.clause is not None:
            clause = clauses[e.clause]
            assert (clause.label, clause.polarity, clause.mode, clause.actor) == (e.label, e.polarity.value, e.mode.value, e.actor.value)
            assert e.confidence == clause.confidence == round(min(w.confidence, *e.bounds.values(), 1.0), 2)


def test_what_met_the_terms_and_what_decided():
    _, found = explained()
    resale = next(e for e in found if e.label == "resale_restriction" and "third party" in e.quote)
    assert resale.introduction[0] == "You may not:" and resale.headings == ("Terms of use", "9. Export")
    assert ("prohibit", "intro") in {(m.group, m.context) for term in resale.terms for m in term}
    assert resale.polarity.source == "cues" and resale.polarity.by[0].context == "intro" and "may not" in resale.polarity.by[0].words
    assert (resale.actor.value, resale.actor.source) == ("customer", "mode"), "no word of the item says who"
    access = of("country_exclusion", found)
    assert access.exception == "unless we agree in writing" and access.exception_by[0].words == ("unless",)
    assert access.actor.source == "cues" and access.actor.by[0].words == ("You",)
    assert of("identity_verification", found).actor.source == "mode" and of("identity_verification", found).mode.value == "provider_right"
    assert of("end_use_military", found).exception is None and of("end_use_military", found).exception_by == ()


def test_places_counted_and_left_out():
    _, found = explained()
    law, = of("export_compliance", found).places
    assert (law.code, law.words, law.counted) == ("US", "United States", False) and "law-maker, by “laws of" in law.why
    assert [(p.code, p.words, p.counted) for p in of("country_exclusion", found).places] == [("CU", "Cuba", True), ("IR", "Iran", True), ("KP", "North Korea", True)]
    _, found = explained("“Restricted Territory” means Cuba, Iran, North Korea or Syria.\n\nYou may not permit anybody located in a Restricted Territory to access the Services.")
    far = next(e for e in found if e.label == "residence_restriction" and "anybody" in e.quote)
    assert {p.code for p in far.places} >= {"CU", "IR", "KP", "SY"} and {p.why for p in far.places} == {"by the definition of a term that the sentence uses"}
    _, found = explained("The Services are not available to persons in these countries:\n\n- Cuba\n- Iran\n- Syria\n")
    whys = {(p.code, p.why) for e in found if e.label == "residence_restriction" for p in e.places}
    assert {("CU", "in the list that the sentence opens"), ("SY", "in the list that the sentence opens")} <= whys


def test_a_table_bounds_the_confidence():
    _, found = explained()
    row = next(e for e in found if "this plan" in e.quote)
    assert row.bounds["table"] == 0.5 and row.confidence <= 0.5


def model(bias: float, **more) -> ClauseModel:
    return ClauseModel(("resale_restriction",), {"resell": 0, "G:resell": 1}, np.array([[0.5], [1.0]], dtype="float32"), np.array([bias], dtype="float32"), **more)


def test_what_the_decision_layer_gives_up_is_told():
    doubts = model(-3.0, drop={"resale_restriction": 0.5}, fired=Calibration(rules={"A18.resell": -0.25}))
    clauses, found = explained(model=doubts)
    assert "resale_restriction" not in {c.label for c in clauses}
    lost = next(e for e in found if e.label == "resale_restriction" and e.rule == "A18.resell")
    assert (lost.status, lost.clause, lost.weighing.threshold, lost.weighing.trust) == ("given up", None, 0.5, -0.25)
    assert lost.weighing.confidence == pytest.approx(1 / (1 + math.exp(-(lost.weighing.log_odds - 0.25)))) and lost.weighing.confidence < 0.5
    assert (lost.weighing.company, lost.weighing.others_beside) == (0.0, sum(e.label == lost.label and e.by == "rules" and e.headings == lost.headings for e in found) - 1)
    kept = next(e for e in explained(model=replace(doubts, fired=replace(doubts.fired, company=4.0)))[1] if (e.start, e.rule) == (lost.start, lost.rule))
    assert kept.weighing.company == pytest.approx(4.0 * math.log1p(min(kept.weighing.others_beside, MOST_BESIDE))) and kept.weighing.others_beside == lost.weighing.others_beside > 0
    assert kept.weighing.confidence == pytest.approx(1 / (1 + math.exp(-(kept.weighing.log_odds - 0.25 + kept.weighing.company))))
    assert of("export_compliance", found).weighing is None and of("export_compliance", found).bounds["rule"] == 0.9
    assert of("country_exclusion", found).bounds["exception"] == 0.7 and of("country_exclusion", found).confidence == 0.63


def test_what_the_decision_layer_adds_is_told():
    text = "Many people resell the Services in the town where they grew up, and that must comply with export control laws."
    adds = model(4.0, add={"resale_restriction": 0.9})
    assert all(c.label != "resale_restriction" for c in explained(text, model=replace(adds, add={}))[0])
    added = of("resale_restriction", explained(text, model=adds)[1])
    assert (added.by, added.status, added.weighing.threshold, added.weighing.trust) == ("model", "kept", 0.9, 0.0) and () in added.terms


def test_a_page_of_offers_binds_nobody():
    told = explain_bytes(TEXT.encode(), url=None, kind="offers", language="en", path="a.md")
    assert told["clauses"] == [] and {e["status"] for e in told["explanations"]} == {"not of this kind"}
    assert "binds nobody" in explanations_text(told)


def test_text_names_what_decided(monkeypatch):
    told = explain_bytes(TEXT.encode(), url="https://cloud.example/terms", kind="terms", language="en", path="a.md")
    for columns in (None, 60, 110):
        monkeypatch.setattr("chipwatch.explaining_clauses.terminal_columns", lambda columns=columns: columns)
        lines = explanations_text(told).splitlines()
        assert columns is None or max(map(columns_of, lines)) <= columns
        text = " ".join(" ".join(lines).split())
        for words in ("term 2 prohibit in the introduction “You may not”", "left out US “United States” (named as a law-maker", "actor customer (follows from the mode)",
                      "“unless we agree in writing”, by cue: exception “unless”", "(bias)", "sum ", "trust in A18.resell", "Terms of use > 9. Export", "groups D:5 (cited)"):
            assert words in text, words
        assert "\x1b" not in text
        blocks = "\n".join(lines).split("\n\n[")[1:]
        assert len(blocks) == len(told["explanations"])
        for block, e in zip(blocks, sorted(told["explanations"], key=lambda e: (e["status"] != "kept", e["clause"] or 0)), strict=True):
            at = [next((n for n, line in enumerate(block.splitlines()) if line.startswith(f"    {title} ")), -1) for title in ("RULE", "SCOPE", "WEIGHTS", "CUES")]
            assert -1 not in at and at == sorted(at), "four sections, in the same order in each finding"
            weights = block.splitlines()[at[2] + 1:at[3]]
            assert sum(line.split()[0][0] in "+-" and line.split()[0][1:2].isdigit() for line in weights) >= len(e["weighing"]["features"]), "one feature a line"


def test_markup_of_a_document_is_not_in_the_text():
    page = "<html><body><h1>Terms</h1><p><b>4.1</b> You shall comply with all export&nbsp;control laws of the <a href='/x'>United States</a>.</p></body></html>"
    told = explain_bytes(page.encode(), url="https://cloud.example/terms", kind="terms", language="en", path="a.html")
    text = explanations_text(told)
    assert told["clauses"] and "export control laws of the United States" in " ".join(text.split()) and "<a" not in text and "&nbsp;" not in text
    assert "&nbsp;" in told["clauses"][0]["quote"], "the JSON keeps the source"


def test_lines_hang_and_break_by_columns():
    assert hanging("  title ", "one two three four five", 28) == ["  title one two three four", "        five"]
    assert hanging("  title ", "one two", None) == ["  title one two"]
    for text in ("輸出管理法令を遵守しなければなりません。" * 5, "word " * 30, "https://cloud.example/" + "x" * 200, "", "あ" * 3 + " word" * 20):
        lines = hanging("    title       ", text, 60)
        assert max(map(columns_of, lines)) <= 60 and "".join("".join(line[16:] for line in lines).split()) == "".join(text.split())
        assert lines[0].startswith("    title") and all(line.startswith(" " * 16) for line in lines[1:])


def test_on_the_command_line(tmp_path):
    (tmp_path / "t.md").write_text(TEXT)
    (tmp_path / "empty.md").write_text("")
    done = chipwatch("extract", "--explain", "t.md", "--kind", "terms", cwd=tmp_path)
    assert done.returncode == 0 and "[0] export_compliance · requires · obligation · customer" in done.stdout.decode()
    row = json.loads(chipwatch("extract", "-", "--explain", "--format", "json", "--indent", "1", stdin=TEXT.encode()).stdout)
    plain = json.loads(as_json(extract_bytes(TEXT.encode(), url=None, kind="auto", language=None, path=None)))
    assert {k: v for k, v in row.items() if k != "explanations"} == plain and row["explanations"][0]["terms"][0][0]["group"]
    for args, code, words in ((("t.md", "--format", "text"), 2, "--explain"), (("t.md", "--explain", "--indent", "2"), 2, "--format json"), (("nowhere.md", "--explain"), 66, "no such file"),
                              (("empty.md", "--explain"), 65, "empty")):
        failed = chipwatch("extract", *args, cwd=tmp_path)
        assert failed.returncode == code and words in one_line(failed), args


def test_an_explanation_that_takes_too_long_is_one_clear_error(monkeypatch):
    monkeypatch.setattr("chipwatch.extracting.READING_SECONDS", 1)
    monkeypatch.setattr("nlp.explaining.explain_clauses", lambda *_, **__: time.sleep(10))
    with pytest.raises(UnreadableInput, match="longer than 1 seconds"):
        explain_bytes(TEXT.encode(), url=None, kind="terms", language="en", path="a.md")


def test_what_means_nothing_else_is_not_given_up():
    doubts = model(-3.0, drop={"resale_restriction": 0.5}, fired=Calibration(rules={"A18.resell": -0.25}))

    def read(text: str) -> list[tuple[str, float]]:
        return [(clause.label, clause.confidence) for clause in read_clauses(read_document(text.encode(), path="t.md", language="en"), doubts)[0]]

    assert read("You may not resell the nodes to anyone else.") == []
    assert read("You may not lend, lease or sell the nodes to anyone else.") == [("resale_restriction", 0.5)]
    sure = explained("You may not lend, lease or sell the nodes to anyone else.", model=doubts)[1]
    assert [(e.status, e.weighing.threshold, e.weighing.floor, e.confidence) for e in sure] == [("kept", 0.0, 0.5, 0.5)]


def test_supported_countries_without_a_country_need_more():
    found = (explained(text)[1] for text in ("Our services are available only in Norway and Chile.", "Our services are available in the countries that this page lists."))
    assert [next(e.weighing.threshold for e in some if e.label == "supported_countries") for some in found] == [0.0, 0.5]
