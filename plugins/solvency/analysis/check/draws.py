"""Run the tests in draws of amounts and days, and count in how many each broke."""

from __future__ import annotations

from functools import partial
from itertools import chain
from itertools import islice
from itertools import zip_longest
from typing import TYPE_CHECKING
from typing import TypeAlias

import numpy as np

from solvency.analysis.check.answer import AtSpreads
from solvency.analysis.check.answer import Familywise
from solvency.analysis.check.answer import Outcome
from solvency.analysis.check.broken_days import BrokenDraws
from solvency.analysis.check.broken_days import Judge
from solvency.analysis.check.broken_days import drawn_of
from solvency.analysis.check.tests import test_of
from solvency.analysis.check.worlds import in_parts
from solvency.analysis.check.worlds import is_certain
from solvency.analysis.split import is_beside
from solvency.analysis.split import split
from solvency.defaults import TEST_DRAWS
from solvency.ledger.case import Invariant
from solvency.memory import keep_freed

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from solvency.analysis.check.membership import MemberWorlds
    from solvency.analysis.check.timeline import Timeline
    from solvency.analysis.check.worlds import Worlds
    from solvency.model.uncertain_amounts import Spreads
    from solvency.model.uncertain_days import UncertainDays

#: The invariants of a case, each with what it found in the written amounts.
Asked: TypeAlias = list[tuple[Invariant, list[Outcome]]]

#: The first day on which each outcome is broken in each draw of a lot; -1 for none.
_First: TypeAlias = "list[list[NDArray[np.int64]]]"
_Firsts: TypeAlias = list[_First]

#: Numbers drawn at once, of which each lot has its own seed.
_CELLS = 250_000
#: Lots that are worked on together: the more draws at once, the fewer days.
_LOTS = 2
#: Numbers in one array: 0.7 MB, few enough to stay near the processor, and enough that
#: what a test costs besides is little.
_BLOCK = 84_000
#: Numbers drawn in all, at most, unless more draws are asked for: some minutes.
_MOST = 4_000_000_000


def run(invariant: Invariant, worlds: MemberWorlds) -> list[Outcome]:
    """Return what a test finds in a world."""
    return worlds.ask(test_of(invariant.name).run, invariant)


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
    judges = [
        (invariant, [Judge(outcome) for outcome in found])
        for invariant, found in asked
        if not is_certain(invariant)
    ]
    size = len(worlds.timeline.ordinals)
    chunk = max(16, min(5_000, _CELLS // size))
    plan = _Plan(judges, worlds, spreads.flows, moves.flows, _LOTS * chunk, draws)
    holding = [
        (n, m)
        for n, (_, each) in enumerate(judges)
        for m, one in enumerate(each)
        if one.holds
    ]
    by_chance = 0
    keep_freed()
    work = partial(_work, plan, spreads, moves, (draws, seed, chunk))
    for part in _shared_out(work, draws > _LOTS * chunk):
        for tallies, more in zip(drawn_of, part, strict=True):
            for tally, first in zip(tallies, more, strict=True):
                ever = first[first >= 0]
                tally.broken += len(ever)
                tally.first.append(ever)
        broke = [part[n][m] >= 0 for n, m in holding]
        by_chance += int(np.logical_or.reduce(broke).sum()) if broke else 0
    if not holding:
        return chances, None
    most = max(drawn_of[n][m].broken for n, m in holding)
    return chances, Familywise(len(holding), size, by_chance / draws, most / draws)


def _shared_out(work: Callable[[int, int], _Firsts], several: bool) -> Iterable[_First]:
    """Return what lots of draws come to, in their order, half of them worked on beside.

    Threads gain nothing: the arrays are small, and all of them wait for one lock. A
    process that was split off is not split again: others have work that takes longer.
    """
    several = several and not is_beside()
    with split([{"draws": partial(work, 1, 2)}] if several else []) as beside:
        if "draws" not in beside:
            return work(0, 1)
        each = zip_longest(work(0, 2), beside["draws"]())
    return [one for one in chain.from_iterable(each) if one is not None]


def _work(
    plan: _Plan,
    spreads: Spreads,
    moves: UncertainDays,
    drawn: tuple[int, int, int],
    share: int,
    shares: int,
) -> _Firsts:
    """Work on one of some shares of the lots."""

    def mine(chunk: int) -> bool:
        return chunk // _LOTS % shares == share

    amounts, days = spreads.draw(*drawn, mine), moves.draw(*drawn, mine)
    return [plan.firsts(lot) for lot in _together(zip(amounts, days, strict=True))]


class _Plan:
    """Which tests are asked of draws, of how many at once, and on which days."""

    def __init__(
        self,
        judges: list[tuple[Invariant, list[Judge]]],
        worlds: Worlds,
        flows: NDArray[np.int64],
        moved: NDArray[np.int64],
        most: int,
        draws: int,
    ) -> None:
        """Plan the tests of a case.

        Args:
            judges: The tests, and who judges each of their outcomes.
            worlds: Where they are asked.
            flows: Indexes of the flows whose amounts are drawn.
            moved: Indexes of those whose days are.
            most: How many draws come at once, at most.
            draws: How many come in all.
        """
        self._judges, self._worlds = judges, worlds
        self._flows, self._moved = flows, moved
        worlds.ready()
        #: How many draws fit into a block over all days.
        self._size = max(16, _BLOCK // len(worlds.timeline.ordinals))
        some = len(worlds.timeline.stirring)
        parts = min(most, draws) * some // _BLOCK
        self._parts = worlds.parts(min(max(1, parts), some))
        intraday = [worlds.intraday(invariant) for invariant, _ in judges]
        self._intraday = intraday
        #: Tests of balances, and for each part of the days who judges their outcomes.
        self._balances = [
            n for n, (invariant, _) in enumerate(judges) if in_parts(invariant)
        ]
        self._of_part = [
            {
                n: [one.during(part[intraday[n]].timeline.kept) for one in judges[n][1]]
                for n in self._balances
                if intraday[n] in part
            }
            for part in self._parts
        ]

    def firsts(
        self, block: tuple[NDArray[np.float64], NDArray[np.int64]]
    ) -> list[list[NDArray[np.int64]]]:
        """Return the first day on which each outcome is broken in each draw."""
        scales, days = block
        placed = self._worlds.placed(self._moved, days)
        found = [[np.full(len(scales), -1) for _ in each] for _, each in self._judges]
        self._of_moves(scales, placed, found)
        open_ = set(self._balances)
        before: dict[bool, MemberWorlds] = {}
        for part, judges in zip(self._parts, self._of_part, strict=True):
            drawn = {
                intraday: worlds.drawn(
                    self._flows, scales, placed[intraday], before.get(intraday)
                )
                for intraday, worlds in part.items()
            }
            for n in sorted(open_ & judges.keys()):
                worlds = drawn[self._intraday[n]]
                kept = worlds.timeline.kept
                outcomes = run(self._judges[n][0], worlds)
                for first, one, outcome in zip(
                    found[n], judges[n], outcomes, strict=True
                ):
                    if (first >= 0).all():
                        continue
                    then = one.first(outcome, len(scales))
                    np.copyto(first, kept[then], where=(first < 0) & (then >= 0))
                if all((first >= 0).all() for first in found[n]):
                    # Broken in every draw: no later day can be the first.
                    open_.discard(n)
            for worlds in drawn.values():
                worlds.forget()
            before |= drawn
        return found

    def _of_moves(
        self,
        scales: NDArray[np.float64],
        placed: dict[bool, dict[int, NDArray[np.intp]]],
        found: list[list[NDArray[np.int64]]],
    ) -> None:
        """Ask the tests of what moved, over all days."""
        rest = [n for n in range(len(found)) if n not in self._balances]
        for start in range(0, len(scales) if rest else 0, self._size):
            some = slice(start, start + self._size)
            drawn = {
                intraday: worlds.drawn(
                    self._flows,
                    scales[some],
                    {flow: one[some] for flow, one in placed[intraday].items()},
                )
                for intraday, worlds in self._worlds.moves().items()
            }
            for n in rest:
                invariant, judges = self._judges[n]
                outcomes = run(invariant, drawn[self._intraday[n]])
                for first, one, outcome in zip(found[n], judges, outcomes, strict=True):
                    first[some] = one.first(outcome, len(first[some]))


def _together(
    lots: Iterable[tuple[NDArray[np.float64], NDArray[np.int64]]],
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.int64]]]:
    """Put some lots of draws of amounts and days together."""
    each = iter(lots)
    while some := list(islice(each, _LOTS)):
        # A flow's draws lie together.
        scales = np.concatenate([scales.T for scales, _ in some], axis=1).T
        yield scales, np.concatenate([days for _, days in some], axis=1)


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
