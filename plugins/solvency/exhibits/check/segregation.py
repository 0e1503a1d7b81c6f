"""Owed to customers against held for them, by day."""

# Longer than 400 lines: one exhibit in kind, in value and as a drawing.

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.charts import owed_held
from solvency.charts.axes import Event
from solvency.exhibits.check.marks import SIZED
from solvency.exhibits.check.statement import statements
from solvency.exhibits.check.untraced import columns
from solvency.exhibits.check.untraced import of_held
from solvency.exhibits.check.untraced import short
from solvency.exhibits.drawings import Drawing
from solvency.exhibits.drawings import at_end
from solvency.exhibits.drawings import in_figures
from solvency.exhibits.drawings import in_prose
from solvency.exhibits.drawings import plotted
from solvency.exhibits.drawings import row
from solvency.exhibits.section import Section
from solvency.exhibits.workings import balances
from solvency.exhibits.workings import drawn
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import of_flows
from solvency.exhibits.workings import settled
from solvency.exhibits.workings import widest
from solvency.figures import formats
from solvency.figures.figure import Day
from solvency.figures.figure import Said
from solvency.figures.figure import anchor
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.analysis.check.answer import Finding
    from solvency.analysis.check.answer import Findings
    from solvency.analysis.check.answer import Series
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose
    from solvency.model.book import Book

#: The tests whose need is what customers are owed, the one to prefer first: those at
#: market, then the one in kind, which says of other things held for them nothing.
COVER_TESTS = ("customer-assets-clean", "segregation", "customer-assets")
#: As many events as can be named along the top of a chart.
_EVENTS = 6


def segregation(setting: Setting, *, noted: bool = True) -> Section | None:
    """Build the charts and tables of what was owed and what was held.

    Args:
        setting: What the report is of.
        noted: Note below a chart how surely it is so, which takes draws; without it
            the charts alone are made.
    """
    tables: list[Table | Drawing] = []
    for entity in setting.inside:
        series = cover_of(setting, entity)
        if series is not None and any(
            need
            for day, need in zip(series.days, series.need, strict=True)
            if day <= setting.at
        ):
            tables.append(_chart(setting, entity, series, noted=noted))
            if noted:
                tables.append(_table(setting, entity, series))
    if noted:
        tables += statements(setting)
    if not tables:
        return None
    title = setting.text("Owed to customers, and held for them")
    return Section("segregation", title, tuple(tables), ground=settled(setting))


def cover_of(setting: Setting, entity: str) -> Series | None:
    """Return what an entity owed customers and held for them, by day, if tested.

    A test in kind is of one currency at a time: of several, the sum at market is told.
    """
    case = setting.case
    if not any(one.name in COVER_TESTS for one in case.invariants):
        return None
    found = setting.study.written.series
    kinds = [key for key in found if key[:2] == ("customer-assets", entity)]
    foreign = any(
        one.label and one.label != case.currency and case.is_money(one.label)
        for one in kinds
    )
    for test in COVER_TESTS:
        if test == "customer-assets" and foreign:
            found = setting.study.valued().series
            test = "customer-assets-clean"  # noqa: PLW2901 (what asks for the sum)
        for key, series in found.items():
            if (
                series.unit == case.currency
                and key[:2] == (test, entity)
                and (test != "segregation" or _of_all(setting, entity, series))
            ):
                return series
    return None


def of_customers(book: Book) -> Findings:
    """Return what the tests of what customers are owed find in the books as written.

    All that `cover_of` and the figures beside it ask, in a third of the time of all
    tests.

    Args:
        book: The Book of one scenario.
    """
    from solvency.analysis.check import evaluate  # noqa: PLC0415 (asked for seldom)

    tests = tuple(one for one in book.case.invariants if one.name in COVER_TESTS)
    asked = replace(book, case=replace(book.case, invariants=tests))
    return evaluate(asked, draws=0, found=False)


def alone(setting: Setting, entity: str, series: Series) -> str:
    """Name what a series is of alone, where customers are owed other things too."""
    kind = (series.invariant.name, entity)
    others = [key for key in setting.study.written.series if (key[0], key[1]) == kind]
    return series.label or "" if len(others) > 1 else ""


def in_alone(locale: formats.Locale, said: str, coin: str) -> str:
    """Return words for what a series is of, with what it is of alone."""
    if not coin:
        return said
    return locale.text("%(what)s, in %(coin)s alone", what=said, coin=coin)


def _of_all(setting: Setting, entity: str, series: Series) -> bool:
    """Say whether a series is of all customers of an entity, not of one class."""
    accounts = {setting.book.account(one).name for one in series.positions}
    moved = {one.account for one in setting.book.positions}
    return moved.intersection(customer_accounts(setting, entity)) <= accounts


def finding_of(
    setting: Setting, series: Series, *, drawn: bool = False
) -> Finding | None:
    """Return what the test of a series found.

    Args:
        setting: What the report is of.
        series: The series.
        drawn: Say how surely and between which days, which takes draws.
    """
    study = setting.study
    if series.key in study.written.series:
        found = study.findings if drawn else study.written
    else:
        found = study.valued(drawn=drawn)
    for one in found.findings:
        if one.key == series.key:
            return one
    return None


def level(series: Series, day: datetime.date) -> tuple[Decimal, Decimal]:
    """Return what was needed and what there was at the end of a day."""
    at = sum(one <= day for one in series.days) - 1
    return (series.need[at], series.have[at]) if at >= 0 else (Decimal(), Decimal())


def recovers(series: Series, first: datetime.date, until: datetime.date) -> bool:
    """Say whether a test held again on some day after it first broke."""
    return any(
        first < day <= until and have >= need
        for day, need, have in zip(series.days, series.need, series.have, strict=True)
    )


def customer_accounts(setting: Setting, entity: str) -> tuple[str, ...]:
    """Return the accounts of what an entity owes customers and holds for them."""
    return tuple(
        name
        for name, one in setting.case.accounts.items()
        if one.entity == entity and (one.rank == "customer" or one.custody)
    )


def begins(
    setting: Setting, entity: str, series: Series
) -> tuple[datetime.date | None, bool]:
    """Return the day from which it is told what customers were owed, and whether late.

    Until then it is known from remainders alone, which somebody spread over time: what
    was owed on a day of that time no source bears out.
    """
    owed = next((d for d, n in zip(series.days, series.need, strict=True) if n), None)
    customers = {
        name
        for name in customer_accounts(setting, entity)
        if setting.case.accounts[name].rank == "customer"
    }
    stated = min(
        (
            flow.date
            for flow in setting.flows
            if flow.id in setting.taken
            and flow.basis != "residual"
            and any(x.account in customers and x.units < 0 for x in flow.postings)
        ),
        default=None,
    )
    if owed is None or stated is None or stated <= owed or stated > setting.at:
        return owed, False
    return stated, True


def events_of(setting: Setting, until: datetime.date) -> tuple[Event, ...]:
    """Return the events to name on charts: one a day, the latest few."""
    found: dict[datetime.date, Event] = {}
    for one in sorted(setting.case.events, key=lambda one: (one.date, one.kind)):
        if one.date <= until and one.kind != "attestation":
            label = setting.capital(one.kind.replace("-", " "))
            found.setdefault(one.date, Event(one.date, label, one.kind == "petition"))
    kept: list[Event] = []
    month = datetime.timedelta(days=31)
    for event in found.values():
        # Events of one month would be named on one spot: the last stands for them.
        if kept and event.day - kept[-1].day < month:
            kept.pop()
        kept.append(event)
    return tuple(kept[-_EVENTS:])


def cover_figures(
    setting: Setting, entity: str, series: Series, day: datetime.date
) -> tuple[Figure, Figure, Figure, Figure]:
    """Return owed, held, missing and held of owed on a day."""
    need, have = level(series, day)
    key = f"cover:{entity}:{day.isoformat()}"
    flows = setting.flows_of(customer_accounts(setting, entity), day)
    return (
        setting.money(
            f"{key}:owed", need, formula="owed to customers at market", flows=flows
        ),
        setting.money(
            f"{key}:held",
            have,
            formula="held for customers at market, without tokens of the group's own",
            flows=flows,
        ),
        setting.money(
            f"{key}:missing", need - have, formula="owed less held", flows=flows
        ),
        setting.share(
            f"{key}:ratio", have / need if need else None, formula="held over owed"
        ),
    )


def cover_worked(
    setting: Setting, entity: str, series: Series, day: datetime.date
) -> tuple[Figure, Figure, Figure, Figure]:
    """Return the same, each with an entry that says what it is worked out from."""
    owed, held, missing, ratio = cover_figures(setting, entity, series, day)
    customers: list[str] = []
    custody: list[str] = []
    for name in customer_accounts(setting, entity):
        ranked = setting.case.accounts[name].rank == "customer"
        (customers if ranked else custody).append(name)
    counted = frozenset(series.positions).__contains__
    owed = entry(owed, **balances(setting, owed.key, customers, day, counted))
    held = entry(held, **balances(setting, held.key, custody, day, counted))
    less = setting.say("%(one)s less %(other)s", one=owed, other=held)
    missing = entry(missing, worked=less, **of_flows(setting, _apart(owed, held)))
    # What is missing says it already, where something is.
    place = missing.place or held.place
    return owed, held, missing, replace(ratio, target=place if ratio.value else "")


def _apart(owed: Figure, held: Figure) -> dict[str, Decimal]:
    """Return what each flow did to what is owed less what is held."""
    sums = dict(owed.parts)
    for flow, amount in held.parts:
        sums[flow] = sums.get(flow, Decimal()) - amount
    return sums


def _chart(setting: Setting, entity: str, series: Series, *, noted: bool) -> Drawing:
    text = setting.text
    days = [day for day in series.days if day <= setting.at]
    first, _ = begins(setting, entity, series)
    begin = sum(day < first for day in series.days) if first else 0
    levels = [
        owed_held.Level(day, need, have)
        for day, need, have in list(
            zip(series.days, series.need, series.have, strict=True)
        )[begin : len(days)]
    ]
    key = f"cover-{entity}"
    coin = alone(setting, entity, series)
    title = in_alone(setting.locale, _title(setting, entity, series), coin)
    chart = owed_held.OwedHeld(
        title=title,
        levels=levels,
        events=[e for e in events_of(setting, setting.at) if e.day >= levels[0].day],
        owed=text("Owed to customers"),
        held=text("Held for them"),
        gap=text("Missing"),
        first=_first_words(setting, entity, series),
    )
    amounts = [*series.need, *series.have]
    return Drawing(
        key=key,
        title=title,
        unit=setting.say(
            "Customers' claims in %(coin)s alone, and what was held of it for them, at"
            " the end of each day",
            coin=Said(coin),
        )
        if coin
        else setting.say(
            "Customers' claims at market, and what was held for them without the"
            " group's own tokens, at the end of each day"
        ),
        svg=owed_held.draw(chart, setting.look(key, amounts)),
        plotted=plotted(
            key,
            title,
            text("Day"),
            (text("Owed"), text("Held"), text("Missing"), text("Held of owed")),
            (
                row(
                    one.day.isoformat(),
                    one.day,
                    *cover_figures(setting, entity, series, one.day),
                )
                for one in levels
            ),
        ),
        notes=(
            *((_note(setting, entity, series),) if noted else ()),
            _at_end(setting, entity, series, chart),
            in_figures(setting, f"cover-table-{entity}"),
        ),
    )


def _first_words(setting: Setting, entity: str, series: Series) -> str:
    """Return what the first day short is called, whether a source gives it or not."""
    found = finding_of(setting, series)
    accounts = set(customer_accounts(setting, entity))
    chosen = found is not None and any(
        flow.date == found.first
        and flow.earliest != flow.latest
        and flow.id in setting.taken
        and any(one.account in accounts for one in flow.postings)
        for flow in setting.flows
    )
    text = setting.text
    return text("First short; day not known") if chosen else text("First short")


def _at_end(
    setting: Setting, entity: str, series: Series, chart: owed_held.OwedHeld
) -> Prose:
    """Say what the lines end at, each leading to the entry the table has of it."""
    figures = cover_worked(setting, entity, series, setting.at)[:3]
    named = [
        (name, in_prose(figure))
        for name, figure in zip(
            (chart.owed, chart.held, chart.gap), figures, strict=True
        )
    ]
    missing = figures[2].value or Decimal()
    return at_end(setting, setting.at, named if missing > 0 else named[:2])


def _title(setting: Setting, entity: str, series: Series) -> str:
    finding = finding_of(setting, series)
    if finding is None or finding.first is None or finding.first > setting.at:
        return setting.text(
            "%(entity)s held what it owed its customers throughout", entity=entity
        )
    day = formats.date(finding.first, setting.locale)
    if recovers(series, finding.first, setting.at):
        return setting.text(
            "%(entity)s held less than it owed its customers from %(day)s, with breaks",
            entity=entity,
            day=day,
        )
    return setting.text(
        "%(entity)s held less than it owed its customers from %(day)s on",
        entity=entity,
        day=day,
    )


def _note(setting: Setting, entity: str, series: Series) -> Prose:
    finding = finding_of(setting, series, drawn=True)
    found = setting.study.findings
    if finding is None:
        return setting.say("The test held in the written amounts and in the draws.")
    key = f"cover:{entity}"
    chance = chance_of(setting, f"{key}:probability", finding)
    if finding.first_earliest is None or finding.first_latest is None:
        return setting.say("The test broke in %(chance)s of the draws.", chance=chance)
    between = (
        formats.date(finding.first_earliest, setting.locale),
        formats.date(finding.first_latest, setting.locale),
    )
    draws = setting.count(f"{key}:draws", found.draws, target=chance.place)
    if between[0] == between[1]:
        return setting.say(
            "The amounts are uncertain. In %(draws)s draws of them, money was missing"
            " in %(chance)s; in nine of ten of these, first on %(low)s.",
            draws=draws,
            chance=chance,
            low=Said(between[0]),
        )
    return setting.say(
        "The amounts are uncertain. In %(draws)s draws of them, money was missing in"
        " %(chance)s; in nine of ten of these, first between %(low)s and %(high)s.",
        draws=draws,
        chance=chance,
        low=Said(between[0]),
        high=Said(between[1]),
    )


def chance_of(setting: Setting, key: str, finding: Finding) -> Figure:
    """Return the share of draws a test broke in, with what may vary most."""
    found = setting.study.findings
    if not setting.resting:
        return setting.share(key, finding.probability)
    entity = None if finding.entity == "group" else finding.entity
    inside = setting.inside if entity is None else (entity,)
    return entry(
        setting.share(
            key,
            finding.probability,
            formula="share of draws the test broke in",
            worked=(
                *drawn(setting, key, found.draws, found.seed),
                setting.text("; beside a flow its range, high less low"),
            ),
            **widest(setting, setting.flows_by(inside)),
        )
    )


def _table(setting: Setting, entity: str, series: Series) -> Table:
    text = setting.text
    days = _days(setting, entity, series)
    counted = any(of_held(setting, entity, series, day) for day in days)
    sized = _sized(setting, entity)
    return Table(
        key=f"cover-table-{entity}",
        title=text("%(entity)s: owed, held and missing", entity=entity),
        unit=(
            text(
                "%(unit)s at the end of the day, claims in %(coin)s alone",
                unit=setting.unit,
                coin=coin,
            )
            if (coin := alone(setting, entity, series))
            else text("%(unit)s at the end of the day, at market", unit=setting.unit),
            text("; missing: owed less held, in parentheses where more was held"),
            text("; as found: with what was counted in place of what the books hold")
            if counted
            else "",
        ),
        head=text("Day"),
        width=50,
        columns=(
            Column("owed", text("Owed to customers"), width=26),
            Column("held", text("Held for them"), width=26),
            Column(
                "missing",
                text("Missing by the books") if counted else text("Missing"),
                width=26,
                current=True,
                sums=(("owed", 1), ("held", -1)),
            ),
            Column("ratio", text("Held of owed"), width=20),
            *columns(setting, counted=counted),
        ),
        rows=tuple(
            Row(
                day.isoformat(),
                (
                    formats.cell(day, setting.locale)
                    + (f" {SIZED}" if day in sized else ""),
                ),
                (
                    *(found := cover_worked(setting, entity, series, day)),
                    *(short(setting, entity, series, day, found[2]) if counted else ()),
                ),
            )
            for day in days
        ),
        notes=(
            *_from_when(setting, entity, series),
            *(
                (
                    setting.say(
                        "\N{DOUBLE DAGGER} By construction: an amount that stands on"
                        " that day, or that makes what was owed or held on it, was"
                        " sized to another figure, so that it agrees is no finding."
                    ),
                )
                if sized.intersection(days)
                else ()
            ),
        ),
        anchor=f"cover-table-{anchor('registers', entity)}",
    )


def _sized(setting: Setting, entity: str) -> frozenset[datetime.date]:
    """Return days on which what was owed or held rests on what was sized.

    Those a source speaks of, and those on which a flow of customers' stands.
    """
    flows = [x for x in setting.flows if x.id in setting.taken and x.sized_by]
    by = {name for flow in flows for name in flow.sized_by}
    accounts = set(customer_accounts(setting, entity))
    said = (
        one.date
        for one in setting.case.observations
        if one.id in by and accounts.intersection(one.accounts)
    )
    moved = (
        flow.date
        for flow in flows
        if accounts.intersection(one.account for one in flow.postings)
    )
    return frozenset((*said, *moved))


def _from_when(setting: Setting, entity: str, series: Series) -> Iterator[Prose]:
    """Say since when a table tells what was owed, where that is not from the start."""
    first, late = begins(setting, entity, series)
    if late and first is not None:
        yield setting.say(
            "From %(day)s on. What was owed before it comes in these books of"
            " remainders alone, which no source states.",
            day=Day(first),
        )


def _days(setting: Setting, entity: str, series: Series) -> list[datetime.date]:
    """Return ends of half-years, the first day short, and the days reported."""
    begin, _ = begins(setting, entity, series)
    if begin is None:
        return []
    finding = finding_of(setting, series)
    days = set(setting.dates)
    if finding is not None and finding.first is not None:
        days.add(finding.first)
    for year in range(begin.year, setting.at.year + 1):
        for month, last in ((6, 30), (12, 31)):
            days.add(datetime.date(year, month, last))
    return sorted(day for day in days if begin <= day <= setting.at)
