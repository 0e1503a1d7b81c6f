"""A test of solvency over time, with the days its first breach may fall on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.charts.axes import Event
from solvency.charts.step_pair import Level
from solvency.charts.step_pair import Pair
from solvency.charts.step_pair import draw_pair
from solvency.charts.step_pair import with_first

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from solvency.charts.style import Look

__all__ = ["Event", "Level", "Steps", "draw"]


@dataclass(frozen=True, slots=True)
class Steps:
    """What to draw.

    Attributes:
        title: The chart's text alternative: what it shows, in a sentence.
        levels: What the test needs and what there was; days rise.
        interval: First and last day the first breach may fall on, if it is
            uncertain.
        events: Days to name.
        need: Name of the line of what the test needs.
        have: Name of the line of what there was.
        gap: Name of the shaded difference.
        first: Words before the first day broken.
        earliest: Words before the first day of the interval.
        latest: Words before its last day.
        gap_href: Where the shaded difference leads, if anywhere.
    """

    title: str
    levels: Sequence[Level]
    interval: tuple[datetime.date, datetime.date] | None = None
    events: Sequence[Event] = ()
    need: str = "Needed"
    have: str = "There"
    gap: str = "Missing"
    first: str = "First broken"
    earliest: str = "Earliest"
    latest: str = "Latest"
    gap_href: str = ""


def draw(chart: Steps, look: Look) -> str:
    """Draw the step line of a test, with the interval of its first broken date.

    Args:
        chart: What to draw.
        look: How to draw it.

    Returns:
        An SVG element.

    Raises:
        ChartError: If there are no levels, their days do not rise, or the interval
            ends before it begins.
    """
    events = with_first(chart.events, chart.levels, chart.first, look)
    if chart.interval:
        words = (chart.earliest, chart.latest)
        for day, word in zip(chart.interval, words, strict=True):
            events.append(Event(day, f"{word}{look.colon}{look.day(day)}"))
    pair = Pair(
        chart.title,
        chart.levels,
        chart.need,
        chart.have,
        chart.gap,
        events,
        chart.interval,
        chart.gap_href,
    )
    return draw_pair(pair, look)
