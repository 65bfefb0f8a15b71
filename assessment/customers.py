"""Customer kinds as bundles of attributes: the eleven of the taxonomy, and any country (`company:VN`, `subsidiary:SG/CN`)."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from typing import Any

from assessment.errors import UnknownCustomer
from assessment.tables import read_yaml
from chipwatch.country_groups import members_on
from chipwatch.records import CUSTOMER_KINDS

ATTRIBUTES = ("residence", "incorporation", "headquarters", "ownership", "nationality")


@dataclass(frozen=True, slots=True)
class Case:
    """One typical customer of a kind. An attribute that is absent is unknown."""

    places: dict[str, str] = field(default_factory=dict)       # attribute -> ISO code
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Customer:
    kind: str
    words: str
    cases: tuple[Case, ...]

    def touches(self, codes: set[str] | frozenset[str]) -> bool:
        """Whether any attribute of any case is one of the codes."""
        return any(code in codes for case in self.cases for code in case.places.values())


def _case(row: dict[str, Any], **names: str) -> Case:
    filled = {k: v.format(**names) for k, v in row.items() if k in ATTRIBUTES}
    return Case(filled, bool(row.get("listed")))


@functools.cache
def _data() -> dict[str, Any]:
    return read_yaml("customers.yml")


@functools.cache
def _countries() -> frozenset[str]:
    """ISO 3166-1 alpha-2 codes in use (CLDR), and the parts of Ukraine that groups name."""
    from babel import Locale

    codes = {c for c in Locale("en").territories if re.fullmatch(r"[A-Z]{2}", c)} - {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
    return frozenset(codes) | {"UA-43", "UA-14", "UA-09", "UA-23"}


@functools.lru_cache(maxsize=4096)
def parse_customer(kind: str, day: str) -> Customer:
    """The customer that a kind stands for on `day` (ISO date; membership of the embargoed places depends on it).

    Raises UnknownCustomer for a kind that is neither in the vocabulary nor of the form TEMPLATE:CC or TEMPLATE:CC/CC.
    """
    kinds, templates = _data()["kinds"], _data()["templates"]
    if kind in kinds:
        row = kinds[kind]
        words = CUSTOMER_KINDS[kind][1]
        if "group" in row:
            return Customer(kind, words, tuple(_case(c, place=p) for p in sorted(members_on(row["group"], day)) for c in row["cases"]))
        return Customer(kind, words, tuple(_case(c) for c in row["cases"]))
    match = re.fullmatch(r"([a-z]+):([A-Za-z]{2}(?:-\d\d)?)(?:/([A-Za-z]{2}(?:-\d\d)?))?", kind)
    if match is None or match[1] not in templates:
        known = ", ".join(kinds)
        raise UnknownCustomer(f"unknown customer kind {kind!r}: use one of {known}, or company:CC, individual:CC, subsidiary:CC/CC, national:CC/CC (ISO country codes)")
    name, a, b = match[1], match[2].upper(), (match[3] or "").upper()
    template = templates[name]
    two = "{b}" in template["words"]
    if two != bool(b):
        form = f"{name}:CC/CC" if two else f"{name}:CC"
        raise UnknownCustomer(f"customer kind {kind!r} must have the form {form}")
    for code in filter(None, (a, b)):
        if code not in _countries():
            raise UnknownCustomer(f"customer kind {kind!r}: {code} is no ISO 3166-1 country code")
    return Customer(f"{name}:{a}/{b}" if b else f"{name}:{a}", template["words"].format(a=a, b=b), tuple(_case(c, a=a, b=b) for c in template["cases"]))
