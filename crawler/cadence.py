"""How often a document of each role is visited: the defaults of `data/cadence.yml`."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from chipwatch.records import CADENCES, DOCUMENT_ROLES

RULES = Path(__file__).parent / "data" / "cadence.yml"
DAYS = dict(zip(CADENCES, (1, 7, 30, 91), strict=True))        # days between two visits


@functools.cache
def rules() -> dict[str, Any]:
    """The content of `data/cadence.yml`. Raises ValueError where a role is missing or a word is not known."""
    import yaml

    table = yaml.safe_load(RULES.read_text("utf-8"))
    wrong = set(DOCUMENT_ROLES) ^ set(table["roles"]) | {role for role, word in table["roles"].items() if word not in DAYS}
    if wrong:
        raise ValueError(f"{RULES}: roles: {', '.join(sorted(wrong))}: each role of DOCUMENT_ROLES needs one of {', '.join(DAYS)}")
    return table


def default_cadence(role: str) -> str:
    """The cadence of a role that no declaration speaks of."""
    return rules()["roles"][role]
