"""What members of a group gained from one another: nothing, for the group.

A coin that one member sold another cost the group what the first had paid outside. So
its book value is worked out over the pools of all members together, and what stands
beyond it in their own books is no gain of the group (IFRS 10.B86).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.ledger.entries.postings import total
from solvency.model.costs import GROUP
from solvency.model.costs import Costs
from solvency.model.costs import Pool
from solvency.model.own_tokens import is_issued_by
from solvency.model.sheets import rounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.ledger.case import Account
    from solvency.ledger.case import Money
    from solvency.model.book import Book
    from solvency.model.sheets import BalanceSheet
    from solvency.model.sheets import Line
    from solvency.model.valuation import Valuation

ZERO = Decimal()


class Excess(NamedTuple):
    """What an asset stands in a member's books beyond its cost to the group."""

    entity: str
    account: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Profit:
    """What members gained from one another and have not passed on outside."""

    excess: tuple[Excess, ...]
    #: What of it members show as realised; the rest is that claims in coins between
    #: them stand at different costs on both sides.
    realised: Decimal


class Together:
    """Costs of the group's pools, advanced with the days, by who is in it."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._costs: dict[frozenset[str], Costs] = {}

    def profit(
        self, columns: tuple[BalanceSheet, ...], valuation: Valuation, costs: Costs
    ) -> Profit:
        """Return what of the members' assets is profit of one on another.

        Args:
            columns: The members' balance sheets.
            valuation: The day's, no earlier than that of the last call.
            costs: Averages at acquisition of each member, up to the day.
        """
        book = self._book
        inside = frozenset(sheet.entity for sheet in columns)
        coins = list(_coins(book, columns))
        if len(inside) < 2 or not coins:
            return Profit((), ZERO)
        merged = self._costs.get(inside)
        if merged is None:
            merged = self._costs[inside] = Costs(book, together=inside)
        merged.advance(valuation.at)
        excess: list[Excess] = []
        claimed = ZERO
        for account, line, held in coins:
            pool = Pool.of(account, held.commodity)
            own = costs.average(pool)
            if account.is_claim and account.counterparty in inside:
                sign = 1 if line.side == "asset" else -1
                claimed += rounded(book, held.number * (own or ZERO)) * sign
            elif line.side == "asset" and account.root == "Assets":
                whole = merged.average(pool._replace(entity=GROUP))
                if own is None or whole is None:
                    continue
                amount = rounded(book, held.number * own) - rounded(
                    book, held.number * whole
                )
                if amount:
                    excess.append(Excess(account.entity, account.name, amount))
        realised = total(one.amount for one in excess) + claimed
        return Profit(tuple(excess), realised if excess else ZERO)


def _coins(
    book: Book, columns: tuple[BalanceSheet, ...]
) -> Iterator[tuple[Account, Line, Money]]:
    """Yield what members hold and owe that has a cost: account, line, units."""
    case = book.case
    inside = {sheet.entity for sheet in columns}
    for sheet in columns:
        for line in sheet.lines:
            if line.computed or line.side == "equity":
                continue
            account = case.accounts[line.account]
            if account.stake_in in inside:
                continue
            for held in line.units:
                if held.commodity != case.currency and not is_issued_by(
                    case, held.commodity, inside
                ):
                    yield account, line, held
