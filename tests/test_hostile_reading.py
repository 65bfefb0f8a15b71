"""Reading processes on hostile documents: they end with their parent, take limited memory and time, and one that dies costs one document."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from test_cli import ROOT

from chipwatch import extracting, reading
from chipwatch.reading import ReadTask, has_reading, load_reading, read_all

ORPHANS = """
import sys
from pathlib import Path
from chipwatch import reading
if __name__ == "__main__":
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context
    import os, time
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver"), initializer=reading.begin_worker) as pool:
        print(*{pool.submit(os.getpid).result() for _ in range(20)}, flush=True)
        time.sleep(60)
"""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat") as handle:
            return handle.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_readers_end_when_their_run_is_killed(tmp_path):
    (tmp_path / "parent.py").write_text(ORPHANS)
    parent = subprocess.Popen([sys.executable, "parent.py"], cwd=tmp_path, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    workers = [int(pid) for pid in parent.stdout.readline().split()]
    assert workers and all(map(alive, workers))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    end = time.monotonic() + 10
    while any(map(alive, workers)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(alive, workers))


def in_a_process(code: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)


def test_memory_is_limited():
    done = in_a_process("from chipwatch import reading; import nlp.extract; reading.READING_MEMORY = 3 << 30; reading.limit_memory()\n"
                        "nlp.extract.extract = lambda data, **o: bytearray(4 << 30)\n"
                        "print(reading.extract_within_limits(b'x', {}).issues[0].text)")
    assert "MemoryError" in done.stdout, done.stderr


def test_the_memory_of_the_caller_is_its_own():
    """A process that has mapped more than the limit can read, and has its own limit back afterwards."""
    done = in_a_process("import mmap, resource; held = mmap.mmap(-1, 9 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=0)\n"
                        "from chipwatch.extracting import extract_bytes; before = resource.getrlimit(resource.RLIMIT_AS)\n"
                        "found = extract_bytes(b'<p>You may not resell the service to any third party located in an embargoed country.</p>' * 3, url=None, kind='terms', language='en', path='a.html')\n"
                        "print(resource.getrlimit(resource.RLIMIT_AS) == before, found['document']['readable'])")
    assert done.stdout.split() == ["True", "True"], done.stderr


def test_processor_time_is_limited():
    done = in_a_process("from chipwatch import reading; reading.limit_processor_time(1)\nwhile True: sum(range(10 ** 6))")
    assert done.returncode == -signal.SIGXCPU


def test_no_library_swallows_the_alarm(monkeypatch):
    import nlp.extract

    def stubborn(data, **options):
        while True:
            try:
                time.sleep(30)
            except Exception:                                  # noqa: BLE001, S110  as libraries do
                pass

    monkeypatch.setattr(nlp.extract, "extract", stubborn)
    began = time.monotonic()
    result = reading.extract_within_limits(b"x", {}, seconds=1)
    assert "longer than 1 seconds" in result.issues[0].text and time.monotonic() - began < 10


def test_what_cannot_be_loaded_twice_is_loaded_before_the_clock_runs():
    """A time limit that ends while numpy is being loaded would leave a process that can read no document any more."""
    done = in_a_process("import contextlib, sys; from chipwatch import reading; limit = reading.time_limit\n"
                        "@contextlib.contextmanager\ndef watched(seconds):\n    before = 'numpy' in sys.modules\n    with limit(seconds):\n        yield\n    print(before, 'numpy' in sys.modules)\n"
                        "reading.time_limit = watched\n"
                        "reading.extract_within_limits(b'<p>You may not export the service to an embargoed country.</p>' * 3, {'path': 'a.html', 'kind': 'terms', 'language': 'en'})")
    assert done.stdout.split() == ["True", "True"], done.stderr


def dies(row, roots):                                          # in place of extracting.extract_row, in a worker
    if "poison" in row["path"]:
        os.kill(os.getpid(), signal.SIGSEGV)
    return {"path": row["path"], "document": {"readable": True}}


def test_a_process_that_dies_costs_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(extracting, "extract_row", dies)
    rows = [{"path": name} for name in ("a", "poison", "b", "c")]
    results = list(extracting._results(rows, [tmp_path], 2))
    assert [(r["path"], r["document"]["readable"]) for r in results] == [("a", True), ("poison", False), ("b", True), ("c", True)]


@pytest.mark.parametrize("damaged", [b"", b'{"document": {"url": nul', b"\0" * 50])
def test_a_reading_that_a_power_cut_damaged_is_made_anew(tmp_path, monkeypatch, damaged):
    def read(tasks, folder, workers, tell):
        for task in tasks:
            reading.keep_reading(folder, task.key, reading.unreadable(task.options, "read anew"))
        return []

    monkeypatch.setattr(reading, "_read_in_pool", read)
    (tmp_path / "k.json").write_bytes(damaged)
    assert not has_reading(tmp_path, "k") and not has_reading(tmp_path, "none")
    read_all([ReadTask("k", tmp_path / "x.warc.gz", "<urn:uuid:1>", {})], tmp_path)
    assert has_reading(tmp_path, "k") and load_reading(tmp_path, "k").issues[0].text == "read anew"
    assert json.loads((tmp_path / "k.json").read_text())["document"]["readable"] is False
