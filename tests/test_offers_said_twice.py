"""What a page says twice of a price, or of a machine, is one offer: the same for another time, before a rebate, with tax, as a drawn table and as its lines; and cards that run together stay apart.
All sellers, prices and places are invented."""

from __future__ import annotations

import json

import pytest

from nlp.chips import find_chips
from nlp.prices import commitment_in, find_prices
from nlp.read import read_document
from nlp.supply import read_supply


def rows(text: str, kind: str = "md", language: str | None = None) -> list[tuple]:
    """(gpu_name, gpu_count, price, currency, unit) of the offers."""
    document = read_document(text.encode(), path=f"page.{kind}", language=language)
    _, offers, _, _ = read_supply(document)
    for record in offers:
        assert record.quote and document.text[record.start:record.end] == record.quote
    return [(o.gpu_name, o.gpu_count, o.price, o.currency, o.price_unit) for o in offers]


@pytest.mark.parametrize(("text", "amount", "unit"), [
    ("€0.64/hour (€467/month)", 0.64, "hour"),
    ("€467 a month (≈ €0.64/h)", 467, "month"),
    ("0,64 €/Stunde (467 €/Monat)", 0.64, "hour"),
    ("0,64 €/heure (soit 467 €/mois)", 0.64, "hour"),
    ("₽86/час (₽62780/месяц)", 86, "hour"),
    ("$0.0005/second ($1.80/hour)", 0.0005, "second"),
])
def test_a_price_in_brackets_that_is_the_one_before_for_another_time_is_no_other(text, amount, unit):
    assert [(p.amount, p.unit) for p in find_prices(text)] == [(amount, unit)]


@pytest.mark.parametrize("text", ["€0.64/hour (€299/month)", "€0.64/hour, €467/month", "€467 a month (setup €30 a month)", "€0.64/hour (€467/month with backups, €455/month without)"])
def test_a_price_of_its_own_stays_in_brackets_or_not(text):
    assert len(find_prices(text)) >= 2


@pytest.mark.parametrize(("text", "amount"), [
    ("$4.40/hr 15% off $3.74/hr", 3.74),
    ("$3.74/hr (15% off the list price of $4.40/hr)", 3.74),
    ("4,40 €/Std. −15 % 3,74 €/Std.", 3.74),
    ("now $3.74/hr (was $4.40)", 3.74),
    ("3,74 € la hora (antes 4,40 €)", 3.74),
])
def test_what_a_price_was_before_a_rebate_is_no_price(text, amount):
    assert [p.amount for p in find_prices(text)] == [amount]


@pytest.mark.parametrize("text", ["on demand $4.40/hr, one year $3.74/hr (15% off)", "$4.40/hr, reserved $3.74/hr, 15% off", "$4.40/hr with 99% uptime, $3.74/hr without", "spot $3.74/hr 15% off $4.40/hr"])
def test_a_rebate_for_a_term_leaves_both_prices(text):
    assert len(find_prices(text)) == 2


CARD = '<div class="card"><div class="name">{}</div><div>{}</div><mark>{}</mark><div>{}</div></div>'


def test_a_card_tells_what_is_left_of_its_price():
    page = CARD.format("MI300X 192GB", "$3.00/hr", "20% off", "$2.40/hr") + CARD.format("(x4) MI300X 192GB", "$12.00/hr", "20% off", "$9.60/hr")
    assert sorted(r[2] for r in rows(page, "html")) == [2.4, 9.6]
    page = CARD.format("MI300X 192GB", "$3.00/hr", "one year", "$2.40/hr") + CARD.format("(x4) MI300X 192GB", "$12.00/hr", "one year", "$9.60/hr")
    assert len(rows(page, "html")) == 4


@pytest.mark.parametrize(("net", "gross", "a", "b"), [
    ("Preis netto/Monat", "Preis brutto/Monat", "310,00 €", "368,90 €"),
    ("Cena netto / mies.", "Cena brutto / mies.", "1 300,00 zł", "1 599,00 zł"),
    ("Prix HT/mois", "Prix TTC/mois", "310 €", "372 €"),
    ("月額（税抜）", "月額（税込）", "60,000円", "66,000円"),
])
def test_a_column_with_tax_tells_no_other_price_than_the_one_without(net, gross, a, b):
    found = rows(f"| Plan | GPU | {net} | {gross} |\n|---|---|---|---|\n| Fox | 2x RTX 5000 Ada | {a} | {b} |\n")
    assert len(found) == 1 and found[0][:2] == ("RTX5000ADA", 2) and found[0][4] == "month"
    assert len(rows(f"| Plan | GPU | {net} | {gross} |\n|---|---|---|---|\n| Fox | 2x RTX 5000 Ada | {a} | {a.replace('3', '9').replace('6', '9')} |\n")) == 2       # no tax is that high


@pytest.mark.parametrize(("text", "prices"), [
    ("For our larger halls in the north, of which the page of each tells how it is cooled and powered, the list has the L4 at $0.41, the MI210 at $0.92 and the B300 at $5.30 an hour.", (0.41, 0.92, 5.3)),
    ("Für unsere größeren Hallen im Norden, von denen je eine Seite sagt, wie sie gekühlt und versorgt werden, nennt die Liste die L4 mit 0,41 €, die MI210 mit 0,92 € und die B300 mit 5,30 € pro Stunde.", (0.41, 0.92, 5.3)),
    ("Pour nos plus grandes salles du nord, dont une page dit comment chacune est refroidie et alimentée, la liste donne la L4 à 0,41 €, la MI210 à 0,92 € et la B300 à 5,30 € de l'heure.", (0.41, 0.92, 5.3)),
])
def test_the_period_at_the_end_of_a_long_sentence_is_that_of_all_its_prices(text, prices):
    assert [r[::2] for r in rows(text)] == [(name, price, "hour") for name, price in zip(("L4", "MI210", "B300"), prices, strict=True)]


@pytest.mark.parametrize(("text", "count"), [
    ("VEX44 (RTX 4000 SFF Ada)", None),
    ("LUX16 RTX 6000 Ada", None),
    ("gpu-x8-h100", 8),
    ("x4 MI300X", 4),
    ("una sola L40S", 1),
    ("un serveur avec trois MI300X", 3),
    ("Server mit sechs L40S", 6),
    ("con una singola A40", 1),
    ("máy chủ 4 card A40", 4),
])
def test_what_stands_before_a_chip_counts_it_or_is_a_name(text, count):
    assert [c.count for c in find_chips(text, context=True)] == [count]


def test_the_stock_of_a_feed_counts_no_machine():
    stock = {"gpu_model": "NVIDIA B300", "price_per_gpu_per_hour": 5.1, "total_gpu_count": 24, "available_gpu_count": 5}
    assert rows(json.dumps([stock]), "json") == [("B300", None, 5.1, None, "hour")]
    span = {"gpu_model": "NVIDIA B300", "price_per_gpu_per_hour": 5.1, "min_gpus": 1, "max_gpus": 8}
    assert rows(json.dumps([span]), "json") == [("B300", None, 5.1, None, "hour")]
    machine = {"gpu_model": "NVIDIA B300", "price_per_hour": 40.8, "total_gpus": 8}
    assert rows(json.dumps([machine]), "json") == [("B300", 8, 40.8, None, "hour")]


DRAWN = """NAME       GPU           vCPU   PRICE
elk-s      1x L4         8      $0.41/hr
elk-m      4x MI210      64     $3.68/hr
hare       -             4      $0.06/hr
"""


@pytest.mark.parametrize(("text", "kind"), [(DRAWN, "txt"), ("Prices of the machines\n\n" + DRAWN, "txt"), (DRAWN, "md"), (f"```\nPrices of the machines\n\n{DRAWN}```\n", "md"), (f"<pre>{DRAWN}</pre>", "html")])
def test_what_a_drawn_table_tells_its_lines_do_not_tell_again(text, kind):
    assert rows(text, kind) == [("L4", 1, 0.41, "USD", "hour"), ("MI210", 4, 3.68, "USD", "hour")]


@pytest.mark.parametrize("text", [
    "Large dedicated server - MI210\n$ 820.00 /mo\nOrder now\nGPU model: MI210\nMemory: 256GB RAM\nLarge dedicated server - 2xRTX 5080\n$ 410.00 /mo\nOrder now\nGPU model: 2 x RTX 5080\nMemory: 128GB RAM",
    "Plan A\n\n$ 820.00\n\nper month\n\n1 x MI210\n\n256 GB RAM\n\nOrder\n\nPlan B\n\n$ 410.00\n\nper month\n\n2 x RTX 5080\n\n128 GB RAM\n\nOrder",
])
def test_plans_that_follow_each_other_in_plain_lines_stay_apart(text):
    assert [(r[0], r[1] or 1, *r[2:]) for r in rows(text, "txt")] == [("MI210", 1, 820, "USD", "month"), ("RTX5080", 2, 410, "USD", "month")]


@pytest.mark.parametrize("text", ["Fox S\nGPU: 1x MI210\nPrice: $0.92 per hour\n\nFox L\nGPU: 8x MI210\nPrice: $7.36 per hour\n", "AMD MI210\n\n1 GPU\n\n$0.92/hr\n\nAMD MI210\n\n8 GPUs\n\n$7.36/hr\n"])
def test_cards_of_one_chip_in_several_numbers_stay_apart(text):
    assert rows(text, "txt") == [("MI210", 1, 0.92, "USD", "hour"), ("MI210", 8, 7.36, "USD", "hour")]


@pytest.mark.parametrize("price", ["**from €0.71/hour**", "**desde 0,71 €/hora**", "__ab 0,71 €/Stunde__", "from €0.71/hour"])
def test_a_price_in_bold_is_an_item_of_its_list(price):
    assert rows(f"### Basic\n- 2 x NVIDIA L4 (24 GB)\n- 16 vCPU\n- {price}\n\n### Plus\n- 4 x AMD MI210\n- 64 vCPU\n- {price.replace('71', '95')}\n") == [("L4", 2, 0.71, "EUR", "hour"), ("MI210", 4, 0.95, "EUR", "hour")]


def test_what_a_clause_sells_beside_a_machine_is_not_its_price():
    assert rows("Reference: Fox 7 (MI210, 64 GB) about 620 €/month;\nobject storage about 7.50 €/month for 1 TB.") == [("MI210", None, 620, "EUR", "month")]


def test_a_card_may_ask_for_a_call_in_its_last_sentence():
    item = '<div class="item"><h3><p>{}</p></h3><p>{}</p></div>'
    page = item.format("NVIDIA L4", "Serves many models. Pricing starts at $0.41 p/hr") + item.format("AMD MI325X", "Machines of your own. Contact sales for a quote.")
    assert rows(page, "html") == [("L4", None, 0.41, "USD", "hour"), ("MI325X", None, None, None, None)]


def test_a_period_behind_a_comma_is_of_what_follows_where_one_stands_before_the_price():
    assert [(p.amount, p.unit) for p in find_prices("八卡每小时61元，包月另有优惠", language="zh")] == [(61, "hour")]


@pytest.mark.parametrize(("text", "amount"), [("the price falls from $4.40 to $3.74 per hour", 3.74), ("der Preis sinkt von 4,40 € auf 3,74 € pro Stunde", 3.74), ("le prix passe de 4,40 € à 3,74 € par heure", 3.74), ("el precio baja de 4,40 € a 3,74 € por hora", 3.74)])
def test_where_a_price_came_from_is_no_price(text, amount):
    assert [p.amount for p in find_prices(text)] == [amount]


def test_nobody_pays_a_little_over_one_for_a_month():
    assert [p.amount for p in find_prices("€1,499/month")] == [1499]
    assert [p.amount for p in find_prices("1.499 €/mois")] == [1499]
    assert [p.amount for p in find_prices("$1.499/hour")] == [1.499]


def test_a_worked_sum_counts_the_cards_on_which_it_runs_once():
    assert rows("## Example\nRendering for 30 hours on 4 MI210 at $0.92 per GPU-hour costs 30 × 4 × $0.92 = $110.40.") == [("MI210", 4, 0.92, "USD", "hour")]


def test_an_empty_cell_stands_for_the_chip_above_where_the_row_counts_cards():
    page = "| GPU | Cards | Price per hour |\n|---|---|---|\n| MI325X | 1 | $2.70 |\n| | 4 | $10.80 |\n| L4 | 1 | $0.41 |\n"
    assert rows(page) == [("MI325X", 1, 2.7, "USD", "hour"), ("MI325X", 4, 10.8, "USD", "hour"), ("L4", 1, 0.41, "USD", "hour")]


def test_what_a_line_sells_behind_the_price_of_a_gpu_is_not_let_with_it():
    assert rows("## Prices\nMI325X: $2.70 per GPU hour\nStorage: $0.06 per GB per month\nStatic IP: $2.50 per month\n") == [("MI325X", None, 2.7, "USD", "hour")]


@pytest.mark.parametrize(("text", "amount", "currency", "unit"), [
    ("€ 79,- p/m", 79, "EUR", "month"), ("79,- €/Monat", 79, "EUR", "month"), ("CHF 79.–/Mt.", 79, "CHF", "month"), ("79 zł/mc netto", 79, "PLN", "month"), ("79 zł / m-c", 79, "PLN", "month"), ("€ 79 p.m.", 79, "EUR", "month"), ("79 Ft/hó", 79, "HUF", "month"),
])
def test_months_and_whole_sums_as_hosts_write_them(text, amount, currency, unit):
    assert [(p.amount, p.currency, p.unit) for p in find_prices(text)] == [(amount, currency, unit)]


def test_the_hour_of_a_day_is_no_month():
    assert [(p.amount, p.unit) for p in find_prices("$5 until 9 p.m.")] == [(5, None)]


@pytest.mark.parametrize(("text", "unit"), [
    ("All prices shown are monthly.", "month"), ("Los precios indicados son mensuales, sin IVA.", "month"), ("부가세 별도, 월 요금입니다.", "month"), ("요금은 시간당 기준입니다.", "hour"), ("上記は月額料金です。", "month"), ("Tutti i prezzi si intendono mensili.", "month"),
    ("Prices are monthly updated.", None), ("Prices are reviewed by the people of the hall.", None),
])
def test_a_sentence_below_a_table_tells_the_period_of_its_prices(text, unit):
    assert {r[4] for r in rows(f"| Plan | GPU | Price |\n|---|---|---|\n| Fox | 1x MI210 | €41 |\n| Elk | 4x MI210 | €159 |\n\n{text}\n")} == {unit}


def test_raised_cents_may_carry_their_sign():
    card = '<div class="plan"><h3>{}</h3><div>{}<sup>,90€</sup>/mes</div><ul><li>{}</li></ul></div>'
    assert rows(card.format("Uno", 119, "1 x RTX 5070") + card.format("Dos", 289, "1 x RTX 5080"), "html") == [("RTX5070", 1, 119.9, "EUR", "month"), ("RTX5080", 1, 289.9, "EUR", "month")]


@pytest.mark.parametrize("text", [
    "From this week on, an MI210 costs $0.79 per hour instead of $0.99, and an 8x B300 node is $39.60 per hour (was $44.90). For long projects we have terms of three months, of which the page of each hall tells more.",
    "Ab dieser Woche kostet MI210 0,79 $ pro Stunde statt 0,99 $, und ein Server mit acht B300 39,60 $ pro Stunde (bisher 44,90 $). Für lange Vorhaben haben wir Laufzeiten von drei Monaten, die auf den Seiten der Hallen stehen.",
])
def test_a_price_named_instead_of_an_older_one_is_no_comparison(text):
    assert rows(text) == [("MI210", None, 0.79, "USD", "hour"), ("B300", 8, 39.6, "USD", "hour")]


@pytest.mark.parametrize(("head", "kind"), [("Instance      fox.large       fox.small\n", "txt"), ("Instance      fox.large       fox.small\n", "md"), ("              fox.large       fox.small\n", "txt")])
def test_a_drawn_table_may_have_a_machine_a_column(head, kind):
    text = f"{head}GPU           8x MI210        2x MI210\nvCPU          96              24\nPrice/hour    $7.20           $1.80\n"
    assert rows(text, kind) == [("MI210", 8, 7.2, "USD", "hour"), ("MI210", 2, 1.8, "USD", "hour")]


def test_a_drawn_list_without_heads_keeps_its_first_line():
    text = "Machines with GPUs\n  1x L4      24 GB    0.45 EUR/h\n  2x L4      48 GB    0.90 EUR/h\n  1x B300    288 GB   5.40 EUR/h\n"
    assert sorted(rows(text, "txt")) == [("B300", 1, 5.4, "EUR", "hour"), ("L4", 1, 0.45, "EUR", "hour"), ("L4", 2, 0.9, "EUR", "hour")]


def test_wide_blanks_part_columns_too():
    assert rows("型号　　　　显存　　　价格（元/小时）\nRTX 5090　　32GB　　　3.1\nA800　　　　80GB　　　6.8\n", "txt") == [("RTX5090", None, 3.1, "CNY", "hour"), ("A800", None, 6.8, "CNY", "hour")]


def test_a_card_of_two_machines_gives_each_its_price():
    assert rows("Fox\n\nGPU: 1x MI210 / 4x MI210\n\nPrice: $0.90 / $3.60 per hour\n", "txt") == [("MI210", 1, 0.9, "USD", "hour"), ("MI210", 4, 3.6, "USD", "hour")]


@pytest.mark.parametrize(("text", "expected"), [
    ("$2.25/hr, no minimum commitment", ("on_demand", None)), ("0,90 €/Std. ohne Mindestlaufzeit", ("on_demand", None)), ("2,10 €/h sans engagement", ("on_demand", None)),
    ("spot, no commitment", ("spot", None)), ("no annual commitment", ("on_demand", None)), ("with a one-year commitment", ("reserved", 12)), ("mit 12 Monaten Laufzeit", ("reserved", 12)),
])
def test_what_asks_for_no_commitment_is_let_on_demand(text, expected):
    assert commitment_in(text) == expected
