"""Whose the equity of a group is, where it is not all the parent's owners'."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.figures.figure import Said
from solvency.figures.formats import percent
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from solvency.exhibits.setting import Setting
    from solvency.model.consolidation import GroupSheet


def whose(setting: Setting, sheet: GroupSheet) -> Table | None:
    """Say whose the equity is, where it is not all the parent's owners'."""
    if not sheet.outsiders:
        return None
    named = [
        *(
            (f"Outsiders, {percent(one.share, 2)} of {one.member}", one.amount)
            for one in sheet.outsiders
        ),
        ("Owners of the parent", sheet.of_owners),
    ]
    rows = [
        Row(
            f"whose-{at}",
            (Said(name),),
            (setting.money(f"whose:{at}", amount, formula="share of what it adds"),),
        )
        for at, (name, amount) in enumerate(named)
    ]
    whole = setting.money("whose:sum", sheet.totals.equity, formula="the equity")
    sums = tuple((row.key, 1) for row in rows)
    return Table(
        "whose",
        f"Whose the equity is on {sheet.at}, {sheet.basis} value",
        (setting.unit,),
        "Owner",
        (Column("equity", "Equity"),),
        (*rows, Row("sum", ("Total equity",), (whole,), "total", sums=sums)),
    )
