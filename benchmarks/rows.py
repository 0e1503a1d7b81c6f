"""Ask rows of a subledger, beside bare SQL of DuckDB, in the same run.

Usage: python benchmarks/rows.py [--rows N] [--customers N] [--flows N] [--only LINE]
       [--keep FOLDER] [--turns N]

Both read the same Parquet files in an engine of their own, in the same run. The ratio
is of ours, with all that is checked, to the peer that the line names. CPU seconds,
since a machine may do other things. `--rows 50000000 --flows 50000` is the size of the
goals, `--rows 10000000` that of the import; `--only` takes some lines by the beginning
of their names; `--keep` makes the rows in a folder, or takes those it has.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import duckdb
import numpy as np

import solvency
from solvency.analysis.ask.claims import balances
from solvency.analysis.ask.claims import owed
from solvency.analysis.ask.distribution import distribution
from solvency.analysis.ask.inputs import asking
from solvency.analysis.ask.preferences import preferences
from solvency.analysis.check.check import evaluate
from solvency.analysis.tie.tie import tie
from solvency.ledger.subledger_flows import rows_of
from solvency.methods.tracing.movements import Movements
from solvency.methods.tracing.remainder import left
from solvency.subledgers.intake import take_in
from solvency.subledgers.layout import ColumnLayout
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency.ledger.case import Case
    from solvency.methods.tracing import Rule

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


def took(call: Callable[[], object]) -> float:
    """Return the CPU seconds that a call took."""
    start = time.process_time()
    call()
    return time.process_time() - start


class Line:
    """One comparison: what is done, beside whom, and how much longer it may take."""

    turns = 3

    def __init__(self, what: str, peer: str, goal: float) -> None:
        self.what, self.peer, self.goal = what, peer, goal

    def compare(
        self, ours: Callable[[], object], *theirs: Callable[[], object]
    ) -> None:
        """Time both and print the ratio."""
        # In turns, so that what else the machine does is shared by both.
        turns = [(took(ours), sum(map(took, theirs))) for _ in range(self.turns)]
        mine, peers = map(statistics.median, zip(*turns, strict=True))
        ratio = mine / peers
        met = "met" if ratio <= self.goal else "missed"
        print(
            f"{self.what:<28} {mine:7.2f} s  {self.peer:<26} {peers:7.2f} s"
            f"  x{ratio:6.2f}  goal x{self.goal:.1f} {met}",
            flush=True,
        )


class Bare:
    """DuckDB alone."""

    def __init__(self, files: Path, memory: str | None = None) -> None:
        self.files = files
        self.settings = {"memory_limit": memory} if memory else {}

    def __call__(self, sql: str) -> Callable[[], object]:
        """Return what answers a query in a database of its own."""

        def call() -> object:
            with duckdb.connect(config=self.settings) as base:
                base.execute(f"CREATE VIEW t AS FROM '{self.files}/*.parquet'")
                # Every column is worked out: none is left out for not being read.
                return base.execute(f"SELECT max(COLUMNS(*)) FROM ({sql})").fetchall()

        return call


def ask(
    case: Case, question: Callable[[Any], object], memory: str | None = None
) -> Callable[[], object]:
    """Return what puts a question to the rows of a case."""

    def call() -> object:
        with asking(case, memory=memory) as rows, wide():
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


def movements(files: Path) -> Movements:
    """Return the bitcoin of the rows as movements of one account."""
    with duckdb.connect() as base:
        found = base.execute(
            f"SELECT amount, customer_id FROM '{files}/*.parquet' WHERE coin = 'BTC'"
            " ORDER BY day, seq"
        ).fetchnumpy()
    units = np.asarray(found["amount"], dtype=np.int64)
    owners, codes = np.unique(found["customer_id"], return_inverse=True)
    # The house takes more than its own, and not more than there is.
    owner = np.where(units > 0, codes, -1)
    return Movements(units, owner, tuple(owners.tolist()), None)


def divided(path: Path, flows: int) -> None:
    """Write each control flow as several that come to the same, to have so many."""
    found = re.findall(
        r"(\d{4}-\d\d-\d\d \* .*)\n  (\S+)  (\S+) (\S+)\n  (\S+)  .*",
        path.read_text("utf-8"),
    )
    several = max(1, flows // len(found))
    lines = []
    for head, account, amount, coin, other in found:
        small = Decimal("0.01")
        parts = [small] * (several - 1)
        for part in (*parts, Decimal(amount) - small * len(parts)):
            lines += [head, f"  {account}  {part:f} {coin}", f"  {other}"]
    path.write_text("\n".join(lines) + "\n", "utf-8")


class Importing:
    """The rows as CSV, brought to Parquet by DuckDB alone and by us."""

    def __init__(self, files: Path, folder: Path) -> None:
        self.csv, self.out = folder / "rows.csv", folder / "imported"
        if not self.csv.exists():
            with duckdb.connect() as base:
                base.execute(
                    f"COPY (FROM '{files}/*.parquet') TO '{self.csv}' (HEADER)"
                )

    def alone(self) -> None:
        """Copy them, sorted, in types that DuckDB guesses."""
        with duckdb.connect() as base:
            base.execute(
                f"COPY (FROM read_csv('{self.csv}') ORDER BY day, seq) TO '{self.out}'"
                " (FORMAT parquet, COMPRESSION zstd)"
            )
        self.out.unlink()

    def ours(self) -> None:
        """Import them."""
        layout = ColumnLayout(
            party="customer_id",
            commodity="coin",
            units="amount",
            order="seq",
            scale=8,
            smallest=True,
        )
        take_in([str(self.csv)], layout, self.out)
        shutil.rmtree(self.out)


def compare(case: Case, path: str, files: Path) -> dict[Line, Callable[[Line], None]]:
    """Return each line with what runs it."""
    bare, small = Bare(files), Bare(files, "1GB")
    account = movements(files)

    def both(one: Line) -> None:
        csv = Importing(files, Path(path).parent)
        one.compare(csv.ours, csv.alone)

    def passes() -> object:
        deposits = np.where(account.owner >= 0, account.units, 0)
        return np.cumsum(account.units), np.bincount(
            np.maximum(account.owner, 0), weights=deposits
        )

    def traced(rule: Rule) -> Callable[[], object]:
        # A new one each time: what an account keeps of a trace is worked out again.
        return lambda: left(replace(account), rule, account.owners[0])

    def tied() -> object:
        return tie(solvency.load(path, cache=False))

    def checked() -> object:
        return evaluate(solvency.load(path, cache=False).book())

    sql, alone = "bare DuckDB", "a cumsum and a bincount"
    return {
        Line("daily control totals", sql, 1.1): lambda one: one.compare(
            daily(case), bare(DAILY)
        ),
        Line("balance of each", sql, 1.1): lambda one: one.compare(
            ask(case, each), bare(BALANCES)
        ),
        Line("balance of each, 1 GB", sql + ", 1 GB", 2.0): lambda one: one.compare(
            ask(case, each, "1GB"), small(BALANCES)
        ),
        Line("claims", sql, 1.2): lambda one: one.compare(
            ask(case, owed), bare(CLAIMS)
        ),
        Line("preferences", sql, 1.2): lambda one: one.compare(
            ask(case, lambda rows: preferences(rows, 90, Decimal())), bare(RUNNING)
        ),
        Line("rising tide", sql, 1.2): lambda one: one.compare(
            ask(case, lambda rows: distribution(rows, "rising-tide", None)),
            bare(CLAIMS),
        ),
        Line("tie", "a group-by, and check", 1.3): lambda one: one.compare(
            tied, bare(DAILY), checked
        ),
        Line("import of CSV", "COPY, sorted", 2.0): both,
        Line("pooled, pro rata", alone, 3.0): lambda one: one.compare(
            traced("pro-rata"), passes
        ),
        Line("pooled, lowest balance", alone, 3.0): lambda one: one.compare(
            traced("lowest-balance"), passes
        ),
    }


def main() -> None:
    """Make the rows and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--customers", type=int, help="default: two fifths of the rows")
    parser.add_argument(
        "--flows", type=int, default=0, help="control flows of the ledger"
    )
    parser.add_argument("--only", nargs="*", default=[""], metavar="LINE")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    parser.add_argument("--turns", type=int, default=Line.turns)
    said = parser.parse_args()
    Line.turns = said.turns
    customers = said.customers or said.rows * 2 // 5
    with tempfile.TemporaryDirectory() as passing:
        folder = said.keep or Path(passing)
        if not (folder / "main.beancount").exists():
            sizes = ["--customers", str(customers), "--rows", str(said.rows)]
            command = [sys.executable, str(GENERATE), *sizes, str(folder)]
            subprocess.run(command, check=True)
            divided(folder / "control.beancount", said.flows)
        path = str(folder / "main.beancount")
        case = solvency.load(path, cache=False)
        print(
            f"{said.rows:,} rows, {customers:,} customers;"
            f" CPU seconds, median of {said.turns}"
        )
        for one, run in compare(case, path, folder / "customers").items():
            if one.what.startswith(tuple(said.only)):
                run(one)


if __name__ == "__main__":
    main()
