"""Keeps of a large file only the lines that a declared filter matches, while it passes by: nothing of it is ever held whole.

The filter works on the file after decompression; the length and digest that are noted are those of the bytes as sent.
"""

from __future__ import annotations

import csv
import hashlib
import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from crawler.errors import PayloadTooLarge, PayloadUndecodable

BATCH = 256 * 1024                                             # bytes that are filtered at a time
MAX_LINE = 1024 * 1024                                         # bytes of one line, or of one CSV record over several lines
MAX_PREAMBLE = 64 * 1024                                       # bytes before the header of a CSV file
MAX_BYTES = 8 << 30
GZIP = b"\x1f\x8b"

csv.field_size_limit(MAX_LINE)


class StreamStopped(Exception):
    """The rest of the file need not be read: it is not the file that was declared. What came so far is kept, to look at."""


class Collector:
    """Takes the bytes of an answer as they come; stands in for the buffer of a download (`write`, `getvalue`).

    `limit`: bytes that may be kept. Raises PayloadTooLarge, PayloadUndecodable, StreamStopped out of `write`, the first two out of `getvalue`.
    """

    def __init__(self, stream: Mapping[str, Any], limit: int) -> None:
        self._stream = stream
        self._limit = limit
        self._bound = stream.get("max_bytes", MAX_BYTES)
        self._columns = {name: re.compile(pattern) for name, pattern in stream.get("keep", {}).items()}
        self._match = re.compile(stream["match"].encode()) if "match" in stream else None
        self._digest = hashlib.sha256()
        self._first: bytes | None = b""                        # until it is known whether the bytes are packed
        self._engine: Any = None
        self._waiting = bytearray()
        self._kept = bytearray()
        self._places: list[tuple[int, re.Pattern]] | None = None       # columns to look at, once the header has passed
        self.length = 0                                        # bytes as sent
        self.decoded = 0                                       # bytes after decompression
        self.lines = 0                                         # that were looked at
        self.kept_lines = 0
        self._ended = False

    def write(self, data: bytes) -> None:
        self._digest.update(data)
        self.length += len(data)
        if self._first is not None:                            # a header may name the encoding or not: the first two bytes tell
            data = self._first = self._first + data
            if len(data) < len(GZIP):
                return
            self._first = None
            if data.startswith(GZIP):
                self._engine = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._take(data)

    def _take(self, data: bytes) -> None:
        for piece in self._decoded(data):
            self.decoded += len(piece)
            if self.decoded > self._bound or self.length > self._bound:
                raise PayloadTooLarge(f"the file is longer than the {self._bound:,} bytes that are declared for it")
            self._waiting += piece
            if len(self._waiting) >= BATCH:
                self._filter(final=False)

    def _decoded(self, data: bytes) -> Iterator[bytes]:
        if self._engine is None:
            yield data
            return
        while data:
            if self._engine.eof:
                if not data.startswith(GZIP):                  # padding after the last member
                    return
                self._engine = zlib.decompressobj(16 + zlib.MAX_WBITS)
            try:
                piece = self._engine.decompress(data, BATCH)
            except zlib.error as error:
                raise PayloadUndecodable(f"the gzip stream is damaged: {error}") from None
            if piece:
                yield piece
            data = self._engine.unused_data if self._engine.eof else self._engine.unconsumed_tail

    def getvalue(self) -> bytes:
        """The lines that are kept; the file has ended."""
        if not self._ended:
            self._ended = True
            if self._first:
                self._take(self._first)
            if self._engine is not None and not self._engine.eof:
                raise PayloadUndecodable("the gzip stream is cut short")
            self._filter(final=True)
        return bytes(self._kept)

    @property
    def unpacked(self) -> bool:
        """Whether the bytes as sent were packed."""
        return self._engine is not None

    @property
    def sha256(self) -> str:
        """Of the bytes as sent."""
        return self._digest.hexdigest()

    # --- lines -----------------------------------------------------------------------------------------------------------------------

    def _filter(self, *, final: bool) -> None:
        end = len(self._waiting) if final else self._waiting.rfind(b"\n") + 1
        if len(self._waiting) - end > MAX_LINE:
            self._keep(bytes(self._waiting[:4096]))
            self._waiting.clear()
            raise StreamStopped("a line without end")
        lines = bytes(self._waiting[:end]).splitlines(keepends=True) if end else []
        del self._waiting[:end]
        if self._match is not None:
            for line in lines:
                self.lines += 1
                if self._match.search(line):
                    self._keep(line)
            return
        if self._places is None:
            lines = self._to_header(lines)
        if lines:
            self._rows(lines, final)

    def _to_header(self, lines: list[bytes]) -> list[bytes]:
        """Keep the lines up to the header; returns those after it. Raises StreamStopped where it does not come."""
        for number, line in enumerate(lines):
            self.lines += 1
            self._keep(line)
            names = header_of(line, self._columns)
            if names is not None:
                self._places = [(names.index(name), pattern) for name, pattern in self._columns.items()]
                return lines[number + 1:]
            if len(self._kept) > MAX_PREAMBLE:
                raise StreamStopped("no header")
        return []

    def _rows(self, lines: list[bytes], final: bool) -> None:
        texts = [line.decode("utf-8", "replace") for line in lines]
        reader = csv.reader(texts)
        start = 0
        places = self._places or []
        last = max((place for place, _ in places), default=0)
        while True:
            try:
                row = next(reader)
            except StopIteration:
                break
            except csv.Error as error:                         # a field longer than MAX_LINE
                raise PayloadUndecodable(f"the CSV file is damaged: {error}") from None
            end = reader.line_num
            if end == len(lines) and not final and sum(line.count(b'"') for line in lines[start:]) % 2:
                self._waiting[:0] = b"".join(lines[start:])    # a field goes on in the lines to come
                if len(self._waiting) > MAX_LINE:
                    raise StreamStopped("a record without end")
                break
            self.lines += end - start
            if len(row) > last and all(pattern.search(row[place]) for place, pattern in places):
                self._keep(b"".join(lines[start:end]))
            start = end

    def _keep(self, line: bytes) -> None:
        self._kept += line
        self.kept_lines += 1
        if len(self._kept) > self._limit:
            raise PayloadTooLarge(f"the lines to keep are more than {self._limit:,} bytes; make the filter narrower")


def header_of(line: bytes, columns: Mapping[str, object]) -> list[str] | None:
    """The names of the columns, where a line is the header: it has all that the filter looks at."""
    try:
        names = next(csv.reader([line.decode("utf-8-sig", "replace")]), [])
    except csv.Error:
        return None
    names = [name.strip() for name in names]
    return names if columns and set(columns) <= set(names) else None


def kept_faults(stream: Mapping[str, Any], kept: bytes) -> tuple[str, str] | None:
    """(failure kind, sentence) where what was kept is not what was declared."""
    if stream["format"] == "lines":
        return None if kept.strip() else ("feed_changed", "no line of the file matches the declared filter")
    columns = stream["keep"]
    lines = kept.splitlines(keepends=True)
    at = next((n for n, line in enumerate(lines) if header_of(line, columns) is not None), None)
    if at is None:
        return "feed_changed", f"no header line with the columns {', '.join(columns)}"
    return None if b"".join(lines[at + 1:]).strip() else ("feed_changed", "no row of the file matches the declared filter")
