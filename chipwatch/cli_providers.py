"""The commands of `chipwatch providers` that visit, compare and write back. Imports nothing heavy; `chipwatch.cli` adds them to its group."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable
from pathlib import Path

import click

from chipwatch import errors
from chipwatch.terminal import counted, printable


def add_commands(group: click.Group, data_option: Callable) -> None:
    """Add `new` and `verify` to the group."""
    group.add_command(data_option(verify_command))
    group.add_command(data_option(new_command))


@click.command("verify", short_help="Write dates and moved addresses back.")
@click.argument("providers", nargs=-1, metavar="[PROVIDER]...")
@click.option("--write", is_flag=True, help="Change the declarations; without it, the changes are shown and nothing is written.")
@click.option("--from-archive", "since", type=click.DateTime(["%Y-%m-%d"]), default=None, metavar="DATE",
              help="Count replayed archives too, where a page was captured on DATE or later; its own date is written.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False, exists=True), default=None, help="Folder of declarations (default: those that come with chipwatch).")
@click.option("--json", "as_object", is_flag=True, help="Every finding as JSON, instead of the diff.")
def verify_command(providers: tuple[str, ...], write: bool, since: datetime.datetime | None, folder: Path | None, as_object: bool, data: Path) -> None:
    """Compare the declared addresses with what live runs saw: `verified:` dates for addresses that answered with a page of their role, new addresses for those
    that have moved for good within their site; shown as a diff. What is gone, moved to another site or failed is listed for a person. Sample runs never count.
    """
    from chipwatch import verifying

    result = verifying.verify(data, folder=folder, only=list(providers) or None, since=since.date() if since else None)
    if as_object:
        click.echo(verifying.as_json(result.findings))
    for diff in () if as_object else result.diffs.values():
        click.echo(diff, nl=False)
    words = verifying.details(result.findings)
    if words:
        click.echo(words, err=True)
    done = verifying.write(result) if write else 0
    for fault in result.faults:
        click.echo(printable(fault), err=True)
    click.echo(verifying.summary(result.findings), err=True)
    if result.texts:
        click.echo(f"{counted(done, 'declaration')} written; see `git diff`" if write else f"{counted(len(result.texts), 'declaration')} would change; --write does it", err=True)
    if result.faults:
        sys.exit(errors.DATA_ERROR)


def check_one(slug: str, data: Path, *, live: bool, sample: bool, form: str = "table") -> None:
    """`providers check SLUG`."""
    from chipwatch.checking import as_json, as_text, check_provider, faults_of
    from chipwatch.run_folders import declared

    folder = None
    if sample:
        from sample_market.market import providers_folder

        folder = providers_folder()
    try:
        declared(folder, [slug])
    except errors.InputError as error:
        raise errors.InputError(f"no such folder of declarations: {slug}; and as a slug: {error}") from None
    if live or sample:
        visit_twice(slug, data, "sample" if sample else "live")
    rows = check_provider(slug, data, folder=folder, sample=sample)
    click.echo(as_json(rows) if form == "json" else as_text(rows))
    if any(faults_of(row) for row in rows):
        sys.exit(1)


def visit_twice(slug: str, data: Path, mode: str) -> None:
    """Two visits one after the other, each kept as a run of its own."""
    from chipwatch.crawling import crawl_stage
    from chipwatch.run_folders import locked, prepare_data_dir

    prepare_data_dir(data)
    with locked(data):
        for _ in range(2):
            crawl_stage(data, mode, only=[slug])


@click.command("new", short_help="Draft a declaration: probe a site, or a template.")
@click.argument("name")
@click.argument("url", required=False)
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), default=None, metavar="DIR", help="Write DIR/SLUG/provider.yml (default: the declarations that come with chipwatch).")
@click.option("--offline", is_flag=True, help="Visit nothing: write a commented template to fill in; so does a call without URL.")
@click.option("--sample", is_flag=True, help="URL is a site of the bundled sample market (needs --output).")
def new_command(name: str, url: str | None, output: Path | None, offline: bool, sample: bool, data: Path) -> None:
    """Start the declaration of provider NAME.

    With URL, the site is looked at within the rules of a guest: robots.txt first, at most 25 requests, one at a time with pauses, this site alone. The draft
    names candidates by role with what the readers found on them, and what a person must decide. What was fetched is kept below DATA/probes.
    Without URL (or with --offline) a template is written: NAME is the slug then.
    """
    if sample and (output is None or url is None):
        raise click.UsageError("--sample goes with a URL of the sample market and --output DIR: invented companies never stand among the declarations")
    if url is None or offline:
        from crawler.declarations import new_provider

        click.echo(f"{new_provider(name, output)}: fill it in (docs/add-a-provider.md), then run `chipwatch providers check`")
        return
    from chipwatch.probing import known_folder, probe
    from chipwatch.run_folders import prepare_data_dir

    prepare_data_dir(data)
    folder = output or known_folder()
    if sample:
        from sample_market.market import crawl_settings, serve

        with serve() as market:
            draft = probe(name, url, data=data, folder=folder, mode="sample", settings=crawl_settings(market))
    else:
        draft = probe(name, url, data=data, folder=folder)
    click.echo(f"{counted(draft.counts['visited'], 'page')} looked at, {draft.counts['failed']} not had; kept in {draft.run_dir}", err=True)
    click.echo(f"{draft.path}: a draft; the comments say what to decide (docs/add-a-provider.md)")
