"""Data folders after a crash: half-written lines, lost files; what is whole is used, what is not is named with what to do."""

from __future__ import annotations

import io
import json
import shutil

import pytest
from test_cli import chipwatch, one_line
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from chipwatch.run import run_modes

TERMS = b"<html><title>Terms</title><body>" + b"<p>The Customer shall comply with the export control laws of the United States. Die L\xc3\xa4nder.</p>" * 4
PRICES = b"<html><body><table><tr><th>GPU</th><th>Price per hour</th></tr><tr><td>NVIDIA H100 80GB</td><td>$2.50</td></tr></table><p>" + b"All prices without tax. " * 5


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A data folder of one archive run."""
    folder = tmp_path_factory.mktemp("made")
    with open(folder / "a.warc.gz", "wb") as handle:
        writer = WARCWriter(handle, gzip=True)
        for name, body in (("terms", TERMS), ("prices", PRICES)):
            writer.write_record(writer.create_warc_record(f"https://a.example/{name}", "response", payload=io.BytesIO(body), length=len(body), warc_headers_dict={"WARC-Date": "2026-01-01T00:00:00Z"},
                                                          http_headers=StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")))
    rows = [{"url": "https://a.example/terms", "provider": "länder-cloud", "provider_name": "Länder", "role": "terms_of_service"}, {"url": "https://a.example/prices", "provider": "länder-cloud", "role": "offers"}]
    (folder / "a.sources.jsonl").write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
    done = chipwatch("run", "--archive", "a.warc.gz", "--data", "d", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "d"


@pytest.fixture
def data(made, tmp_path):
    shutil.copytree(made, tmp_path / "d")
    return tmp_path / "d"


def run_folder(data):
    (folder,) = (data / "captures").iterdir()
    return folder


def test_a_line_that_a_crash_cut_off_is_left_out(data):
    captures = run_folder(data) / "captures.jsonl"
    whole = captures.read_bytes()
    for cut in (b'{"provider": "x", "url": "https', '{"provider": "x", "note": "L\u00e4'.encode()[:-1]):
        captures.write_bytes(whole + cut)
        assert chipwatch("rebuild", "--data", str(data)).returncode == 0
        assert json.loads(chipwatch("query", "select count(*) as n from offers", "--format", "json", "--data", str(data)).stdout) == [{"n": 1}]


@pytest.mark.parametrize(("name", "content", "words"), [
    ("captures.jsonl", b"{broken\n{}\n", "captures.jsonl, line 1"), ("captures.jsonl", b'{"a": 1}\n', "captures.jsonl, line 1"), ("captures.jsonl", b"[1]\n", "captures.jsonl, line 1"),
    ("captures.jsonl", b"\xff\xfe\n", "not UTF-8"), ("sources.jsonl", b"{broken\n", "sources.jsonl, line 1"), ("run.json", b"{", "run.json cannot be read"), ("a.warc.gz", b"", "restore it below"),
    ("a.warc.gz", None, "restore it below"),
])
def test_damaged_files_of_a_run_are_named(data, name, content, words):
    before = (data / "chipwatch.sqlite").read_bytes()
    if content is None:
        (run_folder(data) / name).unlink()
    else:
        (run_folder(data) / name).write_bytes(content)
    told = one_line(chipwatch("rebuild", "--fresh", "--data", str(data)))
    assert words in told and ("restore it" in told or "remove" in told)
    assert (data / "chipwatch.sqlite").read_bytes() == before


def test_lost_descriptions_of_a_run_do_not_lose_the_run(data):
    for name in ("run.json", "sources.jsonl", "providers.jsonl"):
        (run_folder(data) / name).unlink()
    assert set(run_modes(data).values()) == {"archive"}
    assert chipwatch("rebuild", "--data", str(data)).returncode == 0
    assert "never mixed" in one_line(chipwatch("run", "--sample", "--data", str(data)))
