"""What a posting was worth on its day: the one place that says so.

At the price written on it, in whatever currency: so many units of that currency,
converted at the prices of the day. Where none is written, or its currency has no
price, at the market's price of the commodity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.ledger.entries.postings import weight
from solvency.model.prices import Quote

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from solvency.ledger.case import Flow
    from solvency.ledger.case import Money
    from solvency.ledger.case import Posting
    from solvency.model.prices import Prices


def written(prices: Prices, price: Money, day: datetime.date) -> Quote | None:
    """Return a written price in the reporting currency; None if it has none."""
    found = prices.at(price.commodity, day)
    if not isinstance(found, Quote):
        return None
    return Quote(price.number * found.number, found.date, found.prices)


def unit(prices: Prices, posting: Posting, day: datetime.date) -> Quote | None:
    """Return what a unit of a posting was worth, and by which prices of the case."""
    if posting.price is not None and posting.commodity != prices.currency:
        found = written(prices, posting.price, day)
        if found is not None:
            return found
    quote = prices.at(posting.commodity, day)
    return quote if isinstance(quote, Quote) else None


def posting_worth(
    prices: Prices, posting: Posting, day: datetime.date
) -> Decimal | None:
    """Return what a posting was worth, signed as its units; None without a price."""
    if posting.price is not None and posting.commodity != prices.currency:
        # Of a total price the total, which no price of a unit may give exactly.
        whole = weight(posting)
        found = prices.at(whole.commodity, day)
        if isinstance(found, Quote):
            return whole.number * found.number
    each = unit(prices, posting, day)
    return None if each is None else posting.units * each.number


def amount_worth(prices: Prices, flow: Flow) -> Decimal | None:
    """Return what a flow's central amount was worth; None without a price."""
    worth = posting_worth(prices, flow.postings[0], flow.date)
    return None if worth is None else abs(worth)
