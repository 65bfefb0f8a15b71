"""Charts of the data set: Vega-Lite specifications of ours, drawn to SVG on this machine. No script runs in the browser, nothing is fetched."""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dataset.opening import records
from dataset.serve.words import clean

FONT = "Noto Sans, DejaVu Sans, sans-serif"
COLOURS = {"V0": "#c3cad0", "V1": "#dbe9f1", "V2": "#a9cbdf", "V3": "#6ba3c4", "V4": "#2f77a3", "V5": "#0b3c5d", "V6": "#e3a72f", "VX": "#c98a2b"}   # as in the reports
_CLOUDS = "(p.kind = 'gpu_cloud' or p.has_offers = 1)"
MOST_BARS = 30


@dataclass(frozen=True, slots=True)
class Chart:
    name: str
    title: str
    note: str
    sql: str
    spec: Callable[[list[dict[str, Any]]], dict[str, Any]]


def _axis(title: str) -> dict[str, Any]:
    return {"title": title, "grid": False}


def _verdicts(_: list[dict[str, Any]]) -> dict[str, Any]:
    codes = list(COLOURS)
    return {
        "height": {"step": 44}, "mark": {"type": "bar", "stroke": "#5b6570", "strokeWidth": 0.5},
        "encoding": {
            "y": {"field": "customer", "type": "nominal", "sort": ["control", "cn_subsidiary_abroad", "cn_company"], "title": None},
            "x": {"field": "providers", "type": "quantitative", "title": "GPU clouds", "axis": {"tickMinStep": 1, "grid": False}},
            "order": {"field": "rank", "type": "quantitative"},
            "color": {"field": "code", "type": "nominal", "scale": {"domain": codes, "range": [COLOURS[c] for c in codes]},
                      "legend": {"title": None, "orient": "bottom", "columns": 8}},
        },
    }


def _bars(field: str, title: str) -> Callable[[list[dict[str, Any]]], dict[str, Any]]:
    def spec(_: list[dict[str, Any]]) -> dict[str, Any]:
        y = {"field": field, "type": "nominal", "sort": "-x", "title": None}
        x = {"field": "providers", "type": "quantitative", "title": title, "axis": {"tickMinStep": 1, "grid": False}}
        return {"height": {"step": 22}, "layer": [
            {"mark": {"type": "bar", "color": "#2f77a3"}, "encoding": {"y": y, "x": x}},
            {"mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 11}, "encoding": {"y": y, "x": x, "text": {"field": "providers", "type": "quantitative"}}},
        ]}
    return spec


def _prices(_: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "height": {"step": 24}, "mark": {"type": "point", "filled": True, "size": 60, "opacity": 0.7, "color": "#0b4f6c"},
        "encoding": {"y": {"field": "gpu_name", "type": "nominal", "title": None}, "x": {"field": "usd", "type": "quantitative", "title": "US dollars for one accelerator and hour, on demand",
                                                                                          "scale": {"type": "log", "nice": True}, "axis": {"format": "~g", "tickCount": 6}}},
    }


CHARTS = (
    Chart("verdicts", "What the stated terms say to three kinds of customer", "GPU clouds only, as in the headline figures of the reports; V0 (not assessed) is shown, never dropped.",
          "select v.customer, v.code, count(*) as providers, instr('V0V1V2V3V4V5V6VX', v.code) as rank from verdicts v join providers p using (provider) "
          f"where v.customer in ('cn_company', 'cn_subsidiary_abroad', 'control') and {_CLOUDS} group by 1, 2 order by 1, 2", _verdicts),
    Chart("clauses", "Which clauses the terms hold", "Providers with at least one clause of that label, whatever it says; the number is no share, for not every document was read.",
          "select label, count(distinct provider) as providers from clauses group by label order by providers desc, label", _bars("label", "providers")),
    Chart("seats", "Seats of the providers that list an A100/H100-class chip", "3A090.a by published figures; seat as declared.",
          "select coalesce(p.seat_country, 'not declared') as seat, count(distinct o.provider) as providers from offers o join providers p using (provider) "
          "where o.chip_class = '3A090.a' group by 1 order by providers desc, seat", _bars("seat", "providers")),
    Chart("places", "Countries of the data centres where such a chip is listed", "A provider counts once in each country; “not stated” is an offer whose page ties it to no place.",
          "select coalesce(country, 'not stated') as country, count(distinct provider) as providers from offers where chip_class = '3A090.a' "
          "group by 1 order by providers desc, country", _bars("country", "providers")),
    Chart("prices", "Lowest stated price of each provider for a chip", "A100/H100-class chips on demand, lowest of each provider, converted at the ECB reference rate where the currency is another; scale logarithmic.",
          "select gpu_name, provider, min(price_usd_per_gpu_hour) as usd from offers where chip_class = '3A090.a' and commitment = 'on_demand' and price_usd_per_gpu_hour > 0 "
          "group by 1, 2 order by 1, 2", _prices),
)
BY_NAME = {c.name: c for c in CHARTS}


def values(connection: sqlite3.Connection, chart: Chart) -> list[dict[str, Any]]:
    """The figures behind a chart, text made safe to draw."""
    return [{k: clean(v)[:80] if isinstance(v, str) else v for k, v in row.items()} for row in records(connection, chart.sql)]


def vega_lite(chart: Chart, found: list[dict[str, Any]]) -> dict[str, Any]:
    """The specification with its data inside: it opens in any Vega-Lite editor."""
    drawn = found[:MOST_BARS] if chart.name in ("clauses", "seats", "places") else found
    return {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "description": chart.title, "width": 560, "data": {"values": drawn},
            "config": {"font": FONT, "view": {"stroke": None}, "axis": {"labelFontSize": 11, "titleFontSize": 11, "labelLimit": 220}, "legend": {"labelFontSize": 11}},
            "background": "white", "padding": 6, **chart.spec(drawn)}


@functools.lru_cache(maxsize=32)
def _drawn(spec: str) -> str:
    import vl_convert

    return vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])


def svg(chart: Chart, found: list[dict[str, Any]]) -> str:
    """The chart as SVG."""
    return _drawn(json.dumps(vega_lite(chart, found), ensure_ascii=False, sort_keys=True))
