"""Casting: the check that what a table prints adds up, down and across."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.figures.errors import ReportError
from solvency.figures.figure import SHARE
from solvency.figures.figure import Figure
from solvency.figures.words import words_of
from solvency.wide import exact as is_exact
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.figures.table import Cell
    from solvency.figures.table import Column
    from solvency.figures.table import Row
    from solvency.figures.table import Table

    #: What a figure adds up, each cell with +1 or -1.
    Parts = list[tuple[Cell, int]]


@dataclass(frozen=True, slots=True)
class Gap:
    """Where rounded parts do not sum to the rounded total."""

    where: str
    parts: Decimal
    total: Decimal
    #: What heads the row, where rows under other heads have its name.
    group: str = ""


@wide()
def cast(table: Table) -> tuple[Gap, ...]:
    """Add up a table both ways.

    Returns:
        The sums whose printed parts differ from the printed total, which a
        note must show.

    Raises:
        ReportError: If exact parts do not sum to the exact total, or a sum
            names a part that is not there: the table is wrong.
    """
    gaps: list[Gap] = []
    if len({row.key for row in table.rows}) != len(table.rows):
        raise ReportError(f"table {table.key}: two rows have the same key")
    labels = Counter(words_of(row.label) for row in table.rows)
    under, group = {}, ""
    for row in table.rows:
        if row.kind == "group":
            group = words_of(row.label)
        under[row.key] = group if labels[words_of(row.label)] > 1 else ""
    for row, column, total, *ways in sums_of(table):
        where = f"{words_of(row.label)}, {column.title}"
        for parts in ways:
            if parts:
                gaps += (
                    replace(gap, group=under[row.key])
                    for gap in _gap(where, total, parts, table.key)
                )
    return tuple(gaps)


def sums_of(table: Table) -> Iterator[tuple[Row, Column, Figure, Parts, Parts]]:
    """Yield each figure of a table with what it adds up in its column and in its row.

    Raises:
        ReportError: If a sum names a part that is not there.
    """
    rows = {row.key: row for row in table.rows}
    places = {column.key: n for n, column in enumerate(table.columns)}
    for row in table.rows:
        for n, column in enumerate(table.columns):
            total = row.cells[n] if n < len(row.cells) else None
            if isinstance(total, Figure):
                down = [
                    (_cell(rows, key, n, table.key), sign) for key, sign in row.sums
                ]
                across = [
                    (_cell(rows, row.key, places.get(key, -1), table.key), sign)
                    for key, sign in column.sums
                ]
                yield row, column, total, down, across


def _cell(rows: dict[str, Row], key: str, column: int, table: str) -> Cell:
    if key not in rows or not 0 <= column < len(rows[key].cells):
        raise ReportError(f"table {table}: a sum names {key!r}, which is not there")
    return rows[key].cells[column]


def _gap(where: str, total: Figure, parts: Parts, table: str) -> Iterator[Gap]:
    found = [(part, sign) for part, sign in parts if isinstance(part, Figure)]
    exact = printed = Decimal(0)
    for part, sign in found:
        exact += sign * (part.value or 0)
        printed += sign * (part.printed or 0)
    # A share is a quotient, and a quotient is cut off somewhere.
    numbers = [
        total.value or Decimal(0),
        *(part.value or Decimal(0) for part, _ in found),
    ]
    whole = total.unit != SHARE and all(map(is_exact, numbers))
    slack = Decimal(0) if whole else Decimal("1e-20")
    if abs(exact - (total.value or Decimal(0))) > slack:
        raise ReportError(
            f"table {table}: {where} is {total.value}, its parts sum to {exact}"
        )
    if printed != (total.printed or 0):
        yield Gap(where, printed, total.printed or Decimal(0))
