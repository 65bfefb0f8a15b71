"""Folds the visits of one address, in order of time, into life lines: what was first seen when, what changed, what is gone, what is stale.

Pure: the same visits and readings give the same life lines. Times are those of captures; the clock of the machine is never asked.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter, itemgetter

from chipwatch.records import Capture, Clause, Extraction, Offer, Record, Region, Signal
from dataset.alignment import moved, nature_of, pair
from dataset.health import MAIN, ONE, Bounds, Finding, count, examine, same_items, thresholds

ReadingOf = Callable[[Capture], Extraction | None]
# Failures that tell nothing of the page: it was not visited.
NOT_VISITED = frozenset({"not_in_archive", "budget"})


@dataclass(frozen=True, slots=True)
class Kind:
    """How items of one kind are recognised from one capture to the next."""

    name: str
    key: Callable[[Record], tuple]                             # raw source fields that identify it
    content: Callable[[Record], tuple]                         # what makes a new state when it differs
    content_names: tuple[str, ...]
    of: Callable[[Extraction], Sequence[Record]]


def _kind(name: str, record: type, key: Callable[[Record], tuple], without: Iterable[str], of: Callable[[Extraction], Sequence[Record]]) -> Kind:
    skip = {"quote", "start", "end", *without}
    names = tuple(f.name for f in dataclasses.fields(record) if f.name not in skip)
    getter = attrgetter(*names) if len(names) > 1 else (lambda r, one=attrgetter(names[0]): (one(r),))
    return Kind(name, key, getter, names, of)


_OFFER_KEY = ("gpu_name", "instance_name", "gpu_count", "gpu_memory", "form_factor", "commitment", "term_months", "location", "price_unit", "price_scope", "currency")


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


KINDS = (
    _kind("offer", Offer, attrgetter(*_OFFER_KEY), _OFFER_KEY, lambda x: x.offers),
    _kind("region", Region, attrgetter("label", "name"), ("label", "name"), lambda x: x.regions),
    _kind("clause", Clause, lambda c: (c.label, _folded(c.quote)), ("label", "rule", "confidence", "heading_path", "places_resolved"),   # those follow the lists of the day
          lambda x: x.clauses),
    _kind("signal", Signal, lambda s: (s.label, _folded(s.quote)), (), lambda x: x.signals),
)


@dataclass(slots=True)
class State:
    """One state of an item: the record, the capture that shows it, and the time in which it held."""

    key: tuple                                                 # identity; of a clause, that of its first version
    record: Record
    content: tuple
    first_seen: str
    last_changed: str
    last_checked: str
    capture: Capture
    version: Version
    gone_since: str | None = None
    current: bool = True
    review: str | None = None                                  # of clauses: accepted or amended by a person (dataset.review)


@dataclass(slots=True)
class Version:
    """One version of a document at an address."""

    number: int
    payload: str | None                                        # SHA-256 of the payload that first showed it
    occurrence: int                                            # 1, or more where the address went back to a payload that it had shown before
    extraction: Extraction | None
    capture: Capture                                           # the latest that showed it
    first_seen: str
    last_changed: str
    last_checked: str
    gone_since: str | None = None
    current: bool = True
    held: bool = False                                         # it was read, but its reading is not taken over (see Held)

    @property
    def status(self) -> str:
        if self.extraction is None:
            return "unread"
        document = self.extraction.document
        if self.held:
            return "held"
        if not document.readable or not document.characters:
            return "unreadable"
        return "read" if document.language_covered else "language_not_covered"


@dataclass(slots=True)
class Change:
    changed_at: str
    previous_at: str
    item: str
    key: tuple
    kind: str                                                  # added | removed | changed
    field: str | None = None
    old: object = None
    new: object = None
    capture: Capture | None = None
    nature: str | None = None                                  # of clauses: one of alignment.NATURES
    cause: str = "content"                                     # content | declaration: the page is the same, but is read in another way | extractor


@dataclass(slots=True)
class Held:
    """A reading that is not taken over, because it may be the page that slipped and not the offer: what stood there before is kept, marked stale."""

    finding: Finding
    since: str
    extraction: Extraction
    bounds: Bounds                                             # in force when it began
    confirmed: int = 0                                         # further visits in a row that showed the same


@dataclass(slots=True)
class Address:
    """The life line of one address of a provider in one role."""

    provider: str
    role: str
    url: str
    versions: list[Version] = field(default_factory=list)
    states: dict[str, list[State]] = field(default_factory=lambda: {k.name: [] for k in KINDS})
    changes: list[Change] = field(default_factory=list)
    stale_since: str | None = None
    failed: Capture | None = None                              # the last visit, where it failed
    unvisited: Capture | None = None                           # why it was never visited, where nothing else is known
    timeline: list[tuple[str, Capture, Extraction | None]] = field(default_factory=list)   # what counted as its reading, from when on
    good: Extraction | None = None                             # the last reading that was taken over
    held: Held | None = None                                   # the reading of the last page, where it was not
    withdrawn: str | None = None                               # time from which the declaration no longer names it

    @property
    def shape_changed(self) -> bool:
        """The last page was read, but its reading is not taken over."""
        return self.held is not None

    @property
    def trouble(self) -> str | None:
        """Why the address gives no fresh data, one of records.FAILURE_KINDS: the last visit failed, or what it gave is held. (What cannot be read has a status.)"""
        if self.failed is not None:
            return self.failed.failure
        return self.held.finding.kind if self.held is not None else None

    @property
    def trouble_words(self) -> str | None:
        """The same as a sentence for people."""
        if self.failed is not None:
            return self.failed.note
        return self.held.finding.words if self.held is not None else None

    @property
    def current(self) -> Version | None:
        return self.versions[-1] if self.versions else None

    def reading_at(self, moment: str) -> tuple[Capture, Extraction | None] | None:
        """What counted as the reading of this address at a time; None before its first visit."""
        found = None
        if self.withdrawn is not None and self.withdrawn <= moment:
            return None
        for since, capture, extraction in self.timeline:
            if since > moment:
                break
            found = (capture, extraction)
        return found


def withdraw(line: Address, moment: str) -> None:
    """The declaration no longer names this address from `moment` on: what stood there becomes history."""
    line.withdrawn, line.stale_since = moment, None
    for states in line.states.values():
        for state in states:
            if state.current:
                state.current, state.gone_since = False, max(moment, state.last_checked)
    version = line.current
    if version is not None:
        line.changes.append(Change(moment, version.last_checked, "document", (version.number,), "removed", cause="declaration"))
        version.current, version.gone_since = False, max(moment, version.last_checked)


def usable(extraction: Extraction | None) -> bool:
    """Whether a reading says anything: silence of an unreadable page does not mean that things are gone."""
    return extraction is not None and extraction.document.readable and extraction.document.characters > 0


def fold(provider: str, role: str, url: str, visits: Sequence[Capture], reading_of: ReadingOf, *, offers_min: int = 0,
         bounds_of: Callable[[Capture], Bounds] | None = None, declared_of: Callable[[Capture], object] | None = None) -> Address:
    """The life line of an address from its visits, oldest first.

    `bounds_of` gives what the declaration of the day expected of the address, `declared_of` what it said of how to read it; `offers_min` is
    short for a minimum that always stood.
    """
    fixed = Bounds(offers_min or None)
    told: object = None
    line = Address(provider, role, url)
    alive: dict[str, dict[tuple, State]] = {k.name: {} for k in KINDS}
    seen: set[str] = set()
    for capture in visits:
        if capture.record_id is not None:
            if capture.record_id in seen:                      # one capture replayed twice is one capture
                continue
            seen.add(capture.record_id)
        if capture.failure is not None or capture.payload_sha256 is None:
            _failed(line, capture)
            continue
        declared = declared_of(capture) if declared_of else None
        _visited(line, alive, capture, reading_of, bounds_of(capture) if bounds_of else fixed, declared == told)
        told = declared
    for kind in KINDS:
        line.states[kind.name] += alive[kind.name].values()
    return line


def _failed(line: Address, capture: Capture) -> None:
    if capture.failure in NOT_VISITED:
        if not line.timeline:
            line.unvisited = line.unvisited or capture
            line.timeline.append(("", capture, None))          # it says nothing of any time: it only tells why nothing is known
        return
    line.failed = capture
    if line.current is not None:
        line.stale_since = line.stale_since or capture.fetched_at
    if not any(usable(x) for _, _, x in line.timeline):
        line.timeline.append((capture.fetched_at, capture, None))


def _visited(line: Address, alive: dict[str, dict[tuple, State]], capture: Capture, reading_of: ReadingOf, bounds: Bounds, as_before: bool) -> None:
    """Take a visit that gave a page into the life line. `as_before`: the declaration says the same of how to read it as at the visit before."""
    moment = capture.fetched_at
    last = line.current
    line.failed = None
    same = last is not None and last.capture.payload_sha256 == capture.payload_sha256
    extraction = last.extraction if same and as_before else reading_of(capture)
    if same and extraction == last.extraction:
        last.capture, last.last_checked = capture, moment
        version = last
        if not usable(extraction):
            return
        if line.held is None:
            line.stale_since = None
            for states in alive.values():
                for state in states.values():
                    state.last_checked, state.capture = moment, capture
            line.timeline.append((moment, capture, extraction))
            return
    else:
        version = _new_version(line, capture, extraction)
    if not usable(extraction):
        line.stale_since = line.stale_since or (moment if last is not None else None)
        if not any(usable(x) for _, _, x in line.timeline):
            line.timeline.append((moment, capture, extraction))
        return
    assert extraction is not None
    if _hold(line, extraction, bounds, moment):
        version.held = True
        line.stale_since = line.stale_since or moment
        return
    line.held, line.stale_since, version.held, line.good = None, None, False, extraction
    first_reading = not any(usable(x) for _, _, x in line.timeline)
    previous = "" if first_reading else line.timeline[-1][0]
    line.timeline.append((moment, capture, extraction))
    begun = len(line.changes)
    for kind in KINDS:
        _merge(line, kind, alive[kind.name], kind.of(extraction), version, capture, previous)
    if same and not as_before:
        for change in line.changes[begun:]:
            change.cause = "declaration"


def reread(old: Extraction, new: Extraction, capture: Capture) -> list[tuple[Change, tuple, Record]]:
    """What two readings of one and the same page differ in, as changes of the cause `extractor`, each with the key and the record of its item (of the old reading where it is removed)."""
    line = Address(capture.provider, capture.role, capture.url)
    version = Version(1, capture.payload_sha256, 1, new, capture, capture.fetched_at, capture.fetched_at, capture.fetched_at)
    out = []
    for kind in KINDS:
        alive: dict[tuple, State] = {}
        _merge(line, kind, alive, kind.of(old), version, capture, "")
        before = {state.key: state.record for state in alive.values()}
        begun = len(line.changes)
        _merge(line, kind, alive, kind.of(new), version, capture, capture.fetched_at, whole=True)
        now = {state.key: (key, state.record) for key, state in alive.items()}
        for change in line.changes[begun:]:
            change.cause = "extractor"
            key, record = now[change.key] if change.kind != "removed" else (change.key, before[change.key])
            out.append((change, key, record))
    return out


def _hold(line: Address, extraction: Extraction, bounds: Bounds, moment: str) -> bool:
    """Whether a reading is to wait: until further visits confirm it, the page is as before, or the declaration has been brought into line with it."""
    found = examine(line.good, extraction, line.role, bounds) if line.good is not None else None
    if found is None:
        return False
    held = line.held
    if held is None:
        line.held = Held(found, moment, extraction, bounds)
        return True
    if bounds != held.bounds and bounds.hold(count(extraction, line.role)):
        return False                                           # somebody has looked, and has written that this is right
    kind = next(k for k in KINDS if k.name == ONE[MAIN[line.role]])
    if same_items([kind.key(r) for r in kind.of(held.extraction)], [kind.key(r) for r in kind.of(extraction)]):
        held.confirmed += 1
    else:
        held.confirmed = 0
    held.finding, held.extraction = found, extraction
    return found.lasting or held.confirmed < thresholds()["confirm"]


def _new_version(line: Address, capture: Capture, extraction: Extraction | None) -> Version:
    """The version that this capture shows: the present one where only markup changed, else a new one."""
    last, moment = line.current, capture.fetched_at
    if last is not None and last.capture.payload_sha256 == capture.payload_sha256:
        last.extraction, last.capture, last.last_checked = extraction, capture, moment    # the same page, read by another declaration
        return last
    if last is not None and last.extraction is not None and extraction is not None:
        text = extraction.document.text_sha256
        if text is not None and text == last.extraction.document.text_sha256 and usable(extraction) and usable(last.extraction):
            last.extraction, last.capture, last.last_checked = extraction, capture, moment
            return last
    again = 1 + sum(v.payload == capture.payload_sha256 for v in line.versions)
    version = Version(1 if last is None else last.number + 1, capture.payload_sha256, again, extraction, capture, moment if last is None else last.first_seen, moment, moment)
    if last is not None:
        last.current, last.gone_since = False, moment
        line.changes.append(Change(moment, last.last_checked, "document", (version.number,), "changed", "version", last.number, version.number, capture))
    line.versions.append(version)
    return version


def _merge(line: Address, kind: Kind, alive: dict[tuple, State], records: Sequence[Record], version: Version, capture: Capture, previous: str,
           *, whole: bool = False) -> None:
    """Bring the items of one kind up to what a new reading shows. `whole`: everything is a change, even where nothing stood before."""
    moment = capture.fetched_at
    counts: dict[tuple, int] = {}
    found: dict[tuple, Record] = {}
    for record in records:
        raw = kind.key(record)
        number = counts.get(raw, 0)
        counts[raw] = number + 1
        found[(*raw, number)] = record
    if not alive:
        for key, record in found.items():
            alive[key] = State(key, record, kind.content(record), moment, moment, moment, capture, version)
            if previous or whole:
                line.changes.append(Change(moment, previous, kind.name, key, "added", capture=capture, nature="added" if kind.name == "clause" else None))
        return
    matched = {key: key for key in found if key in alive}
    clauses = kind.name == "clause"
    if clauses:
        matched |= pair([k for k in found if k not in matched], [k for k in alive if k not in matched], itemgetter(0), itemgetter(1))
        replaced = _replaced(found, alive, matched)
    continued = set(matched.values())
    for key in [k for k in alive if k not in continued]:
        state = alive.pop(key)
        line.changes.append(Change(moment, state.last_checked, kind.name, state.key, "removed", capture=capture, nature="removed" if clauses else None))
        state.current, state.gone_since = False, moment
        line.states[kind.name].append(state)
    for key, record in found.items():
        old_key = matched.get(key)
        content = kind.content(record)
        if old_key is None:
            # A clause keeps the key of its first version; if those words come back as a clause of their own, it needs another key.
            own = (*key, moment) if kind.name == "clause" and any(s.key == key for s in alive.values()) else key
            alive[key] = State(own, record, content, moment, moment, moment, capture, version)
            line.changes.append(Change(moment, previous, kind.name, own, "added", capture=capture, nature="added" if clauses else None))
            continue
        state = alive.pop(old_key)
        same_words = old_key == key
        nature = None
        if clauses:
            nature = nature_of(state.record.quote, record.quote, state.record.heading_path, record.heading_path)
            if nature == "renumbered" and key in replaced:
                nature = "moved"
            if nature in ("moved", "renumbered") and (state.record.heading_path != record.heading_path or key not in replaced):
                if state.record.heading_path != record.heading_path:
                    line.changes.append(Change(moment, state.last_checked, kind.name, state.key, "changed", "heading_path", state.record.heading_path, record.heading_path, capture, nature))
            elif key in replaced:
                line.changes.append(Change(moment, state.last_checked, kind.name, state.key, "changed", "place_in_document", *replaced[key], capture, "moved"))
        if same_words and state.content == content:
            state.record, state.capture, state.version, state.last_checked = record, capture, version, moment
            alive[key] = state
            continue
        for name, old, new in zip(kind.content_names, state.content, content, strict=True):
            if old != new:
                # what a clause is read to say may change with its words, or with a definition elsewhere: that is of substance either way
                line.changes.append(Change(moment, state.last_checked, kind.name, state.key, "changed", name, old, new, capture, "substantive" if clauses else None))
        if not same_words:
            line.changes.append(Change(moment, state.last_checked, kind.name, state.key, "changed", "quote", state.record.quote, record.quote, capture,
                                       ("typographic" if nature in ("unchanged", "moved") else nature) if clauses else None))
        state.current, state.gone_since = False, moment
        line.states[kind.name].append(state)
        alive[key] = State(state.key, record, content, state.first_seen, moment, moment, capture, version)


def _replaced(found: dict[tuple, Record], alive: dict[tuple, State], matched: dict[tuple, tuple]) -> dict[tuple, tuple[int, int]]:
    """new key -> (place before, place now), counted from 1 among the clauses, of those that changed their order among the clauses that stayed."""
    before = {key: n for n, key in enumerate(sorted(alive, key=lambda k: (alive[k].record.start, k)), start=1)}
    now = {key: n for n, key in enumerate(sorted(found, key=lambda k: (found[k].start, k)), start=1)}
    keys = [key for key in found if key in matched]
    places = [(before[matched[key]], now[key]) for key in keys]
    return {keys[i]: places[i] for i in moved(places)}
