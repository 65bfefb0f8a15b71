"""Progress on stderr: a bar with an ETA in a terminal, a plain line every few seconds elsewhere (logs, CI)."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from chipwatch.terminal import printable

PLAIN_INTERVAL = 5.0                                           # seconds between two lines in a log


def clock(seconds: float) -> str:
    """`m:ss`, or `h:mm:ss` from one hour on."""
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class Progress:
    """One stage at a time: `with Progress("reading", total=477) as bar: bar(done, note)`.

    Calling it with a count moves it; counts never go backwards. `total` may be set later through the call's third argument.
    """

    def __init__(self, stage: str, total: int | None = None, *, stream=None) -> None:
        self.stage, self.total, self.done = stage, total, 0
        self.stream = stream if stream is not None else sys.stderr
        self.started = self.told = time.monotonic()
        self._bar = self._task = self._last = None

    def __enter__(self) -> Progress:
        if self.stream.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(TextColumn("{task.description:<10}"), BarColumn(bar_width=32), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"),
                            TimeRemainingColumn(), TextColumn("{task.fields[note]}", markup=False), console=Console(file=self.stream), transient=False)
            self._bar.start()
            self._task = self._bar.add_task(self.stage, total=self.total, note="")
        return self

    def __call__(self, done: int, note: str = "", total: int | None = None) -> None:
        self.done = max(self.done, done)
        if total is not None:
            self.total = total
        if self._bar is not None:
            self._bar.update(self._task, completed=self.done, total=self.total, note=printable(note)[:40])
            return
        now = time.monotonic()
        if now - self.told >= PLAIN_INTERVAL:
            self.told = now
            self._tell(now)

    def _tell(self, now: float) -> None:
        self._last = (self.done, self.total)
        spent = now - self.started
        of = f"/{self.total}" if self.total else ""
        left = f", about {clock(spent * (self.total - self.done) / self.done)} left" if self.total and 0 < self.done < self.total else ""
        print(f"{self.stage}: {self.done}{of}, {clock(spent)} spent{left}", file=self.stream, flush=True)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()
        elif kind is None and self._last != (self.done, self.total):
            self._tell(time.monotonic())
