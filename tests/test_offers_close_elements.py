"""Pages without white space between their elements, and heads of counts and of yields, in several languages. All sellers, prices and places are invented."""

from __future__ import annotations

from itertools import product

import pytest

from nlp.read import read_document
from supply_reading import rows, supply

TAGS = ("strong", "b", "span", "em", "i", "small", "a", "label", "mark", "time")


def text_of(markup: str) -> str:
    return read_document(f"<p>{markup}</p>".encode(), path="page.html").blocks[0].text


@pytest.mark.parametrize(("left", "right"), list(product(TAGS, TAGS)))
def test_elements_that_meet_do_not_join_their_words(left: str, right: str) -> None:
    assert text_of(f"<{left}>RTX 5090</{left}><{right}>32GB VRAM</{right}>") == "RTX 5090 32GB VRAM"
    assert text_of(f"<{left}>/ hr</{left}><{right}>Start</{right}>") == "/ hr Start"
    assert text_of(f"<{left}>VRAM</{left}><{right}>€0.61</{right}>") == "VRAM €0.61"


@pytest.mark.parametrize(("markup", "text"), [
    ("L40S<small>48GB</small>", "L40S 48GB"), ("<b>RTX 5090</b>32GB", "RTX 5090 32GB"), ("from<b>$2.10</b>", "from $2.10"), ("<b>L4</b><!-- gpu --><i>24GB</i>", "L4 24GB"),
    # what a word or a number is made of stays together
    ("H<b>100</b>", "H100"), ("<b>N</b>VIDIA", "NVIDIA"), ("<b>Elk</b>Host", "ElkHost"), ("$<b>2</b><small>.49</small>", "$2.49"), ("<b>12</b><i>,345</i> ₽", "12,345 ₽"),
    ("<b>1</b><i>9</i>.50", "19.50"), ("10<b>th</b>", "10th"), ("CO<sub>2</sub>", "CO2"), ("data<wbr>2048", "data2048"), ("$<!-- -->2.49<!-- -->/hr", "$2.49/hr"), ("22<!-- -->40", "2240"),
    ("<b>serv</b><i>ices</i>", "services"), ("<b>10</b><i>th</i>", "10th"), ("<b>GPU</b><i>s</i>", "GPUs"), ("<b>1 GPU</b><i>from</i> $2", "1 GPU from $2"), ("<b>$2.49</b><small>per hour</small>", "$2.49 per hour"),
    ("<b>1 GPU</b><i>от</i> 20 ₽", "1 GPU от 20 ₽"), ("<b>Elk</b><i>host</i>", "Elkhost"),
])
def test_where_a_number_ends_beside_an_element(markup: str, text: str) -> None:
    assert text_of(markup) == text


@pytest.mark.parametrize(("price", "language", "currency"), [("€0.61 / hr", "en", "EUR"), ("₩890 / 시간", "ko", "KRW"), ("120円 / 時間", "ja", "JPY"), ("¥4.20/小时", "zh", "CNY"), ("0,61 € / Std.", "de", "EUR"), ("55 ₽/час", "ru", "RUB")])
def test_cards_without_white_space(price: str, language: str, currency: str) -> None:
    page = "<h1>GPU</h1><ul>" + "".join(f"<li><strong>{gpu}</strong><span>{memory}GB VRAM</span><em>{price}</em><a>Go</a></li>" for gpu, memory in (("RTX 5090", 32), ("A40", 48), ("H200", 141))) + "</ul>"
    assert [(o.gpu_name, o.currency, o.price_unit) for o in supply(page, "html", language)[1]] == [(gpu, currency, "hour") for gpu in ("RTX5090", "A40", "H200")]


@pytest.mark.parametrize("head", ["Qtd.", "Qtde", "Số lượng", "จำนวน", "장수", "수량", "张数", "枚数", "Stück", "Ilość", "Počet", "Darab", "Jumlah", "Antal", "Adet", "Quantità", "Quantité", "Количество", "Qty"])
@pytest.mark.parametrize("columns", ["{name} | {gpu} | {count} | {price}", "{gpu} | {name} | {count} | {price}", "{gpu} | {price} | {count} | {name}"])
def test_a_column_of_a_plain_number_counts_gpus(head: str, columns: str) -> None:
    heads = columns.format(name="Elk", gpu="GPU", count=head, price="€/h")
    lines = [columns.format(name=f"e{n}", gpu=gpu, count=n, price=price) for gpu, n, price in (("L4", 1, "0.75"), ("A40", 4, "2.60"))]
    page = "\n".join([f"| {heads} |", "|---|---|---|---|", *(f"| {line} |" for line in lines)]) + "\n"
    assert sorted((r[0], r[1], r[2]) for r in rows(page, "md")) == [("A40", 4, 2.6), ("L4", 1, 0.75)]


def test_other_numbers_count_no_gpus() -> None:
    page = "| # | GPU | vCPU | €/h | Quantity |\n|---|---|---|---|---|\n| 1 | L4 | 8 | 0.75 | 120 |\n| 2 | A40 | 16 | 1.20 | 35 |\n"
    assert [(r[0], r[1], r[2]) for r in rows(page, "md")] == [("L4", None, 0.75), ("A40", None, 1.2)]         # what is in stock, and the numbers of the rows


@pytest.mark.parametrize("pieces", ["x 4EA", "x 4 ea", "× 4 шт.", "x 4pcs", "x 4 Stk", "x 4장", "x4"])
def test_pieces_behind_a_times_sign(pieces: str) -> None:
    page = f"| Plan | GPU | €/h |\n|---|---|---|\n| Elk | A40 48GB {pieces} | 2.60 |\n"
    assert [(r[0], r[1], r[2]) for r in rows(page, "md")] == [("A40", 4, 2.6)]


@pytest.mark.parametrize("head", ["MH/s per $1", "Tokens per dollar", "TFLOPS/$", "Images par euro", "Bilder pro Euro", "性能/元", "Токенов за рубль", "Perf per €"])
def test_what_is_got_for_money_is_no_price(head: str) -> None:
    page = f"| Plan | GPU | Price / hr | {head} |\n|---|---|---|---|\n| e4 | 4x L4 | $3.00 | 143 |\n| e8 | 8x A40 | $9.60 | 210 |\n"
    assert [(r[0], r[1], r[2], r[4]) for r in rows(page, "md")] == [("L4", 4, 3.0, "hour"), ("A40", 8, 9.6, "hour")]


@pytest.mark.parametrize(("price", "unit"), [("490 р./сутки", "day"), ("95 р./час", "hour"), ("95 р. в час", "hour"), ("95 р/час", "hour"), ("41 000 р. в месяц", "month"), ("41 000 р./мес.", "month")])
def test_one_letter_for_roubles(price: str, unit: str) -> None:
    assert [(o.gpu_name, o.currency, o.price_unit) for o in supply(f"# Аренда GPU\n\n- RTX 5090 — {price}\n- A40 — {price}\n", "md", "ru")[1]] == [("RTX5090", "RUB", unit), ("A40", "RUB", unit)]


def test_a_year_in_ukrainian_is_no_price() -> None:
    assert [o for o in supply("# GPU\n\nСервери з A40 працюють з 2024 р. за новою адресою.\n", "md", "uk")[1] if o.price] == []


LEADS = [
    "Our hourly rates on demand, and what is reserved ahead", "Hourly rates per accelerator, in US dollars.", "All prices exclude tax. Hourly prices.", "Tarifs horaires HT", "Stündliche Preise zzgl. MwSt.", "Почасовые тарифы",
    "시간당 요금 (VAT 별도)", "時間単価（税別）", "小时单价，含税", "Precios por hora sin IVA", "Preços por hora", "Prezzi orari", "Ceny godzinowe netto", "Uurtarieven excl. btw",
]


@pytest.mark.parametrize("lead", LEADS)
def test_a_sentence_above_a_table_names_its_rates_by_their_period(lead: str) -> None:
    page = f"# GPU\n\n{lead}\n\n| GPU | Elk | Elk 6 |\n|---|---|---|\n| H200 SXM | $3.10 | $2.70 |\n| B300 | $6.20 | $5.40 |\n".replace("Elk 6", "6 months").replace("Elk", "On-demand")
    assert [(r[0], r[2], r[4]) for r in rows(page, "md", None)] == [("H200", 3.1, "hour"), ("H200", 2.7, "hour"), ("B300", 6.2, "hour"), ("B300", 5.4, "hour")]


@pytest.mark.parametrize("lead", ["Hourly and monthly rates.", "Support is billed at hourly rates of $90.", "Hourly price updates for all cards.", "Monthly cost savings for all."])
def test_other_sentences_above_a_table_name_none(lead: str) -> None:
    page = f"# GPU\n\n{lead}\n\n| GPU | On-demand |\n|---|---|\n| H200 SXM | $3.10 |\n| B300 | $6.20 |\n"
    assert {r[4] for r in rows(page, "md", None)} <= {None}


@pytest.mark.parametrize(("hour", "month"), [("Hourly", "Monthly"), ("Per hour", "Per month"), ("Par heure", "Par mois"), ("Pro Stunde", "Pro Monat"), ("時間", "月額"), ("В час", "В месяц")])
@pytest.mark.parametrize("above", [True, False])
def test_labels_of_periods_stand_above_all_prices_of_a_card_or_below_all(hour: str, month: str, above: bool) -> None:
    def card(gpu: str, a: str, b: str) -> str:
        lines = [hour, a, month, b] if above else [a, hour, b, month]
        return f"<div class=card><h3>NVIDIA {gpu}</h3><p>48 GB</p>" + "".join(f"<div>{line}</div>" for line in lines) + "</div>"

    page = "<h1>GPUs</h1>" + card("A40", "$0.45", "$299") + card("L40S", "$0.90", "$599")
    assert [(r[0], r[2], r[4]) for r in rows(page, "html", None)] == [("A40", 0.45, "hour"), ("A40", 299, "month"), ("L40S", 0.9, "hour"), ("L40S", 599, "month")]


def test_the_title_of_a_page_tells_the_gpu_of_its_price() -> None:
    page = "<title>{}</title><p>Soon: MI355X</p><h1>Pricing</h1><p>From <b>$2.19/GPU/hr</b>. Stop any time.</p><div><h3>Solo</h3><div>1x <span>MI325X</span></div><p>256GB</p></div>"
    assert [(r[0], r[2], r[4]) for r in rows(page.format("MI325X cloud"), "html")] == [("MI325X", 2.19, "hour")]
    assert [r for r in rows(page.format("Our cloud"), "html") if r[2]] == []
    assert [r for r in rows(page.format("MI325X and MI355X"), "html") if r[2]] == []


@pytest.mark.parametrize("line", ["Median $0.92/hr", "Average price: $0.92/hr", "Durchschnitt 0,92 €/h", "平均 ¥0.92/小时", "평균 ₩920/시간"])
def test_what_prices_are_in_the_middle_is_no_price(line: str) -> None:
    assert [(r[0], r[2]) for r in rows(f"NVIDIA L40S\n48GB VRAM\nFrom $0.28/hr\n{line}\n", "txt", None)] == [("L40S", 0.28)]


@pytest.mark.parametrize(("text", "language"), [
    ("A node with 8 A40 is $5.60 an hour.", "en"), ("Un nodo con 8 A40 sale por $5.60 la hora.", "es"), ("Ein Knoten mit 8 A40 kostet $5.60 pro Stunde.", "de"), ("Um nó com 8 A40 custa $5.60 por hora.", "pt"),
    ("Сервер с 8 A40 стоит $5.60 в час.", "ru"),
])
def test_a_bare_number_of_gpus_behind_with(text: str, language: str) -> None:
    assert [(r[0], r[1], r[2]) for r in rows(f"# GPU\n\n{text}\n", "md", language)] == [("A40", 8, 5.6)]


@pytest.mark.parametrize(("text", "language"), [
    ("We ask $2.95 per hour with one H200, $11.80 per hour with four B200.", "en"), ("Comptez 2,95 $ par heure avec une H200, 11,80 $ par heure avec quatre B200.", "fr"),
    ("Für 2,95 $ pro Stunde gibt es eine H200, für 11,80 $ pro Stunde vier B200.", "de"),
])
def test_prices_and_gpus_by_turns_a_price_first(text: str, language: str) -> None:
    assert [(r[0], r[1], r[2]) for r in rows(f"# GPU\n\n{text}\n", "md", language)] == [("H200", 1, 2.95), ("B200", 4, 11.8)]


def test_gpus_by_their_numbers_and_cards_counted_in_chinese() -> None:
    text = "目前 H20 单卡 5.2 元/小时，4090 单卡 1.75 元/小时，8 卡 H800 整机 75 元/小时，4卡 A40 30 元/小时。"
    assert [(r[0], r[1], r[2]) for r in rows(text, "md", "zh")] == [("H20", 1, 5.2), ("RTX4090", 1, 1.75), ("H800", 8, 75), ("A40", 4, 30)]
    table = "| 型号 | 价格 |\n|---|---|\n| 单卡 3090 | 1.2 元/小时 |\n| 双卡 3090 | 2.4 元/小时 |\n| 八卡 H20 | 40 元/小时 |\n"
    assert [(r[0], r[1], r[2]) for r in rows(table, "md", "zh")] == [("RTX3090", 1, 1.2), ("RTX3090", 2, 2.4), ("H20", 8, 40)]


@pytest.mark.parametrize("price", [
    "$2<sup>44</sup>/hour", "<span>$</span><span>2</span><span class=cents>44</span><span>/hour</span>", "<b>$2</b><small class='price-decimals'>44</small> per hour", "2$44/hour", "$<b>2</b><i>.44</i>/hour",
])
def test_cents_that_stand_apart(price: str) -> None:
    page = f"<h1>GPUs</h1><div><h3>H200</h3><p>{price}</p></div><div><h3>L40S</h3><p>{price}</p></div>"
    assert [(r[0], r[2], r[4]) for r in rows(page, "html")] == [("H200", 2.44, "hour"), ("L40S", 2.44, "hour")]


@pytest.mark.parametrize(("markup", "text"), [("$3.20<sup>12</sup>", "$3.20 12"), ("10<sup>12</sup>", "10 12"), ("$2<sup>4</sup>", "$2 4"), ("<span>$2</span><span class=plan>44</span>", "$2 44")])
def test_other_raised_numbers_are_no_cents(markup: str, text: str) -> None:
    assert text_of(markup) == text


PERIODS = [
    ("hu", "Óradíj", "Havidíj"), ("ro", "Preț/oră", "Preț/lună"), ("fi", "Hinta/tunti", "Hinta/kk"), ("da", "Pris pr. time", "Pris pr. måned"), ("el", "Τιμή/ώρα", "Τιμή/μήνα"), ("he", "מחיר לשעה", "מחיר לחודש"),
    ("ar", "السعر/ساعة", "السعر/شهر"), ("hr", "Cijena/sat", "Cijena/mjesec"), ("et", "Hind/tund", "Hind/kuu"), ("lt", "Kaina/valanda", "Kaina/mėn."), ("hi", "कीमत/घंटा", "कीमत/महीना"), ("nl", "Uurtarief", "Maandtarieven"),
    ("de", "Stündliche Kosten", "Monatliche Kosten"),
]


@pytest.mark.parametrize(("language", "hour", "month"), PERIODS)
def test_periods_of_columns_in_more_languages(language: str, hour: str, month: str) -> None:
    page = f"| Elk | GPU | {hour} | {month} |\n|---|---|---|---|\n| e1 | 1x L40S | 1,40 € | 890 € |\n| e2 | 2x L40S | 2,80 € | 1780 € |\n"
    assert [(r[1], r[4]) for r in rows(page, "md", language)] == [(1, "hour"), (1, "month"), (2, "hour"), (2, "month")]


def test_words_of_other_languages_are_no_periods() -> None:
    from nlp.prices import unit_in

    assert [unit_in(text) for text in ("Moon luna plan", "an EV of the future", "8 kk of tokens", "what men want", "a short kuu of words", "Dan and Nap wear sat phones", "take a nap", "for a men only club")] == [None] * 8


@pytest.mark.parametrize("heads", ["<th colspan=2>On-demand</th><th colspan=2>Spot</th></tr><tr><th>1 GPU</th><th>8 GPUs</th><th>1 GPU</th><th>8 GPUs</th>",
                                   "<th colspan=2>On-demand</th><th colspan=2>Spot</th></tr><tr><th>1x</th><th>8x</th><th>1x</th><th>8x</th>"])
def test_numbers_of_gpus_under_terms(heads: str) -> None:
    page = f"<table><tr><th rowspan=2>GPU</th>{heads}</tr><tr><td>L40S</td><td>$1/h</td><td>$8/h</td><td>$0.5/h</td><td>$4/h</td></tr><tr><td>H200</td><td>$3/h</td><td>$24/h</td><td>$2/h</td><td>$16/h</td></tr></table>"
    assert [(o.gpu_name, o.gpu_count, o.price, o.commitment) for o in supply(page, "html")[1]] == [
        (gpu, n, price, way) for gpu, prices in (("L40S", (1, 8, 0.5, 4)), ("H200", (3, 24, 2, 16))) for n, price, way in zip((1, 8, 1, 8), prices, ("on_demand", "on_demand", "spot", "spot"), strict=True)]


def test_terms_under_numbers_of_gpus() -> None:
    page = ("<table><tr><th rowspan=2>GPU</th><th colspan=2>1 GPU</th><th colspan=2>8 GPUs</th></tr><tr><th>On-demand</th><th>Spot</th><th>On-demand</th><th>Spot</th></tr>"
            "<tr><td>L40S</td><td>$1/h</td><td>$0.5/h</td><td>$8/h</td><td>$4/h</td></tr></table>")
    assert [(o.gpu_count, o.price, o.commitment) for o in supply(page, "html")[1]] == [(1, 1, "on_demand"), (1, 0.5, "spot"), (8, 8, "on_demand"), (8, 4, "spot")]


@pytest.mark.parametrize("part", ["1/16", "1/8", "1/4", "1/10"])
def test_small_parts_of_a_card(part: str) -> None:
    page = f"| Elk | GPU | €/h |\n|---|---|---|\n| e1 | {part} A16 | 0.03 |\n| e2 | 1/2 A16 | 0.24 |\n"
    assert [(r[1], r[2]) for r in rows(page, "md")] == [(1 / int(part[2:]), 0.03), (0.5, 0.24)]


def test_a_number_below_its_label_counts_the_gpus_of_a_card() -> None:
    card = "<div><h3>NVIDIA {}</h3><div><div>GPU count</div><div>{}</div></div><div><div>vCPUs</div><div>128</div></div><div><div>Price (per hour)</div><div>{}</div></div></div>"
    page = "<h1>GPU</h1>" + card.format("HGX B300", 8, "$71.20") + card.format("L40S", 4, "$8.90")
    assert [(r[0], r[1], r[2]) for r in rows(page, "html")] == [("B300", 8, 71.2), ("L40S", 4, 8.9)]


@pytest.mark.parametrize(("hour", "month", "language"), [("시간", "월", "ko"), ("Hour", "Month", "en"), ("Stunde", "Monat", "de"), ("時間", "月", "ja"), ("Час", "Месяц", "ru")])
def test_periods_under_a_head_of_prices_with_a_note(hour: str, month: str, language: str) -> None:
    page = (f"<table><tr><th rowspan=2>GPU</th><th rowspan=2>GPUs</th><th colspan=2>Price (tax extra)</th></tr><tr><th>{hour}</th><th>{month}</th></tr>"
            "<tr><td>H200</td><td>1</td><td>$4</td><td>$2500</td></tr><tr><td>H200</td><td>8</td><td>$32</td><td>$20000</td></tr></table>")
    assert [(r[1], r[2], r[4]) for r in rows(page, "html", language)] == [(1, 4, "hour"), (1, 2500, "month"), (8, 32, "hour"), (8, 20000, "month")]


def test_the_least_price_is_none_by_the_minute() -> None:
    page = "| GPU | Price min | Price max |\n|---|---|---|\n| RTX 5090 | $0.60/h | $0.90/h |\n| A40 | $0.40/h | $0.50/h |\n"
    assert {r[4] for r in rows(page, "md")} == {"hour"}


def test_tensor_cores_in_other_scripts_part_no_number_from_its_gpu() -> None:
    page = "<h1>GPU</h1><div><h3>ベアメタル</h3><p>NVIDIA H200 Tensor コア GPU × 8</p><p>月額 3,960,000円</p></div><div><h3>ライト</h3><p>NVIDIA H200 Tensor コア GPU × 1</p><p>880円/時間</p></div>"
    assert [(r[0], r[1], r[4]) for r in rows(page, "html", "ja")] == [("H200", 8, "month"), ("H200", 1, "hour")]


@pytest.mark.parametrize("head", ["Committed, from", "Reserved", "12-month commitment", "Spot"])
def test_prices_on_other_terms_have_the_period_of_those_beside_them(head: str) -> None:
    page = f"| Item | Price, per GPU hour | {head} |\n|---|---|---|\n| NVIDIA HGX B200 | $5.50 | $3.00 |\n| NVIDIA H200 | $3.50 | $2.10 |\n| NVIDIA GB200 | Contact us | $4.10 |\n"
    assert [(o.gpu_name, o.price, o.price_unit, o.price_scope) for o in supply(page, "md")[1] if o.price] == [
        ("B200", 5.5, "hour", "gpu"), ("B200", 3.0, "hour", "gpu"), ("H200", 3.5, "hour", "gpu"), ("H200", 2.1, "hour", "gpu"), ("GB200", 4.1, "hour", "gpu")]
    assert {o.price_unit for o in supply(page.replace("$3.00", "$2,100").replace("$2.10", "$1,500").replace("$4.10", "$2,900"), "md")[1] if o.price and o.price > 100} == {None}


@pytest.mark.parametrize(("price", "currency", "amount"), [
    ("USD2.50", "USD", 2.5), ("EUR2.50", "EUR", 2.5), ("Rs.250", "INR", 250), ("Rs250", "INR", 250), ("RM11.20", "MYR", 11.2), ("Rp42.000", "IDR", 42000), ("Rp. 42.000", "IDR", 42000), ("CHF2.50", "CHF", 2.5), ("THB90", "THB", 90),
    ("usd2.50", "USD", 2.5), ("PHP140", "PHP", 140),
])
def test_codes_and_words_of_money_right_before_an_amount(price: str, currency: str, amount: float) -> None:
    page = f"<h1>GPU</h1><div><h3>Elk</h3><p>1x A40</p><p>{price}/hour</p></div><div><h3>Fox</h3><p>2x L40S</p><p>{price} per hour</p></div>"
    assert [(r[0], r[1], r[2], r[3], r[4]) for r in rows(page, "html", "id" if currency == "IDR" else "en")] == [("A40", 1, amount, currency, "hour"), ("L40S", 2, amount, currency, "hour")]


@pytest.mark.parametrize("text", ["The new RS500e arrives.", "Rm5a in the hall", "SSD500 and AMD7900 cards", "USD2go for all", "Gen kr10x"])
def test_names_with_numbers_are_no_amounts(text: str) -> None:
    from nlp.prices import find_prices

    assert find_prices(text) == []


@pytest.mark.parametrize("most", ["Up to 8 GPUs", "Max. 8 GPUs", "Bis zu 8 GPUs", "Jusqu'à 8 GPUs", "До 8 GPU", "最大 8 GPU", "Hasta 8 GPUs"])
def test_the_most_that_a_card_may_have_is_not_what_its_price_is_for(most: str) -> None:
    page = "<h1>GPU</h1>" + "".join(f"<div><h4>{gpu}</h4><ul><li>{most}</li><li>NVLink</li></ul><p>$1.35</p><p>per GPU / hour</p></div>" for gpu in ("A100 SXM4", "H200 SXM5"))
    assert [(r[0], r[1], r[2]) for r in rows(page, "html")] == [("A100", None, 1.35), ("H200", None, 1.35)]


@pytest.mark.parametrize(("text", "language"), [("Serwer z 8 kartami A40 kosztuje 98,00 zł za godzinę.", "pl"), ("Сервер с 8 картами A40 стоит 980 руб. в час.", "ru")])
def test_cards_in_other_cases(text: str, language: str) -> None:
    assert [(r[0], r[1]) for r in rows(f"# GPU\n\n{text}\n", "md", language)] == [("A40", 8)]


def test_bare_amounts_under_numbers_of_cards_where_the_heading_tells_money_and_period() -> None:
    page = "<h2>{}</h2><table><tr><th>GPU</th><th>1 card</th><th>2 cards</th></tr><tr><td>L4</td><td>50</td><td>100</td></tr><tr><td>A100 80GB</td><td>190</td><td>380</td></tr></table>"
    assert [(r[0], r[1], r[2], r[3], r[4]) for r in rows(page.format("GPU price list (INR, per hour, without tax)"), "html")] == [
        ("L4", 1, 50, "INR", "hour"), ("L4", 2, 100, "INR", "hour"), ("A100", 1, 190, "INR", "hour"), ("A100", 2, 380, "INR", "hour")]
    assert [r for r in rows(page.format("GPU throughput"), "html") if r[2]] == []


def test_a_card_of_text_may_name_its_chip_twice() -> None:
    text = "Instance: elk.h200.8\nGPU: 8x NVIDIA H200\nvCPU: 192\nPrice: $27.20 per hour\n\nInstance: elk.l40s.1\nGPU: 1x NVIDIA L40S\nvCPU: 8\nPrice: $0.58 per hour\n"
    assert [(r[0], r[1], r[2]) for r in rows(text, "txt")] == [("H200", 8, 27.2), ("L40S", 1, 0.58)]


@pytest.mark.parametrize(("unit", "currency", "period"), [("元/小时", "CNY", "hour"), ("EUR/h", "EUR", "hour"), ("$/hour", "USD", "hour"), ("円/時間", "JPY", "hour"), ("USD per month", "USD", "month"), ("GPU-hour", None, "hour")])
def test_the_unit_of_a_record_may_name_its_money(unit: str, currency: str | None, period: str) -> None:
    found = rows(f'{{"data": [{{"gpu_name": "A40", "gpu_num": 2, "price": 198, "price_unit": "{unit}"}}, {{"gpu_name": "L4", "gpu_num": 1, "price": 98, "price_unit": "{unit}"}}]}}', "json", None)
    assert [(r[3], r[4]) for r in found] == [(currency, period)] * 2


@pytest.mark.parametrize(("key", "unit"), [("month_price", "month"), ("dayPrice", "day"), ("price_month", "month"), ("yearCost", "year"), ("precio_mes", "month"), ("cost_day", "day"), ("hour_price", "hour")])
def test_keys_of_a_price_and_its_period(key: str, unit: str) -> None:
    assert [(r[2], r[4]) for r in rows(f'[{{"gpu": "A40", "currency": "EUR", "{key}": 4.9}}, {{"gpu": "L40S", "currency": "EUR", "{key}": 8.9}}]', "json")] == [(4.9, unit), (8.9, unit)]


@pytest.mark.parametrize("key", ["reserved_1_year_price", "reserved3YearPrice", "commit_6_month_price"])
def test_keys_of_terms_name_no_period_of_their_price(key: str) -> None:
    found = rows(f'[{{"gpu": "A40", "currency": "EUR", "unit": "hour", "price": 0.9, "{key}": 0.6}}, {{"gpu": "L40S", "currency": "EUR", "unit": "hour", "price": 1.2, "{key}": 0.8}}]', "json")
    assert [(r[2], r[4]) for r in found] == [(0.9, "hour"), (0.6, "hour"), (1.2, "hour"), (0.8, "hour")]


@pytest.mark.parametrize("key", ["anzahl", "nombre", "cantidad", "quantità", "количество", "수량", "数量", "ilość", "qty"])
def test_plain_words_for_a_number_count_the_gpus_of_a_record(key: str) -> None:
    assert [(r[0], r[1]) for r in rows(f'[{{"gpu": "A40", "{key}": 4, "price_per_hour": 1.2, "currency": "EUR"}}]', "json", None)] == [("A40", 4)]
    assert [(r[0], r[1]) for r in rows(f'[{{"gpu": "A40", "{key}": 450, "price_per_hour": 1.2, "currency": "EUR"}}]', "json", None)] == [("A40", None)]


@pytest.mark.parametrize(("description", "count"), [("4x NVIDIA A40 48GB, 64 vCPU", 4), ("NVIDIA A40 48GB, 64 vCPU", None), ("Cheaper than 4x A100", None), ("Up to 8x A40", None)])
def test_a_description_tells_the_number_of_gpus_that_a_code_leaves_out(description: str, count: int | None) -> None:
    assert [(r[0], r[1]) for r in rows(f'sku,description,unit,price,currency\nGPU-A40,"{description}",Hrs,1.95,USD\n', "csv")] == [("A40", count)]


@pytest.mark.parametrize("head", ["Earnings per day", "Reward per hour", "You earn / day", "Daily revenue", "Verdienst pro Tag", "Gains par jour", "Ganancias por día", "Доход в сутки", "日收益", "1日の報酬", "일일 수익", "Zysk dzienny"])
def test_what_hosts_get_for_their_gpus_is_no_price(head: str) -> None:
    page = f"<h1>Networks of GPUs</h1><table><tr><th>GPU</th><th>{head}</th></tr><tr><td>RTX 5090</td><td>$8.40</td></tr><tr><td>A40</td><td>$4.10</td></tr></table>"
    assert [r for r in rows(page, "html", None) if r[2]] == []
    both = page.replace("</th></tr>", "</th><th>Price / hr</th></tr>").replace("</td></tr>", "</td><td>$0.70</td></tr>")
    assert [(r[0], r[2], r[4]) for r in rows(both, "html", None)] == [("RTX5090", 0.7, "hour"), ("A40", 0.7, "hour")]
