"""`chipwatch serve`. Imports nothing heavy; `chipwatch.cli` adds it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def add_commands(group: click.Group, data_option: Callable, database_of: Callable[[Path], Path]) -> None:
    """Add `serve` to the group."""

    @group.command("serve", short_help="The data set in a browser.")
    @click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="0 takes a free one.")
    @click.option("--host", default="127.0.0.1", show_default=True, help="Another address lets other machines read; there is no password.")
    @click.option("--open", "show", is_flag=True, help="Open it in the browser.")
    @click.option("--timeout", type=click.FloatRange(0.1, 300), default=5.0, show_default=True, help="Seconds that one query may take.")
    @click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True, help="Rows of one answer (CSV of a view gives all of them).")
    @data_option
    def serve_command(port: int, host: str, show: bool, timeout: float, limit: int, data: Path) -> None:
        """The data set in a browser, until Ctrl-C: providers, verdicts with their rule and clauses, each quote in its document, charts, prepared questions, SQL.

        Read-only, and for this machine alone unless --host says otherwise. Nothing is fetched from elsewhere. After `chipwatch rebuild` it shows the new data set.
        """
        from chipwatch.serving import address, application, bound, serve

        database = database_of(data)
        loopback = host in LOOPBACK
        with bound(host, port) as sock:
            app = application(data, database, loopback=loopback, sql_seconds=timeout, rows=limit)   # before the address is told: it may be refused
            where = address(sock)
            if not loopback:
                click.echo(f"chipwatch: warning: serving on {host}: every machine that reaches this address can read the data set", err=True)
            click.echo(where)
            click.echo("Ctrl-C ends it.", err=True)
            if show:
                click.launch(where)
            serve(app, sock)
        click.echo("stopped", err=True)
