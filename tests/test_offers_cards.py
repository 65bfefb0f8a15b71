"""Cards and lists of definitions: labels, counts, what cannot be had, in several languages. All sellers, prices and places are invented."""

from __future__ import annotations

import pytest

from nlp.offers import asks_for_contact, read_head
from nlp.prices import availability_in, find_prices, unit_in
from supply_reading import rows


def page(body: str, language: str = "en", heading: str = "GPU servers") -> str:
    return f'<html lang="{language}"><body><main><h1>{heading}</h1>{body}</main></body></html>'


def card(title: str, *lines: str) -> str:
    return f'<div class="card"><h3>{title}</h3>{"".join(f"<p>{line}</p>" for line in lines)}</div>'


@pytest.mark.parametrize("language, hour, month", [
    ("ru", "Цена в час от 410 ₽", "Цена за месяц от 250 000 ₽"), ("it", "Prezzo orario a partire da 4,10 €", "Prezzo mensile a partire da 2.500,00 €"), ("en", "Price per hour from €4.10", "Price per month from €2,500"),
    ("pl", "Cena za godzinę od 41,00 zł", "Cena za miesiąc od 25 000 zł")])
def test_the_label_in_the_line_of_a_price_goes_before_the_next_line(language, hour, month):
    found = rows(page(card("H200 SXM", "8 GPUs", hour, month) + card("MI300X", "8 GPUs", hour, month), language), "html")
    assert {(name, unit) for name, _, _, _, unit in found} == {("H200", "hour"), ("H200", "month"), ("MI300X", "hour"), ("MI300X", "month")}
    assert len(found) == 4


def test_a_short_name_of_a_chip_titles_a_card_below_a_heading_of_prices():
    cards = "<h2>Price per month</h2>" + card("T4", "$190") + card("H200", "$2,300")
    assert rows(page(cards), "html") == [("T4", None, 190, "USD", "month"), ("H200", None, 2300, "USD", "month")]
    assert rows(page(cards, heading="Vans for hire"), "html") == [("H200", None, 2300, "USD", "month")]          # a van, too, may be a T4


@pytest.mark.parametrize("text, said", [
    ("Bientôt en ligne", "waitlist"), ("Próximamente", "waitlist"), ("Em breve", "waitlist"), ("In arrivo", "waitlist"), ("Скоро", "waitlist"), ("即将推出", "waitlist"), ("近日公開", "waitlist"), ("출시 예정", "waitlist"),
    ("Binnenkort", "waitlist"), ("Wkrótce", "waitlist"), ("Demnächst", "waitlist"), ("Indisponible", "sold_out"), ("No disponible", "sold_out"), ("Esgotada", "sold_out"), ("Esaurite", "sold_out"), ("Распроданы", "sold_out"),
    ("暂无库存", "sold_out"), ("在庫なし", "sold_out"), ("재고 없음", "sold_out"), ("Uitverkocht", "sold_out"), ("Wyprzedane", "sold_out"),
    ("Disponible", None), ("Uno disponible", None), ("Disponibile subito", None), ("Скоростной канал", None), ("In breve tempo", None), ("在庫あり", None), ("Beschikbaar", None), ("Dostępne", None)])
def test_what_cannot_be_had_is_told_in_many_languages(text, said):
    assert availability_in(text) == said


@pytest.mark.parametrize("text", ["Fale conosco", "Richiedi un preventivo", "Связаться с нами", "Demandez un devis", "Offerte aanvragen", "Solicitar presupuesto", "Angebot anfordern"])
def test_who_wants_a_price_is_asked_to_write_in_many_languages(text):
    assert asks_for_contact(text)


@pytest.mark.parametrize("label, unit", [("Prijs per minuut", "minute"), ("Cena za minutę", "minute"), ("Prix à la minute", "minute"), ("1GPU・1秒あたり", "second"), ("GPU당 분당 요금", "minute"), ("Precio por nodo y mes", "month"), ("Prezzo annuale", "year"),
                                         ("분당 제2 데이터센터 안내", None), ("Contrat annuel", None), ("SEK", None)])
def test_a_label_names_the_period_of_its_prices(label, unit):
    assert unit_in(label) == unit


@pytest.mark.parametrize("label", ["Nb GPU", "Кол-во GPU", "Ilość GPU", "Aantal GPU's"])
def test_a_label_counts_gpus(label):
    assert read_head(label).role == "gpu_count"
    assert rows(page(card("H200", f"{label}: 4", "12,50 € / h")), "html") == [("H200", 4, 12.5, "EUR", "hour")]


@pytest.mark.parametrize("text", ["安装费: ¥300", "설치비: 50,000원", "Installatiekosten: € 49,00"])
def test_what_is_paid_once_is_no_price_of_a_machine(text):
    assert [p.other for p in find_prices(text)] == [True]


def test_each_term_of_a_list_of_definitions_is_a_card():
    text = page("<h2>Price per hour</h2><dl><dt>elk.1 <span>NVIDIA RTX PRO 6000</span></dt><dd>Number of GPUs: 2</dd><dd>96 GB VRAM</dd><dd>On demand $4.10</dd><dd>Spot $1.70</dd>"
                "<dt>elk.2 <span>NVIDIA H200</span></dt><dd>8 GPUs</dd><dd>Sold out</dd><dt>elk.3 <span>AMD MI300X</span></dt><dd>4 GPUs</dd><dd>On demand $9.20</dd></dl>")
    assert rows(text, "html") == [("RTXPRO6000", 2, 4.1, "USD", "hour"), ("RTXPRO6000", 2, 1.7, "USD", "hour"), ("H200", 8, None, None, None), ("MI300X", 4, 9.2, "USD", "hour")]


@pytest.mark.parametrize("title, count", [("V100 32 Go (2 GPU)", 2), ("V100 32ГБ x 4", 4), ("L40S 48 Go PCIe × 8", 8)])
def test_memory_in_the_units_of_other_languages_parts_no_chip_from_its_number(title, count):
    assert rows(page(card(title, "3,20 € / h")), "html")[0][:2] == (title.split()[0], count)


@pytest.mark.parametrize("language, text", [
    ("de", "Mit der H100 sparen wir 4.100 € im Monat."), ("fr", "Avec les H100, nous économisons 4 100 € par mois."), ("es", "Ahorramos 4.100 € al mes con una H100."), ("it", "Con la H100 risparmiamo 4.100 € al mese."),
    ("pt", "Com a H100 poupamos 4.100 € por mês."), ("ru", "На H100 мы экономим 410 000 ₽ в месяц."), ("zh", "改用 H100 后，我们节省 41000 元/月。"), ("ja", "H100で毎月41,000円を節約できます。"), ("ko", "H100으로 월 410,000원을 아끼고 있어요."),
    ("nl", "Dankzij de H100 besparen we € 4.100 per maand."), ("pl", "Dzięki H100 oszczędzamy 4100 zł miesięcznie."), ("en", "On the H100 we saved $4,100 a month."),
    ("de", "Zur H100 gibt es 40 € Guthaben pro Monat."), ("zh", "试用 H100 送 ¥40/月 代金券。"), ("ja", "H100を試す方に月額4,000円分のクレジットを進呈。"), ("ko", "H100 체험 시 월 40,000원 쿠폰 증정."), ("nl", "Bij de H100 krijgt u € 40 tegoed per maand."),
    ("de", "Anderswo zahlt man für eine H100 gern 9 € pro Stunde."), ("pl", "Gdzie indziej za H100 płaci się 40 zł za godzinę."), ("ru", "У других за H100 просят 900 ₽ в час."), ("zh", "其他平台的 H100 要 60 元/小时。")])
def test_what_is_saved_given_or_asked_elsewhere_is_no_offer(language, text):
    assert not rows(page(f"<p>{text}</p>", language), "html")


@pytest.mark.parametrize("language, text, price", [("de", "Eine H100 kostet 2,10 € pro Stunde, Sie sparen 20 %.", 2.1), ("fr", "La H100 est à 2,10 € par heure, sans engagement.", 2.1), ("zh", "H100 每小时 15 元，按量付费。", 15.0), ("ja", "H100は1時間300円、クレジットカード払い可。", 300.0)])
def test_prices_beside_a_saving_or_a_way_to_pay_are_offers(language, text, price):
    assert [(name, amount) for name, _, amount, _, _ in rows(page(f"<p>{text}</p>", language), "html")] == [("H100", price)]


@pytest.mark.parametrize("label", ["Impegno di 1 anno", "Compromiso de 1 año", "1年予約"])
def test_the_length_of_a_contract_is_no_period_of_its_price(label):
    assert unit_in(label) is None


def test_a_short_name_titles_a_card_beside_titles_that_leave_no_doubt():
    cards = "".join(card(f"{plan} <span>{chip}</span>", f"${price} per hour") for plan, chip, price in (("Elk", "A10 x 2", "1.40"), ("Fox", "H200 SXM", "3.50"), ("Gnu", "L40S", "0.90")))
    assert [row[:3] for row in rows(page(cards, heading="Our plans"), "html")] == [("A10", 2, 1.4), ("H200", None, 3.5), ("L40S", None, 0.9)]
    assert [row[0] for row in rows(page(cards.replace("L40S", "Basic"), heading="Our plans"), "html")] == ["H200"]


def test_the_lines_of_one_term_stay_together_in_a_long_list_of_definitions():
    terms = "".join(f"<dt>elk.{n} <span>NVIDIA {chip}</span></dt><dd>{n} GPUs</dd><dd>vCPU: 24</dd><dd>RAM: 240 GB</dd><dd>Disk: 900 GB NVMe</dd><dd>On demand ${n}.10 per hour</dd><dd>Spot ${n}.05 per hour</dd>"
                    for n, chip in enumerate(("H100", "H200", "B200", "L40S", "V100", "A100", "B300", "RTX 4090"), start=1))
    found = rows(page(f"<dl>{terms}</dl>"), "html")
    assert len(found) == 16 and all(int(price) == count for _, count, price, _, _ in found)
