"""Which engine answers: DuckDB in this process, or a Spark cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.subledgers.errors import RowsError

if TYPE_CHECKING:
    from solvency.subledgers.engine import Engine

DUCKDB = "duckdb"


def engine(address: str = DUCKDB, memory: str | None = None) -> Engine:
    """Start an engine.

    Args:
        address: "duckdb", or a cluster as Spark names it: "spark://HOST:7077".
        memory: What DuckDB may take before it spills to disk, as "4GB".

    Raises:
        RowsError: There is no such engine, or it cannot be reached.
    """
    if address == DUCKDB:
        from solvency.subledgers.duck import Duck  # noqa: PLC0415 (an extra)

        return Duck(memory)
    if address.startswith(("spark://", "local[", "local-cluster[", "yarn", "k8s://")):
        from solvency.subledgers.spark import Spark  # noqa: PLC0415 (an extra)

        return Spark(address)
    raise RowsError(
        f"there is no engine {address}", "Write duckdb, or spark://HOST:PORT"
    )
