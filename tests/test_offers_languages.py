"""Offers on pages in many languages: how cards are counted, what periods and machines are called. All pages are invented."""

import pytest

from nlp.chips import find_chips
from nlp.extract import extract
from nlp.offers import parse_count


def read(text, path="page.md"):
    return extract(text.encode(), path=path, kind="offers").offers


@pytest.mark.parametrize(("text", "count"), [
    ("4 st L40S", 4), ("2 шт. A5000", 2), ("RTX 3080 (1 szt.)", 1), ("A100 80GB, 4 Stück", 4), ("2 adet RTX 4090", 2), ("8 Karten NVIDIA H100", 8), ("восемь видеокарт NVIDIA H100", 8),
    ("ocho A100", 8), ("otto A100", 8), ("quatro A100", 4), ("cztery A100", 4), ("fyra A100", 4), ("machine：2 張 NVIDIA T4", 2), ("GPU:8x H100", 8),
    ("A16 1/4", 0.25), ("NVIDIA A16 (1/2)", 0.5),
    ("std-4x16-2rtx4090", 2), ("gpu-a100-8x", 8), ("adr-l40s-2x", 2), ("gpu.1xh100", 1),
])
def test_cards_are_counted_in_many_ways(text, count):
    [chip] = find_chips(text, context=True)
    assert chip.count == count


@pytest.mark.parametrize("text", ["gpu-8-h100", "1st H100", "dos H100", "T4 - 2x16GB", "A100, 3 states"])
def test_other_figures_beside_a_chip_count_nothing(text):
    assert find_chips(text, context=True)[0].count is None


@pytest.mark.parametrize(("cell", "count"), [("1/4颗 vGPU", 0.25), ("2 szt.", 2), ("1 шт.", 1), ("3 adet", 3), ("½", 0.5)])
def test_cells_of_counts(cell, count):
    import unicodedata
    assert parse_count(unicodedata.normalize("NFKC", cell)) == (count, False)
