"""The Book: the postings of one scenario as arrays.

The one place that turns postings into balances. Units are exact integers: those
of each commodity are counted in its smallest unit written in the case, a power
of ten.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import numpy as np

from solvency.ledger.entries.postings import EXACT
from solvency.model.columns import PostingColumns
from solvency.model.columns import columns_of
from solvency.model.columns import whole_columns
from solvency.model.prices import Missing
from solvency.model.prices import Prices
from solvency.wide import wide
from solvency.wide import width

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from solvency.ledger.case import Account
    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Posting
    from solvency.model.consolidation import GroupSheet
    from solvency.model.costs import Acquisitions
    from solvency.model.counting.counts import Counts
    from solvency.model.sheets import BalanceSheet

#: Digits, and digits after the point, that ordinary numbers have at most.
_ORDINARY = 28
_ORDINARY_PLACES = 12


class Position(NamedTuple):
    """One commodity in one account: what a balance is kept of."""

    account: str
    commodity: str


@dataclass(frozen=True, eq=False)
class Book:
    """The postings of one scenario as arrays, with their balances.

    Arrays are parallel, one item a posting, in the order of the flows: `day`
    (proleptic ordinals), `position` (index into `positions`), `units` (exact
    integers, positive for debits, scaled by ten to the power `scales` of the
    position's commodity), `flow` (index into `flows`).
    """

    case: Case
    flows: tuple[Flow, ...]
    positions: tuple[Position, ...]
    #: Decimal places kept, by commodity.
    scales: dict[str, int]
    day: NDArray[np.int64]
    position: NDArray[np.int64]
    units: NDArray[Any]
    flow: NDArray[np.int64]
    #: The price written on the posting, in the case's currency at the prices of
    #: its day; NaN for none.
    rate: NDArray[np.float64]

    @classmethod
    def of(cls, case: Case, flows: Sequence[Flow] | None = None) -> Book:
        """Return the Book of a case's selected flows, or of flows given."""
        if flows is None:
            columns = columns_of(case)
        elif flows is case.flows:
            columns = whole_columns(case)
        else:
            columns = PostingColumns.of(case, flows)
        return cls(
            case=case,
            flows=tuple(case.selected if flows is None else flows),
            positions=tuple(Position(*key) for key in columns.positions),
            scales=columns.scales,
            day=columns.day,
            position=columns.position,
            units=columns.units,
            flow=columns.flow,
            rate=columns.rate,
        )

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Return the indexes of the positions of each account."""
        found: dict[str, list[int]] = {}
        for index, position in enumerate(self.positions):
            found.setdefault(position.account, []).append(index)
        return found

    def postings_of(self, index: int) -> NDArray[np.int64]:
        """Return the indexes of the postings to a position, in their order."""
        ordered, bounds = self._by_position
        return ordered[bounds[index] : bounds[index + 1]]

    @cached_property
    def _by_position(self) -> tuple[NDArray[np.int64], list[int]]:
        """Return the postings by position, and where those of each begin."""
        found = np.argsort(self.position, kind="stable")
        count = len(self.positions) + 1
        bounds: list[int] = np.searchsorted(
            self.position[found], np.arange(count)
        ).tolist()
        return found, bounds

    @cached_property
    def long(self) -> bool:
        """Say whether a number of the case is too long for Python's 28 digits.

        A product of two, or a sum of such, would lose some; all is kept here.
        """
        # Integers of 64 bits have 19 digits, those after the point among them.
        places = max(self.scales.values(), default=0)
        short = self.units.dtype != object and places <= _ORDINARY_PLACES
        numbers = chain(
            (p.units for flow in self.flows for p in flow.postings if not short),
            (p.price.number for flow in self.flows for p in flow.postings if p.price),
            (price.number for price in self.case.prices),
        )
        return any(
            sum(digits := width(number)) > _ORDINARY or digits[1] > _ORDINARY_PLACES
            for number in numbers
            # As text a number is short in a fraction of the time.
            if len(text := str(number)) > _ORDINARY_PLACES + 1 or "E" in text
        )

    @cached_property
    @wide()
    def prices(self) -> Prices:
        """Return the case's prices in its currency."""
        return Prices(self.case)

    @cached_property
    @wide()
    def worth(self) -> NDArray[np.float64]:
        """Return what each posting was worth when made, in the case's currency.

        At the price written on it, else the market's that day; zero where there
        is none. Floats: for what flows are measured by, not for balances.
        """
        rate = self.rate.copy()
        size = np.ones(len(self.positions))
        for index, position in enumerate(self.positions):
            size[index] = float(f"1e-{self.scales.get(position.commodity, 0)}")
        names = np.array([position.commodity for position in self.positions])
        for commodity in set(names.tolist()):
            open_ = np.isnan(rate) & (names == commodity)[self.position]
            days, inverse = np.unique(self.day[open_], return_inverse=True)
            quotes = [
                self.prices.at(commodity, datetime.date.fromordinal(int(day)))
                for day in days
            ]
            prices = [
                0.0 if isinstance(quote, Missing) else float(quote.number)
                for quote in quotes
            ]
            rate[open_] = np.array(prices)[inverse] if len(days) else 0.0
        return self.units.astype(np.float64) * size[self.position] * rate

    @cached_property
    def own(self) -> Book:
        """Return the same Book in the currency that it is kept in."""
        case = self.case
        if case.home == case.currency:
            return self
        return Book.of(replace(case, currency=case.home, functional=None), self.flows)

    @cached_property
    def worths(self) -> dict[int, Decimal]:
        """Return what postings were worth, exactly, by index: those asked of so far."""
        return {}

    @cached_property
    @wide()
    def acquisitions(self) -> Acquisitions:
        """Return what flows brought in and took out, at what it was worth."""
        from solvency.model.costs import Acquisitions  # noqa: PLC0415 (builds on the Book)

        return Acquisitions.of(self)

    @cached_property
    def counts(self) -> Counts:
        """Return what was counted of the holdings."""
        from solvency.model.counting.counts import Counts  # noqa: PLC0415 (builds on the Book)

        return Counts.of(self)

    def account(self, position: Position) -> Account:
        """Return the account of a position."""
        return self.case.accounts[position.account]

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        return np.searchsorted(self.flow, np.arange(len(self.flows)))

    def posting(self, index: int) -> Posting:
        """Return the posting behind an item of the arrays."""
        owner = int(self.flow[index])
        return self.flows[owner].postings[index - int(self._starts[owner])]

    def decimal(self, position: Position, units: int) -> Decimal:
        """Turn the integer units of a position into a number."""
        places = self.scales.get(position.commodity, 0)
        return EXACT.scaleb(Decimal(int(units)), -places)

    def balances(self, days: Iterable[datetime.date]) -> NDArray[Any]:
        """Return the integer units of every position at the end of each day.

        Args:
            days: The days, in ascending order.

        Returns:
            An array of shape (days, positions), exact.
        """
        ordinals = np.array([day.toordinal() for day in days], dtype=np.int64)
        changes = np.zeros((len(ordinals) + 1, len(self.positions)), self.units.dtype)
        bucket = np.searchsorted(ordinals, self.day, side="left")
        np.add.at(changes, (bucket, self.position), self.units)
        return np.cumsum(changes[:-1], axis=0, dtype=self.units.dtype)

    def balance(self, at: datetime.date) -> dict[Position, Decimal]:
        """Return every balance that is not zero at the end of a day."""
        return self.named(self.balances([at])[0])

    def named(self, units: NDArray[Any]) -> dict[Position, Decimal]:
        """Return the balances that are not zero, of integer units by position."""
        return {
            self.positions[index]: self.decimal(self.positions[index], units[index])
            for index in np.flatnonzero(units)
        }

    @wide()
    def units_of(
        self, accounts: Iterable[str], at: datetime.date
    ) -> dict[str, Decimal]:
        """Return the units by commodity in accounts, each with all below it."""
        wanted = tuple(accounts)
        sums: dict[str, Decimal] = {}
        for position, number in self.balance(at).items():
            if any(below(position.account, account) for account in wanted):
                before = sums.get(position.commodity, Decimal())
                sums[position.commodity] = EXACT.add(before, number)
        return {commodity: number for commodity, number in sums.items() if number}

    def flows_of(
        self,
        account: str,
        until: datetime.date,
        commodity: str | None = None,
    ) -> list[Flow]:
        """Return the flows that moved an account, or anything below it, by a day."""
        wanted = np.array(
            [
                below(key.account, account)
                and (commodity is None or key.commodity == commodity)
                for key in self.positions
            ],
            dtype=bool,
        )
        if not wanted.any():
            return []
        mask = wanted[self.position] & (self.day <= until.toordinal())
        return [self.flows[index] for index in np.unique(self.flow[mask])]

    @cached_property
    def last_day(self) -> datetime.date:
        """Return the day of the last flow."""
        return datetime.date.fromordinal(int(self.day.max()))

    def balance_sheet(
        self,
        name: str,
        at: datetime.date | None = None,
        *,
        basis: str = "market",
    ) -> BalanceSheet | GroupSheet:
        """Return the balance sheet of an entity, a silo or the group.

        Args:
            name: An entity, a silo, or "group".
            at: The day at whose end; default the case's reporting date.
            basis: market, book, clean or realisable.

        Raises:
            LookupError: No entity or silo has the name.
            ValueError: The basis is unknown.
        """
        at = at or self.case.reporting_date
        return self.balance_sheets(name, [at], basis=basis)[0]

    @wide()
    def balance_sheets(
        self,
        name: str,
        days: Sequence[datetime.date],
        *,
        basis: str = "market",
    ) -> list[BalanceSheet] | list[GroupSheet]:
        """Return balance sheets at many days, at the cost of one pass.

        Args:
            name: An entity, a silo, or "group".
            days: The days at whose end, in any order; a sheet each, in this order.
            basis: market, book, clean or realisable.

        Raises:
            LookupError: No entity or silo has the name.
            ValueError: The basis is unknown.
        """
        from solvency.ledger.load import collector_paused  # noqa: PLC0415 (Case imports this)
        from solvency.model import consolidation  # noqa: PLC0415 (both build on the Book)
        from solvency.model import sheets  # noqa: PLC0415 (as above)

        with collector_paused():
            if name in self.case.entities:
                each = sheets.at_days(self, [name], days, basis)
                return [each[day][0] for day in days]
            names = consolidation.members(self.case, name)
            found = consolidation.group_sheets(self, names, days, basis, name=name)
            return [found[day] for day in days]


def below(account: str, parent: str) -> bool:
    """Say whether an account is another or lies below it."""
    return account == parent or account.startswith(parent + ":")
