"""HTML source -> skeleton -> blocks, with lexbor as the parser (the hot path)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection

from nlp.blocks.skeleton import CLOSE, OPEN, Skeleton
from nlp.normalise import ALT, HTML, clean_text, decode_entities

# One alternative each for: comment, script and the other elements whose content is no markup, well-formed tag, anything else that starts like a tag.
# Names are ASCII: without (?a:) "ſcript" would be a script, too, and not one of END.
_TAG = re.compile(
    r"<(?:"
    r"(?P<comment>!--)"
    r"|(?P<raw>(?a:script|style|xmp|iframe|noembed|noframes|noscript|textarea|title|template|svg|math))(?=[\s/>])(?P<rawattrs>[^>\"']*(?:\"[^\"]*\"[^>\"']*|'[^']*'[^>\"']*)*)>"
    r"|(?P<name>/?(?a:[a-z])[^\s/><]*+)(?P<attrs>[^<>\"']*(?:\"[^\"]*\"[^<>\"']*|'[^']*'[^<>\"']*)*)>"
    r"|(?P<odd>(?a:[a-z/!?%])[^>]*>?)"
    r")",
    re.IGNORECASE,
)
_BARE = re.compile(r"<(?:(?P<comment>!--)|(?P<raw>(?!))(?P<rawattrs>)|(?P<name>/?(?a:[a-z])[^\s/><]*+)(?P<attrs>[^<>]*)>|(?P<odd>(?a:[a-z/!?%])[^>]*>?))", re.IGNORECASE)
END = {name: re.compile(rf"</(?a:{name})(?=[\s/>])[^>]*>?", re.IGNORECASE) for name in
        ("script", "style", "xmp", "iframe", "noembed", "noframes", "noscript", "textarea", "title", "template", "svg", "math")}
ALT_TEXT = re.compile(r"\balt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
MAX_DAMAGED = 200                                              # tags with open quotes, after which quotes are not looked at any more: keeps scanning linear
MAX_ATTRS = 10_000                                             # characters of attributes in one tag; beyond, only so many of them are kept:
MAX_ATTR_COUNT = 100
_FEW_ATTRS = re.compile(r"[^\s=\"'<>/]{1,200}(?:\s{0,9}=\s{0,9}(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>=]{1,2000}))?")


def scan(source: str, start: int = 0, end: int | None = None, into: Skeleton | None = None) -> Skeleton:
    """The skeleton of HTML source. Never raises; what is no tag is text, as browsers have it."""
    skeleton = Skeleton(source) if into is None else into
    html, run, names = skeleton.html, skeleton.run, skeleton.names
    end = len(source) if end is None else end
    at = start
    pattern = _TAG
    marked = OPEN in source
    endless: set[str] = set()                                  # elements of which no end tag stands behind this place
    while True:
        restart = False
        for match in pattern.finditer(source, at, end):
            a, behind = match.span()
            if a < at:
                continue
            if a > at:
                text = source[at:a]
                if text.isspace():
                    html.append("\n" if "\n" in text else " ")
                else:
                    run(at, a, HTML)
            at = behind
            name = match[4]                                    # the group "name"
            if name is not None:
                skeleton.tags += 1
                names.append(name)
                if at - a < MAX_ATTRS and not marked:
                    html.append(match.group())
                else:
                    attrs = match["attrs"]
                    if OPEN in attrs:
                        attrs = attrs.replace(OPEN, "").replace(CLOSE, "")
                    if len(attrs) > MAX_ATTRS:                 # parsers compare each name with all others
                        attrs = " " + " ".join(m.group() for m in itertools.islice(_FEW_ATTRS.finditer(attrs), MAX_ATTR_COUNT))
                    html.append(f"<{name}{attrs}>")
                if name in ("img", "IMG") and (alt := ALT_TEXT.search(source, a, at)):
                    group = 1 if alt.group(1) is not None else 2
                    if alt.group(group).strip():
                        run(*alt.span(group), ALT)
            elif match["raw"] is not None:
                skeleton.tags += 1
                raw = match["raw"].lower()
                if raw in ("svg", "math") and match["rawattrs"].endswith("/"):
                    continue
                close = None if raw in endless else end_tag(raw, source, at, end)
                if close is None:
                    endless.add(raw)
                body_end, next_at = (close.start(), close.end()) if close else (end, end)
                if close is None and raw not in ("script", "style"):
                    skeleton.damaged += 1
                    continue                                   # an element that is never closed: read on behind its start tag
                raw_element(skeleton, raw, match["rawattrs"], at, body_end)
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
                    names.append(bare.group())
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


def end_tag(name: str, source: str, start: int, end: int | None = None) -> re.Match[str] | None:
    """The end tag of an element whose content is no markup; a pattern alone would look at each character of a script."""
    at = source.find("<", start, end)
    while at >= 0:
        if source.startswith("</", at) and (found := END[name].match(source, at, len(source) if end is None else end)):
            return found
        at = source.find("<", at + 1, end)
    return None


def raw_element(skeleton: Skeleton, name: str, attrs: str, start: int, end: int) -> None:
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
        skeleton.names += ("div", "/div")
    elif name == "math":
        scan(skeleton.source, start, end, skeleton)


def plain(markup: str) -> str:
    """A short piece of HTML without tags as clean text (a title, an attribute value)."""
    return clean_text(decode_entities(markup) if "&" in markup else markup).strip()


# --- what parsers can bear ----------------------------------------------------------------------------------------------------------

MAX_NESTING = 500                                              # open elements; browsers stop at 512
MAX_FORMATTING = 300_000                                       # elements that parsers make by opening unclosed <b>, <font> and the like anew in later blocks
FEW_TAGS = 2000                                                # markup of fewer tags costs no parser more than a moment
_ANY_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)[^>\"']*(?:\"[^\"]*\"[^>\"']*|'[^']*'[^>\"']*)*>")
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_FORMATTING = frozenset("b big code em font i s small strike strong tt u".split())
_FORMATTING_TAG = re.compile(rf"</?(?:{'|'.join(sorted(_FORMATTING))})(?=[\s/>])[^>\"']*(?:\"[^\"]*\"[^>\"']*|'[^']*'[^>\"']*)*>", re.IGNORECASE)
# Elements that end where the next of their kind begins, and the elements beyond which that does not reach.
ENDS = {"p": ("p",), "li": ("li",), "dt": ("dt", "dd"), "dd": ("dt", "dd"), "td": ("td", "th"), "th": ("td", "th"), "tr": ("tr",), "option": ("option",),
         "tbody": ("thead", "tbody", "tfoot"), "tfoot": ("thead", "tbody", "tfoot"), "thead": ("thead", "tbody", "tfoot")}
_WALLS = frozenset("ul ol menu dl table div section article main body select form blockquote".split())
_NEAR = 40                                                     # open elements that are looked through for the one that a tag ends


_SPECIAL = {**dict.fromkeys(_VOID, 0), **dict.fromkeys(_FORMATTING, 1), **dict.fromkeys(ENDS, 2)}


def _end(open_: list[str], ends: Collection[str]) -> None:
    """Closes the nearest open element among `ends`, as a start tag does that implies its end; a wall keeps those beyond it open."""
    for i in range(len(open_) - 1, max(-1, len(open_) - _NEAR), -1):
        if open_[i] in ends:
            del open_[i:]
            return
        if open_[i] in _WALLS:
            return


def is_tame(names: list[str], most: int = MAX_NESTING) -> bool:
    """Whether `tame` would leave markup of such tags ("p", "/p") as it is: its own account, without places."""
    known = {name: (name[0] == "/", bare, _SPECIAL.get(bare)) for name in set(names) for bare in [name.lstrip("/").lower()]}
    open_: list[str] = []
    push, pop = open_.append, open_.pop
    formatting = dict.fromkeys(_FORMATTING, 0)
    unclosed = again = 0
    for closing, name, kind in map(known.__getitem__, names):
        if kind == 0:
            continue
        if closing:
            if kind == 1 and formatting[name]:
                formatting[name] -= 1
                unclosed -= 1
            if open_ and open_[-1] == name:
                pop()
            elif name in open_[-_NEAR:]:
                while pop() != name:
                    pass
            continue
        if kind == 1:
            formatting[name] += 1
            unclosed += 1
        else:
            again += unclosed
            if kind == 2 and open_ and open_[-1] not in _WALLS:
                _end(open_, ENDS[name])
        push(name)
        if len(open_) > most:
            return False
    return again <= MAX_FORMATTING


def tame(markup: str, most: int = MAX_NESTING) -> str:
    """Markup that a parser reads in linear time and room: start tags beyond `most` open elements are left out, their text stays.

    The HTML standard makes parsers look through the open elements at each tag, and open unclosed formatting elements anew in each paragraph (13.2.4.3): 100 kB of
    `<p><b a1></p><p><b a2></p>…` would give gigabytes. Where that happens all formatting is left out.
    """
    if markup.count("<") < min(most, FEW_TAGS):
        return markup
    open_: list[str] = []
    formatting = dict.fromkeys(_FORMATTING, 0)
    unclosed = again = 0
    out: list[str] = []
    last = 0
    for match in _ANY_TAG.finditer(markup):
        closing, name = match.groups()
        name = name.lower()
        if name in _VOID:
            continue
        if closing:
            if formatting.get(name):
                formatting[name] -= 1
                unclosed -= 1
            if open_ and open_[-1] == name:
                open_.pop()
            elif name in open_[-_NEAR:]:
                while open_.pop() != name:
                    pass
            continue
        ends = ENDS.get(name)
        if ends:
            _end(open_, ends)
        if name in formatting:
            formatting[name] += 1
            unclosed += 1
        else:
            again += unclosed
            if again > MAX_FORMATTING:
                return tame(_FORMATTING_TAG.sub("", markup), most)
        if len(open_) >= most:
            out.append(markup[last:match.start()])
            last = match.end()
            continue
        open_.append(name)
    if not last:
        return markup
    out.append(markup[last:])
    return "".join(out)


def normalised(markup: str, names: list[str] | None = None) -> str:
    """The skeleton as lexbor reads it, written out again: every tag closed, nothing misnested. `names` of all its tags, where they are known, save a look at them."""
    from selectolax.lexbor import LexborHTMLParser
    if names is None and markup.count("<") >= FEW_TAGS:
        names = list(map("".join, _ANY_TAG.findall(markup)))   # the same tags that `tame` looks at, without their places
    return LexborHTMLParser(markup if names is not None and is_tame(names) else tame(markup)).html or ""
