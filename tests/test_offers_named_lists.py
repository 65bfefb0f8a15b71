"""Prices whose chip, coin, period or place another part of the data tells: names of lists, keys of machines, units in cents, comments above tuples, short codes.
All sellers, prices and places are invented."""

from __future__ import annotations

import json

import pytest

from nlp.offers import read_head
from nlp.prices import find_prices
from nlp.read import read_document
from nlp.supply import read_supply

FOX = "The machines of Fox Cloud stand in a hall beside a river and are let to anybody."


def rows(text: str, kind: str, language: str | None = None) -> list[tuple]:
    """(gpu_name, gpu_count, price, currency, unit) of the offers."""
    document = read_document(text.encode(), path=f"page.{kind}", language=language)
    _, offers, _, _ = read_supply(document)
    for record in offers:
        assert record.quote and document.text[record.start:record.end] == record.quote
    return [(o.gpu_name, o.gpu_count, o.price, o.currency, o.price_unit) for o in offers]


ASKED = '[{ host: "fox.example", usd_per_gpu_hour: 1.45 }, { host: "elk.example", usd_per_gpu_hour: 1.62 }]'


@pytest.mark.parametrize("name", ["MI325X_PRICING", "mi325xPrices", "MI325X_OFFERS", "CLOUD_MI325X_RATES"])
def test_a_constant_may_name_the_chip_of_its_prices(name):
    assert rows(f"export const {name} = {ASKED};\n// {FOX}\n", "ts") == [("MI325X", None, 1.45, "USD", "hour"), ("MI325X", None, 1.62, "USD", "hour")]


def test_a_constant_that_says_more_names_no_chip_of_its_prices():
    assert rows(f"export const fasterThanMI325XBenchmarks = {ASKED};\n// {FOX}\n", "ts") == []


def test_a_key_may_name_the_chip_of_a_list():
    data = {"about": FOX, "market": {"L40S": [{"host": "fox.example", "price_per_hour": 0.81}, {"host": "elk.example", "price_per_hour": 0.93}], "B300": [{"host": "fox.example", "price_per_hour": 5.1}]}}
    assert rows(json.dumps(data), "json") == [("L40S", None, 0.81, None, "hour"), ("L40S", None, 0.93, None, "hour"), ("B300", None, 5.1, None, "hour")]


def test_a_chip_of_a_record_goes_before_that_of_its_list():
    data = {"about": FOX, "L40S": [{"gpu": "A30", "price_per_hour": 0.5}]}
    assert rows(json.dumps(data), "json") == [("A30", None, 0.5, None, "hour")]


@pytest.mark.parametrize("head", ["const hourlyUsd: Record<Kind, number> =", "const hourlyUsd =", "export const HOURLY_USD ="])
def test_keys_of_machines_bear_prices(head):
    code = f"{head} {{ 'gpu_2x_l40s': 1.90, 'gpu_8x_b300': 41.5 }};\n// {FOX}\n"
    assert rows(code, "ts") == [("L40S", 2, 1.9, "USD", "hour"), ("B300", 8, 41.5, "USD", "hour")]


def test_a_number_of_machines_is_no_price():
    assert rows(json.dumps({"about": FOX, "in_stock": {"gpu_2x_l40s": 4, "gpu_8x_b300": 1}}), "json") == []


@pytest.mark.parametrize("record", [
    {"gpu": "L40S", "price": 62, "unit": "cents", "currency_code": "USD", "period": "hour"},
    {"gpu": "L40S", "price": {"amount": 62, "unit": "US cent"}, "currency": "USD", "period": "hour"},
    {"gpu": "L40S", "hourly_price": "62", "price_unit": "cent", "currency": "USD"},
])
def test_a_unit_of_cents(record):
    (offer,) = rows(json.dumps({"about": FOX, "offers": [record]}), "json")
    assert (offer[0], offer[2], offer[4]) == ("L40S", 0.62, "hour")


def test_a_unit_of_cents_leaves_what_is_printed_with_its_sign():
    assert rows(json.dumps({"about": FOX, "offers": [{"gpu": "L40S", "hourly_price": "$0.62", "unit": "cents"}]}), "json") == [("L40S", None, 0.62, "USD", "hour")]


@pytest.mark.parametrize("text, amount, unit", [
    ("4 dollars and 35 cents an hour", 4.35, "hour"), ("4 dollars, 5 cents per hour", 4.05, "hour"), ("4 Euro und 35 Cent pro Stunde", 4.35, "hour"),
    ("4 euros et 35 centimes par heure", 4.35, "hour"), ("4 euros y 35 céntimos por hora", 4.35, "hour"), ("4 euro e 35 centesimi all'ora", 4.35, "hour"),
    ("4 dollars an hour and 35 cents per GB", 4.0, "hour"), ("4 dollars and 35 hours", 4.0, None), ("4.20 euros et 35 centimes", 4.2, None),
])
def test_coins_behind_a_sum_in_words(text, amount, unit):
    price = find_prices(text)[0]
    assert (price.amount, price.unit) == (amount, unit)


@pytest.mark.parametrize("head, currency", [
    ("小时成本(美元)", "USD"), ("每小时价格（欧元）", "EUR"), ("價格(港元/小時)", "HKD"), ("价格(元/小时)", "元"), ("on_demand_dollars_per_hour", "$"), ("dollar_per_gpu_hour", "$"), ("Preis (€)", "EUR")])
def test_the_money_of_a_head_is_its_longest_word(head, currency):
    assert read_head(head).currency == currency


def test_the_dollars_of_a_chinese_table():
    table = "# 云狐\n\n| 机型 | GPU | 每小时价格(美元) |\n|---|---|---|\n| fox-2 | L40S × 2 | 1.92 |\n| fox-8 | B300 × 8 | 41.5 |\n\n所有机器都放在河边的机房里，按秒计费，流量不收费，随时可以退租。\n"
    assert rows(table, "md", "zh") == [("L40S", 2, 1.92, "USD", "hour"), ("B300", 8, 41.5, "USD", "hour")]


@pytest.mark.parametrize("code", [
    '# card -> (spot_usd_per_hour, on_demand_usd_per_hour)\nCARDS = {\n    "L40S": (0.44, 0.81),\n    "RTX 5090": (0.3, 0.5),\n}\n',
    'CARDS = [\n    # (card, spot_usd_per_hour, on_demand_usd_per_hour)\n    ("L40S", 0.44, 0.81),\n    ("RTX 5090", 0.3, 0.5),\n]\n',
])
def test_a_comment_names_the_places_of_tuples(code):
    assert sorted(rows(f'"""{FOX}"""\n\n{code}', "py")) == [("L40S", None, 0.44, "USD", "hour"), ("L40S", None, 0.81, "USD", "hour"), ("RTX5090", None, 0.3, "USD", "hour"), ("RTX5090", None, 0.5, "USD", "hour")]


def test_tuples_without_names_for_all_places_are_no_prices():
    assert rows(f'"""{FOX}"""\n\n# card -> (spot_usd_per_hour)\nCARDS = {{"L40S": (0.44, 0.81)}}\n', "py") == []


def test_a_comment_behind_a_constant_names_no_places_of_it():
    assert rows(f'"""{FOX}"""\n\nCARDS = {{"L40S": (0.44, 0.81)}}\n# other -> (spot_usd_per_hour, usd_per_hour)\nOTHER = {{}}\n', "py") == []


def test_decimals_are_numbers():
    assert rows(f'"""{FOX}"""\n\nHOURLY_USD = {{"l40s": Decimal("0.81"), "a30": Decimal("0.33")}}\n', "py") == [("L40S", None, 0.81, "USD", "hour"), ("A30", None, 0.33, "USD", "hour")]


def test_a_comment_names_the_hourly_rates_of_a_program():
    code = f'"""{FOX}"""\n\nPRICING = {{\n    "currency": "USD",\n    # hourly on-demand rates in USD\n    "gpu": {{\n        "L40S-48GB": {{"on_demand": 0.81}},\n        "B300-288GB": {{"on_demand": 5.1}},\n    }},\n}}\n'
    assert rows(code, "py") == [("L40S", None, 0.81, "USD", "hour"), ("B300", None, 5.1, "USD", "hour")]


@pytest.mark.parametrize("items", [["L4: $0.44/hr", "B300: $5.10/hr"], ["L4: $0.44/hr", "T4: $5.10/hr"], ["L4 – from $0.44 per hour", "H200 – from $5.10 per hour"]])
def test_short_codes_with_a_price_behind_them(items):
    read = rows("# Rates of Fox Cloud\n\n" + "\n".join(f"- {item}, with the traffic in it" for item in items) + f"\n\n{FOX}\n", "md")
    assert sorted((row[2], row[3], row[4]) for row in read) == [(0.44, "USD", "hour"), (5.1, "USD", "hour")] and "L4" in [row[0] for row in read]


def test_the_price_of_a_short_code_is_not_that_of_the_next_chip():
    assert rows(f"# Rates of Fox Cloud\n\nAn A40 costs $3 an hour with everything in it.\n\nThe L40S costs a little less, and you may ask us for how much.\n\n{FOX}\n", "md") == [("A40", None, 3.0, "USD", "hour")]


def test_a_short_code_alone_is_no_chip():
    assert rows(f"# Tolls\n\n- A10: 3 € per hour of parking beside the road\n- M60: closed\n\n{FOX}\n", "md") == []


@pytest.mark.parametrize("fee, price", [
    ("Team plan: $39/month", "L40S at $0.81/hour"), ("Pro account (for five people): €25/month", "L40S at €0.81/hour"), ("Mitgliedschaft: 25 €/Monat", "L40S für 0,81 €/Stunde"),
    ("Abonnement : 25 €/mois", "L40S à 0,81 €/heure"), ("Suscripción: 25 €/mes", "L40S a 0,81 €/hora"), ("Abonament: 90 zł/miesiąc", "L40S za 0,81 zł/godz."),
])
def test_the_fee_of_a_customer_is_no_price_of_a_chip(fee, price):
    read = rows(f"# Fox Cloud: GPU rental\n\n## Plans\n\n- {fee}\n- {price}\n\n## About\n\n{FOX}\n", "md")
    assert [(row[0], row[2], row[4]) for row in read] == [("L40S", 0.81, "hour")]


def test_what_a_month_of_the_chip_costs_is_no_fee():
    read = rows(f"# Fox Cloud: GPU rental\n\n## Plans\n\n- L40S at $0.81/hour\n- Monthly plan: $490/month\n\n## About\n\n{FOX}\n", "md")
    assert [(row[2], row[4]) for row in read] == [(0.81, "hour"), (490.0, "month")]


@pytest.mark.parametrize("head, language", [("Tarjeta", "es"), ("Scheda", "it"), ("Karte", "de"), ("Carte", "fr"), ("Placa", "pt"), ("Карта", "ru"), ("カード", "ja"), ("카드", "ko")])
def test_columns_of_cards(head, language):
    table = f"# Fox\n\n| Type | {head} | EUR/h |\n|---|---|---|\n| f2 | A40 ×2 | 0.95 |\n| f4 | A40 ×4 | 1.88 |\n\n{FOX}\n"
    assert rows(table, "md", language) == [("A40", 2, 0.95, "EUR", "hour"), ("A40", 4, 1.88, "EUR", "hour")]


@pytest.mark.parametrize("term, unit", [("hourly", "hour"), ("monthly", "month"), ("per month", "month"), ("1y", None)])
def test_a_term_may_be_the_period(term, unit):
    data = {"about": FOX, "products": [{"title": "fox", "gpu": {"model": "L40S", "quantity": 2}, "pricing": [{"term": term, "amount": 90.5, "currency": "EUR"}]}]}
    assert rows(json.dumps(data), "json") == [("L40S", 2, 90.5, "EUR", unit)]


def test_the_label_of_the_next_price_is_not_the_period_of_this_one():
    page = "<h2>GPUサーバー</h2><dl><dt>狐B（L40S 2基）</dt><dd>1時間あたり 280円（税込）／月額 149,000円（税込）</dd></dl><p>料金には消費税が含まれています。お支払いはクレジットカードで承ります。</p>"
    assert rows(page, "html", "ja") == [("L40S", 2, 280.0, "JPY", "hour"), ("L40S", 2, 149000.0, "JPY", "month")]
    assert [(p.amount, p.unit) for p in find_prices("280円/月", language="ja")] == [(280.0, "month")]


def test_dear_places_of_what_costs_less_elsewhere():
    pricing = {"eu-west-1": {"onDemand": 120.5}, "us-east-1": {"onDemand": 98.25}, "ap-northeast-2": {"onDemand": 180.75}, "sa-east-1": {"onDemand": 18075}}
    code = f"// {FOX}\nconst machines = {json.dumps([{'name': 'fox8.large', 'gpu': 'NVIDIA B300', 'gpuCount': 8, 'pricing': pricing}], indent=1)};\n"
    assert sorted(row[2] for row in rows(code, "js")) == [98.25, 120.5, 180.75]


@pytest.mark.parametrize("lead, items, language", [
    ("GPU prices per hour:", ["L40S: $0.81", "B300: $5.10"], "en"), ("Our cards by the hour, GPU rental only; price per hour:", ["L40S: $0.81", "B300: $5.10"], "en"),
    ("GPU-Preise pro Stunde:", ["L40S: $0.81", "B300: $5.10"], "de"), ("Tarifs des GPU par heure :", ["L40S : $0.81", "B300 : $5.10"], "fr"), ("Precio de las GPU por hora:", ["L40S: $0.81", "B300: $5.10"], "es"),
    ("Prezzi GPU all'ora:", ["L40S: $0.81", "B300: $5.10"], "it"), ("Ceny GPU za godzinę:", ["L40S: $0.81", "B300: $5.10"], "pl"), ("GPU 시간당 가격:", ["L40S: $0.81", "B300: $5.10"], "ko"), ("GPUの1時間あたりの料金：", ["L40S: $0.81", "B300: $5.10"], "ja"),
])
@pytest.mark.parametrize("nested", [True, False])
def test_the_line_above_a_list_names_the_period_of_its_prices(lead, items, language, nested):
    marks = "\n".join(f"{'  ' if nested else ''}- {item}" for item in items)
    read = rows(f"## Fox\n\n{'- ' if nested else ''}{lead}{'' if nested else chr(10)}\n{marks}\n\n{FOX}\n", "md", language)
    assert read == [("L40S", None, 0.81, "USD", "hour"), ("B300", None, 5.1, "USD", "hour")]


def test_the_line_above_another_list_names_no_period_of_a_price():
    assert [row[2:] for row in rows(f"## Fox\n\nVisitors per hour:\n\n- Gate A: 20\n- Gate B: 31\n\nCards on the shelf:\n\n- L40S: $0.81\n\n{FOX}\n", "md") if row[2] is not None] == []


def test_the_line_above_a_list_may_name_its_terms():
    document = read_document(f"## Fox\n\nSpot prices of GPUs per hour:\n\n- L40S: $0.41\n- B300: $2.10\n\n{FOX}\n".encode(), path="page.md")
    assert [(o.price, o.price_unit, o.commitment) for o in read_supply(document)[1]] == [(0.41, "hour", "spot"), (2.1, "hour", "spot")]


@pytest.mark.parametrize("heading, language", [("GPU prices (EUR per hour)", "en"), ("GPU-Preise (EUR pro Stunde)", "de"), ("Prix des GPU (EUR par heure)", "fr"), ("Prezzi GPU (EUR per ora)", "it")])
def test_a_heading_names_the_money_and_the_period_of_bare_amounts(heading, language):
    assert rows(f"## {heading}\n\n- L40S: 0.81\n- B300: 5.10\n\n## Fox\n\n{FOX}\n", "md", language) == [("L40S", None, 0.81, "EUR", "hour"), ("B300", None, 5.1, "EUR", "hour")]


def test_a_heading_without_money_leaves_bare_numbers():
    assert [row[2] for row in rows(f"## GPU load per hour\n\n- L40S: 0.81\n- B300: 0.97\n\n## Fox\n\n{FOX}\n", "md") if row[2] is not None] == []


@pytest.mark.parametrize("text, currency", [
    ("price_per_hour:\n  L40S: {on_demand: 0.81, spot: 0.4}\n  B300: {on_demand: 5.1, spot: 2.2}\nabout: " + FOX, None),
    ("currency: EUR\nhourly:\n  L40S: {on_demand: 0.81, spot: 0.4}\n  B300: {on_demand: 5.1, spot: 2.2}\nabout: " + FOX, "EUR"),
    ("hourly_usd:\n  L40S: {on_demand: 0.81, spot: 0.4}\n  B300: {on_demand: 5.1, spot: 2.2}\nabout: " + FOX, "USD"),
])
def test_the_key_of_a_branch_names_the_period_of_the_prices_of_its_chips(text, currency):
    assert rows(text, "yml") == [("L40S", None, 0.81, currency, "hour"), ("L40S", None, 0.4, currency, "hour"), ("B300", None, 5.1, currency, "hour"), ("B300", None, 2.2, currency, "hour")]


def test_cards_of_machines_that_are_sold_on_request():
    card = '<div class="plan"><h3>{}</h3><ul><li>{}x MI325X</li><li>16 vCPU</li></ul><a href="/ask">Contact sales</a></div>'
    page = f"<h1>Machines</h1>{card.format('Small', 1)}{card.format('Large', 8)}<p>{FOX}</p>"
    assert rows(page, "html") == [("MI325X", 1, None, None, None), ("MI325X", 8, None, None, None)]


@pytest.mark.parametrize("text, amount, unit", [
    ("月額29万8,000円", 298000.0, "month"), ("3万5000円/月", 35000.0, "month"), ("1만 2,000원", 12000.0, None), ("¥29万8,000", 298000.0, None), ("29万円", 290000.0, None), ("8,000円", 8000.0, None), ("9万枚まで8,000円", 8000.0, None),
])
def test_tens_of_thousands_before_the_rest_of_an_amount(text, amount, unit):
    (price,) = find_prices(text, language="ja")
    assert (price.amount, price.unit) == (amount, unit)


@pytest.mark.parametrize("head, commitment", [("Rezerwacja roczna", "reserved"), ("Na żądanie", "on_demand"), ("Przerywalne", "spot")])
def test_polish_words_for_terms(head, commitment):
    table = f"# Fox\n\n| Karta | {head} (zł/h) |\n|---|---|\n| L40S | 2,90 |\n| B300 | 19,50 |\n\n{FOX}\n"
    assert [o.commitment for o in read_supply(read_document(table.encode(), path="page.md", language="pl"))[1]] == [commitment, commitment]


@pytest.mark.parametrize("text, units", [
    ("시간당 590원 (월 39만원)", ["hour", "month"]), ("1時間590円（月額39万円）", ["hour", "month"]), ("每小时 3.9元（月付 2,400元）", ["hour", "month"]), ("stündlich 0,39 € (monatlich 240 €)", ["hour", "month"]),
    ("par heure 0,39 € (par mois 240 €)", ["hour", "month"]), ("€0.39/h (monatlich 240 €)", ["hour", "month"]), ("$0.39 (monthly $249)", [None, "month"]), ("590円（月額）", ["month"]), ("$249 (per month) with 8 cores", ["month"]),
    ("$0.39 (net) per hour 8 cores", ["hour"]), ("0,39 € (por hora) 8 núcleos", ["hour"]),
])
def test_the_period_in_a_bracket_is_that_of_the_amount_in_it(text, units):
    assert [p.unit for p in find_prices(text)] == units


def plans(*names: str) -> tuple[set[str], set[str]]:
    """The chips of the offers and of the text of a list of plans."""
    text = json.dumps({"currency": "USD", "plans": [{"name": name, "price": 0.5, "unit": "hour"} for name in names]})
    chips, offers, _, _ = read_supply(read_document(text.encode(), path="plans.json"))
    return {offer.gpu_name for offer in offers}, {chip.gpu_name for chip in chips}


def test_short_names_beside_cards_are_cards_too():
    assert plans("Starter", "H100", "H200", "L40S", "L4", "T4", "A10") == (cards := {"H100", "H200", "L40S", "L4", "T4", "A10"}, cards)


@pytest.mark.parametrize("names", [("S1", "L4", "T4", "A10", "M4"), ("H100", "L4", "T4", "M4"), ("Lathe H100", "Mill H200", "Press L40S", "L4", "T4")])
def test_short_names_beside_other_things_are_none(names):
    assert plans(*names)[0].isdisjoint({"L4", "T4", "A10"})
