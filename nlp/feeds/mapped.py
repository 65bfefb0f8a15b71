"""Reads a shape by its entry in `nlp/data/feed_shapes.yml` alone: which field is the chip, the count, the place, and what each price is in and per."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nlp.chips import find_chips
from nlp.feeds.paths import first, select
from nlp.feeds.shapes import Shape
from nlp.offers import MAX_QUOTE, Facts, Quoted, Reading, make_offers, parse_count, parse_memory
from nlp.prices import Price, commitment_in, find_prices, parse_number, unit_in
from nlp.tree import Node

Way = tuple[tuple[str, Node], ...]


class Record:
    """A record with what stands around it; `value` and `node` resolve the paths of the table.

    A path counts from the record; after "." from the price, or what stands around it in the record; after "^" from a record around; after "/" from the root;
    "@" is the key that the record stands under, "@1" the key one level up; "=x" is x itself.
    """

    def __init__(self, root: Node, way: Way, inner: Way = ()) -> None:
        self.root, self.way, self.inner = root, way, inner

    def at(self, inner: Way) -> Record:
        """The same record, looked at from a price or a place inside it."""
        return Record(self.root, self.way, inner)

    def node(self, path: str) -> Node | None:
        if path.startswith("/"):
            return first(self.root, path[1:])
        if path[:1] in (".", "^"):
            around = self.inner if path[0] == "." else self.way[:-1]
            return next((found for _, above in reversed(around) if (found := first(above, path[1:])) is not None), None)
        return first(self.way[-1][1], path)

    def value(self, path: str | None) -> Any:
        """The scalar under a path; None where there is none."""
        if not path:
            return None
        if path.startswith("="):
            return path[1:]
        if path.startswith("@"):
            return self.way[-1 - int(path[1:] or 0)][0]
        node = self.node(path)
        return node.value if node is not None and node.kind == "scalar" else None

    def says(self, wanted: dict[str, list[str]]) -> bool:
        """Whether each field has one of the values wanted of it."""
        return all(str(self.value(path)) in values for path, values in wanted.items())

    def text(self, paths: str | list[str] | None) -> str | None:
        """The values of the paths, in one line; of a list, its scalars or their names."""
        words: list[str] = []
        for path in [paths] if isinstance(paths, str) else paths or []:
            if path.endswith("{}@"):
                words.append(", ".join(way[-1][0] for _, way in select(self.way[-1][1], path[:-1])))
            elif "[]" in path:
                words.append(", ".join(str(found.value) for found, _ in select(self.way[-1][1], path) if found.kind == "scalar" and found.value is not None))
            else:
                value = self.value(path)
                words.append("" if value is None or isinstance(value, bool) else str(value))
        return " ".join(w for w in words if w)[:300] or None


def read_records(reading: Reading, root: Node, shape: Shape) -> None:
    """The offers of every record of `shape` under `root`."""
    rules = shape.rules
    for node, way in select(root, shape.records):
        if reading.is_full():
            return
        record = Record(root, way)
        if not record.says(rules.get("only", {})):
            continue
        facts = facts_of(record, rules)
        if not (facts.chips or facts.instance):
            continue
        quoted = [q for price in rules.get("prices", ()) for q in quotes_of(record, price, rules)]
        if not quoted and not (facts.chips and (facts.count or rules.get("unpriced"))):
            continue
        spread = list(select(node, rules["each"]["at"])) if "each" in rules else []
        for _, inner in spread or [(node, ())]:
            emit(reading, placed(record.at(inner), facts, rules["each"]) if inner else facts, quoted, node)


def facts_of(record: Record, rules: dict[str, Any]) -> Facts:
    """What a record says apart from its prices."""
    text = record.text(rules.get("gpu")) or ""
    facts = Facts(chips=find_chips(text.replace("_", " "), context=True) if text else [], instance=record.text(rules.get("instance")), location=record.text(rules.get("location")))
    count = record.value(rules.get("count"))
    if count is not None:
        number = _number(count)
        facts.count, facts.at_most = parse_count(count if number is None else number)
        if facts.count == 0:
            return Facts()
    for key, whole in (("memory", False), ("memory_of_all", True)):
        size = parse_memory(record.value(rules.get(key)), rules.get("memory_in", ""))
        if size is not None:
            facts.gpu_memory = round(size / facts.count, 1) if whole and facts.count else size
    if "available" in rules:
        facts.availability = "sold_out" if record.value(rules["available"]) is False else None
    return facts


def placed(record: Record, facts: Facts, rules: dict[str, Any]) -> Facts:
    """The facts for one of the places that a record lists."""
    here = replace(facts, location=record.text(rules.get("location")))
    if record.value(rules.get("available")) is False:
        here.availability = "sold_out"
    return here


def quotes_of(record: Record, price: dict[str, Any], rules: dict[str, Any]) -> list[Quoted]:
    """The prices that one line of the table finds in a record."""
    out = []
    for holder, inner in select(record.way[-1][1], price.get("at", "")):
        here = record.at(inner)
        node = first(holder, price["value"]) if "value" in price else holder
        amount = money(node, price.get("money"))
        if not amount or not here.says(price.get("when", {})):
            continue
        commitment, months = committed(here, price, rules)
        unit = here.value(price.get("unit", rules.get("unit")))
        currency = here.text(price.get("currency", rules.get("currency")))
        printed = Price(0, 0, round(amount * float(price.get("factor", 1)), 9), price_from=bool(price.get("from")))
        out.append(Quoted(printed, node.start, node.end, unit=unit_of(unit), scope=price.get("scope", rules.get("scope")), commitment=commitment, months=months,
                          currency=currency_of(currency), tax=price.get("tax", rules.get("tax", "unknown")), location=here.text(price.get("location"))))
    return out


def money(node: Node | None, kind: str | None) -> float | None:
    """The amount in a node: a number, a number as a string, or (`units_nanos`) a whole part and billionths."""
    if node is None:
        return None
    if kind == "units_nanos":
        whole, part = node.get("units"), node.get("nanos")
        return (_number(whole.value if whole else None) or 0.0) + (_number(part.value if part else None) or 0.0) / 1e9
    return _number(node.value) if node.kind == "scalar" else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    return float(value) if isinstance(value, int | float) else parse_number(str(value))


def currency_of(said: str | None) -> str | None:
    """The code or sign of a currency in what a feed says: "usd", "11.44 €"."""
    if not said:
        return None
    found = find_prices(said) or find_prices(f"1 {said.upper()}")
    return next((p.sign for p in found if p.sign), said.upper())


def unit_of(word: Any) -> str | None:
    """hour, month … of a word such as "h", "Hrs", "1 Hour", "MONTHLY"."""
    return unit_in(f"/{word}") or unit_in(str(word)) if word else None


def committed(record: Record, price: dict[str, Any], rules: dict[str, Any]) -> tuple[str | None, int | None]:
    """(commitment, months): as the line says, as a field of months says, or by the table's words for what the feed says."""
    if "commitment" in price:
        return price["commitment"], price.get("months")
    months = record.value(price.get("months_at"))
    if isinstance(months, int) and months > 0:
        return "reserved", months
    said = record.value(rules.get("commitment_at"))
    if said is None:
        return None, None
    said = str(said)
    known = rules.get("commitments", {}).get(said)
    return (known, None) if isinstance(known, str) else tuple(known) if known else commitment_in(said)


def emit(reading: Reading, facts: Facts, quoted: list[Quoted], node: Node) -> None:
    """Make the offers of a record, each with the slice of the source that says it: the record, or, of a long one, the lines up to its price."""
    if not quoted:
        reading.offers += make_offers(reading, facts, [], *_slice(node, None))
    for q in quoted:
        reading.offers += make_offers(reading, replace(facts), [q], *_slice(node, q))


def _slice(node: Node, quoted: Quoted | None) -> tuple[int, int]:
    start, end = node.start, node.end
    if end - start <= MAX_QUOTE:
        return start, end
    if quoted is None or not start <= quoted.start < end:
        return start, start + MAX_QUOTE
    if quoted.end - start <= MAX_QUOTE:
        return start, quoted.end
    return max(start, quoted.end - MAX_QUOTE), quoted.end
