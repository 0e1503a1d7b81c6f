"""Tell on which days a test does not hold: in the written amounts and in draws."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solvency.analysis.check.answer import Outcome


@dataclass
class BrokenDraws:
    """What draws found of one outcome."""

    broken: int = 0
    #: Index of the first day broken, of each draw in which it broke.
    first: list[NDArray[np.int64]] = field(default_factory=list)
    #: The draws in which it broke, shape (draws,); None where in none.
    ever: NDArray[np.bool_] | None = None


def broken_days(outcome: Outcome) -> NDArray[np.bool_]:
    """Return on which days a test does not hold in the written amounts."""
    return np.asarray(outcome.have < outcome.need, bool)


class Judge:
    """Tells in which draws and on which days one outcome does not hold.

    Float noise breaks nothing, and mends nothing: where the written amounts are
    too close to tell in floats and draws do not differ, they decide.
    """

    def __init__(self, exact: Outcome) -> None:
        """Take what the written amounts say."""
        size = np.maximum(np.abs(exact.have), np.abs(exact.need)).max()
        self.noise = 1e-12 * float(size)
        margin = (exact.have - exact.need).astype(float)
        #: Whether it holds on every day in the written amounts.
        self.holds = not broken_days(exact).any()
        #: The days on which the written amounts are too close to tell.
        self.close = np.flatnonzero(np.abs(margin) <= self.noise)
        self.closely = broken_days(exact)[self.close]

    def broken(self, outcome: Outcome) -> NDArray[np.bool_]:
        """Return what is broken, shape (draws or 1, days)."""
        have, need = np.atleast_2d(outcome.have), np.atleast_2d(outcome.need)
        broken: NDArray[np.bool_] = have < need - self.noise
        # Where neither says that it broke there is nothing to decide.
        asked = self.closely | broken.T[self.close].any(axis=1)
        close, closely = self.close[asked], self.closely[asked]
        if len(close):
            # Draws lie together by day.
            at = have.T[close] - need.T[close]
            same = np.ptp(at, axis=1) <= self.noise
            broken[:, close[same]] = closely[same]
        return broken

    def count(self, outcome: Outcome, draws: int) -> BrokenDraws:
        """Count in how many draws an outcome broke, and when first in each."""
        broken = self.broken(outcome)
        on = np.flatnonzero(broken.T.any(axis=1))
        if not len(on):
            return BrokenDraws()
        # No draw is first broken before any is, or after all are.
        surely = np.flatnonzero(broken.T.all(axis=1))
        start, stop = on[0], surely[0] if len(surely) else on[-1]
        broken = broken[:, start : stop + 1]
        if len(broken) == 1:
            broken = np.broadcast_to(broken, (draws, broken.shape[1]))
        first = broken.argmax(axis=1)
        ever = broken[np.arange(len(broken)), first]
        return BrokenDraws(int(ever.sum()), [start + first[ever]], ever)
