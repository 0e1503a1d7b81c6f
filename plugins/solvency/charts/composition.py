"""Composition over time: areas on top of one another, named at the edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.charts.axes import FOOT
from solvency.charts.axes import Edge
from solvency.charts.axes import Edges
from solvency.charts.axes import amount_axis
from solvency.charts.axes import amount_marks
from solvency.charts.axes import day_axis
from solvency.charts.axes import in_order
from solvency.charts.axes import margin
from solvency.charts.axes import unit_head
from solvency.charts.canvas import Canvas
from solvency.charts.scale import Axis
from solvency.charts.scale import ChartError
from solvency.charts.scale import Days
from solvency.charts.scale import exact

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from solvency.charts.scale import Amount
    from solvency.charts.style import Look

_TALL = 210.0


@dataclass(frozen=True, slots=True)
class Layer:
    """One part of the whole: its amount on each day, none negative."""

    label: str
    amounts: Sequence[Amount]


@dataclass(frozen=True, slots=True)
class Composition:
    """What to draw: the days, rising, and the layers from the bottom up."""

    title: str
    days: Sequence[datetime.date]
    layers: Sequence[Layer]


def draw(chart: Composition, look: Look) -> str:
    """Draw layers whose heights sum to the whole on each day.

    Args:
        chart: What to draw.
        look: How to draw it.

    Returns:
        An SVG element.

    Raises:
        ChartError: If days do not rise, a layer has not one amount a day, or an
            amount is negative (a stack cannot show it).
    """
    in_order(chart.days)
    bounds = _bounds(chart)
    canvas = Canvas(look)
    axis = Axis.over(bounds[-1])
    marks = amount_marks(look, axis)
    names = [(lv.label, look.amount(lv.amounts[-1])) for lv in chart.layers]
    edges = Edges(look, names)
    left, right = margin(canvas, marks), look.width - edges.room
    top = 22.0
    bottom = top + max(_TALL, edges.tall)
    y = axis.scale(bottom, top)
    days = Days(chart.days[0], chart.days[-1], left, right)
    unit_head(canvas, 10)
    amount_axis(canvas, marks, y, left, right)
    xs = [days(day) for day in chart.days]
    if len(xs) == 1:
        # One day has no width to draw; it is shown as lasting.
        xs, bounds = [left, right], [(*bound, *bound) for bound in bounds]
    for n, layer in enumerate(chart.layers):
        colour = canvas.palette.tone(n)
        under, over = (
            [(x, y(value)) for x, value in zip(xs, bound, strict=True)]
            for bound in bounds[n : n + 2]
        )
        outline = over + under[::-1]
        fill = canvas.palette.tint(colour, 0.85)
        canvas.area(outline, fill, layer.label, data_layer=str(n))
        if n % 2:
            # Neighbours differ in grey, too.
            canvas.area(outline, canvas.hatch(canvas.palette.tint(colour, 0.35)))
        canvas.path(over, canvas.palette.paper, 0.8)
    canvas.path(
        [(x, y(v)) for x, v in zip(xs, bounds[-1], strict=True)], look.palette.ink
    )
    canvas.line((left, bottom), (right, bottom), canvas.palette.ink, 0.9)
    day_axis(canvas, days, bottom)
    ends = [
        Edge(
            (y(bounds[n][-1]) + y(bounds[n + 1][-1])) / 2,
            *name,
            canvas.palette.tone(n),
        )
        for n, name in enumerate(names)
    ]
    edges.draw(canvas, ends, right, top, bottom)
    day = look.day(chart.days[-1])
    facts = [f"{day}{look.colon}" + ", ".join(map(" ".join, names))]
    return canvas.svg(bottom + FOOT, chart.title, facts)


def _bounds(chart: Composition) -> list[tuple[Amount, ...]]:
    """Return the running totals below and above each layer, by day."""
    if not chart.layers:
        raise ChartError("a composition needs at least one layer")
    bounds: list[tuple[Amount, ...]] = [(exact(0),) * len(chart.days)]
    for layer in chart.layers:
        if len(layer.amounts) != len(chart.days):
            raise ChartError(f"{layer.label}: one amount a day is needed")
        amounts = [exact(amount) for amount in layer.amounts]
        if min(amounts) < 0:
            raise ChartError(f"{layer.label}: a stack cannot show {min(amounts)}")
        bounds.append(
            tuple(exact(b) + a for b, a in zip(bounds[-1], amounts, strict=True))
        )
    return bounds
