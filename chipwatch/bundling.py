"""Evidence bundles: the captures that a report cites, as one WACZ file with a list beside it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from chipwatch import __version__
from chipwatch.errors import InputError
from chipwatch.terminal import counted

KEY = re.compile(r"E-[A-Z2-7]{8,16}")
NAME = "evidence.wacz"
COLUMNS = ("evidence_id", "provider", "role", "url", "final_url", "fetched_at", "payload_sha256", "record_id", "warc_file")
NOTE = ("Whole pages of others: their copyright stays with their owners. Pass the bundle on only where your law lets you (for review, quotation, research). "
        "It shows what public documents said when read, and says nothing of what is lawful.")


def bundle(data: Path, database: Path, folder: Path, report: Path | None) -> Iterator[str]:
    """Write `folder`/evidence.wacz and evidence.csv; yields lines for people.

    The captures are those that the report cites (its links into the register of evidence), or that the briefing of this data set would cite.
    Raises InputError for a report without keys, or with keys that this data set does not have; CannotWrite; and what crawler.wacz.write_wacz raises.
    """
    from crawler.wacz import Wanted, write_wacz
    from dataset.errors import writing
    from dataset.export import put
    from dataset.opening import meta, opened, records

    keys = cited_in(report) if report else cited_by_briefing(database)
    if not keys:
        raise InputError(f"{report} cites no evidence (no keys such as E-ABCDEFGH): give a report made by `chipwatch report`" if report
                         else "the briefing of this data set cites nothing: there is nothing to bundle")
    with opened(database) as connection:
        facts = meta(connection)
        rows = {r["evidence_id"]: r for r in records(connection, f"select {', '.join(COLUMNS)}, redirects from captures where evidence_id is not null") if r["evidence_id"] in keys}
    unknown = sorted(keys - rows.keys())
    if unknown:
        raise InputError(f"{report or database} cites {', '.join(unknown[:3])}{f' and {len(unknown) - 3} more' if len(unknown) > 3 else ''}, which this data set does not hold: "
                         "name the data folder that the report was made from with --data")
    kept = [rows[k] for k in sorted(rows) if rows[k]["record_id"] and rows[k]["warc_file"]]
    wanted = [_wanted(Wanted, data, row) for row in kept]
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        made = write_wacz(wanted, folder / NAME, title=f"{'SAMPLE DATA: ' if facts.get('sample') == '1' else ''}Evidence cited by {report.name if report else 'the briefing'}",
                          description=NOTE, created=facts.get("run_date", ""), software=f"chipwatch/{__version__}")
        put(folder / "evidence.csv", _csv(kept))
    yield str(made.path)
    yield str(folder / "evidence.csv")
    told = ", ".join(f"{n} {kind}" for kind, n in sorted(made.records.items()))
    yield f"{counted(made.captures, 'capture')}, all that {'is' if made.captures == 1 else 'are'} cited ({told} {'record' if sum(made.records.values()) == 1 else 'records'}). Open the bundle at replayweb.page or with pywb."
    if len(rows) > len(kept):
        yield f"{counted(len(rows) - len(kept), 'cited key stands for a visit', 'cited keys stand for visits')} that gave no page: there is nothing to bundle of those."
    yield NOTE


def _wanted(make, data: Path, row: dict):
    import json

    return make(warc=data / row["warc_file"], root=data, record_id=row["record_id"], redirects=tuple(json.loads(row["redirects"] or "[]")), key=row["evidence_id"],
                title=f"{row['provider']} {row['role']}", url=row["final_url"] or row["url"], date=row["fetched_at"])


def _csv(rows: list[dict]) -> str:
    from dataset.query import safe_cell

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([safe_cell(row[c]) for c in COLUMNS] for row in rows)
    return out.getvalue()


def cited_by_briefing(database: Path) -> set[str]:
    """Keys that the briefing of this data set cites."""
    from reports.model import read_briefing

    return {e.key for e in read_briefing(database).evidence if e.cited}


def cited_in(report: Path) -> set[str]:
    """Keys that a PDF of ours cites: targets of its links; where it has none (no register), all keys that are printed. Raises InputError for a file that is no readable PDF."""
    import pikepdf

    if not report.is_file():
        raise InputError(f"no such report: {report}")
    keys: set[str] = set()
    try:
        with pikepdf.open(report) as pdf:
            for page in pdf.pages:
                for note in page.get("/Annots", []):
                    target = note.get("/Dest") or (note.get("/A") or {}).get("/D")
                    if target is not None and not isinstance(target, pikepdf.Array) and KEY.fullmatch(str(target)):
                        keys.add(str(target))
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError) as error:
        raise InputError(f"{report} cannot be read as a PDF: {error}") from error
    return keys or _printed(report)


def _printed(report: Path) -> set[str]:
    import pypdfium2

    with pypdfium2.PdfDocument(report) as pdf:
        return {key for page in pdf for key in KEY.findall(page.get_textpage().get_text_range())}
