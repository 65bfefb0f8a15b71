"""Places that cannot be written, or are no files: one line, the exit code of an unwritable output, and what was there before unchanged."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest
import reports_market as market
from test_cli import ROOT, chipwatch, one_line

from chipwatch.errors import explain_os_error

FULL = "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000)); sys.argv[0] = 'chipwatch'; runpy.run_module('chipwatch.cli', run_name='__main__')"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("outputs")
    made = market.Market()
    for number in range(4):
        market.provider(made, number, sample=True)
    made.write(folder / "chipwatch.sqlite")
    return folder


@pytest.mark.parametrize("args", [("report", "briefing"), ("report", "profile", "p000-aurora")])
def test_a_report_that_finds_no_room(data, args):
    (data / "reports").mkdir(exist_ok=True)
    name = data / "reports" / ("briefing.pdf" if args[1] == "briefing" else "p000-aurora.pdf")
    name.write_bytes(b"earlier")
    done = subprocess.run([sys.executable, "-c", FULL, *args, "--data", str(data)], capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=120, check=False)
    assert "cannot write" in one_line(done) and done.returncode == 73
    assert name.read_bytes() == b"earlier" and [p.name for p in name.parent.iterdir() if p.name.startswith(".")] == []


def test_reports_to_devices_pipes_and_links(data, tmp_path):
    device = os.stat("/dev/null").st_rdev
    assert chipwatch("report", "profile", "p000-aurora", "-o", "/dev/null", "--data", str(data)).returncode == 0
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode) and os.stat("/dev/null").st_rdev == device
    done = chipwatch("report", "profile", "p000-aurora", "-o", "/dev/full", "--data", str(data))
    assert "cannot write /dev/full" in one_line(done) and done.returncode == 73
    (tmp_path / "link.pdf").symlink_to("real.pdf")
    assert chipwatch("report", "profile", "p000-aurora", "-o", str(tmp_path / "link.pdf"), "--data", str(data)).returncode == 0
    assert (tmp_path / "link.pdf").is_symlink() and (tmp_path / "real.pdf").read_bytes().startswith(b"%PDF-")


def test_words_of_an_operating_system_error():
    assert explain_os_error(OSError(28, "No space left on device"), "cannot write to x:") == "cannot write to x: the disk is full: free some space, or give another folder with --data"
    assert explain_os_error(FileNotFoundError(2, "No such file", "y"), "cannot write x:") == "cannot write x: y: no such file or folder"
