"""Which network addresses the crawler may talk to: public ones only.

A page or a DNS answer could otherwise point the crawler at the operator's own network (cloud metadata services, routers, databases).
Ranges: IANA special-purpose registries, as the standard library's `ipaddress` knows them.
"""

from __future__ import annotations

import ipaddress
import re
import socket

# names that only ever mean this machine or this network (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal)
_LOCAL_NAMES = re.compile(r"(^|\.)(localhost|local|internal|home\.arpa|localdomain)\.?$", re.IGNORECASE)
_NUMERIC_HOST = re.compile(r"^(0x[0-9a-f]+|\d+)(\.(0x[0-9a-f]+|\d+)){0,3}\.?$", re.IGNORECASE)
_TRANSLATED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet. IPv4 inside IPv6 (mapped, 6to4, Teredo, NAT64) is judged as IPv4."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and any(ip in net for net in _TRANSLATED):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback or ip.is_link_local)


def literal_address(host: str) -> str | None:
    """The IP address that a host name spells, also as a C library reads it (`2130706433`, `0x7f.1`, `127.1`); None for a name."""
    host = host.strip("[]")
    try:
        return str(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        pass
    if _NUMERIC_HOST.match(host):
        try:
            return socket.inet_ntoa(socket.inet_aton(host.rstrip(".")))
        except OSError:
            return "0.0.0.0"                                   # numeric, but no address: never worth asking a resolver
    return None


def is_local_name(host: str) -> bool:
    """Whether a name can only mean this machine or this network."""
    return bool(_LOCAL_NAMES.search(host))


def host_is_refused(host: str) -> bool:
    """Whether a host may not be visited, as far as its name alone tells; what a name resolves to is checked when it is resolved."""
    literal = literal_address(host)
    return not is_public(literal) if literal else is_local_name(host)
