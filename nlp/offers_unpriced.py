"""GPUs that can be had without a price: lists, headings and sentences that say so. Offers, listings and tables with prices stand in offers_text.py and offers_tables.py."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from nlp.chips import ChipSpan, find_chips, plausible_memory
from nlp.offer_words import offer_fields, words
from nlp.offers import Facts, Quoted, Reading, asks_for_contact, compares_sellers, counts_cores, lists_chips, make_offers, no_offer_words, offers_options, other_trade
from nlp.offers_text import BESIDE_CHIP, MEMORY_LINE, SENTENCE_END, SENTENCE_REACH, SHORT_CARD, TITLE, Placed, names_rival, not_ours, real_prices, speaks_of_others
from nlp.places import find_places, fold
from nlp.prices import availability_in, has_digit, is_withdrawn

_LISTS_GPUS = words("lists_gpus")
_OF_GPUS = words("about_gpus")
_INSTRUCTION = words("instruction")
_SELLS = words("title_of_gpus")
_PROVIDED = words("provided")
_EQUIPPED = words("equipped")
_KINDS_OF_GPUS = words("kinds_of_gpus")
_MEMORY = words("card_memory")
_PASSAGE = 1500                                                # characters of a paragraph that says what can be had


def read_unpriced(reading: Reading, placed: Sequence[Placed]) -> None:
    """Collect the GPUs without a price of a page that is no feed, after everything that has one. What is the surest stands first; what only a page says that has nothing else to offer, last."""
    read_lists(reading, placed)
    read_tiers(reading, placed)
    read_options(reading, placed)
    read_placed(reading, placed)
    read_headed(reading, placed)
    read_rented(reading, placed)
    if not (reading.offers or reading.listed or reading.grouped):
        read_enumerations(reading, placed)
    read_provided(reading, placed)


def read_lists(reading: Reading, placed: Sequence[Placed]) -> None:
    """Collect unpriced offers: lists of GPUs, or of instances with their GPUs, that a heading or lead says can be had."""
    run: list[Placed] = []
    for item in [*placed, None]:
        if item is not None and item.block.kind in ("list_item", "definition") and (not run or item.path == run[0].path):
            run.append(item)
            continue
        if len(run) == 1 and _place_above(reading, run[0]):
            _list(reading, run)
        if len(run) >= 2 and not _list(reading, run):
            for part in _lists_inside(run):
                _list(reading, part)
        run = [item] if item is not None and item.block.kind in ("list_item", "definition") else []


def read_options(reading: Reading, placed: Sequence[Placed]) -> None:
    """Collect the machines that a sentence spells out, in a paragraph or a cell: "available options include 1 x A40, 8 vCPUs | 64 GiB and 2 x A40, 16 vCPUs | 128 GiB"."""
    for item in placed:
        table = item.block.table
        cells = {id(cell): cell.content for row in table.rows for cell in row if cell is not None}.values() if table is not None else [item.block.content]
        for content in cells:
            text = content.text
            if len(text) < _SHORTEST_OPTION or not has_digit(text) or not counts_cores(text) or no_offer_words(item.path[-1] if item.path else ""):
                continue
            chips = find_chips(text, context=True)
            for chip, after in zip(chips, [*chips[1:], None], strict=False):
                left = chip.start if chip.left is None else min(chip.left, chip.start)
                begin = max((m.end() for m in SENTENCE_END.finditer(text, max(0, left - SENTENCE_REACH), left)), default=max(0, left - SENTENCE_REACH))
                stop = min(chip.end + _OF_MACHINE, len(text) if after is None else after.start)
                stop = next((m.start() for m in SENTENCE_END.finditer(text, chip.end, stop)), stop)
                if chip.count is None or not counts_cores(text[chip.end:stop]) or not offers_options(text[begin:left]):
                    continue
                start, end = content.source_span(left, stop)
                reading.listed += make_offers(reading, Facts(named=[chip]), [], start, end)


_SHORTEST_OPTION = 30                                          # characters of a text that names a machine and leads to it
_OF_MACHINE = 50                                               # characters after a GPU in which its machine's cores are told


def read_placed(reading: Reading, placed: Sequence[Placed]) -> None:
    """Collect GPUs without a price of which a sentence says that they can be had in a data centre or region: "Our L40S servers are available in Graz only"; or in those of a list that it leads to."""
    for index, item in enumerate(placed):
        text = item.block.text
        if item.block.table is not None or item.block.kind not in ("paragraph", "list_item", "quote") or len(text) > _PASSAGE or not has_digit(text) or not _OF_GPUS.search(fold(f"{text} {item.path[-1] if item.path else ''}")) or not_ours(reading, item):
            continue
        if any(no_offer_words(h) for h in item.path[-1:]):
            continue
        at = 0
        for end in [*(m.end() for m in SENTENCE_END.finditer(text)), len(text)]:
            sentence, start, at = text[at:end], at, end
            folded = fold(sentence)
            if not _CAN_BE_HAD.search(folded) or _CANNOT_BE_HAD.search(folded) or sentence.rstrip().endswith(("?", "？")) or is_withdrawn(sentence) or availability_in(sentence) \
                    or names_rival(reading, sentence) or speaks_of_others(reading, folded) or _INSTRUCTION.match(folded.strip()):
                continue
            chips = find_chips(sentence, context=True)
            sites = [sentence[x:y] for x, y in _sites_in(reading, sentence, chips)] if chips else []
            if chips and not sites and sentence.rstrip().endswith((":", "：")) and _OF_PLACES.search(folded):
                sites = _sites_below(reading, placed, index)
            if not sites:
                continue
            where = (", " if len(sites) < 2 or sites[0] in sentence else "; ").join(dict.fromkeys(sites))
            a, b = item.block.content.source_span(start, end)
            for chip in {c.gpu_name: c for c in reversed(chips)}.values():
                reading.listed += make_offers(reading, Facts(named=[replace(chip, count=None)], location=where if len(where) <= 120 else None), [], a, b)


def _sites_below(reading: Reading, placed: Sequence[Placed], index: int) -> list[str]:
    """The items of the list right below a block where each is a place and nothing else; else none."""
    found: list[str] = []
    for item in placed[index + 1:index + 1 + _MOST_SITES]:
        text = item.block.text.strip().rstrip(".,;")
        if item.block.kind != "list_item" or item.path != placed[index].path:
            break
        if len(text) > 60 or reading.locate is None or not reading.locate(text)[0]:
            return []
        found.append(text)
    return found


_MOST_SITES = 40                                               # places of one list


def _sites_in(reading: Reading, sentence: str, chips: Sequence[ChipSpan]) -> list[tuple[int, int]]:
    """Where a sentence names cities, or codes of regions that are known, in order."""
    if reading.locate is None:
        return []
    codes = [m.span() for m in _CODE_OF_SITE.finditer(sentence) if not any(c.start < m.end() and m.start() < c.end for c in chips) and reading.locate(m[0])[0]]
    return sorted({*codes, *((a, b) for a, b, *_ in reading.cities(sentence))})


_CODE_OF_SITE = re.compile(r"(?<![\w-])(?:[A-Z]{3,5}-?\d{1,2}|[a-z]{2,9}(?:-[a-z]{2,12}){1,2}-?\d{1,2}[a-z]?)(?![\w-])")
_CAN_BE_HAD = words("can_be_had")
_CANNOT_BE_HAD = words("cannot_be_had")
_COUNTED_LEAD = re.compile(r"(?:[^\W\d_][\w ]{0,16}[:：])?\s*")


def _title_of_gpu(text: str) -> list[ChipSpan]:
    """The chip that a title names, where it names one and nothing else."""
    chips = find_chips(text, context=True) if len(text) <= TITLE and has_digit(text) else []
    return chips if len(chips) == 1 and BESIDE_CHIP.issuperset(re.findall(r"[^\W\d_]+", fold(text[:chips[0].left or 0] + " " + text[chips[0].end:]))) else []


def read_enumerations(reading: Reading, placed: Sequence[Placed]) -> None:
    """Collect GPUs that a sentence spells out behind a colon: "You can attach the following GPUs: A40, L40S and H100"."""
    for item in placed:
        text = item.block.text
        if item.block.kind not in ("paragraph", "list_item") or not 20 <= len(text) <= _PASSAGE or ":" not in text or not has_digit(text):
            continue
        colon = text.index(":")
        lead = fold(text[:colon])
        if colon > SHORT_CARD or not _LED_TO_GPUS.search(lead) or no_offer_words(lead) or any(no_offer_words(h) for h in item.path[-1:]) or _CANNOT_BE_HAD.search(lead) or names_rival(reading, text) or not_ours(reading, item):
            continue
        stop = next((m.start() for m in SENTENCE_END.finditer(text, colon)), len(text))
        listed = text[colon + 1:stop]
        chips = find_chips(listed, context=True)
        gaps = [listed[a.end:b.start if b.left is None else max(a.end, min(b.start, b.left))] for a, b in zip(chips, chips[1:], strict=False)]
        if len({c.gpu_name for c in chips}) < 3 or listed[:chips[0].left or 0].strip() or len(listed) - chips[-1].end > 16 or not all(map(_BETWEEN_CHIPS.fullmatch, gaps)):
            continue
        start, end = item.block.content.source_span(0, stop)
        for chip in chips:
            reading.listed += make_offers(reading, Facts(named=[chip]), [], start, end)


_LED_TO_GPUS = words("led_to_gpus")


def read_rented(reading: Reading, placed: Sequence[Placed]) -> None:
    """Collect the GPUs of titles that say that they can be rented, and nothing else: "Rent NVIDIA L40S cloud GPUs", "H100 mieten"."""
    for item in placed:
        text = item.block.text.strip()
        if item.block.table is not None or item.block.kind == "code" or not 5 <= len(text) <= TITLE or not has_digit(text) or not _RENTS.search(fold(text)) or not_ours(reading, item) or _no_offers_under(item.path):
            continue
        chips = find_chips(text, context=True)
        if len(chips) != 1 or not _RENT_TITLE.fullmatch(fold(_WITHOUT_MAKER.sub("", f"{text[:chips[0].start if chips[0].left is None else chips[0].left]}")) + "#" + fold(text[chips[0].end:])):
            continue
        start, end = item.block.content.source_span(0, len(item.block.text))
        reading.listed += make_offers(reading, Facts(named=[chips[0]]), [], start, end)


_RENTS = words("rents")
_RENT_TITLE = words("rent_title")
_WITHOUT_MAKER = re.compile(r"(?:nvidia|amd|geforce|tesla|instinct|quadro)[®™]?\s*(?=(?:(?:nvidia|amd|geforce|tesla|instinct|quadro)[®™]?\s*)*$)", re.IGNORECASE)


def read_tiers(reading: Reading, placed: Sequence[Placed]) -> None:
    """Collect unpriced machines, each under a heading of its own: "Large", "Huge", and below them "8x H100 SXM, 2 TB RAM".

    Two or more headings in a row, under one that speaks of GPUs or machines, most of which have such a line; a line counts its cards and names no other.
    """
    tiers: dict[tuple[str, ...], dict[str, list[tuple[Placed, list[ChipSpan]]]]] = {}
    for item in placed:
        text = item.block.text
        depth = next((i for i in range(len(item.path) - 1, 0, -1) if _sells_machines(item.path[i - 1])), 0)
        if not depth or item.block.kind not in ("paragraph", "list_item") or _OF_HARDWARE.match(fold(item.path[depth])):
            continue
        found = tiers.setdefault(item.path[:depth], {}).setdefault(item.path[depth], [])
        if len(text) > SHORT_CARD or not has_digit(text):
            continue
        chips = find_chips(text, context=True)
        if chips and chips[0].count and chips[0].count >= 1 and len({c.gpu_name for c in chips}) == 1 and _COUNTED_LEAD.fullmatch(text[:chips[0].left or 0]) \
                and not real_prices(reading, text) and not any(r in fold(text) for r in reading.rivals):
            found.append((item, chips))
    for above, under in tiers.items():
        lines = {name: lines for name, lines in under.items() if len(lines) == 1 and not no_offer_words(name)}
        if len(lines) < 2 or 2 * len(lines) < len(under) or any(no_offer_words(h) or compares_sellers(h) for h in above):
            continue
        for name, [(item, chips)] in lines.items():
            text = item.block.text
            size = _CARD_SIZE.search(fold(text[chips[0].end:chips[0].end + 60])) if chips[0].memory is None else None
            facts = Facts(named=chips, instance=name[:120], gpu_memory=float(size[1]) if size else None, availability=availability_in(text))
            start, end = item.block.content.source_span(0, len(text))
            reading.listed += make_offers(reading, facts, [], start, end)


_SELLS_MACHINES = words("sells_machines")


@lru_cache(maxsize=1024)
def _sells_machines(heading: str) -> bool:
    return len(heading) <= 80 and bool(_SELLS_MACHINES.search(fold(heading)))


# a heading that is the label of what stands under it
_OF_HARDWARE = words("of_hardware")
_CARD_SIZE = words("card_size")


def _lists_inside(run: list[Placed]) -> Iterator[list[Placed]]:
    """Lists inside a list: the items that name chips, after an item that leads to them ("Choose one of these GPUs:")."""
    part: list[Placed] | None = None                           # of the last such item; None where an item without a chip has ended it
    lead = ""
    for item in run:
        if item.block.text.rstrip().endswith((":", "：")):
            if part and len(part) >= 2:
                yield part
            part, lead = [], item.block.text
        elif part is not None:
            if find_chips(item.block.text[:60], context=True):
                part.append(item if part else replace(item, before=lead))
            else:
                if len(part) >= 2:
                    yield part
                part = None
    if part and len(part) >= 2:
        yield part


_GPUS_BY_PLACE = words("gpus_by_place")
_SITE_CODE = re.compile(r"[(（]?(?<![\w-])[A-Za-z]{2,5}(?:-[A-Za-z]{2,12})*-?\d{1,2}(?![\w-])[)）]?")


def _place_above(reading: Reading, item: Placed) -> str | None:
    """The heading of a list where it names one place and nothing else, below a heading on GPUs: "GPUs by data centre", below it "Graz (grz1)"."""
    if len(item.path) < 2 or len(item.path[-1]) > 60 or reading.locate is None or not any(_GPUS_BY_PLACE.search(fold(h)) for h in item.path[:-1]) or no_offer_words(item.path[-2]):
        return None
    bare = _SITE_CODE.sub(" ", item.path[-1]).strip(" -–—:,")
    if not bare or not reading.locate(bare)[0]:
        return None
    spans = [(a, b) for a, b, *_ in reading.cities(bare)] + [(a, b) for a, b, _ in find_places(bare, reading.language)]
    rest = "".join(c for i, c in enumerate(bare) if not any(a <= i < b for a, b in spans))
    return item.path[-1] if not re.search(r"\w", _WORDS_OF_PLACES.sub(" ", fold(rest))) else None


_WORDS_OF_PLACES = words("words_of_places")


_LEADS_TO_CHIP = words("leads_to_chip")
_ADDRESSED = words("addressed")


def _list(reading: Reading, run: list[Placed]) -> bool:
    """Collect the offers of a list; False where it is none of GPUs."""
    first = run[0]
    heading = first.path[-1] if first.path else ""
    lead = fold(f"{heading}\n{first.before[-300:]}")
    place = _place_above(reading, first)
    led = place is not None or bool(_LISTS_GPUS.search(lead)) or lists_chips(lead)
    if no_offer_words(heading) or no_offer_words(first.before[-160:]):
        return False
    drafts = []
    for item in run:
        text = item.block.text
        chips = find_chips(text[:300], context=True)
        lead_in = fold(text[:chips[0].start]) if chips else ""
        if not chips or len(text) > 300 or chips[0].start > (130 if _LEADS_TO_CHIP.search(lead_in) else 60) or _ADDRESSED.search(lead_in) or text.rstrip().endswith(("?", "？")) or _INSTRUCTION.match(fold(text)) or any(r in fold(text) for r in reading.rivals):
            continue
        if len({c.gpu_name for c in chips}) > 1 and not re.match(r"[^.]{0,40}$", text[:chips[0].start]) and not _enumerated(text, chips):
            continue
        drafts.append((item, chips))
    led = led or len(heading) <= 60 and bool(_OF_PRICES.search(fold(heading))) and not any(map(other_trade, first.path)) and all((chips[0].left or chips[0].start) <= 7 for _, chips in drafts)       # "Rates": each item begins with its GPU
    sites = [_site_before(reading, item.block.text, chips[0]) for item, chips in drafts] if place is None and _OF_PLACES.search(lead) else []
    by_site = len(sites) >= 2 and all(sites)                   # "Our data centres": "Graz, Austria (H100, L40S)"
    led = led or by_site
    if len(drafts) < (1 if place else 2) or len(drafts) * 2 < len(run) or not led and not all(chips[0].count is not None and chips[0].left == 0 for _, chips in drafts):
        return False
    for item, chips in drafts:
        text = item.block.text
        chip = chips[0]
        same = [c for c in chips if c.gpu_name == chip.gpu_name]
        tail = text[chip.end:chip.end + 60]
        if len(same) == len(chips) and is_withdrawn(tail):     # "V100: discontinued"
            continue
        memory = chip.memory
        if memory is None:
            size = re.match(r"\D{0,8}?(\d{2,3}) ?GB", tail)
            if size:
                memory = float(size[1]) if plausible_memory(chip.gpu_name, float(size[1])) else None
        name = re.split(r"\s(?:[-–—|:])\s|[:：(（]|\shave?s? |\swith ", text, maxsplit=1)[0].strip()[:120]
        facts = Facts(named=[replace(chip, memory=memory), *same[1:]], instance=name or None, availability=availability_in(text))
        match = re.match(r"[^:：]{1,40}[:：]\s*((?:[a-z]{3}|[a-z]{2}-[a-z]+-?\d?)(?:\s*,\s*(?:[a-z]{3}|[a-z]{2}-[a-z]+-?\d?))*)\s*$", text)
        if match:
            facts.location = match[1]
        elif sited := _IN_REGION.match(text):
            facts.instance, facts.location = None, sited["place"]
        if by_site:
            facts.instance, facts.location = None, _site_before(reading, text, chip)
        facts.location = facts.location or place
        start, end = item.block.content.source_span(0, len(text))
        reading.listed += make_offers(reading, facts, [], start, end)
        if _enumerated(text, chips):
            for other in chips:
                if other.gpu_name != chip.gpu_name:
                    reading.listed += make_offers(reading, replace(facts, named=[other]), [], start, end)
    return True


def _site_before(reading: Reading, text: str, chip: ChipSpan) -> str | None:
    """The place with which an item of a list begins, up to its first chip; None where it names none."""
    before = _TO_CHIP.sub("", text[:min(chip.start, SHORT_CARD)]).strip()
    if not 3 <= len(before) <= 60 or reading.locate is None or not reading.locate(before)[0]:
        return None
    first = re.split(r"\s[-–—|]\s", before, maxsplit=1)[0]
    return first if reading.locate(first)[0] else before       # "EU-SE-1 — Stockholm, Sweden"


_TO_CHIP = re.compile(r"[\s(（|,:：–—-]{0,12}(?:\d{1,2}\s?[x×]\s?)?(?:nvidia|amd|tesla|geforce|quadro)?\s{0,4}$", re.IGNORECASE)
_OF_PLACES = words("places_heading")
_OF_PRICES = re.compile(offer_fields()["of_prices"])
_IN_REGION = words("in_region")
_BETWEEN_CHIPS = words("between_chips")


def _enumerated(text: str, chips: Sequence[ChipSpan]) -> bool:
    """Whether an item ends with a list of two chips or more and names no other: "Region Graz has the cards A30, H100 SXM5, H200 SXM5"."""
    if len({c.gpu_name for c in chips}) < 2 or any(c.count for c in chips) or len(text) - chips[-1].end > 16 or chips[0].start > 60:
        return False
    return all(_BETWEEN_CHIPS.fullmatch(text[a.end:b.start if b.left is None else min(b.start, b.left) if b.left >= a.end else b.start]) for a, b in zip(chips, chips[1:], strict=False))


def read_provided(reading: Reading, placed: Sequence[Placed]) -> None:
    """Collect GPUs that sentences say a product provides, on a page about GPUs for rent that lists nothing: "The system provides NVIDIA A30 GPUs", "Latest GPUs supported: H100, MI300X".
    Machines of so many cards count on every page that offers something: "The nodes are equipped with 8 H100"."""
    nothing = not (reading.offers or reading.grouped or reading.listed)
    if nothing and not _SELLS.search(fold(f"{reading.document.title or ''}\n{placed[0].block.text[:200] if placed else ''}")):
        return
    known = {o.gpu_name for o in [*reading.offers, *reading.listed]}
    for item in placed:
        text = item.block.text
        if item.block.table is not None or item.block.kind not in ("paragraph", "list_item", "quote") or len(text) > _PASSAGE or not has_digit(text) or not find_chips(text, context=True) or _no_offers_under(item.path):
            continue
        for start, end, chips in _sentences(text):
            sentence = text[start:end]
            folded = fold(sentence)
            machine = len({c.gpu_name for c in chips}) == 1 and chips[0].count and not chips[0].at_most and _EQUIPPED.search(folded)
            if not machine and not (nothing and _PROVIDED.search(folded) and _OF_GPUS.search(folded)):
                continue
            if _CANNOT_BE_HAD.search(folded[:chips[-1].end + _BEHIND]) or sentence.rstrip().endswith(("?", "？")) or is_withdrawn(sentence) or availability_in(sentence) or _INSTRUCTION.match(folded.strip()) \
                    or any(rival in folded for rival in reading.rivals):
                continue
            a, b = item.block.content.source_span(start, end)
            for chip in {c.gpu_name: c for c in reversed(chips) if c.gpu_name not in known}.values():
                named = ChipSpan(0, 0, chip.gpu_name, chip.memory, chip.form_factor, chip.count if machine else None)
                reading.listed += make_offers(reading, Facts(named=[named]), [], a, b)


_BEHIND = 24                                                   # characters behind a name in which it is taken back: "H100: soon"


def _sentences(text: str) -> Iterator[tuple[int, int, list[ChipSpan]]]:
    """(start, end, chips) of the sentences that name a chip."""
    at = 0
    for end in [*(m.end() for m in SENTENCE_END.finditer(text)), len(text)]:
        chips = find_chips(text[at:end], context=True) if has_digit(text[at:end]) else []
        if chips:
            yield at, end, chips
        at = end


def _no_offers_under(path: tuple[str, ...]) -> bool:
    return any(no_offer_words(h) or compares_sellers(h) or other_trade(h) for h in path[-2:])


@dataclass(slots=True)
class _Section:
    """A heading, the chip that it names where it names nothing else, and the texts below it up to the next heading."""

    heading: Placed
    chip: ChipSpan | None
    lines: list[str] = field(default_factory=list)

    @property
    def memory(self) -> float | None:
        """GB that a short line tells of the card."""
        for line in self.lines:
            if len(line) <= SHORT_CARD and (found := MEMORY_LINE.search(folded := fold(line)) or _MEMORY.search(folded)):
                return float(next(size for size in found.groups() if size))
        return None


def read_headed(reading: Reading, placed: Sequence[Placed]) -> None:
    """Collect GPUs that have a section each, two or more side by side, most of those of their level: in a part that says which can be had ("Available hardware", below it "NVIDIA L40S" and "NVIDIA A100"),
    or, on a page that sells machines and offers nothing else, as cards with their memory ("RTX 5090", below it "32 GB VRAM")."""
    if reading.listed:
        return
    sections, leads = _sections(placed)
    bare_page = not (reading.offers or reading.grouped) and any(item.block.kind == "heading" and _sells_machines(item.block.text) for item in placed)
    for (path, _), group in sections.items():
        cards = [s for s in group if s.chip is not None]
        if len({s.chip.gpu_name for s in cards}) < 2 or 3 * len(cards) < 2 * len(group) or _no_offers_under(path):
            continue
        lead = fold(f"{path[-1]}\n{leads.get(path, '')}") if path else ""
        contact = False
        if not (_KINDS_OF_GPUS.search(lead) or _PROVIDED.search(lead) and _OF_GPUS.search(lead)):
            cards = [s for s in cards if s.memory is not None and all(len(line) <= SHORT_CARD for line in s.lines)]
            if not bare_page or len({s.chip.gpu_name for s in cards}) < 2 or 3 * len(cards) < 2 * len(group):
                continue
            contact = any(len(item.block.text) <= 60 and asks_for_contact(item.block.text) for item in placed)
        for card in cards:
            block = card.heading.block
            start, end = block.content.source_span(0, len(block.text))
            facts = Facts(named=[card.chip], instance=block.text, gpu_memory=card.memory)
            reading.listed += make_offers(reading, facts, [Quoted(None, start, end, contact=True)] if contact else [], start, end)


def _sections(placed: Sequence[Placed]) -> tuple[dict[tuple[tuple[str, ...], int], list[_Section]], dict[tuple[str, ...], str]]:
    """The sections of a page by the headings above them and their level, and what stands under headings before their first section."""
    sections: dict[tuple[tuple[str, ...], int], list[_Section]] = {}
    leads: dict[tuple[str, ...], str] = {}
    last: _Section | None = None
    for item in placed:
        block = item.block
        if block.kind == "heading":
            last = _Section(item, next(iter(_title_of_gpu(block.text)), None))
            sections.setdefault((item.path, block.level or 0), []).append(last)
            continue
        leads[item.path] = f"{leads.get(item.path, '')}\n{block.text[:200]}"[:400]
        if last is not None:
            last.lines.append(block.text)
    return sections, leads
