"""Servers that mean harm: addresses inside the operator's network, by every road; answers without end, or larger than they look; protocol that is none."""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import socket
import threading
import time
import zlib
from pathlib import Path
from types import SimpleNamespace

import brotli
import pytest
from backports import zstd
from guest_dns import Answers
from guest_server import Site, serving

from chipwatch.records import FAILURE_KINDS, Source
from crawler.addresses import host_is_refused, host_key, is_public, literal_address
from crawler.archive import list_records
from crawler.errors import PayloadTooLarge, PayloadUndecodable
from crawler.payload import MAX_PARTS, decode_body
from crawler.run import crawl

TESTS = str(Path(__file__).parent)
PAGE = b"<html><body><h1>Terms</h1><p>The customer pays in advance.</p></body></html>"
OK = (200, {}, PAGE)

PRIVATE = """0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192
192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
:: ::1 fe80::1 fe80::1%eth0 fec0::1 fc00::1 fd00:ec2::254 ff02::1 100::1 2001:db8::1 2001:2::1 3fff::1 5f00::1 4000::1
::ffff:127.0.0.1 ::ffff:a9fe:a9fe ::127.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::169.254.169.254 64:ff9b:1::1 2002:7f00:1:: 2002:a9fe:a9fe::1 2001:0:808:808::80ff:fffe
2a00:1450::5efe:10.0.0.1""".split()
PUBLIC = """1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.0.1.1 198.17.0.1 198.20.0.1 223.255.255.255 2606:4700::1111 2a00:1450:4001::200e ::ffff:8.8.8.8 64:ff9b::808:808
2002:808:808::1""".split()
# spellings of 127.0.0.1 and its like that a resolver or a browser takes for the address
SPELLINGS = """127.1 127.0.1 2130706433 0x7f000001 0x7f.1 0x7F.0x0.0x0.0x1 017700000001 0177.0.0.1 0177.1 0 0x0 00 127.0.0.1. 3232235777 0xa9fea9fe 169.254.43518 [::1] [::ffff:127.0.0.1] [0:0:0:0:0:0:0:1]
[::ffff:7f00:1] [::] [fe80::1%25eth0] 0x 256.1.1.1 1.2.3.4.5 4294967296 localhost LOCALHOST localhost. a.localhost a.localhost. router.local db.internal metadata.google.internal nas.home.arpa intranet
printer.lan app.corp x.localdomain ①②⑦.⓪.⓪.① １２７.0.0.1 127。0。0。1 ⓛocalhost ｌocalhost local­host""".split()


def source(url: str, provider: str = "p", **more) -> Source:
    return Source(provider=provider, url=url, role="terms_of_service", **more)


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_that_are_public(address):
    assert is_public(address)


def test_names_and_spellings():
    for host in SPELLINGS[:SPELLINGS.index("①②⑦.⓪.⓪.①")]:      # the others are made plain by the address parser of Scrapy; see below
        assert host_is_refused(host.strip("[]").replace("%25", "%")), host
    for host in ("provider.com", "www.provider.co.uk", "1password.com", "xn--bcher-kva.example", "0x.example", "localhost.example", "internal.example", "1.2.3.4.example"):
        assert not host_is_refused(host), host
    assert literal_address("0x7f.1") == "127.0.0.1" and literal_address("a.example") is None
    assert host_key("WWW.A.example.") == host_key("a.example") == "a.example" and host_key("www.com") == "www.com"


# --- the way to the network ------------------------------------------------------------------------------------------------------------

DNS = {f"n{n}.trap.test": [ip.partition("%")[0]] for n, ip in enumerate(PRIVATE)}
DNS |= {"mixed4.trap.test": ["8.8.8.8", "127.0.0.1"], "mixed6.trap.test": ["2606:4700::1111", "::ffff:127.0.0.1"], "late.trap.test": ["1.1.1.1", "8.8.8.8", "10.0.0.1"], "here.trap.test": ["127.0.0.1"]}
SCHEMES = ("file:///etc/passwd", "ftp://open.example/x", "data:text/html,<p>x", "javascript:alert(1)", "gopher://open.example/", "//", "http://", "http:///x", "http://[::1", "http://a b/",
           "http://user:pw@open.example/ok", "http://open.example:22/", "http://open.example:99999/", "http://\x00.example/", "view-source:http://open.example/ok", "ws://open.example/ok")


@pytest.fixture(scope="module")
def trapped(tmp_path_factory):
    """A live crawl: real guards, names resolved by a table, one host of the tests' own that redirects into every trap."""
    with pytest.MonkeyPatch.context() as patch, serving({}) as server, serving({}) as proxy:
        patch.setenv("CHIPWATCH_CONTACT", "crawl@institute.example")
        patch.setenv("PYTHONPATH", os.pathsep.join([TESTS, *filter(None, [os.environ.get("PYTHONPATH")])]))
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            patch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        patch.delenv("no_proxy", raising=False)
        port = server.port
        traps = [f"http://{host}:{port}/trap" for host in [*SPELLINGS, *DNS]] + [f"https://here.trap.test:{port}/trap"]
        pages = {f"/to{n}": (302, {"Location": url.encode().decode("latin-1")}, b"") for n, url in enumerate(traps)}
        pages |= {f"/odd{n}": (302, {"Location": url}, b"") for n, url in enumerate(SCHEMES)}
        server.sites |= {"open.example": Site({"/ok": OK, **pages})}
        for n, url in enumerate(traps[::9]):
            server.sites[f"r{n}.example"] = Site({"/robots.txt": (301, {"Location": url.encode().decode("latin-1")}, b""), "/x": OK})
        robots = [f"http://r{n}.example/x" for n in range(len(traps[::9]))]
        direct = [source(url, f"d{n}") for n, url in enumerate(traps)]
        moved = [source(f"http://open.example{path}", f"m{n}") for n, path in enumerate(["/ok", *pages])]
        captures = crawl([*direct, *moved, *(source(url, f"r{n}") for n, url in enumerate(robots))], run_dir=tmp_path_factory.mktemp("traps") / "captures" / "r", run_id="r", mode="live",
                         settings={"HOST_MAP": server.host_map(), "CHIPWATCH_PACE": 0.0005, "DOWNLOAD_TIMEOUT": 5, "RETRY_TIMES": 0,
                                   "TWISTED_DNS_RESOLVER": "guest_dns.FakeDNS", "TEST_DNS": DNS})
        return SimpleNamespace(captures={c.url: c for c in captures}, traps=traps, pages=pages, robots=robots, server=server, proxy=proxy)


def test_no_request_for_an_address_inside(trapped):
    """Directly and by redirect, by literal, spelling, name and DNS answer, over http and https."""
    assert trapped.captures["http://open.example/ok"].failure is None
    for n, url in enumerate(trapped.traps):
        kinds = {trapped.captures[url].failure, trapped.captures[f"http://open.example/to{n}"].failure}
        assert kinds <= {"private_address", "bad_address"}, url
        assert kinds == {"private_address"} or not url.isascii() or "%" in url or "0x:" in url, url


def test_no_request_for_what_is_not_of_the_web(trapped):
    for n, url in enumerate(SCHEMES):
        if url in ("//", "http://", "http:///x"):              # no host: read as paths of the host that redirects
            continue
        assert trapped.captures[f"http://open.example/odd{n}"].failure in ("bad_address", "private_address"), url


def test_robots_may_not_lead_inside(trapped):
    for url in trapped.robots:
        assert trapped.captures[url].failure in ("private_address", "bad_address"), url
    assert not [a for a in trapped.server.log if a.host.startswith("r") and a.path == "/x"], "a site whose robots.txt cannot be had is closed"


def test_only_mapped_hosts_arrive_and_no_proxy_is_used(trapped):
    assert {a.host for a in trapped.server.log} <= set(trapped.server.sites)
    assert "/trap" not in {a.path for a in trapped.server.log}
    assert trapped.proxy.log == [] and trapped.proxy.connections == 0


def test_the_connection_goes_to_the_address_that_was_checked():
    """A name that changes its answer between the check and the connection (DNS rebinding): it is asked for once, and that answer is used."""
    from twisted.internet.endpoints import HostnameEndpoint
    from twisted.internet.protocol import Factory
    from twisted.internet.testing import MemoryReactorClock

    from crawler.network import PublicResolver

    for lists, reached in (([["8.8.8.8"], ["127.0.0.1"]], ["8.8.8.8"]), ([["127.0.0.1"], ["8.8.8.8"]], []), ([["8.8.8.8", "10.0.0.1"], ["8.8.8.8"]], [])):
        reactor = MemoryReactorClock()
        answers = Answers({"rebind.test": lists})
        reactor.nameResolver = PublicResolver(SimpleNamespace(nameResolver=answers), frozenset({"127.0.0.1"}), False)
        waiting = HostnameEndpoint(reactor, b"rebind.test", 80).connect(Factory())
        waiting.addErrback(lambda failure: None)
        reactor.advance(0.1)
        assert [client[0] for client in reactor.tcpClients] == reached and answers.asked == ["rebind.test"]


def test_no_socket_listens_during_a_crawl(tmp_path):
    """No telnet console, no remote control: the crawl process opens no door."""
    found: list[str] = []
    with serving({"a.example": Site({f"/{n}": OK for n in range(5)}, seconds=0.1)}) as server:
        def look(done, note, total):
            found.extend(listening_of_children())

        crawl([source(f"http://a.example/{n}") for n in range(5)], run_dir=tmp_path / "captures" / "r", run_id="r", mode="sample", settings={"HOST_MAP": server.host_map()}, on_progress=look)
        with socket.socket() as door:                          # the look sees one where there is one
            door.bind(("127.0.0.1", 0))
            door.listen()
            assert listening_of(os.getpid())
    assert found == []


def listening_of(pid: int) -> list[str]:
    """Local addresses on which a process listens (from /proc)."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(link)
        except OSError:                                        # closed in between
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    rows = [line.split() for name in ("tcp", "tcp6") if Path(f"/proc/net/{name}").exists() for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    return [row[1] for row in rows if row[3] == "0A" and row[9] in inodes]


def listening_of_children() -> list[str]:
    children = [p.name for p in Path("/proc").iterdir() if p.name.isdigit() and parent_of(p) == os.getpid()]
    assert children, "the crawl runs in a process of its own"
    return [address for pid in children for address in listening_of(int(pid))]


def parent_of(process: Path) -> int | None:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:                                            # it has ended in between
        return None


# --- answers without end, and larger than they look --------------------------------------------------------------------------------------

LIMIT = 2_000_000


def raw(data: bytes):
    return lambda connection: connection.wfile.write(data)


def pour(head: bytes, piece: bytes, pause: float = 0.0):
    def answer(connection) -> None:
        connection.wfile.write(head)
        connection.trickle(piece, pause, 8)
    return answer


def encoded(name: str, body: bytes):
    return (200, {"Content-Encoding": name}, body)


HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html\r\n"
LONG = b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(PAGE)
ZEROS = b"\0" * 40_000_000
HOSTILE = {                                                    # name -> (answer, failures that are right)
    "headers-endless": (pour(HEAD, b"X-A: b\r\n" * 1000), {"too_large"}), "header-long": (raw(HEAD + b"X-A: " + b"b" * 100_000 + b"\r\n" + LONG + PAGE), {"too_large"}),
    "header-30k": (raw(HEAD + b"X-A: " + b"b" * 30_000 + b"\r\n" + LONG + PAGE), {None}), "header-unended": (pour(HEAD + b"X-A: ", b"b" * 10_000), {"too_large"}),
    "status-unended": (pour(b"HTTP/1.1 200 ", b"O" * 10_000), {"too_large"}), "continue-endless": (pour(b"", b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" * 100), {"too_large"}),
    "early-hints": (raw(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + HEAD + LONG + PAGE), {None}),
    "slow-headers": (pour(HEAD, b"X-A: b\r\n", 0.2), {"timeout"}), "slow-body": (pour(HEAD + b"Content-Length: 100000\r\n\r\n", b"<p>", 0.2), {"timeout"}),
    "silent": (lambda c: c.server.stopping.wait(8), {"timeout"}), "body-endless": (pour(HEAD + b"\r\n", b"x" * 50_000), {"too_large"}),
    "chunks-endless": (pour(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"c350\r\n" + b"x" * 50_000 + b"\r\n"), {"too_large"}),
    "chunk-extensions": (pour(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x" * 50_000), {"truncated", "other"}),
    "chunk-huge": (raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 30 + b"\r\n" + PAGE), {"truncated", "other", "timeout", "too_large"}),
    "chunk-negative": (raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n" + PAGE), {"truncated", "other"}),
    "trailers-endless": (pour(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", b"X-A: b\r\n" * 1000), {"truncated", "other"}),
    "length-long": (raw(HEAD + b"Content-Length: 5000\r\n\r\n" + PAGE), {"truncated"}), "length-short": (raw(HEAD + b"Content-Length: 20\r\n\r\n" + PAGE), {None}),
    "length-negative": (raw(HEAD + b"Content-Length: -1\r\n\r\n" + PAGE), {"other"}), "length-word": (raw(HEAD + b"Content-Length: many\r\n\r\n" + PAGE), {"other"}),
    "length-huge": (raw(HEAD + b"Content-Length: 99999999999999999999\r\n\r\n" + PAGE), {"too_large"}), "length-twice": (raw(HEAD + b"Content-Length: 5\r\nContent-Length: 50\r\n\r\n" + PAGE), {"other", "truncated"}),
    "length-both": (raw(HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n4\r\nabcd\r\n0\r\n\r\n"), {None, "other"}),
    "status-2-0": (raw(b"HTTP/1.1 2_0 OK\r\n" + LONG + PAGE), {"other"}), "status-999": (raw(b"HTTP/1.1 999 Denied\r\n" + LONG + PAGE), {"server_error"}), "status-20": (raw(b"HTTP/1.1 20 OK\r\n" + LONG + PAGE), {"other"}),
    "status-0": (raw(b"HTTP/1.1 000 Nothing\r\n" + LONG + PAGE), {"other"}), "status-minus": (raw(b"HTTP/1.1 -200 OK\r\n" + LONG + PAGE), {"other"}),
    "status-long": (raw(b"HTTP/1.1 20000000000000000000 OK\r\n" + LONG + PAGE), {"other"}), "status-bare": (raw(b"HTTP/1.1 200\r\n" + LONG + PAGE), {None}),
    "status-word": (raw(b"HTTP/1.1 OK\r\n" + LONG + PAGE), {"other"}), "icy": (raw(b"ICY 200 OK\r\n" + LONG + PAGE), {None, "other"}), "version-9": (raw(b"HTTP/9.9 200 OK\r\n" + LONG + PAGE), {None, "other"}),
    "no-protocol": (raw(PAGE), {"other"}), "noise": (raw(bytes(range(256)) * 200), {"other", "too_large"}), "empty-answer": (raw(b""), {"other"}), "tls-alert": (raw(b"\x15\x03\x01\x00\x02\x02\x28"), {"other"}),
    "nul-header": (raw(HEAD + b"X-A: a\0b\r\nX\0B: c\r\n" + LONG + PAGE), {None, "other"}), "cr-header": (raw(HEAD + b"X-A: a\rX-B: b\r\n" + LONG + PAGE), {None, "other"}),
    "latin-header": (raw(HEAD + b"X-A: caf\xe9 \xff\r\n" + LONG + PAGE), {None}), "folded": (raw(HEAD + b"X-A: a\r\n  b\r\n" + LONG + PAGE), {None}), "no-colon": (raw(HEAD + b"rubbish\r\n" + LONG + PAGE), {None}),
    "empty-name": (raw(HEAD + b": x\r\n" + LONG + PAGE), {None, "other"}), "warc-in-header": (raw(HEAD + b"X-A: x\r\nWARC/1.0: y\r\n" + LONG + b"WARC/1.0\r\nWARC-Type: response\r\n\r\n" + PAGE), {None}),
    "many-types": (raw(HEAD + b"Content-Type: image/png\r\n" * 500 + LONG + PAGE), {"wrong_type", None}),
    "switch": (raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + PAGE), {"other", "timeout", "truncated"}), "no-content": (raw(b"HTTP/1.1 204 None\r\n" + LONG + PAGE), {"empty"}),
    "unasked-304": (raw(b"HTTP/1.1 304 Same\r\nConnection: close\r\n\r\n"), {"bad_address", "other"}), "partial": (raw(b"HTTP/1.1 206 Part\r\nContent-Range: bytes 0-10/99\r\n" + LONG + PAGE), {None, "truncated", "other"}),
    "gzip-bomb": (encoded("gzip", gzip.compress(ZEROS)), {"too_large"}), "gzip-twice": (encoded("gzip, gzip", gzip.compress(gzip.compress(ZEROS))), {"too_large"}),
    "gzip-members": (encoded("gzip", gzip.compress(b"", mtime=0) * 90_000), {"other"}), "deflate-bomb": (encoded("deflate", zlib.compress(ZEROS)), {"too_large"}),
    "br-bomb": (encoded("br", brotli.compress(ZEROS, quality=5)), {"too_large"}), "zstd-bomb": (encoded("zstd", zstd.compress(ZEROS)), {"too_large"}),
    "encodings": (encoded(",".join(["gzip"] * 50), gzip.compress(PAGE)), {"other"}), "encoding-odd": (encoded("aes, \x01", PAGE), {"other"}), "large": ((200, {}, b"x" * (LIMIT + 1)), {"too_large"}),
    "circle": ((302, {"Location": "/x"}, b""), {"other"}), "crlf": ((302, {"Location": "http://open.example/\x0d%0d%0aX: y"}, b""), {"bad_address", "not_found", "dns", "other"}),
    "far": ((302, {"Location": "/" + "a" * 60_000}, b""), {"bad_address"}),
}


def chain(connection) -> None:
    """A redirect to an address that was never seen, each time."""
    chain.n += 1
    connection.wfile.write(b"HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: /%d\r\nContent-Length: 0\r\n\r\n" % chain.n)


chain.n = 0


class Everywhere(dict):
    def get(self, path, default=None):
        return default if path == "/robots.txt" else chain


@contextlib.contextmanager
def worker_peak():
    """[most memory that a crawl process below this one has held, in KiB]: read from /proc, as the kernel's count for all children remembers earlier tests."""
    peak, done = [0], threading.Event()

    def look() -> None:
        while not done.wait(0.02):
            for task in Path("/proc").glob("[0-9]*/status"):
                with contextlib.suppress(OSError, KeyError):   # the process has ended meanwhile
                    fields = dict(line.split(":", 1) for line in task.read_text().splitlines() if ":" in line)
                    if int(fields["PPid"]) == os.getpid() and b"crawler.worker" in (task.parent / "cmdline").read_bytes():
                        peak[0] = max(peak[0], int(fields["VmHWM"].split()[0]))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    sites = {f"{name}.example": Site({"/x": answer}) for name, (answer, _) in HOSTILE.items()}
    sites["chain.example"] = Site(Everywhere())
    sources = [source(f"http://{host}/x", host.partition(".")[0]) for host in sites]
    settings = {"DOWNLOAD_TIMEOUT": 2, "DOWNLOAD_MAXSIZE": LIMIT, "RETRY_TIMES": 0, "CONCURRENT_REQUESTS": 100}
    with serving(sites) as server, worker_peak() as peak:
        started = time.monotonic()
        live = crawl(sources, run_dir=folder / "captures" / "r", run_id="r", mode="sample", settings={"HOST_MAP": server.host_map(), **settings})
        seconds = time.monotonic() - started
    shutil.copy(folder / "captures" / "r" / "crawl.warc.gz", folder / "crawl.warc.gz")
    again = crawl(sources, run_dir=folder / "again" / "captures" / "r", run_id="r", mode="archive", archives=[folder / "crawl.warc.gz"], settings=settings)
    return SimpleNamespace(folder=folder, live=live, again=again, seconds=seconds, peak=peak[0] / 1024, by_name={c.provider: c for c in live}, server=server)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_answers(hostile, name):
    assert hostile.by_name[name].failure in HOSTILE[name][1]


def test_hostile_answers_cost_little(hostile):
    assert hostile.seconds < 25 and 20 < hostile.peak < 600, (hostile.seconds, hostile.peak)
    assert hostile.by_name["chain"].failure == "other" and chain.n <= 12, "redirects are bounded"


def test_hostile_answers_replay_as_they_were(hostile):
    different = [(a.provider, a.failure, b.failure) for a, b in zip(hostile.live, hostile.again, strict=True) if a != b]
    assert different == []
    assert not list_records(hostile.folder / "crawl.warc.gz").issues
    assert all(c.failure is None or c.failure in FAILURE_KINDS for c in hostile.live)


def test_a_crawl_of_hostile_servers_logs_no_traceback(hostile):
    text = (hostile.folder / "captures" / "r" / "crawl.log").read_text("utf-8", errors="replace")
    assert "Traceback" not in text, text[text.index("Traceback") - 500:][:1500]


# --- decompression -----------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("name", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress), ("zstd", zstd.compress)])
def test_encodings_whole_and_cut(name, pack):
    for body in (b"", b"x", PAGE * 3000, os.urandom(200_000)):
        assert decode_body(pack(body), [name]) == body
        for cut in (1, 5, len(pack(body)) // 2):
            if 0 < cut < len(pack(body)) - 4 and len(body) > 1:
                with pytest.raises(PayloadUndecodable, match="cut short|damaged"):
                    decode_body(pack(body)[:-cut], [name])
    if name in ("gzip", "zstd"):
        assert decode_body(pack(PAGE) + pack(b"") + pack(PAGE), [name]) == PAGE * 2, "member after member"


@pytest.mark.parametrize(("name", "part"), [("gzip", gzip.compress(b"", mtime=0)), ("zstd", zstd.compress(b""))])
def test_a_million_empty_parts_cost_nothing(name, part):
    started = time.process_time()
    with pytest.raises(PayloadUndecodable, match=f"{MAX_PARTS:,}"):
        decode_body(part * 1_000_000, [name])
    assert time.process_time() - started < 5


def test_bombs_stop_at_the_limit():
    for name, pack in (("gzip", gzip.compress), ("br", lambda b: brotli.compress(b, quality=1)), ("zstd", zstd.compress), ("deflate", zlib.compress)):
        with pytest.raises(PayloadTooLarge):
            decode_body(pack(ZEROS), [name], 1_000_000)
    greedy = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 30, zstd.CompressionParameter.content_size_flag: 0})
    with pytest.raises(PayloadUndecodable, match="memory"):
        decode_body(greedy.compress(PAGE) + greedy.flush(), ["zstd"])
