"""Offers in data: JSON, YAML, XML and CSV feeds, recorded answers of interfaces, and the literals that pages embed.

One general walk. A record is a map; its scalars say what it is (chip, count, instance, place), and hand that down to the maps inside it; a price is emitted
where a chip is known. Nothing here knows a provider: what keys mean stands in `data/offer_fields.yml`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from chipwatch.records import UNIT_HOURS, Offer
from nlp.chips import ChipSpan, chip_marks, find_chips, instance_chip, names_instances
from nlp.feeds import read_known
from nlp.field_notes import with_note
from nlp.offer_words import words, words_of_sellers
from nlp.offers import (MAX_HOURLY, MAX_QUOTE, UNIT_CODES, Facts, Head, Quoted, Reading, about_other_things, asks_for_contact, before_discount, cell_prices, commitment_beside, is_nothing,
                        is_set_aside, is_worked_out, make_offers, other_record, read_head, seller_of_head, split_label, stated_count)
from nlp.prices import Price, availability_in, commitment_in, tax_in, unit_in
from nlp.tree import Node, TreeError, named_rows, read_json

MAX_VALUE = 2000                                               # characters of a string that may be a field; longer ones are prose, or hold data
_ANSWER = re.compile(r"\s*[\[{]")
_DESCRIPTOR = words("descriptor")
_MONEY = words("money_key")
_CENTS = words("cents")
_PERIOD_ALONE = words("period_alone")
_SIGNED = re.compile(r"^[~≈]?\s?(?:[A-Z]{0,2}[$€£¥₹₩]|USD|EUR)\s?\d[\d.,]*(?:\s?\(.{1,12}\))?$")
_CODE_OF_PLACE = re.compile(r"[a-z]{2,9}(?:-[a-z]{2,12}){0,2}-?\d{1,2}[a-z]?")
_PARTS_OF_KEY = re.compile(r"[\s(),;|]+")
_PRICES = words("prices_key")
_ONLY_PRICES = words("only_prices")
_QUANTITY = re.compile(r"(?:^| )quantity$")                    # a key of how much a price is for
_PICKED = words("picked")
_LOW = words("low_end")
_HIGH = words("high_end")
_NOT_MONEY = words("not_money")


def read_feed(reading: Reading, root: Node) -> None:
    """Collect the offers under `root` into `reading.offers`."""
    reading.source += 1
    if read_known(reading, root):
        return
    walker = _Walker(reading)
    if root.kind == "map" and any(k in ("openapi", "swagger") for k, _ in root.entries):
        walker.samples = True
        for example in _examples(root):
            if not read_known(reading, example):
                walker.walk(example, Facts(), "")
    else:
        walker.walk(root, _named_by(root.name, _said_by(root.name)), "")
    walker.leave_out_repeated()


def _said_by(name: str) -> Facts:
    """What the name that data are assigned to says of all prices in them: RESERVED_SKUS, `hourlyRates`, `pricesUsd`."""
    head = read_head(name) if len(name) <= 60 else Head("")
    return Facts(commitment=head.commitment, months=head.months, unit=head.unit, currency=head.currency, scope=head.scope)


def words_apart(name: str) -> str:
    """A name with a blank where its next word begins: "a30Prices" -> "a30 Prices"."""
    return re.sub(r"(?<=[a-z\d])(?=[A-Z][a-z])", " ", name[:80])


def _named_by(name: str, facts: Facts) -> Facts:
    """The chip that a name says of all prices under it: H100_PRICING = [{…}], {"H100": [{…}]}. A name that says more than a chip and that these are its prices is of something else."""
    name = words_apart(name)
    chips = find_chips(name, context=True) if any(map(str.isdigit, name)) and len(name) <= 60 else []
    if len(chips) == 1 and _ONLY_PRICES.fullmatch(split_label(name[:chips[0].left or chips[0].start] + " " + name[chips[0].end:]).strip()):
        facts.chips, facts.named = list(chips), []
    return facts


def _examples(node: Node) -> Iterator[Node]:
    """The sample answers of an interface description: maps and lists under `example` and `examples`; its schemas describe types, not offers."""
    for key, child in node.children():
        if key in ("example", "examples", "x-example"):
            if child.kind != "scalar":
                yield child
            elif isinstance(child.value, str) and _ANSWER.match(child.value) and len(child.value) > 40:
                yield child
        elif key not in ("requestBody", "parameters"):
            yield from _examples(child)


@dataclass(slots=True, frozen=True)
class _Field:
    """A key of records, and what follows from it alone: decided once a key, not once a record."""

    key: str
    head: Head
    aside: bool                                                # it opens a branch that is no rent of a GPU
    descriptor: bool                                           # a map under it describes its record
    description: bool
    taxed: bool                                                # it speaks of taxes
    text_price: bool                                           # a text under it may be a price
    number_price: bool                                         # a number under it may be one
    looks: bool                                                # it tells how the record is shown, not what it is


_TAX_KEY = words("tax_key")


@lru_cache(maxsize=16_384)
def _field(key: str) -> _Field:
    head = read_head(key) if len(key) <= 120 else Head("")
    looks = _OF_LOOKS.search(head.text) is not None
    if looks or head.role not in (None, "price", "unit") and _OF_ADDRESSES.search(head.text):
        head = replace(head, role=None, chips=())              # "gpuImageWidth": 350, "gpuUrl"
    periodic = bool(head.commitment or head.unit) and head.role not in ("other_price", "unit", "gpu_memory", "memory")
    priced = head.role == "price" or bool(head.chips)
    machine = head.role == "gpu" and len(head.chips) == 1 and head.chips[0].count is not None      # {"gpu_8x_a40": 4.1}
    return _Field(key, head, about_other_things(key) or is_set_aside(key), bool(_DESCRIPTOR.search(head.text)) or head.role in ("gpu", "location"), "description" in head.text,
                  bool(_TAX_KEY.search(head.text)), priced or periodic, head.role == "price" or bool(head.chips) and (head.role is None or machine), looks)


_OF_LOOKS = words("of_looks")
_OF_ADDRESSES = words("of_addresses")
_TIMES_KEY = words("times_key")
_TIMES = re.compile(r"[x×]\s?\d{1,3}|\d{1,3}\s?[x×]", re.IGNORECASE)
_CODE_KEY = words("code_key")
_NAME_KEY = words("name_key")
_PLAIN_PRICE = words("plain_price")
_HOURS = words("hours_used")
_SUM_PAID = words("sum_paid")
_NAMES_ITS_SUBJECT = frozenset({"name", "company", "vendor", "brand", "label", "title"})


def _of_other_seller(reading: Reading, key: str, child: Node) -> bool:
    """Whether a field says that its record is about another seller: "name: AWS". Not of a feed that collects what several ask, and says with each who it is."""
    if key.lower() in _WHO_SELLS and _collects(reading):
        return False
    return child.kind == "scalar" and isinstance(child.value, str) and key.lower() in _NAMES_ITS_SUBJECT and len(child.value) <= 40 \
        and seller_of_head(child.value) == "other" and not reading.is_own(child.value)


_WHO_SELLS = frozenset({"vendor", "company"})
_SAID_TO_SELL = re.compile(r"[\"'](?:vendor|company)[\"']\s{0,4}:\s{0,4}[\"'](?P<who>[^\"'\n]{1,40})[\"']|^[ -]{0,40}(?:vendor|company):[ ]{1,4}[\"']?(?P<named>[^\"'\n]{1,40})", re.MULTILINE)


def _collects(reading: Reading) -> bool:
    """Whether the records of a feed give two sellers or more by name: a list of what others ask, and nobody's price list."""
    if reading.collects is None:
        sellers = {seller for m in _SAID_TO_SELL.finditer(reading.document.text, 0, 200_000) if seller_of_head(seller := (m["who"] or m["named"]).strip()) == "other"}
        reading.collects = reading.document.content_type in ("json", "yaml") and len(sellers) >= 2
    return reading.collects


_FIRST = {"gpu": 0, "gpu_count": 0, "gpu_memory": 1}


def _chips_last(item: tuple[_Field, Node]) -> int:
    """Sorts the fields of a record: those that name or count its chips come first, then the memory of a card (beside it "L4" is one)."""
    return _FIRST.get(item[0].head.role, 2)


def _marks(text: str, kind: str) -> list[int]:
    """Where a text may name a chip, or, of JSON, hides characters behind an escape."""
    marks = chip_marks(text)
    return sorted([*marks, *(m.start() for m in re.finditer(r"\\", text))]) if kind == "json" and "\\" in text else marks


_SHORT_NOTE = 60                                               # characters of a note on other terms
_NOTE_ON_TERMS = re.compile(r"[^\W_][\w-]*(?:[ /][^\W_][\w-]*){0,4}\s?[:：=–—-]?\s?")
_NAMED_PRICE = re.compile(r"(?:^| )price$|^price(?: |$)")
MOST_BARE = 150                                                # a bare number above this is a figure in cents, or the price of something else
_DATED = words("dated")
_DATE = re.compile(r"(?:19|20)\d\d-?[01]\d(?:-?[0-3]\d)?(?:[T ].*)?$")
_BODIES = frozenset({"body", "response_body", "responseBody", "example"})                     # keys under which a recorded answer stands as it came
_LOOKED_AT = 2000                                              # nodes under a record among which the amount of its summary is looked for
_KEPT = 50_000                                                 # values that are remembered


def _says_stock(field: _Field, child: Node) -> bool:
    """Whether a field says of its record that it can be had."""
    return field.head.role == "availability" and child.kind == "scalar" and child.value not in (None, "", False, 0) and not is_nothing(str(child.value)) \
        and availability_in(str(child.value)) != "sold_out" and field.head.text not in ("status", "state")


def _of_the_stock(field: _Field, heads: Sequence[tuple[_Field, Node]]) -> bool:
    """Whether a number of GPUs is that of all there are, of which another field tells how many are free, or the most that can be had, where another tells the least:
    {"total_gpus": 6, "available_gpus": 4}, {"min_gpus": 1, "max_gpus": 8}. It is no machine's own then."""
    if _ALL_THERE_ARE.match(field.head.text):
        return any(other.head.role == "availability" and isinstance(child.value, int | float) and not isinstance(child.value, bool) for other, child in heads)
    return (most := _MOST.match(field.head.text)) is not None and any(_LEAST.match(other.head.text) and other.head.text.endswith(field.head.text[most.end():]) for other, _ in heads)


_ALL_THERE_ARE = re.compile(r"(?:grand )?total |all |capacity ")
_MOST, _LEAST = re.compile(r"max(?:imum)? "), re.compile(r"min(?:imum)? ")
_WHO_LETS = words("who_lets")
_OF_A_LIST = frozenset({"gpu", "gpu_count", "gpu_memory", "instance", "location", "availability"})
_MAKERS = words("makers")


def _says_who_lets(heads: Sequence[tuple[_Field, Node]]) -> bool:
    """Whether a record is a line of a list of GPUs with the sellers that let them, and says nothing else: no figures of merit, no results."""
    filled = [(field, child) for field, child in heads if child.kind != "scalar" or child.value not in (None, "")]
    who = [child for field, child in filled if _WHO_LETS.fullmatch(field.head.text)]
    return len(who) == 1 and who[0].kind == "scalar" and isinstance(who[0].value, str) and not is_nothing(who[0].value) and not _MAKERS.fullmatch(who[0].value.strip()) \
        and any(field.head.role == "gpu" for field, _ in filled) and all(child is who[0] or child.kind == "scalar" and field.head.role in _OF_A_LIST for field, child in filled)


_QUANTITY_WORD = words("quantity_head")
_NUMBERING = words("numbering")


def _bare_count(label: str) -> bool:
    """Whether a key is a plain word for a number, in any language: {"gpu": "A40", "count": 4}, {"gpu": "A40", "anzahl": 4}."""
    return _QUANTITY_WORD.match(label) is not None and not _NUMBERING.match(label.strip(" ."))


def _counted_at_start(text: str, names: set[str]) -> float | None:
    """The number of GPUs with which a text begins that names one chip, one of `names`: "4x NVIDIA A40, 64 vCPU"."""
    chips = find_chips(text, context=True)
    return chips[0].count if chips and {c.gpu_name for c in chips} <= names and len({c.gpu_name for c in chips}) == 1 and chips[0].left == 0 and not chips[0].at_most else None


def _few(value: object) -> bool:
    """Whether a bare number is one of GPUs in a machine."""
    return isinstance(value, int | str) and not isinstance(value, bool) and str(value) in {"1", "2", "3", "4", "5", "6", "7", "8", "10", "16"}


def _in_cents(head: Head, node: Node) -> bool:
    """Whether a field says that the prices beside it are in cents: {"price": 45, "unit": "cents"}, {"amount": 45, "currency": "USD cents"}."""
    return head.role in ("unit", "currency") and isinstance(node.value, str) and _CENTS.search(node.value.lower()) is not None


def _is_bare(value: object) -> bool:
    """Whether a value is a number and nothing else."""
    return isinstance(value, int | float) or isinstance(value, str) and value.strip().replace(".", "", 1).isdigit()


def _has_gpus(node: Node) -> bool:
    """Whether a branch is a list of records that count GPUs: what is said above it is what they are, {"name": "A10", "plans": [{"gpu_count": 2}]}."""
    return node.kind == "list" and bool(node.items) and node.items[0].kind == "map" and any(_field(k).head.role in ("gpu_count", "gpu_memory") for k, _ in node.items[0].entries)


_SHELF = words("shelf")
_OF_GPUS = words("shelf_of_gpus")
_SKU = re.compile(r"(?<![a-z])skus?(?![a-z])")


def _gpu_of_catalogue(heads: Sequence[tuple[_Field, Node]]) -> str | None:
    """The SKU of a record that is an article of a catalogue and stands under GPUs there; None of any other."""
    texts = [(field.head.text, child.value.strip()) for field, child in heads if child.kind == "scalar" and isinstance(child.value, str)]
    if not any(_SHELF.fullmatch(label) and _OF_GPUS.fullmatch(value) for label, value in texts):
        return None
    return max((value for label, value in texts if _SKU.search(label)), key=len, default=None)


def _names_a_gpu(node: Node) -> bool:
    """Whether a map has a field of a GPU with a chip in it: it is the hardware of its record, {"hw": {"gpu": "A40", "count": 2}}."""
    return any(child.kind == "scalar" and isinstance(child.value, str) and len(child.value) <= 80 and _field(key).head.role == "gpu" and find_chips(child.value, context=True) for key, child in node.entries)


def _told_by_names(heads: Sequence[tuple[_Field, Node]], named: list[ChipSpan]) -> list[ChipSpan]:
    """Of the chips that the texts of a record name, those that its name does, where its code, which may be short of the name, says others: {"id": "rtx6000", "name": "RTX PRO 6000"}."""
    texts = {bool(_CODE_KEY.fullmatch(field.head.text)): child.value for field, child in heads
             if isinstance(child.value, str) and len(child.value) <= 120 and (_CODE_KEY.fullmatch(field.head.text) or _NAME_KEY.fullmatch(field.head.text))}
    if len(texts) < 2:
        return named
    of_code, of_name = ({c.gpu_name for c in find_chips(texts[coded], context=True)} for coded in (True, False))
    kept = [c for c in named if c.gpu_name in of_name or c.gpu_name not in of_code]
    return kept if of_name else named


def _counts_gpus(field: _Field, child: Node) -> bool:
    """Whether a field of GPUs holds anything."""
    return field.head.role in ("gpu", "gpu_count") and child.kind == "scalar" and child.value not in (None, False, 0) and not (isinstance(child.value, str) and is_nothing(child.value))


def _name_in(key: str, chips: tuple[ChipSpan, ...]) -> str | None:
    """A key that names a chip and more ("H100 SXM, serverless") is the name of what costs that."""
    rest = key[:chips[0].left or chips[0].start] + key[chips[-1].end:] if chips else ""
    return key if re.search(r"[^\W\d_]{3}", rest) else None


def _latest(items: list[Node]) -> list[Node]:
    """Of a history (records that bear nothing but a date and the same fields again: the prices of each week) the latest record; any other list as it is."""
    if len(items) < 3 or any(item.kind != "map" for item in items[:3]):
        return items
    dates: dict[str, Node] = {}
    keys = None
    for item in items:
        if item.kind != "map" or keys is not None and keys != [key for key, _ in item.entries[:2]]:
            return items
        keys = [key for key, _ in item.entries[:2]]
        words = [(key, child.value) for key, child in item.entries if child.kind == "scalar" and isinstance(child.value, str)]
        date = next((value for key, value in words if _DATED.search(key) and _DATE.match(value)), None)
        if date is None or date in dates or any(not _DATED.search(key) for key, _ in words):
            return items
        dates[date] = item
    return [dates[max(dates)]]


MOST_NAMED = 400                                               # records of a list of which the names are compared
SURE_CARDS = 3                                                 # names of cards that nothing else is called, from which on "A10" and "L4" beside them are some, too


def _cards_among(items: list[Node]) -> frozenset[int]:
    """Which records of a list bear the name of a card and nothing else, where several do that nothing else is called: [{"name": "H100"}, {"name": "A40"}, {"name": "L40S"}, {"name": "L4"}, …]."""
    if not SURE_CARDS < len(items) <= MOST_NAMED:
        return frozenset()
    names = {number: child.value.strip() for number, item in enumerate(items) if item.kind == "map" for key, child in item.entries[:4]
             if key.lower() in _NAMES_ITS_SUBJECT and isinstance(child.value, str) and 2 <= len(child.value) <= 24 and any(map(str.isdigit, child.value))}
    if sum(_is_card(name, context=False) for name in names.values()) < SURE_CARDS:
        return frozenset()
    return frozenset(number for number, name in names.items() if _is_card(name, context=True))


def _is_card(name: str, *, context: bool) -> bool:
    """Whether a name is that of one chip and nothing more."""
    found = find_chips(name, context=context)
    return len(found) == 1 and not name[:found[0].left].strip() and not name[found[0].end:].strip()


def _listed_rows(reading: Reading, node: Node) -> Node | None:
    """The rows of a table written as lists, [["NVIDIA A40", "48 GB", "$0.45/hr"], …], as maps: named by a first row of heads, else by which columns hold chips and which
    prices with their sign. None where a list is no such table."""
    items = node.items
    if len(items) < 2 or any(row.kind != "list" or len(row.items) != len(items[0].items) or any(cell.kind != "scalar" for cell in row.items) for row in items[:50]) or not 2 <= len(items[0].items) <= 40:
        return None
    heads = [cell.value if isinstance(cell.value, str) and not any(map(str.isdigit, cell.value)) else "" for cell in items[0].items]
    roles = [read_head(head).role if 0 < len(head) <= 60 else None for head in heads]
    if all(heads) and "price" in roles and not {"gpu", "gpu_count", "instance"}.isdisjoint(roles):
        names, items = heads, items[1:]
    elif (shown := reading.row_heads.get(len(items[0].items))) is not None:
        names = shown                                          # heads that the page shows above its rows, apart from them
    else:
        columns = list(zip(*[[str(cell.value) if cell.value is not None else "" for cell in row.items] for row in items[:50]], strict=True))
        chips = [all(len(cell) <= 80 and find_chips(cell, context=False) for cell in column) for column in columns]
        prices = [all(len(cell) <= 40 and any(p.sign for p in reading.prices(cell)) for cell in column) for column in columns]
        if chips.count(True) != 1 or prices.count(True) != 1:
            return None
        names = ["gpu" if chip else "price" if price else f"column {i + 1}" for i, (chip, price) in enumerate(zip(chips, prices, strict=True))]
    return Node("list", node.start, node.end, items=[Node("map", row.start, row.end, entries=list(zip(names, row.items, strict=False))) for row in items if row.kind == "list"])


# Flags of a record that say that it is not offered.
_WITHDRAWN = {"enabled": False, "active": False, "visible": False, "disabled": True, "hidden": True, "deprecated": True, "discontinued": True, "retired": True, "archived": True, "draft": True, "published": False}


@lru_cache(maxsize=1)
def _others_price() -> re.Pattern:
    return words_of_sellers("others_price")


_TOTAL = words("of_whole_machine")


def _shared(times: float) -> bool:
    """Whether an amount that is so many times another one may be that of all the GPUs of a machine."""
    return 1 <= round(times) <= 16 and abs(times - round(times)) < 0.004 * times


def _totals(quoted: list[Quoted], count: float | None) -> list[Quoted]:
    """Of a price per GPU and the price of all the GPUs of a record, the latter: where they agree, or its key says that it is the total.

    They agree, too, where the one is a whole number of times the other: a list may count in more than one way.
    """
    whole = [q for q in quoted if q.price is not None and q.scope != "gpu" and not q.chips]

    def doubled(q: Quoted) -> bool:
        return q.scope == "gpu" and q.price is not None and not q.chips and any(
            (o.unit or o.price.unit) == (q.unit or q.price.unit) and (o.commitment, o.months) == (q.commitment, q.months) and (o.currency or q.currency) == (q.currency or o.currency)
            and (count is not None and (abs(o.price.amount - count * q.price.amount) <= max(0.02 * o.price.amount, 0.011) or _shared(o.price.amount / q.price.amount))
                 or _TOTAL.search(o.head.text) is not None) for o in whole)
    return [q for q in quoted if not doubled(q)]


class _Walker:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.text = reading.document.text
        self.samples = False                                   # what it reads are samples of answers, whose figures may be of anything
        self.priced: dict[int, bool] = {}
        self.is_price: dict[tuple[str, str], bool] = {}
        self.picked: list[Offer] = []                          # offers of branches that pick one out of others: the cheapest, the best
        # where a chip may be named: of data whose nodes are the slices of the text that they say they are
        self.marks = _marks(self.text, reading.document.content_type) if reading.document.content_type in ("json", "csv") else None

    def has_price(self, node: Node) -> bool:
        """Whether a price stands somewhere under a node."""
        known = self.priced.get(id(node))
        if known is None:
            known = any(self._is_price(key, child) if child.kind == "scalar" else self.has_price(child) for key, child in node.children())
            self.priced[id(node)] = known
        return known

    def _holds(self, node: Node, amount: float) -> bool:
        """Whether this amount stands as a number under a node, in the first of its records or a later one."""
        stack = [node]
        for _ in range(_LOOKED_AT):
            if not stack:
                break
            item = stack.pop()
            if item.kind == "scalar":
                if isinstance(item.value, int | float) and not isinstance(item.value, bool) and float(item.value) == amount:
                    return True
            else:
                stack += [child for _, child in item.children()]
        return False

    def _is_price(self, key: str, node: Node) -> bool:
        value = node.value
        if isinstance(value, bool) or value is None:
            return False
        field = _field(key)
        if isinstance(value, str):
            if not field.text_price or len(value) > 300:
                return False
            known = self.is_price.get((key, value))
            if known is None:
                known = self._reads_as_price(field.head, value)
                if len(self.is_price) < _KEPT:
                    self.is_price[key, value] = known
            return known
        return field.number_price and value > 0 and (field.head.role == "price" or value < 1000)

    def _reads_as_price(self, head: Head, value: str) -> bool:
        if not any(c.isdigit() for c in value) and not asks_for_contact(value):
            return False
        if head.role == "price":
            return bool(cell_prices(self.reading, head, value)) or asks_for_contact(value)
        if (head.commitment or head.unit) and head.role not in ("other_price", "unit", "gpu_memory", "memory") and _SIGNED.match(value.strip()):
            return True
        return bool(head.chips) and (any(p.sign for p in self.reading.prices(value)) or asks_for_contact(value))

    def walk(self, node: Node, facts: Facts, key: str, place: bool = False) -> None:
        """Read a branch. `place` says that its records are places (they stand under a key of regions), so that their names are locations."""
        if node.kind == "scalar":
            self._answer(node, facts)
        elif node.kind == "list" and (rows := _listed_rows(self.reading, node)) is not None:
            self.walk(rows, facts, key, place)
        elif node.kind == "list":
            facts = _named_by(key, facts)
            facts.is_gpu = facts.is_gpu or bool(key) and _field(key).head.role in ("gpu", "gpu_count")       # "gpus": [{"name": "A40"}, …]
            if key and (said := _said_by(key)).commitment or key and said.unit and _field(key).head.role in (None, "price"):       # "spot": [{"gpu": "A40", …}], "hourly": […]
                facts.commitment, facts.months = (said.commitment, said.months) if said.commitment else (facts.commitment, facts.months)
                facts.unit = said.unit or facts.unit
            read: dict[tuple, list[Offer]] = {}
            items = _latest(node.items)
            cards = frozenset() if facts.is_gpu else _cards_among(items)
            for number, item in enumerate(items):
                if self.reading.is_full():
                    break
                if item.kind == "map":
                    self._item(item, facts.of_gpu() if number in cards else facts, place, read)
                else:
                    self.walk(item, facts, key, place)
        elif (rows := named_rows(node)) is not None:
            self.walk(rows, facts, key, place)
        else:
            self._record(node, facts.child(), "" if place else key, place)

    def _answer(self, node: Node, facts: Facts) -> None:
        """A recorded answer: JSON inside a string."""
        value = node.value
        if not isinstance(value, str) or len(value) < 40 or not _ANSWER.match(value) or not (find_chips(value[:200_000], context=False) or names_instances(value[:200_000])):
            return
        offset = self.text.find(value[:60], node.start, node.end)
        try:
            inner = read_json(value)
        except TreeError:
            return
        _shift(inner, offset if offset >= 0 and self.text.startswith(value, offset) else None, node, self.text)
        if read_known(self.reading, inner):
            return
        marks, self.marks = self.marks, None
        self.walk(inner, facts.child(), "")
        self.marks = marks

    def _item(self, node: Node, facts: Facts, place: bool, read: dict[tuple, list[Offer]]) -> None:
        """Read a record of a list. `read`: the offers of its records of plain values; those of a record that says the same, word for word, are the same."""
        if self._is_silent(node, facts):
            return
        values = [child.value for _, child in node.entries]
        key = (self.reading.tax, *[k for k, _ in node.entries], *values, *map(type, values)) if all([child.kind == "scalar" for _, child in node.entries]) else None
        if key in read:
            self.reading.offers += read[key]
            return
        before = len(self.reading.offers)
        self._record(node, facts.child(), "", place)
        if key is not None and len(read) < _KEPT:
            read[key] = self.reading.offers[before:]

    def _is_silent(self, node: Node, facts: Facts) -> bool:
        """Whether no offer can come of a record: neither what it inherits nor its slice of the source names a chip. So are most records of a list of all that a cloud sells."""
        if self.marks is None or facts.chips or facts.named or facts.instance is not None:
            return False
        first = bisect_left(self.marks, node.start)
        return (first == len(self.marks) or self.marks[first] >= node.end) and self._says_nothing(node)

    def _says_nothing(self, node: Node) -> bool:
        """The same of what is not in the slice: heads of columns, types of instances, recorded answers, and the one thing that is read for all records, the tax."""
        for key, child in node.children():
            field, value = _field(key), child.value
            if field.head.chips or child.start < node.start or child.end > node.end:
                return False
            if child.kind != "scalar":
                if key in _BODIES or instance_chip(key) is not None or not self._says_nothing(child):
                    return False
            elif isinstance(value, str) and value and (
                    field.head.role == "instance" and instance_chip(value.strip()) is not None or field.taxed and tax_in(value) != "unknown" or len(value) >= 40 and _ANSWER.match(value)):
                return False
        return True

    def _record(self, node: Node, facts: Facts, key: str, place: bool = False) -> None:
        if any(_of_other_seller(self.reading, k, child) or isinstance(child.value, str) and len(child.value) <= 40 and other_record(k, child.value) for k, child in node.entries):
            return
        before = (tuple(facts.chips), tuple(facts.named))
        keyed, found = False, []
        name_like = bool(key) and (any(c.isdigit() for c in key) or bool(facts.chips)) and len(key) <= 80
        if name_like:
            found = find_chips(key, context=True)
            if found and len(found) <= 2:
                facts.chips, facts.named = found, []
            if read_head(key).role not in ("price", "unit", "currency", "location", "other_price") and (found or facts.instance is None or instance_chip(key) is not None):
                facts.instance, facts.instance_rank, keyed = key, 2, True
            commitment, months = commitment_in(key)
            if commitment:
                facts.commitment, facts.months = commitment, months
        if key and not keyed and _field(key).head.role in (None, "price") and (said := _said_by(key)).unit:      # "price_per_hour": {"A40": {"on_demand": 0.45}}
            facts.unit, facts.currency = said.unit, said.currency or facts.currency
        heads = [(_field(k), child) for k, child in node.entries]
        if any(child.value is not None and _WITHDRAWN.get(field.head.text.removeprefix("is ")) is child.value for field, child in heads):
            return
        local = Facts(is_gpu=facts.is_gpu)
        of_one: float | None = None                            # the number of GPUs with which a description begins
        of_gpus = (bool(facts.chips) or any(field.head.role == "gpu" for field, _ in heads)) and not any(field.head.role == "gpu_count" for field, _ in heads)
        for field, child in sorted(heads, key=_chips_last):
            k, head = field.key, field.head
            if of_gpus and _bare_count(head.text) and child.kind == "scalar" and _few(child.value):
                head = replace(head, role="gpu_count")         # {"gpu": "A40", "count": 4}
            if field.looks or head.role == "gpu_count" and _of_the_stock(field, heads):
                continue
            if isinstance(child.value, str) and head.role in (None, "instance") and _TIMES_KEY.match(head.text) and _TIMES.fullmatch(child.value.strip()):
                head = replace(head, role="gpu_count")         # {"name": "A40", "config": "x4"}
            if child.kind == "scalar":
                if head.role == "price" and not (isinstance(child.value, str) and not self._is_price(k, child)):
                    continue
                if isinstance(child.value, str) and len(child.value) > MAX_VALUE:
                    continue
                if head.chips and self._is_price(k, child):
                    continue
                if field.description and (local.chips or local.named or len(str(child.value)) > 100):
                    if of_one is None and isinstance(child.value, str):
                        of_one = _counted_at_start(child.value, {c.gpu_name for c in [*local.chips, *local.named]})
                    continue
                if field.taxed and isinstance(child.value, str) and self.reading.tax == "unknown":
                    self.reading.tax = tax_in(child.value)
                if place and head.role == "instance" and isinstance(child.value, str):
                    local.location = local.location or child.value
                    continue
                local.absorb(head, child.value)
            elif child.kind == "map" and head.role == "unit":
                named = next((c.value for _, c in child.entries if isinstance(c.value, str)), None)
                local.unit = unit_in(f"/{named}") if named else local.unit
            elif child.kind == "map" and not field.aside and (field.descriptor or _names_a_gpu(child) and self.has_price(node)) and not self.has_price(child):
                self._describe(child, head, local)
            elif child.kind == "list" and head.role in ("gpu", "location") and child.items and all(i.kind == "scalar" for i in child.items):
                values = [str(i.value) for i in child.items if i.value is not None]
                if head.role == "location":
                    local.location = ", ".join(values)[:300] if len(values) <= 12 else None
                elif len(values) == 1:
                    local.absorb(head, values[0])
        if of_one and local.count is None and not any(c.count for c in [*local.chips, *local.named]):
            local.count = of_one                               # "sku": "GPU-A40-4", "description": "4x NVIDIA A40, 64 vCPU"
        if len(local.named) > 1 and len({c.gpu_name for c in local.named}) > 1:
            local.named = _told_by_names(heads, local.named)
        if not (local.chips or local.named) and local.instance is not None and len(local.instance) <= 40 and any(_has_gpus(child) for _, child in heads):
            local.named = [chip for chip in find_chips(local.instance, context=True) if local.instance[chip.end:].strip() == local.instance[:chip.left].strip() == ""]
        self._merge(facts, local, keyed)
        if local.chips or local.named or keyed:
            facts.anchor = (node.start, node.end)
        if local.no_gpu and not local.chips:
            facts.chips, facts.named = [], []
        quoted = []
        in_cents = any(_in_cents(field.head, child) for field, child in heads)
        plain = any(_PLAIN_PRICE.match(field.head.text) and self._is_price(field.key, child) for field, child in heads if child.kind == "scalar")
        own = any(self._is_price(field.key, child) and not field.aside and not is_worked_out(field.head.text) for field, child in heads if child.kind == "scalar")
        for field, child in heads:
            k, head = field.key, field.head
            if field.aside or plain and before_discount(head.text) or own and child.kind == "scalar" and is_worked_out(head.text):
                continue
            if child.kind == "scalar":
                if field.text_price or field.number_price or head.chips:
                    quoted += self._scalar_price(k, replace(head, cents=True) if in_cents and not head.currency and _is_bare(child.value) else head, child)
            elif head.role == "price" and "tier" not in head.text or (head.role in (None, "instance") and k.lower() in ("prices", "pricing", "pricings")):
                if not any(n.kind == "map" and self._describes_chip(n) for _, n in child.children()):
                    quoted += self._branch_prices(child, [k], 0)
        if quoted and any(q.price is not None for q in quoted):
            quoted += [q for field, child in heads if field.head.role is None and not (field.text_price or field.aside) and isinstance(child.value, str) for q in self._noted_price(child)]
        if keyed and not quoted and (found or instance_chip(key) is not None):
            quoted = self._prices_by_place(node)
        if any(_LOW.search(q.head.text) and q.price is not None for q in quoted):       # {"minimum price": 0.4, "options": [{"price": 0.4}, {"price": 0.5}]}: the list says it again
            quoted = [q for q in quoted if q.price is None or not _LOW.search(q.head.text) or not any(child.kind != "scalar" and not field.aside and self._holds(child, q.price.amount) for field, child in heads)]
        if any(_LOW.search(q.head.text) for q in quoted):      # a range as two fields: its low end counts
            quoted = [replace(q, price=replace(q.price, price_from=True)) if q.price is not None and _LOW.search(q.head.text) else q for q in quoted if not _HIGH.search(q.head.text)]
        others = [q for q in quoted if self._of_others(q)]
        if len(others) == 1 or len(others) < len(quoted):      # a list of what several sellers ask is one of offers, each of its seller
            quoted = [q for q in quoted if q not in others]
        if any(_HOURS.match(field.head.text) for field, _ in heads):
            quoted = [q for q in quoted if not (_SUM_PAID.match(q.head.text) and q.unit is None and q.head.unit is None)]      # a line of a bill
        if all(_HIGH.search(q.head.text) for q in quoted):     # what one would pay at most
            quoted = []
        if sum(q.price is not None for q in quoted) > 1:
            quoted = self._as_asked(_totals(quoted, facts.count), facts.currency)
        units = {q.head.unit or q.unit for q in quoted if q.price is not None} - {None}
        for q in quoted:                                       # "price_per_hour" and "spot_price" side by side: per the same
            if q.commitment == "spot" and q.price is not None and not (q.unit or q.head.unit or q.price.unit) and len(units) == 1:
                q.unit = next(iter(units))
        full = {(q.price.amount, tuple(c.gpu_name for c in q.chips)) for q in quoted if q.price is not None and (q.price.unit or q.unit or q.head.unit)}
        if full and facts.unit is None:                        # one price, printed plainly and again with its unit (schema.org's priceSpecification)
            quoted = [q for q in quoted if q.price is None or q.price.unit or q.unit or q.head.unit or (q.price.amount, tuple(c.gpu_name for c in q.chips)) not in full]
        priced_branch = bool(key) and _field(key).head.role == "price"
        if priced_branch and _HIGH.search(_field(key).head.text):
            quoted = []
        bare = [q for q in quoted if q.price is not None and not (q.price.sign or q.price.unit or q.unit or q.head.unit or q.currency or q.head.currency)]
        if not self.samples and len(bare) == len(quoted):      # no price beside them says more
            most = MAX_HOURLY.get(self.reading.currency(self.reading.rate[0]) or "", MOST_BARE) * UNIT_HOURS.get(self.reading.rate[1], 1) if self.reading.rate else MOST_BARE * UNIT_HOURS.get(self.reading.period or "", 1)
            for q in bare:
                if priced_branch:                              # {"HOURLY_USD": {"A40": 0.4}}
                    q.unit, q.currency = _field(key).head.unit, _field(key).head.currency
                q.stated = q.stated or q.price.amount <= most and (priced_branch and bool(q.chips) or bool(_NAMED_PRICE.search(q.head.text)))
        if quoted and not (facts.chips or facts.named or local.noted or any(q.chips for q in quoted)):
            facts.named = [chip for field, child in heads if field.head.role == "price" and isinstance(child.value, str) for chip in find_chips(child.value)]      # "$2.10 (H100)"
        chips = facts.chips or facts.named or local.noted
        facts.noted = local.noted
        own = [q for q in quoted if not q.chips]
        if chips and own or any(q.chips for q in quoted):
            for q in quoted:
                if q.chips or chips:
                    self._emit(facts, q, node)
            consumed = True
        elif own and facts.instance and self._by_instance(facts, own, node):
            consumed = True
        else:
            consumed = False
            new = (tuple(facts.chips), tuple(facts.named)) != before
            told = chips and new and any(child.kind == "scalar" and field.head.role == "price" and isinstance(child.value, str) and not is_nothing(child.value)
                                         and not any(map(str.isdigit, child.value)) for field, child in heads)
            if told and not self.has_price(node):
                self._emit(facts, None, node)                  # "price: see the catalogue of each data centre"
            elif chips and new and not self.has_price(node) and (any(_says_stock(field, child) for field, child in heads) or found and keyed and any(_counts_gpus(field, child) for field, child in heads)):
                self._emit(facts, None, node)                  # "stock: high"; {"fox.A10.4": {"GPU": "B9"}}
            elif local.chips and new and not self.has_price(node) and _says_who_lets(heads):
                self._emit(facts, None, node)                  # "A40,\"fox,elk\"" under "Accelerator,Providers"
            elif local.named and new and not self.has_price(node) and (article := _gpu_of_catalogue(heads)):
                facts.instance = facts.instance or article[:120]
                if facts.commitment is None:
                    facts.commitment, facts.months = commitment_in(article)
                self._emit(facts, None, node)                  # "GPU,A40 for one year" under "Group,SKU description"
            elif chips and new and not self.has_price(node) and (local.specs >= 1 or local.count is not None) and (local.chips or local.instance):
                self._emit(facts, None, node)
        for field, child in heads:
            if child.kind == "scalar":
                if isinstance(child.value, str) and len(child.value) > 200:
                    self._answer(child, facts)
                continue
            if field.aside or (consumed and field.head.role == "price"):
                continue
            if child.kind == "map" and (field.descriptor or _names_a_gpu(child)) and (local.chips or local.named) and not self.has_price(child) and (field.descriptor or self.has_price(node)):
                continue                                       # a descriptor, read above
            if not self.has_price(child) and not self._may_list(child):
                continue
            if field.key in _BODIES and child.kind != "scalar" and read_known(self.reading, child):
                continue
            if field.head.chips or instance_chip(field.key) is not None or not self._is_silent(child, facts):
                before = len(self.reading.offers)
                self.walk(child, facts.child(), field.key, field.head.role == "location")
                if _PICKED.fullmatch(split_label(field.key)):
                    self.picked += self.reading.offers[before:]

    def leave_out_repeated(self) -> None:
        """Take out of the offers of summaries ("cheapest": {…}) those that the list which they sum up has, too."""
        picked = {id(o) for o in self.picked}
        listed = {(o.gpu_name, o.price, o.currency) for o in self.reading.offers if id(o) not in picked} if picked else set()
        if listed:
            again = {(o.start, o.end, o.gpu_name) for o in self.picked if (o.gpu_name, o.price, o.currency) in listed}     # with what its price comes to in other money
            self.reading.offers[:] = [o for o in self.reading.offers if id(o) not in picked or (o.start, o.end, o.gpu_name) not in again]

    def _as_asked(self, quoted: list[Quoted], currency: str | None) -> list[Quoted]:
        """Of a price in the money that its record names, and what it comes to in another ("price", "currency", "price_usd"), the former."""
        money = self.reading.currency(currency)
        if money is None or not any(q.price is not None and self.reading.currency(q.head.currency) in (None, money) for q in quoted):
            return quoted
        return [q for q in quoted if q.price is None or q.price.sign or self.reading.currency(q.head.currency) in (None, money)]

    def _of_others(self, q: Quoted) -> bool:
        """Whether a price is, by its key, what another seller asks: `awsPricePerHour`, `competitor_price`."""
        other = _others_price().match(q.head.text)
        return other is not None and not self.reading.is_own(other[0])

    @staticmethod
    def _may_list(node: Node) -> bool:
        """Whether an unpriced branch may hold records of its own."""
        return node.kind == "map" or any(i.kind != "scalar" or isinstance(i.value, str) and len(i.value) >= 40 and _ANSWER.match(i.value) for i in node.items)

    @staticmethod
    def _describes_chip(node: Node) -> bool:
        return any(read_head(k).role == "gpu" and c.kind == "scalar" and isinstance(c.value, str) for k, c in node.entries if len(k) <= 60)

    def _describe(self, node: Node, parent: Head, facts: Facts, depth: int = 0) -> None:
        """Scalars of a nested map that only describes its parent (`specs`, `gpu_info`, `instance_type`)."""
        for k, child in node.entries:
            head = read_head(f"{parent.text} {k}" if parent.role == "gpu" and depth < 2 else k)
            if child.kind == "scalar":
                plain = split_label(k)
                if parent.role == "gpu" and plain in ("type", "name", "model", "description", "id", "product", "display name", "card"):
                    head = read_head("gpu")
                elif parent.role == "gpu" and plain in ("count", "quantity", "number", "num", "total"):
                    head = read_head("gpu_count")
                elif _bare_count(plain) and _few(child.value) and _names_a_gpu(node):
                    head = read_head("gpu_count")
                elif parent.role == "location":
                    if plain in ("name", "description", "id", "code", "city", "country", "display name", "label") and isinstance(child.value, str):
                        facts.location = facts.location or child.value
                    continue
                if not (isinstance(child.value, str) and len(child.value) > 200) and head.role != "price":
                    facts.absorb(head, child.value)
            elif child.kind == "map" and depth < 3 and not about_other_things(k) and (_DESCRIPTOR.search(head.text) or head.role in ("gpu", "memory", "vcpu")):
                self._describe(child, head, facts, depth + 1)

    @staticmethod
    def _merge(facts: Facts, local: Facts, keyed: bool) -> None:
        """What a record says overrides what it inherits; a chip of its own drops the inherited chip and its details."""
        if local.chips or local.named:
            facts.chips, facts.named, facts.printed = local.chips, local.named, local.printed
            facts.gpu_memory = facts.form_factor = None
            if local.instance is None and local.chips and not keyed:
                facts.instance = None
            facts.count = None
        for name in ("count", "gpu_memory", "form_factor", "location", "availability", "commitment", "months", "currency", "unit", "scope"):
            value = getattr(local, name)
            if value is not None:
                setattr(facts, name, value)
        if local.count is not None:
            facts.at_most = local.at_most
        if local.instance is not None:
            facts.instance, facts.instance_rank = local.instance, local.instance_rank
        facts.memory_head = local.memory_head or facts.memory_head
        facts.size = local.size or facts.size
        facts.specs, facts.cpu = local.specs, local.cpu or facts.cpu
        facts.is_gpu = facts.is_gpu or local.is_gpu
        facts.no_gpu = local.no_gpu
        facts.unknown = facts.unknown + local.unknown

    def _scalar_price(self, key: str, head: Head, node: Node) -> list[Quoted]:
        value = node.value
        if isinstance(value, bool) or value is None:
            return []
        if isinstance(value, str) and (is_nothing(value) or len(value) > 400):
            return []
        if head.role == "price" or self._is_price(key, node):
            chips = head.chips
            bare = head if head.role == "price" else Head(head.text, "price", head.unit, head.scope, head.commitment, head.months, head.currency)
            bare = with_note(bare, self.reading.notes)
            if not bare.cents and self.reading.in_cents(key, value):
                bare = replace(bare, cents=True)
            found = cell_prices(self.reading, bare, value)
            out = []
            for price in found:
                q = self._quoted(price, bare, node, chips)
                q.instance = _name_in(key, chips)
                if chips:                                      # {"A40 (fox.large - 2x GPUs - eu-west-1)": "$0.88/hr"}, {"A40 (fox large)": "$0.88/hr (2x GPUs)"}
                    q.count = stated_count(key) or (stated_count(value) if isinstance(value, str) else None)
                    q.location = q.location or self._place_in(key)
                if isinstance(value, str) and q.commitment is None:
                    q.commitment, q.months = commitment_beside(value, len(out), found, 0, len(value))
                out.append(q)
            if not found and isinstance(value, str) and (asks_for_contact(value) or value.strip().lower() == "call"):
                out.append(Quoted(None, node.start, node.end, bare, contact=True, chips=chips, instance=_name_in(key, chips)))
            return out
        if head.chips and isinstance(value, str) and len(value) <= 40 and asks_for_contact(value):
            return [Quoted(None, node.start, node.end, head, contact=True, chips=head.chips, instance=key)]
        return []

    def _noted_price(self, node: Node) -> list[Quoted]:
        """The price on other terms that a note says beside a price, and nothing else: "Spot: $0.80"."""
        value = node.value
        if len(value) > _SHORT_NOTE or not any(map(str.isdigit, value)) or (commitment := commitment_in(value)[0]) is None:
            return []
        found = self.reading.prices(value)
        if len(found) != 1 or not found[0].sign or found[0].other or not _NOTE_ON_TERMS.fullmatch(value[:found[0].start]) or re.search(r"\w", value[found[0].end:]):
            return []
        return [replace(self._quoted(found[0], Head(""), node), commitment=commitment, months=commitment_in(value)[1])]

    def _place_in(self, key: str) -> str | None:
        """The code of a region that a key names beside a chip: "A40 (fox.large - eu-west-1)"."""
        parts = [part for part in _PARTS_OF_KEY.split(key[:120]) if part and _CODE_OF_PLACE.fullmatch(part) and "-" in part]
        return next((part for part in parts if self.reading.locate is not None and self.reading.locate(part)[0]), None)

    @staticmethod
    def _quoted(price: Price, head: Head, node: Node, chips: tuple = ()) -> Quoted:
        return Quoted(price, node.start, node.end, head, head.unit, head.scope, head.commitment, head.months, head.currency, head.tax, chips=tuple(chips))

    def _branch_prices(self, node: Node, labels: list[str], depth: int) -> list[Quoted]:
        """The prices of a map or list under a price key: {"hourly": …, "monthly": …}, {"USD": {"hour": …}}, [{"currencyCode": …, "prices": [{"value": …}]}]."""
        if depth > 8:
            return []
        label = read_head(" ".join(labels)[-160:])
        if node.kind == "list":
            return [q for item in node.items for q in (self._branch_prices(item, labels, depth + 1) if item.kind != "scalar" else [])]
        if node.kind == "scalar":
            return []
        scalars = {k: c for k, c in node.entries if c.kind == "scalar"}
        in_cents = any(_in_cents(read_head(k), child) for k, child in scalars.items() if len(k) <= 120)
        currency = label.currency
        unit, commitment, months, location = label.unit, label.commitment, label.months, None
        for k, child in scalars.items():
            head = read_head(k)
            if head.role == "currency" and isinstance(child.value, str):
                currency = (read_head(child.value).currency or currency)
            elif isinstance(child.value, str) and child.value.upper() in UNIT_CODES and "unit" in head.text:
                unit = UNIT_CODES[child.value.upper()]
            elif (head.role == "unit" or k in ("unit", "interval", "intervalUnit")) and isinstance(child.value, str):
                unit = unit_in(child.value) or (unit_in(f"/{child.value}")) or unit
            elif head.role == "location" and isinstance(child.value, str):
                location = child.value
            elif isinstance(child.value, str) and len(child.value) < 80:
                word, term = commitment_in(child.value)
                commitment, months = (word, term) if word else (commitment, months)
                if unit is None and head.role in ("commitment", None) and _PERIOD_ALONE.fullmatch(child.value.strip().lower()):
                    unit = unit_in(child.value)                # {"term": "hourly", "amount": 0.9}
        for k, child in node.entries:                          # schema.org's referenceQuantity: what the price is for one of
            if child.kind == "map" and _QUANTITY.search(split_label(k)):
                unit = next((u for name, c in child.entries if isinstance(c.value, str) and "unit" in name.lower() and (u := UNIT_CODES.get(c.value.upper()) or unit_in(f"/{c.value}"))), unit)
        out = []
        if "units" in scalars and "nanos" in scalars:          # money as a whole part and billionths
            whole, nanos = scalars["units"].value, scalars["nanos"].value
            try:
                amount = float(whole or 0) + float(nanos or 0) / 1e9
            except (TypeError, ValueError):
                amount = 0.0
            if amount > 0:
                out.append(Quoted(Price(0, 0, round(amount, 9)), scalars["units"].start, scalars["nanos"].end, label, unit, label.scope, commitment, months, currency))
            return out
        for k, child in node.entries:
            head = read_head(k) if len(k) <= 120 else Head("")
            if child.kind == "scalar":
                if not (_MONEY.match(head.text) or head.role == "price" or re.search(r"\d+ ?(?:m|mo|y|yr|year|month)", head.text)) or _NOT_MONEY.search(head.text) or head.role in ("other_price", "unit"):
                    continue
                joined = Head(head.text, "price", head.unit, head.scope or label.scope, head.commitment or commitment, head.months or months, head.currency or currency,
                              head.tax if head.tax != "unknown" else label.tax, head.cents or in_cents and _is_bare(child.value))
                if isinstance(child.value, str) and is_nothing(child.value):
                    continue
                for price in cell_prices(self.reading, joined, child.value):
                    q = self._quoted(price, joined, child)
                    q.unit = head.unit or unit
                    q.location = location
                    out.append(q)
            elif not about_other_things(k) and not _QUANTITY.search(split_label(k)):
                inner = self._branch_prices(child, [*labels, k], depth + 1)
                if inner and len(k) <= 40 and _CODE_OF_PLACE.fullmatch(k) and self.reading.locate is not None and self.reading.locate(k)[0]:
                    for q in inner:                            # {"pricing": {"eu-west-1": {"onDemand": 0.7}}}
                        q.location = q.location or k
                out += inner
        least = min((q.price.amount for q in out if q.price is not None), default=MOST_BARE)
        for q in out:
            # the dearest places of what costs less elsewhere may well ask more
            if _PRICES.match(label.text) and q.price is not None and (q.price.amount <= MOST_BARE or least <= MOST_BARE and q.price.amount <= 2 * least) and q.head.commitment:
                q.stated = True                                # a price by its branch, and on what terms, though neither in what money nor per what
            q.unit = q.unit or unit
            q.currency = q.currency or currency
            q.commitment, q.months = (q.commitment, q.months) if q.commitment else (commitment, months)
            q.location = q.location or location
        return out

    def _by_instance(self, facts: Facts, quoted: list[Quoted], node: Node) -> bool:
        """Offers of a record whose instance type alone tells the chip."""
        if instance_chip(facts.instance or "") is None:
            return False
        for q in quoted:
            self._emit(facts, q, node)
        return True

    def _prices_by_place(self, node: Node) -> list[Quoted]:
        """The prices of a map whose keys are regions and nothing else: {"us-east-1": 14.42, "eu-west-1": 15.3}."""
        if not node.entries or not all(child.kind == "scalar" and isinstance(child.value, int | float) and not isinstance(child.value, bool) and 0 <= child.value <= 1000
                                       and re.search(r"[-\d]", key) and self.reading.locate is not None and self.reading.locate(key)[0] for key, child in node.entries):
            return []
        return [Quoted(Price(0, 0, round(float(child.value), 10)), child.start, child.end, location=key, stated=True) for key, child in node.entries if child.value > 0]

    def _emit(self, facts: Facts, quoted: Quoted | None, node: Node) -> None:
        start, end = node.start, node.end
        if facts.anchor and facts.anchor[0] < start and end - facts.anchor[0] <= MAX_QUOTE:
            start = facts.anchor[0]
        if quoted is not None and quoted.chips and quoted.end:
            start, end = max(self.text.rfind("\n", 0, quoted.start) + 1, node.start), quoted.end
        if end - start > MAX_QUOTE:
            start, end = self._narrow(node, facts, quoted)
        for label in facts.unknown:
            self.reading.issue("warning", "unknown_chip", label)
        if quoted is not None and quoted.price is not None:
            unit = quoted.price.unit or quoted.unit or quoted.head.unit or facts.unit
            sign = quoted.price.sign or quoted.currency or quoted.head.currency or facts.currency
            if unit is None and sign is None and not (quoted.chips and self.reading.declared or quoted.stated):
                return                                         # a number under a key that sounds like a price: neither per what nor in what
        self.reading.offers += make_offers(self.reading, facts, [quoted] if quoted else [], start, end)

    def _narrow(self, node: Node, facts: Facts, quoted: Quoted | None) -> tuple[int, int]:
        """The part of a long record to quote: its price with what stands before it; the first lines where there is none."""
        if quoted is None or not quoted.end:
            return node.start, min(node.end, node.start + MAX_QUOTE)
        start = max(node.start, quoted.start - 300)
        cut = self.text.find("\n", start, quoted.start)
        return (cut + 1 if cut >= 0 else start), min(quoted.end, start + MAX_QUOTE)


def _shift(node: Node, offset: int | None, holder: Node, text: str) -> None:
    """Give the nodes of a nested value their places in the source. Where the string was escaped or folded, a value is looked for inside the string that holds it."""
    if offset is not None:
        stack = [node]
        while stack:
            item = stack.pop()
            item.start += offset
            item.end += offset
            stack += [c for _, c in item.children()]
        return
    cursor = holder.start
    stack = [node]
    order: list[Node] = []
    while stack:
        item = stack.pop()
        order.append(item)
        stack += [c for _, c in item.children()][::-1]
    for item in order:
        if item.kind == "scalar" and item.value is not None:
            word = str(item.value).split(" ")[0][:24] if not isinstance(item.value, bool) else str(item.value).lower()
            at = text.find(word, cursor, holder.end) if word else -1
            item.start = at if at >= 0 else cursor
            item.end = min(item.start + len(word), holder.end) if at >= 0 else cursor + 1
            cursor = item.start
        else:
            item.start = cursor
    for item in reversed(order):
        if item.kind != "scalar":
            ends = [c.end for _, c in item.children()]
            starts = [c.start for _, c in item.children()]
            item.start = min(starts, default=item.start)
            item.end = max(ends, default=item.start + 1)
