"""What prices are per, and for what, where heads, keys and leads say it in roundabout ways. All sellers, prices and places are invented."""

from __future__ import annotations

import json

import pytest

from supply_reading import rows, supply


def table(*lines: str) -> str:
    first = lines[0].count("|") + 1
    return "\n".join(f"| {line} |" for line in (lines[0], "|".join(["---"] * first), *lines[1:])) + "\n"


@pytest.mark.parametrize(("sign", "hour"), [("₸", 15200), ("TL", 1100), ("Kč", 690), ("₴", 1250), ("฿", 1100), ("₱", 1700), ("₦", 45000), ("kr SEK", 310), ("CLP", 29000), ("ARS", 41000), ("COP", 120000), ("ISK", 4100), ("MXN", 570), ("ZAR", 560)])
def test_an_hour_of_a_card_may_cost_many_units_of_a_small_money(sign, hour):
    money = sign.split()[-1] if sign.startswith("kr") else sign
    page = f"# GPU servers\n\nA server with one H200 costs {hour} {money} per hour.\n"
    assert [(r[0], r[2], r[4]) for r in rows(page, "md")] == [("H200", hour, "hour")]
    assert rows(page.replace(f"{hour} {money}", "$15200"), "md") == []


@pytest.mark.parametrize(("said", "unit"), [("second (24 GB, 3 vCPU) - $0.72/h", "second"), ("hour; billed by the minute", "hour"), ("month, paid yearly", "month"), ("per GPU hour", "hour")])
def test_the_period_with_which_a_unit_begins_is_that_of_its_price(said, unit):
    text = json.dumps([{"name": "Elk L4", "gpu": "L4", "price": 0.5, "currency": "EUR", "unit": said}, {"name": "Elk A40", "gpu": "A40", "price": 0.9, "currency": "EUR", "unit": said}])
    assert [(r[0], r[2], r[4]) for r in rows(text, "json")] == [("L4", 0.5, unit), ("A40", 0.9, unit)]


def test_a_column_of_hardware_beside_the_name_of_the_card_counts_cards():
    page = "# Prices\n\n" + table("GPU | Hardware | Price", "RTX 4090 | 6 GPUs, 48 cores, 96 GB RAM | $2.10/h", "L40S | 4 GPUs, 64 cores | $3.60/h", "H100 | up to 8 GPUs | $2.40/h")
    assert [(o.gpu_name, o.gpu_count, o.price_scope) for o in supply(page, "md")[1]] == [("RTX4090", 6, "instance"), ("L40S", 4, "instance"), ("H100", None, "gpu")]


@pytest.mark.parametrize("lead", ["Each machine has 96 GiB of GPU memory per card and 16 cores per GPU.", "These machines have the highest per-GPU memory.", "每卡 80GB，整机计费。", "Jede Maschine hat 24 Kerne je GPU."])
def test_what_each_gpu_has_of_its_machine_is_nothing_said_of_a_price(lead):
    page = f"# GPU machines\n\n{lead}\n\n" + table("Machine | GPU | RAM | Price per hour", "fox.1 | 1x L40S | 64 GB | $1.10", "fox.4 | 4x L40S | 256 GB | $4.10")
    assert [o.price_scope for o in supply(page, "md")[1]] == ["instance", "instance"]
    assert [o.price_scope for o in supply(page.replace(lead, "Prices are per GPU."), "md")[1]] == ["gpu", "gpu"]


def test_prices_said_to_be_per_gpu_that_grow_with_the_cards_are_those_of_machines():
    def feed(*prices: float) -> str:
        return json.dumps([{"gpu_type": "L40S", "gpu_count": n, "price_per_gpu_hour_usd": p} for n, p in zip((1, 2, 4, 8), prices, strict=True)])
    assert {o.price_scope for o in supply(feed(0.9, 1.8, 3.6, 7.1), "json")[1]} == {"instance"}
    assert {o.price_scope for o in supply(feed(0.9, 0.88, 0.85, 0.8), "json")[1]} == {"gpu"}
    assert {o.price_scope for o in supply(feed(0.9, 1.8, 0.85, 0.8), "json")[1]} == {"gpu"}


def test_questions_in_a_list_offer_nothing():
    page = "# GPUs on offer\n\n- NVIDIA H100\n- NVIDIA L4\n\n## Available GPUs: further reading\n\n- A16 or L40S?\n- A30 or A2?\n"
    assert {o.gpu_name for o in supply(page, "md")[1]} == {"H100", "L4"}


@pytest.mark.parametrize(("lead", "found"), [
    ("V100 machines are available in the following regions:", "Frankfurt; US East (Ohio)"), ("Les serveurs V100 sont disponibles dans les régions suivantes :", "Frankfurt; US East (Ohio)"),
    ("V100 machines are not available in these regions:", None), ("Do you need V100 machines in these regions?", None),
])
def test_a_sentence_leads_to_the_list_of_places_where_a_gpu_can_be_had(lead, found):
    page = f"# GPU machines\n\n{lead}\n\n- Frankfurt\n- US East (Ohio)\n\nMore follows.\n"
    _, offers, regions, _ = supply(page, "md")
    assert [(o.gpu_name, o.location) for o in offers] == ([("V100", found)] if found else [])
    assert found is None or {r.label for r in regions} == {"Frankfurt", "US East (Ohio)"}
    assert supply(page.replace("- Frankfurt\n", "- Frankfurt\n- Drivers for Linux\n"), "md")[1] == []


@pytest.mark.parametrize("sentence", [
    "The GPUs offered by Elkhost are the GTX 1060, GTX 1070 and GTX 1080 Ti.", "Karty GPU oferowane przez Elkhost to GTX 1060, GTX 1070 lub GTX 1080 Ti.", "Les GPU proposés par Elkhost sont les GTX 1060, GTX 1070 et GTX 1080 Ti.",
    "Als GPUs werden bei Elkhost GTX 1060, GTX 1070 und GTX 1080 Ti angeboten.", "Las GPU ofrecidas por Elkhost son GTX 1060, GTX 1070 y GTX 1080 Ti.",
])
def test_what_a_page_says_that_its_seller_offers_can_be_had(sentence):
    assert {o.gpu_name for o in supply(f"# GPU instances\n\n{sentence}\n", "md", None)[1]} == {"GTX1060", "GTX1070", "GTX1080TI"}
