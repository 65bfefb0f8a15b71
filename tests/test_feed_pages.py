"""The pages of a feed are one document of the data set: offers that move between pages, feeds that grow, shrink and break off."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest
from dataset_fakes import Folder, offer, page, sha

from chipwatch.records import ProviderInfo, Region
from dataset.build import build

FEED = "https://alpha.example/v1/plans"
NAMES = {"A": "a100-1", "B": "b-2", "C": "c-3", "D": "d-4", "E": "e-5"}


def rows(database, sql, *values):
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(r) for r in connection.execute(sql, values)]


def days(tmp_path, *runs: list) -> list:
    """The data set after runs of one day each. A run is a list of pages: letters of the offers on it, or a kind of failure; `price` of all offers is the day."""
    folder = Folder(tmp_path)
    info = ProviderInfo(slug="alpha", name="Alpha")
    for day, pages in enumerate(runs, 1):
        run = f"r{day}"
        folder.run(run, f"2026-11-{day:02d}T00:00:00Z", providers=[info])
        for number, content in enumerate(pages, 1):
            url = FEED if number == 1 else f"{FEED}?cursor=day{day}x{number}"
            at = f"2026-11-{day:02d}T00:00:{number:02d}Z"
            broken = content if content in ("server_error", "budget", "feed_changed") else None
            shown = None if broken else page(f"{content} of {day if content.islower() else 'any day'}", kind="offers",
                                             offers=[offer("H100", 2.0, instance_name=NAMES[letter.upper()]) for letter in content])
            capture = folder.visit(run, "alpha", "offers", url, at, shown, failure=broken, declared=number == 1)
            capture.page, capture.part_of = number, FEED if number > 1 else None
            if number < len(pages) and not broken:
                capture.more = f"{FEED}?cursor=day{day}x{number + 1}"
    folder.write()
    return build(tmp_path, folder.reading_of)


def current(database) -> list[str]:
    return [r["instance_name"] for r in rows(database, "select instance_name from offers order by instance_name")]


def test_all_pages_are_one_document_and_each_offer_leads_to_its_own_page(tmp_path):
    database = days(tmp_path, ["AB", "C", "D"])
    assert current(database) == ["a100-1", "b-2", "c-3", "d-4"]
    assert len(rows(database, "select * from documents")) == 1
    captures = {c["record_id"]: c for c in rows(database, "select * from captures")}
    assert len(captures) == 3 and len({c["document_id"] for c in captures.values()}) == 1
    found = {o["instance_name"]: o for o in rows(database, "select * from offers")}
    assert [captures[found[n]["record_id"]]["page"] for n in ("a100-1", "b-2", "c-3", "d-4")] == [1, 1, 2, 3]
    for o in found.values():
        assert o["payload_sha256"] == captures[o["record_id"]]["payload_sha256"] and o["evidence_id"] == captures[o["record_id"]]["evidence_id"]
        assert o["url"] == FEED and o["final_url"] == captures[o["record_id"]]["url"]


def test_an_offer_that_moves_to_another_page_has_not_changed(tmp_path):
    database = days(tmp_path, ["AB", "C"], ["A", "BC"])
    assert rows(database, "select * from changes where item in ('offer', 'offers')") == []
    assert {o["first_seen"][:10] for o in rows(database, "select * from offers")} == {"2026-11-01"}
    moved = rows(database, "select c.page, c.run_id from offers o join captures c using (record_id) where o.instance_name = 'b-2'")
    assert moved == [{"page": 2, "run_id": "r2"}]


def test_what_stood_on_a_page_that_is_no_more_is_gone(tmp_path):
    database = days(tmp_path, ["AB", "C", "D"], ["AB", "C"])
    assert current(database) == ["a100-1", "b-2", "c-3"]
    gone = rows(database, "select * from offers_history where instance_name = 'd-4'")
    assert len(gone) == 1 and gone[0]["gone_since"].startswith("2026-11-02")
    assert rows(database, "select * from documents where stale_since is not null") == []
    assert rows(database, "select * from captures where failure is not null") == []


@pytest.mark.parametrize("failure", ["server_error", "feed_changed"])
def test_a_feed_that_breaks_off_keeps_the_last_complete_reading_marked_stale(tmp_path, failure):
    database = days(tmp_path, ["AB", "C", "D"], ["A", failure])
    assert current(database) == ["a100-1", "b-2", "c-3", "d-4"]
    assert all(o["stale_since"].startswith("2026-11-02") for o in rows(database, "select * from offers"))
    assert rows(database, "select failure from documents") == [{"failure": failure}]


def test_a_first_visit_that_breaks_off_gives_what_it_has_and_says_so(tmp_path):
    database = days(tmp_path, ["AB", "server_error"])
    assert current(database) == ["a100-1", "b-2"]
    assert rows(database, "select failure from documents") == [{"failure": "server_error"}]


def test_a_recovered_feed_is_no_longer_stale(tmp_path):
    database = days(tmp_path, ["AB", "C"], ["AB", "server_error"], ["AB", "C", "E"])
    assert current(database) == ["a100-1", "b-2", "c-3", "e-5"]
    assert rows(database, "select * from offers where stale_since is not null") == []


def test_a_feed_longer_than_its_bound_is_read_as_far_as_the_bound(tmp_path):
    database = days(tmp_path, ["A", "B", "budget"], ["A", "C", "budget"])
    assert current(database) == ["a100-1", "c-3"]
    database = days(tmp_path / "shorter", ["A", "B", "budget"], ["A", "budget"])
    assert current(database) == ["a100-1", "b-2"], "a budget that ends earlier than before says nothing of what is gone"


def test_a_run_that_ended_between_two_pages_is_not_complete(tmp_path):
    folder = Folder(tmp_path)
    folder.run("r1", "2026-11-01T00:00:00Z", providers=[ProviderInfo(slug="alpha", name="Alpha")])
    capture = folder.visit("r1", "alpha", "offers", FEED, "2026-11-01T00:00:01Z", page("one", kind="offers", offers=[offer()]))
    capture.page, capture.more = 1, FEED + "?cursor=2"
    folder.write()
    database = build(tmp_path, folder.reading_of)
    assert rows(database, "select failure from documents") == [{"failure": "truncated"}]
    assert rows(database, "select payload_sha256 from documents") == [{"payload_sha256": sha("one")}]


def test_the_same_pages_again_confirm_every_offer_by_the_new_captures(tmp_path):
    database = days(tmp_path, ["AB", "C"], ["AB", "C"])
    found = rows(database, "select o.instance_name, c.page, c.run_id from offers o join captures c using (record_id) order by 1")
    assert [(r["page"], r["run_id"]) for r in found] == [(1, "r2"), (1, "r2"), (2, "r2")]
    assert len(rows(database, "select * from documents_history")) == 1


def test_a_region_that_several_pages_name_is_one_region(tmp_path):
    folder = Folder(tmp_path)
    folder.run("r1", "2026-11-01T00:00:00Z", providers=[ProviderInfo(slug="alpha", name="Alpha")])
    for number in (1, 2):
        shown = page(f"page {number}", kind="offers", offers=[offer(instance_name=f"n{number}")], regions=[Region("osl-1", "Oslo", "NO")])
        capture = folder.visit("r1", "alpha", "offers", f"{FEED}?page={number}", f"2026-11-01T00:00:0{number}Z", shown)
        capture.page, capture.part_of = number, f"{FEED}?page=1" if number > 1 else None
        capture.more = f"{FEED}?page=2" if number == 1 else None
    folder.write()
    database = build(tmp_path, folder.reading_of)
    assert [r["label"] for r in rows(database, "select label from regions")] == ["osl-1"] and len(rows(database, "select * from offers")) == 2


def test_a_feed_that_serves_two_roles_is_read_in_each(tmp_path):
    folder = Folder(tmp_path)
    folder.run("r1", "2026-11-01T00:00:00Z", providers=[ProviderInfo(slug="alpha", name="Alpha")])
    shown = [page(f"page {n}", kind="offers", offers=[offer(instance_name=f"n{n}")], regions=[Region(f"osl-{n}", "Oslo", "NO")]) for n in (1, 2)]
    for role in ("offers", "regions"):
        for number in (1, 2):
            capture = folder.visit("r1", "alpha", role, f"{FEED}?page={number}", f"2026-11-01T00:00:0{number}Z", shown[number - 1])
            capture.record_id = f"<urn:uuid:{number}>"         # one fetch, two captures
            capture.page, capture.part_of = number, f"{FEED}?page=1" if number > 1 else None
            capture.more = f"{FEED}?page=2" if number == 1 else None
    folder.write()
    asked = []
    database = build(tmp_path, lambda capture: asked.append((capture.role, capture.page)) or folder.reading_of(capture))
    assert {("offers", 1), ("offers", 2), ("regions", 1), ("regions", 2)} <= set(asked)
    assert [r["label"] for r in rows(database, "select label from regions order by 1")] == ["osl-1", "osl-2"] and current(database) == ["n1", "n2"]
