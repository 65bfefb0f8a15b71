"""What changed, as files that other programs follow: DATA/changes.json, and DATA/changes.atom (RFC 4287). Pure functions of the data set."""

from __future__ import annotations

import os
import re
import sqlite3
import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

from dataset.changes import GROUPS, Happening, as_json, bounds, happenings
from dataset.errors import writing
from dataset.opening import meta, opened
from dataset.wording import VERBATIM, readable, shown_parts

JSON_NAME, ATOM_NAME = "changes.json", "changes.atom"
ATOM = "http://www.w3.org/2005/Atom"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://chipwatch.example/changes")   # a fixed name to derive ids from, no address
STANDING = "Describes what providers' public documents said when read. Not a statement that any access is lawful or unlawful."
QUOTING = frozenset({"clause", "wording", "signal", "region", "reader"})    # groups whose `old` and `new` are quotes
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")   # XML 1.0, 2.2
_WEB = re.compile(r"https?://[^\s<>\"{}|\\^`]+\Z")


def recent(connection: sqlite3.Connection) -> tuple[list[Happening], str, int]:
    """(happenings of the feeds, day from which on they are, how many are left out). The lesser ones are left out first."""
    day = meta(connection)["run_date"][:10]
    since = (date.fromisoformat(day) - timedelta(days=bounds()["feed_days"])).isoformat() if day else ""
    found = happenings(connection, since)
    most = bounds()["feed_entries"]
    return found[:most], since, max(0, len(found) - most)


def write_feeds(database: Path) -> list[Path]:
    """Write both files beside the data set, each put in place at once; returns their paths. Raises CannotWrite, and what dataset.opening.opened raises."""
    with opened(database) as connection:
        facts = meta(connection)
        found, since, left_out = recent(connection)
    out = []
    for name, content in ((JSON_NAME, (as_json(found, facts, since, left_out) + "\n").encode("utf-8", "backslashreplace")), (ATOM_NAME, atom(found, facts, left_out))):
        path = database.with_name(name)
        part = path.with_name(f".{name}.part")
        with writing(path):
            try:
                part.write_bytes(content)
                os.replace(part, path)
            finally:
                part.unlink(missing_ok=True)
        out.append(path)
    return out


def _urn(*parts: str) -> str:
    return uuid.uuid5(NAMESPACE, "\x1f".join(parts)).urn


def _text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def atom(found: Sequence[Happening], facts: dict[str, str], left_out: int = 0) -> bytes:
    """An Atom feed, newest entry first. Ids stay the same from run to run: of the feed by its first run, of an entry by what changed when."""
    import json

    runs = json.loads(facts.get("runs") or "[]")
    sample = facts.get("sample") == "1"
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed")

    def add(parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
        element = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
        element.text = _text(text) if text is not None else None
        return element

    add(feed, "id", _urn("feed", *runs[:1]))
    add(feed, "title", ("SAMPLE DATA: " if sample else "") + "chipwatch: what changed")
    add(feed, "subtitle", STANDING + (f" {left_out} lesser changes are left out." if left_out else ""))
    add(feed, "updated", _time(facts.get("run_date")))
    add(feed, "generator", "chipwatch", version=facts.get("version", ""))
    add(add(feed, "author"), "name", "chipwatch")
    for happening in sorted(found, key=lambda h: (h.at, h.id), reverse=True):
        entry = add(feed, "entry")
        add(entry, "id", _urn("entry", happening.id))
        add(entry, "title", ("SAMPLE DATA: " if sample else "") + f"{happening.provider}: {title(happening)}")
        add(entry, "updated", _time(happening.at))
        add(entry, "category", term=happening.group, label=GROUPS[happening.group])
        if happening.url and _WEB.match(happening.url):
            add(entry, "link", rel="related", href=_text(happening.url))
        add(entry, "content", body(happening), type="text")
    ElementTree.indent(feed, " ")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(feed, encoding="utf-8", xml_declaration=False) + b"\n"


def _time(moment: str | None) -> str:
    """An RFC 3339 time; a data set without captures has none, and gets the beginning of time."""
    return moment if moment and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", moment) else "1970-01-01T00:00:00Z"


def title(happening: Happening) -> str:
    """One happening in a line."""
    words = happening.what if happening.kind == "changed" or happening.group in ("chip_new", "chip_gone", "offer", "document_missing", "document") else f"{happening.what} {happening.kind}"
    if happening.group == "verdict" or happening.group == "price":
        share = f" ({happening.share:+.1%})" if happening.share is not None else ""
        return f"{words}: {happening.old} → {happening.new}{share}"
    if happening.nature and happening.kind == "changed":
        words += f", {happening.nature}"
    return words


def body(happening: Happening) -> str:
    """What stood before and after, as text without markup; changes of wording marked as [-out-] and {+in+}."""
    if happening.redline and happening.old and happening.new:
        parts = marked(shown_parts(happening.old, happening.new, happening.redline))
    else:
        parts = "\n".join(f"{name}: {value}" for name, value in (("before", shown(happening, happening.old)), ("after", shown(happening, happening.new))) if value)
    facts = [f"{name.replace('_', ' ')}: {before} → {after}" for name, (before, after) in shown_fields(happening).items()]
    seen = f"seen {happening.at}" + (f", before {happening.previous}" if happening.previous else "") + (f"; evidence {happening.evidence_id}" if happening.evidence_id else "")
    return "\n".join([*([parts] if parts else []), *facts, seen, STANDING])


def shown(happening: Happening, words: str | None) -> str | None:
    """`old` or `new` as a reader sees it. Only quotes have markup; other values pass unchanged."""
    return readable(words) if words and happening.group in QUOTING else words


def shown_fields(happening: Happening) -> dict[str, list[str | None]]:
    """The columns that changed, values in the words of a document without markup; a quote that is told as `old` and `new` is not told twice."""
    told = happening.group in QUOTING and (happening.old or happening.new)
    return {name: [readable(v) if v and name in VERBATIM else v for v in values] for name, values in happening.fields.items() if not (told and name == "quote")}


def marked(parts: Sequence[Sequence[str]]) -> str:
    """A redline as plain text: [-out-] and {+in+}."""
    return "".join({"kept": text, "out": f"[-{text}-]", "in": f"{{+{text}+}}"}[op] for op, text in parts)
