"""The group's balance sheet: columns by entity, eliminations, consolidated.

What members owe one another is eliminated in full, investments in a member
against equity and what members gained from one another against that gain (IFRS
10.B86), and tokens a member issued that members hold as treasury shares are: the
group has no asset in them. The plain sum of the
columns is called combined, never consolidated.
"""

# Longer than 400 lines: a group's sheet and each step that makes it.

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import TypeVar

from solvency.ledger.entries.postings import EXACT
from solvency.ledger.entries.postings import total
from solvency.ledger.terms.metadata import meant
from solvency.model.claims import Claim
from solvency.model.claims import Owed as Owed  # noqa: PLC0414 (handed on)
from solvency.model.claims import claims
from solvency.model.claims import intercompany as intercompany  # noqa: PLC0414 (handed on)
from solvency.model.eliminations import INVESTMENT
from solvency.model.eliminations import Elimination as Elimination  # noqa: PLC0414 (handed on)
from solvency.model.eliminations import eliminations_of
from solvency.model.eliminations import profit_off
from solvency.model.intragroup_profit import Together
from solvency.model.non_controlling_interests import Outsiders
from solvency.model.non_controlling_interests import outsiders
from solvency.model.sheets import SIDES
from solvency.model.sheets import BalanceSheet
from solvency.model.sheets import Line
from solvency.model.sheets import Sides
from solvency.model.sheets import Totals
from solvency.model.sheets import of_entities
from solvency.model.sheets import valuations
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Mapping

    from solvency.ledger.case import Case
    from solvency.model.book import Book
    from solvency.model.costs import Costs
    from solvency.model.prices import Missing
    from solvency.model.valuation import Valuation

ZERO = Decimal()
#: What a pair owes, by the books or as stated.
Row = TypeVar("Row", Owed, Claim)
#: Groups with more members are printed with one column for the sum of all.
MOST_COLUMNS = 50


@dataclass(frozen=True, slots=True)
class GroupSheet(Sides):
    """The balance sheet of several entities taken together."""

    name: str
    members: tuple[str, ...]
    at: datetime.date
    basis: str
    currency: str
    columns: tuple[BalanceSheet, ...]
    eliminations: tuple[Elimination, ...]
    lines: tuple[Line, ...]
    intercompany: tuple[Owed, ...]
    #: The same, beside what each side's own statements said.
    claims: tuple[Claim, ...]
    unpriced: tuple[Missing, ...]
    #: What of the equity is not of the parent's owners, by member.
    outsiders: tuple[Outsiders, ...] = ()
    #: The sheets of entities that were asked for, and are not in the group that day.
    apart: tuple[BalanceSheet, ...] = ()

    def own(self, entity: str) -> BalanceSheet:
        """Return the sheet of one entity that was asked for, in the group or not."""
        return next(x for x in (*self.columns, *self.apart) if x.entity == entity)

    @property
    def of_outsiders(self) -> Decimal:
        """Return the part of the equity that belongs to outsiders."""
        return total(one.amount for one in self.outsiders)

    @property
    def of_owners(self) -> Decimal:
        """Return the part of the equity that belongs to the parent's owners."""
        return EXACT.subtract(self.totals.equity, self.of_outsiders)

    @property
    def entity(self) -> str:
        """Return the name the sheet goes by."""
        return self.name

    @property
    @wide()
    def combined(self) -> Totals:
        """Return the plain sums of the columns, before eliminations."""
        each = [sheet.totals for sheet in self.columns]
        return Totals(
            total(one.assets for one in each),
            total(one.liabilities for one in each),
            total(one.equity for one in each),
        )

    @property
    @wide()
    def control(self) -> Decimal:
        """Return assets less liabilities less the equity lines: must be zero."""
        totals = self.totals
        return EXACT.subtract(totals.equity, self.total("equity"))

    @property
    @wide()
    def eliminated(self) -> Decimal:
        """Return what eliminations sum to, assets less the rest: must be zero."""
        return total(
            item.amount if item.side == "asset" else -item.amount
            for item in self.eliminations
        )

    @wide()
    def grid(self) -> list[tuple[object, ...]]:
        """Return a row a line.

        Each is side, account, an amount an entity, what was taken off, what is left.
        """
        columns = [_amounts(lines) for _, lines in self.shown]
        taken = _amounts(self.eliminations)
        names = dict.fromkeys(
            key for amounts in (*columns, _amounts(self.lines)) for key in amounts
        )
        rows: list[tuple[object, ...]] = []
        for key in sorted(names, key=lambda key: (SIDES.index(key[0]), key[1])):
            amounts = [found.get(key, ZERO) for found in (*columns, taken)]
            rows.append((*key, *amounts, total(amounts)))
        return rows

    @property
    def shown(self) -> tuple[tuple[str, tuple[Line, ...]], ...]:
        """Return the columns of its table: a member each, of many members their sum.

        A column a member and a row an account are more cells than anyone reads, or a
        machine holds, in a group of thousands.
        """
        if len(self.members) <= MOST_COLUMNS:
            return tuple((sheet.entity, sheet.lines) for sheet in self.columns)
        return (
            ("combined", tuple(line for sheet in self.columns for line in sheet.lines)),
        )


def _amounts(
    lines: Iterable[Line | Elimination],
) -> dict[tuple[str, str], Decimal]:
    """Return the sum of each line, by side and account."""
    found: dict[tuple[str, str], Decimal] = {}
    for line in lines:
        key = line.side, line.account
        found[key] = EXACT.add(found.get(key, ZERO), line.amount)
    return found


def members(case: Case, name: str) -> tuple[str, ...]:
    """Return the entities of the group or of a silo.

    Raises:
        LookupError: Nothing has the name.
    """
    if name == "group":
        return case.group
    found = tuple(
        entity.name for entity in case.entities.values() if entity.silo == name
    )
    if not found:
        silos = sorted({e.silo for e in case.entities.values() if e.silo})
        names = [*case.entities, *silos, "group"]
        raise LookupError(
            f"no entity or silo is called {name}; there are "
            f"{', '.join(names)}.{meant(name, names)}"
        )
    return found


def _inside(case: Case, name: str, day: datetime.date) -> bool:
    """Say whether an entity is consolidated at the end of a day.

    One that is never in the group is where somebody asks for it by name.
    """
    entity = case.entities[name]
    return not entity.group or entity.within(day)


@wide()
def group_sheet(
    book: Book,
    names: tuple[str, ...],
    at: datetime.date,
    basis: str = "market",
    name: str = "group",
) -> GroupSheet:
    """Return the balance sheet of several entities, consolidated."""
    return group_sheets(book, names, [at], basis, name)[at]


@wide()
def group_sheets(
    book: Book,
    names: tuple[str, ...],
    days: Iterable[datetime.date],
    basis: str = "market",
    name: str = "group",
) -> dict[datetime.date, GroupSheet]:
    """Return the consolidated balance sheets at the end of each day, in one pass."""
    together = Together(book)
    return {
        valuation.at: _group_sheet(book, names, name, valuation, costs, together)
        for valuation, costs in valuations(book, days, basis)
    }


def _group_sheet(
    book: Book,
    names: tuple[str, ...],
    name: str,
    valuation: Valuation,
    costs: Costs,
    together: Together,
) -> GroupSheet:
    each = tuple(of_entities(book, names, valuation, costs))
    names = tuple(one for one in names if _inside(book.case, one, valuation.at))
    inside = frozenset(names)
    owed = intercompany(book, valuation.at, inside, valuation.units)
    return _consolidate(
        name,
        tuple(one for one in each if one.entity in inside),
        valuation,
        costs,
        together,
        owed,
        claims(book, valuation.at, inside, owed),
        apart=tuple(one for one in each if one.entity not in inside),
    )


def _consolidate(
    name: str,
    columns: tuple[BalanceSheet, ...],
    valuation: Valuation,
    costs: Costs,
    together: Together,
    owed: tuple[Owed, ...],
    stated: tuple[Claim, ...],
    apart: tuple[BalanceSheet, ...] = (),
) -> GroupSheet:
    """Put the sheets of members together, without what they owe one another."""
    book = valuation.book
    names = tuple(sheet.entity for sheet in columns)
    inside = frozenset(names)
    eliminations = []
    with wide():
        for sheet in columns:
            eliminations += eliminations_of(book, sheet, inside, valuation)
        profit = together.profit(columns, valuation, costs)
        eliminations += profit_off(book, columns, profit, valuation.basis)
        lines = _consolidated(columns, eliminations)
        invested: dict[str, Decimal] = defaultdict(Decimal)
        for item in eliminations:
            if (item.reason, item.side) == (INVESTMENT, "asset"):
                invested[item.entity] -= item.amount
        others = outsiders(book, columns, invested, valuation, costs)
    return GroupSheet(
        name=name,
        members=names,
        at=valuation.at,
        basis=valuation.basis,
        currency=book.case.currency,
        columns=columns,
        eliminations=tuple(eliminations),
        lines=lines,
        outsiders=others,
        apart=apart,
        intercompany=owed,
        claims=stated,
        unpriced=tuple(
            {
                missing.commodity: missing
                for sheet in columns
                for missing in sheet.unpriced
            }.values()
        ),
    )


def _consolidated(
    columns: tuple[BalanceSheet, ...], eliminations: list[Elimination]
) -> tuple[Line, ...]:
    """Return the lines that are left after eliminations."""
    amounts: dict[tuple[str, str], Decimal] = {}
    written: dict[tuple[str, str], Line] = {}
    for sheet in columns:
        for line in sheet.lines:
            key = (line.side, line.account)
            amounts[key] = amounts.get(key, ZERO) + line.amount
            written[key] = line
    for item in eliminations:
        key = (item.side, item.account)
        amounts[key] = amounts.get(key, ZERO) + item.amount
        written.setdefault(key, Line(item.account, item.side, ZERO, computed=True))
    return tuple(
        Line(
            account,
            side,
            amount,
            written[side, account].units,
            computed=written[side, account].computed,
            turned=written[side, account].turned,
        )
        for (side, account), amount in sorted(
            amounts.items(), key=lambda item: (SIDES.index(item[0][0]), item[0][1])
        )
        if amount
    )


@wide()
def by_silo(book: Book, sheet: GroupSheet) -> tuple[GroupSheet, ...]:
    """Return the balance sheet of each silo of a group, consolidated by itself.

    Claims between silos stand in them: only what is owed inside one is eliminated.
    """
    silo_of = {name: book.case.entities[name].silo for name in sheet.members}
    silos: dict[str, list[BalanceSheet]] = {}
    for column in sheet.columns:
        silo = silo_of[column.entity]
        if silo is not None:
            silos.setdefault(silo, []).append(column)
    if len(silos) < 2:
        return ()
    owed = _by_silo(sheet.intercompany, silo_of)
    stated = _by_silo(sheet.claims, silo_of)
    together = Together(book)
    ((valuation, costs),) = valuations(book, [sheet.at], sheet.basis)
    return tuple(
        _consolidate(
            name,
            tuple(columns),
            valuation,
            costs,
            together,
            tuple(owed.get(name, ())),
            tuple(stated.get(name, ())),
        )
        for name, columns in sorted(silos.items())
    )


def _by_silo(
    rows: Iterable[Row], silo_of: Mapping[str, str | None]
) -> dict[str | None, list[Row]]:
    """Return what is owed inside each silo."""
    found: dict[str | None, list[Row]] = {}
    for row in rows:
        silo = silo_of[row.creditor]
        if silo_of[row.debtor] == silo:
            found.setdefault(silo, []).append(row)
    return found
