"""Chronology: what happened when, true to the distances between days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.charts import text as type_
from solvency.charts.canvas import Canvas
from solvency.charts.labels import spread
from solvency.charts.scale import ChartError
from solvency.charts.scale import Days
from solvency.charts.text import LEADING
from solvency.charts.text import SMALL
from solvency.charts.text import clean

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from solvency.charts.style import Look

_TALL = 200.0
_GAP = 5.0


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened; `strong` is what the case turns on."""

    day: datetime.date
    words: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """What to draw: what happened, in any order."""

    title: str
    entries: Sequence[Entry]


def draw(chart: Timeline, look: Look) -> str:
    """Draw a chronology downward, each entry joined to its day on the axis.

    Args:
        chart: What to draw.
        look: How to draw it.

    Returns:
        An SVG element, as tall as its entries need.

    Raises:
        ChartError: If nothing happened.
    """
    if not chart.entries:
        raise ChartError("a chronology needs at least one entry")
    canvas = Canvas(look)
    palette = canvas.palette
    entries = sorted(chart.entries, key=lambda entry: entry.day)
    dates = [clean(look.day(entry.day)) for entry in entries]
    dated = min(
        max(type_.width(date, SMALL, bold=True) for date in dates), look.width * 0.3
    )
    spine = min(max(type_.width(look.mark(e.day, "month"), SMALL) for e in entries), 60)
    spine += 12
    date_x = spine + 30
    words_x = date_x + dated + 8
    room = look.width - words_x - 1
    words = [type_.wrap(clean(e.words), room, 3, SMALL, bold=e.strong) for e in entries]
    heights = [max(1, len(lines)) * SMALL * LEADING + _GAP for lines in words]
    bottom = 8 + max(_TALL, sum(heights) * 1.05)
    days = Days(entries[0].day, entries[-1].day, 14, bottom - 6)
    canvas.line((spine, 8), (spine, bottom), palette.grey, 1.0)
    grain, marks = days.marks(30)
    for mark in marks:
        y = days(mark)
        canvas.line((spine - 4, y), (spine, y), palette.grey, 0.8)
        at = (spine - 8, y + SMALL * 0.35)
        shown = type_.fit(clean(look.mark(mark, grain)), spine - 9, SMALL)
        canvas.text(at, shown, SMALL, anchor="end", fill=palette.grey)
    places = [days(entry.day) for entry in entries]
    middles = spread(places, heights, 4, bottom + 4)
    for entry, date, lines, place, middle in zip(
        entries, dates, words, places, middles, strict=True
    ):
        ink = palette.lack if entry.strong else palette.grey
        turn = [(spine, place), (spine + 7, place)]
        turn += [(date_x - 10, middle), (date_x - 4, middle)]
        canvas.path(turn, ink, 0.8)
        canvas.circle((spine, place), 3.4 if entry.strong else 2.4, ink, palette.paper)
        rows = max(1, len(lines))
        base = middle + SMALL * 0.35 - (rows - 1) * SMALL * LEADING / 2
        shown = type_.fit(date, dated, SMALL, bold=entry.strong)
        canvas.text((date_x, base), shown, SMALL, bold=entry.strong)
        canvas.lines((words_x, base), lines, SMALL, bold=entry.strong)
    facts = [
        f"{date}{look.colon}{entry.words}"
        for entry, date in zip(entries, dates, strict=True)
    ]
    return canvas.svg(bottom + 8, chart.title, facts)
