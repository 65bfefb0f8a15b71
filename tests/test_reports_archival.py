"""PDF/A-3 and PDF/UA-1 in one file, with the data inside; structure only, no validator."""

from __future__ import annotations

import csv
import io
import json
import sqlite3

import pikepdf
import pytest
import reports_market as market

from reports import attached, briefing, checks, pdf, profile


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return market.make(tmp_path_factory.mktemp("archival") / "d.sqlite", sample=True)


@pytest.fixture(scope="module")
def made(data, tmp_path_factory):
    return briefing.render(data, tmp_path_factory.mktemp("archival") / "b.pdf", short=True)


def test_both_standards_are_claimed_and_the_claim_is_described(made):
    assert checks.problems(made) == []
    with pikepdf.open(made) as document, document.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"], metadata["pdfuaid:part"]) == ("3", "A", "1")
        assert metadata["dc:title"] == str(document.docinfo["/Title"])
        assert "/Filter" not in document.Root.Metadata             # readable without a PDF library


def test_the_data_inside_are_those_of_the_data_set(data, made):
    with pikepdf.open(made) as document, sqlite3.connect(data) as connection:
        held = {name: document.attachments[name] for name in document.attachments}
        assert set(held) == {"chipwatch.json", *(f"{view}.csv" for view in attached.VIEWS)}
        whole = json.loads(held["chipwatch.json"].get_file().read_bytes())
        for view in attached.VIEWS:
            rows = list(csv.DictReader(io.StringIO(held[f"{view}.csv"].get_file().read_bytes().decode("utf-8"))))
            (count,) = connection.execute(f"select count(*) from {view}").fetchone()
            assert len(rows) == len(whole[view]) == count
            assert [row["provider"] for row in rows if "provider" in row] == [row["provider"] for row in whole[view] if "provider" in row]
        assert {str(held[name].obj.AFRelationship) for name in held} == {"/Data"} and len(document.Root.AF) == len(held)
        assert held["offers.csv"].get_file().mime_type == "text/csv"


def test_a_profile_carries_its_own_rows_alone(data):
    for file in attached.files(data, "p000-aurora"):
        if file.name == "chipwatch.json":
            whole = json.loads(file.data)
            assert whole["clauses"] and {row["provider"] for view in attached.VIEWS for row in whole[view] if "provider" in row} == {"p000-aurora"}


def test_a_cell_that_a_spreadsheet_would_run_is_made_safe(tmp_path):
    made = market.Market()
    market.provider(made, 0)
    made.rows["offers"][0]["instance_name"] = "=cmd()"
    held = next(file for file in attached.files(made.write(tmp_path / "d.sqlite")) if file.name == "offers.csv").data.decode("utf-8")
    assert ",=cmd()" not in held and "=cmd()" in held


def test_the_same_data_give_the_same_bytes(data, tmp_path):
    one, two = (profile.render(data, tmp_path / name, "p000-aurora").read_bytes() for name in ("1.pdf", "2.pdf"))
    assert one == two


@pytest.mark.parametrize(("spoil", "said"), [
    (lambda document: document.Root.__delitem__("/OutputIntents"), "no output intent"),
    (lambda document: document.Root.__delitem__("/AF"), "is not associated"),
    (lambda document: document.Root.__setitem__("/OpenAction", pikepdf.Dictionary(S=pikepdf.Name.JavaScript)), "by itself"),
    (lambda document: document.attachments["offers.csv"].obj.__delitem__("/AFRelationship"), "does not say what it is"),
])
def test_the_checks_see_what_is_wrong(made, tmp_path, spoil, said):
    with pikepdf.open(made) as document:
        spoil(document)
        document.save(tmp_path / "s.pdf")
    assert any(said in problem for problem in checks.problems(tmp_path / "s.pdf"))


def test_a_document_without_files_has_no_list_of_them(tmp_path):
    path = pdf.write("<html lang=en><title>t</title><h1>x</h1>", tmp_path / "b.pdf")
    with pikepdf.open(path) as document:
        assert "/AF" not in document.Root and list(document.attachments) == []


def test_a_large_briefing_has_its_annexes_beside_it(data, tmp_path, monkeypatch):
    monkeypatch.setattr(briefing, "ANNEX_APART", 10)
    main = briefing.render(data, tmp_path / "b.pdf", twin_too=True)
    annex = tmp_path / "b-annex.pdf"
    assert checks.problems(main) == [] and checks.problems(annex) == []
    with pikepdf.open(main) as one, pikepdf.open(annex) as other:
        beside = [target for kind, target in checks.links(one) if kind == "beside"]
        assert beside and {target.partition("#")[0] for target in beside} == {"b-annex.pdf"}
        assert {target.partition("#")[2] for target in beside} <= checks.destinations(other)
        assert list(other.attachments) == [] and "chipwatch.json" in one.attachments
    twin = (tmp_path / "b.html").read_text("utf-8")
    assert 'href="b-annex.html#E-' in twin and "annex.invalid" not in twin and "Annexes in a file of their own" in twin
    assert 'id="E-' in (tmp_path / "b-annex.html").read_text("utf-8")
