"""Distribution of a total against the hole it should explain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.charts import text as type_
from solvency.charts.axes import amount_marks
from solvency.charts.axes import margin
from solvency.charts.axes import unit_head
from solvency.charts.canvas import Canvas
from solvency.charts.labels import Box
from solvency.charts.rows import marks_below
from solvency.charts.scale import Axis
from solvency.charts.scale import ChartError
from solvency.charts.scale import exact
from solvency.charts.text import SMALL
from solvency.charts.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from solvency.charts.scale import Amount
    from solvency.charts.scale import Linear
    from solvency.charts.style import Look

_TALL = 170.0
#: From the top: the hole's name, the interval's name, the interval, the bars.
_HOLE, _SAID, _SPAN, _TOP = 24.0, 40.0, 49.0, 60.0


@dataclass(frozen=True, slots=True)
class Bin:
    """The share of draws from one amount up to another."""

    low: Amount
    high: Amount
    share: Amount


@dataclass(frozen=True, slots=True)
class Distribution:
    """What to draw.

    Attributes:
        title: The chart's text alternative: what it shows, in a sentence.
        bins: The draws, by amount, none overlapping.
        central: The middle of the distribution (its median).
        low: Low end of the interval to mark.
        high: High end of the interval.
        interval: What the interval is called (`90% of draws`).
        hole: The amount to be explained, if there is one.
        hole_low: Least the hole may be.
        hole_high: Greatest it may be.
        hole_label: Its name.
        each: Names the vertical axis: what share each bar stands for.
    """

    title: str
    bins: Sequence[Bin]
    central: Amount
    low: Amount
    high: Amount
    interval: str
    hole: Amount | None = None
    hole_low: Amount | None = None
    hole_high: Amount | None = None
    hole_label: str = "Hole"
    each: str = ""


def draw(chart: Distribution, look: Look) -> str:
    """Draw how the draws of a total lie about the hole.

    Args:
        chart: What to draw.
        look: How to draw it.

    Returns:
        An SVG element. Areas of bars are as the shares; heights are shares where
        bins are of one width. Bars that reach the hole are hatched.

    Raises:
        ChartError: If there are no bins, one has no width or a negative share, two
            overlap, or low, central and high do not rise.
    """
    bins = _checked(chart)
    canvas = Canvas(look)
    hole = [v for v in (chart.hole, chart.hole_low, chart.hole_high) if v is not None]
    ends = [v for b in bins for v in (b.low, b.high)]
    axis = Axis.over(
        [*ends, *hole, chart.low, chart.high], about=7, zero=min(ends) >= 0
    )
    reference = exact(bins[0].high) - exact(bins[0].low)
    heights = [
        exact(b.share) * (reference / (exact(b.high) - exact(b.low))) for b in bins
    ]
    upward = Axis.over(heights, about=3)
    levels = {mark: clean(look.share(mark)) for mark in upward.marks()}
    marks = amount_marks(look, axis)
    half = min(
        max(type_.width(mark, SMALL) for mark in marks.values()) / 2, look.width / 10
    )
    left, right = margin(canvas, levels), look.width - half
    bottom = _TOP + _TALL
    x, y = axis.scale(left, right), upward.scale(bottom, _TOP)
    _draw_levels(canvas, chart, levels, y, left, right)
    marks_below(canvas, marks, x, bottom, bottom + 4)
    _draw_hole(canvas, chart, x, bottom, behind=True)
    for one, height in zip(bins, heights, strict=True):
        box = Box(x(exact(one.low)), y(height), x(exact(one.high)), bottom)
        reaches = chart.hole is not None and exact(one.low) >= exact(chart.hole)
        saying = f"{look.range(one.low, one.high)}{look.colon}"
        saying += look.share(exact(one.share))
        _draw_bar(canvas, box, saying, reaches)
    canvas.line((left, bottom), (right, bottom), look.palette.ink, 0.9)
    _draw_hole(canvas, chart, x, bottom, behind=False)
    said = _draw_interval(canvas, chart, x, left)
    facts = [said]
    if chart.hole is not None:
        facts.append(f"{chart.hole_label}{look.colon}{look.amount(chart.hole)}")
    return canvas.svg(bottom + 18, chart.title, facts)


def _checked(chart: Distribution) -> list[Bin]:
    bins = sorted(chart.bins, key=lambda b: exact(b.low))
    if not bins:
        raise ChartError("a distribution needs at least one bin")
    before = exact(bins[0].low)
    for one in bins:
        low, high, share = exact(one.low), exact(one.high), exact(one.share)
        if not low < high:
            raise ChartError(f"a bin from {one.low} to {one.high} has no width")
        if low < before:
            raise ChartError(f"the bin from {one.low} begins inside another")
        if share < 0:
            raise ChartError(f"a share cannot be {share}")
        before = high
    if not exact(chart.low) <= exact(chart.central) <= exact(chart.high):
        raise ChartError(f"{chart.central} is not in {chart.low} to {chart.high}")
    return bins


def _draw_levels(
    canvas: Canvas,
    chart: Distribution,
    levels: dict[Decimal, str],
    y: Linear,
    left: float,
    right: float,
) -> None:
    palette = canvas.palette
    for level, printed in levels.items():
        canvas.line((left, y(level)), (right, y(level)), palette.rule, 0.5)
        at = (left - 6, y(level) + SMALL * 0.35)
        shown = type_.whole(printed, left - 7, SMALL)
        canvas.place([at], shown, SMALL, anchor="end", fill=palette.grey)
    unit_head(canvas, 10)
    each = type_.fit(clean(chart.each), canvas.width * 0.6, SMALL)
    end = (canvas.width, 10)
    canvas.place([end], each, SMALL, anchor="end", fill=palette.grey)


def _draw_bar(canvas: Canvas, box: Box, saying: str, reaches: bool) -> None:
    palette = canvas.palette
    edge = {"stroke": palette.paper, "stroke_width": "0.6"}
    colour = palette.lack if reaches else palette.have
    fill = palette.tint(colour, 0.45 if reaches else 0.85)
    canvas.rect(box, fill, title=saying, data_bin="draws", **edge)
    if reaches:
        canvas.rect(box, canvas.hatch(colour))


def _draw_hole(
    canvas: Canvas, chart: Distribution, x: Linear, bottom: float, *, behind: bool
) -> None:
    """Draw the hole: its range behind the bars, its line and name before them."""
    if chart.hole is None:
        return
    look, palette = canvas.look, canvas.palette
    place = x(exact(chart.hole))
    said = f"{chart.hole_label} {look.amount(chart.hole)}"
    if chart.hole_low is not None and chart.hole_high is not None:
        said += f" ({look.range(chart.hole_low, chart.hole_high)})"
        if behind:
            low, high = x(exact(chart.hole_low)), x(exact(chart.hole_high))
            low = min(low, look.width - 1)
            band = Box(low, _HOLE + 4, max(high, low + 1), bottom)
            canvas.rect(band, palette.panel, data_band="hole")
    if behind:
        return
    canvas.line((place, _HOLE + 4), (place, bottom), palette.ink, 1.4)
    said = type_.fit(clean(said), look.width, SMALL, bold=True)
    half = type_.width(said, SMALL, bold=True) / 2
    at = (min(max(place, half), look.width - half), _HOLE)
    canvas.text(at, said, SMALL, anchor="middle", bold=True)


def _draw_interval(canvas: Canvas, chart: Distribution, x: Linear, left: float) -> str:
    """Draw the interval above the bars, with its name; return what it says."""
    look, palette = canvas.look, canvas.palette
    low, middle, high = (x(exact(v)) for v in (chart.low, chart.central, chart.high))
    canvas.line((low, _SPAN), (high, _SPAN), palette.ink, 1.2)
    for end in (low, high):
        canvas.line((end, _SPAN - 3.5), (end, _SPAN + 3.5), palette.ink, 1.2)
    canvas.circle((middle, _SPAN), 3.2, palette.ink, palette.paper)
    said = f"{look.amount(chart.central)} ({look.range(chart.low, chart.high)},"
    said = clean(f"{said} {chart.interval})")
    shown = type_.fit(said, look.width - left, SMALL)
    half = type_.width(shown, SMALL) / 2
    at = (min(max(middle, left + half), look.width - half), _SAID)
    canvas.place([at], shown, SMALL, anchor="middle", plate=True)
    return said
