"""What was counted: how many units of each position were found on a day.

A count is an observation that says `counted: TRUE`. It covers the assets it names: in
money all that is in them, in units those of one commodity. Counts nest or are
disjoint; of two that nest the narrower binds its accounts, and the wider the others.
Two that overlap otherwise bind nothing.

A count is carried from its day over the flows between, in units: what is untraced
there stays the same number of units. It is carried back no further than the petition.

A count with a range (`low:`, `high:`, `error:`) is taken as written, or all counts at
once at their low ends, or at their high ends. What a count of at most leaves out at its
low end was others': a wider count around it has it in no other account.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING

from solvency.model.book import below
from solvency.model.counting.carried import DayOfCounts
from solvency.model.counting.count import ENDS
from solvency.model.counting.count import Count
from solvency.model.counting.count import Overlap
from solvency.model.counting.count import Range
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from solvency.ledger.case import Case
    from solvency.ledger.case import Observation
    from solvency.model.book import Book
    from solvency.model.book import Position
    from solvency.model.counting.count import Counted
    from solvency.model.counting.count import End


@dataclass
class Counts:
    """The counts of a case over a Book, carried to any day."""

    book: Book
    counts: tuple[Count, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    #: What had to be taken in one way of several, and what counts left unsaid.
    notes: dict[str, None] = field(default_factory=dict)
    #: Where in the ranges of counts what was found is taken.
    end: End = "central"
    _days: dict[datetime.date, dict[Position, Counted]] = field(default_factory=dict)
    _units: dict[datetime.date, dict[Position, Decimal]] = field(default_factory=dict)
    _ends: dict[End, Counts] = field(default_factory=dict)

    @classmethod
    def of(cls, book: Book) -> Counts:
        """Read the counts of a book's case."""
        seen = sorted(book.case.observations, key=lambda one: one.id)
        every = tuple(_count(book.case, one) for one in seen if one.counted)
        overlaps = tuple(_overlaps(every))
        crossed = {one.id for pair in overlaps for one in pair[:2]}
        return cls(
            book, tuple(one for one in every if one.seen.id not in crossed), overlaps
        )

    def __bool__(self) -> bool:
        """Say whether any count binds anything."""
        return bool(self.counts)

    @property
    def days(self) -> tuple[datetime.date, ...]:
        """Return the petition, and each later day a count speaks of."""
        first = self.book.case.reporting_date
        later = {one.seen.date for one in self.counts if one.seen.date > first}
        return (first, *sorted(later)) if self.counts else ()

    def on(self, day: datetime.date) -> Mapping[Position, Counted]:
        """Return the positions that counts bind on a day, in order of name."""
        if day not in self._days:
            with wide():
                found = DayOfCounts(self, day).bound()
            self._days[day] = dict(sorted(found.items()))
        return self._days[day]

    def taken_at(self, end: End) -> Counts:
        """Return the same counts, each at one end of its range."""
        if end == self.end or not self.ranged:
            return self
        if end not in self._ends:
            self._ends[end] = Counts(
                self.book, self.counts, self.overlaps, end=end, _units=self._units
            )
        return self._ends[end]

    def between(self, day: datetime.date) -> dict[Position, Range]:
        """Return what counts find of each position on a day, at each end of all ranges.

        What only one end of a range finds is in none of the books, and nothing of it
        is found at the others.
        """
        seen = [self.taken_at(end).on(day) for end in ENDS]
        found = {}
        for position in dict.fromkeys(chain.from_iterable(seen)):
            known = next(one[position] for one in seen if position in one)
            nothing = replace(known, units=Decimal())
            each = [one.get(position, nothing) for one in seen]
            found[position] = Range(*each)
        return found

    @property
    def ranged(self) -> bool:
        """Say whether any count has a range."""
        return any(one.number("low") != one.number("high") for one in self.counts)

    def speaking(self, day: datetime.date) -> tuple[Count, ...]:
        """Return the counts that say what there was on a day, one for each cover.

        Of those of the same things a whole one before one of "at least", then the
        nearest to the day, then the last published. One made before the petition says
        nothing of later days where a later count touches the same accounts.
        """
        start = self.book.case.reporting_date
        sources = self.book.case.sources
        later = [one for one in self.counts if one.seen.date >= start]
        if day >= start:
            open_ = later + [
                one
                for one in self.counts
                if one.seen.date < start and not any(one.meets(x) for x in later)
            ]
        else:
            open_ = [one for one in self.counts if one.seen.date <= day]
        ordered = sorted(
            open_,
            key=lambda x: (
                x.seen.bound != "at least",
                -abs(x.seen.date - day),
                sources[x.seen.source].published,
                x.seen.id,
            ),
        )
        return tuple({(one.accounts, one.commodity): one for one in ordered}.values())

    def binding(self, position: Position, day: datetime.date) -> Count | None:
        """Return the count that binds a position on a day: the narrowest of it."""
        speaking = self.speaking(day)
        over = [one for one in speaking if one.covers(position)]
        return min(
            over, key=lambda one: sum(x.within(one) for x in speaking), default=None
        )

    def contradicting(self, day: datetime.date) -> Iterator[tuple[Observation, Count]]:
        """Yield what sources say of the same assets beyond a count that binds on a day.

        Statements of the count's own day that the ledger does not declare as counts:
        the ranges of counts leave them out.
        """
        case = self.book.case
        speaking = self.speaking(day)
        for seen in sorted(case.observations, key=lambda one: one.id):
            if seen.counted or seen.since or seen.bound or seen.excess:
                continue
            cover = _count(case, seen)
            for one in speaking:
                same = (one.accounts, one.commodity) == (
                    cover.accounts,
                    cover.commodity,
                )
                least, most = sorted((one.number("low"), one.number("high")))
                stated = seen.amount.number
                if same and one.seen.date == seen.date and not least <= stated <= most:
                    yield seen, one

    def balance(self, day: datetime.date) -> Mapping[Position, Decimal]:
        """Return the units in the books at the end of a day."""
        if day not in self._units:
            self._units[day] = self.book.balance(day)
        return self._units[day]


def _count(case: Case, seen: Observation) -> Count:
    """Return what an observation counted, which is nothing that is in suspense."""
    return Count(
        seen,
        frozenset(
            name
            for name, account in case.accounts.items()
            if account.root == "Assets"
            and not account.suspense
            and any(below(name, top) for top in seen.accounts)
        ),
        None if seen.amount.commodity == case.currency else seen.amount.commodity,
    )


def _overlaps(counts: tuple[Count, ...]) -> Iterable[Overlap]:
    """Yield the pairs of counts that overlap without one being within the other."""
    for at, one in enumerate(counts):
        for other in counts[at + 1 :]:
            if one.meets(other) and not (one.within(other) or other.within(one)):
                shared = tuple(sorted(one.accounts & other.accounts))
                yield Overlap(one.seen, other.seen, shared)
