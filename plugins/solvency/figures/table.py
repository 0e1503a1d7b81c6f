"""Tables of figures, and the check that what is printed adds up."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal

from solvency import inert
from solvency.figures.casting import cast
from solvency.figures.figure import Day
from solvency.figures.figure import Exhibit
from solvency.figures.figure import Figure
from solvency.figures.figure import Grade
from solvency.figures.figure import Prose
from solvency.figures.figure import Ref
from solvency.figures.figure import Said
from solvency.figures.plain import plain
from solvency.figures.words import words_of
from solvency.wide import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.figures.casting import Gap

#: What a cell holds; None is not applicable and prints blank.
Cell = Figure | Grade | Said | Day | Ref | Exhibit | Prose | None
#: What a row or column adds up: keys of its parts, each with +1 or -1.
Sum = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, what it holds and its share of the width."""

    key: str
    title: str
    kind: Literal["number", "text", "refs", "grade"] = "number"
    width: int = 20
    #: The column the reader should look at first.
    current: bool = False
    sums: Sum = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row: a line, the head of a group, a class with its sum, a total.

    Attributes:
        key: A name unique in the table.
        label: The first cell.
        cells: One for each column, in order.
        kind: How it is ruled.
        indent: 0 or 1.
        anchor: The id other places link to.
        marked: True where a hypothesis has a part in it.
        sums: What it adds up.
    """

    key: str
    label: Prose
    cells: tuple[Cell, ...] = ()
    kind: Literal["line", "group", "class", "subtotal", "total"] = "line"
    indent: int = 0
    anchor: str = ""
    marked: bool = False
    sums: Sum = ()


@dataclass(frozen=True, slots=True)
class Table:
    """An exhibit of rows and columns.

    Attributes:
        key: A stable name; also the id of the exhibit and its CSV's name.
        title: What it shows, who and when.
        unit: The second line: unit, basis, what marks mean.
        head: The head of the label column.
        width: The label column's width; widths are relative to one another.
        numbered: False for lists in appendices, which are no exhibits.
        size: How densely it is set.
        heat: True for a matrix whose cells are shaded by size.
    """

    key: str
    title: str
    unit: Prose
    head: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[Prose, ...] = ()
    width: int = 60
    numbered: bool = True
    size: Literal["normal", "dense"] = "normal"
    heat: bool = False
    anchor: str = ""

    @property
    def landscape(self) -> bool:
        """Say whether it needs the long side of the page."""
        return len(self.columns) > 12

    def figures(self) -> Iterator[Figure]:
        """Yield every figure the table prints, row by row."""
        for prose in (self.unit, *self.notes):
            yield from (piece for piece in prose if isinstance(piece, Figure))
        for row in self.rows:
            for cell in (row.label, *row.cells):
                if isinstance(cell, Figure):
                    yield cell
                elif isinstance(cell, tuple):
                    yield from (piece for piece in cell if isinstance(piece, Figure))

    def cast(self) -> tuple[Gap, ...]:
        """Add up the table both ways; see `casting.cast`."""
        return cast(self)

    def to_csv(self) -> str:
        """Return the exhibit as CSV, amounts exact and unscaled."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        heads = (self.head, *(column.title for column in self.columns))
        writer.writerow([inert.cell(head) for head in heads])
        for row in self.rows:
            # A list is for programs, which sum it themselves.
            if row.kind == "subtotal" and not self.numbered:
                continue
            cells = row.cells or (None,) * len(self.columns)
            writer.writerow([inert.cell(words_of(row.label)), *map(_exact, cells)])
        return out.getvalue()


def _exact(cell: Cell) -> str:
    if isinstance(cell, Figure):
        if cell.value is None:
            return ""
        # A bound that says more than its number does, the number says alone.
        sign = cell.sign if cell.limit is None else ""
        return sign + plain(written(cell.value))
    return inert.cell(words_of(cell))
