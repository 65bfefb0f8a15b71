"""Real pages: nothing crashes, both HTML parsers agree, and labelled quotes are covered by blocks that follow one another."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from test_blocks import check_offsets

from nlp.blocks import soup
from nlp.blocks.html import normalised, scan
from nlp.blocks.segment import segment
from nlp.document import Document
from nlp.errors import UnreadableDocument
from nlp.language import agree
from nlp.read import read_document

pytestmark = pytest.mark.corpus


def manifest(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "corpus" / "MANIFEST.jsonl").read_text(encoding="utf-8").splitlines()]


def load(folder: Path, path: str) -> Document:
    return read_document((folder / "corpus" / path).read_bytes(), path=path)


def test_a_third_of_the_files_is_read_in_time(corpus):
    slow = []
    for row in manifest(corpus)[::3]:
        began = time.process_time()
        try:
            document = load(corpus, row["path"])
        except UnreadableDocument:
            continue
        spent = time.process_time() - began
        if spent > 2:
            slow.append((row["path"], spent))
        assert document.text == (corpus / "corpus" / row["path"]).read_bytes().decode("utf-8", "replace")
        if len(document.text) < 60_000:
            check_offsets(document)
    assert not slow


def test_both_parsers_give_the_same_blocks(corpus):
    files = sorted((corpus / "corpus").rglob("*.html"), key=lambda path: path.stat().st_size)
    assert len(files) > 100
    for path in files[::4]:
        skeleton = scan(path.read_bytes().decode("utf-8", "replace"))
        first = segment(skeleton, normalised(skeleton.markup())).blocks
        second = segment(skeleton, soup.normalised(skeleton.markup())[0]).blocks
        assert [(b.kind, b.text, b.level, b.marker, b.chrome, b.heading_path, b.content.starts) for b in first] == [
            (b.kind, b.text, b.level, b.marker, b.chrome, b.heading_path, b.content.starts) for b in second], path.name


def test_labelled_quotes_are_covered_by_neighbouring_blocks(corpus):
    quotes = covered = 0
    for line in (corpus / "gold" / "terms.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        document = load(corpus, row["path"])
        spans = [(b.content.starts[0], b.content.ends[-1], b.index) for b in document.body() if b.text]
        for clause in row["clauses"]:
            quotes += 1
            start = document.text.find(clause["quote"])
            if start < 0:
                continue
            end = start + len(clause["quote"])
            touched = [span for span in spans if span[0] < end and span[1] > start]
            neighbours = len(touched) > 0 and touched[-1][2] - touched[0][2] == len(touched) - 1
            edges = [start, *(edge for a, b, _ in touched for edge in (max(a, start), min(b, end))), end]
            between = "".join(document.text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))
            covered += neighbours and not any(c.isalpha() for c in re.sub(r"<[^>]*>|&\w+;", "", between))     # list numbers and tags may stand between
    assert covered >= 0.99 * quotes


def test_languages_of_the_labelled_documents(corpus):
    rows = [json.loads(line) for line in (corpus / "gold" / "terms.jsonl").read_text(encoding="utf-8").splitlines()]
    wrong = [(row["path"], row["language"], found) for row in rows if not agree(row["language"], (found := load(corpus, row["path"]).language) or "?")]
    assert len(wrong) <= 1, wrong
