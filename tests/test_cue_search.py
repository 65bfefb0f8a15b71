"""The first pass over a document misses no sentence with a trigger; short words are found beside whatever stands next to them."""

import json
from pathlib import Path

import pytest

from nlp.clauses import read_clauses, readers
from nlp.cuebook import Cuebook, cuebook, languages
from nlp.read import read_document

WRITTEN = Path(__file__).parent / "labelled" / "written"
CHOSEN = ["en", "es", "ja", "ru"]


@pytest.mark.parametrize("language", CHOSEN)
def test_the_first_pass_misses_no_sentence_with_a_trigger(language):
    assert language in languages()
    book = cuebook(language)
    texts = [json.loads(line)["text"] for line in (WRITTEN / f"{language}.jsonl").read_text("utf-8").splitlines()][:300]
    seen = 0
    for text in texts:
        if book.mask(book.scan(text)) & book.triggers:
            seen += 1
            page = book.page(text)
            assert book.worth(book.gate(page), page.folded, 0, len(text)), text
    assert seen > 100


@pytest.mark.parametrize("text", [
    "(a) We may, in\nour view, act \"on\" it/us; no—is it?", "In an ID-check, as to A, B or C: go.", "a", "用a在us中 in", "we\u200bin us_it §a •on", "the vm's ip; \0in\0 \x01\x31 an eu-based host"])
def test_short_words_are_found_as_by_a_search_without_their_neighbours(text):
    book = cuebook("en")
    with_neighbours = book.plain(text, 7)
    edged, book._edged = book._edged, None
    try:
        plain = book.plain(text, 7)
    finally:
        book._edged = edged
    assert edged is not None
    assert with_neighbours == plain
    assert plain


@pytest.mark.parametrize(("text", "worth"), [
    ("we sell to firms in Arcadia", True), ("we sell to firms", False), ("in firms we sell", False), ("we are in; sellers to firms", False), ("firms. we sell to in", False)])
def test_the_first_pass_wants_every_part_of_a_cue(text, worth):
    book = Cuebook([("en", {"groups": {"sales": ["we . sell . firms . in"]}})], [{"id": "r", "label": "x", "when": ["sales"]}])
    page = book.page(text)
    assert book.worth(book.gate(page), page.folded, 0, len(text)) is worth
    assert worth == bool(book.mask(book.scan(text)))


@pytest.mark.parametrize("text", ["a Restricted Territory", "the Services", "Sanctioned Countries", "prohibited jurisdictions", "Fees", ""])
def test_what_may_not_hold_a_group_holds_none(text):
    book = cuebook("en")
    groups = book.bit("embargoed_place")
    held = bool(book.mask(book.scan(text)) & groups)
    assert book.may_hold(text, groups) >= held
    assert not book.may_hold("zzz", groups)
    assert book.may_hold("restricted territory", groups) and book.mask(book.scan("restricted territory")) & groups


@pytest.mark.parametrize(("text", "headings", "idle"), [
    ("acme never sells", "", {"acme"}), ("acme never sells", "A case study", set()), ("acme, a case study, never sells", "", set()), ("we never sell", "", set())])
def test_a_rule_that_asks_for_a_rare_word_is_looked_for_only_where_one_stands(text, headings, idle):
    book = Cuebook([("en", {"groups": {"firm": ["acme"], "story": ["case study"], "ban": ["never"]}})],
                   [{"id": "a", "label": "x", "when": ["firm", "story@any"], "document": "story"}, {"id": "b", "label": "y", "when": ["ban"]}])
    hits = book.gate(book.page(text))
    keys = book.idle(hits, headings)
    assert {text[at:at + 4] for at, key in hits if key in keys} == idle


@pytest.mark.parametrize(("heading", "found"), [("Customer stories", True), ("About us", False)])
def test_a_reference_is_read_below_its_heading(heading, found):
    document = read_document(f"# {heading}\n\nTencent trains its models on our clusters every day.\n".encode(), path="a.md", language="en")
    assert ("cn_customer_reference" in {s.label for s in read_clauses(document)[1]}) is found


def test_where_no_rule_can_fire_words_bring_a_sentence_to_the_decision_layer():
    document = read_document(b"Tencent is glad that the sun shines on the harbour today.", path="a.md", language="en")
    assert readers(document, None)[0].candidates() == [(0, 0)]   # without a decision layer, and for training, all are looked at
    reader = readers(document)[0]
    assert reader.candidates() == []
    assert reader.decision.near(["You must not resell the Services to any third party.", "The sun shines on the harbour."]) == [True, False]


@pytest.mark.parametrize("language", CHOSEN)
def test_what_is_found_for_groups_together_is_what_is_found_for_each(language, monkeypatch):
    monkeypatch.setattr("nlp.cuebook.MOST_ASKED", 3)           # what is remembered of groups is found again where it was dropped
    book = cuebook(language)
    texts = [json.loads(line)["text"] for line in (WRITTEN / f"{language}.jsonl").read_text("utf-8").splitlines()][:60]
    gapped = 0
    for rows in map(book.scan, texts):
        mask, touched = book.mask(rows), book.touched(rows)
        each = {bit: set(book.spans(rows, bit)) for bit in (1 << n for n in range(book.width))}
        assert set(book.spans(rows, (1 << book.width) - 1)) == set().union(*each.values())
        assert all(bool(spans) == bool(mask & bit) and (touched & bit or not spans) for bit, spans in each.items())
        gapped += any(span not in {row[:2] for row in rows} for spans in each.values() for span in spans)
    assert gapped > 10
