"""The profile of one provider."""

from __future__ import annotations

import re

import pytest
import reports_market as market
from test_reports import pages

from reports import checks, model, profile
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
    made.add("changes", provider="p000-aurora", changed_at="2026-11-24T08:00:00Z", previous_at="2026-11-20T08:00:00Z", item="offer", item_id="offer-00000", kind="changed",
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
    for words in ("P2 Company in mainland China V5 excluded by terms", "We do not offer accelerated instances", "お客様は", "offer changed: price 2.10 1.50", "We take Alipay.",
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
