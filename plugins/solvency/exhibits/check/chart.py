"""Tests of solvency drawn over time."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.charts import steps
from solvency.exhibits.check.counts import explained
from solvency.exhibits.check.counts import lacking
from solvency.exhibits.check.counts import sides
from solvency.exhibits.check.segregation import events_of
from solvency.exhibits.check.segregation import recovers
from solvency.exhibits.check.words import basis_words
from solvency.exhibits.check.words import drawn_of
from solvency.exhibits.check.words import place_of
from solvency.exhibits.check.words import worded
from solvency.exhibits.drawings import Drawing
from solvency.exhibits.drawings import at_end
from solvency.exhibits.drawings import chart_scale
from solvency.exhibits.drawings import in_figures
from solvency.exhibits.drawings import plotted
from solvency.exhibits.drawings import row
from solvency.exhibits.workings import entry
from solvency.figures import formats
from solvency.figures.figure import Ref

if TYPE_CHECKING:
    import datetime

    from solvency.analysis.check.answer import Finding
    from solvency.analysis.check.answer import Series
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose

#: The tests whose line over time is drawn.
DRAWN = ("balance-sheet", "ability-to-pay")


def drawing_of(setting: Setting, test: str, entity: str) -> Drawing | None:
    """Return a test's line over time; nothing where there is none to draw."""
    found = setting.study.findings
    finding = drawn_of(setting, test, entity)
    series = found.series.get(finding.key) if finding else None
    if series is None or finding is None or series.unit != setting.case.currency:
        return None
    if finding.first is not None and finding.first > setting.at:
        return None
    return _steps(setting, series, finding)


def _steps(setting: Setting, series: Series, finding: Finding) -> Drawing | None:
    text = setting.text
    levels = [
        steps.Level(day, need, have)
        for day, need, have in zip(series.days, series.need, series.have, strict=True)
        if day <= setting.at
    ]
    begin = next((n for n, one in enumerate(levels) if one.need or one.have), None)
    if begin is None or len(levels) - begin < 2:
        return None
    levels = levels[begin:]
    amounts = [Decimal(x) for one in levels for x in (one.need, one.have)]
    if chart_scale(amounts) == 0:
        return None
    key = f"line-{finding.invariant}-{finding.entity}"
    title = _title(setting, series, finding)
    early, late = finding.first_earliest, finding.first_latest
    interval = None
    if early is not None and late is not None and early < late:
        # Of an interval that begins after the last day drawn there is nothing to draw.
        first, last = max(early, levels[0].day), min(late, levels[-1].day)
        interval = (first, last) if first <= last else None
    is_sheet = finding.invariant == "balance-sheet"
    chart = steps.Steps(
        title,
        levels,
        interval,
        events_of(setting, setting.at),
        need=text("Debts") if is_sheet else text("Due"),
        have=text("Assets") if is_sheet else text("Can be paid"),
        gap=text("Missing"),
        first=text("First broken"),
        earliest=text("Earliest"),
        latest=text("Latest"),
    )
    return Drawing(
        key,
        title,
        (worded(setting, finding),),
        steps.draw(chart, setting.look(key, amounts)),
        plotted(
            key,
            title,
            text("Day"),
            (text("Needed"), text("There")),
            (
                row(
                    one.day.isoformat(),
                    one.day,
                    _level(setting, key, one.day, "need", one.need),
                    _level(setting, key, one.day, "have", one.have),
                )
                for one in levels
            ),
        ),
        notes=(
            *(_band(setting) if interval else ()),
            _at_end(setting, key, series, chart),
            in_figures(
                setting,
                f"tests-{finding.entity}",
                Ref(worded(setting, finding), f"#{place_of(finding)}"),
            ),
        ),
    )


def _at_end(setting: Setting, key: str, series: Series, chart: steps.Steps) -> Prose:
    """Say what the lines end at, each with the accounts and flows behind it."""
    day = chart.levels[-1].day
    need, have = sides(setting, series, day)
    due = _end(setting, f"{key}:end:need", need.value, formula="needed")
    there = _end(setting, f"{key}:end:have", have.value, formula="there")
    named = [
        (chart.need, explained(setting, due, need, day)),
        (chart.have, explained(setting, there, have, day)),
    ]
    if (missing := need.value - have.value) > 0:
        less = setting.say("%(one)s less %(other)s", one=named[0][1], other=named[1][1])
        rest = lacking(setting, series, day, missing)
        gap = _end(setting, f"{key}:end:gap", missing, formula="needed less there")
        named.append((chart.gap, entry(gap, worked=less, **rest)))
    return at_end(setting, day, named)


def _end(setting: Setting, key: str, value: Decimal, formula: str) -> Figure:
    return setting.money(key, value, formula=formula, prose=True)


def _band(setting: Setting) -> tuple[tuple[str], ...]:
    return (
        (
            setting.text(
                "The band holds the first day broken in nine of ten draws of"
                " uncertain amounts and days in which it broke."
            ),
        ),
    )


def _level(
    setting: Setting, key: str, day: datetime.date, side: str, value: float | Decimal
) -> Figure:
    return setting.money(
        f"{key}:{day.isoformat()}:{side}", Decimal(value), formula=f"{side} of the test"
    )


def _title(setting: Setting, series: Series, finding: Finding) -> str:
    names = {
        "balance-sheet": (
            "%(entity)s: debts exceeded assets%(basis)s from %(day)s on",
            "%(entity)s: debts exceeded assets%(basis)s from %(day)s, with breaks",
            "%(entity)s: assets%(basis)s covered debts as written, not in every draw",
        ),
        "ability-to-pay": (
            "%(entity)s could not pay what fell due from %(day)s on",
            "%(entity)s could not pay what fell due from %(day)s, with breaks",
            "%(entity)s could pay what fell due as written, not in every draw",
        ),
    }
    broke, at_times, held = names[finding.invariant]
    basis = basis_words(setting, finding)
    spaced = setting.text(" %(basis)s", basis=basis) if basis else ""
    if finding.first is None:
        return setting.text(held, entity=finding.entity, basis=spaced)
    day = formats.date(finding.first, setting.locale)
    breaks = recovers(series, finding.first, setting.at)
    return setting.text(
        at_times if breaks else broke, entity=finding.entity, day=day, basis=spaced
    )
