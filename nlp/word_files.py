"""Files of `data` that hold knowledge of words, and the patterns of words that they hold by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import resources
from typing import Any

from chipwatch import yaml_files


@cache
def data_file(name: str) -> dict[str, Any]:
    """The contents of that YAML file of `data`."""
    return yaml_files.load(resources.files("nlp").joinpath("data", name).read_text(encoding="utf-8"))


def pattern_named(name: str, patterns: Mapping[str, str]) -> re.Pattern:
    """The pattern of that name, with those that it names in braces. Raises KeyError for an unknown one."""
    return re.compile(_NAMED.sub(lambda match: f"(?:{patterns[match[1]]})", patterns[name]))


def words_of(file: str, key: str = "words") -> Callable[[str], re.Pattern]:
    """What gives the patterns of a file by name, once each."""
    return partial(_pattern, file, key)


@cache
def _pattern(file: str, key: str, name: str) -> re.Pattern:
    return pattern_named(name, data_file(file)[key])


_NAMED = re.compile(r"\{([a-z_]+)\}")
