"""Ask rows of a subledger, beside bare SQL of DuckDB, in the same run.

Usage: python benchmarks/rows.py [ROWS [CUSTOMERS]]

Both read the same Parquet files in an engine of their own. The ratio is of ours, with
all that is checked, to the SQL alone. CPU seconds, since a machine may do other things.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import duckdb
import numpy as np

import solvency
from solvency.analysis.ask.asking import asking
from solvency.analysis.ask.claims import balances
from solvency.analysis.ask.claims import owed
from solvency.analysis.ask.distribution import distribution
from solvency.analysis.ask.pooled import pooled
from solvency.analysis.ask.preferences import preferences
from solvency.analysis.ask.proof import proof
from solvency.analysis.tie.ask import tie
from solvency.ledger.made import rows_of
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency.ledger.case import Case

GENERATE = Path(__file__).parents[1] / "ledgers/exchange/generate.py"
AT = "2022-11-11"
#: Prices of the example, in hundredths of a dollar for a smallest unit.
WORTH = (
    "CASE coin WHEN 'USD' THEN units * 100000000 WHEN 'BTC' THEN units * 1758650"
    " ELSE units * 129925 END"
)
DAILY = (
    "SELECT day, coin, sum(CAST(amount AS HUGEINT)), count(*) FROM t GROUP BY day, coin"
)
BALANCES = (
    "SELECT customer_id, coin, sum(CAST(amount AS HUGEINT)) AS units FROM t"
    f" WHERE day <= DATE '{AT}' GROUP BY customer_id, coin"
)
CLAIMS = f"SELECT customer_id, sum({WORTH}) FROM ({BALANCES}) GROUP BY customer_id"
RUNNING = (
    "SELECT customer_id, sum(u), min(run) FROM (SELECT customer_id, u, sum(u) OVER"
    " (PARTITION BY customer_id ORDER BY day, seq) AS run FROM (SELECT *,"
    f" {WORTH} AS u FROM (SELECT *, CAST(amount AS HUGEINT) AS units FROM t"
    f" WHERE day > DATE '{AT}' - 90))) GROUP BY customer_id"
)


def took(call: Callable[[], object], runs: int = 2) -> float:
    """Return the fewest CPU seconds that a call took."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times)


def line(what: str, ours: float, bare: float, goal: float) -> None:
    """Print one comparison."""
    ratio = ours / bare
    met = "met" if ratio <= goal else "missed"
    print(
        f"{what:<34} {ours:7.2f} s   bare {bare:7.2f} s   x{ratio:5.2f}"
        f"   goal x{goal:.1f} {met}"
    )


class Bare:
    """DuckDB alone."""

    def __init__(self, files: Path) -> None:
        self.files = files

    def __call__(self, sql: str) -> Callable[[], object]:
        """Return what answers a query in a database of its own."""

        def call() -> object:
            with duckdb.connect() as base:
                base.execute(f"CREATE VIEW t AS FROM '{self.files}/*.parquet'")
                # Every column is worked out: none is left out for not being read.
                return base.execute(f"SELECT max(COLUMNS(*)) FROM ({sql})").fetchall()

        return call


def ask(case: Case, question: Callable[[Any], object]) -> Callable[[], object]:
    """Return what puts a question to the rows of a case."""

    def call() -> object:
        with asking(case) as rows, wide():
            return question(rows)

    return call


def daily(case: Case) -> Callable[[], object]:
    """Return what adds up the rows by day and commodity."""

    def call() -> object:
        with rows_of(case.subledgers[0]) as rows:
            return rows.totals()

    return call


def each(rows: Any) -> object:
    """Count the balances of each customer and coin."""
    return rows.rows.ask(f"SELECT max(COLUMNS(*)) FROM ({balances(rows)}) AS b")


def columns(files: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the bitcoin of the rows and whose they are."""
    with duckdb.connect() as base:
        found = base.execute(
            f"SELECT amount, customer_id FROM '{files}/*.parquet' WHERE coin = 'BTC'"
            " ORDER BY day, seq"
        ).fetchnumpy()
    return found["amount"], found["customer_id"]


def tied(case: Case, path: str, bare: Bare) -> None:
    """Compare `tie` with grouping the rows and checking the ledger."""
    with_check = took(bare(DAILY)) + took(lambda: solvency.load(path), 1)
    both = took(lambda: tie(solvency.load(path)), 1)
    line("tie, loading the ledger", both, with_check, 1.3)
    del case


def main() -> None:
    """Make the rows and compare."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000
    customers = int(sys.argv[2]) if len(sys.argv) > 2 else rows * 2 // 5
    with tempfile.TemporaryDirectory() as folder:
        sizes = ["--customers", str(customers), "--rows", str(rows)]
        subprocess.run([sys.executable, str(GENERATE), *sizes, folder], check=True)
        path = str(Path(folder) / "main.beancount")
        files = Path(folder) / "customers"
        case, bare = solvency.load(path), Bare(files)
        print(f"{rows:,} rows, {customers:,} customers; CPU seconds, best of two")
        line("daily control totals", took(daily(case)), took(bare(DAILY)), 1.1)
        line("balance of each", took(ask(case, each)), took(bare(BALANCES)), 1.1)
        line("claims", took(ask(case, owed)), took(bare(CLAIMS)), 1.2)
        line(
            "preferences",
            took(ask(case, lambda one: preferences(one, 90, Decimal()))),
            took(bare(RUNNING)),
            1.2,
        )
        line(
            "rising tide",
            took(ask(case, lambda one: distribution(one, "rising-tide", None))),
            took(bare(CLAIMS)),
            1.2,
        )
        tied(case, path, bare)
        amounts, owner = columns(files)

        def plain() -> object:
            return np.cumsum(amounts), np.bincount(owner, weights=amounts)

        traced = took(ask(case, lambda one: pooled(one, "BTC", None)), 1)
        print(
            f"{'pooled, every rule':<34} {traced:7.2f} s   a cumsum and a bincount"
            f" {took(plain):.3f} s of {len(amounts):,} events"
        )
        proved = took(ask(case, lambda one: proof(one, "0" * 64)), 1)
        print(f"{'prove':<34} {proved:7.2f} s")


if __name__ == "__main__":
    main()
