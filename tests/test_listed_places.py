"""Lists of places that a sentence announces and that stand further down, behind paragraphs and headings, or divided by continents. All pages are invented."""

from __future__ import annotations

import pytest

from nlp.clauses import read_clauses
from nlp.listed_places import divides_places, lists_places
from nlp.read import read_document

PAGES = {
    "behind paragraphs and a heading": ("Our nodes are available in the countries listed below.\n\nPrices differ.\n\nAsk our sales staff.\n\n## Countries\n\n- Austria\n- Belgium\n- Japan", ["AT", "BE", "JP"]),
    "divided by continents": ("We serve customers in the following countries:\n\n### Europe\n\n- Austria\n- Belgium\n\n### Asia and Oceania\n\n- Japan\n- Fiji", ["AT", "BE", "JP", "FJ"]),
    "continents behind the first part": ("We serve customers in the following countries:\n\n- Austria\n- Belgium\n\n**Africa**\n\n- Chad\n- Mali", ["AT", "BE", "TD", "ML"]),
    "divided by letters, in lines": ("The studio can be used in the countries below.\n\nA\n\nAlbania, Algeria, Andorra\n\nB\n\nBelgium, Brazil", ["AL", "DZ", "AD", "BE", "BR"]),
    "a table": ("The studio is available in the countries in the table below.\n\nIt is kept up to date.\n\n| Country | Since |\n|---|---|\n| Austria | 2021 |\n| Belgium | 2022 |\n| Japan | 2022 |", ["AT", "BE", "JP"]),
    "below the list of those not served": ("Our nodes are available in the countries listed below.\n\n## Countries we do not serve\n\n- Chad\n- Mali\n- Niger\n\n## Countries we serve\n\n- Norway\n- Sweden\n- Iceland",
                                            ["NO", "SE", "IS"]),
    "without what it excepts": ("Our nodes are available in the countries listed below.\n\nPrices differ.\n\n- Austria\n- Ukraine (except Crimea, Donetsk and Luhansk regions)\n- Japan", ["AT", "UA", "JP"]),
    "claimed by another sentence": ("Our nodes are available in the countries listed below.\n\nOur staff works in these countries:\n\n- Chad\n- Mali\n- Niger", []),
    "places of another thing": ("Our nodes are available in the countries listed below.\n\n## Data centres\n\n- Austria\n- Belgium\n- Japan", []),
    "too far away": ("Our nodes are available in the countries listed below.\n\n" + "Another paragraph of this page.\n\n" * 20 + "- Austria\n- Belgium\n- Japan", []),
}


def read(text: str, language: str = "en"):
    return read_clauses(read_document(text.encode(), content_type="text/markdown", language=language))[0]


@pytest.mark.parametrize("name", PAGES)
def test_an_announced_list_is_found_further_down(name):
    text, places = PAGES[name]
    found = [c.places for c in read(text) if c.label == "supported_countries"]
    assert found == [places]


def test_what_an_announced_list_excepts_is_excluded():
    found = [c.places for c in read(PAGES["without what it excepts"][0]) if c.label == "country_exclusion"]
    assert found == [["UA-43", "UA-14", "UA-09"]]


@pytest.mark.parametrize("text", [
    "The service is not available in the countries listed below.\n\nWrite to us if you have questions.\n\n## Countries\n\n- Chad\n- Mali\n- Niger",
    "The service is not available in the following countries:\n\n- Chad\n- Mali\n- Niger",
    "We do not sell in the countries in the list below.\n\n### Africa\n\n- Chad\n- Mali\n- Niger",
])
def test_a_list_of_places_not_served_is_no_list_of_those_served(text):
    found = read(text)
    assert [c.places for c in found if c.label == "country_exclusion"] == [["TD", "ML", "NE"]]
    assert "supported_countries" not in {c.label for c in found}


@pytest.mark.parametrize(("text", "codes"), [
    ("Austria", ["AT"]), ("Micronesia, Federated States of", ["FM"]), ("Austria, Belgium, Croatia, Denmark, Estonia, Finland, France and Germany", ["AT", "BE", "HR", "DK", "EE", "FI", "FR", "DE"]),
    ("Our office in Germany is open", []), ("We deliver to Austria, Belgium and Croatia within five days of the order of the customer", []), ("Prices", []),
])
def test_a_line_that_names_places_alone(text, codes):
    assert lists_places(text, "en") == codes


@pytest.mark.parametrize(("text", "language", "divides"), [
    ("Europe", "en", True), ("Middle East and Africa", "en", True), ("A – C", "en", True), ("Europe and the UK", "en", True), ("Afrika", "de", True), ("Our prices in Europe", "en", False), ("Countries", "en", False),
])
def test_headings_inside_a_list_of_places(text, language, divides):
    assert divides_places(text, language) is divides
