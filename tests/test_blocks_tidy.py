"""Tidy pages are read without a parser: whatever is called tidy gives the blocks that lexbor's reading gives."""

import random

import pytest

from nlp.blocks import tidy
from nlp.blocks.html import normalised, scan
from nlp.blocks.segment import segment
from nlp.blocks.tags import Tag

INSIDE = {"ul": "li li p", "ol": "li", "dl": "dt dd dd", "table": "tr tbody thead caption colgroup td", "tbody": "tr tr td", "thead": "tr", "tr": "td th td p", "select": "option optgroup", "colgroup": "col",
          "optgroup": "option"}
ANYWHERE = ("div div div p p p span span a b i ul ol dl table h1 h2 br hr img section form button select label sup strong s del details blockquote pre audio header nav x-y td li main font u code "
            "dialog address fieldset input script svg title object video h1 tr tbody")
ATTRIBUTES = [""] * 12 + [' class="a b"', ' id="x"', ' role="row"', ' role="cell"', ' style="font-weight:bold"', ' class="nav"', " hidden", " class=a", ' href="/x?a=1&b=2"', ' href="#y"',
                          ' class="line-through"', ' colspan="2"', " rowspan=2", " data-x='q\"r>'", ' style="white-space: pre-wrap"', ' alt="yes"', ' CLASS="A"', " role", " /"]
TEXTS = ["x", "One two three", "$3.20", "\n", " ", "12", "a &amp; b", "so <!-- c -->on", "<!-- c -->", "\n<!-- c -->\n", "&nbsp;", "a < b", "A line\nand another"]


def page(chance: random.Random, within: str = "body", depth: int = 0) -> str:
    """A piece of markup that nests for the most part, and leaves out ends that HTML implies, and others."""
    out = []
    for _ in range(chance.choice((0, 1, 1, 2, 2, 3)) + (depth == 0)):
        if chance.random() < 0.4 and (within not in INSIDE or chance.random() < 0.1):
            out.append(chance.choice(TEXTS))
            continue
        name = chance.choice((INSIDE[within] if within in INSIDE and chance.random() < 0.93 else ANYWHERE).split())
        out.append(f"{chance.choice(('', '', '', ' ', chr(10)))}<{name}{chance.choice(ATTRIBUTES)}>")
        if name in ("br", "hr", "img", "input", "col"):
            continue
        out.append(page(chance, name, depth + 1) if depth < 6 and name not in ("script", "svg", "title") else "x")
        if chance.random() > (0.35 if name in ("li", "p", "td", "th", "tr", "dt", "dd", "option", "tbody") else 0.02):
            out.append(f"</{name}>")
        if chance.random() < 0.02:
            out.append(f"</{chance.choice(ANYWHERE.split())}>")
    return "".join(out)


def grid(chance: random.Random) -> str:
    """A table of data with some ends left out, and now and then a caption, a head, or an end tag too many."""
    def some(*pieces: str) -> str:
        return chance.choice(pieces)
    out = ["<table>", some("", "<caption>All prices</caption>", "<colgroup><col></colgroup>", "\n"), some("", "<thead><tr><th>Name<th>Price</thead>", "<tr><th>Name</th><th>Price</th></tr>", "<tbody>")]
    for _ in range(chance.randrange(2, 5)):
        out.append(some("<tr>", "<tr>", "\n<tr>\n", ""))
        for _ in range(2):
            out.append(f"<td{chance.choice(ATTRIBUTES)}>{some('', '<p>', '<div>1</div>', '<b>', '<span>')}{chance.choice(TEXTS)}{some('', '', '</p>', '</b>', '</span>')}{some('</td>', '</td>', '', '</td></td>')}")
        out.append(some("</tr>", "</tr>", "", "</tr>\n"))
    return "".join(out) + some("</table>", "</tbody></table>", "</table>after")


def told(segmented) -> object:
    """All that is known of the blocks and links, offsets and cells included."""
    def text(content):
        return content.text, content.starts, content.ends
    return [(b.kind, text(b.content), b.level, b.marker, b.heading_path, b.container, b.chrome,
             b.table and (b.table.caption, b.table.header_rows, [[c and (text(c.content), c.header, c.row, c.column, c.row_span, c.column_span) for c in row] for row in b.table.rows]))
            for b in segmented.blocks], segmented.links


def by_lexbor(source: str) -> object:
    skeleton = scan(source)
    return told(segment(skeleton, normalised(skeleton.markup())))


def test_what_is_called_tidy_has_the_blocks_that_a_parser_finds():
    chance = random.Random(5)
    seen = tidy_ones = tables = 0
    for _ in range(2500):
        source = page(chance) if chance.random() < 0.8 else grid(chance)
        if chance.random() < 0.3:
            source = f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">\n<title>t</title></head>\n<body class="c">{source}</body>\n</html>\n'
        found = tidy.read(source)
        seen += 1
        if found is not None:
            tidy_ones += 1
            result = told(segment(*found))
            tables += any(block[-1] for block in result[0])
            assert result == by_lexbor(source), source
    assert tidy_ones > 0.4 * seen and tables > 20


def test_a_value_may_hold_the_sign_that_ends_a_tag():
    source = "<p title='a > b' class=x>One</p><p title=\"it's > so\">Two</p><p>3 > 2</p>"
    for _ in range(2):                                         # tags that were met before are the same
        skeleton, walked = tidy.read(source)
        found = segment(skeleton, walked)
        assert [b.text for b in found.blocks] == ["One", "Two", "3 > 2"] and told(found) == by_lexbor(source)


@pytest.mark.parametrize("source", [
    "<ul><li>one<li>two<p>more</ul><p>a<div>b</div>", "<table><tr><td>a<td>b<tr><td>c<td>d</table>", "<dl><dt>a<dd>b<dt>c<dd>d</dl>", "<p>a<ul><li>b</ul></p>c", "<div>a</span></div></td>b",
    "<html><head><title>t</title></head><body><p>a</body></html><p>b", "<table><tbody><td>a</table>", '<a href="/a">a</a><a href="/b">b</a>', "<div><p>left open"])
def test_ends_that_html_implies_are_tidy(source):
    found = tidy.read(source)
    assert found is not None and told(segment(*found)) == by_lexbor(source)


@pytest.mark.parametrize("source", [
    "<table>text<tr><td>a</table>", "<b><p>a</b>b</p>", "<p><span>a<div>b</div></span></p>", "<a href=/a>a<a href=/b>b</a></a>", "<div <p>a</div>", "<!-- a <p>b", "<script>a <p>b", "<p title='a<b'>c</p>",
    "<select><p>a</select>", "<math><mi>x</mi></math>", "<%= a %><p>b", "<ul><li>a<div>b<li>c</ul>", "<p>a</p>\ue0001\ue001", "<h1>a<h2>b</h2></h1>", "<h1><b>a</b></h2>b</h1>", "<form><form></form>a</form>", "<div>" * 600 + "a"])
def test_what_a_parser_moves_or_mends_is_left_to_it(source):
    assert tidy.read(source) is None


def test_hostile_markup_takes_linear_time():
    for piece in ("<a '", "<a \"'", "<div>", "<p>", "<script>", "<!--", "<svg ", "</p>", "</div>", "<li>", "<a b=\"<", "<table>", "<td>", "<title>a</title>", "<b>"):
        tidy.read(piece * (200_000 // len(piece)))


def test_names_of_old_prices_are_known_in_any_case_and_as_whole_words_only():
    for names in ("strike", "a Strikethrough", "text-decoration-line-through", "STRUCK b", "crossed-out", "old-price", "price-old", "Was-Price", "price-was"):
        assert Tag.read(f'<span class="{names}">').struck, names
    for names in ("striker", "through", "crossed", "old-prices", "was", "unstruck", "price"):
        assert not Tag.read(f'<span class="{names}">').struck, names
