"""Words for print: quotes, places, numbers, dates."""

from __future__ import annotations

import pytest

from chipwatch.records import VERDICT_CODES
from reports import model, text, words


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


# --- what a reader must be told of a page, a price and a reason ------------------------------------------------------------------

@pytest.mark.parametrize(("url", "website", "same"), [
    ("https://docs.alpha.example/gpu", "https://www.alpha.example/", True), ("https://alpha.example/x", "https://cloud.alpha.example/", True),
    ("https://raw.host.example/copies/alpha.md", "https://alpha.example/", False), ("https://notalpha.example/", "https://alpha.example/", False),
    ("https://raw.host.example/copies/alpha.md", None, True), ("http://[broken", "https://alpha.example/", True),
])
def test_a_page_at_another_host_is_told_from_the_providers_own(url, website, same):
    assert model.same_site(url, website) is same


def test_a_price_is_far_from_the_others_only_against_a_median_of_five():
    assert [p for p in (0.39, 0.4, 2.0, 10.0, 10.1) if model.PriceLine("H100", [1.8, 1.9, 2.0, 2.1, 2.2], 2.0).far(p)] == [0.39, 10.1]
    assert not model.PriceLine("H100", [0.01, 2.0, 2.1, 2.2], 2.05).far(0.01)


@pytest.mark.parametrize(("code", "rule", "reasons", "said"), [
    ("V0", "Not assessed: not every expected document was read", ["Not assessed: not every expected document was read: terms of service", "Found so far: nothing"],
     "Not every expected document was read. Found so far: nothing."),
    ("V1", "No restriction stated in the documents read", ["No restriction stated in the documents read", "Expected documents: terms of service read"],
     "Expected documents: terms of service read."),
    ("V3", "Access can depend on a check", ["Access can depend on a check of identity", "Signals: cn_contact (B4)"], "Access can depend on a check of identity. Signals: cn contact (B4)."),
])
def test_a_reason_is_said_once(code, rule, reasons, said):
    assert words.why(model.VerdictView("cn_company", code, VERDICT_CODES[code], "", rule, reasons, [], [], [], [], None, None)) == said


@pytest.mark.parametrize(("words", "expected"), [
    ("terms: https://docs.a.example/policies/terms-of-service not in the archive (read at https://www.b.example/x/y.html; nothing shows that it is the same)", "terms: docs.a.example not in the archive (read at b.example; nothing shows that it is the same)"),
    ("https://a.example/t: not found (404)", "a.example: not found (404)"), ("see https://a.example/t).", "see a.example)."), ("no address", "no address"),
])
def test_running_text_names_hosts(words, expected):
    assert text.hosts(words) == expected


@pytest.mark.parametrize(("url", "expected"), [
    ("https://a.example/%E8%A6%8F%E7%B4%84/a%20b%2Fc", "https://a.example/規約/a%20b%2Fc"),             # what divides an address stays encoded
    ("https://a.example/%FF%FE", "https://a.example/%FF%FE"), ("https://a.example/%E2%80%AEx", "https://a.example/%E2%80%AEx"), ("https://a.example/%D7%90", "https://a.example/%D7%90"), (None, ""),
])
def test_addresses_for_print_show_letters(url, expected):
    assert text.address(url) == expected
