"""Which language a document is in. Script decides for Japanese, Korean and Chinese, function words for ordinary text; py3langid for the rest."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

from nlp.compiled import twin

compiled = twin("language")

SAMPLE = 6000                                                  # characters of body text that are looked at
_KANA = re.compile("[\u3041-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_HAN = re.compile("[\u3400-\u9fff]")
_EASTERN = re.compile("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_LOWERED_APART = "\u0130\u03a3"                               # what becomes two letters, or another at the end of a word; all other capitals become one letter wherever they stand
_LETTERS = re.compile(r"[^\W\d_]+")
# Characters that stand in one of the two Chinese scripts only, the most frequent of each.
_SIMPLIFIED = frozenset("这个们来为国说时会对发后里学样进关无动实现过还开总产种务术设样应该认讨议协账户规责权线网页络经济转让仅数据当与变两个选择请项价费员业适长电价击录专")
_TRADITIONAL = frozenset("這個們來為國說時會對發後裡學樣進關無動實現過還開總產種務術設樣應該認討議協帳戶規責權線網頁絡經濟轉讓僅數據當與變兩個選擇請項價費員業適長電價擊錄專")



@lru_cache(maxsize=1)
def _identifier():
    from py3langid.langid import MODEL_FILE, LanguageIdentifier
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    # languages in which public terms are met; without the limit a list of place names may be "Central Bikol"
    identifier.set_languages(["ar", "bg", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr", "hu", "id", "it", "ja", "ka", "kk", "ko", "lt", "lv", "ms",
                              "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr", "uk", "vi", "zh"])
    return identifier


@lru_cache(maxsize=1)
def _words() -> dict[str, tuple[str, ...]]:
    """Function word -> the languages that it belongs to."""
    table = tomllib.loads((Path(__file__).parent / "data" / "stopwords.toml").read_text(encoding="utf-8"))
    out: dict[str, tuple[str, ...]] = {}
    for code, words in table.items():
        for word in set(words.split()):
            out[word] = (*out.get(word, ()), code)
    return out


@lru_cache(maxsize=1)
def _word_groups() -> tuple[list[tuple[str, ...]], dict[str, int]]:
    """(the sets of languages that share a function word, function word -> number of its set): numbers are counted faster than words."""
    groups: dict[tuple[str, ...], int] = {}
    numbers = {word: groups.setdefault(codes, len(groups)) for word, codes in _words().items()}
    return list(groups), numbers


_ASCII = bytes(range(0x80))
_NO_LETTERS = bytes(code if code > 0x7F or chr(code).isalpha() else 0x20 for code in range(256))
MAX_FOREIGN = 60                                               # different characters above 0x7F of a text that are looked at one by one


def _letter_words(text: str) -> list[str]:
    """`_LETTERS.findall(text)`, at a third of the time for text that is mostly ASCII."""
    foreign = set(text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass"))
    if len(foreign) > MAX_FOREIGN:
        return _LETTERS.findall(text)
    for character in foreign:
        if not _LETTERS.match(character):
            text = text.replace(character, " ")
    return text.encode("utf-8", "surrogatepass").translate(_NO_LETTERS).decode("utf-8", "surrogatepass").split()


def count_words(text: str, *, interpreted: bool = compiled is None) -> tuple[int, int, list[tuple[int, int]]]:
    """(words, their letters, (group of function words, how often one of it stands there) by number) of a text in lower case.

    The compiled twin lowers what is not, letter by letter.
    """
    if not interpreted:
        return _compiled_words().count(text)
    words = _letter_words(text)
    return len(words), sum(map(len, words)), sorted((number, times) for number, times in Counter(map(_word_groups()[1].get, words)).items() if number is not None)


@lru_cache(maxsize=1)
def _compiled_words() -> Any:
    groups, numbers = _word_groups()
    return compiled.Words(numbers, len(groups))


def by_words(text: str) -> tuple[str | None, float]:
    """The language whose function words make up at least a tenth of the words, and half as many again as those of the next; (None, 0) where none does."""
    words, _, groups = count_words(text.lower())
    return _by_words(words, groups)


def _by_words(words: int, found: list[tuple[int, int]]) -> tuple[str | None, float]:
    if words < 30:
        return None, 0.0
    groups, _ = _word_groups()
    counts: dict[str, int] = {}
    for number, times in found:
        for code in groups[number]:
            counts[code] = counts.get(code, 0) + times
    if not counts:
        return None, 0.0
    (best, most), *others = sorted(counts.items(), key=lambda entry: -entry[1])
    second = others[0][1] if others else 0
    if most < 0.1 * words or most < 1.5 * second:
        return None, 0.0
    return best, 0.99


@lru_cache(maxsize=64)
def function_words(language: str) -> frozenset[str]:
    """The function words of a language, in lower case; none for a language without."""
    return frozenset(word for word, codes in _words().items() if language in codes)


def by_script(text: str, letters: int | None = None) -> str | None:
    """`ko`, `ja`, `zh-Hans` or `zh-Hant` where the script says so; else None."""
    if text.isascii():
        return None
    kana, hangul, han = counts = compiled.scripts(text) if compiled else (len(_KANA.findall(text)), len(_HANGUL.findall(text)), len(_HAN.findall(text)))
    if not any(counts):
        return None
    letters = count_words(text)[1] if letters is None else letters
    if hangul > 0.2 * letters:
        return "ko"
    if kana + han > 0.15 * letters:
        return "ja" if kana > 0.08 * (kana + han) else chinese_script(text)
    return None


def of_readers(source: str) -> str | None:
    """The language of the words for readers in a source that is mostly code: of its East Asian letters, where there are forty or more; else None."""
    eastern = 0 if source.isascii() else len(_EASTERN.findall(source))
    return by_script(source, eastern) if eastern >= 40 else None


def identify(text: str) -> tuple[str | None, float]:
    """(language, confidence 0-1) of body text: a BCP 47 code, `zh-Hans` or `zh-Hant` for Chinese; (None, 0) for fewer than 20 letters."""
    sample = text if len(text) <= SAMPLE else text[:SAMPLE // 3] + " " + text[len(text) // 2:len(text) // 2 + SAMPLE // 3] + " " + text[-SAMPLE // 3:]
    if compiled is not None and not any(letter in sample for letter in _LOWERED_APART):
        words, letters, groups = count_words(sample)
    else:
        lowered = sample.lower()
        words, letters, groups = count_words(lowered)
        if len(lowered) != len(sample):                        # a few letters grow when lowered
            letters = count_words(sample)[1]
    if letters < 20:
        return None, 0.0
    code = by_script(sample, letters)
    if code is not None:
        return code, 1.0
    code, confidence = _by_words(words, groups)
    if code is not None:
        return code, confidence
    code, confidence = _identifier().classify(sample[:3000])
    if code == "zh":
        code = chinese_script(sample)
    return code, round(float(confidence), 3)


def chinese_script(text: str) -> str:
    """`zh-Hant` where traditional forms outnumber simplified ones, else `zh-Hans`."""
    simplified = sum(c in _SIMPLIFIED and c not in _TRADITIONAL for c in text)
    traditional = sum(c in _TRADITIONAL and c not in _SIMPLIFIED for c in text)
    return "zh-Hant" if traditional > simplified else "zh-Hans"


def agree(declared: str, found: str) -> bool:
    """Whether two language codes can mean the same text ("zh-TW" and "zh-Hant", "en-US" and "en")."""
    a, b = declared.replace("_", "-").lower().split("-")[0], found.lower().split("-")[0]
    near = ({"no", "nb", "nn", "da"}, {"hr", "sr", "bs"}, {"id", "ms"}, {"cs", "sk"}, {"pt", "gl"})
    return a == b or any(a in group and b in group for group in near)


def canonical(declared: str) -> str:
    """A declared code in the form that documents carry: `zh-CN` -> `zh-Hans`, `zh-TW` -> `zh-Hant`, `en_US` -> `en`."""
    parts = declared.strip().replace("_", "-").lower().split("-")
    if parts[0] in ("zh", "cn"):
        if any(p in ("hant", "tw", "hk", "mo") for p in parts[1:]):
            return "zh-Hant"
        if any(p in ("hans", "cn", "sg") for p in parts[1:]):
            return "zh-Hans"
        return "zh"
    return {"jp": "ja", "kr": "ko"}.get(parts[0], parts[0])
