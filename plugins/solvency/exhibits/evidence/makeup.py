"""What a figure is made up of, on paper: the flows that have a part in it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.exhibits.flows import told
from solvency.exhibits.flows_named import in_a_table
from solvency.exhibits.workings import of_flows
from solvency.figures.figure import Day
from solvency.figures.figure import Said
from solvency.figures.figure import anchor
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.model.contributions import largest_first

if TYPE_CHECKING:
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.ledger.case import Flow

_CENT = Decimal("0.01")
_NO_WORD = re.compile(r"[^A-Za-z0-9]+")


def adds_up(figure: Figure) -> bool:
    """Say whether an amount is the sum of what flows have in it."""
    if figure.value is None or not figure.parts:
        return False
    return abs(sum(part for _, part in figure.parts) - figure.value) < _CENT


def _basis(setting: Setting, basis: str) -> str:
    """Return on what an amount rests, by the word that chapters have for it."""
    return setting.text("remainder" if basis == "residual" else basis)


def _flow(setting: Setting, key: str, flow: Flow, part: Decimal) -> Row:
    """Return a flow with its part in the figure."""
    name = flow.id
    return Row(
        name,
        (Said(told(setting, flow)),),
        (
            (setting.flow_ref(name),),
            Day(flow.date),
            Said(_basis(setting, flow.basis)),
            setting.money(
                f"{key}:{name}",
                part,
                formula="its part in the sum",
                flows=(name,),
                parts=((name, part),),
                target=anchor("flow", name) if name in setting.listed else "",
            ),
        ),
    )


def _others(setting: Setting, key: str, rest: dict[str, Decimal]) -> Row:
    """Return the flows that are not named, in one line."""
    count = setting.count(f"{key}:others", len(rest), flows=tuple(rest))
    amount = setting.own(
        f"{key}:rest",
        sum(rest.values(), Decimal()),
        formula="sum of the other flows",
        **of_flows(setting, rest),
    )
    label = setting.say_many("%(count)s other flow", "%(count)s other flows", count)
    return Row("others", label, (None, None, None, amount))


def _named(
    setting: Setting, figure: Figure
) -> tuple[list[tuple[str, Decimal]], dict[str, Decimal]]:
    """Part the flows named each by itself from those that stand in one line.

    What nobody states, an assumption or a plug, is named however small it is, and so is
    each flow larger than what the others come to: large ones of both signs would hide
    in a small sum.
    """
    flows = setting.case.by_id
    by_size = largest_first(figure.parts)
    most = in_a_table(figure, [part for _, part in by_size])
    named = by_size[:most]
    rest: list[tuple[str, Decimal]] = []
    for name, part in by_size[most:]:
        unstated = flows[name].basis in ("assumed", "plug")
        (named if unstated else rest).append((name, part))
    total, further = sum((part for _, part in rest), Decimal()), 0
    while further < len(rest) and abs(rest[further][1]) > abs(total):
        total -= rest[further][1]
        further += 1
    named, rest = named + rest[:further], rest[further:]
    # One flow alone needs no line for the rest.
    return (named, dict(rest)) if len(rest) > 1 else (named + rest, {})


def makeup(setting: Setting, figure: Figure, title: str) -> Table:
    """Build the table of the flows that make a figure, the largest, oldest first.

    Args:
        setting: What the report is of.
        figure: An amount that flows add up to.
        title: What to print above it.
    """
    text = setting.text
    key = f"made-up-{_NO_WORD.sub('-', figure.key).strip('-')}"
    named, rest = _named(setting, figure)
    flows = setting.case.by_id
    rows = [
        _flow(setting, key, flows[name], part)
        for name, part in sorted(named, key=lambda one: (flows[one[0]].date, one[0]))
    ]
    if rest:
        rows.append(_others(setting, key, rest))
    sums = tuple((row.key, 1) for row in rows)
    total = (None, None, None, figure)
    rows.append(Row("total", (text("Total"),), total, "total", sums=sums))
    return Table(
        key=key,
        title=title,
        unit=(
            text(
                "%(unit)s; what each flow added, coins at the price of the day of the"
                " total",
                unit=setting.unit,
            ),
        ),
        head=text("Flow"),
        width=92,
        size="dense",
        columns=(
            Column("flow", text("Id"), "refs", 14),
            Column("date", text("Date"), "text", 18),
            Column("basis", text("Basis"), "text", 16),
            Column("amount", text("Amount"), width=20, current=True),
        ),
        rows=tuple(rows),
    )
