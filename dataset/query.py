"""Answers SQL questions, read-only: the file is opened read-only, writing statements are refused, time and rows are limited."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import sqlite3
import time
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from dataset.errors import QueryRefused, QueryTimeout
from dataset.opening import explained, opened

DEFAULT_TIMEOUT = 30.0                                         # seconds
MAX_VALUE_BYTES = 16_000_000                                   # of one value or row: zeroblob(1e9) must not fill the memory
MAX_RESULT_BYTES = 512_000_000                                 # of all rows together, roughly; larger results are what `chipwatch export` is for
_ROW_BYTES = 100                                               # what a row costs beside its values
_STEPS = 20_000                                                # virtual-machine steps between two looks at the clock
_READ_PRAGMAS = frozenset({"table_info", "table_xinfo", "table_list", "index_list", "index_info", "user_version", "application_id", "database_list"})
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE})
_FORBIDDEN_FUNCTIONS = frozenset({"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"})
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
TABLE_CELL = 80                                                # characters of a cell in a printed table; what is cut ends in …
TABLE_ROWS = 1000
READ_ONLY = ("write one SELECT (or WITH … SELECT) statement, for queries are read-only; `chipwatch query --list` shows thirty to begin with, "
             "and `chipwatch review` is where a person corrects what was read")
_LEAD = r"(?>\s|--[^\n]*|/\*.*?\*/)*+"                           # never looked at twice: thirty comments in a row would take minutes
_READING = re.compile(_LEAD + r"(?:select|with|values|explain|pragma)\b", re.I | re.S)
_WRITING = re.compile(_LEAD + r"(?:insert|update|delete|replace|create|drop|alter|truncate|merge|attach|detach|vacuum|reindex|begin|commit|rollback)\b", re.I | re.S)
NARROWEST = 10                                                 # columns that a broken cell keeps
LONGEST_WORD = 16                                              # words up to this width are not broken


@dataclass(frozen=True, slots=True)
class Result:
    """Rows of a query. `cut`: True where more rows were there than the limit."""

    columns: list[str]
    rows: list[tuple]
    cut: bool = False
    limit: int | None = None

    def records(self) -> list[dict[str, Any]]:
        """Rows as dictionaries; a column name that stands twice gets a number."""
        names = _distinct(self.columns)
        return [dict(zip(names, map(_plain, row), strict=True)) for row in self.rows]


def authorise(action: int, one: str | None, two: str | None, _database: str | None, _trigger: str | None) -> int:
    """What a query may do: read."""
    if action in _ALLOWED:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_DENY if (two or "").lower() in _FORBIDDEN_FUNCTIONS else sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_UPDATE and one == "sqlite_master":
        # what SQLite asks when it sets up a table-valued function such as json_each; a real UPDATE of it needs writable_schema, and the file is read-only
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and (one or "").lower() in _READ_PRAGMAS:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def run(database: Path | str, sql: str, *, limit: int | None = None, timeout: float = DEFAULT_TIMEOUT, parameters: tuple | dict = ()) -> Result:
    """Run one SELECT and return its rows, `limit` of them at most (None: all).

    Raises QueryRefused for SQL that does not parse, writes, attaches or holds several statements; QueryTimeout after `timeout` seconds;
    and what `dataset.opening.opened` raises.
    """
    path = Path(database)
    with opened(path) as connection, explained(path):
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.text_factory = lambda b: b.decode("utf-8", "replace")
        connection.set_authorizer(authorise)
        end = time.monotonic() + timeout
        connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
        try:
            cursor = connection.execute(sql, parameters)
            if cursor.description is None:
                raise QueryRefused(f"the query gives no rows: {READ_ONLY}")
            rows = _fetched(cursor, limit)
        except sqlite3.OperationalError as error:
            if str(error) == "interrupted":
                raise QueryTimeout(f"the query took longer than {timeout:g} s and was stopped: narrow it, or allow more with --timeout") from error
            if any(word in str(error) for word in ("locked", "busy", "malformed", "disk I/O", "unable to open")):
                raise
            if "readonly database" in str(error):
                raise QueryRefused(f"queries can only read, nothing was changed ({error}): {READ_ONLY}") from error
            if _WRITING.match(sql) or str(error).startswith("cannot modify"):    # DELETE FROM a view, DROP of what is not there: refused before the authorizer is asked
                raise QueryRefused(f"queries can only read, nothing was changed ({error}): {READ_ONLY}") from error
            raise QueryRefused(f"the query is not valid: {error}{_hint(str(error)) if _READING.match(sql) else f'; {READ_ONLY}'}") from error
        except sqlite3.DataError as error:
            raise QueryRefused(f"the query makes a value that is too large: {error}") from error
        except (sqlite3.ProgrammingError, sqlite3.Warning, ValueError) as error:
            raise QueryRefused(f"the query is not valid: {error}; {READ_ONLY}") from error
        except sqlite3.DatabaseError as error:
            if any(word in str(error) for word in ("not authorized", "authorization denied", "prohibited")):
                raise QueryRefused(f"queries can only read, nothing was changed ({error}): {READ_ONLY}") from error
            raise
    columns = [d[0] for d in cursor.description]
    cut = limit is not None and len(rows) > limit
    return Result(columns, rows[:limit] if cut else rows, cut, limit)


def _fetched(cursor: sqlite3.Cursor, limit: int | None) -> list[tuple]:
    """The rows, one more than the limit at most. Raises QueryRefused where they come to more than MAX_RESULT_BYTES."""
    rows: list[tuple] = []
    size = 0
    for row in cursor:
        size += _ROW_BYTES + sum(len(v) if isinstance(v, (str, bytes)) else 8 for v in row)
        if size > MAX_RESULT_BYTES:
            raise QueryRefused(f"the answer is larger than {MAX_RESULT_BYTES // 1_000_000} MB: narrow the query, set --limit, or write all rows with `chipwatch export DIR`")
        rows.append(row)
        if limit is not None and len(rows) > limit:
            break
    return rows


def _hint(error: str) -> str:
    from difflib import get_close_matches

    from dataset.schema import TABLES, VIEWS

    if error.startswith("no such table"):
        known = [*VIEWS, *(f"{t.view}_history" for t in TABLES if t.history), "meta"]
        near = get_close_matches(error.rpartition(": ")[2].rpartition(".")[2].lower(), known, 1)
        return f"; {f'did you mean {near[0]}? T' if near else 't'}here are the views {', '.join(VIEWS)}, and NAME_history for past states"
    if error.startswith("no such column"):
        table, _, column = error.rpartition(": ")[2].rpartition(".")
        where: dict[str, list[str]] = {}
        for one in TABLES:
            for name in one.names:
                where.setdefault(name, []).append(one.view)
        column = column.lower().strip('"')
        near = [column] if column in where else (get_close_matches(column, where, 2) or [n for n in where if column in n][:2])
        said = " or ".join(f"{n} (in {', '.join(where[n])})" for n in near)
        return f"; {f'did you mean {said}? S' if said else 's'}ee the columns with: select name from pragma_table_info('offers') (or another view)"
    if error.startswith("no such function"):
        return "; there are the functions of SQLite (sqlite.org/lang_corefunc.html); a median is question 7 of `chipwatch query --list`"
    if 'near "end"' in error or 'near "group"' in error:
        return '; a column whose name is a keyword is written in double quotes, as "end"'
    return ""


def _distinct(names: list[str]) -> list[str]:
    out: list[str] = []
    for name in names:
        n = 2
        fresh = name
        while fresh in out:
            fresh, n = f"{name}_{n}", n + 1
        out.append(fresh)
    return out


def _plain(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value


def safe_cell(value: object) -> object:
    """A cell for CSV: text that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay numbers. Line ends inside a cell are line feeds.

    Control characters, which would steer a terminal, become U+FFFD (JSON keeps them, escaped).
    """
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, str):
        text = "'" + value if value.startswith(_FORMULA) else value
        if not text.isprintable():
            text = _CONTROL.sub("\ufffd", text)
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    return value


def to_csv(result: Result) -> str:
    """CSV (RFC 4180, UTF-8, line feeds), header first, safe to open in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([safe_cell(c) for c in result.columns])
    writer.writerows([safe_cell(v) for v in row] for row in result.rows)
    return out.getvalue()


def to_json(result: Result) -> str:
    """One array of objects."""
    return json.dumps(result.records(), ensure_ascii=False, indent=1, allow_nan=False, default=str) + "\n"


def width(text: str) -> int:
    """Columns that a terminal gives a text."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def plain_number(value: float, *, grouped: bool = False) -> str:
    """A number to six significant digits, all of them before the point in any case, never as a power of ten; `grouped`: by thousands."""
    digits = 6 if abs(value) < 1e6 or not math.isfinite(value) else 15
    text = f"{value:.{digits}g}"
    return format(Decimal(text), ",f" if grouped else "f") if math.isfinite(value) else text


def _shown(value: object) -> str:
    if value is None:
        return ""
    text = plain_number(value) if isinstance(value, float) else str(_plain(value))
    text = "".join(c if unicodedata.category(c) not in ("Cc", "Cf", "Zl", "Zp") else " " for c in text)    # no escape sequence reaches the terminal
    text = " ".join(text.split())
    return text if len(text) <= TABLE_CELL else text[: TABLE_CELL - 1] + "…"


def _wrapped(text: str, most: int) -> list[str]:
    """The text in lines of at most `most` terminal columns (at least 2), broken at spaces where there are any. Nothing is dropped but those spaces."""
    lines, line = [], ""
    for word in text.split(" "):
        while width(word) > most:
            if line:
                lines.append(line)
                line = ""
            cut = next(i for i in range(len(word), 0, -1) if i == 1 or width(word[:i]) <= most)
            lines.append(word[:cut])
            word = word[cut:]
        if not line:
            line = word
        elif width(line) + 1 + width(word) <= most:
            line += " " + word
        else:
            lines.append(line)
            line = word
    return [*lines, line]


def _fitted(widths: list[int], least: list[int], room: int) -> list[int]:
    """Column widths whose sum is at most `room`, taken from the widest first; none below its least. The sum of `least` is at most `room`."""
    fitted = list(widths)
    while sum(fitted) > room:
        fitted[max((i for i in range(len(fitted)) if fitted[i] > least[i]), key=lambda i: fitted[i])] -= 1
    return fitted


def to_table(result: Result, columns: int | None = None) -> str:
    """Aligned columns for a terminal. Long cells end in …; the last line counts the rows.

    `columns`: width of the terminal; a table that is wider has its widest cells broken over several lines, if that can be done. None: one line a row, however wide.
    """
    cells = [[_shown(v) for v in row] for row in result.rows]
    numeric = [bool(result.rows) and all(r[i] is None or isinstance(r[i], (int, float)) for r in result.rows) for i in range(len(result.columns))]
    widths = [max([width(c), *(width(row[i]) for row in cells)]) for i, c in enumerate(result.columns)]

    room = (columns or 0) - 2 * (len(widths) - 1)
    fits = columns is None or sum(widths) <= room
    if not fits:                                               # where even the longest words do not fit, one line a row is easier to read than broken words
        words = [min(LONGEST_WORD, max(width(word) for text in [c, *(row[i] for row in cells)] for word in text.split(" "))) for i, c in enumerate(result.columns)]
        least = [w if right else min(w, max(NARROWEST, word)) for w, word, right in zip(widths, words, numeric, strict=True)]
        fits = sum(least) > room
        widths = widths if fits else _fitted(widths, least, room)

    def line(values: list[str]) -> str:
        if not fits:
            parts = [_wrapped(v, w) for v, w in zip(values, widths, strict=True)]
            return "\n".join(one([p[i] if i < len(p) else "" for p in parts]) for i in range(max(map(len, parts))))
        return one(values)

    def one(values: list[str]) -> str:
        padded = [(" " * (w - width(v)) + v) if right else v + " " * (w - width(v)) for v, w, right in zip(values, widths, numeric, strict=True)]
        return "  ".join(padded).rstrip()

    lines = [line(result.columns), line(["-" * w for w in widths]), *(line(row) for row in cells)]
    count = len(result.rows)
    lines.append(f"({count} row{'' if count == 1 else 's'}{', cut at the limit: more are there' if result.cut else ''})")
    return "\n".join(lines) + "\n"


def render(result: Result, form: str, columns: int | None = None) -> str:
    """The result as `table` (fitted to so many terminal columns, if given), `csv` or `json`. Raises ValueError for another form."""
    forms = {"table": lambda r: to_table(r, columns), "csv": to_csv, "json": to_json}
    if form not in forms:
        raise ValueError(f"form is one of {', '.join(forms)}, not {form!r}")
    return forms[form](result)
