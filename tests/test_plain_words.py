"""Who is served and who is not, in plain words, as small hosts write it: invented sentences in every language of a pack (`labelled/plain`).

A row of `excluded` must give a country_exclusion that prohibits and names these countries and no others; one of `served` a supported_countries or residence_restriction of these countries, of which none is barred;
a row of neither (data not kept there, no refunds, no help by telephone, the provider's own machines) excludes nobody and reserves nothing.
`labelled/plain_fresh`: 308 more by another author, counted against floors: wordings vary without end, and most refusals of a kind that no rule knows are still missed.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
import yaml

from chipwatch.records import Clause
from nlp.clauses import read_clauses
from nlp.cuebook import languages
from nlp.read import read_document

FOLDER = Path(__file__).parent / "labelled" / "plain"
ROWS = [(file.stem, json.loads(line)) for file in sorted(FOLDER.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
BARS = {"country_exclusion", "headquarters_restriction", "residence_restriction", "supported_countries"}


def clauses_of(text: str, language: str) -> list[Clause]:
    return read_clauses(read_document(text.encode(), path="sentence.txt", language=language))[0]


def test_every_language_of_a_pack_has_its_sentences() -> None:
    assert {language for language, _ in ROWS} == set(languages())


@pytest.mark.parametrize(("language", "row"), [(language, row) for language, row in ROWS if "excluded" in row], ids=lambda value: value if isinstance(value, str) else value["text"][:40])
def test_a_refusal_excludes_the_country_that_it_names(language: str, row: dict) -> None:
    found = clauses_of(row["text"], language)
    assert [(c.polarity, c.places) for c in found if c.label == "country_exclusion"] == [("prohibits", row["excluded"])]
    assert {c.polarity for c in found} == {"prohibits"}


@pytest.mark.parametrize(("language", "row"), [(language, row) for language, row in ROWS if "served" in row], ids=lambda value: value if isinstance(value, str) else value["text"][:40])
def test_whom_alone_a_provider_serves_is_read_and_barred_nowhere(language: str, row: dict) -> None:
    found = clauses_of(row["text"], language)
    assert any(c.label in ("supported_countries", "residence_restriction") and c.places == row["served"] for c in found)
    assert not [c for c in found if c.label == "country_exclusion" or (c.polarity == "prohibits" and c.places)]


@pytest.mark.parametrize(("language", "row"), [(language, row) for language, row in ROWS if row.keys() == {"text"}], ids=lambda value: value if isinstance(value, str) else value["text"][:40])
def test_other_matters_in_a_country_bar_nobody(language: str, row: dict) -> None:
    assert not [(c.label, c.places) for c in clauses_of(row["text"], language) if c.label in BARS]


FRESH = [(file.stem, json.loads(line)) for file in sorted((FOLDER.parent / "plain_fresh").glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
FLOORS = yaml.safe_load((FOLDER.parent / "plain_fresh" / "floors.yml").read_text("utf-8"))
WHO = BARS | {"nationality_restriction"}


def kind(row: dict) -> str:
    return "excluded" if "excluded" in row else "served" if "served" in row else "other"


def read_right(row: dict, language: str) -> bool:
    """Whether those excluded, and those alone, are barred, or those served named and not barred, or nobody is named."""
    found = [c for c in clauses_of(row["text"], language) if c.label in WHO and c.places]
    barred, let = [c for c in found if c.polarity == "prohibits"], [c for c in found if c.polarity != "prohibits" and c.label != "country_exclusion"]
    if kind(row) == "excluded":
        return any(sorted(c.places) == row["excluded"] for c in barred) and not let
    if kind(row) == "served":
        return any(sorted(c.places) == row["served"] for c in let) and not any(set(c.places) & set(row["served"]) for c in barred)
    return not barred and not let


def test_fresh_plain_sentences_are_read_as_well_as_the_floors_say() -> None:
    assert len(FRESH) == 308
    right = [(row, read_right(row, language)) for language, row in FRESH]
    for part, rows in (("all", right), ("unread", [(row, good) for row, good in right if row.get("unread")])):
        counts = Counter(kind(row) for row, good in rows if good)
        assert all(counts[name] >= floor for name, floor in FLOORS[part].items()), (part, counts)
