"""When, how gravely and how surely a test was broken, as the page Solvency has it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.browse.blocks import Cell
from solvency.browse.blocks import Printing
from solvency.browse.blocks import Span
from solvency.browse.blocks import day_cell
from solvency.browse.language import say
from solvency.figures.chances import chance

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Sequence
    from decimal import Decimal

    from solvency.analysis.check import Finding
    from solvency.analysis.check import Findings
    from solvency.analysis.check.answer import Spell


def printings_of(findings: Iterable[Finding]) -> dict[str, Printing]:
    """Return how amounts of a table of findings are printed, by what they are in.

    One unit each: amounts below one another are read beside one another.
    """
    sizes: dict[str, list[Decimal]] = {}
    for one in findings:
        sizes.setdefault(one.unit, []).append(one.amount)
    return {unit: Printing(some, unit) for unit, some in sizes.items()}


def between(one: Finding) -> str:
    """Return the days a test first broke between in draws, where that says more."""
    earliest, latest = one.first_earliest, one.first_latest
    if earliest == latest:
        return "" if earliest == one.first else str(earliest)
    return say("%(since)s to %(until)s", since=str(earliest), until=str(latest))


def marked_day(day: datetime.date | None, marks: str) -> Cell:
    """Return a day with the marks of how it is known."""
    cell = day_cell(day)
    return replace(cell, text=f"{cell.text} {marks}") if day and marks else cell


def strip(days: Sequence[datetime.date], spells: Iterable[Spell]) -> tuple[Span, ...]:
    """Return the stretches of time in which a test was broken.

    Args:
        days: The days on which anything changes, in order.
        spells: Each time it broke.
    """
    begin, end = days[0].toordinal(), days[-1].toordinal()
    whole = max(end - begin, 1)
    spans: list[Span] = []
    for one in spells:
        first = one.first.toordinal()
        # Its last day is drawn to the day's end, within the books.
        until = min(one.last.toordinal() + 1, end)
        width = max(100 * (until - first) / whole, 0.8)
        left = min(100 * (first - begin) / whole, 100 - width)
        words = str(one.first)
        if one.last > one.first:
            words = say("%(since)s to %(until)s", since=words, until=str(one.last))
        spans.append(Span(round(left, 2), round(width, 2), words))
    return tuple(spans)


def severity(one: Finding) -> Cell:
    """Return how grave a finding is, or that the written amounts do not break it."""
    if not one.first:
        return Cell(say("in draws alone"), kind="mark")
    return Cell(say(one.severity), kind="bad" if one.severity == "breach" else "mark")


def probability(found: Findings, one: Finding) -> tuple[Cell, ...]:
    """Return the cell of a probability, where the tests were drawn."""
    if not found.draws:
        return ()
    drawn_from = say(
        "of %(draws)s draws, seed %(seed)s",
        draws=str(found.draws),
        seed=str(found.seed),
    )
    return (Cell(chance(one.probability), kind="num", title=drawn_from),)
