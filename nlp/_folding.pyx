# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The commonest work of nlp/normalise.py, compiled: the clean text of source ranges in which there is nothing but white space to change. What is more than that is left to the Python code, which is asked then.

chipwatch runs without this module, which is made where a C compiler is at hand (hatch_build.py); tests/test_compiled_blocks.py holds one against the other.
"""

from cpython.mem cimport PyMem_Free, PyMem_Realloc
from cpython.unicode cimport PyUnicode_GET_LENGTH

include "compiled.pxi"

cdef extern from "Python.h":
    object PyUnicode_Substring(object, Py_ssize_t, Py_ssize_t)
    object PyUnicode_FromKindAndData(int, const void*, Py_ssize_t)
    bint Py_UNICODE_ISALNUM(uint32_t)
    bint PyUnicode_CheckExact(object)

cdef enum:
    OTHER = 0                                                  # classes of characters: what may have to be changed,
    PLAIN = 1                                                  # what never has to,
    EASTERN = 2                                                # the same, of a script that is written without blanks,
    BLANK = 3                                                  # white space,
    REFERENCE = 4                                              # "&"
    ESCAPE = 5                                                 # the backslash
    MARK = 6                                                   # what never has to be changed behind a letter,
    DROPPED = 7                                                # and what is left out
    FIRST_PICTURE = 0x1f300                                    # emoji, which never have to be changed
    BEHIND_PICTURES = 0x1fb00
    KEPT = 1 << 18                                             # characters for which memory is kept from text to text

cdef enum:                                                     # modes, as in nlp/normalise.py
    RAW = 0
    MARKDOWN = 2
    STRING = 3

cdef uint8_t CLASSES[0x10000]
cdef uint32_t* _room = NULL
cdef Py_ssize_t _size = 0


cdef struct Writing:
    uint32_t* to
    Py_ssize_t size, room
    int pending                                                # what stands before the next character: nothing, a blank, or (2) a line end
    bint line                                                  # a line of the source ends in that white space


cdef object _decode = None


def prepare(classes, decode):
    """`classes` of the characters below U+10000, a byte each: 0 what may have to be changed, 1 plain, 2 plain and East Asian, 3 white space, 6 a mark, 7 what is left out. `decode` is nlp.normalise.decode_entity."""
    global _decode
    cdef const uint8_t[:] given = classes
    cdef Py_ssize_t at
    if given.shape[0] != 0x10000:
        raise ValueError("one class for each character below U+10000")
    for at in range(0x10000):
        CLASSES[at] = given[at]
    CLASSES[c"&"], CLASSES[c"\\"] = REFERENCE, ESCAPE
    _decode = decode


cdef inline int class_of(uint32_t character) noexcept nogil:
    return CLASSES[character] if character < 0x10000 else PLAIN if FIRST_PICTURE <= character < BEHIND_PICTURES else OTHER


cdef inline bint stands_alone(uint32_t character) noexcept nogil:
    """Whether it is plain and no mark."""
    return class_of(character) == PLAIN


cdef enum:
    STRIDE = 32                                                # characters that are looked at together: a compiler makes a few instructions of it (of 16 it makes a row of single steps)


cdef inline bint plain_ascii(Characters text) noexcept nogil:
    """Whether STRIDE characters are ASCII that never has to be changed, without two blanks in a row, the one before them included."""
    cdef int at, odd = 0
    for at in range(STRIDE):
        odd |= (text[at] < 0x20) | (text[at] > 0x7e) | (text[at] == c"&") | (text[at] == c"\\") | ((text[at] == c" ") & (text[at - 1] == c" "))
    return odd == 0


cdef Py_ssize_t write(Characters text, Py_ssize_t at, Py_ssize_t end, bint references, bint escapes, Writing* writing) noexcept nogil:
    """Adds text[at:end] up to the first "&" that may begin a reference; returns where that stands, or `end`; -1 where the text is to be left to the Python code."""
    cdef uint32_t character
    cdef uint32_t* to = writing.to
    cdef Py_ssize_t size = writing.size
    cdef int kind = PLAIN, pending = writing.pending, character_at
    while at < end:
        character = text[at]
        kind = class_of(character)
        if kind == BLANK:
            if character == c"\n":
                writing.line = True
            if not pending:
                pending = 1
            at += 1
            continue
        if kind == REFERENCE and references:
            break
        if kind == OTHER or kind == ESCAPE and escapes:
            at = -1
            break
        if kind == DROPPED:
            at += 1
            continue
        if kind == MARK and (pending or not size or not stands_alone(to[size - 1])):
            at = -1
            break
        if pending:
            if size:
                if kind == EASTERN and writing.line and class_of(to[size - 1]) == EASTERN:      # where lines are no words
                    at = -1
                    break
                to[size] = c" " if pending == 1 else c"\n"
                size += 1
            pending = 0
            writing.line = False
        to[size] = character
        size += 1
        at += 1
        while True:                                            # most characters stand in words and between them
            if end - at >= STRIDE and plain_ascii(text + at):
                for character_at in range(STRIDE):
                    to[size + character_at] = text[at + character_at]
                size += STRIDE
                at += STRIDE
                if to[size - 1] == c" ":
                    size -= 1
                    pending = 1
                    break
                continue
            while at < end:
                character = text[at]
                if character >= 0x10000 or CLASSES[character] != PLAIN:
                    break
                to[size] = character
                size += 1
                at += 1
            if at + 1 < end and text[at] == c" " and (character := text[at + 1]) < 0x10000 and CLASSES[character] == PLAIN:
                to[size], to[size + 1] = c" ", character
                size += 2
                at += 2
                continue
            break
    writing.size, writing.pending = size, pending
    return at


cdef Py_ssize_t write_any(str source, Py_ssize_t start, Py_ssize_t end, bint references, bint escapes, Writing* writing) noexcept:
    cdef int kind = PyUnicode_KIND(source)
    cdef void* data = PyUnicode_DATA(source)
    if kind == 1:
        return write[Narrow](<Narrow>data, start, end, references, escapes, writing)
    if kind == 2:
        return write[Wide](<Wide>data, start, end, references, escapes, writing)
    return write[Widest](<Widest>data, start, end, references, escapes, writing)


cdef Py_ssize_t reference_end(str source, Py_ssize_t at, Py_ssize_t end) noexcept:
    """Behind the reference that begins at `at`, as nlp.normalise._ENTITY finds it; `at` where none does."""
    cdef int kind = PyUnicode_KIND(source)
    cdef void* data = PyUnicode_DATA(source)
    cdef Py_ssize_t first = at + 1, place, most
    cdef uint32_t character
    cdef bint hexadecimal = False, number = first < end and PyUnicode_READ(kind, data, first) == c"#"
    if number:
        first += 1
        if first < end and PyUnicode_READ(kind, data, first) | 0x20 == c"x":
            hexadecimal = True
            first += 1
    most = min(end, first + (8 if hexadecimal else 9 if number else 32))
    place = first
    while place < most:
        character = PyUnicode_READ(kind, data, place)
        if not (c"0" <= character <= c"9" and (number or place > first) or hexadecimal and c"a" <= character | 0x20 <= c"f" or not number and c"a" <= character | 0x20 <= c"z" and character < 0x80):
            break
        place += 1
    if place - first < (1 if number else 2):
        return at
    return place + 1 if place < end and PyUnicode_READ(kind, data, place) == c";" else place


cdef bint add(str source, Py_ssize_t start, Py_ssize_t end, int mode, Writing* writing) except -1:
    """Adds source[start:end]; False where the text is to be left to the Python code."""
    cdef bint references = mode != RAW, escapes = mode == MARKDOWN or mode == STRING
    cdef Py_ssize_t at = start, behind, size
    cdef str text
    while True:
        at = write_any(source, at, end, references, escapes, writing)
        if at < 0 or at == end:
            return at == end
        behind = reference_end(source, at, end)
        text = "&"
        if behind > at:
            text, behind = _decode(PyUnicode_Substring(source, at, behind))
            at += behind
        else:
            at += 1
        size = PyUnicode_GET_LENGTH(text)
        if size > 2 or write_any(text, 0, size, False, False, writing) < 0:      # a reference stands for two characters at most, and is longer than they are
            return False


cdef int begin(Writing* writing, Py_ssize_t most) except -1:
    """Room for `most` characters: the one that is kept, which no other text has until `finish`. Python code that decodes a reference may let another thread read a text meanwhile."""
    global _room, _size
    cdef uint32_t* grown
    writing.to, writing.room = _room, _size
    _room, _size = NULL, 0
    if most > writing.room:
        grown = <uint32_t*>PyMem_Realloc(writing.to, (most + KEPT // 4) * sizeof(uint32_t))
        if grown == NULL:
            PyMem_Free(writing.to)
            raise MemoryError
        writing.to, writing.room = grown, most + KEPT // 4
    writing.size, writing.pending, writing.line = 0, 0, False
    return 0


cdef int finish(Writing* writing) except -1:
    global _room, _size
    if _room == NULL and writing.room <= KEPT:
        _room, _size = writing.to, writing.room
    else:
        PyMem_Free(writing.to)
    return 0


cdef Py_ssize_t steady(Characters text, Py_ssize_t at, Py_ssize_t end, bint references, bint escapes) noexcept nogil:
    """Where text[at:end], which begins with no white space, first has what may have to be changed; `end`: nowhere."""
    cdef uint32_t character
    cdef Py_ssize_t first = at
    cdef int kind
    while at < end:
        if at > first and end - at >= STRIDE and plain_ascii(text + at):
            at += STRIDE
            continue
        for at in range(at, min(at + STRIDE, end)):
            character = text[at]
            kind = class_of(character)
            if kind != PLAIN:
                if kind == BLANK:
                    if character != c" " or text[at - 1] == c" ":
                        return at
                elif kind == MARK:
                    if at == first or not stands_alone(text[at - 1]):
                        return at
                elif kind == OTHER or kind == DROPPED or kind == REFERENCE and references or kind == ESCAPE and escapes:
                    return at
        at += 1
    return at


cdef object text_as_it_stands(str source, Py_ssize_t start, Py_ssize_t end, bint references, bint escapes):
    """source[start:end] without the white space at both ends, if nothing has to be changed in it; else None."""
    cdef int kind = PyUnicode_KIND(source)
    cdef void* data = PyUnicode_DATA(source)
    cdef Py_ssize_t first = start, last = end, behind
    while first < last and class_of(PyUnicode_READ(kind, data, first)) == BLANK:
        first += 1
    while last > first and class_of(PyUnicode_READ(kind, data, last - 1)) == BLANK:
        last -= 1
    if kind == 1:
        behind = steady[Narrow](<Narrow>data, first, last, references, escapes)
    elif kind == 2:
        behind = steady[Wide](<Wide>data, first, last, references, escapes)
    else:
        behind = steady[Widest](<Widest>data, first, last, references, escapes)
    return PyUnicode_Substring(source, first, last) if behind == last else None


cdef object text_of_run(str source, Py_ssize_t start, Py_ssize_t end, int mode):
    cdef Writing writing
    if not 0 <= start <= end <= PyUnicode_GET_LENGTH(source):
        raise ValueError("no such range")
    text = text_as_it_stands(source, start, end, mode != RAW, mode == MARKDOWN or mode == STRING)
    if text is not None:
        return text
    begin(&writing, end - start + 1)
    try:
        return PyUnicode_FromKindAndData(4, writing.to, writing.size) if add(source, start, end, mode, &writing) else None
    finally:
        finish(&writing)


def run_text(str source not None, Py_ssize_t start, Py_ssize_t end, int mode):
    """The clean text of source[start:end]; None where the Python code is to tell."""
    return text_of_run(source, start, end, mode)


def run_texts(str source not None, list numbers not None, const unsigned int[:] starts, const unsigned int[:] ends, const uint8_t[:] modes):
    """The same of many ranges, by their number."""
    cdef list out = [None] * len(numbers)
    cdef Py_ssize_t at, number, size = min(starts.shape[0], ends.shape[0], modes.shape[0])
    for at in range(len(out)):
        number = numbers[at]
        if not 0 <= number < size:
            raise IndexError(number)
        out[at] = text_of_run(source, starts[number], ends[number], modes[number])
    return out


def joined_text(str source not None, pieces, str signs not None):
    """The clean text of source ranges and the strings between them; None where the Python code is to tell. `signs` are those before an amount."""
    cdef Writing writing
    cdef Py_ssize_t start, end, most = 0, last = 0
    cdef int mode, kind = PyUnicode_KIND(source)
    cdef void* data = PyUnicode_DATA(source)
    cdef uint32_t before = 0, after                            # the last character of the range that stands before this place; 0: none does
    cdef bint soft = False                                     # elements meet here, of which the style may set one apart
    pieces = tuple(pieces)                                     # looked at twice: the ranges are those that there is room for
    for piece in pieces:
        if PyUnicode_CheckExact(piece):
            most += 1
        else:
            start, end, mode = piece
            if not last <= start < end <= PyUnicode_GET_LENGTH(source):
                return None
            last = end
            most += end - start + 1
    begin(&writing, most + 1)
    try:
        for piece in pieces:
            if PyUnicode_CheckExact(piece):
                if <str>piece == " ":
                    if not writing.pending:
                        writing.pending = 1
                elif <str>piece == "\n":
                    writing.pending = 2
                elif <str>piece == "\u2060" or <str>piece == "\u2063":                          # RAISE, ABUT
                    soft = True
                    continue
                else:
                    return None
                before = 0
                continue
            start, end, mode = piece
            if before and soft:
                return None
            soft = False
            if before:
                after = PyUnicode_READ(kind, data, start)
                if class_of(before) == DROPPED or class_of(after) == DROPPED:                    # what stands beside them meets
                    return None
                if Py_UNICODE_ISALNUM(before) and (Py_UNICODE_ISALNUM(after) or <Py_UCS4>after in signs):      # whether a blank is to stand there is told by more than this
                    return None
            if not add(source, start, end, mode, &writing):
                return None
            before = PyUnicode_READ(kind, data, end - 1)
        return PyUnicode_FromKindAndData(4, writing.to, writing.size)
    finally:
        finish(&writing)
