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


def terms(text: str, kind: str = "md") -> list[tuple]:
    return [(o.price, o.commitment) for o in supply(text, kind)[1]]


@pytest.mark.parametrize(("text", "found"), [
    ("An L40S server costs $1.00/h (spot $0.85/h).", [(1.0, "on_demand"), (0.85, "spot")]),
    ("Our NVIDIA H100 is $2.40 per hour (reserved: $1.90/h).", [(2.4, "on_demand"), (1.9, "reserved")]),
    ("The H200 is $3/hr, or $2.20/hr with a 1-year commitment.", [(3.0, "on_demand"), (2.2, "reserved")]),
    ("The B200 is $5 per hour on demand and $3.50 per hour spot.", [(5.0, "on_demand"), (3.5, "spot")]),
    ("- NVIDIA A100 80GB: $1.60/hr, spot $0.90/hr", [(1.6, "on_demand"), (0.9, "spot")]),
    ("With a one-year commitment the H100 costs $2.00/h and the H200 $3.10/h.", [(2.0, "reserved"), (3.1, "reserved")]),
    ("The H100 costs $2.00/h and the H200 $3.10/h, both with a 1-year commitment.", [(2.0, "reserved"), (3.1, "reserved")]),
    ("L40S 現貨：$1.00/小时（竞价 $0.60/小时）", [(1.0, "on_demand"), (0.6, "spot")]),
    ("Die L40S kostet 1,20 €/h (Spot: 0,80 €/h).", [(1.2, "on_demand"), (0.8, "spot")]),
])
def test_each_of_two_prices_in_a_sentence_has_its_own_terms(text, found):
    assert terms(f"# GPU servers\n\n{text}\n") == found


def test_each_of_two_prices_in_a_cell_or_a_value_has_its_own_terms():
    page = "# GPU servers\n\n" + table("GPU | Price", "RTX 4090 | $0.50/h (spot: $0.30/h)", "L40S | $0.60/h spot, $0.90/h on demand")
    assert terms(page) == [(0.5, "on_demand"), (0.3, "spot"), (0.6, "spot"), (0.9, "on_demand")]
    text = json.dumps([{"gpu": "L40S", "price": "$1.00/h (spot $0.70/h)"}, {"gpu": "H100", "price": "$2.00/h (spot $1.70/h)"}])
    assert terms(text, "json") == [(1.0, "on_demand"), (0.7, "spot"), (2.0, "on_demand"), (1.7, "spot")]


def test_a_price_per_gpu_in_the_next_sentence_is_that_of_the_one_chip_of_its_paragraph():
    page = "# Elk Cloud\n\nBuy servers with L40S or A100 cards from us, too.\n\nTrain models of any size, from the smallest to those with many billions of parameters, on NVIDIA H100 SXM5 GPUs. Our clusters are connected by InfiniBand and start at just $2.20/hr per GPU.\n"
    assert rows(page, "md") == [("H100", None, 2.2, "USD", "hour")]
    assert rows(page.replace("Our clusters are connected by InfiniBand and start", "Managed support for them starts"), "md") == []
    assert rows(page.replace("NVIDIA H100 SXM5", "NVIDIA H100 or NVIDIA H200"), "md") == []


def test_one_table_counts_the_gpus_of_a_partition_and_another_prices_it():
    nodes = table("Partition | Nodes | Spec per node", "L40 | elk[1-4] | 144 cores, 1 TB RAM, 8 GPUs", "RTX4090-7 | elk5 | 64 cores, 540 GB RAM, 4 GPUs")
    prices = table("Partition | Price per hour", "L40 | €1.00", "RTX4090-7 | €0.50")
    page = f"# Cluster\n\n## Partitions\n\n{nodes}\n## Charges\n\n{prices}"
    assert rows(page, "md") == [("L40", 8, 1.0, "EUR", "hour"), ("RTX4090", 4, 0.5, "EUR", "hour")]
    assert [r[1] for r in rows(page.replace("## Charges", "## Charges of last year\n\nAll nodes.\n\n## Charges").replace("4 GPUs", "4 disks"), "md")] == [8, None]
    chinese = "# 集群\n\n" + table("分区 | 单节点规格", "L40 | 144 核，1TB 内存，8 张 GPU 卡", "A800 | 128 核，1TB 内存，4 张 GPU 卡") + "\n## 计费\n\n" + table("分区 | 单价（元/小时）", "L40 | 1.00", "A800 | 2.00")
    assert [(r[0], r[1]) for r in rows(chinese, "md", "zh")] == [("L40", 8), ("A800", 4)]


def test_heads_stand_below_the_title_of_a_table():
    page = ("# Hizmetler\n\n+---------+-----------------+----------------------------+\n|             Hesaplama Birimi                           |\n+=========+=================+============================+\n"
            "| Sunucu  | Saatlik bedeli  | Sunucu özelliği            |\n+---------+-----------------+----------------------------+\n| Tilki   | 0,76 TL         | 40 çekirdek, 4 x V100 GPU  |\n"
            "+---------+-----------------+----------------------------+\n| Geyik   | 1,24 TL         | 128 çekirdek, 8 x A100 GPU |\n+---------+-----------------+----------------------------+\n")
    assert [(o.instance_name, o.gpu_name, o.gpu_count, o.price, o.price_unit) for o in supply(page, "rst", "tr")[1]] == [("Tilki", "V100", 4, 0.76, "hour"), ("Geyik", "A100", 8, 1.24, "hour")]


@pytest.mark.parametrize("title", ["Rent NVIDIA L40S cloud GPUs", "NVIDIA L40S mieten", "Louez un serveur L40S", "Аренда серверов L40S", "L40S サーバーレンタル", "Reserve 8x L40S nodes today"])
def test_a_title_says_that_a_gpu_can_be_rented(title):
    page = f"# Elkhost\n\n## {title}\n\nA card for all work.\n"
    found = {o.gpu_name for o in supply(page, "md", None)[1]}
    assert found == {"L40S"}
    assert supply(page.replace("A card for all work.", "The NVIDIA L40S costs $1.00 per hour."), "md", None)[1][0].price == 1.0
    assert supply("# Elkhost\n\n## Blog: why to rent an L40S for your games\n\nRead on.\n", "md", None)[1] == []


def test_titles_in_calls_of_a_program_say_what_can_be_rented():
    text = "const CARDS = {\n  'l40s': card('Rent NVIDIA L40S Cloud GPUs', 'Run inference on one card.', '48 GB'),\n  'h100': card('Reserve NVIDIA H100 nodes', 'Train.', '80 GB'),\n  'x': card('Build with an A100', 'Train.', '80 GB'),\n};\n"
    assert {o.gpu_name for o in supply(text, "ts")[1]} == {"L40S", "H100"}


def test_a_head_whose_brackets_are_about_the_price_in_the_brackets_of_its_cells():
    page = "# GPU servers\n\n" + table("GPU | Per hour (spot) | RAM", "RTX 4090 | $0.45 ($0.30) | 64 GB", "H100 SXM | $2.40 ($1.60) | 128 GB")
    assert terms(page) == [(0.45, "on_demand"), (0.3, "spot"), (2.4, "on_demand"), (1.6, "spot")]
    assert terms(page.replace("($0.30)", "").replace("($1.60)", "")) == [(0.45, "spot"), (2.4, "spot")]


@pytest.mark.parametrize(("text", "months"), [
    ("Die NVIDIA L40S kostet 1,20 €/h (im Jahresvertrag 0,90 €/h).", 12), ("La NVIDIA L40S coûte 1,20 €/h (contrat annuel : 0,90 €/h).", 12), ("The NVIDIA L40S costs 1.20 €/h (on a two-year contract 0.90 €/h).", 24),
    ("La NVIDIA L40S cuesta 1,20 €/h (contrato anual: 0,90 €/h).", 12), ("NVIDIA L40S：1.20 €/時間（年間契約：0.90 €/時間）", 12),
])
def test_contracts_by_their_length_in_more_languages(text, months):
    offers = supply(f"# GPU\n\n{text}\n", "md", None)[1]
    assert [(o.price, o.commitment, o.term_months) for o in offers] == [(1.2, "on_demand", None), (0.9, "reserved", months)]
