"""Short cuts of large feeds say what the long way says: records that name no chip are passed over, plain numbers are not searched for signs. All rows are invented."""

from __future__ import annotations

import csv
import io
import json
import re
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chipwatch.records import Offer
from nlp import chips, offers, offers_feeds, tree
from nlp.document import Document
from nlp.offers import Reading, cell_prices, read_head
from nlp.places import fold
from nlp.read import read_document
from nlp.supply import _Fuller, read_supply
from nlp.tree import TreeError

VALUES = st.sampled_from(["H100", "h\u0031\u0030\u0030 sxm", "8x A100 80GB", "L4", "p5.48xlarge", "m5.large", "none", "", "2.50", "$2.50/hr", "€1.20", "excluding VAT", "tax included", "us-east-1", "Graz", 8, 0, 1.25, True, None,
                          "contact us", "[{\"gpu\": \"A100\", \"price_per_hour\": \"$3.10\", \"count\": 1, \"region\": \"Graz\"}]"])
KEYS = st.sampled_from(["gpu", "gpu_count", "name", "instance_type", "price", "price_per_hour", "H100", "hourly", "tax", "private_vat_note", "region", "description", "note", "p5.48xlarge", "id", "spot_price", "specs", "plans"])
RECORDS = st.recursive(st.dictionaries(KEYS, VALUES, max_size=6), lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, st.one_of(inner, VALUES), max_size=5)), max_leaves=8)


def both_ways(text: str, suffix: str) -> list[tuple]:
    """What is found, with and without the short cut."""
    found = []
    for silent in (offers_feeds._Walker._is_silent, lambda self, node, facts: False):
        with mock.patch.object(offers_feeds._Walker, "_is_silent", silent):
            found.append(read_supply(read_document(text.encode(), path=f"feed.{suffix}", language="en")))
    return found


@settings(max_examples=200, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=4), st.booleans())
def test_records_that_are_passed_over_hold_no_offer(records, ascii_only):
    quick, whole = both_ways(json.dumps(records, ensure_ascii=ascii_only), "json")
    assert quick == whole


@settings(max_examples=100, deadline=None)
@given(st.lists(KEYS, min_size=2, max_size=6, unique=True), st.lists(st.lists(VALUES, min_size=6, max_size=6), min_size=1, max_size=6))
def test_rows_that_are_passed_over_hold_no_offer(heads, rows):
    lines = [",".join(heads), *(",".join('"' + str(v).replace('"', '""') + '"' if v is not None else "" for v in row[:len(heads)]) for row in rows)]
    quick, whole = both_ways("\n".join(lines), "csv")
    assert quick == whole


def test_what_stands_outside_of_a_record_names_its_chip():
    """A head of a column, a type of an instance, an escape: none of them is in the slice of the record as a name of a chip."""
    for text, suffix, price in (("plan,H100,A100\nsmall,$2.50/hr,$1.10/hr\n", "csv", 2.5), ("instance_type,price_per_hour_usd,note\np5.48xlarge,55.04,big\nm5.large,0.1,small\n", "csv", 55.04),
                                ('{"title": "NVIDIA H100", "plans": [{"gpu": "H\\u0031\\u0030\\u0030", "gpu_count": 1, "price_per_hour_usd": 2.25}]}', "json", 2.25)):
        (_, found, _, _), whole = both_ways(text, suffix)
        assert price in [o.price for o in found] and found == whole[1]


def test_most_records_of_a_list_of_all_that_is_sold_are_passed_over():
    rows = [{"name": f"disk {n}", "price_per_hour_usd": n / 100, "region": "Graz"} for n in range(1, 200)] + [{"gpu": "H100", "gpu_count": 1, "price_per_hour_usd": 2.5}]
    with mock.patch.object(offers_feeds._Walker, "_record", autospec=True, side_effect=offers_feeds._Walker._record) as record:
        (_, found, _, _) = read_supply(read_document(json.dumps(rows).encode(), path="feed.json"))
    assert [o.gpu_name for o in found] == ["H100"] and record.call_count < 10


@settings(max_examples=300, deadline=None)
@given(st.from_regex(r"[0-9]{1,6}(?:\.[0-9]{1,5})?", fullmatch=True), st.sampled_from(["en", "de", None]), st.sampled_from([None, ".", ","]), st.sampled_from([None, "EUR", "KRW"]), st.sampled_from(["price_per_hour", "price in cents"]))
def test_a_plain_number_is_read_as_any_price_is(value, language, decimal, declared, label):
    quick, whole = (Reading(Document("", "", "csv", [], language=language), language, declared, [], decimal=decimal) for _ in "ab")
    found = cell_prices(quick, read_head(label), value)
    with mock.patch.object(offers, "_PLAIN", mock.Mock(fullmatch=lambda text: None)):
        assert cell_prices(whole, read_head(label), value) == found


@pytest.mark.parametrize("words", ["unknown_chip", "implausible_price"])
def test_an_issue_is_reported_once(words):
    reading = Reading(Document("", "", "csv", []), None, None, [])
    for text in ("a", "b", "a"):
        reading.issue("warning", words, text)
    assert [i.text for i in reading.issues] == ["a", "b"]


TEXTS = st.text(alphabet=st.sampled_from('ab1 ,;"\n\t\\{}[]:é'), max_size=6)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(TEXTS, min_size=1, max_size=4), min_size=1, max_size=5), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_plain_lines_are_read_as_any_line_is(rows, quoting, line_end, raw):
    if raw:                                                    # not even well-formed
        text = line_end.join(",".join(row) for row in rows)
    else:
        out = io.StringIO()
        csv.writer(out, quoting=quoting, lineterminator=line_end).writerows(rows)
        text = out.getvalue()
    quick = list(tree._csv_rows(text, ","))
    with mock.patch.object(tree, "plain_row", lambda *line: None):
        assert list(tree._csv_rows(text, ",")) == quick


@settings(max_examples=300, deadline=None)
@given(st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS),
                    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=4)), max_leaves=12), st.sampled_from([None, 1]), st.lists(st.integers(0, 200), max_size=2))
def test_plain_pairs_are_read_as_any_pair_is(data, indent, cuts):
    text = json.dumps(data, indent=indent, ensure_ascii=False)
    for cut in cuts:                                           # and broken ones
        text = text[:cut] + text[cut + 1:]

    def read():
        try:
            return tree.read_json(text)
        except TreeError as error:
            return str(error)
    quick = read()
    with mock.patch.object(tree, "_PAIR", re.compile("(?!)")):
        assert read() == quick


def test_a_record_that_is_repeated_is_read_once():
    rows = ["gpu,count,price_per_hour_usd,region"] + ["H100,1,2.50,Graz", "A100,1,1.10,Graz"] * 50 + ["H100,1,2.60,Graz"]
    text = "\n".join(rows)
    with mock.patch.object(offers_feeds._Walker, "_record", autospec=True, side_effect=offers_feeds._Walker._record) as record:
        (_, found, _, _) = read_supply(read_document(text.encode(), path="feed.csv"))
    assert [(o.gpu_name, o.price) for o in found] == [("H100", 2.5), ("A100", 1.1), ("H100", 2.6)] and record.call_count == 3
    assert all(text[o.start:o.end] == o.quote and o.start < 60 or o.price == 2.6 for o in found)


def test_a_feed_of_too_many_offers_says_so(monkeypatch):
    monkeypatch.setattr(offers, "MAX_OFFERS", 20)
    text = "gpu,count,price_per_hour_usd\n" + "\n".join(f"H100,1,{n}.50" for n in range(1, 31))
    _, found, _, issues = read_supply(read_document(text.encode(), path="feed.csv"))
    assert len(found) == 19 and [(i.level, i.text) for i in issues if i.code == "limit"] == [("error", "read only in part: more than 20 offers and issues")]     # one issue says that no scope is stated


OFFERS = st.lists(st.builds(lambda name, price, commitment, count, availability, start: Offer(gpu_name="H100", instance_name=name, price=price, commitment=commitment, gpu_count=count, availability=availability, quote="", start=start, end=9),
                            st.sampled_from([None, "", "g5", "g5.xl", "g5-2", "g5/g6", "g6.4", "G5*", "p4, p5", "p5.48", "-", "/x"]), st.sampled_from([None, None, 2.5]), st.sampled_from(["on_demand", "contact_sales"]),
                            st.sampled_from([None, 1, 8]), st.sampled_from(["listed", "sold_out"]), st.sampled_from([0, 5])), min_size=1, max_size=5)


def says_more(fuller: Offer, offer: Offer) -> bool:
    """What `_Fuller` answers for all offers of a chip, for two of them."""
    if offer.availability != "listed" and fuller.price is None:
        return False
    name, other, asked = fold(offer.instance_name or "").rstrip("*.-_ "), fold(fuller.instance_name or ""), offer.commitment == "contact_sales"
    if fuller.price is not None and fuller.commitment != "contact_sales" and (not name or name == other or not asked and offer.gpu_count in (None, fuller.gpu_count)):
        return True
    if offer.gpu_count is not None or fuller.gpu_count is None:
        return False
    if not name:
        return (fuller.start, fuller.end) != (offer.start, offer.end)
    return name != other and any(re.match(re.escape(part) + "[^a-z0-9]", other) for part in re.split(r"\s?[/、,]\s?", name) if part)


@settings(max_examples=400, deadline=None)
@given(OFFERS)
def test_offers_that_another_one_covers(found):
    index = _Fuller()
    for offer in found:
        index.add(offer)
    for offer in found:
        if offer.price is None:
            assert index.cover(offer) == any(says_more(other, offer) for other in found if other is not offer)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(["p5.", "48xlarge", "standard_", "nd96", "isr_h100_v5", "nc24", "s_v3", "ecs.", "gn7i", "-c8g1", ".2xlarge", "bm.gpu4.8", "vm.gpu3.", "2", "a3-", "highgpu-8g", "g2-standard-4", " ", "x", "dl1.24xlarge", "gt4.", "g5"]), max_size=5).map("".join))
def test_names_of_instances_are_found_by_what_they_begin_with(text):
    assert chips.names_instances(text) == bool(chips._any_instance().search(text))
