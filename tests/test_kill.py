"""kill -9 at any moment of a crawl: no finished page is lost or fetched twice, at most one page a provider is fetched again.

Measured from the log of the server, which runs in the process of the test and outlives the crawls. The crawls are those of the command line.
"""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from guest_server import Site, serving

import crawler.run
from chipwatch.records import Capture, Source
from crawler.archive import list_records, read_payload
from crawler.run import read_captures
from sample_market.market import Market, serve

ROOT = Path(__file__).resolve().parent.parent
QUICK = ("kestrelwick", "nimbusforge", "quernstone")
PATIENCE = 6.0                                                 # seconds for an answer, twice the market's: its slow page takes 1.5, and the server shares a busy machine with the crawls
CLIENT = """
import contextlib, json, sys
import sample_market.market as market
hosts = {name: tuple(place) for name, place in json.loads(sys.argv.pop(1)).items()}
market.serve = lambda phase=1: contextlib.nullcontext(hosts)     # the market of the test, so that its log outlives this process
market.TIMEOUT = float(sys.argv.pop(1))
from chipwatch.cli import main
main()
"""


class Crawl:
    """`chipwatch crawl --sample …` in a process group of its own."""

    def __init__(self, market: Market, data: Path, *args: str) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", CLIENT, json.dumps(market), str(PATIENCE), "crawl", "--sample", "--data", str(data), *args], cwd=ROOT, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, env={**os.environ, "PYTHONPATH": str(ROOT)})

    def kill(self, everything: bool) -> None:
        """The command alone (its crawl process must notice), or both at once, as when a machine goes down."""
        with contextlib.suppress(ProcessLookupError):
            if everything:
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()
        self.process.communicate(timeout=30)

    def end(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=120)
        return self.process.returncode, out, err


def pages(market: Market) -> Counter:
    """(provider's domain, address) -> requests so far, robots.txt aside, and redirects: one whose target had not come yet is asked for again."""
    market.wait_until_idle()                                   # of the page that never ends the server learns late that nobody reads it any more
    return Counter((".".join(r.host.split(".")[-2:]), r.host + r.path) for r in market.requests if r.path != "/robots.txt" and not 300 <= r.status < 400)


def outcome(data: Path) -> dict[tuple, tuple]:
    """What a finished crawl says of each source; raises where a payload is not held as told."""
    found = {}
    for run in sorted((data / "captures").iterdir()):
        captures: list[Capture] = read_captures(run / "captures.jsonl")
        assert json.loads((run / "run.json").read_text("utf-8")).get("ended"), "closed"
        assert not (run / ".salvage").exists() and not list_records(run / "crawl.warc.gz").issues
        for c in captures:
            assert (c.provider, c.role, c.url) not in found, "one capture a source"
            found[c.provider, c.role, c.url] = (c.failure, c.payload_sha256)
            if c.failure is None:
                assert read_payload(data / c.warc_file, c.record_id).body is not None
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A crawl that nobody kills: its outcome, its requests, and how long they took."""
    def run(*providers: str):
        data = tmp_path_factory.mktemp("whole")
        with serve() as market:
            code, _, err = Crawl(market, data, *providers).end()
            assert code == 0, err
            asked = pages(market)
        return outcome(data), asked

    return run


def killed_at(market: Market, data: Path, moment: int, pause: float, everything: bool, *args: str) -> bool:
    """Kill a crawl `pause` seconds after the market has answered `moment` requests; False where it had ended before."""
    crawl, before = Crawl(market, data, *args), len(market.requests)
    while len(market.requests) - before < moment and crawl.process.poll() is None:
        time.sleep(0.002)
    time.sleep(pause)
    running = crawl.process.poll() is None
    crawl.kill(everything)
    return running


def check(market: Market, data: Path, expected: dict, asked: Counter, kills: int, args: tuple[str, ...]) -> Counter:
    """Go on to the end, and compare with the crawl that nobody killed. Returns how many pages a provider was asked for again."""
    code, _, err = Crawl(market, data, *args).end()
    assert code == 0, err
    found = outcome(data)
    other = {source: (expected.get(source), found.get(source)) for source in expected.keys() | found.keys() if expected.get(source) != found.get(source)}
    assert not other, f"no page is lost, none has another outcome: {other}"
    again: Counter = Counter()
    for (provider, page), count in pages(market).items():
        more = count - asked[provider, page]
        assert more <= kills * max(1, asked[provider, page]), f"{page} was asked for {more} times more"
        again[provider] += more > 0                            # its retries are part of a page
    assert all(count <= kills for count in again.values()), f"more than one page of a provider for a kill: {again}"
    return again


def test_three_kills_in_one_crawl(tmp_path, whole):
    expected, asked = whole(*QUICK)
    chance, kills = random.Random(9), 0
    total = sum(asked.values())
    with serve() as market:
        for n in range(3):
            kills += killed_at(market, tmp_path, chance.randrange(1, total // 2), chance.random() * 0.03, n != 1, *QUICK)
        assert kills >= 2
        check(market, tmp_path, expected, asked, kills, QUICK)
        assert len(list((tmp_path / "captures").iterdir())) == 1, "one run, gone on with"


def test_the_server_of_the_test_counts_an_answer_that_is_still_under_way():
    """A client that hung up in the middle of an answer: the server learns it with the next piece that it sends, and the counts wait for that."""
    with serve() as market:
        connection = http.client.HTTPConnection("127.0.0.1", market.port)
        connection.request("GET", "/where", headers={"Host": "www.saltbush.example"})
        connection.getresponse().close()
        connection.close()
        assert not market.requests
        assert sum(pages(market).values()) == 1


OK = (200, {}, b"<h1>Terms</h1><p>We rent machines to anybody.</p>")
BEFORE = {                                                     # what the page before answers -> how often its addresses are asked for in all
    "an error, three times": ((500, {}, b""), {"/first": 3}), "nothing, three times": (lambda connection: connection.connection.close(), {"/first": 3}),
    "a redirect to the host of the next page": ((302, {"Location": "http://topsail.example/there"}, b""), {"/first": 1, "/there": 1}), "the page": (OK, {"/first": 1})}


@pytest.mark.parametrize("before", BEFORE)
def test_a_kill_when_a_provider_s_next_page_has_just_been_asked_for(tmp_path, monkeypatch, before):
    """The page before it is over then, with all its attempts and redirects, and noted: that one page is asked for again, and no other, though they are of two hosts."""
    workers, noted, run_dir = [], [], tmp_path / "captures" / "r"
    start = subprocess.Popen

    def popen(*args, **kwargs):
        workers.append(start(*args, **kwargs))
        return workers[-1]

    def next_page(connection) -> None:
        if not noted:
            noted.append([c.url for c in read_captures(run_dir / "captures.jsonl")])
            workers[0].kill()
            workers[0].wait()
        else:
            connection.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n" + OK[2])

    monkeypatch.setattr(crawler.run.subprocess, "Popen", popen)
    answer, expected = BEFORE[before]
    first, last = "http://mainsail.example/first", "http://topsail.example/next"
    with serving({"mainsail.example": Site({"/first": answer}), "topsail.example": Site({"/next": next_page, "/there": OK})}) as server:
        captures = crawler.run.crawl([Source(provider="sail", url=url, role="terms_of_service") for url in (first, last)], run_dir=run_dir, run_id="r", mode="sample",
                                     settings={"HOST_MAP": server.host_map()})
        asked = Counter(a.path for a in server.log if a.path != "/robots.txt")
    assert noted == [[first]] and len(workers) == 2
    assert asked == {**expected, "/next": 2}
    assert [c.url for c in captures] == [first, last] and captures[1].failure is None


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_twenty_kills_at_random_moments(tmp_path, whole):
    """Of a crawl of the whole market, one kill each; `--due`, as cron calls it. Prints what was measured."""
    expected, asked = whole()
    chance, total = random.Random(20), sum(asked.values())
    again, killed = [], 0
    for n in range(20):
        data = tmp_path / str(n)
        with serve() as market:
            running = killed_at(market, data, chance.randrange(0, total + 8), chance.random() * 0.6, chance.random() < 0.5, "--due")
            killed += running
            again.append(sum(check(market, data, expected, asked, 1, ("--due",)).values()))
    assert killed >= 15
    print(f"\n{killed} kills in 20 crawls of {total} pages: {sum(again)} pages asked for again in all, {max(again)} at most in one crawl")


def test_a_page_that_was_kept_but_not_yet_noted_is_not_fetched_again(tmp_path, whole):
    """A kill between the WARC file and captures.jsonl, and a run that was complete but not closed."""
    with serve() as market:
        assert Crawl(market, tmp_path, "kestrelwick", "clinkerwade").end()[0] == 0
        run = next((tmp_path / "captures").iterdir())
        before = outcome(tmp_path)
        lines = (run / "captures.jsonl").read_text("utf-8").splitlines(keepends=True)
        for kept in ("".join(lines[:2]) + lines[2][:40], "", "".join(lines)):
            facts = json.loads((run / "run.json").read_text("utf-8"))
            (run / "run.json").write_text(json.dumps({k: v for k, v in facts.items() if k != "ended"}), encoding="utf-8")
            (run / "captures.jsonl").write_text(kept, encoding="utf-8")
            asked = pages(market)
            code, out, err = Crawl(market, tmp_path, "kestrelwick", "clinkerwade").end()
            assert code == 0 and "gone on with" in out, err
            assert pages(market) == asked and outcome(tmp_path) == before


@pytest.mark.parametrize("feed", ["http://api.skerrybrook.example/v1/plans", "http://api.skerrybrook.example/v1/sites?per_page=2", None])
def test_a_feed_goes_on_where_it_was_and_ends_where_it_should(tmp_path, feed):
    """Feeds in pages, one of which ends by a total, broken off before the second page of one, or of both: the records of the pages kept count."""
    with serve() as market:
        assert Crawl(market, tmp_path, "skerrybrook").end()[0] == 0
        before = outcome(tmp_path)
        run = next((tmp_path / "captures").iterdir())
        lines = sorted((run / "captures.jsonl").read_text("utf-8").splitlines(keepends=True), key=lambda line: json.loads(line)["warc_offset"] or 0)
        facts = json.loads((run / "run.json").read_text("utf-8"))
        (run / "run.json").write_text(json.dumps({k: v for k, v in facts.items() if k != "ended"}), encoding="utf-8")
        later = [n for n, line in enumerate(lines) if (row := json.loads(line))["part_of"] and feed in (row["part_of"], None)]
        assert len({json.loads(lines[n])["part_of"] for n in later}) == (1 if feed else 2)
        kept = lines[:later[0]] if feed else [line for n, line in enumerate(lines) if n not in later]
        (run / "captures.jsonl").write_text("".join(kept), encoding="utf-8")
        if feed:
            with open(run / "crawl.warc.gz", "r+b") as handle:  # nothing of the later pages is held
                handle.truncate(json.loads(lines[later[0]])["warc_offset"])
        asked = pages(market)
        code, _, err = Crawl(market, tmp_path, "skerrybrook").end()
        assert code == 0 and outcome(tmp_path) == before, err
        more = {f"http://{page}" for _, page in pages(market) - asked}
        gone = {row["url"] for line in lines if line not in kept and (row := json.loads(line))["record_id"]}
        assert more == gone, "what is kept is not asked for again"


def test_after_a_power_cut_only_what_is_on_the_disk_counts(tmp_path, whole):
    """captures.jsonl tells of records that the WARC file has lost: their pages are visited again, nothing else is."""
    with serve() as market:
        assert Crawl(market, tmp_path, "quernstone").end()[0] == 0
        before, asked = outcome(tmp_path), pages(market)
        run = next((tmp_path / "captures").iterdir())
        facts = json.loads((run / "run.json").read_text("utf-8"))
        (run / "run.json").write_text(json.dumps({k: v for k, v in facts.items() if k != "ended"}), encoding="utf-8")
        (tmp_path / "schedule.sqlite").unlink()                # it had counted the run as ended
        last = max(read_captures(run / "captures.jsonl"), key=lambda c: c.warc_offset or 0)
        with open(run / "crawl.warc.gz", "r+b") as handle:
            handle.truncate(last.warc_offset + 100)
        assert Crawl(market, tmp_path, "quernstone").end()[0] == 0
        assert outcome(tmp_path) == before
        assert pages(market) - asked == Counter({("quernstone.example", last.url.partition("://")[2]): 1})


def test_while_another_crawl_is_at_work_due_says_so_and_leaves(tmp_path):
    (tmp_path / ".lock").touch()
    with open(tmp_path / ".lock", "w", encoding="ascii") as held, serve() as market:
        fcntl.flock(held, fcntl.LOCK_EX)
        code, out, err = Crawl(market, tmp_path, "--due").end()
        assert (code, out) == (0, "") and err.count("\n") == 1 and "another chipwatch run" in err
        assert Crawl(market, tmp_path).end()[0] == 75
        assert not market.requests


def test_a_lock_goes_with_its_holder(tmp_path):
    """Killed while it held the lock: the next call from cron goes on at once."""
    with serve() as market:
        assert killed_at(market, tmp_path, 3, 0.0, True, "kestrelwick", "--due")
        code, out, err = Crawl(market, tmp_path, "kestrelwick", "--due").end()
        assert code == 0 and "gone on with" in out, err
        code, out, _ = Crawl(market, tmp_path, "kestrelwick", "--due").end()
        assert code == 0 and out.startswith("nothing is due")
