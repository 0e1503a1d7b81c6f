"""Write a table as a workbook with formulas for its totals."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal
from typing import TYPE_CHECKING

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from solvency.figures.frame import column_numbers
from solvency.figures.frame import plain
from solvency.wide import width
from solvency.writing import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from solvency.figures.frame import Column
    from solvency.figures.frame import Frame

#: A workbook written twice is the same: its creation date is fixed.
_CREATED = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 (the format has no zone)
#: The most characters a cell of a workbook may have.
_LONGEST = 32_767

_DIGITS = 15


def write(frame: Frame, path: Path, groups: list[list[tuple[object, ...]]]) -> None:
    """Write a frame and the totals of its groups, whole or not at all.

    Raises:
        NotWrittenError: If it cannot be written; what was there is as it was.
    """
    write_whole(path, content(frame, groups))


def content(frame: Frame, groups: list[list[tuple[object, ...]]]) -> bytes:
    """Return the workbook of a frame and the totals of its groups."""
    out = io.BytesIO()
    # In memory, for a full disk is met once, where the file is written.
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"title": frame.title, "created": _CREATED})
        sheet = book.add_worksheet("Table")
        bold = book.add_format({"bold": True})
        sheet.write_string(0, 0, _short(frame.title), bold)
        for index, column in enumerate(frame.columns):
            sheet.write_string(2, index, _short(_headed(column)), bold)
        formats = [
            book.add_format({"num_format": "#,##0" + _places(column.places)})
            for column in frame.columns
        ]
        total = book.add_format({"bold": True, "top": 1, "num_format": "#,##0.00"})
        rounding = {
            index: len(frame.columns) + n for n, index in enumerate(_long(frame))
        }
        for index, beside in rounding.items():
            head = _headed(frame.columns[index]) + ", to 15 digits"
            sheet.write_string(2, beside, _short(head), bold)
        row = 3
        for group in groups:
            first = row
            for cells in group:
                for index, beside in rounding.items():
                    if isinstance(number := cells[index], Decimal):
                        sheet.write_number(row, beside, float(number), formats[index])
                for index, value in enumerate(cells):
                    if isinstance(value, Decimal) and _kept(
                        value, frame.columns[index]
                    ):
                        sheet.write_number(row, index, float(value), formats[index])
                    elif isinstance(value, int) and not isinstance(value, bool):
                        sheet.write_number(row, index, value)
                    else:
                        # Text stays text: a narration that starts with "=" is no
                        # formula.
                        sheet.write_string(row, index, _short(value))
                row += 1
            if frame.groups is not None and group:
                _totals(frame, sheet, group, first, row, total)
                row += 1
        for note in frame.notes:
            row += 1
            sheet.write_string(row, 0, _short(note))
        sheet.autofit()
        sheet.freeze_panes(3, 0)
    return out.getvalue()


def _headed(column: Column) -> str:
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


def _totals(
    frame: Frame,
    sheet: xlsxwriter.worksheet.Worksheet,
    group: list[tuple[object, ...]],
    first: int,
    row: int,
    style: object,
) -> None:
    for index, column in enumerate(frame.columns):
        numbers = column_numbers(group, index)
        summed = sum(numbers, Decimal())
        if numbers and not all(_kept(one, column) for one in (*numbers, summed)):
            # A formula would leave out what is text, and round the rest.
            sheet.write_string(row, index, plain(summed), style)
        elif numbers:
            top = xl_rowcol_to_cell(first, index)
            bottom = xl_rowcol_to_cell(row - 1, index)
            value = float(summed)
            sheet.write_formula(row, index, f"=SUM({top}:{bottom})", style, value)
        elif column.name == frame.groups:
            sheet.write_string(row, index, _short(f"total {group[0][index]}"), style)


def _kept(value: Decimal, column: Column) -> bool:
    """Say whether a spreadsheet, which keeps 15 digits, keeps those that it shows."""
    return width(value)[0] + (column.places or 0) <= _DIGITS


def _places(places: int | None) -> str:
    return "." + "0" * places if places else ""


def _short(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, tuple | list):
        value = " ".join(map(str, value))
    text = str(value)
    # A longer one would be left out, without a word.
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
