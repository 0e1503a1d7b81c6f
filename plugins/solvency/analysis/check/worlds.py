"""The worlds that tests are asked in: by day or moment, as booked and as found."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from solvency.analysis.check.membership import MemberWorlds
from solvency.analysis.check.tests import TESTS
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


def in_parts(invariant: Invariant) -> bool:
    """Say whether a test is drawn on some days at a time.

    Of another package's test nobody knows that it asks nothing of other days.
    """
    return invariant.name in TESTS and test_of(invariant.name).of_balances


class Worlds:
    """The worlds that tests are asked in: by day, and by moment where asked for."""

    def __init__(self, book: Book, *, moments: bool) -> None:
        self._book, self._moments = book, moments
        self._made: dict[tuple[bool, str], MemberWorlds] = {}
        self._parts: dict[int, list[dict[bool, MemberWorlds]]] = {}
        self.timeline = self._of(intraday=False, kind="moves").timeline

    def of(self, invariant: Invariant) -> MemberWorlds:
        """Return the worlds of a test.

        What is not drawn is asked elsewhere, and what is drawn on some days alone:
        what it asks for will not come again.
        """
        if is_certain(invariant):
            kind = "certain"
        else:
            kind = "balances" if in_parts(invariant) else "moves"
        return self._of(intraday=self.intraday(invariant), kind=kind)

    def intraday(self, invariant: Invariant) -> bool:
        """Say whether a test is asked after each movement."""
        return invariant.intraday and self._moments

    @property
    def certain(self) -> MemberWorlds:
        """Return those of what no draw changes, by day."""
        return self._of(intraday=False, kind="certain")

    def ready(self) -> None:
        """Make what draws ask for, lest two threads make it at once."""
        for intraday in {intraday for intraday, _ in self._made}:
            self._of(intraday=intraday, kind="moves")

    def moves(self) -> dict[bool, MemberWorlds]:
        """Return those of what moved, by whether they are of moments."""
        return self._drawn_of("moves")

    def parts(self, count: int) -> list[dict[bool, MemberWorlds]]:
        """Return those of balances, in some parts of the days that anything changes on.

        Args:
            count: How many parts, at most.
        """
        if count not in self._parts:
            found: list[dict[bool, MemberWorlds]] = [{} for _ in range(count)]
            for intraday, worlds in self._drawn_of("balances").items():
                kept = np.array_split(worlds.timeline.stirring, count)
                for part, some in zip(found, kept, strict=True):
                    if len(some):
                        part[intraday] = worlds.during(some)
            self._parts[count] = found
        return self._parts[count]

    def placed(
        self, moved: NDArray[np.int64], days: NDArray[np.int64]
    ) -> dict[bool, dict[int, NDArray[np.intp]]]:
        """Return the places that days are, by whether these are moments.

        Args:
            moved: Indexes of flows.
            days: The days each is drawn on, shape (flows, draws).
        """
        if not len(moved):
            return {intraday: {} for intraday in (False, True)}
        first, last = int(days.min()), int(days.max())
        found = {}
        for intraday in {intraday for intraday, _ in self._made}:
            ordinals = self._of(intraday=intraday, kind="moves").timeline.ordinals
            each = np.searchsorted(ordinals, np.arange(first, last + 1), side="left")
            found[intraday] = dict(zip(moved.tolist(), each[days - first], strict=True))
        return found

    def _drawn_of(self, kind: str) -> dict[bool, MemberWorlds]:
        return {
            intraday: worlds
            for (intraday, one), worlds in self._made.items()
            if one == kind
        }

    def _of(self, *, intraday: bool, kind: str) -> MemberWorlds:
        key = intraday, kind
        if key not in self._made:
            like = [
                one for (moments, _), one in self._made.items() if moments == intraday
            ]
            self._made[key] = (
                like[0].again()
                if like
                else MemberWorlds.of(self._book, moments=intraday)
            )
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
