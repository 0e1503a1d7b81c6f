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
        return _own_first(account, codes)
    return _shared(account, balance)


def _by_owner(account: Movements, there: NDArray[Any]) -> NDArray[np.int64]:
    """Add up units of deposits by owner; in float, where they are whole."""
    codes = account.owner[account.deposits]
    found = np.bincount(codes, there, len(account.owners))
    return found.astype(np.int64)


def _own_first(account: Movements, own: NDArray[np.intp]) -> NDArray[np.int64]:
    """Let own money be spent first, and share the rest pro rata."""
    owner = account.owner
    is_own = np.zeros(len(account.owners), dtype=bool)
    is_own[own] = True
    # The last stands for the outlays, whose code is -1: they are of nobody.
    other = owner != own[0] if len(own) == 1 else ~np.append(is_own, False)[owner]
    theirs = account.most_left(other)
    found = _shared(account, theirs, ~is_own)
    if len(own) == 1:
        found[own] = account.balance[-1] - theirs[-1]
    else:
        found += _shared(account, account.balance - theirs, is_own)
    return found


def _shared(
    account: Movements, pool: NDArray[Any], of: NDArray[np.bool_] | None = None
) -> NDArray[np.int64]:
    """Return what is left by owner of a pool of which each outlay takes all shares.

    A deposit keeps the product of what each later outlay left of the pool.

    Args:
        account: the movements.
        pool: what is in the pool after each, in units.
        of: which owners' deposits are in it; default all.
    """
    before, after = pool[account.outlays - 1], pool[account.outlays]
    share = np.ones(len(after) + 1)
    np.divide(after, before, out=share[:-1], where=before > 0)
    kept = np.multiply.accumulate(share[::-1])[::-1]
    at = account.deposits
    spent = np.arange(len(at))
    # How many outlays came before each deposit.
    np.subtract(at, spent, out=spent)
    there = kept[spent]
    there *= account.units[at]
    exact: NDArray[Any] = np.bincount(account.owner[at], there, len(account.owners))
    if of is not None:
        exact *= of
    return _whole(exact, int(pool[-1]))


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
