"""Bytes -> text: which encoding, where bytes, Content-Type header and the document's own declaration may disagree.

Order: byte order mark; valid UTF-8 with any byte above 0x7F (hardly anything else is valid UTF-8 by chance); the document's declaration and the header, the
one under which the bytes decode best; detection (charset-normalizer) where neither is there or both fail.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter

from nlp.compiled import twin

compiled = twin("language")

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# A first character that stands for itself is found much faster than one that may be a capital.
_META = re.compile(rb"<(?i:meta\b[^>]{0,400}?charset\s*=\s*[\"']?\s*([\w.:-]+))|<(?i:\?xml\b[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+))|@(?i:charset \"([\w-]+)\")")
_BEFORE = 420                                                  # characters of such a tag that may stand before the word for it, at most
_CODING = re.compile(rb"\.\.? ?-\*- coding: ([\w-]+)", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
# What the names mean on the web (WHATWG Encoding): supersets that browsers use instead.
_WEB = {
    "iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252", "windows-1252": "cp1252",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932", "ms932": "cp932",
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "windows-949": "cp949", "ms949": "cp949",
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "x-x-big5": "big5hkscs",
    "euc-jp": "euc_jp", "x-euc-jp": "euc_jp", "unicode": "utf-16", "utf8": "utf-8", "windows-1251": "cp1251", "koi8-r": "koi8_r",
    "iso-8859-9": "cp1254", "tis-620": "cp874", "windows-874": "cp874", "iso-8859-11": "cp874", "koi8-u": "koi8_u", "koi8": "koi8_r",
}
# Codecs of Python that no web page may ask for: they build names or escapes, raise on any damage, or (UTF-7) hide markup.
_NO_ENCODINGS = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "unicode_escape", "raw_unicode_escape", "utf-7"})
_NAMES = {"cp1252": "windows-1252", "cp932": "shift_jis", "cp949": "euc-kr", "big5hkscs": "big5", "euc_jp": "euc-jp", "cp1251": "windows-1251", "koi8_r": "koi8-r",
          "utf-8-sig": "utf-8", "utf_8": "utf-8", "cp1254": "windows-1254", "cp874": "windows-874", "cp1250": "windows-1250",
          "cp1253": "windows-1253", "cp1255": "windows-1255", "cp1256": "windows-1256", "koi8_u": "koi8-u", "iso8859-2": "iso-8859-2", "iso8859_2": "iso-8859-2",
          "iso8859-5": "iso-8859-5", "iso8859_5": "iso-8859-5", "iso8859-15": "iso-8859-15", "cp866": "ibm866", "iso2022_jp": "iso-2022-jp"}


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
        if text.isascii() and b"\x1b" in data and (wrong or _ISO_2022.search(data)):        # ISO-2022-JP is ASCII bytes
            name = wrong[0] if wrong else "iso-2022-jp"
            if not wrong:
                notes.append("no encoding declared; read as iso-2022-jp by its escapes")
            return data.decode(codec_of(name) or "utf-8", "replace"), name.lower(), notes
        if wrong and not text.isascii():
            notes.append(f"declared as {wrong[0]}, but the bytes are UTF-8")
        return _once(text, notes), "utf-8", notes
    except UnicodeDecodeError:
        if mostly_utf8(data):                                  # a few foreign bytes in a page of UTF-8
            return _utf8(data, notes)
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
    # windows-1252 (and what it stands for) is what servers say that do not know, and every byte fits it: the letters decide
    if best is None or best[0] > 0.002 or best[1] == "cp1252":
        guess = detect(data, best[1] if best and best[0] <= 0.002 else None)
        if guess and guess not in candidates:
            text, share = attempt(data, guess)
            if best is None or share < best[0] or best[1] == "cp1252" and share < 0.002:
                notes.append(f"declared as {declared[0]}, but the bytes read better as {_NAMES.get(guess, guess)}" if candidates else
                             f"no encoding declared; read as {_NAMES.get(guess, guess)} by its letters")
                best = (share, guess, text)
    if best is None:
        return _utf8(data, notes)
    if len(candidates) > 1 and best[1] in candidates:
        notes.append(f"document and header name different encodings; {_NAMES.get(best[1], best[1])} fits the bytes")
    if "\ufffd" in best[2]:
        notes.append(f"{best[2].count(chr(0xFFFD))} bytes do not fit {_NAMES.get(best[1], best[1])}")
    return best[2], _NAMES.get(best[1], best[1]), notes


def wide(data: bytes) -> str | None:
    """`utf-16-le` or `utf-16-be` where bytes without a byte order mark are UTF-16: zero bytes stand at even (or at odd) places only, and what they give is text."""
    head = data[:4096]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < 0.05 * len(head) / 2 or min(even, odd) > 0.02 * len(head) / 2:
        return None
    codec = "utf-16-le" if odd > even else "utf-16-be"
    text = head[:len(head) // 2 * 2].decode(codec, "replace")
    strange = len(re.findall("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f\x80-\x9f]", text))
    return codec if max(even, odd) > 0.4 * len(head) / 2 or strange <= 0.01 * len(text) and re.search(r"[\s<]", text) else None


def _utf8(data: bytes, notes: list[str]) -> tuple[str, str, list[str]]:
    text = data.decode("utf-8", "replace")
    if "\ufffd" in text:
        notes.append(f"{text.count(chr(0xFFFD))} places are not valid UTF-8")
    return text, "utf-8", notes


def _meta(data: bytes) -> str | None:
    match = _CODING.match(data)
    if match is None:
        head = data[:4096].lower()
        named = [at for word in (b"charset", b"encoding") if (at := head.find(word)) >= 0]
        match = _META.search(data, max(0, min(named) - _BEFORE), 4096) if named else None      # the words are found faster than the tags that may hold them
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


def mostly_utf8(data: bytes) -> bool:
    """Whether nearly all bytes above 0x7F belong to well-formed UTF-8."""
    right = len(_UTF8_CHARACTER.findall(data, 0, 400_000))
    wrong = data[:400_000].decode("utf-8", "replace").count("\ufffd") - (1 if len(data) > 400_000 else 0)
    return right >= 3 and wrong <= 0.1 * right


_UTF8_CHARACTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_ISO_2022 = re.compile(rb"\x1b\$[@B]")
_FOREIGN = re.compile("[^\x00-\x7f]+")
DOUBLED = 0.95                                                 # so large a share of the foreign letters has to be UTF-8 that was encoded twice


def _once(text: str, notes: list[str]) -> str:
    """Text that was UTF-8, read as windows-1252 and saved as UTF-8 again, put right; where that is nearly all of it and a good part of the text. Else as it is.

    A page with a few such places is left as it is: its offsets are those of the file, and its words can be read.
    """
    seen = text[:400_000]
    least = max(20, 0.04 * len(seen))
    size = foreign(seen)
    if size < least or len(seen.encode("latin-1", "ignore")) - len(seen) + size < DOUBLED * size / 4:     # of two to four bytes the first is a letter of Latin-1
        return text
    if sum(len(run) * times for run, times in Counter(_FOREIGN.findall(seen)).items() if _single(run) is not None) < DOUBLED * size:
        return text
    notes.append("encoded as UTF-8 twice; read once more")
    return _FOREIGN.sub(lambda m: _single(m[0]) or m[0], text)


def foreign(text: str, *, interpreted: bool = compiled is None) -> int:
    """How many characters of a text are above 0x7F."""
    if not interpreted:
        return compiled.foreign(text)
    return 0 if text.isascii() else len(text) - len(text.encode("ascii", "ignore"))


def _single(run: str) -> str | None:
    """The characters whose UTF-8 bytes these are as windows-1252 (or as Latin-1, where that has none)."""
    try:
        return b"".join(bytes([ord(c)]) if ord(c) < 0x100 else c.encode("cp1252") for c in run).decode("utf-8")
    except UnicodeError:
        return None


def detect(data: bytes, declared: str | None = None) -> str | None:
    """The encoding that the bytes look like by the letters that they would give; None for ASCII. `declared` is kept unless another one reads clearly better."""
    sample = data[:200_000]
    if sample.isascii():
        return None
    scores = {codec: score for codec, family in _FAMILIES.items() if (score := letters(sample, codec, *family)) is not None}
    best = max(scores, key=lambda codec: scores[codec], default=None)     # the first of equals
    if declared in scores and best is not None and scores[best] < scores[declared] + 0.05:
        return declared
    if best is not None and scores[best] >= 0.15:
        return "cp1252" if "cp1252" in scores and sample.decode(best, "replace") == sample.decode("cp1252", "replace") else best
    from charset_normalizer import from_bytes
    found = from_bytes(sample[:60_000]).best()
    return (codec_of(found.encoding) if found else None) or "cp1252"


def letters(sample: bytes, codec: str, languages: tuple[frozenset[str], ...], script: str) -> float | None:
    """How much the characters above 0x7F look like one of the languages: about 1 where all are its frequent letters, down to below 0; None where the bytes do not
    fit the codec.

    Against a codec count: signs within words, Latin letters beside Cyrillic, Greek or Thai ones, a capital after a small letter, rows of accented letters. Bytes
    that fit an East Asian codec, and give its frequent characters, are hardly anything else.
    """
    text = sample.decode(codec, "replace")
    foreign = [c for c in text if ord(c) > 0x7F]
    if not foreign or text.count("\ufffd") > max(2, 0.002 * len(foreign)):
        return None
    counts = Counter(foreign)
    if script == "cjk":
        share = sum(n for c, n in counts.items() if c in languages[0]) / len(foreign)
        return share + 0.6 if share >= 0.12 else share
    within = _SCRIPTS[script]
    rare = 0.0 if script == "thai" else 0.2
    score = max(sum(n * (1.0 if c in common else 0.8 if c in _SIGNS else rare if within.match(c) else -1.0) for c, n in counts.items()) for common in languages)
    if script == "latin":
        score -= sum(len(row) for row in _ROW.findall(text))
    else:
        score -= len(_MIXED.findall(text))
    score -= len(_HUMP.findall(text)) + len(_SIGN_WITHIN.findall(text))
    return score / len(foreign)


_SIGNS = frozenset("\u00a0«»°§©®™№–—‘’“”„…•·€£¢¥")
_ROW = re.compile("[\u00c0-\u024f]{4,}")
_MIXED = re.compile("[A-Za-z](?=[\u0370-\u052f\u0590-\u06ff\u0e00-\u0e7f])|[\u0370-\u052f\u0590-\u06ff\u0e00-\u0e7f](?=[A-Za-z])")
_HUMP = re.compile("[a-zß-öø-ÿа-яёђ-џα-ώ](?=[À-ÖØ-ÞĀĂĄĆČĎĐĘĚĽŁŃŇŐŘŚŠŞŤŮŰŹŻŽА-ЯЁЂ-ЏΑ-Ω])")
_SIGN_WITHIN = re.compile("(?<=[^\\W\\d_])[±³¹²º¶¦¯¬´¸¼½¾×÷¤ªµ\u2500-\u25ff\x80-\x9f](?=[^\\W\\d_]|\\b)")
_SCRIPTS = {"latin": re.compile("[\u00c0-\u024f]"), "cyrillic": re.compile("[\u0400-\u052f]"), "greek": re.compile("[\u0370-\u03ff]"), "thai": re.compile("[\u0e00-\u0e5b]"),
            "hebrew": re.compile("[\u0590-\u05ff]"), "arabic": re.compile("[\u0600-\u06ff]")}
_KANA = frozenset(chr(c) for c in range(0x3041, 0x30FF)) | frozenset("、。")
_HANGUL = frozenset("이다의는을에가를고하지서로한은자사인용해여도및어기대시정경우수있보관제등")
_HANS = frozenset("的一是不了在人有我他这个们中来上为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里，。、用户服务本协议条款同意使")
_HANT = frozenset("的一是不了在人有我他這個們中來上為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡，。、用戶服務本協議條款同意使")
_CYRILLIC = frozenset("оеаинтсрвлкмдпуязьыбгчйхжшюцщэфіїєґ")
_GREEK = frozenset("αοιετσνηυρπκμλωάέήίόύώςδγθχφβξζ")
_THAI = frozenset("านรกเงมยลวดทสตะปบคหแจพชขใไโอ่้ัีิืุู์ำ็ซถผธณ")
_HEBREW = frozenset(chr(c) for c in range(0x05D0, 0x05EB))
_ARABIC = frozenset("ابتثجحخدذرزسشصضطظعغفقكلمنهويةىأإآءئؤ،")
_WEST = tuple(map(frozenset, ("àâæçéèêëîïôœùûüÿÀÂÇÉÈÊÎÔ", "äöüßÄÖÜéè", "áéíñóúü¿¡ÁÉÍÑÓÚ", "àáâãçéêíóôõúÀÁÂÃÇÉÍÓÔÕÚ", "åäöæøÅÄÖÆØé", "àèéìíòóùÀÈÉÌÒÙ", "ëéïóöüè", "áéíóúýöæðþÁÉÍÓÚÝÖÆÐÞ", "äöüõšžÄÖÜÕŠŽ")))
_CENTRAL = tuple(map(frozenset, ("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "áčďéěíňóřšťúůýžÁČĎÉĚÍŇŘŠŤÚŮÝŽ", "áäčďéíĺľňóôŕšťúýžÁČĽŠŤŽ", "áéíóöőúüűÁÉÍÓÖŐÚÜŰ", "ăâîşţĂÂÎŞŢ", "čćđšžČĆĐŠŽ")))
_TURKISH = (frozenset("ıİşŞğĞçÇöÖüÜâî"),)
# codec -> (the frequent characters of its languages, its script); of equals the first is taken
_FAMILIES = {
    "cp1252": (_WEST, "latin"), "cp1250": (_CENTRAL, "latin"), "cp1254": (_TURKISH, "latin"), "iso8859-2": (_CENTRAL, "latin"), "iso8859-15": (_WEST, "latin"),
    "cp1251": ((_CYRILLIC,), "cyrillic"), "koi8_r": ((_CYRILLIC,), "cyrillic"), "koi8_u": ((_CYRILLIC,), "cyrillic"), "iso8859-5": ((_CYRILLIC,), "cyrillic"), "cp866": ((_CYRILLIC,), "cyrillic"),
    "cp932": ((_KANA,), "cjk"), "euc_jp": ((_KANA,), "cjk"), "cp949": ((_HANGUL,), "cjk"), "gb18030": ((_HANS,), "cjk"), "big5hkscs": ((_HANT,), "cjk"),
    "cp1253": ((_GREEK,), "greek"), "cp874": ((_THAI,), "thai"), "cp1255": ((_HEBREW,), "hebrew"), "cp1256": ((_ARABIC,), "arabic"),
}
