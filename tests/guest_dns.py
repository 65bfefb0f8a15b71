"""A resolver for tests whose answers are given by a setting; everything that crawler.network does with answers stays in place."""

from __future__ import annotations

from twisted.internet.address import IPv4Address, IPv6Address
from zope.interface import implementer
from twisted.internet.interfaces import IHostnameResolver

from crawler.network import PublicResolver


@implementer(IHostnameResolver)
class Answers:
    """`answers`: name -> lists of addresses, one list for each time that the name is asked for (the last one is kept). Other names do not resolve."""

    def __init__(self, answers: dict[str, list[list[str]]]) -> None:
        self._answers, self.asked = {name: list(lists) for name, lists in answers.items()}, []

    def resolveHostName(self, receiver, name, port=0, addressTypes=None, transportSemantics="TCP"):
        self.asked.append(name)
        lists = self._answers.get(name.lower().rstrip("."), [[]])
        addresses = lists.pop(0) if len(lists) > 1 else lists[0]
        receiver.resolutionBegan(self)
        for ip in addresses:
            receiver.addressResolved((IPv6Address if ":" in ip else IPv4Address)("TCP", ip, port))
        receiver.resolutionComplete()
        return self

    def cancel(self) -> None:
        """Nothing is under way."""


class FakeDNS(PublicResolver):
    """Setting TWISTED_DNS_RESOLVER of a test; literal addresses resolve to themselves, as they do in the system's resolver."""

    @classmethod
    def from_crawler(cls, crawler, reactor):
        resolver = super().from_crawler(crawler, reactor)
        answers = {name: [lists] if lists and isinstance(lists[0], str) else lists for name, lists in crawler.settings.getdict("TEST_DNS").items()}
        resolver._inner = Answers({**{ip: [[ip]] for ip in resolver._allowed}, **answers})
        return resolver
