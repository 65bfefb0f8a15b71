"""Index and read WARC files (ISO 28500), also damaged ones.

warcio reads the records; this module finds where they begin, because it must go on after a damaged record and say what was lost.
Every record is checked when the archive is indexed: complete, and its digests right.
"""

from __future__ import annotations

import datetime
import functools
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

from chipwatch.records import Issue
from crawler.errors import ArchiveMissing, ArchiveTruncated, DigestMismatch, NotAWarc, PayloadTooLarge, RecordNotFound
from crawler.payload import MAX_PAYLOAD, decode_body

MAX_RECORD = 64 * 1024 * 1024                                  # bytes of one record, uncompressed; larger ones are reported, not read
CHUNK = 16 * 1024
HEADER_ROOM = 1 << 20                                          # bytes: warcio loses part of a header line that runs over two of its blocks
GZIP = b"\x1f\x8b\x08"
VISIT_FIELD = "X-Chipwatch-Visit"                              # extension field of our own records: which visit a record belongs to
ORIGINAL_FIELD = "X-Chipwatch-Original"                        # of our own revisits: `FILE OFFSET` of the response referred to, FILE relative to the data folder
# What a 304 answer says anew of a page that is kept (RFC 9110, 15.4.5); everything else stays as it came with the page.
FRESHENED = ("cache-control", "content-location", "date", "etag", "expires", "last-modified", "vary")
PAGE_FIELD = "X-Chipwatch-Page"                                # of a feed: 2 and on
FOLLOWS_FIELD = "X-Chipwatch-Follows"                          # record id of the page that led to this one
ASKED_FIELD = "X-Chipwatch-Asked-Digest"                       # of the body of the request, where it was a POST
FILTER_FIELD = "X-Chipwatch-Filter"                            # on conversion records: which lines of a large file were kept
SAID_FIELD = "X-Chipwatch-Note"
FAILURE_TYPE = "application/warc-fields"
PAYLOAD_TYPES = frozenset({"response", "revisit", "resource"})
READABLE_TYPES = PAYLOAD_TYPES | {"conversion"}               # conversion: a document as a browser drew it


class Payload(NamedTuple):
    """What a server answered: status (None for a `resource` record), headers in order with duplicates, decoded body."""

    status: int | None
    headers: list[tuple[str, str]]
    body: bytes


@dataclass(slots=True)
class Entry:
    """Where one record lies, and what its headers say."""

    record_id: str
    kind: str                                                  # WARC-Type
    url: str | None
    date: str                                                  # WARC-Date, to the second: 2026-11-25T18:30:00Z
    offset: int                                                # first byte of the gzip member, or of the record
    end: int
    number: int = 0                                            # place inside the gzip member (0 but for archives that are one long gzip stream)
    status: int | None = None
    content_type: str | None = None
    payload_digest: str | None = None
    refers_to: str | None = None                               # revisit: record id, or address, of the payload
    refers_to_date: str | None = None
    original: str | None = None                                # revisit of our own: where the payload lies (ORIGINAL_FIELD)
    visit: str | None = None
    warcinfo: str | None = None
    cut: bool = False                                          # WARC-Truncated: the server's answer broke off
    damage: str | None = None                                  # truncated | digest | too_large: the record cannot be trusted
    fields: dict[str, str] = field(default_factory=dict)       # of our own metadata records
    page: int | None = None                                    # of a feed: 2 and on
    follows: str | None = None                                 # record id of the page before
    asked: str | None = None                                   # digest of what was posted
    filtered: str | None = None                                # conversion: what is kept of a large file, in words
    said: str | None = None                                    # conversion: a note for people
    concurrent: str | None = None                              # request, metadata: record id of the response that they belong to

    @property
    def answers(self) -> bool:
        """Whether it answers a request: other conversions (a page as drawn, a text of it) stand beside what does."""
        return self.kind in PAYLOAD_TYPES or self.filtered is not None


@dataclass(slots=True)
class Index:
    """All records of one archive, in file order, and what could not be read of it."""

    path: Path
    entries: list[Entry]
    issues: list[Issue]
    by_id: dict[str, Entry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_id = {e.record_id: e for e in self.entries}


# --- finding the records ---------------------------------------------------------------------------------------------------------

def _gzip_member(handle: BinaryIO, offset: int) -> tuple[bytes, int, str | None]:
    """(uncompressed bytes, end offset, damage) of the gzip member at `offset`."""
    handle.seek(offset)
    engine, out, position = zlib.decompressobj(16 + zlib.MAX_WBITS), bytearray(), offset
    damage = None
    while not engine.eof:
        data = engine.unconsumed_tail or handle.read(CHUNK)
        if not data:
            return bytes(out), position, "truncated"
        if not engine.unconsumed_tail:
            position += len(data)
        try:
            piece = engine.decompress(data, 1 << 20)
        except zlib.error:
            return bytes(out), offset, "truncated"             # end unknown: the caller looks for the next member
        if damage is None:
            out += piece
            if len(out) > MAX_RECORD:
                damage = "too_large"
                del out[CHUNK:]                                # the headers are enough to report it
    return bytes(out), position - len(engine.unused_data), damage


_STATUS = re.compile(r"\d{1,9}")
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,15})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


def _plain_record(handle: BinaryIO, offset: int, size: int) -> tuple[bytes, int, str | None]:
    """(bytes, end offset, damage) of the uncompressed record at `offset`."""
    handle.seek(offset)
    head = handle.read(CHUNK)
    cut = head.find(b"\r\n\r\n")
    found = _LENGTH.search(head, 0, cut) if cut >= 0 else None
    if found is None:
        return head, offset, "truncated"
    end = offset + cut + 4 + int(found.group(1))
    if end > size:
        handle.seek(offset)
        return handle.read(min(size - offset, MAX_RECORD)), offset, "truncated"
    if end - offset > MAX_RECORD:
        return head, end, "too_large"
    handle.seek(offset)
    return handle.read(end - offset), end, None


def _next_start(handle: BinaryIO, offset: int, size: int, compressed: bool) -> int:
    """The first place after `offset` where a record may begin; `size` if there is none."""
    mark = GZIP if compressed else b"WARC/1."
    position, tail = offset, b""
    while position < size:
        handle.seek(position)
        data = tail + handle.read(1 << 20)
        base = position - len(tail)
        at = data.find(mark)
        while at >= 0:
            if _starts_record(handle, base + at, compressed):
                return base + at
            at = data.find(mark, at + 1)
        position = base + len(data)
        tail = data[-8:]
    return size


def _starts_record(handle: BinaryIO, offset: int, compressed: bool) -> bool:
    handle.seek(offset)
    data = handle.read(512)
    if not compressed:
        return data.startswith(b"WARC/1.")
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(data, 512).startswith(b"WARC/")
    except zlib.error:
        return False


def _pieces(handle: BinaryIO, size: int) -> Iterator[tuple[int, int, bytes, str | None]]:
    """(offset, end, bytes, damage) of every gzip member, or of every record of an uncompressed archive."""
    handle.seek(0)
    compressed = handle.read(3) == GZIP
    offset = 0
    while offset < size:
        data, end, damage = _gzip_member(handle, offset) if compressed else _plain_record(handle, offset, size)
        if end <= offset:
            end = _next_start(handle, offset + 1, size, compressed)
        yield offset, end, data, damage
        offset = end
        if offset < size:                                      # blank lines between records, padding, or rubbish
            handle.seek(offset)
            head = handle.read(64)
            skip = len(head) - len(head.lstrip(b"\r\n\0"))
            offset += skip
            if offset < size and not _starts_record(handle, offset, compressed) and skip < len(head):
                start = _next_start(handle, offset, size, compressed)
                yield offset, start, b"", "truncated"
                offset = start


# --- reading the records ---------------------------------------------------------------------------------------------------------

class _Parsed(NamedTuple):
    record: object                                             # warcio's ArcWarcRecord
    block: bytes                                               # payload of an HTTP record (headers parsed off), else the whole block
    complete: bool
    digest_ok: bool


def _records(data: bytes) -> Iterator[_Parsed]:
    """The records in these bytes. Raises ArchiveTruncated where one does not parse."""
    from warcio.bufferedreaders import BufferedReader
    from warcio.exceptions import ArchiveLoadFailed
    from warcio.recordloader import ArcWarcRecordLoader
    from warcio.statusandheaders import StatusAndHeadersParserException

    loader = ArcWarcRecordLoader(verify_http=False, arc2warc=False)
    stream = io.BytesIO(data)
    while True:
        start = stream.tell()
        rest = data[start:start + 64]
        stream.seek(start + len(rest) - len(rest.lstrip(b"\r\n\0")))
        if stream.tell() >= len(data):
            return
        reader = BufferedReader(stream, block_size=HEADER_ROOM)
        try:
            record = loader.parse_record_stream(reader, known_format="warc", check_digests=True)
            before = record.payload_length if record.http_headers else record.length
            block = record.raw_stream.read()
        except (ArchiveLoadFailed, StatusAndHeadersParserException, EOFError, ValueError, AttributeError, TypeError, LookupError, OverflowError) as error:
            raise ArchiveTruncated(f"a record does not parse: {error}") from error
        complete = before is None or before < 0 or len(block) >= before
        yield _Parsed(record, block, complete, _digests_right(record))
        stream.seek(stream.tell() - reader.rem_length())


def _digests_right(record) -> bool:
    """Block digest right. The payload digest counts only where no block digest is there and no transfer encoding makes it ambiguous."""
    problems = [p for p in record.digest_checker.problems if "failed" in p]
    if any("block digest" in p for p in problems):
        return False
    if not problems or record.rec_headers.get_header("WARC-Block-Digest"):
        return True
    http = record.http_headers
    return bool(http and (http.get_header("Transfer-Encoding") or http.get_header("Content-Encoding"))) or record.rec_type == "revisit"


def _second(date: str | None) -> str:
    """WARC-Date (W3C date and time, UTC) to the second, in the form of our records; "" for one that is none: everything downstream sorts by it."""
    found = re.fullmatch(r"((?:19|20)\d\d-\d\d-\d\d)(?:T(\d\d:\d\d)(?::(\d\d)(?:\.\d+)?)?Z)?", (date or "").strip())
    if found is None:
        return ""
    day, minute, second = found.groups()
    moment = f"{day}T{minute or '00:00'}:{second or '00'}Z"
    try:
        datetime.datetime.fromisoformat(moment)
    except ValueError:
        return ""
    return moment


def _fields(block: bytes) -> dict[str, str]:
    """`name: value` lines of an application/warc-fields block."""
    pairs = (line.partition(":") for line in block.decode("utf-8", "replace").splitlines())
    return {name.strip().lower(): value.strip() for name, sep, value in pairs if sep}


def _entry(parsed: _Parsed, offset: int, end: int, number: int, damage: str | None) -> Entry:
    record = parsed.record
    header = record.rec_headers.get_header
    http = record.http_headers
    kind = header("WARC-Type") or ""
    status = None
    if http and kind in ("response", "revisit"):
        code = http.get_statuscode()
        status = int(code) if code and _STATUS.fullmatch(code) else None
    if damage is None and not parsed.complete:
        damage = "truncated"
    if damage is None and not parsed.digest_ok:
        damage = "digest"
    return Entry(
        record_id=header("WARC-Record-ID") or f"<offset:{offset}/{number}>", kind=kind, url=header("WARC-Target-URI"),
        date=_second(header("WARC-Date")), offset=offset, end=end, number=number, status=status,
        content_type=(http.get_header("Content-Type") if http else header("Content-Type")),
        payload_digest=header("WARC-Payload-Digest"), refers_to=header("WARC-Refers-To") or header("WARC-Refers-To-Target-URI"),
        refers_to_date=_second(header("WARC-Refers-To-Date")), original=header(ORIGINAL_FIELD), visit=header(VISIT_FIELD), warcinfo=header("WARC-Warcinfo-ID"), concurrent=header("WARC-Concurrent-To"),
        cut=header("WARC-Truncated") is not None, damage=damage, follows=header(FOLLOWS_FIELD), asked=header(ASKED_FIELD),
        page=int(header(PAGE_FIELD)) if re.fullmatch(r"[0-9]{1,6}", header(PAGE_FIELD) or "") else None,
        said=header(SAID_FIELD) if kind == "conversion" else None, filtered=(header(SAID_FIELD) or "filtered") if kind == "conversion" and header(FILTER_FIELD) else None,
        fields=_fields(parsed.block) if kind == "metadata" and (header("Content-Type") or "").startswith(FAILURE_TYPE) else {})


def _check_kind(path: Path, handle: BinaryIO) -> None:
    """Raises NotAWarc, naming what the file seems to be."""
    head = handle.read(512)
    if not head:
        raise NotAWarc(f"{path} is empty; give a WARC file (.warc or .warc.gz)")
    if head.startswith(b"PK\x03\x04"):
        raise NotAWarc(f"{path} is a zip file (perhaps WACZ): unzip it, and give the .warc.gz files inside")
    if head.startswith(GZIP):
        try:
            head = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(head, 64)
        except zlib.error:
            raise NotAWarc(f"{path} is a damaged gzip file from its first byte on; fetch it again") from None
    if head.startswith(b"filedesc://"):
        raise NotAWarc(f"{path} is an ARC file: convert it with `warcio recompress {path.name} NEW.warc.gz`")
    if not head.startswith(b"WARC/"):
        raise NotAWarc(f"{path} is not a WARC file; give one that a crawler wrote (.warc or .warc.gz)")


def check_archive(path: str | Path) -> None:
    """See that this is a WARC file, without reading all of it. Raises ArchiveMissing, NotAWarc."""
    path = Path(path)
    _stat_key(path)
    try:
        with open(path, "rb") as handle:
            _check_kind(path, handle)
    except OSError as error:
        raise ArchiveMissing(f"cannot open the archive {path}: {error.strerror}") from None


def _stat_key(path: Path) -> tuple[str, int, int]:
    try:
        stat = path.stat()
        if not path.is_file():
            raise ArchiveMissing(f"{path} is not a file; give a WARC file (.warc or .warc.gz)")
    except FileNotFoundError:
        raise ArchiveMissing(f"no such archive: {path}; give a WARC file (.warc or .warc.gz)") from None
    except OSError as error:
        raise ArchiveMissing(f"cannot open the archive {path}: {error.strerror}") from None
    return str(path.resolve()), stat.st_mtime_ns, stat.st_size


def list_records(path: str | Path) -> Index:
    """Index an archive. Kept in memory until the file changes.

    Damaged records are listed with `damage` set where their headers could be read; what is lost altogether becomes an Issue of
    code `truncated`. Raises ArchiveMissing, NotAWarc.
    """
    return _index(*_stat_key(Path(path)))


@functools.lru_cache(maxsize=8)
def _index(name: str, _mtime: int, size: int) -> Index:
    path = Path(name)
    entries: list[Entry] = []
    issues: list[Issue] = []
    try:
        handle = open(path, "rb")
    except OSError as error:
        raise ArchiveMissing(f"cannot open the archive {path}: {error.strerror}") from None
    with handle:
        _check_kind(path, handle)
        for offset, end, data, damage in _pieces(handle, size):
            before = len(entries)
            try:
                for number, parsed in enumerate(_records(data)):
                    entry = _entry(parsed, offset, end, number, damage)
                    if not entry.kind:
                        raise ArchiveTruncated("a record has no WARC-Type")
                    entries.append(entry)
            except ArchiveTruncated as error:
                damage = damage or "truncated"
                if damage == "truncated" and len(entries) > before:
                    issues.append(Issue("error", "truncated", f"{path.name}: after byte {offset:,}: {error}"))
                    continue
            if damage and len(entries) == before:
                issues.append(Issue("error", "truncated", f"{path.name}: bytes {offset:,} to {end:,} are damaged and hold no readable record"))
    for entry in entries:
        if entry.damage:
            issues.append(Issue("error", "truncated" if entry.damage == "truncated" else entry.damage, f"{path.name}: {damage_words(entry)}"))
    undated = [e for e in entries if not e.date and e.kind in PAYLOAD_TYPES]
    if undated:
        issues.append(Issue("warning", "bad_date", f"{path.name}: {len(undated)} records state no usable WARC-Date, the first at byte {undated[0].offset:,}; when they were captured is not known"))
    if all(entry.damage for entry in entries):
        raise NotAWarc(f"{path} has no readable record; fetch it again")
    return Index(path, entries, issues)


def damage_words(entry: Entry) -> str:
    """One sentence on a damaged record."""
    what = {"truncated": "is cut short", "digest": "is not the record that was captured (its digest does not match)",
            "too_large": f"is larger than {MAX_RECORD:,} bytes"}[entry.damage or "truncated"]
    return f"the {entry.kind} record of {entry.url} at byte {entry.offset:,} {what}"


def read_record(path: str | Path, entry: Entry) -> _Parsed:
    """One record. Raises ArchiveTruncated, DigestMismatch, PayloadTooLarge for a damaged one."""
    if entry.damage:
        error = {"truncated": ArchiveTruncated, "digest": DigestMismatch, "too_large": PayloadTooLarge}[entry.damage]
        raise error(f"{Path(path).name}: {damage_words(entry)}")
    with open(path, "rb") as handle:
        handle.seek(entry.offset)
        data = handle.read(entry.end - entry.offset)
    if data.startswith(GZIP):
        data = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(data, MAX_RECORD + 1)
    for number, parsed in enumerate(_records(data)):
        if number == entry.number:
            return parsed
    raise RecordNotFound(f"{Path(path).name}: {entry.record_id} is not where the index says; the file changed while it was read")


HOLDERS = frozenset({"response", "conversion"})               # what a revisit may refer to; never another revisit


def read_at(path: str | Path, offset: int, record_id: str) -> tuple[Entry, _Parsed]:
    """One record that holds a payload, by its place, without indexing the archive. Raises ArchiveMissing, RecordNotFound where another record (or
    none) lies there, ArchiveTruncated, DigestMismatch, PayloadTooLarge for a damaged one."""
    path = Path(path)
    try:
        with open(path, "rb") as handle:
            size = path.stat().st_size
            compressed = handle.read(3) == GZIP
            data, end, damage = _gzip_member(handle, offset) if compressed else _plain_record(handle, offset, size)
    except (OSError, ValueError) as error:
        raise ArchiveMissing(f"cannot open the archive {path}: {getattr(error, 'strerror', None) or error}") from None
    parsed = next(_records(data), None)
    entry = _entry(parsed, offset, end, 0, damage) if parsed else None
    if parsed is None or entry is None or entry.record_id != record_id or entry.kind not in HOLDERS:
        raise RecordNotFound(f"{path.name}: {record_id} does not lie at byte {offset:,}")
    if entry.damage:
        return entry, read_record(path, entry)                 # raises
    return entry, parsed


def _local_original(index: Index, entry: Entry) -> Entry | None:
    """The response in the same archive whose payload a revisit refers to."""
    named = index.by_id.get(entry.refers_to or "")
    if named is not None and named.kind in HOLDERS and named.damage is None:
        return named
    candidates = [e for e in index.entries if e.kind == "response" and e.damage is None]
    for match in (lambda e: e.url == entry.refers_to and e.date == entry.refers_to_date,
                  lambda e: entry.payload_digest is not None and e.payload_digest == entry.payload_digest):
        found = next((e for e in candidates if match(e)), None)
        if found:
            return found
    return None


def _original(path: Path, entry: Entry) -> _Parsed:
    """The record that holds the payload of a revisit: in the same archive, in the run that our own revisits name, or in an archive beside it.

    Raises RecordNotFound where it is gone, and as `read_record` for a damaged one.
    """
    found = _local_original(list_records(path), entry)
    if found:
        return read_record(path, found)
    name, _, offset = (entry.original or "").rpartition(" ")
    place = path.resolve().parents[2] / name if name and len(path.resolve().parents) > 2 else None
    if place is not None and offset.isdecimal() and len(offset) < 20 and ".." not in Path(name).parts and not Path(name).is_absolute() and place.is_file():
        try:
            return read_at(place, int(offset), str(entry.refers_to))[1]
        except RecordNotFound:                                 # the file was written anew (recompressed): its index tells
            held = list_records(place).by_id.get(str(entry.refers_to))
            if held and held.kind in HOLDERS:
                return read_record(place, held)
    for beside in sorted(path.parent.glob("*.warc*")):
        if beside == path or beside.name.endswith(".part"):
            continue
        try:
            other = list_records(beside)
        except (ArchiveMissing, NotAWarc):                     # not an archive after all
            continue
        found = _local_original(other, entry)
        if found:
            return read_record(beside, found)
    raise RecordNotFound(f"{path.name}: the page {entry.url} was unchanged, and the record that holds it ({entry.refers_to}"
                         + (f" in {name}" if name else "") + ") is gone; restore that file from a backup")


class RawResponse(NamedTuple):
    """A response as it came over the wire, transfer encoding removed, content encoding still on."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    protocol: str


def read_response(path: str | Path, entry: Entry) -> RawResponse:
    """The response that a record holds; a `resource` or `conversion` record reads as 200 with its own type. Raises as `read_record`, and RecordNotFound."""
    if entry.kind not in READABLE_TYPES:
        raise RecordNotFound(f"{Path(path).name}: {entry.record_id} is a {entry.kind} record and has no payload")
    parsed = read_record(path, entry)
    if entry.filtered is not None:
        return _filtered_response(path, entry, parsed.block)
    if entry.kind != "revisit":
        return raw_response(parsed)
    page, said = raw_response(_original(Path(path), entry)), parsed.record.http_headers
    return page if said is None else page._replace(headers=freshened(page.headers, said.headers))


def _filtered_response(path: str | Path, entry: Entry, body: bytes) -> RawResponse:
    """What a filter kept of a large file, under the head of the answer. Raises RecordNotFound."""
    head = list_records(path).by_id.get(entry.refers_to or "")
    if head is None or head.kind != "response":
        raise RecordNotFound(f"{Path(path).name}: the filtered record of {entry.url} refers to a response that is not in this archive")
    answer = raw_response(read_record(path, head))
    headers = [(name, value) for name, value in answer.headers if name.lower() not in ("content-encoding", "content-type")]
    return answer._replace(headers=[*headers, ("Content-Type", entry.content_type or "")], body=body)


def raw_response(parsed: _Parsed) -> RawResponse:
    """The response in a record that is no revisit."""
    body, http = parsed.block, parsed.record.http_headers
    if http is None:
        return RawResponse(200, [("Content-Type", parsed.record.rec_headers.get_header("Content-Type") or "application/octet-stream")], body, "HTTP/1.1")
    if (http.get_header("Transfer-Encoding") or "").strip().lower() == "chunked":
        body = _unchunk(body)
    headers = [(name, value) for name, value in http.headers if name.lower() != "transfer-encoding"]
    code = http.get_statuscode() or ""
    return RawResponse(int(code) if _STATUS.fullmatch(code) else 200, headers, body, http.protocol or "HTTP/1.1")


def freshened(page: list[tuple[str, str]], said: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Headers of a kept page, brought up to date by those of an answer that says that it is unchanged (RFC 9111, 3.2)."""
    new = [(name, value) for name, value in said if name.lower() in FRESHENED]
    names = {name.lower() for name, _ in new}
    return [(name, value) for name, value in page if name.lower() not in names] + new


def _unchunk(body: bytes) -> bytes:
    """Remove chunked transfer encoding; bytes that are not chunked after all are given back as they are."""
    from warcio.bufferedreaders import ChunkedDataReader

    return ChunkedDataReader(io.BytesIO(body), block_size=CHUNK).read()


def read_payload(warc_path: str | Path, record_id: str) -> Payload:
    """Status, headers and decoded body of a capture.

    Raises ArchiveMissing, NotAWarc, RecordNotFound, ArchiveTruncated, DigestMismatch, PayloadTooLarge, PayloadUndecodable.
    """
    index = list_records(warc_path)
    entry = index.by_id.get(record_id)
    if entry is None:
        raise RecordNotFound(f"{Path(warc_path).name} has no record {record_id}")
    raw = read_response(warc_path, entry)
    encodings = [value for name, value in raw.headers if name.lower() == "content-encoding"]
    return Payload(raw.status if entry.filtered else entry.status, raw.headers, decode_body(raw.body, encodings, MAX_PAYLOAD))

