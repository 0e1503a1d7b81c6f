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
from solvency.figures.plain import count
from solvency.figures.remark import Remark
from solvency.ledger.entries.postings import total
from solvency.model.counting.suspense import in_suspense
from solvency.model.sheets import rounded
from solvency.model.valuation import Valuation
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from solvency.figures.table import Table
    from solvency.ledger.case import Commodity
    from solvency.ledger.case import Observation
    from solvency.model.book import Book
    from solvency.model.book import Position
    from solvency.model.counting.counts import Counted
    from solvency.model.counting.counts import Counts
    from solvency.model.prices import Missing

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
                Heading("accounts"),
            ),
            rows=tuple(
                (one.entity, one.kind, *one.sums, one.counts, one.accounts)
                for one in self.lines
            ),
            groups="entity" if self.lines else None,
            notes=(
                (
                    f"all: books {totals.books:,.2f} less counted"
                    f" {totals.counted:,.2f} = untraced {totals.untraced:,.2f} less"
                    f" unrecorded {totals.unrecorded:,.2f}"
                ),
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
            found is valued as what the books show of it is.
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
    for position, seen in counts.on(day).items():
        one = _held(valuation, position, seen)
        entity = book.account(position).entity
        if one is None or entity not in whose:
            continue
        lines[entity, one.kind].append(one)
        if "row" in seen.count.notes and (one.untraced or one.unrecorded):
            torn.append(one)
        if seen.shared and (one.untraced or one.unrecorded):
            shared[seen.count.id].add(entity)
    left = tuple(_uncounted(counts, valuation, whose))
    return Found(
        at=day,
        basis=basis,
        currency=case.currency,
        lines=tuple(
            Line(entity, kind, tuple(lines[entity, kind]))
            for entity in whose
            for kind in CLASSES
            if (entity, kind) in lines
        ),
        notes=(
            *_silent(counts, day),
            *_notes(counts, shared),
            *map(_unsaid, torn),
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
    if commodity is not None and _own(book, commodity, account.entity):
        return "own tokens"
    if name in _BITCOIN:
        return "bitcoin"
    if commodity is not None and commodity.thin:
        return "thin tokens"
    return "other coins"


def _own(book: Book, commodity: Commodity, entity: str) -> bool:
    issuer = book.case.entities.get(commodity.issuer or "")
    return issuer is not None and (issuer.group or issuer.name == entity)


def _held(valuation: Valuation, position: Position, seen: Counted) -> Held | None:
    """Return a position in money, None where it has no price."""
    amounts = []
    for units in (seen.books, seen.untraced, seen.unrecorded):
        value = valuation.worth(position, units) if units else ZERO
        if value is None:
            return None
        amounts.append(rounded(valuation.book, value))
    books, untraced, unrecorded = amounts
    return Held(
        position,
        class_of(valuation.book, position),
        books,
        books - untraced + unrecorded,
        untraced,
        unrecorded,
        seen,
    )


def _unsaid(one: Held) -> Remark:
    """Say of a statement's own balance that its rows do not come to it."""
    return Remark(
        "%(row)s states %(counted)s of %(account)s and the rows that came in come to"
        " %(books)s: the %(amount)s between them are movements that no row says, and no"
        " asset that is lost",
        row=one.seen.count.notes["row"],
        counted=f"{one.counted:,.2f}",
        account=one.position.account,
        books=f"{one.books:,.2f}",
        amount=f"{one.untraced + one.unrecorded:,.2f}",
    )


def _silent(counts: Counts, day: datetime.date) -> Iterable[str]:
    """Say that no count speaks of a day, where there are counts of others."""
    if counts.counts and not counts.speaking(day):
        yield Remark(
            "no count speaks of %(day)s: they are carried back no further than the"
            " petition, %(petition)s",
            day=day,
            petition=counts.book.case.reporting_date,
        )


def _notes(counts: Counts, shared: dict[str, set[str]]) -> Iterable[str]:
    """Say what a reader must know of the counts behind a table."""
    for pair in counts.overlaps:
        yield Remark(
            "%(one)s and %(other)s overlap in %(accounts)s and neither is within the"
            " other: neither binds",
            one=pair.one.id,
            other=pair.other.id,
            accounts=tuple(pair.accounts),
        )
    for name, entities in sorted(shared.items()):
        whose = {"whose": tuple(sorted(entities))} if len(entities) > 1 else {}
        yield Remark(
            "%(count)s counted several holdings together, of %(whose)s: what is"
            " untraced of them is shared in proportion to the books of those without a"
            " narrower count"
            if whose
            else "%(count)s counted several holdings together: what is untraced of them"
            " is shared in proportion to the books of those without a narrower count",
            count=name,
            **whose,
        )
    for one in counts.counts:
        seen = one.seen
        if seen.low is not None and seen.high is None:
            yield Remark(
                "%(count)s counted at least %(least)s",
                count=seen.id,
                least=f"{seen.low:,f} {seen.amount.commodity}",
            )
    yield from counts.notes


def _uncounted(
    counts: Counts, valuation: Valuation, entities: Iterable[str]
) -> Iterable[str]:
    """Say what nobody counted, by entity: of members, and of others counted in part.

    Nothing where nobody counted anything: then there is no table to stand below.
    """
    book = counts.book
    bound = counts.on(valuation.at)
    named = {book.account(position).entity for position in bound}
    named |= set(book.case.group) if bound else set()
    left: dict[str, dict[str, Decimal]] = {n: {} for n in entities if n in named}
    for position in valuation.units:
        account = book.account(position)
        if (
            account.root == "Assets"
            and not account.suspense
            and position not in bound
            and account.entity in left
        ):
            worth = rounded(book, valuation.value(position) or ZERO)
            each = left[account.entity]
            each[account.name] = each.get(account.name, ZERO) + worth
    return [
        f"{entity}: nobody counted {count(len(each), 'account')}, in the books at"
        f" {total(each.values()):,.2f} {book.case.currency}"
        for entity, each in left.items()
        if each
    ]


def _sum(held: Iterable[Held]) -> Sum:
    """Return the sums of positions, exactly."""
    some = tuple(held)
    return Sum(
        total(one.books for one in some),
        total(one.counted for one in some),
        total(one.untraced for one in some),
        total(one.unrecorded for one in some),
    )
