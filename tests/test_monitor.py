"""`chipwatch status`: what operators are told of every document, on 80 columns, as JSON and as an exit code."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

import dataset_fakes as fakes
from chipwatch import errors, monitor
from chipwatch.cli import cli
from chipwatch.errors import InputError
from chipwatch.monitor import Row
from chipwatch.records import FAILURE_KINDS

NOW = datetime(2026, 11, 10, tzinfo=UTC)


def row(provider="alpha", role="offers", state="ok", **more) -> Row:
    failure = more.get("failure")
    severity = {"layout_changed": "error", "not_found": "error", "permission": "info"}.get(failure, "warning") if failure else None
    return Row(provider, provider.title() + " Compute", role, f"https://{provider}.example/{role}", state,
               **{"last_success": "2026-11-09T06:00:00Z", "age_days": 1, "next_due": "2026-11-11T06:00:00Z", "severity": severity, "what": "words", "do": "act", **more})


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Captures of invented providers that no declaration knows, from an archive."""
    folder = fakes.small_market(tmp_path_factory.mktemp("status"))
    for run in folder.runs.values():
        run["mode"] = "archive"
    folder.build()
    return folder.path


@pytest.fixture
def declared(tmp_path, monkeypatch):
    """A folder of declarations: one provider that was visited, one that never was, one that does not want to be."""
    for slug, text in {
        "alpha": "permission: unknown\ndocuments:\n  offers: [{url: 'https://alpha.example/pricing', verified: null}]\n  terms_of_service: [{url: 'https://alpha.example/terms', verified: null}]\n",
        "newcomer": "permission: unknown\ndocuments:\n  offers: [{url: 'https://newcomer.example/prices', verified: null}]\n",
        "hermit": "permission: forbidden\npermission_reason: 'terms, section 4'\ndocuments:\n  offers: [{url: 'https://hermit.example/prices', verified: null}]\n",
    }.items():
        (tmp_path / "providers" / slug).mkdir(parents=True)
        (tmp_path / "providers" / slug / "provider.yml").write_text(f"slug: {slug}\nname: {slug.title()} Compute\n{text}", encoding="utf-8")
    monkeypatch.setattr("chipwatch.crawling.declarations_folder", lambda mode: tmp_path / "providers")
    return tmp_path / "var"


def visited(data, **failing):
    """One live run over alpha, a day ago."""
    folder = fakes.Folder(data)
    folder.run("r1", "2026-11-09T06:00:00Z")
    folder.visit("r1", "alpha", "offers", "https://alpha.example/pricing", "2026-11-09T06:00:00Z", fakes.page("prices", kind="offers", offers=[fakes.offer()]))
    folder.visit("r1", "alpha", "terms_of_service", "https://alpha.example/terms", "2026-11-09T06:00:04Z", fakes.page("terms"))
    folder.build()
    for run in (data / "captures").iterdir():
        facts = json.loads((run / "run.json").read_text("utf-8"))
        (run / "run.json").write_text(json.dumps({**facts, "ended": "2026-11-09T06:01:00Z"}), encoding="utf-8")
    return folder


def test_declared_providers_that_were_never_visited_are_listed(declared):
    rows, remarks = monitor.gather(declared, now=NOW)
    assert {(r.provider, r.state) for r in rows} == {("alpha", "never"), ("newcomer", "never"), ("hermit", "not_allowed")}
    assert "Nothing was visited yet" in remarks[0] and not declared.exists(), "asking changes nothing"
    assert monitor.exit_code(rows) == 0


def test_success_age_and_next_due(declared):
    visited(declared)
    rows = {(r.provider, r.role): r for r in monitor.gather(declared, now=NOW)[0]}
    offers, terms = rows["alpha", "offers"], rows["alpha", "terms_of_service"]
    assert (offers.state, offers.last_success, offers.age_days, offers.offers) == ("ok", "2026-11-09T06:00:00Z", 0, 1)
    assert offers.cadence == "daily" and "2026-11-09T20" < offers.next_due <= "2026-11-10T06:00:00Z" and not offers.overdue
    assert terms.cadence == "weekly" and "2026-11-14" < terms.next_due <= "2026-11-16T06:00:04Z"
    assert rows["newcomer", "offers"].state == "never" and rows["newcomer", "offers"].next_due == "2026-11-10T00:00:00Z"
    assert rows["hermit", "offers"].next_due is None


def test_what_is_long_overdue_needs_a_look(declared):
    visited(declared)
    rows = monitor.gather(declared, now=datetime(2026, 11, 30, tzinfo=UTC))[0]
    assert [r.overdue for r in rows if r.provider == "alpha"] == [True, True] and monitor.exit_code(rows) == errors.PARTIAL
    assert "LATE 2026-11-" in monitor.as_text(rows) and max(map(len, monitor.as_text(rows).splitlines())) <= 80


def test_a_visit_that_the_data_set_does_not_hold_yet(declared):
    folder = visited(declared)
    folder.run("r2", "2026-11-09T18:00:00Z")
    folder.visit("r2", "alpha", "offers", "https://alpha.example/pricing", "2026-11-09T18:00:00Z", failure="not_found")
    folder.write()
    (declared / "captures" / "r2" / "run.json").write_text(json.dumps({"mode": "live", "started": "2026-11-09T18:00:00Z", "ended": "2026-11-09T18:01:00Z"}), encoding="utf-8")
    rows, remarks = monitor.gather(declared, now=NOW)
    alpha = next(r for r in rows if (r.provider, r.role) == ("alpha", "offers"))
    assert (alpha.state, alpha.failure, alpha.severity, alpha.last_success) == ("stale", "not_found", "error", "2026-11-09T06:00:00Z") and "correct the declaration" in alpha.do
    assert "chipwatch rebuild" in remarks[0] and monitor.exit_code(rows) == errors.PARTIAL


def test_providers_of_an_archive(data):
    rows = {(r.provider, r.role): r for r in monitor.gather(data, now=NOW)[0]}
    assert rows["beta", "offers"].state == "stale" and rows["beta", "offers"].last_success == "2026-11-01T00:00:07Z" and rows["beta", "offers"].failure == "server_error"
    assert rows["beta", "terms_of_service"].state == "failed" and rows["gamma", "terms_of_service"].state == "ok"
    assert all(r.next_due is None for r in rows.values()), "a replay visits nobody"


def test_choosing():
    rows = [row(), row("beta", state="stale", failure="timeout", stale_since="2026-11-08T00:00:00Z"), row("beta", "terms_of_service", "failed", failure="robots", last_success=None)]
    assert [r.provider for r in monitor.choose(rows, providers=["alpha"])] == ["alpha"]
    assert len(monitor.choose(rows, failed=True)) == 2 and len(monitor.choose(rows, stale=True)) == 1 and len(monitor.choose(rows, role="offers")) == 2
    with pytest.raises(InputError, match="did you mean beta"):
        monitor.choose(rows, providers=["betta"])


def test_exit_codes():
    assert monitor.exit_code([row(), row("b", state="failed", failure="robots")]) == 0, "an answer, not a fault"
    assert monitor.exit_code([row(), row("b", state="stale", failure="layout_changed")]) == errors.PARTIAL
    assert monitor.exit_code([row(state="failed", failure="timeout")]) == errors.UNAVAILABLE
    assert monitor.exit_code([row(state="not_allowed", failure="permission"), row("c", state="never")]) == 0 and monitor.exit_code([]) == 0


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_it_fits_the_terminal(columns):
    rows = [row("alpha"), row("beta", state="stale", failure="layout_changed", note="the page gives 2 offers in the place of 10, and 900 characters in the place of 3,000", do="look at the page; " * 8),
            row("gamma" * 30, "terms_of_service", "failed", failure="timeout", last_success=None, age_days=None), *(row(f"never{n}", state="never", last_success=None, age_days=None) for n in range(30))]
    text = monitor.as_text(rows, ["The data set is older than the last crawl: `chipwatch rebuild --data somewhere/far/away` reads what has come since."], columns=columns)
    too_wide = [line for line in text.splitlines() if len(line) > columns and "http" not in line and "gamma" not in line]
    assert not too_wide and "33 documents of 33 providers" in " ".join(text.split()) and "1 needs somebody to act" in " ".join(text.split())
    assert text.index("Beta Compute") < text.index("Alpha Compute"), "what needs a look comes first"


def test_hostile_names_do_not_steer_the_terminal():
    text = monitor.as_text([row("alpha", state="stale", failure="timeout", note="\x1b[2J gone\u202e")], whole=True)
    assert "\x1b" not in text and "\u202e" not in text


def test_the_command(data):
    run = CliRunner().invoke
    shown = run(cli, ["status", "--data", str(data)])
    assert shown.exit_code == 0 and "Beta GPU (beta)" in shown.output and "->" in shown.output
    rows = json.loads(run(cli, ["status", "--json", "--data", str(data), "beta"]).output)
    assert {r["provider"] for r in rows} == {"beta"} and {r["failure"] for r in rows} <= {*FAILURE_KINDS, None}
    check = run(cli, ["status", "--check", "--data", str(data)])
    assert check.exit_code == 0 and check.output.count("\n") == 1
    assert run(cli, ["status", "--check", "--failed", "--data", str(data)]).exit_code == errors.UNAVAILABLE
    assert run(cli, ["status", "--role", "nonsense", "--data", str(data)]).exit_code == 2


def test_a_folder_with_nothing_in_it(tmp_path):
    result = CliRunner().invoke(cli, ["status", "--data", str(tmp_path / "none")])
    assert result.exit_code == 0 and "Never visited" in result.output and "Nothing was visited yet" in result.output and not (tmp_path / "none").exists()
