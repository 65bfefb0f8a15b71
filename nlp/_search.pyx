# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""nlp/cue_search.py, compiled: the same classes with the same results, in a third of the time. What is looked for, and why, is said there.

chipwatch runs without this module, which is made where a C compiler is at hand (hatch_build.py); tests/test_cue_search.py holds one against the other.

In place of an automaton that steps from character to character, a tree of all literals is gone down at each place where a word may begin: nearly all cues begin with a whole word.
Texts are read as arrays of code points; sets of groups are arrays of 64-bit words.
"""

from bisect import bisect_left, bisect_right

from cpython.list cimport PyList_GET_ITEM, PyList_GET_SIZE
from cpython.mem cimport PyMem_Free, PyMem_Realloc
from cpython.tuple cimport PyTuple_GET_ITEM
from cpython.unicode cimport PyUnicode_Find, PyUnicode_GET_LENGTH
from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memset

cdef extern from "Python.h":
    long PyLong_AsLong(object) except? -1
    int PyUnicode_KIND(object)
    void* PyUnicode_DATA(object)
    Py_UCS4 PyUnicode_READ(int, void*, Py_ssize_t)
    bint Py_UNICODE_ISALNUM(Py_UCS4)

cdef extern from *:
    """
    #ifndef SOURCE_DIGEST
    #define SOURCE_DIGEST ""
    #endif
    """
    const char* SOURCE_DIGEST

SOURCE = SOURCE_DIGEST.decode()                                # see nlp/compiled.py

cdef enum:
    EAST = 0x2e80                                              # see nlp.cue_search.EAST
    BEFORE = 1                                                 # flags of a pattern: no letter may stand before it,
    BEHIND = 2                                                 # nor behind it,
    EXACT = 4                                                  # and its capitals count
    SKETCH = 4096                                              # bits of a sketch of the pairs of characters in a window
    SKETCH_BYTES = 512

cdef uint8_t LETTER[EAST]                                      # whether a character is a letter or digit against which a word cannot stand
cdef int _number
for _number in range(EAST):
    LETTER[_number] = Py_UNICODE_ISALNUM(_number)


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


cdef struct Node:
    int32_t tail                                               # where the characters that its literals share behind those of the node above begin, in `Tree.tails`
    int32_t depth                                              # how many they share in all
    int32_t here                                               # the literal that ends there, or -1
    int32_t edges                                              # where its edges begin; those of the next node are the end


cdef struct Edge:
    uint32_t character
    int32_t node


cdef class Tree:
    """Literals in a tree by their characters: a node for each beginning that several share and behind which they part, and for each literal."""

    cdef uint16_t* tails                                       # code points; one beyond 16 bits stands in no cue
    cdef Ints lengths                                          # of literals
    cdef Ints patterns, pattern_begins                         # of each literal
    cdef Node* nodes
    cdef Edge* edges
    cdef int32_t roots[EAST]                                   # nodes by first character, for those below EAST; 0, the root: none

    def __cinit__(self):
        self.nodes, self.edges, self.tails = NULL, NULL, NULL

    def __dealloc__(self):
        PyMem_Free(self.tails)
        PyMem_Free(self.nodes)
        PyMem_Free(self.edges)

    def __init__(self, patterns_of):
        """`patterns_of`: literal -> its patterns, ascending."""
        cdef Py_ssize_t low, high, begin, end, depth, above, node, edge, size, tail = 0
        self.lengths, self.patterns, self.pattern_begins = Ints(), Ints(), Ints()
        cdef list literals = sorted(patterns_of), ranges = [(0, len(patterns_of), 0)]
        cdef str literal
        for literal in literals:
            if literal and max(literal) > "\uffff":
                raise ValueError(f"{literal!r}: a character beyond 16 bits")
            self.lengths.push(len(literal))
            self.pattern_begins.push(self.patterns.size)
            for pattern in patterns_of[literal]:
                self.patterns.push(pattern)
        self.pattern_begins.push(self.patterns.size)
        size = 2 * len(literals) + 2                           # more nodes than that no such tree has
        self.nodes = <Node*>PyMem_Realloc(self.nodes, size * sizeof(Node))
        self.edges = <Edge*>PyMem_Realloc(self.edges, size * sizeof(Edge))
        self.tails = <uint16_t*>PyMem_Realloc(self.tails, (sum(map(len, literals)) + 1) * sizeof(uint16_t))
        if self.nodes == NULL or self.edges == NULL or self.tails == NULL:
            raise MemoryError
        node = edge = 0
        while node < len(ranges):                              # a range of sorted literals with a shared beginning each
            low, high, above = ranges[node]
            depth = shared(literals[low], literals[high - 1], above) if node else 0
            self.nodes[node].tail = <int32_t>tail
            for character in literals[low][above:depth] if node else "":
                self.tails[tail] = <uint16_t>ord(character)
                tail += 1
            self.nodes[node].depth = <int32_t>depth
            self.nodes[node].here = -1
            if low < high and self.lengths.at[low] == depth:
                self.nodes[node].here = <int32_t>low
                low += 1
            self.nodes[node].edges = <int32_t>edge
            begin = low
            while begin < high:
                character = literals[begin][depth]
                end = begin + 1
                while end < high and literals[end][depth] == character:
                    end += 1
                self.edges[edge].character = ord(character)
                self.edges[edge].node = <int32_t>len(ranges)
                edge += 1
                ranges.append((begin, end, depth + 1))
                begin = end
            node += 1
        self.nodes[node].edges = <int32_t>edge
        memset(self.roots, 0, sizeof(self.roots))
        for edge in range(self.nodes[0].edges, self.nodes[1].edges if node > 0 else 0):
            if self.edges[edge].character < EAST:
                self.roots[self.edges[edge].character] = self.edges[edge].node

    cdef Py_ssize_t literals_at(self, const uint32_t* text, Py_ssize_t start, Py_ssize_t end, int32_t* found) noexcept nogil:
        """The literals that begin at a place of a text; returns how many, shorter ones first. `found` has room for as many as a literal has characters."""
        cdef const uint16_t* tail
        cdef const Edge* low
        cdef const Edge* high
        cdef const Edge* middle
        cdef const Node* node
        cdef Py_ssize_t at = start + 1, stop, count = 0
        cdef uint32_t character = text[start]
        if character < EAST:
            if not self.roots[character]:
                return 0
            node = &self.nodes[self.roots[character]]
        else:
            node, at = &self.nodes[0], start
        while True:
            stop = start + node.depth
            if stop > end:
                return count
            tail = self.tails + node.tail
            while at < stop:
                if tail[0] != text[at]:
                    return count
                tail += 1
                at += 1
            if node.here >= 0:
                found[count] = node.here
                count += 1
            if at >= end:
                return count
            character = text[at]
            low, high = &self.edges[node.edges], &self.edges[node[1].edges]
            while high - low > 6:
                middle = low + ((high - low) >> 1)
                if middle.character <= character:
                    low = middle
                else:
                    high = middle
            while low < high and low.character < character:
                low += 1
            if low == high or low.character != character:
                return count
            node = &self.nodes[low.node]
            at += 1


cdef Py_ssize_t shared(str one, str other, Py_ssize_t depth):
    """How many first characters two literals share; `depth` of them are known."""
    while depth < len(one) and depth < len(other) and one[depth] == other[depth]:
        depth += 1
    return depth


cdef class Search:
    """All patterns of a book, found in parts of a text."""

    cdef Tree words, anywhere                                  # all literals; those of patterns before which a letter may stand
    cdef Ints flags
    cdef list exact
    cdef Ints known                                            # characters that are neither letters nor digits and stand in cues
    cdef bint blanking                                          # whether other such characters are read as blanks, see `Cues` of nlp/cue_search.py
    cdef uint32_t* text                                        # the part at hand
    cdef Py_ssize_t room
    cdef int32_t* literals                                     # found at one place
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
        self.flags, self.known, self.exact, self.blanking = Ints(), Ints(), list(exact), blanking
        for pattern, (literal, flag) in enumerate(zip(literals, flags, strict=True)):
            self.flags.push(flag)
            words.setdefault(literal, []).append(pattern)
            if not flag & BEFORE:
                anywhere.setdefault(literal, []).append(pattern)
        for character in sorted(known):
            self.known.push(ord(character))
        self.words, self.anywhere = Tree(words), Tree(anywhere)
        longest = max(map(len, literals), default=0)
        self.literals = <int32_t*>PyMem_Realloc(self.literals, (longest + 1) * sizeof(int32_t))
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
        cdef Py_ssize_t k, end, count = tree.literals_at(self.text, at, size, self.literals)
        cdef int32_t literal, pattern, flag, place
        for k in range(count):
            literal = self.literals[k]
            end = at + tree.lengths.at[literal]
            for place in range(tree.pattern_begins.at[literal], tree.pattern_begins.at[literal + 1]):
                pattern = tree.patterns.at[place]
                flag = self.flags.at[pattern]
                if flag & BEHIND and end < size and is_letter(self.text[end]):
                    continue
                if flag & EXACT and text[first + at:first + end] != self.exact[pattern]:
                    continue
                self._push(at, end, pattern)
        return 0

    def rows(self, str folded, str text, Py_ssize_t first, Py_ssize_t last, Py_ssize_t at):
        """(start, end, pattern) of all matches in `folded[first:last]`, sorted, counted from `at`; see `find` for `text`."""
        cdef Py_ssize_t i
        self.find(folded, text, first, last)
        return [(self.matches[i].start + at, self.matches[i].end + at, self.matches[i].pattern) for i in range(self.count)]


cdef class Gate(Search):
    """The first pass."""

    cdef readonly list deciding, sizes
    cdef list limits
    cdef list sketches                                          # of each of `deciding`: an `Ints` with the first and the last pair of characters of each form of each partner, in order, and where those of a key begin

    def __init__(self, literals, flags, exact, deciding, limits):
        Search.__init__(self, literals, flags, exact, (), False)
        self.deciding, self.sizes, self.limits, self.sketches = list(deciding), [len(literal) for literal in literals], list(limits), []
        for _, partners in deciding:
            pairs, begins = Ints(), Ints()
            for rows in partners:
                begins.push((<Ints>pairs).size)
                for row in rows:
                    for form in row[3]:
                        for at in (0, len(form) - 2):
                            pairs.push(pair(ord(form[at]), ord(form[at + 1])) if len(form) > 1 else -1)
            self.sketches.append((pairs, begins))

    def tier(self, Py_ssize_t size):
        """Which of `deciding` holds for a sentence of so many characters."""
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
            end = ends[index]
            first = position
            while position < self.count and self.found[position].at <= end:
                position += 1
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
        cdef list strong = self.gate.deciding[tier][0], partners = self.gate.deciding[tier][1], sizes = self.gate.sizes
        cdef Ints pairs = self.gate.sketches[tier][0], begins = self.gate.sketches[tier][1]
        cdef str folded = self.folded
        cdef Py_ssize_t number, i, first, stop, at, reach
        cdef int32_t key
        cdef uint8_t seen[SKETCH_BYTES]
        cdef int kind = PyUnicode_KIND(folded)
        cdef void* data = PyUnicode_DATA(folded)
        cdef int32_t* sketch
        cdef uint32_t mark, one, other
        cdef bint stand
        cdef tuple rows, row, forms, flags
        cdef dict anywhere = None
        for number in range(first_hit, last_hit):
            if <object>PyList_GET_ITEM(strong, self.found[number].key) is True:
                return first_hit
        for number in range(first_hit, last_hit):
            at, key = self.found[number].at, self.found[number].key
            rows = <tuple>PyList_GET_ITEM(partners, key)
            sketch = pairs.at + begins.at[key]
            for row in rows:
                reach = number_at(row, 1)
                if <object>PyTuple_GET_ITEM(row, 0) is True:
                    first = at + PyLong_AsLong(<object>PyList_GET_ITEM(sizes, key))
                    stop = min(at + reach + number_at(row, 2), end)
                else:
                    first, stop = max(at - reach, start), at
                forms, flags = <tuple>PyTuple_GET_ITEM(row, 3), <tuple>PyTuple_GET_ITEM(row, 4)
                if stop <= first:
                    sketch += 2 * len(forms)
                    continue
                memset(seen, 0, sizeof(seen))
                one = <uint32_t>PyUnicode_READ(kind, data, first)
                for i in range(first + 1, stop):
                    other = <uint32_t>PyUnicode_READ(kind, data, i)
                    mark = pair(one, other)
                    seen[mark >> 3] |= 1 << (mark & 7)
                    one = other
                stand = False
                for i in range(len(forms)):
                    if sketch[2 * i] >= 0 and not (seen[sketch[2 * i] >> 3] >> (sketch[2 * i] & 7) & 1 and seen[sketch[2 * i + 1] >> 3] >> (sketch[2 * i + 1] & 7) & 1):
                        continue
                    form = <object>PyTuple_GET_ITEM(forms, i)
                    if stands(folded, form, number_at(flags, i), first, min(at + reach + PyUnicode_GET_LENGTH(form), stop)):
                        stand = True
                        break
                sketch += 2 * len(forms)
                if not stand:
                    continue
                for between, part in <tuple>PyTuple_GET_ITEM(row, 5):
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
                if self.count > self.hidden_room:
                    grown = <uint64_t*>PyMem_Realloc(self.hidden, self.count * words * sizeof(uint64_t))
                    if grown == NULL:
                        raise MemoryError
                    self.hidden, self.hidden_room = grown, self.count
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
        self.find(folded, text, first, last)
        if not self.count:
            return 0, False
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
        return int.from_bytes((<char*>found)[:words * sizeof(uint64_t)], "little"), bool(takes)


def numbers(groups):
    """The numbers of the bits that are set, ascending."""
    found = []
    while groups:
        lowest = groups & -groups
        found.append(lowest.bit_length() - 1)
        groups ^= lowest
    return found
