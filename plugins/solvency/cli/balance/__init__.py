"""`solvency balance`: balance sheets at a date."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

import click

from solvency.cli.common import Asked
from solvency.cli.common import Output
from solvency.cli.common import Refused
from solvency.cli.common import at_day
from solvency.cli.common import heading
from solvency.cli.common import on_ledger
from solvency.cli.common import on_output
from solvency.cli.common import reporting_day
from solvency.cli.terminal.completion import names

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from solvency.exhibits.setting import Setting
    from solvency.figures.table import Table
    from solvency.model.book import Book
    from solvency.model.consolidation import GroupSheet
    from solvency.model.sheets import BalanceSheet


@click.command("balance")
@on_ledger
@click.option(
    "--entity",
    metavar="NAME",
    shell_complete=names("entity"),
    help="The balance sheet of one entity.",
)
@click.option("--group", is_flag=True, help="The group, consolidated.")
@click.option(
    "--silo",
    metavar="NAME",
    shell_complete=names("silo"),
    help="One silo, consolidated.",
)
@at_day()
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
        from solvency.ledger.terms.metadata import meant  # noqa: PLC0415 (lazy start)

        raise click.UsageError(
            f"no entity {entity} is declared; there are {', '.join(case.entities)}."
            f"{meant(entity, case.entities)}"
        )
    try:
        if funds:
            from solvency.cli.balance.funds import print_funds  # noqa: PLC0415 (lazy start)

            every = asked.scenario is None and asked.hypothesis is None
            print_funds(case, name, at, output, every=every)
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
    from solvency.exhibits.balance.accounts import by_account  # noqa: PLC0415 (lazy start)
    from solvency.exhibits.balance.thin_tokens import thin_tokens  # noqa: PLC0415 (as above)
    from solvency.exhibits.setting import of_answers  # noqa: PLC0415 (as above)
    from solvency.model.consolidation import group_sheet  # noqa: PLC0415 (as above)
    from solvency.model.counting.untraced import amounts  # noqa: PLC0415 (as above)
    from solvency.model.sheets import BalanceSheet  # noqa: PLC0415 (as above)

    sheet = book.balance_sheet(name, at, basis=basis)
    setting = of_answers(book, at)
    if isinstance(sheet, BalanceSheet):
        whole = group_sheet(book, (name,), at, basis, name)
        rests: tuple[Table, ...] = ()
    else:
        whole, rests = sheet, tuple(_of_group(setting, sheet, every=every))
    found = by_account(setting, name, whole)
    if thin := thin_tokens(book, sheet):
        amount = setting.money("sheet:thin", thin)
        said = (
            *("of the assets, ", amount, " are tokens with a thin market: no sale of"),
            " all of them fetches that",
        )
        found = replace(found, notes=(*found.notes, said))
    if output.plain:
        output.show(found, *rests)
    else:
        told = heading(book.case) | document(sheet) | amounts(book, sheet)
        output.print(told, found, more=rests)


def _print_all(book: Book, at: datetime.date, basis: str, output: Output) -> None:
    from solvency.exhibits.balance.accounts import entities  # noqa: PLC0415 (lazy start)
    from solvency.exhibits.setting import of_answers  # noqa: PLC0415 (as above)
    from solvency.model.counting import untraced  # noqa: PLC0415 (as above)
    from solvency.model.sheets import sheets  # noqa: PLC0415 (as above)

    found = sheets(book, list(book.case.entities), at, basis)
    output.print(
        heading(book.case)
        | {
            "at": at,
            "basis": basis,
            "currency": book.case.currency,
            "entities": [
                document(sheet) | untraced.amounts(book, sheet) for sheet in found
            ],
        },
        entities(of_answers(book, at), found, resting=output.file is not None),
    )


def _of_group(setting: Setting, sheet: GroupSheet, *, every: bool) -> Iterator[Table]:
    """Yield what a consolidated sheet rests on: totals, claims and silos."""
    from solvency.exhibits.balance.accounts import totals  # noqa: PLC0415 (lazy start)
    from solvency.exhibits.balance.whose import whose  # noqa: PLC0415 (as above)
    from solvency.model.claims import largest  # noqa: PLC0415 (as above)
    from solvency.model.claims import matrix  # noqa: PLC0415 (as above)
    from solvency.model.consolidation import by_silo  # noqa: PLC0415 (as above)

    if owned := whose(setting, sheet):
        yield owned
    yield totals(setting, sheet.name, {sheet.basis: sheet})
    rows = sheet.claims if every else largest(setting.book, sheet.at, sheet.claims)
    title = f"What members owe one another at {sheet.at}"
    yield matrix(rows, title, len(sheet.claims))
    for silo in by_silo(setting.book, sheet):
        yield totals(setting, silo.name, {silo.basis: silo})


def document(sheet: BalanceSheet | GroupSheet) -> dict[str, Any]:
    """Return the JSON document of a balance sheet."""
    from solvency.figures.plain import fields_of  # noqa: PLC0415 (lazy start)
    from solvency.figures.plain import taken  # noqa: PLC0415 (as above)
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
    from solvency.figures.plain import taken  # noqa: PLC0415 (lazy start)

    shown = ("account", "side", "amount", "computed")
    return [taken(line, *shown) for line in sheet.lines]
