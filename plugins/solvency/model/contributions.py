"""What each flow has in a balance on a day, to the last digit.

A balance at a price is linear in its flows: what each moved, at the day's price,
sums to it. Values of a sheet are rounded to a fixed step, so each part is too, and
the largest takes what rounding leaves. At book, or where a sale moves the price, no
flow has a part of its own: what the balance rests on is then named without amounts.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING

from solvency.ledger.without_source import falls
from solvency.model.prices import Missing
from solvency.model.sheets import rounded
from solvency.model.sheets import standing
from solvency.model.valuation import Valuation
from solvency.model.worth import posting_worth
from solvency.model.worth import priced_by_itself
from solvency.model.worth import unit
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping

    from solvency.model.book import Book
    from solvency.model.book import Position

ZERO = Decimal()


@dataclass(frozen=True, slots=True)
class Made:
    """What a sum of balances is made of.

    Attributes:
        flows: Ids of every flow that moved one of them, those with the largest
            part first: without one of these the sum may be another.
        parts: What each flow has in the sum, signed as the sum is, largest first;
            flows whose part is nothing are left out.
        exact: True if the parts sum to the value.
        sources: Names of the sources of the prices it is valued at.
    """

    flows: tuple[str, ...] = ()
    parts: tuple[tuple[str, Decimal], ...] = ()
    exact: bool = True
    sources: tuple[str, ...] = ()

    def negated(self) -> Made:
        """Return what the sum with the other sign is made of."""
        return replace(self, parts=tuple((name, -part) for name, part in self.parts))


#: Sums whose parts are kept.
_KEPT = 4


class Parts:
    """Takes the balances of a Book on one day apart into the flows that made them."""

    def __init__(
        self,
        book: Book,
        at: datetime.date,
        basis: str = "market",
        valuation: Valuation | None = None,
    ) -> None:
        """Value nothing yet.

        Args:
            book: The book.
            at: The day at whose end.
            basis: How holdings are valued.
            valuation: That of the day, where there is one already.
        """
        self._book = book
        self._at = at
        self._valuation = valuation or Valuation(book, at, basis)
        self._basis = self._valuation.basis
        #: What sums asked last are made of, by their positions and signs.
        self._made: dict[tuple[tuple[int, int], ...], Made] = {}

    def of(
        self,
        accounts: Iterable[str],
        side: str | None = None,
        counts: Callable[[Position], bool] = lambda _: True,
    ) -> Made:
        """Return what a sum of balances is made of.

        Args:
            accounts: The accounts summed.
            side: Sum only what stands on this side of a balance sheet, where a claim
                below zero stands on the other; default all, what is held positive
                and what is owed too.
            counts: Which of their positions are summed; all are named.

        Returns:
            All flows behind them, with what each has in the sum.
        """
        indexes = [
            index
            for account in sorted(frozenset(accounts))
            for index in self._book.places.get(account, ())
        ]
        positions = [self._book.positions[index] for index in indexes]
        with wide():
            signs = [
                self._sign(position, side) if counts(position) else 0
                for position in positions
            ]
        taken = tuple(zip(indexes, signs, strict=True))
        found = self._made.get(taken)
        if found is None:
            found = self._made[taken] = self._taken(taken)
            # Figures of one sum follow one another: older ones are not asked again.
            if len(self._made) > _KEPT:
                self._made.pop(next(iter(self._made)))
        return found

    def priced(self, accounts: Iterable[str]) -> tuple[str, ...]:
        """Return the sources of the prices at which accounts are valued.

        They are those of `of`, which takes longer: no flow is asked for.

        Args:
            accounts: The accounts, on whichever side of a sheet.
        """
        found: dict[str, None] = {}
        for account in sorted(frozenset(accounts)):
            for index in self._book.places.get(account, ()):
                found |= dict.fromkeys(self._priced(self._book.positions[index]))
        return tuple(found)

    def _taken(self, taken: tuple[tuple[int, int], ...]) -> Made:
        """Return what positions are made of, each signed as it is in the sum."""
        parts: dict[str, Decimal] = defaultdict(Decimal)
        sources: dict[str, None] = {}
        exact = True
        with wide():
            for index, sign in taken:
                position = self._book.positions[index]
                moved = self._moved(index)
                if not sign:
                    for name in self._turning(position, moved):
                        parts[name] += ZERO
                    continue
                found = self._valued(position, moved, sign)
                exact = exact and found is not None
                found = found or {}
                for name in moved:
                    parts[name] += found.get(name, ZERO)
                sources |= dict.fromkeys(self._priced(position))
        return _ordered(parts, sources, exact=exact)

    def _sign(self, position: Position, side: str | None) -> int:
        """Return how a position is signed in the sum; 0 if it is not in it."""
        account = self._book.account(position)
        if side is None:
            return account.sign
        if account.root not in {"Assets", "Liabilities"}:
            return 0
        units = self._valuation.units.get(position, ZERO)
        here, sign, _ = standing(account, units)
        return sign if here == side else 0

    def _turning(self, position: Position, moved: dict[str, Decimal]) -> set[str]:
        """Return the flows of a source without which a claim would change its side.

        What stands on the other side of the sheet is no part of a sum, until the
        flows that put it there fall.
        """
        if not self._book.account(position).is_claim:
            return set()
        flows = self._book.case.by_id
        whole = sum(moved.values(), ZERO)
        found: set[str] = set()
        of_source: dict[str, list[str]] = defaultdict(list)
        for name in moved:
            for source in flows[name].sources:
                of_source[source].append(name)
        for source, some in of_source.items():
            fall = {name for name in some if falls(flows[name], source)}
            left = whole - sum((moved[name] for name in fall), ZERO)
            if left * whole < 0 or (left and not whole):
                found |= fall
        return found

    def turns(self, accounts: Iterable[str]) -> tuple[str, ...]:
        """Return the sources without which balances that are not there would be.

        A claim stands on the other side; what is nothing would be something.

        Args:
            accounts: The accounts.
        """
        return tuple(
            dict.fromkeys(
                source for name in accounts for source in self._turned.get(name, ())
            )
        )

    @cached_property
    def _turned(self) -> dict[str, tuple[str, ...]]:
        """Return the sources without which a balance turns up, by its account."""
        flows = self._book.case.by_id
        found: dict[str, dict[str, None]] = defaultdict(dict)
        with wide():
            for index, position in enumerate(self._book.positions):
                moved = self._moved(index)
                turning = self._turning(position, moved)
                if not sum(moved.values(), ZERO):
                    turning = {*moved}
                for name in sorted(turning):
                    found[position.account] |= dict.fromkeys(flows[name].sources)
        return {account: tuple(some) for account, some in found.items()}

    def units(self, accounts: Iterable[str], commodity: str) -> Made:
        """Return what a holding of one commodity is made of, in units of it."""
        parts: dict[str, Decimal] = defaultdict(Decimal)
        with wide():
            for account in sorted(frozenset(accounts)):
                for index in self._book.places.get(account, ()):
                    position = self._book.positions[index]
                    if position.commodity == commodity:
                        for name, units in self._moved(index).items():
                            parts[name] += self._sign(position, None) * units
        return _ordered(parts, (), exact=True)

    def posted(self, account: str) -> Made:
        """Return what an equity account is made of: its postings as they were worth.

        Args:
            account: The account; its line is positive where it was credited.
        """
        prices = self._book.prices
        parts: dict[str, Decimal] = defaultdict(Decimal)
        sources: dict[str, None] = {}
        with wide():
            for index in self._book.places.get(account, ()):
                for row in self._until(index):
                    flow = self._book.flows[self._book.flow[row]]
                    posting = self._book.posting(row)
                    found = unit(prices, flow, posting)
                    if found is not None:
                        worth = posting_worth(prices, flow, posting)
                        parts[flow.id] -= worth or ZERO
                        sources |= dict.fromkeys(found.sources)
            whole = rounded(self._book, sum(parts.values(), ZERO))
            return _ordered(_to_the_step(self._book, parts, whole), sources, exact=True)

    def _valued(
        self, position: Position, moved: dict[str, Decimal], sign: int
    ) -> dict[str, Decimal] | None:
        """Return each flow's part of a position; None where it has none of its own."""
        value = self._valuation.value(position)
        if not sign or not value:
            return {}
        price = self._unit(position)
        if price is None or rounded(self._book, price * sum(moved.values())) != rounded(
            self._book, value
        ):
            return None
        return _to_the_step(
            self._book,
            {name: sign * units * price for name, units in moved.items()},
            sign * rounded(self._book, value),
        )

    def _unit(self, position: Position) -> Decimal | None:
        """Return the price a position is valued at, where it is valued at one."""
        return self._book.prices.number(position.commodity, self._at)

    def _priced(
        self, position: Position, day: datetime.date | None = None
    ) -> tuple[str, ...]:
        """Return the source of the price of a position on a day, if it has one."""
        quote = self._book.prices.at(position.commodity, day or self._at)
        return () if isinstance(quote, Missing) else quote.sources

    def _moved(self, index: int) -> dict[str, Decimal]:
        """Return what each flow moved of a position by the day, in units."""
        book = self._book
        found: dict[int, int] = {}
        rows = self._until(index)
        units = book.units[rows].tolist()
        for owner, some in zip(book.flow[rows].tolist(), units, strict=True):
            found[owner] = found.get(owner, 0) + some
        position, flows = book.positions[index], book.flows
        return {
            flows[owner].id: book.decimal(position, some)
            for owner, some in found.items()
        }

    def _until(self, index: int) -> list[int]:
        """Return the postings to a position by the day, in order."""
        own = self._book.postings_of(index)
        found: list[int] = own[self._book.day[own] <= self._at.toordinal()].tolist()
        return found


def priced_by(book: Book, flows: Iterable[str]) -> tuple[str, ...]:
    """Return the sources of the market prices at which flows are worth what they are.

    A posting with a price of its own in the reporting currency needs none.

    Args:
        book: The book, whose prices they are.
        flows: Ids of the flows.
    """
    found: dict[str, None] = {}
    for name in flows:
        flow = book.case.by_id.get(name)
        for posting in flow.postings if flow else ():
            if flow is None or priced_by_itself(book.prices, posting):
                continue
            worth = unit(book.prices, flow, posting)
            if worth is not None:
                found |= dict.fromkeys(worth.sources)
    return tuple(found)


def _to_the_step(
    book: Book, parts: Mapping[str, Decimal], whole: Decimal
) -> dict[str, Decimal]:
    """Round each part to the step of sheets, the largest so that all sum to a whole."""
    found = {name: rounded(book, part) for name, part in parts.items()}
    left = whole - sum(found.values(), ZERO)
    if left:
        found[max(found, key=lambda name: (abs(found[name]), name))] += left
    return found


def largest_first(parts: Iterable[tuple[str, Decimal]]) -> list[tuple[str, Decimal]]:
    """Return parts of a sum by name, the largest first, whatever their signs."""
    # Numbers are compared alone: of equal ones the name decides, by which they stand.
    found = sorted(parts, key=itemgetter(0))
    found.sort(key=lambda one: one[1].copy_abs(), reverse=True)
    return found


def _ordered(
    parts: Mapping[str, Decimal], sources: Iterable[str], *, exact: bool
) -> Made:
    ordered = largest_first(parts.items())
    return Made(
        flows=tuple(name for name, _ in ordered),
        parts=tuple((name, part) for name, part in ordered if part and exact),
        exact=exact,
        sources=tuple(sources),
    )
