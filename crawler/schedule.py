"""Which sources are due, and what earlier runs know of each: when it was last visited, how that went, where its page is kept.

All of it is a fold over the captures of the finished runs of a data folder. So that it is quick after a year of runs, the fold is kept in
`DATA/schedule.sqlite` and carried on with each new run; the file may be deleted at any time, and is made anew when it is missing, damaged,
or no longer fits the runs. Nothing here imports Scrapy: `--due` is called every minute.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from chipwatch.records import Capture, ProviderInfo, Source
from crawler.cadence import DAYS, PlanRules, default_cadence
from crawler.failure_kinds import failure_kind

FILE_NAME = "schedule.sqlite"
VERSION = 1                                                    # PRAGMA user_version; another one: the file is made anew
VISITING_MODES = ("live", "sample")                            # a replay visits nobody
_TABLES = """
create table run (run_id text primary key, started text, bytes integer, changed integer);
create table visit (provider text, role text, url text, last_answer text, last_visit text, failure text, failures integer, primary key (provider, role, url));
create table original (url text primary key, record_id text, warc_file text, warc_offset integer, fetched_at text, payload_sha256 text, etag text, last_modified text);
create table declared (folder text primary key, stamp text, sources text, providers text);
"""

Key = tuple[str, str, str]                                     # provider, role, address


@dataclass(slots=True)
class Visit:
    """What is known of the visits of one source."""

    last_answer: str | None = None                             # time of the last visit that gave a page
    last_visit: str | None = None
    failure: str | None = None                                 # of the last visit
    failures: int = 0                                          # visits in a row that gave no page


@dataclass(slots=True)
class Planned:
    """When a source is due (None: not before its declaration changes), and why then."""

    source: Source
    at: datetime | None
    reason: str


# --- planning (pure) -------------------------------------------------------------------------------------------------------------

FORBIDDEN = "its terms forbid automated reading: noted, not asked for"


def moment(text: str) -> datetime:
    """A time of our records. Raises ValueError."""
    parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def stamp(at: datetime) -> str:
    """A time in the form of our records."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _fraction(*parts: str) -> float:
    """A number in [0, 1) that follows from these words alone, on every machine."""
    return int.from_bytes(hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).digest()[:8], "big") / 2**64


def shard_of(slug: str, count: int) -> int:
    """The shard, 1 to `count`, to which a provider belongs: the same on every machine, whatever other providers there are."""
    return 1 + int(_fraction(slug) * count)


def next_due(source: Source, visit: Visit | None, rules: PlanRules) -> tuple[datetime | None, str]:
    """(time from which the source is to be visited, why then). None: not before its declaration changes.

    After a page: its cadence, up to `early_share` of it early. After a failure, by what its kind asks for: `soon` an hour, doubled with each
    failure in a row; `due` its cadence; `slow` its cadence, doubled; `never` a quarter of a year, and for `permission` not at all.
    """
    if visit is None or visit.last_visit is None:
        return datetime.min.replace(tzinfo=UTC), FORBIDDEN if source.permission == "forbidden" else "not visited yet"
    last = moment(visit.last_visit)
    cadence = source.cadence or default_cadence(source.role)
    interval = timedelta(days=DAYS[cadence])
    early = interval * (rules.early_share * _fraction(source.provider, source.role, source.url))
    if visit.failure is None:
        return last + interval - early, f"{cadence}, last read {visit.last_visit}"
    times = f"{visit.failures} time{'s' if visit.failures != 1 else ''} in a row"
    why = f"{visit.failure} {times}, last asked {visit.last_visit}"
    doubled = 2 ** min(visit.failures - 1, 12)
    retry = failure_kind(visit.failure).retry
    if visit.failure == "permission":
        return (None, FORBIDDEN) if source.permission == "forbidden" else (last, "no longer forbidden")
    if retry == "soon":
        return last + min(timedelta(hours=rules.soon_hours) * doubled, timedelta(days=rules.soon_longest_days)), why
    if retry == "due":
        return last + interval - early, why
    longest = max(interval, timedelta(days=rules.slow_longest_days))
    return last + (longest if retry == "never" else min(interval * doubled, longest)) - early, why


def plan(sources: Iterable[Source], visits: dict[Key, Visit], rules: PlanRules) -> list[Planned]:
    """When each source is due, soonest first; those that are due for no time come last."""
    planned = [Planned(s, *next_due(s, visits.get((s.provider, s.role, s.url)), rules)) for s in sources]
    return sorted(planned, key=lambda p: (p.at is None, p.at or datetime.max.replace(tzinfo=UTC), p.source.provider, p.source.role, p.source.url))


def pick(planned: list[Planned], now: datetime, rules: PlanRules) -> list[Planned]:
    """What to visit now: nothing, or all that is due, what becomes due shortly, and every role of an address that is visited anyway."""
    if not any(p.at is not None and p.at <= now for p in planned):
        return []
    until = now + timedelta(hours=rules.gather_hours)
    chosen = {p.source.url for p in planned if p.at is not None and p.at <= until}
    return [p for p in planned if p.at is not None and p.source.url in chosen]


# --- the fold over the captures --------------------------------------------------------------------------------------------------

def read_lines(path: Path, kind: type) -> Iterator[Any]:
    """Records of a JSON-lines file of a run; a line that is damaged, or of another version, is passed over (the data set names it)."""
    try:
        text = path.read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return
    for line in text.split("\n"):
        if line.strip():
            try:
                yield kind.from_dict(json.loads(line))
            except (json.JSONDecodeError, TypeError):
                continue


def run_facts(folder: Path) -> dict[str, Any]:
    """run.json; nothing where it is missing or damaged."""
    try:
        facts = json.loads((folder / "run.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def fold(captures: Iterable[Capture], visits: dict[Key, Visit], originals: dict[str, dict[str, Any]]) -> None:
    """Carry visits and kept pages on with the captures of one run. Pages of a feed count as one visit, which fails with any of them."""
    grouped: dict[Key, list[Capture]] = {}
    for capture in captures:
        grouped.setdefault((capture.provider, capture.role, capture.part_of or capture.url), []).append(capture)
        _keep_original(capture, originals)
    for key, found in grouped.items():
        newest = max(found, key=lambda c: c.fetched_at)
        failed = next((c for c in found if c.failure and (c.part_of or c is newest)), None)
        visit = visits.setdefault(key, Visit())
        if failed is None:
            visit.last_answer, visit.failure, visit.failures = newest.fetched_at, None, 0
        else:
            visit.failure, visit.failures = failed.failure, visit.failures + 1
        visit.last_visit = newest.fetched_at


def _keep_original(capture: Capture, originals: dict[str, dict[str, Any]]) -> None:
    """A page that came in full becomes what later answers refer to; the validators sent are those that came with it."""
    if capture.failure or not capture.final_url or not capture.record_id or not capture.payload_sha256 or capture.warc_offset is None:
        return
    if capture.revisit_of is None:
        originals[capture.final_url] = {"record_id": capture.record_id, "warc_file": capture.warc_file, "warc_offset": capture.warc_offset, "fetched_at": capture.fetched_at,
                                        "payload_sha256": capture.payload_sha256, "etag": capture.etag, "last_modified": capture.last_modified}


# --- the file --------------------------------------------------------------------------------------------------------------------

class Schedule:
    """The index of a data folder, brought up to date when it is opened. `with Schedule(data) as schedule: …`"""

    def __init__(self, data: Path) -> None:
        self.data = Path(data)
        self.path = self.data / FILE_NAME
        self._connection: sqlite3.Connection | None = None
        self._folded: dict[str, tuple[int, int]] = {}

    def __enter__(self) -> Schedule:
        """Raises OSError, sqlite3.OperationalError where the folder cannot be written."""
        try:
            self._open()
        except (sqlite3.DatabaseError, ValueError) as error:   # damaged, or of another version: it is only an index
            self.close()
            if isinstance(error, sqlite3.OperationalError) and "no such" not in str(error):
                raise
            self._remove()
            self._open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _remove(self) -> None:
        for name in (self.path, self.path.with_name(FILE_NAME + "-journal")):
            name.unlink(missing_ok=True)

    def _open(self) -> None:
        self._connection = connection = sqlite3.connect(self.path, isolation_level=None, timeout=20)
        version = connection.execute("pragma user_version").fetchone()[0]
        if version != VERSION:
            if version or connection.execute("select count(*) from sqlite_master").fetchone()[0]:
                raise ValueError(f"{self.path}: version {version}")
            connection.executescript(f"begin exclusive; {_TABLES} pragma user_version = {VERSION}; commit")
        tables = {row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")}
        if not tables >= {"run", "visit", "original", "declared"} or connection.execute("pragma quick_check(1)").fetchone()[0] != "ok":
            raise ValueError(f"{self.path}: damaged")
        self._refresh()

    def _refresh(self) -> None:
        """Fold in the runs that ended since; all runs anew where one that was folded in changed or is gone, or an older one came."""
        connection = self._connection
        assert connection is not None
        known = {row[0]: row[1:] for row in connection.execute("select run_id, started, bytes, changed from run")}
        self._folded = {run_id: row[1:] for run_id, row in known.items()}
        ended = finished_runs(self.data, self._folded)
        same = all(ended.get(run_id) == mark for run_id, mark in self._folded.items())
        fresh = [run_id for run_id in ended if run_id not in known]
        if same and not fresh:
            return
        started = {run_id: str(run_facts(self.data / "captures" / run_id).get("started") or run_id) for run_id in (fresh if same else ended)}
        anew = not same or (bool(known) and min(started.values()) < max(row[0] for row in known.values()))
        if anew and same:
            started |= {run_id: row[0] for run_id, row in known.items()}
        connection.execute("begin immediate")
        try:
            visits, originals = ({}, {}) if anew else (self.visits(), self._originals())
            for run_id in sorted(started, key=lambda r: (started[r], r)):
                captures = list(read_lines(self.data / "captures" / run_id / "captures.jsonl", Capture))
                fold(sorted(captures, key=lambda c: c.fetched_at), visits, originals)
            for table in ("run", "visit", "original") if anew else ("visit", "original"):
                connection.execute(f"delete from {table}")     # noqa: S608  names of ours
            connection.executemany("insert into run values (?, ?, ?, ?)", [(run_id, started[run_id], *ended[run_id]) for run_id in started])
            connection.executemany("insert into visit values (?, ?, ?, ?, ?, ?, ?)",
                                   [(*key, v.last_answer, v.last_visit, v.failure, v.failures) for key, v in visits.items()])
            connection.executemany("insert into original values (:url, :record_id, :warc_file, :warc_offset, :fetched_at, :payload_sha256, :etag, :last_modified)",
                                   [{"url": url, **row} for url, row in originals.items()])
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            raise
        self._folded = ended

    def unfinished(self, mode: str) -> list[Path]:
        """Folders of runs of this mode that were begun and have not ended, oldest first. Runs that Scrapy or Scrapyd began are their own affair."""
        found = []
        for folder, mark in _runs(self.data):
            if self._folded.get(folder.name) == mark or "-scrapy" in folder.name or not _may_visit(folder.name):
                continue
            facts = run_facts(folder)
            if facts.get("mode") == mode and not facts.get("ended"):
                found.append(folder)
        return sorted(found)

    def visits(self) -> dict[Key, Visit]:
        """What is known of each source that was ever visited."""
        assert self._connection is not None
        return {row[:3]: Visit(*row[3:]) for row in self._connection.execute("select * from visit")}

    def _originals(self) -> dict[str, dict[str, Any]]:
        assert self._connection is not None
        cursor = self._connection.execute("select * from original")
        names = [d[0] for d in cursor.description][1:]
        return {row[0]: dict(zip(names, row[1:], strict=True)) for row in cursor}

    def originals(self, now: datetime, rules: PlanRules) -> dict[str, tuple]:
        """address -> fields of a crawler.capture.Original, for pages that are kept and not older than `full_days`."""
        oldest = stamp(now - timedelta(days=rules.full_days))
        there: dict[str, bool] = {}
        found = {}
        for url, row in self._originals().items():
            name = row["warc_file"]
            if name not in there:
                there[name] = (self.data / name).is_file()
            if there[name] and row["fetched_at"] >= oldest:
                found[url] = (row["record_id"], name, row["warc_offset"], url, row["fetched_at"], row["payload_sha256"], row["etag"], row["last_modified"])
        return found

    def declared(self, folder: Path) -> tuple[list[Source], list[ProviderInfo]]:
        """Sources and providers of a folder of declarations, read anew where a file changed. Raises DeclarationError."""
        assert self._connection is not None
        marks = stamp_of(folder)
        row = self._connection.execute("select stamp, sources, providers from declared where folder = ?", (str(folder),)).fetchone()
        if row and row[0] == marks:
            with contextlib.suppress(TypeError, json.JSONDecodeError):   # written by another version
                return [Source.from_dict(r) for r in json.loads(row[1])], [ProviderInfo.from_dict(r) for r in json.loads(row[2])]
        from crawler.declarations import load_providers

        declarations = load_providers(folder)
        sources, infos = [s for d in declarations for s in d.sources()], [d.info() for d in declarations]
        self._connection.execute("insert or replace into declared values (?, ?, ?, ?)", (
            str(folder), marks, *(json.dumps([r.to_dict() for r in rows], ensure_ascii=False) for rows in (sources, infos))))
        return sources, infos


def stamp_of(folder: Path) -> str:
    """Changes with every declaration of a folder, and with the code and data that read them."""
    marks = []
    for path in (*Path(__file__).parent.glob("*.py"), *(Path(__file__).parent / "feeds").glob("*.py"), *(Path(__file__).parent / "data").glob("*.yml")):
        marks.append((str(path), path.stat().st_mtime_ns))
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                state = os.stat(os.path.join(entry.path, "provider.yml"))
                marks.append((entry.name, state.st_mtime_ns, state.st_size))
            except OSError:
                marks.append((entry.name, 0, 0))
    return hashlib.sha256(repr(sorted(marks)).encode("utf-8", "surrogateescape")).hexdigest()


def finished_runs(data: Path, folded: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """run id -> (bytes, time of change) of the captures.jsonl of the finished runs that visited servers. Those of `folded` are not opened again."""
    found = {}
    for folder, mark in _runs(data):
        if folded.get(folder.name) == mark:
            found[folder.name] = mark
        elif _may_visit(folder.name):
            facts = run_facts(folder)
            if facts.get("ended") and facts.get("mode") in VISITING_MODES:
                found[folder.name] = mark
    return found


def _may_visit(run_id: str) -> bool:
    """By its name: a run that is a replay need not be opened."""
    return "-archive" not in run_id


def _runs(data: Path) -> Iterator[tuple[Path, tuple[int, int]]]:
    """(folder, (bytes, time of change) of its captures.jsonl) of every run."""
    try:
        with os.scandir(data / "captures") as entries:
            folders = [Path(e.path) for e in entries if e.is_dir()]
    except FileNotFoundError:
        return
    for folder in folders:
        try:
            state = os.stat(folder / "captures.jsonl")
        except (FileNotFoundError, NotADirectoryError):        # not a run, or one that has not begun
            continue
        yield folder, (state.st_size, state.st_mtime_ns)
