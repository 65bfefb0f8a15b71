"""Sentences of a block's text, by offsets: one regular expression finds the places where a sentence may end, a few checks decide.

Text is that of a block (`Block.text`: NFKC, white space folded; "\\n" stands for a line break that the page shows). What abbreviations, firm names and
ordinals are is data: `nlp/data/sentences.toml`.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path

_ENUMERATOR = r"\(?(?:\d{1,3}(?:\.\d{1,3})*|[a-zA-Z]|[ivxIVX]{1,5}|[а-я])[.)](?=\s)"
_CANDIDATE = re.compile("[\n.!?;…。！？]")                        # one class: `re` skips through text at full speed
_FULL = {
    "\n": re.compile(r"\n+"),
    ".": re.compile(
        r"\.+[\"'”’»」』)\]]*(?=\s|$|[「『\u3400-\u9fff\u3041-\u30ff\uac00-\ud7a3])"
        r"|(?<=[a-zà-ÿа-я][a-zà-ÿа-я][a-zà-ÿа-я])\.(?=[A-ZÀ-ÞА-Я][a-zà-ÿа-я]+[\s,])"),
    ";": re.compile(rf";(?=\s*(?:(?:and|or|und|oder|et|ou|y|o|e|i|oraz|lub|и|или)(?:/or)?\s+)?{_ENUMERATOR}|[\u3400-\u9fff\u3041-\u30ff]|\n)"),
}
_OTHER = re.compile(r"[。！？!?…]+[\"'”’»」』】)\]]*")
_WORD = re.compile(r"[\w'’&-]+(?:\. ?[\w'’-]+)*$")
_TOKEN = re.compile(r"\w[\w'’-]*")
_NUMBER = re.compile(r"(?:^|[\s(])(\d{1,3}(?:\.\d{1,3})*)$")
_ITEM = re.compile(rf"{_ENUMERATOR}|\d{{1,3}}(?:\.\d{{1,3}})+\s|[-*•·▪●○※–—]\s?|第 ?[0-9一二三四五六七八九十百]+ ?[条條章节節款]|제 ?\d+ ?[조장절항]|[①-⑳]|\(?[一二三四五六七八九十]+[)、]")
_END = re.compile(r"[.!?:;。！？…][\"'”’»」』)\]]*$")
_JOINED = re.compile(r"(?:and|or)\s")
_OPENERS = "\"'“‘«„「『([（【¿¡"
_CJK = re.compile("[\u3041-\u30ff\u3400-\u9fff]")


@lru_cache(maxsize=1)
def _data() -> dict:
    return tomllib.loads((Path(__file__).parent / "data" / "sentences.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=64)
def _rules(language: str) -> tuple[frozenset, frozenset, frozenset, bool]:
    """(abbreviations, suffixes, starters, whether "3." is an ordinal) of a language."""
    data, base = _data(), language.split("-")[0]
    abbreviations = frozenset(data["abbreviations"]["all"]) | frozenset(data["abbreviations"].get(base, ()))
    starters = frozenset(data["starters"].get(base, data["starters"]["en"]))
    return abbreviations, frozenset(data["suffixes"]["all"]), starters, base in data["ordinals"]["languages"]


def sentences(text: str, language: str | None = "en") -> list[tuple[int, int]]:
    """(start, end) of every sentence of `text`, in order, without white space at the edges. Together they cover all text that is not white space.

    Items of an enumeration inside a sentence ("… not (a) …; (b) …") are sentences of their own, and so are lines of a list or of an address. A semicolon in
    running text ends none.
    """
    rules = _rules((language or "en").lower())
    out: list[tuple[int, int]] = []
    start, size = 0, len(text)
    while start < size and text[start].isspace():
        start += 1
    for match in _CANDIDATE.finditer(text):
        a = match.start()
        if a < start:
            continue
        found = _FULL.get(text[a], _OTHER).match(text, a)
        if found is None:
            continue
        end = found.end()
        if not _ends(text, start, a, end, rules):
            continue
        stop = a if text[a] == "\n" else end
        while stop > start and text[stop - 1].isspace():
            stop -= 1
        if stop > start:
            out.append((start, stop))
        start = end
        while start < size and text[start].isspace():
            start += 1
    stop = size
    while stop > start and text[stop - 1].isspace():
        stop -= 1
    if stop > start:
        out.append((start, stop))
    return out


def _ends(text: str, start: int, a: int, end: int, rules: tuple) -> bool:
    """Whether the candidate text[a:end] ends the sentence that begins at `start`."""
    first = text[a]
    size = len(text)
    after = end
    while after < size and text[after] == " ":
        after += 1
    following = text[after] if after < size else ""
    if first == "\n":
        return _line_ends(text, start, a, end)
    if first == ";":
        return a - start >= (4 if following and following > "\u3000" else 12)
    if not following or following == "\n":
        return True
    if first in "。！？":
        if text[end - 1] in "」』】)]\"'”’" and after == end and not following.isspace():
            return following not in "とのがをはもにでや、,等及和的。「『" and text[end - 1] not in ")]"
        return following not in ")]」』】、,"
    if first in "!?…":
        if after == end and following not in _OPENERS and not _CJK.match(following):
            return False                                       # "Yahoo!Japan", "?id="
        return not following.islower() and following not in ",;:)" and _open_brackets(text, start, a) == 0
    # a full stop
    if after == end and first == "." and following not in "「『" and not _CJK.match(following) and not "가" <= following <= "힣":
        return _glued(text, start, a)
    if following.islower() and _JOINED.match(text, after) and text[max(start, a - 4):a].islower() and text[max(start, a - 4):a].isalpha():
        return not _abbreviated(text, start, a, after, rules)  # lists whose semicolons became full stops: "… list. and (ii) …"
    if following.islower() or following in ",;:)]":
        return bool(_ITEM.match(text, after)) and end - a == 1 and not _abbreviated(text, start, a, after, rules)
    if text[a:a + 2] == "..":
        return following.isupper() or following in _OPENERS
    if _abbreviated(text, start, a, after, rules):
        return False
    return _open_brackets(text, start, a) == 0 or a - start > 400 or text[end - 1] in ")]"


def _glued(text: str, start: int, a: int) -> bool:
    """"services.You": a blank is missing; but not in an address or a file name."""
    before = text[max(start, text.rfind(" ", start, a) + 1):a]
    return "/" not in before and "@" not in before and "." not in before and not before.lower().startswith("www")


def _open_brackets(text: str, start: int, a: int) -> int:
    opened = text.count("(", start, a) - text.count(")", start, a)
    if opened <= 0 or ")" not in text[a:a + 300]:
        return 0
    # "(a)" and "a)" close more than they open; a bracket that stays open near the end counts
    last = text.rfind("(", start, a)
    return 1 if last > text.rfind(")", start, a) else 0


def _abbreviated(text: str, start: int, a: int, after: int, rules: tuple) -> bool:
    abbreviations, suffixes, starters, ordinals = rules
    head = text[max(start, a - 24):a]
    word = head[head.rfind(" ") + 1:].lower()
    if len(word) > 1 and word.isalpha() and "." not in head and word not in suffixes and word not in abbreviations:
        return False                                           # a plain word, as mostly
    match = _WORD.search(head)
    if not match:
        return False
    word = match.group().lower()
    last = re.split(r"[ '’]", word)[-1]                        # "l'art."
    following = _TOKEN.match(text, after)
    next_word = following.group().lower() if following else ""
    number = _NUMBER.search(head)
    if number:
        if a - len(number.group(1)) <= start + 1:
            return True                                        # "1. General", "(3.2." at the start
        if ordinals and len(number.group(1)) <= 2 and next_word and not next_word[0].isdigit():
            return next_word not in starters
        before = text[start:a - len(number.group(1))].rstrip()
        return before.endswith((":", ";"))                     # ": 1. First 2. Second"
    if word in suffixes or last in suffixes:
        return next_word not in starters
    if word in abbreviations or last in abbreviations:
        # "no." and "art." need a number or a capital behind them to be what they seem; "No." as an answer is rare in such texts
        return True
    if len(last.rsplit(".", 1)[-1]) == 1 and last[-1].isalpha():
        if a - 1 <= start + 1:
            return True                                        # "A. Scope", "(a." at the start
        return next_word not in starters                       # initials, "U.S.", "z. B."
    return False


def _line_ends(text: str, start: int, a: int, end: int) -> bool:
    """Whether a line break ends a sentence: not where a sentence runs over it."""
    if end >= len(text) or end - a > 1:
        return True
    following = text[end]
    if following.islower():
        return bool(_END.search(text[max(start, a - 4):a])) or _ITEM.match(text, end) is not None
    line_start = max(start, text.rfind("\n", start, a) + 1)
    if a - line_start >= 50 and not _END.search(text[max(start, a - 4):a]) and not _ITEM.match(text, end) and text[a - 1] in ",":
        return False
    return True
