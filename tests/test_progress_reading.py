"""Progress lines, and reading in worker processes with a cache."""

from __future__ import annotations

import io
import json

import pytest

from chipwatch import reading
from chipwatch.progress import Progress, clock
from chipwatch.records import Capture, DocumentInfo, Extraction, Issue


@pytest.mark.parametrize(("seconds", "want"), [(0, "0:00"), (59.6, "1:00"), (61, "1:01"), (3725, "1:02:05")])
def test_clock(seconds, want):
    assert clock(seconds) == want


def test_a_log_gets_lines_with_count_and_time_left(monkeypatch):
    out = io.StringIO()
    now = iter([0.0, 10.0, 20.0, 20.0, 30.0])
    monkeypatch.setattr("chipwatch.progress.time.monotonic", lambda: next(now))
    with Progress("reading", 40, stream=out) as bar:
        bar(10)
        bar(20)
    lines = out.getvalue().splitlines()
    assert lines[0].startswith("reading: 10/40, 0:10 spent, about 0:30 left")
    assert lines[-1].startswith("reading: 20/40")


def test_a_reading_survives_the_round_trip_through_its_file(tmp_path):
    info = DocumentInfo(url="http://a.example/", kind="terms", language="de", sha256="0" * 64, characters=3)
    kept = Extraction(document=info, issues=[Issue("warning", "unknown_chip", "H150 \ud800")])     # a lone surrogate, as broken pages give
    reading.keep_reading(tmp_path, "k", kept)
    assert reading.load_reading(tmp_path, "k") == kept
    assert not list(tmp_path.glob("*.part"))


def test_a_damaged_cache_file_is_read_again(tmp_path):
    (tmp_path / "k.json").write_text('{"document": ')
    assert reading.load_reading(tmp_path, "k") is None
    assert reading.load_reading(tmp_path, "none") is None


def test_a_defect_of_the_reader_costs_one_document_and_is_said(monkeypatch):
    import nlp.extract

    def broken(data, **options):
        raise KeyError("price")

    monkeypatch.setattr(nlp.extract, "extract", broken)
    result = reading.extract_within_limits(b"<p>x</p>", {"url": "http://a.example/"})
    assert not result.document.readable
    assert {i.code for i in result.issues} == {"unreadable", "reader_defect"}
    assert all(i.level == "error" for i in result.issues)


def test_a_document_that_takes_too_long_is_given_up(monkeypatch):
    import nlp.extract

    def endless(data, **options):
        while True:
            pass

    monkeypatch.setattr(nlp.extract, "extract", endless)
    result = reading.extract_within_limits(b"<p>x</p>", {}, seconds=1)
    assert "longer than 1 seconds" in result.issues[0].text


def test_the_key_of_a_reading_covers_what_is_declared(tmp_path):
    capture = Capture(provider="a", role="offers", url="http://a.example/", run_id="r", fetched_at="2026-01-01T00:00:00Z", record_id="<urn:uuid:1>",
                      warc_file="captures/r/crawl.warc.gz", payload_sha256="f" * 64)
    one = reading.task_for(capture, None, tmp_path)
    assert one.key == reading.task_for(capture, None, tmp_path).key
    capture.language = "ja"
    assert reading.task_for(capture, None, tmp_path).key != one.key


def test_roles_guide_the_reader():
    assert [reading.kind_for(r) for r in ("offers", "regions", "acceptable_use", "faq")] == ["offers", "regions", "terms", "auto"]


def test_extract_many_keeps_order_and_goes_on_after_an_unreadable_file(tmp_path):
    from chipwatch.extracting import extract_many

    (tmp_path / "a.html").write_text("<h1>GPU prices</h1><table><tr><th>GPU</th><th>Price per hour</th></tr><tr><td>NVIDIA H100 80GB</td><td>$2.50</td></tr></table>")
    (tmp_path / "list.jsonl").write_text('{"path": "a.html", "kind": "offers"}\n{"path": "gone.html"}\n\n{"path": "a.html", "kind": "auto"}\n')
    assert extract_many(tmp_path / "list.jsonl", tmp_path / "out.jsonl") == (3, 1)
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [r["path"] for r in rows] == ["a.html", "gone.html", "a.html"]
    assert rows[1]["issues"][0]["level"] == "error" and "no such file" in rows[1]["issues"][0]["text"]
    assert all(rows[1][name] == [] for name in ("chips", "offers", "regions", "clauses", "signals"))
    assert rows[0]["offers"][0]["price"] == 2.5 and rows[0]["offers"][0]["currency"] == "USD"
