"""What consolidation takes off the sheets of a group's members, and why."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.ledger.entries.postings import total
from solvency.model.own_tokens import is_issued_by
from solvency.model.sheets import REALISED
from solvency.model.sheets import REVALUATION
from solvency.model.sheets import rounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.model.book import Book
    from solvency.model.book import Position
    from solvency.model.intragroup_profit import Profit
    from solvency.model.sheets import BalanceSheet
    from solvency.model.sheets import Line
    from solvency.model.valuation import Valuation

ZERO = Decimal()
INTERCOMPANY = "intercompany"
OWN_TOKEN = "own token"  # noqa: S105 (no password: a coin)
INVESTMENT = "investment"
PROFIT = "intragroup profit"
#: The account, below the root of equity, of the line that takes the equity side of
#: eliminations; it is nil where both sides of a claim are.
ELIMINATIONS = "Group:Eliminations"


class Elimination(NamedTuple):
    """What consolidation takes off one line; negative takes away."""

    entity: str
    account: str
    side: str
    amount: Decimal
    reason: str


def amount(lines: tuple[Line, ...], side: str, account: str) -> Decimal:
    """Return what an account has on one side of a sheet."""
    return total(
        line.amount for line in lines if (line.side, line.account) == (side, account)
    )


def eliminations_of(
    book: Book, sheet: BalanceSheet, inside: frozenset[str], valuation: Valuation
) -> list[Elimination]:
    """Return what consolidation takes off one member's sheet, and off its equity."""
    found = []
    equity = f"{book.case.roots['Equity']}:{ELIMINATIONS}"
    for line in sheet.lines:
        if line.computed or line.side == "equity":
            continue
        account = book.case.accounts[line.account]
        if account.is_claim and account.counterparty in inside:
            taken, reason = line.amount, INTERCOMPANY
        elif account.stake_in in inside:
            taken, reason = line.amount, INVESTMENT
        elif line.side == "asset" and _holds_own(book, line, inside):
            taken, reason = _own_tokens(book, line, inside, valuation), OWN_TOKEN
        else:
            continue
        if taken:
            found.append(
                Elimination(sheet.entity, line.account, line.side, -taken, reason)
            )
            sign = 1 if line.side == "asset" else -1
            found.append(
                Elimination(sheet.entity, equity, "equity", -taken * sign, reason)
            )
    return found


def profit_off(
    book: Book, columns: tuple[BalanceSheet, ...], profit: Profit, basis: str
) -> Iterator[Elimination]:
    """Yield what takes members' profits on one another off assets and equity.

    At book the asset falls to its cost to the group; else its value stays, and what
    was called a gain of the seller is a change in value while the group had it. Where
    nobody gained and a claim in coins or foreign money alone stands at different costs
    on both sides, values need no change: the claim is eliminated at the day's price.
    """
    root = book.case.roots["Equity"]
    equity = f"{root}:{ELIMINATIONS}"
    if basis != "book" and not profit.realised:
        return
    for one in profit.excess:
        if basis == "book":
            yield Elimination(one.entity, one.account, "asset", -one.amount, PROFIT)
        else:
            line = f"{root}:{one.entity}:{REVALUATION}"
            yield Elimination(one.entity, line, "equity", one.amount, PROFIT)
    whole = total(one.amount for one in profit.excess)
    left = profit.realised
    for sheet in columns:
        line = f"{root}:{sheet.entity}:{REALISED}"
        gain = amount(sheet.lines, "equity", line)
        part = max(min(gain, left), ZERO) if left > 0 else min(max(gain, left), ZERO)
        if part:
            yield Elimination(sheet.entity, line, "equity", -part, PROFIT)
            left -= part
    rest = whole - profit.realised + left
    if rest:
        first = columns[0].entity
        yield Elimination(first, equity, "equity", -rest, PROFIT)


def taken_out(book: Book, position: Position, inside: frozenset[str]) -> bool:
    """Say whether consolidation takes an asset of a member out."""
    account = book.account(position)
    return (
        (account.is_claim and account.counterparty in inside)
        or account.stake_in in inside
        or is_issued_by(book.case, position.commodity, inside)
    )


def _holds_own(book: Book, line: Line, inside: frozenset[str]) -> bool:
    return any(is_issued_by(book.case, held.commodity, inside) for held in line.units)


def _own_tokens(
    book: Book, line: Line, inside: frozenset[str], valuation: Valuation
) -> Decimal:
    """Return the part of a line that is tokens issued by a member."""
    from solvency.model.book import Position as At  # noqa: PLC0415 (the Book imports this module)

    return total(
        rounded(book, valuation.value(At(line.account, held.commodity)) or ZERO)
        for held in line.units
        if is_issued_by(book.case, held.commodity, inside)
    )
