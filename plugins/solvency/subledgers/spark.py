"""Spark: the same questions on a cluster, in its dialect, with ANSI mode on."""

from __future__ import annotations

import contextlib
import logging
import os
import re
from array import array
from typing import TYPE_CHECKING
from typing import Any

from solvency.subledgers.engine import OverflowedError
from solvency.subledgers.errors import RowsError

if TYPE_CHECKING:
    from collections.abc import Sequence

_INSTALL = "Install them: pip install 'solvency[spark]', and Java 17 or later"
#: DuckDB's names of Spark's types.
_TYPES = {
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "string": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "timestamp_ntz": "TIMESTAMP",
    "float": "FLOAT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
}
#: What Spark calls the faults of a sum or product that holds in no exact type.
_OVERFLOWS = (
    "ARITHMETIC_OVERFLOW",
    "NUMERIC_VALUE_OUT_OF_RANGE",
    "CAST_OVERFLOW",
    "DECIMAL_PRECISION_EXCEEDS",
)


class Spark:
    """A session of Spark that answers SQL written for DuckDB."""

    def __init__(self, address: str) -> None:
        try:
            import pyspark  # noqa: PLC0415 (an extra, which need not be installed)
            import sqlglot  # noqa: F401, PLC0415 (as above)
            from pyspark.sql import SparkSession  # noqa: PLC0415 (as above)
        except ImportError as error:
            raise RowsError(
                "a Spark cluster is asked with PySpark and SQLGlot, which are not"
                " installed",
                _INSTALL,
            ) from error
        # It logs every error it raises, those of the guards too.
        logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
        self.name = f"spark {pyspark.__version__}"
        try:
            builder = SparkSession.builder.master(address).appName("solvency")
            for key, value in _SETTINGS.items():
                builder = builder.config(key, value)
            self._session: Any = builder.getOrCreate()
            self._session.sparkContext.setLogLevel("OFF")
        except Exception as error:
            raise RowsError(
                f"Spark at {address} cannot be reached: {_first(error)}",
                "Start the cluster, and Java 17 or later here",
            ) from error

    def view(self, name: str, paths: Sequence[str], **reading: Any) -> dict[str, str]:
        """Make files of one kind a view; return its columns with DuckDB's types."""
        if "table" in reading:
            raise RowsError(
                f"{paths[0]} is a database of DuckDB, which Spark does not read",
                "Export the table to Parquet",
            )
        read = self._session.read
        try:
            if paths[0].endswith((".csv", ".csv.gz")):
                options = {"header": True, "sep": reading.get("delimiter", ",")}
                frame = read.options(**options, escape='"', mode="FAILFAST").csv(
                    list(paths)
                )
                number = "CAST(-1 AS BIGINT)"
            else:
                frame = read.parquet(*paths)
                number = "_metadata.row_index"
            frame.selectExpr(
                "*",
                f"{number} AS file_row_number",
                "_metadata.file_path AS _file",
            ).createOrReplaceTempView(name)
        except Exception as error:
            raise self._failed(error) from error
        kinds = {field.name: field.dataType.simpleString() for field in frame.schema}
        return {key: _type(kind) for key, kind in kinds.items()}

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Answer a query.

        Raises:
            RowsError: Spark failed.
        """
        try:
            found = self._session.sql(in_spark(sql)).collect()
        except Exception as error:
            raise self._failed(error) from error
        return [tuple(row) for row in found]

    def keep(self, name: str, sql: str) -> None:
        """Answer a query once, under a name that others may ask."""
        try:
            # Without a checkpoint each use of the name would hold the whole query
            # again, and a query over two uses of it twice as much.
            kept = self._session.sql(in_spark(sql)).localCheckpoint()
            kept.createOrReplaceTempView(name)
        except Exception as error:
            raise self._failed(error) from error

    def drop(self, name: str) -> None:
        """Forget what was kept under a name."""
        self._session.catalog.dropTempView(name)

    def columns(self, sql: str) -> dict[str, Any]:
        """Answer a query, each column as an array: its rows come to this machine."""
        try:
            frame = self._session.sql(in_spark(sql))
            found = {name: array("q") for name in frame.columns}
            # A part at a time, and eight bytes a number.
            for row in frame.toLocalIterator():
                for name, number in zip(found, row, strict=True):
                    found[name].append(number)
        except Exception as error:
            raise self._failed(error) from error
        return found

    def distinct(self, sql: str, size: int) -> str:
        """Return the aggregate that counts different whole numbers."""
        del size
        return f"count(DISTINCT {sql})"

    def marked(self, sql: str, size: int) -> None:
        """Return None: it has no aggregate of bits."""
        del sql, size

    def do(self, sql: str) -> None:
        """Run a statement that has no answer; views live as long as the session."""
        stated = re.sub(r"^CREATE VIEW", "CREATE OR REPLACE TEMPORARY VIEW", sql)
        head, _, query = stated.partition(" AS ")
        try:
            self._session.sql(f"{head} AS {in_spark(query)}")
        except Exception as error:
            raise self._failed(error) from error

    def seal(self, paths: Sequence[str]) -> None:
        """Do nothing: what a cluster may read is set by whoever runs it."""

    def close(self) -> None:
        """End the session."""
        with contextlib.suppress(Exception):
            self._session.stop()

    def _failed(self, error: Exception) -> RowsError:
        said = _first(error)
        if any(mark in str(error) for mark in _OVERFLOWS):
            return OverflowedError(
                f"a sum or product of rows holds in no exact integer: {said}",
                "Say a smaller scale, or mend the row that is too large",
            )
        return RowsError(f"Spark cannot answer: {said}")


_SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.structuredLogging.enabled": "false",
    "spark.sql.shuffle.partitions": os.environ.get("SOLVENCY_PARTITIONS", "16"),
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
}


def in_spark(sql: str) -> str:
    """Put SQL written for DuckDB into Spark's dialect, its integers exact.

    HUGEINT becomes DECIMAL(38, 0); every sum is one of those, since Spark's sums of
    BIGINT end at 64 bits; and `//`, which Spark does in 64 bits, is a difference from
    the remainder over the divisor, which leaves none.
    """
    import sqlglot  # noqa: PLC0415 (an extra)
    from sqlglot import exp  # noqa: PLC0415 (as above)

    whole = exp.DataType.build("DECIMAL(38, 0)", dialect="spark")
    tree = sqlglot.parse_one(sql, read="duckdb")
    for kind in list(tree.find_all(exp.DataType)):
        if kind.this == exp.DataType.Type.INT128:
            kind.replace(whole.copy())
    # The innermost first, so that what is copied is changed already.
    for node in reversed(list(tree.find_all(exp.IntDiv, exp.Sum))):
        if isinstance(node, exp.Sum):
            node.set("this", exp.cast(node.this, whole.copy()))
            continue
        # Spark divides two integers as floats.
        above = exp.cast(node.this.copy(), whole.copy())
        below = exp.cast(node.expression.copy(), whole.copy())
        rest = exp.Mod(this=above.copy(), expression=below.copy())
        left = exp.paren(exp.Sub(this=above, expression=rest))
        quotient = exp.Div(this=left, expression=below, typed=True, safe=False)
        node.replace(exp.cast(quotient, whole.copy()))
    return str(tree.sql(dialect="spark"))


def _type(kind: str) -> str:
    found = re.fullmatch(r"decimal\((\d+),(\d+)\)", kind)
    if found:
        # Unsigned 64-bit and 128-bit integers have no other type here.
        return f"DECIMAL({found[1]},{found[2]})"
    return _TYPES.get(kind, kind.upper())


def _first(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:400] if lines else type(error).__name__
