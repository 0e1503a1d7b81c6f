"""Import 100,000 lines of a statement, beside beangulp's own importer of CSV."""

from __future__ import annotations

import datetime
import random
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from beangulp.importers import csvbase
from timing import line

from solvency.evidence.guess import guessed
from solvency.evidence.intake import take_in
from solvency.evidence.mapfile import parsed
from solvency.evidence.output import write

if TYPE_CHECKING:
    from collections.abc import Callable

LINES = 100_000


class Plain(csvbase.Importer):
    """The same columns by beangulp: rows into transactions of one posting."""

    date = csvbase.Date("Date")
    payee = csvbase.Column("Payee")
    narration = csvbase.Column("Description")
    amount = csvbase.Amount("Amount")

    def __init__(self) -> None:
        """Book them on one account."""
        super().__init__("Assets:Company:Bank", "USD")

    def identify(self, filepath: str) -> bool:
        """Take any file."""
        return bool(filepath)


def statement(path: Path) -> None:
    """Write a statement of so many lines with a running balance."""
    draw = random.Random(1)  # noqa: S311 (no secret)
    day, balance = datetime.date(2020, 1, 1), 0
    rows = ["Date,Payee,Description,Amount,Balance"]
    for number in range(LINES):
        day += datetime.timedelta(days=number % 100 == 0)
        amount = draw.randint(-100_000, 100_000)
        balance += amount
        rows.append(
            f"{day},Customer {draw.randint(1, 3000)},Payment {number},"
            f"{amount / 100:.2f},{balance / 100:.2f}"
        )
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def main() -> None:
    """Print the comparison."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "bank.csv"
        statement(path)
        mappings = parsed(guessed([path]), "bank.toml")

        def brought() -> None:
            with tempfile.TemporaryDirectory() as into:
                write(take_in([path], mappings, Path(into) / "case"))

        ours = spent(brought)
        theirs = spent(lambda: Plain().extract(str(path), []))
    for at, kind in enumerate(("by the clock", "of the processor")):
        line(
            f"import {LINES:,} lines, {kind}",
            ours[at],
            "beangulp",
            theirs[at],
            "under 20 s on a machine of its own",
        )


def spent(call: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds a call takes by the clock, and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - clock, time.process_time() - processor


if __name__ == "__main__":
    main()
