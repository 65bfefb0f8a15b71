"""What is known of each kind of failure: words, what to do next, how grave it is, whether asking again helps (crawler/data/failures.yml).

Cheap to import: whoever plans visits, prints a status or checks a run asks here.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from chipwatch.records import FAILURE_KINDS

FILE = Path(__file__).parent / "data" / "failures.yml"
SEVERITIES = ("info", "warning", "error")
RETRIES = ("soon", "due", "slow", "never")
STAGES = ("fetch", "reading")


@dataclass(frozen=True, slots=True)
class FailureKind:
    """One kind of failure.

    `retry`: soon (a passing fault, ask again within hours with growing pauses) | due (no sooner than the next regular visit) | slow (less often
    than the cadence says) | never (of no use, or not wanted, before the declaration changes). `stage`: fetch | reading.
    """

    kind: str
    what: str
    do: str
    severity: Literal["info", "warning", "error"]
    retry: Literal["soon", "due", "slow", "never"]
    stage: Literal["fetch", "reading"]

    @property
    def passing(self) -> bool:
        """Whether it may go away by itself."""
        return self.retry in ("soon", "due")


@functools.cache
def failure_kinds() -> dict[str, FailureKind]:
    """kind -> what is known of it, for every one of records.FAILURE_KINDS. Raises ValueError for a data file that does not fit them."""
    import yaml

    rows = yaml.safe_load(FILE.read_text("utf-8"))
    if tuple(rows) != FAILURE_KINDS:
        raise ValueError(f"{FILE.name}: its kinds are not records.FAILURE_KINDS: {sorted(set(rows) ^ set(FAILURE_KINDS)) or 'another order'}")
    kinds = {kind: FailureKind(kind, **row) for kind, row in rows.items()}
    for kind in kinds.values():
        if kind.severity not in SEVERITIES or kind.retry not in RETRIES or kind.stage not in STAGES:
            raise ValueError(f"{FILE.name}: {kind.kind}: {kind.severity}, {kind.retry}, {kind.stage}: a word that is not known")
    return kinds


def failure_kind(kind: str) -> FailureKind:
    """What is known of a kind; of one that is not known, what is known of `other`."""
    kinds = failure_kinds()
    return kinds.get(kind) or kinds["other"]
