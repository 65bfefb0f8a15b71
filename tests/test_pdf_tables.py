"""Tables of PDF price lists, read by where words stand; prose, clauses and lists of contents stay what they are. Everything is invented."""

from __future__ import annotations

import pytest

from nlp.read import read_document
from nlp.supply import read_supply

STYLE = "<style>@page {size: A4; margin: 2cm} body {font: 11px sans-serif} table {width: 100%; border-collapse: collapse} td, th {padding: 3px; text-align: left} .line td, .line th {border: 1px solid #888} .right td:last-child {text-align: right}</style>"
LEAD = "<h1>Fox Cloud price list</h1><p>Prices are per hour and in euro, without VAT. They hold from the first of November on, for every customer of Fox Cloud.</p>"


def pdf(body: str) -> bytes:
    from weasyprint import HTML
    return HTML(string=f"<html><head>{STYLE}</head><body>{LEAD}{body}</body></html>").write_pdf()


def read(body: str):
    document = read_document(pdf(body))
    chips, offers, regions, issues = read_supply(document)
    for offer in offers:
        assert document.text[offer.start:offer.end] == offer.quote
    return document, [(o.instance_name, o.gpu_name, o.gpu_count, o.price, o.currency, o.price_unit, o.commitment) for o in offers]


def table(*lines: str, kind: str = "line") -> str:
    head, *rows = [line.split("|") for line in lines]
    return f"<table class='{kind}'><tr>" + "".join(f"<th>{c.strip()}</th>" for c in head) + "</tr>" + "".join("<tr>" + "".join(f"<td>{c.strip()}</td>" for c in row) + "</tr>" for row in rows) + "</table>"


ROWS = ("Plan | GPU | GPUs | Price per hour (EUR)", "fox-1 | NVIDIA H100 SXM 80GB | 1 | 2.45", "fox-8 | NVIDIA H100 SXM 80GB | 8 | 19.10", "hare-1 | NVIDIA L40S | 1 | 0.88")
WANTED = [("fox-1", "H100", 1, 2.45, "EUR", "hour", "on_demand"), ("fox-8", "H100", 8, 19.1, "EUR", "hour", "on_demand"), ("hare-1", "L40S", 1, 0.88, "EUR", "hour", "on_demand")]


@pytest.mark.parametrize("kind", ["line", "plain", "right"])
def test_rows_and_columns(kind):
    document, found = read(table(*ROWS, kind=kind))
    assert [b.kind for b in document.blocks].count("table") == 1
    assert found == WANTED


def test_cells_of_several_lines():
    narrow = table("Plan | Hardware of one server of this plan, as it is delivered to the customer | GPUs | Price per hour (EUR)",
                   "fox-8 | Eight NVIDIA H100 SXM 80GB cards with 128 cores, two terabytes of memory and a fast network between all of them | 8 | 19.10",
                   "hare-1 | One NVIDIA L40S card with 8 cores and a small local disk for scratch files of the customer | 1 | 0.88").replace("<table class='line'>", "<table class='line' style='width: 11cm'>")
    document, found = read(narrow)
    tables = [b for b in document.blocks if b.kind == "table"]
    assert len(tables) == 1
    assert [(g, n, p) for _, g, n, p, *_ in found] == [("H100", 8, 19.1), ("L40S", 1, 0.88)]


def test_a_table_that_runs_over_pages():
    rows = [f"fox-{i} | NVIDIA H100 SXM 80GB | {i} | {2 * i}.50" for i in range(1, 90)]
    _, found = read(table(ROWS[0], *rows))
    assert [(n, p) for _, _, n, p, *_ in found] == [(i, 2 * i + 0.5) for i in range(1, 90)]


def test_two_tables_and_the_text_between_them():
    document, found = read(table(*ROWS) + "<p>Reserved prices follow. They are for a year in advance, and nothing is paid back where a customer ends the contract before.</p>"
                           + table("GPU | 1-year reserved, EUR per GPU hour", "NVIDIA H100 SXM | 1.95", "NVIDIA A100 PCIe | 0.95"))
    assert [b.kind for b in document.blocks if b.kind != "heading"] == ["paragraph", "table", "paragraph", "table"]
    assert [(g, p, c) for _, g, _, p, _, _, c in found[3:]] == [("H100", 1.95, "reserved"), ("A100", 0.95, "reserved")]


@pytest.mark.parametrize("body", [
    "".join(f"<div style='display: flex'><div style='width: 1.5cm'>{i}.{k}</div><div>The customer pays 10 EUR for each GPU that is kept longer than agreed, and gives it back clean and whole, with all of its parts, at the end of the month.</div></div>" for i in range(1, 4) for k in range(1, 5)),
    "<div style='columns: 2; column-gap: 1.5cm'>" + "<p>The customer pays the price of each GPU in EUR before the end of the month in which it was used, and the provider sends an invoice of 20 EUR or more to the address of the customer.</p>" * 12 + "</div>",
    "<div style='text-align: justify; width: 8cm'>" + "<p>Extraordinarily comprehensive responsibilities notwithstanding, the customer compensates 12 EUR internationally for each individual GPU unconditionally.</p>" * 8 + "</div>",
    "<ol>" + "<li>Each of the GPUs costs 20 EUR where the customer keeps it, and 30 EUR where the customer loses it on the way.</li>" * 8 + "</ol>",
], ids=["numbered clauses", "two columns of prose", "justified", "list"])
def test_prose_is_no_table(body):
    document, _ = read(body)
    assert "table" not in {b.kind for b in document.blocks}


def test_contents_without_figures_of_supply_are_no_table():
    document, _ = read("".join(f"<div style='display: flex; justify-content: space-between'><span>Section {i}: what the customer owes</span><span>{i * 3}</span></div>" for i in range(1, 12)))
    assert "table" not in {b.kind for b in document.blocks}
