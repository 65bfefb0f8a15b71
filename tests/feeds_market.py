"""A loopback server with feeds of every shape, sound and broken; all companies and figures are invented."""

from __future__ import annotations

import contextlib
import gzip
import json
import time
from collections.abc import Iterator

from crawler_market import Handler, Market, market

KEY = "vq7-K3y/of+the=operator"                                # an invented key, with characters that are escaped in queries
COLUMNS = ["SKU", "TermType", "PricePerUnit", "Currency", "Location", "Instance Type", "GPU", "Remark"]
PREAMBLE = b'"FormatVersion","v1.0"\n"Disclaimer","invented, ""for tests"" only"\n"Publication Date","2026-11-20T00:00:00Z"\n'
GPU_ROWS = (b'"S-1","OnDemand","31.4","USD","Tuas","gx9.24xlarge","8","with\nH100"\n', b'"S-2","OnDemand","12.5","USD","Batam","gx8.12xlarge","8","A100, ""old"""\n')


def plans(first: int, count: int) -> list[dict]:
    return [{"name": f"h100-{n}", "gpu": "H100", "gpus": n, "hourly": 2.5 * n} for n in range(first, first + count)]


def csv_rows(megabytes: float) -> Iterator[bytes]:
    """A price list with two GPU rows among many others, in pieces; made as it is sent."""
    yield PREAMBLE + (",".join(f'"{c}"' for c in COLUMNS) + "\n").encode()
    block = b"".join(b'"N-%05d","OnDemand","0.%04d","USD","Tuas","c%d.large","0","%s"\n' % (n, n % 9999, n % 7, b"x" * 400) for n in range(128))
    count = max(2, int(megabytes * 1_000_000 / len(block)))
    for n in range(count):
        yield block
        if n == 0:
            yield GPU_ROWS[0]
        if n == count - 2:
            yield GPU_ROWS[1]


class Feeds(Handler):
    def page(self, value: object, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> None:
        self.answer(status, json.dumps(value).encode(), headers, "application/json")

    def query(self, name: str, default: str = "") -> str:
        from urllib.parse import parse_qs, urlsplit

        return parse_qs(urlsplit(self.path).query).get(name, [default])[0]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.posted = body
        self.do_GET()

    def do_GET(self) -> None:
        if self.path == "/robots.txt":
            self.answer(404)
            return
        super().do_GET()

    def host_links(self) -> None:
        """Three pages, each with the address of the next; other paths: links that lead astray."""
        page = int(self.query("page", "1"))
        astray = {
            "/host": "http://numbers.example/v1?page=2", "/private": "http://169.254.169.254/latest/meta-data", "/loopback": "http://127.0.0.1:9/x", "/scheme": "ftp://links.example/x",
            "/circle": "http://links.example/circle?page=1", "/endless": f"http://links.example/endless?page={page + 1}", "/port": "http://links.example:8081/port?page=2",
            "/long": "http://links.example/long?x=" + "a" * 5000, "/number": 7, "/user": "http://me:pw@links.example/user?page=2",
        }
        path = self.path.partition("?")[0]
        if path in astray:
            return self.page({"Items": plans(page, 1), "Next": astray[path]})
        if path == "/twelve":
            time.sleep(0.03)
            return self.page({"Items": plans(10 * page, 2), "Next": f"http://links.example{path}?page={page + 1}" if page < 12 else None})
        if path == "/broken" and page == 3:
            return self.page({"error": "worn out"}, 500)
        self.page({"Items": plans(10 * page, 2), "Next": f"http://links.example{path}?page={page + 1}" if page < 3 else None})

    def host_numbers(self) -> None:
        page, path = int(self.query("page", "1")), self.path.partition("?")[0]
        rows = plans(10 * page, 2) if page <= 3 else []
        if path == "/total":
            return self.page({"servers": {r["name"]: r for r in rows}, "total_count": 6})
        if path == "/deaf":
            return self.page({"servers": plans(10, 2)})
        self.page({"servers": rows, "pages": 3} if path == "/pages" else {"servers": rows})

    def host_cursor(self) -> None:
        after = {"": "tok/2=", "tok/2=": "tok3&x", "tok3&x": ""}[self.query("cursor")]
        self.page({"plans": plans(1 if not self.query("cursor") else 5, 1) if after != "" else plans(9, 1), "meta": {"links": {"next": after}}})

    def host_keyed(self) -> None:
        """Sends the key back wherever a server could."""
        given = self.query("key") or (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if given != KEY:
            return self.page({"error": "no key"}, 401)
        if self.path.startswith("/away"):
            return self.answer(302, b"", (("Location", f"http://links.example/stolen?key={KEY}"),))
        echo = {"plans": plans(1, 1), "you": given, "address": self.path, "next": f"http://keyed.example/v1?key={self.query('key')}&page=2" if self.query("page") != "2" else None}
        body = json.dumps(echo).encode()
        if self.path.startswith("/zip"):
            return self.answer(200, gzip.compress(body), (("Content-Encoding", "gzip"), ("X-Your-Key", given)), "application/json")
        if self.path.startswith("/drop"):
            return self.drop()
        self.answer(200, body, (("X-Your-Key", given), ("Set-Cookie", f"k={given}")), "application/json")

    def host_header(self) -> None:
        if self.headers.get("X-Requested-With") != "XMLHttpRequest":
            return self.page({"error": "not for browsers"}, 400)
        self.page({"plans": plans(1, 1)})

    def host_asked(self) -> None:
        question = getattr(self, "posted", b"")
        self.page({"data": plans(4, 1) if b"offers" in question else [], "asked": question.decode()})

    def host_bad(self) -> None:
        answers = {
            "/html": lambda: self.answer(200, b"<!-- x --><!DOCTYPE html><html><body>We are being rebuilt</body></html>"),
            "/not-json": lambda: self.page_text(b'{"plans": [1,'), "/renamed": lambda: self.page({"plans": [{"label": "x", "cost": 1}]}),
            "/moved": lambda: self.page({"products": plans(1, 1)}), "/empty-list": lambda: self.page({"plans": []}), "/nothing": lambda: self.answer(200, b"", (), "application/json"),
            "/scalar": lambda: self.page(7), "/error": lambda: self.page({"error": "please sign in"}), "/deep": lambda: self.page_text(b"[" * 100_000),
        }
        answers[self.path]()

    def page_text(self, body: bytes) -> None:
        self.answer(200, body, (), "application/json")

    def host_bulk(self) -> None:
        """Price lists in CSV; chunked, so that their length is not known beforehand."""
        path = self.path.partition("?")[0]
        if path == "/html":
            return self.answer(200, b"<html><body>" + b"sorry " * 20_000 + b"</body></html>", (), "text/csv")
        if path == "/other":
            return self.answer(200, b"a,b\n" + b"1,2\n" * 100_000, (), "text/csv")
        if path == "/no-match":
            return self.answer(200, (",".join(COLUMNS) + "\n").encode() + b"N,OnDemand,1,USD,Tuas,c1,0,x\n" * 10, (), "text/csv")
        if path == "/gone":
            return self.answer(404, b"no such file")
        packed = path in ("/zipped", "/file.gz")
        self.send_response(200)
        self.send_header("Content-Type", "application/gzip" if path == "/file.gz" else "text/csv")
        if path == "/zipped":
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        pack = gzip.zlib.compressobj(6, gzip.zlib.DEFLATED, 31)     # type: ignore[attr-defined]
        sent = 0
        pieces = (b"0" * 1_000_000 for _ in range(400)) if path == "/bomb" else csv_rows(float(self.query("megabytes", "1")))
        for piece in pieces:
            piece = pack.compress(piece) if packed else piece
            if path == "/stalls" and sent > 100_000:
                time.sleep(4)
            if path == "/slow":
                time.sleep(0.5)
            if path == "/cut" and sent > 300_000:
                self.close_connection = True
                return
            self.chunk(piece)
            sent += len(piece)
        self.chunk(pack.flush() if packed else b"")
        self.wfile.write(b"0\r\n\r\n")

    host_patience = host_bulk

    def chunk(self, piece: bytes) -> None:
        if piece:
            self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")


def feeds() -> contextlib.AbstractContextManager[Market]:
    return market(Feeds)
