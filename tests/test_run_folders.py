"""Which sources a replay has: of the providers that the sources file names, else of all that are declared."""

from __future__ import annotations

import json

import pytest

from chipwatch.errors import InputError
from chipwatch.run_folders import choose
from crawler.declarations import load_providers


def test_a_sources_file_says_whom_the_archive_is_about(tmp_path):
    archive = tmp_path / "pages.warc.gz"
    archive.write_bytes(b"")
    sources, providers = choose([archive], [])
    assert {p.slug for p in providers} == {d.slug for d in load_providers()} and len(sources) > len(providers)

    declared = next(d for d in load_providers() if len(d.sources()) > 1)
    rows = [{"url": "https://cloud.vexel.example/terms", "provider": "vexel", "role": "terms_of_service"}, {"url": "https://more.vexel.example/prices", "provider": declared.slug, "role": "offers"}]
    (tmp_path / "pages.sources.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    sources, providers = choose([archive], [])
    assert {p.slug for p in providers} == {"vexel", declared.slug}
    assert {s.url for s in sources} == {s.url for s in declared.sources()} | {r["url"] for r in rows}
    assert next(p for p in providers if p.slug == declared.slug).legal_entity == declared.legal_entity


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match="no such archive"):
        choose([tmp_path / "none.warc.gz"], [])
    archive = tmp_path / "a.warc"
    archive.write_bytes(b"")
    with pytest.raises(InputError, match="no such sources file"):
        choose([archive], [tmp_path / "none.jsonl"])
