"""Tests of the books that held, and those of what was found, each with its margin."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.check.words import asks
from solvency.exhibits.check.words import basis_said
from solvency.exhibits.check.words import in_kind
from solvency.exhibits.check.words import told_exactly
from solvency.exhibits.check.words import unit_said
from solvency.exhibits.flows_named import NAMED
from solvency.exhibits.workings import drawn
from solvency.exhibits.workings import entry
from solvency.figures import formats
from solvency.figures.figure import Day
from solvency.figures.figure import Said
from solvency.figures.formats import apart
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from decimal import Decimal

    from solvency.analysis.check.margins import Tested
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose
    from solvency.figures.table import Cell

#: Where one of these does not hold, the ledger is in error: on books none can fail.
_OF_THE_LEDGER = frozenset({"mirrors", "conservation"})


def tests_of_found(setting: Setting) -> Table | None:
    """Return every test of what was found; None where nothing was counted."""
    found = setting.study.findings.found
    if not found:
        return None
    text = setting.text
    names = names_of(found)
    return Table(
        key="tests-found",
        title=text("Tests of what was found, from the petition on"),
        unit=(
            text(
                "%(unit)s unless the line names another; the same tests, with what was"
                " counted in place of what the books show; margin: what there was"
                " beyond what was needed, in parentheses what was missing; worst: the"
                " least margin; chance: share of draws of uncertain amounts and days in"
                " which the test broke, what was counted being taken as counted; what"
                " several hold together is counted for each in proportion to the books",
                unit=setting.unit,
            ),
        ),
        head=text("Test"),
        width=80,
        columns=(
            Column("entity", text("Entity"), "text", 22),
            Column("passed", text("Held on every day"), "text", 18),
            Column("reported", _reported_head(setting), width=22),
            Column("margin", text("Worst"), width=22, current=True),
            Column("worst", text("On"), "text", 23),
            Column("chance", text("Chance"), width=14),
        ),
        rows=tuple(
            _row(setting, one, name) for name, one in zip(names, found, strict=True)
        ),
        notes=tuple(_since(setting, found)),
        size="dense",
    )


def _since(setting: Setting, found: Iterable[Tested]) -> Iterator[Prose]:
    """Say what a worst day after the day of the report is of."""
    day = setting.at
    if any(one.worst_at and one.worst_at > day for one in found):
        yield setting.say(
            "Where the worst day is after %(day)s, what these books record after that"
            " day is counted in it: claims, orders, sales and payments.",
            day=Day(day),
        )


def passed_tests(setting: Setting) -> Table | None:
    """Return the tests of the books that held on every day; None where none did."""
    tests = setting.study.findings.tests
    held = [
        one
        for one in tests
        if one.on == "books" and one.passed and one.test not in _OF_THE_LEDGER
    ]
    if not held:
        return None
    text = setting.text
    return Table(
        key="tests-passed",
        title=text("Tests of the books that held on every day"),
        unit=(
            text(
                "%(unit)s unless the line names another: what there was beyond what was"
                " needed, on the day named and on the worst day; chance: share of draws"
                " of uncertain amounts and days in which the test broke, which may be"
                " high though it holds in the amounts as written",
                unit=setting.unit,
            ),
        ),
        head=text("Test"),
        width=80,
        columns=(
            Column("entity", text("Entity"), "text", 22),
            Column("reported", _reported_head(setting), width=24),
            Column("margin", text("Least"), width=24, current=True),
            Column("chance", text("Chance"), width=14),
        ),
        rows=tuple(
            Row(f"passed-test:{name}", *_held(setting, one, name))
            for name, one in zip(names_of(held), held, strict=True)
        ),
        size="dense",
    )


def _held(setting: Setting, one: Tested, name: str) -> tuple[Prose, tuple[Cell, ...]]:
    """Return the label and the cells of a test of the books that held."""
    label, entity = _asked(setting, one)
    key = f"tests:books:{name}"
    return label, (
        entity,
        _reported_margin(setting, one, key),
        _margin(setting, one, key),
        _chance(setting, one, key),
    )


def names_of(tests: Iterable[Tested]) -> list[str]:
    """Return a name for each test, no two alike."""
    return apart(
        ":".join((one.test, one.entity, one.label or "", one.variant)).rstrip(":")
        for one in tests
    )


def of_said(setting: Setting, one: Tested) -> str:
    """Say what a test is of, and on what basis, as follows what it asks."""
    of = f": {setting.text(one.label)}" if one.label else ""
    series = setting.study.findings.series.get(one.key)
    if series is not None and (basis := basis_said(setting, series.invariant)):
        return f"{of}, {basis}"
    return of


def _asked(setting: Setting, one: Tested) -> tuple[Prose, Said]:
    """Say what a test asks, and of whom."""
    text = setting.text
    of = of_said(setting, one)
    if one.unit == one.label != setting.case.currency:
        unit = unit_said(setting, one.margin, one.unit)
        of += " " + text("(in %(name)s)", name=unit)
    elif one.unit != setting.case.currency:
        of += " " + text("(%(name)s)", name=setting.remark(one.unit))
    entity = text("The group") if one.entity == "group" else one.entity
    return (text(asks(one.test)), Said(of)), Said(entity)


def _row(setting: Setting, one: Tested, name: str) -> Row:
    label, entity = _asked(setting, one)
    text = setting.text
    key = f"tests:found:{name}"
    return Row(
        f"found-test:{name}",
        label,
        (
            entity,
            Said(text("yes") if one.passed else text("no")),
            _reported_margin(setting, one, key),
            _margin(setting, one, key),
            Said(
                formats.cell(one.worst_at, setting.locale)
                if one.worst_at
                else formats.NOT_FOUND
            ),
            _chance(setting, one, key),
        ),
    )


def _chance(setting: Setting, one: Tested, key: str) -> Figure:
    """Return the share of draws a test broke in."""
    found = setting.study.findings
    return entry(
        setting.share(
            f"{key}:chance",
            one.probability,
            formula="share of draws the test broke in",
            worked=drawn(setting, key, found.draws, found.seed),
            **rest_of_days(setting),
        )
    )


def rest_of_days(setting: Setting) -> dict[str, Any]:
    """Return what a test over many days rests on: all flows, counts and prices."""
    if not setting.resting:
        return {}
    prices = dict.fromkeys(one.source for one in setting.case.prices if one.source)
    return {
        "flows": tuple(flow.id for flow in setting.book.flows),
        "named": NAMED,
        "sources": setting.counted,
        "priced": tuple(prices),
    }


def failed_besides(setting: Setting) -> list[Prose]:
    """Return what fails on what was found, at the reporting date, and not on books.

    Of tests in money, each with its entity, what it asks and what was missing, the
    most missing first.
    """
    found = setting.study.findings
    broken = {one.key for one in found.findings if one.first is not None}
    short = [
        (one.reported, name, one)
        for name, one in zip(names_of(found.found), found.found, strict=True)
        if one.reported is not None and one.reported < 0 and one.key not in broken
        if one.unit == setting.case.currency
    ]
    return [
        setting.say(
            "%(who)s: %(test)s, %(missing)s missing",
            who=(entity,),
            test=label,
            missing=_amount(
                setting,
                one,
                f"tests:found:{name}:missing",
                -reported,
                "what was missing at the end of the reporting date",
            ),
        )
        for reported, name, one in sorted(short, key=lambda row: row[:2])
        for label, entity in (_asked(setting, one),)
    ]


def _reported_head(setting: Setting) -> str:
    """Return the heading of margins at the reporting date."""
    day = formats.cell(setting.case.reporting_date, setting.locale)
    return setting.text("At %(day)s", day=day)


def _reported_margin(setting: Setting, one: Tested, name: str) -> Cell:
    """Return the margin at the end of the reporting date; a dash without one."""
    if one.reported is None:
        return Said(formats.NOT_FOUND)
    return _amount(
        setting,
        one,
        f"{name}:reported",
        one.reported,
        "what there was less what was needed, at the end of the reporting date",
    )


def _margin(setting: Setting, one: Tested, name: str) -> Figure:
    """Return the least margin of a test in money, units or a share."""
    formula = "what there was less what was needed, on the worst day"
    return _amount(setting, one, f"{name}:margin", one.margin, formula)


def _amount(
    setting: Setting, one: Tested, key: str, value: Decimal, formula: str
) -> Figure:
    rest = {"formula": formula, **rest_of_days(setting)}
    if one.unit == setting.case.currency:
        margin = setting.money(key, value, **rest)
        return entry(margin if value >= 0 else told_exactly(margin))
    if one.unit.startswith(("share", "chance")):
        return entry(setting.share(key, value, **rest))
    return entry(in_kind(setting, key, value, one.unit, **rest))
