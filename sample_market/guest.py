"""Did a visitor behave? Judged from a server's log alone, without a line of the crawler.

`violations(log, …)` gives one sentence for each breach of the rules of a guest (rule 7 of the design): robots.txt read first and obeyed, one request
at a time for a host, a pause after each answer, Retry-After kept, nothing asked that is forbidden, budgets kept, a name with an address.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from protego import Protego

AGENT = "chipwatch"
SLACK = 0.002                                                  # seconds: two clocks are read, one after the other
BUSY = (429, 503)


@dataclass(slots=True, frozen=True)
class Asked:
    """One line of a log: times in seconds of one clock."""

    host: str                                                  # as in the Host header; case, port, closing dot and `www.` make no other host
    path: str
    began: float
    ended: float
    status: int = 200
    complete: bool = True                                      # False: the visitor hung up, so the end is the server's, not the visitor's
    retry_after: float | None = None                           # seconds that the answer asked to wait
    user_agent: str | None = "chipwatch/1 (+http://chipwatch.example/bot)"


@dataclass(slots=True, frozen=True)
class House:
    """The rules of one host."""

    robots: str = ""                                           # text of its robots.txt
    robots_status: int = 404
    closed: bool = False                                       # True: robots.txt could not be had (no answer, or 5xx)


@dataclass(slots=True)
class Rules:
    """What a visitor owes. `delay`: least seconds between the end of an answer and the next request to the host; `pace` is a factor on what servers ask for."""

    delay: float
    pace: float = 1.0
    houses: Mapping[str, House] = field(default_factory=dict)  # exact host -> its rules
    forbidden: Collection[str] = ()                            # `host/path` of an address, or `host` alone for all of it
    owner: Mapping[str, str] = field(default_factory=dict)     # host -> provider whose budget it takes from
    max_pages: int | None = None                               # requests a provider, robots.txt not counted


def machine(host: str) -> str:
    """One name for the spellings of one host."""
    return host.lower().partition(":")[0].rstrip(".").removeprefix("www.")


def _origin(host: str) -> str:
    """What one robots.txt is for: the host with its port."""
    name, _, port = host.lower().partition(":")
    return name.rstrip(".") + (f":{port}" if port not in ("", "80") else "")


def violations(log: Iterable[Asked], rules: Rules) -> list[str]:
    """One sentence for each breach, beginning with its kind; none for a good guest."""
    lines = sorted(log, key=lambda a: a.began)
    found = [f"no_name: {a.host}{a.path} was asked for by {a.user_agent!r}" for a in lines if "(+" not in (a.user_agent or "")]
    for address in (f"{a.host.partition(':')[0]}{a.path}" for a in lines):
        if address in rules.forbidden or address.partition("/")[0] in rules.forbidden:
            found.append(f"forbidden: {address}")
    by_host, by_machine = defaultdict(list), defaultdict(list)
    for line in lines:
        by_host[_origin(line.host)].append(line)
        by_machine[machine(line.host)].append(line)
    for host, asked in by_host.items():
        found += _robots(host, asked, rules.houses.get(host.partition(":")[0], House()))
    for name, asked in by_machine.items():
        found += _turns(name, asked, rules)
    return found + _budgets(lines, rules)


def _robots(host: str, asked: list[Asked], house: House) -> list[str]:
    """robots.txt first, once, and obeyed."""
    files = [a for a in asked if a.path == "/robots.txt"]
    pages = [a for a in asked if a.path != "/robots.txt"]
    found = []
    if pages and not any(f.ended <= pages[0].began + SLACK for f in files):
        found.append(f"robots_not_first: {host}{pages[0].path} was asked for before robots.txt")
    answered = [f for f in files if f.complete and f.status < 500 and f.status != 429]
    if len(answered) > 1:
        found.append(f"robots_again: {host}/robots.txt was asked for {len(answered)} times")
    if pages and (house.closed or house.robots_status >= 500 or house.robots_status == 429):
        found.append(f"closed: robots.txt of {host} could not be had, and {pages[0].path} was asked for")
    if house.robots_status < 300:
        text = Protego.parse(house.robots)
        found += [f"disallowed: {host}{a.path}" for a in pages if not text.can_fetch(f"http://{host}{a.path}", AGENT)]
    return found


def _turns(name: str, asked: list[Asked], rules: Rules) -> list[str]:
    """One at a time, with pauses."""
    found = []
    texts = [Protego.parse(h.robots) for host, h in rules.houses.items() if machine(host) == name and h.robots_status < 300]
    wanted = max([text.crawl_delay(AGENT) or 0.0 for text in texts], default=0.0) * rules.pace
    rest_until = float("-inf")
    for before, now in zip(asked, asked[1:], strict=False):
        what = f"{now.host}{now.path}"
        if before.retry_after is not None and before.status in BUSY:
            rest_until = max(rest_until, before.ended + before.retry_after * rules.pace)
        if now.began < rest_until - SLACK:
            found.append(f"pause_ignored: {what} was asked for {rest_until - now.began:.3f} s before the end of the pause that the server asked for")
        if not before.complete:
            continue                                           # who hung up has ended earlier than the server knows
        gap = now.began - before.ended
        if gap < -SLACK:
            found.append(f"together: {what} while {before.host}{before.path} was being answered")
        elif gap < max(rules.delay, wanted) - SLACK:
            found.append(f"too_soon: {what} {gap:.3f} s after {before.path}, not {max(rules.delay, wanted):.3f}")
    return found


def _budgets(lines: list[Asked], rules: Rules) -> list[str]:
    if rules.max_pages is None:
        return []
    counts: dict[str, int] = defaultdict(int)
    for line in lines:
        if line.path != "/robots.txt":
            counts[rules.owner.get(line.host, line.host)] += 1
    return [f"budget: {provider} was asked {count} times, not {rules.max_pages}" for provider, count in counts.items() if count > rules.max_pages]
