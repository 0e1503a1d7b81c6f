"""How much of a balance sheet is tokens that no market takes at their price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.ledger.entries.postings import total
from solvency.model.own_tokens import is_own

if TYPE_CHECKING:
    from decimal import Decimal

    from solvency.model.book import Book
    from solvency.model.consolidation import GroupSheet
    from solvency.model.sheets import BalanceSheet
    from solvency.model.sheets import Line


def thin_tokens(book: Book, sheet: BalanceSheet | GroupSheet) -> Decimal:
    """Return what a sheet shows of tokens with a thin market, in its currency.

    Tokens that the group issued are none of them: they have a class of their own.
    Nothing at realisable value, which is what a sale of them fetches.
    """
    if sheet.basis == "realisable":
        return total(())
    columns = getattr(sheet, "columns", (sheet,))
    return total(
        line.amount
        for column in columns
        for line in column.side("asset")
        if holds_thin(book, line)
    )


def holds_thin(book: Book, line: Line) -> bool:
    """Return whether a line of a balance sheet is of such tokens alone."""
    case = book.case
    account = case.accounts.get(line.account)
    if account is None or account.is_claim or account.stake_in is not None:
        return False
    coins = [case.commodities.get(units.commodity) for units in line.units]
    return bool(coins) and all(
        coin is not None and coin.thin and not is_own(case, coin.name, account.entity)
        for coin in coins
    )
