"""Markdown, MDX and Markdown with ERB -> skeleton.

A line scanner of our own, not a CommonMark library: the skeleton needs the source offset of every piece of inline text, which markdown-it-py does not give, and
the documents we read are rarely plain CommonMark (JSX around sentences, HTML tables with blank lines, prose that is indented by six blanks, `:::` boxes).
Where text is plain CommonMark, tests hold the block structure against markdown-it-py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nlp.blocks.html import _TAG, scan
from nlp.blocks.skeleton import CLOSE, OPEN, Skeleton
from nlp.normalise import MARKDOWN, RAW

_LINE = re.compile(r"[^\n]*\n?")
_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*([^`\n]*)$")
_ATX = re.compile(r"(#{1,6})(?:[ \t]++|(?=[^\s#\d!/{\[]))((?:[^ \t\n]++|[ \t]++(?!#*+[ \t]*+$))*+)(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r"(=+|-{2,})[ \t]*$")
_RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_BULLET = re.compile(r"([-*+•●▪]|\d{1,9}[.)])([ \t]+|$)")
_DELIMITER = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_REFERENCE = re.compile(r"\[(?!\^)([^\]]+)\]:[ \t]*<?(\S+?)>?(?:[ \t]+[\"'(].*)?$")
_FOOTNOTE = re.compile(r"\[\^([^\]]+)\]:[ \t]*")
_CONTAINER = re.compile(r":{3,}[ \t]*(?:\{?([a-z][a-z-]*)\}?(?=[ \t\[{]|$))?[ \t]*(?:\{[^{}]*\})?\[?(.*?)\]?[ \t]*$")
_ADMONITION = re.compile(r"(?:!!!|\?\?\?\+?|===)[ \t]+\"?([\w-]*)\"?(?:[ \t]+\"([^\"]*)\")?[ \t]*$")
_ATTRIBUTE_LINE = re.compile(r"(?:\{:?[ \t]*[.#:\w][^{}]*\}[ \t]*)+$|\{:[^{}]*\}[ \t]*$")
_ALERT = re.compile(r"\[!(\w+)\][ \t]*$")
_DEFINITION = re.compile(r":[ \t]{1,3}(?=\S)")
_IMPORT = re.compile(r"import\s++([\w*{}\s,$]*+)[\"'][^\"'\n]++[\"'];?[ \t]*+$")
_FROM = re.compile(r"\S.*\sfrom\s+", re.DOTALL)
_EXPORT = re.compile(r"export\s+(?:const|let|var|default|function|async)\b")
_HTML_LINE = re.compile(r"</?([a-zA-Z][\w.-]*)(?=[\s/>]|$)|<!--|<%")
_BLOCK_TAGS = frozenset(
    "address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt fieldset figcaption figure footer form frame "
    "frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link main menu menuitem nav noframes ol optgroup option p param search section summary table "
    "tbody td tfoot th thead title tr ul pre script style textarea svg br img select".split())
_KEPT_OPEN = frozenset("table ul ol dl pre script style svg textarea select".split())   # raw HTML structures inside which lines are not Markdown
_SPECIAL = re.compile(r"[\\`*_\[\]<!{~\n]")                     # one class: `re` skips through text at full speed
_STARS = re.compile(r"\*+|_+|~~")
_TICKS = re.compile(r"`+")
_FOOT = re.compile(r"\[\^[^\]\n]{1,60}\]")
_CLOSE = re.compile(
    r"\](?:\(\s*(?:<(?P<angle>[^<>\n]*)>|(?P<target>[^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*))(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)|\[(?P<label>[^\[\]\n]{0,200})\])?(?:\{[:.#][^{}\n]*\})?")
_AUTO = re.compile(r"<(?:https?://|mailto:)[^<>\s]+>")
_COMMENT = re.compile(r"\{/\*.*?\*/\}", re.DOTALL)
_QUOTED_BLANK = re.compile(r"\{\s*(?:\"\s*\"|'\s*'|`\s*`)\s*\}")
_ANCHOR = re.compile(r"\{#[\w.:-]+\}|\{:[^{}\n]*\}")
_FRONT_MATTER = re.compile(r"\ufeff?\s*---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
MAX_LINKS_OPEN = 200
MAX_QUOTES = 20
MAX_WASTED = 2_000_000                                         # see Skeleton.wasted


@dataclass(slots=True)
class _Item:
    """An open list item."""

    marker_indent: int
    content_indent: int
    ordered: bool
    sign: str


@dataclass(slots=True)
class _State:
    skeleton: Skeleton
    jsx: bool
    references: dict = field(default_factory=dict)
    paragraph: list = field(default_factory=list)              # (start, end) of lines
    items: list = field(default_factory=list)
    quotes: int = 0
    raw: list = field(default_factory=list)                    # raw HTML elements that are open
    boxes: list = field(default_factory=list)                  # (indent, tag) of admonitions
    blank: bool = True
    term: bool = False
    indented: bool | None = None


def skeleton_of(source: str, jsx: bool = False, start: int = 0) -> Skeleton:
    """The skeleton of Markdown. `jsx`: MDX, where components, imports and expressions are code."""
    skeleton = Skeleton(source)
    skeleton.html.append("<body>")
    front = _FRONT_MATTER.match(source, start)
    if front and re.search(r"^[\w-]+:", front.group(1), re.MULTILINE):
        skeleton.meta["front_matter"] = front.group(1)
        start = front.end()
    _blocks(_State(skeleton, jsx, _references(source)), start, len(source))
    return skeleton


def is_jsx(source: str) -> bool:
    """Whether Markdown is MDX although its name does not say so: it imports components."""
    return re.search(r"^import\s[^\n]{0,200}\sfrom\s+[\"']", source[:5000], re.MULTILINE) is not None and re.search(r"<[A-Z]\w*[\s/>]", source) is not None


def _is_import(line: str) -> bool:
    """Whether a line of MDX is an import: `import { A } from "a"`, `import "a"`."""
    found = _IMPORT.match(line)
    return found is not None and (not found[1] or _FROM.fullmatch(found[1]) is not None)


def _references(source: str) -> dict[str, str]:
    if "]:" not in source:
        return {}
    return {m[1].strip().lower(): m[2] for m in re.finditer(r"^ {0,3}" + _REFERENCE.pattern, source, re.MULTILINE)}


def _width(indent: str) -> int:
    if "\t" not in indent:
        return len(indent)
    width = 0
    for c in indent:
        width += 4 - width % 4 if c == "\t" else 1
    return width


def _blocks(state: _State, at: int, end: int) -> None:
    source, skeleton = state.skeleton.source, state.skeleton
    html = skeleton.html
    while at < end:
        line_end = source.find("\n", at, end)
        line_end = end if line_end < 0 else line_end
        after = min(line_end + 1, end)
        a = at
        # quote marks
        quotes = 0
        while True:
            b = a
            while b < line_end and source[b] in " \t":
                b += 1
            if b < line_end and source[b] == ">" and (b - a < 4 or quotes or state.items) and not state.raw and quotes < MAX_QUOTES:
                quotes += 1
                a = b + 1
                if a < line_end and source[a] == " ":
                    a += 1
            else:
                break
        stop = line_end
        while stop > b and source[stop - 1] in " \t\r":
            stop -= 1
        if b >= stop:                                          # a blank line
            flush(state)
            if state.raw and state.raw[-1] not in ("pre", "script", "style", "textarea", "table", "ul", "ol", "dl", "select", "svg"):
                state.raw.clear()
            if quotes != state.quotes:
                set_quotes(state, quotes)
            state.blank = True
            at = after
            continue
        line = source[b:stop]
        first = line[0]
        indent = _width(source[a:b])
        if state.raw:
            if not (first == "#" and state.blank and _ATX.match(line)):
                while (reached := inline(state, b, line_end, html_mode=True, limit=end)) > line_end:      # a tag that runs over several lines
                    b, line_end = reached, source.find("\n", reached, end)
                    line_end = end if line_end < 0 else line_end
                    after = min(line_end + 1, end)
                html.append(" ")
                state.blank = False
                at = after
                continue
            while state.raw:
                html.append(f"</{state.raw.pop()}>")
        if quotes != state.quotes:
            if quotes > state.quotes or state.blank or not state.paragraph or first in "#-*+|":
                flush(state)
                set_quotes(state, quotes)
        if quotes and first == "[" and _ALERT.match(line):
            at = after
            continue
        # list structure
        if state.items and (state.blank or not state.paragraph or _BULLET.match(line)):
            is_item = _BULLET.match(line) and not _RULE.match(line)
            while state.items:
                item = state.items[-1]
                if indent >= item.content_indent or indent > item.marker_indent + 1 and (is_item or not state.blank or indent >= item.marker_indent + 2):
                    break
                if is_item and indent >= item.marker_indent and not (indent > item.marker_indent + 1):
                    break
                if not state.blank and not is_item and not state.paragraph and first not in "#|`~<":
                    break
                close_item(state)
            else:
                flush(state)
        while state.boxes and indent < state.boxes[-1][0] and not (state.paragraph and not state.blank):
            flush(state)
            close_items(state)
            html.append(f"</{state.boxes.pop()[1]}>")
        # fenced code
        if first in "`~":
            fence = _FENCE.match(line)
            if fence:
                flush(state)
                at = fenced(state, fence.group(1), after, end)
                state.blank = False
                continue
        if first == "#":
            heading = _ATX.match(line)
            if heading:
                flush(state)
                if indent < 4 or not state.items:
                    close_items_outside(state, indent)
                level = len(heading.group(1))
                html.append(f"<h{level}>")
                inline(state, b + heading.start(2), b + heading.end(2))
                html.append(f"</h{level}>")
                state.blank = False
                at = after
                continue
        if state.paragraph and first in "=-" and _SETEXT.match(line) and not state.blank:
            level = 1 if first == "=" else 2
            if first == "=" or not (len(line) < 3 and len(state.paragraph) > 1):
                flush(state, f"h{level}")
                at = after
                continue
        if first in "*-_" and _RULE.match(line):
            flush(state)
            close_items_outside(state, indent)
            html.append("<hr>")
            state.blank = False
            at = after
            continue
        # tables
        if "|" in line:
            next_at = table(state, b, stop, after, end, quotes)
            if next_at:
                at = next_at
                state.blank = False
                continue
        bullet = _BULLET.match(line)
        if bullet and (not state.paragraph or state.blank or bullet.group(1)[0] not in "0123456789" or bullet.group(1)[:-1] == "1" or state.items):
            if not bullet.group(2) and state.paragraph and not state.blank:
                bullet = None
            else:
                flush(state)
                b = open_item(state, bullet, indent, b, stop)
                state.blank = False
                if b < stop:
                    if source[b] == "#" and (heading := _ATX.match(source[b:stop])):
                        level = len(heading.group(1))
                        html.append(f"<h{level}>")
                        inline(state, b + heading.start(2), b + heading.end(2))
                        html.append(f"</h{level}>")
                    elif source[b] in "`~" and (fence := _FENCE.match(source[b:stop])):
                        at = fenced(state, fence.group(1), after, end)
                        continue
                    elif source[b] == "<" and opens_html(state, source[b:stop]):
                        inline(state, b, line_end, html_mode=True)
                    else:
                        state.paragraph.append((b, line_end))
                at = after
                continue
        if first == "[":
            reference = _REFERENCE.match(line)
            if reference and (not state.paragraph or reference.group(2).startswith(("http", "/", "#", "mailto:"))):
                flush(state)
                at = after
                continue
            note = _FOOTNOTE.match(line)
            if note:
                flush(state)
                state.paragraph.append((b + note.end(), line_end))
                state.blank = False
                at = after
                continue
        if first == ":":
            box = _CONTAINER.match(line)
            if box:
                flush(state)
                close_items(state)
                if box.group(1) or box.group(2):
                    html.append("<aside>")
                    if box.group(2):
                        html.append("<p><b>")
                        inline(state, b + box.start(2), b + box.end(2))
                        html.append("</b></p>")
                else:
                    html.append("</aside>")
                state.blank = True
                at = after
                continue
            definition = _DEFINITION.match(line)
            if definition and (state.paragraph or state.term):
                if state.paragraph:
                    html.append("<dl>")
                    flush(state, "dt")
                html.append("<dd>")
                inline(state, b + definition.end(), line_end)
                html.append("</dd>")
                state.term = True
                state.blank = False
                at = after
                continue
        if first in "!?=" and (box := _ADMONITION.match(line)):
            flush(state)
            html.append("<aside>")
            state.boxes.append((indent + 1, "aside"))
            if box.group(2):
                html.append("<p><b>")
                inline(state, b + box.start(2), b + box.end(2))
                html.append("</b></p>")
            state.blank = True
            at = after
            continue
        if first == "{" and _ATTRIBUTE_LINE.match(line) and not line.startswith("{{"):
            at = after
            continue
        if state.jsx and state.blank and first in "ie" and indent == 0:
            if _is_import(line):
                at = after
                continue
            if first == "i" and line.startswith("import ") and "{" in line and "from" in source[b:b + 2000]:
                close = re.compile(r"from\s+[\"'][^\"'\n]+[\"'];?").search(source, b, min(end, b + 2000))
                if close:
                    at = close.end()
                    continue
            if _EXPORT.match(line):
                flush(state)
                at = export(state, b, end)
                continue
        if first == "<" or first == "{" and state.jsx:
            if first == "<" and opens_html(state, line):
                flush(state)
                next_at = html_lines(state, b, line_end, end)
                state.blank = False
                at = next_at
                continue
            if first == "{" and line.startswith("{/*"):
                close = source.find("*/}", b, end)
                if close > line_end:
                    flush(state)
                    at = close + 3
                    continue
        if indent >= 4 and state.blank and not state.items and not state.boxes and not prose(line) and not indented_prose(state):
            flush(state)
            at = indented(state, at, end)
            continue
        if state.term:
            html.append("</dl>")
            state.term = False
        state.paragraph.append((b, line_end))
        state.blank = False
        at = after
    flush(state)
    close_items(state)


def prose(line: str) -> bool:
    """Whether an indented line is prose rather than code: legal texts are often indented."""
    if len(_PROSE_WORD.findall(line)) < 4 or line[0] in "#/<\"'{}$" or line[-1] in "{};\\" or "--" in line or "=" in line:
        return False
    return sum(c.isalpha() or c == " " for c in line) > 0.8 * len(line)


_PROSE_WORD = re.compile(r"[^\W\d_]{2,}")
_INDENTED = re.compile(r"(?:\A|\n)[ \t]*\n(?: {4,}|\t)[ \t]*(\S[^\n]*)")


def indented_prose(state: _State) -> bool:
    """Whether most of the indented paragraphs of this document are prose; then none is code."""
    if state.indented is None:
        lines = _INDENTED.findall(state.skeleton.source)[:400]
        state.indented = len(lines) > 3 and sum(map(prose, lines)) > 0.5 * len(lines)
    return state.indented


def set_quotes(state: _State, quotes: int) -> None:
    flush(state)
    close_items(state)
    while state.quotes < quotes:
        state.skeleton.html.append("<blockquote>")
        state.quotes += 1
    while state.quotes > quotes:
        state.skeleton.html.append("</blockquote>")
        state.quotes -= 1


def flush(state: _State, tag: str = "p") -> None:
    """Write the open paragraph."""
    lines = state.paragraph
    if not lines:
        return
    state.paragraph = []
    html = state.skeleton.html
    if state.term and tag != "dt":
        html.append("</dl>")
        state.term = False
    html.append(f"<{tag}>")
    source = state.skeleton.source
    if len(lines) > 1 and not (state.quotes and ">" in source[lines[0][1]:lines[-1][0]]):
        inline(state, lines[0][0], lines[-1][1])
    else:
        cuts = [(lines[i][1] + 1, lines[i + 1][0]) for i in range(len(lines) - 1)]
        inline(state, lines[0][0], lines[-1][1], cuts=cuts)
    html.append(f"</{tag}>")


def close_item(state: _State) -> None:
    flush(state)
    item = state.items.pop()
    state.skeleton.html.append("</li></ol>" if item.ordered else "</li></ul>")


def close_items(state: _State) -> None:
    while state.items:
        close_item(state)


def close_items_outside(state: _State, indent: int) -> None:
    while state.items and indent < state.items[-1].content_indent:
        close_item(state)


def open_item(state: _State, bullet: re.Match, indent: int, at: int, stop: int) -> int:
    """Open a list item, in the list that is open at this depth or in a new one; returns where its text begins."""
    html = state.skeleton.html
    sign = bullet.group(1)
    ordered = sign[0].isdigit()
    kind = sign[-1]
    while state.items and indent < state.items[-1].content_indent and not (indent > state.items[-1].marker_indent + 1):
        item = state.items[-1]
        if indent >= item.marker_indent or len(state.items) == 1:
            if item.sign == kind or item.ordered == ordered:
                html.append("</li>")
                state.items.pop()
                break
        close_item(state)
    else:
        if ordered:
            html.append(f'<ol start="{int(sign[:-1])}">')
        else:
            html.append("<ul>")
    text_at = at + bullet.end()
    gap = len(bullet.group(2))
    state.items.append(_Item(indent, indent + len(sign) + (gap if 1 <= gap <= 4 else 1), ordered, kind))
    html.append(f'<li value="{int(sign[:-1])}" data-marker="{sign}">' if ordered else f'<li data-marker="{sign}">')
    source = state.skeleton.source
    if source.startswith(("[ ] ", "[x] ", "[X] "), text_at):
        text_at += 4
    return min(text_at, stop)


def fenced(state: _State, fence: str, at: int, end: int) -> int:
    source = state.skeleton.source
    close = re.compile(rf"^[ \t>]*{re.escape(fence[0])}{{{len(fence)},}}[ \t]*\r?$", re.MULTILINE).search(source, at, end)
    stop, after = (close.start(), close.end() + 1) if close else (end, end)
    state.skeleton.html.append("<pre>")
    body_end = stop - 1 if stop > at and source[stop - 1] == "\n" else stop
    state.skeleton.run(at, body_end, RAW)
    state.skeleton.html.append("</pre>")
    return min(after, end)


def indented(state: _State, at: int, end: int) -> int:
    source = state.skeleton.source
    first = at
    stop = at
    while at < end:
        line_end = source.find("\n", at, end)
        line_end = end if line_end < 0 else line_end
        line = source[at:line_end]
        if line.strip():
            if _width(line[:len(line) - len(line.lstrip())]) < 4:
                break
            stop = line_end
        at = line_end + 1
    state.skeleton.html.append("<pre>")
    state.skeleton.run(first, stop, RAW)
    state.skeleton.html.append("</pre>")
    return min(max(stop + 1, first + 1), end)


def table(state: _State, b: int, stop: int, after: int, end: int, quotes: int) -> int:
    """A pipe table that begins at this line: writes it and returns where it ends; 0 where none begins."""
    source, html = state.skeleton.source, state.skeleton.html

    def row(at: int) -> tuple[int, int, int]:
        line_end = source.find("\n", at, end)
        line_end = end if line_end < 0 else line_end
        a = at
        while a < line_end and source[a] in " \t" or quotes and a < line_end and source[a] == ">":
            a += 1
        z = line_end
        while z > a and source[z - 1] in " \t\r":
            z -= 1
        return a, z, line_end + 1

    if after >= end:
        return 0
    da, dz, dnext = row(after)
    delimiter = source[da:dz]
    has_head = "-" in delimiter and ("|" in delimiter) and _DELIMITER.match(delimiter) is not None
    line = source[b:stop]
    if not has_head:
        if not (line[0] == "|" and line[-1] == "|" and line.count("|") >= 3 and delimiter[:1] == "|" and delimiter[-1:] == "|" and not state.paragraph):
            return 0
    flush(state)
    html.append("<table>")
    if has_head:
        html.append("<thead>")
        _row(state, b, stop, "th")
        html.append("</thead>")
        at = dnext
    else:
        _row(state, b, stop, "td")
        at = after
    broken = has_head and not quotes and line[-1] == "|" and _bars(line) >= 3
    while at < end:
        a, z, following = row(at)
        if broken and (whole := _broken_row(source, a, end, line)):
            _row(state, a, whole, "td")
            at = whole + 1
            continue
        text = source[a:z]
        if a >= z or "|" not in text or text[0] in "#>" or text.startswith(("```", "<!--", "{:")) and text[0] != "|":
            break
        if not _DELIMITER.match(text):
            _row(state, a, z, "td")
        at = following
    html.append("</table>")
    return min(at, end)


_BAR = re.compile(r"\\.|(?<!(?<!\\)`)(`++)(?:[^`]++|(?!\1(?!`))`++)*+\1(?!`)|\{\{[^{}\n]{1,200}\}\}|\|")      # the bars of `{{ price | usd }}`, which a template fills in, part no cells
_MOST_LINES = 12                                               # of a row that is broken over lines
_BROKEN_LINE = 120                                             # characters of each
_NO_CELL = re.compile(r"#{1,6}\s|[>`~]|:{3}|<!--|<table|[-*+]\s(?!\|)|\{[%:]")


def _bars(line: str) -> int:
    return sum(match.group() == "|" for match in _BAR.finditer(line))


def _broken_row(source: str, a: int, end: int, head: str) -> int:
    """Where the row that begins at `a` ends, if its cells hold new lines, as converters of HTML leave them; 0 for any other.

    Such a row has as many bars as the head, begins and ends like it, and one of its lines at least does not end with a bar: a row with fewer cells than the head is none.
    """
    if (source[a:a + 1] == "|") != (head[0] == "|"):
        return 0
    bars = missing = _bars(head)
    at, cut, blank = a, False, True
    for _ in range(_MOST_LINES):
        stop = source.find("\n", at, end)
        stop = end if stop < 0 else stop
        line = source[at:min(stop, at + _BROKEN_LINE + 1)].strip()
        if not line and (blank or missing == bars) or len(line) > _BROKEN_LINE or _NO_CELL.match(line):
            return 0
        blank = not line
        missing -= _bars(line)
        if missing < 0 or not cut and missing == 0:
            return 0
        if missing == 0 and line[-1:] == "|":
            following = source[stop + 1:min(end, stop + _BROKEN_LINE)].partition("\n")[0].strip()
            return 0 if "|" in following and _DELIMITER.match(following) else stop         # the head of the next table
        cut = cut or line[-1:] != "|"
        if stop >= end:
            return 0
        at = stop + 1
    return 0


def _row(state: _State, a: int, z: int, tag: str) -> None:
    source, html = state.skeleton.source, state.skeleton.html
    html.append("<tr>")
    if source[a] == "|":
        a += 1
    cells = []
    at = a
    for match in _BAR.finditer(source, a, z):
        if match.group() == "|":
            cells.append((at, match.start()))
            at = match.end()
    if at < z and not source[at:z].isspace():
        cells.append((at, z))
    for start, stop in cells:
        html.append(f"<{tag}>")
        inline(state, start, stop, breaks=True)
        html.append(f"</{tag}>")
    html.append("</tr>")


# --- raw HTML and JSX ---------------------------------------------------------------------------------------------------------------

def opens_html(state: _State, line: str) -> bool:
    """Whether a line that begins with "<" is markup of its own, not part of a sentence."""
    match = _HTML_LINE.match(line)
    if not match:
        return line.startswith(("<>", "</>"))
    name = match.group(1)
    if name is None:
        return True
    if name.lower() in _BLOCK_TAGS and (not state.jsx or name[0].islower()):
        return True
    if name[0].isupper() and state.jsx or "-" in name or name[0].isupper():
        return not state.paragraph or line.rstrip().endswith(">")
    # another tag alone on its line, as CommonMark's type 7
    return not state.paragraph and re.fullmatch(r"</?[a-zA-Z][^<>]*>", line) is not None


def html_lines(state: _State, b: int, line_end: int, end: int) -> int:
    """One line of markup, or more where a tag or an element such as <script> runs on; returns where Markdown goes on."""
    source = state.skeleton.source
    stop = line_end
    if source.startswith("<!--", b):
        close = source.find("-->", b, end)
        if close < 0:
            return min(line_end + 1, end)                      # never closed: only the line is lost
        stop = max(close + 3, b)
        rest_end = source.find("\n", stop, end)
        rest_end = end if rest_end < 0 else rest_end
        if source[stop:rest_end].strip():
            inline(state, stop, rest_end, html_mode=True)
        return min(rest_end + 1, end)
    inline_end = inline(state, b, stop, html_mode=True, limit=end)
    if inline_end > stop:
        rest_end = source.find("\n", inline_end, end)
        rest_end = end if rest_end < 0 else rest_end
        if rest_end > inline_end and source[inline_end:rest_end].strip():
            inline(state, inline_end, rest_end, html_mode=True, limit=end)
        return min(rest_end + 1, end)
    state.skeleton.html.append(" ")
    return min(line_end + 1, end)


def tag_end(skeleton: Skeleton, at: int, end: int, jsx: bool) -> int:
    """End of the tag that begins at `at`, quotes and (JSX) braces respected; -1 where it is not closed."""
    source = skeleton.source
    depth = 0
    quote = ""
    i = at + 1
    if skeleton.wasted > 2 * MAX_WASTED:                       # even a short look, thousands of times in vain, adds up
        return -1
    limit = min(end, at + (200_000 if skeleton.wasted < MAX_WASTED else 300))
    while True:
        match = _TAG_STEP.search(source, i, limit)
        if not match:
            skeleton.wasted += limit - at
            return -1
        c = match.group()
        i = match.end()
        if quote:
            if c == quote:
                quote = ""
        elif c in "\"'" or c == "`" and depth:
            quote = c
        elif c == "{" and jsx:
            depth += 1
        elif c == "}" and jsx:
            depth = max(0, depth - 1)
        elif c == ">" and not depth:
            if not jsx or source[i - 2] != "=":
                return i
        elif c == "<" and not depth:
            skeleton.wasted += i - at
            return -1


_TAG_STEP = re.compile(r"[\"'`{}<>]")


def export(state: _State, b: int, end: int) -> int:
    """`export const x = …` of MDX: data or code, kept as a code block."""
    source = state.skeleton.source
    depth = 0
    i = b
    stop = end
    for match in re.compile(r"[{(\[]|[})\]]|\n[ \t]*\n|\n(?=[#\w<>*-])|[\"'`]").finditer(source, b, min(end, b + 400_000)):
        c = match.group()
        if match.start() < i:
            continue
        if c in "\"'`":
            close = source.find(c, match.end(), end)
            i = close + 1 if close >= 0 else match.end()
        elif c in "{([":
            depth += 1
        elif c in "})]":
            depth -= 1
        elif depth <= 0:
            stop = match.start()
            break
    state.skeleton.html.append("<pre>")
    state.skeleton.run(b, stop, RAW)
    state.skeleton.html.append("</pre>")
    return min(stop + 1, end)


# --- inline -------------------------------------------------------------------------------------------------------------------------

def inline(state: _State, start: int, end: int, *, cuts: list | None = None, html_mode: bool = False, limit: int | None = None, breaks: bool = False) -> int:
    """Inline text -> marks and tags. Returns where it ended: beyond `end` where a tag or element runs on (never beyond `limit`).

    `breaks`: a "\\n" that stands by itself is a new line, as cells of tables have it, which can hold no other.
    """
    skeleton = state.skeleton
    source, html = skeleton.source, skeleton.html
    limit = end if limit is None else limit
    out: list[tuple[int, int, str]] = [(a, b, "") for a, b in cuts or () if a < b]    # (start, end, markup instead)
    opened: list[tuple[int, int]] = []                         # "[" and "![" that wait for their "]"
    bold = struck = False
    at = start
    for match in _SPECIAL.finditer(source, start, end):
        a = match.start()
        if a < at:
            continue
        c = source[a]
        at = a + 1
        if c == "\n":
            if source.startswith("  ", a - 2) and a - 2 >= start:
                out.append((a, a + 1, "<br>"))
        elif c == "\\":
            if at < end:
                if source[at] == "\n" or breaks and source[at] == "n" and a > start and source[a - 1] == " " and (at + 1 == end or source[at + 1] == " "):
                    out.append((a, at + 1, "<br>"))
                at += 1
        elif c in "*_~":
            found = _STARS.match(source, a, end)
            if found is None:
                continue
            at = b = found.end()
            sign = found.group()
            before = source[a - 1] if a > start else " "
            after = source[b] if b < end else " "
            if c == "~":
                struck = not struck
                out.append((a, b, "<del>" if struck else "</del>"))
                continue
            left, right = not after.isspace(), not before.isspace()
            if c == "_" and (left and right and before.isalnum() and after.isalnum() or len(sign) > 3):
                continue                                       # snake_case, a blank to fill in
            if c == "*" and len(sign) > 2 and before.isdigit() and not bold:
                continue                                       # "6***/month": digits that are hidden
            if left or right:
                if len(sign) >= 2:
                    bold = not bold
                    out.append((a, b, "<b>" if bold else "</b>"))
                else:
                    out.append((a, b, ""))
        elif c == "`":
            sign = _TICKS.match(source, a, end).group()
            at = b = a + len(sign)
            close = source.find(sign, b, end)
            while close >= 0 and (source[close + len(sign):close + len(sign) + 1] == "`" or source[close - 1] == "`"):
                close = source.find(sign, _TICKS.match(source, close, end).end(), end)
            if close >= 0:
                out.append((a, b, "<code>"))
                out.append((close, close + len(sign), "</code>"))
                at = close + len(sign)
        elif c == "!":
            if source.startswith("[", at) and at < end and len(opened) < MAX_LINKS_OPEN:
                opened.append((a, at + 1))
                at += 1
        elif c == "[":
            foot = _FOOT.match(source, a, end)
            if foot:
                out.append((a, foot.end(), ""))
                at = foot.end()
            elif len(opened) < MAX_LINKS_OPEN:
                opened.append((a, at))
        elif c == "]":
            if not opened:
                continue
            oa, ob = opened.pop()
            found = _CLOSE.match(source, a, end)
            b = found.end()
            target = found["angle"] if found["angle"] is not None else found["target"]
            label = found["label"]
            if target is None and state.references:
                target = state.references.get((label or source[ob:a]).strip().lower())
                if label is None:
                    b = a + 1
            if target is None:                                 # plain brackets
                continue
            at = b
            if source[oa] == "!":
                out[:] = [cut for cut in out if not oa < cut[0] < a]
                out.append((oa, b, '<img alt="">'))
            else:
                target = target.replace("&", "&amp;").replace('"', "%22").replace("<", "%3C").replace(">", "%3E").replace(OPEN, "").replace(CLOSE, "")
                out.append((oa, ob, f'<a href="{target}">'))
                out.append((a, b, "</a>"))
        elif c == "{":
            found = _COMMENT.match(source, a, limit) or _QUOTED_BLANK.match(source, a, end)
            if found:
                out.append((a, found.end(), " "))
                at = found.end()
            elif found := _ANCHOR.match(source, a, end):
                b = found.end()
                while a > start and source[a - 1] in " \t":
                    a -= 1
                out.append((a, b, ""))
                at = b
            elif state.jsx:
                close = source.find("}", at, end)
                body = source[at:close].strip() if close >= 0 else ""
                if close >= 0 and not source.startswith("{{", a) and re.fullmatch(r"[\w.]+(?:\(\))?", body):
                    out.append((a, close + 1, ""))             # {variable}: its value is not in the source
                    skeleton.expressions += 1
                    at = close + 1
                elif len(body) >= 2 and body[0] == body[-1] and body[0] in "\"'`":
                    inner = source.index(body[0], at)
                    out.append((a, inner + 1, ""))
                    out.append((source.rindex(body[0], inner + 1, close), close + 1, ""))
                    at = close + 1
        else:                                                  # "<"
            found = _AUTO.match(source, a, end)
            if found:
                out.append((a, a + 1, ""))
                out.append((found.end() - 1, found.end(), ""))
                at = found.end()
            elif at < len(source) and (source[at].isalpha() or source[at] in "/!?%>"):
                at = _tag(state, a, end, limit, out, html_mode)
                if at > end:
                    break
    if not out:
        skeleton.run(start, end, MARKDOWN)
        return max(at, end)
    cursor = start
    out.sort(key=lambda cut: (cut[0], cut[1]))
    for a, b, markup in out:
        if a < cursor:
            if a >= start and markup and b > cursor:
                html.append(markup)
            continue
        if a > cursor:
            skeleton.run(cursor, a, MARKDOWN)
        if markup:
            html.append(markup)
        cursor = b
    if cursor < end:
        skeleton.run(cursor, end, MARKDOWN)
    if bold:
        html.append("</b>")
    if struck:
        html.append("</del>")
    return max(cursor, end)


_TAG_NAME = re.compile(r"</?([a-zA-Z][\w.:-]*)?")
_PHRASING = frozenset(
    "a abbr b bdi bdo bdt cite code data del dfn em font i ins kbd label mark q s samp small span strike strong sub sup time tt u var wbr br img".split())


def _tag(state: _State, a: int, end: int, limit: int, out: list, html_mode: bool) -> int:
    """A tag, comment or ERB expression at `a`: adds its cut to `out` and returns where it ends."""
    source, skeleton = state.skeleton.source, state.skeleton
    if source.startswith("<!--", a):
        close = source.find("-->", a, limit)
        if close >= 0:
            out.append((a, close + 3, ""))
            return close + 3
        return a + 4
    if source.startswith("<%", a):
        close = source.find("%>", a, limit)
        if close >= 0:
            out.append((a, close + 2, ""))
            skeleton.expressions += 1
            return close + 2
        return a + 2
    if source.startswith(("<>", "</>"), a) and state.jsx:
        close = source.index(">", a) + 1
        out.append((a, close, ""))
        return close
    match = _TAG_NAME.match(source, a)
    name = match.group(1)
    if not name:
        if source[a + 1] in "!?":
            close = source.find(">", a, limit)
            if close >= 0:
                out.append((a, close + 1, ""))
                return close + 1
        return a + 1
    stop = tag_end(skeleton, a, limit, state.jsx)
    if stop < 0:
        return a + 1
    if source[match.end()] not in " \t\r\n/>{" and not (source[match.end()] == "\n"):
        return a + 1
    closing = source[a + 1] == "/"
    lower = name.lower()
    skeleton.tags += 1
    if not closing and lower in ("script", "style", "svg", "title", "textarea", "template", "iframe", "noscript") and source[stop - 2] != "/":
        close = re.compile(rf"</{lower}\s*>", re.IGNORECASE).search(source, stop, limit)
        if close:
            if lower == "script":
                skeleton.scripts.append((source[match.end():stop - 1], stop, close.start()))
            out.append((a, close.end(), ""))
            return close.end()
    component = name[0].isupper() or "." in name
    attrs = source[match.end():stop - 1]
    if component:
        data = _props(state, a, match.end(), stop) if not closing else ""
        alone = _alone(source, a, stop)
        block = alone or html_mode
        if closing:
            out.append((a, stop, "</aside>" if block else "</span>"))
        elif attrs.rstrip().endswith("/"):
            out.append((a, stop, data + (" " if not block else "")))
        else:
            tag = "aside" if block else "span"             # <aside>: a heading inside does not reach beyond
            out.append((a, stop, f'<{tag} class="{lower}">{data}'))
        return stop
    markup = source[a:stop]
    if OPEN in markup:
        markup = markup.replace(OPEN, "").replace(CLOSE, "")
    if state.jsx:
        if not closing:
            kept = " ".join(f'{n}="{v}"' for n, v in re.findall(r"(?<![\w{])([a-zA-Z-]+)=\"([^\"{}<>]*)\"", attrs))
            kept = kept.replace("className=", "class=").replace("colSpan=", "colspan=").replace("rowSpan=", "rowspan=")
            for prop, value in re.findall(r"\b(colSpan|rowSpan)=\{(\d+)\}", attrs):
                kept += f' {prop.lower()}="{value}"'
            markup = f"<{name} {kept}>".replace(" >", ">").replace(OPEN, "").replace(CLOSE, "")
        if attrs.rstrip().endswith("/") and lower not in ("br", "img", "hr", "input", "col"):
            markup = f"{markup}</{name}>"
    out.append((a, stop, markup))
    if lower in _KEPT_OPEN:
        if closing:
            if lower in state.raw:
                while state.raw and state.raw.pop() != lower:
                    pass
        elif not attrs.rstrip().endswith("/"):
            state.raw.append(lower)
    return stop


def _alone(source: str, a: int, stop: int) -> bool:
    """Whether a tag stands alone at the beginning or end of its line."""
    line_start = source.rfind("\n", 0, a) + 1
    line_end = source.find("\n", stop)
    line_end = len(source) if line_end < 0 else line_end
    return not source[line_start:a].strip(" \t>-*") or not source[stop:line_end].strip()


_STRING_PROP = re.compile(r"\b(title|label|name|header|heading|description|summary|value|price|text|content|subtitle|question|answer)=(?:\"([^\"]+)\"|'([^']+)'|\{\s*[\"`']([^\"`']+)[\"`']\s*\})")


def _props(state: _State, a: int, start: int, stop: int) -> str:
    """Component props that a reader sees: words as text, arrays and objects (price tables) as code. Returns markup with marks in it."""
    skeleton = state.skeleton
    source = skeleton.source
    if stop - start < 8:
        return ""
    kept = skeleton.html
    skeleton.html = []
    for match in _STRING_PROP.finditer(source, start, stop):
        group = match.lastindex
        value = match.group(group)
        if re.search(r"[^\W_]", value):
            tag = "b" if match.group(1) in ("title", "label", "name", "header", "heading", "summary", "question") else "span"
            skeleton.html.append(f"<p><{tag}>")
            skeleton.run(match.start(group), match.end(group), MARKDOWN)
            skeleton.html.append(f"</{tag}></p>")
    for match in re.finditer(r"=\{\s*([\[{])", source[start:stop]):
        body_start = start + match.start(1)
        if body_start < start or skeleton.starts and skeleton.ends and body_start < skeleton.ends[-1]:
            continue
        body_end = balanced(source, body_start, stop)
        body = source[body_start:body_end]
        if len(body) > 60 and re.search(r"\d", body) and re.search(r"[\"'`]", body):
            skeleton.html.append("<pre>")
            skeleton.run(body_start, body_end, RAW)
            skeleton.html.append("</pre>")
    markup = "".join(skeleton.html)
    skeleton.html = kept
    return markup


def balanced(source: str, at: int, end: int) -> int:
    """End of the bracketed expression that begins at `at`."""
    depth = 0
    i = at
    for match in re.compile(r"[{(\[]|[})\]]|[\"'`]").finditer(source, at, end):
        if match.start() < i:
            continue
        c = match.group()
        if c in "\"'`":
            close = source.find(c, match.end(), end)
            i = close + 1 if close >= 0 else match.end()
        elif c in "{([":
            depth += 1
        else:
            depth -= 1
            if depth <= 0:
                return match.end()
    return end


__all__ = ["skeleton_of", "scan", "_TAG"]
