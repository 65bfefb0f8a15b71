"""JavaScript, TypeScript and PHP that hold a document: JSX, or long string literals, are its text; the code around it is not.

Data in code (price tables as array literals) is found by `nlp.tree.embedded`; here the text is read.
"""

from __future__ import annotations

import re

from nlp.blocks import markdown, plain
from nlp.blocks.html import scan as scan_html
from nlp.blocks.skeleton import Skeleton
from nlp.normalise import MARKDOWN, RAW, STRING

_LITERAL = re.compile(r"//[^\n]*|(?P<comment>/\*)|#[^\n]*|\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*\"\"\"|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|<<<[ \t]{0,9}['\"]?(?P<label>\w{1,99})['\"]?\r?\n", re.DOTALL)
_JOINED = re.compile(r"\s*(?:[+.]\s*)?(?=[\"'`])")             # between the literals of one text: nothing (Dart, C), a plus (JavaScript, Java), a full stop (PHP)
_JSX_START = re.compile(r"(?:return|=>|=|\?|:|&&|\()\s*\(?\s*(?=<(?:[A-Za-z][\w.]*|>)[\s>/])")
_FRAGMENT = re.compile(r"\s*(?:\{/\*[^*]{0,500}\*/\}\s*){0,5}(?=<(?:[A-Za-z][\w.]*[^<>]*>|>))")
_ON_A_LINE = re.compile(r"^[ \t]*(?=<(?:[A-Za-z][\w.]*|>)[\s>/])", re.MULTILINE)
_TAG = re.compile(r"<(/?)([A-Za-z][\w.:-]*)?")
_VOID = frozenset("br hr img input meta link".split())
MAX_DEPTH = 50                                                 # JSX in an expression in JSX
_CLASSES = re.compile(r"[a-z0-9\[\]()#%&_:./!*>,+-]+(?:\s+[a-z0-9\[\]()#%&_:./!*>,+-]+)*\s*")     # names of CSS classes
_CLASS_MARK = re.compile(r"\w[-:]\w")
_PROSE = 40                                                    # characters from which on a string literal with blanks is text


def skeleton_of(source: str) -> Skeleton:
    """The skeleton of a script: its JSX, where it has some, and its long string literals (as HTML, Markdown or plain text)."""
    skeleton = Skeleton(source)
    skeleton.html.append("<body>")
    if not jsx(skeleton):
        literals(skeleton)
    return skeleton


def php_skeleton(source: str) -> Skeleton:
    """The skeleton of PHP: the HTML outside of its code, or, where there is hardly any, the string literals inside."""
    outside = re.sub(r"<\?(?:php|=)?.*?(?:\?>|\Z)", "", source, flags=re.DOTALL)
    if len(re.sub(r"<[^>]*>|\s", "", outside)) > 200:
        return scan_html(source)
    skeleton = Skeleton(source)
    skeleton.html.append("<body>")
    literals(skeleton)
    return skeleton


def literals(skeleton: Skeleton, at: int = 0, stop: int | None = None) -> None:
    """Long string literals of `source[at:stop]` as paragraphs, in the format that each seems to have."""
    source = skeleton.source
    stop = len(source) if stop is None else stop
    endless: set[str] = set()                                  # comments and heredocs that nothing behind this place ends
    while match := _LITERAL.search(source, at, stop):
        token, opener = match.group(), match["label"] or match["comment"]
        at = match.end()
        quotes = 3 if token.startswith('"""') and len(token) > 5 else 1
        start, end = match.start() + quotes, match.end() - quotes
        if opener is not None:
            close = None if opener in endless else re.compile(r"\*/" if match["comment"] else rf"\n[ \t]*{opener}\b").search(source, at - 1 if match["label"] else at, stop)
            if close is None:
                endless.add(opener)
                continue
            start, end, at = match.end(), close.start(), close.end()
        if token[0] in "/#":
            continue
        pieces = [(start, end)]
        while opener is None and (joined := _JOINED.match(source, at, stop)) is not None and (further := _LITERAL.match(source, joined.end(), stop)) is not None:
            pieces.append((further.start() + 1, further.end() - 1))
            at, end = further.end(), further.end() - 1
        text = "".join(source[a:b] for a, b in pieces)
        if len(text) < _PROSE or len(text.split()) < 4 and not re.search("[\u3041-\u30ff\u3400-\u9fff]{12}", text):
            if 2 <= len(text) < 200 and re.search(r"[^\W\d_]{2}", text) and re.match(r"\s*(?:=>|:)", source[end + 1:end + 8]) is None and (_labelled(source, match.start()) or len(text) <= 60 and _LET.search(text)):
                _paragraph(skeleton, pieces)
            continue
        if not text[:1].isspace() and _CLASSES.fullmatch(text) and len(_CLASS_MARK.findall(text)) * 3 > len(text.split()):
            continue
        markup = re.search(r"</(?:p|li|div|h\d|td|span)>|<br", text) is not None
        marked = not markup and "\\n" not in text and re.search(r"^#{1,6} |^\s*[*-] |\*\*\w", text, re.MULTILINE) is not None
        if not (markup or marked or "\n" in text):
            _paragraph(skeleton, pieces)
            continue
        for start, end in pieces:
            if markup:
                scan_html(source, start, end, skeleton)
            elif marked:
                markdown._blocks(markdown._State(skeleton, False), start, end)
            else:
                plain.scan(source, start, end, STRING if "\\" in text else MARKDOWN, skeleton)


def _paragraph(skeleton: Skeleton, pieces: list[tuple[int, int]]) -> None:
    """One text, in one literal or in several that the program joins."""
    skeleton.html.append("<p>")
    for start, end in pieces:
        skeleton.run(start, end, STRING)
    skeleton.html.append("</p>")


# a title of what is for rent, as an argument of a function that makes cards
_LET = re.compile(r"^(?:Rent|Reserve|Hire|Lease|Mieten|Louer|Louez|Alquil\w{1,3}|Noleggi\w{1,3}|Alug\w{1,4}|Wynajm\w{1,3}|Аренда) .{0,40}\d|^\S.{0,40}\d.{0,20} (?:mieten|huren)\b")


def _labelled(source: str, at: int) -> bool:
    """Whether a short literal is the value of a key that names words for people."""
    return re.search(r"\b(?:title|subtitle|tagline|heading|header|text|label|content|description|desc|body|note|summary|question|answer)[\"']?\s*(?:=>|:|=)\s*$", source[max(0, at - 40):at]) is not None


def jsx(skeleton: Skeleton) -> bool:
    """Reads every JSX expression of the source, and the long literals of the code around them, which fill them; False where there is none."""
    source = skeleton.source
    at, end = 0, len(source)
    read = 0                                                   # up to where elements, and the literals of the code between them, are read
    if _JSX_START.search(source) is None and (line := _ON_A_LINE.search(source)) is not None and source.count("`", 0, line.start()) % 2 == 0:
        at = line.start()                                      # a part of a component that begins amid its code
    while fragment := _FRAGMENT.match(source, at, end):        # one that begins with an element, and has others beside it
        stop = _element(skeleton, fragment.end(), end)
        if stop <= fragment.end():
            break
        at = read = stop
    while match := _JSX_START.search(source, at, end):
        literals(skeleton, read, match.end())
        at = read = max(_element(skeleton, match.end(), end), match.end() + 1)
    if read:
        literals(skeleton, read, end)
    return read > 0


def _element(skeleton: Skeleton, at: int, end: int, nested: int = 0) -> int:
    """One JSX element and what it holds; returns its end. `nested`: how many expressions it stands in."""
    source, html = skeleton.source, skeleton.html
    depth = 0
    cursor = at
    i = at
    step = re.compile(r"[<{]")
    while True:
        match = step.search(source, i, end)
        if match is None:
            return cursor
        a = match.start()
        if a > cursor and depth:
            text = source[cursor:a]
            if text.isspace():
                html.append(" " if "\n" not in text else "")
            else:
                # JSX drops line ends around text
                skeleton.run(cursor, a, MARKDOWN if "\\" not in text else RAW)
        if match.group() == "{":
            stop = _expression(skeleton, a, end, nested + 1)
            cursor = i = stop
            continue
        tag = _TAG.match(source, a)
        if source.startswith("<!--", a) or tag.group(2) is None and not source.startswith(("<>", "</>"), a):
            cursor = i = a + 1
            continue
        stop = markdown.tag_end(skeleton, a, end, True)
        if stop < 0:
            return cursor
        name = tag.group(2) or ""
        lower = name.lower()
        closing = source[a + 1] == "/"
        empty = source[stop - 2] == "/" or lower in _VOID
        skeleton.tags += 1
        if name and (lower != "style" and lower != "script"):
            if name[0].islower():
                attrs = " ".join(f'{n}="{v}"' for n, v in re.findall(r"(?<![\w{])([a-zA-Z-]+)=\"([^\"{}<>]*)\"", source[tag.end():stop]))
                attrs = attrs.replace("className=", "class=").replace("colSpan=", "colspan=").replace("rowSpan=", "rowspan=")
                if re.search(r"fontWeight:\s*[\"']?(?:bold|[6-9]00)", source[tag.end():stop]):
                    attrs += ' style="font-weight:bold"'
                html.append(f"</{lower}>" if closing else f"<{lower} {attrs}>" if attrs else f"<{lower}>")
                if empty and lower not in _VOID and not closing:
                    html.append(f"</{lower}>")
            elif lower == "head":                              # next/head: title and meta
                close = source.find("</Head>", stop, end)
                if close > 0:
                    title = re.compile(r"<title>([^<]*)</title>").search(source, stop, close)
                    if title:
                        skeleton.title = title.group(1).strip()
                    stop = close + 7
                    closing, empty = False, True
            else:
                if not closing and stop - a > _PROSE:
                    _prose_of(skeleton, tag.end(), stop)
                inline = lower in ("link", "nextlink", "strong", "bold", "em", "span", "trans", "code", "highlight", "tooltip", "mailto", "externallink", "a")
                level = re.search(r"\bvariant=\{?\"(h[1-6])\"", source[tag.end():stop])
                new = "span" if inline else level.group(1) if level and not closing else "div"
                if closing and not inline:
                    new = skeleton.meta.get("jsx", ["div"]).pop() if skeleton.meta.get("jsx") else "div"
                elif not closing and not empty and not inline:
                    skeleton.meta.setdefault("jsx", []).append(new)
                if not (empty and not closing):
                    html.append(f"</{new}>" if closing else f"<{new}>")
        if not empty:
            depth += -1 if closing else 1
        cursor = i = stop
        if depth <= 0:
            return stop


_PROP_OF_PROSE = re.compile(r"\s[a-zA-Z]{3,20}=(?:\"(?P<double>[^\"<>{}]{40,1000})\"|\{\s{0,20}(?P<mark>[\"'`])(?P<quoted>[^\"`<>{}\\]{40,1000})(?P=mark)\s{0,20}\})")


def _prose_of(skeleton: Skeleton, at: int, end: int) -> None:
    """The sentences that a component bears as attributes, as paragraphs: `<Feature text="L40S servers from $0.90 an hour, billed by the second." />`."""
    for match in _PROP_OF_PROSE.finditer(skeleton.source, at, end):
        start, stop = match.span("double" if match["double"] is not None else "quoted")
        text = skeleton.source[start:stop]
        if len(text.split()) >= 6 and re.search(r"[^\W\d_]{3}[.!?,;:]?\s", text) and not _CLASSES.fullmatch(text):
            skeleton.html.append("<p>")
            skeleton.run(start, stop, STRING)
            skeleton.html.append("</p>")


def _expression(skeleton: Skeleton, a: int, end: int, nested: int) -> int:
    """`{…}` among JSX children: a string or nested JSX is text, anything else is code."""
    source = skeleton.source
    stop = markdown.balanced(source, a, end)
    body = source[a + 1:stop - 1].strip()
    if len(body) >= 2 and body[0] == body[-1] and body[0] in "\"'`":
        start = source.index(body[0], a) + 1
        if body[1:-1].isspace():
            skeleton.html.append(" ")
        else:
            skeleton.run(start, start + len(body) - 2, STRING)
    elif "<" in body and nested <= MAX_DEPTH and not body.startswith("/*"):
        at = a + 1
        while True:
            match = _JSX_START.search(source, at, stop)
            if match is None:
                break
            if body[0] == "[":                                 # [{title: "…", text: "…"}].map((card) => <div>…</div>)
                literals(skeleton, at, match.end())
            at = max(_element(skeleton, match.end(), stop, nested), match.end() + 1)
    elif not body.startswith("/*"):
        skeleton.expressions += 1
    return stop
