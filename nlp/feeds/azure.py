"""Azure Retail Prices: {"Items": [one price each], "NextPageLink": …}.

Source: Azure Retail Prices REST API overview. A row of type Reservation gives the price of the whole term, whatever its unitOfMeasure says; Spot and Low Priority
stand in the names; a product with "Windows" in its name has a licence in its price.
"""

from __future__ import annotations

import re
from collections import Counter

from nlp.chips import find_chips, instance_chip
from nlp.feeds.left_out import report
from nlp.feeds.mapped import emit, money, unit_of
from nlp.feeds.shapes import Shape
from nlp.offers import Facts, Quoted, Reading
from nlp.prices import Price
from nlp.tree import Node

_LEFT_OUT = (("Windows", r"\bWindows\b"), ("Dedicated Host", r"\bDedicated Host\b"), ("Cloud Services", r"\bCloud ?Services\b"))


def read_items(reading: Reading, root: Node, shape: Shape) -> None:
    reasons: Counter[str] = Counter()
    items = root.get("Items")
    for item in items.items if items is not None else ():
        said = {key: child.value for key, child in item.entries if child.kind == "scalar" and child.value is not None}
        instance, product = str(said.get("armSkuName", "")), str(said.get("productName", ""))
        chips = find_chips(instance.replace("_", " "), context=True) or find_chips(product, context=True)
        if not chips and not instance_chip(instance):
            continue
        reason = next((words for words, pattern in _LEFT_OUT if re.search(pattern, product)), None)
        if reason:
            reasons[f"{reason} in the product's name"] += 1
            continue
        facts = Facts(chips=chips[:1], instance=instance or str(said.get("skuName", "")), location=said.get("armRegionName") or said.get("location"))
        if said.get("armRegionName") and said.get("location"):
            reading.place_names.setdefault(str(said["armRegionName"]), str(said["location"]))
        emit(reading, facts, _quoted(item, said), item)
    report(reading, reasons)


def _quoted(item: Node, said: dict) -> list[Quoted]:
    """The prices of an item: its own, and those of its savings plans."""
    out = []
    currency = said.get("currencyCode")
    node = item.get("retailPrice")
    amount = money(node, None)
    if amount:
        quoted = Quoted(Price(0, 0, amount), node.start, node.end, unit=unit_of(said.get("unitOfMeasure")), scope="instance", currency=currency, commitment="on_demand")
        years = _years(said.get("reservationTerm"))
        if said.get("type") == "Reservation" and years:
            quoted.price, quoted.unit, quoted.commitment, quoted.months = Price(0, 0, round(amount / years, 6)), "year", "reserved", 12 * years
        elif re.search(r"\bSpot\b|\bLow Priority\b", f"{said.get('skuName', '')} {said.get('meterName', '')}"):
            quoted.commitment = "spot"
        out.append(quoted)
    plans = item.get("savingsPlan")
    for plan in plans.items if plans is not None else ():
        node, term = plan.get("retailPrice"), plan.get("term")
        amount = money(node, None)
        years = _years(term.value if term is not None else None)
        if amount and years:
            out.append(Quoted(Price(0, 0, amount), node.start, node.end, unit=unit_of(said.get("unitOfMeasure")), scope="instance", currency=currency, commitment="reserved", months=12 * years))
    return out


def _years(term: object) -> int | None:
    match = re.match(r"(\d+) Year", str(term or ""))
    return int(match[1]) if match else None
