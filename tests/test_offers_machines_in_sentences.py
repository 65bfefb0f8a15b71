"""Prices of machines in sentences, numbers of GPUs behind the edition of a card, names by which programs ask for GPUs. All sellers, prices and places are invented."""

from __future__ import annotations

import pytest

from nlp.chips import find_chips
from nlp.prices import find_prices
from nlp.read import read_document
from nlp.supply import read_supply


def rows(text: str, path: str = "page.md") -> list[tuple]:
    return [(o.gpu_name, o.gpu_count, o.price, o.currency, o.price_unit, o.price_scope) for o in read_supply(read_document(text.encode(), path=path))[1]]


ABOUT = "# GPU servers\n\nAll of our machines have the NVIDIA L40S.\n\n"
FAR = ABOUT + "## What you get\n\n" + "A network of our own and people who answer at night. " * 8 + "\n\n## Plans\n\n| Part | Range |\n|---|---|\n| vCPU | 8-32 |\n\n"


@pytest.mark.parametrize("lead", [ABOUT, FAR])
@pytest.mark.parametrize(("sentence", "found"), [
    ("Plans start at $900/mo ($1.40/hr) for a GPU server with 1 GPU card, 8 vCPUs and 400 GB of SSD storage.", [(1, 900, "USD", "month"), (1, 1.4, "USD", "hour")]),
    ("Ab 1,20 € pro Stunde für einen Server mit 2 GPUs.", [(2, 1.2, "EUR", "hour")]),
    ("Un serveur avec 2 GPU coûte 2,40 € par heure. Un serveur avec 4 GPU coûte 4,80 € par heure.", [(2, 2.4, "EUR", "hour"), (4, 4.8, "EUR", "hour")]),
    ("带 1 GPU 的实例每小时 8.5 元，每月 3200 元。", [(1, 8.5, "CNY", "hour"), (1, 3200, "CNY", "month")]),
])
def test_the_price_of_a_machine_with_so_many_gpus_of_the_one_kind_of_the_page(lead, sentence, found):
    assert rows(lead + sentence + "\n") == [("L40S", *r, "instance") for r in found]


@pytest.mark.parametrize("lead", [ABOUT, FAR])
@pytest.mark.parametrize("sentence", ["The backup of a machine with 1 GPU costs $5/month.", "Support for servers with 1 GPU costs $50/month.", "Up to 4 GPUs per machine, storage $0.10/hr.",
                                      "Elsewhere a server with 1 GPU costs $3/hr."])
def test_what_is_sold_beside_machines_or_elsewhere_is_no_offer_of_theirs(lead, sentence):
    assert rows(lead + sentence + "\n") == []


def test_two_prices_for_the_same_machine_without_a_word_of_which_are_none():
    assert rows(FAR + "A machine with 1 GPU is $1.40/hr.\n\nA machine with 1 GPU is $1.90/hr.\n") == []


@pytest.mark.parametrize(("text", "units"), [
    ("每小时 8.5 元，每天 160 元，每月 3200 元", ["hour", "day", "month"]), ("В час 120 ₽, в месяц 60 000 ₽", ["hour", "month"]), ("pro Stunde 2 €, pro Monat 900 €", ["hour", "month"]),
    ("시간당 1,200원, 월 500,000원", ["hour", "month"]), ("à l'heure : 2 € par heure, 900 € par mois", ["hour", "month"]), ("$2 per hour, $900 per month", ["hour", "month"]), ("$2, per hour", ["hour"]),
])
def test_a_period_before_its_amount_is_not_that_of_the_amount_before_it(text, units):
    assert [p.unit for p in find_prices(text)] == units


@pytest.mark.parametrize(("text", "count"), [("NVIDIA RTX Pro 6000 Blackwell Server Edition × 4", 4), ("NVIDIA H200 Tensor Core GPU × 8 (141 GB per GPU)", 8), ("RTX 5090 Founders Edition x2", 2), ("A100 加速卡*4", 4),
                                             ("H100 Grafikkarten x 4", 4), ("L4 GPU x16 PCIe lanes", None), ("H100 GPU x 8 vCPU", None), ("A100 GPU × 5 hours", None)])
def test_the_number_of_gpus_behind_the_edition_of_a_card(text, count):
    assert [c.count for c in find_chips(text, context=True)] == [count]


@pytest.mark.parametrize("heads", ["GPU model | GPU short name", "Grafikkarte | Kennung", "显卡 | 标识", "Modèle de GPU | Identifiant", "GPU | API value"])
def test_names_by_which_programs_ask_for_gpus_list_what_can_be_had(heads):
    lines = ["NVIDIA A100 80GB | a100-80g", "NVIDIA L40S | `l40s`", "NVIDIA RTX 4090 | rtx4090"]
    page = f"# Supported things\n\n| {heads} |\n|---|---|\n" + "".join(f"| {line} |\n" for line in lines)
    assert [r[0] for r in rows(page)] == ["A100", "L40S", "RTX4090"]
    html = "<h1>Cards</h1><table>" + "".join(f"<tr><{t}>{line.replace(' | ', f'</{t}><{t}>')}</{t}></tr>" for t, line in [("th", heads), *(("td", line.replace("`", "")) for line in lines)]) + "</table>"
    assert [r[0] for r in rows(html, "page.html")] == ["A100", "L40S", "RTX4090"]


@pytest.mark.parametrize("codes", [("0x20B5", "0x26B9", "0x2684"), ("GA100", "AD102", "AD103"), ("sm_80", "sm_89", "sm_90")])
def test_other_codes_of_chips_do_not(codes):
    page = "# Cards\n\n| GPU | Code |\n|---|---|\n" + "".join(f"| {chip} | {code} |\n" for chip, code in zip(("NVIDIA A100 80GB", "NVIDIA L40S", "NVIDIA RTX 4090"), codes, strict=True))
    assert rows(page) == []


SHEETS = [
    ("# Bare metal\n\n## Fox server\n\n### Specifications\n\n| Component | Details |\n|---|---|\n| **GPU** | NVIDIA H200 Tensor Core × 8 |\n| **CPU** | EPYC × 2 |\n| **RAM** | 2 TB |\n\n### Pricing\n\n"
     "| Lease term | Price per month |\n|---|---|\n| 1 month | $18,000 |\n| 12 months | $15,000 |\n", [("H200", 8, 18000, "USD", "month", "instance"), ("H200", 8, 15000, "USD", "month", "instance")]),
    ("# Bare-Metal\n\n## Elch-Server\n\n| Komponente | Details |\n|---|---|\n| GPU | 4x NVIDIA L40S |\n| CPU | 64 Kerne |\n| RAM | 512 GB |\n\n| Laufzeit | Preis pro Monat |\n|---|---|\n| 1 Monat | Auf Anfrage |\n| 12 Monate | Auf Anfrage |\n",
     [("L40S", 4, None, None, None, None)]),
    ("# 裸金属\n\n## A100 服务器\n\n| 配置 | 说明 |\n|---|---|\n| GPU | NVIDIA A100 加速卡 × 8 |\n| CPU | 128 核 |\n| 内存 | 2 TB |\n\n| 租期 | 每月价格 |\n|---|---|\n| 1 个月 | 52000 元 |\n", [("A100", 8, 52000, "CNY", "month", "instance")]),
]


@pytest.mark.parametrize(("page", "found"), SHEETS)
def test_a_table_of_terms_prices_the_machine_that_the_table_before_it_describes(page, found):
    assert rows(page) == found


def test_a_table_of_terms_in_the_section_of_another_machine_does_not():
    page = SHEETS[0][0].replace("### Pricing", "## Elk server")
    assert rows(page) == [("H200", 8, None, None, None, None)]
    storage = SHEETS[0][0].replace("| 1 month |", "| Object storage |").replace("| 12 months |", "| Block storage |")
    assert rows(storage) == [("H200", 8, None, None, None, None)]


@pytest.mark.parametrize(("head", "terms"), [("租期", ("1天", "7天", "30天")), ("Term", ("1 day", "7 days", "30 days")), ("Срок", ("1 день", "7 дней", "30 дней"))])
def test_a_column_of_terms_says_for_how_long_a_price_is(head, terms):
    page = f"# RTX\n\n| GPU | {head} | Price |\n|---|---|---|\n" + "".join(f"| RTX 3090 | {term} | ${price} |\n" for term, price in zip(terms, (4, 25, 90), strict=True))
    assert [(r[2], r[4]) for r in rows(page)] == [(4, "day"), (25, None), (90, "month")]
