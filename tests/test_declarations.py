"""Provider declarations: one integrity class for all of them, and errors that a newcomer can act on."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from babel import Locale

from chipwatch.records import DOCUMENT_ROLES, PERMISSIONS
from crawler.addresses import host_is_refused
from crawler import cadence
from crawler.declarations import PROVIDERS, SCHEMA, SCHEMA_LINE, check_providers, load_providers, new_provider, read_declaration, schema_text
from crawler.errors import DeclarationError
from crawler.sources import resolve_slug

DATA = PROVIDERS.parent / "data"
FOLDERS = sorted(p for p in PROVIDERS.iterdir() if p.is_dir() and not p.name.startswith(("_", ".")))
REQUIRED = {"gcp", "azure", "aws", "oracle", "alibaba-cloud", "ovhcloud", "scaleway", "nebius", "verda", "sakura-internet", "runpod", "lambda"}
TERRITORIES = Locale("en").territories
MULTI_LABEL = ("co.uk", "ad.jp", "co.jp", "co.kr", "com.sg", "com.tr", "com.sa")


def registrable(url: str) -> str:
    """The last two labels of the host, three under a public suffix of two labels."""
    labels = urlsplit(url).hostname.split(".")
    return ".".join(labels[-3:] if ".".join(labels[-2:]) in MULTI_LABEL else labels[-2:])


read_once = functools.cache(read_declaration)                  # a declaration is frozen, and a dozen tests look at each


class ProviderIntegrity:
    """What every declaration must keep; inherit it, and give `folder`."""

    @pytest.fixture
    def folder(self) -> Path:
        raise NotImplementedError

    @pytest.fixture
    def declaration(self, folder):
        declaration, faults = read_once(folder / "provider.yml")
        assert not faults
        return declaration

    def test_slug_is_the_folder(self, declaration, folder):
        assert declaration.slug == folder.name == declaration.info().slug

    def test_slug_is_canonical(self, declaration):
        assert resolve_slug(declaration.slug) == declaration.slug, "an alias leads away from this slug"

    def test_sources_can_be_visited(self, declaration):
        sources = declaration.sources()
        assert sources
        for source in sources:
            host = urlsplit(source.url).hostname
            assert urlsplit(source.url).scheme == "https" or host.endswith(".example"), source.url
            assert not host_is_refused(host), source.url
            assert source.role in DOCUMENT_ROLES
            assert source.permission in PERMISSIONS
            assert source.provider == declaration.slug

    def test_no_address_twice_in_a_role(self, declaration):
        pairs = [(s.role, s.url) for s in declaration.sources()]
        assert len(pairs) == len(set(pairs))

    def test_countries_are_iso(self, declaration):
        codes = {declaration.seat_country, *(r.country for r in declaration.regions)} - {None}
        assert codes <= set(TERRITORIES)

    def test_permission_is_reasoned(self, declaration):
        if declaration.permission == "forbidden":
            assert len(declaration.permission_reason) > 20
            assert all(s.permission == "forbidden" or a.permission for s, (_, a) in zip(declaration.sources(), declaration.addresses(), strict=True))

    def test_expected_roles_are_those_with_addresses(self, declaration):
        info = declaration.info()
        assert set(info.expected_roles) == {s.role for s in declaration.sources()}
        assert not set(info.expected_roles) & set(info.none_found)

    def test_selectors_parse(self, declaration):
        from parsel import Selector

        for source in declaration.sources():
            for css in [*source.select, *source.remove]:
                Selector(text="<html></html>").css(css)


@pytest.mark.parametrize("place", FOLDERS, ids=lambda p: p.name)
class TestDeclared(ProviderIntegrity):
    """The declarations that come with the package."""

    @pytest.fixture
    def folder(self, place):
        return place

    def test_begins_with_the_schema_line(self, place):
        assert (place / "provider.yml").read_text("utf-8").splitlines()[0] == SCHEMA_LINE

    def test_has_a_seat_and_offers_or_says_why_not(self, declaration, place):
        """What every reader of a report asks first; where it is not known, a comment tells the next maintainer."""
        text = (place / "provider.yml").read_text("utf-8")
        assert declaration.seat_country or re.search(r"^# .*\bseat\b", text, re.MULTILINE), "no seat_country, and no comment about the seat"
        assert "offers" in declaration.info().expected_roles or re.search(r"^# .*\boffers\b", text, re.MULTILINE), "no offers, and no comment about them"

    def test_names_what_a_crawl_can_answer_with(self, declaration, place):
        """A price page, a document that binds, or at the least a page in which the company says what it sells."""
        telling = {"offers", "terms_of_service", "acceptable_use", "service_terms", "export_policy", "marketing"}
        assert telling & set(declaration.info().expected_roles)

    def test_addresses_are_the_providers_own(self, declaration, place):
        """No mirror, no wiki, no repository: an address stands on a host of the provider (any that more than one address names, or its site)."""
        foreign = ("github.com", "githubusercontent.com", "lawinsider.com", "scribd.com", "sec.gov", "wikipedia.org", "archive.org")
        assert not [s.url for s in declaration.sources() if registrable(s.url) in foreign]

    def test_nothing_verified_in_the_future(self, declaration, place):
        import datetime

        assert all(a.verified is None or a.verified <= datetime.date.today() for _, a in declaration.addresses())


# --- all declarations together ---------------------------------------------------------------------------------------------------

LEGAL_ROLES = ("terms_of_service", "acceptable_use", "service_terms", "export_policy", "supported_countries", "identity_verification")


@pytest.fixture(scope="module")
def declared():
    return load_providers()


def bare(host: str) -> str:
    return host.removeprefix("www.")


def users_of_hosts(declarations) -> dict[str, set[str]]:
    """host -> slugs that declare an address or their site there."""
    users: dict[str, set[str]] = {}
    for declaration in declarations:
        for url in [a.url for _, a in declaration.addresses()] + [declaration.website or ""]:
            if url:
                users.setdefault(bare(urlsplit(url).hostname), set()).add(declaration.slug)
    return users


def test_hosts_are_shared_only_where_that_is_recorded(declared):
    recorded = yaml.safe_load((DATA / "shared_hosts.yml").read_text("utf-8"))
    shared = {host: users for host, users in users_of_hosts(declared).items() if len(users) > 1}
    assert shared == {host: set(entry["providers"]) for host, entry in recorded.items()}, "declared twice? else record it in shared_hosts.yml"
    assert all(len(entry["why"]) > 20 for entry in recorded.values())


def test_no_legal_document_has_two_owners(declared):
    owner: dict[str, str] = {}
    for declaration in declared:
        for role, address in declaration.addresses():
            if role in LEGAL_ROLES:
                parts = urlsplit(address.url)
                key = f"{bare(parts.hostname)}{parts.path.rstrip('/')}?{parts.query}"
                assert owner.setdefault(key, declaration.slug) == declaration.slug, f"{address.url} belongs to two providers"


def test_no_address_on_a_look_alike(declared):
    look_alikes = yaml.safe_load((DATA / "aliases.yml").read_text("utf-8"))["look_alikes"]
    assert look_alikes and all(re.fullmatch(r"[a-z0-9.-]+\.[a-z]+", host) and why for host, why in look_alikes.items())
    assert not [(host, users) for host, users in users_of_hosts(declared).items()
                if any(host == other or host.endswith("." + other) for other in look_alikes)]


def test_no_two_providers_have_one_name(declared):
    names = [d.name.casefold() for d in declared]
    assert len(names) == len(set(names))


def test_aliases_lead_to_providers_or_name_other_companies(declared):
    """No alias chains, and no alias of a slug that is declared itself."""
    slugs, table = {d.slug for d in declared}, yaml.safe_load((DATA / "aliases.yml").read_text("utf-8"))
    assert not slugs & set(table["aliases"])
    assert not set(table["aliases"]) & set(table["aliases"].values())


def test_the_required_providers_are_declared():
    assert {p.name for p in FOLDERS} >= REQUIRED


def test_two_providers_forbid_automated_reading():
    forbidden = {d.slug for d in load_providers() if d.permission == "forbidden"}
    assert forbidden == {"runpod", "vast-ai"}, "permission changed: check the reason, then this list"


def test_schema_file_is_in_step():
    assert SCHEMA.read_text("utf-8") == schema_text(), "run `python -m crawler.declarations`"
    assert set(json.loads(schema_text())["$defs"]["Documents"]["properties"]) == set(DOCUMENT_ROLES)


# --- invalid declarations --------------------------------------------------------------------------------------------------------

GOOD = """slug: foo
name: Foo
permission: unknown
documents:
  offers:
    - url: https://foo.example/prices
      verified: null
"""


def faults_of(tmp_path: Path, text: str) -> list[str]:
    place = tmp_path / "foo"
    place.mkdir(exist_ok=True)
    (place / "provider.yml").write_text(text, encoding="utf-8")
    return check_providers(tmp_path)[1]


def test_a_minimal_declaration_is_valid(tmp_path):
    assert faults_of(tmp_path, GOOD) == []
    (declaration,) = load_providers(tmp_path)
    (source,) = declaration.sources()
    assert (source.provider, source.role, source.url, source.method, source.verified) == ("foo", "offers", "https://foo.example/prices", "html", None)
    assert declaration.info().kind == "gpu_cloud" and declaration.info().declared


@pytest.mark.parametrize(("change", "line", "advice"), [
    (("name: Foo", "nam: Foo"), 2, "did you mean 'name'?"),
    (("permission: unknown", "permission: forbiden"), 3, "did you mean 'forbidden'?"),
    (("permission: unknown", "permission: forbidden"), 1, "permission_reason"),
    (("  offers:", "  offer:"), 5, "did you mean 'offers'?"),
    (("https://foo.example/prices", "http://foo.com/prices"), 6, "https://"),
    (("https://foo.example/prices", "foo.example/prices"), 6, "https://www.provider.com"),
    (("https://foo.example/prices", "https://foo.example/{region}.csv"), 6, "template"),
    (("https://foo.example/prices", "https://foo.example/#terms"), 6, "after #"),
    (("https://foo.example/prices", "https://user:pass@foo.example/"), 6, "never logs in"),
    (("verified: null", "verified: yesterday"), 7, "2026-11-25"),
    (("      verified: null\n", ""), 6, "verified: null"),
    (("name: Foo", "name: Foo\nseat_country: NO"), 3, 'in quotes, e.g. "NO"'),
    (("name: Foo", "name: Foo\nseat_country: XQ"), 3, "ISO 3166-1"),
    (("name: Foo", "name: 123"), 2, 'in quotes: "123"'),
    (("slug: foo", "slug: fou"), 1, "write `slug: foo`"),
    (("slug: foo\n", ""), 1, "slug: my-provider"),
    (("name: Foo", "name: Foo\nname: Bar"), 3, "leave one out"),
    (("documents:", "cadence: weekly\ndocuments:"), 4, "cadence: {offers: weekly}"),
    (("documents:", "cadence: {offers: wekly}\ndocuments:"), 4, "did you mean 'weekly'?"),
    (("documents:", "cadence:\n  offer: daily\ndocuments:"), 5, "did you mean 'offers'?"),
    (("      verified: null", "      verified: null\n      method: browser"), 8, "write one of"),
    (("documents:", "documents:\n  payment: {none_found: {date: 2026-11-25}}"), 5, "where: site footer"),
    (("documents:", "assertions: {offers_min: 9, offers_max: 3}\ndocuments:"), 4, "swap"),
    (("    - url: https://foo.example/prices", "   - url: https://foo.example/prices"), 7, "indentation"),
])
def test_faults_name_line_and_advice(tmp_path, change, line, advice):
    assert change[0] in GOOD
    faults = faults_of(tmp_path, GOOD.replace(*change, 1))
    assert any(re.search(rf"foo/provider\.yml:{line}: ", f) and advice in f for f in faults), faults
    with pytest.raises(DeclarationError) as caught:
        load_providers(tmp_path)
    assert caught.value.faults == faults


def test_all_faults_are_told_at_once(tmp_path):
    text = GOOD.replace("name: Foo", "nam: Foo").replace("unknown", "maybe").replace("https", "ftp")
    assert len(faults_of(tmp_path, text)) >= 4


def test_the_same_address_twice_in_a_role(tmp_path):
    text = GOOD + "    - url: https://foo.example/prices\n      verified: null\n"
    assert any("twice" in f for f in faults_of(tmp_path, text))


@pytest.mark.parametrize(("line", "offers", "terms"), [("", "daily", "weekly"), ("cadence: {offers: monthly}\n", "monthly", "weekly"),
                                                       ("cadence: {offers: weekly, terms_of_service: quarterly}\n", "weekly", "quarterly")])
def test_cadence_is_that_of_the_role_unless_declared(tmp_path, line, offers, terms):
    text = GOOD.replace("documents:", line + "documents:") + "  terms_of_service:\n    - url: https://foo.example/terms\n      verified: null\n"
    assert faults_of(tmp_path, text) == []
    assert {s.role: s.cadence for s in load_providers(tmp_path)[0].sources()} == {"offers": offers, "terms_of_service": terms}


def test_every_role_has_a_default_cadence():
    assert set(cadence.rules()["roles"]) == set(DOCUMENT_ROLES)
    assert cadence.default_cadence("offers") == "daily"


def test_absence_is_declared(tmp_path):
    text = GOOD + "  export_policy:\n    none_found: {date: 2026-11-25, where: site footer}\n"
    assert faults_of(tmp_path, text) == []
    assert load_providers(tmp_path)[0].info().none_found == {"export_policy": "2026-11-25, site footer"}


@pytest.mark.parametrize("text", ["", "[1, 2]", "just words", "a: &x [1]\nb: *x", "a: 2026-13-45", "\t- x", "a: !!python/object:os.system {}", "x" * 70_000])
def test_other_files_give_one_fault_and_no_trace(tmp_path, text):
    faults = faults_of(tmp_path, text)
    assert faults and all("provider.yml" in f for f in faults)


def test_bytes_that_are_no_text(tmp_path):
    (tmp_path / "foo").mkdir()
    (tmp_path / "foo" / "provider.yml").write_bytes(b"slug: \xff\xfe")
    assert "UTF-8" in check_providers(tmp_path)[1][0]


def test_a_folder_without_a_declaration(tmp_path):
    (tmp_path / "bar").mkdir()
    assert "no provider.yml" in check_providers(tmp_path)[1][0]
    with pytest.raises(DeclarationError, match="no such folder"):
        load_providers(tmp_path / "nowhere")


def test_the_template_only_lacks_what_a_person_must_add(tmp_path):
    path = new_provider("new-cloud", tmp_path)
    assert all(".url: " in f for f in check_providers(tmp_path)[1])
    path.write_text(re.sub(r"- url:\n", "- url: https://new-cloud.example/x\n", path.read_text("utf-8")), encoding="utf-8")
    assert check_providers(tmp_path) == (1, [])
    with pytest.raises(DeclarationError, match="already"):
        new_provider("new-cloud", tmp_path)
    with pytest.raises(DeclarationError, match="no slug"):
        new_provider("../evil", tmp_path)


def test_the_tutorial_shows_a_valid_declaration(tmp_path):
    """docs/add-a-provider.md: its finished file passes, its roles and failure kinds are the ones that there are."""
    from chipwatch.records import FAILURE_KINDS

    text = (PROVIDERS.parent.parent / "docs" / "add-a-provider.md").read_text("utf-8")
    example = next(block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if block.startswith(SCHEMA_LINE))
    (tmp_path / "example-cloud").mkdir()
    (tmp_path / "example-cloud" / "provider.yml").write_text(example, encoding="utf-8")
    assert check_providers(tmp_path) == (1, [])
    assert not [role for role in DOCUMENT_ROLES if f"`{role}`" not in text]
    assert not [kind for kind in FAILURE_KINDS if f"`{kind}`" not in text]
