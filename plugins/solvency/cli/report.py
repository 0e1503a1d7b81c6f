"""`solvency report`: the case as a PDF."""

from __future__ import annotations

from pathlib import Path

import click

from solvency.cli.common import Asked
from solvency.cli.common import Refused
from solvency.cli.common import on_ledger


@click.command("report")
@on_ledger
@click.option(
    "-o",
    "output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.pdf",
    help="The file to write.",
)
@click.option(
    "--kind",
    default="reconstruction",
    show_default=True,
    help="The kind of report: a folder under reports/.",
)
def command(asked: Asked, output: Path, kind: str) -> None:
    r"""Print the case as a PDF whose every figure leads to its source.

    \b
    Example:
      solvency report -o ftx.pdf ledgers/ftx/main.beancount
    """
    case = asked.load()
    if not case.selected:
        raise Refused("the ledger has no flow, so nothing to report")
    from solvency.report import ReportError  # noqa: PLC0415 (WeasyPrint takes a second)
    from solvency.report import write  # noqa: PLC0415 (as above)

    try:
        write(case, case.book(), output, kind=kind)
    except ReportError as error:
        raise Refused(str(error)) from error
    click.echo(str(output))
