"""A sheet of working papers as rows under named columns, before it is written."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from decimal import Decimal

from solvency.figures.errors import ReportError
from solvency.wide import wide


@dataclass(frozen=True, slots=True)
class PaperColumn:
    """A column: its head, and the unit its numbers are in."""

    name: str
    unit: str | None = None
    #: Decimal places printed; None prints text as it is.
    places: int | None = 2
    #: The columns it adds up, by their places, each with +1 or -1.
    sums: tuple[tuple[int, int], ...] = ()
    #: Amounts in any unit: those below ten, such as of coins, are printed in full.
    fine: bool = False
    #: Numbers that add up: prices do not, nor do units of several commodities.
    adds: bool = True


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows under named columns; `groups` names a column whose runs are summed.

    `totals` has the sum of a run as counted apart from its rows, by what heads the run
    and the column's name; runs in `apart` are no part of any sum.
    """

    title: str
    columns: tuple[PaperColumn, ...]
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

    def by_group(self) -> list[list[tuple[object, ...]]]:
        """Return the rows, those of a group in a list of their own."""
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


def column_numbers(rows: list[tuple[object, ...]], index: int) -> list[Decimal]:
    """Return the numbers of one column, leaving out what is text."""
    return [cell for row in rows if isinstance(cell := row[index], Decimal)]
