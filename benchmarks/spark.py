"""Ask rows of a subledger on Spark, beside bare Spark SQL, in the same session.

Usage: python benchmarks/spark.py [--rows N] [--customers N] [--runs N] [--keep FOLDER]

A master and two workers on this machine, as `make test-cluster` has them. The Java
machines of the workers grow faster with use, so both are asked in one session, in
turns, and the first turn is not counted. Seconds are of the clock, since the work is
done in other processes: nothing else should run. The goal is 1.2 for each question.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from rows import CLAIMS
from rows import GENERATE
from rows import RUNNING

import solvency
from solvency.analysis.ask.claims import owed
from solvency.analysis.ask.distribution import distribution
from solvency.analysis.ask.inputs import asking
from solvency.analysis.ask.preferences import preferences
from solvency.subledgers.spark import Spark
from solvency.subledgers.spark import in_spark
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency.analysis.ask.inputs import Asking
    from solvency.ledger.case import Case

sys.path.insert(0, str(Path(__file__).parents[1] / "tests/subledgers"))

GOAL = 1.2


def took(call: Callable[[], object]) -> float:
    """Return the seconds that a call took."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def in_turns(
    ours: Callable[[], object], theirs: Callable[[], object], runs: int
) -> tuple[float, float]:
    """Ask both in turns, and return the median seconds of each after the first turn."""
    each = [(took(ours), took(theirs)) for _ in range(runs + 1)][1:]
    first, second = zip(*each, strict=True)
    return statistics.median(first), statistics.median(second)


def main() -> None:
    """Make the rows, start a cluster, and compare."""
    from cluster import cluster  # noqa: PLC0415 (of the tests, which have a path)

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--customers", type=int, default=2_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        folder = said.keep or Path(passing)
        if not (folder / "main.beancount").exists():
            sizes = ["--customers", str(said.customers), "--rows", str(said.rows)]
            command = [sys.executable, str(GENERATE), *sizes, str(folder)]
            subprocess.run(command, check=True)
        case = solvency.load(folder / "main.beancount", cache=False)
        # Each question opens the rows anew, and would end the session that both have.
        kept = mock.patch.object(Spark, "close")
        with cluster(Path(passing)) as address, wide(), kept:
            compare(case, address, folder / "customers", said.runs)


def compare(case: Case, address: str, files: Path, runs: int) -> None:
    """Print each question's seconds, and those of bare SQL, in one session."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 (an extra)

    with asking(case, engine=address):
        session = SparkSession.getActiveSession()
    session.read.parquet(str(files)).createOrReplaceTempView("t")

    def ask(question: Callable[[Asking], object]) -> Callable[[], object]:
        def call() -> object:
            with asking(case, engine=address) as rows:
                return question(rows)

        return call

    def bare(sql: str) -> Callable[[], object]:
        # Every column is worked out: none is left out for not being read.
        written = in_spark(sql)
        columns = session.sql(written).columns
        every = ", ".join(f"max(`{one}`)" for one in columns)
        return lambda: session.sql(f"SELECT {every} FROM ({written})").collect()

    questions = (
        ("claims", owed, CLAIMS),
        ("preferences", lambda rows: preferences(rows, 90, Decimal()), RUNNING),
        ("rising tide", lambda rows: distribution(rows, "rising-tide", None), CLAIMS),
    )
    for what, ours, sql in questions:
        mine, peer = in_turns(ask(ours), bare(sql), runs)
        ratio = mine / peer
        print(
            f"{what:<14} {mine:7.2f} s  bare Spark SQL {peer:7.2f} s  x{ratio:5.2f}"
            f"  goal x{GOAL} {'met' if ratio <= GOAL else 'missed'}",
            flush=True,
        )


if __name__ == "__main__":
    main()
