"""The lowest intermediate balance: own money paid in later makes nothing good."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.methods.tracing.rules import Pools
from solvency.methods.tracing.rules import pool
from solvency.methods.tracing.rules import pro_rata

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solvency.methods.tracing.movements import Movements


def most_left(account: Movements, mine: NDArray[np.bool_]) -> NDArray[Any]:
    """Return the most there can be of some deposits' money after each movement.

    The lowest intermediate balance: `x = min(x + deposits, balance)`, solved as
    `x = C + min(0, running minimum of (balance - C))` with C the deposits so far.
    """
    found = np.multiply(account.units, mine & (account.owner >= 0))
    np.cumsum(found, out=found)
    slack = account.balance - found
    np.minimum.accumulate(slack, out=slack)
    found += np.minimum(slack, 0, out=slack)
    return np.asarray(found)


def at_most(account: Movements, mine: NDArray[np.bool_]) -> NDArray[Any]:
    """Return the most there can be of some deposits' money before each movement."""
    after = most_left(account, mine)
    return np.concatenate([after[:1] * 0, after[:-1]])


def lowest_balance(account: Movements, own: NDArray[np.intp]) -> Pools:
    """Spend one's own money first; the claimants' only when it is used up."""
    claimants = np.setdiff1d(np.arange(len(account.owners)), own)
    out = -account.units[account.outlays]
    if not len(own):
        return pro_rata(account)
    # Own money is spent first, so the claimants' can be all it may be: at_most.
    owned = account.balance[account.outlays] + out
    owned -= at_most(account, account.among(claimants))[account.outlays]
    first = np.minimum(out, np.maximum(owned, 0, out=owned), out=owned)
    pools = [pool(account, own, first)]
    if len(claimants):
        pools.append(pool(account, claimants, out - first))
    return Pools(account, tuple(pools))
