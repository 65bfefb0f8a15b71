"""Dates that documents state, and the documents they refer to."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.dates import parse_date, stated_date
from nlp.read import read_document
from nlp.references import refers_to


@pytest.mark.parametrize(("text", "language", "want"), [
    ("Last updated: 3 March 2026", "en", "2026-03-03"),
    ("Effective as of March 3rd, 2026", "en", "2026-03-03"),
    ("Stand: 3. März 2026", "de", "2026-03-03"),
    ("en vigueur au 1er janvier 2025", "fr", "2025-01-01"),
    ("2026年3月4日", "ja", "2026-03-04"),
    ("2026년 3월 4일", "ko", "2026-03-04"),
    ("редакция от 14 февраля 2026 г.", "ru", "2026-02-14"),
    ("14.02.2026", "de", "2026-02-14"),
    ("03/14/2026", "en", "2026-03-14"),
])
def test_dates_are_read_in_the_languages_of_the_field(text, language, want):
    assert parse_date(text, language) == want


@pytest.mark.parametrize("text", ["03/04/2026", "31 February 2026", "version 10.12.3", "H100 2024", "call 030-2026-11"])
def test_an_ambiguous_or_impossible_date_is_not_guessed(text):
    assert parse_date(text, "en") is None


@given(st.dates(datetime.date(2001, 1, 1), datetime.date(2098, 12, 31)))
def test_iso_dates_come_back_unchanged(day):
    assert parse_date(f"Version of {day.isoformat()}.", "en") == day.isoformat()


def test_the_stated_date_needs_a_label():
    page = b"<h1>Terms of service</h1><p>Last updated: 3 March 2026</p><p>Our company was founded on 4 May 2011 in a garage full of fans.</p>"
    assert stated_date(read_document(page, content_type="text/html")) == "2026-03-03"
    assert stated_date(read_document(b"<p>Our company was founded on 4 May 2011 in a garage full of fans.</p>", content_type="text/html")) is None


def test_incorporated_documents_become_roles():
    page = b"<title>Terms</title><h1>Terms</h1><p>Your use is subject to these terms and to our <a href='/aup'>Acceptable Use Policy</a>, which is part of the agreement.</p>"
    assert refers_to(read_document(page, content_type="text/html")) == ["acceptable_use"]


def test_a_document_does_not_refer_to_itself():
    page = b"<title>Acceptable Use Policy</title><h1>Acceptable Use Policy</h1><p>This Acceptable Use Policy applies to all customers of the platform.</p>"
    assert refers_to(read_document(page, content_type="text/html")) == []
