"""Figures that are laid out to the pixel: the dot matrix, small multiples of verdicts, the slope chart, the timeline. Drawn by Vega-Lite like the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reports.figures import ACCENT, FULL, GREY, HATCHES, INK, RULE, VERDICT_COLOURS, VERDICT_ORDER, Figure, render
from reports.language import _, current

_ROW, _COLUMN, _HEAD = 12.5, 21, 96                           # pixels: a row, a column of dots, the slanted heads
_BLOCK = 62                                                    # rows of a block on a full page


class Canvas:
    """Rectangles, lines, dots and words at given pixels, as layers of one Vega-Lite chart.

    The specification is written out as it is: through altair's classes the layers of these charts would be checked and copied for longer than they take to draw.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._layers: list[dict[str, Any]] = []

    def _layer(self, rows: Iterable[Sequence[Any]], names: Sequence[str], mark: dict[str, Any], **encoding: Any) -> None:
        data = [dict(zip(names, row, strict=True)) for row in rows]
        if data:
            axes = {axis: {"field": axis, "type": "quantitative", "axis": None, "scale": {"domain": [0, most], "range": [0, most], "nice": False, "zero": False}}
                    for axis, most in (("x", self.width), ("y", self.height))}
            self._layers.append({"data": {"values": data}, "mark": mark, "encoding": {**axes, **encoding}})

    def rects(self, rows: Iterable[tuple[float, float, float, float, str]], **style: Any) -> None:
        """(x, y, width, height, fill)."""
        self._layer([(x, y, x + w, y + h, fill) for x, y, w, h, fill in rows], ("x", "y", "x2", "y2", "fill"), {"type": "rect", **style}, x2={"field": "x2"}, y2={"field": "y2"}, fill=FILL)

    def lines(self, rows: Iterable[tuple[float, float, float, float]], **style: Any) -> None:
        """(x, y, x2, y2)."""
        self._layer(rows, ("x", "y", "x2", "y2"), {"type": "rule", **style}, x2={"field": "x2"}, y2={"field": "y2"})

    def dots(self, rows: Iterable[tuple[float, float, str]], size: float, **style: Any) -> None:
        """(x, y, fill); size in square pixels."""
        self._layer(rows, ("x", "y", "fill"), {"type": "circle", "size": size, "opacity": 1, **style}, fill=FILL)

    def words(self, rows: Iterable[tuple[float, float, str]], **style: Any) -> None:
        """(x, y, text)."""
        self._layer([row for row in rows if row[2]], ("x", "y", "text"), {"type": "text", "align": "left", "baseline": "middle", "fontSize": 8.5, "color": INK, **style},
                    text={"field": "text", "type": "nominal"})

    def spec(self) -> dict[str, Any]:
        """The Vega-Lite specification."""
        return {"layer": self._layers, "width": self.width, "height": self.height}

    def figure(self, name: str, alt: str) -> Figure:
        return render(self.spec(), name, alt, fit=False)


FILL = {"field": "fill", "type": "nominal", "scale": None, "legend": None}


def fitted(words: str, width: float, size: float = 8.5) -> str:
    """Words cut to a width in pixels, by the usual breadth of letters; what is cut ends in an ellipsis."""
    import unicodedata

    room = width / size
    for n, letter in enumerate(words):
        room -= 1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.68 if letter.isupper() else 0.55
        if room < 0:
            return words[:max(1, n - 1)].rstrip() + "…"
    return words


def fill_of(code: str) -> str:
    """The fill of a verdict class: its colour, or the marker of its hatching."""
    return HATCHES.get(code, VERDICT_COLOURS[code])


# --- dot matrix ------------------------------------------------------------------------------------------------------------------

def blocks_of(groups: list[tuple[str, list[Any]]], most: int = _BLOCK) -> list[list[tuple[str, Any]]]:
    """Rows in columns of equal length, at most `most` long; a heading ('heading', words) opens each group and stands again where it goes on in the next column."""
    total = sum(len(rows) + 1 for _, rows in groups)
    count = 1 if total <= 14 else max(2, -(-total // most))
    length = max(-(-total // count) + 1, 3)
    blocks: list[list[tuple[str, Any]]] = [[]]
    for words, rows in groups:
        if len(blocks[-1]) + 2 > length:
            blocks.append([])
        blocks[-1].append(("heading", words))
        for row in rows:
            if len(blocks[-1]) >= length:
                blocks.append([("heading", _("%(words)s (continued)", words=words))])
            blocks[-1].append(("row", row))
    return blocks


def dot_matrix(blocks: list[list[tuple[str, Any]]], columns: Mapping[str, str], name: str, alt: str) -> Figure:
    """One or two blocks of rows: a name and a dot for each column; filled with a price, a ring without. Rows: (label, {column: priced}) or headings."""
    width = FULL / 2 - 8
    height = _HEAD + max(len(block) for block in blocks) * _ROW + 4
    canvas = Canvas(FULL if len(blocks) > 1 else width, height)
    names, heads, slanted, filled, rings, rules = [], [], [], [], [], []
    left = width - len(columns) * _COLUMN - 14                 # the slanted heads lean over the right edge
    for n, block in enumerate(blocks):
        x0 = n * (width + 16)
        slanted += [(x0 + left + k * _COLUMN + _COLUMN / 2 - 3, _HEAD - 6, words) for k, words in enumerate(columns.values())]
        for m, (kind, row) in enumerate(block):
            y = _HEAD + m * _ROW + _ROW / 2
            if kind == "heading":
                heads.append((x0, y + 1, row))
                rules.append((x0, y + _ROW / 2, x0 + left + len(columns) * _COLUMN, y + _ROW / 2))
                continue
            label, cells = row
            names.append((x0, y, fitted(label, left - 8)))
            for k, column in enumerate(columns):
                if column in cells:
                    (filled if cells[column] else rings).append((x0 + left + k * _COLUMN + _COLUMN / 2, y, ACCENT if cells[column] else "#ffffff"))
    canvas.lines(rules, stroke=ACCENT, strokeWidth=0.7)
    canvas.lines([(n * (width + 16) + left + k * _COLUMN + _COLUMN / 2, _HEAD, n * (width + 16) + left + k * _COLUMN + _COLUMN / 2, _HEAD + len(block) * _ROW)
                  for n, block in enumerate(blocks) for k in range(len(columns))], stroke="#e6eaed", strokeWidth=0.7)
    canvas.words(slanted, angle=312, color=INK, fontSize=8)
    canvas.words(heads, fontWeight="bold", color=ACCENT)
    canvas.words(names)
    canvas.dots(filled, 38)
    canvas.dots(rings, 34, stroke=ACCENT, strokeWidth=1.1)
    return canvas.figure(name, alt)


# --- small multiples -------------------------------------------------------------------------------------------------------------

def verdict_panels(panels: list[tuple[str, Mapping[str, int]]], name: str, alt: str, *, across: int = 3) -> Figure:
    """A panel for each group: bars of verdict classes on one scale, counts at their ends; classes without a provider keep their row. `panels`: (title, {code: count})."""
    gap, row = 22, 12.5
    width = (FULL - gap * (across - 1)) / across
    tall = 20 + row * len(VERDICT_ORDER) + 14
    top = max((count for _, counts in panels for count in counts.values()), default=1) or 1
    canvas = Canvas(FULL, tall * -(-len(panels) // across) - 10)
    bars, titles, codes, numbers, rules = [], [], [], [], []
    for n, (title, counts) in enumerate(panels):
        x0, y0 = (n % across) * (width + gap), (n // across) * tall
        titles.append((x0, y0 + 7, title))
        rules.append((x0, y0 + 15, x0 + width, y0 + 15))
        for m, code in enumerate(VERDICT_ORDER):
            y = y0 + 20 + m * row
            long = counts.get(code, 0) / top * (width - 46)
            codes.append((x0, y + row / 2 - 1, code))
            if long:
                bars.append((x0 + 24, y, long, row - 3, fill_of(code)))
            numbers.append((x0 + 28 + long, y + row / 2 - 1, str(counts.get(code, 0))))
    canvas.lines(rules, stroke=RULE, strokeWidth=0.8)
    canvas.rects(bars, stroke="#8b98a3", strokeWidth=0.4)
    canvas.words(titles, fontWeight="bold", fontSize=9)
    canvas.words(codes, fontSize=8)
    canvas.words(numbers, fontSize=8)
    return canvas.figure(name, alt)


# --- slope chart -----------------------------------------------------------------------------------------------------------------

def spread(wanted: Mapping[str, float], least: float, low: float, high: float) -> dict[str, float]:
    """Positions near the wanted ones, at least `least` apart and between `low` and `high` where there is room; their order is kept (equal ones by key)."""
    order = sorted(wanted, key=lambda key: (wanted[key], key))
    places = [wanted[key] for key in order]
    for n in range(len(places)):
        places[n] = max(places[n], places[n - 1] + least if n else low)
    if places:
        places[-1] = min(places[-1], high)
    for n in range(len(places) - 2, -1, -1):
        places[n] = min(places[n], places[n + 1] - least)
    return dict(zip(order, places, strict=True))


def slope(columns: list[tuple[str, Mapping[str, int]]], words: Mapping[str, str], name: str, alt: str, *, height: int = 236) -> Figure:
    """One line a verdict class across kinds of customer, the count in each dot. `columns`: (label, {code: count}); `words`: code -> words at the right end.

    Dots stand higher the more providers have the class; where counts are close they are moved apart, so that each can be read.
    """
    there = [code for code in VERDICT_ORDER if any(counts.get(code) for _, counts in columns)]
    top = max((counts.get(code, 0) for _, counts in columns for code in there), default=1) or 1
    left, right, head, foot = 34, 186, 34, 14
    canvas = Canvas(FULL, height)
    step = (FULL - left - right) / max(1, len(columns) - 1)
    ys = [spread({code: -counts.get(code, 0) / top * (height - head - foot) for code in there}, 16, -(height - head - foot), 0) for _, counts in columns]
    at = {(n, code): (left + n * step, height - foot + ys[n][code]) for n in range(len(columns)) for code in there}
    canvas.lines([(left + n * step, head - 8, left + n * step, height) for n in range(len(columns))], stroke="#e1e6ea", strokeWidth=0.8)
    canvas.lines([(*at[n, code], *at[n + 1, code]) for code in there for n in range(len(columns) - 1)], stroke=GREY, strokeWidth=1.1)
    canvas.dots([(*at[n, code], fill_of(code)) for n in range(len(columns)) for code in there], 190, stroke="#5b6570", strokeWidth=0.7)
    numbers = [(*at[n, code], str(counts.get(code, 0)), code) for n, (_, counts) in enumerate(columns) for code in there]
    plate = [(x, y, text) for x, y, text, code in numbers if code in HATCHES]
    canvas.words(plate, align="center", fontSize=8, fontWeight="bold", stroke="#ffffff", strokeWidth=3, strokeJoin="round")
    canvas.words([(x, y, text) for x, y, text, code in numbers if code not in ("V4", "V5")], align="center", fontSize=8, fontWeight="bold")
    canvas.words([(x, y, text) for x, y, text, code in numbers if code in ("V4", "V5")], align="center", fontSize=8, fontWeight="bold", color="#ffffff")
    canvas.words([(at[0, code][0] - 12, at[0, code][1], code) for code in there], align="right", fontWeight="bold", fontSize=8.5)
    canvas.words([(at[len(columns) - 1, code][0] + 13, at[len(columns) - 1, code][1], f"{code} {words[code]}") for code in there], fontSize=8.5)
    ends = [(left + n * step, label) for n, (label, _) in enumerate(columns)]
    for n, (x, label) in enumerate(ends):
        lines = _wrapped(label, 19)
        canvas.words([(x, 6 + 11 * m, line) for m, line in enumerate(lines[:2])], align="left" if n == 0 else "center", dx=-24 if n == 0 else 0, fontWeight="bold", fontSize=8.5)
    return canvas.figure(name, alt)


def _wrapped(label: str, wide: int) -> Sequence[str]:
    import textwrap

    if current() in ("ja", "zh"):                              # no spaces to break at, and letters twice as wide
        half = wide // 2
        return [label[:half], label[half:]] if len(label) > half else [label]
    lines = textwrap.wrap(label, wide) or [""]
    return lines if len(lines) <= 2 else [lines[0], " ".join(lines[1:])]


# --- timeline --------------------------------------------------------------------------------------------------------------------

def timeline(start: str, end: str, events: list[tuple[int, str]], stated: list[tuple[str, int]], seen: list[tuple[str, int]], name: str, alt: str) -> Figure:
    """Numbered events above the axis of time; below it the days that documents state as their own, and the days on which changes were seen (the larger the dot, the more).

    Days are ISO dates between `start` and `end`.
    """
    import datetime

    left, right, axis, height = 128, 12, 62, 150
    first, last = (datetime.date.fromisoformat(day).toordinal() for day in (start, end))
    room = FULL - left - right

    def at(day: str) -> float:
        return left + (datetime.date.fromisoformat(day).toordinal() - first) / max(1, last - first) * room
    canvas = Canvas(FULL, height)
    years = [f"{year}-01-01" for year in range(int(start[:4]) + 1, int(end[:4]) + 1)]
    canvas.lines([(at(day), 4, at(day), height - 8) for day in years], stroke="#e1e6ea", strokeWidth=0.8)
    canvas.lines([(left, axis, FULL - right, axis)], stroke=ACCENT, strokeWidth=1.4)
    canvas.words([(at(day) + 3, axis + 8, day[:4]) for day in years], fontSize=8, color=GREY)
    spots: list[tuple[float, float, int]] = []
    for number, day in events:                                 # a number that would cover another one goes a line higher
        level = next(k for k in range(99) if all(abs(at(day) - x) > 14 or k != other for x, other, _ in spots))
        spots.append((at(day), level, number))
    high = max((level for _, level, _ in spots), default=0)
    lift = min(15.0, 40 / max(1, high))
    canvas.lines([(x, axis - 10 - level * lift, x, axis) for x, level, _ in spots], stroke=GREY, strokeWidth=0.8)
    canvas.dots([(x, axis - 12 - level * lift, "#ffffff") for x, level, _ in spots], 150, stroke=ACCENT, strokeWidth=1.2)
    canvas.words([(x, axis - 12 - level * lift, str(number)) for x, level, number in spots], align="center", fontSize=8, fontWeight="bold")
    for row, (label, days, fill) in enumerate(((_("Terms dated so by their words"), stated, "#6ba3c4"), (_("Changes seen in captures"), seen, "#e3a72f"))):
        y = axis + 30 + row * 32
        canvas.words([(0, y, label)], fontSize=8.5)
        canvas.lines([(left, y, FULL - right, y)], stroke="#e1e6ea", strokeWidth=0.8)
        for day, count in days:
            canvas.dots([(at(day), y, fill)], min(40 + 14 * count, 260), stroke=INK, strokeWidth=0.6)
        canvas.words([(at(day), y - 13, str(count)) for day, count in days if count > 1], align="center", fontSize=7.5)
        if not days:
            canvas.words([(left + 4, y - 8, _("none in this time"))], fontSize=8, color=GREY)
    canvas.words([(0, axis - 12, _("Rules, numbered as below"))], fontSize=8.5)
    return canvas.figure(name, alt)
