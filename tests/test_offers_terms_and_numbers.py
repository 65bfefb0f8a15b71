"""Cards that lists name by their bare number, and prices for a day, a week and a month side by side."""

from __future__ import annotations

import pytest

from chipwatch.records import Offer
from nlp.chips import find_chips
from nlp.prices import unit_in
from nlp.read import read_document
from nlp.supply import read_supply
from supply_reading import supply


def offers(text: str, path: str = "page.md") -> list[Offer]:
    return read_supply(read_document(text.encode(), path=path))[1]


def rows(text: str, path: str = "page.md") -> list[tuple]:
    return [(o.gpu_name, o.gpu_count, o.price, o.currency, o.price_unit) for o in offers(text, path)]


def test_a_list_of_cards_by_their_numbers_is_read_where_nothing_says_gpu():
    page = "# 价目\n\n| 机型 | 时租 | 日租（1天） | 周租（7天） | 月租（30天） |\n|---|---|---|---|---|\n" \
           "| 1660 入门款 | 0.8 元 | 11 元 | 55 元 | 199 元 |\n| 2080 Ti 入门款 | 1.9 元 | 33 元 | 210 元 | 799 元 |\n| 3090 入门款 | 3.1 元 | 61 元 | 390 元 | 1399 元 |\n"
    found = rows(page)
    assert [r for r in found if r[0] == "GTX1660"] == [("GTX1660", None, 0.8, "CNY", "hour"), ("GTX1660", None, 11, "CNY", "day"), ("GTX1660", None, 55, "CNY", None), ("GTX1660", None, 199, "CNY", "month")]
    assert len(found) == 12 and {r[0] for r in found} == {"GTX1660", "RTX2080TI", "RTX3090"}


def test_a_list_of_cards_by_their_numbers_in_html():
    page = "<h1>Rigs</h1><table><tr><th>Plan</th><th>Hourly</th><th>Weekly</th></tr><tr><td>1080 Ti rig</td><td>$0.12</td><td>$16</td></tr><tr><td>3070 rig</td><td>$0.20</td><td>$27</td></tr>" \
           "<tr><td>1070 rig</td><td>$0.09</td><td>$12</td></tr></table>"
    assert [r[:4] for r in rows(page, "page.html") if r[4] == "hour"] == [("GTX1080TI", None, 0.12, "USD"), ("RTX3070", None, 0.2, "USD"), ("GTX1070", None, 0.09, "USD")]


@pytest.mark.parametrize("names", [["3070 tokens", "3080 tokens", "Unlimited tokens", "Starter", "Team"], ["3060", "3070", "3080"], ["3080 seats", "3080 seats", "3080 seats"]])
def test_numbers_that_are_no_cards_stay_numbers(names):
    assert rows("# Plans\n\n| Plan | Price |\n|---|---|\n" + "".join(f"| {name} | ${i + 1}.50 |\n" for i, name in enumerate(names))) == []


def test_cards_without_their_family_and_those_made_for_mining():
    assert [c.gpu_name for c in find_chips("GPUs: 1080 Ti, 1660 Super, P106-100, CMP 170HX", context=True)] == ["GTX1080TI", "GTX1660SUPER", "P106", "CMP170HX"]
    assert find_chips("a film in 1080 and room P106") == []


@pytest.mark.parametrize(("text", "unit"), [("周租", "week"), ("Woche", "week"), ("7 days", "week"), ("30 días", "month"), ("30天", "month"), ("日租（1天）", "day"), ("3 days", None), ("prix à la semaine", "week"), ("в неделю", "week"), ("주간", "week")])
def test_how_long_heads_say_that_a_price_is_for(text, unit):
    assert unit_in(text) == unit


def test_a_price_for_a_week_never_takes_the_period_beside_it():
    page = "# GPU servers, per hour\n\n| GPU | Price | Per week |\n|---|---|---|\n| L40S | €0.90 | €110 |\n| H100 | €2.40 | €320 |\n"
    assert rows(page) == [("L40S", None, 0.9, "EUR", "hour"), ("L40S", None, 110, "EUR", None), ("H100", None, 2.4, "EUR", "hour"), ("H100", None, 320, "EUR", None)]


@pytest.mark.parametrize(("heads", "lines"), [
    ("Карта | Час | Сутки | Неделя | Месяц", ["3080 базовая | 25 ₽ | 500 ₽ | 3 100 ₽ | 11 000 ₽", "3090 базовая | 25 ₽ | 500 ₽ | 3 100 ₽ | 11 000 ₽", "4090 базовая | 25 ₽ | 500 ₽ | 3 100 ₽ | 11 000 ₽"]),
    ("Grafikkarte | Stunde | Tag | Woche | Monat", ["RTX 4090 | 25 € | 500 € | 3.100 € | 11.000 €"]),
    ("プラン | 1時間 | 1日 | 1週間 | 1ヶ月", ["RTX 4090 | 25 | 500 | 3,100 | 11,000"]),
    ("GPU | 1 hour | 1 day | 7 days | 30 days", ["RTX 4090 | $25 | $500 | $3,100 | $11,000"]),
])
def test_columns_headed_by_nothing_but_periods_are_columns_of_prices(heads, lines):
    page = f"# 料金（円）\n\n| {heads} |\n|---|---|---|---|---|\n" + "".join(f"| {line} |\n" for line in lines)
    found = [(r[2], r[4]) for r in rows(page if "時間" in heads else page.replace("# 料金（円）", "# Cards"))]
    assert found == len(lines) * [(25, "hour"), (500, "day"), (3100, None), (11000, "month")]


def test_columns_of_periods_over_other_things_are_none_of_prices():
    assert rows("# GPU\n\n| GPU | Hour | Day |\n|---|---|---|\n| RTX 4090 | 25 jobs | 500 jobs |\n| RTX 3090 | 12 jobs | 240 jobs |\n") == []


def test_amounts_behind_commas_without_a_blank():
    assert [(r[2], r[4]) for r in rows("# 价格\n\nRTX 3090：1.5元/小时，30元/天，700元/月。\n")] == [(1.5, "hour"), (30, "day"), (700, "month")]


ONE_OFF = [("es", "Alta"), ("es", "Coste de alta"), ("es", "Puesta en marcha"), ("fr", "Mise en service"), ("fr", "Frais de dossier"), ("de", "Aktivierung"), ("de", "Bereitstellung"), ("de", "Einmalig"), ("pl", "Aktywacja"),
           ("pl", "Opłata instalacyjna"), ("pt", "Instalação"), ("it", "Attivazione"), ("ru", "Подключение"), ("ko", "초기비용"), ("ja", "初期費用"), ("zh", "开通费"), ("vi", "Phí khởi tạo"), ("vi", "Phí cài đặt"),
           ("nl", "Eenmalig"), ("sv", "Startavgift"), ("en", "One-time fee"), ("en", "Activation")]


@pytest.mark.parametrize(("language", "head"), ONE_OFF)
def test_what_is_paid_once_is_no_price_of_a_machine(language, head):
    text = f"| Plan | GPU | € / month | {head} |\n|---|---|---|---|\n| a | 2 x RTX 4090 | 699 € | 99 € |\n| b | 1 x L40S | 399 € | 49 € |\n"
    assert [(o.gpu_count, o.price) for o in supply(text, "md", language)[1]] == [(2, 699), (1, 399)]


@pytest.mark.parametrize(("language", "heads", "cells", "unit"), [
    ("en", "Hourly | Monthly | 12 months", "$1.20 | $700 | $560", "month"), ("en", "Hourly | Monthly | 1-year commitment", "$1.20 | $700 | $0.80", "hour"),
    ("ko", "시간 요금 | 월 요금 | 약정 1년", "1,250원 | 72만원 | 61만 2천원", "month"), ("de", "Stundenpreis | Monatspreis | 12 Monate Laufzeit", "1,20 € | 700 € | 560 €", "month"),
])
def test_prices_on_other_terms_have_the_period_of_the_column_of_their_size(language, heads, cells, unit):
    text = f"| Plan | GPU | {heads} |\n|---|---|---|---|---|\n| a | 1x L40S | {cells} |\n"
    assert [(o.price_unit, o.commitment) for o in supply(text, "md", language)[1]][2] == (unit, "reserved")


@pytest.mark.parametrize(("language", "note", "price"), [
    ("en", "discontinued", "$2.60/h"), ("de", "nicht mehr verfügbar", "2,60 €/Std."), ("fr", "n'est plus proposé", "2,60 €/h"), ("es", "ya no se ofrece", "2,60 €/h"), ("pl", "wycofany z oferty", "2,60 zł/h"),
    ("ru", "снят с продажи", "260 ₽/час"), ("zh", "已停售", "26元/小时"), ("ja", "提供終了", "260円/時間"), ("ko", "판매 종료", "2600원/시간"), ("vi", "ngừng bán", "26.000 đ/giờ"),
])
def test_an_item_of_a_list_that_is_no_longer_let_is_no_offer(language, note, price):
    text = f"# GPU\n\n- NVIDIA H200: {price}\n- NVIDIA L40S: {price}\n- NVIDIA A40: {price}\n- NVIDIA P100: {note}\n"
    assert {o.gpu_name for o in supply(text, "md", language)[1]} == {"H200", "L40S", "A40"}


def test_an_item_that_names_what_it_replaces_stays():
    text = "# GPU servers\n\n- NVIDIA H200: $4.10/h\n- NVIDIA L40S: in place of the discontinued A40\n- NVIDIA L4: $0.60/h\n"
    assert {"H200", "L40S", "L4"} <= {o.gpu_name for o in supply(text, "md", "en")[1]}


@pytest.mark.parametrize(("heads", "cells", "price", "currency"), [
    ("Partition | Per node | Quantity | Price per node-hour", ("A800 | 96 cores, 8 GPU cards | 5 | $16", "H100 | 64 cores, 4 GPU cards | 2 | $12"), (16, 12), "USD"),
    ("分区 | 单节点规格 | 数量 | 单价（元/小时）", ("A800 | 96 核，8 张 GPU 卡 | 5 | 20.00", "H100 | 64 核，4 张 GPU 卡 | 2 | 30.00"), (20, 30), "CNY"),
])
def test_a_number_beside_that_of_the_gpus_of_a_machine_counts_machines(heads, cells, price, currency):
    table = f"# Prices\n\n| {heads} |\n|---|---|---|---|\n" + "".join(f"| {row} |\n" for row in cells)
    assert rows(table) == [("A800", 8, price[0], currency, "hour"), ("H100", 4, price[1], currency, "hour")]
