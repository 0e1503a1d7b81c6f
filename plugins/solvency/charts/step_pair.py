"""Two step lines over time and the gap where one lies below the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.charts.axes import FOOT
from solvency.charts.axes import Edge
from solvency.charts.axes import Edges
from solvency.charts.axes import Event
from solvency.charts.axes import Events
from solvency.charts.axes import amount_axis
from solvency.charts.axes import amount_marks
from solvency.charts.axes import day_axis
from solvency.charts.axes import in_order
from solvency.charts.axes import margin
from solvency.charts.axes import unit_head
from solvency.charts.canvas import Canvas
from solvency.charts.labels import Box
from solvency.charts.scale import Axis
from solvency.charts.scale import ChartError
from solvency.charts.scale import Days

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from solvency.charts.canvas import Point
    from solvency.charts.scale import Amount
    from solvency.charts.scale import Linear
    from solvency.charts.style import Look

_TALL = 210.0


@dataclass(frozen=True, slots=True)
class Level:
    """What was needed and what was there, from a day until the next one's.

    Attributes:
        day: The first day.
        need: What was needed.
        have: What was there.
        hrefs: Where the points of the two lead; empty where none is drawn.
    """

    day: datetime.date
    need: Amount
    have: Amount
    hrefs: tuple[str, str] | tuple[()] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """What both kinds of chart over two lines have in common.

    Attributes:
        title: The chart's text alternative.
        levels: The balances, by day, rising.
        need: Name of the line that should lie below.
        have: Name of the line that should lie above.
        gap: Name of the shaded area.
        events: Days to name along the top.
        band: First and last day of an interval to lay behind the drawing.
        gap_href: Where the shaded area leads, if anywhere.
    """

    title: str
    levels: Sequence[Level]
    need: str
    have: str
    gap: str
    events: Sequence[Event] = ()
    band: tuple[datetime.date, datetime.date] | None = None
    gap_href: str = ""


def with_first(
    events: Sequence[Event], levels: Sequence[Level], words: str, look: Look
) -> list[Event]:
    """Return events, and after them the first day on which there was less than needed.

    Args:
        events: The events.
        levels: The balances, by day, rising.
        words: What the day is called.
        look: How to draw it.
    """
    for level in levels:
        if level.have < level.need:
            label = f"{words}{look.colon}{look.day(level.day)}"
            return [*events, Event(level.day, label, strong=True)]
    return list(events)


def draw_pair(pair: Pair, look: Look) -> str:
    """Draw the two lines, the gap between them, and the days that matter.

    Raises:
        ChartError: If there are no levels, their days do not rise, or the band ends
            before it begins.
    """
    levels = pair.levels
    in_order([level.day for level in levels])
    if pair.band and pair.band[0] > pair.band[1]:
        raise ChartError(f"an interval cannot end on {pair.band[1]}, before it begins")
    canvas = Canvas(look)
    last = levels[-1]
    axis = Axis.over(value for lv in levels for value in (lv.need, lv.have))
    marks = amount_marks(look, axis)
    short = last.have < last.need
    names = [(pair.need, look.amount(last.need)), (pair.have, look.amount(last.have))]
    if short:
        names.append((pair.gap, look.amount(axis_gap(last))))
    edges = Edges(look, names)
    shown = [level.day for level in levels] + [event.day for event in pair.events]
    ends = min([*shown, *(pair.band or ())]), max([*shown, *(pair.band or ())])
    left = margin(canvas, marks)
    room = Events.room(look.width - left, pair.events, Days(*ends, 0, 1))
    right = look.width - max(edges.room, room)
    days = Days(*ends, left, right)
    events = Events(look, pair.events, days)
    # The unit's own line, then the named days, then the drawing.
    top = 14 + events.tall + 4
    bottom = top + max(_TALL, edges.tall)
    y = axis.scale(bottom, top)
    unit_head(canvas, 10)
    _draw_band(canvas, pair, days, top, bottom)
    amount_axis(canvas, marks, y, left, right)
    with canvas.link(pair.gap_href, pair.gap):
        _draw_gaps(canvas, levels, days, y)
    palette = canvas.palette
    canvas.path(_steps(levels, days, y, "need"), palette.lack, 1.8, data_line="need")
    canvas.path(_steps(levels, days, y, "have"), palette.have, 1.8, data_line="have")
    _draw_points(canvas, pair, days, y)
    day_axis(canvas, days, bottom)
    events.draw(canvas, top, bottom)
    named = [
        Edge(y(last.need), *names[0], palette.lack),
        Edge(y(last.have), *names[1], palette.have),
    ]
    if short:
        middle = (y(last.need) + y(last.have)) / 2
        named.append(Edge(middle, *names[2], palette.grey, "1.5 1.5"))
    edges.draw(canvas, named, right, top, bottom)
    facts = [f"{look.on(last.day)}" + ", ".join(map(" ".join, names))]
    facts += [f"{look.on(event.day)}{event.label}" for event in pair.events]
    return canvas.svg(bottom + FOOT, pair.title, facts)


def axis_gap(level: Level) -> Amount:
    """Return how much was missing, in the kind of number both are given in."""
    if isinstance(level.need, float) or isinstance(level.have, float):
        return float(level.need) - float(level.have)
    return level.need - level.have


def _draw_band(
    canvas: Canvas, pair: Pair, days: Days, top: float, bottom: float
) -> None:
    if pair.band is None:
        return
    start, end = (days(day) for day in pair.band)
    ink = canvas.palette.grey
    band = Box(start, top, max(end, start + 1), bottom)
    canvas.rect(band, canvas.palette.panel, data_band="interval")
    canvas.rect(band, canvas.hatch(canvas.palette.rule, falling=True))
    for x in (start, end):
        canvas.line((x, top), (x, bottom), ink, 0.6)


def _draw_points(canvas: Canvas, pair: Pair, days: Days, y: Linear) -> None:
    """Draw the points that lead somewhere, each wider to a click than to the eye."""
    look, palette = canvas.look, canvas.palette
    for level in pair.levels:
        both = (
            (level.need, pair.need, palette.lack),
            (level.have, pair.have, palette.have),
        )
        for href, (amount, name, ink) in zip(level.hrefs, both, strict=False):
            at = (days(level.day), y(amount))
            day = look.day(level.day)
            said = f"{name}{look.comma}{day}{look.colon}{look.amount(amount)}"
            with canvas.link(href, said):
                canvas.circle(at, 7, "transparent")
                canvas.circle(at, 2.6, ink, palette.paper)


def _draw_gaps(canvas: Canvas, levels: Sequence[Level], days: Days, y: Linear) -> None:
    """Shade each run of days on which there was less than needed."""
    lack = canvas.palette.lack
    for run in _short_runs(levels, days):
        outline = _run(run, y, "need") + _run(run, y, "have")[::-1]
        canvas.area(outline, canvas.palette.tint(lack, 0.22), data_gap="short")
        canvas.area(outline, canvas.hatch(canvas.palette.tint(lack, 0.75)))


def _short_runs(
    levels: Sequence[Level], days: Days
) -> list[list[tuple[Level, float, float]]]:
    """Group the short levels, each with the places between which it stands."""
    runs: list[list[tuple[Level, float, float]]] = []
    before_short = False
    # What stood last still stands at the end of the drawing.
    ends = [*(days(level.day) for level in levels[1:]), days.end]
    for level, end in zip(levels, ends, strict=True):
        short = level.have < level.need
        if short and not before_short:
            runs.append([])
        if short:
            runs[-1].append((level, days(level.day), end))
        before_short = short
    return runs


def _run(
    run: Sequence[tuple[Level, float, float]], y: Linear, which: str
) -> list[Point]:
    return [
        (x, y(getattr(level, which))) for level, start, end in run for x in (start, end)
    ]


def _steps(levels: Sequence[Level], days: Days, y: Linear, which: str) -> list[Point]:
    """Return a line that keeps its height until the day it changes."""
    points: list[Point] = []
    for level in levels:
        x, height = days(level.day), y(getattr(level, which))
        if points:
            points.append((x, points[-1][1]))
        points.append((x, height))
    points.append((days.end, points[-1][1]))
    return points
