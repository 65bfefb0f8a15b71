"""Access clauses in terms: which rule a sentence states, read with the cue packs in `nlp/cues/`.

One Aho-Corasick pass over the lower-cased body finds every cue. Only sentences with the trigger of some rule are cut out and looked at: the groups of cues in the sentence, in the
sentence that opens the list in which it stands, in the headings above and in the neighbouring sentences decide which rules hold (`rules.yml`). Long enumerations inside one
sentence are read item by item. Polarity, mode, actor and exception come from `nlp/scope.py`.
"""

from __future__ import annotations

import functools
import itertools
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from chipwatch.records import CLAUSE_LABELS, SIGNAL_LABELS, Clause, Issue, Signal
from nlp import place_groups
from nlp.company_names import CompanyNames
from nlp.cue_search import Hits, Match, Matches
from nlp.cuebook import Cuebook, Page, Rule, cuebook, languages, pack_language
from nlp.decision import ClauseModel, Decision, Look, shipped
from nlp.document import Block, Document, Table
from nlp.language import by_script, by_words, function_words
from nlp.listed_places import SEVERAL
from nlp.pause import collection_paused
from nlp.scope import PROVIDER_LABELS, Scope, ScopeReader, part_by_store, part_of_service, said, settled
from nlp.sentences import sentences
from nlp.stances import Stances
from nlp.wording import MAX_CONTEXT, features

if TYPE_CHECKING:
    from nlp.lawmakers import Mention

MAX_SIGNAL = 400
MAX_QUOTE = 1500                                               # characters of source text, by the contract
WHOLE = 600                                                    # a sentence up to this length is quoted whole, though one of its items states the rule
MIN_ITEMS = 320                                                # a shorter sentence is not cut into items
MIN_WORDS = 5                                                  # a quote of fewer words (or Chinese, Japanese, Korean characters) identifies no passage
FIRST = 60                                                     # characters of a quote in which so many words stand as a rule
SHORT = 30                                                     # an item shorter than this is quoted with the sentence that opens its list …
FAR_OPENING = 300                                              # … unless so many characters lie between: then with the item above
SHORT_DENSE = 12                                               # … in Chinese, Japanese and Korean, which say as much in fewer characters
LONGEST_TITLE, MIN_TITLE, MOST_TITLE, SMALL_WORD = 120, 2, 12, 3   # a paragraph that is a title: characters at most, longer words at least, words at most, letters of a word that needs no capital
TO_NOUN = 8                                                    # … from the beginning of one to the noun it is about: "15. Compliance with …"
DENSE_TITLE = 20                                               # … Chinese, Japanese and Korean characters at most
MAX_ITEMS = 12                                                 # blocks of a list that count as context of the sentence that opens it
TITLE = 50                                                     # a heading of so many characters that ends like a sentence is one, set in bold type
LOOK_BACK = 400                                                # blocks searched for the sentence that opens a list
PART = 2000                                                    # characters of a part of a document whose language is looked at …
MIN_PART = 400                                                 # … a heading begins a new one after so many
PART_SAMPLE = 500
OWN_WORDS = 0.2                                                # so large a share of function words of the language of the document: the part is in it
OPENS_WITH = 3                                                 # characters before the "no" with which an answer opens
LOOK_ABOVE = 6                                                 # blocks searched for the places that "such countries" are
TAIL = 40                                                      # characters at the end of a block by which it is seen to open a list, or to be finished
LONGEST = 20_000                                               # characters of a sentence; one without an end is read in parts of so many
EMBARGOED = "US-embargoed"                                       # the group of countries that no list of those who are served consists of
BESIDE, AND = 14, 12                                           # characters between a cue and a country that stands right beside it, and from one country to the next: "outside of the Republic of Korea or Japan"
LONGEST_NAME = 200                                             # … of the name of a country or group
LEFT = 1                                                       # … and from a country to a cue behind it, a letter or a blank: "日本の領域外", "한국 이외"
_NAMED_FIRST = frozenset({"zh", "ja", "ko"})                   # languages in which the country stands before the word for what lies beyond it
MOST_SENTENCES = 10_000                                        # sentences with cues that are looked at in one document; the longest contract known has about a thousand
MOST_TERMS = 1_000                                             # defined terms of a document
TOGETHER = 256                                                 # units whose words are summed up at once
BARE = 200                                                     # characters of a paragraph that may be an item of a list without mark or number
MAX_FOLLOWING = 400                                            # list items read after an introduction that names places
FURTHER = 12                                                   # blocks from a sentence that says "listed below" to its list at most …
HEADINGS_BETWEEN, LISTS_BETWEEN = 2, 2                         # … with so many headings among them, and other lists of places

PLACE_LABELS = frozenset({
    "sanctions_compliance", "country_exclusion", "residence_restriction", "nationality_restriction", "headquarters_restriction", "supported_countries", "denied_party",
})
COLUMN = 60                                                    # characters of the name of a column
LIKELY = 0.5                                                   # how sure a finding of supported countries must be that names none: a country beside "only" or "outside" is seen by a rule, the rest by its words
# Limits of chips stand whichever side the countries named are on: "H200 only for customers in Norway" limits the chip, and bars no country by name
CHIP_LABELS = frozenset({"end_use_model_training", "end_use_supercomputer", "remote_access_controlled_chips", "chip_or_region_limit"})
# Labels that a sentence may state though its words are those of what nobody is asked (`cleared`): a welcome to everybody, and what the provider does itself
UNCLEARED_LABELS = PROVIDER_LABELS | {"supported_countries"}
# Labels of the laws of trade, and of who somebody is: what a sentence that only defines or quotes does not state (`told`)
TRADE_LABELS = frozenset({"export_compliance", "sanctions_compliance"})
WHO_LABELS = frozenset({"residence_restriction", "nationality_restriction", "headquarters_restriction"})
KEPT_OUT_LABELS = WHO_LABELS | {"country_exclusion"}
GROUPED_LABELS = PLACE_LABELS | CHIP_LABELS | {"local_law_duties"}
# Labels of what is forbidden to do: an item of a list of what is allowed states none of them
BARRED_LABELS = frozenset(CLAUSE_LABELS) - {"supported_countries", "identity_verification", "payment_restriction", "suspension_right", "workload_monitoring", "business_only", "local_law_duties"}
_STRONG_PLACES = frozenset({"CN", "HK", "MO"})
_CLASS_LABELS = frozenset({"country_exclusion", "denied_party", "residence_restriction", "nationality_restriction", "headquarters_restriction"})

_ITEM = re.compile(r"[(（](?:[a-z]|[ivx]{1,4}|\d{1,2})[)）]|[;；]\s*")   # "(a)" behind one of these, or what stands behind a semicolon
_SEMICOLON = re.compile("[;；]")
_BEFORE_ITEM = re.compile(r"(?:[:;,；：，]|\b(?:or|and|that|to|not))\Z")
_ITEM_MARKS = "(（;；"                                          # without two of these no two items begin
_NUMBERED = re.compile(r"\s*(?:[(（]?(?:[a-zа-я가나다라마바사아자차카타파하イロハニホヘト]|[ivxIVX]{1,4}|\d{1,2}(?:\.\d{1,2}){0,3}|[一二三四五六七八九十]{1,3})[)）.、．]|[一二三四五六七八九十]{1,3} |[•·‣◦▪–—-]\s|[①-⑳]|第[一二三四五六七八九十\d]+[項条款])"
                       # ① … is a bare figure in normalised text: "1 官公庁から", "2未被列入"; what is counted or dated is none
                       r"|\s*\d{1,2}\s?(?=[\u3041-\u9fff가-힣])(?![年月日時时分秒週周歳岁個个ヶケカか箇名人件回円元つ台社以万億亿千百種种次天倍割席位級级号小営营년월일시분초주개명인건회원대배번차호만천백억])")
_SECTION = re.compile(r"\s*(?:§\s?)?(\d{1,2})\.\d")                # the section to which "8.1 …" belongs …
_SECTION_HEAD = re.compile(r"\s*(?:§\s?)?(\d{1,2})(?:[.、．]\s?|\s)(?!\d)")   # … and the number of its title, "8. …"
_INNER_ITEM = re.compile(r"(?:(?:and|or|und|oder|et|ou|y|o|e|и|или|及|或|和)(?:/or)?\s+)?(?:[(（](?:[a-zа-я]|[ivx]{1,4}|\d{1,2}|[一二三四五六七八九十]{1,2})[)）]|(?:[a-zа-я]|[ivx]{1,4}|\d{1,2})[)）]|[①-⑳]|\d{1,2}(?:\.\d{1,2}){1,3}\s?(?=[\u3041-\u9fff가-힣]))")
_HEAD_END = re.compile(r"[:：]\s|\s(?=[(（](?:[a-z]|[ivx]{1,4}|\d{1,2})[)）])")
_WORDS = re.compile(r"[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_QUOTED = re.compile(r"[\"“„«「『‘]([^\"“”„«»「」『』‘’\n]{3,60})[\"”“»」』’]")
_PLURAL = re.compile(r"(?:ies|y|s)$")
_ASKS = re.compile(r"[?？]\W{0,20}$")                             # ends with a question
_OPENS = re.compile(r"(?:[:：]|[—–-]{1,2})[\s*_]*$")
_ENDS = re.compile(r"[.!?。！？][\s\"'”’)）*_]*$")


_Intro = tuple[int, tuple[int, int] | None]                     # (groups, (block, start)) of what opens a list; (0, None): nothing does


def _at_end(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """`pattern.search(text)` for a pattern that ends with the text, `_OPENS` or `_ENDS`: only its last characters are searched, but for an endless line to write on."""
    return pattern.search(text, max(0, len(text) - TAIL)) or (pattern.search(text) if len(text) > TAIL and not text[-TAIL:].strip("_* \n\"'”’)）") else None)


@dataclass(slots=True)
class _Unit:
    """What one rule is looked for in: a sentence, or an item of an enumeration inside one."""

    block: int                                                 # index into `_Reader.blocks`
    start: int                                                 # in the block's text
    end: int
    whole: tuple[int, int]                                     # the sentence around it
    head: int = 0                                              # groups of the words of the sentence before its first item


@dataclass(slots=True, eq=False)
class _Found:
    """The matches of a unit (`_Reader.matches`), looked for when they are asked for: those of most units are not."""

    reader: _Reader
    unit: _Unit

    def __iter__(self) -> Iterator[Match]:
        return iter(self.reader.matches(self.unit.block, self.unit.start, self.unit.end))


# (unit, its matches, groups in it, in the introduction of its list, in the headings above, rules that fire, where the introduction stands)
Observation = tuple[_Unit, Matches, int, int, int, list[Rule], tuple[int, int] | None]


@dataclass(slots=True)
class Weighed:
    """A finding in one unit, before overlaps are settled."""

    rule: Rule
    clause: Clause
    probability: float | None                                  # by the decision layer; None where it has no weights for the label
    kept: bool = True                                          # False: the decision layer gives it up
    firm: bool = False                                         # a rule of its label fires that is not given up
    others: int = 0                                            # of a finding of a rule: other units under the same heading at which rules of its label fire

    @property
    def added(self) -> bool:
        """Whether the decision layer made this finding, and no rule."""
        return self.rule.id.startswith("model.")


class _Reader:
    """Reads one document with one pack; `active`: the numbers of the blocks that state rules, the others are context (None: all do)."""

    def __init__(self, document: Document, book: Cuebook, language: str | None, on: date | None, active: frozenset[int] | None = None, model: ClauseModel | None = None) -> None:
        self.document, self.book, self.language, self.on = document, book, language, on
        self.companies = CompanyNames(document.text, language)
        self.decision = Decision(book, language, model if language in languages() else None)   # of a language without a pack it has learnt nothing
        self.tag = document.language if pack_language(document.language) == language else language
        self.scopes, self.stances = ScopeReader(book), Stances(book)
        self.blocks: list[Block] = [b for b in document.body() if b.text]
        self.text = [b.text for b in self.blocks]               # at hand: it is asked for some hundred thousand times
        self.texts = self.text if active is None else [text if i in active else "" for i, text in enumerate(self.text)]
        self.base: list[int] = []
        at = 0
        for text in self.texts:
            self.base.append(at)
            at += len(text) + 1
        self.whole = active is None
        self.page: Page | None = None                          # `texts` joined by line ends, once they are looked through
        self.own_mask = (1 << book.width) - 1
        self.above_places, self.card_issued = book.bit("above_places"), book.bit("card_issued")
        self.opens_list, self.embargoed_place = book.bit("opens_list"), book.bit("embargoed_place")
        self.supply_side, self.represent = book.bit("supply_side"), book.bit("represent")
        self.comply, self.duty = book.bit("comply"), book.bit("duty")
        self.tells_a_rule = (self.stances.states | book.bit("negation") | book.bit("only_word") | book.bit("condition")) & ~(self.comply | self.duty)
        self.outside_named, self.outside_noise = book.bit("outside_named") | book.bit("outside_bare"), book.bit("outside_noise")
        self.only_outside, self.reserved = book.bit("only_outside"), book.bit("reserved_seat") | book.bit("only_place")
        self.turns_away = book.bit("turns_away")
        self.served = book.bit("served_to") | book.bit("supported_place") | book.bit("only_place") | book.bit("worldwide")
        self.only_some = book.bit("only") | book.bit("only_word") | book.bit("only_place") | book.bit("only_if")
        self.all_clear, self.asks_bar = book.bit("all_clear"), book.bit("asks_bar")
        self.bare_no = book.bit("bare_no")
        self.binds = self.stances.bans | book.bit("refuse") | book.bit("suspend") | book.bit("duty") | book.bit("represent") | book.bit("right") | book.bit("only_if") | book.bit("exception") | book.bit("plain_ban") | book.bit("plain_refusal")
        self.spared, self.even_if = book.bit("spared"), book.bit("even_if")
        self.defines, self.law_told, self.law_of_place, self.own_checks = book.bit("term_defined"), book.bit("law_told"), book.bit("law_of_place"), book.bit("own_checks")
        self.law_on_places, self.law_applied, self.place_advice = book.bit("law_on_places"), book.bit("law_applied"), book.bit("place_advice")
        self.pay_away, self.pay_more = book.bit("pay_away"), book.bit("pay_more")
        self.only_tells = self.defines | self.law_told | self.law_of_place | self.own_checks | self.law_on_places | self.place_advice | self.pay_away
        self.rule_too, self.barred_definition, self.use_watched = book.bit("rule_too"), book.bit("barred_definition"), book.bit("use_watched")
        self.where_not = book.bit("embargoed_place") | book.bit("barred_place") | book.bit("embargo_country") | book.bit("place_not_served") | book.bit("place_disclaimer")
        self._cleared: tuple[tuple[int, int, int] | None, bool] = None, False
        self._defined: dict[str, list[str]] | None = None
        self.lawmaker_before, self.lawmaker_after, self.lawmaker_body = book.bit("lawmaker_before"), book.bit("lawmaker_after"), book.bit("lawmaker_body")
        self.embargo_country = book.bit("embargo_country")
        self.any_group = functools.reduce(int.__or__, (bit for _, bit in book.place_groups), 0)
        self._rows: dict[tuple[int, int, int], list[Match]] = {}
        self._looks: dict[tuple[int, int, int], tuple[int, bool]] = {}
        self._sentences: dict[int, list[tuple[int, int]]] = {}
        self._intros: dict[tuple[int, int], tuple[int, tuple[int, int] | None]] = {}
        self._lists: dict[int, tuple[_Intro, tuple[int | None, _Intro]]] = {}   # introduction of a block, and what the next item of its list is to take for it
        self._opening: dict[int, bool] = {}
        self._numberings: dict[int, str] = {}
        self._items_before: dict[int, tuple[list[bool], list[int]]] = {}
        self._named: dict[tuple[int, int, int], list[str]] = {}
        self._scopes: tuple[_Unit | None, dict[tuple[str, int, int], Scope]] = None, {}
        # (unit, what it says of places): several rules ask it of one sentence
        self._mentions: tuple[tuple[int, int, int] | None, list[Mention]] = None, []
        self._grouped: tuple[tuple[int, int, int] | None, tuple[list[tuple[int, int, str, int]], list[int]]] = None, ([], [])
        self._turned: tuple[tuple[int, int, int] | None, list[tuple[int, int]]] = None, []
        self.issues: list[Issue] = []
        self._headings: dict[str, int] = {}
        self.list_below, self.refused_below, self.datacentre = book.bit("list_below"), book.bit("refused_below"), book.bit("datacentre_word")
        self.not_served, self.supplied = self.embargoed_place | self.refused_below | book.bit("place_not_served"), book.bit("supported_place") | book.bit("served_to") | book.bit("served_below")
        self.exception = book.bit("exception")
        self._announced: dict[int, tuple[int, tuple[int, int]]] = {}   # line of a list of places -> (groups, (block, start)) of the sentence further up that announces it
        self._further: dict[tuple[int, bool], list[int]] = {}
        self._place_lines: dict[int, bool] = {}
        self._runs: dict[int, _Intro] = {}                     # short paragraph -> what forbids the run of them to which it belongs
        self._below: dict[int, _Intro] = {}                    # heading -> what it says of a list below it
        self.tables = {i for i, b in enumerate(self.blocks) if b.kind == "table"}
        self._above: list[int] | None = None                    # of each block the number of the heading above it, of a heading that of the one around it; -1: none
        self.titles = {i for i, b in enumerate(self.blocks) if b.kind == "heading" and not (len(b.text) >= TITLE and (_at_end(_OPENS, b.text) or _at_end(_ENDS, b.text)))}

    # --- text ------------------------------------------------------------------------------------------------------------------------

    def sentences(self, index: int) -> list[tuple[int, int]]:
        """The sentences of a block, the rows of a table, as (start, end) in its text."""
        found = self._sentences.get(index)
        if found is None:
            text = self.text[index]
            if index in self.tables:
                found, at = [], 0
                lines = text.split("\n")
                heads = self._heads(self.blocks[index].table, len(lines))
                for number, line in enumerate(lines):
                    if line.strip() and number >= heads:
                        found.append((at, at + len(line)))
                    at += len(line) + 1
            else:
                found = list(sentences(text, self.language))
            if len(text) > LONGEST:
                found = [part for span in found for part in _parts(text, *span)]
            self._sentences[index] = found
        return found

    @staticmethod
    def _heads(table: Table | None, lines: int) -> int:
        """How many lines of a table are its head: names of columns ("KYC requirement") state nothing, but a sentence does wherever it stands."""
        if table is None or lines != len(table.rows) or len(table.rows) <= table.header_rows:
            return 0
        names = all(cell is None or len(cell.text) <= COLUMN and not _at_end(_ENDS, cell.text) for row in table.rows[:table.header_rows] for cell in row)
        return table.header_rows if names else 0

    def matches(self, block: int, start: int, end: int) -> list[Match]:
        """The cue matches that lie inside a range of a block. Only what is asked for is searched."""
        key = block, start, end
        rows = self._rows.get(key)
        if rows is None:
            base = self.base[block]
            if self.page is not None and self.texts[block]:
                rows = self._rows[key] = self.book.scan_part(self.page, base + start, base + end, start)
            else:
                rows = self._rows[key] = self.book.scan(self.text[block][start:end], start)
        return rows

    def mask(self, block: int, start: int, end: int) -> int:
        """The groups found in a range of a block."""
        return self.look(block, start, end)[0]

    def look(self, block: int, start: int, end: int) -> tuple[int, bool]:
        """The groups found in a range of a block, and whether one of its matches takes part in a cue that may make a rule fire."""
        key = block, start, end
        found = self._looks.get(key)
        if found is None:
            if not self.book.compiled:                         # where matches are looked for in any case, they are kept
                rows = self.matches(block, start, end)
                found = self.book.mask(rows), self.book.takes_part(rows)
            elif self.page is not None and self.texts[block]:
                base = self.base[block]
                found = self.book.look(self.page, base + start, base + end)
            else:
                found = self.book.look(self.book.page(self.text[block][start:end]), 0, end - start)
            self._looks[key] = found
        return found

    # --- context ---------------------------------------------------------------------------------------------------------------------

    def _is_item(self, index: int) -> bool:
        block = self.blocks[index]
        if block.kind == "list_item":
            return True
        if block.kind not in ("paragraph", "definition", "quote"):
            return False
        text = block.text
        return bool(block.marker or _NUMBERED.match(text) or text[0].islower() or (index and self.text[index - 1].rstrip()[-1:] in ";；"))

    def intro(self, index: int, number: int = 0) -> tuple[int, tuple[int, int] | None]:
        """(groups, (block, start)) of the sentence or sentences that open the list in which sentence `number` of a block stands; (0, None) where it stands in none."""
        known = self._intros.get((index, number))
        if known is None:
            known = self._intros[index, number] = self._inner_intro(index, number) or ((0, None) if number else self._list_intro(index))
        return known

    def _inner_item(self, text: str, start: int) -> bool:
        """Whether an item of an enumeration begins at `start`: "(a)", "a)", ①, 4.2.1; at the beginning of a line also "1." and "・"."""
        return bool(_INNER_ITEM.match(text, start) or (start and text[start - 1] == "\n" and (_NUMBERED.match(text, start) or text[start] == "・")))

    def _inner_intro(self, index: int, number: int) -> tuple[int, tuple[int, int] | None] | None:
        """The opening of an enumeration that runs through several sentences of one block: "We may suspend if (a) …; (b) …"."""
        spans = self.sentences(index)
        text = self.text[index]
        if not number or not (self._inner_item(text, spans[number][0]) or text[spans[number - 1][1] - 1] in ";；"):
            return None
        items, opener = self._enumerated(index)
        k = opener[number - 2] if items[number - 1] and number > 1 else -1 if items[number - 1] else number - 1
        if k >= 0:
            start, end = spans[k]
            cut = _HEAD_END.search(text, start, end)
            if cut is None and _ENDS.search(text, start, end) and not self.mask(index, start, end) & self.opens_list:
                return None
            outer, _ = self.intro(index, k) if k else self._list_intro(index)
            return self._opened(index, start, cut.end() if cut else end, outer), (index, start)
        return self._list_intro(index)                         # items in lines of one block: "a) …\nb) …" after a block that opens them

    def _enumerated(self, index: int) -> tuple[list[bool], list[int]]:
        """For each sentence of a block: whether an item begins there, and the last sentence, up to it, that is none and goes on none ("…;" before it); -1 where there is none."""
        known = self._items_before.get(index)
        if known is None:
            spans, text = self.sentences(index), self.text[index]
            items = [self._inner_item(text, start) for start, _ in spans]
            opener, last = [], -1
            for k, item in enumerate(items):
                if not item and not (k and text[spans[k - 1][1] - 1] in ";；"):
                    last = k
                opener.append(last)
            known = self._items_before[index] = items, opener
        return known

    def _list_intro(self, index: int) -> tuple[int, tuple[int, int] | None]:
        """`_find_intro`, in time that grows with the length of a list alone: an item that goes on the list of the one before has the introduction of that."""
        run = index
        while run not in self._lists and self._goes_on(run):
            run -= 1
        for item in range(run, index + 1):
            if item in self._lists:
                continue
            if item == run:
                own = onward = self._find_intro(item)
                if own[0] == item - 1:                         # an unfinished block opens a list for the item right below it alone
                    onward = self._find_intro(item, adjoining=False)
            else:
                own = onward = self._lists[item - 1][1]
            self._lists[item] = own[1] if own[0] is not None and own[0] > item - LOOK_BACK else (0, None), onward
        return self._lists[index][0]

    def _goes_on(self, index: int) -> bool:
        """Whether a block and the one before are alike items of one list, so that the search for its introduction runs over the same blocks."""
        if not index or index - 1 in self.titles or index - 1 in self.tables or not (self._is_item(index) and self._is_item(index - 1)):
            return False
        if self._section(index) and self._section(index - 1) and self._section(index) != self._section(index - 1):
            return False
        one, other = self.blocks[index], self.blocks[index - 1]
        if (one.kind == "list_item") != (other.kind == "list_item") or (one.kind == "list_item" and one.level != other.level):
            return False
        same = self._same_numbering(index, index - 1)
        unnumbered = self._numbering(index).startswith("text") and self._numbering(index - 1).startswith("text")
        return same or (unnumbered and not self._opens_list(index - 1))

    def _opens_list(self, index: int) -> bool:
        """Whether a list may begin below a block."""
        known = self._opening.get(index)
        if known is None:
            known = self._opening[index] = bool(_at_end(_OPENS, self.text[index])) or self._announces(index) or self._unfinished(index)
        return known

    def _find_intro(self, index: int, *, adjoining: bool = True) -> tuple[int | None, _Intro]:
        """(the block at which the search ended, None: none within reach; the introduction of the list in which a block stands). `adjoining`: a block right above that breaks off opens it."""
        if not self._is_item(index):
            return index, self._bare_intro(index)
        block = self.blocks[index]
        bare = not self._numbering(index).startswith("number") or self._numbering(index).startswith("number0")   # "5.1 …" below a heading is a section of its own, no item of what the heading names
        first = index                                          # the first block of this list, as far as read
        for j in range(index - 1, max(-1, index - LOOK_BACK), -1):
            other = self.blocks[j]
            if j in self.titles:
                return j, self._heading_intro(j) if bare else (0, None)
            if other.kind == "table":
                continue
            text = other.text
            opens = self._opens_list(j)
            if self._section(index) and (self._section(index) != self._section(j) if self._section(j) else not opens and self._heads_section(index, j)):
                return j, (0, None)                            # "8.1 …" is no item of what was opened before "7.9 …", nor before "8. Liability"
            if block.kind == "list_item" and other.kind == "list_item" and other.level >= block.level and not (
                    opens and other.level == block.level and j == first - 1 and not self._same_numbering(index, j)):
                first -= j == first - 1
                continue
            if opens or (other.kind != "list_item" and not self._is_item(j) and adjoining and j == index - 1 and not _at_end(_ENDS, text)):
                if self._is_item(j) and block.kind != "list_item" and self._same_numbering(index, j):
                    continue
                spans = self.sentences(j)
                start, end = spans[-1] if spans else (0, len(text))
                outer, _ = self.intro(j, max(0, len(spans) - 1))
                own = self.mask(j, start, end)
                if not (own | outer) & self.stances.states:    # "Among these are:" below "Prohibited uses"
                    outer |= self._heading_intro(self.heading_above(j))[0]
                return j, (self._opened(j, start, end, outer), (j, start))
            numbered = block.kind == "list_item" and other.kind != "list_item" and not self._numbering(j).startswith("text")
            if not self._is_item(j) or numbered:
                if block.kind != "list_item":
                    return j, self._bare_intro(j)
                if numbered and (around := self._list_intro(j))[1] is not None:
                    return j, around                           # bullets below "13.4 Effect of termination." are no items of what "13.2 …:" opens; below "(b) …" of what that is an item of
                return j, self._heading_intro(self.heading_above(j)) if bare else (0, None)
        return None, (0, None)

    def _opened(self, index: int, start: int, end: int, outer: int) -> int:
        """The groups that the list opened by a range of a block inherits, `outer` being those that it stands under itself."""
        return self.stances.opening(self.mask(index, start, end), self.matches(index, start, end), end, outer, item=self._is_item(index))

    def _bare_intro(self, index: int) -> _Intro:
        """The opening or heading that forbids what stands below it in a run of short paragraphs without mark or number, to which this one belongs; (0, None): there is none."""
        if not self._short(index):
            return 0, None
        run = index
        while run not in self._runs and run and self._short(run - 1):
            run -= 1
        if run not in self._runs:
            self._runs[run] = self._run_intro(run - 1) if run else (0, None)
        says = self.stances.tells | self.stances.bans | self.stances.allows
        for number in range(run, index + 1):                   # a paragraph that says something of its own ends the run
            found = self._runs.get(number) or self._runs[number - 1]
            text = self.text[number]
            if found[1] and (found[1][0] in self.titles and _at_end(_ENDS, text) or self.mask(number, 0, len(text)) & says):
                found = 0, None
            self._runs[number] = found
        return self._runs[index]

    def _run_intro(self, index: int) -> _Intro:
        """What a block says of the short paragraphs below it, where that forbids them."""
        if index in self.titles:
            found = self._heading_intro(index)
        elif _at_end(_OPENS, self.text[index]) and (spans := self.sentences(index)):
            found = self._opened(index, *spans[-1], self.intro(index, len(spans) - 1)[0]), (index, spans[-1][0])
        else:
            return 0, None
        return found if found[0] & self.stances.prohibit else (0, None)

    def _short(self, index: int) -> bool:
        """Whether a block may be one of a run of short paragraphs, and opens no list itself."""
        block = self.blocks[index]
        return block.kind in ("paragraph", "definition") and len(block.text) <= BARE and not _at_end(_OPENS, block.text)

    def heading_above(self, index: int) -> int:
        """The number of the heading above a block, of a heading that of the one around it; -1: there is none."""
        if self._above is None:
            self._above, open_ = [], []
            for number, block in enumerate(self.blocks):
                if number in self.titles:
                    while open_ and self.blocks[open_[-1]].level >= block.level:
                        open_.pop()
                self._above.append(open_[-1] if open_ else -1)
                if number in self.titles:
                    open_.append(number)
        return self._above[index]

    def _heading_intro(self, index: int) -> _Intro:
        """What a heading, or the one around it, says of a list right below it: it opens the list as a sentence does ("You may not:"), or is the name of what is forbidden."""
        if index < 0:
            return 0, None
        known = self._below.get(index)
        if known is None:
            known = self._below[index] = self._read_heading(index)
        return known

    def _read_heading(self, index: int) -> _Intro:
        text = self.text[index]
        own = self.mask(index, 0, len(text))
        if _at_end(_OPENS, text) and own & self.stances.states:
            return self._opened(index, 0, len(text), 0), (index, 0)
        if self.stances.names_a_ban(own) or self.stances.breaks_off(own, self.matches(index, 0, len(text)), text):
            return self.stances.prohibit, (index, 0)
        if own & self.stances.allows:
            return self.stances.permit, (index, 0)
        if not self.stances.passes(own):
            return 0, None
        above = self.heading_above(index)
        return self._heading_intro(above) if above >= 0 and self.blocks[above].level > 1 else (0, None)

    def _announces(self, index: int) -> bool:
        """Whether the last sentence of a block says that a list follows, without a colon: 次の行為をしてはなりません。"""
        if not self.opens_list or self.blocks[index].kind == "table":
            return False
        spans = self.sentences(index)
        return bool(spans and self.mask(index, *spans[-1]) & self.opens_list)

    def _unfinished(self, index: int) -> bool:
        """Whether a numbered block breaks off where its own items begin: "8.1 The user may not" before "8.1.1 resell …" or "(a) resell …"."""
        last = self.text[index][-1:]
        if (index + 1 < len(self.blocks) and self.blocks[index + 1].kind == "list_item" and self.blocks[index].kind in ("paragraph", "definition")
                and not _at_end(_ENDS, self.text[index])):
            return True                                        # "4.1 You may not use the service" before bullets
        if last == "," and index + 1 < len(self.blocks) and self.blocks[index].kind == "paragraph" and self._numbering(index + 1) == "letter)" and not self._is_item(index):
            return True                                        # "The user has to refrain from it," before "(a) to resell …"
        if index + 1 >= len(self.blocks) or not last.isalpha() or last > "\u3000" or "table" in (self.blocks[index].kind, self.blocks[index + 1].kind):
            return False
        one, other = self._numbering(index), self._numbering(index + 1)
        return one.startswith("number") and (other.startswith("letter") or other > one and other.startswith("number"))

    def _section(self, index: int) -> str:
        """The number of the section of a paragraph that bears one, "8" of "8.1 …"; empty: it bears none."""
        found = _SECTION.match(self.blocks[index].marker or self.text[index][:12])
        return found[1] if found else ""

    def _heads_section(self, index: int, other: int) -> bool:
        """Whether a paragraph is the title of the section in which another one stands: "8. Liability" of "8.1 …"."""
        found = _SECTION_HEAD.match(self.text[other][:12])
        return bool(found and found[1] == self._section(index))

    def _same_numbering(self, one: int, other: int) -> bool:
        """Whether two paragraphs are items of one list, judged by the shape of their numbers ("(a)" and "(b)", "4.1" and "4.2")."""
        return self._numbering(one) == self._numbering(other)

    def _numbering(self, index: int) -> str:
        known = self._numberings.get(index)
        if known is None:
            known = self._numberings[index] = self._number_shape(index)
        return known

    def _number_shape(self, index: int) -> str:
        text = self.blocks[index].marker or self.text[index][:12]
        found = re.match(r"\s*[(（]?([a-z]|[ivx]{2,4}|\d{1,2}(?:\.\d{1,2})*|[一二三四五六七八九十]+)([)）.、．])?", text)
        if not found:
            return f"text{index}"
        core = found[1]
        kind = "letter" if core.isalpha() and core.isascii() else "han" if not core.isascii() else f"number{core.count('.')}"
        return kind + (found[2] or "")

    def items(self, index: int, number: int) -> int:
        """The groups of the list that a sentence opens."""
        mask = 0
        for item in self.listed(index, number):
            mask |= self.mask(*item)
        return mask

    def listed(self, index: int, number: int) -> Iterator[tuple[int, int, int]]:
        """(block, start, end) of the items of the list that a sentence opens: the further items of its own block, or the item blocks that follow."""
        spans = self.sentences(index)
        text = self.text[index]
        start, end = spans[number]
        for k in range(number + 1, len(spans)):
            if not (_INNER_ITEM.match(text, spans[k][0]) or _NUMBERED.match(text, spans[k][0])):
                return
            yield index, *spans[k]
        if number + 1 == len(spans) and not _OPENS.search(text, start, end) and not self._announces(index):
            return
        level = self.blocks[index].level if self.blocks[index].kind == "list_item" else -1
        for j in range(index + 1, min(len(self.blocks), index + MAX_ITEMS)):
            block = self.blocks[j]
            if not self._is_item(j) or (block.kind == "list_item" and block.level <= level) or (block.kind != "list_item" and self._same_numbering(index, j)):
                return
            yield j, 0, len(block.text)

    def headings(self, index: int) -> int:
        """The groups of the headings above a block."""
        mask = 0
        for text in self.blocks[index].heading_path[-3:]:
            known = self._headings.get(text)
            if known is None:
                known = self._headings[text] = self.book.groups_in(text)
            mask |= known
        return mask

    def units(self, index: int, sentence: tuple[int, int]) -> Iterator[_Unit]:
        """The sentence, or its items where it enumerates at length."""
        start, end = sentence
        text = self.text[index]
        if end - start >= MIN_ITEMS and index not in self.tables:
            if sum(text.count(mark, start, end) for mark in _ITEM_MARKS) < 2:
                yield _Unit(index, start, end, sentence)
                return
            cuts = [cut for cut in _cuts(text, start, end) if cut < end - 8]
            if len(cuts) >= 2:
                head = self.mask(index, start, cuts[0])
                edges = [start, *cuts, end]
                for a, b in zip(edges, edges[1:], strict=False):
                    while b > a and text[b - 1].isspace():
                        b -= 1
                    if b > a:
                        yield _Unit(index, a, b, sentence, head if a != start else 0)
                return
        yield _Unit(index, start, end, sentence)

    # --- reading ---------------------------------------------------------------------------------------------------------------------

    def candidates(self) -> list[tuple[int, int]]:
        """(block, number of the sentence) of each sentence that may have a trigger. Where none of its rules can fire in this document, only if its words alone come near what the decision layer adds."""
        page = self.page = self.book.page("\n".join(self.texts))
        hits = self.book.gate(page)
        idle = self.book.idle(hits, "\n".join({text for block in self.blocks for text in block.heading_path})) if self.whole else frozenset()
        found = self._worth(hits.among(idle, False) if idle else hits)
        others = sorted(set(self._worth(hits.among(idle, True))).difference(found)) if idle else []
        if others:
            texts = [self.text[index][slice(*self.sentences(index)[number])] for index, number in others]
            near = self.decision.near(texts)
            found = sorted(found + [place for place, text, promising in zip(others, texts, near, strict=True) if promising or len(text) >= MIN_ITEMS and len(list(self.units(place[0], self.sentences(place[0])[place[1]]))) > 1])
        return found

    def _worth(self, hits: Hits) -> list[tuple[int, int]]:
        """(block, number of the sentence) of each sentence that may have a trigger, by what `Cuebook.gate` found."""
        return [(index, number) for index, first, last in hits.blocks(self.base, [begin + len(text) for begin, text in zip(self.base, self.texts, strict=True)])
                for number in hits.sentences(first, last, self.base[index], self.sentences(index))]

    def neighbours(self, index: int, number: int) -> list[tuple[int, int, int]]:
        """(block, start, end) of the sentences before and after, in the same block; of a question that ends its block, also the sentence that answers it below."""
        spans = self.sentences(index)
        found = [(index, *spans[other]) for other in (number - 1, number + 1) if 0 <= other < len(spans)]
        if number == len(spans) - 1 and self._answered(index) and (answer := self.sentences(index + 1)):
            found.append((index + 1, *answer[0]))
        return found

    def _answered(self, index: int) -> bool:
        """Whether the block below one may answer the question with which it ends: a paragraph, or an item of a list inside its own; the next item of the same list is the next question."""
        if not _at_end(_ASKS, self.text[index]) or index + 1 >= len(self.blocks) or index + 1 in self.titles:
            return False
        block, below = self.blocks[index], self.blocks[index + 1]
        return below.kind in ("paragraph", "definition") if block.kind != "list_item" or below.kind != "list_item" else below.level > block.level

    def near(self, index: int, number: int) -> int:
        """The groups of the sentences before and after (`neighbours`)."""
        mask = 0
        for sentence in self.neighbours(index, number):
            mask |= self.mask(*sentence)
        return mask

    def observations(self) -> Iterator[Observation]:
        """Each unit worth a look."""
        for count, (index, number) in enumerate(self.candidates()):
            if count == MOST_SENTENCES:
                self.issues.append(Issue("error", "limit", f"read only in part: more than {MOST_SENTENCES:,} sentences with cues"))
                return
            found = self.mask(index, *self.sentences(index)[number]) & self.book.triggers
            if not found:
                continue
            intro, opening = self.intro(index, number)
            head = self.headings(index)
            whole = self.mask(index, *self.sentences(index)[number])
            if whole & self.list_below and whole & self.supplied and not whole & self.refused_below:
                self._announced.update(dict.fromkeys(self.further(index, served=True), (whole, (index, self.sentences(index)[number][0]))))
            elif index in self._announced and whole & self.exception and (opening is None or opening[0] in self.titles):
                intro, opening = intro | self._announced[index][0], self._announced[index][1]   # "Ukraine (except …)"
            items = self.items(index, number) if found & self.book.items_triggers else 0
            for unit in self.units(index, self.sentences(index)[number]):
                own, takes_part = self.look(index, unit.start, unit.end)
                if not takes_part:
                    continue
                rows = _Found(self, unit)
                opens = self.stances.for_item(own, rows, unit.start, intro | unit.head, heading=opening is not None and opening[0] in self.titles)
                near = self.near(index, number) if self.book.asks_near(own, opens, head, items) else 0   # of most sentences the neighbours need not be searched
                yield unit, rows, own, opens, head, self.book.fire(own, opens, head, near, items), opening

    def looked_at(self) -> Iterator[tuple[_Unit, Matches, int, int, int, list[Rule], tuple[int, int] | None, Look | None]]:
        """`observations`, each with what the decision layer sees there."""
        observations = self.observations()
        while some := list(itertools.islice(observations, TOGETHER)):
            units = [(self.text[unit.block][unit.start:unit.end], self.introduction(unit, opening), self.blocks[unit.block].heading_path, own, intro, head)
                     for unit, _, own, intro, head, _, opening in some]
            for observation, look in zip(some, self.decision.look(units), strict=True):
                yield *observation, look

    def read(self) -> tuple[list[Clause], list[Signal]]:
        """(clauses, signals), each in the order of the text. A heading states no clause, but may carry a signal."""
        clauses: dict[str, list[Clause]] = {}
        signals: dict[str, list[Signal]] = {}
        for unit, rows, _, _, _, fired, _, findings in self.gone_through():
            for rule in {r.label: r for r in reversed(fired) if r.label in SIGNAL_LABELS}.values():
                signals.setdefault(rule.label, []).append(self.signal(unit, rule, rows))
            for finding in findings:
                if finding.kept:
                    clauses.setdefault(finding.clause.label, []).append(finding.clause)
        return (sorted((c for label in clauses.values() for c in settle(label, self.document)), key=lambda c: (c.start, c.end, c.label)),
                sorted((s for label in signals.values() for s in distinct(label)), key=lambda s: (s.start, s.end, s.label)))

    def gone_through(self) -> Iterator[tuple[_Unit, Matches, int, int, int, list[Rule], tuple[int, int] | None, list[Weighed]]]:
        """`observations`, each with its findings; a title has none. How sure a finding of a rule is rests on the others under its heading, too: all units are looked at before one is given out."""
        found: list[tuple[_Unit, Matches, int, int, int, list[Rule], tuple[int, int] | None, list[Weighed]]] = []
        together: Counter[tuple[str, tuple[str, ...]]] = Counter()
        for unit, rows, own, intro, head, fired, opening, look in self.looked_at():
            findings = [] if unit.block in self.titles else list(self.weighed(unit, rows, own, intro, fired, opening, look))
            together.update((finding.rule.label, self.section(unit)) for finding in findings if not finding.added)
            found.append((unit, rows, own, intro, head, fired, opening, findings))
        for observation in found:
            for finding in observation[-1]:
                if not finding.added:
                    self.settle_confidence(finding, observation[0], together[finding.rule.label, self.section(observation[0])] - 1)
            yield observation

    def section(self, unit: _Unit) -> tuple[str, ...]:
        """The headings above a unit: what stands under the same ones is about one subject."""
        return tuple(self.blocks[unit.block].heading_path)

    def settle_confidence(self, finding: Weighed, unit: _Unit, others: int) -> None:
        """Sets how sure a finding of a rule is, and whether it is kept; `others`: see `Weighed`."""
        finding.others = others
        if finding.probability is None:
            return
        sure = self.decision.confidence(finding.probability, finding.rule.id, self.bar(finding), others)
        if sure is not None and finding.firm:
            sure = max(sure, self.floor(finding))
        finding.kept = sure is not None
        if sure is not None:
            finding.clause.confidence = round(min(sure, finding.rule.attributes.get("confidence", 1.0), 0.5 if unit.block in self.tables else 1.0), 2)

    def bar(self, finding: Weighed) -> float:
        """The confidence below which a finding of a rule is given up; 0: it never is."""
        label, clause = finding.rule.label, finding.clause
        if finding.firm:
            return 0.0
        if label == "supported_countries" and clause.polarity == "permits" and not (clause.places or clause.place_groups or self.decision.careful):
            return LIKELY                                      # "available in the countries listed there", "available worldwide": no country speaks for it
        return self.decision.drop.get(label, 0.0)

    def floor(self, finding: Weighed) -> float:
        """The confidence that a finding of a rule has at least: that below which others are given up, where it is firm."""
        return self.decision.drop.get(finding.rule.label, 0.0) if finding.firm else 0.0

    def ruled(self, unit: _Unit, rows: Matches, own: int, intro: int, fired: list[Rule], opening: tuple[int, int] | None) -> dict[str, tuple[Rule, Clause]]:
        """Label -> the first rule of it that gives a clause here, and that clause."""
        found: dict[str, tuple[Rule, Clause]] = {}
        allowed = self.stances.allowed(own, intro)
        for rule in sorted(fired, key=lambda rule: "yields" in rule.attributes):   # those that yield to others last
            if rule.label in BARRED_LABELS and allowed or not found.keys().isdisjoint(rule.attributes.get("yields", ())):
                continue
            if rule.label not in found and rule.label not in SIGNAL_LABELS and (clause := self.clause(unit, rule, rows, own, intro, opening)):
                found[rule.label] = rule, clause
        return found

    def introduction(self, unit: _Unit, opening: tuple[int, int] | None) -> str:
        """The words before a unit that it goes on: the beginning of its sentence, or the sentence that opens its list."""
        if unit.start != unit.whole[0]:
            return self.text[unit.block][unit.whole[0]:unit.start]
        if opening is None or opening[0] in self.titles:       # what a heading says is looked at by itself
            return ""
        index, start = opening
        return self.text[index][start:next((b for a, b in self.sentences(index) if a <= start < b), None)]

    def weighed(self, unit: _Unit, rows: Matches, own: int, intro: int, fired: list[Rule], opening: tuple[int, int] | None, look: Look | None) -> Iterator[Weighed]:
        """The findings of a unit, each weighed by the decision layer: those of the rules, whose confidence is still to be settled, and those that it adds."""
        decision = self.decision
        found = self.ruled(unit, rows, own, intro, fired, opening)
        alone = self.stands_alone(unit, own, intro, opening)
        if not found and not alone:
            return
        if not found and (look is None or look.silent):
            return
        likely = decision.likely(look)
        firm = {rule.label for rule in fired if rule.attributes.get("firm")}
        for label, (rule, clause) in found.items():
            self.weigh_manner(clause, rule, unit, rows, own, intro, look)
            yield Weighed(rule, clause, likely.get(label), firm=label in firm)
        if not alone:
            return
        mentioned = {rule.label for rule in fired if rule.aside and self._only_mentioned(rows, rule)}   # nothing is added to that either
        for label, probability in likely.items():
            if label == "supported_countries" and own & self.refused_below:
                continue                                       # its words are those of a list of countries served, but for one
            if label not in found and label not in mentioned and decision.adds(label, probability) and (rule := decision.template(label, own)):
                clause = self.clause(unit, rule, rows, own, intro, opening)
                if clause is not None:
                    clause.confidence = round(min(decision.model.added(probability), 0.5 if unit.block in self.tables else 1.0), 2)
                    self.weigh_manner(clause, rule, unit, rows, own, intro, look)
                    yield Weighed(rule, clause, probability)

    def stands_alone(self, unit: _Unit, own: int, intro: int, opening: tuple[int, int] | None) -> bool:
        """Whether the decision layer may add to a unit. Not to what binds suppliers or the hosts of a marketplace, which are no customers. What an item of a list means hangs on the sentence that opens it: nothing is added to what that allows ("You can: resell …"), nor to any list in a language of few labelled documents."""
        if own & self.supply_side:
            return False
        if intro & self.scopes.permit and not intro & self.scopes.prohibit:
            return False
        if (opening is None or opening[0] in self.titles) and unit.start == unit.whole[0] and not self._inner_item(self.text[unit.block], unit.start):
            return True
        return not self.decision.careful

    def words(self, unit: _Unit, own: int, intro: int, head: int, opening: tuple[int, int] | None) -> dict[str, float]:
        """The features of a unit (`nlp.wording.features`)."""
        block = self.blocks[unit.block]
        text, groups = block.text[unit.start:unit.end], self.decision.groups(own, intro, head)
        return features(text, self.introduction(unit, opening)[:MAX_CONTEXT], block.heading_path, self.language, groups)

    def weigh_manner(self, clause: Clause, rule: Rule, unit: _Unit, rows: Matches, own: int, intro: int, look: Look | None) -> None:
        """Lets the decision layer settle polarity and mode of a finding, and what follows from them: actor and strength."""
        model = self.decision.model
        if model is None or model.manner is None or look is None:
            return
        scope = self.scope(unit, rule.label, rows, own, intro)
        polarity, mode, stated = said(rule, scope)
        alone = rule.id.startswith("model.")
        if "lifts" in scope.ground:
            return                                             # "nothing in this section prohibits …": its words are those of a ban
        if self.decision.careful and (stated or not alone):
            return
        if not alone and (rule.label == "supported_countries" or (rule.label in PLACE_LABELS and (not stated or "polarity" in rule.attributes or (polarity == "prohibits" and clause.places)))):
            return                                             # a country is barred, demanded or welcomed by words, never by what is usual: "the page of supported countries is part of the contract"
        weighed = self.decision.manner(look, own, intro, rule.label, polarity, mode, stated, alone)
        if scope.ground == ("permit",) and weighed[0] == "prohibits" and not own & (self.scopes.negation | self.scopes.plain_not | self.scopes.exception):
            weighed = scope.polarity, scope.mode               # "customers may resell": what words allow, and no word forbids, is no ban, however often its words are one
        if weighed[0] == "prohibits" and rule.attributes.get("places") == "included" and clause.places:
            weighed = "conditions", weighed[1]                 # "only persons in …": who is named is not barred
        if weighed == (clause.polarity, clause.mode):
            return
        clause.polarity, clause.mode = weighed
        if "actor" not in rule.attributes:
            clause.actor = self.scopes.actor(rule.label, clause.mode, own)[0]
        if "strength" not in rule.attributes:
            clause.strength = strength(rule.label, clause.polarity, clause.places, clause.place_groups)

    def signal(self, unit: _Unit, rule: Rule, rows: Matches) -> Signal:
        """The record of a signal: its sentence, or the words around it where that is long."""
        block = self.blocks[unit.block]
        quote, start, end = self.document.quote(block.content, unit.start, unit.end)
        if end - start > MAX_SIGNAL and (shorter := self._shortened(unit, rule, rows, MAX_SIGNAL)):
            quote, start, end = shorter
        return Signal(label=rule.label, quote=quote, start=start, end=end, rule=f"cues:{rule.id}")

    def clause(self, unit: _Unit, rule: Rule, rows: Matches, own: int, intro: int, opening: tuple[int, int] | None) -> Clause | None:
        """The record of one rule in one unit; None where a further condition of the rule does not hold."""
        attributes = rule.attributes
        if (window := attributes.get("window")) and not self._close(rows, rule, window):
            return None
        if "most" in attributes and (unit.end - unit.start > attributes["most"] or not (opening is None or opening[0] in self.titles) or self.blocks[unit.block].kind == "list_item" and not _ENDS.search(self.text[unit.block], unit.start, unit.end)):
            return None                                        # what an item of a list says hangs on the sentence that opens it, unless it is a whole one
        if own & (self.all_clear | self.asks_bar) and rule.label not in UNCLEARED_LABELS and self.cleared(unit, rows):
            return None
        if (own | intro) & self.only_tells and self.told(rule.label, own, intro):
            return None
        if rule.aside and self._only_mentioned(rows, rule):
            return None
        block = self.blocks[unit.block]
        text = block.text[unit.start:unit.end]
        places: list[str] = []
        last = None
        adjoining = 0
        if attributes.get("places") in ("beyond", "others"):
            places, adjoining = self.beyond(unit, rows, rule.when[0])
            if (not places and not adjoining) or own & self.only_outside:
                return None
        elif attributes.get("places", "defined") != "defined" and (attributes["places"] != "issuers" or own & self.card_issued):
            places, last = self.places(unit, rows, attributes["places"])
        if attributes.get("places") in ("included", "excepted") and (but := self.scopes.exception_span(text, rows, own, unit.start)):
            barred = self.named(text[slice(*but)])             # "open to residents of all countries, except Cuba and Iran"
            places = [p for p in places if (p in barred) == (attributes["places"] == "excepted")]
        elif attributes.get("places") == "excluded" and len(places) > 1 and own & self.scopes.exception:
            spared, _ = self.beyond(unit, rows, self.scopes.exception)   # "not from China (excluding Hong Kong)": what stands right behind the word is not barred
            if spared and (but := self.scopes.exception_span(text, rows, own, unit.start)):
                within = self.named(_in_brackets(text, *but))  # … and within its brackets: "(excluding Hong Kong) and Iran"
                places = [p for p in places if p not in spared or p not in within] or places
        if attributes.get("places") == "peoples" or attributes.get("places") == "law" and not places:   # "Russian nationals", "under Swedish law"
            from nlp.places import find_peoples

            makers = {code for _, _, code, maker in self.mentions(unit, rows) if maker}   # "US" is an adjective, too
            places = list(dict.fromkeys(places + [code for code in find_peoples(self._without(text, unit, self.not_meant(unit, rows)), self.language) if code not in makers]))
        elsewhere, named = 0, bool(places)
        if misleading := self.misleading(attributes.get("places"), own, intro):   # "from outside Singapore" bars everywhere else
            contrary, elsewhere = self.beyond(unit, rows, misleading)
            left = [p for p in places if p not in contrary or [code for _, _, code, _ in self.mentions(unit, rows)].count(p) > 1]   # … unless it is named once more
            if places and not left and attributes["places"] != "peoples" and rule.label not in CHIP_LABELS:
                return None
            places = left
        if not places and attributes.get("places") in ("excluded", "defined"):
            places = self.defined_places(text)
        if not places and attributes.get("places") == "excluded" and own & self.above_places and not own & self.embargoed_place:
            places = self.places_above(unit)
        cited = own
        for index in (*range(unit.block + 1, (last or unit.block) + 1), *(self.further(unit.block, served=attributes.get("places") == "included") if own & self.list_below and places and last is None else ())):   # "All member states of the European Union", in the list that the sentence opens
            cited |= self.mask(index, 0, len(self.text[index]))
        grouped = rule.label in GROUPED_LABELS or (attributes.get("places") == "issuers" and own & self.card_issued)
        cited = adjoining if attributes.get("places") in ("beyond", "others") else cited & ~elsewhere
        groups = [name for name, bit in self.book.place_groups if cited & bit] if grouped and cited & self.any_group else []
        if attributes.get("places") in ("beyond", "others") and not set(places).isdisjoint(place_groups.resolve([EMBARGOED], self.on)):
            return None                                        # "persons who are not in Cuba": nobody serves those places alone
        if attributes.get("places") == "others":
            places, groups = [], []                            # named to say who is not meant
        if groups and places:
            makers = place_groups.lawmakers(groups)
            places = [p for p in places if p not in makers]
        if attributes.get("places") == "excluded" and not places and not groups and rule.label not in CHIP_LABELS and own & self.outside_named and any(self.beyond(unit, rows, self.outside_named)):
            return None                                        # the only country named is one that is served
        if "needs" in attributes and not places and not (named and rule.label in CHIP_LABELS) and not (attributes["needs"] == "place or group" and groups):
            return None
        if last is None and rule.attributes.get("run") and not self._holds_alone(rule, own, intro):
            last = self._run_end(unit, rule)
        located = self.locate(unit, rule, opening, last, rows)
        if located is None or (_few_words(located[0]) and not (("brief" in attributes or "most" in attributes) and _at_end(_ENDS, located[0]))) or (not places and not groups and (_names_a_subject(located[0], block.marker, opening is not None) or self._heads_a_passage(unit, rows, own, opening))):
            return None                                        # a title names a subject, it states no rule
        quote, start, end = located
        scope = self.scope(unit, rule.label, rows, own, intro)
        polarity, mode, actor = (settled(name, attributes, scope)[0] for name in ("polarity", "mode", "actor"))
        if attributes.get("places") == "included" and places and polarity == "prohibits":
            polarity = "conditions"                            # "available exclusively to residents of …": who is named is not barred
        exception = text[slice(*scope.exception)] if scope.exception else None
        confidence = attributes.get("confidence", 0.9) * (0.7 if exception else 1.0)
        if groups and not places and not place_groups.closed(groups):
            confidence *= 0.8
        if unit.block in self.tables:
            confidence = min(confidence, 0.5)
        return Clause(
            label=rule.label, quote=quote, start=start, end=end, polarity=polarity, mode=mode, actor=actor, target=attributes.get("target"),
            chips=_chips(text) if rule.label in CHIP_LABELS else [], places=places, place_groups=groups, places_resolved=place_groups.resolve(groups, self.on), exception=exception,
            strength=attributes.get("strength", strength(rule.label, polarity, places, groups)), language=self.tag,
            scope=part_of_service(block.heading_path, self.language) or self.part(unit, text), heading_path=list(block.heading_path), rule=f"cues:{rule.id}", confidence=round(confidence, 2),
        )

    def cleared(self, unit: _Unit, rows: Matches) -> bool:
        """Whether a unit only says that something is allowed, asked of nobody or of no account ("you need no …", "whatever passport you hold", "Do I need a passport? No."), so that it states no rule. Not where other words of it bind or bar: "wherever you live, you must …"."""
        asked = unit.block, unit.start, unit.end
        if self._cleared[0] != asked:
            clear = self.book.spans(rows, self.all_clear)
            self._cleared = asked, self._answered_no(unit) or bool(clear) and not any(not any(a < d and c < b for a, b in clear) for c, d in self.book.spans(rows, self.binds & self.book.touched(rows)))
        return self._cleared[1]

    def _answered_no(self, unit: _Unit) -> bool:
        """Whether a unit asks for a duty, a limit or a ban, and the sentence behind it opens with a no: "Do I need a passport? No." ("Only for an H100." is a condition)."""
        if not self.mask(unit.block, *unit.whole) & self.asks_bar or not _ASKS.search(self.text[unit.block], unit.start, unit.end):
            return False
        number = next((n for n, span in enumerate(self.sentences(unit.block)) if span == unit.whole), None)
        answers = [] if number is None else [span for span in self.neighbours(unit.block, number) if span[:2] > (unit.block, unit.start)]
        return any(at - start <= OPENS_WITH for block, start, end in answers for at, _ in self.book.spans(self.matches(block, start, end), self.bare_no))

    def _heads_a_passage(self, unit: _Unit, rows: Matches, own: int, opening: tuple[int, int] | None) -> bool:
        """Whether a block is the title of the text right below, though nothing marks it as a heading: a few words without an end or a verb of a rule ("15. Compliance with export law"), alone, above a finished sentence."""
        index, text = unit.block, self.text[unit.block].rstrip()
        if opening is not None or own & self.tells_a_rule or unit.end - unit.start < len(text) or len(text) > LONGEST_TITLE or not text[-1:].isalnum() and text[-1:] not in ")）" or "\n" in text:
            return False
        complying = self.book.spans(rows, self.comply)         # "compliance with" stands in titles, too
        if any(not any(c <= a and b <= d for c, d in complying) for a, b in self.book.spans(rows, self.duty)):
            return False
        dense = len(_DENSE.findall(text))
        if complying and not dense and min(complying)[0] - unit.start > TO_NOUN:
            return False                                       # "the customer complies with …"
        if (dense > DENSE_TITLE) if dense else len(_WORDS.findall(text)) > MOST_TITLE:
            return False
        block, below = self.blocks[index], self.blocks[index + 1] if index + 1 < len(self.blocks) else None
        beside = (self.blocks[index - 1] if index else None, below)
        if block.kind not in ("paragraph", "definition", "list_item") or (block.kind == "list_item" and any(b is not None and b.kind == "list_item" and b.level == block.level for b in beside)):
            return False
        return below is not None and below.kind in ("paragraph", "quote", "list_item") and bool(_at_end(_ENDS, below.text) or _at_end(_OPENS, below.text))

    def scope(self, unit: _Unit, label: str, rows: Matches, own: int, intro: int) -> Scope:
        """What the cues of a unit say of polarity, mode, actor and exception of a rule of this label."""
        asked, known = self._scopes                            # asked for when a clause is made, and again when it is weighed
        if asked is not unit:
            asked, known = self._scopes = unit, {}
        if (label, own, intro) not in known:
            known[label, own, intro] = self._scope(unit, label, rows, own, intro)
        return known[label, own, intro]

    def _scope(self, unit: _Unit, label: str, rows: Matches, own: int, intro: int) -> Scope:
        context = intro | self.headings(unit.block) if label in PROVIDER_LABELS else intro   # "What we may do" above what the provider does
        return self.scopes.read(label, self.text[unit.block][unit.start:unit.end], rows, own, context, offset=unit.start)

    def part(self, unit: _Unit, text: str) -> str | None:
        """The part of the service to which a clause is limited by what stands before it."""
        before = [b.text for b in self.blocks[max(0, unit.block - 2):unit.block]]
        return part_by_store(text, [self.text[unit.block][:unit.start], *before])

    def _holds_alone(self, rule: Rule, own: int, intro: int) -> bool:
        """Whether the rule holds without the items that follow."""
        context = own | intro << self.book.width
        return all(context & term for term in rule.when)

    def _run_end(self, unit: _Unit, rule: Rule) -> int | None:
        """The last block of the run of items after an opening sentence that holds what the rule still needs."""
        items = functools.reduce(int.__or__, rule.when) >> 4 * self.book.width & self.own_mask
        for j in range(unit.block + 1, min(len(self.blocks), unit.block + MAX_ITEMS)):
            if not self._is_item(j) or (self.blocks[j].kind != "list_item" and self._same_numbering(unit.block, j)):
                return None
            if self.mask(j, 0, len(self.text[j])) & items:
                return j
        return None

    def _close(self, rows: Matches, rule: Rule, window: int) -> bool:
        """Whether cues of the first and the second term stand within `window` characters of each other; true where the second stands outside the sentence."""
        first = self.book.spans(rows, rule.when[0] & self.own_mask)
        second = self.book.spans(rows, rule.when[1] & self.own_mask)
        if not second:
            return True
        second.sort()
        starts, ends = [c for c, _ in second], list(itertools.accumulate((d for _, d in second), max))
        for a, b in first:
            n = bisect_left(starts, a)                         # from here on the second stands behind; of those before, the one that ends last is the nearest
            if (n < len(starts) and starts[n] - b <= window) or (n and a - ends[n - 1] <= window):
                return True
        return False

    def told(self, label: str, own: int, intro: int) -> bool:
        """Whether a sentence speaks of the matter of a label without a rule: it defines a term, quotes a law, speaks of the law of where somebody is, or of what the provider does to its own systems."""
        if label in TRADE_LABELS or label == "denied_party" or label in WHO_LABELS:
            if (own | intro) & self.defines and not own & self.rule_too and not (label in WHO_LABELS and (own | intro) & self.barred_definition):
                return True                                    # "a restricted person is anybody who lives in …" says by its name who is kept out
        if label in TRADE_LABELS:
            return bool(own & self.law_told) and not own & self.rule_too and not intro & (self.comply | self.duty | self.represent | self.scopes.prohibit)
        if label in KEPT_OUT_LABELS:
            if (own | intro) & self.place_advice or own & self.pay_away and not own & self.pay_more:
                return True                                    # "look twice at firms from …"; a place whose money is refused is not itself kept out
            if own & self.law_on_places and not own & (self.law_applied | self.rule_too) and not intro & (self.comply | self.duty | self.represent | self.scopes.prohibit):
                return True
        if label == "residence_restriction" or label == "country_exclusion":
            return bool(own & self.law_of_place) and not own & self.where_not
        return label == "workload_monitoring" and bool(own & self.own_checks) and not own & self.use_watched

    def _only_mentioned(self, rows: Matches, rule: Rule) -> bool:
        """Whether every cue of the first term stands in a phrase that only mentions its matter: "the fees of the identity check"."""
        aside = self.book.spans(rows, rule.aside)
        return bool(aside) and all(any(a < d and c < b for c, d in aside) for a, b in self.book.spans(rows, rule.when[0] & self.own_mask))

    def places_above(self, unit: _Unit) -> list[str]:
        """The countries of the nearest sentence before that names some: of those "named in the item above", of "such countries"."""
        for index in range(unit.block, max(-1, unit.block - LOOK_ABOVE), -1):
            if index != unit.block and index in self.titles and self.blocks[index].level <= 2:
                return []
            for start, end in reversed(self.sentences(index)):
                if index == unit.block and end > unit.start:
                    continue
                codes, _ = self.places(_Unit(index, start, end, (start, end)), self.matches(index, start, end))
                if codes:
                    return codes
        return []

    def defined_places(self, text: str) -> list[str]:
        """The countries of the defined terms of which `text` speaks ("a Restricted Territory"). Definitions stand elsewhere in the document."""
        if self._defined is None:
            self._defined = self._definitions()
        folded = self.book.fold(text)
        return list(dict.fromkeys(code for term, codes in self._defined.items() if term in folded for code in codes))

    def _definitions(self) -> dict[str, list[str]]:
        """Terms in quotation marks for a class of barred places, folded and without their ending -> countries of the sentence that defines them, or of the list that it opens."""
        found: dict[str, list[str]] = {}
        barred: dict[str, bool] = {}                           # whether a term is for a class of barred places; most are met often
        for index, text in enumerate(self.text):
            for match in _QUOTED.finditer(text):
                if match[1] not in barred:
                    barred[match[1]] = self.book.may_hold(match[1], self.embargoed_place) and bool(self.embargoed_place & self.book.groups_in(match[1]))
                if not barred[match[1]]:
                    continue
                term = self.book.fold(match[1])
                spans = self.sentences(index)
                at = bisect_right(spans, match.start(), key=lambda span: span[0]) - 1
                sentence = spans[at] if at >= 0 and match.start() < spans[at][1] else (0, len(text))
                codes = self._named.get((index, *sentence))
                if codes is None:
                    codes = self._named[index, *sentence] = self.places(_Unit(index, *sentence, sentence), self.matches(index, *sentence))[0]
                if codes and len(found) == MOST_TERMS and _PLURAL.sub("", term) not in found:
                    self.issues.append(Issue("error", "limit", f"read only in part: more than {MOST_TERMS:,} defined terms"))
                    return found
                if codes:
                    found.setdefault(_PLURAL.sub("", term), codes)
        return found

    def named(self, text: str) -> set[str]:
        """The countries that a text names, whatever it says of them."""
        from nlp.places import find_places

        return {code for *_, code in find_places(text, self.language)}

    def _list_of_places(self, index: int) -> bool:
        """Whether a list or table of countries begins right below a block, three of them at least: "We serve these countries." needs no colon."""
        from nlp.places import find_places

        found: set[str] = set()
        for block in self.blocks[index + 1:index + 5]:
            if block.kind not in ("list_item", "table"):
                break
            found.update(code for *_, code in find_places(block.text, self.language))
        return len(found) >= 3

    def mentions(self, unit: _Unit, rows: Matches) -> list[Mention]:
        """(start, end in the block, country, where the cue stands by which it is named as a law-maker; None: it is not) of all countries that the unit names."""
        asked = unit.block, unit.start, unit.end
        if self._mentions[0] != asked:
            self._mentions = asked, self._find_mentions(unit, rows)
        return self._mentions[1]

    def _find_mentions(self, unit: _Unit, rows: Matches) -> list[Mention]:
        from nlp.lawmakers import lawmakers
        from nlp.places import find_places

        text = self.text[unit.block]
        countries = [(start + unit.start, end + unit.start, code) for start, end, code in find_places(text[unit.start:unit.end], self.language)]
        countries = [(start, end, code) for start, end, code in countries if not self.companies.holds(text, start, end)]
        if not countries:
            return []
        bodies, before, after, barred = (self.book.spans(rows, bits) for bits in (self.lawmaker_body, self.lawmaker_before, self.lawmaker_after, self.embargo_country))
        return lawmakers(text, countries, bodies, before, after, barred)

    def misleading(self, kind: str | None, own: int, intro: int) -> int:
        """The cues beside which a country is named that is the contrary of what a rule takes it for: "users outside China" bars everybody else, "only users outside China" bars none but China."""
        if own & self.only_outside:
            return self.outside_named if kind == "included" else 0
        if kind not in ("excluded", "peoples") or own & self.outside_noise or (own | intro) & self.represent:
            return 0
        return own & (self.outside_named | self.reserved)

    def beyond(self, unit: _Unit, rows: Matches, groups: int) -> tuple[list[str], int]:
        """(countries, groups of countries) named right behind a cue of `groups` (of those of a sentence itself), "outside Japan and Korea", or right before it in a language that says it so, "日本国外"."""
        named, starts = self._with_groups(unit, rows)
        text = self.text[unit.block]
        taken: set[int] = set()
        for start, end in self.book.spans(rows, groups & self.own_mask):
            if self.language in _NAMED_FIRST:                  # right before it, else within: "[日本]国外", "非[日本]居民"
                beside = self._before(named, bisect_right(starts, start), start, text)
                inside = range(bisect_left(starts, start), bisect_left(starts, end))
                if (first := next(beside, None)) is None:
                    taken.update(n for n in inside if named[n][1] <= end)
                    continue
                beside = itertools.chain([first], beside)
            else:
                beside = self._behind(named, bisect_left(starts, end), end)
            for n in beside:
                if n in taken:                                 # and so are those that it goes on with: many cues in one list cost no more than one
                    break
                taken.add(n)
        found = [named[n] for n in sorted(taken)]
        return list(dict.fromkeys(code for _, _, code, _ in found if code)), functools.reduce(int.__or__, {bit for *_, bit in found}, 0)

    def _with_groups(self, unit: _Unit, rows: Matches) -> tuple[list[tuple[int, int, str, int]], list[int]]:
        """(start, end, country, 0) and (start, end, "", group) of all countries and groups that the unit names, in order, and where they begin."""
        asked = unit.block, unit.start, unit.end
        if self._grouped[0] != asked:
            touched = self.book.touched(rows)
            groups = [(start, end, "", bit) for _, bit in self.book.place_groups if bit & touched for start, end in self.book.spans(rows, bit)]
            named = sorted([(start, end, code, 0) for start, end, code, _ in self.mentions(unit, rows)] + groups)
            self._grouped = asked, (named, [start for start, *_ in named])
        return self._grouped[1]

    @staticmethod
    def _behind(named: list[tuple[int, int, str, int]], first: int, end: int) -> Iterator[int]:
        """The numbers of the countries and groups, from `first` on, that begin right behind a cue, and of those listed after them: "outside [Japan] and [Korea]"."""
        at, reach = end, BESIDE
        for n in range(first, len(named)):
            if named[n][0] - at > reach:
                return
            yield n
            at, reach = max(at, named[n][1]), AND

    @staticmethod
    def _before(named: list[tuple[int, int, str, int]], last: int, start: int, text: str) -> Iterator[int]:
        """The numbers of the countries and groups, below `last`, that end right before a cue, and of those listed before them, the last first: "[日本]・[韓国]以外"."""
        at, reach = start, LEFT
        for n in range(last - 1, -1, -1):
            a, b = named[n][:2]
            if at - a > LONGEST_NAME + AND:
                return
            if b <= at + 1 and at - b <= reach and (reach == AND or not text[b:at].strip() or text[b:at].isalpha()):
                yield n
                at, reach = a, AND

    def turned_away(self, unit: _Unit, rows: Matches) -> list[tuple[int, int]]:
        """The ranges of a unit in which it says who is not served, where it says before who is: "in Japan and Korea, but not in …"."""
        asked = unit.block, unit.start, unit.end
        if self._turned[0] != asked:
            self._turned = asked, self._find_turned(unit, rows)
        return self._turned[1]

    def _find_turned(self, unit: _Unit, rows: Matches) -> list[tuple[int, int]]:
        text = self.text[unit.block]
        turns = self.book.spans(rows, self.turns_away)
        bans = self.book.spans(rows, self.stances.bans)
        parts = [unit.start, *(m.start() for m in _SEMICOLON.finditer(text, unit.start, unit.end)), unit.end]
        served = min((start for start, _ in self.book.spans(rows, self.served)), default=unit.end)
        if served < unit.end:                                  # "…; China is not supported"
            turns += [(a, b) for a, b in zip(parts[1:-1], parts[2:], strict=True) if any(a < start and end <= b for start, end in bans)]
        if not turns:
            return []
        first, only = min(turns)[0], self.book.spans(rows, self.only_some)
        if any(end <= first and not any(a < end and start < b for a, b in only) for start, end in bans):
            return []                                          # "not in Cuba, and not in Iran"
        if served > first and any(not any(a < end and start < b for a, b in turns) for start, end in bans):
            return []                                          # "who is in China, but not in Hong Kong, is excluded"
        return [(a, next(n for n in parts if n > a)) for a, _ in turns]

    def not_meant(self, unit: _Unit, rows: Matches) -> list[tuple[int, int]]:
        """The ranges of a unit whose places are not those that it bars: the part between two semicolons in which it says who is served as ever ("spared"), and what stands behind "even if your office is in …" (`even_if`), to the end of its part."""
        if not self.mask(unit.block, unit.start, unit.end) & (self.spared | self.even_if):
            return []
        edges = [unit.start, *(m.start() for m in _SEMICOLON.finditer(self.text[unit.block], unit.start, unit.end)), unit.end]
        parts = list(itertools.pairwise(edges))
        bars = self.book.spans(rows, self.stances.bans)
        spared = [(a, b) for a, b in parts if any(a <= start < b for start, _ in self.book.spans(rows, self.spared)) and not any(a <= start < b for start, _ in bars)]
        return spared + [(start, next(b for a, b in parts if a <= start < b)) for start, _ in self.book.spans(rows, self.even_if)]

    @staticmethod
    def _without(text: str, unit: _Unit, ranges: list[tuple[int, int]]) -> str:
        """The text of a unit, blank within these ranges of its block."""
        for start, end in ranges:
            text = text[:start - unit.start] + " " * (end - start) + text[end - unit.start:]
        return text

    def places(self, unit: _Unit, rows: Matches, kind: str = "defined") -> tuple[list[str], int | None]:
        """(codes, last block read) of the countries that the unit names, those of law-makers left out, with those of the list that it opens.

        `kind`: as a rule says it (`places`). Where it names those that are served ("included"), a list of countries below its block belongs to it, however the sentence ends.
        """
        from nlp.places import find_places

        text = self.text[unit.block][unit.start:unit.end]
        law, served = kind == "law", kind == "included"
        mentions = [(start, code) for start, _, code, maker in self.mentions(unit, rows) if law or maker is None]
        if kind in ("excluded", "peoples") and len(mentions) > 1 and (others := self.not_meant(unit, rows)):
            mentions = [(start, code) for start, code in mentions if not any(a <= start < b for a, b in others)] or mentions
        if kind in ("included", "excluded") and mentions and (away := self.turned_away(unit, rows)):
            there = [code for start, code in mentions if any(a <= start < b for a, b in away)]
            here = [code for start, code in mentions if not any(a <= start < b for a, b in away)]
            codes = dict.fromkeys(here if served else there or here)
        else:
            codes = dict.fromkeys(code for _, code in mentions)
        last = None
        opens = _at_end(_OPENS, text) or self._announces(unit.block) or (served and self._list_of_places(unit.block))
        listed = served and self._list_of_places(unit.block)
        if not law and opens and (listed or unit.end >= len(self.text[unit.block].rstrip())):
            for index in range(unit.block + 1, min(len(self.blocks), unit.block + 1 + MAX_FOLLOWING)):
                block = self.blocks[index]
                if block.kind not in ("list_item", "table") and not self._is_item(index) and not (block.kind == "paragraph" and len(block.text) < 60 and find_places(block.text, self.language)) and not self._names_places(index):
                    break
                found = self._line(index, served=served)
                if block.kind == "list_item" or found:
                    codes.update(dict.fromkeys(found))
                    last = index
        if not law:
            for index in self._places_below(unit, last, opens=opens, served=served):
                codes.update(dict.fromkeys(self._line(index, served=served)))
        return list(codes), last

    def _places_below(self, unit: _Unit, last: int | None, *, opens: object, served: bool) -> list[int]:
        """The blocks of a list of places that belongs to a unit, though it does not stand right below it: announced as a list further down, or divided by continents, of which `last` ends the first part."""
        if last is not None:
            return self._line_run(last + 1) if self._divides(last + 1) else []
        if opens and self._divides(unit.block + 1) or self.mask(unit.block, unit.start, unit.end) & self.list_below:
            return self.further(unit.block, served=served)
        return []

    def _line(self, index: int, *, served: bool) -> list[str]:
        """The places that a line of a list names; where it lists who is served, not those that it excepts: "Ukraine (except …)"."""
        from nlp.places import find_places

        text = self.text[index]
        found = find_places(text, self.language)
        spans = self.book.spans(self.matches(index, 0, len(text)), self.exception) if served and found and index not in self.tables else []
        return list(dict.fromkeys(code for start, _, code in found if not any(b <= start for _, b in spans))) if spans else [code for *_, code in found]

    def _divides(self, index: int) -> bool:
        """Whether a block is a heading inside a list of places: "Europe", "A–C"."""
        from nlp.listed_places import divides_places

        return index < len(self.blocks) and (index in self.titles or self.blocks[index].kind in ("paragraph", "definition", "list_item")) and divides_places(self.text[index], self.language)

    def _names_places(self, index: int) -> bool:
        """Whether a block does nothing but name places: an item, a line, a table of them."""
        known = self._place_lines.get(index)
        if known is None:
            known = self._place_lines[index] = self._is_place_line(index)
        return known

    def _is_place_line(self, index: int) -> bool:
        from nlp.listed_places import lists_places
        from nlp.places import find_places

        block, text = self.blocks[index], self.text[index]
        if index in self.titles:
            return False
        if index in self.tables:
            rows = [bool(find_places(text[a:b], self.language)) for a, b in self.sentences(index)]
            return sum(rows) >= max(2, len(rows) // 2)
        return block.kind in ("list_item", "paragraph", "definition") and bool(lists_places(text, self.language, item=block.kind == "list_item"))

    def _line_run(self, first: int) -> list[int]:
        """The blocks, from `first` on, that list places, up to the first that does not; headings that divide the list, and single items whose name is unknown, are passed over."""
        found: list[int] = []
        for index in range(first, min(len(self.blocks), first + MAX_FOLLOWING)):
            if self._names_places(index):
                found.append(index)
            elif not self._divides(index) and not (self.blocks[index].kind == "list_item" and found and found[-1] == index - 1 and len(self.text[index]) < 60):
                break
        return found

    def further(self, index: int, *, served: bool) -> list[int]:
        """The blocks of the list of places that a block announces ("in the countries listed below") and that stands behind further paragraphs, a heading or two. A list that another sentence opens, or that stands under a heading of the contrary, is not meant. `served`: whether it lists those that are served, or those that are not."""
        known = self._further.get((index, served))
        if known is None:
            known = self._further[index, served] = self._further_down(index, served=served)
        return known

    def _further_down(self, index: int, *, served: bool) -> list[int]:
        headings, lists, passed, at, end = 0, 0, None, index + 1, min(len(self.blocks), index + 1 + FURTHER)   # passed: the level of a heading whose section is passed over
        while at < end and lists <= LISTS_BETWEEN:
            level, groups = self.blocks[at].level, self.mask(at, 0, len(self.text[at]))
            if at in self.titles:
                passed = passed if passed is not None and level > passed else level if self._contrary(groups, served) else None
                headings += not self._divides(at)
                if headings > HEADINGS_BETWEEN + (passed is not None):
                    return []
            elif self._names_places(at):
                run = self._line_run(at)
                claimed = at - 1 != index and at - 1 not in self.titles and not self._divides(at - 1) and self._opens_list(at - 1)
                if passed is None and not claimed and len({code for block in run for code in self._line(block, served=served)}) >= SEVERAL:
                    return run
                lists, at, end = lists + 1, run[-1], max(end, min(len(self.blocks), run[-1] + FURTHER))
            at += 1
        return []

    def _contrary(self, groups: int, served: bool) -> bool:
        """Whether a heading with these groups stands above other places than those `served`, or barred."""
        denied = groups & (self.not_served | self.stances.bans | self.stances.negations)
        return bool(groups & self.datacentre or (denied if served else groups & self.supplied and not denied))

    def locate(self, unit: _Unit, rule: Rule, opening: tuple[int, int] | None, last: int | None, rows: Matches) -> tuple[str, int, int] | None:
        """(quote, start, end) in the source: the unit, the sentence around it where that is short, or the run from the introduction or to the last item of a list."""
        block = self.blocks[unit.block]
        start, end = unit.start, unit.end
        if unit.whole[1] - unit.whole[0] <= WHOLE:
            start, end = unit.whole
        quote, a, b = self.document.quote(block.content, start, end)
        if opening is not None and (rule.attributes.get("run") or len(quote) < (SHORT_DENSE if _DENSE.search(quote) else SHORT) or _few_words(quote)):
            first = self.blocks[opening[0]].content.source_span(opening[1], len(self.blocks[opening[0]].text))[0]
            if 0 < b - first <= MAX_QUOTE and first < a:       # items between are no part of this one
                a = first if b - first <= FAR_OPENING or rule.attributes.get("run") else self._enough(unit.block, opening[0], a, b)
        if last is not None:
            for index in range(unit.block + 1, last + 1):
                if self.text[index]:
                    stop = self.blocks[index].content.source_span(0, len(self.text[index]))[1]
                    if not a < stop <= a + MAX_QUOTE:
                        break
                    b = stop
        if b - a > MAX_QUOTE:
            return self._shortened(unit, rule, rows, MAX_QUOTE)
        return self.document.text[a:b], a, b

    def _enough(self, index: int, opening: int, start: int, end: int) -> int:
        """Where in the source a quote has to begin that ends with a short item of a list, so that its words identify a passage: at the item, else at the nearest one above."""
        while index - 1 > opening and (end - start < SHORT or _few_words(self.document.text[start:end])):
            index -= 1
            if self.text[index]:
                start = min(start, self.blocks[index].content.source_span(0, len(self.text[index]))[0])
        return start

    def _shortened(self, unit: _Unit, rule: Rule, rows: Matches, limit: int) -> tuple[str, int, int] | None:
        """A quote within `limit` around the words that made the rule fire, cut at word ends."""
        block = self.blocks[unit.block]
        spans = self.book.spans(rows, rule.trigger)
        if not spans:
            return None
        middle = spans[0][0]
        text = block.text
        for reach in (1400, 700, 350, 170, 80):
            start = max(unit.start, middle - reach // 2)
            end = min(unit.end, start + reach)
            while start > unit.start and text[start - 1].isalnum() and text[start].isalnum():
                start += 1
            while end < unit.end and text[end - 1].isalnum() and text[end].isalnum():
                end -= 1
            if start >= end:
                return None
            quote, a, b = self.document.quote(block.content, start, end)
            if b - a <= limit:
                return quote, a, b
        return None


def _in_brackets(text: str, start: int, stop: int) -> str:
    """text[start:stop], cut at the end of the brackets in which it begins."""
    opened = max(text.rfind("(", 0, start), text.rfind("（", 0, start))
    if opened > max(text.rfind(")", 0, start), text.rfind("）", 0, start)):
        stop = min([stop, *(n for n in (text.find(")", start), text.find("）", start)) if n >= 0)])
    return text[start:stop]


def _few_words(text: str) -> bool:
    """Whether a quote has fewer than MIN_WORDS words."""
    return len(_WORDS.findall(text, 0, FIRST)) < MIN_WORDS and (len(text) <= FIRST or len(list(itertools.islice(_WORDS.finditer(text), MIN_WORDS))) < MIN_WORDS)


def _names_a_subject(text: str, marker: str | None, listed: bool) -> bool:
    """Whether a quote is written as a title: few words, all in capitals behind a number (its own or the `marker` of its block) and without an end; or, unless it is `listed`, each with a capital but for short ones."""
    if len(text) > LONGEST_TITLE or _DENSE.search(text):
        return False
    numbered = _NUMBERED.match(text)
    words = _WORDS.findall(text[numbered.end():] if numbered else text)
    long = [word for word in words if len(word) > SMALL_WORD and not word.isdigit()]
    if len(long) < MIN_TITLE or len(words) > MOST_TITLE:
        return False
    if all(word.isupper() for word in words):
        return (numbered is not None or any(c.isdigit() for c in marker or "")) and not _at_end(_ENDS, text)
    return not listed and words[0][0].isupper() and all(word[0].isupper() for word in long)


def _chips(text: str) -> list[str]:
    """The chips that a clause names, as gpu_name, in order."""
    from nlp.chips import find_chips

    return list(dict.fromkeys(span.gpu_name for span in find_chips(text, context=True)))


def strength(label: str, polarity: str, places: list[str], groups: list[str]) -> int:
    """0 a boilerplate duty, 1 a condition or a right of the provider, 2 an explicit class of persons or places, 3 names mainland China, Hong Kong, Macau or Country Group D:5."""
    if polarity in ("prohibits", "requires") and (_STRONG_PLACES.intersection(places) or "D:5" in groups) and label in PLACE_LABELS:
        return 3
    if polarity == "prohibits" and (label in _CLASS_LABELS or (label == "sanctions_compliance" and (groups or places))):
        return 2
    return 1 if polarity in ("conditions", "permits", "prohibits") and label not in ("export_compliance", "sanctions_compliance") else 0


def settle(clauses: list[Clause], document: Document) -> list[Clause]:
    """Clauses of one label without overlaps: those that overlap are joined where the quote stays within the limit, else the surer one stays."""
    kept: list[Clause] = []
    for clause in sorted(clauses, key=lambda c: (c.start, -c.end)):
        if kept and clause.start < kept[-1].end:
            one = kept[-1]
            end = max(one.end, clause.end)
            if end - one.start <= MAX_QUOTE:
                one.end, one.quote = end, document.text[one.start:end]
                one.places = list(dict.fromkeys(one.places + clause.places))
                one.place_groups = list(dict.fromkeys(one.place_groups + clause.place_groups))
                one.places_resolved = sorted(set(one.places_resolved) | set(clause.places_resolved))
                one.strength, one.confidence = max(one.strength, clause.strength), max(one.confidence, clause.confidence)
                one.exception = one.exception or clause.exception
            elif clause.confidence > one.confidence:
                kept[-1] = clause
            continue
        kept.append(clause)
    return kept


def _cuts(text: str, start: int, end: int) -> list[int]:
    """Where the items of an enumeration inside a sentence begin."""
    cuts: list[int] = []
    for match in _ITEM.finditer(text, start - (start > 0 and text[start - 1] in ";；"), end):
        cut = match.end()
        if match[0][0] not in ";；":
            before = cut = match.start()
            while before > start and text[before - 1].isspace():
                before -= 1
            if not _BEFORE_ITEM.search(text, max(0, before - 4), before):
                continue
        if not cuts or cut != cuts[-1]:
            cuts.append(cut)
    return cuts


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence in parts of at most LONGEST characters, cut at blanks where there are some."""
    while end - start > LONGEST:
        cut = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        cut = cut if cut > start else start + LONGEST
        yield start, cut
        start = cut + text.startswith(" ", cut)
    if start < end:
        yield start, end


def distinct(signals: list[Signal]) -> list[Signal]:
    """Signals of one label without overlaps; the first stays."""
    kept: list[Signal] = []
    for signal in sorted(signals, key=lambda s: (s.start, -s.end)):
        if not kept or signal.start >= kept[-1].end:
            kept.append(signal)
    return kept


def foreign_parts(document: Document, language: str | None) -> dict[str, frozenset[int]]:
    """Language -> numbers of the body blocks of parts in another language than the document: a translation below, an English annex. Only languages with a pack."""
    found: dict[str, set[int]] = {}
    part: list[int] = []
    size, sample = 0, ""
    blocks = [b for b in document.body() if b.text]
    common = function_words(language or "")

    def close() -> None:
        if size < MIN_PART:
            return
        words = sample.lower().split()
        least, half = OWN_WORDS * len(words), len(words) // 2
        known = len(list(filter(common.__contains__, words[:half])))   # of most parts the first half is enough
        if known > least or known + len(list(filter(common.__contains__, words[half:]))) > least:
            return
        code = pack_language(by_script(sample) or by_words(sample)[0])
        if code != language and code in languages():
            found.setdefault(code, set()).update(part)

    for index, block in enumerate(blocks):
        if part and (size >= PART or block.kind == "heading" and size >= MIN_PART):
            close()
            part, size, sample = [], 0, ""
        part.append(index)
        size += len(block.text)
        if len(sample) < PART_SAMPLE:
            sample += " " + block.text[:PART_SAMPLE]
    close()
    return {code: frozenset(numbers) for code, numbers in found.items()}


def readers(document: Document, model: ClauseModel | Literal["shipped"] | None = "shipped") -> list[_Reader]:
    """The readers of a document: that of its language, then one for each other language with a pack in which parts of it are."""
    decides = shipped() if model == "shipped" else model
    language = pack_language(document.language)
    parts = foreign_parts(document, language)
    own = frozenset(range(sum(bool(b.text) for b in document.body()))).difference(*parts.values()) if parts else None
    return [_Reader(document, cuebook(language if language in languages() else None), language, None, own, decides),
            *(_Reader(document, cuebook(code), code, None, numbers, decides) for code, numbers in parts.items())]


@collection_paused()
def read_clauses(document: Document, model: ClauseModel | Literal["shipped"] | None = "shipped") -> tuple[list[Clause], list[Signal], list[Issue]]:
    """The access clauses and signals of a document, with what an operator should know.

    Every quote is `document.text[start:end]`, at most 1,500 characters; for one label no two overlap. A document in a language without a cue pack gives an issue
    `language_not_covered`; the names that stand in every language (statutes, lists) are read all the same. Parts in another language are read with the pack of theirs.
    `model`: that of the decision layer ("shipped": the one that comes with chipwatch; None: none, the rules alone).
    """
    from nlp.signals import language_signals, sign_up_signals

    first, *others = readers(document, model)
    issues: list[Issue] = []
    if first.language not in languages():
        issues.append(Issue("warning", "language_not_covered", f"no cue pack for {document.language or 'an unknown language'}; only names of statutes and lists were looked for"))
    clauses, signals = first.read()
    issues += first.issues
    for reader in others:
        more, marks = reader.read()
        clauses, signals = clauses + more, signals + marks
        issues += reader.issues
    if others:
        issues.append(Issue("info", "languages_mixed", f"parts in {', '.join(sorted(str(r.language) for r in others))} were read with the cues of theirs"))
        labels = {c.label: [d for d in clauses if d.label == c.label] for c in clauses}
        clauses = sorted((c for rows in labels.values() for c in settle(rows, document)), key=lambda c: (c.start, c.end, c.label))
        marks = {s.label: [d for d in signals if d.label == s.label] for s in signals}
        signals = sorted((s for rows in marks.values() for s in distinct(rows)), key=lambda s: (s.start, s.end, s.label))
    return clauses, language_signals(document) + sign_up_signals(document) + signals, issues
