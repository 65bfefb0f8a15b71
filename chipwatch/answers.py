"""What the data set answers, as text for a terminal, CSV or JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chipwatch.records import CUSTOMER_KINDS

STANDING = "This describes what the providers' public documents said when read. It is not a statement that any access is lawful or unlawful."
PLACES_SHOWN = 4
EVIDENCE_SHOWN = 3


def _price(price: dict[str, Any] | None, chip: str | None) -> str:
    """`H100: USD 23.92/hour 8 GPUs (= USD 2.99 a GPU-hour)`."""
    if not price:
        return "none stated"
    count = price["gpu_count"]
    scope = {"gpu": "a GPU", "cluster": "a cluster"}.get(price["price_scope"] or "", f"{count:g} GPU{'s' if count != 1 else ''}" if count else "an instance")
    usd = price["price_usd_per_gpu_hour"]
    amount = f"{'from ' if price['price_from'] else ''}{price['currency'] or '?'} {price['price']:,.6g}/{price['price_unit'] or '?'} {scope}"
    kind = {"spot": ", spot", "reserved": ", reserved"}.get(price["commitment"] or "", "")
    return f"{chip}: {amount}{kind}" + (f" (= USD {usd:,.2f} a GPU-hour)" if usd is not None else "")


def _some(values: Sequence[str], most: int) -> str:
    """The first values, and how many more there are: nothing is cut silently."""
    return ", ".join(values[:most]) + (f" +{len(values) - most}" if len(values) > most else "")


def access_text(database: Path, customers: list[str], *, chip: str | None, country: str | None, form: str) -> str:
    """The mission table. Raises what dataset.access raises."""
    from dataset.access import access_table
    from dataset.query import Result, render, run

    table = access_table(database, customers=customers, chip=chip, country=country)
    if form == "json":
        return json.dumps(table.rows, ensure_ascii=False, indent=1)
    short = {c: CUSTOMER_KINDS[c][0] + " " + c if c in CUSTOMER_KINDS else c for c in table.customers}
    columns = ["provider", "seat", "chips", "data centres in", "lowest stated price", *short.values(), "evidence"]
    most = (PLACES_SHOWN, EVIDENCE_SHOWN) if form == "table" else (10_000, 10_000)
    regions: dict[str, list[str]] = {}
    for slug, code in run(database, "select distinct provider, country from regions where country is not null order by 1, 2").rows:
        regions.setdefault(slug, []).append(code)
    rows = []
    for row in table.rows:
        said = [row["verdicts"].get(c) for c in table.customers]
        evidence = list(dict.fromkeys([*row["evidence"], *(e for v in said if v for e in v["evidence"])]))
        places = _some(row["countries"] or row["locations"], most[0])
        if not places:                                         # the page ties the chip to no place: the provider's regions are said, but not put in its stead
            places = "not tied to a place" + (f" (regions: {_some(regions[row['provider']], most[0])})" if row["provider"] in regions else "")
        rows.append((row["name"], row["seat_country"] or "?", _some(row["chips"], most[0]), places, _price(row["lowest_price"], row["lowest_price_chip"]),
                     *(v["code"] if v else "" for v in said), _some(evidence, most[1])))
    text = render(Result(columns, rows), form)
    if form == "csv":
        return text.rstrip("\n")
    groups = ", ".join(f"{table.listing[g]} {g.replace('_', ' ')}" for g in table.listing if table.listing[g])
    what = table.chip or "an A100/H100-class chip (3A090.a by published figures)"
    where = f" in {table.country}" if table.country else ""
    codes = {v["code"]: v["verdict"] for r in table.rows for v in r["verdicts"].values() if v}
    legend = "; ".join(f"{code} {words}" for code, words in sorted(codes.items()))
    if table.rows and table.rows[0]["sample"]:
        text = "SAMPLE DATA: invented companies\n" + text
    if not rows:
        return f"No provider in this data set lists {what}{where}.\n{STANDING}"
    return text + f"\n{len(rows)} providers list {what}{where}: {groups}.\n{legend}.\n" + "\n".join(f"Note: {n}." for n in table.notes) + f"\n{STANDING}"


def query_text(database: Path, sql: str, *, form: str, limit: int | None, timeout: float) -> str:
    from dataset.query import TABLE_ROWS, render, run

    return render(run(database, sql, limit=limit if limit is not None or form != "table" else TABLE_ROWS, timeout=timeout), form)


def status_text(database: Path, *, form: str) -> str:
    """Per provider, role and address, what state it is in; the ones that need a look first."""
    from dataset.query import Result, render
    from dataset.status import status

    rows = status(database)
    if form == "json":
        return json.dumps(rows, ensure_ascii=False, indent=1)
    rows.sort(key=lambda r: (r["state"] == "ok", r["name"].casefold(), r["role"], r["url"] or ""))
    table = Result(["provider", "role", "state", "last success", "age/days", "why", "address"],
                   [(r["provider"], r["role"], r["state"], (r["last_success"] or "never")[:16].replace("T", " "), r["age_days"], r["failure"] or "", r["url"]) for r in rows])
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["state"]] = counts.get(row["state"], 0) + 1
    return render(table, "table") + ", ".join(f"{n} {state.replace('_', ' ')}" for state, n in sorted(counts.items(), key=lambda c: -c[1]))


def providers_text(form: str) -> str:
    """The declarations, one a line."""
    from crawler.declarations import load_providers
    from dataset.query import Result, render

    rows = []
    for declaration in load_providers():
        info, sources = declaration.info(), declaration.sources()
        roles: dict[str, int] = {}
        for source in sources:
            roles[source.role] = roles.get(source.role, 0) + 1
        rows.append({"provider": info.slug, "name": info.name, "seat": info.seat_country, "category": info.category, "permission": info.permission,
                     "sources": len(sources), "verified": sum(s.verified is not None for s in sources), "roles": roles})
    if form == "json":
        return json.dumps(rows, ensure_ascii=False, indent=1)
    table = Result(["provider", "name", "seat", "category", "permission", "offers", "terms", "other", "verified"], [
        (r["provider"], r["name"], r["seat"], r["category"], r["permission"], r["roles"].get("offers", 0), r["roles"].get("terms_of_service", 0),
         r["sources"] - r["roles"].get("offers", 0) - r["roles"].get("terms_of_service", 0), f"{r['verified']}/{r['sources']}") for r in rows])
    return render(table, "table").rstrip("\n") + "\nverified: addresses seen live by a person, of those declared; the others are tried and reported all the same."
