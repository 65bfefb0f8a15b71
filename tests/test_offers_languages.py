"""Offers on pages in many languages: how cards are counted, what periods and machines are called. All pages are invented."""

import pytest

from nlp.chips import find_chips
from nlp.extract import extract
from nlp.offers import parse_count


def read(text, path="page.md"):
    return extract(text.encode(), path=path, kind="offers").offers


@pytest.mark.parametrize(("text", "count"), [
    ("4 st L40S", 4), ("2 шт. A5000", 2), ("RTX 3080 (1 szt.)", 1), ("A100 80GB, 4 Stück", 4), ("2 adet RTX 4090", 2), ("8 Karten NVIDIA H100", 8), ("восемь видеокарт NVIDIA H100", 8),
    ("ocho A100", 8), ("otto A100", 8), ("quatro A100", 4), ("cztery A100", 4), ("fyra A100", 4), ("machine：2 張 NVIDIA T4", 2), ("GPU:8x H100", 8),
    ("A16 1/4", 0.25), ("NVIDIA A16 (1/2)", 0.5),
    ("std-4x16-2rtx4090", 2), ("gpu-a100-8x", 8), ("adr-l40s-2x", 2), ("gpu.1xh100", 1),
])
def test_cards_are_counted_in_many_ways(text, count):
    [chip] = find_chips(text, context=True)
    assert chip.count == count


@pytest.mark.parametrize("text", ["gpu-8-h100", "1st H100", "dos H100", "T4 - 2x16GB", "A100, 3 states"])
def test_other_figures_beside_a_chip_count_nothing(text):
    assert find_chips(text, context=True)[0].count is None


@pytest.mark.parametrize(("cell", "count"), [("1/4颗 vGPU", 0.25), ("2 szt.", 2), ("1 шт.", 1), ("3 adet", 3), ("½", 0.5)])
def test_cells_of_counts(cell, count):
    import unicodedata
    assert parse_count(unicodedata.normalize("NFKC", cell)) == (count, False)


@pytest.mark.parametrize(("line", "expected"), [
    ("Alquiler de RTX 3090: USD 0,28 la hora o USD 149 al mes.", [(0.28, "USD", "hour"), (149, "USD", "month")]),
    ("Saatlik A100 kiralama 95 TL'den başlar.", [(95, "TRY", "hour")]),
    ("Máy chủ 8 x H200 giá 250 triệu đồng/tháng.", [(250_000_000, "VND", "month")]),
    ("Сервер 8 x H100 стоит 1,2 млн ₽ в месяц.", [(1_200_000, "RUB", "month")]),
    ("H100 약정 - 6개월 약정: 시간당 3,400원", [(3400, "KRW", "hour")]),
])
def test_periods_and_multiples_in_other_languages(line, expected):
    assert [(o.price, o.currency, o.price_unit) for o in read(f"# GPU\n\n{line}\n")] == expected


def test_a_table_in_turkish():
    page = "# GPU Sunucular\n\nFiyatlara KDV dahil değildir.\n\n| Paket | Ekran Kartı | Adet | Saatlik Ücret | Aylık Ücret |\n|---|---|---|---|---|\n" \
           "| Deniz | RTX 4090 | 2 | 84,00 ₺ | 36.500 ₺ |\n| Dağ | H100 | 8 | Teklif alın | Teklif alın |\n"
    assert [(o.gpu_name, o.gpu_count, o.price, o.price_unit, o.commitment, o.tax) for o in read(page)] == [
        ("RTX4090", 2, 84, "hour", "on_demand", "excluded"), ("RTX4090", 2, 36_500, "month", None, "excluded"), ("H100", 8, None, None, "contact_sales", "unknown")]


@pytest.mark.parametrize("label", ["Aantal kaarten", "Anzahl Grafikkarten", "Nombre de cartes", "Número de tarjetas", "Numero di schede", "Liczba kart", "Количество видеокарт", "Antal grafikkort"])
def test_rows_that_count_cards(label):
    page = f"# GPU\n\n| | S | M |\n|---|---|---|\n| GPU | NVIDIA A30 | NVIDIA A100 |\n| {label} | 2 | 4 |\n| RAM | 64 GB | 128 GB |\n| € / h | 1,15 € | 5,40 € |\n"
    assert [(o.gpu_name, o.gpu_count) for o in read(page)] == [("A30", 2), ("A100", 4)]


@pytest.mark.parametrize("line", ["Las H100 se cotizan a pedido.", "H100: vraag een offerte aan.", "H100 – do uzgodnienia", "H100 – kontakta oss för offert", "H100：請洽業務", "H100 – iletişime geçin", "H100: 별도 협의"])
def test_prices_asked_for_in_other_languages(line):
    assert [(o.gpu_name, o.commitment) for o in read(f"# GPU\n\n- {line}\n- L40S: 1 € / h\n")][0] == ("H100", "contact_sales")


@pytest.mark.parametrize("sentence", ["Les instances gp7 embarquent des cartes NVIDIA A10.", "Die gp7-Serie ist mit der NVIDIA A10 ausgestattet.", "Машины серии gp7 оснащены картами NVIDIA A10.", "gp7シリーズはNVIDIA A10を搭載しています。", "NVIDIA A10 cards power the gp7 machines."])
def test_families_are_told_in_any_order_and_language(sentence):
    page = f"# GPU\n\n{sentence}\n\nNVIDIA T4: Familie gp5.\n\n## gp7\n\n| Type | vCPU | RAM | GPU |\n|---|---|---|---|\n| gp7.m | 12 | 96 | 1 |\n| gp7.xl | 48 | 384 | 4 |\n"
    assert [(o.instance_name, o.gpu_name, o.gpu_count) for o in read(page)] == [("gp7.m", "A10", 1), ("gp7.xl", "A10", 4)]


def test_families_named_by_capitals_are_those_of_the_heading():
    page = "As instâncias QV têm placas Tesla M60. As instâncias QC têm placas Tesla K80.\n\n"
    page += "".join(f"## Instâncias {family}\n\n| Tamanho | vCPU | GPU | Discos |\n|---|---|---|---|\n| Standard_{family}6 | 6 | 1 | 24 |\n| Standard_{family}12 | 12 | 2 | 48 |\n\n" for family in ("QV", "QC"))
    assert [(o.instance_name, o.gpu_name, o.gpu_count) for o in read(page)] == [("Standard_QV6", "M60", 1), ("Standard_QV12", "M60", 2), ("Standard_QC6", "K80", 1), ("Standard_QC12", "K80", 2)]


def test_sections_that_are_each_a_card_that_can_be_had():
    card = "- **{}** : {}\n- **Mémoire** : {} Go\n\n"
    page = "# Nuage\n\n## Matériel disponible\n\nNuage propose deux types de GPU :\n\n### NVIDIA L40S\n\n" + card.format("Architecture", "Ada", 48) + "### NVIDIA A100\n\n" + card.format("Architecture", "Ampere", 80)
    assert [(o.gpu_name, o.gpu_memory, o.price) for o in read(page)] == [("L40S", 48, None), ("A100", 80, None)]
    assert not read(page.replace("Matériel disponible", "Benchmarks").replace("propose deux types de GPU", "mesure"))


@pytest.mark.parametrize(("page", "expected"), [
    ("# GPU 云服务器\n\n系统提供 NVIDIA Tesla P100 型号的 GPU，无性能损耗。\n", {("P100", None)}),
    ("# GPU 클라우드\n\n- **최신 GPU 지원**: AMD MI300X 및 NVIDIA H100\n", {("H100", None), ("MI300X", None)}),
    ("# Serveurs GPU\n\nNous proposons des GPU NVIDIA L4 et NVIDIA A30.\n", {("L4", None), ("A30", None)}),
    ("# GPU-Server\n\nJeder Server ist mit acht NVIDIA H100 ausgestattet.\n", {("H100", 8)}),
    ("# GPUサーバー\n\nNVIDIA H100を8基搭載したノードです。\n", {("H100", 8)}),
])
def test_pages_that_only_say_what_they_provide(page, expected):
    assert {(o.gpu_name, o.gpu_count) for o in read(page)} == expected


@pytest.mark.parametrize("page", ["# GPU 云服务器\n\n暂不提供 H100 GPU。\n", "# GPU-Server\n\nH100-GPUs bieten wir nicht an.\n", "# Serveurs GPU\n\nBientôt : nous proposons des GPU H100.\n", "# Our paper\n\nThe model supports H100 and A100 GPUs.\n",
                                  "# GPU cloud\n\n## Benchmarks\n\nThe framework supports NVIDIA H100 GPUs.\n"])
def test_pages_that_provide_nothing(page):
    assert not read(page)


@pytest.mark.parametrize(("line", "price", "unit", "tax"), [
    ("NVIDIA L4: 月額 68,000円（税込 74,800円）", 68_000, "month", "excluded"),
    ("NVIDIA L4 : 249 € HT (298,80 € TTC) par mois", 249, "month", "excluded"),
    ("NVIDIA L4: € 228,69 incl. btw per maand (€ 189 excl. btw)", 228.69, "month", "included"),
    ("NVIDIA L4: 2,00 zł netto / 2,46 zł brutto za godzinę", 2, "hour", "excluded"),
])
def test_the_same_price_with_tax_and_without_is_one_offer(line, price, unit, tax):
    assert [(o.price, o.price_unit, o.tax) for o in read(f"# GPU\n\n- {line}\n")] == [(price, unit, tax)]


def test_two_prices_that_no_tax_tells_apart_are_two_offers():
    assert [o.price for o in read("# GPU\n\n- NVIDIA L4: $1.00 / $1.20 per hour (VAT excluded)\n")] == [1.0, 1.2]


def test_one_card_for_an_hour_counts_no_cards():
    [offer] = read("# GPU\n\nL40Sは1枚1時間あたり210円でご利用いただけます。\n")
    assert (offer.gpu_count, offer.price, offer.price_unit) == (None, 210, "hour")


def test_short_codes_are_cards_where_the_page_says_so_elsewhere():
    page = "# 常见问题\n\n### GPU 怎么收费？\n\nA10 单价 3.2 元/卡/小时。\n\n### 有没有竞价实例？\n\n有，A10 竞价实例低至 0.9 元/小时。\n"
    assert [(o.gpu_name, o.price, o.commitment) for o in read(page)] == [("A10", 3.2, "on_demand"), ("A10", 0.9, "spot")]
    assert not read("# 常见问题\n\n### 停车\n\nA10 出口停车 3 元/小时。\n")


def test_a_card_whose_price_is_asked_for_beside_its_label():
    card = "## {}プラン\n\n- GPU：{}\n- CPU：16コア\n- 月額 {}\n\n"
    page = "# GPU専有サーバー\n\n" + card.format("S", "NVIDIA L4 × 1枚", "68,000円") + card.format("L", "NVIDIA H100 × 8枚", "お問い合わせ")
    assert [(o.gpu_name, o.gpu_count, o.price, o.commitment) for o in read(page)] == [("L4", 1, 68_000, None), ("H100", 8, None, "contact_sales")]


def test_abbreviations_end_no_sentence():
    assert [(o.gpu_name, o.price, o.price_unit) for o in read("# GPU\n\nСервер с NVIDIA A5000 стоит 1 290 руб. за сутки. Поддержка стоит отдельно.\n")] == [("A5000", 1290, "day")]


@pytest.mark.parametrize(("part", "total"), [("Komponente", "**Gesamt**"), ("Thành phần", "**TỔNG**"), ("Composant", "Total"), ("Часть", "Итого")])
def test_a_table_of_parts_with_their_sum_is_one_machine(part, total):
    page = f"# GPU\n\n### 3.2 Kestrel\n\n| {part} | Model | € / month |\n|---|---|---|\n| CPU | 16 cores | 60 |\n| RAM | 64 GB | 40 |\n| GPU | NVIDIA RTX 4090 | 290 |\n| {total} | | **390** |\n"
    assert [(o.instance_name, o.gpu_name, o.gpu_count, o.price, o.price_scope) for o in read(page)] == [("Kestrel", "RTX4090", 1, 390, "instance")]
    assert 390 not in [o.price for o in read(page.replace(total, "Setup"))]


def test_services_sold_beside_a_machine_are_no_price_of_it():
    page = "# GPU\n\n### Config\n\n- GPU: NVIDIA RTX 4070\n- Price: 300 € / month\n- Server Management (40 € / month)\n- Servicios adicionales: copias (9 € / month)\n"
    assert [o.price for o in read(page)] == [300]
