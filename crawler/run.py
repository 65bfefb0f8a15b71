"""The network stage: visit (or replay) all sources and keep what came. Needs no other room; imports Scrapy in a process of its own."""

from __future__ import annotations

import hashlib
import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from chipwatch.records import Capture, Record, Source
from crawler.archive import check_archive
from crawler.errors import ArchiveMissing, ContactMissing, CrawlFailed, NotAWarc, OutputFailed
from crawler.feeds.ends import open_ends
from crawler.identity import CONTACT_VARIABLE, SAMPLE_CONTACT, contact_address, software, user_agent

MODES = ("live", "sample", "archive")
SAMPLE_PACE = 0.01                                             # the sample market runs on this machine: its pauses are scaled down
DELAY = 3.0                                                    # seconds between two requests to one host, as in crawler/settings.py
SAMPLE_TIMEOUT = 3.0                                           # seconds
COPY_LIMIT = 1 << 30                                           # bytes; a larger archive is hard-linked
LOCK_SECONDS = 30.0                                            # how long to wait for the crawl process of a killed run to end
RESTARTS = 2                                                   # a crawl whose process dies goes on this often
FATAL = {kind.__name__: kind for kind in (OutputFailed, ArchiveMissing, NotAWarc)}
NOT_TOLD = "the crawl process ended before this page was done; see crawl.log"


def crawl(sources: Iterable[Source], *, run_dir: Path | str, run_id: str, mode: str, archives: Iterable[Path | str] = (),
          settings: dict[str, Any] | None = None, on_progress: Callable[..., Any] | None = None,
          originals: Mapping[str, Iterable[Any]] | None = None) -> list[Capture]:
    """Visit every source, and keep what came under `run_dir`.

    `mode`: `live` (the network, public addresses only), `sample` (the hosts of `settings["host_map"]`, `{host: (ip, port)}`, and no other), or
    `archive` (responses from the WARC files `archives`; no network at all). Other `settings` are Scrapy's, in capitals.
    `on_progress(done, note, total)` is called after each visit. `originals` (address -> crawler.capture.Original) are pages that earlier runs in the
    same data folder keep: they are asked for with their validators, and an unchanged one is kept as a revisit.

    Every source gives one Capture, a feed in pages one for each page; in archive mode one for each date that the archive has of it. A run that was killed is gone on with when it is
    called again with the same `run_dir`: pages that its WARC file holds whole are not asked for again. Writes crawl.warc.gz (or keeps the archives), captures.jsonl, run.json and crawl.log.

    Raises ArchiveMissing, NotAWarc, ContactMissing, OutputFailed, CrawlFailed.
    """
    if mode not in MODES:
        raise ValueError(f"mode {mode!r}: one of {', '.join(MODES)}")
    run_dir, sources, given, archives = Path(run_dir), list(sources), dict(settings or {}), [Path(a) for a in archives]
    contact = _contact(mode)
    if mode == "archive" and not archives:
        raise ArchiveMissing("no archive is given; name a WARC file (.warc or .warc.gz)")
    for path in archives:
        check_archive(path)                                    # before anything is written
    with contextlib.ExitStack() as stack:
        with _explained(run_dir):
            run_dir.mkdir(parents=True, exist_ok=True)
            lock = stack.enter_context(run_lock(run_dir))
            kept = [keep_archive(a, run_dir) for a in archives] if mode == "archive" else []
            kept = list({str(path): (path, digest) for path, digest in kept}.values())
            done = [] if mode == "archive" else held(read_captures(run_dir / "captures.jsonl"), run_dir)
            report = read_report(run_dir, {"run_id": run_id, "mode": mode, "started": _now(), "software": software()})
            report["archives"] = [{"file": path.name, "bytes": path.stat().st_size, "sha256": digest} for path, digest in kept]
            report["sources"] = len(sources)
            report.pop("ended", None)
            write_json(run_dir / "run.json", report)
            write_lines(run_dir / "captures.jsonl", done)      # without a half-written last line
            if not (run_dir / "sources.jsonl").exists():
                write_lines(run_dir / "sources.jsonl", sources)
        job = {**scrapy_settings(mode, given, contact), "CHIPWATCH_RUN_DIR": str(run_dir.absolute()), "CHIPWATCH_RUN_ID": run_id,
               "CHIPWATCH_ORIGINALS": {url: list(original) for url, original in (originals or {}).items()},
               "CHIPWATCH_ARCHIVES": [str(path.absolute()) for path, _ in kept], "LOG_FILE": str((run_dir / "crawl.log").absolute())}
        end = _run_to_the_end(sources, done, job, run_dir, on_progress, lock)
        with _explained(run_dir):
            return _finish(run_dir, run_id, sources, report, end)


@contextlib.contextmanager
def _explained(run_dir: Path) -> Iterator[None]:
    """A folder that cannot be written is one clear error. Raises OutputFailed."""
    try:
        yield
    except OSError as error:
        raise OutputFailed(f"cannot write {run_dir}: {error.strerror}; free some space or give another folder with --data") from None


@contextlib.contextmanager
def run_lock(run_dir: Path) -> Iterator[int]:
    """Hold a run folder; yields the descriptor of the lock. The crawl process inherits it, so that after a kill nobody goes on with the run
    while that process is still at its last page. Raises CrawlFailed where it stays held, OSError."""
    with open(run_dir / ".lock", "w", encoding="ascii") as handle:
        end = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise CrawlFailed(f"another crawl is at work in {run_dir}; wait until it ends") from None
                time.sleep(0.1)
        yield handle.fileno()


def _contact(mode: str) -> str | None:
    """The address in the user agent. Raises ContactMissing for a live crawl without one."""
    if mode == "sample":
        return SAMPLE_CONTACT
    contact = contact_address(os.environ)
    if mode == "live" and contact is None:
        raise ContactMissing(f"a live crawl shows the owners of the sites whom to ask: set {CONTACT_VARIABLE} to a web page or an e-mail address of yours, "
                             f"e.g. {CONTACT_VARIABLE}=you@your-institute.org")
    return contact


def scrapy_settings(mode: str, given: dict[str, Any], contact: str | None) -> dict[str, Any]:
    """Settings of one run on top of crawler/settings.py; pauses are scaled by CHIPWATCH_PACE."""
    given = {key.upper(): value for key, value in given.items()}
    pace = float(given.get("CHIPWATCH_PACE", SAMPLE_PACE if mode == "sample" else 1.0))
    settings: dict[str, Any] = {"CHIPWATCH_MODE": mode, "CHIPWATCH_CONTACT": contact or "none, a replay visits nobody", "USER_AGENT": user_agent(contact), "CHIPWATCH_PACE": pace}
    if mode == "archive":
        handler = "crawler.replay.ReplayDownloadHandler"
        settings |= {"DOWNLOAD_HANDLERS": {"http": handler, "https": handler, "file": None, "ftp": None, "s3": None, "data": None},
                     "ROBOTSTXT_OBEY": False, "RETRY_ENABLED": False, "DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": 8}
    else:
        settings["DOWNLOAD_DELAY"] = DELAY * pace
    if mode == "sample":
        settings["DOWNLOAD_TIMEOUT"] = SAMPLE_TIMEOUT
    return settings | given


def keep_archive(archive: Path, run_dir: Path) -> tuple[Path, str]:
    """(file in the run folder, its SHA-256): the archive itself is the evidence. Raises ArchiveMissing, OSError where the folder is full."""
    try:
        size = archive.stat().st_size
        if not archive.is_file():
            raise ArchiveMissing(f"{archive} is not a file; give a WARC file (.warc or .warc.gz)")
        source = open(archive, "rb")
    except FileNotFoundError:
        raise ArchiveMissing(f"no such archive: {archive}; give a WARC file (.warc or .warc.gz)") from None
    except OSError as error:
        raise ArchiveMissing(f"cannot open the archive {archive}: {error.strerror}") from None
    with source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    for n in range(1, 1000):
        target = run_dir / (archive.name if n == 1 else f"{n}-{archive.name}")
        if not target.exists():
            break
        with open(target, "rb") as there:
            if hashlib.file_digest(there, "sha256").hexdigest() == digest:
                return target, digest                          # kept by an earlier, broken-off call, or given twice
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    if size > COPY_LIMIT:
        try:
            os.link(archive, part)
        except OSError:                                        # another file system
            shutil.copyfile(archive, part)
    else:
        shutil.copyfile(archive, part)
    os.replace(part, target)
    return target, digest


# --- the worker ------------------------------------------------------------------------------------------------------------------

def _run_to_the_end(sources: list[Source], done: list[Capture], settings: dict[str, Any], run_dir: Path, on_progress: Callable[..., Any] | None,
                    lock: int) -> dict:
    """Run workers until every source has a capture, or one says why it cannot go on. Returns what the last one told at its end."""
    end: dict = {}
    for attempt in range(RESTARTS + 1):
        left = not_done(sources, done)
        if left and settings["CHIPWATCH_MODE"] != "archive" and (attempt or (run_dir / "crawl.warc.gz").exists()):
            done = salvage(left, done, settings, run_dir, lock)
            left = not_done(sources, done)
        resume = open_ends(sources, done, run_dir.absolute().parents[1])
        if not left and not resume:
            break
        code, end, words = _run_worker(left, resume, settings, run_dir, len(done), len(sources), on_progress, lock)
        if end.get("fatal"):
            raise FATAL.get(end.get("fatal_kind"), CrawlFailed)(end["fatal"])
        if end.get("reason") == "finished":
            break
        if settings["CHIPWATCH_MODE"] == "archive":
            write_lines(run_dir / "captures.jsonl", [])     # a replay starts anew: it costs seconds
        else:
            done = read_captures(run_dir / "captures.jsonl")
        if attempt == RESTARTS and not read_captures(run_dir / "captures.jsonl"):
            raise CrawlFailed(f"the crawl process does not run: {words or 'it ended with code ' + str(code)}; see {run_dir / 'crawl.log'}")
    return end


def held(captures: list[Capture], run_dir: Path) -> list[Capture]:
    """Those captures of a run gone on with whose records its WARC file holds: after a power cut the one file may have reached the disk, and the other not.

    Raises OSError.
    """
    from crawler.archive import list_records
    from crawler.capture import repair_tail

    if not any(c.record_id for c in captures):
        return captures
    warc = run_dir / "crawl.warc.gz"
    repair_tail(warc)
    try:
        records = {e.record_id for e in list_records(warc).entries if e.damage is None}
    except (ArchiveMissing, NotAWarc):
        records = set()
    return [c for c in captures if c.record_id is None or c.record_id in records]


def not_done(sources: Iterable[Source], done: Iterable[Capture]) -> list[Source]:
    """The sources that have no capture yet."""
    seen = {(c.provider, c.role, c.url) for c in done if c.part_of is None}
    return [s for s in sources if (s.provider, s.role, s.url) not in seen]


def salvage(left: list[Source], done: list[Capture], settings: dict[str, Any], run_dir: Path, lock: int) -> list[Capture]:
    """All captures of a broken-off run, after those that its WARC file holds whole, but that were not noted yet, have been noted.

    A kill may fall between the two. The pages are replayed from the file by the same spider; what is not held whole is visited again.
    Raises OSError, CrawlFailed.
    """
    from crawler.capture import repair_tail

    warc = run_dir / "crawl.warc.gz"
    repair_tail(warc)
    if not warc.exists() or not _holds_more(warc, done):
        return done
    place = run_dir / ".salvage" / run_dir.parent.name / run_dir.name
    shutil.rmtree(run_dir / ".salvage", ignore_errors=True)
    place.mkdir(parents=True)
    try:
        job = {**settings, **scrapy_settings("archive", {}, None), "CHIPWATCH_RUN_DIR": str(place.absolute()), "CHIPWATCH_ARCHIVES": [str(warc.absolute())],
               "CHIPWATCH_ORIGINALS": {}, "LOG_FILE": str((run_dir / "salvage.log").absolute())}
        write_json(place / "run.json", {"mode": "archive"})    # the spider describes a run only where nobody has
        _run_worker([s for s in left if s.permission != "forbidden" and s.method != "rendered"], [], job, place, 0, len(left), None, lock)
        noted = {(c.provider, c.role, c.url, c.page) for c in done}
        found = {key: c for c in read_captures(place / "captures.jsonl") if _held_whole(c) and (key := (c.provider, c.role, c.url, c.page)) not in noted}
    finally:
        shutil.rmtree(run_dir / ".salvage", ignore_errors=True)
    with open(run_dir / "captures.jsonl", "a", encoding="utf-8") as handle:
        handle.writelines(json.dumps(c.to_dict(), ensure_ascii=False) + "\n" for c in found.values())
    return [*done, *found.values()]


def _holds_more(warc: Path, done: list[Capture]) -> bool:
    """Whether the file holds an answer of a visit that no capture tells of."""
    from crawler.archive import PAYLOAD_TYPES, list_records
    from crawler.capture import PART

    try:
        entries = [e for e in list_records(warc).entries if e.visit and not e.visit.endswith(PART) and e.kind in PAYLOAD_TYPES]
    except NotAWarc:                                           # nothing whole in it
        return False
    noted = {c.record_id for c in done} | {r for c in done for r in c.redirects}
    urls = {c.url for c in done}
    told = {e.visit for e in entries if e.record_id in noted or e.url in urls}
    return any(e.visit not in told for e in entries)


def _held_whole(capture: Capture) -> bool:
    """Whether a replayed capture is that of a finished visit: not one broken off, nor one after which the live crawl asks again.

    That a feed does not go on follows from the page before, or stands in the file; it has no record of its own.
    """
    if capture.failure == "not_in_archive" or (capture.record_id is None and capture.part_of is None):
        return False
    return capture.failure is None or not (capture.status == 429 or (capture.status or 0) >= 500)


def _run_worker(sources: list[Source], resume: list[dict], settings: dict[str, Any], run_dir: Path, before: int, total: int,
                on_progress: Callable[..., Any] | None, lock: int) -> tuple[int, dict, str]:
    """(exit code, what it told at the end, last line on stderr) of one worker."""
    root = str(Path(__file__).resolve().parent.parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    with tempfile.TemporaryDirectory(prefix="chipwatch-") as temporary, tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        job = Path(temporary) / "job.json"
        job.write_text(json.dumps({"settings": settings, "sources": [s.to_dict() for s in sources], "resume": resume}, ensure_ascii=False), encoding="utf-8")
        worker = subprocess.Popen([sys.executable, "-P", "-m", "crawler.worker", str(job)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                                  text=True, encoding="utf-8", pass_fds=(lock,), env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"})
        end: dict = {}
        try:
            for line in worker.stdout:
                event = _event(line)
                if event.get("event") == "end":
                    end = event
                elif event.get("event") == "capture" and on_progress:
                    count = before + int(event["done"])
                    on_progress(count, f"{event['provider']} {event['url']}", max(total, count))
            code = worker.wait()
        except BaseException:
            worker.stdin.close()                               # it finishes the page it is at, and stops
            try:
                worker.wait(timeout=20)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
            raise
        errors.seek(0)
        words = [line for line in errors.read().splitlines() if line.strip()]
        return code, end, words[-1][:300] if words else ""


def _event(line: str) -> dict:
    """A progress line; anything else that a library prints is no event."""
    try:
        event = json.loads(line)
    except json.JSONDecodeError:
        return {}
    return event if isinstance(event, dict) else {}


# --- the run folder --------------------------------------------------------------------------------------------------------------

def _now() -> str:
    from crawler.capture import now

    return now()


def read_captures(path: Path) -> list[Capture]:
    """The captures of a run so far; a line that a killed crawl left half written is left out (its page is visited again)."""
    if not path.exists():
        return []
    captures = []
    for line in path.read_text("utf-8", errors="replace").split("\n"):
        try:
            captures.append(Capture.from_dict(json.loads(line)))
        except (json.JSONDecodeError, TypeError):
            continue
    return captures


def write_lines(path: Path, records: Iterable[Record]) -> None:
    """Records as JSON lines, in place at once."""
    part = path.with_name(path.name + ".part")
    part.write_text("".join(json.dumps(r.to_dict(), ensure_ascii=False) + "\n" for r in records), encoding="utf-8")
    os.replace(part, path)


def write_json(path: Path, value: object) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(part, path)


def read_report(run_dir: Path, new: dict) -> dict:
    """run.json of a run that is gone on with, or a new one."""
    try:
        old = json.loads((run_dir / "run.json").read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return new
    return {**new, **{key: old[key] for key in ("mode", "started") if key in old}} if isinstance(old, dict) else new


def close_run(run_dir: Path, note: str | None = None) -> list[Capture]:
    """Close a run as it stands, e.g. one that was broken off: what it did not visit is left to a later run. `note` goes into run.json. Raises OSError."""
    captures = read_captures(run_dir / "captures.jsonl")
    report = read_report(run_dir, {"run_id": run_dir.name, "mode": "live", "started": min((c.fetched_at for c in captures), default=_now()), "software": software()})
    write_lines(run_dir / "captures.jsonl", captures)
    write_json(run_dir / "run.json", report | ended(captures) | ({"closed": note} if note else {}))
    return captures


def ended(captures: list[Capture]) -> dict[str, Any]:
    """What run.json says of a run at its end."""
    return {"ended": _now(), "captures": sum(c.failure is None for c in captures), "not_modified": sum(c.status == 304 and c.failure is None for c in captures),
            "failures": dict(Counter(c.failure for c in captures if c.failure))}


def _finish(run_dir: Path, run_id: str, sources: list[Source], report: dict, end: dict) -> list[Capture]:
    """Put the captures into the order of the sources, account for every source, and write run.json."""
    captures = read_captures(run_dir / "captures.jsonl")
    place = {}
    for n, source in enumerate(sources):
        place.setdefault((source.provider, source.role, source.url), n)
    told = {(c.provider, c.role, c.url) for c in captures if c.part_of is None}
    for source in sources:
        if (source.provider, source.role, source.url) not in told:
            captures.append(Capture(provider=source.provider, role=source.role, url=source.url, run_id=run_id, fetched_at=_now(),
                                    language=source.language, failure="other", note=NOT_TOLD))
    captures.sort(key=lambda c: (place.get((c.provider, c.role, c.part_of or c.url), len(place)), c.fetched_at, c.page or 0, c.record_id or ""))
    write_lines(run_dir / "captures.jsonl", captures)
    report |= ended(captures) | {"not_in_sources": end.get("unvisited", []), "issues": end.get("issues", [])}
    write_json(run_dir / "run.json", report)
    return captures
