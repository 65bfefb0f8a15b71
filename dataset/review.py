"""Decisions of people on machine findings: files of JSON lines, `DATA/reviews/PROVIDER.jsonl`, only ever appended to; applied when the data set is built.

A decision is bound to an address, the label that the machine gave and the hash of the words; it holds for every clause there with that label and those
words, and lapses where they no longer stand: then it is reported, and nobody's word is put on a text that they did not see. The last decision on a finding
counts. Nothing needs a review.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chipwatch.records import CLAUSE_LABELS, MODES, POLARITIES, Clause, Extraction
from dataset.errors import DatasetError, writing
from dataset.fold import Address, State

FOLDER = "reviews"
DECISIONS = ("accept", "amend", "reject", "withdraw")
MARKS = {"accept": "accepted", "amend": "amended"}             # column `review` of the view clauses
LARGEST_FILE, LONGEST_LINE = 32 << 20, 1 << 18                 # bytes, characters
LONGEST_TEXT = 4000                                            # characters of a name or note
QUOTED = 400                                                   # characters of the quote that a line repeats for its readers
_NEEDED = ("at", "by", "decision", "clause", "url", "label", "text_sha256")
_KNOWN = frozenset({*_NEEDED, "why", "quote", "changes"})
_AMENDABLE = ("label", "polarity", "mode", "places", "place_groups", "exception", "strength", "span")
_PLACE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_HASH = re.compile(r"[0-9a-f]{64}")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class ReviewDamaged(DatasetError):
    """A file of reviews holds what is no decision; the message names file and line."""


class ReviewRefused(DatasetError):
    """A decision that cannot be taken: the finding is not there, or what it is to become is none."""

    exit_code = 64                                             # EX_USAGE


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of a file. `changes` of an amendment: label, polarity, mode, places, place_groups, exception (null: none), strength, span ([from, to] within the quote)."""

    provider: str
    clause: str                                                # id at the time of the decision, for people
    url: str                                                   # as declared
    label: str                                                 # as the machine read it
    text_sha256: str                                           # text_hash(quote)
    decision: str
    by: str
    at: str
    why: str = ""
    quote: str = ""                                            # the beginning of the words, for people
    changes: dict[str, Any] = field(default_factory=dict)
    line: int = 0

    @property
    def finding(self) -> tuple[str, str, str]:
        return self.url, self.label, self.text_sha256


def text_hash(quote: str) -> str:
    """SHA-256 of the words of a clause; white space counts once."""
    return hashlib.sha256(" ".join(quote.split()).encode("utf-8", "surrogatepass")).hexdigest()


# --- the files --------------------------------------------------------------------------------------------------------------------

def file_of(data: Path, provider: str) -> Path:
    """Where the decisions on a provider are kept. Raises ReviewRefused for a name that is no file name."""
    if not _SLUG.fullmatch(provider):
        raise ReviewRefused(f"{provider!r} cannot be reviewed: its key is no file name")
    return data / FOLDER / f"{provider}.jsonl"


def read_reviews(data: Path) -> list[Decision]:
    """All decisions of a data folder, by provider and in the order of their files. Raises ReviewDamaged, naming file and line."""
    out: list[Decision] = []
    for path in sorted((data / FOLDER).glob("*.jsonl")):
        out += read_file(path)
    return out


def read_file(path: Path) -> list[Decision]:
    """The decisions of one file. Raises ReviewDamaged."""
    advice = "mend or remove that line"
    try:
        size = path.stat().st_size
        text = path.read_bytes().decode("utf-8") if size <= LARGEST_FILE else ""
    except UnicodeDecodeError as error:
        line = error.object[:error.start].count(b"\n") + 1
        raise ReviewDamaged(f"{path}, line {line}: not UTF-8; {advice}") from error
    except OSError as error:
        raise ReviewDamaged(f"{path} cannot be read: {error.strerror}") from error
    if size > LARGEST_FILE:
        raise ReviewDamaged(f"{path} is larger than {LARGEST_FILE >> 20} MiB, which no person wrote; remove it")
    out = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            out.append(_decision(line, path.stem, number))
        except ValueError as error:
            raise ReviewDamaged(f"{path}, line {number}: {error}; {advice}") from error
    return out


def _decision(line: str, provider: str, number: int) -> Decision:
    """A line. Raises ValueError saying what is wrong with it."""
    if len(line) > LONGEST_LINE:
        raise ValueError(f"longer than {LONGEST_LINE} characters")
    try:
        row = json.loads(line)
    except RecursionError:
        raise ValueError("nested too deep") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON ({error.msg} at character {error.pos + 1})") from None
    if not isinstance(row, dict):
        raise ValueError("not an object")
    missing, unknown = [k for k in _NEEDED if k not in row], sorted(set(row) - _KNOWN)
    if missing or unknown:
        raise ValueError(f"without {', '.join(missing)}" if missing else f"unknown: {', '.join(u[:40] for u in unknown)}")
    for name in sorted(set(row) - {"changes"}):
        if not isinstance(row[name], str):
            raise ValueError(f"{name} is no text")
    checked_text("by", row["by"], needed=True)
    checked_text("why", row.get("why", ""))
    if row["decision"] not in DECISIONS:
        raise ValueError(f"decision is one of {', '.join(DECISIONS)}, not {row['decision'][:40]!r}")
    if row["label"] not in CLAUSE_LABELS:
        raise ValueError(f"no such label: {row['label'][:40]!r}")
    if not _TIME.fullmatch(row["at"]):
        raise ValueError(f"at is a time such as 2026-11-25T18:30:00Z, not {row['at'][:40]!r}")
    if not _HASH.fullmatch(row["text_sha256"]):
        raise ValueError("text_sha256 is 64 hexadecimal digits")
    changes = row.get("changes", {})
    if bool(changes) != (row["decision"] == "amend"):
        raise ValueError("an amendment, and only an amendment, has changes")
    return Decision(provider, line=number, **{**row, "changes": checked_changes(changes)})


def checked_text(name: str, text: str, *, needed: bool = False) -> str:
    """A name or a note as it may be kept. Raises ValueError."""
    if needed and not text.strip():
        raise ValueError(f"{name} is empty")
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"{name} is longer than {LONGEST_TEXT} characters")
    if _CONTROL.search(text):
        raise ValueError(f"{name} holds control characters")
    return text


def checked_changes(changes: object) -> dict[str, Any]:
    """What an amendment puts in place, checked. Raises ValueError."""
    if not isinstance(changes, dict):
        raise ValueError("changes is no object")
    for name, value in changes.items():
        if name not in _AMENDABLE:
            raise ValueError(f"{str(name)[:40]!r} cannot be amended; {', '.join(_AMENDABLE)} can")
        vocabulary = {"label": tuple(CLAUSE_LABELS), "polarity": POLARITIES, "mode": MODES}.get(name)
        if vocabulary and value not in vocabulary:
            raise ValueError(f"{name} is one of {', '.join(vocabulary)}, not {str(value)[:40]!r}")
        if name in ("places", "place_groups") and not (isinstance(value, list) and all(isinstance(v, str) and 0 < len(v) <= 40 and not _CONTROL.search(v) for v in value)):
            raise ValueError(f"{name} is a list of texts")
        if name == "places" and not all(_PLACE.fullmatch(v) for v in value):
            raise ValueError(f"places are ISO 3166 codes such as CN, HK, UA-43, not {', '.join(value)[:60]}")
        if name == "exception" and value is not None:
            if not isinstance(value, str):
                raise ValueError("exception is a text, or null")
            checked_text("exception", value, needed=True)
        if name == "strength" and (value.__class__ is not int or not 0 <= value <= 3):
            raise ValueError("strength is 0, 1, 2 or 3")
        if name == "span" and not (isinstance(value, list) and len(value) == 2 and all(v.__class__ is int for v in value) and 0 <= value[0] < value[1]):
            raise ValueError("span is [from, to], characters within the quote")
    return changes


def append(data: Path, decision: Decision) -> Path:
    """Add a decision to the file of its provider; what stands there is never changed. Raises CannotWrite, ReviewDamaged for a file that is none, ReviewRefused."""
    path = file_of(data, decision.provider)
    row = {k: v for k, v in dataclasses.asdict(decision).items() if k not in ("provider", "line") and (v or k in _NEEDED)}
    order = ("at", "by", "decision", "clause", "label", "changes", "why", "quote", "url", "text_sha256")
    line = json.dumps({k: row[k] for k in order if k in row}, ensure_ascii=False)
    try:
        line.encode("utf-8")
        _decision(line, decision.provider, 0)
    except (ValueError, UnicodeEncodeError) as error:
        raise ReviewRefused(f"this decision cannot be kept: {error}") from error
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            read_file(path)
        with open(path, "ab") as handle:
            cut_off = handle.tell() and path.read_bytes()[-1:] != b"\n"
            handle.write((b"\n" if cut_off else b"") + line.encode("utf-8") + b"\n")
            handle.flush()
            os.fsync(handle.fileno())
    return path


def in_force(decisions: Iterable[Decision]) -> dict[tuple[str, str, str, str], Decision]:
    """(provider, url, label, hash) -> the last decision on it; one that was withdrawn is left out."""
    out: dict[tuple[str, str, str, str], Decision] = {}
    for d in decisions:
        out[d.provider, *d.finding] = d
    return {k: d for k, d in out.items() if d.decision != "withdraw"}


# --- in the build -----------------------------------------------------------------------------------------------------------------

def amended(clause: Clause, changes: dict[str, Any]) -> Clause:
    """The clause as a person reads it. Places that a group stood for are resolved anew. Raises ValueError for a span that is not within the quote."""
    values = {k: v for k, v in changes.items() if k != "span"}
    if "place_groups" in changes:
        values["places_resolved"] = []
    if "span" in changes:
        a, b = changes["span"]
        if b > len(clause.quote):
            raise ValueError(f"the span [{a}, {b}] is not within the quote of {len(clause.quote)} characters")
        values |= {"quote": clause.quote[a:b], "start": clause.start + a, "end": clause.start + b}
    return dataclasses.replace(clause, **values)


@dataclass(slots=True)
class Applied:
    """What decisions did to the clauses of a provider. `before`: state of a finding as the machine read it, with its address, for each decision in force."""

    before: dict[tuple[str, str, str], tuple[Address, State, Clause]] = field(default_factory=dict)
    standing: set[tuple[str, str, str]] = field(default_factory=set)     # findings that stand now
    keys: dict[tuple[str, str, str, int], tuple[str, tuple]] = field(default_factory=dict)   # (url, label, quote, start) as amended -> (url, key of the clause)
    rejected: set[tuple[str, tuple]] = field(default_factory=set)        # (url, key) of clauses of which nothing is left
    touched: set[tuple[str, tuple]] = field(default_factory=set)         # (url, key) of clauses that a decision in force accepts or amends


def apply(lines: Sequence[Address], decisions: dict[tuple[str, str, str], Decision], path: Path | None = None) -> Applied:
    """Bring decisions (by finding) into the life lines of a provider: rejected clauses go, amended ones change, in the states and in the readings judged.

    Raises ReviewDamaged for a decision that cannot be applied to its words.
    """
    done = Applied()
    for line in lines:
        mine = {k: d for k, d in decisions.items() if k[0] == line.url}
        if not mine:
            continue
        kept: list[State] = []
        gone: list[State] = []
        for state in line.states["clause"]:
            clause: Clause = state.record                      # type: ignore[assignment]
            key = (line.url, clause.label, text_hash(clause.quote))
            decision = mine.get(key)
            if decision is None:
                kept.append(state)
                continue
            if key not in done.before or state.current:
                done.before[key] = (line, state, clause)
            if state.current:
                done.standing.add(key)
            if decision.decision == "reject":
                gone.append(state)
                continue
            state.record = _changed(clause, decision, path)
            state.review = MARKS[decision.decision]
            done.touched.add((line.url, state.key))
            kept.append(state)
        line.states["clause"] = kept
        left = {s.key for s in kept}
        done.rejected |= {(line.url, s.key) for s in gone if s.key not in left}
        seen: dict[int, Extraction] = {}
        for n, (moment, capture, extraction) in enumerate(line.timeline):
            if extraction is not None:
                if id(extraction) not in seen:
                    seen[id(extraction)] = _read_so(extraction, line, mine, done, path)
                line.timeline[n] = (moment, capture, seen[id(extraction)])
    return done


def _changed(clause: Clause, decision: Decision, path: Path | None) -> Clause:
    try:
        return amended(clause, decision.changes) if decision.decision == "amend" else clause
    except ValueError as error:
        raise ReviewDamaged(f"{path or decision.provider}, line {decision.line}: {error}; mend or remove that line") from error


def _read_so(extraction: Extraction, line: Address, mine: dict[tuple[str, str, str], Decision], done: Applied, path: Path | None) -> Extraction:
    """The reading as the decisions leave it; the reading itself stays as it is."""
    out = []
    for clause in extraction.clauses:
        key = (line.url, clause.label, text_hash(clause.quote))
        decision = mine.get(key)
        if decision is None:
            out.append(clause)
        elif decision.decision != "reject":
            new = _changed(clause, decision, path)
            if key in done.before:
                done.keys[line.url, new.label, new.quote, new.start] = (line.url, done.before[key][1].key)
            out.append(new)
    return extraction if out == extraction.clauses else dataclasses.replace(extraction, clauses=out)


def status(decision: Decision, last: dict[tuple[str, str, str, str], Decision], standing: Callable[[tuple[str, str, str]], bool]) -> str:
    """What became of a decision: in force, superseded by a later one, withdrawn, or lapsed because its words stand there no more."""
    counts = last.get((decision.provider, *decision.finding))
    if counts is not decision:
        return "superseded" if counts is not None else "withdrawn"
    return "in_force" if standing(decision.finding) else "lapsed"
