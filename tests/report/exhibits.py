"""Exhibits of a report, and the amounts in their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.exhibits.drawings import Drawing
from solvency.figures.figure import Figure

if TYPE_CHECKING:
    from decimal import Decimal

    from solvency.figures.table import Table
    from solvency.report.layout import Report


def exhibit(report: Report, key: str) -> Table:
    found = next(one for one in report.tables if one.key == key)
    return found.plotted if isinstance(found, Drawing) else found


def amounts(table: Table, row: str) -> list[Decimal | None]:
    line = next(one for one in table.rows if one.key == row)
    return [cell.value for cell in line.cells if isinstance(cell, Figure)]
