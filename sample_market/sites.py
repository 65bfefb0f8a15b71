"""Reads `sites/<provider>/site.yml`: which host answers what, faults included. Pages are stored in UTF-8 and encoded as the site says.

A site file maps hosts to answers:

    hosts:
      www.name.example:
        robots: robots.txt | "text of it" | none | {status: 503}     none: 404
        headers: {Server: nginx}       sent with every answer
        charset: shift_jis             of its pages (default utf-8); must agree with what a page says of itself
        type: text/html                default: text/html; charset=…
        gzip: true                     where the client takes it
        validators: both               etag | date | both | none: what it sends for conditional requests (default both)
        forward_to: http://www.…       every path is redirected there
        routes:
          /path: {file: page.html}
          # one of: file, text, redirect, stall (seconds: the answer never ends), pad_to (bytes: a body of that length, declared beforehand)
          # (a path may carry a query: /path?page=2)
          # and any of: needs: {Header: value} (else 400, or 401 for Authorization), fill: {line, bytes} (a large table: lines like `line`, with {n} numbered,
          # are made between the rows of the file as it is sent, until it has that many bytes), status, type, charset, delay (seconds), first: {status, retry_after, text} (the first answer of a run)
          # phase_2: {file: other.html}, or [{find: …, put: …}]: how the page reads when the market is served a second time; each `find` stands in it exactly once
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chipwatch import yaml_files

SITES = Path(__file__).parent / "sites"
LAST_MODIFIED = {1: "Mon, 23 Nov 2026 06:00:00 GMT", 2: "Tue, 24 Nov 2026 06:00:00 GMT"}   # of a page, by the phase that last changed it
PHASES = (1, 2)
_HOST_KEYS = {"robots", "headers", "charset", "type", "gzip", "validators", "forward_to", "routes"}
VALIDATORS = {"both": frozenset({"etag", "date"}), "etag": frozenset({"etag"}), "date": frozenset({"date"}), "none": frozenset()}
_ROUTE_KEYS = {"file", "text", "redirect", "stall", "pad_to", "status", "type", "charset", "delay", "first", "phase_2", "needs", "fill"}


class SiteError(Exception):
    """A site file that does not say what its site answers."""


@dataclass(slots=True, frozen=True)
class Answer:
    """What one path gives."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0                                         # seconds before the answer
    stall: float = 0.0                                         # seconds for which the body trickles, and is never complete
    pad_to: int = 0                                            # bytes: the body is filled up with blanks
    gzip: bool = False
    modified: str = LAST_MODIFIED[1]
    first: Answer | None = None                                # given once a run, before this one
    needs: tuple[tuple[str, str], ...] = ()                    # headers without which the server refuses
    fill_line: str = ""                                        # made between the rows of the body, …
    fill_bytes: int = 0                                        # … until it is that long


@dataclass(slots=True, frozen=True)
class Host:
    """One host: its paths, or the host to which all of them are redirected."""

    name: str
    provider: str
    answers: dict[str, Answer] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()
    forward_to: str | None = None
    validators: frozenset[str] = VALIDATORS["both"]            # etag, date

    def answer(self, path: str) -> Answer:
        """The answer to a path, with its query where the site tells queries apart."""
        found = self.answers.get(path) or self.answers.get(path.partition("?")[0])
        if found:
            return found
        if self.forward_to and path != "/robots.txt":
            return _redirect(self.forward_to + path, 301)
        return Answer(404, b"<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>", (("Content-Type", "text/html"),))


def _redirect(target: str, status: int) -> Answer:
    return Answer(status, f'<html><body>Moved <a href="{target}">here</a>.</body></html>'.encode(), (("Location", target), ("Content-Type", "text/html")))


def _text(folder: Path, row: dict, where: str, phase: int) -> str:
    """The text of a page in a phase."""
    if isinstance(row.get("phase_2"), dict):                   # another page altogether
        return _text(folder, row["phase_2"] if phase == 2 else {k: v for k, v in row.items() if k != "phase_2"}, where, phase)
    if "file" in row:
        try:
            text = (folder / row["file"]).read_text("utf-8")
        except OSError as error:
            raise SiteError(f"{where}: {error.strerror}: {row['file']}") from None
    else:
        text = row.get("text", "")
    for edit in row.get("phase_2", ()):
        if text.count(edit["find"]) != 1:
            raise SiteError(f"{where}: {edit['find'][:60]!r} stands {text.count(edit['find'])} times in the page, not once")
        if phase == 2:
            text = text.replace(edit["find"], edit["put"])
    return text


def _answer(folder: Path, row: dict, host: dict, where: str, phase: int) -> Answer:
    unknown = set(row) - _ROUTE_KEYS
    if unknown:
        raise SiteError(f"{where}: unknown {', '.join(sorted(unknown))}")
    if "redirect" in row:
        return _redirect(row["redirect"], row.get("status", 301))
    kind = row.get("type") or host.get("type")
    charset = row.get("charset") or host.get("charset", "utf-8")
    if kind and kind.startswith("application/pdf"):
        body = (folder / row["file"]).read_bytes()
    else:
        text = _text(folder, row, where, phase)
        try:
            body = text.encode(charset)
        except (UnicodeEncodeError, LookupError) as error:
            raise SiteError(f"{where}: {error}") from None
    first = row.get("first")
    if first:
        wait = (("Retry-After", str(first["retry_after"])),) if "retry_after" in first else ()
        first = Answer(first["status"], first.get("text", "").encode(), (("Content-Type", "text/plain"), *wait))
    return Answer(row.get("status", 200), body, (("Content-Type", kind or f"text/html; charset={charset}"),), delay=row.get("delay", 0.0), stall=row.get("stall", 0.0),
                  pad_to=row.get("pad_to", 0), gzip=host.get("gzip", False) and not row.get("pad_to") and not row.get("stall") and "fill" not in row,
                  modified=LAST_MODIFIED[phase if row.get("phase_2") else 1], first=first, needs=tuple((row.get("needs") or {}).items()),
                  fill_line=(row.get("fill") or {}).get("line", ""), fill_bytes=(row.get("fill") or {}).get("bytes", 0))


def _robots(folder: Path, value: Any) -> Answer | None:
    if value in (None, "none"):
        return None
    if isinstance(value, dict):
        return Answer(value["status"], b"temporarily out of order", (("Content-Type", "text/plain"),))
    text = (folder / value).read_text("utf-8") if value.endswith(".txt") and "\n" not in value else value
    return Answer(200, text.encode(), (("Content-Type", "text/plain"),))


def _host(name: str, row: dict, folder: Path, phase: int) -> Host:
    unknown = set(row) - _HOST_KEYS
    if unknown:
        raise SiteError(f"{folder.name}/site.yml: {name}: unknown {', '.join(sorted(unknown))}")
    if not name.endswith(".example"):
        raise SiteError(f"{folder.name}/site.yml: {name}: hosts of the sample market end in .example")
    if row.get("validators", "both") not in VALIDATORS:
        raise SiteError(f"{folder.name}/site.yml: {name}: validators: one of {', '.join(VALIDATORS)}")
    answers = {path: _answer(folder, route, row, f"{folder.name}/site.yml: {name}{path}", phase) for path, route in (row.get("routes") or {}).items()}
    robots = _robots(folder, row.get("robots"))
    if robots:
        answers["/robots.txt"] = robots
    return Host(name, folder.name, answers, tuple((row.get("headers") or {}).items()), row.get("forward_to"), VALIDATORS[row.get("validators", "both")])


@functools.cache
def hosts(phase: int = 1) -> dict[str, Host]:
    """All hosts of the market, by name. Raises SiteError, ValueError for a phase that there is not."""
    if phase not in PHASES:
        raise ValueError(f"phase {phase!r}: one of {', '.join(map(str, PHASES))}")
    found: dict[str, Host] = {}
    for path in sorted(SITES.glob("*/site.yml")):
        for name, row in yaml_files.load(path.read_text("utf-8"))["hosts"].items():
            if name in found:
                raise SiteError(f"{path}: {name} is the host of {found[name].provider} already")
            found[name] = _host(name, row, path.parent, phase)
    return found
