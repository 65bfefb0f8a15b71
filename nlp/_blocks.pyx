# cython: language_level=3, nonecheck=True, wraparound=False, cdivision=True, initializedcheck=False
"""Compiled: what a tag means (`Meaning` of nlp/blocks/tags.py), the walk over the tags of a document (nlp/blocks/walk.py) and the loops over what it has drafted (nlp/blocks/segment.py). The same results in a third of the time.

chipwatch runs without this module, which is made where a C compiler is at hand (hatch_build.py); tests/test_compiled_blocks.py holds one against the other.
"""

from cpython.bytearray cimport PyByteArray_AS_STRING, PyByteArray_GET_SIZE
from cpython.mem cimport PyMem_Free, PyMem_Realloc
from cpython.object cimport PyObject
from cpython.unicode cimport PyUnicode_GET_LENGTH

from sys import intern

include "compiled.pxi"

cdef extern from "Python.h":
    bint PyLong_CheckExact(object)
    uint32_t PyUnicode_READ_CHAR(object, Py_ssize_t)
    Py_ssize_t PyUnicode_FindChar(object, uint32_t, Py_ssize_t, Py_ssize_t, int) except -2
    bint PyUnicode_CheckExact(object)
    bint Py_UNICODE_ISALNUM(uint32_t)
    bint Py_UNICODE_ISDECIMAL(uint32_t)
    int PyErr_CheckSignals() except -1

cdef enum:
    ALT = 4                                                    # as in nlp/normalise.py
    MAX_DEPTH = 400                                            # as in nlp/blocks/walk.py
    OFTEN = 4095                                               # events between two looks at whether a time limit has run out

cdef enum Does:                                                # what the end of an element does: nothing but to end it,
    ENDS
    ENDS_BOLD                                                  # to end what is bold,
    ENDS_BLOCK                                                 # to end a block,
    STRIKES_BLOCK                                              # to strike that out,
    RESTORES                                                   # to restore what stood before it
    STRIKES                                                    # or, inside of a block, to strike out what stands in it

cdef enum Saved:                                               # of what stands around an element is known:
    NOTHING
    NODE                                                       # the container
    CONTEXT                                                    # and the rest


cdef struct Open:
    PyObject* tag                                              # of the event by which it began, which is kept there
    PyObject* role
    Does does
    Saved saved
    long made, count                                           # where what is struck out began


cdef class Meaning:
    """What a tag means whatever stands around it."""

    cdef public str tag, attrs, role, signature, soft
    cdef public object href
    cdef public bint closing, inert, breaks, skipped, empty, bold, holds, wraps, plain, stateful, struck
    cdef public long deepens, furniture, row_span, column_span

    def __init__(self, str tag, bint closing, str attrs, bint inert, long deepens, bint breaks, str role, bint skipped=False, bint empty=False, bint bold=False, bint holds=False):
        self.tag, self.closing, self.attrs, self.inert, self.deepens, self.breaks = intern(tag), closing, attrs, inert, deepens, breaks     # equal tags are one string
        self.role, self.skipped, self.empty, self.bold, self.holds = role, skipped, empty, bold, holds
        self.wraps, self.signature, self.furniture, self.plain, self.stateful = False, "", 0, True, False
        self.row_span, self.column_span, self.struck, self.href, self.soft = 1, 1, False, None, ""


def attributes(str text not None):
    """The attributes of a tag that is written as lexbor writes them, ` a="b" c="d"`; None of any other: see nlp.blocks.tags.attributes."""
    cdef dict out = {}
    cdef Py_ssize_t at = 0, start, size = PyUnicode_GET_LENGTH(text)
    cdef uint32_t character
    cdef str name
    while at < size:
        character = PyUnicode_READ_CHAR(text, at)
        if character == c" ":
            at += 1
            continue
        start = at
        while at < size and (c"a" <= character <= c"z" or c"0" <= character <= c"9" or character == c"-" or character == c"_" or character == c":"):
            at += 1
            character = PyUnicode_READ_CHAR(text, at) if at < size else 0
        if at == start or at + 1 >= size or character != c"=" or PyUnicode_READ_CHAR(text, at + 1) != c'"':
            return None
        name = text[start:at]
        start = at + 2
        at = PyUnicode_FindChar(text, c'"', start, size, 1)
        if at < 0:
            return None
        out.setdefault(name, text[start:at])
        at += 1
    return out


cdef class Draft:
    """A block in the making: source ranges instead of text."""

    cdef public str kind
    cdef public list pieces
    cdef public long level, node, chrome
    cdef public object marker, grid
    cdef public tuple scopes
    cdef public bint bold, code

    def __init__(self, str kind, list pieces, long level=0, marker=None, long node=0, long chrome=0, tuple scopes=(), bint bold=False, grid=None, bint code=False):
        self.kind, self.pieces, self.level, self.marker, self.node, self.chrome, self.scopes = kind, pieces, level, marker, node, chrome, scopes
        self.bold, self.grid, self.code = bold, grid, code


cdef class DraftCell:
    """A cell of a table in the making."""

    cdef public bint header
    cdef public long row_span, column_span
    cdef public list drafts
    cdef public object alt

    def __init__(self, bint header, long row_span, long column_span, list drafts=None):
        self.header, self.row_span, self.column_span, self.drafts, self.alt = header, row_span, column_span, [] if drafts is None else drafts, None


cdef class Grid:
    """A table in the making."""

    cdef public list rows, head, parts, caption, loose
    cdef public long part
    cdef public bint in_head, row_open, nested

    def __init__(self):
        self.rows, self.head, self.parts, self.caption, self.loose = [], [], [], None, []
        self.part, self.in_head, self.row_open, self.nested = 0, False, False, False

    cdef int open_row(self) except -1:
        self.rows.append([])
        self.head.append(self.in_head)
        self.parts.append(self.part)
        self.row_open = True
        return 0


cdef inline int heading_level(str role) except -1:
    """1 to 6 of h1 to h6, else 0."""
    cdef uint32_t level
    if role is None:
        raise TypeError("an element without a role")
    if PyUnicode_GET_LENGTH(role) != 2 or PyUnicode_READ_CHAR(role, 0) != c"h":
        return 0
    level = PyUnicode_READ_CHAR(role, 1)
    return level - c"0" if c"1" <= level <= c"6" else 0


cdef class Stack:
    """The open elements."""

    cdef Open* at
    cdef Py_ssize_t size, room

    def __cinit__(self):
        self.at, self.size, self.room = NULL, 0, 0

    def __dealloc__(self):
        PyMem_Free(self.at)

    cdef Open* push(self) except NULL:
        cdef Open* grown
        if self.size == self.room:
            grown = <Open*>PyMem_Realloc(self.at, (2 * self.room + 64) * sizeof(Open))
            if grown == NULL:
                raise MemoryError
            self.at, self.room = grown, 2 * self.room + 64
        self.size += 1
        return &self.at[self.size - 1]


cdef class Walk:
    """The walk itself, and what it has found so far; what begins and ends with the rarer elements is told by nlp.blocks.walk.Segmenter."""

    cdef public object skeleton, events, item, term
    cdef public DraftCell cell
    cdef public list drafts, sink, pieces, links, parents, signatures, grids, lists
    cdef public tuple scopes
    cdef public bint has_text, bold_only, caption
    cdef public long blocks_made, breaks, node, heading, bold, quote, pre, chrome, in_term, in_definition, wrap

    def __init__(self, skeleton, events):
        self.skeleton, self.events = skeleton, events
        self.drafts = []
        self.sink = self.drafts
        self.pieces, self.links, self.parents, self.signatures, self.grids, self.lists = [], [], [0], ["html"], [], []
        self.has_text, self.bold_only, self.caption = False, True, False
        self.blocks_made = self.breaks = self.node = self.heading = self.bold = self.quote = self.pre = self.chrome = self.in_term = self.in_definition = self.wrap = 0
        self.scopes, self.item, self.term, self.cell = (), None, None, None

    cdef inline int _nothing(self) except -1:
        self.blocks_made += 1
        self.breaks = 0
        self.bold_only = True
        if self.pieces:
            self.pieces = []
        return 0

    def nothing(self):
        """The end of a block in which no text stood."""
        self._nothing()

    def flush(self):
        self._flush()

    def emit(self, draft):
        self._emit(draft)

    cdef int _flush(self) except -1:
        cdef list pieces = self.pieces
        cdef bint bold = self.bold_only
        cdef str kind = "paragraph"
        cdef long level = 0
        cdef object marker = None
        self._nothing()
        if not self.has_text:
            return 0
        self.has_text = False
        if self.caption and self.grids:
            grid = self.grids[len(self.grids) - 1][0]
            grid.caption = (grid.caption or []) + pieces
            return 0
        if self.in_term:
            if self.term:
                pieces = [*self.term, ", ", *pieces]
            self.term = pieces
            return 0
        if self.heading:
            kind, level = "heading", self.heading
        elif self.pre:
            kind = "code"
        elif self.in_definition:
            kind = "definition"
            if self.term:
                pieces = [*self.term, ": ", *pieces]
                self.term = None
        elif self.item is not None:
            kind, level = "list_item", self.item[0]
            if not self.item[2]:
                marker = self.item[1]
                self.item[2] = True
        elif self.quote:
            kind = "quote"
        self._emit(Draft(kind, pieces, level, marker, self.node, self.chrome, self.scopes, bold, None, self.pre != 0))
        return 0

    cdef int _emit(self, draft) except -1:
        self.sink.append(draft)
        if not len(self.sink) & 1023:
            self.check()
        return 0

    cdef object _open_block(self, str role, Meaning opening):
        """`open_block`, which tells of the rarer elements."""
        cdef Grid grid
        cdef DraftCell cell
        cdef int level = heading_level(role)
        if level:
            undo, self.heading = self.heading, level
            return undo
        if role == "li" and not (opening.attrs and ("value" in opening.attrs.lower() or "data-marker" in opening.attrs.lower())):
            undo, self.item = self.item, [max(1, len(self.lists)), self.marker(None) if self.lists and self.lists[len(self.lists) - 1][0] else "•", False]
            return undo
        if role == "ul":
            self.lists.append([False, 1, "1"])
            undo, self.item = self.item, None
            return undo
        if not self.grids:
            return self.open_block(role, opening)
        if role == "td" or role == "th":
            grid = self.grids[len(self.grids) - 1][0]
            if not grid.row_open:                              # a cell whose <tr> is missing
                grid.open_row()
            cell = DraftCell(role == "th" or grid.in_head, opening.row_span, opening.column_span)
            (<list>grid.rows[len(grid.rows) - 1]).append(cell)
            undo = (self.sink, self.item, self.lists, self.heading, self.cell)
            self.sink, self.item, self.lists, self.heading, self.cell = cell.drafts, None, [], 0, cell
            return undo
        if role == "tr":
            (<Grid?>self.grids[len(self.grids) - 1][0]).open_row()
            return None
        return self.open_block(role, opening)

    cdef int _close_block(self, str role, undo) except -1:
        """`close_block`, which tells of the rarer elements."""
        if heading_level(role):
            self.heading = undo
        elif (role == "td" or role == "th") and undo is not None:
            if self.cell is not None and self.cell.alt is not None and not self.cell.drafts:
                self.cell.drafts.append(Draft("paragraph", [self.cell.alt], 0, None, self.node))      # "yes" as a picture of a tick
            self.sink, self.item, self.lists, self.heading, self.cell = undo
        elif role == "li":
            self.item = undo
        elif role == "tr" and self.grids:
            (<Grid?>self.grids[len(self.grids) - 1][0]).row_open = False
        else:
            self.close_block(role, undo)
        return 0

    def walk(self):
        cdef list events = self.events
        cdef bytearray modes = self.skeleton.modes
        cdef list around = []                                  # of the open elements with a context: that of before, and what their end is to restore
        cdef Stack stack = Stack()
        cdef Open* top
        cdef Open ended
        cdef Meaning tag
        cdef object event, href = None
        cdef bint linked = False
        cdef long link = 0
        cdef Py_ssize_t at, depth, lowest, number
        for at in range(len(events)):
            if not at & OFTEN:
                PyErr_CheckSignals()
            event = events[at]
            if PyLong_CheckExact(event):
                number = event
                if self.breaks or self.wrap or self.pre or not 0 <= number < PyByteArray_GET_SIZE(modes) or PyByteArray_AS_STRING(modes)[number] == ALT:
                    self.text(event)
                else:                                          # which is what `text` does of most
                    self.pieces.append(event)
                    self.has_text = True
                    if not self.bold:
                        self.bold_only = False
                continue
            if PyUnicode_CheckExact(event):
                if self.has_text:
                    self.pieces.append(event if self.pre or <str>event != "\n" else " ")
                continue
            tag = event
            if tag.closing:
                lowest = max(-1, stack.size - 1 - MAX_DEPTH)
                depth = stack.size - 1
                while depth > lowest and stack.at[depth].tag != <PyObject*>tag.tag:
                    depth -= 1
                if depth == lowest:
                    continue
                while stack.size > depth:
                    stack.size -= 1
                    ended = stack.at[stack.size]
                    if ended.does == ENDS_BOLD:
                        self.bold -= 1
                    elif ended.does >= ENDS_BLOCK and ended.does <= RESTORES:
                        if ended.does == STRIKES_BLOCK:
                            self.strike((self.blocks_made, 0))
                        if self.has_text:
                            self._flush()
                        else:
                            self._nothing()
                        if ended.does == RESTORES:
                            self._close_block(<str><object>ended.role, around.pop())
                    elif ended.does == STRIKES:
                        self.strike((ended.made, ended.count))
                    elif linked and <object>ended.tag == "a":
                        self._link(link, href)
                        linked = False
                    if ended.saved != NOTHING:
                        if ended.saved == CONTEXT:
                            self.chrome, self.scopes, self.wrap = around.pop()
                        self.node = self.parents[self.node]
                continue
            if tag.empty:
                if tag.tag == "br":
                    self.breaks += 1
                elif tag.tag == "hr":
                    self._flush()
                elif self.has_text:
                    self.pieces.append(" ")
                continue
            if tag.breaks:
                if self.has_text:
                    self._flush()
                else:
                    self._nothing()
            top = stack.push()
            top.tag, top.role, top.saved = <PyObject*>tag.tag, <PyObject*>tag.role, NOTHING
            if tag.holds:
                self.parents.append(self.node)
                self.signatures.append(tag.signature)
                self.node = len(self.parents) - 1
                if tag.plain:
                    top.saved = NODE
                else:
                    top.saved = CONTEXT
                    around.append((self.chrome, self.scopes, self.wrap))
                    if not tag.wraps and not tag.furniture and (tag.role == "li" or tag.role == "td"):
                        if len(self.scopes) < 50:              # which is what `open_container` does of most
                            self.scopes = (*self.scopes, self.node)
                    else:
                        self.open_container(tag)
            if tag.breaks:
                if tag.stateful:
                    top.does = RESTORES
                    around.append(self._open_block(tag.role, tag))
                else:
                    top.does = STRIKES_BLOCK if tag.struck else ENDS_BLOCK
            elif tag.bold:
                self.bold += 1
                top.does = ENDS_BOLD
            else:
                top.does = ENDS
                if tag.tag == "a":
                    href = tag.href
                    linked = bool(href)
                    link = len(self.pieces)
                if tag.struck:
                    top.does, top.made, top.count = STRIKES, self.blocks_made, len(self.pieces)
        self._flush()
        while stack.size:
            stack.size -= 1
            ended = stack.at[stack.size]
            if ended.does == RESTORES:
                self._close_block(<str><object>ended.role, around.pop())
            if ended.saved == CONTEXT:
                around.pop()
        self.drop_term()

    cdef int _link(self, long start, object target) except -1:
        cdef object piece, first = None, last = None
        cdef Py_ssize_t at
        for at in range(start, len(self.pieces)):
            piece = self.pieces[at]
            if PyLong_CheckExact(piece):
                if first is None:
                    first = piece
                last = piece
        if first is not None:
            self.links.append((first, last, target))
        return 0


# --- the drafts, see nlp/blocks/segment.py ---------------------------------------------------------------------------------------------

cdef class Longs:
    """`size` numbers, all the same at first."""

    cdef long* at

    def __cinit__(self, Py_ssize_t size, long value):
        cdef Py_ssize_t place
        self.at = <long*>PyMem_Realloc(NULL, (size + 1) * sizeof(long))
        if self.at == NULL:
            raise MemoryError
        for place in range(size):
            self.at[place] = value

    def __dealloc__(self):
        PyMem_Free(self.at)


cdef Longs numbers_of(list row):
    """The numbers of elements, each of which is one of as many."""
    cdef Longs out = Longs(len(row), 0)
    cdef Py_ssize_t at
    for at in range(len(row)):
        out.at[at] = row[at]
        if not 0 <= out.at[at] < len(row):
            raise IndexError(row[at])
    return out


cdef long size_of(list pieces, const unsigned int[:] starts, const unsigned int[:] ends) except -1:
    """Characters of the source in the runs among the pieces."""
    cdef long total = 0, number
    for piece in pieces:
        if PyLong_CheckExact(piece):
            number = piece
            if not 0 <= number < min(starts.shape[0], ends.shape[0]):
                raise IndexError(number)
            total += ends[number] - starts[number]
    return total


def sizes(list drafts, starts, ends):
    """Chrome element -> characters of text in it."""
    cdef const unsigned int[:] from_ = starts, to = ends
    cdef Draft draft
    cdef Grid grid
    cdef DraftCell cell
    cdef dict out = {}
    cdef long size
    for draft in drafts:
        if draft.grid is None:
            size = size_of(draft.pieces, from_, to)
        else:
            size = 0
            grid = draft.grid
            for row in grid.rows:
                for cell in row:
                    for inner in cell.drafts:
                        size += size_of((<Draft?>inner).pieces, from_, to)
        out[draft.chrome] = out.get(draft.chrome, 0) + size
    return out


def cards(Walk walk not None):
    """For every container element the id of the card that it belongs to, see segment._cards."""
    cdef Py_ssize_t size = len(walk.parents), node
    cdef Longs parents = numbers_of(walk.parents), counts = Longs(size, 0), headed = Longs(size, 0), group = Longs(size, 0)
    cdef dict groups = {}
    cdef list out = [None] * size, alike = []
    cdef Draft draft
    cdef long parent, number
    for draft in walk.drafts:
        if not 0 <= draft.node < size:
            raise IndexError(draft.node)
        counts.at[draft.node] += 1
        if draft.bold or draft.kind == "heading":
            headed.at[draft.node] = True
    for node in range(size - 1, 0, -1):
        parent = parents.at[node]
        counts.at[parent] += counts.at[node]
        headed.at[parent] |= headed.at[node]
    for node in range(1, size):
        if counts.at[node]:
            number = groups.setdefault((parents.at[node], walk.signatures[node]), len(alike))
            if number == len(alike):
                alike.append(0)
            alike[number] += 1
            group.at[node] = number
    for node in range(1, size):
        above = out[parents.at[node]]
        out[node] = above
        if 2 <= counts.at[node] <= 80 and alike[group.at[node]] > 1:
            if counts.at[node] >= 3 or headed.at[node]:
                out[node] = f"{above}/{node}" if above else str(node)
            elif above is None:
                out[node] = str(node)
    return out


cdef bint may_be_row(list drafts, Py_ssize_t first, Py_ssize_t last, long boxes) except -1:
    """Whether an element with these drafts and so many elements right inside it may be a row of a grid."""
    cdef Draft draft
    cdef Py_ssize_t at
    cdef long texts = 0
    for at in range(first, last + 1):
        draft = drafts[at]
        if draft.grid is not None or draft.kind not in ("paragraph", "list_item", "definition"):
            return False
        texts += 1 + draft.pieces.count("\u2063")              # ABUT
    return texts >= 3 or boxes >= 2


def likely_grids(Walk walk not None, int least):
    """Elements that may be grids, in the order of their first row: (element, its first draft, its last, [(row, its first draft, its last), …]): those without text of their own, of `least` rows with text.

    Left out are those of which a row cannot be one, see segment._div_cells and segment._boxed_cells: it holds something else than short texts, or fewer than three texts and than two boxes.
    """
    cdef Py_ssize_t size = len(walk.parents), node, at
    cdef Longs parents = numbers_of(walk.parents), first = Longs(size, len(walk.drafts)), last = Longs(size, -1), own = Longs(size, 0), rows = Longs(size, 0), boxes = Longs(size, 0)
    cdef Draft draft
    cdef long parent
    cdef dict found = {}
    for at in range(len(walk.drafts)):
        draft = walk.drafts[at]
        node = draft.node
        if not 0 <= node < size:
            raise IndexError(node)
        if first.at[node] > at:
            first.at[node] = at
        last.at[node] = at
        own.at[node] += 1
    for node in range(size - 1, 0, -1):
        parent = parents.at[node]
        boxes.at[parent] += 1
        if last.at[node] >= 0:                                 # there is text in it
            first.at[parent], last.at[parent] = min(first.at[parent], first.at[node]), max(last.at[parent], last.at[node])
            rows.at[parent] += 1
    for node in range(1, size):
        parent = parents.at[node]
        if last.at[node] >= 0 and rows.at[parent] >= least and not own.at[parent]:
            if may_be_row(walk.drafts, first.at[node], last.at[node], boxes.at[node]):
                found.setdefault(parent, []).append((node, first.at[node], last.at[node]))
            else:
                rows.at[parent] = 0
                found.pop(parent, None)
    return [(parent, first.at[parent], last.at[parent], of_it) for parent, of_it in found.items()]


cdef inline bint may_be_marked(str text):
    """Whether a text may begin with a mark, see segment._MARKER."""
    cdef uint32_t character = PyUnicode_READ_CHAR(text, 0)
    if c"a" <= character | 0x20 <= c"z" and character < 0x80:
        return ")" in text[1:6]
    return Py_UNICODE_ISDECIMAL(character) or character in (c"(", 0xa7, 0x2022, 0xb7, 0x25aa, 0x25cf, 0x25cb, c"*", 0x2013, c"-")


cdef inline bint may_be_heading(str text, bint bold, frozenset articles, str firsts):
    """Whether a paragraph may be what segment.heading_rank takes for a heading: it is bold, or begins with a number or like the title of an article, and does not end like a sentence."""
    cdef uint32_t character = PyUnicode_READ_CHAR(text, 0), last = PyUnicode_READ_CHAR(text, PyUnicode_GET_LENGTH(text) - 1)
    cdef str word
    if last in (c"!", c"?", c";", c",", 0x3002, 0xff1b, 0xff0c, 0x3001) or last == c"." and not bold:
        return False                                           # a sentence, or a part of one
    if character >= 0x80:
        return bold or <Py_UCS4>character in firsts or Py_UNICODE_ISDECIMAL(character)
    if bold or c"0" <= character <= c"9" or c"A" <= character <= c"Z" and "." in text[1:8]:
        return True
    if character | 0x20 < c"a" or character | 0x20 > c"z":
        return False
    word = text[:text.find(" ")]
    return word.lower() in articles or not word.isascii()


cdef inline bint may_be_furniture(uint32_t character):
    """Whether a text that begins so may be what segment._FURNITURE finds."""
    return character >= 0x80 or c"0" <= character <= c"9" or character | 0x20 in (c"p", c"s", c"j", c"z", c"a")


cdef extern from *:
    """
    #include "structmember.h"
    /* Where a slot stands in the objects of a class; -1 of what is no slot. */
    static Py_ssize_t slot_of(PyObject *member) {
        if (!PyObject_TypeCheck(member, &PyMemberDescr_Type)) return -1;
        PyMemberDef *told = ((PyMemberDescrObject *)member)->d_member;
        return told->type == T_OBJECT_EX && !(told->flags & READONLY) ? told->offset : -1;
    }
    static inline PyObject *allocated(PyObject *type) {      /* out of sight of the collector of cycles: see Maker */
        PyObject *made = ((PyTypeObject *)type)->tp_alloc((PyTypeObject *)type, 0);
        if (made != NULL && PyObject_IS_GC(made)) PyObject_GC_UnTrack(made);
        return made;
    }
    static inline void fill(PyObject *owner, Py_ssize_t place, PyObject *value) {    /* a slot that is empty */
        Py_INCREF(value);
        *(PyObject **)((char *)owner + place) = value;
    }
    """
    Py_ssize_t slot_of(object)
    object allocated(object)
    void fill(object, Py_ssize_t, object)


cdef class Maker:
    """Makes objects of a class whose fields are all slots, without the time that its __init__ takes: several times that of the rest.

    What it makes is part of no cycle, since no field holds what could hold it. As with tuples of strings, the collector of cycles need not look at it again and again.
    """

    cdef type made
    cdef Py_ssize_t places[9]
    cdef int size

    def __init__(self, type made not None, names):
        self.made, self.size = made, 0
        if made.__new__ is not object.__new__ or len(names) > 9:
            raise TypeError(f"{made.__name__} is not made of a few slots alone")
        for name in names:
            member = getattr(made, name)
            self.places[self.size] = slot_of(member)
            if self.places[self.size] < 0 or not issubclass(made, member.__objclass__):
                raise TypeError(f"{made.__name__}.{name} is no slot")
            self.size += 1


cdef object lazy_text(Maker lazy, str text, object source, object pieces):
    cdef object made = allocated(lazy.made)
    fill(made, lazy.places[0], text)
    fill(made, lazy.places[1], source)
    fill(made, lazy.places[2], pieces)
    fill(made, lazy.places[3], None)
    return made


def blocks(Walk walk not None, chrome, list cards, runs, titles, tools, frozenset articles, str firsts, int longest):
    """The blocks of what was drafted, see segment._build.

    `runs`: the ranges of the source. `tools`: makers of Block and of LazyText; mapped_run and its fast path for many runs; that of texts of several pieces; the text of a draft and the text and table of a grid, heading_rank, and the patterns of marks, of words and of furniture. `articles`: words with which titles of articles begin; `firsts`: their first characters beyond ASCII.
    """
    cdef list out = [], path = [], pieces
    cdef Draft draft
    cdef str kind, text, source = runs.source
    cdef object starts = runs.starts, ends = runs.ends, modes = runs.modes
    cdef long level, base = 0, rank
    cdef bint scoped = False, is_chrome, bold
    cdef tuple above = (), names
    cdef object marker, table, content, entry
    cdef Py_ssize_t at = 0, run = 0
    cdef list single = [], texts
    cdef Maker block_of, lazy
    cdef object made
    block_of, lazy, run_of, run_texts, joined_text, text_of, table_of, rank_of, mark_of, words_in, is_furniture = tools
    if block_of is None or lazy is None or block_of.size != 9 or lazy.size != 4:
        raise TypeError("makers of Block and of LazyText")
    for draft in walk.drafts:
        if draft.grid is None and not draft.code and len(draft.pieces) == 1:
            single.append(draft.pieces[0])
    texts = run_texts(single)
    for draft in walk.drafts:
        if not at & OFTEN:
            PyErr_CheckSignals()
        at += 1
        table = None
        kind, level, marker, pieces = draft.kind, draft.level, draft.marker, draft.pieces
        if draft.grid is not None:
            content, table = table_of(draft.grid)
            text = content.text
            if not text:
                continue
        else:
            if len(pieces) == 1 and not draft.code:
                number, content = pieces[0], texts[run]
                run += 1
                content = run_of(source, starts[number], ends[number], modes[number]) if content is None else lazy_text(lazy, content, runs, number)
            elif draft.code or joined_text is None:
                content = text_of(draft)
            else:
                given = [piece if PyUnicode_CheckExact(piece) else (starts[piece], ends[piece], modes[piece]) for piece in pieces]
                content = joined_text(source, given)
                content = text_of(draft) if content is None else lazy_text(lazy, content, source, given)
            text = content.text
            if not text or not Py_UNICODE_ISALNUM(PyUnicode_READ_CHAR(text, 0)) and not words_in(text):
                continue
        if scoped and path:
            path, above = [entry for entry in path if not entry[2] or entry[2] in draft.scopes], None
        if kind == "paragraph" or kind == "list_item" and draft.bold:
            bold = draft.bold or pieces[0] in titles
            rank = rank_of(text, bold) if PyUnicode_GET_LENGTH(text) <= longest and may_be_heading(text, bold, articles, firsts) else 0
            if rank:
                kind, level = "heading", min(6, base + rank)
            elif marker is None and may_be_marked(text):
                found = mark_of(text)
                if found:
                    marker = found.group(1)
        elif kind == "heading":
            if level == 7:                                     # <summary>
                level = min(6, (path[len(path) - 1][0] if path else 0) + 1)
            else:
                base = level
        if above is None:
            above = tuple([entry[1] for entry in path])
        names = above if kind != "heading" else tuple([entry[1] for entry in path if entry[0] < level])
        is_chrome = draft.chrome in chrome or kind == "paragraph" and PyUnicode_GET_LENGTH(text) < 40 and may_be_furniture(PyUnicode_READ_CHAR(text, 0)) and is_furniture(text) is not None
        if kind == "heading" and not is_chrome:
            path = [entry for entry in path if entry[0] < level]
            path.append((level, text, draft.scopes[len(draft.scopes) - 1] if draft.scopes else 0))
            above = None
            scoped = scoped or len(draft.scopes) > 0
        made = allocated(block_of.made)
        fill(made, block_of.places[0], kind)
        fill(made, block_of.places[1], content)
        fill(made, block_of.places[2], len(out))
        fill(made, block_of.places[3], names)
        fill(made, block_of.places[4], level)
        fill(made, block_of.places[5], marker)
        fill(made, block_of.places[6], table)
        fill(made, block_of.places[7], cards[draft.node])
        fill(made, block_of.places[8], is_chrome)
        out.append(made)
    return out
