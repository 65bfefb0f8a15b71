"""The first pass over a document misses no sentence with a trigger; short words are found beside whatever stands next to them; what is compiled finds the same as what is not."""

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nlp import cue_search, cuebook as cuebooks
from nlp.clauses import read_clauses, readers
from nlp.cue_search import BEFORE, BEHIND, EXACT, Cues
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
            assert book.gate(page).worth(0, len(text)), text
    assert seen > 100


@pytest.mark.parametrize("text", [
    "(a) We may, in\nour view, act \"on\" it/us; no—is it?", "In an ID-check, as to A, B or C: go.", "a", "用a在us中 in", "we\u200bin us_it §a •on", "the vm's ip; \0in\0 \x01\x31 an eu-based host"])
def test_short_words_are_found_as_by_a_search_without_their_neighbours(text):
    words = ["a", "b", "c", "in", "at", "us", "vm", "ip", "eu", "it", "or", "as", "we may", "is it", "id-check", "host*", "用"]
    literals, flags = [word.strip("*") for word in words], [BEFORE | BEHIND * (not word.endswith("*")) if word != "用" else 0 for word in words]
    known = {" ", "-", "/"}
    folded = cuebook("en").fold(text)
    with_neighbours, plain = (Cues(literals, flags, [None] * len(words), known, blanking).rows(folded, text, 0, len(text), 7) for blanking in (True, False))
    assert with_neighbours == plain
    assert plain


@pytest.mark.parametrize(("text", "worth"), [
    ("we sell to firms in Arcadia", True), ("we sell to firms", False), ("in firms we sell", False), ("we are in; sellers to firms", False), ("firms. we sell to in", False)])
def test_the_first_pass_wants_every_part_of_a_cue(text, worth):
    book = Cuebook([("en", {"groups": {"sales": ["we . sell . firms . in"]}})], [{"id": "r", "label": "x", "when": ["sales"]}])
    page = book.page(text)
    assert book.gate(page).worth(0, len(text)) is worth
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
    assert {book._literals[book._keys[key]] for key in keys} == idle
    assert (hits.among(keys, True).keys(), hits.among(keys, False).keys()) == (keys, hits.keys() - keys)


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


@pytest.fixture(scope="module")
def twin():
    """The compiled search; this machine has a compiler, or the test says that it has none."""
    if cuebooks._search is cue_search:
        pytest.skip("the inner loops were not compiled when chipwatch was installed: hatch_build.py says why")
    return cuebooks._search


@pytest.fixture(scope="module", params=CHOSEN)
def books(request, twin):
    """The cues of a language, compiled and not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cuebooks, "_search", cue_search)
        interpreted = cuebook.__wrapped__(request.param)
    return cuebook(request.param), interpreted


def _noisy(text: str, number: int) -> str:
    """A text with what stands in no cue put in, with other capitals, or cut."""
    return (text, text.upper(), re.sub(r"[ ,.]", lambda m: "|_·\u2028"[m.start() % 4], text), text.replace(" ", "  "), text[number % 40:], f"用{text}の", text.replace("e", "é"), f"\ud800{text}")[number % 8]


def test_the_compiled_search_finds_what_the_other_one_finds(books):
    compiled, interpreted = books
    names = [path for folder in ("written", "plain_labels_fresh") for path in (WRITTEN.parent / folder).glob("*.jsonl") if path.stem in CHOSEN]
    texts = [_noisy(json.loads(line)["text"], number) for path in names for number, line in enumerate(path.read_text("utf-8").splitlines())][::7]
    assert len(texts) > 300
    for at in range(0, len(texts), 20):
        page = "\n".join(texts[at:at + 20])
        begins = [sum(len(text) + 1 for text in texts[at:at + n]) for n in range(len(texts[at:at + 20]))]
        ends = [begin + len(text) for begin, text in zip(begins, texts[at:at + 20], strict=True)]
        one, other = (book.gate(book.page(page)) for book in books)
        assert one.keys() == other.keys()
        assert (blocks := one.blocks(begins, ends)) == other.blocks(begins, ends)
        some = frozenset(sorted(one.keys())[::2])
        assert [hits.among(some, wanted).blocks(begins, ends) for hits in (one,) for wanted in (True, False)] == [hits.among(some, wanted).blocks(begins, ends) for hits in (other,) for wanted in (True, False)]
        for index, first, last in blocks:
            spans = [(n, min(n + 90, ends[index] - begins[index])) for n in range(0, max(ends[index] - begins[index], 1), 90)]
            assert one.sentences(first, last, begins[index], spans) == other.sentences(first, last, begins[index], spans)
        ready = [book.page(page) for book in books]
        for begin, end in zip(begins, ends, strict=True):
            assert [book.look(page, begin, end) for book, page in zip(books, ready, strict=True)][0] == interpreted.look(ready[1], begin, end)
            assert compiled._cues.rows(ready[0].folded, ready[0].text, begin, end, 3) == interpreted._cues.rows(ready[1].folded, ready[1].text, begin, end, 3)


_CHARACTERS = "ab cD-/_'用の\u0301\ud800é1\0"
_literals = st.lists(st.tuples(st.text("ab cd-用é", min_size=1, max_size=4), st.integers(0, 3), st.booleans()), min_size=1, max_size=12, unique_by=lambda row: row)
_text = st.text(_CHARACTERS, max_size=60)


@settings(max_examples=300, deadline=None)
@example([("a", 3, False), ("a b", 3, False), ("a", 0, True)], "a_b a|b A b", True)
@example([("用", 0, False), ("a-b", 1, False)], "a-b用a-bc", True)
@given(_literals, _text, st.booleans())
def test_both_searches_find_the_same_of_any_literals_in_any_text(twin, literals, text, blanking):
    words = [word for word, _, _ in literals]
    flags = [(flags if word[0].isalnum() else flags & ~BEFORE) & (3 if word[-1].isalnum() else ~BEHIND) | EXACT * capitals for word, flags, capitals in literals]
    exact = [word.upper() if capitals else None for word, _, capitals in literals]
    known, folded = {c for c in "".join(words) if not c.isalnum()} | {" ", "\0"}, cuebooks.fold(text)
    short = blanking and any(flag == BEFORE | BEHIND and len(word) <= cue_search.SHORT and word.isalnum() for word, flag in zip(words, flags, strict=True))
    searches = [search.Cues(words, flags, exact, known, short) for search in (twin, cue_search)]
    for first, last in ((0, len(text)), (len(text) // 3, len(text)), (0, len(text) // 2), (len(text), len(text))):
        one, other = (search.rows(folded, text, first, last, 5) for search in searches)
        assert one == other
    deciding = [([n % 3 == 0 for n in range(len(words))], [() if n % 3 == 0 else ((n % 2 == 0, 6, 4, tuple(sorted(words)), (0,) * len(words), ((n % 2 == 1, ((words[0], 1),)),)),) for n in range(len(words))])] * 2
    one, other = (search.Gate(words, flags, exact, deciding, [9]).hits(folded, text) for search in (twin, cue_search))
    assert one.keys() == other.keys()
    assert [one.worth(n, len(text)) for n in range(0, len(text), 5)] == [other.worth(n, len(text)) for n in range(0, len(text), 5)]
    half = [0, len(text) // 2], [len(text) // 2 - 1, len(text)]
    assert (found := one.blocks(*half)) == other.blocks(*half)
    for _, first, last in found:
        spans = [(n, n + 7) for n in range(0, len(text), 7)]
        assert one.sentences(first, last, 0, spans) == other.sentences(first, last, 0, spans)


def test_a_module_made_from_another_source_is_not_used(monkeypatch, tmp_path, twin):
    from nlp import compiled

    assert compiled.twin("search") is twin and compiled.twin("nothing") is None
    monkeypatch.setattr(twin, "SOURCE", "0" * 64)
    assert compiled.twin("search") is None
    monkeypatch.setattr(compiled, "__file__", str(tmp_path / "compiled.py"))
    assert compiled.twin("search") is twin                     # installed without its source
    monkeypatch.setenv(compiled.OFF, "1")
    assert compiled.twin("search") is None


def test_the_version_of_the_reader_is_that_of_its_sources(tmp_path):
    from nlp.extract import reader_files

    for name in ("a.py", "_a.pyx", "_a.cpython-311-x86_64-linux-gnu.so", "cues/en.yml", "__pycache__/a.pyc"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [path.relative_to(tmp_path).as_posix() for path in reader_files(tmp_path)] == ["_a.pyx", "a.py", "cues/en.yml"]


@pytest.mark.parametrize(("first", "last"), [(0, 99), (-5, 2), (3, 2)])
def test_the_compiled_search_keeps_to_its_text(twin, first, last):
    cues = twin.Cues(["rent"], [BEFORE | BEHIND], [None], (), False)
    with pytest.raises(ValueError, match="prepare"):
        cues.look("we rent", "we rent", 0, 7)
    with pytest.raises(ValueError, match="no part of a text of 7"):
        cues.rows("we rent", "we rent", first, last, 0)
    with pytest.raises(TypeError):
        cues.rows(None, None, 0, 0, 0)
    with pytest.raises(ValueError, match="70001 characters"):
        twin.Cues(["a" * 70_001], [0], [None], (), False)


def test_hits_between_two_stretches_are_passed_over(twin):
    deciding = [([True], [()])]
    for search in (twin, cue_search):
        hits = search.Gate(["x"], [0], [None], deciding, []).hits("x.x.x.x", "x.x.x.x")
        assert hits.blocks([2, 6], [2, 6]) == [(0, 1, 2), (1, 3, 4)]


def test_a_book_without_cues_finds_nothing(twin):
    for search in (twin, cue_search):
        book = Cuebook([("en", {"groups": {}})], [], search=search)
        assert (book.groups_in("we rent \0"), book.plain("we rent \0"), book.gate(book.page("\0")).keys()) == (0, [], frozenset())


def test_a_huge_text_leaves_no_memory_behind_and_is_stopped_in_time(twin):
    import resource
    import signal

    def stop(*_):
        stopped.append(time.perf_counter())
        raise TimeoutError

    book = Cuebook([("en", {"groups": {"g": ["rent . " + " . ".join("bcdefgh")]}})], [{"id": "r", "label": "x", "when": ["g"]}], search=twin)
    text = "rent " * 2_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    hits, stopped, began = book.gate(book.page(text)), [], time.perf_counter()
    assert hits.blocks([0], [len(text)]) == []
    whole = time.perf_counter() - began
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000
    assert book.look(book.page("rent b"), 0, 6) == (0, True)
    earlier = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, whole / 10)
    began = time.perf_counter()
    try:
        with pytest.raises(TimeoutError):
            hits.blocks([0], [len(text)])
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, earlier)
    assert stopped[0] - began < whole / 2                      # within the loop, not behind it
