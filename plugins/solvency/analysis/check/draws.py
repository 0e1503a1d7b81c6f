"""Run the tests in draws of amounts and days: how often each broke, and when first."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import TypeAlias

import numpy as np

from solvency.analysis.check.answer import AtSpreads
from solvency.analysis.check.answer import Familywise
from solvency.analysis.check.answer import Outcome
from solvency.analysis.check.tests import test_of
from solvency.analysis.check.worlds import is_certain
from solvency.defaults import TEST_DRAWS
from solvency.ledger.case import Invariant
from solvency.memory import keep_freed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from solvency.analysis.check.membership import Spells
    from solvency.analysis.check.timeline import Timeline
    from solvency.analysis.check.traits import Mask
    from solvency.analysis.check.worlds import Worlds
    from solvency.model.uncertain_amounts import Spreads
    from solvency.model.uncertain_days import UncertainDays

#: The invariants of a case, each with what it found in the written amounts.
Asked: TypeAlias = list[tuple[Invariant, list[Outcome]]]

#: Numbers drawn at once, of which each lot has its own seed.
_CELLS = 250_000
#: Numbers in one array: 0.7 MB, few enough to stay near the processor, and enough that
#: what a test costs besides is little. All that a test holds at once is to fit into the
#: 64 MiB of memory that the GNU C library keeps for a thread.
_BLOCK = 84_000
#: Threads that work on draws.
_THREADS = 2
#: Numbers drawn in all, at most, unless more draws are asked for: some minutes.
_MOST = 4_000_000_000


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


def run(invariant: Invariant, spells: Spells) -> list[Outcome]:
    """Return what a test finds in a world."""
    return spells.ask(test_of(invariant.name).run, invariant)


def how_many(
    draws: int | None,
    asked: Asked,
    spreads: Spreads | None,
    moves: UncertainDays | None,
    timeline: Timeline,
) -> int:
    """Return how many draws to make."""
    if spreads is None or moves is None:
        return 0
    if not len(spreads.flows) and not len(moves.flows):
        return 0
    if draws is not None:
        return draws
    outcomes = sum(len(found) for _, found in asked)
    each = (len(timeline.ordinals) + len(spreads.flows)) * max(outcomes, 1)
    return min(TEST_DRAWS, max(100, _MOST // each))


def draw(
    asked: Asked,
    spreads: Spreads | None,
    moves: UncertainDays | None,
    worlds: Worlds,
    draws: int,
    seed: int,
) -> tuple[list[list[BrokenDraws]], Familywise | None]:
    """Run the tests in draws, and count in how many each broke, and when first."""
    chances = [[BrokenDraws() for _ in found] for _, found in asked]
    # A list of each test that is drawn, in the order of the judges.
    drawn_of = [
        tallies
        for (invariant, _), tallies in zip(asked, chances, strict=True)
        if not is_certain(invariant)
    ]
    if spreads is None or moves is None or not draws:
        return chances, None
    timeline = worlds.timeline
    chunk = max(16, min(5_000, _CELLS // len(timeline.ordinals)))

    judges = [
        (invariant, [Judge(outcome) for outcome in found])
        for invariant, found in asked
        if not is_certain(invariant)
    ]

    def counted(
        block: tuple[NDArray[np.float64], NDArray[np.int64]],
    ) -> list[list[BrokenDraws]]:
        scales, days = block
        drawn = worlds.drawn(spreads.flows, scales, moves.flows, days)
        return [
            [
                judge.count(outcome, len(scales))
                for judge, outcome in zip(
                    each,
                    run(invariant, drawn[worlds.intraday(invariant)]),
                    strict=True,
                )
            ]
            for invariant, each in judges
        ]

    holding = [
        (n, m)
        for n, (_, each) in enumerate(judges)
        for m, one in enumerate(each)
        if one.holds
    ]
    by_chance = 0
    keep_freed()
    # Arrays leave the interpreter free for another thread while they compute.
    with ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1)) as pool:
        amounts = spreads.draw(draws, seed, chunk)
        lots = zip(amounts, moves.draw(draws, seed, chunk), strict=True)
        size = max(16, _BLOCK // len(timeline.ordinals))
        for part in pool.map(counted, _blocks(lots, size)):
            for tallies, more in zip(drawn_of, part, strict=True):
                for tally, one in zip(tallies, more, strict=True):
                    tally.broken += one.broken
                    tally.first += one.first
            broke = [x for n, m in holding if (x := part[n][m].ever) is not None]
            by_chance += int(np.logical_or.reduce(broke).sum()) if broke else 0
    if not holding:
        return chances, None
    most = max(drawn_of[n][m].broken for n, m in holding)
    days = len(timeline.ordinals)
    return chances, Familywise(len(holding), days, by_chance / draws, most / draws)


def _blocks(
    lots: Iterable[tuple[NDArray[np.float64], NDArray[np.int64]]], size: int
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.int64]]]:
    """Cut draws of amounts and days into blocks of a size."""
    for scales, days in lots:
        for start in range(0, len(scales), size):
            part = slice(start, start + size)
            yield scales[part], days[:, part]


def at_other_spreads(
    asked: Asked,
    spreads: Spreads,
    moves: UncertainDays,
    worlds: Worlds,
    draws: int,
    seed: int,
) -> list[list[tuple[AtSpreads, AtSpreads] | None]]:
    """Say what draws find at half and at twice the spreads of grades.

    Args:
        asked: The tests.
        spreads: The amounts, as the case has them.
        moves: The days.
        worlds: The worlds of the tests.
        draws: How many draws, of each.
        seed: Their seed: the draws are the same, but for the spreads.

    Returns:
        For each test what each of its outcomes came to; None where nothing is drawn.
    """
    half, twice = (
        draw(asked, one, moves, worlds, draws, seed)[0] for one in spreads.otherwise()
    )
    return [
        [
            None
            if is_certain(invariant)
            else (
                drawn_of(one, draws, at, of.mask),
                drawn_of(other, draws, at, of.mask),
            )
            for of, one, other in zip(found, at_half, at_twice, strict=True)
        ]
        for (invariant, found), at_half, at_twice in zip(
            asked, half, twice, strict=True
        )
        for at in (worlds.of(invariant).timeline,)
    ]


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
    low, high = np.quantile(firsts, [0.05, 0.95], method="closest_observation")
    least = timeline.since(int(low), mask)
    return AtSpreads(chance, draws, least, timeline.days[int(high)])
