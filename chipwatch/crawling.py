"""The crawl stage: which sources are visited, in which run folder, and what is told of it at the end.

`--due` leaves the choice to crawler/schedule.py. A run that was broken off is gone on with before a new one is begun.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from chipwatch import errors
from chipwatch.errors import InputError, OutputError
from chipwatch.progress import Progress, clock
from chipwatch.records import Capture, ChipwatchError, ProviderInfo, Source
from chipwatch.run_folders import choose, known_slugs, new_run, refuse_mixing, run_modes, write_lines
from chipwatch.terminal import counted, printable

FAIL_ABOVE = 25                                                # per cent of the visited providers that may give no page at all
DUE_FILE = "due.jsonl"                                         # of a run that visits a part of the declared sources: that part
LISTED = 8                                                     # failed providers named in the summary


@dataclass(slots=True)
class CrawlResult:
    """What a crawl did. `captures` are those of all runs that it finished, earlier captures of a run gone on with included."""

    mode: str
    folders: list[Path] = field(default_factory=list)
    resumed: list[str] = field(default_factory=list)           # run ids
    captures: list[Capture] = field(default_factory=list)
    seconds: float = 0.0
    next_due: tuple[str, str] | None = None                    # (time, `provider role`)
    declared: int = 0                                          # sources to choose from

    @property
    def run_id(self) -> str:
        return self.folders[-1].name if self.folders else ""

    @property
    def failed_providers(self) -> dict[str, str]:
        """provider -> most frequent kind of failure, for those that were visited and gave no page at all."""
        visited: dict[str, list[Capture]] = {}
        for capture in self.captures:
            if capture.failure != "permission":
                visited.setdefault(capture.provider, []).append(capture)
        return {slug: Counter(c.failure for c in captures).most_common(1)[0][0] or "" for slug, captures in sorted(visited.items()) if all(c.failure for c in captures)}

    @property
    def visited_providers(self) -> int:
        return len({c.provider for c in self.captures if c.failure != "permission"})


def exit_code(result: CrawlResult, fail_above: float = FAIL_ABOVE) -> int:
    """0; PARTIAL where more than `fail_above` per cent of the visited providers gave no page; UNAVAILABLE where no page came at all."""
    visited = [c for c in result.captures if c.failure != "permission"]
    if visited and all(c.failure for c in visited):
        return errors.UNAVAILABLE
    return errors.PARTIAL if result.visited_providers and 100 * len(result.failed_providers) > fail_above * result.visited_providers else 0


# --- what to visit ---------------------------------------------------------------------------------------------------------------

def parse_shard(text: str | None) -> tuple[int, int] | None:
    """`2/3` -> (2, 3). Raises InputError."""
    if text is None:
        return None
    number, _, count = text.partition("/")
    if not (all(part.isdecimal() and len(part) < 6 for part in (number, count)) and 1 <= int(number) <= int(count) <= 10_000):
        raise InputError(f"{text!r} is no shard: write I/N with 1 <= I <= N, e.g. --shard 1/3, 2/3 and 3/3 on three machines")
    return int(number), int(count)


@contextlib.contextmanager
def opened_schedule(data: Path) -> Iterator[Any]:
    """The schedule of a data folder. Raises OutputError where its file cannot be written."""
    from crawler.schedule import Schedule

    try:
        with Schedule(data) as schedule:
            yield schedule
    except sqlite3.OperationalError as error:
        raise OutputError(f"cannot keep the schedule in {data}: {error}; free some space, or give another folder with --data") from None


def declared_sources(schedule: Any, mode: str, only: list[str] | None, shard: tuple[int, int] | None) -> tuple[list[Source], list[ProviderInfo]]:
    """Sources and providers to consider. Raises crawler.errors for an invalid declaration, InputError for an unknown slug."""
    from crawler.schedule import shard_of

    sources, infos = schedule.declared(declarations_folder(mode))
    for info in infos:
        info.sample = mode == "sample"
    known_slugs(only, [i.slug for i in infos])
    names = {i.slug for i in infos if (not only or i.slug in only) and (shard is None or shard_of(i.slug, shard[1]) == shard[0])}
    return [s for s in sources if s.provider in names], [i for i in infos if i.slug in names]


def declarations_folder(mode: str) -> Path:
    if mode == "sample":
        from sample_market import __file__ as market

        return Path(market).parent / "providers"
    import crawler

    return Path(crawler.__file__).parent / "providers"


@dataclass(slots=True)
class Plan:
    """What a call with `--due` would do."""

    rows: list[Any]                                            # crawler.schedule.Planned, soonest first
    chosen: list[Any]                                          # those to visit now
    unfinished: list[str]
    now: datetime
    sources_words: str = ""                                    # why there are more sources than declared addresses


def due_plan(data: Path, mode: str, *, only: list[str] | None = None, shard: tuple[int, int] | None = None, now: datetime | None = None) -> Plan:
    """What is due in a data folder; nothing is visited, nothing but the index is written."""
    from crawler.cadence import plan_rules
    from crawler.coverage import written_out
    from crawler.declarations import load_providers
    from crawler.schedule import pick, plan

    now = now or datetime.now(UTC)
    with opened_schedule(data) as schedule:
        sources, providers = declared_sources(schedule, mode, only, shard)
        rows = plan(sources, schedule.visits(), plan_rules())
        named = {info.slug for info in providers}
        words = written_out(d for d in load_providers(declarations_folder(mode)) if d.slug in named).words
        return Plan(rows, pick(rows, now, plan_rules()), [f.name for f in schedule.unfinished(mode)], now, words)


# --- the stage -------------------------------------------------------------------------------------------------------------------

def crawl_stage(data: Path, mode: str, *, archives: list[Path] = (), maps: list[Path] = (), only: list[str] | None = None, due: bool = False,
                shard: tuple[int, int] | None = None) -> CrawlResult:
    """Visit (or replay) sources; everything fetched is kept under captures/RUN_ID before anything else looks at it.

    `due`: only what is due. A run of this mode that was broken off is gone on with first, and what it has visited is not visited again.
    Raises ChipwatchError.
    """
    began = time.monotonic()
    if mode == "archive":
        refuse_mixing(data, mode)
        sources, providers = choose(archives, maps)
        result = CrawlResult(mode)
        _one_run(data, mode, result, sources, providers, archives=archives)
    else:
        result = _visit(data, mode, only, due, shard)
    result.seconds = time.monotonic() - began
    return result


def _visit(data: Path, mode: str, only: list[str] | None, due: bool, shard: tuple[int, int] | None) -> CrawlResult:
    from crawler.cadence import plan_rules
    from crawler.schedule import pick, plan

    rules, result = plan_rules(), CrawlResult(mode)
    with opened_schedule(data) as schedule:
        sources, providers = declared_sources(schedule, mode, only, shard)
        everything = declared_sources(schedule, mode, None, None)
        unfinished = schedule.unfinished(mode)
        rows = plan(sources, schedule.visits(), rules)
        originals = schedule.originals(datetime.now(UTC), rules)
    result.declared = len(sources)
    wanted = [p.source for p in pick(rows, datetime.now(UTC), rules)] if due else sources
    if wanted or unfinished:
        refuse_mixing(data, mode)
        with _market(data, mode) as settings:
            for folder in unfinished:
                _go_on(data, mode, folder, result, everything, settings, originals, rules.broken_off_hours)
            done = {(c.provider, c.role, c.url) for c in result.captures}
            left = [s for s in wanted if (s.provider, s.role, s.url) not in done]
            if left:
                named = {s.provider for s in left}
                declared = [s for s in everything[0] if s.provider in named]
                _one_run(data, mode, result, left, [i for i in everything[1] if i.slug in named], declared=declared, settings=settings, originals=originals)
    with opened_schedule(data) as schedule:
        rows = plan(sources, schedule.visits(), rules)
    if rows and rows[0].at is not None:
        result.next_due = _time(rows[0].at), f"{rows[0].source.provider} {rows[0].source.role}"
    return result


def _time(at: datetime) -> str:
    from crawler.schedule import stamp

    return stamp(at) if at.year > 1 else "now"


@contextlib.contextmanager
def _market(data: Path, mode: str) -> Iterator[dict[str, Any]]:
    """Settings of the crawl; in sample mode with the market running. It shows its second phase once a first visit has ended."""
    if mode != "sample":
        yield {}
        return
    from crawler.schedule import run_facts
    from sample_market.market import crawl_settings, serve

    ended = [run_id for run_id, kind in run_modes(data).items() if kind == "sample" and run_facts(data / "captures" / run_id).get("ended")]
    with serve(phase=2 if ended else 1) as host_map:
        yield crawl_settings(host_map)


def _go_on(data: Path, mode: str, folder: Path, result: CrawlResult, everything: tuple[list[Source], list[ProviderInfo]], settings: dict[str, Any],
           originals: dict[str, tuple], hours: float) -> None:
    """Finish a run that was broken off, as far as its sources are still declared; close one that is too old, or that does not say what it was to visit."""
    from crawler.run import close_run, read_captures, run_lock
    from crawler.schedule import moment, read_lines, run_facts

    declared = {(s.provider, s.role, s.url): s for s in everything[0]}
    path = folder / DUE_FILE if (folder / DUE_FILE).exists() else folder / "sources.jsonl"
    wanted = [(s.provider, s.role, s.url) for s in read_lines(path, Source)]
    try:
        old = datetime.now(UTC) - moment(str(run_facts(folder).get("started"))) > timedelta(hours=hours)
    except ValueError:
        old = True
    if old or not wanted:
        with run_lock(folder):
            close_run(folder, "broken off, closed as it stood")
        return
    done = {(c.provider, c.role, c.url) for c in read_captures(folder / "captures.jsonl")}
    sources = [declared.get(key) or _noted(key) for key in wanted if key in declared or key in done]
    result.resumed.append(folder.name)
    _one_run(data, mode, result, sources, [], folder=folder, settings=settings, originals=originals)


def _noted(key: tuple[str, str, str]) -> Source:
    """A source that has been visited, and is no longer declared: it keeps its capture, and is not asked for again."""
    return Source(provider=key[0], role=key[1], url=key[2], permission="forbidden")


def _one_run(data: Path, mode: str, result: CrawlResult, sources: list[Source], providers: list[ProviderInfo], *, declared: list[Source] | None = None,
             folder: Path | None = None, archives: list[Path] = (), settings: dict[str, Any] | None = None, originals: dict[str, tuple] | None = None) -> None:
    """Begin a run (or go on with the one in `folder`) and add it to the result."""
    from crawler.run import crawl

    if folder is None:
        _, folder = new_run(data, mode)
        write_lines(folder / "providers.jsonl", providers)
        if declared is not None and len(declared) != len(sources):
            write_lines(folder / DUE_FILE, sources)
        write_lines(folder / "sources.jsonl", sources if declared is None else declared)
    with Progress("replaying" if mode == "archive" else "crawling", len(sources)) as bar:
        try:
            captures = crawl(sources, run_dir=folder, run_id=folder.name, mode=mode, archives=archives, settings=settings, on_progress=bar, originals=originals)
        except ChipwatchError:
            if {p.name for p in folder.iterdir()} <= {"sources.jsonl", "providers.jsonl", DUE_FILE, ".lock"}:
                shutil.rmtree(folder)                          # refused before anything was fetched: no empty run is left behind
            raise
    result.folders.append(folder)
    result.captures += captures


# --- what is told ----------------------------------------------------------------------------------------------------------------

def as_json(result: CrawlResult, code: int) -> str:
    """The summary as one JSON object, for monitors."""
    good = [c for c in result.captures if c.failure is None]
    return json.dumps({
        "mode": result.mode, "runs": [f.name for f in result.folders], "resumed": result.resumed, "seconds": round(result.seconds, 1), "sources": len(result.captures),
        "pages": len(good), "unchanged": sum(c.revisit_of is not None for c in good), "not_modified": sum(c.status == 304 for c in good), "failures": dict(Counter(c.failure for c in result.captures if c.failure)),
        "providers": result.visited_providers, "failed_providers": result.failed_providers, "next_due": result.next_due[0] if result.next_due else None,
        "folders": [str(f) for f in result.folders], "exit_code": code}, ensure_ascii=False)


def as_text(result: CrawlResult) -> str:
    """The summary on one screen."""
    after = f"; next: {result.next_due[0]} {result.next_due[1]}" if result.next_due else ""
    if not result.captures:
        return f"nothing is due of {counted(result.declared, 'source')}{after}"
    good = [c for c in result.captures if c.failure is None]
    failures = Counter(c.failure for c in result.captures if c.failure)
    unchanged = sum(c.revisit_of is not None for c in good)
    lines = [f"{counted(len(result.captures), 'source')} of {counted(len({c.provider for c in result.captures}), 'provider')} in {clock(result.seconds)}: "
             f"{counted(len(good), 'capture')} ({unchanged:,} unchanged since the last visit), {sum(failures.values()):,} not fetched"]
    if result.resumed:
        lines.append(f"  gone on with: {', '.join(result.resumed)}")
    if failures:
        lines.append("  not fetched: " + ", ".join(f"{kind.replace('_', ' ')} {count}" for kind, count in failures.most_common()))
    failed = result.failed_providers
    if failed:
        shown = ", ".join(f"{slug} ({kind.replace('_', ' ')})" for slug, kind in list(failed.items())[:LISTED])
        lines.append(f"  no page at all from {len(failed)} of {counted(result.visited_providers, 'provider')}: {shown}" + (f" and {len(failed) - LISTED} more" if len(failed) > LISTED else ""))
    lines += [f"kept in {folder}" for folder in result.folders]
    if result.next_due:
        lines.append(f"next due: {result.next_due[0]} ({result.next_due[1]})")
    return printable_lines(lines)


def printable_lines(lines: list[str]) -> str:
    return "\n".join(printable(line) if not line.startswith("  ") else "  " + printable(line) for line in lines)


def plan_json(plan: Plan) -> str:
    """The plan as JSON: one object a source, soonest first."""
    chosen = {id(p) for p in plan.chosen}
    return json.dumps({"now": _time(plan.now), "unfinished": plan.unfinished, "sources": [
        {"provider": p.source.provider, "role": p.source.role, "url": p.source.url, "due": _time(p.at) if p.at else None, "visit": id(p) in chosen, "reason": p.reason}
        for p in plan.rows]}, ensure_ascii=False)


def plan_text(plan: Plan, later: int = 10) -> str:
    """What would be visited now, and the next `later` sources after that."""
    chosen = {id(p) for p in plan.chosen}
    lines = [f"{run}: broken off; it is gone on with first" for run in plan.unfinished]
    closed = sum(p.source.permission == "forbidden" for p in plan.chosen)
    lines.append(f"{len(plan.chosen) - closed:,} of {counted(len(plan.rows), 'source')} would be visited now ({_time(plan.now)})" + (f"; {closed:,} more {'is' if closed == 1 else 'are'} noted as not to be read" if closed else ""))
    lines += [f"  ({plan.sources_words})"] if plan.sources_words else []
    lines += [_plan_line(p) for p in plan.chosen]
    rest = [p for p in plan.rows if id(p) not in chosen]
    if rest:
        lines.append("later:")
        lines += [_plan_line(p) for p in rest[:later]]
        if len(rest) > later:
            lines.append(f"  and {len(rest) - later:,} more (--json lists all)")
    return printable_lines(lines)


def _plan_line(p: Any) -> str:
    return f"  {_time(p.at) if p.at else 'never':<20} {p.source.provider} {p.source.role} {p.source.url} ({p.reason})"


def data_set_is_behind(data: Path) -> bool:
    """Whether a run ended that the data set does not hold: a crawl without reading, or a reading that was broken off; or a person decided something since."""
    path = data / "chipwatch.sqlite"
    runs = {p.parent.name for p in (data / "captures").glob("*/captures.jsonl")}
    if not path.is_file():
        return bool(runs)
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            row = db.execute("select value from meta where key = 'runs'").fetchone()
        held = set(json.loads(row[0])) if row else set()
    except (sqlite3.DatabaseError, ValueError):                # damaged, or of another version: made anew
        return bool(runs)
    newest = max((os.stat(p).st_mtime for p in (*(data / "captures" / run / "captures.jsonl" for run in runs), *(data / "reviews").glob("*.jsonl"))), default=0.0)
    return runs != held or newest > path.stat().st_mtime


__all__ = ["FAIL_ABOVE", "CrawlResult", "as_json", "as_text", "crawl_stage", "data_set_is_behind", "due_plan", "exit_code", "parse_shard", "plan_json", "plan_text"]
