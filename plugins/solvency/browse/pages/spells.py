"""The stretches of time in which a test was broken, as the page Solvency has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.browse.blocks import Span
from solvency.browse.language import say

if TYPE_CHECKING:
    from solvency.analysis.check import Finding
    from solvency.analysis.check.answer import Series


def between(one: Finding) -> str:
    """Return the days a test first broke between in draws, where that says more."""
    earliest, latest = one.first_earliest, one.first_latest
    if earliest == latest:
        return "" if earliest == one.first else str(earliest)
    return say("%(since)s to %(until)s", since=str(earliest), until=str(latest))


def strip(series: Series) -> tuple[Span, ...]:
    """Return the stretches of time in which a test was broken."""
    days = [day.toordinal() for day in series.days]
    whole = max(days[-1] - days[0], 1)
    spans: list[Span] = []
    start: int | None = None
    for at, (have, need) in enumerate(zip(series.have, series.need, strict=True)):
        short = have < need
        if short and start is None:
            start = at
        if start is not None and (not short or at == len(days) - 1):
            left = 100 * (days[start] - days[0]) / whole
            width = max(100 * (days[at] - days[start]) / whole, 0.8)
            left = min(left, 100 - width)
            words = say(
                "%(since)s to %(until)s",
                since=str(series.days[start]),
                until=str(series.days[at]),
            )
            spans.append(Span(round(left, 2), round(width, 2), words))
            start = None
    return tuple(spans)
