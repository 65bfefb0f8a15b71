"""The prepared questions as Datasette's canned queries: those of questions.yml, and the thirty of dataset/questions."""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prepared:
    name: str                                                  # in addresses
    title: str
    sql: str
    description: str = ""


def with_defaults(sql: str, defaults: Mapping[str, str]) -> str:
    """The SQL with a default in place of a parameter that is left empty: Datasette knows no defaults, and passes an empty text."""
    def one(match: re.Match[str]) -> str:
        default = defaults.get(match.group(1), "")
        return f"coalesce(nullif(:{match.group(1)}, ''), '{default.replace(chr(39), 2 * chr(39))}')" if default else match.group(0)

    return re.sub(r"(?<![:\w']):([a-z_]\w*)", one, sql)


def prepared() -> list[Prepared]:
    """All of them, in the order in which they are shown."""
    import yaml

    rows = yaml.safe_load(importlib.resources.files("dataset.serve").joinpath("questions.yml").read_text("utf-8"))
    return [Prepared(name, row["title"], row["sql"].strip(), row.get("description", "")) for name, row in rows.items()] + _thirty()


def _thirty() -> list[Prepared]:
    """The questions of dataset/questions, with their defaults written into the SQL."""
    from dataset.questions import questions

    out = []
    for q in questions():
        fields = [f"{p.name}: {p.meaning}" + (f" (if left empty: {p.default})" if p.default else "") for p in q.parameters]
        words = " ".join([q.note, *(["In part: " + q.in_part] if q.in_part else []), *(["Fields: " + "; ".join(fields) + "."] if fields else [])])
        out.append(Prepared(q.name, f"{q.number}. {q.open_title}", with_defaults(q.sql, {p.name: p.default for p in q.parameters}), words))
    return out
