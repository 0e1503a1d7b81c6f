"""A table any result can become: for the terminal, CSV, and workbooks."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from dataclasses import is_dataclass
from decimal import ROUND_HALF_EVEN
from decimal import Context
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency import inert
from solvency.figures.errors import ReportError
from solvency.wide import wide
from solvency.wide import written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


#: Digits of a number below one that places alone would hide.
_SIGNIFICANT = 4
#: Wide enough for sums and products of any numbers that a ledger may hold.
_WIDE = Context(prec=400)
#: Amounts below this are printed in full where a column is fine.
_SMALL = 10


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, and the unit its numbers are in."""

    name: str
    unit: str | None = None
    #: Decimal places printed; None prints text as it is.
    places: int | None = 2
    #: The columns it adds up, by their places, each with +1 or -1.
    sums: tuple[tuple[int, int], ...] = ()
    #: Amounts in any unit: those below ten, such as of coins, are printed in full.
    fine: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows under named columns; `groups` names a column whose runs are summed.

    `totals` has the sum of a run as counted apart from its rows, by what heads the run
    and the column's name; runs in `apart` are no part of any sum.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[object, ...], ...]
    groups: str | None = None
    notes: tuple[str, ...] = field(default=())
    totals: tuple[tuple[str, str, Decimal], ...] = ()
    apart: tuple[str, ...] = ()

    @wide()
    def cast(self) -> None:
        """Add the table up, both ways, before anybody reads it.

        Raises:
            ReportError: Parts do not sum to their total: the table is wrong.
        """
        for row in self.rows:
            if row[0] in self.apart:
                continue
            for index, column in enumerate(self.columns):
                parts = [(row[at], sign) for at, sign in column.sums]
                if parts and isinstance(row[index], Decimal):
                    self._meets(f"{row[0]}, {column.name}", row[index], parts)
        names = [column.name for column in self.columns]
        for group, name, total in self.totals:
            at, key = names.index(name), names.index(self.groups or "")
            parts = [(row[at], 1) for row in self.rows if row[key] == group]
            self._meets(f"total {group}, {name}", total, parts)

    def _meets(
        self, where: str, total: object, parts: list[tuple[object, int]]
    ) -> None:
        numbers = [sign * part for part, sign in parts if isinstance(part, Decimal)]
        if total != (found := sum(numbers, Decimal())):
            raise ReportError(
                f"{self.title}: {where} is {total}, its parts sum to {found}"
            )

    def records(self) -> list[dict[str, object]]:
        """Return a dict a row."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]

    @wide()
    def to_csv(self) -> str:
        """Return comma-separated values, numbers unrounded."""
        self.cast()
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([inert.cell(column.name) for column in self.columns])
        for row in self.rows:
            # A number stands as it is, a minus before it too.
            writer.writerow([inert.cell(_plain(value)) for value in row])
        return out.getvalue()

    @wide()
    def to_text(self) -> str:
        """Return fixed-width text, with the totals of each group."""
        self.cast()
        body = [
            tuple(
                inert.line(_shown(value, column))
                for value, column in zip(row, self.columns, strict=True)
            )
            for row in self._with_totals()
        ]
        heads = tuple(
            inert.line(column.name + (f" ({column.unit})" if column.unit else ""))
            for column in self.columns
        )
        widths = [
            max(len(row[index]) for row in (heads, *body))
            for index in range(len(self.columns))
        ]
        numeric = [
            any(isinstance(row[index], Decimal | int) for row in self.rows)
            for index in range(len(self.columns))
        ]

        def line(cells: tuple[str, ...]) -> str:
            return "  ".join(
                cell.rjust(width) if right else cell.ljust(width)
                for cell, width, right in zip(cells, widths, numeric, strict=True)
            ).rstrip()

        rule = "  ".join("-" * width for width in widths)
        text = [self.title, "", line(heads), rule, *map(line, body)]
        if self.notes:
            text += ["", *self.notes]
        return "\n".join(text) + "\n"

    def _with_totals(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows, each group followed by its totals."""
        for rows in self._groups():
            yield from rows
            if self.groups is not None:
                yield self._total(rows)

    def _groups(self) -> list[list[tuple[object, ...]]]:
        if self.groups is None:
            return [list(self.rows)]
        names = [column.name for column in self.columns]
        index = names.index(self.groups)
        groups: list[list[tuple[object, ...]]] = []
        for row in self.rows:
            if not groups or groups[-1][-1][index] != row[index]:
                groups.append([])
            groups[-1].append(row)
        return groups

    def _total(self, rows: list[tuple[object, ...]]) -> tuple[object, ...]:
        cells: list[object] = []
        for index in range(len(self.columns)):
            numbers = column_numbers(rows, index)
            cells.append(sum(numbers, Decimal()) if numbers else "")
        label = next(i for i, c in enumerate(self.columns) if c.name == self.groups)
        cells[label] = f"total {rows[0][label]}"
        return tuple(cells)

    @wide()
    def to_xlsx(self, path: Path) -> None:
        """Write a workbook whose totals are formulas, whole or not at all."""
        self.cast()
        from solvency.figures.workbook import write  # noqa: PLC0415 (a heavy import few need)

        write(self, path, self._groups())


def column_numbers(rows: list[tuple[object, ...]], index: int) -> list[Decimal]:
    """Return the numbers of one column, leaving out what is text."""
    return [cell for row in rows if isinstance(cell := row[index], Decimal)]


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, tuple | list | frozenset):
        return " ".join(map(str, value))
    return str(value)


def plain(value: Decimal) -> str:
    """Write a number without exponent or needless zeros: stable text for JSON."""
    text = f"{written(value):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _shown(value: object, column: Column) -> str:
    if isinstance(value, Decimal) and column.places is not None:
        # A column in a currency is of cents throughout; units are of anything.
        small = column.fine or column.unit is None
        return rounded(value, column.places, small=small)
    return _plain(value)


def rounded(value: Decimal, places: int = 2, *, small: bool = True) -> str:
    """Print a number to some places; a small one to as many digits as tell it.

    Args:
        value: The number.
        places: Digits after the point.
        small: Print a number below one with four digits that say something, where
            so few places would say less.
    """
    shown = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN, _WIDE)
    if small and shown != value and abs(value) < 1:
        least = Decimal(1).scaleb(value.adjusted() - _SIGNIFICANT + 1)
        return plain(value.quantize(least, ROUND_HALF_EVEN, _WIDE))
    return f"{shown:,}"


def count(number: int, one: str, several: str = "") -> str:
    """Print a number of things: `1 flow`, `2,000 flows`."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def to_json(value: Any) -> Any:
    """Turn results into what `json` writes: amounts and dates as strings.

    An answer of an analysis is its fields by name.
    """
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(to_json(item) for item in value)
    if hasattr(value, "_fields"):
        return to_json(fields_of(value))
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [to_json(item) for item in value]
    return to_json(fields_of(value)) if is_dataclass(value) else value


def fields_of(answer: Any) -> dict[str, object]:
    """Return the fields of an answer, by name."""
    names = getattr(answer, "_fields", None) or [one.name for one in fields(answer)]
    return taken(answer, *names)


def taken(answer: object, *names: str, **others: str) -> dict[str, object]:
    """Return parts of an answer for its JSON document.

    Args:
        answer: What an analysis found.
        names: The parts that go by their own names.
        others: The names of the rest in the document, each with the part's own.
    """
    found = {name: getattr(answer, name) for name in names}
    return found | {name: getattr(answer, part) for name, part in others.items()}
