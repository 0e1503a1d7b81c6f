"""Whether what broke a test was put in: sized to other figures, or a remainder.

Then the day it first broke, or was broken worst, is by construction and no finding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from solvency.analysis.check.tests import Test
    from solvency.ledger.case import Flow
    from solvency.model.book import Book
    from solvency.model.book import Position


class DayPostings:
    """The postings of a Book by their day, put in order once for all tests."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._order = np.argsort(book.day, kind="stable")
        self._days = book.day[self._order]

    def on(self, day: datetime.date) -> NDArray[np.int64]:
        """Return the postings of a day, in the Book's order."""
        first, end = np.searchsorted(
            self._days, [day.toordinal(), day.toordinal() + 1]
        ).tolist()
        return self._order[first:end]


def lowered(
    test: Test, weighed: frozenset[Position], day: datetime.date, postings: DayPostings
) -> tuple[Flow, ...]:
    """Return the flows of a day that left less beyond what a test needed.

    Of a test that weighs what it counts in another way, all that moved it. What was
    paid for a claim that a test counts left nothing less; paid for one that it does
    not count in full, it did.

    Args:
        test: The test.
        weighed: Its positions by which it holds or breaks.
        day: The day.
        postings: Those of the books.
    """
    book = postings.book
    sign = {"less": 1, "more": -1, "": 0}[test.broken_by]
    rows = postings.on(day)
    rows = rows[[book.positions[at] in weighed for at in book.position[rows].tolist()]]
    one_coin = len({one.commodity for one in weighed}) == 1
    amounts = (book.units if one_coin else book.worth)[rows]
    moved: dict[int, float] = {}
    for flow, amount in zip(book.flow[rows].tolist(), amounts, strict=True):
        moved[flow] = moved.get(flow, 0.0) + float(amount)
    return tuple(
        book.flows[flow]
        for flow, amount in sorted(moved.items())
        if not sign or round(sign * amount, 2) < 0
    )


def put_in(lowered: Iterable[Flow]) -> tuple[str, ...]:
    """Return how the amounts of flows were put in; nothing where one was not."""
    ways = {
        "remainder" if flow.basis == "residual" else "sized" if flow.sized_by else ""
        for flow in lowered
    }
    return () if "" in ways else tuple(sorted(ways))


def between(
    moved: tuple[Flow, ...],
) -> tuple[datetime.date, datetime.date] | None:
    """Return the days between which flows happened; None where each has its day."""
    if not any(flow.earliest or flow.latest for flow in moved):
        return None
    return (
        min(flow.earliest or flow.date for flow in moved),
        max(flow.latest or flow.date for flow in moved),
    )
