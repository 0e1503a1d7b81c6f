"""Parts most charts share: axes, labels at the edge, dates along the top."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from solvency.charts import text as type_
from solvency.charts.labels import lanes
from solvency.charts.labels import spread
from solvency.charts.scale import ChartError
from solvency.charts.text import BODY
from solvency.charts.text import DESCENT
from solvency.charts.text import LEADING
from solvency.charts.text import SMALL
from solvency.charts.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence
    from decimal import Decimal

    from solvency.charts.canvas import Canvas
    from solvency.charts.scale import Axis
    from solvency.charts.scale import Days
    from solvency.charts.scale import Grain
    from solvency.charts.scale import Linear
    from solvency.charts.style import Look

#: Height of a line that names a date along the top.
LANE = 13.0
#: From the edge of a drawing to the label beside it.
LEADER = 16.0
#: What the axis of days needs below the drawing.
FOOT = 18.0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a day; `strong` is what the chart is about."""

    day: datetime.date
    label: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """A label to set beside the right edge of a drawing."""

    place: float
    label: str
    value: str
    colour: str
    dash: str = ""


def in_order(days: Sequence[datetime.date]) -> None:
    """Check that days are there and rise.

    Raises:
        ChartError: If there are none, or one is not after the one before.
    """
    if not days:
        raise ChartError("a chart over time needs at least one day")
    for before, after in pairwise(days):
        if before >= after:
            raise ChartError(f"days must rise: {after} comes after {before}")


def amount_marks(look: Look, axis: Axis) -> dict[Decimal, str]:
    """Return the marks of an axis of amounts as printed."""
    places = axis.places(look.scale)
    return {mark: clean(look.number(mark, places)) for mark in axis.marks()}


def margin(canvas: Canvas, marks: dict[Decimal, str]) -> float:
    """Return the room the marks of a vertical axis need at the left."""
    widest = max(type_.width(mark, SMALL) for mark in marks.values())
    return min(widest, canvas.width / 4) + 8


def amount_axis(
    canvas: Canvas, marks: dict[Decimal, str], scale: Linear, left: float, right: float
) -> None:
    """Draw grid lines with their amounts at the left; zero is drawn in ink."""
    for mark, printed in marks.items():
        y = scale(mark)
        strong = mark == 0
        colour = canvas.palette.ink if strong else canvas.palette.rule
        canvas.line((left, y), (right, y), colour, 0.9 if strong else 0.5)
        shown = type_.whole(printed, left - 7, SMALL)
        grey = canvas.palette.grey
        at = (left - 6, y + SMALL * 0.35)
        canvas.place([at], shown, SMALL, anchor="end", fill=grey)


def unit_head(canvas: Canvas, top: float) -> None:
    """Print the unit above the axis of amounts."""
    unit = type_.fit(clean(canvas.look.unit), canvas.width / 4, SMALL)
    canvas.place([(0, top)], unit, SMALL, fill=canvas.palette.grey)


def day_axis(canvas: Canvas, days: Days, y: float) -> None:
    """Draw the days along the bottom."""
    look, grey = canvas.look, canvas.palette.grey
    sample = datetime.date(2022, 12, 28)
    room = max(type_.width(look.mark(sample, grain), SMALL) for grain in _GRAINS) + 14
    grain, marks = days.marks(room)
    for day in marks:
        x = days(day)
        printed = clean(look.mark(day, grain))
        canvas.line((x, y), (x, y + 4), grey, 0.6)
        half = type_.width(printed, SMALL) / 2
        inside = min(max(x, half), canvas.width - half)
        at = (inside, y + FOOT - 4)
        canvas.place([at], printed, SMALL, anchor="middle", fill=grey)


_GRAINS: tuple[Grain, ...] = ("year", "month", "day")


class Edges:
    """Labels beside the right edge, spread so that each has its room."""

    def __init__(self, look: Look, names: Sequence[tuple[str, str]]) -> None:
        """Measure labels, given as name and value."""
        most = look.width * 0.3
        self.lines = [
            (type_.wrap(clean(name), most - LEADER, 2, bold=True), clean(value))
            for name, value in names
        ]
        self.heights = [
            (len(name) * BODY + bool(value) * SMALL) * LEADING + 4
            for name, value in self.lines
        ]
        widest = [
            max(
                [type_.width(line, bold=True) for line in name]
                + [min(type_.width(value, SMALL), most - LEADER)]
            )
            for name, value in self.lines
        ]
        #: What must be left free at the right.
        self.room = LEADER + max(widest, default=0.0) + 1
        #: How tall the drawing must be for all of them.
        self.tall = sum(self.heights)

    def draw(
        self, canvas: Canvas, edges: Sequence[Edge], x: float, top: float, bottom: float
    ) -> None:
        """Draw them, each with a line to the place it names."""
        middles = spread([edge.place for edge in edges], self.heights, top, bottom)
        for edge, (name, value), tall, middle in zip(
            edges, self.lines, self.heights, middles, strict=True
        ):
            turn = [(x + 1, edge.place), (x + 5, edge.place)]
            turn += [(x + LEADER - 6, middle), (x + LEADER - 2, middle)]
            canvas.path(turn, edge.colour, 1.2, edge.dash)
            y = middle - tall / 2 + 2 + BODY * 0.95
            canvas.lines((x + LEADER, y), name, bold=True)
            y += (len(name) - 1) * BODY * LEADING + SMALL * LEADING + 0.5
            shown = type_.whole(value, self.room - LEADER, SMALL)
            canvas.text((x + LEADER, y), shown, SMALL, fill=canvas.palette.grey)


class Events:
    """Days named along the top, each with a line down through the drawing."""

    def __init__(
        self,
        look: Look,
        events: Sequence[Event],
        place: Callable[[datetime.date], float],
    ) -> None:
        """Stack labels; `place` gives the place of a day."""
        self.events = events
        self.places = [place(event.day) for event in events]
        self.labels = [
            type_.wrap(clean(e.label), look.width - x - 5, 3, SMALL, bold=e.strong)
            for e, x in zip(events, self.places, strict=True)
        ]
        wide = [
            max(
                (type_.width(line, SMALL, bold=event.strong) for line in label),
                default=0.0,
            )
            + 10
            for label, event in zip(self.labels, events, strict=True)
        ]
        sizes = [max(1, len(label)) for label in self.labels]
        self.lanes = lanes(self.places, wide, sizes)
        tops = (lane + size for lane, size in zip(self.lanes, sizes, strict=True))
        #: What must be left free above the drawing.
        self.tall = max(tops, default=0) * LANE

    @staticmethod
    def room(
        wide: float,
        events: Sequence[Event],
        place: Callable[[datetime.date], float],
    ) -> float:
        """Return what must be free at the right for every label to fit in a line.

        Args:
            wide: From the left end of the axis to the drawing's right edge.
            events: The days to name.
            place: How far along the axis a day stands, from 0 to 1.

        Returns:
            Drawing units, at most a quarter of it all: beyond that labels wrap.
        """
        needed = 0.0
        for event in events:
            share = place(event.day)
            label = type_.width(clean(event.label), SMALL, bold=event.strong) + 7
            # What stands further left has the drawing to its right to fill.
            if share > 0:
                needed = max(needed, wide - (wide - label) / share)
        return min(needed, wide / 4)

    def draw(self, canvas: Canvas, top: float, bottom: float) -> None:
        """Draw them above `top`, with lines down to `bottom`."""
        for event, x, label, lane in zip(
            self.events, self.places, self.labels, self.lanes, strict=True
        ):
            head = top - (lane + max(1, len(label))) * LANE
            ink = canvas.palette.ink if event.strong else canvas.palette.grey
            weight = 1.1 if event.strong else 0.6
            canvas.line((x, head), (x, bottom), ink, weight, "2 2")
            for n, line in enumerate(label, start=1):
                base = head + n * LANE - DESCENT * SMALL - 2
                canvas.text((x + 4, base), line, SMALL, bold=event.strong, fill=ink)
