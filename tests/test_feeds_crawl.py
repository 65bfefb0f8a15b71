"""Feeds over loopback HTTP, judged from the server's side and from the archive: pages, keys, headers, streams, and what breaks them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from feeds_market import COLUMNS, GPU_ROWS, KEY, PREAMBLE, csv_rows, feeds

from chipwatch.records import Source
from crawler.archive import list_records, read_payload
from crawler.feeds.ends import open_ends
from crawler.run import crawl, read_captures

HOSTS = ("links.example", "numbers.example", "cursor.example", "keyed.example", "header.example", "bad.example", "bulk.example", "asked.example", "patience.example")
LINK = {"items": "Items", "fields": ["gpu", "hourly"], "paging": {"kind": "link", "path": "Next", "max_pages": 6}}
NUMBER = {"items": "servers", "paging": {"kind": "number", "parameter": "page"}}
PLANS = {"items": "plans", "fields": ["gpu", "hourly"]}
QUERY_KEY = {"key": {"env": "FEEDS_TEST_API_KEY", "in": "query", "name": "key"}, "items": "plans", "paging": {"kind": "link", "path": "next"}}
HEADER_KEY = {"key": {"env": "FEEDS_TEST_API_KEY", "in": "header", "name": "Authorization", "scheme": "Bearer"}, "items": "plans"}
NO_KEY = {"key": {"env": "FEEDS_ABSENT_API_KEY", "in": "query", "name": "key"}}
STREAM = {"stream": {"format": "csv", "keep": {"Instance Type": r"^gx\d", "TermType": "^OnDemand$"}, "max_bytes": 50_000_000}}
LINES = {"stream": {"format": "lines", "match": r'"gx9'}}

# address -> (feed, [(failure, page)] of its captures in order)
FEEDS = {
    "http://links.example/v1": (LINK, [(None, 1), (None, 2), (None, 3)]),
    "http://links.example/broken": (LINK, [(None, 1), (None, 2), ("server_error", 3)]),
    "http://links.example/host": (LINK, [(None, 1), ("bad_address", 2)]),
    "http://links.example/private": (LINK, [(None, 1), ("private_address", 2)]),
    "http://links.example/loopback": (LINK, [(None, 1), ("private_address", 2)]),
    "http://links.example/scheme": (LINK, [(None, 1), ("bad_address", 2)]),
    "http://links.example/port": (LINK, [(None, 1), ("bad_address", 2)]),
    "http://links.example/user": (LINK, [(None, 1), ("bad_address", 2)]),
    "http://links.example/long": (LINK, [(None, 1), ("bad_address", 2)]),
    "http://links.example/number": (LINK, [(None, 1), ("feed_changed", 2)]),
    "http://links.example/circle?page=1": (LINK, [(None, 1), ("feed_changed", 2)]),
    "http://links.example/endless": (LINK, [*[(None, n) for n in range(1, 7)], ("budget", 7)]),
    "http://numbers.example/plain": (NUMBER, [(None, 1), (None, 2), (None, 3), (None, 4)]),
    "http://numbers.example/pages": ({**NUMBER, "paging": {**NUMBER["paging"], "pages": "pages"}}, [(None, 1), (None, 2), (None, 3)]),
    "http://numbers.example/total": ({**NUMBER, "paging": {**NUMBER["paging"], "total": "total_count"}}, [(None, 1), (None, 2), (None, 3)]),
    "http://numbers.example/deaf": (NUMBER, [(None, 1), ("feed_changed", 2)]),
    "http://cursor.example/v2?per_page=1": ({"items": "plans", "paging": {"kind": "cursor", "path": "meta.links.next", "parameter": "cursor"}}, [(None, 1), (None, 2), (None, 3)]),
    "http://keyed.example/v1": (QUERY_KEY, [(None, 1), (None, 2)]),
    "http://keyed.example/zip": (HEADER_KEY, [(None, None)]),
    "http://keyed.example/away": (QUERY_KEY, [("feed_changed", 1)]),
    "http://keyed.example/drop": (QUERY_KEY, [("other", 1)]),
    "http://keyed.example/none": (NO_KEY, [("key_missing", None)]),
    "http://header.example/price": ({"headers": {"X-Requested-With": "XMLHttpRequest"}, **PLANS}, [(None, None)]),
    "http://header.example/without": (PLANS, [("other", None)]),
    "http://asked.example/graphql": ({"post": {"body": '{"query": "{offers}"}', "documented": "here"}, "items": "data"}, [(None, None)]),
    "http://bad.example/html": (None, [("wrong_type", None)]),
    "http://bad.example/not-json": (PLANS, [("wrong_type", None)]),
    "http://bad.example/renamed": (PLANS, [("feed_changed", None)]),
    "http://bad.example/moved": (PLANS, [("feed_changed", None)]),
    "http://bad.example/empty-list": (PLANS, [("empty", None)]),
    "http://bad.example/nothing": (PLANS, [("empty", None)]),
    "http://bad.example/scalar": (PLANS, [("feed_changed", None)]),
    "http://bad.example/error": (PLANS, [("feed_changed", None)]),
    "http://bad.example/deep": (PLANS, [("wrong_type", None)]),
    "http://bulk.example/prices.csv": (STREAM, [(None, None)]),
    "http://bulk.example/zipped": (STREAM, [(None, None)]),
    "http://bulk.example/file.gz": (STREAM, [(None, None)]),
    "http://bulk.example/lines": (LINES, [(None, None)]),
    "http://bulk.example/html": (STREAM, [("wrong_type", None)]),
    "http://bulk.example/other": (STREAM, [("feed_changed", None)]),
    "http://bulk.example/no-match": (STREAM, [("feed_changed", None)]),
    "http://bulk.example/gone": (STREAM, [("not_found", None)]),
    "http://bulk.example/cut": (STREAM, [("truncated", None)]),
    "http://patience.example/stalls": (STREAM, [("timeout", None)]),
    "http://patience.example/slow?megabytes=0.35": (STREAM, [(None, None)]),
    "http://bulk.example/bomb": (STREAM, [("feed_changed", None)]),
    "http://bulk.example/long?megabytes=3": ({"stream": {**STREAM["stream"], "max_bytes": 1_500_000}}, [("too_large", None)]),
    "http://bulk.example/wide?megabytes=3": ({"stream": {"format": "csv", "keep": {"TermType": "OnDemand"}}}, [("too_large", None)]),
}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    """One crawl of all feeds with a key in the environment, and its replay without one."""
    folder = tmp_path_factory.mktemp("feeds")
    sources = [Source(provider=url.split("/")[2].partition(".")[0] + str(n), url=url, role="offers", method="feed", feed=feed) for n, (url, (feed, _)) in enumerate(FEEDS.items())]
    with feeds() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEEDS_TEST_API_KEY", KEY)
        patch.delenv("FEEDS_ABSENT_API_KEY", raising=False)
        live = crawl(sources, run_dir=folder / "captures" / "r1", run_id="r1", mode="sample",
                     settings={"host_map": server.host_map(*HOSTS), "LOG_LEVEL": "DEBUG", "DOWNLOAD_MAXSIZE": 2_000_000, "DOWNLOAD_TIMEOUT": 2, "RETRY_TIMES": 0})
        asked = list(server.log)
    replayed = crawl(sources, run_dir=folder / "again" / "captures" / "r1", run_id="r1", mode="archive", archives=[folder / "captures" / "r1" / "crawl.warc.gz"])
    by_feed: dict[str, list] = {}
    for capture in live:
        by_feed.setdefault(capture.part_of or capture.url, []).append(capture)
    return SimpleNamespace(folder=folder, run=folder / "captures" / "r1", sources=sources, live=live, replayed=replayed, asked=asked, by_feed=by_feed)


def payload(crawled, capture) -> bytes:
    return read_payload(crawled.folder / capture.warc_file, capture.record_id).body


@pytest.mark.parametrize("url", FEEDS)
def test_every_feed_gives_its_pages_or_says_why_not(crawled, url):
    captures = crawled.by_feed[url]
    assert [(c.failure, c.page) for c in captures] == FEEDS[url][1], [c.note for c in captures]
    assert all(c.note for c in captures if c.failure)
    assert [c.part_of for c in captures] == [None] + [url] * (len(captures) - 1)


def test_the_log_names_every_source_that_gives_nothing(crawled):
    log = (crawled.run / "crawl.log").read_text("utf-8")
    for capture in crawled.live:
        line = f"{capture.provider} offers {capture.url}: {capture.failure}: {capture.note}"
        assert (line in log) == (capture.failure is not None), line


def test_a_replay_takes_the_same_road(crawled):
    assert [c.to_dict() for c in crawled.replayed] == [c.to_dict() for c in crawled.live]
    report = json.loads((crawled.folder / "again" / "captures" / "r1" / "run.json").read_text())
    assert not [r for r in report["not_in_sources"] if "error" not in r["url"]], "every record of the archive is accounted for"


def test_each_page_is_asked_for_once_and_is_a_record_of_its_own(crawled):
    asked = [(host, path) for _, host, path, _ in crawled.asked if host == "links.example" and path.startswith("/v1")]
    assert asked == [("links.example", "/v1"), ("links.example", "/v1?page=2"), ("links.example", "/v1?page=3")]
    pages = crawled.by_feed["http://links.example/v1"]
    assert [c.more for c in pages] == [pages[1].url, pages[2].url, None]
    assert [json.loads(payload(crawled, c))["Items"][0]["gpus"] for c in pages] == [10, 20, 30]
    entries = list_records(crawled.run / "crawl.warc.gz").by_id
    assert [(entries[c.record_id].page, entries[c.record_id].follows) for c in pages] == [(None, None), (2, pages[0].record_id), (3, pages[1].record_id)]


def test_no_link_leads_off_the_site(crawled):
    assert not [path for _, host, path, _ in crawled.asked if host == "numbers.example" and path.startswith("/v1")]
    assert not [path for _, host, path, _ in crawled.asked if "meta-data" in path or path.startswith("/x")]
    assert sum(path.startswith("/endless") for _, _, path, _ in crawled.asked) == 6


def test_cursors_are_escaped(crawled):
    assert [path for _, host, path, _ in crawled.asked if host == "cursor.example"] == [
        "/v2?per_page=1", "/v2?per_page=1&cursor=tok%2F2%3D", "/v2?per_page=1&cursor=tok3%26x"]


def test_the_key_is_sent_to_its_host_alone_and_kept_nowhere(crawled):
    spellings = {KEY, KEY.replace("/", "%2F").replace("+", "%2B").replace("=", "%3D")}
    sent = [(host, path, headers) for _, host, path, headers in crawled.asked if any(s in path + json.dumps(headers) for s in spellings)]
    assert {host for host, _, _ in sent} == {"keyed.example"}
    assert any(headers.get("authorization") == f"Bearer {KEY}" for _, _, headers in sent)
    stolen = [path for _, host, path, _ in crawled.asked if host == "links.example" and path.startswith("/stolen")]
    assert stolen and not any(s in path for path in stolen for s in spellings)
    files = [p for p in crawled.folder.rglob("*") if p.is_file()]
    assert {"crawl.warc.gz", "captures.jsonl", "crawl.log", "sources.jsonl", "run.json"} <= {p.name for p in files}
    for path in files:
        for data in plain(path):
            assert not [s for s in spellings if s.encode() in data], path


def plain(path: Path) -> list[bytes]:
    """The bytes of a file, and of every record and payload in it."""
    import gzip
    import zlib

    data = path.read_bytes()
    if path.suffix != ".gz":
        return [data]
    found = [gzip.decompress(data)]
    for start in range(len(found[0])):
        if found[0].startswith(b"\x1f\x8b\x08", start):
            try:
                found.append(zlib.decompressobj(31).decompress(found[0][start:]))
            except zlib.error:
                continue
    return found


def test_an_archive_says_that_a_key_was_sent(crawled):
    text = subprocess.run([sys.executable, "-c", "import gzip,sys;sys.stdout.buffer.write(gzip.open(sys.argv[1]).read())", str(crawled.run / "crawl.warc.gz")], capture_output=True).stdout
    assert b"GET /v1?key=%5Bkey%20withheld%5D HTTP/1.1" in text and b"Authorization: Bearer [key withheld]" in text
    assert b"WARC-Target-URI: http://keyed.example/v1\r\n" in text


def test_a_feed_without_its_key_is_not_asked_for(crawled):
    assert not [path for _, host, path, _ in crawled.asked if path.startswith("/none")]
    assert "$FEEDS_ABSENT_API_KEY" in crawled.by_feed["http://keyed.example/none"][0].note


def test_no_cookie_is_ever_sent(crawled):
    assert not [headers for _, _, _, headers in crawled.asked if "cookie" in headers]


def test_a_posted_question_is_kept(crawled):
    capture = crawled.by_feed["http://asked.example/graphql"][0]
    assert json.loads(payload(crawled, capture))["asked"] == '{"query": "{offers}"}'
    text = [e for e in list_records(crawled.run / "crawl.warc.gz").entries if e.kind == "request" and e.url == capture.url]
    assert len(text) == 1


@pytest.mark.parametrize("path", ["prices.csv", "zipped", "file.gz"])
def test_a_stream_keeps_the_rows_that_match_and_the_digest_of_the_whole(crawled, path):
    capture = crawled.by_feed[f"http://bulk.example/{path}"][0]
    header = (",".join(f'"{c}"' for c in COLUMNS) + "\n").encode()
    assert payload(crawled, capture) == PREAMBLE + header + b"".join(GPU_ROWS)
    whole = b"".join(csv_rows(1))
    assert "lines are kept" in capture.note
    records = list_records(crawled.run / "crawl.warc.gz")
    entry = records.by_id[capture.record_id]
    assert entry.kind == "conversion" and records.by_id[entry.refers_to].kind == "response"
    if path == "prices.csv":
        fields = header_fields(crawled.run / "crawl.warc.gz", capture.record_id)
        assert fields["X-Chipwatch-Full-Digest"] == "sha256:" + hashlib.sha256(whole).hexdigest()
        assert fields["X-Chipwatch-Full-Length"] == str(len(whole))
        assert json.loads(fields["X-Chipwatch-Filter"]) == STREAM["stream"]


def header_fields(path: Path, record_id: str) -> dict[str, str]:
    from warcio.archiveiterator import ArchiveIterator

    with open(path, "rb") as handle:
        return next(dict(r.rec_headers.headers) for r in ArchiveIterator(handle) if r.rec_headers.get_header("WARC-Record-ID") == record_id)


def test_lines_are_filtered_without_a_header(crawled):
    assert payload(crawled, crawled.by_feed["http://bulk.example/lines"][0]) == GPU_ROWS[0].split(b"\n")[0] + b"\n"


def test_a_feed_broken_off_goes_on_at_the_page_after_the_last(crawled, tmp_path):
    """As after a kill: captures and archive hold two pages of three."""
    source = next(s for s in crawled.sources if s.url == "http://links.example/v1")
    folder = tmp_path / "captures" / "r1"
    folder.mkdir(parents=True)
    two = [c for c in crawled.by_feed[source.url] if c.page < 3]
    (folder / "captures.jsonl").write_text("".join(json.dumps(c.to_dict()) + "\n" for c in two) + '{"provider": "li')
    shutil.copy(crawled.run / "crawl.warc.gz", folder / "crawl.warc.gz")
    with feeds() as server:
        captures = crawl([source], run_dir=folder, run_id="r1", mode="sample", settings={"host_map": server.host_map(*HOSTS)})
        assert [path for path in server.asked("links.example") if path != "/robots.txt"] == ["/v1?page=3"]
    assert [(c.page, c.failure) for c in captures] == [(1, None), (2, None), (3, None)] and captures == read_captures(folder / "captures.jsonl")
    assert open_ends([source], captures, tmp_path) == []


def test_each_page_counts_against_the_budget(tmp_path):
    source = Source(provider="links", url="http://links.example/v1", role="offers", method="feed", feed=LINK)
    with feeds() as server:
        captures = crawl([source], run_dir=tmp_path / "captures" / "r", run_id="r", mode="sample", settings={"host_map": server.host_map(*HOSTS), "CHIPWATCH_MAX_PAGES": 2})
        assert len([path for path in server.asked("links.example") if path != "/robots.txt"]) == 2
    assert [(c.page, c.failure) for c in captures] == [(1, None), (2, None), (3, "budget")] and captures[2].url == "http://links.example/v1?page=3"


@pytest.mark.slow
def test_memory_stays_flat_however_long_a_stream_is(tmp_path):
    """Peak memory of the crawl process with 60 MB is that with 3 MB, give or take what a batch costs."""
    peaks = {}
    with feeds() as server:
        for megabytes in (3, 60):
            source = Source(provider="bulk", url=f"http://bulk.example/prices.csv?megabytes={megabytes}", role="offers", method="feed", feed={"stream": {**STREAM["stream"], "max_bytes": 90_000_000}})
            script = ("import json,resource,sys;from chipwatch.records import Source;from crawler.run import crawl;"
                      "c=crawl([Source(**json.loads(sys.argv[1]))],run_dir=sys.argv[2],run_id='r',mode='sample',settings={'host_map':json.loads(sys.argv[3])});"
                      "print(json.dumps([c[0].failure,c[0].length,resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]))")
            said = subprocess.run([sys.executable, "-c", script, json.dumps(source.to_dict()), str(tmp_path / str(megabytes)), json.dumps(server.host_map(*HOSTS))],
                                  capture_output=True, text=True, timeout=120, check=True).stdout
            failure, length, peaks[megabytes] = json.loads(said)
            assert failure is None and length == len(PREAMBLE) + len(",".join(f"\"{c}\"" for c in COLUMNS)) + 1 + sum(map(len, GPU_ROWS))
    print(peaks)
    assert peaks[60] - peaks[3] < 12_000, f"{peaks} KiB"


@pytest.mark.slow
@pytest.mark.parametrize("at", [2, 5, 9])
def test_kill_9_in_the_middle_of_a_feed_costs_at_most_one_page(tmp_path, at):
    """The crawl is killed when its server has answered so many pages, and called again: every page is there once, and one at most was asked for twice."""
    source = Source(provider="long", url="http://links.example/twelve", role="offers", method="feed", feed={"items": "Items", "paging": {"kind": "link", "path": "Next"}})
    script = ("import json,sys;from chipwatch.records import Source;from crawler.run import crawl;"
              "crawl([Source(**json.loads(sys.argv[1]))],run_dir=sys.argv[2],run_id='r',mode='sample',settings={'host_map':json.loads(sys.argv[3])})")
    with feeds() as server:
        hosts = server.host_map(*HOSTS)
        command = [sys.executable, "-c", script, json.dumps(source.to_dict()), str(tmp_path / "captures" / "r"), json.dumps(hosts)]
        killed = subprocess.Popen(command, start_new_session=True)
        patience = time.monotonic() + 60
        while sum(path != "/robots.txt" for path in server.asked("links.example")) < at and time.monotonic() < patience:
            time.sleep(0.005)
        os.killpg(killed.pid, signal.SIGKILL)                  # parent and worker alike, wherever they are
        killed.wait()
        captures = crawl([source], run_dir=tmp_path / "captures" / "r", run_id="r", mode="sample", settings={"host_map": hosts})
        asked = [path for path in server.asked("links.example") if path != "/robots.txt"]
    assert [(c.page, c.failure) for c in captures] == [(n, None) for n in range(1, 13)]
    assert len(set(asked)) == 12 and len(asked) <= 13, asked
    again = crawl([source], run_dir=tmp_path / "again" / "captures" / "r", run_id="r", mode="archive", archives=[tmp_path / "captures" / "r" / "crawl.warc.gz"])
    assert [c.to_dict() for c in again] == [c.to_dict() for c in captures]
