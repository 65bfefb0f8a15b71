# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""nlp/wordsums.py, compiled: the same sums, to the last bit, in a quarter of the time. What is added up, and why, is said there.

chipwatch runs without this module, which is made where a C compiler is at hand (hatch_build.py); tests/test_wordsums.py holds one against the other.
"""

import numpy as np

from cpython.mem cimport PyMem_Free, PyMem_Malloc, PyMem_Realloc
from cpython.unicode cimport PyUnicode_GET_LENGTH
from libc.stdint cimport int32_t, int64_t, uint64_t
from libc.stdlib cimport qsort
from libc.string cimport memcmp, memset

include "compiled.pxi"

cdef extern from *:
    void prefetch "__builtin_prefetch"(const void*) noexcept nogil

cdef extern from "Python.h":
    bint Py_UNICODE_ISALNUM(Py_UCS4)
    bint Py_UNICODE_ISDECIMAL(Py_UCS4)

cdef enum:
    STEM = 7                                                   # as in nlp/wording.py
    WORD = 24                                                  # this and the next as in nlp/wordsums.py
    KIND = 48
    BLOCK = 16                                                 # columns that are added up together
    PAIRWISE = 128                                             # summands that NumPy adds up without dividing them
    SKETCH = 1 << 21                                           # bits of a sketch of the features of a table


cdef struct Stem:
    uint32_t characters[STEM]                                  # 0 behind the last
    int32_t number                                             # 0: an empty place


cdef struct Found:
    uint64_t feature
    int64_t row


cdef class Table:
    """The features of one prefix: feature -> row of the weights, as a hash table."""

    cdef Found* places
    cdef uint64_t mask
    cdef uint64_t* sketch                                      # a bit for each feature: most that are asked for are none, and this is small enough to be at hand

    def __cinit__(self):
        self.places, self.sketch = NULL, NULL

    def __dealloc__(self):
        PyMem_Free(self.places)
        PyMem_Free(self.sketch)

    def __init__(self, features, rows):
        """`features`: sorted, with a last one that none reaches, as nlp.wordsums.Table has them; so are `rows`."""
        cdef const int64_t[:] keys = features
        cdef const int64_t[:] values = rows
        cdef uint64_t at, size = 16
        cdef Py_ssize_t i
        while size < <uint64_t>(3 * len(keys)):
            size *= 2
        self.mask = size - 1
        self.places = <Found*>PyMem_Realloc(self.places, size * sizeof(Found))
        self.sketch = <uint64_t*>PyMem_Realloc(self.sketch, SKETCH // 8)
        if self.places == NULL or self.sketch == NULL:
            raise MemoryError
        memset(self.sketch, 0, SKETCH // 8)
        for i in range(<Py_ssize_t>size):
            self.places[i].row = -1
        for i in range(len(keys) - 1):
            at = spread(keys[i]) >> 32 & SKETCH - 1
            self.sketch[at >> 6] |= <uint64_t>1 << (at & 63)
            at = spread(keys[i]) & self.mask
            while self.places[at].row >= 0:
                at = (at + 1) & self.mask
            self.places[at].feature, self.places[at].row = keys[i], values[i]

    cdef bint may_have(self, uint64_t feature) noexcept nogil:
        """Whether a feature may have a row; sends for what tells it."""
        cdef uint64_t key = spread(feature), at = key >> 32 & SKETCH - 1
        if not self.sketch[at >> 6] >> (at & 63) & 1:
            return False
        prefetch(&self.places[key & self.mask])
        return True

    cdef int64_t row(self, uint64_t feature) noexcept nogil:
        """The row of a feature; -1: it has none."""
        cdef uint64_t at = spread(feature) & self.mask
        while self.places[at].row >= 0:
            if self.places[at].feature == feature:
                return self.places[at].row
            at = (at + 1) & self.mask
        return -1


cdef inline uint64_t spread(uint64_t key) noexcept nogil:
    key ^= key >> 29
    key *= <uint64_t>0x9e3779b97f4a7c15
    return key ^ key >> 32


cdef class Stems:
    """Stem -> number: of those that stand in the tables, and of others as they are met, as long as they are not too many."""

    cdef Stem* places
    cdef uint64_t mask
    cdef int32_t count, first                                   # of all; of those that stand in the tables
    cdef int32_t most
    cdef dict known

    def __cinit__(self):
        self.places = NULL

    def __dealloc__(self):
        PyMem_Free(self.places)

    def __init__(self, known, most):
        """`known`: stem -> number, from 1 on; `most`: others that are remembered."""
        cdef uint64_t size = 16
        self.known, self.most, self.first = dict(known), most, <int32_t>len(known)
        while size < <uint64_t>(2 * (self.first + self.most)):
            size *= 2
        self.mask = size - 1
        self.places = <Stem*>PyMem_Realloc(self.places, size * sizeof(Stem))
        if self.places == NULL:
            raise MemoryError
        self.forget()

    cdef int forget(self) except -1:
        """Forgets all but those of the tables."""
        cdef Stem stem
        cdef Py_ssize_t i
        memset(self.places, 0, (self.mask + 1) * sizeof(Stem))
        for text, number in self.known.items():
            memset(&stem, 0, sizeof(Stem))
            if len(text) > STEM:
                continue                                       # no stem of a text is that long
            for i in range(len(text)):
                stem.characters[i] = ord(text[i])
            self.place(&stem).number = number
        self.count = self.first
        return 0

    cdef Stem* place(self, Stem* stem) noexcept nogil:
        """Where a stem stands, or is to stand."""
        cdef uint64_t at = 0
        cdef int i
        for i in range(STEM):
            at = (at ^ stem.characters[i]) * <uint64_t>0x100000001b3
        at = spread(at) & self.mask
        while self.places[at].number and memcmp(self.places[at].characters, stem.characters, STEM * sizeof(uint32_t)):
            at = (at + 1) & self.mask
        if not self.places[at].number:
            self.places[at] = stem[0]
            self.places[at].number = 0
        return &self.places[at]

    cdef int32_t number(self, Stem* stem) noexcept nogil:
        cdef Stem* at = self.place(stem)
        if not at.number:
            self.count += 1
            at.number = self.count
        return at.number


cdef int by_feature(const void* one, const void* other) noexcept nogil:
    cdef uint64_t a = (<Found*>one).feature, b = (<Found*>other).feature
    return (a > b) - (a < b)


cdef void summed(const float** rows, Py_ssize_t count, Py_ssize_t column, Py_ssize_t width, float* total) noexcept nogil:
    """Adds up columns of rows as NumPy does, which divides many summands in two."""
    cdef float parts[8][BLOCK]
    cdef Py_ssize_t i, k, c, half
    if count < 8:
        for c in range(width):
            total[c] = -0.0
        for i in range(count):
            for c in range(width):
                total[c] += rows[i][column + c]
        return
    if count <= PAIRWISE:
        for k in range(8):
            for c in range(width):
                parts[k][c] = rows[k][column + c]
        i = 8
        while i < count - count % 8:
            for k in range(8):
                for c in range(width):
                    parts[k][c] += rows[i + k][column + c]
            i += 8
        for c in range(width):
            total[c] = ((parts[0][c] + parts[1][c]) + (parts[2][c] + parts[3][c])) + ((parts[4][c] + parts[5][c]) + (parts[6][c] + parts[7][c]))
        while i < count:
            for c in range(width):
                total[c] += rows[i][column + c]
            i += 1
        return
    half = count // 2
    half -= half % 8
    summed(rows, half, column, width, total)
    summed(rows + half, count - half, column, width, parts[0])
    for c in range(width):
        total[c] += parts[0][c]


cdef class Adder:
    """Adds up the weights of the word features of texts."""

    cdef Stems stems
    cdef const float[:, ::1] weights
    cdef uint64_t* seen                                        # features of the text at hand, as a hash table; behind each the text in which it was met
    cdef uint64_t seen_mask                                    # of the places that this text needs: few, which are soon at hand
    cdef uint64_t turn
    cdef int32_t* words
    cdef Found* found
    cdef const float** rows
    cdef Py_ssize_t room                                       # words for which there is room in all of them

    def __cinit__(self):
        self.seen, self.words, self.found, self.rows, self.room, self.turn = NULL, NULL, NULL, NULL, 0, 0

    def __dealloc__(self):
        PyMem_Free(self.seen)
        PyMem_Free(self.words)
        PyMem_Free(self.found)
        PyMem_Free(self.rows)

    def __init__(self, stems, most, weights):
        """`stems`: stem -> number, as in the tables; `most`: other stems that are remembered from text to text; `weights`: features x columns."""
        self.stems, self.weights = Stems(stems, most), weights

    cdef int _make_room(self, Py_ssize_t words) except -1:
        cdef uint64_t size = 1024
        if words <= self.room:
            return 0
        words = max(words, 2 * self.room, 256)
        while size < <uint64_t>(8 * words):
            size *= 2
        PyMem_Free(self.seen)
        PyMem_Free(self.words)
        PyMem_Free(self.found)
        PyMem_Free(self.rows)
        self.room = 0
        self.seen = <uint64_t*>PyMem_Malloc(2 * size * sizeof(uint64_t))
        self.words = <int32_t*>PyMem_Malloc(words * sizeof(int32_t))
        self.found = <Found*>PyMem_Malloc(3 * words * sizeof(Found))
        self.rows = <const float**>PyMem_Malloc(3 * words * sizeof(float*))
        if self.seen == NULL or self.words == NULL or self.found == NULL or self.rows == NULL:
            raise MemoryError
        memset(self.seen, 0, 2 * size * sizeof(uint64_t))
        self.room, self.turn = words, 0
        return 0

    cdef Py_ssize_t _read(self, str text) except -1:
        """Puts the numbers of the words of a text into `words`; how many."""
        cdef int kind = PyUnicode_KIND(text)
        cdef void* data = PyUnicode_DATA(text)
        cdef Py_ssize_t at = 0, size = PyUnicode_GET_LENGTH(text), count = 0, length
        cdef Py_UCS4 character
        cdef bint digits
        cdef Stem stem
        while at < size:
            character = PyUnicode_READ(kind, data, at)
            if not Py_UNICODE_ISALNUM(character):
                at += 1
                continue
            digits = Py_UNICODE_ISDECIMAL(character)
            memset(&stem, 0, sizeof(Stem))
            length = 0
            while True:
                if length < STEM:
                    stem.characters[length] = <uint32_t>character
                length += 1
                at += 1
                if at == size:
                    break
                character = PyUnicode_READ(kind, data, at)
                if digits:
                    if not Py_UNICODE_ISDECIMAL(character):
                        break
                elif not (Py_UNICODE_ISALNUM(character) or <uint32_t>character in (0x5f, 0x27, 0x2019, 0x2d)):   # _ ' ’ -
                    break
            self.words[count] = self.stems.number(&stem)
            count += 1
        return count

    cdef bint _new(self, uint64_t feature) noexcept nogil:
        """Whether a feature is met in this text for the first time."""
        cdef uint64_t at = spread(feature) & self.seen_mask
        while self.seen[2 * at + 1] == self.turn:
            if self.seen[2 * at] == feature:
                return False
            at = (at + 1) & self.seen_mask
        self.seen[2 * at], self.seen[2 * at + 1] = feature, self.turn
        return True

    def sums(self, texts, Table table, int kinds):
        """(number of different features of each text, known or not; the sums of their weights, texts x columns). `kinds`: 1, of single words and of pairs; 2, also of words with one between them."""
        cdef Py_ssize_t columns = self.weights.shape[1], number, i, k, count, some, held, distinct, column, width
        counts = np.zeros(len(texts), dtype="int64")
        totals = np.zeros((len(texts), columns))
        cdef int64_t[:] counts_view = counts
        cdef double[:, ::1] totals_view = totals
        cdef float total[BLOCK]
        cdef uint64_t feature
        cdef int32_t* words
        cdef int32_t first = self.stems.first
        cdef int64_t row
        for number in range(len(texts)):
            text = texts[number].lower()
            if len(text) > self.stems.most:
                raise ValueError(f"a text of {len(text)} characters, of at most {self.stems.most}")
            self._make_room(len(text))
            if self.stems.count + len(text) > first + self.stems.most:
                self.stems.forget()
            count = self._read(text)
            words = self.words
            self.turn += 1
            self.seen_mask = 255
            while self.seen_mask < <uint64_t>(6 * count):
                self.seen_mask = 2 * self.seen_mask + 1
            held = distinct = 0
            for k in range(kinds + 1):
                for i in range(count - k):
                    feature = <uint64_t>k << KIND | <uint64_t>words[i] << WORD | <uint64_t>(words[i + k] if k else 0)
                    if not self._new(feature):
                        continue
                    distinct += 1
                    if words[i] <= first and (k == 0 or words[i + k] <= first) and table.may_have(feature):
                        self.found[held].feature = feature
                        held += 1
            counts_view[number] = distinct
            some, held = held, 0
            for i in range(some):
                row = table.row(self.found[i].feature)
                if row >= 0:
                    self.found[held].feature, self.found[held].row = self.found[i].feature, row
                    prefetch(&self.weights[row, 0])
                    prefetch(&self.weights[row, columns // 2])
                    prefetch(&self.weights[row, columns - 1])
                    held += 1
            if not held:
                continue
            qsort(self.found, held, sizeof(Found), by_feature)
            for i in range(held):
                self.rows[i] = &self.weights[self.found[i].row, 0]
            column = 0
            while column < columns:
                width = min(BLOCK, columns - column)
                summed(self.rows + 1, held - 1, column, width, total)
                for i in range(width):
                    totals_view[number, column + i] = self.rows[0][column + i] + total[i]
                column += width
        return counts, totals
