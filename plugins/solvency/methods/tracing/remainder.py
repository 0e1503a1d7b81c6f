"""Whose money is left in the end: in passes over columns, no outlay written out.

What each outlay spent takes a walk through the movements; what is left at the end has a
closed form under every rule. For accounts of whole units in 64 bits, so that millions
of rows take as long as a few sums over them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.methods.tracing.whole_units import parts

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Hashable

    from numpy.typing import NDArray

    from solvency.methods.tracing import ExPost
    from solvency.methods.tracing import Rule
    from solvency.methods.tracing.movements import Movements

#: Units up to here are whole in a float.
WHOLE_IN_FLOAT = 2**53
#: Of so many numbers one is sampled, where there are many.
_SAMPLED = 64


def left(
    account: Movements,
    rule: Rule | ExPost,
    own: Hashable | Collection[Hashable] | None = None,
) -> NDArray[np.int64]:
    """Return the units left of each owner's money, by the owner's code.

    They sum to the balance. What the rules that share pro rata cut through a unit goes
    to the largest fractions, of equal ones to the owner that comes first.

    Args:
        account: movements in whole units, which together are below `WHOLE_IN_FLOAT`.
        rule: as in `trace`.
        own: as in `trace`.

    Raises:
        ValueError: an own owner does not exist.
    """
    at = account.deposits
    paid_in = account.units[at]
    balance = account.balance
    if rule == "fifo":
        spent = int(paid_in.sum()) - int(balance[-1])
        there = np.clip(np.cumsum(paid_in) - spent, 0, paid_in)
        return _by_owner(account, there)
    if rule == "lifo":
        # What lies above the lowest balance still to come will be spent before it.
        above = account.trough()[at] - (balance[at] - paid_in)
        return _by_owner(account, np.clip(above, 0, paid_in))
    if rule == "pro-rata-ex-post":
        return parts(_by_owner(account, paid_in), int(balance[-1]), int(paid_in.sum()))
    if rule == "lowest-balance" and len(codes := account.codes_of(own)):
        return _Pool(account).own_first(codes)
    return _Pool(account).pro_rata()


def _by_owner(account: Movements, there: NDArray[Any]) -> NDArray[np.int64]:
    """Add up units of deposits by owner; in float, where they are whole."""
    codes = account.owner[account.deposits]
    found = np.bincount(codes, there, len(account.owners))
    return found.astype(np.int64)


class _Pool:
    """The deposits of an account, and its balance around each outlay.

    Only outlays change what is left of a deposit, so that what a rule needs has an item
    for each of them and none for the deposits between.
    """

    def __init__(self, account: Movements) -> None:
        at = account.deposits
        outlays = account.outlays
        self.owners = len(account.owners)
        self.owner, self.paid = account.owner[at], account.units[at]
        #: How many outlays came before each deposit.
        self.spent = np.arange(len(at))
        np.subtract(at, self.spent, out=self.spent)
        self.outlay = account.units[outlays]
        self.after = account.balance[outlays]
        self.before = self.after - self.outlay
        self.left = int(account.balance[-1])

    def pro_rata(self) -> NDArray[np.int64]:
        """Let each outlay take all shares."""
        return _whole(self._shares(self.before, self.after), self.left)

    def own_first(self, own: NDArray[np.intp]) -> NDArray[np.int64]:
        """Let own money be spent first, and share the rest pro rata.

        The others' is the lowest balance in between: as much as they paid in, less
        what the outlays so far took beyond own money, at its worst.
        """
        is_own = np.zeros(self.owners, dtype=bool)
        is_own[own] = True
        mine = self.owner == own[0] if len(own) == 1 else is_own[self.owner]
        paid = np.bincount(self.spent[mine], self.paid[mine], len(self.after) + 1)
        own_paid = np.cumsum(paid.astype(np.int64))
        short = np.zeros(len(self.after) + 1, dtype=np.int64)
        np.cumsum(self.outlay, out=short[1:])
        others = self.after - short[1:] - own_paid[:-1]
        short[1:] += own_paid[:-1]
        np.minimum.accumulate(short, out=short)
        before, after = others + short[:-1], others + short[1:]
        theirs = int(self.paid.sum()) - int(own_paid[-1]) + int(short[-1])
        found = _whole(self._shares(before, after) * ~is_own, theirs)
        if len(own) == 1:
            found[own] = self.left - theirs
            return found
        rest = self._shares(self.before - before, self.after - after)
        return found + _whole(rest * is_own, self.left - theirs)

    def _shares(self, before: NDArray[Any], after: NDArray[Any]) -> NDArray[Any]:
        """Return what is left by owner, of all owners as if the pool were theirs.

        A deposit keeps the product of what each later outlay left of the pool.

        Args:
            before: what is in the pool before each outlay, in units.
            after: what is in it then.
        """
        share = np.ones(len(after) + 1)
        np.divide(after, before, out=share[:-1], where=before > 0)
        kept = np.multiply.accumulate(share[::-1])[::-1]
        there = kept[self.spent]
        there *= self.paid
        return np.bincount(self.owner, there, self.owners)


def _whole(exact: NDArray[Any], total: int) -> NDArray[np.int64]:
    """Round to whole numbers that sum to a total: largest fractions first."""
    found = exact.astype(np.int64)
    odd = total - int(found.sum())
    if not odd:
        return found
    rest = exact - found
    if not 0 < odd <= np.count_nonzero(rest):
        # Rounding took more than the fractions: all are brought to the total.
        return parts(found, total, int(found.sum())) if found.any() else found
    least = _from_the_top(rest, odd)
    above = rest > least
    found += above
    equal = np.flatnonzero(rest == least)
    found[equal[: odd - np.count_nonzero(above)]] += 1
    return found


def _from_the_top(numbers: NDArray[Any], place: int) -> Any:
    """Return the number that has a place in the order from the largest, which has 1.

    A sample tells between which two numbers it is, and only those between them are put
    in order; all are where the sample misleads.
    """
    sample = np.sort(numbers[::_SAMPLED])
    about = len(sample) - len(sample) * place // len(numbers)
    aside = 4 * math.isqrt(len(sample)) + 1
    low = sample[max(about - aside, 0)]
    high = sample[min(about + aside, len(sample) - 1)]
    near = numbers[(numbers >= low) & (numbers <= high)]
    among = place - int(np.count_nonzero(numbers > high))
    if not 0 < among <= len(near):
        near, among = numbers, place
    return np.partition(near, len(near) - among)[len(near) - among]
