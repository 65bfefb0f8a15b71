"""What a robots.txt says to this crawler (RFC 9309), with Crawl-delay and Request-rate, which are not of the RFC but in wide use.

Protego matches the paths. The groups are read here, because what counts is small and the file is a stranger's: only the lines that
concern this crawler reach the matcher, however many agents and rules the rest of the file names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from protego import Protego

LIMIT = 500 * 1024                                             # bytes that are read (RFC 9309, 2.5: at least 500 KiB); rules after them do not count
MAX_SITEMAPS = 1_000

# misspellings as Protego takes them
_LINE = re.compile(r"(?P<agent>user[ -]?agent)|(?P<disallow>diss?all?ow|diasllow|disallaw)|(?P<allow>allow)|(?P<delay>crawl[ -]delay)"
                   r"|(?P<rate>request[ -]rate)|(?P<time>visit[ -]time)|(?P<sitemap>site-?maps?)", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s*:\s*|\s+|$")
_TOKEN = re.compile(r"[a-z_-]+")                               # RFC 9309, 2.2.1: product token
_MARKUP = re.compile(r"\s*<(?:!doctype|html|head|body|\?xml|!--|script|title|div|p\b)", re.IGNORECASE)
_RATE = re.compile(r"(\d{1,9})\s*/\s*(\d{1,9})\s*([smhd]?)", re.IGNORECASE)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(slots=True)
class Rules:
    """The rules of one site for one crawler."""

    delay: float = 0.0                                         # seconds between two requests
    sitemaps: list[str] = field(default_factory=list)          # as written; they are of the whole file, whatever group they stand in
    cut: bool = False                                          # the file is longer than LIMIT
    _matcher: Protego | None = None

    def allowed(self, url: str) -> bool:
        """Whether this address may be asked for: the longest pattern that matches decides, `Allow` before `Disallow` where two are equally long."""
        return self._matcher is None or self._matcher.can_fetch(url, "*")


def read_robots(body: bytes, agent: str) -> Rules:
    """The rules that the body of a robots.txt has for `agent` (a product token, in lower case).

    A group that names the agent counts, else the groups for `*`; groups for one agent are one group. A page of HTML (a site that
    answers everything with its start page) holds no rules. Nothing in the file raises.
    """
    text, cut = _text(body)
    own: list[str] = []
    others: list[str] = []
    named = False
    agents: set[str] = set()
    open_group = False                                         # agent lines are being read
    rules = Rules(cut=cut)
    if _MARKUP.match(text):
        return rules
    for line in re.split(r"[\r\n]+", text):
        line = line.partition("#")[0].strip()
        found = _LINE.match(line)
        kind = found.lastgroup if found else None
        if kind is None:
            continue                                           # other records do not end a group (RFC 9309, 2.2.4)
        separator = _SEPARATOR.match(line, found.end())
        if separator is None:
            continue
        value = line[separator.end():]
        if kind == "sitemap":
            if value and len(rules.sitemaps) < MAX_SITEMAPS:
                rules.sitemaps.append(value)
        elif kind == "agent":
            if not open_group:
                agents, open_group = set(), True
            agents.add(_agent(value))
            named = named or agent in agents
        else:
            open_group = False
            if agent in agents:
                own.append(f"{kind}:{value}")
            elif "*" in agents:
                others.append(f"{kind}:{value}")
    return _compile(rules, own if named else others)


def _text(body: bytes) -> tuple[str, bool]:
    """(text, whether it was longer than LIMIT); a last line that is cut does not count."""
    cut = len(body) > LIMIT
    if cut:
        body = body[:LIMIT]
        body = body[:max(body.rfind(b"\n"), body.rfind(b"\r"), 0)]
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", errors="ignore"), cut
    return body.decode("utf-8-sig", errors="ignore"), cut


def _agent(value: str) -> str:
    """`*`, or the product token that an agent line begins with ("" for none)."""
    value = value.strip().lower()
    if value == "*":
        return value
    token = _TOKEN.match(value.strip("* "))
    return token.group() if token else ""


def _compile(rules: Rules, lines: list[str]) -> Rules:
    paths = []
    for line in lines:
        kind, _, value = line.partition(":")
        if kind == "delay":
            rules.delay = max(rules.delay, _number(value))
        elif kind == "rate":
            found = _RATE.match(value)
            if found and int(found.group(1)):
                rules.delay = max(rules.delay, int(found.group(2)) * _SECONDS[found.group(3).lower()] / int(found.group(1)))
        elif kind in ("allow", "disallow") and value:
            paths.append(f"{kind}: {_path(value) if kind == 'disallow' else value}")
    if paths:
        rules._matcher = Protego.parse("\n".join(["User-agent: *", *paths]))
    return rules


def _number(value: str) -> float:
    """Seconds; 0 for what is no number (comments, units and signs are dropped where a number stands before them)."""
    found = re.match(r"\d{1,9}(?:\.\d{1,6})?", value.strip())
    return float(found.group()) if found else 0.0


def _path(value: str) -> str:
    """A pattern that begins where paths begin: owners also write `private/`, or whole addresses, and mean them."""
    value = re.sub(r"^https?://[^/\s]*", "", value, flags=re.IGNORECASE) or "/"
    return value if value[0] in "/*%" else f"/{value}"
