"""The compiled twins of modules with inner loops: `nlp/_NAME.pyx`, made when chipwatch is installed (hatch_build.py). They give what the Python code beside them gives, in less time."""

from __future__ import annotations

import hashlib
import importlib
import os
from pathlib import Path
from types import ModuleType

OFF = "CHIPWATCH_INTERPRETED"                                   # set it to read with the Python code alone


def twin(name: str) -> ModuleType | None:
    """The compiled twin `nlp._NAME`; None where it was not made, was made from another source than lies beside it, or is not wanted."""
    if os.environ.get(OFF):
        return None
    try:
        module = importlib.import_module(f"nlp._{name}")
    except ImportError:                                        # no C compiler was at hand
        return None
    source = Path(__file__).with_name(f"_{name}.pyx")
    return module if not source.is_file() or module.SOURCE == hashlib.sha256(source.read_bytes() + source.with_name("compiled.pxi").read_bytes()).hexdigest() else None


def missing() -> list[str]:
    """The twins that are not used: not made, made from another source, or not wanted."""
    return [name for path in sorted(Path(__file__).parent.glob("_*.pyx")) if twin(name := path.stem[1:]) is None]
