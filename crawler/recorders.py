"""The one recorder (live) or replay (archive) of a crawl, found by its parts through the Scrapy crawler object."""

from __future__ import annotations

import weakref
from pathlib import Path

_recorders: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()
_replays: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def recorder_of(crawler):
    """The Recorder of this crawl; None where the crawl keeps nothing (a shell, a replay)."""
    settings = crawler.settings
    if settings.get("CHIPWATCH_MODE") == "archive" or not settings.get("CHIPWATCH_RUN_DIR"):
        return None
    if crawler not in _recorders:
        from crawler.capture import Recorder
        from crawler.identity import software

        run_dir = Path(settings["CHIPWATCH_RUN_DIR"])
        _recorders[crawler] = Recorder(run_dir / "crawl.warc.gz", run_id=settings.get("CHIPWATCH_RUN_ID") or run_dir.name, software=software(),
                                       user_agent=settings["USER_AGENT"], contact=settings.get("CHIPWATCH_CONTACT") or "")
    return _recorders[crawler]


def replay_of(crawler):
    """The Replay of this crawl; None outside archive mode."""
    if crawler.settings.get("CHIPWATCH_MODE") != "archive":
        return None
    if crawler not in _replays:
        from crawler.replay import Replay

        _replays[crawler] = Replay([Path(p) for p in crawler.settings.getlist("CHIPWATCH_ARCHIVES")])
    return _replays[crawler]
