"""Reads what runs left in the data folder: captures, declarations as they stood, in order of time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from chipwatch.records import Capture, ProviderInfo, Record, Source
from dataset.errors import CapturesDamaged

R = TypeVar("R", bound=Record)


@dataclass(slots=True)
class Run:
    run_id: str
    started: str                                               # ISO time; of run.json, else of the first capture
    mode: str
    captures: list[Capture] = field(default_factory=list)
    providers: list[ProviderInfo] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)


def _records(path: Path, kind: type[R]) -> Iterator[R]:
    """Records of a JSON-lines file. A last line that a crash cut off is left out; any other damage raises CapturesDamaged."""
    try:
        whole, feed, last = path.read_bytes().rpartition(b"\n")
        text = (whole + feed).decode("utf-8") + last.decode("utf-8", "replace")
    except FileNotFoundError:
        return
    except UnicodeDecodeError as error:
        raise CapturesDamaged(f"{path} is not UTF-8 at byte {error.start}: restore it from a backup, or remove the run's folder") from error
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield kind.from_dict(json.loads(line))
        except (json.JSONDecodeError, TypeError) as error:
            if number == len(lines) and isinstance(error, json.JSONDecodeError):
                return                                         # no line feed after it: the crawl was cut off while writing
            raise CapturesDamaged(f"{path}, line {number}: {error}; restore it from a backup, or remove the run's folder") from error


def _facts(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise CapturesDamaged(f"{path} cannot be read ({error}): restore it from a backup, or remove the run's folder") from error
    return facts if isinstance(facts, dict) else {}


def read_run(folder: Path) -> Run:
    """One run. Raises CapturesDamaged for a file that cannot be read."""
    facts = _facts(folder / "run.json")
    captures = list(_records(folder / "captures.jsonl", Capture))
    first = min((c.fetched_at for c in captures), default="")
    return Run(folder.name, str(facts.get("started") or first), str(facts.get("mode") or ""), captures,
               list(_records(folder / "providers.jsonl", ProviderInfo)), list(_records(folder / "sources.jsonl", Source)))


def read_runs(data_dir: Path) -> list[Run]:
    """All runs of a data folder that wrote captures, oldest first; two that began together in order of their ids."""
    folders = sorted(p.parent for p in (data_dir / "captures").glob("*/captures.jsonl"))
    return sorted((read_run(f) for f in folders), key=lambda r: (r.started, r.run_id))
