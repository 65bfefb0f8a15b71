"""What operators ask: per provider and document, when it was last read, how old that is, and why not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dataset.opening import opened, records


def status(database: Path | str, *, now: datetime | None = None) -> list[dict[str, Any]]:
    """One row a provider, role and address: last success, its age in days, last failure and its kind, state.

    `state`: ok (the last visit succeeded and could be read) | stale (it failed, or its reading is not taken over; earlier data are kept) |
    failed (never read) | unreadable | language_not_covered | withdrawn (no longer declared). `last_success` is the last visit whose page
    counts. `now`: for the age; None: the clock of the machine.
    """
    moment = now or datetime.now(UTC)
    with opened(database) as connection:
        # pages 2 and on of a feed belong to its first
        visits = records(connection, """
            select provider, role, coalesce(part_of, url) as url, max(case when failure is null then fetched_at end) as last_success, max(fetched_at) as last_visit,
                   max(case when failure is not null then fetched_at end) as last_failure, count(distinct run_id) as visits
            from captures group by 1, 2, 3 order by 1, 2, 3""")
        documents = {(d["provider"], d["role"], d["url"]): d for d in records(connection, "select * from documents")}
        failures = {(f["provider"], f["role"], f["part_of"] or f["url"], f["fetched_at"]): f for f in records(connection, "select * from captures where failure is not null order by id")}
        good = {(d["provider"], d["role"], d["url"]): d["at"] for d in records(connection, """
            select d.provider, d.role, d.url, max(c.fetched_at) as at from documents d join captures c on c.provider = d.provider and c.role = d.role and coalesce(c.part_of, c.url) = d.url
            where c.failure is null and c.fetched_at < d.stale_since group by 1, 2, 3""")}
        faults = {(i["provider"], i["role"], i["url"]): i["text"] for i in records(connection, """
            select provider, role, url, text from issues where level = 'error' or code in ('unreadable', 'language_not_covered') order by level desc, id""")}
        names = dict(connection.execute("select provider, name from providers").fetchall())
        items = {kind: dict(connection.execute(f"select provider || ' ' || role || ' ' || url, count(*) from {kind} group by 1").fetchall()) for kind in ("offers", "regions", "clauses")}
    return [_row(v, documents.get(key), failures.get((*key, v["last_failure"])), good.get(key), faults.get(key), items, names, moment)
            for v in visits if (key := (v["provider"], v["role"], v["url"]))]


def _row(visit: dict[str, Any], document: dict[str, Any] | None, failed: dict[str, Any] | None, good: str | None, fault: str | None, items: dict[str, dict[str, int]], names: dict[str, str],
         now: datetime) -> dict[str, Any]:
    stale = document["stale_since"] if document else None
    fetch = failed if failed and visit["last_failure"] >= (visit["last_success"] or "") else None
    success = good if stale else visit["last_success"]
    state = _state(document, fetch, visit)
    place = f"{visit['provider']} {visit['role']} {visit['url']}"
    why = fetch["failure"] if fetch else document["failure"] if document else None
    return {
        "provider": visit["provider"], "name": names.get(visit["provider"], visit["provider"]), "role": visit["role"], "url": visit["url"], "state": state,
        "last_success": success, "age_days": age(success, now), "failure": why or (state if state in ("unreadable", "language_not_covered") else None),
        "note": fetch["note"] if fetch else document["failure_note"] or (fault if state in ("unreadable", "language_not_covered") else None) if document else None, "stale_since": stale, "last_visit": visit["last_visit"],
        "visits": visit["visits"], **{kind: counts.get(place, 0) for kind, counts in items.items()},
    }


def _state(document: dict[str, Any] | None, failure: dict[str, Any] | None, visit: dict[str, Any]) -> str:
    if document is None:
        return "withdrawn" if visit["last_success"] else "failed"
    if document["stale_since"] or failure:
        return "stale"
    return {"read": "ok"}.get(document["status"], document["status"])


def age(last: str | None, now: datetime) -> int | None:
    """Whole days since a time of our records; None where there is none."""
    if not last:
        return None
    try:
        then = datetime.fromisoformat(last.replace("Z", "+00:00"))
    except ValueError:
        return None
    return max(0, (now - (then if then.tzinfo else then.replace(tzinfo=UTC))).days)
