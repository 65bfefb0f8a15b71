"""`extract` and `extract-many`: documents in, JSON objects of the contract out; nothing is stored."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from types import NoneType
from typing import Any

from chipwatch.errors import InputError, OutputError, explain_os_error
from chipwatch.progress import Progress
from chipwatch.reading import READING_SECONDS, ReadingTimeout, begin_worker, extract_within_limits, limited_memory, time_limit, unreadable
from chipwatch.records import Extraction

KINDS = ("terms", "offers", "regions", "auto")
MOST_CHARACTERS = 400_000                                      # of a document that is read a second time, to see what it looks like
MAX_BYTES = 64 * 1024 * 1024


class UnreadableInput(InputError):
    """The one document asked for could not be read."""

    exit_code = 65


def as_contract(reading: Extraction) -> dict[str, Any]:
    """The JSON object of the contract: the reading, with verdicts for terms (this document judged alone, as if it were all there is)."""
    from assessment.judge import judge_document

    row = reading.to_dict()
    row["verdicts"] = {}
    if reading.document.kind == "terms" and reading.document.readable:
        for customer, verdict in judge_document(reading).items():
            row["verdicts"][customer] = verdict.to_dict()
    order = ("document", "chips", "offers", "regions", "clauses", "signals", "verdicts", "issues")
    return {name: row[name] for name in order}


def as_json(row: dict[str, Any], indent: int | None = None) -> str:
    """JSON text that UTF-8 can hold: halves of a character, which a damaged document may contain, stand as escapes."""
    return json.dumps(row, ensure_ascii=False, indent=indent).encode("utf-8", "backslashreplace").decode("utf-8")


def read_input(file: Path, *, regular: bool = False) -> bytes:
    """Bytes of a file, or of standard input for `-`. `regular`: pipes and devices are refused, which could keep a long run waiting. Raises InputError, saying what to do."""
    try:
        if regular and not stat.S_ISREG(os.stat(file).st_mode) and not file.is_dir():
            raise InputError(f"cannot read {file}: a pipe or device, not a file")
        if str(file) == "-":
            if sys.stdin is None:
                raise InputError("cannot read standard input: it is closed; give the name of a file")
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with open(file, "rb") as handle:
                data = handle.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(explain_os_error(error, "cannot read")) from error
    except ValueError as error:                                # a null character, or half of one, in the name
        raise InputError(f"cannot read {str(file)!r}: no file has such a name") from error
    if len(data) > MAX_BYTES:
        raise InputError(f"{file} is larger than {MAX_BYTES // 1024 ** 2} MiB; no page or contract is; give the document itself")
    return data


def read_bytes(data: bytes, *, url: str | None, kind: str, language: str | None, path: str | None) -> Extraction:
    """One document, read. Raises UnreadableInput where nothing could be read from it."""
    with limited_memory():
        reading = extract_within_limits(data, {"url": url, "kind": kind, "language": language, "path": path})
    if not reading.document.readable and not any((reading.chips, reading.offers, reading.regions, reading.clauses)):
        reason = next((i.text for i in reading.issues if i.level == "error"), None) or next((i.text for i in reading.issues), "nothing readable in it")
        raise UnreadableInput(f"cannot read {path or 'standard input'}: {reason}")
    return reading


def extract_bytes(data: bytes, *, url: str | None, kind: str, language: str | None, path: str | None) -> dict[str, Any]:
    """One document as the object of the contract. Raises UnreadableInput where nothing could be read from it."""
    return as_contract(read_bytes(data, url=url, kind=kind, language=language, path=path))


def other_kind(data: bytes, row: dict[str, Any], *, url: str | None, kind: str, language: str | None, path: str | None) -> str | None:
    """What to say where a document was read as one kind and looks like another, of which nothing was looked for; None where it does not."""
    if kind == "auto" or row["document"]["characters"] > MOST_CHARACTERS:
        return None
    names = {"offers": ("offers", "regions"), "regions": ("offers", "regions"), "terms": ("clauses",)}
    try:
        own = read_bytes(data, url=url, kind="auto", language=language, path=path)
    except UnreadableInput:
        return None
    there = {name: len(getattr(own, name)) for name in names[own.document.kind] if getattr(own, name)}
    if names[own.document.kind] == names[kind] or not there or (kind == "terms" and "offers" not in there and row["clauses"]):
        return None                                            # a list of countries has places, as one of regions has
    missed = " and ".join(f"{n:,} {name if n != 1 else name[:-1]}" for name, n in there.items())
    looks = "terms" if own.document.kind == "terms" else f"a page of {own.document.kind}"
    return f"read as {kind} for --kind {kind}, but it looks like {looks}: as that it has {missed}; read it with --kind {own.document.kind}, or without --kind"


def explain_bytes(data: bytes, *, url: str | None, kind: str, language: str | None, path: str | None) -> dict[str, Any]:
    """The same object with `explanations` (nlp.explaining.Explanation): why each clause was found, and what the decision layer gave up. Raises UnreadableInput."""
    from nlp.explaining import explain_clauses
    from nlp.read import read_document

    reading = read_bytes(data, url=url, kind=kind, language=language, path=path)
    try:
        with limited_memory(), time_limit(READING_SECONDS):
            document = read_document(data, url=url, path=path, language=language)
            found = explain_clauses(document, reading.clauses, binds=kind not in ("offers", "regions"))
    except ReadingTimeout:
        raise UnreadableInput(f"cannot explain {path or 'standard input'}: it took longer than {READING_SECONDS} seconds; `chipwatch extract` without --explain reads it") from None
    except MemoryError:
        raise UnreadableInput(f"cannot explain {path or 'standard input'}: it takes too much memory; `chipwatch extract` without --explain reads it") from None
    return {**as_contract(reading), "explanations": [e.to_dict() for e in found]}


def input_lines(list_file: Path) -> Iterator[dict[str, Any]]:
    """The lines of LIST.jsonl. Raises InputError naming file and line."""
    text = read_input(list_file).decode("utf-8-sig", "replace")
    for number, line in enumerate(text.split("\n"), 1):        # not at other line ends: U+2028 may stand in an address
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"{list_file}:{number}: not JSON ({error.msg}); each line is one object such as {{\"path\": \"page.html\"}}") from None
        except (RecursionError, ValueError):
            raise InputError(f"{list_file}:{number}: nested too deep, or a number too long; each line is one object such as {{\"path\": \"page.html\"}}") from None
        if not isinstance(row, dict) or not isinstance(row.get("path"), str) or not row["path"]:
            raise InputError(f"{list_file}:{number}: an object with \"path\" is needed")
        if row.get("kind", "auto") not in (*KINDS, None):
            raise InputError(f"{list_file}:{number}: kind is one of {', '.join(KINDS)}, not {row['kind']!r}")
        for key in ("url", "language"):
            if not isinstance(row.get(key), (str, NoneType)):
                raise InputError(f"{list_file}:{number}: {key} must be a text in quotes, or null")
        yield row


def locate(path: str, roots: list[Path]) -> Path:
    """The first root under which `path` exists; the plain path where none has it."""
    return next((root / path for root in roots if (root / path).exists()), Path(path))


def extract_row(row: dict[str, Any], roots: list[Path]) -> dict[str, Any]:
    """One output line: the object of the contract plus `path`; what cannot be read gives empty lists and an issue of level error."""
    options = {"url": row.get("url"), "kind": row.get("kind") or "auto", "language": row.get("language"), "path": row["path"]}
    try:
        data = read_input(locate(row["path"], roots), regular=True)
    except InputError as error:
        reading = unreadable(options, str(error))
    else:
        reading = extract_within_limits(data, options)
        if not reading.document.readable and not any(i.level == "error" for i in reading.issues):
            reading.issues.append(next(iter(unreadable(options, "nothing readable in it").issues)))
    return {"path": row["path"], **as_contract(reading)}


def extract_many(list_file: Path, output: Path, *, root: Path | None = None, workers: int = 1) -> tuple[int, int]:
    """Read every document of LIST into OUTPUT, in order; returns (documents, of these not readable).

    The output is put in place when it is whole; a pipe or device is written to as it is. Raises InputError for a broken list, OutputError.
    """
    if str(list_file) != "-" and output.exists() and list_file.exists() and output.samefile(list_file):
        raise InputError(f"{output} is the list itself, which the output would overwrite; name another file with -o")
    rows = list(input_lines(list_file))
    roots = [root] if root else [Path(), list_file.parent if str(list_file) != "-" else Path()]
    unread = 0
    target = output.resolve()                                  # a link stays one
    special = target.exists() and not target.is_file()
    part = target if special else target.with_name(target.name + ".part")
    try:
        with open(part, "w", encoding="utf-8") as handle, Progress("extracting", len(rows)) as bar:
            for done, result in enumerate(_results(rows, roots, workers), 1):
                unread += not result["document"]["readable"]
                handle.write(as_json(result) + "\n")
                bar(done, result["path"])
        if not special:
            os.replace(part, target)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(explain_os_error(error, f"cannot write {output}:")) from error
    finally:
        if not special:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
    return len(rows), unread


def _results(rows: list[dict[str, Any]], roots: list[Path], workers: int) -> Iterator[dict[str, Any]]:
    if workers == 1:
        for row in rows:
            with limited_memory():
                result = extract_row(row, roots)
            yield result
        return
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    context = get_context("forkserver")
    done = 0
    with ProcessPoolExecutor(workers, mp_context=context, initializer=begin_worker) as pool:
        try:
            waiting = deque(pool.submit(extract_row, row, roots) for row in rows)
            while waiting:
                yield waiting.popleft().result()
                done += 1
        except BrokenProcessPool:                              # a process died: the rest one by one, so that only the culprit's line is lost
            pool.shutdown(cancel_futures=True)
    for row in rows[done:]:
        with ProcessPoolExecutor(1, mp_context=context, initializer=begin_worker) as single:
            try:
                yield single.submit(extract_row, row, roots).result()
            except BrokenProcessPool:
                options = {"url": row.get("url"), "kind": row.get("kind") or "auto", "language": row.get("language")}
                yield {"path": row["path"], **as_contract(unreadable(options, "the reading process died on this document"))}
