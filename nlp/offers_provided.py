"""GPUs that can be had without any table, list or price that says it: sentences on what a product provides, machines with so many cards, headings that are each a card."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nlp.chips import ChipSpan, find_chips
from nlp.document import Block
from nlp.offer_words import words
from nlp.offers import Facts, Reading, availability_in, compares_sellers, make_offers, no_offer_words, other_trade
from nlp.offers_text import SENTENCE_END, Placed
from nlp.places import fold
from nlp.prices import has_digit, is_withdrawn

_SELLS = words("title_of_gpus")
_PROVIDED = words("provided")
_NOT_PROVIDED = words("cannot_be_had")
_EQUIPPED = words("equipped")
_INSTRUCTION = words("instruction")
_ABOUT_GPUS = words("about_gpus")
_KINDS_OF_GPUS = words("kinds_of_gpus")
_PASSAGE = 1500                                                # characters of a paragraph that says what can be had
_TITLE = 60                                                    # characters of a heading that is a card and nothing else
_MEMORY = words("card_memory")


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
            if not machine and not (nothing and _PROVIDED.search(folded) and _ABOUT_GPUS.search(folded)):
                continue
            if _NOT_PROVIDED.search(folded[:chips[-1].end + _BEHIND]) or sentence.rstrip().endswith(("?", "？")) or is_withdrawn(sentence) or availability_in(sentence) or _INSTRUCTION.match(folded.strip()) \
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


def read_headed(reading: Reading, placed: Sequence[Placed]) -> None:
    """Collect GPUs that have a section each, in a part of a page that says which can be had: "Available hardware", below it "NVIDIA L40S" and "NVIDIA A100", each over its own figures."""
    sections: dict[tuple[str, ...], list[tuple[Block, ChipSpan | None, list[Placed]]]] = {}
    leads: dict[tuple[str, ...], str] = {}
    for item in placed:
        block = item.block
        if block.kind == "heading":
            chips = find_chips(block.text, context=True) if len(block.text) <= _TITLE and has_digit(block.text) else []
            bare = len(chips) == 1 and not re.search(r"[^\W\d_]{2}", block.text[:chips[0].left] + block.text[chips[0].end:])
            sections.setdefault(item.path[:-1] if item.path and item.path[-1] == block.text else item.path, []).append((block, chips[0] if bare else None, []))
        elif item.path in sections or item.path[:-1] not in sections:
            leads[item.path] = f"{leads.get(item.path, '')}\n{block.text[:200]}"[:400]
        elif sections[item.path[:-1]][-1][0].text == item.path[-1]:
            sections[item.path[:-1]][-1][2].append(item)
    for path, under in sections.items():
        cards = [(block, chip, lines) for block, chip, lines in under if chip is not None]
        if not path or len({chip.gpu_name for _, chip, _ in cards}) < 2 or 3 * len(cards) < 2 * len(under) or _no_offers_under(path):
            continue
        lead = fold(f"{path[-1]}\n{leads.get(path, '')}")
        if not (_KINDS_OF_GPUS.search(lead) or _PROVIDED.search(lead) and _ABOUT_GPUS.search(lead)):
            continue
        for block, chip, lines in cards:
            size = next((match for line in lines if len(line.block.text) <= 80 and (match := _MEMORY.search(fold(line.block.text)))), None)
            start, end = block.content.source_span(0, len(block.text))
            named = ChipSpan(0, 0, chip.gpu_name, chip.memory or (float(size["size"]) if size else None), chip.form_factor, chip.count)
            reading.listed += make_offers(reading, Facts(named=[named]), [], start, end)
