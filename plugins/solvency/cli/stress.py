"""`solvency stress`: what a holding really fetches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

import click

from solvency.cli.common import Asked
from solvency.cli.common import Day
from solvency.cli.common import Output
from solvency.cli.common import Refused
from solvency.cli.common import at_day
from solvency.cli.common import heading
from solvency.cli.common import on_ledger
from solvency.cli.common import on_output
from solvency.cli.terminal.completion import names
from solvency.figures.table import Table

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from solvency.analysis.stress.answer import Stress
    from solvency.analysis.stress.answer import Token
    from solvency.model.book import Book


@click.command("stress")
@on_ledger
@click.option(
    "--token",
    metavar="NAME",
    shell_complete=names("commodity"),
    help="One commodity. Default: each with a market depth or a haircut.",
)
@at_day()
@click.option(
    "--since",
    type=Day(),
    metavar="DATE",
    help="Show also every day with a price from this one on.",
)
@click.option(
    "--lent",
    type=click.FloatRange(0, 1),
    help="Share of market value lent on what is pledged. Default: the case's"
    " loan-to-value test, else what the books show.",
)
@click.option(
    "--table",
    type=click.Choice(["tokens", "loop", "breaking", "grid", "haircuts"]),
    help="Show this table only; what --csv and -o write. Default for them: tokens,"
    " or haircuts where nothing has a depth.",
)
@on_output
def command(
    asked: Asked,
    token: str | None,
    at: datetime.date | None,
    since: datetime.date | None,
    lent: float | None,
    table: str | None,
    output: Output,
) -> None:
    r"""Say what holdings really fetch, and where the spiral of pledging starts.

    \b
    Examples:
      solvency stress ledgers/ftx/main.beancount --at 2022-06-30
      solvency stress --token FTT --since 2022-11-02 --at 2022-11-11
    """
    from solvency.analysis.stress.stress import over_days  # noqa: PLC0415 (lazy start)
    from solvency.analysis.stress.stress import stress  # noqa: PLC0415 (as above)

    case = asked.load()
    if not case.selected:
        raise Refused("the ledger has no flow, so no token is held")
    book = case.book()
    try:
        found = stress(book, at, token=token, lent=lent)
    except LookupError as error:
        raise click.UsageError(str(error)) from error
    rows: Sequence[Token] = found.tokens
    if since is not None:
        days = {
            day
            for name in {row.token for row in rows}
            for day, _ in book.prices.series(name)
            if since <= day < found.at
        }
        rows = (*over_days(book, sorted(days), token, lent), *rows)
    if not rows and not found.cuts:
        nothing = "the group holds nothing with a market depth or a haircut"
        for note in (nothing, *found.notes):
            click.echo(f"solvency: {note}", err=True)
    made = _tables(book, found, rows)
    chosen = [one for each in made.values() for one in each if one.rows]
    if table is not None or not output.plain:
        usual = "tokens" if rows or not found.cuts else "haircuts"
        chosen = made[table or usual]
    more = [one for each in made.values() for one in each if one not in chosen]
    output.print(document(found, rows), *chosen, more=more if table is None else ())


def _tables(book: Book, found: Stress, rows: Sequence[Token]) -> dict[str, list[Table]]:
    """Return the tables by name: of tokens and their loop, one for each day."""
    from solvency.analysis.stress import tables  # noqa: PLC0415 (lazy start)
    from solvency.exhibits.setting import of_answers  # noqa: PLC0415 (as above)
    from solvency.exhibits.stress.spiral import spiral  # noqa: PLC0415 (as above)

    made: dict[str, list[Table]] = {
        "tokens": [],
        "loop": [],
        "breaking": [tables.breaking(found)],
        "grid": [tables.grid(found)],
        "haircuts": [],
    }
    names = {"spiral": "loop"}
    last = [found.at] if found.cuts else []
    for day in dict.fromkeys([*(one.at for one in rows), *last]):
        tokens = tuple(one for one in rows if one.at == day)
        cuts = found.cuts if day == found.at else ()
        then = replace(found, at=day, tokens=tokens, cuts=cuts)
        section = spiral(of_answers(book, day, stress=then))
        for one in section.tables if section else ():
            if isinstance(one, Table):
                made[names.get(one.key, one.key)].append(one)
    return made


def document(found: Stress, rows: Sequence[Token]) -> dict[str, Any]:
    """Return the JSON document of a stress test."""
    from solvency.figures.plain import fields_of  # noqa: PLC0415 (lazy start)
    from solvency.figures.plain import taken  # noqa: PLC0415 (lazy start)

    return {
        **heading(found.case),
        "at": found.at,
        "tokens": [fields_of(row) | taken(row, "discount") for row in rows],
        **taken(found, "breaking", "grid", "cuts", "notes"),
    }
