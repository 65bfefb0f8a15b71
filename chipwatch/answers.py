"""What the data set answers, as text for a terminal, CSV or JSON."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import textwrap
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chipwatch.records import CUSTOMER_KINDS

if TYPE_CHECKING:
    from crawler.declarations import Declaration
    from dataset.query import Result

STANDING = "This describes what the providers' public documents said when read. It is not a statement that any access is lawful or unlawful."
PLACES_SHOWN = 4
EVIDENCE_SHOWN = 3
GRACE = 2.0                                                    # seconds that a query gets beyond its timeout to be stopped in an orderly way


def _price(price: dict[str, Any] | None, chip: str | None) -> str:
    """`H100: USD 23.92/hour 8 GPUs (= USD 2.99 a GPU-hour)`; a price that is stated so already is not said twice."""
    if not price:
        return "none stated"
    from dataset.query import plain_number

    count = price["gpu_count"]
    scope = {"gpu": "a GPU", "cluster": "a cluster"}.get(price["price_scope"] or "", f"{count:g} GPU{'s' if count != 1 else ''}" if count else "an instance")
    usd = price["price_usd_per_gpu_hour"]
    amount = f"{'from ' if price['price_from'] else ''}{price['currency'] or '?'} {plain_number(price['price'], grouped=True)}/{price['price_unit'] or '?'} {scope}"
    kind = {"spot": ", spot", "reserved": ", reserved"}.get(price["commitment"] or "", "")
    if (price["currency"], price["price_unit"], price["price_scope"]) == ("USD", "hour", "gpu") and usd is not None:
        return f"{chip}: {amount.removesuffix('/hour a GPU')} a GPU-hour{kind}"
    return f"{chip}: {amount}{kind}" + (f" (= USD {usd:,.2f} a GPU-hour)" if usd is not None else "")


def terminal_columns() -> int | None:
    """Width of the terminal, or None where the output goes to a file or a pipe: there a row stays one line."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _some(values: Sequence[str], most: int) -> str:
    """The first values, and how many more there are: nothing is cut silently."""
    return ", ".join(values[:most]) + (f" +{len(values) - most}" if len(values) > most else "")


def _paragraph(text: str) -> str:
    """The text, broken at spaces where it goes to a terminal."""
    columns = terminal_columns()
    return textwrap.fill(text, columns, break_long_words=False, break_on_hyphens=False) if columns else text


def access_text(database: Path, customers: list[str], *, chip: str | None, country: str | None, form: str) -> str:
    """The mission table. Raises what dataset.access raises."""
    from dataset.access import access_table
    from dataset.query import Result, render, run

    table = access_table(database, customers=customers, chip=chip, country=country)
    if form == "json":
        return json.dumps(table.rows, ensure_ascii=False, indent=1)
    ends = [_bounds_words(b) for b in table.bounds if b["not_assessed"]]
    codes = {c: CUSTOMER_KINDS[c][0] if c in CUSTOMER_KINDS else c for c in table.customers}
    short = codes if form == "table" else {c: f"{code} {c}" if code != c else c for c, code in codes.items()}
    columns = ["provider", "seat", "chips", "data centres in", "lowest stated price", *short.values(), "evidence", *(["review"] if form == "csv" else [])]
    most = (PLACES_SHOWN, EVIDENCE_SHOWN) if form == "table" else (10_000, 10_000)
    regions: dict[str, list[str]] = {}
    for slug, code in run(database, "select distinct provider, country from regions where country is not null order by 1, 2").rows:
        regions.setdefault(slug, []).append(code)
    rows = []
    for row in table.rows:
        said = [row["verdicts"].get(c) for c in table.customers]
        evidence = list(dict.fromkeys([*row["evidence"], *(e for v in said if v for e in v["evidence"])]))
        places = _some(row["countries"] or row["locations"], most[0])
        if not places:                                         # the page ties the chip to no place: the provider's regions are said, but not put in its stead
            places = "not tied to a place" + (f" (regions: {_some(regions[row['provider']], most[0])})" if row["provider"] in regions else "")
        rows.append((row["name"], row["seat_country"] or "?", _some(row["chips"], most[0]), places, _price(row["lowest_price"], row["lowest_price_chip"]),
                     *(_code(v, form) for v in said), _some(evidence, most[1])))
        if form == "csv":
            rows[-1] += ("; ".join(f"{codes[c]} {v['review']}" for c, v in zip(table.customers, said, strict=True) if v and v["review"]),)
    text = render(Result(columns, rows), form, terminal_columns())
    if form == "csv":
        return text.rstrip("\n")
    groups = ", ".join(f"{table.listing[g]} {g.replace('_', ' ')}" for g in table.listing if table.listing[g])
    what = table.chip or "an A100/H100-class chip (3A090.a by published figures)"
    where = f" in {table.country}" if table.country else ""
    people = "; ".join(f"{code} {c}, {CUSTOMER_KINDS[c][1]}" if c in CUSTOMER_KINDS else c for c, code in codes.items())
    meaning = {v["code"]: v["verdict"] for r in table.rows for v in r["verdicts"].values() if v}
    legend = "; ".join(f"{code} {words}" for code, words in sorted(meaning.items()))
    if table.rows and table.rows[0]["sample"]:
        text = "SAMPLE DATA: invented companies\n" + text
    if not rows:
        return f"No provider in this data set lists {what}{where}.\n{STANDING}"
    if any(v and v["review"] for r in table.rows for v in r["verdicts"].values()):
        table.notes.append("* a person has reviewed what this verdict rests on (chipwatch review --list; view reviews)")
    count = "1 provider lists" if len(rows) == 1 else f"{len(rows)} providers list"
    said = [f"{count} {what}{where}: {groups}.", f"Customers: {people}.", f"Verdicts: {legend}.", *ends, *(f"Note: {n}." for n in table.notes), STANDING]
    return text + "\n" + "\n".join(_paragraph(s) for s in said)


def _bounds_words(bounds: dict[str, Any]) -> str:
    """What the counts for one customer would be if all that was not assessed were excluded, or had no restriction stated."""
    excluded, silent, unknown = bounds["excluded"], bounds["no_restriction_stated"], bounds["not_assessed"]
    return (f"Bounds for {bounds['customer']}: {unknown} of {bounds['providers']} not assessed (V0). Excluded (V5): {excluded['now']}, and {excluded['highest']} if every V0 were V5; "
            f"no restriction stated (V1): {silent['now']}, and {silent['highest']} if every V0 were V1.")


def _code(verdict: dict[str, Any] | None, form: str) -> str:
    """The code, with a star where a person's decision stands behind it; CSV has a column of its own for that."""
    return "" if verdict is None else verdict["code"] + ("*" if verdict["review"] and form == "table" else "")


def query_text(database: Path, sql: str, *, form: str, limit: int | None, timeout: float, parameters: dict[str, str] | None = None, markup: bool = True) -> str:
    """The answer to a query. `markup`: quotes as they stand in the source, not as a reader sees them."""
    from dataset.query import TABLE_ROWS, render, run

    most = limit if limit is not None or form != "table" else TABLE_ROWS
    with deadline(timeout + GRACE):
        result = run(database, sql, limit=most, timeout=timeout, parameters=parameters or ())
        return render(result if markup else _without_markup(result), form, terminal_columns())


def _without_markup(result: Result) -> Result:
    """The rows with what is in the words of a document as a reader sees it."""
    from dataset.wording import VERBATIM, readable

    verbatim = [name in VERBATIM for name in result.columns]
    rows = [tuple(readable(v) if quoted and isinstance(v, str) else v for v, quoted in zip(row, verbatim, strict=True)) for row in result.rows]
    return replace(result, rows=rows)


def question_text(database: Path, which: str, given: dict[str, str], *, form: str, limit: int | None, timeout: float) -> str:
    """The answer to one of the thirty questions; as a table with the question above it and what it counts below. Raises UnknownQuestion, NoSuchThing."""
    from dataset.questions import checked, question
    from dataset.wording import VERBATIM

    asked = question(which)
    values = checked(database, asked, given)
    answer = query_text(database, asked.sql, form=form, limit=limit, timeout=timeout, parameters=values, markup=form != "table")
    if form != "table":
        return answer
    part = f"Answered in part: {asked.in_part}" if asked.in_part else ""
    bare = "Quotes are shown without markup; --format csv or json gives them as they stand in the source." if VERBATIM & set(answer.split("\n", 1)[0].split()) else ""
    return "\n".join([_paragraph(f"{asked.number}. {asked.titled(values)}"), "", answer, *(_paragraph(t) for t in (asked.note, part, bare) if t), _paragraph(STANDING), ""])


def questions_text() -> str:
    """The thirty questions, one a line, with the parameters that can be set."""
    from dataset.questions import questions

    lines = []
    for one in questions():
        settings = "".join(f" [--set {p.name}={p.default or '…'}]" for p in one.parameters)
        lines.append(f"{one.number:>2}  {one.title}{settings}{' (in part)' if one.in_part else ''}")
    return "\n".join(lines) + "\n\nRun one with `chipwatch query --question NUMBER`; the SQL of all: docs/questions.md.\n"


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Ends the program after so long. SQLite looks at its own clock between two steps; one call of a function, as instr() on two large values, is one step however long it takes."""
    def end() -> None:
        sys.stderr.write("chipwatch: the query took too long within one function call and was stopped: ask for shorter values\n")
        sys.stderr.flush()
        os._exit(QueryTimeout.exit_code)

    from dataset.errors import QueryTimeout

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def providers_text(form: str) -> str:
    """The declarations, one a line."""
    from crawler.declarations import load_providers
    from dataset.query import Result, render

    rows = []
    for declaration in load_providers():
        info, sources = declaration.info(), declaration.sources()
        roles: dict[str, int] = {}
        for source in sources:
            roles[source.role] = roles.get(source.role, 0) + 1
        rows.append({"provider": info.slug, "name": info.name, "seat": info.seat_country, "category": info.category, "permission": info.permission,
                     "sources": len(sources), "verified": sum(s.verified is not None for s in sources), "roles": roles})
    if form == "json":
        return json.dumps(rows, ensure_ascii=False, indent=1)
    table = Result(["provider", "name", "seat", "category", "permission", "offers", "terms", "other", "verified"], [
        (r["provider"], r["name"], r["seat"], r["category"], r["permission"], r["roles"].get("offers", 0), r["roles"].get("terms_of_service", 0),
         r["sources"] - r["roles"].get("offers", 0) - r["roles"].get("terms_of_service", 0), f"{r['verified']}/{r['sources']}") for r in rows])
    return render(table, "table", terminal_columns()).rstrip("\n") + "\nverified: addresses seen live by a person, of those declared; the others are tried and reported all the same."


def coverage_text(declarations: Sequence[Declaration]) -> str:
    """What is declared, as tables for a terminal."""
    from crawler.coverage import cover, headline, tables, written_out
    from dataset.query import Result, to_table

    coverage = cover(declarations)
    parts = [f"{title}\n{to_table(Result(columns, rows), terminal_columns())}" for title, columns, rows in tables(coverage)]
    sources = written_out(declarations).words
    return "\n".join([*parts, _paragraph(headline(coverage)), *([_paragraph(f"To a crawl, {sources}.")] if sources else [])])


def coverage_json(declarations: Sequence[Declaration], faults: Sequence[str]) -> str:
    """The same as JSON; `declarations` counts those without a fault."""
    from crawler.coverage import cover

    return json.dumps({"declarations": len(declarations), "faults": list(faults), "coverage": cover(declarations).as_json()}, ensure_ascii=False, indent=1)
