"""Sums of the weights of words: the same by number as by name, and the same, to the last bit, compiled and not."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nlp import wording, wordsums
from nlp.decision import shipped
from nlp.wordsums import WordSums

WRITTEN = Path(__file__).parent / "labelled" / "written"
TEXTS = [json.loads(line)["text"] for language in ("en", "de", "ru") for line in (WRITTEN / f"{language}.jsonl").read_text("utf-8").splitlines()[:120]]


@pytest.fixture(scope="module")
def both() -> list[WordSums]:
    """Interpreted, and compiled where that was made."""
    packed = shipped().packed()
    return [WordSums(packed.vocabulary, packed.weights, interpreted=True)] + ([WordSums(packed.vocabulary, packed.weights, interpreted=False)] if wordsums.compiled else [])


def test_numbers_give_what_names_give(both):
    packed = shipped().packed()
    texts = [*TEXTS, "", "…", "No. 12345678 a_b it’s well-known"]
    for sums in both:
        for found, names in ((sums.of_texts(texts, sums.numbers()), wording.of_text), (sums.of_introductions(texts, sums.numbers()), wording.of_introduction)):
            for text, count, total in zip(texts, *found, strict=True):
                features = names(text, "en")
                if names is wording.of_text or len(text) <= wording.MAX_CONTEXT:
                    assert count == len(features)
                    assert np.allclose(total, packed.total(features), atol=1e-4)


_LETTERS = "abcdeé1²٣_'’- \nжüİ\u0130\ud800\U00010400"


@settings(max_examples=200, deadline=None)
@example(["the " * 900 + "customer shall not resell " * 40], 2)
@example(TEXTS[:200], 2)
@given(st.lists(st.one_of(st.text(_LETTERS, max_size=120), st.sampled_from(TEXTS)), max_size=6), st.sampled_from([1, 2]))
def test_compiled_sums_are_the_same_to_the_last_bit(both, texts, kinds):
    if len(both) < 2:
        pytest.skip("the inner loops were not compiled when chipwatch was installed: hatch_build.py says why")
    found = [sums.of_texts(texts, sums.numbers()) if kinds == 2 else sums.of_introductions(texts, sums.numbers()) for sums in both]
    assert np.array_equal(found[0][0], found[1][0])
    assert np.array_equal(found[0][1], found[1][1])


def test_words_that_no_table_knows_are_forgotten_in_time(both):
    if len(both) < 2:
        pytest.skip("the inner loops were not compiled when chipwatch was installed: hatch_build.py says why")
    few = wordsums.compiled.Adder({"known": 1}, 50, np.ones((1, 3), "float32"))
    table = wordsums.compiled.Table(np.array([1 << wordsums.WORD, np.iinfo("int64").max]), np.array([0, 0]))
    texts = [f"known w{n} x{n} y{n}" for n in range(200)]
    counts, totals = few.sums(texts, table, 2)
    assert set(counts.tolist()) == {4 + 3 + 2} and (totals == 1).all()
    with pytest.raises(ValueError, match="at most 50"):
        few.sums(["x" * 51], table, 2)
