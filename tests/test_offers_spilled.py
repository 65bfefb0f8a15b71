"""Tables that lost their form on the way to text: rows that are broken over lines, cells of which each has a line of its own. All sellers and prices are invented."""

from __future__ import annotations

import pytest

from nlp.read import read_document
from supply_reading import rows

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
