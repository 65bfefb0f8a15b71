"""Which hosts belong to one site: those below one registrable domain (the public suffix list that comes with tldextract; nothing is fetched)."""

from __future__ import annotations

import functools
from urllib.parse import urlsplit

from crawler.addresses import literal_address


@functools.cache
def _extractor():
    import tldextract

    return tldextract.TLDExtract(cache_dir=None, suffix_list_urls=(), fallback_to_snapshot=True, include_psl_private_domains=True)


def site_of(url: str) -> str:
    """The registrable domain of an address (`shop.provider.co.uk` -> `provider.co.uk`); the host itself where it is a number."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""
    if literal_address(host):
        return host
    return _extractor()(host).top_domain_under_public_suffix or ".".join(host.split(".")[-2:])   # an ending that the list does not know counts as one label


def same_site(one: str, other: str) -> bool:
    """Whether two addresses lie on one site."""
    return bool(site_of(one)) and site_of(one) == site_of(other)
