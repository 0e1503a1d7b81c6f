"""Lines of balance sheets that say what is untraced, and unrecorded."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.figures.remark import Remark
from solvency.model.consolidation import MOST_COLUMNS
from solvency.model.counting.found import found
from solvency.model.counting.suspense import suspended
from solvency.model.eliminations import taken_out
from solvency.model.sheets import rounded
from solvency.model.valuation import Valuation
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Collection

    from solvency.model.book import Book
    from solvency.model.consolidation import GroupSheet
    from solvency.model.counting.found import Found
    from solvency.model.counting.found import Held
    from solvency.model.sheets import BalanceSheet

#: The lines beside the sides of a sheet, in the order printed.
SIDES = ("untraced", "unrecorded")


def of_sheet(book: Book, sheet: BalanceSheet | GroupSheet) -> Found | None:
    """Return what was found of a sheet's assets; None where nobody counted any."""
    if not book.counts:
        return None
    of = getattr(sheet, "members", (sheet.entity,))
    one = found(book.counts, sheet.at, sheet.basis, of)
    return one if one.lines else None


@wide()
def eased(book: Book, sheet: GroupSheet, members: Collection[str]) -> Decimal:
    """Return what the rest fetches more where less than the books show is sold.

    At the basis realisable a sale moves the price against itself, so that what was
    found is worth more than its share of what all of the books' holdings would fetch.

    Args:
        book: The Book.
        sheet: The sheet of a group, which takes out what members issued.
        members: Whose assets; of one, nothing is taken out.

    Returns:
        Money of the case; below zero where more was found than the books show.
    """
    if sheet.basis != "realisable" or not book.counts:
        return Decimal()
    whole = Valuation(book, sheet.at, sheet.basis)
    seen = {one: x.units for one, x in book.counts.on(sheet.at).items()}
    left = Valuation(book, sheet.at, sheet.basis, whole.costs, {**whole.units, **seen})
    inside = frozenset(members)
    more = Decimal()
    for position in left.units:
        account = book.account(position)
        if account.root != "Assets" or account.entity not in inside:
            continue
        if len(inside) > 1 and taken_out(book, position, inside):
            continue
        units = left.units[position]
        one, other = (x.worth(position, units) or Decimal() for x in (left, whole))
        more += rounded(book, one) - rounded(book, other)
    return more


@wide()
def found_rows(
    book: Book, sheet: GroupSheet
) -> tuple[list[tuple[object, ...]], tuple[str, ...]]:
    """Return lines of what is untraced, and unrecorded, and a note on their sums.

    They are no part of the sheet's sums: of the assets, they were not found.
    """
    one = of_sheet(book, sheet)
    if one is None:
        return [], ()
    rows: dict[tuple[str, str], list[Decimal]] = {}
    for held in one.held:
        for side, amount in zip(SIDES, (held.untraced, held.unrecorded), strict=True):
            if amount:
                cells = _cells(book, sheet.members, held, amount)
                key = side, held.position.account
                before = rows.get(key, [Decimal()] * len(cells))
                rows[key] = [a + b for a, b in zip(before, cells, strict=True)]
    untraced, unrecorded = (
        sum((row[-1] for (side, _), row in rows.items() if side == name), Decimal())
        for name in SIDES
    )
    note = Remark(
        "of the assets, %(untraced)s are untraced: in the books and not found;"
        " %(unrecorded)s were found and are not in the books",
        untraced=f"{untraced:,.2f}",
        unrecorded=f"{unrecorded:,.2f}",
    )
    return [(*key, *cells) for key, cells in sorted(rows.items())], (note,)


def _cells(
    book: Book, members: tuple[str, ...], held: Held, amount: Decimal
) -> list[Decimal]:
    """Return an amount in the columns of a sheet: each member's, and sums."""
    entity = book.account(held.position).entity
    cells = [amount if name == entity else Decimal() for name in members]
    if len(members) > MOST_COLUMNS:
        cells = [amount]  # Of many members one column shows the sum.
    gone = taken_out(book, held.position, frozenset(members))
    less = -amount if gone else Decimal()
    return [*cells, less, amount + less]


def amounts(book: Book, sheet: BalanceSheet | GroupSheet) -> dict[str, Decimal]:
    """Return what a sheet's JSON document has besides its sides.

    What is untraced and unrecorded, where anything was counted; what stands in
    suspense, where anything does.
    """
    one = of_sheet(book, sheet)
    members = getattr(sheet, "members", (sheet.entity,))
    loose = suspended(book, sheet.at)
    held = [loose[name] for name in members if name in loose]
    return {
        **({"untraced": one.totals.untraced} if one else {}),
        **({"unrecorded": one.totals.unrecorded} if one else {}),
        **({"suspense": sum(held, Decimal())} if held else {}),
    }
