"""One crawl in a process of its own: `python -m crawler.worker JOB.json`.

A Twisted reactor runs once a process, and a crash in a parser must not take the application with it. Progress goes to stdout, one JSON
object a line; the captures themselves are on disk before they are told. The process stops when its stdin closes (its parent is gone).
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from chipwatch.records import Source

STOPPED = 130                                                  # exit code after the parent has gone

def tell(event: str, **values: object) -> None:
    """One progress line to the parent."""
    sys.stdout.write(json.dumps({"event": event, **values}, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def watch_parent(stop) -> None:
    """Stop when the parent has gone, so that no crawl runs on unseen."""
    try:
        while os.read(sys.stdin.fileno(), 4096):
            pass
    except OSError:
        pass
    stop()


def run(job: dict) -> str | None:
    """Run one crawl. Returns the reason why it could not go on, or None."""
    from scrapy import signals
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings
    from scrapy.utils.misc import load_object

    from crawler.errors import CrawlerError
    from crawler.recorders import recorder_of, replay_of

    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.update(job["settings"], priority="cmdline")
    sources = [Source.from_dict(row) for row in job["sources"]]
    process = AsyncCrawlerProcess(settings)
    logging.getLogger().setLevel(settings["LOG_LEVEL"])        # Scrapy makes a record of every answer and item, and throws it away
    crawler = process.create_crawler(load_object(settings["CHIPWATCH_SPIDER"]))
    try:
        recorder = recorder_of(crawler)
        replay = replay_of(crawler)
    except CrawlerError as error:                              # a full or read-only folder, an archive that is none
        tell("end", fatal=str(error), fatal_kind=type(error).__name__)
        return str(error)
    told = 0

    def item_scraped(item: dict) -> None:
        nonlocal told
        told += 1
        tell("capture", done=told, url=item["url"], provider=item["provider"], failure=item["failure"])

    crawler.signals.connect(item_scraped, signal=signals.item_scraped)
    threading.Thread(target=watch_parent, args=(lambda: _stop(recorder),), daemon=True).start()
    process.crawl(crawler, sources=sources, resume=job.get("resume"))
    process.start(install_signal_handlers=False)
    fatal = crawler.stats.get_value("chipwatch/fatal")
    tell("end", fatal=fatal, fatal_kind="OutputFailed", reason=crawler.stats.get_value("finish_reason"), errors=crawler.stats.get_value("log_count/ERROR", 0),
         unvisited=replay.unvisited() if replay else [], issues=[i.to_dict() for i in replay.issues] if replay else [])
    return fatal


def _stop(recorder) -> None:
    """End at once, between two records: every record and capture is on disk when it is written."""
    from twisted.internet import reactor

    def end() -> None:
        if recorder:
            recorder.close()
        os._exit(STOPPED)

    reactor.callFromThread(end)


def main() -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)               # Ctrl-C reaches the parent, which closes stdin
    job = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    return 1 if run(job) else 0


if __name__ == "__main__":
    sys.exit(main())
