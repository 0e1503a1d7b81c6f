"""The days on which anything changes in a Book, and units and prices on each.

Or the moments: then a day on which the order of flows is known is in as many as it
has, and ends with one for those whose place in the day nobody says.
"""

# Longer than 400 lines: all days and some of them, each method beside its twin.

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.analysis.check.traits import Traits
from solvency.ledger.case import LAST_HOUR
from solvency.ledger.case import LAST_PLACE
from solvency.model.costs import Costs
from solvency.model.costs import Pool
from solvency.model.prices import Missing
from solvency.model.uncertain_days import UncertainDays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solvency.analysis.check.traits import Mask
    from solvency.model.book import Book
    from solvency.model.prices import Quote

ZERO = Decimal()


class Timeline:
    """The days on which anything changes, and units and prices on each.

    Attributes:
        ordinals: The day of each place in it; of moments, one day several times.
        bucket: The place of each posting.
        flow_bucket: The place of each flow.
    """

    def __init__(self, book: Book, *, moments: bool = False) -> None:
        """Lay out the days of a book.

        Args:
            book: The Book.
            moments: Tell the movements of a day apart where their order is known.
        """
        self.book = book
        self.traits = Traits(book)
        self._moves = UncertainDays(book)
        self.ordinals = self._days()
        days = np.array([flow.date.toordinal() for flow in book.flows], np.int64)
        if moments:
            self.ordinals, self.flow_bucket = self._moments()
            self.bucket = self.flow_bucket[book.flow]
        else:
            self.bucket = np.searchsorted(self.ordinals, book.day, side="left")
            self.flow_bucket = np.searchsorted(self.ordinals, days, side="left")
        # Postings by position, so that a selection costs only its own.
        self._order = np.argsort(book.position, kind="stable")
        self._starts = np.searchsorted(
            book.position[self._order], np.arange(len(book.positions) + 1)
        )
        self._lay_by()

    def _lay_by(self) -> None:
        """Make room for what is worked out once."""
        self._prices: dict[str, NDArray[Any]] = {}
        self._rates: dict[str, NDArray[np.float64]] = {}
        self._halving: dict[str, NDArray[np.float64]] = {}
        self._per_flow: dict[bytes, NDArray[np.float64]] = {}
        self._units: dict[tuple[bytes, str], NDArray[Any]] = {}
        self._worth: dict[bytes, NDArray[Any]] = {}
        self._floats: dict[bytes, NDArray[np.float64]] = {}

    @property
    def whole(self) -> Timeline:
        """Return the timeline that this one has some of the places of."""
        return self

    @cached_property
    def kept(self) -> NDArray[np.intp]:
        """Return the places of the whole timeline that this one has."""
        return np.arange(len(self.ordinals))

    def _days(self) -> NDArray[np.int64]:
        book = self.book
        first = int(book.day.min())
        moves = self._moves
        # What may have happened later still has happened by the end.
        last = max(
            int(book.day.max()),
            book.case.reporting_date.toordinal(),
            int(moves.last.max(initial=0)),
        )
        found = {first, last, *np.unique(book.day).tolist()}
        for commodity in {position.commodity for position in book.positions}:
            found |= book.prices.changes(commodity)
        found |= {day.toordinal() for day in book.case.turns} | moves.grid()
        for event in book.case.events:
            if event.kind == "attestation":
                found.add(event.date.toordinal())
        return np.array(sorted(d for d in found if first <= d <= last), np.int64)

    def _moments(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the day of each moment, and the moment of each flow."""
        last = (LAST_PLACE, LAST_HOUR)
        own = [(flow.date.toordinal(), flow.order) for flow in self.book.flows]
        every = sorted({*own, *((int(day), last) for day in self.ordinals)})
        at = {moment: index for index, moment in enumerate(every)}
        return (
            np.array([day for day, _ in every], np.int64),
            np.array([at[moment] for moment in own], np.int64),
        )

    @cached_property
    def days(self) -> list[datetime.date]:
        """Return the days as dates."""
        return [datetime.date.fromordinal(int(day)) for day in self.ordinals]

    def since(self, place: int, mask: Mask) -> datetime.date:
        """Return the first of the days that a place stands for in draws.

        What happens on an uncertain day is put on the next of these days, so that
        what first shows there may have come of any day since the place before.

        Args:
            place: The place.
            mask: The positions asked about: flows that move none of them do not count.
        """
        day = int(self.ordinals[place])
        before = int(np.searchsorted(self.ordinals, day, side="left")) - 1
        moving = self.book.flow[self.postings(mask)]
        some = np.isin(self._moves.flows, moving)
        since, last = self._moves.first[some], self._moves.last[some]
        if before >= 0:
            since = np.maximum(since, self.ordinals[before] + 1)
        since = since[since <= last]
        return datetime.date.fromordinal(int(since.min(initial=day)))

    @cached_property
    def _quotes(self) -> dict[str, list[Quote | Missing]]:
        return {}

    def quotes(self, commodity: str) -> list[Quote | Missing]:
        """Return the price, or why there is none, on each day."""
        found = self._quotes.get(commodity)
        if found is None:
            found = [self.book.prices.at(commodity, day) for day in self.days]
            self._quotes[commodity] = found
        return found

    def price(self, commodity: str) -> NDArray[Any]:
        """Return the price on each day, exact; zero where there is none."""
        found = self._prices.get(commodity)
        if found is None:
            found = np.array(
                [
                    ZERO if isinstance(quote, Missing) else quote.number
                    for quote in self.quotes(commodity)
                ],
                object,
            )
            self._prices[commodity] = found
        return found

    def rate(self, commodity: str) -> NDArray[np.float64]:
        """Return the price on each day as a float."""
        found = self._rates.get(commodity)
        if found is None:
            found = self._rates[commodity] = self.price(commodity).astype(float)
        return found

    def halving(self, commodity: str) -> NDArray[np.float64]:
        """Return the units whose sale halves the price, each day; infinite unsaid."""
        found = self._halving.get(commodity)
        if found is None:
            told = self.book.case.commodities.get(commodity)
            depths = [told and told.depth(day) for day in self.days]
            found = self._halving[commodity] = np.array(
                [float(depth.units) if depth else math.inf for depth in depths]
            )
        return found

    def average(self, index: int) -> NDArray[Any]:
        """Return a position's average price at acquisition on each day, exact.

        Zero where none is known.
        """
        trait = self.traits.all[index]
        pool = Pool.of(trait.account, trait.commodity)
        found = self._averages.get(pool)
        if found is None:
            costs = Costs(self.book)
            averages = []
            for day in self.days:
                costs.advance(day)
                averages.append(costs.average(pool) or ZERO)
            found = self._averages[pool] = np.array(averages, object)
        return found

    @cached_property
    def _averages(self) -> dict[Pool, NDArray[Any]]:
        return {}

    @cached_property
    def sides(self) -> NDArray[np.int64]:
        """Return 1 for positions only ever debited, -1 only credited, 0 for both."""
        count = len(self.book.positions)
        debited, credited = np.zeros((2, count), bool)
        debited[self.book.position[self.book.units > 0]] = True
        credited[self.book.position[self.book.units < 0]] = True
        return debited.astype(np.int64) - credited

    def postings(self, mask: Mask) -> NDArray[np.int64]:
        """Return the indexes of the postings to selected positions."""
        runs = [
            self._order[self._starts[index] : self._starts[index + 1]]
            for index in np.flatnonzero(mask)
        ]
        return np.concatenate(runs) if runs else np.zeros(0, np.int64)

    def between(self, flow: int) -> tuple[int, int]:
        """Return the first of a flow's uncertain days, and the first after them."""
        one = self.book.flows[flow]
        ends = [(day or one.date).toordinal() for day in (one.earliest, one.latest)]
        low, high = np.searchsorted(self.ordinals, ends, side="left")
        return int(low), int(high) + 1

    def counted(self, mask: Mask) -> NDArray[Any]:
        """Return the integer units in selected positions of one commodity."""
        inside = self.postings(mask)
        sums = np.zeros(len(self.ordinals), self.book.units.dtype)
        np.add.at(sums, self.bucket[inside], self.book.units[inside])
        return np.cumsum(sums)

    def units(self, mask: Mask, commodity: str) -> NDArray[Any]:
        """Return the units of one commodity in selected positions, exact."""
        chosen = mask & self.of_commodity(commodity)
        key = (chosen.tobytes(), commodity)
        found = self._units.get(key)
        if found is None:
            scale = self.book.scales.get(commodity, 0)
            found = np.array(
                [Decimal(int(n)).scaleb(-scale) for n in self.counted(chosen)], object
            )
            self._units[key] = found
        return found

    def worth(self, mask: Mask) -> NDArray[Any]:
        """Return units times price of selected positions, exact."""
        key = mask.tobytes()
        found = self._worth.get(key)
        if found is None:
            found = np.full(len(self.ordinals), ZERO, object)
            for commodity in self.traits.commodities(mask):
                found = found + self.units(mask, commodity) * self.price(commodity)
            self._worth[key] = found
        return found

    def floats(self, mask: Mask) -> NDArray[np.float64]:
        """Return the same as floats."""
        key = mask.tobytes()
        found = self._floats.get(key)
        if found is None:
            found = self._floats[key] = self.worth(mask).astype(float)
            found.flags.writeable = False
        return found

    def size(self, mask: Mask) -> float:
        """Return the most that selected positions were worth, debts as positive.

        What float noise in sums of them is measured by.
        """
        each = [self.floats(self.single(int(i))) for i in np.flatnonzero(mask)]
        return float(np.abs(each).max()) if each else 0.0

    def per_flow(self, mask: Mask) -> NDArray[np.float64]:
        """Return what each flow moved in selected positions, in money."""
        key = mask.tobytes()
        found = self._per_flow.get(key)
        if found is None:
            book = self.book
            inside = self.postings(mask)
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
    def stirring(self) -> NDArray[np.intp]:
        """Return the places on which balances, or what they are worth, may change.

        On all others every balance, drawn or written, is that of the place before.
        """
        book, size = self.book, len(self.ordinals)
        found = np.zeros(size, bool)
        found[0] = True
        moving = book.units != 0
        found[self.bucket[moving]] = True
        if any(trait.account.recovery is not None for trait in self.traits.all):
            # Averages of what was paid go by every flow.
            found[self.flow_bucket] = True
        turns = [day.toordinal() for day in book.case.turns]
        found |= np.isin(np.arange(size), np.searchsorted(self.ordinals, turns))
        for flow in np.intersect1d(self._moves.flows, book.flow[moving]).tolist():
            low, high = self.between(flow)
            found[low:high] = True
        for commodity in {position.commodity for position in book.positions}:
            told = book.case.commodities.get(commodity)
            floats = [told and told.floating(day) for day in self.days]
            for each in (self.price(commodity), self.halving(commodity), floats):
                turned = (one != other for one, other in pairwise(each))
                found[1:] |= np.fromiter(turned, bool, size - 1)
        return np.flatnonzero(found)

    @cached_property
    def changes(self) -> dict[tuple[bytes, str], Any]:
        """Keep what uncertain flows move in a selection, for one draw to the next."""
        return {}

    @cached_property
    def uncut(self) -> dict[tuple[bytes, str], Any]:
        """Keep the same of all days, for one part of the days to the next."""
        return {}

    @cached_property
    def steps(self) -> dict[tuple[bytes, str | None], Any]:
        """Keep on which days a selection changes, for one draw to the next."""
        return {}

    @cached_property
    def _of(self) -> dict[str, Mask]:
        return {}

    def single(self, index: int) -> Mask:
        """Return the selection of one position."""
        one = np.zeros(len(self.traits.all), bool)
        one[index] = True
        return one


class SomeDays(Timeline):
    """Some of the places of a timeline, and balances on them; none moves between.

    Only for tests of balances: what moved before the first of these places is in the
    balances, and no flow is on one of them.
    """

    def __init__(self, whole: Timeline, kept: NDArray[np.intp]) -> None:
        """Take places of a whole timeline, as indexes in order."""
        self._whole, self._places = whole, kept
        self.book, self.traits = whole.book, whole.traits
        self.ordinals = whole.ordinals[kept]
        self._lay_by()

    @property
    def whole(self) -> Timeline:
        """Return the timeline that this one has some of the places of."""
        return self._whole

    @cached_property
    def kept(self) -> NDArray[np.intp]:
        """Return the places of the whole timeline that this one has."""
        return self._places

    @property
    def sides(self) -> NDArray[np.int64]:
        """Return the same of the whole timeline."""
        return self.whole.sides

    def quotes(self, commodity: str) -> list[Quote | Missing]:
        """Return the price, or why there is none, on each day."""
        every = self.whole.quotes(commodity)
        return [every[place] for place in self.kept]

    def average(self, index: int) -> NDArray[Any]:
        """Return a position's average price at acquisition on each day, exact."""
        found: NDArray[Any] = self.whole.average(index)[self.kept]
        return found

    def postings(self, mask: Mask) -> NDArray[np.int64]:
        """Return the indexes of the postings to selected positions."""
        return self.whole.postings(mask)

    def counted(self, mask: Mask) -> NDArray[Any]:
        """Return the integer units in selected positions of one commodity."""
        found: NDArray[Any] = self.whole.counted(mask)[self.kept]
        return found

    def floats(self, mask: Mask) -> NDArray[np.float64]:
        """Return what selected positions are worth as floats."""
        key = mask.tobytes()
        found = self._floats.get(key)
        if found is None:
            found = self._floats[key] = self.whole.floats(mask)[self.kept]
            found.flags.writeable = False
        return found

    def size(self, mask: Mask) -> float:
        """Return the most that selected positions were worth on any day."""
        return self.whole.size(mask)

    def per_flow(self, mask: Mask) -> NDArray[np.float64]:
        """Return what each flow moved in selected positions, in money."""
        return self.whole.per_flow(mask)
