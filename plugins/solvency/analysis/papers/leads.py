"""Lead schedules: what each line of a balance sheet is made of, by formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.analysis.papers.frame import Frame
from solvency.analysis.papers.frame import PaperColumn
from solvency.analysis.papers.registers import MOST
from solvency.analysis.papers.workbook import Formula
from solvency.analysis.papers.workbook import rounds
from solvency.model.sheets import rounded
from solvency.model.sheets import standing
from solvency.model.sheets import valuations
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence
    from decimal import Decimal

    from solvency.model.book import Book
    from solvency.model.sheets import BalanceSheet

LEADS = "Lead schedules"
POSTINGS = "Postings"
SIDES = ("asset", "liability")


@wide()
def lead_schedules(book: Book, at: datetime.date, postings: Frame) -> Frame:
    """Return each account's units, price and value, by entity and side.

    Args:
        book: The books.
        at: The day at whose end.
        postings: The register of postings, which the units are added up from.
    """
    ((valuation, _),) = valuations(book, [at], "market")
    rows = []
    for position, held in valuation.units.items():
        account = book.account(position)
        value = valuation.value(position)
        if account.root not in {"Assets", "Liabilities"} or value is None:
            continue
        side, sign, _ = standing(account, held)
        value = rounded(book, value) * sign
        units = held * sign
        rows.append(
            (
                f"{account.entity} {side}",
                account.name,
                position.commodity,
                _added_up(units, sign, at, postings),
                value / units,
                Formula("=D{row}*E{row}", value),
            )
        )
    currency = book.case.currency
    missing = [f"without a price, and in no total: {one}" for one in _missing(book, at)]
    return Frame(
        f"Lead schedules at {at}, market value: units are added up from the postings",
        (
            PaperColumn("lead"),
            PaperColumn("account"),
            PaperColumn("commodity"),
            PaperColumn("units", fine=True, adds=False),
            PaperColumn("value of one", currency, places=6, adds=False),
            PaperColumn("value", currency),
        ),
        tuple(sorted(rows, key=lambda row: (row[0], row[1], row[2]))),
        groups="lead",
        notes=tuple(missing),
    )


def _missing(book: Book, at: datetime.date) -> list[str]:
    ((valuation, _),) = valuations(book, [at], "market")
    for position in valuation.units:
        valuation.value(position)
    return [str(one) for one in valuation.missing.values()]


def _added_up(
    units: Decimal, sign: int, at: datetime.date, postings: Frame
) -> Decimal | Formula:
    """Return units as the sum of postings up to a day, where a workbook has them."""
    count = len(postings.rows)
    if count > MOST or rounds(postings):
        return units
    columns = {name: f"{POSTINGS}!${name}$4:${name}${count + 3}" for name in "BDEF"}
    return Formula(
        f"={'-' if sign < 0 else ''}SUMIFS({columns['F']},{columns['D']},B{{row}},"
        f"{columns['E']},C{{row}},{columns['B']},"
        f'"<="&DATE({at.year},{at.month},{at.day}))',
        units,
    )


@wide()
def balance_sheets(sheets: Sequence[BalanceSheet], leads: Frame) -> Frame:
    """Return each entity's totals by its lead schedules, beside the balance sheet's.

    Args:
        sheets: The balance sheets, at market.
        leads: The lead schedules.
    """
    last = len(leads.rows) + len(leads.by_group()) + 3
    rows = []
    for sheet in sheets:
        totals = sheet.totals
        leading = [
            Formula(
                f"=SUMIFS('{LEADS}'!$F$4:$F${last},'{LEADS}'!$A$4:$A${last},"
                f'A{{row}}&" {side}")',
                value,
            )
            for side, value in zip(
                SIDES, (totals.assets, totals.liabilities), strict=True
            )
        ]
        equity = sheet.total("equity")
        rows.append(
            (
                sheet.entity,
                *leading,
                Formula("=B{row}-C{row}", totals.equity),
                totals.assets,
                totals.liabilities,
                equity,
                Formula(
                    "=ROUND(ABS(B{row}-E{row})+ABS(C{row}-F{row})+ABS(D{row}-G{row}),2)",
                    abs(totals.equity - equity),
                ),
            )
        )
    currency = sheets[0].currency if sheets else None
    names = (
        "assets by leads",
        "liabilities by leads",
        "assets less liabilities",
        "assets of the sheet",
        "liabilities of the sheet",
        "equity lines of the sheet",
        "difference",
    )
    return Frame(
        "Balance sheets: lead schedules beside the sheets; a difference is an error",
        (PaperColumn("entity"), *(PaperColumn(name, currency) for name in names)),
        tuple(rows),
    )
