"""Shared fixtures. Tests of real pages find them through CHIPWATCH_CORPUS (default: ../shared beside the checkout) and skip, saying so, where they are absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from market_visits import visits  # noqa: F401  the fixture

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder that holds corpus/ and gold/."""
    folder = Path(os.environ.get("CHIPWATCH_CORPUS") or ROOT.parent / "shared")
    if not (folder / "corpus" / "MANIFEST.jsonl").is_file():
        pytest.skip(f"no real pages at {folder}: set CHIPWATCH_CORPUS to the folder that holds corpus/ and gold/")
    return folder


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where processes share the tests (`--dist loadgroup`), a file stays in one of them, and so do all files that look at the visited sample market: what these set up takes long and is made once."""
    market = {item.path for item in items if "visits" in getattr(item, "fixturenames", ())}
    for item in items:
        item.add_marker(pytest.mark.xdist_group("market" if item.path in market else item.path.stem))
