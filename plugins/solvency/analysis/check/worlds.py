"""The worlds that tests are asked in: by day or moment, as booked and as found."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from solvency.analysis.check.membership import Spells
from solvency.analysis.check.tests import test_of
from solvency.ledger.case import Flow
from solvency.ledger.case import Money
from solvency.ledger.case import Place
from solvency.ledger.case import Posting
from solvency.ledger.entries.postings import EXACT
from solvency.model.book import Book
from solvency.model.costs import Costs
from solvency.model.costs import Pool
from solvency.wide import WIDE
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from solvency.ledger.case import Invariant
    from solvency.model.book import Position

ZERO = Decimal()


def is_certain(invariant: Invariant) -> bool:
    """Say whether no draw of amounts changes a test."""
    return test_of(invariant.name).certain


class Worlds:
    """The worlds that tests are asked in: by day, and by moment where asked for."""

    def __init__(self, book: Book, *, moments: bool) -> None:
        self._book, self._moments = book, moments
        self._made: dict[tuple[bool, bool], Spells] = {}
        self.timeline = self._of(intraday=False, certain=False).timeline

    def of(self, invariant: Invariant) -> Spells:
        """Return the worlds of a test.

        What is not drawn is asked elsewhere: what it asks for will not come again.
        """
        return self._of(
            intraday=self.intraday(invariant), certain=is_certain(invariant)
        )

    def intraday(self, invariant: Invariant) -> bool:
        """Say whether a test is asked after each movement."""
        return invariant.intraday and self._moments

    @property
    def certain(self) -> Spells:
        """Return those of what no draw changes, by day."""
        return self._of(intraday=False, certain=True)

    def drawn(
        self,
        flows: NDArray[np.int64],
        scales: NDArray[np.float64],
        moved: NDArray[np.int64],
        days: NDArray[np.int64],
    ) -> dict[bool, Spells]:
        """Return those in draws, by whether they are of moments."""
        return {
            intraday: spells.drawn(flows, scales, moved, days)
            for (intraday, certain), spells in self._made.items()
            if not certain
        }

    def _of(self, *, intraday: bool, certain: bool) -> Spells:
        key = intraday, certain
        if key not in self._made:
            self._made[key] = Spells.of(self._book, moments=intraday)
        return self._made[key]


@wide()
def as_found(book: Book) -> Book | None:
    """Return a Book of what was found, from the petition on.

    What was counted is there as it was counted, in every draw of the flows, and not
    as the flows have it; what stands in suspense is not there; all else is as the
    books have it. Everything before is posted on the petition's day, so only tests of
    balances mean anything.

    Args:
        book: The Book.

    Returns:
        The Book, whose case asks those tests alone; None where nothing was counted.
    """
    start = book.case.reporting_date
    days = sorted({start, *_later(book, start)})
    bound = {position for day in days for position in book.counts.on(day)}
    if not bound:
        return None
    flows = (*book.flows, *_counted(book, days, sorted(bound)))
    asked = tuple(one for one in book.case.invariants if test_of(one.name).of_balances)
    whole = Book.of(replace(book.case, invariants=asked), flows)
    covered = np.array([position in bound for position in whole.positions], bool)
    written = whole.flow < len(book.flows)
    units = whole.units.copy()
    units[written & covered[whole.position]] = 0
    settled = [not whole.account(position).suspense for position in whole.positions]
    units[~np.array(settled, bool)[whole.position]] = 0
    found = replace(whole, units=units, day=np.maximum(whole.day, start.toordinal()))
    # What things cost is what they cost when they were bought, not at the petition.
    found.__dict__["acquisitions"] = book.acquisitions
    return found


def _later(book: Book, start: datetime.date) -> Iterable[datetime.date]:
    """Yield the days after the petition on which what was found may change."""
    yield from (flow.date for flow in book.flows if flow.date > start)
    yield from (day for day in book.counts.days if day > start)


def _counted(
    book: Book, days: list[datetime.date], bound: list[Position]
) -> Iterable[Flow]:
    """Yield a flow a day that makes balances what was found."""
    before: dict[Position, Decimal] = {}
    costs = Costs(book)
    for day in days:
        seen = book.counts.on(day)
        held = book.balance(day)
        costs.advance(day)
        postings = []
        for position in bound:
            there = seen.get(position)
            units = held.get(position, ZERO) if there is None else there.units
            change = EXACT.subtract(
                _step(book, position, units), before.get(position, ZERO)
            )
            if change:
                account = book.account(position)
                average = costs.average(Pool.of(account, position.commodity))
                price = (
                    None
                    if average is None or position.commodity == book.case.currency
                    else Money(average, book.case.currency)
                )
                postings.append(
                    Posting(
                        position.account,
                        account.entity,
                        change,
                        position.commodity,
                        price,
                        added=True,
                    )
                )
                before[position] = EXACT.add(before.get(position, ZERO), change)
        if postings:
            yield _flow(day, tuple(postings))


def _step(book: Book, position: Position, units: Decimal) -> Decimal:
    """Round units to a step fine enough for any amount of money."""
    places = max(book.scales.get(position.commodity, 0), 8)
    return units.quantize(Decimal(1).scaleb(-places), context=WIDE)


def _flow(day: datetime.date, postings: tuple[Posting, ...]) -> Flow:
    return Flow(
        id=f"found-{day.isoformat()}",
        date=day,
        payee=None,
        narration="What was found",
        postings=postings,
        sources=(),
        hypotheses=frozenset(),
        amount_from=None,
        grade=None,
        basis="derived",
        known=day,
        purpose=None,
        claim=(),
        low=None,
        high=None,
        interval=Decimal(1),
        driver=None,
        locators={},
        notes={},
        place=Place("", 0),
    )
