"""The `feed:` block of a declaration: what it accepts, what it refuses and says instead, and the addresses that it stands for. Pages and keys by themselves."""

from __future__ import annotations

import gzip
import json

import pytest
import yaml

from crawler.declarations import check_providers, load_providers
from crawler.feeds import keys
from crawler.feeds.paging import read_page, with_parameter, without_parameter
from crawler.feeds.stream import Collector, kept_faults
from crawler.errors import PayloadTooLarge, PayloadUndecodable

HEAD = "slug: fox-cloud\nname: Fox Cloud\npermission: {permission}\ndocuments:\n  offers:\n    - url: {url}\n      verified: null\n      method: {method}\n      feed: {feed}\n"


def declared(tmp_path, feed: object, url: str = "https://api.fox.example/v1/plans", method: str = "feed", permission: str = "unknown"):
    folder = tmp_path / "fox-cloud"
    folder.mkdir(exist_ok=True)
    text = HEAD.format(url=json.dumps(url), method=method, feed=json.dumps(feed), permission=permission)
    if permission != "unknown":
        text = text.replace("documents:", "permission_reason: its terms invite machines\ndocuments:")
    assert yaml.safe_load(text)
    (folder / "provider.yml").write_text(text, "utf-8")
    return tmp_path


def faults(*args, **more) -> str:
    return "\n".join(check_providers(declared(*args, **more))[1])


@pytest.mark.parametrize(("feed", "words"), [
    ({"paging": {"kind": "link"}}, "paging of kind link needs path"), ({"paging": {"kind": "cursor", "path": "next"}}, "needs parameter"),
    ({"paging": {"kind": "link", "path": "next", "pages": "pages"}}, "has no pages"), ({"paging": {"kind": "offset"}}, "kind"),
    ({"paging": {"kind": "link", "path": "next", "max_pages": 100000}}, "max_pages"), ({"paging": {"kind": "number", "parameter": "page"}}, "nobody knows where the feed ends"), ({"headers": {"Cookie": "a=b"}}, "Cookie"),
    ({"headers": {"Authorization": "Bearer x"}}, "Authorization"), ({"headers": {"User-Agent": "Mozilla"}}, "User-Agent"), ({"headers": {"Accept": "a\nb"}}, "plain characters"),
    ({"key": {"env": "HOME", "in": "query", "name": "key"}}, "env"), ({"key": {"env": "AWS_SECRET_ACCESS_KEY", "in": "query", "name": "key"}}, "env"),
    ({"key": {"env": "FOX_API_KEY", "in": "header", "name": "Cookie"}}, "never sent as Cookie"), ({"key": {"env": "FOX_API_KEY", "in": "query", "name": "k", "scheme": "Bearer"}}, "no scheme"),
    ({"stream": {"format": "csv", "keep": {"A": "("}}}, "not a regular expression"), ({"stream": {"format": "csv"}}, "csv needs keep"), ({"stream": {"format": "lines", "keep": {"A": "x"}}}, "lines needs match"),
    ({"stream": {"format": "lines", "match": "x"}, "items": "a"}, "one file"), ({"fields": ["a"]}, "fields needs items"), ({"variants": {"zone": ["a"]}}, "does not stand in the address"),
    ({"post": {"body": "{}"}}, "documented"), ({"colour": "red"}, "colour"), ({"variants": {"zone": ["a/b"]}}, "variants"),
])
def test_what_is_wrong_is_named_with_its_line(tmp_path, feed, words):
    said = faults(tmp_path, feed)
    assert words in said and "provider.yml:" in said, said


def test_templates_need_their_values(tmp_path):
    assert "template" in faults(tmp_path, {"items": "a"}, url="https://api.fox.example/{zone}/plans")
    assert "template" in faults(tmp_path, {"variants": {"zone": ["a"]}}, url="https://{zone}.fox.example/plans")
    assert "template" in faults(tmp_path, {"variants": {"zone": ["a"]}}, url="https://api.fox.example/{zone}/{other}")
    assert "template" in faults(tmp_path, {"variants": {"zone": ["a"]}}, url="https://api.fox.example/{zone}/{")
    assert "at most 100" in faults(tmp_path, {"variants": {"a": [f"v{n}" for n in range(20)], "b": [f"v{n}" for n in range(20)]}}, url="https://api.fox.example/{a}/{b}")
    assert "method: feed" in faults(tmp_path, {"items": "a"}, method="html")
    assert "twice" in faults(tmp_path, {"variants": {"zone": ["a", "a"]}}, url="https://api.fox.example/{zone}")


def test_a_template_becomes_one_source_for_each_value(tmp_path):
    folder = declared(tmp_path, {"variants": {"zone": ["n-1", "s-1"], "cur": ["eur"]}, "items": "plans"}, url="https://api.fox.example/{zone}/plans?c={cur}&z={zone}")
    sources = load_providers(folder)[0].sources()
    assert [s.url for s in sources] == ["https://api.fox.example/n-1/plans?c=eur&z=n-1", "https://api.fox.example/s-1/plans?c=eur&z=s-1"]
    assert all(s.feed == {"items": "plans"} and s.method == "feed" for s in sources)


def test_a_question_may_be_posted_unless_the_terms_forbid_it(tmp_path):
    feed = {"post": {"body": '{"query": "{plans}"}', "documented": "docs.fox.example/api"}}
    assert "forbid" in faults(tmp_path, feed, permission="forbidden")
    assert faults(tmp_path, feed) == ""
    assert load_providers(tmp_path)[0].sources()[0].feed == feed


# --- pages ----------------------------------------------------------------------------------------------------------------------------

LINK = {"items": "rows", "paging": {"kind": "link", "path": "meta.next"}}
HERE = "https://api.fox.example/v1?a=1"


def page(feed, value, **more):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return read_page(feed, body, **{"declared": HERE, "url": HERE, "page": 1, **more})


@pytest.mark.parametrize(("link", "follows"), [
    ("https://api.fox.example/v1?a=1&page=2", "https://api.fox.example/v1?a=1&page=2"), ("/v1?p=2", "https://api.fox.example/v1?p=2"), ("?p=2#x", "https://api.fox.example/v1?p=2"),
    ("https://api.fox.example:443/v1?$filter=a%20eq%20'b'&$skip=100", "https://api.fox.example/v1?$filter=a%20eq%20%27b%27&$skip=100"),
    ("", None), (None, None), ("http://api.fox.example/v1?p=2", None), ("https://api.fox.example:444/v1", None), ("//evil.example/v1", None), ("https://user@api.fox.example/v1?p=2", None),
    ("https://api.fox.example.evil.example/", None), ("javascript:alert(1)", None), ("https://[::1", None), ("file:///etc/passwd", None), ("https://127.0.0.1/v1", None), (["x"], None), (HERE, None),
])
def test_which_links_are_followed(link, follows):
    found = page(LINK, {"rows": [1], "meta": {"next": link}})
    assert found.follows == follows and found.fault is None
    assert (found.refused is None) == (bool(follows) or link in ("", None))


def test_what_a_server_says_steers_no_terminal():
    fault = page(LINK, {"error": "no\x1b[31m \n such\u202e plan" + "x" * 900}).fault
    assert fault.kind == "feed_changed" and "no[31m such plan" in fault.note and fault.note.isprintable() and len(fault.note) < 200


def test_a_missing_key_ends_a_feed_and_a_missing_branch_is_a_change():
    assert page(LINK, {"rows": [1], "meta": {}}).refused is None
    assert page(LINK, {"rows": [1]}).refused.kind == "feed_changed"


def test_the_end_of_numbered_pages():
    feed = {"items": "rows", "paging": {"kind": "number", "parameter": "page", "total": "total"}}
    assert page(feed, {"rows": [1, 2], "total": 5}).follows == HERE + "&page=2"
    assert page(feed, {"rows": [1, 2], "total": 5}, counted=3, page=3, url=HERE + "&page=3").follows is None
    assert page(feed, {"rows": [1, 2]}).refused.kind == "feed_changed" and page(feed, {"rows": [1], "total": "5"}).refused.kind == "feed_changed"
    endless = {"items": "rows", "paging": {"kind": "number", "parameter": "page", "max_pages": 2}}
    assert page(endless, {"rows": [1]}, page=2, url=HERE + "&page=2").refused.kind == "budget"


def test_parameters_are_set_and_taken_out_without_touching_the_others():
    assert with_parameter("https://a.example/x?$filter=a%20eq%20%27b%27&page=1&q=%2B", "page", "2&x") == "https://a.example/x?$filter=a%20eq%20%27b%27&q=%2B&page=2%26x"
    assert without_parameter("https://a.example/x?key=1&a=2&k%65y=3", "key") == "https://a.example/x?a=2"


# --- streams --------------------------------------------------------------------------------------------------------------------------

CSV = {"format": "csv", "keep": {"n": "^7$"}, "max_bytes": 10_000_000}


@pytest.mark.parametrize("size", [1, 2, 7, 100, 1_000_000])
def test_the_size_of_the_pieces_makes_no_difference(size):
    text = 'pre,amble\r\nid,n,note\r\n' + "".join(f'{i},{i % 10},"line\nand ""{i}"""\r\n' for i in range(60))
    kept = ""
    for data in (gzip.compress(text.encode()), text.encode()):
        collector = Collector(CSV, 1_000_000)
        for start in range(0, len(data), size):
            collector.write(data[start:start + size])
        kept = collector.getvalue().decode()
        assert kept and collector.unpacked == data.startswith(b"\x1f\x8b")
    assert kept == 'pre,amble\r\nid,n,note\r\n' + "".join(f'{i},7,"line\nand ""{i}"""\r\n' for i in range(7, 60, 10))
    assert collector.length == len(data) and kept_faults(CSV, kept.encode()) is None


def test_a_last_row_without_a_line_end_is_a_row():
    collector = Collector(CSV, 1000)
    collector.write(b"n\n1\n7")
    assert collector.getvalue() == b"n\n7"


def test_what_a_stream_may_not_do():
    long = Collector({**CSV, "max_bytes": 1000}, 1000)
    with pytest.raises(PayloadTooLarge, match="declared"):
        long.write(b"n\n" + b"1\n" * 1000)
    wide = Collector(CSV, 100)
    wide.write(b"n\n" + b"7\n" * 1000)
    with pytest.raises(PayloadTooLarge, match="narrower"):
        wide.getvalue()
    cut = Collector(CSV, 100)
    cut.write(b"\x1f\x8b\x08\x00\x00\x00")
    with pytest.raises(PayloadUndecodable, match="cut short"):
        cut.getvalue()


# --- keys -----------------------------------------------------------------------------------------------------------------------------

def test_a_key_is_told_from_none():
    key = {"env": "FOX_API_KEY", "in": "query", "name": "key"}
    assert keys.key_value(key, {"FOX_API_KEY": " abcd-1234 "}) == "abcd-1234"
    for value in ("", "short", "two words here", "line\nbreak-1234", "ключ-ключ-ключ"):
        assert keys.key_value(key, {"FOX_API_KEY": value}) is None and "$FOX_API_KEY" in (keys.why_missing(key, {"FOX_API_KEY": value}) or "")
        assert not value or value not in (keys.why_missing(key, {"FOX_API_KEY": value}) or "")


def test_a_log_line_shows_no_key(caplog):
    import logging

    keys.add_key("https://api.fox.example/", {}, {"in": "query", "name": "key"}, "fox/key+123456")
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "asked %s", ("https://api.fox.example/?key=fox%2Fkey%2B123456",), None)
    assert keys.HushFilter().filter(record) and "123456" not in record.getMessage() and keys.WITHHELD in record.getMessage()
