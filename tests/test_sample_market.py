"""The sample market: its pages and its truth agree (checked with a reading of its own, not with the product's), and its server behaves as its sites say."""

from __future__ import annotations

import gzip
import hashlib
import html
import http.client
import json
import os
import re
import threading
import time
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest

from chipwatch.records import CLAUSE_LABELS, CORE_CUSTOMER_KINDS, SIGNAL_LABELS, VERDICT_CODES
from crawler.declarations import check_providers, load_providers
from sample_market.market import crawl_settings, providers_folder, serve, truth
from sample_market.server import IDLE_SECONDS, MAX_CONNECTIONS
from sample_market.sites import PHASES, Answer, SiteError, hosts

DECLARED = {d.slug: d for d in load_providers(providers_folder())}
TRUTH = {phase: truth(phase) for phase in PHASES}
PROVIDERS = sorted(TRUTH[1])
CORPUS = Path(os.environ.get("CHIPWATCH_CORPUS", Path(__file__).parents[2] / "shared"))


# --- a second opinion on what a page says -----------------------------------------------------------------------------------------

class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag, attrs) -> None:
        self.hidden += tag in ("script", "style")
        if tag not in ("b", "i", "a", "span", "strong", "em", "code", "small", "font", "o:p"):
            self.parts.append(" ")

    def handle_endtag(self, tag) -> None:
        self.hidden -= tag in ("script", "style") and self.hidden > 0
        self.parts.append("" if tag in ("b", "i", "a", "span", "strong", "em", "code", "small", "font", "o:p") else " ")

    def handle_data(self, data) -> None:
        if not self.hidden:
            self.parts.append(data)


def plain(text: str) -> str:
    """One line of NFKC text with single blanks."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()


def final_answer(url: str, phase: int) -> Answer:
    """The answer at the end of the redirects."""
    for _ in range(6):
        host, _, path = url.removeprefix("http://").partition("/")
        answer = hosts(phase)[host].answer("/" + path)
        target = dict(answer.headers).get("Location")
        if target is None:
            return answer
        url = target if target.startswith("http") else f"http://{host}{target}"
    raise AssertionError(f"redirects without end: {url}")


def source_of(url: str, phase: int) -> str:
    """The decoded source of a page."""
    answer = final_answer(url, phase)
    kind = dict(answer.headers)["Content-Type"]
    if kind == "application/pdf":
        import pypdfium2

        return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(answer.body))
    stated = re.search(rb"charset=[\"']?([\w-]+)", answer.body[:600])
    charset = re.search(r"charset=([\w-]+)", kind)
    name = charset.group(1) if charset else stated.group(1).decode() if stated else "utf-8"
    return answer.body.decode({"shift_jis": "cp932"}.get(name.lower(), name))


def text_of(url: str, phase: int) -> str:
    """What a person reads on a page, in one line; of a feed or Markdown its source."""
    source = source_of(url, phase)
    if "<" in source[:200] and "html" in source[:400].lower():
        parser = _Text()
        parser.feed(source)
        source = "".join(parser.parts)
    return plain(source)


def shown(price: float) -> str:
    """A pattern for a price in any notation: 1490 as 1490, 1,490, 1.490,00, 1 490 or 1,49,0…; 2.3 as 2.30 or 2,3."""
    whole, _, cents = f"{price:.2f}".partition(".")
    digits = r"[,. ]?".join(whole)
    return rf"(?<![\d.,]){digits}(?:[.,]{cents.rstrip('0') or '0'}0*)?(?![\d])" if cents.strip("0") else rf"(?<![\d.,]){digits}(?:[.,]0+)?(?![\d])"


# --- the truth is complete, and true to the pages ---------------------------------------------------------------------------------

def test_declarations_are_valid_and_every_provider_has_a_truth():
    count, faults = check_providers(providers_folder())
    assert not faults and count == len(TRUTH[1]) >= 12
    assert set(DECLARED) == set(TRUTH[1])


@pytest.mark.parametrize("slug", PROVIDERS)
def test_every_declared_address_has_an_outcome_in_the_truth(slug):
    row, declared = TRUTH[1][slug], DECLARED[slug].sources()
    outcomes = {(d.role, d.url) for d in row.documents}
    elsewhere = set(row.failures) | set(row.unreadable)
    assert {(s.role, s.url) for s in declared if s.url not in elsewhere} == outcomes
    assert {s.url for s in declared} == {d.url for d in row.documents} | elsewhere
    assert set(row.clauses) <= {d.url for d in row.documents}
    judged = {"terms_of_service", "acceptable_use", "service_terms", "export_policy", "supported_countries", "payment", "faq"}
    assert {d.url for d in row.documents if d.role in judged} <= set(row.clauses), "the complete list of clauses is given for every such document"


@pytest.mark.parametrize("slug", PROVIDERS)
def test_identity_is_declared_as_the_truth_has_it(slug):
    info = DECLARED[slug].info().to_dict()
    assert {key: info[key] for key in TRUTH[1][slug].info} == TRUTH[1][slug].info


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("slug", PROVIDERS)
def test_every_row_of_the_truth_stands_on_its_page(slug, phase):
    row = TRUTH[phase][slug]
    texts = {d.url: " ".join(text_of(url, phase) for url in (d.url, *d.pages)) for d in row.documents}
    missing = []
    for url, rows in row.clauses.items():
        missing += [(url, c.label, c.quotes) for c in rows if not any(plain(q) in texts[url] for q in c.quotes)]
    missing += [(url, words) for url, rows in row.lookalikes.items() for _, words in rows if plain(words) not in text_of(url, phase)]
    missing += [(s.document, s.label, s.quote) for s in row.signals if s.quote and plain(s.quote) not in texts[s.document]]
    for url, offer in row.offers:
        text = plain(html.unescape(source_of(url, phase))) if "<script" in source_of(url, phase) else texts[url]
        for value in (offer.instance_name, offer.location and re.split(r", (?=is-)", offer.location)[0]):
            if value and plain(value) not in text:
                missing.append((url, value))
        if offer.price is not None and not re.search(shown(offer.price), text):
            missing.append((url, offer.gpu_name, offer.price, shown(offer.price)))
    supply = " ".join(texts[d.url] for d in row.documents if d.role == "regions")
    missing += [(r.label, r.name) for r in row.regions for value in (r.label, r.name) if plain(value) not in supply]
    missing += [i for i in row.issues if i["code"].startswith("unknown") and not any(i["text"] in t for t in texts.values())]
    assert not missing


@pytest.mark.parametrize("slug", PROVIDERS)
def test_clauses_that_a_later_visit_adds_do_not_stand_on_the_first_page(slug):
    first, later = ({(u, q) for u, rows in TRUTH[p][slug].clauses.items() for c in rows for q in c.quotes} for p in PHASES)
    for url, quote in later - first:
        assert plain(quote) not in text_of(url, 1)


def test_the_market_covers_what_the_product_must_survive():
    rows = TRUTH[1].values()
    clauses = [c for p in rows for found in p.clauses.values() for c in found if not c.optional]
    assert {c.label for c in clauses} == set(CLAUSE_LABELS), "each kind of clause of the taxonomy"
    assert {s.label for p in rows for s in p.signals} == set(SIGNAL_LABELS)
    assert {p.verdicts["cn_company"] for p in rows} == set(VERDICT_CODES), "every verdict is given to somebody"
    assert all(set(CORE_CUSTOMER_KINDS) - {"cn_individual"} <= set(p.verdicts) for p in rows)
    assert {d.language for p in rows for d in p.documents} >= {"en", "de", "fr", "ja", "ko", "zh-Hans", "zh-Hant"}
    assert {d.charset for p in rows for d in p.documents} >= {"utf-8", "shift_jis", "euc-kr", "big5", "windows-1252"}
    offers = [o for p in rows for _, o in p.offers]
    assert {o.currency for o in offers} >= {"USD", "EUR", "JPY", "KRW", "CNY", "INR", "GBP", "HKD", None}
    assert {o.commitment for o in offers} >= {"on_demand", "reserved", "spot", "contact_sales"}
    assert {o.price_scope for o in offers if o.price} == {"gpu", "instance"} and {o.price_unit for o in offers if o.price} == {"hour", "month"}
    assert {o.availability for o in offers} == {"listed", "sold_out", "waitlist", "on_request"} and {o.tax for o in offers} == {"included", "excluded", "unknown"}
    assert len({r.country for p in rows for r in p.regions}) >= 12 and len(offers) >= 100
    assert {kind for p in rows for kind in p.failures.values()} >= {
        "not_found", "robots", "forbidden", "server_error", "private_address", "too_large", "timeout", "empty", "permission", "key_missing", "wrong_type", "feed_changed"}
    assert {d.broken for p in rows for d in p.documents if d.broken} >= {"budget", "bad_address", "private_address"} and any(d.filtered for p in rows for d in p.documents)


def test_terms_are_as_long_as_real_ones():
    """In at least half of the providers whose terms can be read: 1,500 words, or as many characters as take as long to read in Chinese or Japanese."""
    def words(text: str) -> float:
        cjk = len(re.findall(r"[\u3040-\u30ff\u3400-\u9fff]", text))
        hangul = len(re.findall(r"[\uac00-\ud7a3]", text))
        return (len(text.split()) if cjk < 500 and not hangul else 0) + cjk / 1.6 + hangul / 1.6

    lengths = {slug: sum(words(text_of(u, 1)) for u in row.clauses) for slug, row in TRUTH[1].items() if any(d.role == "terms_of_service" for d in row.documents)}
    assert sum(n >= 1400 for n in lengths.values()) >= len(lengths) / 2, lengths
    assert max(lengths.values()) <= 5000


def test_the_second_phase_differs_only_where_the_sites_say_so():
    changed = {host + path for host, site in hosts(1).items() for path, answer in site.answers.items() if answer.body != hosts(2)[host].answers[path].body}
    assert len(changed) >= 7 and "www.haneulbit.example/policy/terms" in changed
    moved = {slug for slug in PROVIDERS if TRUTH[1][slug] != TRUTH[2][slug]}
    assert moved == {"nimbusforge", "quernstone", "cindervale", "lowmere", "skerrybrook"}, "the noise on the Korean pages is no change"
    assert TRUTH[1]["cindervale"].verdicts["cn_subsidiary_abroad"] != TRUTH[2]["cindervale"].verdicts["cn_subsidiary_abroad"]


def test_traps_are_in_place():
    """Text that must never be taken for a finding is really there."""
    assert "headquartered in the People's Republic of China" in source_of("http://www.nimbusforge.example/legal/terms-of-service", 1)      # in a comment
    assert "headquartered in the People's Republic" not in text_of("http://www.nimbusforge.example/legal/terms-of-service", 1)
    traps = [(label, words) for row in TRUTH[1].values() for rows in row.lookalikes.values() for label, words in rows]
    assert len(traps) >= 80 and {label for label, _ in traps} >= {
        "export_compliance", "sanctions_compliance", "denied_party", "supported_countries", "identity_verification", "workload_monitoring", "chip_or_region_limit"}


# --- nothing is borrowed from the real world ---------------------------------------------------------------------------------------

@pytest.mark.corpus
def test_no_name_resembles_a_real_provider():
    listed = CORPUS / "providers" / "providers.jsonl"
    if not listed.exists():
        pytest.skip(f"real pages are not there: set CHIPWATCH_CORPUS (looked in {CORPUS})")
    real = {re.sub(r"[^a-z0-9]", "", json.loads(line)[key].lower()) for line in listed.read_text("utf-8").splitlines() for key in ("slug", "name")}
    assert not [s for s in PROVIDERS for r in real if len(r) > 3 and (s in r or r in s)]


@pytest.mark.corpus
def test_no_passage_of_a_real_page_stands_in_the_market():
    """No run of twelve words is shared with a real terms document, names of laws and lists apart."""
    folder = CORPUS / "corpus" / "terms"
    if not folder.is_dir():
        pytest.skip(f"real pages are not there: set CHIPWATCH_CORPUS (looked in {CORPUS})")

    def words_of(text: str) -> list[str]:
        return re.findall(r"[^\W_]+", plain(text).casefold())

    ours = {}
    for row in TRUTH[1].values():
        for url in row.clauses:
            words = words_of(text_of(url, 1))
            ours |= {tuple(words[i:i + 12]): " ".join(words[i:i + 12]) for i in range(len(words) - 11)}
    begins = {run[:2] for run in ours}
    known = ("convention on contracts for the international", "country group d 5 in supplement", "or is under common control with")
    shared = set()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.stat().st_size < 1_500_000:
            words = words_of(re.sub(r"<[^>]+>", " ", path.read_text("utf-8", errors="replace")))
            shared |= {ours[run] for i, pair in enumerate(zip(words, words[1:], strict=False)) if pair in begins and (run := tuple(words[i:i + 12])) in ours}
    assert not {s for s in shared if not any(k in s for k in known)}


# --- the server ---------------------------------------------------------------------------------------------------------------------

def ask(market, host: str, path: str, headers: dict | None = None, method: str = "GET"):
    connection = http.client.HTTPConnection("127.0.0.1", market.port, timeout=10)
    connection.request(method, path, headers={"Host": host, "User-Agent": "test", **(headers or {})})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


@pytest.fixture(scope="module")
def market():
    with serve() as running:
        yield running


def test_the_host_header_chooses_the_site(market):
    assert set(market) == set(hosts(1)) and set(market.values()) == {("127.0.0.1", market.port)}
    _, german = ask(market, "www.brackenfels.example", "/preise/")
    _, french = ask(market, "www.ventaille.example", "/tarifs/?utm=x")
    assert "Grafikprozessoren" in german.decode() and "sans engagement" in french.decode()
    assert ask(market, "www.real.com", "/")[0].status == 421
    assert ask(market, "www.nimbusforge.example", "/console/")[0].status == 404


def test_encodings_are_what_the_pages_say(market):
    response, body = ask(market, "www.hoshikage.example", "/price/")
    assert response.headers["Content-Type"] == "text/html" and "Ｈ１００" in body.decode("cp932")
    assert "춘천" in ask(market, "www.haneulbit.example", "/price/gpu")[1].decode("euc-kr")
    assert "將軍澳" in ask(market, "www.kestrelwick.example", "/gpu.html")[1].decode("big5")


def test_bodies_are_packed_for_clients_that_take_it(market):
    response, body = ask(market, "www.nimbusforge.example", "/pricing", {"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip" and b"nf.h100.8x" in gzip.decompress(body)
    response, body = ask(market, "www.nimbusforge.example", "/pricing")
    assert response.headers["Content-Encoding"] is None and b"nf.h100.8x" in body


def test_a_conditional_request_is_answered_without_a_body(market):
    response, body = ask(market, "www.nimbusforge.example", "/pricing")
    again, empty = ask(market, "www.nimbusforge.example", "/pricing", {"If-None-Match": response.headers["ETag"]})
    assert (again.status, empty) == (304, b"") and response.headers["ETag"].strip('"') == hashlib.sha256(body).hexdigest()[:16]


def test_a_head_request_has_no_body(market):
    response, body = ask(market, "www.nimbusforge.example", "/pricing", method="HEAD")
    assert response.status == 200 and body == b"" and int(response.headers["Content-Length"]) > 5000


def test_a_chain_of_three_redirects(market):
    steps, url = [], "http://brackenfels.example/agb"
    while True:
        host, _, path = url.removeprefix("http://").partition("/")
        response, _ = ask(market, host, "/" + path)
        steps.append(response.status)
        if response.status == 200:
            break
        target = response.headers["Location"]
        url = target if target.startswith("http") else f"http://{host}{target}"
    assert steps == [301, 302, 301, 200] and url == "http://recht.brackenfels.example/agb.html"


def test_slow_down_once_then_serve():
    with serve() as fresh:
        first, _ = ask(fresh, "www.lowmere.example", "/prices.html")
        second, body = ask(fresh, "www.lowmere.example", "/prices.html")
    assert (first.status, first.headers["Retry-After"], second.status) == (429, "1", 200) and b"LM-H100x8" in body


@pytest.mark.parametrize(("host", "path", "status"), [
    ("www.malhargrid.example", "/regions", 500), ("www.saltbush.example", "/terms", 403), ("www.jatobanuvem.example", "/legal/termos/", 404),
    ("docs.malhargrid.example", "/robots.txt", 503), ("www.kestrelwick.example", "/robots.txt", 404), ("www.malhargrid.example", "/robots.txt", 200)])
def test_faults(market, host, path, status):
    assert ask(market, host, path)[0].status == status


def test_an_empty_page_a_private_target_and_a_page_without_end(market):
    assert ask(market, "www.saltbush.example", "/acceptable-use")[1] == b""
    assert ask(market, "www.drumlincarse.example", "/aup")[0].headers["Location"].startswith("http://169.254.169.254/")
    response, _ = ask(market, "www.saltbush.example", "/all-prices", method="HEAD")
    assert int(response.headers["Content-Length"]) == 80_000_000


def test_a_page_that_never_ends_keeps_nobody_else_waiting(market):
    stalled = http.client.HTTPConnection("127.0.0.1", market.port, timeout=10)
    stalled.request("GET", "/where", headers={"Host": "www.saltbush.example"})
    began = time.monotonic()
    assert ask(market, "www.saltbush.example", "/prices")[0].status == 200
    assert time.monotonic() - began < 2
    stalled.close()


def test_many_clients_at_once(market):
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda: statuses.append(ask(market, "www.quernstone.example", "/docs/locations.md")[0].status)) for _ in range(MAX_CONNECTIONS + 16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(IDLE_SECONDS)
    assert statuses == [200] * len(threads)


def test_an_answer_may_ask_for_a_header(market):
    assert ask(market, "panel.skerrybrook.example", "/price.json")[0].status == 400
    assert ask(market, "panel.skerrybrook.example", "/price.json", {"X-Requested-With": "XMLHttpRequest"})[0].status == 200
    assert ask(market, "api.skerrybrook.example", "/v1/racks", {"Authorization": "Bearer guessed"})[0].status == 401


def test_queries_are_told_apart_where_the_site_does(market):
    assert b"sb-h100-1" in ask(market, "api.skerrybrook.example", "/v1/plans")[1]
    assert b"sb-a100-1" in ask(market, "api.skerrybrook.example", "/v1/plans?after=12")[1]
    assert ask(market, "www.skerrybrook.example", "/racks?utm=1")[0].status == 200


def test_a_large_table_is_made_as_it_is_sent(market):
    response, body = ask(market, "files.skerrybrook.example", "/pricelist/ork-1/index.csv")
    lines = body.splitlines(keepends=True)
    rows = [n for n, line in enumerate(lines) if b"sb-list" in line]
    assert response.headers["Transfer-Encoding"] == "chunked" and 2_500_000 < len(body) < 3_500_000
    assert len(rows) == 2 and rows[1] - rows[0] > 10_000 and b"".join(line for line in lines if b"sb-cpu" not in line) == hosts(1)["files.skerrybrook.example"].answers["/pricelist/ork-1/index.csv"].body


def test_requests_are_logged_for_tests_of_politeness():
    with serve() as fresh:
        ask(fresh, "www.ventaille.example", "/tarifs/")
        ask(fresh, "www.lowmere.example", "/where.html")
        patience = time.monotonic() + 5                        # an answer is logged when its thread is done, a moment after the client has it
        while len(fresh.requests) < 2 and time.monotonic() < patience:
            time.sleep(0.01)
        log = fresh.requests
    assert [(r.host, r.path, r.status, r.user_agent) for r in log] == [
        ("www.ventaille.example", "/tarifs/", 200, "test"), ("www.lowmere.example", "/where.html", 200, "test")]
    assert log[1].ended - log[1].began >= 1.4, "the slow page"


def test_it_stops_with_its_block():
    with serve() as fresh:
        port = fresh.port
        stalled = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        stalled.request("GET", "/where", headers={"Host": "www.saltbush.example"})
        time.sleep(0.2)
        began = time.monotonic()
    assert time.monotonic() - began < 3, "an answer that never ends does not keep the server"
    with pytest.raises(OSError):
        http.client.HTTPConnection("127.0.0.1", port, timeout=2).request("GET", "/")


def test_settings_for_a_crawl_name_every_host(market):
    settings = crawl_settings(market)
    assert json.loads(json.dumps(settings))["HOST_MAP"].keys() == hosts(1).keys() and 1.5 < settings["DOWNLOAD_TIMEOUT"] < 30


def test_an_unknown_phase_is_refused():
    with pytest.raises(ValueError, match="phase 3"), serve(phase=3):
        pass


def test_an_edit_that_no_longer_fits_its_page_is_an_error(tmp_path, monkeypatch):
    from sample_market import sites

    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "site.yml").write_text("hosts:\n  x.example:\n    routes:\n      /a: {text: one, phase_2: [{find: two, put: three}]}\n", "utf-8")
    monkeypatch.setattr(sites, "SITES", tmp_path)
    with pytest.raises(SiteError, match="stands 0 times"):
        hosts.__wrapped__(2)
