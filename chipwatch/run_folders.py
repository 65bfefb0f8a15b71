"""The data folder and the folders of runs in it: made, locked, named, and never mixed; which sources an archive run has."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from chipwatch.errors import Busy, InputError, OutputError, explain_os_error
from chipwatch.records import ProviderInfo, Source


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
    """Hold the data folder: two runs in one folder would write the same data set. The lock goes with the process. Raises Busy."""
    with open(data / ".lock", "w", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"another chipwatch run is using {data}; wait until it ends, or give another folder with --data") from None
        yield


def run_modes(data: Path) -> dict[str, str]:
    """run id -> mode of every run kept in the data folder; where run.json is damaged or gone, the run id tells the mode."""
    modes = {}
    for folder in sorted({path.parent for name in ("run.json", "captures.jsonl") for path in (data / "captures").glob(f"*/{name}")}):
        modes[folder.name] = next((m for m in ("sample", "archive", "live") if f"-{m}" in folder.name), "")
        with contextlib.suppress(ValueError, OSError, KeyError, TypeError):
            modes[folder.name] = json.loads((folder / "run.json").read_text("utf-8"))["mode"]
    return modes


def holds_sample(data: Path) -> bool:
    """Whether runs of the sample market lie in a folder."""
    return "sample" in run_modes(data).values()


def live_folder(data: Path) -> Path:
    """A folder to name for live runs where `data` is taken by the sample market: `live` beside it, or the first of such a name without sample runs."""
    beside = (data.parent / name for name in ("live", *(f"live-{n}" for n in range(2, 100))))
    return next(folder for folder in beside if folder != data and not holds_sample(folder))


def sample_slugs() -> set[str]:
    """The companies of the sample market."""
    import sample_market

    return {path.parent.name for path in (Path(sample_market.__file__).parent / "providers").glob("*/provider.yml")}


def refuse_mixing(data: Path, mode: str) -> None:
    """Invented and real providers never share a data set. Raises InputError."""
    others = {m for m in run_modes(data).values() if (m == "sample") != (mode == "sample")}
    if others:
        what = "the sample market" if mode == "sample" else "real pages"
        there = "real pages" if mode == "sample" else "the sample market"
        other = live_folder(data) if mode != "sample" else data.parent / ("sample" if data.name != "sample" else "sample-2")
        raise InputError(f"{data} holds a data set of {there}; the two are never mixed: give another folder for {what}, as --data {other}, or `export CHIPWATCH_DATA={other}` in this shell")


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


def known_slugs(only: list[str] | None, slugs: list[str]) -> None:
    """Raises InputError for a provider that is not declared, naming near ones."""
    import difflib

    for slug in only or ():
        if slug not in slugs:
            if slug in sample_slugs() - set(slugs):
                raise InputError(f"{slug} is an invented company of the sample market: add --sample, where the command has it")
            near = difflib.get_close_matches(slug, slugs, 3)
            raise InputError(f"no provider {slug!r} is declared" + (f"; did you mean {' or '.join(near)}?" if near else "; `chipwatch providers list` shows all"))


def declared(folder: Path | None = None, only: list[str] | None = None) -> tuple[list[Source], list[ProviderInfo]]:
    """Sources and providers of the declarations of a folder. Raises crawler.errors for an invalid one, InputError for an unknown slug."""
    from crawler.declarations import load_providers

    declarations = load_providers(folder)
    known_slugs(only, [d.slug for d in declarations])
    chosen = [d for d in declarations if not only or d.slug in only]
    return [s for d in chosen for s in d.sources()], [d.info() for d in chosen]


def choose(archives: list[Path], maps: list[Path]) -> tuple[list[Source], list[ProviderInfo]]:
    """Sources of an archive run: the given sources files, else `NAME.sources.jsonl` beside `NAME.warc.gz`, else the declarations alone.

    A provider that is declared keeps its declared identity; its documents in the archive come from both. A sources file says whom the archive is about:
    declared providers that none of the files names are left out, so that a replay does not list the rest of the field as missing from it.
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
    named: set[str] = set()
    for path in maps:
        if not path.is_file():
            raise InputError(f"no such sources file: {path}")
        more, infos = read_sources(path)
        named.update(s.provider for s in more)
        seen = {(s.provider, s.url) for s in sources}
        sources += [s for s in more if (s.provider, s.url) not in seen]
        providers += [p for p in infos if p.slug not in known]
        known |= {p.slug for p in infos}
    if maps:
        sources, providers = [s for s in sources if s.provider in named], [p for p in providers if p.slug in named]
    return sources, providers
