"""Decisions of people: kept in files, bound to the words, applied when the data set is built, marked everywhere; and what a damaged file does."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3

import pytest
from click.testing import CliRunner
from dataset_fakes import ALPHA, PRICES, TERMS, Folder, clause, offer, page
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset.review import ReviewDamaged, ReviewRefused, append, file_of, read_file, read_reviews, text_hash

BAR = "We do not serve customers in mainland China or Macau, save with our consent."
SECOND = "You comply with export laws."


def market(path, bar=BAR):
    """One provider whose terms bar a place, in one visit."""
    folder = Folder(path)
    folder.run("r1", "2026-11-01T00:00:00Z", providers=[ALPHA])
    folder.visit("r1", "alpha", "offers", PRICES, "2026-11-01T00:00:01Z", page("prices", kind="offers", offers=[offer()]))
    folder.visit("r1", "alpha", "terms_of_service", TERMS, "2026-11-01T00:00:05Z", page("terms", clauses=[
        clause(quote=bar, start=100, end=100 + len(bar), places=["CN", "MO"], strength=3), clause("export_compliance", SECOND, "requires", start=300, end=300 + len(SECOND))]))
    folder.build()
    return folder


def asked(folder, sql):
    with contextlib.closing(sqlite3.connect(folder.path / "chipwatch.sqlite")) as connection:
        return connection.execute(sql).fetchall()


def codes(folder):
    return dict(asked(folder, "select customer, code from verdicts"))


def cli(folder, *arguments, **more):
    from chipwatch.cli import cli as group

    return CliRunner().invoke(group, [*map(str, arguments), "--data", str(folder.path)], **more)


def decide(folder, what, label="country_exclusion", *options):
    (key,), = asked(folder, f"select id from clauses where label = '{label}'")
    result = cli(folder, "review", what, key, "--by", "A. Reader", *options)
    assert result.exit_code == 0, result.output
    folder.build()
    return key


# --- what decisions do ------------------------------------------------------------------------------------------------------------

def test_without_reviews_nothing_is_marked(tmp_path):
    folder = market(tmp_path)
    assert codes(folder)["cn_company"] == "V5"
    assert asked(folder, "select count(*) from reviews") == [(0,)]
    assert asked(folder, "select count(*) from clauses where review is not null union all select count(*) from verdicts where review is not null") == [(0,), (0,)]


def test_a_rejected_finding_is_gone_and_the_verdict_follows(tmp_path):
    folder = market(tmp_path)
    before = codes(folder)
    key = decide(folder, "reject", "country_exclusion", "--note", "an example, no rule")
    assert before["cn_company"] == "V5" and codes(folder)["cn_company"] != "V5"
    assert asked(folder, f"select count(*) from clauses_history where id = '{key}'") == [(0,)]
    assert asked(folder, "select clause_count from providers") == [(1,)]
    row, = asked(folder, "select clause, decision, status, decided_by, why, quote, record_id, evidence_id from reviews")
    assert row[:6] == (key, "reject", "in_force", "A. Reader", "an example, no rule", BAR) and row[6].startswith("<urn:uuid:") and row[7].startswith("E-")
    assert ("changed",) in asked(folder, "select review from verdicts where customer = 'cn_company'")
    assert asked(folder, "select review from verdicts where customer = 'control'") == [(None,)]
    assert asked(folder, f"select count(*) from changes where item_id = '{key}'") == [(0,)]


def test_a_verdict_that_rests_on_another_clause_after_a_rejection_is_marked(tmp_path):
    folder = market(tmp_path)
    folder.run("r2", "2026-11-08T00:00:00Z", providers=[ALPHA])
    folder.visit("r2", "alpha", "acceptable_use", "https://alpha.example/aup", "2026-11-08T00:00:06Z", page("aup", clauses=[clause(quote=f"Also here: {BAR}", places=["CN", "MO"])]))
    folder.build()
    (key,), = asked(folder, "select id from clauses where label = 'country_exclusion' and role = 'terms_of_service'")
    cli(folder, "review", "reject", key, "--by", "A. Reader")
    folder.build()
    assert asked(folder, "select code, review from verdicts where customer = 'cn_company'") == [("V5", "reviewed")]
    assert asked(folder, "select code = 'V5', review from verdicts where customer = 'control'") == [(0, None)]


def test_an_accepted_finding_is_marked_and_says_the_same(tmp_path):
    folder = market(tmp_path)
    before = codes(folder)
    key = decide(folder, "accept")
    assert codes(folder) == before
    assert asked(folder, "select id from clauses where review = 'accepted'") == [(key,)]
    assert asked(folder, "select review, clauses from verdicts where customer = 'cn_company'") == [("reviewed", f'["{key}"]')]


def test_an_amendment_changes_what_is_judged_and_keeps_what_the_machine_read(tmp_path):
    folder = market(tmp_path)
    assert codes(folder)["mo_company"] == "V5"
    key = decide(folder, "amend", "country_exclusion", "--places", "cn", "--words", "We do not serve customers in mainland China", "--strength", "2", "--no-exception")
    assert codes(folder)["cn_company"] == "V5" and codes(folder)["mo_company"] != "V5"
    quote, start, end, places, review, strength = asked(folder, f"select quote, start, \"end\", places, review, strength from clauses where id = '{key}'")[0]
    assert (quote, places, review, strength) == ("We do not serve customers in mainland China", '["CN"]', "amended", 2)
    assert (start, end) == (100, 100 + len(quote))
    changes, machine = map(json.loads, asked(folder, "select changes, machine from reviews")[0])
    assert changes == {"places": ["CN"], "span": [0, len(quote)], "strength": 2} and machine == {"places": ["CN", "MO"], "span": [0, len(BAR)], "strength": 3}
    assert asked(folder, "select clauses from verdicts where customer = 'cn_company'") == [(f'["{key}"]',)]


def test_an_amended_label_keeps_the_id(tmp_path):
    folder = market(tmp_path)
    key = decide(folder, "amend", "country_exclusion", "--label", "residence_restriction")
    assert asked(folder, f"select label from clauses where id = '{key}'") == [("residence_restriction",)]
    assert key in asked(folder, "select clauses from verdicts where customer = 'cn_individual'")[0][0]


def test_the_same_files_give_the_same_bytes_and_the_last_decision_counts(tmp_path):
    folder = market(tmp_path)
    untouched = (tmp_path / "chipwatch.sqlite").read_bytes()
    decide(folder, "accept")
    decide(folder, "reject")
    once = (tmp_path / "chipwatch.sqlite").read_bytes()
    folder.build()
    assert (tmp_path / "chipwatch.sqlite").read_bytes() == once
    assert asked(folder, "select decision, status from reviews order by decision") == [("accept", "superseded"), ("reject", "in_force")]
    key, = asked(folder, "select clause from reviews limit 1")[0]
    assert cli(folder, "review", "withdraw", key, "--by", "A. Reader").exit_code == 0
    folder.build()
    assert codes(folder)["cn_company"] == "V5" and {s for s, in asked(folder, "select status from reviews")} == {"withdrawn"}
    file_of(tmp_path, "alpha").unlink()
    folder.build()
    assert (tmp_path / "chipwatch.sqlite").read_bytes() == untouched


def test_a_decision_lapses_when_the_words_change_and_holds_where_only_white_space_does(tmp_path):
    folder = market(tmp_path)
    decide(folder, "reject")
    folder.run("r2", "2026-11-08T00:00:00Z", providers=[ALPHA])
    folder.visit("r2", "alpha", "terms_of_service", TERMS, "2026-11-08T00:00:05Z", page("terms 2", clauses=[clause(quote=BAR.replace(" ", "\n"), start=90, end=90 + len(BAR), places=["CN", "MO"])]))
    folder.build()
    assert codes(folder)["cn_company"] != "V5" and asked(folder, "select status from reviews") == [("in_force",)]
    folder.run("r3", "2026-11-15T00:00:00Z", providers=[ALPHA])
    folder.visit("r3", "alpha", "terms_of_service", TERMS, "2026-11-15T00:00:05Z", page("terms 3", clauses=[clause(quote=BAR.replace("mainland ", ""), start=90, end=150, places=["CN", "MO"])]))
    folder.build()
    assert codes(folder)["cn_company"] == "V5" and asked(folder, "select status from reviews") == [("lapsed",)]
    assert asked(folder, "select level, text like '%A. Reader%no longer applies%' from issues where code = 'review_lapsed'") == [("warning", 1)]
    listed = cli(folder, "review", "--list")
    assert listed.exit_code == 0 and "lapsed: reject of C-" in listed.output and "1 of 1 finding waits for a person" in listed.output


def test_a_decision_holds_for_one_provider_address_and_label_only(tmp_path):
    folder = market(tmp_path)
    folder.run("r2", "2026-11-08T00:00:00Z", providers=[ALPHA])
    folder.visit("r2", "alpha", "acceptable_use", "https://alpha.example/aup", "2026-11-08T00:00:06Z", page("aup", clauses=[clause(quote=BAR, start=5, end=5 + len(BAR), places=["CN", "MO"])]))
    folder.build()
    (key,), = asked(folder, "select id from clauses where label = 'country_exclusion' and role = 'terms_of_service'")
    assert cli(folder, "review", "reject", key, "--by", "A. Reader").exit_code == 0
    folder.build()
    assert asked(folder, "select role from clauses where label = 'country_exclusion'") == [("acceptable_use",)] and codes(folder)["cn_company"] == "V5"


def test_a_decision_leaves_the_data_set_behind_until_it_is_made_anew(tmp_path):
    import os

    from chipwatch.crawling import data_set_is_behind

    folder = market(tmp_path)
    assert not data_set_is_behind(tmp_path)
    (key,), = asked(folder, "select id from clauses where label = 'country_exclusion'")
    assert cli(folder, "review", "accept", key, "--by", "A. Reader").exit_code == 0
    later = (tmp_path / "chipwatch.sqlite").stat().st_mtime + 5
    os.utime(file_of(tmp_path, "alpha"), (later, later))
    assert data_set_is_behind(tmp_path)


# --- marks ------------------------------------------------------------------------------------------------------------------------

def test_decisions_are_marked_in_every_output(tmp_path):
    folder = market(tmp_path)
    decide(folder, "accept")
    table = cli(folder, "access", "--customer", "cn_company", "--customer", "company:CN", "--customer", "control").output
    assert re.search(r"V5\*\s+V5\*\s+V\d\s", table) and "* a person has reviewed" in table
    assert "P2 reviewed" in cli(folder, "access", "--customer", "cn_company", "--format", "csv").output
    assert json.loads(cli(folder, "access", "--customer", "cn_company", "--format", "json").output)[0]["verdicts"]["cn_company"]["review"] == "reviewed"
    assert cli(folder, "export", tmp_path / "out").exit_code == 0
    assert "A. Reader" in (tmp_path / "out" / "reviews.csv").read_text() and '"review": "accepted"' in (tmp_path / "out" / "clauses.jsonl").read_text()
    from reports import model, source

    with source.opened(folder.path / "chipwatch.sqlite") as connection:
        views, evidence = {"alpha": model.ProviderView.__new__(model.ProviderView)}, {}
        views["alpha"].clauses = []
        proof = model.Evidence("E-X", "alpha", "terms_of_service", "", "", "", "", "", "", "en", "html")
        rows = source.rows(connection, "clauses")
        evidence = {r["evidence_id"]: proof for r in rows}
        model._attach_clauses({"clauses": rows}, views, evidence)
    assert {c.review for c in views["alpha"].clauses} == {"accepted", None} and proof.reviewed


# --- the command ------------------------------------------------------------------------------------------------------------------

def test_going_through_by_single_keys_and_going_on_later(tmp_path):
    folder = market(tmp_path)
    first = cli(folder, "review", "--by", "A. Reader", input="afine\nq")       # accept, with a note; quit
    assert first.exit_code == 0 and "[1/2]" in first.output and "[2/2]" in first.output and BAR in first.output and "1 decided" in first.output
    assert [(d.decision, d.by, d.why) for d in read_reviews(tmp_path)] == [("accept", "A. Reader", "fine")]
    second = cli(folder, "review", input="B. Reader\nxs")                      # asked for a name; a key that is none; skip
    assert second.exit_code == 0 and "[1/1]" in second.output and "nothing decided" in second.output
    keep = "\n" * 5                                                           # label, polarity, mode, places, exception stay
    third = cli(folder, "review", "--by", "B. Reader", input=f"m{keep}no such words\nm{keep}comply with export laws\nshorter\n")
    assert third.exit_code == 0 and "do not stand in the quote" in third.output and "1 decided" in third.output
    assert read_reviews(tmp_path)[-1].changes == {"span": [4, 27]} and SECOND[4:27] == "comply with export laws"
    assert "nothing waits" in cli(folder, "review", "--by", "C. Reader").output
    folder.build()
    assert asked(folder, "select quote, start from clauses where review = 'amended'") == [("comply with export laws", 304)]
    again = cli(folder, "review", "--all", "--by", "C. Reader", input="sr\n")   # an amended finding is shown as the machine read it, and decided on again
    assert SECOND in again.output and [d.decision for d in read_reviews(tmp_path)] == ["accept", "amend", "reject"]


def test_the_list_has_the_least_sure_first_and_is_narrowed(tmp_path):
    folder = market(tmp_path)
    rows = json.loads(CliRunner().invoke(__import__("chipwatch.cli", fromlist=["cli"]).cli, ["review", "--list", "--format", "json", "--data", str(tmp_path)]).stdout)
    assert [r["confidence"] for r in rows] == sorted(r["confidence"] for r in rows) and len(rows) == 2
    assert "export_compliance" not in cli(folder, "review", "alpha", "--label", "country_exclusion", "--list").output
    assert cli(folder, "review", "nobody", "--list").exit_code != 0
    assert "1 row" in cli(folder, "review", "--list", "--limit", "1").output


@pytest.mark.parametrize(("arguments", "words"), [
    (("accept", "C-NOTTHERE", "--by", "A"), "no finding"), (("accept", "ID"), "--by"), (("accept", "ID", "--by", " "), "empty"), (("amend", "ID", "--by", "A"), "changes something"),
    (("amend", "ID", "--by", "A", "--places", "China"), "ISO 3166"), (("amend", "ID", "--by", "A", "--words", "other words"), "do not stand"), (("amend", "ID", "--by", "A", "--words", "e"), "more than once"),
    (("amend", "ID", "--by", "A", "--label", "nonsense"), "--label"), (("withdraw", "ID", "--by", "A"), "nothing to withdraw"), (("reject", "ID", "--by", "A\x1b[2J"), "control characters"),
    (("accept", "ID", "--by", "A", "--note", "n" * 5000), "longer than"),
])
def test_what_cannot_be_decided_is_refused_and_nothing_is_kept(tmp_path, arguments, words):
    folder = market(tmp_path)
    (key,), = asked(folder, "select id from clauses where label = 'country_exclusion'")
    result = cli(folder, "review", *(key if a == "ID" else a for a in arguments))
    assert result.exit_code != 0 and words in (result.output + str(result.exception)) and not (tmp_path / "reviews").exists()


# --- files ------------------------------------------------------------------------------------------------------------------------

GOOD = {"at": "2026-11-20T10:00:00Z", "by": "A. Reader", "decision": "accept", "clause": "C-ABCDEFGH", "label": "country_exclusion", "url": TERMS, "text_sha256": text_hash(BAR)}


@pytest.mark.parametrize(("line", "words"), [
    ("{", "no JSON"), ("[1]", "not an object"), ("null", "not an object"), ("[" * 100_000, "nested too deep"), (json.dumps({**GOOD, "by": ""}), "by is empty"), (json.dumps({**GOOD, "by": 7}), "by is no text"),
    (json.dumps({**GOOD, "decision": "delete"}), "decision is one of"), (json.dumps({**GOOD, "label": "x"}), "no such label"), (json.dumps({**GOOD, "at": "today"}), "at is a time"),
    (json.dumps({**GOOD, "text_sha256": "../x"}), "hexadecimal"), (json.dumps({**GOOD, "extra": 1}), "unknown: extra"), (json.dumps({k: v for k, v in GOOD.items() if k != "url"}), "without url"),
    (json.dumps({**GOOD, "decision": "amend"}), "has changes"), (json.dumps({**GOOD, "changes": {"label": "resale_restriction"}}), "only an amendment"),
    (json.dumps({**GOOD, "decision": "amend", "changes": {"quote": "x"}}), "cannot be amended"), (json.dumps({**GOOD, "decision": "amend", "changes": {"places": ["<script>"]}}), "ISO 3166"),
    (json.dumps({**GOOD, "decision": "amend", "changes": {"span": [5, 2]}}), "span is"), (json.dumps({**GOOD, "decision": "amend", "changes": {"strength": True}}), "strength is"),
    (json.dumps({**GOOD, "decision": "amend", "changes": {"span": [0, 100_000]}}), "not within the quote"), (json.dumps({**GOOD, "why": "\u202e"}), "control characters"), ("x" * 300_000, "longer than"),
])
def test_a_damaged_line_is_named_and_the_data_set_stays(tmp_path, line, words):
    folder = market(tmp_path)
    before = (tmp_path / "chipwatch.sqlite").read_bytes()
    (tmp_path / "reviews").mkdir()
    (tmp_path / "reviews" / "alpha.jsonl").write_text(json.dumps(GOOD) + "\n\n" + line + "\n")
    with pytest.raises(ReviewDamaged, match=rf"alpha\.jsonl, line 3: .*{re.escape(words)}"):
        folder.build()
    assert (tmp_path / "chipwatch.sqlite").read_bytes() == before and not list(tmp_path.glob("*.part"))


def test_bytes_that_are_no_text_are_named(tmp_path):
    path = tmp_path / "reviews" / "alpha.jsonl"
    path.parent.mkdir()
    path.write_bytes(json.dumps(GOOD).encode() + b"\n\xff\xfe\n")
    with pytest.raises(ReviewDamaged, match="line 2: not UTF-8"):
        read_reviews(tmp_path)


def test_any_json_is_a_decision_or_a_named_error(tmp_path):
    path = tmp_path / "alpha.jsonl"
    values = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda t: st.lists(t, max_size=2) | st.dictionaries(st.text(max_size=4), t, max_size=2), max_leaves=5)

    @settings(max_examples=80, deadline=None)
    @given(st.sampled_from([*GOOD, "why", "changes", "quote"]), values)
    def look(name, value):
        path.write_text(json.dumps({**GOOD, "decision": "amend", "changes": {"strength": 1}, name: value}) + "\n")
        try:
            assert len(read_file(path)) == 1
        except ReviewDamaged as error:
            assert "line 1" in str(error)

    look()


def test_files_are_only_appended_to_and_names_stay_in_their_folder(tmp_path):
    folder = market(tmp_path)
    decide(folder, "accept")
    path = file_of(tmp_path, "alpha")
    first = path.read_bytes()
    decide(folder, "accept", "export_compliance")
    assert path.read_bytes().startswith(first) and path.read_bytes().count(b"\n") == 2
    path.write_bytes(path.read_bytes()[:-1])                   # the line feed was lost
    decide(folder, "reject", "export_compliance")
    assert len(read_file(path)) == 3
    for name in ("../../etc/passwd", "a/b", "", ".hidden", "x" * 200):
        with pytest.raises(ReviewRefused):
            file_of(tmp_path, name)
    damaged = path.read_bytes() + b"{\n"
    path.write_bytes(damaged)
    with pytest.raises(ReviewDamaged, match="line 4"):
        append(tmp_path, read_file_without_last(path))
    assert path.read_bytes() == damaged


def read_file_without_last(path):
    """The first decision of a file whose last line is damaged."""
    copy = path.with_suffix(".copy")
    copy.write_bytes(path.read_bytes().split(b"\n")[0] + b"\n")
    import dataclasses

    return dataclasses.replace(read_file(copy)[0], provider=path.stem)
