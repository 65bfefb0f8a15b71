"""Builds the data set of an invented folder in a process of its own, which the test kills: `build_child.py FOLDER OFFERS`."""

from __future__ import annotations

import sys
from pathlib import Path

import dataset_fakes as fakes
from dataset.refresh import refresh


def market(path: Path, offers: int, runs: int = 2) -> fakes.Folder:
    """The small market with a provider of many offers, a third of which get another price from run to run."""
    folder = fakes.small_market(path)
    if runs == 1:
        del folder.runs["r2"]
    for number, run in enumerate(folder.runs):
        listed = [fakes.offer(price=2.0 + (n % 7) / 10 + (0.1 * number if n % 3 == 0 else 0), instance_name=f"size {n}") for n in range(offers)]
        folder.visit(run, "delta", "offers", "https://delta.example/prices", f"2026-11-0{1 + 7 * number}T00:00:20Z", fakes.page(f"delta {number}", kind="offers", offers=listed))
    return folder


def finish(folder: fakes.Folder) -> Path:
    """The second run, read by another reader than the first."""
    old = {key: reading for key, reading in folder.readings.items()}
    name, better = fakes.page("gamma 1", clauses=[fakes.clause("resale_restriction", "No resale of the service.")])
    folder.readings[fakes.sha(name)] = better
    folder.write()

    def reading_of(capture):
        return folder.reading_of(capture)

    reading_of.earlier = lambda reader: lambda c: old.get(c.payload_sha256)
    return refresh(folder.path, lambda: reading_of, reader="two").path


if __name__ == "__main__":
    made = market(Path(sys.argv[1]), int(sys.argv[2]))
    print("begins", flush=True)
    finish(made)
    print("done", flush=True)
