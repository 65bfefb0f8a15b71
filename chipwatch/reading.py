"""Reads captures: documents go through nlp in worker processes, and each reading is kept by payload and reader version.

Rule: a reading is a pure function of the payload, what the declaration says of it, and the code of nlp. So it is cached under a key made of
exactly these, and `rebuild --fresh` (or deleting `readings/`) only costs time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from chipwatch.records import SUPPLY_ROLES, Capture, DocumentInfo, Extraction, Issue, Source

READING_MEMORY = 6 << 30                                       # bytes of address space a reading may take beyond what is mapped when it begins; libraries and models take about one GiB
READING_SECONDS = 60                                           # of one document; the slowest page of the corpus takes about a second
TERMS_ROLES = frozenset({"terms_of_service", "acceptable_use", "service_terms", "export_policy", "supported_countries", "identity_verification", "payment"})


def kind_for(role: str) -> str:
    """The `kind` that guides the reader, for the declared role of a document."""
    return role if role in SUPPLY_ROLES else "terms" if role in TERMS_ROLES else "auto"


@dataclass(slots=True)
class ReadTask:
    """One payload to read, and what is declared of it."""

    key: str
    warc: Path
    record_id: str
    options: dict[str, Any] = field(default_factory=dict)      # keyword arguments of nlp.extract.extract


def options_for(capture: Capture, source: Source | None) -> dict[str, Any]:
    options: dict[str, Any] = {"url": capture.final_url or capture.url, "kind": kind_for(capture.role), "language": capture.language, "content_type": capture.content_type}
    if source is not None:
        options |= {"select": list(source.select), "remove": list(source.remove), "currency": source.currency}
    return options


def task_for(capture: Capture, source: Source | None, data_dir: Path, reader: str | None = None) -> ReadTask:
    """The reading task of a capture that has a payload. The key covers payload, options and reader version (that of this program, unless told)."""
    if reader is None:
        from nlp.extract import reader_version

        reader = reader_version()
    options = options_for(capture, source)
    said = json.dumps([capture.payload_sha256, options, reader], sort_keys=True, ensure_ascii=False)
    return ReadTask(hashlib.sha256(said.encode()).hexdigest()[:40], data_dir / str(capture.warc_file), str(capture.record_id), options)


def unreadable(options: dict[str, Any], reason: str, data: bytes = b"") -> Extraction:
    """The reading of a document that could not be read: nothing found, and said so."""
    info = DocumentInfo(url=options.get("url"), kind=options.get("kind", "auto"), language=options.get("language"), sha256=hashlib.sha256(data).hexdigest(), characters=0, readable=False)
    return Extraction(document=info, issues=[Issue("error", "unreadable", reason)])


class ReadingTimeout(BaseException):
    """A document took longer than READING_SECONDS. Not an Exception: no `except Exception` of a library may swallow it."""


def begin_worker() -> None:
    """What every reading process does first: end when its parent is gone (a killed run leaves nothing behind), and take only so much memory."""
    from multiprocessing import parent_process
    from multiprocessing.connection import wait as wait_for

    parent = parent_process()
    if parent is not None:
        def watch() -> None:
            wait_for([parent.sentinel])
            os._exit(1)

        threading.Thread(target=watch, daemon=True).start()
    limit_memory()


def limit_memory() -> None:
    """Take no more than READING_MEMORY beyond what the process has mapped already: a document that needs more ends as unreadable, not the machine."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = mapped() + READING_MEMORY
    if soft == resource.RLIM_INFINITY or soft > limit:
        resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


@contextlib.contextmanager
def limited_memory() -> Iterator[None]:
    """`limit_memory` for as long as the block lasts: for callers whose process goes on with other work afterwards."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    limit_memory()
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def mapped() -> int:
    """Bytes of address space that this process has mapped (0 where the system does not say)."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:                                            # no /proc
        return 0


def limit_processor_time(seconds: int) -> None:
    """Let the kernel end this process after `seconds` more of processor time: a parser in C does not notice the alarm of `extract_within_limits`."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _out_of_time(signum: int, frame: object) -> None:
    raise ReadingTimeout


@contextlib.contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Raises ReadingTimeout where the block takes longer. In the main thread alone."""
    previous = signal.signal(signal.SIGALRM, _out_of_time)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, 5.0)     # again every 5 seconds, should a callback of a library lose the first
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def extract_within_limits(data: bytes, options: dict[str, Any], seconds: int = READING_SECONDS) -> Extraction:
    """`nlp.extract.extract` with a time limit; what cannot be read becomes an Extraction with an issue of level error.

    A defect of the reader on one hostile page must not cost the run (rule 6 of the design), so every exception is reported as an issue
    with its type, never swallowed.
    """
    import numpy  # noqa: F401, ICN001                         # loaded before the clock runs: where its loading is broken off, no later document of this process can be read

    from nlp.errors import UnreadableDocument
    from nlp.extract import extract

    try:
        with time_limit(seconds):
            return extract(data, **options)
    except UnreadableDocument as error:
        return unreadable(options, str(error), data)
    except ReadingTimeout:
        return unreadable(options, f"reading took longer than {seconds} seconds", data)
    except ImportError:                                        # a broken installation is no fault of the document
        raise
    except Exception as error:                                 # noqa: BLE001  the wall between a hostile page and the run
        result = unreadable(options, f"the reader failed on this document: {type(error).__name__}: {str(error)[:200]}", data)
        result.issues.append(Issue("error", "reader_defect", type(error).__name__))
        return result


def _read_to_file(task: ReadTask, folder: Path) -> str:
    """Worker: read one payload and keep the reading; returns the key."""
    from crawler.archive import read_payload

    limit_processor_time(2 * READING_SECONDS)
    _, _, data = read_payload(task.warc, task.record_id)
    reading = extract_within_limits(data, task.options)
    keep_reading(folder, task.key, reading)
    return task.key


def keep_reading(folder: Path, key: str, reading: Extraction) -> None:
    path = folder / f"{key}.json"
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(reading.to_dict(), ensure_ascii=False), encoding="utf-8", errors="surrogatepass")
    os.replace(part, path)


def has_reading(folder: Path, key: str) -> bool:
    """Whether a whole reading is kept: after a power cut a file may be empty or cut short."""
    try:
        with open(folder / f"{key}.json", "rb") as handle:
            handle.seek(-1, os.SEEK_END)
            return handle.read(1) == b"}"
    except OSError:                                            # none, or an empty one
        return False


def load_reading(folder: Path, key: str) -> Extraction | None:
    """The kept reading, or None where there is none or its file is damaged (then it is read again)."""
    try:
        return Extraction.from_dict(json.loads((folder / f"{key}.json").read_text(encoding="utf-8", errors="surrogatepass")))
    except FileNotFoundError:
        return None
    except (json.JSONDecodeError, KeyError, TypeError, UnicodeDecodeError):
        return None


class Readings:
    """`Capture -> Extraction | None` over the kept readings of a data folder, and the same of an earlier version of the reader.

    `declared` gives the source of each capture that has a payload, by (run, record id, provider, role, address).
    """

    def __init__(self, data: Path, declared: dict[tuple, Source | None], reader: str | None = None) -> None:
        self.data, self.declared, self.reader = data, declared, reader

    def __call__(self, capture: Capture) -> Extraction | None:
        key = (capture.run_id, capture.record_id, capture.provider, capture.role, capture.url)
        if key not in self.declared:
            return None
        return load_reading(self.data / "readings", task_for(capture, self.declared[key], self.data, self.reader).key)

    def earlier(self, reader: str) -> Readings:
        """The readings that an earlier version left in the folder; None for what it did not read, or where they were deleted."""
        return Readings(self.data, self.declared, reader)


def read_all(tasks: Iterable[ReadTask], folder: Path, *, workers: int | None = None, progress: Callable[[int, str], None] | None = None) -> None:
    """Make sure that `folder` holds the reading of every task.

    A worker that dies (a crash in a C library) costs one document: the others go on, and that one is kept as unreadable.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = list({t.key: t for t in tasks if not has_reading(folder, t.key)}.values())
    done = 0

    def tell(task: ReadTask) -> None:
        nonlocal done
        done += 1
        if progress:
            progress(done, str(task.options.get("url") or ""))

    if not missing:
        return
    left = _read_in_pool(missing, folder, workers or os.cpu_count() or 1, tell)
    for task in left:                                          # the pool broke: find the culprit, each document in a process of its own
        if _read_in_pool([task], folder, 1, tell):
            keep_reading(folder, task.key, unreadable(task.options, "the reading process died on this document"))
            tell(task)


def _read_in_pool(tasks: list[ReadTask], folder: Path, workers: int, tell: Callable[[ReadTask], None]) -> list[ReadTask]:
    """Read in a pool; returns the tasks that were not done because a worker died."""
    # forkserver: workers start clean and fast, whatever threads this process has
    context = get_context("forkserver")
    waiting: dict[Future[str], ReadTask] = {}
    left: list[ReadTask] = []
    with ProcessPoolExecutor(min(workers, len(tasks)), mp_context=context, initializer=begin_worker) as pool:
        try:
            waiting = {pool.submit(_read_to_file, task, folder): task for task in tasks}
        except BrokenProcessPool:
            return tasks
        try:
            while waiting:
                finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in finished:
                    task = waiting.pop(future)
                    try:
                        future.result()
                        tell(task)
                    except BrokenProcessPool:
                        left.append(task)
        except BaseException:                                  # Ctrl-C, a full disk: do not read on for minutes first
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return left
