"""Accelerator names in text: which chip, how many, which memory and form factor.

`find_chips` is a pure function over clean (NFKC) text; the spaCy component of `nlp.pipeline` wraps it. One Aho-Corasick pass finds the model codes, small
regular expressions read what stands around each. Boundaries are look-arounds on ASCII alphanumerics, since `\\b` fails beside Chinese and Japanese characters.
Knowledge: `data/chip_names.yml` (spellings, gates, instance types), `data/chips.jsonl` (memory, form factors, slugs).
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from importlib import resources
from operator import attrgetter
from typing import Any

from nlp.places import fold
from nlp.word_files import data_file, pattern_named, words_of

_SHORT = 300                                                   # characters of a text whose chips are remembered for long
_WINDOW = 160                                                  # characters around a name in which words tell what it is about


@dataclass(slots=True, frozen=True)
class ChipSpan:
    """A chip named in a text. `memory` is GB of one GPU, or of the slice; `count` is None where none is stated, a fraction for a part of a GPU."""

    start: int
    end: int
    gpu_name: str
    memory: float | None = None
    form_factor: str | None = None
    count: float | None = None
    at_most: bool = False                                      # the count is an upper bound ("up to 8")
    slice: bool = False                                        # a MIG slice: the memory is the slice's
    left: int = 0                                              # where count and vendor words before the name begin
    gate: str = "strong"


@dataclass(slots=True, frozen=True)
class InstanceChip:
    """What the name of an instance type says by itself."""

    gpu_name: str
    count: float | None
    memory: float | None


_names = partial(data_file, "chip_names.yml")
_pattern = words_of("chip_names.yml", "patterns")


@lru_cache(maxsize=1)
def chip_rows() -> tuple[dict[str, Any], ...]:
    """The rows of `data/chips.jsonl`."""
    lines = resources.files("nlp").joinpath("data/chips.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines if line.strip())


@lru_cache(maxsize=1)
def _memories() -> dict[str, frozenset[float]]:
    sizes: dict[str, set[float]] = {}
    for row in chip_rows():
        sizes.setdefault(row["gpu_name"], set()).update(row["memory_gb"])
    for name, values in _names()["memory"].items():
        sizes.setdefault(name, set()).update(values)
    return {name: frozenset(values) for name, values in sizes.items()}


@lru_cache(maxsize=4096)
def chip_slug(gpu_name: str, memory: float | None = None, form_factor: str | None = None) -> str | None:
    """The slug of `chips.jsonl` where family, memory and form factor leave exactly one row, else None."""
    rows = [r for r in chip_rows() if r["gpu_name"] == gpu_name]
    if memory is not None and any(memory in r["memory_gb"] for r in rows):
        rows = [r for r in rows if memory in r["memory_gb"]]
    if form_factor is not None and any(form_factor in r["forms"] for r in rows):
        rows = [r for r in rows if form_factor in r["forms"]]
    return rows[0]["slug"] if len(rows) == 1 else None


def plausible_memory(gpu_name: str, size: float) -> bool:
    """Whether `size` GB can be the memory of one GPU of that family. True for a family whose sizes are not known."""
    sizes = _memories().get(gpu_name)
    return 2 <= size <= 640 if sizes is None else any(abs(size - s) <= 0.02 * s for s in sizes)


def nominal_memory(gpu_name: str, size: float) -> float:
    """The size that a card is sold with, of a size as software reports it: 79.6 (of 81,559 MiB) is 80. A whole number is taken as it stands."""
    return next((float(s) for s in _memories().get(gpu_name, ()) if size != int(size) and abs(size - s) <= 0.02 * s), size)


def name_by_memory(gpu_name: str, memory: float | None) -> str:
    """The name of the card that is meant, where several are let under one name and the memory tells which."""
    return _names()["by_memory"].get(gpu_name, {}).get(memory, gpu_name)


# --- what stands around a name (all on folded text) ---------------------------------------------------------------------------------------

_GLUED_LEFT = _pattern("glued_left")
_GLUED_RIGHT = _pattern("glued_right")
_NVLINK_SIZE = re.compile(r"nv(\d{2,3})(?![a-z0-9])")           # "v100nv32": with NVLink and 32 GB
_TYPE_OF_MACHINE = re.compile(r"-(?:[1-9]|1[0-6])-(?P<memory>\d{2,3})gb?(?![a-z0-9])")      # "L4-2-24G": a machine with two of 24 GB, if other names beside it show that the first number counts
_SIZE_TIMES = re.compile(r"[-_](?P<memory>\d{2,3})x(?P<count>[1-9]|1[0-6])(?![a-z0-9.])")      # "a100-80x4": four of 80 GB
_MODIFIER = _pattern("modifier")
_COUNT_GPUS = _pattern("count_gpus")      # "HGX H100 8-GPU server"
_COUNT_RIGHT = _pattern("count_right")
_MEMORY_LISTED = _pattern("memory_listed")      # "H100 SXM5, 80 GB"
_COUNT_CJK = _pattern("count_east_asian")
_COUNT_PIECES = _pattern("count_pieces")
_PART_BEHIND = _pattern("part_behind")
_CELL = 40                                                     # characters of a cell that names a card and hardly anything else
_COUNT_WORDED = _pattern("count_worded")
_OCI_COUNT = re.compile(r"(?:-v\d)?\.(?P<count>[1-9]\d?)(?![a-z0-9.])")
_GPUS_BESIDE = re.compile(r"[^,;.|\n]{0,24}?[(\s](\d{1,3})\s?x\s?gpus?\b")                # "H100 NVL (4x GPUs)"
_UNIT_AFTER = _pattern("unit_after")


_CODE_BEFORE = re.compile(r"(?<![a-z0-9])[a-wyz]{1,2}\d{1,4}$")               # "A100 H100": the digits of another code are no count


@lru_cache(maxsize=1)
def _left_ends() -> tuple[str, ...]:
    """With what a count or a vendor's name before a chip ends: nothing else need be looked at."""
    words = re.findall(r"[^|()?:\[\]]+", _names()["patterns"]["vendor"].replace("gpus?", "gpu|gpus"))
    return tuple(dict.fromkeys([*words, *map(str, _names()["count_words"]), *"0123456789x×*()の의", *_names()["patterns"]["counter"].split("|"), *re.findall(r"[^\W\d_]+", _names()["patterns"]["pieces"].partition("(?!")[0])]))


_PARTS = ",;|\"<>={}$"                                          # no character of what `_left_pattern` finds


def _parted(text: str, first: int, start: int) -> int:
    """Where what stands right before a chip begins at the earliest: behind a mark that parts it from the chip, from `first` on."""
    return max(first, *[text.rfind(mark, first, start) + 1 for mark in _PARTS])


@lru_cache(maxsize=1)
def _left_pattern() -> re.Pattern:
    words = "|".join(sorted(map(re.escape, map(str, _names()["count_words"])), key=len, reverse=True))
    return pattern_named("left", {**_names()["patterns"], "count_words": words})


@lru_cache(maxsize=1)
def _machine() -> tuple[Any, list[str], dict[str, tuple[str, Any]]]:
    """(automaton, anchors, what each anchor is): ("code", gate) | ("number", kind) | ("word", [rules])."""
    import ahocorasick_rs

    names = _names()
    kinds: dict[str, tuple[str, Any]] = {}
    for gate in ("strong", "also_strong", "context", "vendor"):
        for code in names[gate]:
            kinds[code] = ("code", "strong" if gate == "also_strong" else gate)
    for kind in ("geforce", "workstation"):
        for number in names["numbers"][kind]:
            kinds[number] = ("number", kind)
    for rule in names["words"]:
        kinds.setdefault(rule["anchor"], ("word", []))[1].append((re.compile(rule["pattern"]), rule["name"], rule.get("gate", "strong")))
    anchors = list(kinds)
    return ahocorasick_rs.AhoCorasick(anchors), anchors, kinds


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern]:
    names = _names()
    return {key: re.compile(names[key]) for key in ("not_after", "road_after", "not_before", "context_words")} | {"vendor": re.compile(rf"(?:{names['vendor_words']})[\s\-_®™(]*$")}


def _bounded(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] stands alone, but for what may be glued to a model code (8xH100, RTXA6000, A100s, H100SXM5)."""
    if start and text[start - 1].isascii() and text[start - 1].isalnum() and not _GLUED_LEFT.search(text, max(0, start - 12), start):
        return False
    if end < len(text) and text[end].isascii() and text[end].isalnum() and not _GLUED_RIGHT.match(text, end):
        return False
    return True


_HEX_RUN = re.compile(r"[0-9a-f]+(?:-[0-9a-f]+)*")


_SIZES = re.compile(r"(?:-\d{1,4}[a-f]?){0,6}-?")


def _in_hex(text: str, start: int, end: int) -> bool:
    """Whether a code made of hexadecimal digits is a piece of a longer hexadecimal string (a hash, a UUID, a colour)."""
    code = text[start:end]
    if not all(c in "0123456789abcdef" for c in code):
        return False
    a = start
    while a and (text[a - 1] in "0123456789abcdef-"):
        a -= 1
    b = end
    while b < len(text) and text[b] in "0123456789abcdef-":
        b += 1
    run = text[a:b]
    if _SIZES.fullmatch(text, end, b):         # "b200-248c-2826g": the name of a plan, with its sizes
        before = text[a:start].strip("-")
        if not before or _SIZES.fullmatch(f"-{before}"):
            return a > 0 and text[a - 1] == "#" and b == end or bool(re.search(r"(?<![a-z0-9])0x$", text[max(0, a - 3):a]))
    return len(run.replace("-", "")) >= 12 or (a > 0 and text[a - 1] == "#" and b == end) or bool(re.search(r"(?<![a-z0-9])0x$", text[max(0, a - 3):a]))


_FAMILY_OF_MACHINES = _pattern("family_of_machines")
_BESIDE_V100 = _pattern("beside_v100")          # "V100 and V100s": no plural


def _code(text: str, raw: str, start: int, end: int, code: str) -> tuple[int, int, str] | None:
    if not _bounded(text, start, end) or _in_hex(text, start, end) or text.startswith("-", end) and _FAMILY_OF_MACHINES.match(text, end):
        return None
    if end < len(text) and text[end] == "s" and code == "v100":
        if raw[end] == "S":
            return None                                        # V100S is a chip of its own; "V100s" is a plural
    if code == "v100s" and raw[end - 1] == "s" and any(c.isupper() for c in raw[start:end]) and not _BESIDE_V100.search(text, max(0, start - 16), start):
        return None
    return start, end, _names()["as"].get(code, code.upper())


_RTX_LEFT = _pattern("rtx_left")
_RTX_RIGHT = _pattern("rtx_right")


_OF_96_GB = re.compile(r"[\s_(,-]{1,3}96 ?gi?b?(?![a-z0-9])")


_NOT_A_CARD = _pattern("not_a_card")


def _number(text: str, start: int, end: int, number: str, kind: str) -> tuple[int, int, str, str] | None:
    """A card named by its number: (start, end, gpu_name, gate)."""
    left = _RTX_LEFT.search(text, max(0, start - 40), start)
    brand, pro = (left["brand"] or ""), bool(left["pro"])
    begin = left.start() if brand or pro else start
    if begin and text[begin - 1].isascii() and text[begin - 1].isalnum():
        if not _GLUED_LEFT.search(text, max(0, begin - 12), begin):
            return None
    right = _RTX_RIGHT.match(text, end)
    if right is None:
        glued = re.compile(r"(?:s|x\d{1,2}|gpus?)(?![a-z0-9])").match(text, end)
        if kind == "workstation" and "rtx" in brand and re.compile(r"a(?![a-z0-9])").match(text, end):
            return begin, end + 1, f"RTX{number}ADA", "strong"             # "gpu-rtx4000a-2"
        if not glued or not (brand or number in _names()["numbers"]["bare"]):
            return None
        suffix, stop = "", end
    else:
        suffix, stop = re.sub(r"[\s\-_]", "", right["suffix"] or ""), right.end() if right["suffix"] else end
    if pro or suffix in {"spro", "blackwell", "maxq", "server"} or (suffix == "pro" and number in {"6000", "5000", "4000", "4500"}):
        if kind != "workstation":
            return (begin, end, f"RTX{number}", "strong" if brand else "context")      # "4090 PRO": a tier of the seller, not the card
        if not (brand or pro or suffix in {"spro", "pro"}) or (suffix in {"maxq", "server"} and not (brand and pro)):
            return None
        gate = "strong" if "rtx" in brand else "context"
        return begin, stop, f"RTXPRO{number}", gate
    if "ada" in suffix:
        name = f"RTX{number}SFFADA" if "sff" in suffix else f"RTX{number}ADA"
        return (begin, stop, name, "strong" if "rtx" in brand else "context") if kind == "workstation" else None
    if kind == "workstation":
        if not ("rtx" in brand or "quadro" in brand) or suffix:
            return None
        if "quadro" not in brand and re.search(r"blackwell[\s\-_]*$", text[max(0, begin - 12):begin]):
            return begin, stop, f"RTXPRO{number}", "strong"    # "Blackwell RTX 6000": that generation has no other card of the number
        if number == "6000" and "quadro" not in brand and _OF_96_GB.match(text, end):
            return begin, stop, "RTXPRO6000", "strong"         # no other card of the number has so much memory
        return begin, stop, f"RTX{number}", "strong"
    if suffix == "spro":
        return None
    if suffix in {"pro", "maxq", "server", "blackwell"}:
        suffix, stop = "", end
    if "gtx" in brand or number.startswith("1"):
        if not brand and suffix not in {"ti", "super"}:
            return None                                        # "1080" is the height of a picture; "1080 Ti" is a card where GPUs are listed
        return begin, stop, f"GTX{number}{suffix.upper()}", "strong" if brand else "bare"
    if suffix == "d" and number not in {"4090", "5090"}:
        return None
    name = f"RTX{number}{suffix.upper()}"
    if "rtx" in brand or "geforce" in brand:
        return begin, stop, name, "strong"
    if suffix or number in _names()["numbers"]["bare"] or "nvidia" in brand:
        previous = text[begin - 1] if begin else ""
        if previous in {"$", "€", "£", ".", ":", "#"} or previous == "," and text[begin - 2:begin - 1].isascii() or _NOT_A_CARD.match(text[end:end + 8]):
            return None
        return begin, stop, name, "bare"
    return None


def _around(text: str, found: tuple[int, int, str, str], raw: str) -> ChipSpan:
    """Read memory, form factor, slice and count on both sides of a name."""
    start, end, name, gate = found
    memory = form = None
    sliced = False
    stop = end
    if stop < len(text) and text[stop] in "sp" and not text[stop + 1:stop + 2].isalnum():
        if text[stop] == "p" and name not in {"A100", "H100"}:
            pass
        elif text[stop] == "p":
            form, stop = "PCIe", stop + 1
        else:
            stop += 1
    count: float | None = None
    if (joined := _NVLINK_SIZE.match(text, stop)) and plausible_memory(name, float(joined[1])):
        memory, form, stop = float(joined[1]), _form(name, "nvlink"), joined.end()
    if (typed := _TYPE_OF_MACHINE.match(text, stop)) and plausible_memory(name, float(typed["memory"])):
        memory = float(typed["memory"])
    if (sized := _SIZE_TIMES.match(text, stop)) and plausible_memory(name, float(sized["memory"])):
        memory, count, stop = float(sized["memory"]), float(sized["count"]), sized.end()
    for _ in range(6):
        match = _MODIFIER.match(text, stop)
        if match is None:
            listed = _MEMORY_LISTED.match(text, stop) if memory is None else None
            if listed and plausible_memory(name, float(listed["memory"])):
                memory, stop = float(listed["memory"]), listed.end()
                continue
            number = _COUNT_RIGHT.match(text, stop)
            if count is None and number:
                count = float(number["count"] or number["colon"] or number["behind"])
                stop = number.end()
                continue
            break
        if match["memory"]:
            size = float(match["memory"])
            if memory is not None or not plausible_memory(name, size):
                break
            memory = size
        elif match["form"]:
            if form is not None and match["form"] != "hgx":
                break
            form = _form(name, match["form"]) or form
        else:
            sliced, memory = True, float(match["slice_memory"])
        stop = match.end()
        if text[stop:stop + 1] == ")" and "(" in text[start:stop]:
            stop += 1
    if count is None and (cjk := _COUNT_CJK.match(text, stop)):
        sign = cjk["count"] or cjk["pair"]
        count = float(_names()["count_signs"].get(sign) or sign)
    if count is None and (named := _COUNT_GPUS.match(text, stop)):
        count = float(named["count"])
    if count is None and (pieces := _COUNT_PIECES.match(text, stop)):
        count = float(pieces["count"])
    if count is None and len(text) <= _CELL and (part := _PART_BEHIND.match(text, stop)):
        count = 1 / int(part["part"])
    if count is None and (worded := _COUNT_WORDED.match(text, stop)):
        count = float(worded["count"])
    if count is None and (beside := _GPUS_BESIDE.match(text, stop)):
        count = float(beside[1])
    if count is None and len(text) <= 24:                      # a cell "l4 / 4"
        split = re.match(r"\s?/\s?([1-9]\d?)$", text[stop:])
        count = float(split[1]) if split else None
    if count is None:
        oci = _OCI_COUNT.match(text, stop) if "gpu." in text[max(0, start - 8):start] else None
        number = oci or _COUNT_RIGHT.match(text, stop)
        if number:
            count = float(number["count"] or number["colon"] or number["behind"])
    before = text[max(0, start - 60):start].rstrip(" -_®™\t.")
    left = _left_pattern().search(text, _parted(text, max(0, start - 60), start), start) if before.endswith(_left_ends()) and not _CODE_BEFORE.search(before, max(0, len(before) - 10)) else None
    at_most = False
    begin = start
    if left is not None:
        vendor = left["vendor"] or ""
        if form is None and ("hgx" in vendor or "dgx" in vendor) and name[0] in "HBA":
            form = "SXM"
        bus = re.search(r"pcie|sxm|nvlink", vendor)            # "8x SXM5 H100"; but "PCIe 4 PCIe", "gen 4 PCIe" count nothing
        if form is None and bus is not None:
            form = _form(name, bus[0])
        if left["count"] and not (bus and not left["times"]) and (left["times"] or _UNIT_AFTER.match(text, stop) or (vendor.strip() and float(left["count"].split("/")[0]) <= 64 and not ("(" in vendor and _NAMED_BEFORE.search(text, max(0, left.start() - 2), left.start())))
                              or ((left.start() == 0 or text[max(0, left.start() - 2):left.start()].strip()[-1:] in "=:(") and not vendor.strip() and "/" not in left["count"] and float(left["count"]) <= 16)
                              or (re.fullmatch(r"1\s?/\s?(?:[2-8]|1[0-6]|24|32)", left["count"]) and left.start() == 0)
                              or (left["count"].isdigit() and int(left["count"]) <= 16 and _WITH_SO_MANY.search(text, max(0, left.start("count") - 20), left.start("count")))):
            whole, _, part = left["count"].partition("/")
            value = int(whole) / int(part) if part and int(part) else float(whole)
            if value <= 1024 and not (count is not None and value > 16):
                count, begin = value, left.start()
                at_most = bool(left["upto"])
        elif left["glued"]:
            count = float(left["glued"])
        elif left["dashed"]:
            count = float(left["dashed"])
        elif (decimal := re.search(r"(?<![\d.])0\.\d{1,3}$", text[max(0, start - 6):start])):
            count = float(decimal[0])
        elif left["word"] and count is None and text[start - 1:start] in {" ", "卡", "张"} or (left["word"] and not left["word"].isascii() and count is None):
            count, begin = float(_names()["count_words"][left["word"]]), left.start()
        elif vendor.strip():
            begin = left.start()
    if (part := _part_of_one(text, start)) is not None:
        count, begin = part
    if sliced:
        count = None
    return ChipSpan(start, stop, name, memory, form, count, at_most, sliced, begin, gate)


_SIGNS_OF_PARTS = {"½": 1 / 2, "⅓": 1 / 3, "⅔": 2 / 3, "¼": 1 / 4, "¾": 3 / 4, "⅕": 1 / 5, "⅙": 1 / 6, "⅛": 1 / 8}
_WITH_SO_MANY = _pattern("with_so_many")
_NAMED_BEFORE = re.compile(r"[^\W\d_]\s?$")                   # "Fox 7 (A40)": the number is of the name
_PART_OF_ONE = _pattern("part_of_one")


def _part_of_one(text: str, start: int) -> tuple[float, int] | None:
    """(share, where it begins) of a GPU of which a part is let: "½ A100", "¼ of an A100"; a decimal only where the text begins with it ("0.5 L40S")."""
    first = max(0, start - 24)
    before = text[first:start]
    if not (first == 0 and before.startswith("0") or "⁄" in before or any(sign in before for sign in _SIGNS_OF_PARTS)):
        return None
    match = _PART_OF_ONE.search(before) if first == 0 else _PART_OF_ONE.search(" " + before)
    if match is None:
        return None
    value = _SIGNS_OF_PARTS[match["sign"]] if match["sign"] else int(match["above"]) / int(match["below"]) if match["above"] else float(match["decimal"].replace(",", "."))
    return (value, first + match.start() - (first > 0)) if 0 < value < 1 else None


def _form(name: str, word: str) -> str | None:
    """The form factor that a word names: SXM, PCIe, NVL, OAM. NVLink on a data-centre card means SXM; NVL72 is a rack."""
    if word.startswith(("sxm", "hgx")):
        return "SXM"
    if word.startswith("pci"):
        return "PCIe"
    if word == "oam":
        return "OAM"
    if word.startswith("nvlink"):
        return "SXM" if name in {"V100", "P100", "A100", "H100", "H200", "A800", "H800", "B200", "B300"} else None
    return "NVL" if word.startswith("nvl") and name in {"H100", "H200"} else None


def named_without_digits(text: str) -> bool:
    """Whether one of the few names of chips that have no digit stands in a text; any other is looked for only where there is a digit."""
    folded = text.lower()
    return any([name in folded for name in _names()["without_digits"]])


def find_chips(text: str, *, context: bool = False) -> list[ChipSpan]:
    """The chips named in `text`, in order, not overlapping.

    `context` says that what surrounds the text (a column head, a heading, a key) is about GPUs, so that short codes (T4, L4, A10, 4090) need no further sign.
    """
    return list(_find(text, context)) if len(text) >= 2 else []


@lru_cache(maxsize=1)
def chip_marks(text: str) -> list[int]:
    """Where in `text`, in order, something stands without which no name is a chip's: in a passage that holds none of these places `find_chips` finds nothing."""
    return sorted({start for _, start, _ in _machine()[0].find_matches_as_indexes(fold(text), overlapping=True)})


def _find(text: str, context: bool) -> tuple[ChipSpan, ...]:
    """`find_chips`; remembered, since chips, tables, cards and lists each ask for the chips of a text. Of long texts only the last are kept."""
    return (_find_short if len(text) <= _SHORT else _find_long)(text, context)


@lru_cache(maxsize=16_384)
def _find_short(text: str, context: bool) -> tuple[ChipSpan, ...]:
    return _find_all(text, context)


@lru_cache(maxsize=64)
def _find_long(text: str, context: bool) -> tuple[ChipSpan, ...]:
    return _find_all(text, context)


def _find_all(text: str, context: bool) -> tuple[ChipSpan, ...]:
    machine, anchors, kinds = _machine()
    folded = fold(text)
    hits = machine.find_matches_as_indexes(folded, overlapping=True)
    if not hits:
        return ()
    found: list[tuple[int, int, str, str]] = []
    for index, start, end in hits:
        kind, detail = kinds[anchors[index]]
        if kind == "code":
            match = _code(folded, text, start, end, anchors[index])
            if match:
                loose = anchors[index] == "v100" and text[match[0]] == "v" and not text[match[0] - 1:match[0]].strip() and not text[match[1]:match[1] + 1].strip("., ")
                found.append((*match, "context" if loose else detail))     # "v100" between blanks may be a version
        elif kind == "number":
            card = _number(folded, start, end, anchors[index], detail)
            if card:
                found.append(card)
        else:
            if start and folded[start - 1].isascii() and folded[start - 1].isalnum():
                continue
            for pattern, name, gate in detail:
                match = pattern.match(folded, start)
                if match:
                    groups = [(g or "").upper() for g in match.groups()]
                    found.append((start, match.end(), re.sub(r"\{(\d)\}", lambda m, g=groups: g[int(m[1]) - 1], name), gate))
                    break
    if not found:
        return ()
    found.sort(key=lambda f: (f[0], -f[1]))
    kept: list[tuple[int, int, str, str]] = []
    for item in found:
        if not kept or item[0] >= kept[-1][1]:
            kept.append(item)
        elif item[1] > kept[-1][1]:
            kept[-1] = item
    spans = [_around(folded, item, text) for item in kept]
    strong = [s for s in spans if s.gate == "strong"]
    return tuple(s for s in spans if _admitted(folded, text, s, strong, context))


_start = attrgetter("start")


def _admitted(folded: str, text: str, span: ChipSpan, strong: list[ChipSpan], context: bool) -> bool:
    """The gate of ambiguous codes: does what stands around a name make it a chip?"""
    patterns = _patterns()
    if patterns["road_after"].match(folded, span.end) or (span.gate != "strong" and patterns["not_after"].match(folded, span.end)):
        return False
    if patterns["not_before"].search(folded, max(0, span.start - 16), span.start):
        return False
    if span.gate == "strong":
        return True
    beside = bool(patterns["vendor"].search(folded, max(0, span.start - 24), span.start)) or span.memory is not None \
        or bool(_UNIT_AFTER.match(folded, span.end)) or (span.count is not None and folded[span.left:span.start].strip()[-1:] in {"x", "×", "*", "卡", "张", "張", "枚", "장"})
    if span.gate == "vendor":
        return beside or context
    if context or beside:
        return True
    if span.gate == "bare":
        at = bisect_left(strong, span.start - 59, key=_start)  # they stand in the order of the text
        return at < len(strong) and strong[at].start - span.start < 60
    if any(c.isalpha() and c.islower() for c in text[span.start:span.start + 1]) and not strong:
        return False                                           # "t4", "l4" in lower case are code, not a name
    at = bisect_left(strong, span.start - _WINDOW + 1, key=_start)
    return at < len(strong) and strong[at].start - span.start < _WINDOW or _near_context(folded, span)


def _near_context(folded: str, span: ChipSpan) -> bool:
    return bool(_patterns()["context_words"].search(folded, max(0, span.start - _WINDOW), min(len(folded), span.end + _WINDOW)))


_NUMBERED = re.compile(r"(?P<number>[1-5]0[5-9]0|16[56]0)(?![\w.,:%$€£¥/-])")


def card_of_number(text: str) -> ChipSpan | None:
    """The GeForce card that a name begins with the bare number of ("1660 standard"): only for a list whose other names are such cards, too. A number alone is none."""
    match = _NUMBERED.match(text)
    if match is None or match["number"] not in _names()["numbers"]["geforce"] or not any(map(str.isalpha, text[match.end():])):
        return None
    return ChipSpan(0, match.end(), f"{'GTX' if match['number'].startswith('1') else 'RTX'}{match['number']}", gate="bare")


# --- instance types -----------------------------------------------------------------------------------------------------------------------

@lru_cache(maxsize=1)
def _instances() -> list[tuple[re.Pattern, dict[str, Any]]]:
    return [(re.compile(rf"(?<![\w.-])(?:ml\.)?{rule['pattern']}(?![\w-])"), rule) for rule in _names()["instances"]]


_LOOKS_LIKE_INSTANCE = _pattern("looks_like_instance")


@lru_cache(maxsize=4096)
def instance_chip(name: str) -> InstanceChip | None:
    """Chip and number of GPUs that the name of a well-known instance type stands for (`p5.48xlarge`: H100, 8), else None."""
    if not _LOOKS_LIKE_INSTANCE.search(name):
        return None
    folded = fold(name)
    for pattern, rule in _instances():
        match = pattern.search(folded)
        if not match:
            continue
        size, sizes = match.groups()[-1], rule["sizes"]
        count = float(size) if sizes == "number" else sizes.get(size, sizes.get("*"))
        if not rule["chip"]:
            inner = find_chips(name, context=True)
            return InstanceChip(inner[0].gpu_name, float(count), inner[0].memory) if inner else None
        if count is None and isinstance(sizes, dict) and sizes:
            continue
        return InstanceChip(rule["chip"], float(count) if count is not None else None, rule.get("memory"))
    return None


@lru_cache(maxsize=1)
def _any_instance() -> re.Pattern:
    return re.compile("|".join(f"(?:{re.sub(r'[(](?![?])', '(?:', rule['pattern'])})" for _, rule in _instances()))


@lru_cache(maxsize=1)
def _instance_starts() -> Any:
    """Automaton of what names of instance types begin with; a beginning that may be left out is left out."""
    import ahocorasick_rs

    starts: set[str] = set()
    for _, rule in _instances():
        pattern = re.sub(r"^\(\?:[^()]*\)\?", "", rule["pattern"])
        either = re.match(r"\(\?:([^()]*)\)", pattern)
        starts.update(either[1].split("|") if either else [re.match(r"(?:[a-z0-9_-](?![?*+{]))+", pattern)[0]])
    return ahocorasick_rs.AhoCorasick(sorted(starts))


def names_instances(text: str) -> bool:
    """Whether a text holds the name of an instance type whose chip is known."""
    folded, pattern = fold(text), _any_instance()
    return any(pattern.match(folded, start) for _, start, _ in _instance_starts().find_matches_as_indexes(folded, overlapping=True))


# --- labels that look like a chip and are none that we know -------------------------------------------------------------------------------

_UNKNOWN = _pattern("unknown")
_LABEL = _pattern("label")
_NOT_CHIPS = _pattern("not_chips")


def unknown_labels(text: str, known: Iterable[ChipSpan], *, whole: bool = False) -> list[tuple[int, int, str]]:
    """(start, end, label) of names that look like an accelerator beside a vendor's name, and are not among `known`; with `whole`, the text as a whole."""
    matches = [m for m in [_LABEL.fullmatch(text.strip())] if m] if whole else list(_UNKNOWN.finditer(text))
    spans = [(s.start, s.end) for s in known]
    out = []
    for match in matches:
        offset = len(text) - len(text.lstrip()) if whole else 0
        start, end = match.start("label") + offset, match.end("label") + offset
        if not _NOT_CHIPS.fullmatch(match["label"]) and not any(a < end and start < b for a, b in spans):
            out.append((start, end, match["label"]))
    return out


def with_context(span: ChipSpan, **fields: Any) -> ChipSpan:
    """`span` with what other cells of its row say of it."""
    return replace(span, **fields)
