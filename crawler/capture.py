"""Keep what was fetched, byte for byte, in a WARC file (ISO 28500) that any WARC tool reads.

Kept: every response with its request (retries, redirects, robots.txt included), and a metadata record for every visit that failed.
Extension field `X-Chipwatch-Visit` groups the records of one visit, so that a replay takes the same road.
"""

from __future__ import annotations

import hashlib
import http
import io
import json
import os
import platform
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

try:
    from isal import isal_zlib as _zlib                        # the same format, at a tenth of the time

    _LEVEL = 2
except ImportError:                                            # no build for this processor
    _zlib, _LEVEL = zlib, 1

from crawler.archive import ASKED_FIELD, FILTER_FIELD, FOLLOWS_FIELD, GZIP, ORIGINAL_FIELD, PAGE_FIELD, SAID_FIELD, VISIT_FIELD, _gzip_member
from crawler.errors import OutputFailed

FAILURE_FIELD = "chipwatch-failure"
NOTE_FIELD = "chipwatch-note"
PART = ";part"                                                 # ends the visit of a file that a drawn page fetched: no page of its own
# WARC 1.1, 6.7.2 and 6.7.3; the URIs as the specification has them
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"


class Kept(NamedTuple):
    """Where an answer was written."""

    record_id: str
    date: str                                                  # WARC-Date
    offset: int                                                # first byte of the record in the file


class Original(NamedTuple):
    """The response that holds the payload of a page visited before."""

    record_id: str
    warc_file: str                                             # relative to the data folder
    warc_offset: int
    url: str                                                   # its WARC-Target-URI
    fetched_at: str                                            # its WARC-Date
    payload_sha256: str                                        # of the decoded payload
    etag: str | None = None
    last_modified: str | None = None
    payload_digest: str | None = None                          # WARC-Payload-Digest of its record, once that was read


def page_fields(meta: Mapping[str, Any]) -> dict[str, str]:
    """Extension fields of the records of a feed: the page, the record that led to it, the digest of the question that was posted."""
    fields = {}
    if meta.get("page", 1) > 1:
        fields |= {PAGE_FIELD: str(meta["page"]), FOLLOWS_FIELD: meta["follows"]}
    asked = asked_digest(meta.get("feed"))
    return fields | ({ASKED_FIELD: asked} if asked else {})


def asked_digest(feed: Mapping[str, Any] | None) -> str | None:
    """Digest of the question that a feed is asked by POST; None for a GET."""
    return f"sha256:{hashlib.sha256(feed['post']['body'].encode()).hexdigest()}" if feed and "post" in feed else None


def now() -> str:
    """The time in the form of our records: UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class _Member:
    """What warcio writes a record to: collected, and put into the file as one gzip member."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._parts = file, []

    def write(self, data: bytes) -> None:
        self._parts.append(data)

    def flush(self) -> None:
        engine = _zlib.compressobj(_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        self._file.write(engine.compress(b"".join(self._parts)) + engine.flush())


def writer(file: BinaryIO):
    """A writer of WARC records, one gzip member each. warcio's own compresses at level 9, which costs more than all the rest of a crawl."""
    from warcio.warcwriter import WARCWriter

    class Writer(WARCWriter):
        def write_record(self, record, params=None) -> None:
            self._write_warc_record(_Member(self.out), record)

    return Writer(file, gzip=False, warc_version="1.1")


def repair_tail(path: Path) -> int:
    """Cut off a record that a killed crawl left half written, so that more can be appended. Returns the bytes removed."""
    if not path.exists():
        return 0
    size = path.stat().st_size
    good = 0
    with open(path, "r+b") as handle:
        while good < size:
            handle.seek(good)
            if handle.read(3) != GZIP:
                break
            _, end, damage = _gzip_member(handle, good)
            if end <= good or damage == "truncated":
                break
            good = end
        handle.truncate(good)
    return size - good


class Recorder:
    """Writes one WARC file. One record is written whole or not at all: after a failed write the file ends where it did before."""

    def __init__(self, path: Path, *, run_id: str, software: str, user_agent: str, contact: str) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            repair_tail(path)
            self._file = open(path, "ab")
        except OSError as error:
            raise OutputFailed(f"cannot write {path}: {error.strerror}; free some space or give another folder with --data") from None
        self._writer = writer(self._file)
        info = {"software": software, "format": "WARC File Format 1.1", "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
                "robots": "obey", "isPartOf": run_id, "http-header-user-agent": user_agent, "operator": contact, "hostname": platform.node()}
        record = self._writer.create_warcinfo_record(path.name, info)
        record.rec_headers.replace_header("WARC-Date", now())
        self.warcinfo = record.rec_headers.get_header("WARC-Record-ID")
        self._write([record])

    def _write(self, records: Iterable[object]) -> list[int]:
        """Write these records; returns their offsets."""
        start = self._file.tell()
        starts = []
        try:
            for record in records:
                starts.append(self._file.tell())
                self._writer.write_record(record)
            self._file.flush()
        except OSError as error:
            try:
                os.ftruncate(self._file.fileno(), start)
            except OSError:
                pass                                           # the tail is repaired when the crawl is resumed
            raise OutputFailed(f"cannot write {self.path}: {error.strerror}; free some space or give another folder with --data") from None
        return starts

    def _headers(self, date: str, visit: str | None, more: Mapping[str, str] | None = None) -> dict[str, str]:
        fields = {"WARC-Date": date, "WARC-Warcinfo-ID": self.warcinfo}
        if visit:
            fields[VISIT_FIELD] = visit
        return fields | dict(more or {})

    def response(self, *, url: str, method: str, request_headers: list[tuple[str, str]], request_target: str, status: int,
                 headers: list[tuple[str, str]], body: bytes, protocol: str, ip: str | None, visit: str | None, cut: bool,
                 original: Original | None = None, more: Mapping[str, str] | None = None, asked: bytes = b"",
                 streamed: Mapping[str, Any] | None = None) -> Kept:
        """Write a response and its request; with `original`, a revisit record that refers to it instead of the payload. Raises OutputFailed.

        `more`: extension fields. `asked`: body of the request. `streamed`: what `feeds.asking.fetch_stream` says of a large file; then `body` is what
        its filter kept, and goes into a conversion record, which is the one returned.
        """
        from warcio.statusandheaders import StatusAndHeaders

        date = now()
        fields = self._headers(date, visit, more)
        if ip:
            fields["WARC-IP-Address"] = ip
        if cut or streamed:
            fields["WARC-Truncated"] = "disconnect" if cut else "length"
        try:
            phrase = http.HTTPStatus(status).phrase
        except ValueError:
            phrase = ""
        http_headers = StatusAndHeaders(f"{status} {phrase}".strip(), streamed["headers"] if streamed else headers, protocol=protocol)
        held = b"" if streamed else body
        if original:
            answer = self._revisit(url, original, fields, http_headers, NOT_MODIFIED if status == 304 else IDENTICAL)
        else:
            answer = self._writer.create_warc_record(url, "response", payload=io.BytesIO(held), length=len(held), warc_headers_dict=dict(fields), http_headers=http_headers)
        record_id = answer.rec_headers.get_header("WARC-Record-ID")
        request = self._writer.create_warc_record(
            url, "request", payload=io.BytesIO(asked), length=len(asked), warc_headers_dict={**self._headers(date, visit), "WARC-Concurrent-To": record_id},
            http_headers=StatusAndHeaders(f"{method} {request_target} HTTP/1.1", request_headers, is_http_request=True))
        records = [answer, request]
        if streamed:
            fields = {**self._headers(date, visit, more), "WARC-Refers-To": record_id, **({"WARC-Truncated": "disconnect"} if cut else {})}
            records.append(self._filtered(url, body, streamed, fields))
            record_id = records[-1].rec_headers.get_header("WARC-Record-ID")
        starts = self._write(records)
        return Kept(record_id, date, starts[2 if streamed else 0])

    def _filtered(self, url: str, body: bytes, streamed: Mapping[str, Any], fields: dict[str, str]) -> Any:
        """What a filter kept of a large file (WARC 1.1, 6.6): the response record has the head of the answer, this one the lines, and what the whole was."""
        fields |= {FILTER_FIELD: json.dumps(streamed["filter"], sort_keys=True), "X-Chipwatch-Full-Length": str(streamed["length"]),
                   "X-Chipwatch-Full-Digest": f"sha256:{streamed['sha256']}", "X-Chipwatch-Decoded-Length": str(streamed["decoded"]), SAID_FIELD: streamed["said"]}
        return self._writer.create_warc_record(url, "conversion", payload=io.BytesIO(body), length=len(body), warc_content_type=streamed["type"], warc_headers_dict=fields)

    def _revisit(self, url: str, original: Original, fields: dict[str, str], http_headers: Any, profile: str) -> Any:
        """A record that says: as before (WARC 1.1, 6.7). Our extension field tells in which run the payload lies, and where."""
        more = {"WARC-Profile": profile, "WARC-Refers-To": original.record_id, "WARC-Refers-To-Target-URI": original.url,
                "WARC-Refers-To-Date": original.fetched_at, ORIGINAL_FIELD: f"{original.warc_file} {original.warc_offset}"}
        if original.payload_digest:
            more["WARC-Payload-Digest"] = original.payload_digest
        return self._writer.create_warc_record(url, "revisit", payload=io.BytesIO(b""), length=0, warc_headers_dict={**fields, **more}, http_headers=http_headers)

    def conversion(self, *, url: str, body: bytes, content_type: str, refers_to: str, visit: str, lacking: dict[str, int], said: str | None = None) -> tuple[str, str]:
        """Write a document as a browser drew it, beside the response that it was made from. Returns (record id, WARC-Date). Raises OutputFailed."""
        date = now()
        fields = {**self._headers(date, visit), "WARC-Refers-To": refers_to}
        if lacking:
            fields["X-Chipwatch-Lacking"] = ", ".join(f"{reason} {count}" for reason, count in sorted(lacking.items()))
        if said:
            fields[SAID_FIELD] = said
        record = self._writer.create_warc_record(url, "conversion", payload=io.BytesIO(body), length=len(body), warc_content_type=content_type, warc_headers_dict=fields)
        self._write([record])
        return record.rec_headers.get_header("WARC-Record-ID"), date

    def failure(self, *, url: str, kind: str, note: str, visit: str, more: Mapping[str, str] | None = None) -> str:
        """Write the reason why a visit gave no page. Returns the WARC-Date. Raises OutputFailed."""
        date = now()
        block = f"{FAILURE_FIELD}: {kind}\r\n{NOTE_FIELD}: {' '.join(note.split())}\r\n".encode()
        record = self._writer.create_warc_record(url, "metadata", payload=io.BytesIO(block), length=len(block),
                                                 warc_content_type="application/warc-fields", warc_headers_dict=self._headers(date, visit, more))
        self._write([record])
        return date

    def close(self) -> None:
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
