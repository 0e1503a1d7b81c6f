"""Write tables for SQL: a file of DuckDB, or a file of Parquet a table."""

from __future__ import annotations

import csv
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from solvency.figures.plain import plain
from solvency.subledgers.engine import text
from solvency.subledgers.errors import RowsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solvency.analysis.export.tables import SqlTable

#: What stands for nothing in the files that DuckDB reads; no ledger has it.
_NOTHING = "\x01"


def database(tables: Sequence[SqlTable], about: dict[str, str]) -> bytes:
    """Return a file of DuckDB with the tables.

    Args:
        tables: The tables.
        about: What the case is, for a table `about`.

    Raises:
        RowsError: DuckDB is not installed, or cannot write.
    """
    with tempfile.TemporaryDirectory(prefix="solvency-export-") as name:
        path = Path(name) / "case.duckdb"
        _filled(tables, about, str(path), Path(name)).close()
        return path.read_bytes()


def parquet(tables: Sequence[SqlTable], about: dict[str, str]) -> dict[str, bytes]:
    """Return a file of Parquet for each table, by its name.

    Raises:
        RowsError: DuckDB is not installed, or cannot write.
    """
    with tempfile.TemporaryDirectory(prefix="solvency-export-") as name:
        db = _filled(tables, about, ":memory:", Path(name))
        found = {}
        for table in (*(one.name for one in tables), "about"):
            path = Path(name) / f"{table}.parquet"
            db.execute(f"COPY {table} TO {text(str(path))} (FORMAT parquet)")
            found[path.name] = path.read_bytes()
        db.close()
        return found


def _filled(
    tables: Sequence[SqlTable], about: dict[str, str], place: str, folder: Path
) -> Any:
    """Return a database with the tables."""
    try:
        import duckdb  # noqa: PLC0415 (an extra)
    except ImportError as error:
        raise RowsError(
            "tables are written with DuckDB, which is not installed",
            "Install it: pip install 'solvency[rows]'",
        ) from error
    settings = {"autoinstall_known_extensions": False, "threads": 1}
    try:
        db = duckdb.connect(place, config=settings)
        for table in tables:
            types = table.types()
            columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
            db.execute(f"CREATE TABLE {table.name} ({columns})")
            path = folder / f"{table.name}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
                writer.writerows([_cell(cell) for cell in row] for row in table.rows)
            if table.rows:
                db.execute(
                    f"COPY {table.name} FROM {text(str(path))} (FORMAT csv, HEADER"
                    f" false, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR"
                    f" {text(_NOTHING)}, ALLOW_QUOTED_NULLS true)"
                )
        db.execute("CREATE TABLE about (key VARCHAR, value VARCHAR)")
        db.executemany("INSERT INTO about VALUES (?, ?)", list(about.items()))
    except duckdb.Error as error:
        said = str(error).partition("\n")[0]
        raise RowsError(f"DuckDB cannot write the tables: {said}") from error
    return db


def _cell(value: object) -> str:
    if value is None:
        return _NOTHING
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain(value)
    # A zero byte ends a text there.
    return str(value).replace("\0", "").replace(_NOTHING, "")
