"""The prepared questions: one YAML file each way, title, words and SQL."""

from __future__ import annotations

import importlib.resources
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    name: str                                                  # in addresses
    title: str
    sql: str
    description: str = ""


def prepared() -> list[Question]:
    """The questions that come with the program (dataset/serve/questions.yml)."""
    import yaml

    rows = yaml.safe_load(importlib.resources.files("dataset.serve").joinpath("questions.yml").read_text("utf-8"))
    return [Question(name, row["title"], row["sql"].strip(), row.get("description", "")) for name, row in rows.items()]
