"""Everything that a document says of supply: chips, offers, regions. Pure functions of a `Document`; nothing knows a provider."""

from __future__ import annotations

import itertools
import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from itertools import chain

from chipwatch.records import ChipMention, Issue, Offer, Region
from nlp.chips import ChipSpan, chip_marks, chip_slug, find_chips, named_without_digits, names_instances, unknown_labels
from nlp.document import Block, Document, Table
from nlp.feeds.faults import faults
from nlp.field_notes import field_notes
from nlp.language import of_readers
from nlp.layout import layout_tables
from nlp.offer_words import words
from nlp.offers import Reading, is_set_aside, rate_of_all, rates_named, read_head, seller_of_head, unique, way_of_letting
from nlp.offers_feeds import read_feed, words_apart
from nlp.offers_tables import read_table, settle_named
from nlp.offers_text import Placed, read_families, read_listings, read_only_chip, read_text, settle, settle_orphans, withdrawn_chips
from nlp.offers_unpriced import read_unpriced
from nlp.pause import collection_paused
from nlp.payloads import components, payloads, unfold
from nlp.places import fold
from nlp.prices import asks_for_contact, currency_words, decimal_mark, has_digit, only_currency, tax_in, unit_in
from nlp.regions import find_cities, locate, read_regions
from nlp.sieve import Sieved
from nlp.stacked import stacked_tables
from nlp.tree import MAX_CELLS, Node, TreeError, embedded, read_csv, read_json, read_json_lines, read_xml, read_yaml

FEEDS = ("json", "yaml", "xml", "csv")                         # content types whose text is data
MAX_NAMES = 40_000                                             # places of a feed where a chip may be named that are looked at
SAMPLE = 200_000                                               # characters in which currencies are counted
_RIVALS = words("rivals")
_ONE_EACH = words("one_each")
_GPU_WORDS = words("words_of_gpus")
_NOT_LET = words("not_let")
_RATE = words("rate_in_program")
_BESIDE_BEFORE = Sieved(words("yardstick_before"))
_BESIDE_AFTER = words("yardstick_after")
_NOT_FILLED = words("not_filled")
# Where a script may hold data. One pattern for each beginning, since `re` looks for a literal many times faster than for one of several.
_ASSIGNED = tuple(map(re.compile, (r"=\s*'?[\[{]", r"\(\s*\[?[\[{]", r"return\s*\[?[\[{]", r"default\s*\[?[\[{]")))
_VENDOR = words("gpu_vendor")


@collection_paused()
def read_supply(document: Document, *, currency: str | None = None) -> tuple[list[ChipMention], list[Offer], list[Region], list[Issue]]:
    """(chips, offers, regions, issues) of a document.

    `currency` (ISO 4217) is what the source is declared to quote in; it decides ambiguous signs. Offers keep prices as printed; nothing is converted.
    """
    issues: list[Issue] = []
    gone: set[str] = set()
    trees = _trees(document, issues)
    everything = placed = list(_placed(document))
    mentions = cache(lambda: read_chips(document, everything))  # asked for by several, and changed by none before the roles are set
    drawn: list[Placed] = []
    reading = _reading(document, placed, currency)
    if document.content_type in FEEDS:
        if mentions()[0] or names_instances(document.text):
            for tree in trees:
                read_feed(reading, tree)
    else:
        drawn = _drawn(document, placed)
        placed = _stacked(document, placed, drawn)
        below = {id(a): b.block.text for a, b in itertools.pairwise(placed) if a.block.table is not None and b.block.kind == "paragraph" and b.path == a.path}
        of_characters = {id(item) for item in drawn}           # equality of blocks would compare whole tables
        told: list[tuple[int, int]] = []                       # where tables drawn with characters have told their prices
        reading.in_ways = len({way for p in placed if p.block.table is not None and p.path and (way := way_of_letting(p.path[-1]))}) > 1
        for item in [*placed, *drawn]:
            if item.block.table is not None and (id(item) not in of_characters or _lists_what_is_sold(item.block.table)):
                known = len(reading.offers)
                read_table(reading, item.block, item.before, below.get(id(item), ""))
                if id(item) in of_characters and any(o.price is not None for o in reading.offers[known:]) and not any(p.sign for c in item.block.table.rows[0] if c is not None for p in reading.prices(c.text)):
                    told.append(_span(item.block.table))
        if told:
            placed = [item for item in placed if item.block.kind not in ("paragraph", "code") or not _inside(document.text, item.block, told)]
        settle_named(reading)
        if reading.orphans:
            read_families(reading, placed)
            settle_orphans(reading, placed, list(dict.fromkeys(c.gpu_name for c in mentions()[0])))
        _embedded_offers(reading, document, placed, trees)
        read_listings(reading, placed)
        read_text(reading, placed)
        settle(reading)
        read_unpriced(reading, placed)
        gone = withdrawn_chips(placed)
        if gone:
            for found in (reading.offers, reading.grouped, reading.listed):
                found[:] = [o for o in found if o.price is not None or o.gpu_name not in gone]
        if not any(o.price is not None for o in reading.offers):
            read_only_chip(reading, placed, [c.gpu_name for c in mentions()[0]])
    offers = _settled(reading)
    chips, found = mentions()
    if document.content_type in FEEDS:
        chips = [*chips, *_short_names(document, chips, offers)]
    chips = _roles(document, chips, offers, reading, gone)
    regions = read_regions(document, [(p.block, p.path, p.before) for p in [*everything, *drawn]], trees, offers, issues)
    regions = _named(regions, reading.place_names)
    if document.content_type in FEEDS and not any(i.code in ("feed_shape", "feed_left_out") for i in reading.issues) and not _is_interface(trees):
        issues += faults(trees, offers=len(offers), regions=len(regions), gpus=bool(chips) or names_instances(document.text))
    issues += reading.issues + [i for i in found if i not in reading.issues]
    return chips, offers, regions, issues


MOST_TRIED = 20                                                # offers of a chip in whose records its name is looked for


def _short_names(document: Document, chips: list[ChipMention], offers: list[Offer]) -> list[ChipMention]:
    """The chips of offers that the text of a feed names by nothing but "L4" or "A10", which only the record tells from other things."""
    named = {chip.gpu_name for chip in chips}
    found: dict[str, ChipMention] = {}
    tried: Counter[str] = Counter()
    for offer in offers:
        if offer.gpu_name in named or offer.gpu_name in found or offer.start is None or tried[offer.gpu_name] >= MOST_TRIED:
            continue                                           # not named at all: the type of a machine tells it
        tried[offer.gpu_name] += 1
        span = next((span for span in find_chips(document.text[offer.start:offer.end], context=True) if span.gpu_name == offer.gpu_name), None)
        if span is not None:
            found[offer.gpu_name] = _mention(document.text, span, offer.start + span.start, offer.start + span.end, "offered")
    return list(found.values())


def _lists_what_is_sold(table: Table) -> bool:
    """Whether a drawn table has prices, or names a different chip in most of its rows: other output of programs is none of our business."""
    heads = [read_head(c.text).role if c is not None else None for c in table.rows[0]]
    if "price" in heads:
        return True
    if len(table.rows[0]) > 2 and any(row[0] is not None and read_head(row[0].text).role == "price" for row in table.rows[1:]) and any(all(c is not None and find_chips(c.text, context=True) for c in row[1:]) for row in table.rows):
        return True                                            # a machine a column: "GPU | 8x V100 | 4x V100", "Price/hour | $11.20 | $6.60"
    named = [{c.gpu_name for cell in row[:3] if cell is not None for c in find_chips(cell.text, context=True)} for row in table.rows[1:]]
    return heads[0] in ("instance", "gpu") and 2 * sum(map(bool, named)) >= len(table.rows) - 1 and len(set().union(*named)) >= 3


def _is_interface(trees: list[Node]) -> bool:
    """Whether a document describes an interface (OpenAPI): it is no feed, and need not hold offers."""
    return any(key in ("openapi", "swagger") for tree in trees for key, _ in tree.entries)


def _named(regions: list[Region], names: dict[str, str]) -> list[Region]:
    """The regions with the names that a feed gives to their codes; a name that stood as a region of its own falls to its code."""
    for region in regions:
        if region.label in names and (region.name is None or region.name == region.label):
            region.name = names[region.label]
    coded = {names[r.label] for r in regions if r.label in names}
    return [r for r in regions if r.label in names or r.label not in coded]


def read_chips(document: Document, placed: Sequence[Placed] | None = None) -> tuple[list[ChipMention], list[Issue]]:
    """(chips, issues): every chip that a document names, with offsets, one a place. Cheap: one automaton pass over the text. `placed`: its blocks, where they have been looked at."""
    mentions: list[ChipMention] = []
    issues: list[Issue] = []
    unknown: dict[str, None] = {}
    worded = document.content_type not in FEEDS and named_without_digits(document.text)
    if document.content_type in FEEDS:
        spans, limit = _chips_of_feed(document)
        issues += limit
        mentions = [_mention(document.text, s, s.start, s.end, "offered") for s in spans]
        return mentions, issues
    for item in _placed(document) if placed is None else placed:
        block = item.block
        text = block.text
        if not (has_digit(text) or worded and named_without_digits(text)):
            continue
        if block.table is not None:
            mentions += _table_chips(document, item, unknown, worded)
            continue
        context = bool(item.path) and bool(_GPU_WORDS.search(fold(item.path[-1]))) and block.kind != "code"
        spans = find_chips(text, context=context)
        for span in spans:
            start, end = block.content.source_span(span.start, span.end)
            mentions.append(_mention(document.text, span, start, end, "offered"))
        for _, _, label in unknown_labels(text, spans):
            unknown.setdefault(label)
    issues += [Issue("warning", "unknown_chip", label) for label in unknown]
    return mentions, issues


def _chips_of_feed(document: Document) -> tuple[list[ChipSpan], list[Issue]]:
    """The chips that the text of a feed names, keys and values alike; of a feed that names very many, the first."""
    text = document.text
    marks = chip_marks(text)
    if len(marks) <= MAX_NAMES:
        return find_chips(text), []
    return find_chips(text[:marks[MAX_NAMES]]), [Issue("info", "limit", f"chips named in the first {marks[MAX_NAMES]:,} characters; offers are read from all of them")]


@lru_cache(maxsize=8192)
def _names_vendor(text: str) -> bool:
    return _VENDOR.search(fold(text)) is not None


def _table_chips(document: Document, item: Placed, unknown: dict[str, None], worded: bool) -> Iterator[ChipMention]:
    table = item.block.table
    seen: set[int] = set()
    around = bool(_GPU_WORDS.search(fold(f"{item.path[-1] if item.path else ''} {table.caption or ''}")))
    heads = [bool(c is not None and _GPU_WORDS.search(fold(c.text))) for c in table.rows[0]] if table.rows else []
    if table.rows and table.rows[0] and not around and not heads[0]:
        heads[0] = _column_of_chips([row[0].content.text for row in table.rows[1:51] if row and row[0] is not None])
    for row in table.rows:
        beside = any([c is not None and len(c.content.text) <= 24 and _names_vendor(c.content.text) for c in row])
        for column, cell in enumerate(row):
            if cell is None or id(cell) in seen or not (has_digit(cell.content.text) or worded and named_without_digits(cell.content.text)):
                continue
            seen.add(id(cell))
            context = around or beside or (column < len(heads) and heads[column])
            spans = find_chips(cell.text, context=context)
            for span in spans:
                start, end = cell.content.source_span(span.start, span.end)
                yield _mention(document.text, span, start, end, "offered")
            for _, _, label in unknown_labels(cell.text, spans):
                unknown.setdefault(label)


def _column_of_chips(names: list[str]) -> bool:
    """Whether the first column of a table gives names of GPUs and hardly anything else, by those that nothing else is called: then "A10" and "L40" among them are some, too."""
    sure = sum(5 * max((c.end - c.left for c in find_chips(name, context=False)), default=0) >= 3 * len(name) > 0 for name in names if has_digit(name) and len(name) <= 40)
    return sure >= 3 and 2 * sure >= len(names)


def _mention(text: str, span: ChipSpan, start: int, end: int, role: str) -> ChipMention:
    memory = int(span.memory) if span.memory is not None and span.memory == int(span.memory) else span.memory
    return ChipMention(span.gpu_name, chip_slug(span.gpu_name, None if span.slice else span.memory, span.form_factor), role, text[start:end], start, end, memory, span.form_factor)


_IF_YOU_USE = Sieved(words("if_you_use"))


def _roles(document: Document, chips: list[ChipMention], offers: list[Offer], reading: Reading, gone: set[str]) -> list[ChipMention]:
    """Set the role of each mention: offered, compared (beside a rival's name), or mentioned (a feed names it, and offers others). `gone`: what the page says is no longer let."""
    offered = {o.gpu_name for o in offers}
    feed = document.content_type in FEEDS
    generations = {chip.gpu_name.rstrip("0123456789") for chip in chips if chip.gpu_name[-1:].isdigit()}
    for chip in chips:
        if chip.gpu_name in offered:
            continue
        if feed and (offered or _NOT_FILLED.match(document.text, chip.end, chip.end + 120)) or chip.gpu_name in generations and not chip.gpu_name[-1:].isdigit():
            chip.role = "mentioned"                            # a feed that offers others, a field of a form without a value ({"A40, on demand": ""}), or a family beside its generation
        elif chip.gpu_name in gone or _NOT_LET.match(fold(document.text[chip.end:chip.end + 90])):
            chip.role = "mentioned"
        elif _BESIDE_BEFORE.search(fold(document.text[max(0, chip.start - 90):chip.start])) or _BESIDE_AFTER.match(fold(document.text[chip.end:chip.end + 60])):
            chip.role = "compared"                             # a yardstick: "twice the performance of …", "… is 2x faster than"
        elif _IF_YOU_USE.search(fold(document.text[max(0, chip.start - 60):chip.start])):
            chip.role = "mentioned"
        elif reading.rivals:
            line = fold(document.text[max(0, chip.start - 200):chip.end + 60])
            if any(r in line for r in reading.rivals) or offered:
                chip.role = "compared"
    return chips


# --- what a reading needs -------------------------------------------------------------------------------------------------------------------

_MARKED_HEADING = re.compile(r"(#{1,6}) +(?P<title>\S.{0,150})$")


def _placed(document: Document) -> Iterator[Placed]:
    """The blocks of the body with the headings above them and the text before them. A paragraph that is a Markdown heading in a plain text file heads what follows."""
    path: tuple[str, ...] | None = None
    before = ""
    for block in document.body():
        text = block.content.text
        if block.kind == "heading":
            path, before = None, ""
            yield Placed(block, block.heading_path, "")
            continue
        marks = _MARKED_HEADING.match(text) if block.kind == "paragraph" and text.startswith("#") else None
        if marks:
            level = len(marks[1])
            path = (*(path or ())[:level - 1], marks["title"])
            before = ""
            continue
        yield Placed(block, block.heading_path if path is None else path, before)
        if block.kind == "paragraph" or block.kind in ("list_item", "definition") and len(text) <= 120 and text.rstrip().endswith((":", "：")):
            before = text
        elif block.table is not None:
            before = ""


_COLUMNS = re.compile(r"\S {2,}\S")


def _drawn(document: Document, placed: list[Placed]) -> list[Placed]:
    """Tables drawn with characters, in blocks of code or in plain text, as blocks."""
    out: list[Placed] = []
    if document.content_type == "text":
        if not re.search(r"\S(?:[ \u00a0\u3000]{2,}|\t| [│┃║|] )\S", document.text):
            return out
        spans = [item.block.content.source_span(0, len(item.block.text)) if item.block.text else (0, 0) for item in placed]
        reached = list(itertools.accumulate((end for _, end in spans), max))
        for table in layout_tables(document.text, 0, len(document.text)):
            rows = [cells for row in table.rows if (cells := [c.content for c in row if c is not None])]     # a line each, in the order of the text
            start, end = min(c.source_span(0, 1)[0] for c in rows[0]), max(c.source_span(0, len(c.text))[1] for c in rows[-1])
            numbers = itertools.takewhile(lambda n, end=end: spans[n][0] < end, range(bisect_right(reached, start), len(placed)))     # blocks stand in the order of the text
            first = next((placed[n] for n in numbers if start < spans[n][1] and placed[n].block.kind != "heading"), None)
            if first is not None:
                out.append(Placed(Block("table", rows[0][0], heading_path=first.path, table=table), first.path, first.before))
        return out
    for item in placed:
        if item.block.kind == "paragraph" and document.content_type == "markdown" and has_digit(item.block.text):
            start, end = item.block.content.source_span(0, len(item.block.text))       # columns of blanks, which Markdown would join
            lines = document.text[start:end]
            for table in layout_tables(document.text, start, end) if lines.count("\n") >= 2 and len(_COLUMNS.findall(lines)) >= 4 else ():
                first = next(c.content for row in table.rows for c in row if c is not None)
                out.append(Placed(Block("table", first, heading_path=item.path, table=table), item.path, item.before))
        if item.block.kind == "code" and "\n" in item.block.text:
            start, end = item.block.content.source_span(0, len(item.block.text))
            start = max(document.text.rfind("\n", 0, start), document.text.rfind(">", 0, start) if document.content_type == "html" else -1) + 1
            for table in layout_tables(document.text, start, end, markup=document.content_type == "html"):
                first = next(c.content for row in table.rows for c in row if c is not None)
                out.append(Placed(Block("table", first, heading_path=item.path, table=table), item.path, item.before))
    return out


def _span(table: Table) -> tuple[int, int]:
    """From where to where a table drawn with characters reaches in the source."""
    spans = [cell.content.source_span(0, len(cell.content.text)) for row in table.rows for cell in row if cell is not None and cell.content.text]
    return min(a for a, _ in spans), max(b for _, b in spans)


def _inside(source: str, block: Block, spans: list[tuple[int, int]]) -> bool:
    """Whether a block holds nothing but what one of `spans` of the source does, and perhaps words without a figure around it."""
    if not block.text:
        return False
    start, end = block.content.source_span(0, len(block.text))
    return any(a < end and start < b and not has_digit(source[start:a] if start < a else "") and not has_digit(source[b:end] if b < end else "") for a, b in spans)


def _stacked(document: Document, placed: list[Placed], drawn: list[Placed]) -> list[Placed]:
    """Adds the tables whose cells stand one below another to `drawn`; the blocks without what became cells of them."""
    if document.content_type not in ("text", "markdown", "html"):
        return placed
    gone: set[int] = set()
    for places, table in stacked_tables(document, [item.block for item in placed]):
        if places:
            first = placed[places[0]]
            drawn.append(Placed(Block("table", first.block.content, heading_path=first.path, table=table), first.path, first.before))
            gone.update(places)
    return [item for place, item in enumerate(placed) if place not in gone] if gone else placed


def _reading(document: Document, placed: list[Placed], currency: str | None) -> Reading:
    sample = document.text[:SAMPLE]
    if document.content_type not in FEEDS and "<script" not in sample:
        sample = "\n".join(item.block.text for item in placed)[:SAMPLE]
    words = currency_words(sample)
    only = only_currency(sample, language=document.language, currency=currency, words=words)
    titles = " \n".join(dict.fromkeys([document.title or "", *(p.path[-1] for p in placed if p.path)]))[:20_000]
    rivals = tuple(dict.fromkeys((m["a"] or m["b"] or m["c"]).casefold().strip(".") for m in _RIVALS.finditer(titles)))
    tax_notes = [(p.path, said) for p in placed if p.block.table is None and len(p.block.text) <= 600 and (said := _note_on_tax(p.block.text))]
    tax_notes += [(None, said) for b in document.blocks if b.chrome and len(b.text) <= 600 and (said := _note_on_tax(b.text))]
    if placed and not any(above is not None for above, _ in tax_notes):
        tax_notes = [(None, said) for _, said in tax_notes]
    rates = [(p.path, rate) for p in placed if p.block.kind == "paragraph" and len(p.block.text) <= 600 and (rate := rate_of_all(p.block.text)) is not None]
    rates += [(path, rate) for path in dict.fromkeys(p.path for p in placed if p.path) if len(path[-1]) <= 120 and (rate := rate_of_all(path[-1])) is not None and rate.unit and rate.currency]
    language = document.language or of_readers(sample)          # a page of scripts has no text to tell it by, but words for its readers in them
    return Reading(document, language, currency, words, only_currency=only, decimal=decimal_mark(sample) or _mark_of_data(document) or _mark_of_cells(placed), tax_notes=tax_notes, rates=rates, shelves=_shelves(placed), rivals=rivals, title=f"{document.title or ''} {document.url or ''} {placed[0].block.text[:200] if placed else ''}".casefold(), cities=find_cities, locate=lambda label: locate(label, language))


def _shelves(placed: list[Placed]) -> set[tuple[str, ...]]:
    """The headings right below which three sections or more bear the names of sellers: a page that collects what others ask has a section for each."""
    found: dict[tuple[str, ...], set[str]] = {}
    for path in dict.fromkeys(item.path for item in placed):
        for depth, heading in enumerate(path):
            if len(heading) <= 40 and seller_of_head(heading) == "other":
                found.setdefault(path[:depth], set()).add(heading)
    return {above for above, names in found.items() if len(names) >= 3}


_PRICE_WORDS = words("price_words")


_PLAIN_AMOUNT = re.compile(r'"\d{1,6}([.,])(?:\d{1,2}|\d{4,9})"')


_LESS_THAN_ONE = re.compile(r"0([.,])\d{1,6}")


def _mark_of_cells(placed: list[Placed]) -> str | None:
    """The decimal mark of bare figures in tables, where those less than one agree on it: no group of thousands begins with "0.550"."""
    marks: set[str] = set()
    for item in placed:
        for row in item.block.table.rows if item.block.table is not None else ():
            marks.update(match[1] for cell in row if cell is not None and len(cell.text) <= 12 and (match := _LESS_THAN_ONE.fullmatch(cell.text.strip())))
    return marks.pop() if len(marks) == 1 else None


def _mark_of_data(document: Document) -> str | None:
    """The decimal mark of a feed: a point where commas part the cells, else that of its quoted amounts where they agree. Its few words do not tell its language surely."""
    if document.content_type == "csv" and document.text[:4000].lstrip("\ufeff").split("\n", 1)[0].count(",") > document.text[:4000].split("\n", 1)[0].count(";"):
        return "."
    if document.content_type not in FEEDS:
        return None
    seen = set(_PLAIN_AMOUNT.findall(document.text[:SAMPLE]))
    return seen.pop() if len(seen) == 1 else None


def _note_on_tax(text: str) -> str | None:
    """included | excluded where a note on prices says it, else None. A price of its own in the note ("an IP address costs 3 €, VAT excluded") is no note for the page."""
    said = tax_in(text)
    if said == "unknown" or not (_PRICE_WORDS.search(fold(text)) or len(text) <= 60 or re.match(r"\s*[*†‡¹²³※]", text)) or re.search(r"[$€£¥₩₹円元원]\s?\d|\d\s?[€円元원]", text):
        return None
    return said


def _trees(document: Document, issues: list[Issue]) -> list[Node]:
    """The data of a feed as trees with offsets; none for a page."""
    kind, text = document.content_type, document.text
    try:
        if kind == "json":
            try:
                root = read_json(text)
                if text[root.end:].strip():
                    root = read_json_lines(text)
            except TreeError:
                root = read_json_lines(text)
            return [unfold(root)]
        if kind == "yaml":
            return read_yaml(text)
        if kind == "xml":
            return [read_xml(text)]
        if kind == "csv":
            table = read_csv(text)
            if table.end < len(text):
                issues.append(Issue("error", "limit", f"read only in part: {table.end:,} of {len(text):,} characters, for there are more than {MAX_CELLS:,} cells"))
            return [table]
    except TreeError as error:
        issues.append(Issue("error", "unreadable_feed", str(error)))
    return []


def _embedded_offers(reading: Reading, document: Document, placed: list[Placed], trees: list[Node]) -> None:
    """Offers of data inside a page: fenced JSON, JSON-LD, `__NEXT_DATA__`, literals of scripts and MDX (added to `trees`). What a table says already is not repeated."""
    seen = {(o.gpu_name, o.gpu_count, o.price) for o in reading.offers}
    visible = reading.offers
    reading.offers = []
    looked = False

    def read(tree: Node) -> None:
        nonlocal looked
        if not looked:                                         # for the whole document, once, and only where there are data
            reading.rate, looked = _rate(document), True
            reading.period = reading.rate[1] if reading.rate else _period(document, reading)
            reading.row_heads = _row_heads(document, placed)
            reading.notes = field_notes(item.block for item in placed)
        reading.of_data = True
        read_feed(reading, tree)
        reading.of_data = False

    notes = {tax for _, tax in reading.tax_notes}
    if reading.tax == "unknown" and len(notes) == 1:
        reading.tax = notes.pop()                              # data hangs under no heading: what all notes of the page agree on holds
    for item in placed:
        block = item.block
        if block.kind == "code" and block.content.text.lstrip()[:1] in ("{", "[") and find_chips(block.text, context=True):
            lead = len(block.text) - len(block.text.lstrip())
            start = block.content.source_span(lead, lead + 1)[0]
            try:
                trees.append(_values_of_listing(document.text, start, block.content.source_span(0, len(block.text))[1]))
                read(trees[-1])
            except TreeError:
                continue                                       # a listing that is no JSON (shortened by dots, or a program)
    money = reading.only_currency
    said = {rate.currency for _, rate in reading.rates if rate.currency}
    if money is None and len(said) == 1:
        reading.only_currency = said.pop()                     # "All prices are in US dollars", beside the data
    program = document.content_type == "html" and not _MARKUP.search(document.text[:20_000])
    if reading.only_currency is None and program and _PROGRAM.search(document.text):
        reading.only_currency = _money_of_program(document.text, reading)
    programs = [tree for kind, found in document.embedded if kind == "python" for tree in found]
    python = any(kind == "python" for kind, _ in document.embedded)
    if program and _TESTS.search(document.text):
        reading.issue("info", "program", "a program of tests: the data in it are no offers")
    elif programs or not python and ("<script" in document.text or "&quot;" in document.text or any(pattern.search(document.text) for pattern in _ASSIGNED)):
        for tree in programs or chain(map(unfold, embedded(document.text)), payloads(document.text)):
            trees.append(tree)
            if not is_set_aside(tree.name) and (find_chips(document.text[tree.start:tree.end][:500_000], context=True) or find_chips(words_apart(tree.name), context=True)):
                read(tree)
    if not python and document.content_type in ("html", "markdown", "script") and not _TESTS.search(document.text):
        for tree in components(document.text):
            tree.items = [item for item in tree.items if _sells(item)]
            if tree.items:
                read(tree)
    extra = [o for o in reading.offers if (o.gpu_name, o.gpu_count, o.price) not in seen]
    reading.offers = visible + extra
    reading.rate, reading.period, reading.only_currency = None, None, money


def _sells(node: Node) -> bool:
    """Whether a component names a price in one of its attributes and a chip in another."""
    keys = [(read_head(key), child) for key, child in node.entries if len(key) <= 60]
    return any(head.role == "price" and (has_digit(str(child.value)) or asks_for_contact(str(child.value))) for head, child in keys) and any(isinstance(child.value, str) and find_chips(child.value, context=True) for head, child in keys if head.role in ("gpu", "instance"))


def _values_of_listing(text: str, start: int, end: int) -> Node:
    """The value of a block of code; of one that gives value after value (output, a record a line), all of them as a list. Raises TreeError where there is none."""
    root = read_json(text, start)
    values = [root]
    while len(values) < MAX_CELLS and (begin := _NEXT_VALUE.match(text, values[-1].end, end)) is not None:
        try:
            values.append(read_json(text, begin.end(), end))
        except TreeError:
            break
    return root if len(values) == 1 else Node("list", root.start, values[-1].end, items=values)


_NEXT_VALUE = re.compile(r"[^\S\n]*+\n\s*+(?=[{\[])")


def _rate(document: Document) -> tuple[str, str | None] | None:
    """(currency word, unit) that the template of a page prints beside the figures of its data, where it is one alone."""
    rates = {(read_head(m["sign"] or m["after"]).currency or "", unit_in(m["per"])) for m in _RATE.finditer(document.text)}
    return next(iter(rates)) if len(rates) == 1 else None


def _row_heads(document: Document, placed: list[Placed]) -> dict[int, list[str]]:
    """The heads of tables that a page shows without their rows, which are data elsewhere in it: of a table of no more than a row, or a list of strings. By number of columns; two of one number are none."""
    shown = [[cell.text.strip() if cell is not None else "" for cell in item.block.table.rows[0]] for item in placed if item.block.table is not None and 1 <= len(item.block.table.rows) <= 2]
    shown += [[m[1] for m in _STRING.finditer(found[0])] for found in _STRINGS.finditer(document.text[:SAMPLE])]
    out: dict[int, list[str]] = {}
    seen: set[int] = set()
    for heads in shown:
        roles = [read_head(head).role if 0 < len(head) <= 40 and not has_digit(head) else None for head in heads]
        if len(heads) >= 2 and "price" in roles and not {"gpu", "instance"}.isdisjoint(roles):
            if len(heads) in seen and out.get(len(heads)) != heads:
                out.pop(len(heads), None)
            elif len(heads) not in seen:
                out[len(heads)] = heads
            seen.add(len(heads))
    return out


_STRING = re.compile(r"[\"'`]([^\"'`\n]{0,40})[\"'`]")
_STRINGS = re.compile(r"\[\s{0,40}[\"'`][^\"'`\n\[\]]{0,40}[\"'`](?:\s{0,40},\s{0,40}[\"'`][^\"'`\n\[\]]{0,40}[\"'`]){1,15}\s{0,40},?\s{0,40}\]")


def _period(document: Document, reading: Reading) -> str | None:
    """The period of all prices of the data of a page, where the heads and labels that it shows, its comments and the notes on all prices name one alone: "Spot /hr", "// USD per GPU-hour"."""
    text = document.text
    found = {rate.unit for _, rate in reading.rates if rate.unit} | {unit for m in _RATE.finditer(text) if (unit := unit_in(m["per"]))}
    labels = dict.fromkeys(m["label"].strip() for m in _SHOWN_LABEL.finditer(text[:SAMPLE]))
    found |= {head.unit for head in map(read_head, labels) if head.role == "price" and head.unit}
    if document.content_type in ("html", "script") and not _MARKUP.search(text[:20_000]):
        for match in _COMMENTS.finditer(text[:SAMPLE]):
            rate = rate_of_all(match[1])
            found |= {rate.unit if rate is not None and rate.unit else rates_named(match[1])} - {None}
    return found.pop() if len(found) == 1 else None


_SHOWN_LABEL = re.compile(r"[>\"'`](?P<label>[^<>\"'`{}$\n]{2,40}(?:/|\(|\bper\b|\bpro\b|\bpar\b|\bpor\b|ly\b|ich\b|每|毎|月|時|小时)[^<>\"'`{}\n]{0,20})[<\"'`]")


_PROGRAM = re.compile(r"^(?:import|export|const|let|var|module\.exports|from|def|class|[A-Z_]{2,40}\s*[:=])(?!\w)", re.MULTILINE)
_MARKUP = re.compile(r"<!doctype|<html|<script", re.IGNORECASE)
_TESTS = Sieved(words("program_of_tests"))
_MONEY_CONSTANT = re.compile(r"\bcurrency(?:_?(?:code|sign|symbol))?[\"']?\s*(?::\s*\w{1,20}\s*)?[:=]\s*[\"'`]([A-Za-z]{3}|[$€£¥₹₩])[\"'`]", re.IGNORECASE)
_COMMENTS = re.compile(r"(?://|#|^[ \t]*\*|/\*|\"\"\")([^\n]{1,300})", re.MULTILINE)
_MONEY_WORD = words("money_word")
_MONEY_TEMPLATE = re.compile(r"([$€£₹₩])\$\{|([€£₹₩])\{|\{[^{}\n]{1,80}\}\s?([€£])")


def _money_of_program(text: str, reading: Reading) -> str | None:
    """The currency that a program names in a constant, else in its comments and the templates of its amounts, where these name one alone."""
    comments = "\n".join(match[1] for match in _COMMENTS.finditer(text))
    for places in (((_MONEY_CONSTANT, text),), ((_MONEY_WORD, comments), (_MONEY_TEMPLATE, text))):
        found = {next(filter(None, match.groups())) for pattern, place in places for match in pattern.finditer(place)}
        named = {reading.currency((currency_words(word) or currency_words(word.upper()) or [word])[0]) for word in found}
        if found:
            return named.pop() if len(named) == 1 else None
    return None


def _settled(reading: Reading) -> list[Offer]:
    """The offers of a document, each once: an unpriced row gives way to a priced or fuller one of the same thing."""
    _single_beside_several(reading)
    _counted_by_name(reading.offers)
    _grown_with_count(reading.offers)
    apart = {number: f"{reading.sellers.get(number, '')}\n{reading.ways.get(number, '')}" for number in reading.sellers.keys() | reading.ways.keys()}
    offers = unique(reading.offers, reading.variants, apart)
    grouped = {o.gpu_name for o in reading.grouped}
    if grouped and 2 * len(grouped & {o.gpu_name for o in offers}) < len(grouped):
        offers = unique(offers + reading.grouped, reading.variants, apart)
    priced = [o for o in offers if o.price is not None]
    by_chip: dict[tuple[str, str | None], _Fuller] = {}        # of each chip all offers, and those of each way in which it is let
    tables = {} if reading.document.content_type in FEEDS else {number: source for number, (source, _) in reading.variants.items()}
    for offer in offers:
        for way in {None, reading.ways.get(id(offer))}:
            by_chip.setdefault((offer.gpu_name, way), _Fuller()).add(offer, tables.get(id(offer)))
    kept = [offer for offer in offers if offer.price is not None or not by_chip[offer.gpu_name, reading.ways.get(id(offer))].cover(offer, tables.get(id(offer)))]
    listed = [o for o in unique(reading.listed) if not any(k.gpu_name == o.gpu_name for k in kept)]
    if listed and _ONE_EACH.search(fold(reading.document.text[:SAMPLE])):
        listed = [replace(o, gpu_count=1) if o.gpu_count is None else o for o in listed]
    if priced and len(listed) > len(priced):
        listed = []
    return kept + listed


def _grown_with_count(offers: list[Offer]) -> None:
    """Prices that are said to be per GPU, by the key or head that they all stand under, and yet grow with the number of GPUs are those of the machines: "pricePerGpu" 2, 4 and 8 of one, two and four cards.
    Only where all of several cards do, to a fiftieth, beside the same card's price for fewer."""
    ladders: dict[tuple, list[Offer]] = {}
    for offer in offers:
        if offer.price is not None and offer.price_scope == "gpu" and offer.gpu_count is not None and offer.gpu_count >= 1:
            ladders.setdefault((offer.price_unit, offer.currency, offer.commitment, offer.term_months), []).append(offer)
    for ladder in ladders.values():
        each: dict[str, dict[int, float]] = {}                 # chip -> step of what one of its cards would come to -> the fewest cards for which it comes to that
        steps = [round(math.log(offer.price / offer.gpu_count) / _STEP) for offer in ladder]
        for offer, step in zip(ladder, steps, strict=True):
            fewest = each.setdefault(offer.gpu_name, {})
            fewest[step] = min(offer.gpu_count, fewest.get(step, offer.gpu_count))
        several = [(o, step) for o, step in zip(ladder, steps, strict=True) if o.gpu_count > min(each[o.gpu_name].values())]
        if len(several) >= 2 and all(any(each[o.gpu_name].get(near, o.gpu_count) < o.gpu_count for near in (step - 1, step, step + 1)) for o, step in several):
            for offer in ladder:
                offer.price_scope = "instance"


_STEP = math.log(1.02)


def _counted_by_name(offers: list[Offer]) -> None:
    """Plans that count their GPUs at the end of their names, and nowhere else: "g1-gpu-a40-1", "g1-gpu-a40-2", "g1-gpu-a40-4". Only where a family has several that begin with one or two."""
    families: dict[tuple[str, str], list[tuple[int, Offer]]] = {}
    for offer in offers:
        if offer.instance_name and len(offer.instance_name) <= 60 and (plan := _COUNTED_PLAN.fullmatch(offer.instance_name)):
            families.setdefault((offer.gpu_name, plan["family"]), []).append((int(plan["count"]), offer))
    for (gpu_name, family), found in families.items():
        counts = {count for count, _ in found}
        named = find_chips(family, context=True)
        if len(counts) >= 2 and min(counts) <= 2 and max(counts) <= 16 and all(o.gpu_count is None for _, o in found) and [c.gpu_name for c in named if c.end == len(family)] == [gpu_name]:
            for count, offer in found:
                offer.gpu_count = count


_COUNTED_PLAN = words("counted_plan")
_SEVERAL = re.compile(r"^\s*(?:[2-9]|1\d|32|64)\s?[x×*]\s?(?=\D)|[x×*]\s?(?:[2-9]|1\d|32|64)\s*$", re.IGNORECASE)


def _single_beside_several(reading: Reading) -> None:
    """A list of "H100", "2x H100", "8x H100" sells machines: the plain name is a machine with one GPU. Only where no word says that a price is per GPU."""
    ladders: dict[tuple, list[Offer]] = {}
    part, money = 0, None
    for offer in reading.offers:
        if offer.price is not None and offer.currency != money:
            part, money = part + 1, offer.currency             # one list is in one money: what stands apart, with other money between, is another seller's
        if offer.price is not None and offer.instance_name and len(offer.instance_name) <= 40:
            ladders.setdefault((part, offer.price_unit, offer.currency), []).append(offer)
    for ladder in ladders.values():
        if not any(o.gpu_count and o.gpu_count >= 2 and o.price_scope == "instance" and _SEVERAL.search(o.instance_name or "") for o in ladder):
            continue
        several = {o.gpu_name for o in ladder if o.gpu_count and o.gpu_count >= 2}
        for offer in ladder:
            if offer.gpu_name in several and offer.gpu_count is None and id(offer) in reading.unstated and not re.search(r"\d\s?[x×]|(?<![a-z])[x×]\s?\d|up to", offer.instance_name or "", re.IGNORECASE):
                offer.gpu_count, offer.price_scope = 1, "instance"


class _Fuller:
    """The offers of one chip, asked whether one of them says all that an unpriced one says: the same instance with a price, or a size of the family that it names as a whole."""

    def __init__(self) -> None:
        self.names: set[str] = set()                           # of what is priced
        self.counts: set[float | None] = set()                 # the same
        self.lists: set[int | None] = set()                    # the tables in which that stands
        # of offers that count their GPUs, of all and of the priced ones: the beginnings of their names with the names (two are enough), and where they stand (a table, or a place)
        self.families: dict[bool, dict[str, set[str]]] = {False: {}, True: {}}
        self.places: dict[bool, set[tuple]] = {False: set(), True: set()}

    def add(self, offer: Offer, table: int | None = None) -> None:
        name, priced = fold(offer.instance_name or ""), offer.price is not None
        if priced and offer.commitment != "contact_sales":
            self.names.add(name)
            self.counts.add(offer.gpu_count)
            self.lists.add(table)
        if offer.gpu_count is None:
            return
        for group in {False, priced}:
            if len(self.places[group]) < 2:
                self.places[group].add((offer.start, offer.end) if table is None else (table,))
            for end in re.finditer(r"(?!^)[^a-z0-9]", name):
                family = self.families[group].setdefault(name[:end.start()], set())
                if len(family) < 2:
                    family.add(name)

    def cover(self, offer: Offer, table: int | None = None) -> bool:
        """Whether another offer says all that `offer`, which has no price, says. Nameless rows of one table say different things."""
        name, asked = fold(offer.instance_name or "").rstrip("*.-_ "), offer.commitment == "contact_sales"
        if not name and offer.gpu_count is not None and offer.gpu_count not in self.counts and None not in self.counts and table is not None and table in self.lists:
            return False                                       # "8x L40S | coming soon" below "L40S | $1" and "2x L40S | $2"
        if self.names and (not name or name in self.names or not asked and (offer.gpu_count is None or offer.gpu_count in self.counts)):
            return True
        if offer.gpu_count is not None:
            return False
        priced = offer.availability != "listed"                # "sold out" says more than a size without a price
        if not name:
            return bool(self.places[priced] - {(offer.start, offer.end) if table is None else (table,)})
        return any(self.families[priced].get(fold(part), set()) - {name} for part in re.split(r"\s?[/、,\n]\s?", (offer.instance_name or "").rstrip("*.-_ ")) if part)

