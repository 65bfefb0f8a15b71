"""Archives and answers written to mislead: impossible lengths and dates, escape sequences on the way to a terminal."""

from __future__ import annotations

import io
import json
import re

import pytest
from test_crawler_archive import HTML, PAGE, write_warc

from chipwatch.progress import Progress
from chipwatch.terminal import printable
from crawler.archive import list_records, read_payload
from crawler.errors import SourcesFileError
from crawler.sources import read_sources
from dataset.query import Result, safe_cell, to_csv


@pytest.fixture
def plain(tmp_path):
    """An uncompressed archive of two records, to be altered."""
    path = tmp_path / "a.warc"
    ids = write_warc(path, [(f"https://a.example/{n}", "2026-01-01T00:00:00Z", 200, PAGE, HTML) for n in (1, 2)], compressed=False)
    return path, ids


@pytest.mark.parametrize("length", [b"10737418240", b"9" * 50, b"-5", b"", b"0x10", b"1e3"])
def test_absurd_lengths_cost_one_record(plain, length):
    path, ids = plain
    data = path.read_bytes()
    at = data.index(b"Content-Length:", data.index(ids[0].encode()))
    path.write_bytes(data[:at] + re.sub(rb"\d+", length, data[at:], count=1))
    index = list_records(path)
    assert index.issues and read_payload(path, ids[1]).body == PAGE
    assert index.by_id.get(ids[0]) is None or index.by_id[ids[0]].damage


@pytest.mark.parametrize(("date", "read"), [
    ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"), ("2026-01-01T00:00:00.123456Z", "2026-01-01T00:00:00Z"), ("2026-01-01T10:30Z", "2026-01-01T10:30:00Z"), ("2026-01-01", "2026-01-01T00:00:00Z"),
    ("yesterday <b>", ""), ("0000-99-99T99:99:99Z", ""), ("9999-12-31T00:00:00Z", ""), ("2026-02-30T00:00:00Z", ""), ("20260101000000", ""), ("\x1b[31m", ""),
])
def test_dates(plain, date, read):
    path, ids = plain
    path.write_bytes(path.read_bytes().replace(b"2026-01-01T00:00:00Z", date.encode()))
    index = list_records(path)
    assert {index.by_id[i].date for i in ids} == {read}
    assert [i.code for i in index.issues] == ([] if read else ["bad_date"])
    assert read_payload(path, ids[0]).body == PAGE


def test_no_escape_sequence_reaches_a_terminal():
    hostile = "a\x1b[31mred\x1b]0;title\x07 \u202ereversed\u2066 \x9b1m\r\nnew line\u2028next \ud800 \ue000"
    assert printable(hostile) == "a [31mred ]0;title reversed 1m new line next"
    assert printable("plain https://a.example/[/b] 价格") == "plain https://a.example/[/b] 价格"


def test_progress_takes_any_address():
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    with Progress("crawling", 2, stream=stream) as bar:
        bar(1, "p https://a.example/[/x]")
        bar(2, "p [bold]\x1b[31m")
    assert "[/x]" in stream.getvalue() or "[bold]" in stream.getvalue()


LINE = {"url": "https://a.example/t", "provider": "acme", "role": "offers"}


@pytest.mark.parametrize(("changes", "words"), [
    ({"provider": "!!!"}, "gives no slug"), ({"provider": "星云"}, "provider_name"), ({"url": "https://a.example/\ud800"}, "half of a character"), ({"language": "../../etc"}, "no language"),
    ({"currency": "dollars"}, "no currency"), ({"extra": 10 ** 4200}, "not JSON"),
])
def test_odd_values_of_a_sources_file(tmp_path, changes, words):
    line = json.dumps(LINE | changes) if "extra" not in changes else '{"url": "https://a.example/t", "n": ' + "9" * 5_000 + "}"
    (tmp_path / "s.jsonl").write_text(json.dumps(LINE) + "\n" + line + "\n")
    with pytest.raises(SourcesFileError, match=words) as caught:
        read_sources(tmp_path / "s.jsonl")
    assert "s.jsonl:2:" in str(caught.value)


def test_a_sources_file_saved_by_a_windows_editor(tmp_path):
    (tmp_path / "s.jsonl").write_bytes(b"\xef\xbb\xbf" + json.dumps(LINE | {"provider_name": "星云"}, ensure_ascii=False).encode() + b"\r\n")
    sources, providers = read_sources(tmp_path / "s.jsonl")
    assert [s.url for s in sources] == ["https://a.example/t"] and providers[0].name == "星云"


def test_csv_cells_hold_no_control_characters():
    assert safe_cell("\x1b[31m=x\x00\x9b") == "\ufffd[31m=x\ufffd\ufffd" and safe_cell("a\nb\tc é 价") == "a\nb\tc é 价"
    assert to_csv(Result(["\x1b[1m"], [("=1+1\x07",)])) == "\ufffd[1m\n'=1+1\ufffd\n"


@pytest.mark.parametrize("code", [b"\xb200", b"two", b"-20"])
def test_a_status_that_is_no_number_ends_no_reading(tmp_path, code):
    path = tmp_path / "a.warc"
    write_warc(path, [("https://a.example/1", "2026-01-01T00:00:00Z", 200, PAGE, HTML)], compressed=False)
    data = path.read_bytes()
    assert data.count(b"HTTP/1.1 200") == 1
    path.write_bytes(data.replace(b"HTTP/1.1 200", b"HTTP/1.1 " + code))
    assert [entry.status for entry in list_records(path).entries if entry.url == "https://a.example/1"] == [None]
