"""The one-screen summary at the end of a run: what was found, what was not read, where everything lies."""

from __future__ import annotations

import sqlite3
import textwrap
from contextlib import closing
from pathlib import Path

from chipwatch.records import VERDICT_CODES
from chipwatch.run import RunResult
from chipwatch.terminal import counted, printable

WIDTH = 100
BAR = 30                                                       # characters of the longest bar
# Headline counts are of GPU clouds only: declared as such, or with an offer. The others stand in the annex of the briefing.
CLOUDS = "(kind = 'gpu_cloud' or has_offers = 1)"


def _one(db: sqlite3.Connection, sql: str, *args: object) -> int:
    return db.execute(sql, args).fetchone()[0] or 0


def _found(db: sqlite3.Connection) -> list[str]:
    providers, others = _one(db, f"select count(*) from providers where {CLOUDS}"), _one(db, f"select count(*) from providers where not {CLOUDS}")
    groups = dict(db.execute(f"select evidence_group, count(*) from providers where {CLOUDS} group by 1"))
    strong = _one(db, "select count(distinct provider) from offers where chip_class = '3A090.a'")
    # One capture under two roles is one document, as in the briefing; what an earlier visit gave counts as long as it is kept.
    captured, read, kept = db.execute("select count(distinct evidence_id), count(distinct case when readable then evidence_id end), "
                                      "count(distinct case when readable and stale_since is not null then evidence_id end) from documents").fetchone()
    older = f"; {kept} as an earlier visit found {'it' if kept == 1 else 'them'}" if kept else ""
    return [
        f"GPU clouds        {providers:>6,}   offers and terms {groups.get('offers_and_terms', 0)} · offers only {groups.get('offers_only', 0)} · "
        f"terms only {groups.get('terms_only', 0)} · neither {groups.get('neither', 0)}",
        f"other providers   {others:>6,}   in the annex of the briefing",
        f"documents read    {read:>6,}   of {captured:,} captured{older}",
        f"offers            {_one(db, 'select count(*) from offers'):>6,}   {_one(db, 'select count(*) from offers where price is not null'):,} with a price; "
        f"{counted(strong, 'provider lists', 'providers list')} an A100/H100-class chip",
        f"regions           {_one(db, 'select count(*) from regions'):>6,}   in {counted(_one(db, 'select count(distinct country) from regions'), 'country', 'countries')}",
        f"clauses           {_one(db, 'select count(*) from clauses'):>6,}   of {counted(_one(db, 'select count(distinct label) from clauses'), 'kind')}, "
        f"{counted(_one(db, 'select count(distinct provider) from clauses'), 'provider')}",
    ]


def _verdicts(db: sqlite3.Connection, customer: str) -> list[str]:
    rows = dict(db.execute(f"select code, count(*) from verdicts join providers using (provider) where customer = ? and {CLOUDS} group by 1", (customer,)))
    longest = max(rows.values(), default=1)
    return [f"  {code} {words:<53} {rows.get(code, 0):>4}  {'█' * round(BAR * rows.get(code, 0) / longest)}" for code, words in VERDICT_CODES.items() if code in rows or code == "V0"]


def _not_read(db: sqlite3.Connection, run_id: str, data: Path) -> list[str]:
    """Failures of this run by kind, and documents that were captured in vain."""
    rows = db.execute("select failure, count(*), min(note) from captures where failure is not null and run_id = ? group by 1 order by 2 desc, 1", (run_id,)).fetchall()
    out = [f"  {count:>4}  {failure.replace('_', ' ')}: {textwrap.shorten(printable(note or ''), 70, placeholder=' …')}" for failure, count, note in rows[:6]]
    if len(rows) > 6:
        out.append(f"        and {counted(len(rows) - 6, 'more kind')}: `chipwatch status --data {data}`")
    for status, count in db.execute("select status, count(*) from documents where status in ('unreadable', 'language_not_covered') group by 1 order by 1"):
        out.append(f"  {count:>4}  {status.replace('_', ' ')}: captured, but nothing follows from what was not found in it")
    for failure, count in db.execute("select failure, count(*) from documents where status = 'held' group by 1 order by 1"):
        out.append(f"  {count:>4}  {str(failure).replace('_', ' ')}: what the page gave before is kept, marked stale; `chipwatch status --data {data}` says why")
    return out or ["     0  everything was read"]


def summary(result: RunResult, *, sample: bool) -> str:
    """Lines for stdout; the last one is the path of the PDF."""
    with closing(sqlite3.connect(f"file:{result.database}?mode=ro", uri=True)) as db:
        lines = ["", "SAMPLE DATA: invented companies on a small web of our own; nothing below is about a real provider." if sample else
                 "What the providers' public documents said when read; not a statement that any access is lawful or unlawful.", ""]
        if sample and _one(db, "select count(distinct run_id) from captures") > 1:
            lines += ["A later visit: some pages have changed since the first, as pages do (see the view `changes`).", ""]
        lines += _found(db)
        lines += ["", "Verdicts of the documents for a company headquartered in mainland China (GPU clouds only):", *_verdicts(db, "cn_company")]
        lines += ["", "Not read, and why:", *_not_read(db, result.run_id, result.database.parent), ""]
    lines += [f"captures   {result.captures}", f"data set   {result.database}"]
    if result.report:
        lines += [f"ask it     chipwatch access --data {result.database.parent}", f"briefing   {result.report}"]
    return "\n".join(lines)

