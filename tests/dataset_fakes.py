"""A small invented data folder for the tests of the data set: captures on disk, readings from a table."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path

from chipwatch.records import Capture, Clause, DocumentInfo, Extraction, Issue, Offer, ProviderInfo, Region, Signal, Source

TERMS = "https://alpha.example/terms"
PRICES = "https://alpha.example/pricing"


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def offer(gpu_name="H100", price=2.5, **more):
    values = {"gpu_name": gpu_name, "price": price, "currency": "USD", "price_unit": "hour", "price_scope": "gpu", "gpu_count": 1, "gpu_memory": 80,
              "commitment": "on_demand", "location": "Oslo", "country": "NO", "quote": f"{gpu_name} {price}", "start": 0, "end": 9, **more}
    return Offer(**values)


def clause(label="country_exclusion", quote="Not offered in mainland China.", polarity="prohibits", mode="obligation", **more):
    return Clause(label=label, quote=quote, start=more.pop("start", 10), end=more.pop("end", 40), polarity=polarity, mode=mode, confidence=0.9, **more)


def page(name: str, *, kind="terms", offers=(), regions=(), clauses=(), signals=(), issues=(), characters=3000, language="en", **document):
    """(payload, extraction): the payload's name stands for its bytes."""
    info = DocumentInfo(url=None, kind=kind, language=language, sha256=sha(name), characters=characters, title=name, content_type="html", text_sha256=sha("text " + name), **document)
    return name, Extraction(document=info, offers=list(offers), regions=list(regions), clauses=list(clauses), signals=list(signals), issues=list(issues))


class Folder:
    """A data folder under construction: `visit` adds captures to a run, `write` puts all runs on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.readings: dict[str, Extraction] = {}
        self.runs: dict[str, dict] = {}

    def run(self, run_id: str, started: str, *, providers=(), mode="live") -> None:
        self.runs[run_id] = {"started": started, "mode": mode, "captures": [], "providers": list(providers), "sources": []}

    def visit(self, run_id: str, provider: str, role: str, url: str, at: str, shown=None, *, failure=None, declared=True) -> Capture:
        number = sum(len(r["captures"]) for r in self.runs.values()) + 1
        if failure:
            capture = Capture(provider=provider, role=role, url=url, run_id=run_id, fetched_at=at, failure=failure, status=404 if failure == "not_found" else None)
        else:
            name, extraction = shown
            self.readings[sha(name)] = extraction
            capture = Capture(provider=provider, role=role, url=url, run_id=run_id, fetched_at=at, record_id=f"<urn:uuid:{number:08d}-0000-4000-8000-000000000000>",
                              warc_file=f"captures/{run_id}/crawl.warc.gz", final_url=url, status=200, content_type="text/html", payload_sha256=sha(name), length=len(name))
        self.runs[run_id]["captures"].append(capture)
        if declared:
            self.runs[run_id]["sources"].append(Source(provider=provider, url=url, role=role))
        return capture

    def write(self) -> None:
        for run_id, run in self.runs.items():
            folder = self.path / "captures" / run_id
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "run.json").write_text(json.dumps({"mode": run["mode"], "started": run["started"]}))
            for name in ("captures", "providers", "sources"):
                (folder / f"{name}.jsonl").write_text("".join(json.dumps(r.to_dict()) + "\n" for r in run[name]))

    def reading_of(self, capture: Capture) -> Extraction | None:
        found = self.readings.get(capture.payload_sha256)
        return dataclasses.replace(found) if found is not None else None

    def build(self, **more) -> Path:
        from dataset.build import build

        self.write()
        return build(self.path, self.reading_of, **more)


ALPHA = ProviderInfo(slug="alpha", name="Alpha Compute", seat_country="NO", expected_roles=["offers", "terms_of_service"], assertions={"offers_min": 1}, sample=True)
BETA = ProviderInfo(slug="beta", name="Beta GPU", seat_country="SG", expected_roles=["offers"], sample=True)
GAMMA = ProviderInfo(slug="gamma", name="Gamma Terms", kind="adjacent", declared=False, sample=True)


def small_market(path: Path) -> Folder:
    """Three invented providers in two runs a week apart: a price change, a clause added, a page that fails, a provider with terms alone."""
    folder = Folder(path)
    folder.run("r1", "2026-11-01T00:00:00Z", providers=[ALPHA, BETA, GAMMA])
    folder.visit("r1", "alpha", "offers", PRICES, "2026-11-01T00:00:01Z", page("prices 1", kind="offers", offers=[
        offer(), offer("A100", 11.6, price_scope="instance", gpu_count=8, instance_name="a100-8x", currency="EUR"), offer("RTX3090", 0.3)],
        regions=[Region("OSL1", "Oslo", "NO", "Oslo", quote="Oslo", start=3, end=7)], signals=[Signal("cn_payment", "Alipay", 5, 11)], issues=[Issue("warning", "unknown_chip", "H150")]))
    folder.visit("r1", "alpha", "terms_of_service", TERMS, "2026-11-01T00:00:05Z", page("terms 1", clauses=[clause("export_compliance", "You comply with export laws.", "requires")]))
    folder.visit("r1", "beta", "offers", "https://beta.example/gpus", "2026-11-01T00:00:07Z", page("beta 1", kind="offers", offers=[
        offer("H200", None, currency=None, price_unit=None, price_scope=None, commitment="contact_sales", availability="on_request", location="Singapore", country="SG"),
        offer("B200", None, currency=None, price_unit=None, price_scope=None, commitment="contact_sales", chip="nvidia-b200", location="Singapore", country="SG")]))
    folder.visit("r1", "beta", "terms_of_service", "https://beta.example/terms", "2026-11-01T00:00:08Z", failure="robots")
    folder.visit("r1", "gamma", "terms_of_service", "https://gamma.example/terms", "2026-11-01T00:00:09Z", page("gamma 1"))
    folder.run("r2", "2026-11-08T00:00:00Z", providers=[ALPHA, BETA, GAMMA])
    folder.visit("r2", "alpha", "offers", PRICES, "2026-11-08T00:00:01Z", page("prices 2", kind="offers", offers=[
        offer(price=2.2), offer("A100", 11.6, price_scope="instance", gpu_count=8, instance_name="a100-8x", currency="EUR")]))
    folder.visit("r2", "alpha", "terms_of_service", TERMS, "2026-11-08T00:00:05Z", page("terms 2", clauses=[
        clause("export_compliance", "You comply with all export laws.", "requires"), clause(places=["CN"], strength=3)]))
    folder.visit("r2", "beta", "offers", "https://beta.example/gpus", "2026-11-08T00:00:07Z", failure="server_error")
    folder.visit("r2", "beta", "terms_of_service", "https://beta.example/terms", "2026-11-08T00:00:08Z", failure="robots")
    folder.visit("r2", "gamma", "terms_of_service", "https://gamma.example/terms", "2026-11-08T00:00:09Z", page("gamma 1"))
    return folder
