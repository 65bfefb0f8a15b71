"""Every number that a briefing of the sample market prints is computed anew from the data set by SQL written here; a digit that is not accounted for fails.

Quotes, names, titles and addresses may hold digits of their own. So that none hides among them, the briefing is made of a copy of the data set in which the digits of all
that was copied from a source are letters. The text of the PDF is then a ledger: `said` strikes out a sentence with its numbers as SQL gives them, `each` strikes out
what a pattern finds where the row it speaks of exists, and in the end no digit may be left.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import statistics
import unicodedata
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest

from chipwatch.records import BINDING_ROLES, CLAUSE_LABELS, CUSTOMER_KINDS, READING_FAILURES
from reports import briefing, errors, model, text, words

DAY = r"\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December) 20\d\d"
COMPANY = CUSTOMER_KINDS["cn_company"][1]
COPIED = {"clause": ("quote", "exception", "heading_path"), "signal": ("quote",), "offer": ("instance_name", "location", "quote"), "region": ("label", "name", "quote"),
          "document": ("title", "url", "final_url"), "capture": ("url", "final_url", "note"), "provider": ("name", "legal_entity", "website")}
# Numbers of the rules that stand as background in the templates and in the words of the project; they come from no data set.
BACKGROUND = ("reach class 3A090.a of the US Commerce Control List: total processing performance of 4,800 or more, or 1,600 or more at a performance density of 5.92 or more",
              "Of a clause: 0 boilerplate duty; 1 conditional; 2 explicit, of a general class; 3 names China", "0 boilerplate duty, 1 conditional, 2 explicit, general class, 3 names China",
              "line of 21 000 TPP (rule of 15 January 2026, 91 FR 1684)", "In words: high from 0.8, medium from 0.5, low below", "in units of 10¹² × bit length", "TPP per mm² of die",
              "Class by 15 CFR 774, Supplement 1, 3A090", "Two-letter codes are ISO 3166 country codes", "counted by ISO 3166-1 codes", "(1 would be without error; F1 weighs")


def day_words(moment: str) -> str:
    """'2026-11-05…' -> '5 November 2026'."""
    found = date.fromisoformat(moment[:10])
    return f"{found.day} {found:%B %Y}"


class Ledger:
    """The text of a PDF without white space and hyphens, of which what is accounted for is struck out."""

    def __init__(self, pages: list[str]) -> None:
        self.whole = list("\n".join(pages))
        self.at = [i for i, c in enumerate(self.whole) if not c.isspace() and c not in "-\u00ad\u2010\ufffe\x02"]
        self.left = "".join(self.whole[i] for i in self.at)
        self.missing: list[str] = []
        self.figures: list[tuple[int, Counter]] = []

    @staticmethod
    def squeezed(words: str) -> str:
        return re.sub(r"[\s\x02\u00ad\u2010\ufffe-]", "", words)

    def strike(self, start: int, end: int) -> None:
        for i in self.at[start:end]:
            if self.whole[i].isdigit():
                self.whole[i] = "▒"
        self.left = self.left[:start] + re.sub(r"\d", "▒", self.left[start:end]) + self.left[end:]

    def said(self, words: str, times: int = 1) -> None:
        """The words stand there so many times at least; their digits are struck out."""
        for _ in range(times):
            at = self.left.find(self.squeezed(words))
            if at < 0:
                self.missing.append(words)
                return
            self.strike(at, at + len(self.squeezed(words)))

    def each(self, pattern: str, known, group: int = 0) -> None:
        """Each match whose groups (as text) are in `known` is struck out, the others stay and fail the test."""
        for found in re.finditer(pattern, self.left):
            if (found.groups() if found.re.groups > 1 else found[group or found.re.groups]) in known:
                self.strike(*found.span())

    def labels(self, after: str, known: Counter) -> None:
        """The figures of the page on which `after` stands have these labels; they stand behind its sentences, and are struck out when these are."""
        at = self.left.find(self.squeezed(after))
        if at < 0:
            self.missing.append(f"figure behind {after!r}")
        else:
            self.figures.append((self.at[at], known))

    def strike_labels(self) -> None:
        """Each number as often as the figures have it, or twice (drawn on a white plate)."""
        for start, known in self.figures:
            end = "".join(self.whole).index("chipwatch briefing, data as of", start)
            left = Counter({label: 2 * count for label, count in known.items()})
            for found in re.finditer(r"(?:\b[A-Z][A-Z0-9▒](?:: | ))?(?<![\d.])\d+(?:\.\d+)?", "".join(self.whole[start:end])):
                label = next((x for x in (found[0], found[0].split()[-1]) if left[x] > 0), None)
                if label is not None:
                    left[label] -= 1
                    for i in range(start + found.start(), start + found.end()):
                        if self.whole[i].isdigit():
                            self.whole[i] = "▒"

    def mask(self, pattern: str) -> None:
        """Names that hold digits, found in the text as printed."""
        for found in re.finditer(pattern, "".join(self.whole)):
            for i in range(*found.span()):
                if self.whole[i].isdigit():
                    self.whole[i] = "▒"

    def unaccounted(self) -> list[str]:
        printed = "".join(self.whole)
        return [printed[max(0, m.start() - 90):m.end() + 40].replace("\n", " ") for m in re.finditer(r"\d[\d.,]*", printed)]


@pytest.fixture(scope="module")
def copy(visits, tmp_path_factory) -> Path:
    """The data set after the second visit, with letters for the digits of whatever was copied from a source."""
    path = tmp_path_factory.mktemp("numbers") / "chipwatch.sqlite"
    shutil.copyfile(visits[2].database, path)
    with sqlite3.connect(path) as connection:
        connection.create_function("lettered", 1, lambda v: re.sub(r"\d", lambda m: "OIZEASGTBQ"[unicodedata.digit(m[0])], v) if isinstance(v, str) else v)
        for table, columns in COPIED.items():
            connection.execute(f"update {table} set " + ", ".join(f"{c} = lettered({c})" for c in columns))
        connection.execute("update change set old = lettered(old), new = lettered(new) where field = 'quote'")
    connection.close()
    return path


@pytest.fixture(scope="module")
def pages(copy) -> list[str]:
    import pypdfium2

    output = briefing.render(copy, copy.with_suffix(".pdf"))
    with pypdfium2.PdfDocument(output) as pdf:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in pdf]


class Facts:
    """What the data set holds, by SQL."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path)
        self.meta = dict(self.all("select key, value from meta"))
        self.name = dict(self.all("select provider, name from providers"))
        self.clouds = sorted((p for (p,) in self.all("select provider from providers where kind = 'gpu_cloud' or has_offers or provider in (select provider from offers)")),
                             key=lambda p: text.sort_key(self.name[p]))
        strong = {p for (p,) in self.all("select provider from offers where chip_class like '3A090.a%'")}
        self.listing = [p for p in self.clouds if p in strong]
        self.verdicts = {(p, c): code for p, c, code in self.all("select provider, customer, code from verdicts")}
        self.desk = {g for (g,) in self.all("select gpu_name from chips group by gpu_name having min(coalesce(datacenter_marketed, 1)) = 0 and max(coalesce(datacenter_marketed, 1)) = 0")}
        self.terms = {p for (p,) in self.all("select provider from providers where has_terms")}
        self.offering = {p for (p,) in self.all("select provider from providers where has_offers union select provider from offers")}
        self.changes = [c for c in self.rows("select * from changes") if c["cause"] != "extractor" and c["nature"] not in ("moved", "renumbered", "typographic") and c["provider"] in self.clouds
                        and not (c["item"] == "verdict" and (c["kind"] != "changed" or c["old"] == c["new"]))]

    def all(self, sql: str, *values) -> list[tuple]:
        return self.connection.execute(sql, values).fetchall()

    def rows(self, sql: str) -> list[dict]:
        found = self.connection.execute(sql)
        return [dict(zip([c[0] for c in found.description], row, strict=True)) for row in found]

    def one(self, sql: str, *values):
        return self.all(sql, *values)[0][0]

    def code(self, provider: str, customer: str = "cn_company") -> str:
        return self.verdicts.get((provider, customer), "V0")

    def codes(self, providers, customer: str = "cn_company") -> Counter:
        return Counter(self.code(p, customer) for p in providers)

    def prices(self) -> dict[str, dict[str, float]]:
        """Chip marketed for data centres -> provider -> lowest price."""
        found: dict[str, dict[str, float]] = defaultdict(dict)
        for gpu, provider, price in self.all("select gpu_name, provider, min(price_usd_per_gpu_hour) from offers where price_usd_per_gpu_hour > 0 group by 1, 2 having max(chip_class like '3A090.a%')"):
            if provider in self.listing and gpu not in self.desk:
                found[gpu][provider] = price
        return dict(sorted(found.items(), key=lambda kv: (-len(kv[1]), kv[0])))


def money(value: float) -> str:
    return f"{value:,.2f}" if value >= 0.1 else f"{value:.3f}"


def quarter(values: list[float], part: float) -> float:
    """A quantile with linear interpolation between the two nearest."""
    values, at = sorted(values), part * (len(values) - 1)
    low = int(at)
    return values[low] + (at - low) * (values[min(low + 1, len(values) - 1)] - values[low])


def printed(offer: dict, price: float | None = None) -> str:
    """A price with its unit as a page states it."""
    price = offer["price"] if price is None else price
    said = f"{offer['currency'] or 'currency not stated'} {price:,.2f}" if price >= 1 else f"{offer['currency'] or 'currency not stated'} {f'{price:.4f}'.rstrip('0').rstrip('.')}"
    said += f"/{ {'hour': 'h', 'minute': 'min', 'second': 's'}.get(offer['price_unit'], offer['price_unit'])}" if offer["price_unit"] else ""
    said += f" for {offer['gpu_count']:g}" if offer["price_scope"] in ("instance", "cluster") and offer["gpu_count"] not in (None, 1) else ""
    said = ("from " if offer["price_from"] else "") + said
    kind = {"on_demand": "on demand", "spot": "spot", "reserved": "reserved", "contact_sales": "on request"}.get(offer["commitment"])
    term = f" {offer['term_months']} month{'s' if offer['term_months'] != 1 else ''}" if offer["commitment"] == "reserved" and offer["term_months"] else ""
    return said + (f", {kind}{term}" if kind else "")


def s(count: int, word: str, many: str | None = None) -> str:
    return f"{count} {word if count == 1 else many or word + 's'}"


def test_every_number_of_the_briefing_is_in_the_data_set(copy, pages):
    missing, unaccounted = account(copy, pages)
    assert missing == [] and unaccounted == []


@pytest.mark.parametrize(("pattern", "instead"), [
    (r"(\d+) of \d+ GPU clouds list", "77"), (r"\b(1\.79) (?:E-[A-Z2-7]{8} )*USD", "1.78"),
    (r"\(GB\): (\d)", "4"), (r"characters (\d{4})–", "1234"), (r"Of \d+ clauses people have accepted or amended (\d+)", "2"), (r"1 EUR = USD (1\.\d+)", "1.2"),
    (r"addresses were asked for; robots(\.)", " 5."),
])
def test_a_number_that_is_not_in_the_data_set_is_found(copy, pages, pattern, instead):
    whole = "\f".join(pages)
    found = re.search(pattern, whole)
    assert found and found[1] != instead
    missing, unaccounted = account(copy, (whole[:found.start(1)] + instead + whole[found.end(1):]).split("\f"))
    assert missing or unaccounted


def test_a_key_of_evidence_between_the_lines_of_a_row_is_no_error(copy, pages):
    whole = "\f".join(pages)
    moved, count = re.subn(r"(E-[A-Z2-7]{8}) (H100 80 GB 1\.85 USD 14\.80/h for 8, reserved 36) months", r"\2 \1 months", whole)
    if not count:                                               # so it stands there already where the keys are wide
        assert re.search(r"1\.85 USD 14\.80/h for 8, reserved 36 (?:E-[A-Z2-7]{8} )+months", whole)
    assert account(copy, moved.split("\f")) == ([], [])


def account(copy: Path, pages: list[str]) -> tuple[list[str], list[str]]:
    """(sentences that SQL gives and the pages lack, digits of the pages that nothing accounts for)."""
    f, total = Facts(copy), len(pages)
    ledger = Ledger(pages)
    for number in range(2, total + 1):                         # running heads and feet
        ledger.said(f"data {f.meta['data_hash'][:12]} Page {number} of {total}")
    for fixed in BACKGROUND:
        ledger.said(fixed)
    contents(ledger, pages)
    register(ledger, f)
    changed(ledger, f)
    front(ledger, f)
    terms(ledger, f)
    back(ledger, f)
    supply(ledger, f)
    # dates: of the run, the rules, the rates, the groups, the captures; what documents state of themselves
    rules = briefing.rules_now()
    days = {f.meta["run_date"], f.meta["rates_date"], f.meta["place_groups_as_of"], str(rules["as_of"]), str(rules["newest_source"]), str(errors.measured()["as_of"])}
    days |= {d for (d,) in f.all("select distinct substr(fetched_at, 1, 10) from captures union select distinct substr(stale_since, 1, 10) from offers where stale_since is not null "
                                 "union select distinct changed_at from changes")}
    ledger.each(r"captured(\d{8}\d\d:\d\d)UTC", {at[:16].replace("T", "").replace("-", "") for (at,) in f.all("select fetched_at from captures where evidence_id is not null")})
    ledger.each(Ledger.squeezed(DAY), {Ledger.squeezed(day_words(d)) for d in days})
    ledger.each(r"asof(20\d{6})", {Ledger.squeezed(d[:10]) for d in days} | {Ledger.squeezed(d[:10]) for (d,) in f.all("select distinct stated_date from documents where stated_date is not null")})
    ledger.each(r"(20\d{6})", {Ledger.squeezed(d) for (d,) in f.all("select distinct substr(changed_at, 1, 10) from changes")})
    ledger.each(r"dataset([0-9a-f]{12})(?![0-9a-f])", {f.meta["data_hash"][:12]})
    ledger.each(r"(?:SHA256)?([0-9a-f]{16})…", {f.meta["data_hash"][:16]})
    ledger.each(r"([0-9a-f]{64})", {f.meta["data_hash"]})
    ledger.each(r"chipwatch(\d+\.\d+\.\d+)", {f.meta["version"]})
    ledger.each(r"E([A-Z2-7]{8})", {k[2:] for (k,) in f.all("select evidence_id from captures where evidence_id is not null")})
    # names: chips, classes, customers, kinds of clause, verdicts as codes, groups of countries, laws
    for (gpu,) in f.all("select distinct gpu_name from chips union select distinct gpu_name from offers"):
        ledger.mask(rf"\b{' ?'.join(map(re.escape, gpu))}\b")
    ledger.mask(r"\b3A090(?:\.[ab])?|\bV[0-6]\b|\bD:\d\b|\bA:5\b|\bSHA-256\b|(?<![A-Z\d])A\d{1,2}(?:/A4)?(?=[ ,;:.)a-z]|A\d)|\bB\d{1,2}\b|\bP\d{1,2}\b|15 CFR Part 740|Supplement No\. 1|BSD-3-Clause")
    ledger.strike_labels()
    return ledger.missing, ledger.unaccounted()


def yaml_words(rules: dict) -> list[str]:
    """The words of the file of rules that hold a digit, the longest first."""
    found = [str(v) for key in ("entries", "pending", "events") for entry in rules[key] for k, v in entry.items() if k in ("text", "source", "name", "standing", "about") and re.search(r"\d", str(v))]
    return sorted(set(found), key=len, reverse=True)


def front(ledger: Ledger, f: Facts) -> None:
    """Cover and summary."""
    clouds, listing = len(f.clouds), len(f.listing)
    bar, every = f.codes(f.listing), f.codes(f.clouds)
    ledger.said(f"{f.one('select count(*) from providers')} providers known, {clouds} of them GPU clouds "
                f"{f.one('select count(distinct provider) from documents where readable')} providers of whom a document was read {listing} GPU clouds that list chips of class 3A090.a (A100, H100 and above) "
                f"{f.one('select count(distinct evidence_id) from documents where readable')} documents read, of {f.one('select count(*) from (select distinct provider, role, url from captures)')} addresses asked for")
    places = f.all("select distinct provider, country from offers where country is not null and gpu_name in (select gpu_name from offers o where o.provider = offers.provider and o.chip_class like '3A090.a%')")
    named, priced = {p for p, _ in places}, {p for (p,) in f.all("select provider from offers where price_usd_per_gpu_hour is not null and chip_class like '3A090.a%'")}
    gpu, prices = next(iter(f.prices().items()))
    values = list(prices.values())
    ledger.said(f"{listing} of {clouds} GPU clouds list A100/H100-class chips. Their offers name data centres in {len({c for _, c in places})} countries ({len(named)} providers of {listing} name a place); "
                f"{len(priced)} of {listing} state a price that can be compared, for the {gpu} {money(statistics.median(values))} US dollars per GPU-hour in the median "
                f"(the middle half between {money(quarter(values, .25))} and {money(quarter(values, .75))}, n = {len(values)})")
    bare = sum(1 for p in f.listing if f.code(p) == "V0" and p not in f.terms)
    missing = Counter(role for p in f.listing if f.code(p) == "V0" for (m,) in f.all("select missing from verdicts where provider = ? and customer = 'cn_company'", p)
                      for role in {item.partition(": ")[0] for item in json.loads(m or "[]")})
    most = sorted(missing.items(), key=lambda kv: (-kv[1], kv[0]))[:2]
    ledger.said(f"{bar['V5']} of them exclude a {COMPANY} by the words of their terms. Of the {listing} providers that list the chips: ")
    for code in ("V1", "V2", "V3", "V4", "V6", "VX"):
        if bar[code]:
            ledger.said(f"{bar[code]} {model.VERDICT_CODES[code]} ({code})")
    ledger.said(f"{bar['V0']} are not assessed (V0): of {bare} no document that binds was read, of {bar['V0'] - bare} only a part of what may bind; most often missing: {most[0][0]} ({most[0][1]}) and {most[1][0]} ({most[1][1]}). "
                f"If all of these excluded this customer too, the count would be {bar['V5'] + bar['V0']}: it lies between {bar['V5']} and {bar['V5'] + bar['V0']} of {listing}.")
    both = [(f.code(p), f.code(p, "cn_subsidiary_abroad")) for p in f.listing if "V0" not in (f.code(p), f.code(p, "cn_subsidiary_abroad"))]
    differs = sum(a != b for a, b in both)
    ledger.said(f"{bar['V1'] + bar['V2']} of them {'carries' if bar['V1'] + bar['V2'] == 1 else 'carry'} only generic compliance wording or {'states' if bar['V1'] + bar['V2'] == 1 else 'state'} nothing on the point: "
                f"{bar['V2']} generic wording (V2), {bar['V1']} nothing stated in the documents read (V1).")
    ledger.said(f"{differs} providers of {len(both)} assessed for both read differently from the parent")
    ledger.said(f"Upper bar: GPU clouds that list the chips, n = {listing}. Lower bar: all GPU clouds, n = {clouds}.")
    for code in words.CODE_ORDER:
        ledger.said(f"{code} {model.VERDICT_CODES[code]} ({bar[code]} / {every[code]})")
    # the figure: a label in each part of a bar, drawn on a plate where hatched
    ledger.said(f"List the chips (n = {listing}) All GPU clouds (n = {clouds})")
    ledger.labels("All GPU clouds (n =", stacked([bar, every]))
    groups = Counter((p in f.offering, p in f.terms) for p in f.clouds)
    ledger.said(f"{groups[True, True]} GPU clouds with offers and terms {groups[True, False]} with offers only: no verdict is possible {groups[False, True]} with terms only: no offer was read {groups[False, False]} with neither")
    having = {label: {p for (p,) in f.all("select provider from clauses where label = ?", label)} & f.terms & set(f.clouds) for label in CLAUSE_LABELS}
    china = {p for p, places, label in f.all("select provider, places, label from clauses") if {"CN", "HK", "MO"} & set(json.loads(places or "[]")) and label != "local_law_duties"} & f.terms & set(f.clouds)
    ledger.said(f"{len(china)} name mainland China, Hong Kong or Macau in a clause on access {len(having['headquarters_restriction'])} have a clause on incorporation, headquarters or owners (A8) "
                f"{len(having['remote_access_controlled_chips'] | having['chip_or_region_limit'])} have a clause on controlled chips, remote access or regions (A14, A15) {len(having['identity_verification'])} state a check")
    ledger.said(f"GPU clouds with at least one binding document read, n = {groups[True, True] + groups[False, True]};")


def stacked(bars: list[Counter]) -> Counter:
    """The labels within stacked bars: a number, beside its code where there is room."""
    return Counter(label for bar in bars for code, n in bar.items() for label in (f"{code}: {n}", str(n)))


def supply(ledger: Ledger, f: Facts) -> None:
    """The table of providers, map, chips, prices."""
    n, prices = len(f.listing), f.prices()
    ledger.said(f"All {n} GPU clouds that list a chip of class 3A090.a, by name.")
    loose = sum(1 for p in f.listing if any(not places for (places,) in f.all(
        "select sum(country is not null or location is not null) from offers where provider = ? group by gpu_name having max(chip_class like '3A090.a%')", p)))
    ledger.said(f"without saying where ({loose} providers)")
    ledger.said(f"what the terms say to whom, n = {n}")
    every = f.rows("select * from offers")
    # Keys of evidence span the rows of a provider; three that need three lines come out of the PDF between the words of a row.
    keys = "|".join(f"E{key[2:]}" for (key,) in f.all("select distinct evidence_id from captures where evidence_id is not null"))
    for provider in f.listing:
        for (gpu,) in f.all("select gpu_name from offers where provider = ? group by gpu_name having max(chip_class like '3A090.a%')", provider):
            offers = [o for o in every if (o["provider"], o["gpu_name"]) == (provider, gpu)]
            priced = [o for o in offers if o["price_usd_per_gpu_hour"] is not None]
            lowest = min(priced, key=lambda o: (o["price_usd_per_gpu_hour"], o["id"])) if priced else min((o for o in offers if o["price"] is not None), key=lambda o: (o["price"], o["id"]), default=None)
            memory = "/".join(f"{m:g}" for m in sorted({o["gpu_memory"] for o in offers if o["gpu_memory"]}))
            words_of = (f"{money(lowest['price_usd_per_gpu_hour']) if priced else ''} {printed(lowest)}" if lowest else "no price stated").split()
            line = "(" + re.escape(Ledger.squeezed(f"{gpu}{'†' if gpu in f.desk else ''}{memory}{'GB' if memory else ''}")) + rf")(?:\D|{Ledger.squeezed(DAY)}|{keys})*?"
            line += f"(?:{keys})*".join(f"({re.escape(Ledger.squeezed(word))})" for word in words_of)
            found = re.search(line, ledger.left)
            if found:
                for part in range(1, found.re.groups + 1):
                    ledger.strike(*found.span(part))
            else:
                ledger.missing.append(f"{provider} {gpu} {memory} … {' '.join(words_of)}")
    # the map and what it rests on
    where = f.all("select distinct provider, country from offers o where country is not null and exists (select 1 from offers x where x.provider = o.provider and x.gpu_name = o.gpu_name and x.chip_class like '3A090.a%')")
    countries, tied = Counter(c for _, c in where), {p for p, _ in where}
    ledger.said(f"n = {n} GPU clouds that list the chips, {len(tied)} of them with a country for some offer; a provider counts once in each country. {n - len(tied)} providers tied no chip to a country.")
    ledger.said(f"{len(countries)} countries, by name; behind each GPU cloud")
    for code, count in countries.items():
        ledger.said(f"({code}): {count}")
    ledger.labels("What the numbers of the map rest on", Counter(f"{code} {count}" for code, count in countries.items()) + Counter(map(str, sorted(set(countries.values())))))  # and the key of the circles
    only = Counter(c for p, c in f.all("select distinct provider, country from regions where country is not null") if p in f.listing and (p, c) not in where)
    for code, count in only.items():
        ledger.said(f"{text.country(code)} ({count})")
    families = sorted(Counter(g for _, g in f.all("select distinct provider, gpu_name from offers")).items(), key=lambda kv: (-kv[1], kv[0]))
    ledger.said(" ".join(str(count) for _, count in families[:18]) + " " + " ".join(text.country(c)[:1].upper() + text.country(c)[1:] for c in sorted(countries, key=lambda c: (-countries[c], text.sort_key(text.country(c))))[:18]))
    bars = sorted(countries, key=lambda c: (-countries[c], text.sort_key(text.country(c))))
    ledger.said(" ".join(str(countries[c]) for c in bars[:18]))
    ledger.said(f"n = {len(f.offering)} GPU clouds with at least one offer. Dark bars")
    ledger.said(f"n = {n} GPU clouds that list the chips; a provider counts once in each country that its offers name. {n - len(tied)} providers tied no chip")
    ledger.said(f"Not drawn ({len(bars[18:])}): " + ", ".join(f"{text.country(c)} {countries[c]}" for c in bars[18:]))
    shown = list(prices.items())[:12]
    ledger.said("0.5 1 2 5 US dollars per GPU-hour")         # ticks of the logarithmic axis: round numbers, no data
    for gpu, found in shown:
        ledger.said(f"{gpu} (n = {len(found)})")
    ledger.said(" ".join(money(statistics.median(found.values())) for _, found in shown))
    listings = Counter((p, g, k) for p, g, k, kind in f.all(
        "select c.provider, o.gpu_name, c.kind, c.cause from changes c join offers_history o on o.id = c.item_id where c.item = 'offer' and c.kind in ('added', 'removed') and o.chip_class like '3A090.a%' group by c.id") if kind != "extractor")
    ledger.said(f"began or ceased to list, by provider, n = {len(listings)}")
    kinds = Counter(k for _, _, k in listings)
    ledger.said(f"Listings of the chips: {kinds['added']} new, {kinds['removed']} gone.")
    for (provider, gpu, kind), count in listings.items():
        ledger.said(f"{f.name[provider]} {gpu} {'new' if kind == 'added' else 'gone'} {count}")
    # classes of chip
    columns: dict[str, set[str]] = defaultdict(set)
    for provider, gpu, chip, klass in f.all("select distinct provider, gpu_name, chip, chip_class from offers"):
        tpp = {t for (t,) in f.all("select tpp from chips where chip = ?", chip) or f.all("select tpp from chips where gpu_name = ?", gpu) if t}
        strong = (klass or "").startswith("3A090.a")
        column = "b" if klass == "3A090.b" else "none" if klass == "none" else "unsure" if not strong else "desk" if gpu in f.desk else \
            "unsure" if len({t >= 21000 for t in tpp}) > 1 else "upper" if tpp and min(tpp) >= 21000 else "strong"
        columns[column].add(provider)
    ledger.said(f"Of {len(f.offering)} GPU clouds with an offer: {len(columns['upper'])} 3A090.a, TPP 21 000 or more; {len(columns['strong'])} 3A090.a, TPP below 21 000; {len(columns['desk'])} 3A090.a, desk cards; "
                f"{len(columns['b'])} 3A090.b; {len(columns['none'])} neither class; {len(columns['unsure'])} class not known.")
    ledger.said(f"n = {len(f.offering)} GPU clouds with at least one offer. Filled")
    ledger.said("3A090.a, TPP 21 000 or more 3A090.a, TPP below 21 000 3A090.a, desk cards 3A090.b", times=2)
    seats = dict(f.all("select provider, seat_country from providers"))
    members = defaultdict(set)
    for group, code, since, until in f.all("select place_group, code, since, until from country_groups"):
        if (since or "") <= f.meta["run_date"][:10] and (until is None or f.meta["run_date"][:10] < until):
            members[group].add(code)
    heads = Counter("Country Group D:5, or Macau" if seats[p] in members["D:5"] | {"MO", "HK"} else "United States" if seats[p] == "US" else "Country Group A:5" if seats[p] in members["A:5"] else "Other countries" for p in f.offering)
    for head, count in heads.items():
        ledger.said(f"{head} ({count})", times=1 + (Ledger.squeezed(f"{head} ({count}) (continued)") in ledger.left))
    # lowest prices, chip by chip
    listed = defaultdict(set)
    for provider, gpu in f.all("select provider, gpu_name from offers group by 1, 2 having max(chip_class like '3A090.a%')"):
        if gpu not in f.desk:
            listed[gpu].add(provider)
    order = sorted(listed, key=lambda g: (-len(listed[g]), g))[:12]
    for provider in f.listing:
        cells = [money(prices[g][provider]) if provider in prices.get(g, {}) else "●" for g in order if provider in listed[g]]
        if cells:
            ledger.said(f"{f.name[provider]} {' '.join(cells)}")


def terms(ledger: Ledger, f: Facts) -> None:
    """Comparison of customers, clauses by provider, close-ups, conflicts."""
    n = len(f.listing)
    pairs = {kind: [(f.code(p), f.code(p, kind)) for p in f.listing if "V0" not in (f.code(p), f.code(p, kind))] for kind in ("control", "cn_subsidiary_abroad")}
    ledger.said(f"{sum(a != b for a, b in pairs['control'])} of {len(pairs['control'])} providers assessed for both give a {COMPANY} another verdict than the control")
    ledger.said(f"{sum(a != b for a, b in pairs['cn_subsidiary_abroad'])} of {len(pairs['cn_subsidiary_abroad'])} tell a company")
    ledger.said(f"n = {n} in every column")
    ledger.said(f"n = {n} in every bar")
    kinds = ("control", "cn_individual", "cn_company", "cn_subsidiary_abroad", "embargoed_resident")
    there = {code for kind in kinds[:4] for code in f.codes(f.listing, kind)}
    slope = Counter(str(f.codes(f.listing, kind)[code]) for kind in kinds[:4] for code in there)
    ledger.labels("n = ▒▒ in every bar", slope + stacked([f.codes(f.listing, kind) for kind in kinds]))
    eu = {c for (c,) in f.all("select code from country_groups where place_group = 'EU' and until is null")}
    seats = dict(f.all("select provider, seat_country from providers"))
    asia = set("BN KH ID LA MY MM PH SG TH TL VN".split())
    region = {p: "Seat not stated" if not c else "European Union" if c in eu else "China, Hong Kong, Macau" if c in ("CN", "HK", "MO") else {"US": "United States", "JP": "Japan"}.get(c, "South-East Asia" if c in asia else "Elsewhere")
              for p, c in seats.items()}
    ledger.said(f"n = {n} GPU clouds that list A100/H100-class chips, one scale in all panels")
    heads = Counter(region[p] for p in f.listing)
    for head, count in heads.items():
        ledger.said(f"{head} (n = {count})")
    panes = Counter(str(f.codes([p for p in f.listing if region[p] == head])[code]) for head in heads for code in words.CODE_ORDER)
    ledger.said(f"Clauses by provider and kind, n = {len(f.clouds)} GPU clouds")
    for provider in f.clouds:
        cells = {}
        for label, strength, exception in f.all("select label, max(strength), max(exception is not null and exception <> '') from clauses where provider = ? group by label", provider):
            cells[label] = f"{strength}{'e' if exception else ''}"
        if cells:
            ledger.said(f"{f.name[provider]} {'x ' if f.code(provider) == 'VX' else ''}{' '.join(cells[label] for label in CLAUSE_LABELS if label in cells)}")
    ledger.mask(r"(?:\bV[0-6X] ){8}")                         # the axes of the panels
    ledger.labels("one scale in all panels", panes)
    # close-ups
    cards = [p for p in f.clouds if f.one("select count(*) from clauses where provider = ?", p)]
    ledger.said(f"All {len(cards)} GPU clouds with a clause to quote, by name.")
    unread = unread_rows(f)
    for provider in cards:
        binding = f.one(f"select count(distinct evidence_id) from documents where provider = ? and readable and role in ({','.join('?' * len(BINDING_ROLES))})", provider, *sorted(BINDING_ROLES))
        clauses = f.one("select count(*) from clauses where provider = ?", provider)
        missing = sum(1 for row in unread if row[0] == provider and row[1] in BINDING_ROLES)
        ledger.said(f"{s(binding, 'binding document')} read, {s(clauses, 'clause')}" + (f" · {s(missing, 'document')} not read" if missing else ""))
    known = {(str(strength), key[2:], str(start), str(end), at[:16].replace("T", "").replace("-", ""), sha[:16]) for strength, key, start, end, at, sha in
             f.all('select strength, c.evidence_id, start, "end", k.fetched_at, k.payload_sha256 from clauses c join captures k using (evidence_id)')}
    ledger.each(r"strength(\d)·E([A-Z2-7]{8})\D*?characters(\d+)–(\d+),captured(\d{8}\d\d:\d\d)UTC,SHA256([0-9a-f]{16})…", known)
    ledger.each(r"names[^·]*?and(\d+)more", {str(len(json.loads(places)) - 12) for (places,) in f.all("select places from clauses where json_array_length(places) > 12")})
    lengths = {str(length) for (length,) in f.all("select length(quote) from clauses")}
    ledger.each(r"thewholeclausehas(\d+)characters", lengths)
    cues = {Ledger.squeezed(rule) for (rule,) in f.all("select distinct rule from clauses")}
    ledger.each(r"rule(cues:[A-Z]\d+\.[a-z_]+?)(?=[^a-z_]|onthepage|Whatwould|\d)", cues)
    ledger.each(r"extraction(\d\.\d\d|notcomputed),completeness(\d\.\d\d)", {("notcomputed" if a is None else f"{a:.2f}", f"{b:.2f}") for a, b in f.all("select extraction_confidence, completeness from verdicts where customer = 'cn_company'") if b is not None})
    whole = "".join(ledger.whole)
    begin, stop = whole.index("Close-ups All"), whole.index("Change log: rules above, terms below Figure")
    for found in list(re.finditer(r"(\d+) further clauses? in the data set: ([^.]*)\.", whole[begin:stop])):
        parts = [int(x) for x in re.findall(r" (\d+)(?=,|$)", found[2])]
        quoted = len(re.findall(r"our reading", whole[begin + max(whole[begin:begin + found.start()].rfind("binding document"), 0):begin + found.start()]))
        if sum(parts) == int(found[1]) and any(f.one("select count(*) from clauses where provider = ?", p) == sum(parts) + quoted for p in cards):
            for i in range(begin + found.start(), begin + found.end()):
                ledger.whole[i] = "▒" if ledger.whole[i].isdigit() else ledger.whole[i]
    strict = {p for p in f.clouds if f.code(p) in ("V3", "V4", "V5", "VX")}
    conflicting = {p for p, _ in (k for k, code in f.verdicts.items() if code == "VX")} & set(f.clouds)
    signs = {p for (p,) in f.all("select provider from signals")}
    ledger.said(f"n = {len(conflicting | (signs & strict))} of {len(f.clouds)} GPU clouds")


def unread_rows(f: Facts) -> list[tuple[str, str, str, str]]:
    """(provider, role, address, reason) of what was not read, at the last visit of each address."""
    last = {}
    for row in sorted(f.rows("select * from captures"), key=lambda r: (r["fetched_at"], r["id"])):
        last[row["provider"], row["role"], row["url"]] = row
    found = [(*key, row["failure"]) for key, row in last.items() if row["failure"]]
    for row in f.rows("select * from documents"):
        if not row["readable"] or (row["role"] in BINDING_ROLES and not row["language_covered"]):
            found.append((row["provider"], row["role"], row["url"], "language_not_covered" if row["readable"] else "unreadable"))
        if row["status"] == "held" and row["failure"] in READING_FAILURES:
            found.append((row["provider"], row["role"], row["url"], row["failure"]))
    return found


def changed(ledger: Ledger, f: Facts) -> None:
    """The change log and the section on pending rules."""
    rules = briefing.rules_now()
    for number, event in enumerate(rules["events"], start=1):
        ledger.said(f"{number} {event['day']} {event['name']} {event['source']}")
    for entry in rules["pending"]:
        pending(ledger, f, entry)
    for law in yaml_words(rules):
        ledger.said(law, times=ledger.left.count(Ledger.squeezed(law)))
    ledger.said(f"numbered as in the figure, n = {len(rules['events'])}")
    dated = f.all(f"select distinct evidence_id, substr(stated_date, 1, 7) from documents where readable and length(stated_date) >= 10 and role in ({','.join('?' * len(BINDING_ROLES))})", *sorted(BINDING_ROLES))
    seen = [c for c in f.changes if c["item"] in ("verdict", "clause")]
    runs = f.one("select count(distinct run_id) from captures")
    ledger.said(f"n = {len(dated)} binding documents of GPU clouds that state a date, by month; {len(seen)} changes of verdicts and clauses in {runs} visits")
    start = f"{int(f.meta['run_date'][:4]) - 5}-{f.meta['run_date'][5:7]}-01"
    start = max(start, str(rules["events"][0]["day"])[:8] + "01")
    first, until = int(start[:4]) + 1, int(f.meta["run_date"][:4])
    months, days = Counter(m for _, m in dated if m >= start[:7]), Counter(c["changed_at"][:10] for c in seen)
    ledger.labels("numbered as in the figure", Counter(map(str, range(first, until + 1))) + Counter(map(str, range(1, len(rules["events"]) + 1)))
                  + Counter(str(n) for n in [*months.values(), *days.values()]))
    counts = Counter(c["item"] for c in f.changes)
    said = [s(counts[item], item, "clauses" if item == "clause" else None) for item in ("verdict", "clause", "offer", "region", "signal", "document") if counts[item]]
    ledger.said(f"{', '.join(said[:-1])} and {said[-1]} came, went or changed", times=2)
    ledger.each(r"Seenon(\d{8}\d\d:\d\d)UTC,beforethatasof(\d{8}\d\d:\d\d)UTC", {(c["changed_at"][:16].replace("T", "").replace("-", ""), (c["previous_at"] or "")[:16].replace("T", "").replace("-", "")) for c in f.changes})
    offers = {o["id"]: o for o in f.rows("select * from offers_history order by last_changed")}
    for c in f.changes:
        offer = offers.get(c["item_id"])
        if c["field"] == "price":
            ledger.said(f"{printed(offer, float(c['old']))} → {printed(offer, float(c['new']))}")
        elif c["item"] == "offer" and c["kind"] != "changed" and offer["price"] is not None:
            ledger.said(printed(offer) + (" added" if c["kind"] == "added" else " removed"))
    tests = {f"Group of countries “{g}”": f"exists (select 1 from json_each(c.place_groups) where value = '{g}')" for (g,) in f.all("select distinct value from clauses, json_each(place_groups)")}
    tests |= {"Lists of denied parties": "c.label = 'denied_party'", "Controlled chips or remote access to them": "c.label in ('remote_access_controlled_chips', 'chip_or_region_limit')",
              "Places by name": "json_array_length(c.places) > 0", "Seat, owner or parent of a firm": "c.label = 'headquarters_restriction'"}
    for words_of, test in tests.items():
        speaking = {p for (p,) in f.all(f"select provider from clauses c where {test}")} & set(f.clouds)
        resting = resting_on(f, test) & set(f.clouds)
        if speaking:
            ledger.said(f"{words_of} {len(speaking)} {len(resting)}")


def pending(ledger: Ledger, f: Facts, entry: dict) -> None:
    """The line of a pending rule: whom it concerns, their verdicts, whose clauses speak of it, whose verdict rests on one."""
    seats = dict(f.all("select provider, seat_country from providers"))
    concerned = [p for p in (f.listing if entry.get("listing") else f.clouds) if not entry.get("seats") or seats[p] in entry["seats"]]
    labels = ",".join(f"'{label}'" for label in entry["labels"])
    speaking = {p for (p,) in f.all(f"select provider from clauses where label in ({labels})")} & set(concerned)
    resting = resting_on(f, f"c.label in ({labels})") & set(concerned)
    codes = f.codes(concerned)
    ledger.said(f"{entry['name']} {entry['standing']}. {entry['source']}")
    ledger.said(f"{entry['about'][:1].upper()}{entry['about'][1:]}. {' '.join(CLAUSE_LABELS[label] for label in entry['labels'])} {len(concerned)} "
                f"{', '.join(f'{c}: {codes[c]}' for c in words.CODE_ORDER if codes[c]) or 'none'} {len(speaking)} {len(resting)} {sum(1 for p in concerned if p not in f.terms)}")


def resting_on(f: Facts, test: str) -> set[str]:
    """Providers whose verdict for the customer of the briefing names a clause `c` that the SQL condition takes."""
    return {p for (p,) in f.all(f"select v.provider from verdicts v, json_each(v.clauses) j join clauses c on c.id = j.value and c.provider = v.provider where v.customer = 'cn_company' and {test}")}


def back(ledger: Ledger, f: Facts) -> None:
    """What was not read, limits, method, citation, annexes of providers and chips."""
    unread, n, bar = unread_rows(f), len(f.listing), f.codes(f.listing)
    ledger.said(f"{len(unread)} documents of {len({row[0] for row in unread})} providers could not be read")
    for reason, count in Counter(row[3] for row in unread).items():
        ledger.said(f"{model.REASON_WORDS[reason]} {count}")
    for (_, role, reason), count in Counter((p, role, reason) for p, role, _, reason in unread).items():
        if count > 1:
            ledger.said(f"{words.ROLE_WORDS[role]} ({count})")
        if re.search(r"\d", model.REASON_WORDS[reason]):      # 'not found (404)' is the name of an answer
            ledger.said(model.REASON_WORDS[reason], times=ledger.left.count(Ledger.squeezed(model.REASON_WORDS[reason])))
    for level, code, count in f.all("select level, code, count(*) from issues group by 1, 2"):
        ledger.said(f"{code.replace('_', ' ')} ({level}) {count}")
    ledger.said(f"GPU clouds that list the chips: {n}, of which not assessed for a {COMPANY}: {bar['V0']}.")
    ledger.said(f"V5 would be {bar['V5'] + bar['V0']} of {n}; were none of them to state anything, V1 would be {bar['V1'] + bar['V0']} of {n}. As read: V5 {bar['V5']}, V1 {bar['V1']}.")
    groups = Counter((p in f.offering, p in f.terms) for p in f.clouds)
    ledger.said(f"{f.one('select count(*) from providers')} providers are known to this data set")
    ledger.said(f"{groups[True, True]} GPU clouds have both offers and terms, {groups[True, False]} offers only, {groups[False, True]} terms only, {groups[False, False]} neither")
    roles = f"role in ({','.join('?' * len(BINDING_ROLES))})"
    binding = Counter(p for p, _ in f.all(f"select distinct provider, evidence_id from documents where readable and {roles}", *sorted(BINDING_ROLES)))
    ledger.said(f"For {sum(1 for p in f.listing if binding[p] == 1)} of the {n} listing providers")
    languages = f.all("select language, count(distinct evidence_id) from documents where readable and language <> '' and role not in ('offers', 'regions') group by 1 order by 2 desc, 1")
    ledger.said("by language: " + ", ".join(f"{language} {count}" for language, count in languages) + ".")
    for figure in errors.measured()["figures"]:
        value = figure["value"] if isinstance(figure["value"], list) else [figure["value"]]
        ledger.said(f"{figure['what']}, {figure['measure']} {' to '.join(f'{v:.2f}' for v in value)} on {figure['documents']}")
    ledger.said(f"{f.one('select count(*) from (select distinct provider, role, url from captures)')} addresses were asked for; robots.txt")
    ledger.said(f"This run holds {f.one('select count(*) from offers')} offers and {f.one('select count(*) from clauses')} clauses.")
    for currency, rate in f.all("select distinct currency, fx_rate from offers where fx_rate is not null and currency <> 'USD'"):
        ledger.said(f"1 {currency} = USD {rate:.5g}")
    reviewed = f.one("select count(*) from clauses where review is not null")
    ledger.said(f"Of {f.one('select count(*) from clauses')} clauses people have accepted or amended {reviewed}")
    ledger.said(f"All {len(f.clouds)} GPU clouds known, by name")
    ledger.said(f"GPU clouds, n = {len(f.clouds)}")
    firms = dict(f.all("select provider, legal_entity from providers"))
    for p in f.clouds:
        seat = f.one("select seat_country from providers where provider = ?", p)
        place = text.country(seat)[:1].upper() + text.country(seat)[1:] if seat else "Not stated"
        ledger.said(f"{f.name[p]} {place} {firms[p] or ''} {f.one('select count(*) from offers where provider = ?', p)} {binding[p]} {f.one('select count(*) from clauses where provider = ?', p)} "
                    f"{sum(1 for row in unread if row[0] == p)} {f.code(p)} {f.code(p, 'cn_subsidiary_abroad')} {f.code(p, 'control')}")
    for row in f.rows("select * from chips where gpu_name in (select gpu_name from offers)"):
        memory = "/".join(f"{m:g}" for m in json.loads(row["memory_gb"] or "[]"))
        working = ". ".join(w.rstrip(".") for w in (row["tpp_working"], row["doubts"]) if w)
        tpp = "–" if row["tpp"] is None else f"{row['tpp']:,.0f}".replace(",", " ")
        density = "–" if row["performance_density"] is None else f"{row['performance_density']:.2f}"
        ledger.said(f"{row['chip']} {memory} {tpp} {density} {row['chip_class']} {working}")


def register(ledger: Ledger, f: Facts) -> None:
    """Annex C: each entry with its key, time, hash and record."""
    rows = f.all("select evidence_id, fetched_at, payload_sha256, record_id from captures where evidence_id is not null")
    found = 0
    for key, at, sha, record in rows:
        entry = re.search(rf"E{key[2:]}\D{{0,400}}?{at[:16].replace('T', '').replace('-', '')}\D*?{sha}{Ledger.squeezed(record.removeprefix('<urn:uuid:').removesuffix('>'))}", ledger.left)
        if entry:
            found += 1
            ledger.strike(entry.start() + 9, entry.end())
    ledger.said(f"{found} captures, by provider.")


def contents(ledger: Ledger, pages: list[str]) -> None:
    """Page numbers of the table of contents and of the links of the summary are those of the pages that hold the headings."""
    heads = ("Summary", "The answer, provider by provider", "Supply: who lists what, where, at what price", "Terms: what the documents say, and to whom", "Close-ups", "Change log: rules above, terms below",
             "Conflicts: statements to be read beside each other", "If the law changes", "What was not read, and why", "Limits", "Method", "Citation and corrections", "Annex A. GPU clouds", "Annex B. Chips and their class",
             "Annex C. Evidence register")
    starts = {head: next(n for n, page in enumerate(pages, start=1) if n != 3 and re.search(rf"(?:^|(?<=[.)] )){re.escape(head)} ", page.split("chipwatch briefing, data as of")[0])) for head in heads}
    ledger.said("Contents, scope and words " + " ".join(f"{head}{': clauses in the words of the documents' if head == 'Close-ups' else ''} {starts[head]}" for head in heads))
    for head in ("The answer, provider by provider", "Terms: what the documents say, and to whom", "Change log: rules above, terms below"):
        ledger.mask(rf"\bpage {starts[head]}\b")
    for kind in ("Figure", "Table"):
        for number, found in enumerate(re.findall(rf"\b{kind} (\d+)\. ", " ".join(pages)), start=1):
            assert int(found) == number
            ledger.said(f"{kind} {found}.")


def test_tables_of_providers_run_by_name_whatever_the_verdict(copy, pages):
    f, whole = Facts(copy), Ledger.squeezed(" ".join(pages))
    for begin, end, providers in (("Table 1. GPU clouds", "The same table with further", f.listing), ("Annex A. GPU clouds All", "Annex B. Chips and their class Chip", f.clouds)):
        part = whole[whole.index(Ledger.squeezed(begin)):whole.index(Ledger.squeezed(end))]
        places = [part.index(Ledger.squeezed(f.name[p])) for p in providers]
        assert places == sorted(places)
        codes = [f.code(p) for p in providers]
        assert codes not in (sorted(codes), sorted(codes, reverse=True))     # by name is another order here than by verdict
