"""A quote as a reader sees it: without tags, entities and the marks of Markdown. The quote that the data set keeps stays as it stands in the source, so that it can be found in the capture."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from dataset.alignment import Part, plain, redline

VERBATIM = frozenset({"quote", "exception", "scope"})            # columns in the words of a document
MARKUP_ALONE = "(the words are the same; their markup changed)"
_BLOCK_TAG = re.compile(r"</?(?:p|div|li|ul|ol|br|tr|td|th|table|h[1-6]|dd|dt|section|blockquote)\b[^<>]*>", re.I)
_TAG = re.compile(r"<!--.*?-->|<(?:script|style)\b.*?</(?:script|style)\s*>|</?[A-Za-z][^<>]*>", re.S | re.I)
_CUT_TAG = re.compile(r"^[^<>]{0,200}?=[\"'][^<>]*>|<(?:/?[A-Za-z][^<>]*)?$")    # a slice may begin or end inside a tag
_LINK = re.compile(r"!?\[([^\[\]]{1,300})\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"]*\")?\)(?:\{[^{}\n]{0,100}\})?")
_CUT_LINK = re.compile(r"^([^\[\]()]{1,300})\]\(https?://[^()\s]*\)|\[([^\[\]()]{1,300})\]\([^()\s]*$")
_MARKS = re.compile(r"(?<![\w\\])(\*\*|__|\*|_)(?=\S)(.+?)(?<![\s\\])\1(?!\w)", re.S)
_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)([^`]{1,300})\1(?!`)")
_HEADING = re.compile(r"^[ \t]{0,3}(?:#{1,6}|>+)[ \t]+", re.M)
_RULE = re.compile(r"^[ \t|:]*-{3,}[ \t|:-]*$", re.M)           # below the head of a table
_ROW = re.compile(r"^[ \t]*\|", re.M)
_CELL = re.compile(r"(?:^|(?<=\s))\|(?=\s|$)", re.M)
# `**` whose other half lies outside the slice: at a word, behind a sign or the number of a provision, as neither arithmetic nor a footnote has it
_HALF = re.compile(r"(?<![\w*\\])\*\*(?=[^\W_])|(?<=[.,;:!?)])\*\*(?=\s|$)|(?<=^[\d.]{4})\*\*(?=\s)|(?<=^[\d.]{3})\*\*(?=\s)|(?<=^\d\.)\*\*(?=\s)")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!<>|-])")
_SPACE = re.compile(r"\s+")


def readable(source: str, content_type: str | None = None) -> str:
    """Source slice (HTML or Markdown markup, entities) -> running text, white space folded. Other formats pass unchanged; None: either of the two may be met."""
    text = source
    if content_type in (None, "html", "xml", "markdown"):
        text = _TAG.sub("", _BLOCK_TAG.sub(" ", text))
        text = html.unescape(_CUT_TAG.sub("", text))
    if content_type in (None, "markdown"):
        text = _HEADING.sub("", text)
        if _ROW.search(text):
            text = _CELL.sub(" ", _RULE.sub(" ", text))
        text = _CUT_LINK.sub(lambda found: found[1] or found[2], _LINK.sub(r"\1", text))
        text = _HALF.sub("", _CODE.sub(r"\2", _MARKS.sub(r"\2", text)))
        text = _ESCAPE.sub(r"\1", text)
    return _SPACE.sub(" ", text).strip()


def shown_parts(old: str, new: str, parts: Sequence[Part]) -> list[Part]:
    """A redline of two quotes (`dataset.changes.redlined`) as it is shown: where their markup alone differs, the words, which all stay."""
    if plain(old) != plain(new):
        return [(op, text) for op, text in parts]
    before, after = readable(old), readable(new)
    return redline(before, after) if before != after else [("kept", f"{after} {MARKUP_ALONE}")]
