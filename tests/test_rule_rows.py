"""Every row of the rule table has an id, words for print, forbidden words, and tests: cases that fire it, and look-alikes that must not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tables import table

from assessment.judge import judge_provider
from assessment.tables import rule_table
from chipwatch.records import Capture, Clause, DocumentInfo, Extraction, ProviderInfo

CASES = table(Path(__file__).with_name("rule_rows.yml"))
ROWS = [*rule_table().rules, *rule_table().special.values()]
FLAT = [(rule, kind, number, case) for rule, kinds in CASES.items() for kind in ("positive", "near_miss") for number, case in enumerate(kinds.get(kind, ()))]


def reading(row):
    clauses = [Clause(**{"start": 0, "end": 0, "polarity": "prohibits", "mode": "obligation", "confidence": 0.9, **c}) for c in row.get("clauses", ())]
    url = f"https://acme.example/{row['role']}"
    info = DocumentInfo(url=url, kind="terms", language=row.get("language", "en"), sha256="0" * 64, characters=4000, stated_date="2026-05-01",
                        binding_language=row.get("binding_language"))
    return Capture("acme", row["role"], url, "r1", "2026-11-01T00:00:00Z"), Extraction(info, clauses=clauses)


def fired(case):
    documents = case["documents"] if "documents" in case else [{"role": "terms_of_service", "clauses": case.get("clauses", ())}]
    info = ProviderInfo(slug="acme", name="Acme Compute", expected_roles=case.get("expected", []))
    return judge_provider(info, [reading(d) for d in documents], customers=[case["customer"]], as_of="2026-11-25T00:00:00Z")[0]


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r.id)
def test_every_row_has_words_forbidden_words_and_tests(row):
    assert row.words and row.forbidden
    assert CASES.get(row.id, {}).get("positive"), f"{row.id} has no case that fires it in tests/rule_rows.yml"
    assert CASES[row.id].get("near_miss"), f"{row.id} has no near miss in tests/rule_rows.yml"
    for word in {*row.forbidden, *rule_table().forbidden_everywhere}:
        assert not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", row.words, re.I), f"{row.id} prints {word!r}"


def test_no_case_is_of_a_row_that_is_gone():
    assert set(CASES) == {r.id for r in ROWS}


@pytest.mark.parametrize(("rule", "kind", "number", "case"), FLAT, ids=[f"{r}-{k}-{n}" for r, k, n, _ in FLAT])
def test_case(rule, kind, number, case):
    verdict = fired(case)
    assert verdict.rule == (rule if kind == "positive" else case["gives"]), verdict.reasons
    if kind == "near_miss":
        assert case["gives"] != rule
