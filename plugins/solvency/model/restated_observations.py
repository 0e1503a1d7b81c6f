"""A case in another reporting currency than the one its books are kept in.

What a source said in the currency of the books is restated here, at the rate of its own
day. Holdings and debts are worth what they are at the closing rate (`valuation.py`), a
flow what it was when it moved (`worth.py`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.ledger.case import Money
from solvency.ledger.errors import CaseError
from solvency.model.prices import Missing
from solvency.model.prices import Prices
from solvency.wide import wide

if TYPE_CHECKING:
    from decimal import Decimal

    from solvency.ledger.case import Case
    from solvency.ledger.case import Observation


@wide()
def restated(case: Case, currency: str) -> Case:
    """Return a case reported in a currency.

    Args:
        case: The case, in the currency of its books.
        currency: The commodity to report in.

    Raises:
        CaseError: No price of the case leads from the one to the other.
    """
    home = case.home
    if currency == case.currency:
        return case
    prices = Prices(replace(case, currency=currency))
    if currency not in prices.reached(home):
        others = currencies(case)[1:]
        raise CaseError(
            f"nothing says what {home} is worth in {currency}. Write"
            f" `DATE price {currency} NUMBER {home}`"
            + (f", or take {' or '.join(others)}" if others else "")
        )
    known = {}
    unrated = []
    for one in (*case.observations, *case.later):
        rate = prices.at(home, one.date)
        if home not in _named(one):
            known[one.id] = one
        elif isinstance(rate, Missing):
            unrated.append(one)
        else:
            known[one.id] = _observed(one, home, currency, rate.number)
    return replace(
        case,
        currency=currency,
        functional=home,
        observations=tuple(
            known[one.id] for one in case.observations if one.id in known
        ),
        later=tuple(known[one.id] for one in case.later if one.id in known),
        unrated=tuple(unrated),
    )


def currencies(case: Case) -> tuple[str, ...]:
    """Return the currencies a case can be reported in, that of its books first."""
    found = Prices(case).reached(case.home)
    return case.home, *sorted(
        name for name in found if case.is_money(name) and name != case.home
    )


def _named(one: Observation) -> set[str]:
    return {one.amount.commodity} | ({one.mark.commodity} if one.mark else set())


def _observed(one: Observation, home: str, currency: str, rate: Decimal) -> Observation:
    """Return an observation with its amounts in the reporting currency."""

    def turned(amount: Money) -> Money:
        if amount.commodity != home:
            return amount
        return Money(amount.number * rate, currency)

    def scaled(number: Decimal | None) -> Decimal | None:
        return number if number is None or in_units else number * rate

    in_units = one.amount.commodity != home
    return replace(
        one,
        amount=turned(one.amount),
        low=scaled(one.low),
        high=scaled(one.high),
        mark=one.mark and turned(one.mark),
    )
