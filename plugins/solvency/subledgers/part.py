"""A part of a subledger: its files of one kind, with the types of their columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.subledgers.errors import RowsError

if TYPE_CHECKING:
    from collections.abc import Mapping

INTEGERS = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"}
    | {"UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"}
)


@dataclass(frozen=True, slots=True)
class Part:
    """Files of one kind with the same columns, as a view of the engine."""

    view: str
    columns: Mapping[str, str]
    paths: tuple[str, ...]

    def type_of(self, name: str, what: str) -> str:
        """Return the type of a column.

        Raises:
            RowsError: The files have no such column.
        """
        if name not in self.columns:
            have = ", ".join(one for one in self.columns if not one.startswith("_"))
            raise RowsError(
                f"{self.paths[0]} has no column {name} for the {what}; it has {have}",
                f'Write {what}: "COLUMN" on the subledger',
            )
        return self.columns[name]


def as_written(name: str, kind: str, least: str = "", most: str = "") -> str:
    """Return SQL that says whether text is just what its value is written as.

    Nearly all text is, and to read and write it takes half as long as a pattern.

    Args:
        name: The column, quoted.
        kind: The type of the value.
        least: The SQL of the least value that counts, if not all do.
        most: That of the most.
    """
    value = f"TRY_CAST({name} AS {kind})"
    within = f"{value} BETWEEN {least} AND {most} AND " if least else ""
    return f"{within}CAST({value} AS VARCHAR) = {name}"


def wrong_type(part: Part, name: str, kind: str, what: str, wanted: str) -> RowsError:
    """Say of which type a column is, and of which it should be."""
    return RowsError(
        f"{part.paths[0]}: the column {name}, of the {what}, is {kind}, and should be"
        f" {wanted}",
        "Export it again; a float holds no exact amount" if what == "units" else "",
    )
