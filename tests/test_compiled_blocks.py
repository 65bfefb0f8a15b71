"""Pages are cut into the same blocks by the compiled loops and by the Python code beside them."""

from __future__ import annotations

import copy
import gc
import json
import os
import pickle
import random
import re
import subprocess
import sys
import unicodedata
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_blocks_tidy import grid, page

from nlp import decode, language, normalise
from nlp.blocks import segment, tags, tidy
from nlp.blocks.tags import Tag
from nlp.compiled import OFF
from nlp.document import Block, Document
from nlp.read import read_document

PAGES = Path(__file__).parent / "labelled" / "pages"
ODD = ["<b>Stop now!</b>", "<b>Fees.</b>", "<b>2026.</b>", "<p>1. Fees;</p>", "<p>4 Fees</p>", "<p>1. 3 April 2026</p>", "<p>Annex 2</p>", "<p>ข้อกำหนด</p>", "<", ">", "'", '"', "&", "&amp;", "&#x41;", "&nbsp;", "&copy2", "\\", "ſ", "<!--", "-->", "<script>", "</script>", "<svg/>", "é", "文", "\n", "\u3000", "\xa0", "\u200b", "®", "™", "🚀", "\n日本\n語\n", "¹", "e\u0301", "ﬁ", "İ", "\U0001d400",
       "</p>", "</div>", "<p", "<br>", "<br/>", "<hr>", "<table>", "<tr>", "<td>", "<li>", "<h2>", "<summary>s</summary>", "<dt>t", "<dd>d", "<pre>a\n b</pre>", "<b>Article 4</b>", "<p>Section 12</p>", "<p>(a) text</p>", "<p>7/9</p>",
       '<ol start="3" type="a"><li>x<li value="9">y</ol>', '<img alt="yes">', '<s>$4</s>', '<div role="table"><div role="row"><span role="cell">1</span></div></div>', "<caption>c</caption>", "<nav>n</nav>", "<footer>f</footer>"]

needs_compiled = pytest.mark.skipif(tags.compiled is None or tidy.compiled is None or normalise.compiled is None or language.compiled is None,
                                    reason="the inner loops were not compiled when chipwatch was installed: hatch_build.py says why")


def odd_page(chance: random.Random) -> str:
    """A page that nests for the most part, with odd characters and tags here and there."""
    source = page(chance) if chance.random() < 0.8 else grid(chance)
    for _ in range(chance.choice((0, 0, 1, 3, 8))):
        at = chance.randrange(len(source) + 1)
        source = source[:at] + chance.choice(ODD) + source[at + chance.choice((0, 0, 0, 1, 2)):]
    return f"<!doctype html><html><body>{source}</body></html>" if chance.random() < 0.5 else source


def told(document: Document) -> list:
    """All that a document says of its blocks."""
    def spans(content: normalise.MappedText) -> list:
        size = len(content.text)
        return [content.source_span(0, size), content.source_span(size // 2, size // 2 + 1), content.source_span(size - 1, size)] if size else []

    return [[[b.kind, b.text, spans(b.content), b.level, b.marker, b.heading_path, b.container, b.chrome,
              b.table and [b.table.caption, b.table.header_rows, [[c and [c.text, spans(c.content), c.header, c.row, c.column, c.row_span, c.column_span] for c in row] for row in b.table.rows]]] for b in document.blocks],
            document.links, document.title, document.language, document.charset, [str(issue) for issue in document.issues]]


def read_all(sources: list[str]) -> list:
    return [told(read_document(source.encode("utf-8", "surrogatepass"), path="page.html")) for source in sources]


@needs_compiled
def test_compiled_loops_give_the_same_blocks():
    chance = random.Random(23)
    sources = [path.read_text("utf-8") for path in sorted(PAGES.glob("*.html"))] + [odd_page(chance) for _ in range(1500)]
    code = f"import json, sys; sys.path[:0] = {[str(Path(__file__).parent), str(Path(__file__).parents[1])]!r}; import test_compiled_blocks as t; from nlp.blocks import tags; assert tags.compiled is None; print(json.dumps(t.read_all(json.load(sys.stdin))))"
    done = subprocess.run([sys.executable, "-c", code], input=json.dumps(sources), capture_output=True, text=True, timeout=240, check=True, env={**os.environ, OFF: "1"})
    for source, expected, found in zip(sources, json.loads(done.stdout), json.loads(json.dumps(read_all(sources))), strict=True):
        assert found == expected, source


@needs_compiled
def test_compiled_tokens_give_the_same_events():
    chance = random.Random(42)
    tidy_ones = 0
    for _ in range(4000):
        source = odd_page(chance)
        found, expected = tidy.read(source), tidy.read(source, interpreted=True)
        assert (found is None) == (expected is None), source
        if found is not None:
            tidy_ones += 1
            for one, other in zip(found[1], expected[1], strict=True):
                assert (one.tag, one.closing, one.attrs) == (other.tag, other.closing, other.attrs) if isinstance(one, Tag) else one == other, source
            assert all(getattr(found[0], name) == getattr(expected[0], name) for name in ("starts", "ends", "modes", "scripts", "title")), source
    assert tidy_ones > 1000


_TEXT = st.text(st.one_of(st.sampled_from("ab 1  \n\t&;#x\\é’文。\u3000\xa0\x85\u200b™¹\u0301ﬁ\u1100\U0001d400\ud800\x00\x1c"), st.characters()), max_size=40)


@needs_compiled
@settings(max_examples=600, deadline=None)
@example(["&#10;文", "&ampx;&am;&#;&#x;&#xfffffffff;"], [1, 1], " ")
@given(st.lists(_TEXT, min_size=1, max_size=4), st.lists(st.integers(0, 4), min_size=4, max_size=4), st.sampled_from([" ", "\n", normalise.RAISE, normalise.ABUT, ", "]))
def test_compiled_texts_are_those_of_the_slower_way(texts, modes, between):
    source, pieces, runs = "", [], []
    for text, mode in zip(texts, modes, strict=False):
        source += "<p>"
        if text:
            runs.append((len(source), len(source) + len(text), mode))
            pieces += [runs[-1], between]
        source += text
    for run in runs:
        found = normalise.compiled.run_text(source, *run)
        assert found is None or found == normalise._mapped(source, [run]).text
    found = normalise.compiled.joined_text(source, pieces, normalise._SIGNS)
    assert found is None or found == normalise._mapped(source, pieces).text


_WORDS = ["the customer", "may not", "resell", "é", "’s", "文字", "ข้อ", "शर्तें", "مُدّة", "&amp;", "&nbsp;", "&", "\\", "\\_", "®", "\u200b", "\x07", "🚀", "語\n", "  ", "\n", "\t", "\xa0", "ﬁ", "™", "a" * 31, "b" * 32, "c" * 33, "x" * 70]


@needs_compiled
def test_long_texts_are_those_of_the_slower_way():
    chance = random.Random(7)
    told = 0
    for _ in range(6000):
        text = chance.choice((" ", "")).join(chance.choices(_WORDS, [9, 9, 9] + [1] * (len(_WORDS) - 3), k=chance.randrange(30)))
        start, mode = chance.randrange(40), chance.randrange(5)
        source = "-" * start + text + chance.choice(("", " ", "-" * 40))
        found = normalise.compiled.run_text(source, start, start + len(text), mode)
        if found is not None:
            told += 1
            assert found == normalise._mapped(source, [(start, start + len(text), mode)]).text, (text, mode)
        assert language.compiled.marks(source) == sum(map(source.count, "<|\n"))
        assert language.compiled.bits(source) >= max(map(ord, source), default=0)
        assert language.compiled.latin(source) == sum("\xc2" <= character <= "\xf4" for character in source)
        assert decode.foreign(source) == sum(character > "\x7f" for character in source)
        assert language.compiled.scripts(source) == tuple(len(pattern.findall(source)) for pattern in (language._KANA, language._HANGUL, language._HAN))
    assert told > 2000


def test_what_never_has_to_be_changed_composes_with_nothing():
    classes = normalise._classes()
    steady = {code for code in range(len(classes)) if classes[code] in (1, 2, 6)}
    second = {int(parts[1], 16) for code in range(0x110000) if len(parts := unicodedata.decomposition(chr(code)).split()) == 2 and not parts[0].startswith("<")}
    assert not steady & second
    assert all(unicodedata.is_normalized("NFKC", chr(code)) for code in steady)
    assert {code for code in steady if unicodedata.combining(chr(code))} == {code for code in steady if classes[code] == 6}


def test_all_that_titles_of_articles_begin_with_is_known():
    first = re.compile(f"[{''.join(sorted({word[0] for word in segment._ARTICLE_WORDS}))}§第제]", re.IGNORECASE)
    assert {character for character in map(chr, range(0x80, 0x110000)) if first.match(character)} == set(segment._ARTICLE_FIRSTS)


def test_pictures_never_have_to_be_changed():
    assert all(unicodedata.is_normalized("NFKC", character) and not unicodedata.combining(character) and not normalise._CANDIDATES[normalise.RAW].match(character)
               for character in map(chr, range(0x1F300, 0x1FB00)))


@needs_compiled
def test_what_was_made_by_slots_alone_is_like_what_was_made_by_hand():
    made = read_document(b"<h1>Terms</h1><p>You may <b>not</b> resell &amp; let.</p><ul><li>1. GPUs</li></ul>", path="a.html").blocks
    assert [type(block) for block in made] == [Block] * 3 and made == [Block(*(getattr(block, field.name) for field in fields(Block))) for block in made]
    assert [copy.copy(block) for block in made] == [copy.deepcopy(block) for block in made] == pickle.loads(pickle.dumps(made)) == made
    assert replace(made[1], chrome=True).chrome is True and made[1].chrome is False
    assert not any(map(gc.is_tracked, made))                   # the collector of cycles has nothing to find in them


@needs_compiled
def test_plain_texts_are_never_left_to_the_slower_way():
    for text in ("NVIDIA® H100™ 80\u00adGB", "\u200b", "a \u200b b", "\n日本語\n", "GPU 🚀 on demand ✅", "Plain words,  and\nmore", " we don’t “quote” – ever… ".replace("…", ""), "&amp;&nbsp;&lt;b", "Über straße, ценник, 価格は", "€ 3,20", "שלום עולם", "سلام، شروط", "नियम और शर्तें", "เงื่อนไขการใช้บริการ", "წესები", "Պայմաններ"):
        assert normalise.compiled.run_text(text, 0, len(text), normalise.HTML) == normalise._mapped(text, [(0, len(text), normalise.HTML)]).text


@needs_compiled
@settings(max_examples=300, deadline=None)
@given(_TEXT, st.sampled_from(["", "the of and in to is we you der die das und les des ", "не и в на ", "です ます の は "]), st.integers(0, 20))
def test_compiled_counts_are_the_same(text, words, times):
    text = (words * times + text).lower()
    assert language.count_words(text) == language.count_words(text, interpreted=True)
    if text.isprintable():
        assert decode.foreign(text) == decode.foreign(text, interpreted=True)


@needs_compiled
@given(st.one_of(st.from_regex(r"( [a-z-]{1,5}=\"[^\"]{0,4}\"){0,4} ?", fullmatch=True), st.text(" ab-=\"'>/A\n", max_size=20)))
def test_compiled_attributes_are_the_same(text):
    found = tags.compiled.attributes(text)
    assert found is None or found == {name.lower(): a or b or c for name, a, b, c in reversed(tags._ATTR.findall(text))}


@needs_compiled
def test_text_read_while_a_reference_is_decoded_has_its_own_room():
    code = """
from nlp import normalise
def decode(reference):
    run("x" * 5_000_000, 0, 5_000_000, normalise.HTML)         # as another thread may, or what a signal calls
    return "&", len(reference)
run = normalise.compiled.run_text
normalise.compiled.prepare(normalise._classes(), decode)
text = "a&amp;" + "b" * 3000
for _ in range(3):
    assert run(text, 0, len(text), normalise.HTML) == "a&" + "b" * 3000
"""
    subprocess.run([sys.executable, "-c", code], timeout=60, check=True, cwd=PAGES.parents[2])


NO_ARGUMENTS = {
    "blocks.attributes(None)": TypeError,
    "folding.run_text(None, 0, 0, 0)": TypeError,
    "folding.run_texts(None, [], array('I'), array('I'), b'')": TypeError,
    "folding.run_texts('ab', None, array('I'), array('I'), b'')": TypeError,
    "folding.run_texts('ab', [1], array('I', [0]), array('I', [2]), b'1')": IndexError,
    "folding.run_texts('ab', [-1], array('I', [0]), array('I', [2]), b'1')": IndexError,
    "folding.run_texts('ab', [0], array('I', [0]), array('I', [3]), b'1')": ValueError,
    "blocks.Maker(None, [])": TypeError,
    "blocks.Maker(dict, ['keys'])": TypeError,
    "blocks.Maker(int, ['real'])": TypeError,
    "blocks.Maker(Cell, ['row'] * 10)": TypeError,
    "blocks.Maker(Cell, [f.name for f in fields(Block)])": AttributeError,
    "blocks.Maker(Cell, ['text'])": TypeError,
    "folding.joined_text(None, [(0, 1, 1)], '')": TypeError,
    "folding.joined_text('ab', [(0, 1, 1), (1, 2, 1)], None)": TypeError,
    "folding.joined_text('ab', [(0,)], '')": ValueError,
    "words.count(None)": TypeError,
    "foreign(None)": TypeError,
    "Words.__new__(Words)": TypeError,
    "tidy.compiled.read('<p>', None, None, tidy._know, None, None, 500, 1, 4)": TypeError,
    "tidy.compiled.read(DEEP, Skeleton(DEEP), tidy._RULES_COMPILED, tidy._know, None, None, 2**31 - 1, 1, 4)": ValueError,
    "language.compiled.marks(None)": TypeError,
    "language.compiled.scripts(None)": TypeError,
    "language.compiled.bits(None)": TypeError,
    "language.compiled.latin(None)": TypeError,
    "blocks.cards(None)": TypeError,
    "blocks.likely_grids(None, 3)": TypeError,
    "blocks.cards(walker(draft(10**9)))": IndexError,
    "blocks.likely_grids(walker(draft(10**9)), 1)": IndexError,
    "blocks.cards(walker(None))": AttributeError,
    "blocks.cards(walker(above=10**9))": IndexError,
    "blocks.sizes([None], array('I'), array('I'))": AttributeError,
    "blocks.sizes([draft(0, [5 * 10**7])], array('I', [0]) * 6 * 10**7, array('I'))": IndexError,
    "walker(events=[no_role()]).walk()": TypeError,
    "walker(events=[0], modes=[1]).walk()": TypeError,
}


@needs_compiled
@pytest.mark.parametrize("call", NO_ARGUMENTS)
def test_wrong_arguments_are_told_and_end_no_process(call):
    code = f"""
from array import array
from dataclasses import fields
from nlp import language, normalise
from nlp.document import Block, Cell
from nlp.blocks import tags, tidy, walk
from nlp.blocks.skeleton import Skeleton
blocks, folding, words = tags.compiled, normalise.compiled, language._compiled_words()
foreign, Words, DEEP = language.compiled.foreign, language.compiled.Words, "<div>" * 3000

def draft(node, pieces=()):
    return walk.Draft("paragraph", list(pieces), node=node)

def walker(*drafts, events=(), above=None, modes=b""):
    skeleton = Skeleton("x")
    skeleton.modes = modes
    made = walk.Segmenter(skeleton, list(events))
    made.drafts.extend(drafts)
    if above is not None:
        made.parents.append(above)
        made.signatures.append("div")
    return made

def no_role():
    tag = blocks.Meaning("li", False, "", False, 1, True, None)
    tag.stateful = True
    return tag

try:
    {call}
except {NO_ARGUMENTS[call].__name__}:
    print("told")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=PAGES.parents[2])
    assert (done.returncode, done.stdout) == (0, "told\n"), done.stderr
