"""Offers outside tables: sentences with a real price, cards (a chip in a heading, its prices below), lists of GPUs that are for rent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nlp.chips import ChipSpan, find_chips
from nlp.document import Block
from nlp.offers import Facts, Quoted, Reading, asks_for_contact, make_offers, no_offer_words
from nlp.places import fold
from nlp.prices import Price, availability_in, commitment_in, tax_in, unit_in

_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[。！？；\n]")
_COMPARED = re.compile(r"\b(?:than|versus|vs\.?|compared (?:to|with)|unlike|competitors?|elsewhere|instead of|other (?:clouds|providers)|hyperscalers?)\b|より安|比べ|相比|对比")
_SHORT_CARD = 160                                              # characters of a block that can be a line of a card
_LISTS_GPUS = re.compile(r"gpus?\b|accelerator|instances?\b|flavou?r|machine|configuration|offering|hardware|显卡|加速|实例|グラフィック|インスタンス|인스턴스|grafikkarte|carte|tarjeta|видеокарт")
_SUM = re.compile(r"(?:[×*+]|\sx)\s?[^=\n]{0,60}=\s*[~≈]?\s*[*`\\]*[$€£¥]")                      # a worked sum repeats prices and gives totals
_INSTRUCTION = re.compile(r"^(?:select|choose|click|use|run|install|create|see|if|when|note|to |for example|e\.g|how|why|step|make sure|ensure|set |add |deploy|train|try|check|download|open|go to|enter|what|can i|does|please|example)\b")
_HYPE = re.compile(r"credit|free trial|bonus|reward|earn|discount of|save up|worth of|giveaway|budget|funding|raised|revenue|invest|valuation|million|billion|per token|tokens")


@dataclass(slots=True)
class Placed:
    """A block with the headings above it and the paragraph before it."""

    block: Block
    path: tuple[str, ...]
    before: str


def read_text(reading: Reading, placed: Sequence[Placed]) -> None:
    """Collect priced offers of running text, lists and cards."""
    card: tuple[ChipSpan, str, str | None, int] | None = None      # chip, its line, container, blocks since
    for index, item in enumerate(placed):
        block = item.block
        if block.table is not None or block.kind == "code":
            if block.table is not None:
                card = None
            continue
        text = block.text
        chips = find_chips(text, context=_about_gpus(item)) if any(c.isdigit() for c in text) else []
        prices = _real_prices(reading, text)
        if block.kind == "heading":
            names = {c.gpu_name for c in chips}
            card = (chips[0], text, None, 0) if len(names) == 1 and len(text) <= 120 and not _rival(reading, text) else None
            if chips and prices:
                _pair(reading, item, chips, prices)
            continue
        if chips and prices:
            _pair(reading, item, chips, prices)
            if len({c.gpu_name for c in chips}) == 1 and len(text) <= _SHORT_CARD:
                card = (chips[0], text, block.container, 0) if card is None or card[0].gpu_name != chips[0].gpu_name else card
        elif chips:
            if _rival(reading, text):
                card = None
            elif len({c.gpu_name for c in chips}) == 1 and len(text) <= 80 and (block.container is not None or card is None):
                follows = placed[index + 1:index + 6]
                if any(_real_prices(reading, f.block.text) and f.block.table is None for f in follows):
                    card = (chips[0], text, block.container, 0)
        elif card is not None and len(text) <= _SHORT_CARD:
            chip, line, container, age = card
            if age > 14 or (container is not None and block.container is not None and not _same_card(container, block.container)):
                card = None
                continue
            card = (chip, line, container, age + 1)
            if prices:
                _card_price(reading, placed, index, chip, line, prices)
            elif asks_for_contact(text) and len(text) <= 40 and not _has_offer(reading, chip, line):
                facts = Facts(named=[chip], instance=line[:120])
                start, end = block.content.source_span(0, len(text))
                reading.pending.append((facts, [Quoted(None, start, end, contact=True)], start, end))


def _rival(reading: Reading, text: str) -> bool:
    """Whether a line names another seller that the document compares itself with."""
    return any(r in fold(text) for r in reading.rivals)


def _same_card(a: str, b: str) -> bool:
    return a == b or a.startswith(b) or b.startswith(a)


def _about_gpus(item: Placed) -> bool:
    """Whether what stands above a block is about GPUs, so that short codes in it are chips."""
    return bool(re.search(r"gpu|accelerator|nvidia|显卡|グラフィック", fold(f"{item.path[-1] if item.path else ''} {item.before[-160:]}")))


def _real_prices(reading: Reading, text: str) -> list[Price]:
    if not any(c.isdigit() for c in text):
        return []
    found = [p for p in reading.prices(text) if p.sign and not p.other and p.amount > 0]
    if found and _SUM.search(text):
        chips = find_chips(text, context=True)
        for line in re.finditer(r"[^\n]+", text):
            if _SUM.search(line[0]):                           # a worked sum: its operands are prices where the chip is named, its result is a total
                stop = line.start() + line[0].rfind("=") if any(line.start() <= c.start < line.end() for c in chips) else line.start()
                found = [p for p in found if not stop <= p.start < line.end()]
    return found


def _has_offer(reading: Reading, chip: ChipSpan, line: str) -> bool:
    return any(o.gpu_name == chip.gpu_name and o.instance_name == line[:120] for o in reading.offers)


def _card_price(reading: Reading, placed: Sequence[Placed], index: int, chip: ChipSpan, line: str, prices: list[Price]) -> None:
    block = placed[index].block
    text = block.text
    if _HYPE.search(fold(text)):
        return
    unit = next((p.unit for p in prices if p.unit), None)
    if unit is None and index + 1 < len(placed) and len(placed[index + 1].block.text) <= 40:
        unit = unit_in(placed[index + 1].block.text)
    unit = unit or unit_in(line)
    heading = placed[index].path[-1] if placed[index].path else ""
    commitment, months = commitment_in(text)
    if commitment is None:
        commitment, months = commitment_in(line)
    if commitment is None and heading != line:
        commitment, months = commitment_in(heading)
    facts = Facts(named=[chip], instance=line[:120], tax=tax_in(text))
    start, end = block.content.source_span(0, len(text))
    if unit is None and not any(p.price_from for p in prices):
        return
    reading.pending.append((facts, [Quoted(p, start, end, unit=unit, commitment=commitment, months=months) for p in prices], start, end))


def _pair(reading: Reading, item: Placed, chips: list[ChipSpan], prices: list[Price]) -> None:
    """Give each price of a block its chip: the nearest before it in its sentence, else the one that follows ("$2.49/hr for an H100")."""
    block = item.block
    text = block.text
    ends = [m.end() for m in _SENTENCE_END.finditer(text)]
    short = len(text) <= _SHORT_CARD or block.kind in ("list_item", "definition", "heading")
    for price in prices:
        start = max((e for e in ends if e <= price.start), default=0)
        stop = min((e for e in ends if e >= price.end), default=len(text))
        sentence = fold(text[start:stop])
        if any(r in sentence for r in reading.rivals) or (_COMPARED.search(sentence) and not short) or _HYPE.search(sentence):
            continue
        inside = [c for c in chips if start <= c.start < stop]
        before = [c for c in inside if c.end <= price.start]
        after = [c for c in inside if c.start >= price.end]
        if before and re.search(r"\b(?:vs\.?|versus|compared to|instead of)\b", sentence[before[-1].end - start:price.start - start]):
            continue                                           # the price of what the chip is compared with
        chip = None
        if after and re.match(r"\s*(?:/|per|for|on|pro|pour|für)\s.{0,24}$", fold(text[price.end:after[0].left or after[0].start]) + " "):
            chip = after[0]
        elif before:
            chip = before[-1]
        elif after and len(prices) == 1:
            chip = after[0]
        elif short and not inside:
            earlier = [c for c in chips if c.end <= price.start]
            chip = earlier[-1] if earlier else None
        if chip is None:
            continue
        unit = price.unit or unit_in(text[start:stop]) if short else price.unit
        if unit is None and not price.price_from and not (short and item.path and unit_in(item.path[-1])):
            continue
        unit = unit or (unit_in(item.path[-1]) if item.path else None)
        commitment, months = commitment_in(text[start:stop])
        if commitment is None and item.path:
            commitment, months = commitment_in(item.path[-1])
        tied = [chip]
        if before and chip is before[-1]:                      # "H100 or H200 from $3": one price, several chips
            for other in reversed(before[:-1]):
                if re.fullmatch(r"[\s()]*(?:,|/|and|or|&|、|和|及び|und|et|y)?[\s()]*(?:nvidia|amd)?\s*", fold(text[other.end:tied[0].left or tied[0].start])):
                    tied.insert(0, other)
                else:
                    break
        name = _instance_name(text, chip)
        facts = Facts(named=tied, instance=name, tax=tax_in(text[start:stop]))
        a, b = block.content.source_span(start, min(stop, start + 1500))
        reading.pending.append((facts, [Quoted(price, a, b, unit=unit, commitment=commitment, months=months)], a, b))


def _instance_name(text: str, chip: ChipSpan) -> str | None:
    """The name under which a line offers a chip: what stands before its colon or dash, where that is short."""
    match = re.match(r"\s*([^:–—|]{2,80}?)\s*(?:[:–—|]|\s-\s)", text)
    if match and match.end() > chip.start >= match.start():
        return match[1].strip()
    return None


_FAMILY = re.compile(r"(?<![\w.-])(?P<name>[A-Za-z][\w.-]{0,11}\d?[\w-]{0,6}) (?:instances?|flavors?|vms?|machines?|series) (?:use|uses|are powered by|have|has|feature|features|offer|are equipped with|come with|are based on|provide)[^.]{0,60}?$")


def read_families(reading: Reading, placed: Sequence[Placed]) -> None:
    """What sentences say of whole families: "G5 instances use NVIDIA A10G GPUs"; under a heading of the family, "These instances use …"."""
    for item in placed:
        text = item.block.text
        if item.block.table is not None or not any(c.isdigit() for c in text):
            continue
        for chip in find_chips(text, context=True):
            lead = text[max(0, chip.left - 110):chip.left or chip.start]
            match = _FAMILY.search(lead) if chip.start else None
            name = match["name"] if match else None
            if name and name.casefold() in ("these", "the", "this", "all", "our", "such") and item.path:
                head = re.match(r"(?:the )?([A-Za-z][\w.-]{1,14})(?:[\s,]|$)", item.path[-1])
                name = head[1] if head else None
            if name and any(c.isdigit() for c in name):
                reading.families.setdefault(fold(name), replace(chip, count=None))


def settle_orphans(reading: Reading, named: Sequence[str]) -> None:
    """Give rows that count GPUs without naming them the chip of their family, or the one chip that the whole document names (`named`: its gpu_names)."""
    only = ChipSpan(0, 0, named[0]) if len(named) == 1 else None
    for facts, quoted, start, end in reading.orphans:
        name = fold(facts.instance or "")
        family = max((f for f in reading.families if name.startswith(f) and (f[-1] in ".-_" or not name[len(f):len(f) + 1].isalnum())), key=len, default=None)
        chip = reading.families[family] if family is not None else only
        if chip is None:
            continue
        facts.named = [chip]
        if not any(o.start == start and o.end == end for o in reading.offers):
            reading.offers += make_offers(reading, facts, quoted, start, end)


def settle(reading: Reading) -> None:
    """Turn what text gave into offers, where no table or feed of the document says the same."""
    known = {(o.gpu_name, o.price) for o in reading.offers if o.price is not None}
    for facts, quoted, start, end in reading.pending:
        for offer in make_offers(reading, facts, quoted, start, end):
            if offer.price is not None and (offer.gpu_name, offer.price) in known:
                continue
            reading.offers.append(offer)


def read_lists(reading: Reading, placed: Sequence[Placed]) -> None:
    """Collect unpriced offers: lists of GPUs, or of instances with their GPUs, that a heading or lead says can be had."""
    run: list[Placed] = []
    for item in [*placed, None]:
        if item is not None and item.block.kind in ("list_item", "definition") and (not run or item.path == run[0].path):
            run.append(item)
            continue
        if len(run) >= 2:
            _list(reading, run)
        run = [item] if item is not None and item.block.kind in ("list_item", "definition") else []


def _list(reading: Reading, run: list[Placed]) -> None:
    first = run[0]
    heading = first.path[-1] if first.path else ""
    lead = fold(f"{heading}\n{first.before[-300:]}")
    if not _LISTS_GPUS.search(lead) or no_offer_words(heading) or no_offer_words(first.before[-160:]):
        return
    drafts = []
    for item in run:
        text = item.block.text
        chips = find_chips(text[:300], context=True)
        lead_in = fold(text[:chips[0].start]) if chips else ""
        if not chips or len(text) > 300 or chips[0].start > (130 if re.search(r"\b(?:ha(?:ve|s)|with|uses?|includes?|equipped|powered|featur\w+|gpus?)\b", lead_in) else 60) or re.search(r"\b(?:you|your|if)\b", lead_in) or _INSTRUCTION.match(fold(text)) or any(r in fold(text) for r in reading.rivals):
            continue
        if len({c.gpu_name for c in chips}) > 1 and not re.match(r"[^.]{0,40}$", text[:chips[0].start]):
            continue
        drafts.append((item, chips))
    if len(drafts) < 2 or len(drafts) * 2 < len(run):
        return
    for item, chips in drafts:
        text = item.block.text
        chip = chips[0]
        same = [c for c in chips if c.gpu_name == chip.gpu_name]
        tail = text[chip.end:chip.end + 60]
        memory = chip.memory
        if memory is None:
            size = re.match(r"\D{0,8}?(\d{2,3}) ?GB", tail)
            if size:
                from nlp.chips import plausible_memory
                memory = float(size[1]) if plausible_memory(chip.gpu_name, float(size[1])) else None
        name = re.split(r"\s(?:[-–—|:])\s|[:：(（]|\shave?s? |\swith ", text, maxsplit=1)[0].strip()[:120]
        facts = Facts(named=[replace(chip, memory=memory), *same[1:]], instance=name or None, availability=availability_in(text))
        match = re.match(r"[^:：]{1,40}[:：]\s*((?:[a-z]{3}|[a-z]{2}-[a-z]+-?\d?)(?:\s*,\s*(?:[a-z]{3}|[a-z]{2}-[a-z]+-?\d?))*)\s*$", text)
        if match:
            facts.location = match[1]
        start, end = item.block.content.source_span(0, len(text))
        reading.listed += make_offers(reading, facts, [], start, end)
