"""Commands with odd files, names and places: one clear line and an exit code each, and nothing overwritten."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys

import pytest
from test_cli import ROOT, chipwatch, one_line

PAGE = b"<p>The Customer shall not use the Services in violation of export control laws of the United States.</p>" * 3


@pytest.mark.parametrize(("line", "words"), [
    ('{"path": "a.html", "language": 5}', "language must be a text"), ('{"path": "a.html", "url": ["x"]}', "url must be a text"), ("[" * 100_000, "nested too deep"),
    ('{"path": "a.html", "n": ' + "9" * 5_000 + "}", "number too long"), ('{"path": 5}', '"path" is needed'), ("5", '"path" is needed'),
])
def test_odd_lines_of_a_list_are_named(tmp_path, line, words):
    (tmp_path / "list.jsonl").write_text(f'{{"path": "a.html"}}\n{line}\n')
    told = one_line(chipwatch("extract-many", "list.jsonl", "-o", "out.jsonl", cwd=tmp_path))
    assert "list.jsonl:2:" in told and words in told and not (tmp_path / "out.jsonl").exists()


def test_odd_files_of_a_list_cost_their_own_line_only(tmp_path):
    (tmp_path / "page.html").write_bytes(PAGE)
    (tmp_path / "half.json").write_text('[{"gpu": "H100 \\ud800", "price": 2.5, "currency": "USD", "unit": "hour", "region": "\\udfff"}]')
    os.mkfifo(tmp_path / "pipe")
    paths = ["nosuch", ".", "pipe", "/dev/zero", "a\0b", "\ud800", "half.json", "line\u2028end", "page.html"]
    (tmp_path / "list.jsonl").write_text("".join(json.dumps({"path": p}, ensure_ascii=p != "line\u2028end") + "\n" for p in paths))
    done = chipwatch("extract-many", "list.jsonl", "-o", "out.jsonl", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").split("\n") if line]
    assert [r["path"] for r in rows] == paths
    assert [r["document"]["readable"] for r in rows] == [False] * 6 + [True, False, True]
    assert all(i["level"] == "error" for r in rows[:6] for i in r["issues"])


def test_the_list_is_not_overwritten(tmp_path):
    (tmp_path / "list.jsonl").write_text('{"path": "a.html"}\n')
    (tmp_path / "other").symlink_to("list.jsonl")
    for name in ("list.jsonl", "./list.jsonl", "other"):
        assert "the list itself" in one_line(chipwatch("extract-many", "list.jsonl", "-o", name, cwd=tmp_path))
    assert (tmp_path / "list.jsonl").read_text() == '{"path": "a.html"}\n'


def test_a_pipe_or_link_as_output_stays_what_it_is(tmp_path):
    (tmp_path / "page.html").write_bytes(PAGE)
    (tmp_path / "list.jsonl").write_text('{"path": "page.html"}\n')
    os.mkfifo(tmp_path / "pipe")
    reader = subprocess.Popen(["cat", "pipe"], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert chipwatch("extract-many", "list.jsonl", "-o", "pipe", cwd=tmp_path).returncode == 0
    assert json.loads(reader.communicate(timeout=20)[0])["path"] == "page.html"
    assert stat.S_ISFIFO(os.stat(tmp_path / "pipe").st_mode)
    (tmp_path / "link").symlink_to("real.jsonl")
    (tmp_path / "real.jsonl").write_text("earlier\n")
    assert chipwatch("extract-many", "list.jsonl", "-o", "link", cwd=tmp_path).returncode == 0
    assert (tmp_path / "link").is_symlink() and "page.html" in (tmp_path / "real.jsonl").read_text()
    assert "nofolder" in one_line(chipwatch("extract-many", "list.jsonl", "-o", "nofolder/out.jsonl", cwd=tmp_path))


@pytest.mark.parametrize(("args", "words"), [
    (("extract", "."), "that is a folder"), (("extract", "x" * 300), "cannot read"), (("extract", "a\nb"), "cannot read a b"), (("extract", "page.html/x"), "a part of that path is a file"),
    (("extract", "/dev/zero"), "larger than"), (("extract", "page.html", "--indent", "-1"), "--indent"), (("extract", "/dev/null"), "the document is empty"),
])
def test_odd_names_give_one_line(tmp_path, args, words):
    (tmp_path / "page.html").write_bytes(PAGE)
    told = one_line(chipwatch(*args, cwd=tmp_path))
    assert words in told and len(told) < 600


def test_closed_standard_input(tmp_path):
    done = subprocess.run(f"'{sys.executable}' -m chipwatch.cli extract - <&-", shell=True, cwd=tmp_path, capture_output=True, text=True, timeout=60, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 66 and "standard input" in done.stderr and done.stderr.count("\n") == 1
