"""`chipwatch serve`: pages, limits, hostile content; and the road from a provider to a quote, driven in Chromium where there is one."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import html
import importlib.resources
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from array import array
from pathlib import Path
from types import SimpleNamespace

import pytest
from dataset_fakes import ALPHA, PRICES, TERMS, Folder, clause, offer, page, small_market

from dataset.serve.words import fragment_link, highlight, visible, web_address

BAD = "<script>alert(1)</script>"
CHROMIUM = os.environ.get("CHIPWATCH_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ROOT = Path(__file__).resolve().parent.parent


def block(text, at=0, kind="paragraph", **more):
    """A block whose characters stand in the source at `at`, one by one."""
    places = array("I", range(at, at + len(text)))
    ends = array("I", range(at + 1, at + len(text) + 1))
    return SimpleNamespace(kind=kind, level=1, marker=None, chrome=False, content=SimpleNamespace(text=text, starts=places, ends=ends), **more)


# --- words ------------------------------------------------------------------------------------------------------------------------

def test_the_quote_is_marked_where_its_source_characters_stand():
    source = "One sentence. Not offered in Freedonia. Another."
    shown = highlight(SimpleNamespace(text=source, blocks=[block("Title", 1000), block(source)]), 14, 39, "Not offered in Freedonia.")
    assert [[(p.text, p.marked) for p in b.pieces] for b in shown.blocks] == [
        [("Title", False)], [("One sentence. ", False), ("Not offered in Freedonia.", True), (" Another.", False)]]
    assert shown.exact and shown.quote == "Not offered in Freedonia."
    assert not highlight(SimpleNamespace(text="x" * 100, blocks=[block("x" * 100)]), 14, 39, "Not offered in Freedonia.").exact


def test_a_long_document_is_cut_around_the_quote_and_says_so():
    blocks = [block("w" * 1000, n * 1001) for n in range(1500)]
    shown = highlight(SimpleNamespace(text="", blocks=blocks), 1001 * 700, 1001 * 700 + 5, "wwwww")
    assert shown.before == 300 and shown.after == 399 and len(shown.blocks) == 801
    assert sum(b.marked for b in shown.blocks) == 1


@pytest.mark.parametrize("url", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:x", "data:text/html,x", "file:///etc/passwd", "//host/x", "http://", "https://a b/", "http://[", "java\nscript:x", None, ""])
def test_only_web_addresses_become_links(url):
    assert web_address(url) is None and fragment_link(url, "words") is None


def test_text_fragments_are_encoded():
    assert fragment_link("https://a.example/t#s", "not-offered, in A&B") == "https://a.example/t#s:~:text=not%2Doffered%2C%20in%20A%26B"
    assert fragment_link("https://a.example/", "a b c d e f g h i j k l m n") == "https://a.example/#:~:text=a%20b%20c%20d%20e%20f,i%20j%20k%20l%20m%20n"


def test_visible_words_have_no_markup_and_no_direction_marks():
    assert visible("<p>A&amp;B \u202egnp</p>\n<b>x</b> 3 < 4") == "A&B \ufffdgnp x 3 < 4"


# --- pages ------------------------------------------------------------------------------------------------------------------------

class Client:
    """Asks the application without a socket."""

    def __init__(self, application):
        self.application = application
        self.loop = asyncio.new_event_loop()

    def get(self, path, method="GET", host="127.0.0.1:8001"):
        path, _, query = path.partition("?")
        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": query.encode(),
                 "headers": [(b"host", host.encode())], "server": ("127.0.0.1", 8001), "client": ("127.0.0.1", 1)}
        sent = []

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            sent.append(message)

        self.loop.run_until_complete(self.application(scope, receive, send))
        body = b"".join(m.get("body", b"") for m in sent if m["type"] == "http.response.body").decode()
        return SimpleNamespace(status=sent[0]["status"], headers={k.decode().lower(): v.decode() for k, v in sent[0]["headers"]}, text=body)


def served(folder, document_of=lambda capture: None, **limits):
    from dataset.serve.app import Guard, Limits

    return Client(Guard(folder.build(), document_of, Limits(**limits)))


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    """The small market, and documents whose text is the quotes of the fakes from character 10 on."""
    folder = small_market(tmp_path_factory.mktemp("serve"))

    def document_of(capture):
        if capture["provider"] != "alpha":
            return None
        quotes = {"2026-11-01": "You comply with export laws.", "2026-11-08": "You comply with all export laws."}
        text = "0123456789" + quotes[capture["fetched_at"][:10]]
        return SimpleNamespace(text=text, blocks=[block(text[:10]), block(text[10:], 10)])

    client = served(folder, document_of)
    client.folder = folder
    return client


def clause_id(client, label):
    import sqlite3

    with contextlib.closing(sqlite3.connect(client.folder.path / "chipwatch.sqlite")) as connection:
        return connection.execute("select id from clauses where label = ?", (label,)).fetchone()[0]


@pytest.mark.parametrize("path", ["/", "/provider", "/provider/alpha", "/provider/alpha/cn_company", "/provider/beta/company:VN", "/chart", "/chipwatch", "/chipwatch/offers", "/chipwatch/clauses_history",
                                  "/chipwatch/names_china", "/provider/none", "/chipwatch?sql=select+nothing"])
def test_every_page_says_sample_data_and_is_held_to_this_server(market, path):
    answer = market.get(path)
    assert answer.status in (200, 400, 404) and "SAMPLE DATA" in answer.text and 'lang="en"' in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe-eval" not in policy and "http" not in policy
    nonce = re.search("'nonce-([^']+)'", policy)[1]
    assert all(f'nonce="{nonce}"' in tag for tag in re.findall("<script[^>]*>", answer.text))
    loaded = re.findall(r'<(?:script|img|iframe)[^>]* src="([^"]+)"', answer.text) + re.findall(r'<link[^>]*rel="stylesheet"[^>]* href="([^"]+)"', answer.text)
    assert loaded and all(a.startswith("/") and not a.startswith("//") for a in loaded)


def test_the_clause_page_shows_quote_capture_and_redline(market):
    from dataset.opening import opened, records

    key = clause_id(market, "export_compliance")
    answer = market.get(f"/clause/{key}")
    assert answer.status == 200 and "<mark>You comply with all export laws.</mark>" not in answer.text    # the fake quote ends at character 40
    assert "<mark>You comply with all export law</mark>" in answer.text and "does not stand there letter for letter" in answer.text
    assert re.search(r"You comply with <ins>all </ins>export", answer.text)
    with opened(market.folder.path / "chipwatch.sqlite") as connection:
        row = records(connection, "select * from clauses where id = ?", (key,))[0]
    for said in (row["payload_sha256"], row["record_id"].removeprefix("<urn:uuid:").removesuffix(">"), "2026-11-08 00:00 UTC", f"{TERMS}#:~:text=You%20comply%20with"):
        assert said in html.unescape(answer.text)
    before = market.get(f"/clause/{key}?since=2026-11-01T00:00:05Z")
    assert "This state stood from 2026-11-01 to 2026-11-08" in before.text and "<mark>You comply with export laws.</mark>" in before.text


def test_the_clause_page_lists_the_verdicts_that_rest_on_it(market):
    key = clause_id(market, "country_exclusion")
    assert '/provider/alpha/cn_company">' in market.get(f"/clause/{key}").text
    verdict = market.get("/provider/alpha/cn_company").text
    assert "V5" in verdict and f'href="/clause/{key}#quote"' in verdict and "Not offered in mainland China." in verdict


def test_the_provider_page_has_the_receipt_and_both_confidences(market):
    text = market.get("/provider/beta").text
    assert "terms of service</b>: not read – robots.txt asks not to read it" in text
    assert "offer page</b>: read" in text and "stale since 2026-11-08" in text
    assert ">Extraction</th>" in text and ">Completeness</th>" in text
    assert text.count('href="/provider/beta/') == 11           # verdicts for all kinds of customer


def test_an_offer_page_that_was_never_had_is_on_the_receipt(tmp_path):
    folder = Folder(tmp_path)
    folder.run("r1", "2026-11-01T00:00:00Z", providers=[ALPHA])
    folder.visit("r1", "alpha", "offers", PRICES, "2026-11-01T00:00:01Z", failure="robots")
    folder.visit("r1", "alpha", "terms_of_service", TERMS, "2026-11-01T00:00:02Z", page("t"))
    text = served(folder).get("/provider/alpha").text
    assert re.search(rf'<li class="missing"><b>offer page</b>: not read .*\n<br>.*{PRICES}.*robots.*tried 2026-11-01', text)


def test_search_finds_by_name_and_says_when_there_is_none(market):
    assert "Alpha Compute" in market.get("/provider?q=alpha+comp").text and "Beta GPU" not in market.get("/provider?q=alpha+comp").text
    assert "0 providers" in market.get("/provider?q=zzz").text
    assert "Beta GPU" not in market.get("/provider?code=V5").text


@pytest.mark.parametrize("path", ["/provider/nope", "/clause/C-AAAAAAAA", "/provider/alpha/nobody", "/provider/alpha/company:QQQ", "/chart/nope.svg", "/clause/..", "/chipwatch/nope"])
def test_what_is_not_there_is_a_page_of_404(market, path, capfd):
    assert market.get(path).status == 404
    assert "Traceback" not in capfd.readouterr().err


def test_charts_are_drawn_here_and_name_their_figures(market):
    svg = market.get("/chart/verdicts.svg")
    assert svg.status == 200 and svg.headers["content-type"].startswith("image/svg+xml") and svg.text.startswith("<svg") and "<script" not in svg.text
    assert 'src="/chart/prices.svg"' in market.get("/chart").text
    assert market.get("/chart/seats.json").text.count('"seat"') >= 2


def test_every_prepared_question_runs_with_its_fields_left_empty(market):
    from dataset.query import run
    from dataset.questions import questions
    from dataset.serve.questions import prepared

    names = [q.name for q in prepared()]
    assert len(names) >= 35 and len(set(names)) == len(names)
    for name in names:
        answer = market.get(f"/chipwatch/{name}.json")
        assert answer.status == 200, (name, answer.text[:300])
    for asked in questions():
        there = run(market.folder.path / "chipwatch.sqlite", asked.sql, parameters=asked.values()).records()
        assert json.loads(market.get(f"/chipwatch/{asked.name}.json?_shape=array").text) == there, asked.name


def test_defaults_stand_where_a_field_is_left_empty():
    from dataset.serve.questions import with_defaults

    assert with_defaults("select ':x', :a, :b where c = :a", {"a": "it's"}) == "select ':x', coalesce(nullif(:a, ''), 'it''s'), :b where c = coalesce(nullif(:a, ''), 'it''s')"


# --- limits -----------------------------------------------------------------------------------------------------------------------

def test_writing_and_other_files_are_refused(market, tmp_path):
    before = (market.folder.path / "chipwatch.sqlite").read_bytes()
    for sql in ("delete from offer", "attach 'x' as y", "pragma writable_schema=1", "select load_extension('x')", f"vacuum into '{tmp_path / 'x'}'", "select 1; drop table offer",
                "with x as (select 1) insert into meta select 1, 2", "select readfile('/etc/passwd')"):
        answer = market.get("/chipwatch.json?sql=" + sql.replace(" ", "+").replace(";", "%3B").replace("'", "%27"))
        assert answer.status == 400, sql
    for path in ("/chipwatch.db", "/-/databases.json", "/-/plugins", "/-/static/../../app.py", "/chipwatch-static/..%2fapp.py", "/chipwatch-static/../app.py"):
        answer = market.get(path)
        assert answer.status in (403, 404) and str(market.folder.path) not in answer.text
    assert market.get("/chipwatch", method="POST").status == 405
    assert market.get("/", host="evil.example").status == 421 and market.get("/", host="[::1]:8001").status == 200
    assert (market.folder.path / "chipwatch.sqlite").read_bytes() == before and not list(tmp_path.iterdir())


def test_a_query_that_runs_for_ever_is_stopped_and_rows_are_limited(tmp_path):
    client = served(small_market(tmp_path), sql_ms=200, rows=2)
    endless = "with+recursive+a(x)+as+(select+1+union+all+select+x%2B1+from+a)+select+count(*)+from+a"
    begun = time.monotonic()
    answer = client.get(f"/chipwatch?sql={endless}")
    assert answer.status == 400 and "longer than 0.2 s and was stopped" in answer.text and time.monotonic() - begun < 3
    assert client.get("/chipwatch.json?sql=select+id+from+offers&_shape=objects").text.count('"id"') == 3    # two rows, one column name


def test_a_data_set_with_a_damaged_part_says_so_and_is_mended_by_a_new_one(tmp_path, capfd):
    folder = small_market(tmp_path)
    whole = folder.build().read_bytes()
    with contextlib.closing(sqlite3.connect(tmp_path / "chipwatch.sqlite")) as connection:
        page, size = connection.execute("select rootpage from sqlite_schema where name = 'verdict'").fetchone()[0], connection.execute("pragma page_size").fetchone()[0]
    client = served(folder)
    with open(tmp_path / "chipwatch.sqlite", "r+b") as handle:
        handle.seek((page - 1) * size)
        handle.write(b"\xa5" * size)
    assert client.get("/chipwatch/offers").status == 200
    for path in ("/chipwatch/verdicts", "/chipwatch/verdicts.json"):
        answer = client.get(path)
        assert answer.status == 500 and "chipwatch rebuild" in answer.text and "Traceback" not in answer.text, path
    assert "make it again" in capfd.readouterr().err
    assert "database disk image is malformed" in client.get("/chipwatch/verdicts-cn-company").text      # a page of SQL shows what SQLite says
    assert client.get("/chipwatch?sql=select+json_each.value+from+json_each('x')").status == 400
    (tmp_path / "new").write_bytes(whole)
    (tmp_path / "new").replace(tmp_path / "chipwatch.sqlite")
    assert client.get("/chipwatch/verdicts").status == 200


def test_a_new_data_set_is_shown_without_a_restart(tmp_path):
    folder = small_market(tmp_path)
    client = served(folder)
    assert "A800" not in client.get("/provider/alpha").text
    folder.run("r3", "2026-11-15T00:00:00Z", providers=[ALPHA])
    folder.visit("r3", "alpha", "offers", PRICES, "2026-11-15T00:00:01Z", page("prices 3", kind="offers", offers=[offer("H100", 2.2), offer("A800", 1.9)]))
    folder.build()
    assert "A800" in client.get("/provider/alpha").text


# --- hostile content --------------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A provider whose names, quotes and addresses try to get out of their place."""
    folder = Folder(tmp_path_factory.mktemp("hostile"))
    bad = dataclasses.replace(ALPHA, slug="bad", name=f"Bad {BAD}", legal_entity='"><img src=x onerror=alert(2)>', website="javascript:alert(3)", notes="{{ 7777*7777 }}")
    folder.run("r1", "2026-11-01T00:00:00Z", providers=[bad])
    folder.visit("r1", "bad", "offers", "https://bad.example/p", "2026-11-01T00:00:01Z", page("p", kind="offers", offers=[offer(instance_name=f"x{BAD}", location="'-alert(4)-'", quote=BAD)]))
    capture = folder.visit("r1", "bad", "terms_of_service", "https://bad.example/t", "2026-11-01T00:00:02Z", page(f"t{BAD}", clauses=[
        clause(quote=f"Not offered {BAD} {{{{ 7777*7777 }}}}.", exception='"onmouseover="alert(5)', places=["CN"], heading_path=[f"</blockquote>{BAD}"], rule=BAD)]))
    capture.final_url = "javascript:alert(6)//https://bad.example/"
    text = f"0123456789Not offered {BAD} </div></article>{BAD}"
    client = served(folder, lambda capture: SimpleNamespace(text=text, blocks=[block(text)]))
    client.folder = folder
    return client


def test_hostile_content_stays_text(hostile):
    key = clause_id(hostile, "country_exclusion")
    for path in ("/", "/provider", "/provider/bad", "/provider/bad/cn_company", f"/clause/{key}", "/chipwatch/providers", "/chipwatch/clauses", "/chipwatch/offers", "/chart",
                 "/provider?q=%3Cscript%3Ealert(1)%3C/script%3E", "/provider/%3Cscript%3Ealert(1)", "/chipwatch?sql=select+%27%3Cscript%3Ealert(1)%3C/script%3E%27"):
        text = hostile.get(path).text
        assert "<script>alert" not in text and "<img src=x" not in text and 'href="javascript' not in text.lower() and '"onmouseover' not in text, path
        assert "60481729" not in text, path
    page_of_clause = hostile.get(f"/clause/{key}").text
    assert html.escape(BAD) in page_of_clause and "the address cannot be linked" in page_of_clause


# --- the command ------------------------------------------------------------------------------------------------------------------

def command(*arguments, **more):
    return subprocess.Popen([sys.executable, "-m", "chipwatch.cli", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
                            env={**os.environ, "PYTHONPATH": str(ROOT)}, **more)


@contextlib.contextmanager
def running(data):
    """The command at work; gives the process and the address that it prints."""
    process = command("serve", "--port", "0", "--data", data)
    try:
        yield process, process.stdout.readline().strip()
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        process.stdout.close()
        process.stderr.close()


def test_ctrl_c_ends_it_cleanly_and_a_port_in_use_is_named(tmp_path):
    import urllib.request

    small_market(tmp_path).build()
    with running(tmp_path) as (process, address):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", address)
        for _ in range(100):
            with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=10) as answer:
                assert b"Alpha" not in answer.read() and answer.status == 200
                break
        other = command("serve", "--port", re.search(r":(\d+)/", address)[1], "--data", tmp_path)
        _, said = other.communicate(timeout=30)
        assert other.returncode == 69 and "is in use" in said and "--port" in said and "Traceback" not in said
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        rest = process.stderr.read()
        assert rest.endswith("stopped\n") and "Traceback" not in rest and "Error" not in rest


def test_without_a_data_set_it_says_what_to_do(tmp_path):
    process = command("serve", "--data", tmp_path)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 66 and "chipwatch run --sample" in said


def test_without_datasette_the_error_names_it(tmp_path, monkeypatch):
    from dataset.serve.app import Guard, ServeUnavailable

    monkeypatch.setitem(sys.modules, "datasette.app", None)
    with pytest.raises(ServeUnavailable, match="datasette"):
        Guard(small_market(tmp_path).build(), lambda capture: None)


# --- in a browser -----------------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine (Debian: apt install chromium; or name one in CHIPWATCH_CHROMIUM)")
    playwright = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    with playwright.sync_playwright() as machine:
        chromium = machine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def axe():
    package = pytest.importorskip("axe_core_python", reason="the package axe-core-python is not installed")
    return importlib.resources.files(package).joinpath("axe.min.js").read_text("utf-8")


def test_from_a_provider_over_its_verdict_to_the_quote_in_its_document(browser, axe, tmp_path_factory):
    """On a provider of the sample market, crawled for this test; nothing but this server is asked, no script fails, nobody is kept out."""
    data = tmp_path_factory.mktemp("browser")
    made = subprocess.run([sys.executable, "-m", "chipwatch.cli", "run", "--sample", "--provider", "brackenfels", "--no-report", "--data", data], cwd=ROOT, capture_output=True,
                          env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=120)
    assert made.returncode == 0, made.stderr[-2000:]
    with running(data) as (_, address):
        tab = browser.new_context(viewport={"width": 390, "height": 800}).new_page()
        asked, said = [], []
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))

        def examine():
            tab.evaluate(axe)                                  # in the page's own world: the policy allows no foreign script, and evaluation is not one
            found = tab.evaluate("axe.run().then(r => r.violations.filter(v => ['serious', 'critical'].includes(v.impact)).map(v => v.id + ' ' + v.nodes[0].html))")
            assert found == []
            assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), "the page is wider than the screen"
            assert tab.locator(".cw-sample").first.is_visible()

        for _ in range(60):
            try:
                tab.goto(address, timeout=20_000)
                break
            except Exception as error:                         # noqa: BLE001  playwright's own; the server is not up yet
                if "ERR_CONNECTION" not in str(error):
                    raise
                time.sleep(0.2)
        examine()
        tab.get_by_label("Find a provider").fill("bracken")
        tab.get_by_role("button", name="Find").click()
        tab.get_by_role("link", name="Brackenfels Rechenwerk").click()
        examine()
        tab.get_by_role("link", name="Russian company").click()
        assert "V5" in tab.locator("h1").inner_text()
        examine()
        tab.get_by_role("link", name="show it in its document").first.click()
        mark = tab.locator("#quote mark").first
        assert "Russland" in mark.inner_text()
        mark.scroll_into_view_if_needed()
        assert mark.is_visible() and "checked as this page was made" in tab.inner_text("dl.facts")
        examine()
        tab.goto(address + "chart")
        assert tab.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 100)")
        tab.goto(address + "chipwatch/clauses?_facet=label")
        tab.locator("td a[href^='/clause/C-']").first.click()
        assert "/clause/C-" in tab.url
        assert said == [] and all(url.startswith((address, "data:")) for url in asked)


def test_hostile_content_runs_nothing_in_a_browser(browser, hostile):
    import threading

    import uvicorn

    sock = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(hostile.application, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    try:
        tab = browser.new_page()
        ran = []
        tab.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
        tab.on("console", lambda message: ran.append(message.text))
        address = f"http://127.0.0.1:{sock.getsockname()[1]}"
        for path in ("/provider/bad", "/provider/bad/cn_company", f"/clause/{clause_id(hostile, 'country_exclusion')}", "/chipwatch/clauses", "/chipwatch/providers", "/chipwatch/offers"):
            tab.goto(address + path)
            assert tab.evaluate("document.querySelectorAll('img[onerror], [onmouseover], a[href^=javascript i]').length") == 0
        assert ran == []
    finally:
        server.should_exit = True
        thread.join(15)
        sock.close()
