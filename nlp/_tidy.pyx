# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The inner loops of nlp/blocks/tidy.py, compiled: the same events of the same pages, in a fifth of the time. Which tags are tidy, and why, is said there.

chipwatch runs without this module, which is made where a C compiler is at hand (hatch_build.py); tests/test_compiled_blocks.py holds one against the other.

The source is not cut into strings: texts are known by their places, and tags by the number of the first that is written like them.
"""

from cpython.mem cimport PyMem_Calloc, PyMem_Free, PyMem_Realloc
from cpython.object cimport PyObject
from cpython.unicode cimport PyUnicode_GET_LENGTH
from libc.stdint cimport int32_t, uint64_t
from libc.string cimport memcmp

include "compiled.pxi"

cdef extern from "Python.h":
    Py_ssize_t PyUnicode_FindChar(object, Py_UCS4, Py_ssize_t, Py_ssize_t, int) except -2
    object PyUnicode_Substring(object, Py_ssize_t, Py_ssize_t)
    bint Py_UNICODE_ISSPACE(uint32_t)
    int PyErr_CheckSignals() except -1

cdef enum:
    OFTEN = 4095                                               # tags between two looks at whether a time limit has run out
    MAX_NAMES = 256                                            # names of which HTML has rules
    LONGEST = 12                                               # characters of the longest name of `raw`
    STEPS = 16                                                 # places at which a tag is looked for by its hash

cdef enum:                                                     # flags of a name
    WALL = 1
    DOUBTFUL = 2
    HEADING = 4
    CELL = 8
    IN_SECTION = 16
    SHOWN = 32

cdef enum:                                                     # flags of what a tag means
    SKIPPED = 1
    BREAKS = 2
    BOLD = 4
    SOFT = 8
    RAISED = 16
    MEANT = 32                                                 # it means something, be it a soft piece alone
    ENDED = 64                                                 # and so does its end

cdef struct Token:
    Py_ssize_t start, end                                      # of the text before it
    int32_t number                                             # of the tag behind that text; -1 of what is left out


cdef struct Entry:
    PyObject* tag
    PyObject* end
    int32_t rule, name, flags


cdef Py_ssize_t tag_end(Characters text, Py_ssize_t at, Py_ssize_t size, uint64_t* hashed) noexcept nogil:
    """Behind the tag whose attributes begin at `at`; -1 where it has no end before the next begins: see tidy._TAG. `hashed` becomes a hash of what stands from `at` on."""
    cdef uint32_t character, quote = 0
    cdef uint64_t mixed = 0x9e3779b97f4a7c15ULL
    while at < size:
        character = text[at]
        mixed = (mixed << 7 | mixed >> 57) ^ character
        at += 1
        if character == c"<":
            return -1
        if quote:
            if character == quote:
                quote = 0
        elif character == c">":
            hashed[0] = mixed * 0x9e3779b97f4a7c15ULL
            return at
        elif character == c'"' or character == c"'":
            quote = character
    return -1


cdef class Rules:
    """What tidy.py says of the names of elements, as numbers."""

    cdef dict numbers                                          # name -> its number
    cdef list names
    cdef dict implied_tags                                     # name -> the events of its beginning and its end
    cdef tuple empty_paragraph
    cdef frozenset raw                                         # names of elements whose content is no markup
    cdef str raised
    cdef uint64_t bits[MAX_NAMES]                              # of the names that stand in the sets below, one bit each
    cdef uint64_t ended[MAX_NAMES]                             # sets of names, by the number of a name: tidy._ENDED,
    cdef uint64_t parts_ended[MAX_NAMES]                       # _PARTS,
    cdef uint64_t parts_around[MAX_NAMES]
    cdef uint64_t around[MAX_NAMES]                            # and _AROUND
    cdef uint8_t flags[MAX_NAMES]
    cdef uint64_t strict, textless, implied, cells, sections, scopes, left_by_any, begun, kept
    cdef int32_t root, p, li, dd, dt, form, table, tbody, tr, option, optgroup, select, colgroup, html, head, a, img, span, meta, link, base
    cdef int32_t BLOCK, HEADING_, ITEM, ANCHOR, ONCE, SCOPE, TABLE, PART, VOID, RULE, COLUMN, OPTION, PAGE, HEAD, END, LAST

    def __init__(self, names, sets, rules, dict implied_tags, tuple empty_paragraph, frozenset raw, str raised):
        """`names` of which there are rules; `sets` of names by what they are called here; the numbers of `rules` by name; tags that are implied; `raw`: elements whose content is no markup."""
        cdef int32_t number
        cdef int used = 0
        self.implied_tags, self.empty_paragraph, self.raw, self.raised = implied_tags, empty_paragraph, raw, raised
        self.names = ["#root", *names]
        if len(self.names) > MAX_NAMES:
            raise ValueError("more names than there is room for")
        self.numbers = {name: number for number, name in enumerate(self.names)}
        in_sets = set()
        for held in ("strict", "textless", "implied", "cells", "sections", "scopes", "left_by_any", "begun"):
            in_sets |= set(sets[held])
        for held in ("ended", "around"):
            in_sets |= set().union(*sets[held].values())
        for ended, around in sets["parts"].values():
            in_sets |= set(ended) | set(around)
        in_sets |= {"li", "dd", "dt"}
        if len(in_sets) > 64 or not in_sets <= self.numbers.keys():
            raise ValueError("sets of other names, or of more than there are bits")
        for number in range(MAX_NAMES):
            self.bits[number] = self.ended[number] = self.parts_ended[number] = self.parts_around[number] = self.around[number] = 0
            self.flags[number] = 0
        for name, number in self.numbers.items():
            if name in in_sets:
                self.bits[number] = <uint64_t>1 << used
                used += 1
        for name, number in self.numbers.items():
            self.ended[number] = self.mask(sets["ended"].get(name, ()))
            self.around[number] = self.mask(sets["around"].get(name, ()))
            if name in sets["parts"]:
                self.parts_ended[number], self.parts_around[number] = self.mask(sets["parts"][name][0]), self.mask(sets["parts"][name][1])
            self.flags[number] = (WALL * (name in sets["walls"]) | DOUBTFUL * (name in sets["doubtful"]) | HEADING * (name in sets["headings"]) | CELL * (name in sets["cells"])
                                  | IN_SECTION * (name in sets["in_section"]) | SHOWN * (name in sets["shown"]))
        self.strict, self.textless, self.implied, self.cells = self.mask(sets["strict"]), self.mask(sets["textless"]), self.mask(sets["implied"]), self.mask(sets["cells"])
        self.sections, self.scopes, self.left_by_any, self.begun = self.mask(sets["sections"]), self.mask(sets["scopes"]), self.mask(sets["left_by_any"]), self.mask(sets["begun"])
        # inside of these no end tag is passed over
        self.kept = self.mask((set(sets["strict"]) - set(sets["parts"]) - {"table"}) | {"colgroup"})
        (self.root, self.p, self.li, self.dd, self.dt, self.form, self.table, self.tbody, self.tr, self.option, self.optgroup, self.select, self.colgroup, self.html, self.head, self.a, self.img, self.span, self.meta, self.link, self.base) = (
            self.numbers[name] for name in "#root p li dd dt form table tbody tr option optgroup select colgroup html head a img span meta link base".split())
        (self.BLOCK, self.HEADING_, self.ITEM, self.ANCHOR, self.ONCE, self.SCOPE, self.TABLE, self.PART, self.VOID, self.RULE, self.COLUMN, self.OPTION, self.PAGE, self.HEAD, self.END, self.LAST) = (
            rules[name] for name in "block heading item anchor once scope table part void rule column option page head end last".split())

    cdef uint64_t mask(self, names) except? 0:
        cdef uint64_t found = 0
        for name in names:
            found |= self.bits[self.numbers[name]]
        return found


cdef class Tokens:
    """A page as texts and tags."""

    cdef Token* at
    cdef Py_ssize_t size, room

    def __cinit__(self):
        self.at, self.size, self.room = NULL, 0, 0

    def __dealloc__(self):
        PyMem_Free(self.at)

    cdef int push(self, Py_ssize_t start, Py_ssize_t end, int32_t number) except -1:
        cdef Token* grown
        if self.size == self.room:
            grown = <Token*>PyMem_Realloc(self.at, (2 * self.room + 256) * sizeof(Token))
            if grown == NULL:
                raise MemoryError
            self.at, self.room = grown, 2 * self.room + 256
        self.at[self.size].start, self.at[self.size].end, self.at[self.size].number = start, end, number
        self.size += 1
        return 0


cdef class Numbers:
    """Numbers of 32 bits in a row that grows."""

    cdef uint32_t* at
    cdef Py_ssize_t size, room

    def __cinit__(self):
        self.at, self.size, self.room = NULL, 0, 0

    def __dealloc__(self):
        PyMem_Free(self.at)

    cdef int push(self, Py_ssize_t value) except -1:
        cdef uint32_t* grown
        if self.size == self.room:
            grown = <uint32_t*>PyMem_Realloc(self.at, (2 * self.room + 256) * sizeof(uint32_t))
            if grown == NULL:
                raise MemoryError
            self.at, self.room = grown, 2 * self.room + 256
        self.at[self.size] = <uint32_t>value
        self.size += 1
        return 0

    cdef bytes bytes(self):
        return (<char*>self.at)[:self.size * sizeof(uint32_t)] if self.size else b""


cdef str raw_name(str source, Py_ssize_t at, Py_ssize_t size, frozenset raw):
    """The name of an element whose content is no markup, where its start tag begins before `at`; else None."""
    cdef int kind = PyUnicode_KIND(source)
    cdef void* data = PyUnicode_DATA(source)
    cdef uint32_t character = 0
    cdef Py_ssize_t end = at
    while end < size and end - at <= LONGEST:
        character = PyUnicode_READ(kind, data, end)
        if not (c"a" <= character <= c"z" or c"A" <= character <= c"Z"):
            break
        end += 1
    if end >= size or end == at or end - at > LONGEST or not (character == c">" or character == c"/" or Py_UNICODE_ISSPACE(character)):
        return None
    character = PyUnicode_READ(kind, data, at) | 0x20
    if not (character == c"s" or character == c"x" or character == c"i" or character == c"n" or character == c"t" or character == c"m"):
        return None
    name = source[at:end].lower()
    return name if name in raw else None


cdef Py_ssize_t behind(str source, Py_ssize_t at, Py_ssize_t size, uint64_t* hashed) noexcept:
    """`tag_end` of any text."""
    cdef int kind = PyUnicode_KIND(source)
    cdef void* data = PyUnicode_DATA(source)
    if kind == 1:
        return tag_end[Narrow](<Narrow>data, at, size, hashed)
    if kind == 2:
        return tag_end[Wide](<Wide>data, at, size, hashed)
    return tag_end[Widest](<Widest>data, at, size, hashed)


cdef struct Seen:
    Py_ssize_t start, size                                     # of a tag, and its characters; 0: an empty place
    uint64_t hashed
    int32_t number


cdef class Written:
    """Where tags stand that have been met, by a hash of what is written in them: most tags of a page repeat one of a few."""

    cdef Seen* places
    cdef Py_ssize_t held, room

    def __cinit__(self):
        self.places, self.held, self.room = NULL, 0, 0

    def __dealloc__(self):
        PyMem_Free(self.places)

    cdef Seen* place(self, Seen* places, Py_ssize_t room, uint64_t hashed, const char* data, int kind, Py_ssize_t start, Py_ssize_t size) noexcept nogil:
        """Where a tag stands, or would; NULL where it would take long to find."""
        cdef Py_ssize_t at = (hashed >> 32) & (room - 1)
        cdef int steps
        for steps in range(STEPS):
            if not places[at].size or places[at].hashed == hashed and places[at].size == size and not memcmp(data + places[at].start * kind, data + start * kind, size * kind):
                return &places[at]
            at = (at + 1) & (room - 1)
        return NULL

    cdef Seen* find(self, uint64_t hashed, const char* data, int kind, Py_ssize_t start, Py_ssize_t size) except? NULL:
        cdef Seen* grown
        cdef Seen* to
        cdef Py_ssize_t at, room
        if 2 * self.held >= self.room:
            room = max(256, 4 * self.room)
            grown = <Seen*>PyMem_Calloc(room, sizeof(Seen))
            if grown == NULL:
                raise MemoryError
            for at in range(self.room):
                if self.places[at].size:
                    to = self.place(grown, room, self.places[at].hashed, data, kind, self.places[at].start, self.places[at].size)
                    if to != NULL:
                        to[0] = self.places[at]
            PyMem_Free(self.places)
            self.places, self.room = grown, room
        return self.place(self.places, self.room, hashed, data, kind, start, size)


cdef Tokens tokens_of(str source, dict numbers, frozenset raw, skip_raw):
    """The page as texts and tags, numbered in `numbers` as they are written; None where one has no end, or stands in text."""
    cdef Tokens tokens = Tokens()
    cdef Py_ssize_t size = PyUnicode_GET_LENGTH(source), at = 0, start = 0, begin, end
    cdef int kind = PyUnicode_KIND(source)
    cdef void* data = PyUnicode_DATA(source)
    cdef uint32_t character
    cdef object number
    cdef str name
    cdef Written written = Written()
    cdef uint64_t hashed = 0
    cdef Seen* seen
    while True:
        begin = PyUnicode_FindChar(source, c"<", at, size, 1)
        if begin < 0 or begin + 1 >= size:
            break
        if not tokens.size & OFTEN:
            PyErr_CheckSignals()
        character = PyUnicode_READ(kind, data, begin + 1)
        if c"a" <= character <= c"z" or c"A" <= character <= c"Z" or character == c"/":
            if (name := raw_name(source, begin + 1, size, raw)) is not None:
                end = behind(source, begin + 1 + len(name), size, &hashed)
                if end < 0:
                    return None
                end = skip_raw(name, begin + 1 + len(name), end)
                if end < 0:
                    return None
                tokens.push(start, begin, -1)
            else:
                end = behind(source, begin + 2, size, &hashed)
                if end < 0:
                    return None
                hashed ^= character
                seen = written.find(hashed, <char*>data, kind, begin, end - begin)
                if seen != NULL and seen.size:
                    tokens.push(start, begin, seen.number)
                else:
                    tag = PyUnicode_Substring(source, begin, end)
                    number = numbers.get(tag)
                    if number is None:
                        number = numbers[tag] = len(numbers)
                    tokens.push(start, begin, number)
                    if seen != NULL:
                        seen.start, seen.size, seen.hashed, seen.number = begin, end - begin, hashed, number
                        written.held += 1
        elif character == c"!" or character == c"?":
            if source[begin + 1:begin + 4] == "!--":
                end = source.find("-->", begin + 2)            # "<!-->" is one, too
                end = -1 if end < 0 else end + 3
            else:
                end = PyUnicode_FindChar(source, c">", begin + 2, size, 1) + 1
            if end <= 0:
                return None
            tokens.push(start, begin, -1)
        elif character == c"%":
            return None
        else:
            at = begin + 1
            continue
        at = start = end
    tokens.push(start, size, -1)
    return tokens


cdef class Page:
    """The open elements of a page, and the events so far."""

    cdef Rules rules
    cdef list out
    cdef int32_t names[1024]                                   # of the open elements
    cdef PyObject* ends[1024]                                  # and the events of their ends; NULL: none
    cdef uint8_t scopes[1024]                                  # whether a paragraph is open, in each of the open scopes
    cdef int size, scope, skip

    def __init__(self, Rules rules):
        self.rules, self.out = rules, []
        self.names[0], self.ends[0], self.scopes[0] = rules.root, NULL, False
        self.size, self.scope, self.skip = 1, 0, 0

    cdef inline int32_t top(self) noexcept:
        return self.names[self.size - 1]

    cdef inline uint64_t bit(self, int32_t name) noexcept:
        return self.rules.bits[name] if name < MAX_NAMES else 0

    cdef inline uint64_t top_bit(self) noexcept:
        return self.bit(self.top())

    cdef inline bint is_open(self, int32_t name) noexcept:
        cdef int at
        for at in range(self.size):
            if self.names[at] == name:
                return True
        return False

    cdef int shut(self) except -1:
        """The innermost element ends, since something implies it."""
        cdef int32_t name
        self.size -= 1
        name = self.names[self.size]
        if self.ends[self.size] != NULL:
            self.out.append(<object>self.ends[self.size])
        if name == self.rules.p:
            self.scopes[self.scope] = False
        elif self.bit(name) & self.rules.scopes:
            self.scope -= 1
        return 0

    cdef int imply(self, int32_t name) except -1:
        """An element begins, since something implies it."""
        begin, end = self.rules.implied_tags[self.rules.names[name]]
        self.names[self.size], self.ends[self.size] = name, NULL if self.skip else <PyObject*>end
        self.size += 1
        if not self.skip:
            self.out.append(begin)
        return 0

    cdef bint is_stray(self, int32_t name) noexcept:
        """Whether an end tag is passed over, since nothing is open that it could end."""
        cdef int at
        cdef uint64_t walls
        if name == self.rules.p or name == self.rules.form or self.top_bit() & self.rules.kept:
            return False
        if name < MAX_NAMES and self.rules.flags[name] & HEADING:                       # the end of one ends any other
            for at in range(self.size):
                if self.names[at] < MAX_NAMES and self.rules.flags[self.names[at]] & HEADING:
                    return False
            return True
        if not self.is_open(name):
            return True
        walls = self.rules.around[name] if name < MAX_NAMES else 0
        for at in range(self.size - 1, -1, -1):
            if self.names[at] == name:
                return False
            if self.bit(self.names[at]) & walls:
                return True
        return False

    cdef int end_item(self, uint64_t kinds) except -1:
        """Ends the open item of one of the `kinds` that a new one ends. False where something stands open in it."""
        cdef int at
        cdef uint8_t flags
        for at in range(self.size - 1, -1, -1):
            if self.bit(self.names[at]) & kinds:
                while self.size > at:
                    if not self.top_bit() & self.rules.implied:
                        return False
                    self.shut()
                return True
            flags = self.rules.flags[self.names[at]] if self.names[at] < MAX_NAMES else 0
            if flags & WALL:
                return True
            if flags & DOUBTFUL:
                return False
        return True


cdef list entries_of(list tags, dict known, Rules rules, Entry* entries):
    """Fills `entries` with what the tags mean; returns what has to be kept as long as they are used."""
    cdef dict others = {}
    cdef list kept = []
    cdef Py_ssize_t at
    cdef Entry* entry
    for at in range(len(tags)):
        entry = &entries[at]
        found = known[tags[at]]
        kept.append(found)
        rule, name, tag, end = found
        entry.rule, entry.flags = rule, 0
        number = rules.numbers.get(name)
        if number is None:
            number = others.setdefault(name, MAX_NAMES + len(others))
        entry.name, entry.tag, entry.end = number, NULL, NULL
        if tag is not None:
            entry.tag = <PyObject*>tag
            entry.flags = MEANT | SKIPPED * bool(tag.skipped) | BREAKS * bool(tag.breaks) | BOLD * bool(tag.bold) | SOFT * bool(tag.soft) | RAISED * (tag.soft == rules.raised)
        if end is not None:
            entry.end = <PyObject*>end
            entry.flags |= ENDED
    return kept


def read(str source not None, skeleton, Rules rules not None, know, skip_raw, alt_words, int most, int html_mode, int alt_mode):
    """The events of a tidy page; None of any other. The runs of text go to the skeleton.

    `know(tags, known)` tells what tags mean; `skip_raw(name, start, end)` gives the place behind an element of which the attributes stand there, or -1; `alt_words(tag)` the place of the words of a picture.
    """
    cdef dict numbers = {}, known = {}
    cdef Tokens tokens = tokens_of(source, numbers, rules.raw, skip_raw)
    cdef Entry* entries
    if tokens is None:
        return None
    tags = list(numbers)
    if not know(tags, known):
        return None
    entries = <Entry*>PyMem_Realloc(NULL, (len(tags) + 1) * sizeof(Entry))
    if entries == NULL:
        raise MemoryError
    try:
        kept = entries_of(tags, known, rules, entries)
        return events_of(source, skeleton, rules, tokens, entries, tags, alt_words, most, html_mode, alt_mode)
    finally:
        PyMem_Free(entries)


cdef list events_of(str source, skeleton, Rules rules, Tokens tokens, Entry* entries, list tags, alt_words, int most, int html_mode, int alt_mode):
    cdef Page page = Page(rules)
    cdef Numbers starts = Numbers(), ends = Numbers()
    cdef list out = page.out, pictures = []
    cdef bint loose = False                                    # whether text stands in the block so far
    cdef int32_t before = -1, after, name, rule                # the name of the end tag that stands before this place; -1: none does
    cdef long gaps = 0                                         # and how many white spaces since
    cdef int kind = PyUnicode_KIND(source), flags
    cdef void* data = PyUnicode_DATA(source)
    cdef uint32_t character
    cdef Py_ssize_t index, at
    cdef Token* token
    cdef Entry* entry
    cdef uint64_t left_open
    cdef bint broken
    if most > 1024 - 8:
        raise ValueError("more open elements than there is room for")
    for index in range(tokens.size):
        if not index & OFTEN:
            PyErr_CheckSignals()
        token = &tokens.at[index]
        if token.end > token.start:
            broken = False
            at = token.start
            while at < token.end:
                character = PyUnicode_READ(kind, data, at)
                if not Py_UNICODE_ISSPACE(character):
                    break
                broken |= character == c"\n"
                at += 1
            if at == token.end:
                gaps += 1
                if loose and not page.skip:
                    out.append("\n" if broken else " ")
            else:
                if page.top_bit() & rules.textless:
                    return None
                before = -1
                if not page.skip:
                    out.append(starts.size)
                    loose = True
                starts.push(token.start)
                ends.push(token.end)
        if token.number < 0:
            continue
        entry = &entries[token.number]
        rule, name, flags = entry.rule, entry.name, entry.flags
        if rule == rules.LAST:
            if page.top_bit() & rules.left_by_any:
                return None
            continue
        if rule == rules.END:
            if page.top() != name:
                if name == rules.p and not page.scopes[page.scope] and not page.top_bit() & rules.strict:
                    if not page.skip:
                        out += rules.empty_paragraph           # which is what an end tag makes of which no start tag stands before
                        loose = False
                    before = -1
                    continue
                if page.is_stray(name):
                    continue
                left_open = rules.ended[name] if name < MAX_NAMES else 0
                while page.top_bit() & left_open:
                    page.shut()
                if page.top() != name:
                    return None
                if not page.skip:
                    loose = False
            if name == rules.p:
                page.scopes[page.scope] = False
            elif page.bit(name) & rules.scopes:
                page.scope -= 1
            page.size -= 1
            if page.ends[page.size] != NULL:
                end = <object>page.ends[page.size]
                out.append(end)
                if end.breaks:
                    loose = False
            elif page.size < page.skip:
                page.skip = 0
            before, gaps = name, 0
            continue
        if rule == rules.BLOCK or rule == rules.HEADING_ or rule == rules.ITEM or rule == rules.ONCE or rule == rules.RULE:
            if page.top_bit() & rules.strict or rule == rules.ONCE and page.is_open(name):
                return None
            if rule == rules.ITEM and not page.end_item(page.bit(rules.li) if name == rules.li else page.bit(rules.dd) | page.bit(rules.dt)):
                return None
            if page.scopes[page.scope]:
                if page.top() != rules.p:
                    return None
                page.shut()
            if rule == rules.HEADING_ and page.top() < MAX_NAMES and rules.flags[page.top()] & HEADING:
                return None
            if name == rules.p:
                page.scopes[page.scope] = True
        elif rule == rules.PART:
            while page.top_bit() & rules.parts_ended[name]:
                page.shut()
            if not page.top_bit() & rules.parts_around[name]:
                if page.top() == rules.table and rules.flags[name] & IN_SECTION:
                    page.imply(rules.tbody)
                if page.top_bit() & rules.sections and rules.flags[name] & CELL:
                    page.imply(rules.tr)
                if not page.top_bit() & rules.parts_around[name]:
                    return None
            if page.bit(name) & rules.scopes:
                page.scope += 1
                page.scopes[page.scope] = False
        elif rule == rules.COLUMN:
            if page.top() != rules.colgroup and page.top() != rules.table:
                return None
        elif rule == rules.OPTION:
            if name == rules.select:
                if page.top_bit() & rules.strict:
                    return None
            else:
                while page.top() == rules.option or name == rules.optgroup and page.top() == rules.optgroup:
                    page.shut()
                if page.top() != rules.select and (name == rules.optgroup or page.top() != rules.optgroup):
                    return None
        elif rule == rules.PAGE or rule == rules.HEAD:
            if not (page.top() == rules.root or name != rules.html and page.top_bit() & rules.begun) or starts.size or len(out) != (page.top() == rules.html):
                return None
        elif page.top_bit() & rules.strict and not (page.top() == rules.head and (name == rules.meta or name == rules.link or name == rules.base)):
            return None
        elif rule == rules.ANCHOR or rule == rules.SCOPE:
            if page.is_open(name):
                return None
            if rule == rules.SCOPE:
                page.scope += 1
                page.scopes[page.scope] = False
        elif rule == rules.TABLE:
            page.scope += 1
            page.scopes[page.scope] = False
        after, before = before, -1
        if rule == rules.VOID or rule == rules.RULE or rule == rules.COLUMN:
            if name < MAX_NAMES and rules.flags[name] & SHOWN and not page.skip:
                out.append(<object>entry.tag)
                loose = loose and rule == rules.VOID
            if name == rules.img and (words := alt_words(tags[token.number])) is not None:
                pictures.append(starts.size)
                if not page.skip:
                    out.append(starts.size)
                    loose = True
                starts.push(token.end + words[0])
                ends.push(token.end + words[1])
            continue
        page.names[page.size] = name
        page.size += 1
        if page.size > most:
            return None
        page.ends[page.size - 1] = NULL
        if not flags & MEANT or page.skip:
            continue
        if flags & SKIPPED:
            page.skip = page.size
            continue
        if flags & BREAKS:
            loose = False
        elif loose:
            if flags & RAISED or flags & SOFT and after == rules.span and gaps <= 1:
                out.append((<object>entry.tag).soft)
            elif name == rules.a and after == rules.a and not gaps and not flags & BOLD:
                out.append(" ")
        if flags & ENDED:
            out.append(<object>entry.tag)
            page.ends[page.size - 1] = entry.end
    while page.size > 1:
        page.shut()
    skeleton.starts.frombytes(starts.bytes())
    skeleton.ends.frombytes(ends.bytes())
    skeleton.modes.extend(bytes((html_mode,)) * starts.size)
    for number in pictures:
        skeleton.modes[number] = alt_mode
    return out
