"""Offers from tables, drawn tables, cards, lists, sentences, feeds and data in pages. All providers, prices and places are invented."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.layout import layout_tables
from nlp.read import read_document
from nlp.supply import read_chips, read_supply
from nlp.tree import TreeError, embedded, read_csv, read_json, read_json_lines, read_xml, read_yaml

ROOT = Path(__file__).resolve().parent.parent


def supply(text: str, kind: str = "md", language: str | None = "en", **more):
    document = read_document(text.encode(), path=f"page.{kind}", language=language)
    chips, offers, regions, issues = read_supply(document, **more)
    for record in [*offers, *regions]:
        assert record.quote and document.text[record.start:record.end] == record.quote
    for chip in chips:
        assert document.text[chip.start:chip.end] == chip.text
    return chips, offers, regions, issues


def rows(text: str, kind: str = "md", language: str | None = "en", **more) -> list[tuple]:
    """(gpu_name, gpu_count, price, currency, unit) of the offers."""
    return [(o.gpu_name, o.gpu_count, o.price, o.currency, o.price_unit) for o in supply(text, kind, language, **more)[1]]


def table(*lines: str) -> str:
    first = lines[0].count("|") + 1
    return "\n".join(f"| {line} |" for line in (lines[0], "|".join(["---"] * first), *lines[1:])) + "\n"


# --- tables -------------------------------------------------------------------------------------------------------------------------------

def test_a_row_is_an_offer():
    assert rows(table("Plan | GPU | vCPU | RAM | Price per hour", "fox-1 | 1x H100 SXM 80GB | 16 | 200 GB | $2.10", "fox-8 | 8x H100 SXM 80GB | 128 | 1600 GB | $16.80")) == [
        ("H100", 1, 2.1, "USD", "hour"), ("H100", 8, 16.8, "USD", "hour")]


def test_scope_instance_or_gpu():
    _, offers, *_ = supply(table("Plan | GPU | Price per hour", "fox-8 | 8x H100 | $16.80"))
    assert offers[0].price_scope == "instance"
    _, offers, *_ = supply(table("GPU | Price per GPU hour", "H100 | $2.10"))
    assert offers[0].price_scope == "gpu"


def test_price_columns_by_commitment_are_offers_each():
    _, offers, *_ = supply(table("GPU | On-demand ($/h) | Spot ($/h) | 1-year reserved ($/h)", "H100 | 2.99 | 1.65 | 2.19"))
    assert [(o.price, o.commitment, o.term_months) for o in offers] == [(2.99, "on_demand", None), (1.65, "spot", None), (2.19, "reserved", 12)]
    assert all(o.currency == "USD" and o.price_unit == "hour" for o in offers)


def test_two_periods_are_offers_each():
    assert rows(table("GPU | Hourly (€) | Monthly (€)", "L40S | 1.20 | 690")) == [("L40S", None, 1.2, "EUR", "hour"), ("L40S", None, 690, "EUR", "month")]


def test_columns_of_chips():
    text = table("Spec | H100 | A100", "vCPU | 24 | 16", "RAM | 200 GB | 120 GB", "Price per hour | $2.50 | $1.30")
    assert rows(text) == [("H100", None, 2.5, "USD", "hour"), ("A100", None, 1.3, "USD", "hour")]


def test_columns_of_places():
    _, offers, *_ = supply("All prices in USD per GPU hour.\n\n" + table("GPU | Frankfurt | Tokyo", "H100 | 2.50 | 2.70"))
    assert [(o.price, o.location, o.country) for o in offers] == [(2.5, "Frankfurt", "DE"), (2.7, "Tokyo", "JP")]


def test_unpriced_instance_tables_count():
    assert rows(table("Instance | GPU | GPU memory | vCPU", "wolf.1 | 1x A10 | 24 GB | 8")) == [("A10", 1, None, None, None)]


def test_memory_of_all_gpus_of_a_row():
    text = table("Instance | GPUs | GPU memory | vCPU", "ox.1 | 1 V100 | 16 GB | 8", "ox.2 | 2 V100 | 32 GB | 16")
    assert [(o.gpu_count, o.gpu_memory) for o in supply(text)[1]] == [(1, 16), (2, 16)]
    text = table("Instance | GPUs | Memory per GPU | vCPU", "ox.1 | 1 V100 | 32 GB | 8", "ox.2 | 2 V100 | 32 GB | 16")
    assert [(o.gpu_count, o.gpu_memory) for o in supply(text)[1]] == [(1, 32), (2, 32)]


def test_contact_sales():
    _, offers, *_ = supply(table("GPU | Price per hour", "H100 | $2.10", "B200 | Contact us"))
    assert (offers[1].gpu_name, offers[1].price, offers[1].commitment, offers[1].availability) == ("B200", None, "contact_sales", "on_request")


def test_sold_out():
    _, offers, *_ = supply(table("GPU | Price per hour", "H100 | $2.10", "H200 | sold out"))
    assert [(o.gpu_name, o.price, o.availability) for o in offers] == [("H100", 2.1, "listed"), ("H200", None, "sold_out")]


def test_location_column():
    _, offers, *_ = supply(table("GPU | Region | Price/h", "H100 | Montréal, Canada | $2.10"))
    assert (offers[0].location, offers[0].country) == ("Montréal, Canada", "CA")


def test_the_heading_may_name_the_place():
    _, offers, *_ = supply("## US East (Ohio)\n\n" + table("GPU | Price/h", "H100 | $2.10"))
    assert (offers[0].location, offers[0].country) == ("US East (Ohio)", "US")
    _, offers, *_ = supply("## Prices in brief\n\n" + table("GPU | Price/h", "H100 | $2.10"))
    assert offers[0].location is None


def test_the_paragraph_above_says_unit_currency_and_tax():
    _, offers, *_ = supply("All prices in euros per hour, excl. VAT.\n\n" + table("GPU | Price", "H100 | 2,49"), language="de")
    assert (offers[0].price, offers[0].currency, offers[0].price_unit, offers[0].tax) == (2.49, "EUR", "hour", "excluded")


def test_a_note_below_says_tax():
    _, offers, *_ = supply(table("GPU | Price/h", "H100 | $2.10") + "\nAll prices exclude VAT.\n")
    assert offers[0].tax == "excluded"


@pytest.mark.parametrize("text", [
    table("Model | Latency on H100", "small | 12 ms"),
    table("Error | Meaning", "E100 | the GPU is lost"),
    table("Driver | Supports", "535 | A100, H100"),
    table("Storage | Price per GB", "NVMe on H100 nodes | $0.10"),
    table("Provider | H100 price per hour", "elsewhere | none"),
])
def test_other_tables_give_no_priced_offer(text):
    assert [r for r in rows(text) if r[2] is not None] == []


def test_comparison_with_other_sellers_keeps_the_own_row():
    text = "# Fennec Cloud prices\n\n" + table("Provider | GPU | Price/h", "Fennec | H100 | $2.10", "Bigcloud | H100 | $9.80")
    assert rows(text) == [("H100", None, 2.1, "USD", "hour")]


def test_japanese_table():
    text = "# 料金\n\n" + table("プラン | GPU | 月額（税込）", "松 | NVIDIA H100 x 8 | 2,900,000円", "竹 | NVIDIA L4 x 1 | お問い合わせ")
    _, offers, *_ = supply(text, language="ja")
    assert [(o.gpu_name, o.gpu_count, o.price, o.currency, o.price_unit, o.tax) for o in offers] == [
        ("H100", 8, 2900000, "JPY", "month", "included"), ("L4", 1, None, None, None, "unknown")]


def test_chinese_table_per_card_hour():
    text = "# 价格\n\n" + table("规格 | GPU型号 | 卡数 | 按量计费（元/卡时）", "cq.1 | 英伟达 H20 | 8 | 8.80")
    _, [offer], *_ = supply(text, language="zh-Hans")
    assert (offer.gpu_name, offer.gpu_count, offer.price, offer.currency, offer.price_scope, offer.commitment) == ("H20", 8, 8.8, "CNY", "gpu", "on_demand")


def test_chips_and_prices_in_the_lines_of_one_cell():
    text = "# 价格\n\n" + table("服务 | 计价方式", "计算 | GPU（Tesla P100）：13.80（元/计算时）<br>GPU（Tesla P40）：15.10（元/计算时）")
    assert rows(text, language="zh-Hans") == [("P100", None, 13.8, "CNY", "hour"), ("P40", None, 15.1, "CNY", "hour")]


def test_declared_currency_decides_the_sign():
    text = table("GPU | Price/h", "H100 | $4.10")
    assert rows(text, currency="AUD")[0][3] == "AUD"
    assert rows(text)[0][3] == "USD"


# --- tables drawn with characters ---------------------------------------------------------------------------------------------------------

DRAWN = """
box        gpus               ram      EUR / month   stock
------------------------------------------------------------
ox-2       2 x A100 80GB      256 GB     €2,650      in stock
ox-8       8 x H100 80GB      2 TB      €21,400      sold out
"""


@pytest.mark.parametrize(("text", "kind"), [(f"Prices plus VAT.\n{DRAWN}\nBye.\n", "txt"), (f"<h1>Boxes</h1><p>Prices plus VAT.</p><pre>{DRAWN}</pre>", "html"),
                                            (f"Prices plus VAT.\n\n```{DRAWN}```\n", "md")])
def test_drawn_tables(text, kind):
    _, offers, *_ = supply(text, kind)
    assert [(o.instance_name, o.gpu_name, o.gpu_count, o.price, o.currency, o.price_unit, o.tax, o.availability) for o in offers] == [
        ("ox-2", "A100", 2, 2650, "EUR", "month", "excluded", "listed"), ("ox-8", "H100", 8, 21400, "EUR", "month", "excluded", "sold_out")]


def test_frames():
    text = "┌──────┬───────┐\n│ GPU  │ Price │\n├──────┼───────┤\n│ H100 │  2.10 │\n│ L4   │       │\n└──────┴───────┘\n"
    [found] = layout_tables(text, 0, len(text))
    assert [[c.text if c else None for c in row] for row in found.rows] == [["GPU", "Price"], ["H100", "2.10"], ["L4", None]]


def test_prose_is_no_drawn_table():
    text = "We rent  machines here.\nThey are fast.\nCall us.\n"
    assert list(layout_tables(text, 0, len(text))) == []


@given(st.text(alphabet=st.sampled_from(list("ab1 \t\n|│─+-<>&;h")), max_size=120), st.booleans())
@settings(max_examples=200, deadline=None)
def test_drawn_cells_lie_in_the_source(text, markup):
    for found in layout_tables(text, 0, len(text), markup):
        for row in found.rows:
            for cell in filter(None, row):
                start, end = cell.content.source_span(0, len(cell.text))
                assert 0 <= start < end <= len(text)


# --- cards, lists, sentences --------------------------------------------------------------------------------------------------------------

CARD = '<div class="card"><div><span>{name}</span><span>{memory}</span></div><div><b>{price}</b><span>/GPU/hr</span></div><div><span>{n} GPUs</span><span>{place}</span></div></div>'


def test_cards():
    page = "<h1>Market</h1><div>" + CARD.format(name="H100 SXM", memory="80GB", price="$2.05", n=8, place="Montréal, Canada") \
        + CARD.format(name="RTX 4090", memory="24GB", price="$0.34", n=2, place="Atlanta, Georgia, USA") + "</div>"
    _, offers, *_ = supply(page, "html")
    assert [(o.gpu_name, o.gpu_count, o.gpu_memory, o.price, o.price_scope, o.location, o.country) for o in offers] == [
        ("H100", 8, 80, 2.05, "gpu", "Montréal, Canada", "CA"), ("RTX4090", 2, 24, 0.34, "gpu", "Atlanta, Georgia, USA", "US")]


def test_a_card_of_an_unknown_chip_is_an_issue():
    page = "<div>" + CARD.format(name="H150 SXM", memory="120GB", price="$3.10", n=8, place="Osaka, Japan") + "</div>"
    _, offers, _, issues = supply(page, "html")
    assert offers == [] and ("unknown_chip", "H150") in [(i.code, i.text) for i in issues]


def test_a_price_in_an_unknown_currency_is_kept_without_it():
    page = "<div>" + CARD.format(name="L40S", memory="48GB", price="QZT 1.40", n=1, place="Oslo, Norway") + "</div>"
    _, [offer], _, issues = supply(page, "html")
    assert (offer.price, offer.currency) == (1.4, None) and ("unknown_currency", "QZT") in [(i.code, i.text) for i in issues]


def test_headed_cards():
    text = "# Prices\n\nPrices include GST.\n\n### H100 PCIe, 80 GB\n\nA$4.60 per GPU per hour. Adelaide.\n\n### H200 NVL, 141 GB\n\nWaitlist open. Adelaide.\n"
    _, offers, *_ = supply(text)
    assert [(o.gpu_name, o.gpu_memory, o.price, o.currency, o.tax, o.location, o.availability) for o in offers] == [
        ("H100", 80, 4.6, "AUD", "included", "Adelaide", "listed"), ("H200", 141, None, None, "unknown", "Adelaide", "waitlist")]


@pytest.mark.parametrize(("text", "expected"), [
    ("Rent an H100 from $2.49/hr.", [("H100", None, 2.49, "USD", "hour")]),
    ("$1.10 per hour for an A100.", [("A100", None, 1.1, "USD", "hour")]),
    ("An L40S costs 0,89 € pro Stunde.", [("L40S", None, 0.89, "EUR", "hour")]),
    ("H100 for $2.00/hr, H200 for $3.00/hr.", [("H100", None, 2.0, "USD", "hour"), ("H200", None, 3.0, "USD", "hour")]),
    ("Our H100 is cheaper than the $9.80 per hour of other clouds.", []),
    ("Hosts earn up to $1.60 an hour for each H100.", []),
    ("Get $500 of credit for your first H100.", []),
    ("We raised $50 million to buy H100 GPUs.", []),
    ("An H100 has 80 GB of memory.", []),
])
def test_sentences(text, expected):
    assert rows(f"# Page\n\n{text}\n", language="de" if "pro" in text else "en") == expected


def test_a_line_with_a_from_price_is_marked():
    _, [offer], *_ = supply("H100 from $2.49/hr\n")
    assert offer.price_from is True


def test_bullets_with_prices():
    assert rows("## GPU prices\n\n- H100 SXM: $2.49/hr\n- A100 80GB: $1.29/hr\n") == [("H100", None, 2.49, "USD", "hour"), ("A100", None, 1.29, "USD", "hour")]


def test_lists_of_gpus_for_rent():
    assert rows("## Available GPUs\n\n- NVIDIA H100 80GB\n- NVIDIA L40S 48GB\n") == [("H100", None, None, None, None), ("L40S", None, None, None, None)]


def test_a_table_wins_over_a_sentence_that_repeats_it():
    assert rows("H100 from $2.10/hr.\n\n" + table("GPU | Price per hour", "H100 | $2.10")) == [("H100", None, 2.1, "USD", "hour")]


def test_no_gpus_no_offers():
    assert rows("# Pricing\n\n" + table("Plan | vCPU | Price", "small | 2 | $4.00/mo") + "\nDisks cost $0.10 per GB.\n") == []


def test_families_settle_rows_that_only_count():
    text = "The ox2 instances use NVIDIA A10G GPUs.\n\n" + table("Instance | GPUs | vCPU | Memory", "ox2.large | 1 | 4 | 16 GB", "ox2.huge | 4 | 48 | 192 GB")
    assert rows(text) == [("A10G", 1, None, None, None), ("A10G", 4, None, None, None)]


# --- feeds and data in pages --------------------------------------------------------------------------------------------------------------

FEED = {"currency": "USD", "products": [
    {"sku": "g1", "gpu": {"name": "H100 SXM", "count": 8, "memory_gb": 80}, "price_per_hour": 17.2, "region": "Oslo"},
    {"sku": "g2", "gpu": {"name": "L40S", "count": 1}, "price_per_hour": 0.9, "region": "Oslo"},
    {"sku": "c1", "vcpu": 8, "price_per_hour": 0.2}]}
WANTED = [("H100", 8, 17.2, "USD", "hour"), ("L40S", 1, 0.9, "USD", "hour")]


def test_json():
    assert rows(json.dumps(FEED), "json") == WANTED
    assert rows(json.dumps(FEED, indent=2), "json") == WANTED


def test_json_lines():
    lines = "\n".join(json.dumps({**p, "currency": "USD"}) for p in FEED["products"])
    assert rows(lines, "json") == WANTED


def test_yaml():
    text = "currency: USD\nproducts:\n  - sku: g1\n    gpu: H100 SXM\n    gpu_count: 8\n    price_per_hour: 17.2\n  - sku: g2\n    gpu: L40S\n    gpu_count: 1\n    price_per_hour: 0.9\n"
    assert rows(text, "yaml") == WANTED


def test_csv():
    assert rows("sku,gpu,gpu_count,price_usd_per_hour\ng1,H100,8,17.2\ng2,L40S,1,0.9\nc1,,0,0.1\n", "csv") == WANTED


def test_xml():
    text = '<feed><item><gpu>H100</gpu><gpu_count>8</gpu_count><price currency="USD" unit="hour">17.2</price></item></feed>'
    assert rows(text, "xml") == [("H100", 8, 17.2, "USD", "hour")]


def test_json_ld():
    node = {"@type": "Product", "name": "8x NVIDIA H100 SXM5 80GB node", "sku": "n8",
            "offers": {"@type": "Offer", "price": "20.80", "priceCurrency": "USD", "availability": "https://schema.org/SoldOut",
                       "priceSpecification": {"@type": "UnitPriceSpecification", "price": "20.80", "priceCurrency": "USD", "unitCode": "HUR"}}}
    page = f'<html><head><title>x</title><script type="application/ld+json">{json.dumps(node)}</script></head><body><p>Nodes.</p></body></html>'
    _, offers, *_ = supply(page, "html")
    assert [(o.gpu_name, o.gpu_count, o.price, o.currency, o.price_unit, o.availability) for o in offers] == [("H100", 8, 20.8, "USD", "hour", "sold_out")]


def test_data_of_a_scripted_page_takes_the_tax_note_of_the_page():
    data = {"props": {"plans": [{"title": "1x NVIDIA L40S", "gpu": {"name": "NVIDIA L40S", "count": 1}, "prices": {"hourly": "₹88", "monthly": "₹52,000"}}]}}
    page = f'<html><body><h1>Prices</h1><p>All prices plus 18% GST.</p><script id="__NEXT_DATA__" type="application/json">{json.dumps(data)}</script></body></html>'
    _, offers, *_ = supply(page, "html")
    assert [(o.gpu_name, o.price, o.currency, o.price_unit, o.tax) for o in offers] == [("L40S", 88, "INR", "hour", "excluded"), ("L40S", 52000, "INR", "month", "excluded")]


def test_literals_of_mdx():
    text = 'export const plans = [\n  { gpu: "H100 SXM", vram: "80 GB", pricePerHour: "$2.49" },\n  { gpu: "L4", vram: "24 GB", pricePerHour: "$0.43" },\n];\n\n# GPU prices\n'
    assert rows(text, "mdx") == [("H100", None, 2.49, "USD", "hour"), ("L4", None, 0.43, "USD", "hour")]


def test_cents_where_the_document_says_so():
    text = "The field `rate` is the price per hour in cents.\n\n```json\n" + json.dumps({"items": [{"gpu": "H100", "gpu_count": 1, "rate_cents_per_hour": 249, "currency": "USD"}]}, indent=1) + "\n```\n"
    assert rows(text) == [("H100", 1, 2.49, "USD", "hour")]


def test_a_number_without_period_and_currency_is_no_price():
    assert [r for r in rows(json.dumps({"items": [{"gpu": "H100", "value": 7, "score": 3}]}), "json") if r[2] is not None] == []


def test_a_broken_feed_is_an_issue():
    _, offers, _, issues = supply('{"gpu": "H100", "price_per_hour": ', "json")
    assert offers == [] and any(i.level == "error" or i.code for i in issues)


def test_units_of_implausible_prices_are_reported():
    _, offers, _, issues = supply(table("GPU | Price per hour", "H100 | $21,400"))
    assert [o for o in offers if o.price] == [] and any(i.code == "implausible_price" for i in issues)


# --- trees --------------------------------------------------------------------------------------------------------------------------------

VALUES = st.recursive(st.one_of(st.integers(-1000, 1000), st.booleans(), st.none(), st.text(max_size=8)),
                      lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)), max_leaves=12)


def plain(node):
    if node.kind == "scalar":
        return node.value
    return [plain(i) for i in node.items] if node.kind == "list" else {k: plain(c) for k, c in node.entries}


@given(VALUES, st.sampled_from([None, 1]), st.booleans())
@settings(deadline=None)
def test_json_round_trip_with_offsets(value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    root = read_json(text)
    assert plain(root) == value
    stack = [root]
    while stack:
        node = stack.pop()
        assert json.loads(text[node.start:node.end]) == plain(node)
        stack += [c for _, c in node.children()]


def test_trees_of_other_formats():
    assert plain(read_yaml("a: 1\nb:\n  - x\n  - 2.5\n")[0]) == {"a": 1, "b": ["x", 2.5]}
    assert len(read_json_lines('{"a": 1}\n{"a": 2}\n').items) == 2
    assert [plain(i) for i in read_csv("a,b\n1,x\n").items] == [{"a": "1", "b": "x"}] or [plain(i) for i in read_csv("a,b\n1,x\n").items] == [{"a": 1, "b": "x"}]
    assert plain(read_xml("<r><a>1</a></r>"))
    found = list(embedded('<script>var plans = {gpus: [{name: \'H100\', price: 2.5,},]};</script>'))
    assert found and plain(found[0]) == {"gpus": [{"name": "H100", "price": 2.5}]}


@pytest.mark.parametrize("text", ["", "{", "[1,", "nul"])
def test_broken_json(text):
    with pytest.raises(TreeError):
        read_json(text)


def test_deep_nesting_does_no_harm():
    deep = "[" * 20_000 + "]" * 20_000
    try:
        read_json(deep)
    except TreeError:
        pass
    supply(deep, "json")


# --- chips of a document ------------------------------------------------------------------------------------------------------------------

def test_roles():
    chips, *_ = supply("# Moving away from Bigcloud\n\nBigcloud has the V100.\n\n" + table("GPU | Price/h", "H100 | $2.10"))
    assert {c.gpu_name: c.role for c in chips} == {"V100": "compared", "H100": "offered"}


def test_chips_without_offers():
    document = read_document(b"You may not export the NVIDIA H100 or A100 80GB.", path="t.txt", language="en")
    chips, issues = read_chips(document)
    assert [(c.gpu_name, c.gpu_memory) for c in chips] == [("H100", None), ("A100", 80)] and issues == []


@given(st.lists(st.sampled_from(["# H100 prices", "| GPU | Price/h |", "|---|---|", "| H100 | $2 |", "- L40S: €1/h", "```", '{"gpu": "A100", "price": 3}', "Frankfurt (fra1)", "", "税込 <b>x", "&amp;"]),
                max_size=14), st.sampled_from(["md", "html", "txt", "mdx"]))
@settings(max_examples=150, deadline=None)
def test_anything_is_read_and_quotes_hold(lines, kind):
    supply("\n".join(lines) or "x", kind)


def _long(kind: str, n: int) -> str:
    if kind == "json":
        return json.dumps({"currency": "USD", "items": [{"gpu": "H100", "gpu_count": 1, "price_per_hour": 2 + k / 1000, "region": "us-east-1"} for k in range(n)]})
    if kind == "html":
        return "<table><tr><th>GPU</th><th>Region</th><th>Price/h</th></tr>" + "".join(f"<tr><td>H100</td><td>Ashburn</td><td>${2 + k / 1000:.3f}</td></tr>" for k in range(n)) + "</table>"
    return " ".join(["Rent an H100 for $2.49/hr in Oslo"] * n)


@pytest.mark.parametrize("kind", ["json", "html", "md"])
def test_time_grows_with_the_text(kind):
    spent = []
    for n in (300, 2400):
        document = read_document(_long(kind, n).encode(), path=f"page.{kind}", language="en")
        read_supply(document)                                  # what is cached by label is cached now
        began = time.process_time()
        read_supply(document)
        spent.append(time.process_time() - began)
    assert spent[1] < 24 * max(spent[0], 0.02)                 # eight times the text; the square would be 64


# --- real pages ---------------------------------------------------------------------------------------------------------------------------

@pytest.mark.corpus
def test_floors_on_real_pages(corpus, tmp_path):
    gold = corpus / "gold" / "offers.jsonl"
    score = corpus / "tools" / "score.py"
    if not gold.is_file() or not score.is_file():
        pytest.skip(f"no labelled offers at {gold}")
    paths = [json.loads(line)["path"] for line in gold.read_text(encoding="utf-8").splitlines()]
    predicted = tmp_path / "predicted.jsonl"
    with predicted.open("w", encoding="utf-8") as out:
        for path in paths:
            document = read_document((corpus / "corpus" / path).read_bytes(), path=path)
            chips, offers, regions, _ = read_supply(document)
            for record in [*offers, *regions]:
                assert record.quote == document.text[record.start:record.end]
            out.write(json.dumps({"path": path, "chips": [c.to_dict() for c in chips], "offers": [o.to_dict() for o in offers], "regions": [r.to_dict() for r in regions]}) + "\n")

    def scored(what: str) -> dict:
        done = subprocess.run([sys.executable, score, what, gold, predicted], capture_output=True, text=True, check=True)
        return json.loads(done.stdout.strip().splitlines()[-1])

    offers, regions = scored("offers"), scored("regions")
    assert offers["strict"]["f1"] >= 0.98 and offers["priced"]["f1"] >= 0.98 and offers["chips_per_document"]["f1"] >= 0.97
    assert offers["price_scope_accuracy"] >= 0.94
    assert regions["regions"]["f1"] >= 0.95 and regions["countries"]["f1"] >= 0.98
