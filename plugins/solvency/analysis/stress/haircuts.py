"""What holdings without a market depth fetch in haste: their price less a haircut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.analysis.stress.answer import Cut
from solvency.figures.remark import Remark
from solvency.model.own_tokens import is_issued_by
from solvency.model.prices import Missing
from solvency.model.valuation import Valuation

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator
    from decimal import Decimal

    from solvency.model.book import Book


class Haircuts:
    """The holdings of a day that are sold at a haircut, and those that are not."""

    def __init__(self, book: Book, at: datetime.date, asked: str | None) -> None:
        self._book, self._at, self._asked = book, at, asked
        self._holders = book.case.members
        self.notes: list[str] = []

    def held(self) -> dict[str, dict[str, Decimal]]:
        """Return who holds how much of each commodity that is no money."""
        case = self._book.case
        found: dict[str, dict[str, Decimal]] = {}
        for position, units in self._book.balance(self._at).items():
            account = self._book.account(position)
            name = position.commodity
            if (
                account.root != "Assets"
                or account.is_claim
                or account.stake_in is not None
                or account.entity not in self._holders
                or units <= 0
                or case.is_money(name)
                or self._asked not in {None, name}
            ):
                continue
            holders = found.setdefault(name, {})
            holders[account.entity] = holders.get(account.entity, 0 * units) + units
        return found

    def rows(self) -> Iterator[Cut]:
        """Yield what each holder's holdings fetch, and what that leaves it."""
        case = self._book.case
        neither = []
        for name, holders in sorted(self.held().items()):
            commodity = case.commodities.get(name)
            if commodity is not None and (
                commodity.depth(self._at) is not None
                or is_issued_by(case, name, self._holders)
            ):
                continue
            quote = self._book.prices.at(name, self._at)
            if isinstance(quote, Missing):
                self.notes.append(f"left out: {quote}")
            elif commodity is None or commodity.haircut is None:
                neither.append(name)
            else:
                shares = commodity.fetched
                for holder, units in sorted(holders.items()):
                    worth = units * quote.number
                    low, central, high = (worth * share for share in shares)
                    others = self._others(name, holder)
                    yield Cut(
                        name,
                        holder,
                        self._at,
                        units,
                        quote.number,
                        worth,
                        1 - shares[1],
                        low,
                        central,
                        high,
                        *(others + each for each in (low, central, high)),
                    )
        if neither:
            self.notes.append(
                Remark(
                    "the ledger gives no market depth and no haircut for %(tokens)s:"
                    " taken at market value",
                    tokens=tuple(neither),
                )
            )

    def _others(self, name: str, holder: str) -> Decimal:
        """Return a holder's other assets as sold, less its debts."""
        valuation = Valuation(self._book, self._at, "realisable")
        left = valuation.book.case.commodities[name].fetched[1] * 0
        for position in valuation.units:
            account = self._book.account(position)
            if account.entity != holder or account.root not in {
                "Assets",
                "Liabilities",
            }:
                continue
            own = position.commodity == name and account.root == "Assets"
            if own and not account.is_claim and account.stake_in is None:
                continue
            other = account.counterparty or account.stake_in
            inside = other is not None and self._book.case.entities[other].within(
                self._at
            )
            value = valuation.value(position)
            if value is None or (value > 0 and inside):
                continue
            left += value
        return left
