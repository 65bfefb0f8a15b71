"""History and change: alignment of clauses, causes, redlines, `diff`, `changes`, the feeds; on invented documents, and on real ones in several versions."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

import dataset_fakes as fakes
from chipwatch.cli import cli
from chipwatch.records import Region, Signal
from dataset import alignment, query
from dataset.alignment import moved, nature_of, redline, similarity
from dataset.build import build
from dataset.changes import GROUPS, happenings
from dataset.diff import diff
from dataset.errors import CapturesDamaged, NoSuchThing
from dataset.feed import ATOM, write_feeds
from dataset.opening import opened
from dataset.questions import questions
from fakes_helper import rows_of

RULE = "Customers with headquarters in Freedonia may not rent accelerators of the larger class."


# --- what kind of change -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("old", "new", "nature"), [
    (RULE, RULE, "unchanged"),
    (RULE, RULE.replace(" may", "\n  may"), "unchanged"),
    (RULE, RULE.replace("Freedonia", "**Freedonia**"), "typographic"),
    ('The "larger class" - as listed', "The “larger class” – as listed.", "typographic"),
    ("<p>You agree to comply &amp; obey</p>", "You agree to comply & obey", "typographic"),
    ("客户不得 出口。", "客户不得出口", "typographic"),
    ("4.2 You must not export it.", "5.1 You must not export it.", "renumbered"),
    ("(a) resell the service;", "(c) resell the service;", "renumbered"),
    ("As stated in Section 4.2 (b), you must not.", "As stated in Section 9.1 (a), you must not.", "renumbered"),
    ("第三条 用户不得转售", "第五条 用户不得转售", "renumbered"),
    ("§ 7 Der Kunde darf nicht", "§ 8 Der Kunde darf nicht", "renumbered"),
    ("30 days after notice we may suspend", "60 days after notice we may suspend", "substantive"),
    ("up to 8 accelerators", "up to 4 accelerators", "substantive"),
    ("You may export it.", "You may not export it.", "substantive"),
    ("in Sylvania, Freedonia", "in Sylvania", "substantive"),
    ("客户可以出口", "客户不得出口", "substantive"),
    ("Licence under 17 CFR 744", "Licence under 15 CFR 744", "substantive"),
])
def test_the_nature_of_a_change(old, new, nature):
    assert nature_of(old, new) == nature and nature_of(new, old) == nature


@pytest.mark.parametrize(("old", "new", "nature"), [
    (["Terms", "7. Export"], ["Terms", "8. Export"], "renumbered"),
    (["Terms", "7 Export"], ["Terms", "8 Export"], "renumbered"),
    (["Terms", "7. Export"], ["Terms", "7. General"], "moved"),
    (["Terms of Use", "Export"], ["Terms of Service", "Export"], "unchanged"),
    (["Export"], ["Version of May", "Export"], "unchanged"),
    (["Export"], ["Version of May", "General"], "moved"),
    ([], ["Export"], "unchanged"),
    (["Title", "Part A", "End"], ["Title", "Part B", "End"], "moved"),
])
def test_headings_tell_moves_from_new_titles(old, new, nature):
    assert nature_of(RULE, RULE, old, new) == nature == nature_of(RULE, RULE, new, old)


def test_a_clause_that_grew_is_the_same_clause_and_another_is_not():
    longer = RULE + " The same holds for their affiliates, wherever these are seated, and for whoever acts on behalf of any of them in a transaction of any kind."
    assert similarity(RULE, longer) >= alignment.SAME_CLAUSE and similarity(longer, RULE) >= alignment.SAME_CLAUSE
    assert similarity(RULE, "Invoices are payable within thirty days in the currency stated on the order form, without deduction.") == 0
    assert similarity("short", "a short one that has nothing else to do with it at all, and goes on for a long time yet") == 0


def test_only_what_left_the_order_is_moved():
    assert moved([(1, 1), (2, 2), (3, 3)]) == set()
    assert moved([(1, 4), (2, 1), (3, 2), (4, 3)]) == {0}
    assert moved([]) == set()
    assert moved([(1, 10), (2, 11), (3, 30)]) == set(), "what came and went in between moves nothing"


WORDS = st.text(alphabet=st.sampled_from("ab ,.不得出口\n"), max_size=60)


@given(WORDS, WORDS)
@settings(max_examples=200)
def test_a_redline_holds_both_wordings_whole(old, new):
    parts = redline(old, new)
    assert "".join(text for op, text in parts if op != "in") == old
    assert "".join(text for op, text in parts if op != "out") == new
    assert all(text for _, text in parts) and not any(a[0] == b[0] == "kept" for a, b in zip(parts, parts[1:], strict=False))


def test_a_redline_goes_by_words_and_in_dense_scripts_by_characters():
    assert redline("You may not use it in Freedonia.", "You must not use it in Freedonia.") == [("kept", "You "), ("out", "may"), ("in", "must"), ("kept", " not use it in Freedonia.")]
    assert redline("客户不得出口", "客户可以出口") == [("kept", "客户"), ("out", "不得"), ("in", "可以"), ("kept", "出口")]


# --- over versions -----------------------------------------------------------------------------------------------------------------

EXPORT = "You comply with the export laws that apply to the service."
RESALE = "You must not resell the service to third parties without our consent."
LISTED = "Listed persons may not open an account with us or use one."


def versions(path: Path) -> fakes.Folder:
    """One invented terms document in three versions, a week apart."""
    folder = fakes.Folder(path)
    shown = [
        [("export_compliance", EXPORT, ["7. Export"]), ("resale_restriction", RESALE, ["8. Use"]), ("denied_party", LISTED, ["9. Accounts"])],
        [("export_compliance", EXPORT.replace("the export", "the  **export**"), ["8. Export"]), ("country_exclusion", RULE, ["8. Export"]), ("resale_restriction", RESALE, ["9. Use"])],
        [("resale_restriction", RESALE, ["1. Use"]), ("export_compliance", EXPORT.replace("export laws", "export and sanctions laws"), ["8. Export"]),
         ("country_exclusion", RULE, ["12. Countries"])],
    ]
    for week, clauses in enumerate(shown):
        at = f"2026-11-{1 + 7 * week:02}T00:00:05Z"
        folder.run(f"r{week}", at, providers=[fakes.ALPHA])
        listed = [fakes.clause(label, quote, start=100 * n, end=100 * n + len(quote), heading_path=heading) for n, (label, quote, heading) in enumerate(clauses)]
        folder.visit(f"r{week}", "alpha", "terms_of_service", fakes.TERMS, at, fakes.page(f"terms {week}", clauses=listed))
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = versions(tmp_path_factory.mktemp("versions"))
    write_feeds(folder.build())
    return folder


@pytest.fixture(scope="module")
def database(data):
    return data.path / "chipwatch.sqlite"


def natures(database, **more):
    with opened(database) as connection:
        (document,) = diff(connection, "alpha", **more)
    return {c.labels[0]: c.nature for c in document.clauses}, document


def test_diff_of_the_last_version_of_a_document(database):
    found, document = natures(database)
    assert found == {"resale_restriction": "moved", "export_compliance": "substantive", "country_exclusion": "moved"}
    assert (document.before["version"], document.after["version"]) == (2, 3)
    changed = next(c for c in document.clauses if c.nature == "substantive")
    assert ("in", "and sanctions ") in changed.redline or ("in", " and sanctions") in changed.redline


def test_diff_between_two_days(database):
    found, document = natures(database, start="2026-11-02", end="2026-11-10")
    assert found == {"export_compliance": "renumbered", "country_exclusion": "added", "resale_restriction": "renumbered", "denied_party": "removed"}
    resale = next(c for c in document.clauses if c.labels == ["resale_restriction"])
    assert resale.old_heading == ["8. Use"] and resale.new_heading == ["9. Use"]
    assert natures(database, start="2026-11-02", end="2026-11-03")[1].counts["unchanged"] == 3
    early = natures(database, start="2026-10-01")[1]
    assert early.before["version"] == 1 and "first seen on 2026-11-01" in early.note


def test_the_whole_way_is_told_in_the_view_changes(database):
    told = rows_of(database, "select nature, cause, field from changes where item = 'clause' order by changed_at, nature, field")
    assert {t[1] for t in told} == {"content"}
    assert [t[0] for t in told].count("added") == 1 and [t[0] for t in told].count("removed") == 1 and ("substantive", "content", "quote") in told
    assert ("moved", "content", "heading_path") in told and ("renumbered", "content", "heading_path") in told


def test_an_unknown_provider_and_document_are_named(database):
    with opened(database) as connection:
        with pytest.raises(NoSuchThing, match="did you mean alpha"):
            diff(connection, "alhpa")
        with pytest.raises(NoSuchThing, match="terms_of_service"):
            diff(connection, "alpha", role="payment")


def said(data, *args, code=0):
    result = CliRunner().invoke(cli, [*args, "--data", str(data.path)])
    assert result.exit_code == code, result.output + str(result.exception)
    return result.output


def test_diff_on_the_command_line(data):
    text = said(data, "diff", "alpha")
    assert "{+" in text and "substantive: A1 export compliance" in text and "\x1b[" not in text and "1 substantive" in text
    whole = json.loads(said(data, "diff", "alpha", "--from", "2026-11-02", "--format", "json"))
    (document,) = whole["documents"]
    for clause in document["clauses"]:
        if clause["redline"] and clause["old"] and clause["new"]:
            assert "".join(t for op, t in clause["redline"] if op != "in").split() == clause["old"].replace("**", " ").split()
    assert document["before"]["evidence_id"].startswith("E-") and whole["sample"] is True
    assert "later" in said(data, "diff", "alpha", "--from", "2026-12-01", "--to", "2026-11-01", code=2)


def test_a_provider_without_documents_of_rules_is_told_so(market):
    assert "no document of rules" in said(market, "diff", "beta")


def test_no_escape_sequence_of_a_page_reaches_the_terminal(tmp_path):
    folder = fakes.Folder(tmp_path)
    for week, words in enumerate(("You must not \x1b[31mexport it at all.", "You must not \x1b]0;x\x07 ever export it at all.")):
        folder.run(f"r{week}", f"2026-11-0{week + 1}T00:00:00Z", providers=[fakes.ALPHA])
        folder.visit(f"r{week}", "alpha", "terms_of_service", fakes.TERMS, f"2026-11-0{week + 1}T00:00:01Z", fakes.page(f"t{week}", clauses=[fakes.clause(quote=words, heading_path=["\x1b[2J"])]))
    write_feeds(folder.build())
    assert "\x1b" not in said(folder, "diff", "alpha") + said(folder, "changes", "--since", "2026-01-01", "--all")
    feed = (tmp_path / "changes.atom").read_bytes()
    assert b"\x1b" not in feed and etree.fromstring(feed) is not None


# --- what matters ------------------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def market(tmp_path_factory):
    """The small market, and a third week: a region and a signal come, a chip goes, small and large moves of prices."""
    folder = fakes.small_market(tmp_path_factory.mktemp("market"))
    folder.run("r3", "2026-11-15T00:00:00Z", providers=[fakes.ALPHA, fakes.BETA, fakes.GAMMA])
    folder.visit("r3", "alpha", "offers", fakes.PRICES, "2026-11-15T00:00:01Z", fakes.page("prices 3", kind="offers", offers=[
        fakes.offer(price=2.21), fakes.offer("H200", 4.0), fakes.offer("H200", 4.4, location="Bergen")], regions=[Region("BGO1", "Bergen", "NO", "Bergen", quote="Bergen")],
        signals=[Signal("crypto_payment", "Bitcoin", 5, 12)]))
    folder.visit("r3", "alpha", "terms_of_service", fakes.TERMS, "2026-11-15T00:00:05Z", failure="server_error")
    write_feeds(folder.build())
    return folder


def told(folder, since="2026-01-01", **more):
    with opened(folder.path / "chipwatch.sqlite") as connection:
        return happenings(connection, since, **more)


def test_the_order_is_that_of_consequence(market):
    groups = [h.group for h in told(market)]
    assert groups == sorted(groups, key=list(GROUPS).index) and groups[0] == "verdict"
    assert {"verdict", "clause", "price", "chip_gone", "chip_new", "document_missing"} <= set(groups)
    verdict = told(market)[0]
    assert "cn_company" in verdict.customers and verdict.new.startswith("V5") and verdict.count == len(verdict.customers)


def test_a_price_beyond_the_bound_and_one_below(market):
    assert {h.share: h.group for h in told(market) if h.fields.get("price")} == {-0.12: "price", 0.0045: "offer"}


def test_a_chip_is_new_or_gone_only_where_the_provider_had_or_has_no_other(market):
    chips = {(h.group, h.what.split(":")[0], h.at[:10]): h.count for h in told(market) if h.group in ("chip_new", "chip_gone")}
    assert chips == {("chip_gone", "RTX3090", "2026-11-08"): 1, ("chip_gone", "A100", "2026-11-15"): 1, ("chip_new", "H200", "2026-11-15"): 2}


def test_a_document_that_fails_is_missing_from_the_day_it_failed(market):
    missing = [(h.provider, h.role, h.at[:10]) for h in told(market) if h.group == "document_missing"]
    assert ("alpha", "terms_of_service", "2026-11-15") in missing and ("beta", "offers", "2026-11-08") in missing


def test_since_until_and_provider_choose(market):
    assert {h.at[:10] for h in told(market, "2026-11-15")} == {"2026-11-15"}
    assert {h.provider for h in told(market, provider="beta")} == {"beta"}
    assert not told(market, "2026-11-16") and all(h.at < "2026-11-09" for h in told(market, until="2026-11-09"))


def test_changes_on_the_command_line(market):
    text = said(market, "changes", "--since", "2026-11-02")
    assert text.index("Verdicts") < text.index("Clauses") < text.index("Prices") < text.index("Chips no longer listed")
    assert "--all" in text and "not a statement" in text
    assert "Other changes of offers" in said(market, "changes", "--since", "2026-11-02", "--all")
    assert "2026-11-15" in said(market, "changes") and "nothing of consequence" in said(market, "changes", "--since", "2026-12-01")
    assert "2026-12-01" in said(market, "changes", "--since", "2026-12-01").split("nothing of consequence")[1], "that a day comes after all captures is said"
    assert "2999-01-01 lies in the future: the last capture of this data set is of 2026-11-15" in " ".join(said(market, "changes", "--since", "2999-01-01").split())
    assert "future" not in said(market, "changes", "--since", "2026-11-15") and "captures" not in said(market, "changes", "--since", "2026-11-02")
    rows = json.loads(said(market, "changes", "--since", "2026-11-02", "--format", "json"))
    assert rows["counts"]["verdict"] >= 1 and sum(rows["counts"].values()) == len(rows["changes"])
    assert "no provider" in CliRunner().invoke(cli, ["changes", "--provider", "nobody", "--data", str(market.path)]).exception.args[0]


def test_ids_of_happenings_stay_and_are_each_one_s_own(market, tmp_path):
    ids = [h.id for h in told(market)]
    assert len(ids) == len(set(ids))
    folder = fakes.small_market(tmp_path)                      # a run less: what was told then is told under the same id now
    folder.build()
    assert {h.id for h in told(folder) if h.group != "document_missing"} <= set(ids)


# --- the feeds ---------------------------------------------------------------------------------------------------------------------

def atom_faults(feed: bytes) -> list[str]:
    """What RFC 4287 asks of a feed, section by section, and this one does not give."""
    root = etree.fromstring(feed)
    names = {"a": ATOM}
    faults = []
    if root.tag != f"{{{ATOM}}}feed":
        faults.append("4.1.1 the root is no feed")
    for element in (root, *root.findall("a:entry", names)):
        for name in ("id", "title", "updated"):
            if len(element.findall(f"a:{name}", names)) != 1:
                faults.append(f"4.1.1, 4.1.2 exactly one {name}")
        if element is not root and not (root.findall("a:author/a:name", names) or element.findall("a:author/a:name", names)):
            faults.append("4.1.2 no author")
        if element is not root and not element.findall("a:content", names) and not element.findall("a:link[@rel='alternate']", names):
            faults.append("4.1.2 neither content nor an alternate link")
        if not re.fullmatch(r"[a-z][a-z0-9+.-]*:\S+", element.findtext("a:id", "", names)):
            faults.append("4.2.6 id is no IRI")
    for moment in root.iterfind(".//a:updated", names):
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", moment.text or ""):
            faults.append(f"3.3 {moment.text} is no date")
    ids = [i.text for i in root.iterfind("a:entry/a:id", names)]
    if len(ids) != len(set(ids)):
        faults.append("4.1.1 two entries have one id")
    if any(not link.get("href") for link in root.iterfind(".//a:link", names)):
        faults.append("4.2.7 a link without href")
    return faults


def test_the_feed_is_valid_and_says_the_same_as_the_json(market):
    feed = (market.path / "changes.atom").read_bytes()
    assert atom_faults(feed) == []
    rows = json.loads((market.path / "changes.json").read_text("utf-8"))
    root = etree.fromstring(feed)
    assert len(root.findall(f"{{{ATOM}}}entry")) == len(rows["changes"]) > 5 and rows["left_out"] == 0
    assert all(t.text.startswith("SAMPLE DATA") for t in root.iterfind(f".//{{{ATOM}}}title"))


def test_entries_keep_their_ids_when_more_comes(market, tmp_path):
    folder = fakes.small_market(tmp_path)
    write_feeds(folder.build())
    before, after = (etree.fromstring((p / "changes.atom").read_bytes()) for p in (tmp_path, market.path))
    ids = lambda root: {e.findtext(f"{{{ATOM}}}id") for e in root.iterfind(f"{{{ATOM}}}entry")}    # noqa: E731
    assert len(ids(before) - ids(after)) == 0 and before.findtext(f"{{{ATOM}}}id") == after.findtext(f"{{{ATOM}}}id")


def test_the_feeds_are_a_function_of_the_data_set(market):
    before = [(market.path / name).read_bytes() for name in ("changes.json", "changes.atom")]
    write_feeds(market.path / "chipwatch.sqlite")
    assert before == [(market.path / name).read_bytes() for name in ("changes.json", "changes.atom")]
    assert not list(market.path.glob(".changes*"))


# --- our own reader ----------------------------------------------------------------------------------------------------------------

def test_what_a_new_reader_changed_is_told_apart(tmp_path):
    folder = fakes.small_market(tmp_path)
    first = dict(folder.readings)
    folder.write()
    build(tmp_path, folder.reading_of, reader="one")
    before = rows_of(tmp_path / "chipwatch.sqlite", "select * from changes")
    name, better = fakes.page("terms 2", clauses=[fakes.clause("export_compliance", "You comply with all export laws and their rules.", "requires"),
                                                  fakes.clause(places=["CN", "HK"], strength=3), fakes.clause("resale_restriction", "No resale.", start=90)])
    folder.readings[fakes.sha(name)] = better
    earlier = lambda reader: (lambda c: first.get(c.payload_sha256)) if reader == "one" else (lambda c: None)    # noqa: E731
    database = build(tmp_path, folder.reading_of, reader="two", earlier=earlier)
    apart = rows_of(database, "select item, kind, field, old, new, nature, provider from changes where cause = 'extractor' order by kind, field, old")
    assert ("clause", "added", None, None, "No resale.", "added", "alpha") in apart
    assert ("clause", "changed", "quote", "You comply with all export laws.", "You comply with all export laws and their rules.", "substantive", "alpha") in apart
    assert ("clause", "changed", "places", '["CN"]', '["CN","HK"]', "substantive", "alpha") in apart
    assert len(apart) == 3 and {h.group for h in told(folder) if h.cause == "extractor"} == {"reader"}
    assert len(rows_of(database, "select * from changes where cause <> 'extractor'")) >= len(before), "what the documents changed is still told"
    # the journal is kept: a rebuild without the earlier readings, and without the earlier data set, gives the same bytes
    bytes_before = database.read_bytes()
    assert build(tmp_path, folder.reading_of, reader="two", earlier=earlier).read_bytes() == bytes_before
    database.unlink()
    assert build(tmp_path, folder.reading_of, reader="two", earlier=lambda reader: lambda capture: None).read_bytes() == bytes_before
    (tmp_path / "reader-changes.jsonl").write_text("{broken\n")
    with pytest.raises(CapturesDamaged, match="reader-changes"):
        build(tmp_path, folder.reading_of, reader="two")
    assert database.read_bytes() == bytes_before


def test_another_declaration_is_no_change_of_the_document(tmp_path):
    folder = fakes.Folder(tmp_path)
    whole, cut = (fakes.page("t", clauses=[fakes.clause(quote=q)])[1] for q in ("Not offered in Freedonia.", "Not offered in Freedonia or in Sylvania."))
    for n in (1, 2):
        folder.run(f"r{n}", f"2026-11-0{n}T00:00:00Z", providers=[fakes.ALPHA])
        folder.visit(f"r{n}", "alpha", "terms_of_service", fakes.TERMS, f"2026-11-0{n}T00:00:01Z", ("t", whole))
    folder.runs["r2"]["sources"][0].select = ["main"]
    folder.write()
    database = build(tmp_path, lambda c: whole if c.run_id == "r1" else cut)
    assert rows_of(database, "select distinct cause from changes where item = 'clause'") == [("declaration",)]


# --- real documents ----------------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def real(corpus, tmp_path_factory):
    """Documents of five providers in up to five versions, as successive runs over archives."""
    pytest.importorskip("warcio")
    import version_archive
    from chipwatch.run import crawl_stage, rebuild

    folder = tmp_path_factory.mktemp("real")
    archives = version_archive.write_rounds(corpus, folder / "rounds", ("github-and-trade-controls", "OpenAI/Terms", "Tencent/Terms", "腾讯云服务协议", "coreweave/kubernetes-cloud:resources"))
    assert len(archives) == 5
    for archive in archives:
        crawl_stage(folder / "var", "archive", archives=[archive])
    rebuild(folder / "var", workers=2)
    return folder / "var"


@pytest.mark.corpus
def test_alignment_of_real_documents(real):
    with opened(real / "chipwatch.sqlite") as connection:
        (controls,) = diff(connection, "github", start="2022-09-02")
        (tencent,) = diff(connection, "tencent", start="2020-08-01")
        (chinese,) = diff(connection, "tencent-cloud", start="2019-10-31")
        changed = {h.provider for h in happenings(connection, "2019-01-01") if h.group == "clause"}
    # two lists of places lost one name: the rule is the same, its change is of substance
    lost = [c for c in controls.clauses if "SY" in json.dumps(c.fields.get("places", [""])[0]) and "SY" not in json.dumps(c.fields["places"][1])]
    assert 1 <= len(lost) <= 2 and all(c.nature == "substantive" and any(op == "out" and "Syria" in text for op, text in c.redline) for c in lost)
    # what else is of substance changed its words indeed: a licence that "previously" was secured, another part of the regulations, owners for administrators, forms of appeal that went
    assert controls.counts["unchanged"] >= 20 and controls.counts["substantive"] <= 8 and controls.counts["added"] <= 5, controls.counts
    assert all(any(op != "kept" and text.strip() for op, text in c.redline) for c in controls.clauses if c.nature == "substantive")
    # a new edition, a third as long and with few of the clauses: its reading is held until a person takes it over, and what stood before stays
    assert tencent.after["status"] == "held" and {c.nature for c in tencent.clauses} == {"unchanged"}
    # the Chinese text gained a heading above all, and little more
    assert chinese.counts["unchanged"] >= 10 and not chinese.counts["moved"] and chinese.counts["substantive"] + chinese.counts["added"] + chinese.counts["removed"] <= 4, chinese.counts
    assert {"github", "openai", "tencent-cloud"} <= changed


@pytest.mark.corpus
def test_every_question_is_answered_on_real_versions(real):
    """As tests/test_questions.py on one visit of all pages (slow); here several versions of a few documents, so the questions on changes have answers."""
    given = {5: {"since": "2019-01-01"}, 26: {"provider": "openai"}}
    rows = {one.number: query.run(real / "chipwatch.sqlite", one.sql, parameters=one.values(given.get(one.number, {}))).records() for one in questions()}
    assert len(rows) == 30 and {"github", "openai", "tencent", "tencent-cloud"} <= {r["provider"] for r in rows[5]}
    assert sum(r["providers"] for r in rows[8]) == sum(r["providers"] for r in rows[9]) and rows[26] and rows[28] and rows[29] and rows[30]
    assert {r["quote"] for r in rows[26]} <= {q for (q,) in query.run(real / "chipwatch.sqlite", "select quote from clauses where provider = 'openai'", limit=100_000).rows}


@pytest.mark.corpus
def test_redlines_of_real_clauses_hold_both_wordings(real):
    with opened(real / "chipwatch.sqlite") as connection:
        clauses = [c for slug in ("github", "openai", "tencent", "tencent-cloud", "coreweave") for d in diff(connection, slug, start="2000-01-01") for c in d.clauses]
    seen = 0
    for c in clauses:
        if c.redline and c.old and c.new:
            seen += 1
            assert "".join(t for op, t in c.redline if op != "in") in (c.old, alignment.plain(c.old))
            assert "".join(t for op, t in c.redline if op != "out") in (c.new, alignment.plain(c.new))
    assert seen >= 5 and random.Random(1).choice(clauses).ids


@pytest.mark.corpus
def test_a_rebuild_of_real_versions_gives_the_same_bytes(real):
    from chipwatch.run import rebuild

    before = {name: (real / name).read_bytes() for name in ("chipwatch.sqlite", "changes.json", "changes.atom")}
    rebuild(real, workers=2)
    assert before == {name: (real / name).read_bytes() for name in before}
    assert atom_faults(before["changes.atom"]) == []
