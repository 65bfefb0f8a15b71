"""Countries in names of companies bar nobody and let nobody in."""

from __future__ import annotations

import pytest

from nlp.clauses import read_clauses
from nlp.company_names import CompanyNames
from nlp.read import read_document


def held(text: str, country: str, language: str = "en") -> bool:
    start = text.index(country)
    return CompanyNames(text, language).holds(text, start, start + len(country))


@pytest.mark.parametrize(("text", "country"), [
    ("Blauwal Cloud France sells servers. Blauwal Cloud France is a brand. Ask Blauwal Cloud France.", "France"),
    ("Nordkiste Norway AS does not sell abroad.", "Norway"),
    ("Tidewrack Hong Kong Limited runs the site.", "Hong Kong"),
    ("We are Tidewrack Japan, Inc., a hosting company.", "Japan"),
])
def test_a_country_at_the_end_of_a_company_s_name(text: str, country: str) -> None:
    assert held(text, country)


@pytest.mark.parametrize(("text", "country"), [
    ("Customers of Blauwal Cloud in France. Blauwal Cloud is a brand of Blauwal Cloud.", "France"),
    ("Our Servers In China. All Servers In China. Rent Servers In China.", "China"),
    ("Mainland China is not served. Orders from Mainland China are refused. No Mainland China.", "China"),
    ("Blauwal Cloud France is named once.", "France"),
    ("We sell to France, Norway AS well.", "France"),
])
def test_a_country_that_is_none(text: str, country: str) -> None:
    assert not held(text, country)


def test_a_company_that_bears_the_name_of_its_country_bars_nobody_there() -> None:
    text = "Chez Blauwal Cloud France, tout est simple. Blauwal Cloud France est une marque.\n\nBlauwal Cloud France ne propose pas de services d'archivage aux clients."
    assert not [c for c in read_clauses(read_document(text.encode(), path="t.txt", language="fr"))[0] if c.places]
    named = text.replace("Blauwal Cloud France ne propose pas de services d'archivage aux clients", "Blauwal Cloud France ne propose pas de services aux clients établis en Iran")
    assert [c.places for c in read_clauses(read_document(named.encode(), path="t.txt", language="fr"))[0] if c.label == "country_exclusion"] == [["IR"]]


def test_a_text_of_names_alone_is_looked_through_once() -> None:
    text = " ".join(f"Aa{n} Bb{n} France" for n in range(20_000))
    names = CompanyNames(text, "en")
    assert not any(names.holds(text, at, at + 6) for at in (text.index("France"), text.rindex("France")))
