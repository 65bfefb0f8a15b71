"""Memory and time of a crawl as it grows: 75, 150 and 300 hosts of 10 pages, and 250 and 1,000 pages of one host with no delay.

    python bench/soak.py [--seconds 300]

All hosts are one server on loopback. One JSON line a crawl: seconds, CPU and peak memory (MB) of the crawl process, peak memory of its parent,
captures. Memory that is flat and time that is linear show as equal `worker_mb`, and equal `ms_per_page`. Bounded: a crawl that takes longer than
`--seconds` is ended and said to be.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.capture import serve                                # noqa: E402  after the path

PLANS = ((75, 10), (150, 10), (300, 10), (1, 250), (1, 1000))   # hosts, pages of each


def child(port: int, hosts: int, pages: int, folder: Path) -> None:
    """One crawl; prints what it took."""
    from chipwatch.records import Source
    from crawler.run import crawl

    # as a list of providers is written: all pages of one, then all of the next
    sources = [Source(provider=f"p{h}", url=f"http://h{h}.example/{h * pages + n}", role="terms_of_service") for h in range(hosts) for n in range(pages)]
    began = time.monotonic()
    captures = crawl(sources, run_dir=folder / "captures" / "r", run_id="r", mode="sample", settings={
        "HOST_MAP": {f"h{h}.example": ("127.0.0.1", port) for h in range(hosts)}, "DOWNLOAD_DELAY": 0, "CHIPWATCH_MAX_PAGES": 10**6, "CHIPWATCH_MAX_BYTES": 10**12,
        "DOWNLOAD_TIMEOUT": 30})
    seconds = time.monotonic() - began
    worker, parent = resource.getrusage(resource.RUSAGE_CHILDREN), resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"hosts": hosts, "pages": pages, "captures": sum(c.failure is None for c in captures), "failures": sum(c.failure is not None for c in captures),
                      "seconds": round(seconds, 1), "cpu": round(worker.ru_utime + worker.ru_stime, 1), "ms_per_page": round(1000 * seconds / len(captures), 2),
                      "worker_mb": worker.ru_maxrss // 1024, "parent_mb": parent.ru_maxrss // 1024}))


def measure(hosts: int, pages: int, port: int, seconds: float = 300) -> dict:
    """What one crawl took, in a process of its own. Raises subprocess.TimeoutExpired, CalledProcessError."""
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    try:
        done = subprocess.run([sys.executable, __file__, "--child", str(port), str(hosts), str(pages), str(folder)], check=True, capture_output=True, text=True, timeout=seconds,
                              env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])})
        return json.loads(done.stdout.splitlines()[-1])
    finally:
        shutil.rmtree(folder)


class Site:
    """The server, while the block lasts; gives its port."""

    def __enter__(self) -> int:
        here, there = multiprocessing.Pipe()
        self._server = multiprocessing.get_context("spawn").Process(target=serve, args=(200, False, there), daemon=True)
        self._server.start()
        return here.recv()[0]

    def __exit__(self, *error) -> None:
        self._server.terminate()
        self._server.join()


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        child(*map(int, sys.argv[2:5]), Path(sys.argv[5]))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300)
    arguments = parser.parse_args()
    with Site() as port:
        for hosts, pages in PLANS:
            try:
                print(json.dumps(measure(hosts, pages, port, arguments.seconds)), flush=True)
            except subprocess.TimeoutExpired:
                print(json.dumps({"hosts": hosts, "pages": pages, "ended_after": arguments.seconds}), flush=True)


if __name__ == "__main__":
    main()
