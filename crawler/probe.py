"""Looks at an unknown site as a guest: a few pages, one after the other, the most telling links first. Used by `chipwatch providers new NAME URL`; no spider of the project that is run by hand, so it lies outside crawler/spiders."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapy.http import Response, TextResponse

from chipwatch.records import Source
from crawler import probe_links
from crawler.manners import RobotsMiddleware
from crawler.probe_links import Link
from crawler.replay import address_key
from crawler.site import same_site
from crawler.spiders.pages import PagesSpider, new_visit

MOST_SITEMAPS = 3
MOST_HOSTS = 5                                                 # each costs a robots.txt
MOST_TWINS = 2
LEAST = {"hub": 1.0}                                           # a link below this score is not followed
TELLING = ("terms", "legal", "pages", "docs", "pricing", "main")   # parts of the names of sitemaps worth reading first


class ProbeSpider(PagesSpider):
    """Its one source is the home page; every further visit is a source made from what was seen so far."""

    name = "probe"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.home = self.sources[0].url
        self.left = 0
        self.waiting: dict[str, tuple[str, float, Link]] = {}  # address key -> (role, score, link)
        self.seen: set[str] = {address_key(self.home)}
        self.taken: Counter[str] = Counter()
        self.hosts: set[str] = set()
        self.plan: list[tuple[str, str]] = []                  # (address, role): looked at before any link
        self.begun = False

    def parse(self, response: Response, **kwargs: Any) -> list[Any]:
        items = super().parse(response)
        self._learn(response)
        return [*items, *self._next()]

    def give_up(self, failure: Any) -> list[Any]:
        return [*super().give_up(failure), *self._next()]

    # --- what was seen

    def _learn(self, response: Response) -> None:
        role, url = response.meta["sources"][0].role, response.url
        if not self.begun:
            self.begun = True
            self.left = self.crawler.settings.getint("CHIPWATCH_PROBE_PAGES") - 1
            self.home = url                                    # where the home page redirects to is the site
            self._first_steps(url)
        if response.status != 200:
            return
        if response.meta.get("probe") == "sitemap":
            found = probe_links.read_sitemap(response.body)
            deeper = sorted((u for u in found if probe_links.is_sitemap(u)), key=lambda u: not any(word in u.lower() for word in TELLING))
            for address in deeper:
                self._plan(address, "sitemap")
            self._consider([Link(u, "") for u in found if not probe_links.is_sitemap(u)], worth=0.6)
        elif response.meta.get("probe") == "llms":
            if "html" not in response.headers.get("Content-Type", b"").decode("latin-1").lower():
                links = probe_links.read_llms(response.body[:1_000_000].decode("utf-8", "replace"), url)   # Markdown is UTF-8
                self._consider(links, worth=1.1)
        elif isinstance(response, TextResponse):
            facts = probe_links.read_page(response.text, url)
            self._consider(facts.links, worth=1.2 if role == "other" else 1.0)
            if any(".md" in words for words in facts.embedded) and not urlsplit(url).path.endswith((".md", "/")) and self.taken["twin"] < MOST_TWINS:
                self.taken["twin"] += 1
                self._plan(url + ".md", "twin")

    def _first_steps(self, url: str) -> None:
        if urlsplit(url).path not in ("", "/"):
            self._plan(urljoin(url, "/"), "home")
        for address in self._sitemaps(url)[:MOST_SITEMAPS] or [urljoin(url, "/sitemap.xml")]:
            self._plan(address, "sitemap")
        self._plan(urljoin(url, "/llms.txt"), "llms")

    def _sitemaps(self, url: str) -> list[str]:
        """Sitemaps of the site that robots.txt names."""
        middleware = self.crawler.get_downloader_middleware(RobotsMiddleware)
        rules = middleware.sitemaps(url) if middleware else []
        return [address for rule in rules if (address := probe_links.web_address(url, rule)) and same_site(address, url)]

    def _plan(self, address: str, what: str) -> None:
        key = address_key(address)
        if key in self.seen or not same_site(address, self.home) or (what == "sitemap" and self.taken["sitemap"] >= MOST_SITEMAPS):
            return
        self.taken["sitemap"] += what == "sitemap"
        self.seen.add(key)
        self.plan.append((address, what))

    def _consider(self, links: list[Link], worth: float) -> None:
        for link in links:
            key = address_key(link.url)
            if key in self.seen or not same_site(link.url, self.home):
                continue
            judged = probe_links.score(link)
            if judged is None or judged[1] < LEAST.get(judged[0], 0.9):
                continue
            role, value = judged[0], judged[1] * worth
            if key not in self.waiting or value > self.waiting[key][1]:
                self.waiting[key] = role, value, link

    # --- what comes next

    def _next(self) -> list[Any]:
        """The next visit; none when the budget is spent or nothing is left."""
        if not self.begun or self.left <= 0:
            return []
        self.left -= 1
        if self.plan:
            address, what = self.plan.pop(0)
            return self._visit(address, "other", what)
        chosen = self._best()
        if chosen is None:
            return []
        role, link = chosen
        return self._visit(link.url, "other" if role == "hub" else role, role)

    def _best(self) -> tuple[str, Link] | None:
        """The role of which least was seen, in the order of the cues; its best link."""
        most = {**{role: row[0] for role, row in probe_links.cues()["roles"].items()}, "hub": probe_links.cues()["hubs"][0]}
        order = list(most)
        open_roles = [(self.taken[role], order.index(role), -value, key) for key, (role, value, link) in self.waiting.items()
                      if self.taken[role] < most[role] and (len(self.hosts) < MOST_HOSTS or urlsplit(link.url).hostname in self.hosts)]
        if not open_roles:
            return None
        key = min(open_roles)[3]
        role, _, link = self.waiting.pop(key)
        self.seen.add(key)
        self.taken[role] += 1
        return role, link

    def _visit(self, url: str, role: str, what: str) -> list[Any]:
        self.hosts.add(urlsplit(url).hostname or "")
        source = Source(provider=self.sources[0].provider, url=url, role=role, provider_name=self.sources[0].provider_name)
        self.sources.append(source)
        return self._requests(url, self._meta([source], new_visit(), url) | {"probe": what})
