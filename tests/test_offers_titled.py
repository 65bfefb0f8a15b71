"""Tables whose first row is one cell over all columns: a title, which may name the GPU of all rows. All sellers and prices are invented."""

from __future__ import annotations

import pytest

from supply_reading import supply


def titled(title: str, span: int, *rows: str, tag: str = "td") -> str:
    lines = "".join("<tr>" + "".join(f"<{tag if not i else 'td'}>{c.strip()}</{tag if not i else 'td'}>" for c in row.split("|")) + "</tr>" for i, row in enumerate(rows))
    return f'<table><tr><{tag} colspan="{span}">{title}</{tag}></tr>{lines}</table>'


def told(text: str, language: str) -> list[tuple]:
    return [(o.instance_name, o.gpu_name, o.gpu_count, o.price, o.currency, o.price_unit) for o in supply(text, "html", language)[1]]


@pytest.mark.parametrize(("language", "text", "unit", "money"), [
    ("zh-Hant", "<p>貨幣單位：新台幣 (NTD)</p>" + titled("<ul><li>每台配備 4 個 NVIDIA L40S GPU，適合推論。</li></ul>", 6, "型號 | GPU<br>(張) | 記憶體<br>(GB) | 定價<br>(小時)", "k.one | 1 | 64 | 41.00", "k.two | 2 | 128 | 82.00"), "hour", "TWD"),
    ("en", titled("All of these run on NVIDIA L40S cards.", 4, "Flavor | GPUs | RAM | Price per hour", "k.one | 1 | 64 GB | $41.00", "k.two | 2 | 128 GB | $82.00"), "hour", "USD"),
    ("de", titled("Unsere Server mit NVIDIA L40S", 5, "Modell | GPUs | RAM | Preis pro Monat", "k.one | 1 | 64 GB | 41,00 €", "k.two | 2 | 128 GB | 82,00 €"), "month", "EUR"),
    ("ko", titled("NVIDIA L40S GPU를 최대 4개까지 제공합니다.", 4, "상품명 | GPU 수 | 메모리 | 시간당 요금", "k.one | 1 | 64GB | 4,100원", "k.two | 2 | 128GB | 8,200원"), "hour", "KRW"),
    ("en", titled("NVIDIA L40S", 4, "Flavor | GPUs | RAM | Price per hour", "k.one | 1 | 64 GB | $41.00", "k.two | 2 | 128 GB | $82.00", tag="th"), "hour", "USD"),
])
def test_the_title_names_the_gpu_of_all_rows(language, text, unit, money):
    factor = 100 if money == "KRW" else 1
    assert told(text, language) == [("k.one", "L40S", 1, 41.0 * factor, money, unit), ("k.two", "L40S", 2, 82.0 * factor, money, unit)]


def test_a_title_of_two_gpus_names_that_of_no_row():
    assert not [o for o in told(titled("On L40S or H100 cards, as you like.", 4, "Flavor | GPUs | RAM | Price per hour", "k.one | 1 | 64 GB | $41.00"), "en") if o[1]]


def test_rows_that_name_a_gpu_keep_it():
    text = titled("All faster than one A100.", 3, "GPU | RAM | Price per hour", "L40S | 64 GB | $1.20", "H100 | 128 GB | $2.40")
    assert [o[1:4] for o in told(text, "en")] == [("L40S", None, 1.2), ("H100", None, 2.4)]


@pytest.mark.parametrize("head", ["定價（每小時）", "售價（每小時）", "牌價（每小時）", "優惠價（每小時）", "售价（每小时）", "费率（每小时）"])
def test_heads_of_prices_in_chinese(head):
    [offer] = supply(f"<p>NT$</p><table><tr><th>GPU</th><th>{head}</th></tr><tr><td>L40S</td><td>NT$41</td></tr></table>", "html", "zh-Hant")[1]
    assert (offer.gpu_name, offer.price, offer.price_unit) == ("L40S", 41, "hour")
