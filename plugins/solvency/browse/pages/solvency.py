"""The page Solvency: each entity's tests over time, and what broke them."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.browse import exhibit
from solvency.browse.blocks import DASH
from solvency.browse.blocks import Cell
from solvency.browse.blocks import Chart
from solvency.browse.blocks import Number
from solvency.browse.blocks import Printing
from solvency.browse.blocks import Row
from solvency.browse.blocks import Table
from solvency.browse.blocks import drawn
from solvency.browse.blocks import figure_place
from solvency.browse.language import day_said
from solvency.browse.language import listed
from solvency.browse.language import many
from solvency.browse.language import money
from solvency.browse.language import remark
from solvency.browse.language import say
from solvency.browse.language import spoken
from solvency.browse.pages.customers import charts
from solvency.browse.pages.points import levels_of
from solvency.browse.pages.points import missing
from solvency.browse.pages.spells import between
from solvency.browse.pages.spells import marked_day
from solvency.browse.pages.spells import printings_of
from solvency.browse.pages.spells import probability
from solvency.browse.pages.spells import severity
from solvency.browse.pages.spells import strip
from solvency.charts import steps
from solvency.exhibits.check.marks import marks_of
from solvency.exhibits.check.marks import notes_of
from solvency.exhibits.check.summary import by_entity
from solvency.exhibits.check.words import asks
from solvency.figures import formats
from solvency.figures.chances import chance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solvency.analysis.check import Finding
    from solvency.analysis.check import Findings
    from solvency.analysis.check.answer import Key
    from solvency.browse.view import View

    Printings = dict[str, Printing]

#: What the columns of draws say.
_DRAWN = (
    "Probability: the share of draws in which it was ever broken.",
    "First between: it first broke between these days in 90% of those draws.",
)


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
    otherwise: Table | None
    passed: tuple[str, ...]
    notes: tuple[str, ...]
    drawing: bool  # the page has what is drawn when that is done


def name_of(finding: Finding) -> str:
    """Return a finding's name in an address."""
    test, entity, label, variant = finding.key
    return "/".join((entity, test, label or "", variant)).rstrip("/")


def called(key: Key) -> str:
    """Return whose test it is, and which."""
    return say(key.entity) + spoken().text(": ") + title_of(key)


def held_of(found: Findings, failed: set[Key]) -> list[Key]:
    """Return the tests that held, but for limits, which any account may have."""
    tests = (key for key in found.series if key.invariant != "overdraft-limit")
    return [key for key in tests if key not in failed]


def title_of(key: Key) -> str:
    """Return what a test is called beside its entity."""
    of = listed(filter(None, (key.label, key.variant)))
    if not of:
        return key.invariant
    return say("%(test)s (%(of)s)", test=key.invariant, of=of)


def build(view: View) -> Page:
    """Build the page."""
    drawing = view.study.draw()
    said = drawing.said if drawing else ""
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
    notes = [remark(found.convergence, view.case.currency)] if found.draws else []
    if view.asked.pick and opened is None:
        notes.insert(
            0, say("There is no finding %(name)s.", name=repr(view.asked.pick))
        )
    # A case without findings is done without a draw.
    being_drawn = bool(drawing and found is not drawing.result and not drawing.error)
    if drawing and being_drawn:
        view.register.at_work.append((drawing, said))
        notes.append(
            "The uncertain amounts are being drawn: the probabilities will stand here."
        )
    elif drawing and drawing.error:
        why = say(drawing.error)
        notes.append(say("The uncertain amounts were not drawn: %(why)s.", why=why))
    elif not view.study.draws:
        notes.append(
            "The tests are asked here in the written amounts alone; solvency check"
            " draws the uncertain ones for probabilities."
        )
    return Page(
        numbers=tuple(_numbers(view, found)),
        opened=_opened(view, found, opened) if opened else None,
        charts=() if opened else tuple(charts(view, found)),
        tests=_tests(view, found, shown, opened),
        otherwise=None if opened else _otherwise(view, found),
        passed=tuple(map(called, held_of(found, failed))),
        notes=tuple(notes),
        drawing=being_drawn,
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
            say("%(entity)s: customers' assets missing", entity=one.entity),
            money(one.amount, one.unit),
            say("at worst, on %(day)s", day=day_said(one.worst)) if one.worst else "",
            value=format(one.amount, "f"),
            bad=True,
            figure=missing(view, found, one),
        )


def _tested(found: Findings) -> str:
    """Say what became of all tests, so that the parts add up to them."""
    failed = {one.key for one in found.findings}
    written = [one for one in found.findings if one.first]
    warned = len(written) - len(found.breaches)
    drawn = len(found.findings) - len(written)
    asked = [key for key in found.series if key not in failed]
    unnamed = sum(key.invariant == "overdraft-limit" for key in asked)
    words = [many("and %(count)s warning", "and %(count)s warnings", warned)]
    if drawn:
        words.append(say("%(count)s broken in draws alone", count=str(drawn)))
    held = str(len(asked) - unnamed)
    words.append(
        say("%(count)s held", count=held)
        if found.draws
        else say("%(count)s not broken in the written amounts", count=held)
    )
    if unnamed:
        words.append(
            many(
                "%(count)s account kept within limits of overdraft",
                "%(count)s accounts kept within limits of overdraft",
                unnamed,
            )
        )
    return many(
        "%(parts)s: %(count)s test in all",
        "%(parts)s: %(count)s tests in all",
        len(found.findings) + len(asked),
        parts=listed(words),
    )


def _first_of(breaches: tuple[Finding, ...]) -> str:
    dated = sorted(
        (one.first, one.entity, one.invariant) for one in breaches if one.first
    )
    if not dated:
        return say("no test is broken")
    return say(dated[0][1]) + spoken().text(": ") + dated[0][2]


def _tests(
    view: View, found: Findings, shown: list[Finding], opened: Finding | None
) -> Table:
    """List the findings by entity, both the gravest first, each with its days."""
    rows: list[Row] = []
    printings = printings_of(shown)
    for entity, each in by_entity(view.study.book, shown).items():
        rows.append(Row((Cell(say(entity)),), "group"))
        rows += [_test(view, found, one, printings, one is opened) for one in each]
    days = [day for series in found.series.values() for day in series.days]
    span = (
        say("%(since)s to %(until)s", since=str(min(days)), until=str(max(days)))
        if days
        else ""
    )
    return Table(
        "findings",
        "Tests that did not hold",
        (
            Cell("Test"),
            Cell("Severity"),
            Cell(listed(filter(None, (say("Broken"), span)))),
            Cell("First"),
            *((Cell("First between"),) if found.draws else ()),
            Cell("Worst"),
            Cell("Missing", kind="num"),
            Cell("Unit"),
            Cell("Cover", kind="num"),
            *((Cell("Probability", kind="num"),) if found.draws else ()),
        ),
        tuple(rows),
        (
            *map(exhibit.told, notes_of(view.setting_of_tests(found), shown)),
            *(_DRAWN if found.draws else ()),
        ),
    )


def _otherwise(view: View, found: Findings) -> Table | None:
    """Return the tests at other spreads, as the report prints them."""
    if not found.draws:
        return None
    from solvency.exhibits.check.spreads import tests_otherwise  # noqa: PLC0415 (brings in SciPy)
    from solvency.exhibits.workings import settled  # noqa: PLC0415 (as above)

    setting = view.setting(findings=found)
    table = tests_otherwise(setting)
    return (
        None if table is None else exhibit.shown(view, table, ground=settled(setting))
    )


def _test(
    view: View, found: Findings, one: Finding, printings: Printings, current: bool
) -> Row:
    series = found.series.get(one.key)
    printing = printings[one.unit]
    plain_unit = one.unit.startswith(("share", "chance"))
    amount = formats.percent(one.amount) if plain_unit else printing.least(one.amount)
    first, worst = marks_of(view.setting_of_tests(found), one)
    return Row(
        (
            Cell(
                title_of(one.key),
                # A site has a page for each finding of its own scenario alone.
                view.page("solvency", "opened", pick=name_of(one))
                if view.study.long
                else "",
                note=say(asks(one.key.invariant)),
            ),
            severity(one),
            Cell(
                strip=strip(series.days, one.spells) if series else (),
                title=_broken(view, one),
                figure=missing(view, found, one),
            ),
            marked_day(one.first, first),
            *((Cell(between(one), kind="days"),) if found.draws else ()),
            marked_day(one.worst, worst),
            Cell(
                amount if one.first else DASH,
                kind="num",
                title=f"{one.amount} {one.unit}",
                value=format(one.amount, "f"),
                figure=missing(view, found, one),
            ),
            Cell(
                say(one.unit) if plain_unit else printing.unit if one.first else "",
                kind="" if plain_unit else "day",
            ),
            Cell(formats.percent(one.ratio), kind="num"),
            *probability(found, one),
        ),
        kind="current" if current else "",
        key=f"finding-{name_of(one)}",
    )


def _broken(view: View, one: Finding) -> str:
    """Say when a test was broken."""
    if not one.first:
        return ""
    return say("Broken %(when)s", when=remark(one.when, view.case.currency))


def _opened(view: View, found: Findings, one: Finding) -> Opened:
    """Show one finding: its test over time, and the flows since it last held."""
    series = found.series.get(one.key)
    title = called(one.key)
    said = (
        say(
            "Broken %(when)s; worst on %(day)s.",
            when=remark(one.when, view.case.currency),
            day=day_said(one.worst),
        )
        if one.first and one.worst
        else say(
            "Holds as written, but broke in %(chance)s of draws.",
            chance=chance(one.probability),
        )
    )
    chart = None
    if series is not None and len(series.days) > 1:
        drawn_levels = levels_of(view, series)
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
        what = steps.Steps(
            title,
            drawn_levels,
            interval,
            gap_href=figure_place(key) if (key := missing(view, found, one)) else "",
            need=say("Needed"),
            have=say("There"),
            gap=say("Missing"),
            first=say("First broken"),
            earliest=say("Earliest"),
            latest=say("Latest"),
        )
        chart = drawn(
            lambda look: steps.draw(what, look),
            printing,
            "finding",
            say(
                "%(title)s: what the test needs and what there was, %(unit)s",
                title=title,
                unit=printing.unit,
            ),
            "The band holds nine in ten of the first days drawn." if interval else "",
        )
    flows = view.flows_table(
        "broke", say("The flows since it last held, largest effect first"), one.flows
    )
    if one.first and not one.flows:
        flows = replace(flows, notes=(say("No flow of that day: a price moved."),))
    return Opened(title, said, chart, flows)
