"""What a terminal, CSV and a workbook print adds up, or is not printed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

import solvency
from solvency.cli.common import print_csv
from solvency.exhibits.balance.accounts import by_account
from solvency.exhibits.balance.accounts import entities
from solvency.exhibits.balance.accounts import totals
from solvency.exhibits.setting import of_answers
from solvency.figures.errors import ReportError
from solvency.figures.figure import Figure
from solvency.figures.listing import Heading
from solvency.figures.listing import listing
from solvency.figures.text import Screen
from solvency.figures.text import text
from solvency.figures.workbook import write
from solvency.model.consolidation import group_sheet
from solvency.model.sheets import sheets


def small(total="30", net="20"):
    # 10 + 20 = 30 down; 30 - 10 = 20 across.
    rows = (
        ("asset", "Bank", Decimal(10), Decimal(4), Decimal(6)),
        ("asset", "Coins", Decimal(20), Decimal(6), Decimal(net) - 6),
    )
    heads = ("side", "account", "had", "gone", Heading("left", sums=((2, 1), (3, -1))))
    table = listing("Books", heads, rows, groups="side")
    *lines, last = table.rows
    account, had, *others = last.cells
    cells = (account, replace(had, value=Decimal(total)), *others)
    return replace(table, rows=(*lines, replace(last, cells=cells)))


def outputs(folder):
    return {
        "text": lambda table: text(table, Screen()),
        "csv": print_csv,
        "workbook": lambda table: write([table], folder / "out.xlsx"),
    }


@pytest.mark.parametrize("face", ["text", "csv", "workbook"])
def test_a_total_that_is_not_its_parts_is_never_printed(tmp_path, face):
    printed = outputs(tmp_path)[face]
    printed(small())
    with pytest.raises(ReportError, match="had is 31, its parts sum to 30"):
        printed(small(total="31"))
    with pytest.raises(ReportError, match="left is 15, its parts sum to 14"):
        printed(small(net="21"))


def tampered(table, index):
    """Return a table with one number, in the first row that has one, off by a cent."""
    rows = list(table.rows)
    at, row = next(
        (n, one)
        for n, one in enumerate(rows)
        if one.cells and isinstance(one.cells[index], Figure) and not one.sums
    )
    cells = list(row.cells)
    cells[index] = replace(cells[index], value=cells[index].value + Decimal("0.01"))
    rows[at] = replace(row, cells=tuple(cells))
    return replace(table, rows=tuple(rows))


@pytest.fixture(scope="module")
def book(harbour):
    return solvency.load(harbour).book()


def tables(book):
    day = book.case.reporting_date
    setting = of_answers(book, day)
    group = book.balance_sheet("group", day)
    desk = group_sheet(book, ("Desk",), day, name="Desk")
    every = sheets(book, list(book.case.entities), day, "market")
    return {
        "group": (by_account(setting, "group", group), (0, 1, 2, 3)),
        "entity": (by_account(setting, "Desk", desk), (0,)),
        "totals": (totals(setting, "group", {"market": group}), (0, 1, 2)),
        "entities": (entities(setting, every), (0, 1, 2)),
    }


@pytest.mark.parametrize("name", ["group", "entity", "totals", "entities"])
def test_tables_of_a_case_are_guarded_in_every_column(book, name):
    table, guarded = tables(book)[name]
    table.cast()
    for index in guarded:
        with pytest.raises(ReportError, match="its parts sum to"):
            print_csv(tampered(table, index))
