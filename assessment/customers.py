"""Customer kinds as bundles of attributes: the eleven of the taxonomy, and any country (`company:VN`, `subsidiary:SG/CN`)."""

from __future__ import annotations

import difflib
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


_FORM = {False: "{name}:CC", True: "{name}:CC/CC"}
_USUAL = {"UK": "GB", "EL": "GR", "KO": "KR", "JA": "JP", "DPRK": "KP", "ROK": "KR", "PRC": "CN", "USA": "US", "UAE": "AE", "TP": "TL", "BU": "MM"}


@functools.cache
def _names() -> dict[str, str]:
    """Folded English name of a country -> code."""
    from babel import Locale

    return {re.sub(r"[^a-z]", "", str(name).casefold()): code for code, name in Locale("en").territories.items() if code in _countries()}


def _name(code: str) -> str:
    """The English name of a country, for print; the code where there is none."""
    from babel import Locale

    return str(Locale("en").territories.get(code, code))


def _code_meant(written: str) -> str | None:
    """The code that somebody who wrote that may have meant: a usual slip (UK), a name (China, Viet Nam)."""
    folded = re.sub(r"[^a-z]", "", written.casefold())
    return _USUAL.get(written.upper()) or _names().get(folded) or next(
        (_names()[n] for n in [*difflib.get_close_matches(folded, _names(), 1, 0.84), *(n for n in sorted(_names()) if len(folded) > 3 and n.startswith(folded))]), None)


def _refusal(kind: str) -> str:
    """What is wrong with a kind, and what was probably meant."""
    kinds, templates = _data()["kinds"], _data()["templates"]
    name, colon, rest = kind.partition(":")
    forms = {n: _FORM["{b}" in t["words"]].format(name=n) for n, t in templates.items()}
    if not colon and name not in templates:
        near = difflib.get_close_matches(name.casefold().replace("-", "_"), [*kinds, *templates], 3, 0.6)
        meant = f"did you mean {' or '.join(near)}? " if near else ""
        return f"unknown customer kind {kind!r}: {meant}Known are {', '.join(kinds)}, and for any country {', '.join(forms.values())} (ISO country codes)"
    if name not in templates:
        near = difflib.get_close_matches(name.casefold(), templates, 1, 0.6)
        return f"unknown customer kind {kind!r}: " + (f"did you mean {forms[near[0]]}? " if near else "") + f"For a country there are {', '.join(forms.values())} (ISO country codes)"
    given = [c for c in rest.split("/") if c]
    if len(given) != 1 + ("{b}" in templates[name]["words"]) or rest.count("/") > 1:
        explained = {"subsidiary": " (its seat / its parent's seat)", "national": " (nationality / residence)"}.get(name, "")
        return f"customer kind {kind!r} must have the form {forms[name]}{explained}"
    wrong = next(c for c in given if c.upper() not in _countries())
    meant = [_code_meant(c) or c.upper() if c.upper() not in _countries() else c.upper() for c in given]
    found = all(c in _countries() for c in meant)
    return f"customer kind {kind!r}: {wrong} is no ISO 3166-1 country code" + (f"; did you mean {name}:{'/'.join(meant)}?" if found else "")


@functools.lru_cache(maxsize=4096)
def parse_customer(kind: str, day: str) -> Customer:
    """The customer that a kind stands for on `day` (ISO date; membership of the embargoed places depends on it).

    Raises UnknownCustomer, saying what was probably meant, for a kind that is neither in the vocabulary nor of the form TEMPLATE:CC or TEMPLATE:CC/CC.
    """
    kinds, templates = _data()["kinds"], _data()["templates"]
    if kind in kinds:
        row = kinds[kind]
        words = CUSTOMER_KINDS[kind][1]
        if "group" in row:
            return Customer(kind, words, tuple(_case(c, place=p) for p in sorted(members_on(row["group"], day)) for c in row["cases"]))
        return Customer(kind, words, tuple(_case(c) for c in row["cases"]))
    name, _, rest = kind.partition(":")
    codes = rest.upper().split("/")
    if name not in templates or len(codes) != 1 + ("{b}" in templates[name]["words"]) or any(c not in _countries() for c in codes):
        raise UnknownCustomer(_refusal(kind))
    template = templates[name]
    a, b = codes[0], codes[-1]
    words = template["words"].format(a=_name(a), b=_name(b))
    return Customer(f"{name}:{'/'.join(codes)}", words, tuple(_case(c, a=a, b=b) for c in template["cases"]))
