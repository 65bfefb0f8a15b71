"""The profile of one provider."""

from __future__ import annotations

import re

import pytest
import reports_market as market
from test_reports import pages

from reports import briefing, checks, model, profile
from reports.changes import change_lines, redlined
from reports.source import ReportError


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("profile")
    made = market.Market()
    for number in range(12):
        market.provider(made, number, sample=True)
    first = next(row for row in made.rows["clauses"] if row["provider"] == "p000-aurora")
    other = next(row for row in made.rows["documents"] if row["provider"] == "p000-aurora" and row["evidence_id"] != first["evidence_id"] and row["role"] == "acceptable_use")
    made.add("clauses", **{**first, "id": "again", "evidence_id": other["evidence_id"], "start": 9, "end": 80})
    made.add("changes", provider="p000-aurora", changed_at="2026-11-24T08:00:00Z", previous_at="2026-11-20T08:00:00Z", item="offer", item_id="0", kind="changed",
             field="price", old="2.10", new="1.50")
    made.add("signals", provider="p000-aurora", label="cn_payment", quote="We take Alipay.", start=1, end=5, evidence_id=first["evidence_id"])
    return made.write(folder / "chipwatch.sqlite")


def test_a_profile_holds_verdicts_clauses_prices_changes_and_evidence(data, tmp_path):
    path = profile.render(data, tmp_path / "p.pdf", "p000-aurora")
    assert checks.problems(path) == []
    texts = pages(path)
    whole = " ".join(texts)
    assert all("SAMPLE DATA" in page for page in texts)
    assert "What do the public documents of Aurora Tensor say about who may rent its chips?" in whole
    for words in ("P2 Company in mainland China V5 excluded by terms", "We do not offer accelerated instances", "お客様は", "price changed USD 2.10/h, on demand → USD 1.50/h, on demand", "We take Alipay.",
                  "USD 1.50/h, on demand"):
        assert words in whole
    assert not re.search("Borealis|Hikari", whole)


def test_the_same_words_in_two_documents_are_printed_once(data):
    p = profile.read_profile(data, "p000-aurora")
    label, clauses = next((label, clauses) for label, clauses in p.clauses if any(others for _, others in clauses))
    assert label == "country_exclusion" and len(clauses) == 1 and len(clauses[0][1]) == 1


def test_every_customer_kind_has_a_verdict_and_an_absent_one_is_v0(data):
    p = profile.read_profile(data, "p000-aurora")
    assert [v.customer for v in p.verdicts] == list(profile.CUSTOMER_KINDS)
    assert next(v for v in p.verdicts if v.customer == "gulf_company").code == "V0"


def test_a_provider_without_anything_says_so(data, tmp_path):
    whole = " ".join(pages(profile.render(data, tmp_path / "p.pdf", "p011-lumen")))
    for words in ("No offer was read.", "No clause was found in the documents read.", "No change was seen", "not found (404)"):
        assert words in whole


def test_an_unknown_provider_is_named_with_near_names(data, tmp_path):
    with pytest.raises(ReportError, match="no provider 'p000-aurorra' in this data set; did you mean p000-aurora"):
        profile.render(data, tmp_path / "p.pdf", "p000-aurorra")
    assert model.ReportError is ReportError


# --- changes ---------------------------------------------------------------------------------------------------------------------

def test_changes_come_in_order_of_consequence_and_are_named():
    items = {"verdict": {"v": {"customer_words": "company in China"}}, "clause": {"c": {"label": "country_exclusion", "quote": "Not in China."}},
             "offer": {"o": {"gpu_name": "H100", "instance_name": "g1", "country": "DE", "location": "de-1", "price": 2.0, "currency": "EUR", "price_unit": "hour", "price_scope": "gpu"}},
             "document": {"d": {"role": "terms_of_service"}}}
    base = {"provider": "p", "changed_at": "2026-11-24T00:00:00Z", "previous_at": "2026-11-20T00:00:00Z", "field": None, "old": None, "new": None, "evidence_id": "E-1"}
    rows = [{**base, "item": "offer", "item_id": "o", "kind": "changed", "field": "price", "old": "2.0", "new": "3.0"}, {**base, "item": "document", "item_id": "d", "kind": "changed"},
            {**base, "item": "clause", "item_id": "c", "kind": "removed"}, {**base, "item": "verdict", "item_id": "v", "kind": "changed", "field": "code", "old": "V2", "new": "V5"},
            {**base, "item": "offer", "item_id": "o", "kind": "added"}, {**base, "item": "offer", "item_id": "gone", "kind": "removed"},
            {**base, "item": "clause", "item_id": "c", "kind": "changed", "field": "places", "old": '["CU","IR"]', "new": "[]", "changed_at": "2026-10-01T00:00:00Z"}]
    lines = change_lines(rows, items, since="2026-11-01")
    assert [(c.item, c.what, c.kind, c.old, c.new) for c in lines] == [
        ("verdict", "verdict for company in China", "changed", "V2 generic compliance wording only", "V5 excluded by the stated terms"),
        ("clause", "clause A3/A4 country exclusion", "removed", "Not in China.", ""),
        ("offer", "offer", "removed", "", ""),
        ("offer", "offer H100, g1, Germany, EUR 2.00/h", "added", "", ""),
        ("offer", "offer H100, g1, Germany, price", "changed", "EUR 2.00/h", "EUR 3.00/h"),
        ("document", "document, terms of service", "changed", "", ""),
    ]
    assert change_lines(rows[-1:], items)[0].old == "CU, IR" and change_lines(rows[-1:], items)[0].new == "none"


def test_alike_changes_share_a_line():
    items = {"verdict": {"a": {"customer_words": "company in China"}, "b": {"customer_words": "Hong Kong company"}, "c": {"customer_words": "Macau company"}}, "document": {"d": {"role": "offers"}, "e": {"role": "payment"}}}
    base = {"provider": "p", "changed_at": "2026-11-24T00:00:00Z", "previous_at": None, "kind": "changed", "field": "code", "old": "V2", "new": "V5", "evidence_id": None}
    rows = [{**base, "item": "verdict", "item_id": "b"}, {**base, "item": "verdict", "item_id": "a"}, {**base, "item": "verdict", "item_id": "c", "old": "V5"},
            {**base, "item": "document", "item_id": "d", "field": "version"}, {**base, "item": "document", "item_id": "e", "field": "version"}]
    assert [c.what for c in change_lines(rows, items)] == ["verdicts for Hong Kong company, company in China", "document, offers, payment"]


@pytest.mark.parametrize(("old", "new", "parts"), [
    ("not in Cuba or Iran", "not in Cuba, China or Iran", [("kept", "not in"), ("out", "Cuba"), ("in", "Cuba, China"), ("kept", "or Iran")]),
    ("中国の顧客", "韓国の顧客", [("out", "中"), ("in", "韓"), ("kept", "国の顧客")]),
    ("a " * 500, "b " * 500, []),
])
def test_redlines(old, new, parts):
    assert redlined(old, new) == parts


def test_the_briefing_lists_changes(data, tmp_path):
    html = briefing.html(model.read_briefing(data))
    assert "1 offer came, went or changed;" in html and "offer H100, g0.h100, United States, price changed" in html and "USD 2.10/h, on demand → USD 1.50/h, on demand" in html
