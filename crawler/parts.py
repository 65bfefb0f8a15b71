"""What every part of a declaration shares: it is strict, and its words can be seen."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _visible(value: str) -> str:
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co") and c not in "\n\u200c\u200d" for c in value):
        raise ValueError("holds characters that cannot be seen (control characters, marks of direction); leave them out")
    return value


Text = Annotated[str, Field(min_length=1), AfterValidator(_visible)]


class Part(BaseModel):
    """Strict: unknown keys are refused, nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
