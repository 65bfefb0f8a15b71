"""Named failures of reading."""

from __future__ import annotations


class UnreadableDocument(Exception):
    """A document that cannot be read at all: encrypted, broken or over a hard limit. `str(error)` is one line fit for a user."""
