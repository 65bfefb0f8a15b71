"""The whole road: crawl or replay -> read -> judge -> data set -> briefing. The one place that wires the rooms together."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from chipwatch.errors import InputError, OutputError, explain_os_error
from chipwatch.progress import Progress
from chipwatch.records import Capture, ChipwatchError, Extraction, ProviderInfo, Source

MODES = ("sample", "archive", "live")


@dataclass(slots=True)
class RunResult:
    run_id: str
    captures: Path
    database: Path
    report: Path | None
    counts: dict[str, int] = field(default_factory=dict)


def prepare_data_dir(data: Path) -> Path:
    """Create the data folder and see that it can be written. Raises OutputError, saying what to do."""
    try:
        for part in ("captures", "readings", "reports"):
            (data / part).mkdir(parents=True, exist_ok=True)
        probe = data / f".write-{os.getpid()}"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        raise OutputError(explain_os_error(error, f"cannot write to the data folder {data}:")) from error
    return data


@contextlib.contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold the data folder: two runs in one folder would write the same data set. Raises OutputError where another run holds it."""
    with open(data / ".lock", "w", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(f"another chipwatch run is using {data}; wait until it ends, or give another folder with --data") from None
        yield


def run_modes(data: Path) -> dict[str, str]:
    """run id -> mode of every run kept in the data folder; where run.json is damaged or gone, the run id tells the mode."""
    modes = {}
    for folder in sorted({path.parent for name in ("run.json", "captures.jsonl") for path in (data / "captures").glob(f"*/{name}")}):
        modes[folder.name] = next((m for m in ("sample", "archive", "live") if f"-{m}" in folder.name), "")
        with contextlib.suppress(ValueError, OSError, KeyError, TypeError):
            modes[folder.name] = json.loads((folder / "run.json").read_text("utf-8"))["mode"]
    return modes


def refuse_mixing(data: Path, mode: str) -> None:
    """Invented and real providers never share a data set. Raises InputError."""
    others = {m for m in run_modes(data).values() if (m == "sample") != (mode == "sample")}
    if others:
        what = "the sample market" if mode == "sample" else "real pages"
        there = "real pages" if mode == "sample" else "the sample market"
        raise InputError(f"{data} holds a data set of {there}; give another folder with --data for {what}, so that the two are never mixed")


def new_run(data: Path, mode: str) -> tuple[str, Path]:
    """(run id, folder) of a new run. The id is the UTC time, so that runs sort by age."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    for n in range(1, 1000):
        run_id = f"{stamp}-{mode}" if n == 1 else f"{stamp}-{mode}-{n}"
        folder = data / "captures" / run_id
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return run_id, folder
    raise OutputError(f"cannot name a new run in {data}/captures")


def write_lines(path: Path, rows: list) -> None:
    """JSON lines, in place at once."""
    part = path.with_suffix(".part")
    part.write_text("".join(json.dumps(r.to_dict(), ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
    os.replace(part, path)


def declared(folder: Path | None = None, only: list[str] | None = None) -> tuple[list[Source], list[ProviderInfo]]:
    """Sources and providers of the declarations. Raises crawler.errors for an invalid one, InputError for an unknown slug."""
    import difflib

    from crawler.declarations import load_providers

    declarations = load_providers(folder)
    if only:
        known = {d.slug: d for d in declarations}
        for slug in only:
            if slug not in known:
                near = difflib.get_close_matches(slug, known, 3)
                raise InputError(f"no provider {slug!r} is declared" + (f"; did you mean {' or '.join(near)}?" if near else "; `chipwatch providers list` shows all"))
        declarations = [known[s] for s in only]
    return [s for d in declarations for s in d.sources()], [d.info() for d in declarations]


def archive_sources(archives: list[Path], maps: list[Path]) -> tuple[list[Source], list[ProviderInfo]]:
    """Sources of an archive run: the given sources files, else `NAME.sources.jsonl` beside `NAME.warc.gz`, else the declarations alone.

    A provider that is declared keeps its declared identity; its documents in the archive come from both.
    """
    from crawler.sources import read_sources

    for archive in archives:
        if not archive.is_file():
            raise InputError(f"no such archive: {archive}; give a WARC file (.warc or .warc.gz) with --archive")
    if not maps:
        beside = [a.with_name(a.name.removesuffix(".gz").removesuffix(".warc") + ".sources.jsonl") for a in archives]
        maps = [b for b in beside if b.is_file()]
    sources, providers = declared()
    known = {p.slug for p in providers}
    for path in maps:
        if not path.is_file():
            raise InputError(f"no such sources file: {path}")
        more, infos = read_sources(path)
        seen = {(s.provider, s.url) for s in sources}
        sources += [s for s in more if (s.provider, s.url) not in seen]
        providers += [p for p in infos if p.slug not in known]
        known |= {p.slug for p in infos}
    return sources, providers


def crawl_stage(data: Path, mode: str, *, archives: list[Path] = (), maps: list[Path] = (), only: list[str] | None = None) -> tuple[str, Path, list[Capture]]:
    """Visit (or replay) all sources; everything fetched is kept under captures/RUN_ID before anything else looks at it."""
    from crawler.run import crawl

    refuse_mixing(data, mode)
    with contextlib.ExitStack() as stack:
        settings: dict = {}
        if mode == "sample":
            from sample_market.market import crawl_settings, providers_folder, serve

            phase = 2 if any(m == "sample" for m in run_modes(data).values()) else 1
            host_map = stack.enter_context(serve(phase=phase))
            sources, providers = declared(providers_folder(), only)
            for info in providers:
                info.sample = True
            settings = crawl_settings(host_map)
        elif mode == "archive":
            sources, providers = archive_sources(list(archives), list(maps))
        else:
            sources, providers = declared(None, only)
        run_id, folder = new_run(data, mode)
        write_lines(folder / "sources.jsonl", sources)
        write_lines(folder / "providers.jsonl", providers)
        with Progress("replaying" if mode == "archive" else "crawling", len(sources)) as bar:
            try:
                captures = crawl(sources, run_dir=folder, run_id=run_id, mode=mode, archives=archives, settings=settings, on_progress=bar)
            except ChipwatchError:
                if {p.name for p in folder.iterdir()} <= {"sources.jsonl", "providers.jsonl"}:
                    shutil.rmtree(folder)                      # refused before anything was fetched: no empty run is left behind
                raise
    return run_id, folder, captures


def read_stage(data: Path, *, workers: int | None = None):
    """Read every capture of every run that has no reading yet; returns `Capture -> Extraction | None` for the data set.

    Raises dataset.errors.CapturesDamaged for a file of a run that cannot be read, InputError where an archive of a run is gone or damaged.
    """
    from chipwatch.reading import has_reading, load_reading, read_all, task_for
    from crawler.errors import ArchiveError
    from dataset.runs import read_runs

    tasks = {}
    for run in read_runs(data):
        sources = {(s.provider, s.url): s for s in run.sources}
        for capture in run.captures:
            if capture.failure is None and capture.record_id and capture.payload_sha256:
                tasks[(capture.run_id, capture.record_id, capture.provider, capture.role, capture.url)] = task_for(capture, sources.get((capture.provider, capture.part_of or capture.url)), data)
    readings = data / "readings"
    missing = sum(not has_reading(readings, t.key) for t in tasks.values())
    try:
        with Progress("reading", missing) as bar:
            read_all(tasks.values(), readings, workers=workers, progress=bar)
    except ArchiveError as error:
        raise InputError(f"a kept archive is gone or damaged ({error}); restore it below {data / 'captures'} from a backup, or remove the folder of its run") from error

    def reading_of(capture: Capture) -> Extraction | None:
        task = tasks.get((capture.run_id, capture.record_id, capture.provider, capture.role, capture.url))
        return load_reading(readings, task.key) if task else None

    return reading_of


def build_stage(data: Path, reading_of) -> Path:
    """Judge and fill the data set, made anew from all captures and put in place at once."""
    from dataset.build import build

    with Progress("data set") as bar:
        return build(data, reading_of, progress=bar)


def report_file(output: Path) -> Path:
    """The path, with its folder made. Raises OutputError."""
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(explain_os_error(error, f"cannot write the report {output}:")) from error
    return output


def profile_stage(data: Path, database: Path, provider: str, *, output: Path | None = None) -> Path:
    """The profile PDF of one provider."""
    from reports.profile import render

    return render(database, report_file(output or data / "reports" / f"{provider}.pdf"), provider)


def report_stage(data: Path, database: Path, *, output: Path | None = None, customer: str = "cn_company", chip: str | None = None) -> Path:
    """The briefing PDF."""
    from reports.briefing import render

    output = report_file(output or data / "reports" / "briefing.pdf")
    with Progress("briefing") as bar:
        render(database, output, customer=customer, chip=chip)
        bar(1, total=1)
    return output


def run(data: Path, mode: str, *, archives: list[Path] = (), maps: list[Path] = (), only: list[str] | None = None, workers: int | None = None) -> RunResult:
    """The main job. Raises ChipwatchError where it cannot be done; what earlier runs gathered stays as it was."""
    prepare_data_dir(data)
    with locked(data):
        run_id, folder, captures = crawl_stage(data, mode, archives=archives, maps=maps, only=only)
        reading_of = read_stage(data, workers=workers)
        database = build_stage(data, reading_of)
        report = report_stage(data, database)
    failed = sum(c.failure is not None for c in captures)
    return RunResult(run_id, folder, database, report, {"captures": len(captures) - failed, "failures": failed})


def rebuild(data: Path, *, fresh: bool = False, workers: int | None = None) -> Path:
    """The data set anew from the captures alone. Raises InputError where there are none."""
    if not any((data / "captures").glob("*/captures.jsonl")):
        raise InputError(f"no captures in {data}; `chipwatch run` makes some")
    prepare_data_dir(data)
    with locked(data):
        if fresh:
            shutil.rmtree(data / "readings")
            (data / "readings").mkdir()
        return build_stage(data, read_stage(data, workers=workers))
