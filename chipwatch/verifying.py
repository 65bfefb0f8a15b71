"""`chipwatch providers verify`: what live runs saw of the declared addresses goes back into the declarations.

An address counts as seen where it answered with a page that is plausible for its role: a price page names chips or prices, a list of regions
gives regions, a contract has clauses or is long enough to be one. Sample runs never count; replayed archives only on request, by their own dates.
"""

from __future__ import annotations

import dataclasses
import datetime
import difflib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from chipwatch.errors import InputError
from chipwatch.progress import Progress
from chipwatch.reading import has_reading, load_reading, read_all, task_for
from chipwatch.records import Capture, Extraction, Source
from chipwatch.terminal import counted, printable

CONTRACTS = frozenset({"terms_of_service", "acceptable_use", "service_terms", "export_policy"})
LONG_ENOUGH = 1_000                                            # characters of a contract without a clause that we know
FEW = 30                                                       # documents below which a second reading process costs more than it saves
NOT_BLANK = 200                                                # characters of any other page
NOT_VISITED = frozenset({"not_in_archive", "budget"})         # says nothing of the address
GONE = frozenset({"not_found", "gone"})
ORDER = ("verified", "moved", "moved_away", "gone", "implausible", "failed", "not_visited", "not_allowed")
WORDS = {"verified": "seen", "moved": "moved", "moved_away": "moved to another site", "gone": "gone", "implausible": "not what its role expects", "failed": "not fetched",
         "not_visited": "not visited", "not_allowed": "not visited, by permission"}


@dataclass(slots=True)
class Finding:
    """What the runs say of one declared address. `outcome` is one of ORDER."""

    provider: str
    role: str
    url: str
    outcome: str
    date: str | None = None                                    # of the capture
    new_url: str | None = None
    kind: str | None = None                                    # of a failure
    words: str = ""


@dataclass(slots=True)
class Verification:
    findings: list[Finding]
    diffs: dict[Path, str] = field(default_factory=dict)       # declaration -> unified diff
    texts: dict[Path, str] = field(default_factory=dict)       # declaration -> its new text
    faults: list[str] = field(default_factory=list)            # changes that cannot be made, and why


def plausible(role: str, reading: Extraction | None) -> tuple[bool, str]:
    """(whether this is a page of that role, what was found) of a reading."""
    if reading is None or not reading.document.readable:
        return False, "nothing readable in it"
    size = counted(reading.document.characters, "character")
    if role == "offers":
        return bool(reading.offers or reading.chips), f"{counted(len(reading.offers), 'offer')}, {counted(len(reading.chips), 'chip')} named"
    if role == "regions":
        return bool(reading.regions), counted(len(reading.regions), "region")
    if role in CONTRACTS:
        return bool(reading.clauses) or reading.document.characters >= LONG_ENOUGH, f"{counted(len(reading.clauses), 'clause')}, {size}"
    return reading.document.characters >= NOT_BLANK, size


def latest_captures(data: Path, since: datetime.date | None = None) -> dict[tuple[str, str], Capture]:
    """(provider, address) -> its last capture in live runs; with `since` also in replayed archives, where the record is of that day or later."""
    from dataset.runs import read_runs

    found: dict[tuple[str, str], Capture] = {}
    for run in read_runs(data):
        for capture in run.captures:
            key = capture.provider, capture.url
            recent = since is not None and capture.failure is None and capture.fetched_at[:10] >= since.isoformat()
            if capture.part_of or capture.failure in NOT_VISITED or not (run.mode == "live" or (run.mode == "archive" and recent)):
                continue
            if key not in found or capture.fetched_at >= found[key].fetched_at:
                found[key] = capture
    return found


def destination(capture: Capture) -> tuple[str | None, str | None]:
    """(new address, where it lies: `same` | `other`) of a page that the server has moved for good; (None, None) where it has not, or only for now."""
    from crawler.site import same_site

    new = (capture.moved_to or "").partition("#")[0]
    return (new, "same" if same_site(new, capture.url) else "other") if new and new != capture.url else (None, None)


def judge(source: Source, capture: Capture | None, reading: Extraction | None) -> Finding:
    """What is known of one declared address."""
    found = Finding(source.provider, source.role, source.url, "not_visited")
    if capture is None:
        if source.permission == "forbidden":
            found.outcome = "not_allowed"
        return found
    found.date, found.kind = capture.fetched_at[:10], capture.failure
    if capture.failure:
        found.words = capture.note or ""
        found.outcome = "not_allowed" if capture.failure == "permission" else "gone" if capture.failure in GONE else "failed"
        return found
    good, found.words = plausible(source.role, reading)
    new, where = destination(capture)
    if good and urlsplit(capture.final_url or "").path in ("", "/") and urlsplit(source.url).path not in ("", "/"):
        good, found.words = False, "it leads to the home page"
    if not good:
        found.outcome = "implausible"
        return found
    found.outcome = {None: "verified", "same": "moved", "other": "moved_away"}[where]
    found.new_url = new
    return found


def findings_of(sources: Iterable[Source], data: Path, since: datetime.date | None = None) -> list[Finding]:
    """One finding for each source, in order. Raises InputError where no run counts."""
    from chipwatch.run_folders import holds_sample, live_folder

    sources, captures = list(sources), latest_captures(data, since)
    if not captures:
        if holds_sample(data):
            live = live_folder(data)
            raise InputError(f"no live run in {data}, which holds the sample market: that says nothing of the declared addresses. Live runs have a folder of their own: "
                             f"`chipwatch crawl --data {live}`, then `chipwatch providers verify --data {live}` (docs/first-live-run.md)")
        raise InputError(f"no live run in {data}: `chipwatch crawl --data {data}` makes one (docs/first-live-run.md); replayed archives count with --from-archive DATE")
    tasks = {}
    for source in sources:
        capture = captures.get((source.provider, source.url))
        if capture is not None and capture.failure is None and capture.record_id:
            own = Capture.from_dict({**capture.to_dict(), "role": source.role, "language": source.language})
            tasks[source.provider, source.role, source.url] = task_for(own, source, data)
    readings = data / "readings"
    with Progress("reading", sum(not has_reading(readings, task.key) for task in tasks.values())) as bar:
        read_all(tasks.values(), readings, workers=1 if len(tasks) < FEW else None, progress=bar)
    out = []
    for source in sources:
        task = tasks.get((source.provider, source.role, source.url))
        out.append(judge(source, captures.get((source.provider, source.url)), load_reading(readings, task.key) if task else None))
    return out


def declared_as(folder: Path, only: list[str] | None = None) -> dict[tuple[str, str, str], str]:
    """(provider, role, address to visit) -> the address as its declaration writes it, which may be a template with variants."""
    from crawler.declarations import load_providers

    return {(d.slug, role, url): address.url for d in load_providers(folder) if not only or d.slug in only for role, address in d.addresses() for url in address.urls()}


def verify(data: Path, *, folder: Path | None = None, only: list[str] | None = None, since: datetime.date | None = None) -> Verification:
    """What the runs in `data` say of every declared address, and the changes to the declarations that follow. Nothing is written.

    Raises InputError, crawler.errors.DeclarationError for a declaration that is wrong.
    """
    from chipwatch.run_folders import declared
    from crawler.declarations import PROVIDERS
    from crawler.edits import AddressEdit, edit_text
    from crawler.errors import DeclarationError

    folder = folder or PROVIDERS
    sources, _ = declared(folder, only)
    result = Verification(findings_of(sources, data, since))
    templates = declared_as(folder, only)
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for found in result.findings:
        groups.setdefault((found.provider, found.role, templates[found.provider, found.role, found.url]), []).append(found)
    dates = {(s.provider, s.role, templates[s.provider, s.role, s.url]): s.verified or "" for s in sources}
    edits: dict[str, list[AddressEdit]] = {}
    for (slug, role, address), group in groups.items():
        if any(f.outcome not in ("verified", "moved") for f in group):
            continue                                           # of an address with variants all must have been seen
        seen, new = min(str(f.date) for f in group), group[0].new_url
        if any(f.new_url for f in group) and (len(group) > 1 or group[0].url != address):
            result.faults.append(f"{slug}: {role}: pages of {address} have moved, e.g. to {next(f.new_url for f in group if f.new_url)}; correct the template by hand")
        elif new and (slug, role, new) in groups:
            result.faults.append(f"{slug}: {role}: {address} has moved to {new}, which is declared already; leave one of them out")
        elif new or dates[slug, role, address] < seen:
            edits.setdefault(slug, []).append(AddressEdit(role, address, datetime.date.fromisoformat(seen), new))
    for slug, changes in edits.items():
        path = folder / slug / "provider.yml"
        old = path.read_bytes().decode("utf-8")
        try:
            new = edit_text(old, changes)
        except DeclarationError as error:
            result.faults.append(f"{path}: {error}")
            continue
        result.texts[path] = new
        result.diffs[path] = "".join(difflib.unified_diff(old.splitlines(True), new.splitlines(True), str(path), str(path)))
    return result


def write(result: Verification) -> int:
    """Put the changed declarations in place; returns how many. One that would not be sound is left as it is, and added to `faults`."""
    from crawler.edits import write_checked
    from crawler.errors import DeclarationError

    done = 0
    for path, text in result.texts.items():
        try:
            write_checked(path, text)
            done += 1
        except DeclarationError as error:
            result.faults += error.faults
    return done


def summary(findings: list[Finding]) -> str:
    """n of m verified; what the others are; failures by kind."""
    counts = Counter(f.outcome for f in findings)
    seen = counts["verified"] + counts["moved"]
    lines = [f"{seen} of {counted(len(findings), 'declared address', 'declared addresses')} verified" + (f" ({counts['moved']} of them at a new address of the same site)" if counts["moved"] else "")]
    lines += [f"  {WORDS[outcome]}: {counts[outcome]}" for outcome in ORDER[2:] if counts[outcome]]
    kinds = Counter(f.kind for f in findings if f.kind)
    if kinds:
        lines.append("failures by kind: " + ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()))
    return "\n".join(lines)


def as_json(findings: list[Finding]) -> str:
    """One object an address, and the counts of `summary`."""
    counts = Counter(f.outcome for f in findings)
    return json.dumps({"addresses": len(findings), "verified": counts["verified"] + counts["moved"], "outcomes": dict(counts), "failures": dict(Counter(f.kind for f in findings if f.kind)),
                       "findings": [dataclasses.asdict(f) for f in findings]}, ensure_ascii=False, indent=1)


def details(findings: list[Finding]) -> str:
    """One line for each address that a person should look at."""
    lines = []
    for found in sorted(findings, key=lambda f: ORDER.index(f.outcome)):
        if found.outcome in ("verified", "not_visited", "not_allowed"):
            continue
        to = f" -> {found.new_url}" if found.new_url else ""
        lines.append(printable(f"{found.provider}: {found.role}: {WORDS[found.outcome]}{f' ({found.kind})' if found.kind else ''}: {found.url}{to} {found.words}"))
    return "\n".join(lines)
