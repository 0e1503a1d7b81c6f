"""`solvency recover`: who gets what back."""

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

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from solvency.analysis.recover.distributions import ClassPayment
    from solvency.analysis.recover.made_whole import InKind
    from solvency.analysis.recover.recover import Class
    from solvency.analysis.recover.recover import Recovery
    from solvency.analysis.recover.recover import Statement
    from solvency.exhibits.drawings import Drawing
    from solvency.exhibits.section import Section
    from solvency.figures.table import Table
    from solvency.model.book import Book

#: The tables by what --table calls them, each with the key of its exhibit; those of
#: no exhibit are made here.
TABLES = {
    "assets": "affairs",
    "affairs": "affairs",
    "clearing": "",
    "classes": "recovery",
    "untraced": "recovery-untraced",
    "changed": "recovery-changed",
    "rates": "recovery-rates",
    "prices": "recovery-prices",
    "gains": "consolidation-gains",
    "tide": "",
    "in-kind": "in-kind",
    "preferences": "preferences",
    "afterwards": "afterwards",
    "distributions": "distributions",
}


@click.command("recover")
@on_ledger
@at_day()
@click.option(
    "--alpha",
    default=1.0,
    show_default=True,
    help="Share of its own assets an entity in default realises.",
)
@click.option(
    "--beta",
    default=1.0,
    show_default=True,
    help="Share of what others pay it that an entity in default realises.",
)
@click.option(
    "--later",
    type=Day(),
    metavar="DATE",
    help="The day at which to value claims in other units again. Default: the plan's"
    " and the last with prices.",
)
@click.option(
    "--table",
    type=click.Choice(list(TABLES)),
    help="Show this table only; what --csv and -o write. Default for them: classes.",
)
@on_output
def command(
    asked: Asked,
    at: datetime.date | None,
    alpha: float,
    beta: float,
    later: datetime.date | None,
    table: str | None,
    output: Output,
) -> None:
    r"""Say who gets what back: statements of affairs, clearing, classes.

    \b
    Examples:
      solvency recover ledgers/ftx/main.beancount
      solvency recover --alpha 0.9 --beta 0.9 --table classes
    """
    from solvency.analysis.recover.recover import recover  # noqa: PLC0415 (lazy start)
    from solvency.model.counting.settling import of_books  # noqa: PLC0415 (as above)
    from solvency.model.counting.settling import settling  # noqa: PLC0415 (as above)

    case = asked.load()
    if not case.selected:
        raise Refused("the ledger has no flow, so nothing to share out")
    book = case.book()
    try:
        found = recover(book, at, alpha=alpha, beta=beta)
    except ValueError as error:
        raise Refused(str(error)) from error
    if output.as_json and output.file is None:
        output.print(document(book, found, later))
        return
    section, others = _tables(book, found, later, resting=output.file is not None)
    if output.plain and table is None:
        shown = (*(section.tables if section else ()), *others.values())
        said = [one for one in _tables_of(shown) if one.rows]
        open_points = filter(None, [settling(case, of_books(case))])
        output.show(*said, *open_points, _paid(book, found))
        return
    key = TABLES[table or "classes"]
    made = [others[table or ""]] if not key else section.tables if section else ()
    chosen = [one for one in _tables_of(made) if one.key == key or not key]
    if not chosen:
        click.echo(f"solvency: the case has nothing for {table or 'classes'}", err=True)
    every = (*(section.tables if section else ()), *others.values())
    more = [one for one in _tables_of(every) if one not in chosen and table is None]
    output.print(document(book, found, later), *chosen, more=more)


def _paid(book: Book, found: Recovery) -> str:
    from solvency.analysis.recover.distributions import distributions  # noqa: PLC0415 (lazy start)
    from solvency.analysis.recover.made_whole import record  # noqa: PLC0415 (as above)
    from solvency.analysis.recover.tables import paid  # noqa: PLC0415 (as above)

    return paid(found, record(book, found), distributions(book, found))


def _tables_of(exhibits: Iterable[Table | Drawing]) -> list[Table]:
    from solvency.figures.table import Table  # noqa: PLC0415 (lazy start)

    return [one for one in exhibits if isinstance(one, Table)]


def _tables(
    book: Book, found: Recovery, later: datetime.date | None, *, resting: bool
) -> tuple[Section | None, dict[str, Table]]:
    """Return the report's section, and the tables it has not, by name."""
    from solvency.analysis.recover import made_whole as whole  # noqa: PLC0415 (lazy start)
    from solvency.analysis.recover import tables  # noqa: PLC0415 (as above)
    from solvency.analysis.recover.preferences import preferences  # noqa: PLC0415 (as above)
    from solvency.exhibits.recover.affairs import affairs  # noqa: PLC0415 (as above)
    from solvency.exhibits.setting import of_answers  # noqa: PLC0415 (as above)

    setting = of_answers(
        book,
        found.at,
        recovery=found,
        in_kind=whole.in_kind(book, found, _later(book, found, later)),
        preferences=preferences(book, found.at),
    )
    return affairs(replace(setting, resting=resting)), {
        "clearing": tables.clearing(found),
        "tide": tables.tide(found, whole.tide(book, found)),
    }


def _later(
    book: Book, found: Recovery, later: datetime.date | None
) -> tuple[datetime.date, ...]:
    """Return the days at which to value claims in other units again."""
    from solvency.analysis.recover.made_whole import later_days  # noqa: PLC0415 (lazy start)

    return later_days(book, found) if later is None else (later,)


def document(
    book: Book, found: Recovery, later: datetime.date | None = None
) -> dict[str, Any]:
    """Return the JSON document of a recovery."""
    from solvency.analysis.recover import made_whole as whole  # noqa: PLC0415 (as above)
    from solvency.analysis.recover.distributions import distributions  # noqa: PLC0415 (as above)
    from solvency.analysis.recover.payments import payments  # noqa: PLC0415 (as above)
    from solvency.analysis.recover.preferences import preferences  # noqa: PLC0415 (as above)
    from solvency.analysis.recover.variations import documents  # noqa: PLC0415 (as above)
    from solvency.analysis.recover.variations import varied  # noqa: PLC0415 (as above)
    from solvency.figures.plain import fields_of  # noqa: PLC0415 (as above)

    cleared = payments(found.alone)
    days = _later(book, found, later)
    return {
        **heading(found.case),
        "at": found.at,
        "affairs": [_affairs(one) for one in found.statements],
        "classes": [_rated(one) for one in found.classes],
        "clearing": {
            part: {name: row[at] for name, row in cleared.items()}
            for at, part in enumerate(("payments", "equity", "defaulted"))
        },
        **documents(varied(book, found)),
        "silos": [_rated(one) for one in found.silos],
        "consolidated": [_rated(one) for one in found.consolidated],
        "gains": [fields_of(one) | {"gain": one.gain} for one in found.gains],
        "tide": whole.tide(book, found),
        "in_kind": [_rated(row) for row in whole.in_kind(book, found, days)],
        "preferences": [
            fields_of(row) | {"law": row.law} for row in preferences(book, found.at)
        ],
        "afterwards": whole.afterwards(book, found),
        "distributions": [_rated(row) for row in distributions(book, found)],
        "record": whole.record(book, found),
        "notes": found.notes,
    }


def _affairs(one: Statement) -> dict[str, Any]:
    """Return a statement of affairs, central estimate first."""
    from solvency.figures.plain import fields_of  # noqa: PLC0415 (lazy start)
    from solvency.figures.plain import taken  # noqa: PLC0415 (as above)

    secured = ("pledged", "fully_secured", "partly_secured")
    free = ("free", "priority", "unsecured", "deficiency")
    ends = {
        name: taken(at, *secured, *free) | {"rate": _places(at.rate)}
        for name, at in (("central", one.central), ("low", one.low), ("high", one.high))
    }
    return {
        "entity": one.entity,
        **ends["central"],
        "subordinated": one.subordinated,
        "low": ends["low"],
        "high": ends["high"],
        "assets": [
            taken(line, "kind", "book") | fields_of(line.worth) for line in one.lines
        ],
    }


def _rated(one: Class | ClassPayment | InKind) -> dict[str, Any]:
    """Return an answer with its share, to six places."""
    from solvency.figures.plain import fields_of  # noqa: PLC0415 (lazy start)

    return fields_of(one) | {"rate": _places(one.rate)}


def _places(rate: Any) -> Any:
    """Return a share to six places."""
    return None if rate is None else round(rate, 6)
