"""What keeping everything costs: CPU per response of our crawl, against a plain Scrapy spider on the same loopback site.

    python bench/capture.py [--pages 1000] [--rounds 7]

The plain spider has Scrapy's defaults: it asks for a page and yields its address and status. Ours asks for robots.txt, checks addresses, keeps pauses
(of no length here) and turns, decodes, writes each response and request to the WARC file, and each capture to captures.jsonl before it is told.
Both run in a process of their own, in interleaved rounds, with the same number of requests at a time and no delay. CPU is user + system time of that
process from the 50th answer to the end, the server's apart: what it costs to begin is not in it. Pages are invented HTML of 30 to 120 KB. Printed: one JSON line for each way of
sending them, plain and gzip; `ratio` is that of the medians.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import multiprocessing
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

WARM = 50                                                      # answers before the measure begins: robots.txt, imports, data files read once
HOSTS = 16                                                     # requests at a time: one for each host in ours
WORDS = ("the of and to in a is that for customer provider service shall may not agreement terms price per hour instance region data use access account any law export payment "
         "notice period cluster node memory storage network support order invoice tax fee limit policy party third right content security laws country").split()


# --- the site --------------------------------------------------------------------------------------------------------------------

def page(n: int) -> bytes:
    """Invented HTML of 30 to 120 KB: paragraphs, and a table of prices."""
    rng = random.Random(n)
    size, parts, length = rng.randrange(30_000, 120_000), ["<!doctype html><html><head><title>Page</title></head><body>"], 0
    while length < size:
        if rng.random() < 0.2:
            part = f'<tr class="row-{rng.randrange(99)}"><td>{rng.choice(WORDS)} {rng.randrange(9999)}</td><td class="price">${rng.random() * 99:.4f}</td></tr>'
        else:
            words = [rng.choice(WORDS) if rng.random() < 0.8 else "".join(rng.choices("abcdefghiklmnoprstuvw", k=rng.randrange(3, 11))) for _ in range(rng.randrange(20, 90))]
            part = f'<p id="s{rng.randrange(10**6)}">{" ".join(words).capitalize()}.</p>'
        parts.append(part)
        length += len(part) + 1
    return "\n".join([*parts, "</body></html>"]).encode()


def serve(pages: int, packed: bool, told) -> None:
    """A server that does as little as can be: answers made beforehand."""
    bodies = [page(n) for n in range(min(pages, 200))]
    answers = []
    for body in bodies:
        body = gzip.compress(body, 6) if packed else body
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n" + ("Content-Encoding: gzip\r\n" if packed else "")
        answers.append(head.encode() + b"Server: bench\r\nDate: Wed, 25 Nov 2026 12:00:00 GMT\r\nCache-Control: max-age=60\r\nVary: Accept-Encoding\r\n\r\n" + body)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readline():
            while (await reader.readline()) not in (b"\r\n", b""):
                pass
            path = head.split()[1]
            writer.write(b"HTTP/1.1 404 None\r\nContent-Length: 0\r\n\r\n" if path == b"/robots.txt" else answers[int(path[1:]) % len(answers)])
            await writer.drain()
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        told.send((server.sockets[0].getsockname()[1], sum(map(len, bodies)) // len(bodies)))
        await server.serve_forever()

    asyncio.run(main())


# --- the two crawls, each in a process of its own ------------------------------------------------------------------------------------

class Meter:
    """Scrapy extension: writes CPU seconds and responses of a crawl to the file of setting BENCH_OUT."""

    def __init__(self, crawler) -> None:
        from scrapy import signals

        self._out, self._count = crawler.settings["BENCH_OUT"], 0
        crawler.signals.connect(self._received, signal=signals.response_received)
        crawler.signals.connect(self._closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler):
        return cls(crawler)

    def _received(self) -> None:
        self._count += 1
        if self._count == WARM:
            self._began = time.process_time()

    def _closed(self) -> None:
        Path(self._out).write_text(json.dumps({"cpu": time.process_time() - self._began, "responses": self._count - WARM}))


def plain(port: int, pages: int, folder: Path) -> None:
    """Bare Scrapy."""
    import scrapy
    from scrapy.crawler import AsyncCrawlerProcess

    class PlainSpider(scrapy.Spider):
        name = "plain"

        async def start(self):
            for n in range(pages):
                yield scrapy.Request(f"http://127.0.0.1:{port}/{n}", dont_filter=True)

        def parse(self, response):
            yield {"url": response.url, "status": response.status}

    process = AsyncCrawlerProcess({"EXTENSIONS": {"bench.capture.Meter": 0}, "BENCH_OUT": str(folder / "out.json"), "LOG_LEVEL": "INFO", "LOG_FILE": str(folder / "log"),
                                   "CONCURRENT_REQUESTS": HOSTS, "CONCURRENT_REQUESTS_PER_DOMAIN": HOSTS, "TELNETCONSOLE_ENABLED": False})
    process.crawl(PlainSpider)
    process.start()


def ours(port: int, pages: int, folder: Path) -> None:
    """The crawl as the command line starts it."""
    from chipwatch.records import Source
    from crawler.run import crawl

    sources = [Source(provider=f"p{n % HOSTS}", url=f"http://h{n % HOSTS}.example/{n}", role="terms_of_service") for n in range(pages)]
    captures = crawl(sources, run_dir=folder / "captures" / "r", run_id="r", mode="sample", settings={
        "HOST_MAP": {f"h{n}.example": ("127.0.0.1", port) for n in range(HOSTS)}, "EXTENSIONS": {"bench.capture.Meter": 0}, "BENCH_OUT": str(folder / "out.json"),
        "CONCURRENT_REQUESTS": HOSTS, "DOWNLOAD_DELAY": 0, "CHIPWATCH_MAX_PAGES": 10**6, "CHIPWATCH_MAX_BYTES": 10**12})
    assert all(c.failure is None for c in captures)


def run(kind: str, port: int, pages: int) -> float:
    """CPU milliseconds per response of one round."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        subprocess.run([sys.executable, __file__, "--child", kind, str(port), str(pages), str(folder)], check=True,
                       env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])})
        out = json.loads((folder / "out.json").read_text())
        assert out["responses"] >= pages - WARM
        return 1000 * out["cpu"] / out["responses"]
    finally:
        shutil.rmtree(folder)


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        {"plain": plain, "ours": ours}[sys.argv[2]](int(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    for packed in (False, True):
        here, there = multiprocessing.Pipe()
        server = multiprocessing.get_context("spawn").Process(target=serve, args=(arguments.pages, packed, there), daemon=True)
        server.start()
        port, size = here.recv()
        times: dict[str, list[float]] = {"plain": [], "ours": []}
        for turn in range(arguments.rounds):
            for kind in (("plain", "ours"), ("ours", "plain"))[turn % 2]:
                times[kind].append(run(kind, port, arguments.pages))
        server.terminate()
        server.join()
        median = {k: statistics.median(v) for k, v in times.items()}
        print(json.dumps({"sent": "gzip" if packed else "plain", "pages": arguments.pages, "mean_page_bytes": size, "rounds": arguments.rounds,
                          "plain_ms": round(median["plain"], 3), "ours_ms": round(median["ours"], 3), "ratio": round(median["ours"] / median["plain"], 2),
                          "plain_range": [round(min(times["plain"]), 2), round(max(times["plain"]), 2)], "ours_range": [round(min(times["ours"]), 2), round(max(times["ours"]), 2)]}))


if __name__ == "__main__":
    main()
