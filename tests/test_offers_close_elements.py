"""Pages without white space between their elements, and heads of counts and of yields, in several languages. All sellers, prices and places are invented."""

from __future__ import annotations

from itertools import product

import pytest

from nlp.read import read_document
from supply_reading import rows, supply

TAGS = ("strong", "b", "span", "em", "i", "small", "a", "label", "mark", "time")


def text_of(markup: str) -> str:
    return read_document(f"<p>{markup}</p>".encode(), path="page.html").blocks[0].text


@pytest.mark.parametrize(("left", "right"), list(product(TAGS, TAGS)))
def test_elements_that_meet_do_not_join_their_words(left: str, right: str) -> None:
    assert text_of(f"<{left}>RTX 5090</{left}><{right}>32GB VRAM</{right}>") == "RTX 5090 32GB VRAM"
    assert text_of(f"<{left}>/ hr</{left}><{right}>Start</{right}>") == "/ hr Start"
    assert text_of(f"<{left}>VRAM</{left}><{right}>€0.61</{right}>") == "VRAM €0.61"


@pytest.mark.parametrize(("markup", "text"), [
    ("L40S<small>48GB</small>", "L40S 48GB"), ("<b>RTX 5090</b>32GB", "RTX 5090 32GB"), ("from<b>$2.10</b>", "from $2.10"), ("<b>L4</b><!-- gpu --><i>24GB</i>", "L4 24GB"),
    # what a word or a number is made of stays together
    ("H<b>100</b>", "H100"), ("<b>N</b>VIDIA", "NVIDIA"), ("<b>Data</b>Crunch", "DataCrunch"), ("$<b>2</b><small>.49</small>", "$2.49"), ("<b>12</b><i>,345</i> ₽", "12,345 ₽"),
    ("<b>1</b><i>9</i>.50", "19.50"), ("10<b>th</b>", "10th"), ("CO<sub>2</sub>", "CO2"), ("data<wbr>2048", "data2048"), ("$<!-- -->2.49<!-- -->/hr", "$2.49/hr"), ("22<!-- -->40", "2240"),
    ("<b>serv</b><i>ices</i>", "services"),
])
def test_where_a_number_ends_beside_an_element(markup: str, text: str) -> None:
    assert text_of(markup) == text


@pytest.mark.parametrize(("price", "language", "currency"), [("€0.61 / hr", "en", "EUR"), ("₩890 / 시간", "ko", "KRW"), ("120円 / 時間", "ja", "JPY"), ("¥4.20/小时", "zh", "CNY"), ("0,61 € / Std.", "de", "EUR"), ("55 ₽/час", "ru", "RUB")])
def test_cards_without_white_space(price: str, language: str, currency: str) -> None:
    page = "<h1>GPU</h1><ul>" + "".join(f"<li><strong>{gpu}</strong><span>{memory}GB VRAM</span><em>{price}</em><a>Go</a></li>" for gpu, memory in (("RTX 5090", 32), ("A40", 48), ("H200", 141))) + "</ul>"
    assert [(o.gpu_name, o.currency, o.price_unit) for o in supply(page, "html", language)[1]] == [(gpu, currency, "hour") for gpu in ("RTX5090", "A40", "H200")]


@pytest.mark.parametrize("head", ["Qtd.", "Qtde", "Số lượng", "จำนวน", "장수", "수량", "张数", "枚数", "Stück", "Ilość", "Počet", "Darab", "Jumlah", "Antal", "Adet", "Quantità", "Quantité", "Количество", "Qty"])
@pytest.mark.parametrize("columns", ["{name} | {gpu} | {count} | {price}", "{gpu} | {name} | {count} | {price}", "{gpu} | {price} | {count} | {name}"])
def test_a_column_of_a_plain_number_counts_gpus(head: str, columns: str) -> None:
    heads = columns.format(name="Elk", gpu="GPU", count=head, price="€/h")
    lines = [columns.format(name=f"e{n}", gpu=gpu, count=n, price=price) for gpu, n, price in (("L4", 1, "0.75"), ("A40", 4, "2.60"))]
    page = "\n".join([f"| {heads} |", "|---|---|---|---|", *(f"| {line} |" for line in lines)]) + "\n"
    assert sorted((r[0], r[1], r[2]) for r in rows(page, "md")) == [("A40", 4, 2.6), ("L4", 1, 0.75)]


def test_other_numbers_count_no_gpus() -> None:
    page = "| # | GPU | vCPU | €/h | Quantity |\n|---|---|---|---|---|\n| 1 | L4 | 8 | 0.75 | 120 |\n| 2 | A40 | 16 | 1.20 | 35 |\n"
    assert [(r[0], r[1], r[2]) for r in rows(page, "md")] == [("L4", None, 0.75), ("A40", None, 1.2)]         # what is in stock, and the numbers of the rows


@pytest.mark.parametrize("pieces", ["x 4EA", "x 4 ea", "× 4 шт.", "x 4pcs", "x 4 Stk", "x 4장", "x4"])
def test_pieces_behind_a_times_sign(pieces: str) -> None:
    page = f"| Plan | GPU | €/h |\n|---|---|---|\n| Elk | A40 48GB {pieces} | 2.60 |\n"
    assert [(r[0], r[1], r[2]) for r in rows(page, "md")] == [("A40", 4, 2.6)]


@pytest.mark.parametrize("head", ["MH/s per $1", "Tokens per dollar", "TFLOPS/$", "Images par euro", "Bilder pro Euro", "性能/元", "Токенов за рубль", "Perf per €"])
def test_what_is_got_for_money_is_no_price(head: str) -> None:
    page = f"| Plan | GPU | Price / hr | {head} |\n|---|---|---|---|\n| e4 | 4x L4 | $3.00 | 143 |\n| e8 | 8x A40 | $9.60 | 210 |\n"
    assert [(r[0], r[1], r[2], r[4]) for r in rows(page, "md")] == [("L4", 4, 3.0, "hour"), ("A40", 8, 9.6, "hour")]


@pytest.mark.parametrize(("price", "unit"), [("490 р./сутки", "day"), ("95 р./час", "hour"), ("95 р. в час", "hour"), ("95 р/час", "hour"), ("41 000 р. в месяц", "month"), ("41 000 р./мес.", "month")])
def test_one_letter_for_roubles(price: str, unit: str) -> None:
    assert [(o.gpu_name, o.currency, o.price_unit) for o in supply(f"# Аренда GPU\n\n- RTX 5090 — {price}\n- A40 — {price}\n", "md", "ru")[1]] == [("RTX5090", "RUB", unit), ("A40", "RUB", unit)]


def test_a_year_in_ukrainian_is_no_price() -> None:
    assert [o for o in supply("# GPU\n\nСервери з A40 працюють з 2024 р. за новою адресою.\n", "md", "uk")[1] if o.price] == []
