"""The dot matrix, the small multiples by seat, the slope chart."""

from __future__ import annotations

import pytest
import reports_market as market
from bs4 import BeautifulSoup

from reports import briefing, model, panels, seats

A5 = [{"place_group": "A:5", "code": "DE", "since": None, "until": None}, {"place_group": "D:5", "code": "CN", "since": None, "until": None}, {"place_group": "EU", "code": "SE", "since": None, "until": None}]
CHIPS = [{"chip": "h100-sxm", "gpu_name": "H100", "tpp": 15832.0, "datacenter_marketed": 1}, {"chip": "h100-x", "gpu_name": "H100", "tpp": 30000.0, "datacenter_marketed": 1},
         {"chip": "b200", "gpu_name": "B200", "tpp": 36000.0, "datacenter_marketed": 1}, {"chip": "rtx", "gpu_name": "RTX4090", "tpp": 5285.0, "datacenter_marketed": 0}]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return market.make(tmp_path_factory.mktemp("panels") / "d.sqlite", sample=True)


@pytest.fixture(scope="module")
def view(data):
    return model.read_briefing(data)


@pytest.mark.parametrize(("offer", "column"), [
    ({"gpu_name": "H100", "chip": "h100-sxm", "chip_class": "3A090.a"}, "strong"), ({"gpu_name": "H100", "chip": "h100-x", "chip_class": "3A090.a"}, "upper"),
    ({"gpu_name": "H100", "chip": None, "chip_class": "3A090.a"}, "unsure"),   # its family stands on both sides of the line: not guessed
    ({"gpu_name": "B200", "chip": None, "chip_class": "3A090.a"}, "upper"), ({"gpu_name": "RTX4090", "chip": "rtx", "chip_class": "3A090.a"}, "desk"),
    ({"gpu_name": "A30", "chip": None, "chip_class": "3A090.b"}, "b"), ({"gpu_name": "T4", "chip": None, "chip_class": "none"}, "none"),
    ({"gpu_name": "Q1", "chip": None, "chip_class": None}, "unsure"), ({"gpu_name": "Q1", "chip": None, "chip_class": "unsure"}, "unsure"),
])
def test_the_column_of_an_offer(offer, column):
    assert seats.column_of(offer, [row for row in CHIPS if row["gpu_name"] == offer["gpu_name"]]) == column


def test_seats_by_group_and_region():
    words = [seats.seat_group(code, A5, "2026-11-25") for code in ("DE", "CN", "MO", "US", "CH", None)]
    assert words == ["Country Group A:5", "Country Group D:5, or Macau", "Country Group D:5, or Macau", "United States", "Other countries", "Seat not stated"]
    assert [seats.seat_region(code, A5, "2026-11-25") for code in ("SE", "HK", "SG", "JP", "BR", None)] == [
        "European Union", "China, Hong Kong, Macau", "South-East Asia", "Japan", "Elsewhere", "Seat not stated"]


def test_every_cloud_with_an_offer_has_a_row_in_the_order_of_names_and_a_capture_behind_each_dot(view):
    assert [row.provider.slug for row in view.dots] == [p.slug for p in view.clouds if p.offers]
    for row in view.dots:
        assert row.cells and set(row.evidence) == set(row.cells)
        assert all(e.provider == row.provider.slug and e.role == "offers" for e in row.evidence.values())
    assert sum(len(who) for _, who in view.dot_groups) == len(view.dots)
    quiet = next(row for row in view.dots if row.provider.name == "Isla Lattice")   # no price at all
    assert not any(quiet.cells.values())


@pytest.mark.parametrize(("sizes", "most"), [([3], 10), ([14], 62), ([30, 2, 1], 62), ([200, 130, 9], 62), ([1, 1, 1, 1, 1, 1, 1, 1, 1], 4)])
def test_blocks_lose_no_row_and_open_with_a_heading(sizes, most):
    groups = [(f"g{n}", [(n, k) for k in range(size)]) for n, size in enumerate(sizes)]
    blocks = panels.blocks_of(groups, most)
    assert [row for block in blocks for kind, row in block if kind == "row"] == [row for _, rows in groups for row in rows]
    assert all(block[0][0] == "heading" and block[-1][0] == "row" for block in blocks)
    assert max(map(len, blocks)) <= max(most + 2, 16)


def test_many_providers_go_on_in_further_figures(data):
    b = model.read_briefing(data)
    b.dots = [seats.DotRow(b.clouds[0], {"strong": True})] * 200
    b.dot_groups = [("United States", [b.clouds[0]] * 200)]
    drawn = briefing.matrix_figures(b)
    assert len(drawn) == 2 and "Part 2 of 2" in drawn[1].alt
    assert sum(f.svg.count(">Aurora Tensor<") for f in drawn) == 200


def test_numbers_of_the_slope_and_panels_are_those_of_the_verdicts(view):
    drawn = briefing.terms_figures(view)
    slope = BeautifulSoup(drawn["slope"].svg, "lxml")
    counts = dict(briefing.slope_kinds(view))
    assert list(counts) == ["control", "cn_individual", "cn_company", "cn_subsidiary_abroad"] and all(sum(c.values()) == len(view.listing) for c in counts.values())
    there = [code for code in panels.VERDICT_ORDER if any(c[code] for c in counts.values())]
    numbers = sorted(word.get_text() for word in slope.find_all("text") if word.get_text().isdigit())
    plates = sorted(str(c[code]) for c in counts.values() for code in there if code in ("V0", "VX"))   # drawn twice, on a white plate
    assert numbers == sorted([str(c[code]) for c in counts.values() for code in there] + plates)
    panes = BeautifulSoup(drawn["regions"].svg, "lxml")
    assert sum(int(word.get_text()) for word in panes.find_all("text") if word.get_text().isdigit()) == len(view.listing)
    assert sum(len(who) for _, who in view.seat_regions) == len(view.listing)


def test_dots_of_a_column_never_touch():
    places = panels.spread({"a": 0, "b": 0, "c": 1, "d": -100, "e": -99}, 16, -188, 0)
    spots = sorted(places.values())
    assert all(b - a >= 16 - 1e-9 for a, b in zip(spots, spots[1:], strict=False)) and spots[0] >= -188 and spots[-1] <= 0
    assert places["d"] < places["e"] < places["a"] < places["b"] < places["c"]


def test_one_region_of_seats_is_no_comparison(tmp_path):
    only = market.Market()
    market.provider(only, 0)
    drawn = briefing.figures_of(model.read_briefing(only.write(tmp_path / "d.sqlite")))
    assert "regions" not in drawn and "slope" in drawn
