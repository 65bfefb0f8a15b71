"""A crawl that grows: memory stays, time grows with the pages and no faster (bench/soak.py measures; figures in docs/guest-rules.md)."""

from __future__ import annotations

import pytest

from bench.soak import Site, measure


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("plans", [((75, 10), (300, 10)), ((1, 250), (1, 1000))], ids=["hosts", "one-host"])
def test_memory_is_flat_and_time_is_linear(plans):
    with Site() as port:
        small, large = (measure(hosts, pages, port) for hosts, pages in plans)
    assert (small["captures"], large["captures"]) == tuple(h * p for h, p in plans) and small["failures"] == large["failures"] == 0
    assert large["worker_mb"] < small["worker_mb"] + 40, "four times the pages, the same memory"
    assert large["parent_mb"] < small["parent_mb"] + 40
    assert large["cpu"] < 4 * small["cpu"] * 1.3, "four times the pages, four times the CPU at most"
