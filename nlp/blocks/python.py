"""Python source: its constants as trees with offsets (lists of calls, dictionaries, tables of instance types), its docstrings and long strings as text.

Nothing is run: the syntax tree of the standard library is read. A call is a record whose fields are its keywords and, for what it passes by place, the fields that
its class or function declares in the same file.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import Any

from nlp.blocks.skeleton import Skeleton
from nlp.normalise import STRING
from nlp.tree import MAX_DEPTH, MAX_NODES, Node, TreeError, is_of_nobody, under

MAX_CHARS = 1_000_000                                          # of source; a longer one is read as text
_PROSE = 40                                                    # characters from which on a string with blanks is text
_EXAMPLE = re.compile(r"^\s*>>> |\b(?:for example|e\.g\.|examples?:)", re.IGNORECASE | re.MULTILINE)
_PLAIN_TYPES = frozenset({"Decimal", "D", "float", "int", "str", "Money"})
_PLACES = re.compile(r"#[^()]{0,80}[(\[](?P<names>[^()\[\]]{3,120})[)\]][^()]{0,40}")
_OPENING = re.compile(r"[rRbBuU]{0,2}(?:\"\"\"|'''|\"|')")


def read_python(source: str) -> tuple[list[Node], Skeleton]:
    """(the literals that the module assigns, returns or passes on; the skeleton of its texts). Raises TreeError where the source is no Python of today."""
    if len(source) > MAX_CHARS:
        raise TreeError(f"a program of more than {MAX_CHARS:,} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")                    # escapes that are none, in the strings of others
            module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise TreeError(f"not Python: {str(error)[:120]}") from error
    reader = _Reader(source)
    try:
        reader.declarations(module)
        reader.statements(module.body, 0)
    except RecursionError as error:
        raise TreeError("nested too deep") from error
    return reader.trees, reader.skeleton


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.trees: list[Node] = []
        self.skeleton = Skeleton(source)
        self.skeleton.html.append("<body>")
        self.fields: dict[str, list[str]] = {}                 # of a class or function, the names of what it is called with, in order
        self.constants: dict[str, Any] = {}
        self.nodes = 0
        self.lines = [0]
        for match in re.finditer(r"\r\n|\r|\n", source):
            self.lines.append(match.end())

    def place(self, line: int, column: int) -> int:
        """Offset of a line, counted from one, and a column, counted in bytes of UTF-8."""
        start = self.lines[line - 1]
        text = self.source[start:start + column]
        return start + (column if text.isascii() else len(text.encode(errors="replace")[:column].decode(errors="ignore")))

    def declarations(self, module: ast.Module) -> None:
        for node in module.body:
            if isinstance(node, ast.ClassDef):
                names = [name for base in node.bases if isinstance(base, ast.Name) for name in self.fields.get(base.id, [])]
                names += [part.target.id for part in node.body if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name) and part.target.id not in names]
                made = next((part for part in node.body if isinstance(part, ast.FunctionDef) and part.name == "__init__"), None)
                self.fields[node.name] = [arg.arg for arg in made.args.args[1:]] if made else names
            elif isinstance(node, ast.FunctionDef):
                self.fields[node.name] = [arg.arg for arg in node.args.args]
            elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                if isinstance(node.value, ast.Constant):
                    self.constants[node.targets[0].id] = node.value.value
                elif isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name | ast.Attribute) and len(node.value.args) > 1:
                    called = node.value.func.id if isinstance(node.value.func, ast.Name) else node.value.func.attr
                    if called == "namedtuple":
                        self.fields[node.targets[0].id] = _names(node.value.args[1])

    def statements(self, body: list[ast.stmt], depth: int) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.If | ast.With | ast.Try | ast.For) and depth < MAX_DEPTH:
                if not (isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and is_of_nobody(node.name)):
                    self.statements(node.body, depth + 1)
                continue
            value = getattr(node, "value", None)
            if not isinstance(node, ast.Assign | ast.AnnAssign | ast.Return | ast.Expr | ast.AugAssign) or value is None:
                continue
            self.texts(value)
            if isinstance(value, ast.List | ast.Tuple | ast.Set | ast.Dict | ast.Call):
                if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and is_of_nobody(value.func.id):
                    continue                                   # bid(gpu="A40", price=0.4)
                tree = self.node(value, 0)
                self.name_places(tree, node.lineno, node.end_lineno or node.lineno)
                target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
                if tree.kind != "scalar" and not (isinstance(target, ast.Name) and is_of_nobody(target.id)):
                    self.trees.append(under(target.id, tree) if isinstance(target, ast.Name) else tree)

    def name_places(self, tree: Node, line: int, last: int) -> None:
        """Make maps of tuples whose places a comment above them names, or one that begins them: `# gpu -> (spot, on_demand)`."""
        lines = [self.source[self.lines[at]:self.lines[at + 1]].strip() for at in range(max(line - 2, 0), min(line + 1, last, len(self.lines) - 1))] if tree.kind in ("map", "list") else []
        match = next((found for text in lines if (found := _PLACES.fullmatch(text))), None)
        names = [name.strip() for name in match["names"].split(",")] if match else []
        rows = [child for _, child in tree.children()]
        if len(names) > 1 and rows and all(names) and all(row.kind == "list" and len(row.items) == len(names) and all(item.kind == "scalar" for item in row.items) for row in rows):
            for row in rows:
                row.kind, row.entries, row.items = "map", list(zip(names, row.items, strict=True)), []

    def texts(self, value: ast.expr) -> None:
        """Strings that are prose, as paragraphs."""
        for node in ast.walk(value):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or len(node.value) < _PROSE or len(node.value.split()) < 4:
                continue
            start, end = self.place(node.lineno, node.col_offset), self.place(node.end_lineno, node.end_col_offset)
            opening = _OPENING.match(self.source, start)
            if opening is None:
                continue
            a, b = opening.end(), end - len(opening[0].lstrip("rRbBuU"))
            for part in re.finditer(r"\S(?:[^\n]|\n(?!\s*\n))*", self.source[a:b]):
                if _EXAMPLE.search(part[0]):                   # what a docstring shows how to call, or makes up
                    continue
                self.skeleton.html.append("<p>")
                self.skeleton.run(a + part.start(), a + part.end(), STRING)
                self.skeleton.html.append("</p>")

    def node(self, value: ast.expr, depth: int) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise TreeError("a literal that is too large or too deep")
        start, end = self.place(value.lineno, value.col_offset), self.place(value.end_lineno, value.end_col_offset)
        if isinstance(value, ast.Dict):
            return Node("map", start, end, entries=[(str(key), self.node(item, depth + 1)) for key, item in
                                                    ((self.scalar(k) if k is not None else None, v) for k, v in zip(value.keys, value.values, strict=True)) if key is not None])
        if isinstance(value, ast.List | ast.Tuple | ast.Set):
            return Node("list", start, end, items=[self.node(item, depth + 1) for item in value.elts])
        if isinstance(value, ast.Call):
            named = [(keyword.arg, self.node(keyword.value, depth + 1)) for keyword in value.keywords if keyword.arg]
            called = value.func.id if isinstance(value.func, ast.Name) else value.func.attr if isinstance(value.func, ast.Attribute) else ""
            names = self.fields.get(called, [])
            if value.args and not named and len(names) < len(value.args):
                passed = [self.node(item, depth + 1) for item in value.args if isinstance(item, ast.List | ast.Tuple | ast.Set | ast.Dict | ast.Call)]
                if passed:                                     # frozenset({…}), register([…])
                    return passed[0] if len(passed) == 1 else Node("list", start, end, items=passed)
                inner = self.scalar(value.args[0]) if len(value.args) == 1 else None
                if called not in _PLAIN_TYPES and not (isinstance(inner, str) and re.search(r"[^\W\d_]", inner)):
                    inner = None                               # usd_of(150), half(3.0): what a function makes of a number is not known
                if called in _PLAIN_TYPES and called != "str" and isinstance(inner, str) and re.fullmatch(r"\d+(?:\.\d+)?", inner):
                    inner = float(inner)
                return Node("scalar", start, end, inner)       # Decimal("2.10"), Gpu("A40")
            if not value.args and not named:
                return Node("scalar", start, end, called or None)      # accelerators.H100()
            by_place = [(name, self.node(item, depth + 1)) for name, item in zip(names, value.args, strict=False)]
            return Node("map", start, end, entries=by_place + named)
        return Node("scalar", start, end, self.scalar(value))

    def scalar(self, value: ast.expr) -> Any:
        """A plain value; of a member of something (GPU.H100) its name; None for what only running the program would tell."""
        if isinstance(value, ast.Constant):
            return value.value if isinstance(value.value, str | int | float | bool) else None
        if isinstance(value, ast.Name):
            return self.constants.get(value.id) if isinstance(self.constants.get(value.id), str | int | float) else None
        if isinstance(value, ast.Attribute):
            return value.attr if value.attr.upper() == value.attr else None
        if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
            inner = self.scalar(value.operand)
            return -inner if isinstance(inner, int | float) else None
        return None


def _names(value: ast.expr) -> list[str]:
    """The fields that a namedtuple is declared with: "a b", "a, b" or a list."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value.replace(",", " ").split()
    if isinstance(value, ast.List | ast.Tuple):
        return [item.value for item in value.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return []
