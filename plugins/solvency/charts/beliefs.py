"""Beliefs over time: how probable each hypothesis was on what was known by a day."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from solvency.charts.axes import FOOT
from solvency.charts.axes import Edge
from solvency.charts.axes import Edges
from solvency.charts.axes import Event
from solvency.charts.axes import Events
from solvency.charts.axes import amount_axis
from solvency.charts.axes import day_axis
from solvency.charts.axes import in_order
from solvency.charts.axes import margin
from solvency.charts.canvas import Canvas
from solvency.charts.scale import ChartError
from solvency.charts.scale import Days
from solvency.charts.scale import Linear
from solvency.charts.scale import exact
from solvency.charts.text import clean

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from solvency.charts.canvas import Point
    from solvency.charts.scale import Amount
    from solvency.charts.style import Look

__all__ = ["Belief", "Beliefs", "Event", "draw"]

_TALL = 210.0
#: The share of the drawing in which the last beliefs stand.
_LAST = 0.06
#: Lines are told apart by their dashes as well as by colour.
_DASHES = ("", "5 2", "1.5 1.5", "7 2 1.5 2")
_QUARTERS = tuple(Decimal(n) / 4 for n in range(5))


@dataclass(frozen=True, slots=True)
class Belief:
    """A hypothesis and its probability from each known-date on, 0 to 1.

    Attributes:
        label: Its name.
        shares: The probability on each day; None before there was one. The last day has
            one.
    """

    label: str
    shares: Sequence[Amount | None]

    @property
    def last(self) -> Amount:
        """Return the probability on the last day."""
        found = self.shares[-1]
        if found is None:
            raise ChartError(f"{self.label}: a share is needed on the last day")
        return found


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What to draw: known-dates, rising, the beliefs, and what was published."""

    title: str
    days: Sequence[datetime.date]
    beliefs: Sequence[Belief]
    events: Sequence[Event] = ()


def draw(chart: Beliefs, look: Look) -> str:
    """Draw the probability of each hypothesis as evidence came in.

    Args:
        chart: What to draw; a belief keeps its height until the next known-date, and
            days stand as far apart as they are.
        look: How to draw it.

    Returns:
        An SVG element.

    Raises:
        ChartError: If days do not rise, a belief has not one share a day or none on
            the last, or a share is not between 0 and 1.
    """
    in_order(chart.days)
    for belief in chart.beliefs:
        _check(belief, len(chart.days))
    canvas = Canvas(look)
    marks = {share: clean(look.share(share)) for share in _QUARTERS}
    names = [(b.label, look.share(exact(b.last))) for b in chart.beliefs]
    edges = Edges(look, names)
    left, right = margin(canvas, marks), look.width - edges.room
    # What was learnt last keeps its height for a while, so that it can be seen.
    shown = [*chart.days, *(event.day for event in chart.events)]
    days = Days(min(shown), max(shown), left, right - (right - left) * _LAST)
    events = Events(look, chart.events, days)
    top = events.tall + 8
    bottom = top + max(_TALL, edges.tall)
    y = Linear(0.0, 1.0, bottom, top)
    amount_axis(canvas, marks, y, left, right)
    events.draw(canvas, top, bottom)
    for n, belief in enumerate(chart.beliefs):
        points = [
            (days(day), y(share))
            for day, share in zip(chart.days, belief.shares, strict=True)
            if share is not None
        ]
        line = _stepped([*points, (right, points[-1][1])])
        colour, dash = canvas.palette.tone(n), _dash(n)
        canvas.path(line, colour, 1.7, dash, data_belief=str(n))
    day_axis(canvas, days, bottom)
    ends = [
        Edge(y(belief.last), *name, canvas.palette.tone(n), _dash(n))
        for n, (belief, name) in enumerate(zip(chart.beliefs, names, strict=True))
    ]
    edges.draw(canvas, ends, right, top, bottom)
    facts = [f"{look.on(chart.days[-1])}" + ", ".join(map(" ".join, names))]
    facts += [f"{look.on(event.day)}{event.label}" for event in chart.events]
    return canvas.svg(bottom + FOOT, chart.title, facts)


def _check(belief: Belief, days: int) -> None:
    if len(belief.shares) != days:
        raise ChartError(f"{belief.label}: one share a day is needed")
    for share in (exact(one) for one in belief.shares if one is not None):
        if not 0 <= share <= 1:
            raise ChartError(f"{belief.label}: {share} is no probability")


def _dash(n: int) -> str:
    return _DASHES[n % len(_DASHES)]


def _stepped(points: Sequence[Point]) -> list[Point]:
    steps = [points[0]]
    for (_, before), (x, after) in pairwise(points):
        steps += [(x, before), (x, after)]
    return steps
