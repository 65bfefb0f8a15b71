"""Minimal pairs of polarity, mode and exception in every language (`tests/minimal_pairs.yml`): a few words decide, and both sentences of a pair must be read as they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tables import table

from nlp.clauses import read_clauses
from nlp.read import read_document

FILE = table(Path(__file__).parent / "minimal_pairs.yml")
PAIRS = [(language, kind, pair) for language, kinds in FILE["pairs"].items() for kind, pair in kinds.items()]
LEAST, LEAST_OF_A_LANGUAGE = 0.92, 0.85                        # share of the values that must be right


def wrong(language: str, label: str, case: dict[str, Any]) -> list[str]:
    """What is read otherwise than it is written, of a sentence."""
    found = [c for c in read_clauses(read_document(case["text"].encode(), path="sentence.txt", language=language))[0] if c.label == label]
    lines = []
    for name in ("polarity", "mode", "exception"):
        if name not in case:
            continue
        got = getattr(found[0], name) if found else "no clause"
        want = case[name]
        right = got != want[1:] if isinstance(want, str) and want.startswith("!") else got == want
        if not right:
            lines.append(f"{name}: {got!r}, not {want!r}")
    return lines


def values(case: dict[str, Any]) -> int:
    return sum(name in case for name in ("polarity", "mode", "exception"))


def test_every_language_has_every_kind_and_a_pair_can_fail() -> None:
    for language, kinds in FILE["pairs"].items():
        assert set(kinds) == set(FILE["kinds"]), language
        for kind, pair in kinds.items():
            one, other = pair["one"], pair["other"]
            assert any(one.get(name) != other.get(name) for name in ("polarity", "mode", "exception")), (language, kind)
            assert not one.get("exception") or one["exception"] in one["text"], (language, kind)


@pytest.mark.parametrize("language", FILE["pairs"])
def test_pairs_of_a_language(language: str) -> None:
    said = {(kind, side): wrong(language, pair["label"], pair[side]) for kind, pair in FILE["pairs"][language].items() for side in ("one", "other")}
    asked = sum(values(pair[side]) for pair in FILE["pairs"][language].values() for side in ("one", "other"))
    failed = {key: lines for key, lines in said.items() if lines}
    assert sum(map(len, failed.values())) <= (1 - LEAST_OF_A_LANGUAGE) * asked, failed


def test_pairs_of_all_languages() -> None:
    asked = sum(values(pair[side]) for _, _, pair in PAIRS for side in ("one", "other"))
    failed = sum(len(wrong(language, pair["label"], pair[side])) for language, _, pair in PAIRS for side in ("one", "other"))
    assert failed <= (1 - LEAST) * asked, f"{failed} of {asked} values are read otherwise"
