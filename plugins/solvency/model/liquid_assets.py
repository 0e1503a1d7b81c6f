"""What each flow takes from a group's clean liquid assets.

Clean liquid assets are what a group can pay with: liquid holdings of its members,
without tokens the group issued itself and without claims on its members. What a flow
takes out of them is gone, whether it was lost, spent, lent or invested, unless the
same explanation brings it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solvency.model.own_tokens import is_issued_by

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solvency.model.book import Book
    from solvency.model.book import Position

    Array = NDArray[np.float64]

#: Less than half a hundredth is float noise in a sum of money.
_NOISE = 0.005


def is_clean_liquid(book: Book, position: Position) -> bool:
    """Say whether a position is among the group's clean liquid assets."""
    case = book.case
    account = book.account(position)
    group = set(case.group)
    if account.root != "Assets" or account.entity not in group:
        return False
    if (account.counterparty or account.stake_in) in group:
        return False
    if is_issued_by(case, position.commodity, group):
        return False
    # A claim on somebody outside is paid when that somebody pays.
    if account.is_claim and account.liquidity is None:
        return False
    return case.liquidity_of(account, position.commodity) == "liquid"


def taken(book: Book) -> Array:
    """Return what each flow takes from the group's clean liquid assets.

    Args:
        book: the Book.

    Returns:
        Amounts in the case's currency at what they were worth when they moved,
        positive where the flow takes and negative where it brings, shape (flows,).
    """
    liquid = np.array([is_clean_liquid(book, p) for p in book.positions], dtype=bool)
    inside = liquid[book.position]
    sums = -np.bincount(book.flow[inside], book.worth[inside], len(book.flows))
    sums[np.abs(sums) < _NOISE] = 0.0
    return np.asarray(sums, dtype=np.float64)
