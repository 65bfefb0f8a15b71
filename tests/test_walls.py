"""The rooms' walls: data flows one way, so no file imports a room downstream; imports inside functions count too."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("crawler", "nlp", "assessment", "dataset", "reports", "templates")
ALLOWED = {                                                    # room -> other rooms that it may import
    "crawler": set(), "nlp": set(), "assessment": set(), "dataset": {"assessment"}, "reports": {"dataset", "assessment", "templates"}, "templates": set(),
}
# Libraries that belong to one room: whoever imports them elsewhere is doing that room's work.
OWNED = {"scrapy": {"crawler"}, "twisted": {"crawler"}, "warcio": {"crawler"}, "spacy": {"nlp"}, "weasyprint": {"reports", "chipwatch"}, "vl_convert": {"reports", "dataset"}}
CHEAP = {"chipwatch.records", "chipwatch.country_groups", "chipwatch.yaml_files", "chipwatch"}   # what any room may take from the package that wires them


def imports(path: Path) -> list[tuple[int, str]]:
    """(line, module) of every import in the file, wherever it stands, `importlib.import_module("x")` and `__import__("x")` too."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ("." * node.level) + (node.module or "")
            found.append((node.lineno, base))
            if node.module == "chipwatch":
                found += [(node.lineno, f"chipwatch.{alias.name}") for alias in node.names if alias.name != "__version__"]
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__"):
                found.append((node.lineno, node.args[0].value))
    return found


def breaches(path: Path, room: str) -> list[str]:
    out = []
    for line, module in imports(path):
        top = module.split(".")[0]
        if top in ROOMS and top != room and top not in ALLOWED[room]:
            out.append(f"{path.name}:{line}: {room} imports {module}")
        if top == "chipwatch" and module not in CHEAP:
            out.append(f"{path.name}:{line}: {room} imports {module}; only chipwatch.records, chipwatch.country_groups and chipwatch.yaml_files are open to rooms")
        if top in OWNED and room not in OWNED[top]:
            out.append(f"{path.name}:{line}: {room} imports {module}, which belongs to {', '.join(sorted(OWNED[top]))}")
    return out


@pytest.mark.parametrize("room", ROOMS)
def test_room_imports_no_room_downstream(room):
    files = sorted((ROOT / room).rglob("*.py"))
    assert files, f"the room {room} is missing"
    assert [b for f in files for b in breaches(f, room)] == []


def test_records_import_no_room_and_nothing_heavy():
    modules = {m.split(".")[0] for _, m in imports(ROOT / "chipwatch" / "records.py")}
    assert modules <= {"__future__", "dataclasses", "typing"}
    groups = {m for _, m in imports(ROOT / "chipwatch" / "country_groups.py")}
    assert groups <= {"__future__", "collections.abc", "dataclasses", "datetime", "functools", "importlib.resources", "re", "typing", "yaml", "chipwatch", "chipwatch.records", "chipwatch.yaml_files"}
    assert {m for _, m in imports(ROOT / "chipwatch" / "yaml_files.py")} == {"__future__", "typing", "yaml"}


def test_a_lazy_import_across_the_wall_is_seen(tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text("def f():\n    from reports.briefing import render\n    import importlib\n    importlib.import_module('dataset.store')\n")
    assert len(breaches(bad, "nlp")) == 2
