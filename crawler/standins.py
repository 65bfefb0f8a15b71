"""Recognises what servers send in the stead of a document: checks for robots, pages that say they are not there, sign-in pages, the home page.

None of these is read: terms that stand on a challenge page are nobody's terms. The cues are data (crawler/data/standins.yml). The look is
cheap and bounded, since it is done at every answer.
"""

from __future__ import annotations

import functools
import html
import itertools
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ahocorasick_rs import BytesAhoCorasick

FILE = Path(__file__).parent / "data" / "standins.yml"
LOOK = 512 * 1024                                              # bytes at the beginning of a page that are looked at
BEGINNING = 16 * 1024                                          # characters in which most documents show that they are none of these
LONGEST_TITLE = 160                                            # characters; what is longer is a sentence of a document
HEADINGS = 3                                                   # first headings that are looked at; a logo may stand in one
_TITLE = re.compile(r"<title\b[^<>]{0,500}>([^<]{1,1000})", re.IGNORECASE)
_HEADING = re.compile(r"<h1\b", re.IGNORECASE)
_HEADING_END = re.compile(r"</h1", re.IGNORECASE)
_PASSWORD = re.compile(r"\btype\s{0,3}=\s{0,3}[\"']?password\b", re.IGNORECASE)
_UNSEEN = re.compile(r"<(?:(script|style|noscript|template|svg)\b|!--)", re.IGNORECASE)
_UNSEEN_END = {None: re.compile("-->"), **{name: re.compile(rf"</{name}\s{{0,9}}>", re.IGNORECASE) for name in ("script", "style", "noscript", "template", "svg")}}
_TAG = re.compile(r"<[^<>]{0,5000}>")
_NOT_FOUND_NUMBER = re.compile(r"^\W*(?:error|fehler|erreur|ошибка|エラー|错误|http)?\W*404\b", re.IGNORECASE)
_PARTS = re.compile(r"\s*[|–—·:»]\s*|\s+-\s+")
_LOCALE = re.compile(r"[a-z]{2}(?:[-_][a-z]{2,4})?")
_SPACELESS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_HTML_HEADS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<title", b"<!--", b"<?xml")


@dataclass(frozen=True, slots=True)
class Cues:
    """The data file, made ready."""

    titles: dict[str, tuple[str, ...]]                         # kind -> phrases, folded
    not_found_parts: frozenset[str]                            # phrases that make up one part of a title
    limits: dict[str, int]                                     # kind -> characters of visible text
    headers: dict[str, list[str]]
    markup: BytesAhoCorasick                                   # at every answer: one pass for all marks, ten times as fast as a pattern
    login_paths: frozenset[str]
    login_hosts: frozenset[str]
    home_files: frozenset[str]
    locales: frozenset[str]


@functools.cache
def cues() -> Cues:
    import yaml

    rows = yaml.safe_load(FILE.read_text("utf-8"))
    kinds = ("bot_challenge", "soft_404", "login_wall")
    return Cues(
        titles={kind: tuple(_folded(p) for phrases in rows[kind]["titles"].values() for p in phrases) for kind in kinds},
        not_found_parts=frozenset(map(_folded, rows["soft_404"]["parts"])),
        limits={kind: rows[kind]["text_limit"] for kind in kinds}, headers=rows["bot_challenge"]["headers"],
        markup=BytesAhoCorasick([m.encode() for m in rows["bot_challenge"]["markup"]]),
        login_paths=frozenset(rows["login_wall"]["paths"]), login_hosts=frozenset(rows["login_wall"]["hosts"]), home_files=frozenset(rows["home_files"]),
        locales=frozenset(rows["locales"]))


def recognise(status: int, headers: dict[str, str], body: bytes, *, asked: str, final: str, role: str | None = None) -> tuple[str, str] | tuple[None, None]:
    """(failure kind, sentence) of a page that stands in for the document, else (None, None).

    `headers`: names in lower case. `asked`, `final`: the address of the source, and the one that answered. `role`: a sign-up page may ask for a
    password. A status of 400 and above is only looked at for a check for robots: the status itself says the rest.
    """
    known = cues()
    if any(headers.get(name, "").strip().lower() in values for name, values in known.headers.items()):
        return "bot_challenge", "the server checks for robots; the crawler does not go around that"
    if status < 400 and lands_at_home(asked, final):
        return "moved", f"the server sends visitors of this address to its home page, {final[:200]}"
    if not is_page(headers, body):
        return None, None
    text = _decoded(headers, body[:LOOK])
    if visible(text[:text.rfind("<", 0, BEGINNING) + 1]) > max(known.limits.values()):
        return None, None                                      # it shows more than any page that stands in for another
    titles = _titles(text)
    if known.markup.find_matches_as_indexes(body[:LOOK]) or _says(titles, known.titles["bot_challenge"]):
        if visible(text) <= known.limits["bot_challenge"]:
            return "bot_challenge", "the server checks for robots; the crawler does not go around that"
    if status >= 400:
        return None, None
    if _says(titles, known.titles["soft_404"]) or any(_NOT_FOUND_NUMBER.match(t) or known.not_found_parts & set(_PARTS.split(t)) for t in titles):
        if visible(text) <= known.limits["soft_404"]:
            return "soft_404", f"the server answers with status {status}, but the page says that it is not there ({titles[0][:80]!r})"
    if role != "signup" and _is_login(text, titles, asked, final, known) and visible(text) <= known.limits["login_wall"]:
        return "login_wall", "a page to sign in came in the stead of the document; the crawler never logs in"
    return None, None


def lands_at_home(asked: str, final: str) -> bool:
    """Whether an address below the home page was answered from a home page."""
    return not _is_home(asked) and _is_home(final)


def permanent_move(asked: str, chain: list[dict]) -> str | None:
    """The address to which the server has moved the page for good (status 301 or 308 all the way), or None.

    `chain`: the links of the visit, `{"status", "url"}`, the answer last. The same page with https, www. or a slash at its end has not moved.
    """
    steps = [link["status"] for link in chain[:-1] if 300 <= link["status"] < 400]
    final = chain[-1]["url"] if chain else asked
    return final if steps and all(s in (301, 308) for s in steps) and _bare(final) != _bare(asked) else None


def _bare(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    return (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/"), parts.query


def _is_home(url: str) -> bool:
    parts = urlsplit(url)
    steps = [s for s in parts.path.lower().split("/") if s]
    if steps and steps[-1] in cues().home_files:
        steps.pop()
    return not parts.query and (not steps or (len(steps) == 1 and _LOCALE.fullmatch(steps[0]) is not None and steps[0][:2] in cues().locales))


def is_page(headers: dict[str, str], body: bytes) -> bool:
    """Whether an answer is a page of HTML."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in ("text/html", "application/xhtml+xml") or body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_HTML_HEADS)


def _decoded(headers: dict[str, str], body: bytes) -> str:
    from w3lib.encoding import html_to_unicode

    return html_to_unicode(headers.get("content-type"), body)[1]


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).replace("’", "'").split()).casefold()


def _titles(text: str) -> list[str]:
    """Title and first headings, folded; empty and long ones left out."""
    title = _TITLE.search(text)
    found = [title.group(1)] if title else []
    for start in itertools.islice(_HEADING.finditer(text), HEADINGS):
        piece = text[start.end():start.end() + 4000]
        end = _HEADING_END.search(piece)
        found.append(piece[piece.find(">") + 1:end.start() if end else 0])
    shown = (_folded(html.unescape(_TAG.sub(" ", piece))) for piece in found)
    return [t for t in shown if 0 < len(t) <= LONGEST_TITLE]


def _says(titles: list[str], phrases: tuple[str, ...]) -> bool:
    """Whether a title holds one of the phrases as whole words."""
    for title in titles:
        for phrase in phrases:
            at = title.find(phrase)
            if at >= 0 and (_SPACELESS.search(phrase) or not (title[at - 1:at].isalnum() or title[at + len(phrase):at + len(phrase) + 1].isalnum())):
                return True
    return False


def visible(text: str) -> int:
    """Characters of text that a reader of the page sees, white space folded. Linear: what is opened and never closed ends the page."""
    parts, at = [], 0
    while (start := _UNSEEN.search(text, at)) is not None:
        parts.append(text[at:start.start()])
        end = _UNSEEN_END[start.group(1) and start.group(1).lower()].search(text, start.end())
        at = end.end() if end else len(text)
    parts.append(text[at:])
    return len(" ".join(html.unescape(_TAG.sub(" ", " ".join(parts))).split()))


def _is_login(text: str, titles: list[str], asked: str, final: str, known: Cues) -> bool:
    parts = urlsplit(final)
    there = bool({s for s in parts.path.lower().split("/") if s} & known.login_paths) or (parts.hostname or "").partition(".")[0] in known.login_hosts
    sent = there and _bare(asked) != _bare(final)
    named = _says(titles, known.titles["login_wall"])
    return (named and sent) or ((named or sent) and bool(_PASSWORD.search(text)))   # the search goes through the whole page, so it comes last
