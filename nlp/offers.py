"""What all forms of an offer have in common: labels of columns and keys, the facts of one row or record, and the offers that they make.

Tables (`offers_tables`), feeds (`offers_feeds`) and running text (`offers_text`) collect `Facts` and `Quoted` prices; `make_offers` turns them into records.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from operator import attrgetter
from typing import Any


from chipwatch.records import Issue, Offer
from nlp.chips import ChipSpan, chip_slug, find_chips, instance_chip, name_by_memory, nominal_memory, plausible_memory, unknown_labels
from nlp.document import Document
from nlp.offer_words import offer_fields, words, words_of_sellers
from nlp.prices import (Price, asks_for_contact, availability_in, beside_only_notes, commitment_in, currency_words, find_prices, fold, has_digit, leads_to_price, parse_number, remembered, resolve_currency,
                        scope_in, sign_of_unit, tax_in, unit_in, without_cents)

MAX_OFFERS = 12_000                                            # of one document, and issues with it; sixteen times the longest list of offers known
MAX_QUOTE = 1500                                               # characters of a quote
# Above this no price of a GPU hour is a price in that currency: it is a figure in cents or in millionths.
MAX_HOURLY = {"JPY": 2e4, "KRW": 2e5, "VND": 3e6, "IDR": 3e6, "INR": 2e4, "HUF": 1e5, "RUB": 2e4, "TWD": 5e3,
              "KZT": 8e4, "UAH": 7e3, "CZK": 4e3, "THB": 6e3, "TRY": 6e3, "PHP": 9e3, "NGN": 2.5e5, "CLP": 1.5e5, "ARS": 2e5, "COP": 6e5, "ISK": 2e4, "EGP": 8e3,
              "MXN": 3e3, "ZAR": 3e3, "SEK": 1.6e3, "NOK": 1.6e3, "DKK": 1.1e3, "HKD": 1.2e3, "CNY": 1.1e3, "BRL": 900, "RON": 700, "PLN": 600, "MYR": 700, "AED": 600, "SAR": 600, "QAR": 600, "ILS": 600}
DEFAULT_MAX_HOURLY = 150.0
MOST_WITHOUT_PERIOD = 50                                       # times as much, without a period and per GPU, is the price of the card itself
# The money that figures without a currency are likely to be in, where a page in that language names none: it only widens the limit.
MONEY_OF_LANGUAGE = {"ja": "JPY", "ko": "KRW", "vi": "VND", "id": "IDR", "hu": "HUF", "ru": "RUB"}
INSTANCE_RANK = (("partition", 6), ("queue", 6), ("分区", 6), ("分區", 6), ("队列", 6), ("パーティション", 6), ("파티션", 6), ("instance", 5), ("flavo", 5), ("machine", 5), ("shape", 5), ("profile", 5), ("plan", 4), ("sku", 4), ("实例", 5), ("规格", 5), ("型号", 4), ("configuration", 4),
                 ("name", 3), ("label", 3), ("product", 3), ("slug", 2), ("server", 3), ("type", 2), ("model", 2), ("id", 1))


@lru_cache(maxsize=1)
def _roles() -> list[tuple[str, re.Pattern]]:
    return [(role, re.compile(pattern)) for role, pattern in offer_fields()["roles"].items()]


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern]:
    out = {key: re.compile(offer_fields()[key]) for key in ("skip_branches", "nothing", "not_offers", "compares", "rivals_meant", "ours", "gained", "set_aside", "before_discount", "other_trade", "other_units", "other_kinds", "of_software", "options", "cores",
                                                      "gpus_of_nodes", "several_nodes", "plain_price", "worked_out", "lists_chips", "named_rates", "of_prices", "of_prices_else")}
    sellers = offer_fields()["well_known"]
    return {**out, "seller_named": re.compile(rf"(?<![a-z0-9])(?:{sellers})(?![a-z0-9])"),
            "seller_head": words_of_sellers("seller_head")}


@lru_cache(maxsize=16_384)
def split_label(label: str) -> str:
    """A label in lower case, camelCase and snake_case split into words."""
    label = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])", " ", label)
    return " ".join(re.sub(r"[_\-.:]+", " ", fold(label)).split())


@dataclass(slots=True, frozen=True)
class Head:
    """What the label of a column, or the key of a field, says about the values under it."""

    text: str                                                  # as split_label gives it
    role: str | None = None                                    # a key of `roles` in offer_fields.yml
    unit: str | None = None
    scope: str | None = None
    commitment: str | None = None
    months: int | None = None
    currency: str | None = None                                # a code, or an ambiguous sign
    tax: str = "unknown"
    cents: bool = False
    chips: tuple[ChipSpan, ...] = ()
    contact: bool = False


_DOLLARS = re.compile(r"\bdollars?\b")
_SIGN = re.compile(r"(?<![A-Za-z])(?:NT|HK|US|SG|S|AU|A|CA|C|NZ|R|MX)\$|[$€£¥￥元円원₩₹₽]|zł")


_PER_AMOUNT = words("per_amount")
_KINDS_OF_PLACES = words("kinds_of_places")
_PER_MACHINE = words("per_machine")
_UNIT_OF_PRICE = words("unit_of_price")
_CODE_OF_MONEY = words("code_of_money")
_NET = words("net")
_GROSS = words("gross")


@lru_cache(maxsize=8192)
def read_head(label: str) -> Head:
    """The role and the qualifiers of a label: "按量计费（元/小时）" is a price, on demand, per hour, in yuan."""
    text = split_label(label)
    if not text:
        return Head("")
    role = next((name for name, pattern in _roles() if pattern.search(text)), None)
    chips = tuple(find_chips(label, context=True)) if has_digit(label) else ()
    if role == "other_price" and not re.search(offer_fields()["roles"]["price"], text):
        role = next((name for name, pattern in _roles() if name not in ("other_price",) and pattern.search(text)), None)
    if role == "other_price" and re.search(offer_fields()["also_of_gpus"], text):
        role = "price"                                         # one column for both kinds of resource: "Price (CPU core / GPU board / day)"
    if role is None and re.search(offer_fields()["never_prices"], text):
        role = "other_price"
    if role in ("gpu_memory", "memory", "vcpu", "storage") and _PER_AMOUNT.search(label):
        role = "other_price"                                   # "€/GB VRAM"
    if role == "instance" and _PER_MACHINE.search(text):
        role = None                                            # "Max per instance" names none
    if role in ("vcpu", "memory", "storage", "network") and (bracket := label.find("(")) > 0 and read_head(label[:bracket]).role == "instance":
        role = "instance"                                      # "Partition (CPU_GPU_count)", "Machine type (vCPUs, RAM)"
    if role == "location" and _KINDS_OF_PLACES.search(text):
        role = None
    if role == "unit" and re.search(r"price|cost", text) and unit_in(label):
        role = "price"
    elif role == "price" and _UNIT_OF_PRICE.fullmatch(text):
        role = "unit"                                          # "priceUnit": "hour"
    unit = unit_in(label) or unit_in(text)
    if unit is None and role == "price" and (named := _PERIOD_KEY.search(text)):
        unit = unit_in(f"/{named['before'] or named['behind']}")           # "month_price", "precio_mes"
    if role in ("price", None) and _EARNED.search(text):
        role = "other_price"
    if role in ("price", None) and re.search(offer_fields()["for_money"], text):
        role = "other_price"                                   # "MH/s per $1"
    if role in ("price", None) and unit is None and re.search(offer_fields()["of_sale"], text):
        role = "other_price"
    currency = None
    code = _CODE_OF_MONEY.search(text)
    if code:
        currency = code[1].upper().replace("RMB", "CNY")
    else:
        words = currency_words(label)
        mark = _SIGN.search(label)
        if mark and not (words and mark[0].isalpha()):         # the last character of "美元" is a sign, too
            currency = find_prices(f"{mark[0]} 1", language=None)[0].sign
        else:
            currency = words[0] if words else "$" if _DOLLARS.search(text) else None
    if role is None and unit and currency and not chips:
        role = "price"                                         # "В месяц (₽)"
    commitment, months = commitment_in(label)
    tax = "excluded" if _NET.search(text) else "included" if _GROSS.search(text) else tax_in(label)
    return Head(text, role, unit, scope_in(text) or scope_in(label), commitment, months, currency, tax,
                bool(re.search(r"\bcents?\b", text)), chips, asks_for_contact(label))


@remembered
def is_nothing(value: str) -> bool:
    """Whether a cell says that there is none."""
    return bool(_patterns()["nothing"].match(fold(value).strip()))


@lru_cache(maxsize=8192)
def is_plain_price(label: str) -> bool:
    """Whether a head, as `split_label` gives it, means a price and can mean nothing else."""
    return bool(_patterns()["plain_price"].match(label))


@lru_cache(maxsize=8192)
def about_other_things(label: str) -> bool:
    """Whether a key opens a branch that is no rent of a GPU (add-ons, storage, request headers)."""
    return bool(_patterns()["skip_branches"].match(split_label(label)))


@lru_cache(maxsize=8192)
def is_set_aside(name: str) -> bool:
    """Whether the name of a constant, or a key, says that its figures are no prices of the page's own (HOST_PAYOUTS, "price alerts").

    Not one with `nlp.tree.is_of_nobody`: that asks for a word anywhere in a name of a program, `bid` or `expected` among them, which may be prices as keys of a feed.
    """
    return bool(_patterns()["set_aside"].search(split_label(name)))


@lru_cache(maxsize=8192)
def other_record(key: str, value: str) -> bool:
    """Whether a field of text says that its record is about something else than the time of a machine: "unit: image", "@type: Course"."""
    label = split_label(key)
    if label in ("unit", "units", "per", "price per", "price unit", "billing unit", "unit name", "unit text"):
        return bool(_patterns()["other_units"].match(fold(value).strip()))
    return key == "@type" and bool(_patterns()["other_kinds"].match(value.lower()))


@lru_cache(maxsize=8192)
def before_discount(text: str) -> bool:
    """Whether the label of a price (as split_label gives it) is that of the price before a discount: "list price"."""
    return bool(_patterns()["before_discount"].match(text))


@lru_cache(maxsize=8192)
def is_worked_out(text: str) -> bool:
    """Whether the label of a price (as split_label gives it) is that of what another price comes to: "effective hourly"."""
    return bool(_patterns()["worked_out"].search(text))


@lru_cache(maxsize=8192)
def _rank(label: str) -> int:
    """How surely a field of this label holds the name of an instance; 0: it does not."""
    return 0 if "description" in label else next((r for word, r in INSTANCE_RANK if word in label), 1)


def no_offer_words(text: str, *, software: bool = True) -> bool:
    """Whether heads or headings say that a list of chips is a benchmark, a driver list, a supply-side list …: no offers. Words of drivers and the like count with `software`."""
    folded = fold(text)
    return bool(_patterns()["not_offers"].search(folded if software else _patterns()["of_software"].sub(" ", folded)))


_SENTENCES = re.compile(r"(?<=[.!?])\s+|[。！？\n]{1,2}(?=[\s*-])")


_ITS_OWN_AMOUNT = re.compile(r"[$€£¥₹₩₽]\s?\d|\d\s?(?:[$€£¥₹₩₽元円원]|(?:usd|eur|gbp|chf|pln|rub)\b)")


_PERIOD_OF_PRICES = words("period_of_prices")
_NOT_OF_TIME = re.compile(r"[^月年월연时時]")                  # of "월 요금", the character that names the time


def rate_told(text: str) -> tuple[str, str | None] | None:
    """(unit, scope) that a paragraph below a table gives to its prices: "For GPU nodes, the price is per GPU-month". A sentence on GPUs goes before one that names nothing."""
    found: tuple[str, str | None] | None = None
    for sentence in _SENTENCES.split(text[:600]):
        folded = fold(sentence).replace('"', "").replace("'", "")
        if len(folded) > 300 or not _patterns()["of_prices"].search(folded):
            continue
        if _ITS_OWN_AMOUNT.search(folded):                     # "Support costs $10 per month"
            continue
        about_gpus = "gpu" in folded
        if _patterns()["of_prices_else"].search(folded) and not (about_gpus and scope_in(folded) == "gpu"):
            continue
        scope = scope_in(folded)
        told = _PERIOD_OF_PRICES.search(folded)
        unit = unit_in(folded, loose=False) or (unit_in(folded) if scope else None) or (unit_in(f"/{_NOT_OF_TIME.sub('', told[0])}") or unit_in(told[0]) if told else None)
        if unit is not None and (found is None or about_gpus and found[1] is None):
            found = unit, scope
    return found


@dataclass(slots=True, frozen=True)
class Rate:
    """What sentences above some offers say of all their prices: "All prices are in EUR, per GPU-hour"."""

    unit: str | None = None
    scope: str | None = None
    currency: str | None = None


def rate_of_all(text: str) -> Rate | None:
    """What a note says of the prices around it: their period, what they are for, their money; None where it says none of them."""
    unit = scope = None
    money: set[str] = set()
    for sentence in _SENTENCES.split(text[:600]):
        folded = fold(sentence)
        if len(folded) > 200 or not _patterns()["of_prices"].search(folded) or _patterns()["of_prices_else"].search(folded) or _ITS_OWN_AMOUNT.search(folded) or _NUMBERS.search(folded):
            continue
        money.update(currency_words(sentence))
        period = unit_in(folded, loose=False) or (unit_in(folded) if _PER_BEHIND.search(folded) else None)
        if period is not None and unit in (None, period):
            unit, scope = period, scope or scope_in(folded)
    return Rate(unit, scope, money.pop() if len(money) == 1 else None) if unit or len(money) == 1 else None


_NUMBERS = re.compile(r"[2-9]|\d\d")
_PER_BEHIND = words("per_behind")


_EARNED = words("earned")
_PERIOD_KEY = words("period_key")


def rates_named(text: str) -> str | None:
    """The period by which the last sentence of a text names the rates that follow it: "On-demand hourly rates, in US dollars."; none where it names several, or an amount."""
    sentence = re.split(r"(?<!excl)(?<!incl)(?<!exkl)(?<!inkl)(?<!zzgl)[.!?]\s|[。\n]", text.strip().rstrip(".。:：")[-400:])[-1]
    folded = fold(sentence)
    if len(folded) > 120 or _ITS_OWN_AMOUNT.search(folded) or _patterns()["of_prices_else"].search(folded) or about_other_things(sentence):
        return None
    units = {unit_in(match[0]) for match in _patterns()["named_rates"].finditer(folded)}
    return units.pop() if len(units) == 1 and not any(unit_in(word) not in (None, *units) for word in re.split(r"[\s/,&]+", folded)) else None


def rate_headed(heading: str) -> tuple[str, str | None] | None:
    """(unit, scope) that a heading of prices gives to all below it: "Price per hour"."""
    head = read_head(heading) if len(heading) <= 60 else None
    return (head.unit, head.scope) if head is not None and head.role == "price" and head.unit else None


def lists_chips(text: str) -> bool:
    """Whether a lead or heading says that what is listed below can be had, without the word GPU: "Available NVIDIA models:", "Ressources disponibles"."""
    return bool(_patterns()["lists_chips"].search(fold(text)))


def offers_options(text: str) -> bool:
    """Whether a text leads to a choice of machines: "available options include"."""
    return bool(_patterns()["options"].search(fold(text)))


def counts_cores(text: str) -> bool:
    """Whether a text says how many CPU cores something has."""
    return bool(_patterns()["cores"].search(fold(text)))


@lru_cache(maxsize=4096)
def other_trade(heading: str) -> bool:
    """Whether a heading says that the amounts under it are no rent: "Host earnings", "Add-ons", "Electricity costs", "Careers"."""
    return len(heading) <= 80 and bool(_patterns()["other_trade"].search(_NUMBERED.sub("", fold(heading).strip())))


_NUMBERED = re.compile(r"^\d{1,2}(?:\.\d{1,2}){0,3}[.)]?\s+")


@lru_cache(maxsize=4096)
def compares_sellers(heading: str) -> bool:
    """Whether a heading says that what follows is a comparison with other sellers: "vs AWS", "Our prices beside competitors'"; not "H100 vs A100"."""
    folded, patterns = fold(heading), _patterns()
    return bool(patterns["rivals_meant"].search(folded) or patterns["compares"].search(folded) and patterns["seller_named"].search(folded))


@lru_cache(maxsize=4096)
def way_of_letting(heading: str) -> str | None:
    """The one way in which machines are let that a heading names: "vm" of "Virtual machines", "metal" of "Bare metal (8 nodes)"."""
    found = {match.lastgroup for match in _WAY.finditer(fold(heading))} if len(heading) <= 60 else set()
    return found.pop() if len(found) == 1 else None


_WAY = words("way_of_letting")


@lru_cache(maxsize=8192)
def seller_of_head(label: str) -> str | None:
    """"ours", "other" (a well-known seller) or "gained" (what is saved over the other), where the head of a column is that and nothing else."""
    text, patterns = fold(label).strip(), _patterns()
    if len(text) > 60:
        return None
    return "ours" if patterns["ours"].search(text) else "other" if patterns["seller_head"].match(text) else "gained" if patterns["gained"].search(text) else None


# --- values ---------------------------------------------------------------------------------------------------------------------------------

UNIT_CODES = {"HUR": "hour", "MON": "month", "ANN": "year", "DAY": "day", "MIN": "minute", "SEC": "second"}    # UN/CEFACT, as schema.org's unitCode
_COUNT = words("count")
_MEMORY = re.compile(r"(?P<size>\d{1,6}(?:\.\d+)?)\s*(?P<unit>gib|gb|gi|g|tib|tb|ti|mib|mb|mi|m)?(?![a-z0-9])")


def parse_count(value: Any) -> tuple[float | None, bool]:
    """(number of GPUs, whether it is an upper bound) of a count cell: "8", "1/4颗", "8 x", "up to 8"; (None, False) for anything else."""
    if isinstance(value, bool):
        return None, False
    if isinstance(value, int | float):
        return (float(value), False) if 0 <= value <= 100_000 else (None, False)
    return _count_in(value)


@remembered
def _count_in(value: str) -> tuple[float | None, bool]:
    match = _COUNT.match(fold(value.strip()))
    if not match:
        return None, False
    whole, _, part = match["count"].replace(" ", "").partition("/")
    if part and int(part):
        return int(whole) / int(part), False
    return float(whole), bool(match["upto"])


GPUS_STATED = words("gpus_stated")
AT_MOST = words("at_most")


def stated_count(text: str) -> float | None:
    """The number of GPUs that a text says there are: "$88.40/hr (8x GPUs)", "1 GPU, 30 vCPU"; None where it says none, or no more than a bound ("up to 8 GPUs")."""
    folded = fold(text)
    stated = GPUS_STATED.search(folded)
    return float(stated["count"]) if stated and not AT_MOST.search(folded, 0, stated.start()) else None


_SUM_BEHIND = words("sum_behind")
_SUM_BEFORE = words("sum_before")
_OF_ALL = words("of_all_of_them")
_NEAR = 48                                                     # characters between an amount and the words that say what it is the sum of
_BESIDE = 12                                                   # prices before and behind it among which that of one GPU is looked for


def sum_for(text: str, prices: Sequence[Price], index: int) -> float | None:
    """The number of GPUs for which the price of that index is the sum, in a text that prices one of them, too: "$2.80/hr ($22.40/hr for all 8 GPUs)"; None for any other."""
    price = prices[index]
    if len(prices) < 2 or price.scope == "gpu":
        return None
    stop = prices[index + 1].start if index + 1 < len(prices) else len(text)
    start = prices[index - 1].end if index else 0
    matches = [m for m in (_SUM_BEHIND.match(fold(text[price.end:min(stop, price.end + _NEAR)])), _SUM_BEFORE.search(fold(text[max(start, price.start - _NEAR):price.start]))) if m]
    if not matches:                                            # of most
        return None
    beside = [*prices[max(0, index - _BESIDE):index], *prices[index + 1:index + 1 + _BESIDE]]
    others = [p.amount for p in beside if (p.currency or p.sign) == (price.currency or price.sign) and p.unit in (None, price.unit) and p.amount < price.amount]
    for match in matches:
        if (others and _OF_ALL.search(match[0]) or any(abs(amount * float(match["count"]) - price.amount) <= 0.02 * price.amount for amount in others)):
            return float(match["count"])
    return None


def commitment_beside(text: str, index: int, prices: Sequence[Price], start: int, stop: int, *, told_apart: bool = True) -> tuple[str | None, int | None]:
    """The commitment that `text[start:stop]`, a sentence or a cell, states for one of its prices: in the words behind it, else before it, else for all of them.

    Words behind a price that stand in brackets or behind a comma and lead to the next one are the next one's: "$1.00/h (spot $0.85/h)". What is said once, before all prices or behind them, is
    said of all; not where it tells two prices of one thing for one period apart (`told_apart`): "$2/h, or $1.40/h with a contract".
    """
    last = index + 1 == len(prices) or prices[index + 1].start >= stop
    first = index == 0 or prices[index - 1].end <= start
    if first and last:
        return commitment_in(text[start:stop])
    price = prices[index]
    behind = text[price.end:stop if last else prices[index + 1].start]
    before = text[start if first else prices[index - 1].end:price.start]
    if not last and (cut := _led_to_next(behind)) is not None:
        behind = behind[:cut]
    if not first and (cut := _led_to_next(before)) is not None:
        before = before[cut:]
    for part in (behind, before):
        found = commitment_in(_OTHERWISE.split(part)[0])
        if found[0]:
            return found
    beside = [p for p in prices[max(0, index - _BESIDE):index + 1 + _BESIDE] if start <= p.start < stop]
    if told_apart and any(p is not price and p.unit == price.unit for p in beside):
        return commitment_in(text[start:beside[0].start])
    return commitment_in(text[start:stop])


def _led_to_next(between: str) -> int | None:
    """Where, in what stands between two prices, the words begin that lead to the second one and state a commitment."""
    cut = max(map(between.rfind, ",;(（、，；/|·\n"))
    return cut if cut >= 0 and commitment_in(between[cut + 1:])[0] else None


_OTHERWISE = words("otherwise")


def parse_memory(value: Any, label: str = "") -> float | None:
    """GB of a memory cell: 80, "80 GB", "1 * 24GB", "640 GB total"; MB and bytes are brought to GB."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        size = float(value)
        if size >= 2 ** 30:
            return round(size / 2 ** 30, 1)
        if "mb" in label.split() or "mib" in label.split() or size > 4096:
            return round(size / 1024, 1)
        return size if size > 0 else None
    return _memory_in(str(value), megabytes="mb" in label.split())


@remembered
def _memory_in(value: str, *, megabytes: bool) -> float | None:
    folded = fold(value)
    times = re.search(r"\d+\s?[x×*]\s?(?=\d+\s?g)", folded)
    match = _MEMORY.search(folded, times.end() if times else 0)
    if not match:
        return None
    size = float(match["size"])
    unit = match["unit"] or ("mb" if megabytes else "gb")
    if unit[0] == "m":
        size = round(size / 1024, 1)
    elif unit[0] == "t":
        size *= 1024
    return size or None


@dataclass(slots=True)
class Quoted:
    """A price of a row, with where it stands in the source and what its head said."""

    price: Price | None                                        # None: asked for, not printed
    start: int = 0
    end: int = 0
    head: Head = field(default_factory=lambda: Head(""))
    unit: str | None = None
    scope: str | None = None
    commitment: str | None = None
    months: int | None = None
    currency: str | None = None
    tax: str = "unknown"
    contact: bool = False
    chips: tuple[ChipSpan, ...] = ()
    location: str | None = None
    instance: str | None = None                                # its own name, where it has one
    count: float | None = None                                 # of GPUs that its head says it is for, where the row does not count them
    stated: bool = False                                       # its key names a price, though neither currency nor period is stated


_GPUS = re.compile(r"(?<![a-z])gpus?(?![a-z])|(?<=\d)vram(?![a-z])", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?] |\d+\+")
_TIMES_MEMORY = re.compile(r"(?P<count>[1-9]|1[0-6])\s?[x×*]\s?(?P<size>\d{1,3})\s?(?:GB?|GiB)?", re.IGNORECASE)
_PERIOD_FIRST = re.compile(r"\s*/?([^\W\d_]{2,12})\s*[(（,;|–—]")
_NUMBER_OF_PLACES = re.compile(r"\d{1,3}\+?")                   # "regions": "4"
_COUNT_UNDER_MEMORY = words("count_under_memory")


@dataclass(slots=True)
class Facts:
    """What a row, a record or a sentence says of an offer, apart from prices. Filled by `absorb`; `child` hands it down to nested records."""

    chips: list[ChipSpan] = field(default_factory=list)        # from a column or key of GPUs
    named: list[ChipSpan] = field(default_factory=list)        # from names
    noted: list[ChipSpan] = field(default_factory=list)        # from notes and other texts: of this record alone
    count: float | None = None
    at_most: bool = False
    gpu_memory: float | None = None
    memory_head: str = ""
    form_factor: str | None = None
    instance: str | None = None
    instance_rank: int = 0
    location: str | None = None
    availability: str | None = None
    commitment: str | None = None
    months: int | None = None
    currency: str | None = None
    unit: str | None = None
    scope: str | None = None
    tax: str = "unknown"
    specs: int = 0                                             # how many other columns of hardware there are
    cpu: bool = False                                          # it says how many CPU cores come with it
    is_gpu: bool = False                                       # the record says that it is about GPUs
    no_gpu: bool = False                                       # the record says that it has none
    anchor: tuple[int, int] | None = None                      # where the chip is named
    unknown: list[str] = field(default_factory=list)           # labels that look like a chip
    printed: str = ""                                          # what stands under the heads of GPUs, as printed: it tells rows without a name apart
    size: str = ""                                             # its cores and memory as printed: they, too, tell rows without a name apart
    above: tuple[str, ...] = ()                                # of a row that names no chip: the paragraph before its table and the headings above, nearest first
    seller: str = ""                                           # whose section it stands in, on a page with a section for each of several sellers
    way: str = ""                                              # in which way its section lets machines, on a page that has tables of several: "container", "vm"
    cloud: str = ""                                            # whose cloud a row says that it runs in: the same name in two clouds is two things

    def child(self) -> Facts:
        """A copy for a nested record."""
        made = Facts(*_values_of(self))
        made.chips, made.named, made.noted, made.unknown = list(self.chips), list(self.named), [], []
        return made

    def of_gpu(self) -> Facts:
        """A copy that says that the record is about GPUs."""
        made = self.child()
        made.is_gpu = True
        return made

    def absorb(self, head: Head, value: Any, context: bool = False) -> None:
        """Take in one value under its label. Prices are not for this method."""
        role = head.role
        if isinstance(value, str):
            value = value.strip()
            if not value or is_nothing(value) or (role == "instance" and value.lower() in {"yes", "true"}):
                if role in ("gpu", "gpu_count") and value:
                    self.no_gpu = self.no_gpu or not self.chips
                return
        elif value is None:
            return
        if role == "gpu_count":
            self._count(value)
        elif role == "gpu":
            self._gpu(head, value)
        elif role == "gpu_memory" and isinstance(value, str) and _COUNT_UNDER_MEMORY.fullmatch(value):
            self._count(value)                                 # a head that is wrong about its column
        elif role == "gpu_memory":
            size = parse_memory(value, head.text)
            if isinstance(value, str) and self.count is None and (times := _TIMES_MEMORY.fullmatch(value)):
                self.count, size = float(times["count"]), float(times["size"])       # "4x16"
            if size is not None:
                self.gpu_memory, self.memory_head, self.is_gpu = size, head.text, True
            if isinstance(value, str) and not self.chips:
                self.named += find_chips(value)
        elif role == "currency" and isinstance(value, str):
            words = currency_words(value) or currency_words(value.upper())
            self.currency = words[0] if words else self.currency
        elif role == "unit" and isinstance(value, str) and value.upper() not in UNIT_CODES:
            first = _PERIOD_FIRST.match(value)                 # "second (24 GB, 3 vCPU) - $0.66/h": what follows is said of it
            unit = first and unit_in(f"/{first[1]}") or unit_in(value) or unit_in(f"/{value}")      # "month per GPU"
            if unit and (self.unit is None or "time frame" not in head.text):
                self.unit = unit
            self.scope = self.scope or scope_in(split_label(value))
            if self.currency is None and unit:                 # "price_unit": "元/小时"
                named = currency_words(value)
                self.currency = named[0] if named else sign_of_unit(value)
        elif role == "location" and isinstance(value, str) and not _NUMBER_OF_PLACES.fullmatch(value):
            if self.location is None or "country" not in head.text:      # the country beside a region says less
                self.location = value if len(value) <= 120 and not _SENTENCE.search(value) else None
        elif role == "availability":
            self._available(value)
        elif role in ("commitment", "price_tier"):
            self._committed(head, value)
        elif role == "unit" and isinstance(value, str) and value.upper() in UNIT_CODES:
            self.unit = UNIT_CODES[value.upper()]
        elif role in ("vcpu", "memory", "storage", "network"):
            self.specs += 1
            self.cpu = self.cpu or role == "vcpu"
        if role in ("instance", "commitment", "vcpu", "memory", "storage", None) and isinstance(value, str) and len(value) <= 200:
            self._name(head, value, context)

    def _count(self, value: Any) -> None:
        count, at_most = parse_count(value)
        if count == 0:
            self.no_gpu = True
        elif count is not None:
            self.count, self.at_most, self.is_gpu = count, at_most, True
        elif isinstance(value, str):
            chips = _alternatives(value, find_chips(value, context=True))
            if chips:
                self.chips = chips
                self.is_gpu = True

    def _gpu(self, head: Head, value: Any) -> None:
        if isinstance(value, bool):
            self.is_gpu = self.is_gpu or value
            return
        if isinstance(value, int | float):
            self._count(value)
            return
        chips = _by_node(value, _alternatives(value, find_chips(value, context=True)))
        if chips:
            self.is_gpu = True
            self.printed += f"{value}\n" if len(value) <= 200 else ""
            if not self.chips or {c.gpu_name for c in chips} == {c.gpu_name for c in self.chips}:
                self.chips += [c for c in chips if c not in self.chips]
            return
        count, at_most = parse_count(value)
        if count is not None and len(value) <= 40:
            if count == 0:
                self.no_gpu = True
            else:
                self.count, self.at_most, self.is_gpu = count, at_most, True
            if head.chips and not self.chips and count:
                self.chips = list(head.chips)
            return
        stated = stated_count(value) if len(value) <= 120 and self.count is None and not spread_over_nodes(value) else None
        if stated is not None:                                 # "Hardware": "4 GPUs, 48 cores"
            self.count, self.is_gpu = stated, True
            return
        self.unknown += [label for _, _, label in unknown_labels(value, [], whole=len(value) <= 40)]

    def _available(self, value: Any) -> None:
        if value is False or (isinstance(value, str) and value.lower() in {"false", "unavailable", "no"}):
            self.availability = "sold_out"
        elif isinstance(value, str):
            self.availability = availability_in(value) or self.availability
            commitment, months = commitment_in(value)
            if commitment and self.commitment is None:
                self.commitment, self.months = commitment, months

    def _committed(self, head: Head, value: Any) -> None:
        if isinstance(value, bool):
            if value and head.commitment:
                self.commitment = head.commitment
            return
        if isinstance(value, str):
            commitment, months = commitment_in(value)
            if commitment:
                self.commitment, self.months = commitment, months
            elif len(value) <= 40 and head.text.startswith("plan"):
                self.size += f"{value}\n"                      # "plan": "shared", "plan": "dedicated": two things, if nothing else tells them apart

    def _name(self, head: Head, value: str, context: bool) -> None:
        if head.role == "instance":
            rank = _rank(head.text)
            if len(value) <= 120 and (rank > self.instance_rank or self.instance is None) and rank and not _ONLY_FORM.fullmatch(value):
                self.instance, self.instance_rank = value, rank
            if _GPUS.search(value):
                self.is_gpu = True
        found = _by_node(value, find_chips(value, context=context or self.is_gpu or "gpu" in head.text or "vram" in value.lower()))
        if not found and self.commitment is None and len(value) <= 60 and not _ITS_OWN_AMOUNT.search(value.lower()):      # "Spot: $0.80" beside a price is another one
            self.commitment, self.months = commitment_in(value)
        self.cpu = self.cpu or bool(_CPUS.search(value))
        if head.role is None:
            self.noted += found
        elif found and len({c.gpu_name for c in self.named}) <= 4:
            self.named += found

    def all_chips(self) -> list[ChipSpan]:
        """One span a chip: those of a GPU column, else those of the first name that holds one; details are joined from what else names the same chip."""
        names = self.named or self.noted
        if any(c.count is not None for c in self.noted) and not any(c.count is not None for c in names):
            names = [c for c in self.noted if c.count is not None]     # "L40 | 8x L40S, 2 TB RAM": the row's name is loose, its content is not
        base = self.chips or list({c.gpu_name: c for c in reversed(names)}.values())[::-1]
        others = [*self.chips, *self.named, *self.noted]
        if len(others) == 1:
            return list(base)
        out: dict[tuple, ChipSpan] = {}
        for chip in base:
            same = [o for o in others if o.gpu_name == chip.gpu_name]
            memory = chip.memory if chip.memory is not None else next((o.memory for o in same if o.memory is not None), None)
            form = chip.form_factor or next((o.form_factor for o in same if o.form_factor), None)
            count = chip.count if chip.count is not None else next((o.count for o in same if o.count is not None), None)
            merged = replace(chip, memory=memory, form_factor=form, count=count, slice=any(o.slice for o in same))
            out.setdefault((merged.gpu_name, merged.memory if len(self.chips) > 1 else None, merged.form_factor if len(self.chips) > 1 else None), merged)
        return list(out.values())


def spread_over_nodes(text: str) -> list[tuple[int, int]]:
    """Numbers of nodes and of the GPUs in each, of a text that tells how GPUs are spread: "(4 nodes with 1 GPU, 2 nodes with 2 GPUs)"."""
    return [(int(m["nodes"]), int(m["gpus"])) for m in _patterns()["gpus_of_nodes"].finditer(fold(text))]


def _alternatives(text: str, chips: list[ChipSpan]) -> list[ChipSpan]:
    """The chips of a cell that names two or more of which one is chosen, and counts them once: "2 × RTX 4090 / 5090", "4x A40 or A6000" is as many of either."""
    if len(chips) < 2 or not chips[0].count or chips[0].left or any(c.count is not None for c in chips[1:]) or text[chips[-1].end:].strip():
        return chips
    if not all(_OR_ELSE.fullmatch(fold(text[a.end:b.start if b.left is None else max(a.end, b.left)])) for a, b in zip(chips, chips[1:], strict=False)):
        return chips
    return [replace(c, count=chips[0].count, at_most=chips[0].at_most) for c in chips]


_OR_ELSE = words("or_else")


def _by_node(text: str, chips: list[ChipSpan]) -> list[ChipSpan]:
    """The chips of a text that counts all GPUs of a cluster and tells over how many nodes they are spread: "16 L4 (4 nodes with 4 GPUs)" is four of them in each."""
    if len(chips) != 1 or chips[0].count is None or chips[0].count < 2:
        return chips
    spread = spread_over_nodes(text)
    if not spread or sum(nodes * gpus for nodes, gpus in spread) != chips[0].count:
        return chips
    return [replace(chips[0], count=float(spread[0][1]) if len({gpus for _, gpus in spread}) == 1 else None)]


_CPUS = re.compile(r"(?<![\d.])\d{1,3}\s?(?:x\s)?v(?:cpu|core)s?\b", re.IGNORECASE)
_ONLY_FORM = re.compile(r"(?:sxm\d?|pcie?|nvl|nvlink|oam|hgx|dgx)", re.IGNORECASE)       # how a card is built is nobody's name

_values_of = attrgetter(*(f.name for f in fields(Facts)))


@dataclass(slots=True)
class Reading:
    """What a reader needs to know of the document, and what it collects."""

    document: Document
    language: str | None
    declared: str | None                                       # currency declared for the source
    words: list[str]                                           # currencies named in the document
    only_currency: str | None = None                           # the one currency that the document uses, if it is one
    collects: bool | None = None                               # whether the records of a feed give several sellers by name; None: not yet asked
    decimal: str | None = None                                 # the mark that parts decimals, where its amounts show it
    offers: list[Offer] = field(default_factory=list)
    orphans: list[tuple[Facts, list[Quoted], int, int]] = field(default_factory=list)   # rows that count GPUs of a family named elsewhere
    named_prices: list[tuple[Facts, list[Quoted], int, int]] = field(default_factory=list)     # priced rows of machines that say no more than their names
    priced_beside: list[tuple[Facts, list[Quoted], int, int, list[str]]] = field(default_factory=list)  # priced rows without a machine, and the texts that may be the name of one
    machines: dict[str, ChipSpan | None] = field(default_factory=dict)                  # name of a machine -> its chips, as a table of machines tells; None: it tells two things
    partitions: set[str] = field(default_factory=set)         # names of partitions and queues of a cluster: what one table says of them holds in another
    families: dict[str, ChipSpan] = field(default_factory=dict)                         # "g5", "gpu.1." -> the chip that the document says they have
    rates: list[tuple[tuple[str, ...], Rate]] = field(default_factory=list)             # (headings above a note on all prices, what it says)
    tax_notes: list[tuple[tuple[str, ...] | None, str]] = field(default_factory=list)   # (headings above a note on tax, what it says); None: page-wide
    grouped: list[Offer] = field(default_factory=list)         # unpriced rows that each name several chips (pools): they count where the chips stand nowhere else
    listed: list[Offer] = field(default_factory=list)          # unpriced offers of lists: they count where nothing fuller names the chip
    pending: list[tuple[Facts, list[Quoted], int, int]] = field(default_factory=list)   # what running text gave, settled after tables and feeds
    read: dict[tuple[str, bool, str | None], list[Price]] = field(default_factory=dict)      # prices of short texts: cells are asked for them again and again
    cells: dict[tuple[str, bool, float], list[Price]] = field(default_factory=dict)          # the same, of cells of a price column
    variants: dict[int, tuple[int, str]] = field(default_factory=dict)                   # id of an offer -> the table or feed that it stands in, its GPU as printed there
    source: int = 0                                            # number of the table or feed that is being read
    notes: dict[str, Head] = field(default_factory=dict)       # what the page notes on the fields of its sample data
    row_heads: dict[int, list[str]] = field(default_factory=dict)      # of tables whose rows are data: by number of columns, the heads that the page shows apart from them
    of_data: bool = False                                      # what is read now are the data of a page
    period: str | None = None                                  # that of all prices of the data of a page, where it names one alone
    rate: tuple[str, str] | None = None                        # (sign, period) that a page prints beside what its scripts fill in: "$/hr"
    unstated: set[int] = field(default_factory=set)            # ids of the offers whose scope no word of the page states
    issues: list[Issue] = field(default_factory=list)
    reported: set[tuple[str, str]] = field(default_factory=set)     # code and text of the issues
    told: int = 0                                              # prices of running text that were given a chip so far
    contact: bool = False
    tax: str = "unknown"
    cents: dict[str, bool] = field(default_factory=dict)
    title: str = ""                                            # title, first heading and address of the document, case folded
    sheet: tuple[tuple[str, ...], Offer] | None = None         # (headings above, the machine) of the last table that describes one machine without a price
    shelves: set[tuple[str, ...]] = field(default_factory=set)  # headings right below which each section is of another seller
    sellers: dict[int, str] = field(default_factory=dict)      # id of an offer -> the seller whose section it stands in
    ways: dict[int, str] = field(default_factory=dict)         # id of an offer -> in which way its section lets machines ("vm"), on a page that has tables of several
    in_ways: bool = False                                      # whether this page has
    not_ours: dict[tuple[tuple[str, ...], str], bool] = field(default_factory=dict)      # headings and line above blocks -> whether these say that amounts are of others, or no rent
    rivals: tuple[str, ...] = ()                               # names of other sellers that the document compares itself with, case folded
    cities: Any = None                                         # text -> places of cities in it
    locate: Any = None                                         # label -> (country, city)
    place_names: dict[str, str] = field(default_factory=dict)  # code of a place -> the name that a feed gives it

    def issue(self, level: str, code: str, text: str) -> None:
        """Report once."""
        if (code, text) not in self.reported:
            self.reported.add((code, text))
            self.issues.append(Issue(level, code, text))

    def is_full(self) -> bool:
        """Whether there are as many offers as one document may give; then an issue says so."""
        if len(self.offers) + len(self.issues) < MAX_OFFERS:
            return False
        self.issue("error", "limit", f"read only in part: more than {MAX_OFFERS:,} offers and issues")
        return True

    def with_room(self, prices: list[Price]) -> list[Price]:
        """The prices of a block of running text for which there is room: MAX_OFFERS of a document; then an issue says so."""
        room = max(0, MAX_OFFERS - self.told)
        self.told += len(prices)
        if len(prices) > room:
            self.issue("error", "limit", f"read only in part: more than {MAX_OFFERS:,} prices in running text")
        return prices[:room]

    def is_own(self, name: str) -> bool:
        """Whether a seller named in a table is the one whose document this is: its title or address says so."""
        word = re.match(r"[\w.-]{3,}", name.strip())
        return bool(word) and word[0].casefold() in self.title

    def prices(self, text: str, *, bare: bool = False, currency: str | None = None) -> list[Price]:
        """`find_prices` with what is known of the document's currency."""
        key = (text, bare, currency)
        found = self.read.get(key)
        if found is None:
            found = find_prices(text, language=self.language, currency=currency or self.declared, bare=bare, words=self.words, decimal=self.decimal)
            if len(text) <= 200 and len(self.read) < 50_000:
                self.read[key] = found
        return list(found)

    def tax_at(self, path: tuple[str, ...]) -> str:
        """What the notes of the page say on tax for a passage under these headings: the nearest note above it, else a page-wide one, where they agree."""
        best: tuple[int, set[str]] = (-1, set())
        for above, tax in self.tax_notes:
            depth = 0 if above is None else len(above)
            if above is None or path[:len(above)] == above:
                if depth > best[0]:
                    best = (depth, {tax})
                elif depth == best[0]:
                    best[1].add(tax)
        return next(iter(best[1])) if len(best[1]) == 1 else "unknown"

    def rate_at(self, path: tuple[str, ...]) -> Rate:
        """What notes say of all prices under these headings: of each thing, the nearest note that says it; nothing where the nearest do not agree."""
        if not self.rates:
            return Rate()
        said: dict[str, tuple[int, set[str]]] = {}
        for above, rate in self.rates:
            if path[:len(above)] != above:
                continue
            for name, value in (("unit", rate.unit), ("scope", rate.scope), ("currency", rate.currency)):
                depth, values = said.get(name, (-1, set()))
                if value is not None and len(above) >= depth:
                    said[name] = len(above), {value} if len(above) > depth else {*values, value}
        return Rate(**{name: next(iter(values)) for name, (_, values) in said.items() if len(values) == 1})

    def in_cents(self, key: str, value: Any = None) -> bool:
        """Whether a field is given in cents: the document says so (a schema beside its example), or prints the hundredth part of `value` as a price."""
        text = self.document.text
        if not isinstance(value, int) or isinstance(value, bool):
            return False
        if key not in self.cents:
            self.cents[key] = "cents" in text and bool(re.search(rf"(?<![\w]){re.escape(key)}(?![\w]).{{0,240}}?\bin (?:US |USD )?cents\b", text, re.DOTALL))
        if not self.cents[key] and value >= 10:
            self.cents[key] = bool(re.search(rf"[$€£]\s?{value / 100:.2f}(?!\d)", text))
        return self.cents[key]

    def currency(self, sign: str | None) -> str | None:
        """A sign or code of a head, resolved."""
        return resolve_currency(sign, language=self.language, declared=self.declared, words=self.words) if sign else None


def cell_prices(reading: Reading, head: Head, value: Any) -> list[Price]:
    """The prices in a cell or field of a price column. A bare number is one."""
    if isinstance(value, bool) or value is None:
        return []
    factor = 0.01 if head.cents else 1.0
    if isinstance(value, int | float):
        return [Price(0, 0, round(float(value) * factor, 10), "", None)] if value > 0 else []
    key = (value, head.role == "price", factor)
    known = reading.cells.get(key)
    if known is None:
        known = _read_cell(reading, *key)
        if len(value) <= 200 and len(reading.cells) < 50_000:
            reading.cells[key] = known
    return known


_PLAIN = re.compile(r"\d{1,9}(?:\.\d{1,9})?")


_LONE_FIGURE = words("lone_figure")


def _read_cell(reading: Reading, value: str, bare: bool, factor: float) -> list[Price]:
    if bare and _PLAIN.fullmatch(value) and not (reading.declared in without_cents() and "." in value):        # as all that follows would read it
        number = parse_number(value, reading.language, reading.decimal)
        return [Price(0, len(value), round(number * factor, 10), "", reading.declared)] if number else []
    found = [p for p in reading.prices(value, bare=bare) if not p.other]
    signed = [p for p in found if p.sign]
    if signed:
        if len({p.sign for p in signed}) == 1 and len(signed) < len(found) <= 8:
            signed = _with_bare_sums(value, signed, [p for p in found if not p.sign and p.unit])
        return [p for p in signed if p.amount > 0]
    whole = [p for p in found if p.amount > 0]
    if bare and whole and (_LONE_FIGURE.fullmatch(value.strip()) or _alone_in(value, whole)):
        return [replace(whole[0], amount=round(whole[0].amount * factor, 10))]
    if bare and len(value) <= _CELL and whole and (len(whole) == 1 or all(p.unit for p in whole)) and beside_only_notes(value, whole):
        return [replace(p, amount=round(p.amount * factor, 10)) for p in whole]
    number = parse_number(value, reading.language, reading.decimal) if bare else None
    return [Price(0, len(value), round(number * factor, 10))] if number else []


def _with_bare_sums(text: str, signed: list[Price], bare: list[Price]) -> list[Price]:
    """The prices of a cell with those of its amounts without a sign that are the sum for several GPUs: "$2.80/hr (22.40/hr for all 8 GPUs)"."""
    out = list(signed)
    for price in bare:
        told = sorted([*signed, replace(price, sign=signed[0].sign, currency=signed[0].currency)], key=attrgetter("start"))
        at = next(i for i, p in enumerate(told) if p.start == price.start)
        if sum_for(text, told, at):
            out.append(told[at])
    return sorted(out, key=attrgetter("start"))


def _alone_in(value: str, found: list[Price]) -> bool:
    """Whether a cell holds one amount, with its period or what leads to it ("from 1.20 / GPU / h (sold out)", "ab 2,10 pro Tag"), and else no more than a note in brackets."""
    if len(found) > 1 or not (found[0].unit or found[0].price_from or found[0].high is not None):
        return False
    return bool(_BEFORE_AMOUNT.fullmatch(value[:found[0].start]) or leads_to_price(value[:found[0].start])) and bool(_BEHIND_AMOUNT.fullmatch(value[found[0].end:]))


_CELL = 200                                                   # characters; what is longer is no cell of a price
_BEFORE_AMOUNT = re.compile(r"[\s~≈<>(]*")
_BEHIND_AMOUNT = words("behind_amount")


def make_offers(reading: Reading, facts: Facts, quoted: Sequence[Quoted], start: int, end: int) -> list[Offer]:
    """The offers of one row or record: one for each chip and price; one for each chip where no price is known."""
    chips = facts.all_chips()
    if facts.no_gpu and not facts.chips:
        return []
    by_name = instance_chip(facts.instance) if facts.instance else None
    if not chips and by_name and (quoted or facts.count):
        chips = [ChipSpan(0, 0, by_name.gpu_name, by_name.memory, None, by_name.count)]
    out = []
    for q in quoted or [Quoted(None)]:
        ends = _ends(facts, chips, q)
        for chip in [] if ends else [*q.chips] or chips:
            out.append(_offer(reading, facts, chip, q, by_name, start, end))
        for chip, end_of_range in ends:
            out.append(_offer(reading, facts, chip, end_of_range, by_name, start, end))
    return [o for o in out if o is not None]


def _ends(facts: Facts, chips: list[ChipSpan], q: Quoted) -> list[tuple[ChipSpan, Quoted]]:
    """"1x L40S – 1x H100: $1.20–$3.10" is two offers, each at its end of the range; nothing where no such range of chips is priced."""
    if q.chips or q.price is None or q.price.high is None or len({c.gpu_name for c in chips}) != 2 or len(chips) != 2 or not _RANGE_OF_CHIPS.search(facts.instance or ""):
        return []
    return [(chips[0], replace(q, price=replace(q.price, high=None))), (chips[1], replace(q, price=replace(q.price, amount=q.price.high, high=None)))]


_RANGE_OF_CHIPS = re.compile(r"[a-z]*\d\w*\s+[-–—]\s+.{0,12}[a-z]+\d|[a-z]*\d\w* to .{0,12}[a-z]+\d", re.IGNORECASE)


def _offer(reading: Reading, facts: Facts, chip: ChipSpan, q: Quoted, by_name: Any, start: int, end: int) -> Offer | None:
    count = facts.count if facts.count is not None else chip.count
    if facts.count is not None and chip.count is not None and 0 < chip.count < 1 <= facts.count:
        count = chip.count * facts.count                       # "1/4 T4" in the name, one of them in the count
    elif facts.count == 1 and (chip.count or 0) > 1 and "gpu" not in (q.scope, q.head.scope, facts.scope, q.price and q.price.scope):
        count = chip.count                                     # "4x H100 SXM" in a list that counts one of everything
    if count is None and q.count is not None and not chip.slice:
        count = q.count
    if (facts.count is not None and facts.at_most) or (facts.count is None and chip.at_most) or chip.slice:
        count = None
    if count is None and by_name is not None and by_name.gpu_name == chip.gpu_name and not chip.slice:
        count = by_name.count
    memory = chip.memory
    if facts.gpu_memory is not None and not chip.slice:
        size = facts.gpu_memory
        if plausible_memory(chip.gpu_name, size):
            memory = nominal_memory(chip.gpu_name, size)
        elif count and count > 0 and plausible_memory(chip.gpu_name, size / count):
            memory = nominal_memory(chip.gpu_name, size / count)
        elif memory is None and chip_slug(chip.gpu_name) is None and size <= 640:
            memory = size
    if memory is not None and memory == int(memory):
        memory = int(memory)
    name = name_by_memory(chip.gpu_name, memory) if not chip.slice else chip.gpu_name
    if count is not None:
        count = int(count) if count == int(count) else round(count, 6)        # a sixth of a GPU is 0.166667
    form = chip.form_factor or facts.form_factor
    unit = scope = currency = price = None
    unstated = weekly = False
    commitment, months = q.commitment or q.head.commitment or facts.commitment, q.months or q.head.months or facts.months
    contact = q.contact
    if q.price is not None:
        price = q.price.amount
        if price <= 0:
            return None
        unit = q.price.unit or q.unit or q.head.unit or facts.unit or unit_in(facts.instance or facts.printed, loose=False)
        if unit is None and reading.period and (q.price.sign or q.stated or facts.currency and q.head.role == "price" and q.head.commitment == "on_demand"):
            unit = reading.period
        scope = q.price.scope or q.scope or q.head.scope or facts.scope
        currency = q.price.currency if q.price.sign else None
        if currency is None and not q.price.sign:
            sign = q.currency or q.head.currency or facts.currency
            currency = reading.currency(sign)
            if currency is None and sign is None and q.stated and unit is None and reading.rate is not None:
                currency, unit = reading.currency(reading.rate[0]), reading.rate[1]
            elif currency is None and sign is None and reading.rate is not None and unit == reading.rate[1]:
                currency = reading.currency(reading.rate[0])
            if currency is None and sign is None:
                currency = reading.declared or reading.only_currency
        if currency is None and unit is None and not q.stated and not q.price.sign and not (q.currency or q.head.currency or facts.currency):
            return _offer(reading, facts, chip, replace(q, price=None), by_name, start, end)    # a bare number: per what, in what?
        if currency is None:
            reading.issue("warning", "unknown_currency", q.price.sign or q.currency or q.head.currency or "no currency stated")
        limit = MAX_HOURLY.get(currency or MONEY_OF_LANGUAGE.get((reading.language or "")[:2], ""), DEFAULT_MAX_HOURLY)
        if unit in ("hour", "minute", "second") and price > limit * max(1, count or 1):
            reading.issue("warning", "implausible_price", f"{price:g} {currency or ''} per {unit} for {chip.gpu_name}".replace("  ", " "))
            return None
        if scope is None:
            # a line of data that counts one GPU, and says nothing of a machine around it
            alone = count == 1 and facts.specs == 0 and (bool(facts.printed) if facts.instance is None else _only_chip(facts.instance)) and reading.document.content_type in ("json", "csv", "yaml", "xml")
            bare = reading.of_data and count is None and (_only_chip(facts.instance) if facts.instance is not None else bool(facts.printed) and _only_chip(facts.printed.split("\n")[0]))      # "A40": what goes with one of them
            scope = "gpu" if alone or bare else "instance" if count is not None or facts.cpu and not q.chips else "gpu"
            if scope == "instance" and (count or 0) > 1 and facts.instance and (nodes := _patterns()["several_nodes"].search(fold(facts.instance))) and count >= int(nodes["nodes"]):
                scope = "cluster"                              # "4 nodes (32× H100)"
            unstated = True
        if unit is None and price > MOST_WITHOUT_PERIOD * limit * max(1, count or 1):
            reading.issue("warning", "implausible_price", f"{price:g} {currency or ''} for {chip.gpu_name}, without a period: more likely what it costs to buy".replace("  ", " "))
            return None
        if commitment is None and unit in ("hour", "minute", "second"):
            commitment = "on_demand"
        weekly = unit == "week"
        if weekly:                                             # no period of an offer: better none than that of the price beside it
            unit = None
            reading.issue("info", "unit_not_kept", f"{price:g} {currency or ''} is for a week, which offers have no unit for".replace("  ", " "))
    elif contact:
        commitment = "contact_sales"
    availability = facts.availability or ("on_request" if contact else "listed")
    location = q.location or facts.location
    country = reading.locate(location)[0] if location and reading.locate else None
    tax = q.price.tax if q.price is not None and q.price.tax != "unknown" else q.tax if q.tax != "unknown" else q.head.tax if q.head.tax != "unknown" else facts.tax if facts.tax != "unknown" else reading.tax
    offer = Offer(
        gpu_name=name, chip=chip_slug(name, memory if not chip.slice else None, form), gpu_count=count, gpu_memory=memory, form_factor=form,
        instance_name=q.instance or facts.instance, price=price, currency=currency if price is not None else None, price_unit=unit if price is not None else None,
        price_scope=scope if price is not None else None, commitment=commitment, term_months=months if commitment == "reserved" else None,
        tax=tax if price is not None else "unknown", price_from=bool(q.price and q.price.price_from), location=location, country=country,
        availability=availability, quote=reading.document.text[start:end], start=start, end=end)
    if facts.cloud or offer.instance_name is None and (facts.printed or facts.size):
        reading.variants[id(offer)] = reading.source, f"{facts.cloud}\n{f'{facts.printed}{facts.size}' if offer.instance_name is None else ''}".casefold()
    if facts.seller and price is not None:
        reading.sellers[id(offer)] = facts.seller
    if facts.way:
        reading.ways[id(offer)] = facts.way
    if price is not None and unit is None and not weekly:
        reading.issue("info", "unit_not_stated", f"no word says for how long {price:g} {currency or ''} is paid".replace("  ", " "))
    if unstated:
        reading.unstated.add(id(offer))
        reading.issue("info", "scope_not_stated", "no word of the page says whether every price is for a GPU or for an instance: read from what is priced (a machine, or a GPU by its name)")
    return offer


@remembered
def _only_chip(name: str) -> bool:
    """Whether a name is that of a chip and nothing more: "NVIDIA L4 24GB"."""
    chips = find_chips(name, context=True)
    return len(chips) == 1 and not re.search(r"\w{2}", name[:chips[0].left] + name[chips[0].end:])


def key_of(offer: Offer) -> tuple:
    """What makes two offers of a document the same."""
    detail = (offer.gpu_memory, offer.form_factor) if offer.instance_name is None else None
    return (offer.gpu_name, offer.gpu_count, detail, offer.instance_name, offer.price, offer.currency, offer.price_unit, offer.price_scope,
            offer.commitment, offer.term_months, offer.location)


def unique(offers: Iterable[Offer], variants: Mapping[int, tuple[int, str]] | None = None, sellers: Mapping[int, str] | None = None) -> list[Offer]:
    """The offers without repetitions, in order. `variants` (by id of an offer): the table or feed that a nameless one stands in, and its GPU as printed there.
    Rows of one table that print it differently ("H100 Server Edition", "H100 Workstation Edition") are different things; what another table says again is not."""
    listed = list(offers)
    sellers = sellers or {}                                    # by id of an offer: whose it is; what several sell is not one thing, and a summary under no seller's name adds nothing
    shelved = {key_of(o) for o in listed if id(o) in sellers} if sellers else set()
    counted: dict[tuple, Counter[int]] = {}
    if variants:
        for source, *key in dict.fromkeys((variants[id(o)], key_of(o), sellers.get(id(o))) for o in listed if id(o) in variants):
            counted.setdefault(tuple(key), Counter())[source[0]] += 1
    fullest = {key: sources.most_common(1)[0][0] for key, sources in counted.items() if max(sources.values()) > 1}
    out: dict[tuple[tuple, str | None], Offer] = {}
    for offer in reversed(listed):
        key = key_of(offer)
        if key in shelved and id(offer) not in sellers:
            continue
        whose = sellers.get(id(offer))
        if (key, whose) in fullest:
            source, printed = variants.get(id(offer), (-1, "")) if variants else (-1, "")
            if source != fullest[key, whose]:
                continue
            key = (*key, printed)
        out[key, whose] = offer
    return list(out.values())[::-1]
