"""`solvency balance`: balance sheets at a date."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

import click

from solvency.cli.common import Asked
from solvency.cli.common import Day
from solvency.cli.common import Output
from solvency.cli.common import Refused
from solvency.cli.common import heading
from solvency.cli.common import on_ledger
from solvency.cli.common import on_output
from solvency.cli.common import reporting_day

if TYPE_CHECKING:
    import datetime

    from solvency.figures.frame import Frame
    from solvency.model.book import Book
    from solvency.model.consolidation import GroupSheet
    from solvency.model.sheets import BalanceSheet


@click.command("balance")
@on_ledger
@click.option("--entity", metavar="NAME", help="The balance sheet of one entity.")
@click.option("--group", is_flag=True, help="The group, consolidated.")
@click.option("--silo", metavar="NAME", help="One silo, consolidated.")
@click.option(
    "--at",
    type=Day(),
    metavar="DATE",
    help="At the end of this day. Default: the petition, else the last flow.",
)
@click.option(
    "--basis",
    type=click.Choice(["market", "book", "clean", "realisable"]),
    default="market",
    show_default=True,
    help="How holdings are valued.",
)
@click.option(
    "--funds",
    is_flag=True,
    help="Where money came from, where it went and what is left, in a table for"
    " each scenario of the case; with --scenario, for that one.",
)
@click.option(
    "--found",
    is_flag=True,
    help="Books beside what was counted, and what is untraced, by entity and class:"
    " at the petition and each later day a count speaks of; with --at, on that day.",
)
@click.option(
    "--all",
    "every",
    is_flag=True,
    help="Every claim between members, not the largest 200 alone.",
)
@on_output
def command(
    asked: Asked,
    entity: str | None,
    group: bool,
    silo: str | None,
    at: datetime.date | None,
    basis: str,
    funds: bool,
    found: bool,
    every: bool,
    output: Output,
) -> None:
    r"""Print balance sheets: of every entity side by side, of one, of the group.

    \b
    Examples:
      solvency balance --entity Alameda --at 2022-06-30
      solvency balance --group --basis clean
      solvency balance --funds --scenario mostly-lost
      solvency balance --found
    """
    if funds and basis != "market":
        raise click.UsageError("--funds are money and coins at market; drop --basis.")
    if funds and found:
        raise click.UsageError("--funds and --found exclude one another.")
    if sum((entity is not None, group, silo is not None)) > 1:
        raise click.UsageError("--entity, --group and --silo exclude one another.")
    case = asked.load()
    if not case.selected:
        raise Refused("the ledger has no flow, so nothing to add up")
    dated = at is not None
    at = at or case.reporting_date
    name = entity or silo or ("group" if group else None)
    if entity is not None and entity not in case.entities:
        raise click.UsageError(
            f"no entity {entity} is declared; there are {', '.join(case.entities)}."
        )
    try:
        if funds:
            from solvency.cli.balance.funds import print_funds  # noqa: PLC0415 (lazy start)

            print_funds(case, name, at, output, every=asked.scenario is None)
        elif found:
            from solvency.cli.balance.found import print_found  # noqa: PLC0415 (lazy start)

            print_found(case, name, at if dated else None, basis, output)
        elif name is None:
            _print_all(case.book(), at, basis, output)
        else:
            _print_one(case.book(), name, at, basis, output, every=every)
    except LookupError as error:
        raise click.UsageError(str(error)) from error
    if output.plain and not dated and not found:
        click.echo(f"\nAt {reporting_day(case)}; --at DATE takes another day.")


def _print_one(
    book: Book,
    name: str,
    at: datetime.date,
    basis: str,
    output: Output,
    *,
    every: bool,
) -> None:
    from solvency.model.sheets import BalanceSheet  # noqa: PLC0415 (lazy start)
    from solvency.model.thin import thin_tokens  # noqa: PLC0415 (as above)
    from solvency.model.untraced import amounts  # noqa: PLC0415 (as above)
    from solvency.model.untraced import with_found  # noqa: PLC0415 (as above)

    sheet = book.balance_sheet(name, at, basis=basis)
    frame = with_found(book, sheet, with_notes(sheet))
    if thin := thin_tokens(book, sheet):
        said = (
            f"of the assets, {thin:,.2f} are tokens with a thin market: no sale of all"
            " of them fetches that"
        )
        frame = replace(frame, notes=(*frame.notes, said))
    output.print(
        frame,
        heading(book.case) | document(sheet) | amounts(book, sheet),
        case=book.case,
        more=None if isinstance(sheet, BalanceSheet) else _of_group(book, sheet),
    )
    if output.plain and not isinstance(sheet, BalanceSheet):
        _print_group(book, sheet, every=every)


def _print_all(book: Book, at: datetime.date, basis: str, output: Output) -> None:
    from solvency.model import untraced  # noqa: PLC0415 (lazy start)
    from solvency.model.sheets import sheets  # noqa: PLC0415 (lazy start)
    from solvency.model.sheets import side_by_side  # noqa: PLC0415 (lazy start)

    found = sheets(book, list(book.case.entities), at, basis)
    output.print(
        untraced.side_by_side(book, found, side_by_side(found)),
        heading(book.case)
        | {
            "at": at,
            "basis": basis,
            "currency": book.case.currency,
            "entities": [
                document(sheet) | untraced.amounts(book, sheet) for sheet in found
            ],
        },
        case=book.case,
        more={sheet.entity: with_notes(sheet) for sheet in found},
    )


def _of_group(book: Book, sheet: GroupSheet) -> dict[str, Frame]:
    """Return the other tables of a consolidated sheet, by name."""
    from solvency.model.claims import matrix  # noqa: PLC0415 (lazy start)
    from solvency.model.consolidation import by_silo  # noqa: PLC0415 (as above)
    from solvency.model.consolidation import combined_and_consolidated  # noqa: PLC0415 (as above)

    title = f"What members owe one another at {sheet.at}"
    found = {
        "Combined": combined_and_consolidated(sheet),
        "Claims": matrix(sheet.claims, title, len(sheet.claims)),
    }
    silos = by_silo(book, sheet)
    if silos:
        found["Silos"] = combined_and_consolidated(*silos)
    return found


def _print_group(book: Book, sheet: GroupSheet, *, every: bool) -> None:
    """Print what a consolidated sheet rests on: its control, claims and silos."""
    from solvency.model.claims import largest  # noqa: PLC0415 (as above)
    from solvency.model.claims import matrix  # noqa: PLC0415 (as above)
    from solvency.model.consolidation import by_silo  # noqa: PLC0415 (lazy start)
    from solvency.model.consolidation import combined_and_consolidated  # noqa: PLC0415 (as above)

    click.echo()
    click.echo(combined_and_consolidated(sheet).to_text(), nl=False)
    click.echo()
    rows = sheet.claims if every else largest(book, sheet.at, sheet.claims)
    title = f"What members owe one another at {sheet.at}"
    click.echo(matrix(rows, title, len(sheet.claims)).to_text(), nl=False)
    silos = by_silo(book, sheet)
    if silos:
        click.echo()
        click.echo(combined_and_consolidated(*silos).to_text(), nl=False)


def with_notes(sheet: BalanceSheet | GroupSheet) -> Frame:
    """Return a sheet's table with a note for each thing left out of it."""
    from solvency.model.sheets import BalanceSheet  # noqa: PLC0415 (lazy start)

    notes = [f"left out of every total: {missing}" for missing in sheet.unpriced]
    if not isinstance(sheet, BalanceSheet):
        notes.append(sheet.control_line)
        if len(sheet.shown) < len(sheet.columns):
            notes.append(
                f"combined: the sum of {len(sheet.columns):,} members;"
                " --entity NAME prints one"
            )
    return replace(sheet.to_frame(), notes=tuple(notes))


def document(sheet: BalanceSheet | GroupSheet) -> dict[str, Any]:
    """Return the JSON document of a balance sheet."""
    from solvency.figures.frame import fields_of  # noqa: PLC0415 (lazy start)
    from solvency.figures.frame import taken  # noqa: PLC0415 (as above)
    from solvency.model.sheets import BalanceSheet  # noqa: PLC0415 (lazy start)

    found = {
        **taken(sheet, "entity", "at", "basis", "currency"),
        "lines": _lines(sheet),
        "totals": sheet.totals,
        "unpriced": [
            {"commodity": missing.commodity, "reason": str(missing)}
            for missing in sheet.unpriced
        ],
    }
    if isinstance(sheet, BalanceSheet):
        return found
    return found | {
        "columns": {
            column.entity: {
                "lines": _lines(column),
                "totals": column.totals,
            }
            for column in sheet.columns
        },
        **taken(sheet, "eliminations", "combined", "eliminated", "outsiders"),
        **taken(sheet, "of_owners", "control", "intercompany", consolidated="totals"),
        "claims": [
            fields_of(claim) | {"unmatched": claim.unmatched} for claim in sheet.claims
        ],
    }


def _lines(sheet: BalanceSheet | GroupSheet) -> list[dict[str, object]]:
    from solvency.figures.frame import taken  # noqa: PLC0415 (lazy start)

    shown = ("account", "side", "amount", "computed")
    return [taken(line, *shown) for line in sheet.lines]
