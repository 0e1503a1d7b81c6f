"""Time the tests of solvency and balance sheets at many dates against the load.

Usage: python benchmarks/invariants.py [FLOWS]

On a generated ledger that asks every test of the language: all of them at every
date, at most a tenth of the load; 43 month ends of the group, at most a
twentieth. On the FTX case: 10,000 draws of every test it asks, under two seconds
besides the tests in the written amounts. Processor time of one run, but for the
draws, which two threads share: those by the clock. Exits with 1 if a target is missed.
"""

from __future__ import annotations

import datetime
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING
from typing import TypeVar

from generate import START
from generate import write

import solvency
from solvency.analysis.check import evaluate
from solvency.ledger.vocabulary import INVARIANTS
from solvency.packaged import packaged

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency.model.book import Book

    Result = TypeVar("Result")

#: Tests of the books are asked of the group, that of the balance sheet of each
#: member too, the others of one entity.
OF = dict.fromkeys(INVARIANTS, ("Exchange",)) | {
    "balance-sheet": ("Exchange", "Desk", "Branch", "group"),
    "mirrors": ("group",),
    "price-coverage": ("group",),
    "conservation": ("group",),
}
MONTHS = 43
SHARES = {"tests": 0.10, "sheets": 0.05}
DRAWS, SECONDS = 10_000, 2.0


def timed(call: Callable[[], Result]) -> tuple[Result, float]:
    """Return what a call returns, and the processor seconds it took."""
    start = time.process_time()
    found = call()
    return found, time.process_time() - start


def compared(what: str, took: float, load: float, share: float) -> bool:
    """Print a time as a share of the load; say whether the target is met."""
    met = took <= share * load
    print(
        f"{what}: {took:.2f} s, {took / load:.1%} of the load"
        f" (target {share:.0%}, {'met' if met else 'missed'})"
    )
    return met


def generated(flows: int) -> bool:
    """Time a generated ledger; say whether its targets are met."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "main.beancount"
        write(flows, path)
        with path.open("a", encoding="utf-8") as file:
            for name, entities in OF.items():
                for entity in entities:
                    file.write(f'{START} custom "invariant" "{name}" "{entity}"\n')
        case, load = timed(lambda: solvency.load(path))
    print(f"{flows:,} flows, {len(case.invariants)} tests: load {load:.2f} s")
    # A Book each, so that neither finds what the other has worked out.
    books: list[Book] = [case.book(), case.book()]
    _, tests = timed(lambda: evaluate(books[0], draws=0))
    year, month = START.year, START.month
    days = [
        datetime.date(year + (month + n) // 12, (month + n) % 12 + 1, 1)
        - datetime.timedelta(days=1)
        for n in range(MONTHS)
    ]
    _, sheets = timed(lambda: books[1].balance_sheets("group", days))
    return compared(
        "every test at every date", tests, load, SHARES["tests"]
    ) & compared(f"{MONTHS} month ends", sheets, load, SHARES["sheets"])


def drawn() -> bool:
    """Time draws on the FTX case; say whether the target is met."""
    book = solvency.load(packaged("ledgers") / "ftx" / "main.beancount").book()
    start = time.perf_counter()
    evaluate(book, draws=0)
    middle = time.perf_counter()
    evaluate(book, draws=DRAWS)
    exact, all_ = middle - start, time.perf_counter() - middle
    met = all_ - exact <= SECONDS
    print(
        f"FTX, {len(book.case.invariants)} tests: {exact:.2f} s, and {DRAWS:,} draws of"
        f" them {all_ - exact:.2f} s more (target {SECONDS:.0f} s,"
        f" {'met' if met else 'missed'})"
    )
    return met


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    if not generated(size) & drawn():
        raise SystemExit(1)
