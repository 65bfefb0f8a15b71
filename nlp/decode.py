"""Bytes -> text: which encoding, where bytes, Content-Type header and the document's own declaration may disagree.

Order: byte order mark; valid UTF-8 with any byte above 0x7F (hardly anything else is valid UTF-8 by chance); the document's declaration and the header, the
one under which the bytes decode best; detection (charset-normalizer) where neither is there or both fail.
"""

from __future__ import annotations

import codecs
import re

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_META = re.compile(rb"<meta\b[^>]{0,400}?charset\s*=\s*[\"']?\s*([\w.:-]+)|<\?xml\b[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)|^\.\.? ?-\*- coding: ([\w-]+)|@charset \"([\w-]+)\"", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
# What the names mean on the web (WHATWG Encoding): supersets that browsers use instead.
_WEB = {
    "iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252", "windows-1252": "cp1252",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932", "ms932": "cp932",
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "windows-949": "cp949", "ms949": "cp949",
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "x-x-big5": "big5hkscs",
    "euc-jp": "euc_jp", "x-euc-jp": "euc_jp", "unicode": "utf-16", "utf8": "utf-8", "windows-1251": "cp1251", "koi8-r": "koi8_r",
    "iso-8859-9": "cp1254", "tis-620": "cp874", "windows-874": "cp874",
}
# Codecs of Python that no web page may ask for: they build names or escapes, raise on any damage, or (UTF-7) hide markup.
_NO_ENCODINGS = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "unicode_escape", "raw_unicode_escape", "utf-7"})
_NAMES = {"cp1252": "windows-1252", "cp932": "shift_jis", "cp949": "euc-kr", "big5hkscs": "big5", "euc_jp": "euc-jp", "cp1251": "windows-1251", "koi8_r": "koi8-r",
          "utf-8-sig": "utf-8", "utf_8": "utf-8", "cp1254": "windows-1254", "cp874": "windows-874", "cp1250": "windows-1250"}


def decode(data: bytes, content_type: str | None = None) -> tuple[str, str, list[str]]:
    """(text, charset, notes). The text of UTF-8 is exactly `data.decode("utf-8")` (a byte order mark stays in it, so that offsets are those of the file).

    Never raises: bytes that fit no encoding become U+FFFD, which a note tells.
    """
    notes: list[str] = []
    for mark, codec in _BOMS:
        if data.startswith(mark):
            if codec == "utf-8-sig":
                return _utf8(data, notes)
            try:
                return data.decode(codec), codec, notes
            except UnicodeDecodeError:
                text = data.decode(codec, "replace")
                if text.count("\ufffd") <= 1 + 0.02 * len(text):   # cut in the middle of a character, or damaged here and there
                    notes.append(f"{text.count(chr(0xFFFD))} places are not valid {codec}")
                    return text, codec, notes
                notes.append(f"byte order mark says {codec}, the bytes do not")
                break
    codec = wide(data)
    if codec:
        notes.append(f"no byte order mark, but every other byte is zero: read as {codec}")
        return data.decode(codec, "replace"), codec, notes
    header = _HEADER.search(content_type or "")
    declared = [name for name in (_meta(data), header.group(1) if header else None) if name]
    try:
        text = data.decode("utf-8")
        wrong = [name for name in declared if codec_of(name) not in ("utf-8", "cp1252", None)]
        if text.isascii() and wrong and b"\x1b" in data:        # ISO-2022-JP is ASCII bytes
            text = data.decode(codec_of(wrong[0]) or "utf-8", "replace")
            return text, wrong[0].lower(), notes
        if wrong and not text.isascii():
            notes.append(f"declared as {wrong[0]}, but the bytes are UTF-8")
        return text, "utf-8", notes
    except UnicodeDecodeError:
        pass
    candidates: list[str] = []
    for name in declared:
        codec = codec_of(name)
        if codec is None:
            notes.append(f"unknown encoding {name!r}")
        elif codec not in candidates:
            candidates.append(codec)
    best: tuple[float, str, str] | None = None
    for codec in candidates:
        text, share = attempt(data, codec)
        if best is None or share < best[0]:
            best = (share, codec, text)
    # windows-1252 (and what it stands for) is what servers say that do not know, and every byte fits it
    if best is None or best[0] > 0.002 or best[1] == "cp1252" and in_runs(data):
        guess = detect(data)
        if guess and guess not in candidates:
            text, share = attempt(data, guess)
            if best is None or share < best[0] or best[1] == "cp1252" and share < 0.002:
                if candidates:
                    notes.append(f"declared as {declared[0]}, but the bytes read better as {_NAMES.get(guess, guess)}")
                best = (share, guess, text)
    if best is None:
        return _utf8(data, notes)
    if len(candidates) > 1 and best[1] in candidates:
        notes.append(f"document and header name different encodings; {_NAMES.get(best[1], best[1])} fits the bytes")
    if "\ufffd" in best[2]:
        notes.append(f"{best[2].count(chr(0xFFFD))} bytes do not fit {_NAMES.get(best[1], best[1])}")
    return best[2], _NAMES.get(best[1], best[1]), notes


def wide(data: bytes) -> str | None:
    """`utf-16-le` or `utf-16-be` where the bytes are mostly ASCII in UTF-16 without a byte order mark (nearly every other byte is zero, and hardly one between)."""
    head = data[:4096]
    even, odd = head[::2].count(0), head[1::2].count(0)
    least = 0.4 * len(head) / 2
    return "utf-16-le" if odd > least and even <= 0.02 * len(head) / 2 else "utf-16-be" if even > least and odd <= 0.02 * len(head) / 2 else None


def _utf8(data: bytes, notes: list[str]) -> tuple[str, str, list[str]]:
    text = data.decode("utf-8", "replace")
    if "\ufffd" in text:
        notes.append(f"{text.count(chr(0xFFFD))} places are not valid UTF-8")
    return text, "utf-8", notes


def _meta(data: bytes) -> str | None:
    match = _META.search(data, 0, 4096)
    return next(g for g in match.groups() if g).decode("ascii", "replace") if match else None


def codec_of(name: str) -> str | None:
    """Python's codec for a web name of an encoding, the superset that browsers use; None where unknown or no text encoding."""
    lower = name.strip().lower()
    lower = _WEB.get(lower, lower)
    try:
        info = codecs.lookup(lower)
    except LookupError:
        return None
    return info.name if getattr(info, "_is_text_encoding", True) and info.name not in _NO_ENCODINGS else None


def attempt(data: bytes, codec: str) -> tuple[str, float]:
    """The bytes under a codec, and the share of characters that do not belong in text (undecodable, private use, C1 controls, half-width kana runs)."""
    text = data.decode(codec, "replace")
    bad = len(re.findall("[\ufffd\ue000-\uf8ff\x80-\x9f\x00-\x08]", text)) + 0.5 * len(re.findall("[\uff61-\uff9f]{4,}", text))
    return text, bad / max(1, len(text))


def in_runs(data: bytes) -> bool:
    """Whether bytes above 0x7F mostly follow one another (Chinese, Japanese, Korean, Cyrillic); in Western text each stands alone between letters."""
    sample = data[:200_000]
    high = sum(1 for b in sample if b >= 0x80)
    return len(re.findall(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])", sample)) <= 0.6 * high


def detect(data: bytes) -> str | None:
    """The encoding that the bytes look like by the characters that they would give; None for ASCII."""
    sample = data[:400_000]
    if sample.isascii():
        return None
    families = _DENSE if in_runs(data) else _WESTERN
    scores: list[tuple[float, str]] = []
    for codec, common in families:
        text = sample.decode(codec, "replace")
        wide = [c for c in text if ord(c) > 0x7F]
        if wide and text.count("\ufffd") <= max(2, 0.002 * len(wide)):
            scores.append((sum(c in common for c in wide) / len(wide), codec))
    best = max(scores, key=lambda score: score[0], default=(0.0, ""))    # the first of equals
    if best[0] >= (0.15 if families is _DENSE else 0.5):
        return best[1]
    from charset_normalizer import from_bytes
    found = from_bytes(sample[:60_000]).best()
    return (codec_of(found.encoding) if found else None) or "cp1252"


_KANA = frozenset(chr(c) for c in range(0x3041, 0x30FF)) | frozenset("、。")
_HANGUL = frozenset("이다의는을에가를고하지서로한은자사인용해여도및어기대시정경우수있보관제등")
_HANS = frozenset("的一是不了在人有我他这个们中来上为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里，。、用户服务本协议条款同意使")
_HANT = frozenset("的一是不了在人有我他這個們中來上為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡，。、用戶服務本協議條款同意使")
_RUSSIAN = frozenset("оеаинтсрвлкмдпуязьыбгчй")
_LATIN1 = frozenset("àâäáãåæçéèêëíìîïñóòôöõøœúùûüÿßÀÂÄÁÅÆÇÉÈÊÓÖØÚÜ’‘“”„–—…«»°§€£©®¿¡·º")
_LATIN2 = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžÁČĎÉĚÍŇŘŠŤÚŮÝŽőűŐŰľĺŕôäöüđâăîșțşţ’‘“”„–—…«»°§€©®")
_DENSE = (("cp932", _KANA), ("euc_jp", _KANA), ("cp949", _HANGUL), ("gb18030", _HANS), ("big5hkscs", _HANT), ("cp1251", _RUSSIAN), ("koi8_r", _RUSSIAN))
_WESTERN = (("cp1252", _LATIN1), ("cp1250", _LATIN2), ("cp1251", _RUSSIAN))
