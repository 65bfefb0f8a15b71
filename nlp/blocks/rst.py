"""reStructuredText -> skeleton: sections, paragraphs, lists, grid, simple, list and CSV tables, directives.

docutils would give a tree without offsets inside a line, and runs directives that read files; this scanner does neither.
"""

from __future__ import annotations

import re

from nlp.blocks.html import scan as scan_html
from nlp.blocks.skeleton import Skeleton
from nlp.normalise import MARKDOWN, RAW

Line = tuple[int, int]                                         # offsets in the source, without the line feed

_ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1{2,}$")
_DIRECTIVE = re.compile(r"\.\.\s+(?:\|[^|]+\|\s+)?([\w:-]+)::(?:\s+|$)")
_EXPLICIT = re.compile(r"\.\.(?:\s|$)")
_BULLET = re.compile(r"[-*+•]\s+")
_NUMBERED = re.compile(r"(\(?(?:\d{1,3}|#|[a-zA-Z]|[ivxIVX]{1,5})[.)])\s+")
_FIELD = re.compile(r":([^:\s][^:]*):(?:\s+|$)")
_SIMPLE = re.compile(r"=+(?:\s+=+)+\s*$|=+\s*$")
_SIMPLE_RULE = re.compile(r"[=-]+(?:\s+[=-]+)*\s*$")
_GRID = re.compile(r"\+(?:[-=]+\+)+\s*$")
_DROPPED = frozenset("highlight toctree contents meta index image only sectnum default-role role include literalinclude tags".split())
_CODE = frozenset("code code-block sourcecode parsed-literal prompt math".split())
_INLINE = re.compile(
    r"(?P<code>``(.+?)``)"
    r"|:[\w:+.-]+:`(?P<role>[^`]+)`"
    r"|`(?P<link>[^`]+)`(?:__?|)"
    r"|(?P<strong>\*\*(?=\S)(.{1,1000}?)(?<=\S)\*\*)"
    r"|(?P<emphasis>(?<![\w*])\*(?=\S)(.{1,1000}?)(?<=\S)\*(?!\w))"
    r"|(?P<foot>\s?\[(?:\d+|#\w*|\*)\]_)"
    r"|(?P<reference>\b\w+_(?!\w))", re.DOTALL)
_TARGET = re.compile(r"(.*?)\s*<([^<>]*)>$", re.DOTALL)
MAX_DEPTH = 40


def _csv_cell(delimiter: str) -> re.Pattern:
    """A cell of a `csv-table` and what ends it: the comma, or what the table's option `delim` says."""
    blank = "" if delimiter == " " else " *"
    end = re.escape(delimiter)
    return re.compile(rf"{blank}(?:\"((?:[^\"]|\"\")*)\" *|([^{end}]*))(?:{end}|$)")


def skeleton_of(source: str) -> Skeleton:
    """The skeleton of reStructuredText."""
    skeleton = Skeleton(source)
    skeleton.html.append("<body>")
    lines = [match.span() for match in re.finditer(r"[^\n]*", source)]
    lines = [(a, b - 1 if b > a and source[b - 1] == "\r" else b) for a, b in lines]
    # finditer gives an empty match behind every line but the last
    kept, last = [], -1
    for a, b in lines:
        if a > last:
            kept.append((a, b))
            last = b + (1 if source[b:b + 1] == "\r" else 0)
    _Reader(skeleton).body(kept, 0)
    return skeleton


class _Reader:
    def __init__(self, skeleton: Skeleton):
        self.skeleton = skeleton
        self.source = skeleton.source
        self.html = skeleton.html
        self.levels: list[str] = []                            # adornments in order of appearance

    def indent(self, line: Line) -> int:
        text = self.source[line[0]:line[1]]
        stripped = text.lstrip(" \t")
        return len(text) - len(stripped) if stripped else -1   # -1: blank

    def text(self, line: Line) -> str:
        return self.source[line[0]:line[1]].strip()

    def block_end(self, lines: list[Line], at: int, least: int) -> int:
        """Index behind the lines from `at` on that are blank or indented by at least `least`."""
        end = at
        for i in range(at, len(lines)):
            indent = self.indent(lines[i])
            if indent == -1:
                continue
            if indent < least:
                break
            end = i + 1
        return end

    def body(self, lines: list[Line], depth: int) -> None:
        if depth > MAX_DEPTH:
            for line in lines:
                self.skeleton.run(line[0], line[1], RAW)
            return
        i = 0
        base = min((n for n in map(self.indent, lines) if n >= 0), default=0)
        while i < len(lines):
            indent = self.indent(lines[i])
            if indent < 0:
                i += 1
                continue
            text = self.text(lines[i])
            following = self.text(lines[i + 1]) if i + 1 < len(lines) else ""
            if indent > base:
                end = self.block_end(lines, i, base + 1)
                self.html.append("<blockquote>")
                self.body(lines[i:end], depth + 1)
                self.html.append("</blockquote>")
                i = end
            elif _EXPLICIT.match(text):
                i = self.explicit(lines, i, base, depth)
            elif _GRID.match(text):
                i = self.grid(lines, i, depth)
            elif _SIMPLE.match(text) and " " in text and following:
                i = self.simple(lines, i, depth)
            elif _ADORNMENT.match(text) and following and i + 2 < len(lines) and self.text(lines[i + 2]) == text:
                self.heading(lines[i + 1], text[0] * 2)
                i += 3
            elif following and _ADORNMENT.match(following) and self.indent(lines[i + 1]) == indent and not _ADORNMENT.match(text) and len(following) >= min(4, len(text)):
                self.heading(lines[i], following[0])
                i += 2
            elif _ADORNMENT.match(text):
                self.html.append("<hr>")
                i += 1
            elif (item := _BULLET.match(text) or _NUMBERED.match(text)) and self.is_item(lines, i, base, item):
                i = self.items(lines, i, base, depth)
            elif _FIELD.match(text):
                i = self.field(lines, i, base, depth)
            elif text.startswith("| ") or text == "|":
                self.html.append("<p>")
                while i < len(lines) and self.text(lines[i]).startswith("|"):
                    start = self.source.index("|", lines[i][0]) + 1
                    self.inline(start, lines[i][1])
                    self.html.append("<br>")
                    i += 1
                self.html.append("</p>")
            else:
                i = self.paragraph(lines, i, base, depth)

    def heading(self, line: Line, adornment: str) -> None:
        if adornment not in self.levels:
            self.levels.append(adornment)
        level = min(6, self.levels.index(adornment) + 1)
        self.html.append(f"<h{level}>")
        self.inline(*line)
        self.html.append(f"</h{level}>")

    def is_item(self, lines: list[Line], i: int, base: int, item: re.Match) -> bool:
        """A numbered line that runs on without indent is a sentence ("A. Smith said")."""
        if i + 1 >= len(lines):
            return True
        indent = self.indent(lines[i + 1])
        return indent < 0 or indent > base or bool(_BULLET.match(self.text(lines[i + 1])) or _NUMBERED.match(self.text(lines[i + 1])))

    def items(self, lines: list[Line], i: int, base: int, depth: int) -> int:
        ordered = _BULLET.match(self.text(lines[i])) is None
        self.html.append("<ol>" if ordered else "<ul>")
        while i < len(lines):
            indent = self.indent(lines[i])
            if indent < 0:
                i += 1
                continue
            item = (_NUMBERED if ordered else _BULLET).match(self.text(lines[i])) if indent == base else None
            if item is None:
                break
            end = self.block_end(lines, i + 1, base + 1)
            start = lines[i][0] + indent + item.end()
            marker = f' data-marker="{item.group(1)}"' if ordered and item.group(1) != "#." else ""
            self.html.append(f"<li{marker}>")
            inner = lines[i + 1:end]
            # the first line begins where its text does; pad by slicing at the same column
            first = [(start, lines[i][1])]
            rest_base = min((n for n in map(self.indent, inner) if n >= 0), default=0)
            self.body([*first, *((min(a + rest_base, b), b) for a, b in inner)], depth + 1)
            self.html.append("</li>")
            i = end
        self.html.append("</ol>" if ordered else "</ul>")
        return i

    def field(self, lines: list[Line], i: int, base: int, depth: int) -> int:
        field = _FIELD.match(self.text(lines[i]))
        start = lines[i][0] + self.indent(lines[i])
        end = self.block_end(lines, i + 1, base + 1)
        if field.group(1) not in ("original_name", "orphan", "tocdepth", "nosearch"):
            self.html.append("<dl><dt>")
            self.skeleton.run(start + 1, start + 1 + len(field.group(1)), MARKDOWN)
            self.html.append("</dt><dd>")
            self.body([(start + field.end(), lines[i][1]), *lines[i + 1:end]], depth + 1)
            self.html.append("</dd></dl>")
        return end

    def paragraph(self, lines: list[Line], i: int, base: int, depth: int) -> int:
        first = i
        while i < len(lines) and self.indent(lines[i]) == base and not (i > first and (_EXPLICIT.match(self.text(lines[i])) or _GRID.match(self.text(lines[i])))):
            i += 1
        if i == first:
            return first + 1
        if i - first == 1 and i < len(lines) and self.indent(lines[i]) > base and not self.text(lines[first]).endswith("::"):
            end = self.block_end(lines, i, base + 1)           # a term and its definition
            self.html.append("<dl><dt>")
            self.lines(lines[first:i])
            self.html.append("</dt><dd>")
            self.body(lines[i:end], depth + 1)
            self.html.append("</dd></dl>")
            return end
        literal = self.text(lines[i - 1]).endswith("::")
        self.html.append("<p>")
        self.lines(lines[first:i], cut=1 if literal else 0)
        self.html.append("</p>")
        if literal:
            end = self.block_end(lines, i, base + 1)
            self.code(lines[i:end])
            return end
        return i

    def code(self, lines: list[Line]) -> None:
        used = [line for line in lines if self.indent(line) >= 0]
        if used:
            self.html.append("<pre>")
            self.skeleton.run(used[0][0], used[-1][1], RAW)
            self.html.append("</pre>")

    def lines(self, lines: list[Line], cut: int = 0) -> None:
        """The text of a paragraph: one range where its lines stand one below the other in the source."""
        start, end = lines[0][0], lines[-1][1] - cut
        if "|" not in self.source[lines[0][1]:lines[-1][0]] or len(lines) == 1:
            self.inline(start, end)
            return
        for k, (a, b) in enumerate(lines):                     # in a cell of a grid
            if k:
                self.html.append(" ")
            self.inline(a, b - cut if k == len(lines) - 1 else b)

    def inline(self, start: int, end: int) -> None:
        source, run, html = self.source, self.skeleton.run, self.html
        at = start
        for match in _INLINE.finditer(source, start, end):
            if match["reference"]:
                if not match.group().startswith("_"):          # else no reference: text, which the next range holds
                    run(at, match.end() - 1, MARKDOWN)
                    at = match.end()
                continue
            run(at, match.start(), MARKDOWN)
            at = match.end()
            if match["code"]:
                run(match.start() + 2, match.end() - 2, RAW)
            elif match["strong"]:
                html.append("<b>")
                run(match.start() + 2, match.end() - 2, MARKDOWN)
                html.append("</b>")
            elif match["emphasis"]:
                run(match.start() + 1, match.end() - 1, MARKDOWN)
            elif match["foot"]:
                continue
            else:
                name = "role" if match["role"] is not None else "link"
                target = _TARGET.match(match[name])
                first = match.start(name)
                if target and target.group(1):
                    href = target.group(2).replace("&", "&amp;").replace('"', "%22")
                    html.append(f'<a href="{href}">' if name == "link" else "")
                    run(first, first + len(target.group(1)), MARKDOWN)
                    html.append("</a>" if name == "link" else "")
                else:
                    run(first, match.end(name), MARKDOWN)
        run(at, end, MARKDOWN)

    # --- directives ----------------------------------------------------------------------------------------------------------------

    def explicit(self, lines: list[Line], i: int, base: int, depth: int) -> int:
        text = self.text(lines[i])
        end = self.block_end(lines, i + 1, base + 1)
        directive = _DIRECTIVE.match(text)
        start = lines[i][0] + base
        start = lines[i][0] + self.indent(lines[i])
        if directive is None:
            note = re.match(r"\.\.\s+\[[^\]]+\]\s+", text)
            if note:
                self.body([(start + note.end(), lines[i][1]), *lines[i + 1:end]], depth + 1)
            return end                                         # label or comment
        name = directive.group(1)
        argument = (start + directive.end(), lines[i][1])
        content = lines[i + 1:end]
        options: dict[str, Line] = {}
        while content and (option := _FIELD.match(self.text(content[0]))):
            a = content[0][0] + self.indent(content[0])
            options[option.group(1)] = (a + option.end(), content[0][1])
            content = content[1:]
        has_argument = argument[0] < argument[1] and not self.source[argument[0]:argument[1]].isspace()
        if name in _DROPPED or name == "replace":
            return end
        if name in _CODE:
            self.code(content)
        elif name == "raw":
            if "html" in self.source[argument[0]:argument[1]] and content:
                scan_html(self.source, content[0][0], content[-1][1], self.skeleton)
        elif name == "figure":
            self.body(content, depth + 1)
        elif name == "list-table":
            self.list_table(content, options, argument if has_argument else None, depth)
        elif name == "csv-table":
            self.csv_table(content, options, argument if has_argument else None)
        elif name == "table":
            if has_argument:
                self.html.append("<p><b>")
                self.inline(*argument)
                self.html.append("</b></p>")
            self.body(content, depth + 1)
        else:
            self.html.append("<div>")
            if has_argument:
                self.html.append("<p>")
                self.inline(*argument)
                self.html.append("</p>")
            self.body(content, depth + 1)
            self.html.append("</div>")
        return end

    def number(self, options: dict[str, Line], name: str) -> int:
        value = self.source[slice(*options[name])].strip() if name in options else "0"
        return int(value) if value.isdecimal() and len(value) < 4 else 0

    def list_table(self, lines: list[Line], options: dict[str, Line], caption: Line | None, depth: int) -> None:
        heads, stubs = self.number(options, "header-rows"), self.number(options, "stub-columns")
        self.html.append("<table>")
        self.caption(caption)
        row, column, cell = -1, 0, []
        cell_tag = ""

        def close() -> None:
            if cell_tag:
                self.html.append(f"<{cell_tag}>")
                self.body(cell, depth + 1)
                self.html.append(f"</{cell_tag}>")

        for line in lines:
            indent = self.indent(line)
            text = self.text(line)
            start = line[0] + max(indent, 0)
            found = re.match(r"\*\s+-(?:\s+|$)", text)
            next_cell = found or (re.match(r"-(?:\s+|$)", text) if cell_tag and indent <= self._cell_indent else None)
            if found:
                close()
                self.html.append("</tr><tr>" if row >= 0 else "<tr>")
                row, column = row + 1, 0
                self._cell_indent = indent + text.index("-")
            elif next_cell:
                close()
                column += 1
            if next_cell:
                cell_tag = "th" if row < heads or column < stubs else "td"
                cell = [(start + next_cell.end(), line[1])]
            elif cell_tag:
                cell.append((min(line[0] + self._cell_indent + 2, line[1]), line[1]) if indent >= 0 else line)
        close()
        self.html.append("</tr></table>" if row >= 0 else "</table>")

    _cell_indent = 0

    def csv_table(self, lines: list[Line], options: dict[str, Line], caption: Line | None) -> None:
        heads = self.number(options, "header-rows")
        said = self.source[slice(*options["delim"])].strip() if "delim" in options else ","
        cell = _csv_cell({"tab": "\t", "space": " "}.get(said, said if len(said) == 1 else ","))
        self.html.append("<table>")
        self.caption(caption)
        if "header" in options:
            self.csv_row(options["header"], "th", cell)
        for k, line in enumerate(line for line in lines if self.indent(line) >= 0):
            self.csv_row((line[0] + self.indent(line), line[1]), "th" if k < heads else "td", cell)
        self.html.append("</table>")

    def csv_row(self, line: Line, tag: str, cell: re.Pattern) -> None:
        self.html.append("<tr>")
        for match in cell.finditer(self.source, *line):
            group = 1 if match.group(1) is not None else 2
            if match.group() == "" and match.start() == line[1]:
                break
            self.html.append(f"<{tag}>")
            self.inline(match.start(group), match.end(group))
            self.html.append(f"</{tag}>")
        self.html.append("</tr>")

    def caption(self, caption: Line | None) -> None:
        if caption:
            self.html.append("<caption>")
            self.inline(*caption)
            self.html.append("</caption>")

    # --- tables ------------------------------------------------------------------------------------------------------------------

    def grid(self, lines: list[Line], i: int, depth: int) -> int:
        """A grid table: cells by the positions of its corners, spans where a border is missing."""
        first = i
        left = lines[i][0] + self.indent(lines[i]) - lines[i][0]
        while i < len(lines) and self.text(lines[i])[:1] in ("+", "|") and self.text(lines[i]):
            i += 1
        rows = lines[first:i]
        source = self.source

        def char(r: int, column: int) -> str:
            at = rows[r][0] + left + column
            return source[at] if at < rows[r][1] else " "

        rules = [r for r in range(len(rows)) if char(r, 0) == "+"]
        columns = sorted({c for r in rules for c in range(rows[r][1] - rows[r][0] - left) if char(r, c) == "+"})
        if len(rules) < 2 or len(columns) < 2 or len(columns) > 200:
            self.html.append("<p>")
            self.lines(rows)
            self.html.append("</p>")
            return i
        head_rule = next((r for r in rules if "=" in source[rows[r][0]:rows[r][1]]), None)

        def solid(r: int, a: int, b: int) -> bool:
            text = source[rows[r][0] + left + a + 1:min(rows[r][0] + left + b, rows[r][1])]
            return len(text) == b - a - 1 and not text.strip("-=+")

        used: set[tuple[int, int]] = set()
        self.html.append("<table>")
        for band in range(len(rules) - 1):
            top, bottom = rules[band], rules[band + 1]
            if bottom == top + 1:
                continue
            self.html.append("<tr>")
            column = 0
            while column < len(columns) - 1:
                if (band, column) in used:
                    column += 1
                    continue
                right = column + 1
                while right < len(columns) - 1 and not all(char(r, columns[right]) in "|+" for r in range(top + 1, bottom)):
                    right += 1
                down = band + 1
                while down < len(rules) - 1 and not solid(rules[down], columns[column], columns[right]):
                    down += 1
                for b in range(band, down):
                    for c in range(column, right):
                        used.add((b, c))
                cell: list[Line] = []
                for r in range(top + 1, rules[down]):
                    a = rows[r][0] + left + columns[column] + 1
                    cell.append((min(a, rows[r][1]), max(min(a, rows[r][1]), min(rows[r][0] + left + columns[right], rows[r][1]))))
                tag = "th" if head_rule is not None and top < head_rule else "td"
                self.html.append(f'<{tag} rowspan="{down - band}" colspan="{right - column}">')
                self.body(cell, depth + 1)
                self.html.append(f"</{tag}>")
                column = right
            self.html.append("</tr>")
        self.html.append("</table>")
        return i

    def simple(self, lines: list[Line], i: int, depth: int) -> int:
        """A simple table: columns under the "=" of its rule."""
        source = self.source
        rule = source[lines[i][0]:lines[i][1]]
        spans = [m.span() for m in re.finditer("=+", rule)]
        end, rules = i + 1, [i]
        while end < len(lines):
            text = self.text(lines[end])
            if text and set(text) <= {"=", " "} and _SIMPLE.match(text):
                rules.append(end)
                if end + 1 >= len(lines) or self.indent(lines[end + 1]) < 0:
                    break
            end += 1
        else:
            if len(rules) < 2:
                self.html.append("<p>")
                self.lines(lines[i:i + 1])
                self.html.append("</p>")
                return i + 1
        head = rules[1] if len(rules) > 2 else -1
        ruled = set(rules)
        self.html.append("<table>")
        rows: list[tuple[str, list[list[Line]]]] = []
        for r in range(i + 1, min(rules[-1] + 1, len(lines))):
            if r in ruled or self.indent(lines[r]) < 0:
                continue
            line = lines[r]
            if set(self.text(line)) <= {"-", " "}:
                continue
            cells = []
            for k, (a, _) in enumerate(spans):
                stop = line[1] if k == len(spans) - 1 else min(line[0] + spans[k + 1][0], line[1])
                cells.append((min(line[0] + a, line[1]), max(min(line[0] + a, line[1]), stop)))
            if rows and not source[cells[0][0]:cells[0][1]].strip():
                for cell, span in zip(rows[-1][1], cells, strict=True):
                    cell.append(span)
            else:
                rows.append(("th" if r < head else "td", [[span] for span in cells]))
        for tag, cells in rows:
            self.html.append("<tr>")
            for cell in cells:
                self.html.append(f"<{tag}>")
                for k, (a, b) in enumerate(cell):
                    if k:
                        self.html.append(" ")
                    self.inline(a, b)
                self.html.append(f"</{tag}>")
            self.html.append("</tr>")
        self.html.append("</table>")
        return rules[-1] + 1
