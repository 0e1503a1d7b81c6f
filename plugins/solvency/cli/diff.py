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
from solvency.cli.common import refuse_unwritable
from solvency.cli.common import write_workbook
from solvency.cli.terminal.cache import no_cache
from solvency.cli.terminal.completion import names
from solvency.cli.terminal.exit_status import DOES_NOT_HOLD
from solvency.cli.terminal.screen import screen
from solvency.cli.terminal.screen import show

if TYPE_CHECKING:
    import datetime

    from solvency.analysis.diff.answer import CaseDifference
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
    "--known",
    type=Day(),
    metavar="DATE",
    help="Leave out amounts from sources published later.",
)
@click.option("--trust", is_flag=True, help="Run the plugins the ledgers ask for.")
@no_cache
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
    "-o",
    "output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a page for a browser (.html) or a workbook (.xlsx).",
)
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
    output: Path | None,
    exit_code: bool,
) -> None:
    r"""Compare two versions of a case: what changed, and what follows from it.

    A and B are files, folders with a main.beancount, or git revisions, written
    REVISION or REVISION:PATH. Every figure and finding that differs is told with
    the changes that move it when each is made alone.

    \b
    Examples:
      solvency diff HEAD~1 main.beancount
      solvency diff HEAD~1 main.beancount -o changes.html
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude one another.")
    if output is not None:
        refuse_unwritable(output)
        if output.suffix not in {".html", ".xlsx"}:
            raise click.UsageError(
                f"-o writes a page or a workbook: {output} must end in .html or .xlsx."
            )
    from solvency.analysis.diff.diff import compare  # noqa: PLC0415 (lazy start)
    from solvency.cli.terminal.progress import progress as showing  # noqa: PLC0415 (as above)

    asked = Asked(Path(), scenario, known, trust)
    old, new = _both(asked, before, after)
    with showing() as progress:
        found = compare(old, new, beliefs=beliefs, most=most, progress=progress)
    if output is not None:
        _write(old, new, found, output)
    if as_json:
        print_json(found.to_json())
    elif as_csv:
        for table in found.to_tables():
            click.echo(table.to_csv())
    elif output is None:
        said = [] if found.changes else ["nothing differs"]
        if found.untried:
            said.append(f"{found.untried:,} smaller changes were not tried alone")
        show((*(one for one in found.to_tables() if one.rows), *said), screen())
    if exit_code and found.changes:
        raise SystemExit(DOES_NOT_HOLD)


def _write(old: Case, new: Case, found: CaseDifference, file: Path) -> None:
    """Write the page, or the workbook with the flows of both versions."""
    if file.suffix == ".xlsx":
        gone = [
            one.before
            for one in found.changes
            if one.kind == "flow" and one.after is None
        ]
        tables = found.to_tables()
        write_workbook(new, [one for one in tables if one.rows] or tables, file, gone)
        return
    from solvency.browse.site.difference import difference_page  # noqa: PLC0415 (lazy start)
    from solvency.writing import NotWrittenError  # noqa: PLC0415 (as above)
    from solvency.writing import write_whole  # noqa: PLC0415 (as above)

    try:
        write_whole(file, difference_page(old, new, found).encode())
    except NotWrittenError as error:
        raise Refused(str(error)) from error
    click.echo(str(file), err=True)


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
