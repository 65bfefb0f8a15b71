"""The data set brought up to date: nothing is done where nothing has changed, and whatever has changed, the bytes are those of a build from nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import dataset_fakes as fakes
from dataset import refresh as module
from dataset.build import build
from dataset.feed import write_feeds
from dataset.refresh import RECORD, refresh
from dataset.review import Decision, append, text_hash
from fakes_helper import rows_of

OUTPUTS = ("chipwatch.sqlite", "changes.json", "changes.atom")


class Readings:
    """The readings of a folder, which count how often they are asked for."""

    def __init__(self, folder: fakes.Folder) -> None:
        self.folder, self.asked, self.called = folder, 0, 0

    def __call__(self):
        self.called += 1

        def reading_of(capture):
            self.asked += 1
            return self.folder.reading_of(capture)

        return reading_of


@pytest.fixture
def made(tmp_path):
    """A folder whose data set has just been made."""
    folder = fakes.small_market(tmp_path / "data")
    folder.write()
    assert refresh(folder.path, Readings(folder), reader="one").made
    return folder


def outputs(path: Path) -> dict[str, bytes]:
    return {name: (path / name).read_bytes() for name in OUTPUTS}


def from_nothing(folder: fakes.Folder, to: Path, reader: str) -> dict[str, bytes]:
    """What a build gives in a folder that holds the captures and decisions alone."""
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir()
    for name in ("captures", "reviews"):
        if (folder.path / name).exists():
            shutil.copytree(folder.path / name, to / name)
    if (folder.path / "reader-changes.jsonl").exists():
        shutil.copyfile(folder.path / "reader-changes.jsonl", to / "reader-changes.jsonl")
    write_feeds(build(to, folder.reading_of, reader=reader))
    return outputs(to)


def test_unchanged_captures_are_neither_read_nor_folded_again(made, monkeypatch):
    before, readings = outputs(made.path), Readings(made)
    stamp = (made.path / "chipwatch.sqlite").stat().st_mtime_ns
    monkeypatch.setattr(module, "build", lambda *a, **k: pytest.fail("folded again"))
    result = refresh(made.path, readings, reader="one")
    assert not result.made and result.path == made.path / "chipwatch.sqlite"
    assert (readings.called, readings.asked) == (0, 0) and outputs(made.path) == before and (made.path / "chipwatch.sqlite").stat().st_mtime_ns == stamp


def test_always_makes_it_anew_and_the_same(made, tmp_path):
    before, readings = outputs(made.path), Readings(made)
    assert refresh(made.path, readings, reader="one", always=True).made and readings.asked
    assert outputs(made.path) == before == from_nothing(made, tmp_path / "other", "one")


def capture_added(folder):
    folder.visit("r2", "gamma", "acceptable_use", "https://gamma.example/aup", "2026-11-08T00:00:10Z", fakes.page("gamma aup", clauses=[fakes.clause("resale_restriction", "No resale.")]))
    folder.write()


def run_added(folder):
    folder.run("r3", "2026-11-15T00:00:00Z", providers=[fakes.ALPHA])
    folder.visit("r3", "alpha", "terms_of_service", fakes.TERMS, "2026-11-15T00:00:05Z", fakes.page("terms 2", clauses=folder.readings[fakes.sha("terms 2")].clauses))
    folder.write()


def declaration_changed(folder):
    path = folder.path / "captures" / "r2" / "sources.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(row | ({"url": "https://alpha.example/new-terms"} if row["url"] == fakes.TERMS else {})) + "\n" for row in rows))


def provider_changed(folder):
    path = folder.path / "captures" / "r2" / "providers.jsonl"
    path.write_text(path.read_text().replace("Beta GPU", "Beta Compute"))


def decided(folder):
    (key, quote), = rows_of(folder.path / "chipwatch.sqlite", "select id, quote from clauses where label = 'country_exclusion'")
    append(folder.path, Decision("alpha", key, fakes.TERMS, "country_exclusion", text_hash(quote), "reject", "a person", "2026-11-09T00:00:00Z", "a heading", quote))


@pytest.mark.parametrize("change", [capture_added, run_added, declaration_changed, provider_changed, decided])
def test_whatever_changes_gives_what_a_build_from_nothing_gives(made, tmp_path, change):
    before = outputs(made.path)
    change(made)
    assert refresh(made.path, Readings(made), reader="one").made
    assert outputs(made.path) == from_nothing(made, tmp_path / "other", "one") and outputs(made.path)["chipwatch.sqlite"] != before["chipwatch.sqlite"]
    assert not refresh(made.path, Readings(made), reader="one").made


def test_another_reader_reads_again_and_its_journal_is_known_at_the_next_call(made, tmp_path):
    old = dict(made.readings)
    name, better = fakes.page("gamma 1", clauses=[fakes.clause("resale_restriction", "No resale of the service.")])
    made.readings[fakes.sha(name)] = better
    assert not refresh(made.path, Readings(made), reader="one").made, "a reading is a function of payload, declaration and reader: the same reader is not asked again"

    def readings():
        reading_of = lambda capture: made.reading_of(capture)                   # noqa: E731  a function that can carry an attribute
        reading_of.earlier = lambda reader: lambda capture: old.get(capture.payload_sha256)
        return reading_of

    assert refresh(made.path, readings, reader="two").made
    assert b"No resale" in (made.path / "reader-changes.jsonl").read_bytes()
    assert outputs(made.path) == from_nothing(made, tmp_path / "other", "two")
    assert not refresh(made.path, readings, reader="two").made
    (made.path / "reader-changes.jsonl").unlink()
    assert refresh(made.path, readings, reader="two").made, "without its journal the data set is another one"
    assert outputs(made.path) == from_nothing(made, tmp_path / "other", "two")


def byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("name", OUTPUTS)
@pytest.mark.parametrize("harm", [byte, Path.unlink, lambda path: path.write_bytes(b"")], ids=["one bit", "gone", "empty"])
def test_a_file_that_is_not_as_it_was_made_is_made_anew(made, name, harm):
    before = outputs(made.path)
    harm(made.path / name)
    assert refresh(made.path, Readings(made), reader="one").made and outputs(made.path) == before


@pytest.mark.parametrize("record", [b"", b"{}", b"[]", b"\xff", b'{"given": 1, "journal": "", "files": 3}', None])
def test_a_damaged_or_missing_record_only_costs_time(made, record):
    (made.path / RECORD).write_bytes(record) if record is not None else (made.path / RECORD).unlink()
    before = outputs(made.path)
    assert refresh(made.path, Readings(made), reader="one").made and outputs(made.path) == before
    assert not refresh(made.path, Readings(made), reader="one").made


def test_other_code_or_tables_make_it_anew(made, monkeypatch):
    real, before = module.code_version(), outputs(made.path)
    assert len(real) == 64
    monkeypatch.setattr(module, "code_version", lambda: "another")
    assert refresh(made.path, Readings(made), reader="one").made and outputs(made.path) == before


def test_code_version_covers_code_and_tables_of_the_rooms(monkeypatch, tmp_path):
    seen = []
    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: seen.append("/".join(self.parts[-2:])) or real(self))
    module.code_version.__wrapped__()
    assert {"dataset/build.py", "data/chips.jsonl", "assessment/judge.py", "chipwatch/country_groups.yml", "chipwatch/records.py"} <= set(seen)
