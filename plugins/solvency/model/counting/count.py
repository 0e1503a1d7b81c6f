"""One count: what it covers, its range, and what was found of a position by it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Literal
from typing import NamedTuple

if TYPE_CHECKING:
    from solvency.ledger.case import Observation
    from solvency.model.book import Position

ZERO = Decimal()
#: Where in the ranges of counts what was found is taken: all at once.
End = Literal["low", "central", "high"]
ENDS: tuple[End, ...] = ("low", "central", "high")


class Overlap(NamedTuple):
    """Two counts that share accounts, neither within the other."""

    one: Observation
    other: Observation
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """An observation that counted, and what it covers."""

    seen: Observation
    accounts: frozenset[str]
    #: The one commodity it counts; None for all, valued in money.
    commodity: str | None

    @property
    def at_most(self) -> bool:
        """Say whether it says no more than that there was not more.

        What is less of it was others', or nowhere: no other account has it.
        """
        return self.seen.is_most

    def number(self, end: End) -> Decimal:
        """Return what was counted, at one end of its range.

        One of at most has nothing as its low end where it states none. One of at
        least has no high end, and stands there as written.
        """
        seen = self.seen
        if end == "low" and seen.bound == "at most":
            return ZERO
        if end == "low" and seen.low is not None:
            return seen.low
        if end == "high" and seen.high is not None:
            return seen.high
        return seen.amount.number

    def covers(self, position: Position) -> bool:
        """Say whether a position is among what was counted."""
        return position.account in self.accounts and self.commodity in {
            None,
            position.commodity,
        }

    def meets(self, other: Count) -> bool:
        """Say whether two counts cover anything in common."""
        named = {self.commodity, other.commodity}
        return bool(self.accounts & other.accounts) and (
            None in named or len(named) == 1
        )

    def within(self, other: Count) -> bool:
        """Say whether all it covers is covered by the other."""
        return self.accounts <= other.accounts and other.commodity in {
            None,
            self.commodity,
        }


@dataclass(frozen=True, slots=True)
class Counted:
    """How many units of a position the books show, and how many were found.

    Attributes:
        books: Units in the books.
        units: Units found.
        count: The count that binds it.
        rests: Every count the number rests on: that one, and those within it.
        shared: True where the count has other positions too, and this is a share.
    """

    books: Decimal
    units: Decimal
    count: Observation
    rests: tuple[Observation, ...]
    shared: bool = False

    @property
    def untraced(self) -> Decimal:
        """Return the units in the books that were not found."""
        return max(ZERO, self.books - self.units)

    @property
    def unrecorded(self) -> Decimal:
        """Return the units found that the books do not show."""
        return max(ZERO, self.units - self.books)


class Range(NamedTuple):
    """What was found of a position with all counts at one end of their ranges.

    A count within a wider one leaves more to the others where it finds less, so that
    more may be found at the low ends than at the high ones.
    """

    low: Counted
    central: Counted
    high: Counted
