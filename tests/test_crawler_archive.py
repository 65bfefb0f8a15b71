"""Reading WARC files: whole, damaged, hostile and foreign ones."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from chipwatch.records import Source
from crawler.addresses import host_is_refused, is_public, literal_address
from crawler.archive import list_records, read_payload, read_response
from crawler.capture import Recorder, repair_tail
from crawler.errors import ArchiveMissing, ArchiveTruncated, DigestMismatch, NotAWarc, PayloadTooLarge, PayloadUndecodable, RecordNotFound, SourcesFileError
from crawler.payload import decode_body
from crawler.run import crawl
from crawler.sources import aliases, read_sources, read_sources_file, resolve_slug

PAGE = b"<html><body><p>Terms of a company that does not exist.</p></body></html>"


def write_warc(path: Path, pages: list[tuple[str, str, int, bytes, list[tuple[str, str]]]], compressed: bool = True) -> list[str]:
    """A WARC file as other crawlers write it; returns the record ids."""
    ids = []
    with open(path, "wb") as handle:
        writer = WARCWriter(handle, gzip=compressed)
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "test"}))
        for url, date, status, body, headers in pages:
            record = writer.create_warc_record(url, "response", payload=io.BytesIO(body), length=len(body), warc_headers_dict={"WARC-Date": date},
                                               http_headers=StatusAndHeaders(f"{status} OK", headers, protocol="HTTP/1.1"))
            writer.write_record(record)
            ids.append(record.rec_headers.get_header("WARC-Record-ID"))
    return ids


HTML = [("Content-Type", "text/html")]
THREE = [(f"https://a.example/{n}", f"2026-01-0{n}T00:00:00Z", 200, PAGE + bytes([48 + n]) * 500, HTML) for n in (1, 2, 3)]


@pytest.fixture(params=[True, False], ids=["gzip", "plain"])
def archive(tmp_path, request):
    path = tmp_path / ("a.warc.gz" if request.param else "a.warc")
    return path, write_warc(path, THREE, request.param)


def test_payload_by_record_id(archive):
    path, ids = archive
    for record_id, (_, _, status, body, headers) in zip(ids, THREE, strict=True):
        payload = read_payload(path, record_id)
        assert payload == (status, headers, body)
    index = list_records(path)
    assert [e.kind for e in index.entries] == ["warcinfo", "response", "response", "response"] and not index.issues
    with pytest.raises(RecordNotFound, match="no payload"):
        read_payload(path, index.entries[0].record_id)
    with pytest.raises(RecordNotFound, match="has no record"):
        read_payload(path, "<urn:uuid:00000000-0000-0000-0000-000000000000>")


@pytest.mark.parametrize("keep", [1, 30, 200, 10_000])
def test_truncated_file_keeps_what_is_whole(archive, keep):
    path, ids = archive
    data = path.read_bytes()
    last = list_records(path).entries[-1]
    path.write_bytes(data[:min(last.offset + keep, last.end - 5)])
    index = list_records(path)
    assert [e.record_id for e in index.entries if e.damage is None][1:] == ids[:2]
    assert index.issues and all(i.code == "truncated" and "a.warc" in i.text for i in index.issues)
    assert read_payload(path, ids[1]).body == THREE[1][3]
    if any(e.record_id == ids[2] for e in index.entries):
        with pytest.raises(ArchiveTruncated, match="cut short"):
            read_payload(path, ids[2])


def test_damage_in_the_middle_costs_one_record(archive):
    path, ids = archive
    data = bytearray(path.read_bytes())
    second = list_records(path).entries[2]
    middle = (second.offset + second.end) // 2
    data[middle:middle + 8] = b"\0" * 8
    path.write_bytes(bytes(data))
    index = list_records(path)
    assert {e.record_id for e in index.entries if e.damage is None} >= {ids[0], ids[2]}
    assert index.issues
    assert read_payload(path, ids[2]).body == THREE[2][3]


def test_altered_bytes_are_noticed(tmp_path):
    path = tmp_path / "a.warc"
    ids = write_warc(path, THREE, compressed=False)
    path.write_bytes(path.read_bytes().replace(b"does not exist.</p></body></html>2", b"does now exist.</p></body></html>2"))
    with pytest.raises(DigestMismatch, match="digest"):
        read_payload(path, ids[1])
    assert [i.code for i in list_records(path).issues] == ["digest"]
    assert read_payload(path, ids[0]).body == THREE[0][3]


@pytest.mark.parametrize(("content", "words"), [
    (b"", "is empty"), (b"hello", "not a WARC"), (b"PK\x03\x04....", "zip"), (gzip.compress(b"hello", mtime=0), "not a WARC"), (b"\x1f\x8b\x08garbage", "damaged gzip"),
    (b"filedesc://x 0.0.0.0 20260101000000 text/plain 5\n", "ARC file"), (b"WARC/1.0\r\n", "no readable record"), (b"WARC/1.0\r\nContent-Length: 99999999999\r\n\r\n", "no readable record"),
])
def test_other_files_are_named_for_what_they_are(tmp_path, content, words):
    path = tmp_path / "x.warc.gz"
    path.write_bytes(content)
    with pytest.raises(NotAWarc, match=words):
        list_records(path)


def test_missing_archive(tmp_path):
    with pytest.raises(ArchiveMissing, match="no such archive"):
        list_records(tmp_path / "none.warc.gz")
    with pytest.raises(ArchiveMissing, match="not a file"):
        list_records(tmp_path)


def test_one_long_gzip_stream_is_read_too(tmp_path):
    plain = tmp_path / "a.warc"
    ids = write_warc(plain, THREE, compressed=False)
    path = tmp_path / "b.warc.gz"
    path.write_bytes(gzip.compress(plain.read_bytes()))
    assert [read_payload(path, i).body for i in ids] == [p[3] for p in THREE]


def test_transfer_and_content_encodings_come_off(tmp_path):
    path = tmp_path / "a.warc.gz"
    packed = gzip.compress(PAGE)
    chunked = b"".join(f"{len(c):x}\r\n".encode() + c + b"\r\n" for c in (packed[:10], packed[10:])) + b"0\r\n\r\n"
    (record_id,) = write_warc(path, [("https://a.example/", "2026-01-01T00:00:00Z", 200, chunked,
                                      [*HTML, ("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")])])
    assert read_payload(path, record_id).body == PAGE


def test_revisit_and_resource_records(tmp_path):
    path = tmp_path / "a.warc.gz"
    with open(path, "wb") as handle:
        writer = WARCWriter(handle, gzip=True)
        first = writer.create_warc_record("https://a.example/", "response", payload=io.BytesIO(PAGE), length=len(PAGE),
                                          warc_headers_dict={"WARC-Date": "2026-01-01T00:00:00Z"}, http_headers=StatusAndHeaders("200 OK", HTML, protocol="HTTP/1.1"))
        writer.write_record(first)
        again = writer.create_revisit_record("https://a.example/", first.rec_headers.get_header("WARC-Payload-Digest"), "https://a.example/", "2026-01-01T00:00:00Z",
                                             http_headers=StatusAndHeaders("200 OK", HTML, protocol="HTTP/1.1"))
        writer.write_record(again)
        loose = writer.create_warc_record("https://a.example/b.txt", "resource", payload=io.BytesIO(b"words"), length=5, warc_content_type="text/plain")
        writer.write_record(loose)
    assert read_payload(path, again.rec_headers.get_header("WARC-Record-ID")).body == PAGE
    assert read_payload(path, loose.rec_headers.get_header("WARC-Record-ID")) == (None, [("Content-Type", "text/plain")], b"words")


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 1500), flip=st.integers(0, 1500), value=st.integers(0, 255))
def test_no_damage_is_worse_than_a_named_error(tmp_path_factory, cut, flip, value):
    path = tmp_path_factory.mktemp("fuzz") / "a.warc.gz"
    write_warc(path, THREE[:2])
    data = bytearray(path.read_bytes())
    data[flip % len(data)] = value
    path.write_bytes(bytes(data[:len(data) - cut % len(data)]))
    try:
        index = list_records(path)
    except NotAWarc:
        return
    for entry in index.entries:
        try:
            read_response(path, entry)
        except (RecordNotFound, ArchiveTruncated, DigestMismatch):
            pass


# --- payloads --------------------------------------------------------------------------------------------------------------------

def brotli(data: bytes) -> bytes:
    return pytest.importorskip("brotli").compress(data)


@pytest.mark.parametrize(("encoding", "pack"), [
    ("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", lambda b: zlib.compress(b)[2:-4]), ("br", brotli),
    ("gzip", lambda b: gzip.compress(b[:10]) + gzip.compress(b[10:])), ("identity", bytes), ("gzip", bytes),
])
def test_decode(encoding, pack):
    assert decode_body(pack(PAGE), [encoding]) == PAGE


def test_decode_limits_and_faults():
    assert decode_body(zlib.compress(gzip.compress(PAGE)), ["gzip, deflate"]) == PAGE
    with pytest.raises(PayloadTooLarge):
        decode_body(gzip.compress(b"0" * 5_000_000), ["gzip"], 1_000_000)
    with pytest.raises(PayloadTooLarge):
        decode_body(brotli(b"0" * 5_000_000), ["br"], 1_000_000)
    with pytest.raises(PayloadTooLarge):
        decode_body(b"0" * 100, [], 99)
    for body, encoding in ((gzip.compress(PAGE)[:-9], "gzip"), (b"\x1f\x8b\x08\0rubbish", "gzip"), (b"rubbish", "br"), (PAGE, "sdch"), (b"!!", "deflate")):
        with pytest.raises(PayloadUndecodable):
            decode_body(body, [encoding])


@given(st.binary(max_size=300))
def test_decode_round_trip(data):
    assert decode_body(gzip.compress(data), ["gzip"]) == data == decode_body(zlib.compress(data), ["deflate"])


# --- addresses -------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("host", [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1", "2130706433",
    "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[fec0::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]", "[::127.0.0.1]", "localhost", "a.localhost", "printer.local", "metadata.google.internal", "localhost.", "99999999999",
])
def test_private_hosts_are_refused(host):
    assert host_is_refused(host)


@pytest.mark.parametrize("host", ["8.8.8.8", "[2606:4700::1111]", "[::ffff:8.8.8.8]", "www.provider.com", "local.provider.com", "134744072", "1e100.net"])
def test_public_hosts_are_not(host):
    assert not host_is_refused(host)


def test_literals():
    assert literal_address("2130706433") == "127.0.0.1" and literal_address("provider.com") is None
    assert not is_public("nonsense") and not is_public("fe80::1%eth0")


# --- writing ---------------------------------------------------------------------------------------------------------------------

def test_half_written_record_is_cut_off(tmp_path):
    path = tmp_path / "crawl.warc.gz"
    for n in (1, 2):
        recorder = Recorder(path, run_id="r", software="test", user_agent="test", contact="")
        recorder.response(url=f"https://a.example/{n}", method="GET", request_headers=[("Host", "a.example")], request_target="/", status=200,
                          headers=[("Content-Type", "text/html"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Name", "caf\u00e9")], body=PAGE, protocol="HTTP/1.1",
                          ip="203.0.113.5", visit="urn:uuid:1", cut=False)
        recorder.close()
        whole = path.read_bytes()
        path.write_bytes(whole + whole[:50])                   # killed while writing
    assert repair_tail(path) == 50 and path.read_bytes() == whole
    index = list_records(path)
    assert not index.issues
    responses = [e for e in index.entries if e.kind == "response"]
    assert [e.url for e in responses] == ["https://a.example/1", "https://a.example/2"]
    assert [v for n, v in read_payload(path, responses[0].record_id).headers if n == "Set-Cookie"] == ["a=1", "b=2"]


# --- replaying archives made by others -------------------------------------------------------------------------------------------

def replay(tmp_path, pages, urls, **settings):
    path = tmp_path / "foreign.warc.gz"
    ids = write_warc(path, pages)
    sources = [Source(provider="p", url=u, role="terms_of_service") for u in urls]
    captures = crawl(sources, run_dir=tmp_path / "captures" / "r1", run_id="r1", mode="archive", archives=[path], settings=settings)
    return ids, captures, json.loads((tmp_path / "captures" / "r1" / "run.json").read_text("utf-8"))


def test_foreign_archive(tmp_path):
    pages = [
        ("https://a.example/terms", "2025-01-01T00:00:00Z", 200, PAGE, HTML),
        ("https://a.example/terms", "2026-01-01T00:00:00Z", 200, PAGE + b"new", HTML),
        ("https://a.example/old", "2026-01-01T00:00:00Z", 301, b"", [("Location", "/new")]),
        ("https://a.example/new", "2024-01-01T00:00:00Z", 200, b"too early" + PAGE, HTML),
        ("https://a.example/new", "2026-01-01T00:00:01Z", 200, PAGE, HTML),
        ("https://a.example/away", "2026-01-01T00:00:00Z", 302, b"", [("Location", "https://b.example/")]),
        ("https://a.example/busy", "2026-01-01T00:00:00Z", 429, b"", HTML),
        ("https://a.example/busy", "2026-02-01T00:00:00Z", 200, PAGE, HTML),
        ("https://a.example/robots.txt", "2026-01-01T00:00:00Z", 200, b"User-agent: *\nDisallow: /", HTML),
        ("https://a.example/unlisted", "2026-01-01T00:00:00Z", 200, PAGE, HTML),
    ]
    urls = ["https://a.example/terms", "https://A.example:443/old#x", "https://a.example/away", "https://a.example/busy", "https://a.example/missing"]
    ids, captures, report = replay(tmp_path, pages, urls)
    got = [(c.url.rsplit("/", 1)[1], c.fetched_at, c.failure, c.record_id, c.redirects) for c in captures]
    assert got == [
        ("terms", "2025-01-01T00:00:00Z", None, ids[0], []), ("terms", "2026-01-01T00:00:00Z", None, ids[1], []),
        ("old#x", "2026-01-01T00:00:01Z", None, ids[4], [ids[2]]),
        ("away", "2026-01-01T00:00:00Z", "not_in_archive", None, [ids[5]]),
        ("busy", "2026-01-01T00:00:00Z", "rate_limited", ids[6], []), ("busy", "2026-02-01T00:00:00Z", None, ids[7], []),
        ("missing", captures[-1].fetched_at, "not_in_archive", None, []),
    ]
    assert [u["url"] for u in report["not_in_sources"]] == ["https://a.example/new", "https://a.example/unlisted"]
    assert {c.warc_file for c in captures} == {"captures/r1/foreign.warc.gz", None}
    assert (tmp_path / "captures" / "r1" / "foreign.warc.gz").read_bytes() == (tmp_path / "foreign.warc.gz").read_bytes()
    assert report["archives"][0]["file"] == "foreign.warc.gz" and report["captures"] == 4


def test_damaged_archive_gives_what_it_can(tmp_path):
    path = tmp_path / "cut.warc.gz"
    ids = write_warc(path, THREE)
    path.write_bytes(path.read_bytes()[:-60])
    sources = [Source(provider="p", url=p[0], role="terms_of_service") for p in THREE]
    captures = crawl(sources, run_dir=tmp_path / "captures" / "r", run_id="r", mode="archive", archives=[path])
    assert [(c.record_id, c.failure) for c in captures[:2]] == [(ids[0], None), (ids[1], None)]
    assert captures[2].failure in ("truncated", "not_in_archive")
    report = json.loads((tmp_path / "captures" / "r" / "run.json").read_text("utf-8"))
    assert report["issues"] and report["issues"][0]["code"] == "truncated"


def test_a_replay_needs_a_usable_archive(tmp_path):
    sources = [Source(provider="p", url="https://a.example/", role="offers")]
    with pytest.raises(ArchiveMissing):
        crawl(sources, run_dir=tmp_path / "r", run_id="r", mode="archive", archives=[tmp_path / "none.warc.gz"])
    with pytest.raises(ArchiveMissing):
        crawl(sources, run_dir=tmp_path / "r", run_id="r", mode="archive")
    (tmp_path / "x.warc.gz").write_bytes(b"hello")
    with pytest.raises(NotAWarc):
        crawl(sources, run_dir=tmp_path / "r", run_id="r", mode="archive", archives=[tmp_path / "x.warc.gz"])


# --- sources files ---------------------------------------------------------------------------------------------------------------

def sources_file(tmp_path, *rows) -> Path:
    path = tmp_path / "x.sources.jsonl"
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in rows), encoding="utf-8")
    return path


def row(**changes):
    return {"url": "https://a.example/t", "provider": "acme", "provider_name": "Acme Cloud", "role": "offers", "language": "en", **changes}


def test_sources_file(tmp_path):
    path = sources_file(tmp_path, row(), row(url="https://a.example/u", provider="tosdr-acme", provider_name="acme"), "", row(provider="_multi"), row())
    sources, providers = read_sources(path)
    assert [(s.provider, s.url, s.provider_name) for s in sources] == [("acme", "https://a.example/t", "Acme Cloud"), ("acme", "https://a.example/u", "Acme Cloud")]
    (info,) = providers
    assert (info.slug, info.name, info.kind, info.declared, info.seat_country, info.legal_entity) == ("acme", "Acme Cloud", "adjacent", False, None, None)
    assert [s.provider for s in read_sources_file(path).second_hand] == ["_multi"]


@pytest.mark.parametrize(("line", "words"), [
    ("{", "not JSON"), ("[]", "one JSON object"), (row(role="ofers"), 'did you mean "offers"'), (row(url="ftp://x"), "no web address"), (row(url=5), "in quotes"),
    ({k: v for k, v in row().items() if k != "role"}, '"role" is missing'), ({**row(), "langauge": "en"}, 'did you mean "language"'), (row(select="main"), "list of CSS"),
    (row(permission="maybe"), "unknown permission"), ("[" * 100_000, "characters"), ("[" * 5_000, "not JSON"), (row(url="http://[::1"), "no web address"),
])
def test_sources_file_faults(tmp_path, line, words):
    path = sources_file(tmp_path, row(), line)
    with pytest.raises(SourcesFileError, match=words) as caught:
        read_sources(path)
    assert f"{path}:2:" in str(caught.value)


def test_sources_file_missing_or_no_text(tmp_path):
    with pytest.raises(SourcesFileError, match="no such"):
        read_sources(tmp_path / "none")
    (tmp_path / "b").write_bytes(b"\xff\xfe")
    with pytest.raises(SourcesFileError, match="UTF-8"):
        read_sources(tmp_path / "b")
    with pytest.raises(SourcesFileError, match="names no source"):
        read_sources(sources_file(tmp_path))


def test_aliases_lead_to_slugs_and_never_to_aliases():
    for name, slug in aliases().slugs.items():
        assert resolve_slug(slug) == slug, f"{name} -> {slug} goes on"
        assert name != slug
    assert resolve_slug("Amazon Web Services") == resolve_slug("tosdr-amazon-aws") == "aws"
    assert resolve_slug("google-cloud-platform") == "gcp" and resolve_slug("verda-datacrunch") == "verda" and resolve_slug("linode") == "akamai-linode"
