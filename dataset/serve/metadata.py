"""What Datasette is told of the data set: titles, meanings of columns, facets, prepared questions."""

from __future__ import annotations

from typing import Any

from dataset.dictionary import views
from dataset.schema import TABLES
from dataset.serve.questions import Prepared

STANDING = "This describes what the providers' public documents said when read. It is not a statement that any access is lawful or unlawful."
FACETS = {
    "providers": ["kind", "seat_country", "evidence_group"], "documents": ["role", "status", "language"], "captures": ["role", "failure"],
    "offers": ["gpu_name", "country", "chip_class", "commitment"], "regions": ["country"], "clauses": ["label", "polarity", "mode", "strength"],
    "signals": ["label"], "verdicts": ["customer", "code"], "receipts": ["role", "role_status", "status"], "country_groups": ["place_group", "code"], "issues": ["level", "code"], "chips": ["chip_class", "vendor"], "changes": ["item", "kind"],
}
UNITS = {"price_usd_per_gpu_hour": "US dollars", "gpu_memory": "GB", "memory_bandwidth_gb_s": "GB/s", "die_area_mm2": "mm²", "latitude": "degrees", "longitude": "degrees",
         "term_months": "months", "length": "bytes", "warc_offset": "bytes", "characters": "characters", "start": "characters", "end": "characters",
         "confidence": "share 0–1", "extraction_confidence": "share 0–1", "completeness": "share 0–1", "performance_density": "TPP/mm²"}
_BY_TIME = {"changes": "changed_at", "captures": "fetched_at"}


def metadata(database: str, facts: dict[str, str], questions: list[Prepared]) -> dict[str, Any]:
    """Datasette's metadata for the file of that name; `facts` is the table meta of the data set."""
    tables: dict[str, Any] = {t.name: {"hidden": True} for t in TABLES} | {"meta": {"hidden": True}}
    for name, table in views():
        past = " Past states, too: one row a state." if name.endswith("_history") else ""
        tables[name] = {
            "title": name, "description": table.meaning + past, "columns": {c.name: _meaning(c.name, c.meaning) for c in table.columns},
            "facets": FACETS.get(table.view, []), "size": 50,
        }
        if table.view in _BY_TIME:
            tables[name]["sort_desc"] = _BY_TIME[table.view]
    sample = "SAMPLE DATA: the providers are invented. " if facts.get("sample") == "1" else ""
    return {
        "title": "chipwatch", "description": sample + STANDING,
        "databases": {database: {
            "description": f"{sample}Captures up to {facts.get('run_date', '')}; data {facts.get('data_hash', '')[:12]}; chipwatch {facts.get('version', '')}, "
                           f"schema {facts.get('schema_version', '')}, rule table {facts.get('rule_table_version', '')}. {STANDING}",
            "tables": tables,
            "queries": {q.name: {"title": q.title, "description": q.description, "sql": q.sql} for q in questions},
        }},
    }


def _meaning(name: str, meaning: str) -> str:
    unit = UNITS.get(name)
    return f"{meaning} [{unit}]" if unit and unit not in meaning else meaning
