"""A briefing of 250, 500 and 1,000 invented providers: processor seconds, pages and memory, which should grow with the number of providers and no faster.

    python bench/scale.py [PROVIDERS …]      each size in a process of its own, so that memory is its own

The providers are those of the tests (fictional companies, *.example hosts), repeated. Where a data set has more captures than briefing.ANNEX_APART, the annexes are a second file.
"""

from __future__ import annotations

import json
import logging
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
KINDS = 12                                                     # invented providers before they are repeated


def measure(providers: int) -> dict[str, float]:
    """The figures of one size, in this process."""
    import pikepdf
    import reports_market

    from reports import briefing, model

    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        data = reports_market.make(Path(folder) / "d.sqlite", scale=-(-providers // KINDS), sample=True)
        cpu, wall = time.process_time(), time.perf_counter()
        main = briefing.render(data, Path(folder) / "b.pdf")
        used = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
        files = [main, *(path for path in [briefing.annex_path(main)] if path.exists())]
        pages = [len(pikepdf.open(path).pages) for path in files]
        captures = len(model.read_briefing(data).evidence)
    return {"providers": KINDS * -(-providers // KINDS), "captures": captures, "pages": pages[0], "annex": sum(pages[1:]), **used}


def main(sizes: list[int]) -> None:
    print(f"{'providers':>9} {'captures':>8} {'pages':>5} {'annex':>5} {'cpu s':>7} {'ms/provider':>11} {'wall s':>7} {'MB':>6}")
    for size in sizes:
        answer = subprocess.run([sys.executable, __file__, "--one", str(size)], capture_output=True, text=True, check=True)
        r = json.loads(answer.stdout)
        print(f"{r['providers']:>9} {r['captures']:>8} {r['pages']:>5} {r['annex']:>5} {r['cpu']:>7.1f} {1000 * r['cpu'] / r['providers']:>11.0f} {r['wall']:>7.1f} {r['memory']:>6.0f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(int(sys.argv[2]))))
    else:
        main([int(size) for size in sys.argv[1:]] or [250, 500, 1000])
