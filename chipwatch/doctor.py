"""`chipwatch doctor`: does this machine have what is needed, and if not, what to do."""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
import sys
from pathlib import Path

LIBRARIES = ("scrapy", "spacy", "weasyprint", "warcio", "selectolax", "sqlite-utils", "vl-convert-python", "pikepdf", "pypdfium2", "ahocorasick-rs")
FONTS = {"en": "Latin", "ru": "Cyrillic", "ja": "Japanese", "ko": "Korean", "zh-cn": "Chinese, simplified", "zh-tw": "Chinese, traditional"}
FREE_BYTES = 500 * 1024 * 1024


def _fonts() -> list[tuple[bool, str]]:
    if not shutil.which("fc-list"):
        return [(False, "fontconfig is missing: apt-get install fontconfig fonts-dejavu-core fonts-noto-core fonts-noto-cjk")]
    rows = []
    for code, name in FONTS.items():
        found = subprocess.run(["fc-list", f":lang={code}", "family"], capture_output=True, text=True, timeout=60, check=False).stdout.strip()
        rows.append((bool(found), f"font for {name}" + ("" if found else ": missing; apt-get install fonts-noto-core fonts-noto-cjk")))
    return rows


def _libraries() -> list[tuple[bool, str]]:
    rows = []
    for name in LIBRARIES:
        try:
            rows.append((True, f"{name} {importlib.metadata.version(name)}"))
        except importlib.metadata.PackageNotFoundError:
            rows.append((False, f"{name} is missing: run `make setup`"))
    try:
        import weasyprint  # noqa: F401  loads Pango
        rows.append((True, "Pango can be loaded"))
    except OSError as error:
        rows.append((False, f"Pango cannot be loaded ({error}): apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"))
    return rows


def _browser() -> list[tuple[bool, str]]:
    """Optional: a run goes on without it, and says which sources it did not read."""
    from crawler.browser import missing

    fault = missing({})
    return [(True, "pages that need a browser can be drawn" if fault is None else f"pages that need a browser are not read: {fault} (optional)")]


def _data(data: Path) -> list[tuple[bool, str]]:
    folder = next(p for p in (data.absolute(), *data.absolute().parents) if p.exists())
    free = shutil.disk_usage(folder).free
    rows = [(free >= FREE_BYTES, f"{free // 1024 ** 2:,} MiB free for {data}")]
    database = data / "chipwatch.sqlite"
    rows.append((True, f"data set {database}" if database.is_file() else f"no data set in {data} yet"))
    return rows


def examine(data: Path) -> tuple[list[str], bool]:
    """(lines to print, everything well)."""
    version = ".".join(map(str, sys.version_info[:3]))
    rows = [(sys.version_info >= (3, 11), f"Python {version}"), *_libraries(), *_fonts(), *_browser(), *_data(data)]
    return [f"{'ok     ' if good else 'MISSING'} {text}" for good, text in rows], all(good for good, _ in rows)
