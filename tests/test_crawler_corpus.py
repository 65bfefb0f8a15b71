"""The real pages: every capture replayed, every company under one slug. Skipped, saying so, where the corpus is absent."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from crawler.archive import list_records, read_payload
from crawler.run import crawl
from crawler.sources import aliases, read_sources, slugify

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def sources_path(corpus) -> Path:
    return corpus / "corpus" / "real-web.sources.jsonl"


def test_replay_of_the_real_pages(sources_path, tmp_path):
    rows = sources_path.read_text("utf-8").splitlines()
    sources, providers = read_sources(sources_path)
    archive = sources_path.with_name("real-web.warc.gz")
    captures = crawl(sources, run_dir=tmp_path / "captures" / "r", run_id="r", mode="archive", archives=[archive])
    assert len(captures) == len(rows) and not [c for c in captures if c.failure]
    assert {c.record_id for c in captures} == {e.record_id for e in list_records(archive).entries if e.kind == "response"}
    for capture in captures[::20]:
        assert hashlib.sha256(read_payload(tmp_path / capture.warc_file, capture.record_id).body).hexdigest() == capture.payload_sha256
    assert json.loads((tmp_path / "captures" / "r" / "run.json").read_text("utf-8"))["not_in_sources"] == []
    assert {c.provider for c in captures} == {p.slug for p in providers}


def test_one_company_is_one_provider(sources_path):
    _, providers = read_sources(sources_path)
    names = [p.name for p in providers]
    assert len({n.casefold() for n in names}) == len(names), "two slugs print as one company"
    assert not [p.slug for p in providers if p.slug.startswith("tosdr-") or p.slug.startswith("_")]
    assert not [p.name for p in providers if p.name == p.slug and p.slug not in aliases().names], "a folder name would be printed"
    assert all(slugify(p.slug) == p.slug for p in providers)


def test_slugs_agree_with_the_registry(corpus):
    registry = corpus / "providers" / "providers.jsonl"
    if not registry.exists():
        pytest.skip(f"no registry at {registry}")
    known = {json.loads(line)["slug"] for line in registry.read_text("utf-8").splitlines()}
    missing = {slug for slug in aliases().slugs.values() if slug not in known}
    adjacent = {"openai", "anthropic", "xai", "mistral-ai", "moonshot-ai", "meta", "microsoft", "alibaba-com", "stackblitz", "windsurf", "qwen", "nous-research", "canonical"}
    assert missing <= adjacent, f"aliases lead to slugs that the registry does not have: {missing - adjacent}"
