"""Offers of Markdown, lists, prose and data: what the generator of layouts (offer_layouts_texts) showed to be missing. All sellers and prices are invented."""

from __future__ import annotations

import json

import pytest

from nlp.extract import extract
from nlp.offers import rate_of_all, read_head
from nlp.prices import find_prices
from supply_reading import rows, supply


def test_money_and_period_told_once_for_all_prices_hold_for_lists_cards_and_tables_below():
    note = "# Rates\n\nAll prices are in CHF. Prices are per GPU per day.\n\n"
    assert rows(note + "- A40 48GB, RAM 96 GB — 11.50\n- 2x L40S, vCPU 24: from 20\n", "md") == [("A40", None, 11.5, "CHF", "day"), ("L40S", 2, 20, "CHF", "day")]
    assert rows(note + "### H200\n\n- RAM: 96 GB\n- Price: 70.20\n\n### 4x L4\n\n- vCPU: 48\n- On-demand: 12\n- Spot: 7.5\n", "md") == [
        ("H200", None, 70.2, "CHF", "day"), ("L4", 4, 12, "CHF", "day"), ("L4", 4, 7.5, "CHF", "day")]
    assert rows(note + "## Storage\n\nText.\n\n## Machines\n\n| GPU | Price |\n|---|---|\n| 8x A100 | 96 |\n", "md") == [("A100", 8, 96, "CHF", "day")]


def test_bare_figures_without_such_a_note_or_beside_labels_of_hardware_are_no_prices():
    assert not any(o.price for o in supply("# GPU rates\n\n- A40 48GB — 11.50\n- L40S: 20\n", "md")[1])
    text = "# GPU rates\n\nAll prices are in USD. Prices are per hour.\n\n### A40\n\n- vCPU: 48\n- RAM: 96\n- GPUs: 2\n- Price: 1.10\n"
    assert rows(text, "md") == [("A40", 2, 1.1, "USD", "hour")]


@pytest.mark.parametrize("note, unit, currency", [
    ("Alle Preise pro Stunde, in EUR.", "hour", "EUR"), ("料金の単位はUSDです。表示価格は1時間あたりの料金です。", "hour", "USD"), ("Todos los precios son por GPU y hora.", "hour", None), ("所有价格均为每月的价格。", "month", None),
])
def test_notes_on_all_prices_in_their_languages(note, unit, currency):
    rate = rate_of_all(note)
    assert rate is not None and (rate.unit, rate.currency) == (unit, currency)


@pytest.mark.parametrize("text", ["Storage prices are per month in EUR.", "Support costs $10 per month.", "We were founded in 2019.", "Prices may change every month."])
def test_sentences_that_say_something_else_are_no_notes_on_all_prices(text):
    assert rate_of_all(text) is None


def test_a_length_in_a_label_does_not_begin_a_range_that_ends_with_the_price():
    for text in ("Reserva de 1 ano: 91 EUR/h", "Reserva 3 años: 91 EUR/h", "Engagement 1 an: 91 EUR/h", "Impegno 1 anno: 91 EUR/h"):
        assert [(p.amount, p.high) for p in find_prices(text, language="es")] == [(91, None)]
    assert [p.amount for p in find_prices("de 2 a 3 EUR/h", language="es")] == [2]


def test_the_number_of_gpus_of_a_card_stands_behind_its_label_in_many_languages():
    for label in ("Number of GPUs", "Anzahl GPUs", "GPU数", "GPU 수", "Количество GPU", "GPUs"):
        assert rows(f"### A40 48GB\n\n- {label}: 4\n- 1.60 EUR / h\n", "md", None) == [("A40", 4, 1.6, "EUR", "hour")], label


def test_a_bare_count_beside_a_gpu_counts_gpus_and_elsewhere_does_not():
    record = {"gpu": "NVIDIA A40", "count": 4, "usd_per_hour": 1.8}
    assert rows(json.dumps([record, {**record, "count": 8, "usd_per_hour": 3.5}]), "json") == [("A40", 4, 1.8, "USD", "hour"), ("A40", 8, 3.5, "USD", "hour")]
    assert rows(json.dumps([{**record, "count": 137}, {**record, "gpu_count": 2}]), "json")[0][1] is None
    assert rows(json.dumps([{**record, "gpu_count": 2}]), "json")[0][1] == 2
    named = {"name": "NVIDIA A40", "count": 4, "usd_per_hour": 1.8}
    assert rows(json.dumps([named]), "json")[0][1] is None      # of things by name: how many are left?


def test_the_quantity_that_a_price_is_for_is_no_price():
    offer = {"@type": "Offer", "priceSpecification": {"@type": "UnitPriceSpecification", "price": 2.2, "priceCurrency": "EUR", "referenceQuantity": {"@type": "QuantitativeValue", "value": 1, "unitCode": "DAY"}}}
    text = f'<html><body><script type="application/ld+json">{json.dumps({"@type": "Product", "name": "2x A40", "offers": offer})}</script></body></html>'
    assert rows(text, "html") == [("A40", 2, 2.2, "EUR", "day")]


def test_a_family_is_named_by_its_chip_where_its_plans_count_gpus():
    families = [{"name": "A10", "plans": [{"gpu_count": 2, "eur_per_hour": 1.2}]}, {"name": "L4", "plans": [{"gpu_count": 1, "eur_per_hour": 0.6}]}]
    assert rows(json.dumps({"families": families}), "json") == [("A10", 2, 1.2, "EUR", "hour"), ("L4", 1, 0.6, "EUR", "hour")]
    flavours = [{"name": "L4", "vcpu": 4, "eur_per_hour": 0.1}]
    assert rows(json.dumps({"groups": [{"name": "small", "plans": flavours}, {"name": "H100 x1", "plans": [{"gpu_count": 1, "eur_per_hour": 2}]}]}), "json") == [("H100", 1, 2, "EUR", "hour")]


def test_the_unit_of_a_feed_may_be_called_that_of_its_prices():
    assert read_head("priceUnit").role == read_head("price-period").role == "unit" and read_head("unit price").role == "price" and read_head("price per unit").role == "price"
    assert rows(json.dumps({"price_unit": "minute", "currency": "EUR", "plans": [{"gpu": "2x A40", "cost": 0.05}]}), "json") == [("A40", 2, 0.05, "EUR", "minute")]
    assert rows("GPU;Price (EUR);unit\nNVIDIA A40;150;month per GPU\nNVIDIA L4;90;month per GPU\n", "csv") == [("A40", None, 150, "EUR", "month"), ("L4", None, 90, "EUR", "month")]


def test_a_figure_under_a_head_with_its_currency_may_have_its_period_and_a_note_behind_it():
    text = "| GPU | Price (EUR) |\n|---|---|\n| 2x A40 | 1.20/GPU/hr (sold out) |\n| 4x L4 | from 2.10 per day |\n| 1x T4 | 8 to 9 vCPU |\n"
    assert rows(text, "md")[:2] == [("A40", 2, 1.2, "EUR", "hour"), ("L4", 4, 2.1, "EUR", "day")] and rows(text, "md")[2:] in ([], [("T4", 1, None, None, None)])


@pytest.mark.parametrize("language, text", [
    ("en", "A server with 2x A40 costs $1.90 per hour. With a contract of one year, it costs $1.20 per hour. "), ("de", "Ein Server mit 2x A40 kostet $1,90 pro Stunde. Bei 1 Jahr Laufzeit kostet er $1,20 pro Stunde. "),
    ("ja", "2x A40を搭載したサーバーの料金は$1.90/時間です。1年契約の料金は$1.20/時間です。"),
])
def test_a_sentence_that_goes_on_about_the_machine_before_it_names_no_chip(language, text):
    page = f'<html lang="{language}"><body><h1>GPU</h1><p>{text * 1}{"" if language == "ja" else " "}NVIDIA L4: $0.80/h. {"x " * 60}</p></body></html>'
    assert {("A40", 2, 1.9, "USD", "hour"), ("A40", 2, 1.2, "USD", "hour")} <= set(rows(page, "html", None))
    other = page.replace("it costs $1.20", "storage is $1.20").replace("With a contract of one year", "For a disk")
    assert language != "en" or not any(r[2] == 1.2 for r in rows(other, "html", None))


def test_the_whole_node_of_a_sentence_without_a_chip_is_a_machine():
    page = f'<html lang="en"><body><h1>GPU</h1><p>The 8x A40 costs $0.50 per GPU per hour. The whole node costs $3.90 per hour. {"x " * 60}</p></body></html>'
    assert [(o.price, o.price_scope) for o in supply(page, "html", None)[1]] == [(0.5, "gpu"), (3.9, "instance")]


def test_counts_behind_a_name_with_a_comma_or_a_stop_after_them():
    assert rows("# GPU\n\n- RTX A6000 48GB x4, vCPU 48: $2.10/h\n- A100 80GB x8, RAM 768 GB: $9/h\n", "md") == [("A6000", 4, 2.1, "USD", "hour"), ("A100", 8, 9, "USD", "hour")]
    assert rows("# GPU\n\n- A100 80GB x1.5 speed: $9/h\n- L40S: $1/h\n", "md")[0][1] is None


def test_thousands_of_money_without_cents_are_thousands_in_any_language():
    assert [p.amount for p in find_prices("1,834 KRW/h, 1.834 KRW/h, 1.834 EUR/h", language="it")] == [1834, 1834, 1834]
    assert [p.amount for p in find_prices("1,834 KRW/h, 1.834 KRW/h, 0.834 KRW/h, 1.834 EUR/h", language="en")] == [1834, 1834, 0.834, 1.834]


def test_terms_head_columns_of_prices_where_money_and_period_have_columns_of_their_own():
    text = "GPU;GPUs;По требованию;Резерв на 1 год;currency;unit\nNVIDIA A40;2;1,20;0,90;EUR;hour\nNVIDIA L4;1;0,60;0,40;EUR;hour\n"
    assert rows(text, "csv", "ru") == [("A40", 2, 1.2, "EUR", "hour"), ("A40", 2, 0.9, "EUR", "hour"), ("L4", 1, 0.6, "EUR", "hour"), ("L4", 1, 0.4, "EUR", "hour")]


def test_the_length_of_a_term_behind_a_price_is_not_its_period():
    text = "# GPU\n\nВсе цены указаны в час.\n\n- 4 × A40 — По требованию: 774 RUB, Резерв на 1 год: 576 RUB\n- 2 × L4 — По требованию: 118 RUB, Резерв на 1 год: 86 RUB\n"
    assert {r[4] for r in rows(text, "md", "ru")} == {"hour"}
    assert [(p.unit, p.scope) for p in find_prices("141 RUB за GPU/ч, 900 RUB за сервер в сутки", language="ru")] == [("hour", "gpu"), ("day", "instance")]


def test_a_period_before_its_per_word_and_in_brackets_behind_the_amount():
    found = find_prices("89円 (1GPU・1時間あたり)、0.5円 (1秒あたり)、700円/月", language="ja")
    assert [(p.amount, p.unit, p.scope) for p in found] == [(89, "hour", "gpu"), (0.5, "second", None), (700, "month", None)]


def test_a_head_of_a_period_and_a_currency_heads_prices():
    assert read_head("В месяц (₽)").role == read_head("Mensal (por mês)").role == "price" and read_head("Requests per hour").role != "price"


def test_labels_in_a_line_tell_its_count_and_what_each_price_is_for():
    page = "<html lang='de'><body><h1>GPU</h1><ul><li><b>A40 48GB</b>, Anzahl GPUs: 4, vCPU: 48 – 1,60 €/h</li><li><b>L4</b>, Anzahl GPUs: 2, vCPU: 8 – 0,90 €/h</li></ul></body></html>"
    assert rows(page, "html", None) == [("A40", 4, 1.6, "EUR", "hour"), ("L4", 2, 0.9, "EUR", "hour")]
    card = "# GPU\n\n### 8x A40\n\nPrice per GPU: $0.50/h<br />\nPrice per node: $4/h\n\n### 8x L4\n\nPrice per GPU: $0.30/h<br />\nPrice per node: $2.40/h\n"
    assert [(o.price, o.price_scope) for o in supply(card, "mdx")[1]] == [(0.5, "gpu"), (4, "instance"), (0.3, "gpu"), (2.4, "instance")]


def test_a_number_before_a_dash_and_a_smaller_amount_begins_no_range():
    assert [(p.amount, p.high) for p in find_prices("vCPU: 48 – 1.60 €/h") if p.sign] == [(1.6, None)] and [p.amount for p in find_prices("1.60 – 2.40 €/h") if p.sign] == [1.6]


@pytest.mark.parametrize("said", ["Some boxes with A40 cards went for €70 in spring, none is left.", "The A40 used to cost € 70.", "Die A40 kostete bei uns 70 €.", "La A40 costaba 70 €.", "Раньше стоил A40 70 €."])
def test_what_was_asked_once_is_no_offer(said):
    note = "# Rates\n\nAll prices are in EUR. Prices are per GPU per day.\n\n- L40S: 20\n\n"
    assert rows(note + said + "\n", "md") == [("L40S", None, 20, "EUR", "day")]
    assert rows(note + "The A40 costs € 70.\n", "md") == [("L40S", None, 20, "EUR", "day"), ("A40", None, 70, "EUR", "day")]


def test_a_letter_behind_a_slash_is_a_month_where_the_amount_says_so():
    assert [(p.amount, p.unit) for p in find_prices("A40 48 GB €0.30/h €150/m")] == [(0.3, "hour"), (150, "month")]
    assert [(p.amount, p.unit) for p in find_prices("A40 €0.30/h, €0.01/m")] == [(0.3, "hour"), (0.01, None)]
    assert rows("# Mieten\n\nKiesel 1× A40 48 GB 28 GB €0.30/h €150/m\nFels 1× L40S 48 GB 64 GB €0.90/h €450/m\n", "md") == [
        ("A40", 1, 0.3, "EUR", "hour"), ("A40", 1, 150, "EUR", "month"), ("L40S", 1, 0.9, "EUR", "hour"), ("L40S", 1, 450, "EUR", "month")]


def test_a_price_with_a_commitment_of_a_year_is_by_the_hour_as_the_one_beside_it():
    offers = supply("# Questions\n\nH200 machines start at $2.90 per GPU per hour on demand, and $1.90 with a one-year commitment.\n", "md")[1]
    assert [(o.price, o.price_unit, o.commitment, o.term_months) for o in offers] == [(2.9, "hour", "on_demand", None), (1.9, "hour", "reserved", 12)]


def test_prices_of_an_endless_sentence_share_its_words():
    from nlp.offers_text import SENTENCE_STEP, _judged

    text = "We let " + ", ".join(f"H100 at ${1 + n % 90}.{n % 89:02} per hour" for n in range(1, 1200))
    before = _judged.cache_info().misses
    found = extract(text.encode(), path="a.txt", kind="offers", language="en").offers
    assert _judged.cache_info().misses - before <= 2 * len(text) // SENTENCE_STEP + 4
    assert {o.price for o in found} == {round(1 + n % 90 + n % 89 / 100, 2) for n in range(1, 1200)} and {o.price_unit for o in found} == {"hour"}


def test_prices_in_sentences_of_their_own_go_on_about_the_chip_named_alone_before():
    rest = " Our team answers around the clock, and each machine stands in a room that is cooled by the water of a lake nearby."
    told = "Rent an H100 for $3.10 per hour. With a contract of one year, it costs $2.20 per hour." + rest
    assert {o.price for o in extract(told.encode(), path="a.txt", kind="offers", language="en").offers} == {3.1, 2.2}
    unclear = "Rent an H100 for $3.10 or an A100 for $1.80 per hour. With a contract of one year, it costs $1.20 per hour." + rest
    assert 1.2 not in {o.price for o in extract(unclear.encode(), path="a.txt", kind="offers", language="en").offers}


def test_the_chips_of_a_page_are_looked_for_once(monkeypatch):
    """What a page without prices names is asked for by several readers; all of them get what was found first."""
    from nlp import supply
    from nlp.read import read_document

    document = read_document(b"# Halde Compute\n\nRent GPUs by the hour.\n\n- H100 SXM\n- L40S\n", path="a.md")
    passes, plain = [], supply.read_chips
    monkeypatch.setattr(supply, "read_chips", lambda *given: passes.append(given) or plain(*given))
    chips, *_ = supply.read_supply(document)
    assert [c.gpu_name for c in chips] == ["H100", "L40S"] == [c.gpu_name for c in plain(document)[0]] and len(passes) == 1
