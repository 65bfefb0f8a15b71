"""`chipwatch crawl` as cron, a monitor and an operator meet it: what is told, exit codes, runs that were broken off, shards."""

from __future__ import annotations

import configparser
import json
import re
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from test_cli import chipwatch, one_line

from chipwatch import crawling, errors
from chipwatch.crawling import CrawlResult, as_text, data_set_is_behind, due_plan, exit_code, parse_shard
from chipwatch.errors import InputError
from chipwatch.records import Capture
from chipwatch.run_folders import refuse_mixing

ROOT = Path(__file__).resolve().parent.parent


def result(**providers: list[str | None]) -> CrawlResult:
    captures = [Capture(provider=slug, role="offers", url=f"https://{slug}.example/{n}", run_id="r", fetched_at="2026-03-01T00:00:00Z", failure=failure)
                for slug, failures in providers.items() for n, failure in enumerate(failures)]
    return CrawlResult("live", captures=captures)


@pytest.mark.parametrize(("crawled", "code"), [
    (result(), 0),
    (result(a=[None], b=[None, "timeout"]), 0),
    (result(a=[None], b=[None], c=[None], d=["timeout"]), 0),
    (result(a=[None], b=[None], c=["dns", "dns"]), errors.PARTIAL),
    (result(a=["timeout"], b=["dns", "refused"]), errors.UNAVAILABLE),
    (result(a=["permission"]), 0),
    (result(a=["permission"], b=["dns"]), errors.UNAVAILABLE),
    (result(a=[None], b=["permission"], c=["permission"]), 0),
])
def test_exit_codes(crawled, code):
    assert exit_code(crawled) == code


def test_the_threshold_can_be_set():
    crawled = result(a=[None], b=["dns"], c=[None])
    assert (exit_code(crawled, 33), exit_code(crawled, 34)) == (errors.PARTIAL, 0)


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "1/", "/2", "-1/2", "1/99999999", "²/2", "1/" + "9" * 5000])
def test_bad_shards(text):
    with pytest.raises(InputError, match="--shard 1/3"):
        parse_shard(text)


def test_the_summary_fits_one_screen_and_steers_no_terminal():
    crawled = result(**{f"provider-{n}": ["timeout"] for n in range(300)}, good=[None])
    crawled.folders = [Path("captures/\x1b[31mrun")]
    text = as_text(crawled)
    assert len(text.splitlines()) <= 8 and "no page at all from 300 of 301 providers" in text and "and 292 more" in text and "\x1b" not in text


def test_the_documented_exit_codes_are_those_of_the_program():
    told = {int(line.split("|")[1]) for line in (ROOT / "docs/operations.md").read_text("utf-8").split("## Exit codes")[1].split("##")[0].splitlines() if line[2:3].isdigit()}
    text = chipwatch("crawl", "--help").stdout.decode().split("Exit codes:")[1].split("Options:")[0]
    assert told == {int(word) for word in text.split() if word.isdigit()} - {25}
    assert told == {0, errors.USAGE, errors.PARTIAL, errors.DATA_ERROR, errors.NO_INPUT, errors.UNAVAILABLE, errors.INTERNAL, errors.CANNOT_WRITE, errors.BUSY, 130}


def test_nothing_due_answers_without_scrapy(tmp_path):
    """What cron meets a thousand times a day: it must not load the crawler, nor read every declaration."""
    done = chipwatch("crawl", "--sample", "--due", "tollgate", "--data", str(tmp_path))
    assert done.returncode == 0, done.stderr
    code = ("import sys; from chipwatch.cli import cli\ntry: cli(sys.argv[1:])\nexcept SystemExit: pass\n"
            "print([m for m in ('scrapy', 'twisted', 'pydantic', 'spacy', 'warcio') if m in sys.modules])")
    again = subprocess.run([sys.executable, "-c", code, "crawl", "--sample", "--due", "tollgate", "--data", str(tmp_path)], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert again.stdout.splitlines() == ["nothing is due of 2 sources", "[]"], again.stderr
    assert chipwatch("crawl", "--sample", "--due", "-q", "tollgate", "--data", str(tmp_path)).stdout == b""


def test_faults_of_configuration(tmp_path):
    assert chipwatch("crawl", "--live", "--due", "lambda", "--data", str(tmp_path), CHIPWATCH_CONTACT="").returncode == 2
    assert list((tmp_path / "captures").iterdir()) == [], "no empty run is left behind"
    assert "did you mean tollgate" in one_line(chipwatch("crawl", "--sample", "--due", "tolgate", "--data", str(tmp_path)))
    (tmp_path / "file").write_text("x")
    assert chipwatch("crawl", "--sample", "--due", "--data", str(tmp_path / "file" / "d")).returncode == 73
    assert "--due goes with" in one_line(chipwatch("run", "--due", "--archive", "x.warc.gz", "--data", str(tmp_path)))


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A folder in which three providers were crawled once."""
    data = tmp_path_factory.mktemp("kept")
    done = chipwatch("crawl", "--sample", "quernstone", "kestrelwick", "tollgate", "--json", "--data", str(data))
    return data, done


def test_the_summary_as_json(kept):
    data, done = kept
    told = json.loads(done.stdout)
    assert (told["sources"], told["pages"], told["providers"], told["failures"], told["failed_providers"], told["exit_code"]) == (10, 8, 2, {"permission": 2}, {}, 0)
    assert told["folders"] == [str(next((data / "captures").iterdir()))] and told["next_due"] > "2026"


def test_what_is_due_later_and_why(kept):
    data, _ = kept
    now = datetime.now(UTC)
    plan = due_plan(data, "sample", only=["quernstone", "tollgate"])
    assert plan.chosen == [] and [p.at for p in plan.rows if p.source.provider == "tollgate"] == [None, None]
    tomorrow = due_plan(data, "sample", only=["quernstone", "tollgate"], now=now + timedelta(days=1))
    assert [p.source.role for p in tomorrow.chosen] == ["offers"], "daily; the rest weekly"
    assert {p.source.role for p in due_plan(data, "sample", only=["quernstone"], now=now + timedelta(days=7)).chosen} == {"offers", "regions", "terms_of_service", "supported_countries"}
    text = chipwatch("crawl", "--sample", "--dry-run", "--data", str(data)).stdout.decode()
    assert "not visited yet" in text and "(daily, last read" in text
    fresh = chipwatch("crawl", "--sample", "--dry-run", "tollgate", "--data", str(data.parent / "fresh")).stdout.decode()
    assert fresh.startswith("0 of 2 sources would be visited now") and "; 2 more are noted as not to be read" in fresh.splitlines()[0]
    assert "declared address" not in fresh, "two addresses, two sources"
    assert re.search(r"\((\d+) declared addresses make (\d+) sources, for 1 of them is a template that stands for 2\)", text)[2] == text.split(" of ")[1].split(" ")[0]
    listed = json.loads(chipwatch("crawl", "--sample", "--dry-run", "--json", "quernstone", "tollgate", "--data", str(data)).stdout)
    assert [s["due"] is None for s in listed["sources"]] == [False] * 4 + [True] * 2 and not any(s["visit"] for s in listed["sources"])


def test_a_run_of_what_is_due_does_not_withdraw_the_rest(kept, tmp_path, monkeypatch):
    """The run names all sources of its providers, visits one, and the data set keeps what it knows of the others."""
    import shutil

    from crawler import schedule
    from chipwatch.run import run_due

    data = tmp_path / "data"
    shutil.copytree(kept[0], data)
    real = schedule.pick
    monkeypatch.setattr(schedule, "pick", lambda planned, now, rules: real(planned, now + timedelta(days=1), rules))
    assert data_set_is_behind(data)
    crawled, built = run_due(data, "sample", only=["quernstone"], workers=1, report=False)
    assert [c.role for c in crawled.captures] == ["offers"] and built is not None and built.report is None
    assert not data_set_is_behind(data)
    folder = crawled.folders[0]
    assert len((folder / "sources.jsonl").read_text("utf-8").splitlines()) == 4 and len((folder / "due.jsonl").read_text("utf-8").splitlines()) == 1
    with sqlite3.connect(built.database) as db:
        assert dict(db.execute("select role, count(*) from documents where provider = 'quernstone' group by 1")) == {
            "offers": 1, "regions": 1, "terms_of_service": 1, "supported_countries": 1}
        assert db.execute("select count(*) from regions where provider = 'quernstone'").fetchone()[0] > 0
    monkeypatch.setattr(schedule, "pick", real)
    assert run_due(data, "sample", only=["quernstone"], report=False)[1] is None, "nothing came, nothing is built"


@pytest.mark.parametrize("why", ["old", "no sources", "no start"])
def test_a_run_that_cannot_be_gone_on_with_is_closed_as_it_stands(kept, tmp_path, why):
    import shutil

    data = tmp_path / "data"
    shutil.copytree(kept[0], data)
    run = next((data / "captures").iterdir())
    facts = {k: v for k, v in json.loads((run / "run.json").read_text("utf-8")).items() if k != "ended"}
    if why == "old":
        facts["started"] = "2026-01-01T00:00:00Z"
    elif why == "no sources":
        (run / "sources.jsonl").write_text("{}\nrubbish\n", encoding="utf-8")
    else:
        del facts["started"]
    (run / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    lines = (run / "captures.jsonl").read_text("utf-8").splitlines(keepends=True)
    (run / "captures.jsonl").write_text("".join(lines[:4]) + lines[4][:30], encoding="utf-8")
    crawled = crawling.crawl_stage(data, "sample", only=["tollgate"], due=True)
    facts = json.loads((run / "run.json").read_text("utf-8"))
    assert facts["ended"] and "closed as it stood" in facts["closed"] and (run / "captures.jsonl").read_text("utf-8") == "".join(lines[:4])
    assert crawled.resumed == []


def test_a_source_that_was_withdrawn_or_forbidden_meanwhile_is_not_visited(kept, tmp_path, monkeypatch):
    import shutil

    data = tmp_path / "data"
    shutil.copytree(kept[0], data)
    run = next((data / "captures").iterdir())
    facts = {k: v for k, v in json.loads((run / "run.json").read_text("utf-8")).items() if k != "ended"}
    (run / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    (run / "captures.jsonl").write_text("", encoding="utf-8")
    (run / "crawl.warc.gz").unlink()
    real = crawling.declared_sources

    def changed(*args):
        sources, infos = real(*args)
        for source in sources:
            source.permission = "forbidden"
        return [s for s in sources if s.provider != "kestrelwick"], infos

    monkeypatch.setattr(crawling, "declared_sources", changed)
    crawled = crawling.crawl_stage(data, "sample", only=["tollgate"], due=True)
    assert crawled.resumed == [run.name] and {c.failure for c in crawled.captures} == {"permission"}
    assert {c.provider for c in crawled.captures} == {"quernstone", "tollgate"}


def test_shards_part_the_providers(kept):
    data, _ = kept
    parts = [{p.source.provider for p in due_plan(data, "sample", shard=(n, 3)).rows} for n in (1, 2, 3)]
    assert len(set.union(*parts)) == sum(map(len, parts)) == len(list((ROOT / "sample_market/providers").iterdir()))


# --- deploy/ ------------------------------------------------------------------------------------------------------------------------

def test_the_files_for_deployment_are_well_formed():
    kinds = list(yaml.safe_load_all((ROOT / "deploy/kubernetes/cronjob.yml").read_text("utf-8")))
    pod = kinds[1]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] and pod["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    lines = (ROOT / "deploy/systemd/chipwatch.service").read_text("utf-8")
    for hardening in ("NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "CapabilityBoundingSet=\n"):
        assert hardening in lines
    container = (ROOT / "deploy/container/Containerfile").read_text("utf-8")
    copied = {line.split()[1] for line in container.splitlines() if line.startswith("COPY") and len(line.split()) == 3}
    packages = __import__("tomllib").loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert copied >= set(packages) and "USER 10001" in container and "debian:12" in container
    handed = {name for line in container.splitlines() if line.startswith("COPY") for name in line.split()[1:-1]}
    assert {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")} == handed
    of_setup = (ROOT / "scripts/setup.sh").read_text("utf-8").partition("\nPACKAGES=(")[2].partition(")")[0].split()
    assert len(of_setup) > 5 and set(of_setup) <= set(container.replace("\\\n", " ").split())
    scrapyd = configparser.ConfigParser()
    scrapyd.read(ROOT / "deploy/scrapyd/scrapyd.conf")
    assert scrapyd["scrapyd"]["bind_address"] == "127.0.0.1"


@pytest.mark.parametrize("path", ["deploy/cron/chipwatch", "deploy/systemd/chipwatch.service", "deploy/container/Containerfile", "deploy/kubernetes/cronjob.yml"])
def test_the_commands_for_deployment_are_commands_of_the_program(path):
    """Every option that a file of deploy/ gives is one that the command has."""
    import re

    from chipwatch.cli import cli

    known = {name: {o for p in cli.commands[name].params for o in (*p.opts, *p.secondary_opts)} for name in ("run", "crawl")}
    found = re.findall(r"(?:chipwatch|args: \[|CMD \[)\W*(run|crawl)((?:[\s,\"]+--[a-z-]+|[\s,\"]+\d/\d)+)", (ROOT / path).read_text("utf-8"))
    assert found
    for command, options in found:
        assert set(re.findall(r"--[a-z-]+", options)) <= known[command]


def test_a_folder_of_the_sample_market_is_no_dead_end(kept):
    """What is said where `CHIPWATCH_DATA` still names the sample leads to a folder that can take live runs."""
    data, _ = kept
    for args in (("run", "--live", "--due", "--no-report"), ("crawl", "--live", "--due")):
        told = one_line(chipwatch(*args, CHIPWATCH_DATA=str(data), CHIPWATCH_CONTACT="https://you.example/bot"))
        (named,) = re.findall(r"CHIPWATCH_DATA=([^\s`]+)", told)
        assert "never mixed" in told and named == re.search(r"--data ([^\s,]+)", told)[1] != str(data)
        refuse_mixing(Path(named), "live")
    dry = chipwatch("crawl", "--live", "--dry-run", "abci", CHIPWATCH_DATA=str(data))
    assert dry.returncode == 0 and "would be refused" in dry.stderr.decode()
    assert "--sample" in one_line(chipwatch("providers", "check", "quernstone", CHIPWATCH_DATA=str(data)))
