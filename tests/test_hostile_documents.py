"""Documents written to stop the reader: each must be read or refused in time and room that grow with its size alone."""

from __future__ import annotations

import resource
import time

import pytest

from nlp.blocks import html, soup
from nlp.blocks.script import skeleton_of
from nlp.blocks.skeleton import OPEN
from nlp.blocks.structured import DataError, parse_json
from nlp.decode import codec_of
from nlp.extract import extract
from nlp.prices import find_prices, parse_number
from nlp.read import read_document
from nlp.tree import TreeError, embedded, read_json, read_yaml

RULE = "<p>The Customer shall not use the Services in violation of export control laws. H100 80GB $2.50 per hour.</p>"


@pytest.mark.parametrize(("source", "path"), [
    ("<div>" * 60_000, "a.html"), ("<ul><li>x " * 30_000, "a.html"), ("<table><tr><td>x" * 15_000, "a.html"), ("<b><i><a>" * 40_000, "a.html"),
    ("<p " + " ".join(f"a{i}=1" for i in range(100_000)) + ">", "a.html"), ("<textarea>" * 60_000, "a.html"), ("<title>" * 60_000, "a.html"), ("<svg>" * 40_000, "a.html"),
    ("<script>" * 60_000, "a.html"), ("<script></script" * 40_000, "a.html"), ("<script " * 40_000, "a.html"),
    ("<?php " + "$x = <<<A\n" * 30_000, "a.php"), ("<?php " + "/*a" * 60_000, "a.php"), ("return <A>{" * 15_000, "a.tsx"), ("<A b={(" * 15_000, "a.jsx"),
    ("T\n====\n\n" + "*a " * 60_000, "a.rst"), ("T\n====\n\n" + "**a " * 40_000, "a.rst"), ("T\n====\n\n" + "==== ====\n" * 30_000, "a.rst"),
])
def test_time_grows_with_size_alone(source, path):
    began = time.process_time()
    document = read_document((source + RULE * 3).encode(), path=path)
    list(embedded(document.text))
    assert time.process_time() - began < 8


def test_text_below_too_many_open_elements_is_read():
    for opening in ("<div>", "<ul><li>", "<table><tr><td>", "<b><p>", "<font color=red>"):
        found = extract((opening * 2_000 + RULE * 3).encode(), path="a.html", kind="terms")
        assert found.document.readable and [c.gpu_name for c in found.chips][:1] == ["H100"], opening
        assert any("export control laws" in c.quote for c in found.clauses), opening


def test_unclosed_formatting_takes_no_gigabytes():
    markup = html.scan("".join(f"<p><b a{i}>text {i}</p>" for i in range(6_000))).markup()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert html.normalised(markup).count(OPEN) == 6_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024     # KiB


@pytest.mark.parametrize("part", ["<p>x", "<li>x", "<tr><td>x<td>y", "<dt>x<dd>y", "<p><b>x</b>", "<ul><li>x</ul>", "<div><p>x</div>", "<option>x"])
def test_elements_that_end_without_an_end_tag_do_not_count_as_nested(part):
    markup = html.scan("<body>" + part * 3_000).markup()
    assert html.tame(markup) == markup and html.tame(markup, soup.MAX_NESTING) == markup


def test_few_attributes_of_a_tag_with_thousands_are_kept():
    skeleton = html.scan('<p class="a b" id=c ' + " ".join(f"d{i}='>{i}'" for i in range(5_000)) + ">text</p>")
    tag = skeleton.markup().split(OPEN)[0]
    assert tag.startswith('<p class="a b" id=c d0=\'>0\'') and len(tag) < 2_000 and skeleton.damaged == 0
    large = "x" * 50_000
    assert large in html.scan(f'<p data-page="{large}" class=a>text').markup()


@pytest.mark.parametrize("name", ["idna", "punycode", "undefined", "unicode_escape", "raw-unicode-escape", "utf-7", "hex", "rot13", "../../etc/passwd"])
def test_codecs_that_are_no_encodings_of_pages(name):
    assert codec_of(name) is None
    document = read_document(f"<meta charset={name}>".encode() + b"\xff" + RULE.encode() * 3, path="a.html")
    assert document.readable and any(i.code == "encoding" for i in document.issues)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_cut_in_the_middle_of_a_character(codec):
    data = ("\ufeff" + RULE * 5 + "\U0001f600").encode(codec)[:-1]
    document = read_document(data, path="a.html")
    assert document.readable and "export control laws" in document.blocks[0].text and [i.code for i in document.issues] == ["encoding"]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_byte_order_mark(codec):
    document = read_document((RULE * 5).encode(codec), path="a.html")
    assert document.charset == codec and document.text == RULE * 5


def test_numbers_of_thousands_of_digits():
    with pytest.raises(DataError):
        parse_json('{"price": ' + "9" * 10_000 + "}")
    assert read_document(b'{"gpu": "H100", "price": ' + b"9" * 10_000 + b"}", path="a.json").issues[0].code == "broken_data"


def test_half_characters_in_json_reach_nobody():
    assert read_json(r'["\ud83d\ude00 \ud800 H100"]').items[0].value == "\U0001f600 \ufffd H100"
    found = extract(rb'[{"gpu": "H100 \ud800", "price": "2.50", "currency": "USD", "unit": "hour", "region": "Frank\udfffurt", "name": "x"}]', path="a.json", kind="offers")
    assert found.offers and str(found.to_dict()).encode()


def test_aliases_that_multiply():
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join('*' + chr(97 + i) for _ in range(9))}]\n" for i in range(9))
    began = time.process_time()
    with pytest.raises(TreeError):
        read_yaml(bomb)
    assert time.process_time() - began < 3
    assert read_yaml("a: &a {gpu: H100}\nb: *a\n")[0].get("b").get("gpu").value == "H100"


def test_literals_of_a_page_of_scripts():
    page = '<script>var a = {"gpu": "H100"};</script><SCRIPT type="application/json">["x"]</script ><script>function f() { return {a: (1)} }; b.c = [1, {d: 2}]</script><p>'
    assert [page[n.start:n.end] for n in embedded(page)] == ['{"gpu": "H100"}', '["x"]', "[1, {d: 2}]"]


def test_php_and_script_literals():
    long = "The Customer shall not use the Services in violation of export control laws of the United States."
    php = f"<?php // don't\n/* it's \" */ $a = <<<'EOT'\n{long} One.\n  EOT;\n$b = '{long} Two.'; $c = <<<X\nnever closed {long}\n $d = \"{long} Three.\"; # it's\n $e = `{long} Four.`;"
    texts = [b.text for b in read_document(php.encode(), path="a.php").blocks]
    assert [t.rsplit(" ", 1)[1] for t in texts] == ["One.", "Two.", "Three.", "Four."]
    nested = "return <p>Before</p>; const x = () => (" + "<div>{y && " * 5 + "<p>Deep text</p>" + "}</div>" * 5 + ")"
    assert "Deep text" in [b.text for b in read_document((nested + " " * 200).encode(), path="a.jsx").blocks]
    assert skeleton_of(nested).tags


def test_underscores_of_rst_that_are_no_reference():
    document = read_document(("T\n====\n\nThe __init__ of _x_ and a_ stay, __ too. " + "word " * 30).encode(), path="a.rst")
    assert document.blocks[1].text.startswith("The __init__ of _x_ and a stay, __ too.")


@pytest.mark.parametrize("row", ["1,", "1.", "1", "1 ", "1'", "$1,", "9.9.9,"])
def test_rows_of_digits_and_marks(row):
    began = time.process_time()
    find_prices("$2.50 per hour " + row * 30_000, bare=True)
    assert time.process_time() - began < 6
    assert parse_number("9" * 400) is None


def test_a_price_before_a_row_of_dots():
    assert [p.amount for p in find_prices("H100 $2.49 " + "." * 80 + " 45")] == [2.49]
    assert [p.amount for p in find_prices("H100 $2.49" + "." * 80)] == [2.49]


FINNISH = "<p>Asiakas sitoutuu noudattamaan kaikkia sovellettavia vientivalvontaa koskevia lakeja ja asetuksia eikä palveluja saa käyttää pakotteiden kohteena olevissa maissa.</p>"
THAI = "<p>ผู้ใช้ต้องปฏิบัติตามกฎหมายควบคุมการส่งออก และห้ามใช้บริการในประเทศที่ถูกคว่ำบาตรโดยเด็ดขาด</p>"
JAPANESE = "<p>利用者は本サービスを輸出管理法令に違反して利用してはならないものとします。</p>"
PROSE = "<p>The Customer shall pay the fees for the use of the Services within thirty days of the invoice, and may end the contract at the end of any month.</p>"


@pytest.mark.parametrize(("text", "declared", "covered"), [
    (FINNISH * 20, "en", False), (THAI * 20, "en", False), (THAI * 20, "ja", False), (FINNISH * 20, "fi", False), (PROSE * 20, "en", True), (PROSE * 20 + FINNISH * 40, "en", True),
    (JAPANESE * 60 + THAI * 60, "ja", True), (PROSE * 20, "de", True),
])
def test_a_wrong_declaration_makes_no_silence(text, declared, covered):
    found = extract(text.encode(), path="a.html", kind="terms", language=declared)
    assert found.document.language_covered is covered
    assert sum(i.code == "language_not_covered" for i in found.issues) == (not covered)


@pytest.mark.parametrize(("title", "expected"), [("Rent &#; GPUs", "Rent &#; GPUs"), ("Rent &#x", "Rent &#x"), ("Q&#xZ", "Q&#xZ"), ("Q&#65z", "QAz"), ("Q&#\u0663;", "Q&#\u0663;")])
def test_what_only_begins_like_a_reference_ends_no_reading(title, expected):
    page = f"<title>{title}</title><p><a href='/a{title}'>Prices</a></p>{RULE}"
    for source in (page, "<b><p>" + page):                     # read as it stands, and by a parser
        document = read_document(source.encode(), path="a.html")
        assert document.title == expected and document.links[0][1] == f"/a{expected}"
