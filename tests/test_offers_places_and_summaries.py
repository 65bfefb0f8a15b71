"""GPUs that a sentence says can be had at a place; prices of lists that the record above them sums up. All sellers, prices and places are invented."""

from __future__ import annotations

import json

import pytest

from nlp.chips import find_chips
from nlp.read import read_document
from nlp.regions import locate
from nlp.supply import read_supply
from supply_reading import supply


def offers(text: str, path: str = "page.md"):
    return read_supply(read_document(text.encode(), path=path))[1]


@pytest.mark.parametrize(("sentence", "found"), [
    ("> [!note]\n> Our older GPU machines (V100) are available in Graz only. The newer ones (A100 and H100) can be rented in Oslo.", [("V100", "Graz"), ("A100", "Oslo"), ("H100", "Oslo")]),
    ("GPU-Server mit A100 und H100 sind derzeit nur in Frankfurt verfügbar.", [("A100", "Frankfurt"), ("H100", "Frankfurt")]),
    ("Les instances GPU (L4, L40S) sont disponibles à Lille et à Lyon.", [("L4", "Lille, Lyon"), ("L40S", "Lille, Lyon")]),
    ("Le istanze GPU con A30 sono disponibili solo nella Region eu-south-1.", [("A30", "eu-south-1")]),
    ("目前 A100、H100 GPU 实例仅在上海可用。", [("A100", "上海"), ("H100", "上海")]),
    ("GPU H100 は東京リージョンで利用可能です。", [("H100", "東京")]),
    ("Инстансы с GPU A100 доступны в Москве.", [("A100", "Москве")]),
])
def test_gpus_that_a_sentence_says_can_be_had_at_a_place(sentence, found):
    made = offers(f"# Notes\n\n{sentence}\n")
    assert sorted((o.gpu_name, o.location) for o in made) == sorted(found) and all(o.price is None and o.gpu_count is None for o in made)


@pytest.mark.parametrize("sentence", [
    "H100 GPUs are not available in Frankfurt.", "H100 GPUs will be available in Oslo next year.", "Where are GPUs of the type H100 available in Paris?", "Choose a GPU such as A100, available in eu-west-1.",
    "GPU H100 は東京リージョンではまだ利用できません。", "Les GPU H100 ne sont plus disponibles à Lyon.", "H100 GPUs are available.", "The H100 was shown at a GPU conference in Paris."])
def test_other_sentences_of_gpus_and_places_offer_none(sentence):
    assert offers(f"# Notes\n\n{sentence}\n") == []


def test_a_price_that_sums_up_the_list_below_it_is_no_offer_of_its_own():
    data = {"data": [{"gpu": "A40", "minimum_price": 0.4, "currency": "EUR", "options": [{"id": "elk-one", "gpu_count": 2, "price_per_hour": 0.4}, {"id": "elk-two", "gpu_count": 4, "price_per_hour": 0.9}]},
                     {"gpu": "L40S", "minimum_price": 0.8, "currency": "EUR"}]}
    assert [(o.gpu_name, o.gpu_count, o.price) for o in offers(json.dumps(data), "feed.json")] == [("A40", 2, 0.4), ("A40", 4, 0.9), ("L40S", None, 0.8)]


@pytest.mark.parametrize("branch", ["supply", "allocation", "resources"])
def test_gpus_are_counted_in_a_branch_beside_the_one_that_names_them(branch):
    plan = {"plan": {"name": "fox-1", branch: {"vcpu": {"count": 8}, "gpu_count": 2}, "gpu_model": {"vendor": "nvidia", "model": "a100"}, "pricing": {"hour": 1.9, "currency": "USDC"}}}
    page = f"# Plans\n\n```json\n{json.dumps([plan], indent=2)[:-2]}  // and so on\n]\n```\n"
    assert [(o.gpu_name, o.gpu_count, o.price, o.currency, o.price_unit) for o in offers(page)] == [("A100", 2, 1.9, "USDC", "hour")]


def test_prices_in_coins_worth_a_dollar():
    assert [(o.price, o.currency) for o in offers("# Nodes\n\nAlso for cards.\n\n| GPU | Price |\n|---|---|\n| A40 | 0.42 USDC/h |\n| L40S | 0.81 USDT/h |\n")] == [(0.42, "USDC"), (0.81, "USDT")]
    assert [(o.price, o.currency) for o in offers("# Nodes\n\nWe take USDC and USDT.\n\n| GPU | Price |\n|---|---|\n| A40 | $0.42/h |\n")] == [(0.42, "USD")]


def test_v100s_is_a_plural_but_beside_v100():
    assert [c.gpu_name for c in find_chips("V100 and V100s GPUs")] == ["V100", "V100S"] and [c.gpu_name for c in find_chips("eight V100s GPUs")] == ["V100"]


@pytest.mark.parametrize(("heading", "text", "found"), [
    ("Availability", "Boise, ID, United States; Graz, Austria; Singapore, Singapore", ["US", "AT", "SG"]),
    ("Verfügbarkeit", "Frankfurt, Wien und Zürich", ["DE", "AT", "CH"]),
    ("Disponibilité", "Lyon, France; Turin, Italie", ["FR", "IT"]),
])
def test_a_paragraph_that_is_a_list_of_places_below_a_heading_of_where_something_can_be_had(heading, text, found):
    regions = read_supply(read_document(f"# GPU machines\n\n## {heading}\n\n{text}\n".encode(), path="page.md"))[2]
    assert sorted(r.country for r in regions) == sorted(found)
    assert read_supply(read_document(f"# GPU machines\n\n## Our story\n\n{text}\n".encode(), path="page.md"))[2] == []


def test_a_code_of_a_town_its_country_and_a_number():
    assert [locate(code)[0] for code in ("springdale-usa-1", "elkton-norway-2", "foxham-uk-1", "my-server-1", "job-usa", "elk-fox-3")] == ["US", "NO", "GB", None, None, None]


@pytest.mark.parametrize(("language", "text", "place"), [
    ("en", "$2.40 per GPU-hour in Graz, Turku or Lyon.", "Graz, Turku or Lyon"), ("de", "2,40 € je GPU-Stunde in Graz, Turku oder Lyon.", "Graz, Turku oder Lyon"), ("fr", "2,40 € par GPU et par heure à Graz, Turku ou Lyon.", "Graz, Turku ou Lyon"),
])
def test_several_places_in_the_line_of_a_price(language, text, place):
    _, offers, regions, _ = supply(f"## H100 SXM\n\n{text}\n", "md", language)
    assert [o.location for o in offers] == [place]
    assert {r.country for r in regions} == {"AT", "FI", "FR"}
