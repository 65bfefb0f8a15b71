"""The terms on which GPUs are let: in boxes below a heading that names the chip, in heads of columns, in lines of cards; and words that say that nothing is committed to.
All prices are invented."""

from __future__ import annotations

import pytest

from nlp.prices import commitment_in, unit_in
from nlp.read import read_document
from nlp.supply import read_supply


def offers_of(text: str, *, extension: str = "html", language: str | None = None) -> list[tuple]:
    document = read_document(text.encode(), path=f"page.{extension}", language=language)
    return [(o.gpu_name, o.gpu_count, o.price, o.price_unit, o.price_scope, o.commitment) for o in read_supply(document)[1]]


BOXES = [
    '<div><h3>{one}</h3><p><b>{a}</b> / GPU / hour</p></div><div><h3>{two}</h3><p><b>{b}</b> / GPU / hour</p></div>',
    '<div><div>{one}</div><div><span>{a}</span><span>/GPU/hr</span></div></div><div><div>{two}</div><div><span>{b}</span><span>/GPU/hr</span></div></div>',
    '<p>Clear prices.</p><div><p>{one}</p><p>{a} per GPU hour</p></div><div><p>{two}</p><p>{b} per GPU hour</p></div>',
    '<p>Clear prices.</p><div><div><div>{one}</div><p>For short jobs</p></div><div><div>{a} per GPU hour</div><p>Ready in a minute</p></div></div>'
    '<div><div><div>Save a quarter</div><div>{two}</div></div><div><div>{b} per GPU hour</div><p>For long jobs</p></div></div>',
]


@pytest.mark.parametrize("boxes", BOXES)
@pytest.mark.parametrize(("one", "two", "ways"), [("On-demand", "Reserved", ("on_demand", "reserved")), ("Spot", "12-month commitment", ("spot", "reserved")),
                                                  ("Bajo demanda", "Reserva 12 meses", ("on_demand", "reserved")), ("按需", "预留", ("on_demand", "reserved")), ("オンデマンド", "予約", ("on_demand", "reserved"))])
def test_boxes_of_terms_are_of_the_chip_in_the_heading_above(boxes: str, one: str, two: str, ways: tuple[str, str]) -> None:
    page = "<h2>L40S pricing</h2><div>" + boxes.format(one=one, two=two, a="$0.84", b="$0.61") + "</div>"
    assert offers_of(page) == [("L40S", None, 0.84, "hour", "gpu", ways[0]), ("L40S", None, 0.61, "hour", "gpu", ways[1])]


def test_boxes_of_other_things_are_of_no_chip() -> None:
    page = "<h2>L40S pricing</h2><div><h3>On-demand</h3><p>$0.84 / GPU / hour</p></div><div><h3>Disks</h3><p>Reserved</p><p>$0.07 / GB / month</p></div>"
    assert offers_of(page) == [("L40S", None, 0.84, "hour", "gpu", "on_demand")]
    page = "<h2>L40S</h2><p>Quick.</p><div><p>$0.84/hr</p></div><h2>Help desk</h2><div><p>Reserved</p><p>$79/month</p></div>"
    assert [o[2] for o in offers_of(page)] == [0.84]
    page = "<h2>L40S or H100</h2><p>Which one?</p><div><p>Reserved</p><p>$0.61 per GPU hour</p></div>"
    assert offers_of(page) == []


def test_the_heading_of_a_price_tells_its_term() -> None:
    page = "# L40S pricing\n\nBy the hour.\n\n### On-demand\n\n$0.84/GPU/hr\n\n### Reserved\n\n$0.61/GPU/hr\n"
    assert [o[2::3] for o in offers_of(page, extension="md")] == [(0.84, "on_demand"), (0.61, "reserved")]


def test_a_line_of_a_card_tells_its_term() -> None:
    page = "<div><div>L40S</div><div>Reserved</div><div>$0.61/GPU/hr</div></div><div><div>H100</div><div>Spot</div><div>$0.22/GPU/hr</div></div>"
    assert [(o[0], o[5]) for o in offers_of(page)] == [("L40S", "reserved"), ("H100", "spot")]


@pytest.mark.parametrize(("plain", "term", "language"), [
    ("Price/hour", "Reserved 1 year", "en"), ("Price/hour", "1-year reservation", "en"), ("Precio/hora", "Reserva 1 año", "es"), ("Preço/hora", "Reserva 1 ano", "pt"),
    ("Cena za godzinę", "Rezerwacja 12 miesięcy", "pl"), ("時間料金", "1年予約", "ja"), ("시간당 요금", "1년 약정", "ko"), ("Giá/giờ", "Cam kết 1 năm", "vi"), ("Preis/Stunde", "Reserviert 1 Jahr", "de"),
    ("Prix/heure", "Réservé 1 an", "fr"), ("每小时价格", "预留 1 年", "zh")])
def test_the_length_of_a_term_is_no_period_of_a_column(plain: str, term: str, language: str) -> None:
    table = f"# GPU\n\n| GPU | VRAM | {plain} | {term} |\n|---|---|---|---|\n| NVIDIA L40S | 48 GB | 0.84 € | 0.61 € |\n| NVIDIA H100 | 80 GB | 0.44 € | 0.33 € |\n"
    assert [(o[0], o[2], o[3], o[5]) for o in offers_of(table, extension="md", language=language)] == [
        ("L40S", 0.84, "hour", "on_demand"), ("L40S", 0.61, "hour", "reserved"), ("H100", 0.44, "hour", "on_demand"), ("H100", 0.33, "hour", "reserved")]


def test_columns_of_periods_stay_columns_of_periods() -> None:
    table = "| GPU | 1 month | 1 year |\n|---|---|---|\n| NVIDIA L40S | $410 | $4,100 |\n| NVIDIA H100 | $190 | $1,900 |\n"
    assert [o[2:4] for o in offers_of(table, extension="md")] == [(410, "month"), (4100, "year"), (190, "month"), (1900, "year")]


@pytest.mark.parametrize("text", ["No long-term contract", "without any long-term contracts", "no 12-month contract", "Không cam kết", "Không cần cam kết", "무약정", "bez długoterminowych zobowiązań",
                                  "Без долгосрочных контрактов", "No reservation needed", "无需预留"])
def test_nothing_is_committed_to(text: str) -> None:
    assert commitment_in(text) == ("on_demand", None)


@pytest.mark.parametrize(("text", "months"), [("Umowa na 12 miesięcy", 12), ("Cam kết 1 năm", 12), ("12-month contract", 12), ("Đặt trước", None), ("1년 약정", 12)])
def test_something_is_committed_to(text: str, months: int | None) -> None:
    assert commitment_in(text) == ("reserved", months)
    assert unit_in(text) is None


@pytest.mark.parametrize(("head", "names"), [
    ("GPU | 1 | 4 | 8", ("L40S, price per hour (€)", "H100, price per hour (€)")), ("GPUs | 1x | 4x | 8x", ("NVIDIA L40S (€/h)", "NVIDIA H100 (€/h)")),
    ("Karte | 1 | 4 | 8", ("NVIDIA L40S, €/Stunde", "NVIDIA H100, €/Stunde")), ("GPU 数 | 1 | 4 | 8", ("L40S（欧元/小时）", "H100（欧元/小时）"))])
def test_rows_tell_the_unit_of_columns_of_numbers_of_gpus(head: str, names: tuple[str, str]) -> None:
    table = f"# GPU\n\n| {head} |\n|---|---|---|---|\n| {names[0]} | 1.05 | 4.20 | 8.40 |\n| {names[1]} | 2.95 | 11.80 | 23.60 |\n"
    assert [o[:4] for o in offers_of(table, extension="md")] == [("L40S", 1, 1.05, "hour"), ("L40S", 4, 4.2, "hour"), ("L40S", 8, 8.4, "hour"),
                                                                ("H100", 1, 2.95, "hour"), ("H100", 4, 11.8, "hour"), ("H100", 8, 23.6, "hour")]


def test_columns_of_numbers_without_money_are_no_prices() -> None:
    table = "# GPU\n\n| GPU | 1 | 4 | 8 |\n|---|---|---|---|\n| L40S, jobs per hour | 105 | 420 | 840 |\n| H100, jobs per hour | 295 | 1180 | 2360 |\n"
    assert [o[2] for o in offers_of(table, extension="md") if o[2] is not None] == []


@pytest.mark.parametrize("line", ["Scale from 1-8 GPUs", "1 – 8 GPUs per machine", "1 to 8 GPUs", "Up to 8 GPUs", "1 bis 8 GPUs", "1~8 GPU"])
def test_a_range_of_gpus_is_no_number_of_gpus(line: str) -> None:
    page = f"<h2>L40S pricing</h2><div><h3>On-demand</h3><p><b>$0.84</b> / GPU / hour</p><p>{line}</p></div>"
    assert offers_of(page) == [("L40S", None, 0.84, "hour", "gpu", "on_demand")]


@pytest.mark.parametrize("lines", [("$", "2.15", "per hour"), ("$", "2.15", "/hr"), ("2.15", "$", "per hour"), ("2.15", "$/hour"), ("USD", "2.15", "hourly")])
@pytest.mark.parametrize("tag", ["div", "p", "span"])
def test_a_sign_of_money_may_stand_in_an_element_of_its_own(lines: tuple[str, ...], tag: str) -> None:
    inside = "".join(f"<{tag}>{line}</{tag}>" for line in lines)
    page = f"<div><h3>NVIDIA L40S</h3><div>{inside}</div></div>"
    assert [o[:4] for o in offers_of(page)] == [("L40S", None, 2.15, "hour")]


def test_signs_on_lines_of_their_own_in_other_languages_and_in_text() -> None:
    assert [o[2:4] for o in offers_of("<h3>NVIDIA L40S</h3><p>2,15</p><p>€/Stunde</p>", language="de")] == [(2.15, "hour")]
    assert [o[2:4] for o in offers_of("<h3>NVIDIA L40S</h3><p>R$</p><p>11,90</p><p>por hora</p>", language="pt")] == [(11.9, "hour")]
    assert [(o[0], o[2]) for o in offers_of("NVIDIA L40S\n$\n2.15\n/hr\n\nNVIDIA H100\n$\n3.45\n/hr\n", extension="txt")] == [("L40S", 2.15), ("H100", 3.45)]


def test_a_bare_number_beside_no_sign_is_no_price() -> None:
    assert [o[2] for o in offers_of("<div><h3>NVIDIA L40S</h3><p>48</p><p>GB</p><p>2.15</p><p>per hour</p></div>") if o[2] is not None] == []


@pytest.mark.parametrize(("page_title", "card", "language"), [("GPU servers", "GPU Start", "en"), ("Serwery GPU", "GPU Start", "pl"), ("Máy chủ GPU", "Gói GPU 1", "vi"), ("GPU 云服务器", "入门型", "zh")])
def test_the_heading_right_above_the_chip_names_the_first_card(page_title: str, card: str, language: str) -> None:
    page = f"<h1>{page_title}</h1><div><h3>{card}</h3><ul><li>1 × NVIDIA L40S</li></ul><p>€1.05/h</p></div><div><h3>Max</h3><ul><li>8 × NVIDIA H100</li></ul><p>€23.60/h</p></div>"
    document = read_document(page.encode(), path="page.html", language=language)
    assert [(o.instance_name, o.gpu_name, o.price) for o in read_supply(document)[1]] == [(card, "L40S", 1.05), ("Max", "H100", 23.6)]
