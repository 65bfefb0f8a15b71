"""Clean text from source ranges: NFKC, folded white space, decoded entities, and for every character the source span that it came from.

The work is done on whole slices where nothing is to be changed (an array slice costs the same for 5 or 5,000 characters); a regular expression finds the
few places where something is.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html.entities import html5
from itertools import pairwise
from unicodedata import combining, is_normalized, normalize

from nlp.compiled import twin
from nlp.document import MappedText

# How the characters of a source range are to be read.
RAW, HTML, MARKDOWN, STRING = 0, 1, 2, 3
ALT = 4                                                        # as HTML; the `alt` words of a picture

# Characters that say nothing to a reader and break words: soft hyphen, zero-width and direction marks, byte order mark, trade mark signs
# ("GeForce RTX™ 4090": NFKC would make "RTXTM"), C0/C1 controls that are not white space.
DROPPED = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffc™®℠\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"
# NFKC would glue a raised digit to the number before it ("$3.20¹" -> "$3.201"); spacing accents would become a blank and a combining mark.
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
REPLACED = {"´": "'", "¨": '"', "¯": "-", "¸": ",", "˜": "~", "ª": "a", "º": "o"} | {c: f" {i}" for i, c in enumerate(RAISED)}
# White space other than the plain blank. One character class, so that `re` can skip through text at full speed.
_BLANKS = r"\t-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_ODD = f"{_BLANKS}{DROPPED}{''.join(REPLACED)}"
_CANDIDATES = {RAW: re.compile(f"[{_ODD}]"), HTML: re.compile(f"[&{_ODD}]"), MARKDOWN: re.compile(rf"[&\\{_ODD}]"), STRING: re.compile(rf"[&\\{_ODD}]")}
_CANDIDATES[ALT] = _CANDIDATES[HTML]
_CANDIDATES_WIDE = {mode: re.compile(f"{pattern.pattern}| (?= )") for mode, pattern in _CANDIDATES.items()}    # where two blanks follow one another
_ENTITY = re.compile(r"&(?:\#(?:[xX][0-9a-fA-F]{1,8}|[0-9]{1,9});?|[a-zA-Z][a-zA-Z0-9]{1,31};?)")
_ESCAPE = re.compile(r"\\[!-/:-@\[-`{-~]")
_STRING_ESCAPE = re.compile(r"\\(?:u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_DOUBLE = re.compile("  +")
_BLANK_RUN = re.compile(r"\s+")
_DROPPED_RUN = re.compile(f"[{DROPPED}]+")
_CJK = "\u2e80-\u2fff\u3001-\u30ff\u3100-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef"
_IS_CJK = re.compile(f"[{_CJK}]")
_C1 = {0x80 + i: c for i, c in enumerate("€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ")}   # HTML5: numeric references of this range mean cp1252

# What never has to be changed, by itself or beside anything else: no mark that composes, none that NFKC changes. Ranges of letters, digits and signs of the scripts that are read.
_STEADY = ((0xA1, 0x250), (0x370, 0x530), (0x531, 0x58A), (0x5D0, 0x5F3), (0x60C, 0x60D), (0x61B, 0x61C), (0x61F, 0x64B), (0x660, 0x670), (0x671, 0x6D6), (0x902, 0x93A), (0x93D, 0x951),
           (0x958, 0x980), (0xE01, 0xE5C), (0x10A0, 0x1100), (0x1E00, 0x1F00), (0x2010, 0x2028), (0x2030, 0x205F), (0x20A0, 0x20C0), (0x2190, 0x2400), (0x2500, 0x2800), (0x3001, 0x3097),
           (0x30A1, 0x3100), (0x3400, 0x4DC0), (0x4E00, 0x9FF0), (0xAC00, 0xD7A4))
# Marks above or below a letter that compose with none; two of them in a row may have to change places. Arabic, Devanagari, Thai.
_STEADY_MARKS = ((0x64B, 0x653), (0x94D, 0x94E), (0xE38, 0xE3B), (0xE48, 0xE4C))


def _classes() -> bytes:
    """For the compiled twin, of each character below U+10000: 3 white space, 2 what never has to be changed and is written without blanks, 1 the same of other scripts, 6 a mark that does not where no other mark stands before it, 7 what is dropped, 0 all others. Takes about a millisecond."""
    out = bytearray(0x10000)
    for first, last in ((0x21, 0x7F), *_STEADY):
        if first >= 0x3400:                                    # ideographs and Hangul syllables: no exceptions among them, only the former are written without blanks
            out[first:last] = (b"\2" if first < 0xAC00 else b"\1") * (last - first)
            continue
        for code in range(first, last):
            if (c := chr(code)).isprintable() and not combining(c) and is_normalized("NFKC", c) and not _CANDIDATES[RAW].match(c):
                out[code] = 2 if _IS_CJK.match(c) else 1
    for first, last in _STEADY_MARKS:
        out[first:last] = b"\6" * (last - first)
    for code in range(0x3001):                                 # no white space stands behind the ideographic blank
        if chr(code).isspace():
            out[code] = 3
    for first, last in ((0, 0x2180), (0xFE00, 0xFFFF)):        # where these stand
        for run in _DROPPED_RUN.finditer("".join(map(chr, range(first, last)))):
            out[first + run.start():first + run.end()] = b"\7" * (run.end() - run.start())
    return bytes(out)


_identity = array("I", range(1 << 16))


def identity(size: int) -> array:
    """0, 1, 2 … at least `size` long; shared, not to be changed."""
    global _identity
    if len(_identity) < size:
        _identity = array("I", range(max(size, 2 * len(_identity))))
    return _identity


@lru_cache(maxsize=4096)
def decode_entity(reference: str) -> tuple[str, int]:
    """(text, characters used) of a character reference at the start of `reference`, as HTML5 reads it; ("&", 1) where there is none."""
    if reference[1] == "#":
        digits = reference[2:].rstrip(";")
        code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
        if code in _C1:
            return _C1[code], len(reference)
        if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            return "\ufffd", len(reference)
        return chr(code), len(reference)
    name = reference[1:]
    if name in html5:
        return html5[name], len(reference)
    for length in range(min(len(name), 6), 1, -1):             # names that HTML5 reads without a semicolon have at most 6 letters
        if name[:length] in html5:
            return html5[name[:length]], length + 1
    return "&", 1


def decode_entities(text: str) -> str:
    """Text with its character references decoded; what only begins like one ("&#;", "&#x", "&#6a") stays."""
    return _ENTITY.sub(_decoded, text)


if compiled := twin("folding"):
    compiled.prepare(_classes(), decode_entity)


def _decode_string_escape(escape: str) -> str:
    body = escape[1:]
    if body[0] in "ux" and len(body) > 1:
        code = int(body[1:].strip("{}"), 16)
        return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"
    return {"n": "\n", "r": "\n", "t": " ", "\n": " "}.get(body, body)


_MARKS = ("\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0dff\u0e31-\u0e4e\u102b-\u103e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
          "\u3099\u309a\ufe20-\ufe2f")


@lru_cache(maxsize=1)
def _unstable() -> tuple[re.Pattern, dict[int, int]]:
    """(what NFKC may change: characters, and sequences that compose; the changes of one character to one). Built when first needed (about 10 ms)."""
    changing: list[str] = []
    table: dict[int, int] = {}
    first = None
    for code in range(0xA0, 0x10000):
        # ideographs, Hangul syllables, surrogates and private use do not change
        clean = None if 0x3400 <= code <= 0x9FFF or 0xAC00 <= code <= 0xF8FF else normalize("NFKC", chr(code))
        odd = clean is not None and clean != chr(code)
        if odd:
            if len(clean) == 1:
                table[code] = ord(clean)
            if first is None:
                first = code
        elif first is not None:
            changing.append(f"\\u{first:04x}-\\u{code - 1:04x}")
            first = None
    planes = "\U0001d400-\U0001d7ff\U0001ee00-\U0001eeff\U0001f100-\U0001f2ff\U0001fbf0-\U0001fbf9\U0002f800-\U0002fa1f"
    single = f"[{''.join(changing)}{planes}]"
    return re.compile(f"[^\\x00-\\x1f ]?[{_MARKS}]+|[\\u1100-\\u11ff]+|[\\uac00-\\ud7a3][\\u11a8-\\u11ff]+|{single}"), table


def _blanked(raw: str) -> str:
    """Source text with blanks for the commonest other white space, one character for one; not between Chinese and Japanese characters, where a line end is none."""
    if ("\n" in raw or "\xa0" in raw or "\t" in raw or "\r" in raw) and (raw.isascii() or not _IS_CJK.search(raw)):
        return raw.replace("\n", " ").replace("\t", " ").replace("\xa0", " ").replace("\r", " ")
    return raw


def _as_it_stands(raw: str, mode: int) -> bool:
    """Whether source text is plain ASCII in which nothing but blanks can need a change; `_CANDIDATES` finds out for any text, more slowly."""
    return raw.isascii() and raw.isprintable() and (mode == RAW or "&" not in raw and (mode in (HTML, ALT) or "\\" not in raw))


class InterleavedText(MappedText):
    """Text of several columns: the lines of a cell stand between lines of its neighbours (a grid table in reStructuredText), so offsets do not always rise."""

    __slots__ = ()

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        MappedText.source_span(self, start, end)               # the range check
        return min(self.starts[start:end]), max(self.ends[start:end])


class _Builder:
    """Collects clean text and its offsets, block by block."""

    __slots__ = ("source", "text", "starts", "ends", "space", "last", "ident", "spaced", "backwards")

    def __init__(self, source: str):
        self.source = source
        self.ident = identity(len(source) + 1)
        self.text: list[str] = []
        self.starts = array("I")
        self.ends = array("I")
        self.space: list | None = None                         # white space that stands between what is written and what comes: [text, start, end, fold]
        self.last = 0
        self.spaced = False                                    # what was written last ends with a blank
        self.backwards = False

    def gap(self, text: str, start: int, end: int, fold: bool) -> None:
        if self.spaced or not self.text:
            return
        if self.space is None:
            self.space = [text, start, end, fold]
        else:
            space = self.space
            space[2] = max(space[2], end)
            space[3] = space[3] and fold
            if text != " ":
                space[0] = text

    def flush(self, following: str) -> None:
        space = self.space
        if space is not None:
            self.space = None
            if space[3] and _IS_CJK.match(following) and _IS_CJK.match(self.text[-1][-1]):
                return                                         # a line end inside text that is written without blanks
            self.text.append(space[0])
            length = len(space[0])
            self.starts.extend([space[1]] * length)
            self.ends.extend([space[2]] * length)

    def put(self, text: str, start: int, end: int) -> None:
        """Characters that all come from source[start:end]."""
        if self.space is not None:
            self.flush(text[0])
        self.spaced = False
        self.text.append(text)
        length = len(text)
        if length == 1:
            self.starts.append(start)
            self.ends.append(end)
        else:
            self.starts.extend([start] * length)
            self.ends.extend([end] * length)

    def copy(self, piece: str, start: int) -> None:
        """Clean characters, one for each source character from `start` on."""
        if self.space is not None:
            self.flush(piece[0])
        self.spaced = False
        end = start + len(piece)
        self.text.append(piece)
        self.starts.extend(self.ident[start:end])
        self.ends.extend(self.ident[start + 1:end + 1])

    def plain(self, piece: str, start: int) -> None:
        """Source characters from `start` on, as many as `piece` has, that may need NFKC."""
        if piece.isascii() or is_normalized("NFKC", piece):
            self.copy(piece, start)
            return
        pattern, table = _unstable()
        piece = piece.translate(table)                         # full-width forms and the like: as many characters as before
        if is_normalized("NFKC", piece):
            self.copy(piece, start)
            return
        at = 0
        for match in pattern.finditer(piece):
            a, b = match.span()
            if a > at:
                self.copy(piece[at:a], start + at)
            clean = normalize("NFKC", match.group())
            if clean.isspace():
                self.gap(" ", start + a, start + b, False)
            elif clean:
                self.put(clean, start + a, start + b)
            at = b
        if at < len(piece):
            self.copy(piece[at:], start + at)

    def run(self, start: int, end: int, mode: int) -> None:
        """A source range, read as `mode` says."""
        raw = _blanked(self.source[start:end])
        if _as_it_stands(raw, mode) or _CANDIDATES[mode].search(raw) is None:
            self.simple(raw, start, end)
        else:
            self.special(raw, start, end, mode)
        if start < self.last:
            self.backwards = True
        if end > self.last:
            self.last = end

    def simple(self, raw: str, start: int, end: int) -> None:
        """Text in which nothing is to be changed but blanks."""
        stop = len(raw)
        at = 0
        if raw[:1] == " ":
            at = stop - len(raw.lstrip(" "))
            self.gap(" ", start, start + at, False)
            if at == stop:
                return
        if raw[-1:] == " ":
            stop = len(raw.rstrip(" "))
        if "  " in raw:
            for match in _DOUBLE.finditer(raw, at, stop):
                a, b = match.span()
                self.plain(raw[at:a], start + at)
                self.gap(" ", start + a, start + b, False)
                at = b
        if at < stop:
            self.plain(raw[at:stop], start + at)
        if start + stop < end:
            self.gap(" ", start + stop, end, False)

    def special(self, raw: str, start: int, end: int, mode: int) -> None:
        """Text with references, escapes, odd white space or characters that are dropped."""
        stop = len(raw.rstrip())
        if not stop:
            self.gap(" ", start, end, "\n" in raw)
            return
        at = len(raw) - len(raw.lstrip())
        if at:
            self.gap(" ", start, start + at, "\n" in raw[:at])
        pattern = (_CANDIDATES_WIDE if "  " in raw else _CANDIDATES)[mode]
        for match in pattern.finditer(raw, at, stop):
            a = match.start()
            if a < at:
                continue
            first = raw[a]
            if first == "&":
                found = _ENTITY.match(raw, a, stop)
                if found is None:
                    continue
                text, used = decode_entity(found.group())
            elif first == "\\":                                 # the candidates of RAW, HTML and ALT have none
                found = (_STRING_ESCAPE if mode == STRING else _ESCAPE).match(raw, a, stop)
                if found is None:
                    continue
                text, used = _decode_string_escape(found.group()) if mode == STRING else raw[a + 1], found.end() - a
            elif first.isspace():
                b = _BLANK_RUN.match(raw, a, stop).end()
                if a > at and raw[a - 1] == " ":
                    a -= 1
                if a > at:
                    self.plain(raw[at:a], start + at)
                at = b
                self.gap(" ", start + a, start + at, "\n" in raw[a:b])
                continue
            else:
                found = _DROPPED_RUN.match(raw, a, stop)
                text, used = ("", found.end() - a) if found else (first, 1)
            clean = clean_text(text)
            begin = at + len(raw[at:a].rstrip(" ")) if clean[:1] in ("", " ") else a    # blanks beside one another are one, also around what is dropped
            if begin > at:
                self.plain(raw[at:begin], start + at)
            at = a + used
            if clean and clean != " ":
                if clean[0] == " ":
                    self.gap(" ", start + begin, start + a, False)
                self.put(clean.lstrip(" "), start + a, start + at)
                continue
            while raw[at:at + 1] == " ":
                at += 1
            first, last = (begin, at) if clean else (begin if begin < a else a + used, at if at > a + used else a)
            if first < last:
                self.gap(" ", start + first, start + last, False)
        if at < stop:
            self.plain(raw[at:stop], start + at)
        if stop < len(raw):
            self.gap(" ", start + stop, end, "\n" in raw[stop:])

    def pieces(self, pieces: Iterable[tuple[int, int, int] | str]) -> None:
        """Source ranges, and strings between them."""
        soft = ""
        for piece in pieces:
            if isinstance(piece, str):
                if piece in (RAISE, ABUT):
                    soft = piece
                elif piece.isspace():
                    self.gap(piece, self.last, self.last, False)
                elif self.text:
                    self.space = None
                    self.put(piece, self.last, self.last)
                    self.spaced = piece[-1] == " "
            else:
                if self.text and self.space is None:
                    raw = self.source[piece[0]:piece[1]]
                    if raw[:1].isdigit() and _is_fraction(self.source, self.last, piece[0], "".join(self.text[-4:]), raw):
                        self.put(".", self.last, self.last)
                    elif (soft := soft or _meeting(self.source, self.last, piece[0], self.text[-1], raw)) and _apart(soft, self.text[-1], raw):
                        self.gap(" ", self.last, self.last, False)
                soft = ""
                self.run(*piece)

    def done(self) -> MappedText:
        text = "".join(self.text)
        mapped = (InterleavedText if self.backwards else MappedText)(text, self.starts, self.ends)
        if not text.isascii() and not is_normalized("NFKC", text):
            mapped = _renormalise(mapped)
        return mapped


_DROP = re.compile(f"[{DROPPED}]+")
_REPLACE = re.compile(f"[{''.join(REPLACED)}]")
_CLEARED = re.compile(f"[{DROPPED}{''.join(REPLACED)}]")


def clean_text(text: str) -> str:
    """Text as blocks have it, without offsets: NFKC, dropped and replaced characters, folded white space except a leading blank."""
    if text.isascii() and text.isprintable():
        return text
    text = _DROP.sub("", text)
    text = _REPLACE.sub(lambda m: REPLACED[m.group()], text)
    text = normalize("NFKC", text)
    return re.sub(r"\s+", " ", text)


def _renormalise(mapped: MappedText) -> MappedText:
    """NFKC where characters of neighbouring ranges compose. Rare; clusters grow until the result is stable."""
    text, starts, ends = mapped.text, array("I"), array("I")
    out: list[str] = []
    at = 0
    for match in re.finditer(r".[^\x00-\x7f]+", text, re.DOTALL):
        a, b = match.span()
        piece = text[a:b]
        if is_normalized("NFKC", piece):
            continue
        out.append(text[at:a])
        starts.extend(mapped.starts[at:a])
        ends.extend(mapped.ends[at:a])
        clean = normalize("NFKC", piece)
        head = next((i for i in range(min(len(clean), len(piece))) if clean[i] != piece[i]), min(len(clean), len(piece)))
        tail = 0
        while tail < min(len(clean), len(piece)) - head and clean[-1 - tail] == piece[-1 - tail]:
            tail += 1
        out.append(clean)
        middle = len(clean) - head - tail
        starts.extend(mapped.starts[a:a + head])
        ends.extend(mapped.ends[a:a + head])
        first, last = min(a + head, b - 1), max(b - tail - 1, a)
        low, high = min(mapped.starts[first], mapped.starts[last]), max(mapped.ends[first], mapped.ends[last])
        starts.extend([low] * middle)
        ends.extend([high] * middle)
        starts.extend(mapped.starts[b - tail:b])
        ends.extend(mapped.ends[b - tail:b])
        at = b
    out.append(text[at:])
    starts.extend(mapped.starts[at:])
    ends.extend(mapped.ends[at:])
    return type(mapped)("".join(out), starts, ends)


RAISE, ABUT = "\u2060", "\u2063"                              # pieces: a raised text follows; elements that a style sheet may set apart meet
TOUCH = "\u2062"                                              # an element begins or ends right beside text that is not in it (never a piece: seen in the source)


Piece = tuple[int, int, int] | str                             # a source range (start, end, mode), or a string that is written as it is


@dataclass(slots=True)
class Runs:
    """The ranges of a source that a page consists of, by number. Its texts share them: no page needs its source ranges twice."""

    source: str
    starts: array                                              # array('I')
    ends: array                                                # array('I')
    modes: bytearray                                           # RAW | HTML | MARKDOWN | STRING | ALT

    def __getitem__(self, number: int) -> tuple[int, int, int]:
        return self.starts[number], self.ends[number], self.modes[number]


class LazyText(MappedText):
    """Text whose offsets are found when they are first asked for: of most blocks they never are."""

    __slots__ = ("_source", "_made", "_begin")

    def __init__(self, text: str, source: str | Runs, pieces: Sequence[Piece] | tuple[int, int, int] | int | MappedText):
        """`pieces`: of which it is made, or what was made of them. A source range stands for itself, or, by its number, for one of the `source` that is `Runs`: that is what most blocks are."""
        self.text, self._source = text, source
        self._made: Sequence[Piece] | tuple[int, int, int] | int | MappedText = pieces
        self._begin: int | None = None                         # where the text begins in the source, if it stands there as it is, else -1; None: not looked at yet

    def __reduce__(self) -> tuple[type[LazyText], tuple[str, str | Runs, Sequence[Piece] | tuple[int, int, int] | int | MappedText]]:
        return LazyText, (self.text, self._source, self._made)

    def _offsets(self) -> MappedText:
        if not isinstance(self._made, MappedText):
            self._made = _mapped(self._whole, self._pieces(self._made))
        return self._made

    @property
    def _whole(self) -> str:
        return self._source.source if isinstance(self._source, Runs) else self._source

    def _pieces(self, made: Sequence[Piece] | tuple[int, int, int] | int) -> Sequence[Piece]:
        if isinstance(made, int):
            return (self._source[made],)
        return (made,) if made and made[0].__class__ is int else made

    def _as_it_stands(self) -> int:
        """`_begin`, looked at once: a long text is asked for thousands of spans."""
        if self._begin is None:
            self._begin = -1
            if not isinstance(self._made, MappedText) and len(pieces := self._pieces(self._made)) == 1:
                first, last, _ = pieces[0]
                raw = self._whole[first:last]
                if len(raw.strip()) == len(self.text) and " ".join(raw.split()) == self.text:      # no reference in it, no white space folded: character for character
                    self._begin = first + len(raw) - len(raw.lstrip())
        return self._begin

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        if 0 <= start < end <= len(self.text) and (begin := self._as_it_stands()) >= 0:
            return begin + start, begin + end
        return MappedText.source_span(self, start, end)

    @property
    def starts(self) -> array:
        return self._offsets().starts

    @property
    def ends(self) -> array:
        return self._offsets().ends


def _plain_text(source: str, pieces: Sequence[Piece]) -> str | None:
    """The text that `_mapped` gives of pieces in which there is little to change: white space and references. None where there is more."""
    parts: list[str] = []
    ended: list[int] = []                                      # parts before which a line ends that is to stay; those of the source are blanks
    last = ended_at = 0
    soft = ""
    before = ""                                                # the range that stands before this place
    for piece in pieces:
        if piece.__class__ is str:
            if piece == RAISE or piece == ABUT:
                soft = piece
                continue
            if piece == "\n":
                ended.append(len(parts))
            elif piece != " ":
                return None
            parts.append(" ")
            before = ""
            continue
        start, end, mode = piece
        raw = source[start:end]
        if start < last or "\\" in raw and mode in (MARKDOWN, STRING):
            return None
        if before[-1:].isdigit() and raw[:1].isdigit() and _is_fraction(source, ended_at, start, "".join(parts[-4:]), raw):
            return None                                        # told with offsets
        if before and (soft := soft or _meeting(source, ended_at, start, before, raw)):
            words = _blanked(before)
            if not _as_it_stands(words, RAW) or "&" in words:
                return None
            if words[-1] != " " and _apart(soft, words.strip(" ").rsplit("  ", 1)[-1], raw):
                parts.append(" ")
        soft = ""
        last, ended_at, before = start, end, raw
        parts.append(_ENTITY.sub(_decoded, raw) if "&" in raw and mode != RAW else raw)
    raw = "".join(parts)
    text = _folded(raw)
    if ended and text is not None:
        if _CLEARED.search(raw) or not is_normalized("NFKC", raw):
            return None
        text = "\n".join(filter(None, (" ".join("".join(parts[a:b]).split()) for a, b in zip([0, *ended], [*ended, None], strict=True))))
    return text


def _folded(raw: str) -> str | None:
    """Text with its white space folded, without the characters that are dropped and with those that replace others; None where it needs more than that."""
    text = raw.strip(" ") if raw.isprintable() else raw.strip().replace("\n", " ")
    if "  " in text and "  " in (text := text.replace("  ", " ")):
        text = " ".join(text.split())                          # cheaper than this are the two above, and mostly enough
    plain = text.isprintable()
    if not plain:
        text = " ".join(text.split())
        plain = text.isprintable()
    if plain:
        if text.isascii():
            return text
        # all of what is dropped or replaced is unprintable or changed by NFKC, but for two signs
        odd = "®" in text or "\ufffc" in text or not is_normalized("NFKC", text)
    else:
        odd = True
    if "\n" in raw and _IS_CJK.search(text):
        return None
    if odd and _CLEARED.search(text):
        text = " ".join(_cleared(text).split())
    if odd and not is_normalized("NFKC", text):
        text = normalize("NFKC", text)
        if text != " ".join(text.split()):                     # a sign that becomes a blank and a mark
            return None
    return text


def _cleared(text: str) -> str:
    """Text without the characters that are dropped and with those that replace others."""
    return _REPLACE.sub(lambda m: REPLACED[m.group()], _DROP.sub("", text))


def _decoded(match: re.Match) -> str:
    text, used = decode_entity(match.group())
    return text + match.group()[used:]


def _mapped(source: str, pieces: Iterable[Piece]) -> MappedText:
    builder = _Builder(source)
    builder.pieces(pieces)
    return builder.done()


def mapped_text(source: str, pieces: Sequence[Piece]) -> MappedText:
    """Clean text of source ranges `(start, end, mode)` in reading order; a string among them is written between its neighbours as it is.

    White space is folded, and cut at both ends; a string of white space (" ", "\\n") wins over folded blanks.
    """
    if len(pieces) == 1 and pieces[0].__class__ is not str:
        return mapped_run(source, *pieces[0])
    text = joined_text(source, pieces) if compiled else None
    if text is None:
        text = _plain_text(source, pieces)
    return _mapped(source, pieces) if text is None else LazyText(text, source, pieces)


def joined_text(source: str, pieces: Sequence[Piece]) -> str | None:
    """The text of `mapped_text` as the compiled twin tells it; None where it does not."""
    return compiled.joined_text(source, pieces, _SIGNS)


def mapped_run(source: str, start: int, end: int, mode: int) -> MappedText:
    """`mapped_text` of one source range, which is what most blocks are."""
    text = compiled.run_text(source, start, end, mode) if compiled else None
    if text is None and (mode not in (MARKDOWN, STRING) or "\\" not in source[start:end]):
        raw = source[start:end]
        text = _folded(_ENTITY.sub(_decoded, raw) if "&" in raw and mode != RAW else raw)
    piece = (start, end, mode)
    return _mapped(source, (piece,)) if text is None else LazyText(text, source, piece)


def mapped_texts(source: str, cells: Sequence[tuple[str, Sequence[Piece]]]) -> tuple[MappedText, list[MappedText]]:
    """(`mapped_text` of all pieces, `mapped_text` of those of each cell). A cell is what stands before it in the text of all ("\n", " | ", ""), and its pieces."""
    contents = [mapped_text(source, pieces) for _, pieces in cells]
    texts = [content.text for content in contents]
    whole = "".join([part for (joint, _), text in zip(cells, texts, strict=True) for part in (joint, text)])
    together = [piece for joint, pieces in cells for piece in ((joint, *pieces) if joint else pieces)]
    begins = [piece[0] for piece in together if piece.__class__ is tuple]
    if all(texts) and begins == sorted(begins) and (whole.isascii() or is_normalized("NFKC", whole)):
        return LazyText(whole, source, together), contents
    return _mapped(source, together), contents


_SIGNS = "$€£¥￥₩₹"
_MARKUP = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
_WORD = re.compile(r"[a-zà-ÿ]{3}")
_CYRILLIC = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюяєіїґ")
_WITHIN = frozenset("sub sup wbr".split())                     # parts of a word or a number
_BETWEEN = 2000


def _meeting(source: str, ended: int, start: int, before: str, after: str) -> str:
    """How two ranges of source text meet that only tags part: ABUT, where an element ends and another begins; TOUCH, where one begins or ends beside plain text; else nothing.

    Pages without white space between their elements ("<b>H100</b><em>80GB</em><small>$2.49</small>") leave it to a style sheet to set them apart.
    """
    if not ended < start <= ended + _BETWEEN or source[ended] != "<" or not before[-1:].isalnum() or not (after[:1].isalnum() or after[:1] in _SIGNS):
        return ""
    tags = _MARKUP.findall(source, ended, start)
    if not tags or any(name.lower() in _WITHIN for _, name in tags):
        return ""
    return ABUT if any(closing and not begins for (closing, _), (begins, _) in pairwise(tags)) else TOUCH


_WHOLE = re.compile(r"(?:^|[^\d.,])[$€£¥]\s?\d{1,3}$")
_CENTS = re.compile(r"\s*\d{2}(?![\d.,%])")
_OF_CENTS = re.compile(r"<sup\b|\b(?:class|data-[a-z]+)\s*=\s*[\"']?[^\"'<>]{0,60}(?<![a-z])(?:cents?|decimals?|dec|fractions?|superscript|minor)(?![a-z])", re.IGNORECASE)


def _is_fraction(source: str, ended: int, start: int, before: str, after: str) -> bool:
    """Whether an element holds the cents of the amount before it, without the mark between them: "$2<sup>49</sup>", "<span>$2</span><span class="cents">49</span>"."""
    if not (before[-1:].isdigit() and after.strip()[:2].isdigit() and ended < start <= ended + _BETWEEN and source[ended] == "<"):
        return False
    return _CENTS.match(after) is not None and _WHOLE.search(before) is not None and _OF_CENTS.search(source, ended, start) is not None


def _apart(soft: str, before: str, after: str) -> bool:
    """Whether a blank is to stand between two neighbours that touch in the source: "$3.20<sup>1</sup>", "H100<sup>New here</sup>", "<span>H100</span><span>80GB</span>".

    Words go on ("serv" + "ices", "10" + "th"), and so do single characters (an initial, the digits of a counter). Beside plain text only numbers end or begin.
    """
    last, first = before[-1], after[0]
    if soft == RAISE:
        return last.isalnum() and (first.isdigit() or not first.islower() and len(after.strip()) >= 4 and not (first in ".," and last.isdigit() and after[1:2].isdigit()))
    if first in _SIGNS:
        return last.isalnum()
    if not (last.isalnum() and first.isalnum()) or len(before) < 2 or len(after) < 2:
        return False
    if soft == TOUCH and not (last.isdigit() or first.isdigit()):
        return False
    if first.islower():                                        # "1 GPU" + "from $2", "$2.49" + "per hour"; but "10" + "th"
        return (last.isdigit() or before[-2:].isupper() or last == "s" and len(before) > 2 and before[-3:-1].isupper()) and (_WORD.match(after) is not None or last.isascii() and first in _CYRILLIC)
    return first.isascii() or first.isupper()


def verbatim(source: str, start: int, end: int) -> MappedText:
    """A source range whose lines and blanks are kept (code); NFKC still holds."""
    piece = source[start:end]
    ident = identity(end + 1)
    mapped = MappedText(piece, ident[start:end], ident[start + 1:end + 1])
    return mapped if piece.isascii() or is_normalized("NFKC", piece) else _each(mapped)


def _each(mapped: MappedText) -> MappedText:
    out, starts, ends, at = [], array("I"), array("I"), 0
    for match in _unstable()[0].finditer(mapped.text):
        a, b = match.span()
        clean = normalize("NFKC", match.group())
        out += [mapped.text[at:a], clean]
        starts.extend(mapped.starts[at:a])
        ends.extend(mapped.ends[at:a])
        starts.extend([mapped.starts[a]] * len(clean))
        ends.extend([mapped.ends[b - 1]] * len(clean))
        at = b
    out.append(mapped.text[at:])
    starts.extend(mapped.starts[at:])
    ends.extend(mapped.ends[at:])
    return MappedText("".join(out), starts, ends)
