"""The name under which the crawler visits, and the address where the owner of a site can reach its operator."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Mapping

CONTACT_VARIABLE = "CHIPWATCH_CONTACT"
SAMPLE_CONTACT = "http://chipwatch.example/bot"
_CONTACT = re.compile(r"^(https?://[^\s()<>\"]{4,200}|[^\s()<>@\"]{1,64}@[^\s()<>@\"]{3,190})$")


def software() -> str:
    """Name and version, as user agents and WARC files state them."""
    try:
        return f"chipwatch/{importlib.metadata.version('chipwatch')}"
    except importlib.metadata.PackageNotFoundError:
        return "chipwatch/0"


def contact_address(environment: Mapping[str, str]) -> str | None:
    """The operator's address (a web page or an e-mail address); None where none is set or it is not usable."""
    value = environment.get(CONTACT_VARIABLE, "").strip()
    return value if _CONTACT.match(value) else None


def user_agent(contact: str | None) -> str:
    """An honest user agent: what this is, and whom to ask."""
    return f"{software()} (+{contact})" if contact else f"{software()} (no contact set)"
