"""JSON, YAML, XML and CSV: parsed data for `Document.data`, and `record` blocks that say `key: value | key: value` with source offsets.

Parsing is safe: YAML builds plain values only and aliases may not multiply it, XML may not declare entities or load anything, nesting is limited. Where the
place of one value is wanted, `locate` finds it when asked for.
"""

from __future__ import annotations

import itertools
import json
import operator
import re
from array import array
from collections.abc import Sequence
from typing import Any

from chipwatch.records import Issue
from nlp.document import Block, Cell, Document, MappedText, Table
from nlp.normalise import HTML, RAW, STRING, identity, mapped_text

MAX_DEPTH = 200
MAX_VALUES = 2_000_000
MAX_PAIRS = 60_000                                             # key-value pairs that get a block each; in larger feeds the rest is read from `Document.data`
_BRACKETS = re.compile(r"[\[\]{}]")
_JSON_TOKEN = re.compile(r'"(?P<string>(?:[^"\\]|\\.)*)"(?P<colon>\s*:)?|(?P<mark>[{}\[\]])|(?P<word>[-+.\w]+)')
_YAML_PAIR = re.compile(r"^(?P<indent>[ \t]*(?:- +)*)(?P<key>[\w$./ -]+|\"[^\"\n]*\"|'[^'\n]*'):(?:[ \t]+(?P<value>[^\n]*?))?[ \t]*\r?$", re.MULTILINE)
_XML_TOKEN = re.compile(r"<!--.*?-->|<!\[CDATA\[(?P<cdata>.*?)\]\]>|<[?!][^>]*>|<(?P<close>/)?(?P<name>[\w:.-]+)(?P<attrs>[^<>\"']*(?:\"[^\"]*\"[^<>\"']*|'[^']*'[^<>\"']*)*)>|(?P<text>[^<]+)", re.DOTALL)
_XML_ATTR = re.compile(r"([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


class DataError(ValueError):
    """The text is not of the format that it was taken for; the message says where."""


# --- data --------------------------------------------------------------------------------------------------------------------------

def deepest(text: str, brackets: str = "[{") -> int:
    """How deep brackets nest, strings not told apart (an upper bound for JSON)."""
    steps = {bracket: 1 if bracket in brackets else -1 for bracket in "[]{}"}
    heights = list(itertools.accumulate(map(steps.__getitem__, _BRACKETS.findall(text)), initial=0))
    return max(map(operator.sub, heights, itertools.accumulate(heights, min)))         # above the lowest so far: a closing bracket too many counts for none


def parse_json(text: str) -> Any:
    """The value of JSON text, a byte order mark and a final semicolon allowed. Raises DataError."""
    if deepest(text) > 5 * MAX_DEPTH:
        raise DataError(f"nested deeper than {5 * MAX_DEPTH}")
    body = text.strip("\ufeff \t\r\n;")
    try:
        return json.loads(body)
    except RecursionError as error:
        raise DataError("nested too deep") from error
    except json.JSONDecodeError as error:
        raise DataError(f"not JSON: {error.msg} at line {error.lineno}") from error
    except ValueError as error:                                # a number of thousands of digits
        raise DataError(f"not JSON: {error}") from error


def parse_json_lines(text: str) -> list[Any]:
    """The values of JSON lines. Raises DataError for the first line that is not JSON."""
    out = []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        if line.strip():
            try:
                out.append(json.loads(line))
            except (ValueError, RecursionError) as error:
                raise DataError(f"not JSON: line {number}") from error
    return out


def parse_yaml(text: str) -> Any:
    """The value of YAML text, of several documents a list. Builds plain values only. Raises DataError, also where aliases would multiply it or it nests too deep."""
    import yaml
    from chipwatch import yaml_files
    if re.search(r"(?:- |\? ){100}|[\[{]{100}", text) or re.search(r"^ {1000}", text, re.MULTILINE) or deepest(text) > 5 * MAX_DEPTH:
        raise DataError("nested too deep")
    loader = yaml_files.LOADER(text.lstrip("\ufeff"))
    out = []
    try:
        while loader.check_node():
            node = loader.get_node()
            size = _yaml_size(node, {}, 0)
            if size > MAX_VALUES:
                raise DataError(f"more than {MAX_VALUES:,} values (aliases multiply it)")
            out.append(loader.construct_document(node))
    except yaml.YAMLError as error:
        raise DataError(f"not YAML: {' '.join(str(error).split())[:160]}") from error
    except (RecursionError, ValueError, TypeError) as error:      # a date that is none, an unhashable key
        if isinstance(error, DataError):
            raise
        raise DataError(f"not YAML: {error}") from error
    finally:
        loader.dispose()
    return out[0] if len(out) == 1 else out or None


def _yaml_size(node: Any, known: dict[int, int], depth: int) -> int:
    """Values of a YAML node with its aliases written out."""
    if depth > MAX_DEPTH:
        raise DataError(f"nested deeper than {MAX_DEPTH}")
    key = id(node)
    if key in known:
        if known[key] < 0:
            raise DataError("an alias holds itself")
        return known[key]
    known[key] = -1
    value = node.value
    if isinstance(value, list):
        size = 1 + sum(_yaml_size(part, known, depth + 1) for item in value for part in (item if isinstance(item, tuple) else (item,)))
    else:
        size = 1
    known[key] = size
    return size


def parse_xml(text: str) -> Any:
    """An XML document as dictionaries: `{name: content}`; attributes are entries, repeated elements a list, an element of text alone its text. Raises DataError."""
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    from nlp.tree import decoded_xml
    body = decoded_xml(text)
    depth = most = 0
    for match in re.finditer(r"</|/>|<[\w:]", body):
        depth += 1 if match.group() not in ("</", "/>") else -1
        most = max(most, depth)
    if most > MAX_DEPTH:
        raise DataError(f"nested deeper than {MAX_DEPTH}")
    try:
        root = fromstring(body)
    except DefusedXmlException as error:
        raise DataError("XML that declares entities of its own is not read") from error
    except (ParseError, ValueError) as error:
        raise DataError(f"not XML: {error}") from error

    def convert(element: Any) -> Any:
        out: dict[str, Any] = dict(element.attrib)
        for child in element:
            if not isinstance(child.tag, str):
                continue
            name, value = child.tag.rsplit("}", 1)[-1], convert(child)
            if name not in out:
                out[name] = value
            elif isinstance(out[name], list):
                out[name].append(value)
            else:
                out[name] = [out[name], value]
        words = (element.text or "").strip()
        if not out:
            return words
        if words:
            out["#text"] = words
        return out

    try:
        return {root.tag.rsplit("}", 1)[-1]: convert(root)}
    except RecursionError as error:
        raise DataError("nested too deep") from error


def locate(document: Document, path: Sequence[str | int]) -> tuple[int, int] | None:
    """Source offsets of the value of `Document.data` at `path` (keys and indices); None where there is none. Parses the text again: for the few values that are quoted."""
    from nlp.tree import Node, TreeError, read_json, read_json_lines, read_yaml
    text = document.text
    try:
        if document.content_type == "yaml":
            roots = read_yaml(text)
            node = roots[0] if len(roots) == 1 else Node("list", 0, len(text), items=roots)
        elif isinstance(document.data, list) and text.lstrip("\ufeff \n\t\r")[:1] == "{":
            node = read_json_lines(text)
        else:
            node = read_json(text, len(text) - len(text.lstrip("\ufeff \t\r\n")))
    except TreeError:
        return None
    for step in path:
        if isinstance(step, int):
            if node.kind != "list" or not -len(node.items) <= step < len(node.items):
                return None
            node = node.items[step]
        else:
            found = node.get(step) if node.kind == "map" else None
            if found is None:
                return None
            node = found
    return node.start, node.end


# --- records -----------------------------------------------------------------------------------------------------------------------

class _Records:
    """Collects pairs of the objects that are open; an object becomes a block when it closes, in the order in which objects begin."""

    def __init__(self, source: str):
        self.source = source
        self.out: list[list] = []
        self.paths: list[tuple[str, ...]] = []
        self.pairs = 0

    def open(self, path: tuple[str, ...]) -> list:
        record: list = []
        self.out.append(record)
        self.paths.append(path)
        return record

    def add(self, record: list, key: tuple[int, int, int] | str | None, value: tuple[int, int, int]) -> None:
        if self.pairs >= MAX_PAIRS:
            return
        self.pairs += 1
        if record:
            record.append(", " if key is None else " | ")
        if key is not None:
            record += [key, ": "]
        record.append(value)

    def blocks(self, document: Document) -> None:
        for record, path in zip(self.out, self.paths, strict=True):
            if record:
                content = mapped_text(self.source, record)
                if content.text:
                    document.blocks.append(Block("record", content, len(document.blocks), path))
        if self.pairs >= MAX_PAIRS:
            document.issues.append(Issue("info", "limit", f"record blocks for the first {MAX_PAIRS:,} values; the data is read in full"))


def json_records(source: str) -> _Records:
    """The objects of JSON or JSON lines. `heading_path` of a block: the keys that lead to it."""
    records = _Records(source)
    stack: list[tuple[list | None, str]] = []                  # (record of an object, or None for a list; the key that it stands under)
    key: tuple[int, int, int] | None = None
    first = True                                               # whether the next scalar of the list is its first
    for match in _JSON_TOKEN.finditer(source):
        if records.pairs >= MAX_PAIRS:
            break
        mark = match["mark"]
        if mark is None:
            group = "string" if match["word"] is None else "word"
            a, b = match.span(group)
            if match["colon"] is not None:
                key = (a, b, STRING)
                continue
            if a == b or group == "word" and source[a:b] == "null":
                key = None
                continue
            value = (a, b, STRING if group == "string" else RAW)
            if not stack:
                continue
            record, _ = stack[-1]
            if record is not None:
                records.add(record, key, value)
                key = None
            else:
                owner = next((r for r, _ in reversed(stack) if r is not None), None)
                if owner is None:
                    owner = records.open(())
                    stack[0] = (owner, "")
                name = stack[-1][1]
                records.add(owner, (name or "value") if first else None, value)
                first = False
        elif mark in "{[":
            name = source[key[0]:key[1]] if key else ""
            key = None
            if len(stack) < MAX_DEPTH:
                path = tuple(n for _, n in stack if n) + ((name,) if name else ())
                stack.append((records.open(path) if mark == "{" else None, name))
            else:
                stack.append((stack[-1][0], name))
            first = True
        elif stack:
            stack.pop()
            key = None
    return records


def yaml_records(source: str) -> _Records:
    """The mappings of block-style YAML: lines of one indent that follow one another."""
    records = _Records(source)
    opened: list[tuple[int, list, str]] = []                   # (indent, record, last key without a value)
    for match in _YAML_PAIR.finditer(source):
        if records.pairs >= MAX_PAIRS:
            break
        indent = len(match["indent"].expandtabs(4))
        dash = "-" in match["indent"]
        while opened and (opened[-1][0] > indent or dash and opened[-1][0] >= indent):
            opened.pop()
        if not opened or opened[-1][0] < indent:
            opened.append((indent, records.open(tuple(name for _, _, name in opened if name)), ""))
        a, b = match.span("key")
        if source[a] in "\"'":
            a, b = a + 1, b - 1
        value = match["value"]
        if not value or value[0] in "|>&*{[#" and len(value) < 3:
            opened[-1] = (opened[-1][0], opened[-1][1], source[a:b].strip())
            continue
        c, d = match.span("value")
        if len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]:
            c, d = c + 1, d - 1
        if c < d:
            records.add(opened[-1][1], (a, b, RAW), (c, d, STRING if value[0] == '"' else RAW))
    return records


def xml_records(source: str) -> _Records:
    """The elements of XML that hold text or attributes, one record for the elements of one parent."""
    records = _Records(source)
    stack: list[tuple[list, tuple[int, int, int], str]] = []
    for match in _XML_TOKEN.finditer(source):
        if records.pairs >= MAX_PAIRS:
            break
        if match["name"]:
            if match["close"]:
                if stack:
                    stack.pop()
                continue
            name = match.span("name")
            path = tuple(entry[2] for entry in stack)
            record = records.open((*path, match["name"])[-MAX_DEPTH:])
            attrs = match["attrs"]
            for attr in _XML_ATTR.finditer(source, *match.span("attrs")):
                group = 2 if attr.group(2) is not None else 3
                if attr.start(group) < attr.end(group) and not attr.group(1).startswith("xmlns"):
                    records.add(record, (*attr.span(1), RAW), (*attr.span(group), HTML))
            if not attrs.rstrip().endswith("/"):
                stack.append((record, (*name, RAW), match["name"]))
        elif stack:
            group = "cdata" if match["cdata"] is not None else "text"
            if match[group] and not match[group].isspace():
                owner = stack[-2][0] if len(stack) > 1 else stack[-1][0]
                records.add(owner, stack[-1][1], (*match.span(group), RAW if group == "cdata" else HTML))
    return records


# --- readers -----------------------------------------------------------------------------------------------------------------------

def read_json(document: Document, lines: bool = False) -> bool:
    """Fill `data` and blocks; False where the text is not JSON."""
    try:
        document.data = parse_json_lines(document.text) if lines else parse_json(document.text)
    except DataError as error:
        if not lines:
            try:
                document.data = parse_json_lines(document.text)
            except DataError:
                document.issues.append(Issue("warning", "broken_data", str(error)))
                return False
        else:
            document.issues.append(Issue("warning", "broken_data", str(error)))
            return False
    json_records(document.text).blocks(document)
    return True


def read_yaml(document: Document) -> bool:
    try:
        document.data = parse_yaml(document.text)
    except DataError as error:
        document.issues.append(Issue("warning", "broken_data", str(error)))
        return False
    if not isinstance(document.data, dict | list):
        return False
    yaml_records(document.text).blocks(document)
    if not document.blocks:
        json_records(document.text).blocks(document)           # flow style
    return True


def read_xml(document: Document) -> bool:
    try:
        document.data = parse_xml(document.text)
    except DataError as error:
        document.issues.append(Issue("warning", "broken_data", str(error)))
        return False
    xml_records(document.text).blocks(document)
    return True


_CSV_CELL = {d: re.compile(rf'[ ]*"((?:[^"]|"")*)"[^{re.escape(d)}\r\n]*|([^{re.escape(d)}\r\n]*)') for d in ",;\t|"}


def read_csv(document: Document) -> bool:
    """A CSV or TSV file as one table block; its first row is the header. False where it has one column."""
    source = document.text
    head = source[:4000].lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(",;\t|", key=head.count)
    if not head.count(delimiter):
        return False
    cell_at = _CSV_CELL[delimiter].match
    ident = identity(len(source) + 1)
    rows: list[list[Cell | None]] = []
    row: list[Cell | None] = []
    at, size, cells = 1 if source[:1] == "\ufeff" else 0, len(source), 0
    while at < size:
        match = cell_at(source, at)
        group = 1 if match.group(1) is not None else 2
        a, b = match.span(group)
        raw = source[a:b]
        if raw.isascii() and raw == raw.strip() and '""' not in raw and "\n" not in raw and "  " not in raw:
            content = MappedText(raw, ident[a:b], ident[a + 1:b + 1])
        else:
            content = _quoted(source, a, b)
        row.append(Cell(content, not rows, len(rows), len(row)))
        cells += 1
        at = match.end()
        if at < size and source[at] == delimiter:
            at += 1
            if at < size and source[at] not in "\r\n":
                continue
            row.append(Cell(MappedText("", array("I"), array("I")), not rows, len(rows), len(row)))
        while at < size and source[at] in "\r\n":
            at += 1
        if any(cell.text for cell in row):
            rows.append(row)
        row = []
        if cells > MAX_PAIRS:
            document.issues.append(Issue("info", "limit", f"a table of the first {MAX_PAIRS:,} cells; offers are read from all of them"))
            break
    if any(cell.text for cell in row):
        rows.append(row)
    if not rows:
        return False
    width = max(map(len, rows))
    for line in rows:
        line.extend([None] * (width - len(line)))
    names = [cell.text if cell else "" for cell in rows[0]]
    document.data = [{(names[k] or f"column {k + 1}"): cell.text for k, cell in enumerate(line) if cell is not None} for line in rows[1:]]
    document.blocks.append(Block("table", _rows_text(rows), 0, table=Table(rows, None, 1)))
    return True


def _quoted(source: str, a: int, b: int) -> MappedText:
    pieces: list = []
    at = a
    while (found := source.find('""', at, b)) >= 0:
        pieces.append((at, found + 1, RAW))
        at = found + 2
    pieces.append((at, b, RAW))
    return mapped_text(source, pieces)


def _rows_text(rows: list[list[Cell | None]]) -> MappedText:
    text: list[str] = []
    starts, ends = array("I"), array("I")
    last = 0
    for line in rows:
        lead = "\n" if text else ""
        for cell in line:
            if cell is None or not cell.text:
                continue
            if lead:
                text.append(lead)
                starts.extend([last] * len(lead))
                ends.extend([last] * len(lead))
            text.append(cell.text)
            starts.extend(cell.content.starts)
            ends.extend(cell.content.ends)
            last = cell.content.ends[-1]
            lead = " | "
    return MappedText("".join(text), starts, ends)



