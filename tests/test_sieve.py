"""A text that a sieve finds not worth a search holds no match."""

import re
from pathlib import Path

import pytest

from nlp import offers_tables, offers_text, prices, regions, supply
from nlp.places import fold
from nlp.sieve import Sieve, Sieved, needed

PAGES = sorted((Path(__file__).parent / "labelled" / "pages").glob("*"))


@pytest.mark.parametrize(("pattern", "literals"), [
    ("abc", {"abc"}), (r"\bcosts? us\b", {"cost us", "costs us"}), (r"(?:we|they) (?:\w+ )?paid", {"paid"}), (r"(?<![a-z])(?:kr|eur)(?![a-z])", {"kr", "eur"}), (r"a[bc]?d", {"ad", "abd", "acd"}),
    (r"(?:ab){2,}\d", {"ab"}), (r"x*", set()), (r"ab|\d", set()), (r"(?i)abc", set()), (r"(?i:abc)", set()), (r"[^a]bc", {"bc"}), (r"(?:ab)?", set()), (r"(ab|c)\s\1", {"ab", "c"}), (r"(?=ab)c", {"c"}), ("", set())])
def test_what_a_pattern_needs(pattern, literals):
    assert needed(re.compile(pattern)) == literals


def test_a_sieve_tells_which_patterns_are_worth_a_search():
    sieve = Sieve([re.compile("vat"), re.compile(r"\d"), re.compile("(?:reserv|compar)ed")])
    assert sieve.worth("private 1") == 0b011 and sieve.worth("compared") == 0b110 and sieve.worth("") == 0b010
    assert sieve.worth("\ud800") == 0b111
    assert Sieve([re.compile(r"\w")]).worth("\0") == 1 and Sieve([]).worth("a") == 0


def test_no_match_is_lost():
    sieved = [offers_text._COMPARED, offers_text._HYPE, offers_text._LENDERS_SHARE, offers_text._WORKED_EXAMPLE, offers_text._NO_RENT,
              offers_tables._HOURS_INCLUDED, regions.REGION_WORDS, regions._SITED, supply._TESTS]
    patterns = [*prices._words().values(), offers_text._OF_OTHERS, offers_text._LARGE_CLOUD, *(s.pattern for s in sieved)]
    sieve, matched = Sieve(patterns), [0, 0]
    assert sum(bool(needed(pattern)) for pattern in patterns) > 0.9 * len(patterns)
    for page in PAGES:
        text = fold(page.read_text("utf-8", "replace"))
        for start in range(0, min(len(text), 6000), 150):
            part = text[start:start + 150]
            worth = sieve.worth(part)
            for number, pattern in enumerate(patterns):
                found = pattern.search(part) is not None
                assert not found or worth >> number & 1, (pattern.pattern[:60], part)
                matched[found] += 1
    assert matched[True] > 150 and matched[False] > 10 * matched[True]


def test_a_sieved_pattern_is_found_as_by_itself():
    pattern = re.compile(r"\bcosts? us\b")
    sieved = Sieved(pattern)
    for text in ("it costs us more", "it cost us", "costs usd", "", "\ud800 costs us"):
        assert (found := sieved.search(text)) == pattern.search(text) or found[0] == pattern.search(text)[0]
