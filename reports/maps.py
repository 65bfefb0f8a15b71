"""The map of data-centre countries: outlines from reports/data/world.json, drawn by Vega-Lite as vector SVG, with no network.

One map of the world and three close-ups where small countries stand close together. The map is turned so that its edge runs through the Bering Strait: no
country is cut there. A place too small for the scale is a point; an area whose status is disputed is grey with a dotted outline, whatever is listed there.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.figures import FULL, INK, MAP_MARKERS, Figure, render
from reports.language import _, gettext
from reports.panels import Canvas

LAND, SEA_LINE, UNSURE_LINE = "#e9edef", "#ffffff", "#7d8790"
STEPS = ("#bcd6e5", "#6ba3c4", "#2f77a3", "#0b3c5d")           # light to dark, told apart in grey too
_TURN = 11                                                     # degrees; puts the edge of the map at 169 degrees west
_WORLD_SCALE, _WORLD_HEIGHT = 118.0, 292


@dataclass(frozen=True, slots=True)
class Window:
    """A close-up in Mercator's projection: title, degrees (west, south, east, north), size in pixels."""

    title: str
    west: float
    south: float
    east: float
    north: float
    width: int
    height: int

    @property
    def scale(self) -> float:
        return self.width / math.radians(self.east - self.west)

    def holds(self, at: tuple[float, float]) -> bool:
        return self.west < at[0] < self.east and self.south < at[1] < self.north


WINDOWS = (Window("Europe", -11.5, 35, 33, 65.5, 232, 266), Window("East and South-East Asia", 94, -9.5, 147, 46.5, 216, 266), Window("Western Asia", 32, 11, 61, 38.5, 172, 180))


@functools.cache
def world() -> dict[str, Any]:
    """Outlines (TopoJSON), points of countries, points of small places, names of disputed areas."""
    return json.loads((Path(__file__).parent / "data" / "world.json").read_text("utf-8"))


def point_of(code: str) -> tuple[float, float] | None:
    """Longitude and latitude to write on for an ISO 3166-1 code; None where the map knows no such place."""
    at = world()["points"].get(code) or world()["small"].get(code)
    return (at[0], at[1]) if at else None


def not_drawn(codes: Iterable[str]) -> list[str]:
    """The codes that have no place on the map."""
    return sorted(code for code in codes if point_of(code) is None)


def disputed() -> list[str]:
    """Names of the areas that the map draws in grey with a dotted outline."""
    return list(world()["disputed"])


def bounds(counts: Iterable[int]) -> list[tuple[int, int]]:
    """Up to four classes (from, to) for the shades, doubling in width: every count is in one of them."""
    top = max(counts, default=1)
    if top <= len(STEPS):
        return [(n, n) for n in range(1, top + 1)]
    first = [(1, 1), (2, 3), (4, 7)]
    return [*first, (8, top)] if top >= 8 else [*first[:2], (4, top)]


def shade(count: int, classes: list[tuple[int, int]]) -> str:
    """The shade of a count; classes take the darker end of the scale when there are few."""
    return STEPS[next(n for n, (low, high) in enumerate(classes) if low <= count <= high)]


def supply_map(counts: Mapping[str, int], groups: Mapping[str, str], name: str, alt: str, legend: Mapping[str, str]) -> Figure:
    """Countries shaded by `counts` (ISO code -> providers) and hatched by `groups` (ISO code -> key of MAP_MARKERS); `legend`: key -> words for it."""
    classes = bounds(counts.values())
    europe, asia, west = (_panel(counts, groups, classes, window) for window in WINDOWS)
    column = {"vconcat": [west, _key(classes, legend, WINDOWS[2].width, 66)], "spacing": 8}
    chart = {"vconcat": [_panel(counts, groups, classes, None), {"hconcat": [europe, asia, column], "spacing": 11}], "spacing": 6}
    return render(chart, name, alt, fit=False, thin=0.9, datasets={"world": outlines(counts, groups, classes)})


def outlines(counts: Mapping[str, int], groups: Mapping[str, str], classes: list[tuple[int, int]]) -> dict[str, Any]:
    """The TopoJSON of the world with a fill, and where there is one a hatching, for each country; disputed areas have neither."""
    shapes = []
    for geometry in world()["objects"]["countries"]["geometries"]:
        code = geometry["id"]
        look = geometry.get("properties") or {"fill": shade(counts[code], classes) if counts.get(code) else LAND, "hatch": MAP_MARKERS.get(groups.get(code, ""), "")}
        shapes.append({**geometry, "properties": look})
    return {"type": "Topology", "transform": world()["transform"], "arcs": world()["arcs"], "objects": {"countries": {"type": "GeometryCollection", "geometries": shapes}}}


FILL = {"type": "nominal", "scale": None, "legend": None}


def _panel(counts: Mapping[str, int], groups: Mapping[str, str], classes: list[tuple[int, int]], window: Window | None) -> dict[str, Any]:
    """One map: land, shades, hatching, outlines, points of small places, counts."""
    width, height = (window.width, window.height) if window else (FULL, _WORLD_HEIGHT)
    if window:
        middle = math.log(math.tan(math.pi / 4 + math.radians(window.north) / 2))
        projection: dict[str, Any] = {"type": "mercator", "scale": window.scale, "translate": [-window.scale * math.radians(window.west), window.scale * middle]}
    else:
        projection = {"type": "equalEarth", "rotate": [-_TURN, 0, 0], "scale": _WORLD_SCALE, "translate": [FULL / 2, 159]}
    projection["clipExtent"] = [[0, 0], [width, height]]
    # The outlines are handed over by name, once for all panels.
    data = {"name": "world", "format": {"type": "topojson", "feature": "countries"}}

    def shapes(kind: str, coloured: bool = True, **style: Any) -> dict[str, Any]:
        layer: dict[str, Any] = {"data": data, "transform": [{"filter": f"datum.properties.{kind}"}], "mark": {"type": "geoshape", **style}}
        return {**layer, "encoding": {"fill": {"field": f"properties.{kind}", **FILL}}} if coloured else layer
    layers = [shapes("fill", stroke=SEA_LINE, strokeWidth=0.5)]
    if groups:
        layers.append(shapes("hatch", stroke=SEA_LINE, strokeWidth=0.5))
    layers.append(shapes("disputed", coloured=False, fill="#dfe3e6", stroke=UNSURE_LINE, strokeWidth=0.6, strokeDash=[0.8, 1.6]))
    unsettled = [g["id"] for g in world()["objects"]["countries"]["geometries"] if "properties" in g]
    small = {code: tuple(at) for code, at in world()["small"].items()} | {code: point_of(code) for code in unsettled}
    shown = [{"lon": at[0], "lat": at[1], "fill": shade(counts[code], classes), "hatch": MAP_MARKERS.get(groups.get(code, ""), "")}
             for code, at in sorted(small.items()) if at and counts.get(code) and _here(at, window)]
    spot = {"longitude": {"field": "lon", "type": "quantitative"}, "latitude": {"field": "lat", "type": "quantitative"}}
    for kind in ("fill", "hatch"):
        if rows := [row for row in shown if row[kind]]:
            mark = {"type": "circle", "size": 70 if window else 26, "opacity": 1, "stroke": INK, "strokeWidth": 0.7}
            layers.append({"data": {"values": rows}, "mark": mark, "encoding": {**spot, "fill": {"field": kind, **FILL}}})
    if labels := _labels(counts, window):
        for style in ({"stroke": "#ffffff", "strokeWidth": 2.6, "strokeJoin": "round"}, {"color": INK}):
            layers.append({"data": {"values": labels}, "mark": {"type": "text", "fontSize": 8, "fontWeight": "bold", **style}, "encoding": {**spot, "text": {"field": "text", "type": "nominal"}}})
    if window is None:                                         # where the close-ups lie
        boxes = [{"type": "LineString", "coordinates": _box(w)} for w in WINDOWS]
        layers.append({"data": {"values": boxes}, "mark": {"type": "geoshape", "filled": False, "stroke": "#8b98a3", "strokeWidth": 0.6, "strokeDash": [3, 2]}})
    frame: dict[str, Any] = {"layer": layers, "projection": projection, "width": width, "height": height}
    if window:
        frame |= {"title": {"text": gettext(window.title), "anchor": "start", "fontSize": 8.5, "fontWeight": "bold", "color": INK, "offset": 3}, "view": {"stroke": "#c9d1d8"}}
    return frame


def _box(window: Window) -> list[tuple[float, float]]:
    """The frame of a close-up as a line, along parallels and meridians."""
    w, s, e, n = window.west, window.south, window.east, window.north
    return [*((x, s) for x in _steps(w, e)), *((e, y) for y in _steps(s, n)), *((x, n) for x in _steps(e, w)), *((w, y) for y in _steps(n, s))]


def _steps(start: float, end: float, pieces: int = 12) -> list[float]:
    return [start + (end - start) * k / pieces for k in range(pieces + 1)]


def _here(at: tuple[float, float], window: Window | None) -> bool:
    """Whether a place is written in this panel: in a close-up if one holds it, else on the map of the world."""
    return window.holds(at) if window else True


def _labels(counts: Mapping[str, int], window: Window | None) -> list[dict[str, Any]]:
    """Code and count of each place, moved aside where two would overlap. In the world map only what no close-up shows."""
    taken: list[tuple[float, float, float]] = []               # x, y, half width in pixels
    out = []
    small = world()["small"]
    for code, count in sorted(counts.items(), key=lambda kv: (kv[0] in small, kv[0])):
        at = point_of(code)
        if at is None or not count or not _here(at, window) or (window is None and any(w.holds(at) for w in WINDOWS)):
            continue
        across = math.radians(1) * (window.scale if window else _WORLD_SCALE * 0.95)
        up = across / math.cos(math.radians(at[1])) if window else across * 1.15
        text = f"{code} {count}"
        half, x, y = len(text) * 2.35, at[0] * across, -at[1] * up
        tries = [(0.0, 0.0), (half + 6, 0.0), (-half - 6, 0.0), (0.0, -9.0), (0.0, 9.0), (half + 6, -8.0), (half + 6, 8.0), (-half - 6, 8.0), (-half - 6, -8.0), (0.0, -17.0), (0.0, 17.0)]
        tries = tries[1:] if code in small else tries           # beside a point, not on it

        def free(move: tuple[float, float], x: float = x, y: float = y, half: float = half) -> bool:
            return all(abs(x + move[0] - a) > half + c or abs(y + move[1] - b) > 8 for a, b, c in taken)
        dx, dy = next((move for move in tries if free(move)), tries[0])
        taken.append((x + dx, y + dy, half))
        if code in small:
            taken.append((x, y, 4))
        out.append({"lon": round(at[0] + dx / across, 2), "lat": round(at[1] - dy / up, 2), "text": text})
    return out


def _key(classes: list[tuple[int, int]], legend: Mapping[str, str], width: int, height: int) -> dict[str, Any]:
    """The legend, drawn like the map: shades with their counts, hatchings with their words."""
    ranges = [str(low) if low == high else f"{low}–{high}" for low, high in classes]
    boxes = [(n * 42, 14, STEPS[n], words) for n, words in enumerate(ranges)] + [(0, 32 + n * 15, MAP_MARKERS[key], words) for n, (key, words) in enumerate(legend.items())]
    canvas = Canvas(width, height)
    canvas.rects([(x, y, 12, 10, fill) for x, y, fill, _ in boxes], stroke="#8b98a3", strokeWidth=0.5)
    canvas.words([(x + 16, y + 5.5, words) for x, y, _, words in boxes], fontSize=8)
    canvas.words([(0, 5, _("GPU clouds that list the chips there"))], fontSize=8, fontWeight="bold")
    return canvas.spec()
