"""Exhibits of a report, and the amounts in their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.exhibits.drawings import Drawing
from solvency.exhibits.sections import SECTIONS
from solvency.figures.figure import Figure
from solvency.report import build
from solvency.report.making import case_files

if TYPE_CHECKING:
    from decimal import Decimal

    from solvency import Case
    from solvency.figures.table import Table
    from solvency.report.document import Report


def exhibit(report: Report, key: str) -> Table:
    found = next(one for one in report.tables if one.key == key)
    return found.plotted if isinstance(found, Drawing) else found


def amounts(table: Table, row: str) -> list[Decimal | None]:
    line = next(one for one in table.rows if one.key == row)
    return [cell.value for cell in line.cells if isinstance(cell, Figure)]


def every_list(case: Case) -> Report:
    """Return every list of exhibits a case has, those of figures and files last."""
    names = [*SECTIONS, "derived", "files"]
    return build(
        case, case.book(), attached=case_files(case), sections=names, screen=True
    )
