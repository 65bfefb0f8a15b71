"""Offers in tables: rows of instances or GPUs, tables whose columns are chips, matrices of chip and commitment or place, sheets that describe one GPU."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from chipwatch.records import Offer
from nlp.chips import ChipSpan, card_of_number, chip_marks, find_chips, instance_chip, names_instances, plausible_memory, unknown_labels
from nlp.document import Block, Cell, Table
from nlp.offer_words import offer_fields, words
from nlp.offers import (GPUS_STATED, Facts, Head, Quoted, Reading, asks_for_contact, cell_prices, commitment_beside, compares_sellers, is_nothing, is_plain_price, make_offers, no_offer_words, other_trade, parse_count, parse_memory, rate_headed, rate_told, rates_named, read_head, seller_of_head, spread_over_nodes, stated_count, sum_for, way_of_letting)
from nlp.places import find_places, fold
from nlp.prices import fold as fold_tones
from nlp.prices import Price, availability_in, commitment_in, currency_words, has_digit, hides_digits, is_with_tax, is_withdrawn, scope_in, sign_of_unit, tax_in, unit_in
from nlp.sieve import Sieved
from nlp.word_files import words_of

HARDWARE = {"vcpu", "memory", "storage", "network", "gpu_memory"}
_ITEM_HEAD = words("item_head")
_QUANTITY = words("quantity_head")
_LABEL_HEAD = words("label_head")
_VALUE_HEAD = words("value_head")
_SELLER = words("seller_head_words")


_GPU_WORDS = words("gpu_words")     # those of the pattern that follows


@dataclass(slots=True)
class Around:
    """What stands around a table: the heading above it, its caption, the paragraph before it."""

    heading: str = ""
    path: tuple[str, ...] = ()
    caption: str = ""
    before: str = ""
    chips: list[ChipSpan] = field(default_factory=list)        # of heading or caption
    machines: list[ChipSpan] = field(default_factory=list)     # of a line right before that ends with a colon: "Machines with {{ fox-a40 }} (`fox-std-4`):"
    unit: str | None = None
    counted: bool = False                                      # the unit may be no more than how time is counted: "billed by the second"
    scope: str | None = None
    commitment: str | None = None
    months: int | None = None
    currency: str | None = None
    tax: str = "unknown"
    contact: bool = False
    seller: str = ""                                           # whose section it is, on a page with a section for each of several
    location: str | None = None                                # of a heading that is the name of a place


def around(reading: Reading, block: Block, before: str, after: str = "") -> Around:
    """Read what stands around a table. The nearest text wins; what stands below it counts where nothing else tells the unit."""
    table = block.table
    heading = block.heading_path[-1] if block.heading_path else ""
    found = Around(heading, block.heading_path, table.caption or "" if table else "", before)
    lead = _ADDRESS.sub(" ", before[-400:])
    for text in (found.caption, heading, lead):
        if not text:
            continue
        if found.unit is None and (unit := unit_in(text, loose=text is not lead) or text is lead and (_rate_led(text) or rates_named(text)) or None):
            found.unit, found.counted = unit, text is lead and unit in ("second", "minute")
        found.scope = found.scope or (scope_in(_PARTS_OF_EACH.sub(" ", fold(text))) if scope_in(text) else None)
        if found.commitment is None and text is not lead:
            found.commitment, found.months = commitment_in(text)
        if found.tax == "unknown":
            found.tax = tax_in(text)
        if found.currency is None:
            words = currency_words(text)
            found.currency = words[0] if len(set(words)) == 1 else reading.currency(sign_of_unit(text))
    if found.unit is None:
        told = rate_told(after) or next((told for above in reversed(block.heading_path[:-1]) if (told := rate_headed(above))), None)
        if told:
            found.unit, found.scope = told[0], found.scope or told[1]
    if found.tax == "unknown":
        found.tax = reading.tax_at(block.heading_path)
    if found.unit is None or found.currency is None:
        rate = reading.rate_at(block.heading_path)
        if found.unit is None:
            found.unit, found.scope = rate.unit, found.scope or (rate.scope if rate.unit else None)
        found.currency = found.currency or rate.currency
    if reading.shelves:
        found.seller = next((block.heading_path[depth] for depth in range(len(block.heading_path)) if block.heading_path[:depth] in reading.shelves), "")
    for text in (found.caption, heading):
        if found.location is None and text and len(text) <= 60 and _is_place(reading, text):
            found.location = text
        if not found.chips and text:
            chips = find_chips(text, context=True)
            if len({c.gpu_name for c in chips}) == 1:
                found.chips = chips
    line = before.strip()
    chips = find_chips(line, context=True) if len(line) <= 120 and line.endswith((":", "：")) else []
    if len({c.gpu_name for c in chips}) == 1:
        found.machines = [replace(chips[0], count=None)]
    return found


def _rate_led(lead: str) -> str | None:
    """The period that a lead to a table says that its prices are for, by a word of its own: "Our hourly rates (USD, without VAT):"."""
    if not lead.rstrip().endswith((":", "：")):
        return None
    last = re.split(r"(?<!excl)(?<!incl)(?<!exkl)(?<!inkl)(?<!zzgl)[.!?]\s|[。\n]", lead.rstrip(" \n:："))[-1]
    return unit_in(last) if len(last) <= 160 and _OF_PRICES.search(fold(last)) else None


_PARTS_OF_EACH = words("parts_of_each")
_ADDRESS = re.compile(r"https?://[^\s<>)\]]{1,400}")
_PLACE_WORDS = words("place_words")


_REGION_CODE = re.compile(r"[a-z]{2,9}(?:-[a-z]{2,12}){1,2}-?\d{1,2}[a-z]?")


def _is_place(reading: Reading, heading: str) -> bool:
    """Whether a heading is the name or code of a place and nothing else: "US East (Ohio)", "中国香港地域", "eu-west-3"."""
    if _REGION_CODE.fullmatch(heading.strip()):
        return reading.locate is not None and reading.locate(heading.strip())[0] is not None
    spans = [(a, b) for a, b, *_ in reading.cities(heading)] + [(a, b) for a, b, _ in find_places(heading, reading.language)] if reading.cities is not None else []
    if not spans or reading.locate(heading)[0] is None:
        return False
    rest = "".join(c for i, c in enumerate(heading) if not any(a <= i < b for a, b in spans))
    return not _PLACE_WORDS.sub("", rest)


def read_table(reading: Reading, block: Block, before: str = "", after: str = "") -> None:
    """Collect the offers of one table into `reading.offers`."""
    table = block.table
    if table is None or not table.rows:
        return
    grid = _Grid(table)
    if grid.width < 2 or grid.body >= len(grid.rows):
        if grid.body >= len(grid.rows):
            return
    reading.source += 1
    outer = around(reading, block, before, after)
    if any(map(other_trade, (*outer.path[-2:], outer.caption, outer.before if len(outer.before) <= 80 and outer.before.endswith(":") else ""))):
        return
    if (rivals := _rivals_in(reading, grid, outer)) is not None:
        if not (kept := [c for c in range(grid.width) if c not in rivals]) or len(kept) < 2:
            return
        grid = grid.part(kept)
    if (machine := _machine_above(reading, block)) is not None and _read_terms(reading, grid, machine, outer):
        return
    if _read_sum(reading, grid, outer):
        return
    outer.chips = outer.chips or grid.chip_of_title()
    first, above, transposed = len(reading.offers), outer.chips or _named_above(reading, grid, outer), grid.transposed()
    described = transposed or grid.describes_one(named=bool(above))
    if transposed:
        grid = grid.transpose()
    elif described:
        grid, outer.chips = grid.transpose(), above
        grid.rows = [[None, *row[1:]] for row in grid.rows]    # "Value" is nobody's name
    cells = "\n".join({cell.content.text: None for row in table.rows for cell in row if cell is not None})      # a table drawn with characters has no text of its own
    nameless = not chip_marks(cells) and not names_instances(cells) and not _GPU_WORDS.search(fold(cells))
    for sheet in grid.sheets():
        _read_rows(reading, sheet, outer, nameless=nameless)
    if described and len(reading.offers) == first + 1 and reading.offers[first].price is None:
        reading.sheet = block.heading_path, reading.offers[first]


def _machine_above(reading: Reading, block: Block) -> Offer | None:
    """The machine that a table before this one describes, in the same section, or in parts of one: "Fox server", below it "Specifications" and "Prices"."""
    if reading.sheet is None:
        return None
    path, machine = reading.sheet
    here = block.heading_path
    parts = len(path) == len(here) > 1 and path[:-1] == here[:-1] and _OF_SHEET.search(fold(path[-1])) and _OF_PRICES.search(fold(here[-1]))
    return machine if here and (path == here or parts or path == here[:-1] and _OF_PRICES.search(fold(here[-1]))) else None


def _read_terms(reading: Reading, grid: _Grid, machine: Offer, outer: Around) -> bool:
    """Collect the prices of a machine that a table gives for how long it is rented, and nothing else: "Lease term | Price per month"; False for any other table."""
    heads = [read_head(label) for label in grid.heads]
    columns = [c for c, head in enumerate(heads) if c and head.role == "price" and not head.chips]
    rows = range(grid.body, len(grid.rows))
    terms = [grid.text(r, 0) for r in rows]
    if not columns or len(set(terms)) < len(terms) or not all(len(t) <= 40 and (commitment_in(t)[0] or _period_of(t)) for t in terms):
        return False
    made: list[Offer] = []
    chip = ChipSpan(0, 0, machine.gpu_name, machine.gpu_memory, machine.form_factor, machine.gpu_count)
    for row, term in zip(rows, terms, strict=True):
        commitment, months = commitment_in(term)
        for column in columns:
            head, text = heads[column], grid.text(row, column)
            span = _span(grid.rows[row][column])
            quoted = [Quoted(p, *span, head, head.unit or outer.unit or _period_of(term), head.scope or outer.scope, head.commitment or commitment, head.months or months, head.currency or outer.currency, head.tax)
                      for p in _prices(reading, head, text)]
            if not quoted and asks_for_contact(text):
                quoted = [Quoted(None, *span, head, contact=True)]
            facts = Facts(named=[chip], instance=machine.instance_name, location=machine.location, tax=outer.tax)
            made += make_offers(reading, facts, quoted, *span) if quoted else []
    if made:
        reading.offers[:] = [o for o in reading.offers if o is not machine] + made
    return bool(made)


def _read_sum(reading: Reading, grid: _Grid, outer: Around) -> bool:
    """Collect what a machine costs whose parts a table adds up, a part and its price a row: "CPU | 16 cores | $20", "GPU | L40S | $500", "Total | | $520/month"; False for any other table."""
    kinds = _kinds_of_parts(grid)
    column = next((c for c in range(grid.width - 1, 0, -1) if read_head(grid.heads[c]).role == "price"), None)
    if kinds is None or column is None or column == kinds:
        return False
    last = len(grid.rows) - 1
    total = next((r for r in range(last, max(grid.body, last - 2), -1) if _TOTAL_ROW.search(fold_tones(next((t for c in range(column) if (t := grid.text(r, c))), "")))), None)
    if total is None:
        return False
    head = read_head(grid.heads[column])
    prices = _prices(reading, head, grid.text(total, column))
    parts = [p.amount for r in range(grid.body, total) for p in _prices(reading, head, grid.text(r, column))[:1]]
    chips = [c for r in range(grid.body, total) if fold(grid.text(r, kinds)) in ("gpu", "gpus") for cell in range(grid.width) if cell not in (kinds, column) for c in find_chips(grid.text(r, cell), context=True)]
    if len(prices) != 1 or len(parts) < 2 or max(parts) >= prices[0].amount or len({c.gpu_name for c in chips}) != 1:
        return False
    span = _span(grid.rows[total][column])
    name = _NUMBERED.sub("", outer.heading)
    facts = Facts(named=[replace(chips[0], count=chips[0].count or 1)], instance=name if name and len(name) <= 60 else None, tax=outer.tax)
    quoted = [Quoted(prices[0], *span, head, head.unit or outer.unit, "instance", head.commitment or outer.commitment, head.months or outer.months, head.currency or outer.currency, head.tax)]
    reading.offers += make_offers(reading, facts, quoted, *span)
    return True


_TOTAL_ROW = words("total_row")
_NUMBERED = re.compile(r"^\d{1,2}(?:\.\d{1,2}){0,3}[.)]?\s+")
_OF_SHEET = words("of_sheet")
_OF_PRICES = re.compile(offer_fields()["of_prices"])


def _named_above(reading: Reading, grid: _Grid, outer: Around) -> list[ChipSpan]:
    """The one chip that a short paragraph right above a table names, or the heading above the last: "The RTX 5090 is billed by the GPU hour:". Only of a table with a price and its period."""
    if grid.width != 2 or not any(p.unit or read_head(grid.text(r, 0)).unit for r in range(grid.body, len(grid.rows)) for p in reading.prices(grid.text(r, 1)) if p.sign and not p.other):
        return []
    for text in (outer.before if len(outer.before) <= 160 else "", outer.path[-2] if len(outer.path) > 1 else ""):
        chips = find_chips(text, context=True) if has_digit(text) else []
        if chips:
            return [replace(chips[0], count=None)] if len({c.gpu_name for c in chips}) == 1 else []
    return []


MAX_TITLE = 800                                                # characters of the first row of a table, where it is one cell over all columns


class _Grid:
    """The cells of a table as texts with source spans, its head rows joined into one label a column."""

    def __init__(self, table: Table) -> None:
        width = max(len(row) for row in table.rows)
        self.rows: list[list[Cell | None]] = [[*row, *[None] * (width - len(row))] for row in table.rows]
        self.width = width
        if self._titled():                                     # a title may span more columns than there are
            self.width = max((c + 1 for row in self.rows[1:] for c, cell in enumerate(row) if c and cell is not None), default=width)
            self.rows = [row[:self.width] for row in self.rows]
        self.quantities: dict[int, list[str]] = {}
        self.body = self._header_rows(table)
        self.heads = [self._label(c) for c in range(self.width)]

    def text(self, row: int, column: int) -> str:
        cell = self.rows[row][column]
        return cell.content.text.strip() if cell is not None else ""

    def _header_rows(self, table: Table) -> int:
        if table.header_rows:
            return 2 if table.header_rows == 1 and self._titled() and len(self.rows) > 2 and self._heads_in(1) else min(table.header_rows, len(self.rows))
        if self.width == 2 and all(a is not None and a.header and not (b is not None and b.header) for a, b in self.rows):
            return 0                                           # a label and a value a row, as the source marks them
        if self._titled() and len(self.rows) > 2 and self._heads_in(1):
            return 2
        first = [self.text(0, c) for c in range(self.width)]
        if len(self.rows) > 1 and sum(bool(t) for t in first) >= 2 and not any(re.fullmatch(r"[\d.,$€£%\s]+", t) or _BEGINS_WITH_AMOUNT.match(t) for t in first if t):
            roles = sum(read_head(t).role is not None and len(t) <= 60 for t in first if t)
            if roles >= max(1, sum(bool(t) for t in first) // 2) and not any(len(t) > 80 for t in first):
                return 1
        return 0

    def _titled(self) -> bool:
        """Whether the first row is one cell over all columns: the title of the table, below which its heads may stand."""
        first = self.rows[0]
        return self.width > 1 and first[0] is not None and all(cell is first[0] for cell in first)

    def chip_of_title(self) -> list[ChipSpan]:
        """The one chip that the title of the table names; how many are in a machine, the rows tell."""
        title = self.text(0, 0) if self.body > 1 and self._titled() else ""
        chips = find_chips(title, context=True) if len(title) <= MAX_TITLE and has_digit(title) else []
        return [replace(chips[0], count=None)] if len({c.gpu_name for c in chips}) == 1 else []

    def _heads_in(self, row: int) -> bool:
        """Whether a row is one of heads: each column has another short text without a figure, and most of them say what stands below."""
        texts = [self.text(row, c) for c in range(self.width)]
        return all(0 < len(t) <= 80 and not _BEGINS_WITH_AMOUNT.match(t) for t in texts) and len(set(texts)) == self.width and 2 * sum(read_head(t).role is not None for t in texts) >= self.width

    def _label(self, column: int) -> str:
        parts: list[str] = []
        for row in range(1 if self.body > 1 and self._titled() else 0, self.body):
            text = self.text(row, column)
            if text and text not in parts:
                parts.append(text)
        return " ".join(" ".join(parts).split())[:160]

    def head_chips(self) -> list[int]:
        """Columns whose label names a chip without being a column of GPUs ("GPU (NVIDIA A10)" heads a column of counts)."""
        out = []
        for column, label in enumerate(self.heads):
            head = read_head(label)
            if head.chips and not (head.role in ("gpu", "gpu_count") and re.search(r"gpu", head.text)):
                out.append(column)
        return out

    def transposed(self) -> bool:
        """Whether rows are attributes and columns are chips or instances."""
        if self.width < 2:
            return False
        first = [self.text(r, 0) for r in range(self.body, len(self.rows))]
        roles = [read_head(t).role for t in first if t]
        known = {r for r in roles if r in ("gpu", "gpu_count", "gpu_memory", "vcpu", "memory", "storage", "network", "price", "instance", "location")}
        in_heads = self.head_chips()
        if len([c for c in in_heads if c]) >= 2:
            return True
        in_first = sum(bool(find_chips(t, context=True)) for t in first)
        if in_heads and self.width == 2 and not in_first:
            return True
        if not in_first and self.width >= 3 and ("price" in known or len(known & HARDWARE) >= 2 and not any(read_head(h).role in known for h in self.heads[1:])):
            named = [[bool(find_chips(self.text(r, c), context=True)) for c in range(1, self.width)] for r in range(self.body, len(self.rows))]
            if max(map(sum, named), default=0) == self.width - 1 and max(map(sum, zip(*named, strict=True))) == 1:
                return True                                    # one row names a chip in every column
        if len(set(map(fold, filter(None, first)))) * 4 < sum(map(bool, first)) * 3 or self._prices_rows():
            return False                                       # kinds that come again and again (GPU, GPU, CPU, RAM) are no attributes; nor are parts with a price each
        hardware = known & {"gpu", "vcpu", "memory", "storage", "network", "gpu_memory", "gpu_count"}
        heads = [read_head(h).role for h in self.heads[1:]]
        return len(hardware) >= 2 and in_first <= 1 and not ({"gpu", "gpu_count", "vcpu", "memory"} & set(heads)) and bool(_ITEM_HEAD.match(read_head(self.heads[0]).text))

    def describes_one(self, *, named: bool) -> bool:
        """Whether a table is the sheet of one machine, a label and a value a row, some of them prices: "vCPU | 12", "Price per hour | $2.10". `named`: what stands above it names its GPU."""
        if self.width != 2 or self.body and not (self.body == 1 and _LABEL_HEAD.match(fold(self.heads[0]).strip()) and _VALUE_HEAD.match(fold(self.heads[1]).strip())):
            return False
        rows = range(self.body, len(self.rows))
        labels = [self.text(r, 0) for r in rows]
        if not all(labels) or len(set(labels)) < len(labels) or max(map(len, labels)) > 60 or any(find_chips(t, context=True) or re.fullmatch(_AMOUNT, t) for t in labels):
            return False
        heads = [read_head(t) for t in labels]
        chips = sum(bool(find_chips(self.text(r, 1), context=True)) for r in rows)
        priced = any((h.role == "price" or h.role is None and (h.commitment or h.unit)) and (has_digit(t := self.text(r, 1)) or asks_for_contact(t) or availability_in(t)) for r, h in zip(rows, heads, strict=True))
        return priced and (chips == 0 and named or chips == 1 and any(h.role in ("gpu", "instance") and find_chips(self.text(r, 1), context=True) for r, h in zip(rows, heads, strict=True)))

    def _prices_rows(self) -> bool:
        """Whether a column headed as one of prices holds an amount in most rows: "Component | Model | $/hour" prices the parts of a machine one by one."""
        rows = range(self.body, len(self.rows))
        return any(read_head(label).role == "price" and 4 * sum(bool(_SOME_AMOUNT.search(self.text(r, c))) for r in rows) >= 3 * len(rows)
                   for c, label in enumerate(self.heads) if c)

    def transpose(self) -> _Grid:
        """The same table with rows and columns exchanged: the labels of the first column become heads, each other column a row."""
        new = object.__new__(_Grid)
        new.body = 0
        counts = [c for c in range(1, self.width) if _QUANTITY.match(read_head(self.heads[c]).text)]
        columns = [c for c in range(1, self.width) if c not in counts] if 0 not in self.head_chips() or self.width > 2 else [0, 1]
        rows = range(self.body, len(self.rows))
        new.heads = ["", *[self.text(r, 0) for r in rows]]
        naming = self._naming_row(columns)
        new.rows = [[self._head_cell(c) if naming is None else self.rows[naming][c], *[self.rows[r][c] for r in rows]] for c in columns]
        if self.width == 2 and not self.text(0, 1) and self.body:
            new.rows = [[self._head_cell(0) or self._head_cell(1), *[self.rows[r][1] for r in rows]]]
        new.width = len(new.heads)
        new.quantities = {}
        for c in counts:
            owner = max((i for i, column in enumerate(columns) if column < c), default=0)
            new.quantities[owner] = ["", *[self.text(r, c) for r in rows]]
        return new

    def _naming_row(self, columns: Sequence[int]) -> int | None:
        """Of several head rows, the one that calls each column something else, where the first does not: below "Plans" over them all, "S", "M", "L"."""
        rows = [r for r in range(self.body) if len({self.text(r, c) for c in columns} - {""}) == len(columns)]
        return rows[0] if rows and rows[0] and len(columns) > 1 else None

    def _head_cell(self, column: int) -> Cell | None:
        return next((self.rows[r][column] for r in range(self.body) if self.rows[r][column] is not None and self.text(r, column)), None)

    def sheets(self) -> list[_Grid]:
        """The table itself; where it holds several GPU columns, one part for each, with the columns before the first in common."""
        gpu = [c for c, label in enumerate(self.heads) if read_head(label).role == "gpu" and not read_head(label).chips
               and sum(bool(find_chips(self.text(r, c), context=True)) for r in range(self.body, len(self.rows))) * 2 >= max(1, len(self.rows) - self.body)]
        prices = [c for c, label in enumerate(self.heads) if read_head(label).role == "price"]
        gpu = [c for c in gpu if c == gpu[0] or not self.asks_by_code(c, gpu[0])]
        if len(gpu) < 2 or not all(any(p > g and (i + 1 == len(gpu) or p < gpu[i + 1]) for p in prices) for i, g in enumerate(gpu)):
            return [self]
        out = []
        for i, start in enumerate(gpu):
            stop = gpu[i + 1] if i + 1 < len(gpu) else self.width
            keep = [*range(gpu[0]), *range(start, stop)]
            out.append(self.part(keep))
        return out

    def asks_by_code(self, column: int, named: int = 0) -> bool:
        """Whether a column holds the names by which programs ask for the GPUs of another: "NVIDIA L40S | l40s". Each is a word, and names the same chip wherever it names one."""
        if column == named or not _CODE_HEAD.match(read_head(self.heads[column]).text):
            return False
        pairs = [(self.text(r, named), self.text(r, column).strip("`")) for r in range(self.body, len(self.rows))]
        if not pairs or not all(_CODE_NAME.fullmatch(code) for _, code in pairs) or len({code for _, code in pairs}) < len(pairs):
            return False
        chips = [[{c.gpu_name for c in find_chips(text, context=True)} for text in pair] for pair in pairs]
        return 2 * sum(bool(name & code) for name, code in chips) > len(pairs)

    def part(self, columns: Sequence[int]) -> _Grid:
        """The same table with these columns only."""
        part = object.__new__(_Grid)
        part.rows = [[row[c] for c in columns] for row in self.rows]
        part.heads = [self.heads[c] for c in columns]
        part.body, part.width, part.quantities = self.body, len(columns), {}
        return part


_BEGINS_WITH_AMOUNT = re.compile(r"[A-Z]{0,3}[$€£¥₹₩₽]\s?\d|\d[\d.,]{0,12}\s?[$€£₽元円원]")
_CODE_HEAD = words("code_head")
_CODE_NAME = re.compile(r"[A-Za-z0-9][\w.:/+-]{1,59}")


def _says_nothing(label: str) -> bool:
    """Whether the head of a column of prices says nothing of prices: it may be the name of a seller."""
    head = read_head(label)
    return bool(label) and head.role is None and not (head.unit or head.scope or head.commitment or head.chips or head.contact)


def _rivals_in(reading: Reading, grid: _Grid, outer: Around) -> set[int] | None:
    """Of a table that compares sellers in columns, the columns that are not the page's own; all of them where none is known to be; None for any other table."""
    said = [seller_of_head(label) for label in grid.heads]
    others = {c for c, kind in enumerate(said) if kind == "other" and c and not reading.is_own(grid.heads[c])}
    headed = any(compares_sellers(h) for h in (outer.caption, *outer.path[-2:]) if h)
    priced = {c for c in range(1, grid.width) if any(p.sign for r in range(grid.body, len(grid.rows)) for p in reading.prices(grid.text(r, c)))} if headed or others else set()
    if not headed and (not others or len(others) < 2 and "gained" not in said and "ours" not in said and not any(_says_nothing(grid.heads[c]) for c in priced - others)):
        return None
    own = {c for c, label in enumerate(grid.heads) if c and label and (said[c] == "ours" or reading.is_own(label))}
    if headed and not others and not own and any(_SELLER.match(read_head(label).text) for label in grid.heads):
        return None                                            # sellers in rows: the caller knows which are its own
    if not own and len(others) >= _SEVERAL_SELLERS and priced and priced <= others:
        return None                                            # whoever compares so many, and sells nothing beside them, lists what they ask
    if not own:
        return set(range(grid.width))
    return (others | {c for c in priced if said[c] == "gained" or headed}) - own


_SEVERAL_SELLERS = 4                                           # a seller who compares himself has a column of his own


_ABOUT_GPUS = words("table_of_gpus")


def _read_rows(reading: Reading, grid: _Grid, outer: Around, *, nameless: bool = False) -> None:
    """Collect the offers of a sheet. `nameless`: no cell can name a chip, nor an instance type whose chip is known, nor say how many GPUs there are."""
    heads = [read_head(label) for label in grid.heads]
    if nameless and not (outer.chips or grid.quantities or any(h.chips or h.role in ("gpu", "gpu_count", "gpu_memory") for h in heads) or heads[0].role == "instance" and any(h.role == "price" or h.role is None and h.unit for h in heads)
                         or any(h.role == "price" for h in heads) and _NAMED_MACHINE.search(f"{outer.heading}\n{grid.text(grid.body, 0)}")):
        return                                                 # nothing of it can become an offer, by the names that other passages give to its rows either
    heads = [replace(h, unit=outer.unit) if h.unit and outer.unit and _BILLED.search(h.text) else h for h in heads]      # "Monthly billing" under "Price per GPU-hour"
    heads = _settle_heads(reading, grid, heads, outer)
    if outer.counted and len(units := {h.unit for h in heads if h.role == "price" and h.unit}) == 1:
        outer = replace(outer, unit=units.pop())               # "billed by the second" above, "On demand ($/h) | Spot" in the heads
    noted = {c for c, h in enumerate(heads) if _NOTES.match(h.text)} if any(h.role == "price" for h in heads) else set()
    roles = {h.role for h in heads}
    labels = [label for label, head in zip(grid.heads, heads, strict=True) if head.role not in ("storage", "network", "memory", "vcpu")]
    told = not any(h.role == "price" for h in heads) and _tells_types(grid, heads)
    barred = no_offer_words(f"{' '.join(labels)} {outer.heading} {outer.caption}" if not any(h.role == "price" for h in heads) else " ".join(labels), software=not told)
    rival = [bool(reading.rivals) and any(r in label.casefold() for r in reading.rivals) for label in grid.heads]
    about_gpus = bool(roles & {"gpu", "gpu_count", "gpu_memory"}) or bool(_ABOUT_GPUS.search(fold(f"{' '.join(grid.heads)} {outer.heading} {outer.caption}")))
    about_gpus = about_gpus or "instance" in roles and bool(GPUS_STATED.search(fold(" | ".join(grid.text(grid.body, c)[:120] for c in range(1, grid.width)))))      # "L40 | 144 cores, 8 GPUs"
    about_gpus = about_gpus or bool(reading.partitions) and fold(grid.text(grid.body, 0)).strip("* ") in reading.partitions
    about_gpus = about_gpus or _named_for_sale(heads, outer) or not nameless and "price" in roles and _names_chips(grid)
    numbered = about_gpus and "price" in roles and _names_numbers([grid.text(r, 0) for r in range(grid.body, min(len(grid.rows), grid.body + 50))])
    others = _others(reading, grid, heads)
    sellers = [c for c, head in enumerate(heads) if _SELLER.match(head.text)]
    own = [r for r in range(grid.body, len(grid.rows)) for c in sellers if reading.is_own(grid.text(r, c))]
    sizes = _sizes(grid, heads)
    nodes = _nodes(grid, heads)
    sizes |= nodes
    # A bare figure under "Price" is what a machine costs to rent; of a card by its name it is as likely what it costs to buy.
    machines = "vcpu" in roles or any(h.role == "instance" and not all(find_chips(t, context=True) for r in range(grid.body, len(grid.rows)) if (t := grid.text(r, c))) for c, h in enumerate(heads))
    counted_columns = [c for c, head in enumerate(heads) if head.role in ("gpu", "gpu_count")]
    marked = {} if "price" in roles or grid.quantities else _marks_of_places(reading, grid, outer)
    about_gpus = about_gpus or bool(marked) or _names_count_chips(grid, heads)
    kinds = _kinds_of_parts(grid)
    termed = next((c for c, h in enumerate(heads) if h.role != "price" and _TERM_HEAD.match(h.text)), None)
    areas = [c for c, h in enumerate(heads) if h.role == "location" and _AREA.fullmatch(h.text)]
    carried: list[ChipSpan] = []
    above: list[ChipSpan] = []                                 # the chip of the last cell of the first column that holds anything
    group, over, settled = _Group(), "", heads
    way = reading.in_ways and way_of_letting(outer.heading) or ""
    drafts: list[tuple[Facts, list[Quoted], int, int]] = []
    for index in range(grid.body, len(grid.rows)):
        cells = grid.rows[index]
        texts = [grid.text(index, c) for c in range(grid.width)]
        filled = [t for t in texts if t]
        if not filled or (own and index not in own):             # a comparison with other sellers
            continue
        if _ROW_OF_SERVICE.search(fold(filled[0])) and not _TOGETHER.search(fold(filled[0])):
            continue                                           # "Windows licence for the H100"
        if kinds is not None and _other_resource(texts[kinds]):
            continue                                           # the RAM of a machine whose name, in the cell before, holds a chip
        if len(set(filled)) == 1 and (grid.width > 2 or grid.width == 2 and cells[0] is cells[1]) and len(filled) in (1, grid.width):        # a row that heads the rows below it
            chips, group = find_chips(filled[0], context=True), _group(reading, filled[0])
            if chips or group == _Group():
                carried = chips                                # else the terms or the place of some rows of the chip above: "H100", "On demand", "Reserved"
            over = filled[0]
            if len(filled) == grid.width or not chips:
                continue
        elif (terms := _terms_of_row(reading, settled, texts)) is not None:
            heads = terms                                      # "**Gen 2** | Regular | Preemptible": heads of the prices of the rows below it
            carried, group, over = find_chips(texts[0], context=True), _Group(), texts[0]
            continue
        if texts[0]:
            above = [replace(c, count=None, at_most=False) for c in find_chips(texts[0], context=True)]
            above = above if len({c.gpu_name for c in above}) == 1 else []
        facts = Facts(unit=outer.unit, scope=outer.scope, commitment=outer.commitment, months=outer.months, tax=outer.tax, currency=outer.currency)
        facts.is_gpu = about_gpus or len(texts[0]) <= 24 and bool(_GPU_WORDS.search(fold(texts[0]))) or kinds is not None and fold(texts[kinds]) in ("gpu", "gpus")      # "GPU | A30 | €0.61"
        facts.commitment, facts.months, facts.unit = group.commitment, group.months, group.unit or facts.unit
        facts.seller = outer.seller
        facts.way = way
        facts.cloud = " ".join(texts[c] for c in sellers)[:60]
        quoted: list[Quoted] = []
        columns_of: dict[int, int] = {}                        # id of a price -> the column that it stands in
        plain_memory, counted = "", None
        for column, text in enumerate(texts):
            if not text or rival[column] or column in others:
                continue
            head = heads[column]
            if head.role == "gpu_count" and not head.chips and find_chips(text, context=True):
                head = replace(head, role="gpu")
            prices = [] if head.role in ("gpu_count", "gpu_memory", "memory", "vcpu", "storage", "network", "other_price") else _prices(reading, head, text)
            if prices:
                span = _span(cells[column])
                for at, price in enumerate(prices):
                    beside = _same_line(text, price) if len(prices) > 1 else ()
                    quoted.append(Quoted(price, *span, head, head.unit, head.scope, head.commitment, head.months, head.currency, head.tax,
                                         chips=beside or (head.chips if head.role == "price" or not head.role else ()), location=_place(reading, grid.heads[column], head), count=(_count_behind(text, price) if len(prices) == 1 else None) or sizes.get(column)))
                    if len(prices) == 2 and at == 0 and (other := _OTHER_IN_BRACKETS.match(grid.heads[column])) and text[price.end:prices[1].start].rstrip().endswith("("):
                        plain = replace(head, commitment=commitment_in(other["lead"])[0], months=None)      # "Per hour (spot)" over "$0.90 ($0.60)": the first is the other
                        quoted[-1].head, quoted[-1].commitment, quoted[-1].months = plain, plain.commitment, None
                    if 1 < len(prices) <= 8 and not head.commitment and len(text) <= 400:
                        quoted[-1].commitment, quoted[-1].months = commitment_beside(text, at, prices, 0, len(text))
                    if column in nodes:
                        quoted[-1].scope = "instance"
                    if together := sum_for(text, prices, at):
                        quoted[-1].scope, quoted[-1].count = "instance", together
                    if machines and head.role == "price" and is_plain_price(head.text):
                        quoted[-1].stated = True
                    columns_of[id(quoted[-1])] = column
                if head.role == "price":
                    continue
            if head.role == "price":
                if heads is not settled and _FILLED_IN.fullmatch(text):
                    quoted.append(Quoted(None, *_span(cells[column]), head, commitment=head.commitment, months=head.months))
                if asks_for_contact(text):
                    quoted.append(Quoted(None, *_span(cells[column]), head, commitment=head.commitment, contact=True))
                facts.availability = availability_in(text) or facts.availability
                continue
            if head.role is None and head.commitment and asks_for_contact(text) and len(text) <= 60:
                quoted.append(Quoted(None, *_span(cells[column]), head, commitment=head.commitment, contact=True))
                continue
            if head.role == "memory" and not roles & {"gpu_memory", "vcpu"}:
                plain_memory = text
            if head.role in (None, "instance", "vcpu") and "gpu_count" not in roles and (stated := stated_count(text)) and not spread_over_nodes(text):
                counted = counted or stated
            if column == 0 and find_chips(text, context=True) and (unit := unit_in(text, loose=False)):
                facts.unit, facts.scope = unit, scope_in(text) or facts.scope
            facts.absorb(head, text, context=facts.is_gpu and head.role in (None, "instance", "gpu_memory"))
            _wrong_label(reading, head, text, facts)
            if head.chips and head.role in ("gpu", "gpu_count") and not facts.chips:
                count, _ = parse_count(text)
                if count:
                    facts.chips = list(head.chips)
        if any(columns_of.get(id(q), -1) not in noted for q in quoted if q.price is not None):
            quoted = [q for q in quoted if columns_of.get(id(q)) not in noted]         # "$0.72 without the batch tier", in the notes beside a price
        if not facts.all_chips() and not facts.no_gpu:         # "Pricing: RTX 5000 at $0.49/hr"
            for q in quoted:
                if q.price is not None and q.price.sign and not q.chips and len(own_chips := find_chips(grid.text(index, columns_of[id(q)]), context=True)) == 1:
                    q.chips = tuple(own_chips)
        if facts.unit is None and quoted and termed is not None and not any(q.unit or q.price is not None and q.price.unit for q in quoted):
            facts.unit = _period_of(texts[termed])             # "Term | Price": "1 day | $8", "7 days | $50"
        if numbered and not facts.all_chips() and not facts.no_gpu and (card := card_of_number(texts[0])):
            facts.named = [card]                               # "1660 standard", below "2080 Ti standard"
        if counted and facts.count is None and not any(c.count for c in facts.all_chips()):
            facts.count = counted                              # "1 GPU, 30 vCPU, 200 GB RAM"
        if plain_memory and facts.gpu_memory is None:          # a table of GPUs whose "Memory" is the card's
            size = parse_memory(plain_memory)
            if size and all(plausible_memory(c.gpu_name, size) for c in facts.all_chips()):
                facts.gpu_memory = size
        if facts.instance and facts.count is None and not facts.all_chips() and not facts.no_gpu and any(not texts[c] for c in counted_columns):
            by_name = instance_chip(facts.instance)            # the cell of its accelerators is empty; the name of a well-known type tells them
            facts.count = by_name.count if by_name else None
        owner = grid.quantities.get(index)
        if owner:
            for column, text in enumerate(owner):
                if heads[column].role == "gpu" and parse_count(text)[0]:
                    facts.count, facts.at_most = parse_count(text)
        if len(areas) > 1:                                     # "Americas | Europe": what stands in them all
            where = ", ".join(t for c in areas if (t := texts[c]) and not is_nothing(t))
            facts.location = where if len(where) <= 120 else None
        facts.location = facts.location or group.location or outer.location
        if marked:
            where = [c for c, had in marked[index].items() if had]
            if not where:
                continue
            facts.location = facts.location or (grid.heads[where[0]] if len(where) == 1 else None)
        if quoted and facts.commitment is None:
            facts.commitment, facts.months = outer.commitment, outer.months
        if not facts.chips and not facts.named and not facts.no_gpu and not _other_resource(filled[0]):
            if carried:
                facts.named = carried
            elif not texts[0] and above and about_gpus and "gpu_count" in roles and facts.count and quoted:
                facts.named = above[:1]                        # "H100 | 1 | $2", below it "| 8 | $16"
            elif outer.machines and facts.count and "gpu_count" in roles:
                facts.named = outer.machines
                if facts.instance is None and (match := _NAME_IN_LINE.search(outer.before)):
                    facts.instance, facts.cloud = match[1], " ".join(texts)
            elif outer.chips and (quoted or facts.count or ("instance" in roles and roles & HARDWARE)):
                facts.named = outer.chips
        if facts.instance is None and not facts.chips and facts.named and grid.body == 0 and outer.heading and not find_chips(outer.heading, context=True):
            facts.instance = None
        if facts.instance is None and not grid.body and not grid.heads[0] and grid.width > 2 and len(grid.rows) == 1 and (match := _NAME_IN_HEADING.match(outer.heading)) \
                and not find_chips(match["name"], context=True):
            facts.instance = match["name"]                     # the sheet of one machine, under its name
        if facts.instance is None and grid.quantities and outer.heading:
            facts.instance = outer.heading
        facts.size = "\n".join([over, *[text for text, head in zip(texts, heads, strict=True) if head.role in ("vcpu", "memory")]])
        spans = [_span(c) for c in cells if c is not None and c.text.strip()]
        start, end = min(s for s, _ in spans), max(e for _, e in spans)
        if not any(q.price for q in quoted) and any(len(t) <= 60 and is_withdrawn(t) for t in filled):
            continue
        if not quoted and grid.width > 1 and all(is_nothing(t) for t in filled[1:]):
            continue
        if facts.count and facts.instance and not facts.all_chips() and not facts.no_gpu:
            facts.above = (outer.before, outer.heading, *outer.path[-2:-1])
            reading.orphans.append((facts, quoted, start, end))
        if facts.instance and facts.count is None and len(facts.instance) <= 24 and len({c.gpu_name for c in facts.all_chips()}) == 1:
            for chip in facts.all_chips()[:1]:
                reading.families.setdefault(fold(facts.instance.rstrip("*\\")), replace(chip, count=None))
        drafts.append((facts, quoted, start, end))
        if not facts.instance and quoted and not facts.all_chips() and not facts.no_gpu and not _NOT_OF_RENT.search(fold(" ".join((outer.heading, outer.caption, *labels)))):
            names = [t for t in (*texts, outer.heading) if len(t) <= 40 and re.search(r"\d", t)]
            reading.priced_beside.append((facts, [q for q in quoted if q.price is not None and (q.price.unit or q.unit or q.head.unit or facts.unit)], start, min(end, start + 1500), names))
    if any(h.role == "instance" and _PARTITION.search(h.text) for h in heads):
        reading.partitions.update(fold(facts.instance).strip("* ") for facts, *_ in drafts if facts.instance)
    _count_singles(drafts, outer)
    _count_by_names(drafts, told=any(h.role == "instance" and "(" in h.text and _NAME_COUNTS.search(h.text) for h in heads))
    _share_memory([d[0] for d in drafts])
    for facts, quoted, start, end in drafts:
        if facts.instance and not facts.no_gpu and not (facts.count and not facts.all_chips()):
            _note_machine(reading, facts, [q for q in quoted if q.price is not None and (q.price.unit or q.unit or q.head.unit or outer.unit)], start, end, outer)
    if not any(d[1] for d in drafts):
        if barred or not (marked or told or _lists_offers(heads, roles, drafts, grid) or _lists_names(heads, drafts, outer, grid)):
            return
    groups = not any(d[1] for d in drafts) and any(len({c.gpu_name for c in d[0].all_chips()}) > 1 for d in drafts)
    for facts, quoted, start, end in drafts:
        if barred and not any(q.price for q in quoted):
            continue
        signed = [q for q in quoted if q.price is not None]
        if any(q.price.sign for q in signed):                  # a bare figure beside a price with its sign, of "billing rate" or "charge factor": in nobody's money
            signed = [q for q in signed if q.price.sign or not _OF_POINTS.search(q.head.text)]
        keep = signed or quoted
        if not keep and any(d[1] for d in drafts) and "price" in roles and not facts.availability:
            keep = []
        for label in facts.unknown:
            reading.issue("warning", "unknown_chip", label)
        made = make_offers(reading, facts, keep, start, min(end, start + 1500))
        if groups:
            reading.grouped += made
        else:
            reading.offers += made


@dataclass(slots=True, frozen=True)
class _Group:
    """What a row over the rows below it says of them, apart from their chip: "On demand", "Reserved, 1 year", "Frankfurt", "Monthly prices"."""

    commitment: str | None = None
    months: int | None = None
    unit: str | None = None
    location: str | None = None


def _group(reading: Reading, text: str) -> _Group:
    if len(text) > _GROUP or has_digit(text) and any(p.sign for p in reading.prices(text)):
        return _Group()
    commitment, months = commitment_in(text)
    head = read_head(text)
    return _Group(commitment, months, head.unit if head.role == "price" else None, text if not commitment and _is_place(reading, text) else None)


_GROUP = 60                                                    # characters of a row that is a heading; what is longer is a note
_SHOWN_LATER = words("shown_to_members")
_FILLED_IN = re.compile(r"\{\{[^{}]{1,200}\}\}")               # a price that a template fills in


def _terms_of_row(reading: Reading, heads: list[Head], texts: list[str]) -> list[Head] | None:
    """The heads of a table with the terms that a row between its rows gives to two columns of prices or more: "**Gen 2** | Regular | Preemptible"; None for any other row.
    Beside one that says that it can be interrupted, whatever else they are called is on demand."""
    columns = [c for c, head in enumerate(heads) if head.role == "price" and texts[c]]
    if len(columns) < 2 or 0 in columns or any(text and heads[c].role != "price" for c, text in enumerate(texts) if c):
        return None
    if not all(len(texts[c]) <= 40 and (not has_digit(texts[c]) or commitment_in(texts[c])[0] and not any(p.sign for p in reading.prices(texts[c]))) and not is_nothing(texts[c]) and not asks_for_contact(texts[c]) and not availability_in(texts[c]) for c in columns):
        return None
    said = {c: commitment_in(texts[c]) for c in columns}
    spot = any(commitment == "spot" for commitment, _ in said.values())
    if not spot and not all(commitment for commitment, _ in said.values()):
        return None
    return [replace(head, commitment=said[c][0] or "on_demand", months=said[c][1]) if c in said else head for c, head in enumerate(heads)]


_ROW_OF_SERVICE = words("row_of_service")
_OTHER_IN_BRACKETS = re.compile(r"(?P<lead>[^()]{2,60})\([^()]{2,40}\)[^()]{0,20}$")
_PARTITION = words("partition_head")
_TERM_HEAD = words("term_head")
_AREA = words_of("regions.yml")("area")
_NAMED_MACHINE = re.compile(r"[^\W\d_]{1,12}[-._ ]?\d")
_TOGETHER = words("together")
_NAME_IN_HEADING = re.compile(r"(?P<name>[A-Z][A-Za-z]*[-._]?\d[\w.-]*)(?=[\s(:,–—]|$)")
_OF_POINTS = words("of_points")
_NAME_IN_LINE = re.compile(r"\(`?((?=[^()`]*\d)[\w.-]{3,40})`?\)")
_NOT_OF_RENT = words("not_of_rent")


def _note_machine(reading: Reading, facts: Facts, priced: list[Quoted], start: int, end: int, outer: Around) -> None:
    """Remember what a row says of a machine by name: its chips, or, of a row that names no chip, what it costs. A page may tell the two in two tables."""
    name = fold(facts.instance).strip("* ")
    if len(name) > 40 or not re.search(r"\d", name):
        return
    chips = facts.all_chips()
    if len(chips) == 1:
        count = facts.count if facts.count is not None else chips[0].count
        chip = replace(chips[0], count=None if facts.at_most or chips[0].at_most else count, memory=chips[0].memory if facts.gpu_memory is None else facts.gpu_memory)
        known = reading.machines.setdefault(name, chip)
        if known is not None and known.gpu_name == chip.gpu_name and None in (known.count, chip.count):
            reading.machines[name] = chip if known.count is None else known          # one table counts its GPUs, the other prices it
        elif known is not None and (known.gpu_name, known.count) != (chip.gpu_name, chip.count):
            reading.machines[name] = None
    elif not chips and priced and not _NOT_OF_RENT.search(fold(f"{outer.heading} {outer.caption}")):
        reading.named_prices.append((facts, priced, start, min(end, start + 1500)))


def settle_named(reading: Reading) -> None:
    """The offers of rows that price a machine by its name alone, in a cell or in the heading above them, where another table of the page tells its chips."""
    for facts, quoted, start, end, names in reading.priced_beside:
        name = next((n for n in names if reading.machines.get(fold(n).strip("* ")) is not None), None)
        if name is not None:
            reading.named_prices.append((replace(facts, instance=name), quoted, start, end))
    for offer in reading.offers if reading.partitions else ():
        name = fold(offer.instance_name or "").strip("* ")
        if offer.price is not None and offer.gpu_count is None and name in reading.partitions and (chip := reading.machines.get(name)) is not None and chip.gpu_name == offer.gpu_name and chip.count:
            offer.gpu_count = int(chip.count) if chip.count == int(chip.count) else chip.count
    for facts, quoted, start, end in reading.named_prices:
        chip = reading.machines.get(fold(facts.instance or "").strip("* "))
        if chip is not None:
            reading.offers += make_offers(reading, replace(facts, named=[replace(chip, memory=None)], gpu_memory=facts.gpu_memory or chip.memory), quoted, start, end)


_PART = words("part_of_gpu")


def _count_singles(drafts: list[tuple[Facts, list[Quoted], int, int]], outer: Around) -> None:
    """In a table in which several rows say "2x L4", "4 L4s" (or "1/4 L4", "1/2 L4"), those that name a GPU without a number have one;
    one such row is enough where the text above speaks of machines with one GPU and with several, and none where the heading says that they have one. Not where a word says that prices are per GPU."""
    if outer.scope == "gpu" or any(q.scope == "gpu" or q.head.scope == "gpu" or q.price is not None and q.price.scope == "gpu" for _, quoted, *_ in drafts for q in quoted):
        return
    chips = [facts.all_chips() for facts, *_ in drafts]
    several = {(c[0].gpu_name, c[0].count) for (facts, *_), c in zip(drafts, chips, strict=True) if len(c) == 1 and facts.count is None and (c[0].count or 0) >= 2 and not c[0].at_most}
    parts = {(c[0].gpu_name, c[0].count) for (facts, *_), c in zip(drafts, chips, strict=True) if len(c) == 1 and facts.count is None and 0 < (c[0].count or 0) < 1}
    said = any(_SINGLE_AND_SEVERAL.search(fold(text)) for text in (outer.heading, outer.caption, outer.before[-400:]))
    alone = not several and not parts and any(_SINGLE_ONLY.search(low) and not _SEVERAL_TOO.search(low) for low in map(fold, (outer.heading, outer.caption)))
    if len(several) < (1 if said else 2) and len(parts) < 2 and not alone:
        return
    for (facts, *_), found in zip(drafts, chips, strict=True):
        if len(found) == 1 and facts.count is None and found[0].count is None and not found[0].slice and not _PART.search(named := facts.printed or facts.instance or "") and not spread_over_nodes(named):
            facts.count = 1


_SINGLE_AND_SEVERAL = words("single_and_several")
_SINGLE_ONLY = words("single_only")
_SEVERAL_TOO = words("several_too")
MOST_TOLD = 16                                                 # so many GPUs a machine has at most: a larger "quantity" may be what is in stock


def _counts_gpus(grid: _Grid, heads: Sequence[Head], out: Sequence[Head], column: int, texts: Sequence[str]) -> bool:
    """Whether a column headed by a plain word for a number counts GPUs: that behind the one of GPUs ("GPU | Qty"), and any other in a table that names them ("모델 | 장수")."""
    label = re.sub(r"[^\w#]+$", "", fold(grid.heads[column]))
    if not (_QUANTITY.match(label) or _QUANTITY.match(heads[column].text)) or any(h.role == "gpu_count" for h in heads):
        return False
    counts = [parse_count(t)[0] for t in texts]
    if any(count is None for count in counts):
        return False
    if column and out[column - 1].role == "gpu":
        return True
    if any(_states_counts(grid, c) for c in range(grid.width) if c != column):
        return False                                           # "Per node | Quantity" over "96 cores, 4 GPUs | 6": it counts the machines
    return not _NUMBERING.match(label) and all(0 < count <= MOST_TOLD for count in counts if count is not None) \
        and (any(h.role == "gpu" for h in out) or any(_holds_chips(grid, c) for c in range(grid.width) if c != column))


def _states_counts(grid: _Grid, column: int) -> bool:
    """Whether each cell of a column says how many GPUs a machine has."""
    cells = [grid.text(r, column) for r in range(grid.body, min(len(grid.rows), grid.body + 50))]
    return all(len(cell) <= 200 and has_digit(cell) and stated_count(cell) for cell in cells)


def _holds_chips(grid: _Grid, column: int) -> bool:
    """Whether each cell of a column names GPUs and hardly anything else."""
    cells = [grid.text(r, column) for r in range(grid.body, min(len(grid.rows), grid.body + 50))]
    return all(len(cell) <= 40 and 5 * max((c.end - c.left for c in find_chips(cell, context=True)), default=0) >= 3 * len(cell) > 0 for cell in cells)


_NUMBERING = words("numbering")
_NAME_COUNTS = words("name_counts_gpus")
_NUMBER_BEHIND = re.compile(r"(?:[-_. ]?(?:sxm\d?|pcie|nvl|nvlink|nv))?[-_. ](?P<count>\d{1,2})(?:[-_. ](?P<memory>\d{2,3})g(?:b|ib)?)?$", re.IGNORECASE)
_COUNTS = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 32})


def _count_by_names(drafts: list[tuple[Facts, list[Quoted], int, int]], *, told: bool = False) -> None:
    """Names of machines that count their GPUs: "L4-2-24G" (chip, number, memory), "gpu.l40s.4". Only where the whole list shows that the number counts: nothing else
    does, it is another one in many rows, and each has the memory of such a card behind it, or prices (memory of the cards) that grow with it. `told`: their head says it."""
    found: list[tuple[Facts, str, int, float | None, float | None]] = []
    rows = 0
    for facts, quoted, *_ in drafts:
        chips = facts.all_chips()
        name = facts.instance or facts.printed.strip()
        if len(chips) != 1 or not name:
            continue
        rows += 1
        if facts.count is not None or chips[0].count is not None or chips[0].slice:
            return
        inside = find_chips(name, context=True)
        match = _NUMBER_BEHIND.match(name, inside[0].end) if len(inside) == 1 else None
        if match is None or int(match["count"]) not in _COUNTS:
            continue
        count, memory = int(match["count"]), float(match["memory"]) if match["memory"] else None
        if memory is not None and not plausible_memory(chips[0].gpu_name, memory) and not plausible_memory(chips[0].gpu_name, memory / count):
            continue
        amounts = [q.price.amount for q in quoted if q.price is not None]
        size = facts.gpu_memory if facts.gpu_memory and not plausible_memory(chips[0].gpu_name, facts.gpu_memory) or count == 1 else None
        found.append((facts, chips[0].gpu_name, count, memory, amounts[0] if amounts else size))
    if 5 * len(found) < 4 * rows or not told and len({count for _, _, count, *_ in found}) < 3:
        return
    if not told and not all(memory for *_, memory, _ in found):
        shares: dict[str, set[float]] = {}
        for _, chip, count, _, amount in found:
            if not amount:
                return
            shares.setdefault(chip, set()).add(amount / count)
        if any(max(share) > 1.05 * min(share) for share in shares.values()):
            return
    for facts, _, count, *_ in found:
        facts.count = count


def _share_memory(rows: list[Facts]) -> None:
    """A column of memory that grows with the number of GPUs is the memory of all: the row of one GPU tells that of each."""
    def count(facts: Facts, chip: ChipSpan) -> float | None:
        return facts.count if facts.count is not None else chip.count

    nameless = [ChipSpan(0, 0, "")]                            # rows that count GPUs which another passage names
    single = {c.gpu_name: f.gpu_memory for f in rows if f.gpu_memory for c in f.all_chips() or nameless if count(f, c) == 1}
    for facts in rows:
        for chip in facts.all_chips() or nameless if facts.gpu_memory else ():
            number, size = count(facts, chip), single.get(chip.gpu_name)
            if number and number > 1 and size and abs(facts.gpu_memory - size * number) < 0.5:
                facts.gpu_memory = size
                break


def _settle_heads(reading: Reading, grid: _Grid, heads: list[Head], outer: Around) -> list[Head]:
    """Mend the roles of columns by what stands in them: "Tarif" over names is no price; plain numbers under the name of a place are, where the page says what prices mean."""
    rows = range(grid.body, len(grid.rows))
    sited = [c for c, head in enumerate(heads) if head.role == "location"]
    zones = [c for c in sited if _ZONE_HEAD.search(heads[c].text)]
    heads = [replace(head, role=None) if c in zones and len(zones) < len(sited) else head for c, head in enumerate(heads)]       # the region beside its zones is the place
    heads = [_by_its_cells(head, [t for r in rows if (t := grid.text(r, c)) and not is_nothing(t)]) if head.role == "gpu_count" or head.role is None and head.chips else head for c, head in enumerate(heads)]
    heads = _periods_side_by_side(reading, grid, heads, outer)
    heads = [replace(h, unit=period) if h.role == "price" and h.unit is None and h.months is None and " " in (label := grid.heads[c].strip()) and (period := _period_of(label.rsplit(" ", 1)[1])) not in (None, "minute", "second") else h for c, h in enumerate(heads)]      # "요금 (VAT 별도)" over "월"; not "Reserved 1 year"
    heads = _less_gross(reading, grid, heads)
    heads = _counts_side_by_side(reading, grid, heads, outer)
    heads = _terms_beside(reading, grid, heads) if outer.unit is None else heads
    if any(_HOURS_INCLUDED.search(h.text) for h in heads):     # "Hours included | Price | Rate per hour": of a pack, what an hour comes to
        timed = {c for c, h in enumerate(heads) if h.role == "price" and (h.unit or any(p.unit for r in rows for p in reading.prices(grid.text(r, c))))}
        heads = [replace(h, role="other_price") if timed and h.role == "price" and c not in timed else h for c, h in enumerate(heads)]
    out = list(heads)
    true = [h for h in heads if h.role == "price" and not _CONVERTED.search(h.text)]
    least = any(h.role == "price" and _LEAST.search(h.text) for h in heads)
    money = {h.currency for h in heads if h.role == "price" and h.currency and not _ABOUT.search(h.text)}
    for column, head in enumerate(heads):
        texts = [t for t in (grid.text(r, column) for r in rows) if t and not is_nothing(t)]
        if not texts:
            continue
        if head.role in ("price", None) and least and _GREATER.match(head.text) or head.role == "price" and money and head.currency and head.currency not in money and _ABOUT.search(head.text):
            out[column] = replace(head, role="other_price")    # "Min | Average | Max": of a range, the low end; "$/h | (CNY/h ~)": what the first comes to
            continue
        if head.role in ("price", None) and true and _CONVERTED.search(head.text):
            out[column] = replace(head, role="other_price")    # what the yearly price comes to by the month
            continue
        if head.role == "price" and not any(cell_prices(reading, head, t) or asks_for_contact(t) or availability_in(t) for t in texts):
            names = not any("%" in t or hides_digits(t) or _FILLED_IN.search(t) or _SHOWN_LATER.search(fold(t)) for t in texts) and (column == 0 or "instance" not in {h.role for h in heads})
            out[column] = replace(head, role="instance" if names else None)            # "about 40 % of the price" is no name
        elif head.role == "instance" and column and out[0].role == "instance" and all(map(_bare_chip, texts)):
            out[column] = replace(head, role="gpu")            # "ECS type | Product": the product is a GPU
        elif head.role is None and column and _AREA.fullmatch(head.text) and reading.locate is not None and 2 * sum(reading.locate(re.split(r"[,;/\n]", t, maxsplit=1)[0].strip())[0] is not None for t in texts) > len(texts):
            out[column] = replace(head, role="location")       # "Americas | Europe" over names of regions
        elif head.role == "availability" and _GPU_WORDS.search(head.text) and 2 * sum(bool(find_chips(t, context=True)) for t in texts) > len(texts):
            out[column] = replace(head, role="gpu")            # "Available GPU SKUs" over "A16", "T4, L4"
        elif head.role == "gpu" and not head.chips and all(map(_ONLY_MEMORY.fullmatch, texts)):
            out[column] = replace(head, role="gpu_memory")     # "GPU" over "16 GB", "24 GB"
        elif head.role is None and column == 0 and not head.text.startswith("#") and not any(h.role == "instance" for h in heads) and any(h.role == "gpu" for h in heads[1:]) and len(set(texts)) == len(texts) > 1 \
                and all(len(t) <= 40 and not find_chips(t, context=True) for t in texts) and not all(parse_count(t)[0] is not None for t in texts):
            out[column] = replace(head, role="instance")       # names of plans, whatever their head is called
        elif head.role not in ("gpu_count", "price") and _counts_gpus(grid, heads, out, column, texts):
            out[column] = replace(head, role="gpu_count")      # "GPU | Qty"
        elif head.role is None and head.commitment and not head.chips and column \
                and all(re.fullmatch(r"\d{1,6}(?:[.,]\d{1,4})?", t) or asks_for_contact(t) or head.currency and (cell_prices(reading, replace(head, role="price"), t) or availability_in(t)) for t in texts):
            out[column] = replace(head, role="price", currency=head.currency or outer.currency)
        elif head.role is None and head.unit and head.currency and not head.chips and column and any(h.role in ("gpu", "gpu_count") for h in heads) \
                and all(re.fullmatch(_AMOUNT, t) or availability_in(t) or asks_for_contact(t) for t in texts):
            out[column] = replace(head, role="price")          # "每月 (NT$)", "Hourly (€)": a period and a currency over plain amounts
        elif head.role in (None, "location") and not head.chips and outer.unit and (outer.currency or reading.only_currency or reading.declared) and column \
                and any(re.fullmatch(_PLAIN_PRICE, t) for t in texts) and all(re.fullmatch(_PLAIN_PRICE, t) or t == "0" or availability_in(t) or asks_for_contact(t) for t in texts) \
                and (any(h.role in ("gpu", "gpu_count") for h in heads) or heads[0].role is None and _names_chips(grid)):
            out[column] = replace(head, role="price", currency=head.currency or outer.currency)
    return out


def _less_gross(reading: Reading, grid: _Grid, heads: list[Head]) -> list[Head]:
    """Columns of prices with tax, beside others of the same prices without it, tell no others: "Net price | Gross price"."""
    out = list(heads)
    for net, before in enumerate(heads):
        if before.role != "price" or before.tax != "excluded":
            continue
        for gross, head in enumerate(heads):
            if head.role != "price" or head.tax != "included" or (head.unit, head.commitment, head.months, head.scope) != (before.unit, before.commitment, before.months, before.scope):
                continue
            pairs = [(_prices(reading, before, grid.text(r, net)), _prices(reading, head, grid.text(r, gross))) for r in range(grid.body, len(grid.rows))]
            both = [(a[0], b[0]) for a, b in pairs if len(a) == len(b) == 1]
            if both and len(both) == sum(bool(a or b) for a, b in pairs) and all(a.unit == b.unit and is_with_tax(a.amount, b.amount) for a, b in both):
                out[gross] = replace(head, role="other_price")
    return out


def _by_its_cells(head: Head, texts: Sequence[str]) -> Head:
    """The head of a column of GPUs or of their numbers, by what stands in it: "Card" over names of GPUs, "Number of A16 GPUs" over numbers."""
    if not texts:
        return head
    if head.role == "gpu_count" and not head.chips and all(has_digit(t) and (found := find_chips(t, context=True)) and found[0].count is None for t in texts):
        return replace(head, role="gpu")
    if head.role is None and len({c.gpu_name for c in head.chips}) == 1 and not head.unit and _GPU_WORDS.search(head.text) and all(parse_count(t)[0] in _COUNTS for t in texts):
        return replace(head, role="gpu_count")
    return head


def _counts_side_by_side(reading: Reading, grid: _Grid, heads: list[Head], outer: Around) -> list[Head]:
    """Two columns or more that are headed by nothing but a number of GPUs, each by another one, over amounts of money: "1 GPU | 4 GPUs" are columns of prices; so are they under terms
    or over them: "1 GPU On-demand | 1 GPU Spot"."""
    rate = _rate_of_rows(grid)                                 # "L40S, € per hour | 1.10 | 4.40" under "GPUs | 1 | 4"
    found = [c for c, head in enumerate(heads) if c and head.role != "price" and not head.chips and (GPUS_STATED.fullmatch(label := fold(grid.heads[c]).strip()) or _SIZE.fullmatch(label)
                                                                                                    or rate is not None and label in _NUMBERS or head.role is None and head.commitment and (GPUS_STATED.match(label) or _SIZE.match(label)))]
    if len(found) < 2 or len({grid.heads[c] for c in found}) < len(found):
        return heads
    money = rate is not None or outer.unit and (outer.currency or reading.only_currency or reading.declared)      # told above: then bare amounts are prices, too
    for column in found:
        texts = [t for r in range(grid.body, len(grid.rows)) if (t := grid.text(r, column)) and not is_nothing(t)]
        if not texts or not all(len(t) <= 60 and (any(p.sign for p in reading.prices(t)) or money and re.fullmatch(_AMOUNT, t) or availability_in(t) or asks_for_contact(t)) for t in texts):
            return heads
    if rate is not None:
        return [replace(head, role="price", unit=head.unit or rate.unit, scope=head.scope or rate.scope, currency=head.currency or rate.currency) if c in found else head for c, head in enumerate(heads)]
    return [replace(head, role="price", currency=head.currency or outer.currency) if c in found else head for c, head in enumerate(heads)]


_NUMBERS = frozenset("1 2 3 4 5 6 7 8 10 12 16".split())       # heads that are numbers of GPUs, where the rows say that the amounts are prices


def _rate_of_rows(grid: _Grid) -> Head | None:
    """The money and period that the names of all rows state, and the same of each: "L40S, € per hour", "H100 (€/h)"."""
    if grid.body >= len(grid.rows) or not (first := grid.text(grid.body, 0)) or len(first) > 80 or not unit_in(first):
        return None
    rates = [read_head(grid.text(r, 0)) for r in range(grid.body, len(grid.rows))]
    return rates[0] if rates[0].unit and rates[0].currency and len({(h.unit, h.currency) for h in rates}) == 1 else None


def _terms_beside(reading: Reading, grid: _Grid, heads: list[Head]) -> list[Head]:
    """Columns of prices on other terms have the period of the one beside them where no word tells theirs, and their amounts are of its size: "Price per GPU-hour | Committed, from".
    Of several beside them ("Hourly | Monthly | 12 months"), the one of whose size they are."""
    whole = {h.unit: (c, h) for c, h in reversed([*enumerate(heads)]) if h.role == "price" and h.unit}
    if not whole or not any(h.role in _OF_TERMS and h.unit is None and (h.commitment or h.months) for h in heads):
        return heads
    out = list(heads)
    for c, head in enumerate(heads):
        if head.role in _OF_TERMS and head.unit is None and (head.commitment or head.months):
            fitting = [told for column, told in whole.values() if _of_its_size(reading, grid, c, column)]
            if len(fitting) == 1:
                out[c] = replace(head, role="price", unit=fitting[0].unit, scope=head.scope or fitting[0].scope)
    return out


def _of_its_size(reading: Reading, grid: _Grid, column: int, other: int) -> bool:
    """Whether the amounts of a column have no period of their own and are about those of another, or less by what a commitment saves."""
    pairs = [(mine, theirs) for r in range(grid.body, len(grid.rows)) for mine, theirs in zip(reading.prices(grid.text(r, column))[:1], reading.prices(grid.text(r, other))[:1], strict=False)]
    return bool(pairs) and all(mine.unit is None and 0.1 * theirs.amount <= mine.amount <= 1.1 * theirs.amount for mine, theirs in pairs)


_OF_TERMS = ("price", "commitment", None)                      # roles that a head has which tells the terms of the prices under it


_HOURS_INCLUDED = Sieved(words("hours_included"))
_ONLY_MEMORY = re.compile(r"\d{1,4} ?(?:GB|GiB|Go)", re.IGNORECASE)


_PERIOD_HEAD = words("period_head")


def _period_of(label: str) -> str | None:
    """The period that a head is the name of, and of nothing else: "Hour", "1 month", "Сутки", "1ヶ月", "7 days"."""
    match = _PERIOD_HEAD.fullmatch(fold(label).strip())
    if match is None:
        return None
    word = match["period"]
    if word.isascii() and (len(word) < 3 or word == "std"):
        return None                                            # sizes: "S", "M", "Std"
    return unit_in(word) if word[0].isdigit() else unit_in(f"/{word}", loose=False) if len(word) <= 14 else None


def _names_its_term(label: str) -> bool:
    """Whether a head says that its length of time is that of a commitment: "1年予約"; not "1 year"."""
    return commitment_in("".join(c for c in label if not c.isdigit()))[0] is not None


def _periods_side_by_side(reading: Reading, grid: _Grid, heads: list[Head], outer: Around) -> list[Head]:
    """Two columns or more that are headed by nothing but a period, each by another one, over amounts of money: "Hour | Day | Month" are columns of prices."""
    found = {c: unit for c, head in enumerate(heads) if c and head.role in (None, "price", "unit", "commitment") and not head.chips and (unit := _period_of(grid.heads[c])) and not (head.months and _names_its_term(grid.heads[c]))}
    money = outer.currency or reading.only_currency or reading.declared
    if len(found) < 2 or len(set(found.values())) < len(found):
        return heads
    for column in found:
        texts = [t for r in range(grid.body, len(grid.rows)) if (t := grid.text(r, column)) and not is_nothing(t)]
        if not texts or not all(any(p.sign for p in reading.prices(t)) or money and re.fullmatch(_AMOUNT, t) or availability_in(t) or asks_for_contact(t) for t in texts if len(t) <= 60):
            return heads
    return [replace(head, role="price", unit=found[c], commitment=None, months=None, currency=head.currency or outer.currency) if c in found else head for c, head in enumerate(heads)]


_LEAST = words("least_head")
_GREATER = words("greater_head")
_ABOUT = re.compile(r"[~≈]")
_ZONE_HEAD = words("zone_head")
_SIZE = words("size")


def _sizes(grid: _Grid, heads: Sequence[Head]) -> dict[int, float]:
    """How many GPUs each column of prices is for, where two or more say it, each something else: "Price/hr (1 GPU)", "Price/hr (8 GPUs)", or "1 GPU" and "8 GPUs" under "Spot" as well."""
    found: dict[int, float] = {}
    told: set[tuple[float, str]] = set()                       # the number of GPUs, and what else the head says
    for column, head in enumerate(heads):
        label = fold(grid.heads[column])
        if head.role == "price" and label.strip() in _NUMBERS:
            found[column] = float(label)
            told.add((found[column], ""))
        elif head.role == "price" and (stated := GPUS_STATED.search(label) or _SIZE.search(label)):
            found[column] = float(next(g for g in stated.groups() if g))
            told.add((found[column], " ".join(f"{label[:stated.start()]} {label[stated.end():]}".split())))
    return found if len(told) == len(found) and len(set(found.values())) > 1 else {}


def _nodes(grid: _Grid, heads: Sequence[Head]) -> dict[int, float]:
    """The columns of prices whose heads say that they are for a whole machine of so many GPUs: "Price of the 8x node"."""
    matches = {c: match for c, head in enumerate(heads) if head.role == "price" and (match := _OF_A_NODE.search(fold(grid.heads[c])))}
    return {c: float(match["behind"] or match["before"]) for c, match in matches.items()}


_OF_A_NODE = words("of_a_node")
_BRACKETED = re.compile(r"[^()|\n]{0,24}\((?P<inside>[^()]{1,24})\)")


def _count_behind(text: str, price: Price) -> float | None:
    """The number of GPUs that stands in brackets behind a price: "$42.00/h (4-GPU bundle)"; not where the price is for each of them."""
    match = _BRACKETED.match(text, price.end) if price.scope is None else None
    return stated_count(match["inside"]) if match and not _EACH.search(fold(match["inside"])) else None


_EACH = words("each")
_NOTES = words("notes_head")
_CONVERTED = words("converted")
_BILLED = words("billed")
_AMOUNT = r"\d[\d.,' ]{0,14}"
_SOME_AMOUNT = re.compile(r"[$€£¥￥₩₹₽元円원]\s?\d|\d\s?(?:[$€£¥￥₩₹₽元円원]|zł|kr\b)|^\d{1,6}[.,]\d{1,4}$")
_PLAIN_PRICE = r"\d{1,6}[.,]\d{1,4}"
_COMMON_WORDS = words("common_words")


def _others(reading: Reading, grid: _Grid, heads: list[Head]) -> set[int]:
    """Columns of prices that are other sellers': beside a column that bears the name of the seller whose page this is, columns whose heads say nothing else of a price."""
    named = [c for c, head in enumerate(heads) if c and head.role is None and not (head.unit or head.scope or head.commitment or head.chips or head.contact) and grid.heads[c]
             and not (reading.locate is not None and reading.locate(grid.heads[c])[0])
             and any(p.sign for r in range(grid.body, len(grid.rows)) for p in reading.prices(grid.text(r, c)))]
    own = [c for c in named if not _COMMON_WORDS.match(grid.heads[c].split()[0]) and reading.is_own(grid.heads[c])]
    return set(named) - set(own) if own else set()


def _other_resource(text: str) -> bool:
    """Whether a row is about another resource than the GPU ("CPU", "内存", "Storage")."""
    return len(text) <= 24 and read_head(text).role in ("vcpu", "memory", "storage", "network") and seller_of_head(text) is None      # "CoreWeave" is a seller


def _kinds_of_parts(grid: _Grid) -> int | None:
    """The column that tells which part of a machine a row is about: "CPU", "GPU", "RAM"; None where there is none."""
    for column in range(grid.width):
        texts = [grid.text(r, column) for r in range(grid.body, len(grid.rows))]
        if any(fold(t) in ("gpu", "gpus") for t in texts) and len({fold(t) for t in texts if _other_resource(t)}) >= 2:
            return column
    return None


def _span(cell: Cell | None) -> tuple[int, int]:
    if cell is None or not cell.content.text:
        return 0, 0
    return cell.content.source_span(0, len(cell.content.text))


def _prices(reading: Reading, head: Head, text: str) -> list:
    """The prices of a cell: any number in a price column, a number with a currency elsewhere (but not in the words of a name or description)."""
    if head.role == "price":
        return cell_prices(reading, head, text)
    if len(text) > 80 and head.role != "commitment":
        return []
    signed = [p for p in reading.prices(text) if p.sign and not p.other and p.amount > 0]
    if head.role in ("instance", "gpu") and not all(p.unit for p in signed):
        return []
    return signed


def _same_line(text: str, price: Price) -> tuple[ChipSpan, ...]:
    """The one chip that stands before a price in its line of a cell: "Tesla P40: 15.09"."""
    start = max(text.rfind("\n", 0, price.start), text.rfind(";", 0, price.start)) + 1
    chips = find_chips(text[start:price.start], context=True)
    return (chips[0],) if len({c.gpu_name for c in chips}) == 1 else ()


_BESIDE_PLACE = words("beside_place")


def _place(reading: Reading, label: str, head: Head) -> str | None:
    """A place that the head of a price column names ("us-east-1", "Frankfurt ($/hr)")."""
    if reading.locate is None or not label:
        return None
    bare = _BESIDE_PLACE.sub(" ", label.replace("_", " ")).strip(" -:,")
    return bare if bare and (reading.locate(bare)[0] or _SITE_OF_A_GRID.fullmatch(bare)) else None


_SITE_OF_A_GRID = re.compile(r"[A-Z]{2}-[A-Z]{1,2}\d{1,2}")     # "EU-W2": a place, though not which


def _wrong_label(reading: Reading, head: Head, text: str, facts: Facts) -> None:
    if head.role == "gpu" and not facts.chips and len(text) <= 40:
        facts.unknown += [label for _, _, label in unknown_labels(text, [], whole=True)]


_SOLD = words("sold_heading")


_HAD = words("had")
_NOT_HAD = words("not_had")
_OF_PLACES = words("places_heading")


def _marks_of_places(reading: Reading, grid: _Grid, outer: Around) -> dict[int, dict[int, bool]]:
    """Row -> column -> whether the GPU of the row is to be had in the place of the column, in a table that says it with marks; empty for every other table.

    The columns are places where the table, or what stands above it, says so, or where most of their heads are names or codes of places: a table of features has marks, too.
    """
    marked: dict[int, dict[int, bool]] = {}
    rows = range(grid.body, len(grid.rows))
    columns = [c for c in range(1, grid.width) if grid.heads[c] and all(_HAD.fullmatch(t) or _NOT_HAD.fullmatch(t) for r in rows for t in [grid.text(r, c)])]
    if not columns or not all(len(grid.heads[c]) <= 60 for c in columns):
        return {}
    sited = [c for c in columns if reading.locate is not None and reading.locate(grid.heads[c])[0]]
    told = _OF_PLACES.search(fold(f"{outer.heading} {outer.caption} {grid.heads[0]}")) and all(_SITE_CODE.fullmatch(grid.heads[c]) for c in columns)
    if 2 * len(sited) < len(columns) and not told:
        return {}
    for row in rows:
        marked[row] = {c: bool(_HAD.fullmatch(grid.text(row, c))) for c in columns}
    return marked if any(any(had.values()) for had in marked.values()) else {}


_SITE_CODE = re.compile(r"[A-Za-z]{2,12}(?:[-_ ]?[A-Za-z]{1,12})?[-_ ]?\d{0,3}[a-z]?")


def _names_chips(grid: _Grid) -> bool:
    """Whether the first column gives names of GPUs and hardly anything else, by those that nothing else is called: then "L40" among them is one, too."""
    names = [grid.text(r, 0) for r in range(grid.body, min(len(grid.rows), grid.body + 50))]
    sure = sum(5 * max((c.end - c.left for c in find_chips(name, context=False)), default=0) >= 3 * len(name) > 0 for name in names if len(name) <= 40)
    return sure >= 2 and 2 * sure >= len(names) or _names_numbers(names)


def _names_numbers(names: Sequence[str]) -> bool:
    """Whether names are of GeForce cards by their bare numbers ("2080 Ti standard", "3090 standard", "1660 standard"), and hardly anything else: each number another one,
    in words that are more than a number in half of them."""
    cards = [name for name in names if len(name) <= 40 and (card_of_number(name) or (found := find_chips(name, context=True)) and not found[0].start and found[0].gate == "bare")]
    return len(cards) >= 3 and 3 * len(cards) >= 2 * len(names) and len(set(cards)) == len(cards) and 2 * sum(any(map(str.isalpha, name)) for name in cards) >= len(cards)


_TYPE_CODE = re.compile(r"(?=[^\d]*\d)[A-Za-z][A-Za-z0-9]{0,7}(?:[._-][A-Za-z0-9]{1,12}){0,3}")


def _tells_types(grid: _Grid, heads: Sequence[Head]) -> bool:
    """Whether each row of a table tells which GPU a type of instances has: "Instance type | GPU", codes in the one column, nothing but chips in the other; or how many of
    which GPU a machine of a cluster has: "Cluster | Nodes | GPUs per node", "2x L40" in most of its rows."""
    if _counts_in_nodes(grid, heads):
        return True
    if heads[0].role != "instance" or not any(h.role == "gpu" for h in heads[1:]) or len(grid.rows) - grid.body < 2:
        return False
    column = next(c for c, h in enumerate(heads) if c and h.role == "gpu")
    return all(_TYPE_CODE.fullmatch(grid.text(r, 0)) and not find_chips(grid.text(r, 0)) and _bare_chip(grid.text(r, column)) for r in range(grid.body, len(grid.rows)))


def _counts_in_nodes(grid: _Grid, heads: Sequence[Head]) -> bool:
    rows = range(grid.body, len(grid.rows))
    if len(rows) < 2 or not any(h.role == "instance" or _OF_A_CLUSTER.search(h.text) for h in heads):
        return False
    for column, head in enumerate(heads):
        if head.role in ("gpu", "gpu_count"):
            counted = sum(any(c.count is not None for c in find_chips(grid.text(r, column), context=True)) for r in rows)
            if 3 * counted >= 2 * len(rows):
                return True
    return False


_OF_A_CLUSTER = words("of_a_cluster")


def _names_count_chips(grid: _Grid, heads: Sequence[Head]) -> bool:
    """Whether names of instances count their GPUs, by chips that nothing else is called ("fox-32x240x2h100"): then "1l4" among them does, too."""
    if heads[0].role != "instance":
        return False
    names = [grid.text(r, 0) for r in range(grid.body, min(len(grid.rows), grid.body + 50))]
    return sum(" " not in name and any(c.count for c in find_chips(name, context=False)) for name in names if 0 < len(name) <= 40) >= 2


def _named_for_sale(heads: Sequence[Head], outer: Around) -> bool:
    """Whether the headings above a table of names say that GPUs can be had there."""
    path = fold(" ".join(outer.path))
    return bool(heads) and heads[0].role in ("instance", "gpu") and "gpu" in path and bool(_SOLD.search(path))


def _lists_names(heads: Sequence[Head], drafts: list, outer: Around, grid: _Grid) -> bool:
    """Whether an unpriced table is a list of names under which GPUs are let, each row another one, with nothing but an id or an address beside it."""
    if not (_named_for_sale(heads, outer) or any(grid.asks_by_code(c) for c in range(1, grid.width))):
        return False
    named = [{c.gpu_name for c in d[0].all_chips()} for d in drafts]
    return len(named) >= 3 and 2 * sum(map(bool, named)) > len(named) and len(set().union(*named)) >= 3


_SIZES = words("sizes_heading")


def _bare_chip(text: str) -> bool:
    """Whether a text is the name of a chip, counted or not, and nothing else: "8*V100"."""
    chips = find_chips(text, context=True)
    return len(chips) == 1 and not re.search(r"[^\W\d_]{2}", text[:chips[0].left] + text[chips[0].end:])


def _lists_offers(heads: Sequence[Head], roles: set[str | None], drafts: list, grid: _Grid) -> bool:
    """Whether an unpriced table lists what can be rented: rows of chips with hardware, counts, memory or places beside them."""
    with_chip = [d for d in drafts if d[0].all_chips() or (d[0].count and d[0].instance and instance_chip(d[0].instance))]
    if not with_chip:
        return False
    if grid.quantities:
        return True
    side = roles & {"instance", "gpu_count", "gpu_memory", "vcpu", "memory", "storage", "network", "location", "availability", "price", "unit"}
    if roles & {"other_price"} and not side - {"instance"}:
        return False
    if len(with_chip) * 3 < len(drafts) and len(with_chip) < 2 and not roles & {"vcpu", "memory"}:
        return False
    if side - {"instance"} and grid.width > 1 or _SIZES.search(heads[0].text) and all(_bare_chip(grid.text(r, 0)) for r in range(grid.body, len(grid.rows))):
        return True
    counted = sum(any(c.count is not None for c in d[0].all_chips()) for d in with_chip)
    return bool("instance" in roles and counted * 2 > len(with_chip))
