"""What is untraced of what is held for customers, beside what is missing."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.exhibits.balance.found import lacking
from solvency.figures.table import Column

if TYPE_CHECKING:
    import datetime

    from solvency.analysis.check.answer import Series
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.model.counting.found import Held


def columns(setting: Setting, *, counted: bool) -> tuple[Column, ...]:
    """Return the columns a table of segregation has where something was counted."""
    if not counted:
        return ()
    return (
        Column("untraced", setting.text("Untraced of what is held"), width=26),
        Column("unrecorded", setting.text("Unrecorded"), width=22),
        Column(
            "short",
            setting.text("Missing, as found"),
            width=26,
            sums=(("missing", 1), ("untraced", 1), ("unrecorded", -1)),
        ),
    )


def of_held(
    setting: Setting, entity: str, series: Series, day: datetime.date
) -> tuple[Held, ...]:
    """Return what was counted of what an entity holds for customers."""
    accounts = setting.case.accounts
    return tuple(
        one
        for one in setting.found(day).held
        if (account := accounts[one.position.account]).custody
        and account.entity == entity
        and one.position in series.positions
    )


def short(
    setting: Setting,
    entity: str,
    series: Series,
    day: datetime.date,
    missing: Figure,
) -> tuple[Figure | None, ...]:
    """Return what is untraced of what is held, unrecorded, and missing with it.

    Args:
        setting: What the report is of.
        entity: Who holds it.
        series: The test of what it held.
        day: The day.
        missing: What the books show to be missing.
    """
    held = of_held(setting, entity, series, day)
    if not held:
        return (None, None, None)
    key = f"cover:{entity}:{day.isoformat()}"
    untraced = sum((one.untraced for one in held), Decimal())
    unrecorded = sum((one.unrecorded for one in held), Decimal())
    return (
        lacking(setting, f"{key}:untraced", untraced, held, day),
        lacking(setting, f"{key}:unrecorded", unrecorded, held, day, unrecorded=True),
        setting.money(
            f"{key}:short",
            (missing.value or Decimal()) + untraced - unrecorded,
            formula="missing, and untraced, less unrecorded",
        ),
    )
