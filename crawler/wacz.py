"""Writes chosen captures as a WACZ bundle (Web Archive Collection Zipped, specs.webrecorder.net/wacz/1.1.1), which ReplayWeb.page and pywb open.

A bundle holds the records of each capture as they are (its response or revisit, the redirects that led there, the requests, the record that a revisit refers to, what was kept of a
filtered file), a CDXJ index, the list of pages, and hashes of all of it. The same captures give the same bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crawler.archive import GZIP, MAX_RECORD, Entry, Index, damage_words, list_records
from crawler.errors import ArchiveTruncated, DigestMismatch, RecordNotFound

WACZ_VERSION = "1.1.1"
WARC_NAME = "data.warc.gz"
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)                              # of every file in the zip: the same captures give the same bytes


@dataclass(frozen=True, slots=True)
class Wanted:
    """A capture to go into the bundle. `warc`: its file; `root`: the data folder, to which names in revisits are relative."""

    warc: Path
    root: Path
    record_id: str
    redirects: tuple[str, ...]
    key: str                                                   # as printed in reports
    title: str
    url: str
    date: str                                                  # ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was written. `records`: number of WARC records of each type."""

    path: Path
    captures: int
    records: dict[str, int]


def write_wacz(wanted: Sequence[Wanted], out: Path, *, title: str, description: str, created: str, software: str) -> Bundle:
    """Write the bundle to `out`, in place at once.

    Raises RecordNotFound for a capture whose record is gone, ArchiveTruncated or DigestMismatch for one that is damaged, what list_records raises, and OSError where it cannot be written.
    """
    chosen = _chosen(wanted)
    warc = b"".join(_member(path, entry) for path, entry in chosen)
    pages = _pages(wanted)
    files = {f"archive/{WARC_NAME}": warc, "indexes/index.cdx": _cdxj(warc), "pages/pages.jsonl": pages}
    package = {
        "profile": "data-package", "wacz_version": WACZ_VERSION, "title": title, "description": description, "created": created, "software": software,
        "resources": [{"name": name.rpartition("/")[2], "path": name, "hash": f"sha256:{hashlib.sha256(data).hexdigest()}", "bytes": len(data)} for name, data in files.items()],
    }
    if wanted:
        package |= {"mainPageUrl": wanted[0].url, "mainPageDate": wanted[0].date}
    files["datapackage.json"] = _json(package)
    files["datapackage-digest.json"] = _json({"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(files['datapackage.json']).hexdigest()}"})
    part = out.with_name(f".{out.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as bundle:      # stored: players read pieces out of the middle
            for name, data in files.items():
                bundle.writestr(zipfile.ZipInfo(name, _ZIP_TIME), data)
        os.replace(part, out)
    finally:
        part.unlink(missing_ok=True)
    kinds: dict[str, int] = {}
    for _, entry in chosen:
        kinds[entry.kind] = kinds.get(entry.kind, 0) + 1
    return Bundle(out, len(wanted), kinds)


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _pages(wanted: Sequence[Wanted]) -> bytes:
    lines: list[dict] = [{"format": "json-pages-1.0", "id": "pages", "title": "Captures cited"}]
    lines += [{"id": w.key, "url": w.url, "ts": w.date, "title": f"{w.key} {w.title}"} for w in wanted]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()


# --- which records ---------------------------------------------------------------------------------------------------------------

def _chosen(wanted: Iterable[Wanted]) -> list[tuple[Path, Entry]]:
    """The records to be written, by file and place, each once."""
    found: dict[tuple[str, int, int], tuple[Path, Entry]] = {}

    def take(path: Path, entry: Entry) -> None:
        if entry.damage:
            raise (DigestMismatch if entry.damage == "digest" else ArchiveTruncated)(f"{path.name}: {damage_words(entry)}; restore the file from a backup")
        found[(str(path), entry.offset, entry.number)] = (path, entry)

    for one in wanted:
        index = list_records(one.warc)
        ids = [*one.redirects, one.record_id]
        for record_id in ids:
            entry = index.by_id.get(record_id)
            if entry is None:
                raise RecordNotFound(f"{one.warc.name}: the record {record_id} of {one.key} is gone; restore that file from a backup")
            take(one.warc, entry)
            for path, other in _beside(index, one, entry):
                take(path, other)
    return [found[place] for place in sorted(found)]


def _beside(index: Index, one: Wanted, entry: Entry) -> list[tuple[Path, Entry]]:
    """What belongs to a record: its request and metadata, the head of the archive, and what it refers to, with the same of that."""
    own = [(one.warc, e) for e in index.entries if e.concurrent == entry.record_id or e.record_id == entry.warcinfo]
    if entry.kind not in ("revisit", "conversion") or not entry.refers_to:
        return own
    path, held = _referred(index, one, entry)
    there = index if path == one.warc else list_records(path)
    return [*own, (path, held), *((path, e) for e in there.entries if e.concurrent == held.record_id or e.record_id == held.warcinfo)]


def _referred(index: Index, one: Wanted, entry: Entry) -> tuple[Path, Entry]:
    held = index.by_id.get(entry.refers_to or "")
    if held is not None:
        return one.warc, held
    name = (entry.original or "").rpartition(" ")[0]
    path = one.root / name
    if name and ".." not in Path(name).parts and not Path(name).is_absolute() and path.is_file():
        held = list_records(path).by_id.get(entry.refers_to or "")
        if held is not None:
            return path, held
    same = next((e for e in index.entries if e.kind == "response" and e.payload_digest and e.payload_digest == entry.payload_digest), None)
    if same is None:
        raise RecordNotFound(f"{one.warc.name}: {one.key} was unchanged, and the record that holds it ({entry.refers_to}) is gone; restore that file from a backup")
    return one.warc, same


# --- their bytes -----------------------------------------------------------------------------------------------------------------

def _member(path: Path, entry: Entry) -> bytes:
    """One record as a gzip member of its own; its bytes are those of the archive."""
    from warcio.archiveiterator import ArchiveIterator

    with open(path, "rb") as handle:
        handle.seek(entry.offset)
        data = handle.read(entry.end - entry.offset)
    if data.startswith(GZIP):
        data = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(data, MAX_RECORD + 1)
    records = ArchiveIterator(io.BytesIO(data), no_record_parse=True)
    for number, _ in enumerate(records):
        start = records.get_record_offset()
        if number == entry.number:
            return gzip.compress(data[start:start + records.get_record_length()], 9, mtime=0)
    raise RecordNotFound(f"{path.name}: {entry.record_id} is not where the index says; the file changed while it was read")


def _cdxj(warc: bytes) -> bytes:
    """The index of the archive, sorted."""
    from cdxj_indexer.main import CDXJIndexer

    out = io.StringIO()
    source = io.BytesIO(warc)
    indexer = CDXJIndexer(out, source, sort=True, filename=WARC_NAME)
    indexer.process_all()
    return out.getvalue().encode()
