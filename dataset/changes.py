"""What changed between captures, in order of consequence: verdicts, rules, prices, chips, regions, documents; then the lesser things.

Pure reading of the data set. Each happening keeps the ids of the rows of the view `changes` that it is made of, and has an id of its own that
every build gives again. What a new version of our own reader changed is told last, apart: the documents did not change.
"""

from __future__ import annotations

import datetime
import functools
import importlib.resources
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from chipwatch.records import CLAUSE_LABELS, CUSTOMER_KINDS, VERDICT_CODES
from dataset.alignment import MINOR, Part, plain, redline
from dataset.ids import digest
from dataset.opening import records

# group -> its heading, in order of consequence
GROUPS = {
    "verdict": "Verdicts", "clause": "Clauses: rules that were added, removed or changed in substance", "price": "Prices",
    "chip_gone": "Chips no longer listed", "chip_new": "Chips newly listed", "region": "Regions", "document_missing": "Documents that give no fresh data",
    "signal": "Signals", "offer": "Other changes of offers", "document": "New versions of documents", "wording": "Clauses: moved, renumbered or typographic",
    "reader": "What a new version of our own reader reads otherwise in the same documents",
}
MAIN = tuple(GROUPS)[:7]                                       # what matters; the rest is told in the feeds and on demand
Row = dict[str, Any]


@dataclass(slots=True)
class Happening:
    """One thing that changed. Quotes are verbatim; `redline` is a list of (kept | out | in, text) where a wording changed."""

    id: str
    group: str
    provider: str
    at: str                                                    # capture that showed it
    previous: str | None                                       # the capture before it
    kind: str                                                  # added | removed | changed
    what: str                                                  # a few words
    old: str | None = None
    new: str | None = None
    nature: str | None = None
    cause: str = "content"
    labels: list[str] = field(default_factory=list)            # of clauses
    customers: list[str] = field(default_factory=list)         # of verdicts
    fields: dict[str, list[str | None]] = field(default_factory=dict)    # column -> [before, after]
    redline: list[Part] = field(default_factory=list)
    share: float | None = None                                 # of a price: (new - old) / old
    count: int = 1                                             # things that changed alike
    role: str | None = None
    url: str | None = None
    evidence_id: str | None = None
    weight: float = 0.0                                        # within its group: the higher, the earlier
    changes: list[str] = field(default_factory=list)           # ids of rows of the view `changes`

    def to_dict(self) -> Row:
        return {**asdict(self), "redline": [list(part) for part in self.redline]}


@functools.cache
def bounds() -> Row:
    import yaml

    return yaml.safe_load(importlib.resources.files("dataset").joinpath("data/changes.yml").read_text("utf-8"))


def happenings(connection: sqlite3.Connection, since: str = "", *, until: str = "9999", provider: str | None = None) -> list[Happening]:
    """What changed from `since` to `until` (ISO times or days; `since` counts in, `until` not), the most consequential first."""
    rows = records(connection, "select * from changes where changed_at >= ? and changed_at < ? and (? is null or provider = ?) order by provider, changed_at, id",
                   (since, until, provider, provider))
    found: list[Happening] = []
    content = [r for r in rows if r["cause"] != "extractor"]
    found += _verdicts(connection, [r for r in content if r["item"] == "verdict"])
    found += _clauses(connection, [r for r in content if r["item"] == "clause"])
    found += _offers(connection, [r for r in content if r["item"] == "offer"])
    found += _labelled(connection, [r for r in content if r["item"] in ("region", "signal")])
    found += _documents(connection, [r for r in content if r["item"] == "document"])
    found += _missing(connection, since, until, provider)
    found += _by_reader(connection, [r for r in rows if r["cause"] == "extractor"])
    ranks = {group: n for n, group in enumerate(GROUPS)}
    return sorted(found, key=lambda h: (ranks[h.group], -h.weight, h.provider, h.at, h.id))


def beyond(since: str, reach: str) -> str | None:
    """What to say of a first day after the last capture (`reach`, a day), of which the data set can tell nothing; None for an earlier one."""
    if not reach or since <= reach:
        return None
    begun = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=14)).date().isoformat()    # UTC+14 is where days begin
    when = "lies in the future" if since > begun else "comes after all captures"
    return f"{since} {when}: the last capture of this data set is of {reach}, and of later changes it knows nothing"


def counts(found: Iterable[Happening]) -> dict[str, int]:
    """Happenings by group, all groups, in order of consequence."""
    out = dict.fromkeys(GROUPS, 0)
    for happening in found:
        out[happening.group] += 1
    return out


def _id(*parts: object) -> str:
    return f"N-{digest(*parts)[:12]}"


def _items(connection: sqlite3.Connection, view: str, rows: Iterable[Row]) -> dict[str, list[Row]]:
    """id -> its states, oldest first."""
    out: dict[str, list[Row]] = {}
    wanted = sorted({r["item_id"] for r in rows})
    for begin in range(0, len(wanted), 500):
        some = wanted[begin:begin + 500]
        for row in records(connection, f"select * from {view}_history where id in ({','.join('?' * len(some))}) order by id, last_changed", tuple(some)):
            out.setdefault(row["id"], []).append(row)
    return out


def _state(states: list[Row], row: Row) -> Row:
    """The state of an item that a change speaks of: what came, or what went."""
    which = "gone_since" if row["kind"] == "removed" else "last_changed"
    return next((s for s in states if s[which] == row["changed_at"]), states[-1] if states else {})


def _grouped(rows: Iterable[Row], key) -> list[list[Row]]:
    groups: dict[object, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return list(groups.values())


def _verdicts(connection: sqlite3.Connection, rows: list[Row]) -> list[Happening]:
    customers = {r["id"]: r["customer"] for r in records(connection, "select id, customer from verdicts")}
    out = []
    for group in _grouped((r for r in rows if r["old"] != r["new"]), lambda r: (r["provider"], r["changed_at"], r["old"], r["new"])):
        row = group[0]
        kinds = sorted({customers.get(r["item_id"], r["item_id"]) for r in group}, key=lambda k: list(CUSTOMER_KINDS).index(k) if k in CUSTOMER_KINDS else 99)
        scale = bounds()["verdict_scale"]
        before, after = scale.get(row["old"]), scale.get(row["new"])
        step = abs(after - before) if before is not None and after is not None else 0.5
        who = "every kind of customer" if len(kinds) == len(CUSTOMER_KINDS) else ", ".join(kinds)
        out.append(Happening(_id("verdict", row["provider"], row["changed_at"], row["old"], row["new"]), "verdict", row["provider"], row["changed_at"], row["previous_at"], "changed",
                             f"verdict for {who}", *(f"{code} {VERDICT_CODES.get(code, '')}".strip() for code in (row["old"], row["new"])), customers=kinds, count=len(group), weight=step,
                             changes=[r["id"] for r in group]))
    return out


def _clauses(connection: sqlite3.Connection, rows: list[Row]) -> list[Happening]:
    states = _items(connection, "clauses", rows)
    single = []
    for group in _grouped(rows, lambda r: (r["item_id"], r["changed_at"], r["kind"])):
        row = group[0]
        state = _state(states.get(row["item_id"], []), row)
        quote = next((r for r in group if r["field"] == "quote"), None)
        old = quote["old"] if quote else None if row["kind"] == "added" else state.get("quote")
        new = quote["new"] if quote else None if row["kind"] == "removed" else state.get("quote")
        natures = {r["nature"] for r in group}
        nature = row["kind"] if row["kind"] != "changed" else "substantive" if "substantive" in natures or not natures <= MINOR else min(natures)
        single.append((row, state, old, new, nature, {r["field"]: [r["old"], r["new"]] for r in group if r["field"] not in (None, "quote")}, [r["id"] for r in group]))
    out = []
    for group in _grouped(single, lambda s: (s[0]["provider"], s[0]["changed_at"], s[1].get("url"), s[2], s[3], s[4] if s[2] and s[3] else "")):
        row, state, old, new, nature, fields, _ = group[0]
        labels = sorted({s[1].get("label", "") for s in group}, key=lambda label: list(CLAUSE_LABELS).index(label) if label in CLAUSE_LABELS else 99)
        strength = max(s[1].get("strength") or 0 for s in group)
        minor = nature in MINOR
        out.append(Happening(
            _id("clause", row["provider"], row["changed_at"], *sorted(c for s in group for c in s[6])), "wording" if minor else "clause",
            row["provider"], row["changed_at"], row["previous_at"] or None,
            row["kind"], "clause " + ", ".join(label.replace("_", " ") for label in labels), old, new, nature, row["cause"], labels, fields={k: v for s in group for k, v in s[5].items()},
            redline=redlined(old, new) if old and new and old != new else [], count=len(group), role=state.get("role"), url=row["url"], evidence_id=row["evidence_id"], weight=strength,
            changes=[c for s in group for c in s[6]]))
    return out


def redlined(old: str, new: str) -> list[Part]:
    """The redline of two quotes, without their markup where more than markup differs."""
    before, after = plain(old), plain(new)
    return redline(before, after) if before != after else redline(old, new)


def _offers(connection: sqlite3.Connection, rows: list[Row]) -> list[Happening]:
    states = _items(connection, "offers", rows)
    out = []
    came: dict[tuple, list[tuple[Row, Row]]] = {}
    for row in rows:
        state = _state(states.get(row["item_id"], []), row)
        if row["kind"] != "changed":
            came.setdefault((row["provider"], row["changed_at"], row["kind"], state.get("gpu_name")), []).append((row, state))
            continue
        share = _share(row) if row["field"] == "price" else None
        group = "price" if share is not None and abs(share) >= bounds()["price_share"] else "offer"
        unit = " per ".join(str(part) for part in (state.get("currency"), state.get("price_unit")) if part) if row["field"] == "price" else ""
        old, new = (f"{v} {unit}".strip() if v is not None and unit else v for v in (row["old"], row["new"]))
        out.append(Happening(_id("offer", row["id"]), group, row["provider"], row["changed_at"], row["previous_at"], "changed",
                             f"{_offer_words(state)}: {str(row['field']).replace('_', ' ')}", old, new,
                             cause=row["cause"], fields={row["field"]: [row["old"], row["new"]]}, share=share, role=state.get("role"), url=row["url"], evidence_id=row["evidence_id"],
                             weight=abs(share or 0.0), changes=[row["id"]]))
    for (provider, at, kind, gpu), group in came.items():
        row, state = group[0]
        others = connection.execute(
            "select exists (select 1 from offers_history where provider = ? and gpu_name is ? and "
            + ("last_changed < ? and (gone_since is null or gone_since >= ?))" if kind == "added" else "last_changed <= ? and (gone_since is null or gone_since > ?))"),
            (provider, gpu, at, at)).fetchone()[0]
        name = "offer" if others else "chip_new" if kind == "added" else "chip_gone"
        words = f"{gpu}: {len(group)} offer{'s' if len(group) > 1 else ''} {'came' if kind == 'added' else 'went'}"
        out.append(Happening(_id("offers", provider, at, kind, gpu), name, provider, at, row["previous_at"] or None, kind, words, cause=row["cause"], count=len(group), role=state.get("role"),
                             url=row["url"], evidence_id=row["evidence_id"], weight=(state.get("chip_class") == "3A090.a") * 1000 + len(group), changes=[r["id"] for r, _ in group]))
    return out


def _share(row: Row) -> float | None:
    """How far a price moved, as a share of the price before; None where one is not stated or the first is nothing."""
    try:
        old, new = float(row["old"]), float(row["new"])
    except (TypeError, ValueError):
        return None
    return round((new - old) / old, 4) if old else None


def _offer_words(state: Row) -> str:
    count = state.get("gpu_count")
    return ", ".join(str(p) for p in (state.get("gpu_name"), f"x{count:g}" if count and count != 1 else None, state.get("instance_name"), state.get("location")) if p)


def _labelled(connection: sqlite3.Connection, rows: list[Row]) -> list[Happening]:
    """Regions and signals."""
    out = []
    for view, item in (("regions", "region"), ("signals", "signal")):
        mine = [r for r in rows if r["item"] == item]
        states = _items(connection, view, mine)
        for row in mine:
            state = _state(states.get(row["item_id"], []), row)
            words = f"{item} {str(state.get('label') or '').replace('_', ' ') if item == 'signal' else state.get('label') or ''}" + (f": {row['field']}" if row["field"] else "")
            old, new = (row["old"], row["new"]) if row["kind"] == "changed" else (state.get("quote"), None) if row["kind"] == "removed" else (None, state.get("quote"))
            out.append(Happening(_id(item, row["id"]), item, row["provider"], row["changed_at"], row["previous_at"] or None, row["kind"], words, old, new, cause=row["cause"],
                                 fields={row["field"]: [row["old"], row["new"]]} if row["field"] else {}, role=state.get("role"), url=row["url"], evidence_id=row["evidence_id"], changes=[row["id"]]))
    return out


def _documents(connection: sqlite3.Connection, rows: list[Row]) -> list[Happening]:
    states = _items(connection, "documents", rows)
    out = []
    for row in rows:
        state = _state(states.get(row["item_id"], []), row)
        role = str(state.get("role") or "document").replace("_", " ")
        words = f"{role}: no longer declared" if row["kind"] == "removed" else f"{role}: a new version"
        out.append(Happening(_id("document", row["id"]), "document", row["provider"], row["changed_at"], row["previous_at"] or None, row["kind"], words, row["old"], row["new"], cause=row["cause"],
                             role=state.get("role"), url=row["url"], evidence_id=row["evidence_id"], changes=[row["id"]]))
    return out


def _missing(connection: sqlite3.Connection, since: str, until: str, provider: str | None) -> list[Happening]:
    """Documents that have given nothing fresh from a visit in that time on, to this day."""
    rows = records(connection, "select * from documents where stale_since >= ? and stale_since < ? and (? is null or provider = ?) order by provider, role, url", (since, until, provider, provider))
    out = []
    for row in rows:
        why = row["failure"] or row["status"]
        out.append(Happening(_id("missing", row["provider"], row["role"], row["url"], row["stale_since"]), "document_missing", row["provider"], row["stale_since"], row["last_checked"], "removed",
                             f"{row['role'].replace('_', ' ')}: {str(why).replace('_', ' ')}; what was read on {row['last_checked'][:10]} is kept", row["last_checked"], row["failure_note"],
                             role=row["role"], url=row["url"], evidence_id=row["evidence_id"], weight=row["role"] not in ("offers", "regions")))
    return out


def _by_reader(connection: sqlite3.Connection, rows: list[Row]) -> list[Happening]:
    out = []
    for view, item in (("offers", "offer"), ("regions", "region"), ("clauses", "clause"), ("signals", "signal")):
        mine = [r for r in rows if r["item"] == item]
        states = _items(connection, view, mine)
        for row in mine:
            state = (states.get(row["item_id"]) or [{}])[-1]
            name = _offer_words(state) if item == "offer" else str(state.get("label") or "").replace("_", " ")
            wording = row["old"] and row["new"] and row["field"] == "quote"
            out.append(Happening(_id("reader", row["id"]), "reader", row["provider"], row["changed_at"], row["previous_at"], row["kind"],
                                 f"{item} {name}".strip() + (f": {row['field'].replace('_', ' ')}" if row["field"] else ""), row["old"], row["new"], row["nature"], "extractor",
                                 labels=[state["label"]] if item == "clause" and state else [], fields={row["field"]: [row["old"], row["new"]]} if row["field"] else {},
                                 redline=redlined(row["old"], row["new"]) if wording else [], role=state.get("role"), url=row["url"], evidence_id=row["evidence_id"], changes=[row["id"]]))
    return out


def as_json(found: Iterable[Happening], facts: dict[str, str], since: str | None, left_out: int = 0) -> str:
    """The changes as one JSON object: what it was made from, counts by group, and the happenings."""
    listed = list(found)
    return json.dumps({"since": since, "run_date": facts.get("run_date"), "data_hash": facts.get("data_hash"), "sample": facts.get("sample") == "1", "counts": counts(listed), "left_out": left_out,
                       "changes": [h.to_dict() for h in listed]}, ensure_ascii=False, indent=1)
