"""What holdings are worth on a day, at each basis.

market
    Units at the day's price. A token an entity issued itself is worth nothing
    to it.
book
    Units at their average price at acquisition, pooled over an entity's
    accounts, so that moving coins between them changes nothing.
clean
    Market, without tokens issued inside the group and without claims on
    related parties (`clean_assets.py`).
realisable
    What a sale would fetch: tokens with a market depth at R(q) below, accounts
    with a `recovery:` at that share of book.

A sale of q units at a price p that falls as p exp(-lambda q), with lambda =
ln 2 / halving, fetches R(q) = p / lambda (1 - exp(-lambda q)), never more than
p / lambda (Cifuentes, Ferrucci and Shin 2005).
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.figures import arithmetic
from solvency.model.clean_assets import is_clean
from solvency.model.costs import Costs as Costs  # noqa: PLC0414 (part of this module)
from solvency.model.costs import Pool
from solvency.model.own_tokens import is_with_its_issuer
from solvency.model.prices import Missing
from solvency.wide import stepped

if TYPE_CHECKING:
    import datetime

    from solvency.model.book import Book
    from solvency.model.book import Position

BASES = ("market", "book", "clean", "realisable")
ZERO = Decimal()


@dataclass
class Valuation:
    """Values the positions of a Book on one day, collecting what has no price."""

    book: Book
    at: datetime.date
    basis: str
    #: Averages at acquisition up to the day; made where a basis needs them.
    costs: Costs | None = None
    #: The balances of the day, where they are known already.
    known: dict[Position, Decimal] | None = None
    #: Commodities without a price, and why: left out of every total.
    missing: dict[str, Missing] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.basis not in BASES:
            raise ValueError(
                f"there is no basis {self.basis!r}: use {', '.join(BASES)}"
            )
        self.units = self.book.balance(self.at) if self.known is None else self.known
        if self.costs is None and self.basis in {"book", "realisable"}:
            self.costs = Costs(self.book, self.at)
        self._held: dict[tuple[str, str], Decimal] = {}
        if self.basis == "realisable":
            for position, units in self.units.items():
                account = self.book.account(position)
                if account.root == "Assets" and not account.is_claim and units > 0:
                    key = (account.entity, position.commodity)
                    self._held[key] = self._held.get(key, ZERO) + units

    def value(self, position: Position) -> Decimal | None:
        """Return what a position is worth, signed as its units; None if unpriced."""
        return self.worth(position, self.units.get(position, ZERO))

    def plain(self, position: Position) -> Decimal | None:
        """Return what a position is worth by its price alone, at cost or at market.

        Whatever else the basis takes off it.
        """
        units = self.units.get(position, ZERO)
        if self.basis == "book":
            return self._book(position, units)
        return self._market(position.commodity, units)

    def worth(self, position: Position, units: Decimal) -> Decimal | None:
        """Return what some units in a position are worth beside all that is held.

        Args:
            position: The position, whether or not there is anything in it.
            units: How many units of its commodity.

        Returns:
            Their worth, signed as they are; None where they have no price.
        """
        account = self.book.account(position)
        if self.basis == "book":
            return self._book(position, units)
        case = self.book.case
        if is_with_its_issuer(case, account, position.commodity):
            return ZERO
        if self.basis == "clean" and not is_clean(
            case, account, position.commodity, units, self.at
        ):
            return ZERO
        if self.basis == "realisable" and account.root == "Assets" and units > 0:
            return self._realisable(position, units)
        return self._market(position.commodity, units)

    def _market(self, commodity: str, units: Decimal) -> Decimal | None:
        quote = self.book.prices.at(commodity, self.at)
        if isinstance(quote, Missing):
            self.missing[commodity] = quote
            return None
        return units * quote.number

    def _book(self, position: Position, units: Decimal) -> Decimal | None:
        if position.commodity == self.book.case.currency:
            return units
        assert self.costs is not None  # noqa: S101 (set for the bases that ask)
        account = self.book.account(position)
        average = self.costs.average(Pool.of(account, position.commodity))
        if average is None:
            self.missing[position.commodity] = Missing(
                position.commodity, self.at, None, 0
            )
            return None
        return units * average

    def _realisable(self, position: Position, units: Decimal) -> Decimal | None:
        account = self.book.account(position)
        # A share of money in another currency is money of the day; its cost in these
        # books is not what anybody pays back.
        if account.recovery is not None and self.book.case.is_money(position.commodity):
            worth = self._market(position.commodity, units)
            return None if worth is None else worth * account.recovery
        if account.recovery is not None:
            at_book = self._book(position, units)
            return None if at_book is None else at_book * account.recovery
        market = self._market(position.commodity, units)
        commodity = self.book.case.commodities.get(position.commodity)
        depth = commodity.depth(self.at) if commodity else None
        held = self._held.get((account.entity, position.commodity))
        if market is None or account.is_claim or not held:
            return market
        if commodity is not None and depth is None:
            return market * commodity.fetched[1]
        if depth is None:
            return market
        # The discount is worked out in floats.
        return stepped(market * share_fetched(held, depth.units))


def share_fetched(units: Decimal, halving: Decimal) -> Decimal:
    """Return what share of market value a sale of units fetches, given depth."""
    exponent = arithmetic.LN2 * float(units / halving)
    if not exponent:
        return Decimal(1)
    return Decimal(repr(float(arithmetic.mean_decay(exponent))))
