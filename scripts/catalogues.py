"""What the catalogues of the reports hold: every text of the templates, modules and tables, and what a language lacks.

    python scripts/catalogues.py            prints the texts that each catalogue lacks or has too many
    python scripts/catalogues.py --update   writes the catalogues anew: texts in order, new ones empty, those of no use taken out
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

SINGLE, COUNTED = {"_", "gettext", "mark"}, {"n_", "ngettext", "_a"}
Text = tuple[str, str | None]                                  # English, and its plural where it is counted


def in_modules() -> Iterator[tuple[str, Text]]:
    """(where, text) of the modules of reports/."""
    for path in sorted((ROOT / "reports").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
                words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                yield from ((f"reports/{path.name}", text) for text in _texts(name, words))


def in_templates() -> Iterator[tuple[str, Text]]:
    """(where, text) of the templates."""
    from jinja2 import nodes

    from reports import pdf

    environment = pdf.environment()
    for path in sorted(pdf.TEMPLATES.glob("*.j2")):
        tree = environment.parse(path.read_text("utf-8"))
        for call in tree.find_all((nodes.Call, nodes.Filter)):
            name = call.name if isinstance(call, nodes.Filter) else getattr(call.node, "name", "")
            words = [arg.value for arg in call.args if isinstance(arg, nodes.Const) and isinstance(arg.value, str)]
            yield from ((f"templates/{path.name}", text) for text in _texts(name, words))


def _texts(name: str, words: list[str]) -> Iterator[Text]:
    if name in SINGLE and words:
        yield words[0], None
    elif name in COUNTED and len(words) > 1:
        yield words[0], words[1]
    elif name == "plural" and words:
        yield f"%(n)s {words[0]}", f"%(n)s {words[1] if len(words) > 1 else words[0] + 's'}"


def texts() -> dict[str, tuple[str | None, list[str]]]:
    """English text -> (plural, where it stands)."""
    from reports import words

    found: dict[str, tuple[str | None, list[str]]] = {}
    for where, (one, many) in [*in_templates(), *in_modules(), *(("tables", (word, None)) for word in words.tables())]:
        held = found.setdefault(one, (many, []))
        if where not in held[1]:
            held[1].append(where)
    return found


def lacking(language: str) -> list[str]:
    """Texts that the catalogue of a language has no translation for."""
    from reports.language import catalogue

    return [text for text in texts() if text not in catalogue(language)]


def update(language: str) -> None:
    """Write a catalogue anew, in the order of the texts."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po, write_po

    from reports.language import CATALOGUES

    path = CATALOGUES / f"{language}.po"
    with path.open("rb") as handle:
        held = read_po(handle, locale=language)
    old = {m.id if isinstance(m.id, str) else m.id[0]: m for m in held if m.id}
    made = Catalog(locale=language, header_comment=held.header_comment, fuzzy=False, creation_date=held.creation_date, revision_date=held.revision_date, project="chipwatch", version="1",
                   copyright_holder="chipwatch", msgid_bugs_address="", last_translator="", language_team=language)
    for one, (many, places) in texts().items():
        before = old.get(one)
        made.add((one, many) if many else one, before.string if before else "", locations=[(place, None) for place in places], user_comments=before.user_comments if before else [])
    with path.open("wb") as handle:
        write_po(handle, made, width=0, include_lineno=False, omit_header=False)


if __name__ == "__main__":
    from reports.language import catalogue, languages

    for code in languages()[1:]:
        if "--update" in sys.argv:
            update(code)
            catalogue.cache_clear()
        for missing in lacking(code):
            print(f"{code}: {missing}")
