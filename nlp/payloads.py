"""Data that pages carry in wrappings of frameworks, as trees with offsets into the page.

- React flight chunks of Next.js: `self.__next_f.push([1, "5:{\\"plans\\":…}"])`, joined over all scripts, one JSON value a row.
- JSON inside a string that a script parses or streams: `JSON.parse("…")`, `….enqueue("…")` (React Router, Remix).
- Lists whose values are indices into themselves: devalue (Nuxt 3's `__NUXT_DATA__`, SvelteKit's `__data.json`), turbo-stream (keys "_3").
- `window.__NUXT__ = (function(a, b){return {…}}(1, "x"))` of Nuxt 2; `kit.start(…, {data: …})` of SvelteKit.
- Components that bear their data as attributes: `<PriceCard gpu="H100" price="$2.10" />`, `<gpu-plan name="…" :price="2.1">`.
- JSON in attributes: Astro's islands (`props`, each value with a type before it), `data-page` of Inertia, `data-props`.

What does not parse is passed over: code is not data.
"""

from __future__ import annotations

import html
import re
from array import array
from collections.abc import Callable, Iterator

from nlp.tree import MAX_DEPTH, MAX_VAIN, Node, TreeError, read_json

MAX_UNFOLDED = 400_000                                         # nodes that shared values of a packed list may add
_PUSH = re.compile(r"\b__next_f\s*(?:=\s*[\w.]*\s*\|\|\s*\[\]\s*\)?)?\.push\(\s*\[\s*\d+\s*,\s*(?=\")")
_ROW = re.compile(r"(?:^|\n)[0-9a-f]{1,6}:(?:[A-Z]{1,2}(?=[\[{]))?(?=[\[{])")
_IN_STRING = re.compile(r"(?:JSON\.parse|\.enqueue)\(\s*(?=\"\s*[\[{]|'\s*[\[{])")
_NUXT2 = re.compile(r"__NUXT__\s*=\s*\(function\s*\((?P<names>[\w$,\s]*)\)\s*\{\s*return\s*(?=[\[{])")
_KIT = re.compile(r"\b(?:kit|app|sveltekit)\w*\.(?:start|hydrate)\([^{}\"']{0,200}(?=\{)")
_ATTRIBUTE = re.compile(r"<(?P<tag>[\w-]+)\b[^<>]{0,2000}?\s[\w:-]+=(?:\"(?P<double>\s*[\[{][^\"<>]{30,})\"|'(?P<single>\s*[\[{][^'<>]{30,})')")
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\n|.)", re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});")
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0", "\n": ""}
_TAGS = frozenset({"Reactive", "ShallowReactive", "Ref", "ShallowRef", "EmptyRef", "EmptyShallowRef", "NuxtError", "Set", "Map", "Date", "null", "Object", "BigInt", "RegExp", "skipHydrate", "Island", "url", "SingleFetchRedirect", "P"})


class Unwrapped:
    """Text without its escapes, and where each of its characters stands in the page."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.starts = array("Q")
        self.ends = array("Q")

    def add(self, text: str, start: int, end: int, escape: re.Pattern, value: Callable[[str], str]) -> None:
        """Append `text[start:end]`, each match of `escape` replaced by its `value`."""
        at = start
        for match in escape.finditer(text, start, end):
            self._plain(text, at, match.start())
            for char in value(match[0]):
                self.parts.append(char)
                self.starts.append(match.start())
                self.ends.append(match.end())
            at = match.end()
        self._plain(text, at, end)

    def _plain(self, text: str, start: int, end: int) -> None:
        self.parts.append(text[start:end])
        self.starts.extend(range(start, end))
        self.ends.extend(range(start + 1, end + 1))

    def place(self, root: Node) -> Node:
        """The tree read from this text, with its offsets brought to the page's."""
        stack = [root]
        while stack:
            node = stack.pop()
            node.start, node.end = self.starts[node.start], self.ends[max(node.start, node.end - 1)]
            stack += [child for _, child in node.children()]
        return root

    @property
    def text(self) -> str:
        return "".join(self.parts)


def payloads(text: str) -> Iterator[Node]:
    """The trees of all wrappings in a page, unfolded."""
    vain = 0
    for tree in _all(text):
        if isinstance(tree, int):
            vain += tree
            if vain > MAX_VAIN:
                return
        else:
            yield unfold(tree)


_COMPONENT = re.compile(r"<(?=[A-Z]|[a-z]{1,20}+-)(?P<tag>[A-Z][\w.]{0,60}|[a-z]{1,20}(?:-[a-z]{1,20}){1,3})(?=\s)")
_PROP = re.compile(r"\s+(?P<key>:?[A-Za-z][\w-]{0,40})(?:=(?:\"(?P<double>[^\"]{0,300})\"|'(?P<single>[^']{0,300})'|\{\s{0,4}(?:[\"'`](?P<quoted>[^\"'`{}]{0,300})[\"'`]|(?P<number>\d{1,9}(?:\.\d{1,9})?))\s{0,4}\}|\{[^{}]{0,300}\}))?(?=[\s/>])")
MAX_PROPS = 40                                                 # of a component; more are no card of a plan


def components(text: str) -> Iterator[Node]:
    """The components of a page that bear data as attributes, a list of maps for each name: three attributes or two, one of them with a digit in it."""
    found: dict[str, list[Node]] = {}
    for match in _COMPONENT.finditer(text):
        entries: list[tuple[str, Node]] = []
        at = match.end()
        for _ in range(MAX_PROPS):
            prop = _PROP.match(text, at)
            if prop is None:
                break
            at = prop.end()
            group = next((g for g in ("double", "single", "quoted", "number") if prop[g] is not None), None)
            if group is None:
                continue
            value = prop[group]
            bound = group == "number" or prop["key"].startswith(":")
            entries.append((prop["key"].lstrip(":"), Node("scalar", prop.start(group), max(prop.end(group), prop.start(group) + 1), float(value) if bound and _DECIMAL.fullmatch(value) else html.unescape(value))))
        if len(entries) >= 2 and any(any(map(str.isdigit, str(node.value))) for _, node in entries):
            found.setdefault(match["tag"], []).append(Node("map", match.start(), at, entries=entries))
    for maps in found.values():
        yield Node("list", maps[0].start, maps[-1].end, items=maps)


_DECIMAL = re.compile(r"\d{1,9}(?:\.\d{1,9})?")


def _all(text: str) -> Iterator[Node | int]:
    """Trees, and for what was read in vain the number of characters."""
    if "__next_f" in text:
        yield from _flight(text)
    for pattern in (_IN_STRING, _KIT):
        for match in pattern.finditer(text):
            yield from _string(text, match.end()) if pattern is _IN_STRING else _value(text, match.end())
    for match in _NUXT2.finditer(text):
        yield from _called(text, match)
    if "&quot;" in text or "='{" in text or "='[" in text or "&#34;" in text:
        for match in _ATTRIBUTE.finditer(text):
            group = "double" if match["double"] is not None else "single"
            unwrapped = Unwrapped()
            unwrapped.add(text, *match.span(group), _ENTITY, html.unescape)
            for tree in _parsed(unwrapped, 0):
                yield _astro(tree) if match["tag"] == "astro-island" and isinstance(tree, Node) else tree


def _parsed(unwrapped: Unwrapped, at: int) -> Iterator[Node | int]:
    text = unwrapped.text
    try:
        yield unwrapped.place(read_json(text, at))
    except TreeError as error:
        yield max(1, error.at - at)


def _value(text: str, at: int) -> Iterator[Node | int]:
    try:
        yield read_json(text, at)
    except TreeError as error:
        yield max(1, error.at - at)


def _literal_end(text: str, at: int) -> int:
    """The end of the string literal that begins at `at`, quotes included; -1 where it has none."""
    match = re.compile(r'"(?:[^"\\\n]|\\.)*"' if text[at] == '"' else r"'(?:[^'\\\n]|\\.)*'", re.DOTALL).match(text, at)
    return match.end() if match else -1


def _unescaped(token: str) -> str:
    if token[1:2] in ("u", "x") and len(token) > 2:
        code = int(token[2:], 16)
        return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)     # halves of a pair: no name of a GPU holds them
    return _PLAIN.get(token[1:], token[1:])


def _string(text: str, at: int) -> Iterator[Node | int]:
    end = _literal_end(text, at)
    if end > 0:
        unwrapped = Unwrapped()
        unwrapped.add(text, at + 1, end - 1, _ESCAPE, _unescaped)
        yield from _parsed(unwrapped, 0)


def _flight(text: str) -> Iterator[Node | int]:
    unwrapped = Unwrapped()
    for match in _PUSH.finditer(text):
        end = _literal_end(text, match.end())
        if end > 0:
            unwrapped.add(text, match.end() + 1, end - 1, _ESCAPE, _unescaped)
    joined = unwrapped.text
    for row in _ROW.finditer(joined):
        try:
            tree = read_json(joined, row.end())
        except TreeError as error:
            yield max(1, error.at - row.end())
        else:
            yield unwrapped.place(tree)


def _called(text: str, match: re.Match) -> Iterator[Node | int]:
    """Nuxt 2: the literal that a function returns, with the arguments of its call put in for its parameters."""
    try:
        tree = read_json(text, match.end())
    except TreeError as error:
        yield max(1, error.at - match.end())
        return
    call = re.compile(r"\s*;?\s*\}\s*\)?\s*\(").match(text, tree.end)
    names = [name.strip() for name in match["names"].split(",") if name.strip()]
    given = dict(zip(names, _arguments(text, call.end(), len(names)), strict=False)) if call else {}
    tree.end = max([tree.end, *(node.end for node in given.values())])
    stack = [tree]
    while stack:
        node = stack.pop()
        if node.kind == "scalar" and isinstance(node.value, str) and node.value in given and text[node.start:node.start + 1] not in "\"'`":
            node.value = given[node.value].value
        stack += [child for _, child in node.children()]
    yield tree


def _arguments(text: str, at: int, count: int) -> Iterator[Node]:
    separator = re.compile(r"[^,)\"'\[\]{}]{0,40}[,)]")
    for _ in range(count):
        try:
            node = read_json(text, at)
        except TreeError:
            return
        yield node
        after = separator.match(text, node.end)
        if after is None or after[0].endswith(")") and "(" not in after[0]:
            return
        at = after.end()


# --- packed lists ---------------------------------------------------------------------------------------------------------------------------

def unfold(root: Node) -> Node:
    """The tree with lists of indices into themselves (devalue, turbo-stream) replaced by what they stand for; any other tree as it is."""
    if _is_packed(root):
        return _Packed(root.items).resolve(0, 0)
    if root.kind == "map":
        nodes = root.get("nodes")                              # SvelteKit's __data.json
        for part in nodes.items if nodes is not None and nodes.kind == "list" else ():
            data = part.get("data") if part.kind == "map" else None
            if data is not None and _is_packed(data):
                part.entries = [(k, _Packed(c.items).resolve(0, 0) if c is data else c) for k, c in part.entries]
    return root


def _is_packed(node: Node) -> bool:
    if node.kind != "list" or len(node.items) < 3:
        return False
    head = node.items[0]
    if head.kind == "list" and len(head.items) == 2 and head.items[0].value in _TAGS:
        head = node.items[head.items[1].value] if isinstance(head.items[1].value, int) and 0 < head.items[1].value < len(node.items) else head
    values = [child.value for _, child in head.entries] if head.kind == "map" else []
    return bool(values) and all(type(v) is int and -8 < v < len(node.items) for v in values) and any(v > 0 for v in values)


class _Packed:
    """Values by index; a shared value is written out each time, up to `MAX_UNFOLDED`, a value inside itself is left out."""

    def __init__(self, items: list[Node]) -> None:
        self.items, self.count, self.open = items, 0, set()

    def resolve(self, index: object, depth: int) -> Node:
        if type(index) is not int or not 0 <= index < len(self.items) or index in self.open or depth > MAX_DEPTH or self.count > MAX_UNFOLDED:
            return Node("scalar", self.items[0].start, self.items[0].start + 1)
        self.count += 1
        node = self.items[index]
        if node.kind == "scalar":
            return Node("scalar", node.start, node.end, node.value)
        self.open.add(index)
        try:
            if node.kind == "map":
                out = Node("map", node.start, node.end, entries=[(self._key(key), self.resolve(child.value, depth + 1)) for key, child in node.entries])
            elif node.items and node.items[0].value in _TAGS and isinstance(node.items[0].value, str):
                out = self._tagged(node, depth)
            else:
                out = Node("list", node.start, node.end, items=[self.resolve(child.value, depth + 1) for child in node.items])
        finally:
            self.open.discard(index)
        out.end = max([out.end, *(child.end for _, child in out.children())])
        return out

    def _key(self, key: str) -> str:
        """Turbo-stream writes the name of a field as "_3": the string at that index."""
        if re.fullmatch(r"_\d+", key) and int(key[1:]) < len(self.items) and isinstance(self.items[int(key[1:])].value, str):
            return self.items[int(key[1:])].value
        return key

    def _tagged(self, node: Node, depth: int) -> Node:
        kind, rest = node.items[0].value, node.items[1:]
        if kind == "Set":
            return Node("list", node.start, node.end, items=[self.resolve(item.value, depth + 1) for item in rest])
        if kind == "Map":
            pairs = zip(rest[::2], rest[1::2], strict=False)
            return Node("map", node.start, node.end, entries=[(str(self.resolve(k.value, depth + 1).value or ""), self.resolve(v.value, depth + 1)) for k, v in pairs])
        if kind in ("Date", "BigInt", "RegExp", "url") or not rest:
            return Node("scalar", node.start, node.end, rest[0].value if rest else None)
        return self.resolve(rest[0].value, depth + 1)


def _astro(node: Node, depth: int = 0) -> Node:
    """Props of an Astro island: {"plans": [1, [[0, {"gpu": [0, "H100"]}]]]}: a type (0 value, 1 list) stands before each value."""
    if depth > MAX_DEPTH:
        return node
    if node.kind == "map":
        return Node("map", node.start, node.end, entries=[(k, _astro(c, depth + 1)) for k, c in node.entries])
    if node.kind == "list" and len(node.items) == 2 and type(node.items[0].value) is int:
        kind, value = node.items[0].value, node.items[1]
        if kind == 1 and value.kind == "list":
            return Node("list", value.start, value.end, items=[_astro(item, depth + 1) for item in value.items])
        if kind == 0:
            return _astro(value, depth + 1) if value.kind == "map" else value
    return node
