"""`chipwatch status`: of every declared or visited document, when it was last read, why not, what to do, and when it is due next."""

from __future__ import annotations

import shutil
import sys
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from chipwatch import errors
from chipwatch.records import Source
from chipwatch.terminal import counted, printable

GOOD = frozenset({"ok"})
FAILING = frozenset({"failed", "stale", "unreadable", "language_not_covered"})
ORDER = ("failed", "unreadable", "stale", "language_not_covered", "never", "withdrawn", "not_allowed", "ok")   # worst first
WORDS = {"ok": "ok", "stale": "stale", "failed": "not read", "unreadable": "unreadable", "language_not_covered": "no rules", "never": "never", "withdrawn": "withdrawn", "not_allowed": "not allowed"}
WIDTH = 80                                                     # characters, where the output goes to no terminal
NARROWEST = 60


@dataclass(slots=True)
class Row:
    """One address of a provider in a role. Times as in our records; None: unknown, or there is none."""

    provider: str
    name: str
    role: str
    url: str
    state: str                                                 # one of ORDER
    last_success: str | None = None
    age_days: int | None = None
    failure: str | None = None                                 # one of records.FAILURE_KINDS
    severity: str | None = None                                # of that failure
    what: str | None = None                                    # it in words
    note: str | None = None                                    # what was seen
    do: str | None = None                                      # what to do next
    stale_since: str | None = None
    cadence: str | None = None
    next_due: str | None = None                                # None: not before the declaration changes, or not declared
    due_reason: str | None = None
    overdue: bool = False
    last_visit: str | None = None
    visits: int = 0
    offers: int = 0
    regions: int = 0
    clauses: int = 0

    @property
    def needs_a_look(self) -> bool:
        """Whether somebody has to act: data are missing or old, and will stay so; or visits do not happen when they are due."""
        return self.overdue or (self.state in FAILING and self.severity == "error")


# --- gathering -------------------------------------------------------------------------------------------------------------------

def gather(data: Path, *, now: datetime | None = None) -> tuple[list[Row], list[str]]:
    """(rows by name, role and address; remarks). Nothing has to be there yet: what is declared and was never visited is `never`."""
    from chipwatch.run_folders import run_modes

    now = now or datetime.now(UTC)
    modes = set(run_modes(data).values())
    database = data / "chipwatch.sqlite"
    known: dict[tuple[str, str, str], dict[str, Any]] = {}
    if database.is_file():
        from dataset.status import status

        known = {(r["provider"], r["role"], r["url"]): r for r in status(database, now=now)}
    declared, names, visits = _declared(data, "sample" if "sample" in modes else "live")
    rows = []
    for source in declared if modes != {"archive"} else []:
        key = (source.provider, source.role, source.url)
        rows.append(_row(source, known.pop(key, None), visits.get(key), names, now))
    for row in known.values():                                 # from an archive, or no longer declared
        rows.append(_explained(Row(**row, due_reason="not declared"), now))
    rows.sort(key=lambda r: (r.name.casefold(), r.provider, r.role, r.url))
    remarks = []
    if modes and (not database.is_file() or _behind(data)):
        remarks.append(f"The data set is older than the last crawl: `chipwatch rebuild --data {data}` reads what has come since.")
    if not modes:
        remarks.append(f"Nothing was visited yet in {data}; `chipwatch run --sample --data {data}` tries it out, --live visits the web.")
    return rows, remarks


def _behind(data: Path) -> bool:
    from chipwatch.crawling import data_set_is_behind

    return data_set_is_behind(data)


def _declared(data: Path, mode: str) -> tuple[list[Source], dict[str, str], dict[tuple[str, str, str], Any]]:
    """(declared sources, names of providers, what is known of their visits). A folder that cannot be written, or is not there, has no schedule."""
    from chipwatch.crawling import declarations_folder, opened_schedule
    from chipwatch.errors import OutputError

    folder = declarations_folder(mode)
    if data.is_dir():
        try:
            with opened_schedule(data) as schedule:
                sources, infos = schedule.declared(folder)
                return sources, {i.slug: i.name for i in infos}, schedule.visits()
        except (OutputError, OSError):                         # read-only: the data set still answers
            pass
    from crawler.declarations import load_providers

    declarations = load_providers(folder)
    return [s for d in declarations for s in d.sources()], {d.slug: d.name for d in declarations}, {}


def _row(source: Source, read: dict[str, Any] | None, visit: Any, names: dict[str, str], now: datetime) -> Row:
    """What is known of a declared source: from the data set, and from visits that it does not hold yet."""
    from crawler.cadence import DAYS, default_cadence, plan_rules
    from crawler.schedule import Visit, moment, next_due, stamp

    row = Row(**{**read, "name": names.get(source.provider, read["name"])}) if read else Row(source.provider, names.get(source.provider, source.provider), source.role, source.url, "never")
    if visit is not None and (row.last_visit is None or visit.last_visit > row.last_visit):
        row.last_visit, row.failure, row.note = visit.last_visit, visit.failure, None
        row.last_success = visit.last_answer or row.last_success
        row.state = ("stale" if row.last_success else "failed") if visit.failure else "ok"
    if visit is None and read is not None:                     # no schedule to be had
        visit = Visit(row.last_success, row.last_visit, row.failure, 1 if row.failure else 0)
    row.cadence = source.cadence or default_cadence(source.role)
    at, row.due_reason = next_due(source, visit, plan_rules())
    if at is not None:
        row.next_due = stamp(at) if at.year > 1 else stamp(now)
        row.overdue = at.year > 1 and now > at + timedelta(days=max(1, DAYS[row.cadence]))
        if at.year > 1 and row.last_visit and at < moment(row.last_visit):
            row.overdue = False
    if source.permission == "forbidden":
        row.failure, row.next_due, row.overdue = "permission", None, False
        row.state = "not_allowed" if row.state in ("never", "failed") else row.state
    return _explained(row, now)


def _explained(row: Row, now: datetime) -> Row:
    from crawler.failure_kinds import failure_kind
    from dataset.status import age

    row.age_days = age(row.last_success, now)
    if row.failure == "permission":
        row.state = "not_allowed" if not row.last_success else row.state
    if row.failure:
        kind = failure_kind(row.failure)
        row.severity, row.what, row.do = kind.severity, kind.what, kind.do
    return row


def choose(rows: Iterable[Row], *, providers: Sequence[str] = (), role: str | None = None, failed: bool = False, stale: bool = False) -> list[Row]:
    """Rows that are asked for. Raises InputError for a provider that is neither declared nor in the data set."""
    import difflib

    rows = list(rows)
    slugs = {r.provider for r in rows}
    for slug in providers:
        if slug not in slugs:
            near = difflib.get_close_matches(slug, slugs, 3)
            raise errors.InputError(f"no provider {slug!r} is declared or in the data set" + (f"; did you mean {' or '.join(near)}?" if near else "; `chipwatch providers list` shows all"))
    wanted = [r for r in rows if (not providers or r.provider in providers) and role in (None, r.role)]
    if failed or stale:
        wanted = [r for r in wanted if (failed and r.state in FAILING) or (stale and r.stale_since is not None)]
    return wanted


def exit_code(rows: Sequence[Row]) -> int:
    """For monitors: 0 nothing needs a look; PARTIAL somebody has to act, or a document is long overdue; UNAVAILABLE nothing that was visited could be read."""
    visited = [r for r in rows if r.state not in ("never", "not_allowed", "withdrawn")]
    if visited and not any(r.state in GOOD for r in visited):
        return errors.UNAVAILABLE
    return errors.PARTIAL if any(r.needs_a_look for r in rows) else 0


# --- telling ---------------------------------------------------------------------------------------------------------------------

def as_rows(rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [asdict(r) for r in rows]


def as_text(rows: Sequence[Row], remarks: Sequence[str] = (), *, whole: bool = False, columns: int | None = None) -> str:
    """Providers that need a look in full, the others in one line each (`whole`: all in full), and a line of totals. Wrapped to the terminal."""
    width = max(NARROWEST, columns or (shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDTH))
    lines: list[str] = []
    never: list[str] = []
    for name, mine in _by_provider(rows):
        states = Counter(r.state for r in mine)
        title = printable(f"{name} ({mine[0].provider})")
        if not whole and set(states) == {"never"}:
            never.append(mine[0].provider)
        elif not whole and set(states) <= {"ok", "withdrawn"} and not any(r.overdue for r in mine):
            lines += _wrapped(f"{title}: {states['ok']} ok, {_when(mine)}", width)
        else:
            lines += [title[:width - 1] if len(title) > width else title, *_roles(mine, width)]
    if never:
        lines += _wrapped(f"Never visited: {', '.join(never)}", width)
    lines += ["", *_wrapped(total(rows), width)] if lines else _wrapped("nothing that was asked for", width)
    for remark in remarks:
        lines += _wrapped(remark, width)
    return "\n".join(lines)


def total(rows: Sequence[Row]) -> str:
    """The state of everything in one line."""
    counts = Counter(r.state for r in rows)
    look = sum(r.needs_a_look for r in rows)
    parts = [f"{counts[s]} {WORDS[s]}" for s in ("ok", *ORDER[:-1]) if counts[s]]
    return f"{counted(len(rows), 'document')} of {counted(len({r.provider for r in rows}), 'provider')}: {', '.join(parts)}; {look or 'none'} {'need' if look > 1 else 'needs'} somebody to act"


def _by_provider(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.provider, []).append(row)
    return sorted(((mine[0].name, mine) for mine in groups.values()), key=lambda g: (all(r.state in ("ok", "never") and not r.overdue for r in g[1]), g[0].casefold()))


def _roles(mine: Sequence[Row], width: int) -> list[str]:
    """A line for each role, worst address first, and why and what to do below it."""
    lines: list[str] = []
    roles = list(dict.fromkeys(r.role for r in sorted(mine, key=lambda r: (ORDER.index(r.state), r.role))))
    for role in roles:
        here = sorted((r for r in mine if r.role == role), key=lambda r: (ORDER.index(r.state), r.url))
        for state, same in _runs(here):
            first = same[0]
            label = role.replace("_", " ") + (f" ({len(same)})" if len(same) > 1 else "")
            age = "" if first.age_days is None else "today" if first.age_days == 0 else f"{first.age_days} d ago"
            times = [r.next_due for r in same if r.next_due and state != "withdrawn"]
            due = f"{'LATE' if any(r.overdue for r in same) else 'due'} {min(times)[:10]}" if times else ""
            cells = f"{WORDS[state]:<12} {(first.last_success or 'never')[:10]:<11}"
            lines.append((f"  {label:<26} {cells} {age:<10} {due}" if width >= WIDTH else f"  {label[:22]:<22} {cells} {age}").rstrip())
            if state not in GOOD and state != "never":
                for row in same:
                    lines += _why(row, width)
    return lines


def _runs(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.state, []).append(row)
    return list(groups.items())


def _why(row: Row, width: int) -> list[str]:
    indent = " " * 6
    lines = textwrap.wrap(printable(row.url), width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
    if row.failure:
        said = row.note or str(row.what)
        lines += textwrap.wrap(printable(said), width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
        lines += textwrap.wrap(f"-> {row.do}", width, initial_indent=indent, subsequent_indent=indent + "   ", break_on_hyphens=False)
    return lines


def _when(mine: Sequence[Row]) -> str:
    ages = [r.age_days for r in mine if r.age_days is not None]
    due = min((r.next_due for r in mine if r.next_due), default=None)
    oldest = "" if not ages else "read today" if max(ages) == 0 else f"oldest {counted(max(ages), 'day')}"
    return ", ".join(p for p in (oldest, f"due {due[:10]}" if due else "") if p)


def _wrapped(text: str, width: int) -> list[str]:
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)   # these take two columns
    return textwrap.wrap(text, max(NARROWEST // 2, width - wide), subsequent_indent="  ", break_on_hyphens=False)
