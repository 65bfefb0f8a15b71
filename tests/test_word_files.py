"""Patterns of words that data files hold by name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nlp.word_files import data_file, pattern_named, words_of

FILES = [("offer_fields.yml", "words"), ("prices.yml", "words"), ("chip_names.yml", "patterns"), ("regions.yml", "words")]
CODE = "\n".join(p.read_text("utf-8") for p in sorted((Path(__file__).parent.parent / "nlp").rglob("*.py")))


def test_a_name_in_braces_stands_for_its_pattern():
    patterns = {"metal": "tin|lead", "cup": r"\d{1,2} {metal} cups?", "lost": "{nothing_of_that_name}"}
    assert pattern_named("cup", patterns).fullmatch("12 lead cups")
    assert pattern_named("cup", patterns).fullmatch("12 lead") is None
    for unknown in ("spoon", "lost"):
        with pytest.raises(KeyError):
            pattern_named(unknown, patterns)


def test_patterns_are_made_once():
    assert words_of("regions.yml")("soon") is words_of("regions.yml")("soon")


@pytest.mark.parametrize(("file", "key"), FILES)
def test_every_pattern_is_asked_for_and_compiles(file: str, key: str):
    patterns = data_file(file)[key]
    filled = {**patterns, "count_words": "one|two", "well_known": "example"}            # what the code puts there
    in_braces = {name for pattern in patterns.values() for name in re.findall(r"\{([a-z_]+)\}", pattern)}
    for name in patterns:
        assert pattern_named(name, filled).pattern
        assert name in in_braces or f'"{name}"' in CODE, f"nothing asks for {name} of {file}"
