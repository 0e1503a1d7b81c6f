"""Rows of CSV in an engine: read into exact types, sorted, and written as Parquet."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.subledgers.canonical_rows import normal
from solvency.subledgers.duck import Duck
from solvency.subledgers.duck import head
from solvency.subledgers.engine import column
from solvency.subledgers.engine import text
from solvency.subledgers.errors import RowsError
from solvency.subledgers.part import Part
from solvency.subledgers.parties import whole_party
from solvency.subledgers.rejects import Aside
from solvency.subledgers.rejects import Reject
from solvency.subledgers.rejects import lines_of
from solvency.subledgers.rejects import wrong_value
from solvency.subledgers.rows import Files
from solvency.subledgers.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence
    from pathlib import Path

    from solvency.subledgers.layout import ColumnLayout

#: Names of columns that the tables of rows have of themselves.
_TAKEN = frozenset(
    {"_day", "_party", "_coin", "_units", "_ord", "_place"}
    | {"_file", "rowid", "file_row_number"}
)
#: More lines than this that cannot be read are not told one by one.
_MOST_REJECTS = 100_000
#: Rows from which the types of the others are taken, until one is found otherwise.
_FIRST = 1000
#: The least and the most that 64 bits hold, and the digits of a DECIMAL in them.
_LEAST, _MOST, _SHORT = -(2**63), 2**63 - 1, 18
#: The SQL of units that 64 bits hold.
_LONG = "CAST(_units AS BIGINT)"


class Staged:
    """Rows of CSV files in an engine, on their way to Parquet."""

    def __init__(self, duck: Duck, paths: Sequence[str], layout: ColumnLayout) -> None:
        self.duck, self.paths = duck, paths
        # A register of parties is for the ledger to look up.
        self.layout = replace(layout, parties=None)
        self.columns = _columns(paths, layout.delimiter)
        kinds = dict.fromkeys(self.columns, "VARCHAR")
        self.rows = duck.lenient(paths, self.columns, layout.delimiter)
        self.part = Part("raw", kinds, tuple(paths))
        #: Decimal places, each with its coins; none where some coin has none declared.
        self.scales: dict[int, list[str]] | None = None
        #: The lines that are no row, or have a value that cannot be read.
        self.rejects: list[Reject] = []
        if not self._at_once():
            self._by_text()
        #: How many rows of each file can be read.
        self.counts = {
            paths[number]: int(count)
            for number, count in duck.run(
                "SELECT _file, count(*) FROM typed GROUP BY _file"
            )
        }

    def _at_once(self) -> bool:
        """Read the rows into exact types, and say whether all of them have these.

        The first rows say which types they are.
        """
        layout, duck = self.layout, self.duck
        if not (layout.smallest or layout.scales or layout.scale is not None):
            return False
        duck.do(f"CREATE TABLE raw AS {self.rows} LIMIT {_FIRST}")
        self.made = normal(duck, [self.part], self.layout)
        duck.drop("raw")
        self.scales = self._declared()
        try:
            self._type(f"({self.rows})", "0")
        except RowsError:
            # Of another type, or out of memory: told when it happens again.
            duck.drop("typed")
            return False
        odd = duck.run(f"SELECT 1 FROM typed WHERE {self._any_empty} LIMIT 1")
        if odd or duck.rejected() or not self._is_declared("typed", "_coin"):
            duck.drop("typed")
            return False
        return True

    def _by_text(self) -> None:
        """Read the rows as text, see which types all have, and who has none."""
        duck = self.duck
        duck.do(f"CREATE TABLE raw AS {self.rows}")
        self.made = normal(duck, [self.part], self.layout)
        coin = self.made.coin(self.part)
        self.scales = self._declared() if self._is_declared("raw", coin) else None
        self._type("raw", "rowid")
        self.rejects = self._rejected()
        duck.do(f"DELETE FROM typed WHERE {self._any_empty}")
        duck.drop("raw")

    def write(self, path: Path, units: str) -> None:
        """Write the rows in their order, and read them again.

        Args:
            path: The file.
            units: The SQL of their units, as `stored` returns it.
        """
        self._copy(path, units)
        self._compare(path)

    def _is_declared(self, table: str, coin: str) -> bool:
        """Say whether the mapping declares the decimal places of every coin."""
        layout = self.layout
        if layout.scale is not None or layout.smallest:
            return True
        found = self.duck.run(f"SELECT DISTINCT {coin} FROM {table}")
        return {one for (one,) in found} <= {None, *layout.scales}

    def _declared(self) -> dict[int, list[str]]:
        """Return the decimal places that the mapping declares, each with its coins."""
        layout = self.layout
        found: dict[int, list[str]] = {layout.scale or 0: []}
        for coin, places in layout.scales.items():
            found.setdefault(places, []).append(coin)
        return found

    def _by_scale(self, sql: Callable[[int], str], coin: str) -> str:
        """Return SQL that depends on the decimal places of a row's commodity."""
        if self.scales is None:
            return sql(self.made.places)
        (least, _), *others = self.scales.items()
        whens = " ".join(
            f"WHEN {coin} IN ({', '.join(map(text, coins))}) THEN {sql(places)}"
            for places, coins in others
        )
        return f"CASE {whens} ELSE {sql(least)} END" if whens else sql(least)

    def _type(self, source: str, place: str) -> None:
        """Make a table of the rows in exact types, nothing where a value has none.

        Args:
            source: The SQL of the rows as text.
            place: The SQL of a row's place among them.
        """
        made, part = self.made, self.part
        coin = made.coin(part)

        def units(places: int) -> str:
            return replace(made, places=places).units(part)

        others = [column(name) for name in self.columns if name not in self._own]
        exact = {
            "_day": made.day(part),
            "_party": whole_party(part, made.layout, as_text=made.parties_as_text),
            "_coin": coin,
            "_units": self._by_scale(units, coin),
            "_ord": made.whole_order(part),
        }
        listed = [f"{sql} AS {name}" for name, sql in exact.items()]
        self.duck.do(
            f"CREATE TABLE typed AS SELECT {', '.join([*listed, *others])}, _file,"
            f" {place} AS _place FROM {source} AS rows"
        )

    @property
    def _own(self) -> dict[str, str]:
        """Return the columns that have an exact type, each with the name it has here.

        The commodity stays as the files write it, for the mapping to name.
        """
        layout = self.layout
        own = {layout.day: "_day", layout.party: "_party", layout.units: "_units"}
        return own | ({layout.order: "_ord"} if layout.order is not None else {})

    def _rejected(self) -> list[Reject]:
        """Return the lines that are no row, or whose values cannot be read."""
        aside: dict[str, dict[Aside, str]] = defaultdict(dict)
        for path, byte, is_open, name, said in self.duck.rejected():
            where = f", at {name}" if name else ""
            aside[path][Aside(byte, is_open)] = f"is no row{where}: {said}"
        values: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
        for number, place, name, value, coin in self.duck.run(self._bad()):
            path = self.paths[number]
            wanted = self.made.wanted(name, self._places(coin))
            said = f"{name} {wrong_value(value)}, and should be {wanted}"
            values[path].append((int(place), name, said))
        found: list[Reject] = []
        for path in {*aside, *values}:
            places = {one[0] for one in values[path]}
            lines, strange = lines_of(
                path, self.layout.delimiter, places, aside[path].keys()
            )
            found += [
                Reject(path, strange.get(one.byte, 0), "", said)
                for one, said in aside[path].items()
            ]
            found += [
                Reject(path, lines.get(place, 0), *said)
                for place, *said in values[path]
            ]
        if len(found) > _MOST_REJECTS:
            raise RowsError(
                f"{found[0]}; so are more than {_MOST_REJECTS:,} lines",
                "Mend the mapping",
            )
        return sorted(found)

    def _bad(self) -> str:
        """Return the query of rows that have a value which cannot be read."""
        layout = self.layout
        checks = {
            "_day": layout.day,
            "_party": layout.party,
            "_units": layout.units,
            "_coin": layout.commodity if layout.only is None else None,
            "_ord": layout.order,
        }
        whens = {key: name for key, name in checks.items() if name is not None}
        names = " ".join(f"WHEN {k} IS NULL THEN {text(n)}" for k, n in whens.items())
        values = " ".join(
            f"WHEN {k} IS NULL THEN raw.{column(n)}" for k, n in whens.items()
        )
        return (
            f"SELECT raw._file, _place - least, CASE {names} END, CASE {values} END,"
            f" _coin FROM (SELECT * FROM typed WHERE {self._any_empty}) AS typed"
            " JOIN raw ON raw.rowid = _place JOIN (SELECT _file, min(rowid) AS least"
            " FROM raw GROUP BY _file) AS begins ON begins._file = raw._file"
            f" ORDER BY _place LIMIT {_MOST_REJECTS + 1}"
        )

    @property
    def _any_empty(self) -> str:
        needed = ["_day", "_party", "_units", "_coin"]
        needed += ["_ord"] if self.layout.order is not None else []
        return " OR ".join(f"{name} IS NULL" for name in needed)

    def _places(self, coin: str | None) -> int:
        """Return the decimal places of a commodity's units."""
        if self.scales is None or coin is None:
            return self.made.places
        return self.layout.scales.get(coin, self.layout.scale or 0)

    def _copy(self, path: Path, units: str) -> None:
        own = self._own
        selected = ", ".join(
            f"{units if own.get(name) == '_units' else own.get(name, column(name))}"
            f" AS {column(name)}"
            for name in self.columns
        )
        # All columns, so that rows that are alike in some stand in one order too.
        order = ["_day", *(["_ord"] if self.layout.order else []), "_party"]
        # The same order in half the bytes, where 64 bits hold all units.
        order += [units if units == _LONG else "_units"]
        order += [column(name) for name in self.columns if name not in own]
        self.duck.do(
            f"COPY (SELECT {selected} FROM typed ORDER BY {', '.join(order)})"
            f" TO {text(str(path))}"
            " (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"
        )

    def stored(self) -> tuple[str, str]:
        """Return the type of the units in the file, and their SQL."""
        least, most = self.duck.run("SELECT min(_units), max(_units) FROM typed")[0]
        if self.scales is not None and least >= _LEAST and most <= _MOST:
            return "BIGINT", _LONG
        places = max(self.scales or [self.made.places])
        kind = f"DECIMAL({_SHORT if self._is_short(least, most) else 38}, {places})"
        amount = self._by_scale(_decimal, "_coin")
        exact = f"CAST({amount} AS {kind})"
        if self.duck.run(f"SELECT 1 FROM typed WHERE TRY_{exact} IS NULL LIMIT 1"):
            raise RowsError(
                f"an amount has more digits than {kind} holds",
                "Say a smaller scale, or mend the row that is too large",
            )
        return kind, exact

    def _is_short(self, least: int, most: int) -> bool:
        return self.scales is None and least > -(10**_SHORT) and most < 10**_SHORT

    def _compare(self, path: Path) -> None:
        """Read what was written as a subledger does, and compare the totals."""
        found = {
            (day, coin): (self._places(coin), int(units), int(rows))
            for day, coin, units, rows in self.duck.run(
                "SELECT _day, _coin, sum(_units), count(*) FROM typed GROUP BY ALL"
            )
        }
        with contextlib.closing(Duck(self.duck.memory)) as duck:
            rows = Rows(duck, Files((str(path),)), self.layout)
            again = {
                (one.day, one.commodity): (
                    rows.places(one.commodity),
                    one.units,
                    one.rows,
                )
                for one in rows.totals()
            }
        for key in {*found, *again}:
            (places, units, count) = found.get(key, (0, 0, 0))
            (more, others, counted) = again.get(key, (0, 0, 0))
            if (units * 10**more, count) != (others * 10**places, counted):
                day, coin = key
                raise RowsError(
                    f"what was written of {coin} on {day} is not what was read"
                )


def _columns(paths: Sequence[str], delimiter: str) -> tuple[str, ...]:
    """Return the columns that all files have."""
    first = head(paths[0], delimiter)
    for path in paths:
        odd = sorted({*head(path, delimiter)} ^ {*first})
        if odd:
            raise RowsError(
                f"{paths[0]} and {path} have different columns: only one of them has"
                f" {odd[0]}",
                "Import them apart, or give them the same columns",
            )
    taken = [name for name in first if name.lower() in _TAKEN]
    if taken:
        raise RowsError(
            f"{paths[0]} has a column {taken[0]}, a name that is needed here",
            "Name it otherwise",
        )
    return first


def _decimal(places: int) -> str:
    """Return the SQL of an amount in text, of units with decimal places."""
    if not places:
        return "CAST(_units AS VARCHAR)"
    digits = "lpad(ltrim(CAST(_units AS VARCHAR), '-'), 39, '0')"
    return (
        "CASE WHEN _units < 0 THEN '-' ELSE '' END ||"
        f" left({digits}, {39 - places}) || '.' || right({digits}, {places})"
    )
