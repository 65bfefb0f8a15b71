"""The patterns of words of offers, by name: `words` of `data/offer_fields.yml`, and the file itself."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources
from typing import Any


@lru_cache(maxsize=1)
def offer_fields() -> dict[str, Any]:
    """The contents of `data/offer_fields.yml`."""
    from chipwatch import yaml_files

    text = resources.files("nlp").joinpath("data/offer_fields.yml").read_text(encoding="utf-8")
    return yaml_files.load(text)


def words(name: str) -> re.Pattern:
    """The pattern of that name, with those that it names in braces. Raises KeyError for an unknown one."""
    patterns = offer_fields()["words"]
    return re.compile(_NAMED.sub(lambda match: f"(?:{patterns[match[1]]})", patterns[name]))


_NAMED = re.compile(r"\{([a-z_]+)\}")
