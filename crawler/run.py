"""The network stage: visit (or replay) all sources and keep what came. Needs no other room; imports Scrapy in a process of its own."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from chipwatch.records import Capture, Record, Source
from crawler.archive import check_archive
from crawler.errors import ArchiveMissing, ContactMissing, CrawlFailed, NotAWarc, OutputFailed
from crawler.identity import CONTACT_VARIABLE, SAMPLE_CONTACT, contact_address, software, user_agent

MODES = ("live", "sample", "archive")
SAMPLE_PACE = 0.01                                             # the sample market runs on this machine: its pauses are scaled down
DELAY = 3.0                                                    # seconds between two requests to one host, as in crawler/settings.py
SAMPLE_TIMEOUT = 3.0                                           # seconds
COPY_LIMIT = 1 << 30                                           # bytes; a larger archive is hard-linked
RESTARTS = 2                                                   # a crawl whose process dies goes on this often
FATAL = {kind.__name__: kind for kind in (OutputFailed, ArchiveMissing, NotAWarc)}
NOT_TOLD = "the crawl process ended before this page was done; see crawl.log"


def crawl(sources: Iterable[Source], *, run_dir: Path | str, run_id: str, mode: str, archives: Iterable[Path | str] = (),
          settings: dict[str, Any] | None = None, on_progress: Callable[..., Any] | None = None) -> list[Capture]:
    """Visit every source, and keep what came under `run_dir`.

    `mode`: `live` (the network, public addresses only), `sample` (the hosts of `settings["host_map"]`, `{host: (ip, port)}`, and no other), or
    `archive` (responses from the WARC files `archives`; no network at all). Other `settings` are Scrapy's, in capitals.
    `on_progress(done, note, total)` is called after each visit.

    Every source gives one Capture; in archive mode one for each date that the archive has of it. A run that was killed is gone on with when it is
    called again with the same `run_dir`. Writes crawl.warc.gz (or keeps the archives), captures.jsonl, run.json and crawl.log.

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
    try:
        run_dir.mkdir(parents=True, exist_ok=True)
        kept = [keep_archive(a, run_dir) for a in archives] if mode == "archive" else []
        kept = list({str(path): (path, digest) for path, digest in kept}.values())
        done = [] if mode == "archive" else read_captures(run_dir / "captures.jsonl")
        report = _read_report(run_dir, {"run_id": run_id, "mode": mode, "started": _now(), "software": software()})
        report["archives"] = [{"file": path.name, "bytes": path.stat().st_size, "sha256": digest} for path, digest in kept]
        report["sources"] = len(sources)
        report.pop("ended", None)
        write_json(run_dir / "run.json", report)
        write_lines(run_dir / "captures.jsonl", done)       # without a half-written last line
        if not (run_dir / "sources.jsonl").exists():
            write_lines(run_dir / "sources.jsonl", sources)
    except OSError as error:
        raise OutputFailed(f"cannot write {run_dir}: {error.strerror}; free some space or give another folder with --data") from None
    job = {**scrapy_settings(mode, given, contact), "CHIPWATCH_RUN_DIR": str(run_dir.absolute()), "CHIPWATCH_RUN_ID": run_id,
           "CHIPWATCH_ARCHIVES": [str(path.absolute()) for path, _ in kept], "LOG_FILE": str((run_dir / "crawl.log").absolute())}
    end = _run_to_the_end(sources, done, job, run_dir, on_progress)
    try:
        return _finish(run_dir, run_id, sources, report, end)
    except OSError as error:
        raise OutputFailed(f"cannot write {run_dir}: {error.strerror}; free some space or give another folder with --data") from None


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

def _run_to_the_end(sources: list[Source], done: list[Capture], settings: dict[str, Any], run_dir: Path, on_progress: Callable[..., Any] | None) -> dict:
    """Run workers until every source has a capture, or one says why it cannot go on. Returns what the last one told at its end."""
    end: dict = {}
    for attempt in range(RESTARTS + 1):
        seen = {(c.provider, c.role, c.url) for c in done}
        left = [s for s in sources if (s.provider, s.role, s.url) not in seen]
        if not left:
            break
        code, end, words = _run_worker(left, settings, run_dir, len(done), len(sources), on_progress)
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


def _run_worker(sources: list[Source], settings: dict[str, Any], run_dir: Path, before: int, total: int,
                on_progress: Callable[..., Any] | None) -> tuple[int, dict, str]:
    """(exit code, what it told at the end, last line on stderr) of one worker."""
    root = str(Path(__file__).resolve().parent.parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    with tempfile.TemporaryDirectory(prefix="chipwatch-") as temporary, tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        job = Path(temporary) / "job.json"
        job.write_text(json.dumps({"settings": settings, "sources": [s.to_dict() for s in sources]}, ensure_ascii=False), encoding="utf-8")
        worker = subprocess.Popen([sys.executable, "-P", "-m", "crawler.worker", str(job)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                                  text=True, encoding="utf-8", env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"})
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


def _read_report(run_dir: Path, new: dict) -> dict:
    """run.json of a run that is gone on with, or a new one."""
    try:
        old = json.loads((run_dir / "run.json").read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return new
    return {**new, "started": old.get("started", new["started"])} if isinstance(old, dict) else new


def _finish(run_dir: Path, run_id: str, sources: list[Source], report: dict, end: dict) -> list[Capture]:
    """Put the captures into the order of the sources, account for every source, and write run.json."""
    captures = read_captures(run_dir / "captures.jsonl")
    place = {}
    for n, source in enumerate(sources):
        place.setdefault((source.provider, source.role, source.url), n)
    told = {(c.provider, c.role, c.url) for c in captures}
    for source in sources:
        if (source.provider, source.role, source.url) not in told:
            captures.append(Capture(provider=source.provider, role=source.role, url=source.url, run_id=run_id, fetched_at=_now(),
                                    language=source.language, failure="other", note=NOT_TOLD))
    captures.sort(key=lambda c: (place.get((c.provider, c.role, c.url), len(place)), c.fetched_at, c.record_id or ""))
    write_lines(run_dir / "captures.jsonl", captures)
    report |= {"ended": _now(), "captures": sum(c.failure is None for c in captures), "failures": dict(Counter(c.failure for c in captures if c.failure)),
               "not_in_sources": end.get("unvisited", []), "issues": end.get("issues", [])}
    write_json(run_dir / "run.json", report)
    return captures
