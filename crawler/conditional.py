"""Conditional requests: a page that was fetched before is asked for with its validators, and an unchanged one is not sent again.

RFC 9110, 13.1 (If-None-Match, If-Modified-Since) and 15.4.5 (304). The answer is kept as a WARC `revisit`; what goes on to the spider is the
page itself, taken from the run that holds it, so that everything behind this place works as if it had been sent.
"""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path
from typing import Any

from scrapy import Request
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from crawler.archive import FILTER_FIELD, MAX_PAYLOAD, freshened, raw_response, read_at
from crawler.capture import PART, Original
from crawler.errors import ArchiveError, PayloadTooLarge, PayloadUndecodable
from crawler.failures import VisitRefused
from crawler.payload import decode_body
from crawler.replay import headers_of

VALIDATORS = ("If-None-Match", "If-Modified-Since")
PLAIN = "plain"                                                # meta: this page is to be had in full, without validators
log = logging.getLogger(__name__)


def originals_of(settings) -> dict[str, Original]:
    """Setting CHIPWATCH_ORIGINALS: address -> where its page was kept."""
    return {url: Original(*row) for url, row in (settings.getdict("CHIPWATCH_ORIGINALS") or {}).items()}


class ConditionalMiddleware:
    """Sends validators, and puts the kept page in the place of a 304 answer. Stands between the capture and everything else."""

    def __init__(self, crawler) -> None:
        if crawler.settings.get("CHIPWATCH_MODE") == "archive":
            raise NotConfigured
        self._originals = originals_of(crawler.settings)
        run_dir = crawler.settings.get("CHIPWATCH_RUN_DIR")
        self._data = Path(run_dir).absolute().parents[1] if run_dir else Path()
        self._stats = crawler.stats

    @classmethod
    def from_crawler(cls, crawler):
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """A redirect or a retry carries the headers of the request before it: they are set anew for each address."""
        for name in VALIDATORS:
            request.headers.pop(name, None)
        request.meta.pop("original", None)
        known = self._originals.get(request.url)
        if known is None or not self._may_be_conditional(request):
            return
        held = self._held(known)
        if held is None or held.record.rec_headers.get_header(FILTER_FIELD) != _filter_of(request):
            return                                             # the page it would refer to is gone, or was filtered otherwise: ask for it in full
        request.meta["original"] = known._replace(payload_digest=held.record.rec_headers.get_header("WARC-Payload-Digest"))
        if known.etag:
            request.headers["If-None-Match"] = known.etag
        if known.last_modified:
            request.headers["If-Modified-Since"] = known.last_modified

    def _may_be_conditional(self, request: Request) -> bool:
        """Not robots.txt, not the files of a drawn page, nor that page itself: an unchanged frame says nothing of what is drawn into it."""
        if request.method != "GET" or request.meta.get(PLAIN) or request.meta.get("visit", PART).endswith(PART):
            return False
        return not any(source.method == "rendered" for source in request.meta.get("sources", ()))

    def _held(self, known: Original) -> Any:
        """The record with the page; None where it cannot be had."""
        try:
            _, parsed = read_at(self._data / known.warc_file, known.warc_offset, known.record_id)
        except (ArchiveError, PayloadTooLarge) as error:
            log.warning("%s is fetched in full, its kept page cannot be used: %s", known.url, error)
            return None
        return parsed

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """Raises VisitRefused for a server that answers 304 to a request without conditions, even when asked again."""
        if response.status != 304 or "visit" not in request.meta:
            return response
        known = unchanged(request, response)
        if known is not None:
            held = self._held(known)
            if held is not None:
                page = raw_response(held)
                said = [(name.decode("latin-1"), value.decode("latin-1")) for name, values in response.headers.items() for value in values]
                headers = headers_of(freshened(page.headers, said))
                self._stats.inc_value("chipwatch/not_modified")
                kind = responsetypes.from_args(headers=headers, url=response.url, body=page.body)
                return kind(url=response.url, status=page.status, headers=headers, body=page.body, protocol=response.protocol, ip_address=response.ip_address)
        if request.meta.get(PLAIN):
            raise VisitRefused("the server answers 304 (not modified) to a request that sets no condition", "other")
        again = request.replace(dont_filter=True)
        again.meta[PLAIN] = True
        again.headers["Cache-Control"] = "no-cache"            # a cache on the way may be what answers
        return again


def _filter_of(request: Request) -> str | None:
    """The filter of a large file that is read as a stream, as its kept part states it."""
    stream = (request.meta.get("feed") or {}).get("stream")
    return json.dumps(stream, sort_keys=True) if stream else None


def same_version(known: Original, response: Response) -> bool:
    """Whether a 304 answers what was asked: validators were sent, and an entity tag that it states is the one sent (weakly compared, RFC 9110, 8.8.3.2)."""
    if not (known.etag or known.last_modified):
        return False
    said = (response.headers.get("ETag") or b"").decode("latin-1").strip()
    return not said or not known.etag or said.removeprefix("W/") == known.etag.removeprefix("W/")


def unchanged(request: Request, response: Response) -> Original | None:
    """The original of an answer that brings nothing new: 304 for the version that is kept, or the very payload again."""
    known: Original | None = request.meta.get("original")
    if known is None:
        return None
    if response.status == 304:
        return known if same_version(known, response) else None
    if response.status != 200 or "dataloss" in response.flags or not known.payload_digest:
        return None
    try:
        body = decode_body(response.body, [v.decode("latin-1") for v in response.headers.getlist("Content-Encoding")], MAX_PAYLOAD)
    except (PayloadTooLarge, PayloadUndecodable):
        return None
    return known if hashlib.sha256(body).hexdigest() == known.payload_sha256 else None
