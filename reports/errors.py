"""Known error rates of the reader, in words, from the dated file of what was measured (reports/data/error_rates.yml)."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from reports import text
from reports.language import _, gettext

FILE = Path(__file__).parent / "data" / "error_rates.yml"


@functools.cache
def measured() -> dict[str, Any]:
    """The file: as_of, figures."""
    import yaml

    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def words() -> str:
    """'Measured on labelled documents, as of 26 November 2026: clauses, F1 0.86 on …; …'"""
    said = [_("%(what)s, %(measure)s %(value)s on %(documents)s", what=gettext(f["what"]), measure=gettext(f["measure"]), value=_value(f["value"]), documents=gettext(f["documents"])) for f in measured()["figures"]]
    return _("Measured by hand-made labels, as of %(day)s (1 would be without error; F1 weighs what was missed and what was wrongly found alike): %(figures)s.", day=text.day(str(measured()["as_of"])),
             figures="; ".join(said))


def _value(value: float | list[float]) -> str:
    return _(" to ").join(text.figures(v, 2) for v in (value if isinstance(value, list) else [value]))
