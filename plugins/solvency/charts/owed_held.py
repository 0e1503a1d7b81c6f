"""Owed against held: what customers were owed, what was there, and the gap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.charts.axes import Event
from solvency.charts.step_pair import Level
from solvency.charts.step_pair import Pair
from solvency.charts.step_pair import draw_pair
from solvency.charts.step_pair import with_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solvency.charts.style import Look

__all__ = ["Event", "Level", "OwedHeld", "draw"]


@dataclass(frozen=True, slots=True)
class OwedHeld:
    """What to draw.

    Attributes:
        title: The chart's text alternative: what it shows, in a sentence.
        levels: `need` is what was owed, `have` what was held; days rise.
        events: Days to name.
        owed: Name of the line of what was owed.
        held: Name of the line of what was held.
        gap: Name of the shaded difference.
        first: Words before the first day on which less was held than owed.
        gap_href: Where the shaded difference leads, if anywhere.
    """

    title: str
    levels: Sequence[Level]
    events: Sequence[Event] = ()
    owed: str = "Owed"
    held: str = "Held"
    gap: str = "Gap"
    first: str = "First short"
    gap_href: str = ""


def draw(chart: OwedHeld, look: Look) -> str:
    """Draw owed against held over time, the gap shaded and its first day named.

    Args:
        chart: What to draw.
        look: How to draw it.

    Returns:
        An SVG element.

    Raises:
        ChartError: If there are no levels, or their days do not rise.
    """
    events = with_first(chart.events, chart.levels, chart.first, look)
    pair = Pair(
        chart.title,
        chart.levels,
        chart.owed,
        chart.held,
        chart.gap,
        events,
        gap_href=chart.gap_href,
    )
    return draw_pair(pair, look)
