"""Exports, read back with the tools of those who will use them: pyarrow, DuckDB, Polars, pandas, frictionless, mlcroissant, py-wacz."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from dataset_fakes import ALPHA, Folder, offer, page, small_market

from chipwatch.cli import cli
from dataset import dictionary, schema
from dataset.errors import DatasetDamaged
from dataset.export import FolderTaken, UnknownFormat, export, file_names
from dataset.query import run

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def database(visits) -> Path:
    return visits[2].database


@pytest.fixture(scope="module")
def folder(database, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("export")
    export(database, out)
    return out


# --- tables ----------------------------------------------------------------------------------------------------------------------

def test_two_exports_are_the_same_bytes(database, folder, tmp_path):
    files = export(database, tmp_path)
    assert {p.name for p in files} == {p.name for p in folder.iterdir()}
    for path in files:
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name
    listed = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert listed == {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir() if p.name != "SHA256SUMS"}


def test_every_format_holds_every_row(database, folder):
    import pyarrow.parquet as pq

    for name, table in dictionary.views():
        want = run(database, f"select count(*) from {name}").rows[0][0]
        parquet = pq.read_table(folder / f"{name}.parquet")
        lines = [json.loads(line) for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines()]
        cells = list(csv.DictReader((folder / f"{name}.csv").open(encoding="utf-8", newline="")))
        assert len(lines) == len(cells) == parquet.num_rows == want, name
        assert parquet.column_names == table.names == list(cells[0] if cells else table.names)
        for i, row in enumerate(parquet.to_pylist()):
            for column in table.columns:
                if column.kind == "time":
                    assert (row[column.name] and row[column.name].strftime("%Y-%m-%dT%H:%M:%SZ")) == lines[i][column.name]
                elif column.kind != "json" or dictionary.items_of(column.name):
                    assert row[column.name] == lines[i][column.name], (name, column.name)
    assert run(folder / "chipwatch.sqlite", "select count(*) from offers").rows == run(database, "select count(*) from offers").rows


def test_parquet_is_typed_compressed_and_sorted(folder):
    import pyarrow as pa
    import pyarrow.parquet as pq

    offers = pq.read_schema(folder / "offers.parquet")
    types = {name: offers.field(name).type for name in offers.names}
    assert (types["price"], types["start"], types["price_from"], types["first_seen"]) == (pa.float64(), pa.int64(), pa.bool_(), pa.timestamp("us", "UTC"))
    assert pq.read_schema(folder / "clauses.parquet").field("places").type == pa.list_(pa.string())
    assert pq.read_schema(folder / "chips.parquet").field("memory_gb").type == pa.list_(pa.float64())
    assert pq.ParquetFile(folder / "offers.parquet").metadata.row_group(0).column(0).compression == "ZSTD"
    keys = [tuple(r.values()) for r in pq.read_table(folder / "offers.parquet", columns=["provider", "id"]).to_pylist()]
    assert keys == sorted(keys) and len(set(keys)) == len(keys)


def test_no_cell_of_csv_is_a_formula_and_the_other_formats_keep_the_text(tmp_path):
    made = Folder(tmp_path / "var")
    made.run("r1", "2026-11-01T00:00:00Z", providers=[ALPHA])
    made.visit("r1", "alpha", "offers", "https://alpha.example/p", "2026-11-01T00:00:01Z", page("p", kind="offers", offers=[offer(instance_name='=HYPERLINK("http://x.example")'), offer("A100", instance_name="@x")]))
    export(made.build(), tmp_path / "out")
    for path in (tmp_path / "out").glob("*.csv"):
        for row in csv.reader(path.open(encoding="utf-8", newline="")):
            assert not [cell for cell in row if cell.startswith(("=", "+", "@", "\t", "\r")) or re.match(r"-[^\d]", cell)], path.name
    assert '"=HYPERLINK(' in (tmp_path / "out" / "offers.jsonl").read_text("utf-8")


def test_chosen_formats_and_what_an_earlier_export_left(folder, database, tmp_path):
    export(database, tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "offers.jsonl").write_text("changed by a person")
    export(database, tmp_path, formats=["parquet"])
    left = {p.name for p in tmp_path.iterdir()}
    assert {"notes.txt", "offers.jsonl", "offers.parquet"} <= left       # what is not ours, or no longer as we wrote it, stays
    assert not left & {"offers.csv", "clauses.jsonl", "chipwatch.sqlite"}
    package = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    assert {r["format"] for r in package["resources"]} == {"parquet"}
    with pytest.raises(UnknownFormat, match="csv, jsonl, parquet, sqlite"):
        export(database, tmp_path, formats=["xlsx"])


def test_an_export_into_the_data_folder_leaves_the_data_set(tmp_path):
    database = small_market(tmp_path / "var").build()
    before = database.read_bytes()
    export(database, database.parent)
    export(database, database.parent, formats=["csv"])
    assert database.read_bytes() == before


def test_an_export_that_cannot_be_finished_leaves_the_earlier_one_whole(database, tmp_path):
    export(database, tmp_path / "out", formats=["csv"])
    before = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    copy = tmp_path / "x.sqlite"
    copy.write_bytes(database.read_bytes())
    with sqlite3.connect(copy) as connection:
        connection.execute("update offer set captured_at = 'yesterday'")
        connection.execute("update capture set note = 'another'")               # written before the offers
    for out in ("out", "none"):
        with pytest.raises(DatasetDamaged, match="captured_at"):
            export(copy, tmp_path / out, formats=["csv", "parquet"])
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == before and not (tmp_path / "none").exists()


def test_files_of_somebody_else_are_not_overwritten(database, tmp_path):
    (tmp_path / "README.md").write_text("mine")
    (tmp_path / "offers.csv").mkdir()
    with pytest.raises(FolderTaken, match="README.md and 1 more"):
        export(database, tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"README.md", "offers.csv"} and (tmp_path / "README.md").read_text() == "mine"
    (tmp_path / "README.md").unlink()
    (tmp_path / "offers.csv").rmdir()
    (tmp_path / ".export.part").mkdir()                                         # of an export that was killed
    written = export(database, tmp_path)
    assert {p.name for p in written} == {p.name for p in tmp_path.iterdir()} == file_names(("csv", "jsonl", "parquet", "sqlite"))


def test_a_value_of_another_type_is_named(database, tmp_path):
    copy = tmp_path / "x.sqlite"
    copy.write_bytes(database.read_bytes())
    with sqlite3.connect(copy) as connection:
        connection.execute("update offer set captured_at = 'yesterday'")
    with pytest.raises(DatasetDamaged, match="captured_at"):
        export(copy, tmp_path / "out", formats=["parquet"])
    assert not list((tmp_path / "out").glob("offers*"))


def test_an_empty_view_is_a_file_with_a_head(tmp_path):
    import pyarrow.parquet as pq

    export(small_market(tmp_path / "var").build(), tmp_path / "out", formats=["csv", "parquet"])
    assert [pq.read_table(tmp_path / "out" / f"{n}.parquet").num_rows for n in ("regions", "regions_history")] == [0, 1]
    made = Folder(tmp_path / "none")
    made.run("r1", "2026-11-01T00:00:00Z", providers=[ALPHA])
    export(made.build(), tmp_path / "none-out")
    assert pq.read_table(tmp_path / "none-out" / "offers.parquet").num_rows == 0
    assert (tmp_path / "none-out" / "offers.csv").read_text().count("\n") == 1


# --- what describes them ---------------------------------------------------------------------------------------------------------

def test_frictionless_accepts_the_data_package(folder):
    from frictionless import Package

    report = Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "title", "message"])[:5]
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    assert len(package["resources"]) == 3 * len(list(dictionary.views())) + 1

def test_frictionless_looks_at_the_values(folder, tmp_path):
    from frictionless import Package

    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    package["resources"] = [r for r in package["resources"] if r["path"] == "providers.csv"]
    del package["resources"][0]["hash"], package["resources"][0]["bytes"]
    (tmp_path / "datapackage.json").write_text(json.dumps(package))
    text = (folder / "providers.csv").read_text("utf-8")
    for written, valid in ((text, True), (text.replace(",1,", ",perhaps,", 1), False), (text + text.splitlines()[1] + "\n", False)):      # a truth value; a key that stands twice
        (tmp_path / "providers.csv").write_text(written, encoding="utf-8")
        assert Package(str(tmp_path / "datapackage.json")).validate().valid is valid


def test_mlcroissant_accepts_the_croissant_and_reads_the_records(folder, database):
    import mlcroissant

    dataset = mlcroissant.Dataset(str(folder / "croissant.json"))
    assert not dataset.metadata.ctx.issues.errors
    rows = list(dataset.records("clauses"))
    assert len(rows) == run(database, "select count(*) from clauses").rows[0][0]
    assert {r["clauses/provider"].decode() for r in rows} == {p for (p,) in run(database, "select distinct provider from clauses").rows}
    assert any(b"CN" in list(r["clauses/places"]) for r in rows)
    warnings = " ".join(dataset.metadata.ctx.issues.warnings)
    assert "license" in warnings                               # none is chosen: we do not invent one


def test_the_citation_is_a_citation_file(folder):
    cff = yaml.safe_load((folder / "CITATION.cff").read_text("utf-8"))
    # required by the schema of the Citation File Format 1.2.0: these four keys; authors that are persons or named entities; a date as YYYY-MM-DD; only its keys
    assert {"cff-version", "message", "title", "authors"} <= cff.keys() <= {"cff-version", "message", "title", "authors", "type", "version", "date-released", "abstract", "keywords", "identifiers"}
    assert cff["cff-version"] == "1.2.0" and cff["type"] == "dataset" and all(a["name"] for a in cff["authors"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", cff["date-released"]) and cff["identifiers"][0]["type"] == "other"
    assert cff["version"].startswith(cff["date-released"])


def test_the_dictionary_has_definition_type_unit_example_and_coverage_of_every_field(folder, database):
    rows = list(csv.DictReader((folder / "dictionary.csv").open(encoding="utf-8", newline="")))
    assert [(r["view"], r["field"]) for r in rows] == [(name, c.name) for name, table in dictionary.views() for c in table.columns]
    assert all(r["definition"] and r["type"] for r in rows)
    of = {(r["view"], r["field"]): r for r in rows}
    for view, field in (("offers", "price_usd_per_gpu_hour"), ("offers", "country"), ("clauses", "exception"), ("providers", "notes")):
        filled, total = run(database, f'select sum("{field}" is not null), count(*) from {view}').rows[0]
        assert 0 < filled < total and float(of[view, field]["coverage"]) == pytest.approx(filled / total, abs=1e-4)
    assert of["offers", "price_usd_per_gpu_hour"]["unit"] == "USD per accelerator and hour" and of["offers", "gpu_memory"]["unit"] == "GB"
    numbers = [(t.view, c.name) for t in schema.TABLES for c in t.columns if c.kind in ("integer", "real") and not dictionary.unit_of(c)]
    assert not numbers, "a number without a unit: name it in UNITS of dataset/dictionary.py"
    assert all(r["example"] for r in rows if r["coverage"] and float(r["coverage"]) > 0)
    readme = (folder / "README.md").read_text("utf-8")
    assert "SAMPLE DATA" in readme and "No licence has been chosen" in readme and "| coverage |" in readme


def test_changes_and_rights_are_told(folder, database):
    text = (folder / "CHANGES.md").read_text("utf-8")
    for item, kind, count in run(database, "select item, kind, count(*) from changes group by 1, 2").rows:
        assert f"- {item} {kind}: {count}\n" in text
    assert "No licence has been chosen" in (folder / "LICENCE-NOTES.md").read_text("utf-8")


# --- the snippets of docs/exports.md ---------------------------------------------------------------------------------------------

def snippets() -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / "docs/exports.md").read_text("utf-8"), re.S)


def test_the_snippets_of_the_documentation_run_in_the_folder_of_an_export(folder, database):
    assert [re.search(r"import (\w+)", s)[1] for s in snippets()] == ["duckdb", "polars", "pandas"]
    done = subprocess.run([sys.executable, "-c", "\n".join(snippets())], cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    strong = run(database, "select count(distinct provider) from offers where chip_class = '3A090.a'").rows[0][0]
    assert sum(int(n) for n in re.findall(r"│ (?:\w\w|NULL) +│ +(\d+) │", done.stdout)) == strong          # DuckDB's table
    assert "median_usd" in done.stdout and "cindervale" in done.stdout and "cn_company" in done.stdout


# --- evidence --------------------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def bundle(visits, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("evidence")
    report = visits[2].data.parent / "phase-2.pdf"
    done = CliRunner().invoke(cli, ["export", "--evidence", "--report", str(report), str(out), "--data", str(visits[2].data)])
    assert done.exit_code == 0, done.output
    assert "all that are cited" in done.output
    return out


def records_of(path: Path) -> list:
    import io

    from warcio.archiveiterator import ArchiveIterator

    with zipfile.ZipFile(path) as made:
        return [(r.rec_headers, r.content_stream().read()) for r in ArchiveIterator(io.BytesIO(made.read("archive/data.warc.gz")), check_digests="raise")]


def test_the_bundle_holds_exactly_what_the_report_cites(bundle, visits):
    from reports.model import read_briefing

    cited = {e.key for e in read_briefing(visits[2].database).evidence if e.cited}
    listed = {r["evidence_id"]: r for r in csv.DictReader((bundle / "evidence.csv").open(encoding="utf-8"))}
    assert set(listed) == cited and len(cited) > 20
    heads = [h for h, _ in records_of(bundle / "evidence.wacz")]
    ids = [h.get_header("WARC-Record-ID") for h in heads]
    assert len(ids) == len(set(ids))
    rows = [r for r in run(visits[2].database, "select evidence_id, record_id, redirects, revisit_of from captures").records() if r["evidence_id"] in cited]
    wanted = {i for r in rows for i in (r["record_id"], r["revisit_of"], *json.loads(r["redirects"])) if i}
    answers = {h.get_header("WARC-Record-ID") for h in heads if h.get_header("WARC-Type") in ("response", "revisit", "resource", "conversion")}
    assert any(r["revisit_of"] for r in rows) and wanted <= answers
    unasked = [h for h in heads if h.get_header("WARC-Record-ID") in answers - wanted]
    assert all(h.get_header("WARC-Record-ID") in {x.get_header("WARC-Refers-To") for x in heads} for h in unasked)      # heads of filtered files
    asked = {h.get_header("WARC-Concurrent-To") for h in heads if h.get_header("WARC-Type") == "request"}
    assert asked <= answers and {h.get_header("WARC-Record-ID") for h in heads if h.get_header("WARC-Type") == "response"} <= asked


def test_the_bundle_is_valid_and_its_index_leads_to_the_payloads(bundle):
    import gzip

    done = subprocess.run([sys.executable, "-m", "wacz", "validate", "-f", str(bundle / "evidence.wacz")], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and "Validation succeeded" in done.stdout, done.stdout + done.stderr
    with zipfile.ZipFile(bundle / "evidence.wacz") as made:
        assert all(i.compress_type == zipfile.ZIP_STORED for i in made.infolist())
        warc, lines = made.read("archive/data.warc.gz"), made.read("indexes/index.cdx").decode().splitlines()
        package, digest = made.read("datapackage.json"), json.loads(made.read("datapackage-digest.json"))
        pages = [json.loads(line) for line in made.read("pages/pages.jsonl").decode().splitlines()]
        assert digest["hash"] == "sha256:" + hashlib.sha256(package).hexdigest()
        for resource in json.loads(package)["resources"]:
            assert resource["hash"] == "sha256:" + hashlib.sha256(made.read(resource["path"])).hexdigest()
    assert lines == sorted(lines)
    urls = set()
    for line in lines:
        entry = json.loads(line.split(" ", 2)[2])
        urls.add(entry["url"])
        record = gzip.decompress(warc[int(entry["offset"]):int(entry["offset"]) + int(entry["length"])])
        assert f"WARC-Target-URI: {entry['url']}".encode() in record and entry["filename"] == "data.warc.gz"
    assert {p["url"] for p in pages[1:]} <= urls and len(pages) > 20 and json.loads(package)["title"].startswith("SAMPLE DATA")


def test_the_bundle_is_made_twice_alike_and_without_a_report_as_the_briefing(bundle, visits, tmp_path):
    for name in ("a", "b"):
        assert CliRunner().invoke(cli, ["export", "--evidence", str(tmp_path / name), "--data", str(visits[2].data)]).exit_code == 0
    assert (tmp_path / "a" / "evidence.wacz").read_bytes() == (tmp_path / "b" / "evidence.wacz").read_bytes()
    assert (tmp_path / "a" / "evidence.csv").read_bytes() == (bundle / "evidence.csv").read_bytes()


def test_faults_of_a_bundle_are_named(visits, tmp_path):
    def told(*args: str) -> str:
        done = CliRunner().invoke(cli, ["export", *args])
        assert done.exit_code, args
        return f"{done.output} {done.exception}"

    data = str(visits[2].data)
    assert "no such report" in told("--evidence", "--report", str(tmp_path / "none.pdf"), str(tmp_path / "o"), "--data", data)
    (tmp_path / "x.pdf").write_text("no PDF")
    assert "cannot be read as a PDF" in told("--evidence", "--report", str(tmp_path / "x.pdf"), str(tmp_path / "o"), "--data", data)
    assert "--report goes with --evidence" in told("--report", str(tmp_path / "x.pdf"), str(tmp_path / "o"), "--data", data)
    assert "--format does not go" in told("--evidence", "--format", "csv", str(tmp_path / "o"), "--data", data)
    other = small_market(tmp_path / "var").build()
    assert "does not hold" in told("--evidence", "--report", str(visits[2].data.parent / "phase-2.pdf"), str(tmp_path / "o"), "--data", str(other.parent))
    assert not (tmp_path / "o").exists()


def test_exports_on_the_command_line(tmp_path):
    data = small_market(tmp_path / "var").build().parent
    done = CliRunner().invoke(cli, ["export", str(tmp_path / "out"), "--format", "parquet", "--format", "csv", "--data", str(data)])
    assert done.exit_code == 0 and str(tmp_path / "out" / "offers.parquet") in done.output.splitlines()
    assert {p.suffix for p in (tmp_path / "out").glob("offers.*")} == {".parquet", ".csv"}
    wrong = CliRunner().invoke(cli, ["export", str(tmp_path / "out"), "--format", "xlsx", "--data", str(data)])
    assert wrong.exit_code == 2 and "'parquet'" in wrong.output
    (tmp_path / "file").write_text("")
    assert CliRunner().invoke(cli, ["export", str(tmp_path / "file"), "--data", str(data)]).exit_code == 2


# --- queries ---------------------------------------------------------------------------------------------------------------------

def asked(database: Path, *args: str):
    return subprocess.run([sys.executable, "-m", "chipwatch.cli", "query", *args, "--data", str(database.parent)], capture_output=True, text=True, timeout=60, cwd=ROOT)


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    return small_market(tmp_path_factory.mktemp("small") / "var").build()


def test_a_call_that_no_clock_of_sqlite_reaches_is_stopped(small):
    done = asked(small, "--timeout", "0.3", "select instr(zeroblob(15000000), zeroblob(7000000) || x'01')")
    assert done.returncode == 65 and "took too long within one function call" in done.stderr and not done.stdout


def test_an_answer_that_does_not_fit_is_refused(small, monkeypatch):
    from dataset import query
    from dataset.errors import QueryRefused

    monkeypatch.setattr(query, "MAX_RESULT_BYTES", 1_000_000)
    for value in ("1", "hex(zeroblob(100000))"):
        with pytest.raises(QueryRefused, match="narrow the query"):
            run(small, f"with recursive r(x) as (select 1 union all select x + 1 from r) select {value} from r")
    assert len(run(small, "with recursive r(x) as (select 1 union all select x + 1 from r) select x from r", limit=100).rows) == 100


@pytest.mark.parametrize(("sql", "said"), [
    ("select * from ofers", "did you mean offers"), ("select * from clause_history", "did you mean clauses_history"), ("select prise from offers", "did you mean price (in offers)"),
    ("select o.gpu from offers o", "gpu_name (in offers"), ("select seat_country from offers", "seat_country (in providers)"), ("select median(price) from offers", "question 7"),
])
def test_a_wrong_name_gets_the_right_one(small, sql, said):
    from dataset.errors import QueryRefused

    with pytest.raises(QueryRefused) as error:
        run(small, sql)
    assert said in str(error.value) and "\n" not in str(error.value)


def test_prepared_questions_on_the_command_line(small):
    listed = CliRunner().invoke(cli, ["query", "--list"])
    assert listed.exit_code == 0 and len(re.findall(r"^ ?\d+  ", listed.output, re.M)) == 30
    table = CliRunner().invoke(cli, ["query", "--question", "8", "--data", str(small.parent)])
    assert table.exit_code == 0 and "not assessed" in table.output and "not a statement that any access is lawful" in " ".join(table.output.split())
    data = CliRunner().invoke(cli, ["query", "-q", "26", "--set", "provider=alpha", "--set", "day=2026-11-02", "--format", "json", "--data", str(small.parent)])
    assert [r["quote"] for r in json.loads(data.output)] == ["You comply with export laws."]
    for wrong in ([], ["select 1", "--list"], ["--set", "a=b", "select 1"], ["-q", "8", "--set", "customer"]):
        assert CliRunner().invoke(cli, ["query", *wrong, "--data", str(small.parent)]).exit_code == 2
    assert "numbered 1 to 30" in asked(small, "-q", "31").stderr


