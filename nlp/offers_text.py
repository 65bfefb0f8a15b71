"""Offers outside tables: sentences with a real price, cards (a chip in a heading, its prices below), lists of GPUs that are for rent."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from chipwatch.records import Offer
from nlp.chips import ChipSpan, find_chips, unknown_labels
from nlp.document import Block
from nlp.offer_words import offer_fields, words
from nlp.offers import (
    AT_MOST, GPUS_STATED, Facts, Quoted, Reading, asks_for_contact, commitment_beside, compares_sellers, make_offers, other_trade, parse_count, read_head, seller_of_head, stated_count, sum_for,
)
from nlp.places import find_places, fold
from nlp.prices import REBATE, Price, availability_in, commitment_in, find_prices, has_digit, is_left, is_withdrawn, scope_in, tax_in, unit_in
from nlp.sieve import Sieve, Sieved

SENTENCE_END = words("sentence_end")
_COMPARED = Sieved(words("compared"))
SENTENCE_REACH = 400                                               # characters of a sentence on each side of a price
SENTENCE_STEP = 200                                            # … and of those, the words for all prices are read from one multiple of so many to another: prices that stand close share them
SHORT_CARD = 160                                              # characters of a block that can be a line of a card
_OF_OTHERS = words("of_others")
_SUM = words("worked_sum")                                     # a worked sum repeats prices and gives totals
_INSTRUCTION = words("instruction")
_HYPE = Sieved(words("hype"))
_LENDERS_SHARE = Sieved(words("lenders_share"))
_WORKED_EXAMPLE = Sieved(words("worked_example"))


@dataclass(slots=True)
class Placed:
    """A block with the headings above it and the paragraph before it."""

    block: Block
    path: tuple[str, ...]
    before: str


def read_text(reading: Reading, placed: Sequence[Placed]) -> None:
    """Collect priced offers of running text, lists and cards."""
    titles = _sure_titles(placed)
    known: set[str] = set()
    coded: set[str] | None = None
    headed: tuple[Placed, list[ChipSpan]] | None = None
    for group in _cards(placed):
        rest = []
        beside = sum(item.block.kind == "list_item" and len(item.block.text) <= SHORT_CARD and any(c.start <= 24 for c in find_chips(item.block.text)) for item in group if has_digit(item.block.text)) >= 2
        for at, item in enumerate(group):
            text = item.block.text
            if not_ours(reading, item):
                continue                                       # what others ask
            listed = beside and item.block.kind == "list_item"             # an item of a list of GPUs names one, too
            chips = find_chips(text, context=listed or _about_gpus(item) or _titles_card(item, titles)) if has_digit(text) else []
            prices = real_prices(reading, text, item.path) or (_in_pieces(reading, group, at) if text[:1].isdigit() and len(text) <= _AMOUNT_ALONE else [])
            if prices and not chips and item.block.kind != "heading" and (short := find_chips(text, context=True)):
                known = known or _known_chips(reading, placed)
                chips = [c for c in short if c.gpu_name in known]          # "A10 spot from 0.9 an hour": a card by what else the page says
                coded = coded if chips or coded is not None else _let_by_code(reading, placed)
                if not chips and (known or len(coded) > 1):
                    chips = [c for c in short if c.gpu_name in coded]      # "L4: $0.61/hr" beside "H100: $2.10/hr", or beside "T4: $0.31/hr"
            if chips and prices and not names_rival(reading, text):
                _pair(reading, item, chips, reading.with_room(prices))
            elif chips and item.block.kind != "heading":
                _asked_for(reading, item, chips)
            rest.append((item, chips, prices))
            if item.block.kind == "heading":
                headed = _heads_boxes(headed, item)
        if headed is not None and _box_of_terms(rest, headed[0]):
            rest.insert(0, (*headed, []))
        for part in _split_card(rest):
            _card(reading, part)


_AMOUNT_ALONE = 14                                             # characters of a line that is an amount and nothing else
_BARE_AMOUNT = re.compile(r"\d[\d.,' ]{0,13}")


def _in_pieces(reading: Reading, group: Sequence[Placed], at: int) -> list[Price]:
    """The price of an amount that stands in a line of its own, where the sign does, too ("$", below it "2.15"), or begins the next line ("2,15", below it "€/Stunde")."""
    item = group[at]
    text = item.block.text.strip()
    if item.block.kind == "heading" or not _BARE_AMOUNT.fullmatch(text):
        return []
    above, *below = (group[at - 1].block.text.strip() if at else "", *(i.block.text.strip() for i in group[at + 1:at + 3]))
    if _is_sign(above):
        whole = f"{above}{text}"
    elif below and _is_sign(below[0]):
        whole = " ".join((text, *(b for b in below if len(b) <= 16)))
    elif below and len(below[0]) <= 16 and _is_sign(below[0].partition("/")[0].strip()):
        whole = f"{text} {below[0]}"
    else:
        return []
    found = real_prices(reading, whole, item.path)
    return [replace(found[0], start=0, end=len(item.block.text))] if len(found) == 1 and found[0].sign else []


@lru_cache(maxsize=512)
def _is_sign(text: str) -> bool:
    """Whether a text is a sign or code of money and nothing else: "$", "R$", "zł", "EUR"."""
    return 0 < len(text) <= 4 and not has_digit(text) and bool(found := find_prices(f"{text} 1", language=None)) and bool(found[0].sign)


def _heads_boxes(headed: tuple[Placed, list[ChipSpan]] | None, item: Placed) -> tuple[Placed, list[ChipSpan]] | None:
    """The heading, with its chip, that the boxes below `item`, a heading, stand under: itself where it names one chip, else the one before where that is above it."""
    text = item.block.text
    chips = find_chips(text, context=True) if len(text) <= 60 and has_digit(text) else []
    if len({c.gpu_name for c in chips}) == 1:
        return item, chips[:1]
    return headed if headed is not None and headed[0].block.level < item.block.level and not chips else None


def _box_of_terms(lines: Sequence[tuple[Placed, list[ChipSpan], list[Price]]], above: Placed) -> bool:
    """Whether a box without a chip tells on what terms the chip of the heading above is let ("Reserved", "$0.90/GPU/hr" under "L40S pricing"): it names a term, and prices of GPUs or of time."""
    if not lines or lines[0][0].block.container is None or above.block.text not in lines[0][0].path or any(chips for _, chips, _ in lines):
        return False
    asked = [p for item, _, prices in lines for p in prices if len(item.block.text) <= SHORT_CARD]
    return 1 <= len(asked) <= 2 and all(p.scope == "gpu" or p.unit in _TIMES for p in asked) and any(_names_term(item) for item, _, prices in lines if not prices)


_TIMES = frozenset({"hour", "day", "week", "month", "year"})
_WAY_LABEL = 30                                                # characters of a line that names a term and nothing else


def _names_term(item: Placed) -> bool:
    """Whether a line names a term on which machines are let and nothing else: "Reserved", "6-month commitment"."""
    text = item.block.text
    return len(text) <= _WAY_LABEL and commitment_in(text)[0] is not None and not asks_for_contact(text)


def _term_above(lines: Sequence[Placed], at: int) -> tuple[str | None, int | None]:
    """The term that a short line of a card names right above one of its prices: "Reserved", "6-month commitment", below them "$2.10/hr"."""
    for line in reversed(lines[max(0, at - 3):at]):
        if _PRICE_SIGN.search(line.block.text):
            break                                              # a line of the price before
        if _names_term(line):
            return commitment_in(line.block.text)
    return None, None


def _known_chips(reading: Reading, placed: Sequence[Placed]) -> set[str]:
    """The chips that a page names beyond doubt, in its tables, under headings on GPUs or by their makers."""
    named = {o.gpu_name for o in reading.offers}
    for item in placed:
        if item.block.table is None and has_digit(item.block.text):
            named.update(c.gpu_name for c in find_chips(item.block.text, context=_about_gpus(item)))
    return named


def _let_by_code(reading: Reading, placed: Sequence[Placed]) -> set[str]:
    """The chips that a page names by nothing but a short code, which may be of something else, and with a price for a length of time right behind it: "L4: $0.61/hr"."""
    found = set()
    for item in placed:
        text = item.block.text
        if item.block.table is not None or item.block.kind not in ("list_item", "paragraph") or len(text) > SHORT_CARD or not has_digit(text):
            continue
        chips = find_chips(text, context=True)
        prices = [p for p in reading.prices(text) if p.sign and not p.other]
        if len(chips) == 1 and chips[0].gate == "context" and len(prices) == 1 and prices[0].unit and 0 <= prices[0].start - chips[0].end <= _BEHIND_CODE:
            found.add(chips[0].gpu_name)
    return found


_BEHIND_CODE = 24                                              # characters between a code and its price: ": from", " costs "


def read_listings(reading: Reading, placed: Sequence[Placed]) -> None:
    """Collect the prices of lists that stand in a block of code, a GPU and its price a line: "A40 (48GB):   ¥1.9-2.3/小时". Programs and their settings are no lists."""
    for item in placed:
        block = item.block
        if block.kind != "code" or not has_digit(block.text) or block.text.lstrip()[:1] in ("{", "[", "<") or shows_a_program(item) or not_ours(reading, item):
            continue
        _worked_machine(reading, item)
        found: list[tuple[int, int, ChipSpan, Price]] = []
        lines = [m for m in re.finditer(r"[^\n]+", block.text) if m[0].strip()]
        for line in lines:
            text = line[0]
            chips = find_chips(text, context=True) if len(text) <= SHORT_CARD else []
            prices = real_prices(reading, text) if len({c.gpu_name for c in chips}) == 1 else []
            if len(prices) == 1 and prices[0].unit and chips[-1].end <= prices[0].start and not _LEADING_WORDS.search(text[:chips[0].left or chips[0].start]) and _LIST_LINE.fullmatch(text[chips[-1].end:prices[0].start]) \
                    and not names_rival(reading, text) and not _HYPE.search(fold(text)):
                found.append((line.start(), line.end(), chips[0], prices[0]))
        if len(found) < 2 or 2 * len(found) < len(lines):
            continue
        heading = item.path[-1] if item.path else ""
        for start, end, chip, price in found:
            a, b = block.content.source_span(start, end)
            commitment, months = commitment_in(block.text[start:end])
            if commitment is None:
                commitment, months = commitment_in(heading)
            tax = tax_in(block.text[start:end])
            facts = Facts(named=[chip], tax=reading.tax_at(item.path) if tax == "unknown" else tax)
            reading.offers += make_offers(reading, facts, [Quoted(price, a, b, commitment=commitment, months=months)], a, b)


def _worked_machine(reading: Reading, item: Placed) -> None:
    """Collect what a machine costs whose parts a block of code adds up: "4x A40", "A40 -> $0.50 * 4", "vCPU -> $0.01 * 16", "= $2.16 per hour"."""
    text = item.block.text
    if len(text) > _OF_SUM:
        return
    totals = [m for m in _TOTAL_LINE.finditer(text)]
    chips = find_chips(text[:totals[0].start()], context=True) if len(totals) == 1 else []
    counted = {c.count for c in chips if c.count}
    if len({c.gpu_name for c in chips}) != 1 or len(counted) != 1 or names_rival(reading, text):
        return
    total = totals[0]
    prices = [p for p in reading.prices(total[0]) if p.sign and not p.other and p.amount > 0]
    operands = [p for p in reading.prices(text[:total.start()]) if p.sign]
    if len(prices) != 1 or prices[0].unit is None or len(operands) < 2 or any(p.amount >= prices[0].amount for p in operands):
        return
    a, b = item.block.content.source_span(*total.span())
    facts = Facts(named=[next(c for c in chips if c.count)], tax=reading.tax_at(item.path))
    reading.pending.append((facts, [Quoted(prices[0], a, b, scope="instance")], a, b))


_OF_SUM = 1000                                                 # characters of a block that adds up what one machine costs
_TOTAL_LINE = words("total_line")
_LEADING_WORDS = re.compile(r"[=#\"'`{}<]|//|[a-z]{2,} [a-z]{2,} [a-z]{2,}")         # of a program, or of a sentence
_LIST_LINE = re.compile(r"[^=\"'`{}<>;]{0,60}")


def not_ours(reading: Reading, item: Placed) -> bool:
    """Whether what stands above a block says that its amounts are those of other sellers, or no rent."""
    if len(item.block.text) <= _EXAMPLE and _WORKED_EXAMPLE.search(folded := fold(item.block.text)) and _LENDERS_SHARE.search(folded):
        return True                                            # "Example: a host asks $2.50 for an H100 … and receives $2.25"
    above = item.path[-3:], item.before if len(item.before) <= 80 and item.before.endswith(":") else ""
    if (said := reading.not_ours.get(above)) is None:          # the blocks of a section stand under the same headings
        said = reading.not_ours[above] = _headed_by_others(reading, *above)
    return said


def _headed_by_others(reading: Reading, path: tuple[str, ...], before: str) -> bool:
    """The same of headings, the last ones of a path, and the line with a colon before a block ("" for none)."""
    return any(map(compares_sellers, path[-2:])) and not any(map(reading.is_own, path[-1:])) or any(map(other_trade, [*path, *([before] if before else [])])) \
        or any(speaks_of_others(reading, fold(h)) and "price" in fold(h) for h in path[-1:])


_EXAMPLE = 800                                                 # characters of a paragraph that is one worked example


def shows_a_program(item: Placed) -> bool:
    """Whether a block of code shows how a program is used, whose figures may be of anything: it begins with a prompt, or its heading says so."""
    return bool(_PROMPT.match(item.block.text)) or bool(item.path) and bool(_USAGE.fullmatch(fold(item.path[-1]).strip(" :")))


_PROMPT = re.compile(r"\s*(?:[$%>] |>>> |[\w.-]+@[\w.-]+:\S* ?[$#] )[a-z.~/]")
_USAGE = words("usage")


def withdrawn_chips(placed: Sequence[Placed]) -> set[str]:
    """The gpu_names of the sections that a short note, or the heading itself, says are no longer let ("## A10 machines … Discontinued"), and of no other section."""
    gone: set[str] = set()
    kept: set[str] = set()
    section: set[str] = set()
    ended = False
    for item in [*placed, None]:
        if item is None or item.block.kind == "heading":
            (gone if ended else kept).update(section)
            if item is None:
                break
            text = item.block.text
            section, ended = {c.gpu_name for c in find_chips(text, context=True)} if len(text) <= 80 else set(), len(text) <= 80 and is_withdrawn(text)
        elif section and item.block.table is None and len(item.block.text) <= _SHORT_NOTE and is_withdrawn(item.block.text):
            ended = True
    return gone - kept | _under_withdrawn(placed)


def _under_withdrawn(placed: Sequence[Placed]) -> set[str]:
    """The gpu_names that stand under headings which say that what follows is no longer let ("No longer offered"), and nowhere else."""
    ended = {item.path for item in placed if item.path and any(len(h) <= 80 and is_withdrawn(h) for h in item.path[-2:])}
    if not ended:
        return set()
    named: dict[bool, set[str]] = {True: set(), False: set()}
    for item in placed:
        if item.block.kind != "heading" and has_digit(item.block.text):
            named[item.path in ended].update(c.gpu_name for c in find_chips(item.block.text, context=True))
    return named[True] - named[False]


_SHORT_NOTE = 40                                               # characters of a note on a whole section


def read_only_chip(reading: Reading, placed: Sequence[Placed], named: Sequence[str]) -> None:
    """Collect prices of a GPU, or of a machine of so many, that stand without a chip ("300円/GPU時間", "from $900/mo ($1.40/hr) for a machine with 1 GPU") where the whole
    document names one chip (`named`: each mention), or its title does, and no other price for the same."""
    if len(set(named)) > 1:
        named = [c.gpu_name for c in find_chips(reading.document.title or "", context=True)]
    if not named or len(set(named)) > 1:
        return
    found: dict[tuple[float | None, str], tuple[Placed, Price, int, int]] = {}       # (number of GPUs, period) -> the price of a machine of so many, or of each GPU
    for item in placed:
        text = item.block.text
        if item.block.table is not None or item.block.kind in ("code", "heading") or not re.search(r"gpu", text, re.IGNORECASE) or not_ours(reading, item):
            continue
        for price in real_prices(reading, text):
            start = max((m.end() for m in SENTENCE_END.finditer(text, max(0, price.start - SENTENCE_REACH), price.start)), default=max(0, price.start - SENTENCE_REACH))
            stop = next((m.end() for m in SENTENCE_END.finditer(text, price.end, price.end + SENTENCE_REACH)), min(len(text), price.end + SENTENCE_REACH))
            count = stated_count(text[start:stop]) if price.scope != "gpu" and len(GPUS_STATED.findall(fold(text[start:stop]))) == 1 else None
            if price.scope != "gpu" and count is None or price.unit is None:
                continue
            sentence, compared, hyped, *_ = _judged(text[start:stop])
            machine = GPUS_STATED.search(sentence) if count is not None else None
            if _SERVICE.search(sentence, 0, machine.end() if machine else len(sentence)):      # what comes with the machine is told behind its GPUs
                continue
            if compared or hyped or names_rival(reading, text[start:stop]) or speaks_of_others(reading, sentence):
                return
            known = found.setdefault((count, price.unit), (item, price, start, stop))[1]
            if (known.amount, known.currency) != (price.amount, price.currency):
                return                                         # several prices: of what, no word says
    for (count, _), (item, price, start, stop) in found.items():
        a, b = item.block.content.source_span(start, min(stop, start + 1500))
        text = item.block.text[start:stop]
        commitment, months = commitment_in(text)
        tax = tax_in(text)
        facts = Facts(named=[ChipSpan(0, 0, named[0], count=count)], tax=reading.tax_at(item.path) if tax == "unknown" else tax)
        reading.offers += make_offers(reading, facts, [Quoted(price, a, b, commitment=commitment, months=months)], a, b)


_SERVICE = words("of_service")


def speaks_of_others(reading: Reading, sentence: str) -> bool:
    """Whether a folded sentence says what something costs at one of the large clouds, on the page of another seller."""
    return _other_among(reading, _LARGE_CLOUD.findall(sentence))


def _other_among(reading: Reading, clouds: Iterable[str]) -> bool:
    """Whether one of these large clouds is another seller than that of the page."""
    return any(not reading.is_own(name) and name.split()[0] not in reading.title for name in clouds)


_LARGE_CLOUD = words("large_cloud")


def _cards(placed: Sequence[Placed]) -> Iterator[list[Placed]]:
    """Runs of blocks that may be one card: the blocks of one container, or a heading and what stands under it."""
    group: list[Placed] = []
    for item in placed:
        block = item.block
        if block.table is not None or block.kind == "code":
            if group:
                yield group
            group = []
            continue
        if group and (_begins_card(group, block) or len(group) >= 40 and (block.kind != "definition" or len(group) >= 400 or bool(find_chips(block.text)))):     # the lines of one term stay together
            yield group
            group = []
        group.append(item)
    if group:
        yield group


def _begins_card(group: list[Placed], block: Block) -> bool:
    """Whether a block is no part of the card that the blocks of `group` form."""
    last = group[-1].block
    if block.kind == "heading" and last.kind == "list_item" and last.container == block.container and len(block.text) <= 60 and has_digit(block.text) and _PRICE_SIGN.search(block.text) and not find_chips(block.text, context=True):
        return False                                           # an item of the list in bold: "- 1x L40S", "- **$0.90/hour**"
    boxed = next((i.block.container for i in group if i.block.container is not None and i.block.kind != "list_item"), None)
    own = block.container if block.kind != "list_item" else None
    if own is not None:
        if boxed is None:
            return group[-1].block.kind != "heading"
        return not (_same_card(boxed, own) or own == group[-1].block.container and group[-1].block.kind != "list_item" or _price_box(group, block))
    if boxed is not None and block.kind != "list_item":
        return True
    if block.kind != "heading":
        return False
    first = group[0].block                                     # a heading of a part, under a heading that names the chip, is still of its card
    return not (first.kind == "heading" and 0 < first.level < block.level and find_chips(first.text, context=True) and not find_chips(block.text, context=True))


_PRICE_LINE = words("price_line")


def _price_box(group: list[Placed], block: Block) -> bool:
    """Whether a box begins with an amount and so has no title of its own, where the box before it has a chip, or a term, for its title and no amount: two boxes of one card."""
    if block.kind == "heading" or not _PRICE_LINE.match(block.text) or len(block.text) > 40 or not 1 <= len(group) <= 6:
        return False
    title = group[0].block.text
    chips = find_chips(title, context=True)
    if not chips and len(group) <= 3 and any(map(_names_term, group)) and not any(_PRICE_SIGN.search(i.block.text) for i in group):
        return True                                            # "Reserved" and "6-month commitment", in the box below "$2.10/GPU/hr"
    if len(title) > 60 or len(chips) != 1 or not BESIDE_CHIP.issuperset(re.findall(r"[^\W\d_]+", fold(title[:chips[0].left or 0] + " " + title[chips[0].end:]))):
        return False                                           # "H100 guide" is another thing than an H100
    return all(i.block.kind != "list_item" and not _PRICE_SIGN.search(i.block.text) and not asks_for_contact(i.block.text) for i in group)


BESIDE_CHIP = frozenset(offer_fields()["beside_chip"].split())
_PRICE_SIGN = re.compile(r"[$€£¥￥₩₹₽元円원]")


def _same_card(a: str | None, b: str | None) -> bool:
    return a is not None and b is not None and (a == b or a.startswith(b + "/") or b.startswith(a + "/"))


def _split_card(lines: list[tuple[Placed, list[ChipSpan], list[Price]]]) -> list[list[tuple[Placed, list[ChipSpan], list[Price]]]]:
    """Cards without boxes stand in one run: each begins at a line that is a chip's name, and has a price."""
    starts = [i for i, (item, chips, prices) in enumerate(lines) if chips and (len(item.block.text) <= _DEFINED and chips[0].start <= 40 if item.block.kind == "definition" else not prices and len(item.block.text) <= 60 and (chips[0].start <= 20 or _ends_with_chip(item.block.text, chips)))]
    # "Instance: elk.h200.8", below it "GPU: 8x H200": one card names its chip twice before its price
    starts = [i for k, i in enumerate(starts) if not k or lines[i][1][0].gpu_name != lines[starts[k - 1]][1][0].gpu_name or any(prices for _, _, prices in lines[starts[k - 1]:i])]
    if by_price := _cards_by_price(lines):
        return by_price
    if len({lines[i][1][0].gpu_name for i in starts}) < 2 and not _tell_counts(lines, starts):
        return [lines]
    parts: list[list[tuple[Placed, list[ChipSpan], list[Price]]]] = []
    for a, b in zip(starts, [*starts[1:], len(lines)], strict=True):
        if parts and lines[a][1][0].gpu_name == parts[-1][0][1][0].gpu_name and not any(prices or _tells_no_price(item) for item, _, prices in lines[a:b]):
            parts[-1] = [*parts[-1], *lines[a:b]]              # "H100 cluster", "$19.90/h", below it "8x H100 80GB"
        else:
            parts.append(lines[a:b])
    told = [any(prices and not chips for _, chips, prices in part) for part in parts]
    return parts if any(told) and all(priced or any(_tells_no_price(item) for item, _, _ in part) for priced, part in zip(told, parts, strict=True)) else [lines]


def _tell_counts(lines: list[tuple[Placed, list[ChipSpan], list[Price]]], starts: list[int]) -> bool:
    """Whether the parts that begin at `starts` are cards of one chip in several numbers, each with a price of its own: "GPU: 1x A100", "$1.50/h", "GPU: 8x A100", "$12/h"."""
    if len(starts) < 2:
        return False
    parts = [lines[a:b] for a, b in zip(starts, [*starts[1:], len(lines)], strict=True)]
    counts = [part[0][1][0].count or next((float(m["count"] or m["alone"] or m["behind"]) for item, chips, prices in part if not chips and not prices and (m := _GPUS_LINE.search(item.block.text))), None) for part in parts]
    return None not in counts and len(set(counts)) == len(counts) and all(any(prices and not chips for _, chips, prices in part) for part in parts)


def _ends_with_chip(text: str, chips: Sequence[ChipSpan]) -> bool:
    """Whether a line is a title that ends with the chip, behind a dash or the like: "Large dedicated server - 2x L40S"."""
    return _JOINT_OF_TITLE.search(text, 0, chips[0].left or chips[0].start) is not None and not text[chips[-1].end:].strip(" )")


_JOINT_OF_TITLE = re.compile(r"\s[-–—|(]\s?$|[:：]\s?$")
def _cards_by_price(lines: list[tuple[Placed, list[ChipSpan], list[Price]]]) -> list[list[tuple[Placed, list[ChipSpan], list[Price]]]]:
    """The cards of a run in which each begins with a name and its price, and tells its GPU below: "GPU S", "€149", "per month", "1x RTX 4000 Ada", "8 vCores"; [] for any other run."""
    turns = [(i, bool(chips)) for i, (_, chips, prices) in enumerate(lines) if bool(chips) != bool(prices)]
    heads = [i for (i, chip), (_, follows) in pairwise(turns) if not chip and follows]
    if len(heads) < 2 or 2 * len(heads) != len(turns) or turns[0][1] or any(chips and prices or _tells_no_price(item) for item, chips, prices in lines):
        return []
    tells = [i for i, chip in turns if chip]
    named = all(i and _names_plan(lines[i - 1][0]) for i in heads) and all(b - a <= 3 for a, b in zip(heads, tells, strict=True))
    if not named or any(lines[i][0].block.container is not None and lines[i][0].block.kind != "list_item" for i in heads):
        return []
    ends = [i - 1 for i in heads[1:]] + [len(lines)]
    return [lines[a - 1:b] for a, b in zip(heads, ends, strict=True)] if all(b < e for b, e in zip(tells, ends, strict=True)) else []


def _names_plan(item: Placed) -> bool:
    """Whether a line may be the name of a plan: short, and neither a figure of a machine nor what is asked of a reader."""
    text = item.block.text
    return len(text) <= 30 and item.block.kind in ("paragraph", "heading") and not _CPU_LINE.search(fold(text)) and not MEMORY_LINE.search(fold(text)) and not _PRICE_SIGN.search(text) and unit_in(text, loose=False) is None and read_head(text.rstrip(":：")).role in (None, "gpu", "instance")


_DEFINED = 100                                                 # characters of a term and the first line of what is said of it


def _count_of_term(text: str) -> float | None:
    """The number of GPUs that what is said of a term begins with, behind the term: ": 8 GPUs", ": Number of GPUs: 8"."""
    said = text.rpartition(": ")[2] if text.count(": ") == 1 else ""
    match = _GPUS_LINE.fullmatch(said.strip())
    return float(match["count"] or match["alone"] or match["behind"]) if match else _told_count(text)


def _tells_no_price(item: Placed) -> bool:
    """Whether a line of a card, or of a term what is said of it, stands where others have a price: "Sold out", "Contact us"."""
    text = item.block.text.rpartition(": ")[2] if item.block.kind == "definition" else item.block.text
    return len(text) <= 40 and (availability_in(text) is not None or asks_for_contact(text))


_GPUS_LINE = words("gpus_line")
MEMORY_LINE = words("memory_line")
_VRAM = words("vram_line")
_CPU_LINE = words("cpu_line")
_NAMED_LINE = re.compile(r"^(?P<key>[^:：]{2,40})[:：]\s*(?P<value>.+)$", re.DOTALL)


def _card(reading: Reading, lines: list[tuple[Placed, list[ChipSpan], list[Price]]]) -> None:
    """The offers of one card: a chip in one line, its prices in others, count, memory and place in yet others."""
    own = [(item, chips, prices) for item, chips, prices in lines if len(item.block.text) <= SHORT_CARD and not ((chips or prices) and _HYPE.search(fold(item.block.text)))
           and not (chips and not prices and _COMPARED.search(fold(item.block.text)))]         # "Compared with the H100, it has more memory" names no chip of the card
    names = {c.gpu_name for item, chips, prices in own for c in chips}
    named = [(item, chips) for item, chips, prices in own if chips]
    priced = [(item, prices) for item, chips, prices in own if prices and not chips]
    if not names:
        if priced:
            for item, _, _ in own:
                for _, _, label in unknown_labels(item.block.text, [], whole=True) if len(item.block.text) <= 40 else []:
                    reading.issue("warning", "unknown_chip", label)
        return
    if len(names) > 1 or any(names_rival(reading, item.block.text) for item, _ in named):
        return
    if any(_NO_RENT.search(fold(item.block.text)) for item, _, _ in lines if len(item.block.text) <= SHORT_CARD) or _of_large_cloud(reading, own):
        return
    first, chips = named[0]
    chip = chips[0]
    if chip.start > 70 and first.block.kind != "heading":
        return
    facts = Facts(named=[c for _, cs in named for c in cs], tax=reading.tax_at(first.path))
    plain = [item for item, cs, ps in own if item.block.kind == "heading" and not cs and not ps and len(item.block.text) <= 60]
    above = [item for item in plain if item.block.text in first.path]        # the last one above the chip is the card's, those before it are of the section or page
    heading = (above[-1] if above else plain[0]).block.text if plain else None
    facts.instance = _product(reading, heading) if heading and first.block.kind != "heading" else first.block.text[:120]
    quoted: list[Quoted] = []
    contact = False
    label = ""                                                 # the line before
    for item, cs, prices in own:
        text = item.block.text
        low = fold(text)
        key = _NAMED_LINE.match(text)
        if not cs and not prices and text.strip().isdigit() and len(label) <= 40 and read_head(label).role == "gpu_count":
            facts.count = parse_count(text)[0]                 # "GPU count", below it "8"
        label = text
        if not cs and (match := _GPUS_LINE.search(text)) and not prices and not AT_MOST.search(low[:match.start()]):
            facts.count = float(match["count"] or match["alone"] or match["behind"])
        elif key and not cs and not prices and read_head(key["key"]).role == "gpu_count" and (told := parse_count(key["value"]))[0] and not told[1]:
            facts.count = told[0]                              # "Number of GPUs: 8"
        elif cs and item.block.kind == "definition" and not prices:
            facts.count = _count_of_term(text[cs[-1].end:]) or facts.count
        if (match := MEMORY_LINE.search(low)) and not _CPU_LINE.search(low) and facts.gpu_memory is None:
            facts.gpu_memory = float(match["size"] or match["size2"])
        facts.cpu = facts.cpu or bool(_CPU_LINE.search(low))
        if facts.location is None and not cs and reading.locate is not None:
            pieces = [key["value"]] if key else [text[prices[-1].end:].strip(" .,;–-|")] if prices else _pieces(reading, item)
            facts.location = next((place for piece in pieces if (place := _place_in(reading, piece))), None)
        facts.availability = facts.availability or (availability_in(text) if len(text) <= 80 else None)
        contact = contact or (asks_for_contact(text) and (len(text) <= 40 or len(text) <= 60 and not cs and len(_last_sentence(text)) <= 40 and asks_for_contact(_last_sentence(text))))
    texts = [item.block.text for item, _, _ in own]
    priced = [] if _adds_up_services(priced) else priced
    reduced = _before_rebates(own)
    for item, prices in priced:
        if id(item) in reduced:
            continue                                           # "$2.00/hr", below it "25% off" and "$1.50/hr"
        at = next(i for i, (other, _, _) in enumerate(own) if other is item)
        if at and not _SIZED.search(fold(texts[at - 1])) and _ADD_ON.fullmatch(fold(texts[at - 1]).strip(" :")):
            continue                                           # "Local disk", below it "$0.08/hr"
        if _prices_part(texts[at], prices[0], beside=any(cs and ps for _, cs, ps in own)):
            continue                                           # "2 CPU cores: 2 * $0.00001 per second", beside the GPU's own price
        if at + 1 < len(texts) and _OF_MEDIA.match(fold(texts[at + 1])):
            continue                                           # "$0.36/hour", below it "of audio transcribed"
        if item.block.container != first.block.container and any(_ADD_ON.fullmatch(fold(t).strip(" :")) for (i, _, _), t in zip(own[at + 1:at + 2], texts[at + 1:at + 2], strict=True) if i.block.container == item.block.container):
            continue                                           # a box of its own, "$99/month", below it "Priority support"
        label = item.block.text[:prices[0].start]
        if _MEMBERSHIP.search(fold(label)) and unit_in(label) is None and commitment_in(label)[0] is None and any(cs and ps for _, cs, ps in own):
            continue                                           # "Team plan: $39/month", beside "A40 at $0.45 an hour"
        if any(cs and ps for _, cs, ps in own) and (_TOTAL_LABEL.match(fold(label)) or prices[0].unit in ("month", "year") and _SERVICE_PLAN.search(fold(label))):
            continue                                           # "Total: $90/month", "Fox Pro: $20/month", beside "A40 at $0.45 an hour"
        prices = [p for p in prices if not _of_something_else(item.block.text[:p.start])]
        if prices:
            asked = _card_prices(reading, item, prices, [i for i, _, _ in own], heading or "", first.block.text)
            if len(named) == 1 and len(chips) == len(asked) > 1 and None not in (numbers := [c.count for c in chips]) and len(set(numbers)) > 1 and all(q.count is None for q in asked):
                asked = [replace(q, count=n, chips=(c,)) for q, n, c in zip(asked, numbers, chips, strict=True)]       # "GPU: 1x L40S / 4x L40S", below it "$1 / $4 per hour"
            quoted += asked
    if not quoted:
        if any(prices for _, chips, prices in lines if chips) or len(own) > 8:
            return
        boxed = first.block.kind in ("heading", "definition") or (first.block.container is not None and first.block.kind != "list_item") \
            or heading is not None and contact and chip.count is not None and len(named) == 1 \
            or heading is not None and any(asks_for_contact(i.block.text) and len(i.block.text) <= 40 and not cs and _labels_price(i.block.text) for i, cs, _ in own)
        if not boxed or not (contact or facts.availability in ("sold_out", "waitlist")) or not any(_tells_no_price(i) if i.block.kind == "definition" else not cs and not ps and (availability_in(i.block.text) or asks_for_contact(i.block.text)) and len(i.block.text) <= 60 for i, cs, ps in own):
            return
    start = min(item.block.content.source_span(0, 1)[0] for item, _, _ in own)
    a, b = first.block.content.source_span(0, len(first.block.text))
    for q in quoted or [Quoted(None, a, b, contact=contact)]:
        begin, end = (min(a, q.start), max(b, q.end)) if max(b, q.end) - min(a, q.start) <= 1500 else (q.start, q.end)
        reading.pending.append((facts, [q], max(begin, start), end))


def _adds_up_services(priced: Sequence[tuple[Placed, list[Price]]]) -> bool:
    """Whether the lines of a card with prices add up what a machine and things beside it cost together: "Fox Pro: $20", "Storage: $4", "Total: $58 a month". Where all are parts of a machine, the total is its price."""
    labels = [fold(item.block.text[:prices[0].start]) for item, prices in priced]
    parts = [label.strip(" :：~≈*-–—") for label in labels if not _TOTAL_LABEL.match(label)]
    return len(parts) < len(labels) > 1 and any(part and read_head(part).role is None and unit_in(part) is None and commitment_in(part)[0] is None and not find_chips(part, context=True) for part in parts)


def _last_sentence(text: str) -> str:
    """The last sentence of a line: "Contact us for a quote." of "Hosted machines. Contact us for a quote."."""
    ends = [m.end() for m in SENTENCE_END.finditer(text.rstrip()) if m.end() < len(text.rstrip())]
    return text[ends[-1]:].strip() if ends else text


def _before_rebates(own: Sequence[tuple[Placed, list[ChipSpan], list[Price]]]) -> set[int]:
    """The lines of a card (by id) with a price from which a rebate is taken that the card names in per cent, where the next price of the card is what is left."""
    found: set[int] = set()
    priced = [(i, prices[0]) for i, (_, chips, prices) in enumerate(own) if len(prices) == 1 and not chips]
    for (a, old), (b, new) in pairwise(priced):
        between = [item.block.text for item, _, _ in own[a:b + 2] if len(item.block.text) <= 60]
        rebates = [float(m[1]) for text in between for m in REBATE.finditer(text)]
        if b - a <= 3 and old.unit == new.unit and (old.currency or old.sign) == (new.currency or new.sign) and any(is_left(old.amount, new.amount, r) for r in rebates) \
                and not any(commitment_in(text)[0] in ("reserved", "spot") for text in between):
            found.add(id(own[a][0]))
    return found


def _labels_price(text: str) -> bool:
    """Whether a line begins with the label of a price, or its period: "Price: on request", "月額 お問い合わせ"."""
    label = re.split(r"[:：]|\s", text.strip(" *_"), maxsplit=1)[0]
    return read_head(label).role == "price" or unit_in(label) is not None


def _prices_part(text: str, price: Price, *, beside: bool) -> bool:
    """Whether a line of a card gives the price of another part of the machine than its GPU: "vCPU: $0.01/h", "RAM (GB) – $0.004/h". A line that tells how much of it there is
    may be a size of the machine ("8 vCPU: $0.90/h"), unless the GPU has a price of its own `beside` it."""
    label = _FACTOR_BEFORE.sub("", text[:price.start]).strip(" :：–—-*•|=(")
    if not 0 < len(label) <= 40 or not beside and has_digit(label) or "," in label or "+" in label:
        return False
    return read_head(_QUANTITY_BEFORE.sub("", label)).role in ("vcpu", "memory", "storage", "network") and not re.search(r"gpu", label, re.IGNORECASE)


_FACTOR_BEFORE = re.compile(r"\d{1,6}\s?(?:[a-zA-Z]{1,3}\s?)?[x×*]\s?$")     # "2 * $0.01"
_QUANTITY_BEFORE = re.compile(r"^\d{1,6}(?:[.,]\d{1,2})?\s?(?:[GTM]i?B\s?)?(?:of\s)?")


def _of_something_else(lead: str) -> bool:
    """Whether what leads to a price in its line says that it is for something sold beside the machine, or asked elsewhere: "Backups of such a machine cost", "…, storage"."""
    folded = fold(lead)
    return bool(_SOLD_BESIDE.search(folded) or _OF_OTHERS.search(folded))


_SOLD_BESIDE = words("sold_beside")


def _counts_of_prices(text: str, prices: Sequence[Price]) -> list[float | None]:
    """How many GPUs the machine of each price of a line has: the one number that the line states, or the one that each price has behind it."""
    folded = fold(text)
    stated = list(GPUS_STATED.finditer(folded))
    if len(folded) != len(text) or not stated:
        return [None] * len(prices)
    if len(stated) == 1:
        count = stated_count(text)
        return [None if p.scope == "gpu" else count for p in prices]
    parts = [text[p.end:after.start if after else len(text)] for p, after in zip(prices, [*prices[1:], None], strict=True)]
    counts = [stated_count(part) if len(GPUS_STATED.findall(fold(part))) == 1 and p.scope != "gpu" else None for p, part in zip(prices, parts, strict=True)]
    if None in counts:
        parts = [text[before.end if before else 0:p.start] for p, before in zip(prices, [None, *prices[:-1]], strict=True)]
        counts = [stated_count(part) if len(GPUS_STATED.findall(fold(part))) == 1 and p.scope != "gpu" else None for p, part in zip(prices, parts, strict=True)]
    return counts if None not in counts else [None] * len(prices)


# a line that is the label of something that is sold beside the machine, and nothing else
_MEMBERSHIP = words("membership")
_TOTAL_LABEL = words("total_label")
_SERVICE_PLAN = words("service_plan")
_ADD_ON = words("add_on")
_OF_MEDIA = words("of_media")
_SIZED = re.compile(r"\d ?[gt]b|24/7")                           # "1 TB storage" is a line of what the machine has
# lines of cards that offer something else than a machine: a plan of a platform, a course, a job, a thing to buy
_NO_RENT = Sieved(words("no_rent"))


def _of_large_cloud(reading: Reading, own: list[tuple[Placed, list[ChipSpan], list[Price]]]) -> bool:
    """Whether the title of a card is the name of a well-known seller, on the page of another."""
    titles = [item.block.text for i, (item, chips, prices) in enumerate(own) if not chips and not prices and (i == 0 or item.block.kind == "heading")]
    return any(seller_of_head(title) == "other" and not reading.is_own(title) for title in titles)


def _product(reading: Reading, heading: str) -> str | None:
    """The product's name in a heading: a code that it begins with, else all of it but what says whether it can be had."""
    code = re.match(r"[A-Za-z]{1,6}[-._][A-Za-z0-9][\w.-]*", heading)
    if code:
        return code[0]
    if _GPUS_LINE.match(heading) or re.match(r"[$€£¥₹₩]\s?\d", heading) or (reading.locate is not None and reading.locate(heading)[0]):
        return None                                            # a line of the card that is set as a heading: "8 GPUs", a price, a place
    return _STATUS_TAIL.sub("", heading).strip() or heading


_STATUS_TAIL = words("status_tail")


def _pieces(reading: Reading, item: Placed) -> list[str]:
    """A line cut where one element of the page ends and the next begins: "8 GPUs", "Montréal, Canada", "99.3% uptime"."""
    content, source = item.block.content, reading.document.text
    text, starts, ends = content.text, content.starts, content.ends
    if not text or len(text) > SHORT_CARD or "<" not in source[starts[0]:ends[-1]]:
        return [text]
    cuts = [i for i in range(1, len(text)) if starts[i] > ends[i - 1] and _ELEMENT_GAP.search(source, ends[i - 1], starts[i])]
    return [piece for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True) if (piece := text[a:b].strip())]


_ELEMENT_GAP = re.compile(r"</[a-zA-Z]\w*\s*>\s*<[a-zA-Z]")
_NAMES = re.compile(r"[A-ZÀ-Þ][\w.'’-]*(?: [A-ZÀ-Þ][\w.'’-]*){0,2}(?:, [A-ZÀ-Þ][\w.'’-]*(?: [A-ZÀ-Þ][\w.'’-]*){0,2}){0,3}")
_BETWEEN_PLACES = words("between_places")


_LEADS_TO_PLACE = words("leads_to_place")


def _place_in(reading: Reading, text: str) -> str | None:
    """The place that a line of a card names, as printed: "Nantes", "Nantes et Genève", "Atlanta, Georgia, USA" in a sentence."""
    if not text or len(text) > 120 or reading.locate is None:
        return None
    text = _LEADS_TO_PLACE.sub("", text)
    spans = sorted([(a, b) for a, b, *_ in reading.cities(text)] + [(a, b) for a, b, _ in find_places(text, reading.language)])
    if not spans:
        return None
    covered = [spans[0]]
    for a, b in spans[1:]:
        if a >= covered[-1][1]:
            covered.append((a, b))
    if len(covered) > 1 and not text[:covered[0][0]].strip() and not text[covered[-1][1]:].strip(" .") and all(_BETWEEN_PLACES.fullmatch(text[x[1]:y[0]]) for x, y in zip(covered, covered[1:], strict=False)):
        return text.strip(" .")                                # a list of places and nothing else
    if len(text) <= 60 and not has_digit(text) and reading.locate(text)[0] and not re.search(r"[.!?] ", text):
        return text
    run = 1                                                    # places that stand in one list: "in Graz, Turku or Lyon"
    while run < len(covered) and _BETWEEN_PLACES.fullmatch(between := text[covered[run - 1][1]:covered[run][0]]) and between.strip():
        run += 1
    listed = text[covered[0][0]:covered[run - 1][1]]
    if run > 1 and reading.locate(listed)[0] is None and all(reading.locate(text[a:b])[0] for a, b in covered[:run]):
        return listed
    start, end = covered[0]
    names = next((m for m in _NAMES.finditer(text) if m.start() <= start < m.end()), None)
    if names is not None:
        start = names.start() if text[names.start():start].strip(" ,") else start
        end = max([b for a, b in covered if a < names.end()] + [end])
    piece = text[start:end]
    return piece if reading.locate(piece)[0] else text[covered[0][0]:covered[0][1]] if reading.locate(text[covered[0][0]:covered[0][1]])[0] else None


def _card_prices(reading: Reading, item: Placed, prices: list[Price], lines: list[Placed], heading: str, title: str) -> list[Quoted]:
    text = item.block.text
    unit = next((p.unit for p in prices if p.unit), None)
    scope = next((p.scope for p in prices if p.scope), None)
    if unit is None:                                           # "Price per hour from $2.49": the label in its own line goes before the lines around it
        label = text[:prices[0].start]
        unit = unit_in(label) if len(label) <= _PRICE_LABEL else None
        scope = scope or (scope_in(label) if unit else None)
    if unit is None:
        at = lines.index(item)
        above = _period_label(lines[at - 1]) if at else None   # "Hourly" above "$2.49"
        after = lines[at + 1:][:1]
        below = unit_in(after[0].block.text) if after and len(after[0].block.text) <= 40 else None
        unit = above if above and below and _labels_above(reading, lines) else below or above
        unit = unit or unit_in(_LENGTH_OF_TIME.sub(" ", title)) or next((unit_in(h) for h in reversed(item.path) if unit_in(h)), None)
    if unit is None:
        rate = reading.rate_at(item.path)
        unit, scope = rate.unit, scope or rate.scope
    if unit is None and not any(p.price_from for p in prices):
        return []
    commitment, months = commitment_in(title)
    if commitment is None and item.path and item.path[-1] != title:
        commitment, months = commitment_in(item.path[-1])          # the price's own heading, before that of the card
    if commitment is None and heading:
        commitment, months = commitment_in(heading)
    if commitment is None:
        commitment, months = _term_above(lines, lines.index(item))
    told = [commitment_beside(text, i, prices, 0, len(text)) for i in range(len(prices))]
    start, end = item.block.content.source_span(0, len(text))
    tax = tax_in(text)
    sums = [sum_for(text, prices, i) for i in range(len(prices))]
    return [Quoted(p, start, end, unit=unit, scope="instance" if total else _scope_of_line(text, prices, i) or scope, commitment=told[i][0] or commitment, months=told[i][1] if told[i][0] else months, tax=tax, count=total or count)
            for i, (p, total, count) in enumerate(zip(prices, sums, _counts_of_prices(text, prices), strict=True))]


def _period_label(line: Placed) -> str | None:
    """The period that a line names which holds nothing but the label of a price: "Hourly", "Par mois"."""
    return unit_in(line.block.text) if len(line.block.text) <= 24 and not has_digit(line.block.text) else None


def _labels_above(reading: Reading, lines: Sequence[Placed]) -> bool:
    """Whether the labels of the prices of a card stand above them: one above each price, none below the last ("Hourly", "$0.45", "Monthly", "$299")."""
    priced = [i for i, line in enumerate(lines) if any(p.unit is None for p in reading.prices(line.block.text))]
    return bool(priced) and all(i and _period_label(lines[i - 1]) for i in priced) and not (priced[-1] + 1 < len(lines) and _period_label(lines[priced[-1] + 1]))


_PRICE_LABEL = 60                                              # characters of what leads to the price of a card


def _scope_of_line(text: str, prices: list[Price], index: int) -> str | None:
    """What the label before a price of a card says that it is for: "Price per node: $18/h"."""
    start = max(prices[index - 1].end if index else 0, prices[index].start - 40)
    label = text[start:prices[index].start].rsplit("\n", 1)[-1]
    return scope_in(label) if label.rstrip().endswith((":", "：")) else None


def names_rival(reading: Reading, text: str) -> bool:
    """Whether a line names another seller that the document compares itself with."""
    return any(r in fold(text) for r in reading.rivals)


def _about_gpus(item: Placed) -> bool:
    """Whether what stands above a block is about GPUs, so that short codes in it are chips."""
    return bool(_OF_GPUS.search(fold(f"{item.path[-1] if item.path else ''} {item.before[-160:]}")))


def _titles_card(item: Placed, titles: dict[tuple[tuple[str, ...], str], set[str]]) -> bool:
    """Whether a block is the title of a card and names a chip and nothing else, below headings of which one is about GPUs ("T4" under "Price per month" under "GPU servers"),
    or beside `titles` of two other chips, which need no such heading ("Basalt T4" beside "Aurora H100" and "Cobalt L40S")."""
    term = _term(item)
    beside = len(titles.get((item.path, item.block.kind), ())) >= 2
    if len(term) > TITLE or not (beside or any(_OF_GPUS.search(fold(h)) for h in item.path)):
        return False
    chips = find_chips(term, context=True)
    if len(chips) != 1:
        return False
    before, behind = (set(re.findall(r"[^\W\d_]+", fold(part))) - BESIDE_CHIP for part in (term[:chips[0].left or 0], term[chips[0].end:]))
    return not behind and (not before or beside and item.block.kind != "paragraph" and len(term[:chips[0].left or 0].split()) == 1)


def _term(item: Placed) -> str:
    """The text of a title, or the term of a definition."""
    return item.block.text.partition(": ")[0] if item.block.kind == "definition" else item.block.text


def _sure_titles(placed: Sequence[Placed]) -> dict[tuple[tuple[str, ...], str], set[str]]:
    """The chips that titles of cards name beyond doubt, by the headings above them and the kind of their blocks."""
    found: dict[tuple[tuple[str, ...], str], set[str]] = {}
    for item in placed:
        if item.block.table is None and item.block.kind in ("heading", "definition") and len(term := _term(item)) <= TITLE and has_digit(term) and len(chips := find_chips(term)) == 1 and len(term[:chips[0].left or 0].split()) <= 1:
            found.setdefault((item.path, item.block.kind), set()).add(chips[0].gpu_name)
        elif item.block.kind == "paragraph" and len(text := item.block.text) <= _LINE_TITLE and has_digit(text) and len(chips := find_chips(text)) == 1 \
                and BESIDE_CHIP.issuperset(re.findall(r"[^\W\d_]+", fold(text[:chips[0].left or 0] + " " + text[chips[0].end:]))):
            found.setdefault((item.path, "paragraph"), set()).add(chips[0].gpu_name)       # a line that is the name of a GPU, above those that tell of it
    return found


_LINE_TITLE = 40                                               # characters of a line that is one, and no heading
TITLE = 60                                                    # characters of the title of a card
_OF_GPUS = words("about_gpus")


def real_prices(reading: Reading, text: str, path: tuple[str, ...] = ()) -> list[Price]:
    """The prices of a text: amounts with their currency; below a note that tells the currency of all prices, bare ones with their period, or at the place of a price, too."""
    if not has_digit(text):
        return []
    found = [p for p in reading.prices(text) if p.sign and not p.other and p.amount > 0]
    if not found and path and len(text) <= 2 * SHORT_CARD and (rate := reading.rate_at(path)).currency:
        found = [replace(p, currency=rate.currency, sign=rate.currency) for p in reading.prices(text, bare=True, currency=rate.currency)
                 if p.amount > 0 and not p.other and (_PERIOD_BEHIND.search(fold(text[p.start:p.end])) if p.unit else rate.unit and _at_place_of_price(text, p))]
    if found and _SUM.search(text):
        chips = find_chips(text, context=True)
        for line in re.finditer(r"[^\n]+", text):
            if _SUM.search(line[0]):                           # a worked sum: its operands are prices where the chip is named, its result is a total
                stop = line.start() + max(map(line[0].rfind, "=→⇒➜")) if any(line.start() <= c.start < line.end() for c in chips) else line.start()
                found = [p for p in found if not stop <= p.start < line.end()]
        found = [p for i, p in enumerate(found) if p.unit or not _TIMES_BEFORE.search(text, max(0, p.start - 3), p.start) or not any(q.unit and q.amount == p.amount for q in found[:i])]       # told before
    return found


_TIMES_BEFORE = re.compile(r"[×x*]\s?$")
_PERIOD_BEHIND = words("period_behind")
_NO_PRICE_LABEL = frozenset(offer_fields()["no_price_labels"])


def _at_place_of_price(text: str, price: Price) -> bool:
    """Whether a bare amount stands where a line tells its price: behind a colon or dash that follows a label of prices, or a chip, and with nothing behind it but a note."""
    if not _NOTE_BEHIND.match(text[price.end:]):
        return False
    if not text[:price.start].strip() and re.search(r"\d[.,]\d", text[:price.end]):
        return True                                            # a line of a card that is an amount and nothing else
    lead = _JOINT_BEFORE.search(text[max(0, price.start - 80):price.start])
    if lead is None:
        return False
    label = lead["label"]
    if _own_value(label):                                      # "RAM 96 GB — 1.24": the label has its own value
        return bool(find_chips(text[:price.start], context=True))
    role = read_head(label).role
    return role == "price" or role not in _NO_PRICE_LABEL and (commitment_in(label)[0] is not None or bool(find_chips(text[:price.start], context=True)))


def _own_value(label: str) -> bool:
    return bool(re.search(r"\d\s?[^\W\d_]{0,5}\s*$", label)) and not find_chips(label, context=True)


_JOINT_BEFORE = re.compile(r"(?:^|[,;|])(?P<label>[^,;|:：]{0,60})(?:[:：]|\s[–—-])\s*[*_`]*(?:[^\W\d]{1,10}(?: [^\W\d]{1,10})?\s)?$")
_NOTE_BEHIND = re.compile(r"[*_`]*\s*(?:$|[,;(|])")


_THAN = words("than")
_THAN_REACH = 48                                               # characters before a price in which all of that stands
_VERSUS = words("versus")
_PRICE_OF_NEXT = words("price_of_next")
_CHIPS_JOINED = words("chips_joined")


def _next_in_turn(price: Price, prices: Sequence[Price], chips: Sequence[ChipSpan]) -> ChipSpan | None:
    """The chip behind a price in a sentence that names prices and chips by turns, a price first: "2,95 € avec une H100, 11,80 € avec quatre B200"."""
    if not 2 <= len(prices) == len(chips) or len({c.gpu_name for c in chips}) == 1 and len({c.count for c in chips}) == 1:
        return None
    turns = [x for pair in zip(prices, chips, strict=True) for x in pair]
    return chips[prices.index(price)] if price in prices and all(a.end <= b.start for a, b in pairwise(turns)) else None


def _unit_shared(prices: Sequence[Price], chips: Sequence[ChipSpan]) -> str | None:
    """The period that one price of a sentence names for all of them, each behind its chip: "the A40 at $0.45, the L40S at $0.99 and the H100 at $2.49 an hour"."""
    told = {p.unit for p in prices if p.unit}
    if len(told) != 1 or len(prices) != len(chips) or len({p.sign for p in prices}) > 1 or not (prices[0].unit or prices[-1].unit):
        return None
    turns = [x for pair in zip(chips, prices, strict=True) for x in pair]
    return told.pop() if all(a.end <= b.start for a, b in pairwise(turns)) else None


def _pair(reading: Reading, item: Placed, chips: list[ChipSpan], prices: list[Price]) -> None:
    """Give each price of a block its chip: the nearest before it in its sentence, else the one that follows ("$2.49/hr for an H100")."""
    block = item.block
    text = block.text
    ends = [m.end() for m in SENTENCE_END.finditer(text)]
    places, priced = [c.start for c in chips], [p.start for p in prices]
    short = len(text) <= SHORT_CARD or block.kind in ("list_item", "definition", "heading")
    single = len({c.gpu_name for c in chips}) == 1
    alone: dict[tuple[int, int], bool] = {}                    # (where a sentence begins, number of the chip behind its last one) -> whether it names one alone
    for index, price in enumerate(prices):
        at = bisect_right(ends, price.start)
        begun = ends[at - 1] if at else 0
        at = bisect_left(ends, price.end)
        ended = ends[at] if at < len(ends) else len(text)
        start, stop = max(begun, price.start - SENTENCE_REACH), min(ended, price.end + SENTENCE_REACH)
        first, last = max(begun, (price.start - SENTENCE_REACH) // SENTENCE_STEP * SENTENCE_STEP), min(ended, -(-(price.end + SENTENCE_REACH) // SENTENCE_STEP) * SENTENCE_STEP)
        sentence, compared, hyped, rival, clouds = _judged(text[first:last])
        if short and block.kind not in ("list_item", "definition", "heading") and 0 <= rival < price.start - first:
            continue                                           # "Large clouds ask $9 for it"
        if any(r in sentence for r in reading.rivals) or _other_among(reading, clouds) or (compared and not short) or hyped:
            continue
        if _THAN.search(sentence[max(0, price.start - first - _THAN_REACH):price.start - first]):
            continue                                           # "cheaper than the $9 of others"
        inside = chips[bisect_left(places, start):bisect_left(places, stop)]
        before = [c for c in inside if c.end <= price.start]
        after = [c for c in inside if c.start >= price.end]
        clause = max(text.rfind(mark, begun, price.start) for mark in ";\n")
        if (before and before[-1].end <= clause or clause >= 0 and not inside) and _of_something_else(text[clause + 1:price.start].strip()):
            continue                                           # "…; object storage about $6 a month"
        if index and before and before[-1].end <= prices[index - 1].start and _of_something_else(text[max(begun, prices[index - 1].end):price.start].strip()):
            continue                                           # "H100: $2.49 per hour. Static IP: $3 per month"
        if before and _VERSUS.search(sentence[before[-1].end - first:price.start - first]):
            continue                                           # the price of what the chip is compared with
        chip = None
        if in_turn := _next_in_turn(price, prices[bisect_left(priced, start):bisect_left(priced, stop)], inside):
            chip = in_turn
        elif after and _PRICE_OF_NEXT.match(fold(text[price.end:after[0].left or after[0].start]) + " "):
            chip = after[0]
        elif before:
            chip = before[-1]
        elif after and bisect_left(priced, stop) - bisect_left(priced, start) == 1:
            chip = after[0]
        elif short and not inside:
            number = _before(chips, places, price.start)
            chip = chips[number - 1] if number else None
        elif not inside and single and price.scope == "gpu" and not compared and chips[-1].end <= start and not _SERVICE.search(sentence):
            chip = chips[-1]                                   # "Train on H100 GPUs. Our clusters start at $2 per GPU hour"
        elif not inside and index and not compared and (number := _before(chips, places, start)) and _goes_on(sentence):
            last_begun = ends[at - 1] if (at := bisect_right(ends, chips[number - 1].start)) else 0
            if (last_begun, number) not in alone:
                alone[last_begun, number] = len({c.gpu_name for c in chips[bisect_left(places, last_begun):number]}) == 1
            # … about the one chip that an earlier sentence priced
            chip = chips[number - 1] if alone[last_begun, number] and priced[index - 1] >= last_begun else None
        if chip is None:
            continue
        own = None
        if chip.end <= price.start:                            # "one H100 is 550 a month, a machine of 8 GPUs 4,000"
            lead = max(chip.end, start, prices[index - 1].end if index else 0)
            own = _COUNT_AGAIN.search(fold(text[lead:price.start])) if index and lead > chip.end else None
        if own is not None:
            if not inside and not single:
                continue                                       # of which chip, no word says
            chip = replace(chip, count=float(own["count"]), at_most=False)
        together = sum_for(text, prices, index) if chip.count is None and not chip.slice else None
        if together is not None:
            chip = replace(chip, count=together)
        if chip.count is None and single and short and not chip.slice and (told := _told_count(text[chip.end:])) is not None:
            chip = replace(chip, count=told)
        unit = price.unit or unit_in(_LENGTH_OF_TIME.sub(" ", text[first:last])) if short else price.unit
        unit = unit or _unit_shared(prices[bisect_left(priced, start):bisect_left(priced, stop)], inside)
        timed = None if unit else _factor_of_time(text[first:price.start], text[price.end:last])
        unit = unit or timed
        rate = reading.rate_at(item.path)
        scope = "instance" if not inside and _WHOLE.search(sentence) else None if unit is not None else rate.scope
        if timed and chip.count and _CARDS_BEHIND.match(text, chip.end):
            scope = "gpu"                                      # cards times hours times what each of them costs
        scope = "instance" if together is not None else scope
        unit = unit or rate.unit or _unit_of_list(item)
        if unit is None and not price.price_from and not (short and item.path and unit_in(item.path[-1])):
            continue
        unit = unit or (unit_in(item.path[-1]) if item.path else None)
        commitment, months = commitment_beside(text, index, prices, first, last, told_apart=len({c.gpu_name for c in inside}) < 2)
        if commitment is None and _unit_of_list(item):
            commitment, months = commitment_in(item.before)
        if commitment is None and item.path:
            commitment, months = commitment_in(item.path[-1])
        tied = [chip]
        if before and chip is before[-1]:                      # "H100 or H200 from $3": one price, several chips
            for other in reversed(before[:-1]):
                if _CHIPS_JOINED.fullmatch(fold(text[other.end:tied[0].left or tied[0].start])):
                    tied.insert(0, other)
                else:
                    break
        name = _instance_name(text, chip)
        facts = Facts(named=tied, instance=name, tax=tax_in(text[first:last]), location=_place_in(reading, text[price.end:stop]) if reading.locate and len(text) <= 200 else None)
        if facts.tax == "unknown":
            facts.tax = reading.tax_at(item.path)
        if chip.memory is None and single and (size := _VRAM.search(fold(text[start:stop]))):
            facts.gpu_memory = float(size[1])
        a, b = block.content.source_span(start, min(stop, start + 1500))
        reading.pending.append((facts, [Quoted(price, a, b, unit=unit, scope=scope, commitment=commitment, months=months)], a, b))


def _unit_of_list(item: Placed) -> str | None:
    """The period of the prices of a list that the line above it names: "GPUs per hour:", below it "- A40: $0.45"."""
    lead = item.before.rstrip()
    if item.block.kind != "list_item" or not lead.endswith((":", "：")) or len(lead) > _LEADS_LIST:
        return None
    return unit_in(lead) if _OF_GPUS.search(fold(lead)) or read_head(lead.rstrip(":： ")).role == "price" else None


def _factor_of_time(before: str, behind: str) -> str | None:
    """The period of a price that is multiplied by a length of time: "2 A40 x 30 hours x $0.70" has it by the hour."""
    match = _TIME_TIMES.search(fold(before[-80:])) or _TIMES_TIME.match(fold(behind[:40]))
    return unit_in(f"/{match['unit']}") if match else None


_CARDS_BEHIND = words("cards_behind")
_TIME_TIMES = words("time_times")
_TIMES_TIME = words("times_time")
_LABELLED_NUMBER = words("labelled_number")


def _told_count(text: str) -> float | None:
    """The number of GPUs that a line tells behind a label, or in brackets: "A40, Anzahl GPUs: 4, vCPU: 48"."""
    if (beside := _IN_BRACKETS.match(text)) and (stated := stated_count(beside["inside"])) is not None:
        return stated                                          # "H100 GPU (15 CPUs, 200 GB RAM, 1 GPU)"
    return next((float(m["number"]) for m in _LABELLED_NUMBER.finditer(text[:160]) if read_head(m["label"].strip()).role == "gpu_count"), None)


_IN_BRACKETS = re.compile(r"\s?(?:(?:gpus?|nodes?|servers?|instances?|machines?|systems?|knoten|noeuds?|nœuds?|nodos?|nodi)\s?){0,2}[(（](?P<inside>[^()（）]{1,80})[)）]", re.IGNORECASE)
_GOES_ON = words("goes_on")
_WHOLE = words("whole_machine")


def _before(chips: list[ChipSpan], places: list[int], end: int) -> int:
    """How many chips there are up to the last that ends before a place; `places`: where they begin."""
    number = bisect_left(places, end)
    while number and chips[number - 1].end > end:
        number -= 1
    return number


def _goes_on(sentence: str) -> bool:
    """Whether a folded sentence with a price and no chip goes on about what an earlier sentence priced: "With a contract of one year, it costs $2 per hour"."""
    return not _SERVICE.search(sentence) and (_GOES_ON.search(sentence.strip()) is not None or commitment_in(sentence)[0] is not None)


_COUNT_AGAIN = words("count_again")
# "over 20 minutes later it had cost $3" names no period that is billed; "per 10 minutes" would
_LEADS_LIST = 120                                              # characters of a line that leads to a list
_LENGTH_OF_TIME = words("length_of_time")


@lru_cache(maxsize=1024)
def _judged(sentence: str) -> tuple[str, bool, bool, int, tuple[str, ...]]:
    """(folded, whether it compares, whether it speaks of other money than prices, where it speaks of other sellers or -1, the large clouds that it names) of a sentence with a price."""
    folded = fold(sentence)
    worth = _JUDGES.worth(folded)                              # of most sentences nothing
    rival = _OF_OTHERS.search(folded) if worth & 1 else None
    compared, hyped = worth & 2 and _COMPARED.pattern.search(folded), worth & 4 and _HYPE.pattern.search(folded) or worth & 8 and _LENDERS_SHARE.pattern.search(folded)
    return folded, bool(compared), bool(hyped), rival.start() if rival else -1, tuple(dict.fromkeys(_LARGE_CLOUD.findall(folded))) if worth & 16 else ()


_JUDGES = Sieve((_OF_OTHERS, _COMPARED.pattern, _HYPE.pattern, _LENDERS_SHARE.pattern, _LARGE_CLOUD))


def _asked_for(reading: Reading, item: Placed, chips: list[ChipSpan]) -> None:
    """A line that offers one chip at a price on request: "4 × H100 SXM – price on request", "The B200 comes soon: contact us"."""
    text = item.block.text
    if len(text) > SHORT_CARD or len({c.gpu_name for c in chips}) != 1 or chips[0].start > 40 or not asks_for_contact(text) or names_rival(reading, text) \
            or _HYPE.search(fold(text)) or _INSTRUCTION.match(fold(text)) or text.rstrip().endswith(("?", "？")):
        return
    ends = [m.end() for m in SENTENCE_END.finditer(text)]
    if any(chips[0].end <= end < len(text.rstrip()) for end in ends) and not asks_for_contact(text[:next(e for e in ends if e >= chips[0].end)]):
        return
    a, b = item.block.content.source_span(0, len(text))
    facts = Facts(named=chips[:1], instance=_instance_name(text, chips[0]), availability=availability_in(text))
    reading.pending.append((facts, [Quoted(None, a, b, contact=True)], a, b))


def _instance_name(text: str, chip: ChipSpan) -> str | None:
    """The name under which a line offers a chip: what stands before its colon or dash, where that is short."""
    match = re.match(r"\s*+([^:–—|]{2,80}?)\s*(?:[:–—|]|\s-\s)", text)
    if match and match.end() > chip.start >= match.start() and not _PRICE_SIGN.search(match[1]):
        return match[1].strip()
    return None


_FAMILY = words("family")


def read_families(reading: Reading, placed: Sequence[Placed]) -> None:
    """What sentences say of whole families: "G5 instances use NVIDIA A10G GPUs"; under a heading of the family, "These instances use …"."""
    for item in placed:
        text = item.block.text
        if item.block.table is not None or not has_digit(text):
            continue
        if len(text) <= _OF_FAMILIES and item.block.kind != "code":
            _families_told(reading, text)
        for chip in find_chips(text, context=True):
            lead = text[max(0, chip.left - 110):chip.left or chip.start]
            match = _FAMILY.search(lead) if chip.start else None
            name = match["name"] if match else None
            if name and name.casefold() in ("these", "the", "this", "all", "our", "such") and item.path:
                head = re.match(r"(?:the )?([A-Za-z][\w.-]{1,14})(?:[\s,]|$)", item.path[-1])
                name = head[1] if head else None
            if name and has_digit(name):
                reading.families.setdefault(fold(name), replace(chip, count=None))


_OF_FAMILIES = 4000                                            # characters of a paragraph in which families of machines are told
_FAMILY_NAMED = words("family_named")
_NO_FAMILY = words("no_family")


def _families_told(reading: Reading, text: str) -> None:
    """What sentences that name one family of machines and one chip say, whatever their order and language: "Les instances gp2 embarquent des cartes A10"."""
    at = 0
    for end in [*(m.end() for m in SENTENCE_END.finditer(text)), len(text)]:
        sentence, at = text[at:end], end
        chips = find_chips(sentence, context=True) if has_digit(sentence) else []
        if len({c.gpu_name for c in chips}) != 1:
            continue
        names = set()
        for match in _FAMILY_NAMED.finditer(sentence):
            group = "behind" if match["behind"] else "before"
            name, (a, b) = match[group], match.span(group)
            if (has_digit(name) or name.isupper() and len(name) >= 2) and not _NO_FAMILY.fullmatch(name.lower()) and not any(a < c.end and (c.start if c.left is None else c.left) < b for c in chips):
                names.add(name)
        if len(names) == 1:
            reading.families.setdefault(fold(names.pop()), replace(chips[0], count=None))


# Machines that a letter or a number tells apart, and the words by which a chip is told to be theirs.
_CLASS = words("class_of_machines")
_HAS = words("has")
_OF = words("of")


def read_classes(reading: Reading, placed: Sequence[Placed]) -> dict[str, ChipSpan | None]:
    """Mark of a class of machines -> its chip, as sentences tell: "Compute nodes (B) with NVIDIA A40". None: they tell two things."""
    found: dict[str, ChipSpan | None] = {}
    for item in placed:
        text = item.block.text
        if item.block.table is not None or not has_digit(text) or len(text) > 4000:
            continue
        folded = fold(text)
        classes = list(_CLASS.finditer(folded)) if len(folded) == len(text) else []
        for chip in find_chips(text, context=True) if classes else ():
            start, end = chip.left, chip.end
            vendor = re.search(r"(?:nvidia|amd|intel|tesla)[®™]?(?: tesla)? ?$", folded[max(0, start - 20):start])
            start -= len(vendor[0]) if vendor else 0
            behind = bisect_left(classes, end, key=re.Match.start)         # the nearest ones on both sides
            marks = {c["mark"] for c in classes[max(0, behind - 1):behind + 1] if _HAS.fullmatch(folded, c.end(), start) or _OF.fullmatch(folded, end, c.start())}
            for mark in marks if len(marks) == 1 else ():
                known = found.setdefault(mark, replace(chip, count=None))
                if known is not None and known.gpu_name != chip.gpu_name:
                    found[mark] = None
    return found


def _class_above(text: str) -> str | None:
    """The mark of the one class of machines that the last sentence of a text, or a heading, names."""
    sentences = [s for s in re.split(r"(?<=[.!?:])\s|[。：\n]", fold(text[-600:])) if s.strip()]
    marks = {c["mark"] for c in _CLASS.finditer(sentences[-1])} if sentences else set()
    return marks.pop() if len(marks) == 1 else None


def settle_orphans(reading: Reading, placed: Sequence[Placed], named: Sequence[str]) -> None:
    """Give rows that count GPUs without naming them the chip of their family, of the class of machines that the text above their table is about, or the one chip that
    the whole document names (`named`: its gpu_names)."""
    only = ChipSpan(0, 0, named[0]) if len(named) == 1 else None
    classes = read_classes(reading, placed) if len(named) > 1 else {}
    led: dict[str, ChipSpan | None] = {}
    for facts, quoted, start, end in reading.orphans:
        family = _family_of(reading, fold(facts.instance or ""), facts.above[1] if len(facts.above) > 1 else "")
        chip = reading.families[family] if family is not None else only
        if chip is None and classes:
            mark = next((m for m in map(_class_above, facts.above) if m is not None), None)
            chip = classes.get(mark) if mark is not None else None
        if chip is None and facts.above and (lead := facts.above[0]):
            if lead not in led:
                led[lead] = _only_chip_of(lead)
            chip = led[lead]
        if chip is None:
            continue
        facts.named = [chip]
        if not any(o.start == start and o.end == end for o in reading.offers):
            reading.offers += make_offers(reading, facts, quoted, start, end)


def _only_chip_of(lead: str) -> ChipSpan | None:
    """The one chip that the paragraph above a table is about: "These machines carry L4 GPUs, for inference and video"; None where it names several, or compares."""
    if len(lead) > _LEAD or not has_digit(lead) or _COMPARED.search(fold(lead)):
        return None
    chips = find_chips(lead, context=True)
    return replace(chips[0], count=None) if len({c.gpu_name for c in chips}) == 1 and not _YARDSTICK.search(fold(lead[:chips[0].start])) else None


_LEAD = 400                                                    # characters of a paragraph that leads to a table
_YARDSTICK = words("yardstick_before")


def _family_of(reading: Reading, name: str, heading: str) -> str | None:
    """The family, of those that the page tells the chip of, that the (folded) name of a machine begins with, or that the heading above its table names."""
    name = _STANDARD.sub("", name)
    begun = [f for f in reading.families if name.startswith(f) and (f[-1] in ".-_" or not name[len(f):len(f) + 1].isalnum())]
    if not begun and heading:
        above = set(re.findall(r"[\w.-]+", fold(heading)))
        begun = [f for f in reading.families if f in above and name.startswith(f.rstrip("0123456789"))]
    return max(begun, key=len, default=None)


_STANDARD = re.compile(r"standard[_-](?=[a-z])")


def settle(reading: Reading) -> None:
    """Turn what text gave into offers, where no table or feed of the document says the same."""
    known = {(o.gpu_name, o.price) for o in reading.offers if o.price is not None}
    timeless = {(o.gpu_name, o.price): o for o in reading.offers if o.price is not None and o.price_unit is None and o.commitment is None}
    named = {o.gpu_name for o in reading.offers} | {c.gpu_name for facts, quoted, *_ in reading.pending if any(q.price for q in quoted) for c in facts.all_chips()}
    told: list[Offer] = []
    for facts, quoted, start, end in reading.pending:
        for offer in make_offers(reading, facts, quoted, start, end):
            if (offer.gpu_name, offer.price) in known if offer.price is not None else offer.gpu_name in named:
                if (same := timeless.get((offer.gpu_name, offer.price))) is not None and offer.price_unit and same.price_unit is None and same.currency == offer.currency:
                    same.price_unit, same.commitment = offer.price_unit, offer.commitment      # "H100 | $24" in a table without a period, "H100 * 720 h * $24" below it
                continue
            told.append(offer)
    of_products: dict[tuple, list[Offer]] = {}
    for offer in told:
        if offer.instance_name is not None and offer.price is not None:
            of_products.setdefault(_price_of(offer), []).append(offer)
    reading.offers += [offer for offer in told if offer.price is None or offer.instance_name is not None or not _repeats(offer, of_products.get(_price_of(offer), []))]


def _repeats(offer: Offer, products: list[Offer]) -> bool:
    """Whether a sentence's offer repeats a card's. Of two that only differ in that one of them counts the GPUs, the card takes over the number."""
    if any(p.gpu_count == offer.gpu_count for p in products):
        return True
    if len(products) != 1 or offer.gpu_count is not None and products[0].gpu_count is not None or offer.price_scope != products[0].price_scope:
        return False
    if offer.gpu_count is not None and offer.gpu_count > 1:
        products[0].gpu_count = offer.gpu_count
    return True


def _price_of(offer: Offer) -> tuple:
    return offer.gpu_name, offer.price, offer.currency, offer.price_unit, offer.commitment, offer.term_months
