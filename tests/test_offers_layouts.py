"""Layouts of price pages that a generator of layouts showed to be missed (`offer_layouts_tables.py`): each with a small page of fictional prices."""

from __future__ import annotations

from nlp.extract import extract


def offers(body: str, language: str = "en") -> list[tuple]:
    found = extract(f'<!doctype html><html lang="{language}"><head><title>Larkfen</title></head><body><main>{body}</main></body></html>'.encode(), url=None, kind="offers", path="page.html")
    return [(o.gpu_name, o.gpu_count, o.price, o.currency, o.price_unit) for o in found.offers]


def test_a_row_over_the_whole_width_heads_the_rows_below_it_in_a_table_of_two_columns():
    found = offers("<table><tr><th>GPUs</th><th>Cost</th></tr><tr><td colspan=2>L40</td></tr><tr><td>2</td><td>$1.70/hr</td></tr><tr><td>4</td><td>$3.30/hr</td></tr>"
                   "<tr><td colspan=2>H200</td></tr><tr><td>8</td><td>$27.00/hr</td></tr></table>")
    assert found == [("L40", 2, 1.7, "USD", "hour"), ("L40", 4, 3.3, "USD", "hour"), ("H200", 8, 27, "USD", "hour")]


def test_the_sheet_of_one_machine_has_its_labels_in_the_first_column():
    found = offers("<h3>2x A40</h3><table><tr><th>vCPU</th><td>24</td></tr><tr><th>Hourly rate (€)</th><td>0.98</td></tr></table>"
                   "<h3>4x T4</h3><table><tr><th>vCPU</th><td>48</td></tr><tr><th>Hourly rate (€)</th><td>1.40</td></tr></table>")
    assert found == [("A40", 2, 0.98, "EUR", "hour"), ("T4", 4, 1.4, "EUR", "hour")]


def test_a_heading_of_prices_gives_the_unit_of_the_tables_under_its_headings():
    rows = "<table><tr><th>GPU</th><th>Price</th></tr><tr><td>1x L4</td><td>$0.{}</td></tr></table>"
    found = offers("<h2>Price per hour</h2><h3>On demand</h3>" + rows.format(61) + "<h3>Spot</h3>" + rows.format(22))
    assert found == [("L4", 1, 0.61, "USD", "hour"), ("L4", 1, 0.22, "USD", "hour")]


def test_bare_amounts_in_a_column_that_names_the_currency_stand_beside_notes():
    notes = ("from 1.20 Save 15%", "Was 1.50 1.20", "1.20 excl. VAT", "1.20 / hour -15 %", "starting at 1.20 (excl. VAT) 15% off", "1.20 Sold out", "1.20–1.50 not including VAT")
    for note in notes:
        found = offers(f"<p>Machines are ready at once, all over the week.</p><table><tr><th>GPU</th><th>Price per hour (€)</th></tr><tr><td>1x L40</td><td>{note}</td></tr><tr><td>1x A40</td><td>0.90</td></tr></table>")
        assert found == [("L40", 1, 1.2, "EUR", "hour"), ("A40", 1, 0.9, "EUR", "hour")], note
    for note in ("15%", "Save 15%", "3 in stock, more in May", "300 MB/s / 150 MB/s"):
        found = offers(f"<p>Machines are ready at once, all over the week.</p><table><tr><th>GPU</th><th>Price per hour (€)</th></tr><tr><td>1x L40</td><td>{note}</td></tr><tr><td>1x A40</td><td>0.90</td></tr></table>")
        assert ("A40", 1, 0.9, "EUR", "hour") in found and all(o[2] is None for o in found if o[0] == "L40"), note
    found = offers("<table><tr><th>GPU</th><th>每小时价格（元）</th></tr><tr><td>1x L40</td><td>低至 8.5 立省15%</td></tr><tr><td>1x A40</td><td>原价 7.9 6.9 不含税</td></tr></table><p>以上机型均可在线开通，按需使用。</p>", "zh")
    assert found == [("L40", 1, 8.5, "CNY", "hour"), ("A40", 1, 6.9, "CNY", "hour")]


def test_a_share_is_no_price_of_the_currency_before_it():
    found = offers("<table><tr><th>GPU</th><th>Tarif horaire</th></tr><tr><td>1x L40</td><td>1,20 EUR 15 % de remise</td></tr><tr><td>1x A40</td><td>0,90 EUR</td></tr></table><p>Les machines démarrent tout de suite.</p>", "fr")
    assert found == [("L40", 1, 1.2, "EUR", "hour"), ("A40", 1, 0.9, "EUR", "hour")]


def test_the_sheet_of_one_machine_may_begin_with_its_name():
    found = offers("<p>Machines are ready at once, all over the week.</p><h3>NVIDIA L40</h3><table><tr><th>Plan</th><td>Heron</td></tr><tr><th>vCPU</th><td>12</td></tr><tr><th>On-demand (€)</th><td>1.10–1.30</td></tr><tr><th>1 year commitment (€)</th>"
                   "<td>from 0.80 15% off</td></tr></table><p>All prices are per hour.</p>")
    assert found == [("L40", None, 1.1, "EUR", "hour"), ("L40", None, 0.8, "EUR", "hour")]


def test_heads_of_disks_and_fees_are_no_prices_and_short_words_for_a_number_count_gpus():
    found = offers("<table><tr><th>Modelo de GPU</th><th>Cant. </th><th>N.º de GPU</th><th>Almacenamiento (GB)</th><th>Precio por hora (EUR)</th><th>Cuota de alta</th></tr><tr><td>L40</td><td></td><td>2</td><td>640</td><td>1,90</td><td>25 €</td></tr>"
                   "<tr><td>A40</td><td></td><td>4</td><td>320</td><td>2,10</td><td>25 €</td></tr></table><p>Las máquinas arrancan en pocos minutos.</p>", "es")
    assert found == [("L40", 2, 1.9, "EUR", "hour"), ("A40", 4, 2.1, "EUR", "hour")]
    found = offers("<table><tr><th>GPU</th><th>Кол-во GPU</th><th>Цена в час</th><th>Плата за установку</th></tr><tr><td>L40</td><td>2</td><td>120 ₽</td><td>2500 ₽</td></tr><tr><td>A40</td><td>4</td><td>160 ₽</td><td>2500 ₽</td></tr></table>"
                   "<p>Серверы готовы к работе сразу после оплаты.</p>", "ru")
    assert found == [("L40", 2, 120, "RUB", "hour"), ("A40", 4, 160, "RUB", "hour")]


def test_a_range_may_have_the_code_of_its_currency_before_both_ends():
    found = offers("<p>Machines are ready at once, all over the week.</p><table><tr><th>GPU</th><th>Price per hour</th></tr><tr><td>1x L40</td><td>CHF 1.10 – CHF 1.30</td></tr><tr><td>1x A40</td><td>EUR 0.90–EUR 0.95</td></tr></table>")
    assert found == [("L40", 1, 1.1, "CHF", "hour"), ("A40", 1, 0.9, "EUR", "hour")]


def test_a_sentence_may_say_by_an_adjective_for_how_long_prices_are():
    for language, said, unit in (("it", "I prezzi indicati sono orari.", "hour"), ("es", "Los precios son mensuales.", "month"), ("pt", "Os preços são mensais.", "month"), ("en", "Our prices are hourly.", "hour")):
        found = offers(f"<p>{said}</p><table><tr><th>GPU</th><th>GPUs</th><th>EUR</th></tr><tr><td>L40</td><td>2</td><td>1.90 €</td></tr><tr><td>A40</td><td>4</td><td>2.10 €</td></tr></table><p>Brindlewick Compute, Musterhausen</p>", language)
        assert found == [("L40", 2, 1.9, "EUR", unit), ("A40", 4, 2.1, "EUR", unit)], said


def test_no_cell_of_the_head_hangs_down_into_the_body_of_a_table():
    head = '<thead><tr><td rowspan="3"></td><th>Fjord S</th><th>Fjord M</th></tr></thead>'
    found = offers(f"<table>{head}<tbody><tr><th>GPU</th><td>1 x L4</td><td>2 x L40S</td></tr><tr><th>vCPU</th><td>8</td><td>32</td></tr><tr><th>Prix à l'heure</th><td>0,79 €</td><td>3,10 €</td></tr></tbody></table>", "fr")
    assert found == [("L4", 1, 0.79, "EUR", "hour"), ("L40S", 2, 3.1, "EUR", "hour")]


def test_columns_of_machines_are_called_by_the_head_row_that_tells_them_apart():
    page = ("<!doctype html><title>Larkfen</title><p>Choose one of three machines.</p><table><thead><td rowspan=3></td><th colspan=2>Varianten</th><tr><th>lf1.12x96</th><th>lf1.24x192</th></tr></thead>"
            "<tbody><tr><th>GPU</th><td>2 x L4</td><td>4 x L4</td></tr><tr><th>vCPU</th><td>12</td><td>24</td></tr><tr><th>RAM (GB)</th><td>96</td><td>192</td></tr></tbody></table>")
    found = extract(page.encode(), url=None, kind="offers", path="page.html").offers
    assert [(o.instance_name, o.gpu_name, o.gpu_count) for o in found] == [("lf1.12x96", "L4", 2), ("lf1.24x192", "L4", 4)]


def test_bars_inside_a_template_part_no_cells():
    page = "# Prices\n\n| Machine | GPU | Net price | Price per hour |\n|---|---|---|---|\n| lf-1 | 2x A40 | {{ price | net | usd }} | $1.90 |\n| lf-2 | 4x A40 | {{ price | net | usd }} | $3.70 |\n"
    found = extract(page.encode(), url=None, kind="offers", path="page.md").offers
    assert [(o.instance_name, o.gpu_count, o.price, o.price_unit) for o in found] == [("lf-1", 2, 1.9, "hour"), ("lf-2", 4, 3.7, "hour")]


def test_the_name_of_a_series_of_cards_multiplies_nothing():
    found = offers("<table><tr><th>Machine</th><th>GPU</th><th>Price per month</th></tr><tr><td>Fjord S</td><td>RTX 4090</td><td>€350</td></tr><tr><td>Fjord M</td><td>2x RTX 4090</td><td>€690</td></tr>"
                   "<tr><td>Fjord L</td><td>4x L40S</td><td>€1900</td></tr></table>")
    assert found == [("RTX4090", 1, 350, "EUR", "month"), ("RTX4090", 2, 690, "EUR", "month"), ("L40S", 4, 1900, "EUR", "month")]


def test_columns_of_machines_without_a_price_in_more_languages():
    for language, head, cpu, memory, disk in (("fr", "Caractéristiques", "Processeur", "Mémoire", "Stockage"), ("pl", "Parametry", "Procesor", "Pamięć RAM", "Dysk"), ("ru", "Параметр", "Процессор", "Память", "Диск"),
                                              ("tr", "Özellik", "İşlemci", "Bellek", "Disk"), ("ko", "사양", "CPU", "메모리", "디스크"), ("es", "Característica", "Procesador", "Memoria RAM", "Almacenamiento")):
        found = offers(f"<table><tr><th>{head}</th><th>lf-1</th><th>lf-2</th></tr><tr><td>{cpu}</td><td>8</td><td>16</td></tr><tr><td>{memory}</td><td>64 GB</td><td>128 GB</td></tr><tr><td>{disk}</td><td>1 TB</td><td>2 TB</td></tr>"
                       "<tr><td>GPU</td><td>1x A40</td><td>2x A40</td></tr></table>", language)
        assert [row[:2] for row in found] == [("A40", 1), ("A40", 2)], language


def test_a_row_between_the_rows_may_give_terms_to_the_columns_of_prices():
    page = ("# Prices\n\n| Resource | Price per hour | Price per hour |\n|---|---|---|\n| **First generation** | Regular | Preemptible |\n| 1 GPU A40 | {{ price.a40 }} | {{ price.a40.pre }} |\n| RAM | 0.01 € | 0.01 € |\n"
            "| **Second generation with L40S** | Regular | Preemptible |\n| 1 GPU | 1.44 € | 0.72 € |\n| RAM | 0.02 € | 0.01 € |\n")
    found = extract(page.encode(), url=None, kind="offers", path="page.md").offers
    assert [(o.gpu_name, o.gpu_count, o.price, o.commitment) for o in found] == [("A40", 1, None, "on_demand"), ("A40", 1, None, "spot"), ("L40S", 1, 1.44, "on_demand"), ("L40S", 1, 0.72, "spot")]


def test_a_row_over_the_rows_below_it_may_tell_their_terms_or_their_place():
    rows = "<tr><td colspan=4>{}</td></tr><tr><td>L4</td><td>1</td><td>8</td><td>€0.{}</td></tr><tr><td>H100</td><td>8</td><td>96</td><td>€{}.00</td></tr>"
    page = "<!doctype html><title>Larkfen</title><table><tr><th>GPU</th><th>GPUs</th><th>vCPUs</th><th>Price per hour</th></tr>{}</table>"
    found = extract(page.format(rows.format("On demand", 80, 20) + rows.format("Reserved, 12 months", 60, 15)).encode(), url=None, kind="offers", path="page.html").offers
    assert [(o.gpu_name, o.price, o.commitment, o.term_months) for o in found] == [("L4", 0.8, "on_demand", None), ("H100", 20, "on_demand", None), ("L4", 0.6, "reserved", 12), ("H100", 15, "reserved", 12)]
    found = extract(page.format(rows.format("Frankfurt", 80, 20) + rows.format("Ankara", 80, 20)).encode(), url=None, kind="offers", path="page.html").offers
    assert [(o.gpu_name, o.location, o.country) for o in found] == [("L4", "Frankfurt", "DE"), ("H100", "Frankfurt", "DE"), ("L4", "Ankara", "TR"), ("H100", "Ankara", "TR")]


def test_an_amount_with_hidden_digits_is_no_price():
    found = offers("<table><tr><th>GPU</th><th>GPUs</th><th>Price</th></tr><tr><td>L40S</td><td>8</td><td>￥6***/月</td></tr><tr><td>A40</td><td>8</td><td>$1x,xxx per month</td></tr><tr><td>L4</td><td>8</td><td>$3,100 per month</td></tr></table>", "zh")
    assert found == [("L40S", 8, None, None, None), ("A40", 8, None, None, None), ("L4", 8, 3100, "USD", "month")]


def test_a_head_may_say_in_brackets_that_names_count_gpus():
    page = ("# Queues of Larkfen\n\nEach queue is billed by what its nodes cost.\n\n| {} | Price per hour ($) |\n|---|---|\n| icl_a40_4 | 3.20 |\n| icl_v100nv_8 | 5.40 |\n| gen_l40s_4 | 4.60 |\n| cpu | 0.40 |\n")
    for head in ("Partition (CPU_GPU_count)", "파티션명(CPU종류_GPU종류_GPU개수)"):
        found = extract(page.format(head).encode(), url=None, kind="offers", path="page.md").offers
        assert [(o.instance_name, o.gpu_name, o.gpu_count, o.price) for o in found] == [("icl_a40_4", "A40", 4, 3.2), ("icl_v100nv_8", "V100", 8, 5.4), ("gen_l40s_4", "L40S", 4, 4.6)], head


def test_neither_the_prompt_of_a_shell_nor_the_hours_of_a_service_tell_the_money_and_the_period_of_figures():
    page = ("# 이용 안내\n\n로그인은 아래와 같이 합니다.\n\n```\n$ ssh lark.example -P 22\n$ ls\n```\n\n## 제공 시간\n\n| 파티션 | GPU | 노드 과금 요율 |\n|---|---|---|\n| lf_a | A40 4장 | 0.2419 |\n| lf_b | L40S 8장 | 0.5832 |\n")
    found = extract(page.encode(), url=None, kind="offers", path="page.md").offers
    assert [(o.gpu_name, o.gpu_count, o.price, o.currency, o.price_unit) for o in found] == [("A40", 4, 0.2419, None, None), ("L40S", 8, 0.5832, None, None)]


def test_stars_of_markdown_behind_a_digit_hide_others():
    page = "# 价格\n\n| 显卡 | 显存 | 价格 |\n|---|---|---|\n| L40S | 48GB | 6***元/台/月 |\n| A40 | 48GB | 3****元/台/月 |\n| L4 | 24GB | ***2***元/卡/小时 |\n"
    found = extract(page.encode(), url=None, kind="offers", path="page.md").offers
    assert [(o.gpu_name, o.price, o.price_unit) for o in found] == [("L40S", None, None), ("A40", None, None), ("L4", 2, "hour")]


def test_the_same_gpu_at_the_same_price_is_another_thing_in_another_way_of_letting():
    head, bare = "| 显卡 | 显存 | 内存 | 价格 |\n|---|---|---|---|\n", "| L40S | 48GB | 512GB | 6xxx元/台/月 |\n| A800 | 80GB | 1TB | 登录可见 |\n"
    page = f"# 价格\n\n## 容器实例\n\n{head}| L40S | 48GB | 64GB | ￥1.98/卡/小时 |\n\n## 虚拟机\n\n{head}| L40S | 48GB | 64GB | ￥1.98/卡/小时 |\n\n## 裸金属\n\n{head}{bare}"
    found = extract(page.encode(), url=None, kind="offers", path="page.md").offers
    assert [(o.instance_name, o.gpu_name, o.price) for o in found] == [(None, "L40S", 1.98), (None, "L40S", 1.98), (None, "L40S", None), (None, "A800", None)]
    page = "# Prices\n\n## {}\n\n| GPU | VRAM | Price |\n|---|---|---|\n| L40S | 48 GB | $1.98/h |\n\n## {}\n\n| GPU | VRAM | Price |\n|---|---|---|\n| L40S | 48 GB | $1.98/h |\n"
    assert len(extract(page.format("Most popular", "All of our GPUs").encode(), url=None, kind="offers", path="page.md").offers) == 1
    assert len(extract(page.format("GPU pods", "Bare metal").encode(), url=None, kind="offers", path="page.md").offers) == 2


def test_columns_of_prices_may_be_headed_by_numbers_of_cards_in_any_language():
    for language, one, four in (("ko", "GPU 1장", "GPU 4장"), ("zh", "1张", "4张"), ("ja", "GPU 1枚", "GPU 4枚"), ("de", "1 Karte", "4 Karten"), ("pl", "1 karta", "4 karty"), ("ru", "1 карта", "4 карты")):
        found = offers(f"<table><tr><th>GPU</th><th>{one}</th><th>{four}</th></tr><tr><td>H100</td><td>$2.10/h</td><td>$8.20/h</td></tr><tr><td>L40S</td><td>$1.10/h</td><td>$4.10/h</td></tr></table>", language)
        assert found == [("H100", 1, 2.1, "USD", "hour"), ("H100", 4, 8.2, "USD", "hour"), ("L40S", 1, 1.1, "USD", "hour"), ("L40S", 4, 4.1, "USD", "hour")], language


def test_a_column_may_name_the_unit_in_any_language():
    for language, head, hour in (("en", "Unit", "hour"), ("zh", "计费单位", "卡·时"), ("zh", "單位", "卡時"), ("pl", "Jednostka", "godzina"), ("ru", "Ед. изм.", "час"), ("es", "Unidad", "hora"), ("nl", "Eenheid", "uur"), ("vi", "Đơn vị", "giờ"), ("sv", "Enhet", "timme")):
        found = offers(f"<table><tr><th>GPU</th><th>{head}</th><th>A</th></tr><tr><td>A100</td><td>{hour}</td><td>€8.00</td></tr><tr><td>L40S</td><td>{hour}</td><td>€3.00</td></tr></table>", language)
        assert [(name, price, unit) for name, _, price, _, unit in found] == [("A100", 8, "hour"), ("L40S", 3, "hour")], (language, head)
