"""What may reach a terminal: text of pages, headers and file names without escape sequences, line ends or marks that turn its direction."""

from __future__ import annotations

import re
import unicodedata

_PIECES = re.compile(r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60][\s。、，．）」』”]*|[^\s\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]*\s*")
_ODD = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 provider`, `1,204 providers`, `2 countries`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def columns_of(text: str) -> int:
    """Columns that a terminal gives a text on one line."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def hanging(title: str, text: str, columns: int | None) -> list[str]:
    """`title`, then the text beside it, broken at blanks (or between wide characters) so that no line takes more than `columns`; None: one line."""
    indent = " " * columns_of(title)
    if columns is None:
        return [f"{title}{text}".rstrip()]
    room = max(20, columns - len(indent))
    lines, line, used = [], "", 0
    for piece in _PIECES.findall(text):
        size = columns_of(piece)
        while size > room and not line.strip():                # a word longer than a line, an address
            lines.append(piece[:room])
            piece, size = piece[room:], size - room
        if used + columns_of(piece.rstrip()) > room:
            lines.append(line)
            line, used = "", 0
        line, used = line + piece, used + size
    lines.append(line)
    return [f"{title if n == 0 else indent}{line}".rstrip() for n, line in enumerate(lines)]


def printable(text: str) -> str:
    """The text on one line; control and format characters become blanks, white space is folded."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(" " if unicodedata.category(c) in _ODD else c for c in text)
    return " ".join(text.split())
