"""Write tables as a workbook: formulas for totals, links from what a row rests on."""

from __future__ import annotations

import datetime
import io
import re
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from solvency.analysis.papers.frame import column_numbers
from solvency.figures.plain import plain
from solvency.figures.workbook import CREATED
from solvency.figures.workbook import DIGITS
from solvency.figures.workbook import MOST_LINKS
from solvency.figures.workbook import NAMING
from solvency.figures.workbook import keeps
from solvency.figures.workbook import number_format
from solvency.figures.workbook import put_link
from solvency.figures.workbook import short
from solvency.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from solvency.analysis.papers.frame import Frame
    from solvency.analysis.papers.frame import PaperColumn

#: The most rows a sheet may have.
_MOST_ROWS = 1_000_000
#: The first day that a workbook knows as a day.
_FIRST = datetime.date(1900, 3, 1)
#: Where the names of columns stand, from 0, and the first row below them.
_HEAD, _BODY = 2, 3


class Formula(NamedTuple):
    """A cell that is worked out from others, with what it comes to."""

    #: As a spreadsheet has it, `{row}` for the number of its own row.
    text: str
    value: Decimal


class Sheet(NamedTuple):
    """A table of a workbook, under the name of its sheet."""

    name: str
    frame: Frame
    #: What the first column names, `flow` or `source`, where other sheets link here.
    lists: str = ""


def write(sheets: Sequence[Sheet], path: Path) -> None:
    """Write tables as the sheets of a workbook, whole or not at all.

    Raises:
        NotWrittenError: If it cannot be written; what was there is as it was.
    """
    write_whole(path, content(sheets))


def content(sheets: Sequence[Sheet]) -> bytes:
    """Return the workbook of some tables."""
    out = io.BytesIO()
    # In memory, for a full disk is met once, where the file is written.
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        title = sheets[0].frame.title
        book.set_properties({"title": title, "created": CREATED})
        append(book, sheets)
    return out.getvalue()


def append(book: Any, sheets: Sequence[Sheet]) -> None:
    """Add tables to a workbook as sheets."""
    links = links_to(sheets)
    for one, name in zip(sheets, _names(sheets), strict=True):
        _Writer(book, book.add_worksheet(name), one, links).write()


def links_to(sheets: Sequence[Sheet]) -> dict[tuple[str, str], str]:
    """Return where each sheet stands, and the row of what a sheet lists."""
    names = _names(sheets)
    links = {
        (one.lists, str(row[0])): f"internal:'{name}'!A{at + _BODY + 1}"
        for one, name in zip(sheets, names, strict=True)
        if one.lists
        for at, row in enumerate(one.frame.rows[:_MOST_ROWS])
    }
    return links | {
        ("sheet", one.name): f"internal:'{name}'!A1"
        for one, name in zip(sheets, names, strict=True)
    }


def _names(sheets: Sequence[Sheet]) -> list[str]:
    """Return names that sheets may have, each once."""
    found: list[str] = []
    for one in sheets:
        bare = re.sub(r"[\[\]:*?/\\']", " ", one.name).strip()[:31] or "Table"
        name, at = bare, 1
        while name.casefold() in {other.casefold() for other in found}:
            at += 1
            name = f"{bare[: 30 - len(str(at))]} {at}"
        found.append(name)
    return found


class _Writer:
    """Writes one table into its sheet."""

    def __init__(
        self, book: Any, sheet: Any, one: Sheet, links: dict[tuple[str, str], str]
    ) -> None:
        self.book = book
        self.sheet = sheet
        self.frame = one.frame
        self.links = links
        self.lists = one.lists
        self.linked = 0
        self.bold = book.add_format({"bold": True})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.total = book.add_format({"bold": True, "top": 1, "num_format": "#,##0.00"})
        self.formats = [
            book.add_format({"num_format": number_format(column.places or 0)})
            for column in one.frame.columns
        ]

    def write(self) -> None:
        """Write title, names, rows, totals and notes."""
        frame, sheet = self.frame, self.sheet
        sheet.write_string(0, 0, _short(frame.title), self.bold)
        for index, column in enumerate(frame.columns):
            sheet.write_string(_HEAD, index, _short(_headed(column)), self.bold)
        rounding = {
            index: len(frame.columns) + n for n, index in enumerate(_long(frame))
        }
        for index, beside in rounding.items():
            head = _headed(frame.columns[index]) + f", to {DIGITS} digits"
            sheet.write_string(_HEAD, beside, _short(head), self.bold)
        row = _BODY
        for group in frame.by_group():
            first = row
            for cells in group[:_MOST_ROWS]:
                for index, beside in rounding.items():
                    if isinstance(number := cells[index], Decimal):
                        sheet.write_number(
                            row, beside, float(number), self.formats[index]
                        )
                for index, value in enumerate(cells):
                    self._cell(row, index, value, cells)
                row += 1
            if frame.groups is not None and group:
                self._totals(group, first, row)
                row += 1
        for note in frame.notes:
            row += 1
            sheet.write_string(row, 0, _short(note))
        sheet.autofit()
        sheet.freeze_panes(_BODY, 0)

    def _cell(
        self, row: int, index: int, value: object, cells: tuple[object, ...]
    ) -> None:
        column, sheet = self.frame.columns[index], self.sheet
        style = self.formats[index]
        if isinstance(value, Formula):
            text = value.text.format(row=row + 1)
            sheet.write_formula(row, index, text, style, float(value.value))
        elif isinstance(value, Decimal) and _kept(value, column):
            parts = self._sums(row, column, cells)
            if parts:
                sheet.write_formula(row, index, parts, style, float(value))
            else:
                sheet.write_number(row, index, float(value), style)
        elif isinstance(value, int) and not isinstance(value, bool):
            sheet.write_number(row, index, value)
        elif isinstance(value, datetime.date) and value >= _FIRST:
            when = datetime.datetime.combine(value, datetime.time())
            sheet.write_datetime(row, index, when, self.day)
        else:
            self._words(row, index, value)

    def _sums(self, row: int, column: PaperColumn, cells: tuple[object, ...]) -> str:
        """Return the formula of a number that adds up others of its row."""
        if not column.sums or cells[0] in self.frame.apart:
            return ""
        found = ""
        for at, sign in column.sums:
            part = cells[at]
            if not isinstance(part, Decimal):
                continue
            if not _kept(part, self.frame.columns[at]):
                return ""
            found += ("+" if sign > 0 else "-") + xl_rowcol_to_cell(row, at)
        return f"={found}" if found else ""

    def _words(self, row: int, index: int, value: object) -> None:
        """Write words, with a link where they name a row of another sheet."""
        text = _short(value)
        kind = NAMING.get(self.frame.columns[index].name, "")
        first = text.split(" ", 1)[0].rstrip(",") if text else ""
        link = self.links.get((kind, text)) or self.links.get((kind, first))
        if (
            link is not None
            and not (index == 0 and self.lists)
            and self.linked < MOST_LINKS
        ):
            self.linked += 1
            put_link(self.sheet, row, index, link, text=text)
            style = self.book.get_default_url_format()
        else:
            style = None
        # Text stays text: a narration that starts with "=" is no formula.
        self.sheet.write_string(row, index, text, style)

    def _totals(self, group: list[tuple[object, ...]], first: int, row: int) -> None:
        frame, sheet = self.frame, self.sheet
        for index, column in enumerate(frame.columns):
            formulas = [
                cell.value for line in group if isinstance(cell := line[index], Formula)
            ]
            if not column.adds:
                continue
            numbers = column_numbers(group, index)
            summed = sum((*numbers, *formulas), Decimal())
            if numbers and not all(_kept(one, column) for one in (*numbers, summed)):
                # A formula would leave out what is text, and round the rest.
                sheet.write_string(row, index, plain(summed), self.total)
            elif numbers or formulas:
                top = xl_rowcol_to_cell(first, index)
                bottom = xl_rowcol_to_cell(row - 1, index)
                text = f"=SUM({top}:{bottom})"
                sheet.write_formula(row, index, text, self.total, float(summed))
            elif column.name == frame.groups:
                label = _short(f"total {group[0][index]}")
                sheet.write_string(row, index, label, self.total)


def rounds(frame: Frame) -> bool:
    """Say whether a spreadsheet would round a number of a table."""
    return bool(_long(frame))


def _headed(column: PaperColumn) -> str:
    return column.name + (f" ({column.unit})" if column.unit else "")


def _long(frame: Frame) -> list[int]:
    """Return the columns with numbers a spreadsheet would round.

    They are written as text, and stand beside it as the numbers they are rounded to.
    """
    return [
        index
        for index, column in enumerate(frame.columns)
        if not all(
            _kept(number, column) for number in column_numbers(list(frame.rows), index)
        )
    ]


def _kept(value: Decimal, column: PaperColumn) -> bool:
    return keeps(value, column.places or 0)


def _short(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, tuple | list | frozenset):
        value = " ".join(map(str, value))
    return short(str(value))
