"""The clause redline of a provider: its documents as they stood on two days, clause by clause."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from dataset.alignment import NATURES, Part, nature_of, pair
from dataset.changes import redlined
from dataset.errors import NoSuchThing
from dataset.opening import records

Row = dict[str, Any]


@dataclass(slots=True)
class ClauseDiff:
    """One wording on both days, under all labels that it has. Quotes are verbatim; `redline` is a list of (kept | out | in, text), empty where no word changed."""

    nature: str                                                # one of alignment.NATURES
    labels: list[str]
    ids: list[str]
    old: str | None
    new: str | None
    redline: list[Part]
    old_heading: list[str]
    new_heading: list[str]
    old_start: int | None
    new_start: int | None
    fields: dict[str, list[Any]] = field(default_factory=dict)   # what the clause is read to say, where that changed: column -> [before, after]
    strength: int = 0


@dataclass(slots=True)
class DocumentDiff:
    """One document on both days. Versions are rows of documents_history: id, version, stated_date, last_changed, evidence_id, payload_sha256, record_id."""

    provider: str
    role: str
    url: str
    before: Row | None                                         # None: no version was seen before, or none that differs
    after: Row
    note: str | None
    clauses: list[ClauseDiff]
    counts: dict[str, int]

    def to_dict(self) -> Row:
        return asdict(self)


_VERSION = ("id", "version", "stated_date", "first_seen", "last_changed", "last_checked", "gone_since", "status", "evidence_id", "payload_sha256", "text_sha256", "record_id", "final_url")
_READ_AS = ("polarity", "mode", "actor", "target", "places", "place_groups", "chips", "regions", "exception", "strength", "scope")   # places_resolved follows the lists of the day, not the document


def diff(connection: sqlite3.Connection, provider: str, start: str | None = None, end: str | None = None, role: str | None = None) -> list[DocumentDiff]:
    """The documents of a provider as they stood at the end of the days `start` and `end` (ISO dates).

    Without `end`: now. Without `start`: each document before its last new version. A document first seen after `start` is compared with its first version.
    Raises NoSuchThing for a provider, or a role, of which nothing is held.
    """
    versions = records(connection, "select * from documents_history where provider = ? and (? is null or role = ?) order by role, url, version", (provider, role, role))
    if not versions:
        raise _unknown(connection, provider, role)
    by_address: dict[tuple[str, str], list[Row]] = {}
    for version in versions:
        by_address.setdefault((version["role"], version["url"]), []).append(version)
    out = []
    for (its_role, url), mine in by_address.items():
        clauses = records(connection, "select * from clauses_history where provider = ? and role = ? and url = ? order by last_changed, start, id", (provider, its_role, url))
        if its_role in ("offers", "regions") and not clauses and role is None:
            continue                                           # no document of rules
        moves = records(connection, "select * from changes where provider = ? and item = 'clause' and url = ? and nature in ('moved', 'renumbered') and cause <> 'extractor' and "
                                    "field in ('heading_path', 'place_in_document') order by changed_at, id", (provider, url))
        out.append(_document(provider, its_role, url, mine, clauses, moves, start, end))
    return out


def known_provider(connection: sqlite3.Connection, provider: str) -> None:
    """Raises NoSuchThing for a provider that the data set does not have, naming near ones."""
    import difflib

    slugs = [s for (s,) in connection.execute("select provider from providers order by provider")]
    if provider not in slugs:
        near = difflib.get_close_matches(provider, slugs, 3)
        raise NoSuchThing(f"no provider {provider!r} in the data set" + (f"; did you mean {' or '.join(near)}?" if near else "; `chipwatch query \"select provider from providers\"` lists all"))


def _unknown(connection: sqlite3.Connection, provider: str, role: str | None) -> NoSuchThing:
    known_provider(connection, provider)
    if role is None:
        return NoSuchThing(f"no document of {provider} has been read")
    roles = [r for (r,) in connection.execute("select distinct role from documents_history where provider = ? order by role", (provider,))]
    return NoSuchThing(f"no document {role!r} of {provider} has been read" + (f"; there are {', '.join(roles)}" if roles else ""))


def _document(provider: str, role: str, url: str, versions: list[Row], clauses: list[Row], moves: list[Row], start: str | None, end: str | None) -> DocumentDiff:
    to = f"{end}T23:59:59~" if end else "9999"
    seen = [v for v in versions if v["last_changed"] <= to] or versions[:1]
    after, note = seen[-1], None
    if after["last_changed"] > to:
        note, to = f"first seen on {after['last_changed'][:10]}, after the second day", after["last_changed"]
    if start is None:
        before = seen[-2] if len(seen) > 1 else None
        since = after["last_changed"].rstrip("Z")              # just before: every time that is earlier compares as less
        if before is None:
            note = note or f"one version, first seen on {after['first_seen'][:10]}: nothing to compare with"
            since = to
    else:
        since = f"{start}T23:59:59~"
        earlier = [v for v in seen if v["last_changed"] <= since]
        before = earlier[-1] if earlier else seen[0]
        if not earlier:
            since = seen[0]["last_changed"]
            note = note or f"first seen on {since[:10]}, after the first day: compared with that version"
    old, new = _in_force(clauses, since), _in_force(clauses, to)
    found = _clauses(_as_headed(old, moves, since), _as_headed(new, moves, to), [m for m in moves if since < m["changed_at"] <= to])
    counts = dict.fromkeys(NATURES, 0)
    for clause in found:
        counts[clause.nature] += 1
    return DocumentDiff(provider, role, url, _version(before), _version(after) or {}, note, found, counts)


def _version(row: Row | None) -> Row | None:
    return None if row is None else {name: row[name] for name in _VERSION}


def _in_force(clauses: Sequence[Row], moment: str) -> dict[str, Row]:
    """id -> state of every clause that stood at a moment."""
    return {c["id"]: c for c in clauses if c["last_changed"] <= moment and (c["gone_since"] is None or c["gone_since"] > moment)}


def _as_headed(clauses: dict[str, Row], moves: Sequence[Row], moment: str) -> dict[str, Row]:
    """The clauses with the headings of that moment: a state holds those under which it was last read."""
    out = {}
    for key, clause in clauses.items():
        mine = (m for m in moves if m["item_id"] == key and m["field"] == "heading_path")
        later = next((m for m in mine if moment < m["changed_at"] < (clause["gone_since"] or "9999")), None)
        out[key] = clause if later is None else {**clause, "heading_path": later["old"] or "[]"}
    return out


def _clauses(old: dict[str, Row], new: dict[str, Row], moves: Sequence[Row]) -> list[ClauseDiff]:
    pairs = {i: i for i in new if i in old}
    # gone and come back under a key of its own, between the two days
    pairs |= pair([i for i in new if i not in old], [i for i in old if i not in new], lambda i: (new.get(i) or old[i])["label"],
                  lambda i: " ".join((new.get(i) or old[i])["quote"].split()).casefold())
    matched = set(pairs.values())
    single = [_pair(old[o], new[n], [m for m in moves if m["item_id"] == n]) for n, o in pairs.items()]
    single += [_one(new[n], "added") for n in new if n not in pairs]
    single += [_one(old[o], "removed") for o in old if o not in matched]
    together: dict[tuple, ClauseDiff] = {}
    for clause in sorted(single, key=lambda c: (c.labels, c.ids)):
        key = (clause.nature, clause.old, clause.new, clause.old_start, clause.new_start)
        known = together.setdefault(key, clause)
        if known is not clause:
            known.labels += clause.labels
            known.ids += clause.ids
            known.fields |= clause.fields
            known.strength = max(known.strength, clause.strength)
    # in the order of the new document; what is gone stands where it stood
    return sorted(together.values(), key=lambda c: (c.new_start if c.new_start is not None else c.old_start or 0, c.labels, c.ids))


def _pair(old: Row, new: Row, moves: Sequence[Row]) -> ClauseDiff:
    was, now = json.loads(old["heading_path"]), json.loads(new["heading_path"])
    nature = nature_of(old["quote"], new["quote"], was, now)
    if nature in ("unchanged", "typographic", "renumbered") and moves:
        nature = "moved" if any(m["nature"] == "moved" for m in moves) else "renumbered"
    fields = {name: [old[name], new[name]] for name in _READ_AS if old[name] != new[name]}
    if fields and nature not in ("substantive",):
        nature = "substantive"                                 # the same words say something else, by a definition that stands elsewhere
    parts = redlined(old["quote"], new["quote"]) if old["quote"] != new["quote"] else []
    return ClauseDiff(nature, [new["label"]], [new["id"]], old["quote"], new["quote"], parts, was, now, old["start"], new["start"], fields, max(old["strength"] or 0, new["strength"] or 0))


def _one(row: Row, nature: str) -> ClauseDiff:
    heading, came = json.loads(row["heading_path"]), nature == "added"
    quote, start = row["quote"], row["start"]
    if came:
        return ClauseDiff(nature, [row["label"]], [row["id"]], None, quote, redlined("", quote), [], heading, None, start, strength=row["strength"] or 0)
    return ClauseDiff(nature, [row["label"]], [row["id"]], quote, None, redlined(quote, ""), heading, [], start, None, strength=row["strength"] or 0)
