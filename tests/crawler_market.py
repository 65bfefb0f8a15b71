"""A small web server on loopback for the crawler's tests: invented hosts, each with a manner or a fault of its own."""

from __future__ import annotations

import contextlib
import functools
import gzip
import random
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = b"<!doctype html><html><head><title>T</title></head><body><h1>Terms</h1><p>You shall not do what is unlawful.</p></body></html>"
PRICES = b"<html><body><table><tr><th>GPU</th><th>Price</th></tr><tr><td>H100</td><td>$2.50/h</td></tr></table></body></html>"


@functools.cache
def bomb() -> bytes:
    """40 MB in 40 KB, made once: the crawl of the tests waits a second for an answer."""
    return gzip.compress(b"0" * 40_000_000, 1, mtime=0)


class Market(ThreadingHTTPServer):
    """Remembers what was asked of it, and when."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        bomb()
        self.log: list[tuple[float, str, str, dict[str, str]]] = []   # time, host, path, headers in lower case
        self.counts: Counter[tuple[str, str]] = Counter()
        self.busy: Counter[str] = Counter()
        self.most: Counter[str] = Counter()                    # most requests at one time, by host

    def handle_error(self, request, client_address) -> None:
        """A client that hangs up is part of the tests."""

    def asked(self, host: str) -> list[str]:
        return [path for _, h, path, _ in self.log if h == host]

    def host_map(self, *hosts: str) -> dict[str, tuple[str, int]]:
        return {h: ("127.0.0.1", self.server_address[1]) for h in hosts}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Market

    def log_message(self, *args) -> None:
        pass

    def answer(self, status: int, body: bytes = b"", headers: tuple[tuple[str, str], ...] = (), content_type: str = "text/html; charset=utf-8") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        host = self.headers.get("Host", "").partition(":")[0]
        market = self.server
        market.log.append((time.monotonic(), host, self.path, {k.lower(): v for k, v in self.headers.items()}))
        market.counts[host, self.path] += 1
        market.busy[host] += 1
        market.most[host] = max(market.most[host], market.busy[host])
        try:
            name = host.partition(".")[0].replace("-", "_")
            getattr(self, f"host_{name}", self.host_plain)()
        except (BrokenPipeError, ConnectionResetError):
            pass
        finally:
            market.busy[host] -= 1

    def host_plain(self) -> None:
        """Pages of every kind; robots.txt is not there."""
        pages = {
            "/terms": lambda: self.answer(200, PAGE), "/prices": lambda: self.answer(200, PRICES, (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))),
            "/gzip": lambda: self.answer(200, gzip.compress(PAGE, mtime=0), (("Content-Encoding", "gzip"),)),
            "/deflate": lambda: self.answer(200, zlib.compress(PRICES), (("Content-Encoding", "deflate"),)),
            "/chunked": self.chunked, "/not-gzip": lambda: self.answer(200, PAGE, (("Content-Encoding", "gzip"),)),
            "/cut-gzip": lambda: self.answer(200, gzip.compress(PAGE, mtime=0)[:-12], (("Content-Encoding", "gzip"),)),
            "/bomb": lambda: self.answer(200, bomb(), (("Content-Encoding", "gzip"),)),
            "/forbidden": lambda: self.answer(403, b"no"), "/gone": lambda: self.answer(410, b"gone"), "/login": lambda: self.answer(401, b"who"),
            "/error": lambda: self.answer(500, b"oops"), "/empty": lambda: self.answer(200, b" \n"), "/image": lambda: self.answer(200, b"\x89PNG1234", (), "image/png"),
            "/r1": lambda: self.answer(301, b"", (("Location", "/r2"),)), "/r2": lambda: self.answer(302, b"", (("Location", "http://other.example/terms"),)),
            "/circle": lambda: self.answer(302, b"", (("Location", "/circle"),)), "/mail": lambda: self.answer(302, b"", (("Location", "mailto:a@b.example"),)),
            "/to-metadata": lambda: self.answer(302, b"", (("Location", "http://169.254.169.254/latest/"),)),
            "/to-loopback": lambda: self.answer(302, b"", (("Location", "http://[::ffff:127.0.0.1]/x"),)),
            "/to-decimal": lambda: self.answer(302, b"", (("Location", "http://2130706433/x"),)),
            "/sjis": lambda: self.answer(200, "<p>利用規約</p>".encode("shift_jis"), (), "text/html"), "/pdf": lambda: self.answer(200, b"%PDF-1.4\n%%EOF", (), "application/pdf"),
            "/broken": self.broken, "/slow": self.slow, "/huge": self.huge, "/drop": self.drop,
            "/noise": lambda: self.answer(200, random.Random(1).randbytes(60_000), (), "text/plain"),
        }
        pages.get(self.path.partition("?")[0], lambda: self.answer(404, b"<h1>Not here</h1>"))()

    def chunked(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in (PAGE[:20], PAGE[20:]):
            self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def broken(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(PAGE) + 500))
        self.end_headers()
        self.wfile.write(PAGE)
        self.close_connection = True

    def drop(self) -> None:
        self.close_connection = True
        self.connection.close()

    def slow(self) -> None:
        time.sleep(4)
        self.answer(200, PAGE)

    def huge(self) -> None:
        self.answer(200, b"x" * 3_000_000)

    def host_silent(self) -> None:
        """robots.txt breaks off; the pages would answer."""
        if self.path == "/robots.txt":
            return self.drop()
        self.answer(200, PAGE)

    def host_closed(self) -> None:
        if self.path == "/robots.txt":
            return self.answer(200, b"User-agent: *\nDisallow: /private\nCrawl-delay: 10\n", (), "text/plain")
        self.answer(200, PAGE)

    def host_broken_robots(self) -> None:
        if self.path == "/robots.txt":
            return self.answer(503, b"", (("Retry-After", "0"),))
        self.answer(200, PAGE)

    def host_patient(self) -> None:
        if self.path == "/robots.txt":
            return self.answer(200, b"User-agent: *\nCrawl-delay: 86400\n", (), "text/plain")
        self.answer(200, PAGE)

    def host_limited(self) -> None:
        """429 with Retry-After: 30 on the first request of a page."""
        if self.path == "/robots.txt":
            return self.answer(404)
        if self.path == "/always" or (self.path == "/once" and self.server.counts["limited.example", "/once"] == 1):
            return self.answer(429, b"slow down", (("Retry-After", "30"),))
        self.answer(200, PAGE)

    def host_tomorrow(self) -> None:
        if self.path == "/robots.txt":
            return self.answer(404)
        self.answer(503, b"closed", (("Retry-After", "86400"),))


@contextlib.contextmanager
def market(handler: type[Handler] = Handler) -> Iterator[Market]:
    server = Market()
    server.RequestHandlerClass = handler
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
