"""The data set: a pure fold over captures; life lines, staleness, verdicts, queries, access, export, faults."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
import re
import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dataset_fakes as fakes
from chipwatch.records import BINDING_ROLES, CUSTOMER_KINDS, Capture, Clause, Offer, ProviderInfo, Region
from dataset import access, dictionary, export, ids, money, query, schema, status
from dataset.build import build, chip_classes, load_chips
from dataset.errors import (
    CannotWrite,
    CapturesDamaged,
    DatasetDamaged,
    DatasetLocked,
    DatasetMissing,
    NothingToBuild,
    QueryRefused,
    QueryTimeout,
    SchemaVersion,
)
from dataset.fold import fold
from dataset.judging import judge_stored
from dataset.opening import meta, opened
from fakes_helper import rows_of

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    folder = fakes.small_market(tmp_path_factory.mktemp("market"))
    folder.build()
    return folder


@pytest.fixture(scope="module")
def database(market):
    return market.path / "chipwatch.sqlite"


# --- a pure function of the captures ---------------------------------------------------------------------------------------------

def test_a_rebuild_gives_the_same_bytes(tmp_path):
    first = fakes.small_market(tmp_path / "a").build().read_bytes()
    again = fakes.small_market(tmp_path / "b").build().read_bytes()
    assert first == again
    os.utime(tmp_path / "b" / "captures" / "r1" / "captures.jsonl", (1, 1))
    assert build(tmp_path / "b", fakes.small_market(tmp_path / "c").reading_of) and first != b""


def test_order_of_lines_and_replay_of_the_same_records_change_nothing_of_the_items(tmp_path):
    one = fakes.small_market(tmp_path / "a")
    two = fakes.small_market(tmp_path / "b")
    for run in two.runs.values():
        run["captures"].reverse()
    again = two.runs["r2"]["captures"]
    two.run("r3", "2026-11-09T00:00:00Z", mode="archive")
    two.runs["r3"]["captures"] = [dataclasses.replace(c, run_id="r3") for c in again if c.record_id]
    for name in ("offers_history", "clauses_history", "regions_history", "documents_history"):
        assert rows_of(one.build(), f"select * from {name} order by id, last_changed") == rows_of(two.build(), f"select * from {name} order by id, last_changed"), name


def test_schema_version_is_written_and_checked(database, tmp_path):
    with sqlite3.connect(database) as connection:
        assert connection.execute("pragma user_version").fetchone()[0] == schema.SCHEMA_VERSION
    for version, words in ((schema.SCHEMA_VERSION + 1, "newer"), (schema.SCHEMA_VERSION - 1, "rebuild")):
        other = tmp_path / f"{version}.sqlite"
        other.write_bytes(database.read_bytes())
        with sqlite3.connect(other) as connection:
            connection.execute(f"pragma user_version = {version}")
        with pytest.raises(SchemaVersion, match=words):
            query.run(other, "select 1")


def test_every_view_has_a_provider_column_and_the_fields_of_its_record(database):
    with opened(database) as connection:
        columns = {v: [r[1] for r in connection.execute(f"pragma table_info({v})")] for v in schema.VIEWS}
    for view in ("providers", "documents", "captures", "offers", "regions", "clauses", "verdicts"):
        assert "provider" in columns[view], view
    for view, record in (("offers", Offer), ("regions", Region), ("clauses", Clause), ("captures", Capture)):
        assert {f.name for f in dataclasses.fields(record)} <= set(columns[view]), view
    for view in ("offers", "regions", "clauses", "signals"):
        assert {"evidence_id", "document_id", "record_id", "payload_sha256", "captured_at", "final_url", "quote", "start", "end", "first_seen", "last_changed", "last_checked",
                "current"} <= set(columns[view]), view


def test_every_row_leads_back_to_a_capture(database):
    for view in ("offers_history", "regions_history", "clauses_history", "signals_history"):
        orphans = rows_of(database, f"select v.id from {view} v left join captures c on c.record_id = v.record_id and c.evidence_id = v.evidence_id where c.id is null")
        assert rows_of(database, f"select count(*) from {view}")[0][0] > 0 and orphans == []
    assert rows_of(database, "select count(*) from clauses c left join documents_history d on d.id = c.document_id where d.id is null") == [(0,)]


# --- life lines ------------------------------------------------------------------------------------------------------------------

def test_a_price_change_keeps_the_key_and_leaves_the_old_state(database):
    states = rows_of(database, "select id, price, first_seen, last_changed, last_checked, gone_since, current from offers_history where gpu_name = 'H100' order by last_changed")
    assert len({s[0] for s in states}) == 1
    assert [s[1:] for s in states] == [
        (2.5, "2026-11-01T00:00:01Z", "2026-11-01T00:00:01Z", "2026-11-01T00:00:01Z", "2026-11-08T00:00:01Z", 0),
        (2.2, "2026-11-01T00:00:01Z", "2026-11-08T00:00:01Z", "2026-11-08T00:00:01Z", None, 1)]
    assert rows_of(database, "select field, old, new from changes where item = 'offer' and kind = 'changed'") == [("price", "2.5", "2.2")]


def test_an_unchanged_offer_is_confirmed_and_a_missing_one_is_gone(database):
    assert rows_of(database, "select first_seen, last_changed, last_checked from offers where gpu_name = 'A100'") == [("2026-11-01T00:00:01Z", "2026-11-01T00:00:01Z", "2026-11-08T00:00:01Z")]
    assert rows_of(database, "select count(*) from offers where gpu_name = 'RTX3090'") == [(0,)]
    assert rows_of(database, "select gone_since, current from offers_history where gpu_name = 'RTX3090'") == [("2026-11-08T00:00:01Z", 0)]


def test_a_failed_visit_keeps_the_last_good_data_marked_stale(database):
    assert rows_of(database, "select gpu_name, last_checked, stale_since, current from offers where provider = 'beta' and gpu_name = 'H200'") == [("H200", "2026-11-01T00:00:07Z", "2026-11-08T00:00:07Z", 1)]
    assert rows_of(database, "select stale_since from offers where provider = 'alpha' and stale_since is not null") == []


def test_a_reworded_clause_is_the_same_clause(database):
    states = rows_of(database, "select id, quote, current from clauses_history where label = 'export_compliance' order by last_changed")
    assert len(states) == 2 and states[0][0] == states[1][0] and [s[2] for s in states] == [0, 1]


def fold_pages(*visits, reading=None, offers_min=0):
    """Fold (payload name or failure, extraction) pairs a day apart."""
    captures, readings = [], {}
    for day, (name, extraction) in enumerate(visits, start=1):
        at = f"2026-11-{day:02}T00:00:00Z"
        if extraction is None:
            captures.append(Capture("p", "offers", "https://p.example/", "r", at, failure=name))
        else:
            readings[fakes.sha(name)] = extraction
            captures.append(Capture("p", "offers", "https://p.example/", "r", at, record_id=f"<urn:uuid:{day}>", payload_sha256=fakes.sha(name)))
    return fold("p", "offers", "https://p.example/", captures, reading or (lambda c: readings[c.payload_sha256]), offers_min=offers_min)


def current(line, name="offer"):
    return [s.record for s in line.states[name] if s.current]


def test_a_page_that_changed_its_shape_keeps_its_offers():
    line = fold_pages(fakes.page("a", kind="offers", offers=[fakes.offer()]), fakes.page("b", kind="offers"))
    assert len(current(line)) == 1 and line.stale_since == "2026-11-02T00:00:00Z" and line.shape_changed
    back = fold_pages(fakes.page("a", kind="offers", offers=[fakes.offer()]), fakes.page("b", kind="offers"), fakes.page("c", kind="offers", offers=[fakes.offer(price=9)]))
    assert [o.price for o in current(back)] == [9] and back.stale_since is None and not back.shape_changed


def test_fewer_offers_than_declared_are_a_changed_shape():
    many = [fakes.offer(instance_name=f"i{n}") for n in range(10)]
    few = fakes.page("b", kind="offers", offers=many[:3])
    assert len(current(fold_pages(fakes.page("a", kind="offers", offers=many), few, offers_min=8))) == 10
    assert len(current(fold_pages(fakes.page("a", kind="offers", offers=many), few))) == 3


def test_an_unreadable_page_says_nothing_about_what_is_gone():
    line = fold_pages(fakes.page("a", kind="offers", offers=[fakes.offer()]), fakes.page("b", kind="offers", readable=False))
    assert len(current(line)) == 1 and line.stale_since == "2026-11-02T00:00:00Z" and line.current.status == "unreadable"


def test_a_page_that_was_not_visited_is_not_stale():
    line = fold_pages(fakes.page("a", kind="offers", offers=[fakes.offer()]), ("not_in_archive", None), ("budget", None))
    assert line.stale_since is None and line.failed is None


def test_an_address_that_the_archive_lacks_is_named_as_missing(tmp_path):
    folder = fakes.Folder(tmp_path)
    folder.run("r1", "2026-11-25T00:00:00Z", providers=[ProviderInfo(slug="a", name="A", expected_roles=["offers", "terms_of_service"])], mode="archive")
    folder.visit("r1", "a", "offers", "https://a.example/p", "2024-05-01T00:00:00Z", fakes.page("p", kind="offers", offers=[fakes.offer()]))
    folder.visit("r1", "a", "terms_of_service", "https://a.example/t", "2026-11-25T00:00:03Z", failure="not_in_archive")
    missing, as_of = rows_of(folder.build(), "select missing, as_of from verdicts where customer = 'control'")[0]
    assert json.loads(missing) == ["terms of service: not in the archive"] and as_of == "2024-05-01T00:00:00Z"


def test_recovery_after_a_failure():
    good = fakes.page("a", kind="offers", offers=[fakes.offer()])
    line = fold_pages(good, ("timeout", None), good)
    assert line.stale_since is None and [s.last_checked for s in line.states["offer"]] == ["2026-11-03T00:00:00Z"]


def test_two_equal_rows_are_two_offers():
    line = fold_pages(fakes.page("a", kind="offers", offers=[fakes.offer(), fakes.offer()]))
    assert len({s.key for s in line.states["offer"]}) == 2


def test_a_clause_that_comes_back_beside_its_reworded_self_has_a_key_of_its_own():
    first = fakes.clause("export_compliance", "You comply with export laws.", "requires")
    second = fakes.clause("export_compliance", "You comply with all export laws here.", "requires")
    line = fold_pages(fakes.page("a", clauses=[first]), fakes.page("b", clauses=[second]), fakes.page("c", clauses=[second, first]))
    keys = [s.key for s in line.states["clause"] if s.current]
    assert len(keys) == len(set(keys)) == 2


@given(st.lists(st.lists(st.tuples(st.sampled_from(["H100", "A100", "L4"]), st.integers(1, 3)), max_size=5), min_size=1, max_size=5))
def test_folding_keeps_exactly_what_the_last_page_shows(pages):
    line = fold_pages(*(fakes.page(f"{n} {shown}", kind="offers", offers=[fakes.offer(g, p) for g, p in shown]) for n, shown in enumerate(pages)))
    last = next((p for p in reversed(pages) if p), [])
    assert sorted((o.gpu_name, o.price) for o in current(line)) == sorted(last)
    for state in line.states["offer"]:
        assert state.first_seen <= state.last_changed <= state.last_checked
        assert state.current == (state.gone_since is None)


def test_the_same_bytes_under_two_addresses_are_counted_once(tmp_path):
    folder = fakes.Folder(tmp_path)
    folder.run("r1", "2026-11-01T00:00:00Z")
    shown = fakes.page("same", kind="offers", offers=[fakes.offer()])
    for url in ("https://a.example/p", "https://a.example/p/"):
        folder.visit("r1", "a", "offers", url, "2026-11-01T00:00:01Z", shown)
    database = folder.build()
    assert rows_of(database, "select count(*) from offers") == [(1,)]
    assert rows_of(database, "select count(*) from documents where alias_of is not null") == [(1,)]


def test_one_address_in_two_roles_gives_its_items_once(tmp_path):
    folder = fakes.Folder(tmp_path)
    folder.run("r1", "2026-11-01T00:00:00Z")
    for role in ("regions", "offers"):
        folder.visit("r1", "a", role, "https://a.example/p", "2026-11-01T00:00:01Z", fakes.page("same", kind="offers", offers=[fakes.offer()], regions=[Region("X", country="NO")]))
    database = folder.build()
    assert rows_of(database, "select role from offers") == [("offers",)] and rows_of(database, "select count(*) from regions") == [(1,)]


def test_an_address_that_the_declaration_no_longer_names_becomes_history(tmp_path):
    folder = fakes.Folder(tmp_path)
    folder.run("r1", "2026-11-01T00:00:00Z")
    folder.visit("r1", "a", "offers", "https://a.example/old", "2026-11-01T00:00:01Z", fakes.page("old", kind="offers", offers=[fakes.offer(price=1)]))
    folder.run("r2", "2026-11-08T00:00:00Z")
    folder.visit("r2", "a", "offers", "https://a.example/new", "2026-11-08T00:00:01Z", fakes.page("new", kind="offers", offers=[fakes.offer(price=2)]))
    database = folder.build()
    assert rows_of(database, "select price from offers") == [(2.0,)]
    assert rows_of(database, "select price, gone_since from offers_history where current = 0") == [(1.0, "2026-11-08T00:00:01Z")]


# --- verdicts --------------------------------------------------------------------------------------------------------------------

def test_verdicts_of_the_market(database):
    got = {(p, c): code for p, c, code in rows_of(database, "select provider, customer, code from verdicts")}
    assert got["alpha", "cn_company"] == "V5" and got["alpha", "control"] == "V2"
    assert got["beta", "control"] == "V0" and got["gamma", "control"] == "V1"
    assert set(got) == {(p, c) for p in ("alpha", "beta", "gamma") for c in CUSTOMER_KINDS}
    history = rows_of(database, "select code, current from verdicts_history where provider = 'alpha' and customer = 'cn_company' order by last_changed")
    assert history == [("V2", 0), ("V5", 1)]


def test_a_verdict_cites_clauses_that_are_there_or_the_documents_read(database):
    for provider, code, clauses, evidence in rows_of(database, "select provider, code, clauses, evidence from verdicts"):
        cited = json.loads(clauses)
        assert all(rows_of(database, f"select count(*) from clauses where id = '{c}' and provider = '{provider}'") == [(1,)] for c in cited)
        assert code == "V0" or json.loads(evidence)
        assert all(rows_of(database, f"select count(*) from captures where evidence_id = '{e}'")[0][0] for e in json.loads(evidence))


def test_judging_from_the_data_set_gives_what_the_build_stored(database):
    with opened(database) as connection:
        for provider in ("alpha", "beta", "gamma"):
            stored = {r[0]: r[1:] for r in connection.execute("select customer, code, rule, clauses, reasons, missing, completeness from verdicts where provider = ?", (provider,))}
            for row in judge_stored(connection, provider, CUSTOMER_KINDS):
                assert (row["code"], row["rule"], row["clauses"], row["reasons"], row["missing"], row["completeness"]) == (
                    *stored[row["customer"]][:2], *(json.loads(x) for x in stored[row["customer"]][2:5]), stored[row["customer"]][5])


def test_groups_cited_are_resolved_for_the_day_of_the_document(tmp_path):
    folder = fakes.Folder(tmp_path)
    folder.run("r1", "2026-11-01T00:00:00Z")
    folder.visit("r1", "a", "terms_of_service", "https://a.example/t", "2026-11-01T00:00:01Z",
                 fakes.page("t", clauses=[fakes.clause("sanctions_compliance", "Not from embargoed countries.", place_groups=["US-embargoed"])], stated_date="2024-05-01"))
    assert [(json.loads(p), d) for p, d in rows_of(folder.build(), "select places_resolved, places_resolved_on from clauses")] == [
        (["CU", "IR", "KP", "SY", "UA-09", "UA-14", "UA-43"], "2024-05-01")]


# --- money, chips, keys ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("price", "currency", "unit", "scope", "count", "expected"), [
    (2.0, "USD", "hour", "gpu", 8, 2.0), (16.0, "USD", "hour", "instance", 8, 2.0), (0.001, "USD", "second", "gpu", None, 3.6), (1460.0, "USD", "month", "instance", 2, 1.0),
    (87.6, "USD", "year", "gpu", 1, 0.01), (2.0, "USD", "hour", None, 1, 2.0), (2.0, "USD", "hour", None, 8, None), (2.0, "USD", "hour", "instance", None, None),
    (2.0, "TWD", "hour", "gpu", 1, None), (2.0, None, "hour", "gpu", 1, None), (2.0, "USD", "night", "gpu", 1, None), (None, "USD", "hour", "gpu", 1, None), (2.0, "USD", "hour", "instance", 0, None),
])
def test_dollars_per_accelerator_and_hour(price, currency, unit, scope, count, expected):
    assert money.usd_per_gpu_hour(price, currency, unit, scope, count, "2026-01-15")[0] == (pytest.approx(expected) if expected is not None else None)


def test_rates_are_those_of_the_day_or_the_business_day_before():
    friday, sunday = money.rate_on("EUR", "2026-01-16"), money.rate_on("EUR", "2026-01-18")
    assert friday == sunday and friday.day == "2026-01-16" and 0.5 < friday.usd < 2
    assert money.rate_on("EUR", "2035-01-01") is None and money.rate_on("EUR", "no day") is None and money.rate_on("XXX", "2026-01-16") is None


def test_chips_agree_with_the_reader():
    theirs = {r["slug"]: r for r in map(json.loads, (ROOT / "nlp/data/chips.jsonl").read_text("utf-8").splitlines())}
    ours = {r["chip"]: r for r in load_chips()}
    assert set(ours) == set(theirs)
    for chip, row in ours.items():
        assert row["gpu_name"] == theirs[chip]["gpu_name"] and row["tpp"] == theirs[chip]["tpp"]
    classes = chip_classes(load_chips())
    assert classes["H100"] == classes["A100"] == "3A090.a" and classes["A30"] == "3A090.b" and classes["T4"] == "none" and "H100" in classes


def test_chip_figures_give_their_class():
    for chip in load_chips():
        tpp, density = chip["tpp"], chip["performance_density"]
        if tpp is not None and tpp >= 4800:
            assert chip["chip_class"] == "3A090.a", chip["chip"]
        if tpp is not None and tpp < 1600:
            assert chip["chip_class"] == "none", chip["chip"]
        if tpp is not None and density is not None and tpp >= 1600 and density >= 5.92 and chip["datacenter_marketed"]:
            assert chip["chip_class"] == "3A090.a", chip["chip"]


def test_keys_are_stable_short_and_survive_collisions(monkeypatch):
    keys = ids.Keys("O")
    assert keys("a", 1) == keys("a", 1) and keys("a", 1) != keys("a", "1") != keys("a", None) and re.fullmatch(r"O-[A-Z2-7]{8}", keys("x"))
    assert ids.digest("a", None) != ids.digest("a", "")
    below = keys.below("a", 1)
    assert below((None, "b", 2.5)) == keys("a", 1, None, "b", 2.5) and below((True,)) == keys("a", 1, True) != keys("a", 1, 1)
    monkeypatch.setattr(ids, "_number", lambda text: int("".join(f"{ord(c) - ord('A'):05b}" for c in "AAAAAAAA" + text), 2))
    assert ids.digest("BBBBBBBB") == "AAAAAAAABBBBBBBB"
    few = ids.Keys("O")
    assert [few("BBBBBBBB"), few("CCCCCCCC"), few("BBBBBBBB"), few("CCCCCCCC")] == ["O-AAAAAAAA", "O-AAAAAAAAC", "O-AAAAAAAA", "O-AAAAAAAAC"]


def test_rate_and_day_are_kept_and_printed_and_null_where_none_is_known(tmp_path):
    folder = fakes.Folder(tmp_path)
    folder.run("r1", "2026-01-18T00:00:00Z")
    folder.visit("r1", "a", "offers", "https://a.example/p", "2026-01-18T00:00:01Z", fakes.page("p", kind="offers", offers=[
        fakes.offer(price=3.0, currency="EUR", instance_name="euro"), fakes.offer(price=90.0, currency="TWD", instance_name="taiwan dollar"), fakes.offer(price=2.0, instance_name="dollar")]))
    database = folder.build()
    rate = money.rate_on("EUR", "2026-01-18")
    kept = {name: rest for name, *rest in rows_of(database, "select instance_name, price_usd_per_gpu_hour, fx_rate, fx_date from offers")}
    assert kept == {"euro": [round(3 * rate.usd, 6), rate.usd, "2026-01-16"], "taiwan dollar": [None, None, None], "dollar": [2.0, 1.0, None]}     # 18 January 2026 was a Sunday
    notes = access.access_table(database, customers=["control"]).notes
    assert f"ECB reference rates of 2026-01-16: 1 EUR = USD {rate.usd:.5g}" in notes and "no ECB reference rate is known for TWD: such prices are not converted" in notes
    row, = access.access_table(database, customers=["control"]).rows
    assert (row["lowest_price"]["fx_rate"], row["lowest_price"]["fx_date"]) == (1.0, None)


# --- questions -------------------------------------------------------------------------------------------------------------------

def documented_queries():
    text = (ROOT / "docs/data-format.md").read_text("utf-8")
    return re.findall(r"([^\n]+)\n\n```sql\n(.*?)```", text, re.S)


def test_there_are_enough_documented_queries():
    assert len(documented_queries()) >= 8


@pytest.mark.parametrize(("question", "sql"), documented_queries(), ids=lambda v: v[:40] if "\n" not in v else "")
def test_documented_queries_run(database, question, sql):
    result = query.run(database, sql)
    assert result.columns
    assert result.rows, f"no row on the test market: {question}"


def test_the_documented_columns_are_those_of_the_data_set():
    text = (ROOT / "docs/data-format.md").read_text("utf-8")
    written = text.split("<!-- begin: python -m dataset.dictionary -->\n")[1].split("<!-- end -->")[0]
    assert written.strip() == dictionary.dictionary().strip(), "run `python -m dataset.dictionary` and put its output between the markers of docs/data-format.md"


@pytest.mark.parametrize("sql", [
    "delete from offer", "delete from offers", " /* x */ update offers set price = 0", "drop table nowhere", "with x as (select 1) delete from offers", "update offer set price = 0", "drop view offers", "create table x (a)", "create temp table x (a)", "insert into meta values ('a', 'b')", "pragma journal_mode = wal",
    "pragma writable_schema = 1", "attach 'x.sqlite' as x", "vacuum into 'x.sqlite'", "select load_extension('x')", "select 1; select 2", "selec", "", "-- nothing", "select * from nowhere",
    "/**/" * 40 + "x", "-- a\n" * 3000 + "x", "select zeroblob(1000000000)", "explain delete from offer", "update sqlite_master set sql = ''", "reindex", "begin", "select * from offers where",
])
def test_what_is_not_a_reading_query_is_refused(database, sql):
    before = database.read_bytes()
    with pytest.raises(QueryRefused) as error:
        query.run(database, sql)
    assert "\n" not in str(error.value)
    if sql.split(" ")[0] in ("delete", "update", "insert", "drop", "create", "attach", "vacuum", "selec", "", "--", "reindex", "begin"):
        assert all(words in str(error.value) for words in ("read-only", "SELECT", "WITH", "query --list")), "what is allowed, and how to go on"
    assert database.read_bytes() == before and not list(database.parent.glob("x.sqlite"))


@pytest.mark.parametrize(("value", "plain", "grouped"), [
    (1175000.0, "1175000", "1,175,000"), (1234567.891, "1234567.891", "1,234,567.891"), (0.000694, "0.000694", "0.000694"), (1e-7, "0.0000001", "0.0000001"), (2.3333333, "2.33333", "2.33333"), (98000.0, "98000", "98,000")])
def test_no_number_is_shown_as_a_power_of_ten(value, plain, grouped):
    assert (query.plain_number(value), query.plain_number(value, grouped=True)) == (plain, grouped)


def test_a_query_that_runs_for_ever_is_stopped(database):
    with pytest.raises(QueryTimeout):
        query.run(database, "with recursive r(x) as (select 1 union all select x + 1 from r) select count(*) from r", timeout=0.3)


def test_more_rows_than_the_limit_are_told(database):
    assert query.run(database, "select id from captures", limit=3).cut and len(query.run(database, "select id from captures", limit=3).rows) == 3
    assert not query.run(database, "select id from captures", limit=10).cut
    assert "more are there" in query.render(query.run(database, "select id from captures", limit=3), "table")


def test_a_table_fits_the_terminal_and_loses_nothing():
    words = "the quick brown fox jumps over the lazy dog 天地玄黄宇宙洪荒 https://cloud.example/a/very/long/address/without/any/space"
    result = query.Result(["name", "n", "text"], [("alpha beta gamma", 12345, words[:79]), ("星影計算", None, words[40:110]), ("", 7, "")])
    wide, narrow = query.to_table(result), query.to_table(result, 50)
    assert max(map(query.width, wide.splitlines())) > 50 >= max(map(query.width, narrow.splitlines()))
    for character in set(words[:110]) - {" "}:
        assert narrow.count(character) >= wide.count(character) - (50 if character == "-" else 0)
    assert query.to_table(result, 200) == wide
    assert query.to_table(result, 20) == wide                  # too narrow for whole words: one line a row


def test_forms_of_a_result(database):
    result = query.run(database, "select provider, price, price from offers order by provider, gpu_name")
    records = json.loads(query.render(result, "json"))
    assert isinstance(records, list) and records[0] == {"provider": "alpha", "price": 11.6, "price_2": 11.6} and records[2]["price"] is None
    assert list(csv.reader(io.StringIO(query.render(result, "csv"))))[1] == ["alpha", "11.6", "11.6"]
    assert query.render(result, "table").splitlines()[0].split() == ["provider", "price", "price"]
    with pytest.raises(ValueError, match="form"):
        query.render(result, "xml")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1+2", "@x", "\tx", "\rx", "＝1"])
def test_no_formula_reaches_a_spreadsheet(cell):
    shown = list(csv.reader(io.StringIO(query.to_csv(query.Result(["c"], [(cell,)]))), strict=True))[1][0]
    assert shown.startswith("'")
    assert query.safe_cell(-1.5) == -1.5 and query.safe_cell("plain") == "plain"


def test_a_terminal_is_not_driven_by_a_quote():
    assert "\x1b" not in query.to_table(query.Result(["q"], [("\x1b[2J\u202ered",)]))


@pytest.mark.parametrize("make", ["missing", "folder", "text", "other"])
def test_what_is_no_data_set_is_named(tmp_path, make):
    path = tmp_path / "chipwatch.sqlite"
    if make == "folder":
        path.mkdir()
    elif make == "text":
        path.write_text("not a database at all, " * 50)
    elif make == "other":
        sqlite3.connect(path).execute("create table x (a)").connection.close()
    with pytest.raises((DatasetMissing, DatasetDamaged)) as error:
        query.run(path, "select 1")
    assert "rebuild" in str(error.value) or "chipwatch run" in str(error.value)


def test_a_cut_off_file_is_named(database, tmp_path):
    path = tmp_path / "chipwatch.sqlite"
    path.write_bytes(database.read_bytes()[:20000])
    with pytest.raises((DatasetDamaged, QueryRefused)):
        query.run(path, "select count(*), max(quote) from clauses")


def test_a_locked_file_is_named(database, tmp_path, monkeypatch):
    monkeypatch.setattr("dataset.opening.LOCK_SECONDS", 0.05)
    path = tmp_path / "chipwatch.sqlite"
    path.write_bytes(database.read_bytes())
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("begin exclusive")
    try:
        with pytest.raises(DatasetLocked):
            query.run(path, "select count(*) from offers")
    finally:
        holder.close()


# --- access and status -----------------------------------------------------------------------------------------------------------

def test_the_table_that_answers_the_mission(database):
    table = access.access_table(database, customers=["cn_company", "control", "company:VN", "subsidiary:SG/CN"])
    assert [r["name"] for r in table.rows] == ["Alpha Compute", "Beta GPU"]
    alpha, beta = table.rows
    assert alpha["chips"] == ["A100", "H100"] and alpha["countries"] == ["NO"]
    assert alpha["lowest_price_chip"] == "A100" and alpha["lowest_price"]["currency"] == "EUR" and alpha["lowest_price"]["price"] == 11.6
    assert alpha["verdicts"]["cn_company"]["code"] == "V5" and alpha["verdicts"]["company:VN"]["code"] == "V2" and alpha["verdicts"]["subsidiary:SG/CN"]["code"] == "V2"
    assert beta["lowest_price"] is None and beta["stale_since"] and beta["verdicts"]["control"]["code"] == "V0"
    assert all(r["evidence"] for r in table.rows)
    assert table.groups == {"offers_and_terms": 1, "offers_only": 1, "terms_only": 0, "neither": 0} and table.adjacent == 1


def test_the_table_by_chip_and_country(database):
    assert [r["provider"] for r in access.access_table(database, chip="NVIDIA H200").rows] == ["beta"]
    assert [r["provider"] for r in access.access_table(database, country="no").rows] == ["alpha"]
    assert access.access_table(database, chip="MI300X").rows == []
    with pytest.raises(QueryRefused, match="unknown chip"):
        access.access_table(database, chip="H1000")


def test_a_consumer_card_below_the_line_is_no_a100_class_chip(tmp_path):
    folder = fakes.Folder(tmp_path)
    folder.run("r1", "2026-11-01T00:00:00Z")
    folder.visit("r1", "a", "offers", "https://a.example/p", "2026-11-01T00:00:01Z", fakes.page("p", kind="offers", offers=[fakes.offer("RTX3090"), fakes.offer("T4")]))
    assert access.access_table(folder.build()).rows == []


def test_status_says_when_and_why_not(database):
    rows = {(r["provider"], r["role"]): r for r in status.status(database, now=datetime(2026, 11, 10, tzinfo=UTC))}
    assert rows["alpha", "offers"]["state"] == "ok" and rows["alpha", "offers"]["age_days"] == 1
    assert (rows["beta", "offers"]["state"], rows["beta", "offers"]["failure"], rows["beta", "offers"]["age_days"]) == ("stale", "server_error", 8)
    assert (rows["beta", "terms_of_service"]["state"], rows["beta", "terms_of_service"]["failure"], rows["beta", "terms_of_service"]["age_days"]) == ("failed", "robots", None)


# --- export ----------------------------------------------------------------------------------------------------------------------

def test_export_is_complete_and_deterministic(database, tmp_path):
    files = export.export(database, tmp_path / "a")
    export.export(database, tmp_path / "b")
    for path in files:
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name
    for view in schema.VIEWS:
        count = rows_of(database, f"select count(*) from {view}")[0][0]
        lines = (tmp_path / "a" / f"{view}.jsonl").read_text("utf-8").splitlines()
        table = list(csv.DictReader((tmp_path / "a" / f"{view}.csv").open(encoding="utf-8", newline="")))
        assert len(lines) == len(table) == count
    clause = json.loads((tmp_path / "a" / "clauses.jsonl").read_text("utf-8").splitlines()[0])
    assert isinstance(clause["places"], list)
    readme = (tmp_path / "a" / "README.md").read_text("utf-8")
    assert "SAMPLE DATA" in readme and all(f"## {v}" in readme for v in schema.VIEWS)
    import hashlib
    for line in (tmp_path / "a" / "SHA256SUMS").read_text().splitlines():
        total, name = line.split("  ")
        assert hashlib.sha256((tmp_path / "a" / name).read_bytes()).hexdigest() == total


# --- faults ----------------------------------------------------------------------------------------------------------------------

def test_no_captures(tmp_path):
    with pytest.raises(NothingToBuild, match="chipwatch run"):
        build(tmp_path, lambda c: None)


def test_a_damaged_run_is_named_and_the_old_data_set_stays(tmp_path):
    folder = fakes.small_market(tmp_path)
    before = folder.build().read_bytes()
    path = tmp_path / "captures" / "r1" / "captures.jsonl"
    path.write_text("{broken\n" + path.read_text())
    with pytest.raises(CapturesDamaged, match="line 1"):
        build(tmp_path, folder.reading_of)
    assert (tmp_path / "chipwatch.sqlite").read_bytes() == before


def test_a_last_line_that_was_cut_off_is_left_out(tmp_path):
    folder = fakes.small_market(tmp_path)
    folder.write()
    with open(tmp_path / "captures" / "r2" / "captures.jsonl", "a") as handle:
        handle.write('{"provider": "alpha", "ro')
    assert rows_of(build(tmp_path, folder.reading_of), "select count(*) from captures") == [(10,)]


def test_a_build_that_fails_half_way_leaves_the_old_data_set(tmp_path):
    folder = fakes.small_market(tmp_path)
    before = folder.build().read_bytes()

    def broken(capture):
        raise RuntimeError("reader broke")

    with pytest.raises(RuntimeError):
        build(tmp_path, broken)
    assert (tmp_path / "chipwatch.sqlite").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_parts_of_a_killed_build_are_cleared(tmp_path):
    folder = fakes.small_market(tmp_path)
    (tmp_path / ".chipwatch.sqlite.1.part").write_bytes(b"half")
    folder.build()
    assert not (tmp_path / ".chipwatch.sqlite.1.part").exists()


def test_a_full_disk_is_named(tmp_path, monkeypatch):
    folder = fakes.small_market(tmp_path)
    before = folder.build().read_bytes()

    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("dataset.build.create_indexes", full)
    with pytest.raises(CannotWrite, match="disk is full"):
        build(tmp_path, folder.reading_of)
    assert (tmp_path / "chipwatch.sqlite").read_bytes() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_named(tmp_path):
    folder = fakes.small_market(tmp_path)
    folder.write()
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with pytest.raises(CannotWrite, match="permission"):
            build(tmp_path, folder.reading_of)
    finally:
        tmp_path.chmod(stat.S_IRWXU)


def test_a_folder_that_cannot_be_written_is_named_on_export(database, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(CannotWrite):
        export.export(database, tmp_path / "file" / "out")


def test_progress_counts_providers(tmp_path):
    told = []
    fakes.small_market(tmp_path).build(progress=lambda done, note, total: told.append((done, note, total)))
    assert told == [(1, "alpha", 3), (2, "beta", 3), (3, "gamma", 3)]


def test_damaged_text_is_kept_without_breaking_the_file(tmp_path):
    folder = fakes.Folder(tmp_path)
    folder.run("r1", "2026-11-01T00:00:00Z")
    folder.visit("r1", "a", "terms_of_service", "https://a.example/t", "2026-11-01T00:00:01Z", fakes.page("t", clauses=[fakes.clause(quote="Not in \ud800 \x00 China.")]))
    database = folder.build()
    assert query.run(database, "select quote from clauses").rows[0][0].startswith("Not in ")
    export.export(database, tmp_path / "out")


@pytest.mark.parametrize("url", ["https://a.example/p?it's=''&x=%00", "https://a.example/p\x00q"])
def test_many_offers_of_one_page_are_written_as_few_are(tmp_path, monkeypatch, url):
    """What rows share goes to SQLite once for many rows, with each row for few: the rows are the same, also with quotes, a NUL, or half a character in them."""
    folder = fakes.Folder(tmp_path)
    names = [f"size {n}" if n != 7000 else "half \ud800 \x00 a character" for n in range(7100)]
    for run, day, price in (("r1", "01", 2.0), ("r2", "08", 3.0)):                       # in the second run the life lines differ from offer to offer
        folder.run(run, f"2026-11-{day}T00:00:00Z")
        folder.visit(run, "a", "offers", url, f"2026-11-{day}T00:00:01Z",
                     fakes.page(f"many {run}", kind="offers", offers=[fakes.offer(price=price if n % 3 else 2.0, instance_name=name) for n, name in enumerate(names)]))
    many = rows_of(folder.build(), "select * from offers_history order by id, first_seen, last_changed, gone_since")
    monkeypatch.setattr("dataset.build.Writer.ALIKE", 1 << 30)
    assert many == rows_of(folder.build(), "select * from offers_history order by id, first_seen, last_changed, gone_since") and len(many) == 7100 + sum(n % 3 > 0 for n in range(7100))
    assert {row[7] for row in many if "half" in row[7]} == {"half \\ud800 \x00 a character"} and {row[-11] for row in many} == {url}


def test_meta_names_what_the_data_set_was_made_from(database):
    with opened(database) as connection:
        facts = meta(connection)
    assert json.loads(facts["runs"]) == ["r1", "r2"] and facts["run_date"] == "2026-11-08T00:00:09Z" and len(facts["data_hash"]) == 64


def test_a_provider_without_captures_is_there_with_v0(tmp_path):
    folder = fakes.Folder(tmp_path)
    folder.run("r1", "2026-11-01T00:00:00Z", providers=[ProviderInfo(slug="silent", name="Silent")])
    folder.visit("r1", "a", "offers", "https://a.example/p", "2026-11-01T00:00:01Z", failure="dns")
    database = folder.build()
    assert rows_of(database, "select distinct code from verdicts where provider = 'silent'") == [("V0",)]
    assert rows_of(database, "select evidence_group from providers order by provider") == [("neither",), ("neither",)]
    assert BINDING_ROLES
