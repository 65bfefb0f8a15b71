"""Where the spider's items go: one JSON line a capture, on disk before the next one."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from scrapy.exceptions import NotConfigured

from crawler.errors import OutputFailed
from crawler.manners import stop_for
from crawler.recorders import recorder_of


LOG = logging.getLogger(__name__)


class CapturesPipeline:
    """Appends to RUN_DIR/captures.jsonl."""

    def __init__(self, crawler) -> None:
        self._crawler = crawler
        run_dir = crawler.settings.get("CHIPWATCH_RUN_DIR")
        if not run_dir:
            raise NotConfigured
        self._path = Path(run_dir) / "captures.jsonl"
        self._file = None
        self._by_hand = False                                  # begun by `scrapy crawl` or Scrapyd: nobody else closes the run

    @classmethod
    def from_crawler(cls, crawler):
        return cls(crawler)

    def open_spider(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._describe_run()
        self._file = open(self._path, "a", encoding="utf-8")

    def _describe_run(self) -> None:
        """A crawl started by hand (`scrapy crawl pages`) leaves a complete run folder too; `crawler.run.crawl` has written these files."""
        from crawler.capture import now
        from crawler.identity import software
        from crawler.run import write_json, write_lines

        folder, sources = self._path.parent, self._crawler.spider.sources
        if (folder / "run.json").exists():
            return
        from crawler.declarations import load_providers

        named = {s.provider for s in sources}
        write_lines(folder / "sources.jsonl", sources)
        mode = self._crawler.settings.get("CHIPWATCH_MODE") or "live"
        infos = [d.info() for d in load_providers(getattr(self._crawler.spider, "folder", None)) if d.slug in named]
        for info in infos:
            info.sample = mode == "sample"
        write_lines(folder / "providers.jsonl", infos)
        self._by_hand = True
        write_json(folder / "run.json", {"run_id": folder.name, "mode": mode, "started": now(), "software": software(), "archives": [], "sources": len(sources)})

    def process_item(self, item: dict) -> dict:
        if item["failure"]:
            LOG.warning("%s %s %s: %s: %s", item["provider"], item["role"], item["url"], item["failure"], item["note"])
        try:
            self._file.write(json.dumps(item, ensure_ascii=False) + "\n")
            self._file.flush()
        except OSError as error:
            stop_for(self._crawler, OutputFailed(f"cannot write {self._path}: {error.strerror}; free some space or give another folder with --data"))
        return item

    def close_spider(self) -> None:
        if self._file:
            self._file.close()
        recorder = recorder_of(self._crawler)
        if recorder:
            recorder.close()
        if self._by_hand:
            from crawler.run import close_run

            close_run(self._path.parent)
