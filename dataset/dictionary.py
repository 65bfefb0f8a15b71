"""The data dictionary, from the one description in dataset/schema.py: as Markdown for docs/data-format.md, as rows for exports."""

from __future__ import annotations

from collections.abc import Iterator

from dataset.schema import TABLES, Column, Table

KIND_WORDS = {"text": "text", "integer": "integer", "real": "number", "boolean": "0 or 1", "json": "JSON", "time": "time"}

# Lists, by what they hold. A column of JSON that is not named here holds objects, or is not promised to be a list.
LISTS = {
    **dict.fromkeys(("barriers", "chips", "clauses", "evidence", "expected_roles", "heading_path", "missing", "place_groups", "places", "places_resolved", "reasons",
                     "redirects", "refers_to", "regions", "sources"), "text"),
    "memory_gb": "real",
}

UNITS = {                                                      # of columns that measure or count something
    "gpu_count": "accelerators", "gpu_memory": "GB", "memory_gb": "GB", "price": "`currency` per `price_unit`", "term_months": "months",
    "price_usd_per_gpu_hour": "USD per accelerator and hour", "fx_rate": "USD per unit of `currency`", "latitude": "degrees north", "longitude": "degrees east",
    "start": "characters", "end": "characters", "characters": "characters", "length": "bytes", "warc_offset": "bytes", "memory_bandwidth_gb_s": "GB/s",
    "tpp": "TOPS x bits", "performance_density": "TPP per mm2", "die_area_mm2": "mm2", "confidence": "0-1", "extraction_confidence": "0-1", "completeness": "0-1",
    "offer_count": "offers", "strong_chip_count": "offers", "clause_count": "clauses", "document_count": "documents", "times": "times",
    "version": "ordinal", "page": "ordinal", "strength": "0-3", "status": "HTTP status", "http_status": "HTTP status",
}


def items_of(column: str) -> str | None:
    """What the list in a column of JSON holds, `text` or `real`; None where it holds objects."""
    return LISTS.get(column)


def unit_of(column: Column) -> str:
    """Unit of a column; empty where it measures nothing."""
    if column.kind == "time":
        return "ISO 8601, UTC"
    return UNITS.get(column.name, "") if column.kind in ("integer", "real") or column.name == "memory_gb" else ""


def views() -> Iterator[tuple[str, Table]]:
    """(name of a view, its table), present states first."""
    for table in TABLES:
        yield table.view, table
        if table.history:
            yield f"{table.view}_history", table


def column_table(table: Table, more: dict[str, dict[str, str]] | None = None) -> list[str]:
    """Lines of a Markdown table of the columns; `more` adds columns: head -> name of the column -> cell."""
    more = more or {}
    head = ["column", "type", "meaning", *more]
    rows = [[f"`{c.name}`", KIND_WORDS[c.kind], c.meaning, *(cells[c.name] for cells in more.values())] for c in table.columns]
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *("| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows)]


def dictionary() -> str:
    """All views and their columns, as the part of docs/data-format.md between its two markers."""
    lines: list[str] = []
    for table in TABLES:
        lines += [f"### {table.view}", "", table.meaning + (f" `{table.view}_history` holds past states, too." if table.history else ""), "", *column_table(table), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    print(dictionary())
