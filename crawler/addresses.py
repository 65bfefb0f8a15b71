"""Which network addresses the crawler may talk to: public ones only.

A page or a DNS answer could otherwise point the crawler at the operator's own network (cloud metadata services, routers, databases).
Ranges: the IANA IPv4 and IPv6 special-purpose address registries, written out here because `ipaddress` knows other ones in each Python version.
"""

from __future__ import annotations

import ipaddress
import re
import socket

# names that only ever mean this machine or this network (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal; the others are in wide private use)
_LOCAL_NAMES = re.compile(r"(^|\.)(localhost|local|internal|intranet|private|corp|home|lan|home\.arpa|localdomain)\.?$", re.IGNORECASE)
_NUMERIC_END = re.compile(r"(^|\.)(0x[0-9a-f]*|\d+)\.?$", re.IGNORECASE)   # no top-level domain is a number; what ends in one is an address, or nothing

_REFUSED_V4 = tuple(map(ipaddress.IPv4Network, (
    "0.0.0.0/8",                                               # this network
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",           # private
    "100.64.0.0/10",                                           # behind a carrier's NAT; some clouds keep their metadata service here
    "127.0.0.0/8", "169.254.0.0/16",                           # loopback, link-local (metadata services)
    "192.0.0.0/24", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",   # protocol assignments, documentation
    "192.88.99.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24",   # relays and sinks, no web servers
    "198.18.0.0/15",                                           # benchmarks
    "224.0.0.0/4", "240.0.0.0/4",                              # multicast, reserved, broadcast
)))
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")                 # the only block from which public addresses are given out
_REFUSED_V6 = tuple(map(ipaddress.IPv6Network, (
    "2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20",   # protocol assignments (Teredo, ORCHID), documentation, sinks
)))
_INNER_V4 = (                                                  # IPv4 addresses inside IPv6: (block, bits to the right of the IPv4 address, XOR)
    (ipaddress.IPv6Network("::/96"), 0, 0),                    # IPv4-compatible (deprecated)
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0, 0),            # mapped
    (ipaddress.IPv6Network("::ffff:0:0:0/96"), 0, 0),          # translated (SIIT)
    (ipaddress.IPv6Network("64:ff9b::/96"), 0, 0),             # NAT64
    (ipaddress.IPv6Network("2002::/16"), 80, 0),               # 6to4
    (ipaddress.IPv6Network("2001::/32"), 0, 0xFFFFFFFF),       # Teredo: the client's address, inverted
)
_ISATAP = (0x00005EFE, 0x02005EFE)                             # third quarter of an address that carries an IPv4 address in the fourth


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet. IPv4 inside IPv6 (mapped, compatible, 6to4, Teredo, NAT64) is judged as IPv4."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in net for net in _REFUSED_V4)
    number = int(ip)
    for net, shift, mask in _INNER_V4:
        if ip in net:
            return is_public(str(ipaddress.IPv4Address((number >> shift & 0xFFFFFFFF) ^ mask)))
    if (number >> 32) & 0xFFFFFFFF in _ISATAP and not is_public(str(ipaddress.IPv4Address(number & 0xFFFFFFFF))):
        return False
    return ip in _GLOBAL_V6 and not any(ip in net for net in _REFUSED_V6)


def literal_address(host: str) -> str | None:
    """The IP address that a host name spells, also as a C library reads it (`2130706433`, `0x7f.1`, `127.1`); None for a name."""
    host = host.strip("[]")
    try:
        return str(ipaddress.ip_address(host.partition("%")[0].rstrip(".")))
    except ValueError:
        pass
    if ":" in host:
        return "0.0.0.0"                                       # no name has a colon, and no resolver should see one
    if _NUMERIC_END.search(host):
        try:
            return socket.inet_ntoa(socket.inet_aton(host.rstrip(".")))
        except OSError:
            return "0.0.0.0"                                   # numeric, but no address: never worth asking a resolver
    return None


def is_local_name(host: str) -> bool:
    """Whether a name can only mean this machine or this network: a reserved ending, or no dot at all (a resolver adds the operator's own domain)."""
    return bool(_LOCAL_NAMES.search(host)) or "." not in host.strip(".")


def host_is_refused(host: str) -> bool:
    """Whether a host may not be visited, as far as its name alone tells; what a name resolves to is checked when it is resolved."""
    literal = literal_address(host)
    return not is_public(literal) if literal else is_local_name(host)


def host_key(host: str) -> str:
    """One key for the spellings of one host, for pauses and turns: case, a closing dot, a leading `www.` (nearly always the same machine).

    Ports and schemes are not part of it. Hosts that share an address are kept apart: behind one address of a delivery network are the servers of many.
    """
    host = host.lower().rstrip(".")
    bare = host.removeprefix("www.")
    return bare if "." in bare else host
