"""The group's balance sheet: columns by entity, eliminations, consolidated.

What members owe one another is eliminated in full, investments in a member
against equity and what members gained from one another against that gain (IFRS
10.B86), and tokens a member issued that members hold as treasury shares are: the
group has no asset in them. The plain sum of the
columns is called combined, never consolidated.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from decimal import localcontext
from typing import TYPE_CHECKING

from solvency.figures.frame import Column
from solvency.figures.frame import Frame
from solvency.ledger.postings import EXACT
from solvency.ledger.postings import total
from solvency.model.claims import Claim
from solvency.model.claims import Owed as Owed  # noqa: PLC0414 (handed on)
from solvency.model.claims import claims
from solvency.model.claims import intercompany as intercompany  # noqa: PLC0414 (handed on)
from solvency.model.eliminations import INVESTMENT
from solvency.model.eliminations import Elimination as Elimination  # noqa: PLC0414 (handed on)
from solvency.model.eliminations import amount
from solvency.model.eliminations import eliminations_of
from solvency.model.eliminations import profit_off
from solvency.model.intragroup import Together
from solvency.model.outsiders import Outsiders
from solvency.model.outsiders import outsiders
from solvency.model.sheets import SIDES
from solvency.model.sheets import WIDE
from solvency.model.sheets import BalanceSheet
from solvency.model.sheets import Line
from solvency.model.sheets import Totals
from solvency.model.sheets import of_entities
from solvency.model.sheets import valuations

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from solvency.ledger.case import Case
    from solvency.model.book import Book
    from solvency.model.costs import Costs
    from solvency.model.prices import Missing
    from solvency.model.valuation import Valuation

ZERO = Decimal()


@dataclass(frozen=True, slots=True)
class GroupSheet:
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

    def side(self, side: str) -> tuple[Line, ...]:
        """Return the consolidated lines of one side."""
        return tuple(line for line in self.lines if line.side == side)

    def total(self, side: str) -> Decimal:
        """Return the sum of one side's consolidated lines."""
        return total(line.amount for line in self.lines if line.side == side)

    @property
    def totals(self) -> Totals:
        """Return the consolidated totals."""
        assets, liabilities = self.total("asset"), self.total("liability")
        return Totals(assets, liabilities, EXACT.subtract(assets, liabilities))

    @property
    def combined(self) -> Totals:
        """Return the plain sums of the columns, before eliminations."""
        each = [sheet.totals for sheet in self.columns]
        return Totals(
            total(one.assets for one in each),
            total(one.liabilities for one in each),
            total(one.equity for one in each),
        )

    @property
    def control(self) -> Decimal:
        """Return assets less liabilities less the equity lines: must be zero."""
        totals = self.totals
        return EXACT.subtract(totals.equity, self.total("equity"))

    @property
    def eliminated(self) -> Decimal:
        """Return what eliminations sum to, assets less the rest: must be zero."""
        return total(
            item.amount if item.side == "asset" else -item.amount
            for item in self.eliminations
        )

    @property
    def control_line(self) -> str:
        """Return the control line: what must be zero, and whether it is."""
        totals = self.totals
        return (
            f"control: assets {totals.assets:,.2f} = liabilities"
            f" {totals.liabilities:,.2f} + equity {self.total('equity'):,.2f},"
            f" difference {self.control:,.2f}; eliminations sum to"
            f" {self.eliminated:,.2f}"
        )

    def to_frame(self) -> Frame:
        """Return the lines with a column an entity, eliminations, consolidated."""
        names = list(dict.fromkeys((line.side, line.account) for line in self._all()))
        names.sort(key=lambda name: (SIDES.index(name[0]), name[1]))
        rows: list[tuple[object, ...]] = []
        for side, account in names:
            by_column = [amount(sheet.lines, side, account) for sheet in self.columns]
            taken = total(
                item.amount
                for item in self.eliminations
                if (item.side, item.account) == (side, account)
            )
            rows.append((side, account, *by_column, taken, total([*by_column, taken])))
        rows += self._owned()
        return Frame(
            title=f"{self.name}: consolidating balance sheet at {self.at},"
            f" {self.basis} value",
            columns=(
                Column("side"),
                Column("account"),
                *(Column(name, unit=self.currency) for name in self.members),
                Column("eliminations", unit=self.currency),
                Column("consolidated", unit=self.currency),
            ),
            rows=tuple(rows),
            groups="side",
        )

    def _owned(self) -> list[tuple[object, ...]]:
        """Return whose the equity is, where it is not all the parent's owners'."""
        if not self.outsiders:
            return []
        nothing = (ZERO,) * len(self.members)
        named = [
            (f"outsiders, {one.share:.2%} of {one.member}", one.amount)
            for one in self.outsiders
        ]
        named.append(("owners of the parent", self.of_owners))
        return [("whose", name, *nothing, ZERO, amount) for name, amount in named]

    def _all(self) -> list[Line]:
        return [line for sheet in self.columns for line in sheet.lines] + list(
            self.lines
        )


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
        raise LookupError(
            f"no entity or silo is called {name}; there are "
            + ", ".join([*case.entities, *silos, "group"])
        )
    return found


def _inside(case: Case, name: str, day: datetime.date) -> bool:
    """Say whether an entity is consolidated at the end of a day.

    One that is never in the group is where somebody asks for it by name.
    """
    entity = case.entities[name]
    return not entity.group or entity.within(day)


def group_sheet(
    book: Book,
    names: tuple[str, ...],
    at: datetime.date,
    basis: str = "market",
    name: str = "group",
) -> GroupSheet:
    """Return the balance sheet of several entities, consolidated."""
    return group_sheets(book, names, [at], basis, name)[at]


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
    at, basis = valuation.at, valuation.basis
    each = of_entities(book, names, valuation, costs)
    names = tuple(one for one in names if _inside(book.case, one, at))
    columns = tuple(one for one in each if one.entity in names)
    inside = frozenset(names)
    eliminations = []
    with localcontext(WIDE):
        for sheet in columns:
            eliminations += eliminations_of(book, sheet, inside, valuation)
        profit = together.profit(columns, valuation, costs)
        eliminations += profit_off(book, columns, profit, basis)
        lines = _consolidated(columns, eliminations)
        invested = {
            sheet.entity: -total(
                item.amount
                for item in eliminations
                if item.entity == sheet.entity
                and (item.reason, item.side) == (INVESTMENT, "asset")
            )
            for sheet in columns
        }
        others = outsiders(book, columns, invested, valuation, costs)
    owed = intercompany(book, at, inside, valuation.units)
    return GroupSheet(
        name=name,
        members=names,
        at=at,
        basis=basis,
        currency=book.case.currency,
        columns=columns,
        eliminations=tuple(eliminations),
        lines=lines,
        outsiders=others,
        apart=tuple(one for one in each if one.entity not in names),
        intercompany=owed,
        claims=claims(book, at, inside, owed),
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


def by_silo(book: Book, sheet: GroupSheet) -> tuple[GroupSheet, ...]:
    """Return the balance sheet of each silo of a group, consolidated by itself.

    Claims between silos stand in them: only what is owed inside one is eliminated.
    """
    silos: dict[str, list[str]] = {}
    for name in sheet.members:
        silo = book.case.entities[name].silo
        if silo is not None:
            silos.setdefault(silo, []).append(name)
    if len(silos) < 2:
        return ()
    return tuple(
        group_sheet(book, tuple(names), sheet.at, sheet.basis, name=silo)
        for silo, names in sorted(silos.items())
    )


def combined_and_consolidated(*sheets: GroupSheet) -> Frame:
    """Return the plain sums of members beside the consolidated totals, apart."""
    currency = sheets[0].currency
    return Frame(
        title=f"Combined (the plain sum) and consolidated at {sheets[0].at}",
        columns=(
            Column("of"),
            Column("total"),
            *(
                Column(name, unit=currency)
                for name in ("assets", "liabilities", "equity")
            ),
        ),
        rows=tuple(
            (sheet.name, name, one.assets, one.liabilities, one.equity)
            for sheet in sheets
            for name, one in (
                ("combined", sheet.combined),
                ("consolidated", sheet.totals),
            )
        ),
    )
