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
