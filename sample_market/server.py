"""A small web server for the sample market: real HTTP/1.1 on loopback, the site chosen by the Host header.

It is bounded (connections, request size, time) and keeps a log of requests, so that tests can check politeness.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sample_market.sites import Answer, Host, hosts

ADDRESS = "127.0.0.1"
MAX_CONNECTIONS = 64
IDLE_SECONDS = 20.0


@dataclass(slots=True, frozen=True)
class Request:
    """One line of the log. `began` and `ended` are seconds of `time.monotonic()`; an answer ends when its last piece is handed to the network."""

    host: str
    path: str
    status: int
    user_agent: str | None
    began: float
    ended: float
    complete: bool = True                                      # False: the client hung up before the end of the answer
    retry_after: float | None = None                           # seconds, of the Retry-After header of the answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = False

    def __init__(self, sites: dict[str, Host]) -> None:
        super().__init__((ADDRESS, 0), _Handler)
        self.sites = sites
        self.log: list[Request] = []
        self.lock = threading.Lock()
        self.seen: Counter[tuple[str, str]] = Counter()
        self.under_way = 0                                     # answers that are not in the log yet
        self.places = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self.stopping = threading.Event()

    def process_request(self, request, client_address) -> None:
        if not self.places.acquire(timeout=IDLE_SECONDS):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request, client_address) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.places.release()

    def handle_error(self, request, client_address) -> None:
        """A client that goes away in the middle of an answer is its own affair; nothing is printed."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    server: _Server

    def version_string(self) -> str:
        return "sample-market"

    def log_message(self, format: str, *args) -> None:         # noqa: A002 (name given by the base class)
        """The log is kept in memory."""

    def do_GET(self) -> None:
        self._serve(with_body=True)

    def do_HEAD(self) -> None:
        self._serve(with_body=False)

    def _serve(self, with_body: bool) -> None:
        began = time.monotonic()
        name = (self.headers.get("Host") or "").partition(":")[0].lower()
        path = self.path.partition("?")[0]
        site = self.server.sites.get(name)
        answer = self._next(name, path, self._checked(site.answer(self.path))) if site else Answer(421, b"no such host in the sample market", (("Content-Type", "text/plain"),))
        status, complete, self.handed = answer.status, True, None
        wait = next((float(value) for header, value in answer.headers if header == "Retry-After" and value.isdigit()), None)
        with self.server.lock:
            self.server.under_way += 1
        try:
            status = self._send(answer, site, with_body)
        except (ConnectionError, TimeoutError):                # the client has gone
            self.close_connection, complete = True, False
        finally:
            with self.server.lock:
                self.server.under_way -= 1
                self.server.log.append(Request(name, self.path, status, self.headers.get("User-Agent"), began, self.handed if complete and self.handed else time.monotonic(),
                                               complete, wait))

    def _checked(self, answer: Answer) -> Answer:
        """`answer`, or a refusal where the request lacks what it asks for."""
        lacking = next((header for header, value in answer.needs if self.headers.get(header) != value), None)
        if lacking is None:
            return answer
        return Answer(401 if lacking == "Authorization" else 400, b'{"error": "not for this request"}', (("Content-Type", "application/json"),))

    def _next(self, name: str, path: str, answer: Answer) -> Answer:
        """`answer`, or the one that stands before it in this run."""
        with self.server.lock:
            self.server.seen[name, path] += 1
            return answer.first if answer.first and self.server.seen[name, path] == 1 else answer

    def _validators(self, answer: Answer, site: Host | None) -> dict[str, str]:
        """ETag and Last-Modified of a page, as far as its host sends them."""
        if site is None or answer.status != 200:
            return {}
        told = {"ETag": f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'} if "etag" in site.validators else {}
        return told | ({"Last-Modified": answer.modified} if "date" in site.validators else {})

    def _unchanged(self, told: dict[str, str]) -> bool:
        """RFC 9110, 13.2.2: the entity tag counts where one was sent, else the date."""
        sent = self.headers.get("If-None-Match")
        return told.get("ETag") == sent if sent else "Last-Modified" in told and told["Last-Modified"] == self.headers.get("If-Modified-Since")

    def _send(self, answer: Answer, site: Host | None, with_body: bool) -> int:
        """Send an answer; returns its status."""
        headers, told = site.headers if site else (), self._validators(answer, site)
        if answer.delay:
            self.server.stopping.wait(answer.delay)
        if not answer.stall and self._unchanged(told):
            answer = Answer(304)
        body = answer.body
        packed = answer.gzip and len(body) > 300 and "gzip" in (self.headers.get("Accept-Encoding") or "")
        if packed:
            body = gzip.compress(body, 6, mtime=0)
        self.send_response_only(answer.status)
        names = {name.lower() for name, _ in headers}
        for name, value in (*headers, *(() if "server" in names else (("Server", self.version_string()),)), ("Date", self.date_time_string()), *answer.headers):
            self.send_header(name, value)
        if packed:
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Vary", "Accept-Encoding")
        for name, value in told.items():
            self.send_header(name, value)
        length = max(len(body), answer.pad_to) + (1024 if answer.stall else 0)
        if answer.fill_bytes and answer.status == 200:
            self.send_header("Transfer-Encoding", "chunked")
        elif answer.status != 304:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        if not with_body or answer.status == 304:
            return answer.status
        if answer.fill_bytes:
            self._table(answer)
            return answer.status
        self.handed = time.monotonic()
        self.wfile.write(body)
        blanks = b" " * 65536
        for _ in range(max(0, answer.pad_to - len(body)) // len(blanks)):
            self.handed = time.monotonic()
            self.wfile.write(blanks)
        self.wfile.write(b" " * (max(0, answer.pad_to - len(body)) % len(blanks)))
        if answer.stall:
            self._trickle(answer.stall)
        return answer.status

    def _table(self, answer: Answer) -> None:
        """A large table, made as it is sent: the rows of the body far apart among many others."""
        lines = answer.body.splitlines(keepends=True)
        rows = [n for n, line in enumerate(lines) if line.count(b",") >= answer.fill_line.count(",")][1:]       # after the header
        others = "".join(answer.fill_line.replace("{n}", f"{n:06d}") + "\n" for n in range(256)).encode()
        for n, line in enumerate(lines):
            if n in rows:
                for _ in range(max(1, answer.fill_bytes // len(rows) // len(others))):
                    self._chunk(others)
            self._chunk(line)
        self.handed = time.monotonic()
        self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def _trickle(self, seconds: float) -> None:
        """A byte now and then, never all of them."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.server.stopping.wait(0.5):
            self.wfile.write(b".")
            self.wfile.flush()
        self.close_connection = True


class Market(dict):
    """The running market: a mapping of each host to the address that answers for it, `{name: (ip, port)}`, with a log of requests."""

    def __init__(self, server: _Server) -> None:
        super().__init__({name: (ADDRESS, server.server_address[1]) for name in server.sites})
        self._server = server

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def requests(self) -> list[Request]:
        """The log so far, in the order in which the answers ended."""
        with self._server.lock:
            return list(self._server.log)

    def wait_until_idle(self, seconds: float = IDLE_SECONDS) -> None:
        """Until every request that came is in the log: of an answer that never ends the server learns late that the client has hung up. Raises TimeoutError."""
        end = time.monotonic() + seconds
        while self._server.under_way:
            if time.monotonic() > end:
                raise TimeoutError(f"{self._server.under_way} answers of the sample market are still under way")
            time.sleep(0.02)


@contextlib.contextmanager
def serve_hosts(sites: dict[str, Host]) -> Iterator[Market]:
    """Serve these hosts on a free port of 127.0.0.1 until the block ends. Raises OSError where no port can be had."""
    server = _Server(sites)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="sample-market", daemon=True)
    thread.start()
    try:
        yield Market(server)
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def serve(phase: int = 1):
    """Serve the market on a free port of 127.0.0.1 until the block ends; yields a `Market`.

    Raises sites.SiteError for a site file with a fault, OSError where no port can be had.
    """
    return serve_hosts(hosts(phase))
