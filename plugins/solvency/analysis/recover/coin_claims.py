"""Claims in coins that the law fixes in money: what a flow exchanges them at.

A claim on a debtor in bankruptcy counts in money of the petition (11 USC 502(b)).
The ledger writes that as an exchange within the account of the debt, after the
petition: so many coins less, and what they count for more, at a written price.
Such a flow pays nothing.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.ledger.entries.postings import total
from solvency.ledger.entries.postings import weight
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from solvency.ledger.case import Flow
    from solvency.ledger.case import Posting
    from solvency.model.book import Book


class Fixed(NamedTuple):
    """The price at which a flow fixes a claim in coins."""

    flow: str
    #: Of a unit, in the case's currency.
    price: Decimal


def exchanged(book: Book, flow: Flow) -> dict[str, list[Posting]]:
    """Return the postings by which a flow turns a debt from coins into money.

    By account of the debt: what the flow posts there comes to nothing at the prices
    written on it, and is in the case's own currency but for the coins.
    """
    sums: dict[str, list[Posting]] = defaultdict(list)
    for posting in flow.postings:
        if book.case.accounts[posting.account].root == "Liabilities":
            sums[posting.account].append(posting)
    return {
        account: postings
        for account, postings in sums.items()
        if any(posting.commodity != book.case.home for posting in postings)
        and {weight(posting).commodity for posting in postings} == {book.case.home}
        and not total(weight(posting).number for posting in postings)
    }


@wide()
def fixed(book: Book, at: datetime.date) -> dict[tuple[str, str], Fixed]:
    """Return at what flows after a day fix debts, by account and commodity."""
    rate = book.prices.number(book.case.home, at)
    if rate is None:
        return {}
    return {
        (account, posting.commodity): Fixed(flow.id, posting.price.number * rate)
        for flow in book.flows
        if flow.date > at
        for account, postings in exchanged(book, flow).items()
        for posting in postings
        if posting.price is not None
    }
