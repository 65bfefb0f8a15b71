"""HTML -> blocks: structure, offsets, and that both parsers give the same."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.blocks import soup
from nlp.blocks.html import normalised, scan
from nlp.blocks.segment import heading_rank, segment
from nlp.document import Block, Document
from nlp.normalise import HTML, RAW, InterleavedText, mapped_text
from nlp.read import read_document


def read(markup: str, **kwargs) -> Document:
    return read_document(markup.encode(), path="page.html", **kwargs)


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks]


def check_offsets(document: Document) -> None:
    """Every block character has a span inside the source; spans rise."""
    size = len(document.text)
    for block in document.blocks:
        parts = [block.content] + [cell.content for row in (block.table.rows if block.table else ()) for cell in row if cell is not None]
        for content in parts:
            assert len(content.text) == len(content.starts) == len(content.ends)
            for a, b in zip(content.starts, content.ends, strict=True):
                assert 0 <= a <= b <= size
            if not isinstance(content, InterleavedText):
                assert list(content.starts) == sorted(content.starts)
                assert list(content.ends) == sorted(content.ends)
            assert unicodedata.is_normalized("NFKC", content.text)


PAGE = """<!doctype html><html lang=en><head><title>Prices &amp; terms</title><style>p{color:red}</style></head><body>
<header><nav><ul><li><a href="/gpus">GPUs</a><li><a href="/terms">Terms</a></ul></nav></header>
<main><h1>Vexelcloud prices</h1><p>Per hour, in US&nbsp;dollars,<br>net of tax.
<div class=grid><div class="card"><h3>H100 SXM</h3><p class=price>$2.39<span>/hour</span><ul><li>80 GB<li>3.35 TB/s</ul></div>
<div class="card"><h3>A100 PCIe</h3><p class=price>$1.19<span>/hour</span><ul><li>40 GB<li>1.55 TB/s</ul></div></div>
<h2>Terms</h2><ol start=3><li>You must not resell.<li>You must not export.<p>Nor re-export.</ol>
<dl><dt>Region<dd>Reykjavik<dt>Currency<dd>USD</dl>
<table><caption>Reserved</caption><tr><th rowspan=2>GPU<th colspan=2>Term<tr><th>1 year<th>3 years<tr><td>H100<td>$2.10<td>$1.80<tr><td>A100<td colspan=2>on request</table>
<details><summary>Who may buy?</summary><p>Companies only.</p></details><pre>curl  -X GET
  /prices</pre></main><footer>Vexelcloud Ltd</footer></body></html>"""


def by_text(document: Document, text: str) -> Block:
    return next(block for block in document.blocks if block.text == text)


def test_structure_of_a_page():
    document = read(PAGE)
    check_offsets(document)
    assert document.title == "Prices & terms" and document.content_type == "html" and document.readable
    assert [b.text for b in document.blocks if b.chrome] == ["GPUs", "Terms", "Vexelcloud Ltd"]
    assert by_text(document, "Vexelcloud prices").kind == "heading"
    assert "Per hour, in US dollars,\nnet of tax." in texts(document)
    price = by_text(document, "$2.39/hour")
    assert price.heading_path == ("Vexelcloud prices", "H100 SXM")
    assert price.container == by_text(document, "80 GB").container is not None
    assert price.container != by_text(document, "$1.19/hour").container
    items = [(b.marker, b.text, b.level) for b in document.blocks if b.heading_path[-1:] == ("Terms",) and b.kind == "list_item"]
    assert items == [("3.", "You must not resell.", 1), ("4.", "You must not export.", 1), (None, "Nor re-export.", 1)]
    assert by_text(document, "Region: Reykjavik").kind == "definition"
    assert by_text(document, "Companies only.").heading_path[-1] == "Who may buy?"
    assert by_text(document, "curl -X GET\n/prices").kind == "code"
    assert ("GPUs", "/gpus") in document.links


def test_tables_are_grids():
    table = next(b for b in read(PAGE).blocks if b.kind == "table").table
    grid = [[cell.text for cell in row] for row in table.rows]
    assert grid == [["GPU", "Term", "Term"], ["GPU", "1 year", "3 years"], ["H100", "$2.10", "$1.80"], ["A100", "on request", "on request"]]
    assert table.header_rows == 2 and table.caption == "Reserved"
    assert table.rows[0][1] is table.rows[0][2] and table.rows[0][0].row_span == 2
    assert [cell.header for cell in table.rows[2]] == [False, False, False]


def test_pictures_in_cells_have_words():
    document = read("<p><img alt='Logo'>Text.</p><table><tr><th>Plan<th>GPU<th>SLA<tr><td><img src=x alt='GPU'>A<td><img alt=yes><img src=t.png alt='yes'><td></table>" + "<p>" + "text " * 40)
    assert document.blocks[0].text == "Text."
    assert [c.text for c in document.blocks[1].table.rows[1]] == ["A", "yes", ""]


def test_ragged_rows_and_wild_spans():
    document = read("<table><tr><td rowspan=9>a<td>b<tr><td colspan=99999>c<td>d<tr><td>e</table>" + "<p>" + "text " * 40)
    rows = document.blocks[0].table.rows
    assert len({len(row) for row in rows}) == 1
    assert rows[2][0].text == "a" and rows[2][1].text == "e" and rows[2][-1] is None


def test_a_table_beyond_the_limit_is_told():
    document = read("<table>" + "<tr>" + "<td colspan=200>x" * 30 + "</tr><tr><td>y</tr>" * 1 + ("<tr>" + "<td colspan=200>x" * 30) * 80 + "</table>")
    assert [(i.level, i.code) for i in document.issues if i.code == "limit"] == [("error", "limit")]


def test_layout_tables_are_no_tables():
    document = read("<table><tr><td><h2>Left</h2><p>One.</p></td><td><p>Two.</p></td></tr></table>" + "<p>" + "text " * 40)
    assert [b.kind for b in document.blocks[:3]] == ["heading", "paragraph", "paragraph"]


def test_tables_of_divs():
    document = read("""<div class=t><div class="row head"><span>Plan</span><span>GPU</span><span>Price</span></div><div class=row><span>V1</span><span>1 x H100</span>
    <span>2.39</span></div><div class=row><span>V8</span><span>8 x H100</span><span>19.12</span></div></div>""" + "<p>" + "text " * 40)
    table = document.blocks[0].table
    assert [[c.text for c in row] for row in table.rows] == [["Plan", "GPU", "Price"], ["V1", "1 x H100", "2.39"], ["V8", "8 x H100", "19.12"]]
    assert table.header_rows == 1
    check_offsets(document)


def test_tables_of_boxes_in_boxes():
    """Two columns are a table, too, where each is a box of its own; so are cells of several elements, empty ones, and a head that names the length of a contract."""
    document = read("""<div><div><div>GPU</div><div>Hourly rate</div></div><div><div>A40</div><div><span>€</span><b>0.49</b></div></div><div><div>T4</div><div></div></div></div>"""
                    """<div><div><div>GPU</div><div>On demand</div><div>12 months</div></div><div><div>L4</div><div>$0.61</div><div>$0.44</div></div><div><div>H200</div><div>$3.60</div><div></div></div></div>"""
                    + "<p>" + "text " * 40)
    assert [[[c.text for c in row] for row in b.table.rows] for b in document.blocks if b.table] == [
        [["GPU", "Hourly rate"], ["A40", "€0.49"], ["T4", ""]], [["GPU", "On demand", "12 months"], ["L4", "$0.61", "$0.44"], ["H200", "$3.60", ""]]]
    check_offsets(document)


def test_cards_are_no_table_of_boxes():
    document = read("<div>" + "".join(f"<div><div>{name}</div><div>{text}</div></div>" for name, text in (("H100 80 GB", "$2.10"), ("L4 24 GB", "$0.60"), ("A16 64 GB", "$0.50"))) + "</div><p>" + "text " * 40)
    assert not any(b.table for b in document.blocks)


def test_quotes_are_slices_of_the_source():
    source = "<p>You must <b>not</b> export to <a href='/c'>Norland&nbsp;&amp; Sudland</a> or &#x201c;Ostland&#x201d;.</p>" + "<p>" + "text " * 40
    document = read(source)
    block = document.blocks[0]
    assert block.text == "You must not export to Norland & Sudland or “Ostland”."
    start = block.text.index("not export")
    quote, a, b = document.quote(block.content, start, start + len("not export"))
    assert quote == "not</b> export" == source[a:b]
    start = block.text.index("“")
    assert document.quote(block.content, start, len(block.text))[0] == "&#x201c;Ostland&#x201d;."


@pytest.mark.parametrize(("markup", "text"), [
    ("H<b>100</b>", "H100"),
    ("$3.20<sup>1</sup> an hour", "$3.20 1 an hour"),
    ("1<sup>st</sup>", "1st"),
    ("<span>H100</span><span>80 GB</span><span>$2.99</span>", "H100 80 GB $2.99"),
    ("<span>$2.99</span><span>/hr</span>", "$2.99/hr"),
    ("serv<span>ices</span>", "services"),
    ("GeForce RTX&trade; 4090, Xeon® CPU", "GeForce RTX 4090, Xeon CPU"),
    ("infra&shy;struc\u200bture", "infrastructure"),
    ("Ｈ１００　￥１，２００", "H100 ¥1,200"),
    ("ﬁne &copy2026 AT&T &notanentity;", "fine ©2026 AT&T ¬anentity;"),
    ("東京\n　リージョン", "東京リージョン"),
    ("<del>$3.99</del> $2.99", "$2.99"), ("only <s>$4</s><b>$3</b>", "only $3"), ("<s>" + "left open " * 20, ("left open " * 20).strip()),
    ("A <!-- not <b>this</b> --> B", "A B"),
    ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
])
def test_inline_text(markup, text):
    assert read(f"<p>{markup}</p>" + "<p>" + "text " * 40).blocks[0].text == text


def test_chrome_by_name_is_a_guess_that_the_amount_of_text_may_overrule():
    body = "<p>We set cookies to keep you signed in and to count visits to each page.</p>" * 30
    assert not any(b.chrome for b in read(f"<div class='cookie-policy'>{body}</div>").blocks)
    banner = "<div id='cookie-banner'><p>We use cookies.</p><button>Accept</button></div>"
    document = read(banner + "<main>" + body.replace("cookies", "logs") + "</main>")
    assert [b.text for b in document.blocks if b.chrome] == ["We use cookies.", "Accept"]


def test_a_second_copy_of_the_menu_is_chrome():
    menu = "<div>GPUs</div><div>Prices</div><div>Terms</div><div>Docs</div>"
    document = read(f"<nav>{menu}</nav><div class=drawer>{menu}</div><main><h1>Terms</h1><p>" + "You agree to all of this. " * 20 + "<p>GPUs<p>Prices</main>")
    assert [b.text[:6] for b in document.body()] == ["Terms", "You ag", "GPUs", "Prices"]


def test_a_header_with_the_main_heading_is_content():
    document = read("<header><nav><a href=/>Home</a></nav><h1>Terms of use</h1></header><p>" + "You agree to all of this. " * 20)
    assert [(b.text[:12], b.chrome) for b in document.blocks] == [("Home", True), ("Terms of use", False), ("You agree to", False)]
    assert document.blocks[2].heading_path == ("Terms of use",)


def test_scripts_and_hidden_furniture_are_no_text():
    document = read("<p>" + "Real text here. " * 20 + "</p><script>var p = '<p>H100 $0.01</p>'</script><template><p>T</p></template><noscript>Turn on</noscript><svg><title>S</title></svg>")
    assert len(document.blocks) == 1


@pytest.mark.parametrize(("text", "bold", "is_heading"), [
    ("7. Export control", False, True), ("Article 12 Sanctions", False, True), ("第5条（禁止事項）", False, True), ("Export control", True, True),
    ("제 12 조 (이용제한)", False, True), ("§ 4 Zahlungsbedingungen", False, True),
    ("Export control", False, False), ("1. You must not export the service.", False, False), ("2. Customer shall comply", False, False),
    ("You must not:", False, False), ("Last updated: 3 April 2026", True, False), ("1.2", True, False),
    ("This is a bold sentence that goes on for so long that nobody would take it for the title of a section of a contract.", True, False),
])
def test_paragraphs_that_act_as_headings(text, bold, is_heading):
    assert bool(heading_rank(text, bold)) == is_heading


def test_numbered_paragraphs_keep_their_number_and_tell_it():
    document = read("<h1>Terms</h1><p>3.2 You must pay in euro, on time, and in full.<p>(a) the first thing to do;<p>No number here at all, only text.")
    assert [b.marker for b in document.blocks[1:]] == ["3.2", "(a)", None]
    assert document.blocks[1].text.startswith("3.2 ")


# --- both parsers -------------------------------------------------------------------------------------------------------------------

FRAGMENTS = [
    PAGE,
    "<ul><li>one<li>two<ul><li>deep</ul><li>three</ul> tail text",
    "<p>a<p>b<div>c<p>d</div>e<b>f<i>g</b>h</i>",
    "<table><tr><td>a<td>b<tr><td>c</table><table><td>lone</table>",
    "<table><tbody><tr><td>1</td></tr><td>2</td><td>3</td></tr><tr><td>4</td></tr></table>",
    "text <div>more <span>inline</span> <a href=x>link</a></div> end<br><br>next<br>line",
    "<dl><dt>t<dd>d<dt>t2<dt>t3<dd>d2</dl>",
    "<h2>Head<p>para</h2>after",
    "<section><article><header><h1>T</h1></header><p>x</p></article></section>",
    "<p>unclosed <b>bold<p>next</b> para",
    "<select><option>one<option>two</select><textarea>typed &amp; kept</textarea>",
    "<div role=table><div role=row><div role=columnheader>A</div><div role=columnheader>B</div></div><div role=row><div role=cell>1</div><div role=cell>2</div></div></div>",
    "<center><font size=2><p>old page</font></center><hr>x",
]


def both(markup: str) -> tuple[list, list]:
    out = []
    skeleton = scan(markup)
    for parsed in (normalised(skeleton.markup()), soup.normalised(skeleton.markup())[0]):
        out.append([(b.kind, b.text, b.level, b.marker, b.chrome, b.heading_path, list(b.content.starts)) for b in segment(skeleton, parsed).blocks])
    return out[0], out[1]


@pytest.mark.parametrize("markup", FRAGMENTS, ids=range(len(FRAGMENTS)))
def test_both_parsers_give_the_same_blocks(markup):
    first, second = both(markup)
    assert first and first == second


def test_damaged_pages_go_the_tolerant_way():
    markup = "".join(f"<div <p class='x'>Paragraph {i} of the damaged page<b </div>" for i in range(20))
    document = read(markup)
    assert any(issue.code == "damaged_html" for issue in document.issues)
    assert sum("of the damaged page" in block.text for block in document.blocks) == 20
    check_offsets(document)


def test_selectors():
    page = "<div id=promo>Buy now!</div><div class=terms><h1>Terms</h1><p>" + "You agree to these terms. " * 10 + "</p><aside>Advert</aside></div><div class=terms><p>Annex.</p></div>"
    document = read(page, select=("div.terms",), remove=("aside",))
    assert [b.text[:9] for b in document.blocks] == ["Terms", "You agree", "Annex."]
    assert not document.issues
    check_offsets(document)
    document = read(page, select=(".gone",))
    assert len(document.blocks) == 5 and [i.code for i in document.issues] == ["selector"]
    assert "'.gone'" in document.issues[0].text
    assert [i.level for i in read(page, select=("div[",)).issues] == ["error"]


@given(st.lists(st.sampled_from([
    "<p>", "</p>", "<div class='a'>", "</div>", "<b>", "</b>", "<ul>", "<li>", "</ul>", "<table>", "<tr>", "<td>", "<th rowspan=2>", "</table>", "<h2>", "</h2>", "<br>", "<a href='x'>", "</a>",
    "<!--", "-->", "<script>", "</script>", "<", ">", "&amp;", "&#0;", "&nbsp;", "\u00ad", "\ue000", "\ue0001\ue001", "文", "Ｈ", "e\u0301", "word ", " ", "\n", '"', "'", "<p x='", "<dl><dt>", "<dd>", "<title>",
    "<span>", "</span>", "<sup>1", "<pre>", "</pre>", "<svg>", "<template>", "<plaintext>", "<frameset>", "<select>", "<option>", "<math>", "<textarea>", "</body>", "<?x", "<%= y %>", "<!DOCTYPE x>",
]), max_size=40))
@settings(max_examples=150, deadline=None)
def test_any_markup_is_read(parts):
    document = read("".join(parts))
    check_offsets(document)


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_text_maps_back(source):
    content = mapped_text(source, [(0, len(source), RAW)])
    assert unicodedata.is_normalized("NFKC", content.text)
    assert len(content.text) == len(content.starts) == len(content.ends)
    assert all(0 <= a < b <= len(source) for a, b in zip(content.starts, content.ends, strict=True) if a != b)
    assert list(content.starts) == sorted(content.starts) and list(content.ends) == sorted(content.ends)


@given(st.lists(st.sampled_from(["Export", "control", "Ｈ１００", "ﬁne", "中文", "é", "e\u0301", "&amp;", "a&b", "“x”", "½", "№", "ｶﾞ", "한글", "…"]), min_size=1, max_size=12))
@settings(max_examples=100, deadline=None)
def test_a_source_slice_reads_as_the_block_text_that_it_gave(words):
    source = " \n ".join(words)
    content = mapped_text(source, [(0, len(source), HTML)])
    for start in range(0, len(content.text), 3):
        end = min(len(content.text), start + 5)
        a, b = content.source_span(start, end)
        again = mapped_text(source, [(a, b, HTML)]).text
        assert content.text[start:end].strip() in again


def test_ten_thousand_open_tags_are_read_in_time():
    document = read("<div>" * 10_000 + "<p>" + "text " * 40)
    assert document.blocks[-1].text.startswith("text")
    document = read("<a '" * 5_000 + "<p>" + "text " * 40)
    assert "text" in document.blocks[-1].text


def test_text_made_without_offsets_is_the_text_that_has_them():
    import random

    from nlp.normalise import ABUT, ALT, MARKDOWN, RAISE, STRING, LazyText

    chance = random.Random(3)
    odd = ["\t", "\xa0", "&trade;", "&", "&amp", "中", "文\n", "\u3000", "ﬁ", "é", "e", "\u0301", "™", "\\", "\\*", "²", "&#10;", "\r\n", "\x1c", "\x00", "\u2028", "가", "&eacute;", "&#x301;", "\u200b", "¨",
           "®", "&shy;", "&sup2;", "\u0e33", "\u02d8", "１", "か", "\u3099", "ﾊ", "ﾟ", "\u1100", "\u1161", "=", "\u0338", "½", "H100", "80GB", "$"]
    lazy = 0
    for _ in range(6000):
        source, pieces = "", []
        for _ in range(chance.choice((1, 1, 2, 3))):
            if chance.random() < 0.2:
                pieces.append(chance.choice((" ", "\n", RAISE, ABUT)))
            text = "".join(chance.choice(odd if chance.random() < 0.2 else ["a", "b ", "c", " ", "d\n", "&nbsp;", "&amp;", "  "]) for _ in range(chance.randrange(1, 7)))
            pieces.append((len(source), len(source) + len(text), chance.choice((HTML, HTML, RAW, MARKDOWN, STRING, ALT))))
            source += text + "<"
        content = mapped_text(source, pieces)
        if isinstance(content, LazyText):
            lazy += 1
            early = content.source_span(0, len(content.text)) if content.text else None
            assert early is None or early == (content.starts[0], content.ends[-1])
            assert len(content.starts) == len(content.ends) == len(content.text) and content.text == content._offsets().text, (source, pieces)
    assert lazy > 2000


@pytest.mark.parametrize(("source", "text"), [
    ("rent &trade; chips", "rent chips"), ("rent &shy;chips", "rent chips"), ("rent &trade; ", "rent"), ("rent\u200b chips", "rent chips"), ("chips ²", "chips 2"), ("3 &sup2; racks", "3 2 racks"),
])
def test_blanks_around_what_is_dropped_are_one(source: str, text: str) -> None:
    document = read_document(f"<p>{source}</p>".encode(), path="page.html")
    (block,) = document.blocks
    assert block.text == text
    assert document.quote(block.content, 0, len(text))[0].split()[0].startswith(text.split()[0])
    assert len(block.content.starts) == len(text)              # the text that has offsets is the same


@pytest.mark.parametrize("between", ["&nbsp; ", " &nbsp;", " &nbsp; ", "&nbsp;&nbsp; ", "&#160;\n", "  &emsp;  ", "&nbsp; &nbsp;"])
@pytest.mark.parametrize("words", [("rent", "chips"), ("à", "louer"), ("vis\\*", "chips"), ("&amp;", "chips")])
def test_blanks_beside_a_reference_to_a_blank_are_one(between: str, words: tuple[str, str]) -> None:
    source = f"<p>{words[0]}{between}{words[1]}</p>"
    document = read_document(source.encode(), path="page.html")
    (block,) = document.blocks
    first, last = ("&" if words[0] == "&amp;" else words[0]), words[1]
    assert block.text == f"{first} {last}"
    assert document.quote(block.content, len(first) + 1, len(block.text))[0] == last and document.quote(block.content, 0, len(block.text))[0] == source[3:-4]


@pytest.mark.parametrize("name", ["ſcript", "ſtyle", "noſcript", "tıtle", "ıframe", "ſvg", "Script", "TITLE"])
@pytest.mark.parametrize("before", ["<p>H100</p>", "<p>H100</p><table>a"])    # read as it stands, and by the parser
def test_names_that_only_look_like_those_of_elements_are_none(name, before):
    found = " ".join(block.text for block in read_document(f"<!doctype html><body>{before}<{name}>hidden</{name}><p>Rented by the hour".encode(), path="a.html").blocks)
    assert "H100" in found and "Rented by the hour" in found
    assert ("hidden" in found) is not name.isascii()


@pytest.mark.parametrize("start", ["--9", "-", "²", "٣", "9" * 5000, "-3", "7"])
def test_a_list_may_claim_to_begin_anywhere(start):
    page = f'<ol start="{start}"><li>Tenants rent nodes by the hour.<li value="{start}">Tenants pay by the month.</ol>'
    first, second = read_document(page.encode(), path="p.html").blocks
    assert (first.text, second.text) == ("Tenants rent nodes by the hour.", "Tenants pay by the month.")
    assert first.marker == {"٣": "3.", "-3": "-3.", "7": "7."}.get(start, "1.")


def test_a_table_of_reStructuredText_may_claim_any_number_of_heads():
    for rows in ("²", "9" * 5000, "--1"):
        source = f"Prices\n======\n\n.. list-table::\n   :header-rows: {rows}\n\n   * - GPU\n     - Price\n   * - A100\n     - $2.10\n"
        assert [block.kind for block in read_document(source.encode(), path="p.rst").blocks] == ["heading", "table"]
