"""The data set: 100,000 offers of one crawl committed with their history, beside a plain executemany of the same rows into one table with one index; and the next runs.

    python bench/dataset.py [OFFERS] [REPEATS]

Processor time of this process, the least of the repeats, so that other work on the machine counts little. Readings are in memory: what is measured is folding, keys,
prices in dollars, evidence, rows, indexes, the check of the file, and putting it in place. `again` is `dataset.refresh` where nothing has changed (it looks at what
the data set was made from, and at the files in place); `crawl 2` and `crawl 3` fold another crawl as well, in which every page is the same, or every tenth price is another one.

Then the same with real pages, where the corpus is there (CHIPWATCH_CORPUS, default `../shared`): the commands, wall clock, start of the processes and all.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import dataset_fakes as fakes  # noqa: E402
from dataset.build import build  # noqa: E402
from dataset.refresh import refresh  # noqa: E402

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
        refresh(path, lambda: folder.reading_of, reader="bench", always=True)
        again = least(repeats, lambda: refresh(path, lambda: folder.reading_of, reader="bench"))
        print(f"again          {again:6.2f} s  {again / first:8.1%} of the first                                                  aim: 10 %")
        crawl(folder, "r2", "2026-03-09", offers)
        same = least(repeats, lambda: build(path, folder.reading_of))
        print(f"crawl 2        {same:6.2f} s  {same / first:8.0%} of the first: every page the same, so every row gets another date")
        crawl(folder, "r3", "2026-03-16", offers, moved=10)
        changed = least(repeats, lambda: build(path, folder.reading_of))
        print(f"crawl 3        {changed:6.2f} s  {changed / first:8.0%} of the first: every tenth price another one")
    finally:
        shutil.rmtree(path)
    real()


def real() -> None:
    """The commands over the archive of the corpus."""
    archive = Path(os.environ.get("CHIPWATCH_CORPUS", ROOT.parent / "shared")) / "corpus" / "real-web.warc.gz"
    if not archive.is_file():
        print("no corpus: set CHIPWATCH_CORPUS to the folder that holds it")
        return
    data = Path(tempfile.mkdtemp(prefix="chipwatch-bench-"))

    def timed(*arguments: str) -> float:
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", "from chipwatch.cli import main; main()", *arguments, "--data", str(data)], check=True, capture_output=True, cwd=ROOT)
        return time.perf_counter() - begun

    try:
        run = ("run", "--archive", str(archive), "--no-report")
        first, again, anew, replayed = timed(*run), timed("build"), timed("rebuild"), timed(*run)
        print(f"corpus         {first:6.1f} s for the first `run` over its archive: replay, reading, data set, feeds\n"
              f"               {again:6.2f} s for `build` with nothing new, {again / first:.1%} of it; {anew:.1f} s for `rebuild`, {anew / first:.1%}\n"
              f"               {replayed:6.1f} s for `run` over the same archive once more, {replayed / first:.1%}")
    finally:
        shutil.rmtree(data)


if __name__ == "__main__":
    main()
