"""How long offers and regions of a price page take, against `parsel` with ten CSS queries on the same page; and how the reader bears hostile input.

    python bench/supply.py [--rounds 7] [--worst]

Interleaved rounds over the same pages in the same process; the medians of the whole set and of each page, and their ratio, are printed as one JSON line. `whole` is what
`chipwatch extract --kind offers` does; `supply` leaves out clauses and signals. Pages: HTML price pages of the corpus (CHIPWATCH_CORPUS, default `../shared`) and the
labelled ones of the tests, so that pages of all sizes are there. `--worst` reads 1 MB of one repeated token, deep nesting and a 10 MB table, each in a process of
its own, and prints seconds (by the clock, and of the processor) and peak memory; the goal is 10 s and 1 GiB.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
QUERIES = ("title::text", "h1::text", "h2::text", "h3::text", "table tr td::text", "table th::text", "ul li::text", "p::text", "a::attr(href)", "div span::text")


def pages() -> list[tuple[str, bytes]]:
    """(name, bytes) of HTML price pages."""
    corpus = Path(os.environ.get("CHIPWATCH_CORPUS", ROOT.parent / "shared")) / "corpus" / "offers"
    found = sorted(p for p in corpus.rglob("*.htm*") if p.is_file() and p.stat().st_size < 2_000_000) if corpus.is_dir() else []
    found += sorted((ROOT / "tests" / "labelled" / "pages").glob("*.html"))
    return [(p.name, p.read_bytes()) for p in found]


def _row(n: int) -> str:
    return f"<tr><td>g{n}.large</td><td>{n % 8 + 1} x H100</td><td>80 GB</td><td>${n % 90 + 1}.50 per hour</td><td>Frankfurt</td></tr>"


WORST: dict[str, Callable[[], tuple[str, str]]] = {
    "export": lambda: ("t.txt", "export " * 150_000), "h100": lambda: ("t.txt", "H100 " * 210_000), "price": lambda: ("t.txt", "$2.49 per hour " * 70_000),
    "digits": lambda: ("t.txt", "1" * 1_000_000), "commas": lambda: ("t.txt", "1,000," * 170_000), "chip_price": lambda: ("t.txt", "H100 $2.49/hr " * 70_000), "a10": lambda: ("t.html", "<p>" + "a10" * 330_000),
    "colons": lambda: ("t.txt", "Regions: " * 110_000), "places": lambda: ("t.txt", "Regions: " + "Paris, " * 150_000), "lines": lambda: ("t.txt", "H100  $2  x\n" * 90_000),
    "bars": lambda: ("t.md", "| H100 | $2 |\n|---|---|\n" * 45_000), "brackets": lambda: ("t.json", "[" * 1_000_000), "objects": lambda: ("t.json", '{"a":' * 170_000 + "1" + "}" * 170_000),
    "nested": lambda: ("t.html", "<div>" * 100_000 + "H100 $2/hr"), "nested_lists": lambda: ("t.html", "<ul><li>H100 $2/hr" * 20_000), "quotes": lambda: ("t.md", ">" * 500_000 + " H100"),
    "table": lambda: ("t.html", "<table><tr><th>Name</th><th>GPU</th><th>VRAM</th><th>Price</th><th>Region</th></tr>" + "".join(map(_row, range(90_000))) + "</table>"),
    "wide": lambda: ("t.html", "<table><tr>" + "<td>H100</td>" * 80_000 + "</tr><tr>" + "<td>$2.49/hr</td>" * 80_000 + "</tr></table>"),
    "cards": lambda: ("t.html", "<div class=card><h3>H100</h3><p>$2.49 / hour</p></div>" * 20_000), "spaces": lambda: ("t.txt", "H100" + " " * 1_000_000 + "$2"), "minus": lambda: ("t.txt", "-a1" * 330_000),
}


def read_worst(name: str) -> None:
    """Read one hostile input; prints seconds, peak memory in MiB and the number of offers."""
    from nlp.extract import extract

    path, text = WORST[name]()
    begin, cpu = time.perf_counter(), time.process_time()
    found = extract(text.encode(), path=path, kind="offers")
    print(json.dumps({"case": name, "bytes": len(text), "seconds": round(time.perf_counter() - begin, 2), "cpu_seconds": round(time.process_time() - cpu, 2),
                      "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "offers": len(found.offers), "regions": len(found.regions)}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--worst", action="store_true")
    parser.add_argument("--case", choices=sorted(WORST), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.case:
        read_worst(arguments.case)
        return
    if arguments.worst:
        for name in WORST:
            try:
                done = subprocess.run([sys.executable, __file__, "--case", name], capture_output=True, text=True, timeout=120, check=False)
            except subprocess.TimeoutExpired:
                print(json.dumps({"case": name, "failed": "over 120 s"}), flush=True)
                continue
            print(done.stdout.strip() or json.dumps({"case": name, "failed": (done.stderr.strip().splitlines() or ["no output"])[-1][:300]}), flush=True)
        return

    import parsel

    from nlp.extract import extract
    from nlp.read import read_document
    from nlp.supply import read_supply

    def query(data: bytes) -> None:
        selector = parsel.Selector(text=data.decode("utf-8", "replace"))
        for css in QUERIES:
            selector.css(css).getall()

    works: dict[str, Callable[[str, bytes], object]] = {
        "parsel": lambda name, data: query(data), "parse": lambda name, data: read_document(data, path=name),
        "supply": lambda name, data: read_supply(read_document(data, path=name)), "whole": lambda name, data: extract(data, path=name, kind="offers"),
    }
    documents = pages()
    for work in works.values():                                # warm: patterns, gazetteers
        for name, data in documents:
            work(name, data)
    times: dict[str, list[list[float]]] = {key: [[] for _ in documents] for key in works}
    for _ in range(arguments.rounds):
        for index, (name, data) in enumerate(documents):
            for key, work in works.items():
                begin = time.perf_counter()
                work(name, data)
                times[key][index].append(time.perf_counter() - begin)
    medians = {key: [statistics.median(t) for t in rows] for key, rows in times.items()}
    ratios = sorted(s / p for s, p in zip(medians["supply"], medians["parsel"], strict=True))
    print(json.dumps({"pages": len(documents), "kilobytes": sum(len(d) for _, d in documents) // 1000, "rounds": arguments.rounds, **{f"{key}_ms": round(1000 * sum(rows), 1) for key, rows in medians.items()},
                      "ratio_parse": round(sum(medians["parse"]) / sum(medians["parsel"]), 2), "ratio": round(sum(medians["supply"]) / sum(medians["parsel"]), 2),
                      "ratio_whole": round(sum(medians["whole"]) / sum(medians["parsel"]), 2), "ratio_median_page": round(statistics.median(ratios), 2)}))


if __name__ == "__main__":
    main()
