"""The page Solvency: each entity's tests over time, and what broke them."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.browse.blocks import DASH
from solvency.browse.blocks import Cell
from solvency.browse.blocks import Chart
from solvency.browse.blocks import Number
from solvency.browse.blocks import Printing
from solvency.browse.blocks import Row
from solvency.browse.blocks import Table
from solvency.browse.blocks import chance
from solvency.browse.blocks import day_cell
from solvency.browse.blocks import drawn
from solvency.browse.blocks import figure_place
from solvency.browse.blocks import money
from solvency.browse.pages.points import levels_of
from solvency.browse.pages.spells import between
from solvency.browse.pages.spells import strip
from solvency.charts import owed_held
from solvency.charts import steps
from solvency.charts.axes import Event
from solvency.exhibits.check.words import asks
from solvency.figures import formats
from solvency.figures.figure import Figure
from solvency.figures.frame import count

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solvency.analysis.check import Finding
    from solvency.analysis.check import Findings
    from solvency.analysis.check.answer import Key
    from solvency.browse.view import View
    from solvency.ledger.case import Case


@dataclass(frozen=True)
class Opened:
    """One finding: what there was over time, and the flows that broke it."""

    title: str
    said: str
    chart: Chart | None
    flows: Table


@dataclass(frozen=True)
class Page:
    """What the template prints."""

    numbers: tuple[Number, ...]
    opened: Opened | None
    charts: tuple[Chart, ...]
    tests: Table
    passed: tuple[str, ...]
    notes: tuple[str, ...]


def name_of(finding: Finding) -> str:
    """Return a finding's name in an address."""
    test, entity, label, variant = finding.key
    return "/".join((entity, test, label or "", variant)).rstrip("/")


def title_of(key: Key) -> str:
    """Return what a test is called beside its entity."""
    of = ", ".join(filter(None, (key.label, key.variant)))
    return f"{key.invariant} ({of})" if of else key.invariant


def build(view: View) -> Page:
    """Build the page."""
    found = view.study.findings()
    shown = [
        one
        for one in found.findings
        if view.asked.entity in {"", "group"} or one.entity == view.asked.entity
    ]
    opened = next((one for one in shown if name_of(one) == view.asked.pick), None)
    if opened is not None and not view.at_home.live:
        # A site has a page for each finding: one line of the table is enough there.
        shown = [opened]
    failed = {one.key for one in found.findings}
    notes = [found.convergence] if found.draws else []
    if view.study.drawing == "being drawn":
        notes.append(
            "The uncertain amounts are being drawn for the probabilities: show the page"
            " again in a moment."
        )
    elif view.study.drawing:
        notes.append(f"The uncertain amounts were not drawn: {view.study.drawing}.")
    elif not view.study.draws:
        notes.append(
            "The tests are asked here in the written amounts alone; solvency check"
            " draws the uncertain ones for probabilities."
        )
    return Page(
        numbers=tuple(_numbers(view, found)),
        opened=_opened(view, found, opened) if opened else None,
        charts=() if opened else tuple(_charts(view, found)),
        tests=_tests(view, found, shown, opened),
        passed=tuple(
            f"{key.entity}: {title_of(key)}"
            for key in found.series
            if key not in failed and key.invariant != "overdraft-limit"
        ),
        notes=tuple(notes),
    )


def _numbers(view: View, found: Findings) -> Iterable[Number]:
    breaches = found.breaches
    first = min((one.first for one in breaches if one.first), default=None)
    yield Number(
        "Breaches",
        str(len(breaches)),
        _tested(found),
        value=str(len(breaches)),
        bad=bool(breaches),
        figure=view.counted(
            "breaches",
            len(breaches),
            "tests that did not hold in the written amounts and are breaches",
            flows=tuple(dict.fromkeys(x for one in breaches for x in one.flows)),
        ).figure,
    )
    yield Number(
        "First breach",
        first.isoformat() if first else DASH,
        _first_of(breaches),
        value=first.isoformat() if first else "",
        bad=first is not None,
    )
    short = [one for one in breaches if one.invariant == "customer-assets-clean"] or [
        one for one in breaches if one.invariant == "customer-assets"
    ]
    for one in short[:2]:
        yield Number(
            f"{one.entity}: customers' assets missing",
            money(one.amount, one.unit),
            f"at worst, on {one.worst}",
            value=format(one.amount, "f"),
            bad=True,
            figure=_missing(view, found, one),
        )


def _tested(found: Findings) -> str:
    """Say what became of all tests, so that the parts add up to them."""
    failed = {one.key for one in found.findings}
    rows = len(found.findings)
    written = [one for one in found.findings if one.first]
    warned = len(written) - len(found.breaches)
    drawn = rows - len(written)
    asked = [key for key in found.series if key not in failed]
    unnamed = sum(key.invariant == "overdraft-limit" for key in asked)
    words = [f"and {count(warned, 'warning')}"]
    if drawn:
        words.append(f"{drawn} broken in draws alone")
    words.append(f"{len(asked) - unnamed} held")
    if unnamed:
        words.append(f"{count(unnamed, 'account')} kept within limits of overdraft")
    return f"{', '.join(words)}: {count(rows + len(asked), 'test')} in all"


def _first_of(breaches: tuple[Finding, ...]) -> str:
    dated = sorted(
        (one.first, one.entity, one.invariant) for one in breaches if one.first
    )
    return f"{dated[0][1]}: {dated[0][2]}" if dated else "no test is broken"


#: The tests whose need is what customers are owed, the one to prefer first.
_OWED = ("customer-assets-clean", "customer-assets")


def _charts(view: View, found: Findings) -> Iterable[Chart]:
    """Draw what customers were owed against what was held for them."""
    last = view.case.reporting_date
    drawn_for = set()
    # In value where the case asks for that: in kind, money is only one of the coins.
    asked = sorted(
        (key for key in found.series if key.invariant in _OWED),
        key=lambda key: _OWED.index(key.invariant),
    )
    for key in asked:
        series, entity = found.series[key], key.entity
        if series.unit != view.case.currency:
            continue
        if entity in drawn_for or view.asked.entity not in {"", "group", entity}:
            continue
        drawn_for.add(entity)
        # Later, prices lapse one by one, and what they priced drops out of the sums.
        levels = levels_of(view, series, last)
        if not any(level.need for level in levels):
            continue
        printing = Printing(series.need, series.unit)
        what = owed_held.OwedHeld(
            f"{entity}: what customers were owed and what was held for them"
            + (", in value" if key.invariant == _OWED[0] else ", money alone"),
            levels,
            [Event(last, "Petition")] if _petition(view.case) else [],
            owed="Owed to customers",
            held="Held for them",
            gap_href=_gap(view, found, key),
        )
        yield drawn(
            lambda look, what=what: owed_held.draw(what, look),  # type: ignore[misc]  # bound at once
            printing,
            f"owed-{entity}",
            f"{entity}: owed to customers against held for them, {printing.unit}",
        )


def _gap(view: View, found: Findings, key: Key) -> str:
    """Return where the shaded shortfall of a test leads: to what was missing."""
    one = next((one for one in found.findings if one.key == key), None)
    name = _missing(view, found, one) if one else ""
    return figure_place(name) if name else ""


def _petition(case: Case) -> bool:
    return any(event.kind == "petition" for event in case.events)


def _tests(
    view: View, found: Findings, shown: list[Finding], opened: Finding | None
) -> Table:
    """List the findings entity by entity, each with the days on which it was broken."""
    rows: list[Row] = []
    before = None
    short = {
        one.entity
        for one in shown
        if one.invariant in _OWED and one.severity == "breach" and one.first
    }
    for one in sorted(shown, key=lambda one: (one.entity not in short, _gravest(one))):
        if one.entity != before:
            before = one.entity
            rows.append(Row((Cell(one.entity),), "group"))
        rows.append(_test(view, found, one, one is opened))
    days = [day for series in found.series.values() for day in series.days]
    span = f"{min(days)} to {max(days)}" if days else ""
    return Table(
        "findings",
        "Tests that did not hold",
        (
            Cell("Test"),
            Cell("Severity"),
            Cell("Broken" + (f", {span}" if span else "")),
            Cell("First"),
            Cell("First between"),
            Cell("Worst"),
            Cell("Missing", kind="num"),
            Cell("Unit"),
            Cell("Cover", kind="num"),
            Cell("Probability", kind="num"),
        ),
        tuple(rows),
        (
            "Probability: the share of draws in which it was ever broken.",
            "First between: it first broke between these days in 90% of those draws.",
        ),
    )


def _gravest(one: Finding) -> tuple[object, ...]:
    """Order findings by entity: breaches first, what customers lack before the rest."""
    return (
        one.entity != "group",
        one.entity,
        one.severity != "breach",
        not one.first,
        one.invariant not in _OWED,
        one.invariant,
    )


def _test(view: View, found: Findings, one: Finding, current: bool) -> Row:
    series = found.series.get(one.key)
    printing = Printing([one.amount], one.unit)
    amount = (
        formats.percent(one.amount)
        if one.unit.startswith(("share", "chance"))
        else printing.text(one.amount)
    )
    plain_unit = one.unit.startswith(("share", "chance"))
    return Row(
        (
            Cell(
                title_of(one.key),
                # A site has a page for each finding of its own scenario alone.
                view.page("solvency", "opened", pick=name_of(one))
                if view.study.long
                else "",
                note=asks(one.key.invariant),
            ),
            Cell(one.severity, kind="bad" if one.severity == "breach" else "mark"),
            Cell(
                strip=strip(series) if series else (),
                title=f"Broken {one.when}" if one.first else "",
                figure=_missing(view, found, one),
            ),
            day_cell(one.first),
            Cell(between(one), kind="day"),
            day_cell(one.worst),
            Cell(
                amount if one.first else DASH,
                kind="num",
                title=f"{one.amount} {one.unit}",
                value=format(one.amount, "f"),
                figure=_missing(view, found, one),
            ),
            Cell(
                one.unit if plain_unit else printing.unit if one.first else "",
                kind="" if plain_unit else "day",
            ),
            Cell(formats.percent(one.ratio), kind="num"),
            Cell(
                chance(one.probability) if found.draws else "",
                kind="num",
                title=f"of {found.draws} draws, seed {found.seed}"
                if found.draws
                else "",
            ),
        ),
        kind="current" if current else "",
        key=f"finding-{name_of(one)}",
    )


def _missing(view: View, found: Findings, one: Finding) -> str:
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


def _opened(view: View, found: Findings, one: Finding) -> Opened:
    """Show one finding: its test over time, and the flows since it last held."""
    series = found.series.get(one.key)
    title = f"{one.entity}: {title_of(one.key)}"
    said = (
        f"Broken {one.when}; worst on {one.worst}."
        if one.first
        else f"Holds as written, but broke in {chance(one.probability)} of draws."
    )
    chart = None
    if series is not None and len(series.days) > 1:
        levels = levels_of(view, series)
        printing = Printing(
            (
                amount
                for both in zip(series.have, series.need, strict=True)
                for amount in both
            ),
            series.unit,
        )
        interval = (
            (one.first_earliest, one.first_latest)
            if found.draws and one.first_earliest and one.first_latest
            else None
        )
        gap = figure_place(key) if (key := _missing(view, found, one)) else ""
        what = steps.Steps(title, levels, interval, gap_href=gap)
        chart = drawn(
            lambda look: steps.draw(what, look),
            printing,
            "finding",
            f"{title}: what the test needs and what there was, {printing.unit}",
            "The band holds the first day broken in 90% of draws." if interval else "",
        )
    flows = view.flows_table(
        "broke", "The flows since it last held, largest effect first", one.flows
    )
    if one.first and not one.flows:
        flows = replace(flows, notes=("No flow of that day: a price moved.",))
    return Opened(title, said, chart, flows)
