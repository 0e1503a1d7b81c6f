"""Quantities over time, in the written amounts exactly or in draws of them.

A test is written once, over quantities: arrays whose last axis is the days on
which anything changes. In the written amounts they are exact, objects of
Decimal of shape (days,); in draws they are floats of shape (draws, days), where
each uncertain flow is scaled as a whole, so that every draw balances.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import numpy as np

from solvency.analysis.invariants.traits import Traits
from solvency.model.prices import Missing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solvency.analysis.invariants.traits import Mask
    from solvency.model.book import Book

    Quantity = NDArray[Any]

ZERO = Decimal()
ONE = Decimal(1)


class Gap(NamedTuple):
    """A run of days on which a commodity that is held has no fresh price."""

    commodity: str
    first: datetime.date
    last: datetime.date
    stale: datetime.date | None


class Timeline:
    """The days on which anything changes, and prices on each."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.traits = Traits(book)
        self.ordinals = self._days()
        self.bucket = np.searchsorted(self.ordinals, book.day, side="left")
        #: Which flow moved which position: the index of each posting's day.
        days = np.array([flow.date.toordinal() for flow in book.flows], np.int64)
        #: Index of each flow's day.
        self.flow_bucket = np.searchsorted(self.ordinals, days, side="left")
        self._prices: dict[str, NDArray[Any]] = {}
        self._per_flow: dict[bytes, NDArray[np.float64]] = {}
        self._units: dict[tuple[bytes, str], NDArray[Any]] = {}

    def _days(self) -> NDArray[np.int64]:
        book = self.book
        last = max(int(book.day.max()), book.case.reporting_date.toordinal())
        found = {int(book.day.min()), last, *np.unique(book.day).tolist()}
        for commodity in {position.commodity for position in book.positions}:
            age = book.prices.max_age(commodity)
            for day, _ in book.prices.series(commodity):
                # The day after its last, a price is too old to be used.
                found |= {day.toordinal(), day.toordinal() + age + 1}
        first = int(book.day.min())
        return np.array(sorted(d for d in found if first <= d <= last), np.int64)

    @cached_property
    def days(self) -> list[datetime.date]:
        """Return the days as dates."""
        return [datetime.date.fromordinal(int(day)) for day in self.ordinals]

    def price(self, commodity: str) -> NDArray[Any]:
        """Return the price on each day, exact; zero where there is none."""
        found = self._prices.get(commodity)
        if found is None:
            quotes = [self.book.prices.at(commodity, day) for day in self.days]
            found = np.array(
                [ZERO if isinstance(q, Missing) else q.number for q in quotes], object
            )
            self._prices[commodity] = found
        return found

    def units(self, mask: Mask, commodity: str) -> NDArray[Any]:
        """Return the units of one commodity in selected positions, exact."""
        key = (mask.tobytes(), commodity)
        found = self._units.get(key)
        if found is None:
            chosen = mask & self.of_commodity(commodity)
            inside = chosen[self.book.position]
            sums = np.zeros(len(self.ordinals), self.book.units.dtype)
            np.add.at(sums, self.bucket[inside], self.book.units[inside])
            scale = self.book.scales.get(commodity, 0)
            found = np.array(
                [Decimal(int(n)).scaleb(-scale) for n in np.cumsum(sums)], object
            )
            self._units[key] = found
        return found

    def per_flow(self, mask: Mask) -> NDArray[np.float64]:
        """Return what each flow moved in selected positions, in money."""
        key = mask.tobytes()
        found = self._per_flow.get(key)
        if found is None:
            book = self.book
            inside = mask[book.position]
            sums = np.bincount(
                book.flow[inside],
                weights=book.worth[inside],
                minlength=len(book.flows),
            )
            found = sums.astype(np.float64)
            # Less than half a hundredth is float noise.
            found[np.abs(found) < 0.005] = 0.0
            self._per_flow[key] = found
        return found

    def of_commodity(self, commodity: str) -> Mask:
        """Return which positions are in a commodity."""
        found = self._of.get(commodity)
        if found is None:
            found = self.traits.mask(lambda trait: trait.commodity == commodity)
            self._of[commodity] = found
        return found

    @cached_property
    def _of(self) -> dict[str, Mask]:
        return {}

    def gaps(self, mask: Mask) -> list[Gap]:
        """Return the runs of days on which what is held has no fresh price."""
        found = []
        for commodity in self.traits.commodities(mask):
            units = self.units(mask, commodity)
            quotes = [self.book.prices.at(commodity, day) for day in self.days]
            lacking = [
                index
                for index, quote in enumerate(quotes)
                if isinstance(quote, Missing) and units[index]
            ]
            if lacking:
                last = quotes[lacking[0]]
                found.append(
                    Gap(
                        commodity,
                        self.days[lacking[0]],
                        self.days[lacking[-1]],
                        last.stale if isinstance(last, Missing) else None,
                    )
                )
        return found


class World:
    """Quantities of one scenario, in the written amounts."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.traits = timeline.traits
        self.currency = timeline.book.case.currency
        #: What tests have computed of this world and may use again.
        self.kept: dict[tuple[str, str], Any] = {}

    @property
    def drawn(self) -> bool:
        """Say whether amounts are draws."""
        return False

    def units(self, mask: Mask, commodity: str) -> Quantity:
        """Return the units of one commodity in selected positions."""
        return self.timeline.units(mask, commodity)

    def value(self, mask: Mask) -> Quantity:
        """Return what selected positions are worth at market, debts negative.

        A token an entity issued itself is worth nothing to it; what has no
        fresh price is left out, and named by the price-coverage test.
        """
        return self._sum(self._without_own(mask))

    def _sum(self, mask: Mask) -> Quantity:
        total: Quantity = np.full(len(self.timeline.ordinals), ZERO, object)
        for commodity in self.traits.commodities(mask):
            total = total + self.timeline.units(mask, commodity) * self.timeline.price(
                commodity
            )
        return total

    def _without_own(self, mask: Mask) -> Mask:
        return mask & ~self.timeline.traits.mask(
            lambda t: t.account.root == "Assets" and t.issuer == t.entity
        )

    def accumulate(self, moved: dict[int, Any]) -> Quantity:
        """Return running sums by day of an amount a flow, by index of the flow."""
        sums = np.full(len(self.timeline.ordinals), ZERO, object)
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

    def price(self, commodity: str) -> Quantity:
        """Return the price of a commodity on each day."""
        return self.timeline.price(commodity)

    def constant(self, number: Decimal) -> Any:
        """Return a number of the ledger, in the type quantities have here."""
        return number


class DrawnWorld(World):
    """Quantities of one scenario, in draws of its uncertain flows."""

    def __init__(
        self,
        timeline: Timeline,
        flows: NDArray[np.int64],
        scales: NDArray[np.float64],
    ) -> None:
        """Make the world of some draws.

        Args:
            timeline: The days and prices.
            flows: Indexes of the uncertain flows, shape (uncertain,).
            scales: What each is multiplied by, less one, shape (draws, uncertain).
        """
        super().__init__(timeline)
        self.flows = flows
        self.scales = scales
        self._row = np.full(len(timeline.book.flows), -1, np.int64)
        self._row[flows] = np.arange(len(flows))
        self._sums: dict[bytes, Quantity] = {}

    @property
    def drawn(self) -> bool:
        """Say that amounts are draws."""
        return True

    def units(self, mask: Mask, commodity: str) -> Quantity:
        """Return the units of one commodity in selected positions."""
        base = super().units(mask, commodity).astype(float)
        changes = self._changes(mask & self.timeline.of_commodity(commodity), commodity)
        return self._deviate(base, changes)

    def _sum(self, mask: Mask) -> Quantity:
        key = mask.tobytes()
        found = self._sums.get(key)
        if found is None:
            base = super()._sum(mask).astype(float)
            changes = np.zeros((len(self.flows), len(base)))
            for commodity in self.traits.commodities(mask):
                own = mask & self.timeline.of_commodity(commodity)
                price = self.timeline.price(commodity).astype(float)
                changes += self._changes(own, commodity) * price
            found = self._deviate(base, changes)
            if len(self._sums) < _KEPT:
                self._sums[key] = found
        return found

    def _changes(self, mask: Mask, commodity: str) -> NDArray[np.float64]:
        """Return what each uncertain flow moved by each day, shape (flows, days)."""
        book = self.timeline.book
        inside = mask[book.position] & (self._row[book.flow] >= 0)
        changes = np.zeros((len(self.flows), len(self.timeline.ordinals)))
        if inside.any():
            where = (self._row[book.flow[inside]], self.timeline.bucket[inside])
            scale = 10.0 ** -book.scales.get(commodity, 0)
            np.add.at(changes, where, book.units[inside].astype(float) * scale)
        return np.cumsum(changes, axis=1)

    def _deviate(self, base: Quantity, changes: NDArray[np.float64]) -> Quantity:
        """Add to a central path what the draws move it by."""
        touched = changes.any(axis=1)
        if not touched.any():
            return base[np.newaxis, :]
        return base + self.scales[:, touched] @ changes[touched]

    def accumulate(self, moved: dict[int, Any]) -> Quantity:
        """Return running sums by day of an amount a flow, by index of the flow."""
        sums = np.zeros((len(self.scales), len(self.timeline.ordinals)))
        for flow, amount in moved.items():
            sums[:, self.timeline.flow_bucket[flow]] += amount
        return np.cumsum(sums, axis=1)

    def factor(self, flow: int) -> Any:
        """Return what a flow is scaled by in each draw."""
        row = self._row[flow]
        return 1.0 if row < 0 else 1.0 + self.scales[:, row]

    def worth(self, number: float) -> Any:
        """Return what a flow was worth, to a hundredth of the currency."""
        return round(number, 2)

    def price(self, commodity: str) -> Quantity:
        """Return the price of a commodity on each day."""
        return super().price(commodity).astype(float)

    def constant(self, number: Decimal) -> Any:
        """Return a number of the ledger as a float."""
        return float(number)


#: Valued selections kept a chunk of draws: tests share most of them.
_KEPT = 32
