"""Waterfall: from one amount to another by steps, each with its range."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.charts import text as type_
from solvency.charts.axes import amount_marks
from solvency.charts.axes import unit_head
from solvency.charts.canvas import Canvas
from solvency.charts.labels import Box
from solvency.charts.rows import Names
from solvency.charts.rows import column_width
from solvency.charts.rows import marks_below
from solvency.charts.scale import Axis
from solvency.charts.scale import ChartError
from solvency.charts.scale import exact
from solvency.charts.text import SMALL
from solvency.charts.text import clean
from solvency.charts.text import hang

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solvency.charts.scale import Amount
    from solvency.charts.scale import Linear
    from solvency.charts.style import Look

_TOP = 18.0
_FOOT = 18.0
#: What floats may lose in adding up.
_ROUNDING = Decimal("1e-9")


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the waterfall.

    Attributes:
        label: Its name.
        amount: What it adds, or, for a total, what stands there.
        low: Least the amount may be, where it is uncertain.
        high: Greatest it may be.
        total: Whether the bar stands on zero instead of on the row before.
        tentative: Whether it is an estimate or hypothesis, drawn hatched.
    """

    label: str
    amount: Amount
    low: Amount | None = None
    high: Amount | None = None
    total: bool = False
    tentative: bool = False


@dataclass(frozen=True, slots=True)
class Waterfall:
    """What to draw: rows from the first to the last.

    Attributes:
        title: The chart's text alternative: what it shows, in a sentence.
        steps: Its rows.
        falls: What a bar to the left means; with `rises` a legend at the head.
        rises: What a bar to the right means.
        falling_lacks: Whether a fall is what is missing, and so has its colour; else
            a rise is.
    """

    title: str
    steps: Sequence[Step]
    falls: str = ""
    rises: str = ""
    falling_lacks: bool = False


@dataclass(frozen=True, slots=True)
class _Bar:
    start: Decimal
    end: Decimal
    #: The ends of its whisker, on the axis.
    low: Decimal | None
    high: Decimal | None


def draw(chart: Waterfall, look: Look) -> str:
    """Draw steps from one amount to another, with whiskers from low to high.

    Args:
        chart: What to draw.
        look: How to draw it.

    Returns:
        An SVG element. Rows run downward, so that names of any length fit.

    Raises:
        ChartError: If there are no steps, an amount lies outside its range, or a
            total is not what the rows above it add up to.
    """
    if not chart.steps:
        raise ChartError("a waterfall needs at least one step")
    bars = _bars(chart.steps)
    canvas = Canvas(look)
    ends = [value for bar in bars for value in (bar.start, bar.end, bar.low, bar.high)]
    axis = Axis.over([value for value in ends if value is not None], about=8)
    marks = amount_marks(look, axis)
    names = Names.of([step.label for step in chart.steps], look)
    amounts = [clean(look.amount(step.amount)) for step in chart.steps]
    ranges = [_range(step, look) for step in chart.steps]
    wide = column_width(amounts, look.width * 0.14, bold=True) + hang(
        "", SMALL, bold=True
    )
    wider = column_width(ranges, look.width * 0.2)
    heights = names.heights()
    bottom = _TOP + sum(heights)
    edge = look.width - wider
    half = max(type_.width(mark, SMALL) for mark in marks.values()) / 2
    right = edge - wide - min(half, look.width / 10)
    x = axis.scale(names.room + min(half, look.width / 10), right)
    unit_head(canvas, 10)
    _legend(canvas, chart, names.room)
    marks_below(canvas, marks, x, _TOP, bottom)
    top = _TOP
    for n, (step, bar, tall) in enumerate(zip(chart.steps, bars, heights, strict=True)):
        middle = top + tall / 2
        if n:
            # What the row before came to is where this one begins, or all it shows.
            canvas.line(
                (x(bars[n - 1].end), top - 6),
                (x(bars[n - 1].end), middle),
                look.palette.grey,
            )
        _draw_bar(canvas, step, bar, x, middle, _colour(canvas, chart, step, bar))
        names.draw(canvas, n, middle, bold=step.total)
        base = middle + SMALL * 0.35
        shown = type_.whole(
            amounts[n], wide - 10 - hang(amounts[n], SMALL, bold=True), SMALL, bold=True
        )
        at = (edge - hang(amounts[n], SMALL, bold=True), base)
        canvas.text(at, shown, SMALL, anchor="end", bold=True)
        shown = type_.whole(ranges[n], wider - 10, SMALL)
        place = (look.width, base)
        canvas.text(place, shown, SMALL, anchor="end", fill=look.palette.grey)
        top += tall
    facts = [
        f"{step.label}{look.colon}{amount} {span}"
        for step, amount, span in zip(chart.steps, amounts, ranges, strict=True)
    ]
    return canvas.svg(bottom + _FOOT, chart.title, facts)


def _colours(canvas: Canvas, chart: Waterfall) -> tuple[str, str]:
    """Return the colours of a fall and of a rise."""
    pair = canvas.palette.series[2], canvas.palette.lack
    return pair[::-1] if chart.falling_lacks else pair


def _colour(canvas: Canvas, chart: Waterfall, step: Step, bar: _Bar) -> str:
    if step.total:
        return canvas.palette.have
    return _colours(canvas, chart)[bar.end >= bar.start]


def _legend(canvas: Canvas, chart: Waterfall, left: float) -> None:
    """Say at the head what the colours of steps mean, where the chart is told."""
    entries = zip((chart.falls, chart.rises), _colours(canvas, chart), strict=True)
    for label, colour in entries:
        if not label:
            continue
        words = type_.fit(clean(label), canvas.width - left - 14, SMALL)
        canvas.rect(Box(left, 3, left + 8, 11), colour)
        canvas.text((left + 12, 10), words, SMALL, fill=canvas.palette.grey)
        left += 12 + type_.width(words, SMALL) + 16


def _draw_bar(
    canvas: Canvas, step: Step, bar: _Bar, x: Linear, middle: float, colour: str
) -> None:
    palette = canvas.palette
    left, right = sorted((x(bar.start), x(bar.end)))
    box = Box(left, middle - 6, right, middle + 6)
    if step.tentative:
        canvas.rect(box, palette.tint(colour, 0.3), data_bar="step")
        canvas.rect(box, canvas.hatch(colour), stroke=colour, stroke_width="0.7")
    else:
        canvas.rect(box, colour, data_bar="step")
    if left == right:
        canvas.line((left, middle - 6), (left, middle + 6), colour, 1.2)
    if bar.low is None or bar.high is None:
        return
    low, high = x(bar.low), x(bar.high)
    # Paper under ink, so that the whisker is seen on any bar.
    for weight, ink in ((3.0, palette.paper), (1.2, palette.ink)):
        canvas.line((low, middle), (high, middle), ink, weight)
    for end in (low, high):
        canvas.line((end, middle - 3.5), (end, middle + 3.5), palette.ink, 1.2)


def _range(step: Step, look: Look) -> str:
    if step.low is None or step.high is None:
        return ""
    return clean(look.range(step.low, step.high))


def _bars(steps: Sequence[Step]) -> list[_Bar]:
    """Return where each row's bar and whisker begin and end."""
    bars: list[_Bar] = []
    reached = Decimal(0)
    for step in steps:
        amount = exact(step.amount)
        low = None if step.low is None else exact(step.low)
        high = None if step.high is None else exact(step.high)
        if (low is None) != (high is None):
            raise ChartError(f"{step.label}: a range needs both its ends")
        if low is not None and high is not None and not low <= amount <= high:
            raise ChartError(f"{step.label}: {amount} is not within {low} to {high}")
        if step.total and bars and abs(amount - reached) > abs(reached) * _ROUNDING:
            raise ChartError(
                f"{step.label}: the steps add up to {reached}, not {amount}"
            )
        start = Decimal(0) if step.total else reached
        reached = exact(start + amount)
        bars.append(
            _Bar(
                start,
                reached,
                None if low is None else exact(start + low),
                None if high is None else exact(start + high),
            )
        )
    return bars
