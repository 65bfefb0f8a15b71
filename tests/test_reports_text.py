"""Words for print: quotes, places, numbers, dates."""

from __future__ import annotations

import pytest

from reports import text


@pytest.mark.parametrize(("source", "kind", "words"), [
    ("You <b>may not</b> resell&nbsp;it.", "html", "You may not resell it."),
    ("<li>Cuba</li><li>Iran</li>", "html", "Cuba Iran"),
    ("one<br/>two", "html", "one two"),
    ("a &lt; b &amp; c", "html", "a < b & c"),
    ("no **resale** of the [Service](https://x.example/a_(b) \"t\"), see \\*below\\*", "markdown", "no resale of the Service, see *below*"),
    ("snake_case_word and 2 * 3 * 4", "markdown", "snake_case_word and 2 * 3 * 4"),
    ("literal <b> in a text file", "text", "literal <b> in a text file"),
    ("href=\"x\">Terms</a> apply", "html", "Terms apply"),
])
def test_markup_is_taken_off_for_print(source, kind, words):
    assert text.plain(source, kind) == words


def test_a_short_quote_is_whole():
    shown = text.shown_quote("You may not resell the Services.")
    assert shown.text == "You may not resell the Services." and not shown.shortened and shown.hidden == 0


def test_a_long_quote_keeps_its_beginning_and_the_words_around_the_place():
    words = " ".join(f"word{n}" for n in range(150)) + " persons in China or Macau " + " ".join(f"tail{n}" for n in range(90))
    shown = text.shown_quote(words)
    assert shown.shortened and shown.text.startswith("word0 word1") and "persons in China or Macau" in shown.text and shown.text.count("[…]") == 2
    assert len(shown.text.split()) <= text.QUOTE_WORDS + 4


def test_a_long_japanese_quote_is_cut_by_characters():
    shown = text.shown_quote("規約" * 300 + "中国のお客様は" + "利用" * 200)
    assert shown.shortened and "中国のお客様" in shown.text and len(shown.text) <= text.QUOTE_CJK + 12


def test_right_to_left_quotes_are_marked():
    assert text.shown_quote("يلتزم العميل").rtl and not text.shown_quote("plain").rtl


def test_joiners_that_carry_meaning_stay():
    assert text.clean("می\u200cشود") == ("می\u200cشود", 0)


@pytest.mark.parametrize(("code", "name"), [("DE", "Germany"), ("HK", "Hong Kong"), ("TW", "Taiwan"), ("CN", "mainland China"), ("UA-43", "Crimea"), ("ZZZ", "ZZZ"), (None, "not stated")])
def test_places_have_names(code, name):
    assert text.country(code) == name


def test_many_countries_are_counted_and_all_named():
    assert text.countries(["US", "DE"]) == "Germany, United States"
    assert text.countries(["US", "DE", "FR", "GB", "JP", "KR", "SG"]) == "7 countries: DE FR GB JP KR SG US"


@pytest.mark.parametrize(("value", "printed"), [(2.5, "2.50"), (1234.5, "1,234.50"), (0.05, "0.050"), (None, "–")])
def test_money(value, printed):
    assert text.money(value) == printed


def test_numbers_and_days():
    assert text.number(12345) == "12\u2009345" and text.number(None) == "–"
    assert text.day("2026-11-25T18:30:00Z") == "25 November 2026" and text.day("2026-13-01") == "2026-13-01" and text.day(None) == "not dated"
    assert text.minute("2026-11-25T18:30:59Z") == "2026-11-25 18:30 UTC"
    assert text.plural(1, "provider") == "1 provider" and text.plural(0, "country", "countries") == "0 countries"
    assert [text.listing(p) for p in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
