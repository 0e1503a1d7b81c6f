"""`solvency workbook`: the working papers of a whole case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from solvency.cli.common import Asked
from solvency.cli.common import Refused
from solvency.cli.common import at_day
from solvency.cli.common import on_ledger
from solvency.cli.common import refuse_unwritable

if TYPE_CHECKING:
    import datetime


@click.command("workbook")
@on_ledger
@at_day()
@click.option(
    "-o",
    "output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.xlsx",
    help="The workbook to write.",
)
def command(asked: Asked, at: datetime.date | None, output: Path) -> None:
    r"""Write the working papers of a case: leads, tie-outs, adjustments, registers.

    Totals are formulas that follow from the sheet of postings; flows and sources are
    linked to their rows.

    \b
    Example:
      solvency workbook ledgers/harbour/main.beancount -o papers.xlsx
    """
    if output.suffix != ".xlsx":
        raise click.UsageError(f"-o writes a workbook: {output} must end in .xlsx.")
    refuse_unwritable(output)
    from solvency.analysis.papers.papers import papers  # noqa: PLC0415 (lazy start)
    from solvency.analysis.papers.workbook import write  # noqa: PLC0415 (as above)
    from solvency.analysis.study import study_of  # noqa: PLC0415 (as above)
    from solvency.subledgers.errors import RowsError  # noqa: PLC0415 (as above)
    from solvency.writing import NotWrittenError  # noqa: PLC0415 (as above)

    case = asked.load()
    if not case.selected:
        raise Refused("the ledger has no flow, so there are no papers")
    try:
        found = papers(study_of(case, case.book(), at or case.reporting_date))
        write(found, output)
    except (RowsError, NotWrittenError) as error:
        raise Refused(str(error)) from error
    click.echo(f"{output}: {len(found)} sheets")
