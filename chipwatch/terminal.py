"""What may reach a terminal: text of pages, headers and file names without escape sequences, line ends or marks that turn its direction."""

from __future__ import annotations

import unicodedata

_ODD = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def printable(text: str) -> str:
    """The text on one line; control and format characters become blanks, white space is folded."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(" " if unicodedata.category(c) in _ODD else c for c in text)
    return " ".join(text.split())
