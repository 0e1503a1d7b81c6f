"""Tests of a group that gains and loses members: each stretch by those then in it.

Who is in the group decides what is an own token, a related party, an asset of it.
Between two changes that is fixed, so a test is asked once for each stretch, over all
days, and its answer taken for the days of the stretch.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.analysis.check.answer import Outcome
from solvency.analysis.check.quantities import DrawnWorld
from solvency.analysis.check.quantities import World
from solvency.analysis.check.timeline import SomeDays
from solvency.analysis.check.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from solvency.ledger.case import Invariant
    from solvency.model.book import Book


@dataclass(frozen=True, slots=True)
class MemberWorlds:
    """The worlds of each stretch of one membership, and where each begins."""

    worlds: tuple[World, ...]
    begins: tuple[int, ...]

    @classmethod
    def of(cls, book: Book, *, moments: bool = False) -> MemberWorlds:
        """Return the worlds in the written amounts.

        Args:
            book: The Book.
            moments: Tell the movements of a day apart where their order is known.
        """
        whole = Timeline(book, moments=moments)
        turned = [day.toordinal() for day in book.case.turns]
        turns = [int(n) for n in np.searchsorted(whole.ordinals, turned)]
        last = len(whole.ordinals)
        begins = sorted({0, *(turn for turn in turns if 0 < turn < last)})
        if len(begins) == 1 and not book.case.turns:
            return cls((World(whole),), (0,))
        days = [datetime.date.fromordinal(int(whole.ordinals[n])) for n in begins]
        return cls(
            tuple(World(Timeline(_on(book, day), moments=moments)) for day in days),
            tuple(begins),
        )

    @property
    def timeline(self) -> Timeline:
        """Return the days, which are those of every stretch."""
        return self.worlds[0].timeline

    @property
    def last(self) -> World:
        """Return the world of the last stretch."""
        return self.worlds[-1]

    def again(self) -> MemberWorlds:
        """Return the same worlds, for tests that share nothing with those before."""
        return MemberWorlds(
            tuple(World(one.timeline) for one in self.worlds), self.begins
        )

    def during(self, kept: NDArray[np.intp]) -> MemberWorlds:
        """Return the worlds on some places of the timeline, given in order."""
        worlds = []
        for one in self.worlds:
            world = World(SomeDays(one.timeline, kept))
            world.asked = one.asked
            worlds.append(world)
        begins = np.searchsorted(kept, self.begins)
        return MemberWorlds(tuple(worlds), tuple(begins.tolist()))

    def drawn(
        self,
        flows: NDArray[np.int64],
        scales: NDArray[np.float64],
        placed: Mapping[int, NDArray[np.intp]],
        before: MemberWorlds | None = None,
    ) -> MemberWorlds:
        """Return the same in draws of the uncertain flows and days.

        Args:
            flows: Indexes of the uncertain flows.
            scales: What each is multiplied by, less one, shape (draws, flows).
            placed: The places of the whole timeline that each flow is drawn on.
            before: The worlds of the same draws on the days up to these, if any.
        """
        return MemberWorlds(
            tuple(
                DrawnWorld(
                    one.timeline,
                    *(flows, scales, placed, one.asked),
                    judged=True,
                    before=earlier,
                )
                for one, earlier in zip(
                    self.worlds,
                    before.worlds if before else [None] * len(self.worlds),
                    strict=True,
                )
            ),
            self.begins,
        )

    def forget(self) -> None:
        """Let go of what tests share, when none is to come."""
        for world in self.worlds:
            world.kept.clear()

    def ask(
        self, test: Callable[[World, Invariant], list[Outcome]], invariant: Invariant
    ) -> list[Outcome]:
        """Return what a test finds, day by day of those then in the group."""
        found = [test(world, invariant) for world in self.worlds]
        return found[0] if len(found) == 1 else self._joined(found)

    def _joined(self, found: Sequence[list[Outcome]]) -> list[Outcome]:
        ends = (*self.begins[1:], len(self.timeline.ordinals))
        each = [{(one.label, one.unit): one for one in part} for part in found]
        joined = []
        for key in dict.fromkeys(key for part in each for key in part):
            known = next(part[key] for part in each if key in part)
            rows = []
            for begin, end, part in zip(self.begins, ends, each, strict=True):
                one = part.get(key) or _nothing(known)
                rows.append((one, slice(begin, end)))
            joined.append(
                replace(
                    known,
                    have=_in_turn([(one.have, days) for one, days in rows]),
                    need=_in_turn([(one.need, days) for one, days in rows]),
                    mask=np.logical_or.reduce([one.mask for one, _ in rows]),
                )
            )
        return joined


def _on(book: Book, day: datetime.date) -> Book:
    """Return a book whose group are those that are in it at the end of a day."""
    case = book.case
    entities = {
        name: replace(one, group=one.within(day)) for name, one in case.entities.items()
    }
    return replace(book, case=replace(case, entities=entities))


def _nothing(like: Outcome) -> Outcome:
    """Return an outcome of the same form that holds, of nothing."""
    return Outcome(
        like.label,
        like.unit,
        np.zeros_like(like.have) if like.have.dtype != object else _zeros(like.have),
        np.zeros_like(like.need) if like.need.dtype != object else _zeros(like.need),
        np.zeros_like(like.mask),
        like.ratio,
    )


def _zeros(like: NDArray[Any]) -> NDArray[Any]:
    return np.full(like.shape, Decimal(), object)


def _in_turn(parts: Sequence[tuple[NDArray[Any], slice]]) -> NDArray[Any]:
    """Join the days of all stretches; one row is of all draws where others differ."""
    shape = np.broadcast_shapes(*(one.shape[:-1] for one, _ in parts))
    return np.concatenate(
        [
            np.broadcast_to(one[..., days], (*shape, days.stop - days.start))
            for one, days in parts
        ],
        axis=-1,
    )
