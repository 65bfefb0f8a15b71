"""`chipwatch evaluate`: figures computed by hand on invented documents, and the command on files."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from chipwatch.cli import cli
from chipwatch.evaluating import below, gold_rows
from chipwatch.errors import InputError
from chipwatch.scoring import Tally, calibration, once, overlap, score_clauses, score_offers, score_regions, score_verdicts, spans_of

TEXT = "You must comply with export laws. You may not resell the nodes. We may check your identity.\nYou must comply with export  laws."


def clause(label: str, quote: str, text: str = TEXT, **more) -> dict:
    start = text.index(quote)
    return {"label": label, "quote": quote, "start": start, "end": start + len(quote), "confidence": 0.9, "places": [], **more}


def test_quotes_are_found_wherever_they_stand_white_space_aside():
    assert spans_of("export laws", TEXT) == [(21, 32)]
    assert spans_of("identity. You", TEXT) == [(TEXT.index("identity."), TEXT.index("identity.") + len("identity.\nYou"))]
    assert spans_of("not there", TEXT) == [] and spans_of("  ", TEXT) == []
    assert overlap((0, 10), (5, 100)) == 0.5 and overlap((0, 10), (10, 20)) == 0.0 and overlap((0, 0), (0, 5)) == 0.0


def test_precision_recall_and_f1():
    assert (Tally().precision, Tally().recall, Tally().f1) == (None, None, None)
    assert Tally(right=1, predicted=2, found=1, gold=4).f1 == pytest.approx(2 * 0.5 * 0.25 / 0.75)
    assert Tally(predicted=3).f1 == 0.0


def test_clause_figures():
    gold = {"path": "a", "language": "en", "clauses": [
        {"label": "export_compliance", "quote": "You must comply with export laws.", "places": [], "polarity": "requires", "mode": "obligation", "exception": None},
        {"label": "resale_restriction", "quote": "You may not resell the nodes.", "places": ["DE"], "polarity": "prohibits", "mode": "obligation", "exception": "unless agreed"},
        {"label": "business_only", "quote": "nowhere", "places": []}]}
    reading = {"clauses": [
        clause("export_compliance", "You must comply with export laws. You may", polarity="requires", mode="notice", exception=None),
        clause("export_compliance", "comply with export laws."),                                       # repeats the one above
        clause("resale_restriction", "We may check your identity.", places=["DE", "FR"]),
        clause("resale_restriction", "resell the nodes.", polarity="prohibits", mode="obligation", exception=None)]}
    found = score_clauses([(gold, reading, TEXT)])
    assert found["micro"] == {"precision": 0.6667, "recall": 0.6667, "f1": 0.6667, "gold": 3, "predicted": 3}
    assert found["label_in_document"]["recall"] == 0.6667 and found["label_in_document"]["precision"] == 1.0
    assert found["places"] == {"precision": 0.5, "recall": 1.0, "f1": 0.6667, "gold": 1, "predicted": 2}
    assert found["accuracy"] == {"polarity": 1.0, "mode": 0.5, "exception": 0.5} and found["matched"] == 2
    assert found["macro_f1"] is None and found["quotes_not_in_their_document"] == ["a: business_only"]
    assert found["by_label"]["resale_restriction"]["precision"] == 0.5
    assert len(once(reading["clauses"])) == 3


def test_a_quote_that_runs_on_and_on_points_at_nothing():
    text = "You may not resell. " * 200
    gold = {"path": "a", "clauses": [{"label": "resale_restriction", "start": 0, "end": len(text)}]}
    assert score_clauses([(gold, {"clauses": [clause("resale_restriction", text, text)]}, text)])["micro"]["f1"] == 0.0


def test_calibration():
    even = [(0.75, n % 4 != 0) for n in range(400)]
    assert calibration(even)["expected_error"] == pytest.approx(0.0)
    assert calibration([(0.9, False)] * 10)["expected_error"] == pytest.approx(0.9)
    assert calibration([(1.0, True)])["bins"][0]["from"] == 0.9 and calibration([])["expected_error"] is None


def test_offer_region_and_verdict_figures():
    offer = {"gpu_name": "H100", "gpu_count": 8, "price": 20.0, "currency": "USD", "price_unit": "hour", "price_scope": "instance"}
    gold = {"path": "a", "provider": "x", "offers": [offer, {**offer, "price": 30}], "chips": [{"gpu_name": "H100"}],
            "regions": [{"label": "x-1", "name": "Oslo", "country": "NO"}], "verdict": {"control": "V1", "cn_company": "V5"}}
    reading = {"offers": [{**offer, "price_scope": "gpu"}, {"gpu_name": "A10", "price": None}], "chips": [{"gpu_name": "T4", "role": "compared"}],
               "regions": [{"label": "Oslo", "country": "NO"}, {"label": "Bergen", "country": "NO"}], "verdicts": {"control": {"code": "V4"}, "cn_company": {"code": "V2"}}}
    offers = score_offers([(gold, reading, "")])
    assert offers["strict"] == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "gold": 2, "predicted": 2}
    assert offers["priced"]["precision"] == 1.0 and offers["price_scope"] == 0.0 and offers["mean_over_providers"] == 0.5
    assert offers["chips"] == {"precision": 0.5, "recall": 1.0, "f1": 0.6667, "gold": 1, "predicted": 2}
    regions = score_regions([(gold, reading, "")])
    assert regions["regions"]["precision"] == 0.5 and regions["regions"]["recall"] == 1.0 and regions["countries"]["f1"] == 1.0
    verdicts = score_verdicts([(gold, reading, "")])
    assert verdicts["accuracy"] == 0.0 and len(verdicts["missed"]) == 1 and len(verdicts["false_alarm"]) == 1


def test_floors():
    assert below({"clauses": {"macro_f1": 0.8}}, {"clauses": {"macro_f1": 0.8}}) == []
    assert below({"clauses": {"macro_f1": None}}, {"clauses": {"macro_f1": 0.8, "micro": {"f1": 0.9}}}) == [
        "clauses.macro_f1 is None, below its floor of 0.8", "clauses.micro.f1 is None, below its floor of 0.9"]


@pytest.fixture
def labelled(tmp_path):
    (tmp_path / "a.md").write_text("# Terms\n\nYou must comply with all export control laws that apply to your use of the nodes.\n", "utf-8")
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps({"path": "a.md", "language": "en", "clauses": [
        {"label": "export_compliance", "quote": "You must comply with all export control laws that apply to your use of the nodes.", "places": []},
        {"label": "business_only", "quote": "Terms", "places": []}]}) + "\n", "utf-8")
    return gold


def test_the_command(labelled, tmp_path):
    done = CliRunner().invoke(cli, ["evaluate", str(labelled), "--errors", "--format", "json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["clauses"]["by_label"]["export_compliance"]["f1"] == 1.0 and found["clauses"]["micro"]["recall"] == 0.5
    assert "missed business_only" in done.stderr
    floors = tmp_path / "floors.yml"
    floors.write_text("clauses: {micro: {recall: 0.6}}\n", "utf-8")
    done = CliRunner().invoke(cli, ["evaluate", str(labelled), "--floors", str(floors)])
    assert done.exit_code == 1 and "clauses.micro.recall is 0.5, below its floor of 0.6" in done.stderr and "export compliance" in done.stdout


def test_what_cannot_be_evaluated_is_said(labelled, tmp_path):
    with pytest.raises(InputError, match="labelled twice"):
        gold_rows([labelled, labelled])
    (tmp_path / "a.md").unlink()
    done = CliRunner().invoke(cli, ["evaluate", str(labelled)])
    assert isinstance(done.exception, InputError) and "--root" in str(done.exception)
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n", "utf-8")
    with pytest.raises(InputError, match="no labelled document"):
        gold_rows([empty])
    empty.write_text('{"path": "a.md", "clauses": [{"label": "export_complaince", "quote": "No export."}]}\n', "utf-8")
    with pytest.raises(InputError, match="no label 'export_complaince'; did you mean export_compliance"):
        gold_rows([empty])
