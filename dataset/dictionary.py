"""The data dictionary as Markdown, from the one description in dataset/schema.py: for docs/data-format.md and for exports."""

from __future__ import annotations

from collections.abc import Iterator

from dataset.schema import TABLES, Table

KIND_WORDS = {"text": "text", "integer": "integer", "real": "number", "boolean": "0 or 1", "json": "JSON", "time": "time"}


def views() -> Iterator[tuple[str, Table]]:
    """(name of a view, its table), present states first."""
    for table in TABLES:
        yield table.view, table
        if table.history:
            yield f"{table.view}_history", table


def column_table(table: Table, filled: dict[str, str] | None = None) -> list[str]:
    """Lines of a Markdown table of the columns; `filled` adds a last column."""
    head = ["| column | type | meaning |", "|---|---|---|"] if filled is None else ["| column | type | meaning | filled |", "|---|---|---|---|"]
    rows = [f"| `{c.name}` | {KIND_WORDS[c.kind]} | {c.meaning.replace('|', '/')} |" + (f" {filled[c.name]} |" if filled is not None else "") for c in table.columns]
    return head + rows


def dictionary() -> str:
    """All views and their columns, as the part of docs/data-format.md between its two markers."""
    lines: list[str] = []
    for table in TABLES:
        lines += [f"### {table.view}", "", table.meaning + (f" `{table.view}_history` holds past states, too." if table.history else ""), "", *column_table(table), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    print(dictionary())
