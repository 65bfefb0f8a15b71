"""Figures: a few numbers -> a vector SVG, by Vega-Lite (vl-convert), with no network and no clock.

Specifications are written out as they are: classes that check and copy them (altair) take longer than the drawing.

Every figure takes plain rows that the view model computed, so that the numbers beside a figure are the numbers in it. Colours are safe for
colour-blind readers and always doubled by hatching, a label or a position. Shapes that Vega cannot fill with a pattern are given a marker
colour, which `_finish` replaces by a pattern.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any
from reports import text
from reports.language import _, current

INK, GREY, RULE, ACCENT = "#1b1f24", "#5b6570", "#c9d1d8", "#0b4f6c"
VERDICT_COLOURS = {"V0": "#f0f0f1", "V1": "#dbe9f1", "V2": "#a9cbdf", "V3": "#6ba3c4", "V4": "#2f77a3", "V5": "#0b3c5d",
                   "V6": "#e3a72f", "VX": "#f4e3b8"}
VERDICT_ORDER = ("V1", "V2", "V3", "V4", "V5", "V6", "VX", "V0")
_LIGHT_INK = ("V4", "V5")                                      # dark fills that need white letters
FULL, HALF = 642, 308                                         # widths of a figure in pixels: the type area, and one of two beside each other
_FONTS = {"ja": "Noto Sans, Noto Sans CJK JP", "zh": "Noto Sans, Noto Sans CJK SC"}
HATCHES = {"V0": "#fe01f0", "VX": "#fe01fa"}                  # marker colours
MAP_MARKERS = {"D5": "#fe01e0", "D14": "#fe01ea"}              # marker colours of hatchings that are laid over a shade
_PATTERNS = {
    "V0": '<pattern id="{id}" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" fill="#f7f7f8"/>'
          '<path d="M-1,1 l2,-2 M0,5 l5,-5 M4,6 l2,-2" stroke="#7d8790" stroke-width="0.8"/></pattern>',
    "VX": '<pattern id="{id}" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" fill="#f8ead0"/>'
          '<path d="M0,0 l5,5 M0,5 l5,-5" stroke="#a86a1d" stroke-width="0.8"/></pattern>',
    "D5": '<pattern id="{id}" width="5" height="5" patternUnits="userSpaceOnUse"><path d="M-1,1 l2,-2 M0,5 l5,-5 M4,6 l2,-2" stroke="#c9692a" stroke-width="0.75"/></pattern>',
    "D14": '<pattern id="{id}" width="4" height="4" patternUnits="userSpaceOnUse"><rect x="1" y="1" width="1.3" height="1.3" fill="#c9692a"/></pattern>',
}


@dataclass(frozen=True, slots=True)
class Figure:
    """An SVG with its alternative text."""

    svg: str
    alt: str


def _config() -> dict[str, Any]:
    font = _FONTS.get(current(), "Noto Sans, DejaVu Sans")
    axis = {"labelFont": font, "titleFont": font, "labelColor": INK, "titleColor": GREY, "labelFontSize": 9, "titleFontSize": 9,
            "titleFontWeight": "normal", "gridColor": "#e6eaed", "domainColor": RULE, "tickColor": RULE, "domain": False, "ticks": False,
            "labelPadding": 5}
    return {"view": {"stroke": None}, "font": font, "background": "transparent", "axis": axis,
            "legend": {"labelFont": font, "titleFont": font, "labelFontSize": 9, "titleFontSize": 9}, "text": {"font": font}}


def render(chart: dict[str, Any], name: str, alt: str, top: int = 0, *, fit: bool = True, thin: float = 0.0, datasets: dict[str, Any] | None = None) -> Figure:
    """Vega-Lite specification -> SVG with patterns, unique ids and a title that a PDF carries as alternative text.

    `fit`: the width holds the labels, too (single and layered charts; panels beside each other cannot); `thin`: points of outlines nearer to each other than
    so many pixels are left out; `datasets`: data that the chart names.
    """
    import json

    import vl_convert

    size = {"autosize": {"type": "fit-x", "contains": "padding"}} if fit else {}
    look = {"padding": {"left": 0, "right": 0, "top": top, "bottom": 0}, **size}
    specification = {**chart, **look, "config": _config()}
    if datasets:
        specification["datasets"] = {**specification.get("datasets", {}), **datasets}
    svg = vl_convert.vegalite_to_svg(json.dumps(specification), allowed_base_urls=[], show_warnings=False)
    svg = re.sub(r'\s(?:role|aria-[a-z]+)="[^"]*"', "", svg)   # the title speaks for the whole figure
    if thin:
        svg = re.sub(r'(?:<path transform="translate\(0,0\)"[^>]*/>)+', lambda m: _joined(m[0], thin), svg)
    return Figure(_finish(svg, name, alt), alt)


def _joined(paths: str, least: float) -> str:
    """Outlines that look the same as one path each look, in the order of their first; those outside the picture go."""
    looks: dict[str, list[str]] = {}
    for path in re.findall(r"<path [^>]*/>", paths):
        shape = re.search(r' d="([^"]*)"', path)
        if shape and "L" in shape[1]:
            looks.setdefault(path.replace(shape[0], " d=\"\"", 1), []).append(_thinned(shape[1], least))
    return "".join(look.replace('d=""', f'd="{"".join(shapes)}"', 1) for look, shapes in looks.items())


def _thinned(path: str, least: float) -> str:
    """An outline with one digit after the point, without points that lie nearer than `least` to the one before; a part that shrinks to less than a triangle goes."""
    kept = []
    for part in re.findall(r"M([^MZ]+)", path):
        points = [(float(x), float(y)) for x, y in (pair.split(",") for pair in part.split("L"))]
        line = points[:1]
        for x, y in points[1:-1]:
            if abs(x - line[-1][0]) + abs(y - line[-1][1]) >= least:
                line.append((x, y))
        line += points[-1:] if len(points) > 1 else []
        if len(line) > 3:
            kept.append("M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in line) + ("Z" if "Z" in path else ""))
    return "".join(kept)


# Vega draws a circle as two arcs; as an element of its own it is rounder in print.
_CIRCLE = re.compile(r'<path((?: [a-z-]+="[^"]*")*?) d="M(?P<r>[\d.]+),0A(?P=r),(?P=r),0,1,1,-(?P=r),0A(?P=r),(?P=r),0,1,1,(?P=r),0Z?"')


def _finish(svg: str, name: str, alt: str) -> str:
    svg = _CIRCLE.sub(r'<circle\1 r="\g<r>"', svg)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", svg)
    definitions = ""
    for code, marker in {**HATCHES, **MAP_MARKERS}.items():
        if marker in svg:
            definitions += _PATTERNS[code].format(id=f"{name}-{code}")
            svg = svg.replace(marker, f"url(#{name}-{code})")
    # One pixel of the drawing is 0.75 pt on paper, so that letters have one size in all figures.
    svg = re.sub(r' width="([\d.]+)" height="([\d.]+)"', lambda m: f' width="{float(m[1]) * 0.75:g}pt" height="{float(m[2]) * 0.75:g}pt"', svg, count=1)
    head = f"<title>{html.escape(alt)}</title>" + (f"<defs>{definitions}</defs>" if definitions else "")
    return re.sub(r"(<svg\b[^>]*>)", lambda m: m[1] + head, svg, count=1)


def _drawn(mark: str, data: list[dict[str, Any]] | None = None, *, where: str = "", style: dict[str, Any] | None = None, **encoding: dict[str, Any]) -> dict[str, Any]:
    """A layer of a Vega-Lite specification."""
    layer: dict[str, Any] = {"mark": {"type": mark, **(style or {})}, "encoding": encoding}
    return layer | ({"data": {"values": data}} if data is not None else {}) | ({"transform": [{"filter": where}]} if where else {})


def _as_is(field: str) -> dict[str, Any]:
    """A colour that stands in the data."""
    return {"field": field, "type": "nominal", "scale": None, "legend": None}


def verdict_bars(rows: list[tuple[str, dict[str, int]]], name: str, alt: str, *, width: int = FULL, height: int = 26, share: bool = False) -> Figure:
    """Stacked bars of verdict classes, one per label, counts printed in the segments; V0 hatched and always last.

    `rows`: (label, {code: count}). With `share`, every bar has the full width (bars of different n); the numbers are counts all the same.
    """
    total = max((sum(counts.values()) for _, counts in rows), default=1) or 1
    data = []
    for label, counts in rows:
        at = 0.0
        scale = total / (sum(counts.values()) or 1) if share else 1.0
        for code in VERDICT_ORDER:
            count = counts.get(code, 0)
            if not count:
                continue
            wide = count * scale / total * width * 0.75   # the labels take about a quarter
            data.append({"key": label, "code": code, "from": at, "to": at + count * scale, "middle": at + count * scale / 2,
                         "text": f"{code}: {count}" if wide >= 34 else str(count) if wide >= 9 else "",
                         "ink": "#ffffff" if code in _LIGHT_INK else INK, "fill": HATCHES.get(code, VERDICT_COLOURS[code]),
                         "plate": wide >= 9 and code in HATCHES})
            at += count * scale
    named = len(rows) > 1 or bool(rows and rows[0][0])
    y = {"field": "key", "type": "nominal", "sort": [label for label, _ in rows], "title": None, "scale": {"paddingInner": 0.35, "paddingOuter": 0.1}, "axis": {"labelLimit": 260} if named else None}
    middle, words, letters = {"field": "middle", "type": "quantitative"}, {"field": "text", "type": "nominal"}, {"fontSize": 9.5, "fontWeight": "bold"}
    layers = [
        _drawn("bar", style={"stroke": "#ffffff", "strokeWidth": 0.8}, y=y, x={"field": "from", "type": "quantitative", "axis": None, "scale": {"domain": [0, total], "nice": False}}, x2={"field": "to"}, fill=_as_is("fill")),
        _drawn("text", where="datum.plate", style={**letters, "stroke": "#ffffff", "strokeWidth": 4, "strokeJoin": "round"}, y=y, x=middle, text=words),
        _drawn("text", style=letters, y=y, x=middle, text=words, color=_as_is("ink"))]
    return render({"layer": layers, "data": {"values": data}, "width": width, "height": {"step": height * 1.35} if len(rows) > 1 else height}, name, alt)


def bars(rows: list[tuple[str, int, bool]], name: str, alt: str, *, width: int = HALF, step: int = 15, axis_title: str = "") -> Figure:
    """Horizontal bars in the order given, counts at their ends. `rows`: (label, count, emphasised)."""
    data = [{"label": label, "count": count, "fill": ACCENT if strong else "#9fb8c6"} for label, count, strong in rows]
    y = {"field": "label", "type": "nominal", "sort": [label for label, _, _ in rows], "title": None, "axis": {"labelLimit": 190}, "scale": {"paddingInner": 0.3}}
    top = max((count for _, count, _ in rows), default=1)
    x = {"field": "count", "type": "quantitative", "axis": None, "title": axis_title or None, "scale": {"domain": [0, top * 1.06 or 1], "nice": False}}
    layers = [_drawn("bar", y=y, x=x, fill=_as_is("fill")),
              _drawn("text", style={"align": "left", "dx": 3, "fontSize": 9, "color": INK}, y=y, x=x, text={"field": "count", "type": "quantitative"})]
    return render({"layer": layers, "data": {"values": data}, "width": width, "height": {"step": step}}, name, alt)


def price_strip(rows: list[tuple[str, float, bool]], medians: list[tuple[str, float, int]], name: str, alt: str, *, width: int = FULL, step: int = 22) -> Figure:
    """One dot a provider and chip on a logarithmic price axis; a tick at each median. `rows`: (chip, US dollars a GPU-hour, hollow)."""
    order = [chip for chip, _, _ in medians]
    low = min(price for _, price, _ in rows)
    high = max(price for _, price, _ in rows)
    ticks = [t for t in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200) if low * 0.7 <= t <= high * 1.4]
    y = {"field": "label", "type": "nominal", "sort": [f"{chip} (n = {n})" for chip, _, n in medians], "title": None}
    x = {"field": "price", "type": "quantitative", "title": _("US dollars per GPU-hour, lowest stated price of each provider (logarithmic)"),
         "scale": {"type": "log", "domain": [low * 0.8, high * 1.3], "nice": False}, "axis": {"values": ticks, "format": "~g", "grid": True}}
    names = {chip: f"{chip} (n = {n})" for chip, _, n in medians}
    dots = [{"label": names[c], "price": p, "fill": "#ffffff" if hollow else ACCENT} for c, p, hollow in rows if c in order]
    centres = [{"label": names[c], "price": m, "text": text.figures(m, 2)} for c, m, _ in medians]
    layers = [
        _drawn("point", dots, style={"size": 34, "opacity": 0.6, "strokeWidth": 1, "stroke": ACCENT}, y=y, x=x, fill=_as_is("fill")),
        _drawn("tick", centres, style={"thickness": 2, "size": 15, "color": "#b4531f"}, y=y, x=x),
        _drawn("text", centres, style={"dy": -10, "fontSize": 8, "color": "#b4531f"}, y=y, x=x, text={"field": "text", "type": "nominal"})]
    return render({"layer": layers, "width": width, "height": {"step": step}}, name, alt, top=8)
