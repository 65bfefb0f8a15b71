"""Wires the serving of the data set to the captures: a document as it was read, for the page of a clause; the socket, the server, its end."""

from __future__ import annotations

import functools
import hashlib
import socket
from pathlib import Path
from typing import Any

from chipwatch.errors import UNAVAILABLE, ChipwatchError

LARGEST_SHOWN = 8 << 20                                        # bytes of a payload that is drawn as a page
KEPT = 16                                                      # documents kept read


class CannotServe(ChipwatchError):
    """The address cannot be bound."""

    exit_code = UNAVAILABLE


def documents_of(data: Path) -> Any:
    """`capture row -> document as nlp reads it`, for the page of a clause. Raises DocumentUnavailable where the capture is gone, damaged, or not what the data set says."""
    from dataset.serve.pages import DocumentUnavailable

    @functools.lru_cache(maxsize=KEPT)
    def read(warc_file: str, record_id: str, sha256: str, url: str | None, content_type: str | None, language: str | None) -> Any:
        from crawler.archive import read_payload
        from crawler.errors import ArchiveError
        from nlp.errors import UnreadableDocument
        from nlp.read import read_document

        try:
            payload = read_payload(data / warc_file, record_id)[2]
        except (ArchiveError, OSError) as error:
            raise DocumentUnavailable(f"its capture cannot be read ({error})") from error
        if hashlib.sha256(payload).hexdigest() != sha256:
            raise DocumentUnavailable("the payload in the archive is not the one that was read: its SHA-256 differs")
        if len(payload) > LARGEST_SHOWN:
            raise DocumentUnavailable(f"it is too large to show ({len(payload) >> 20} MiB)")
        try:
            return read_document(payload, url=url, content_type=content_type, language=language)
        except UnreadableDocument as error:
            raise DocumentUnavailable(str(error)) from error

    def document_of(capture: dict[str, Any]) -> Any:
        if not (capture["warc_file"] and capture["record_id"] and capture["payload_sha256"]):
            return None
        if Path(capture["warc_file"]).is_absolute() or ".." in Path(capture["warc_file"]).parts:
            raise DocumentUnavailable("the data set names an archive outside of the data folder")
        return read(capture["warc_file"], capture["record_id"], capture["payload_sha256"], capture["final_url"] or capture["url"], capture["content_type"], capture["language"])

    return document_of


def bound(host: str, port: int) -> socket.socket:
    """A socket bound to the address. Raises CannotServe, saying what to do."""
    import errno

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        sock.listen(128)
    except (OSError, OverflowError) as error:
        sock.close()
        number = getattr(error, "errno", None)
        advice = {errno.EADDRINUSE: f"port {port} is in use: end the program that holds it, or name another with --port (0 takes a free one)",
                  errno.EACCES: f"port {port} needs more rights: name one above 1023 with --port",
                  errno.EADDRNOTAVAIL: "this machine has no such address: leave --host away for 127.0.0.1"}.get(number or 0, f"{error}")
        raise CannotServe(f"cannot serve on {host}:{port}: {advice}") from error
    return sock


def address(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def application(data: Path, database: Path, *, loopback: bool, sql_seconds: float, rows: int) -> Any:
    """What is served, ready. Raises ServeUnavailable where datasette is not installed, and what opening the data set raises."""
    from dataset.serve.app import LOOPBACK, Guard, Limits

    return Guard(database, documents_of(data), Limits(sql_ms=int(sql_seconds * 1000), rows=rows), hosts=LOOPBACK if loopback else None)


def serve(app: Any, sock: socket.socket) -> None:
    """Serve until stopped by Ctrl-C or SIGTERM."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, date_header=True, timeout_graceful_shutdown=3))
    try:
        server.run(sockets=[sock])
    except KeyboardInterrupt:                                  # uvicorn shuts down first, then passes the signal on
        pass
