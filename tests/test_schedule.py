"""When a source is due, and what the index of earlier runs knows: a pure function of the captures, quick, and made anew when damaged."""

from __future__ import annotations

import json
import random
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chipwatch.records import FAILURE_KINDS, Capture, Source
from crawler.cadence import plan_rules
from crawler.schedule import FILE_NAME, Schedule, Visit, fold, next_due, pick, plan, shard_of, stamp

RULES = plan_rules()
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def source(n: int = 0, role: str = "offers", **more) -> Source:
    return Source(provider=f"p{n}", url=f"https://p{n}.example/{role}", role=role, **more)


def capture(of: Source, at: datetime, run_id: str = "r", **more) -> Capture:
    return Capture(provider=of.provider, role=of.role, url=of.url, run_id=run_id, fetched_at=stamp(at), **more)


def page(of: Source, at: datetime, run_id: str = "r", **more) -> Capture:
    values = {"record_id": f"<urn:uuid:{of.provider}-{stamp(at)}>", "warc_file": f"captures/{run_id}/crawl.warc.gz", "warc_offset": 7, "final_url": of.url, "status": 200,
              "payload_sha256": "aa", "etag": '"1"'}
    return capture(of, at, run_id, **{**values, **more})


def write_run(data: Path, run_id: str, captures: list[Capture], mode: str = "live", **facts) -> Path:
    folder = data / "captures" / run_id
    folder.mkdir(parents=True)
    (folder / "crawl.warc.gz").write_bytes(b"")
    (folder / "captures.jsonl").write_text("".join(json.dumps(c.to_dict()) + "\n" for c in captures), encoding="utf-8")
    told = {"run_id": run_id, "mode": mode, "started": min(c.fetched_at for c in captures), "ended": max(c.fetched_at for c in captures), **facts}
    (folder / "run.json").write_text(json.dumps({k: v for k, v in told.items() if v is not None}), encoding="utf-8")
    return folder


# --- when -------------------------------------------------------------------------------------------------------------------------

def test_a_source_that_was_never_visited_is_due():
    assert next_due(source(), None, RULES)[0] < NOON


@pytest.mark.parametrize(("cadence", "days"), [("daily", 1), ("weekly", 7), ("monthly", 30), ("quarterly", 91)])
@pytest.mark.parametrize("n", range(5))
def test_a_page_that_was_read_is_due_after_its_cadence_or_a_little_before(cadence, days, n):
    at, why = next_due(source(n, cadence=cadence), Visit(stamp(NOON), stamp(NOON)), RULES)
    assert NOON + 0.9 * days * DAY <= at <= NOON + days * DAY
    assert cadence in why and "2026-03-10" in why
    assert next_due(source(n, cadence=cadence), Visit(stamp(NOON), stamp(NOON)), RULES)[0] == at, "the same every time"


def test_the_role_decides_where_the_declaration_is_silent():
    assert next_due(source(role="offers"), Visit(stamp(NOON), stamp(NOON)), RULES)[0] <= NOON + DAY
    assert next_due(source(role="terms_of_service"), Visit(stamp(NOON), stamp(NOON)), RULES)[0] > NOON + 6 * DAY


def test_sources_spread():
    dues = {next_due(source(n), Visit(stamp(NOON), stamp(NOON)), RULES)[0] for n in range(50)}
    assert len(dues) > 45 and max(dues) - min(dues) > timedelta(hours=1.8)


def test_passing_faults_are_retried_within_hours_with_growing_pauses():
    pauses = [next_due(source(), Visit(None, stamp(NOON), "timeout", n), RULES)[0] - NOON for n in range(1, 12)]
    assert pauses[:4] == [timedelta(hours=h) for h in (1, 2, 4, 8)]
    assert pauses == sorted(pauses) and pauses[-1] == 7 * DAY


def test_faults_that_stay_are_looked_at_less_and_less():
    gone = [next_due(source(), Visit(None, stamp(NOON), "not_found", n), RULES)[0] - NOON for n in (1, 2, 3, 30)]
    assert gone == sorted(gone) and 0.9 * DAY <= gone[0] <= DAY and 3.9 * DAY <= gone[2] <= 4 * DAY and 90 * DAY < gone[3] <= 91 * DAY
    refused = [next_due(source(), Visit(None, stamp(NOON), "forbidden", n), RULES)[0] - NOON for n in (1, 9)]
    assert refused[0] == refused[1] <= DAY


def test_a_forbidden_source_is_reported_once_and_asked_for_when_it_is_no_longer_forbidden():
    told = Visit(None, stamp(NOON), "permission", 1)
    assert next_due(source(permission="forbidden"), told, RULES)[0] is None
    assert [next_due(source(permission=permission), None, RULES)[1] for permission in ("forbidden", "unknown")] == ["its terms forbid automated reading: noted, not asked for", "not visited yet"]
    assert next_due(source(permission="unknown"), told, RULES)[0] <= NOON


@pytest.mark.parametrize("kind", FAILURE_KINDS)
@pytest.mark.parametrize("failures", [1, 2, 5000])
def test_no_failure_is_asked_again_at_once_or_forgotten(kind, failures):
    at, why = next_due(source(permission="forbidden" if kind == "permission" else "unknown"), Visit(None, stamp(NOON), kind, failures), RULES)
    assert why
    if kind != "permission":
        assert NOON + timedelta(minutes=59) <= at <= NOON + 91 * DAY


def test_what_is_due_shortly_and_what_shares_an_address_comes_along():
    offers, terms, later = source(1), source(1, "terms_of_service"), source(2)
    terms.url = offers.url
    early = {(s.provider, s.role, s.url): Visit(stamp(t), stamp(t)) for s, t in ((offers, NOON - 2 * DAY), (terms, NOON - DAY), (later, NOON))}
    planned = plan([later, terms, offers], early, RULES)
    assert [p.source for p in planned] == [offers, later, terms], "soonest first"
    assert {p.source.role for p in pick(planned, NOON, RULES)} == {"offers", "terms_of_service"} and all(p.source.provider == "p1" for p in pick(planned, NOON, RULES))
    assert pick(plan([later], early, RULES), NOON, RULES) == []
    due_at = next_due(later, early["p2", "offers", later.url], RULES)[0]
    assert later in [p.source for p in pick(planned, due_at - timedelta(hours=1), RULES)]


def test_a_year_of_calls_every_minute_or_once_a_day_keeps_the_cadence():
    """Simulated: each source is visited about once a cadence, and the runs are few."""
    for step, most_runs in ((timedelta(minutes=30), 24), (DAY, 1)):
        sources, visits = [source(n) for n in range(20)] + [source(n, "terms_of_service") for n in range(20)], {}
        counts, runs, now = {}, 0, NOON
        while now < NOON + 28 * DAY:
            chosen = pick(plan(sources, visits, RULES), now, RULES)
            runs += bool(chosen)
            for n, p in enumerate(chosen):
                key = (p.source.provider, p.source.role, p.source.url)
                counts[key] = counts.get(key, 0) + 1
                visits[key] = Visit(stamp(now + timedelta(seconds=30 * n)), stamp(now + timedelta(seconds=30 * n)))
            now += step
        assert {28 <= c <= 32 for (_, role, _), c in counts.items() if role == "offers"} == {True}, step
        assert {4 <= c <= 5 for (_, role, _), c in counts.items() if role != "offers"} == {True}, step
        assert runs <= 28 * most_runs


def test_shards_are_stable_disjoint_and_complete():
    slugs = [f"provider-{n}" for n in range(300)]
    parts = [{s for s in slugs if shard_of(s, 3) == i} for i in (1, 2, 3)]
    assert sum(map(len, parts)) == 300 == len(set.union(*parts)) and min(map(len, parts)) > 70
    assert shard_of("lambda", 3) == shard_of("lambda", 3) and {shard_of(s, 1) for s in slugs} == {1}


# --- what the captures tell -------------------------------------------------------------------------------------------------------

def test_failures_are_counted_and_an_answer_ends_them():
    visits, kept = {}, {}
    key = ("p0", "offers", source().url)
    fold([page(source(), NOON)], visits, kept)
    fold([capture(source(), NOON + DAY, failure="timeout")], visits, kept)
    fold([capture(source(), NOON + 2 * DAY, failure="not_found")], visits, kept)
    assert visits[key] == Visit(stamp(NOON), stamp(NOON + 2 * DAY), "not_found", 2)
    fold([page(source(), NOON + 3 * DAY)], visits, kept)
    assert visits[key] == Visit(stamp(NOON + 3 * DAY), stamp(NOON + 3 * DAY), None, 0)


def test_a_feed_whose_second_page_failed_has_failed():
    visits, first = {}, page(source(), NOON, more="https://p0.example/offers?page=2")
    second = Capture(provider="p0", role="offers", url="https://p0.example/offers?page=2", run_id="r", fetched_at=stamp(NOON), failure="timeout", part_of=source().url, page=2)
    fold([first, second], visits, {})
    assert list(visits) == [("p0", "offers", source().url)] and visits["p0", "offers", source().url].failure == "timeout"


def test_an_unchanged_page_keeps_its_first_record(tmp_path):
    write_run(tmp_path, "r1", [page(source(), NOON, "r1")])
    write_run(tmp_path, "r2", [page(source(), NOON + DAY, "r2", status=304, revisit_of=f"<urn:uuid:p0-{stamp(NOON)}>", record_id="<urn:uuid:b>", etag='W/"1"')])
    with Schedule(tmp_path) as schedule:
        kept = schedule.originals(NOON + 2 * DAY, RULES)[source().url]
        assert kept[:2] == (f"<urn:uuid:p0-{stamp(NOON)}>", "captures/r1/crawl.warc.gz") and kept[6] == '"1"'
        assert schedule.originals(NOON + 31 * DAY, RULES) == {}, "fetched in full once a month"
    (tmp_path / "captures/r1/crawl.warc.gz").unlink()
    with Schedule(tmp_path) as schedule:
        assert schedule.originals(NOON + 2 * DAY, RULES) == {}, "nothing refers to a file that is gone"


def rows(data: Path) -> list:
    with Schedule(data):
        pass
    db = sqlite3.connect(data / FILE_NAME)
    out = [sorted(db.execute(f"select * from {table}")) for table in ("run", "visit", "original")]
    db.close()
    return out


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_folding_run_by_run_gives_what_folding_all_at_once_gives(tmp_path_factory, seed):
    """Also where runs come late (an older one restored from a backup), grow, or go."""
    data, chance = tmp_path_factory.mktemp("plan"), random.Random(seed)
    sources, at = [source(n) for n in range(4)], NOON
    for n in range(5):
        at += chance.choice([DAY, -DAY, 3 * DAY])
        made = [page(s, at, f"r{n}") if chance.random() < 0.6 else capture(s, at, f"r{n}", failure="timeout") for s in sources if chance.random() < 0.8] or [page(sources[0], at, f"r{n}")]
        folder = write_run(data, f"r{n}", made, ended=None if chance.random() < 0.2 else stamp(at))
        rows(data)
        if chance.random() < 0.2:
            with open(folder / "captures.jsonl", "a", encoding="utf-8") as handle:
                handle.write(json.dumps(page(sources[1], at, f"r{n}").to_dict()) + '\n{"half')
        if chance.random() < 0.15:
            folder.rename(data / f"moved-{n}")
    carried_on = rows(data)
    (data / FILE_NAME).unlink()
    assert rows(data) == carried_on


@pytest.mark.parametrize("damage", [b"", b"not a database at all" * 300, None, "version", "table"])
def test_a_damaged_or_missing_index_is_made_anew(tmp_path, damage):
    write_run(tmp_path, "r1", [page(source(), NOON, "r1")])
    before = rows(tmp_path)
    if isinstance(damage, bytes):
        (tmp_path / FILE_NAME).write_bytes(damage)
    elif damage is None:
        (tmp_path / FILE_NAME).unlink()
    else:
        db = sqlite3.connect(tmp_path / FILE_NAME)
        db.executescript("pragma user_version = 99" if damage == "version" else "drop table visit")
        db.close()
    with Schedule(tmp_path) as schedule:
        assert schedule.visits() and schedule.originals(NOON, RULES)
    assert rows(tmp_path) == before


def test_replays_and_unfinished_runs_are_no_visits(tmp_path):
    write_run(tmp_path, "r1-archive", [page(source(1), NOON)], mode="archive")
    write_run(tmp_path, "r2", [page(source(2), NOON)], ended=None)
    write_run(tmp_path, "r3-scrapy", [page(source(3), NOON)], ended=None)
    with Schedule(tmp_path) as schedule:
        assert schedule.visits() == {}
        assert [f.name for f in schedule.unfinished("live")] == ["r2"] and schedule.unfinished("sample") == []


def test_a_thousand_runs_are_looked_through_in_a_moment(tmp_path):
    import time

    for n in range(1000):
        write_run(tmp_path, f"r{n:04}", [page(source(k), NOON + n * timedelta(hours=8), f"r{n:04}") for k in range(3)])
    with Schedule(tmp_path):
        pass
    began = time.process_time()
    with Schedule(tmp_path) as schedule:
        assert not schedule.unfinished("live")
    assert time.process_time() - began < 0.5


def test_declarations_are_read_anew_only_when_one_changed(tmp_path, monkeypatch):
    import os

    from crawler import declarations

    place = tmp_path / "providers" / "foo"
    place.mkdir(parents=True)
    text = "slug: foo\nname: Foo\npermission: unknown\ndocuments:\n  offers:\n    - url: https://foo.example/prices\n      verified: null\n"
    (place / "provider.yml").write_text(text, encoding="utf-8")
    reads = []
    real = declarations.load_providers
    monkeypatch.setattr(declarations, "load_providers", lambda folder: reads.append(folder) or real(folder))
    for expected in (1, 1):
        with Schedule(tmp_path) as schedule:
            sources, infos = schedule.declared(tmp_path / "providers")
        assert ([s.url for s in sources], [i.slug for i in infos], len(reads)) == (["https://foo.example/prices"], ["foo"], expected)
    (place / "provider.yml").write_text(text.replace("/prices", "/costs"), encoding="utf-8")
    os.utime(place / "provider.yml", (1, 1))
    with Schedule(tmp_path) as schedule:
        assert [s.url for s in schedule.declared(tmp_path / "providers")[0]] == ["https://foo.example/costs"]
