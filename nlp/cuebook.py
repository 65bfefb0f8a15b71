"""Cue packs: what a lawyer writes in `nlp/cues/*.yml`, compiled to one automaton per language.

A pack is a set of *groups* of cues. `common.yml` (names of statutes, regimes and lists) runs in every language; `LANGUAGE.yml` adds the words of one language. The rules in
`rules.yml` speak of groups alone, so that a new language is one new file. The notation of a cue:

    export control*      a trailing * leaves the end of the word open, a leading * its beginning; else whole words match (Chinese, Japanese, Korean: anywhere)
    (rent|lease) out     alternatives; an empty one makes the word optional
    re~export            a hyphen, a blank or nothing
    required by . law    the parts in this order, at most NEAR characters (a word or two) apart; `..`: GAP characters; `...`: anywhere later in the sentence
    =EAR                 exactly these capitals

Matching is on lower-cased text; `fold: "國国 …"` in a pack folds further characters into one. Under `not` stand look-alike phrases: a cue of the group that lies inside one of them does not count.
`words` of a pack name alternatives that many of its cues share: `fees . {check}` stands for `fees . (identity check|KYC|…)`.
`reservations` of a pack are phrases that reserve what the law says ("except to the extent prohibited by law"): look-alikes of all groups of bans, see RESERVED.
`exclusives` of a pack are the words for "exclusive" and "exclusively", which begin as those for "exclude" do: look-alikes of all groups of refusals, see REFUSALS.
"""

from __future__ import annotations

import functools
import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from chipwatch import yaml_files
from nlp import cue_search
from nlp.cue_search import BEFORE, BEHIND, EXACT, SHORT, Forms, Further, Hits, automaton
from nlp.compiled import twin
from nlp.place_groups import PREFIX
from nlp.pause import collection_paused

_search = twin("search") or cue_search

FOLDER = Path(__file__).parent / "cues"
COMMON = "common"
NEAR = 20                                                      # characters between the parts of a cue joined by `.`, or after an open end within a phrase
GAP = 60                                                       # characters between the parts of a cue joined by `..`
FAR = 1500                                                     # … by `...`: within a sentence
GAPS = {".": NEAR, "..": GAP, "...": FAR}
DENSE = 0.4                                                    # those gaps are this much shorter in a pack with `script: dense` (Chinese, Japanese)
RARE = 3                                                      # times in a million characters: a part of a cue that is no commoner opens a sentence by itself
LAST = "\uffff"                                                # a character beyond this is no part of a cue
LARGEST = 500                                                  # literal forms that one part of a cue may multiply out to
# Groups that are read beside the rules: by nlp/scope.py, and for places.
SCOPE_GROUPS = ("prohibit", "duty", "comply", "represent", "right", "provider", "customer", "permit", "condition", "exception", "exception_end", "consent", "end_user_word", "subject_to", "only_if", "not_offered", "breach", "opens_list",
                "forbids_list", "allows_list", "measures", "policy_breach", "turns_away", "lifts", "goes_on", "negation", "item_not", "plain_not", "may_do", "if_word", "lawmaker_before", "lawmaker_after", "lawmaker_body", "above_places", "card_issued", "list_below", "plain_refusal", "all_clear", "asks_bar", "bare_no", "plain_ban", "spared", "even_if", "term_defined", "law_told", "law_on_places", "law_applied", "place_advice", "pay_away", "pay_more", "law_of_place", "own_checks", "use_watched", "rule_too", "barred_definition", "place_disclaimer", "place:*")
RESERVED = ("prohibit", "denies", "limits", "forbids_list")     # a cue of these inside a reservation of the law bans nothing that the page itself speaks of
REFUSALS = ("prohibit", "denies", "refuse", "suspend", "shut", "tie_end", "refuse_wide")   # no cue of these inside a word for "exclusively" refuses anything
NEGATION, BAN = "negation", "prohibit"                          # an item needs no word of negation where the opening of its list forbids it
MOST_ASKED = 4096                                              # combinations of groups for which it is remembered which words are theirs
CONTEXTS = ("own", "intro", "head", "near", "items")                    # where a group may stand, seen from a sentence; see `Rule`

_FOLD = (("’", "'"), ("‘", "'"), ("ʼ", "'"), ("‐", "-"), ("‑", "-"), ("–", "-"), ("—", "-"), ("\u00a0", " "), ("\n", " "), ("\t", " "), ("ё", "е"))
_NO_SPACES = re.compile(r"[\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")


def _union(masks: Iterable[int]) -> int:
    return functools.reduce(int.__or__, masks, 0)


_SHARED = re.compile(r"\{[a-z_]+\}")                           # a name in `words`
_SPECIAL = re.compile("[~()]")                                  # what stands for alternatives within a cue
_pattern_of = itemgetter(2)                                     # of a match
_NOTHING: dict[int, tuple[int, int, int]] = {}                  # shared: most patterns go on nothing


def _step(bits: int, gaps: Sequence[tuple[int, int, int, int]]) -> tuple[int, int, dict[int, tuple[int, int, int]], int, tuple[int, ...]]:
    """What a match of a pattern does: (groups that it stands for, parts one of which must have come before it, part before -> (largest gap, group, part that it then is), parts that it opens, the same as numbers).

    Sets of parts are integers, a bit each.
    """
    if not gaps:
        return bits, 0, _NOTHING, 0, ()
    goes_on = {before: (gap, bit, this) for before, gap, bit, this in gaps if before}
    opens = tuple(this for before, _, _, this in gaps if not before)
    return bits, _union(1 << before for before in goes_on), goes_on or _NOTHING, _union(1 << this for this in opens), opens


class _AskedSteps(dict[int, tuple[int, tuple[tuple[int, int, int], ...]] | None]):
    """Pattern -> (whether it is a cue of some groups by itself, its parts of cues of theirs: (part before, largest gap, part that it then is)); None where it is neither. Found when asked for."""

    __slots__ = ("_bits", "_gapped", "_groups", "_simple")

    def __init__(self, bits: Sequence[int], simple: Sequence[int], gapped: Sequence[Sequence[tuple[int, int, int, int]]], groups: int) -> None:
        super().__init__()
        self._bits, self._simple, self._gapped, self._groups = bits, simple, gapped, groups

    def __missing__(self, pattern: int) -> tuple[int, tuple[tuple[int, int, int], ...]] | None:
        groups = self._groups
        step = (self._simple[pattern] & groups, tuple((before, gap, this) for before, gap, bit, this in self._gapped[pattern] if bit & groups)) if self._bits[pattern] & groups else None
        self[pattern] = step
        return step


_Second = tuple[bool, int, Forms, Further]                   # of the rarest part of a cue: the second, see `others` in `Cuebook`


def _joined(partners: Iterable[_Second]) -> tuple[cue_search.Partner, ...]:
    """Second parts of cues with one rarest part; those on the same side, within the same reach and with the same further parts as one: (side, reach, length of the longest form, forms, their flags, further parts)."""
    found: dict[tuple[bool, int, Further], set[tuple[str, int]]] = {}
    for forward, reach, forms, further in partners:
        found.setdefault((forward, reach, further), set()).update(forms)
    rows = [(forward, reach, max(len(form) for form, _ in forms), *zip(*sorted(forms), strict=True), further) for (forward, reach, further), forms in found.items()]
    return tuple(sorted(rows, key=lambda row: len(row[-1])))   # those that need no further part decide more often


class Page(NamedTuple):
    """A text made ready to be searched, as a whole or part by part; see `Cuebook.page`."""

    text: str
    folded: str


def _frequency(literal: str, known: dict[str, int]) -> float:
    """How often a piece of text stands in a million characters of terms: as counted, else guessed from its length."""
    if literal in known:
        return known[literal]
    length = len(literal) * (2 if _NO_SPACES.match(literal) else 1)
    return 800 if length <= 3 else 4000 / length ** 3


class CueError(ValueError):
    """A cue pack or rule that cannot be read; the message names the file, the place and what to write instead."""


def fold(text: str) -> str:
    """`text` in lower case with plain quotes, dashes and blanks, of the same length."""
    low = text.lower()
    if low.isascii():
        return low.replace("\n", " ").replace("\t", " ")
    if len(low) != len(text):                                  # a few letters grow when lowered (İ)
        low = "".join(c if len(c.lower()) != 1 else c.lower() for c in text)
    for one, other in _FOLD:
        if one in low:
            low = low.replace(one, other)
    return low


def _closing(cue: str, start: int) -> int:
    """The index of the bracket that closes the one at `start`."""
    depth = 0
    for i in range(start, len(cue)):
        depth += (cue[i] == "(") - (cue[i] == ")")
        if not depth:
            return i
    raise CueError("a bracket is not closed")


def expand(cue: str) -> list[str]:
    """The literal forms of a part of a cue: alternatives (they may nest) and `~` multiplied out."""
    forms = [""]
    i = 0
    while i < len(cue):
        special = _SPECIAL.search(cue, i)
        end = special.start() if special else len(cue)
        if end > i:
            forms, i = [f + cue[i:end] for f in forms], end
            continue
        if cue[i] == "~":
            choices = ["-", " ", ""]
        elif cue[i] == "(":
            end = _closing(cue, i)
            alternatives, depth, start = [], 0, i + 1
            for j in range(i + 1, end + 1):
                if j == end or (cue[j] == "|" and not depth):
                    alternatives.append(cue[start:j])
                    start = j + 1
                depth += (cue[j] == "(") - (cue[j] == ")")
            choices = [form for a in alternatives for form in expand(a)]
            i = end
        else:
            raise CueError("a bracket is not opened")
        forms = [f + c for f in forms for c in choices]
        i += 1
    return list(dict.fromkeys(forms))


def _words(cue: str) -> list[str]:
    """The words and bracketed alternatives of a cue, split at the blanks outside brackets."""
    words, word, i = [], "", 0
    while i < len(cue):
        if cue[i] == "(":
            end = _closing(cue, i)
            word += cue[i:end + 1]
            i = end + 1
            continue
        if cue[i] == " ":
            words += [word] if word else []
            word = ""
        else:
            word += cue[i]
        i += 1
    return words + ([word] if word else [])


def parts(cue: str) -> list[tuple[int, list[str]]]:
    """The parts of a cue in order, each (largest gap before it, its literal forms). An open end within a phrase (`countr* where`) makes a new part close behind."""
    found: list[tuple[int, list[str]]] = []
    gap, words = 0, []

    def close(next_gap: int) -> None:
        nonlocal gap, words
        if not words:
            raise CueError("nothing stands before or after a gap")
        forms = sorted({" ".join(f.split()) for f in expand(" ".join(words))} - {""})
        if not forms:
            raise CueError("an empty cue")
        if len(forms) > LARGEST:
            raise CueError(f"it stands for {len(forms)} phrases; put `.` in place of optional words")
        found.append((gap, forms))
        gap, words = next_gap, []

    tokens = _words(cue.replace("*,", "* ,"))
    for i, token in enumerate(tokens):
        if token in GAPS:
            close(GAPS[token])
            continue
        words.append(token)
        more = i + 1 < len(tokens) and tokens[i + 1] not in GAPS
        if more and (token.endswith("*") or "*|" in token or "*)" in token) and tokens[i + 1] != "*":
            close(NEAR)
    close(0)
    return found


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of `rules.yml`: a label where every term of `when` holds and none of `unless`.

    A term is alternatives `group@context | group`, each context one of own (the sentence; the default), intro (the sentence that opens the list in which it stands), items (the list
    that it opens), head (headings above), near (the sentences before and after), list (own or intro), any (own, intro or head), around (all but items). The first term of `when` is
    looked for first and must allow own text. Where a term asks for a negation in own text, the opening of a list that forbids its items gives it too.
    """

    id: str
    label: str
    when: tuple[int, ...]                                      # one mask a term over all contexts
    unless: int
    trigger: int                                               # mask over groups: own text must hold one of these
    attributes: dict[str, Any]                                 # polarity, mode, actor, target, strength, confidence, window, quote, places …
    aside: int = 0                                             # groups of phrases that only mention what the first term of `when` names: see `aside` in rules.yml


class Cuebook:
    """The common pack and one language's, with the rules, compiled.

    `groups` numbers the groups; a set of groups is an integer with one bit a group.
    """

    def __init__(self, packs: Iterable[tuple[str, dict[str, Any]]], rules: Iterable[dict[str, Any]], *, wanted: Iterable[str] | None = None, search: Any = None) -> None:
        """`wanted`: groups to compile, `name:*` for all that begin so; None: all. `search`: what looks for the parts of cues, `nlp.cue_search` or its compiled twin, which is taken where it is there."""
        chosen = None if wanted is None else frozenset(wanted)
        prefixes = tuple(w[:-1] for w in chosen or () if w.endswith("*"))

        self.groups: dict[str, int] = {}
        texts: dict[tuple[str, int, str | None], int] = {}      # (literal, boundary flags, exact) -> pattern
        literal_of: list[str] = []
        flags_of: list[int] = []
        simple: list[int] = []
        gapped: list[list[tuple[int, int, int, int]]] = []      # parts of cues: (id of the part before, 0 for the first; largest gap; group bit; own id, 0 for the last)
        masked: list[int] = []
        # For the first pass: cues with gaps by number, a bit each; a sentence is worth a look where it holds the two rarest parts of one.
        rare: list[list[tuple[int, int, int]]] = []             # pattern -> (number of the cue, 0 the rarest part or 1 the second, group bit)
        alone: list[int] = []                                   # pattern -> groups for which it decides alone
        pairs = 0
        # number of a cue -> (whether its rarest part stands before the second, characters from one to the other at most, the second, the further ones)
        others: dict[int, _Second] = {}
        next_part = 0
        packs = list(packs)
        self._more = str.maketrans("".join(p[0] for _, pack in packs for p in (pack.get("fold") or "").split()), "".join(p[1] for _, pack in packs for p in (pack.get("fold") or "").split()))

        def pattern(part: str) -> int:
            exact = None
            if part.startswith("="):
                part = exact = part[1:]
            left, right = not part.startswith("*"), not part.endswith("*")
            literal = part.strip("*")
            if "*" in literal:
                raise CueError("a * stands inside a word or within brackets; write the forms out, or `..`")
            if exact is not None:
                exact = literal
            literal = self.fold(literal)
            if not literal:
                raise CueError("an empty cue")
            if max(literal) > LAST:
                raise CueError(f"a character beyond U+FFFF: {max(literal)!r}")
            flags = (BEFORE if left and literal[0].isalnum() and not _NO_SPACES.match(literal[0]) else 0) | (
                BEHIND if right and literal[-1].isalnum() and not _NO_SPACES.match(literal[-1]) else 0)
            key = (literal, flags, exact)
            if key not in texts:
                texts[key] = len(simple)
                literal_of.append(literal), flags_of.append(flags)
                simple.append(0), gapped.append([]), masked.append(0), rare.append([]), alone.append(0)
            return texts[key]

        for name, pack in packs:
            dense = pack.get("script") == "dense"
            frequency = pack.get("frequency") or {}
            shared = {f"{{{word}}}": f"({forms})" for word, forms in (pack.get("words") or {}).items()}
            for group, cues in (pack.get("groups") or {}).items():
                if chosen is not None and group not in chosen and not group.startswith(prefixes or ("\0",)):
                    continue
                number = self.groups.setdefault(group, len(self.groups))
                rows = cues if isinstance(cues, dict) else {"cues": cues}
                for kind in ("cues", "not"):
                    for cue in rows.get(kind) or []:
                        if not isinstance(cue, str):
                            raise CueError(f"{name}.yml, group {group}: {cue!r} is not text; put it in quotes")
                        try:
                            written = _SHARED.sub(lambda m, shared=shared: shared.get(m[0], m[0]), cue) if "{" in cue else cue
                            numbers = [(gap, [pattern(form) for form in forms]) for gap, forms in parts(written)]
                        except CueError as exc:
                            raise CueError(f"{name}.yml, group {group}, cue {cue!r}: {exc}") from None
                        if dense:
                            numbers = [(int(gap * DENSE) if gap < FAR else gap, ns) for gap, ns in numbers]
                        if kind == "not":
                            if len(numbers) > 1:
                                raise CueError(f"{name}.yml, group {group}: a look-alike under `not` is one phrase, without `..`: {cue!r}")
                            for n in numbers[0][1]:
                                masked[n] |= 1 << number
                        elif len(numbers) == 1:
                            for n in numbers[0][1]:
                                simple[n] |= 1 << number
                        else:
                            this = next_part
                            next_part += len(numbers) - 1
                            cost = [sum(_frequency(literal_of[n], frequency) for n in alternatives) for _, alternatives in numbers]
                            order = sorted(range(len(numbers)), key=lambda i: cost[i])
                            if cost[order[0]] <= RARE:
                                for n in numbers[order[0]][1]:
                                    alone[n] |= 1 << number
                                order = []
                            if len(order) > 1:
                                a, b = sorted(order[:2])
                                reach = sum(max(len(literal_of[n]) for n in numbers[k][1]) for k in range(a, b)) + sum(numbers[k][0] for k in range(a + 1, b + 1))
                                forms = [tuple(sorted({(literal_of[n], flags_of[n] & 3) for n in alternatives})) for _, alternatives in numbers]
                                others[pairs] = order[0] == a, reach, forms[order[1]], tuple((a < i < b, forms[i]) for i in order[2:])
                            for rank, i in enumerate(order[:2]):
                                for n in numbers[i][1]:
                                    rare[n].append((pairs, rank, 1 << number))
                            pairs += 1
                            for i, (gap, alternatives) in enumerate(numbers):
                                for n in alternatives:
                                    gapped[n].append((this + i if i else 0, gap, 1 << number, 0 if i == len(numbers) - 1 else this + i + 1))
            for key, groups in (("reservations", RESERVED), ("exclusives", REFUSALS)):
                hidden = _union(map(self.bit, groups))
                for cue in pack.get(key) or []:
                    ((_, forms),) = parts(cue)
                    for form in forms:
                        masked[pattern(form)] |= hidden
        self.width = len(self.groups)
        self._simple, self._masked = simple, masked
        self._gapped = [tuple(reversed(g)) for g in gapped]     # the last parts of a cue first, see `mask`
        self._asked_steps: dict[int, _AskedSteps] = {}          # by groups, see `spans`
        self._steps = [_step(bits, gaps) for bits, gaps in zip(simple, self._gapped, strict=True)]
        self._flags = [0] * len(simple)
        self._exact: list[str | None] = [None] * len(simple)
        literals = [""] * len(simple)
        for (literal, flags, exact), number in texts.items():
            literals[number], self._flags[number], self._exact[number] = literal, flags | (EXACT if exact is not None else 0), exact
        self._literals = literals
        self._hints: dict[int, Any] = {}                       # groups -> automaton of the parts of their cues
        self._bits = [s | _union(g[2] for g in gaps) if gaps else s for s, gaps in zip(simple, self._gapped, strict=True)]
        self.rules: list[Rule] = [self._rule(r) for r in rules]
        self.triggers = self.items_triggers = 0                # groups that may make a rule fire; a rule that looks at the items of a list
        self._near = ((1 << self.width) - 1) << CONTEXTS.index("near") * self.width
        self._near_rules: list[Rule] = []                      # those that look at neighbours
        by_bit: dict[int, list[Rule]] = {}
        for rule in self.rules:
            self.triggers |= rule.trigger
            looked_at = _union(rule.when) | rule.unless
            if looked_at & self._near:
                self._near_rules.append(rule)
            if looked_at >> 4 * self.width:
                self.items_triggers |= rule.trigger
            for number in range(self.width):
                if rule.trigger >> number & 1:
                    by_bit.setdefault(1 << number, []).append(rule)
        self._by_bit = by_bit
        self._order = {rule.id: number for number, rule in enumerate(self.rules)}
        self._derived: dict[tuple[int, int], int] = {}
        self._rare_rules = [(_union(map(self.bit, map(str.strip, text.split("|")))), rule.trigger) for rule in self.rules if (text := rule.attributes.get("document"))]
        self._always = _union(rule.trigger for rule in self.rules if "document" not in rule.attributes)
        self._asked = _union(groups for groups, _ in self._rare_rules)
        triggers, asked = self.triggers, self.triggers | self._asked
        first = [{cue for cue, rank, bit in rows if not rank and bit & triggers} if rows else frozenset() for rows in rare]
        second = [bool(rows) and any(rank and bit & triggers for cue, rank, bit in rows) for rows in rare]
        strong = [bool((one | other) & triggers) for one, other in zip(simple, alone, strict=True)]
        opens = [(one | other | (_union(bit for _, rank, bit in rows if not rank) if rows else 0)) & asked for one, other, rows in zip(simple, alone, rare, strict=True)]
        keys = [n for n, groups in enumerate(opens) if groups]
        self._opens = [opens[n] for n in keys]
        self._keys = keys
        self._takes_part = [bool(strong[n] or first[n] or second[n]) for n in range(len(simple))]
        deciding = [([strong[n] for n in keys], [() if strong[n] else _joined(others[cue] for cue in sorted(first[n]) if cue in others) for n in keys])]
        # The same for longer and longer sentences, in which ever fewer of the rules with `most` can hold: what only the others look for does not count there.
        limits = [rule.attributes.get("most", FAR) for rule in self.rules]
        lengths = sorted(set(limits) - {FAR})
        brief = _union(rule.trigger for rule, limit in zip(self.rules, limits, strict=True) if limit < FAR)
        brief_keys = [(number, n) for number, n in enumerate(keys) if opens[n] & brief]
        for longest in lengths:
            lasting = _union(rule.trigger for rule, limit in zip(self.rules, limits, strict=True) if limit > longest)
            enough, partners = map(list, deciding[-1])
            for number, n in brief_keys:
                enough[number] = bool((simple[n] | alone[n]) & lasting)
                partners[number] = () if enough[number] else _joined(others[cue] for cue in sorted({cue for cue, rank, bit in rare[n] if not rank and bit & lasting and cue in others}))
            deciding.append((enough, partners))
        self._gate, self._cues = self._searches(search or _search, keys, deciding, lengths, blanking=not any(pack.get("script") == "dense" for _, pack in packs))

    def _searches(self, search: Any, keys: Sequence[int], deciding: Sequence[cue_search.Deciding], lengths: Sequence[int], blanking: bool) -> tuple[Any, Any]:
        """What looks for the keys of the first pass, and for all patterns. A dense script has few short words between blanks."""
        literals, flags, exact = self._literals, self._flags, self._exact
        known = {c for c in set("".join(literals)) if not c.isalnum()} | {" ", "\0"}
        short = blanking and any(flag == BEFORE | BEHIND and len(literal) <= SHORT and literal.isalnum() for literal, flag in zip(literals, flags, strict=True))
        cues = search.Cues(literals, flags, exact, known, short)
        self.compiled = hasattr(cues, "prepare")               # whether groups are found without a list of matches
        if self.compiled:
            cues.prepare(self._simple, self._gapped, self._masked, self._takes_part, self.width)
        return search.Gate([literals[n] for n in keys], [flags[n] for n in keys], [exact[n] for n in keys], deciding, lengths), cues

    def fold(self, text: str) -> str:
        """`fold`, and the character pairs that the language's pack adds (Chinese: traditional to simplified)."""
        return fold(text).translate(self._more) if self._more else fold(text)

    # --- compiling rules -------------------------------------------------------------------------------------------------------

    @functools.cached_property
    def rules_of(self) -> dict[str, list[Rule]]:
        """Label -> its rules, in the order of the rule file."""
        found: dict[str, list[Rule]] = {}
        for rule in self.rules:
            found.setdefault(rule.label, []).append(rule)
        return found

    @functools.cached_property
    def place_groups(self) -> list[tuple[str, int]]:
        """(group of countries, its bit) of the groups of cues that name one."""
        return [(name[len(PREFIX):], 1 << number) for name, number in self.groups.items() if name.startswith(PREFIX)]

    def bit(self, group: str) -> int:
        """The bit of a group; 0 for a group that no pack of this language has."""
        number = self.groups.get(group)
        return 0 if number is None else 1 << number

    def _term(self, text: str) -> tuple[int, int]:
        """(mask over contexts, mask over own groups) of `a | b@intro`."""
        mask = own = 0
        for alternative in text.split("|"):
            group, _, context = alternative.strip().partition("@")
            bit = self.bit(group)
            places = {"": ("own",), "any": ("own", "intro", "head"), "list": ("own", "intro"), "around": ("own", "intro", "head", "near")}.get(context, (context,))
            for place in places:
                if place not in CONTEXTS:
                    raise CueError(f"rules.yml: no such context: {alternative.strip()!r}; write one of own, intro, items, head, near, list, any, around")
                mask |= bit << (CONTEXTS.index(place) * self.width)
                if place == "own":
                    own |= bit
            if group == NEGATION and not context:
                mask |= self.bit(BAN) << (CONTEXTS.index("intro") * self.width)
        return mask, own

    def _rule(self, row: dict[str, Any]) -> Rule:
        missing = {"id", "label", "when"} - row.keys()
        if missing:
            raise CueError(f"rules.yml: a rule lacks {', '.join(sorted(missing))}: {row.get('id') or row}")
        terms = [self._term(t) for t in row["when"]]
        unless = 0
        for text in row.get("unless") or []:
            unless |= self._term(text)[0]
        aside = _union(self.bit(group) for group in row.get("aside") or [])
        attributes = {k: v for k, v in row.items() if k not in ("id", "label", "when", "unless", "aside")}
        return Rule(row["id"], row["label"], tuple(m for m, _ in terms), unless, terms[0][1], attributes, aside)

    # --- reading text ----------------------------------------------------------------------------------------------------------

    def page(self, text: str) -> Page:
        """A text made ready to be searched."""
        return Page(text, self.fold(text))

    def gate(self, page: Page) -> Hits:
        """All words by which a cue that may make a rule fire is looked for: a cheap first pass over a whole document."""
        return self._gate.hits(page.folded, page.text)

    def idle(self, hits: Hits, headings: str) -> frozenset[int]:
        """The keys among the hits of a document by which only rules are looked for that cannot fire in it: no cue of the groups that they ask for (`document`) stands there or in its headings."""
        keys = hits.keys()
        present = _union(map(self._opens.__getitem__, keys))
        if (absent := self._asked & ~present) and self.may_hold(headings, absent):
            return frozenset()
        wanted = self._always | _union(trigger for groups, trigger in self._rare_rules if groups & present)
        return frozenset(key for key in keys if not self._opens[key] & wanted) if self.triggers & ~wanted else frozenset()

    def takes_part(self, rows: Iterable[tuple[int, int, int]]) -> bool:
        """Whether one of these matches is one of the two rarest parts, or all, of a cue that may make a rule fire."""
        known = self._takes_part
        return any(known[pattern] for _, _, pattern in rows)

    def scan(self, text: str, at: int = 0) -> list[tuple[int, int, int]]:
        """All cue matches of `text`, sorted: (start, end, pattern), counted from `at`. Those inside look-alike phrases are left out."""
        return self.scan_part(self.page(text), 0, len(text), at)

    def scan_part(self, page: Page, start: int, end: int, at: int) -> list[tuple[int, int, int]]:
        """The same of a part of a page, as if nothing stood around it."""
        rows = self._cues.rows(page.folded, page.text, start, end, at)
        return self.unveiled(rows) if any(map(self._masked.__getitem__, map(_pattern_of, rows))) else rows

    def look(self, page: Page, start: int, end: int) -> tuple[int, bool]:
        """(`mask`, `takes_part`) of what `scan_part` finds."""
        if self.compiled:
            return self._cues.look(page.folded, page.text, start, end)
        rows = self.scan_part(page, start, end, 0)
        return self.mask(rows), self.takes_part(rows)

    def groups_in(self, text: str) -> int:
        """The groups found in a text."""
        return self.look(self.page(text), 0, len(text))[0]

    def plain(self, text: str, at: int = 0) -> list[tuple[int, int, int]]:
        """All cue matches of `text`, sorted, those inside look-alike phrases too; positions count from `at`."""
        return self._cues.rows(self.fold(text), text, 0, len(text), at)

    def may_hold(self, text: str, groups: int) -> bool:
        """Whether some part of a cue of these groups stands in a text, be it inside a word: where none does, `mask` finds none of the groups. Quicker than `scan`."""
        found = self._hints.get(groups)
        if found is None:
            found = self._hints[groups] = automaton([literal for literal, bits in zip(self._literals, self._bits, strict=False) if bits & groups])
        return bool(cue_search.find(found, self.fold(text)))

    def unveiled(self, rows: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
        """Sorted matches without what their look-alike phrases hide."""
        masked = self._masked
        veils = [row for row in rows if masked[row[2]]]
        rows = list(rows)
        for left, right, pattern in veils:
            groups = masked[pattern]
            for i in range(bisect_left(rows, (left,)), len(rows)):
                start, end, number = rows[i]
                if start >= right:
                    break
                if end <= right and groups & self._bits[number]:
                    rows[i] = start, end, self._without(number, groups)
        return rows

    def parts_in(self, text: str) -> Iterator[str]:
        """The parts of cues with gaps that stand in a text, each as often as it does; for counting (scripts/count_cues.py)."""
        found = ((start, end, self._literals[pattern]) for start, end, pattern in self.plain(text) if self._gapped[pattern])
        return (literal for _, _, literal in dict.fromkeys(found))

    def _without(self, pattern: int, hidden: int) -> int:
        """A pattern like `pattern` that stands for none of the groups in `hidden`."""
        key = pattern, hidden & self._bits[pattern]
        number = self._derived.get(key)
        if number is None:
            number = self._derived[key] = len(self._simple)
            self._simple.append(self._simple[pattern] & ~hidden)
            self._takes_part.append(self._takes_part[pattern])
            self._gapped.append(tuple(g for g in self._gapped[pattern] if not g[2] & hidden))
            self._bits.append(self._bits[pattern] & ~hidden)
            self._steps.append(_step(self._simple[number], self._gapped[number]))
        return number

    def mask(self, rows: Iterable[tuple[int, int, int]]) -> int:
        """The groups found among matches of one sentence."""
        mask = begun = 0
        known = self._steps
        ends: dict[int, int] = {}                              # number of a part -> where it ended last
        for start, end, pattern in rows:
            bits, earlier, goes_on, opening, opens = known[pattern]
            if bits:
                mask |= bits
            if earlier and (rest := begun & earlier):
                while rest:                                    # the last parts of a cue first: a word that is two of its parts, met again, goes on with what it was before it begins anew
                    before = rest.bit_length() - 1
                    rest ^= 1 << before
                    gap, bit, this = goes_on[before]
                    if not 0 <= start - ends[before] <= gap:
                        continue
                    if this:
                        ends[this] = end
                        begun |= 1 << this
                    else:
                        mask |= bit
            if opening:
                begun |= opening
                for this in opens:
                    ends[this] = end
        return mask

    def spans(self, rows: Iterable[tuple[int, int, int]], groups: int) -> list[tuple[int, int]]:
        """(start, end) of the cues of `groups` among matches of one sentence, in order of their ends."""
        steps = self._asked_steps.get(groups)
        if steps is None:
            if len(self._asked_steps) >= MOST_ASKED:           # asked for as many combinations of groups as documents bring
                self._asked_steps.clear()
            steps = self._asked_steps[groups] = _AskedSteps(self._bits, self._simple, self._gapped, groups)
        found = []
        ends: dict[int, tuple[int, int]] = {}
        for start, end, pattern in rows:
            step = steps[pattern]
            if step is None:                                   # of most
                continue
            if step[0]:
                found.append((start, end))
            for before, gap, this in step[1]:
                first = start
                if before:
                    if before not in ends or not 0 <= start - ends[before][1] <= gap:
                        continue
                    first = ends[before][0]
                if this:
                    ends[this] = first, end
                else:
                    found.append((first, end))
        return found

    def touched(self, rows: Iterable[tuple[int, int, int]]) -> int:
        """The groups of which at least a part of a cue is among matches: `spans` finds none of any other. One look, where many groups are asked for."""
        return functools.reduce(int.__or__, map(self._bits.__getitem__, set(map(_pattern_of, rows))), 0)

    def names(self, mask: int) -> list[str]:
        """The names of the groups in a mask, for explanations and tests."""
        return [g for g, n in self.groups.items() if mask >> n & 1]

    def held(self, term: int, contexts: Sequence[int]) -> list[tuple[str, str]]:
        """(group, context) by which a term of a rule is met; `contexts`: the groups found in each of CONTEXTS."""
        return [(name, where) for place, (where, mask) in enumerate(zip(CONTEXTS, contexts, strict=True)) for name in self.names(term >> place * self.width & mask)]

    def asks_near(self, own: int, intro: int, head: int, items: int) -> bool:
        """Whether a rule that looks at the neighbours of a sentence holds as far as everything else tells: where none does, they change nothing of what `fire` gives."""
        width = self.width
        known = own | intro << width | head << 2 * width | items << 4 * width
        for rule in self._near_rules:
            if own & rule.trigger and not known & rule.unless:
                for term in rule.when:
                    if not (known | self._near) & term:
                        break
                else:
                    return True
        return False

    def fire(self, own: int, intro: int = 0, head: int = 0, near: int = 0, items: int = 0) -> list[Rule]:
        """The rules that hold for a sentence with these groups, in the order of the rule file."""
        width = self.width
        context = own | intro << width | head << 2 * width | near << 3 * width | items << 4 * width
        fired: dict[str, Rule] = {}
        rest = own & self.triggers
        while rest:
            bit = rest & -rest
            rest ^= bit
            for rule in self._by_bit[bit]:
                for term in rule.when:                         # no generator: asked of each rule for each sentence
                    if not context & term:
                        break
                else:
                    if not context & rule.unless:
                        fired[rule.id] = rule
        return sorted(fired.values(), key=lambda rule: self._order[rule.id]) if len(fired) > 1 else list(fired.values())


def _load(path: Path) -> Any:
    try:
        return yaml_files.load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as exc:
        raise CueError(f"{path.name}: not valid YAML: {exc}") from None


@functools.cache
def languages() -> frozenset[str]:
    """The languages that have a cue pack."""
    return frozenset(p.stem for p in FOLDER.glob("*.yml") if p.stem not in (COMMON, "rules", "signals"))


@functools.cache
@collection_paused()                                           # a hundred thousand small objects, all of which stay
def cuebook(language: str | None) -> Cuebook:
    """The compiled cues for a language code such as `de`; of the common pack alone where the language has no pack (or is None)."""
    names = [COMMON] + ([language] if language in languages() else [])
    packs = [(name, _load(FOLDER / f"{name}.yml") or {}) for name in names]
    frequency = json.loads((FOLDER / "frequency.json").read_text("utf-8"))
    packs = [(name, {**pack, "frequency": frequency.get(name)}) for name, pack in packs]
    rules = _load(FOLDER / "rules.yml")["rules"] + _load(FOLDER / "signals.yml")["rules"]
    for _, pack in packs:
        rules += pack.get("rules") or []
    if len(packs) == 1:
        rules += packs[0][1]["uncovered_rules"]
    return Cuebook(packs, rules, wanted={*SCOPE_GROUPS, *groups_of(rules)})


def groups_of(rules: Iterable[dict[str, Any]]) -> set[str]:
    """The groups that rules speak of."""
    return {alternative.strip().partition("@")[0] for rule in rules for term in (*rule["when"], *(rule.get("unless") or ()), *(rule.get("aside") or ())) for alternative in term.split("|")}


def pack_language(tag: str | None) -> str | None:
    """The pack that a BCP 47 tag asks for: the primary language."""
    return tag.split("-")[0].casefold() if tag else None
