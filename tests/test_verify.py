"""`providers verify` and `providers check SLUG`: what visits saw of declared addresses, and what goes back into the declarations."""

from __future__ import annotations

import datetime
import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from click.testing import CliRunner
from probe_site import TERMS, moved, page, prices

from chipwatch.checking import as_json, check_provider, differences, faults_of, unmapped
from chipwatch.cli import cli
from chipwatch.errors import InputError
from chipwatch.run_folders import declared, refuse_mixing, write_lines
from chipwatch.verifying import summary, verify, write
from crawler.declarations import read_declaration
from crawler.edits import AddressEdit, edit_text, line_of_address
from crawler.errors import DeclarationError
from crawler.run import crawl
from sample_market.server import serve_hosts
from sample_market.sites import Answer, Host

DECLARATION = """\
# yaml-language-server: $schema=../../provider.schema.json
# Knowledge of a maintainer: the café page — found in the footer.
slug: probed
name: Probed
permission: unknown
documents:
  offers:
    # the price page
    - url: http://www.probed.example/prices   # static
      verified: null                # address not confirmed by any page read so far
      currency: USD
    - {url: "http://www.probed.example/old-prices", verified: 2026-01-05}   # in one line
    - url: http://www.probed.example/nothing
      verified: null
  regions:
    none_found: {date: 2026-11-01, where: "footer"}
  terms_of_service:
    - url: http://www.probed.example/terms
      verified:
      select: [main, ".gone"]
    - url: http://www.probed.example/lost
      verified: 2026-02-02
  acceptable_use:
    - url: http://www.probed.example/for-now
      verified: null
    - url: http://www.probed.example/sold
      verified: null
    - url: http://www.probed.example/dropped
      verified: null
"""
PRIVATE = DECLARATION.partition("documents:")[0].replace("probed", "closed").replace("permission: unknown", "permission: forbidden\npermission_reason: the terms say so") + """documents:
  offers:
    - url: http://www.closed.example/prices
      verified: null
"""


def hosts() -> dict[str, Host]:
    www = {"/": page("<h1>Probed</h1>" + "<p>Welcome to a cloud of clouds.</p>" * 40), "/prices": prices(), "/old-prices": moved("/new-prices"), "/new-prices": moved("http://shop.probed.example/prices", 308),
           "/nothing": page("<p>Our blog</p>"), "/terms": page(f"<nav>menu</nav><main>{TERMS}</main>"), "/for-now": moved("/policy", 302), "/policy": page(TERMS),
           "/sold": moved("http://buyer.example/policy"), "/dropped": moved("/")}
    return {"www.probed.example": Host("www.probed.example", "probed", www), "shop.probed.example": Host("shop.probed.example", "probed", {"/prices": prices("H150")}),
            "buyer.example": Host("buyer.example", "buyer", {"/policy": page(TERMS)}), "www.closed.example": Host("www.closed.example", "closed", {"/prices": prices()})}


@pytest.fixture(scope="module")
def visited(tmp_path_factory):
    """A live run over loopback, with its declarations."""
    folder = tmp_path_factory.mktemp("verify")
    for slug, text in (("probed", DECLARATION), ("closed", PRIVATE)):
        (folder / "declared" / slug).mkdir(parents=True)
        (folder / "declared" / slug / "provider.yml").write_text(text, encoding="utf-8")
    sources, providers = declared(folder / "declared")
    run = folder / "data" / "captures" / "20261125T000000Z-live"
    with serve_hosts(hosts()) as market, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHIPWATCH_CONTACT", "tests@chipwatch.example")
        captures = crawl(sources, run_dir=run, run_id=run.name, mode="live", settings={"HOST_MAP": dict(market), "CHIPWATCH_PACE": 0.01})
        paths = {(r.host, r.path) for r in market.requests}
    write_lines(run / "providers.jsonl", providers)
    return SimpleNamespace(folder=folder, data=folder / "data", declared=folder / "declared", run=run, captures=captures, paths=paths, today=captures[0].fetched_at[:10])


@pytest.fixture
def copy(visited, tmp_path):
    """Declarations and data of a test's own."""
    shutil.copytree(visited.folder, tmp_path / "own")
    return SimpleNamespace(data=tmp_path / "own" / "data", declared=tmp_path / "own" / "declared", file=tmp_path / "own" / "declared" / "probed" / "provider.yml", today=visited.today)


def test_each_address_has_its_finding(visited):
    result = verify(visited.data, folder=visited.declared)
    # a redirect to the home page may be called a failure already when it is fetched
    found = {f.url.removeprefix("http://www."): (f.outcome, f.new_url) for f in result.findings if not f.url.endswith("/dropped")}
    assert found == {
        "probed.example/prices": ("verified", None), "probed.example/old-prices": ("moved", "http://shop.probed.example/prices"), "probed.example/nothing": ("implausible", None),
        "probed.example/terms": ("verified", None), "probed.example/lost": ("gone", None), "probed.example/for-now": ("verified", None),
        "probed.example/sold": ("moved_away", "http://buyer.example/policy"), "closed.example/prices": ("not_allowed", None)}
    assert next(f.outcome for f in result.findings if f.url.endswith("/dropped")) in ("implausible", "failed")
    assert ("www.closed.example", "/prices") not in visited.paths
    words = summary(result.findings)
    assert words.startswith("4 of 9 declared addresses verified (1 of them at a new address of the same site)") and "not_found 1" in words and "gone: 1" in words


def test_nothing_is_written_without_being_asked(visited):
    before = (visited.declared / "probed" / "provider.yml").read_bytes()
    assert verify(visited.data, folder=visited.declared).diffs
    assert (visited.declared / "probed" / "provider.yml").read_bytes() == before


def test_dates_and_addresses_go_back_and_the_rest_stays(copy):
    result = verify(copy.data, folder=copy.declared)
    assert write(result) == 1 and result.faults == []
    assert read_declaration(copy.file)[1] == []
    today, text = copy.today, copy.file.read_text("utf-8")
    expected = (DECLARATION
                .replace("      verified: null                # address not confirmed by any page read so far\n", f"      verified: {today}\n")
                .replace('    - {url: "http://www.probed.example/old-prices", verified: 2026-01-05}', f'    # moved, seen {today}; before: http://www.probed.example/old-prices\n    - {{url: http://shop.probed.example/prices, verified: {today}}}')
                .replace("      verified:\n", f"      verified: {today}\n").replace("for-now\n      verified: null", f"for-now\n      verified: {today}"))
    assert text == expected
    again = verify(copy.data, folder=copy.declared)            # the new address was not visited yet; nothing else to write
    assert again.texts == {}


def test_sample_runs_never_count_and_archives_by_date(copy):
    facts = copy.data / "captures" / "20261125T000000Z-live" / "run.json"
    run = json.loads(facts.read_text("utf-8"))
    facts.write_text(json.dumps(run | {"mode": "sample"}), encoding="utf-8")
    for since in (None, datetime.date(2000, 1, 1)):
        with pytest.raises(InputError, match="no live run"):
            verify(copy.data, folder=copy.declared, since=since)
    with pytest.raises(InputError) as told:
        verify(copy.data, folder=copy.declared)
    (named,) = set(re.findall(r"--data ([^\s`]+)", str(told.value)))
    assert "sample market" in str(told.value) and named != str(copy.data), "the folder that is named can take a live run"
    refuse_mixing(Path(named), "live")
    facts.write_text(json.dumps(run | {"mode": "archive"}), encoding="utf-8")
    with pytest.raises(InputError, match="--from-archive DATE"):
        verify(copy.data, folder=copy.declared)
    with pytest.raises(InputError, match="no live run"):
        verify(copy.data, folder=copy.declared, since=datetime.date(2999, 1, 1))
    assert verify(copy.data, folder=copy.declared, since=datetime.date.fromisoformat(copy.today)).texts


def test_an_address_that_moved_onto_a_declared_one_is_left_to_a_person(copy):
    copy.file.write_text(DECLARATION.replace("http://www.probed.example/nothing", "http://shop.probed.example/prices"), encoding="utf-8")
    result = verify(copy.data, folder=copy.declared)
    assert "is declared already" in result.faults[0] and "shop.probed.example" not in "".join(line for line in "".join(result.diffs.values()).splitlines(True) if line.startswith("+"))


def test_the_command(copy):
    asked = ["providers", "verify", "--data", str(copy.data), "--folder", str(copy.declared)]
    dry = CliRunner().invoke(cli, asked)
    assert dry.exit_code == 0 and f"+      verified: {copy.today}" in dry.stdout and "1 declaration would change" in dry.stderr
    assert "probed: acceptable_use: moved to another site: http://www.probed.example/sold -> http://buyer.example/policy" in dry.stderr
    told = json.loads(CliRunner().invoke(cli, [*asked, "--json"]).stdout)
    assert (told["addresses"], told["verified"], told["outcomes"]["gone"]) == (9, 4, 1)
    done = CliRunner().invoke(cli, [*asked, "probed", "--write"])
    assert done.exit_code == 0 and "1 declaration written" in done.stderr and "4 of 8" in done.stderr
    assert CliRunner().invoke(cli, ["providers", "verify", "--data", str(copy.data / "none")]).exit_code == 1   # InputError; `main` turns it into its exit code


def test_edits_keep_what_they_do_not_change():
    day = datetime.date(2026, 11, 25)
    crlf = DECLARATION.replace("\n", "\r\n")
    new = edit_text(crlf, [AddressEdit("offers", "http://www.probed.example/prices", day)])
    assert new.replace("\r\n", "\n").count("\n") == DECLARATION.count("\n") and f"verified: {day}" in new and "not confirmed" not in new
    assert line_of_address(DECLARATION, "terms_of_service", "http://www.probed.example/lost") == 21
    with pytest.raises(DeclarationError, match="does not name"):
        edit_text(DECLARATION, [AddressEdit("offers", "http://www.probed.example/none", day)])


def test_check_shows_what_selectors_yield_and_what_is_not_mapped(visited):
    rows = {row.source.url.removeprefix("http://www.probed.example/"): row for row in check_provider("probed", visited.data, folder=visited.declared)}
    assert rows["prices"].place.endswith("probed/provider.yml:9") and rows["prices"].read_again and faults_of(rows["prices"]) == []
    assert [len(y.reading.offers) for y in rows["prices"].yields] == [3, 3]
    sizes = dict(rows["terms"].yields[-1].selectors)
    assert sizes["main"] > 1_000 and sizes[".gone"] == 0
    assert faults_of(rows["terms"]) == ["selector '.gone' matches nothing"]
    assert faults_of(rows["nothing"]) == ["gives no offers"]
    assert faults_of(rows["lost"])[0].startswith("not read: not_found")
    told = json.loads(as_json(list(rows.values())))
    assert told[0]["visits"][1]["offers"] == 3 and next(r for r in told if r["url"].endswith("/nothing"))["look"] == ["gives no offers"]
    with pytest.raises(InputError, match="add --live"):
        check_provider("closed", visited.data / "empty", folder=visited.declared)


def test_two_visits_are_compared(copy):
    first = copy.data / "captures" / "20261125T000000Z-live"
    second = copy.data / "captures" / "20261126T000000Z-live"
    shutil.copytree(first, second)
    sources, providers = declared(copy.declared, ["probed"])
    later = hosts()
    later["www.probed.example"].answers["/prices"] = Answer(200, prices("$9.99").body, prices().headers)
    shutil.rmtree(second)
    with serve_hosts(later) as market, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHIPWATCH_CONTACT", "tests@chipwatch.example")
        crawl([s for s in sources if s.role == "offers"], run_dir=second, run_id=second.name, mode="live", settings={"HOST_MAP": dict(market), "CHIPWATCH_PACE": 0.01})
    write_lines(second / "providers.jsonl", providers)
    rows = {row.source.url.rpartition("/")[2]: row for row in check_provider("probed", copy.data, folder=copy.declared)}
    assert differences(rows["prices"].yields) == ["offers: 1 gone, 1 new, 2 the same"] and not rows["prices"].read_again
    assert differences(rows["old-prices"].yields) == []


def test_columns_without_a_meaning_are_named():
    from nlp.columns import unknown_columns
    from nlp.extract import extract
    from nlp.read import read_document

    body = (b"<table><tr><th>GPU</th><th>Flux index</th><th>vCPU</th><th>Price per hour</th></tr><tr><td>H100</td><td>7</td><td>26</td><td>$2.50</td></tr></table>"
            b"<table><tr><th>Team</th><th>Mood</th></tr><tr><td>Ops</td><td>good</td></tr></table>")
    offers = extract(body, kind="offers", content_type="text/html").offers
    assert offers and unknown_columns(read_document(body, content_type="text/html"), offers) == ["Flux index"]


def test_what_is_not_mapped_is_named():
    from chipwatch.records import DocumentInfo, Extraction, Issue, Offer, Region

    reading = Extraction(DocumentInfo(None, "offers", "en", "0", 10), offers=[Offer("H100", price=1.0), Offer("A100", price=2.0, currency="USD", price_unit="hour", location="Zone 7")],
                         regions=[Region("R-9")], issues=[Issue("warning", "unknown_chip", "H150"), Issue("warning", "unknown_chip", "H150"), Issue("info", "limit", "x")])
    assert unmapped(reading, ["Flux index"])[0] == "column without a known meaning (1): Flux index"
    assert unmapped(reading) == ["unknown_chip (2): H150", "offer without currency (1): H100", "offer without unit (1): H100", "offer in a place without country (1): A100 (Zone 7)", "region without country (1): R-9"]


FEED = DECLARATION.partition("documents:")[0].replace("probed", "fed") + "documents:\n  offers:\n" + "".join(f"""\
    - url: http://www.fed.example/{what}/{{zone}}
      verified: null
      feed: {{variants: {{zone: [north, south]}}}}
      method: feed
""" for what in ("whole", "half", "moved"))


def test_an_address_with_variants_counts_as_seen_when_all_were(tmp_path):
    file = tmp_path / "declared" / "fed" / "provider.yml"
    file.parent.mkdir(parents=True)
    file.write_text(FEED, encoding="utf-8")
    sources, _ = declared(tmp_path / "declared")
    good = Answer(200, b'[{"gpu": "H100", "price_usd_per_hour": 2.5}]', (("Content-Type", "application/json"),))
    answers = {"/whole/north": good, "/whole/south": good, "/half/north": good, "/half/south": Answer(404), "/moved/north": good, "/moved/south": moved("/new/south"), "/new/south": good}
    run = tmp_path / "data" / "captures" / "20261125T000000Z-live"
    with serve_hosts({"www.fed.example": Host("www.fed.example", "fed", answers)}) as market, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHIPWATCH_CONTACT", "tests@chipwatch.example")
        crawl(sources, run_dir=run, run_id=run.name, mode="live", settings={"HOST_MAP": dict(market), "CHIPWATCH_PACE": 0.01})
    result = verify(tmp_path / "data", folder=tmp_path / "declared")
    assert len(result.findings) == 6
    assert [line for line in result.diffs[file].splitlines() if line.startswith("+ ")] == [f"+      verified: {result.findings[0].date}"]
    assert read_declaration_text(result.texts[file]) == [result.findings[0].date, None, None]
    assert len(result.faults) == 1 and "pages of http://www.fed.example/moved/{zone} have moved, e.g. to http://www.fed.example/new/south" in result.faults[0]
    assert [row.place.rpartition(":")[2] for row in check_provider("fed", tmp_path / "data", folder=tmp_path / "declared")] == ["8", "8", "12", "12", "16", "16"]


def read_declaration_text(text: str) -> list[str | None]:
    """The `verified` of each offer address."""
    return [entry["verified"] and entry["verified"].isoformat() for entry in yaml.safe_load(text)["documents"]["offers"]]
