"""How often a document of each role is visited, and how visits are planned: the content of `data/cadence.yml`."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chipwatch.records import CADENCES, DOCUMENT_ROLES

RULES = Path(__file__).parent / "data" / "cadence.yml"
DAYS = dict(zip(CADENCES, (1, 7, 30, 91), strict=True))        # days between two visits


@dataclass(frozen=True, slots=True)
class PlanRules:
    """The `plan:` part of the file; what each means stands there."""

    early_share: float
    gather_hours: float
    soon_hours: float
    soon_longest_days: float
    slow_longest_days: float
    full_days: float
    broken_off_hours: float


def plan_rules() -> PlanRules:
    """How visits are planned. Raises TypeError for a key too many or too few."""
    return PlanRules(**rules()["plan"])


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
