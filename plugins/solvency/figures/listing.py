"""A table of whatever an answer holds: numbers become figures, words stay words."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.figures import formats
from solvency.figures.figure import SHARE
from solvency.figures.figure import Day
from solvency.figures.figure import Figure
from solvency.figures.figure import Said
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from solvency.figures.table import Cell

#: Digits of a number below one that places alone would hide.
_SIGNIFICANT = 4


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column, and how the numbers below it are printed."""

    name: str
    #: The commodity they are amounts of, or SHARE; else they are plain numbers.
    unit: str = ""
    #: Decimals printed; None prints those there are.
    places: int | None = 2
    #: The columns it adds up, by their places, each with +1 or -1.
    sums: tuple[tuple[int, int], ...] = ()


@wide()
def listing(
    title: str,
    heads: Sequence[Heading | str],
    rows: Sequence[Sequence[object]],
    *,
    notes: Sequence[str] = (),
    groups: str | None = None,
) -> Table:
    """Return rows under heads as a table; the first column is the label.

    Args:
        title: What it shows.
        heads: One for each column.
        rows: Cells: numbers, words, days; None and "" are blank.
        notes: Lines below it.
        groups: The column whose runs are summed, each below its rows.
    """
    columns = tuple(Heading(one) if isinstance(one, str) else one for one in heads)
    units = {head.unit for head in columns} - {"", SHARE}
    amounts = [
        cell
        for row in rows
        for head, cell in zip(columns, row, strict=True)
        if head.unit in units and isinstance(cell, Decimal)
    ]
    scale, places = formats.fitting(amounts) if len(units) == 1 else (0, 2)
    maker = _Maker(title, columns, scale, places)
    return Table(
        key=title,
        title=title,
        unit=tuple(formats.unit_label(one, scale, formats.Locale()) for one in units)
        if len(units) == 1
        else (),
        head=columns[0].name,
        columns=tuple(
            Column(
                f"{n}",
                head.name
                + (f" ({head.unit})" if len(units) > 1 and head.unit in units else ""),
                "number" if any(_is_number(row[n]) for row in rows) else "text",
                sums=tuple((f"{at}", sign) for at, sign in head.sums),
            )
            for n, head in enumerate(columns[1:], 1)
        ),
        rows=tuple(maker.rows(rows, groups)),
        notes=tuple((note,) for note in notes),
        numbered=False,
    )


class _Maker:
    """What makes cells of one listing."""

    def __init__(
        self, key: str, heads: tuple[Heading, ...], scale: int, places: int
    ) -> None:
        self.key = key
        self.heads = heads
        self.scale = scale
        self.places = places

    def rows(
        self, rows: Sequence[Sequence[object]], groups: str | None
    ) -> Iterator[Row]:
        """Yield the rows, and after each run of a group its sums."""
        run: list[Row] = []
        names = [head.name for head in self.heads]
        at = names.index(groups) if groups else 0
        for n, cells in enumerate(rows):
            made = self._row(f"{n}", cells)
            yield made
            run.append(made)
            if groups is None:
                continue
            last = n + 1 == len(rows) or rows[n + 1][at] != cells[at]
            if last:
                yield self._total(str(cells[at]), run, at)
                run = []

    def _row(self, key: str, cells: Sequence[object]) -> Row:
        return Row(
            key,
            _label(cells[0]),
            tuple(
                self._cell(f"{self.key}:{key}:{head.name}", head, cell)
                for head, cell in zip(self.heads[1:], cells[1:], strict=True)
            ),
        )

    def _total(self, name: str, run: list[Row], groups: int) -> Row:
        said = f"total {name}"
        cells: list[Cell] = []
        for at, head in enumerate(self.heads[1:], 1):
            found = [one.cells[at - 1] for one in run]
            values = [one.value for one in found if isinstance(one, Figure)]
            if values:
                total = sum(filter(None, values), Decimal())
                cells.append(self._cell(f"{self.key}:{said}:{head.name}", head, total))
            else:
                cells.append(Said(said) if at == groups else None)
        return Row(
            said,
            _label(said if groups == 0 else ""),
            tuple(cells),
            "subtotal",
            sums=tuple((one.key, 1) for one in run),
        )

    def _cell(self, key: str, head: Heading, cell: object) -> Cell:
        if cell is None or cell == "":
            return None
        if isinstance(cell, Figure | Said | Day):
            return cell
        if isinstance(cell, bool):
            return Said("yes" if cell else "no")
        if isinstance(cell, int):
            return Figure(key, Decimal(cell))
        if isinstance(cell, Decimal) and head.unit == SHARE:
            return Figure(key, cell, SHARE)
        if isinstance(cell, Decimal) and head.unit:
            return Figure(key, cell, head.unit, self.scale, self.places)
        if isinstance(cell, Decimal):
            return Figure(key, cell, places=places_of(cell, head.places))
        if isinstance(cell, datetime.date):
            return Day(cell)
        if isinstance(cell, tuple | list | frozenset):
            return Said(" ".join(map(str, cell)))
        return Said(str(cell))


def _label(cell: object) -> tuple[Said]:
    return (Said("" if cell is None else str(cell)),)


def _is_number(cell: object) -> bool:
    return isinstance(cell, Decimal | int | Figure) and not isinstance(cell, bool)


def places_of(value: Decimal, places: int | None) -> int:
    """Return the places a number is printed to, more where so few would say less.

    Args:
        value: The number.
        places: Its column's; None for those that the number has.
    """
    if places is None:
        return _digits(value)
    shown = formats.round_to(value, places=places)
    if shown == value or abs(value) >= 1:
        return places
    needed = _SIGNIFICANT - 1 - value.adjusted()
    return max(places, _digits(formats.round_to(value, places=needed)))


def _digits(value: Decimal) -> int:
    """Return the digits of a number after its point, without needless zeros."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
