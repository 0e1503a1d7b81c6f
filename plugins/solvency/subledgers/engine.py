"""What an engine of rows is, and the questions that it must refuse to be used."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any
from typing import Protocol

from solvency.subledgers.errors import RowsError

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The largest number that HUGEINT and DECIMAL(38, 0) both hold.
_LARGEST = 10**38 - 1
#: Sums that hold in no type an engine has, each written in DuckDB's SQL. An engine that
#: answers one has wrapped round or gone over to a float, and would do so with rows.
GUARDS = {
    "a sum of 128-bit integers": "SELECT sum(x) FROM"
    " (SELECT CAST(99999999999999999999999999999999999999 AS HUGEINT) AS x UNION ALL"
    " SELECT CAST(99999999999999999999999999999999999999 AS HUGEINT) AS x) AS t",
    "a product of 128-bit integers": "SELECT max(x) * max(x) FROM"
    " (SELECT CAST(99999999999999999999999999999999999999 AS HUGEINT) AS x) AS t",
}
#: A sum of 64-bit integers that holds in 65 bits, and must be right.
_WIDER = (
    "SELECT sum(x) FROM (SELECT CAST(9223372036854775807 AS BIGINT) AS x UNION ALL"
    " SELECT CAST(9223372036854775807 AS BIGINT) AS x) AS t"
)


class OverflowedError(RowsError):
    """A sum or product that no exact type of the engine holds."""


class Engine(Protocol):
    """Something that answers SQL, written in DuckDB's words, over files of rows."""

    #: What it is called in answers: "duckdb 1.4.0".
    name: str

    def view(self, name: str, paths: Sequence[str], **reading: Any) -> dict[str, str]:
        """Make files of one kind a view; return its columns with DuckDB's types."""
        ...

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Answer a query.

        Raises:
            RowsError: The engine failed.
        """
        ...

    def keep(self, name: str, sql: str) -> None:
        """Answer a query once, under a name that others may ask."""
        ...

    def drop(self, name: str) -> None:
        """Forget what was kept under a name, if anything was."""
        ...

    def columns(self, sql: str) -> dict[str, Any]:
        """Answer a query, each column of 64-bit integers as an array by its name."""
        ...

    def distinct(self, sql: str, size: int) -> str:
        """Return the aggregate that counts different whole numbers from 0 to below."""
        ...

    def marked(self, sql: str, size: int) -> str | None:
        """Return the aggregate of a bit for each whole number, from 0 to below.

        None where the engine has none.
        """
        ...

    def do(self, sql: str) -> None:
        """Run a statement that has no answer, as one that makes a view."""
        ...

    def seal(self, paths: Sequence[str]) -> None:
        """Allow these files to be read, and nothing else."""
        ...

    def close(self) -> None:
        """End it, and remove what it spilled."""
        ...


def guard(engine: Engine) -> None:
    """Refuse an engine that answers where the only right answer is an error.

    Raises:
        RowsError: It answered.
    """
    for what, sql in GUARDS.items():
        try:
            answer = engine.run(sql)
        except OverflowedError:
            continue
        raise RowsError(
            f"{engine.name} answers {answer[0][0]} to {what} that no type of it holds,"
            " so its sums cannot be relied on",
            "Use DuckDB, or Spark with spark.sql.ansi.enabled true",
        )
    found = engine.run(_WIDER)[0][0]
    if int(found) != 2 * (2**63 - 1) or isinstance(found, float):
        raise RowsError(
            f"{engine.name} adds two 64-bit integers to {found}, which is wrong",
            "Use DuckDB",
        )


def text(value: str) -> str:
    """Write a string of SQL."""
    return "'" + value.replace("'", "''") + "'"


def plain(path: object) -> str:
    """Return a path as it was given, where an engine makes an address of it."""
    return re.sub("^file:(//)?", "", str(path))


def whole(number: int) -> str:
    """Write a whole number of SQL.

    Raises:
        OverflowedError: No exact type of an engine holds it; it would be a float.
    """
    if abs(number) > _LARGEST:
        raise OverflowedError(
            f"{number} holds in no exact integer of an engine",
            "Say a smaller scale, or a price with fewer digits",
        )
    return str(number)


def column(name: str) -> str:
    """Write the name of a column."""
    return '"' + name.replace('"', '""') + '"'
