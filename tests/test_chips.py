"""Names of accelerators: a minimal pair for each trap, details around a name, the spaCy component. All sentences are invented."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.chips import chip_rows, chip_slug, find_chips, instance_chip, names_instances, plausible_memory, unknown_labels


def names(text: str, context: bool = False) -> list[str]:
    return [c.gpu_name for c in find_chips(text, context=context)]


@pytest.mark.parametrize(("text", "expected"), [
    ("NVIDIA H100 and H200", ["H100", "H200"]),
    ("8xH100", ["H100"]),
    ("H100x8", ["H100"]),
    ("H100-SXM5-80GB", ["H100"]),
    ("nvidia-tesla-a100", ["A100"]),
    ("A100-80G", ["A100"]),
    ("L40S", ["L40S"]),
    ("L40 and L40S", ["L40", "L40S"]),
    ("GH200 superchip", ["GH200"]),
    ("GB200 NVL72", ["GB200"]),
    ("AMD Instinct MI300X", ["MI300X"]),
    ("GeForce RTX 4090", ["RTX4090"]),
    ("RTX 4090 / RTX 4080 SUPER / RTX 3070 Ti", ["RTX4090", "RTX4080SUPER", "RTX3070TI"]),
    ("RTX A6000", ["A6000"]),
    ("RTX 6000 Ada Generation", ["RTX6000ADA"]),
    ("RTX PRO 6000 Blackwell", ["RTXPRO6000"]),
    ("Quadro RTX 6000", ["RTX6000"]),
    ("Tesla V100", ["V100"]),
    ("V100S", ["V100S"]),
    ("两张英伟达A800", ["A800"]),
    ("昇腾910B服务器", ["ASCEND910B"]),
    ("東京のH100サーバー", ["H100"]),
    ("ＮＶＩＤＩＡ Ｈ１００", ["H100"]),
    ("엔비디아 H200을 제공", ["H200"]),
    ("Google TPU v5e", ["TPUV5E"]),
    ("AWS Trainium2", ["TRAINIUM2"]),
    ("Intel Gaudi 3", ["GAUDI3"]),
])
def test_names(text, expected):
    assert names(text) == expected


@pytest.mark.parametrize(("text", "expected"), [
    # a road, a paper size, a car; and the card
    ("our office lies on the A100 motorway", []),
    ("our office rents the A100 with 40 GB", ["A100"]),
    ("the A10 leads to Brenner", []),
    ("NVIDIA A10 GPUs", ["A10"]),
    ("NVIDIA A1000 is not A100", ["A1000", "A100"]),
    ("print it on A40 paper", []),
    # layers, lines, blocks
    ("an L4 load balancer and an L7 proxy", []),
    ("an NVIDIA L4 GPU", ["L4"]),
    ("hospital ward T4, gate T4 of the airport", []),
    ("a T4 GPU for inference", ["T4"]),
    ("a P4 router program", []),
    # longer names are not the shorter one
    ("H200", ["H200"]),
    ("H20 accelerators with 96 GB: NVIDIA H20", ["H20", "H20"]),
    ("A100 is not A10, NVIDIA says", ["A100", "A10"]),
    # hexadecimal, part numbers, versions
    ("commit 3f2a100b7c4e9d01", []),
    ("colour #a100b7", []),
    ("0xA100", []),
    ("part 900-21001-0000-000", []),
    ("model XH100-B", []),
    # a processor of another sort
    ("Ampere Altra processors", []),
    ("4090 customers in 3090 towns", []),
    ("RTX 4090 customers", ["RTX4090"]),
    ("it costs $4090", []),
    ("see v100 of the API", []),
    ("--gres=gpu:v100:1", ["V100"]),
    ("our v100 GPU nodes", ["V100"]),
    ("screw M60 and bolt M40", []),
])
def test_traps(text, expected):
    assert names(text) == expected


def test_context_admits_short_codes():
    assert names("T4") == [] or names("T4") == ["T4"]
    assert names("T4", context=True) == ["T4"]
    assert names("4090 24G", context=True) == ["RTX4090"]


@pytest.mark.parametrize(("text", "count", "memory", "form"), [
    ("8x NVIDIA H100 SXM5 80GB", 8, 80, "SXM"),
    ("NVIDIA H100\nSXM5, 80 GB", None, 80, "SXM"),
    ("NVIDIA H100, 80 GB RAM", None, None, None),
    ("H100 PCIe", None, None, "PCIe"),
    ("H100 NVL 94GB", None, 94, "NVL"),
    ("HGX H200", None, None, "SXM"),
    ("A100 40GB x4", 4, 40, None),
    ("four A100 80 GB", 4, 80, None),
    ("acht H100", 8, None, None),
    ("H100 x 8", 8, None, None),
    ("H100:8", 8, None, None),
    ("BM.GPU.H100.8", 8, None, None),
    ("A800八卡", 8, None, None),
    ("NVIDIA H100 80GBを8枚", 8, 80, None),
    ("H200 GPU 8장", 8, None, None),
    ("L40S GPU 2대", 2, None, None),
    ("NVIDIA L40S GPU 1台", 1, None, None),
    ("L40S 2台", None, None, None),
    ("L40S GPU 1台あたり", None, None, None),
    ("H100(8基搭載)", 8, None, None),
    ("A100 GPU가 8개", 8, None, None),
    ("A100 80GB를 4장", 4, 80, None),
    ("A40 加速卡 4 块", 4, None, None),
    ("RTX 4090 그래픽카드 2장", 2, None, None),
    ("RTX 4090 双卡", 2, None, None),
    ("4개의 A100", 4, None, None),
    ("GPU 8기(H100)", 8, None, None),
    ("A100 8개월", None, None, None),
    ("A100 3个地域", None, None, None),
    ("A100 1卡时", None, None, None),
    ("1/4 NVIDIA A10", 0.25, None, None),
    ("A100 1000GB", None, None, None),
    ("up to 8x H100", 8, None, None),
])
def test_details(text, count, memory, form):
    [chip] = find_chips(text)
    assert (chip.count, chip.memory, chip.form_factor) == (count, memory, form)


def test_up_to_is_marked():
    assert find_chips("up to 8x H100")[0].at_most
    assert not find_chips("8x H100")[0].at_most


def test_slices_are_no_whole_cards():
    [chip] = find_chips("A100 MIG 3g.20gb")
    assert chip.slice and chip.memory == 20


@pytest.mark.parametrize(("name", "memory", "form", "slug"), [
    ("A100", None, None, None),                                # two sizes: nothing decides
    ("A100", 80, "SXM", "nvidia-a100-80-sxm"),
    ("A100", 40, "PCIe", "nvidia-a100-40-pcie"),
    ("H100", 80, "SXM", "nvidia-h100-sxm"),
    ("H100", 80, "PCIe", "nvidia-h100-pcie"),
    ("L40S", None, None, "nvidia-l40s"),
    ("H150", None, None, None),
])
def test_slug_only_where_something_decides(name, memory, form, slug):
    assert chip_slug(name, memory, form) == slug


def test_rows_name_what_slugs_promise():
    slugs = {row["slug"] for row in chip_rows()}
    assert {"nvidia-h100-sxm", "nvidia-l40s", "nvidia-rtx-4090"} <= slugs


@pytest.mark.parametrize(("name", "chip", "count"), [
    ("p5.48xlarge", "H100", 8),
    ("a3-highgpu-8g", "H100", 8),
    ("a2-highgpu-2g", "A100", 2),
    ("g4dn.xlarge", "T4", 1),
])
def test_instance_types(name, chip, count):
    found = instance_chip(name)
    assert found is not None and (found.gpu_name, found.count) == (chip, count)
    assert names_instances(f"we use {name} here")


@pytest.mark.parametrize("name", ["m5.large", "t3.micro", "standard-8", "p5", "gpu-plan"])
def test_other_instance_types_tell_nothing(name):
    found = instance_chip(name)
    assert found is None or found.count is None


def test_memory_is_checked_against_the_card():
    assert plausible_memory("A100", 40) and plausible_memory("A100", 80)
    assert not plausible_memory("A100", 512)


def test_unknown_labels():
    assert [label for _, _, label in unknown_labels("NVIDIA H150 for you", [])] == ["H150"]
    known = find_chips("NVIDIA H100 for you")
    assert unknown_labels("NVIDIA H100 for you", known) == []
    assert unknown_labels("our H150 road", []) == []
    assert [label for _, _, label in unknown_labels("H150 SXM 120GB", [], whole=True)] == ["H150"]


@given(st.text(alphabet=st.sampled_from(list("aAhH10 2L4sSxX8-/GBTM卡枚張Ｈ１０（()の\n.RTX")), max_size=60))
@settings(max_examples=300, deadline=None)
def test_spans_lie_in_the_text_and_do_not_overlap(text):
    end = 0
    for chip in find_chips(text, context=True):
        assert 0 <= chip.start < chip.end <= len(text) and chip.start >= end
        assert chip.gpu_name == chip.gpu_name.upper() and " " not in chip.gpu_name
        end = chip.end


@given(st.sampled_from(["H100", "A100", "L40S", "MI300X", "RTX 4090", "H200"]), st.integers(1, 16), st.sampled_from(["{n}x {c}", "{n} x NVIDIA {c}", "{c} x{n}", "{n}× {c}", "{n}x{c}"]))
def test_counts_round_trip(chip, count, form):
    [found] = find_chips(form.format(n=count, c=chip))
    assert found.gpu_name == chip.replace(" ", "") and found.count == count


@pytest.mark.parametrize(("lang", "text", "expected"), [
    ("en", "Rent 8xH100 SXM5 80GB or A100/L40S nodes.", [("H100", 8, "SXM"), ("A100", None, None), ("L40S", None, None)]),
    ("ja", "NVIDIA H100を8枚搭載", [("H100", 8, None)]),
    ("zh-Hans", "英伟达A800八卡整机", [("A800", 8, None)]),
    ("ko", "H200 GPU 8장을 제공합니다", [("H200", 8, None)]),
])
def test_component(lang, text, expected):
    from nlp.pipeline import load
    doc = load(lang, "supply")(text)
    assert [(s._.gpu_name, s._.gpu_count, s._.form_factor) for s in doc.spans["chips"]] == expected
    assert all(s.label_ == s._.gpu_name for s in doc.spans["chips"])


def test_component_survives_disk(tmp_path):
    import spacy

    from nlp.pipeline import load
    load("en", "supply").to_disk(tmp_path / "supply")
    doc = spacy.load(tmp_path / "supply")("two NVIDIA L40S cards")
    assert [s._.chip for s in doc.spans["chips"]] == ["nvidia-l40s"]


def test_the_family_of_a_machine_is_no_chip():
    assert names("a2-highgpu-1g with one A100 40GB, and a16-8x", context=True) == ["A100", "A16"]
    assert names("a2-highgpu-4g", context=True) == []


@pytest.mark.parametrize("mark", ',;|"<>={}$')
def test_what_a_mark_parts_from_a_name_does_not_count_it(mark):
    from nlp.chips import _left_pattern, _parted

    for text in (f"4x{mark}nvidia ", f"two {mark} ", f"8 {mark}", f"up to 8x {mark}hgx "):
        assert _left_pattern().search(text).start() > text.index(mark) and _parted(text, 0, len(text)) == text.index(mark) + 1
        assert find_chips(f"{text}H100")[0].count is None
    assert find_chips(f"A40 {mark} 4x nvidia H100")[1].count == 4


def test_count_and_vendor_are_found_from_the_first_place_on():
    assert find_chips("one, two; 4 x NVIDIA HGX H100")[0].count == 4 and find_chips("gpu=2x H100")[0].count == 2 and find_chips("$2, 8x H100")[0].count == 8


def test_a_bare_number_of_a_card_needs_a_sure_name_within_sixty_characters_on_either_side():
    for room, near in ((55, True), (56, False)):               # from the beginning of one name to that of the other: 59 characters, and 60
        for text in ("H100" + " " * room + "4090", "4090" + " " * room + "H100", "A100" + " " * 300 + "4090" + " " * room + "H100" + " " * 300 + "L40S"):
            assert ("RTX4090" in [c.gpu_name for c in find_chips(text)]) == near
