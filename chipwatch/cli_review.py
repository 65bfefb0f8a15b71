"""`chipwatch review`. Imports nothing heavy; `chipwatch.cli` adds it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from chipwatch import errors
from chipwatch.records import CLAUSE_LABELS, MODES, POLARITIES
from chipwatch.terminal import counted

BY: dict[str, Any] = {"envvar": "CHIPWATCH_REVIEWER", "metavar": "NAME", "help": "Who decides (or set CHIPWATCH_REVIEWER)."}
KEYS = "[a]ccept  a[m]end  [r]eject  [s]kip  [q]uit"


class ReviewGroup(click.Group):
    """`review` alone, or with a provider, goes through the findings; `review accept ID` and the like decide on one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = next((a for a in args if a in self.commands and a != "walk"), None)
        if named:                                              # options may stand before the name
            args = [named, *(a for n, a in enumerate(args) if n != args.index(named))]
        elif not any(a in ("-h", "--help") for a in args):
            args = ["walk", *args]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "[PROVIDER] [--label L] [--limit N] [--list] [--all] [--by NAME]")
        formatter.write_usage(ctx.command_path, "accept|amend|reject|withdraw ID --by NAME [--note TEXT] …", prefix="       ")


def amend_options(command: Callable) -> Callable:
    for option in reversed((
        click.option("--label", type=click.Choice(list(CLAUSE_LABELS)), metavar="LABEL", help="What the clause is about."),
        click.option("--polarity", type=click.Choice(POLARITIES)), click.option("--mode", type=click.Choice(MODES)),
        click.option("--places", metavar="CC,…", help="ISO codes of the places named; an empty text for none."),
        click.option("--groups", metavar="G,…", help="Groups of places cited, as US-embargoed, D:5; an empty text for none."),
        click.option("--exception", metavar="WORDS", help="The words of the exception."), click.option("--no-exception", is_flag=True, help="There is no exception."),
        click.option("--strength", type=click.IntRange(0, 3)), click.option("--words", metavar="TEXT", help="The part of the quote that is the clause."),
    )):
        command = option(command)
    return command


def changes_of(finding: Any, label: str | None, polarity: str | None, mode: str | None, places: str | None, groups: str | None, exception: str | None, no_exception: bool,
               strength: int | None, words: str | None) -> dict[str, Any]:
    """The options of `amend` as changes."""
    from chipwatch.reviewing import as_list, span_of

    changes: dict[str, Any] = {k: v for k, v in (("label", label), ("polarity", polarity), ("mode", mode), ("strength", strength), ("exception", exception)) if v is not None}
    if no_exception:
        changes["exception"] = None
    for name, given in (("places", places), ("place_groups", groups)):
        if given is not None:
            said = [p.strip() for p in given.split(",") if p.strip()]
            if said != as_list(finding, name):
                changes[name] = [p.upper() for p in said] if name == "places" else said
    if words is not None:
        changes["span"] = span_of(finding, words)
    return changes


def add_commands(group: click.Group, data_option: Callable, database_of: Callable[[Path], Path]) -> None:
    """Add `review` to the group."""

    @group.group("review", cls=ReviewGroup, short_help="See machine findings; accept, amend, reject.")
    def review_group() -> None:
        """Go through what the machine found in the terms, lowest confidence first: accept, amend or reject each finding, quit and go on at any time.

        Nothing needs a review. Decisions are kept in DATA/reviews/PROVIDER.jsonl, bound to the words they were made on; `chipwatch rebuild` applies them, and
        they are marked in every output. Where the words change, a decision lapses, and is reported.

        \b
          chipwatch review                                     go through all, by single keys
          chipwatch review PROVIDER --label country_exclusion  go through some
          chipwatch review --list --limit 20                   only list them
          chipwatch review accept C-ABCD2345 --by "A. Reader"
          chipwatch review amend C-ABCD2345 --by "A. Reader" --places CN,HK --note "Macau is not named"
        """

    @review_group.command("walk", hidden=True)
    @click.argument("provider", required=False)
    @click.option("--label", type=click.Choice(list(CLAUSE_LABELS)), metavar="LABEL", help="Only findings of this label.")
    @click.option("--limit", type=click.IntRange(1), default=None, help="At most so many.")
    @click.option("--list", "only_list", is_flag=True, help="List them; decide nothing.")
    @click.option("--all", "everything", is_flag=True, help="Those that somebody has decided on, too.")
    @click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True, help="Of --list.")
    @click.option("--by", **BY)
    @data_option
    def walk(provider: str | None, label: str | None, limit: int | None, only_list: bool, everything: bool, form: str, by: str | None, data: Path) -> None:
        """Go through the findings."""
        from chipwatch import reviewing

        database = database_of(data)
        found = reviewing.findings(data, database, provider=provider, label=label)
        open_ones = [f for f in found if f.decision is None]
        chosen = (found if everything else open_ones)[:limit]
        for d in reviewing.lapsed(data, database, provider):
            click.echo(f"lapsed: {d.decision} of {d.clause} ({d.provider}, {d.label}) by {d.by}, {d.at[:10]}: its words do not stand there any more", err=True)
        if only_list:
            from chipwatch.answers import terminal_columns
            from dataset.query import Result, render

            columns = ["finding", "provider", "label", "confidence", "decision", "quote"]
            click.echo(render(Result(columns, reviewing.listing(chosen)), form, terminal_columns()), nl=False)
            click.echo(f"{len(open_ones)} of {counted(len(found), 'finding')} {'waits' if len(open_ones) == 1 else 'wait'} for a person", err=True)
            return
        if not chosen:
            click.echo("nothing waits for a person here" + ("" if everything else "; --all shows what was decided"))
            return
        by = by or click.prompt("Your name, as it is to stand beside your decisions", err=True)
        click.echo(f"{done_words(walk_through(data, database, chosen, str(by)), data)}")

    def decider(name: str, words: str) -> Callable:
        @review_group.command(name, short_help=words)
        @click.argument("finding_id", metavar="ID")
        @click.option("--by", required=True, **BY)
        @click.option("--note", default="", metavar="TEXT", help="Why.")
        @data_option
        def command(finding_id: str, by: str, note: str, data: Path, **options: Any) -> None:
            from chipwatch import reviewing

            finding = reviewing.find(data, database_of(data), finding_id)
            changes = changes_of(finding, **options) if name == "amend" else None
            click.echo(reviewing.decide(data, finding, name, by=by, why=note, changes=changes))
            click.echo(f"`chipwatch rebuild --data {data}` applies it", err=True)

        command.help = f"{words} ID as `chipwatch review --list` shows it."
        return command

    decider("accept", "The finding is right.")
    amend_options(decider("amend", "The finding is right but for what the options say."))
    decider("reject", "The finding is none.")
    decider("withdraw", "Take the last decision on the finding back.")


def done_words(count: int, data: Path) -> str:
    return f"{count} decided; `chipwatch rebuild --data {data}` applies them" if count else "nothing decided"


def walk_through(data: Path, database: Path, chosen: list[Any], by: str) -> int:
    """Show one finding after the other and keep what is decided at once, so that quitting loses nothing; returns how many were decided."""
    from chipwatch import reviewing
    from chipwatch.serving import documents_of

    document_of = documents_of(data)
    done = 0
    for number, finding in enumerate(chosen, start=1):
        click.echo(f"\n[{number}/{len(chosen)}] " + reviewing.card(finding, reviewing.around(finding, document_of, reviewing.capture_of(database, finding))))
        while True:
            key = pressed()
            if key == "q":
                return done
            if key == "s":
                break
            if key in ("a", "m", "r"):
                try:
                    changes = asked(finding) if key == "m" else None
                    note = click.prompt("note", default="", show_default=False)
                    reviewing.decide(data, finding, {"a": "accept", "m": "amend", "r": "reject"}[key], by=by, why=note, changes=changes)
                except reviewing.ReviewRefused as refused:
                    click.echo(f"{refused}")
                    continue
                done += 1
                break
    return done


def pressed() -> str:
    """One key. Raises InputError where there is no terminal."""
    click.echo(f"{KEYS} ", nl=False)
    try:
        key = click.getchar().lower()
    except (OSError, EOFError) as error:
        raise errors.InputError("this needs a terminal: use `chipwatch review --list`, and `chipwatch review accept ID --by NAME`") from error
    click.echo(key if key.isprintable() else "")
    return key


def asked(finding: Any) -> dict[str, Any]:
    """The amendment, asked for field by field; Enter leaves a field as it is."""
    row = finding.row

    def ask(name: str, now: str, choices: Any = None) -> str | None:
        said = click.prompt(name, default=now or "-", type=click.Choice(list(choices)) if choices else str, show_choices=False)
        return None if said == (now or "-") else said

    from chipwatch.reviewing import as_list

    label, polarity, mode = ask("label", finding.label, CLAUSE_LABELS), ask("polarity", row["polarity"], POLARITIES), ask("mode", row["mode"], MODES)
    places = ask("places (CC,… or none)", ",".join(as_list(finding, "places")))
    exception = ask("exception (its words, or none)", row.get("exception") or "")
    words = click.prompt("the part of the quote that is the clause (Enter: all of it)", default="", show_default=False)
    return changes_of(finding, label, polarity, mode, "" if places == "none" else places, None, None if exception == "none" else exception, exception == "none", None, words or None)
