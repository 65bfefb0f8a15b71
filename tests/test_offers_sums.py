"""Amounts that stand beside the price of a GPU and say something of it: what several of them come to, what it comes to in other money, what is left of it for who lends the card.

All sellers and prices are invented.
"""

from __future__ import annotations

import pytest

from nlp.offer_words import words
from nlp import offers
from nlp.prices import find_prices
from nlp.read import read_document
from nlp.supply import read_supply
from supply_reading import rows, supply


def cell(text: str, *, chip: str = "H100", head: str = "Price") -> str:
    return f"| GPU | {head} |\n|---|---|\n| {chip} | {text} |\n"


def told(text: str, language: str = "en") -> list[tuple]:
    return [(o.gpu_count, o.price, o.currency, o.price_unit, o.price_scope) for o in supply(text, "md", language)[1]]


ONE, ALL = (None, 2.6, "USD", "hour", "gpu"), (8, 20.8, "USD", "hour", "instance")


@pytest.mark.parametrize("text", [
    cell("$2.60/gpu/hr ($20.80/hr for all 8 GPUs)"), cell("$2.60/gpu/hr (\\*20.80/hr for all 8 GPUs)"), cell("$2.60 ($20.80 for 8 GPUs)", head="Price per GPU hour"),
    "- H100: $2.60/hr per GPU ($20.80/hr for all 8 GPUs)\n", "The H100 costs $2.60 per GPU per hour ($20.80/hr for all 8 GPUs).\n", "The H100 is $2.60/hr per GPU, or $20.80/hr for the full 8-GPU node.\n",
    "- H100: $2.60/GPU/hr (8 GPUs: $20.80/hr)\n", "## H100 SXM\n\n$2.60/GPU/hr ($20.80/hr for all 8 GPUs)\n",
])
def test_the_sum_for_several_gpus_beside_the_price_of_one_is_theirs(text):
    assert told(text) == [ONE, ALL]


def test_the_sum_for_several_gpus_in_other_languages():
    assert told(cell("2,60 €/GPU/h (20,80 €/h für alle 8 GPUs)"), "de") == told(cell("2,60 €/GPU/h (20,80 €/h pour les 8 GPU)"), "fr") == [(None, 2.6, "EUR", "hour", "gpu"), (8, 20.8, "EUR", "hour", "instance")]
    assert told(cell("¥20/卡/小时（8卡共¥160/小时）"), "zh-Hans") == [(None, 20, "CNY", "hour", "gpu"), (8, 160, "CNY", "hour", "instance")]
    assert told("- H100：1GPUあたり500円/時間（8GPU合計 4,000円/時間）\n", "ja") == [(None, 500, "JPY", "hour", "gpu"), (8, 4000, "JPY", "hour", "instance")]
    assert told(cell("$2.60/gpu/hr ($19.90/hr for all 8 GPUs)")) == [ONE, (8, 19.9, "USD", "hour", "instance")]        # with a rebate


def test_numbers_beside_a_price_that_are_no_sum():
    assert told(cell("$2.60/gpu/hr ($1.90/hr per GPU from 8 GPUs)")) == [ONE, (None, 1.9, "USD", "hour", "gpu")]
    assert told(cell("$2.60/hr ($3.10/hr with 8 GPUs or more)"))[1][0] is None
    assert [r[1:3] for r in rows(cell("$2.60/gpu/hr (min. 8 GPUs)"), "md")] == [(None, 2.6)]


def amounts(text: str, language: str = "en") -> list[tuple]:
    return [(p.amount, p.currency, p.unit) for p in find_prices(text, language=language)]


@pytest.mark.parametrize(("text", "wanted"), [
    ("₹300/hr ($3.40)", [(300, "INR", "hour")]), ("₹300/hr (~$3.40/hr)", [(300, "INR", "hour")]), ("€3.00 (≈ $3.40/h)", [(3, "EUR", "hour")]), ("€3.00/h (approx. US$3.40/h)", [(3, "EUR", "hour")]),
    ("3,00 €/Std. (ca. 3,40 $)", [(3, "EUR", "hour")]), ("500円/時間（約3.40ドル）", [(500, "JPY", "hour")]), ("¥20/小时（约$2.80）", [(20, "CNY", "hour")]), ("€3.00/h ≈ $3.40/h", [(3, "EUR", "hour")]),
])
def test_what_a_price_comes_to_in_other_money_is_no_second_price(text, wanted):
    assert amounts(text, "zh-Hans" if "小时" in text else "de" if "Std" in text else "en") == wanted


@pytest.mark.parametrize("text", ["€3.00/h, $3.40/h", "€3.00/h ($40/day)", "€3.00/h (from $2.10/h with a contract of a year)", "$3.40/h ($2.10/h spot)", "€3.00/h (setup: $40 once for each machine)"])
def test_other_amounts_in_brackets_are_prices_as_before(text):
    assert len(amounts(text)) == 2


def test_offers_with_their_price_in_other_money_are_one_each():
    assert rows("Fox lets the A100 at ₹226/hr ($2.70), and the H200 at ₹300/hr ($3.40).\n", "md") == [("A100", None, 226, "INR", "hour"), ("H200", None, 300, "INR", "hour")]
    assert rows(cell("€2.49 (≈ $2.80)", head="Price per hour"), "md") == [("H100", None, 2.49, "EUR", "hour")]


@pytest.mark.parametrize(("text", "language"), [
    ("* Example: Say a supplier lists an H100 SXM at $2.6/hour: whenever a client uses it, they will be receiving 85% of that, $2.21/hour.\n", "en"),
    ("Example. A host lists an A100 at $1.40/hour. When somebody rents it, the host receives 85% of that, which is $1.19/hour.\n", "en"),
    ("Lenders keep 85%: an RTX 4090 listed at $0.40/hour pays $0.34/hour to its owner.\n", "en"), ("Beispiel: Ein Anbieter vermietet eine H100 für 2,60 €/h und erhält 85 %, also 2,21 €/h.\n", "de"),
    ("Par exemple, un hôte loue une H100 à 2,60 €/h et reçoit 2,21 €/h.\n", "fr"), ("Por ejemplo, un proveedor alquila una H100 a 2,60 €/h y recibe 2,21 €/h.\n", "es"),
    ("Например, владелец сдаёт H100 за 200 ₽/час и получает 170 ₽/час.\n", "ru"), ("例如，供应商将 H100 定价为 20 元/小时，可获得 17 元/小时。\n", "zh-Hans"),
    ("例えば、提供者が H100 を300円/時間で貸すと、255円/時間を受け取れます。\n", "ja"), ("예를 들어 공급자가 H100을 3,000원/시간에 내놓으면 2,550원/시간을 받습니다.\n", "ko"),
])
def test_an_example_of_what_a_lender_gets_is_no_offer(text, language):
    assert rows(text, "md", language) == []


@pytest.mark.parametrize(("text", "language", "price"), [
    ("Our hosts are certified. An H100 costs $2.60/hour, and you receive an invoice once a month.\n", "en", 2.6), ("For example, an H100 costs $2.60/hour on demand.\n", "en", 2.6),
    ("Rent an H100 for $2.60/hr from independent providers who are paid weekly.\n", "en", 2.6), ("Bei unserem Anbieter erhalten Sie eine H100 für 2,60 €/h.\n", "de", 2.6),
    ("El proveedor cobra 2,60 €/h por una H100.\n", "es", 2.6),
])
def test_other_sentences_on_hosts_and_examples_are_offers(text, language, price):
    assert [r[2] for r in rows(text, "md", language)] == [price]


def test_a_pattern_of_words_may_name_another():
    for name in ("compared", "of_others"):
        assert "{" not in words(name).pattern and all(words(name).search(text) for text in ("cheaper elsewhere", "at other providers", "他社"))
    assert words("compared").search("unlike the rest") and not words("of_others").search("unlike the rest")


def test_a_sign_before_a_number_is_not_that_of_the_one_before():
    assert amounts("A40 2 €0.90/h, A40 4 €1.80/h") == [(0.9, "EUR", "hour"), (1.8, "EUR", "hour")]
    assert amounts("2.49 € per hour and 3.10 €1 per hour")[:2] == [(2.49, "EUR", "hour"), (3.1, "EUR", "hour")]        # the 1 is a footnote


def test_prices_of_running_text_beyond_what_there_is_room_for_are_said_to_be_left(monkeypatch):
    monkeypatch.setattr(offers, "MAX_OFFERS", 20)
    _, found, _, issues = read_supply(read_document("".join(f"H100 ${n}.49/hr. " for n in range(1, 40)).encode(), path="prices.txt", language="en"))
    assert len({o.price for o in found}) == 20 and [i.text for i in issues if i.code == "limit"] == ["read only in part: more than 20 prices in running text"]


@pytest.mark.parametrize(("language", "text", "price", "money"), [
    ("en", "## Light use\n\n- L40S at $0.75/hr, 2 h/day × 20 days = 40 h/month → ~$30/month\n- Fox Pro: $20/month\n- **Total: $50/month**\n", 0.75, "USD"),
    ("de", "## Wenig Last\n\n- L40S zu 0,75 €/h, 2 h × 20 Tage → ca. 30 €/Monat\n- Fuchs Plus: 20 €/Monat\n- Summe: 50 €/Monat\n", 0.75, "EUR"),
    ("es", "## Uso ligero\n\n- L40S a ~0,75 $/h, 2 h/día × 20 días = 40 h/mes → ~30 $/mes.\n- Zorro Pro: 20 $/mes.\n- Total ≈ 50 $/mes.\n", 0.75, "USD"),
    ("ja", "### 費用の目安\n\n- L40S 時間貸し: 400円/h\n- 検証: 4-8h × 400 = ~1,600-3,200円/回\n- 再実行: 1-2h × 400 = 400-800円/回\n", 400, "JPY"),
    ("ko", "### 비용\n\n- L40S 대여: 1,400원/시간\n- 학습 1회: 3,000원/회\n", 1400, "KRW"),
    ("zh", "### 费用\n\n- L40S 按量: 4元/小时\n- 训练: 8元/次\n", 4, "CNY"),
])
def test_costs_of_a_run_or_month_with_other_services_are_no_prices(language, text, price, money):
    assert rows(text, "md", language) == [("L40S", None, price, money, "hour")]


def test_a_sum_of_costs_prices_no_gpu_of_its_own():
    text = "### Medium use\n\n- L40S, **4 h/day × 22 days = 88 h/month** → ~$66/month\n- Fox Pro: $20/month\n- Disk: $4/month\n- Total: $90/month\n"
    assert rows(text, "md") == []


def test_plans_of_a_machine_and_the_sum_of_its_parts_stay():
    assert [r[2] for r in rows("### L40S server\n\n- Secure: $500/month\n- Community: $320/month\n", "md")] == [500, 320]
    assert 520 in [r[2] for r in rows("### L40S server\n\n- GPU: $500/month\n- CPU: $20/month\n- Total: $520/month\n", "md")]


@pytest.mark.parametrize(("heading", "language"), [
    ("Our list (single GPU, on demand)", "en"), ("Single-GPU servers", "en"), ("Server mit einer GPU", "de"), ("Serveurs avec un seul GPU", "fr"), ("单卡实例", "zh"), ("単一の価格", "ja"),
])
def test_a_heading_that_says_that_machines_have_one_gpu(heading, language):
    count = None if language == "ja" else 1
    text = f"## {heading}\n\n| GPU | RAM | $/h |\n|---|---|---|\n| L40S | 64 GB | $1.20 |\n| A40 | 64 GB | $0.60 |\n"
    assert [r[:3] for r in rows(text, "md", language)] == [("L40S", count, 1.2), ("A40", count, 0.6)]


@pytest.mark.parametrize("heading", ["Price per single GPU", "Single-GPU and multi-GPU servers", "单卡价格"])
def test_headings_that_do_not_say_so(heading):
    text = f"## {heading}\n\n| GPU | RAM | $/h |\n|---|---|---|\n| L40S | 64 GB | $1.20 |\n| A40 | 64 GB | $0.60 |\n"
    assert [r[1] for r in rows(text, "md")] == [None, None]
