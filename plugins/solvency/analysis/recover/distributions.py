"""By what debts fell after the petition, paid or given up, by class and date."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.analysis.recover.coin_claims import exchanged
from solvency.analysis.recover.estate import ZERO
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from solvency.analysis.recover.recover import Recovery
    from solvency.ledger.case import Flow
    from solvency.model.book import Book


class ClassPayment(NamedTuple):
    """What one flow took off the debts of one class: paid, or given up."""

    date: datetime.date
    flow: str
    entity: str
    rank: str
    narration: str
    #: At the petition's prices, as the claims are.
    paid: Decimal
    #: The claims of the class at the petition, and what was taken off them by then.
    claims: Decimal
    total: Decimal

    @property
    @wide()
    def rate(self) -> Decimal | None:
        """Return the share of the claims gone by then; None of a class without any."""
        return self.total / self.claims if self.claims else None


@wide()
def lowered(
    book: Book, flow: Flow, at: datetime.date
) -> dict[tuple[str, str], Decimal]:
    """Return what a flow took off debts of the group to those outside, by class.

    Args:
        book: The Book.
        flow: The flow.
        at: The day at whose prices to value it; else at those of the flow's own.

    Returns:
        The amount by debtor and rank, without what a class came to owe besides. A
        claim in coins fixed in money is not paid by that.
    """
    members = frozenset(book.case.members)
    sums: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    same = exchanged(book, flow)
    for posting in flow.postings:
        account = book.case.accounts[posting.account]
        if (
            account.name in same
            or account.root != "Liabilities"
            or account.entity not in members
            or account.counterparty in members
        ):
            continue
        price = book.prices.number(posting.commodity, at)
        if price is None:
            price = book.prices.number(posting.commodity, flow.date)
        if price is not None:
            sums[account.entity, account.rank or "unsecured"] += posting.units * price
    return {key: amount for key, amount in sums.items() if amount > 0}


@wide()
def distributions(book: Book, found: Recovery) -> tuple[ClassPayment, ...]:
    """Return what was taken off, after the petition, the debts there were then."""
    claims = {(one.entity, one.rank): one.claims for one in found.classes}
    totals: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    rows = []
    for flow in book.flows:
        if flow.date <= found.at:
            continue
        for key, amount in lowered(book, flow, found.at).items():
            totals[key] += amount
            rows.append(
                ClassPayment(
                    flow.date,
                    flow.id,
                    *key,
                    flow.narration,
                    amount,
                    claims.get(key, ZERO),
                    totals[key],
                )
            )
    return tuple(rows)
