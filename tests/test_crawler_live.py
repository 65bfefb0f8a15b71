"""The crawler against a loopback server: manners, limits, faults, and a replay that gives the same captures."""

from __future__ import annotations

import hashlib
import json
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from crawler_market import PAGE, PRICES, market

from chipwatch.records import FAILURE_KINDS, Source
from crawler import run as run_module
from crawler.archive import list_records, read_payload
from crawler.errors import ContactMissing, OutputFailed
from crawler.identity import contact_address, user_agent
from crawler.gate import retry_after
from crawler.run import crawl, keep_archive, read_captures
from crawler.spiders.pages import PagesSpider, hosts_in_turn

HOSTS = ("plain.example", "other.example", "closed.example", "broken-robots.example", "patient.example", "limited.example", "tomorrow.example", "silent.example")
LIMITS = {"DOWNLOAD_TIMEOUT": 1, "DOWNLOAD_MAXSIZE": 2_000_000}


def source(url: str, role: str = "terms_of_service", provider: str = "plain", **more) -> Source:
    return Source(provider=provider, url=url, role=role, **more)


# path -> (failure, status) of http://plain.example/PATH
EXPECTED = {
    "terms": (None, 200), "prices": (None, 200), "gzip": (None, 200), "deflate": (None, 200), "chunked": (None, 200), "not-gzip": (None, 200), "sjis": (None, 200),
    "pdf": (None, 200), "r1": (None, 200), "cut-gzip": ("truncated", 200), "bomb": ("too_large", 200), "huge": ("too_large", None), "forbidden": ("forbidden", 403),
    "gone": ("gone", 410), "login": ("unauthorized", 401), "error": ("server_error", 500), "nowhere": ("not_found", 404), "empty": ("empty", 200), "image": ("wrong_type", 200),
    "circle": ("other", None), "mail": ("bad_address", None), "to-metadata": ("private_address", None), "to-loopback": ("private_address", None),
    "to-decimal": ("private_address", None), "broken": ("truncated", 200), "slow": ("timeout", None), "drop": ("other", None),
}
OTHERS = {
    "http://closed.example/open": (None, 200), "http://closed.example/private": ("robots", None), "http://broken-robots.example/a": ("robots", None),
    "http://patient.example/a": ("robots", None), "http://silent.example/a": ("other", None), "http://limited.example/once": (None, 200), "http://limited.example/always": ("rate_limited", 429),
    "http://tomorrow.example/a": ("server_error", 503), "http://tomorrow.example/b": ("rate_limited", None), "http://unmapped.example/": ("dns", None), "http://127.0.0.1/x": ("private_address", None),
    "gopher://plain.example/x": ("bad_address", None), "http://user@plain.example/x": ("bad_address", None),
}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    """One crawl of everything in sample mode, and its replay."""
    folder = tmp_path_factory.mktemp("crawl")
    sources = [source(f"http://plain.example/{path}") for path in EXPECTED]
    sources += [source(url, provider=url.split("/")[2].partition(".")[0]) for url in OTHERS]
    sources += [source("http://plain.example/terms", role="acceptable_use"), source("http://plain.example/never", permission="forbidden", provider="private")]
    told = []
    with market() as server:
        live = crawl(sources, run_dir=folder / "captures" / "r1", run_id="r1", mode="sample", settings={"host_map": server.host_map(*HOSTS), **LIMITS},
                     on_progress=lambda done, note, total: told.append((done, note, total)))
    shutil.copy(folder / "captures" / "r1" / "crawl.warc.gz", folder / "crawl.warc.gz")
    replayed = crawl(sources, run_dir=folder / "again" / "captures" / "r1", run_id="r1", mode="archive", archives=[folder / "crawl.warc.gz"], settings=LIMITS)
    return SimpleNamespace(folder=folder, run=folder / "captures" / "r1", sources=sources, live=live, replayed=replayed, server=server, told=told,
                           by_url={(c.url, c.role): c for c in live})


def test_every_source_gives_one_capture(crawled):
    assert [(c.provider, c.role, c.url) for c in crawled.live] == [(s.provider, s.role, s.url) for s in crawled.sources]
    assert all(c.failure is None or (c.failure in FAILURE_KINDS and c.note) for c in crawled.live)
    assert read_captures(crawled.run / "captures.jsonl") == crawled.live
    assert crawled.told[-1][0] == crawled.told[-1][2] == len(crawled.sources)
    assert [done for done, _, _ in crawled.told] == sorted(done for done, _, _ in crawled.told)


@pytest.mark.parametrize("path", EXPECTED)
def test_pages(crawled, path):
    capture = crawled.by_url[f"http://plain.example/{path}", "terms_of_service"]
    assert (capture.failure, capture.status) == EXPECTED[path]


@pytest.mark.parametrize("url", OTHERS)
def test_other_hosts(crawled, url):
    capture = crawled.by_url[url, "terms_of_service"]
    assert (capture.failure, capture.status) == OTHERS[url]


def test_payloads_are_decoded_and_told_by_their_digest(crawled):
    for path, body in {"terms": PAGE, "gzip": PAGE, "chunked": PAGE, "not-gzip": PAGE, "deflate": PRICES}.items():
        capture = crawled.by_url[f"http://plain.example/{path}", "terms_of_service"]
        payload = read_payload(crawled.folder / capture.warc_file, capture.record_id)
        assert payload.body == body
        assert capture.payload_sha256 == hashlib.sha256(body).hexdigest() and capture.length == len(body)


def test_archive_holds_bytes_headers_requests_and_robots(crawled):
    index = list_records(crawled.run / "crawl.warc.gz")
    assert not index.issues
    kinds = [e.kind for e in index.entries]
    assert kinds[0] == "warcinfo" and kinds.count("request") == kinds.count("response")
    assert "http://closed.example/robots.txt" in {e.url for e in index.entries if e.kind == "response"}
    assert all("127.0.0.1:" not in (e.url or "") for e in index.entries)
    capture = crawled.by_url["http://plain.example/prices", "terms_of_service"]
    headers = read_payload(crawled.folder / capture.warc_file, capture.record_id).headers
    assert [v for n, v in headers if n == "Set-Cookie"] == ["a=1", "b=2"]
    failures = {e.url: e.fields for e in index.entries if e.kind == "metadata"}
    assert failures["http://plain.example/slow"]["chipwatch-failure"] == "timeout"
    assert failures["http://plain.example/never"]["chipwatch-failure"] == "permission"


def test_warcio_finds_no_fault_in_the_archive(crawled):
    done = subprocess.run([sys.executable, "-m", "warcio.cli", "check", str(crawled.run / "crawl.warc.gz")], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "fail" not in done.stdout, done.stdout


def test_replay_gives_the_same_captures(crawled):
    """Record ids, times, redirects, failures and their words included."""
    assert crawled.replayed == crawled.live
    report = json.loads((crawled.folder / "again" / "captures" / "r1" / "run.json").read_text("utf-8"))
    assert report["not_in_sources"] == []
    assert (crawled.folder / "again" / "captures" / "r1" / "crawl.warc.gz").read_bytes() == (crawled.run / "crawl.warc.gz").read_bytes()


def test_redirects_are_kept(crawled):
    capture = crawled.by_url["http://plain.example/r1", "terms_of_service"]
    assert capture.final_url == "http://other.example/terms"
    by_id = {e.record_id: e for e in list_records(crawled.run / "crawl.warc.gz").entries}
    assert [(by_id[r].url, by_id[r].status) for r in capture.redirects] == [("http://plain.example/r1", 301), ("http://plain.example/r2", 302)]


def test_one_address_in_two_roles_is_fetched_once(crawled):
    assert crawled.server.asked("plain.example").count("/terms") == 1
    assert crawled.by_url["http://plain.example/terms", "acceptable_use"].record_id == crawled.by_url["http://plain.example/terms", "terms_of_service"].record_id


def test_forbidden_sources_are_never_asked_for(crawled):
    assert crawled.by_url["http://plain.example/never", "terms_of_service"].failure == "permission"
    assert "/never" not in crawled.server.asked("plain.example")
    assert "/private" not in crawled.server.asked("closed.example") and "/a" not in crawled.server.asked("broken-robots.example")


def test_robots_is_asked_first_and_once(crawled):
    for host in ("plain.example", "closed.example", "limited.example"):
        asked = crawled.server.asked(host)
        assert asked[0] == "/robots.txt" and asked.count("/robots.txt") == 1


def test_a_site_whose_robots_cannot_be_had_is_closed(crawled):
    """RFC 9309, 2.3.1.4; Scrapy by itself would go on without rules."""
    assert {path for _, host, path, _ in crawled.server.log if host == "silent.example"} == {"/robots.txt"}


def test_honest_headers_and_no_cookies(crawled):
    for _, _, _, headers in crawled.server.log:
        assert headers["user-agent"].startswith("chipwatch/") and "http://chipwatch.example/bot" in headers["user-agent"]
        assert "cookie" not in headers and "referer" not in headers and "authorization" not in headers


def test_pauses_are_kept(crawled):
    """Crawl-delay: 10 and Retry-After: 30, scaled by 0.01."""
    times = {(host, path): [t for t, h, p, _ in crawled.server.log if (h, p) == (host, path)] for host, path in
             [("closed.example", "/robots.txt"), ("closed.example", "/open"), ("limited.example", "/once"), ("limited.example", "/always")]}
    assert times["closed.example", "/open"][0] - times["closed.example", "/robots.txt"][0] >= 0.09
    first, second = times["limited.example", "/once"]
    assert second - first >= 0.29
    always = times["limited.example", "/always"]
    assert len(always) == 3 and all(b - a >= 0.29 for a, b in zip(always, always[1:], strict=False))
    limited = [(t, p) for t, h, p, _ in crawled.server.log if h == "limited.example"]
    at = limited.index((first, "/once"))
    assert limited[at + 1][0] - first >= 0.29, "the pause holds for every page of the host"
    assert [p for p in crawled.server.asked("tomorrow.example") if p != "/robots.txt"] == ["/a"], "who asks for a pause of a day is left alone"


def test_one_request_at_a_time_for_a_host(crawled):
    slow_ones = {"plain.example"}                              # the client hangs up on /slow while the server still works on it
    assert all(most == 1 for host, most in crawled.server.most.items() if host not in slow_ones)


# --- budgets, kills, folders -----------------------------------------------------------------------------------------------------

def test_budgets(tmp_path):
    sources = [source(f"http://plain.example/terms?{n}", provider="p") for n in range(5)] + [source(f"http://other.example/huge?{n}", provider="q") for n in range(3)]
    with market() as server:
        captures = crawl(sources, run_dir=tmp_path / "captures" / "r", run_id="r", mode="sample",
                         settings={"host_map": server.host_map(*HOSTS), "CHIPWATCH_MAX_PAGES": 3, "CHIPWATCH_MAX_BYTES": 4_000_000})
        assert len(server.asked("plain.example")) == 1 + 3     # robots.txt is not of the budget
    assert [c.failure for c in captures[:5]].count("budget") == 2
    assert [c.failure for c in captures[5:]].count("budget") == 1


def test_a_killed_crawl_loses_nothing_and_goes_on(tmp_path, monkeypatch):
    sources = [source(f"http://plain.example/terms?{n}", provider=f"p{n}") for n in range(6)]
    workers = []
    real = subprocess.Popen

    def popen(*args, **kwargs):
        workers.append(real(*args, **kwargs))
        return workers[-1]

    monkeypatch.setattr(run_module.subprocess, "Popen", popen)
    run_dir = tmp_path / "captures" / "r"

    def kill_once(done, note, total):
        if done == 2 and len(workers) == 1:
            workers[0].send_signal(signal.SIGKILL)

    with market() as server:
        options = {"run_dir": run_dir, "run_id": "r", "mode": "sample", "settings": {"host_map": server.host_map(*HOSTS), "DOWNLOAD_DELAY": 0.15}}
        captures = crawl(sources, on_progress=kill_once, **options)
        assert len(workers) == 2
        assert [c.failure for c in captures] == [None] * 6
        asked = [p for p in server.asked("plain.example") if p != "/robots.txt"]
        assert len(set(asked)) == 6 and len(asked) <= 7, "what was captured before the kill is not asked for again"
        assert all(read_payload(tmp_path / c.warc_file, c.record_id).body == PAGE for c in captures)
        assert crawl(sources, **options) == captures           # complete: nothing is asked again
        assert len(workers) == 2
        more = crawl([*sources, source("http://other.example/terms", provider="new")], **options)
        assert more[:6] == captures and more[6].failure is None


def test_a_fault_of_ours_in_one_page_leaves_the_provider_its_others():
    def fault(answer):
        raise ZeroDivisionError

    spider = PagesSpider(sources=[])
    first, second = (spider._meta([source(url)], "urn:uuid:0", url) for url in ("http://plain.example/1", "http://plain.example/2"))
    spider._line_up("http://plain.example/2", second)
    told = spider._go_on(first, fault, None)
    assert next(told).url == "http://plain.example/2"
    with pytest.raises(ZeroDivisionError):
        next(told)


def test_hosts_of_a_provider_are_asked_by_turns():
    urls = [f"http://{host}.example/{n}" for host in ("a", "www.a", "b") for n in (1, 2)] + ["http://[b/"]
    assert [url for url, _ in hosts_in_turn([(url, []) for url in urls])] == [
        "http://a.example/1", "http://b.example/1", "http://[b/", "http://a.example/2", "http://b.example/2", "http://www.a.example/1", "http://www.a.example/2"]


def test_interrupted_parent_stops_the_worker(tmp_path):
    """Ctrl-C in a terminal: the crawl stops, what was captured stays."""
    sources = [source(f"http://plain.example/terms?{n}") for n in range(30)]

    def stop(done, note, total):
        if done == 2:
            raise KeyboardInterrupt

    with market() as server:
        with pytest.raises(KeyboardInterrupt):
            crawl(sources, run_dir=tmp_path / "r", run_id="r", mode="sample", settings={"host_map": server.host_map(*HOSTS), "DOWNLOAD_DELAY": 0.2}, on_progress=stop)
        before = len(server.log)
        time.sleep(0.5)
        assert len(server.log) == before
    captures = read_captures(tmp_path / "r" / "captures.jsonl")
    assert 2 <= len(captures) < 30 and not list_records(tmp_path / "r" / "crawl.warc.gz").issues


def test_full_disk_is_one_clear_error(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    sources = [source("http://plain.example/terms"), source("http://plain.example/noise"), source("http://plain.example/prices")]
    run_dir = tmp_path / "captures" / "r"
    run_dir.mkdir(parents=True)
    (run_dir / "crawl.warc.gz").write_bytes(b"")
    with market() as server:
        resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, hard))
        try:
            with pytest.raises(OutputFailed, match=r"cannot write .*crawl.warc.gz.*--data"):
                crawl(sources, run_dir=run_dir, run_id="r", mode="sample", settings={"host_map": server.host_map(*HOSTS), "LOG_ENABLED": False})
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list_records(run_dir / "crawl.warc.gz").issues, "no half-written record is left"


def test_unwritable_folder(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputFailed, match="cannot write"):
        crawl([source("http://plain.example/terms")], run_dir=tmp_path / "file" / "r", run_id="r", mode="sample")


def test_archives_with_one_name_are_both_kept(tmp_path):
    for n in ("a", "b"):
        (tmp_path / n).mkdir()
        (tmp_path / n / "x.warc.gz").write_bytes(n.encode())
    run_dir = tmp_path / "r"
    run_dir.mkdir()
    kept = [keep_archive(tmp_path / n / "x.warc.gz", run_dir)[0].name for n in ("a", "b", "a")]
    assert kept == ["x.warc.gz", "2-x.warc.gz", "x.warc.gz"]


# --- live mode -------------------------------------------------------------------------------------------------------------------

def test_live_needs_a_contact(tmp_path, monkeypatch):
    monkeypatch.delenv("CHIPWATCH_CONTACT", raising=False)
    with pytest.raises(ContactMissing, match="CHIPWATCH_CONTACT"):
        crawl([source("https://a.example/")], run_dir=tmp_path / "r", run_id="r", mode="live")


def test_live_never_reaches_this_machine(tmp_path, monkeypatch):
    """Names that resolve to this machine, and literals, are refused; nothing arrives at the server."""
    monkeypatch.setenv("CHIPWATCH_CONTACT", "crawl@institute.example")
    monkeypatch.setenv("no_proxy", "*")
    with market() as server:
        port = server.server_address[1]
        hosts = ["127.0.0.1", "localhost", "2130706433", "[::1]", "[::ffff:127.0.0.1]"]
        name = socket.gethostname()
        try:
            resolves_here = all(a[4][0].startswith(("127.", "10.", "172.", "192.168.", "::1")) for a in socket.getaddrinfo(name, port))
        except OSError:
            resolves_here = False
        if resolves_here and "." not in name:
            hosts.append(name)                                 # private after DNS
        sources = [source(f"http://{host}:{port}/terms", provider=f"p{n}") for n, host in enumerate(hosts)]
        captures = crawl(sources, run_dir=tmp_path / "r", run_id="r", mode="live", settings={"CHIPWATCH_PACE": 0.01})
        assert [c.failure for c in captures] == ["private_address"] * len(hosts)
        assert server.log == []


def resolve(answers: list[str], allowed=frozenset(), sealed=False, name: str = "a.example") -> list[str]:
    """What PublicResolver lets through of these DNS answers."""
    from twisted.internet.address import IPv4Address, IPv6Address

    from crawler.network import PublicResolver

    def inner(receiver, host, *args):
        receiver.resolutionBegan(None)
        for ip in answers:
            receiver.addressResolved((IPv6Address if ":" in ip else IPv4Address)("TCP", ip, 0))
        receiver.resolutionComplete()

    got = []
    receiver = SimpleNamespace(resolutionBegan=lambda r: None, addressResolved=lambda a: got.append(a.host), resolutionComplete=lambda: None)
    reactor = SimpleNamespace(nameResolver=SimpleNamespace(resolveHostName=inner))
    PublicResolver(reactor, allowed, sealed).resolveHostName(receiver, name)
    return got


def test_private_dns_answers_are_withheld():
    assert resolve(["8.8.8.8", "2606:4700::1111"]) == ["8.8.8.8", "2606:4700::1111"]
    for private in ("127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "fe80::1", "::ffff:10.0.0.1", "fd00::1", "0.0.0.0"):
        assert resolve([private]) == []
        assert resolve(["8.8.8.8", private]) == [], "a name with both kinds of answer is a trap"
    assert resolve(["127.0.0.1"], allowed=frozenset({"127.0.0.1"}), name="127.0.0.1") == ["127.0.0.1"]
    assert resolve(["127.0.0.1"], allowed=frozenset({"127.0.0.1"})) == [], "a name never leads to the address of a test server"
    assert resolve(["8.8.8.8"], sealed=True) == [], "a replay has no network"


def test_a_dead_host_is_left_alone(tmp_path):
    """A host whose robots.txt cannot be had in three tries: no page of it is asked for."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sources = [source(f"http://dead.example/{n}") for n in range(6)]
    started = time.monotonic()
    captures = crawl(sources, run_dir=tmp_path / "r", run_id="r", mode="sample", settings={"host_map": {"dead.example": ("127.0.0.1", port)}})
    assert [c.failure for c in captures] == ["refused"] * 6
    attempts = re.search(r"'downloader/exception_type_count/scrapy.exceptions.DownloadConnectionRefusedError': (\d+)", (tmp_path / "r" / "crawl.log").read_text("utf-8"))
    assert int(attempts.group(1)) == 3
    assert time.monotonic() - started < 15


def test_contact_and_user_agent():
    assert contact_address({"CHIPWATCH_CONTACT": " https://institute.example/crawl "}) == "https://institute.example/crawl"
    assert contact_address({"CHIPWATCH_CONTACT": "a@institute.example"}) == "a@institute.example"
    for bad in ("", "me", "x\r\nEvil: 1", "http://", "a b@c.example"):
        assert contact_address({"CHIPWATCH_CONTACT": bad}) is None
    assert user_agent("a@institute.example").endswith("(+a@institute.example)")


@pytest.mark.parametrize(("value", "seconds"), [
    ("120", 120.0), ("0", 0.0), ("Wed, 25 Nov 2026 18:00:30 GMT", 30.0), ("Wed, 25 Nov 2026 17:00:00 GMT", 0.0), ("soon", None), ("", None), (None, None), ("-5", None),
    ("9" * 30, None), ("１２", None),
])
def test_retry_after(value, seconds):
    from datetime import UTC, datetime

    assert retry_after(value, datetime(2026, 11, 25, 18, 0, 0, tzinfo=UTC).timestamp()) == seconds


def test_scrapy_project(tmp_path):
    """`scrapy list` works from the root of the repository, and a crawl by hand refuses to go out without a contact."""
    root = Path(run_module.__file__).parent.parent
    done = subprocess.run([sys.executable, "-m", "scrapy", "list"], capture_output=True, text=True, cwd=root, timeout=60)
    assert done.stdout.split() == ["pages"], done.stderr


def test_settings_open_no_door():
    from scrapy.settings import Settings

    settings = Settings()
    settings.setmodule("crawler.settings")
    assert settings.getbool("ROBOTSTXT_OBEY") and settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    assert not any(settings.getbool(name) for name in ("REMOTE_CONTROL_ENABLED", "TELNETCONSOLE_ENABLED", "COOKIES_ENABLED", "HTTPPROXY_ENABLED"))
    assert settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == 1 and settings.getfloat("DOWNLOAD_DELAY") == run_module.DELAY >= 1
    assert {k for k, v in settings.getdict("DOWNLOAD_HANDLERS").items() if v} == {"http", "https"}
