"""Where data centres are: the map, the groups of countries, the choice of a region."""

from __future__ import annotations

import re

import pytest
import reports_market as market
from bs4 import BeautifulSoup

from chipwatch.cli import briefing_name
from reports import briefing, maps, model, places, screen
from reports.source import ReportError

GROUPS = [("D:5", "CN", None, None), ("D:5", "HK", "2020-12-23", None), ("D:1", "MO", None, None), ("D:4", "SA", None, None), ("D:4", "AE", None, "2026-07-23"), ("EU", "DE", None, None),
          ("EU", "FR", None, None), ("EU", "SE", None, None)]


def rows(groups=GROUPS):
    return [{"place_group": name, "code": code, "since": since, "until": until, "title": name, "restricts": 1, "closed": 1, "basis": "seen"} for name, code, since, until in groups]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    made = market.Market()
    for number in range(12):
        market.provider(made, number, sample=True)
    for row in rows():
        made.add("country_groups", **row)
    return made.write(tmp_path_factory.mktemp("places") / "d.sqlite")


def test_macau_stands_beside_d5_and_groups_have_the_members_of_the_day():
    now = places.group_classes(rows(), "2026-11-25")
    assert now == {"CN": "D5", "HK": "D5", "MO": "D5", "SA": "D14"}
    assert places.group_classes(rows(), "2020-01-01") == {"CN": "D5", "MO": "D5", "SA": "D14", "AE": "D14"}
    assert places.group_classes([], "2026-11-25") == {}


def test_each_country_of_the_map_counts_the_providers_that_it_names_with_their_captures(data):
    b = model.read_briefing(data)
    assert {line.code: line.count for line in b.country_lines} == dict(b.places) and sum(n for _, n in b.places) > len(b.places)
    assert [line.name for line in b.country_lines] == sorted((line.name for line in b.country_lines), key=str.casefold)
    page = BeautifulSoup(briefing.html(b), "lxml")
    labels = {word.get_text() for svg in page.find_all("svg") for word in svg.find_all("text")}
    for line in b.country_lines:
        assert f"{line.code} {line.count}" in labels           # drawn
        for provider, proof in line.entries:
            assert proof is not None and proof.provider == provider.slug and proof.role == "offers" and proof.cited
    assert next(line for line in b.country_lines if line.code == "HK").group == "D5"


def test_small_places_have_points_and_no_country_is_lost():
    for code in ("SG", "HK", "MO", "BH", "MT", "LU", "MU", "US", "RU", "FJ", "XK"):
        assert maps.point_of(code) is not None, code
    assert maps.not_drawn(["SG", "ZZ", "BV"]) == ["BV", "ZZ"]
    assert set(maps.world()["small"]).isdisjoint(g["id"] for g in maps.world()["objects"]["countries"]["geometries"])


@pytest.mark.parametrize("counts", [[1], [1, 2], [1, 2, 3, 4], [1, 5], [3, 7], [1, 8], [2, 300]])
def test_each_count_has_one_shade(counts):
    classes = maps.bounds(counts)
    for n in range(1, max(counts) + 1):
        assert sum(low <= n <= high for low, high in classes) == 1
        assert maps.shade(n, classes) in maps.STEPS
    assert len(classes) <= len(maps.STEPS)


def test_no_shape_runs_across_the_map():
    """A shape that is cut at the edge of the map and drawn in one go would have a line from one side to the other."""
    drawn = maps.supply_map({"RU": 1, "US": 2, "FJ": 1, "NZ": 1}, {"RU": "D5"}, "m", "A map", {"D5": "words"}).svg
    runs = [[float(x) for x, _ in re.findall(r"(-?[\d.]+),(-?[\d.]+)", part)] for path in re.findall(r' d="([^"]+)"', drawn) for part in path.split("M")]
    steps = [abs(a - b) for xs in runs for a, b in zip(xs, xs[1:], strict=False)]
    assert len(steps) > 5000 and max(steps) < 230              # 230: the frame of a close-up
    assert 'fill="url(#m-D5)"' in drawn and 'id="m-D5"' in drawn and "<title>A map</title>" in drawn and "#fe01" not in drawn


def test_places_on_top_of_each_other_are_written_beside_each_other():
    labels = maps._labels({"HK": 3, "MO": 1, "CN": 2, "TW": 1}, maps.WINDOWS[1])
    spots = [(label["lon"], label["lat"]) for label in labels]
    assert len(set(spots)) == 4 and {label["text"] for label in labels} == {"HK 3", "MO 1", "CN 2", "TW 1"}


def test_a_disputed_area_is_grey_whatever_is_listed_there(data):
    note = briefing.map_note(model.read_briefing(data))
    assert "take no side on the status of any territory" in note and "Western Sahara" in note and "grey with a dotted outline" in note


@pytest.mark.parametrize(("asked", "words", "codes"), [
    ("SG", "Singapore", {"SG"}), ("sg, my", "Singapore and Malaysia", {"SG", "MY"}), ("Hong Kong", "Hong Kong", {"HK"}), ("EU", "the European Union", {"DE", "FR", "SE"}),
    ("d:5", "countries of group D:5", {"CN", "HK"}), ("SE,EU", "Sweden and the European Union", {"DE", "FR", "SE"}),
])
def test_regions_by_code_name_or_group(asked, words, codes):
    area = places.parse_region(asked, rows(), "2026-11-25")
    assert (area.words, area.codes) == (words, codes)


@pytest.mark.parametrize("asked", ["Atlantis", "SG,Atlantis", "", ",", "ZZ"])
def test_an_unknown_region_is_named(asked):
    with pytest.raises(ReportError, match="country"):
        places.parse_region(asked, rows(), "2026-11-25")


def test_a_briefing_of_one_region(data):
    whole, b = model.read_briefing(data), model.read_briefing(data, region="EU")
    assert b.title == "Which clouds rent A100/H100-class chips in the European Union, at what price, and what do their public terms say about who may rent them?"
    assert {code for code, _ in b.places} == {"DE", "FR", "SE"} and b.places_unknown == 0
    assert [p.slug for p in b.clouds] == [p.slug for p in whole.clouds] and 0 < len(b.listing) < len(whole.listing)
    assert all(set(c.countries) <= {"DE", "FR", "SE"} for p in b.listing for c in p.chips)
    assert [len(g) for g in (b.groups.both, b.groups.offers_only)] == [len(g) for g in (whole.groups.both, whole.groups.offers_only)]
    html = briefing.html(b)
    assert "Offers of data centres in the European Union only" in html and "GPU clouds that list a chip of class 3A090.a in the European Union" in html
    one = model.read_briefing(data, region="SG", chip="H200")
    assert one.title.startswith("Which clouds rent H200 in Singapore, at what price")
    with pytest.raises(ReportError, match="in Hong Kong; listed in Hong Kong are: B200, H200, MI300X"):
        model.read_briefing(data, region="HK", chip="H100")
    assert briefing_name("cn_company", "H100", region="SG,MY") == "briefing-H100-SG-MY.pdf"


def test_a_region_without_an_offer_says_so(data):
    html = briefing.html(model.read_briefing(data, region="NZ"))
    assert "No GPU cloud in this data set lists a chip of class 3A090.a in New Zealand" in html and "No offer of a data centre in New Zealand was read" in html


def test_the_twin_shows_the_map(data):
    page = BeautifulSoup(screen.twin(briefing.html(model.read_briefing(data))), "lxml")
    figure = next(f for f in page.find_all("figure") if "Countries of data centres" in f.figcaption.get_text())
    assert figure.svg["role"] == "img" and "Hong Kong 1 (D:5 or Macau)" in figure.svg.title.get_text() and figure.svg["aria-label"] == figure.svg.title.get_text()
