"""The offer reader on price pages that this project wrote (fictional providers): offers, scopes, commitments, tax, regions and chips, with floors.

The pages are in `tests/labelled/pages/`, what a careful reader finds on them in `tests/labelled/pages.yml`. Nothing is skipped.
`python tests/test_offers_labelled.py` prints the differences page by page.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest
from tables import table

from nlp.extract import extract
from nlp.prices import decimal_mark
from nlp.towns import town_of

FOLDER = Path(__file__).parent / "labelled" / "pages"
EXPECTED = table(FOLDER.with_suffix(".yml"))
FIELDS = ("gpu_name", "gpu_count", "price", "currency", "price_unit")
# Raising a floor is free; lowering one needs a reason here.
FLOORS = {"offers": 0.98, "priced": 0.99, "regions": 0.99, "chips": 0.99, "commitment": 0.98, "scope": 0.97, "tax": 0.99, "from": 1.0}


def number(value: float | None) -> float | None:
    return None if value is None else float(f"{float(value):.5g}")


@lru_cache(maxsize=1)
def readings() -> dict[str, object]:
    return {name: extract((FOLDER / name).read_bytes(), url=None, kind="offers", path=name) for name in EXPECTED}


def rows(name: str) -> tuple[Counter, Counter]:
    """Expected and read offers of a page: multisets of (chip, count, price, currency, unit)."""
    want = Counter((chip, number(count), number(price), *rest[:2]) for chip, count, price, *rest in EXPECTED[name]["offers"])
    got = Counter((o.gpu_name, number(o.gpu_count), number(o.price), *((o.currency, o.price_unit) if o.price is not None else (None, None)))
                  for o in readings()[name].offers)
    return want, got


def places(name: str) -> tuple[set, set]:
    """Expected and read regions: (label, country, status); a place read by its name or city counts as the label expected."""
    want = {(label, country, *(rest or ["listed"])) for label, _, country, *rest in EXPECTED[name].get("regions") or []}
    known = {word.casefold(): label for label, place, *_ in EXPECTED[name].get("regions") or [] for word in (place, label)}
    got = set()
    for r in readings()[name].regions:
        label = next((known[w.casefold()] for w in (r.label, r.name, r.city) if w and w.casefold() in known), r.label)
        got.add((label, r.country, r.status))
    return want, got


def chips(name: str) -> tuple[set, set]:
    want = set(EXPECTED[name].get("chips") or [row[0] for row in EXPECTED[name]["offers"]])
    return want, {c.gpu_name for c in readings()[name].chips if c.role == "offered"} | {o.gpu_name for o in readings()[name].offers}


def f1(pairs) -> float:
    hit = n_want = n_got = 0
    for want, got in pairs:
        both = want & got
        hit, n_want, n_got = (a + (sum(b.values()) if isinstance(b, Counter) else len(b)) for a, b in ((hit, both), (n_want, want), (n_got, got)))
    return round(2 * hit / (n_want + n_got), 4)


def priced(counter: Counter) -> Counter:
    return Counter({row: n for row, n in counter.items() if row[2] is not None})


def attributes(name: str) -> list[tuple[str, bool]]:
    """(attribute, read as expected) of each expected offer whose chip, count and price were read."""
    out = []
    page = EXPECTED[name]
    for chip, count, price, _, _, scope, commitment in page["offers"]:
        same = [o for o in readings()[name].offers if (o.gpu_name, number(o.gpu_count), number(o.price)) == (chip, number(count), number(price))]
        if not same:
            continue
        out.append(("commitment", any(o.commitment == commitment for o in same)))
        if price is not None:
            out.append(("scope", any(o.price_scope == scope for o in same)))
            out.append(("tax", any(o.tax == page.get("tax", "unknown") for o in same)))
            out.append(("from", any(o.price_from == (price in page.get("from", [])) for o in same)))
    return out


def figures() -> dict[str, float]:
    seen: dict[str, list[bool]] = {}
    for name in EXPECTED:
        for key, right in attributes(name):
            seen.setdefault(key, []).append(right)
    return {"offers": f1(map(rows, EXPECTED)), "priced": f1((priced(a), priced(b)) for a, b in map(rows, EXPECTED)),
            "regions": f1(map(places, EXPECTED)), "chips": f1(map(chips, EXPECTED)),
            **{key: round(sum(right) / len(right), 4) for key, right in seen.items()}}


def test_there_are_thirty_pages_each_with_expectations():
    assert len(EXPECTED) >= 30
    assert {path.name for path in FOLDER.iterdir()} == set(EXPECTED)


def test_floors():
    found = figures()
    below = {key: (found[key], floor) for key, floor in FLOORS.items() if found[key] < floor}
    assert not below, below


def page(text: str, name: str = "page.md"):
    return extract(text.encode(), path=name, kind="offers")


def test_the_decimal_mark_is_that_of_the_page_not_of_the_language_it_seems_to_be_in():
    assert decimal_mark("$16.80 or $11,200") == "."
    assert decimal_mark("1.299,00 € und 0,79 €") == ","
    assert decimal_mark("$11,200") is None
    assert decimal_mark("$1.50 and 2,50 €") is None
    for none in ("$.80 EUR", "v1.2.80 EUR", "x2,50 €", "$ 7 or 7 €", "H100 2.50", "2,50 europe"):
        assert decimal_mark(none) is None, none
    assert decimal_mark("(2,50 eur)") == decimal_mark("€ 0,125") == ","


def test_a_plain_name_beside_several_is_one_gpu_unless_the_page_says_per_gpu():
    rows = "| Type | $/hour |\n|---|---|\n| H100 | $2.10 |\n| 8x H100 | $16.80 |\n"
    assert [(o.gpu_count, o.price_scope) for o in page(rows).offers] == [(1, "instance"), (8, "instance")]
    rows = "| Type | Price per GPU and hour |\n|---|---|\n| H100 | $2.10 per GPU per hour |\n| 8x H100 | $2.05 per GPU per hour |\n"
    assert [(o.gpu_count, o.price_scope) for o in page(rows).offers] == [(None, "gpu"), (8, "gpu")]


@pytest.mark.parametrize("text", ["Our H100 is better. Large clouds ask $6.98 per hour for a comparable H100.", "An A100 set-up fee: $99.", "The $30 billion market for H100s grows."])
def test_what_is_no_price_of_a_gpu(text):
    assert [o.price for o in page(text).offers if o.price is not None] == []


@pytest.mark.parametrize(("label", "place"), [("Inverness", ("GB", "Inverness")), ("Kassel (DE)", ("DE", "Kassel")), ("춘천", ("KR", "Chuncheon")), ("Казань", ("RU", "Kazan")),
                                              ("Standard", (None, None)), ("Mobile", (None, None)), ("Monterrey, Mexico", ("MX", "Monterrey"))])
def test_towns(label, place):
    assert town_of(label) == place


def test_lists_of_places_end_where_something_else_stands():
    assert [(r.name, r.country) for r in page("Data centres: Graz, Austria and Boise, Idaho").regions] == [("Graz, Austria", "AT"), ("Boise, Idaho", "US")]
    assert page("Supported countries: Norway, France, Japan").regions == []


if __name__ == "__main__":
    for page in EXPECTED:
        for kind, (want, got) in (("offer", rows(page)), ("region", places(page)), ("chip", chips(page))):
            if want != got:
                print(f"{page} {kind}\n  missing {sorted(map(str, want - got))}\n  extra   {sorted(map(str, got - want))}")
        wrong = Counter(key for key, right in attributes(page) if not right)
        if wrong:
            print(page, dict(wrong))
    print(figures())
