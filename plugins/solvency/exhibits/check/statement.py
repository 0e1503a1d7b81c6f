"""The daily statement of money held apart: required, held and excess, by class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.figures.figure import Day
from solvency.figures.figure import Said
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator
    from decimal import Decimal

    from solvency.analysis.check.answer import Series
    from solvency.exhibits.setting import Setting

#: Days printed: the last on which anything changed.
_DAYS = 20


def statements(setting: Setting) -> Iterator[Table]:
    """Yield a statement for each class of customers' money a case asks about."""
    for number, series in enumerate(setting.study.written.series.values()):
        test = series.invariant
        if test.name != "segregation" or test.entity not in (*setting.inside, "group"):
            continue
        days = _changes(series, setting.at)
        if days:
            yield _statement(setting, series, days, number)


def _changes(
    series: Series, until: datetime.date
) -> list[tuple[datetime.date, Decimal, Decimal]]:
    """Return the days on which the statement changed: day, required, held."""
    found: list[tuple[datetime.date, Decimal, Decimal]] = []
    for day, need, have in zip(series.days, series.need, series.have, strict=True):
        if day > until or not (need or have):
            continue
        if not found or found[-1][1:] != (need, have):
            found.append((day, need, have))
    return found


def _statement(
    setting: Setting,
    series: Series,
    days: list[tuple[datetime.date, Decimal, Decimal]],
    number: int,
) -> Table:
    text = setting.text
    test = series.invariant
    whose = text("The group") if test.entity == "group" else test.entity
    key = f"segregation-{number}"
    accounts = tuple(dict.fromkeys(one.account for one in series.positions))
    rows = []
    for day, need, have in days[-_DAYS:]:
        flows = tuple(setting.flows_of(accounts, day))
        spot = f"{key}:{day.isoformat()}"
        cells = (
            setting.money(f"{spot}:required", need, formula="required", flows=flows),
            setting.money(f"{spot}:held", have, formula="held", flows=flows),
            setting.money(
                f"{spot}:excess", have - need, formula="held less required", flows=flows
            ),
        )
        rows.append(Row(day.isoformat(), (Day(day),), cells))
    title = text("%(entity)s: what must be held apart, and what was", entity=whose)
    if series.label:
        title = text("%(test)s: %(basis)s", test=title, basis=series.label)
    return Table(
        key=key,
        title=title,
        unit=(
            text(
                "%(unit)s at market, at the end of each day on which it changed; tested"
                " within the day, at its worst moment",
                unit=setting.unit,
            )
            if test.intraday
            else text(
                "%(unit)s at market, at the end of each day on which it changed",
                unit=setting.unit,
            ),
        ),
        head=text("Day"),
        width=30,
        columns=(
            Column("required", text("Required"), width=24),
            Column("held", text("Held"), width=24),
            Column(
                "excess",
                text("Excess"),
                width=24,
                current=True,
                sums=(("held", 1), ("required", -1)),
            ),
        ),
        rows=tuple(rows),
        notes=((Said(", ".join(accounts)),),),
        size="dense",
    )
