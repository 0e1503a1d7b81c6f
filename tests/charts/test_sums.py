"""What is drawn is as long, as tall or as wide as what it stands for."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from charts.chart_reading import Drawing
from charts.chart_reading import points
from charts.chart_reading import rect
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from solvency.charts import Look
from solvency.charts import netting
from solvency.charts import owed_held
from solvency.charts import sankey
from solvency.charts import tornado
from solvency.charts import waterfall

# Coordinates have two decimals.
CLOSE = 0.03
money = st.decimals("0.01", "1000", places=2)
fewer = settings(max_examples=50, deadline=None)


def on(text):
    return datetime.date.fromisoformat(text)


def test_the_gap_is_owed_less_held():
    # Owed 4, held 1 from the third day to the fourth: a gap of 3 of 4.
    levels = [
        owed_held.Level(on("2022-01-01"), 2.0, 3.0),
        owed_held.Level(on("2022-01-03"), 4.0, 1.0),
        owed_held.Level(on("2022-01-04"), 4.0, 4.0),
    ]
    drawing = Drawing(owed_held.draw(owed_held.OwedHeld("", levels), Look()))
    (gap,) = drawing.all("path", data_gap="short")
    (owed,) = drawing.all("path", data_line="need")
    heights = [y for _, y in points(owed.get("d"))]
    unit = (max(heights) - min(heights)) / 2
    ys = [y for _, y in points(gap.get("d"))]
    assert max(ys) - min(ys) == pytest.approx(3 * unit, abs=CLOSE)
    assert "First short: 2022-01-03" in drawing.words()


def test_no_gap_where_nothing_is_missing():
    levels = [owed_held.Level(on("2022-01-01"), 2.0, 2.0)]
    drawing = Drawing(owed_held.draw(owed_held.OwedHeld("", levels), Look()))
    assert not drawing.all("path", data_gap="short")
    assert not any("First short" in word for word in drawing.words())


@fewer
@given(st.lists(st.decimals(-1000, 1000, places=2), min_size=1, max_size=12))
def test_steps_add_up_to_the_total(amounts):
    total = sum(amounts)
    rows = [waterfall.Step(str(n), amount) for n, amount in enumerate(amounts)]
    rows.append(waterfall.Step("total", total, total=True))
    drawing = Drawing(waterfall.draw(waterfall.Waterfall("", rows), Look()))
    bars = [rect(bar) for bar in drawing.all("rect", data_bar="step")]
    largest = max(abs(total), *map(abs, amounts))
    widest = max(bar.right - bar.left for bar in bars)
    if not largest:
        assert widest == 0
        return
    unit = widest / float(largest)
    for bar, amount in zip(bars, [*amounts, total], strict=True):
        assert bar.right - bar.left == pytest.approx(
            float(abs(amount)) * unit, abs=2 * CLOSE
        )
    # Each begins where the one before ended.
    ends = [bars[-1].left if total > 0 else bars[-1].right]
    for bar, amount in zip(bars, amounts, strict=False):
        start, end = (bar.left, bar.right) if amount > 0 else (bar.right, bar.left)
        assert start == pytest.approx(ends[-1], abs=2 * CLOSE)
        ends.append(end)


def test_whiskers_reach_from_low_to_high():
    step = waterfall.Step("a", 4.0, 2.0, 8.0)
    drawing = Drawing(waterfall.draw(waterfall.Waterfall("", [step]), Look()))
    (bar,) = (rect(one) for one in drawing.all("rect", data_bar="step"))
    unit = (bar.right - bar.left) / 4
    whiskers = [
        points(one.get("d"))
        for one in drawing.all("path", stroke=Look().palette.ink, stroke_width="1.2")
    ]
    (low, _), (high, _) = whiskers[0]
    assert low == pytest.approx(bar.left + 2 * unit, abs=CLOSE)
    assert high == pytest.approx(bar.left + 8 * unit, abs=CLOSE)


def test_the_widest_swing_comes_first():
    inputs = [
        tornado.Input("narrow", 9.0, 11.0),
        tornado.Input("wide", 16.0, 6.0),
        tornado.Input("one side", 12.0, 14.0),
    ]
    drawing = Drawing(tornado.draw(tornado.Tornado("", 10.0, inputs), Look()))
    lows = [rect(one) for one in drawing.all("rect", data_bar="low")]
    highs = [rect(one) for one in drawing.all("rect", data_bar="high")]
    wide, side, narrow = ((b.right - b.left) for b in lows)
    # Distances from 10: 6, 2, 1 at the low end, 4, 4, 1 at the high.
    assert (wide, side) == pytest.approx((6 * narrow, 2 * narrow), abs=0.2)
    assert highs[1].right - highs[1].left == pytest.approx(4 * narrow, abs=0.2)
    names = [w for w in drawing.words() if w in {"narrow", "wide", "one side"}]
    assert names == ["wide", "one side", "narrow"]


@fewer
@given(
    st.dictionaries(
        st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda p: p[0] < p[1]),
        money,
        min_size=1,
    )
)
def test_bands_are_as_wide_as_their_amounts_and_fill_their_bars(pairs):
    links = [netting.Link(f"p{a}", f"p{b}", value) for (a, b), value in pairs.items()]
    drawing = Drawing(sankey.draw(sankey.Sankey("", links), Look()))
    bands = drawing.all("path", data_source=None)
    assert sum(Decimal(band.get("data-value")) for band in bands) == sum(pairs.values())
    bars = {
        bar.get("data-party"): rect(bar) for bar in drawing.all("rect", data_party=None)
    }
    sums = {name: {"out": 0.0, "in": 0.0} for name in bars}
    units = set()
    for band in bands:
        outline = points(band.get("d"))
        wide = outline[-1][1] - outline[0][1]
        value = float(band.get("data-value"))
        sums[band.get("data-source")]["out"] += wide
        sums[band.get("data-target")]["in"] += wide
        if value > 50:
            units.add(wide / value)
        # It leaves from within its source and arrives within its target.
        source = bars[band.get("data-source")]
        assert source.top - CLOSE <= outline[0][1] <= outline[-1][1]
        assert outline[-1][1] <= source.bottom + 0.8
        half = outline[: len(outline) // 2]
        target = bars[band.get("data-target")]
        assert target.top - CLOSE <= half[-1][1] <= target.bottom + CLOSE
    for name, bar in bars.items():
        tall = bar.bottom - bar.top
        assert max(sums[name].values()) == pytest.approx(tall, abs=0.8 + CLOSE)
    if units:
        assert max(units) == pytest.approx(min(units), rel=0.02)


@pytest.mark.parametrize("width", [300.0, 505.0, 658.0, 672.0, 1000.0])
def test_amounts_of_one_width_are_all_printed(width):
    look = Look(width=width)
    steps = [waterfall.Step(f"row {n}", n + 0.5) for n in range(4)]
    drawing = Drawing(waterfall.draw(waterfall.Waterfall("", steps), look))
    assert {"0.5", "1.5", "2.5", "3.5"} <= set(drawing.words())
