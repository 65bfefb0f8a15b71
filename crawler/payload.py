"""From the bytes on the wire to the payload: content encodings removed, within a limit.

The live crawl, the replay and `archive.read_payload` all use this one function, so that a payload has one SHA-256.
"""

from __future__ import annotations

import zlib

from crawler.errors import PayloadTooLarge, PayloadUndecodable

MAX_PAYLOAD = 32 * 1024 * 1024                                 # bytes, raw as well as decoded: a price page or contract is far below 10 MB
CHUNK = 64 * 1024


def _inflate(data: bytes, window: int, limit: int) -> bytes:
    """Decompress with zlib, several gzip members allowed. Raises zlib.error, EOFError (cut short) and PayloadTooLarge."""
    out = bytearray()
    while data:
        engine = zlib.decompressobj(window)
        while not engine.eof:
            piece = engine.decompress(data, CHUNK)
            out += piece
            if len(out) > limit:
                raise PayloadTooLarge(f"the payload is larger than {limit:,} bytes after decompression")
            data = engine.unconsumed_tail
            if not data and not piece and not engine.eof:
                raise EOFError
        data = engine.unused_data
        if window < 16 or not data.startswith(b"\x1f\x8b"):    # bytes after the last member are padding
            break
    return bytes(out)


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
    engine, out = brotli.Decompressor(), bytearray()
    try:
        for start in range(0, len(data), 1024):                # small steps: one step cannot grow without bound
            out += engine.process(data[start:start + 1024])
            if len(out) > limit:
                raise PayloadTooLarge(f"the payload is larger than {limit:,} bytes after decompression")
    except brotli.error as error:
        raise PayloadUndecodable(f"the brotli payload is damaged: {error}") from None
    if not engine.is_finished():
        raise EOFError
    return bytes(out)


def _unzstd(data: bytes, limit: int) -> bytes:
    try:
        from compression import zstd
    except ImportError:
        try:
            from backports import zstd
        except ImportError:
            raise PayloadUndecodable("the payload is zstd-compressed: install the package backports.zstd to read it") from None
    engine, out = zstd.ZstdDecompressor(), bytearray()
    try:
        while not engine.eof:
            piece = engine.decompress(data, CHUNK)
            data = b""
            out += piece
            if len(out) > limit:
                raise PayloadTooLarge(f"the payload is larger than {limit:,} bytes after decompression")
            if not piece and not engine.eof and engine.needs_input:
                raise EOFError
    except zstd.ZstdError as error:
        raise PayloadUndecodable(f"the zstd payload is damaged: {error}") from None
    return bytes(out)


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
