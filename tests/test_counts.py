"""One is said in the singular: the commands and the briefing of a data set that holds one of everything."""

from __future__ import annotations

import re

import dataset_fakes as fakes
import pytest
from click.testing import CliRunner

from chipwatch.cli import cli
from chipwatch.records import Region
from chipwatch.terminal import counted
from dataset.serve import pages
from reports import briefing, model
from reports.language import speaking

THINGS = "providers|GPU clouds|clouds|documents|offers|regions|clauses|countries|captures|addresses|pages|rows|prices|findings|sources|declarations|characters|kinds|chips|changes|records|visits|runs|signals|verdicts"
MANY = re.compile(rf"(?<![\d.,:–-])\b1 (?:[a-z]+ )?(?:{THINGS}|are|have|were|list|name|state|give|tell|wait|yield)\b(?! and terms)")


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    folder = fakes.Folder(tmp_path_factory.mktemp("one"))
    for week in (1, 2):
        folder.run(f"r{week}", f"2026-11-0{week}T00:00:00Z", providers=[fakes.ALPHA])
        folder.visit(f"r{week}", "alpha", "offers", fakes.PRICES, f"2026-11-0{week}T00:00:01Z", fakes.page(f"prices {week}", kind="offers", offers=[fakes.offer(price=2.0 + week)],
                                                                                                           regions=[Region("OSL1", "Oslo", "NO", "Oslo", quote="Oslo", start=3, end=7)]))
        folder.visit(f"r{week}", "alpha", "terms_of_service", fakes.TERMS, f"2026-11-0{week}T00:00:02Z", fakes.page(f"terms {week}", clauses=[fakes.clause(places=["CN"])]))
    folder.build()
    return folder


@pytest.mark.parametrize("args", [("access",), ("status", "--all"), ("changes", "--all"), ("diff", "alpha"), ("review", "--list"), ("query", "select 1"), ("query", "-q", "8"),
                                  ("access", "--explain", "alpha")], ids=" ".join)
def test_the_terminal(one, args):
    done = CliRunner().invoke(cli, [*args, "--data", str(one.path)])
    assert done.exit_code == 0 and not MANY.findall(done.output), done.output


def test_the_summary_of_a_run(one):
    import sqlite3

    from chipwatch.summary import _found

    with sqlite3.connect(one.path / "chipwatch.sqlite") as db:
        lines = [" ".join(line.split()) for line in _found(db)]
    assert "1 provider lists" in " ".join(lines) and not [line for line in lines if MANY.search(line.removeprefix("GPU clouds 1 "))], lines


def test_the_briefing(one):
    with speaking("en"):
        text = " ".join(re.sub(r"<(?:style|svg)\b.*?</(?:style|svg)>|<[^>]*>", " ", briefing.html(model.read_briefing(one.path / "chipwatch.sqlite")), flags=re.S).split())
    assert "1 GPU cloud" in text and not MANY.findall(text), [text[m.start() - 40:m.end() + 60] for m in MANY.finditer(text)]


def test_the_page_of_a_browser():
    import jinja2

    source = (jinja2.FileSystemLoader(pages.__file__.rsplit("/", 1)[0] + "/templates")).get_source(jinja2.Environment(), "cw_home.html")[0]
    line = next(row for row in source.splitlines() if "home.counts.providers" in row).split(", captured")[0]
    said = jinja2.Environment(autoescape=True).from_string(line + "</p>").render(home={"counts": {"providers": 1, "documents": 1, "offers": 1, "clauses": 1204}})
    assert "1 provider · 1 document · 1 offer · 1,204 clauses" in said


@pytest.mark.parametrize(("number", "words", "said"), [(1, ("provider",), "1 provider"), (0, ("provider",), "0 providers"), (1204, ("country", "countries"), "1,204 countries")])
def test_counted(number, words, said):
    assert counted(number, *words) == said
