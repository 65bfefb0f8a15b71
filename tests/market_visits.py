"""The sample market, visited twice; pages change in between. Made once for all tests that look at its data set."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest

from chipwatch.run import RunResult, run
from sample_market import market as market_module
from sample_market.market import Request


@dataclass
class Visit:
    """One run over the market: its data set, its files, and what the server saw."""

    phase: int
    data: Path
    database: Path
    result: RunResult
    requests: list[Request]

    def rows(self, sql: str, *values) -> list[dict]:
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        with contextlib.closing(connection):
            return [dict(r) for r in connection.execute(sql, values)]


@pytest.fixture(scope="session")
def visits(tmp_path_factory) -> dict[int, Visit]:
    """Two runs in one data folder, and a copy of the data set after each."""
    data = tmp_path_factory.mktemp("market") / "var"
    served: list[market_module.Market] = []
    real = market_module.serve

    @contextlib.contextmanager
    def watched(phase: int = 1):
        with real(phase) as running:
            served.append(running)
            yield running

    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(market_module, "serve", watched)
        for phase in (1, 2):
            result = run(data, "sample", workers=2)
            copy = data.parent / f"phase-{phase}.sqlite"
            shutil.copyfile(result.database, copy)
            if result.report:
                shutil.copyfile(result.report, data.parent / f"phase-{phase}.pdf")
            found[phase] = Visit(phase, data, copy, result, served[-1].requests)
    return found
