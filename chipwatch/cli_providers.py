"""The commands of `chipwatch providers` that visit, compare and write back. Imports nothing heavy; `chipwatch.cli` adds them to its group."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable
from pathlib import Path

import click

from chipwatch import errors
from chipwatch.terminal import printable


def add_commands(group: click.Group, data_option: Callable) -> None:
    """Add `new` and `verify` to the group."""
    group.add_command(data_option(verify_command))
    group.add_command(new_command)


@click.command("verify", short_help="Write dates and moved addresses back.")
@click.argument("providers", nargs=-1, metavar="[PROVIDER]...")
@click.option("--write", is_flag=True, help="Change the declarations; without it, the changes are shown and nothing is written.")
@click.option("--from-archive", "since", type=click.DateTime(["%Y-%m-%d"]), default=None, metavar="DATE",
              help="Count replayed archives too, where a page was captured on DATE or later; its own date is written.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False, exists=True), default=None, help="Folder of declarations (default: those that come with chipwatch).")
def verify_command(providers: tuple[str, ...], write: bool, since: datetime.datetime | None, folder: Path | None, data: Path) -> None:
    """Compare the declared addresses with what live runs saw: `verified:` dates for addresses that answered with a page of their role, new addresses for those
    that have moved for good within their site; shown as a diff. What is gone, moved to another site or failed is listed for a person. Sample runs never count.
    """
    from chipwatch import verifying

    result = verifying.verify(data, folder=folder, only=list(providers) or None, since=since.date() if since else None)
    for diff in result.diffs.values():
        click.echo(diff, nl=False)
    words = verifying.details(result.findings)
    if words:
        click.echo(words, err=True)
    done = verifying.write(result) if write else 0
    for fault in result.faults:
        click.echo(printable(fault), err=True)
    click.echo(verifying.summary(result.findings), err=True)
    if result.texts:
        click.echo(f"{done} declarations written; see `git diff`" if write else f"{len(result.texts)} declarations would change; --write does it", err=True)
    if result.faults:
        sys.exit(errors.DATA_ERROR)


def check_one(slug: str, data: Path, *, live: bool, sample: bool) -> None:
    """`providers check SLUG`."""
    from chipwatch.checking import as_text, check_provider, faults_of

    folder = None
    if sample:
        from sample_market.market import providers_folder

        folder = providers_folder()
    if live or sample:
        visit_twice(slug, data, "sample" if sample else "live")
    rows = check_provider(slug, data, folder=folder, sample=sample)
    click.echo(as_text(rows))
    if any(faults_of(row) for row in rows):
        sys.exit(1)


def visit_twice(slug: str, data: Path, mode: str) -> None:
    """Two visits one after the other, each kept as a run of its own."""
    from chipwatch.run import crawl_stage, locked, prepare_data_dir

    prepare_data_dir(data)
    with locked(data):
        for _ in range(2):
            crawl_stage(data, mode, only=[slug])
