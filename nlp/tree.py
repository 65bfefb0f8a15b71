"""Data of feeds as trees whose every node knows its place in the source: JSON, JSON lines, JavaScript literals, YAML, XML, CSV.

The usual parsers forget offsets, and a quote must be the very slice of the source. One tolerant reader serves JSON and the object literals that pages embed
(unquoted keys, single quotes, trailing commas, comments); YAML goes through PyYAML's composer, XML through defusedxml's checks, CSV through a small scanner.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from nlp.offer_words import offer_fields

MAX_NODES = 2_000_000                                          # a larger feed is read in part, and the caller says so
MAX_CELLS = 600_000                                            # of a CSV file
MAX_DEPTH = 200
MAX_ALIASED = 100_000                                          # values that aliases of YAML add
MAX_VAIN = 1_000_000                                           # characters of scripts that are read in vain, looking for literals


class TreeError(ValueError):
    """The text is not of the format that it was read as. The message says where; `at`: the character up to which JSON was read."""

    def __init__(self, words: str, at: int = 0) -> None:
        super().__init__(words)
        self.at = at


@dataclass(slots=True)
class Node:
    """A value and its place: `kind` is map, list or scalar. `start:end` is the slice of the source, quotes and brackets included."""

    kind: str
    start: int
    end: int
    value: Any = None                                          # of a scalar
    entries: Sequence[tuple[str, Node]] = ()                   # of a map, in order
    items: Sequence[Node] = ()                                 # of a list
    name: str = ""                                             # of the constant that it is assigned to in a program

    def get(self, key: str) -> Node | None:
        """The first entry of a map under `key`."""
        return next((n for k, n in self.entries if k == key), None)

    def children(self) -> Iterator[tuple[str, Node]]:
        """(key, node) of a map, ("", node) of a list."""
        if self.kind == "map":
            yield from self.entries
        elif self.kind == "list":
            for item in self.items:
                yield "", item


_TOKEN = re.compile(
    r'\s*(?://[^\n]*|/\*.*?\*/|(?P<string>"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|`(?:[^`\\]|\\.)*`)|(?P<mark>[{}\[\],:])|(?P<word>[^\s{}\[\],:"\'`/]+|/))|\s+', re.DOTALL)
# What most entries of a map are: a key without escapes, and a plain value with a comma or the end of the map behind it, or the beginning of a map or list.
# The tokens above say the same, four times slower.
_PAIR = re.compile(r'\s*"(?P<key>[^"\\\n]*)"\s*:\s*(?:"(?P<string>[^"\\\n]*)"|(?P<whole>-?\d{1,18})|(?P<decimal>-?\d{1,18}\.\d{1,18})|(?P<word>true|false|null))\s*(?:(?P<comma>,)|(?=\}))'
                   r'|\s*"(?P<opening>[^"\\\n]*)"\s*:\s*(?P<mark>[{\[])')
_SURROGATES = re.compile("[\ud800-\udfff]")                    # halves of a character, which no other encoding can hold
_NUMBER = re.compile(r"[-+]?(?:\d[\d_]*)(?:\.\d+)?(?:[eE][-+]?\d+)?$|[-+]?\.\d+$")
_COMPUTED = re.compile(r"[(*+?<>=|&!%]|^[\d.]+[-+*%]|^(?:new|await|typeof|function|async)$")     # of a bare word, that it is a part of a program
_WORDS = {"true": True, "false": False, "null": None, "undefined": None, "None": None, "True": True, "False": False, "NaN": None, "!0": True, "!1": False}


def _string(token: str) -> str:
    if "\\" not in token:
        return token[1:-1]
    if token[0] == '"':
        try:
            value = json.loads(token, strict=False)
            return value if value.isascii() else _SURROGATES.sub("\ufffd", value)
        except ValueError:                                     # an escape that JSON does not know: taken as it stands
            return token[1:-1]
    return re.sub(r"\\(.)", r"\1", token[1:-1])


def read_json(text: str, start: int = 0, end: int | None = None) -> Node:
    """The JSON value or JavaScript literal that begins at `start`; what follows it is ignored. Raises TreeError where there is none, or it is cut short."""
    end = len(text) if end is None else end
    stack: list[tuple[Node, str | None, int]] = []             # the maps and lists around, with their keys and the parentheses open before each
    root: Node | None = None
    key: str | None = None
    expect_key = False
    last: Node | None = None                                   # the value read since the last comma
    computed = False                                           # it is an expression, whose value only running the program would tell
    calls = 0                                                  # parentheses open in it
    nodes = made = filled = 0
    mould: _Mould | None = None
    position = start
    while position < end:
        if expect_key and (pair := _PAIR.match(text, position, end)) is not None:
            nodes += 1
            if nodes > MAX_NODES:
                raise TreeError(f"more than {MAX_NODES} values", position)
            name, string, whole, decimal, word, comma, opening, mark = pair.groups()
            if mark is not None:
                a, position = pair.span("mark")
                value = Node("map", a, position, None, []) if mark == "{" else Node("list", a, position, None, (), [])
                if len(stack) > MAX_DEPTH:
                    raise TreeError(f"nested deeper than {MAX_DEPTH} at character {a}", a)
                stack[-1][0].entries.append((opening, value))
                stack.append((value, opening, 0))
                expect_key = mark == "{"
                continue
            if string is not None:
                a, b = pair.span("string")
                value = Node("scalar", a - 1, b + 1, string)
            elif whole is not None:
                value = Node("scalar", *pair.span("whole"), int(whole))
            elif decimal is not None:
                value = Node("scalar", *pair.span("decimal"), float(decimal))
            else:
                value = Node("scalar", *pair.span("word"), _WORDS[word])
            stack[-1][0].entries.append((name, value))
            position, expect_key = pair.end(), comma is not None
            continue
        match = _TOKEN.match(text, position, end)
        if match is None:
            raise TreeError(f"no JSON at character {position}", position)
        position, kind = match.end(), match.lastgroup
        if kind is None:
            continue
        a, token = match.start(kind), match[kind]
        if kind == "mark":
            if token in "{[":
                node = Node("map", a, position, None, []) if token == "{" else Node("list", a, position, None, (), [])
                nodes += 1
                if last is not None and last.kind == "scalar":
                    last.value = None                          # rates["A40"], call({…})
                if len(stack) > MAX_DEPTH:
                    raise TreeError(f"nested deeper than {MAX_DEPTH} at character {a}", a)
                if root is None:
                    root = node
                else:
                    _attach(stack[-1][0], key, node)
                stack.append((node, key, calls))
                key, expect_key, last, computed, calls = None, token == "{", None, False, 0
            elif token in "}]":
                if not stack or (stack[-1][0].kind == "map") != (token == "}"):
                    raise TreeError(f"{token!r} without its opening at character {a}", a)
                node, _, calls = stack.pop()
                node.end = position
                if not stack:
                    return root
                key, expect_key, last, computed = None, False, node, False
                siblings = stack[-1][0].items
                if token == "}" and len(siblings) >= _ALIKE:
                    if mould is None or not mould.made(node):
                        made += 1
                        mould = _Mould.of(node) if made <= FEW_MOULDS + filled // WORTH else None
                    if mould is not None:
                        before = len(siblings)
                        position = mould.fill(siblings, text, position, end, (MAX_NODES - nodes) // mould.size)
                        nodes += (len(siblings) - before) * mould.size
                        filled += len(siblings) - before
            elif token == "," and not calls:
                key, expect_key, last, computed = None, bool(stack) and stack[-1][0].kind == "map", None, False
            continue                                           # ":" only separates
        if not stack:
            if kind == "word" and token not in _WORDS and not _NUMBER.match(token):
                raise TreeError(f"no JSON at character {a}", a)
            return Node("scalar", a, position, _string(token) if kind == "string" else _word(token))
        if expect_key:
            key, expect_key = (_string(token) if kind == "string" else token), False
            continue
        if kind == "word":
            calls = max(0, calls + token.count("(") - token.count(")"))
        if last is not None and (kind == "word" or computed):  # `0.26 / 3600`, `[…] as const`: the value goes on
            if last.kind == "scalar":
                last.value, last.end = None, position
            computed = True
            continue
        nodes += 1
        if nodes > MAX_NODES:
            raise TreeError(f"more than {MAX_NODES} values", a)
        computed = kind == "word" and token not in _WORDS and _COMPUTED.search(token) is not None or token[0] == "`" and "${" in token
        last = Node("scalar", a, position, None if computed else _string(token) if kind == "string" else _word(token))
        _attach(stack[-1][0], key, last)
    raise TreeError("the data is cut short", end)


_ALIKE = 8                                                     # maps of a list, after which the next ones are likely to be as the last
FEW_MOULDS = 50                                                # so many are made, and one more for each WORTH maps that they have spared the reader
WORTH = 50
MAX_FIELDS = 40
_SCALAR = r'(?:"([^"\\\n]*)"|(-?\d{1,18}(?:\.\d{1,18})?|true|false|null)(?=\s*[,}]))'


class _Mould:
    """The shape of a map of plain values and such maps, as one pattern: records of a feed have the same keys in the same order again and again. Only saves time: what does not fit is read token by token."""

    __slots__ = ("entries", "keys", "pattern", "size")

    def __init__(self, keys: tuple, pattern: re.Pattern, entries: list, size: int) -> None:
        self.keys, self.pattern, self.entries, self.size = keys, pattern, entries, size

    @classmethod
    def of(cls, node: Node) -> _Mould | None:
        """The mould of a map; None for one that holds a list, or very much, or a key that is not plain."""
        group = size = 0

        def cast(part: Node, depth: int) -> tuple[str, list] | None:
            nonlocal group, size
            size += 1
            if not part.entries or depth > 4:
                return None
            pieces, entries = [], []
            for key, child in part.entries:
                if child.kind == "list" or group > 2 * MAX_FIELDS or '"' in key or "\\" in key or "\n" in key:
                    return None
                group += 1
                if child.kind == "scalar":
                    size += 1
                    entries.append((key, group))
                    group += 1
                    pieces.append(f'"{re.escape(key)}"\\s*:\\s*{_SCALAR}')
                else:
                    at = group
                    inner = cast(child, depth + 1)
                    if inner is None:
                        return None
                    entries.append((key, (at, inner[1])))
                    pieces.append(f'"{re.escape(key)}"\\s*:\\s*({inner[0]})')
            return r"\{\s*" + r"\s*,\s*".join(pieces) + r"\s*\}", entries

        group = 1
        found = cast(node, 0)
        return cls(_keys(node), re.compile(rf"\s*,\s*({found[0]})"), found[1], size) if found is not None else None

    def made(self, node: Node) -> bool:
        """Whether a map has the keys of this mould."""
        return _keys(node) == self.keys

    def fill(self, items: list[Node], text: str, position: int, end: int, most: int) -> int:
        """Append to `items` the maps that follow `position` and fit, at most so many; gives the place behind the last."""
        match = self.pattern.match
        entries = self.entries
        while most > 0 and (found := match(text, position, end)) is not None:
            items.append(_cast(found.regs, found.groups(), 1, entries))
            position = found.end()
            most -= 1
        return position


def _keys(node: Node) -> tuple:
    return tuple([(key, _keys(child) if child.kind == "map" else child.kind) for key, child in node.entries])


def _cast(places: tuple[tuple[int, int], ...], values: tuple[str | None, ...], group: int, entries: list) -> Node:
    """The map in group `group` of a match; of an entry stands its group (a string there, or another plain value in the next one), or that of a map and its entries."""
    made = []
    for key, place in entries:
        if type(place) is not int:
            made.append((key, _cast(places, values, *place)))
        elif (string := values[place - 1]) is not None:
            a, b = places[place]
            made.append((key, Node("scalar", a - 1, b + 1, string)))
        else:
            word = values[place]
            made.append((key, Node("scalar", *places[place + 1], _WORDS[word] if word in _WORDS else float(word) if "." in word else int(word))))
    return Node("map", *places[group], None, made)


def _word(token: str) -> Any:
    if token in _WORDS:
        return _WORDS[token]
    if _NUMBER.match(token):
        plain = token.replace("_", "")
        number = int(plain) if re.fullmatch(r"[-+]?\d{1,18}", plain) else float(plain)
        return number if math.isfinite(number) else token      # 1e400
    return token


def _attach(parent: Node, key: str | None, node: Node) -> None:
    if parent.kind == "map":
        parent.entries.append((key or "", node))
    else:
        parent.items.append(node)


def read_json_lines(text: str) -> Node:
    """JSON lines, or several JSON values one after another, as a list. Raises TreeError where no line holds a value."""
    root = Node("list", 0, len(text), items=[])
    position, count = 0, 0
    while position < len(text):
        while position < len(text) and text[position] in " \t\r\n\ufeff,;":
            position += 1
        if position >= len(text):
            break
        node = read_json(text, position)
        root.items.append(node)
        position = node.end
        count += 1
    if not count:
        raise TreeError("no JSON value")
    return root


_COLUMNS = ("columns", "cols", "headers", "header", "fields", "names", "keys", "schema")
_ROWS = ("rows", "data", "values", "records", "items", "body")


def named_rows(node: Node) -> Node | None:
    """The rows of a table in JSON, {"columns": ["gpu", "price"], "rows": [["H100", 2.1]]}, as maps; None where a map is no such table."""
    columns = next((child for key, child in node.entries if key.lower() in _COLUMNS and child.kind == "list" and len(child.items) > 1), None)
    rows = next((child for key, child in node.entries if key.lower() in _ROWS and child.kind == "list" and child.items), None)
    if columns is None or rows is None:
        return None
    names = [_column_name(item) for item in columns.items]
    if not all(names) or any(row.kind != "list" or len(row.items) != len(names) for row in rows.items):
        return None
    return Node("list", rows.start, rows.end, items=[Node("map", row.start, row.end, entries=list(zip(names, row.items, strict=True))) for row in rows.items])


def _column_name(item: Node) -> str | None:
    """The name of a column: a string, or the name in a map that describes it."""
    if item.kind == "map":
        item = next((found for key in ("label", "title", "name", "header", "key", "id", "field") if (found := item.get(key)) is not None), item)
    return item.value if item.kind == "scalar" and isinstance(item.value, str) else None


def read_yaml(text: str) -> list[Node]:
    """The documents of a YAML stream. Aliases are written out, up to `MAX_ALIASED` values; tags build nothing. Raises TreeError."""
    import yaml

    from chipwatch import yaml_files

    try:
        roots = list(yaml.compose_all(text, Loader=yaml_files.LOADER))
    except (yaml.YAMLError, RecursionError) as error:
        raise TreeError(f"not YAML: {str(error).splitlines()[0]}") from error
    count = aliased = 0
    seen: set[int] = set()

    def convert(node: Any, depth: int) -> Node:
        nonlocal count, aliased
        count += 1
        aliased += id(node) in seen
        seen.add(id(node))
        if count > MAX_NODES or aliased > MAX_ALIASED or depth > MAX_DEPTH:
            raise TreeError("the YAML is too large or too deep (aliases may multiply it)")
        start, end = node.start_mark.index, node.end_mark.index
        if isinstance(node, yaml.MappingNode):
            return Node("map", start, end, entries=[(str(k.value) if isinstance(k, yaml.ScalarNode) else "", convert(v, depth + 1)) for k, v in node.value])
        if isinstance(node, yaml.SequenceNode):
            return Node("list", start, end, items=[convert(v, depth + 1) for v in node.value])
        return Node("scalar", start, end, _yaml_scalar(node.tag, node.value))
    return [convert(root, 0) for root in roots if root is not None]


def _yaml_scalar(tag: str, value: str) -> Any:
    kind = tag.rsplit(":", 1)[-1]
    if kind in ("int", "float"):
        return _word(value)
    if kind == "bool":
        return value.lower() in ("true", "yes", "on")
    return None if kind == "null" else value


def read_csv(text: str) -> Node:
    """The rows of a CSV or TSV file as maps from column head to cell, with the offsets of each cell. Raises TreeError for a file of one column."""
    lines, cells = [], 0
    for line in _csv_rows(text, _delimiter(text)):
        lines.append(line)
        cells += len(line)
        if cells >= MAX_CELLS:
            break
    if len(lines) < 2 or max(len(line) for line in lines[:12]) < 2:
        raise TreeError("no table of comma-separated values")
    first = _first_row(lines)
    heads = [cell.value for cell in lines[first]]
    heads += [f"column {i + 1}" for i in range(len(heads), max(map(len, lines)))]
    end = lines[-1][-1].end if cells >= MAX_CELLS else len(text)
    return Node("list", 0, end, items=[Node("map", line[0].start, line[-1].end, None, list(zip(heads, line, strict=False)))
                                             for line in lines[first + 1:] if any([cell.value for cell in line])])


def _first_row(lines: list[list[Node]]) -> int:
    """The row of column heads: the first, or, behind a preamble of pairs ("Version","2026"), the first of a run of rows of many cells."""
    for index, line in enumerate(lines[1:11], 1):
        if len(lines[0]) <= 3 and len(line) > 2 * len(lines[0]) and all(len(other) == len(line) for other in lines[index + 1:index + 4]):
            return index
    return 0


def _delimiter(text: str) -> str:
    head = text[:4000].lstrip("\ufeff").split("\n", 1)[0]
    return max(",;\t|", key=head.count)


_CSV_CELL = {d: re.compile(rf'"((?:[^"]|"")*)"|([^{re.escape(d)}\r\n]*)') for d in ",;\t|"}


_LINE = re.compile(r"[^\r\n]+")
_LINE_ENDS = re.compile(r"[\r\n]+")


def plain_row(line: str, start: int, delimiter: str) -> list[Node] | None:
    """The cells of a line that begins at `start`, where quotes stand around all of them or around none; None for any other line."""
    if '"' not in line:
        pieces, quote, joint = line.split(delimiter), 0, 1
    else:
        pieces, quote, joint = line[1:-1].split(f'"{delimiter}"'), 1, 3
        if line[0] != '"' or line[-1] != '"' or len(line) < 2 or any(['"' in piece for piece in pieces]):
            return None
    row, at = [], start + quote
    for piece in pieces:
        end = at + len(piece)
        row.append(Node("scalar", at - quote, end + quote, piece if quote else piece.strip()))
        at = end + joint
    return row


def _csv_rows(text: str, delimiter: str) -> Iterator[list[Node]]:
    pattern, position, row = _CSV_CELL[delimiter], 1 if text.startswith("\ufeff") else 0, []
    while position < len(text):
        if not row and (line := _LINE.match(text, position)) is not None and (plain := plain_row(line[0], position, delimiter)) is not None:
            yield plain
            ends = _LINE_ENDS.match(text, line.end())
            position = ends.end() if ends else line.end()
            continue
        match = pattern.match(text, position)
        value = match[1].replace('""', '"') if match[1] is not None else match[2].strip()
        row.append(Node("scalar", match.start(), match.end(), value))
        position = match.end()
        if position < len(text) and text[position] == delimiter:
            position += 1
            if position == len(text):
                row.append(Node("scalar", position, position, ""))
            continue
        while position < len(text) and text[position] not in "\r\n":
            position += 1                                      # what stands after a closing quote
        yield row
        row = []
        while position < len(text) and text[position] in "\r\n":
            position += 1
    if row:
        yield row


_XML = re.compile(r"<!--.*?-->|<!\[CDATA\[(?P<cdata>.*?)\]\]>|<\?.*?\?>|<!.*?>|<(?P<close>/)?(?P<name>[\w:.-]+)(?P<attributes>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)(?P<empty>/)?>|(?P<text>[^<]+)", re.DOTALL)


_ENCODING = re.compile(r"^(\s*<\?xml[^>]*?)\s+encoding\s*=\s*(?:\"[^\"]*\"|'[^']*')")


def decoded_xml(text: str) -> str:
    """XML without what it says of its encoding, which is past: it would be decoded once more, or refused for a name that no encoding has."""
    return _ENCODING.sub(r"\1", text.lstrip("\ufeff"))


def read_xml(text: str) -> Node:
    """An XML file as maps from element name to content; an element that repeats stands once for each time. Raises TreeError where it is not well-formed, or holds entities of its own."""
    import html
    from xml.etree.ElementTree import ParseError

    import defusedxml.ElementTree
    from defusedxml.common import DefusedXmlException
    try:
        defusedxml.ElementTree.fromstring(decoded_xml(text), forbid_dtd=False)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise TreeError(f"XML refused: {error}") from error
    root = Node("map", 0, len(text), entries=[])
    stack: list[tuple[str, Node]] = [("", root)]
    for match in _XML.finditer(text):
        if match["name"] and not match["close"]:
            node = Node("map", match.start(), match.end(), entries=[])
            for name, value in re.findall(r"([\w:.-]+)\s*=\s*(\"[^\"]*\"|'[^']*')", match["attributes"] or ""):
                node.entries.append((name, Node("scalar", match.start(), match.end(), html.unescape(value[1:-1]))))
            stack[-1][1].entries.append((match["name"].split(":")[-1], node))
            if not match["empty"]:
                stack.append((match["name"], node))
        elif match["close"] and len(stack) > 1:
            _, node = stack.pop()
            node.end = match.end()
            if node.value is not None and not node.entries:
                node.kind = "scalar"
            elif node.value is not None and all(child.kind == "scalar" for _, child in node.entries):
                node.entries.append(("value", Node("scalar", node.start, node.end, node.value)))     # <price currency="USD">2.10</price>
                node.value = None
        elif (match["text"] or match["cdata"]) and len(stack) > 1:
            content = (match["cdata"] if match["cdata"] is not None else html.unescape(match["text"])).strip()
            if content:
                stack[-1][1].value = content
    return root


_WORDS_OF_NAME = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


@lru_cache(maxsize=1)
def _of_nobody() -> re.Pattern:
    return re.compile(offer_fields()["of_nobody"])


def is_of_nobody(name: str) -> bool:
    """Whether the figures of a constant or function are, by its name, no prices of a seller: those of a test (`mockPlans`, `test_prices`), of an empty form, of rivals."""
    return _of_nobody().search(" ".join(_WORDS_OF_NAME.findall(name)).lower()) is not None


def under(name: str, node: Node) -> Node:
    """A map of plain values as a field of the name that it is assigned to, which says what its figures are: HOURLY_USD = {"H100": 2.1}. Anything else bears the name."""
    node.name = name.rsplit(".", 1)[-1]
    if node.kind != "map" or not node.entries or any(child.kind != "scalar" for _, child in node.entries):
        return node
    return Node("map", node.start, node.end, entries=[(node.name, node)], name=node.name)


_SCRIPT = re.compile(r"<script\b([^<>]{0,20000})>|<!--", re.IGNORECASE)
_COMMENT_END = re.compile(r"-->")
_LINE_COMMENT = re.compile(r"(?:^|[\s;])//")
_COMMENT = re.compile(r"(?:^|(?<=[\n{;]))[ \t]{0,200}/\*")
_SCRIPT_END = re.compile(r"</script\s*>", re.IGNORECASE)
# `name = [`, also with a type and inside Object.freeze(…) or new Map(…); `export default [`, `return [`, `values([{`, `={[`, `{[{…}].map(`
_LITERAL = re.compile(r"(?<![\w.$])(?P<name>[\w.$]{1,120})\s*(?::[\w<>\[\],|. ]{1,120}?)?=\s*(?:/\*[^*]{0,200}\*/\s*)?(?:JSON\.parse\(|Object\.freeze\(|new (?:Map|Set)(?:<[^()\n]{0,100}>)?\()?\s*(?=[\[{])|export default\s*(?=[\[{])|\breturn\s*\(?(?=\[)|=\{(?=[\[{])|[({]\s*(?=\[\s*[\[{])")


def _comments(text: str) -> list[tuple[int, int]]:
    """Where comments that begin a line, or stand behind a bracket, begin and end."""
    found, at = [], 0
    while (opening := _COMMENT.search(text, at)) is not None and (close := text.find("*/", opening.end())) >= 0:
        at = close + 2
        found.append((opening.start(), at))
    return found


def embedded(text: str) -> Iterator[Node]:
    """JSON and JavaScript literals inside a page: JSON-LD, `__NEXT_DATA__`, assignments in scripts and MDX. What does not parse is passed over: code is not data."""
    spans: list[tuple[int, int, str]] = []
    at = 0
    while (begin := _SCRIPT.search(text, at)) and (close := (_SCRIPT_END if begin[1] is not None else _COMMENT_END).search(text, begin.end())):
        if begin[1] is not None:                               # a script in a comment of the page is none
            spans.append((begin.end(), close.start(), begin[1]))
        at = close.end()
    vain = 0                                                   # bounds the work on a page of opening brackets
    comments = _comments(text)
    for start, end, attributes in spans or ([] if _SCRIPT_END.search(text) else [(0, len(text), "")]):
        position = start
        while vain < MAX_VAIN:
            if "json" not in attributes:
                match = _LITERAL.search(text, position, end)
                if match is None:
                    break
                position = match.end()
                line = text.rfind("\n", max(start, match.start() - 2000), match.start()) + 1
                inside = bisect_right(comments, (match.start(), len(text))) - 1
                if _LINE_COMMENT.search(text, max(line, start), match.start()) or inside >= 0 and comments[inside][1] > match.start():
                    continue                                   # what is commented out holds no longer
            try:
                node = read_json(text, position, end)
            except TreeError as error:
                vain += error.at - position
            else:
                position = max(position, node.end)
                if "json" not in attributes and match["name"] and is_of_nobody(match["name"]):
                    continue
                yield under(match["name"], node) if "json" not in attributes and match["name"] else node
            if "json" in attributes:
                break
