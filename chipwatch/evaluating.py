"""`chipwatch evaluate`: read labelled documents, and say how well the reading agrees with the labels."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from chipwatch.errors import InputError
from chipwatch.extracting import extract_row, input_lines, locate
from chipwatch.progress import Progress
from chipwatch.reading import begin_worker
from chipwatch.records import CLAUSE_LABELS
from chipwatch.scoring import labelled_spans, match, once, score_clauses, score_offers, score_regions, score_verdicts

Row = tuple[dict[str, Any], dict[str, Any], str]
SHOWN = 160                                                    # characters of a passage in a list of errors


def gold_rows(files: list[Path]) -> list[dict[str, Any]]:
    """The labelled documents of the files. Raises InputError for a broken line, a document that stands twice, a label that there is not, or a file without a document."""
    rows: dict[str, dict[str, Any]] = {}
    for file in files:
        for row in input_lines(file):
            if row["path"] in rows:
                raise InputError(f"{file}: {row['path']} is labelled twice")
            if unknown := sorted({str(c.get("label")) for c in row.get("clauses") or ()} - set(CLAUSE_LABELS)):
                near = difflib.get_close_matches(unknown[0], CLAUSE_LABELS, 1)
                raise InputError(f"{file}: {row['path']}: there is no label {unknown[0]!r}" + (f"; did you mean {near[0]}?" if near else f"; there are {', '.join(sorted(CLAUSE_LABELS))}"))
            rows[row["path"]] = row
    if not rows:
        raise InputError(f"no labelled document in {', '.join(map(str, files))}; each line is an object with path and clauses, offers or regions")
    return list(rows.values())


def _read(row: dict[str, Any], roots: list[Path]) -> Row:
    from nlp.errors import UnreadableDocument
    from nlp.read import read_document

    kind = "terms" if "clauses" in row else "auto"
    reading = extract_row({"path": row["path"], "url": row.get("url"), "kind": kind, "language": row.get("language")}, roots)
    try:
        text = read_document(locate(row["path"], roots).read_bytes(), path=row["path"]).text
    except (UnreadableDocument, OSError):
        text = ""
    return row, reading, text


def read_labelled(files: list[Path], root: Path | None, workers: int) -> list[Row]:
    """(labels, reading, decoded text) of every labelled document. Raises InputError where a document is not there."""
    rows = gold_rows(files)
    roots = [root] if root else [Path(), *{f.parent: None for f in files}, *{f.parent.parent / "corpus": None for f in files}]
    absent = [r["path"] for r in rows if not locate(r["path"], roots).is_file()]
    if absent:
        raise InputError(f"{len(absent)} of {len(rows)} labelled documents are not there, such as {absent[0]}; name the folder that their paths start from with --root")
    with Progress("evaluating", len(rows)) as bar:
        done = []
        for row in _readings(rows, roots, workers):
            done.append(row)
            bar(len(done), row[0]["path"])
    return done


def _readings(rows: list[dict[str, Any]], roots: list[Path], workers: int) -> Iterator[Row]:
    if workers == 1:
        yield from (_read(row, roots) for row in rows)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(workers, mp_context=get_context("forkserver"), initializer=begin_worker) as pool:
        yield from pool.map(_read, rows, [roots] * len(rows))


def figures(rows: list[Row]) -> dict[str, Any]:
    """All figures that the labels allow: clauses, verdicts, offers, regions."""
    found: dict[str, Any] = {}
    if clauses := [r for r in rows if "clauses" in r[0]]:
        found["clauses"] = score_clauses(clauses)
    if verdicts := [r for r in rows if r[0].get("verdict")]:
        found["verdicts"] = score_verdicts(verdicts)
    if offers := [r for r in rows if "offers" in r[0] or "chips" in r[0]]:
        found["offers"] = score_offers(offers)
    if regions := [r for r in rows if r[0].get("regions")]:
        found["regions"] = score_regions(regions)
    return found


def below(found: Mapping[str, Any], floors: Mapping[str, Any], path: str = "") -> list[str]:
    """Figures that stand below their floor, or are not there. `floors` has the shape of `figures`, with a number where one is pinned."""
    faults = []
    for key, floor in floors.items():
        value, name = found.get(key), f"{path}{key}"
        if isinstance(floor, Mapping):
            faults += below(value if isinstance(value, Mapping) else {}, floor, f"{name}.")
        elif value is None or value < floor:
            faults.append(f"{name} is {value}, below its floor of {floor}")
    return faults


# --- print ----------------------------------------------------------------------------------------------------------------------------

def as_text(found: Mapping[str, Any], columns: int | None) -> str:
    """The figures as tables for a terminal."""
    parts = []
    if clauses := found.get("clauses"):
        rows = [("all labels", clauses["micro"]), ("a label stands in the document", clauses["label_in_document"]), ("places named by clauses", clauses["places"])]
        rows += [(f"language {k}", v) for k, v in clauses["by_language"].items()] + list(clauses["by_label"].items())
        parts.append(f"Clauses, {clauses['documents']} document{'s' if clauses['documents'] != 1 else ''}\n" + _table(rows, columns))
        said = ", ".join(f"{name} {_figure(value)}" for name, value in clauses["accuracy"].items())
        parts.append(f"macro F1 over labels with 5 cases or more: {_figure(clauses['macro_f1'])}\non {clauses['matched']} matched clauses: {said}\n"
                     f"expected calibration error: {_figure(clauses['calibration']['expected_error'])}")
        if clauses["quotes_not_in_their_document"]:
            parts.append("labelled quotes that stand nowhere in their document: " + "; ".join(clauses["quotes_not_in_their_document"]))
    if verdicts := found.get("verdicts"):
        kinds = ", ".join(f"{kind} {_figure(value)}" for kind, value in verdicts["by_customer"].items())
        parts.append(f"Verdicts: accuracy {_figure(verdicts['accuracy'])} ({kinds})\n" + "\n".join(
            f"  {name}: {line}" for name in ("missed", "false_alarm") for line in verdicts[name]))
    if offers := found.get("offers"):
        parts.append("Offers\n" + _table([("strict", offers["strict"]), ("priced", offers["priced"]), ("chips", offers["chips"])], columns)
                     + f"\nmean over providers: {_figure(offers['mean_over_providers'])}; price_scope: {_figure(offers['price_scope'])}")
    if regions := found.get("regions"):
        parts.append("Regions\n" + _table(list(regions.items()), columns))
    return "\n\n".join(part.rstrip() for part in parts)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _table(rows: list[tuple[str, Mapping[str, Any]]], columns: int | None) -> str:
    from dataset.query import Result, render

    return render(Result(["what", "precision", "recall", "F1", "labelled", "found"], [
        (name.replace("_", " "), *(_figure(v[k]) for k in ("precision", "recall", "f1")), v["gold"], v["predicted"]) for name, v in rows]), "table", columns).rstrip("\n")


def errors_text(rows: list[Row]) -> str:
    """Every label that was missed and every finding that no label supports, with its passage."""
    lines = []
    for gold, reading, text in rows:
        if "clauses" not in gold:
            continue
        predicted = once(reading.get("clauses") or [])
        supports, meets, _ = match(gold["clauses"], predicted, text)
        wrong = [("missed", c["label"], "", _passage(c, text)) for c, hits in zip(gold["clauses"], meets, strict=True) if not hits]
        wrong += [("wrong", c["label"], c.get("rule", ""), c["quote"]) for c, hits in zip(predicted, supports, strict=True) if not hits]
        lines += [gold["path"], *(f"  {kind} {label} {rule} {' '.join(quote.split())[:SHOWN]}" for kind, label, rule, quote in wrong)] if wrong else []
    return "\n".join(lines)


def _passage(clause: Mapping[str, Any], text: str) -> str:
    spans = labelled_spans(clause, text)
    return text[slice(*spans[0])] if spans else str(clause.get("quote") or "")


def load_floors(path: Path) -> dict[str, Any]:
    """Floors from YAML: the shape of `evaluate --format json`, with reasons as comments. Raises InputError."""
    import yaml

    try:
        floors = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the floors {path}: {' '.join(str(error).split())}") from error
    if not isinstance(floors, dict):
        raise InputError(f"{path} holds no floors: a map of figures, such as {json.dumps({'clauses': {'macro_f1': 0.8}})}")
    return floors
