"""Prices in text: amount, currency, period, what the price is for, tax, "from", commitment.

Own tokenizer, because a price node of a GPU page holds more numbers than the price ("8x H100 $23.92/hr"); `price-parser` is the check in the tests.
Knowledge, by language, is in `data/prices.yml`. All functions are pure. A price is what is printed: a range gives its low end, nothing is converted.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial, wraps
from typing import Any, TypeVar

from nlp.places import MAX_KEPT
from nlp.places import fold as _fold_latin
from nlp.sieve import Sieve
from nlp.word_files import data_file, words_of

T = TypeVar("T")


@dataclass(slots=True, frozen=True)
class Price:
    """A price in a text. `currency` is ISO 4217, or None where the sign is ambiguous; `sign` is what stands in the text ("" for a bare number)."""

    start: int
    end: int
    amount: float
    sign: str = ""
    currency: str | None = None
    unit: str | None = None                                    # second | minute | hour | day | week | month | year
    scope: str | None = None                                   # gpu | instance | cluster
    price_from: bool = False
    other: bool = False                                        # the price of something else: per GB, per token, per vCPU
    high: float | None = None                                  # the high end of a range
    tax: str = "unknown"                                       # included | excluded, where the same price stands behind it with the other


_data = partial(data_file, "prices.yml")
_worded = words_of("prices.yml")


@lru_cache(maxsize=1)
def _vietnamese() -> dict[int, str]:
    bases = ((code, unicodedata.normalize("NFD", chr(code))[0].lower()) for code in range(0x1E00, 0x1F00))
    return {code: base for code, base in bases if base.isascii() and base.isalpha()}


_TONES = re.compile("[\u1e00-\u1eff]")


def fold(text: str) -> str:
    """As `nlp.places.fold`, and Vietnamese letters without their tones: of the same length, lower case."""
    folded = _fold_latin(text)
    return folded if folded.isascii() or _TONES.search(folded) is None else folded.translate(_vietnamese())


MAX_REMEMBERED = 1250                                          # characters of a text whose readings are kept: a sentence on both sides of a price, and less
MAX_NUMBER = 40                                                # characters; a longer row of digits and marks is no price


_DIGIT = re.compile(r"\d")
_PRINTED = re.compile(r"\d[\d.,' \u00a0\u202f]*")
_GROUPING = re.compile(r"[ '\u00a0\u202f]")


# --- numbers ------------------------------------------------------------------------------------------------------------------------------

def has_digit(text: str) -> bool:
    """Whether any digit stands in a text: without one it names no chip and no price."""
    return _DIGIT.search(text) is not None


def parse_number(text: str, language: str | None = None, decimal: str | None = None) -> float | None:
    """The value of a printed number: "1,299.00", "1.299,00", "1 299,00", "1'299", "1,00,000", "0.00016", "１,２３４" (after NFKC). None for anything else.

    One mark followed by three digits is a group mark or a decimal mark by the custom of the document (`decimal`, as `decimal_mark` finds it), else of `language`,
    except after a leading zero ("0.116").
    """
    text = text.strip()
    if len(text) > MAX_NUMBER or _PRINTED.fullmatch(text) is None or not text[-1].isdigit():
        return None
    if text.isascii() and text.isdecimal():
        return float(text)
    digits = _GROUPING.sub("", text)
    marks = [c for c in digits if c in ".,"]
    if not marks:
        return float(digits)
    comma_language = decimal == "," if decimal else (language or "").split("-")[0].lower() in _data()["decimal_comma"]
    kinds = set(marks)
    if len(kinds) == 2:
        last = marks[-1]
        if marks.count(last) > 1:
            return None
        return float(digits.replace("," if last == "." else ".", "").replace(last, "."))
    mark = marks[0]
    parts = digits.split(mark)
    if len(parts) > 2:
        grouped = len(parts[-1]) == 3 and all(2 <= len(p) <= 3 for p in parts[1:])
        return float("".join(parts)) if grouped else None
    whole, fraction = parts
    if len(fraction) == 3 and whole.strip("0") and len(whole) <= 3:
        group = mark == ("." if comma_language else ",")
        return float(whole + fraction) if group else float(f"{whole}.{fraction}")
    return float(f"{whole}.{fraction}")


_MONEY = _worded("money")


def decimal_mark(text: str) -> str | None:
    """"." or "," where the amounts of money of a text leave no doubt which of them parts the decimals ("$16.80" does, "$11,200" does not): one alone does, or ten times as
    often as the other; else None."""
    seen = Counter()
    for match in _MONEY.finditer(text):
        number = match[1] or text[match.start():match.end(2)]
        at = max(number.rfind("."), number.rfind(","))
        if at > 0 and (len(number) - at - 1 != 3 or len({c for c in number if c in ".,"}) == 2 or number[:at] == "0"):
            seen[number[at]] += 1
    often = seen.most_common(2)
    return often[0][0] if often and (len(often) == 1 or often[0][1] >= 10 * often[1][1]) else None


@lru_cache(maxsize=1)
def _signs() -> tuple[Any, list[str], dict[str, Any]]:
    """(automaton, words, what each word stands for) of the signs, words and codes of currencies."""
    import ahocorasick_rs

    table = {fold(str(k)): v for k, v in _data()["currencies"].items()}
    words = list(dict.fromkeys([*table, *(c.lower() for c in _data()["codes"])]))
    return ahocorasick_rs.AhoCorasick(words, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest), words, table


def _sign_matches(folded: str) -> list[tuple[int, int, str]]:
    """(start, end, word) of what may name a currency: no piece of a longer word."""
    return _long_sign_matches(folded) if 1000 < len(folded) <= MAX_KEPT else _find_signs(folded)


_PERIOD_FOLLOWS = _worded("period_follows")


def _find_signs(folded: str) -> list[tuple[int, int, str]]:
    machine, words, _ = _signs()
    found = []
    for index, start, end in machine.find_matches_as_indexes(folded):
        word = words[index]
        if len(word) <= 2 and word in _data()["before_period"] and (start and folded[start - 1].isalpha() or not _PERIOD_FOLLOWS.match(folded, end)):
            continue
        if word[0].isascii() and word[0].isalpha() and start and folded[start - 1].isascii() and folded[start - 1].isalpha():
            continue
        if word[-1].isascii() and word[-1].isalpha() and end < len(folded) and folded[end].isascii() and folded[end].isalpha():
            continue
        found.append((start, end, word))
    return found


_long_sign_matches = lru_cache(maxsize=2)(_find_signs)


def _sign_value(word: str) -> str | None:
    """The currency or the ambiguous sign that a matched word stands for."""
    value = _signs()[2].get(word)
    if value is None:
        return word.upper()
    return value if isinstance(value, str) else value[0]


@lru_cache(maxsize=1)
def _known_codes() -> frozenset[str]:
    return frozenset(_data()["codes"]) | {v for v in _data()["currencies"].values() if isinstance(v, str)}


def resolve_currency(sign: str | None, *, language: str | None = None, declared: str | None = None, words: Iterable[str] = ()) -> str | None:
    """ISO 4217 code of a sign as `_sign_value` gives it. An ambiguous one is decided by the declared currency, the language, the other currency words, in this order."""
    if sign is None:
        return None
    rule = _data()["resolve"].get(sign)
    if rule is None:
        return sign if sign in _known_codes() else None
    candidates = set(rule.get("words") or []) | set((rule.get("languages") or {}).values()) | ({rule["default"]} if "default" in rule else set())
    if declared and declared in candidates:
        return declared
    named = [w for w in words if w in candidates]
    if sign != "$" or "default" not in rule:
        tags = rule.get("languages") or {}
        for tag in (language or "", (language or "").split("-")[0]):
            if tag in tags:
                return tags[tag]
    if len(set(named)) == 1 and sign != "$":
        return named[0]
    return rule.get("default")


@lru_cache(maxsize=1)
def without_cents() -> frozenset[str]:
    """The currencies that have no decimals."""
    return frozenset(_data()["without_cents"])


def currency_words(text: str) -> list[str]:
    """The unambiguous currencies named in a text, in order of frequency."""
    found = Counter()
    for start, end, word in _sign_matches(fold(text)):
        value = _sign_value(word)
        if value not in _data()["resolve"] and (not (word.isascii() and word.isalpha()) or _word_case(text, start, end, word)):
            found[value] += 1
    return [c for c, _ in found.most_common()]


_UNIT_OF_MONEY = _worded("unit_of_money")


def sign_of_unit(text: str) -> str | None:
    """The sign in which a note says that prices are: "单位：元/小时", "in $ per hour"; None where there is none, or more than one."""
    signs = {m["sign"] for m in _UNIT_OF_MONEY.finditer(fold(text))}
    return _sign_value(next(iter(signs))) if len(signs) == 1 else None


def _word_case(text: str, start: int, end: int, word: str) -> bool:
    """A code counts in capitals; short words of letters ("rs", "kr", "tl", "ft") only beside a digit."""
    raw = text[start:end]
    if word.upper() in _data()["codes"]:
        return raw.isupper()
    if len(word) <= 3:
        around = text[max(0, start - 2):start] + text[end:end + 2]
        return any(c.isdigit() for c in around)
    return True


# --- periods, scope ------------------------------------------------------------------------------------------------------------------------

@lru_cache(maxsize=1)
def _unit_patterns() -> tuple[re.Pattern, re.Pattern, re.Pattern]:
    data = _data()
    groups = "|".join(f"(?P<{name}>{pattern})" for name, pattern in data["units"].items())
    between = data["words"]["per_what"]
    after_per = re.compile(rf"{data['per']}{between}(?:{groups})(?![a-z0-9])")
    alone = re.compile(rf"(?<![a-z])(?:{groups})(?![0-9])")
    return after_per, alone, re.compile(data["only_after_per"])


def remembered(reader: Callable[..., T]) -> Callable[..., T]:
    """`reader`, a pure function of a text, with its answers for short texts kept: pages say the same in cell after cell."""
    kept = lru_cache(maxsize=8192)(reader)

    @wraps(reader)
    def read(text: str, **options: Any) -> T:
        return kept(text, **options) if len(text) <= MAX_REMEMBERED else reader(text, **options)
    return read


_SEVERAL = re.compile(r"(?<![\d.,])(?!1 ?$)\d{1,3}[ -]?$")


@remembered
def unit_in(text: str, *, loose: bool = True) -> str | None:
    """The period that a text (a cell, a column head, a key, what follows a price) names. With `loose`, a bare word ("Hourly", "時間") counts, too."""
    folded = _terms_pattern().sub(" ", fold(text).replace("_", " "))
    after_per, alone, only_after = _unit_patterns()
    for match in after_per.finditer(folded):
        if match.lastgroup != "second" or not _SPEED.search(folded, max(0, match.start() - 12), match.start()):
            return match.lastgroup                             # not "InfiniBand 3.2 Tb/s"
    if not loose:
        return None
    for match in alone.finditer(folded):
        if match[0][0].isascii() and folded[match.start() - 1:match.start()].isdigit():
            continue                                           # "L40S" is no price per second
        if match.lastgroup == "day" and _SEVERAL.search(folded, max(0, match.start() - 5), match.start()):
            continue                                           # "3 days", "14天"
        if not only_after.match(match[0]) or len(folded.strip(" ()")) <= 8:
            return match.lastgroup
    return None


@lru_cache(maxsize=1)
def _terms_pattern() -> re.Pattern:
    """Lengths of a commitment ("3-year"), which are no billing periods."""
    return re.compile(f"{_data()['terms']['months']}|{_data()['terms']['years']}")


@lru_cache(maxsize=1)
def _scopes() -> dict[str, re.Pattern]:
    return {name: re.compile(pattern) for name, pattern in _data()["scope"].items()}


@remembered
def scope_in(text: str) -> str | None:
    """gpu | instance | cluster where the text says what a price is for."""
    folded = fold(text)
    return next((name for name, pattern in _scopes().items() if pattern.search(folded)), None)


def scope_of_note(folded: str) -> str | None:
    """gpu | instance where the note on a field of an interface, case folded, says what its price is for."""
    return next((name for name, pattern in _note_scopes().items() if pattern.search(folded)), None)


@lru_cache(maxsize=1)
def _note_scopes() -> dict[str, re.Pattern]:
    return {name: re.compile(pattern) for name, pattern in _data()["scope_of_notes"].items()}


@lru_cache(maxsize=1)
def _words() -> dict[str, re.Pattern]:
    data = _data()
    flat = {"tax_excluded": data["tax"]["excluded"], "tax_included": data["tax"]["included"], "contact": data["contact"], "uncommitted": data["uncommitted"], "withdrawn": data["withdrawn"], "other": data["other"], "other_before": data["other_before"],
            "was": data["was"], "saving": data["saving"], "between": data["between"], "converts": data["converts"], "from_before": data["from_before"], "from_after": data["from_after"], "months": data["terms"]["months"], "years": data["terms"]["years"]}
    flat |= {f"commitment_{k}": v for k, v in data["commitment"].items()} | {f"availability_{k}": v for k, v in data["availability"].items()}
    return {key: re.compile(pattern) for key, pattern in flat.items()}


@lru_cache(maxsize=16)
def _sieve(*names: str) -> Sieve:
    return Sieve([_words()[name] for name in names])


@remembered
def tax_in(text: str) -> str:
    """included | excluded | unknown. Nothing is inferred from country or customer."""
    folded = fold(text)
    words, worth = _words(), _sieve("tax_excluded", "tax_included").worth(folded)
    return "excluded" if worth & 1 and words["tax_excluded"].search(folded) else "included" if worth & 2 and words["tax_included"].search(folded) else "unknown"


@remembered
def commitment_in(text: str) -> tuple[str | None, int | None]:
    """(spot | reserved | on_demand | None, months of a commitment or None) that a text names."""
    if not any(map(str.isalpha, text)):
        return None, None
    folded = fold(text)
    words, worth = _words(), _sieve("months", "years", "commitment_spot", "commitment_reserved", "commitment_on_demand").worth(folded)
    if worth & 8 and words["uncommitted"].search(folded):
        found = commitment_in(words["uncommitted"].sub(" ", folded))           # "$2.25/hr, no minimum commitment"
        return found if found[0] else ("on_demand", None)
    months = None
    if worth & 1 and (match := words["months"].search(folded)):
        months = int(match[1])
    elif worth & 2 and (match := words["years"].search(folded)):
        months = 12 * int(match[1])
    else:
        months = next((n for word, n in _data()["terms"]["words"].items() if word in folded), None)
    for bit, name in ((4, "spot"), (8, "reserved"), (16, "on_demand")):
        if worth & bit and words[f"commitment_{name}"].search(folded):
            return name, months if name == "reserved" else None
    return ("reserved", months) if months else (None, None)


@remembered
def asks_for_contact(text: str) -> bool:
    """Whether a text stands in place of a price and asks to get in touch."""
    return bool(_words()["contact"].search(fold(text)))


def leads_to_price(text: str) -> bool:
    """Whether a text is the word that marks a price as the lowest, and nothing else: "from", "ab", "à partir de"."""
    return bool(_words()["from_before"].fullmatch(fold(text).strip() + " "))


@remembered
def is_withdrawn(text: str) -> bool:
    """Whether a short note says that something is no longer let."""
    return bool(_words()["withdrawn"].search(fold(text)))


@remembered
def availability_in(text: str) -> str | None:
    """sold_out | waitlist | on_request, or None."""
    folded = fold(text)
    return next((name for name in ("sold_out", "waitlist", "on_request") if _words()[f"availability_{name}"].search(folded)), None)


# --- prices --------------------------------------------------------------------------------------------------------------------------------

_EAST_ASIAN = r"\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af"                 # no blank need part these letters from a number: "料金は300円", "2元/时,30元/天"
_AMOUNT = re.compile(rf"(?:(?<![\w.,])|(?<=[{_EAST_ASIAN}])|(?<=[^\W\d_],))(?:" + r"\d{1,3}(?:[ '\u202f]\d{3})+(?:[.,]\d{1,4})?(?![\d])|\d[\d.,]*\d|\d" + r")")
_GLUED_AMOUNT = re.compile(r"\d{1,3}(?:[ '\u202f]\d{3})+(?:[.,]\d{1,4})?(?![\da-z])|\d[\d.,]*\d(?![\da-z])|\d(?![\w.,]*[\da-z])")
_JOINTS = _data()["words"]["joins_figures"]                    # between the two ends of a range
_HIGH_END = r"\s*(?:{joints})(?!(?<=[^\W\d_])[^\W\d_])\s*(?P<sign>[^\d\s]{{0,4}})\s?(?P<high>\d[\d.,]*\d|\d)"
_RANGE = re.compile(_HIGH_END.format(joints=_JOINTS))
# "CVT 1.40": looks like a currency. What must not stand before it is looked at behind its first letter, so that `re` skips to a capital.
_UNKNOWN_CODE = re.compile(r"([A-Z](?<![A-Za-z0-9-][A-Z])[A-Z]{2})\s?(?=\d+[.,]\d{2}(?!\d))")
MAX_RANGE = 200                                                # characters from the end of a number to the sign behind the range or multiple that it begins
_MULTIPLIER = _worded("multiplier")
_SIGN_CHARS = "$€£¥₩₹"
_TAIL_END = re.compile(rf"[|\n;•]|[{_SIGN_CHARS}]|(?<=\w)\.\s")
_OF_NUMBERS = frozenset("0123456789.,' \u202f")
_TAIL = 48                                                     # characters after an amount in which its unit stands


@lru_cache(maxsize=1)
def _not_codes() -> frozenset[str]:
    """Three letters before a number that are no currency: hardware, versions, and the codes that are known."""
    return frozenset(_data()["not_currencies"]) | {c.lower() for c in _data()["codes"]}


def find_prices(text: str, *, language: str | None = None, currency: str | None = None, bare: bool = False, words: Iterable[str] = (), decimal: str | None = None) -> list[Price]:
    """The prices in `text` (NFKC), in order.

    A number is a price where a currency stands beside it. With `bare` (a cell of a price column), any number is one, in `currency`.
    `currency` is what is declared for the page or column, `words` are the currencies named elsewhere in the document; both decide ambiguous signs.
    `decimal` is the document's decimal mark, where its amounts show it.
    """
    if not has_digit(text):
        return []
    folded = fold(text)
    signs = _plain_signs(text, folded)
    if not signs and not bare:
        return []
    prices = _months_by_letter(folded, list(_prices(folded, signs, language=language, currency=currency, bare=bare, words=words, decimal=decimal)))
    prices = _less_discounted(folded, _less_conversions(folded, _less_tax_twins(folded, _as_printed_first(folded, prices))))
    return [p for i, p in enumerate(prices) if not (i + 1 < len(prices) and prices[i + 1].start - p.end <= _TAIL and _words()["was"].search(folded[max(0, p.start - 20):p.start])
                                                    or i and p.start - prices[i - 1].end <= _TAIL and (gap := _IN_BRACKET.search(folded, prices[i - 1].end, p.start)) and gap.end() == p.start and _words()["was"].search(gap[0]))]


def _as_printed_first(folded: str, prices: list[Price]) -> list[Price]:
    """The prices without those that tell again, in other money, what the one before comes to: "₹300/hr ($3.40)"."""
    out: list[Price] = []
    for price in prices:
        before = out[-1] if out else None
        if before is not None and before.sign and price.sign and (before.currency or before.sign) != (price.currency or price.sign) and before.high is None and not price.other \
                and price.start - before.end <= _TAIL and (price.unit is None or before.unit in (None, price.unit)) \
                and _words()["converts"].fullmatch(folded, before.end, price.start) and ("(" not in folded[before.end:price.start] or _CLOSES.match(folded, price.end)):
            out[-1] = replace(before, unit=before.unit or price.unit, scope=before.scope or price.scope)
        else:
            out.append(price)
    return out


def _less_tax_twins(folded: str, prices: list[Price]) -> list[Price]:
    """The prices without those that are the one before with tax, or without it: "68,000円(税込 74,800円)", "249 € HT (298,80 € TTC)"."""
    out: list[Price] = []
    for price in prices:
        before = out[-1] if out else None
        if before is not None and before.sign and (before.currency or before.sign) == (price.currency or price.sign) and (price.unit is None or before.unit in (None, price.unit)) and price.start - before.end <= _TAIL \
                and is_with_tax(min(before.amount, price.amount), max(before.amount, price.amount)):
            gap, behind = folded[before.end:price.start], folded[price.start:_TAX_BEHIND.match(folded, price.end).end()]
            joint = _TAX_GAP.match(gap)
            told = tax_in(gap[joint.end():]) if joint else "unknown"
            if joint and told == "unknown":
                told = tax_in(behind)
            if told != "unknown" and (price.amount > before.amount) == (told == "included"):
                out[-1] = replace(before, unit=before.unit or price.unit, scope=before.scope or price.scope, tax="excluded" if told == "included" else "included")
                continue
        out.append(price)
    return out


def _less_conversions(folded: str, prices: list[Price]) -> list[Price]:
    """The prices without those in brackets that are the one before for another length of time: "$0.50/hour ($365/month)", "€360 a month (≈ €0.49/h)"."""
    out: list[Price] = []
    for price in prices:
        before = out[-1] if out else None
        if before is None or not (before.unit and price.unit and before.unit != price.unit and before.sign and (before.currency or before.sign) == (price.currency or price.sign)) \
                or price.other or before.high is not None or price.start - before.end > _TAIL or not _BRACKET_BEFORE.fullmatch(folded, before.end, price.start) or not _CLOSES.match(folded, price.end):
            out.append(price)
            continue
        short, long = sorted((before, price), key=lambda p: _HOURS_IN.get(p.unit or "", 0))
        times = _TIMES_IN.get((short.unit, long.unit))
        if times is None or not times[0] * short.amount * _ROUNDED_DOWN <= long.amount <= times[1] * short.amount * _ROUNDED_UP:
            out.append(price)
    return out


_HOURS_IN = {"second": 1 / 3600, "minute": 1 / 60, "hour": 1, "day": 24, "week": 168, "month": 730, "year": 8760}
_TIMES_IN = {("hour", "day"): (24, 24), ("hour", "week"): (168, 168), ("hour", "month"): (672, 744), ("day", "month"): (28, 31), ("minute", "hour"): (60, 60), ("second", "hour"): (3600, 3600),
             ("second", "minute"): (60, 60), ("hour", "year"): (8736, 8784), ("month", "year"): (12, 12), ("day", "week"): (7, 7)}
_ROUNDED_DOWN, _ROUNDED_UP = 0.985, 1.015
_BRACKET_BEFORE = re.compile(r"[\s*_`]{0,4}[(（\[][^\d()（）\[\]\n]{0,24}")


def _less_discounted(folded: str, prices: list[Price]) -> list[Price]:
    """The prices without those from which a rebate is taken that stands beside them, where another price is what is left: "$2.00/hr 25% off $1.50/hr"."""
    if "%" not in folded and "％" not in folded or len(prices) < 2:
        return prices
    out = list(prices)
    for old, new in [*zip(prices, prices[1:], strict=False), *((b, a) for a, b in zip(prices, prices[1:], strict=False))]:
        first, last = sorted((old, new), key=lambda p: p.start)
        if old not in out or new not in out or old.other or new.other or not old.sign or (old.currency or old.sign) != (new.currency or new.sign) or old.unit != new.unit and old.unit and new.unit or last.start - first.end > _TAIL:
            continue
        rebates = [float(m[1]) for m in REBATE.finditer(folded, first.end, min(len(folded), last.end + _REBATE_BEHIND))]
        around = folded[max(0, first.start - _TAIL):first.start], folded[first.end:last.start], folded[last.end:last.end + _REBATE_BEHIND]
        if any(is_left(old.amount, new.amount, r) for r in rebates) and not any(commitment_in(part)[0] in ("reserved", "spot") for part in around):
            out = [replace(p, unit=p.unit or old.unit, scope=p.scope or old.scope) if p is new else p for p in out if p is not old]
    return out


def is_left(old: float, new: float, rebate: float) -> bool:
    """Whether a price is what a rebate, in per cent, leaves of another."""
    return 0 < rebate < 95 and abs(new - old * (1 - rebate / 100)) <= 0.008 * old


REBATE = re.compile(r"(?<![\d.,])(\d{1,2}(?:\.\d)?)\s?[%％]")
_REBATE_BEHIND = 16                                            # characters behind the last price in which a rebate may stand
def is_with_tax(net: float, gross: float) -> bool:
    """Whether one price may be another with tax."""
    return _LEAST_TAX * net <= gross <= _MOST_TAX * net


_LEAST_TAX, _MOST_TAX = 1.02, 1.28                             # what a price with tax is of the price without it
_TAX_GAP = re.compile(r"[^\d(/\n]{0,32}[(/]\s?")               # the other price stands in brackets or behind a stroke
_TAX_BEHIND = re.compile(r"[^\d\n]{0,20}")
_CLOSES = re.compile(r"[^()\n]{0,12}\)")
_BY_LETTER = re.compile(r"\s?/\s?m(?![a-z])")
_HOURS_AT_LEAST = 200                                          # that a month costs, however large the rebate


def _months_by_letter(folded: str, prices: list[Price]) -> list[Price]:
    """"€0.30/h €150/m": a letter that could be a minute or a month is a month where the amount is that many times the one for an hour, else neither, nor an hour."""
    hourly = [p.amount for p in prices if p.unit == "hour"]
    if not hourly or "/" not in folded:
        return prices
    letters = {i: m.end() for i, p in enumerate(prices) if p.unit in (None, "hour") and (m := _BY_LETTER.match(folded, p.end))}
    return [replace(p, unit="month" if p.amount >= _HOURS_AT_LEAST * min(hourly) else None, end=letters[i]) if i in letters else p for i, p in enumerate(prices)]


def only_currency(text: str, *, language: str | None = None, currency: str | None = None, words: Iterable[str] = ()) -> str | None:
    """The currency of all the prices in `text` that have a sign; None where there are several, or none, or one that is not known."""
    if not has_digit(text):
        return None
    folded = fold(text)
    signs = _plain_signs(text, folded)
    named = {resolve_currency(sign, language=language, declared=currency, words=words) for sign in {s[2] for s in signs}}
    if len(named) > 1:
        named = {p.currency for p in find_prices(text, language=language, currency=currency, words=words) if p.sign}
        return next(iter(named)) if len(named) == 1 else None
    return next((p.currency for p in _prices(folded, signs, language=language, currency=currency, words=words) if p.sign), None) if named else None


def _unglued(text: str, start: int, end: int, word: str) -> tuple[int, int, str]:
    """A match of a sign with letters before it, less a letter that ends another word: "L40S$0.79" costs dollars, not those of Singapore."""
    before = text[start - 1:start] if start else ""
    glued = end - start == 2 and word[-1] in _SIGN_CHARS and word[0].isalpha() and before.isascii() and (before.isdigit() or before.isupper())
    return (end - 1, end, word[-1]) if glued else (start, end, word)


def _plain_signs(text: str, folded: str) -> list[tuple[int, int, str | None]]:
    """(start, end, currency or ambiguous sign) of what names a currency in `text`."""
    signs = [(a, b, _sign_value(word)) for a, b, word in (_unglued(text, *match) for match in _sign_matches(folded)) if _plain_sign(text, a, b, word)]
    signs += [(m.start(1), m.end(1), m[1]) for m in _UNKNOWN_CODE.finditer(text) if m[1].lower() not in _not_codes() and not any(a <= m.start(1) < b for a, b, _ in signs)]
    return signs


_CENTS_BEHIND = re.compile(r"\d{2}(?![\d.,])")
_NOT_HIGH_END = _worded("not_high_end")
_COINS_BEHIND = _worded("coins_behind")
_IN_BRACKET = re.compile(r"\s?\([^()]*")
_AMOUNT_BEHIND = re.compile(r"\s?\d")
_AMOUNT_NEXT = re.compile(r"[\s:額额付]{0,3}[약約约~≈]?\s?[$€£¥₩]?\s?\d")
_MYRIADS = re.compile(r"(?<![\d.,])(?P<number>\d[\d,]{0,6})[万萬만]\s?$")
_BEHIND_MYRIADS = re.compile(r"\s?(?P<number>\d[\d,]{0,4})(?:\s?(?P<thousands>[千천])|(?![\d,.万萬만]))")
_NEXT_LABEL = _worded("next_label")
_MASKED = _worded("masked")


def _prices(folded: str, signs: list[tuple[int, int, str | None]], *, language: str | None, currency: str | None, bare: bool = False, words: Iterable[str] = (), decimal: str | None = None) -> Iterator[Price]:
    """The prices of `find_prices`, old ones beside new ones included."""
    starts = {s[0]: s for s in signs}
    ends = {s[1]: s for s in signs}
    resolved: dict[str | None, str | None] = {}                # sign -> currency
    taken = -1
    for match in _AMOUNT.finditer(folded) if bare else _amounts(folded, signs):
        if match.start() < taken:
            continue
        a, b = match.start(), min(match.end(), match.start() + MAX_NUMBER)
        left = ends.get(a) or ends.get(a - 1 if folded[a - 1:a] in {" ", "~"} else -1)
        amount = parse_number(folded[a:b].replace("\u202f", " "), language, decimal)
        while amount is None and b > a + 1:                    # "2.49." at the end of a sentence, "1,2,3"
            b -= 1
            amount = parse_number(folded[a:b], language, decimal) if folded[b - 1].isdigit() else None
        if amount is None or _PERCENT.match(folded, b) or _MASKED.match(folded, b):      # "2,49 EUR 20 % de remise"; "6xxx"
            continue
        stop = b
        factor = 1.0
        if folded[stop:stop + 2] == "./":                      # "$10./hr"
            stop += 1
        elif dashes := _NO_CENTS.match(folded, stop):          # "129,- €"
            stop = dashes.end()
        multiplier = _MULTIPLIER.match(folded, b)
        if multiplier:
            factor = _data()["multipliers"][next(g for g in multiplier.groups() if g)]
            stop = multiplier.end()
            if factor == 10_000 and (rest := _BEHIND_MYRIADS.match(folded, stop)) and (lesser := int(rest["number"].replace(",", "")) * (1000 if rest["thousands"] else 1)) < factor:
                amount, stop = amount + lesser / factor, rest.end()            # "¥29万8,000", "¥29万8千"
        right = starts.get(stop) or (starts.get(stop + 1) if folded[stop:stop + 1] in {" ", "("} else None)
        if right and right[0] > stop and folded[right[0]] in _SIGN_CHARS and _NUMBER.match(folded, right[1]):
            right = None                                       # "2 €0.90": the sign is that of the next number
        if right and left is None and right[0] == stop == b and folded[b] in "€£$" and folded[a:b].isdigit() and (cents := _CENTS_BEHIND.match(folded, right[1])):
            amount, stop = amount + int(cents[0]) / 100, cents.end()           # "2€44"
        if left is None and right and factor <= 1000 and amount * factor < 10_000 and (more := _MYRIADS.search(folded, max(0, a - 12), a)):
            amount, a, factor = amount * factor + 10_000 * float(more["number"].replace(",", "")), more.start(), 1.0     # "29万8,000円", "29만 8천원"
        coin = right or left
        if coin and coin[2] not in without_cents() and folded[a:b].isdigit() and (coins := _COINS_BEHIND.match(folded, max(stop, right[1]) if right else stop)):
            amount, stop = amount + int(coins["coins"]) / 100, coins.end()     # "3 dollars and 20 cents"
        if right is None and left is None:
            spread = _spread(folded, a, b)
            if spread and (parse_number(spread["high"], language, decimal) or 0) >= amount and (starts.get(spread.end()) or starts.get(spread.end() + 1 if folded[spread.end():spread.end() + 1] == " " else -1)):
                right = starts.get(spread.end()) or starts.get(spread.end() + 1)
                stop = spread.end()
        if left is None and right is None and not bare:
            continue
        if multiplier and (multiplier[2] and left is None and (right is None or right[0] > multiplier.end() + 1 or _AMOUNT_BEHIND.match(folded, right[1])) or multiplier[5] and (left is None or left[2] != "INR")):
            factor, stop = 1.0, b
        sign = left or right
        if right and left and left[2] == "$" and right[2] != "$" and len(right[2]) == 3:
            sign = right                                       # "$2.49 CAD"
        start = min(a, left[0]) if left else a
        high = None
        spread = _spread(folded, start, stop if not right else max(stop, right[1]))
        if spread and _MASKED.match(folded, spread.end()):     # "5-6xxx": nor is its low end
            continue
        if spread and (spread["sign"] == "" or spread["sign"].strip() in _signs()[2] or spread["sign"].strip().upper() in _known_codes()):
            high = parse_number(spread["high"], language, decimal)
            if high is not None and high >= amount and not _NOT_HIGH_END.match(folded[spread.end():spread.end() + 6]):
                stop = spread.end()
                right = right or starts.get(stop) or starts.get(stop + 1)
                sign = sign or right
            else:
                high = None
        if right and right is sign or (right and right[0] <= stop + 1):
            stop = max(stop, right[1])
        tail = folded[stop:stop + _TAIL]
        closed = _TAIL_END.search(tail)
        sign_behind = closed is not None and closed[0] in _SIGN_CHARS
        tail = tail[:closed.start()] if closed else tail
        unit, scope, length = _tail_unit(tail)
        lead = folded[max(0, start - _LEAD):start]
        after_other, is_from = _led(lead)
        other = after_other or bool(_words()["other"].match(tail))
        if not other and (_NEXT_LABEL.match(tail) or unit is not None and _IN_BRACKET.fullmatch(tail[:length]) and (_AMOUNT_NEXT.match(tail, length) or sign_behind and not tail[length:].strip())):
            unit, scope, length = None, None, 0                # "590원 (월 39만원)": the period in the bracket is that of the amount in it
        if not other and (unit is None or sign_behind and not tail[length:].strip() or _BEHIND_COMMA.match(tail)):
            led = _head_unit(folded[max(taken, start - 24, 0):start])
            if led is not None and unit is not None:           # "包天 ￥45 / 包月 ￥1280": the word behind this price leads to the next
                scope, length = None, 0
            unit = led or unit
        name = currency
        if sign:
            name = resolved[sign[2]] if sign[2] in resolved else resolved.setdefault(sign[2], resolve_currency(sign[2], language=language, declared=currency, words=words))
        if (name in without_cents() or unit in ("month", "year")) and amount != int(amount) and _GROUPED.fullmatch(folded, a, b):
            amount = float(folded[a:b].replace(",", "").replace(".", ""))          # "1,834 KRW", "€1,299 a month", whatever the language of the page
        if sign and sign[2] in _data()["resolve"]:
            factor *= _data()["resolve"][sign[2]].get("factor", 1)
        is_from = is_from or bool(_words()["from_after"].match(folded[stop:stop + 14]))
        yield Price(start, stop + length, round(amount * factor, 10), sign[2] if sign else "", name, unit, scope, is_from, other, round(high * factor, 10) if high is not None else None)
        taken = stop


_LEAD = 32                                                     # characters before an amount in which the words stand that lead to it; the last 24 say "from"


@lru_cache(maxsize=8192)
def _led(lead: str) -> tuple[bool, bool]:
    """(whether the words before an amount say that it is the price of something else, whether they say "from"); kept, since pages print amount after amount alike."""
    worth = _sieve("other_before", "from_before").worth(lead)
    return bool(worth & 1 and _words()["other_before"].search(lead)), bool(worth & 2 and _words()["from_before"].search(lead[-24:]))


_PERCENT = re.compile(r"\s?%")
_NO_CENTS = re.compile(r"[,.][-–—]{1,2}(?!\s?\d)")
_NUMBER = re.compile(r"\d[\d.,]*\d")                           # not the digit of a footnote
_GROUPED = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")


def beside_only_notes(text: str, prices: Sequence[Price]) -> bool:
    """Whether all that stands in a cell beside these prices is what goes with one: "from", an old price, a period, a saving, tax, what is sold out."""
    folded = fold(text)
    at, parts = 0, []
    for price in prices:
        before = folded[at:price.start]
        parts.append(_words()["from_before"].sub(" ", before, count=1))
        parts.append(_BEHIND_DIGITS.search(folded, at + len(before), price.end)[0])       # "200 MB/s": per second, and no price
        at = price.end
    after = _words()["from_after"].match(folded, at)
    parts.append(folded[after.end() if after else at:])
    return not any(_WORD.search(_less_notes(part)) for part in parts)


_WORD = re.compile(r"\w")
_BEHIND_DIGITS = re.compile(r"\D*\Z")


def _less_notes(part: str) -> str:
    """A part of a cell without the notes that go with prices; of old prices, their words and amounts."""
    for name in ("saving", "tax_excluded", "tax_included", "availability_sold_out", "availability_waitlist"):
        part = _words()[name].sub(" ", part)
    out, at = [], 0
    for match in _AMOUNT.finditer(part):
        led = _words()["was"].search(part[max(at, match.start() - 20):match.start()])
        if led:
            out.append(part[at:match.start() - len(led[0])])
            at = match.end()
    part = "".join(out) + part[at:]
    for pattern in (*_scopes().values(), *_unit_patterns()[:2]):
        part = pattern.sub(" ", part)
    return part


def _spread(folded: str, start: int, stop: int) -> re.Match | None:
    """The high end of a range whose low end begins at `start` and ends at `stop`: "2.10-2.60", "between 2.10 and 2.60"."""
    found = _RANGE.match(folded, stop)
    if found is None and folded[stop:stop + 1] == " " and _words()["between"].search(folded, max(0, start - 32), start):
        found = _joined_range().match(folded, stop)
    return found


@lru_cache(maxsize=1)
def _joined_range() -> re.Pattern:
    return re.compile(_HIGH_END.format(joints=f"{_data()['joins_range']}|{_JOINTS}"))


_DIGIT = re.compile(r"\d")


def _amounts(folded: str, signs: Iterable[tuple[int, int, str]]) -> Iterator[re.Match]:
    """The matches of `_AMOUNT` from which a sign is not too far: most numbers of a page are no prices."""
    at = 0
    digit = -1                                                 # the first digit from `begin` on: signs without a number near them cost no look ahead
    for start, end, _ in sorted(signs):
        begin = max(at, start - MAX_RANGE)
        if digit < begin:
            found = _DIGIT.search(folded, begin)
            digit = found.start() if found else len(folded)
        if digit > end + 1:
            continue
        while begin > at and folded[begin - 1] in _OF_NUMBERS:     # never from the middle of a number
            begin -= 1
        for match in _AMOUNT.finditer(folded, begin):
            if match.start() > end + 1:
                break
            yield match
            at = match.end()
        if end >= at and folded[end:end + 1].isdigit() and (word := folded[start:end])[-1] not in _SIGN_CHARS and (word in _data()["glued"] or word.upper() in _data()["codes"]) and (match := _GLUED_AMOUNT.match(folded, end)):
            yield match                                        # "USD2.50", "Rp9.500"
            at = match.end()


def hides_digits(text: str) -> bool:
    """Whether a text is an amount of which marks hide digits, and nothing more: "6xxx/month", "3●●●円"."""
    match = _DIGITS.search(folded := fold(text[:_TAIL]))
    return match is not None and match.start() <= 4 and _MASKED.match(folded, match.end()) is not None


_DIGITS = re.compile(r"\d+")
_PROMPT = re.compile(r" (?!(?:per|pro|par|por|je|for|za|a)\b)[a-z_./~<-]")


def _plain_sign(text: str, start: int, end: int, word: str) -> bool:
    """Whether a matched currency word is one: codes in capitals or beside a digit, words beside a digit, no template variable."""
    raw = text[start:end]
    if word.upper() in _data()["codes"]:
        return raw.isupper() or raw.islower() and _beside_digit(text, start, end)
    if raw == "$" and (text[end:end + 1] in {"{", "("} or text[start - 1:start] == "\n" and _PROMPT.match(text, end)):
        return False                                           # a template's variable; the prompt of a shell below a line that ends with a number
    if word[0].isalpha() and word.isascii():
        return _beside_digit(text, start, end)
    return True


def _beside_digit(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - 2):start].strip(), text[end:end + 2].strip()
    return before[-1:].isdigit() or after[:1].isdigit() or before[-1:] in _MULTIPLIER_ENDS and _MULTIPLIED.search(fold(text[max(0, start - 12):end])) is not None


_MULTIPLIED = re.compile(rf"\d(?:{_data()['words']['multiplier']})\s?[^\s\d]+$")
_MULTIPLIER_ENDS = {word[-1] for word in _data()["multipliers"]} | {word[-1].upper() for word in _data()["multipliers"]}


_TAIL_UNIT = _worded("before_unit")
_HEAD = _worded("period_before")


def _head_unit(before: str) -> str | None:
    """The period that leads to a price: "1時間あたり 350円", "月額 12,000円", "per hour: $2"."""
    if has_digit(before):                                      # "6개월 약정: 시간당 3,400원": how long it is rented is no period that is billed
        before = _terms_pattern().sub(lambda term: " " * len(term[0]), before)
    match = _HEAD.search(before)
    if match:
        return unit_in(match["text"])
    at = max((m.end() for m in _PART_BEGINS.finditer(before)), default=0)
    led = _unit_patterns()[0].match(before, at)                # "pro Stunde 2 €, pro Monat 900 €": in any language, where its part of the sentence begins with it
    return led.lastgroup if led and not before[led.end():].strip(" :：") else None


_PART_BEGINS = _worded("part_begins")
_BEHIND_COMMA = re.compile(r"[\s)\]]*[,，、;；]")
_UNIT_BEFORE_PER = _worded("unit_before_per")


_SCOPE_BEHIND = _worded("scope_behind")
_PER_SO_MANY = _worded("per_so_many")
_SPEED = _worded("speed")
_PLAIN_PERIOD = _worded("plain_period")
_BARE_PERIOD = _worded("bare_period")
_TERM_BEHIND = _worded("term_behind")


_MONTH_BY_LETTERS = re.compile(r"\s{0,2}p\s?(?:/|\.\s?)\s?m(?:nd)?(?![a-z0-9])\.?")


@lru_cache(maxsize=8192)
def _tail_unit(tail: str) -> tuple[str | None, str | None, int]:
    """(unit, scope, length) of what follows an amount: "/hr", " per GPU hour", "/小时", " an hour"."""
    if letters := _MONTH_BY_LETTERS.match(tail):                     # "€ 89 p/m", "€ 89 p.m."
        return "month", None, letters.end()
    after_per, alone, _ = _unit_patterns()
    lead = _TAIL_UNIT.match(tail)
    at = lead.end() if lead else 0
    match = after_per.search(tail, at)
    scope = None
    machine = _PER_SO_MANY.match(tail, at)                     # "$18.40 per 8-GPU node per hour"
    if machine and (match := after_per.match(tail, machine.end())):
        return match.lastgroup, "instance", match.end()
    if match and match.start() - at <= 22 and not re.search(r"\d", tail[at:match.start()]):
        first = re.match(r"[\s(]*", tail[at:])
        gap = tail[at + first.end():match.start()]
        if len(gap) <= 22 and not re.search(r"[,.!?](?:\s|$)", gap) and not (_terms_pattern().search(match[0]) and _words()["commitment_reserved"].search(gap)) \
                and not (match[0].startswith(("a ", "an ", "one")) and _TERM_BEHIND.match(tail, match.end())):      # "with a one-year commitment"
            unit, end = match.lastgroup, match.end()
            follow = _SCOPE_BEHIND.match(tail, end)
            if follow:
                end = follow.end()
            scope = scope_in(tail[at:end])
            return unit, scope, end
    behind = _UNIT_BEFORE_PER.match(tail)
    if behind:                                                 # "(1GPU・1時間あたり)"
        return unit_in(f"/{behind['unit']}"), "gpu" if behind["gpu"] else None, behind.end()
    word = alone.match(tail, at)
    if word and len(word[0]) > 1 and not _PLAIN_PERIOD.match(word[0]) or (word and _BARE_PERIOD.fullmatch(word[0])):
        return word.lastgroup, scope_in(tail[at:word.end()]), word.end()
    head = scope_in(tail[:16])
    return None, head if head else None, 0
