"""Data in pages: the wrappings of web frameworks, clean text twins, tables with spans, cards, definition lists. All sellers, prices and places are invented."""

from __future__ import annotations

import html
import json

import pytest

from nlp.extract import extract
from nlp.payloads import payloads, unfold
from nlp.read import read_document
from nlp.supply import read_supply
from nlp.tree import embedded

PLANS = [{"name": "fox-1", "gpu": "NVIDIA H100 SXM 80GB", "gpuCount": 1, "pricePerHour": 2.35, "currency": "USD", "region": "Helsinki, Finland"},
         {"name": "fox-8", "gpu": "NVIDIA H100 SXM 80GB", "gpuCount": 8, "pricePerHour": 18.4, "currency": "USD", "region": "Helsinki, Finland"}]
WANTED = [("fox-1", "H100", 1, 80, "SXM", 2.35, "USD", "hour", "Helsinki, Finland", "FI"), ("fox-8", "H100", 8, 80, "SXM", 18.4, "USD", "hour", "Helsinki, Finland", "FI")]
SHELL = "<!doctype html><html lang='en'><head><title>Fox Cloud pricing</title></head><body><h1>Pricing of our clusters</h1><p>Fox Cloud rents fast computers by the hour, from its own halls.</p>{}</body></html>"


def supply(text: str, kind: str = "html", **more):
    document = read_document(text.encode(), path=f"page.{kind}", language=more.pop("language", "en"))
    chips, offers, regions, issues = read_supply(document, **more)
    for record in [*offers, *regions]:
        assert record.quote and document.text[record.start:record.end] == record.quote
    return offers, regions, issues


def rows(text: str, kind: str = "html", **more) -> list[tuple]:
    return [(o.instance_name, o.gpu_name, o.gpu_count, o.gpu_memory, o.form_factor, o.price, o.currency, o.price_unit, o.location, o.country) for o in supply(text, kind, **more)[0]]


def packed(value, keys: bool = False) -> list:
    """`value` as devalue writes it: every value once, by index; with `keys` as turbo-stream does, which writes the names of fields by index, too."""
    out: list = []

    def put(item) -> int:
        index = len(out)
        out.append(None)
        if isinstance(item, dict):
            out[index] = {f"_{put(key)}" if keys else key: put(child) for key, child in item.items()}
        elif isinstance(item, list):
            out[index] = [put(child) for child in item]
        else:
            out[index] = item
        return index

    put(value)
    return out


def astro(value) -> list:
    if isinstance(value, list):
        return [1, [astro(item) for item in value]]
    return [0, {key: astro(child) for key, child in value.items()} if isinstance(value, dict) else value]


def js(value) -> str:
    return json.dumps(json.dumps(value))


FLIGHT = '5:["$","main",null,{"children":["$","$L9",null,{"plans":' + json.dumps(PLANS) + '}]}]\n6:null\n'
WRAPPED = {
    "next data": '<script id="__NEXT_DATA__" type="application/json">' + json.dumps({"props": {"pageProps": {"plans": PLANS}}, "page": "/pricing", "buildId": "abc"}) + "</script>",
    "nuxt 3": '<script type="application/json" data-nuxt-data="nuxt-app" data-ssr="true" id="__NUXT_DATA__">' + json.dumps([["ShallowReactive", 1], *[
        {k: v + 1 for k, v in item.items()} if isinstance(item, dict) else [v + 1 for v in item] if isinstance(item, list) else item for item in packed({"data": {"plans": PLANS}, "state": {}})]]) + "</script>",
    "nuxt 2": '<script>window.__NUXT__=(function(a,b,c){return {layout:"default",data:[{plans:[{name:"fox-1",gpu:a,gpuCount:1,pricePerHour:2.35,currency:b,region:c},{name:"fox-8",gpu:a,gpuCount:8,pricePerHour:18.4,currency:b,region:c}]}],serverRendered:true}}("NVIDIA H100 SXM 80GB","USD","Helsinki, Finland"));</script>',
    "wix": '<script type="application/json" id="wix-warmup-data">' + json.dumps({"platform": {"ssrPropsUpdates": []}, "appsWarmupData": {"dataBinding": {"dataStore": {"recordsByCollectionId": {"Plans": {str(i): plan for i, plan in enumerate(PLANS)}}}}}}) + "</script>",
    "flight, one chunk": f"<script>self.__next_f.push([1,{json.dumps(FLIGHT)}])</script>",
    "flight, cut in the middle of a value": f"<script>(self.__next_f=self.__next_f||[]).push([0])</script><script>self.__next_f.push([1,{json.dumps(FLIGHT[:150])}])</script><script>self.__next_f.push([1,{json.dumps(FLIGHT[150:])}])</script>",
    "script variable": f"<script>const other = 1; window.__PRICING__ = {json.dumps({'plans': PLANS})};</script>",
    "var with comments": f"<script>var catalogue = /* made by hand */ {json.dumps(PLANS)};</script>",
    "JSON.parse of a string": f"<script>window.__STATE__ = JSON.parse({js({'plans': PLANS})});</script>",
    "sveltekit start": f"<script>kit.start(app, element, {{node_ids: [0, 2], data: [null, {{type: \"data\", data: {{plans: {json.dumps(PLANS)}}}, uses: {{}}}}], form: null, error: null}});</script>",
    "remix context": f"<script>window.__remixContext = {json.dumps({'url': '/pricing', 'state': {'loaderData': {'routes/pricing': {'plans': PLANS}}}})};</script>",
    "react router stream": f"<script>window.__reactRouterContext.streamController.enqueue({js(packed({'loaderData': {'routes/pricing': {'plans': PLANS}}}, keys=True))});</script>",
    "astro island": f"<astro-island uid=\"Z1\" component-url=\"/a.js\" props=\"{html.escape(json.dumps({'plans': astro(PLANS)}))}\" ssr client=\"load\"></astro-island>",
    "inertia": f"<div id=\"app\" data-page=\"{html.escape(json.dumps({'component': 'Pricing', 'props': {'plans': PLANS}}))}\"></div>",
    "single quoted attribute": f"<div data-props='{json.dumps({'plans': PLANS})}'></div>",
}


@pytest.mark.parametrize("name", WRAPPED)
def test_records_in_a_wrapping(name):
    assert rows(SHELL.format(WRAPPED[name])) == WANTED


def test_sveltekit_data_file():
    text = json.dumps({"type": "data", "nodes": [None, {"type": "data", "data": packed({"plans": PLANS}), "uses": {}}]})
    assert rows(text, "json") == WANTED


def test_quotes_of_unwrapped_data_hold_the_price():
    for name in ("flight, one chunk", "nuxt 3", "astro island", "react router stream"):
        offers, _, _ = supply(SHELL.format(WRAPPED[name]))
        assert ["2.35" in o.quote for o in offers][:1] == [True] and "18.4" in offers[1].quote, name


@pytest.mark.parametrize("text", ["[[1,2,3]]", '[{"a":1},{"b":2}]', '[{"a":5},"x","y"]', '["ShallowReactive",1]', "[]", '[{"self":0},1,2]', '[{"a":1},{"a":1},3]'])
def test_packed_or_not_nothing_raises(text):
    for tree in embedded(f'<script type="application/json">{text}</script>'):
        unfold(tree)


def test_values_shared_a_million_times_are_bounded():
    wide = [{"a": 1}, *[[i + 1] * 40 for i in range(1, 8)], "x"]
    tree = next(iter(embedded(f'<script type="application/json">{json.dumps(wide)}</script>')))
    unfolded = unfold(tree)
    assert unfolded.get("a") is not None


@pytest.mark.parametrize("text", ["<script>self.__next_f.push([1,", '<script>self.__next_f.push([1,"5:{\\"a\\":"])</script>', '<script>JSON.parse("{\\"a")</script>', "__NUXT__=(function(a){return {", "<i x='{\"a\": 1, \"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'>", '<script>JSON.parse("[\\u12")</script>'])
def test_cut_wrappings_are_passed_over(text):
    assert list(payloads(text * 3)) == []


# --- JSON-LD ----------------------------------------------------------------------------------------------------------------------------------

def ld(data) -> str:
    return SHELL.format(f'<script type="application/ld+json">{json.dumps(data)}</script>')


def test_json_ld_product_with_an_offer():
    page = ld({"@context": "https://schema.org", "@type": "Product", "name": "Fox H100 SXM 80GB server", "offers": {"@type": "Offer", "price": "2.95", "priceCurrency": "EUR",
               "priceSpecification": {"@type": "UnitPriceSpecification", "price": "2.95", "priceCurrency": "EUR", "unitCode": "HUR"}, "availability": "https://schema.org/InStock"}})
    assert [(g, price, currency, unit) for _, g, _, _, _, price, currency, unit, _, _ in rows(page)] == [("H100", 2.95, "EUR", "hour")]


def test_json_ld_graph_of_an_item_list():
    page = ld({"@context": "https://schema.org", "@graph": [{"@type": "WebPage", "name": "Pricing"}, {"@type": "ItemList", "itemListElement": [
        {"@type": "ListItem", "position": 1, "item": {"@type": "Product", "name": "H100 SXM 80GB", "offers": {"@type": "Offer", "price": 2.1, "priceCurrency": "USD", "unitText": "HOUR"}}},
        {"@type": "ListItem", "position": 2, "item": {"@type": "Product", "name": "A100 PCIe 40GB", "offers": {"@type": "Offer", "price": 1.05, "priceCurrency": "USD", "unitText": "HOUR"}}}]}]})
    assert [(g, price, currency, unit) for _, g, _, _, _, price, currency, unit, _, _ in rows(page)] == [("H100", 2.1, "USD", "hour"), ("A100", 1.05, "USD", "hour")]


def test_json_ld_aggregate_offer_gives_its_low_end():
    page = ld({"@context": "https://schema.org", "@type": "Product", "name": "Fox L40S instances", "offers": {"@type": "AggregateOffer", "lowPrice": "0.79", "highPrice": "6.20", "priceCurrency": "USD", "offerCount": 4}})
    offers, _, _ = supply(page)
    assert [(o.gpu_name, o.price, o.currency, o.price_from) for o in offers] == [("L40S", 0.79, "USD", True)]


# --- clean text twins -------------------------------------------------------------------------------------------------------------------------

def test_llms_txt_is_an_index_no_price_list():
    text = """# Fox Cloud

> Fox Cloud rents GPU servers from its halls in Finland.

## Docs

- [Rent an H100 cluster](https://fox.example/docs/h100.md): how to start eight H100 GPUs
- [A100 instances](https://fox.example/docs/a100.md): sizes and limits
- [Pricing](https://fox.example/pricing.md): what an hour costs

## Optional

- [Blog: B200 against H100](https://fox.example/blog/b200.md)
"""
    offers, _, _ = supply(text, "txt")
    assert offers == []
    offers, _, _ = supply(text, "md")
    assert offers == []


def test_mintlify_markdown_twin():
    text = """> ## Documentation Index
> Fetch the complete documentation index at: https://fox.example/llms.txt

# GPU pricing

<CardGroup cols={2}>
  <Card title="On demand" icon="bolt">
    Start and stop at any time.
  </Card>
</CardGroup>

| GPU | VRAM | On-demand ($/hr) | Spot ($/hr) |
| --- | --- | --- | --- |
| H100 SXM | 80 GB | 2.35 | 1.15 |
| L40S | 48 GB | 0.92 | 0.41 |

<Note>
  Prices are per GPU.
</Note>
"""
    found = supply(text, "md")[0]
    assert [(o.gpu_name, o.gpu_memory, o.price, o.currency, o.price_unit, o.commitment) for o in found] == [
        ("H100", 80, 2.35, "USD", "hour", "on_demand"), ("H100", 80, 1.15, "USD", "hour", "spot"), ("L40S", 48, 0.92, "USD", "hour", "on_demand"), ("L40S", 48, 0.41, "USD", "hour", "spot")]


def test_gitbook_markdown_with_html_table():
    text = """---
description: What an hour costs
---

# GPU instances

{% hint style="info" %}
All prices are without VAT.
{% endhint %}

<table><thead><tr><th width="180">Instance</th><th>GPU</th><th>Price per hour</th></tr></thead><tbody><tr><td>fox-a100-1</td><td>1x A100 80GB</td><td>€1.65</td></tr><tr><td>fox-a100-4</td><td>4x A100 80GB</td><td>€6.60</td></tr></tbody></table>
"""
    found = supply(text, "md")[0]
    assert [(o.instance_name, o.gpu_name, o.gpu_count, o.price, o.currency, o.tax) for o in found] == [("fox-a100-1", "A100", 1, 1.65, "EUR", "excluded"), ("fox-a100-4", "A100", 4, 6.6, "EUR", "excluded")]


# --- static HTML ------------------------------------------------------------------------------------------------------------------------------

def test_row_and_column_spans():
    page = SHELL.format("""<table><thead><tr><th rowspan="2">GPU</th><th rowspan="2">GPUs</th><th colspan="2">Price per hour (USD)</th></tr><tr><th>On demand</th><th>1-year reserved</th></tr></thead>
    <tbody><tr><td rowspan="2">H100 SXM 80GB</td><td>1</td><td>2.40</td><td>1.90</td></tr><tr><td>8</td><td>19.20</td><td>15.20</td></tr><tr><td>A100 PCIe 40GB</td><td>1</td><td colspan="2">Contact us</td></tr></tbody></table>""")
    found = supply(page)[0]
    assert [(o.gpu_name, o.gpu_count, o.price, o.commitment, o.term_months) for o in found if o.price is not None] == [
        ("H100", 1, 2.4, "on_demand", None), ("H100", 1, 1.9, "reserved", 12), ("H100", 8, 19.2, "on_demand", None), ("H100", 8, 15.2, "reserved", 12)]
    assert [(o.gpu_name, o.commitment) for o in found if o.price is None] == [("A100", "contact_sales")]


def test_cards():
    card = "<div class='card'><h3>{}</h3><p>{} GB VRAM</p><p class='price'>${} <span>/hr</span></p><a href='/order'>Deploy</a></div>"
    page = SHELL.format("<div class='grid'>" + card.format("NVIDIA H100 SXM", 80, "2.20") + card.format("NVIDIA L40S", 48, "0.85") + card.format("NVIDIA A100 PCIe", 80, "1.30") + "</div>")
    assert [(o.gpu_name, o.price, o.currency, o.price_unit) for o in supply(page)[0]] == [("H100", 2.2, "USD", "hour"), ("L40S", 0.85, "USD", "hour"), ("A100", 1.3, "USD", "hour")]


def test_definition_list():
    page = SHELL.format("<h2>GPU prices</h2><dl><dt>H100 SXM 80GB</dt><dd>$2.25 per hour</dd><dt>A100 PCIe 80GB</dt><dd>$1.35 per hour</dd></dl>")
    assert [(o.gpu_name, o.price, o.currency, o.price_unit) for o in supply(page)[0]] == [("H100", 2.25, "USD", "hour"), ("A100", 1.35, "USD", "hour")]


def test_what_the_table_shows_and_the_data_repeats_is_one_offer():
    table = "<table><tr><th>Name</th><th>GPU</th><th>GPUs</th><th>Price per hour</th></tr><tr><td>fox-1</td><td>NVIDIA H100 SXM 80GB</td><td>1</td><td>$2.35</td></tr><tr><td>fox-8</td><td>NVIDIA H100 SXM 80GB</td><td>8</td><td>$18.40</td></tr></table>"
    for name in ("next data", "flight, one chunk", "nuxt 3"):
        assert len(rows(SHELL.format(table + WRAPPED[name]))) == 2, name


def test_alike_records_are_read_as_token_by_token(monkeypatch):
    """`nlp.tree` reads maps that look like the one before by one pattern; the nodes and their places are the same."""
    import random

    from nlp import tree

    def shape(node):
        return node.kind, node.start, node.end, repr(node.value), [(k, shape(c)) for k, c in node.entries], [shape(c) for c in node.items]

    chance = random.Random(7)
    for _ in range(300):
        keys = chance.sample(["a", "b", "c d", "e.f", "g*", 'h"i', "j\n"], 4)
        values = [1, -2, 3.5, True, None, "x", 'y"z', "é", "", 10**20, 1.5e-9, {}, {"p": 1, "q": "r"}, [1, 2]]
        base = {key: chance.choice(values) for key in keys}
        records = [{key: value if chance.random() < 0.8 else chance.choice(values) for key, value in base.items()} for _ in range(30)]
        text = json.dumps({"plans": records}, indent=chance.choice([None, 1]), ensure_ascii=chance.random() < 0.5)
        fast = shape(tree.read_json(text))
        with monkeypatch.context() as patch:
            patch.setattr(tree, "_ALIKE", 10**9)
            assert shape(tree.read_json(text)) == fast


def test_markup_that_is_called_tame_is_left_as_it_is():
    import random

    from nlp.blocks.html import is_tame, scan, tame

    chance = random.Random(11)
    pieces = ["<div>", "</div>", "<p>", "</p>", "<b>", "</b>", "<li>", "<ul>", "</ul>", "<td>", "</tr>", "<br>", "x"]
    seen = set()
    for most in (5, 40):
        for _ in range(400):
            skeleton = scan("".join(chance.choices(pieces, [4, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1], k=120)))
            markup = skeleton.markup()
            calm = is_tame(skeleton.names, most)
            seen.add((most, calm))
            assert not calm or tame(markup, most) == markup
    assert {calm for _, calm in seen} == {True, False}


@pytest.mark.parametrize("encoding", ["UTF-inf8", "iso-8859-1", "utf-16", "utf-8"])
def test_an_encoding_that_a_feed_claims_is_past(encoding):
    source = f'<?xml version="1.0" encoding="{encoding}"?><prices><offer><gpu>A100</gpu><region>Zürich</region><price_per_hour>2.5</price_per_hour><currency>USD</currency></offer></prices>'
    read = extract(source.encode(), path="prices.xml", kind="offers")
    assert [(offer.gpu_name, offer.price, offer.location) for offer in read.offers] == [("A100", 2.5, "Zürich")]
