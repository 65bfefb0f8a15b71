"""Guest rules, judged from the server's side: a log of what arrived, and a checker that knows nothing of the crawler."""

from __future__ import annotations

import email.utils
import gzip
import statistics
import time
from types import SimpleNamespace

import pytest
from guest_server import Site, serving

from chipwatch.records import Source
from crawler.robots import LIMIT, read_robots
from crawler.run import crawl
from sample_market.guest import SLACK, Asked, House, Rules, machine, violations

PAGE = b"<html><body><h1>Terms</h1><p>The customer pays in advance.</p></body></html>"
OK = (200, {}, PAGE)
DELAY, JITTER = 0.05, 0.3


def kinds(log: list[Asked], rules: Rules) -> set[str]:
    return {v.partition(":")[0] for v in violations(log, rules)}


# --- the checker ---------------------------------------------------------------------------------------------------------------------

RULES = Rules(delay=1.0, houses={"a.example": House("User-agent: *\nDisallow: /private\nCrawl-delay: 2\n", 200), "shut.example": House("", 503), "b.example": House()},
              forbidden={"c.example", "b.example/never"}, owner={"a.example": "a"}, max_pages=3)


def log(*rows: tuple, host: str = "a.example", **more) -> list[Asked]:
    """(path, began, ended) by row; robots.txt is asked for 10 s before."""
    return [Asked(host, "/robots.txt", -10.0, -9.9), *(Asked(host, path, began, ended, **more) for path, began, ended in rows)]


GOOD = [log(("/x", 0, 1), ("/y", 3, 4), ("/z", 6.1, 7)), log(("/x", 0, 1), ("/y", 2, 3), host="b.example"), [Asked("b.example", "/robots.txt", 0, 1)],
        [*log(host="shut.example")], [Asked("a.example", "/robots.txt", 0, 5, complete=False), *log(("/x", 2, 3))[1:], Asked("a.example", "/robots.txt", -3, -2)]]
BAD = {
    "no_name": log(("/x", 0, 1), user_agent="Mozilla/5.0"),
    "forbidden": log(("/never", 0, 1), host="b.example"),
    "robots_not_first": [Asked("b.example", "/x", 0, 1)],
    "robots_again": [*log(host="b.example"), Asked("b.example", "/robots.txt", 20, 21)],
    "closed": log(("/x", 0, 1), host="shut.example"),
    "disallowed": log(("/private/x", 0, 1)),
    "together": log(("/x", 0, 5), ("/y", 2, 3), host="b.example"),
    "too_soon": log(("/x", 0, 1), ("/y", 2.5, 3)),             # Crawl-delay: 2
    "pause_ignored": [*log(("/x", 0, 1), host="b.example", status=503, retry_after=30.0), Asked("b.example", "/y", 20, 21)],
    "budget": log(*((f"/{n}", 10 * n, 10 * n + 1) for n in range(4))),
}


@pytest.mark.parametrize("kind", BAD)
def test_the_checker_finds_each_breach(kind):
    assert kinds(BAD[kind], RULES) == {kind}


@pytest.mark.parametrize("n", range(len(GOOD)))
def test_the_checker_lets_good_guests_pass(n):
    assert violations(GOOD[n], RULES) == []


def test_the_checker_sees_one_machine_behind_spellings():
    assert kinds([*log(("/x", 0, 5), host="b.example"), *log(("/y", 3, 4), host="www.B.example:8080")], RULES) == {"together"}
    assert kinds([*log(host="c.example")], RULES) == {"forbidden"}, "not even robots.txt of a host that is forbidden as a whole"
    later = [*log(("/x", 0, 1), host="b.example", status=503, retry_after=30.0), Asked("b.example", "/y", 10, 11), Asked("b.example", "/z", 20, 21)]
    assert len(violations(later, RULES)) == 2, "the pause holds for every request in it"
    assert machine("WWW.x.example.:80") == machine("x.example")


# --- robots.txt ----------------------------------------------------------------------------------------------------------------------

def allowed(text: str | bytes, path: str) -> bool:
    return read_robots(text if isinstance(text, bytes) else text.encode(), "chipwatch").allowed("https://a.example" + path)


@pytest.mark.parametrize(("text", "path", "expected"), [
    ("", "/", True), ("User-agent: *\nDisallow:\n", "/x", True), ("User-agent: *\nDisallow: /\n", "/x", False),
    ("User-agent: *\nDisallow: /*.pdf$\n", "/a/b.pdf", False), ("User-agent: *\nDisallow: /*.pdf$\n", "/a/b.pdf?x=1", True),
    ("User-agent: *\nDisallow: /a*b\n", "/axxb/c", False), ("User-agent: *\nDisallow: /a*b\n", "/ac", True),
    ("User-agent: *\nDisallow: /legal\nAllow: /legal/terms\n", "/legal/terms", True), ("User-agent: *\nAllow: /legal/terms\nDisallow: /legal\n", "/legal/aup", False),
    ("User-agent: *\nAllow: /x\nDisallow: /x\n", "/x", True),  # RFC 9309, 2.2.2: of two equally long rules, the one that allows
    ("User-agent: *\nDisallow: /legal\nAllow: /legal$\n", "/legal", True), ("User-agent: *\nDisallow: /?q=\n", "/?q=1", False),
    ("User-agent: chipwatch\nDisallow: /a\n\nUser-agent: other\nDisallow: /\n\nUser-agent: ChipWatch\nDisallow: /b\n", "/b/c", False),
    ("User-agent: chipwatch\nDisallow: /a\n\nUser-agent: other\nDisallow: /\n\nUser-agent: ChipWatch\nDisallow: /b\n", "/c", True),
    ("User-agent: chipwatch\nAllow: /\n\nUser-agent: *\nDisallow: /\n", "/x", True), ("User-agent: chipwatch/2.0\nDisallow: /\n", "/x", False),
    ("User-agent: chip\nAllow: /\n\nUser-agent: *\nDisallow: /\n", "/x", False), ("User-agent: chipwatch-news\nDisallow: /\n", "/x", True),
    ("User-agent: a\nUser-agent: chipwatch\nUser-agent: b\nDisallow: /\n", "/x", False), ("User-agent: a\n\n# note\nUser-agent: *\nDisallow: /x # why\n", "/x", False),
    ("User-agent: *\nSitemap: https://a.example/s.xml\nDisallow: /x\n", "/x", False), ("User-agent: *\nUnknown: y\nDisallow: /x\n", "/x", False),
    ("\ufeffUser-agent: *\nDisallow: /x\n", "/x", False), ("User-agent: *\rDisallow: /x\r", "/x", False), ("user-agent:*\ndisallow:/x", "/x", False),
    ("User-agent *\nDisallow /x\n", "/x", False), ("User-agent: *\nDisallow: x/\n", "/x/1", False), ("User-agent: *\nDisallow: https://a.example/x\n", "/x/1", False),
    ("User-agent: *\nDisallow: /caf%C3%A9\n", "/café", False), ("User-agent: *\nDisallow: /%61\n", "/a", False), ("Disallow: /\n", "/x", True),
    ("<!DOCTYPE html>\n<html><body>\nUser-agent: *\nDisallow: /\n</body></html>", "/x", True), ("\n\n<html>\nUser-agent: *\nDisallow: /", "/x", True),
    ("User-agent: *\nDisallow: /x\n".encode("utf-16"), "/x", False), (b"\xff\xff\x00\x01" * 50, "/x", True), (b"User-agent: *\nDisallow: /\xe9\nDisallow: /x", "/x", False),
    ("User-agent: *\nDisallow: /robots.txt\n", "/robots.txt", True),
])
def test_robots_rules(text, path, expected):
    assert allowed(text, path) is expected


@pytest.mark.parametrize(("text", "delay"), [
    ("User-agent: *\nCrawl-delay: 10\n", 10.0), ("User-agent: *\nCrawl-delay: 2.5\nCrawl-delay: 1\n", 2.5), ("User-agent: *\nRequest-rate: 1/30\n", 30.0),
    ("User-agent: *\nRequest-rate: 2/1m\n", 30.0), ("User-agent: *\nCrawl-delay: soon\n", 0.0), ("User-agent: *\nCrawl-delay: -5\n", 0.0), ("User-agent: *\nCrawl-delay: nan\n", 0.0),
    ("User-agent: chipwatch\nDisallow:\n\nUser-agent: *\nCrawl-delay: 9\n", 0.0), ("User-agent: bad\nCrawl-delay: 99\nUser-agent: *\nDisallow:\n", 0.0), ("User-agent: *\nRequest-rate: 0/5\n", 0.0),
    ("User-agent: *\nCrawl-delay: 10s\n", 10.0), ("User-agent: *\ncrawl delay: 3\n", 3.0),
])
def test_delays_that_robots_asks_for(text, delay):
    assert read_robots(text.encode(), "chipwatch").delay == delay


def test_sitemaps_are_of_the_whole_file():
    rules = read_robots(b"Sitemap: https://a.example/1.xml\nUser-agent: other\nDisallow: /\nsitemap:https://b.example/2.xml\n", "chipwatch")
    assert rules.sitemaps == ["https://a.example/1.xml", "https://b.example/2.xml"] and rules.allowed("https://a.example/x")


def test_huge_robots():
    """What stands within 500 KiB counts, what stands after it does not, a line on the edge is not read in half; hostile files cost little."""
    filler = b"# " + b"x" * 98 + b"\n"
    body = b"User-agent: *\nDisallow: /first\n" + filler * (LIMIT // 101 - 1) + b"\nDisallow: /within"
    body = body + b"#" * (LIMIT - len(body) - 20) + b"\nDisallow: /edge/of/the/limit\nDisallow: /after\n"
    assert len(body) > LIMIT
    rules = read_robots(body, "chipwatch")
    assert rules.cut and not rules.allowed("http://a/first") and not rules.allowed("http://a/within")
    assert rules.allowed("http://a/after") and rules.allowed("http://a/edge/x") and rules.allowed("http://a/")
    started = time.process_time()
    many = b"".join(b"user-agent:a%d\n" % n for n in range(16_000)) + b"user-agent:*\n" + b"".join(b"disallow:/a%d\n" % n for n in range(16_000))
    assert not read_robots(many, "chipwatch").allowed("http://a/a7")
    read_robots(b"user-agent:*\ndisallow:/" + b"*a" * 240_000 + b"b\n", "chipwatch").allowed("http://a/" + "a" * 4000)
    read_robots(b"User-agent: *\nCrawl-delay: " + b"9" * 400_000, "chipwatch")
    assert time.process_time() - started < 5


# --- against a server ----------------------------------------------------------------------------------------------------------------

def robots(text: str | bytes, status: int = 200, **headers: str):
    return (status, {"Content-Type": "text/plain", **headers}, text.encode() if isinstance(text, str) else text)


def to(url: str, status: int = 302):
    return (status, {"Location": url}, b"")


def drop(connection) -> None:
    connection.connection.close()


def endless_robots(connection) -> None:
    connection.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nUser-agent: *\n")
    connection.trickle(b"Allow: /\n", 0.2, 10)


NO_X = "User-agent: *\nDisallow: /x\n"
# host -> (what /robots.txt answers, failure of /x, failure of /y)
ROBOTS = {
    "absent": ((404, {}, b"User-agent: *\nDisallow: /\n"), None, None), "denied": ((403, {}, b""), None, None), "broken": ((500, {}, b""), "robots", "robots"),
    "limited": ((429, {"Retry-After": "1"}, b""), "robots", "robots"), "dropped": (drop, "other", "other"), "endless": (endless_robots, "timeout", "timeout"),
    "plain": (robots(NO_X), "robots", None), "html": ((200, {}, b"<!doctype html><p>\nUser-agent: *\nDisallow: /\n"), None, None),
    "typed": ((200, {"Content-Type": "text/html"}, NO_X.encode()), "robots", None), "packed": (robots(gzip.compress(NO_X.encode()), **{"Content-Encoding": "gzip"}), "robots", None),
    "moved": (to("http://plain.example/robots.txt", 301), "robots", None), "far": (to("/r1"), "robots", None), "circle": (to("/robots.txt"), "other", "other"),
    "inward": (to("http://127.0.0.1/robots.txt"), "private_address", "private_address"), "odd": (to("ftp://plain.example/robots.txt"), "robots", "robots"),
    "cut": ((200, {"Content-Length": "500"}, NO_X.encode()), None, None), "mapped": (robots("Sitemap: http://sitemap.example/s.xml\n" + NO_X), "robots", None),
    "empty": (robots(""), None, None),
}
ROBOTS["cut"] = ((lambda c: (c.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + NO_X.encode()))), "robots", "robots")


def source(url: str, provider: str = "p", **more) -> Source:
    return Source(provider=provider, url=url, role="terms_of_service", **more)


def visit(tmp_path, server, sources: list[Source], **settings):
    return crawl(sources, run_dir=tmp_path / "captures" / "r", run_id="r", mode="sample",
                 settings={"HOST_MAP": server.host_map(*settings.pop("hosts", ())), "DOWNLOAD_TIMEOUT": 1, "DOWNLOAD_DELAY": DELAY, **settings})


@pytest.fixture(scope="module")
def robots_crawl(tmp_path_factory):
    sites = {f"{name}.example": Site({"/robots.txt": answer, "/x": OK, "/y": OK}) for name, (answer, _, _) in ROBOTS.items()}
    sites["far.example"].pages |= {f"/r{n}": to(f"http://far.example/r{n + 1}") for n in range(1, 5)} | {"/r5": robots(NO_X)}
    sites["sitemap.example"] = Site({"/s.xml": OK})
    sources = [source(f"http://{name}.example{path}", name) for name in ROBOTS for path in ("/x", "/y")]
    with serving(sites) as server:
        captures = visit(tmp_path_factory.mktemp("robots"), server, sources)
        return SimpleNamespace(server=server, by_url={c.url: c for c in captures}, log=server.log)


@pytest.mark.parametrize("name", ROBOTS)
def test_robots_from_a_server(robots_crawl, name):
    _, x, y = ROBOTS[name]
    assert (robots_crawl.by_url[f"http://{name}.example/x"].failure, robots_crawl.by_url[f"http://{name}.example/y"].failure) == (x, y)
    asked = set(robots_crawl.server.asked(f"{name}.example"))
    assert ("/x" in asked, "/y" in asked) == (x is None, y is None), "what is refused never reaches the server"


def test_sitemaps_of_robots_are_not_visited(robots_crawl):
    assert robots_crawl.server.asked("sitemap.example") == []
    assert not [v for v in violations(robots_crawl.log, Rules(delay=DELAY * (1 - JITTER), pace=0.01)) if not v.startswith("robots_")]


# --- turns and pauses ----------------------------------------------------------------------------------------------------------------

def test_one_queue_for_all_spellings_and_for_targets_of_redirects(tmp_path):
    """Five spellings of one host, and three other hosts that redirect to it: one request at a time, the pause after the end of each answer."""
    sites = {"busy.example": Site({"/robots.txt": robots("User-agent: *\nDisallow: /secret\n"), **{f"/{n}": OK for n in range(12)}, "/secret": OK}, seconds=0.08)}
    sites |= {f"side{n}.example": Site({"/go": to(f"http://busy.example/{n}"), "/bad": to("http://www.busy.example/secret")}) for n in range(3)}
    spellings = ["busy.example", "www.busy.example", "BUSY.example", "busy.example.", "busy.example:8080"]
    sources = [source(f"http://{host}/{n + 3}", f"p{n}") for n, host in enumerate(spellings)]
    sources += [source(f"http://side{n}.example/{page}", f"s{n}") for n in range(3) for page in ("go", "bad")]
    with serving(sites) as server:
        captures = visit(tmp_path, server, sources, hosts=["www.busy.example"])
        lines = server.log
    assert [c.failure for c in captures] == [None] * 5 + [None, "robots"] * 3
    own = [a for a in lines if machine(a.host) == "busy.example"]
    assert len({a.host for a in own}) >= 3 and "/secret" not in {a.path for a in own}
    assert violations(lines, Rules(delay=DELAY * (1 - JITTER), houses={h: House("User-agent: *\nDisallow: /secret\n", 200) for h in ("busy.example", "www.busy.example")})) == []


def test_delay_has_jitter_and_runs_from_the_end_of_an_answer(tmp_path):
    sites = {"slow.example": Site({f"/{n}": OK for n in range(16)}, seconds=0.1)}
    with serving(sites) as server:
        visit(tmp_path, server, [source(f"http://slow.example/{n}") for n in range(16)])
        lines = sorted(server.log, key=lambda a: a.began)
    gaps = [b.began - a.ended for a, b in zip(lines, lines[1:], strict=False)]
    assert min(gaps) >= DELAY * (1 - JITTER) - 0.002
    assert statistics.stdev(gaps) > DELAY * JITTER / 8, "the pauses differ"
    assert statistics.median(gaps) < DELAY * (1 + JITTER) + 0.03


def test_delay_of_zero_is_still_one_at_a_time(tmp_path):
    sites = {"near.example": Site({f"/{n}": OK for n in range(25)}, seconds=0.01)}
    with serving(sites) as server:
        captures = visit(tmp_path, server, [source(f"http://near.example/{n}") for n in range(25)], DOWNLOAD_DELAY=0)
        assert all(c.failure is None for c in captures)
        assert violations(server.log, Rules(delay=0.0)) == []


def test_crawl_delay_and_retry_after(tmp_path):
    """Scaled by 0.01, as in the sample market. A date in Retry-After, a host without one, and one that never stops asking for pauses."""
    seen = {"dated": 0, "once": 0}

    def dated(connection) -> None:
        seen["dated"] += 1
        wait = f"Retry-After: {email.utils.formatdate(time.time() + 61, usegmt=True)}\r\n" if seen["dated"] == 1 else ""
        connection.wfile.write(f"HTTP/1.1 {'429 Slow' if wait else '200 OK'}\r\n{wait}Content-Length: {len(PAGE)}\r\n\r\n".encode() + PAGE)

    wish = "User-agent: *\nCrawl-delay: 30\n"
    sites = {"wish.example": Site({"/robots.txt": robots(wish), **{f"/{n}": OK for n in range(4)}}), "dated.example": Site({"/x": dated, "/y": OK}),
             "always.example": Site({f"/{n}": (503, {}, b"busy") for n in range(9)}), "long.example": Site({"/x": (429, {"Retry-After": "5000"}, b""), "/y": OK}),
             "told.example": Site({f"/{n}": (429, {"Retry-After": "20"}, b"") for n in range(2)})}
    sources = [source(f"http://{host}{path}", host) for host, site in sites.items() for path in site.pages if path != "/robots.txt"]
    with serving(sites) as server:
        captures = {c.url: c for c in visit(tmp_path, server, sources, CHIPWATCH_BACKOFF=4)}
        lines = server.log
        asked = {host: [p for p in server.asked(host) if p != "/robots.txt"] for host in sites}
    assert violations(lines, Rules(delay=DELAY * (1 - JITTER), pace=0.01, houses={"wish.example": House(wish, 200)})) == []
    first, *rest = sorted((a for a in lines if a.host == "dated.example" and a.path != "/robots.txt"), key=lambda a: a.began)
    assert rest and all(a.began - first.ended >= 0.59 for a in rest), "a date counts as well as seconds, and for every page of the host"
    assert captures["http://dated.example/x"].failure is None
    own = sorted((a for a in lines if a.host == "always.example" and a.path != "/robots.txt"), key=lambda a: a.began)
    pauses = [b.began - a.ended for a, b in zip(own, own[1:], strict=False)]
    assert len(asked["always.example"]) == 6, "after six refusals in a row a host is left alone"
    assert all(b >= a for a, b in zip([0.04, 0.08, 0.16, 0.32, 0.64], pauses, strict=True)), "each pause is twice the last one"
    assert asked["long.example"] == ["/x"] or asked["long.example"] == ["/y", "/x"]
    assert captures["http://told.example/0"].failure == "rate_limited" and len(asked["told.example"]) <= 6


def test_a_page_is_asked_for_again_after_pauses_that_grow(tmp_path):
    """Its attempts follow each other, whatever else the provider has; a fault that passes is given time to."""
    with serving({"shaky.example": Site({"/0": (502, {}, b"bad gateway"), "/1": OK})}) as server:
        captures = visit(tmp_path, server, [source("http://shaky.example/0"), source("http://shaky.example/1")], CHIPWATCH_BACKOFF=30)
        lines = sorted((a for a in server.log if a.path != "/robots.txt"), key=lambda a: a.began)
    assert [a.path for a in lines] == ["/0", "/0", "/0", "/1"] and [c.failure for c in captures] == ["server_error", None]
    assert lines[1].began - lines[0].ended >= 0.3 - SLACK and lines[2].began - lines[1].ended >= 0.6 - SLACK


def test_two_pages_that_never_end_do_not_cost_the_host(tmp_path):
    """Nor do they make more than three attempts each; a third one ends the host's visit after its first."""
    def endless(connection) -> None:
        connection.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        connection.trickle(b".", 0.1, 5)

    sites = {"two.example": Site({"/0": endless, "/1": endless, "/2": OK}), "three.example": Site({"/0": endless, "/1": endless, "/2": endless, "/3": OK})}
    with serving(sites) as server:
        captures = {c.url: c.failure for c in visit(tmp_path, server, [source(f"http://{host}{path}", host) for host, site in sites.items() for path in site.pages], DOWNLOAD_TIMEOUT=0.5)}
        assert [captures[f"http://two.example/{n}"] for n in range(3)] == ["timeout", "timeout", None]
        assert [captures[f"http://three.example/{n}"] for n in range(4)] == ["timeout"] * 4 and "/3" not in server.asked("three.example")


# --- permission and budgets ----------------------------------------------------------------------------------------------------------

def test_forbidden_is_never_asked_for_not_even_by_redirect(tmp_path):
    sites = {"shut.example": Site({"/a": OK, "/b": OK}), "half.example": Site({"/never": OK, "/fine": OK}),
             "open.example": Site({"/to-shut": to("http://www.shut.example/b"), "/to-never": to("http://half.example/never#top"), "/fine": OK})}
    sources = [source("http://shut.example/a", "shut", permission="forbidden"), source("http://half.example/never", "half", permission="forbidden"),
               source("http://half.example/fine", "half"), *(source(f"http://open.example/{p}", "open") for p in ("to-shut", "to-never", "fine"))]
    with serving(sites) as server:
        captures = visit(tmp_path, server, sources, hosts=["www.shut.example"])
        lines = server.log
        assert [c.failure for c in captures] == ["permission", "permission", None, "permission", "permission", None]
        assert violations(lines, Rules(delay=0.0, forbidden={"shut.example", "www.shut.example", "half.example/never"})) == []
        # a run that is gone on with knows what was forbidden, though those sources are done
        visit(tmp_path, server, [*sources, source("http://open.example/to-shut?2", "open")], hosts=["www.shut.example"])
        assert not [a for a in server.log if machine(a.host) == "shut.example"]


def test_budgets_count_redirects_retries_and_what_an_earlier_process_spent(tmp_path):
    sites = {"long.example": Site({"/r": to("/s"), "/s": to("/t"), "/t": OK, **{f"/{n}": OK for n in range(9)}})}
    with serving(sites) as server:
        first = visit(tmp_path, server, [source("http://long.example/r"), source("http://long.example/0")], CHIPWATCH_MAX_PAGES=6)
        assert [c.failure for c in first] == [None, None]
        again = visit(tmp_path, server, [source("http://long.example/r"), *(source(f"http://long.example/{n}") for n in range(5))], CHIPWATCH_MAX_PAGES=6)
        assert [c.failure for c in again].count("budget") == 2
        assert violations(server.log, Rules(delay=0.0, owner={"long.example": "p"}, max_pages=6)) in ([], [
            "robots_again: long.example/robots.txt was asked for 2 times"])   # once a process


def test_byte_budget_counts_answers_that_are_broken_off(tmp_path):
    def big(connection) -> None:
        connection.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        connection.trickle(b"x" * 100_000, 0.0, 5)

    sites = {"big.example": Site({f"/{n}": big for n in range(6)})}
    with serving(sites) as server:
        captures = visit(tmp_path, server, [source(f"http://big.example/{n}") for n in range(6)], DOWNLOAD_MAXSIZE=1_000_000, CHIPWATCH_MAX_BYTES=2_500_000)
    assert [c.failure for c in captures].count("too_large") == 3 and [c.failure for c in captures].count("budget") == 3
