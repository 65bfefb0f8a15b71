"""Worst cases at full size: whatever a page holds, it is read within 10 seconds of processor time and 1 GiB, or in part, which is then said as an error."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_cli import ROOT

from nlp.clauses import LONGEST, read_clauses, readers
from nlp.extract import extract
from nlp.read import MOST_MARKS, read_document, readable_length

MB = 1 << 20
ROW = "<tr><td>H100 SXM 80GB</td><td>8</td><td>$2.50 per hour</td><td>You must comply with export control laws.</td></tr>"
OFFER = '{{"id": {n}, "name": "gp{n}.large", "specs": {{"gpu": "H100 SXM", "gpu_count": 8, "memory": "640 GB"}}, "price_per_hour_usd": {n}.25, "region": "us-east-1"}}'
CASES = {                                                      # name: (what stands before, what is repeated, megabytes, suffix)
    "export": ("", "export ", 1, "txt"), "export in html": ("<p>", "export ", 1, "html"), "export, a sentence each": ("", "export. ", 1, "txt"),
    "export, a paragraph each": ("", "export\n\n", 1, "txt"), "rules": ("", "You shall not export to Cuba. ", 1, "txt"),
    "those elsewhere": ("", "users outside Japan are not admitted and ", 1, "txt"), "those elsewhere, in Chinese": ("", "日本以外的用户不得使用、", 1, "txt"),
    "one sentence": ("", "you shall not export to Cuba, Iran ", 1, "txt"), "items of one sentence": ("You may not: ", "(a) resell the Services to China; ", 1, "txt"),
    "definitions": ("", "“Restricted Country {n}” means Cuba. You may not export to a Restricted Country {n}. ", 1, "txt"), "quotation marks": ("", "“Restricted Country” means Cuba; ", 1, "txt"),
    "open elements": ("", "<div>", 1, "html"), "open lists": ("", "<ul><li>You may not export: ", 3, "html"),
    "letters without an end in a table of regions": ("<table><tr><th>Region</th><th>GPU</th></tr><tr><td>H100</td><td>", "a", 1, "html"),
    "table": ("<table><tr><th>GPU</th><th>Count</th><th>Price</th><th>Note</th></tr>", ROW, 10, "html"), "bare table": ("<table>", "<tr><td>a</td><td>b</td><td>c</td></tr>", 10, "html"),
    "markdown table": ("| GPU | Price | Note |\n|---|---|---|\n", "| H100 | $2.50 | You may not resell |\n", 10, "md"),
    "lists in lists": ("", "<ul><li>You may not: <ul><li>export</li><li>resell the Services</li></ul></li></ul>", 10, "html"),
    "markdown lists": ("", "- You may not:\n  - export to Cuba\n    - resell the Services\n", 10, "md"),
    "one list": ("<p>You may not:</p><ul>", "<li>resell the Services</li>", 10, "html"), "a list that nothing opens": ("<ul>", "<li>export resell control;</li>", 10, "html"),
    "CSV of offers": ("id,name,gpu,count,price_per_hour_usd,region\n", "{n},gp{n}.large,H100 SXM,8,2.{n},us-east-1\n", 10, "csv"),
    "CSV of names": ("name,gpu,count,price_per_hour_usd,region\n", "m{n}.small,NVIDIA H100 {n},8,3.{n},area {n}\n", 10, "csv"),
    "CSV of one offer": ("gpu,count,price_per_hour_usd,region\n", "H100,8,20.50,us-east-1\n", 10, "csv"), "CSV without prices": ("name,gpu,count,vcpu\n", "m{n},H100,{n},96\n", 10, "csv"),
    "CSV without GPUs": ("sku,family,price_per_hour_usd,region\n", "S{n},disk {n},0.{n},us-east-1\n", 10, "csv"), "quoted CSV": ('"gpu","price_per_hour_usd","note"\n', '"H100","{n}.10","one ""big"" card"\n', 10, "csv"),
    "JSON of offers": ('{"plans": [', OFFER + ", ", 10, "json"), "JSON lines": ("", OFFER + "\n", 10, "jsonl"),
    "JSON without GPUs": ('{"plans": [', '{{"sku": "S{n}", "attributes": {{"family": "disk", "location": "Graz"}}, "price": {{"USD": "0.{n}"}}}}, ', 10, "json"),
    "marks of code in a table": ("| GPU | Price |\n|---|---|\n| ", "`", 1, "md"), "blanks in a heading": ("# ", " ", 1, "md"), "blanks of an import": ("import ", " ", 1, "mdx"),
    "number of a section": ("", "101.", 1, "txt"), "digits of a section": ("1.", "9", 1, "txt"), "open tags": ("<!doctype html><p>", "<a", 1, "html"), "a name without an end": ("<p>x</p><a", "9", 1, "html"), "attributes without an end": ("<p>x</p><a ", "b='c' ", 1, "html"),
    "paragraphs": ("", "<p>You must comply with export control laws.</p>", 10, "html"), "numbered paragraphs": ("", "<p>(a) export the Services;</p>", 10, "html"),
}
IN_PART = {"open tags", "export, a paragraph each", "open elements", "rules", "items of one sentence", "definitions", "open lists", "table", "bare table", "markdown table", "lists in lists", "markdown lists", "one list", "a list that nothing opens", "paragraphs",
           "numbered paragraphs", "CSV of offers", "CSV of names", "CSV of one offer", "CSV without prices", "CSV without GPUs", "quoted CSV", "JSON of offers", "JSON lines", "JSON without GPUs"}
AFTER = {"JSON of offers": "{}]}", "JSON without GPUs": "{}]}", "marks of code in a table": " | x |\n", "blanks in a heading": "x\n", "blanks of an import": "x\n", "number of a section": "9" * 28 + "p",
         "digits of a section": "p"}
MEASURED = """
import json, resource, sys, time
from nlp.extract import extract
extract(b"<p>You must comply with export control laws. H100 for $2 per hour in Frankfurt.</p>", path="warm.html")
data, began = sys.stdin.buffer.read(), time.process_time()
found = extract(data, path="a." + sys.argv[1], language="en")
print(json.dumps([time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, [i.code for i in found.issues if i.level == "error"]]))
"""


def written(name: str, size: int) -> bytes:
    before, piece, _, _ = CASES[name]
    if "{n}" in piece:
        return (before + "".join(piece.format(n=n) for n in range(size // len(piece))) + AFTER.get(name, "")).encode()
    return (before + piece * (size // len(piece) + 1) + AFTER.get(name, "")).encode()


@pytest.mark.timeout(60)                                       # each took minutes, or no end of time, before its pattern was mended
@pytest.mark.parametrize(("text", "suffix"), [
    ("101." * 14 + "9" * 28 + "p", "txt"), ("| GPU | Price |\n|---|---|\n| " + "`" * 8000 + " | x |\n", "md"), ("import " + " " * 8000 + "x\n", "mdx"), ("# " + " " * 20_000 + "x\n", "md"),
    ("| Region | Name |\n|---|---|\n" + ("| Ab" + "1" * 34 + "x | Cd" + "1" * 34 + "y |\n") * 40, "md"),
], ids=["sections", "code", "import", "heading", "towns"])
def test_short_texts_are_read_at_once(text, suffix):
    extract(text.encode(), path=f"a.{suffix}")


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", CASES)
def test_ten_seconds_and_a_gibibyte_are_enough(name):
    _, _, megabytes, suffix = CASES[name]
    done = subprocess.run([sys.executable, "-c", MEASURED, suffix], input=written(name, megabytes * MB), capture_output=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    seconds, mebibytes, errors = json.loads(done.stdout)
    print(f"{name}: {megabytes} MB, {seconds:.1f} s, {mebibytes:.0f} MiB, {errors}")
    assert seconds < 10 and mebibytes < 1024
    assert ("limit" in errors) == (name in IN_PART)


def read(text: str, suffix: str = "txt"):
    document = read_document(text.encode(), path=f"a.{suffix}", language="en")
    return document, *read_clauses(document)


def test_what_is_read_in_part_says_so(monkeypatch):
    monkeypatch.setattr("nlp.clauses.MOST_SENTENCES", 50)
    monkeypatch.setattr("nlp.clauses.MOST_TERMS", 20)
    for number, errors in ((50, []), (51, ["read only in part: more than 50 sentences with cues"])):
        found = extract(b"You may not resell the Services to anybody. " * number, path="a.txt", kind="terms", language="en")
        assert [i.text for i in found.issues if i.level == "error"] == errors and sum(c.label == "resale_restriction" for c in found.clauses) == 50
    page = "<p>You must comply with export control laws.</p>" + "<b></b>" * MOST_MARKS
    found = extract(page.encode(), path="a.html", kind="terms", language="en")
    assert any(i.level == "error" and i.text.startswith("read only in part: ") and f"of {len(page):,} characters" in i.text for i in found.issues) and found.document.characters == len(page)
    assert {c.label for c in found.clauses} == {"export_compliance"}
    for number, errors in ((20, []), (21, ["read only in part: more than 20 defined terms"])):
        terms = "".join(f"“Embargoed Country {chr(97 + n)}0” means Cuba. " for n in range(number))
        assert [i.text for i in read(terms + "\n\nYou may not export the Services to a person located in an Embargoed Country.")[3]] == errors


def test_how_much_of_a_page_is_read():
    assert readable_length("<p>" * MOST_MARKS) == 3 * MOST_MARKS
    assert readable_length("<p>" * (MOST_MARKS + 1)) == 3 * MOST_MARKS and readable_length("ab|\n" * MOST_MARKS) == 2 * MOST_MARKS + len("ab")
    assert readable_length("x" * 3 * MOST_MARKS) == 3 * MOST_MARKS
    assert readable_length("a  b\n" * MOST_MARKS) == len("a  b\n") * MOST_MARKS and readable_length("a  b\n" * MOST_MARKS, drawn=True) < len("a  b\n") * MOST_MARKS // 2 + 10


def test_a_sentence_without_an_end_is_read_in_parts():
    text = "and so on " * (3 * LONGEST // 10) + "you may not resell the Services to anybody"
    document, clauses, _, issues = read(text)
    assert not issues and [c.label for c in clauses] == ["resale_restriction"] and "resell" in clauses[0].quote
    spans = readers(document)[0].sentences(0)
    assert all(b - a <= LONGEST for a, b in spans) and " ".join(document.blocks[0].text[a:b] for a, b in spans) == text


BLOCK = st.sampled_from(["- You may not:", "- export;", "- resell the Services", "  - resell", "  - You may not:", "    - c", "1. You must:", "2. resell", "(a) export", "(b) sell;", "b) x", "4.1 The user may not",
                         "4.2 resell", "4.2.1 export", "You may not", "You may not:", "The end.", "lower case goes on", "# Heading", "| a | b |\n|---|---|\n| 1 | 2 |", "• x", "Fees are due.", "the following;"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(BLOCK, max_size=30), st.sampled_from(["\n", "\n\n"]))
def test_introductions_are_those_of_the_plain_search(parts, joint):
    """An item takes the introduction that was found for the item before; the search from each item alone finds the same."""
    document = read_document(joint.join(parts).encode(), path="a.md", language="en")
    reader = readers(document)[0]
    assert [reader._list_intro(i) for i in range(len(reader.blocks))] == [reader._find_intro(i)[1] for i in range(len(reader.blocks))]


def test_introductions_far_above_are_not_looked_for():
    reader = readers(read_document(("You may not:\n\n" + "- resell the Services\n" * 900).encode(), path="a.md", language="en"))[0]
    assert [reader._list_intro(i) for i in range(len(reader.blocks))] == [reader._find_intro(i)[1] for i in range(len(reader.blocks))]
    assert reader._list_intro(300)[1] == (0, 0) and reader._list_intro(800)[1] is None
