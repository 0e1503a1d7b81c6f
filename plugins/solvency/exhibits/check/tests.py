"""Tests of solvency by entity and date."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.check.chart import DRAWN
from solvency.exhibits.check.chart import drawing_of
from solvency.exhibits.check.counts import lacking
from solvency.exhibits.check.counts import shortfall
from solvency.exhibits.check.counts import sides
from solvency.exhibits.check.found import passed_tests
from solvency.exhibits.check.found import tests_of_found
from solvency.exhibits.check.marks import day_said
from solvency.exhibits.check.marks import first_day
from solvency.exhibits.check.marks import notes_of
from solvency.exhibits.check.marks import worst_day
from solvency.exhibits.check.rules import rules
from solvency.exhibits.check.segregation import chance_of
from solvency.exhibits.check.spreads import tests_otherwise
from solvency.exhibits.check.summary import GRADES
from solvency.exhibits.check.summary import grade
from solvency.exhibits.check.summary import gravest_first
from solvency.exhibits.check.words import asks
from solvency.exhibits.check.words import basis_words
from solvency.exhibits.check.words import in_kind
from solvency.exhibits.check.words import key_of
from solvency.exhibits.check.words import place_of
from solvency.exhibits.check.words import told_exactly
from solvency.exhibits.check.words import unit_said
from solvency.exhibits.section import Section
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import of_sides
from solvency.exhibits.workings import settled
from solvency.figures.figure import Day
from solvency.figures.figure import Said
from solvency.figures.figure import anchor
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.figures.words import listed

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator
    from decimal import Decimal

    from solvency.analysis.check.answer import Finding
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose
    from solvency.figures.table import Cell

#: Accounts named that a test counts.
_COUNTED = 2
#: Flows named that first broke a test.
_BROKE = 3


def solvency_tests(setting: Setting) -> Section | None:
    """Build the table of what tests found, and lines over time of the main ones."""
    found = setting.study.findings
    later = [one for one in found.findings if one.first and one.first > setting.at]
    shown = [one for one in found.findings if one not in later]
    if not shown:
        return None
    text = setting.text
    drawings = [
        drawing
        for entity in setting.inside
        for test in DRAWN
        if (drawing := drawing_of(setting, test, entity)) is not None
    ]
    entities = dict.fromkeys(one.entity for one in shown)
    tables = [
        _with_left_out(
            setting,
            name,
            tests_of(setting, name, [one for one in shown if one.entity == name]),
            sum(one.entity == name for one in later),
        )
        for name in entities
    ]
    beside = [
        rules(setting),
        passed_tests(setting),
        tests_otherwise(setting),
        tests_of_found(setting),
    ]
    return Section(
        "solvency",
        text("Tests of solvency by date"),
        (*tables, *(one for one in beside if one), *drawings),
        ground=settled(setting),
    )


def tests_of(setting: Setting, entity: str, shown: list[Finding]) -> Table:
    """Return what the tests of one entity found, the gravest first."""
    text = setting.text
    found = gravest_first(setting.book, shown)
    rows: list[Row] = []
    for key, title in GRADES.items():
        of_grade = [one for one in found if grade(one) == key]
        if of_grade:
            rows.append(Row(f"tests-{entity}:{key}", (text(title),), kind="group"))
            rows += [_row(setting, one, key_of(one)) for one in of_grade]
    return Table(
        key=f"tests-{entity}",
        title=text(
            "%(entity)s: which tests it failed, when, and how surely",
            entity=text("The group") if entity == "group" else entity,
        ),
        unit=(
            text(
                "%(unit)s unless the line names another; read across: the days between"
                " which nine of ten failing draws of uncertain amounts and days first"
                " failed; the first day on the amounts and days as written; the worst"
                " day, and what was missing then; the share of all draws that failed,"
                " which is a chance of these books, and not of what happened",
                unit=setting.unit,
            ),
        ),
        head=text("Test"),
        width=66,
        columns=(
            Column("between", text("First broken in draws between"), "text", 40),
            Column("first", text("On the days written"), "text", 23),
            Column("worst", text("Worst on"), "text", 23),
            Column("missing", text("Missing then"), width=20, current=True),
            Column("chance", text("Chance"), width=14),
        ),
        rows=tuple(rows),
        notes=tuple(_notes(setting, shown)),
        size="dense",
    )


def _with_left_out(setting: Setting, entity: str, table: Table, later: int) -> Table:
    """Say below the tests of an entity how many broke too late to be among them."""
    if not later:
        return table
    note = setting.say(
        "This table is of the time to %(day)s: of tests that first broke later it"
        " leaves out %(count)s.",
        day=Day(setting.at),
        count=setting.count(
            f"tests-{entity}:later",
            later,
            formula="tests that first broke later",
            target=f"tests-{entity}",
        ),
    )
    return replace(table, notes=(*table.notes, note))


def _notes(setting: Setting, shown: list[Finding]) -> Iterator[Prose]:
    yield from notes_of(setting, shown)
    surely = setting.study.findings.surely
    if surely and any(one.draws and one.probability == 1 for one in shown):
        yield (setting.remark(surely),)
    if not all(one.first for one in shown):
        yield (
            setting.text(
                "An en dash: the test holds in the amounts as written and broke"
                " only in draws."
            ),
        )
    days = [(x.first, x.first_earliest, x.first_latest, x.worst) for x in shown]
    if any(day and day > setting.at for some in days for day in some):
        yield setting.say(
            "* After %(day)s: the tests go on to the last day of the books, and the"
            " most can be missing later than the reporting date.",
            day=Day(setting.at),
        )


def _row(setting: Setting, one: Finding, key: str) -> Row:
    label = setting.text(asks(one.invariant))
    of = f": {setting.text(one.commodity)}" if one.commodity else ""
    if basis := basis_words(setting, one):
        of = f"{of}, {basis}"
    if one.unit == one.commodity != setting.case.currency:
        unit = unit_said(setting, one.amount, one.unit)
        of += " " + setting.text("(in %(name)s)", name=unit)
    elif one.unit != setting.case.currency and one.unit not in of:
        of += " " + setting.text("(%(name)s)", name=setting.remark(one.unit))
    between = "\N{EN DASH}"
    if one.first_earliest and one.first_latest:
        low, high = (
            day_said(setting, d) for d in (one.first_earliest, one.first_latest)
        )
        between = low if low == high else f"{low} \N{EN DASH} {high}"
    return Row(
        key,
        (label, Said(of)),
        (
            Said(between),
            first_day(setting, one),
            worst_day(setting, one),
            missing(setting, one, key),
            _chance(setting, one, key),
        ),
        indent=1,
        anchor=place_of(one),
    )


def _chance(setting: Setting, one: Finding, key: str) -> Figure:
    """Return the share of draws, leading to the row's entry or to its own."""
    chance = chance_of(setting, f"{key}:chance", one)
    if one.first is None or not one.amount:
        return chance
    return replace(chance, target=anchor("figure", f"{key}:missing"))


def missing(setting: Setting, one: Finding, key: str) -> Cell:
    """Return what was missing on the worst day; a dash where it broke in draws only."""
    if one.first is None:
        return Said("\N{EN DASH}")

    def figure(name: str, value: Decimal, **rest: Any) -> Figure:
        if one.unit == setting.case.currency:
            money = setting.money(f"{key}:{name}", value, **rest)
            return told_exactly(money) if name == "missing" else money
        if one.unit.startswith(("share", "chance")):
            return setting.share(f"{key}:{name}", value, **rest)
        return in_kind(setting, f"{key}:{name}", value, one.unit, **rest)

    if not setting.resting:
        return figure("missing", one.amount)
    found = setting.study.findings
    series = found.series.get(one.key)
    worked: Prose = ()
    rests: dict[str, Any] = {}
    if series is not None and one.worst is not None:
        need, have = sides(setting, series, one.worst)
        worked = setting.say(
            "%(need)s less %(have)s on %(day)s, counting %(accounts)s%(less)s; ",
            need=figure("need", need.value, formula="needed"),
            have=figure("have", have.value, formula="there"),
            day=Day(one.worst),
            accounts=of_sides(setting, key, series.positions, _COUNTED, one.worst),
            less=shortfall(setting, key, have),
        )
        rests = lacking(setting, series, one.worst, one.amount)
        if not rests.get("flows"):
            # How old a price is rests on no flow.
            rests["sources"] = _prices_of(setting, one.commodity, one.worst)
    chance = replace(chance_of(setting, f"{key}:chance", one), target="")
    broke = setting.say("broken in %(chance)s of the draws", chance=chance)
    return entry(
        figure(
            "missing",
            one.amount,
            formula="needed less there on the worst day",
            worked=(*worked, *_first(setting, one), *broke),
            **rests,
        )
    )


def _prices_of(
    setting: Setting, commodity: str | None, day: datetime.date
) -> tuple[str, ...]:
    """Return the source of the last price of a commodity by a day."""
    prices = [
        one
        for one in setting.case.prices
        if one.commodity == commodity and one.date <= day and one.source
    ]
    last = max(prices, key=lambda one: one.date, default=None)
    return (last.source,) if last is not None and last.source else ()


def _first(setting: Setting, one: Finding) -> Prose:
    """Say which flows first broke a test, the largest first, and when."""
    assert one.first is not None  # noqa: S101 (only what broke lacks anything)
    if not one.flows:
        return setting.say("first broken on %(day)s, by no flow; ", day=Day(one.first))
    return setting.say(
        "first broken by %(flows)s on %(day)s; ",
        flows=listed(
            setting.locale,
            [
                (setting.flow_ref(x) if x in setting.listed else Said(x),)
                for x in one.flows[:_BROKE]
            ],
        ),
        day=Day(one.first),
    )
