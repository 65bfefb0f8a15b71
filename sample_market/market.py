"""What the command line and the tests need of the sample market: its declarations, its server, and the truth of its pages."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chipwatch import yaml_files
from chipwatch.records import CLAUSE_LABELS, FAILURE_KINDS, SIGNAL_LABELS, VERDICT_CODES, Offer, Region
from sample_market.server import Market, Request, serve

__all__ = ["ClauseTruth", "DocumentTruth", "Market", "ProviderTruth", "Request", "SignalTruth", "TruthError", "crawl_settings", "providers_folder", "serve", "truth"]

_HERE = Path(__file__).parent
AGAIN = ("not_modified", "same_bytes", "changed")
TIMEOUT = 3.0                                                  # seconds; the market has one slow page of 1.5 s, and one that never ends


class TruthError(Exception):
    """A truth file that contradicts itself or the vocabularies."""


def providers_folder() -> Path:
    """Folder of the declarations (`<slug>/provider.yml`), in the format of the real ones."""
    return _HERE / "providers"


def crawl_settings(market: Mapping[str, tuple[str, int]]) -> dict[str, Any]:
    """Settings of a crawl of the running market, for `crawler.run.crawl(…, mode="sample", settings=…)`. Pauses are scaled down by that mode itself."""
    return {"HOST_MAP": dict(market), "DOWNLOAD_TIMEOUT": TIMEOUT}


@dataclass(slots=True)
class DocumentTruth:
    """A page that is captured. `covered`: there are rules for its language.

    Of a feed: `pages` are the addresses of its further pages; `broken` is why it goes no further than these (a failure kind); `filtered`: it is
    streamed, and only some of its lines are kept.
    """

    url: str
    role: str
    language: str | None = None
    charset: str | None = None
    final_url: str | None = None
    redirects: int = 0
    covered: bool = True
    pages: list[str] = field(default_factory=list)
    broken: str | None = None
    filtered: bool = False

    @property
    def broken_at(self) -> str:
        """The address under which the page is reported that is not asked for, because the link to it is refused."""
        return f"{self.url}#page={len(self.pages) + 2}"


@dataclass(slots=True)
class ClauseTruth:
    """A clause that stands in a document. `quotes`: parts of it as plain text, any of which will do. `optional`: a careful reader may label it or not."""

    document: str
    label: str
    quotes: list[str]
    places: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    chips: list[str] = field(default_factory=list)
    polarity: str | None = None
    mode: str | None = None
    exception: str | None = None
    optional: bool = False


@dataclass(slots=True)
class SignalTruth:
    document: str
    label: str
    quote: str | None = None


@dataclass(slots=True)
class ProviderTruth:
    """All that must come out for one provider."""

    slug: str
    info: dict[str, Any]
    documents: list[DocumentTruth]
    failures: dict[str, str]                                   # address -> failure kind
    unreadable: dict[str, str]                                 # address -> why: captured, but no reader can open it
    offers: list[tuple[str, Offer]]                            # (address, offer); quote and offsets are left empty
    regions: list[Region]
    clauses: dict[str, list[ClauseTruth]]                      # terms document -> its complete list
    lookalikes: dict[str, list[tuple[str, str]]]               # document -> (label, words): no clause with this label rests on these words
    signals: list[SignalTruth]
    issues: list[dict[str, str]]                               # {code, text}
    verdicts: dict[str, str]                                   # customer kind -> code
    again: dict[str, str] = field(default_factory=dict)        # address -> not_modified | same_bytes | changed: what a second visit is told (some providers)


def truth(phase: int = 1) -> dict[str, ProviderTruth]:
    """The truth by provider slug, when the market is served with this phase. Raises TruthError."""
    found = {}
    for path in sorted((_HERE / "truth").glob("*.yml")):
        try:
            found[path.stem] = _provider(path.stem, yaml_files.load(path.read_text("utf-8")), phase)
        except (KeyError, TypeError, ValueError) as error:
            raise TruthError(f"{path}: {type(error).__name__}: {error}") from error
    return found


def _provider(slug: str, row: dict, phase: int) -> ProviderTruth:
    offers = [{**group["common"], **offer} for group in row["offers"] for offer in group["rows"]]
    regions = copy.deepcopy(row["regions"])
    clauses = copy.deepcopy(row["clauses"])
    verdicts = dict(row["verdicts"])
    delta = (row.get("phase_2") or {}) if phase == 2 else {}
    _edit(offers, delta.get("offers", {}))
    _edit(regions, delta.get("regions", {}))
    for document, rows in delta.get("clauses", {}).get("add", {}).items():
        clauses[document] += rows
    for document, rows in delta.get("clauses", {}).get("change", {}).items():
        _edit(clauses[document], {"change": rows})
    verdicts |= delta.get("verdicts", {})
    if row["info"]["slug"] != slug:
        raise ValueError(f"slug {row['info']['slug']!r}")
    return ProviderTruth(
        slug=slug, info=row["info"], documents=[DocumentTruth(**d) for d in row["documents"]],
        failures={url: _known(kind, FAILURE_KINDS) for url, kind in row["failures"].items()}, unreadable=row.get("unreadable", {}),
        offers=[_offer(o) for o in offers], regions=[Region(**r) for r in regions],
        clauses={document: [_clause(document, c) for c in rows] for document, rows in clauses.items()},
        lookalikes={document: [(_known(label, CLAUSE_LABELS), words) for label, words in rows] for document, rows in (row.get("lookalikes") or {}).items()},
        signals=[SignalTruth(**{**s, "label": _known(s["label"], SIGNAL_LABELS)}) for s in row["signals"]], issues=row["issues"],
        verdicts={kind: _known(code, VERDICT_CODES) for kind, code in verdicts.items()},
        again={url: _known(told, AGAIN) for url, told in row.get("again", {}).items()})


def _edit(rows: list[dict], delta: Mapping[str, Any]) -> None:
    """Apply `remove`, `change` and `add` to rows. Raises ValueError where a row to change or remove is not there exactly once."""
    def matching(wanted: dict) -> dict:
        hits = [r for r in rows if all(r.get(k) == v for k, v in wanted.items())]
        if len(hits) != 1:
            raise ValueError(f"{wanted} matches {len(hits)} rows")
        return hits[0]

    for wanted in delta.get("remove", ()):
        rows.remove(matching(wanted))
    for change in delta.get("change", ()):
        matching(change["match"]).update(change["set"])
    rows += copy.deepcopy(delta.get("add", []))


def _offer(row: dict) -> tuple[str, Offer]:
    row = dict(row)
    return row.pop("document"), Offer(**row)


def _clause(document: str, row: dict) -> ClauseTruth:
    row = dict(row)
    quotes = row.pop("quote")
    return ClauseTruth(document=document, label=_known(row.pop("label"), CLAUSE_LABELS), quotes=[quotes] if isinstance(quotes, str) else quotes, **row)


def _known(value: str, vocabulary) -> str:
    if value not in vocabulary:
        raise ValueError(f"{value!r} is not of the vocabulary")
    return value
