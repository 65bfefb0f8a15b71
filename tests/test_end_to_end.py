"""The whole road on the sample market: what the data set holds is compared, field by field, with what a person read on the pages.

The market is visited twice; pages change in between. The truth (sample_market/truth) is written from the pages. A difference is
shown row by row: `-` is missing from the data set, `+` should not be there.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import html
import json
import re
import sqlite3
import unicodedata
from collections import Counter, defaultdict

import pytest
from market_visits import Visit

from chipwatch.run import rebuild
from crawler.archive import read_payload
from crawler.run import crawl
from sample_market import guest
from sample_market import market as market_module
from sample_market.market import providers_folder, truth
from sample_market.sites import hosts

TRUTH = {phase: truth(phase) for phase in (1, 2)}
PROVIDERS = sorted(TRUTH[1])
BOTH = [pytest.param(phase, slug, id=f"{slug}-{phase}") for slug in PROVIDERS for phase in (1, 2) if phase == 1 or TRUTH[1][slug] != TRUTH[2][slug]]
OFFER_FIELDS = ("gpu_name", "chip", "gpu_count", "gpu_memory", "form_factor", "instance_name", "price", "currency", "price_unit", "price_scope", "commitment",
                "term_months", "tax", "price_from", "location", "country", "availability")
CHARSETS = ({"shift_jis", "cp932", "windows-31j"}, {"euc-kr", "cp949", "euc_kr"}, {"big5", "big5-hkscs"}, {"iso-8859-1", "windows-1252", "cp1252"}, {"ascii", "utf-8", "windows-1252"})


def plain(text: str | None) -> str:
    """A quote without its markup, in one line of NFKC text."""
    text = html.unescape(re.sub(r"<[^>]*>", " ", text or ""))
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
    return re.sub(r" (?=[,.;:)”’])|(?<=[(“‘]) ", "", text)


def squeezed(text: str | None) -> str:
    """The same without any blank: where a tag stood between two words of one sentence, a blank may or may not belong there."""
    return re.sub(r"\s|\\(?=[^\w\s])|[*`|]", "", plain(text)).casefold()


def difference(want: Counter, got: Counter) -> str:
    """Rows that differ, one line each; where two rows are of the same thing, what differs between them."""
    missing, extra, lines = [dict(r) for r in (want - got).elements()], [dict(r) for r in (got - want).elements()], []
    for row in missing:
        name = " ".join(str(v) for v in (row.get("gpu_name"), row.get("instance_name"), row.get("label"), row.get("price")) if v is not None)
        def likeness(other: dict, row: dict = row) -> tuple:
            return (other.get("price") == row.get("price") and other.get("gpu_name") == row.get("gpu_name") and other.get("label") == row.get("label"), len(other.items() & row.items()))
        twin = max(extra, key=likeness, default=None)
        if twin and likeness(twin)[0]:
            extra.remove(twin)
            lines.append(f"! {name}: " + ", ".join(f"{k} {twin.get(k)!r}, not {row.get(k)!r}" for k in sorted(twin.keys() | row.keys()) if twin.get(k) != row.get(k)))
        else:
            lines.append(f"- {row}")
    return "\n".join(lines + [f"+ {row}" for row in extra])


def shape(row: dict, fields) -> tuple:
    def value(name: str):
        v = row.get(name)
        if isinstance(v, float) or isinstance(v, int):
            return float(v)
        return re.sub(r"\s+", " ", v.replace("`", "")).strip() if isinstance(v, str) else v
    return tuple((name, value(name)) for name in fields if value(name) not in (None, 0.0))


def product_name(row: dict, of) -> str | None:
    """The name of a product. Where it has none of its own, the GPU's may stand for it, which the truth leaves out."""
    name = row["instance_name"]
    own = {offer.instance_name for _, offer in of.offers}
    return None if name and name not in own and row["gpu_name"] in re.sub(r"[^A-Z0-9]", "", name.upper()) else name


# --- what was captured --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("slug", PROVIDERS)
def test_identity(visits, slug):
    row = visits[1].rows("select * from providers where provider = ?", slug)
    assert len(row) == 1 and row[0]["sample"] == 1 and row[0]["declared"] == 1
    want = {k: v for k, v in TRUTH[1][slug].info.items() if k != "slug"}
    assert {k: row[0][k] for k in want} == want


@pytest.mark.parametrize("slug", PROVIDERS)
def test_every_address_is_captured_or_fails_for_the_right_reason(visits, slug):
    row = TRUTH[1][slug]
    got = {c["url"]: c for c in visits[1].rows("select * from captures where provider = ?", slug)}
    broken = {d.broken_at: d.broken for d in row.documents if d.broken}
    assert {url: c["failure"] for url, c in got.items() if c["failure"]} == row.failures | broken
    assert set(got) == {url for d in row.documents for url in (d.url, *d.pages)} | set(row.failures) | set(row.unreadable) | set(broken)
    for d in row.documents:
        assert [got[url]["page"] for url in d.pages] == list(range(2, len(d.pages) + 2)) and all(got[url]["part_of"] == d.url for url in d.pages)
    for d in row.documents:
        capture = got[d.url]
        assert capture["role"] == d.role and capture["status"] == 200
        assert len(json.loads(capture["redirects"])) == d.redirects and capture["final_url"] == (d.final_url or d.url)


@pytest.mark.parametrize("slug", PROVIDERS)
def test_documents_are_decoded_and_their_language_is_known(visits, slug):
    row = TRUTH[1][slug]
    broken = {d.url for d in row.documents if d.broken}
    got = {d["url"]: d for d in visits[1].rows("select * from documents where provider = ? and version is not null", slug) if d["failure"] is None or d["url"] in broken}
    for d in row.documents:
        document = got[d.url]
        assert document["readable"] == 1, d.url
        if d.language:
            assert document["language"] == d.language, d.url
        if d.charset:
            names = {d.charset, (document["charset"] or "").lower()}
            assert len(names) == 1 or any(names <= same for same in CHARSETS), (d.url, names)
        if not d.covered:
            assert document["status"] == "language_not_covered", d.url
    for url in row.unreadable:
        document = visits[1].rows("select * from documents where provider = ? and url = ?", slug, url)
        assert document and all(not d["readable"] for d in document), url
        assert visits[1].rows("select 1 from issues where provider = ? and level = 'error' and url = ?", slug, url), "an operator is told"


# --- what was read ------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("phase", "slug"), BOTH)
def test_offers(visits, phase, slug):
    want = Counter((("url", url), *shape(offer.to_dict(), OFFER_FIELDS)) for url, offer in TRUTH[phase][slug].offers)
    rows = visits[phase].rows("select * from offers where provider = ?", slug)
    for row in rows:
        row["instance_name"] = product_name(row, TRUTH[phase][slug])
    got = Counter((("url", o["url"]), *shape(o, OFFER_FIELDS)) for o in rows)
    assert want == got, "\n" + difference(want, got)


@pytest.mark.parametrize(("phase", "slug"), BOTH)
def test_regions(visits, phase, slug):
    """Those of the page of regions exactly. Offer pages name places too: they lie in countries of the truth."""
    truth_of = TRUTH[phase][slug]
    pages = {d.url for d in truth_of.documents if d.role == "regions"}
    rows = visits[phase].rows("select * from regions where provider = ?", slug)
    here = [r for r in rows if r["url"] in pages]
    for row in here:                                           # a name may carry more words of its cell than the truth has
        row["name"] = next((r.name for r in truth_of.regions if r.label == row["label"] and r.name in (row["name"] or "")), row["name"])
    fields = ("label", "name", "country", "status")
    want, got = Counter(shape(r.to_dict(), fields) for r in truth_of.regions), Counter(shape(r, fields) for r in here)
    assert want == got, "\n" + difference(want, got)
    countries = {r.country for r in truth_of.regions} | {o.country for _, o in truth_of.offers} | {None}
    stray = [(r["url"], r["label"], r["country"]) for r in rows if r["url"] not in pages and r["country"] not in countries]
    assert not stray


@pytest.mark.parametrize(("phase", "slug"), BOTH)
def test_clauses(visits, phase, slug):
    """Each label of the truth is found, with its words, places, polarity, mode and exception; no other label is."""
    wrong = []
    rows = visits[phase].rows("select * from clauses where provider = ?", slug)
    for url, expected in TRUTH[phase][slug].clauses.items():
        here = [c for c in rows if c["url"] == url]
        labels, allowed = {c.label for c in expected if not c.optional}, {c.label for c in expected}
        wrong += [f"+ {url} {c['label']}: {plain(c['quote'])[:150]}" for c in here if c["label"] not in allowed]
        wrong += [f"- {url} {label}" for label in sorted(labels - {c["label"] for c in here})]
        for want in expected:
            found = [c for c in here if c["label"] == want.label and any(squeezed(q) in squeezed(c["quote"]) for q in want.quotes)]
            if want.optional:
                continue
            if not found:
                wrong.append(f"- {url} {want.label}: {want.quotes}")
                continue
            faults = [_faults(want, c) for c in found]
            if all(faults):
                wrong.append(f"! {url} {want.label} {want.quotes[0][:50]!r}: {min(faults, key=len)}")
    stray = {c["url"] for c in rows} - set(TRUTH[phase][slug].clauses)
    wrong += [f"+ {c['url']} {c['label']}: {plain(c['quote'])[:150]}" for c in rows if c["url"] in stray]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("slug", [s for s in PROVIDERS if TRUTH[1][s].lookalikes])
def test_lookalikes_are_no_clauses(visits, slug):
    """Export of data, embargo as force majeure, sanctions as penalties, an "entity listed below" …"""
    rows = visits[1].rows("select url, label, quote from clauses where provider = ?", slug)
    fallen = [(label, words) for url, traps in TRUTH[1][slug].lookalikes.items() for label, words in traps
              if any(c["url"] == url and c["label"] == label and squeezed(words) in squeezed(c["quote"]) for c in rows)]
    assert not fallen


def _faults(want, got: dict) -> list[str]:
    """What a clause that was found says otherwise than the page."""
    faults = []
    for name, value in (("places", want.places), ("place_groups", want.groups)):
        if name == "place_groups" and want.label == "denied_party":
            continue                                           # a list of persons is no group of places; whether its keeper is noted is free
        if set(json.loads(got[name])) != set(value):
            faults.append(f"{name} {json.loads(got[name])}, not {value}")
    if want.chips and set(json.loads(got["chips"])) != set(want.chips):
        faults.append(f"chips {got['chips']}, not {want.chips}")
    polarity = {"conditions": "requires"}.get(got["polarity"], got["polarity"])   # what must be done before access is both
    faults += [f"{name} {found}, not {value}" for name, value, found in (("polarity", want.polarity, polarity), ("mode", want.mode, got["mode"]))
               if value and {"conditions": "requires"}.get(value, value) != found]
    if want.exception and squeezed(want.exception) not in squeezed(got["exception"]):
        faults.append(f"exception {got['exception']!r}, not {want.exception!r}")
    return faults


@pytest.mark.parametrize("slug", PROVIDERS)
def test_signals(visits, slug):
    rows = visits[1].rows("select * from signals where provider = ?", slug)
    want = {s.label for s in TRUTH[1][slug].signals}
    got = {s["label"] for s in rows}
    assert got == want, (f"missing: {sorted(want - got)}", [(s["label"], s["url"], plain(s["quote"])[:80]) for s in rows if s["label"] not in want])
    for signal in TRUTH[1][slug].signals:
        assert any(s["label"] == signal.label and s["url"] == signal.document for s in rows), signal
        if signal.quote:
            assert any(squeezed(signal.quote) in squeezed(s["quote"]) for s in rows if s["label"] == signal.label), signal


@pytest.mark.parametrize("slug", [s for s in PROVIDERS if TRUTH[1][s].issues])
def test_what_is_unknown_is_loud(visits, slug):
    rows = visits[1].rows("select code, text from issues where provider = ?", slug)
    for issue in TRUTH[1][slug].issues:
        assert any(r["code"] == issue["code"] and issue["text"] in r["text"] for r in rows), issue


# --- what was judged ----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("phase", "slug"), BOTH)
def test_verdicts(visits, phase, slug):
    want = TRUTH[phase][slug].verdicts
    rows = {v["customer"]: v for v in visits[phase].rows("select * from verdicts where provider = ?", slug)}
    got = {kind: rows[kind]["code"] for kind in want}
    assert got == want, {kind: (rows[kind]["rule"], rows[kind]["missing"]) for kind in want if got[kind] != want[kind]}


@pytest.mark.parametrize("slug", PROVIDERS)
def test_a_verdict_names_its_rule_and_what_it_rests_on(visits, slug):
    clauses = {c["id"] for c in visits[1].rows("select id from clauses where provider = ?", slug)}
    for verdict in visits[1].rows("select * from verdicts where provider = ?", slug):
        assert verdict["rule"].startswith(verdict["code"]) and verdict["reasons"] != "[]"
        resting = json.loads(verdict["clauses"])
        assert set(resting) <= clauses
        if verdict["code"] in ("V2", "V3", "V4", "V5", "V6", "VX"):
            assert resting
        if verdict["code"] == "V0":
            assert json.loads(verdict["missing"]), "why it is not assessed"


# --- evidence -----------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("view", ["offers", "regions", "clauses", "signals"])
def test_every_quote_is_the_very_slice_of_the_page_that_was_served(visits, view):
    sources = {}
    for row in visits[1].rows(f"select * from {view}"):
        url = row["final_url"]
        if url not in sources:
            host, _, path = url.removeprefix("http://").partition("/")
            answer = hosts(1)[host].answers["/" + path]
            charset = {d.url: d.charset for d in TRUTH[1][row["provider"]].documents}.get(row["url"])
            body = kept_lines(visits[1], row, answer.body) if answer.fill_bytes else answer.body
            sources[url] = None if body.startswith(b"%PDF") else body.decode({"shift_jis": "cp932", None: "utf-8"}.get(charset, charset))
            assert row["payload_sha256"] == hashlib.sha256(body).hexdigest()
        if sources[url] is not None:
            assert row["quote"] == sources[url][row["start"]:row["end"]] != "", (url, row["start"], row["end"])


def kept_lines(visit: Visit, row: dict, served: bytes) -> bytes:
    """What a filter kept of a large table: the archive's bytes, each line of which was served, in that order."""
    warc = visit.rows("select warc_file from captures where record_id = ?", row["record_id"])[0]["warc_file"]
    kept = read_payload(visit.data / warc, row["record_id"]).body
    lines = iter(served.splitlines())
    assert all(line in lines for line in kept.splitlines()) and len(kept) <= len(served)
    return kept


def test_every_row_leads_to_a_response_in_the_archive(visits):
    rows = visits[1].rows("""select distinct o.record_id, o.payload_sha256, c.warc_file from
        (select record_id, payload_sha256 from offers union select record_id, payload_sha256 from regions union
         select record_id, payload_sha256 from clauses union select record_id, payload_sha256 from signals) o left join captures c using (record_id)""")
    assert len(rows) > 30
    for row in rows:
        payload = read_payload(visits[1].data / row["warc_file"], row["record_id"])
        assert hashlib.sha256(payload.body).hexdigest() == row["payload_sha256"]


# --- manners ------------------------------------------------------------------------------------------------------------------------

def test_the_crawler_is_a_guest(visits):
    """One request at a time for a host, robots.txt first, an honest name, nothing that is forbidden."""
    by_host = defaultdict(list)
    for request in visits[1].requests:
        by_host[request.host].append(request)
    assert "www.tollgate.example" not in by_host, "its terms forbid automated reading"
    for host, requests in by_host.items():
        requests.sort(key=lambda r: r.began)
        assert requests[0].path == "/robots.txt", host
        assert all(a.ended <= b.began + 0.02 for a, b in zip(requests, requests[1:], strict=False) if a.path != "/where" or host != "www.saltbush.example"), host
        assert all(r.user_agent and r.user_agent.startswith("chipwatch/") and ("http" in r.user_agent or "@" in r.user_agent) for r in requests), host
    paths = {r.host + r.path for r in visits[1].requests}
    assert "www.malhargrid.example/legal/terms" not in paths and "docs.malhargrid.example/acceptable-use" not in paths
    assert [r.status for r in by_host["www.lowmere.example"] if r.path == "/prices.html"] == [429, 200]
    assert 1 <= sum(r.path == "/regions" for r in by_host["www.malhargrid.example"]) <= 3
    known = {h + p for h, site in hosts(1).items() for p in site.answers} | {h + "/robots.txt" for h in hosts(1)} | {"brackenfels.example/agb"}
    assert paths <= known, "it follows no link that is not declared"


def test_no_violation_in_the_log_of_the_server(visits):
    """The log of the whole market, judged by a checker that knows nothing of the crawler."""
    from crawler.declarations import load_providers

    log = [guest.Asked(r.host, r.path, r.began, r.ended, r.status, r.complete, r.retry_after, r.user_agent) for r in visits[1].requests]
    sources = [s for d in load_providers(providers_folder()) for s in d.sources()]
    closed = {s.url.split("/")[2] for s in sources if s.permission == "forbidden"} - {s.url.split("/")[2] for s in sources if s.permission != "forbidden"}
    market = hosts(1)
    houses = {name: guest.House(answer.body.decode(), answer.status) for name, answer in ((n, h.answer("/robots.txt")) for n, h in market.items())}
    rules = guest.Rules(delay=3.0 * 0.01 * 0.7, pace=0.01, houses=houses, owner={name: host.provider for name, host in market.items()}, max_pages=120,
                        forbidden=closed | {s.url.partition("//")[2] for s in sources if s.permission == "forbidden"})
    assert len(log) > 60 and closed and any(h.robots for h in houses.values()) and any(a.retry_after for a in log)
    assert guest.violations(log, rules) == []
    again = [*log, *(dataclasses.replace(a, path=a.path + "?again", began=a.began + 1e-4) for a in log if a.path != "/robots.txt")]
    assert guest.violations(again, rules), "these rules can fail on this log"


def test_robots_txt_binds_every_page_that_waits_for_it(tmp_path):
    """Several pages of one host are asked for at once, before its robots.txt has come: the rules hold for all of them, not for the first two."""
    from crawler.declarations import load_providers

    sources = next(d for d in load_providers(providers_folder()) if d.slug == "malhargrid").sources()
    with market_module.serve() as running:
        captures = crawl(sources, run_dir=tmp_path, run_id="robots", mode="sample", settings=market_module.crawl_settings(running))
        asked = {r.path for r in running.requests if r.host == "www.malhargrid.example"}
    assert {c.url: c.failure for c in captures if c.failure} == TRUTH[1]["malhargrid"].failures
    assert "/legal/terms" not in asked


# --- the second visit ---------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("slug", [slug for slug, truth in TRUTH[2].items() if truth.again])
def test_an_unchanged_page_is_kept_as_a_revisit_and_checked_anew(visits, slug):
    """A 304, or the same bytes again, points at the first capture; what was read of it is now last checked by the second visit, and last changed by the first."""
    rows = {}
    for row in visits[2].rows("select * from captures where provider = ? order by fetched_at", slug):
        rows.setdefault(row["url"], []).append(row)
    for url, told in TRUTH[2][slug].again.items():
        first, second = rows[url]
        assert (second["status"], second["revisit_of"]) == {"not_modified": (304, first["record_id"]), "same_bytes": (200, first["record_id"]), "changed": (200, None)}[told], url
        assert (second["payload_sha256"] == first["payload_sha256"]) == (told != "changed")
        read = visits[2].rows("select first_seen, last_changed, last_checked from documents where url = ?", url)
        assert {r["last_checked"] for r in read} == {second["fetched_at"]}
        if told != "changed":
            assert {(r["first_seen"], r["last_changed"]) for r in read} == {(first["fetched_at"],) * 2}
        assert hashlib.sha256(read_payload(visits[2].data / second["warc_file"], second["record_id"]).body).hexdigest() == second["payload_sha256"]


def test_an_unchanged_page_is_not_read_again(visits):
    """The reading of the first visit is that of the revisit: one key, so one file in readings/."""
    from chipwatch.reading import task_for
    from dataset.runs import read_runs

    first, second = read_runs(visits[2].data)
    keys = [{(c.url, c.role): task_for(c, {(s.provider, s.url): s for s in run.sources}[c.provider, c.part_of or c.url], visits[2].data).key for c in run.captures if c.failure is None}
            for run in (first, second)]
    unchanged = [(c.url, c.role) for c in second.captures if c.revisit_of]
    assert len(unchanged) > 40 and all(keys[0][k] == keys[1][k] for k in unchanged)
    assert len(list((visits[2].data / "readings").glob("*.json"))) == len({*keys[0].values(), *keys[1].values()})


def test_noise_is_no_change(visits):
    """A telephone hour, a menu entry and white space changed on the Korean pages."""
    assert not visits[2].rows("select * from changes where provider = 'haneulbit' and item <> 'document'")
    assert visits[2].rows("select count(*) n from offers_history where provider = 'haneulbit' and current = 0") == [{"n": 0}]


def test_unchanged_providers_have_no_changes(visits):
    moved = {s for s in PROVIDERS if TRUTH[1][s] != TRUTH[2][s]}
    rows = visits[2].rows("select provider, item, kind, field, old, new from changes where item <> 'document'")
    assert not [r for r in rows if r["provider"] not in moved]
    assert {r["provider"] for r in rows} == moved


def test_changes_of_prices_are_told_with_old_and_new(visits):
    rows = visits[2].rows("""select c.provider, o.gpu_name, o.instance_name, c.old, c.new from changes c join offers o on o.id = c.item_id
                             where c.item = 'offer' and c.kind = 'changed' and c.field = 'price'""")
    got = {(r["provider"], r["gpu_name"], product_name(r, TRUTH[2][r["provider"]]), float(r["old"]), float(r["new"])) for r in rows}
    assert got == {("nimbusforge", "H100", "nf.h100.1x", 2.99, 2.79), ("nimbusforge", "H100", "nf.h100.8x", 23.92, 22.32),
                   ("cindervale", "H100", None, 2.05, 1.98), ("lowmere", "H100", "LM-H100x8", 21400.0, 19900.0)}


def test_added_and_removed_rows_are_told(visits):
    rows = visits[2].rows("select * from changes where kind in ('added', 'removed') and item in ('offer', 'region')")
    offers = {o["id"]: o for o in visits[2].rows("select * from offers_history")}
    got = {(r["kind"], r["provider"], offers[r["item_id"]]["instance_name"], offers[r["item_id"]]["commitment"]) for r in rows if r["item"] == "offer"}
    assert got == {("added", "nimbusforge", "nf.b200.8x", "on_demand"), ("removed", "nimbusforge", "nf.l40s.1x", "spot"), ("removed", "skerrybrook", "sb-l40s-1", "on_demand")}


def test_a_clause_that_was_added_silently_is_told(visits):
    rows = visits[2].rows("""select c.provider, k.label from changes c join clauses k on k.id = c.item_id where c.item = 'clause' and c.kind = 'added'""")
    got = {(r["provider"], r["label"]) for r in rows}
    assert got >= {("nimbusforge", "end_use_model_training"), ("cindervale", "headquarters_restriction"), ("lowmere", "export_compliance"), ("lowmere", "sanctions_compliance")}
    assert {p for p, _ in got} == {"nimbusforge", "cindervale", "lowmere"}


def test_verdicts_that_turned_are_told_and_the_old_ones_kept(visits):
    want = {(s, kind, TRUTH[1][s].verdicts[kind], code) for s in PROVIDERS for kind, code in TRUTH[2][s].verdicts.items() if TRUTH[1][s].verdicts[kind] != code}
    rows = visits[2].rows("""select c.provider, v.customer, c.old, c.new from changes c join verdicts v on v.id = c.item_id
                             where c.item = 'verdict' and c.field = 'code'""")
    kinds = {kind for _, kind, _, _ in want}
    assert {(r["provider"], r["customer"], r["old"], r["new"]) for r in rows if r["customer"] in kinds} == want
    for slug, kind, old, _ in want:
        assert visits[2].rows("select 1 from verdicts_history where provider = ? and customer = ? and code = ? and current = 0", slug, kind, old)


def test_what_slipped_before_the_second_visit_is_kept_and_told(visits):
    """A table that became a script, a selector that misses, a page in another language, a feed with other names: nothing of it is taken over."""
    slug, urls = "wrackmoor", "http://www.wrackmoor.example"
    for view in ("offers", "regions", "clauses"):
        fields = "url, start, quote, first_seen, last_changed"
        assert visits[1].rows(f"select {fields} from {view} where provider = ? order by url, start, id", slug) == visits[2].rows(f"select {fields} from {view} where provider = ? order by url, start, id", slug)
    held = {d["url"]: d for d in visits[2].rows("select url, status, failure, failure_note, stale_since from documents where provider = ? and status = 'held'", slug)}
    assert {url: d["failure"] for url, d in held.items()} == {
        f"{urls}/gpu": "layout_changed", f"{urls}/dedicated": "selector_missed", f"{urls}/terms": "language_changed", "http://api.wrackmoor.example/gpus.json": "layout_changed"}
    assert all(d["stale_since"] and d["failure_note"] for d in held.values())
    stale = visits[2].rows("select distinct url from offers where provider = ? and stale_since is not null union select distinct url from clauses where provider = ? and stale_since is not null", slug, slug)
    assert {r["url"] for r in stale} == set(held)
    told = visits[2].rows("select level, code, url, text from issues where provider = ?", slug)
    assert {(r["code"], r["url"]) for r in told if r["level"] == "error" and "marked stale" in r["text"]} == {(d["failure"], url) for url, d in held.items()}
    assert ("info", "moved", f"{urls}/regions") in {(r["level"], r["code"], r["url"]) for r in told} and any("http://www.wrackmoor.example/data-centres" in r["text"] for r in told)
    assert {r["verdict"] for r in visits[2].rows("select distinct code as verdict from verdicts where provider = ? and customer = 'embargoed_resident'", slug)} == {"V5"}


def test_nothing_is_read_from_what_came_in_the_stead_of_a_document(visits):
    """The challenge names Belarus and Russia, the page that is not there export controls, the home page Iran, the sign-in page passports, the web page of the feed a price."""
    for phase in (1, 2):
        rows = visits[phase].rows("select url, quote from clauses where provider = 'wrackmoor' union select url, quote from offers where provider = 'wrackmoor'")
        assert not {r["url"] for r in rows} & set(TRUTH[1]["wrackmoor"].failures)
        assert not [r for r in rows if any(w in r["quote"] for w in ("Belarus", "passport", "0.99", "V100", "nothing at this address"))]


def test_the_summary_of_a_run_accounts_for_every_source(visits):
    for phase in (1, 2):
        summary = json.loads((visits[phase].result.captures / "summary.json").read_text("utf-8"))
        captures = visits[phase].rows("select * from captures where run_id = ?", summary["run_id"])
        assert summary == visits[phase].result.summary and summary["schema"] == 1 and summary["mode"] == "sample"
        assert summary["sources"] == sum(c["part_of"] is None for c in captures) == sum(p["sources"] for p in summary["providers"].values())
        assert summary["failures"] == dict(Counter(c["failure"] for c in captures if c["failure"])) and len(summary["not_read"]) == sum(summary["failures"].values())
        assert {r["url"]: r["failure"] for r in summary["not_read"] if (r["page"] or 1) == 1} == {u: f for p in TRUTH[1].values() for u, f in p.failures.items()}
        assert all(r["do"] and r["note"] for r in summary["not_read"])
        for view in ("offers", "regions", "clauses"):
            assert summary["items"][view]["after"] == visits[phase].rows(f"select count(*) n from {view}")[0]["n"] == sum(p[view]["after"] for p in summary["providers"].values())
            assert summary["items"][view]["before"] == (None if phase == 1 else visits[1].rows(f"select count(*) n from {view}")[0]["n"])
        assert {m["to"] for m in summary["moved"] if m["provider"] == "wrackmoor"} == {"http://www.wrackmoor.example/data-centres"}
        assert {s["failure"] for s in summary["stale"] if s["provider"] == "wrackmoor"} == (set() if phase == 1 else {"layout_changed", "selector_missed", "language_changed"})
        assert 0 < summary["bytes"] and summary["seconds"] > 0 and summary["ended"] >= summary["started"]


def test_the_screen_and_the_briefing_count_the_same_documents(visits):
    from chipwatch.summary import summary
    from reports.model import read_briefing

    for phase in (1, 2):
        (line,) = (line for line in summary(dataclasses.replace(visits[phase].result, database=visits[phase].database), sample=True).splitlines() if line.startswith("documents read"))
        assert int(line.split()[2]) == read_briefing(visits[phase].database).documents_read
        kept = len({d["evidence_id"] for d in visits[phase].rows("select * from documents") if d["readable"] and d["stale_since"]})
        assert (f"; {kept} as an earlier visit found" in line) == bool(kept)


def test_status_after_the_second_visit(visits):
    from chipwatch import monitor

    rows = {(r.provider, r.url): r for r in monitor.gather(visits[2].data)[0]}
    assert {(p, url) for p, url in rows} == {(p, u) for p, row in TRUTH[1].items() for u in [*(d.url for d in row.documents), *row.failures, *row.unreadable]}
    for slug, row in TRUTH[1].items():
        for url, failure in row.failures.items():
            assert (rows[slug, url].state, rows[slug, url].failure) == ("not_allowed" if failure == "permission" else "failed", failure)
    gpu = rows["wrackmoor", "http://www.wrackmoor.example/gpu"]
    assert (gpu.state, gpu.failure, gpu.severity, gpu.offers) == ("stale", "layout_changed", "error", 5)
    assert visits[1].rows("select max(fetched_at) at from captures where url = ?", gpu.url)[0]["at"] == gpu.last_success < gpu.stale_since


# --- the rest of the road -----------------------------------------------------------------------------------------------------------

def test_rebuild_gives_the_same_data_set(visits):
    before = {r["key"]: r["value"] for r in visits[2].rows("select * from meta")}
    rebuilt = rebuild(visits[2].data, workers=2)
    with contextlib.closing(sqlite3.connect(rebuilt)) as connection:
        after = dict(connection.execute("select key, value from meta"))
    assert after == before and before["data_hash"]


def test_the_briefing_says_sample_data_on_every_page_and_names_every_provider_with_a_strong_chip(visits):
    import pypdfium2

    document = pypdfium2.PdfDocument(visits[1].database.with_suffix(".pdf"))
    pages = [plain(page.get_textpage().get_text_range()) for page in document]
    assert len(pages) >= 5 and all("SAMPLE DATA" in page for page in pages)
    text = " ".join(pages)
    for row in visits[1].rows("select distinct p.provider, p.name from providers p join offers o using (provider) where o.chip_class = '3A090.a'"):
        name = re.sub(r" \(.*\)$", "", plain(row["name"]))
        assert name in text, name


def test_declarations_promise_what_the_pages_hold(visits):
    from crawler.declarations import load_providers

    for declaration in load_providers(providers_folder()):
        promised = declaration.assertions.model_dump(exclude_none=True)
        for view in ("offers", "regions"):
            count = visits[1].rows(f"select count(*) n from {view} where provider = ?", declaration.slug)[0]["n"]
            assert count >= promised.get(f"{view}_min", 0), (declaration.slug, view)
