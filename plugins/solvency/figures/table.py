"""Tables of figures, and the check that what is printed adds up."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Literal

from solvency import inert
from solvency.figures import formats
from solvency.figures.errors import ReportError
from solvency.figures.figure import SHARE
from solvency.figures.figure import Day
from solvency.figures.figure import Exhibit
from solvency.figures.figure import Figure
from solvency.figures.figure import Grade
from solvency.figures.figure import Prose
from solvency.figures.figure import Ref
from solvency.figures.figure import Said
from solvency.figures.plain import plain
from solvency.wide import exact as is_exact
from solvency.wide import wide
from solvency.wide import written

if TYPE_CHECKING:
    from collections.abc import Iterator

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
class Gap:
    """Where rounded parts do not sum to the rounded total."""

    where: str
    parts: Decimal
    total: Decimal
    #: What heads the row, where rows under other heads have its name.
    group: str = ""


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

    @wide()
    def cast(self) -> tuple[Gap, ...]:
        """Add up the table both ways.

        Returns:
            The sums whose printed parts differ from the printed total, which a
            note must show.

        Raises:
            ReportError: If exact parts do not sum to the exact total, or a sum
                names a part that is not there: the table is wrong.
        """
        gaps: list[Gap] = []
        rows = {row.key: row for row in self.rows}
        if len(rows) != len(self.rows):
            raise ReportError(f"table {self.key}: two rows have the same key")
        places = {column.key: n for n, column in enumerate(self.columns)}
        labels = Counter(words_of(row.label) for row in self.rows)
        group = ""
        for row in self.rows:
            if row.kind == "group":
                group = words_of(row.label)
            under = group if labels[words_of(row.label)] > 1 else ""
            for n, column in enumerate(self.columns):
                total = row.cells[n] if n < len(row.cells) else None
                if not isinstance(total, Figure):
                    continue
                down = [(_cell(rows, key, n, self.key), sign) for key, sign in row.sums]
                across = [
                    (_cell(rows, row.key, places.get(key, -1), self.key), sign)
                    for key, sign in column.sums
                ]
                for parts in (down, across):
                    if parts:
                        where = f"{words_of(row.label)}, {column.title}"
                        gaps += (
                            replace(gap, group=under)
                            for gap in _gap(where, total, parts, self.key)
                        )
        return tuple(gaps)

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


def _cell(rows: dict[str, Row], key: str, column: int, table: str) -> Cell:
    if key not in rows or not 0 <= column < len(rows[key].cells):
        raise ReportError(f"table {table}: a sum names {key!r}, which is not there")
    return rows[key].cells[column]


def _gap(
    where: str, total: Figure, parts: list[tuple[Cell, int]], table: str
) -> Iterator[Gap]:
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


def words_of(cell: Cell | str) -> str:
    """Return the words of a cell without its links."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, tuple):
        return "".join(map(words_of, cell))
    if isinstance(cell, Ref):
        return cell.label
    if isinstance(cell, Figure):
        return cell.text(formats.Locale())
    if isinstance(cell, Day):
        return cell.date.isoformat()
    if isinstance(cell, Exhibit):
        return cell.key
    return cell.text


def _exact(cell: Cell) -> str:
    if isinstance(cell, Figure):
        return "" if cell.value is None else plain(written(cell.value))
    return inert.cell(words_of(cell))
