"""Tests of solvency by entity and date."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.ledger.case import Invariant
from solvency.ledger.case import Place
from solvency.report import formats
from solvency.report.charts import steps
from solvency.report.drawings import Drawing
from solvency.report.drawings import chart_scale
from solvency.report.figures import Day
from solvency.report.figures import Said
from solvency.report.figures import anchor
from solvency.report.layout import Section
from solvency.report.sections.kit import in_figures
from solvency.report.sections.kit import plotted
from solvency.report.sections.kit import row
from solvency.report.sections.segregation import chance_of
from solvency.report.sections.segregation import events_of
from solvency.report.sections.segregation import level
from solvency.report.sections.workings import drawn
from solvency.report.sections.workings import entry
from solvency.report.sections.workings import of_sides
from solvency.report.tables import Column
from solvency.report.tables import Row
from solvency.report.tables import Table

if TYPE_CHECKING:
    import datetime

    from solvency.analysis.invariants.findings import Finding
    from solvency.analysis.invariants.findings import Series
    from solvency.report.figures import Figure
    from solvency.report.figures import Prose
    from solvency.report.sections.setting import Setting
    from solvency.report.tables import Cell

#: What each test asks, in a line.
TESTS = {
    "customer-assets": "Held for customers, coin by coin, at least what is owed them",
    "customer-assets-clean": "Held for customers, in value and without the group's own"
    " tokens, at least what is owed them",
    "clean-ratio": "Reserves are mostly no tokens of the group's own",
    "overdraft-limit": "No account goes further below zero than allowed",
    "collateral-coverage": "What is pledged covers the debt it secures",
    "pledged-once": "Nothing is pledged twice",
    "own-token-collateral": "What a member of the group pledges is none of its tokens",
    "holding-against-float": "Tokens held are a small part of those that circulate",
    "holding-against-depth": "Tokens held could be sold near the market price",
    "loan-to-value": "Loans stay below the agreed share of what is pledged",
    "related-party-exposure": "Claims on related parties stay within a limit",
    "house-and-customer-apart": "House and customers' money are kept apart",
    "house-outlay": "Outlays stay within the house's own money",
    "liquidity-coverage": "Liquid assets cover what may be asked for in the period",
    "mirrors": "What one side claims the other owes",
    "liabilities-recognised": "What is owed is on the books",
    "price-coverage": "What is held has a price young enough",
    "attestation-borrowing": "Nothing is borrowed for the day of an attestation",
    "conservation": "Nothing comes from nowhere",
    "balance-sheet": "Assets, without the group's own tokens, cover debts",
    "ability-to-pay": "Debts can be paid as they fall due",
    "adequate-capital": "Equity outlasts plausible stress",
}
#: Accounts named that a test counts.
_COUNTED = 2
#: The tests whose line over time is drawn.
_DRAWN = ("balance-sheet", "ability-to-pay")


def solvency_tests(setting: Setting) -> Section | None:
    """Build the table of what tests found, and lines over time of the main ones."""
    found = setting.analyses.findings
    shown = [
        one
        for one in found.findings
        if (one.first is None or one.first <= setting.at)
        and one.invariant != "price-coverage"
    ]
    if not shown:
        return None
    text = setting.text
    drawings = [
        drawing
        for entity in setting.inside
        for test in _DRAWN
        if (drawing := _drawing(setting, test, entity)) is not None
    ]
    entities = dict.fromkeys(one.entity for one in shown)
    tables = [
        _table(setting, name, [one for one in shown if one.entity == name])
        for name in entities
    ]
    error = entry(
        setting.share(
            "tests:error",
            found.standard_error,
            formula="root of a quarter over the number of draws",
            worked=drawn(setting, "tests:error", found.draws, found.seed),
        )
    )
    return Section(
        "solvency",
        text("Tests of solvency by date"),
        (*tables, *drawings),
        {
            "draws": setting.count("tests:draws", found.draws, target=error.place),
            "error": error,
            "tests": setting.count(
                "tests:count", len(setting.case.invariants), target="section-files"
            ),
            "broken": setting.count(
                "tests:broken",
                len({(f.invariant, f.entity) for f in shown if f.first}),
                target=tables[0].key,
            ),
        },
    )


def _table(setting: Setting, entity: str, shown: list[Finding]) -> Table:
    text = setting.text
    rows = tuple(_row(setting, one, key_of(one)) for one in shown)
    return Table(
        key=f"tests-{entity}",
        title=text(
            "%(entity)s: which tests it failed, when, and how surely",
            entity=text("The group") if entity == "group" else entity,
        ),
        unit=(
            text(
                "%(unit)s unless the line names another; worst: the most that was"
                " missing on a day; chance: share of draws of the uncertain amounts"
                " in which the test broke",
                unit=setting.unit,
            ),
        ),
        head=text("Test"),
        width=66,
        columns=(
            Column("first", text("First broken"), "text", 23),
            Column("between", text("In nine of ten draws between"), "text", 40),
            Column("worst", text("Worst on"), "text", 23),
            Column("missing", text("Missing then"), width=20, current=True),
            Column("chance", text("Chance"), width=14),
        ),
        rows=rows,
        notes=()
        if all(one.first for one in shown)
        else (
            (
                text(
                    "An en dash: the test holds in the amounts as written and broke"
                    " only in draws."
                ),
            ),
        ),
        size="dense",
    )


def asked(setting: Setting, one: Finding) -> Invariant:
    """Return the test of a finding; one that always runs no case asks for."""
    series = setting.analyses.findings.series.get(one.key)
    if series is not None:
        return series.invariant
    return Invariant(one.invariant, one.entity, one.severity, Place("", 0))


def basis_words(setting: Setting, one: Finding) -> str:
    """Return on what basis a test was run, where that is not the market's."""
    basis = asked(setting, one).parameters.get("basis")
    words = {
        "realisable": "at what a sale would fetch",
        "clean": "without own tokens and claims on the group",
        "book": "at book",
    }
    return setting.text(words[str(basis)]) if basis in words else ""


def worded(setting: Setting, one: Finding) -> str:
    """Return what a test asks, with the basis it was run on."""
    asks = setting.text(TESTS.get(one.invariant, one.invariant))
    basis = basis_words(setting, one)
    return (
        setting.text("%(test)s: %(basis)s", test=asks, basis=basis) if basis else asks
    )


def drawn_of(setting: Setting, test: str, entity: str) -> Finding | None:
    """Return the finding whose line over time is drawn.

    Of several such tests the last asked for, as on the strictest basis.
    """
    return next(
        (
            one
            for one in reversed(setting.analyses.findings.findings)
            if (one.invariant, one.entity) == (test, entity)
        ),
        None,
    )


def key_of(one: Finding) -> str:
    """Return what the keys of a finding's figures begin with."""
    variant = f":{one.variant}" if one.variant else ""
    return f"test:{one.invariant}:{one.entity}:{one.commodity or ''}{variant}"


def _row(setting: Setting, one: Finding, key: str) -> Row:
    label = setting.text(TESTS.get(one.invariant, one.invariant))
    of = f": {setting.text(one.commodity)}" if one.commodity else ""
    if basis := basis_words(setting, one):
        of = f"{of}, {basis}"
    if one.unit != setting.case.currency and one.unit not in of:
        of += " " + setting.text("(%(name)s)", name=setting.text(one.unit))
    between = "\N{EN DASH}"
    if one.first_earliest and one.first_latest:
        low, high = (_day(setting, d) for d in (one.first_earliest, one.first_latest))
        between = low if low == high else f"{low} \N{EN DASH} {high}"
    return Row(
        key,
        (label, Said(of)),
        (
            Said(_day(setting, one.first)),
            Said(between),
            Said(_day(setting, one.worst)),
            _missing(setting, one, key),
            _chance(setting, one, key),
        ),
    )


def _chance(setting: Setting, one: Finding, key: str) -> Figure:
    """Return the share of draws, leading to the row's entry or to its own."""
    chance = chance_of(setting, f"{key}:chance", one)
    if one.first is None or not one.amount:
        return chance
    return replace(chance, target=anchor("figure", f"{key}:missing"))


def _missing(setting: Setting, one: Finding, key: str) -> Cell:
    if one.first is None:
        return Said("\N{EN DASH}")

    def figure(name: str, value: Decimal, **rest: Any) -> Figure:
        if one.unit == setting.case.currency:
            return setting.money(f"{key}:{name}", value, **rest)
        if one.unit.startswith(("share", "chance")):
            return setting.share(f"{key}:{name}", value, **rest)
        return setting.units(f"{key}:{name}", round(value, 0), one.unit, **rest)

    found = setting.analyses.findings
    series = found.series.get(one.key)
    worked: Prose = ()
    if series is not None and one.worst is not None:
        need, have = level(series, one.worst)
        worked = setting.say(
            "%(need)s less %(have)s on %(day)s, counting %(accounts)s; ",
            need=figure("need", need, formula="needed"),
            have=figure("have", have, formula="there"),
            day=Day(one.worst),
            accounts=of_sides(setting, key, series.positions, _COUNTED, one.worst),
        )
    chance = replace(chance_of(setting, f"{key}:chance", one), target="")
    broke = setting.say("broken in %(chance)s of the draws", chance=chance)
    return entry(
        figure(
            "missing",
            one.amount,
            formula="needed less there on the worst day",
            flows=one.flows,
            worked=(*worked, *broke),
        )
    )


def _day(setting: Setting, day: datetime.date | None) -> str:
    if day is None:
        return "\N{EN DASH}"
    return formats.cell(day, setting.locale)


def _drawing(setting: Setting, test: str, entity: str) -> Drawing | None:
    found = setting.analyses.findings
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
    title = _title(setting, finding)
    early, late = finding.first_earliest, finding.first_latest
    interval = None
    if early is not None and late is not None and early < late:
        interval = (max(early, levels[0].day), min(late, levels[-1].day))
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
            in_figures(setting, f"tests-{finding.entity}"),
        ),
    )


def _band(setting: Setting) -> tuple[tuple[str], ...]:
    return (
        (
            setting.text(
                "The band holds the first day broken in nine of ten draws of the"
                " uncertain amounts in which it broke."
            ),
        ),
    )


def _level(
    setting: Setting, key: str, day: datetime.date, side: str, value: float | Decimal
) -> Figure:
    return setting.money(
        f"{key}:{day.isoformat()}:{side}", Decimal(value), formula=f"{side} of the test"
    )


def _title(setting: Setting, finding: Finding) -> str:
    names = {
        "balance-sheet": (
            "%(entity)s: debts exceeded assets%(basis)s from %(day)s on",
            "%(entity)s: assets%(basis)s covered debts as written, not in every draw",
        ),
        "ability-to-pay": (
            "%(entity)s could not pay what fell due from %(day)s on",
            "%(entity)s could pay what fell due as written, not in every draw",
        ),
    }
    broke, held = names[finding.invariant]
    basis = basis_words(setting, finding)
    spaced = setting.text(" %(basis)s", basis=basis) if basis else ""
    if finding.first is None:
        return setting.text(held, entity=finding.entity, basis=spaced)
    day = formats.date(finding.first, setting.locale)
    return setting.text(broke, entity=finding.entity, day=day, basis=spaced)
