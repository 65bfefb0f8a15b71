"""Feeds: one invented record for each published shape (`feeds.yml`), read with hand-written expectations; feeds that changed, are empty or are no feeds."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tables import table

from nlp.read import read_document
from nlp.supply import read_supply

CASES = table(Path(__file__).parent / "feeds.yml")
FIELDS = {"gpu": "gpu_name", "n": "gpu_count", "mem": "gpu_memory", "form": "form_factor", "name": "instance_name", "price": "price", "cur": "currency", "unit": "price_unit", "scope": "price_scope",
          "how": "commitment", "term": "term_months", "where": "location", "cc": "country"}
OPTIONAL = {"tax": "tax", "from": "price_from", "avail": "availability"}      # looked at where a case states them


def supply(text: str, suffix: str = "json", **more):
    document = read_document(text.encode(), path=f"feed.{suffix}", language=more.pop("language", None))
    chips, offers, regions, issues = read_supply(document, **more)
    for record in [*offers, *regions]:
        assert record.quote and document.text[record.start:record.end] == record.quote
    return offers, regions, [*document.issues, *issues]


def shown(row: dict) -> str:
    return " ".join(f"{k}={v!r}" for k, v in row.items() if v is not None)


@pytest.mark.parametrize("case", CASES, ids=[c["id"] for c in CASES])
def test_shape(case):
    offers, regions, issues = supply(case["document"], case.get("suffix", "json"), language=case.get("language"), currency=case.get("currency"))
    wanted = [{key: row.get(key) for key in FIELDS} | {key: row[key] for key in OPTIONAL if key in row} for row in case["offers"]]
    found = [{key: getattr(offer, field) for key, field in FIELDS.items()} | {key: getattr(offer, OPTIONAL[key]) for key in OPTIONAL if any(key in row for row in case["offers"])} for offer in offers]
    for row in wanted:
        row |= {key: {"tax": "unknown", "from": False, "avail": "listed"}[key] for key in OPTIONAL if key not in row and any(key in other for other in case["offers"])}
    assert sorted(map(shown, found)) == sorted(map(shown, wanted))
    assert sorted([r.label, r.name, r.country] for r in regions if [r.label, r.name, r.country] in case.get("regions", [])) == sorted(case.get("regions", []))
    if "regions" in case:
        assert {r.country for r in regions} == {country for *_, country in case["regions"]}
    for code, words in case.get("issues", []):
        assert any(i.code == code and words in i.text for i in issues), (code, words, issues)


def test_products_as_strings_in_an_answer():
    def product(name: str, system: str, price: str) -> str:
        return json.dumps({"product": {"productFamily": "Compute Instance", "sku": name, "attributes": {"instanceType": name, "regionCode": "fi-hel-1", "location": "Europe (Helsinki)", "operatingSystem": system, "tenancy": "Shared",
                                                                                                        "preInstalledSw": "NA", "capacitystatus": "Used", "gpu": "8"}},
                           "serviceCode": "FoxCompute", "terms": {"OnDemand": {f"{name}.JR": {"priceDimensions": {"x": {"unit": "Hrs", "pricePerUnit": {"USD": price}}}, "termAttributes": {}}}}})
    text = json.dumps({"FormatVersion": "aws_v1", "PriceList": [product("p5.48xlarge", "Linux", "44.4000000000"), product("p5.48xlarge", "SUSE", "50.0000000000")]})
    offers, regions, issues = supply(text)
    assert [(o.gpu_name, o.gpu_count, o.price, o.currency, o.price_unit, o.location) for o in offers] == [("H100", 8, 44.4, "USD", "hour", "fi-hel-1")]
    assert [r.label for r in regions] == ["fi-hel-1"] and any(i.code == "feed_left_out" and "SUSE" in i.text for i in issues)


# --- feeds that changed, are empty, or are no feeds -----------------------------------------------------------------------------------------

def document_of(name: str) -> str:
    return next(c["document"] for c in CASES if c["id"] == name)


def codes(issues) -> list[str]:
    return [i.code for i in issues]


@pytest.mark.parametrize(("name", "field", "lost"), [
    ("azure_retail_prices", '"retailPrice"', "retailPrice"), ("scaleway_catalogue", '"retail_price"', "retail_price"), ("google_skus", '"pricingInfo"', "pricingInfo"),
    ("shadeform_types", '"hourly_price"', "hourly_price"), ("lambda_instance_types", '"price_cents_per_hour"', "price_cents_per_hour")])
def test_a_field_that_got_another_name_is_an_issue_that_names_it(name, field, lost):
    changed = document_of(name).replace(field, field[:-1] + 'Renamed"')
    offers, _, issues = supply(changed)
    assert any(i.code == "feed_shape" and i.level == "warning" and lost in i.text for i in issues), issues
    assert all(o.price is None or o.price < 1000 for o in offers)             # nothing read in the wrong unit


def test_records_that_name_gpus_without_any_known_field_are_an_issue():
    _, _, issues = supply(json.dumps({"rows": [{"a": "zzz", "b": "H100", "q": [1, 2]}, {"a": "yyy", "b": "A100", "q": [3]}]}))
    offers, _, more = supply(json.dumps({"rows": [{"kartenart": ["H100"], "wert": 3}, {"kartenart": ["A100"], "wert": 4}]}))
    assert "feed_shape" in codes(issues) or "feed_shape" in codes(more)
    assert not offers


@pytest.mark.parametrize("text", ['{"Items": [], "NextPageLink": null, "Count": 0}', "[]", "{}", '{"data": {"items": []}, "page": 1}', '{"plans": [], "meta": {"total": 0}}'])
def test_an_empty_feed_says_so(text):
    offers, regions, issues = supply(text)
    assert not offers and not regions and "feed_empty" in codes(issues)


@pytest.mark.parametrize("text", ['{"error": {"code": 403, "message": "Forbidden: key required"}}', '{"message": "Unauthorized"}', '{"errors": [{"message": "rate limit"}]}'])
def test_an_error_message_is_no_feed(text):
    offers, _, issues = supply(text)
    assert not offers and [i.level for i in issues if i.code == "feed_error"] == ["error"]


def test_a_feed_without_gpus_is_no_fault_but_said():
    _, _, issues = supply('{"plans": [{"id": "c1", "vcpu": 2, "ram": 4, "hourly": 0.01}, {"id": "c2", "vcpu": 4, "ram": 8, "hourly": 0.02}]}')
    assert [i.level for i in issues if i.code.startswith("feed_")] == ["info"]


def test_a_feed_of_regions_alone_has_no_fault():
    _, regions, issues = supply(document_of("vultr_regions"))
    assert len(regions) == 2 and not [i for i in issues if i.code.startswith("feed_")]


@pytest.mark.parametrize("how", [{"content_type": "application/json"}, {"content_type": "application/json; charset=utf-8", "url": "https://fox.example/v1/plans"},
                                 {"path": "plans.json"}, {"url": "https://fox.example/prices.json?x=1", "content_type": "text/html"}, {"path": "rates.csv"}])
def test_html_in_place_of_data(how):
    page = b"<!doctype html><html><head><title>Just a moment</title></head><body><p>Please enable JavaScript and cookies to continue reading our price list.</p></body></html>"
    document = read_document(page, **how)
    assert [i.level for i in document.issues if i.code == "feed_is_html"] == ["error"]


@pytest.mark.parametrize("how", [{"content_type": "text/html"}, {"url": "https://fox.example/pricing"}, {"path": "prices.md"}])
def test_a_page_that_is_to_be_a_page_is_no_fault(how):
    document = read_document(b"<!doctype html><html><body><p>H100 from $2.10 an hour in our Helsinki data centre, all prices without tax.</p></body></html>", **how)
    assert "feed_is_html" not in codes(document.issues)


def test_cut_short_json_is_an_issue():
    _, _, issues = supply(document_of("linode_types")[:400])
    assert {"unreadable_feed", "broken_data"} & set(codes(issues))


@pytest.mark.parametrize("name", [c["id"] for c in CASES])
def test_no_value_of_the_wrong_type_raises(name):
    """Every scalar in turn replaced by null, a list, a map, a huge number, a string: nothing raises, every quote stays a slice (checked in `supply`)."""
    case = next(c for c in CASES if c["id"] == name)
    if case.get("suffix", "json") != "json":
        pytest.skip("cells of CSV are strings")
    data = json.loads(case["document"])
    for odd in (None, [], {}, [{}], 1e308, "x", True, -1):
        supply(json.dumps(_replaced(data, odd)), currency=case.get("currency"))


def _replaced(node, odd, keep: int = 2):
    """Containers stay to a depth, what is below becomes `odd`."""
    if isinstance(node, dict):
        return {k: _replaced(v, odd, keep) for k, v in node.items()}
    if isinstance(node, list) and keep:
        return [_replaced(v, odd, keep - 1) for v in node]
    return node if isinstance(node, str) and len(node) % 3 else odd


@pytest.mark.parametrize("count", ["1e400", "-1e400", "-3", "1e9"])
def test_a_count_that_counts_nothing_is_none(count):
    changed, times = re.subn(r'("num_gpus": )\d+', rf"\g<1>{count}", document_of("shadeform_types"))
    offers, _, _ = supply(changed)
    assert times and offers and all(offer.gpu_count is None or 0 < offer.gpu_count < 100 for offer in offers)
