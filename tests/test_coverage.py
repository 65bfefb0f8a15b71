"""How much of the field is declared: counts by hand over invented declarations, the tables in a terminal, and the README."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from chipwatch.cli import cli
from chipwatch.records import DOCUMENT_ROLES, PERMISSIONS
from crawler.coverage import BEGIN, END, WrittenOut, cover, headline, main, markdown, replaced, tables, written_out
from crawler.declarations import Declaration, load_providers
from crawler.errors import DeclarationError
from crawler.sources import resolve_slug

README = Path(__file__).parent.parent / "README.md"
CORPUS = Path(os.environ.get("CHIPWATCH_CORPUS", "../shared"))


def declared(slug: str, documents: dict, **more) -> Declaration:
    return Declaration.model_validate({"slug": slug, "name": slug.title(), "permission": "unknown", "documents": documents, **more})


def at(path: str, **more) -> dict:
    return {"url": f"https://cloud.example/{path}", "verified": None, **more}


def three() -> list[Declaration]:
    """Two in Norway, one of them with terms and a feed; one of unknown seat that forbids machines except at one address."""
    import datetime

    seen = datetime.date(2026, 11, 1)
    return [
        declared("fjord", {"offers": [at("a"), at("b", method="feed", verified=seen)], "terms_of_service": [at("c", verified=seen)]},
                 seat_country="NO", category="neocloud"),
        declared("skerry", {"offers": [at("d")], "export_policy": {"none_found": {"date": seen, "where": "site footer"}}},
                 seat_country="NO", category="serverless"),
        declared("drift", {"terms_of_service": [at("e"), at("f", permission="allowed", permission_reason="the page says so")]}, kind="adjacent",
                 permission="forbidden", permission_reason="section 4 of the terms"),
    ]


def test_counts_by_hand():
    coverage = cover(three())
    assert (coverage.providers, coverage.adjacent, coverage.addresses, coverage.verified) == (3, 1, 6, 2)
    norway, unknown = coverage.by_country
    assert (norway.key, norway.name, norway.providers, norway.addresses, norway.verified) == ("NO", "Norway", 2, 4, 2)
    assert (norway.offers, norway.terms, norway.both) == (2, 1, 1)
    assert (unknown.key, unknown.providers, unknown.offers, unknown.terms, unknown.both) == (None, 1, 0, 1, 0)
    assert [(r.key, r.providers) for r in coverage.by_category] == [("neocloud", 1), ("serverless", 1), (None, 1)]
    roles = {r.role: r for r in coverage.by_role}
    assert (roles["offers"].declared, roles["offers"].none_found, roles["offers"].not_said) == (2, 0, 1)
    assert (roles["offers"].addresses, roles["offers"].verified) == (3, 1)
    assert (roles["export_policy"].declared, roles["export_policy"].none_found, roles["export_policy"].not_said) == (0, 1, 2)
    assert {r.permission: (r.providers, r.addresses) for r in coverage.by_permission} == {"allowed": (0, 1), "unknown": (2, 4), "forbidden": (1, 1)}
    assert [(r.method, r.providers, r.addresses) for r in coverage.by_method] == [("html", 3, 5), ("feed", 1, 1)]
    assert headline(coverage) == "3 providers (of which renting no GPUs themselves: 1), seats in 1 country, 1 not known; 6 addresses: 2 verified live, 4 not yet."


def test_nothing_declared_is_all_zero():
    coverage = cover([])
    assert coverage.providers == coverage.addresses == 0 and coverage.by_country == []
    assert all(r.declared == r.not_said == 0 for r in coverage.by_role)
    assert markdown(coverage)


def test_every_total_agrees():
    """Over the real declarations, each table counts the same providers and addresses."""
    coverage = cover(load_providers())
    for rows in (coverage.by_country, coverage.by_category, coverage.by_permission):
        assert sum(r.providers for r in rows) == coverage.providers
    for rows in (coverage.by_country, coverage.by_category, coverage.by_permission, coverage.by_role, coverage.by_method):
        assert sum(r.addresses for r in rows) == coverage.addresses
    assert [r.role for r in coverage.by_role] == list(DOCUMENT_ROLES) and [r.permission for r in coverage.by_permission] == list(PERMISSIONS)
    assert all(r.declared + r.none_found + r.not_said == coverage.providers for r in coverage.by_role)
    assert all(r.both <= min(r.offers, r.terms) and max(r.offers, r.terms) <= r.providers for r in coverage.by_country)


def test_the_readme_shows_what_is_declared():
    text = README.read_text("utf-8")
    assert replaced(text, markdown(cover(load_providers()))) == text, "run `make coverage`"


def test_the_block_stands_between_the_markers(tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    assert main([str(page)]) == 0
    text = page.read_text("utf-8")
    assert text.startswith(f"before\n{BEGIN}\n") and text.endswith(f"\n{END}\nafter\n") and "old" not in text and "By category" in text
    for wrong in ("no markers", f"{END}\n{BEGIN}\n", f"{BEGIN}\n{BEGIN}\n{END}\n"):
        with pytest.raises(DeclarationError, match="once each"):
            replaced(wrong, "x")
    assert main([str(tmp_path / "nowhere.md")]) == 1
    assert "nowhere.md" in capsys.readouterr().err


def test_markdown_has_as_many_cells_as_columns():
    block = [line for line in markdown(cover(three())).splitlines() if line.startswith("|")]
    assert block and not [line for line in block if "None" in line]
    for title, columns, rows in tables(cover(three())):
        assert title and rows and all(len(row) == len(columns) for row in rows)


# --- the command ------------------------------------------------------------------------------------------------------------------

def written(folder: Path, **texts: str) -> Path:
    for slug, text in texts.items():
        (folder / slug).mkdir()
        (folder / slug / "provider.yml").write_text(text, encoding="utf-8")
    return folder


GOOD = "slug: foo\nname: Foo\nseat_country: KR\npermission: unknown\ndocuments:\n  offers:\n    - url: https://foo.example/prices\n      verified: null\n"


def test_check_shows_the_tables(tmp_path):
    done = CliRunner().invoke(cli, ["providers", "check", str(written(tmp_path, foo=GOOD))])
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == "1 declaration, no fault"
    for words in ("By seat of the provider", "KR  South Korea", "By category", "By role of the document", "terms of service", "By permission", "forbidden"):
        assert words in done.stdout


@pytest.mark.parametrize("flag", [["--json"], ["--format", "json"]])
def test_check_as_json(tmp_path, flag):
    done = CliRunner().invoke(cli, ["providers", "check", str(written(tmp_path, foo=GOOD)), *flag])
    told = json.loads(done.stdout)
    assert done.exit_code == 0 and told["declarations"] == 1 and told["faults"] == []
    assert told["coverage"]["by_country"][0]["key"] == "KR" and told["coverage"]["addresses"] == 1


def test_check_as_json_tells_faults_too(tmp_path):
    done = CliRunner().invoke(cli, ["providers", "check", str(written(tmp_path, foo=GOOD, bar="slug: bar\n")), "--json"])
    told = json.loads(done.stdout)
    assert done.exit_code != 0 and told["declarations"] == 1
    assert any("bar/provider.yml" in fault for fault in told["faults"]) and "bar/provider.yml" in done.stderr


@pytest.mark.parametrize("columns", [80, 120])
def test_tables_fit_a_terminal(monkeypatch, columns):
    """All declarations, in the widths that people have: one line a row, none broken or longer than the screen."""
    import chipwatch.answers as answers

    monkeypatch.setattr(answers, "terminal_columns", lambda: columns)
    coverage = cover(load_providers())
    lines = answers.coverage_text(load_providers()).splitlines()
    assert max(map(len, lines)) <= columns
    assert sum(f"  {row.name} " in line for row in coverage.by_country for line in lines) >= len(coverage.by_country)


def test_the_whole_field_is_declared():
    """Every provider of the collected facts has a declaration, under its own slug or the one that an alias leads to."""
    facts = CORPUS / "providers" / "providers.jsonl"
    if not facts.is_file():
        pytest.skip(f"no facts at {facts}: set CHIPWATCH_CORPUS")
    slugs = {json.loads(line)["slug"] for line in facts.read_text("utf-8").splitlines() if line.strip()}
    there = {d.slug for d in load_providers()}
    assert len(slugs) > 200
    assert not {slug for slug in slugs if resolve_slug(slug) not in there}


def test_what_a_crawl_visits_of_the_addresses():
    declarations = load_providers()
    counted, sources = written_out(declarations), [s for d in declarations for s in d.sources()]
    assert (counted.addresses, counted.pages) == (cover(declarations).addresses, len(sources))
    assert f"{counted.addresses:,} declared addresses make {counted.pages:,} sources" in counted.words
    assert written_out([]).words == "" and "1 of them is a template that stands for 4" in WrittenOut(3, 1, 4).words
