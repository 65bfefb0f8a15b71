"""Makes the data set: folds the visits of all runs, judges, and puts one SQLite file in place at once.

The file is a pure function of `captures/` and of the code: the same captures give the same bytes. Nothing in it comes from the clock of
the machine. A build that fails leaves the last data set as it was.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import hashlib
import importlib.resources
import json
import marshal
import os
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any

from assessment.coverage import completeness, expectations
from assessment.judge import judge_provider
from assessment.tables import rule_table
from chipwatch.country_groups import ALWAYS, resolve
from chipwatch.country_groups import as_of as groups_as_of
from chipwatch.country_groups import groups as country_groups
from chipwatch.records import BINDING_ROLES, CUSTOMER_KINDS, SUPPLY_ROLES, VERDICT_CODES, Capture, Clause, Extraction, Offer, ProviderInfo, Region, Signal, Verdict
from dataset.errors import CannotWrite, NothingToBuild, writing
from dataset.feed_pages import FeedPages
from dataset.fold import KINDS, NOT_VISITED, Address, Change, State, Version, fold, reread, usable, withdraw
from dataset.health import MAIN, ONE, Bounds, bounds_for, outside, thresholds
from dataset.ids import Keys
from dataset.money import table_facts, usd_per_gpu_hour
from dataset.reader_changes import Entry, Journal
from dataset.review import Applied, Decision, apply, file_of, in_force, read_reviews, status
from dataset.runs import Run, read_runs
from dataset.schema import APPLICATION_ID, BY_NAME, EVIDENCE, LIFE, SCHEMA_VERSION, TABLES, create, create_indexes

FILE_NAME = "chipwatch.sqlite"
END_OF_TIME = "9999"
STRONG_CLASS = "3A090.a"                                       # the class of A100 and H100
ReadingOf = Callable[[Capture], Extraction | None]
Progress = Callable[..., None]                                 # (done, note, total)
_RECORDS = {"offer": Offer, "region": Region, "clause": Clause, "signal": Signal}
_GETTERS = {name: attrgetter(*(f.name for f in dataclasses.fields(record))) for name, record in _RECORDS.items()}
KEPT_OF_OFFER = BY_NAME["offer"].names[2:-len(EVIDENCE) - len(LIFE)]   # its own columns: fields, and what the build adds
_LETTERS = {"offer": "O", "region": "R", "clause": "C", "signal": "S", "document": "D", "capture": "K", "verdict": "V", "issue": "I", "change": "X", "review": "W", "receipt": "Q"}
# Where one address is declared in two roles, its items are counted in the role that they belong to.
_ROLE_ORDER = ("offers", "regions", *BINDING_ROLES)


def load_chips() -> list[dict[str, Any]]:
    """Our data on accelerators (dataset/data/chips.jsonl), by key."""
    text = importlib.resources.files("dataset").joinpath("data/chips.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines() if line]


def chip_classes(chips: Iterable[dict[str, Any]]) -> dict[str, str]:
    """gpu_name, and exact chip -> class. A family whose chips are not all of one class is `unsure`."""
    out: dict[str, str] = {}
    for chip in chips:
        out[chip["chip"]] = chip["chip_class"]
        out[chip["gpu_name"]] = chip["chip_class"] if out.get(chip["gpu_name"], chip["chip_class"]) == chip["chip_class"] else "unsure"
    return out


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=isinstance(value, dict))


def _text(value: object) -> str | None:
    """A value before or after, as the view `changes` has it."""
    return None if value is None else value if isinstance(value, str) else _json(value)


def _cell(value: object) -> object:
    """A value as SQLite keeps it: lists and objects as JSON, truth values as 0 or 1; lone surrogates of damaged text are escaped."""
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
            return value.encode("utf-8", "backslashreplace").decode("utf-8")
        return value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (list, dict, tuple)):
        return _cell(_json(value))
    return value


class Writer:
    """Writes rows in bulk, and keeps the hash of all that was written."""

    BATCH = 5000
    ALIKE = 200                                                # rows from which on a statement of their own pays

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.hash = hashlib.sha256()
        self.counts: dict[str, int] = {t.name: 0 for t in TABLES}
        self._waiting: dict[str, list[tuple]] = {t.name: [] for t in TABLES}
        self._sql = {t.name: f'insert into "{t.name}" values ({", ".join("?" * len(t.columns))})' for t in TABLES}

    def add(self, table: str, row: Sequence[object]) -> None:
        self.add_plain(table, tuple([v if v is None or (c := v.__class__) is float or c is int or (c is str and v.isascii()) else _cell(v) for v in row]))

    def add_plain(self, table: str, row: tuple) -> None:
        """The same for a row without lists and objects: the hot path of a build."""
        rows = self._waiting[table]
        rows.append(row)
        if len(rows) >= self.BATCH:
            self._write(table)

    def add_alike(self, table: str, same: dict[int, object], rows: list[tuple]) -> None:
        """Rows without lists and objects that share the values of some columns (place of the column -> value, in order): `rows` hold the others.

        What is shared is handed to SQLite once, not with every row: a third of the time.
        """
        shared = tuple(map(_cell, same.values()))
        if len(rows) < self.ALIKE or any(isinstance(v, str) and "\0" in v for v in shared):   # quote() ends at a NUL
            for row in rows:
                whole = list(row)
                for place, value in zip(same, shared, strict=True):
                    whole.insert(place, value)
                self.add_plain(table, tuple(whole))
            return
        self._write(table)                                     # rows stay in the order in which they came
        literals = dict(zip(same, self.connection.execute(f"select {', '.join(['quote(?)'] * len(shared))}", shared).fetchone(), strict=True))
        width = len(same) + len(rows[0])
        sql = f'insert into "{table}" values ({", ".join([literals.get(n, "?") for n in range(width)])})'
        self.hash.update(marshal.dumps((table, list(same), shared), 2))
        for begin in range(0, len(rows), self.BATCH):
            self._insert(table, sql, rows[begin:begin + self.BATCH])

    def _write(self, table: str) -> None:
        rows = self._waiting[table]
        if rows:
            self._insert(table, self._sql[table], rows)
            rows.clear()

    def _insert(self, table: str, sql: str, rows: list[tuple]) -> None:
        before = self.connection.total_changes
        try:
            self.connection.executemany(sql, rows)
        except UnicodeEncodeError:                             # half of a surrogate pair, which SQLite refuses: the rows before it are in
            rows[:] = [tuple(map(_cell, row)) for row in rows]
            self.connection.executemany(sql, rows[self.connection.total_changes - before:])
        # version 2 of marshal writes values alone, no references: equal rows give equal bytes, ten times as fast as repr
        self.hash.update(table.encode() + marshal.dumps(rows, 2))
        self.counts[table] += len(rows)

    def finish(self) -> str:
        """Write what waits; returns the SHA-256 of all rows."""
        for table in TABLES:
            self._write(table.name)
        return self.hash.hexdigest()


class Builder:
    """Everything that is shared by the providers of one build."""

    def __init__(self, runs: Sequence[Run], reading_of: ReadingOf, writer: Writer, journal: Journal, reviews: Sequence[Decision] = (), folder: Path | None = None) -> None:
        self.reading_of, self.writer, self.journal, self.folder = reading_of, writer, journal, folder
        self.reviews: dict[str, list[Decision]] = defaultdict(list)
        for decision in reviews:
            self.reviews[decision.provider].append(decision)
        self.in_force = in_force(reviews)
        self.read_anew = journal.by_provider()
        self.keys = {name: Keys(letter) for name, letter in _LETTERS.items()}
        self.evidence = Keys("E")
        self.chips = load_chips()
        self.classes = chip_classes(self.chips)
        self.run_order = {run.run_id: n for n, run in enumerate(runs)}
        self.infos: dict[str, ProviderInfo] = {}
        self.visits: dict[str, dict[tuple[str, str], list[Capture]]] = defaultdict(lambda: defaultdict(list))
        self.withdrawn = _withdrawn(runs)
        self.pages = FeedPages()
        self.assertions: dict[tuple[str, str], dict[str, int]] = {}   # (run, provider) -> bounds as declared then
        self.addresses: Counter[tuple[str, str, str]] = Counter()     # (run, provider, role) -> addresses as declared then
        self.options: dict[tuple[str, str, str, str], tuple] = {}     # (run, provider, role, address) -> how to read it, as declared then
        for run in runs:
            for info in run.providers:
                self.infos[info.slug] = info
                self.assertions[run.run_id, info.slug] = info.assertions
            for source in run.sources:
                self.addresses[run.run_id, source.provider, source.role] += 1
                self.options[run.run_id, source.provider, source.role, source.url] = (source.select, source.remove, source.language, source.currency)
            for capture in run.captures:
                self.visits[capture.provider][capture.role, capture.part_of or capture.url].append(capture)
        for slug in self.visits:
            self.infos.setdefault(slug, ProviderInfo(slug=slug, name=slug, declared=False))
        good = [c.fetched_at for run in runs for c in run.captures if c.failure is None]
        self.now = max(good or [c.fetched_at for run in runs for c in run.captures], default="")
        self.rates: set[str] = set()

    # --- one provider ------------------------------------------------------------------------------------------------------------

    def provider(self, slug: str) -> None:
        info = self.infos[slug]
        lines = self._lines(slug, info)
        aliases = _aliases(lines)
        documents = self._documents(slug, lines, aliases)
        self._captures(slug, lines, documents)
        changes: list[tuple] = []
        kept = [line for line in lines if id(line) not in aliases]
        machine = self._machine_verdicts(slug, info, lines, aliases)
        reviewed = self._review(slug, kept)
        items = {kind.name: self._items(slug, kind.name, kept, documents) for kind in KINDS}
        self._issues(slug, info, kept, items, documents)
        for line in kept:
            changes += [self._change(slug, line, c) for c in line.changes if c.item != "clause" or (line.url, c.key) not in reviewed.rejected]
        changes += self._verdicts(slug, info, lines, aliases, reviewed, machine)
        self._reviews(slug, kept, reviewed, documents)
        changes += self._reread(slug, kept, documents)
        for row in sorted(changes, key=lambda r: (r[2], r[0])):
            self.writer.add("change", row)
        self._provider_row(slug, info, lines, items)

    def _lines(self, slug: str, info: ProviderInfo) -> list[Address]:
        lines = []
        for (role, url), visits in sorted(self.visits[slug].items(), key=lambda kv: (_role_rank(kv[0][0]), kv[0])):
            visits.sort(key=lambda c: (c.fetched_at, self.run_order.get(c.run_id, 0), c.page or 0, c.record_id or ""))
            joined, reading_of = self.pages.join(visits, self.reading_of)
            line = fold(slug, role, url, joined, reading_of, bounds_of=self._bounds(slug, role, info),
                        declared_of=lambda c, role=role, url=url: self.options.get((c.run_id, slug, role, url)))
            gone = self.withdrawn.get((slug, role, url))
            if gone and line.current is not None:
                withdraw(line, gone)
            lines.append(line)
        return lines

    def _bounds(self, slug: str, role: str, info: ProviderInfo) -> Callable[[Capture], Bounds]:
        """What the declaration of the day of a capture expects of each address of a role."""
        known: dict[str, Bounds] = {}

        def bounds_of(capture: Capture) -> Bounds:
            run = capture.run_id
            if run not in known:
                known[run] = bounds_for(role, self.assertions.get((run, slug), info.assertions), self.addresses[run, slug, role])
            return known[run]

        return bounds_of

    # --- decisions of people -----------------------------------------------------------------------------------------------------

    def _machine_verdicts(self, slug: str, info: ProviderInfo, lines: Sequence[Address], aliases: dict[int, Address]) -> dict[str, tuple]:
        """Customer -> (code, what is cited) of the present verdict without any review; empty for a provider that nobody reviewed."""
        if slug not in self.reviews:
            return {}
        readings = _readings(lines, aliases, END_OF_TIME)
        flat = _words(readings)
        return {v.customer: (v.code, [flat[i] for i in v.clauses]) for v in judge_provider(info, readings, customers=CUSTOMER_KINDS, as_of=self.now)}

    def _review(self, slug: str, lines: Sequence[Address]) -> Applied:
        if slug not in self.reviews:
            return Applied()
        return apply(lines, {d.finding: d for d in self.reviews[slug] if self.in_force.get((slug, *d.finding)) is d}, self.folder and file_of(self.folder, slug))

    def _reviews(self, slug: str, lines: Sequence[Address], reviewed: Applied, documents: dict[int, str]) -> None:
        """Rows of all decisions on a provider; one that lapsed is an issue, too."""
        for number, d in enumerate(self.reviews.get(slug, ())):
            became = status(d, self.in_force, reviewed.standing.__contains__)
            found = reviewed.before.get(d.finding)
            proof: tuple = (None, None, None, d.url, None, None, None, None)
            line = next((one for one in lines if one.url == d.url and one.current is not None), None)
            if found is not None:
                proof = self._evidence(found[0], found[1].capture, found[1].version, documents)
            elif line is not None:
                proof = self._evidence(line, line.current.capture, line.current, documents)
            was = {k: getattr(found[2], k) if k != "span" else [0, len(found[2].quote)] for k in d.changes} if found else {}
            self.writer.add("review", (self.keys["review"](slug, number, d.at, d.by, *d.finding, d.decision), slug, d.clause, d.decision, became, d.by, d.at, d.why or None, d.label, d.changes, was,
                                       found[2].quote if found else d.quote, d.text_sha256, *proof))
            if became == "lapsed" and line is not None:
                text = f"the decision of {d.by} on {d.clause} ({d.label}, {d.decision}, {d.at[:10]}) no longer applies: its words do not stand there any more; see `chipwatch review {slug}`"
                self.writer.add("issue", (self.keys["issue"](slug, line.role, line.url, "warning", "review_lapsed", text, number), slug, "warning", "review_lapsed", text, 1, *proof))

    def _documents(self, slug: str, lines: Sequence[Address], aliases: dict[int, Address]) -> dict[int, str]:
        """Rows of the document versions; returns id(version) -> document id."""
        ids: dict[int, str] = {}
        for line in lines:
            for version in line.versions:
                ids[id(version)] = self._document_id(slug, line, version)
        for line in lines:
            main = aliases.get(id(line))
            for version in line.versions:
                capture, extraction = self.pages.pages_of(version.capture)[0], version.extraction
                d = extraction.document if extraction is not None else None
                stale = line.stale_since if version.current else None
                self.writer.add("document", (
                    ids[id(version)], slug, line.role, line.url, capture.final_url or line.url, d and d.title, d and d.kind, (d and d.language) or capture.language,
                    (d and d.content_type) or capture.content_type, d and d.charset, d and d.characters, d and d.stated_date, version.status,
                    int(d.readable and d.characters > 0) if d else 0, int(d.language_covered) if d else 0, list(d.refers_to) if d else [], d and d.binding_language, version.number,
                    d and d.sha256, d and d.text_sha256, self._evidence_id(capture), capture.record_id, capture.payload_sha256, capture.fetched_at, capture.status,
                    ids[id(main.current)] if main is not None and main.current is not None and version.current else None,
                    line.trouble if version.current else None, line.trouble_words if version.current else None,
                    version.first_seen, version.last_changed, version.last_checked, version.gone_since, stale, version.current,
                ))
        return ids

    def _document_id(self, slug: str, line: Address, version: Version) -> str:
        return self.keys["document"](slug, line.role, line.url, version.payload, version.occurrence)

    def _captures(self, slug: str, lines: Sequence[Address], documents: dict[int, str]) -> None:
        version_of = {}
        for line in lines:
            for version in line.versions:
                for page in self.pages.pages_of(version.capture):
                    version_of[line.role, page.url, page.payload_sha256] = documents[id(version)]
        listed: dict[tuple, int] = {}
        for (role, _), visits in sorted(self.visits[slug].items()):
            for capture in visits:
                parts = (slug, role, capture.url, capture.run_id, capture.fetched_at, capture.record_id)
                listed[parts] = listed.get(parts, 0) + 1
                key = self.keys["capture"](*parts, listed[parts])
                row = [getattr(capture, c.name) for c in BY_NAME["capture"].columns[2:-1]]
                self.writer.add("capture", (key, self._evidence_id(capture), *row, version_of.get((role, capture.url, capture.payload_sha256)) if capture.payload_sha256 else None))

    def _evidence_id(self, capture: Capture) -> str | None:
        """Key of a response as evidence: the same record gives the same key, whatever it is cited for."""
        capture = self.pages.pages_of(capture)[0]
        return self.evidence(capture.record_id, capture.payload_sha256, capture.url) if capture.record_id else None

    def _evidence(self, line: Address, capture: Capture, version: Version, documents: dict[int, str]) -> tuple:
        return (self._evidence_id(capture), documents[id(version)], line.role, line.url, capture.final_url or line.url, capture.record_id, capture.payload_sha256, capture.fetched_at)

    def _item_id(self, name: str, slug: str, url: str, key: tuple) -> str:
        return self.keys[name](slug, url, *key)

    def _items(self, slug: str, name: str, lines: Sequence[Address], documents: dict[int, str]) -> list[State]:
        """Rows of offers, regions, clauses or signals; returns the current ones."""
        current: list[State] = []
        taken: dict[str, Address] = {}
        write = self._write_offers if name == "offer" else self._write_items
        known: dict[tuple[int, int], tuple] = {}               # evidence of a capture and version, made once for all items that rest on it
        for line in lines:
            key_of = self.keys[name].below(slug, line.url)
            # the same address in another role shows the same item: it is written once
            held = [(key, state) for state in line.states[name] if taken.setdefault(key := key_of(state.key), line) is line]
            current += [state for _, state in held if state.current]
            for capture, version, items in self._by_evidence(held):
                proof = known.get((id(capture), id(version)))
                if proof is None:
                    proof = known[id(capture), id(version)] = self._evidence(line, capture, version, documents)
                write(name, slug, proof, line.stale_since, items)
        return current

    def _by_evidence(self, held: Sequence[tuple[str, State]]) -> Iterator[tuple[Capture, Version, list[tuple[str, State]]]]:
        """Items in their order, those that follow each other and rest on the same capture and version together."""
        capture_of = self.pages.capture_of
        shown = version = None
        items: list[tuple[str, State]] = []
        for item in held:
            state = item[1]
            capture = capture_of(state.record, state.capture)
            if capture is not shown or state.version is not version:
                if items:
                    yield shown, version, items                # type: ignore[misc]
                shown, version, items = capture, state.version, []
            items.append(item)
        if items:
            yield shown, version, items                        # type: ignore[misc]

    def _write_items(self, name: str, slug: str, proof: tuple, stale: str | None, items: list[tuple[str, State]]) -> None:
        """Rows of items that rest on the same evidence."""
        getter, extra, add = _GETTERS[name], self._of_clause if name == "clause" else lambda state: (), self.writer.add
        for key, state in items:
            more = extra(state)                                # before the fields are read: it may complete them
            add(name, (key, slug, *getter(state.record), *more, *proof, *_life(state, stale)))

    def _write_offers(self, name: str, slug: str, proof: tuple, stale: str | None, items: list[tuple[str, State]]) -> None:
        """The same of offers, of which there are many, and which hold no lists."""
        getter, of = _GETTERS[name], self._of_offer
        first = 2 + len(KEPT_OF_OFFER)                         # place of the first column of the evidence
        lives: dict[tuple, list[tuple[str, State]]] = {}       # few for many offers: those of a crawl mostly came, stayed and went together
        for item in items:
            lives.setdefault(_life(item[1], stale), []).append(item)
        for life, group in lives.items():
            same = {1: slug, **dict(enumerate((*proof, *life), start=first))}
            self.writer.add_alike(name, same, [(key, *getter(state.record), *of(state)) for key, state in group])

    def _of_offer(self, state: State) -> tuple:
        offer: Offer = state.record                            # type: ignore[assignment]
        usd, rate, day = usd_per_gpu_hour(offer.price, offer.currency, offer.price_unit, offer.price_scope, offer.gpu_count, state.capture.fetched_at[:10])
        if day:
            self.rates.add(day)
        return (self.classes.get(offer.chip or "") or self.classes.get(offer.gpu_name), usd, rate, day)

    def _of_clause(self, state: State) -> tuple:
        clause: Clause = state.record                          # type: ignore[assignment]
        if not clause.place_groups:
            return (None, state.review)
        document = state.version.extraction.document if state.version.extraction else None
        day = (document.stated_date if document else None) or state.capture.fetched_at[:10]
        clause.places_resolved = sorted(resolve(clause.place_groups, day)[0])   # a reading without a stated date has taken the newest list
        return (day, state.review)

    def _issues(self, slug: str, info: ProviderInfo, lines: Sequence[Address], items: dict[str, list[State]], documents: dict[int, str]) -> None:
        """What readers could not make out, and what the visits say of the documents themselves."""
        told = _broken_bounds(info, lines, items)
        for line in lines:
            version = line.current
            if version is None:
                continue
            found: dict[tuple[str, str, str], int] = {}
            for issue in version.extraction.issues if version.extraction is not None else ():
                found[issue.level, issue.code, issue.text] = found.get((issue.level, issue.code, issue.text), 0) + 1
            found |= dict.fromkeys(_of_the_address(line, has_offers=bool(items["offer"])), 1)
            if id(line) in told:
                found["warning", "assertion_broken", told[id(line)]] = 1
            for (level, code, text), times in sorted(found.items()):
                key = self.keys["issue"](slug, line.role, line.url, level, code, text)
                self.writer.add("issue", (key, slug, level, code, text, times, *self._evidence(line, self.pages.pages_of(version.capture)[0], version, documents)))

    def _change(self, slug: str, line: Address, change: Change) -> tuple:
        item_id = self._item_id(change.item, slug, line.url, change.key) if change.item != "document" else None
        if item_id is None:
            version = next(v for v in line.versions if (v.number,) == change.key)
            item_id = self._document_id(slug, line, version)
        key = self.keys["change"](slug, line.role, line.url, change.item, item_id, change.changed_at, change.kind, change.field)
        return (key, slug, change.changed_at, change.previous_at, change.item, item_id, change.kind, change.field, _text(change.old), _text(change.new), change.nature, change.cause,
                line.url, self._evidence_id(change.capture) if change.capture is not None else None)

    def _reread(self, slug: str, lines: Sequence[Address], documents: dict[int, str]) -> list[tuple]:
        """What new versions of the reader changed: in the journal, and now."""
        journal = self.journal
        entries = {entry.id: entry for entry in self.read_anew.get(slug, ())}
        for line in lines:
            version = line.current
            if version is None or not version.current or version.held or not usable(version.extraction) or not journal.knew(documents[id(version)]):
                continue
            assert journal.earlier is not None and version.extraction is not None
            earlier = self.pages.reading(version.capture, journal.earlier)
            if not usable(earlier):
                continue
            assert earlier is not None
            # a clause keeps the key of its first version, which may have had other words
            first = {id(state.record): state.key for states in line.states.values() for state in states if state.current}
            for change, key, record in reread(earlier, version.extraction, version.capture):
                item_id = self._item_id(change.item, slug, line.url, first.get(id(record), key))
                quote = getattr(record, "quote", None)
                old, new = (None, quote) if change.kind == "added" else (quote, None) if change.kind == "removed" else (_text(change.old), _text(change.new))
                said = self.keys["change"](slug, line.role, line.url, change.item, item_id, journal.before, journal.reader, change.kind, change.field)
                entry = Entry(said, slug, self.now, version.capture.fetched_at, change.item, item_id, change.kind, change.field, old, new, change.nature, line.url,
                              self._evidence_id(version.capture), journal.reader, journal.before)
                journal.add(entry)
                entries.setdefault(said, entry)
        return [(e.id, e.provider, e.at, e.previous, e.item, e.item_id, e.kind, e.field, e.old, e.new, e.nature, "extractor", e.url, e.evidence_id) for e in entries.values()]

    # --- verdicts ----------------------------------------------------------------------------------------------------------------

    def _verdicts(self, slug: str, info: ProviderInfo, lines: Sequence[Address], aliases: dict[int, Address], reviewed: Applied,
                  machine: dict[str, tuple]) -> list[tuple]:
        """Judge the provider at the end of each run that changed what counts as its reading, and now; write the life line of each verdict."""
        clause_ids = {(line.url, s.record.label, s.record.quote, s.record.start): self._item_id("clause", slug, line.url, s.key)    # type: ignore[attr-defined]
                      for line in reversed(lines) for s in line.states["clause"]}
        clause_ids = {where: self._item_id("clause", slug, *of) for where, of in reviewed.keys.items()} | clause_ids
        touched = {self._item_id("clause", slug, *of) for of in reviewed.touched}
        ends: dict[str, str] = {}
        for visits in self.visits[slug].values():
            for c in visits:
                if c.failure not in NOT_VISITED:
                    ends[c.run_id] = max(ends.get(c.run_id, ""), c.fetched_at)
        moments = sorted(set(ends.values()))
        states: dict[str, dict[str, Any]] = {}
        changes: list[tuple] = []
        before: list | None = None
        for moment in moments[:-1]:
            readings = _readings(lines, aliases, moment)
            shown = [(c.role, c.url, c.payload_sha256, c.failure) for c, _ in readings]
            if shown != before:
                before = shown
                for verdict in judge_provider(info, readings, customers=CUSTOMER_KINDS, as_of=moment):
                    changes += self._verdict_state(slug, states, verdict, readings, moment, moment, clause_ids)
        readings = _readings(lines, aliases, END_OF_TIME)
        flat, cited = _words(readings) if machine else [], {}
        for verdict in judge_provider(info, readings, customers=CUSTOMER_KINDS, as_of=self.now):
            cited[verdict.customer] = [flat[i] for i in verdict.clauses] if machine else []
            changes += self._verdict_state(slug, states, verdict, readings, moments[-1] if moments else self.now, self.now, clause_ids)
        self._receipts(slug, info, readings)
        for customer, held in sorted(states.items()):
            for row in [*held["past"], held["row"]]:
                code, words = machine.get(customer, (row[4], [])) if row is held["row"] else (row[4], [])
                bears = touched.intersection(row[8]) or (machine and row is held["row"] and words != cited[customer])
                mark = "changed" if code != row[4] else "reviewed" if bears else None
                self.writer.add("verdict", (*row[:-6], mark, *row[-6:]))
        return changes

    def _receipts(self, slug: str, info: ProviderInfo, readings: Sequence[tuple[Capture, Extraction | None]]) -> None:
        """The completeness receipt: what was expected of the provider, and what became of it."""
        captures = {(c.role, c.url): c for c, _ in readings}
        expected = expectations(info, readings)
        share = completeness(expected, readings, rule_table(), self.now)
        for one in expected:
            for seen in one.seen or (None,):
                capture = captures.get((one.role, seen.url)) if seen else None
                self.writer.add("receipt", (
                    self.keys["receipt"](slug, one.role, seen.url if seen else ""), slug, one.role, one.why, one.status, one.reason or None,
                    seen and seen.url, seen and seen.status, (seen and seen.reason) or None, seen and seen.language,
                    self._evidence_id(capture) if capture else None, seen and seen.record_id, seen and seen.fetched_at, share,
                ))

    def _verdict_state(self, slug: str, states: dict[str, dict[str, Any]], verdict: Verdict, readings: Sequence[tuple[Capture, Extraction | None]], at: str, as_of: str,
                       clause_ids: dict[tuple, str]) -> list[tuple]:
        """Take a verdict of time `at`, judged as of `as_of`, into its life line; returns the changes."""
        key = self.keys["verdict"](slug, verdict.customer)
        held = states.setdefault(verdict.customer, {"past": [], "row": None, "code": None, "first": at, "changed": at, "checked": at})
        changes = []
        said = (verdict.code, verdict.rule)
        if held["code"] is not None and held["code"] != said:
            past = list(held["row"])
            past[-3], past[-1] = at, False                     # gone_since, current
            held["past"].append(past)
            changes.append((self.keys["change"](slug, "verdict", key, at), slug, at, held["checked"], "verdict", key, "changed", "code", held["code"][0], verdict.code, None, "content", None, None))
            held["changed"] = at
        held["code"], held["checked"] = said, at
        ids, evidence = self._cited(verdict, readings, clause_ids, slug)
        rule = rule_table().by_id(verdict.rule)
        two = [c for c in (verdict.extraction_confidence, verdict.completeness) if c is not None]
        held["row"] = (
            key, slug, verdict.customer, CUSTOMER_KINDS[verdict.customer][1], verdict.code, VERDICT_CODES[verdict.code], verdict.rule, rule.words, ids, evidence,
            verdict.reasons, verdict.extraction_confidence, verdict.completeness, min(two) if two else None, verdict.barriers, verdict.missing, verdict.scope, as_of,
            held["first"], held["changed"], at, None, None, True,
        )
        return changes

    def _cited(self, verdict: Verdict, readings: Sequence[tuple[Capture, Extraction | None]], clause_ids: dict[tuple, str], slug: str) -> tuple[list[str], list[str]]:
        """(ids of the clauses cited, evidence ids). A verdict that rests on silence cites the documents read."""
        flat = [(capture, clause) for capture, extraction in readings if extraction is not None for clause in extraction.clauses]
        ids, evidence = [], []
        for index in verdict.clauses:
            capture, clause = flat[index]
            known = clause_ids.get((capture.url, clause.label, clause.quote, clause.start))
            ids.append(known or self._item_id("clause", slug, capture.url, (clause.label, " ".join(clause.quote.split()).casefold(), 0)))
            evidence.append(self._evidence_id(capture))
        if not ids:
            evidence = [self._evidence_id(c) for c, x in readings if x is not None and c.role in rule_table().ranks]
        return list(dict.fromkeys(ids)), [e for e in dict.fromkeys(evidence) if e]

    # --- the provider itself -----------------------------------------------------------------------------------------------------

    def _provider_row(self, slug: str, info: ProviderInfo, lines: Sequence[Address], items: dict[str, list[State]]) -> None:
        has_offers = bool(items["offer"])
        has_terms = any(line.role in BINDING_ROLES and line.current is not None and any(v.status == "read" for v in line.versions) for line in lines)
        group = {(True, True): "offers_and_terms", (True, False): "offers_only", (False, True): "terms_only", (False, False): "neither"}[has_offers, has_terms]
        strong = sum((self.classes.get(s.record.chip or "") or self.classes.get(s.record.gpu_name)) == STRONG_CLASS for s in items["offer"])   # type: ignore[attr-defined]
        visited = [c.fetched_at for visits in self.visits[slug].values() for c in visits if c.failure is None]
        changed = [s.last_changed for rows in items.values() for s in rows] + [v.last_changed for line in lines for v in line.versions]
        stale = min((line.stale_since for line in lines if line.stale_since), default=None)
        row = [getattr(info, f.name) for f in dataclasses.fields(ProviderInfo) if f.name != "slug"]
        self.writer.add("provider", (
            slug, *row, has_offers, has_terms, group, len(items["offer"]), strong, len(items["clause"]), sum(line.current is not None for line in lines),
            min(visited, default=None), max(changed, default=None), max(visited, default=None), None, stale, True,
        ))


def _life(state: State, stale: str | None) -> tuple:
    """The columns LIFE. `stale`: since when its address gives no fresh data."""
    return (state.first_seen, state.last_changed, state.last_checked, state.gone_since, stale if state.current else None, state.current)


def _words(readings: Sequence[tuple[Capture, Extraction | None]]) -> list[tuple[str, str, str]]:
    """(address, label, quote) of the clauses, in the order in which verdicts count them."""
    return [(capture.url, clause.label, clause.quote) for capture, extraction in readings if extraction is not None for clause in extraction.clauses]


def _of_the_address(line: Address, *, has_offers: bool) -> list[tuple[str, str, str]]:
    """(level, code, text) of what an operator is to know of an address, beside what its reading says. `has_offers`: the provider has some."""
    found = []
    version = line.current
    assert version is not None
    if line.failed is not None:
        found.append(("warning", str(line.failed.failure), f"the last visit failed: {line.failed.note or line.failed.failure}; what was read on {version.last_checked[:10]} is kept, marked stale"))
    elif line.held is not None:
        rest = ("it stays until the page is mended or the declaration is changed" if line.held.finding.lasting else
                f"the new reading is taken over once {thresholds()['confirm']} further visits show the same ({line.held.confirmed} did), or the declaration is changed")
        found.append(("error", line.held.finding.kind, f"{line.held.finding.words}; what was read before is kept, marked stale since {line.held.since[:10]}; {rest}"))
    if version.capture.moved_to:
        found.append(("info", "moved", f"the server has moved this page for good to {version.capture.moved_to}; write that address into the declaration"))
    if line.role in SUPPLY_ROLES and version.status == "read" and not any(s.current for s in line.states[ONE[MAIN[line.role]]]):
        level = "info" if has_offers and line.role == "offers" else "warning"
        found.append((level, "nothing_found", f"declared as a document of {line.role}, but no {ONE[MAIN[line.role]]} was read in it"))
    return found


def _broken_bounds(info: ProviderInfo, lines: Sequence[Address], items: dict[str, list[State]]) -> dict[int, str]:
    """id(address) -> what is wrong, for the first address in each role whose documents together break a bound of the declaration."""
    out: dict[int, str] = {}
    for what, name in ONE.items():
        words = outside(len(items[name]), what, info.assertions)
        first = next((line for line in lines if MAIN.get(line.role) == what and line.current is not None), None)
        if words and first is not None:
            out[id(first)] = words
    return out


def _role_rank(role: str) -> int:
    return _ROLE_ORDER.index(role) if role in _ROLE_ORDER else len(_ROLE_ORDER)


def _withdrawn(runs: Sequence[Run]) -> dict[tuple[str, str, str], str]:
    """(provider, role, url) -> time from which a later run of the same mode declared that role of the provider without that address."""
    out: dict[tuple[str, str, str], str] = {}
    last: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for run in runs:
        declared: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for source in run.sources:
            declared[source.provider].add((source.role, source.url))
        times = {c.provider: c.fetched_at for c in run.captures}
        for provider, addresses in declared.items():
            for address in addresses:
                out.pop((provider, *address), None)
            roles = {role for role, _ in addresses}
            for role, url in last.get((run.mode, provider), set()) - addresses:
                if role in roles and provider in times:
                    out.setdefault((provider, role, url), times[provider])
            last[run.mode, provider] = addresses
    return out


def _aliases(lines: Sequence[Address]) -> dict[int, Address]:
    """id(address) -> the address that shows the same bytes now, for all but the first of those that do."""
    first: dict[str, Address] = {}
    out: dict[int, Address] = {}
    for line in lines:
        version = line.current
        if version is None or not version.current or version.capture.payload_sha256 is None:
            continue
        main = first.setdefault(version.capture.payload_sha256, line)
        if main is not line and main.url != line.url:
            out[id(line)] = main
    return out


def _readings(lines: Sequence[Address], aliases: dict[int, Address], at: str) -> list[tuple[Capture, Extraction | None]]:
    """What counts as the reading of each address at a time. A copy of another document counts as read, but its clauses are not counted twice."""
    out = []
    seen: set[str] = set()
    for line in lines:
        reading = line.reading_at(at)
        if reading is None:
            continue
        capture, extraction = reading
        if extraction is not None and (id(line) in aliases or line.url in seen):
            extraction = dataclasses.replace(extraction, clauses=[], signals=[])
        if extraction is not None and extraction.clauses:
            seen.add(line.url)
        out.append((capture, extraction))
    return out


# --- the file --------------------------------------------------------------------------------------------------------------------

def build(data_dir: Path | str, reading_of: ReadingOf, *, progress: Progress | None = None, reader: str = "",
          earlier: Callable[[str], ReadingOf] | None = None) -> Path:
    """Build the data set of a data folder anew from all its runs, and put it in place at once; returns its path.

    `reading_of` gives the reading of a capture that has a payload, None where there is none. `progress(done, note, total)` counts providers.
    `reader` is the version of nlp that made the readings; `earlier(version)` gives kept readings of another one, so that what a new reader changed is
    told apart (dataset.reader_changes). Decisions of people in `reviews/` are applied (dataset.review). Raises ReviewDamaged, NothingToBuild where there is no run, CapturesDamaged for a damaged run, CannotWrite where the disk is full or read-only; the
    last data set then stays as it was.
    """
    folder = Path(data_dir)
    runs = read_runs(folder)
    if not runs:
        raise NothingToBuild(f"no captures in {folder}: run `chipwatch run` or `chipwatch crawl` first, or name another folder with --data")
    target = folder / FILE_NAME
    part = folder / f".{FILE_NAME}.{os.getpid()}.part"
    with writing(target), _temporary(part), _without_gc():
        with contextlib.closing(sqlite3.connect(part, isolation_level=None)) as connection:
            journal = Journal(folder, reader, target, earlier)
            _fill(connection, runs, reading_of, progress, journal, read_reviews(folder), folder)
        journal.save()
        _settle(part, target)
    return target


@contextlib.contextmanager
def _without_gc() -> Iterator[None]:
    """A build makes a million small objects that all stay to its end, and no cycles to speak of: looking for them costs a fifth of its time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextlib.contextmanager
def _temporary(part: Path) -> Iterator[None]:
    """Parts that a killed build left behind are removed before, ours in any case after."""
    for old in part.parent.glob(f".{FILE_NAME}.*.part*"):
        old.unlink(missing_ok=True)
    try:
        yield
    finally:
        part.unlink(missing_ok=True)


def _fill(connection: sqlite3.Connection, runs: Sequence[Run], reading_of: ReadingOf, progress: Progress | None, journal: Journal, reviews: Sequence[Decision],
          folder: Path) -> None:
    connection.executescript(f"pragma page_size = 4096; pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -65536; pragma application_id = {APPLICATION_ID};"
                             f"pragma user_version = {SCHEMA_VERSION};")
    create(connection)
    connection.execute("begin")
    writer = Writer(connection)
    builder = Builder(runs, reading_of, writer, journal, reviews, folder)
    for chip in builder.chips:
        writer.add("chip", [chip[c.name] for c in BY_NAME["chip"].columns])
    for row in _memberships():
        writer.add("country_group", row)
    slugs = sorted(builder.infos)
    for number, slug in enumerate(slugs, start=1):
        builder.provider(slug)
        if progress:
            progress(number, slug, len(slugs))
    facts = _meta(runs, builder, writer.finish())
    connection.executemany("insert into meta values (?, ?)", sorted(facts.items()))
    create_indexes(connection)
    connection.execute("commit")
    if connection.execute("pragma quick_check").fetchone()[0] != "ok":
        raise CannotWrite("the data set that was just built fails its integrity check; check the disk, then run `chipwatch rebuild`")


def _memberships() -> list[tuple]:
    """Rows of the view country_groups. A country that several parts of a union hold for the same days stands in it once."""
    rows = {}
    for group in country_groups().values():
        for m in group.members:
            since, until = (None if day in ALWAYS else day for day in (m.since, m.until))
            key = f"{group.name}/{m.code}/{since or ''}/{until or ''}"
            rows.setdefault(key, (key, group.name, group.title, m.code, since, until, m.note, group.restricts, group.closed, group.source, group.basis, groups_as_of()))
    return list(rows.values())


def _meta(runs: Sequence[Run], builder: Builder, data_hash: str) -> dict[str, str]:
    from chipwatch import __version__

    rates_source, rates_until = table_facts()
    return {
        "schema_version": str(SCHEMA_VERSION), "version": __version__, "data_hash": data_hash, "run_date": builder.now, "reader_version": builder.journal.reader,
        "runs": _json([r.run_id for r in runs]), "modes": _json(sorted({r.mode for r in runs if r.mode})), "rule_table_version": str(rule_table().version),
        "rules_as_of": groups_as_of(), "place_groups_as_of": groups_as_of(), "rates_date": max(builder.rates, default=""),
        "rates_source": rates_source, "rates_until": rates_until, "rows": _json(builder.writer.counts),
        "sample": str(int(any(i.sample for i in builder.infos.values()))),
    }


def _settle(part: Path, target: Path) -> None:
    """Put the finished file in place so that a crash leaves either the old or the new one."""
    with open(part, "rb") as handle:
        os.fsync(handle.fileno())
    os.replace(part, target)
    descriptor = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


assert len(EVIDENCE) == 8 and len(LIFE) == 6                   # the tuples above are written out by hand
