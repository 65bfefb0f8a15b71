"""The data set: 100,000 offers of one crawl committed with their history, beside a plain executemany of the same rows into one table with one index; and the next runs.

    python bench/dataset.py [OFFERS] [REPEATS]

Processor time of this process, the least of the repeats, so that other work on the machine counts little. Readings are in memory: what is measured is folding, keys,
prices in dollars, evidence, rows, indexes, the check of the file, and putting it in place.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent), str(Path(__file__).resolve().parent.parent / "tests")]

import dataset_fakes as fakes  # noqa: E402
from dataset.build import build  # noqa: E402

PROVIDERS = 20


def crawl(folder: fakes.Folder, run: str, day: str, offers: int, *, moved: int = 0) -> None:
    """A run of 20 providers; every `moved`-th offer has another price than at first."""
    folder.run(run, f"{day}T00:00:00Z")
    each = offers // PROVIDERS
    for p in range(PROVIDERS):
        listed = [fakes.offer(price=round(2 + n % 97 / 100 + (0.5 if moved and n % moved == 0 else 0), 2), instance_name=f"p{p} size {n}", location=f"place {n % 30}",
                              currency=("USD", "EUR", "CNY")[p % 3]) for n in range(each)]
        shown = fakes.page(f"{p} of {moved}", kind="offers", offers=listed)
        folder.visit(run, f"provider-{p:02}", "offers", f"https://p{p}.example/prices", f"{day}T00:00:{p:02}Z", shown)
    folder.write()


def least(repeats: int, work: Callable[[], object]) -> float:
    found = []
    for _ in range(repeats):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return min(found)


def plain(database: Path, repeats: int) -> float:
    """Seconds for the very rows of the table of offers: executemany into a table of the same columns with one index, in one transaction."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("select * from offer").fetchall()
        table = connection.execute("select sql from sqlite_schema where name = 'offer'").fetchone()[0]

    def insert() -> None:
        path = database.with_name("plain.sqlite")
        path.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute(table)
            connection.execute("create index one on offer (id)")
            connection.execute("begin")
            connection.executemany(f"insert into offer values ({', '.join('?' * len(rows[0]))})", rows)
            connection.execute("commit")

    return least(repeats, insert)


def main() -> None:
    offers, repeats = (int(a) for a in (*sys.argv[1:], *("100000", "3")[len(sys.argv) - 1:]))
    path = Path(tempfile.mkdtemp(prefix="chipwatch-bench-"))
    try:
        folder = fakes.Folder(path)
        crawl(folder, "r1", "2026-03-02", offers)
        build(path, folder.reading_of)                         # libraries and rates are loaded now
        first = least(repeats, lambda: build(path, folder.reading_of))
        base = plain(path / "chipwatch.sqlite", repeats)
        print(f"first run      {first:6.2f} s  {offers / first:10,.0f} offers a second  {first / base:5.2f} x plain executemany ({base:.2f} s)   aim: 100,000 a second, or 2.00 x")
        crawl(folder, "r2", "2026-03-09", offers)
        again = least(repeats, lambda: build(path, folder.reading_of))
        print(f"unchanged run  {again:6.2f} s  {again / first:8.0%} of the first                                                    aim: 10 %")
        crawl(folder, "r3", "2026-03-16", offers, moved=10)
        changed = least(repeats, lambda: build(path, folder.reading_of))
        print(f"10 % changed   {changed:6.2f} s  {changed / first:8.0%} of the first")
    finally:
        shutil.rmtree(path)


if __name__ == "__main__":
    main()
