"""How much of the owners' money was spent under each rule, by purpose."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.trace.shares import COLUMNS
from solvency.exhibits.flows import heading
from solvency.exhibits.trace.outlays import owners
from solvency.exhibits.trace.outlays import rule_names
from solvency.exhibits.trace.section import followed
from solvency.exhibits.trace.section import paying
from solvency.exhibits.trace.section import tracing
from solvency.exhibits.workings import of_flows
from solvency.figures.figure import Said
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from solvency.analysis.trace.answer import Following
    from solvency.analysis.trace.answer import Purpose
    from solvency.exhibits.section import Section
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure

_ZERO = Decimal()


def traced(setting: Setting, account: str = "") -> Section | None:
    """Build all that is traced of an account: under each rule first, then the bounds.

    Args:
        setting: What is shown.
        account: The account; the one through which most money went where empty.
    """
    for name in (account,) if account else candidates(setting):
        section, found = tracing(setting, name), followed(setting, name)
        if section is not None and found is not None:
            tables = (by_rule(setting, found), *section.tables)
            return replace(section, tables=tables, values={"account": name})
    return None


def candidates(setting: Setting) -> tuple[str, ...]:
    """Return the accounts that can be asked for, those a report would trace first."""
    found = dict.fromkeys((*paying(setting), *paying(setting, unsaid=True)))
    return tuple(found)


def by_rule(setting: Setting, found: Following) -> Table:
    """Return what each rule takes as the owners' money, by purpose.

    Under one rule money is spent once: its amounts add, as bounds do not.
    """
    text, names = setting.text, rule_names(setting)
    rows = [_row(setting, found, one) for one in found.by_purpose]
    total = Row(
        "rule:total",
        (text("All outlays"),),
        tuple(
            setting.money(
                f"trace:rule:{rule}",
                sum((one.rules[rule] for one in found.by_purpose), _ZERO),
                formula="sum of its lines",
            )
            for rule in COLUMNS
        ),
        "total",
        sums=tuple((row.key, 1) for row in rows),
    )
    return Table(
        key="traced-rules",
        title=text(
            "How much money of %(whose)s was paid out, under each rule",
            whose=owners(setting, found),
        ),
        unit=(setting.unit,),
        head=text("Purpose"),
        width=50,
        columns=tuple(Column(rule, names[rule], width=24) for rule in COLUMNS),
        rows=(*rows, total),
        notes=(
            (
                text(
                    "Own money first is the lowest intermediate balance rule. Pro rata"
                    " ex post does not keep the order of movements, and may lie outside"
                    " what holds under every rule that does."
                ),
            ),
        ),
    )


def _row(setting: Setting, found: Following, one: Purpose) -> Row:
    return Row(
        f"rule:{one.purpose}",
        (Said(heading(setting.locale, one.purpose)),),
        tuple(_spent(setting, found, one, rule) for rule in COLUMNS),
    )


def _spent(setting: Setting, found: Following, one: Purpose, rule: str) -> Figure:
    """Return what a rule takes of the owners' money for a purpose, with its outlays."""
    parts = {
        outlay.flow: sum(
            (x.rules[rule] for x in outlay.owners if x.owner in found.owners), _ZERO
        )
        for outlay in found.outlays
        if outlay.purpose == one.purpose
    }
    return setting.money(
        f"trace:{one.purpose}:rule:{rule}",
        one.rules[rule],
        formula=f"under the rule {rule}",
        **of_flows(setting, parts),
    )
