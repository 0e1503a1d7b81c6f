"""What of a group's equity belongs to others than the owners of its parent.

A stake that somebody outside holds in a member that other members have a stake in
gives him its share of what that member adds to the group's equity (IFRS 10.22,
non-controlling interests). Shares are by cost of the stakes in the books. A member in
which no other has one is a parent: whoever holds it is its owner.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.model.costs import Pool
from solvency.model.sheets import rounded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solvency.model.book import Book
    from solvency.model.costs import Costs
    from solvency.model.sheets import BalanceSheet
    from solvency.model.valuation import Valuation

ZERO = Decimal()
#: Rounds of passing shares on; what circles more often is beyond any digit shown.
_ROUNDS = 200


class Outsiders(NamedTuple):
    """The part of a member's equity that is not of the parent's owners."""

    member: str
    #: The share of outsiders, directly and through members they have a share in.
    share: Decimal
    amount: Decimal


def outsiders(
    book: Book,
    columns: tuple[BalanceSheet, ...],
    invested: Mapping[str, Decimal],
    valuation: Valuation,
    costs: Costs,
) -> tuple[Outsiders, ...]:
    """Return what of the equity of each member belongs to outsiders.

    Args:
        book: The Book.
        columns: The members' balance sheets.
        invested: What each member has of its assets in other members' shares.
        valuation: The day's.
        costs: Averages at acquisition, up to the day.
    """
    inside = [sheet.entity for sheet in columns]
    held = {
        member: holders
        for member, holders in _held(book, frozenset(inside), valuation, costs).items()
        if holders.keys() & set(inside)
    }
    shares = dict.fromkeys(inside, ZERO)
    if not any(holder not in shares for holders in held.values() for holder in holders):
        return ()
    for _ in range(_ROUNDS):
        shares = {
            name: sum(
                (
                    part * shares.get(holder, Decimal(1))
                    for holder, part in held.get(name, {}).items()
                ),
                ZERO,
            )
            for name in inside
        }
    found = []
    for sheet in columns:
        share = rounded(book, shares[sheet.entity])
        adds = sheet.totals.equity - invested.get(sheet.entity, ZERO)
        if share:
            found.append(Outsiders(sheet.entity, share, rounded(book, share * adds)))
    return tuple(found)


def _held(
    book: Book, inside: frozenset[str], valuation: Valuation, costs: Costs
) -> dict[str, dict[str, Decimal]]:
    """Return who holds what share of each member, by cost of the stakes there are."""
    paid: dict[str, dict[str, Decimal]] = {}
    for position, units in valuation.units.items():
        account = book.account(position)
        if account.stake_in not in inside or account.root != "Assets" or units <= 0:
            continue
        average = costs.average(Pool.of(account, position.commodity))
        holders = paid.setdefault(account.stake_in, {})
        before = holders.get(account.entity, ZERO)
        holders[account.entity] = before + units * (average or ZERO)
    return {
        member: {holder: cost / whole for holder, cost in holders.items()}
        for member, holders in paid.items()
        if (whole := sum(holders.values(), ZERO))
    }
