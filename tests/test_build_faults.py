"""A build that is killed, a disk that fills up, files of other schemas, damaged files: the data set in place is whole, and the next run is as if nothing had happened."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

import build_child
import dataset_fakes as fakes
from chipwatch.cli import cli
from chipwatch.cli import main as command
from dataset import migrations, query, schema
from dataset.build import build
from dataset.errors import CannotWrite, DatasetDamaged, SchemaVersion
from dataset.feed import write_feeds
from dataset.migrations import migrate
from dataset.opening import opened
from fakes_helper import rows_of

ROOT = Path(__file__).resolve().parent.parent
OUTPUTS = ("chipwatch.sqlite", "changes.json", "changes.atom", "reader-changes.jsonl")
DELTA = "select count(*), max(last_checked) from offers where provider = 'delta'"


def child(folder: Path, offers: int, before: str = "") -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", f"{before}\nimport sys, runpy\nsys.argv = ['build_child', {str(folder)!r}, '{offers}']\nrunpy.run_module('build_child', run_name='__main__')"],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"})


def outputs(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in OUTPUTS}


def kills(tmp_path: Path, times: int, offers: int, seed: int) -> tuple[int, int]:
    """Kill builds of a second run at random moments. Returns (killed while at work, of these: with the new data set in place already)."""
    start = tmp_path / "start"
    build_child.market(start, offers, runs=1).write()
    first = build_child.market(start, offers, runs=1)
    write_feeds(build(start, first.reading_of, reader="one"))
    old = (start / "chipwatch.sqlite").read_bytes()
    calm = tmp_path / "calm"
    shutil.copytree(start, calm)
    process = child(calm, offers)
    assert process.stdout.readline() == "begins\n", process.stderr.read()
    begun = time.perf_counter()
    assert process.stdout.readline() == "done\n", process.stderr.read()
    lasts = time.perf_counter() - begun
    process.communicate(timeout=30)
    expected = outputs(calm)
    assert expected["chipwatch.sqlite"] != old and b'"to"' not in expected["reader-changes.jsonl"] and b"No resale" in expected["reader-changes.jsonl"]
    chance, at_work, already = random.Random(seed), 0, 0
    for n in range(times):
        folder = tmp_path / "killed"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(start, folder)
        process = child(folder, offers)
        assert process.stdout.readline() == "begins\n", process.stderr.read()
        time.sleep(chance.random() * lasts)
        process.send_signal(signal.SIGKILL)
        out, _ = process.communicate(timeout=30)
        at_work += "done" not in out
        shown = (folder / "chipwatch.sqlite").read_bytes()
        assert shown in (old, expected["chipwatch.sqlite"]), f"kill {n}: neither the old nor the new data set"
        already += shown != old and "done" not in out
        with contextlib.closing(sqlite3.connect(f"file:{folder / 'chipwatch.sqlite'}?mode=ro", uri=True)) as connection:
            assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert query.run(folder / "chipwatch.sqlite", DELTA).rows[0][0] == offers
        build_child.finish(build_child.market(folder, offers))
        assert outputs(folder) == expected, f"kill {n}: the next run differs from an undisturbed one"
        assert not [p.name for p in folder.iterdir() if p.name.startswith(".") and "part" in p.name], "no parts are left"
    return at_work, already


def test_four_kills_of_a_build(tmp_path):
    at_work, _ = kills(tmp_path, 4, 1500, seed=4)
    assert at_work >= 2


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_fifty_kills_of_a_build(tmp_path):
    at_work, already = kills(tmp_path, 50, 12_000, seed=50)
    print(f"\n{at_work} of 50 kills met a build at work, {already} of them after its data set was in place")
    assert at_work >= 40


# --- a full disk -------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("room", [20_000, 300_000])
def test_a_disk_that_fills_up_during_a_build(tmp_path, room):
    """The kernel lets files of the process grow to `room` bytes only: at the first table, and in the middle of the rows."""
    first = build_child.market(tmp_path, 3000, runs=1)
    before = first.build().read_bytes()
    build_child.market(tmp_path, 3000).write()
    limit = f"import dataset_fakes, resource\ndataset_fakes.Folder.write = lambda self: None\nresource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))"
    out, err = child(tmp_path, 3000, before=limit).communicate(timeout=60)
    assert "done" not in out and "CannotWrite" in err and "nothing earlier was changed" in err, err
    assert (tmp_path / "chipwatch.sqlite").read_bytes() == before
    assert not list(tmp_path.glob(".chipwatch*"))


def test_a_feed_that_cannot_be_written_is_named_and_leaves_the_old_one(tmp_path):
    folder = fakes.small_market(tmp_path)
    write_feeds(folder.build())
    (tmp_path / "changes.json").unlink()
    (tmp_path / "changes.json").mkdir()
    before = (tmp_path / "changes.atom").read_bytes()
    with pytest.raises(CannotWrite, match="changes.json"):
        write_feeds(tmp_path / "chipwatch.sqlite")
    assert (tmp_path / "changes.atom").read_bytes() == before and not list(tmp_path.glob(".changes*"))


# --- files of other schemas --------------------------------------------------------------------------------------------------------

VERSIONS = sorted(int(p.stem) for p in (ROOT / "tests" / "schemas").glob("*.sql"))


@pytest.fixture(scope="module")
def present(tmp_path_factory):
    folder = fakes.small_market(tmp_path_factory.mktemp("present"))
    folder.build()
    return folder


def of_schema(version: int, present: fakes.Folder, path: Path) -> Path:
    """A data set as the program of that schema wrote it: its own tables and views, the rows of the small market in the columns that it had."""
    database = path / "chipwatch.sqlite"
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.executescript((ROOT / "tests" / "schemas" / f"{version}.sql").read_text("utf-8"))
        connection.execute("attach ? as present", (str(present.path / "chipwatch.sqlite"),))
        for (table,) in connection.execute("select name from main.sqlite_schema where type = 'table' and name <> 'meta'").fetchall():
            mine, theirs = ([row[1] for row in connection.execute(f"pragma {where}.table_info({table})")] for where in ("main", "present"))
            columns = ", ".join(f'"{c}"' for c in mine if c in theirs)
            connection.execute(f"insert into main.{table} ({columns}) select {columns} from present.{table}")
        connection.execute("insert into main.meta select key, value from present.meta where key <> 'reader_version'")
        connection.execute("update main.meta set value = ? where key = 'schema_version'", (str(version),))
        connection.commit()
    return database


def test_there_is_a_fixture_and_a_step_for_every_earlier_schema():
    assert VERSIONS == list(range(1, schema.SCHEMA_VERSION)) and sorted(migrations.STEPS) == list(range(2, schema.SCHEMA_VERSION + 1))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_earlier_schema_is_migrated(version, present, tmp_path):
    database = of_schema(version, present, tmp_path)
    with pytest.raises(SchemaVersion, match="older"):
        query.run(database, "select 1")
    assert migrate(database) == version and migrate(database) is None
    with opened(database) as connection:
        assert connection.execute("pragma integrity_check").fetchone()[0] == "ok"
        assert dict(connection.execute("select key, value from meta"))["migrated_from"] == str(version)
    had = set(re.findall(r"CREATE VIEW \W?(\w+)", (ROOT / "tests" / "schemas" / f"{version}.sql").read_text("utf-8")))
    assert {"offers", "clauses_history", "verdicts", "changes"} <= had
    for view in (*schema.VIEWS, "offers_history", "clauses_history"):
        held = len(rows_of(present.path / "chipwatch.sqlite", f"select * from {view}")) if view in had else 0   # a table that came later is empty
        assert len(rows_of(database, f"select * from {view}")) == held, view
    for sql in ("select id, price, last_changed from offers_history order by id, last_changed", "select customer, code from verdicts order by id",
                "select id, old, new, cause from changes order by id"):
        assert rows_of(database, sql) == rows_of(present.path / "chipwatch.sqlite", sql)
    made, migrated = ([r[0] for r in rows_of(d, "select sql from sqlite_schema order by name")] for d in (present.path / "chipwatch.sqlite", database))
    assert made == migrated, "the very tables, views and indexes of the present schema"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_command_brings_an_old_data_set_up_to_date_and_says_so(version, present, tmp_path):
    of_schema(version, present, tmp_path)
    result = CliRunner().invoke(cli, ["query", "select count(*) from offers", "--format", "csv", "--data", str(tmp_path)])
    assert result.exit_code == 0 and f"was of schema {version}" in result.stderr and "captures are not here" in result.stderr
    assert result.stdout.split()[-1] == str(rows_of(present.path / "chipwatch.sqlite", "select count(*) from offers")[0][0])
    again = CliRunner().invoke(cli, ["changes", "--since", "2026-01-01", "--data", str(tmp_path)])
    assert again.exit_code == 0 and "schema" not in again.stderr


@pytest.mark.parametrize("version", VERSIONS)
def test_a_build_over_an_old_data_set_is_as_one_without(version, present, tmp_path):
    folder = fakes.small_market(tmp_path)
    of_schema(version, present, tmp_path)
    assert folder.build().read_bytes() == (present.path / "chipwatch.sqlite").read_bytes()


def run_command(monkeypatch, capsys, *args: str) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["chipwatch", *args])
    code = 0
    try:
        command()
    except SystemExit as end:
        code = int(end.code or 0)
    return code, capsys.readouterr().err


COMMANDS = [("changes",), ("diff", "alpha"), ("query", "select count(*) from offers"), ("query", "--question", "8"), ("access",), ("access", "--explain", "alpha"), ("export", "OUT"), ("export", "OUT", "--evidence"),
            ("serve", "--port", "0"), ("review",), ("review", "alpha"), ("status",), ("report", "briefing"), ("report", "profile", "alpha"), ("report", "changes")]


def asked(args: tuple[str, ...], tmp_path: Path) -> list[str]:
    return [str(tmp_path / "out") if a == "OUT" else a for a in args] + ["--data", str(tmp_path)]


@pytest.mark.parametrize("args", COMMANDS, ids=" ".join)
def test_a_data_set_of_a_newer_version_is_left_alone(args, present, tmp_path, monkeypatch, capsys):
    shutil.copyfile(present.path / "chipwatch.sqlite", tmp_path / "chipwatch.sqlite")
    with contextlib.closing(sqlite3.connect(tmp_path / "chipwatch.sqlite")) as connection:
        connection.execute(f"pragma user_version = {schema.SCHEMA_VERSION + 1}")
    before = (tmp_path / "chipwatch.sqlite").read_bytes()
    code, err = run_command(monkeypatch, capsys, *asked(args, tmp_path))
    assert code == 65 and "newer chipwatch" in err and "update the program" in err and err.count("\n") == 1 and "Traceback" not in err
    assert (tmp_path / "chipwatch.sqlite").read_bytes() == before and not (tmp_path / "out").exists()
    with pytest.raises(SchemaVersion, match="newer"):
        migrate(tmp_path / "chipwatch.sqlite")


DAMAGE = {"cut": lambda data: data[:5000], "text": lambda data: b"no data set at all, " * 500, "empty": lambda data: b"",
          "holes": lambda data: data[:4096] + b"\xa5" * (len(data) - 4096)}


@pytest.mark.parametrize(("how", "args"), [(how, args) for how in DAMAGE for args in (COMMANDS if how == "holes" else COMMANDS[:2])], ids=lambda v: v if isinstance(v, str) else " ".join(v))
def test_a_damaged_file_is_named_and_left_alone(how, args, present, tmp_path, monkeypatch, capsys):
    damaged = DAMAGE[how]((present.path / "chipwatch.sqlite").read_bytes())
    (tmp_path / "chipwatch.sqlite").write_bytes(damaged)
    code, err = run_command(monkeypatch, capsys, *asked(args, tmp_path))
    assert code == 65 and "rebuild" in err and err.count("\n") == 1 and "Traceback" not in err
    assert (tmp_path / "chipwatch.sqlite").read_bytes() == damaged and not (tmp_path / "out").exists()


# --- what is asked for is not there, or may not be asked ---------------------------------------------------------------------------

@pytest.mark.parametrize(("args", "expected", "words"), [
    (("query", "delete from offer"), 64, "can only read"), (("query", "pragma user_version = 3"), 64, "can only read"), (("query", "vacuum into 'x'"), 64, "can only read"),
    (("query", "attach 'x' as y"), 64, "can only read"), (("query", "select 1; delete from offer"), 64, "one SELECT"), (("query", ""), 64, "one SELECT"),
    (("query", "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n", "--timeout", "0.2"), 65, "--timeout"),
    (("query", "--question", "99"), 64, "1 to 30"), (("query", "--question", "8", "--set", "customer=cn_compny"), 64, "cn_company"),
    (("query", "--question", "8", "--set", "customer=company:VN"), 64, "access --customer company:VN"), (("query", "--question", "26", "--set", "provider=alhpa"), 66, "did you mean alpha"),
    (("query", "--question", "26", "--set", "day=yesterday"), 64, "2026-11-02"), (("query", "--question", "5", "--set", "since=2026-02-30"), 64, "is a day"),
    (("access", "--customer", "cn_compny"), 64, "cn_company"), (("access", "--customer", "company:XX"), 64, "ISO 3166-1"), (("access", "--customer", "subsidiary:SG"), 64, "CC/CC"),
    (("access", "--explain", "nobody"), 66, "no provider"), (("diff", "nobody"), 66, "no provider"), (("changes", "--provider", "nobody"), 66, "no provider"), (("review", "nobody"), 66, "no provider"),
    (("report", "profile", "nobody"), 66, "no provider"), (("report", "briefing", "--customer", "nobody"), 64, "cn_company"), (("access", "--country", "ZZ"), 66, "ISO 3166-1"),
], ids=lambda v: " ".join(v)[:50] if isinstance(v, tuple) else None)
def test_mistakes_end_with_what_to_do_and_change_nothing(args, expected, words, present, tmp_path, monkeypatch, capsys):
    shutil.copyfile(present.path / "chipwatch.sqlite", tmp_path / "chipwatch.sqlite")
    monkeypatch.chdir(tmp_path)
    code, err = run_command(monkeypatch, capsys, *asked(args, tmp_path))
    assert code == expected and words in err and err.count("\n") == 1 and "Traceback" not in err, err
    assert (tmp_path / "chipwatch.sqlite").read_bytes() == (present.path / "chipwatch.sqlite").read_bytes()
    assert {p.name for p in tmp_path.iterdir()} <= {"chipwatch.sqlite", "reports"}


def test_a_question_takes_a_provider_by_name_or_slug(present, capsys, monkeypatch):
    answers = []
    for name in ("alpha", "Alpha Compute"):
        monkeypatch.setattr(sys, "argv", ["chipwatch", "query", "--question", "26", "--set", f"provider={name}", "--set", "day=2026-11-02", "--format", "csv", "--data", str(present.path)])
        with contextlib.suppress(SystemExit):
            command()
        answers.append(capsys.readouterr().out)
    assert answers[0] == answers[1] and "You comply with export laws." in answers[0]


def test_an_old_file_that_is_damaged_is_not_migrated(present, tmp_path):
    database = of_schema(2, present, tmp_path)
    data = database.read_bytes()
    database.write_bytes(data[:8192] + b"\xa5" * (len(data) - 8192))
    before = database.read_bytes()
    with pytest.raises(DatasetDamaged):
        migrate(database)
    assert database.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["chipwatch.sqlite"]
