from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvency.figures.errors import ReportError
from solvency.figures.figure import Figure
from solvency.figures.figure import Ref
from solvency.figures.figure import Said
from solvency.figures.figure import anchor
from solvency.figures.formats import Locale
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table


def figure(key: str, value: str | Decimal | None) -> Figure:
    exact = None if value is None else Decimal(value)
    return Figure(key, exact, "USD", scale=6, places=1)


def table(*rows: Row, columns: tuple[Column, ...] = (Column("a", "A"),)) -> Table:
    return Table("t", "Title", ("$m",), "Line", columns, rows)


def summed(values: list[Decimal | None], total: Decimal) -> Table:
    lines = [
        Row(str(n), (f"Line {n}",), (figure(f"k{n}", value),))
        for n, value in enumerate(values)
    ]
    sums = tuple((row.key, 1) for row in lines)
    last = Row("total", ("Total",), (figure("total", total),), "total", sums=sums)
    return table(*lines, last)


def test_a_table_that_adds_up_as_printed_has_no_gap() -> None:
    values = [Decimal(1_200_000), None, Decimal(-200_000)]
    assert summed(values, Decimal(1_000_000)).cast() == ()


def test_rounded_parts_that_miss_the_rounded_total_are_reported() -> None:
    # 0.04 + 0.04 million print as 0.0 and 0.0; 0.08 million prints as 0.1.
    gaps = summed([Decimal(40_000), Decimal(40_000)], Decimal(80_000)).cast()
    assert [(gap.where, gap.parts, gap.total) for gap in gaps] == [
        ("Total, A", Decimal("0.0"), Decimal("0.1"))
    ]


def test_totals_of_one_name_say_under_which_head_they_stand() -> None:
    rows: list[Row] = []
    for name in ("Here", "There"):
        rows.append(Row(name, (name,), kind="group"))
        part = Row(f"{name}:part", (f"Part {name}",), (figure(name, "40000"),))
        twice = ((part.key, 1), (part.key, 1))
        whole = figure(f"{name}:total", "80000")
        rows += [part, Row(f"{name}:total", ("Total",), (whole,), sums=twice)]
    gaps = table(*rows).cast()
    assert [gap.group for gap in gaps] == ["Here", "There"]


def test_a_total_its_parts_do_not_make_is_refused() -> None:
    with pytest.raises(ReportError, match="Total, A is 90000, its parts sum to 80000"):
        summed([Decimal(40_000), Decimal(40_000)], Decimal(90_000)).cast()


def test_a_sum_over_a_row_that_is_not_there_is_refused() -> None:
    row = Row("total", ("Total",), (figure("t", "1"),), sums=(("nothing", 1),))
    with pytest.raises(ReportError, match="names 'nothing'"):
        table(row).cast()


def test_two_rows_of_one_key_are_refused() -> None:
    row = Row("x", ("X",), (figure("x", "1"),))
    with pytest.raises(ReportError, match="same key"):
        table(row, row).cast()


def test_columns_are_cast_with_their_signs() -> None:
    columns = (
        Column("owed", "Owed"),
        Column("held", "Held"),
        Column("gap", "Gap", sums=(("owed", 1), ("held", -1))),
    )
    cells = tuple(figure(name, value) for name, value in zip("abc", "431", strict=True))
    assert table(Row("x", ("X",), cells), columns=columns).cast() == ()
    wrong = (*cells[:2], figure("c", "2"))
    with pytest.raises(ReportError, match="X, Gap is 2, its parts sum to 1"):
        table(Row("x", ("X",), wrong), columns=columns).cast()


@given(st.lists(st.decimals(-(10**12), 10**12, places=2), min_size=1, max_size=9))
def test_exact_totals_cast_and_gaps_are_bounded_by_rounding(
    values: list[Decimal],
) -> None:
    gaps = summed(list(values), sum(values, Decimal(0))).cast()
    # Each part and the total is off by at most half of the last place, 0.1.
    bound = Decimal("0.05") * (len(values) + 1)
    assert all(0 < abs(gap.total - gap.parts) <= bound for gap in gaps)


def test_csv_is_exact_and_no_spreadsheet_runs_it() -> None:
    row = Row("x", (Said("=cmd()"),), (figure("x", "1234567.89"),))
    blank = Row("y", ("Head",), kind="group")
    nothing = Row("z", (Ref("Z", "#z"),), (figure("z", None),))
    assert table(row, blank, nothing).to_csv() == (
        "Line,A\n'=cmd(),1234567.89\nHead,\nZ,\n"
    )


def test_a_figure_as_json_has_its_value_whole() -> None:
    one = Figure(
        "k", Decimal("1e9"), "USD", 6, 1, "sum", ("F-1",), ("s",), "central", "market"
    )
    assert one.to_json(Locale()) == {
        "key": "k",
        "value": "1000000000",
        "unit": "USD",
        "scale": 6,
        "places": 1,
        "printed": "1,000.0",
        "formula": "sum",
        "flows": ["F-1"],
        "sources": ["s"],
        "scenario": "central",
        "basis": "market",
    }


@given(st.text(min_size=1), st.text(min_size=1))
def test_anchors_differ_where_names_do(one: str, other: str) -> None:
    assert (anchor("flow", one) == anchor("flow", other)) == (one == other)
