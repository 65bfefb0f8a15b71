"""Names of countries and territories in running text, in any language that CLDR knows.

`find_places` answers with ISO 3166-1 alpha-2 codes, and ISO 3166-2 for the occupied regions of Ukraine (UA-43, UA-14, UA-09, UA-23, UA-65).
Names come from Unicode CLDR (through Babel), aliases, traps and inflection from `data/countries.yml`. One automaton a language, one pass over a text.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

from chipwatch import yaml_files
from nlp.word_files import data_file

_CJK_LANGUAGES = {"ja": ("ja",), "ko": ("ko",), "zh": ("zh_Hans", "zh_Hant")}
_LIST_GAP = re.compile(r"[\s,;/、，；・·&()\[\]*-]*(?:and|or|und|oder|et|ou|y|o|e|i|lub|oraz|и|или|och|en|of|và|và/hoặc|及び|または|及|和|与|或|및|와|과|또는)?[\s,;/、，；・·&()\[\]*-]*")
_WORDS_IN_LIST = frozenset(("and or the by of as well und oder sowie der die den dem des von vom durch et ou la le les de des du par y o e u i el los las del por il lo gli dei di del della dello dalla dal dagli degli da delle "
                            "ou do da dos das pelo pela pelos pelas och eller samt av från en of het van door и или а также lub oraz a także przez hoặc và của bởi 及び および または 又は もしくは 若しくは 並びに ならびに と や "
                            "及 以及 和 与 與 或 或者 및 와 과 또는 혹은 그리고 이나 나").split())
_WORD = re.compile(r"[^\s,;/&()（）\[\]、，；・·]+")
_ELIDED = re.compile(r"(?:d|l|dell|dall)['’]")                 # "de l'Union", "d'" before a name
_BRACKET = re.compile(r"\([^()]{0,400}\)|（[^（）]{0,400}）")
MAX_ASIDE, MAX_BESIDE = 600, 120                               # characters from one name of a list to the next, with what stands in brackets, and without
_GENITIVE = re.compile(r"(?:\bof(?: the)?|\bder|\bde l['’]|\bd['’]|\bde|\bdell['’]|\bvan|\bin|\bв|\bna|\bw|\bi)\s+$", re.IGNORECASE)
_PERSON_BEFORE = re.compile(r"(?<![^\s(\"'])[A-Z][a-z]+ $")
_PERSON_AFTER = re.compile(r" [A-Z][a-z]+")


def list_words() -> frozenset[str]:
    """The small words that stand between the names of a list: "and", "or", "of" and the like, in all languages read."""
    return _WORDS_IN_LIST


def listed_beside(gap: str) -> bool:
    """Whether two names with `gap` between them stand in one list: "…, the European Union (…) or …". What stands in brackets does not count; other names may stand between."""
    if len(gap) > MAX_ASIDE:
        return False
    plain = _BRACKET.sub("", _BRACKET.sub("", gap))
    return len(plain) <= MAX_BESIDE and plain.strip() != "" and not {"(", ")", "（", "）"} & set(plain) and all(w in _WORDS_IN_LIST or (_ELIDED.sub("", w) or "A")[0].isupper() for w in _WORD.findall(plain))


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    text = resources.files("nlp").joinpath("data/countries.yml").read_text(encoding="utf-8")
    return yaml_files.load(text)


@lru_cache(maxsize=1)
def list_writers() -> frozenset[str]:
    """The countries that are often barred, and write sanction lists themselves."""
    return frozenset(_data()["list_writers"])


@lru_cache(maxsize=1)
def _fold_table() -> dict[int, str]:
    """One character to one: accented Latin letters to plain ones, typographic marks and white space to ASCII."""
    table = {}
    for code in range(0xC0, 0x250):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii() and base.isalpha():
            table[code] = base.lower()
    table |= {ord(c): "l" for c in "łŁ"} | {ord(c): "o" for c in "øØ"} | {ord(c): "'" for c in "’‘ʼ`´"} | {ord(c): "-" for c in "–—‐‑−"}
    table |= {ord(c): " " for c in "\n\r\t\u00a0\u202f\u3000"} | {ord("（"): "(", ord("）"): ")", ord("⁄"): "/", ord("İ"): "i", ord("ё"): "е", ord("Ё"): "е"}
    table |= {code: chr(code - 0xFEE0).lower() for code in range(0xFF10, 0xFF5B) if chr(code - 0xFEE0).isalnum()}      # full-width letters and digits
    return table


MAX_KEPT = 250_000                                             # characters of a text whose folded form is kept


@lru_cache(maxsize=1)
def _foldable() -> frozenset[str]:
    """The characters of `_fold_table`. Of a text that holds them, one after another is replaced: `str.translate` is slow over characters that it does not know, and a pattern asks Python at every one."""
    return frozenset(map(chr, _fold_table()))


def fold(text: str) -> str:
    """`text` in lower case without Latin accents, of the same length, so that offsets hold."""
    if text.isascii():
        return text.lower().replace("\n", " ").replace("\r", " ").replace("\t", " ").replace("`", "'")
    return _folded(text) if len(text) <= 400 else _folded_long(text) if len(text) <= MAX_KEPT else _folded.__wrapped__(text)


@lru_cache(maxsize=8192)
def _folded(text: str) -> str:
    folded, table = text, _fold_table()
    for character in _foldable().intersection(text):
        folded = folded.replace(character, table[ord(character)])
    lower = folded.lower()
    return lower if len(lower) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in folded)


_folded_long = lru_cache(maxsize=4)(_folded.__wrapped__)       # the text of a page is asked for several times in a row


def _is_cjk(char: str) -> bool:
    return "\u2e80" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7af" or "\uf900" <= char <= "\ufaff"


def _is_kana(char: str) -> bool:
    return "\u30a1" <= char <= "\u30ff" and char != "・"


def _is_hangul(char: str) -> bool:
    return "\uac00" <= char <= "\ud7af"


@dataclass(slots=True)
class _Gazetteer:
    names: dict[str, str]                                      # folded name -> code; "" for text that names no place
    patterns: list[str]
    machine: Any
    suffixes: tuple[str, ...] = ()
    stem: int = 0
    stems: set[str] = field(default_factory=set)


def _locales(language: str | None) -> tuple[str, ...]:
    base = (language or "").replace("_", "-").split("-")[0].lower()
    if base in _CJK_LANGUAGES:
        return ("en", *_CJK_LANGUAGES[base])
    cjk = ("zh_Hans", "zh_Hant", "ja", "ko")
    if not base:
        return ("en", "de", "fr", "it", "es", "pl", "nl", "pt", "ru", "sv", *cjk)
    return ("en", *cjk) if base == "en" else ("en", base, *cjk)


def _cldr(locale: str) -> Iterator[tuple[str, str]]:
    from babel import Locale, UnknownLocaleError

    try:
        names = Locale.parse(locale).territories
    except (UnknownLocaleError, ValueError):                   # a language that CLDR does not know, or no language tag: English names still serve
        return
    for code, name in names.items():
        if len(code) == 2 and code.isalpha() and code not in _data()["skip"]:
            yield name, code


def _variants(name: str) -> Iterator[str]:
    """A name as other writers put it: without its bracket, with "and" for "&", with and without blanks around a hyphen."""
    forms = [name, *(re.split(r"\s*[(（]", name)[:1] if re.search(r".\s*[(（]", name) else [])]
    forms += [f.replace("&", "and") for f in forms if "&" in f]
    forms += [f.replace(" - ", "-") for f in forms if " - " in f]
    forms += [f.replace("St. ", "Saint ") for f in forms if f.startswith("St. ")] + [f.replace("St. ", "St ") for f in forms if f.startswith("St. ")]
    return iter(dict.fromkeys(forms))


def _inflected(name: str, rules: dict[str, Any]) -> Iterator[str]:
    """Forms of a folded name by the case endings of its language, all words in the same case."""
    cases = rules.get("cases")
    adjectives = rules.get("adjectives") or {}
    if adjectives and " " in name:
        *front, last = name.split(" ")
        yield " ".join([*(w[:-len(e)] + r if w.endswith(e) else w for w in front for e, r in adjectives.items()), last])
    if not cases:
        return
    endings = sorted((e for e in cases if e != "*"), key=len, reverse=True)
    tables = []
    for word in name.split(" "):
        ending = next((e for e in endings if word.endswith(e) and (len(word) > len(e) + 1 or word == e)), None)
        if ending is not None:
            tables.append([[word[:-len(ending)] + f for f in forms.split("|")] for forms in cases[ending]])
        elif len(word) > 2 and word[-1].isalpha() and "*" in cases and word[-1] not in "aeiouyаеиоуюяыэіїєąęó":
            tables.append([[word + f for f in forms.split("|")] for forms in cases["*"]])
        else:
            tables.append([[word]] * 5)
    for case in range(5):
        for words in itertools.islice(itertools.product(*(t[case] for t in tables)), 8):
            yield " ".join(words)


@lru_cache(maxsize=64)
def _gazetteer(language: str | None) -> _Gazetteer:
    import ahocorasick_rs

    data = _data()
    base = (language or "").replace("_", "-").split("-")[0].lower()
    rules = data["inflection"].get(base, {})
    upper = set(data["upper_only"])
    names: dict[str, str] = {}
    own: set[str] = set()
    for locale in _locales(language):
        for name, code in _cldr(locale):
            for form in _variants(name):
                key = fold(form)
                if len(key) > 1 or _is_cjk(key) or key == "y":
                    names.setdefault(key, code)
                    if locale.split("_")[0] == base:
                        own.add(key)
    for code, aliases in data["aliases"].items():
        for alias in aliases:
            key = fold(alias)
            if _cjk_of_another_language(alias, base):
                continue
            names[key] = code
            own.add(key)
    names.update({fold(k): v for k, v in data["upper_codes"].items()})
    inflections = {fold(form): code for key, code in list(names.items()) if key in own and not _is_cjk(key[0])
                   for form in _inflected(key, _folded_rules(base)) if fold(form) not in names} if rules else {}
    names |= {k: v for k, v in inflections.items() if len(k) > 2}
    names |= {fold(text): "" for text in data["not_places"]}
    stem, stems = rules.get("stem", 0), set()
    if stem:
        for key in own:
            if len(key) >= 4 and key[0].isalpha() and not _is_cjk(key[0]) and key not in map(fold, upper):
                short = key[:-1] if key[-1] in "aeiouyαεηιουω" else key
                stems.add(short)
                names.setdefault(short, names[key])
    patterns = list(names)
    return _Gazetteer(names, patterns, ahocorasick_rs.AhoCorasick(patterns), tuple(rules.get("suffixes", ())), stem, stems)


@lru_cache(maxsize=64)
def _folded_rules(base: str) -> dict[str, Any]:
    rules = _data()["inflection"].get(base, {})
    if "cases" not in rules:
        return rules
    return {**rules, "cases": {fold(k): [fold(f) for f in v] for k, v in rules["cases"].items()}}


def _cjk_of_another_language(name: str, base: str) -> bool:
    """Whether a Han, kana or Hangul name would be read in a CJK text of another language, where it may be an ordinary word."""
    if base == "ja":
        return any(map(_is_hangul, name))
    if base == "ko":
        return any("\u3040" <= c <= "\u30ff" for c in name)
    if base == "zh":
        return any(map(_is_hangul, name)) or any(map(_is_kana, name))
    return False


def _bounded(text: str, start: int, end: int, gazetteer: _Gazetteer, key: str) -> int | None:
    """The end of the name, with what inflection adds, or None where the match is a piece of another word."""
    first = text[start]
    if _is_cjk(first):
        if _is_kana(first) and start and _is_kana(text[start - 1]):
            return None
        if _is_kana(text[end - 1]) and end < len(text) and _is_kana(text[end]):
            return None
        if _is_hangul(first) and start and _is_hangul(text[start - 1]):
            return None
        return end
    if start and (text[start - 1].isalnum() or text[start - 1] in "_@") and not _is_cjk(text[start - 1]):
        return None
    if first.lower() != first.upper() and not any(c.isupper() for c in text[start:end]):
        return None
    after = end
    while after < len(text) and (text[after].isalpha() or text[after] == "_") and not _is_cjk(text[after]) and after - end < 8:
        after += 1
    if after < len(text) and text[after].isdigit() and after == end and text[end - 1].isalnum():
        return None
    tail = text[end:after].lower()
    if not tail:
        return end
    if tail in gazetteer.suffixes or (key in gazetteer.stems and len(tail) <= gazetteer.stem):
        return after
    return None


def find_places(text: str, language: str | None = None) -> list[tuple[int, int, str]]:
    """Countries and territories named in `text`, as (start, end, code), in order, not overlapping.

    `language` (BCP 47) chooses the names and the inflection; English names are read in every language, since contracts in all languages keep English terms.
    A name that holds another ("Republic of China (Taiwan)", "Papua New Guinea") is read as the longer one.
    """
    gazetteer = _gazetteer(language)
    folded = fold(text)
    upper = _upper_only()
    found = []
    for index, start, end in gazetteer.machine.find_matches_as_indexes(folded, overlapping=True):
        key = gazetteer.patterns[index]
        stop = _bounded(text, start, end, gazetteer, key)
        if stop is None or (key in upper and not text[start:end].isupper()):
            continue
        found.append((start, stop, gazetteer.names[key]))
    kept = []
    for start, end, code in sorted(found, key=lambda f: (f[0], -f[1], f[2] == "")):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end, code))
    places = [p for p in kept if p[2]]
    return [p for i, p in enumerate(places) if _is_place(text, places, i) and not _holds_region(text, places, i)]


@lru_cache(maxsize=1)
def _upper_only() -> frozenset[str]:
    return frozenset(map(fold, _data()["upper_only"]))


@lru_cache(maxsize=1)
def _words_too() -> dict[str, re.Pattern | None]:
    return {fold(k): re.compile(v) if v else None for k, v in _data()["words_too"].items()}


@lru_cache(maxsize=1)
def _state_words() -> re.Pattern:
    return re.compile(r"\b(?:" + "|".join(map(re.escape, _data()["us_state_words"])) + r")\b")


def _is_place(text: str, places: list[tuple[int, int, str]], index: int) -> bool:
    """False for a name that is an ordinary word, a person or a US state where it stands."""
    start, end, code = places[index]
    key = fold(text[start:end])
    words = _words_too()
    if key not in words:
        return True
    if key == "georgia" and _state_words().search(text, max(0, start - 40), min(len(text), end + 40)):
        return False
    if any(_LIST_GAP.fullmatch(text, a, b) and b - a <= 12 and b > a
           for other in (index - 1, index + 1) if 0 <= other < len(places) and places[other][2] != code
           for a, b in [(places[other][1], start) if other < index else (end, places[other][0])]):
        return True
    follows = words[key]
    if follows is not None and follows.match(text, end):
        return True
    if key in {"georgia", "jordan"}:                           # a country unless it looks like a person
        return not (_PERSON_BEFORE.search(text, 0, start) and text[:start].rsplit(None, 1)[-1] not in {"The", "In", "Of", "And", "Or", "From", "Kingdom", "Republic"}) \
            and not _PERSON_AFTER.match(text, end)
    return text.strip(" .,:;|*-") == text[start:end]           # a table cell or list item that holds the name alone


def _holds_region(text: str, places: list[tuple[int, int, str]], index: int) -> bool:
    """Whether "Ukraine" only says where a named region of it lies ("the Crimea, Donetsk and Luhansk regions of Ukraine")."""
    start, end, code = places[index]
    if code != "UA":
        return False
    previous = next((p for p in reversed(places[:index]) if p[2] != "UA"), None)
    following = places[index + 1] if index + 1 < len(places) else None
    if previous and previous[2].startswith("UA-") and start - previous[1] <= 80 and not re.search(r"[.;。；]", text[previous[1]:start]):
        between = text[previous[1]:start]
        if _GENITIVE.search(between) or between.strip() in {"(", ",", ", in"} or re.search(r"\b(?:region|territor|oblast|area|obwod|Gebiet|région)", between, re.IGNORECASE):
            return True
    if following and following[2].startswith("UA-") and following[0] - end <= 30:
        return end == following[0] or bool(re.fullmatch(r"['’]s?\s*.{0,20}|의\s?.{0,10}|の.{0,10}|的.{0,10}|\s*[(（]\s*(?:the )?", text[end:following[0]]))
    return False


@lru_cache(maxsize=16)
def _demonyms(language: str | None) -> tuple[re.Pattern, dict[str, str]] | None:
    """(pattern, word -> code) of the words for the people of a country in a language, money of theirs aside; None where `data/demonyms.yml` has none."""
    data = data_file("demonyms.yml")
    rows = data.get((language or "").split("-")[0].lower())
    if not rows:
        return None
    codes = {form: code for code, forms in rows.items() for form in forms}
    forms, money = ("|".join(map(re.escape, sorted(words, key=len, reverse=True))) for words in (codes, data["money"]))
    return re.compile(rf"\b(?:{forms})(?!\w)(?![\s-](?:{money}))"), codes


def find_peoples(text: str, language: str | None = None) -> list[str]:
    """The countries whose people `text` names by an adjective ("Russian and Belarusian nationals"), as codes in order, each once. One of two letters needs capitals: "US citizens", not "rent from us"."""
    known = _demonyms(language)
    if known is None:
        return []
    pattern, codes = known
    found = [m for m in pattern.finditer(fold(text)) if len(m[0]) > 2 or text[m.start():m.end()].isupper() or not m[0].isascii()]
    names = find_places(text, language) if found else []       # "U.S." in "U.S. Virgin Islands" is no people's
    return list(dict.fromkeys(codes[m[0]] for m in found if not any(a <= m.start() and m.end() <= b and b - a > len(m[0]) and code != codes[m[0]] for a, b, code in names)))


def country_named(name: str, language: str | None = None) -> str | None:
    """The code of the country that `name` is, whole and alone ("Iceland", "IS", "アイスランド"), else None."""
    name = unicodedata.normalize("NFKC", name).strip(" .,:;|*_-")
    if not name:
        return None
    if len(name) == 2 and name.isascii() and name.isupper() and name in country_codes():
        return "GB" if name == "UK" else name
    found = find_places(name[0].upper() + name[1:], language)
    return found[0][2] if len(found) == 1 and found[0][:2] == (0, len(name)) else None


@lru_cache(maxsize=1)
def country_codes() -> frozenset[str]:
    """ISO 3166-1 alpha-2 codes that CLDR names, and "UK"."""
    return frozenset(code for _, code in _cldr("en")) | {"UK"}


def countries_of(text: str, language: str | None = None) -> Iterable[str]:
    """The codes that `find_places` finds, each once, in order."""
    return dict.fromkeys(code for _, _, code in find_places(text, language))
