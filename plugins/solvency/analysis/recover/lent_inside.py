"""What debtors of one group lent one another, which is on no list of transfers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.recover.insiders import in_proceedings
from solvency.analysis.recover.suspect_periods import reaches
from solvency.model.worth import posting_worth
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime

    from solvency.model.book import Book


@wide()
def lent_inside(
    book: Book, petition: datetime.date
) -> tuple[tuple[str, Decimal | None], ...]:
    """Return the flows in which debtors lent one another within two years, with worth.

    Args:
        book: The Book.
        petition: The day of the petition.

    Returns:
        Ids of flows, the largest first, each with what was lent in it at market on its
        day, positive; None without a price. A flow whose day is not known counts where
        its last day may lie within the two years (11 USC 548(a)(1)).
    """
    case = book.case
    inside = in_proceedings(case, case.members)
    _, _, reach = reaches(petition)
    found: list[tuple[str, Decimal | None]] = []
    for flow in book.flows:
        fewest = (petition - (flow.latest or flow.date)).days
        if flow.date >= petition or fewest > reach:
            continue
        lent = [
            posting_worth(book.prices, flow, posting)
            for posting in flow.postings
            if posting.units > 0 and posting.entity in inside
            for account in [case.accounts[posting.account]]
            if account.root == "Assets"
            and account.is_claim
            and account.pledged_to is None
            and account.counterparty in inside
        ]
        if lent:
            known = [worth for worth in lent if worth is not None]
            total = sum(known, Decimal()) if len(known) == len(lent) else None
            found.append((flow.id, total))
    return tuple(sorted(found, key=lambda one: (-(one[1] or 0), one[0])))
