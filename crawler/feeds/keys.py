"""Keys that the operator holds: read from the environment where they are sent, and from nowhere else.

A key is added next to the network, after everything that records has looked at the request; what comes back is searched for it before
anything that records sees the answer.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from crawler.feeds.paging import with_parameter

WITHHELD = "[key withheld]"
_USABLE = re.compile(r"[\x21-\x7e]{8,400}")
_known: set[str] = set()                                       # every spelling of every key that this process has used


def key_value(key: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> str | None:
    """The key; None where it is not set, or is none (blanks, line ends, fewer than 8 characters)."""
    value = environment.get(key["env"], "").strip()
    return value if _USABLE.fullmatch(value) else None


def why_missing(key: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> str | None:
    """One sentence where the key is missing or unusable; None where it is there."""
    if key_value(key, environment):
        return None
    if environment.get(key["env"], "").strip():
        return f"the key in ${key['env']} is not usable: 8 to 400 characters without blanks are needed"
    return f"the feed needs a key in ${key['env']}; without it the public pages of this role are read"


def add_key(url: str, headers: Mapping[str, str], key: Mapping[str, Any], value: str) -> tuple[str, dict[str, str]]:
    """(address, headers) with the key."""
    remember(value)
    if key["in"] == "query":
        return with_parameter(url, key["name"], value), dict(headers)
    return url, {**headers, key["name"]: f"{key['scheme']} {value}" if key.get("scheme") else value}


def shown(url: str, key: Mapping[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    """(address, headers) as they are recorded: that a key was sent, not which."""
    if key["in"] == "query":
        return with_parameter(url, key["name"], WITHHELD), []
    return url, [(key["name"], f"{key['scheme']} {WITHHELD}" if key.get("scheme") else WITHHELD)]


def remember(value: str) -> None:
    """Keep every spelling of a key, for `hush`; and see that no log line shows one."""
    _known.update({value, quote(value, safe=""), quote(value), quote_plus(value), repr(value)[1:-1]})
    for handler in logging.getLogger().handlers:
        if not any(isinstance(f, HushFilter) for f in handler.filters):
            handler.addFilter(HushFilter())


def hush(text: str) -> str:
    """The text without any key."""
    for spelling in sorted(_known, key=len, reverse=True):
        text = text.replace(spelling, WITHHELD)
    return text


def hush_bytes(data: bytes) -> bytes:
    """The bytes without any key, in the encodings that a server may echo it in."""
    for spelling in sorted(_known, key=len, reverse=True):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            data = data.replace(spelling.encode(encoding), WITHHELD.encode(encoding))
    return data


class HushFilter(logging.Filter):
    """Takes keys out of log records."""

    def filter(self, record: logging.LogRecord) -> bool:
        if _known:
            said = record.getMessage()
            quiet = hush(said)
            if quiet != said:
                record.msg, record.args = quiet, ()
            if record.exc_info:
                trace = logging.Formatter().formatException(record.exc_info)
                if hush(trace) != trace:
                    record.exc_info, record.exc_text = None, hush(trace)
        return True
