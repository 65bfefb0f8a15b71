"""Floors of the reading on labelled real documents; `tests/labelled/corpus/floors.yml` holds them. Raising one is free, lowering one needs a reason in that file."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
import yaml

from chipwatch.evaluating import below, figures, read_labelled

HERE = Path(__file__).parent / "labelled"
SHARED = Path(os.environ.get("CHIPWATCH_CORPUS", Path(__file__).resolve().parents[1] / ".." / "shared"))
FLOORS = yaml.safe_load((HERE / "corpus" / "floors.yml").read_text("utf-8"))
SETS = {"gold terms": SHARED / "gold" / "terms.jsonl", "gold offers": SHARED / "gold" / "offers.jsonl", "our terms": HERE / "corpus" / "terms.jsonl", "our offers": HERE / "corpus" / "offers.jsonl"}


def test_every_set_has_floors_and_our_labels_are_sound():
    assert set(FLOORS) == set(SETS)
    rows = [json.loads(line) for line in SETS["our terms"].read_text("utf-8").splitlines()]
    assert len(rows) >= 100 and sum(len(r["clauses"]) for r in rows) >= 500
    assert all(0 <= c["start"] < c["end"] <= c["start"] + 2000 and "quote" not in c for r in rows for c in r["clauses"])
    assert all("quote" not in o for line in SETS["our offers"].read_text("utf-8").splitlines() for o in json.loads(line).get("offers") or [])


@pytest.mark.corpus
@pytest.mark.parametrize("name", SETS)
def test_figures_stay_above_their_floors(name):
    corpus = SHARED / "corpus"
    if not corpus.is_dir() or not SETS[name].is_file():
        pytest.skip("no real pages: CHIPWATCH_CORPUS names none")
    for line in SETS[name].read_text("utf-8").splitlines():
        row = json.loads(line)
        if "sha256" in row and hashlib.sha256((corpus / row["path"]).read_bytes()).hexdigest() != row["sha256"]:
            pytest.fail(f"{row['path']} is another version than the one that was labelled")
    assert below(figures(read_labelled([SETS[name]], corpus, 1)), FLOORS[name]) == []
