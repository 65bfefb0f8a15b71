"""The data behind a report, as files inside its PDF (PDF/A-3): each view as CSV, all of them as one JSON file. The same data set gives the same bytes."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path

from dataset.query import safe_cell
from reports import source
from reports.language import _

VIEWS = ("providers", "documents", "offers", "regions", "clauses", "signals", "verdicts", "changes")


@dataclass(frozen=True, slots=True)
class File:
    """A file to be attached: its name, what it holds in words, its media type, its bytes."""

    name: str
    description: str
    media_type: str
    data: bytes
    modified: str                                              # as PDF writes times; the day of the data, so that the bytes stay the same


def files(database: Path, provider: str | None = None) -> list[File]:
    """The views of a data set as files, or of one provider their rows. Cells that a spreadsheet would run as a formula are made safe, as in an export.

    Raises ReportError for damaged JSON, and what opening the data set raises.
    """
    out: list[File] = []
    whole: dict[str, list[dict]] = {}
    with source.opened(database) as connection:
        facts = source.meta(connection)
        modified = "D:" + (facts.get("run_date") or "1970-01-01")[:10].replace("-", "") + "000000Z"
        for view in VIEWS:
            names, stored = source.stored(connection, view, provider)
            text = io.StringIO(newline="")
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(names)
            writer.writerows([safe_cell(value) for value in row] for row in stored)
            out.append(File(f"{view}.csv", _("%(view)s: %(n)s rows of the data set, as CSV", view=view, n=len(stored)), "text/csv", text.getvalue().encode("utf-8"), modified))
            whole[view] = source.decoded(view, [dict(zip(names, row, strict=True)) for row in stored])
    data = {"data_hash": facts.get("data_hash"), "version": facts.get("version"), "run_date": facts.get("run_date"), "provider": provider, **whole}
    text = json.dumps(data, ensure_ascii=False, indent=None, separators=(",", ":"))
    return [File("chipwatch.json", _("the same rows as one JSON file"), "application/json", text.encode("utf-8"), modified), *out]
