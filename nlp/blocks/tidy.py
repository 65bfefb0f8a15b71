"""Pages that need no parser: where the tags of HTML source nest as they are written, but for ends that HTML implies, they are events as they stand.

The rules are those of the HTML standard's tree construction (13.2.6), as far as they leave the tags where they are. What goes beyond them (text inside <table>, an end tag
out of place, formatting that is left open …) is not decided here: the page is then read by lexbor, and would give the same events if it were tidy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from itertools import accumulate

from nlp.blocks.html import ALT_TEXT, END, MAX_ATTRS, MAX_NESTING, end_tag, raw_element
from nlp.blocks.skeleton import OPEN, Skeleton
from nlp.blocks.tags import HEADINGS, SHOWN, VOID, Event, Tag
from nlp.compiled import twin
from nlp.language import compiled as letters
from nlp.normalise import ALT, HTML, RAISE

compiled = twin("tidy")

# A value that holds "<" makes no tag here: so no tag is looked for across the beginning of another, and all takes linear time.
_TAG = re.compile(r"(<[/a-zA-Z][^<>\"']*(?:\"[^\"<]*\"[^<>\"']*|'[^'<]*'[^<>\"']*)*>)")
_ANY_TAG = re.compile(r"(<[/a-zA-Z][^<>]*>)")                 # finds the same tags at half the time, where all that it finds are tags by the above
_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:_-]*)(?=[\s/>])")
_ODD = re.compile(r"<[a-zA-Z/!?%]")                            # in text: what is no tag, though it begins like one
_SPECIAL = re.compile(r"<(?=[!?%sxintm])(?:(!--)|([!?])|(%)|((?a:script|style|xmp|iframe|noembed|noframes|noscript|textarea|title|template|svg|math))(?=[\s/>]))", re.IGNORECASE)
_ATTRS = re.compile(r"([^<>\"']*(?:\"[^\"<]*\"[^<>\"']*|'[^'<]*'[^<>\"']*)*)>")
# Attributes as lexbor writes them out, but for white space between them and those without a value.
_PLAIN_ATTRS = re.compile(r"(?:\s+[a-z_:@][a-z0-9_:.@-]*=\"[^\"&<>\r\0]*\")*\s*>")

# What the place of a tag is judged by.
_INLINE, _BLOCK, _HEADING, _ITEM, _ANCHOR, _ONCE, _SCOPE, _TABLE, _PART, _VOID, _RULE, _COLUMN, _OPTION, _SKIPPED, _PAGE, _HEAD, _END, _LAST = range(18)
_RULES = {
    **dict.fromkeys("address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer header hgroup main menu nav ol p pre search section summary ul".split(), _BLOCK),
    **dict.fromkeys(HEADINGS, _HEADING), **dict.fromkeys(("li", "dd", "dt"), _ITEM), **dict.fromkeys(("td", "th", "tr", "tbody", "thead", "tfoot", "caption", "colgroup"), _PART),
    **dict.fromkeys(VOID, _VOID), **dict.fromkeys(("select", "optgroup", "option"), _OPTION), **dict.fromkeys(("audio", "video", "canvas"), _SKIPPED),
    "a": _ANCHOR, "form": _ONCE, "button": _SCOPE, "table": _TABLE, "hr": _RULE, "col": _COLUMN, "html": _PAGE, "body": _PAGE, "head": _HEAD,
}
# Elements of which HTML has rules that are not told here.
_OTHERS = frozenset("applet marquee object frame frameset image nobr plaintext listing isindex menuitem keygen ruby rb rp rt rtc math annotation-xml textarea".split())
_IMPLIED = frozenset(("p", "li", "dd", "dt", "option", "optgroup"))
_CELLS, _SECTIONS = frozenset(("td", "th")), frozenset(("tbody", "thead", "tfoot"))
_IN_SECTION = _CELLS | {"tr"}
# The elements that a tag of the table ends where they are open, and those inside of which it stands then.
_PARTS = {
    **dict.fromkeys(_CELLS, (_IMPLIED | _CELLS | {"colgroup"}, {"tr"})), "tr": (_IMPLIED | _CELLS | {"tr", "colgroup"}, _SECTIONS),
    **dict.fromkeys(_SECTIONS, (_IMPLIED | _CELLS | _SECTIONS | {"tr", "colgroup"}, {"table"})), "caption": ((), {"table"}), "colgroup": ({"colgroup"}, {"table"}),
}
# The elements that may be left open where one ends. No others may.
_ENDED = {name: _IMPLIED - {name} for name, rule in _RULES.items() if rule in (_BLOCK, _HEADING, _ITEM, _ONCE, _SCOPE) and name != "p"} | {
    "td": _IMPLIED, "th": _IMPLIED, "caption": _IMPLIED, "tr": _IMPLIED | _CELLS, **dict.fromkeys(_SECTIONS, _IMPLIED | _CELLS | {"tr"}),
    "table": _IMPLIED | _CELLS | _SECTIONS | {"tr", "colgroup"}, "select": {"option", "optgroup"}, "optgroup": {"option"}}
_SCOPES = _CELLS | {"caption", "table", "button"}              # a paragraph outside of them is not ended by what stands inside
_STRICT = frozenset(("table", "tbody", "thead", "tfoot", "tr", "colgroup", "select", "optgroup", "option", "head"))     # of these, the children are told one by one
_TEXTLESS = _STRICT - {"option"}
# The elements that keep an item from ending one outside of them, and those that may or may not.
_WALLS = {name for name, rule in _RULES.items() if rule in (_BLOCK, _HEADING, _ITEM, _ONCE, _SCOPE, _TABLE, _PART, _PAGE)} - {"address", "div", "p", "dialog", "search"}
_DOUBTFUL = frozenset(("dialog", "search", "select"))
# An end tag is passed over where no element of its name is open inside of these.
_AROUND = {name: _CELLS | {"caption", "table"} | ({"ul", "ol"} if name == "li" else set()) for name, rule in _RULES.items() if rule in (_BLOCK, _HEADING, _ITEM, _SCOPE) and name != "p"} | dict.fromkeys(
    _PARTS, frozenset(("table",)))
_LEFT_BY_ANY = ("head", "colgroup")                            # open elements that any other tag ends
_BEGUN = ("#root", "html")                                     # open before <body>, which may be left out

_EMPTY_PARAGRAPH = (Tag.read("<p>"), Tag.read("</p>"))

# All of this as the compiled twin has it (nlp/_tidy.pyx).
_RULES_COMPILED = None if compiled is None else compiled.Rules(
    dict.fromkeys([*_RULES, "span", "img"]),
    {"strict": _STRICT, "textless": _TEXTLESS, "implied": _IMPLIED, "cells": _CELLS, "sections": _SECTIONS, "in_section": _IN_SECTION, "scopes": _SCOPES, "left_by_any": _LEFT_BY_ANY, "begun": _BEGUN,
     "ended": _ENDED, "parts": _PARTS, "around": _AROUND, "walls": _WALLS, "doubtful": _DOUBTFUL, "headings": HEADINGS, "shown": SHOWN},
    {"block": _BLOCK, "heading": _HEADING, "item": _ITEM, "anchor": _ANCHOR, "once": _ONCE, "scope": _SCOPE, "table": _TABLE, "part": _PART, "void": _VOID, "rule": _RULE, "column": _COLUMN, "option": _OPTION,
     "page": _PAGE, "head": _HEAD, "end": _END, "last": _LAST},
    {name: (Tag.read(f"<{name}>"), Tag.read(f"</{name}>")) for name in ("tbody", "tr")}, _EMPTY_PARAGRAPH, frozenset(END), RAISE)

_Entry = tuple[int, str, Tag | None, Tag | None]               # rule, name, what the tag means, and the event of its end: None where it means nothing, or nothing but a soft piece

MAX_BARE = 400
_bare: dict[str, _Entry] = {}                                  # tags without attributes, once they have been met: they are the same on every page


def read(source: str, *, interpreted: bool = compiled is None) -> tuple[Skeleton, list[Event]] | None:
    """The runs of text and the events of a tidy page; None of any other."""
    if not source.isascii() and (letters is None or letters.bits(source) >= ord(OPEN)) and OPEN in source:       # found slowly, since half of that character is zero
        return None
    if not interpreted:
        skeleton = Skeleton(source)
        walked = compiled.read(source, skeleton, _RULES_COMPILED, _know, partial(_skip_raw, skeleton), _alt_words, MAX_NESTING, HTML, ALT)
        return None if walked is None else (skeleton, walked)
    for pattern in (_ANY_TAG, _TAG):
        skeleton = Skeleton(source)
        known: dict[str, _Entry | None] = {}
        parts = _cut(source, skeleton, known, pattern)
        if parts is None:
            return None
        tags = set(parts[1::2]) - known.keys()
        if not any(("\"" in tag or "'" in tag) and not _TAG.fullmatch(tag) for tag in tags):
            break
    texts = "\n".join(parts[::2])
    if "<" in texts and _ODD.search(texts) or not _know(tags, known):
        return None
    walked = _events(parts, known, skeleton)
    return None if walked is None else (skeleton, walked)


def _cut(source: str, skeleton: Skeleton, known: dict[str, _Entry | None], pattern: re.Pattern) -> list[str] | None:
    """The source as texts and, between each two of them, a tag by the pattern or what is left out: comments, scripts and the like, which become `known`. None where one has no end."""
    parts: list[str] = []
    at = 0
    for match in _SPECIAL.finditer(source):
        a, b = match.span()
        if a < at:
            continue
        kind = match.lastindex
        if kind == 1:
            end = source.find("-->", b - 2) + 3                # "<!-->" is one, too
        elif kind == 2:
            end = source.find(">", b) + 1
        elif kind == 4 and (attrs := _ATTRS.match(source, b)):
            name = match[4].lower()
            end = _skip_raw(skeleton, name, b, attrs.end())
        else:
            return None
        if end < b:
            return None
        parts += pattern.split(source[at:a])
        parts.append(source[a:end])
        known[parts[-1]] = None
        at = end
    parts += pattern.split(source[at:])
    return parts


def _skip_raw(skeleton: Skeleton, name: str, start: int, end: int) -> int:
    """The place behind an element whose content is no markup, and whose attributes and their ">" stand at [start:end]; -1 where it has no end, or is one that only a parser reads."""
    attrs = skeleton.source[start:end - 1]
    if name == "svg" and attrs.endswith("/"):
        return end
    close = end_tag(name, skeleton.source, end) if name not in ("math", "textarea") else None
    if close is None:
        return -1
    raw_element(skeleton, name, attrs, end, close.start())
    return close.end()


def _alt_words(tag: str) -> tuple[int, int] | None:
    """Where the words of a picture stand in its tag."""
    words = ALT_TEXT.search(tag)
    group = 0 if words is None else 1 if words[1] is not None else 2
    return words.span(group) if words is not None and words[group].strip() else None


def _know(tags: Iterable[str], known: dict[str, _Entry | None]) -> bool:
    """Puts all `tags`, each once, among the known. False where one of them is not told here."""
    ends: dict[str, _Entry] = {}
    odd: list[tuple[str, str]] = []                            # tags whose attributes are written in other ways, and their names
    for source in tags:
        if (bare := _bare.get(source)) is not None:
            known[source] = bare
            continue
        match = _NAME.match(source)
        if match is None or len(source) > MAX_ATTRS:
            return False
        name = match[2].lower()
        rule = _RULES.get(name, _INLINE)
        if name in _OTHERS:
            return False
        if match[1]:
            if rule in (_VOID, _RULE, _COLUMN):
                return False
            known[source] = (_LAST if rule == _PAGE else _END, name, None, None)
            if name in _RULES and len(_bare) < MAX_BARE:
                _bare[source] = known[source]
        elif rule in (_VOID, _RULE, _COLUMN, _SKIPPED, _HEAD):
            known[source] = _without_attributes(rule, name)
        elif _PLAIN_ATTRS.match(source, match.end()):
            known[source] = _entry(rule, name, source, ends)
            if match.end() == len(source) - 1 and name in _RULES and len(_bare) < MAX_BARE:
                _bare[source] = known[source]
        else:
            odd.append((source, name))
    if odd:
        from selectolax.lexbor import LexborHTMLParser
        written = LexborHTMLParser("".join(f"<x-t{source[1 + len(name):]}</x-t>" for source, name in odd)).body.inner_html.split("</x-t>")
        if len(written) != len(odd) + 1:
            return False
        for (source, name), tag in zip(odd, written, strict=False):
            known[source] = _entry(_RULES.get(name, _INLINE), name, f"<{name}{tag[4:]}", ends)
    return True


@lru_cache(maxsize=256)
def _without_attributes(rule: int, name: str) -> _Entry:
    """Of an element whose attributes say nothing."""
    return rule, name, Tag.read(f"<{name}>"), None


def _entry(rule: int, name: str, source: str, ends: dict[str, Tag]) -> _Entry:
    attrs = source[1 + len(name):-1]
    tag = Tag._of(name, attrs) if attrs else Tag.read(source)
    if tag.inert or not (tag.breaks or tag.bold or tag.holds or tag.struck or tag.href):
        return rule, name, tag if tag.soft else None, None
    end = ends.get(name)
    if end is None:
        end = ends[name] = Tag.read(f"</{name}>")
    return rule, name, tag, end


def _events(parts: list[str], known: dict[str, _Entry | None], skeleton: Skeleton) -> list[Event] | None:
    """The events, if the tags nest; the runs of text go to the skeleton."""
    out: list[Event] = []
    names, ends = ["#root"], [None]                            # of the open elements: their names, and the events of their ends
    scopes = [False]                                           # whether a paragraph is open, in each of the open _SCOPES
    skip = 0                                                   # open elements where one of them is not read
    loose = False                                              # whether text stands in the block so far
    before, gaps = "", 0                                       # the end tag that stands before this place, and how many white spaces since
    starts, stops, pictures = [], [], []

    def shut() -> None:
        """The innermost element ends, since something implies it."""
        end = ends.pop()
        if end is not None:
            out.append(end)
        name = names.pop()
        if name == "p":
            scopes[-1] = False
        elif name in _SCOPES:
            scopes.pop()

    def imply(name: str) -> None:
        """An element begins, since something implies it."""
        names.append(name)
        ends.append(None if skip else Tag.read(f"</{name}>"))
        if not skip:
            out.append(Tag.read(f"<{name}>"))

    sources = [*parts[1::2], ""]                               # behind the last text stands nothing
    known[""] = None
    for text, at, source, entry in zip(parts[::2], list(accumulate(map(len, parts), initial=0))[::2], sources, map(known.__getitem__, sources), strict=False):
        if text:
            if text.isspace():
                gaps += 1
                if loose and not skip:
                    out.append("\n" if "\n" in text else " ")
            else:
                if names[-1] in _TEXTLESS:
                    return None
                before = ""
                if not skip:
                    out.append(len(starts))
                    loose = True
                starts.append(at)
                stops.append(at + len(text))
        if entry is None:
            continue
        rule, name, tag, end = entry
        if rule == _LAST:
            if names[-1] in _LEFT_BY_ANY:
                return None
            continue
        if rule == _END:
            if names[-1] != name:
                if name == "p" and not scopes[-1] and names[-1] not in _STRICT:
                    if not skip:
                        out += _EMPTY_PARAGRAPH                # which is what an end tag makes of which no start tag stands before
                        loose = False
                    before = ""
                    continue
                if _is_stray(names, name):
                    continue
                left_open = _ENDED.get(name, ())
                while names[-1] in left_open:
                    shut()
                if names[-1] != name:
                    return None
                if not skip:
                    loose = False
            if name == "p":
                scopes[-1] = False
            elif name in _SCOPES:
                scopes.pop()
            names.pop()
            end = ends.pop()
            if end is not None:
                out.append(end)
                if end.breaks:
                    loose = False
            elif len(names) < skip:
                skip = 0
            before, gaps = name, 0
            continue
        top = names[-1]
        if rule == _BLOCK or rule == _HEADING or rule == _ITEM or rule == _ONCE or rule == _RULE:
            if top in _STRICT or rule == _ONCE and name in names:
                return None
            if rule == _ITEM and not _end_item(names, ("li",) if name == "li" else ("dd", "dt"), shut):
                return None
            if scopes[-1]:
                if names[-1] != "p":
                    return None
                shut()
            if rule == _HEADING and names[-1] in HEADINGS:
                return None
            if name == "p":
                scopes[-1] = True
        elif rule == _PART:
            ended, around = _PARTS[name]
            while names[-1] in ended:
                shut()
            if names[-1] not in around:
                if names[-1] == "table" and name in _IN_SECTION:
                    imply("tbody")
                if names[-1] in _SECTIONS and name in _CELLS:
                    imply("tr")
                if names[-1] not in around:
                    return None
            if name in _SCOPES:
                scopes.append(False)
        elif rule == _COLUMN:
            if top != "colgroup" and top != "table":
                return None
        elif rule == _OPTION:
            if name == "select":
                if top in _STRICT:
                    return None
            else:
                while names[-1] == "option" or name == "optgroup" == names[-1]:
                    shut()
                if names[-1] != "select" and (name == "optgroup" or names[-1] != "optgroup"):
                    return None
        elif rule == _PAGE or rule == _HEAD:
            if top not in (_BEGUN if name != "html" else ("#root",)) or starts or len(out) != (top == "html"):
                return None
        elif top in _STRICT and not (top == "head" and name in ("meta", "link", "base")):
            return None
        elif rule == _ANCHOR or rule == _SCOPE:
            if name in names:
                return None
            if rule == _SCOPE:
                scopes.append(False)
        elif rule == _TABLE:
            scopes.append(False)
        after, before = before, ""
        if rule == _VOID or rule == _RULE or rule == _COLUMN:
            if name in SHOWN and not skip:
                out.append(tag)
                loose = loose and rule == _VOID
            if name == "img" and (words := _alt_words(source)):
                pictures.append(len(starts))
                if not skip:
                    out.append(len(starts))
                    loose = True
                starts.append(at + len(text) + words[0])
                stops.append(at + len(text) + words[1])
            continue
        names.append(name)
        if len(names) > MAX_NESTING:
            return None
        if tag is None or skip:
            ends.append(None)
            continue
        if tag.skipped:
            ends.append(None)
            skip = len(names)
            continue
        if tag.breaks:
            loose = False
        elif loose:
            if tag.soft == RAISE or tag.soft and after == "span" and gaps <= 1:
                out.append(tag.soft)
            elif name == "a" and after == "a" and not gaps and not tag.bold:
                out.append(" ")
        if end is not None:
            out.append(tag)
        ends.append(end)
    while len(names) > 1:
        shut()
    skeleton.starts.extend(starts)
    skeleton.ends.extend(stops)
    skeleton.modes.extend(bytes((HTML,)) * len(starts))
    for number in pictures:
        skeleton.modes[number] = ALT
    return out


def _is_stray(names: list[str], name: str) -> bool:
    """Whether an end tag is passed over, since nothing is open that it could end."""
    if name == "p" or name == "form" or names[-1] in _STRICT and names[-1] not in _PARTS and names[-1] != "table" or names[-1] == "colgroup":
        return False
    if name in HEADINGS:                                       # the end of one ends any other
        return HEADINGS.keys().isdisjoint(names)
    if name not in names:
        return True
    walls = _AROUND.get(name, ())
    for open_ in reversed(names):
        if open_ == name:
            return False
        if open_ in walls:
            return True
    return False


def _end_item(names: list[str], kinds: tuple[str, ...], shut: Callable[[], None]) -> bool:
    """Ends the open item of one of the `kinds` that a new one ends. False where something stands open in it."""
    for i in range(len(names) - 1, -1, -1):
        if names[i] in kinds:
            while len(names) > i:
                if names[-1] not in _IMPLIED:
                    return False
                shut()
            return True
        if names[i] in _WALLS:
            return True
        if names[i] in _DOUBTFUL:
            return False
    return True
