# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""nlp/cue_search.py, compiled: the same classes with the same results, in a third of the time. What is looked for, and why, is said there.

chipwatch runs without this module, which is made where a C compiler is at hand (hatch_build.py); tests/test_cue_search.py holds one against the other.

In place of an automaton that steps from character to character, a tree of all literals is gone down at each place where a word may begin: nearly all cues begin with a whole word.
Texts are read as arrays of code points; sets of groups are arrays of 64-bit words.
"""

from bisect import bisect_left, bisect_right

from cpython.list cimport PyList_GET_ITEM
from cpython.mem cimport PyMem_Free, PyMem_Realloc
from cpython.tuple cimport PyTuple_GET_ITEM
from cpython.unicode cimport PyUnicode_Find, PyUnicode_GET_LENGTH
from libc.stdint cimport int32_t, uint64_t
from libc.string cimport memset

include "compiled.pxi"

cdef extern from *:
    void prefetch "__builtin_prefetch"(const void*) noexcept nogil

cdef extern from "Python.h":
    long PyLong_AsLong(object) except? -1
    bint Py_UNICODE_ISALNUM(Py_UCS4)
    int PyErr_CheckSignals() except -1

cdef extern from *:
    """
    #if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
    #error "for machines that put the low byte first"
    #endif
    """
    pass

cdef enum:
    EAST = 0x2e80                                              # see nlp.cue_search.EAST
    BEFORE = 1                                                 # flags of a pattern: no letter may stand before it,
    BEHIND = 2                                                 # nor behind it,
    EXACT = 4                                                  # and its capitals count
    SKETCH = 4096                                              # bits of a sketch of the pairs of characters in a window
    SKETCH_BYTES = 512
    KEPT = 1 << 20                                             # numbers for which memory is kept from text to text; what a huge page needed is given back
    OFTEN = 1023                                               # hits between two looks at whether a time limit has run out

cdef uint8_t LETTER[EAST]                                      # whether a character is a letter or digit against which a word cannot stand
cdef int _number
for _number in range(EAST):
    LETTER[_number] = Py_UNICODE_ISALNUM(_number)


cdef struct Literal:
    int32_t mark                                               # see `Tree._mark`
    int32_t end


cdef struct Match:
    int32_t start
    int32_t end
    int32_t pattern


cdef inline long number_at(object row, Py_ssize_t place):
    return PyLong_AsLong(<object>PyTuple_GET_ITEM(row, place))


cdef inline bint is_letter(uint32_t character) noexcept nogil:
    return character < EAST and LETTER[character]


cdef class Ints:
    """C integers in a row that grows."""

    cdef int32_t* at
    cdef Py_ssize_t size, room

    def __cinit__(self):
        self.at, self.size, self.room = NULL, 0, 0

    def __dealloc__(self):
        PyMem_Free(self.at)

    cdef int push(self, long value) except -1:
        cdef int32_t* grown
        if self.size == self.room:
            grown = <int32_t*>PyMem_Realloc(self.at, (2 * self.room + 64) * sizeof(int32_t))
            if grown == NULL:
                raise MemoryError
            self.at, self.room = grown, 2 * self.room + 64
        self.at[self.size] = <int32_t>value
        self.size += 1
        return 0


cdef class Tree:
    """Literals in a tree by their characters: a node for each beginning that several share and behind which they part, and for each literal.

    What is asked for together stands together, nodes below a node behind it: a walk down the tree is a walk through memory that is mostly at hand. A node is, in numbers of 32 bits: how many characters its
    literals share behind those of the node above, and in the upper half how many edges there are; what is found there (`_mark`); those characters, two a number; the first character of each edge, ascending;
    where each edge leads.
    """

    cdef Ints nodes
    cdef Ints several                                          # of literals with more than one pattern: how many, and each as such a mark
    cdef int32_t roots[EAST]                                   # nodes by first character, for those below EAST; 0, the root: none

    def __init__(self, patterns_of, flags):
        """`patterns_of`: literal -> its patterns, ascending; `flags` of each pattern.

        Raises ValueError for a character beyond 16 bits.
        """
        cdef Py_ssize_t at, edges
        self.nodes, self.several = Ints(), Ints()
        literals = sorted(patterns_of)
        for literal in literals:
            if max(literal, default="") > "\uffff":
                raise ValueError(f"{literal!r}: a character beyond 16 bits")
            if len(literal) > 0x7fff:
                raise ValueError(f"a cue of {len(literal)} characters")
        self._grow(literals, [self._mark(patterns_of[literal], flags) for literal in literals], 0, len(literals), 0, 0)
        memset(self.roots, 0, sizeof(self.roots))
        edges = self.nodes.at[0] >> 16
        for at in range(edges):
            if self.nodes.at[2 + at] < EAST:
                self.roots[self.nodes.at[2 + at]] = self.nodes.at[2 + edges + at]

    cdef _mark(self, patterns, flags):
        """What stands for the patterns of a literal: one as it is (`_mark`), of several where they stand, negative."""
        marks = [(pattern << 3 | flags[pattern]) + 1 for pattern in patterns]
        if len(marks) == 1:
            return marks[0]
        at = self.several.size
        for value in (len(marks), *marks):
            self.several.push(value)
        return -1 - at

    cdef Py_ssize_t _grow(self, list literals, list marks, Py_ssize_t low, Py_ssize_t high, Py_ssize_t above, Py_ssize_t depth) except -1:
        """Adds the node of a range of sorted literals that share their first `depth` characters, `above` of which led there, and those below it; where it stands."""
        cdef Py_ssize_t here = self.nodes.size, at, begin, first
        cdef list ranges = []
        cdef str text = literals[low] if low < high else ""
        self.nodes.push(depth - above)
        self.nodes.push(0)
        for at in range(above, depth, 2):
            self.nodes.push(ord(text[at]) | (ord(text[at + 1]) << 16 if at + 1 < depth else 0))
        if low < high and len(text) == depth:
            self.nodes.at[here + 1] = marks[low]
            low += 1
        while low < high:
            begin, character = low, literals[low][depth]
            while low < high and literals[low][depth] == character:
                low += 1
            ranges.append((begin, low))
            self.nodes.push(ord(character))
        if len(ranges) > 0x7fff:
            raise ValueError("too many characters")
        self.nodes.at[here] |= <int32_t>(len(ranges) << 16)
        first = self.nodes.size
        for _ in ranges:
            self.nodes.push(0)
        for at in range(len(ranges)):
            begin, low = ranges[at]
            self.nodes.at[first + at] = <int32_t>self._grow(literals, marks, begin, low, depth + 1, shared(literals[begin], literals[low - 1], depth + 1))
        return here

    cdef Py_ssize_t marks_at(self, const uint32_t* text, Py_ssize_t start, Py_ssize_t end, Literal* found) noexcept nogil:
        """The literals that begin at a place of a text; returns how many, shorter ones first. `found` has room for as many as a literal has characters."""
        cdef const int32_t* nodes = self.nodes.at
        cdef const int32_t* node
        cdef const int32_t* low
        cdef const int32_t* high
        cdef const int32_t* middle
        cdef const uint16_t* tail
        cdef Py_ssize_t at = start + 1, stop, edges, count = 0
        cdef int32_t mark, character = <int32_t>text[start]
        if character < EAST:
            if not self.roots[character]:
                return 0
            node = nodes + self.roots[character]
        else:
            node, at = nodes, start
        while True:
            stop, edges, mark = at + (node[0] & 0xffff), node[0] >> 16, node[1]
            if stop > end:
                return count
            tail = <const uint16_t*>(node + 2)
            node += 2 + (stop - at + 1) // 2
            while at < stop:
                if tail[0] != text[at]:
                    return count
                tail += 1
                at += 1
            if mark:
                found[count].mark, found[count].end = mark, <int32_t>at
                count += 1
            if at >= end or not edges:
                return count
            character = <int32_t>text[at]
            low, high = node, node + edges
            while high - low > 6:
                middle = low + ((high - low) >> 1)
                if middle[0] <= character:
                    low = middle
                else:
                    high = middle
            while low < high and low[0] < character:
                low += 1
            if low == high or low[0] != character:
                return count
            node = nodes + low[edges]
            at += 1


cdef Py_ssize_t shared(str one, str other, Py_ssize_t depth):
    """How many first characters two literals share; `depth` of them are known."""
    while depth < len(one) and depth < len(other) and one[depth] == other[depth]:
        depth += 1
    return depth


cdef class Search:
    """All patterns of a book, found in parts of a text."""

    cdef Py_ssize_t patterns                                   # how many
    cdef Tree words, anywhere                                  # all literals; those of patterns before which a letter may stand
    cdef list exact
    cdef Ints known                                            # characters that are neither letters nor digits and stand in cues
    cdef bint blanking                                          # whether other such characters are read as blanks, see `Cues` of nlp/cue_search.py
    cdef uint32_t* text                                        # the part at hand
    cdef Py_ssize_t room
    cdef Literal* literals                                     # found at one place
    cdef Match* matches
    cdef Py_ssize_t count, matches_room

    def __cinit__(self):
        self.text, self.room, self.literals, self.matches, self.count, self.matches_room = NULL, 0, NULL, NULL, 0, 0

    def __dealloc__(self):
        PyMem_Free(self.text)
        PyMem_Free(self.literals)
        PyMem_Free(self.matches)

    def __init__(self, literals, flags, exact, known, blanking):
        """`literals`, `flags` and `exact` (the literal with its capitals, or None) by pattern; `known`: characters, see `Cues` of nlp/cue_search.py."""
        words, anywhere = {}, {}
        self.known, self.exact, self.blanking = Ints(), list(exact), blanking
        for pattern, (literal, flag) in enumerate(zip(literals, flags, strict=True)):
            words.setdefault(literal, []).append(pattern)
            if not flag & BEFORE:
                anywhere.setdefault(literal, []).append(pattern)
        for character in sorted(known):
            self.known.push(ord(character))
        self.patterns = len(literals)
        self.words, self.anywhere = Tree(words, flags), Tree(anywhere, flags)
        longest = max(map(len, literals), default=0)
        self.literals = <Literal*>PyMem_Realloc(self.literals, (longest + 1) * sizeof(Literal))
        if self.literals == NULL:
            raise MemoryError

    cdef bint _is_known(self, uint32_t character) noexcept:
        cdef Py_ssize_t i
        for i in range(self.known.size):
            if <uint32_t>self.known.at[i] == character:
                return True
        return False

    cdef int _copy(self, str folded, Py_ssize_t first, Py_ssize_t last) except -1:
        """The part of a text as it is searched."""
        cdef Py_ssize_t i, size = last - first
        cdef int kind = PyUnicode_KIND(folded)
        cdef void* data = PyUnicode_DATA(folded)
        cdef uint32_t character
        cdef bint blank = self.blanking
        if size > self.room:
            grown = <uint32_t*>PyMem_Realloc(self.text, size * sizeof(uint32_t))
            if grown == NULL:
                raise MemoryError
            self.text, self.room = grown, size
        for i in range(size):
            character = <uint32_t>PyUnicode_READ(kind, data, first + i)
            self.text[i] = character
            if character >= EAST and blank and (Py_UNICODE_ISALNUM(character) or self._is_known(character)):
                blank = False                                  # letters stand against each other without a blank
        if blank:
            for i in range(size):
                character = self.text[i]
                if not (is_letter(character) or character == 32 or character >= EAST and Py_UNICODE_ISALNUM(character) or self._is_known(character)):
                    self.text[i] = 32
        return 0

    cdef int _push(self, Py_ssize_t start, Py_ssize_t end, int32_t pattern) except -1:
        if self.count == self.matches_room:
            grown = <Match*>PyMem_Realloc(self.matches, (2 * self.matches_room + 256) * sizeof(Match))
            if grown == NULL:
                raise MemoryError
            self.matches, self.matches_room = grown, 2 * self.matches_room + 256
        self.matches[self.count].start, self.matches[self.count].end, self.matches[self.count].pattern = <int32_t>start, <int32_t>end, pattern
        self.count += 1
        return 0

    cdef int find(self, str folded, str text, Py_ssize_t first, Py_ssize_t last) except -1:
        """Puts all matches of a part into `matches`, sorted, counted from the beginning of the part; `text`: as it was before it was folded, for capitals."""
        cdef Py_ssize_t size = last - first, at
        cdef uint32_t character
        cdef bint inside = False
        cdef Tree words = self.words, anywhere = self.anywhere
        if folded is None or text is None:
            raise TypeError("no text")
        if not 0 <= first <= last <= len(folded) or len(text) != len(folded):
            raise ValueError(f"no part of a text of {len(folded)} characters: {first} to {last}")
        self._copy(folded, first, last)
        self.count = 0
        for at in range(size):
            character = self.text[at]
            if inside:
                if character >= EAST or anywhere.roots[character]:
                    self._found_at(anywhere, text, first, at, size)
            elif character >= EAST or words.roots[character]:
                self._found_at(words, text, first, at, size)
            inside = is_letter(character)
        return 0

    cdef int _found_at(self, Tree tree, str text, Py_ssize_t first, Py_ssize_t at, Py_ssize_t size) except -1:
        cdef Py_ssize_t k, count = tree.marks_at(self.text, at, size, self.literals)
        cdef int32_t mark, place, last
        for k in range(count):
            mark = self.literals[k].mark
            if mark > 0:
                self._keep(mark, text, first, at, self.literals[k].end, size)
                continue
            place = -1 - mark
            last = place + tree.several.at[place]
            while place < last:
                place += 1
                self._keep(tree.several.at[place], text, first, at, self.literals[k].end, size)
        return 0

    cdef inline int _keep(self, int32_t mark, str text, Py_ssize_t first, Py_ssize_t at, Py_ssize_t end, Py_ssize_t size) except -1:
        """Adds a match, if it stands alone where it has to and has the capitals that it has to have."""
        cdef int32_t pattern = (mark - 1) >> 3
        if (mark - 1) & BEHIND and end < size and is_letter(self.text[end]):
            return 0
        if (mark - 1) & EXACT and text[first + at:first + end] != self.exact[pattern]:
            return 0
        return self._push(at, end, pattern)

    cdef int give_back(self) except -1:
        """Frees what only a huge text needed."""
        if self.room > KEPT:
            PyMem_Free(self.text)
            self.text, self.room = NULL, 0
        if self.matches_room > KEPT:
            PyMem_Free(self.matches)
            self.matches, self.matches_room = NULL, 0
        return 0

    def rows(self, str folded, str text, Py_ssize_t first, Py_ssize_t last, Py_ssize_t at):
        """(start, end, pattern) of all matches in `folded[first:last]`, sorted, counted from `at`; see `find` for `text`."""
        cdef Py_ssize_t i, count, room
        cdef Match* matches
        cdef list found = []
        self.find(folded, text, first, last)
        # Making tuples may set off the collector, and what that calls may search, too: the matches are out of its reach meanwhile.
        matches, count, room = self.matches, self.count, self.matches_room
        self.matches, self.count, self.matches_room = NULL, 0, 0
        try:
            for i in range(count):
                found.append((matches[i].start + at, matches[i].end + at, matches[i].pattern))
        finally:
            if self.matches == NULL:
                self.matches, self.matches_room = matches, room
            else:
                PyMem_Free(matches)
        self.give_back()
        return found


cdef class Tier:
    """What decides by itself, and what must stand beside what does not: one of `deciding` of a `Gate`, with its numbers in rows."""

    cdef Ints strong                                           # of each key: whether it is enough by itself
    cdef Ints begins                                           # of each key: where its partners begin; those of the next are the end
    cdef Ints partners                                         # of each: whether it stands behind, reach, length of the longest form, where its forms begin
    cdef Ints forms                                            # of each: its first and its last pair of characters, or -1; its flags; its length
    cdef list texts, further                                   # of each form; of each partner
    cdef Ints windows                                          # of each key: the largest reach, before it and behind it, with the longest form

    def __init__(self, strong, partners):
        self.strong, self.begins, self.partners, self.forms, self.windows, self.texts, self.further = Ints(), Ints(), Ints(), Ints(), Ints(), [], []
        for enough, rows in zip(strong, partners, strict=True):
            self.strong.push(bool(enough))
            self.begins.push(self.partners.size // 4)
            self.windows.push(max([reach for forward, reach, *_ in rows if not forward], default=0))
            self.windows.push(max([reach + longest for forward, reach, longest, *_ in rows if forward], default=0))
            for forward, reach, longest, forms, flags, further in rows:
                for value in (forward, reach, longest, len(self.texts)):
                    self.partners.push(value)
                self.further.append(further)
                for form, flag in zip(forms, flags, strict=True):
                    pairs = [pair(ord(form[at]), ord(form[at + 1])) if len(form) > 1 else -1 for at in (0, len(form) - 2)]
                    for value in (*pairs, flag, len(form)):
                        self.forms.push(value)
                    self.texts.append(form)
        self.begins.push(self.partners.size // 4)
        for value in (0, 0, 0, len(self.texts)):               # an end
            self.partners.push(value)


cdef class Gate(Search):
    """The first pass."""

    cdef readonly list sizes
    cdef list limits, tiers

    def __init__(self, literals, flags, exact, deciding, limits):
        Search.__init__(self, literals, flags, exact, (), False)
        self.sizes, self.limits = [len(literal) for literal in literals], list(limits)
        self.tiers = [Tier(strong, partners) for strong, partners in deciding]

    def tier(self, Py_ssize_t size):
        """Which tier holds for a sentence of so many characters."""
        return bisect_left(self.limits, size)

    def hits(self, str folded, str text):
        """What is found in a text; `text` as it was before it was folded, for capitals."""
        cdef Hits hits = Hits(self, folded)
        self.find(folded, text, 0, len(folded))
        hits.found = <Hit*>PyMem_Realloc(hits.found, (self.count + 1) * sizeof(Hit))
        if hits.found == NULL:
            raise MemoryError
        for i in range(self.count):
            hits.found[i].at, hits.found[i].key = self.matches[i].start, self.matches[i].pattern
        hits.count = self.count
        self.give_back()
        return hits


cdef struct Hit:
    int32_t at
    int32_t key


cdef class Hits:
    """What the first pass found in a text."""

    cdef Gate gate
    cdef str folded
    cdef Hit* found
    cdef Py_ssize_t count

    def __cinit__(self):
        self.found, self.count = NULL, 0

    def __dealloc__(self):
        PyMem_Free(self.found)

    def __init__(self, Gate gate, str folded):
        self.gate, self.folded = gate, folded

    def keys(self):
        """The keys that were found."""
        cdef bytearray seen = bytearray(len(self.gate.sizes))
        cdef uint8_t* flags = <uint8_t*><char*>seen
        cdef Py_ssize_t i
        for i in range(self.count):
            flags[self.found[i].key] = 1
        return frozenset([key for key in range(len(seen)) if flags[key]])

    def among(self, keys, bint wanted):
        """Those of `keys`, or those of all others."""
        cdef bytearray among = bytearray(len(self.gate.sizes))
        cdef uint8_t* flags = <uint8_t*><char*>among
        cdef Hits hits = Hits(self.gate, self.folded)
        cdef Py_ssize_t i
        for key in keys:
            among[key] = 1
        hits.found = <Hit*>PyMem_Realloc(hits.found, (self.count + 1) * sizeof(Hit))
        if hits.found == NULL:
            raise MemoryError
        for i in range(self.count):
            if flags[self.found[i].key] == wanted:
                hits.found[hits.count] = self.found[i]
                hits.count += 1
        return hits

    def worth(self, Py_ssize_t start, Py_ssize_t end):
        """Whether what was found in a stretch of the text can make a rule fire."""
        cdef Py_ssize_t first = 0, last
        while first < self.count and self.found[first].at < start:
            first += 1
        last = first
        while last < self.count and self.found[last].at < end:
            last += 1
        return self.first_worth(first, last, start, end, 0) >= 0

    def blocks(self, list begins, list ends):
        """(number, first hit that matters, end of its hits) of those of the stretches `begins[n]:ends[n]` of the text that are worth a look."""
        cdef Py_ssize_t position = 0, first, index, end, found
        cdef list worthy = []
        while position < self.count:
            index = bisect_right(begins, self.found[position].at) - 1
            first = position
            end = ends[index] if index >= 0 else -1
            while position < self.count and self.found[position].at <= end:
                position += 1
            if position == first:                              # between two stretches
                position += 1
                continue
            found = self.first_worth(first, position, begins[index], end, 0)
            if found >= 0:
                worthy.append((index, found, position))
        return worthy

    def sentences(self, Py_ssize_t first, Py_ssize_t last, Py_ssize_t begin, list spans):
        """Which of the sentences `spans`, counted from `begin`, are worth a look, by the hits from `first` to `last`."""
        cdef Py_ssize_t position = first, number, start, end
        cdef list worthy = []
        for number in range(len(spans)):
            span = spans[number]
            start, end = number_at(span, 0) + begin, number_at(span, 1) + begin
            while position < last and self.found[position].at < start:
                position += 1
            first = position
            while position < last and self.found[position].at < end:
                position += 1
            if position > first and self.first_worth(first, position, start, end, self.gate.tier(end - start)) >= 0:
                worthy.append(number)
            if position == last:
                break
        return worthy

    cdef Py_ssize_t first_worth(self, Py_ssize_t first_hit, Py_ssize_t last_hit, Py_ssize_t start, Py_ssize_t end, Py_ssize_t tier) except -2:
        """The number of the first hit that can make a rule fire; -1: no hit can."""
        cdef Tier deciding = self.gate.tiers[tier]
        cdef str folded = self.folded
        cdef Py_ssize_t number, i, first, stop, at, reach, size, place
        cdef int32_t key
        cdef uint8_t before[SKETCH_BYTES]
        cdef uint8_t behind[SKETCH_BYTES]
        cdef uint8_t* seen
        cdef bint before_known, behind_known, stand
        cdef int32_t* partner
        cdef int32_t* form
        cdef int32_t* last
        cdef dict anywhere = None
        for number in range(first_hit, last_hit):
            if deciding.strong.at[self.found[number].key]:
                return first_hit
        for number in range(first_hit, last_hit):
            if number & OFTEN == OFTEN:
                PyErr_CheckSignals()
            at, key = self.found[number].at, self.found[number].key
            before_known = behind_known = False
            for place in range(deciding.begins.at[key], deciding.begins.at[key + 1]):
                partner = deciding.partners.at + 4 * place
                reach = partner[1]
                if partner[0]:
                    size = PyLong_AsLong(<object>PyList_GET_ITEM(self.gate.sizes, key))
                    first, stop = at + size, min(at + reach + partner[2], end)
                    seen = behind
                    if not behind_known:
                        behind_known = True
                        sketched(folded, first, min(at + deciding.windows.at[2 * key + 1], end), seen)
                else:
                    first, stop = max(at - reach, start), at
                    seen = before
                    if not before_known:
                        before_known = True
                        sketched(folded, max(at - deciding.windows.at[2 * key], start), at, seen)
                if stop <= first:
                    continue
                stand = False
                i = partner[3]
                form, last = deciding.forms.at + 4 * i, deciding.forms.at + 4 * partner[7]
                while form < last:
                    if (form[0] < 0 or seen[form[0] >> 3] >> (form[0] & 7) & 1 and seen[form[1] >> 3] >> (form[1] & 7) & 1) and stands(
                            folded, <str>PyList_GET_ITEM(deciding.texts, i), form[2], first, min(at + reach + form[3], stop)):
                        stand = True
                        break
                    form += 4
                    i += 1
                if not stand:
                    continue
                for between, part in <tuple>PyList_GET_ITEM(deciding.further, place):
                    if between:
                        stand = one_stands(folded, part, first, stop)
                    else:
                        if anywhere is None:
                            anywhere = {}
                        known = anywhere.get(id(part))         # looked for once: a hostile text has any number of hits
                        if known is None:
                            known = anywhere[id(part)] = bool(one_stands(folded, part, start, end))
                        stand = known
                    if not stand:
                        break
                if stand:
                    return number
        return -1


cdef inline uint32_t pair(uint32_t one, uint32_t other) noexcept nogil:
    return (one * 67 + other * 31) & (SKETCH - 1)


cdef void sketched(str folded, Py_ssize_t first, Py_ssize_t stop, uint8_t* seen):
    """Sets the bits of the pairs of characters in `folded[first:stop]`."""
    cdef int kind = PyUnicode_KIND(folded)
    cdef void* data = PyUnicode_DATA(folded)
    cdef uint32_t one, other, mark
    cdef Py_ssize_t i
    memset(seen, 0, SKETCH_BYTES)
    if stop <= first:
        return
    one = <uint32_t>PyUnicode_READ(kind, data, first)
    for i in range(first + 1, stop):
        other = <uint32_t>PyUnicode_READ(kind, data, i)
        mark = pair(one, other)
        seen[mark >> 3] |= 1 << (mark & 7)
        one = other


cdef bint stands(str folded, str form, long flag, Py_ssize_t first, Py_ssize_t stop):
    """Whether a form of a part of a cue stands in `folded[first:stop]`."""
    cdef int kind = PyUnicode_KIND(folded)
    cdef void* data = PyUnicode_DATA(folded)
    cdef Py_ssize_t size = PyUnicode_GET_LENGTH(form), length = PyUnicode_GET_LENGTH(folded)
    cdef Py_ssize_t found = PyUnicode_Find(folded, form, first, stop, 1)
    while found >= 0:
        if not (flag & BEFORE and found and is_letter(<uint32_t>PyUnicode_READ(kind, data, found - 1))
                or flag & BEHIND and found + size < length and is_letter(<uint32_t>PyUnicode_READ(kind, data, found + size))):
            return True
        found = PyUnicode_Find(folded, form, found + 1, stop, 1)
    return False


cdef bint one_stands(str folded, tuple forms, Py_ssize_t first, Py_ssize_t stop):
    for form, flag in forms:
        if stands(folded, form, flag, first, stop):
            return True
    return False


cdef class Cues(Search):
    """The second pass: all patterns in parts of a text, and which groups of cues they make up (`Cuebook.mask`)."""

    cdef Ints groups, goes, opens                              # of all patterns, one after the other: groups; (part before, largest gap, part that it then is, group); (part, group)
    cdef Ints begins                                           # of each pattern, where its own begin in these three
    cdef Ints hides, hides_begins                              # groups that a pattern hides within itself
    cdef Ints takes_part
    cdef Ints ends, turns                                      # of each part of a cue: where it ended last, and in which turn
    cdef int32_t turn
    cdef Py_ssize_t words64                                    # in a set of groups
    cdef uint64_t* found
    cdef uint64_t* hidden                                      # of each match
    cdef Py_ssize_t hidden_room

    def __cinit__(self):
        self.found, self.hidden, self.hidden_room = NULL, NULL, 0

    def __dealloc__(self):
        PyMem_Free(self.found)
        PyMem_Free(self.hidden)

    def prepare(self, simple, gapped, masked, takes_part, width):
        """What `look` needs, by pattern: `simple`, the set of groups for which it stands; `gapped`, its parts of cues (part before, largest gap, set of one group, part that it then is); `masked`,
        the set of groups that it hides within itself; whether it takes part in a cue of a rule. `width`: number of groups."""
        self.groups, self.goes, self.opens, self.begins, self.ends, self.turns = Ints(), Ints(), Ints(), Ints(), Ints(), Ints()
        self.hides, self.hides_begins, self.takes_part = Ints(), Ints(), Ints()
        self.turn, self.words64 = 0, width // 64 + 1
        self.found = <uint64_t*>PyMem_Realloc(self.found, self.words64 * sizeof(uint64_t))
        if self.found == NULL:
            raise MemoryError
        for one, parts, hides, takes in zip(simple, gapped, masked, takes_part, strict=True):
            self._add(one, parts, hides, takes)
        self.hides_begins.push(self.hides.size)
        self.begins.push(self.groups.size)
        self.begins.push(self.goes.size)
        self.begins.push(self.opens.size)

    def _add(self, simple, gapped, hides, takes):
        self.begins.push(self.groups.size)
        self.begins.push(self.goes.size)
        self.begins.push(self.opens.size)
        self.hides_begins.push(self.hides.size)
        self.takes_part.push(bool(takes))
        for number in numbers(simple):
            self.groups.push(number)
        for number in numbers(hides):
            self.hides.push(number)
        goes_on = {before: (gap, bit, this) for before, gap, bit, this in gapped if before}
        for before in sorted(goes_on, reverse=True):           # the last parts of a cue first, see `Cuebook.mask`
            gap, bit, this = goes_on[before]
            self.goes.push(before)
            self.goes.push(gap)
            self.goes.push(this)
            self.goes.push(bit.bit_length() - 1)
            self._room_for(max(before, this))
        for before, _, bit, this in gapped:
            if not before:
                self.opens.push(this)
                self.opens.push(bit.bit_length() - 1)
                self._room_for(this)

    def _room_for(self, part):
        while self.ends.size <= part:
            self.ends.push(0)
            self.turns.push(0)

    cdef int _hide(self) except -1:
        """Works out which groups look-alike phrases hide of each match; False where there are none."""
        cdef Py_ssize_t i, k, at, words = self.words64
        cdef int32_t* begins = self.hides_begins.at
        cdef bint some = False
        cdef Match* veil
        for i in range(self.count):
            veil = &self.matches[i]
            if begins[veil.pattern] == begins[veil.pattern + 1]:
                continue
            if not some:
                some = True
                if self.count * words > self.hidden_room:
                    grown = <uint64_t*>PyMem_Realloc(self.hidden, self.count * words * sizeof(uint64_t))
                    if grown == NULL:
                        raise MemoryError
                    self.hidden, self.hidden_room = grown, self.count * words
                memset(self.hidden, 0, self.count * words * sizeof(uint64_t))
            k = i
            while k and self.matches[k - 1].start == veil.start:
                k -= 1
            while k < self.count and self.matches[k].start < veil.end:
                if self.matches[k].end <= veil.end:
                    for at in range(begins[veil.pattern], begins[veil.pattern + 1]):
                        self.hidden[k * words + (self.hides.at[at] >> 6)] |= <uint64_t>1 << (self.hides.at[at] & 63)
                k += 1
        return some

    def look(self, str folded, str text, Py_ssize_t first, Py_ssize_t last):
        """(the set of groups found in `folded[first:last]`, whether a match there takes part in a cue of a rule)."""
        cdef Py_ssize_t i, at, words = self.words64
        cdef int32_t* begins = self.begins.at
        cdef int32_t* goes
        cdef int32_t* last_goes
        cdef int32_t* ends = self.ends.at
        cdef int32_t* turns = self.turns.at
        cdef uint64_t* found = self.found
        cdef uint64_t* hidden
        cdef int32_t turn, start, end, pattern, distance, group
        cdef bint takes = False, veiled
        if self.takes_part is None or self.takes_part.size < self.patterns:
            raise ValueError("`prepare` comes first, with all patterns")
        self.find(folded, text, first, last)
        if not self.count:
            self.give_back()
            return 0, False
        for i in range(self.count):                            # what is needed next is sent for at once, not one after the other
            prefetch(begins + 3 * self.matches[i].pattern)
        for i in range(self.count):
            pattern = self.matches[i].pattern
            prefetch(self.goes.at + begins[3 * pattern + 1])
            prefetch(self.opens.at + begins[3 * pattern + 2])
        veiled = self._hide()
        if self.turn == 0x7fffffff:
            memset(turns, 0, self.turns.size * sizeof(int32_t))
            self.turn = 0
        self.turn += 1
        turn = self.turn
        memset(found, 0, words * sizeof(uint64_t))
        for i in range(self.count):
            start, end, pattern = self.matches[i].start, self.matches[i].end, self.matches[i].pattern
            takes = takes or self.takes_part.at[pattern]
            hidden = self.hidden + i * words if veiled else NULL
            for at in range(begins[3 * pattern], begins[3 * pattern + 3]):
                group = self.groups.at[at]
                if hidden == NULL or not hidden[group >> 6] >> (group & 63) & 1:
                    found[group >> 6] |= <uint64_t>1 << (group & 63)
            goes, last_goes = self.goes.at + begins[3 * pattern + 1], self.goes.at + begins[3 * pattern + 4]
            while goes < last_goes:
                if turns[goes[0]] == turn:
                    distance, group = start - ends[goes[0]], goes[3]
                    if 0 <= distance <= goes[1] and (hidden == NULL or not hidden[group >> 6] >> (group & 63) & 1):
                        if goes[2]:
                            ends[goes[2]] = end
                            turns[goes[2]] = turn
                        else:
                            found[group >> 6] |= <uint64_t>1 << (group & 63)
                goes += 4
            at = begins[3 * pattern + 2]
            while at < begins[3 * pattern + 5]:
                group = self.opens.at[at + 1]
                if hidden == NULL or not hidden[group >> 6] >> (group & 63) & 1:
                    ends[self.opens.at[at]] = end
                    turns[self.opens.at[at]] = turn
                at += 2
        self.give_back()
        if self.hidden_room > KEPT:
            PyMem_Free(self.hidden)
            self.hidden, self.hidden_room = NULL, 0
        return int.from_bytes((<char*>found)[:words * sizeof(uint64_t)], "little"), bool(takes)


def numbers(groups):
    """The numbers of the bits that are set, ascending."""
    found = []
    while groups:
        lowest = groups & -groups
        found.append(lowest.bit_length() - 1)
        groups ^= lowest
    return found
