"""`solvency explain`: what one thing of a case rests on, and what rests on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from solvency.cli.common import Asked
from solvency.cli.common import Day
from solvency.cli.common import Output
from solvency.cli.common import Refused
from solvency.cli.common import heading
from solvency.cli.common import on_ledger
from solvency.cli.common import print_csv
from solvency.cli.common import print_json
from solvency.cli.terminal.completion import THINGS
from solvency.cli.terminal.completion import names
from solvency.cli.terminal.progress import progress

if TYPE_CHECKING:
    import datetime

    from solvency.exhibits.explain import Explanation
    from solvency.figures.table import Table

#: Flows and figures listed unless all are asked for.
_LISTED = 10


@click.command("explain")
@click.argument("name", metavar="NAME", shell_complete=names(*THINGS))
@on_ledger
@click.option(
    "--all",
    "every",
    is_flag=True,
    help="List every flow and figure, and leave each source out in turn even where"
    " that means drawing or weighing anew.",
)
@click.option(
    "--rows", is_flag=True, help="Show the rows of a subledger behind it, by page."
)
@click.option("--page", type=click.IntRange(1), default=1, help="Which page of rows.")
@click.option(
    "--commodity",
    metavar="NAME",
    shell_complete=names("commodity"),
    help="Rows of this commodity alone.",
)
@click.option("--at", type=Day(), metavar="DATE", help="Rows of this day alone.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--csv",
    "as_csv",
    is_flag=True,
    help="Print CSV: a line for each flow, figure, source, observation and note.",
)
def command(
    asked: Asked,
    name: str,
    every: bool,
    rows: bool,
    page: int,
    commodity: str | None,
    at: datetime.date | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    r"""Say what a figure, flow, source, observation, hypothesis or account rests on.

    NAME is the id of a flow or an observation, the name of a source, a hypothesis, an
    account, an entity or an exhibit, or the key of a figure as a report's figures.json
    has it; words of a key may be left out. It may also be a figure as a chapter of a
    report names it.

    \b
    Examples:
      solvency explain balance.FTX.2022-06-30.liabilities
      solvency explain coindesk-balance-sheet ledgers/ftx/main.beancount
      solvency explain 'sheet("FTX", found=true).equity'
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude one another.")
    case = asked.load()
    if not case.selected:
        raise Refused("the ledger has no flow, so nothing rests on anything")
    if rows:
        from solvency.cli.explain.rows import print_rows  # noqa: PLC0415 (lazy start)

        output = Output(as_json, as_csv, None)
        print_rows(case, name, output, at=at, commodity=commodity, page=page)
        return
    if at is not None or commodity is not None or page > 1:
        raise click.UsageError("--at, --commodity and --page go with --rows.")
    from solvency.exhibits.explain import explain  # noqa: PLC0415 (lazy start)
    from solvency.figures.errors import ReportError  # noqa: PLC0415 (as above)

    try:
        with progress() as tell:
            if "(" in name:
                from solvency.report.chapters.figures import ask  # noqa: PLC0415 (as above)

                found = ask(case, name, tell)
            else:
                found = explain(case, name, every=every, progress=tell)
    except ReportError as error:
        raise Refused(str(error)) from error
    if as_json:
        from solvency.exhibits.explain.document import document  # noqa: PLC0415 (as above)

        print_json({**heading(case), **document(case, found)})
    elif as_csv:
        print_csv(_table(found))
    else:
        from solvency.cli.explain.text import lines  # noqa: PLC0415 (as above)
        from solvency.cli.terminal.screen import screen  # noqa: PLC0415 (as above)

        for line in lines(case, found, None if every else _LISTED, screen()):
            click.echo(line)


def _table(found: Explanation) -> Table:
    """Return what it rests on, a line each; amounts exact."""
    from solvency.cli.explain.text import known_day  # noqa: PLC0415 (lazy start)
    from solvency.figures.listing import listing  # noqa: PLC0415 (as above)

    rows: list[tuple[object, ...]] = [
        (found.kind, found.name, "", found.value, found.unit, found.formula, "")
    ]
    for share in found.flows:
        flow = share.flow
        part = flow.amount.number if share.part is None else share.part
        unit = flow.amount.commodity if share.part is None else found.unit
        sources = " ".join(flow.sources) or flow.basis
        rows.append(("flow", flow.id, flow.date, part, unit, flow.narration, sources))
    rows += [
        ("figure", one.name, "", one.value, one.unit, "", "") for one in found.figures
    ]
    rows += [
        (
            *("source", one.source.name, known_day(one.source), one.carries, ""),
            *(one.source.title, one.source.url),
        )
        for one in found.sources
    ]
    rows += [
        (
            *("observation", one.id, one.date, one.amount.number),
            *(one.amount.commodity, " ".join(one.accounts), one.source),
        )
        for one in found.observations
    ]
    rows += [
        ("note", one.file, one.date, None, "", one.text, "") for one in found.notes
    ]
    heads = ("kind", "name", "date", "amount", "unit", "what", "source")
    return listing(f"What {found.name} rests on", heads, rows)
