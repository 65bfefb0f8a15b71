"""The whole road: crawl or replay -> read -> judge -> data set -> briefing. The one place that wires the rooms together."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chipwatch.crawling import CrawlResult, crawl_stage, data_set_is_behind
from chipwatch.errors import InputError, OutputError, explain_os_error
from chipwatch.progress import Progress
from chipwatch.run_folders import locked, prepare_data_dir, run_modes

MODES = ("sample", "archive", "live")


__all__ = ["MODES", "RunResult", "bring_up_to_date", "build_stage", "crawl_stage", "locked", "prepare_data_dir", "profile_stage", "read_stage", "rebuild", "refresh_stage", "report_stage", "run", "run_due", "run_modes"]


@dataclass(slots=True)
class RunResult:
    run_id: str
    captures: Path
    database: Path
    report: Path | None
    counts: dict[str, int] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)      # as summary.json of the run


def read_stage(data: Path, *, workers: int | None = None):
    """Read every capture of every run that has no reading yet; returns `Capture -> Extraction | None` for the data set (chipwatch.reading.Readings).

    Raises dataset.errors.CapturesDamaged for a file of a run that cannot be read, InputError where an archive of a run is gone or damaged.
    """
    from chipwatch.reading import Readings, has_reading, read_all, task_for
    from crawler.errors import ArchiveError
    from dataset.runs import read_runs

    tasks, declared = {}, {}
    for run in read_runs(data):
        sources = {(s.provider, s.url): s for s in run.sources}
        for capture in run.captures:
            if capture.failure is None and capture.record_id and capture.payload_sha256:
                key = (capture.run_id, capture.record_id, capture.provider, capture.role, capture.url)
                declared[key] = sources.get((capture.provider, capture.part_of or capture.url))
                tasks[key] = task_for(capture, declared[key], data)
    readings = data / "readings"
    missing = sum(not has_reading(readings, t.key) for t in tasks.values())
    try:
        with Progress("reading", missing) as bar:
            read_all(tasks.values(), readings, workers=workers, progress=bar)
    except ArchiveError as error:
        raise InputError(f"a kept archive is gone or damaged ({error}); restore it below {data / 'captures'} from a backup, or remove the folder of its run") from error

    return Readings(data, declared)


def build_stage(data: Path, reading_of) -> Path:
    """Judge and fill the data set, made anew from all captures and put in place at once; then write what changed beside it (changes.json, changes.atom)."""
    return _made(data, lambda: reading_of, always=True)[0]


def refresh_stage(data: Path, *, workers: int | None = None) -> tuple[Path, bool]:
    """Read what has no reading yet, and make the data set, unless it is just what would come of it. (path, whether it was made)."""
    return _made(data, lambda: read_stage(data, workers=workers), always=False)


def _made(data: Path, readings: Callable[[], Any], *, always: bool) -> tuple[Path, bool]:
    from dataset.refresh import refresh
    from nlp.extract import reader_version

    bars: list[Progress] = []

    def read():
        reading_of = readings()                                # has a bar of its own
        bars.append(stack.enter_context(Progress("data set")))
        return reading_of

    with contextlib.ExitStack() as stack:
        result = refresh(data, read, reader=reader_version(), progress=lambda *told: bars[-1](*told), always=always)
    return result.path, result.made


def report_file(output: Path) -> Path:
    """The path, with its folder made. Raises OutputError."""
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(explain_os_error(error, f"cannot write the report {output}:")) from error
    return output


def _suffix(lang: str | None) -> str:
    """What a report in another language than English has in its name; an unknown language is refused where the report is made."""
    return f"-{lang}" if lang and lang.isalpha() and lang != "en" else ""


def profile_stage(data: Path, database: Path, provider: str, *, output: Path | None = None, twin_too: bool = False, lang: str | None = None) -> Path:
    """The profile PDF of one provider."""
    from reports.profile import render

    return render(database, report_file(output or data / "reports" / f"{provider}{_suffix(lang)}.pdf"), provider, twin_too=twin_too, lang=lang)


def changes_stage(data: Path, database: Path, *, since: str | None = None, output: Path | None = None, twin_too: bool = False, lang: str | None = None) -> Path:
    """The change bulletin."""
    from reports.bulletin import render

    return render(database, report_file(output or data / "reports" / f"changes{_suffix(lang)}.pdf"), since=since, twin_too=twin_too, lang=lang)


def report_stage(data: Path, database: Path, *, output: Path | None = None, **choices: Any) -> Path:
    """The briefing PDF. `choices`: customer, chip, region, since, short, twin_too, lang, as `reports.briefing.render` takes them."""
    from reports.briefing import render

    output = report_file(output or data / "reports" / "briefing.pdf")
    with Progress("briefing") as bar:
        render(database, output, **choices)
        bar(1, total=1)
    return output


def run(data: Path, mode: str, *, archives: list[Path] = (), maps: list[Path] = (), only: list[str] | None = None, workers: int | None = None,
        report: bool = True) -> RunResult:
    """The main job. Raises ChipwatchError where it cannot be done; what earlier runs gathered stays as it was."""
    prepare_data_dir(data)
    with locked(data):
        crawled = crawl_stage(data, mode, archives=archives, maps=maps, only=only)
        return _after_crawl(data, crawled, workers, report)


def run_due(data: Path, mode: str, *, only: list[str] | None = None, shard: tuple[int, int] | None = None, workers: int | None = None,
            report: bool = True) -> tuple[CrawlResult, RunResult | None]:
    """Visit what is due, and bring the data set up to date where it is behind the captures; None where it is not. Raises as `run`, and Busy."""
    prepare_data_dir(data)
    with locked(data):
        crawled = crawl_stage(data, mode, only=only, due=True, shard=shard)
        if not crawled.captures and not data_set_is_behind(data):
            return crawled, None
        return crawled, _after_crawl(data, crawled, workers, report)


def _after_crawl(data: Path, crawled: CrawlResult, workers: int | None, report: bool) -> RunResult:
    """Read, judge, fill the data set, and write the briefing."""
    from chipwatch.run_summary import count_items, summarise, write_summary

    before = count_items(data / "chipwatch.sqlite")
    database, _ = refresh_stage(data, workers=workers)
    summary: dict[str, Any] = {}
    for done in crawled.folders:
        summary = summarise(done, crawled.captures, mode=crawled.mode, before=before, database=database)
        write_summary(done, summary)
    failed = sum(c.failure is not None for c in crawled.captures)
    folder = crawled.folders[-1] if crawled.folders else max((p.parent for p in (data / "captures").glob("*/captures.jsonl")), key=lambda p: p.name)
    return RunResult(folder.name, folder, database, report_stage(data, database) if report else None,
                     {"captures": len(crawled.captures) - failed, "failures": failed}, summary)


def bring_up_to_date(data: Path, *, workers: int | None = None) -> tuple[Path, bool]:
    """(the data set, whether it had to be made): as `rebuild`, but where nothing has changed nothing is done. Raises InputError where there are no captures."""
    with _captured(data):
        return refresh_stage(data, workers=workers)


@contextlib.contextmanager
def _captured(data: Path) -> Iterator[None]:
    """A data folder with captures, locked. Raises InputError, OutputError, Busy."""
    if not any((data / "captures").glob("*/captures.jsonl")):
        raise InputError(f"no captures in {data}; `chipwatch run` makes some")
    prepare_data_dir(data)
    with locked(data):
        yield


def rebuild(data: Path, *, fresh: bool = False, workers: int | None = None) -> Path:
    """The data set anew from the captures alone. Raises InputError where there are none."""
    with _captured(data):
        if fresh:
            shutil.rmtree(data / "readings")
            (data / "readings").mkdir()
        return build_stage(data, read_stage(data, workers=workers))
