"""From the bytes on the wire to the payload: content encodings removed, within a limit.

The live crawl, the replay and `archive.read_payload` all use this one function, so that a payload has one SHA-256.
"""

from __future__ import annotations

import zlib

from crawler.errors import PayloadTooLarge, PayloadUndecodable

MAX_PAYLOAD = 32 * 1024 * 1024                                 # bytes, raw as well as decoded: a price page or contract is far below 10 MB
CHUNK = 64 * 1024                                              # bytes that one step may give
STEP = 16 * 1024                                               # bytes that one step may take
MAX_PARTS = 10_000                                             # gzip members or zstd frames in one payload
ZSTD_WINDOW = 23                                               # 8 MiB: what a browser must take (RFC 9659); more is memory for a stranger


class _Out:
    """Decompressed bytes, up to a limit."""

    def __init__(self, limit: int) -> None:
        self.data, self._limit, self._parts = bytearray(), limit, 0

    def add(self, piece: bytes) -> None:
        self.data += piece
        if len(self.data) > self._limit:
            raise PayloadTooLarge(f"the payload is larger than {self._limit:,} bytes after decompression")

    def next_part(self) -> None:
        """A further member or frame begins: each costs time, though it may hold nothing."""
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise PayloadUndecodable(f"the payload has more than {MAX_PARTS:,} compressed parts")


def _inflate(data: bytes, window: int, limit: int) -> bytes:
    """Decompress with zlib, several gzip members allowed. Raises zlib.error, EOFError (cut short) and PayloadTooLarge."""
    out, view, start = _Out(limit), memoryview(data), 0
    engine = zlib.decompressobj(window)
    while start < len(view):                                   # in steps: zlib copies what it has not used yet
        step = view[start:start + STEP]
        start += len(step)
        while step:
            out.add(engine.decompress(step, CHUNK))
            step = engine.unconsumed_tail
            if engine.eof:
                start -= len(engine.unused_data)
                if window < 16 or view[start:start + 2] != b"\x1f\x8b":   # bytes after the last member are padding
                    return bytes(out.data)
                out.next_part()
                engine = zlib.decompressobj(window)
                break
    while not engine.eof:
        piece = engine.decompress(engine.unconsumed_tail, CHUNK)
        if not piece:
            raise EOFError
        out.add(piece)
    return bytes(out.data)


def _gunzip(data: bytes, limit: int) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data                                            # servers label plain bytes as gzip; browsers show them too
    return _inflate(data, 16 + zlib.MAX_WBITS, limit)


def _deflate(data: bytes, limit: int) -> bytes:
    try:
        return _inflate(data, zlib.MAX_WBITS, limit)           # zlib wrapper, as RFC 9110 asks
    except zlib.error:
        return _inflate(data, -zlib.MAX_WBITS, limit)          # bare deflate, as many servers send


def _unbrotli(data: bytes, limit: int) -> bytes:
    try:
        import brotli
    except ImportError:
        raise PayloadUndecodable("the payload is brotli-compressed: install the package brotli to read it") from None
    engine, out = brotli.Decompressor(), _Out(limit)
    try:
        out.add(engine.process(data, output_buffer_limit=CHUNK))   # without a limit a few bytes can grow to gigabytes in one step
        while not engine.is_finished():
            piece = engine.process(b"", output_buffer_limit=CHUNK)
            if not piece and engine.can_accept_more_data():
                raise EOFError
            out.add(piece)
    except TypeError:
        raise PayloadUndecodable("the payload is brotli-compressed: brotli 1.2 or later is needed to read it safely") from None
    except brotli.error as error:
        raise PayloadUndecodable(f"the brotli payload is damaged: {error}") from None
    return bytes(out.data)


def _unzstd(data: bytes, limit: int) -> bytes:
    try:
        from compression import zstd
    except ImportError:
        try:
            from backports import zstd
        except ImportError:
            raise PayloadUndecodable("the payload is zstd-compressed: install the package backports.zstd to read it") from None
    out = _Out(limit)
    options = {zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW}
    start = 0
    try:
        while start < len(data):                               # frame after frame (RFC 8878)
            engine = zstd.ZstdDecompressor(options=options)
            while not engine.eof:
                if engine.needs_input:
                    step = data[start:start + STEP]
                    if not step:
                        raise EOFError
                    start += len(step)
                else:
                    step = b""
                out.add(engine.decompress(step, CHUNK))
            start -= len(engine.unused_data)
            out.next_part()
    except zstd.ZstdError as error:
        raise PayloadUndecodable(f"the zstd payload is damaged, or needs more memory than is given: {error}") from None
    return bytes(out.data)


_DECODERS = {"gzip": _gunzip, "x-gzip": _gunzip, "deflate": _deflate, "br": _unbrotli, "zstd": _unzstd}


def decode_body(raw: bytes, content_encodings: list[str], limit: int = MAX_PAYLOAD) -> bytes:
    """The payload of a response body.

    `content_encodings` are the values of the Content-Encoding headers, in order. Raises PayloadTooLarge above `limit` bytes
    (0: no limit), PayloadUndecodable for a damaged, cut or unknown encoding.
    """
    limit = limit or (1 << 62)
    if len(raw) > limit:
        raise PayloadTooLarge(f"the payload is larger than {limit:,} bytes")
    names = [n for value in content_encodings for n in (part.strip().lower() for part in value.split(",")) if n and n != "identity"]
    if len(names) > 4:
        raise PayloadUndecodable(f"{len(names)} content encodings, one in another; at most 4 are read")
    for name in reversed(names):
        if not raw:
            break
        decoder = _DECODERS.get(name)
        if decoder is None:
            raise PayloadUndecodable(f"unknown content encoding {name[:40]!r}")
        try:
            raw = decoder(raw, limit)
        except zlib.error as error:
            raise PayloadUndecodable(f"the {name} payload is damaged: {error}") from None
        except EOFError:
            raise PayloadUndecodable(f"the {name} payload is cut short") from None
    return raw
