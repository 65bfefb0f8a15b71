"""From a verdict to its captures: `access --explain`, the completeness receipt, the bounds, groups on the day of the document, and the classes of chips."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

import dataset_fakes as fakes
from assessment.errors import UnknownCustomer
from chipwatch.cli import cli
from chipwatch.country_groups import groups, members_on
from chipwatch.records import CUSTOMER_KINDS, ProviderInfo
from dataset.access import access_table, bounds, bounds_of
from dataset.build import load_chips
from dataset.errors import NoSuchThing
from dataset.explain import explain_provider
from fakes_helper import rows_of

KINDS = [*CUSTOMER_KINDS, "company:VN", "individual:IR", "subsidiary:SG/CN", "national:CN/DE"]


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    """The small market, and a provider whose terms name a group, refer to an unread document and are declared at an address that has moved."""
    folder = fakes.small_market(tmp_path_factory.mktemp("explained"))
    delta = ProviderInfo(slug="delta", name="Delta Rack", seat_country="JP", expected_roles=["terms_of_service", "export_policy"], none_found={"export_policy": "2026-10-01, site map"}, sample=True)
    folder.runs["r2"]["providers"].append(delta)
    group = fakes.clause("residence_restriction", "No use from a country in Country Group D:5.", place_groups=["D:5"], strength=3)
    folder.visit("r2", "delta", "terms_of_service", "https://delta.example/terms", "2026-11-08T00:00:20Z",
                 fakes.page("delta terms", clauses=[group], refers_to=["acceptable_use"], stated_date="2025-06-01"))
    folder.visit("r2", "delta", "terms_of_service", "https://delta.example/old-terms", "2026-11-08T00:00:21Z", failure="moved").moved_to = "https://delta.example/terms/"
    folder.visit("r2", "delta", "offers", "https://delta.example/gpus", "2026-11-08T00:00:22Z", fakes.page("delta gpus", kind="offers", offers=[fakes.offer("RTX4090", 0.5)]))
    folder.build()
    return folder


@pytest.fixture(scope="module")
def database(market):
    return market.path / "chipwatch.sqlite"


def run(market, *words):
    return CliRunner().invoke(cli, ["access", "--data", str(market.path), *words])


# --- the road from a verdict to its captures ---------------------------------------------------------------------------------------

def test_the_road_leads_to_the_capture_of_each_clause(database):
    told = explain_provider(database, "alpha", ["cn_company"])
    verdict = told["verdicts"][0]
    assert (verdict["code"], verdict["rule"]["id"], verdict["rule"]["needs_every_document"]) == ("V5", "V5-place", False)
    clause, = verdict["clauses"]
    assert clause["quote"] == "Not offered in mainland China." and clause["places"] == ["CN"]
    kept = rows_of(database, f"select record_id, fetched_at, payload_sha256, warc_file from captures where evidence_id = '{clause['capture']['evidence_id']}'")
    assert kept == [tuple(clause["capture"][k] for k in ("record_id", "captured_at", "payload_sha256", "warc_file"))]
    assert set(verdict["confidence"]) == {"extraction", "completeness"} and all(0 < v <= 1 for v in verdict["confidence"].values())
    assert any("Without the clause" in w and "V2" in w for w in verdict["what_would_change"])


@pytest.mark.parametrize("provider", ["alpha", "beta", "gamma", "delta"])
def test_every_kind_of_customer_is_explained_as_it_was_judged(database, provider):
    told = explain_provider(database, provider, KINDS)
    assert [v["customer"] for v in told["verdicts"]] == KINDS
    stored = dict(rows_of(database, f"select customer, code from verdicts where provider = '{provider}'"))
    for verdict in told["verdicts"]:
        assert stored.get(verdict["customer"], verdict["code"]) == verdict["code"]
        assert verdict["what_would_change"] and verdict["customer_words"] and (verdict["clauses"] or verdict["documents_read"] or verdict["code"] == "V0")
    json.dumps(told)


def test_a_verdict_on_silence_names_the_documents_read(database):
    verdict = explain_provider(database, "gamma", ["control"])["verdicts"][0]
    assert verdict["code"] == "V1" and not verdict["clauses"] and verdict["confidence"]["extraction"] is None
    assert [d["capture"]["url"] for d in verdict["documents_read"]] == ["https://gamma.example/terms"]


def test_a_group_is_told_with_its_members_on_the_day_of_the_document_and_its_source(database):
    told = {v["customer"]: v for v in explain_provider(database, "delta", ["cn_company", "company:KH"])["verdicts"]}
    clause, = told["cn_company"]["clauses"]
    assert clause["places_resolved_on"] == "2025-06-01" and {"CN", "KH", "NI"} <= set(clause["places_resolved"]) and "CY" not in clause["places_resolved"]
    assert clause["groups"][0]["source"].startswith("Supplement No. 1") and clause["groups"][0]["basis"] == "seen"
    assert told["company:KH"]["code"] == "V5" and any("as of 2026-11-08" in w for w in told["company:KH"]["what_would_change"])


def test_the_command_prints_the_whole_road(market):
    result = run(market, "--customer", "cn_company", "--explain", "Alpha Compute")
    assert result.exit_code == 0, result.output
    for part in ("V5 excluded by the stated terms", "Rule V5-place", '"Not offered in mainland China."', "<urn:uuid:", "SHA-256 of the payload", "extraction 0.90", "completeness 0.",
                 "Would change it", "Completeness receipt", "SAMPLE DATA", "lawful or unlawful"):
        assert part in result.output, part
    told = json.loads(run(market, "--customer", "cn_company", "--explain", "alpha", "--format", "json").output)
    assert told["provider"] == "alpha" and told["receipt"]


def test_each_kind_of_row_says_what_it_fires_on(market):
    fires = {provider: explain_provider(market.path / "chipwatch.sqlite", provider, ["cn_company"])["verdicts"][0]["rule"] for provider in ("alpha", "gamma", "beta")}
    assert {p: (r["fires"], bool(r["when"])) for p, r in fires.items()} == {"alpha": ("clause", True), "gamma": ("silence", False), "beta": ("gap", False)}
    assert all("unrestricted" in r["never_say"] for r in fires.values())
    said = {p: run(market, "--customer", "cn_company", "--explain", p).output for p in fires}
    assert "fires on a clause with label: " in said["alpha"] and "every expected document was read" in said["gamma"] and "an expected document was not read" in said["beta"]
    assert "(is the clause what we say?)" in said["alpha"] and "as it rests on no clause" in said["gamma"]
    assert '"Not offered in mainland China." (characters 10-40 of' in " ".join(said["alpha"].split())


def test_words_that_two_clauses_share_are_printed_once_with_their_capture(tmp_path):
    folder = fakes.Folder(tmp_path)
    folder.run("r1", "2026-11-01T00:00:00Z")
    words = [fakes.clause(label, places=["CN"], strength=3) for label in ("country_exclusion", "residence_restriction")]
    folder.visit("r1", "a", "terms_of_service", "https://a.example/t", "2026-11-01T00:00:01Z", fakes.page("t", clauses=words))
    folder.build()
    said = CliRunner().invoke(cli, ["access", "--data", str(tmp_path), "--customer", "cn_company", "--explain", "a"]).output
    assert said.count("Clause C-") == 2 and said.count('"Not offered') == 1 == said.count("SHA-256 of the payload") and said.count("in the same words") == 1
    told = explain_provider(tmp_path / "chipwatch.sqlite", "a", ["cn_company"])["verdicts"][0]
    assert [c["quote"] for c in told["clauses"]] == ["Not offered in mainland China."] * 2 and "Because: The documents exclude" not in said


def test_no_escape_sequence_of_a_page_reaches_the_terminal(tmp_path):
    folder = fakes.Folder(tmp_path)
    folder.run("r1", "2026-11-01T00:00:00Z")
    folder.visit("r1", "a", "terms_of_service", "https://a.example/t", "2026-11-01T00:00:01Z",
                 fakes.page("t", clauses=[fakes.clause(quote="Not offered \x1b[2J\u202e in\nmainland\x07 China.", places=["CN"])]))
    folder.build()
    result = CliRunner().invoke(cli, ["access", "--data", str(tmp_path), "--customer", "cn_company", "--explain", "a"])
    assert result.exit_code == 0 and "mainland" in result.output
    assert not any(c in result.output for c in "\x1b\u202e\x07")


@pytest.mark.parametrize(("words", "says"), [
    (["--explain", "alhpa"], "did you mean alpha?"), (["--explain", "nobody at all"], "no provider"), (["--customer", "cn_compny", "--explain", "alpha"], "did you mean cn_company"),
    (["--customer", "company:UK"], "did you mean company:GB?"), (["--explain", "alpha", "--chip", "H100"], "leave out"),
])
def test_mistakes_are_told_with_what_was_meant(market, words, says):
    result = run(market, *words)
    assert result.exit_code != 0 and says in (result.output + str(result.exception))
    assert "Traceback" not in result.output


def test_unknown_names_are_refused(database):
    with pytest.raises(NoSuchThing):
        explain_provider(database, "nobody", ["control"])
    with pytest.raises(UnknownCustomer):
        explain_provider(database, "alpha", ["company:XX"])


# --- the receipt ------------------------------------------------------------------------------------------------------------------

def test_the_receipt_tells_what_was_expected_read_and_missing(database):
    rows = rows_of(database, "select role, why, role_status, url, status from receipts where provider = 'delta' order by role, url")
    assert rows == [
        ("acceptable_use", "the documents read refer to it", "missing", None, None),
        ("export_policy", "declared", "none_found", None, None),
        ("terms_of_service", "expected of every provider", "read", "https://delta.example/old-terms", "same"),
        ("terms_of_service", "expected of every provider", "read", "https://delta.example/terms", "read"),
    ]
    robots, = rows_of(database, "select role_status, status, reason from receipts where provider = 'beta' and role = 'terms_of_service'")
    assert robots[:2] == ("missing", "missing") and "robots" in robots[2]
    assert rows_of(database, "select count(*) from receipts r join verdicts v using (provider) where r.completeness is not v.completeness") == [(0,)]
    unread = {p for (p,) in rows_of(database, "select distinct provider from receipts where role_status = 'missing'")}
    assert unread == {p for (p,) in rows_of(database, "select distinct provider from verdicts where missing != '[]'")}


# --- groups of countries ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("day", ["2019-01-01", "2024-03-15", "2025-11-07", "2026-11-25"])
def test_the_view_of_groups_gives_the_members_of_a_day(database, day):
    for name in groups():
        rows = rows_of(database, f"select code from country_groups where place_group = '{name}' and coalesce(since, '') <= '{day}' and coalesce(until, '9999') > '{day}'")
        assert {c for (c,) in rows} == members_on(name, day), name
    assert rows_of(database, "select count(*) from country_groups where source is null or basis not in ('seen', 'memory')") == [(0,)]


# --- the bounds -------------------------------------------------------------------------------------------------------------------

def test_bounds_are_what_the_headline_would_be_if_all_that_is_unread_went_one_way():
    found = bounds_of(["V5", "V0", None, "V1", "V2", "VX"])
    assert found["providers"] == 6 and found["not_assessed"] == 2 and sum(found["counts"].values()) == 6
    assert found["excluded"] == {"now": 1, "lowest": 1, "highest": 3}
    assert found["no_restriction_stated"] == {"now": 1, "lowest": 1, "highest": 3}
    assert bounds_of([])["providers"] == 0


def test_bounds_of_the_market(database, market):
    table = access_table(database, customers=["cn_company"])
    ends, = bounds(database, customers=["cn_company"])
    assert ends["providers"] == len(table.rows) and ends["customer"] == "cn_company"
    assert ends["counts"]["V0"] == sum(r["verdicts"]["cn_company"]["code"] == "V0" for r in table.rows) > 0
    assert f"{ends['excluded']['highest']} if every V0 were V5" in " ".join(run(market, "--customer", "cn_company").output.split())


# --- chips ------------------------------------------------------------------------------------------------------------------------

def test_3a090_a_class_chips_are_a_query(database):
    strong = {c for (c,) in rows_of(database, "select gpu_name from chips where chip_class = '3A090.a'")}
    assert {"A100", "H100", "H200", "B200", "L40S", "L4", "RTX4090"} <= strong and not {"H20", "A30", "A10", "T4", "RTX3090"} & strong
    assert {c for (c,) in rows_of(database, "select gpu_name from chips where chip_class = '3A090.b'")} >= {"A30", "A40", "L40"}


def _class(chip):
    """ECCN 3A090.a and .b as in force since 17 November 2023 (88 FR 73458), from published figures."""
    tpp, density, centre = chip["tpp"], chip["performance_density"], chip["datacenter_marketed"]
    if tpp is None:
        return "unsure"
    if tpp >= 4800:
        return "3A090.a"
    if centre is False or tpp < 1600:
        return "none"
    if centre is None or density is None:
        return "unsure"
    return "3A090.a" if density >= 5.92 else "3A090.b" if density >= 3.2 or (tpp >= 2400 and density >= 1.6) else "none"


@pytest.mark.parametrize("chip", load_chips(), ids=lambda c: c["chip"])
def test_the_class_follows_from_the_figures_and_the_marketing_condition_says_when_it_decides(chip):
    assert chip["chip_class"] == _class(chip)
    assert chip["market"] in ("datacenter", "workstation", "consumer")
    assert (chip["market"] == "datacenter") >= bool(chip["datacenter_marketed"])
    condition = chip["market_condition"]
    if chip["tpp"] is None:
        assert condition is None
    elif chip["tpp"] >= 4800:
        assert condition.startswith("Class a")
    elif chip["chip_class"] in ("3A090.a", "3A090.b"):
        assert re.match(rf"In class {chip['chip_class'][-1]} only because it is designed or marketed for data centres", condition)
    assert chip["tpp_working"] or chip["tpp"] is None
    assert chip["sources"] or chip["doubts"] or chip["provenance"] == "memory"


def test_cards_that_are_not_for_data_centres_are_marked_and_told_of(database):
    marked = dict(rows_of(database, "select gpu_name, market from chips"))
    assert {n for n, m in marked.items() if m == "consumer"} == {"RTX3090", "RTX4090", "RTX4090D", "RTX5090", "RTX5090D"}
    notes = access_table(database, customers=["control"]).notes
    assert any("RTX4090" in n and "Delta Rack" in n and "Alpha" not in n for n in notes)
