"""The command line as a user meets it: one clear line for bad input, an exit code, never a traceback, and nothing earlier lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from chipwatch.cli import briefing_name, checked_country
from chipwatch.errors import InputError

ROOT = Path(__file__).resolve().parent.parent
TERMS = b"""<html><head><title>Terms of service</title></head><body><h1>Terms of service</h1>
<h2>9. Export</h2><p>Customer shall comply with all applicable export control laws and regulations, including the Export Administration Regulations.</p></body></html>"""


def chipwatch(*args: str, stdin: bytes = b"", cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "chipwatch.cli", *args], input=stdin, capture_output=True, cwd=cwd, timeout=120,
                          env={**os.environ, "PYTHONPATH": str(ROOT), **env}, check=False)


def one_line(done: subprocess.CompletedProcess) -> str:
    """The last line of stderr; the run must have failed without a traceback."""
    text = done.stderr.decode()
    assert done.returncode != 0
    assert "Traceback" not in text and "internal error" not in text
    return text.strip().splitlines()[-1]


def test_help_names_every_command_of_the_contract():
    text = chipwatch("--help").stdout.decode()
    for command in ("run", "crawl", "extract", "extract-many", "report", "access", "query", "export", "status", "providers", "rebuild", "doctor"):
        assert f"\n  {command} " in text


def test_help_loads_no_heavy_library():
    code = "import sys, chipwatch.cli; print([m for m in ('scrapy','spacy','weasyprint','pydantic','vl_convert','sqlite_utils','selectolax','pandas','numpy','yaml') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=True).stdout.strip() == b"[]"


def test_extract_prints_the_contract_for_standard_input():
    done = chipwatch("extract", "-", "--kind", "terms", "--url", "https://cloud.example/terms", stdin=TERMS)
    row = json.loads(done.stdout)
    assert list(row) == ["document", "chips", "offers", "regions", "clauses", "signals", "verdicts", "issues"]
    assert row["document"]["url"] == "https://cloud.example/terms" and row["document"]["language"] == "en" and row["document"]["characters"] == len(TERMS)
    clause = next(c for c in row["clauses"] if c["label"] == "export_compliance")
    assert clause["quote"] == TERMS.decode()[clause["start"] : clause["end"]]
    assert {"cn_company", "cn_subsidiary_abroad", "embargoed_resident", "listed_party", "control"} <= set(row["verdicts"])
    assert row["verdicts"]["control"]["code"] == "V2"


def test_a_document_read_as_what_it_is_not_is_told():
    site = ROOT / "sample_market" / "sites"
    for path, kind, words in (("nimbusforge/pricing.html", "terms", "offers; read it with --kind offers"), ("nimbusforge/terms.html", "offers", "clauses; read it with --kind terms"),
                              ("nimbusforge/terms.html", "regions", "looks like terms"), ("nimbusforge/regions.html", "terms", "looks like a page of regions"),
                              ("nimbusforge/terms.html", "terms", ""), ("nimbusforge/pricing.html", "offers", ""), ("nimbusforge/pricing.html", "auto", ""), ("orchidlattice/countries.html", "terms", "")):
        done = chipwatch("extract", str(site / path), "--kind", kind)
        told = done.stderr.decode()
        assert done.returncode == 0 and (words in told if words else not told) and set(json.loads(done.stdout)["document"]) >= {"kind"}, (path, kind, told)


@pytest.mark.parametrize(("args", "words"), [
    (("extract", "nowhere.html"), "no such file"),
    (("extract-many", "nowhere.jsonl", "-o", "out.jsonl"), "no such file"),
    (("run", "--archive", "nowhere.warc.gz", "--data", "d"), "no such archive"),
    (("run", "--sample", "--data", "/proc/chipwatch"), "data folder"),
    (("run",), "--sample, --archive FILE or --live"),
    (("run", "--live", "--provider", "googel-cloud", "--data", "d"), "no provider 'googel-cloud'"),
    (("access", "--data", "d"), "no data set in d"),
    (("query", "select 1", "--data", "d"), "no data set in d"),
    (("report", "briefing", "--data", "d"), "no data set in d"),
    (("rebuild", "--data", "d"), "no captures in d"),
    (("run", "--sample", "--live", "--data", "d"), "--sample and --live exclude each other"),
    (("run", "--live", "--archive", "x.warc.gz", "--data", "d"), "--live and --archive exclude each other"),
    (("providers", "check", "d"), "no such folder of declarations"),
    (("nonsense",), "No such command"),
])
def test_bad_input_gives_one_clear_line(tmp_path, args, words):
    assert words in one_line(chipwatch(*args, cwd=tmp_path))


def test_data_sets_in_folders_below_are_named(tmp_path):
    (tmp_path / "var/sample").mkdir(parents=True)
    (tmp_path / "var/sample/chipwatch.sqlite").write_bytes(b"")
    assert "--data var/sample" in one_line(chipwatch("access", cwd=tmp_path))


@pytest.mark.parametrize("code", ["ZZ", "DEU", "D1", "QX"])
def test_a_country_that_is_none_is_refused(code):
    with pytest.raises(InputError, match="no country code"):
        checked_country(code)
    assert checked_country("sg") == "SG" and checked_country(None) is None


def test_a_run_that_is_refused_leaves_no_captures(tmp_path):
    (tmp_path / "x.warc.gz").write_bytes(b"this is no WARC file at all\n" * 20)
    chipwatch("run", "--archive", "x.warc.gz", "--data", "d", cwd=tmp_path)
    assert list((tmp_path / "d/captures").iterdir()) == []


def test_a_broken_list_names_file_and_line(tmp_path):
    (tmp_path / "list.jsonl").write_text('{"path": "a.html"}\n{"path": \n')
    (tmp_path / "out.jsonl").write_text("earlier\n")
    line = one_line(chipwatch("extract-many", "list.jsonl", "-o", "out.jsonl", cwd=tmp_path))
    assert "list.jsonl:2:" in line
    assert (tmp_path / "out.jsonl").read_text() == "earlier\n"


def test_a_file_that_is_no_archive(tmp_path):
    (tmp_path / "x.warc.gz").write_bytes(b"this is no WARC file at all\n" * 20)
    assert "x.warc.gz" in one_line(chipwatch("run", "--archive", "x.warc.gz", "--data", "d", cwd=tmp_path))


def test_an_empty_document_is_refused(tmp_path):
    (tmp_path / "empty.html").write_bytes(b"")
    assert "empty.html" in one_line(chipwatch("extract", "empty.html", cwd=tmp_path))


def test_a_broken_pdf_is_refused(tmp_path):
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\n" + b"\x00\xff" * 200)
    assert "broken.pdf" in one_line(chipwatch("extract", "broken.pdf", cwd=tmp_path))


def test_a_password_protected_pdf_is_named_as_such(tmp_path):
    import pikepdf

    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="o", user="secret"))
    assert "password" in one_line(chipwatch("extract", "locked.pdf", cwd=tmp_path))


def test_a_full_disk_is_named_as_such():
    done = chipwatch("--version")
    assert done.returncode == 0
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-m", "chipwatch.cli", "doctor"], stdout=full, stderr=subprocess.PIPE, cwd=ROOT, timeout=120, check=False)
    assert done.returncode != 0 and b"disk is full" in done.stderr and b"Traceback" not in done.stderr


@pytest.mark.parametrize(("customer", "chip", "name"), [
    ("cn_company", None, "briefing.pdf"),
    ("control", None, "briefing-control.pdf"),
    ("subsidiary:VN/CN", "H100", "briefing-subsidiary-VN-CN-H100.pdf"),
    ("cn_company", "../X", "briefing-..-X.pdf"),
])
def test_another_briefing_does_not_overwrite_the_main_one(customer, chip, name):
    assert briefing_name(customer, chip) == name
