"""What operators ask: per provider and document, when it was last read, how old that is, and why not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dataset.opening import opened, records


def status(database: Path | str, *, now: datetime | None = None) -> list[dict[str, Any]]:
    """One row a provider, role and address: last success, its age in days, last failure and its kind, state.

    `state`: ok (the last visit succeeded and could be read) | stale (it failed, earlier data are kept) | failed (never read) |
    unreadable | language_not_covered | missing (expected, but no address is known). `now`: for the age; None: the clock of the machine.
    """
    moment = now or datetime.now(UTC)
    with opened(database) as connection:
        visits = records(connection, """
            select provider, role, url, max(case when failure is null then fetched_at end) as last_success, max(fetched_at) as last_visit,
                   max(case when failure is not null then fetched_at end) as last_failure, count(*) as visits
            from captures group by provider, role, url order by provider, role, url""")
        documents = {(d["provider"], d["role"], d["url"]): d for d in records(connection, "select * from documents")}
        failures = {(f["provider"], f["role"], f["url"], f["fetched_at"]): f for f in records(connection, "select * from captures where failure is not null order by id")}
        providers = {p["provider"]: p for p in records(connection, "select provider, name, expected_roles, none_found from providers")}
        offers = dict(connection.execute("select provider || ' ' || url, count(*) from offers group by 1").fetchall())
    rows = []
    for visit in visits:
        key = (visit["provider"], visit["role"], visit["url"])
        document = documents.get(key)
        failure = failures.get((*key, visit["last_failure"])) if visit["last_failure"] and visit["last_failure"] >= (visit["last_success"] or "") else None
        rows.append({
            "provider": visit["provider"], "name": providers[visit["provider"]]["name"] if visit["provider"] in providers else visit["provider"],
            "role": visit["role"], "url": visit["url"], "state": _state(document, failure, visit), "last_success": visit["last_success"],
            "age_days": _age(visit["last_success"], moment), "failure": failure["failure"] if failure else None, "note": failure["note"] if failure else None,
            "stale_since": document["stale_since"] if document else None, "last_visit": visit["last_visit"], "visits": visit["visits"],
            "offers": offers.get(f"{visit['provider']} {visit['url']}", 0),
        })
    return rows


def _state(document: dict[str, Any] | None, failure: dict[str, Any] | None, visit: dict[str, Any]) -> str:
    if document is None:
        return "withdrawn" if visit["last_success"] else "failed"
    if document["stale_since"] or failure:
        return "stale"
    return {"read": "ok"}.get(document["status"], document["status"])


def _age(last: str | None, now: datetime) -> int | None:
    if not last:
        return None
    try:
        then = datetime.fromisoformat(last.replace("Z", "+00:00"))
    except ValueError:
        return None
    return max(0, (now - (then if then.tzinfo else then.replace(tzinfo=UTC))).days)
