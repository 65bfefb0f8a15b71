# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""How often function words stand in a text: what nlp/language.py counts word by word, compiled, in a tenth of the time.

chipwatch runs without this module, which is made where a C compiler is at hand (hatch_build.py); tests/test_compiled_blocks.py holds one against the other.
"""

from cpython.mem cimport PyMem_Free, PyMem_Realloc
from cpython.unicode cimport PyUnicode_GET_LENGTH
from libc.stdint cimport int32_t, uint64_t
from libc.string cimport memcmp, memset

include "compiled.pxi"

cdef extern from "Python.h":
    bint Py_UNICODE_ISALNUM(uint32_t)
    bint Py_UNICODE_ISDECIMAL(uint32_t)
    uint32_t Py_UNICODE_TOLOWER(uint32_t)

cdef enum:
    LONGEST = 24                                               # characters of the longest function word
    NARROW = 0x500                                             # characters whose kind is looked up

cdef uint8_t LETTERS[NARROW]
cdef uint32_t LOWER[NARROW]
cdef int _code
for _code in range(NARROW):
    LOWER[_code] = Py_UNICODE_TOLOWER(_code)
    LETTERS[_code] = Py_UNICODE_ISALNUM(_code) and not Py_UNICODE_ISDECIMAL(_code)


cdef struct Word:
    uint32_t characters[LONGEST]
    int32_t size                                               # 0: an empty place
    int32_t group


cdef inline bint is_letter(uint32_t character) noexcept:
    return LETTERS[character] if character < NARROW else Py_UNICODE_ISALNUM(character) and not Py_UNICODE_ISDECIMAL(character)


cdef uint64_t EMPTY = 0x9e3779b97f4a7c15ULL                    # the hash of nothing


cdef inline uint64_t mixed(uint64_t hashed, uint32_t character) noexcept nogil:
    """That of one character more: what follows waits for no multiplication, which comes once a word, in `Words.place`."""
    return (hashed << 7 | hashed >> 57) ^ character


cdef class Words:
    """The function words, by the group of languages that share them."""

    cdef Word* places
    cdef uint64_t mask
    cdef int groups

    def __dealloc__(self):
        PyMem_Free(self.places)

    def __cinit__(self, dict numbers not None, int groups):
        """`numbers` of their groups by word. Raises ValueError for a word that is too long."""
        cdef uint64_t size = 64, place, hashed
        cdef uint32_t characters[LONGEST]
        cdef Py_ssize_t at
        while size < <uint64_t>(3 * len(numbers)):
            size *= 2
        self.mask, self.groups = size - 1, groups
        self.places = <Word*>PyMem_Realloc(self.places, size * sizeof(Word))
        if self.places == NULL:
            raise MemoryError
        memset(self.places, 0, size * sizeof(Word))
        for word, group in numbers.items():
            if not 0 < len(word) <= LONGEST or not 0 <= group < groups:
                raise ValueError(f"no function word: {word!r}")
            hashed = EMPTY
            for at in range(len(word)):
                characters[at] = ord(word[at])
                hashed = mixed(hashed, characters[at])
            place = self.place(characters, len(word), hashed)
            self.places[place].size, self.places[place].group = len(word), group
            for at in range(len(word)):
                self.places[place].characters[at] = characters[at]

    cdef inline uint64_t place(self, uint32_t* characters, Py_ssize_t size, uint64_t hashed) noexcept nogil:
        """Where a word stands, or would. `hashed`: of its characters, see `mixed`."""
        hashed = (hashed * 0x9e3779b97f4a7c15ULL >> 32) & self.mask
        while self.places[hashed].size and not (self.places[hashed].size == size and not memcmp(self.places[hashed].characters, characters, size * sizeof(uint32_t))):
            hashed = (hashed + 1) & self.mask
        return hashed

    def count(self, str text not None):
        """(words, their letters, how often each group of function words stands there) of a text, capitals read as small letters, one for one."""
        cdef int kind = PyUnicode_KIND(text), group
        cdef void* data = PyUnicode_DATA(text)
        cdef Py_ssize_t end = PyUnicode_GET_LENGTH(text)
        cdef long words = 0, letters = 0
        cdef long* counts = <long*>PyMem_Realloc(NULL, (self.groups + 1) * sizeof(long))
        if counts == NULL:
            raise MemoryError
        try:
            memset(counts, 0, (self.groups + 1) * sizeof(long))
            if kind == 1:
                count_of[Narrow](self, <Narrow>data, end, &words, &letters, counts)
            elif kind == 2:
                count_of[Wide](self, <Wide>data, end, &words, &letters, counts)
            else:
                count_of[Widest](self, <Widest>data, end, &words, &letters, counts)
            return words, letters, [(group, counts[group]) for group in range(self.groups) if counts[group]]
        finally:
            PyMem_Free(counts)


cdef void count_of(Words known, Characters text, Py_ssize_t end, long* words, long* letters, long* counts) noexcept:
    """Adds up what `Words.count` gives."""
    cdef Py_ssize_t at, size = 0
    cdef uint64_t hashed = EMPTY
    cdef uint32_t character
    cdef uint32_t characters[LONGEST]
    cdef Word* found
    for at in range(end + 1):
        character = text[at] if at < end else c" "
        if is_letter(character):
            if size < LONGEST:
                character = LOWER[character] if character < NARROW else Py_UNICODE_TOLOWER(character)
                characters[size] = character
                hashed = mixed(hashed, character)
            size += 1
        elif size:
            words[0] += 1
            letters[0] += size
            if size <= LONGEST:
                found = &known.places[known.place(characters, size, hashed)]
                if found.size:
                    counts[found.group] += 1
            size, hashed = 0, EMPTY


cdef enum:
    STRIDE = 128                                               # characters that are counted together, in the few bits that a compiler can count side by side

cdef enum Sought:
    FOREIGN
    MARKS
    LATIN
    BITS


cdef inline uint8_t counts(uint32_t character, Sought sought) noexcept nogil:
    return character > 0x7f if sought == FOREIGN else (character >= 0xc2) & (character <= 0xf4) if sought == LATIN else (character == c"<") | (character == c"|") | (character == c"\n")


cdef Py_ssize_t sum_of(Characters text, Py_ssize_t end, Sought sought) noexcept nogil:
    cdef Py_ssize_t at, first = 0, count = 0
    cdef uint32_t bits = 0
    cdef uint8_t some
    if sought == BITS:
        for at in range(end):
            bits |= text[at]
        return bits
    while first < end:
        some = 0
        if end - first < STRIDE:
            for at in range(first, end):
                some += counts(text[at], sought)
        elif sought == FOREIGN:                                # which of them is settled before the loop, or nothing is counted side by side
            for at in range(STRIDE):
                some += counts(text[first + at], FOREIGN)
        elif sought == LATIN:
            for at in range(STRIDE):
                some += counts(text[first + at], LATIN)
        else:
            for at in range(STRIDE):
                some += counts(text[first + at], MARKS)
        count += some
        first += STRIDE
    return count


cdef Py_ssize_t summed(str text, Sought sought) noexcept:
    cdef Py_ssize_t end = PyUnicode_GET_LENGTH(text)
    cdef int kind = PyUnicode_KIND(text)
    cdef void* data = PyUnicode_DATA(text)
    if kind == 1:
        return sum_of[Narrow](<Narrow>data, end, sought)
    if kind == 2:
        return sum_of[Wide](<Wide>data, end, sought)
    return sum_of[Widest](<Widest>data, end, sought)


cdef void eastern(Characters text, Py_ssize_t end, Py_ssize_t* counts) noexcept nogil:
    cdef uint32_t character
    cdef Py_ssize_t at
    for at in range(end):
        character = text[at]
        if character >= 0x3041:
            counts[0] += character <= 0x30ff
            counts[1] += 0xac00 <= character <= 0xd7a3
            counts[2] += 0x3400 <= character <= 0x9fff


def scripts(str text not None):
    """(kana, Hangul syllables, ideographs): how many of the characters."""
    cdef Py_ssize_t counts[3]
    cdef Py_ssize_t end = PyUnicode_GET_LENGTH(text)
    cdef int kind = PyUnicode_KIND(text)
    counts[0] = counts[1] = counts[2] = 0
    if kind == 2:
        eastern[Wide](<Wide>PyUnicode_DATA(text), end, counts)
    elif kind == 4:
        eastern[Widest](<Widest>PyUnicode_DATA(text), end, counts)
    return counts[0], counts[1], counts[2]


def foreign(str text not None):
    """The number of characters above U+007F."""
    return 0 if text.isascii() else summed(text, FOREIGN)


def marks(str text not None):
    """The number of "<", "|" and line ends."""
    return summed(text, MARKS)


def latin(str text not None):
    """The number of characters from U+00C2 to U+00F4."""
    return summed(text, LATIN)


def bits(str text not None):
    """All bits of the characters of a text: none of them is higher."""
    return summed(text, BITS)
