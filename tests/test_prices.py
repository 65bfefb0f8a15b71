"""Prices: amount, currency, period, scope, tax, commitment, in the ways that countries print them. All texts are invented."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from price_parser import Price as Parsed

from nlp.prices import (asks_for_contact, availability_in, commitment_in, currency_words, find_prices, is_withdrawn, parse_number, resolve_currency, scope_in, tax_in,
                        unit_in)


def one(text: str, language: str = "en", **more):
    prices = [p for p in find_prices(text, language=language, **more) if not p.other]
    assert len(prices) == 1, prices
    return prices[0]


# --- numbers ------------------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("text", "language", "value"), [
    ("1,299.00", "en", 1299.0),
    ("1.299,00", "de", 1299.0),
    ("1 299,00", "fr", 1299.0),
    ("1\u202f299,00", "fr", 1299.0),
    ("1'299.50", "de", 1299.5),
    ("1,49,000", "en", 149000.0),
    ("11,75,000.50", "en", 1175000.5),
    ("2.490", "de", 2490.0),
    ("2.490", "en", 2.49),
    ("2,490", "en", 2490.0),
    ("2,490", "de", 2.49),
    ("0.116", "de", 0.116),
    ("0,116", "en", 0.116),
    ("0.00016", "en", 0.00016),
    ("3", "en", 3.0),
    ("1.2.3", "en", None),
    ("v2", "en", None),
    ("", "en", None),
])
def test_numbers(text, language, value):
    assert parse_number(text, language) == value


GROUPS = {"en": (",", "."), "de": (".", ","), "fr": ("\u202f", ","), "pl": (" ", ","), "it": (".", ","), "sv": (" ", ","), "ja": (",", "."), "ko": (",", ".")}


def printed(value: int, cents: int | None, language: str) -> str:
    group, mark = GROUPS[language]
    whole = f"{value:,}".replace(",", group)
    return whole if cents is None else f"{whole}{mark}{cents:02d}"


@given(st.integers(0, 9_999_999), st.one_of(st.none(), st.integers(0, 99)), st.sampled_from(sorted(GROUPS)))
def test_numbers_round_trip(value, cents, language):
    assert parse_number(printed(value, cents, language), language) == pytest.approx(value + (cents or 0) / 100)


WAYS = {"en": ("${}/hr", "USD", "hour"), "de": ("{} € pro Stunde", "EUR", "hour"), "fr": ("{} € par heure", "EUR", "hour"), "pl": ("{} zł/godz.", "PLN", "hour"),
        "it": ("€ {} al mese", "EUR", "month"), "sv": ("{} kr per timme", "SEK", "hour"), "ja": ("{}円/時間", "JPY", "hour"), "ko": ("{}원/월", "KRW", "month")}


@given(st.integers(1, 999_999), st.one_of(st.none(), st.integers(0, 99)), st.sampled_from(sorted(WAYS)))
@settings(deadline=None)
def test_prices_round_trip(value, cents, language):
    form, currency, unit = WAYS[language]
    if language in ("ja", "ko"):
        cents = None
    price = one(form.format(printed(value, cents, language)), language)
    assert price.amount == pytest.approx(value + (cents or 0) / 100)
    assert (price.currency, price.unit) == (currency, unit)


@given(st.integers(1, 99_999), st.integers(0, 99), st.sampled_from(["$", "€", "£", "₹", "₩", "zł"]))
@settings(deadline=None)
def test_agrees_with_price_parser(value, cents, sign):
    text = f"{sign}{value:,}.{cents:02d}" if sign != "zł" else f"{value},{cents:02d} zł"
    parsed = Parsed.fromstring(text)
    found = one(text, "pl" if sign == "zł" else "en")
    assert found.amount == pytest.approx(float(parsed.amount))


# --- currencies ---------------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("text", "language", "amount", "currency", "unit"), [
    ("$2.49/hr", "en", 2.49, "USD", "hour"),
    ("US$2.49 per GPU hour", "en", 2.49, "USD", "hour"),
    ("2.49 USD / hour", "en", 2.49, "USD", "hour"),
    ("C$2,650 a month", "en", 2650, "CAD", "month"),
    ("A$4.60 per hour", "en", 4.6, "AUD", "hour"),
    ("S$3.10/h", "en", 3.1, "SGD", "hour"),
    ("HK$18/小時", "zh-Hant", 18, "HKD", "hour"),
    ("NT$99/小時", "zh-Hant", 99, "TWD", "hour"),
    ("R$ 15,90 por hora", "pt", 15.9, "BRL", "hour"),
    ("£1.99 per hour", "en", 1.99, "GBP", "hour"),
    ("2,95 € / heure / GPU", "fr", 2.95, "EUR", "hour"),
    ("2,19 €/Std.", "de", 2.19, "EUR", "hour"),
    ("CHF 2.80 pro Stunde", "de", 2.8, "CHF", "hour"),
    ("₹1,49,000 / month", "en", 149000, "INR", "month"),
    ("199 руб. в час", "ru", 199, "RUB", "hour"),
    ("350₽/час", "ru", 350, "RUB", "hour"),
    ("360 ₽/ч", "ru", 360, "RUB", "hour"),
    ("€ 1,85/u", "nl", 1.85, "EUR", "hour"),
    ("420円/時", "ja", 420, "JPY", "hour"),
    ("3,900원/시", "ko", 3900, "KRW", "hour"),
    ("80 грн за годину", "uk", 80, "UAH", "hour"),
    ("52.000đ/giờ", "vi", 52000, "VND", "hour"),
    ("¥8.80/小时", "zh-Hans", 8.8, "CNY", "hour"),
    ("8.80元/卡时", "zh-Hans", 8.8, "CNY", "hour"),
    ("¥350/時間", "ja", 350, "JPY", "hour"),
    ("1時間あたり 350円", "ja", 350, "JPY", "hour"),
    ("月額 12万円", "ja", 120000, "JPY", "month"),
    ("시간당 3,500원", "ko", 3500, "KRW", "hour"),
    ("₩3,500/시간", "ko", 3500, "KRW", "hour"),
    ("$0.00031/s", "en", 0.00031, "USD", "second"),
    ("89¢/hr", "en", 0.89, "USD", "hour"),
])
def test_ways_of_printing(text, language, amount, currency, unit):
    price = one(text, language)
    assert (price.amount, price.currency, price.unit) == (pytest.approx(amount), currency, unit)


def test_ambiguous_signs():
    assert one("¥350/h", "en").currency is None                # yen or yuan: nothing says
    assert one("¥350/h", "en", words=["JPY"]).currency == "JPY"
    assert one("¥350/h", "en", currency="CNY").currency == "CNY"
    assert one("99 kr/h", "en").currency is None
    assert one("99 kr/h", "da").currency == "DKK"
    assert one("$3/h", "en", currency="CAD").currency == "CAD"
    assert one("$3/h", "en").currency == "USD"
    assert resolve_currency("$", declared="SGD") == "SGD"
    assert resolve_currency("XYZ") is None


def test_an_unknown_code_is_kept_as_sign():
    price = one("CVT 1.40/GPU/hr")
    assert (price.sign, price.currency, price.amount) == ("CVT", None, 1.4)
    assert find_prices("GPU 1.40") == [] and find_prices("CPU 16.00") == []
    for glued in ("XCVT 1.40", "aCVT 1.40", "7CVT 1.40", "GPU-CVT 1.40", "CVT 1.405"):
        assert find_prices(glued) == [], glued


def test_words_of_currencies():
    assert currency_words("Prices in Canadian dollars. CAD is billed.") == ["CAD"]
    assert currency_words("the euro area") == ["EUR"]
    assert currency_words("kick the try box, all in one") == []


@pytest.mark.parametrize("text", ["8x H100 with 80 GB", "room 350", "in 2026", "10.5 TFLOPS", "${price}/hr", "v1.2.3"])
def test_no_price(text):
    assert [p for p in find_prices(text, language="en") if p.sign] == []


# --- what surrounds the amount ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("text", "unit"), [
    ("Price per hour", "hour"), ("Hourly", "hour"), ("$/h", "hour"), ("USD/GPU-hr", "hour"), ("Preis pro Stunde", "hour"), ("par heure", "hour"), ("al mese", "month"),
    ("月額料金", "month"), ("時間単価", "hour"), ("元/小时", "hour"), ("包月", "month"), ("시간당 요금", "hour"), ("в час", "hour"), ("/giờ", "hour"), ("price_per_hour", "hour"),
    ("monthly", "month"), ("per second", "second"), ("L40S", None), ("3-year commitment", None), ("Ohio", None), ("shares", None),
])
def test_units(text, unit):
    assert unit_in(text) == unit


@pytest.mark.parametrize(("text", "scope"), [
    ("$2.49 per GPU hour", "gpu"), ("/GPU/h", "gpu"), ("元/卡时", "gpu"), ("per instance", "instance"), ("per node", "instance"), ("元/台/月", "instance"), ("per cluster", "cluster"),
    ("per hour", None),
])
def test_scope(text, scope):
    assert scope_in(text) == scope


@pytest.mark.parametrize(("text", "tax"), [
    ("excl. VAT", "excluded"), ("plus 18% GST", "excluded"), ("zzgl. 19 % MwSt.", "excluded"), ("zzgl. der gesetzlichen MwSt.", "excluded"), ("2,95 € HT", "excluded"),
    ("税抜", "excluded"), ("VAT 별도", "excluded"), ("不含税", "excluded"), ("VAT will be added at checkout", "excluded"), ("sans TVA", "excluded"),
    ("incl. VAT", "included"), ("includes GST", "included"), ("inkl. MwSt.", "included"), ("TTC", "included"), ("税込", "included"), ("以上价格均含税", "included"),
    ("부가세 포함", "included"), ("con IVA", "included"),
    ("", "unknown"), ("plus taxi", "unknown"), ("our VAT number", "unknown"), ("chat", "unknown"), ("HTTP", "unknown"),
])
def test_tax(text, tax):
    assert tax_in(text) == tax


@pytest.mark.parametrize(("text", "expected"), [
    ("On-Demand", ("on_demand", None)), ("spot", ("spot", None)), ("Preemptible VM", ("spot", None)), ("interruptible", ("spot", None)), ("1-year reserved", ("reserved", 12)),
    ("3 years", ("reserved", 36)), ("6-month commitment", ("reserved", 6)), ("按量计费", ("on_demand", None)), ("竞价实例", ("spot", None)), ("包年", ("reserved", 12)),
    ("1年コミット", ("reserved", 12)), ("Price", (None, None)), ("2 GPUs", (None, None)),
])
def test_commitment(text, expected):
    assert commitment_in(text) == expected


@pytest.mark.parametrize(("text", "yes"), [
    ("Contact us", True), ("Contact sales", True), ("お問い合わせ", True), ("문의", True), ("咨询", True), ("Auf Anfrage", True), ("sur devis", True), ("Custom pricing", True),
    ("$2.49", False), ("contactless", False), ("", False),
])
def test_contact(text, yes):
    assert asks_for_contact(text) is yes


@pytest.mark.parametrize(("text", "availability"), [
    ("sold out", "sold_out"), ("Out of stock", "sold_out"), ("售罄", "sold_out"), ("完売", "sold_out"), ("품절", "sold_out"), ("Waitlist", "waitlist"),
    ("Sur liste d'attente", "waitlist"), ("in stock", None), ("available", None),
])
def test_availability(text, availability):
    assert availability_in(text) == availability


@pytest.mark.parametrize(("text", "amount", "is_from"), [
    ("from $2.49/hr", 2.49, True), ("Starting at $2.49/hr", 2.49, True), ("ab 2,49 € pro Stunde", 2.49, True), ("à partir de 2,49 €/h", 2.49, True), ("¥350起/小时", 350, True),
    ("350円から/時間", 350, True), ("as low as $1.99 an hour", 1.99, True), ("$2.49/hr", 2.49, False), ("crab $2.49/hr", 2.49, False),
])
def test_from(text, amount, is_from):
    language = "de" if "Stunde" in text else "fr" if "partir" in text else "en"
    price = one(text, language)
    assert (price.amount, price.price_from) == (pytest.approx(amount), is_from)


def test_ranges_take_the_low_end():
    price = one("$1.99 - $3.29 per hour")
    assert (price.amount, price.high, price.unit) == (1.99, 3.29, "hour")


@pytest.mark.parametrize("text", ["$0.10 per GB", "$0.05/GB/month", "$2 per million tokens", "0,04 € pro GB", "$0.02 per vCPU hour"])
def test_prices_of_other_things_are_marked(text):
    assert all(p.other for p in find_prices(text, language="de" if "pro" in text else "en"))


def test_several_prices_of_a_line():
    prices = find_prices("8x H100: $23.92/hr on demand, $17.52/hr reserved", language="en")
    assert [(p.amount, p.unit) for p in prices] == [(23.92, "hour"), (17.52, "hour")]


def test_bare_numbers_only_where_asked():
    assert find_prices("2.49", language="en") == []
    [price] = find_prices("2.49", language="en", bare=True, currency="EUR")
    assert (price.amount, price.currency, price.sign) == (2.49, "EUR", "")


@given(st.text(alphabet=st.sampled_from(list("$€¥円0123456789.,/ hrmoGPU税~-－万k元₩（)")), max_size=50), st.sampled_from(["en", "de", "ja", "zh-Hans", None]), st.booleans())
@settings(max_examples=300, deadline=None)
def test_spans_lie_in_the_text(text, language, bare):
    end = 0
    for price in find_prices(text, language=language, bare=bare):
        assert 0 <= price.start < price.end <= len(text) and price.amount >= 0
        assert any(c.isdigit() for c in text[price.start:price.end])
        end = max(end, price.end)


def test_the_length_of_a_commitment_is_no_period_of_a_price():
    for text in ("$1.90 with a one-year commitment", "$1.90 on a yearly contract", "$1.90 for an annual term"):
        assert [(p.amount, p.unit) for p in find_prices(text, language="en")] == [(1.9, None)], text
    assert [p.unit for p in find_prices("$900 a month, no commitment", language="en")] == ["month"]


@pytest.mark.parametrize("text", ["6xxx/月", "¥5xxxx/台/月", "$2.XX/hr", "$3.x per hour", "1,xxx €", "4??? EUR/month", "3●●●円/月", "$6,*** monthly", "¥5-6xxx/月"])
def test_an_amount_with_masked_digits_is_no_price(text):
    assert find_prices(text, language="zh", bare=True) == []


@pytest.mark.parametrize(("text", "amount"), [("**$2.40**/hr", 2.4), ("costs **$7,** all told", 7.0), ("$2.40*** per hour", 2.4), ("$9 xx-large", 9.0), ("is it $3?", 3.0), ("$4 ●●●○", 4.0), ("$2xlarge", 2.0)])
def test_marks_behind_a_whole_amount_mask_nothing(text, amount):
    assert [p.amount for p in find_prices(text, language="en")] == [amount]


@pytest.mark.parametrize(("text", "amount", "unit"), [
    ("월 12만 7천원", 127_000, None), ("8만3천원/월", 83_000, "month"), ("¥6万2千/月", 62_000, "month"), ("料金は7万4千円/月", 74_000, "month"), ("6천원/월", 6_000, "month"), ("15만원 7천원", 150_000, None),
])
def test_ten_thousands_and_thousands_are_one_amount(text, amount, unit):
    price = find_prices(text, language="ko")[0]
    assert price.amount == amount
    assert unit is None or price.unit == unit


@pytest.mark.parametrize(("text", "language", "amount", "currency"), [
    ("2.4k元/月", "zh", 2400, "CNY"), ("5k €/month", "en", 5000, "EUR"), ("6.5K USD per month", "en", 6500, "USD"), ("14k kr/mån", "sv", 14_000, "SEK"), ("450k원/월", "ko", 450_000, "KRW"),
    ("3,5 tys. zł/mies.", "pl", 3500, "PLN"), ("8 tys zł", "pl", 8000, "PLN"), ("65 tis. Kč měsíčně", "cs", 65_000, "CZK"), ("4,5 Tsd. € im Monat", "de", 4500, "EUR"), ("3 mil euros al mes", "es", 3000, "EUR"),
    ("14 mil reais por mês", "pt", 14_000, "BRL"), ("75 тыс руб./мес", "ru", 75_000, "RUB"), ("75 тыс. ₽/мес", "ru", 75_000, "RUB"),
])
def test_thousands_before_a_currency_are_part_of_the_amount(text, language, amount, currency):
    assert [(p.amount, p.currency) for p in find_prices(text, language=language)] == [(amount, currency)]


@pytest.mark.parametrize(("text", "amount"), [("video in 4K €1.20/h", 1.2), ("context 10K 200元/月", 200), ("context 64k $0.70", 0.7), ("20k requests, $3", 3)])
def test_a_k_that_belongs_to_something_else_multiplies_nothing(text, amount):
    assert [p.amount for p in find_prices(text, language="en")] == [amount]


@pytest.mark.parametrize("text", [
    "停售", "已停產", "不再銷售", "提供を終了", "取扱終了", "nicht mehr verfügbar", "abgekündigt", "n'est plus disponible", "ne sont plus vendues", "retiré du catalogue", "ya no disponible", "ya no se vende",
    "não é mais vendido", "fora de linha", "niet langer leverbaar", "nie są już oferowane", "больше не продаётся", "выведена из эксплуатации", "không còn bán", "discontinued",
])
def test_words_for_what_is_no_longer_let(text):
    assert is_withdrawn(text)


@pytest.mark.parametrize("text", ["plus disponible en 2025", "ausverkauft", "nicht verfügbar", "sold out", "нет в наличии", "đang bán", "dostępne od zaraz", "disponible", "voor niet meer dan € 2", "больше не нужно ждать"])
def test_what_is_let_or_only_taken_is_not_withdrawn(text):
    assert not is_withdrawn(text)
