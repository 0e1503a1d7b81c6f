"""`solvency export`: a case for SQL, and for OpenAleph."""

from __future__ import annotations

from pathlib import Path

import click

from solvency.cli.common import Asked
from solvency.cli.common import Refused
from solvency.cli.common import on_ledger

FORMATS = ("duckdb", "parquet", "ftm")


@click.command("export")
@on_ledger
@click.option(
    "--to",
    "form",
    type=click.Choice(FORMATS),
    required=True,
    help="A file of DuckDB, a file of Parquet a table, or FollowTheMoney's entities.",
)
@click.option(
    "--dataset",
    metavar="NAME",
    help="The name that ids of entities begin with. Default: of the case's folder.",
)
@click.option(
    "-o",
    "output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The file of DuckDB, or the folder for the others.",
)
def command(asked: Asked, form: str, dataset: str | None, output: Path) -> None:
    r"""Write a case for other programs: tables for SQL, entities for OpenAleph.

    \b
    Examples:
      solvency export main.beancount --to duckdb -o case.duckdb
      solvency export main.beancount --to ftm -o entities
    """
    from solvency.cli.export import contents  # noqa: PLC0415 (lazy start)
    from solvency.subledgers.errors import RowsError  # noqa: PLC0415 (lazy start)
    from solvency.writing import NotWrittenError  # noqa: PLC0415 (as above)
    from solvency.writing import write_whole  # noqa: PLC0415 (as above)

    case = asked.load()
    if not case.selected:
        raise Refused("the ledger has no flow, so there is nothing to export")
    try:
        if form == "duckdb":
            files = {output: contents.database(case)}
        else:
            made = (
                contents.parquet(case)
                if form == "parquet"
                else contents.entities(case, dataset)
            )
            output.mkdir(parents=True, exist_ok=True)
            files = {output / name: content for name, content in made.items()}
        for path, content in files.items():
            write_whole(path, content)
    except (RowsError, NotWrittenError) as error:
        raise Refused(str(error)) from error
    except OSError as error:
        raise Refused(f"{output} cannot be written: {error.strerror}") from error
    for path in files:
        click.echo(f"written: {path}")
