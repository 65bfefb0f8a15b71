"""Downloads a large file through a `Collector` instead of a buffer. Hooks into Scrapy's HTTP/1.1 handler where it would hold the body.

The whole file has the time that is declared for it; between two pieces of it no more than a page may take (DOWNLOAD_TIMEOUT).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, _ResponseReader, _ScrapyAgent, wrap_twisted_exceptions
from scrapy.http import Response
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred

from crawler.errors import CrawlerError
from crawler.feeds.stream import Collector, StreamStopped


class _Reader(_ResponseReader):
    """Hands the bytes to the collector, and ends the download where it has seen enough."""

    def __init__(self, collector: Collector, alive: Callable[[], None], **values: Any) -> None:
        super().__init__(**values)
        self._bodybuf = collector                              # type: ignore[assignment]
        self._alive = alive

    def dataReceived(self, data: bytes) -> None:
        self._alive()
        try:
            super().dataReceived(data)
        except StreamStopped:
            self._break_off()
            self._finish_response()
        except CrawlerError as error:
            self._break_off()
            self._finished.errback(error)

    def _finish_response(self, *args: Any, **values: Any) -> None:
        try:
            super()._finish_response(*args, **values)
        except StreamStopped:                                  # said again of the last lines
            super()._finish_response(*args, **values)
        except CrawlerError as error:
            self._finished.errback(error)

    def _break_off(self) -> None:
        self.transport._producer.abortConnection()


class _Agent(_ScrapyAgent):
    def __init__(self, collector: Collector, patience: float, **values: Any) -> None:
        super().__init__(**values)
        self._collector, self._patience, self._end = collector, patience, 0.0

    def _get_agent(self, request: Request, timeout: float) -> Any:
        self._end = monotonic() + timeout
        return super()._get_agent(request, min(timeout, self._patience))

    def download_request(self, request: Request) -> Deferred[Response]:
        answer = super().download_request(request)
        self._alive()
        return answer

    def _alive(self) -> None:
        """Something came: from now on `patience` is left, or what is left for the whole file."""
        if self._timeout_cl.active():
            self._timeout_cl.reset(max(0.0, min(self._patience, self._end - monotonic())))

    def _cb_bodyready(self, txresponse: Any, request: Request) -> Any:
        if txresponse.code != 200 or txresponse.length == 0:   # an error page is an ordinary page
            return super()._cb_bodyready(txresponse, request)
        finished: Deferred = Deferred(partial(self._cancel, txresponse=txresponse))
        txresponse.deliverBody(_Reader(self._collector, self._alive, finished=finished, txresponse=txresponse, request=request, maxsize=0, warnsize=0,
                                       fail_on_dataloss=False, crawler=self._crawler))
        self._txresponse = txresponse                          # for timeouts
        return finished


async def download(handler: HTTP11DownloadHandler, request: Request, collector: Collector) -> Response:
    """The answer, with the lines that the collector kept as its body. Raises what a download raises, PayloadTooLarge, PayloadUndecodable."""
    agent = _Agent(collector, handler.crawler.settings.getfloat("DOWNLOAD_TIMEOUT"), contextFactory=handler._contextFactory, bindAddress=handler._bind_address, pool=handler._pool, maxsize=handler._default_maxsize,
                   warnsize=handler._default_warnsize, fail_on_dataloss=False, crawler=handler._crawler)
    with wrap_twisted_exceptions():
        return await maybe_deferred_to_future(agent.download_request(request))
