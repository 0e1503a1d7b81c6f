"""What a stress test found: tokens, breaking prices, the grid."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.wide import wide

if TYPE_CHECKING:
    import datetime

    from solvency.ledger.case import Case

ZERO = Decimal()


@dataclass(frozen=True, slots=True)
class Token:
    """One holder's tokens on one day."""

    token: str
    holder: str
    at: datetime.date
    units: Decimal
    pledged: Decimal
    price: Decimal
    #: At market, what selling all would fetch, and the most any number would.
    market_value: Decimal
    proceeds: Decimal
    #: The same at the depth's own low and high.
    proceeds_low: Decimal
    proceeds_high: Decimal
    ceiling: Decimal
    #: What the price would be once all are sold.
    price_after: Decimal
    #: Share of market value that is lent, and where that is known from.
    lent: float
    lent_basis: str
    gain: float
    explosive: bool
    explosive_since: datetime.date | None
    #: The share lent from which the loop is explosive.
    lent_threshold: float
    halving: Decimal
    depth_basis: str
    #: The lowest price of the days after, and how many units sold explain it.
    lowest: Decimal | None
    lowest_on: datetime.date | None
    sold_by_then: Decimal | None

    @property
    @wide()
    def discount(self) -> Decimal:
        """Return the share of market value a sale of all loses."""
        if not self.market_value:
            return ZERO
        return 1 - self.proceeds / self.market_value


class Breaking(NamedTuple):
    """The price of a token at which a holder's assets stop covering its debts."""

    token: str
    holder: str
    #: All at market; and all at what it would fetch, without claims on the group.
    at_market: Decimal | None
    clean: Decimal | None
    price: Decimal
    #: The first day from which the price lies below, for each.
    market_crossed: datetime.date | None
    clean_crossed: datetime.date | None


class Cell(NamedTuple):
    """A holder at a price and depth: what its tokens fetch, what that leaves it."""

    token: str
    holder: str
    price_factor: Decimal
    depth: Decimal
    proceeds: Decimal
    equity: Decimal


class Cut(NamedTuple):
    """A holding sold in haste at a haircut, and what that leaves its holder."""

    commodity: str
    holder: str
    at: datetime.date
    units: Decimal
    price: Decimal
    market_value: Decimal
    #: The share of the price that a sale costs.
    haircut: Decimal
    proceeds_low: Decimal
    proceeds: Decimal
    proceeds_high: Decimal
    #: Assets as sold, without claims on the group, less debts.
    equity_low: Decimal
    equity: Decimal
    equity_high: Decimal


@dataclass(frozen=True)
class Stress:
    """Holdings with a market depth or a haircut, under stress, on a day."""

    case: Case
    at: datetime.date
    tokens: tuple[Token, ...]
    breaking: tuple[Breaking, ...]
    grid: tuple[Cell, ...]
    notes: tuple[str, ...]
    #: Holdings without a depth, sold at a haircut.
    cuts: tuple[Cut, ...] = ()
