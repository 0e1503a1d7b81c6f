"""What a terminal, CSV and a workbook print adds up, or is not printed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

import solvency
from solvency.analysis.funds import of_case
from solvency.analysis.funds import side_by_side
from solvency.analysis.recover.ask import recover
from solvency.analysis.recover.tables import gains_frame
from solvency.figures.errors import ReportError
from solvency.figures.frame import Column
from solvency.figures.frame import Frame
from solvency.model.consolidation import combined_and_consolidated


def small(total="30", net="20"):
    # 10 + 20 = 30 down; 30 - 10 = 20 across.
    rows = (
        ("asset", "Bank", Decimal(10), Decimal(4), Decimal(6)),
        ("asset", "Coins", Decimal(20), Decimal(6), Decimal(net) - 6),
    )
    columns = (
        Column("side"),
        Column("account"),
        Column("had"),
        Column("gone"),
        Column("left", sums=((2, 1), (3, -1))),
    )
    totals = (("asset", "had", Decimal(total)),)
    return Frame("Books", columns, rows, "side", totals=totals)


def outputs(folder):
    return {
        "text": lambda frame: frame.to_text(),
        "csv": lambda frame: frame.to_csv(),
        "workbook": lambda frame: frame.to_xlsx(folder / "out.xlsx"),
    }


@pytest.mark.parametrize("face", ["text", "csv", "workbook"])
def test_a_total_that_is_not_its_parts_is_never_printed(tmp_path, face):
    printed = outputs(tmp_path)[face]
    printed(small())
    with pytest.raises(ReportError, match="had is 31, its parts sum to 30"):
        printed(small(total="31"))
    with pytest.raises(ReportError, match="asset, left is 15, its parts sum to 14"):
        printed(small(net="21"))


def tampered(frame, index):
    """Return a frame with one number, in the first row that has one, off by a cent."""
    rows = list(frame.rows)
    at, row = next(
        (n, one) for n, one in enumerate(rows) if isinstance(one[index], Decimal)
    )
    rows[at] = (*row[:index], row[index] + Decimal("0.01"), *row[index + 1 :])
    return replace(frame, rows=tuple(rows))


@pytest.fixture(scope="module")
def book(harbour):
    return solvency.load(harbour).book()


def frames(book):
    day = book.case.reporting_date
    group = book.balance_sheet("group", day)
    return {
        "group": (group.to_frame(), (2, 3, 4, 5)),
        "entity": (book.balance_sheet("Desk", day).to_frame(), (2,)),
        "totals": (combined_and_consolidated(group), (2, 3, 4)),
        "gains": (gains_frame(recover(book)), (4, 6, 7)),
        "funds": (side_by_side(of_case(book.case, book, day)), (2, 3, 4)),
    }


@pytest.mark.parametrize("name", ["group", "entity", "totals", "gains", "funds"])
def test_tables_of_a_case_are_guarded_in_every_column(book, name):
    frame, guarded = frames(book)[name]
    frame.cast()
    for index in guarded:
        with pytest.raises(ReportError, match="its parts sum to"):
            tampered(frame, index).to_csv()
