"""Pages drawn by Chromium, over loopback: what they yield, what they are kept from, and the replay without a browser."""

from __future__ import annotations

import json
import shutil
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
from scrapy.settings import Settings

from chipwatch.records import Source
from crawler import browser
from crawler.archive import list_records, read_payload
from crawler.run import crawl
from nlp.extract import extract

FAULT = browser.missing(Settings())
needs_browser = pytest.mark.skipif(FAULT is not None, reason=f"drawing pages {FAULT}")
SHELL = b"<!doctype html><html><head><title>Prices</title><meta charset='shift_jis'></head><body><div id=root></div><script src=/app.js></script></body></html>"
DRAW = b"""
fetch('/api/prices').then(r => r.json()).then(rows => {
  document.getElementById('root').innerHTML = '<h1>GPU prices</h1><table><tr><th>GPU</th><th>Price per hour</th></tr>' +
    rows.map(r => `<tr><td>${r.gpu}</td><td>${r.price}</td></tr>`).join('') + '</table><p>\xe2\x82\xac</p>';
});
"""
ROWS = [{"gpu": "NVIDIA H100 80GB SXM", "price": "$2.71 per hour"}, {"gpu": "NVIDIA A100 80GB", "price": "$1.37 per hour"}]


def trap(port: int, udp: int) -> bytes:
    """A page that tries every way out, and says what answered."""
    return """<!doctype html><body><p>Fine print of the trap</p><iframe src="http://127.0.0.1:PORT/frame"></iframe><img src="http://127.0.0.1:PORT/image">
<link rel=stylesheet href="http://127.0.0.1:PORT/style.css"><script>
const say = word => document.body.append(document.createElement('i'), word + ' ');
for (const address of ['http://127.0.0.1:PORT/direct', 'http://169.254.169.254/latest/meta-data/', 'http://[::1]:PORT/six', 'http://2130706433:PORT/decimal', '/away', '/closed/secret',
                       'http://localhost:PORT/name', 'file:///etc/passwd', 'http://evil.example/x'])
  fetch(address, {mode: 'no-cors'}).then(() => say('REACHED ' + address)).catch(() => say('stopped'));
fetch('/api/order', {method: 'POST', body: 'x'}).then(() => say('REACHED post')).catch(() => say('stopped'));
navigator.sendBeacon('http://127.0.0.1:PORT/beacon', 'x');
try { const s = new WebSocket('ws://127.0.0.1:PORT/socket'); s.onmessage = () => say('REACHED socket'); } catch (e) {}
try { new EventSource('http://127.0.0.1:PORT/events'); } catch (e) {}
try { const c = new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:UDP'}]}); c.createDataChannel('x'); c.createOffer().then(o => c.setLocalDescription(o)); } catch (e) {}
try { window.open('http://127.0.0.1:PORT/popup'); } catch (e) {}
if ('serviceWorker' in navigator) navigator.serviceWorker.register('/sw.js').catch(() => {});
setTimeout(() => { location.href = 'http://127.0.0.1:PORT/leave'; }, 50);
</script></body>""".replace("PORT", str(port)).replace("UDP", str(udp)).encode()


class _Site(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.log: list[tuple[str, str, str, str]] = []         # host, method, path, user agent
        self.busy = self.most = 0
        self.lock = threading.Lock()
        self.datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.datagrams.bind(("127.0.0.1", 0))
        self.datagrams.setblocking(False)

    def asked(self, host: str) -> list[str]:
        return [path for h, _, path, _ in self.log if h == host]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args) -> None:
        pass

    def do_GET(self) -> None:
        site = self.server
        host = self.headers.get("Host", "")
        with site.lock:
            site.log.append((host.partition(":")[0], self.command, self.path, self.headers.get("User-Agent", "")))
            site.busy += 1
            site.most = max(site.most, site.busy)
        port, udp = site.server_address[1], site.datagrams.getsockname()[1]
        pages = {
            "/robots.txt": (200, "text/plain", b"User-agent: *\nDisallow: /closed/\n"), "/prices": (200, "text/html", SHELL), "/app.js": (200, "text/javascript; charset=utf-8", DRAW),
            "/api/prices": (200, "application/json", json.dumps(ROWS).encode()), "/trap": (200, "text/html", trap(port, udp)),
            "/endless": (200, "text/html", b"<p>x</p><script>setTimeout(() => { for (;;) {} }, 300)</script>"),
            "/prices?after": (200, "text/html", SHELL),
            "/huge": (200, "text/html", b"<p>x</p><script>document.body.append('x'.repeat(3000000))</script>"), "/gone": (404, "text/html", b"<p>no such page</p>"),
        }
        status, kind, body = (302, "text/html", b"") if self.path == "/away" else pages.get(self.path, (200, "text/plain", b"reached"))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if status == 302:
            self.send_header("Location", f"http://127.0.0.1:{port}/redirected")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        with site.lock:
            site.busy -= 1

    do_POST = do_GET


@pytest.fixture(scope="module")
def site():
    server = _Site()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    server.datagrams.close()


def source(path: str, **more) -> Source:
    return Source(provider="drawn", url=f"http://drawn.example{path}", role="offers", method="rendered", **more)


@pytest.fixture(scope="module")
def drawn(site, tmp_path_factory):
    """One crawl of all pages, and its replay."""
    folder = tmp_path_factory.mktemp("drawn")
    sources = [source("/prices"), source("/prices?after"), source("/trap"), source("/huge"), source("/gone"), source("/closed/page"),
               Source(provider="drawn", url="http://drawn.example/app.js", role="other")]
    settings = {"HOST_MAP": {"drawn.example": ("127.0.0.1", site.server_address[1])}, "DOWNLOAD_MAXSIZE": 2_000_000, "CHIPWATCH_RENDER_SECONDS": 60}
    live = crawl(sources, run_dir=folder / "captures" / "r", run_id="r", mode="sample", settings=settings)
    shutil.copy(folder / "captures" / "r" / "crawl.warc.gz", folder / "crawl.warc.gz")
    again = crawl(sources, run_dir=folder / "again" / "captures" / "r", run_id="r", mode="archive", archives=[folder / "crawl.warc.gz"],
                  settings={"CHIPWATCH_CHROMIUM": "/nowhere", "DOWNLOAD_MAXSIZE": 2_000_000})
    return SimpleNamespace(live={c.url.removeprefix("http://drawn.example"): c for c in live}, again={c.url.removeprefix("http://drawn.example"): c for c in again}, folder=folder)


@needs_browser
def test_prices_that_a_script_draws_are_read(drawn):
    capture = drawn.live["/prices"]
    assert capture.failure is None and capture.content_type.startswith("text/html")
    body = read_payload(drawn.folder / capture.warc_file, capture.record_id).body
    offers = extract(body, url=capture.final_url, kind="offers", content_type=capture.content_type).offers
    assert {(o.gpu_name, o.price, o.currency) for o in offers} == {("H100", 2.71, "USD"), ("A100", 1.37, "USD")}
    assert "€".encode() in body and b"shift_jis" not in body   # drawn text is UTF-8 and says so


@needs_browser
def test_response_and_drawing_are_both_kept(drawn):
    capture = drawn.live["/prices"]
    warc = drawn.folder / capture.warc_file
    drawing = list_records(warc).by_id[capture.record_id]
    assert drawing.kind == "conversion" and drawing.url == "http://drawn.example/prices"
    assert read_payload(warc, drawing.refers_to).body == SHELL
    parts = [e.url for e in list_records(warc).entries if e.kind == "response" and (e.visit or "").endswith(";part")]
    assert parts.count("http://drawn.example/app.js") == 1     # two pages share it
    assert parts.count("http://drawn.example/api/prices") == 2


@needs_browser
def test_a_page_reaches_nobody_but_through_the_crawler(site, drawn):
    body = read_payload(drawn.folder / drawn.live["/trap"].warc_file, drawn.live["/trap"].record_id).body.decode()
    assert "Fine print of the trap" in body and "REACHED" not in body.split("</script>")[1] and body.count("stopped") > 5
    assert {host for host, *_ in site.log} == {"drawn.example"}
    assert {method for _, method, *_ in site.log} == {"GET"}
    assert not [path for path in site.asked("drawn.example") if path not in ("/robots.txt", "/prices", "/prices?after", "/app.js", "/api/prices", "/trap", "/huge", "/gone", "/away")]
    assert all(agent.startswith("chipwatch/") for *_, agent in site.log)
    assert site.most == 1                                      # one request at a time, those of pages included
    with pytest.raises(BlockingIOError):                       # no datagram came (WebRTC)
        site.datagrams.recv(100)


@needs_browser
def test_limits_and_refusals(drawn):
    assert {path: c.failure for path, c in drawn.live.items()} == {
        "/prices": None, "/prices?after": None, "/trap": None, "/huge": "too_large", "/gone": "not_found", "/closed/page": "robots", "/app.js": None}


@needs_browser
@pytest.mark.slow
def test_a_page_that_never_comes_to_rest_ends_in_time(site, tmp_path):
    settings = {"HOST_MAP": {"drawn.example": ("127.0.0.1", site.server_address[1])}, "CHIPWATCH_RENDER_SECONDS": 8}
    endless, prices = crawl([source("/endless"), source("/prices?after")], run_dir=tmp_path / "captures" / "r", run_id="r", mode="sample", settings=settings)
    assert (endless.failure, endless.note) == ("timeout", "the page was not drawn within 8 seconds")
    assert prices.failure is None                              # the browser is fit for the next page


@needs_browser
def test_what_a_page_missed_is_told(drawn):
    assert drawn.live["/prices"].note is None
    assert drawn.live["/trap"].note == ("drawn by a browser without all that it asked for: another page that it leads to 1, dns 1, method POST 1, private address 6, robots 1")


@needs_browser
def test_secure_pages_are_drawn_with_data_of_other_hosts():
    """Loopback serves no certificates; so the fetch is a stand-in here, and the rest is what a live crawl uses."""
    import asyncio
    import logging

    from playwright.async_api import async_playwright

    asked = []

    async def fetch(url, headers, kind):
        asked.append((url, headers.get("origin"), kind))
        script = b"fetch('https://api.other.example/p').then(r => r.json()).then(x => document.getElementById('r').textContent = 'got ' + x.v)"
        return browser.Answered(200, [("Content-Type", "text/javascript"), ("Access-Control-Allow-Origin", "*")], script if kind == "script" else b'{"v": 42}')

    async def draw() -> str:
        document = browser.Answered(200, [("Content-Type", "text/html")], b"<div id=r></div><script src='https://cdn.drawn.example/a.js'></script>")
        page = browser.Page("https://www.drawn.example/x", document, fetch, requests=5, size=10**6, log=logging.getLogger())
        async with async_playwright() as machine:
            chromium = await machine.chromium.launch(**browser.playwright_settings(Settings({"CHIPWATCH_RENDER_SECONDS": 30}))["PLAYWRIGHT_LAUNCH_OPTIONS"])
            tab = await (await chromium.new_context(**browser.context_options("chipwatch/0 (+x)"))).new_page()
            await page.prepare(tab, None)
            await tab.goto(page.url, wait_until="domcontentloaded")
            text = await page.drawn(tab, 10**6)
            await chromium.close()
        return text

    assert ">got 42<" in asyncio.run(draw())
    assert asked == [("https://cdn.drawn.example/a.js", None, "script"), ("https://api.other.example/p", "https://www.drawn.example", "fetch")]


@needs_browser
def test_a_replay_gives_the_same_without_a_browser(drawn):
    same = ("record_id", "failure", "note", "status", "content_type", "payload_sha256", "length", "fetched_at", "final_url")
    assert {p: [getattr(c, f) for f in same] for p, c in drawn.again.items()} == {p: [getattr(c, f) for f in same] for p, c in drawn.live.items()}
    report = json.loads((drawn.folder / "again" / "captures" / "r" / "run.json").read_text("utf-8"))
    assert report["not_in_sources"] == []


def test_without_a_browser_the_source_is_named_and_the_run_goes_on(site, tmp_path):
    before = len(site.log)
    sources = [source("/prices?bare"), Source(provider="drawn", url="http://drawn.example/api/prices", role="other")]
    settings = {"HOST_MAP": {"drawn.example": ("127.0.0.1", site.server_address[1])}, "CHIPWATCH_CHROMIUM": "/nowhere"}
    bare, plain = crawl(sources, run_dir=tmp_path / "captures" / "r", run_id="r", mode="sample", settings=settings)
    assert bare.failure == "no_browser" and bare.note.startswith("needs the rendered extra: ") and "make setup-rendered" in bare.note
    assert plain.failure is None
    assert "/prices?bare" not in [path for _, _, path, _ in site.log[before:]]


def test_hosts_that_only_count_visitors_are_known_with_what_lies_below_them():
    assert browser.is_skipped("www.google-analytics.com") and browser.is_skipped("hotjar.com")
    assert not browser.is_skipped("api.provider.example") and not browser.is_skipped("nothotjar.com")


@needs_browser
def test_the_browser_itself_has_no_network(site):
    """Were a request ever to slip past the routes, it would still reach nobody: the flags alone, without any route."""
    from playwright.sync_api import Error, sync_playwright

    options = browser.playwright_settings(Settings({"CHIPWATCH_RENDER_SECONDS": 10}))["PLAYWRIGHT_LAUNCH_OPTIONS"]
    before, port = len(site.log), site.server_address[1]
    with sync_playwright() as machine:
        chromium = machine.chromium.launch(**options)
        tab = chromium.new_page()
        for address in (f"http://127.0.0.1:{port}/wall", f"http://localhost:{port}/wall", f"http://[::1]:{port}/wall", "http://169.254.169.254/"):
            with pytest.raises(Error, match="ERR_"):
                tab.goto(address, timeout=10_000)
        chromium.close()
    assert len(site.log) == before
