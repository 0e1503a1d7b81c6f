"""What a posting was worth on its day: the one place that says so.

What a transaction sums to nothing in is its weights: units at the price written on
them, whatever commodity that is in. So a posting is worth its weight at one rate, the
same for all postings of the flow that weigh in that commodity:

- one, of the reporting currency;
- else the rate the flow itself writes, where it exchanges the reporting currency, or
  that of the books, for it: `-400 EUR @ 1.02 CHF` says what 408 CHF were worth, as
  `408 CHF @@ 400 EUR` does. A transaction is measured at its own rate (IAS 21.21), and
  what differs from the rate of the day is a gain or loss on exchange (IAS 21.28);
- else the market's rate of the day, and where there is none, that of what it was
  exchanged for.

A posting of which none of these is known is worth its units at the market's price.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.ledger.entries.postings import weight
from solvency.model.prices import Quote
from solvency.wide import WIDE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solvency.ledger.case import Flow
    from solvency.ledger.case import Posting
    from solvency.model.prices import Prices

ONE = Decimal(1)
ZERO = Decimal()


class Rate(NamedTuple):
    """So much for so many units: kept as two numbers, since a quotient may not end."""

    gave: Decimal
    units: Decimal
    #: The prices of the case it rests on, and their day.
    quote: Quote

    def of(self, units: Decimal) -> Decimal:
        """Return what units are worth at it."""
        whole = WIDE.multiply(units, self.gave)
        return whole if self.units == 1 else WIDE.divide(whole, self.units)


def _weighed_in(posting: Posting) -> str:
    """Return the commodity a posting weighs in."""
    return posting.commodity if posting.price is None else posting.price.commodity


def _paid(
    prices: Prices, flow: Flow, commodity: str, names: Iterable[str] | None = None
) -> Rate | None:
    """Return what a flow gave or got for a commodity; None if nothing.

    Args:
        prices: The prices of the case.
        flow: The flow.
        commodity: What it exchanged.
        names: What for, the first that it did; default anything that has a price.
    """
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for one in flow.postings:
        if one.price is None or one.price.commodity != commodity:
            continue
        if one.commodity != commodity:
            units, weighed = sums.get(one.commodity, (ZERO, ZERO))
            weighed = WIDE.add(weighed, weight(one).number)
            sums[one.commodity] = WIDE.add(units, one.units), weighed
    for name in sorted(sums) if names is None else names:
        units, weighed = sums.get(name, (ZERO, ZERO))
        quote = prices.at(name, flow.date) if units * weighed > 0 else None
        if isinstance(quote, Quote):
            return Rate(WIDE.multiply(units, quote.number), weighed, quote)
    return None


def written(prices: Prices, flow: Flow, commodity: str) -> Rate | None:
    """Return the rate a flow itself writes for a commodity; None if it writes none."""
    if commodity == prices.currency:
        return None
    return _paid(prices, flow, commodity, dict.fromkeys((prices.currency, prices.home)))


def rate(prices: Prices, flow: Flow, commodity: str) -> Rate | None:
    """Return what a commodity was worth in which postings of a flow weigh."""
    found = written(prices, flow, commodity)
    if found is not None:
        return found
    quote = prices.at(commodity, flow.date)
    if isinstance(quote, Quote):
        return Rate(quote.number, ONE, quote)
    return _paid(prices, flow, commodity)


def priced_by_itself(prices: Prices, posting: Posting) -> bool:
    """Say whether a posting weighs in the reporting currency: no quote is asked."""
    return _weighed_in(posting) == prices.currency


def unit(prices: Prices, flow: Flow, posting: Posting) -> Quote | None:
    """Return what a unit of a posting was worth, and by which prices of the case."""
    found = rate(prices, flow, _weighed_in(posting))
    if found is None:
        quote = prices.at(posting.commodity, flow.date)
        return quote if isinstance(quote, Quote) else None
    each = ONE if posting.price is None else posting.price.number
    return Quote(found.of(each), found.quote.date, found.quote.prices)


def posting_worth(prices: Prices, flow: Flow, posting: Posting) -> Decimal | None:
    """Return what a posting was worth, signed as its units; None without a price."""
    if posting.price is None and posting.commodity == prices.currency:
        return posting.units
    if priced_by_itself(prices, posting):
        return weight(posting).number
    found = rate(prices, flow, _weighed_in(posting))
    if found is not None:
        # Of a total price the total, which no price of a unit may give exactly.
        return found.of(weight(posting).number)
    quote = prices.at(posting.commodity, flow.date)
    return posting.units * quote.number if isinstance(quote, Quote) else None


def amount_worth(prices: Prices, flow: Flow) -> Decimal | None:
    """Return what a flow's central amount was worth; None without a price."""
    worth = posting_worth(prices, flow, flow.postings[0])
    return None if worth is None else abs(worth)
