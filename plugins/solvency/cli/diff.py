"""`solvency diff`: what changed between two versions of a case."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from solvency.cli.common import Asked
from solvency.cli.common import Day
from solvency.cli.common import Refused
from solvency.cli.common import print_json
from solvency.cli.terminal.completion import names
from solvency.cli.terminal.screen import screen
from solvency.cli.terminal.screen import show

if TYPE_CHECKING:
    import datetime

    from solvency.ledger.case import Case


@click.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option(
    "--scenario",
    metavar="NAME",
    shell_complete=names("scenario", besides=("established", "*")),
    help="Take this scenario of both.",
)
@click.option(
    "--known", type=Day(), metavar="DATE", help="Take only what was published by then."
)
@click.option("--trust", is_flag=True, help="Run the plugins the ledgers ask for.")
@click.option(
    "--beliefs/--no-beliefs",
    default=True,
    help="Weigh the hypotheses of both too, which takes minutes for a large case.",
)
@click.option(
    "--most",
    type=click.IntRange(0, 100_000),
    default=40,
    show_default=True,
    help="Changes that are tried alone, the largest first.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option(
    "--exit-code", is_flag=True, help="End with status 1 where anything differs."
)
def command(
    before: str,
    after: str,
    scenario: str | None,
    known: datetime.date | None,
    trust: bool,
    beliefs: bool,
    most: int,
    as_json: bool,
    as_csv: bool,
    exit_code: bool,
) -> None:
    r"""Compare two versions of a case: what changed, and what follows from it.

    A and B are files, folders with a main.beancount, or git revisions, written
    REVISION or REVISION:PATH. Every figure and finding that differs is told with
    the changes that move it when each is made alone.

    \b
    Example:
      solvency diff HEAD~1 main.beancount
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude one another.")
    from solvency.analysis.diff.ask import compare  # noqa: PLC0415 (lazy start)
    from solvency.cli.terminal.progress import progress as showing  # noqa: PLC0415 (as above)

    asked = Asked(Path(), scenario, known, trust)
    old, new = _both(asked, before, after)
    with showing() as progress:
        found = compare(old, new, beliefs=beliefs, most=most, progress=progress)
    if as_json:
        print_json(found.to_json())
    elif as_csv:
        for table in found.to_tables():
            click.echo(table.to_csv())
    else:
        said = [] if found.changes else ["nothing differs"]
        if found.untried:
            said.append(f"{found.untried:,} smaller changes were not tried alone")
        show((*(one for one in found.to_tables() if one.rows), *said), screen())
    if exit_code and found.changes:
        raise SystemExit(1)


def _both(asked: Asked, before: str, after: str) -> tuple[Case, Case]:
    from solvency.analysis.diff.versions import version  # noqa: PLC0415 (lazy start)
    from solvency.ledger.errors import CaseError  # noqa: PLC0415 (as above)

    try:
        with contextlib.ExitStack() as stack:
            tops = [
                stack.enter_context(version(one, other))
                for one, other in ((before, after), (after, before))
            ]
            old, new = (replace(asked, ledger=top).load() for top in tops)
    except CaseError as error:
        raise Refused(str(error)) from error
    return old, new
