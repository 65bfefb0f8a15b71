"""Captures in the replay software of others: pywb indexes the WARC files of a crawl, and an evidence bundle, as they are, and gives back what was captured."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from chipwatch.cli import cli
from dataset.query import run

PYWB = "pywb==2.10.0"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def pywb(tmp_path_factory) -> Path:
    """The folder of pywb's commands: those on PATH, else of an environment of its own (its dependencies are not ours). Skips where it cannot be installed."""
    found = shutil.which("wayback")
    if found and shutil.which("wb-manager"):
        return Path(found).parent
    home = tmp_path_factory.mktemp("pywb")
    try:
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, capture_output=True, timeout=120)
        subprocess.run([str(home / "bin" / "pip"), "install", "-q", PYWB, "setuptools<81"], check=True, capture_output=True, timeout=300)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"{PYWB} cannot be installed here: {error}")
    return home / "bin"


@contextlib.contextmanager
def wayback(pywb: Path, folder: Path, archives: list[Path], *more: str):
    """pywb serving the archives as the collection `cw` on loopback; gives the address."""
    folder.mkdir()
    named = [Path(shutil.copyfile(a, folder / f"{a.parent.name}-{a.name}")) for a in archives]     # two runs have archives of the same name, a collection has one folder
    for words in (["init", "cw"], ["add", "cw", *map(str, named), *more]):
        done = subprocess.run([str(pywb / "wb-manager"), *words], cwd=folder, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen([str(pywb / "wayback"), "-b", "127.0.0.1", "-p", str(port)], cwd=folder, stdout=log, stderr=log, env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"})
    try:
        address = f"http://127.0.0.1:{port}/cw"
        for _ in range(300):
            if process.poll() is not None:
                pytest.fail((folder / "log").read_text("utf-8", "replace"))
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def get(address: str) -> tuple[int, dict[str, str], bytes]:
    """(status, headers, body with its content encoding removed) of one request, redirects not followed."""
    import httpx

    with httpx.Client(follow_redirects=False, timeout=30, trust_env=False) as client:
        answer = client.get(address)
    return answer.status_code, dict(answer.headers), answer.content


def replayed(address: str, row: dict) -> str:
    """How pywb gives back a capture, unchanged (`id_`): same, not modified (the visit was answered with 304; its payload is that of an earlier record), or what else."""
    stamp = "".join(c for c in row["fetched_at"] if c.isdigit())[:14]
    url = row["final_url"] or row["url"]
    status, _, body = get(f"{address}/{stamp}id_/{url}")
    if status == 200 and hashlib.sha256(body).hexdigest() == row["payload_sha256"]:
        return "same"
    return "not modified" if status == row["status"] == 304 and not body else f"{status} {url}, {len(body)} bytes"


def responses(database: Path) -> list[dict]:
    """Captures that hold a page."""
    rows = run(database, "select evidence_id, record_id, revisit_of, url, final_url, fetched_at, payload_sha256, status, warc_file from captures "
                         "where failure is null and record_id is not null order by fetched_at, url").records()
    assert all(urlsplit(r["final_url"] or r["url"]).scheme in ("http", "https") for r in rows)
    return rows


def test_pywb_opens_the_archives_of_a_crawl(pywb, visits, tmp_path):
    rows = responses(visits[2].database)
    with wayback(pywb, tmp_path / "wb", sorted({visits[2].data / r["warc_file"] for r in rows})) as address:
        told = {r["record_id"]: replayed(address, r) for r in rows}
    seen = Counter(told.values())
    assert set(seen) == {"same", "not modified"} and seen["same"] > 90 and seen["not modified"] > 20, seen
    assert seen["not modified"] == sum(r["status"] == 304 for r in rows)
    for r in rows:                                             # what was not modified is there, under the record that it refers to
        if told[r["record_id"]] == "not modified":
            assert told[r["revisit_of"]] == "same"


def test_pywb_opens_a_bundle_of_evidence(pywb, visits, tmp_path):
    made = CliRunner().invoke(cli, ["export", "--evidence", str(tmp_path / "out"), "--data", str(visits[2].data)])
    assert made.exit_code == 0, made.output
    cited = {row["evidence_id"] for row in csv.DictReader((tmp_path / "out" / "evidence.csv").open(encoding="utf-8"))}
    rows = [r for r in responses(visits[2].database) if r["evidence_id"] in cited]
    with wayback(pywb, tmp_path / "wb", [tmp_path / "out" / "evidence.wacz"], "--unpack-wacz") as address:
        seen = Counter(replayed(address, r) for r in rows)
    assert set(seen) <= {"same", "not modified"} and seen["same"] > 10 and sum(seen.values()) == len(rows) >= len(cited), seen
