"""By what debts fell after the petition, by class and date, beside the claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.exhibits.flows import told
from solvency.figures.figure import Day
from solvency.figures.figure import Said
from solvency.figures.figure import anchor
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from solvency.analysis.recover.distributions import ClassPayment
    from solvency.exhibits.setting import Setting
    from solvency.figures.table import Cell


def distributions(setting: Setting) -> Table | None:
    """Return by what debts fell after the petition; None where no flow lowers any."""
    found = setting.study.distributions
    if not found:
        return None
    text = setting.text
    return Table(
        key="distributions",
        title=text(
            "By what debts fell after the petition, paid or given up, by class and date"
        ),
        unit=(
            text(
                "%(unit)s at the petition's prices; later flows of the books; claims:"
                " those of the class at the petition",
                unit=setting.unit,
            ),
        ),
        head=text("Class, and what happened"),
        width=76,
        columns=(
            Column("flow", text("Flow"), "refs", 18),
            Column("date", text("Date"), "text", 22),
            Column("paid", text("Fall"), width=20, current=True),
            Column("total", text("Fall by then"), width=20),
            Column("claims", text("Claims"), width=20),
            Column("rate", text("Share"), width=14),
        ),
        rows=tuple(
            Row(
                f"distribution:{n}",
                (
                    Said(f"{one.entity}: "),
                    text(one.rank),
                    Said(f"; {told(setting, setting.case.by_id[one.flow])}"),
                ),
                _cells(setting, n, one),
            )
            for n, one in enumerate(found)
        ),
        size="dense",
    )


def _cells(setting: Setting, number: int, one: ClassPayment) -> tuple[Cell, ...]:
    key = f"distribution:{number}"
    paying = tuple(
        other.flow
        for other in setting.study.distributions[: number + 1]
        if (other.entity, other.rank) == (one.entity, one.rank)
    )
    return (
        setting.flow_ref(one.flow),
        Day(one.date),
        setting.money(
            f"{key}:paid",
            one.paid,
            formula="what the flow took off the debts of the class",
            flows=(one.flow,),
            target=anchor("flow", one.flow),
        ),
        setting.money(
            f"{key}:total",
            one.total,
            formula="sum of what was taken off the debts of the class by then",
            flows=paying,
            target=anchor("flow", one.flow),
        ),
        setting.money(f"{key}:claims", one.claims, formula="claims of the class"),
        setting.share(f"{key}:rate", one.rate, formula="fall by then over claims"),
    )
