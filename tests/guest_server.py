"""A logging web server on loopback whose hosts are given as data: what each path answers, raw bytes included."""

from __future__ import annotations

import contextlib
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sample_market.guest import Asked

Answer = tuple[int, dict[str, str], bytes]


@dataclass(slots=True)
class Line:
    """A request as it came."""

    asked: Asked
    headers: dict[str, str]


@dataclass(slots=True)
class Site:
    """`pages`: path -> (status, headers, body), or a function of the connection that writes its answer itself. Paths that are not there give 404."""

    pages: dict[str, Answer | Callable] = field(default_factory=dict)
    seconds: float = 0.0                                       # before each answer


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, sites: dict[str, Site]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.sites, self.lines, self.lock, self.stopping = sites, [], threading.Lock(), threading.Event()
        self.connections = 0

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def log(self) -> list[Asked]:
        with self.lock:
            return [line.asked for line in self.lines]

    def asked(self, host: str) -> list[str]:
        return [a.path for a in sorted(self.log, key=lambda a: a.began) if a.host == host]

    def host_map(self, *more: str) -> dict[str, tuple[str, int]]:
        return {host: ("127.0.0.1", self.port) for host in (*self.sites, *more)}

    def handle_error(self, request, client_address) -> None:
        """A client that hangs up is part of the tests."""


class Handler(socketserver.StreamRequestHandler):
    server: Server
    timeout = 20

    def handle(self) -> None:
        self.server.connections += 1
        with contextlib.suppress(ConnectionError, TimeoutError):
            self.one()

    def one(self) -> None:
        """Answer one request. A connection serves one: all hosts are one to the crawler's pool, and some of them close theirs without a word."""
        first = self.rfile.readline(65536)
        began = time.monotonic()
        if not first.strip():
            return
        headers = {}
        while (line := self.rfile.readline(65536)) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        path = first.split()[1].decode("latin-1")
        host = headers.get("host", "")
        name = host.partition(":")[0].rstrip(".").lower()
        site = self.server.sites.get(name) or self.server.sites.get(name.removeprefix("www.")) or Site()
        answer = site.pages.get(path.partition("?")[0], (404, {}, b"<h1>none</h1>"))
        status, complete = 200, True
        if site.seconds:
            time.sleep(site.seconds)
        handed = None                                          # when the answer was handed to the network: the client cannot have it before
        try:
            if callable(answer):
                answer(self)
                retry = None
            else:
                status, fields, body = answer
                retry = float(fields["Retry-After"]) if fields.get("Retry-After", "").isdigit() else None
                head = {"Content-Type": "text/html", "Content-Length": str(len(body)), "Connection": "close", **fields}
                handed = time.monotonic()
                self.wfile.write(f"HTTP/1.1 {status} X\r\n".encode() + b"".join(f"{k}: {v}\r\n".encode("latin-1") for k, v in head.items()) + b"\r\n" + body)
        except (ConnectionError, TimeoutError):
            complete, retry = False, None
        with self.server.lock:
            self.server.lines.append(Line(Asked(host, path, began, handed or time.monotonic(), status, complete, retry, headers.get("user-agent")), headers))
    def trickle(self, piece: bytes, pause: float, seconds: float) -> None:
        """Write a piece now and then."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.server.stopping.wait(pause):
            self.wfile.write(piece)
            self.wfile.flush()


@contextlib.contextmanager
def serving(sites: dict[str, Site]) -> Iterator[Server]:
    server = Server(sites)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
