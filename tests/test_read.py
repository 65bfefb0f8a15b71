"""Reading documents: types, encodings, data, PDF, limits, and what is unreadable."""

from __future__ import annotations

import io
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_blocks import check_offsets

from nlp.blocks.structured import DataError, locate, parse_json, parse_xml, parse_yaml
from nlp.decode import _meta as declared_in
from nlp.decode import decode
from nlp.errors import UnreadableDocument
from nlp.language import canonical, identify
from nlp.read import kind_of, read_document

FILL = "<p>" + "The customer is to pay the price of the order within thirty days. " * 4 + "</p>"


# --- types --------------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("text", "content_type", "path", "url", "kind"), [
    ("<!DOCTYPE html><p>x", "text/plain", "a.md", None, "html"),
    ('{"a": 1}', "text/html", None, None, "json"),
    ('[{"gpu": "H100"}]', None, "prices.js", None, "json"),
    ("[link](x) text", None, "a.md", None, "markdown"),
    ("# T", "text/markdown; charset=utf-8", None, None, "markdown"),
    ("# T\n\ntext", "text/html", "a.md", None, "markdown"),
    ("<p>x</p><p>y</p>", "text/html", None, None, "html"),
    ("<?xml version='1.0'?><a/>", None, None, None, "xml"),
    ("a,b\n1,2", "text/csv", None, None, "csv"),
    ("a: 1", None, None, "https://x.example/feed.yaml?v=1#top", "yaml"),
    ("T\n=\n", None, "a.rst", None, "rst"),
    ("<?php ?>", None, None, None, "php"),
    ("text of no kind", None, None, None, "text"),
    ("# Title\n\n**bold** [a](b)", None, None, None, "markdown"),
    ("<div><p>a</p><p>b</p></div>", None, None, None, "html"),
    ("<Card/>", None, "a.mdx", None, "mdx"),
    ("text", None, "a.html.markerb", None, "markdown"),
])
def test_types(text, content_type, path, url, kind):
    assert kind_of(text, content_type, path, url) == kind


@pytest.mark.parametrize("data", [b"PK\x03\x04rest", b"\x1f\x8b\x08", b"\x89PNG\r\n", b"\x00\x01\x02\x00" * 100, b"%PDF-1.7 broken", b"x" * (33 * 1024 * 1024)])
def test_what_is_no_document_is_refused_in_one_line(data):
    with pytest.raises(UnreadableDocument) as caught:
        read_document(data)
    assert str(caught.value) and "\n" not in str(caught.value)


# --- encodings ----------------------------------------------------------------------------------------------------------------------

JAPANESE = "<p>お客様は、当社の書面による承諾なく、本サービスを第三者に再販売してはなりません。輸出関連法令を遵守するものとします。</p>"
KOREAN = "<p>고객은 회사의 사전 서면 동의 없이 서비스를 제삼자에게 재판매할 수 없으며 수출 관련 법령을 준수하여야 합니다.</p>"
CHINESE = "<p>未经我们书面同意，用户不得向第三方转售本服务，并应当遵守有关出口管制的法律法规，违反者我们有权终止服务。</p>"
TAIWANESE = "<p>未經本公司書面同意，用戶不得向第三方轉售本服務，並應遵守有關出口管制之法律規定，違反者本公司得終止服務。</p>"
RUSSIAN = "<p>Заказчик не вправе перепродавать услуги третьим лицам без письменного согласия исполнителя и обязан соблюдать законы об экспорте.</p>"
FRENCH = "<p>Le client s’engage à ne pas revendre le service sans l’accord écrit du prestataire, à respecter la législation sur l’exportation — où qu’il soit.</p>"


@pytest.mark.parametrize(("text", "codec", "charset"), [
    (JAPANESE, "cp932", "shift_jis"), (JAPANESE, "euc_jp", "euc-jp"), (KOREAN, "cp949", "euc-kr"), (CHINESE, "gb18030", "gb18030"), (TAIWANESE, "big5", "big5"),
    (RUSSIAN, "cp1251", "windows-1251"), (FRENCH, "cp1252", "windows-1252"), (JAPANESE, "utf-8", "utf-8"), (JAPANESE, "utf-16", "utf-16"),
])
def test_encodings_by_header_by_meta_and_by_the_bytes_alone(text, codec, charset):
    declared = {"cp932": "Shift_JIS", "euc_jp": "EUC-JP", "cp949": "EUC-KR", "gb18030": "gb2312", "big5": "Big5", "cp1251": "windows-1251", "cp1252": "ISO-8859-1"}.get(codec, codec)
    data = text.encode(codec)
    assert decode(data, f"text/html; charset={declared}")[:2] == (text, charset)
    if codec != "utf-16":
        page = f'<meta charset="{declared}">' + text
        assert decode(page.encode(codec), None)[:2] == (page, charset)
        assert decode(text.encode(codec) * 8)[0] == text * 8


def test_a_wrong_declaration_yields_to_the_bytes():
    text, charset, notes = decode(JAPANESE.encode(), "text/html; charset=Shift_JIS")
    assert (text, charset) == (JAPANESE, "utf-8") and "UTF-8" in notes[0]
    text, charset, notes = decode(b'<meta charset="utf-8">' + JAPANESE.encode("cp932"), "text/html; charset=Shift_JIS")
    assert text.endswith(JAPANESE) and charset == "shift_jis"
    assert decode(KOREAN.encode("cp949") * 4, "text/html; charset=iso-8859-1")[0] == KOREAN * 4


def test_utf8_is_the_text_that_python_gives():
    data = b"\xef\xbb\xbf<p>" + FRENCH.encode() + b"\r\n" + b"\xff"
    document = read_document(data, path="a.html")
    assert document.text == data.decode("utf-8", "replace") and document.charset == "utf-8"
    assert any(issue.code == "encoding" for issue in document.issues)


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused(data):
    try:
        check_offsets(read_document(data))
    except UnreadableDocument:
        pass


# --- data ---------------------------------------------------------------------------------------------------------------------------

def test_json():
    text = json.dumps({"provider": "Vexelcloud", "gpus": [{"gpu": "H100 \"SXM\"", "price": 2.39, "zones": ["is-1", "is-2"], "tax": None}, {"gpu": "A100", "price": {"amount": 1.19, "currency": "USD"}}]}, indent=1)
    document = read_document(text.encode(), path="feed.json")
    assert document.data["gpus"][1]["price"]["amount"] == 1.19 and document.readable
    assert [(b.text, b.heading_path) for b in document.blocks] == [
        ("provider: Vexelcloud", ()), ('gpu: H100 "SXM" | price: 2.39 | zones: is-1, is-2', ("gpus",)), ("gpu: A100", ("gpus",)), ("amount: 1.19 | currency: USD", ("gpus", "price"))]
    block = document.blocks[1]
    at = block.text.index("H100")
    assert document.quote(block.content, at, at + len('H100 "SXM"'))[0] == 'H100 \\"SXM\\"'
    assert document.text[slice(*locate(document, ["gpus", 1, "price", "currency"]))] == '"USD"'
    assert locate(document, ["gpus", 7]) is None
    check_offsets(document)


def test_json_lines_yaml_xml_and_csv():
    document = read_document(b'{"gpu": "H100"}\n{"gpu": "A100"}\n', path="feed.jsonl")
    assert document.data == [{"gpu": "H100"}, {"gpu": "A100"}] and [b.text for b in document.blocks] == ["gpu: H100", "gpu: A100"]
    document = read_document("# prices\ngpus:\n  - name: 'H100'\n    price: 2.39\n  - name: Ä100\n    note: |\n      two lines\nplain: \"yes\"\n".encode(), path="feed.yml")
    assert document.data["gpus"][0] == {"name": "H100", "price": 2.39}
    assert [b.text for b in document.blocks] == ["name: H100 | price: 2.39", "name: Ä100", "plain: yes"] or [b.text for b in document.blocks][:1] == ["plain: yes"]
    assert document.text[slice(*locate(document, ["gpus", 1, "name"]))] == "Ä100"
    document = read_document(b"<?xml version='1.0'?><r a='1'><zone><id>is-1</id><place>Reykjavik &amp; Keflavik</place></zone><zone><id>is-2</id></zone></r>")
    assert document.data == {"r": {"a": "1", "zone": [{"id": "is-1", "place": "Reykjavik & Keflavik"}, {"id": "is-2"}]}}
    assert [b.text for b in document.blocks] == ["a: 1", "id: is-1 | place: Reykjavik & Keflavik", "id: is-2"]
    document = read_document(b'gpu,price,note\r\nH100,2.39,"a ""b"", c"\r\nA100,,\r\n', path="x.csv")
    assert document.data == [{"gpu": "H100", "price": "2.39", "note": 'a "b", c'}, {"gpu": "A100", "price": "", "note": ""}]
    assert document.blocks[0].table.header_rows == 1 and document.blocks[0].text.splitlines()[1] == 'H100 | 2.39 | a "b", c'
    check_offsets(document)


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join('*' + chr(97 + i) for _ in range(9))}]\n" for i in range(9))


@pytest.mark.parametrize(("parse", "text"), [
    (parse_yaml, BOMB), (parse_yaml, "a: &a [*a]"), (parse_yaml, "- " * 5000), (parse_yaml, "[" * 5000), (parse_yaml, "!!python/object/apply:os.system ['true']"), (parse_yaml, "a: [1"),
    (parse_json, "[" * 100_000), (parse_json, '{"a": 1,}'), (parse_json, ""),
    (parse_xml, '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), (parse_xml, '<!DOCTYPE x SYSTEM "file:///etc/passwd" [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'),
    (parse_xml, "<a>" * 5000), (parse_xml, "<a><b></a>"),
], ids=range(13))
def test_hostile_or_broken_data_is_refused(parse, text):
    began = time.monotonic()
    with pytest.raises(DataError) as caught:
        parse(text)
    assert "\n" not in str(caught.value) and time.monotonic() - began < 5


def test_broken_data_is_read_as_text_with_an_issue():
    document = read_document(b'{"gpu": "H100", "price": }', path="feed.json")
    assert document.data is None and [i.code for i in document.issues][:1] == ["broken_data"] and "H100" in document.blocks[0].text


def test_embedded_data():
    page = FILL + """<script type="application/ld+json">{"@type": "Offer", "price": 2.39}</script><script id="__NEXT_DATA__" type="application/json">{"props": {"a": [1]}}</script>
    <script>window.__INITIAL_STATE__ = {"gpus": ["H100"]}; var x = 1; function f() { return {a: 1} }</script><script type="application/ld+json">{broken</script>
    <script>self.__next_f.push([1,"1:{\\"gpu\\":"])</script><script>self.__next_f.push([1,"\\"A100\\"}"])</script>"""
    assert read_document(page.encode(), path="a.html").embedded == [
        ("json-ld", {"@type": "Offer", "price": 2.39}), ("__NEXT_DATA__", {"props": {"a": [1]}}), ("__INITIAL_STATE__", {"gpus": ["H100"]}), ("next-flight", '1:{"gpu":"A100"}')]


# --- PDF ----------------------------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def pdf() -> bytes:
    from weasyprint import HTML
    clause = "<h2>{n}. Section {n}</h2><p>Clause number {n}: the customer may not let a third party use the infrastructure, unless the provider has agreed to it in writing and in advance.</p>"
    body = "".join(clause.format(n=n) for n in range(1, 31))
    return HTML(string=f"<style>@page {{ @top-center {{ content: 'Vexelcloud terms' }} @bottom-center {{ content: 'Page ' counter(page) }} }}</style>"
                       f"<h1>Terms of Service</h1>{body}<ul><li>first item</li><li>second item</li></ul>").write_pdf()


def test_pdf(pdf):
    document = read_document(pdf, content_type="application/pdf")
    check_offsets(document)
    assert document.content_type == "pdf" and document.language == "en" and document.text.count("\f") >= 2
    kinds = {b.text: b.kind for b in document.blocks}
    assert kinds["Terms of Service"] == "heading" and kinds["7. Section 7"] == "heading" and kinds["second item"] == "list_item"
    clause = [b for b in document.blocks if b.text.startswith("Clause number")]
    assert len(clause) == 30 and all(b.text.endswith("in advance.") for b in clause)
    assert clause[6].heading_path == ("Terms of Service", "7. Section 7")
    assert {b.text[:4] for b in document.blocks if b.chrome} == {"Vexe", "Page"}


def test_pdf_with_a_password_or_cut_short(pdf):
    import pikepdf
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(UnreadableDocument, match="password"):
        read_document(out.getvalue())
    with pytest.raises(UnreadableDocument, match="broken"):
        read_document(pdf[:300])


def test_pdf_without_text_is_unreadable():
    from weasyprint import HTML
    document = read_document(HTML(string="<p style='width:2cm;height:2cm;background:red'>").write_pdf())
    assert not document.readable and document.issues[-1].code == "unreadable"


# --- readable? ----------------------------------------------------------------------------------------------------------------------

SHELL = "<html><head>" + "<script src=/a.js></script>" * 40 + "</head><body><div id=root>Loading</div><noscript>You need to enable JavaScript to run this app.</noscript>" + "<script>1</script>" * 60
MOJIBAKE = FILL + "<p>" + "Les donnÃ©es personnelles sont traitÃ©es conformÃ©ment Ã\xa0 la loi, Ã\x00 Ã ï¿½. " * 12


@pytest.mark.parametrize(("data", "readable"), [
    (b"", False), (b"   \n", False), (b"<p></p>", False), (b"404 page not found", False), (b"# Terms of Service\n", False), (SHELL.encode(), False), (MOJIBAKE.encode(), False),
    (FILL.encode(), True), (JAPANESE.encode() * 3, True), (b'{"gpu": "H100"}', True), (b"[]", False),
    ("Le coût élevé, l’été, où Noël — déjà vu à Genève; Ærø, Øresund, naïve façade. ".encode() * 5, True),
])
def test_readable(data, readable):
    document = read_document(data)
    assert document.readable == readable
    assert any(i.code == "unreadable" for i in document.issues) != readable


# --- language -----------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("text", "language"), [
    (JAPANESE, "ja"), (KOREAN, "ko"), (CHINESE, "zh-Hans"), (TAIWANESE, "zh-Hant"), (RUSSIAN, "ru"), (FRENCH, "fr"),
    ("The customer may not resell the services without the written consent of the provider, and must obey all laws on export that hold for it.", "en"),
    ("Der Kunde darf die Dienste ohne schriftliche Zustimmung des Anbieters nicht weiterverkaufen und hat die für ihn geltenden Ausfuhrvorschriften einzuhalten.", "de"),
    ("Klient nie może odsprzedawać usług bez pisemnej zgody dostawcy i jest zobowiązany do przestrzegania przepisów o wywozie, które go dotyczą.", "pl"),
    ("El cliente no puede revender los servicios sin el consentimiento por escrito del proveedor y debe cumplir todas las leyes de exportación que le sean aplicables.", "es"),
    ("De klant mag de diensten niet doorverkopen zonder schriftelijke toestemming van de aanbieder en moet zich houden aan de wetten voor uitvoer die voor hem gelden.", "nl"),
    ("利用者は NVIDIA H100 GPU を海外へ持ち出さないものとする。Export Administration Regulations を遵守する。", "ja"),
    ("Oslo, Bergen, H100, 8x", None),
])
def test_languages(text, language):
    assert identify(text.replace("<p>", "").replace("</p>", ""))[0] == language


def test_declared_language():
    assert read_document(CHINESE.encode() * 3, language="zh-CN").language == "zh-Hans"
    assert read_document(TAIWANESE.encode() * 3, language="zh").language == "zh-Hant"
    document = read_document(FRENCH.encode() * 3, language="de-DE")
    assert document.language == "de" and [(i.level, i.code) for i in document.issues] == [("info", "language_differs")]
    assert canonical("en_US") == "en" and canonical("zh-HK") == "zh-Hant"


# --- time ---------------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("source", "path"), [
    ("<" * 200_000, "a.html"), ("<a " * 60_000, "a.html"), ("<p x='" * 40_000, "a.html"), ("<!--" * 50_000, "a.html"), ("<script>" * 20_000, "a.html"), ("<table><tr><td>" * 3_000, "a.html"),
    ("<td rowspan=1000 colspan=200>x" * 3_000, "a.html"), ("&" * 200_000, "a.html"), ("<b>" * 30_000 + "x", "a.html"), ("x\u0301" * 50_000, "a.html"), ("\u200b \u00ad" * 50_000, "a.html"),
    ("[" * 50_000, "a.md"), ("[a](" * 30_000, "a.md"), ("`a``b" * 30_000, "a.md"), ("*a _b " * 40_000, "a.md"), ("> " * 30_000, "a.md"), ("- " * 20_000, "a.md"), ("| a " * 30_000 + "\n|-|-|\n", "a.md"),
    ("<div" * 40_000, "a.mdx"), ("{" * 60_000, "a.mdx"), ("<A b={" * 20_000, "a.mdx"), ("export const a = [" * 8_000, "a.mdx"), ("\n".join("  " * (i % 60) + "- x" for i in range(8_000)), "a.md"),
    ("+-" * 20_000 + "+\n", "a.rst"), ("* - " * 20_000, "a.rst"), ("`a " * 40_000, "a.rst"), ("\n".join(" " * (i % 80) + "x" for i in range(8_000)), "a.rst"),
    ("a. " * 60_000, "a.txt"), ("{" * 60_000, "a.js"), ("return (<" * 20_000, "a.js"), ("'" * 60_001, "a.php"), ('{"a":' * 60_000, "a.json"), ("a:\n" * 60_000, "a.yaml"), ("<a b='" * 30_000, "a.xml"),
    (",\"" * 60_000, "a.csv"),
], ids=range(35))
def test_hostile_documents_take_no_long_time(source, path):
    began = time.process_time()
    read_document(source.encode(), path=path)
    assert time.process_time() - began < 8


@pytest.mark.parametrize("body", ['{"a": 1}', ' <!-- {"a": 1} --> ', '\n//<![CDATA[\n{"a": 1}\n//]]>\n', '/*<![CDATA[*/{"a": 1}/*]]>*/', '/* <![CDATA[ */ {"a": 1} /* ]]> */', '<![CDATA[{"a": 1}]]>'])
def test_data_hidden_from_old_browsers_is_read(body):
    page = f'<html><body><p>Words of a page that has some.</p><script type="application/json" id="state">{body}</script></body></html>'
    assert read_document(page.encode(), path="p.html").embedded == [("state", {"a": 1})]


@pytest.mark.parametrize("head", ["<META CHARSET=Shift_JIS>", "<Meta http-equiv='content-type' content='text/html; CharSet=shift_jis'>", "<?XML version='1.0' ENCODING=\"Shift_JIS\"?><html>", ".. -*- coding: shift_jis -*-\n",
                                  '<style>@Charset "shift_jis";</style>'])
def test_declared_encodings_are_found_however_they_are_written(head):
    assert declared_in(head.encode()).lower() == "shift_jis"
