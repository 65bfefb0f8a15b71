"""AWS price lists: products joined with their terms by SKU (index.json), one row a rate (index.csv), one product an answer (the query interface).

Source: AWS Price List bulk API, "Reading the service price list file". Kept are prices of running a shared Linux instance without a licence; the rest is counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from nlp.chips import find_chips, instance_chip
from nlp.feeds.left_out import report
from nlp.feeds.mapped import emit, money, unit_of
from nlp.feeds.shapes import Shape
from nlp.offers import Facts, Quoted, Reading
from nlp.prices import Price
from nlp.tree import Node

Attributes = dict[str, str]
# attribute (as in JSON; heads of CSV are brought to this form) -> its values for what is kept
_KEPT = {"operatingsystem": ("Linux",), "tenancy": ("Shared",), "preinstalledsw": ("NA", ""), "capacitystatus": ("Used", "")}
_CSV_NAMES = {"preinstalledsw": "preinstalledsw", "preinstalleds/w": "preinstalledsw"}


def read_offers(reading: Reading, root: Node, shape: Shape) -> None:
    """index.json: {"products": {SKU: {"attributes": …}}, "terms": {"OnDemand" | "Reserved": {SKU: {CODE: {"priceDimensions": …, "termAttributes": …}}}}}."""
    products = root.get("products")
    terms = root.get("terms")
    reasons: Counter[str] = Counter()
    known = {sku: _attributes(product.get("attributes")) for sku, product in products.entries} if products is not None else {}
    for kind, by_sku in terms.entries if terms is not None else ():
        for sku, offers in by_sku.entries:
            if sku in known:
                _read_terms(reading, known[sku], kind, offers, reasons)
            else:
                reasons["a SKU without its product"] += 1
    report(reading, reasons)


def read_product(reading: Reading, root: Node, shape: Shape) -> None:
    """One product with its terms, as the query interface gives it: {"product": {"attributes": …}, "terms": {"OnDemand" | "Reserved": {CODE: …}}}."""
    product, terms = root.get("product"), root.get("terms")
    reasons: Counter[str] = Counter()
    attributes = _attributes(product.get("attributes")) if product is not None else {}
    for kind, offers in terms.entries if terms is not None else ():
        _read_terms(reading, attributes, kind, offers, reasons)
    report(reading, reasons)


def _read_terms(reading: Reading, attributes: Attributes, kind: str, offers: Node, reasons: Counter[str]) -> None:
    """The offers of one product under the terms of one kind; what is left out is counted in `reasons`."""
    facts = _facts(reading, attributes)
    for _, term in offers.entries if facts is not None else ():
        said = _attributes(term.get("termAttributes"))
        reason = _unwanted(attributes) or _partial(said.get("purchaseoption", ""), kind)
        if reason is not None:
            reasons[reason] += 1
            continue
        for rate in _rates(term):
            emit(reading, facts, [_committed(rate, kind, said.get("leasecontractlength", ""))], term)


def read_rates(reading: Reading, root: Node, shape: Shape) -> None:
    """index.csv behind its preamble: one row a rate, every attribute a column."""
    reasons: Counter[str] = Counter()
    for row in root.items:
        attributes = _attributes(row)
        facts = _facts(reading, attributes)
        if facts is None:
            continue
        kind = attributes.get("termtype", "")
        reason = _unwanted(attributes) or _partial(attributes.get("purchaseoption", ""), kind)
        if reason is not None:
            reasons[reason] += 1
            continue
        amount = money(row.get("PricePerUnit"), None)
        cell = row.get("PricePerUnit")
        if amount and cell is not None:
            quoted = Quoted(Price(0, 0, amount), cell.start, cell.end, unit=unit_of(attributes.get("unit")), scope="instance", currency=attributes.get("currency"))
            emit(reading, facts, [_committed(quoted, kind, attributes.get("leasecontractlength", ""))], row)
    report(reading, reasons)


def _attributes(node: Node | None) -> Attributes:
    """The scalars of a map, keys in lower case without blanks."""
    if node is None:
        return {}
    found = {"".join(key.lower().split()): str(child.value) for key, child in node.entries if child.kind == "scalar" and child.value is not None}
    return {_CSV_NAMES.get(key, key): value for key, value in found.items()}


def _facts(reading: Reading, attributes: Attributes) -> Facts | None:
    """Of an instance type with GPUs; None for all else. A type that counts GPUs, but whose chip is not known, becomes an issue."""
    name = attributes.get("instancetype", "")
    named = find_chips(" ".join(attributes.get(key, "") for key in ("gpumodel", "gpuname", "acceleratormodel")), context=True)
    if not name or not (named or instance_chip(name)):
        if re.match(r"\d", attributes.get("gpu", "")):
            reading.issue("warning", "unknown_chip", f"{name}: {attributes['gpu']} GPUs of an unknown kind")
        return None
    if attributes.get("regioncode") and attributes.get("location"):
        reading.place_names.setdefault(attributes["regioncode"], attributes["location"])
    count = attributes.get("gpu", "")
    return Facts(chips=named, instance=name, count=float(count) if re.fullmatch(r"\d+(?:\.\d+)?", count) and float(count) else None, location=attributes.get("regioncode") or attributes.get("location"))


def _unwanted(attributes: Attributes) -> str | None:
    """Why a product is no plain rent of an instance: another operating system, tenancy, software, or capacity that is only held."""
    for key, wanted in _KEPT.items():
        value = attributes.get(key, wanted[0])
        if value not in wanted:
            return f"{key} {value}"
    return None


def _partial(option: str, kind: str) -> str | None:
    """Why a reservation's rate is not its whole price: a part or all of it is paid in advance."""
    return f"{option} reservations, whose hourly rate is not the whole price" if kind == "Reserved" and option not in ("", "No Upfront") else None


def _rates(term: Node) -> Iterator[Quoted]:
    dimensions = term.get("priceDimensions")
    for _, rate in dimensions.entries if dimensions is not None else ():
        per = rate.get("unit")
        prices = rate.get("pricePerUnit")
        unit = unit_of(per.value) if per is not None else None
        for currency, value in prices.entries if prices is not None and unit else ():
            amount = money(value, None)
            if amount:
                yield Quoted(Price(0, 0, amount), value.start, value.end, unit=unit, scope="instance", currency=currency)


def _committed(quoted: Quoted, kind: str, length: str) -> Quoted:
    if kind != "Reserved":
        quoted.commitment = "on_demand"
        return quoted
    years = re.match(r"(\d+)\s?yr", length)
    quoted.commitment, quoted.months = "reserved", 12 * int(years[1]) if years else None
    return quoted
