"""Conditional requests against a loopback server that can misbehave: what is asked, what is kept, and that a replay gives the same."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from warcio.archiveiterator import ArchiveIterator

from chipwatch.records import Source
from crawler.archive import list_records, read_at, read_payload
from crawler.cadence import plan_rules
from crawler.errors import ArchiveError, ArchiveMissing, RecordNotFound
from crawler.run import crawl
from crawler.schedule import Schedule

MODIFIED = "Mon, 02 Mar 2026 08:00:00 GMT"
TEXT = b"<html><body><p>Prices of the fictional Osprey Basin cloud, in words that stay as they are.</p></body></html>"


class Site(ThreadingHTTPServer):
    """`visit` is the number of the visit, from 1; pages answer by it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.visit, self.log = 1, []

    def asked(self, path: str, visit: int) -> list[dict]:
        return [headers for at, p, headers in self.log if (at, p) == (visit, path)]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args) -> None: ...

    def do_GET(self) -> None:
        self.server.log.append((self.server.visit, self.path, {k.lower(): v for k, v in self.headers.items()}))
        status, headers, body = self.answer(self.path, self.server.visit)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 304:
            self.wfile.write(body)

    def answer(self, path: str, visit: int) -> tuple[int, dict, bytes]:
        html = {"Content-Type": "text/html; charset=utf-8"}
        sent = self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
        if path in ("/etag", "/target"):
            return (304, {"ETag": '"v1"', "Content-Type": "text/plain"}, b"") if sent[0] == '"v1"' else (200, html | {"ETag": '"v1"'}, TEXT)
        if path == "/weak":
            return (304, {"ETag": '"v1"'}, b"") if sent[0] == 'W/"v1"' else (200, html | {"ETag": 'W/"v1"'}, TEXT)
        if path == "/date":
            return (304, {}, b"") if sent[1] == MODIFIED else (200, html | {"Last-Modified": MODIFIED}, TEXT)
        if path == "/gzip":
            import gzip

            packed = html | {"ETag": '"g"', "Content-Encoding": "gzip"}
            return (304, {"ETag": '"g"'}, b"") if sent[0] == '"g"' else (200, packed, gzip.compress(TEXT, mtime=0))
        if path == "/changed":
            tag = f'"{visit}"'
            return (304, {"ETag": tag}, b"") if sent[0] == tag else (200, html | {"ETag": tag}, TEXT + str(visit).encode())
        if path == "/bulk.csv":
            return (304, {"ETag": '"bulk"'}, b"") if sent[0] == '"bulk"' else (200, {"Content-Type": "text/csv", "ETag": '"bulk"'}, b"kind,price\ngx1,2.5\nweb,0.1\ngx2,4\n")
        if path == "/same":                                    # no validators; the same bytes again
            return 200, html, TEXT
        if path == "/noise":                                   # no validators, other bytes
            return 200, html, TEXT + str(visit).encode()
        if path == "/moved":
            return 302, {"Location": "/target"}, b""
        if path == "/other-tag":                               # 304 for a version that was never sent
            return (304, {"ETag": '"unknown"'}, b"") if sent[0] else (200, html | {"ETag": '"a"'}, TEXT + str(visit).encode())
        if path == "/unasked":                                 # 304 without being asked, once
            plain = self.headers.get("Cache-Control") == "no-cache"
            return (200, html, TEXT) if plain or visit > 1 else (304, {}, b"")
        if path == "/always-304":
            return 304, {}, b""
        if path == "/fails-later":
            return (200, html | {"ETag": '"f"'}, TEXT) if visit != 2 else (404, {}, b"gone")
        return 404, {}, b""


@contextmanager
def site() -> Iterator[Site]:
    server = Site()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


PATHS = ("etag", "weak", "date", "gzip", "changed", "same", "noise", "moved", "other-tag", "unasked", "always-304", "fails-later")
SOURCES = [Source(provider=f"p-{path}", url=f"http://osprey.example/{path}", role="offers") for path in PATHS]
SOURCES.append(Source(provider="p-bulk", url="http://osprey.example/bulk.csv", role="offers", method="feed", feed={"stream": {"format": "csv", "keep": {"kind": "^gx"}}}))
RULES = plan_rules()


def visit(data: Path, server: Site, number: int, sources=SOURCES):
    server.visit = number
    with Schedule(data) as schedule:
        originals = schedule.originals(datetime.now(UTC), RULES)
    captures = crawl(sources, run_dir=data / "captures" / f"r{number}", run_id=f"r{number}", mode="sample", originals=originals,
                     settings={"host_map": {"osprey.example": ("127.0.0.1", server.server_address[1])}})
    return {c.url.rpartition("/")[2]: c for c in captures}


@pytest.fixture(scope="module")
def visits(tmp_path_factory):
    data = tmp_path_factory.mktemp("conditional")
    with site() as server:
        runs = {n: visit(data, server, n) for n in (1, 2, 3)}
    return SimpleNamespace(data=data, runs=runs, server=server)


def payload(visits, capture) -> bytes:
    return read_payload(visits.data / capture.warc_file, capture.record_id).body


@pytest.mark.parametrize(("path", "header"), [("etag", "if-none-match"), ("weak", "if-none-match"), ("date", "if-modified-since"), ("gzip", "if-none-match")])
def test_an_unchanged_page_costs_a_304_and_points_at_the_earlier_payload(visits, path, header):
    first = visits.runs[1][path]
    assert first.status == 200 and header not in visits.server.asked(f"/{path}", 1)[0]
    for number in (2, 3):
        again = visits.runs[number][path]
        assert header in visits.server.asked(f"/{path}", number)[0] and len(visits.server.asked(f"/{path}", number)) == 1
        assert (again.status, again.failure, again.revisit_of) == (304, None, first.record_id)
        assert (again.payload_sha256, again.length, again.content_type, again.final_url) == (first.payload_sha256, first.length, first.content_type, first.final_url)
        assert payload(visits, again) == TEXT and hashlib.sha256(TEXT).hexdigest() == again.payload_sha256


def test_the_revisit_record_is_one_of_warc_1_1(visits):
    again, first = visits.runs[2]["gzip"], visits.runs[1]["gzip"]
    with open(visits.data / first.warc_file, "rb") as handle:
        held = next(r.rec_headers for r in ArchiveIterator(handle) if r.rec_headers.get_header("WARC-Record-ID") == first.record_id)
    with open(visits.data / again.warc_file, "rb") as handle:
        record = next(r for r in ArchiveIterator(handle) if r.rec_headers.get_header("WARC-Record-ID") == again.record_id)
    header = record.rec_headers.get_header
    assert record.rec_type == "revisit" and record.http_headers.get_statuscode() == "304"
    assert header("WARC-Profile") == "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    assert header("WARC-Refers-To") == first.record_id and header("WARC-Refers-To-Date") == held.get_header("WARC-Date")
    assert header("WARC-Refers-To-Target-URI") == "http://osprey.example/gzip" == header("WARC-Target-URI")
    assert header("WARC-Payload-Digest") == held.get_header("WARC-Payload-Digest")


def test_the_same_bytes_again_are_kept_once(visits):
    first, again = visits.runs[1]["same"], visits.runs[3]["same"]
    assert (again.status, again.revisit_of, payload(visits, again)) == (200, first.record_id, TEXT)
    assert "if-none-match" not in visits.server.asked("/same", 3)[0]
    with open(visits.data / again.warc_file, "rb") as handle:
        record = next(r for r in ArchiveIterator(handle) if r.rec_headers.get_header("WARC-Record-ID") == again.record_id)
    assert record.rec_headers.get_header("WARC-Profile") == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"


def test_an_unchanged_bulk_file_is_not_sent_again_unless_another_part_of_it_is_wanted(visits, tmp_path):
    first, again = visits.runs[1]["bulk.csv"], visits.runs[3]["bulk.csv"]
    assert (again.status, again.revisit_of, payload(visits, again)) == (304, first.record_id, b"kind,price\ngx1,2.5\ngx2,4\n")
    shutil.copytree(visits.data, tmp_path / "data")
    other = Source(provider="p-bulk", url="http://osprey.example/bulk.csv", role="offers", method="feed", feed={"stream": {"format": "csv", "keep": {"kind": "^web"}}})
    with site() as server:
        full = visit(tmp_path / "data", server, 4, [other])["bulk.csv"]
        assert "if-none-match" not in server.asked("/bulk.csv", 4)[0]
    assert full.status == 200 and read_payload(tmp_path / "data" / full.warc_file, full.record_id).body == b"kind,price\nweb,0.1\n"


@pytest.mark.parametrize("path", ["changed", "noise"])
def test_a_changed_page_is_kept_in_full(visits, path):
    for number in (1, 2, 3):
        capture = visits.runs[number][path]
        assert (capture.status, capture.revisit_of, payload(visits, capture)) == (200, None, TEXT + str(number).encode())


def test_a_redirect_does_not_carry_the_validators_of_another_address(visits):
    assert all("if-none-match" not in headers for n in (1, 2, 3) for headers in visits.server.asked("/moved", n))
    again = visits.runs[2]["moved"]
    assert again.status == 304 and again.final_url == "http://osprey.example/target" and len(again.redirects) == 1 and payload(visits, again) == TEXT


def test_a_304_for_another_version_is_not_believed(visits):
    asked = visits.server.asked("/other-tag", 2)
    assert ["if-none-match" in headers for headers in asked] == [True, False]
    capture = visits.runs[2]["other-tag"]
    assert (capture.status, capture.revisit_of, payload(visits, capture), capture.redirects) == (200, None, TEXT + b"2", [])


def test_a_304_that_was_not_asked_for(visits):
    assert (visits.runs[1]["unasked"].status, payload(visits, visits.runs[1]["unasked"])) == (200, TEXT)
    failed = visits.runs[1]["always-304"]
    assert failed.failure == "other" and "304" in failed.note and len(visits.server.asked("/always-304", 1)) == 2


def test_validators_outlive_a_failed_visit(visits):
    assert visits.runs[2]["fails-later"].failure == "not_found"
    assert visits.runs[3]["fails-later"].status == 200 or visits.server.asked("/fails-later", 3)[0]["if-none-match"] == '"f"'
    assert visits.server.asked("/fails-later", 3)[0]["if-none-match"] == '"f"'


def test_a_replay_of_all_runs_gives_the_same_captures(visits, tmp_path):
    """The originals lie in archives beside, and two archives have one name: as when an operator replays what another crawler kept."""
    archives = [visits.data / "captures" / f"r{n}" / "crawl.warc.gz" for n in (1, 2, 3)]
    replayed = crawl(SOURCES, run_dir=tmp_path / "captures" / "x", run_id="x", mode="archive", archives=archives)

    def told(capture) -> str:
        return json.dumps({**capture.to_dict(), "run_id": "", "warc_file": ""}, sort_keys=True)

    assert sorted(map(told, replayed)) == sorted(told(c) for run in visits.runs.values() for c in run.values())
    for capture in replayed:
        if not capture.failure:
            assert hashlib.sha256(read_payload(tmp_path / capture.warc_file, capture.record_id).body).hexdigest() == capture.payload_sha256


def test_an_original_that_is_gone_is_a_named_failure(visits, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(visits.data, data)
    (data / "captures/r1/crawl.warc.gz").unlink()
    again = visits.runs[2]["etag"]
    with pytest.raises(RecordNotFound, match=r"http://osprey.example/etag.*captures/r1/crawl.warc.gz.*restore"):
        read_payload(data / again.warc_file, again.record_id)
    alone = crawl(SOURCES[:1], run_dir=tmp_path / "captures" / "x", run_id="x", mode="archive", archives=[data / "captures/r2/crawl.warc.gz"])
    assert [c.failure for c in alone] == ["not_in_archive"] and "restore" in alone[0].note


def test_no_validator_is_sent_for_a_page_that_cannot_be_used(tmp_path):
    with site() as server:
        visit(tmp_path, server, 1, SOURCES[:3])
        path = tmp_path / "captures/r1/crawl.warc.gz"
        whole = bytearray(path.read_bytes())
        damaged = next(e for e in list_records(path).entries if e.url and e.url.endswith("/etag") and e.kind == "response")
        whole[damaged.offset + 150] ^= 255
        path.write_bytes(whole)
        again = visit(tmp_path, server, 2, SOURCES[:3])
        assert "if-none-match" not in server.asked("/etag", 2)[0] and "if-none-match" in server.asked("/weak", 2)[0]
    assert (again["etag"].status, again["etag"].failure, again["etag"].revisit_of) == (200, None, None)


def test_a_revisit_of_a_revisit_is_not_followed(visits):
    again = visits.runs[2]["etag"]
    with pytest.raises(RecordNotFound):
        read_at(visits.data / again.warc_file, again.warc_offset, again.record_id)


def test_warc_tools_find_no_fault(visits):
    for number in (1, 2, 3):
        done = subprocess.run([sys.executable, "-m", "warcio.cli", "check", str(visits.data / f"captures/r{number}/crawl.warc.gz")], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and "fail" not in done.stdout, done.stdout


def test_a_record_is_found_by_its_place_or_not_at_all(visits, tmp_path):
    capture = visits.runs[1]["etag"]
    path, whole = tmp_path / "a.warc.gz", (visits.data / capture.warc_file).read_bytes()
    path.write_bytes(whole)
    assert read_at(path, capture.warc_offset, capture.record_id)[1].block == TEXT
    for offset, data in ((0, whole), (capture.warc_offset + 1, whole), (10**9, whole), (capture.warc_offset, whole[:capture.warc_offset + 90]), (capture.warc_offset, b""),
                         (capture.warc_offset, b"\x1f\x8b\x08 something else" * 900), (capture.warc_offset, b"something else" * 900)):
        path.write_bytes(data)
        with pytest.raises(ArchiveError):
            read_at(path, offset, capture.record_id)
    with pytest.raises(ArchiveMissing):
        read_at(tmp_path / "none.warc.gz", 0, capture.record_id)
