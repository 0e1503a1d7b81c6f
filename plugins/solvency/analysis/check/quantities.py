"""Quantities over time, in the written amounts exactly or in draws of them.

A test is written once, over quantities: arrays whose last axis is the days on
which anything changes. In the written amounts they are exact, objects of
Decimal of shape (days,); in draws they are floats of shape (draws, days), where
each uncertain flow is scaled as a whole, so that every draw balances.
"""

# Longer than 400 lines: amounts as written and as drawn, each method beside its twin.

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Hashable
    from collections.abc import Iterable
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from solvency.analysis.check.timeline import Timeline
    from solvency.analysis.check.traits import Mask

    Quantity = NDArray[Any]

ZERO = Decimal()
ONE = Decimal(1)
_CENT = Decimal("0.01")


class Changes(NamedTuple):
    """What uncertain flows move, on the days that any moves a thing.

    Attributes:
        rows: One more than such days: the first is of what moved before them all.
        begun: Whether anything did, before the days asked about.
        last: The row that holds on each day.
        row_of: The row of each day a flow may fall on; beyond them, of days that are
            not asked about.
        still: Flows of certain days: the row, the units, the row of the scale.
        moving: The others: the index, the units, the row of the written day.
    """

    rows: int
    begun: bool
    last: NDArray[np.int64]
    row_of: NDArray[np.int64]
    still: list[tuple[int, float, int]]
    moving: list[tuple[int, float, int]]


class Uncut(NamedTuple):
    """What uncertain flows move in a selection, on all days.

    Attributes:
        days: The places of the whole timeline on which any may move a thing.
        still: Flows of certain days: the place, the units, the row of the scale.
        moving: The others: the index, the units, the place as written, and the first
            of those it may be on and the first after them.
    """

    days: NDArray[np.int64]
    still: tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]
    moving: list[tuple[int, float, int, int, int]]


class SteppedSum(NamedTuple):
    """On which days a sum changes in any draw, and what it is made of.

    Attributes:
        every: Which of these changes holds on each day; None where every day is one.
        base: The sum as written on the days it changes on, shape (changes, 1).
        moving: What of it moves, by commodity: the positions, what uncertain flows
            move in them, the rows of that and the prices on the days it changes on.
    """

    every: NDArray[np.int64] | None
    base: NDArray[np.float64]
    moving: list[tuple[Any, ...]]


class World:
    """Quantities of one scenario, in the written amounts."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.traits = timeline.traits
        self.currency = timeline.book.case.currency
        #: How often tests asked for each thing; what the same tests in draws will.
        self.asked: Counter[Hashable] = Counter()
        #: What tests share, for those to come.
        self.kept: dict[Hashable, Any] = {}

    @property
    def drawn(self) -> bool:
        """Say whether amounts are draws."""
        return False

    @property
    def judged(self) -> bool:
        """Say whether no more is asked of tests than on which days they hold."""
        return False

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what tests share, made by the first that asks."""
        self.asked[key] += 1
        if key not in self.kept:
            self.kept[key] = make()
        return self.kept[key]

    def units(self, mask: Mask, commodity: str) -> Quantity:
        """Return the units of one commodity in selected positions."""
        chosen = mask & self.timeline.of_commodity(commodity)
        found: Quantity = self.once(
            ("units", chosen.tobytes()), lambda: self._units(chosen, commodity)
        )
        return found

    def _units(self, chosen: Mask, commodity: str) -> Quantity:
        # Draws share what moves.
        self.asked[_moves(chosen, commodity)] += 1
        return self.timeline.units(chosen, commodity)

    def value(self, mask: Mask) -> Quantity:
        """Return what selected positions are worth at market, debts negative.

        A token an entity issued itself is worth nothing to it; what has no
        fresh price is left out, and named by the price-coverage test.
        """
        return self.at_market(mask & ~self._own)

    @cached_property
    def _own(self) -> Mask:
        return self.traits.mask(lambda t: t.with_its_issuer)

    def at_cost(self, index: int) -> Quantity:
        """Return what one position cost, at the average price of its written units.

        A token an entity issued itself is worth nothing to it.
        """
        if self._own[index]:
            return self.zeros()
        trait = self.traits.all[index]
        single = self.timeline.single(index)
        if trait.commodity == self.currency:
            return self.value(single)
        costs = self.series(self.timeline.average(index))
        found: Quantity = self.units(single, trait.commodity) * costs
        return found

    def series(self, numbers: Quantity) -> Quantity:
        """Return exact numbers by day in the type quantities have here."""
        return numbers

    def at_market(self, mask: Mask) -> Quantity:
        """Return units times price, an entity's own tokens among them."""
        found: Quantity = self.once(mask.tobytes(), lambda: self._sum(mask))
        return found

    def _sum(self, mask: Mask) -> Quantity:
        for commodity in self.traits.commodities(mask):
            own = mask & self.timeline.of_commodity(commodity)
            self.asked[_moves(own, commodity)] += 1
        return self.timeline.worth(mask)

    def one_sided(self, mask: Mask, sign: int) -> Quantity:
        """Return the value of those positions that are on one side, as positive.

        A debt below zero never lessens another debt, nor a claim below zero
        another claim: each stands on the other side of the balance sheet.

        Args:
            mask: The positions.
            sign: 1 for what is owned, -1 for what is owed.
        """
        counted = mask & ~self._own
        sides = self.timeline.sides

        def make() -> Quantity:
            # What only ever moved one way stays on its side in every draw.
            return self.added(
                [
                    self._sum(counted & (sides == sign)) * sign,
                    *(
                        self._one_sided(int(index), sign)
                        for index in np.flatnonzero(counted & (sides == 0))
                    ),
                ]
            )

        found: Quantity = self.once((mask.tobytes(), sign), make)
        return found

    def added(self, each: Iterable[Quantity]) -> Quantity:
        """Return a sum of quantities, without an array for every step."""
        total = self.zeros()
        fresh = False
        for one in each:
            if fresh and total.shape == np.broadcast_shapes(total.shape, one.shape):
                total += one
            else:
                total, fresh = total + one, True
        return total

    def _one_sided(self, index: int, sign: int) -> Quantity:
        """Return the value of one position where it is on a side."""

        def make() -> Quantity:
            # A new array: what no draw moves is the timeline's own.
            one: Quantity = self._sum(self.timeline.single(index)) * sign
            return np.maximum(one, 0, out=one)

        found: Quantity = self.once((index, sign), make)
        return found

    def zeros(self) -> Quantity:
        """Return nothing, on every day."""
        return np.full(len(self.timeline.ordinals), ZERO, object)

    def accumulate(self, moved: dict[int, Any]) -> Quantity:
        """Return running sums by day of an amount a flow, by index of the flow."""
        sums = self.zeros()
        for flow, amount in moved.items():
            sums[self.timeline.flow_bucket[flow]] += amount
        return np.cumsum(sums)

    def factor(self, flow: int) -> Any:
        """Return what a flow is scaled by: one, or an array of shape (draws,)."""
        del flow
        return ONE

    def worth(self, number: float) -> Any:
        """Turn what a flow was worth into the type quantities have here.

        To a hundredth of the currency, in which float noise cannot show.
        """
        return Decimal(f"{number:.2f}")

    def rounded(self, amount: Any, commodity: str) -> Any:
        """Round an amount to the smallest unit written of a commodity."""
        places = self.timeline.book.scales.get(commodity, 0)
        if commodity == self.currency:
            places = max(places, 2)
        return amount.quantize(ONE.scaleb(-places))

    def cents(self, amounts: Quantity) -> Quantity:
        """Round what is worth a share of an amount to a hundredth of the currency."""
        return np.array([amount.quantize(_CENT) for amount in amounts], object)

    def least(self, one: Any, other: Any) -> Any:
        """Return the smaller of two amounts of one flow."""
        return min(one, other)

    def most(self, one: Any, other: Any) -> Any:
        """Return the larger of two amounts of one flow."""
        return max(one, other)

    def ratio(self, part: Any, whole: Any) -> Any:
        """Return a share; nil of nothing."""
        return part / whole if whole else ZERO

    def constant(self, number: Decimal) -> Any:
        """Return a number of the ledger, in the type quantities have here."""
        return number


class DrawnWorld(World):
    """Quantities of one scenario, in draws of its uncertain flows.

    Arrays are kept days first, so that a day's draws lie together: sums over
    days and products with prices are then additions of rows.
    """

    def __init__(
        self,
        timeline: Timeline,
        flows: NDArray[np.int64],
        scales: NDArray[np.float64],
        placed: Mapping[int, NDArray[np.intp]],
        asked: Mapping[Hashable, int],
        *,
        judged: bool = False,
        before: World | None = None,
    ) -> None:
        """Make the world of some draws.

        Args:
            timeline: The days and prices.
            flows: Indexes of the uncertain flows, shape (uncertain,).
            scales: What each is multiplied by, less one, shape (draws, uncertain).
            placed: Of each flow whose day is uncertain the days it is drawn on, as
                indexes of the whole timeline's, shape (draws,).
            asked: How often the same tests asked for each thing in the written
                amounts: what will not be asked for again is let go.
            judged: No more is asked of tests than on which days they hold.
            before: The world of the same draws on the days up to these, if any.
        """
        super().__init__(timeline)
        self._before = before if isinstance(before, DrawnWorld) else None
        self._ends: dict[tuple[bytes, str], NDArray[np.float64]] = {}
        self._left = dict(asked)
        self._judged = judged
        self.flows = flows
        self.scales = scales
        self.placed = placed
        self._by_flow = np.ascontiguousarray(scales.T)
        self._row = np.full(len(timeline.book.flows), -1, np.int64)
        self._row[flows] = np.arange(len(flows))

    @property
    def drawn(self) -> bool:
        """Say that amounts are draws."""
        return True

    @property
    def judged(self) -> bool:
        """Say whether no more is asked of tests than on which days they hold."""
        return self._judged

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what tests share, and keep it while one is to ask for it again."""
        left = self._left[key] = self._left.get(key, 1) - 1
        found = self.kept.pop(key, None)
        if found is None:
            found = make()
        if left > 0:
            self.kept[key] = found
        return found

    def _units(self, chosen: Mask, commodity: str) -> Quantity:
        steps = self._steps(chosen, commodity)
        return _every(steps, self._stepped(steps))

    def _sum(self, mask: Mask) -> Quantity:
        steps = self._steps(mask, None)
        return _every(steps, self._stepped(steps))

    def _one_sided(self, index: int, sign: int) -> Quantity:
        """Return the value of one position where it is on a side."""

        def make() -> Quantity:
            steps = self._steps(self.timeline.single(index), None)
            # A new array: what no draw moves is the timeline's own.
            one = self._stepped(steps) * sign
            return _every(steps, np.maximum(one, 0, out=one))

        found: Quantity = self.once((index, sign), make)
        return found

    def _stepped(self, steps: SteppedSum) -> NDArray[np.float64]:
        """Return a sum in draws on the days it changes on, shape (changes, draws).

        In one column where no draw moves it.
        """
        total: NDArray[np.float64] | None = None
        for mask, commodity, changes, rows, rate in steps.moving:
            moved = self._moved(mask, commodity, changes)
            if changes is None:
                continue
            one = moved.take(rows, axis=0)
            if rate is not None:
                one *= rate
            total = one if total is None else np.add(total, one, out=total)
        return steps.base if total is None else np.add(total, steps.base, out=total)

    def _steps(self, mask: Mask, commodity: str | None) -> SteppedSum:
        """Return on which days a sum changes, and what it is made of.

        Args:
            mask: What is summed.
            commodity: The one it is all of, whose units are counted; None where units
                are counted at their prices.
        """
        key = mask.tobytes(), commodity
        known = self.timeline.steps
        if key not in known:
            known[key] = self._stepping(mask, commodity)
        found: SteppedSum = known[key]
        return found

    def _stepping(self, mask: Mask, commodity: str | None) -> SteppedSum:
        timeline = self.timeline
        if commodity is None:
            base = timeline.floats(mask)
            each = [
                (mask & timeline.of_commodity(one), one)
                for one in timeline.traits.commodities(mask)
            ]
        else:
            base = timeline.units(mask, commodity).astype(float)
            each = [(mask, commodity)]
        fresh = _fresh(base)
        parts = []
        for own, one in each:
            changes = self._known(own, one)
            rate = None
            if changes is not None:
                fresh |= _fresh(changes.last)
                if commodity is None and one != self.currency:
                    rate = timeline.rate(one)
                    fresh |= _fresh(rate)
            parts.append((own, one, changes, rate))
        days = np.flatnonzero(fresh)
        some = base[days, np.newaxis]
        # Tests are given it as it is, where no draw moves it.
        some.flags.writeable = False
        return SteppedSum(
            every=None if fresh.all() else np.cumsum(fresh) - 1,
            base=some,
            moving=[
                (
                    *(own, one, changes),
                    changes.last[days] if changes else changes,
                    None if rate is None else rate[days, np.newaxis],
                )
                for own, one, changes, rate in parts
            ],
        )

    def _moved(
        self, mask: Mask, commodity: str, changes: Changes | None
    ) -> NDArray[np.float64]:
        """Return running sums of what moves; nothing where no draw moves a thing."""
        found: NDArray[np.float64] = self.once(
            _moves(mask, commodity),
            lambda: () if changes is None else self._running(changes, mask, commodity),
        )
        return found

    def _known(self, mask: Mask, commodity: str) -> Changes | None:
        key = (mask.tobytes(), commodity)
        known = self.timeline.changes
        if key not in known:
            known[key] = self._changes(mask, commodity)
        found: Changes | None = known[key]
        return found

    def _running(
        self, changes: Changes, mask: Mask, commodity: str
    ) -> NDArray[np.float64]:
        """Return running sums of what moves, a row a day on which any moves a thing."""
        shape = changes.rows, len(self.scales)
        moved = self._placed(changes, shape) if changes.moving else np.zeros(shape)
        for row, units, flow in changes.still:
            moved[row] += units * self._by_flow[flow]
        if changes.begun and self._before is not None:
            moved[0] = self._before.end(mask, commodity)
        self._ends[mask.tobytes(), commodity] = _run(moved)[-1].copy()
        return moved

    def end(self, mask: Mask, commodity: str) -> NDArray[np.float64]:
        """Return by how much draws move the units held on the last day, (draws,)."""
        key = (mask.tobytes(), commodity)
        found = self._known(mask, commodity)
        if found is not None and key not in self._ends:
            self._running(found, mask, commodity)
        return self._ends[key]

    def _placed(self, changes: Changes, shape: tuple[int, int]) -> NDArray[np.float64]:
        """Return what flows of uncertain days move, less what they do as written."""
        days = np.array([self.placed[flow] for flow, _, _ in changes.moving])
        at = changes.row_of[days] * shape[1]
        at += np.arange(shape[1])
        worth = np.empty(at.shape)
        for line, (flow, units, _) in zip(worth, changes.moving, strict=True):
            np.multiply(units, self.factor(flow), out=line)
        # The row beyond is of days that are not asked about.
        every = shape[0] + 1
        sums = np.bincount(at.ravel(), worth.ravel(), every * shape[1])
        drawn: NDArray[np.float64] = sums.astype(float, copy=False)
        drawn = drawn.reshape(every, shape[1])
        for _, units, written in changes.moving:
            drawn[written] -= units
        return drawn[:-1]

    def _changes(self, mask: Mask, commodity: str) -> Changes | None:
        """Return what uncertain flows move, on the days that any moves a thing."""
        whole, kept = self.timeline.whole, self.timeline.kept
        known = whole.uncut
        key = (mask.tobytes(), commodity)
        if key not in known:
            known[key] = self._uncut(mask, commodity)
        uncut: Uncut = known[key]
        start, stop = int(kept[0]), int(kept[-1]) + 1
        first, end = np.searchsorted(uncut.days, [start, stop])
        if not end:
            return None
        days = uncut.days[first:end]
        row_of = np.full(len(whole.ordinals), len(days) + 1)
        row_of[start:stop] = np.searchsorted(days, np.arange(start, stop)) + 1
        # Of those asked about: the others are in what moved before, or come after.
        still = (start <= uncut.still[0]) & (uncut.still[0] < stop)
        places, units, rows = (column[still] for column in uncut.still)
        return Changes(
            rows=len(days) + 1,
            begun=bool(first),
            last=np.searchsorted(days, kept, side="right"),
            row_of=row_of,
            still=_listed(row_of[places], units, rows),
            moving=[
                (flow, moved, int(row_of[at]))
                for flow, moved, at, low, high in uncut.moving
                if start <= at < stop or (low < stop and start < high)
            ],
        )

    def _uncut(self, mask: Mask, commodity: str) -> Uncut:
        """Return what uncertain flows move in a selection on any day."""
        book, whole = self.timeline.book, self.timeline.whole
        inside = whole.postings(mask)
        flows, units = book.flow[inside], book.units[inside].astype(float)
        units *= float(f"1e-{book.scales.get(commodity, 0)}")
        # What a flow brings here it may take away here: of that nothing moves.
        size = len(whole.ordinals)
        pairs, where = np.unique(
            flows * size + whole.bucket[inside], return_inverse=True
        )
        units = np.bincount(where, units, len(pairs))
        flows, bucket = np.divmod(pairs[units != 0], size)
        units = units[units != 0]
        ends = {
            flow: whole.between(flow) for flow in set(flows.tolist()) & set(self.placed)
        }
        # Where all of its days are one here, a flow stands still.
        ends = {flow: one for flow, one in ends.items() if one[1] - one[0] > 1}
        rows, moving = self._row[flows], np.isin(flows, list(ends))
        still = (rows >= 0) & ~moving
        return Uncut(
            days=np.unique(
                np.concatenate(
                    [
                        bucket[still | moving],
                        *(np.arange(low, high) for low, high in ends.values()),
                    ]
                )
            ).astype(np.int64),
            still=(bucket[still], units[still], rows[still]),
            moving=[
                (flow, moved, at, *ends[flow])
                for flow, moved, at in _listed(
                    flows[moving], units[moving], bucket[moving]
                )
            ],
        )

    def zeros(self) -> Quantity:
        """Return nothing, on every day, in one row for all draws."""
        return np.zeros((1, len(self.timeline.ordinals)))

    def accumulate(self, moved: dict[int, Any]) -> Quantity:
        """Return running sums by day of an amount a flow, by index of the flow."""
        if not moved:
            return self.zeros()
        sums = np.zeros((len(self.timeline.ordinals), len(self.scales)))
        each = np.arange(len(self.scales))
        for flow, amount in moved.items():
            if flow in self.placed:
                sums[self.placed[flow], each] += amount
            else:
                sums[self.timeline.flow_bucket[flow]] += amount
        return _run(sums).T

    def series(self, numbers: Quantity) -> Quantity:
        """Return exact numbers by day as floats."""
        return numbers.astype(float)

    def factor(self, flow: int) -> Any:
        """Return what a flow is scaled by in each draw."""
        row = self._row[flow]
        return 1.0 if row < 0 else 1.0 + self._by_flow[row]

    def worth(self, number: float) -> Any:
        """Return what a flow was worth, to a hundredth of the currency."""
        return round(number, 2)

    def rounded(self, amount: Any, commodity: str) -> Any:
        """Return an amount as it is: draws are floats."""
        del commodity
        return amount

    def cents(self, amounts: Quantity) -> Quantity:
        """Return amounts as they are: draws are floats."""
        return amounts

    def least(self, one: Any, other: Any) -> Any:
        """Return the smaller of two amounts of one flow, in each draw."""
        return np.minimum(one, other)

    def most(self, one: Any, other: Any) -> Any:
        """Return the larger of two amounts of one flow, in each draw."""
        return np.maximum(one, other)

    def ratio(self, part: Any, whole: Any) -> Any:
        """Return a share in each draw; nil of nothing."""
        part, whole = np.broadcast_arrays(part, whole)
        nothing = np.zeros(np.shape(whole))
        return np.divide(part, whole, out=nothing, where=whole > 0)

    def constant(self, number: Decimal) -> Any:
        """Return a number of the ledger as a float."""
        return float(number)


def _run(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum rows up as they go, in place.

    Row by row: a cumulative sum along the first axis is far slower.
    """
    for before, line in pairwise(sums):
        np.add(line, before, out=line)
    return sums


def _every(steps: SteppedSum, found: NDArray[np.float64]) -> Quantity:
    """Return a sum on every day, of shape (draws or 1, days)."""
    if steps.every is not None:
        found = found.take(steps.every, axis=0)
    return found.T


def _fresh(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Say on which days values are not those of the day before."""
    found = np.ones(len(values), bool)
    found[1:] = values[1:] != values[:-1]
    return found


def _moves(mask: Mask, commodity: str) -> Hashable:
    """Return what the moves of a selection of one commodity go by."""
    return "moves", mask.tobytes(), commodity


def _listed(*columns: NDArray[Any]) -> list[tuple[Any, ...]]:
    return list(zip(*(column.tolist() for column in columns), strict=True))
