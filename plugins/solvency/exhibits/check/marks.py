"""Marks of days that no source gives, and of amounts that were put in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.figures import formats
from solvency.figures.figure import Day
from solvency.figures.figure import Said

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Iterator

    from solvency.analysis.check.answer import Finding
    from solvency.analysis.check.margins import Tested
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Prose

#: A day that no source gives.
_DAYLESS = "\N{DAGGER}"
#: An amount sized to another figure.
SIZED = "\N{DOUBLE DAGGER}"
#: How an amount was put in, and what says so.
_PUT_IN = {"sized": SIZED, "remainder": "\N{SECTION SIGN}"}


def tested_of(setting: Setting, one: Finding) -> Tested | None:
    """Return the test on the books that a finding is of."""
    tests = setting.study.findings.tests
    return next((x for x in tests if (x.key, x.on) == (one.key, "books")), None)


def marks_of(setting: Setting, one: Finding) -> tuple[str, str]:
    """Return the marks of the day a test first broke, and of its worst."""
    test = tested_of(setting, one)
    if test is None or one.first is None:
        return "", ""
    return _marks(test.day, test.put_in), _marks(test.worst_day, test.worst_put_in)


def _marks(
    between: tuple[datetime.date, datetime.date] | None, put_in: Iterable[str]
) -> str:
    return (_DAYLESS if between else "") + "".join(
        mark for way, mark in _PUT_IN.items() if way in put_in
    )


def first_day(setting: Setting, one: Finding) -> Said:
    """Return the day a test first broke, marked."""
    first, _ = marks_of(setting, one)
    return Said(f"{day_said(setting, one.first)} {first}".rstrip())


def worst_day(setting: Setting, one: Finding) -> Said:
    """Return the day a test was broken worst, marked."""
    _, worst = marks_of(setting, one)
    return Said(f"{day_said(setting, one.worst)} {worst}".rstrip())


def day_said(setting: Setting, day: datetime.date | None) -> str:
    """Return a day, starred where it lies after the day reported on."""
    if day is None:
        return "\N{EN DASH}"
    star = "*" if day > setting.at else ""
    return f"{formats.cell(day, setting.locale)}{star}"


def notes_of(setting: Setting, shown: Iterable[Finding]) -> Iterator[Prose]:
    """Yield what the marks beside findings say."""
    tests = [test for one in shown if one.first and (test := tested_of(setting, one))]
    between = [day for x in tests for day in (x.day, x.worst_day) if day]
    if between:
        yield setting.say(
            "\N{DAGGER} No source gives the day of a flow by which the test first"
            " broke, or was broken worst: they lie between %(since)s and %(until)s.",
            since=Day(min(first for first, _ in between)),
            until=Day(max(last for _, last in between)),
        )
        yield (
            setting.text(
                "A draw takes any day within the bounds of a flow, so that it may break"
                " before the day written."
            ),
        )
    put_in = {way for x in tests for way in (*x.put_in, *x.worst_put_in)}
    if "sized" in put_in:
        yield (
            setting.text(
                "\N{DOUBLE DAGGER} By construction: the amount by which the test first"
                " broke, or was broken worst, was sized to another figure of the case,"
                " so that it was then is no finding."
            ),
        )
    if "remainder" in put_in:
        yield (
            setting.text(
                "\N{SECTION SIGN} By construction: the amount by which the test first"
                " broke, or was broken worst, is the remainder that makes two figures"
                " agree, so that it was then is no finding."
            ),
        )
