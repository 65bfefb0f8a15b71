"""Quotes as they are shown: without markup on the terminal and in the feed, and as they stand in the source in the data."""

from __future__ import annotations

import json

import dataset_fakes as fakes
import pytest
from click.testing import CliRunner
from lxml import etree

from chipwatch.cli import cli
from dataset.feed import ATOM, write_feeds
from dataset.wording import readable

BEFORE = "<b>2.1</b> The customer in <a href='/groups'>Group&nbsp;Seven</a> may not lease the machine, whatever its name, its seat or its owner &amp; agent."
AFTER = BEFORE.replace("lease the machine", "lease or lend the machine")
SET = AFTER.replace("<b>2.1</b>", "<strong>2.1</strong>")     # the third visit: markup alone
LISTED = "4.2** Orders from [Land of Ys](https://alpha.example/ys) are &bdquo;not served&ldquo; &ndash; see `annex_b`."
MARKUP = ("<b>", "</b>", "<a href", "strong>", "&nbsp;", "&amp;", "&bdquo;", "](", "**", "`annex")


@pytest.mark.parametrize(("source", "words"), [
    ("10.5</strong> You shall not <em>sub</em>lease it.", "10.5 You shall not sublease it."),
    ("Where do you serve?</dt><dd>Ys &amp; Ker.", "Where do you serve? Ys & Ker."),
    ("the list <a href=\"https://alpha.example/", "the list"),
    ("## 4. Places\n\n**4.1 Who.** We serve *Ys* alone.", "4. Places 4.1 Who. We serve Ys alone."),
    ("4.1 Who.** We serve Ys.", "4.1 Who. We serve Ys."), ("4.1** We serve Ys.", "4.1 We serve Ys."),
    ("our list](https://alpha.example/ys) binds", "our list binds"), ("see [our list](https://alpha.exa", "see our list"),
    ("![seal](https://alpha.example/s.png) Ys", "seal Ys"),
    ("| Place | Served |\n|---|:--|\n| Ys | no |", "Place Served Ys no"),
    ("> quoted `nf_h100_8x` \\* twice", "quoted nf_h100_8x * twice"),
    ("a_b_c, 2 ** 3, 5 * 3 * 2, either|or, [sic], Terms | Alpha, 1 < 2 and 3 > 2", "a_b_c, 2 ** 3, 5 * 3 * 2, either|or, [sic], Terms | Alpha, 1 < 2 and 3 > 2"),
    ("EUR 2.49** an hour", "EUR 2.49** an hour"),
])
def test_markup_is_taken_off_and_nothing_else(source, words):
    assert readable(source) == words
    assert readable("literal <b> &amp; **x**", "text") == "literal <b> &amp; **x**"


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    folder = fakes.Folder(tmp_path_factory.mktemp("marked"))
    for week, quotes in enumerate(((BEFORE,), (AFTER, LISTED), (SET, LISTED)), 1):
        folder.run(f"r{week}", f"2026-11-0{week}T00:00:00Z", providers=[fakes.ALPHA])
        folder.visit(f"r{week}", "alpha", "terms_of_service", fakes.TERMS, f"2026-11-0{week}T00:00:01Z",
                     fakes.page(f"t{week}", clauses=[fakes.clause("resale_restriction" if n == 0 else "country_exclusion", q, places=["CN"] * n) for n, q in enumerate(quotes)]))
    write_feeds(folder.build())
    return folder


def said(folder, *args):
    result = CliRunner().invoke(cli, [*args, "--data", str(folder.path)])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("args", [
    ("changes", "--since", "2026-01-01", "--all"), ("diff", "alpha"), ("diff", "alpha", "--from", "2026-11-01"), ("diff", "alpha", "--all"),
    ("access", "--customer", "cn_company", "--explain", "alpha"), ("query", "--question", "18"), ("query", "--question", "26"), ("review", "--list", "--all"),
], ids=" ".join)
def test_no_markup_reaches_the_terminal(marked, args):
    text = said(marked, *args)
    assert "2.1 The customer in Group Seven may not" in text or "Ys are „not served“ – see annex_b." in text
    assert not [mark for mark in MARKUP if mark in text], text


def test_a_change_of_words_is_marked_and_one_of_markup_is_named(marked):
    text = said(marked, "diff", "alpha", "--from", "2026-11-01")
    assert "{+" in text and "[-" not in text and "".join(text.split()).count("or lend".replace(" ", "")) == 1, text
    assert "their markup changed" in said(marked, "changes", "--since", "2026-11-03", "--all")


def test_the_feed_shows_words_and_the_data_keep_the_source(marked):
    entries = [e.text for e in etree.parse(str(marked.path / "changes.atom")).iter(f"{{{ATOM}}}content")]
    assert any("Ys are „not served“ – see annex_b." in text for text in entries)
    assert not [(mark, text) for text in entries for mark in MARKUP if mark in text]
    kept = json.dumps(json.loads((marked.path / "changes.json").read_text("utf-8")), ensure_ascii=False)
    assert LISTED in kept and json.dumps(SET)[1:-1] in kept
    assert LISTED in said(marked, "query", "select quote from clauses", "--format", "csv").replace('""', '"')
    assert SET in {row["quote"] for row in json.loads(said(marked, "query", "--question", "18", "--format", "json"))}
