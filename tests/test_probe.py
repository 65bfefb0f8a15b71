"""`providers new NAME URL`: what a look at an unknown site finds, and how it behaves, seen from the server."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from probe_site import probed_hosts

from chipwatch.cli import cli
from chipwatch.errors import InputError
from chipwatch.probing import ProbeFailed, comment, country_code, known_folder, probe, quoted
from crawler.declarations import read_declaration
from crawler.errors import ContactMissing, DeclarationError
from crawler.probe_links import Link, is_sitemap, organisations, read_llms, read_page, read_sitemap, score
from crawler.site import same_site, site_of
from sample_market.server import serve_hosts


@pytest.fixture(scope="module")
def probed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("probe")
    with serve_hosts(probed_hosts()) as market:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CHIPWATCH_CONTACT", "tests@chipwatch.example")
            draft = probe("Probed Cloud", "http://www.probed.example/", data=folder, folder=folder / "out", mode="live", settings={"HOST_MAP": dict(market), "CHIPWATCH_PACE": 0.01})
        log = market.requests
    declaration, faults = read_declaration(draft.path)
    return SimpleNamespace(draft=draft, log=log, text=draft.path.read_text("utf-8"), declaration=declaration, faults=faults)


def test_the_draft_is_a_sound_declaration(probed):
    assert probed.faults == [] and probed.declaration.slug == "probed-cloud" and probed.declaration.permission == "unknown"
    assert probed.draft.path.parent.name == "probed-cloud"


def test_candidates_stand_under_their_roles(probed):
    assert {(role, address.url.removeprefix("http://"), address.method) for role, address in probed.declaration.addresses()} == {
        ("offers", "www.probed.example/en/price-list", "html"), ("regions", "docs.probed.example/regions", "html"), ("terms_of_service", "www.probed.example/kiyaku", "html"),
        ("acceptable_use", "www.probed.example/legal/usage", "html"), ("payment", "www.probed.example/shiharai", "html"), ("faq", "www.probed.example/docs/faq.md", "text")}
    seen = [address for role, address in probed.declaration.addresses() if role in ("offers", "regions", "acceptable_use")]
    assert all(address.verified is not None for address in seen)
    assert next(a.language for role, a in probed.declaration.addresses() if role == "terms_of_service") == "ja"


def test_what_the_site_says_of_itself_is_in_the_draft(probed):
    assert probed.declaration.legal_entity == "Probed Compute Oy: GPU" and probed.declaration.seat_country == "FI"
    assert "ja" in probed.declaration.languages and probed.declaration.assertions.offers_min == 2
    for words in ("3 offers (A100, H100, L40S)", "3 regions", "feed or description: http://www.probed.example/catalogue.json", "Next.js data", "text twins are listed in",
                  "reading by machines (クローラ", "not read: export_policy: robots", "https://elsewhere.example/terms", "no page found for: service_terms, export_policy"):
        assert words in probed.text, words


def test_the_visit_is_that_of_a_guest(probed):
    hosts = {r.host for r in probed.log}
    assert hosts == {"www.probed.example", "docs.probed.example"}          # neither the linked company nor the one of the sitemap
    for host in hosts:
        assert next(r.path for r in probed.log if r.host == host) == "/robots.txt"
    paths = [r.path for r in probed.log]
    assert len(paths) <= 25 + len(hosts) and len(set(zip((r.host for r in probed.log), paths, strict=True))) == len(paths)
    assert not [p for p in paths if p.startswith(("/intern", "/blog", "/login"))]
    ordered = sorted(probed.log, key=lambda r: r.began)
    assert all(a.ended <= b.began for a, b in zip(ordered, ordered[1:], strict=False))
    assert all("tests@chipwatch.example" in (r.user_agent or "") for r in probed.log)


def test_everything_is_kept(probed):
    from crawler.archive import list_records

    kept = [e.url for e in list_records(probed.draft.run_dir / "crawl.warc.gz").entries if e.kind == "response"]
    assert len(kept) == len(probed.log)


def test_faults_are_told_in_one_line(tmp_path, monkeypatch):
    monkeypatch.delenv("CHIPWATCH_CONTACT", raising=False)
    with serve_hosts(probed_hosts()) as market:
        where = {"data": tmp_path, "folder": tmp_path / "out", "mode": "sample", "settings": {"HOST_MAP": dict(market)}}
        with pytest.raises(ProbeFailed, match="robots.txt of shut.example does not allow this page; it is a site that asks not to be read"):
            probe("Shut", "http://shut.example/", **where)
        with pytest.raises(ProbeFailed, match="the name nowhere.example does not resolve; see that it is spelt right"):
            probe("Nowhere", "http://nowhere.example/", **where)
        with pytest.raises(ProbeFailed, match="not a public address"):
            probe("Inside", f"http://127.0.0.1:{market.port}/", **where)
        assert {r.path for r in market.requests} == {"/robots.txt"}
    for name, url, words in (("!!", "https://a.example/", "gives no slug"), ("A", "mailto:a@b.example", "is no web address"), ("A", "https://", "is no web address")):
        with pytest.raises(InputError, match=words):
            probe(name, url, data=tmp_path, folder=tmp_path / "out")
    with pytest.raises(DeclarationError, match="already there"):
        probe("Amazon Web Services", "https://a.example/", data=tmp_path, folder=known_folder())
    with pytest.raises(ContactMissing, match="CHIPWATCH_CONTACT"):
        probe("Fresh", "https://fresh.example/", data=tmp_path, folder=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command_on_a_site_of_the_sample_market(tmp_path):
    asked = ["providers", "new", "Copy of Nimbusforge", "http://www.nimbusforge.example/pricing", "--sample", "--data", str(tmp_path / "var")]
    assert "needs" in CliRunner().invoke(cli, ["providers", "new", "--help"]).output and CliRunner().invoke(cli, asked).exit_code == 2
    done = CliRunner().invoke(cli, [*asked, "--output", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    declaration, faults = read_declaration(tmp_path / "out" / "copy-of-nimbusforge" / "provider.yml")
    assert faults == [] and {role for role, _ in declaration.addresses()} == {"offers", "regions", "terms_of_service", "acceptable_use"}
    assert all(a.verified is None for _, a in declaration.addresses())     # nobody saw these live


def test_without_an_address_a_template_is_written(tmp_path):
    done = CliRunner().invoke(cli, ["providers", "new", "my-provider", "--output", str(tmp_path), "--data", str(tmp_path / "var")])
    assert done.exit_code == 0 and (tmp_path / "my-provider" / "provider.yml").read_text("utf-8").startswith("# yaml-language-server")
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(("text", "path", "role"), [
    ("AGB", "/agb", "terms_of_service"), ("Conditions générales de vente", "/x", "terms_of_service"), ("服务条款", "/a", "terms_of_service"), ("서비스 이용약관", "/b", "terms_of_service"),
    ("Пользовательское соглашение", "/docs/1", "terms_of_service"), ("Điều khoản dịch vụ", "/v", "terms_of_service"), ("Regulamin", "/regulamin.pdf", "terms_of_service"), ("Algemene voorwaarden", "/n", "terms_of_service"),
    ("Termos de Uso", "/p", "terms_of_service"), ("Términos y condiciones", "/s", "terms_of_service"), ("Allmänna villkor", "/sv", "terms_of_service"), ("شروط الخدمة", "/ar", "terms_of_service"),
    ("Acceptable Use Policy", "/legal/aup", "acceptable_use"), ("料金", "/ryokin", "offers"), ("Cennik", "/k", "offers"), ("Тарифы", "/t", "offers"), ("Rechenzentren", "/rz", "regions"), ("", "/legal/acceptable-use", "acceptable_use"),
    ("출구", "/x", None), ("Terms of Service", "/blog/terms", None), ("Determination", "/d", None), ("Our story", "/about", None)])
def test_links_are_told_by_words_of_many_languages(text, path, role):
    found = score(Link(f"https://a.example{path}", text))
    assert (found[0] if found else None) == role


def test_hostile_pages_and_maps():
    assert read_sitemap(b"\x1f\x8b\x08broken") == [] and read_sitemap(b"<html>no map</html>") == []
    bomb = b'<!DOCTYPE x [<!ENTITY a "http://a.example/"><!ENTITY b SYSTEM "file:///etc/passwd">]><urlset><url><loc>&b;</loc></url><url><loc>https://a.example/x?a=1&amp;b=2</loc></url></urlset>'
    assert read_sitemap(bomb) == ["https://a.example/x?a=1&b=2"]
    began = time.process_time()
    for junk in (b"<loc>" + b" " * 2_000_000, b"<loc>" * 400_000, b"<a:" * 600_000, b"<loc>https://a.example/" + b"x" * 2_000_000):
        assert read_sitemap(junk) == []
    assert time.process_time() - began < 2
    assert is_sitemap("https://a.example/maps/1.xml.gz") and not is_sitemap("https://a.example/pricing")
    facts = read_page('<a href="javascript:alert(1)">Terms</a><a href="http://[::1">x</a><a href="//u:p@a.example/">y</a><a href="/ok#f">Terms\n of  Service</a><script type="application/ld+json">{"@type":' + "[" * 5000, "https://a.example/")
    assert facts.links == [Link("https://a.example/ok", "Terms of Service")] and facts.organisations == []
    assert organisations('{"@type": ["Corporation"], "name": 7, "legalName": "X Ltd", "address": [{"addressCountry": {"name": "JP"}}]}') == [{"legal_name": "X Ltd", "country": "JP"}]
    assert read_llms("[a](javascript:x) [Terms](/t.md) [b](https://b.example/)", "https://a.example/llms.txt") == [Link("https://a.example/t.md", "Terms"), Link("https://b.example/", "b")]


def test_words_of_a_site_cannot_break_the_draft():
    assert comment("a\nslug: evil\u202e \x1b[31m") == ["# a slug: evil [31m"]
    assert quoted("yes") == '"yes"' and quoted("a: b # c") == '"a: b # c"' and quoted("Plain Name Ltd.") == "Plain Name Ltd." and quoted("x\ny") == "x y"
    assert country_code("Finland") == "FI" and country_code("de") == "DE" and country_code("Atlantis") is None and country_code(None) is None
    assert site_of("https://shop.provider.co.uk/x") == "provider.co.uk" and same_site("https://docs.a.example", "https://a.example/x") and not same_site("https://a.github.io", "https://b.github.io")
