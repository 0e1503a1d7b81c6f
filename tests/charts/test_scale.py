from __future__ import annotations

import datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvency.charts.labels import lanes
from solvency.charts.labels import spread
from solvency.charts.scale import Axis
from solvency.charts.scale import ChartError
from solvency.charts.scale import Days
from solvency.charts.scale import exact

amounts = st.one_of(
    st.decimals(-(10**30), 10**30, allow_nan=False),
    st.floats(-1e300, 1e300),
    st.integers(-5, 5).map(Decimal),
)


def test_marks_are_round():
    # 15.9 in about six steps: 2.65 and more, the next round number is 5.
    axis = Axis.over([Decimal("15.9")])
    assert axis.marks() == (0, 5, 10, 15, 20)
    assert axis.places(0) == 0
    assert Axis.over([Decimal("0.03")]).places(0) == 3
    assert Axis.over([Decimal(15900000000)]).places(9) == 0


@given(st.lists(amounts, max_size=8), st.booleans())
def test_an_axis_holds_what_it_is_over(values, zero):
    axis = Axis.over(values, zero=zero)
    marks = axis.marks()
    assert list(marks) == sorted(set(marks))
    assert 2 <= len(marks) <= 14
    for value in map(exact, values):
        assert float(axis.low) <= float(value) <= float(axis.high)
    if zero:
        assert axis.low <= 0 <= axis.high


@given(st.lists(amounts, min_size=2, max_size=8))
def test_a_scale_is_monotone_and_stays_between_its_ends(values):
    scale = Axis.over(values).scale(200.0, 10.0)
    places = [scale(value) for value in sorted(map(float, values))]
    assert places == sorted(places, reverse=True)
    assert all(10 - 1e-9 <= place <= 200 + 1e-9 for place in places)


@pytest.mark.parametrize("value", [Decimal("NaN"), float("inf"), Decimal("1e304")])
def test_what_is_no_amount_is_refused(value):
    with pytest.raises(ChartError, match="cannot show"):
        exact(value)


@given(st.dates(), st.dates(), st.floats(20, 90))
def test_marked_days_lie_inside_and_fit(one, other, room):
    days = Days(min(one, other), max(one, other), 30.0, 600.0)
    _, marks = days.marks(room)
    assert 1 <= len(marks) <= 570 / room
    assert list(marks) == sorted(marks)
    assert all(days.first <= day <= days.last for day in marks)
    assert all(30 <= days(day) <= 600 for day in marks)


def test_days_are_marked_by_year_month_or_day():
    def marks(first, last):
        span = Days(
            datetime.date.fromisoformat(first),
            datetime.date.fromisoformat(last),
            0.0,
            500.0,
        )
        grain, days = span.marks(60)
        return grain, [day.isoformat() for day in days]

    years = ["2017-01-01", "2018-01-01", "2019-01-01", "2020-01-01", "2021-01-01"]
    assert marks("2016-05-08", "2021-11-11") == ("year", years)
    assert marks("2022-10-20", "2023-02-01") == (
        "month",
        ["2022-11-01", "2022-12-01", "2023-01-01", "2023-02-01"],
    )
    assert marks("2022-11-02", "2022-11-05")[0] == "day"


boxes = st.lists(st.tuples(st.floats(-50, 350), st.floats(1, 30)), max_size=12)


@given(boxes)
def test_labels_spread_apart_in_order(wanted):
    places, heights = [w for w, _ in wanted], [h for _, h in wanted]
    found = spread(places, heights, 0, 300)
    order = sorted(range(len(found)), key=lambda i: (places[i], i))
    for a, b in pairwise(order):
        assert found[b] - found[a] >= (heights[a] + heights[b]) / 2 - 1e-6
    if sum(heights) <= 300:
        for middle, height in zip(found, heights, strict=True):
            assert middle - height / 2 >= -1e-6
            assert middle + height / 2 <= 300 + 1e-6


def test_labels_move_as_little_as_can_be():
    # Two of height 10 both at 50 part by 5 each; one far off stays where it is.
    assert spread([50, 50, 90], [10, 10, 10], 0, 100) == [45, 55, 90]
    assert spread([98], [10], 0, 100) == [95]


stacked = st.lists(
    st.tuples(st.floats(0, 600), st.floats(1, 200), st.integers(1, 3)), max_size=12
)


@given(stacked)
def test_no_line_crosses_a_label(events):
    places, widths, sizes = ([e[n] for e in events] for n in range(3))
    found = lanes(places, widths, sizes)
    for i, (x, wide, size) in enumerate(events):
        for j, other in enumerate(events):
            if i != j and x <= other[0] <= x + wide:
                # The other's line ends below this label, unless both hang on one.
                above = found[i] >= found[j] + other[2]
                below = x == other[0] and found[j] >= found[i] + size
                assert above or below
