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


# Files that look at the visited sample market: what it sets up takes long and is made once, so one process has them all.
MARKET = frozenset({"test_end_to_end", "test_exports", "test_notebook", "test_questions", "test_replay", "test_reports_numbers"})
# Groups of tests that take longest, the longest first: begun last, one of them would keep a process busy when the others have nothing left to do.
LONG = ("market", "test_reports", "test_quality_floors", "test_clauses", "test_crawler_live", "test_guest_rules", "test_hostile_documents", "test_kill", "test_hostile_servers",
        "test_hostile_outputs", "test_clauses_labelled", "test_serve", "test_hostile_folders", "test_decision", "test_rendered", "test_reports_archival", "test_probe",
        "test_reports_languages", "test_feeds_crawl", "test_reports_hostile", "test_explaining", "test_crawl_command", "test_hostile_commands", "test_conditional", "test_reports_twins",
        "test_offers_labelled", "test_history", "test_cli", "test_allow_lists", "test_openings", "test_minimal_pairs", "test_build_faults", "test_feeds_fast", "test_fuzz")


def group(nodeid: str) -> str:
    """Whose process a test runs in, where processes share the tests: that of its file, or of all files that look at the visited sample market."""
    name = Path(nodeid.partition("::")[0]).stem
    return "market" if name in MARKET else name


def pytest_xdist_make_scheduler(config: pytest.Config, log):
    """Deals out whole groups. (`--dist loadgroup` would, but that of pytest-xdist 3.8 writes the group where pytest 9.2 does not read it, and deals out single tests.)"""
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group(nodeid)

    config.option.loadscopereorder = False                     # in the order of `pytest_collection_modifyitems`
    return Groups(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a process that shares the tests with others: the longest groups first."""
    strange = {item.path.stem for item in items if "visits" in getattr(item, "fixturenames", ())} - MARKET - {"test_conditional"}   # that has visits of its own
    if strange:
        raise pytest.UsageError(f"tests/conftest.py: add to MARKET: {', '.join(sorted(strange))}")
    if hasattr(config, "workerinput"):
        rank = {name: number for number, name in enumerate(LONG)}
        items.sort(key=lambda item: rank.get(group(item.nodeid), len(LONG)))
