"""What is not taken over: a reading that lost its offers, its language or its selector; bounds of declarations; how it comes to be believed."""

from __future__ import annotations


import pytest
from hypothesis import given
from hypothesis import strategies as st

import dataset_fakes as fakes
from chipwatch.records import Capture, ProviderInfo, Region
from dataset.fold import fold
from dataset.health import Bounds, bounds_for, outside, thresholds
from dataset.judging import judge_stored
from dataset.opening import opened
from fakes_helper import rows_of

MANY = [fakes.offer(instance_name=f"i{n}") for n in range(10)]
URL = "https://p.example/"


def day(number: int) -> str:
    return f"2026-11-{number:02}T00:00:00Z"


def fold_pages(*visits, role="offers", bounds=None, declared=None):
    """Fold pages (name, extraction), or failures (str), a day apart; `bounds`: one for all visits, or one for each."""
    captures, readings = [], {}
    for number, shown in enumerate(visits, start=1):
        if isinstance(shown, str):
            captures.append(Capture("p", role, URL, f"r{number}", day(number), failure=shown, note="it failed"))
        else:
            name, readings[number] = shown
            captures.append(Capture("p", role, URL, f"r{number}", day(number), record_id=f"<urn:uuid:{number}>", payload_sha256=fakes.sha(name)))
    given = bounds if isinstance(bounds, list) else [bounds or Bounds()] * len(captures)
    return fold("p", role, URL, captures, lambda c: readings[int(c.run_id[1:])], bounds_of=lambda c: given[int(c.run_id[1:]) - 1], declared_of=declared)


def offers(line) -> int:
    return sum(s.current for s in line.states["offer"])


def full(name="full", **more):
    return fakes.page(name, kind="offers", offers=MANY, structure={"row": 11}, **more)


def thin(name="thin", count=2, **more):
    return fakes.page(name, kind="offers", offers=MANY[:count], characters=more.pop("characters", 900), **more)


# --- what is held ------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("page", "why"), [
    (thin(), "characters"), (thin(characters=3000, structure={"row": 3}), "rows"), (thin(characters=3000, structure={"paragraph": 30}), "rows")])
def test_a_page_that_lost_most_of_its_offers_and_shrank_or_was_rebuilt_is_held(page, why):
    line = fold_pages(full(), page)
    assert offers(line) == 10 and line.trouble == "layout_changed" and why in line.trouble_words and line.stale_since == day(2)
    assert line.current.status == "held" and [v.status for v in line.versions] == ["read", "held"]


@pytest.mark.parametrize("page", [thin(characters=2900, structure={"row": 9}), thin(count=6), fakes.page("other names", kind="offers", characters=900, offers=[fakes.offer(instance_name=f"n{n}") for n in range(10)])])
def test_what_may_well_be_true_is_taken_over_at_once(page):
    line = fold_pages(full(), page)
    assert line.trouble is None and offers(line) == len(page[1].offers)


def test_few_offers_may_go_at_once():
    assert offers(fold_pages(thin("three", 3), fakes.page("one", kind="offers", offers=MANY[:1], characters=10))) == 1


def test_two_further_visits_confirm_it():
    shown = [full(), thin("a"), thin("b"), thin("c")]
    assert [offers(fold_pages(*shown[:n])) for n in (2, 3, 4)] == [10, 10, 2]
    line = fold_pages(*shown)
    assert line.trouble is None and line.stale_since is None and line.current.status == "read"
    gone = [s for s in line.states["offer"] if not s.current]
    assert len(gone) == 8 and {(s.last_checked, s.gone_since) for s in gone} == {(day(1), day(4))}
    assert {s.first_seen for s in line.states["offer"]} == {day(1)} and {s.last_checked for s in line.states["offer"] if s.current} == {day(4)}


def test_the_same_bytes_confirm_too_and_failures_neither_confirm_nor_deny():
    assert [offers(fold_pages(full(), *[thin("a")] * n)) for n in (1, 2, 3)] == [10, 10, 2]
    line = fold_pages(full(), thin("a"), "timeout", thin("b"), "dns")
    assert offers(line) == 10 and line.held.confirmed == 1 and (line.trouble, line.stale_since) == ("dns", day(2))
    assert offers(fold_pages(full(), thin("a"), "timeout", thin("b"), thin("c"))) == 2


def test_visits_that_disagree_do_not_confirm_each_other():
    line = fold_pages(full(), thin("a", 2), thin("b", 1), thin("c", 2), thin("d", 2))
    assert offers(line) == 10 and line.held.since == day(2) and line.held.confirmed == 1


def test_a_page_that_comes_back_is_as_if_nothing_had_been():
    line = fold_pages(full(), thin(), full())
    assert offers(line) == 10 and line.trouble is None and line.stale_since is None and not [c for c in line.changes if c.item == "offer"]
    assert {(s.first_seen, s.last_checked) for s in line.states["offer"]} == {(day(1), day(3))}


def test_a_page_without_any_offer_is_never_believed_by_itself():
    empty = fakes.page("empty", kind="offers")
    line = fold_pages(full(), *[empty] * 6)
    assert offers(line) == 10 and line.trouble == "layout_changed" and line.held.finding.lasting
    accepted = fold_pages(full(), empty, empty, bounds=[Bounds(), Bounds(), Bounds(0)])
    assert offers(accepted) == 0 and accepted.trouble is None, "offers_min: 0 says that somebody has looked"


def test_bounds_of_the_declaration():
    fewer = thin(count=6)
    held = fold_pages(full(), fewer, bounds=Bounds(8))
    assert offers(held) == 10 and held.trouble == "assertion_broken" and held.trouble_words == "the page gives 6 offers; the declaration expects at least 8"
    assert fold_pages(fewer, full(), bounds=Bounds(None, 8)).trouble == "assertion_broken"
    accepted = fold_pages(full(), fewer, fewer, bounds=[Bounds(8), Bounds(8), Bounds(5)])
    assert offers(accepted) == 6 and accepted.trouble is None
    still = fold_pages(full(), fewer, fewer, bounds=[Bounds(8), Bounds(8), Bounds(7)])
    assert offers(still) == 10 and still.trouble == "assertion_broken"
    assert fold_pages(fewer, thin(count=5), bounds=Bounds(8)).trouble is None, "it never kept them: there is no good reading to protect"


def test_another_language_is_held():
    english, german = full(text_language="en"), fakes.page("de", kind="offers", offers=MANY, language="en", text_language="de")
    line = fold_pages(english, german)
    assert line.trouble == "language_changed" and "reads as de" in line.trouble_words and offers(line) == 10
    assert fold_pages(english, german, german, german).trouble is None
    assert fold_pages(full(text_language="zh-Hans"), full("b", text_language="zh-Hant")).trouble is None
    assert fold_pages(full(text_language=None), german).trouble is None and fold_pages(english, full("c", text_language=None)).trouble is None


def test_a_selector_that_matches_no_more_is_held_and_a_mended_declaration_is_believed():
    whole = fakes.page("new page", kind="offers", offers=[*MANY, fakes.offer("A100")], missed=["#prices"])
    line = fold_pages(full(), whole)
    assert line.trouble == "selector_missed" and "'#prices'" in line.trouble_words and offers(line) == 10
    mended = fakes.page("new page", kind="offers", offers=MANY[:9])
    assert mended[0] == whole[0], "the same bytes, read by another declaration"
    line = fold_pages(full(), whole, mended, declared=lambda c: ("#new",) if c.run_id == "r3" else ("#prices",))
    assert line.trouble is None and offers(line) == 9 and line.current.number == 2
    assert fold_pages(fakes.page("a", kind="offers", offers=MANY, missed=["aside"]), fakes.page("b", kind="offers", offers=MANY, missed=["aside"])).trouble is None, "it never matched"


def test_regions_and_clauses_are_kept_too():
    sites = [Region(f"R{n}", country="NO", quote=f"R{n}", start=n, end=n + 2) for n in range(6)]
    line = fold_pages(fakes.page("a", kind="regions", regions=sites), fakes.page("b", kind="regions"), role="regions")
    assert line.trouble == "layout_changed" and sum(s.current for s in line.states["region"]) == 6
    clauses = [fakes.clause(quote=f"You shall not do number {n}.", start=n * 50, end=n * 50 + 20) for n in range(6)]
    stub = fakes.page("stub", characters=400)
    line = fold_pages(fakes.page("t", clauses=clauses), stub, role="terms_of_service")
    assert line.trouble == "layout_changed" and sum(s.current for s in line.states["clause"]) == 6
    assert fold_pages(fakes.page("t", clauses=clauses), fakes.page("t2", clauses=clauses[:1]), role="terms_of_service").trouble is None, "they were struck out: that is news"


def test_other_documents_are_taken_as_they_are():
    assert fold_pages(fakes.page("a", offers=MANY), fakes.page("b", characters=90), role="faq").trouble is None


PAGES = st.sampled_from(["fail", *(("page", n, size) for n in range(0, 11, 2) for size in (3000, 800))])


@given(st.lists(PAGES, min_size=1, max_size=8))
def test_histories_hold_together_whatever_comes(shown):
    visits = ["timeout" if s == "fail" else fakes.page(f"{s}", kind="offers", offers=MANY[:s[1]], characters=s[2]) for s in shown]
    line = fold_pages(*visits)
    for state in line.states["offer"]:
        assert state.first_seen <= state.last_changed <= state.last_checked and state.current == (state.gone_since is None)
        assert state.current or state.gone_since > state.last_checked
    accepted = [s[1] for s in shown if s != "fail"]
    if any(accepted):
        assert offers(line) in accepted and (offers(line) > 0 or accepted[0] == 0), "what is kept was once there; offers never vanish by themselves"
    assert (line.trouble is None) == (line.stale_since is None) or not any(accepted)
    assert not line.versions or line.versions[-1].status != "held" or line.trouble
    again = fold_pages(*visits)
    assert [(s.key, s.first_seen, s.last_checked, s.gone_since) for s in again.states["offer"]] == [(s.key, s.first_seen, s.last_checked, s.gone_since) for s in line.states["offer"]]


# --- in the data set ---------------------------------------------------------------------------------------------------------------

def folder_with_a_fall(path, *, visits=1, assertions=None):
    folder = fakes.Folder(path)
    info = ProviderInfo(slug="a", name="A", expected_roles=["offers"], assertions=assertions or {})
    folder.run("r1", day(1), providers=[info])
    folder.visit("r1", "a", "offers", "https://a.example/p", day(1), full())
    for n in range(2, 2 + visits):
        folder.run(f"r{n}", day(n), providers=[info])
        folder.visit(f"r{n}", "a", "offers", "https://a.example/p", day(n), thin(f"thin {n}"))
    return folder


def test_the_data_set_tells_of_it(tmp_path):
    database = folder_with_a_fall(tmp_path).build()
    assert rows_of(database, "select count(*), min(stale_since), min(last_checked) from offers") == [(10, day(2), day(1))]
    status, failure, note, stale = rows_of(database, "select status, failure, failure_note, stale_since from documents")[0]
    assert (status, failure, stale) == ("held", "layout_changed", day(2)) and "2 offers in the place of 10" in note
    level, text, url = rows_of(database, "select level, text, url from issues where code = 'layout_changed'")[0]
    assert level == "error" and "marked stale since 2026-11-02" in text and "0 did" in text and url == "https://a.example/p"
    assert rows_of(database, "select stale_since from providers") == [(day(2),)]


def test_after_three_visits_it_is_taken_over_and_a_rebuild_says_the_same(tmp_path):
    folder = folder_with_a_fall(tmp_path / "a", visits=3)
    bytes_after_all = folder.build().read_bytes()
    assert rows_of(tmp_path / "a" / "chipwatch.sqlite", "select count(*), max(stale_since) from offers") == [(2, None)]
    assert rows_of(tmp_path / "a" / "chipwatch.sqlite", "select count(*) from changes where item = 'offer' and kind = 'removed'") == [(8,)]
    step = folder_with_a_fall(tmp_path / "b", visits=3)
    runs = dict(step.runs)
    step.runs = {}
    for run_id, run in runs.items():                           # built after each run, as an operator does
        step.runs[run_id] = run
        step.build()
    assert (tmp_path / "b" / "chipwatch.sqlite").read_bytes() == bytes_after_all


def test_an_assertion_that_was_changed_accepts_the_page(tmp_path):
    folder = folder_with_a_fall(tmp_path, assertions={"offers_min": 8})
    assert rows_of(folder.build(), "select failure from documents") == [("assertion_broken",)]
    folder.run("r9", day(9), providers=[ProviderInfo(slug="a", name="A", expected_roles=["offers"], assertions={"offers_min": 2})])
    folder.visit("r9", "a", "offers", "https://a.example/p", day(9), thin("thin 2"))
    assert rows_of(folder.build(), "select count(*), max(stale_since) from offers") == [(2, None)]
    assert rows_of(tmp_path / "chipwatch.sqlite", "select count(*) from issues") == [(0,)]


def test_verdicts_rest_on_what_is_kept(tmp_path):
    folder = fakes.Folder(tmp_path)
    folder.run("r1", day(1), providers=[ProviderInfo(slug="a", name="A", expected_roles=["terms_of_service"])])
    clauses = [fakes.clause("country_exclusion", f"Not in mainland China, number {n}.", start=n * 50, end=n * 50 + 30, places=["CN"], strength=3) for n in range(5)]
    folder.visit("r1", "a", "terms_of_service", URL, day(1), fakes.page("t", clauses=clauses, text_language="en"))
    folder.run("r2", day(2), providers=[ProviderInfo(slug="a", name="A", expected_roles=["terms_of_service"])])
    folder.visit("r2", "a", "terms_of_service", URL, day(2), fakes.page("u", characters=2900, language="de", text_language="de"))
    database = folder.build()
    assert rows_of(database, "select failure from documents") == [("language_changed",)]
    assert rows_of(database, "select code from verdicts where customer = 'cn_company'") == [("V5",)]
    assert rows_of(database, "select count(*) from clauses where stale_since is not null") == [(5,)]
    with opened(database) as connection:
        assert [v["code"] for v in judge_stored(connection, "a", ["cn_company"])] == ["V5"]


def test_a_first_reading_outside_the_bounds_is_told(tmp_path):
    folder = fakes.Folder(tmp_path)
    folder.run("r1", day(1), providers=[ProviderInfo(slug="a", name="A", assertions={"offers_min": 4, "regions_min": 1})])
    folder.visit("r1", "a", "offers", "https://a.example/p", day(1), thin())
    folder.visit("r1", "a", "regions", "https://a.example/r", day(1), fakes.page("none", kind="regions"))
    told = rows_of(folder.build(), "select code, text, role from issues order by code, role")
    assert [(c, r) for c, _, r in told] == [("assertion_broken", "offers"), ("assertion_broken", "regions"), ("nothing_found", "regions")]
    assert told[0][1] == "the documents read give 2 offers; the declaration expects at least 4"


def test_a_page_that_moved_for_good_is_told(tmp_path):
    folder = fakes.Folder(tmp_path)
    folder.run("r1", day(1))
    capture = folder.visit("r1", "a", "offers", "https://a.example/p", day(1), full())
    capture.moved_to = "https://a.example/new"
    assert "https://a.example/new" in rows_of(folder.build(), "select text from issues where code = 'moved'")[0][0]


def test_bounds_are_shared_by_the_addresses_of_a_role():
    assert bounds_for("offers", {"offers_min": 5, "offers_max": 40}, 2) == Bounds(3, 40)
    assert bounds_for("terms_of_service", {"clauses_min": 1, "offers_min": 9}, 1) == Bounds(1) and bounds_for("faq", {"offers_min": 1}, 1) == Bounds()
    assert outside(3, "offers", {"offers_min": 1, "offers_max": 3}) is None and outside(4, "offers", {"offers_min": 1, "offers_max": 3}) == "the documents read give 4 offers; the declaration expects 1 to 3"
    assert 0 < thresholds()["collapse"]["kept"] < 1 and thresholds()["confirm"] >= 1
