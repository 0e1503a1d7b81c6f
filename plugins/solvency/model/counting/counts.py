"""What was counted: how many units of each position were found on a day.

A count is an observation that says `counted: TRUE`. It covers the assets it names: in
money all that is in them, in units those of one commodity. Counts nest or are
disjoint; of two that nest the narrower binds its accounts, and the wider the others.
Two that overlap otherwise bind nothing.

A count is carried from its day over the flows between, in units: what is untraced
there stays the same number of units. It is carried back no further than the petition.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.figures.remark import Remark
from solvency.model.book import Position
from solvency.model.book import below
from solvency.model.valuation import Valuation
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Mapping

    from solvency.ledger.case import Case
    from solvency.ledger.case import Observation
    from solvency.model.book import Book

ZERO = Decimal()
#: Less than half a hundredth is no difference.
_SMALL = Decimal("0.005")


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


@dataclass
class Counts:
    """The counts of a case over a Book, carried to any day."""

    book: Book
    counts: tuple[Count, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    #: What had to be taken in one way of several, and what counts left unsaid.
    notes: dict[str, None] = field(default_factory=dict)
    _days: dict[datetime.date, dict[Position, Counted]] = field(default_factory=dict)
    _units: dict[datetime.date, dict[Position, Decimal]] = field(default_factory=dict)

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
                found = _Day(self, day).bound()
            self._days[day] = dict(sorted(found.items()))
        return self._days[day]

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
                x.seen.low is None or x.seen.high is not None,
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

    def balance(self, day: datetime.date) -> Mapping[Position, Decimal]:
        """Return the units in the books at the end of a day."""
        if day not in self._units:
            self._units[day] = self.book.balance(day)
        return self._units[day]


class _Day:
    """Carries the counts that speak of one day to it."""

    def __init__(self, counts: Counts, day: datetime.date) -> None:
        self._counts = counts
        self._book = counts.book
        self._day = day
        # The narrower before the wider, whose rest is what those left.
        speaking = counts.speaking(day)
        self._ordered = sorted(
            speaking,
            key=lambda one: (sum(x.within(one) for x in speaking), one.seen.id),
        )
        self._inside: dict[str, list[Count]] = {
            one.seen.id: [x for x in speaking if x is not one and x.within(one)]
            for one in speaking
        }
        self._missing: dict[str, dict[str, Decimal]] = {}
        self._prices: dict[tuple[str, Position], Decimal | None] = {}

    def bound(self) -> dict[Position, Counted]:
        """Return every position bound, with what was found of it on the day."""
        found: dict[Position, Counted] = {}
        for count in self._ordered:
            within = self._inside[count.seen.id]
            free = self._free(count, self._day)
            units = self._spread(count, free, self._counts.balance(self._day))
            rests = (count.seen, *(one.seen for one in within))
            for position, number in units.items():
                books = self._counts.balance(self._day).get(position, ZERO)
                shared = len(units) > 1
                found[position] = Counted(books, number, count.seen, rests, shared)
        return found

    def _free(self, count: Count, day: datetime.date) -> list[Position]:
        """Return the positions of a count that no narrower count binds."""
        narrower = self._inside[count.seen.id]
        return [
            position
            for position in self._counts.balance(day)
            if count.covers(position)
            and self._book.account(position).root == "Assets"
            and not any(one.covers(position) for one in narrower)
        ]

    def _spread(
        self,
        count: Count,
        free: list[Position],
        units: Mapping[Position, Decimal],
    ) -> dict[Position, Decimal]:
        """Return the units found of each position a count binds, on one day.

        What is missing of a commodity, or over, is shared in proportion to what the
        books show of it.
        """
        found = {position: units[position] for position in free}
        for commodity, missing in self._untraced(count).items():
            held = [
                p
                for p in free
                if p.commodity == commodity and units[p] > 0 and self._price(count, p)
            ]
            whole = sum((units[p] for p in held), ZERO)
            if not held:
                place = self._place(count, commodity)
                if missing < 0 and place is not None:
                    found[place] = found.get(place, ZERO) - missing
                continue
            taken = min(missing, whole)
            for position in held[1:]:
                part = taken * units[position] / whole
                found[position] -= part
                taken -= part
            found[held[0]] -= taken
        return found

    def _place(self, count: Count, commodity: str) -> Position | None:
        """Return where what was found stands, where the books show nothing of it."""
        narrower = self._inside[count.seen.id]
        places = (Position(name, commodity) for name in sorted(count.accounts))
        return next(
            (x for x in places if not any(one.covers(x) for one in narrower)), None
        )

    def _untraced(self, count: Count) -> Mapping[str, Decimal]:
        """Return the units a count did not find, by commodity; below zero if over.

        As on the count's own day: flows before or after it change nothing in them.
        """
        name = count.seen.id
        if name not in self._missing:
            self._missing[name] = dict(self._compared(count))
        return self._missing[name]

    def _compared(self, count: Count) -> Iterable[tuple[str, Decimal]]:
        """Hold a count against the books of its own day."""
        seen = count.seen
        units = self._counts.balance(seen.date)
        free = self._free(count, seen.date)
        prices = {p: self._price(count, p) for p in free}
        left = seen.amount.number - self._narrower(count)
        held: dict[str, Decimal] = defaultdict(Decimal)
        worth = ZERO
        for position in free:
            price = prices[position]
            if price is None:
                continue
            if units[position] > 0 and price:
                held[position.commodity] += units[position]
                worth += units[position] * price
            else:
                # What the books show below zero was found so.
                left -= units[position] * price
        commodity = count.commodity or self._book.case.currency
        if self._place(count, commodity) is None:
            # All of it is bound by narrower counts, which it can only confirm.
            self._beside(seen, left)
            return
        if left < 0:
            self._beside(seen, left)
            left = ZERO
        if not worth:
            if left:
                yield commodity, -left
            return
        for commodity, number in held.items():
            yield commodity, number - number * left / worth

    def _beside(self, seen: Observation, left: Decimal) -> None:
        """Note by how much a count differs from the narrower counts within it."""
        if abs(left) < _SMALL:
            return
        unit = seen.amount.commodity
        note = Remark(
            "%(count)s counted %(least)s more than the narrower counts within it,"
            " which bind"
            if left > 0
            else "%(count)s counted %(least)s less than the narrower counts within it,"
            " which bind",
            count=seen.id,
            least=f"{abs(left):,.2f} {unit}",
        )
        self._counts.notes[note] = None

    def _narrower(self, count: Count) -> Decimal:
        """Return what the counts within a count found, in what it counted."""
        day = count.seen.date
        units = self._counts.balance(day)
        total = ZERO
        for one in self._inside[count.seen.id]:
            for position, number in self._spread(
                one, self._free(one, day), units
            ).items():
                price = self._price(count, position)
                total += number * (price or ZERO)
        return total

    def _price(self, count: Count, position: Position) -> Decimal | None:
        """Return what a unit counts for in a count, on its own day."""
        key = count.seen.id, position
        if key not in self._prices:
            self._prices[key] = self._priced(count, position)
        return self._prices[key]

    def _priced(self, count: Count, position: Position) -> Decimal | None:
        seen = count.seen
        if position.commodity == count.commodity:
            return Decimal(1)
        if seen.mark is not None and position.commodity != self._book.case.currency:
            return seen.mark.number
        valuation = Valuation(self._book, seen.date, "market", known={})
        price = valuation.worth(position, Decimal(1))
        if price is None:
            note = Remark(
                "%(count)s says nothing of it: %(reason)s",
                count=seen.id,
                reason=valuation.missing[position.commodity].why,
            )
            self._counts.notes[note] = None
        return price


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
