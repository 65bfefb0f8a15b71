"""The language of a report: its own words come from a catalogue, names of countries, dates and numbers from the CLDR (Babel); quotes are never translated.

English is written in the templates and modules themselves. Every other language is a catalogue `reports/catalogues/LANGUAGE.po` (gettext) whose msgid is the English
text; `scripts/catalogues.py` lists what a catalogue lacks. The language is set for a whole report with `speaking`, so that pure functions need no further argument.
"""

from __future__ import annotations

import contextlib
import contextvars
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reports.source import ReportError

SOURCE = "en"
CATALOGUES = Path(__file__).parent / "catalogues"
_current: contextvars.ContextVar[str] = contextvars.ContextVar("language", default=SOURCE)


class UnknownLanguage(ReportError):
    """There is no catalogue of that language."""

    exit_code = 64                                             # EX_USAGE


def languages() -> list[str]:
    """Codes of the languages that a report can be written in, English first."""
    return [SOURCE, *sorted(path.stem for path in CATALOGUES.glob("*.po"))]


@contextlib.contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Write in a language within the block; None: English. Raises UnknownLanguage, which names those that exist."""
    wanted = (language or SOURCE).strip().lower()
    if wanted not in languages():
        raise UnknownLanguage(f"reports are not written in {language!r}; there are: {', '.join(languages())}")
    token = _current.set(wanted)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> str:
    """Code of the language being written, as `de`; also the `lang` attribute and the language of the PDF."""
    return _current.get()


@functools.cache
def catalogue(language: str) -> Mapping[str, tuple[str, ...]]:
    """English text (the singular where there are two) -> translation, or one for each plural form. Entries marked fuzzy do not count."""
    from babel.messages.pofile import read_po

    with (CATALOGUES / f"{language}.po").open("rb") as handle:
        entries = [m for m in read_po(handle, locale=language, abort_invalid=True) if m.id and not m.fuzzy]
    found = {m.id if isinstance(m.id, str) else m.id[0]: (m.string,) if isinstance(m.string, str) else tuple(m.string) for m in entries}
    return {english: forms for english, forms in found.items() if all(forms)}


def gettext(message: str) -> str:
    """The message in the language being written; English where the catalogue lacks it."""
    return message if current() == SOURCE else catalogue(current()).get(message, (message,))[0]


def ngettext(one: str, many: str, count: int) -> str:
    """The form of a message for a count, by the plural rule of the language (two forms in German and French, one in Japanese and Chinese; in French 0 is singular)."""
    plain = one if count == 1 else many
    if current() == SOURCE:
        return plain
    forms = catalogue(current()).get(one)
    if forms is None:
        return plain
    single = count in (0, 1) if current() == "fr" else count == 1
    return forms[0] if single or len(forms) == 1 else forms[1]


def _(message: str, **values: Any) -> str:
    """`gettext`, with values put in for %(name)s."""
    return gettext(message) % values if values else gettext(message)


def n_(one: str, many: str, count: int, **values: Any) -> str:
    """`ngettext`, with values put in; %(n)s is the count as a number for print."""
    from reports import text

    return ngettext(one, many, count) % {"n": text.number(count), **values}


def mark(message: str) -> str:
    """The message itself: marks words in tables for the catalogues; they are translated where they are printed."""
    return message


def translated(table: Mapping[str, str]) -> dict[str, str]:
    """A table of words in the language being written."""
    return {key: gettext(value) for key, value in table.items()}
