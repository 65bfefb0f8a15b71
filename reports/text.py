"""Words for print: quotes made safe to show, names of places, plain numbers, and the words that the report never uses of its own.

A quote is hostile input. It is shown in its original language and spelling, but without markup, control characters, direction overrides
and piles of combining marks; what was taken out is counted, so that a page can say so. The untouched quote stays in the data set.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

from dataset.wording import readable as plain
from reports.language import CATALOGUES, SOURCE, _, catalogue, current, mark, n_

# Words that generated sentences never use of a provider (verdict scale, forbidden wording). Quotes are exempt; so is the standing
# sentence, which says that nothing here is a statement of law.
FORBIDDEN = (
    "unrestricted", "no restrictions", "without restriction", "open to china", "allows", "permitted under", "legal", "illegal",
    "legally", "illegally", "blocked", "sanctioned", "restricts china",
)
STANDING_SENTENCE = mark(
    "This describes what the provider's public documents said when read. "
    "It is not a statement that any access is lawful or unlawful."
)

QUOTE_WORDS = 60                                               # words of a quote that are shown (short excerpts of other people's texts)
QUOTE_CJK = 170                                                # the same for scripts without spaces, in characters
_WINDOW = 14                                                   # words on each side of a place name that a shortened quote keeps
_MAX_MARKS = 3                                                 # combining marks on one base character; living scripts need no more

_SPACE = re.compile(r"\s+")
# Places that decide most of the verdicts printed here; a shortened quote keeps the first of them.
_KEY_PLACES = re.compile(
    r"China|Chinese|\bPRC\b|Hong Kong|Maca[uo]|D:5|中国|中國|中华|中華|香港|중국|홍콩|Китай|Chine|Volksrepublik|3A090|4A090", re.I)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Shown:
    """A quote as it is printed."""

    text: str
    shortened: bool = False                                    # parts are left out, each marked […]
    hidden: int = 0                                            # control characters, direction marks and surplus combining marks not shown
    rtl: bool = False


def clean(text: str | None) -> tuple[str, int]:
    """(text without what could disturb a page, number of characters taken out). White space is folded to single spaces."""
    if not text:
        return "", 0
    kept: list[str] = []
    hidden = marks = 0
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if category in ("Cc", "Zl", "Zp", "Zs"):
            if character.isspace():
                kept.append(" ")
            else:
                hidden += 1
            marks = 0
        elif category in ("Cf", "Co", "Cs", "Cn"):
            if character not in "\u00ad\u200b\u200c\u200d\u2060\ufeff":      # harmless and common; not worth a remark
                hidden += 1
            elif character in "\u200c\u200d":                                # joiners carry meaning in Indic and Persian
                kept.append(character)
        elif category in ("Mn", "Me"):
            marks += 1
            if marks > _MAX_MARKS:
                hidden += 1
            else:
                kept.append(character)
        else:
            marks = 0
            kept.append(character)
    return _SPACE.sub(" ", "".join(kept)).strip(), hidden


def label(text: str | None, limit: int = 90) -> str:
    """A short name for a table or a heading, cleaned; what is longer than `limit` characters ends in an ellipsis."""
    shown, _ = clean(plain(text or "", "html"))
    return shown if len(shown) <= limit else shown[: limit - 1].rstrip() + "…"


def shown_quote(source: str, content_type: str | None = None, *, words: int = QUOTE_WORDS, cjk: int = QUOTE_CJK) -> Shown:
    """A quote for print. Long ones keep their beginning and the words around the first place name that matters, gaps marked […]."""
    text, hidden = clean(plain(source, content_type))
    rtl = any(unicodedata.bidirectional(c) in ("R", "AL") for c in text[:400])
    dense = len(_CJK.findall(text)) > len(text) * 0.3
    tokens = list(text) if dense else text.split(" ")
    limit, joiner, window = (cjk, "", _WINDOW * 3) if dense else (words, " ", _WINDOW)
    if len(tokens) <= limit + (30 if dense else 8):            # a remainder of a few words is not worth a gap
        if not dense and len(text) > words * 14:               # a wall without spaces
            return Shown(text[: words * 14].rstrip() + " […]", True, hidden, rtl)
        return Shown(text, False, hidden, rtl)
    head = joiner.join(tokens[:limit])
    key = _KEY_PLACES.search(text)
    if key is None or key.end() <= len(head):
        return Shown(_clip(head, words * 14) + " […]", True, hidden, rtl)
    keep = limit - 2 * window
    at = key.start() if dense else text.count(" ", 0, key.start())
    start, end = max(keep, at - window), min(len(tokens), at + window)
    parts = [_clip(joiner.join(tokens[:keep]), words * 10), _clip(joiner.join(tokens[start:end]), words * 6)]
    gap = " […] " if start > keep else joiner
    return Shown(gap.join(parts) + ("" if end == len(tokens) else " […]"), True, hidden, rtl)


def _clip(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit].rstrip()


def hosts(words: str) -> str:
    """Words with each address in them shortened to its host, for running text; whole addresses stand in the register and in the list of what was not read."""
    return re.sub(r"https?://(?:www\.)?([^/\s;,()]+)[^\s;]*?(?=[:,.)]*(?:[\s;]|$))", r"\1", words)


def address(url: str | None) -> str:
    """An address for print: cleaned, letters outside ASCII as letters where they stand percent-encoded (RFC 3987, section 3.2); what is no UTF-8 stays encoded."""
    def letters(found: re.Match[str]) -> str:
        try:
            made = bytes.fromhex(found[0].replace("%", "")).decode("utf-8")
        except UnicodeDecodeError:
            return found[0]
        return made if made.isprintable() and not any(unicodedata.bidirectional(c) in ("R", "AL") or c.isspace() for c in made) else found[0]
    return clean(re.sub(r"(?:%[89A-Fa-f][0-9A-Fa-f])+", letters, url or ""))[0]


def sort_key(name: str) -> str:
    """Alphabetical order that ignores case and accents: Étoile stands between Delta and Fjord."""
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()


# --- places, numbers, dates ------------------------------------------------------------------------------------------------------

_OWN_PLACES = {"UA-43": mark("Crimea"), "UA-14": mark("Donetsk region"), "UA-09": mark("Luhansk region"), "UA-23": mark("Zaporizhzhia region"), "EU": mark("European Union")}
# Names as the field prints them, neutral and short.
_SHORT_PLACES = {"HK": mark("Hong Kong"), "MO": mark("Macau"), "TW": mark("Taiwan"), "KR": mark("South Korea"), "KP": mark("North Korea"), "CN": mark("mainland China"),
                 "US": mark("United States"), "GB": mark("United Kingdom"), "AE": mark("UAE")}


def country(code: str | None) -> str:
    """Name of an ISO 3166 code in the language being written; an unknown code is printed as it stands, an absent one as 'not stated'."""
    return _country(code, current()) if code else _("not stated")


@functools.lru_cache(maxsize=2048)
def _country(code: str, language: str) -> str:
    if code in _OWN_PLACES or code in _SHORT_PLACES:
        return _(_OWN_PLACES.get(code) or _SHORT_PLACES[code])
    from babel import Locale

    return Locale(language).territories.get(code, code)


def countries(codes: list[str], limit: int = 6) -> str:
    """Up to `limit` names in alphabetical order; more of them as a count and codes, so that no place is left out."""
    if len(codes) <= limit:
        return ", ".join(sorted((country(c) for c in codes), key=sort_key))
    return _("%(count)s countries: %(codes)s", count=len(codes), codes=" ".join(sorted(codes)))


def number(value: float | int | None, digits: int = 0) -> str:
    """A number as the language writes it, in English with thin spaces for thousands; an unknown one is an en dash."""
    if value is None:
        return "–"
    return f"{value:,.{digits}f}".replace(",", "\u2009") if current() == SOURCE else figures(value, digits)


def figures(value: float, digits: int = 0) -> str:
    """A number with separators of the language: '1,234.50', '1.234,50'."""
    if current() == SOURCE:
        return f"{value:,.{digits}f}"
    from babel.numbers import format_decimal

    return format_decimal(round(value, digits), format="#,##0" + ("." + "0" * digits if digits else ""), locale=current())


def money(value: float | None) -> str:
    """US dollars an hour: two digits after the point, three below ten cents."""
    if value is None:
        return "–"
    return figures(value, 2 if value >= 0.1 else 3)


def plural(count: int, one: str, many: str | None = None) -> str:
    """'1 provider', '3 providers'; the catalogues know them as '%(n)s provider'."""
    return n_(f"%(n)s {one}", f"%(n)s {many or one + 's'}", count)


def listing(parts: list[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + _(" and ") + parts[-1] if parts else ""


def upper_first(words: str) -> str:
    """The words with a capital at the beginning."""
    return words[:1].upper() + words[1:]


def day(moment: str | None) -> str:
    """'2026-11-25T18:30:00Z' -> '25 November 2026', as the language writes dates; what is no date is printed as it stands."""
    match = re.match(r"(\d{4})-(\d\d)-(\d\d)", moment or "")
    if not match:
        return moment or _("not dated")
    year, month, date = match.groups()
    names = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
    if not 1 <= int(month) <= 12:
        return moment or ""
    return f"{int(date)} {names[int(month) - 1]} {year}" if current() == SOURCE else _long_day(int(year), int(month), int(date), moment or "")


def _long_day(year: int, month: int, date: int, moment: str) -> str:
    import datetime

    from babel.dates import format_date

    try:
        return format_date(datetime.date(year, month, date), "long", locale=current())
    except ValueError:                                         # 31 February
        return moment


def minute(moment: str | None) -> str:
    """'2026-11-25T18:30:59Z' -> '2026-11-25 18:30 UTC'."""
    match = re.match(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)", moment or "")
    return f"{match[1]} {match[2]} UTC" if match else moment or _("not dated")


def forbidden_words(text: str, language: str = SOURCE) -> list[str]:
    """The forbidden words of a language that stand in `text`, as whole words where the script has spaces (the standing sentence is taken out first)."""
    standing = STANDING_SENTENCE if language == SOURCE else catalogue(language)[STANDING_SENTENCE][0]
    folded = _SPACE.sub(" ", text.replace("\u2019", "'")).replace(standing, " ").lower()
    if language in ("ja", "zh"):
        return [word for word in _forbidden()[language] if word in folded]
    words = FORBIDDEN if language == SOURCE else _forbidden()[language]
    return [word for word in words if re.search(rf"(?<![\w-]){re.escape(word.lower())}(?![\w-])", folded)]


@functools.cache
def _forbidden() -> dict[str, list[str]]:
    import yaml

    return yaml.safe_load((CATALOGUES / "forbidden.yml").read_text(encoding="utf-8"))
