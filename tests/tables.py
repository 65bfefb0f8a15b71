"""Tables in YAML, read by libyaml where it is there: a tenth of the time, which adds up where every process reads all of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def table(path: Path) -> Any:
    """What stands in a file of YAML; made anew with each call, so that a test may change it."""
    return yaml.load(_text(path), Loader)  # noqa: S506  (a safe loader)


@cache
def _text(path: Path) -> str:
    return path.read_text("utf-8")
