"""Each label said in plain words, and sentences that only look like it (`labelled/plain_labels`): what is allowed or asked of nobody states no rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from tables import table

from nlp.clauses import read_clauses
from nlp.read import read_document

FILES = [table(path) for path in sorted((Path(__file__).parent / "labelled" / "plain_labels").glob("*.yml"))]
NOTHING = [(file["language"], text) for file in FILES for text in file["nothing"]]
STATES = [(file["language"], label, polarity, text) for file in FILES for label, rows in file["states"].items() for polarity, texts in rows.items() for text in texts]
BARS = [(file["language"], label, countries, text) for file in FILES for label, rows in file.get("bars", {}).items() for countries, texts in rows.items() for text in texts]


def said(text: str, language: str) -> dict[str, str]:
    """Label -> polarity of its first finding."""
    found = read_clauses(read_document(text.encode(), path="sentence.txt", language=language))[0]
    return {clause.label: clause.polarity for clause in reversed(found)}


@pytest.mark.parametrize(("language", "text"), NOTHING)
def test_what_binds_nobody_states_nothing(language: str, text: str) -> None:
    assert not said(text, language)


@pytest.mark.parametrize(("language", "label", "polarity", "text"), STATES)
def test_a_plain_statement_is_read(language: str, label: str, polarity: str, text: str) -> None:
    assert said(text, language).get(label) == polarity


@pytest.mark.parametrize(("language", "label", "countries", "text"), BARS)
def test_places_that_are_named_beside_those_barred_are_not(language: str, label: str, countries: str, text: str) -> None:
    found = read_clauses(read_document(text.encode(), path="sentence.txt", language=language))[0]
    assert [(clause.polarity, clause.places) for clause in found if clause.label == label] == [("prohibits", countries.split())]
