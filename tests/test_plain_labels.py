"""Each label said in plain words, and sentences that only look like it (`labelled/plain_labels`): what is allowed or asked of nobody states no rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tables import table

from nlp.clauses import read_clauses
from nlp.cuebook import Cuebook, languages
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


# Polarities between which careful readers do not decide: what a provider does or may do; what it asks for, or refuses without it.
PROVIDER_ACTS, TERMS_OF_SALE = {"suspension_right", "workload_monitoring"}, {"identity_verification", "payment_restriction", "resale_restriction", "business_only"}
ALIKE = {**dict.fromkeys(PROVIDER_ACTS, {"permits", "describes"}), **dict.fromkeys(TERMS_OF_SALE, {"conditions", "requires", "prohibits"})}


@pytest.mark.parametrize(("language", "label", "polarity", "text"), STATES)
def test_a_plain_statement_is_read(language: str, label: str, polarity: str, text: str) -> None:
    alike = ALIKE.get(label, set())
    assert said(text, language).get(label) in (alike if polarity in alike else {polarity})


@pytest.mark.parametrize(("language", "label", "countries", "text"), BARS)
def test_places_that_are_named_beside_those_barred_are_not(language: str, label: str, countries: str, text: str) -> None:
    found = read_clauses(read_document(text.encode(), path="sentence.txt", language=language))[0]
    assert [(clause.polarity, clause.places) for clause in found if clause.label == label] == [("prohibits", countries.split())]


FRESH_FOLDER = Path(__file__).parent / "labelled" / "plain_labels_fresh"
FRESH = [(file.stem, json.loads(line)) for file in sorted(FRESH_FOLDER.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
FLOORS = table(FRESH_FOLDER / "floors.yml")


def shares(rows: list[tuple[set[str], set[str]]]) -> dict[str, float]:
    """Precision and recall of labels found, of sentences as (found, stated)."""
    right = sum(len(found & stated) for found, stated in rows)
    return {"precision": right / sum(len(found) for found, _ in rows), "recall": right / sum(len(stated) for _, stated in rows)}


def test_statements_by_others_are_read_as_well_as_the_floors_say() -> None:
    """Each label and its look-alikes in everyday words, by authors who had not read the rules."""
    assert len(FRESH) == 1848 and {language for language, _ in FRESH} == set(languages())
    read = [(row, (set(said(row["text"], language)), set(row["labels"]))) for language, row in FRESH]
    for part, rows in (("all", [pair for _, pair in read]), ("unread", [pair for row, pair in read if row.get("unread")])):
        figures = shares(rows)
        assert all(figures[name] >= floor for name, floor in FLOORS[part].items()), (part, figures)


@pytest.mark.parametrize("language", ["en", "de", "ja"])
def test_neighbours_that_are_not_searched_change_nothing(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences beside a candidate are read where a rule asks for them that holds otherwise (`Cuebook.asks_near`); reading them always finds the same."""
    text = "\n\n".join([text for other, text in NOTHING if other == language] + [text for other, *_, text in STATES if other == language])
    document = read_document(text.encode(), path="t.md", language=language)
    lazily, asked = read_clauses(document)[0], []
    monkeypatch.setattr(Cuebook, "asks_near", lambda *_: asked.append(1) or True)
    assert read_clauses(document)[0] == lazily
    assert asked
    monkeypatch.setattr(Cuebook, "asks_near", lambda *_: False)
    assert language == "ja" or read_clauses(document)[0] != lazily                   # answers to questions are missed then
