"""The rows of one subledger: opened, checked, and asked what they add up to."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from solvency.subledgers.canonical_rows import Normal
from solvency.subledgers.canonical_rows import normal
from solvency.subledgers.engine import column
from solvency.subledgers.engine import guard
from solvency.subledgers.engine import plain
from solvency.subledgers.errors import RowsError
from solvency.subledgers.file_hash import ChangedError
from solvency.subledgers.file_hash import hashed
from solvency.subledgers.file_hash import stood
from solvency.subledgers.part import INTEGERS
from solvency.subledgers.part import Part
from solvency.subledgers.rejects import lines_of
from solvency.subledgers.rejects import wrong_value

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from decimal import Decimal

    from solvency.subledgers.engine import Engine
    from solvency.subledgers.file_hash import Stood
    from solvency.subledgers.layout import ColumnLayout

_numbers = itertools.count()


class Filed(NamedTuple):
    """A file of rows, as a manifest names it."""

    path: str
    size: int
    sha256: str
    rows: int


class Total(NamedTuple):
    """What the rows of a day and a commodity add up to, in smallest units."""

    day: datetime.date
    commodity: str
    units: int
    rows: int


class PartyRegister(NamedTuple):
    """The register of parties: a view of them, some perhaps more than once."""

    view: str
    #: Whether they are whole numbers.
    whole: bool


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a subledger: paths, or the table of one database."""

    paths: tuple[str, ...]
    table: str | None = None


class Rows:
    """The rows of one subledger in an engine, as the view `self.view`."""

    def __init__(self, engine: Engine, files: Files, layout: ColumnLayout) -> None:
        guard(engine)
        register = [layout.parties[0]] if layout.parties else []
        engine.seal([*files.paths, *register])
        self.engine = engine
        self.files = files
        self._before = {path: file_stood(path) for path in files.paths}
        number = next(_numbers)
        self.view = f"rows_{number}"
        self.parts = list(_parts(engine, files, layout, f"raw_{number}"))
        self.register: PartyRegister | None = None
        if layout.parties is not None:
            self.register = self._register(*layout.parties, f"parties_{number}")
        self.normal: Normal = normal(engine, self.parts, layout)
        selects = [self.normal.select(part) for part in self.parts]
        engine.do(f"CREATE VIEW {self.view} AS " + " UNION ALL ".join(selects))
        self._totals: tuple[Total, ...] | None = None
        self._kept: dict[str, str] = {}

    @property
    def layout(self) -> ColumnLayout:
        """Return how the columns are read."""
        return self.normal.layout

    def places(self, commodity: str) -> int:
        """Return the decimal places of a commodity's units."""
        return self.layout.places(commodity, self.normal.places)

    def amount(self, units: int, commodity: str) -> Decimal:
        """Return smallest units as an amount of the commodity."""
        from decimal import Decimal  # noqa: PLC0415 (its one use)

        sign, digits = (1, str(-units)) if units < 0 else (0, str(units))
        return Decimal((sign, tuple(map(int, digits)), -self.places(commodity)))

    def totals(self) -> tuple[Total, ...]:
        """Return what rows add up to by day and commodity, in their order.

        Raises:
            RowsError: A row cannot be read; the message names file and row.
        """
        if self._totals is None:
            found = self.engine.run(
                "SELECT day, coin, sum(units), count(*), count(units)"
                f" FROM {self.view} GROUP BY day, coin ORDER BY day, coin"
            )
            for day, coin, _, rows, read in found:
                if day is None or coin is None or read < rows:
                    raise self._unread()
            if self._anonymous():
                raise self._unread()
            self._totals = tuple(
                Total(day, str(coin), int(units), int(rows))
                for day, coin, units, rows, _ in found
            )
        return self._totals

    def _anonymous(self) -> bool:
        """Say whether a row has no party, or no number where all should have one.

        Files that say how many of a column are empty are not read for it.
        """
        checked = ["party", "ord"] if self.layout.order else ["party"]
        empty = (
            f"(SELECT count(*) FROM {self.view} WHERE {name} IS NULL)"
            for name in checked
        )
        return any(self.engine.run(f"SELECT {', '.join(empty)}")[0])

    @property
    def count(self) -> int:
        """Return how many rows there are."""
        return sum(one.rows for one in self.totals())

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Answer a query in which `{rows}` stands for the rows, all of them read."""
        self.totals()
        return self.engine.run(sql.replace("{rows}", self.view))

    def kept(self, sql: str) -> str:
        """Return SQL of the same answer, worked out once and kept in the engine."""
        if sql not in self._kept:
            name = f"kept_{next(_numbers)}"
            self.keep(name, sql)
            self._kept[sql] = f"SELECT * FROM {name}"
        return self._kept[sql]

    def keep(self, name: str, sql: str) -> None:
        """Answer a query as `ask` does, and keep the answer under a name."""
        self.totals()
        self.engine.keep(name, sql.replace("{rows}", self.view))

    def columns(self, sql: str) -> dict[str, Any]:
        """Answer a query as `ask` does, each column as an array."""
        self.totals()
        return self.engine.columns(sql.replace("{rows}", self.view))

    def manifest(self, folder: str) -> tuple[Filed, ...]:
        """Return each file's path below a folder, size, SHA-256 and rows."""
        rows = dict(
            self.engine.run(
                " UNION ALL ".join(
                    f"SELECT _file, count(*) FROM {part.view} GROUP BY _file"
                    for part in self.parts
                )
            )
        )
        rows = {plain(path): count for path, count in rows.items()}
        return tuple(
            Filed(
                _below(path, folder), *file_read(path, before), int(rows.get(path, 0))
            )
            for path, before in sorted(self._before.items())
        )

    def _register(self, path: str, name: str, view: str) -> PartyRegister:
        """Make the register of parties a view with one column."""
        part = Part(view + "_raw", self.engine.view(view + "_raw", [path]), (path,))
        kind = part.type_of(name, "parties")
        quoted = column(name)
        self.engine.do(
            f"CREATE VIEW {view} AS SELECT {quoted} AS party"
            f" FROM {part.view} WHERE {quoted} IS NOT NULL"
        )
        return PartyRegister(view, kind in INTEGERS)

    def _unread(self) -> RowsError:
        """Return the error that names the first rows that cannot be read."""
        for part in self.parts:
            found = self.engine.run(self.normal.bad(part))
            if not found:
                continue
            path, row, name, value = found[0]
            where = f"row {int(row) + 1}"
            if row < 0:
                where = self._line_of(part, str(path), str(name), value)
            what = wrong_value(value)
            mend = f"It should be {self.normal.wanted(str(name), self.normal.places)}"
            return RowsError(f"{plain(path)}: {where}: {name} {what}", mend)
        return RowsError("a row of the subledger cannot be read")

    def _line_of(self, part: Part, path: str, name: str, value: object) -> str:
        """Return the line of a file whose reader numbers no rows."""
        from solvency.subledgers.engine import text  # noqa: PLC0415 (seldom)

        is_value = (
            f"{column(name)} IS NULL"
            if value is None
            else f"{column(name)} = {text(str(value))}"
        )
        found = self.engine.run(
            f"SELECT min(n) FROM (SELECT *, row_number() OVER () AS n FROM {part.view}"
            f" WHERE _file = {text(path)}) AS t WHERE {is_value}"
        )
        number = int(found[0][0])
        lines, _ = lines_of(plain(path), self.layout.delimiter, [number - 1])
        line = lines.get(number - 1)
        return f"line {line}" if line else "a line"


def _parts(
    engine: Engine, files: Files, layout: ColumnLayout, prefix: str
) -> Iterable[Part]:
    """Make views of files that have the same columns of the same types."""
    if not files.paths:
        raise RowsError("the subledger has no file", "Correct its path")
    if files.table is not None:
        columns = engine.view(prefix, files.paths, table=files.table)
        yield Part(prefix, columns, files.paths)
        return
    alike: dict[tuple[tuple[str, str], ...], list[str]] = defaultdict(list)
    for number, path in enumerate(files.paths):
        try:
            columns = engine.view(
                f"{prefix}_of_{number}", [path], delimiter=layout.delimiter
            )
        except RowsError as error:
            if path in str(error):
                raise
            raise RowsError(
                f"{path} cannot be read: {error.wrong}", "Export that file again"
            ) from error
        kind = ("", "csv" if path.endswith((".csv", ".csv.gz")) else "parquet")
        alike[kind, *columns.items()].append(path)
    for number, (columns_of, paths) in enumerate(sorted(alike.items())):
        view = f"{prefix}_{number}"
        engine.view(view, paths, delimiter=layout.delimiter)
        yield Part(view, dict(columns_of[1:]), tuple(paths))


def file_read(path: str, before: Stood) -> tuple[int, str]:
    """Return a file's size and SHA-256, the file being the one that was read."""
    try:
        return hashed(path, before)
    except ChangedError as error:
        raise RowsError(
            f"{path} has changed while it was read", "Ask again when it is written"
        ) from error
    except OSError as error:
        raise _gone(path, error) from error


def file_stood(path: str) -> Stood:
    """Return how a file stands before it is read."""
    try:
        return stood(path)
    except OSError as error:
        raise _gone(path, error) from error


def _gone(path: str, error: OSError) -> RowsError:
    return RowsError(f"{path} cannot be read: {error.strerror}")


def _below(path: str, folder: str) -> str:
    found = Path(path)
    return (
        found.relative_to(folder).as_posix() if found.is_relative_to(folder) else path
    )
