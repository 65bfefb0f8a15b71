"""The commands that tell what changed: `diff` and `changes`. Imports nothing heavy; `chipwatch.cli` adds them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import click

from chipwatch.records import DOCUMENT_ROLES

DAY = click.DateTime(["%Y-%m-%d"])


def add_commands(group: click.Group, data_option: Callable, database_of: Callable[[Path], Path]) -> None:
    """Add `diff` and `changes` to the group. `database_of` gives the data set of a data folder."""

    @group.command("diff", short_help="The clause redline of a provider's documents.")
    @click.argument("provider")
    @click.option("--from", "start", type=DAY, default=None, metavar="DATE", help="As it stood at the end of this day (default: before the last new version of each document).")
    @click.option("--to", "end", type=DAY, default=None, metavar="DATE", help="As it stood at the end of this day (default: now).")
    @click.option("--document", "role", type=click.Choice(DOCUMENT_ROLES), metavar="ROLE", default=None, help="Only the documents of this role (terms_of_service, acceptable_use …).")
    @click.option("--all", "whole", is_flag=True, help="Show clauses that did not change, too.")
    @click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
    @data_option
    def diff_command(provider: str, start: datetime.datetime | None, end: datetime.datetime | None, role: str | None, whole: bool, form: str, data: Path) -> None:
        """What became of each clause of PROVIDER: unchanged, moved, renumbered, typographic, substantive, added or removed.

        Words that went stand in [-…-], words that came in {+…+}; on a terminal they are coloured, too. Both versions are read by the reader of today, so that
        a change of our own software never looks like one of the document.
        """
        from chipwatch.telling import diff_text

        days = [d.date().isoformat() if d else None for d in (start, end)]
        if start and end and start > end:
            raise click.UsageError("--from is later than --to")
        click.echo(diff_text(database_of(data), provider, *days, role=role, whole=whole, form=form))

    @group.command("changes", short_help="What changed since a day, in order of consequence.")
    @click.option("--since", type=DAY, default=None, metavar="DATE", help="First day (default: the last run that changed anything).")
    @click.option("--until", type=DAY, default=None, metavar="DATE", help="Last day (default: now).")
    @click.option("--provider", default=None, metavar="SLUG", help="Only this provider.")
    @click.option("--all", "whole", is_flag=True, help="List the lesser changes, too (small moves of prices, single offers, new versions, moved or renumbered clauses).")
    @click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
    @data_option
    def changes_command(since: datetime.datetime | None, until: datetime.datetime | None, provider: str | None, whole: bool, form: str, data: Path) -> None:
        """What changed, the most consequential first: verdicts, rules, prices, chips, regions, documents that give no fresh data.

        The lesser changes are counted, unless --all asks for them; JSON holds all. The same is written at each run: DATA/changes.json, and DATA/changes.atom for feed readers.
        """
        from chipwatch.telling import changes_text

        if since and until and since > until:
            raise click.UsageError("--since is later than --until")
        days = [d.date().isoformat() if d else None for d in (since, until)]
        click.echo(changes_text(database_of(data), *days, provider=provider, whole=whole, form=form))
