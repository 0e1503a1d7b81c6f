"""Who gets what back without what is untraced, and with all of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.recover.estate import ENDS
from solvency.analysis.recover.recover import NOTHING_OTHER
from solvency.analysis.recover.recover import recover

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solvency.analysis.recover.recover import Recovery
    from solvency.model.book import Book

#: What of the untraced is taken as there, in every case, and what that is called.
TAKEN = {"without": Decimal(), "with": Decimal(1)}


def with_untraced(book: Book, found: Recovery) -> Mapping[str, Recovery]:
    """Share out with nothing of what is untraced, and with all; none where nothing is.

    Args:
        book: The Book.
        found: Who gets what back otherwise, at the same costs.
    """
    lost = any(
        one.untraced for each in book.counts.between(found.at).values() for one in each
    )
    if not lost:
        return {}
    return {name: _taking(book, found, share) for name, share in TAKEN.items()}


def _taking(book: Book, found: Recovery, share: Decimal) -> Recovery:
    """Return who gets what back with a share of what is untraced there."""
    accounts = {
        name: replace(one, untraced=(share,) * len(ENDS))
        for name, one in book.case.accounts.items()
    }
    case = replace(book.case, accounts=accounts)
    return again(replace(book, case=case), found)


def again(
    book: Book,
    found: Recovery,
    *,
    unpaid: frozenset[str] = frozenset(),
    repaid: frozenset[str] = frozenset(),
    owed: Mapping[str, Decimal] = NOTHING_OTHER,
) -> Recovery:
    """Share out once more at the same costs, with other books, payers or claims.

    Only what is asked of the answer is cleared: most ask for one way of three.
    """
    alpha, beta = found.costs
    return recover(
        book,
        found.at,
        alpha=alpha,
        beta=beta,
        unpaid=unpaid,
        repaid=repaid,
        owed=owed,
        at_once=False,
    )
