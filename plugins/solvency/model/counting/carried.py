"""Counts carried to a day over the flows between, the narrower before the wider."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.figures.remark import Remark
from solvency.model.book import Position
from solvency.model.counting.count import Counted
from solvency.model.valuation import Valuation

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Mapping

    from solvency.ledger.case import Observation
    from solvency.model.counting.count import Count
    from solvency.model.counting.count import End
    from solvency.model.counting.counts import Counts

ZERO = Decimal()
#: Less than half a hundredth is no difference.
_SMALL = Decimal("0.005")


class DayOfCounts:
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
        self._missing: dict[tuple[str, End], dict[str, Decimal]] = {}
        self._prices: dict[tuple[str, Position], Decimal | None] = {}

    def bound(self) -> dict[Position, Counted]:
        """Return every position bound, with what was found of it on the day."""
        found: dict[Position, Counted] = {}
        for count in self._ordered:
            within = self._inside[count.seen.id]
            free = self._free(count, self._day)
            units = self._spread(
                count, free, self._counts.balance(self._day), self._counts.end
            )
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
        end: End,
    ) -> dict[Position, Decimal]:
        """Return the units found of each position a count binds, on one day.

        What is missing of a commodity, or over, is shared in proportion to what the
        books show of it.
        """
        found = {position: units[position] for position in free}
        for commodity, missing in self._untraced(count, end).items():
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

    def _untraced(self, count: Count, end: End) -> Mapping[str, Decimal]:
        """Return the units a count did not find, by commodity; below zero if over.

        As on the count's own day: flows before or after it change nothing in them.
        """
        key = count.seen.id, end
        if key not in self._missing:
            self._missing[key] = dict(self._compared(count, end))
        return self._missing[key]

    def _compared(self, count: Count, end: End) -> Iterable[tuple[str, Decimal]]:
        """Hold a count against the books of its own day."""
        seen = count.seen
        units = self._counts.balance(seen.date)
        free = self._free(count, seen.date)
        prices = {p: self._price(count, p) for p in free}
        left = count.number(end) - self._narrower(count, end)
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

    def _narrower(self, count: Count, end: End) -> Decimal:
        """Return what the counts within a count found, in what it counted.

        One of at most counts as written: what is less of it at its low end was in no
        account of the wider count either.
        """
        day = count.seen.date
        units = self._counts.balance(day)
        total = ZERO
        for one in self._inside[count.seen.id]:
            within: End = "central" if one.at_most and end == "low" else end
            for position, number in self._spread(
                one, self._free(one, day), units, within
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
