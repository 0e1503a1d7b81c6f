"""Balance sheets of one entity."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.ledger.case import Money
from solvency.ledger.entries.postings import EXACT
from solvency.ledger.entries.postings import total
from solvency.model.costs import Costs
from solvency.model.costs import Pool
from solvency.model.valuation import Valuation
from solvency.wide import exact
from solvency.wide import stepped
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from solvency.ledger.case import Account
    from solvency.model.book import Book
    from solvency.model.book import Position
    from solvency.model.prices import Missing

ZERO = Decimal()
SIDES = ("asset", "liability", "equity")
#: The computed equity lines: gains on what was disposed of, and the change from
#: book value to the sheet's basis; what changed of it because rates of exchange did
#: stands apart.
REALISED = "Realised-Gains"
REVALUATION = "Revaluation"
TRANSLATION = "Translation-Difference"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a balance sheet; liabilities and equity positive as owed."""

    account: str
    side: str
    amount: Decimal
    #: What the amount is made of, in units positive as the amount is.
    units: tuple[Money, ...] = ()
    #: True for a line no posting made: a valuation difference.
    computed: bool = False
    #: True for a claim below zero, shown on the other side.
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Totals:
    """The three totals of a balance sheet; equity is assets less liabilities."""

    assets: Decimal
    liabilities: Decimal
    equity: Decimal


class Sides:
    """The sides of a balance sheet, of one entity or of several taken together."""

    __slots__ = ()
    lines: tuple[Line, ...]

    def side(self, side: str) -> tuple[Line, ...]:
        """Return the lines of one side."""
        return tuple(line for line in self.lines if line.side == side)

    def total(self, side: str) -> Decimal:
        """Return the sum of one side's lines."""
        return total(line.amount for line in self.lines if line.side == side)

    @property
    def totals(self) -> Totals:
        """Return the totals; the equity lines sum to the equity."""
        assets, liabilities = self.total("asset"), self.total("liability")
        return Totals(assets, liabilities, EXACT.subtract(assets, liabilities))


@dataclass(frozen=True, slots=True)
class BalanceSheet(Sides):
    """What an entity has and owes at the end of a day."""

    entity: str
    at: datetime.date
    basis: str
    currency: str
    lines: tuple[Line, ...]
    #: Commodities left out of every total, and why.
    unpriced: tuple[Missing, ...]


def balance_sheet(
    book: Book, entity: str, at: datetime.date, basis: str = "market"
) -> BalanceSheet:
    """Return the balance sheet of one entity.

    Raises:
        ValueError: The basis is unknown.
    """
    return sheets(book, [entity], at, basis)[0]


@wide()
def sheets(
    book: Book, entities: list[str], at: datetime.date, basis: str
) -> list[BalanceSheet]:
    """Return the balance sheets of entities, valued together."""
    return at_days(book, entities, [at], basis)[at]


@wide()
def at_days(
    book: Book, entities: Sequence[str], days: Iterable[datetime.date], basis: str
) -> dict[datetime.date, list[BalanceSheet]]:
    """Return the balance sheets of entities at the end of each day, in one pass."""
    return {
        valuation.at: of_entities(book, entities, valuation, costs)
        for valuation, costs in valuations(book, days, basis)
    }


def valuations(
    book: Book, days: Iterable[datetime.date], basis: str
) -> Iterator[tuple[Valuation, Costs]]:
    """Yield the valuation of each day, in order, with averages up to it.

    The averages advance with the days: use a valuation before taking the next.
    """
    ordered = sorted(set(days))
    costs = Costs(book)
    with wide():
        for day, units in zip(ordered, book.balances(ordered), strict=True):
            costs.advance(day)
            yield Valuation(book, day, basis, costs, book.named(units)), costs


@wide()
def of_entities(
    book: Book, entities: Iterable[str], valuation: Valuation, costs: Costs
) -> list[BalanceSheet]:
    """Return the balance sheets of entities at a valuation."""
    with wide():
        found: dict[str, list[Position]] = {entity: [] for entity in entities}
        for position in valuation.units:
            entity = book.account(position).entity
            if entity in found:
                found[entity].append(position)
        historic, paid = (
            _by_entity(book, found, worth) for worth in (costs.historic, costs.paid)
        )
        return [
            _sheet(
                book,
                entity,
                positions,
                valuation,
                costs,
                historic[entity],
                sum(paid[entity].values(), ZERO),
            )
            for entity, positions in found.items()
        ]


def _by_entity(
    book: Book, entities: Iterable[str], worth: dict[str, Decimal]
) -> dict[str, dict[str, Decimal]]:
    """Return the equity accounts of each entity."""
    found: dict[str, dict[str, Decimal]] = {entity: {} for entity in entities}
    for name, amount in worth.items():
        entity = book.case.accounts[name].entity
        if entity in found:
            found[entity][name] = amount
    return found


def rounded(book: Book, value: Decimal) -> Decimal:
    """Round a value to 12 places, so that sums of a sheet fit Python's 28 digits.

    A case with longer numbers is beyond those anyhow: there only quotients, which
    have no end, are rounded.
    """
    return value if book.long and exact(value) else stepped(value)


def _sheet(
    book: Book,
    entity: str,
    positions: list[Position],
    valuation: Valuation,
    costs: Costs,
    historic: dict[str, Decimal],
    paid: Decimal,
) -> BalanceSheet:
    lines: dict[tuple[str, str], Line] = {}
    net = at_cost = translated = ZERO
    missing: dict[str, Missing] = {}
    for position in positions:
        account = book.account(position)
        if account.root not in {"Assets", "Liabilities"}:
            continue
        units = valuation.units[position]
        average = costs.average(Pool.of(account, position.commodity))
        cost = rounded(book, units * (average or ZERO))
        at_cost += cost
        value = valuation.value(position)
        if value is None:
            missing[position.commodity] = valuation.missing[position.commodity]
            continue
        value = rounded(book, value)
        net += value
        if book.case.is_money(position.commodity):
            plain = rounded(book, valuation.plain(position) or ZERO)
            translated += plain - cost
        _add(lines, account, position.commodity, units, value)
    equity = [
        Line(name, "equity", -rounded(book, worth))
        for name, worth in sorted(historic.items())
        if worth
    ]
    at_closing = -rounded(book, paid)
    posted = sum((line.amount for line in equity), ZERO)
    root = book.case.roots["Equity"]
    for name, amount in (
        (REALISED, at_cost - at_closing),
        (REVALUATION, net - at_cost - translated),
        (TRANSLATION, translated + at_closing - posted),
    ):
        if amount:
            equity.append(
                Line(f"{root}:{entity}:{name}", "equity", amount, computed=True)
            )
    ordered = sorted(
        lines.values(), key=lambda line: (SIDES.index(line.side), line.account)
    )
    return BalanceSheet(
        entity=entity,
        at=valuation.at,
        basis=valuation.basis,
        currency=book.case.currency,
        lines=(*ordered, *equity),
        unpriced=tuple(missing[name] for name in sorted(missing)),
    )


def standing(account: Account, units: Decimal) -> tuple[str, int, bool]:
    """Return the side of a sheet a position stands on, its sign, and if that is turned.

    A claim below zero stands on the other side than its account.
    """
    turned = account.is_claim and units * account.sign < 0
    if (account.sign == 1) != turned:
        return "asset", 1, turned
    return "liability", -1, turned


def _add(
    lines: dict[tuple[str, str], Line],
    account: Account,
    commodity: str,
    units: Decimal,
    value: Decimal,
) -> None:
    """Add a position to its line, on the other side where a claim is below zero."""
    side, sign, turned = standing(account, units)
    before = lines.get((account.name, side))
    lines[account.name, side] = Line(
        account.name,
        side,
        (before.amount if before else ZERO) + value * sign,
        (*(before.units if before else ()), Money(units * sign, commodity)),
        turned=turned or (before is not None and before.turned),
    )
