"""HTML source -> skeleton -> blocks, with lexbor as the parser (the hot path)."""

from __future__ import annotations

import re

from nlp.blocks.skeleton import CLOSE, OPEN, Skeleton
from nlp.normalise import ALT, HTML, clean_text, decode_entity

# One alternative each for: comment, script and the other elements whose content is no markup, well-formed tag, anything else that starts like a tag.
_TAG = re.compile(
    r"<(?:"
    r"(?P<comment>!--)"
    r"|(?P<raw>script|style|xmp|iframe|noembed|noframes|noscript|textarea|title|template|svg|math)(?=[\s/>])(?P<rawattrs>[^>\"']*(?:\"[^\"]*\"[^>\"']*|'[^']*'[^>\"']*)*)>"
    r"|(?P<name>/?[a-z][^\s/><]*)(?P<attrs>[^<>\"']*(?:\"[^\"]*\"[^<>\"']*|'[^']*'[^<>\"']*)*)>"
    r"|(?P<odd>[a-z/!?%][^>]*>?)"
    r")",
    re.IGNORECASE,
)
_BARE = re.compile(r"<(?:(?P<comment>!--)|(?P<raw>(?!))(?P<rawattrs>)|(?P<name>/?[a-z][^\s/><]*)(?P<attrs>[^<>]*)>|(?P<odd>[a-z/!?%][^>]*>?))", re.IGNORECASE)
_END = {name: re.compile(rf"</{name}(?=[\s/>])[^>]*>?", re.IGNORECASE) for name in
        ("script", "style", "xmp", "iframe", "noembed", "noframes", "noscript", "textarea", "title", "template", "svg", "math")}
_ALT = re.compile(r"\balt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
MAX_DAMAGED = 200                                              # tags with open quotes, after which quotes are not looked at any more: keeps scanning linear


def scan(source: str, start: int = 0, end: int | None = None, into: Skeleton | None = None) -> Skeleton:
    """The skeleton of HTML source. Never raises; what is no tag is text, as browsers have it."""
    skeleton = Skeleton(source) if into is None else into
    html, run = skeleton.html, skeleton.run
    end = len(source) if end is None else end
    at = start
    pattern = _TAG
    while True:
        restart = False
        for match in pattern.finditer(source, at, end):
            a = match.start()
            if a < at:
                continue
            if a > at:
                text = source[at:a]
                if text.isspace():
                    html.append("\n" if "\n" in text else " ")
                else:
                    run(at, a, HTML)
            at = match.end()
            name = match["name"]
            if name is not None:
                skeleton.tags += 1
                attrs = match["attrs"]
                if OPEN in attrs:
                    attrs = attrs.replace(OPEN, "").replace(CLOSE, "")
                html.append(f"<{name}{attrs}>")
                if name in ("img", "IMG") and (alt := _ALT.search(source, a, at)):
                    group = 1 if alt.group(1) is not None else 2
                    if alt.group(group).strip():
                        run(*alt.span(group), ALT)
            elif match["raw"] is not None:
                skeleton.tags += 1
                raw = match["raw"].lower()
                if raw in ("svg", "math") and match["rawattrs"].endswith("/"):
                    continue
                close = _END[raw].search(source, at, end)
                body_end, next_at = (close.start(), close.end()) if close else (end, end)
                if close is None and raw not in ("script", "style"):
                    skeleton.damaged += 1
                    continue                                   # an element that is never closed: read on behind its start tag
                _raw_element(skeleton, raw, match["rawattrs"], at, body_end)
                at = next_at
            elif match["comment"] is not None:
                close = source.find("-->", at - 2, end)
                at = close + 3 if close >= 0 else end
            else:
                odd = match["odd"]
                if odd[0] in "!?":
                    continue                                   # doctype, processing instruction
                if odd[0] == "%":                              # ERB, JSP
                    close = source.find("%>", at - len(odd), end)
                    at = close + 2 if close >= 0 else at
                    skeleton.expressions += 1
                    continue
                skeleton.tags += 1
                skeleton.damaged += 1
                bare = re.match(r"/?[a-z][a-z0-9]*", odd, re.IGNORECASE)
                if bare:
                    html.append(f"<{bare.group()}>")
                    inner = odd.find("<")
                    if inner > 0:                              # "<p <b>": the second tag stands on its own
                        at = a + 1 + inner
                if skeleton.damaged > MAX_DAMAGED and pattern is _TAG:
                    pattern, restart = _BARE, True
                    break
        if not restart:
            break
    if at < end and not source[at:end].isspace():
        run(at, end, HTML)
    return skeleton


def _raw_element(skeleton: Skeleton, name: str, attrs: str, start: int, end: int) -> None:
    if name == "script":
        if start < end:
            skeleton.scripts.append((attrs, start, end))
    elif name == "title":
        if skeleton.title is None:
            skeleton.title = plain(skeleton.source[start:end])
    elif name == "textarea":
        skeleton.html.append("<div>")
        skeleton.run(start, end, HTML)
        skeleton.html.append("</div>")
    elif name == "math":
        scan(skeleton.source, start, end, skeleton)


def plain(markup: str) -> str:
    """A short piece of HTML without tags as clean text (a title, an attribute value)."""
    text = re.sub(r"&[#\w]+;?", lambda m: (lambda t, n: t + m.group()[n:])(*decode_entity(m.group())), markup) if "&" in markup else markup
    return clean_text(text).strip()


def normalised(markup: str) -> str:
    """The skeleton as lexbor reads it, written out again: every tag closed, nothing misnested."""
    from selectolax.lexbor import LexborHTMLParser
    return LexborHTMLParser(markup).html or ""
