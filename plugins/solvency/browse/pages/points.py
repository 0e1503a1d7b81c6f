"""What of a test opens its panel: the points of its lines, and what was missing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.browse.blocks import figure_place
from solvency.browse.panel import NO_GROUND
from solvency.charts.step_pair import Level
from solvency.figures.figure import Figure

if TYPE_CHECKING:
    import datetime

    from solvency.analysis.check.answer import Finding
    from solvency.analysis.check.answer import Findings
    from solvency.analysis.check.answer import Series
    from solvency.browse.view import View

#: The most points of a line: more would touch one another.
_MOST = 24


def levels_of(
    view: View, series: Series, last: datetime.date | None = None
) -> list[Level]:
    """Return a test's two lines to a day, with the points that open a panel.

    Args:
        view: What the page is built from; it keeps the figures of the points.
        series: What was needed and what was there by day.
        last: The last day drawn; None for all.
    """
    levels = [
        Level(day, need, have)
        for day, need, have in zip(series.days, series.need, series.have, strict=True)
        if last is None or day <= last
    ]
    # On a site each point is written out: it is there in the site's own scenario.
    whole = view.at_home.live or view.study.long
    marked = _spread([level.day for level in levels]) if whole else set()
    if view.register.opened:
        for level in levels:
            if level.day in marked:
                _keep(view, series, level.day)
    return [
        Level(level.day, level.need, level.have, _hrefs(series, level.day))
        if level.day in marked
        else level
        for level in levels
    ]


def _spread(days: list[datetime.date]) -> set[datetime.date]:
    """Return the days far enough apart for a point each, the last one among them."""
    if not days:
        return set()
    apart = max(1, (days[-1] - days[0]).days // _MOST)
    found = [days[-1]]
    for day in reversed(days):
        if (found[-1] - day).days >= apart:
            found.append(day)
    return set(found)


def _keys(series: Series, day: datetime.date) -> tuple[str, str]:
    test, entity, label, variant = series.key
    name = ":".join(filter(None, (entity, test, label, variant)))
    return f"level:{name}:{day}:need", f"level:{name}:{day}:have"


def _hrefs(series: Series, day: datetime.date) -> tuple[str, str]:
    need, have = _keys(series, day)
    return figure_place(need), figure_place(have)


def _keep(view: View, series: Series, day: datetime.date) -> None:
    """Keep what the points of a day rest on."""
    from solvency.exhibits.check.counts import sides  # noqa: PLC0415 (brings in SciPy)
    from solvency.exhibits.check.counts import summed  # noqa: PLC0415 (as above)
    from solvency.exhibits.workings import settled  # noqa: PLC0415 (as above)

    setting = view.setting_of_tests(view.study.written())
    words = ("needed by the test", "there, as the test counts it")
    both = zip(_keys(series, day), sides(setting, series, day), words, strict=True)
    for key, side, formula in both:
        said = f"{formula}, {day}"
        figure = (
            setting.money(key, side.value, formula=said)
            if series.unit == view.case.currency
            else setting.share(key, side.value, formula=said)
            if series.unit.startswith(("share", "chance"))
            else setting.units(key, side.value, series.unit, formula=said)
        )
        found = summed(setting, figure, side, day)
        # A limit has no flows of its own: what is held to it are all of them.
        ground = NO_GROUND if found.flows else settled(setting)
        view.register.figure(found, ground)


def missing(view: View, found: Findings, one: Finding) -> str:
    """Keep what was missing on the worst day as the figure the report prints."""
    from solvency.exhibits.check.tests import missing  # noqa: PLC0415 (brings in SciPy)
    from solvency.exhibits.check.words import key_of  # noqa: PLC0415 (as above)
    from solvency.exhibits.workings import settled  # noqa: PLC0415 (as above)

    if one.first is None:
        return ""
    setting = view.setting_of_tests(found)
    figure = missing(setting, one, key_of(one))
    if not isinstance(figure, Figure) or figure.value is None:
        return ""
    return view.register.figure(replace(figure, value=one.amount), settled(setting))
