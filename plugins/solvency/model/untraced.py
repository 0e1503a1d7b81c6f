"""Lines of balance sheets that say what is untraced, and unrecorded."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.figures.frame import Column
from solvency.model.consolidation import MOST_COLUMNS
from solvency.model.eliminations import taken_out
from solvency.model.found import found
from solvency.wide import wide

if TYPE_CHECKING:
    from solvency.figures.frame import Frame
    from solvency.model.book import Book
    from solvency.model.consolidation import GroupSheet
    from solvency.model.found import Found
    from solvency.model.found import Held
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
def with_found(book: Book, sheet: BalanceSheet | GroupSheet, frame: Frame) -> Frame:
    """Return a sheet's table with lines of what is untraced, and unrecorded.

    They are no part of the sums: of the assets above them, they were not found.
    """
    one = of_sheet(book, sheet)
    if one is None:
        return frame
    members = getattr(sheet, "members", ())
    rows: dict[tuple[str, str], list[Decimal]] = {}
    for held in one.held:
        for side, amount in (
            ("untraced", held.untraced),
            ("unrecorded", held.unrecorded),
        ):
            if amount:
                cells = _cells(book, members, held, amount)
                key = side, held.position.account
                before = rows.get(key, [Decimal()] * len(cells))
                rows[key] = [a + b for a, b in zip(before, cells, strict=True)]
    sums = {
        name: sum(
            (row[-1] for (side, _), row in rows.items() if side == name), Decimal()
        )
        for name in SIDES
    }
    ordered = sorted(rows.items(), key=lambda row: (row[0][0] != "untraced", row[0]))
    return replace(
        frame,
        rows=(
            *frame.rows,
            *((*key, *cells) for key, cells in ordered),
        ),
        notes=(
            *frame.notes,
            (
                f"of the assets, {sums['untraced']:,.2f} are untraced: in the books and"
                f" not found; {sums['unrecorded']:,.2f} were found and are not in the"
                " books"
            ),
        ),
    )


def _cells(
    book: Book, members: tuple[str, ...], held: Held, amount: Decimal
) -> list[Decimal]:
    """Return an amount in the columns of a sheet: one, or each member's and sums."""
    if not members:
        return [amount]
    entity = book.account(held.position).entity
    cells = [amount if name == entity else Decimal() for name in members]
    if len(members) > MOST_COLUMNS:
        cells = [amount]  # Of many members one column shows the sum.
    gone = taken_out(book, held.position, frozenset(members))
    less = -amount if gone else Decimal()
    return [*cells, less, amount + less]


@wide()
def side_by_side(book: Book, sheets: list[BalanceSheet], frame: Frame) -> Frame:
    """Return the totals of entities with what is untraced of each, if any is."""
    each = [of_sheet(book, sheet) for sheet in sheets]
    if not any(each):
        return frame
    unit = book.case.currency
    return replace(
        frame,
        columns=(
            *frame.columns,
            Column("untraced", unit=unit),
            Column("unrecorded", unit=unit),
        ),
        rows=tuple(
            (*row, *(one.totals[2:] if one else (Decimal(), Decimal())))
            for row, one in zip(frame.rows, each, strict=True)
        ),
    )


def amounts(book: Book, sheet: BalanceSheet | GroupSheet) -> dict[str, Decimal]:
    """Return what a sheet's JSON document has besides, where anything was counted."""
    one = of_sheet(book, sheet)
    if one is None:
        return {}
    return {"untraced": one.totals.untraced, "unrecorded": one.totals.unrecorded}
