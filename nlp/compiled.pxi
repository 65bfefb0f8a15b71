# What all compiled modules need: which source they were made from (nlp/compiled.py), and the characters of a string, of one, two or four bytes each.

from libc.stdint cimport uint8_t, uint16_t, uint32_t

cdef extern from *:
    """
    #ifndef SOURCE_DIGEST
    #define SOURCE_DIGEST ""
    #endif
    """
    const char* SOURCE_DIGEST

cdef extern from "Python.h":
    int PyUnicode_KIND(object)
    void* PyUnicode_DATA(object)
    uint32_t PyUnicode_READ(int, void*, Py_ssize_t)

SOURCE = SOURCE_DIGEST.decode()

ctypedef const uint8_t* Narrow
ctypedef const uint16_t* Wide
ctypedef const uint32_t* Widest
ctypedef fused Characters:
    Narrow
    Wide
    Widest
