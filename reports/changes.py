"""What changed between captures, in order of consequence: verdicts, clauses, offers, documents; changes of wording as redlines."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from chipwatch.records import CLAUSE_LABELS, CUSTOMER_KINDS, VERDICT_CODES
from dataset.alignment import MINOR
from reports import text, words
from reports.language import _, gettext
from reports.model import printed_price
from reports.source import Row

KINDS = {"added": "added", "removed": "removed", "changed": "changed"}
# Names of fields, their values and kinds of item as the table of changes has them; translated where they are printed.
FIELDS = ("price", "availability", "status", "version", "currency", "price unit", "price scope", "commitment", "tax", "gpu count", "gpu memory", "strength", "polarity", "mode", "places", "place groups",
          "exception", "country", "name", "operator", "code", "listed", "waitlist", "sold out", "on request", "clause", "offer", "region", "signal", "document", "verdict")
ORDER = ("verdict", "clause", "offer", "region", "signal", "document")
PARTS = 24                                                     # runs of a redline that are shown
_REDLINE_WORDS = 220                                           # longer wordings are shown before and after, without marks


@dataclass(slots=True)
class ChangeLine:
    """One change, ready for print. `old` and `new` are wordings or values; `redline` marks a change of wording: (kept | out | in, words)."""

    when: str
    previous: str
    provider: str
    item: str
    kind: str                                                  # added | removed | changed
    what: str
    old: str
    new: str
    redline: list[tuple[str, str]]
    evidence_id: str | None
    count: int = 1                                             # changes that share this line
    subject: str = ""                                          # what the kind of item is of: kinds of clause, roles of documents; customers as in the data set


def change_lines(changes: Iterable[Row], items: dict[str, dict[str, Row]], since: str = "") -> list[ChangeLine]:
    """Changes seen from `since` on (ISO date), by consequence, then provider and time.

    `items`: rows by kind (offer, region, clause, signal, document, verdict) and id, past ones too, to name what came or went.
    """
    lines = _together([_line(row, items.get(row["item"], {}).get(row["item_id"])) for row in changes if row["changed_at"] >= since and matters(row)])
    ranks = {item: n for n, item in enumerate(ORDER)}
    return sorted(lines, key=lambda c: (ranks.get(c.item, len(ORDER)), c.provider, c.when, c.what, c.old, c.new))


def matters(row: Row) -> bool:
    """Whether a change is one of what a document says: not of the place, number or typography of a clause, nor of our own reader."""
    return row.get("cause") != "extractor" and row.get("nature") not in MINOR


def _together(lines: list[ChangeLine]) -> list[ChangeLine]:
    """Verdicts of a provider that changed alike in one line, and new versions of its documents in one; clauses read in the same words too.

    A verdict that kept its class is left out.
    """
    groups: dict[tuple, list[ChangeLine]] = {}
    for number, line in enumerate(lines):
        if line.item == "verdict":
            if line.old != line.new:
                groups.setdefault((line.provider, line.when, "verdict", line.old, line.new), []).append(line)
        elif line.item == "document":
            groups.setdefault((line.provider, line.when[:10], "document", line.kind), []).append(line)
        elif line.item == "clause" and line.kind != "changed" and (line.old or line.new):
            groups.setdefault((line.provider, line.when, "clause", line.kind, line.old, line.new), []).append(line)
        else:
            groups[number,] = [line]
    merged = []
    for same in groups.values():
        line = same[0]
        line.count = len(same)
        if line.item == "document":
            line.what, line.old, line.new = _("document, %(role)s", role=", ".join(dict.fromkeys(c.subject for c in same))), "", ""
        elif line.item == "clause" and len(same) > 1:
            line.what = _("clauses %(labels)s", labels=", ".join(sorted(c.subject for c in same)))
        elif len(same) > 1:
            who = {c.subject for c in same}
            line.what = _("verdicts for %(customers)s", customers=_("every kind of customer") if who >= set(_SHORT) else ", ".join(sorted(gettext(_SHORT[name]) if name in _SHORT else words.customer(name) for name in who)))
        merged.append(line)
    return merged


_SHORT = {long: words.SHORT_CUSTOMER[kind] for kind, (_, long) in CUSTOMER_KINDS.items()}


def _line(row: Row, item: Row | None) -> ChangeLine:
    (what, subject), old, new, redline = _name(row, item), "", "", []
    if row["kind"] == "changed":
        old, new = _value(row["old"]), _value(row["new"])
        if row["item"] == "verdict":
            old, new = (f"{code} {gettext(VERDICT_CODES[code]) if code in VERDICT_CODES else ''}".strip() for code in (old, new))
        elif row["field"] == "quote":
            old, new = text.clean(text.plain(old))[0], text.clean(text.plain(new))[0]
            redline = redlined(old, new)
            old, new = text.shown_quote(old).text, text.shown_quote(new).text
        elif row["field"]:
            if row["field"] == "price" and item is not None:
                old, new = _price(item, row["old"]), _price(item, row["new"])
            elif row["field"] in ("availability", "status"):
                old, new = gettext(old.replace("_", " ")), gettext(new.replace("_", " "))
            what += f", {gettext(row['field'].replace('_', ' '))}"
    elif item is not None and "quote" in item and row["item"] in ("clause", "signal"):
        quote = text.shown_quote(item["quote"]).text
        old, new = (quote, "") if row["kind"] == "removed" else ("", quote)
    return ChangeLine(row["changed_at"], row["previous_at"] or "", row["provider"], row["item"], row["kind"], what, text.clean(old)[0], text.clean(new)[0], redline, row.get("evidence_id"), subject=subject)


def _name(row: Row, item: Row | None) -> tuple[str, str]:
    """(what changed in a few words, what the kind of item is of)."""
    kind = row["item"]
    if item is None:
        return gettext(kind), kind
    if kind == "clause":
        label = f"{CLAUSE_LABELS.get(item['label'], '')} {gettext(item['label'].replace('_', ' '))}"
        return _("clause %(label)s", label=label), label
    if kind == "offer":
        place = text.country(item["country"]) if item.get("country") else text.label(item.get("location"), 40)
        price = printed_price(item) if item.get("price") is not None and row["kind"] != "changed" else ""
        return ", ".join(part for part in (_("offer %(chip)s", chip=item["gpu_name"]), text.label(item.get("instance_name"), 40), place, price) if part), ""
    if kind in ("region", "signal"):
        return f"{gettext(kind)} {text.label(item['label'], 60).replace('_', ' ')}", ""
    if kind == "document":
        role = gettext(item["role"].replace("_", " "))
        return _("document, %(role)s", role=role), role
    named = text.clean(item.get("customer_words") or item.get("customer"))[0]
    return _("verdict for %(customer)s", customer=words.customer(named)), named


def _price(item: Row, amount: str | None) -> str:
    """A price before or after, with the currency and unit of its offer; what is no number stands as it is."""
    try:
        return printed_price({**item, "price": float(amount or "")})
    except ValueError:
        return _value(amount)


def _value(value: Any) -> str:
    """A value of the change table in print: JSON lists as words, absent as 'none'."""
    if value is None:
        return _("none")
    if value[:1] == "[":
        try:
            return ", ".join(map(str, json.loads(value))) or _("none")
        except ValueError:
            return value
    return value


def redlined(old: str, new: str) -> list[tuple[str, str]]:
    """(kept | out | in, words) of a change of wording, by words (by characters where a script has no spaces); [] where it would be unreadable."""
    dense = " " not in old.strip() or " " not in new.strip()
    before, after = (list(old), list(new)) if dense else (old.split(), new.split())
    if max(len(before), len(after)) > _REDLINE_WORDS * (4 if dense else 1):
        return []
    joiner = "" if dense else " "
    parts: list[tuple[str, str]] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            kept = before[i1:i2]
            room = 60 if dense else 14
            shown = kept if len(kept) <= room * 2 else [*kept[:room], " […] " if dense else "[…]", *kept[-room:]]
            parts.append(("kept", joiner.join(shown)))
        else:
            if i2 > i1:
                parts.append(("out", joiner.join(before[i1:i2])))
            if j2 > j1:
                parts.append(("in", joiner.join(after[j1:j2])))
    return parts if len(parts) <= PARTS else []
