"""Declarations with tricks of YAML, characters that cannot be seen, and files that are none: file, line and advice, and no waiting."""

from __future__ import annotations

import os
import re

import pytest
from test_declarations import GOOD, faults_of

from crawler.declarations import check_providers


@pytest.mark.parametrize(("text", "line", "advice"), [
    (GOOD.replace("name: Foo", "name: &a Foo\nnotes: *a"), 3, "aliases"), (GOOD.replace("verified: null", "verified: 2026-13-45"), 7, "correct it"),
    (GOOD + "assertions:\n  offers_min: " + "9" * 5_000 + "\n", 9, "correct it"), (GOOD.replace("  offers", "\toffers"), 5, "blanks instead of tabs"), (GOOD + "\tx: 1\n", 8, "blanks instead of tabs"),
    (GOOD.replace("name: Foo", "name: [Foo]"), 2, "not a list"), (GOOD.replace("name: Foo", "name: {a: b}"), 2, "not keys and values"), (GOOD + "yes: x\n", 1, "reads this key as True"),
    (GOOD.replace("name: Foo", 'name: "Fo\u202eo"'), 2, "cannot be seen"), (GOOD + 'notes: "a\\e[31mb"\n', 8, "cannot be seen"), (GOOD + 'notes: "a\\0b"\n', 8, "cannot be seen"),
    (GOOD.replace("https://foo.example/prices", '"https://foo.example/\\e[31m"'), 6, "control character"), (GOOD.replace("foo.example", "169.254.169.254"), 6, "public web"),
    (GOOD.replace("foo.example", "metadata.google.internal"), 6, "public web"), (GOOD + "notes: !!python/object/apply:os.system [false]\n", 8, "not YAML"),
])
def test_line_and_advice(tmp_path, text, line, advice):
    faults = faults_of(tmp_path, text)
    assert len(faults) == 1 and re.search(rf"foo/provider\.yml:{line}: ", faults[0]) and advice in faults[0] and "\n" not in faults[0], faults


def test_notes_of_several_lines_in_any_script(tmp_path):
    assert faults_of(tmp_path, GOOD + "notes: |\n  Zwei Zeilen,\n  و فارسی می‌شود, 星云\n") == []


def test_a_declaration_that_is_no_file(tmp_path):
    for name in ("pipe", "device", "folder"):
        (tmp_path / name).mkdir()
    os.mkfifo(tmp_path / "pipe" / "provider.yml")
    (tmp_path / "device" / "provider.yml").symlink_to("/dev/zero")
    (tmp_path / "folder" / "provider.yml").mkdir()
    count, faults = check_providers(tmp_path)
    assert count == 3 and len(faults) == 3 and all("is not a file" in f for f in faults)
