"""Tornado: how far each input alone moves the answer, the widest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.charts import text as type_
from solvency.charts.axes import amount_marks
from solvency.charts.axes import unit_head
from solvency.charts.canvas import Canvas
from solvency.charts.labels import Box
from solvency.charts.rows import Names
from solvency.charts.rows import marks_below
from solvency.charts.scale import Axis
from solvency.charts.scale import ChartError
from solvency.charts.scale import exact
from solvency.charts.text import SMALL
from solvency.charts.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solvency.charts.scale import Amount
    from solvency.charts.scale import Linear
    from solvency.charts.style import Look

_TOP = 32.0
_FOOT = 18.0
_ROW = 26.0


@dataclass(frozen=True, slots=True)
class Input:
    """An input and the answers at its ends.

    Attributes:
        label: Its name.
        low: The answer when the input is at its low end.
        high: The answer when it is at its high end; may be the lesser answer.
    """

    label: str
    low: Amount
    high: Amount


@dataclass(frozen=True, slots=True)
class Tornado:
    """What to draw.

    Attributes:
        title: The chart's text alternative: what it shows, in a sentence.
        central: The answer with every input at its central value.
        inputs: The inputs, in any order.
        at_low: Names the bars of inputs at their low end.
        at_high: Names the bars of inputs at their high end.
    """

    title: str
    central: Amount
    inputs: Sequence[Input]
    at_low: str = "Input low"
    at_high: str = "Input high"


def draw(chart: Tornado, look: Look) -> str:
    """Draw how far each input moves the answer from its central value.

    Args:
        chart: What to draw.
        look: How to draw it.

    Returns:
        An SVG element, rows from the widest swing to the least.

    Raises:
        ChartError: If there are no inputs.
    """
    if not chart.inputs:
        raise ChartError("a tornado needs at least one input")
    central = exact(chart.central)
    inputs = sorted(chart.inputs, key=lambda i: -_swing(i, chart))
    canvas = Canvas(look)
    axis = Axis.over(
        [central, *(v for i in inputs for v in (i.low, i.high))], about=8, zero=False
    )
    marks = amount_marks(look, axis)
    names = Names.of([one.label for one in inputs], look)
    heights = [max(_ROW, tall) for tall in names.heights()]
    printed = [clean(look.amount(v)) for i in inputs for v in (i.low, i.high)]
    outer = max(type_.width(one, SMALL) for one in printed) + 6
    outer = min(outer, look.width * 0.15)
    x = axis.scale(names.room + outer, look.width - outer)
    bottom = _TOP + sum(heights)
    unit_head(canvas, 10)
    marks_below(canvas, marks, x, _TOP, bottom)
    middle = x(central)
    top = _TOP
    for n, (one, tall) in enumerate(zip(inputs, heights, strict=True)):
        _draw_input(canvas, one, x, middle, top + tall / 2, outer)
        names.draw(canvas, n, top + tall / 2)
        top += tall
    canvas.line((middle, _TOP - 3), (middle, bottom), canvas.palette.ink, 1.4)
    _head(canvas, chart, middle, look.amount(central))
    facts = [f"{look.amount(central)}"]
    for one in inputs:
        ends = f"{look.amount(one.low)}, {look.amount(one.high)}"
        facts.append(f"{one.label}{look.colon}{ends}")
    return canvas.svg(bottom + _FOOT, chart.title, facts)


def _swing(one: Input, chart: Tornado) -> float:
    values = [float(exact(v)) for v in (one.low, one.high, chart.central)]
    return max(values) - min(values)


def _head(canvas: Canvas, chart: Tornado, middle: float, central: str) -> None:
    """Print the central answer above its line, and what the two bars are."""
    palette, look = canvas.palette, canvas.look
    said = type_.whole(clean(central), look.width / 3, bold=True)
    half = type_.width(said, bold=True) / 2
    at = min(max(middle, half), look.width - half)
    canvas.text((at, _TOP - 7), said, anchor="middle", bold=True)
    right = look.width
    for name, colour, hatched in (
        (chart.at_high, palette.lack, False),
        (chart.at_low, palette.have, True),
    ):
        label = type_.fit(clean(name), look.width / 5, SMALL)
        canvas.text((right, 10), label, SMALL, anchor="end", fill=palette.grey)
        edge = right - type_.width(label, SMALL) - 4
        _bar(canvas, Box(edge - 12, 3, edge, 11), colour, hatched, "key")
        right = edge - 26


def _bar(canvas: Canvas, box: Box, colour: str, hatched: bool, kind: str) -> None:
    if hatched:
        canvas.rect(box, canvas.palette.tint(colour, 0.45), data_bar=kind)
        canvas.rect(box, canvas.hatch(colour), stroke=colour, stroke_width="0.6")
    else:
        canvas.rect(box, colour, data_bar=kind)


def _draw_input(
    canvas: Canvas, one: Input, x: Linear, middle: float, y: float, outer: float
) -> None:
    """Draw a row: bars on both sides, or one above the other on the same side."""
    palette, look = canvas.palette, canvas.look
    low, high = x(exact(one.low)), x(exact(one.high))
    same = (low - middle) * (high - middle) > 0 or low == high
    for place, value, colour, hatched in (
        (low, one.low, palette.have, True),
        (high, one.high, palette.lack, False),
    ):
        up, down = (-8.0, 8.0) if not same else (-11.0, 0.0) if hatched else (0.0, 11.0)
        left, right = sorted((middle, place))
        box = Box(left, y + up, right, y + down)
        _bar(canvas, box, colour, hatched, "low" if hatched else "high")
        leftward = place < middle or (place == middle and hatched)
        if place == middle and not same:
            other = high if hatched else low
            leftward = other > middle or (other == middle and hatched)
        printed = type_.whole(clean(look.amount(value)), outer - 4, SMALL)
        at = (place - 4 if leftward else place + 4, y + (up + down) / 2 + SMALL * 0.35)
        canvas.text(at, printed, SMALL, anchor="end" if leftward else "start")
