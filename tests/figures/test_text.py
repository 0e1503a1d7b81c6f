"""A table as text: within the screen, its digits below one another, its colours."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import example
from hypothesis import given
from hypothesis import strategies as st

from solvency.figures.figure import Figure
from solvency.figures.figure import Grade
from solvency.figures.figure import Said
from solvency.figures.listing import Heading
from solvency.figures.listing import listing
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.figures.text import Screen
from solvency.figures.text import text
from solvency.figures.text import width

#: A colour, as a terminal is told it.
COLOUR = re.compile("\x1b\\[[0-9;]*m")


def lines(table, **screen):
    return text(table, Screen(**screen)).splitlines()


def money(key, value):
    return Figure(key, Decimal(value), "USD", scale=6, places=1)


def sheet():
    rows = (
        Row("assets", ("Assets",), kind="group"),
        Row("bank", ("Bank",), (money("bank", 1_250_000_000),), indent=1),
        Row("debts", ("Debts",), (money("debts", -250_000_000),), indent=1),
        Row(
            "net",
            ("Net",),
            (money("net", 1_000_000_000),),
            "total",
            sums=(("bank", 1), ("debts", 1)),
        ),
    )
    unit = ("$m at market",)
    return Table("t", "Sheet", unit, "Line", (Column("a", "Held"),), rows)


def test_amounts_are_in_the_unit_that_the_second_line_names():
    assert lines(sheet()) == [
        "Sheet",
        "$m at market",
        "",
        "Line         Held",
        "-------  --------",
        "Assets",
        "  Bank   1,250.0",
        "  Debts   (250.0)",
        "Net      1,000.0",
    ]


def test_exact_amounts_are_whole_and_the_unit_says_so():
    shown = lines(sheet(), exact=True)
    assert shown[1] == "$ at market"
    assert shown[6].split() == ["Bank", "1,250,000,000"]
    assert shown[7].split() == ["Debts", "-250,000,000"]


def test_colours_say_what_is_lacking_and_stand_on_terminals_alone():
    plain = text(sheet(), Screen())
    coloured = text(sheet(), Screen(colour=True))
    assert "\x1b" not in plain
    uncoloured = COLOUR.sub("", coloured).splitlines()
    assert [line.rstrip() for line in uncoloured] == plain.splitlines()
    assert "\x1b[31m(250.0)\x1b[0m" in coloured
    assert "\x1b[31m1,250.0" not in coloured
    rows = [Row(one, (one,), (Grade(one),)) for one in ("A1", "C3", "E5")]
    graded = Table("t", "", (), "", (Column("a", "", "grade"),), tuple(rows))
    for letter, colour in (("A1", 32), ("C3", 33), ("E5", 31)):
        assert f"\x1b[{colour}m{letter}" in text(graded, Screen(colour=True))


def test_words_are_broken_where_they_do_not_fit():
    name = "Liabilities:Alameda:Payables:Customers:Withdrawals"
    table = listing("t", ("account", "amount"), ((name, Decimal(5)),))
    shown = lines(table, width=40)
    assert shown[-2:] == [
        "Liabilities:Alameda:Payables:       5.00",
        "Customers:Withdrawals",
    ]


def test_a_number_is_not_broken_at_its_commas():
    said = "less counted 3,864,235,903.28 on 2022-11-11, of Assets:Desk:Bank"
    for columns in range(20, len(said)):
        assert "3,864,235,903.28" in "\n".join(Screen(width=columns).wrapped(said))


def test_columns_that_do_not_fit_stand_below_with_what_the_row_is_of():
    heads = ("entity", "estimate", *(Heading(f"n{n}", "USD") for n in range(8)))
    rows = [("Desk", end, *[Decimal(1_234_567)] * 8) for end in ("low", "high")]
    shown = lines(listing("t", heads, rows), width=44)
    starts = [line for line in shown if line.startswith("entity")]
    assert len(starts) > 1
    assert all(line.startswith("entity  estimate") for line in starts)
    assert sum(line.count("n") - 1 for line in starts) == 8
    assert sum(line.startswith("Desk    high") for line in shown) == len(starts)


def test_what_has_no_rows_says_so():
    assert lines(listing("t", ("a", "b"), ())) == ["t", "none"]


def test_letters_of_full_width_take_two_columns():
    table = listing("t", ("谁", "n"), (("客户", 1), ("ab", 2)))
    heads, _, first, second = lines(table)[2:]
    assert len({width(line) for line in (heads, first, second)}) == 1


WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)
CELLS = st.one_of(
    WORDS, st.none(), st.decimals(-(10**15), 10**15, places=2), st.integers(0, 9999)
)


@example([("", None, None, "00\x1f\x1f\x1f"), ("", "", "", Decimal())], 40, False)
@given(
    st.lists(st.tuples(WORDS, CELLS, CELLS, CELLS), max_size=6),
    st.integers(40, 120),
    st.booleans(),
)
def test_no_line_is_wider_than_the_screen(rows, wide, exact):
    heads = ("name", "first", Heading("second", "USD"), "a third of many words")
    shown = text(listing("title", heads, rows), Screen(wide, exact=exact))
    assert all(width(line) <= wide for line in shown.splitlines())


@pytest.mark.parametrize("value", ["0.000003", "12.5", "-0.4"])
def test_small_numbers_keep_the_digits_that_tell_them(value):
    (row,) = listing("t", ("a", "b"), ((Said("x"), Decimal(value)),)).rows
    shown = row.cells[0].printed
    assert abs(shown - Decimal(value)) <= abs(Decimal(value)) / 100
