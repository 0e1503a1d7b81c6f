"""Books beside what was counted, by entity and class, in money.

Of what was counted, books less counted is untraced less unrecorded: line by line, and
in total. What nobody counted is left out, and named.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.figures.listing import Heading
from solvency.figures.listing import listing
from solvency.figures.remark import Remark
from solvency.ledger.entries.postings import total
from solvency.model.counting.noted import at_ends
from solvency.model.counting.noted import carried_back
from solvency.model.counting.noted import of_counts
from solvency.model.counting.noted import put_in
from solvency.model.counting.noted import silent
from solvency.model.counting.noted import uncounted
from solvency.model.counting.noted import unsaid
from solvency.model.counting.suspense import in_suspense
from solvency.model.own_tokens import is_own
from solvency.model.sheets import rounded
from solvency.model.valuation import Valuation
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from solvency.figures.table import Table
    from solvency.ledger.case import Observation
    from solvency.model.book import Book
    from solvency.model.book import Position
    from solvency.model.counting.count import Counted
    from solvency.model.counting.count import Range
    from solvency.model.counting.counts import Counts
    from solvency.model.prices import Missing

#: Of a line with more than one part in so many of what is untraced it is said what
#: it rests on.
_LARGE = 10
ZERO = Decimal()
#: The classes in the order printed.
CLASSES = (
    "money",
    "bitcoin",
    "other coins",
    "own tokens",
    "thin tokens",
    "stakes",
    "claims",
)
_BITCOIN = frozenset({"BTC", "XBT"})


class Held(NamedTuple):
    """One position in money: what the books show, and what was counted."""

    position: Position
    kind: str
    books: Decimal
    counted: Decimal
    untraced: Decimal
    unrecorded: Decimal
    seen: Counted
    #: Untraced with all counts at the low ends of their ranges, and at the high ends.
    #: Of a position in a wider count the second may be the larger.
    at_low: Decimal
    at_high: Decimal


class Extent(NamedTuple):
    """What is untraced by the ranges of counts, all taken at one end at once."""

    least: Decimal
    most: Decimal


class Sum(NamedTuple):
    """Sums of what was counted, in money."""

    books: Decimal
    counted: Decimal
    untraced: Decimal
    unrecorded: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """What was counted of one class of an entity's assets."""

    entity: str
    kind: str
    held: tuple[Held, ...]

    @property
    def accounts(self) -> tuple[str, ...]:
        """Return the accounts it sums."""
        return tuple(dict.fromkeys(one.position.account for one in self.held))

    @property
    def counts(self) -> tuple[str, ...]:
        """Return the names of the counts that bind them."""
        return tuple(sorted({one.seen.count.id for one in self.held}))

    @property
    def rests(self) -> tuple[Observation, ...]:
        """Return every count its numbers rest on."""
        found = {seen.id: seen for one in self.held for seen in one.seen.rests}
        return tuple(found[name] for name in sorted(found))

    @property
    def sums(self) -> Sum:
        """Return its amounts."""
        return _sum(self.held)

    @property
    def range(self) -> Extent:
        """Return what is untraced of it at the ends of the counts' ranges."""
        return _range(self.held)


@dataclass(frozen=True, slots=True)
class Found:
    """Books beside what was counted, on one day."""

    at: datetime.date
    basis: str
    currency: str
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    #: What the books show that nobody counted, by entity.
    left: tuple[str, ...] = ()
    unpriced: tuple[Missing, ...] = ()

    @property
    def held(self) -> tuple[Held, ...]:
        """Return every position that was counted."""
        return tuple(one for line in self.lines for one in line.held)

    @property
    def totals(self) -> Sum:
        """Return the sums of all lines."""
        return _sum(self.held)

    @property
    def range(self) -> Extent:
        """Return what is untraced at the ends of the counts' ranges."""
        return _range(self.held)

    def of(self, accounts: Iterable[str]) -> Sum:
        """Return the sums of some accounts."""
        wanted = frozenset(accounts)
        return _sum(one for one in self.held if one.position.account in wanted)

    def by_class(self) -> dict[str, Sum]:
        """Return the sums of each class that was counted, in the order printed."""
        return {
            kind: _sum(one for one in self.held if one.kind == kind)
            for kind in CLASSES
            if any(line.kind == kind for line in self.lines)
        }

    @property
    def ranged(self) -> bool:
        """Say whether a count leaves a range to what is untraced of anything."""
        return any(one.at_low != one.at_high for one in self.held)

    def _range_said(self) -> Iterable[str]:
        """Say what is untraced by the ranges of counts, where any has one."""
        least, most = self.range
        if self.ranged:
            yield Remark(
                "untraced with all counts at one end of their ranges: from %(least)s to"
                " %(most)s",
                least=f"{least:,.2f}",
                most=f"{most:,.2f}",
            )

    def to_table(self) -> Table:
        """Return a row a line."""
        totals = self.totals
        return listing(
            title=f"Books, and what was found, at {self.at}, {self.basis} value",
            heads=(
                Heading("entity"),
                Heading("class"),
                *(
                    Heading(
                        name,
                        unit=self.currency,
                        # Books, less what is untraced, with what is not in them.
                        sums=((2, 1), (4, -1), (5, 1)) if name == "counted" else (),
                    )
                    for name in Sum._fields
                ),
                Heading("counts"),
                *(
                    Heading(f"untraced, {name}", unit=self.currency)
                    for name in (Extent._fields if self.ranged else ())
                ),
                Heading("accounts"),
            ),
            rows=tuple(
                (
                    *(one.entity, one.kind, *one.sums, one.counts),
                    *((*one.range,) if self.ranged else ()),
                    one.accounts,
                )
                for one in self.lines
            ),
            groups="entity" if self.lines else None,
            notes=(
                (
                    f"all: books {totals.books:,.2f} less counted"
                    f" {totals.counted:,.2f} = untraced {totals.untraced:,.2f} less"
                    f" unrecorded {totals.unrecorded:,.2f}"
                ),
                *self._range_said(),
                *self.notes,
                *self.left,
            ),
        )


@wide()
def found(
    counts: Counts,
    day: datetime.date,
    basis: str = "market",
    entities: Iterable[str] | None = None,
) -> Found:
    """Hold the books against what was counted.

    Args:
        counts: The counts of a case over its Book.
        day: The day at whose end.
        basis: How holdings are valued: market, book, clean or realisable. What was
            found is valued as what the books show of it is; at realisable what is
            left then fetches more, which `untraced.eased` says and this does not.
        entities: Whose; default everybody's.

    Raises:
        ValueError: The basis is unknown.
    """
    book = counts.book
    case = book.case
    whose = tuple(dict.fromkeys(case.entities if entities is None else entities))
    valuation = Valuation(book, day, basis)
    lines: dict[tuple[str, str], list[Held]] = defaultdict(list)
    torn: list[Held] = []
    shared: dict[str, set[str]] = defaultdict(set)
    between = counts.between(day)
    for position, seen in counts.on(day).items():
        one = _held(valuation, position, between[position])
        entity = book.account(position).entity
        if one is None or entity not in whose:
            continue
        lines[entity, one.kind].append(one)
        if "row" in seen.count.notes and (one.untraced or one.unrecorded):
            torn.append(one)
        if seen.shared and (one.untraced or one.unrecorded):
            shared[seen.count.id].add(entity)
    left = tuple(uncounted(counts, valuation, whose))
    told = tuple(
        Line(entity, kind, tuple(lines[entity, kind]))
        for entity in whose
        for kind in CLASSES
        if (entity, kind) in lines
    )
    whole = total(line.sums.untraced for line in told)
    large = [line for line in told if line.sums.untraced > whole / _LARGE]
    return Found(
        at=day,
        basis=basis,
        currency=case.currency,
        lines=told,
        notes=(
            *(said for line in large for said in put_in(counts, line, day)),
            *silent(counts, day),
            *at_ends(counts, day, whose),
            *carried_back(counts, day, whose),
            *of_counts(counts, shared),
            *map(unsaid, torn),
            *(in_suspense(book, day, whose) if counts.speaking(day) else ()),
            *(
                Remark("left out: %(reason)s", reason=missing.why)
                for missing in valuation.missing.values()
            ),
        ),
        left=left,
        unpriced=tuple(valuation.missing.values()),
    )


def class_of(book: Book, position: Position) -> str:
    """Return the class a holding is listed under."""
    account = book.account(position)
    if account.is_claim:
        return "claims"
    name = position.commodity
    commodity = book.case.commodities.get(name)
    if account.stake_in is not None:
        return "stakes"
    if book.case.is_money(name):
        # What is sold at a share of its cost, or to no ready buyer, is no money.
        illiquid = book.case.liquidity_of(account, name) == "illiquid"
        return "stakes" if illiquid else "money"
    if is_own(book.case, name, account.entity):
        return "own tokens"
    if name in _BITCOIN:
        return "bitcoin"
    if commodity is not None and commodity.thin:
        return "thin tokens"
    return "other coins"


def _held(
    valuation: Valuation,
    position: Position,
    between: Range,
) -> Held | None:
    """Return a position in money, None where it has no price."""
    amounts = []
    seen = between.central
    lost = (between.low.untraced, between.high.untraced)
    for units in (seen.books, seen.untraced, seen.unrecorded, *lost):
        value = valuation.worth(position, units) if units else ZERO
        if value is None:
            return None
        amounts.append(rounded(valuation.book, value))
    books, untraced, unrecorded, at_low, at_high = amounts
    return Held(
        position,
        class_of(valuation.book, position),
        books,
        books - untraced + unrecorded,
        untraced,
        unrecorded,
        seen,
        at_low,
        at_high,
    )


def _sum(held: Iterable[Held]) -> Sum:
    """Return the sums of positions, exactly."""
    some = tuple(held)
    return Sum(
        total(one.books for one in some),
        total(one.counted for one in some),
        total(one.untraced for one in some),
        total(one.unrecorded for one in some),
    )


def _range(held: Iterable[Held]) -> Extent:
    some = tuple(held)
    # Added up first, end by end: what one count leaves to another is in both.
    ends = (
        total(one.at_low for one in some),
        total(one.untraced for one in some),
        total(one.at_high for one in some),
    )
    return Extent(min(ends), max(ends))
