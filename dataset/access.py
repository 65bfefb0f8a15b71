"""The answer to the mission: which providers list A100/H100-class chips, where, at what price, and what their terms say to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chipwatch.records import VERDICT_CODES
from dataset.build import STRONG_CLASS
from dataset.errors import QueryRefused
from dataset.judging import verdicts_for
from dataset.money import rates_words
from dataset.opening import meta, opened, records

DEFAULT_CUSTOMERS = ("cn_company", "cn_subsidiary_abroad", "control")
GROUPS = ("offers_and_terms", "offers_only", "terms_only", "neither")


@dataclass(frozen=True, slots=True)
class AccessTable:
    """`rows`: one a provider, by name. `groups`: GPU clouds by what is known of them, never merged. `listing`: the same of the providers in `rows`."""

    rows: list[dict[str, Any]]
    groups: dict[str, int]
    listing: dict[str, int]
    adjacent: int                                              # other providers whose terms were read; outside all counts
    customers: list[str]
    as_of: str
    chip: str | None = None
    country: str | None = None
    notes: list[str] = field(default_factory=list)
    bounds: list[dict[str, Any]] = field(default_factory=list)  # one a customer: see bounds_of


def bounds_of(codes: Sequence[str | None]) -> dict[str, Any]:
    """The count of providers by verdict, and what it would be if all that was not assessed were V1, or V5. `codes`: one a provider; None counts as V0.

    Keys: providers, counts (code -> providers, V0 too), not_assessed, excluded (V5) and no_restriction_stated (V1), each as {now, lowest, highest}:
    a range and its two ends, never one figure. V1 and V2 are never added together.
    """
    counts = dict.fromkeys(VERDICT_CODES, 0)
    for code in codes:
        counts[code or "V0"] += 1
    unknown = counts["V0"]
    return {"providers": len(codes), "counts": counts, "not_assessed": unknown,
            **{name: {"now": counts[code], "lowest": counts[code], "highest": counts[code] + unknown}
               for name, code in (("excluded", "V5"), ("no_restriction_stated", "V1"))}}


def bounds(database: Path | str, *, customers: Sequence[str] = DEFAULT_CUSTOMERS, chip: str | None = None, country: str | None = None) -> list[dict[str, Any]]:
    """`bounds_of` for each customer over the providers that `access_table` lists; for headlines, which have to say what missing data could change."""
    return access_table(database, customers=customers, chip=chip, country=country).bounds


def normal_chip(name: str) -> str:
    """A chip as users write it in gpu_name spelling: "NVIDIA H100" -> "H100"."""
    return "".join(c for c in name.upper().removeprefix("NVIDIA") if c.isalnum() or c == ".")


def access_table(database: Path | str, *, customers: Sequence[str] = DEFAULT_CUSTOMERS, chip: str | None = None, country: str | None = None) -> AccessTable:
    """Every provider with a current offer of an A100/H100-class chip (3A090.a by published figures), or of the chip given.

    `chip`: a gpu_name (H100) or a chip key (nvidia-h100-sxm). `country`: ISO code of the data centre. Raises QueryRefused for a chip that
    neither the data set nor our chip list knows, assessment.errors.UnknownCustomer, and what opening raises.
    """
    with opened(database) as connection:
        where, values = ["current = 1"], []
        if chip is None:
            where.append("chip_class = ?")
            values.append(STRONG_CLASS)
        else:
            if not connection.execute("select 1 from chips where gpu_name = ? or chip = ? union all select 1 from offers where gpu_name = ? limit 1",
                                      (normal_chip(chip), chip.lower(), normal_chip(chip))).fetchone():
                raise QueryRefused(f"unknown chip {chip!r}: write a family such as H100, A100, MI300X, or see: chipwatch query \"select distinct gpu_name from chips\"")
            where.append("(gpu_name = ? or chip = ?)")
            values += [normal_chip(chip), chip.lower()]
        if country is not None:
            where.append("country = ?")
            values.append(country.upper())
        offers = records(connection, f"select * from offers where {' and '.join(where)} order by provider, gpu_name, id", tuple(values))
        providers = {p["provider"]: p for p in records(connection, "select * from providers")}
        slugs = sorted({o["provider"] for o in offers}, key=lambda s: (providers[s]["name"].casefold(), s))
        verdicts = verdicts_for(connection, slugs, list(customers))
        markets = {r["gpu_name"]: r["market"] for r in records(connection, "select gpu_name, market from chips order by chip")}
        facts = meta(connection)
    by_provider: dict[str, list[dict]] = {}
    for offer in offers:
        by_provider.setdefault(offer["provider"], []).append(offer)
    rows = [_row(providers[s], by_provider[s], {c: verdicts.get((s, c)) for c in customers}) for s in slugs]
    clouds = [p for p in providers.values() if p["kind"] != "adjacent" or p["has_offers"]]
    ends = [{"customer": c, **bounds_of([r["verdicts"][c]["code"] if r["verdicts"].get(c) else None for r in rows])} for c in customers]
    notes = ["lowest price: the lowest stated for one accelerator and hour, converted where a rate is known; taxes as the page states them"]
    notes += _market_notes(offers, markets, providers)
    notes += rates_words(offers)
    return AccessTable(rows, _count(clouds), _count([providers[s] for s in slugs]), sum(p["kind"] == "adjacent" and not p["has_offers"] and bool(p["has_terms"]) for p in providers.values()),
                       list(customers), facts.get("run_date", ""), chip, country, notes, ends)


def _market_notes(offers: Sequence[dict[str, Any]], markets: dict[str, str], providers: dict[str, dict[str, Any]]) -> list[str]:
    """A note where providers are listed for cards alone that are not sold for data centres: by their figures they are of the class all the same."""
    sold: dict[str, set[str]] = {}
    for offer in offers:
        sold.setdefault(offer["provider"], set()).add(offer["gpu_name"])
    alone = sorted(s for s, chips in sold.items() if all(markets.get(c) in ("consumer", "workstation") for c in chips))
    cards = sorted({c for s in alone for c in sold[s]})
    return [f"listed for consumer or workstation cards alone ({', '.join(cards)}): {', '.join(providers[s]['name'] for s in alone)}"] if alone else []


def _count(providers: Sequence[dict[str, Any]]) -> dict[str, int]:
    return {group: sum(p["evidence_group"] == group for p in providers) for group in GROUPS}


def _lowest(offers: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    priced = [o for o in offers if o["price"] is not None]
    if not priced:
        return None
    return min(priced, key=lambda o: (o["price_usd_per_gpu_hour"] is None, o["price_usd_per_gpu_hour"] or 0.0, o["price"], o["id"]))


def _supply(offers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    low = _lowest(offers)
    price = {k: low[k] for k in ("price", "currency", "price_unit", "price_scope", "gpu_count", "price_usd_per_gpu_hour", "commitment", "term_months", "tax", "price_from", "fx_rate",
                               "fx_date")} if low else None
    evidence = [low["evidence_id"]] if low else []
    evidence += sorted({o["evidence_id"] for o in offers if o["evidence_id"]} - set(evidence))
    return {
        "countries": sorted({o["country"] for o in offers if o["country"]}),
        "locations": sorted({o["location"] for o in offers if o["location"]}),
        "lowest_price": price, "lowest_price_chip": low["gpu_name"] if low else None, "offers": len(offers), "evidence": evidence,
        "stale_since": min((o["stale_since"] for o in offers if o["stale_since"]), default=None),
        "availability": sorted({o["availability"] for o in offers}),
    }


def _row(provider: dict[str, Any], offers: Sequence[dict[str, Any]], verdicts: dict[str, dict[str, Any] | None]) -> dict[str, Any]:
    chips: dict[str, list[dict[str, Any]]] = {}
    for offer in offers:
        chips.setdefault(offer["gpu_name"], []).append(offer)
    said = {c: None if v is None else {k: v[k] for k in ("code", "verdict", "rule", "rule_words", "clauses", "evidence", "reasons", "missing", "extraction_confidence", "completeness",
                                                         "review")} for c, v in verdicts.items()}
    return {"provider": provider["provider"], "name": provider["name"], "seat_country": provider["seat_country"], "evidence_group": provider["evidence_group"],
            "sample": bool(provider["sample"]), "chips": sorted(chips), **_supply(offers),
            "by_chip": [{"gpu_name": name, **_supply(group)} for name, group in sorted(chips.items())], "verdicts": said}
