"""Why a visit gave no page: one of `records.FAILURE_KINDS`, and one sentence for people.

The sentences hold no port, no exception name and no time, so that a replay gives the same ones.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

from crawler.errors import CrawlerError, PayloadTooLarge, PayloadUndecodable
from crawler.standins import is_page, recognise

WORDS = {"dns": "the name {host} does not resolve", "timeout": "{host} did not answer in time", "refused": "{host} refuses connections"}
STATUS_KINDS = {401: "unauthorized", 402: "unauthorized", 403: "forbidden", 404: "not_found", 407: "unauthorized", 408: "timeout", 410: "gone",
                429: "rate_limited", 451: "forbidden"}
STATUS_WORDS = {"unauthorized": "asks for a login", "forbidden": "refuses the request", "not_found": "has no such page", "gone": "has removed the page",
                "rate_limited": "asks for fewer requests", "server_error": "has an error of its own", "timeout": "took too long"}
# Types that hold no text. Anything else is kept: servers label Markdown and JSON in many ways.
_WRONG_TYPE = re.compile(r"^(image|audio|video|font|model)/|^application/(zip|gzip|x-tar|x-7z|x-rar|vnd\.ms-fontobject|wasm|java-archive|x-msdownload)\b", re.IGNORECASE)
_IMAGE_TEXT = re.compile(r"^image/svg", re.IGNORECASE)
_BINARY_HEADS = (b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\x7fELF", b"MZ\x90", b"RIFF", b"\x00\x00\x01\x00", b"wOF2", b"wOFF")


# what a request may end with instead of an answer; explain_exception has words for each
FETCH_FAULTS = (IgnoreRequest, DownloadFailedError, DownloadTimeoutError, CannotResolveHostError, DownloadConnectionRefusedError, DownloadCancelledError,
                ResponseDataLossError, UnsupportedURLSchemeError, NotSupported, CrawlerError, ValueError)


class VisitRefused(IgnoreRequest):
    """A request that the crawler does not make, or that the archive cannot answer: `kind` and `note` say why."""

    kind = "other"

    def __init__(self, note: str, kind: str | None = None) -> None:
        super().__init__(note)
        self.note = note
        self.kind = kind or self.kind


class RobotsRefusal(VisitRefused):
    kind = "robots"


class PrivateAddress(VisitRefused):
    kind = "private_address"


class BudgetSpent(VisitRefused):
    kind = "budget"


class BadAddress(VisitRefused):
    kind = "bad_address"


class UnknownHost(VisitRefused):
    kind = "dns"


class NotInArchive(VisitRefused):
    kind = "not_in_archive"


def explain_exception(error: BaseException, url: str) -> tuple[str, str]:
    """(failure kind, sentence) of an exception that ended a visit."""
    host = urlsplit(url).hostname or url
    if isinstance(error, VisitRefused):
        return error.kind, error.note
    if isinstance(error, CannotResolveHostError):
        return "dns", WORDS["dns"].format(host=host)
    if isinstance(error, DownloadTimeoutError):
        return "timeout", WORDS["timeout"].format(host=host)
    if isinstance(error, DownloadConnectionRefusedError):
        return "refused", WORDS["refused"].format(host=host)
    if isinstance(error, PayloadTooLarge):
        return "too_large", f"{error}"
    if isinstance(error, PayloadUndecodable):
        return ("truncated" if "cut short" in str(error) else "other"), f"{error}"
    if isinstance(error, DownloadCancelledError):
        return "too_large", "the page is larger than the size limit of the crawl"
    if isinstance(error, ResponseDataLossError):
        return "truncated", f"the answer of {host} broke off"
    if isinstance(error, (UnsupportedURLSchemeError, NotSupported)):
        return "bad_address", "the address is not one of the web (http or https)"
    if isinstance(error, IgnoreRequest) and "redirection" in str(error):
        return "other", "too many redirects, one after the other"
    if isinstance(error, ValueError):                          # from the redirect: an address that Scrapy cannot make a request of
        return "bad_address", "it redirects to an address that is not one of the web (http or https)"
    if isinstance(error, DownloadFailedError):
        return _broken_connection(error, host)
    return "other", f"the visit failed: {type(error).__name__}"


def _broken_connection(error: BaseException, host: str) -> tuple[str, str]:
    """TLS faults are told apart, because the operator can act on them."""
    words = f"{error!r} {error.__cause__!r}".lower()
    if "certificate" in words or "ssl" in words or "tls" in words:
        return "other", f"no secure connection to {host}: its certificate or TLS set-up is not accepted"
    return "other", f"the connection to {host} broke off"


def explain_response(status: int, headers: dict[str, str], body: bytes, flags: list[str], *, asked: str = "", final: str = "", role: str | None = None,
                     method: str = "html") -> tuple[str, str] | tuple[None, None]:
    """(failure kind, sentence) of a response that is no usable page; (None, None) for a page.

    `headers`: names in lower case. `asked`, `final`: address of the source, and the one that answered; `role`, `method`: of the source.
    """
    kind = STATUS_KINDS.get(status) or ("server_error" if status >= 500 else None)
    standing_in = recognise(status, headers, body, asked=asked, final=final or asked, role=role) if asked and status not in (404, 410) else (None, None)
    if standing_in[0] and (not kind or kind in ("forbidden", "rate_limited", "server_error")):
        return standing_in[0], standing_in[1] + (f" (status {status})" if kind else "")    # type: ignore[operator]
    if kind:
        wait = headers.get("retry-after")
        return kind, f"the server {STATUS_WORDS[kind]} (status {status}" + (f", Retry-After: {wait[:40]}" if wait else "") + ")"
    if 300 <= status < 400:
        return "bad_address", f"a redirect (status {status}) without an address of the web to go to"
    if not 200 <= status < 300:
        return "other", f"the server answers with status {status}"
    if "dataloss" in flags:
        return "truncated", "the answer broke off before its end"
    if not body.strip():
        return "empty", "the server sends an empty page"
    content_type = headers.get("content-type", "")
    if (_WRONG_TYPE.match(content_type) and not _IMAGE_TEXT.match(content_type)) or body.startswith(_BINARY_HEADS):
        return "wrong_type", f"not a text document ({content_type.partition(';')[0].strip() or 'no type stated'})"
    if method == "feed" and _is_page(headers, body):
        return "wrong_type", "a web page came where the declaration has a feed"
    if method == "pdf" and not body[:1024].lstrip().startswith(b"%PDF-"):
        return "wrong_type", f"no PDF came where the declaration has one ({content_type.partition(';')[0].strip() or 'no type stated'})"
    return None, None


def _is_page(headers: dict[str, str], body: bytes) -> bool:
    """Whether it is a page of HTML by its own beginning; servers label feeds as HTML, too."""
    return is_page({}, body) and not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml")
