"""Signals of openness (taxonomy, section B): what a provider shows, never a permission by itself.

Signals that stand in words are read together with the clauses (`nlp/cues/signals.yml`, one pass over the text). Here are those that follow from the document as a whole.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from chipwatch.records import Signal
from nlp.document import Document

MIN_TEXT = 10                                                  # characters of a block that can stand for the language of a document
MIN_COUNTRIES = 8                                              # so many options that are countries make a field a choice of country
MAX_FIELD = 100_000                                            # characters of one <select> that are looked at

_FIELD = re.compile(r"<select\b", re.IGNORECASE)
_OPTION = re.compile(r"<option\b([^<>]{0,400})>([^<>]{1,120})", re.IGNORECASE)
_DISABLED = re.compile(r"\b(?:disabled|hidden)\b", re.IGNORECASE)
_CODE = re.compile(r"""\bvalue\s*=\s*["']?(?:CN|CHN|156)["'\s/]?(?:$|\s|/)""", re.IGNORECASE)
# Words by which a page shows that an account is opened there: in its address, title or a heading.
_SIGN_UP = re.compile(
    r"sign[\s_-]*up|regist(?:er|ration|rieren|rierung)|(?:create|open)[\s_-]*(?:an?[\s_-]+|your[\s_-]+)?account|onboarding|get[\s_-]*started|konto (?:erstellen|anlegen|eröffnen)|"
    r"(?:créer|ouvrir) (?:un|votre) compte|inscri(?:ption|vez)|crear (?:una )?cuenta|registr(?:o|arse|azione|ati)|criar (?:uma )?conta|cadastr|新規登録|会員登録|アカウント(?:を)?作成|회원\s?가입|계정 만들기|"
    r"注册|註冊|开户|開戶|регистрац|rejestracj|załóż konto|đăng ký", re.IGNORECASE)


def _options(text: str) -> Iterator[list[re.Match[str]]]:
    """The options of each drop-down field of an HTML page."""
    for field in _FIELD.finditer(text):
        end = text.find("</select", field.end(), field.end() + MAX_FIELD)
        yield list(_OPTION.finditer(text, field.end(), end if end >= 0 else min(len(text), field.end() + MAX_FIELD)))


def sign_up_signals(document: Document) -> list[Signal]:
    """`cn_country_in_signup` where the form of a sign-up page offers mainland China among the countries, quoting the option. A greyed-out option is none."""
    if document.content_type != "html" or not _FIELD.search(document.text):
        return []
    heads = " ".join(b.text for b in document.blocks if b.kind == "heading")
    if not _SIGN_UP.search(f"{document.url or ''} {document.title or ''} {heads}"):
        return []
    from nlp.places import find_places

    for options in _options(document.text):
        countries: dict[str, re.Match[str]] = {}
        for option in options:
            if _DISABLED.search(option[1]):
                continue
            codes = ["CN"] if _CODE.search(option[1]) else [code for *_, code in find_places(html.unescape(option[2]), document.language)]
            if len(codes) == 1:
                countries.setdefault(codes[0], option)
        if len(countries) >= MIN_COUNTRIES and "CN" in countries:
            option = countries["CN"]
            return [Signal("cn_country_in_signup", option[0], option.start(), option.end(), "form")]
    return []


def language_signals(document: Document) -> list[Signal]:
    """`cn_language_site` for a document in simplified Chinese, quoting its first text; traditional characters alone say nothing about the mainland."""
    if document.language != "zh-Hans":
        return []
    for block in document.body():
        if len(block.text) >= MIN_TEXT:
            quote, start, end = document.quote(block.content, 0, min(len(block.text), 80))
            return [Signal("cn_language_site", quote, start, end, "language")]
    return []
