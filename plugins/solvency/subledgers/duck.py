"""DuckDB, embedded: the engine that is used unless another is asked for."""

from __future__ import annotations

import contextlib
import csv
import os
import re
import shutil
import tempfile
from typing import TYPE_CHECKING
from typing import Any

from solvency.subledgers.engine import OverflowedError
from solvency.subledgers.engine import column
from solvency.subledgers.engine import text
from solvency.subledgers.errors import RowsError
from solvency.subledgers.rejects import Aside
from solvency.subledgers.rejects import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

_INSTALL = "Install it: pip install 'solvency[rows]'"
#: How DuckDB says that a line of CSV has too many fields, or a quote left open.
_BROKEN_LINE = re.compile(r"CSV Error on Line: \d+")
#: How CSV is read where what is no row is set aside.
_LENIENT = "store_rejects=true, rejects_limit=0"
#: The longest head of a CSV file.
_HEAD = 2**16


class Duck:
    """An in-memory database of DuckDB that reads the files named to it and no other."""

    def __init__(self, memory: str | None = None, threads: int | None = None) -> None:
        try:
            import duckdb  # noqa: PLC0415 (an extra, which need not be installed)
        except ImportError as error:
            raise RowsError(
                "rows of subledgers are read with DuckDB, which is not installed",
                _INSTALL,
            ) from error
        self._duckdb = duckdb
        self.name = f"duckdb {duckdb.__version__}"
        self._spill = tempfile.mkdtemp(prefix="solvency-rows-")
        self._paths: list[str] = []
        #: What it may take before it spills; None for what DuckDB allows itself.
        self.memory = memory
        #: CSV files, with what stands between their cells.
        self._csv: list[tuple[tuple[str, ...], str]] = []
        self._closed = False
        settings: dict[str, Any] = {
            "temp_directory": self._spill,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "TimeZone": "UTC",
        }
        if memory is not None:
            settings["memory_limit"] = memory
        if threads is not None:
            settings["threads"] = threads
        try:
            self._db = duckdb.connect(":memory:")
            for key, value in settings.items():
                said = text(value) if isinstance(value, str) else value
                self._db.execute(f"SET {key} = {said}")
        except duckdb.Error as error:
            shutil.rmtree(self._spill, ignore_errors=True)
            raise RowsError(f"DuckDB cannot start: {_first(error)}") from error

    def view(self, name: str, paths: Sequence[str], **reading: Any) -> dict[str, str]:
        """Make files of one kind a view; return its columns with their types.

        Args:
            name: What the view is called.
            paths: Files of one kind, with the same columns; or one database.
            reading: `table`, of a database; `delimiter`, of CSV.
        """
        if "table" in reading:
            source = self._attached(name, paths[0], reading["table"])
        elif paths[0].endswith((".csv", ".csv.gz")):
            delimiter = reading.get("delimiter", ",")
            self._csv.append((tuple(paths), delimiter))
            source = _csv(paths, delimiter)
        else:
            listed = ", ".join(map(text, paths))
            source = (
                f"read_parquet([{listed}], file_row_number=true,"
                " filename='_file', hive_partitioning=false)"
            )
        self._paths += paths
        self.do(f"CREATE VIEW {name} AS SELECT * FROM {source}")
        return {one[0]: str(one[1]) for one in self.run(f"DESCRIBE {name}")}

    def lenient(
        self, paths: Sequence[str], columns: Sequence[str], delimiter: str
    ) -> str:
        """Return the query of rows of CSV, every column as text, in their order.

        What is no row is set aside, for `rejected` to tell. `_file` is which of the
        files a row is of, from 0.

        Args:
            paths: Files with the same columns, in any order.
            columns: The columns wanted.
            delimiter: What stands between cells.
        """
        self._paths += paths
        listed = ", ".join(map(column, columns))
        return " UNION ALL ".join(
            f"SELECT {listed}, CAST({number} AS INTEGER) AS _file FROM"
            f" {_csv([path], delimiter, _LENIENT)}"
            for number, path in enumerate(paths)
        )

    def rejected(self) -> list[tuple[str, int, bool, str, str]]:
        """Return what of CSV is no row: file, byte, open or not, column, what is wrong.

        Its own numbers of lines take a cell of two lines for one. What has several
        faults is told by its first.
        """
        return [
            (str(path), int(byte) - 1, kind == "UNQUOTED VALUE", name or "", str(said))
            for path, byte, kind, name, said in self.run(
                "SELECT file_path, line_byte_position, first(error_type ORDER BY"
                " column_idx), first(column_name ORDER BY column_idx),"
                " first(error_message ORDER BY column_idx)"
                " FROM reject_errors JOIN reject_scans USING (scan_id, file_id)"
                " GROUP BY file_path, line_byte_position ORDER BY ALL"
            )
        ]

    def _attached(self, name: str, path: str, table: str) -> str:
        self.do(f"ATTACH {text(path)} AS {name}_base (READ_ONLY)")
        parts = ".".join(column(part) for part in table.split("."))
        # A database has no file of its rows; its own numbers of them stand in.
        self.do(
            f"CREATE VIEW {name}_rows AS SELECT *, rowid AS file_row_number,"
            f" {text(path)} AS _file FROM {name}_base.{parts}"
        )
        return f"{name}_rows"

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Answer a query.

        Raises:
            RowsError: DuckDB failed; the message names the file at fault, if any.
        """
        with self._told():
            found: list[tuple[Any, ...]] = self._db.execute(sql).fetchall()
        return found

    def keep(self, name: str, sql: str) -> None:
        """Answer a query once, under a name that others may ask."""
        self.do(f"CREATE TABLE {name} AS {sql}")

    def drop(self, name: str) -> None:
        """Forget what was kept under a name, if anything was."""
        self.do(f"DROP TABLE IF EXISTS {name}")

    def columns(self, sql: str) -> dict[str, Any]:
        """Answer a query, each column as an array by its name."""
        with self._told():
            found: dict[str, Any] = self._db.execute(sql).fetchnumpy()
        return found

    def distinct(self, sql: str, size: int) -> str:
        """Return the aggregate that counts different whole numbers: a bit for each."""
        return f"bit_count({self.marked(sql, size)})"

    def marked(self, sql: str, size: int) -> str:
        """Return the aggregate of a bit for each whole number."""
        return f"bitstring_agg({sql}, 0, {size - 1})"

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Say of what failed which file is at fault."""
        try:
            yield
        except self._duckdb.Error as error:
            raise self._failed(error) from error
        except RuntimeError as error:
            raise RowsError(f"DuckDB failed: {_first(error)}") from error

    def do(self, sql: str) -> None:
        """Run a statement that has no answer."""
        self.run(sql)

    def seal(self, paths: Sequence[str]) -> None:
        """Allow these files to be read, nothing else, and no change of that."""
        # A database keeps what is not yet written into it beside it.
        beside = [f"{path}.wal" for path in paths]
        listed = ", ".join(map(text, [*paths, *beside]))
        self.do(f"SET allowed_paths = [{listed}]")
        self.do(f"SET allowed_directories = [{text(self._spill + os.sep)}]")
        self.do("SET enable_external_access = false")
        self.do("SET lock_configuration = true")

    def close(self) -> None:
        """End it, and remove what it spilled."""
        if not self._closed:
            self._closed = True
            self._db.close()
            shutil.rmtree(self._spill, ignore_errors=True)

    def _failed(self, error: Exception) -> RowsError:
        said = _first(error)
        if isinstance(error, self._duckdb.OutOfRangeException) or (
            isinstance(error, self._duckdb.ConversionException)
            and "out of range" in said
        ):
            return OverflowedError(
                f"a sum or product of rows holds in no exact integer: {said}",
                "Say a smaller scale, or mend the row that is too large",
            )
        if isinstance(error, self._duckdb.OutOfMemoryException):
            return RowsError(
                f"DuckDB has not enough memory or disk for this: {said}",
                "Allow it more with --memory, or free the disk it spills to",
            )
        if _BROKEN_LINE.search(str(error)):
            for path, line, wrong in self._broken_lines():
                return RowsError(f"{path}: line {line}: {wrong}", "Mend that line")
        bad = self._unreadable()
        if bad is not None:
            return RowsError(f"{bad} cannot be read: {said}", "Export that file again")
        return RowsError(f"DuckDB cannot answer: {said}")

    def _broken_lines(self) -> Iterator[tuple[str, int, str]]:
        """Yield the first line of each CSV file that is no row, and what is wrong."""
        for paths, delimiter in self._csv:
            source = _csv(paths, delimiter, _LENIENT)
            # Counted by column, so that each is read.
            self._db.execute(f"SELECT count(COLUMNS(*)) FROM {source}").fetchall()
            for path, byte, is_open, _, wrong in self.rejected():
                aside = Aside(byte, is_open)
                _, lines = lines_of(path, delimiter, (), [aside])
                yield path, lines.get(byte, 0), wrong

    def _unreadable(self) -> str | None:
        """Return the first Parquet file whose rows cannot all be read."""
        for path in self._paths:
            if not path.endswith(".parquet"):
                continue
            try:
                self._db.execute(
                    f"SELECT count(COLUMNS(*)) FROM read_parquet([{text(path)}])"
                ).fetchall()
            except self._duckdb.Error:
                return path
        return None


def _csv(paths: Sequence[str], delimiter: str, more: str = "") -> str:
    """Return the reading of CSV files, every column as text."""
    heads = {head(path, delimiter) for path in paths}
    if len(heads) > 1:
        raise RowsError(
            f"{paths[0]} and other files of the same name pattern have different"
            " columns",
            "Give them the same head",
        )
    (names,) = heads
    named = ", ".join(f"{text(one)}: 'VARCHAR'" for one in names)
    listed = ", ".join(map(text, paths))
    return (
        # It numbers no rows; -1 says so.
        "(SELECT *, CAST(-1 AS BIGINT) AS file_row_number FROM"
        f" read_csv([{listed}], auto_detect=false, header=true, columns={{{named}}},"
        f" delim={text(delimiter)}, quote='\"', escape='\"', filename='_file',"
        f" hive_partitioning=false{more and ', ' + more}))"
    )


def head(path: str, delimiter: str) -> tuple[str, ...]:
    """Return the columns of a CSV file, as its first line names them.

    Raises:
        RowsError: It names none, or one twice.
    """
    import gzip  # noqa: PLC0415 (only for CSV)
    import zlib  # noqa: PLC0415 (as above)

    opened = gzip.open if path.endswith(".gz") else open
    try:
        with opened(path, "rb") as file:
            first = file.readline(_HEAD)
        line = first.decode("utf-8-sig")
        names = tuple(next(csv.reader([line], delimiter=delimiter)))
    except (
        *(OSError, UnicodeDecodeError, StopIteration),
        *(csv.Error, EOFError, zlib.error),
    ) as error:
        raise RowsError(
            f"{path}: row 1 is no head of columns: {_first(error)}",
            "Write the names of the columns in the first line, in UTF-8",
        ) from error
    if len(set(names)) < len(names) or not all(names):
        raise RowsError(
            f"{path}: row 1 names a column twice, or one without a name",
            "Give each column a name of its own",
        )
    return names


def _first(error: BaseException) -> str:
    """Return what an error says, without hints that span lines."""
    said = str(error).split("\n\nLINE")[0]
    lines = [one.strip() for one in said.splitlines() if one.strip()]
    kept: list[str] = []
    for line in lines:
        if re.match(r"(Possible (fixes|solutions?)|\* |file *=|delimiter =)", line):
            break
        kept.append(line)
    with contextlib.suppress(IndexError):
        return " ".join(kept)[:400] or lines[0]
    return type(error).__name__
