"""The feeds of the sample market over the whole road: with a key, a second time, rebuilt from the captures, and replayed."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections import Counter

import pytest
from test_feeds_crawl import plain

from chipwatch.run import rebuild, run
from crawler.archive import list_records, read_payload
from crawler.run import crawl, read_captures
from dataset.runs import read_run

pytestmark = pytest.mark.slow                                  # two whole runs; the parts are tested in test_feeds_crawl.py and test_end_to_end.py
KEY = "sample-key-of-nobody"                                   # what the market's server asks for (sites/skerrybrook/site.yml)


def rows(database, sql: str) -> list[tuple]:
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Two visits of one provider by an operator who holds a key."""
    folder = tmp_path_factory.mktemp("keyed") / "var"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SKERRYBROOK_API_KEY", KEY)
        for _ in range(2):
            run(folder, "sample", only=["skerrybrook"], workers=1, report=False)
    return folder


def runs_of(data) -> list:
    return [read_run(path) for path in sorted((data / "captures").iterdir()) if path.is_dir()]


def test_with_a_key_the_feed_is_read_beside_the_public_page(data):
    found = rows(data / "chipwatch.sqlite", "select url, price from offers where instance_name = 'sb-rack-h100' order by url")
    assert found == [("http://api.skerrybrook.example/v1/racks", 17.9), ("http://www.skerrybrook.example/racks", 18.5)]
    assert not rows(data / "chipwatch.sqlite", "select url, failure from captures where failure is not null")


def test_no_file_of_either_run_holds_the_key(data):
    files = [p for p in data.rglob("*") if p.is_file()]
    assert len(files) > 15
    assert not [p for p in files for bytes_ in plain(p) if KEY.encode() in bytes_]


def test_what_is_unchanged_is_not_sent_again_large_files_included(data):
    first, second = runs_of(data)
    status = {c.url: c.status for c in second.captures}
    assert status["http://files.skerrybrook.example/pricelist/dub-1/index.csv"] == 304
    assert status["http://api.skerrybrook.example/v1/plans"] == 200 and status["http://api.skerrybrook.example/v1/racks"] == 304
    before = {c.url: c for c in first.captures}
    for capture in second.captures:
        body = read_payload(data / capture.warc_file, capture.record_id).body
        if capture.status == 304:
            old = before[capture.url]
            assert body == read_payload(data / old.warc_file, old.record_id).body and capture.payload_sha256 == old.payload_sha256
            assert list_records(data / capture.warc_file).by_id[capture.record_id].kind == "revisit"


def test_the_data_set_can_be_made_anew_from_the_captures_alone(data):
    before = rows(data / "chipwatch.sqlite", "select value from meta where key = 'data_hash'")
    assert rows(rebuild(data, fresh=True, workers=1), "select value from meta where key = 'data_hash'") == before != []


def test_a_replay_of_both_archives_gives_the_same_captures(data, tmp_path):
    both = runs_of(data)
    archives = []
    for number, one in enumerate(both):                        # archives of two runs, given together
        path = tmp_path / f"{number}.warc.gz"
        path.write_bytes((data / "captures" / one.run_id / "crawl.warc.gz").read_bytes())
        archives.append(path)
    replayed = crawl(both[0].sources, run_dir=tmp_path / "captures" / "r", run_id="r", mode="archive", archives=archives)
    live = [c for one in both for c in one.captures]

    def told(capture) -> tuple:
        return (capture.url, capture.page, capture.part_of, capture.more, capture.failure, capture.record_id, capture.payload_sha256, capture.status, capture.fetched_at, capture.note)

    assert Counter(map(told, replayed)) == Counter(map(told, live))
    assert read_captures(tmp_path / "captures" / "r" / "captures.jsonl") == replayed
    assert json.loads((tmp_path / "captures" / "r" / "run.json").read_text())["not_in_sources"] == []
