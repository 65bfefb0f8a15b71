"""Five of the thirty questions over 5 million invented offers: DuckDB on the exported Parquet, the same file of SQL in SQLite, and SQL written by hand for Parquet.

The offers are those of a data set with history: a table as the program makes it is filled, exported by the program's own export, and asked with the program's own questions
(dataset/questions/*.sql). Bounds: each question in DuckDB at most 0.3 s and at most 3 times the hand-written one. Best of five; SQLite: one run, beside it.

    python bench/queries.py [ROWS]      # default 5,000,000: about 3 GB of disk in the temporary folder, 8 minutes; make bench takes 500,000
"""

from __future__ import annotations

import os
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dataset import schema  # noqa: E402
from dataset.dictionary import views  # noqa: E402
from dataset.export_files import write_view  # noqa: E402
from dataset.questions import question  # noqa: E402

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else int(os.environ.get("CHIPWATCH_BENCH_ROWS", "500000"))
BOUND, RATIO, FLOOR = 0.3, 3.0, 0.05                            # seconds, times, seconds below which a ratio compares the planning of queries
PROVIDERS = 400
COPIES = 20
VIEWS = ("offers", "providers", "verdicts", "chips", "regions")
CHIPS = [("H100", "nvidia-h100-sxm", "3A090.a", 80.0), ("H100", "nvidia-h100-pcie", "3A090.a", 80.0), ("A100", "nvidia-a100-80-sxm", "3A090.a", 80.0), ("A100", "nvidia-a100-40-pcie", "3A090.a", 40.0),
         ("H200", "nvidia-h200-sxm", "3A090.a", 141.0), ("B200", "nvidia-b200", "3A090.a", 180.0), ("MI300X", "amd-mi300x", "3A090.a", 192.0), ("L40S", "nvidia-l40s", "3A090.a", 48.0),
         ("RTX4090", "nvidia-rtx-4090", "3A090.a", 24.0), ("T4", "nvidia-t4", "none", 16.0)]
PLACES = [None, "US", "DE", "NO", "FI", "SG", "JP", "KR", "GB", "FR", "CA", "IN", "BR", "AU", "HK", "AE"]

# Number of the question -> the least SQL for the same rows, written for DuckDB and these files alone
HAND = {
    1: """select p.seat_country, count(distinct o.provider), count(*), count(distinct o.provider) filter (where o.stale_since is not null)
          from 'offers.parquet' o join 'providers.parquet' p on p.provider = o.provider where o.chip_class = '3A090.a' group by 1 order by 2 desc, 1""",
    3: """select provider, gpu_name, chip, gpu_memory, form_factor, chip_class, count(*), count(*) filter (where availability = 'listed' and coalesce(commitment, '') <> 'contact_sales'),
          count(*) filter (where availability in ('on_request', 'waitlist') or commitment = 'contact_sales'), count(*) filter (where availability = 'sold_out')
          from 'offers.parquet' group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5""",
    4: """with family as (select gpu_name, min(tpp) as tpp from 'chips.parquet' group by 1)
          select o.provider, o.gpu_name, o.chip, coalesce(c.tpp, f.tpp), count(*), count(distinct o.country), min(o.evidence_id)
          from 'offers.parquet' o left join 'chips.parquet' c on c.chip = o.chip left join family f on f.gpu_name = o.gpu_name and o.chip is null
          where coalesce(c.tpp, f.tpp) > 21000 group by 1, 2, 3, 4 order by 1, 2, 3""",
    7: """with x as (select o.gpu_name, v.code, o.price_usd_per_gpu_hour as usd from 'offers.parquet' o left join (select provider, code from 'verdicts.parquet' where customer = 'cn_company') v using (provider)
          where o.commitment = 'on_demand' and o.price_usd_per_gpu_hour is not null)
          select gpu_name, code, count(*), round(median(usd), 4), round(min(usd), 4), round(max(usd), 4) from x group by grouping sets ((gpu_name), (gpu_name, code)) order by 1, 2""",
}
# Country of the data centre: question 2 in its portable part, for its list of country groups is a subquery of SQLite
HAND[2] = """select country, count(distinct provider), count(*) from 'offers.parquet' where chip_class = '3A090.a' group by 1 order by 2 desc, 1"""
ASKED = (1, 2, 3, 4, 7)


def fill(path: Path) -> None:
    """A data set of ROWS offers of 400 invented providers, through the tables of the program."""
    rng = random.Random(7)
    connection = sqlite3.connect(path)
    connection.executescript("pragma journal_mode = off; pragma synchronous = off; pragma locking_mode = exclusive")
    schema.create(connection)

    def put(table: str, rows: Iterator[dict]) -> None:
        names = schema.BY_NAME[table].names
        connection.executemany(f'insert into "{table}" ({", ".join(map(schema.quoted, names))}) values ({", ".join("?" * len(names))})', (tuple(r.get(n) for n in names) for r in rows))

    slugs = [f"cloud-{i:03d}" for i in range(PROVIDERS)]
    put("provider", ({"provider": s, "name": s, "kind": "gpu_cloud", "seat_country": rng.choice(PLACES), "has_offers": 1, "has_terms": 1, "strong_chip_count": 9, "sample": 1, "current": 1} for s in slugs))
    put("verdict", ({"id": f"V-{s}-{c}", "provider": s, "customer": c, "code": rng.choice(["V0", "V0", "V1", "V2", "V3", "V4", "V5"]), "current": 1}
                    for s in slugs for c in ("cn_company", "cn_subsidiary_abroad", "control")))
    put("chip", ({"chip": chip, "gpu_name": gpu, "vendor": "NVIDIA", "tpp": 36000.0 if gpu == "B200" else 15832.0, "chip_class": kind} for gpu, chip, kind, _ in CHIPS))
    put("offer", offers(rng, slugs, -(-ROWS // COPIES)))
    multiply(connection)
    connection.commit()
    connection.close()


def multiply(connection: sqlite3.Connection) -> None:
    """Copies of the offers made so far, at other providers, places and prices, until there are ROWS: much faster than making each in Python."""
    names = schema.BY_NAME["offer"].names
    changed = {"id": "'O' || :n || substr(id, 2)", "provider": f"'cloud-' || printf('%03d', (substr(provider, 7) + 37 * :n) % {PROVIDERS})",
               "price_usd_per_gpu_hour": "round(price_usd_per_gpu_hour + 0.07 * :n, 2)", "price": "price + 0.07 * :n * gpu_count", "evidence_id": "'E' || :n || substr(evidence_id, 2)"}
    made = connection.execute("select count(*) from offer").fetchone()[0]
    for n in range(1, COPIES):
        connection.execute(f'insert into offer ({", ".join(map(schema.quoted, names))}) select {", ".join(changed.get(c, schema.quoted(c)) for c in names)} from offer where rowid <= :made limit :left',
                           {"n": n, "made": made, "left": max(0, ROWS - n * made)})


def offers(rng: random.Random, slugs: list[str], rows: int) -> Iterator[dict]:
    for i in range(rows):
        gpu, chip, kind, memory = CHIPS[int(rng.random() ** 2 * len(CHIPS))]
        count = 1 << int(rng.random() * 4)
        usd = round(0.4 + rng.random() * 6, 2)
        kept = rng.random()
        yield {
            "id": f"O-{i:08d}", "provider": slugs[int(rng.random() * PROVIDERS)], "gpu_name": gpu, "chip": chip if kept > 0.05 else None, "gpu_count": float(count), "gpu_memory": memory,
            "form_factor": "SXM", "instance_name": f"gpu-{gpu.lower()}-{count}x-{i % 977}", "price": usd * count if kept < 0.9 else None, "currency": "USD", "price_unit": "hour",
            "price_scope": "instance", "commitment": "on_demand" if kept < 0.7 else "spot" if kept < 0.9 else "contact_sales", "tax": "unknown", "price_from": 0, "location": f"zone-{i % 61}",
            "country": PLACES[int(rng.random() * len(PLACES))], "availability": "listed" if kept < 0.9 else "on_request", "quote": f"{gpu} {count}x {usd}", "start": i % 90000, "end": i % 90000 + 20,
            "chip_class": kind, "price_usd_per_gpu_hour": usd if kept < 0.9 else None, "fx_rate": 1.0, "evidence_id": f"E-{i // 200:08d}", "document_id": f"D-{i // 200:08d}", "role": "offers",
            "url": f"https://cloud.example/{i // 200}", "captured_at": "2026-11-01T00:00:00Z", "first_seen": "2026-10-01T00:00:00Z", "last_changed": "2026-10-01T00:00:00Z",
            "last_checked": "2026-11-01T00:00:00Z", "stale_since": "2026-11-02T00:00:00Z" if kept < 0.02 else None, "current": 1,
        }


def asked_sql(number: int) -> str:
    """The question as its file has it; of number 2 the part that is not the list of country groups."""
    sql = question(number).sql
    if number != 2:
        return sql
    head, tail = sql.index("select o.country"), sql.index(",\n       (select group_concat")
    return sql[head:tail] + sql[sql.index("\nfrom offers o"):]


def same(rows: list[tuple]) -> list[str]:
    """Rows without regard to order (null first or last) and to the last digits."""
    return sorted(str([round(float(v), 3) if isinstance(v, (int, float)) else v for v in row]) for row in rows)


def best(run, times: int) -> tuple[float, float]:
    """(wall time, time of all processors), seconds, of the best of so many rounds."""
    took = []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        run()
        took.append((time.perf_counter() - wall, time.process_time() - cpu))
    return min(t for t, _ in took), min(t for _, t in took)


def main() -> int:
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        out, database = Path(folder), Path(folder) / "offers.sqlite"
        begun = time.perf_counter()
        fill(database)
        print(f"{ROWS:,} offers of {PROVIDERS} providers; data set {database.stat().st_size / 1e6:,.0f} MB, filled in {time.perf_counter() - begun:.0f} s")
        begun = time.perf_counter()
        connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
        for name, table in views():
            if name in VIEWS:
                write_view(connection, name, table, ("parquet",), out)
        print(f"exported in {time.perf_counter() - begun:.0f} s; offers.parquet {(out / 'offers.parquet').stat().st_size / 1e6:,.0f} MB")
        duck = duckdb.connect()
        duck.execute("set memory_limit = '4GB'")
        duck.execute(f"set file_search_path = '{out}'")
        for name in VIEWS:
            duck.execute(f"create view {name} as select * from '{out / name}.parquet'")
        return compare(duck, connection)


def compare(duck, connection: sqlite3.Connection) -> int:
    """Ask both, print a table; 1 where a bound is broken. On a busy machine wall time says little: there the time of the processors, shared over the cores, is judged."""
    cores = os.cpu_count() or 1
    busy = os.getloadavg()[0] > cores
    if busy:
        print(f"the machine is busy (load {os.getloadavg()[0]:.1f} on {cores} cores): processor time / {cores} is judged, not wall time")
    print(f"{'question':<41} {'DuckDB':>8} {'cpu/' + str(cores):>8} {'by hand':>8} {'cpu/' + str(cores):>8} {'ratio':>6} {'SQLite':>8}   seconds")
    failed = False
    for number in ASKED:
        sql = asked_sql(number)
        rows, hand_rows = duck.execute(sql).fetchall(), duck.execute(HAND[number]).fetchall()
        begun = time.perf_counter()
        light_rows = connection.execute(sql).fetchall()
        lite = time.perf_counter() - begun
        assert same(rows) == same(light_rows) == same(hand_rows), f"question {number}: the answers differ"
        wall, cpu = best(lambda sql=sql: duck.execute(sql).fetchall(), 5)
        hand_wall, hand_cpu = best(lambda n=number: duck.execute(HAND[n]).fetchall(), 5)
        judged, against = (cpu / cores, hand_cpu / cores) if busy else (wall, hand_wall)
        over = judged > BOUND or judged > max(FLOOR, RATIO * against)
        failed |= over
        print(f"{number:>2} {question(number).name:<38} {wall:8.3f} {cpu / cores:8.3f} {hand_wall:8.3f} {hand_cpu / cores:8.3f} {judged / against:6.2f} {lite:8.2f}{'   over the bound' if over else ''}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
