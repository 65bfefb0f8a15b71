"""Write findings back into declarations: only the values change; comments, order and layout stay as a person left them."""

from __future__ import annotations

import datetime
import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from crawler.declarations import read_declaration
from crawler.errors import DeclarationError

_DOUBT = re.compile(r"[ \t]*#[^\n]*not confirmed[^\n]*")       # `verified: null  # address not confirmed …`: no longer true once it was seen


@dataclass(frozen=True, slots=True)
class AddressEdit:
    """What was found of one address: seen on `verified`; `url` where it has moved for good."""

    role: str
    old: str
    verified: datetime.date
    url: str | None = None


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)


def address_nodes(text: str) -> dict[tuple[str, str], yaml.MappingNode]:
    """(role, address) -> its node, with places in the text. Raises yaml.YAMLError."""
    documents = _value(yaml.compose(text, Loader=yaml.SafeLoader), "documents")
    found = {}
    for role, entries in documents.value if isinstance(documents, yaml.MappingNode) else ():
        for entry in entries.value if isinstance(entries, yaml.SequenceNode) else ():
            url = _value(entry, "url")
            if isinstance(url, yaml.ScalarNode):
                found[role.value, url.value] = entry
    return found


def line_of_address(text: str, role: str, url: str) -> int | None:
    """The line of a declaration that names this address; None where it names it no more."""
    node = address_nodes(text).get((role, url))
    place = _value(node, "url")
    return place.start_mark.line + 1 if place is not None else None


def edit_text(text: str, edits: Iterable[AddressEdit]) -> str:
    """The declaration with the findings in it. Raises DeclarationError where it does not name an address."""
    nodes = address_nodes(text)
    pieces: list[tuple[int, int, str]] = []                    # start, end, what stands there from now on
    for edit in edits:
        node = nodes.get((edit.role, edit.old))
        verified, url = _value(node, "verified"), _value(node, "url")
        if verified is None or url is None:
            raise DeclarationError([f"documents.{edit.role} does not name {edit.old} any more; run the command again"])
        start, end = verified.start_mark.index, verified.end_mark.index
        doubt = _DOUBT.match(text, end)
        pieces.append((start, doubt.end() if doubt else end, ("" if text[start - 1:start].isspace() else " ") + edit.verified.isoformat()))
        if edit.url and edit.url != edit.old:
            place = text.rfind("\n", 0, url.start_mark.index) + 1
            margin = re.match(r"[ \t]*", text[place:]).group()
            pieces.append((url.start_mark.index, url.end_mark.index, edit.url))
            pieces.append((place, place, f"{margin}# moved, seen {edit.verified.isoformat()}; before: {edit.old}\n"))
    for start, end, new in sorted(pieces, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def write_checked(path: Path, text: str) -> None:
    """Put a declaration in place, if it is a sound one. Raises DeclarationError, and leaves the file as it was."""
    with tempfile.TemporaryDirectory(prefix="chipwatch-") as temporary:
        trial = Path(temporary) / path.parent.name / "provider.yml"
        trial.parent.mkdir()
        trial.write_text(text, encoding="utf-8", newline="")
        _, faults = read_declaration(trial)
    if faults:
        raise DeclarationError([fault.replace(str(trial), str(path)) for fault in faults])
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8", newline="")
    os.replace(part, path)
