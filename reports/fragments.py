"""Text fragments: an address that opens a page at the words quoted (https://wicg.github.io/scroll-to-text-fragment/).

A directive is `text=START` or `text=START,END`, percent-encoded. START and END must each lie within one block of the page and begin and end at words, so that a quote
of several blocks is named by the first words of its first and the last words of its last. Only formats that a browser shows as text of their own have one.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from reports import text

SHOWN = frozenset({"html", "text/html", "application/xhtml+xml", "xml", "text", "text/plain", "markdown"})
WORDS = 6                                                      # of START and of END
DENSE = 18                                                     # characters of them, in scripts without spaces
_BLOCK = re.compile(r"</?(?:p|div|li|ul|ol|br|tr|td|th|table|h[1-6]|dd|dt|section|blockquote)\b[^<>]*>|\n\s*\n", re.I)
_PAUSE = re.compile(r"[，。、；：！？,;:.!?）」』”)]")


def directive(source: str, content_type: str | None = None) -> str:
    """The text directive of a quote as it stands in the source; empty for formats that a browser does not search, or where nothing is left to look for."""
    if (content_type or "html").lower() not in SHOWN:
        return ""
    pieces = [piece for part in _BLOCK.split(source) if (piece := text.plain(part, content_type or "html")) and re.search(r"\w", piece)]
    if not pieces:
        return ""
    start, end = _opening(pieces[0]), _closing(pieces[-1])
    if len(pieces) == 1 and (len(pieces[0].split(" ")) <= 2 * WORDS if " " in pieces[0] else len(pieces[0]) <= 2 * DENSE):
        return f"text={_encoded(pieces[0])}"
    return f"text={_encoded(start)},{_encoded(end)}"


def link(url: str, words: str) -> str | None:
    """The address with a text directive; None without one, or for an address that is no web page."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if not words or parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    return f"{url}{'' if '#' in url else '#'}:~:{words}"


def _opening(piece: str) -> str:
    words = piece.split(" ")
    if len(words) > 2 or len(piece) <= DENSE:
        return " ".join(words[:WORDS])
    pause = _PAUSE.search(piece, 4)                            # a word is not cut: browsers look for whole ones
    return piece[: pause.start()] if pause and pause.start() <= 3 * DENSE else piece[: 3 * DENSE]


def _closing(piece: str) -> str:
    words = piece.split(" ")
    if len(words) > 2 or len(piece) <= DENSE:
        return " ".join(words[-WORDS:])
    pauses = [found.end() for found in _PAUSE.finditer(piece) if len(piece) - 3 * DENSE <= found.end() <= len(piece) - 4]
    return piece[pauses[0]:] if pauses else piece[-3 * DENSE:]


def _encoded(words: str) -> str:
    """Percent-encoded; `-` too, which marks a prefix or suffix in a directive."""
    return quote(words, safe="").replace("-", "%2D")
