"""One commodity that goes by two names: from a day on, by a new one.

What was posted, priced or observed under the old name is read under the new one, each
posting for itself, so that holdings, cost and claims carry over in every scenario and
every draw, and nothing is bought or sold.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.ledger.case import Money
from solvency.wide import WIDE

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from decimal import Decimal

    from solvency.ledger.case import Flow
    from solvency.ledger.case import Observation
    from solvency.ledger.case import Place
    from solvency.ledger.case import Posting
    from solvency.ledger.case import Price


@dataclass(frozen=True, slots=True)
class Rename:
    """From a day on, so many units of one name for each of another."""

    date: datetime.date
    old: str
    new: str
    ratio: Decimal
    place: Place
    source: str | None = None


class Renames:
    """Reads what bears an old name under the newest one."""

    def __init__(self, found: Iterable[Rename]) -> None:
        self._found = sorted(found, key=lambda one: one.date)

    def __bool__(self) -> bool:
        return bool(self._found)

    def money(self, money: Money, day: datetime.date) -> Money:
        """Return an amount of a day under the newest name."""
        number, name = money
        for one in self._found:
            if name == one.old and day <= one.date:
                number, name = WIDE.multiply(number, one.ratio), one.new
        return Money(number, name)

    def per_unit(self, number: Decimal, name: str, day: datetime.date) -> Money:
        """Return what a number per unit of a name is per unit of the newest."""
        ratio, newest = self.money(Money(WIDE.create_decimal(1), name), day)
        return Money(WIDE.divide(number, ratio), newest)

    def _bound(self, flow: Flow, number: Decimal | None) -> Decimal | None:
        if number is None:
            return None
        return self.money(Money(number, flow.amount.commodity), flow.date).number

    def _posting(self, posting: Posting, day: datetime.date) -> Posting:
        units = self.money(Money(posting.units, posting.commodity), day)
        price = posting.price
        if price is not None:
            quoted = self.money(price, day)
            number, _ = self.per_unit(quoted.number, posting.commodity, day)
            price = Money(number, quoted.commodity)
        return posting._replace(
            units=units.number, commodity=units.commodity, price=price
        )

    def flow(self, flow: Flow) -> Flow:
        """Return a flow under the newest names."""
        return flow._replace(
            postings=tuple(self._posting(one, flow.date) for one in flow.postings),
            low=self._bound(flow, flow.low),
            high=self._bound(flow, flow.high),
        )

    def price(self, price: Price) -> Price:
        """Return a price under the newest names."""
        quoted = self.money(Money(price.number, price.quote), price.date)
        number, name = self.per_unit(quoted.number, price.commodity, price.date)
        return replace(price, number=number, commodity=name, quote=quoted.commodity)

    def observation(self, one: Observation) -> Observation:
        """Return an observation under the newest names."""
        commodity = one.amount.commodity

        def of(number: Decimal | None) -> Decimal | None:
            if number is None:
                return None
            return self.money(Money(number, commodity), one.date).number

        return replace(
            one,
            amount=self.money(one.amount, one.date),
            low=of(one.low),
            high=of(one.high),
        )
