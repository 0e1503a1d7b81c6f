"""Workbooks and PDFs, read in a process of their own within limits.

What reads them is written in C, C++ and Rust: a file may take all the memory there
is, go on for ever or end the process it is read in. That process is then not ours.
"""

from __future__ import annotations

import datetime
import itertools
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from solvency import confined
from solvency.evidence.records import Document
from solvency.evidence.records import EvidenceError
from solvency.evidence.records import Row

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from solvency.evidence.records import Cell

#: What the reading of one file may take.
LIMIT = confined.Limit(3 * 2**30, 300)
#: The most cells that a workbook may have, empty ones among others included.
_MOST_CELLS = 20_000_000


def sheets(
    document: Document, wanted: tuple[str, ...], most: int | None = None
) -> Iterator[Iterator[Row]]:
    """Yield the rows of each sheet of a workbook, labelled by sheet and row.

    Args:
        document: The workbook.
        wanted: The names of the sheets to read; none for all.
        most: The rows of each to read; default all.

    Raises:
        EvidenceError: It is no workbook that can be read, or lacks a sheet.
    """
    from solvency.evidence.formats import workbook  # noqa: PLC0415 (each format alone)

    workbook.refuse_large(document)
    for rows in _asked(document, "sheets", wanted=wanted, most=most):
        yield map(_row, rows)


def pages(
    document: Document, columns: Mapping[str, tuple[str, ...]], most: int | None = None
) -> Iterator[tuple[Row, Iterator[Row]]]:
    """Yield the column names and the rows of each page of a PDF.

    Args:
        document: The PDF.
        columns: The names of each kind of column; none for the line that names most.
        most: The pages to read; default all.

    Raises:
        EvidenceError: It is no PDF that can be read, it has no text, or no line of it
            names the columns.
    """
    for head, rows in _asked(document, "pages", columns=dict(columns), most=most):
        yield _row(head), map(_row, rows)


def above(document: Document) -> tuple[str, ...]:
    """Return the lines of a PDF above the column names of its first page.

    Raises:
        EvidenceError: It is no PDF that can be read.
    """
    return tuple(_asked(document, "above"))


def _asked(document: Document, what: str, **more: object) -> Any:
    """Ask the process that reads a file."""
    asked = {"what": what, "name": document.name, **more}
    try:
        said = confined.run(__name__, asked, LIMIT, content=document.content)
    except confined.StoppedError as error:
        raise EvidenceError(
            document.name,
            None,
            f"it cannot be read: {error}",
            "Export its rows as CSV, or split it",
        ) from None
    if "refused" in said:
        raise EvidenceError(*said["refused"])
    return said["found"]


def step(asked: dict[str, Any], _tell: Callable[[str], None]) -> dict[str, Any]:
    """Be the process that reads a file."""
    document = Document(asked["name"], Path(), asked["content"], "")
    try:
        return {"found": _ANSWERS[asked["what"]](document, asked)}
    except EvidenceError as error:
        return {"refused": error.said}


def _sheets(document: Document, asked: dict[str, Any]) -> list[list[Any]]:
    from solvency.evidence.formats import workbook  # noqa: PLC0415 (the process alone)

    found, left = [], _MOST_CELLS
    for part in workbook.sheets(document, tuple(asked["wanted"])):
        rows = []
        for row in itertools.islice(part, asked["most"]):
            left -= len(row.cells)
            if left < 0:
                wrong = f"it has more than {_MOST_CELLS:,} cells, empty ones included"
                raise EvidenceError(document.name, row.label, wrong, "Split it")
            rows.append(_written(row))
        found.append(rows)
    return found


def _pages(document: Document, asked: dict[str, Any]) -> list[tuple[Any, list[Any]]]:
    from solvency.evidence.formats import pdf  # noqa: PLC0415 (the process alone)

    columns = {key: tuple(names) for key, names in asked["columns"].items()}
    found = itertools.islice(pdf.pages(document, columns), asked["most"])
    return [(_written(head), list(map(_written, rows))) for head, rows in found]


def _above(document: Document, _asked: dict[str, Any]) -> Iterable[str]:
    from solvency.evidence.formats import pdf  # noqa: PLC0415 (the process alone)

    return pdf.above(document)


_ANSWERS: dict[str, Callable[[Document, dict[str, Any]], Any]] = {
    "sheets": _sheets,
    "pages": _pages,
    "above": _above,
}


def _written(row: Row) -> tuple[str, list[str | int | list[str]]]:
    """Write a row in JSON's types: text, a day's number, a number's digits."""
    return row.label, [
        one
        if isinstance(one, str)
        else [str(one)]
        if isinstance(one, Decimal)
        else one.toordinal()
        for one in row.cells
    ]


def _row(said: tuple[str, list[str | int | list[str]]]) -> Row:
    label, cells = said
    found: list[Cell] = [
        one
        if isinstance(one, str)
        else datetime.date.fromordinal(one)
        if isinstance(one, int)
        else Decimal(one[0])
        for one in cells
    ]
    return Row(label, found)
