"""Days no source gives: the flows they are of, and draws of them.

A flow with `earliest:` or `latest:` may have happened on any day between; the written
date is what the books show. Flows of one driver share their place in their intervals,
and one that cannot precede another (`after:`) takes any day from that one's on.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from solvency.figures.draws import chunks
from solvency.figures.remark import Remark
from solvency.ledger.entries.postings import EXACT
from solvency.model.book import below

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from solvency.ledger.case import Flow
    from solvency.ledger.case import Observation
    from solvency.model.book import Book

#: Intervals of no more days than this are told apart in steps of a week or less;
#: longer ones by month, whose last days many intervals share.
_MONTH = 31
_WEEK = 7


def _month_ends(low: int, high: int) -> Iterator[int]:
    """Yield the last days of months between two days, as ordinals."""
    first = datetime.date.fromordinal(low).replace(day=1)
    while first.toordinal() <= high:
        after = (first + datetime.timedelta(days=32)).replace(day=1)
        end = after.toordinal() - 1
        if low < end < high:
            yield end
        first = after


def _ends(book: Book) -> list[tuple[int, int]]:
    """Return the first and the last day that each flow may have happened on.

    What another cannot precede happened no later than that other may have.
    """
    ends = [
        (
            (one.earliest or one.date).toordinal(),
            (one.latest or one.date).toordinal(),
        )
        for one in book.flows
    ]
    number = {one.id: at for at, one in enumerate(book.flows)}
    pairs = [
        (number[one.after], at)
        for at, one in enumerate(book.flows)
        if one.after in number
    ]
    moved = True
    while moved:
        moved = False
        for before, after in pairs:
            low, high = ends[before]
            last = max(low, min(high, ends[after][1]))
            moved = moved or last < high
            ends[before] = low, last
    return ends


def either_side(
    book: Book, observations: Iterable[Observation]
) -> tuple[tuple[str, str], ...]:
    """Return what takes a day as certain that decides whether a flow is in it.

    Args:
        book: the Book.
        observations: of balances, or of what moved since a day.

    Returns:
        Pairs of an observation and a flow that it moves and that may or may not have
        come in time for it, by name and in order.
    """
    days = UncertainDays(book)
    found: dict[tuple[str, str], None] = {}
    # Many observations are of the same accounts.
    told: dict[tuple[int, tuple[str, ...], str], bool] = {}
    for one in observations:
        bounds = [one.date.toordinal() + 1]
        bounds += [] if one.since is None else [one.since.toordinal()]
        either = np.zeros(len(days.flows), bool)
        for edge in bounds:
            either |= (days.first < edge) & (edge <= days.last)
        for flow in days.flows[either].tolist():
            key = flow, one.accounts, one.amount.commodity
            if key not in told:
                told[key] = _moves(book.flows[flow], one, book.case.currency)
            if told[key]:
                found[one.id, book.flows[flow].id] = None
    return tuple(found)


def as_written(pairs: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Say that days were taken as written, where that decides what a statement is of.

    Args:
        pairs: what `either_side` found.
    """
    if not pairs:
        return ()
    names = tuple(dict.fromkeys(name for name, _ in pairs))
    told = Remark(
        "flows that may have come before or after the day of a statement they move:"
        " %(flows)s, of %(statements)s statements (%(names)s); all days are taken as"
        " written here",
        flows=len({flow for _, flow in pairs}),
        statements=len(names),
        names=names,
    )
    return (told,)


def _moves(flow: Flow, one: Observation, currency: str) -> bool:
    """Say whether a flow moves what an observation is of."""
    net: dict[str, Decimal] = {}
    for posting in flow.postings:
        if one.amount.commodity not in {currency, posting.commodity}:
            continue
        if any(below(posting.account, account) for account in one.accounts):
            so_far = net.get(posting.commodity, Decimal())
            net[posting.commodity] = EXACT.add(so_far, posting.units)
    return any(net.values())


class UncertainDays:
    """The flows of a Book whose day is uncertain, and draws of their days."""

    def __init__(self, book: Book) -> None:
        self.book = book
        ends = _ends(book)
        uncertain = [at for at, (low, high) in enumerate(ends) if low < high]
        #: Indexes of the flows in the Book.
        self.flows: NDArray[np.int64] = np.array(uncertain, np.int64)
        #: The first and the last day of each, as ordinals.
        self.first: NDArray[np.int64] = np.array(
            [ends[n][0] for n in uncertain], np.int64
        )
        self.last: NDArray[np.int64] = np.array(
            [ends[n][1] for n in uncertain], np.int64
        )

    def grid(self) -> set[int]:
        """Return the days that draws are told apart by, as ordinals."""
        found: set[int] = set()
        for low, high in zip(self.first.tolist(), self.last.tolist(), strict=True):
            if high - low > _MONTH:
                found |= {low, high, *_month_ends(low, high)}
                continue
            steps = min(high - low, max(4, -(-(high - low) // _WEEK)))
            found |= {low + (high - low) * step // steps for step in range(steps + 1)}
        return found

    def draw(
        self,
        draws: int,
        seed: int,
        chunk: int,
        wanted: Callable[[int], bool] | None = None,
    ) -> Iterator[NDArray[np.int64]]:
        """Yield days, as ordinals.

        Args:
            draws: How many draws in all.
            seed: The seed.
            chunk: How many to yield at once.
            wanted: Says by number which chunks to yield; none yields all.

        Yields:
            Arrays of shape (flows, up to chunk).
        """
        drivers = [self.book.flows[flow].driver for flow in self.flows]
        shared = np.array(
            [
                number if driver is None else drivers.index(driver)
                for number, driver in enumerate(drivers)
            ],
            np.int64,
        )
        width = (self.last - self.first + 1)[:, None]
        for child, size in chunks(draws, chunk, seed, 1, wanted=wanted):
            place = np.random.default_rng(child).random((len(self.flows), size))[shared]
            days = self.first[:, None] + np.floor(place * width).astype(np.int64)
            self._in_order(days, place)
            yield days

    def _in_order(self, days: NDArray[np.int64], place: NDArray[np.float64]) -> None:
        """Put flows no earlier than those they cannot precede.

        On any day from that of the other on, each as likely: put on its day where they
        would precede it, both would happen on one day in half of the draws.
        """
        row = {int(flow): at for at, flow in enumerate(self.flows)}
        number = {flow.id: at for at, flow in enumerate(self.book.flows)}
        done: set[int] = set()

        def settle(at: int) -> None:
            if at in done:
                return
            done.add(at)
            flow = self.book.flows[int(self.flows[at])]
            before = number.get(flow.after or "")
            if before is None:
                return
            if before in row:
                settle(row[before])
                least = days[row[before]]
            else:
                least = np.int64(self.book.flows[before].date.toordinal())
            least = np.minimum(np.maximum(self.first[at], least), self.last[at])
            room = self.last[at] - least + 1
            days[at] = least + np.floor(place[at] * room).astype(np.int64)

        for at in range(len(days)):
            settle(at)
