"""Any bytes give a reading or one clear error: invented pages of every format, torn, spliced and salted with what breaks parsers."""

from __future__ import annotations

import os
import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chipwatch.extracting import as_contract, as_json
from nlp.errors import UnreadableDocument
from nlp.extract import extract

RULES = ("You must comply with all export control laws of the United States.", "You may not access the Services from Cuba, Iran or North Korea, unless we agree in writing.",
         "Der Kunde darf die Dienste nicht an Dritte weitervermieten.", "お客様は、本サービスを第三者に再販売してはなりません。", "用户应当遵守所有适用的出口管制法律法规。")
PDF = (b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
       b"/Resources<</Font<</F1 5 0 R>>>>>>endobj\n4 0 obj<</Length 165>>stream\nBT /F1 12 Tf 72 720 Td (You must comply with all export control laws.) Tj 0 -20 Td (You may not resell the Services.) Tj"
       b" 0 -20 Td (H100 80 GB: $2.50 per hour in Frankfurt) Tj ET\nendstream endobj\n5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF")
PAGES = {
    "html": ("<!doctype html><html lang=en><head><title>Terms</title><script type='application/ld+json'>{\"@type\": \"Offer\", \"price\": \"2.50\"}</script></head><body><nav><a href=/x>Home</a></nav><h1>Terms</h1>"
             + "".join(f"<p>{rule}</p>" for rule in RULES) + "<ul><li>You may not:<ul><li>resell the Services;</li><li>export</li></ul></li></ul><table><tr><th>GPU</th><th>Price</th><th>Region</th></tr>"
             "<tr><td rowspan=2>H100 SXM 80GB</td><td>$2.50 per hour</td><td>us-east-1</td></tr><tr><td>€1,99/h</td><td>Frankfurt</td></tr></table></body></html>").encode(),
    "md": ("---\ntitle: Terms\n---\n# Terms\n\n" + "\n\n".join(RULES) + "\n\nYou may not:\n\n1. resell the Services;\n   - export [them](https://cloud.example/x)\n\n| GPU | Price |\n|---|---|\n| A100 | $1.10/hr |\n").encode(),
    "json": b'{"items": [{"gpu": "H100", "price": 2.5, "currency": "USD", "unit": "hour", "region": "us-east-1", "count": 8}, {"gpu": "A100 80GB", "price": "1.10", "regions": [{"name": "Frankfurt"}]}]}',
    "csv": b"gpu,count,price,currency,unit,region\nH100,8,19.92,USD,hour,us-east-1\nA100 80GB,1,1.10,EUR,hour,Frankfurt\n\"L40S, 48 GB\",1,0.80,USD,hour,\n",
    "xml": b'<?xml version="1.0"?><offers><offer gpu="H100"><price currency="USD">2.50</price><unit>hour</unit></offer></offers>',
    "yaml": b"offers:\n  - {gpu: H100, price: 2.5, currency: USD, unit: hour}\n  - gpu: A100\n    price: 1.10\n    regions: [Frankfurt, us-east-1]\n",
    "rst": ("Terms\n=====\n\n" + "\n\n".join(RULES) + "\n\n* You may not resell the *Services*;\n\n==== =====\nGPU  Price\n==== =====\nH100 $2.50\n==== =====\n").encode(),
    "txt": "\n".join(RULES).encode(), "pdf": PDF,
}
SALT = (b"", b"<", b">", b"</", b"<!--", b"]]>", b"\"", b"'", b"&#0;", b"&#x110000;", b"&amp", b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\xf0\x9f\x98", b"\xef\xbb\xbf", b"{", b"}", b"[", b"]", b",", b"|", b"|---", b"```", b"\r",
        b"\n\n", b"\t", b"<table>", b"<tr><td colspan=99999 rowspan=99999>", b"<script>", b"<ul><li>", b"(a) ", b"$", b"1e999", b"-1e999", "²".encode(), "٣".encode(), "½".encode(), "Ⅳ".encode(), b"1/0", b"--9", b"<ol start=--9><li value=", b"encoding=\"", b"9" * 5000, b"9" * 40, b"-0", b"NaN", b"null", b"&a *a", b"%PDF-1.4", b"stream\n", b"endobj", b"/Kids[3 0 R 2 0 R]",
        "“Embargoed Country” means Cuba".encode(), "İß\u0130ﬁ①".encode(), "\u202e\u2066".encode(), b"unless ", b"You may not ", b"H100 ", b"export ", b"per hour ")
NAMES = sorted(PAGES)


def mutated(seed: int) -> tuple[bytes, str]:
    """Bytes and a file name for a number: a page with up to eight cuts, copies, splices, salts and changed bytes."""
    chance = random.Random(seed)
    name = chance.choice(NAMES)
    data = bytearray(PAGES[name])
    for _ in range(chance.randint(0, 8)):
        a = chance.randint(0, len(data))
        b = min(len(data), a + chance.choice((1, 4, 20, 200)))
        match chance.randrange(6):
            case 0:
                del data[a:b]
            case 1:
                data[a:a] = data[a:b] * chance.choice((1, 2, 30))
            case 2:
                data[a:b] = chance.choice(SALT) * chance.choice((1, 1, 3, 40))
            case 3:
                other = PAGES[chance.choice(NAMES)]
                start = chance.randrange(len(other))
                data[a:a] = other[start:start + chance.choice((10, 100, 1000))]
            case 4:
                data[a:b] = chance.randbytes(b - a)
            case _:
                del data[a if chance.random() < 0.2 else len(data):]
    return bytes(data[:20_000]), f"page.{name if chance.random() < 0.8 else chance.choice(NAMES)}"


def read_or_refuse(data: bytes, path: str | None, kind: str = "auto") -> bool:
    """Whether the bytes were read. What is read obeys the contract; what is refused says why in one line."""
    try:
        found = extract(data, path=path, kind=kind)
    except UnreadableDocument as refused:
        assert str(refused) and "\n" not in str(refused)
        return False
    assert found.document.readable or any(i.level in ("error", "warning") and i.text for i in found.issues), "unreadable, and no word why"
    for clause in found.clauses:
        assert clause.quote and len(clause.quote) == clause.end - clause.start <= 1500 and 0 < clause.confidence <= 1
    for offer in found.offers:
        assert offer.gpu_count is None or 0 < offer.gpu_count < 1_000_000
        assert offer.gpu_name and (offer.price is None or 0 <= offer.price < float("inf"))
    assert as_json(as_contract(found)).encode()
    return True


def runs(first: int, count: int) -> tuple[int, float, int]:
    """(read, seconds of the slowest, its number) over so many mutated pages; the number of one that fails is in the message."""
    read, slowest, which = 0, 0.0, first
    for seed in range(first, first + count):
        data, path = mutated(seed)
        began = time.process_time()
        try:
            read += read_or_refuse(data, path, ("auto", "terms", "offers", "regions")[seed % 4])
        except Exception as error:
            raise AssertionError(f"page {seed} ({path}): {type(error).__name__}: {error}") from error
        spent = time.process_time() - began
        if spent > slowest:
            slowest, which = spent, seed
    return read, slowest, which


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400), st.sampled_from([None, *(f"page.{name}" for name in NAMES)]))
def test_any_bytes(data, path):
    read_or_refuse(data, path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from([*SALT, *(rule.encode() + b" " for rule in RULES)]), max_size=30), st.sampled_from([f"page.{name}" for name in NAMES]))
def test_any_row_of_what_breaks_parsers(parts, path):
    read_or_refuse(b"".join(parts), path)


def test_every_page_is_read_as_it_is():
    assert all(read_or_refuse(data, f"page.{name}") for name, data in PAGES.items())


def test_what_is_merely_called_a_pdf_is_read_as_what_it_is():
    for options in ({"path": "terms.pdf"}, {"content_type": "application/pdf", "path": "terms"}):
        found = extract(PAGES["html"], kind="terms", **options)
        assert found.document.content_type == "html" and "export_compliance" in {c.label for c in found.clauses} and [i.code for i in found.issues if i.level == "warning"] == ["no_pdf"]
    with pytest.raises(UnreadableDocument):
        extract(b"%PDF-1.7 broken", path="terms.pdf")


def test_mutated_pages():
    read, slowest, which = runs(0, 250)
    assert read > 170 and slowest < 5, (read, slowest, which)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_mutated_pages_at_length():
    """A hundred thousand, or as many as CHIPWATCH_FUZZ says, from a number on that CHIPWATCH_FUZZ_FROM gives."""
    count = int(os.environ.get("CHIPWATCH_FUZZ", "100000"))
    read, slowest, which = runs(int(os.environ.get("CHIPWATCH_FUZZ_FROM", "0")), count)
    print(f"{count:,} pages: {read:,} read, {count - read:,} refused; the slowest took {slowest:.2f} s (number {which})")
    assert read > 0.6 * count and slowest < 10, (read, slowest, which)
