"""The HTML twins, the short briefing and the change bulletin."""

from __future__ import annotations

import importlib.resources
import os
import re
import shutil

import pytest
import reports_market as market
from bs4 import BeautifulSoup
from click.testing import CliRunner

from chipwatch.cli import cli
from reports import briefing, bulletin, checks, profile, screen
from reports.source import ReportError


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return market.make(tmp_path_factory.mktemp("twins") / "chipwatch.sqlite")


def words(html: str) -> list[str]:
    page = BeautifulSoup(html, "lxml")
    for part in page.find_all(["style", "title"]):
        part.decompose()
    return page.get_text(" ").split()


def test_the_twin_says_what_the_report_says(data, tmp_path):
    html = profile.html(profile.read_profile(data, "p000-aurora"))
    twin = screen.twin(html)
    added = ["Skip", "to", "the", "content"]
    assert words(twin)[:4] == added and words(twin)[4:] == words(html)
    path = profile.render(data, tmp_path / "p.html", "p000-aurora")
    assert path.read_text("utf-8") == screen.twin(html) and path.name == "p.html"
    both = profile.render(data, tmp_path / "q.pdf", "p000-aurora", twin_too=True)
    assert both.read_bytes().startswith(b"%PDF-") and (tmp_path / "q.html").read_bytes() == path.read_bytes()


def test_the_twin_stands_alone_and_can_be_reached(data, tmp_path):
    text = briefing.render(data, tmp_path / "b.html").read_text("utf-8")
    page = BeautifulSoup(text, "lxml")
    assert not page.find_all(["script", "link", "iframe", "object"]) and not re.search(r"url\((?!\"?data:|#)", text) and "@import" not in text
    assert page.html["lang"] == "en" and page.find("meta", attrs={"name": "viewport"}) and page.find("main")
    skip = page.find("a", class_="skip")
    assert page.find(id=skip["href"][1:]) is not None
    for region in page.find_all(class_="scroll"):
        assert region["tabindex"] == "0" and region["role"] == "region" and region["aria-label"]
    assert all(table.parent["class"] == ["scroll"] for table in page.find_all("table"))
    assert all(cell.get_text(strip=True) and cell["scope"] in ("col", "row") for cell in page.find_all("th"))
    assert all(link.get_text(strip=True) for link in page.find_all("a"))
    known = {tag["id"] for tag in page.find_all(id=True)}
    assert [a["href"] for a in page.find_all("a", href=re.compile("^#")) if a["href"][1:] not in known] == []


def test_hostile_words_stay_words():
    twin = screen.twin("<!DOCTYPE html><html lang='en'><head><title>t</title></head><body><h1>a</h1><table><tr><th></th><td>&lt;script&gt;alert(1)&lt;/script&gt;</td></tr></table></body></html>")
    assert "<script" not in twin and "&lt;script&gt;" in twin and "default-src 'none'" in twin
    assert BeautifulSoup(twin, "lxml").find("th") is None


def test_the_short_briefing_has_two_pages_and_the_same_findings(data, tmp_path):
    import pypdfium2

    path = briefing.render(data, tmp_path / "short.pdf", short=True)
    with pypdfium2.PdfDocument(path) as pdf:
        assert len(pdf) == 2
        said = " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in pdf)
    from reports import model

    for finding in briefing.findings(model.read_briefing(data)):
        assert finding.head in said
    assert checks.problems(path) == []


def test_the_bulletin(data, tmp_path):
    found = bulletin.read_bulletin(data)
    html = bulletin.html(found)
    assert checks.problems(bulletin.render(data, tmp_path / "c.pdf")) == []
    heads = [head for head, _ in found.groups]
    assert heads == [h for h in bulletin.HEADS.values() if h in heads]       # in order of consequence
    assert sum(found.counts.values()) == sum(len(lines) for _, lines in found.groups) + found.left
    assert bulletin.summary(found) in html.replace("&#39;", "'")
    late = bulletin.read_bulletin(data, "2999-01-01")
    assert late.groups == [] and ("No change was seen" in bulletin.summary(late) or "one visit alone" in bulletin.summary(late))
    with pytest.raises(ReportError, match="2026-11-01"):
        bulletin.read_bulletin(data, "last week")


def test_the_commands(data, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(data, folder / "chipwatch.sqlite")
    done = CliRunner().invoke(cli, ["report", "changes", "--html", "--data", str(folder)])
    assert done.exit_code == 0, done.output
    assert done.stdout.split() == [str(folder / "reports" / "changes.html"), str(folder / "reports" / "changes.pdf")]
    done = CliRunner().invoke(cli, ["report", "changes", "--since", "yesterday", "--data", str(folder)])
    assert isinstance(done.exception, ReportError)
    done = CliRunner().invoke(cli, ["report", "changes", "--since", "2999-01-01", "--data", str(folder)])
    assert done.exit_code == 0 and "2999-01-01 lies in the future" in done.stderr and "future" not in done.stdout
    done = CliRunner().invoke(cli, ["report", "briefing", "--short", "-o", str(folder / "s.html"), "--since", "2026-01-01", "--data", str(folder)])
    assert done.exit_code == 0 and (folder / "s.html").read_text("utf-8").startswith("<!DOCTYPE html>")


def test_nobody_is_kept_out_of_the_twin_of_a_briefing(data, tmp_path):
    """axe-core in headless Chromium, on a phone and on a screen: no finding of any weight, and nothing wider than the page."""
    chromium = os.environ.get("CHIPWATCH_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        pytest.skip("no Chromium on this machine (Debian: apt install chromium; or name one in CHIPWATCH_CHROMIUM)")
    playwright = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    package = pytest.importorskip("axe_core_python", reason="the package axe-core-python is not installed")
    axe = importlib.resources.files(package).joinpath("axe.min.js").read_text("utf-8")
    twin = briefing.render(data, tmp_path / "b.html")
    with playwright.sync_playwright() as machine:
        browser = machine.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for width in (390, 1280):
            tab = browser.new_context(viewport={"width": width, "height": 900}, offline=True).new_page()
            tab.goto(twin.resolve().as_uri())
            tab.evaluate(axe)
            assert tab.evaluate("axe.run().then(r => r.violations.map(v => v.id + ' ' + v.nodes[0].html.slice(0, 200)))") == []
            assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), f"wider than {width} pixels"
            drawn = tab.evaluate("[...document.querySelectorAll('figure svg')].map(s => [s.getAttribute('role'), !!s.getAttribute('aria-label'), s.getBBox().width > 50])")
            assert len(drawn) > 5 and all(row == ["img", True, True] for row in drawn)
        browser.close()
