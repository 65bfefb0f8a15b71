"""Tables that lost their form on the way to text: rows that are broken over lines, cells of which each has a line of its own. All sellers and prices are invented."""

from __future__ import annotations

import pytest

from nlp.read import read_document
from nlp.stacked import stacked_tables
from supply_reading import rows, supply

BROKEN = "Machine | Price | GPU | RAM |\n---|---|---|---|\nNorthwind A40\nnw-a40 |\n$0.000200/sec\n$0.72/hr |\n1x | 48GB |\n2x Northwind A40\nnw-a40-2x |\n$0.000400/sec\n$1.44/hr |\n2x | 96GB |\nCPU | $0.05/hr | - | 8GB |\n"


def grid(text: str) -> list[list[list[str]]]:
    document = read_document(text.encode(), path="page.md")
    return [[[cell.text if cell else "" for cell in row] for row in block.table.rows] for block in document.blocks if block.table is not None]


def test_a_row_broken_over_lines_is_one_row():
    assert rows(BROKEN, "md") == [("A40", 1, 0.0002, "USD", "second"), ("A40", 1, 0.72, "USD", "hour"), ("A40", 2, 0.0004, "USD", "second"), ("A40", 2, 1.44, "USD", "hour")]
    framed = "| GPU | Count | Price |\n|---|---|---|\n| NVIDIA H100\n80 GB | 8 | $19.92/hr\nreserved |\n| NVIDIA L40S\n48 GB | 1 | $0.99/hr |\n"
    assert rows(framed, "md") == [("H100", 8, 19.92, "USD", "hour"), ("L40S", 1, 0.99, "USD", "hour")]
    assert rows("Plan | GPUs | Hourly price |\n---|---|---|\nBasalt A40 | 2x |\n€1.20\n\n(excl. VAT) |\nCobalt H100 | 8x |\n€20.20\n\n(excl. VAT) |\n", "md") == [("A40", 2, 1.2, "EUR", "hour"), ("H100", 8, 20.2, "EUR", "hour")]


@pytest.mark.parametrize("text", [
    "a | b | c | d |\n---|---|---|---|\n1 | 2 |\n3 | 4 |\n",                     # rows with fewer cells than the head
    "a | b | c |\n---|---|---|\n1 | 2 | 3 |\nA note that stands below.\n\nFurther text.\n",
    "| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |\nA note\n| x | y | z |\n",
    "a | b | c |\n---|---|---|\n1 | 2 | 3 |\nOther things\n\nd | e | f |\n---|---|---|\n4 | 5 | 6 |\n",
])
def test_short_rows_notes_and_the_next_table_are_no_broken_row(text):
    assert not any("\n" in cell or "note" in cell.lower() or "things" in cell for table in grid(text) for row in table for cell in row)


def test_many_lines_without_bars_below_a_table_take_no_time():
    text = "a | b | c |\n---|---|---|\n1 | 2 | 3 |\n" + "x\n" * 60_000
    assert len(grid(text)) == 1


def stacked(text: str) -> list:
    document = read_document(text.encode(), path="page.md")
    return list(stacked_tables(document, list(document.body())))


def test_cells_of_which_each_has_a_line_of_its_own_are_a_table():
    plain = ["GPU", "VRAM", "Price per hour", "H100 SXM", "80 GB", "$2.49", "A100 PCIe", "80 GB", "$1.29", "L40S", "48 GB", "Sold out"]
    wanted = [("H100", None, 2.49, "USD", "hour"), ("A100", None, 1.29, "USD", "hour")]
    for text, kind in (("\n".join(plain), "md"), ("\n\n".join(plain), "md"), ("\n".join(plain), "txt"), ("# GPU prices\n\n" + "\n\n".join(plain) + "\n\n## Contact\n", "md")):
        assert [r for r in rows(text, kind) if r[2]] == wanted, (text, kind)
    assert [r for r in rows("<h2>GPU prices</h2>" + "".join(f"<p>{line}</p>" for line in plain) + "<p>All prices are for the hour that you use and not for the one that you book.</p>", "html") if r[2]] == wanted
    assert [r for r in rows("".join(f"- {line}\n" for line in plain), "md") if r[2]] == wanted
    counted = ["Plan", "GPU", "Anzahl", "Preis", "Klein", "NVIDIA A40", "1", "€0,45/h", "Mittel", "NVIDIA A40", "2", "€0,90/h", "Groß", "NVIDIA A40", "4", "€1,80/h"]
    _, offers, *_ = supply("\n".join(counted), "md", "de")
    assert [(o.instance_name, o.gpu_count, o.price, o.quote) for o in offers] == [
        ("Klein", 1, 0.45, "Klein\nNVIDIA A40\n1\n€0,45/h"), ("Mittel", 2, 0.9, "Mittel\nNVIDIA A40\n2\n€0,90/h"), ("Groß", 4, 1.8, "Groß\nNVIDIA A40\n4\n€1,80/h")]


def test_lines_without_a_head_of_prices_or_with_amounts_elsewhere_are_no_table():
    for lines in (["GPU", "VRAM", "Year", "H100", "80 GB", "2022", "A100", "80 GB", "2020"],                         # no head of prices
                  ["GPU", "Price", "H100", "$2.49", "Talk to Fox", "A100", "$1.29", "Talk to Fox"],                  # the second row stands one line off
                  ["GPU", "Price", "Our fastest card", "$2.49", "Our cheapest card", "$1.29"]):                      # no GPU
        assert stacked("\n".join(lines)) == [], lines


def test_short_lines_without_end_take_linear_time():
    assert stacked("Price\nGPU\n" * 60_000) == []
