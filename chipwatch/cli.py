"""The command line. Heavy libraries are imported inside commands, so that `chipwatch --help` answers at once."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chipwatch import __version__, errors
from chipwatch.cli_history import add_commands as add_history_commands
from chipwatch.cli_providers import add_commands as add_provider_commands
from chipwatch.cli_providers import check_one
from chipwatch.cli_review import add_commands as add_review_commands
from chipwatch.cli_serve import add_commands as add_serve_command
from chipwatch.records import CUSTOMER_KINDS, DOCUMENT_ROLES, ChipwatchError
from chipwatch.terminal import counted, printable

if TYPE_CHECKING:
    from chipwatch.run import RunResult


class Commands(click.Group):
    """Keeps the order in which a user meets the commands: the main job first."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


def data_option(command):
    return click.option("--data", type=click.Path(path_type=Path, file_okay=False), envvar="CHIPWATCH_DATA", default=Path("var"), show_default=True,
                        help="Folder of captures, data set and reports (or set CHIPWATCH_DATA).")(command)


def database_of(data: Path) -> Path:
    """The data set in a data folder; one of an earlier schema is brought up to date first.

    Raises InputError where there is none yet, naming the ones in folders below (`make briefing` uses var/sample), and what migrating raises.
    """
    path = data / "chipwatch.sqlite"
    if not path.is_file():
        below = sorted(str(p.parent) for p in data.glob("*/chipwatch.sqlite"))[:5]
        if below:
            raise errors.InputError(f"no data set in {data}, but in {', '.join(below)}: name it with --data {below[0]}, or once for all with "
                                    f"`export CHIPWATCH_DATA={below[0]}`")
        raise errors.InputError(f"no data set in {data}; make one with `chipwatch run --sample --data {data}` (or --archive FILE, --live), or name another folder with --data")
    from dataset.migrations import bring_up_to_date, outdated

    if outdated(path):
        from chipwatch.run_folders import locked

        with locked(data):
            told = bring_up_to_date(path)
        click.echo(f"chipwatch: {printable(told or '')}", err=True)
    return path


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="chipwatch")
def cli() -> None:
    """Who rents A100/H100-class chips, where, at what price, and what do the providers' own public terms say about who may rent them?

    \b
    Start here:
      chipwatch run --sample                 the whole road on the bundled sample market
      chipwatch run --archive pages.warc.gz  the same over captures
      chipwatch access --customer cn_company the answer as a table
    """


EXIT_CODES = """
    \b
    Exit codes:
      0    done; with --due also: nothing is due, or another run is at work in the folder
      2    usage, or no contact address (CHIPWATCH_CONTACT) for a live crawl
      3    more than --fail-above per cent of the visited providers gave no page at all
      65   a declaration or a kept file is wrong      66   an argument names what is not there
      69   no page could be had at all (network down?) 70   a defect, or the crawler does not run
      73   the data folder cannot be written          75   another run is at work (without --due)
      130  stopped by Ctrl-C
"""


@cli.command("run", short_help="Crawl or replay, read, judge, and write the briefing.")
@click.option("--sample", is_flag=True, help="Crawl the bundled sample market (invented companies, served on loopback).")
@click.option("--live", is_flag=True, help="Crawl the live web, politely; takes long.")
@click.option("--archive", "archives", multiple=True, type=click.Path(path_type=Path), help="Replay captures from a WARC file; may be given several times.")
@click.option("--sources", "maps", multiple=True, type=click.Path(path_type=Path), help="JSON lines that tell provider and role of each address of the archive "
              "(default: NAME.sources.jsonl beside NAME.warc.gz, else the declarations).")
@click.option("--provider", "only", multiple=True, metavar="SLUG", help="Only this provider; may be given several times.")
@click.option("--due", is_flag=True, help="Visit only what is due, and build anew only where something came; for cron (as `crawl --due`, with its exit codes).")
@click.option("--report/--no-report", "report", default=True, help="Write the briefing PDF, or leave it to `chipwatch report briefing`.")
@click.option("--workers", type=click.IntRange(1, 64), default=None, help="Reading processes (default: one a core).")
@click.option("--json", "as_object", is_flag=True, help="Print captures/RUN_ID/summary.json in the stead of the summary in words.")
@data_option
def run_command(sample: bool, live: bool, archives: tuple[Path, ...], maps: tuple[Path, ...], only: tuple[str, ...], due: bool, report: bool, workers: int | None,
                as_object: bool, data: Path) -> None:
    """The main job: crawl or replay, read, judge, fill the data set, write the briefing PDF."""
    modes = [name for name, given in (("sample", sample), ("live", live), ("archive", bool(archives))) if given]
    if not modes:
        raise click.UsageError("say what to run over: --sample, --archive FILE or --live")
    if len(modes) > 1:
        raise click.UsageError(f"{' and '.join('--' + m for m in modes)} exclude each other; give one of them")
    mode = modes[0]
    if maps and mode != "archive":
        raise click.UsageError("--sources goes with --archive")
    if due and mode == "archive":
        raise click.UsageError("--due goes with --live or --sample: a replay visits nobody")
    if due:
        run_what_is_due(data, mode, list(only) or None, report, workers, as_object)
    from chipwatch.run import run

    tell(run(data, mode, archives=list(archives), maps=list(maps), only=list(only) or None, workers=workers, report=report), mode, as_object)


def tell(result: RunResult, mode: str, as_object: bool) -> None:
    """The summary of a run on stdout."""
    from chipwatch.run_summary import as_json
    from chipwatch.summary import summary

    click.echo(as_json(result.summary) if as_object else summary(result, sample=mode == "sample"))


def run_what_is_due(data: Path, mode: str, only: list[str] | None, report: bool, workers: int | None, as_object: bool) -> None:
    """`run --due`; ends the program with the exit code of its crawl."""
    from chipwatch.crawling import as_json, as_text, exit_code
    from chipwatch.run import run_due

    try:
        crawled, result = run_due(data, mode, only=only, workers=workers, report=report)
    except errors.Busy as busy:
        click.echo(f"chipwatch: {busy}", err=True)
        sys.exit(0)
    if as_object and not (result and result.summary):          # nothing was due
        click.echo(as_json(crawled, exit_code(crawled)))
        sys.exit(exit_code(crawled))
    if not as_object:
        click.echo(as_text(crawled))
    if result is not None:
        tell(result, mode, as_object)
    sys.exit(exit_code(crawled))


@cli.command("crawl", short_help="The network stage alone: visit and keep.")
@click.argument("providers", nargs=-1, metavar="[PROVIDER]...")
@click.option("--live/--sample", "live", default=True, help="The live web, or the bundled sample market.")
@click.option("--due", is_flag=True, help="Only what is due by its cadence and its last visit; may be called every minute.")
@click.option("--shard", default=None, metavar="I/N", help="Only the I-th of N parts of the providers: one part a machine, each with a data folder of its own.")
@click.option("--dry-run", is_flag=True, help="Visit nothing; list what is due, why, and what comes next.")
@click.option("--fail-above", type=click.FloatRange(0, 100), default=25, show_default=True, help="Exit with 3 when more than this per cent of the visited providers gave no page at all.")
@click.option("--json", "as_object", is_flag=True, help="The summary (or the list of --dry-run) as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Only the summary, and that only where something was visited (crawl.log has the rest).")
@data_option
def crawl_command(providers: tuple[str, ...], live: bool, due: bool, shard: str | None, dry_run: bool, fail_above: float, as_object: bool, quiet: bool, data: Path) -> None:
    """The network stage alone: visit the declared sources of PROVIDER (default: all) and keep every response.

    A run that was broken off is gone on with first. The data set stays as it is until `chipwatch rebuild`; `chipwatch run --due` does both.
    """
    from chipwatch import crawling
    from chipwatch.run_folders import holds_sample, live_folder, locked, prepare_data_dir
    from chipwatch.run_summary import summarise, write_summary

    mode, only, part = "live" if live else "sample", list(providers) or None, crawling.parse_shard(shard)
    prepare_data_dir(data)
    if dry_run:
        plan = crawling.due_plan(data, mode, only=only, shard=part)
        click.echo(crawling.plan_json(plan) if as_object else crawling.plan_text(plan))
        if live and holds_sample(data):
            click.echo(f"chipwatch: {data} holds the sample market, so the crawl itself would be refused: name another folder for it, as --data {live_folder(data)}", err=True)
        return
    try:
        with locked(data):
            result = crawling.crawl_stage(data, mode, only=only, due=due, shard=part)
            for folder in result.folders:
                write_summary(folder, summarise(folder, [c for c in result.captures if c.run_id == folder.name], mode=mode))
    except errors.Busy as busy:
        if not due:
            raise
        if not quiet:
            click.echo(f"chipwatch: {busy}", err=True)
        return
    code = crawling.exit_code(result, fail_above)
    for capture in result.captures:
        if capture.failure and not quiet:
            click.echo(printable(f"{capture.provider}: {capture.role}: {capture.failure}: {capture.note or ''} {capture.url}"), err=True)
    if result.captures or not quiet:
        click.echo(crawling.as_json(result, code) if as_object else crawling.as_text(result))
    sys.exit(code)


crawl_command.help = f"{crawl_command.help}\n{EXIT_CODES}"


@cli.command("extract", short_help="Read one document, print JSON, store nothing.")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--url", default=None, help="Where the document was found.")
@click.option("--kind", type=click.Choice(["terms", "offers", "regions", "auto"]), default="auto", show_default=True, help="What to expect in it.")
@click.option("--language", default=None, metavar="CODE", help="Its language (en, de, zh-Hans …); default: identified.")
@click.option("--indent", type=click.IntRange(0, 16), default=None, help="Pretty-print JSON with this many spaces.")
@click.option("--explain", is_flag=True, help="Say of each clause why it was found: cues, rule, polarity, mode, exception, places, weights of the decision layer.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default=None, help="Default: text with --explain, else json.")
def extract_command(file: Path, url: str | None, kind: str, language: str | None, indent: int | None, explain: bool, form: str | None) -> None:
    """Read one document (or - for standard input) and print what stands in it as one JSON object. Nothing is stored.

    With --explain: in words, for each clause and for each finding that was given up, the words that are cues, the terms of the rule and what met them, what settled polarity, mode and actor, the
    countries counted or left out and why, the weightiest features of the decision layer and how they became the confidence. As JSON it is the same object, with `explanations`.
    """
    from chipwatch.extracting import as_json, explain_bytes, extract_bytes, other_kind, read_input

    if form == "text" and not explain:
        raise click.UsageError("--format text goes with --explain")
    if indent is not None and explain and form != "json":
        raise click.UsageError("--indent goes with JSON; add --format json")
    read = explain_bytes if explain else extract_bytes
    data, asked = read_input(file), {"url": url, "kind": kind, "language": language, "path": None if str(file) == "-" else str(file)}
    result = read(data, **asked)
    if explain and form != "json":
        from chipwatch.explaining_clauses import explanations_text

        click.echo(explanations_text(result))
    else:
        click.echo(as_json(result, indent))
    if hint := other_kind(data, result, **asked):
        click.echo(f"chipwatch: {printable(hint)}", err=True)


@cli.command("extract-many")
@click.argument("list_file", metavar="LIST.jsonl", type=click.Path(path_type=Path, allow_dash=True))
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="JSON lines, one for each input line, in order.")
@click.option("--root", type=click.Path(path_type=Path, file_okay=False), default=None, help="Folder that relative paths start from (default: the working folder, then the folder of LIST).")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes to read with.")
def extract_many_command(list_file: Path, output: Path, root: Path | None, workers: int) -> None:
    """Read many documents. Each input line is {"path", "url", "kind", "language"} (path alone will do); a file that cannot be read costs its own line only."""
    from chipwatch.extracting import extract_many

    count, unread = extract_many(list_file, output, root=root, workers=workers)
    click.echo(f"{counted(count, 'document')}, {unread} of them not readable -> {output}", err=True)


@cli.group("report", cls=Commands)
def report_group() -> None:
    """PDF reports from the data set."""


def html_option(command):
    return click.option("--html", "twin_too", is_flag=True, help="Write the HTML twin beside the PDF too (or name the output FILE.html for the twin alone).")(command)


def lang_option(command):
    return click.option("--lang", default=None, metavar="LANGUAGE", help="Language of the report's own words: en (default), de, fr, ja or zh. Quotes stay as they are.")(command)


def remark_on(since: str | None, database: Path) -> None:
    """Says on stderr where a report of changes begins after all that the data set holds."""
    if since and re.fullmatch(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", since):
        from dataset.changes import beyond
        from dataset.opening import meta, opened

        with opened(database) as connection:
            remark = beyond(since, (meta(connection).get("run_date") or "")[:10])
        if remark:
            click.echo(f"chipwatch: {printable(remark)}", err=True)


def tell_report(path: Path, twin_too: bool) -> None:
    """The paths of a report, the PDF last."""
    if twin_too and path.suffix.lower() == ".pdf":
        click.echo(path.with_suffix(".html"))
    click.echo(path)


@report_group.command("briefing", short_help="Who rents which chips where, and the terms.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Default: DATA/reports/briefing.pdf; with another customer, a chip or a region, these are added to the name.")
@click.option("--customer", default="cn_company", show_default=True, help=f"Customer kind of the headline: {', '.join(CUSTOMER_KINDS)}, or KIND:CC such as company:VN.")
@click.option("--chip", default=None, help="Only offers of this chip, as H100 (default: every A100/H100-class chip).")
@click.option("--region", default=None, metavar="PLACES", help="Only offers of data centres there: ISO codes or names, as SG or SG,MY, or a group of countries, as EU or D:5.")
@click.option("--since", default=None, metavar="DATE", help="Only changes seen from this day on, as 2026-11-01.")
@click.option("--short", is_flag=True, help="The answer on two pages.")
@lang_option
@html_option
@data_option
def report_briefing(output: Path | None, customer: str, chip: str | None, region: str | None, since: str | None, short: bool, lang: str | None, twin_too: bool, data: Path) -> None:
    """The briefing: who rents which chips where, and what the terms say, with the evidence."""
    from chipwatch.run import report_stage

    database, customer, chip = database_of(data), checked_customer(customer), checked_chip(chip)
    remark_on(since, database)
    output = output or data / "reports" / briefing_name(customer, chip, short, region, lang)
    tell_report(report_stage(data, database, output=output, customer=customer, chip=chip, region=region, since=since, short=short, lang=lang, twin_too=twin_too), twin_too)


def briefing_name(customer: str, chip: str | None, short: bool = False, region: str | None = None, lang: str | None = None) -> str:
    """File name of a briefing: one of another customer, chip or region does not overwrite the main one."""
    parts = ["briefing", *(["short"] if short else []), *([customer] if customer != "cn_company" else []), *([chip] if chip else []), *([region] if region else []), *([lang] if lang and lang != "en" else [])]
    return "-".join("".join(c if c.isalnum() or c in "_." else "-" for c in part) for part in parts) + ".pdf"


@report_group.command("profile", short_help="One provider: prices, clauses, verdicts.")
@click.argument("provider")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Default: DATA/reports/PROVIDER.pdf.")
@lang_option
@html_option
@data_option
def report_profile(provider: str, output: Path | None, lang: str | None, twin_too: bool, data: Path) -> None:
    """One provider: chips and prices, every clause with its quote, verdicts for all customer kinds, what was not read."""
    from chipwatch.run import profile_stage

    tell_report(profile_stage(data, database_of(data), provider, output=output, lang=lang, twin_too=twin_too), twin_too)


@report_group.command("changes", short_help="What changed since a date, with redlines.")
@click.option("--since", default=None, metavar="DATE", help="Only changes seen from this day on, as 2026-11-01 (default: all that the data set remembers).")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Default: DATA/reports/changes.pdf.")
@lang_option
@html_option
@data_option
def report_changes(since: str | None, output: Path | None, lang: str | None, twin_too: bool, data: Path) -> None:
    """The change bulletin: what changed in the documents, in order of consequence, with redlines."""
    from chipwatch.run import changes_stage

    database = database_of(data)
    remark_on(since, database)
    tell_report(changes_stage(data, database, since=since, output=output, lang=lang, twin_too=twin_too), twin_too)


def checked_customer(kind: str) -> str:
    """The customer kind, if there is one of that name: one of the eleven, or KIND:CC such as company:VN. Raises assessment.errors.UnknownCustomer."""
    if kind not in CUSTOMER_KINDS:
        from datetime import date

        from assessment.customers import parse_customer

        parse_customer(kind, date.today().isoformat())
    return kind


def checked_chip(name: str | None) -> str | None:
    return name.upper().replace(" ", "").replace("-", "").removeprefix("NVIDIA") if name else None


def checked_country(code: str | None) -> str | None:
    """The code in capitals. Raises InputError for one that is no country or territory."""
    if code is None:
        return None
    from babel import Locale

    if len(code) != 2 or not code.isalpha() or code.upper() in ("ZZ", "EU", "EZ", "UN", "XA", "XB") or code.upper() not in Locale("en").territories:
        raise errors.InputError(f"{code!r} is no country code: write two letters of ISO 3166-1, such as DE, SG or US")
    return code.upper()


@cli.command("access", short_help="The answer as a table: chip, price, place, verdict.")
@click.option("--customer", "customers", multiple=True, default=("cn_company", "cn_subsidiary_abroad", "control"), show_default=True, metavar="KIND",
              help=f"May be given several times: {', '.join(CUSTOMER_KINDS)}, or KIND:CC such as company:VN, individual:IR.")
@click.option("--chip", default=None, metavar="NAME", help="Only this chip, as H100 (default: every A100/H100-class chip).")
@click.option("--country", default=None, metavar="CC", help="Only offers in this country (ISO 3166-1 alpha-2).")
@click.option("--explain", "provider", default=None, metavar="PROVIDER", help="Walk from the verdicts of one provider to the rule, the clauses, their quotes and captures; "
              "what was not read, and what would change the verdict. Table or json.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@data_option
def access_command(customers: tuple[str, ...], chip: str | None, country: str | None, provider: str | None, form: str, data: Path) -> None:
    """The answer as a table: provider, chip, place, lowest stated price, verdict, evidence. Sorted by name.

    \b
    Kinds of customers beside the eleven, for any country (ISO 3166-1 codes):
      company:VN         a company of Vietnam      subsidiary:SG/CN   its seat / its parent's seat
      individual:IR      somebody living in Iran   national:CN/DE     nationality / residence
    """
    from chipwatch.answers import access_text

    if provider is not None:
        if chip or country or form == "csv":
            raise click.UsageError("--explain tells of one provider, as a table or as json; leave out --chip, --country and --format csv")
        from chipwatch.explaining import explain_text

        click.echo(explain_text(database_of(data), provider, [checked_customer(c) for c in customers], form=form))
        return
    click.echo(access_text(database_of(data), [checked_customer(c) for c in customers], chip=checked_chip(chip), country=checked_country(country), form=form))


@cli.command("query", short_help="Ask the data set in SQL, read-only; thirty prepared questions.")
@click.argument("sql", required=False)
@click.option("--question", "-q", "which", default=None, metavar="N", help="Run one of the thirty prepared questions, by number or name.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A parameter of the question; may be given several times.")
@click.option("--list", "show", is_flag=True, help="List the prepared questions.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("--limit", type=click.IntRange(1), default=None, help="Rows at most (table: 1,000 unless told; csv and json: all).")
@click.option("--timeout", type=click.FloatRange(0.1, 3600), default=30.0, show_default=True, help="Seconds.")
@data_option
def query_command(sql: str | None, which: str | None, settings: tuple[str, ...], show: bool, form: str, limit: int | None, timeout: float, data: Path) -> None:
    """Ask the data set in SQL, read-only. Views: providers, documents, captures, offers, regions, clauses, signals,
    verdicts, issues, chips, changes; offers_history and the like hold past states. Columns: docs/data-format.md.

    \b
      chipwatch query "select provider, gpu_name, price, currency from offers where gpu_name = 'H100'"
      chipwatch query --list
      chipwatch query --question 8 --set customer=cn_subsidiary_abroad --format csv
    """
    from chipwatch.answers import query_text, question_text, questions_text

    if sum((sql is not None, which is not None, show)) != 1:
        raise click.UsageError("give one SELECT in quotes, or --question N, or --list.")
    if settings and which is None:
        raise click.UsageError("--set goes with --question.")
    if show:
        click.echo(questions_text(), nl=False)
    elif which is not None:
        click.echo(question_text(database_of(data), which, _settings(settings), form=form, limit=limit, timeout=timeout), nl=False)
    else:
        click.echo(query_text(database_of(data), sql or "", form=form, limit=limit, timeout=timeout), nl=False)


def _settings(texts: tuple[str, ...]) -> dict[str, str]:
    """NAME=VALUE as a dictionary. Raises click.UsageError for anything else."""
    for text in texts:
        if "=" not in text:
            raise click.UsageError(f"--set takes NAME=VALUE, not {text!r}.")
    return dict(text.split("=", 1) for text in texts)


add_history_commands(cli, data_option, database_of)


@cli.command("status", short_help="What was read when, what was not, and what to do.")
@click.argument("providers", nargs=-1, metavar="[PROVIDER]...")
@click.option("--failed", is_flag=True, help="Only documents that could not be fetched or read.")
@click.option("--stale", is_flag=True, help="Only documents whose last good data are kept, because later visits gave none.")
@click.option("--role", type=click.Choice(DOCUMENT_ROLES), metavar="ROLE", default=None, help="Only documents of this role (offers, regions, terms_of_service …).")
@click.option("--all", "whole", is_flag=True, help="Every document on lines of its own; else providers without trouble take one line.")
@click.option("--json", "as_object", is_flag=True, help="One object a document, in a list.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", hidden=True)
@click.option("--check", is_flag=True, help="For monitors: say the totals alone, and exit with 3 or 69 (below).")
@data_option
def status_command(providers: tuple[str, ...], failed: bool, stale: bool, role: str | None, whole: bool, as_object: bool, form: str, check: bool, data: Path) -> None:
    """Per provider and document: last success, its age, why there is nothing newer, what to do, when it is due next.

    Documents that are declared and were never visited are listed, too.

    \b
    Exit codes with --check:
      0   nothing that was asked for needs somebody to act
      3   a document is missing or old and will stay so (a moved page, a selector that misses, …),
          or was not visited long after it was due
      69  nothing that was visited could be read
    """
    import json

    from chipwatch import monitor

    everything, remarks = monitor.gather(data)
    rows = monitor.choose(everything, providers=providers, role=role, failed=failed, stale=stale)
    if as_object or form == "json":
        click.echo(json.dumps(monitor.as_rows(rows), ensure_ascii=False, indent=1))
    elif check:
        click.echo(monitor.total(rows))
    else:
        click.echo(monitor.as_text(rows, remarks, whole=whole or bool(providers or failed or stale or role)))
    if check:
        sys.exit(monitor.exit_code(rows))


@cli.command("export", short_help="Write CSV, JSON lines, Parquet, SQLite; or a bundle of evidence.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--format", "formats", multiple=True, type=click.Choice(["csv", "jsonl", "parquet", "sqlite"]), help="Only this format; may be given several times (default: all).")
@click.option("--evidence", is_flag=True, help="Write the captures that a briefing cites instead, as a WACZ bundle that opens in ReplayWeb.page and pywb.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), default=None, help="With --evidence: the PDF whose captures are meant "
              "(default: what the briefing of this data set would cite).")
@data_option
def export_command(folder: Path, formats: tuple[str, ...], evidence: bool, report: Path | None, data: Path) -> None:
    """Write the data set as files, with a data dictionary, datapackage.json, croissant.json, CITATION.cff, CHANGES.md, notes on rights and checksums.

    The same data set gives the same bytes. With --evidence: evidence.wacz and a list of what is in it.
    """
    if report is not None and not evidence:
        raise click.UsageError("--report goes with --evidence.")
    if evidence and formats:
        raise click.UsageError("--format does not go with --evidence.")
    database = database_of(data)
    if evidence:
        from chipwatch.bundling import bundle

        for line in bundle(data, database, folder, report):
            click.echo(line)
        return
    from dataset.export import FORMATS, export

    for path in export(database, folder, formats=formats or FORMATS):
        click.echo(path)


add_serve_command(cli, data_option, database_of)
add_review_commands(cli, data_option, database_of)


@cli.command("evaluate", short_help="Score the reading against labelled documents.")
@click.argument("gold", nargs=-1, required=True, metavar="GOLD.jsonl...", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--root", type=click.Path(path_type=Path, file_okay=False, exists=True), default=None, help="Folder that the paths in GOLD start from (default: the working folder, the folder of GOLD, then ../corpus beside it).")
@click.option("--errors", "show_errors", is_flag=True, help="List every label that was missed, and every finding that no label supports.")
@click.option("--floors", type=click.Path(path_type=Path, exists=True, dir_okay=False), default=None, help="YAML with the least figures; a figure below its floor ends the command with exit code 1.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes to read with.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def evaluate_command(gold: tuple[Path, ...], root: Path | None, show_errors: bool, floors: Path | None, workers: int, form: str) -> None:
    """Read the documents that GOLD labels, and print precision, recall and F1 of clauses, places, offers and regions, by label and language, the accuracy of
    polarity, mode, exception and verdicts, and how well confidence is calibrated.

    Each line of GOLD is an object with "path", and "clauses" (label, and quote or start and end), "offers", "chips", "regions" or "verdict".
    """
    import json

    from chipwatch.answers import terminal_columns
    from chipwatch.evaluating import as_text, below, errors_text, figures, load_floors, read_labelled

    least = load_floors(floors) if floors else {}
    rows = read_labelled(list(gold), root, workers)
    found = figures(rows)
    click.echo(json.dumps(found, ensure_ascii=False, indent=1) if form == "json" else as_text(found, terminal_columns()))
    if show_errors:
        click.echo(errors_text(rows), err=form == "json")
    faults = below(found, least)
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        sys.exit(1)


@cli.command("build", short_help="Bring the data set up to date with the captures.")
@click.option("--workers", type=click.IntRange(1, 64), default=None, help="Reading processes (default: one a core).")
@data_option
def build_command(workers: int | None, data: Path) -> None:
    """Read what has no reading yet and make the data set, where captures, decisions of people, tables or the program have changed since it was made; else do
    nothing. The result is what `chipwatch rebuild` gives, byte for byte. The network is not touched.
    """
    from chipwatch.run import bring_up_to_date

    path, made = bring_up_to_date(data, workers=workers)
    if not made:
        click.echo("nothing has changed since the data set was made", err=True)
    click.echo(path)


@cli.command("rebuild")
@click.option("--fresh", is_flag=True, help="Read every capture again instead of using kept readings.")
@click.option("--workers", type=click.IntRange(1, 64), default=None, help="Reading processes (default: one a core).")
@data_option
def rebuild_command(fresh: bool, workers: int | None, data: Path) -> None:
    """Make the data set anew from the captures, also where nothing has changed. The network is not touched."""
    from chipwatch.run import rebuild

    click.echo(rebuild(data, fresh=fresh, workers=workers))


@cli.group("providers", cls=Commands)
def providers_group() -> None:
    """The declarations of providers."""


@providers_group.command("list", short_help="Every declared provider.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def providers_list(form: str) -> None:
    """Every declared provider: seat, documents, offer sources, permission."""
    from chipwatch.answers import providers_text

    click.echo(providers_text(form))


@providers_group.command("check", short_help="Validate all, or see what one yields.")
@click.argument("what", required=False, metavar="[SLUG|FOLDER]", type=click.Path(path_type=Path, file_okay=False))
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option("--live", is_flag=True, help="With SLUG: visit its addresses now, twice, politely.")
@click.option("--sample", is_flag=True, help="With SLUG: a provider of the sample market, visited now, twice.")
@data_option
def providers_check(what: Path | None, form: str, live: bool, sample: bool, data: Path) -> None:
    """Validate all declarations (of FOLDER); every fault with file, line and what to write instead. Where there is none, tables say how much of the field
    is declared: by seat country, category, role of the document, permission and method. As JSON the faults are in it too.

    With SLUG, show what each declared address and selector yields in its last two visits (where there is one, it is read twice), whether the two agree,
    and what of it is not mapped: unknown chips, prices without currency or unit, places without country. Ends with 1 where a person should look.
    """
    if what is not None and not what.is_dir() and what.name == str(what):
        return check_one(str(what), data, live=live, sample=sample, form=form)
    if live or sample:
        raise click.UsageError("--live and --sample go with the SLUG of one provider")
    from crawler.declarations import read_providers

    folder = what
    declarations, faults, count = read_providers(folder)
    if form == "json":
        from chipwatch.answers import coverage_json

        click.echo(coverage_json(declarations, faults))
    for fault in faults:
        click.echo(printable(fault), err=True)
    if faults:
        click.echo(f"{counted(len(faults), 'fault')} in {counted(count, 'declaration')}", err=True)
        sys.exit(errors.DATA_ERROR)
    if not count:
        raise errors.InputError(f"no declarations in {folder}; give a folder that holds SLUG/provider.yml")
    if form == "table":
        from chipwatch.answers import coverage_text

        click.echo(coverage_text(declarations))
        click.echo(f"{count} declaration{'' if count == 1 else 's'}, no fault")


add_provider_commands(providers_group, data_option)


@cli.command("doctor", short_help="What this machine has, and what is missing.")
@data_option
def doctor_command(data: Path) -> None:
    """See whether this machine has what chipwatch needs, and say what is missing."""
    from chipwatch.doctor import examine

    lines, healthy = examine(data)
    click.echo("\n".join(lines))
    sys.exit(0 if healthy else 1)


def main() -> None:
    """Entry point: whatever goes wrong ends as one line on stderr and an exit code, never as a traceback."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(errors.USAGE)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        print("chipwatch: stopped; what was captured and decided so far is kept, and the last data set stays in place", file=sys.stderr)
        sys.exit(130)
    except ChipwatchError as error:
        print(f"chipwatch: {printable(str(error))}", file=sys.stderr)
        sys.exit(getattr(error, "exit_code", errors.DATA_ERROR))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())   # `chipwatch … | head` is no fault
        sys.exit(0)
    except OSError as error:
        print(f"chipwatch: {printable(errors.explain_os_error(error, 'failed on'))}", file=sys.stderr)
        sys.exit(errors.CANNOT_WRITE)
    except Exception as error:                                 # noqa: BLE001  a defect of ours: one line for the user, the trace on request
        if os.environ.get("CHIPWATCH_DEBUG"):
            raise
        print(f"chipwatch: internal error: {type(error).__name__}: {printable(str(error))[:300]} (set CHIPWATCH_DEBUG=1 for the trace, and report it)", file=sys.stderr)
        sys.exit(errors.INTERNAL)


if __name__ == "__main__":
    main()
