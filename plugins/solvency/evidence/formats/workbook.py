"""Sheets of workbooks, read by calamine."""

from __future__ import annotations

import datetime
import io
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.evidence.records import Cell
from solvency.evidence.records import EvidenceError
from solvency.evidence.records import Row
from solvency.evidence.records import not_installed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.evidence.records import Document

#: The most bytes the parts of a workbook may have unpacked.
_LARGEST = 2**30


def sheets(document: Document, wanted: tuple[str, ...]) -> Iterator[Iterator[Row]]:
    """Yield the rows of each sheet, labelled by sheet and row.

    Args:
        document: The workbook.
        wanted: The names of the sheets to read; none for all.

    Raises:
        EvidenceError: It is no workbook, or lacks a sheet.
    """
    try:
        import python_calamine as calamine  # noqa: PLC0415 (an extra)
    except ImportError:
        raise not_installed(
            document, "workbooks are read with python-calamine"
        ) from None
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(document.content))
        names = book.sheet_names
    except Exception as error:  # noqa: BLE001 (whatever a broken workbook ends in)
        wrong = f"it is no workbook that can be read ({error!s:.100})"
        raise EvidenceError(document.name, 1, wrong, "Save it as XLSX") from None
    for name in wanted:
        if name not in names:
            wrong = f"there is no sheet {name}; there are {', '.join(names)}"
            raise EvidenceError(document.name, None, wrong, "Correct the mapping")
    for name in wanted or names:
        yield _rows(document, book, name)


def refuse_large(document: Document) -> None:
    """Refuse a workbook that would unpack to more than memory should hold.

    Raises:
        EvidenceError: It would.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(document.content)) as packed:
            size = sum(one.file_size for one in packed.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return  # the older format, which is not packed, or what calamine refuses
    if size > _LARGEST:
        wrong = f"it unpacks to {size:,} bytes"
        raise EvidenceError(document.name, 1, wrong, "Split it")


def _rows(document: Document, book: Any, name: str) -> Iterator[Row]:
    try:
        sheet = book.get_sheet_by_name(name)
        # It yields the empty rows above the first one too.
        for at, cells in enumerate(sheet.iter_rows(), 1):
            yield Row(f"{name}:{at}", [_cell(one) for one in cells])
    except EvidenceError:
        raise
    except Exception as error:  # noqa: BLE001 (as above)
        wrong = f"the sheet {name} cannot be read ({error!s:.100})"
        raise EvidenceError(document.name, name, wrong, "Save it again") from None


def _cell(value: object) -> Cell:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return Decimal(int(value))  # a workbook has no other whole numbers
    if isinstance(value, float):
        # The shortest digits that give the float again: what was typed in.
        number = Decimal(repr(value))
        return number if number.is_finite() else ""
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    return str(value).strip()
