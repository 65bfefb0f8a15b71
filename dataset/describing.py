"""What goes with an export, made from the data set alone: README with the data dictionary, Data Package, Croissant, citation, changes, notes on rights.

Data Package: specs.frictionlessdata.io (version 1). Croissant: docs.mlcommons.org/croissant (version 1.0). Citation File Format 1.2.0.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from dataset.dictionary import KIND_WORDS, column_table, items_of, unit_of
from dataset.export_files import Written
from dataset.query import safe_cell
from dataset.schema import Column

TITLE = "chipwatch: what GPU clouds publish about chips, places, prices and who may rent"
SUMMARY = ("Offers of accelerators for rent, data-centre regions and clauses of public terms, read from the providers' own public pages, with the capture and the quote behind "
           "each row, and what the terms say to eleven kinds of customers.")
STANDING = "This describes what the providers' public documents said when read. It is not a statement that any access is lawful or unlawful."
SAMPLE = "SAMPLE DATA: the providers in this data set are invented."
NO_LICENCE = "No licence has been chosen for this data set yet: until one is, ask before you redistribute it. See LICENCE-NOTES.md."
KEYWORDS = ("export controls", "cloud computing", "GPU", "terms of service", "accelerators", "compute governance")
FORMAT_WORDS = {
    "csv": "CSV (UTF-8, comma, header; text that a spreadsheet would run as a formula has an apostrophe in front; truth values are 0 and 1, lists are JSON)",
    "jsonl": "JSON lines (UTF-8; the text as it was read)",
    "parquet": "Parquet (zstd, typed, sorted by provider and key)",
    "sqlite": "SQLite (`chipwatch.sqlite`, the data set itself)",
}
MEDIA_TYPES = {"csv": "text/csv", "jsonl": "application/jsonl", "parquet": "application/vnd.apache.parquet", "sqlite": "application/vnd.sqlite3"}
EXAMPLE_LENGTH = 60                                            # characters; what is cut ends in …
_PACKAGE_TYPES = {"integer": "integer", "real": "number", "boolean": "boolean", "time": "datetime"}
_CROISSANT_TYPES = {"integer": "sc:Integer", "real": "sc:Float", "boolean": "sc:Boolean", "time": "sc:DateTime"}


def _day(facts: dict[str, str]) -> str:
    return facts.get("run_date", "")[:10]


def _version(facts: dict[str, str]) -> str:
    """Of the data: the day of the latest capture and the beginning of the hash of all rows."""
    return f"{_day(facts) or 'no-captures'}+{facts.get('data_hash', '')[:12]}"


def _description(facts: dict[str, str]) -> str:
    return " ".join([*([SAMPLE] if facts.get("sample") == "1" else []), SUMMARY, STANDING])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


# --- dictionary ------------------------------------------------------------------------------------------------------------------

def _example(written: Written, column: Column) -> str:
    value = written.example.get(column.name)
    text = " ".join(str("" if value is None else value).split())
    return text if len(text) <= EXAMPLE_LENGTH else text[: EXAMPLE_LENGTH - 1] + "…"


def _per_cent(written: Written, column: str) -> str:
    share = written.share(column)
    if share is None:
        return "–"
    return "< 1 %" if 0 < share < 0.005 else "> 99 %" if 0.995 <= share < 1 else f"{100 * share:.0f} %"


def readme(facts: dict[str, str], written: list[Written], formats: tuple[str, ...]) -> str:
    """What this is, and the data dictionary: definition, type, unit, example and coverage of every field."""
    lines = [
        "# chipwatch data set", "", STANDING, "",
        *([SAMPLE, ""] if facts.get("sample") == "1" else []),
        f"- version of the data: {_version(facts)}", f"- captures up to: {facts.get('run_date', '')}", f"- hash of the rows: {facts.get('data_hash', '')}",
        f"- software: chipwatch {facts.get('version', '')}, schema {facts.get('schema_version', '')}, rule table {facts.get('rule_table_version', '')}",
        f"- exchange rates: {facts.get('rates_source', '')}, latest day used {facts.get('rates_date') or 'none'}", "",
        NO_LICENCE + " How to cite: CITATION.cff.", "",
        "Every view is here as", "", *(f"- {FORMAT_WORDS[f]}" for f in formats), "",
        "`NAME` holds the present states, `NAME_history` all states. Quotes are short excerpts of documents whose copyright stays with their owners.",
        "`datapackage.json` and `croissant.json` describe the files to machines, `dictionary.csv` is the dictionary below as a table, `SHA256SUMS` checks the files (`sha256sum -c SHA256SUMS`).", "",
        "Coverage is the part of the rows in which a field is filled (neither null nor an empty list). An unknown value is null, never a guess.", "",
    ]
    for one in written:
        lines += [f"## {one.name}", "", one.table.meaning + (" Past states, too." if one.name.endswith("_history") else ""), "", f"{one.rows} row{'' if one.rows == 1 else 's'}.", ""]
        more = {"unit": {c.name: unit_of(c) for c in one.table.columns},
                "example": {c.name: f"`{_example(one, c).replace('`', chr(39))}`" if c.name in one.example else "" for c in one.table.columns},
                "coverage": {c.name: _per_cent(one, c.name) for c in one.table.columns}}
        lines += [*column_table(one.table, more), ""]
    return "\n".join(lines)


def dictionary_csv(written: list[Written]) -> str:
    """The dictionary as a table: one row a field of a view."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["view", "field", "definition", "type", "unit", "example", "coverage", "rows"])
    for one in written:
        for column in one.table.columns:
            share = one.share(column.name)
            row = [one.name, column.name, column.meaning, KIND_WORDS[column.kind], unit_of(column), _example(one, column), None if share is None else round(share, 4), one.rows]
            writer.writerow([safe_cell(v) for v in row])
    return out.getvalue()


# --- Data Package ----------------------------------------------------------------------------------------------------------------

def data_package(facts: dict[str, str], written: list[Written], formats: tuple[str, ...], hashes: dict[str, tuple[str, int]]) -> str:
    """datapackage.json. CSV files are tables with a schema; the other files are listed with size and hash."""
    resources: list[dict[str, Any]] = []
    for one in written:
        for form in formats:
            if form == "sqlite":
                continue
            file = f"{one.name}.{form}"
            resource = {"name": one.name.replace("_", "-") if form == "csv" else f"{one.name.replace('_', '-')}-{form}", "path": file, "title": one.table.meaning, "format": form,
                        "mediatype": MEDIA_TYPES[form], "bytes": hashes[file][1], "hash": f"sha256:{hashes[file][0]}"}
            if form == "csv":
                resource |= {"profile": "tabular-data-resource", "encoding": "utf-8", "dialect": {"delimiter": ",", "lineTerminator": "\n"}, "schema": _schema(one)}
            else:
                resource |= {"profile": "data-resource", "type": "file"}     # type: keeps frictionless from reading it as a table
            resources.append(resource)
    if "sqlite" in formats:
        resources.append({"name": "data-set-sqlite", "path": "chipwatch.sqlite", "title": "The data set itself", "format": "sqlite", "mediatype": MEDIA_TYPES["sqlite"],
                          "bytes": hashes["chipwatch.sqlite"][1], "hash": f"sha256:{hashes['chipwatch.sqlite'][0]}", "profile": "data-resource", "type": "file"})
    package = {"profile": "data-package", "name": "chipwatch", "title": TITLE, "description": _description(facts), "version": _version(facts)}
    if facts.get("run_date"):
        package["created"] = facts["run_date"]
    return _json({**package, "keywords": list(KEYWORDS), "resources": resources})


def _schema(one: Written) -> dict[str, Any]:
    fields = []
    for column in one.table.columns:
        kind = _PACKAGE_TYPES.get(column.kind, "string")
        if column.kind == "json":
            kind = "array" if items_of(column.name) else "any"
        described = {"name": column.name, "type": kind, "description": column.meaning + (f" [{unit}]" if (unit := unit_of(column)) and column.kind != "time" else "")}
        if column.kind == "boolean":
            described |= {"trueValues": ["1"], "falseValues": ["0"]}
        fields.append(described)
    schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    if one.table.key and not one.name.endswith("_history"):
        schema["primaryKey"] = [one.table.key]
    return schema


# --- Croissant -------------------------------------------------------------------------------------------------------------------

_CONTEXT = {
    "@language": "en", "@vocab": "https://schema.org/", "citeAs": "cr:citeAs", "column": "cr:column", "conformsTo": "dct:conformsTo", "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"}, "dataBiases": "cr:dataBiases", "dataCollection": "cr:dataCollection", "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/", "extract": "cr:extract", "field": "cr:field", "fileProperty": "cr:fileProperty", "fileObject": "cr:fileObject", "fileSet": "cr:fileSet",
    "format": "cr:format", "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key", "md5": "cr:md5", "parentField": "cr:parentField",
    "path": "cr:path", "personalSensitiveInformation": "cr:personalSensitiveInformation", "recordSet": "cr:recordSet", "references": "cr:references", "regex": "cr:regex",
    "repeated": "cr:repeated", "replace": "cr:replace", "samplingRate": "cr:samplingRate", "sc": "https://schema.org/", "separator": "cr:separator", "source": "cr:source",
    "subField": "cr:subField", "transform": "cr:transform", "examples": {"@id": "cr:examples", "@type": "@json"}, "rai": "http://mlcommons.org/croissant/RAI/",
}


def croissant(facts: dict[str, str], written: list[Written], formats: tuple[str, ...], hashes: dict[str, tuple[str, int]]) -> str:
    """croissant.json: every file with its hash, and a record set for each view over its Parquet file (CSV, JSON lines where there is none)."""
    files: list[dict[str, Any]] = []
    records: list[dict[str, Any]] = []
    named = [(f"{one.name}.{form}", form, one.table.meaning) for one in written for form in formats if form != "sqlite"]
    named += [("chipwatch.sqlite", "sqlite", "The data set itself")] if "sqlite" in formats else []
    media = {**MEDIA_TYPES, "parquet": "application/x-parquet", "jsonl": "application/jsonlines"}
    for file, form, meaning in named:
        files.append({"@type": "cr:FileObject", "@id": file, "name": file, "description": meaning, "contentUrl": file, "contentSize": f"{hashes[file][1]} B",
                      "encodingFormat": media[form], "sha256": hashes[file][0]})
    best = next((f for f in ("parquet", "csv", "jsonl") if f in formats), None)
    for one in written if best else ():
        fields = []
        for column in one.table.columns:
            described = {"@type": "cr:Field", "@id": f"{one.name}/{column.name}", "name": column.name, "description": column.meaning,
                         "dataType": _CROISSANT_TYPES.get(column.kind, "sc:Text"), "source": {"fileObject": {"@id": f"{one.name}.{best}"}, "extract": {"column": column.name}}}
            if best == "parquet" and column.kind == "json" and (items := items_of(column.name)):
                described |= {"dataType": "sc:Float" if items == "real" else "sc:Text", "repeated": True}
            fields.append(described)
        record = {"@type": "cr:RecordSet", "@id": one.name, "name": one.name, "description": one.table.meaning, "field": fields}
        if one.table.key and not one.name.endswith("_history"):
            record["key"] = {"@id": f"{one.name}/{one.table.key}"}
        records.append(record)
    return _json({
        "@context": _CONTEXT, "@type": "sc:Dataset", "name": "chipwatch", "description": _description(facts), "conformsTo": "http://mlcommons.org/croissant/1.0",
        "citeAs": f"The chipwatch contributors: {TITLE}. Version {_version(facts)}.", "version": _version(facts), "datePublished": _day(facts) or None,
        "keywords": list(KEYWORDS), "isLiveDataset": False, "usageInfo": "LICENCE-NOTES.md", "distribution": files, "recordSet": records,
    })


# --- citation, changes, rights ---------------------------------------------------------------------------------------------------

def citation(facts: dict[str, str]) -> str:
    """CITATION.cff (Citation File Format 1.2.0). Strings are written as JSON, which YAML reads."""
    quoted = json.dumps
    lines = [
        "cff-version: 1.2.0", f"message: {quoted('If you use this data set, please cite it as below, with its version: the version names the rows.')}", "type: dataset",
        f"title: {quoted(TITLE)}", "authors:", f"  - name: {quoted('The chipwatch contributors')}", f"version: {quoted(_version(facts))}",
        *([f"date-released: {quoted(_day(facts))}"] if _day(facts) else []),
        f"abstract: {quoted(_description(facts))}", "keywords:", *(f"  - {quoted(k)}" for k in KEYWORDS),
        *(["identifiers:", "  - type: other", f"    value: {quoted('sha256:' + facts['data_hash'])}", f"    description: {quoted('hash of all rows of the data set')}"] if facts.get("data_hash") else []),
    ]
    return "\n".join(lines) + "\n"


def changes_text(facts: dict[str, str], changes: list[tuple[str, str, str, int]]) -> str:
    """CHANGES.md: what the data show to have changed, by the day of the capture that showed it. Rows: (day, item, kind, count)."""
    lines = ["# Changes", "", f"Version {_version(facts)}, of captures up to {facts.get('run_date', '')}. Each difference is a row of `changes`.",
             f"Schema {facts.get('schema_version', '')}: a change of columns raises that number.", ""]
    if not changes:
        lines += ["Nothing changed between captures, or every document was captured once.", ""]
    day = None
    for on, item, kind, count in changes:
        if on != day:
            lines += [*([""] if day else []), f"## {on}", ""]
            day = on
        lines.append(f"- {item} {kind}: {count}")
    return "\n".join(lines).rstrip("\n") + "\n"


def licence_notes(facts: dict[str, str]) -> str:
    """LICENCE-NOTES.md: whose rights touch what."""
    return "\n".join([
        "# Notes on rights", "",
        "**No licence has been chosen for this data set yet.** That is no permission: until a licence is chosen by those who publish it, ask them before you redistribute the data or "
        "build on them. Facts as such (who lists which chip at what price) are free in many countries; collections of facts may be protected, in the European Union by the database right.", "",
        "- **Quotes** (`quote`, `exception`, `title`, `old`, `new`) are short excerpts of documents whose copyright stays with their owners. They are kept short, with their source, so that every statement "
        "can be checked. Do not put the documents together again from them.",
        "- **Captures** are not part of an export. An evidence bundle (`chipwatch export --evidence`) holds whole pages: pass it on only where your law lets you (for review, quotation, research).",
        f"- **Exchange rates**: {facts.get('rates_source') or 'none used'}.",
        "- **Chips**: figures are published by their makers or others; the addresses read stand in `chips.sources`, doubts in `chips.doubts`.",
        "- **Names and marks** of providers and chips belong to their owners; that a provider is named here says nothing of its quality or conduct.",
        "- **Persons**: the data set is about companies and documents; it is not meant to hold personal data. Tell the publishers if you find some.", "",
        STANDING, "",
    ])
