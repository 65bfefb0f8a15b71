"""Countries that are named as those whose law it is, and not as places where somebody must not be."""

from __future__ import annotations

import time

import pytest

from nlp.clauses import read_clauses
from nlp.places import listed_beside
from nlp.read import read_document


def excluded(text: str) -> set[str]:
    clauses, _, _ = read_clauses(read_document(text.encode(), content_type="text/markdown", language="en"), None)
    return {place for clause in clauses for place in clause.places}


@pytest.mark.parametrize(("text", "places"), [
    ("You may not use the service if you are located in a country subject to sanctions imposed by the United States (including Cuba, Iran and the Crimea region of Ukraine), the United Kingdom, "
     "the European Union, Australia, or New Zealand.", {"CU", "IR", "UA-43"}),
    ("You warrant that you are not resident in any territory under comprehensive sanctions of the United Arab Emirates, the United States, the European Union, or the United Kingdom.", set()),
    ("You are not located in Cuba, Iran, or any other U.S. embargoed country.", {"CU", "IR"}),
    ("You are not located in Cuba, Iran, or a country under US, UK or Canadian sanctions.", {"CU", "IR"}),
    ("The platform is not offered in the United States, Canada, Australia, Cuba or Iran.", {"US", "CA", "AU", "CU", "IR"}),
    ("You represent that you are not in a sanctioned country and not on a U.S. restricted-party list or an EU denied-persons list.", set()),
    ("Customers must not be located in Belarus or Russia, as required by the laws of the United Kingdom, Norway and Switzerland.", {"BY", "RU"}),
    ("Use from North Korea or Syria is barred under U.S., U.K. and Japanese export law.", {"KP", "SY"}),
    ("You may not be located in Russia or China, nor in a place subject to sanctions by the United States or Russia.", {"RU", "CN"}),
    ("No prohibited end use (e.g. under certain Russia/Belarus/China restrictions).", set()),
    ("Persons located in Iran, Syria or the territories named in US and UK/Canada sanctions lists may not open accounts.", {"IR", "SY"}),
    ("The service is not available to residents of the United States, and sanctions by the United States bar Cuba.", {"US", "CU"}),
])
def test_a_country_listed_beside_a_lawmaker_is_no_place_of_the_rule(text, places):
    assert excluded(text) == places


@pytest.mark.parametrize(("gap", "listed"), [
    (", ", True), (" or the ", True), (" (OFAC), the European Union, the ", True), (" (among them Cuba (see below)), ", True), ("/", True),
    (" forbid the use in ", False), (". Customers located in ", False), (" (the ", False), (" ", False), ("", False), (", " * 400, False),
])
def test_what_stands_between_two_names_of_a_list(gap, listed):
    assert listed_beside(gap) is listed


def test_many_lawmakers_take_no_longer_than_their_number():
    text = "You may not be located in a country under sanctions by the United States" + ", the United Kingdom (as amended), Norway" * 4000 + " or Canada."
    begun = time.perf_counter()
    excluded(text)
    assert time.perf_counter() - begun < 10
