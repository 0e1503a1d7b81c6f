"""When a test was broken: from when to when, and how surely it first was.

In the written amounts it is broken on each day on which it has less than it needs; the
first of them is where its first spell begins. In draws of the amounts each breaks first
on a day of its own: the interval holds nine in ten of these.
"""

from __future__ import annotations

import datetime
from copy import copy
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

import numpy as np

from solvency.analysis.check.answer import AtSpreads
from solvency.analysis.check.answer import Spell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence
    from decimal import Decimal

    from numpy.typing import NDArray

    from solvency.analysis.check.answer import Outcome
    from solvency.analysis.check.timeline import Timeline
    from solvency.analysis.check.traits import Mask

_DAY = datetime.timedelta(days=1)
#: The share of draws' first days below the interval, and up to its end.
_INTERVAL = (0.05, 0.95)


def broken_days(outcome: Outcome) -> NDArray[np.bool_]:
    """Return on which days a test does not hold in the written amounts."""
    return np.asarray(outcome.have < outcome.need, bool)


def spells_of(
    days: Sequence[datetime.date], margins: Sequence[Decimal]
) -> Iterator[Spell]:
    """Yield each run of days on which something was missing.

    Args:
        days: The days on which anything changes; one may come several times, for
            its moments.
        margins: What there was beyond what was needed, on each.
    """
    broken = [at for at, margin in enumerate(margins) if margin < 0]
    runs: list[list[int]] = []
    for at in broken:
        if runs and runs[-1][-1] == at - 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    for run in runs:
        worst = min(run, key=lambda at: (margins[at], at))
        first, after = days[run[0]], run[-1] + 1
        lasting = after == len(days)
        last = days[run[-1]]
        if not lasting and days[after] > last:
            # It was broken still the day before it was cured.
            last = days[after] - _DAY
        yield Spell(first, last, -margins[worst], days[worst], lasting)


@dataclass
class BrokenDraws:
    """What draws found of one outcome."""

    broken: int = 0
    #: Index of the first day broken, of each draw in which it broke.
    first: list[NDArray[np.int64]] = field(default_factory=list)


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

    def during(self, kept: NDArray[np.intp]) -> Judge:
        """Return a judge of some places of the timeline, given in order."""
        one = copy(self)
        places = np.searchsorted(kept, self.close)
        there = kept.take(places, mode="clip") == self.close
        one.close, one.closely = places[there], self.closely[there]
        return one

    def first(self, outcome: Outcome, draws: int) -> NDArray[np.int64]:
        """Return the first day on which each draw is broken; -1 where on none."""
        broken = self.broken(outcome)
        found = np.full(draws, -1)
        on = np.flatnonzero(broken.T.any(axis=1))
        if not len(on):
            return found
        # No draw is first broken before any is, or after all are.
        surely = np.flatnonzero(broken.T.all(axis=1))
        start, stop = on[0], surely[0] if len(surely) else on[-1]
        if start == stop and len(surely):
            found[:] = start
            return found
        broken = broken[:, start : stop + 1]
        first = broken.argmax(axis=1)
        ever = broken[np.arange(len(broken)), first]
        found[:] = np.where(ever, start + first, -1)
        return found


def drawn_of(
    tally: BrokenDraws, draws: int, timeline: Timeline, mask: Mask
) -> AtSpreads:
    """Return what draws say of a test.

    Args:
        tally: In how many it broke, and when first.
        draws: How many there were.
        timeline: The days of the books. An interval begins with the first day that
            the first of its places stands for, so that it holds what it says.
        mask: The positions the test rests on.
    """
    chance = tally.broken / draws
    firsts = np.concatenate([np.zeros(0, np.int64), *tally.first])
    if not len(firsts):
        return AtSpreads(chance, draws, None, None)
    low, high = np.quantile(firsts, _INTERVAL, method="closest_observation")
    least = timeline.since(int(low), mask)
    return AtSpreads(chance, draws, least, timeline.days[int(high)])
