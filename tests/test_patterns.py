"""No pattern of the code takes long over a few characters: each is tried on one piece repeated, and on two in turn. What is found here would let a page of a few kilobytes hold the reader for hours."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from test_cli import ROOT

CHARACTERS = 1200
SECONDS = 0.5                                                  # linear ones take less than a millisecond, squares some tens; a cube of so many is beyond this
CODE = r"""
import importlib, itertools, json, pkgutil, re, signal, sys, time

ROOT, CHARACTERS, SECONDS = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
found, compile_ = {}, re._compile

def compiled(pattern, flags):
    made = compile_(pattern, flags)
    if isinstance(made.pattern, str):
        frame = sys._getframe(1)
        while frame is not None and not (frame.f_code.co_filename.startswith(ROOT) and ".venv" not in frame.f_code.co_filename):
            frame = frame.f_back
        if frame is not None:
            found.setdefault((made.pattern, made.flags), f"{frame.f_code.co_filename.removeprefix(ROOT).lstrip('/')}:{frame.f_lineno}")
    return made

re._compile = compiled
for name in ("nlp", "assessment", "chipwatch", "crawler", "dataset", "reports"):
    for module in pkgutil.walk_packages(importlib.import_module(name).__path__, name + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
sys.path.insert(0, ROOT + "/tests")
import test_fuzz
from nlp.extract import extract
for name, data in test_fuzz.PAGES.items():
    for kind in ("terms", "offers"):
        extract(data, path=f"page.{name}", kind=kind)

class Long(Exception):
    pass

def ring(*_):
    raise Long

signal.signal(signal.SIGALRM, ring)
PIECES = [*" \t\n19aA.,-/*#='\"()[]{}<>&;:|\\_~`$€%+?!é一元", "H100 ", "per ", "and ", "from ", "$1", "1.", "1,", "a,", " a", "-a", "<a", "<a ", "a=\"", "&a", "](", " 1", "/*", "*/", "/**/", "--", "<!--", "-->", "\r\n", "\n\n", "101."]
TURNS = [*PIECES, *("".join(pair) for pair in itertools.combinations(PIECES[:44], 2))]
slow = []
for (pattern, flags), place in found.items():
    made = compile_(pattern, flags)
    start = (re.match(r"[A-Za-z#<&\[(]{1,8}", pattern.replace("\\", "").replace("(?:", "")) or [""])[0]
    for before, piece in itertools.product({"", start}, TURNS):
        text = before + piece * (CHARACTERS // len(piece)) + "\x01"
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            made.match(text)
            signal.setitimer(signal.ITIMER_REAL, 0)
        except Long:
            slow.append([place, before, piece, pattern[:200]])
            break
print(json.dumps([len(found), slow]))
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_no_pattern_takes_long_over_a_few_characters():
    done = subprocess.run([sys.executable, "-c", CODE, str(ROOT), str(CHARACTERS), str(SECONDS)], capture_output=True, text=True, timeout=900, check=True, cwd=ROOT)
    patterns, slow = json.loads(done.stdout.splitlines()[-1])
    assert patterns > 800
    assert slow == []
