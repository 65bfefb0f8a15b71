"""Who must do what, how strictly, and with which exception: polarity, mode, actor and exception of a sentence, read from its cues.

The method is ConText's (Harkema et al. 2009): cue phrases whose scope runs to a terminator, no parser. What a cue means is written in the cue packs (groups `prohibit`, `duty`,
`represent`, `right`, `permit`, `condition`, `exception`, `exception_end`, `lifts`, `consent`, `provider`, `customer`), so that the same code serves every language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from nlp.cue_search import Matches
from nlp.cuebook import SCOPE_GROUPS, Cuebook, Rule

# Labels whose usual clause gives the provider a right. Without any cue of another mode they describe what the provider does.
PROVIDER_LABELS = frozenset({"suspension_right", "workload_monitoring"})
# Labels whose sentence, where it says "only if" or "subject to", sets a condition of access.
CONDITION_LABELS = frozenset({"identity_verification", "payment_restriction", "business_only", "resale_restriction", "supported_countries", "chip_or_region_limit"})
# Of these, those whose duty ("you must show your passport before …") weighs more than the condition.
DUTY_FIRST_LABELS = frozenset({"identity_verification", "payment_restriction"})
# "Not for consumers", "no prepaid cards": what reads as a ban sets a condition of access.
BARRING_LABELS = frozenset({"business_only", "payment_restriction"})
# Who is meant by these is said of persons: "you are not …" in what a customer represents bars those who are.
REFUSED_LABELS = frozenset({"country_exclusion", "residence_restriction", "nationality_restriction", "headquarters_restriction"})   # of whom a provider refuses
PERSON_LABELS = frozenset({"denied_party", "sanctions_compliance", "residence_restriction", "nationality_restriction", "headquarters_restriction", "country_exclusion"})
# What a clause of these labels says is a ban, where words of the sentence say so that mean nothing else but no "may not" (`plain_ban`): "is turned away", "is against the house rules", "no …, please".
BANNED_LABELS = REFUSED_LABELS | frozenset({"denied_party", "sanctions_compliance", "resale_restriction", "end_use_military", "end_use_wmd", "end_use_supercomputer", "end_use_model_training", "remote_access_controlled_chips"})
MAX_EXCEPTION = 300
_MARKS = " \t\n0123456789.()（）①②③④⑤⑥⑦⑧⑨一二三四五六七八九十第条條項・-"  # what may stand before the first word of a sentence
_BEFORE = re.compile(r"[,，、;；:：。]\s*|[은는]\s|向")          # before an exception that its cue ends
_LEADING_END = re.compile(r"[,，、:：]")
_TRAILING_END = re.compile(r"[;；。]|(?<!\b[A-Za-z])\.(?:\s|$)|\s\((?:[a-z]|[ivx]{1,4}|\d{1,2})\)\s")

_HEADING_NUMBER = re.compile(r"^\s*(?:(?:section|article|part|annex|appendix|schedule|teil|anlage|anhang|partie|annexe)\s+)?(?:[\dIVX]+(?:\.\d+)*|[A-Z])[.):]*\s+(?=\S)|[*_#`]+")


@cache
def _headings(language: str | None) -> tuple[tuple[re.Pattern, ...], re.Pattern] | None:
    from chipwatch import yaml_files

    text = resources.files("nlp").joinpath("data/scope_headings.yml").read_text(encoding="utf-8")
    row = yaml_files.load(text).get((language or "").split("-")[0])
    return (tuple(re.compile(p, re.IGNORECASE) for p in row["part"]), re.compile(row["whole"], re.IGNORECASE)) if row else None


@cache
def _part_named(heading: str, language: str | None) -> str | None:
    patterns, whole = _headings(language) or ((), None)
    plain = _HEADING_NUMBER.sub("", heading).strip(" .:*_")
    for pattern in patterns:
        found = pattern.fullmatch(plain)
        if found and len(found["x"]) <= 80 and not whole.fullmatch(found["x"].strip()):
            return found["x"].strip()
    return None


def part_of_service(heading_path: Sequence[str], language: str | None) -> str | None:
    """The service or product to which the rules below these headings are limited ("Special terms for Object Storage"), as named there; None: the whole service.

    The innermost heading that names one decides. What such a heading looks like is in `data/scope_headings.yml`.
    """
    return next((part for heading in reversed(heading_path) if (part := _part_named(heading, language))), None)


@cache
def _app_store() -> tuple[str, re.Pattern, re.Pattern]:
    import yaml

    row = yaml.safe_load(resources.files("nlp").joinpath("data/scope_headings.yml").read_text(encoding="utf-8"))["app_store"]
    return row["part"], re.compile(row["words"], re.IGNORECASE), re.compile(row["near"], re.IGNORECASE)


def part_by_store(quote: str, around: Iterable[str]) -> str | None:
    """The part of a service to which a clause is limited because an app store demands it; `around`: the text before it in its paragraph, and the paragraphs before."""
    part, words, near = _app_store()
    return part if words.search(quote) and any(near.search(text) for text in around) else None


@dataclass(frozen=True, slots=True)
class Scope:
    polarity: str
    mode: str
    actor: str | None
    exception: tuple[int, int] | None                          # within the text that was read
    stated: bool                                               # False: no cue says what the sentence does; polarity and mode are the fallback
    negated: bool                                              # a cue of prohibition or exception stands in the sentence: a harder reading
    ground: tuple[str, ...] = ()                               # the groups of cues that settled polarity and mode, for explanations
    actor_ground: str = ""                                     # what settled the actor: see `ScopeReader.actor`


def settled(name: str, attributes: Mapping[str, Any], scope: Scope) -> tuple[str | None, str]:
    """(value, what settled it) of `polarity`, `mode` or `actor` of a clause, with the attributes of its rule: `rule` (fixed by it), `usual` (the rule's, where no cue says more), `cues`, `label` (what the provider does), or `fallback`."""
    if fixed := attributes.get(name):
        return fixed, "rule"
    if not scope.stated and (usual := attributes.get("usual", {}).get(name)):
        return usual, "usual"
    return getattr(scope, name), "cues" if scope.ground else "label" if scope.stated else "fallback"


def said(rule: Rule, scope: Scope) -> tuple[str, str, bool]:
    """(polarity, mode, whether rule or cues say so) of a finding, before anything is weighed. A finding of the decision layer has no rule of its own, whatever rule lends it its attributes."""
    if rule.id.startswith("model."):
        return scope.polarity, scope.mode, scope.stated
    (polarity, one), (mode, other) = (settled(name, rule.attributes, scope) for name in ("polarity", "mode"))
    return polarity or scope.polarity, mode or scope.mode, (one, other) != ("fallback", "fallback")


class ScopeReader:
    """Reads scopes with one cuebook; keeps its bits."""

    def __init__(self, book: Cuebook) -> None:
        self.book = book
        for name in SCOPE_GROUPS:
            setattr(self, name, book.bit(name))

    def read(self, label: str, text: str, rows: Matches, own: int, intro: int = 0, offset: int = 0) -> Scope:
        """The scope of a sentence `text` whose matches are `rows` (offsets counted from `offset`), with the groups of the introduction to its list."""
        wide = own | intro
        exception = self.exception_span(text, rows, own, offset)
        lifted = bool(own & self.lifts) and not self._elsewhere(rows, self.prohibit, self.lifts)
        prohibits = bool(wide & self.prohibit) and not lifted
        # of a list that forbids, what we may do with those who do it is no right to the items; nor is a consent that an exception speaks of
        right = bool(own & self.right) and not self._excepted(rows, self.right, exception, offset) or bool(intro & self.right and not intro & self.prohibit)
        represents = bool(wide & self.represent)
        duty = bool(wide & (self.duty | self.comply))
        stated = True
        if label in PROVIDER_LABELS:
            right = right or bool(own & self.may_do)          # "Acme may look through them": whoever it is that may, it is no customer
            mode = "provider_right" if right else "notice"
            polarity = "permits" if right else "describes"
            ground = ("right",) if right else ()
        elif lifted:
            mode, polarity, ground = ("provider_right" if right else "notice"), "permits", ("lifts", "right") if right else ("lifts",)
        elif represents and (prohibits or not right or self._first(rows, self.represent) < self._first(rows, self.right)):
            mode = "representation"
            negated = bool(wide & (self.negation | self.plain_not)) and label in PERSON_LABELS
            polarity = "prohibits" if prohibits or negated else "requires"
            ground = ("represent", "prohibit") if prohibits else ("represent", "negation") if negated else ("represent",)
        elif right and own & self.plain_refusal and label in REFUSED_LABELS:
            mode, polarity, ground = "notice", "prohibits", ("plain_refusal",)   # "wir können … nicht bedienen": what we cannot do is no right of ours
        elif right and not (own & self.prohibit and not self._right_governs(label, rows, own)) and not self._customer_first(rows, own):
            mode, polarity, ground = "provider_right", "permits", ("right",)
        elif prohibits:
            mode, polarity, ground = "obligation", "prohibits", ("prohibit",)
            if self._complies_first(rows, own):
                polarity, ground = "requires", ("duty", "comply")   # "you must comply with … and not …"
            elif label == "identity_verification" and not intro & self.prohibit:
                mode, polarity, ground = "obligation", "requires" if own & self.duty else "conditions", ("prohibit",)   # "no account without a passport": nobody forbids to show one
            elif label in BARRING_LABELS:
                mode, polarity, ground = "obligation" if own & self.duty else "notice", "conditions", ("prohibit", "duty") if own & self.duty else ("prohibit",)
            elif own & self.not_offered and not self._elsewhere(rows, self.prohibit, self.not_offered):
                mode, ground = "notice", ("not_offered",)
        elif own & self.only_if:
            mode, polarity, ground = "obligation", "conditions", ("only_if",)
        elif wide & self.condition and label in CONDITION_LABELS and not (label in DUTY_FIRST_LABELS and own & self.duty):
            mode = "obligation" if duty or own & self.customer else "notice"
            polarity = "conditions"
            ground = ("condition", "duty", "comply") if duty else ("condition", "customer") if own & self.customer else ("condition",)
        elif duty and own & self.subject_to and not intro & self.duty and not self._elsewhere(rows, self.duty | self.comply, self.subject_to):
            mode, polarity, ground = "notice", "describes", ("subject_to",)
        elif duty and label == "resale_restriction" and own & self.if_word and not text[:self._first(rows, self.if_word) - offset].strip(_MARKS):
            mode, polarity, ground = "obligation", "conditions", ("if_word", "duty")   # "if you let others use it, you must …"
        elif duty:
            mode, polarity, ground = "obligation", "requires", ("duty", "comply")
        elif own & self.permit:
            mode, polarity, ground = "notice", "permits", ("permit",)
        elif own & self.plain_ban and label in BANNED_LABELS:
            mode, polarity, ground = "notice", "prohibits", ("plain_ban",)
        else:
            mode, polarity, stated, ground = "notice", "describes", False, ()
        actor, actor_ground = self.actor(label, mode, own)
        return Scope(polarity, mode, actor, exception, stated, prohibits or exception is not None, ground, actor_ground)

    def actor(self, label: str, mode: str, own: int) -> tuple[str | None, str]:
        """(actor, what settled it: a group of cues, `mode`, `label`; empty where it is unknown)."""
        if mode == "provider_right" or label in PROVIDER_LABELS:
            return "provider", "mode" if mode == "provider_right" else "label"
        if own & self.end_user_word and not own & self.customer:
            return "end_user", "end_user_word"
        if own & self.customer:
            return "customer", "customer"
        return ("customer", "mode") if mode in ("obligation", "representation") else (None, "")

    def _excepted(self, rows: Matches, groups: int, exception: tuple[int, int] | None, offset: int) -> bool:
        """Whether all cues of `groups` stand in the exception: "you may not … unless the owner authorises it"."""
        return exception is not None and all(exception[0] <= start - offset < exception[1] for start, _ in self.book.spans(rows, groups))

    def _right_governs(self, label: str, rows: Matches, own: int) -> bool:
        """Whether a sentence gives the provider a right, and what is refused is only its ground: "we may close the account if you cannot show …"; not "under no circumstances may they be …", nor beside a duty."""
        right = self._first(rows, self.right)
        return label == "identity_verification" or not own & self.duty and right < min(self._first(rows, self.prohibit), self._first(rows, self.plain_not))

    def _elsewhere(self, rows: Matches, groups: int, within: int) -> bool:
        """Whether a cue of `groups` stands outside those of `within`: "is subject to the law" alone puts no duty on anybody, "is not available in" alone bars nobody by a duty."""
        covers = self.book.spans(rows, within)
        return any(not any(a < d and c < b for a, b in covers) for c, d in self.book.spans(rows, groups))

    def _first(self, rows: Matches, groups: int, but: int = 0) -> int:
        """Where the first cue of `groups` begins that holds none of `but`."""
        others = self.book.spans(rows, but) if but else []
        return min((s for s, e in self.book.spans(rows, groups) if not any(s < d and c < e for c, d in others)), default=1 << 30)

    def _complies_first(self, rows: Matches, own: int) -> bool:
        """Whether a ban follows on a duty to comply: "you must comply with … and not …"; not on "in accordance with the law you must not …", whose only duty is the ban."""
        if not own & self.duty:
            return False
        ban = self._first(rows, self.prohibit)
        return self._first(rows, self.comply, but=self.breach) < ban and self._first(rows, self.duty, but=self.prohibit) < ban

    def _customer_first(self, rows: Matches, own: int) -> bool:
        """Whether the sentence opens with a duty of the customer ("you must … as we may require")."""
        return bool(own & self.duty) and self._first(rows, self.duty) < self._first(rows, self.right)

    def exception_span(self, text: str, rows: Matches, own: int, offset: int) -> tuple[int, int] | None:
        """The words of the exception: from its cue to the terminator, or up to a cue that ends it (Japanese …を除き); None where there is none."""
        if own & self.exception_end:
            stop = min(e for _, e in self.book.spans(rows, self.exception_end)) - offset
            ends = min(s for s, e in self.book.spans(rows, self.exception_end) if e - offset == stop) - offset
            start = max((m.end() for m in _BEFORE.finditer(text, max(0, stop - MAX_EXCEPTION), ends)), default=max(0, stop - MAX_EXCEPTION))
            return (start, stop) if stop > start else None
        if not own & self.exception:
            return None
        start, shut = (x - offset for x in min(self.book.spans(rows, self.exception)))
        if not text[:start].strip(_MARKS) or text[start - 1] in "。；;":  # "Unless otherwise agreed, …"
            further = {s - offset for s, _ in self.book.spans(rows, self.goes_on)}
            end = next((m for m in _LEADING_END.finditer(text, max(start, shut - 1)) if m.end() not in further and m.end() + 1 not in further), None)  # behind its cue: 除…、…外 holds a list
            if end is None or end.start() - start > MAX_EXCEPTION:
                end = _TRAILING_END.search(text, start)
        else:
            end = _TRAILING_END.search(text, start)
        stop = min(end.start() if end else len(text), start + MAX_EXCEPTION)
        while stop > start and text[stop - 1] in " .,;。，、；":
            stop -= 1
        return (start, stop) if stop > start else None
