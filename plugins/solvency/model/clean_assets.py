"""What counts as a clean asset: of value to a group even if it has to pay everybody.

Clean is what is neither a token that a member of the group issued nor a claim on a
member or on a party said to be `related:`. That is the basis `clean`. Of what is held
for customers only the tokens can be unclean, so tests of these leave out just those
(`customer-assets-clean`, `clean-ratio`: `analysis/check/customers.py`); `balance-sheet`
with that basis counts no claim on a related party (`analysis/check/capital.py`).

Clean liquid assets are what a group can pay with: its members' liquid holdings, the
unclean left out. What a flow takes out of them is gone, whether it was lost, spent,
lent or invested, unless the same explanation brings it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solvency.model.own_tokens import is_issued_by
from solvency.model.own_tokens import issuer_of

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from numpy.typing import NDArray

    from solvency.ledger.case import Account
    from solvency.ledger.case import Case
    from solvency.model.book import Book
    from solvency.model.book import Position

    Array = NDArray[np.float64]

#: Less than half a hundredth is float noise in a sum of money.
_NOISE = 0.005


def is_clean(
    case: Case, account: Account, commodity: str, units: Decimal, day: datetime.date
) -> bool:
    """Say whether what stands in an account counts at the basis `clean`.

    Args:
        case: The case.
        account: The account.
        commodity: What stands in it.
        units: How much: a debt below zero is a claim too.
        day: The day, since entities join and leave the group.
    """
    if account.root == "Assets" and _in_group(case, issuer_of(case, commodity), day):
        return False
    if units <= 0 or not (account.root == "Assets" or account.is_claim):
        return True
    other = account.counterparty or account.stake_in
    if other is None or not _in_group(case, account.entity, day):
        return True
    return not (_in_group(case, other, day) or case.entities[other].related)


def _in_group(case: Case, name: str | None, day: datetime.date) -> bool:
    entity = case.entities.get(name or "")
    return entity is not None and entity.within(day)


def is_clean_liquid(book: Book, position: Position) -> bool:
    """Say whether a position is among the group's clean liquid assets."""
    case = book.case
    account = book.account(position)
    group = set(case.group)
    if account.root != "Assets" or account.entity not in group:
        return False
    other = account.counterparty or account.stake_in
    if other is not None and (other in group or case.entities[other].related):
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
