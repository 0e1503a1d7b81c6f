"""The group's balance sheet: columns by entity, eliminations, consolidated.

What members owe one another is eliminated in full, investments in a member
against equity (IFRS 10.B86), and tokens a member issued that members hold as
treasury shares are: the group has no asset in them. The plain sum of the
columns is called combined, never consolidated.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.model.frame import Column
from solvency.model.frame import Frame
from solvency.model.sheets import SIDES
from solvency.model.sheets import BalanceSheet
from solvency.model.sheets import Line
from solvency.model.sheets import Totals
from solvency.model.sheets import sheets
from solvency.model.valuation import Valuation

if TYPE_CHECKING:
    import datetime

    from solvency.ledger.case import Case
    from solvency.model.book import Book
    from solvency.model.prices import Missing

ZERO = Decimal()
INTERCOMPANY = "intercompany"
OWN_TOKEN = "own token"  # noqa: S105 (no password: a coin)
INVESTMENT = "investment"
#: The line that takes the equity side of eliminations; it is nil where both
#: sides of a claim are.
EQUITY = "Equity:Group:Eliminations"


class Elimination(NamedTuple):
    """What consolidation takes off one line; negative takes away."""

    entity: str
    account: str
    side: str
    amount: Decimal
    reason: str


class Owed(NamedTuple):
    """One pair's claim in one commodity, as each side's books have it."""

    creditor: str
    debtor: str
    commodity: str
    claimed: Decimal
    owed: Decimal

    @property
    def unmatched(self) -> Decimal:
        """Return what the creditor claims beyond what the debtor owns to."""
        return self.claimed - self.owed


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
    unpriced: tuple[Missing, ...]

    @property
    def entity(self) -> str:
        """Return the name the sheet goes by."""
        return self.name

    def side(self, side: str) -> tuple[Line, ...]:
        """Return the consolidated lines of one side."""
        return tuple(line for line in self.lines if line.side == side)

    def total(self, side: str) -> Decimal:
        """Return the sum of one side's consolidated lines."""
        return sum((line.amount for line in self.lines if line.side == side), ZERO)

    @property
    def totals(self) -> Totals:
        """Return the consolidated totals."""
        assets, liabilities = self.total("asset"), self.total("liability")
        return Totals(assets, liabilities, assets - liabilities)

    @property
    def combined(self) -> Totals:
        """Return the plain sums of the columns, before eliminations."""
        each = [sheet.totals for sheet in self.columns]
        return Totals(
            sum((one.assets for one in each), ZERO),
            sum((one.liabilities for one in each), ZERO),
            sum((one.equity for one in each), ZERO),
        )

    @property
    def control(self) -> Decimal:
        """Return assets less liabilities less the equity lines: must be zero."""
        totals = self.totals
        return totals.assets - totals.liabilities - self.total("equity")

    def to_frame(self) -> Frame:
        """Return the lines with a column an entity, eliminations, consolidated."""
        names = list(dict.fromkeys((line.side, line.account) for line in self._all()))
        names.sort(key=lambda name: (SIDES.index(name[0]), name[1]))
        rows: list[tuple[object, ...]] = []
        for side, account in names:
            by_column = [_amount(sheet.lines, side, account) for sheet in self.columns]
            taken = sum(
                (
                    item.amount
                    for item in self.eliminations
                    if (item.side, item.account) == (side, account)
                ),
                ZERO,
            )
            rows.append(
                (side, account, *by_column, taken, sum(by_column, ZERO) + taken)
            )
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

    def _all(self) -> list[Line]:
        return [line for sheet in self.columns for line in sheet.lines] + list(
            self.lines
        )


def _amount(lines: tuple[Line, ...], side: str, account: str) -> Decimal:
    return sum(
        (line.amount for line in lines if (line.side, line.account) == (side, account)),
        ZERO,
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


def group_sheet(
    book: Book,
    names: tuple[str, ...],
    at: datetime.date,
    basis: str = "market",
    name: str = "group",
) -> GroupSheet:
    """Return the balance sheet of several entities, consolidated."""
    columns = tuple(sheets(book, list(names), at, basis))
    inside = frozenset(names)
    eliminations = []
    for sheet in columns:
        eliminations += _eliminations(book, sheet, inside)
    return GroupSheet(
        name=name,
        members=names,
        at=at,
        basis=basis,
        currency=book.case.currency,
        columns=columns,
        eliminations=tuple(eliminations),
        lines=_consolidated(columns, eliminations),
        intercompany=intercompany(book, at, inside),
        unpriced=tuple(
            {
                missing.commodity: missing
                for sheet in columns
                for missing in sheet.unpriced
            }.values()
        ),
    )


def _eliminations(
    book: Book, sheet: BalanceSheet, inside: frozenset[str]
) -> list[Elimination]:
    """Return what consolidation takes off one member's sheet, and off its equity."""
    found = []
    valuation = None
    for line in sheet.lines:
        if line.computed or line.side == "equity":
            continue
        account = book.case.accounts[line.account]
        if account.is_claim and account.counterparty in inside:
            taken, reason = line.amount, INTERCOMPANY
        elif account.stake_in in inside:
            taken, reason = line.amount, INVESTMENT
        elif line.side == "asset" and _holds_own(book, line, inside):
            valuation = valuation or Valuation(book, sheet.at, sheet.basis)
            taken, reason = _own_tokens(book, line, inside, valuation), OWN_TOKEN
        else:
            continue
        if taken:
            found.append(
                Elimination(sheet.entity, line.account, line.side, -taken, reason)
            )
            sign = 1 if line.side == "asset" else -1
            found.append(
                Elimination(sheet.entity, EQUITY, "equity", -taken * sign, reason)
            )
    return found


def _issued_inside(book: Book, commodity: str, inside: frozenset[str]) -> bool:
    found = book.case.commodities.get(commodity)
    return found is not None and found.issuer in inside


def _holds_own(book: Book, line: Line, inside: frozenset[str]) -> bool:
    return any(_issued_inside(book, held.commodity, inside) for held in line.units)


def _own_tokens(
    book: Book, line: Line, inside: frozenset[str], valuation: Valuation
) -> Decimal:
    """Return the part of a line that is tokens issued by a member."""
    from solvency.model.book import Position  # noqa: PLC0415 (the Book imports this module)

    return sum(
        (
            valuation.value(Position(line.account, held.commodity)) or ZERO
            for held in line.units
            if _issued_inside(book, held.commodity, inside)
        ),
        ZERO,
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


def intercompany(
    book: Book, at: datetime.date, inside: frozenset[str] | None = None
) -> tuple[Owed, ...]:
    """Return what entities owe one another, as each side's books have it.

    Args:
        book: The Book.
        at: The day at whose end.
        inside: Keep only claims between these; None keeps all.

    Returns:
        One item a creditor, debtor and commodity, in units; a claim below zero
        stands the other way round.
    """
    sums: dict[tuple[str, str, str], list[Decimal]] = {}
    for position, units in book.balance(at).items():
        account = book.account(position)
        other = account.counterparty
        if not account.is_claim or other is None:
            continue
        if inside is not None and not {account.entity, other} <= inside:
            continue
        creditor, debtor, column = (
            (account.entity, other, 0)
            if account.root == "Assets"
            else (other, account.entity, 1)
        )
        amount = units if column == 0 else -units
        if amount < 0:
            creditor, debtor, column, amount = debtor, creditor, 1 - column, -amount
        both = sums.setdefault((creditor, debtor, position.commodity), [ZERO, ZERO])
        both[column] += amount
    return tuple(Owed(*key, *both) for key, both in sorted(sums.items()) if any(both))
