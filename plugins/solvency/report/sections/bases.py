"""Totals of each entity at market, clean and realisable, beside what was claimed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.model.consolidation import group_sheet
from solvency.report import formats
from solvency.report.figures import Said
from solvency.report.figures import anchor
from solvency.report.tables import Column
from solvency.report.tables import Row
from solvency.report.tables import Table

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from solvency.report.sections.setting import Setting

BASES = ("market", "clean", "realisable")
_Totals = dict[str, dict[str, tuple["Decimal", "Decimal"]]]


def totals_of(setting: Setting, day: datetime.date) -> _Totals:
    """Return assets and liabilities of each entity on a day, at each basis."""
    found: _Totals = {name: {} for name in setting.inside}
    for basis in BASES:
        sheet = (
            setting.sheet(day)
            if basis == "market"
            else group_sheet(setting.book, setting.inside, day, basis)
        )
        for one in sheet.columns:
            found[one.entity][basis] = (one.totals.assets, one.totals.liabilities)
    return found


def bases_table(setting: Setting, day: datetime.date) -> Table:
    """Return what each entity's assets were worth, three ways, and its debts."""
    text = setting.text
    totals = totals_of(setting, day)
    rows: list[Row] = []
    for name, each in totals.items():
        if not any(part for pair in each.values() for part in pair):
            continue
        key = f"bases:{day.isoformat()}:{name}"
        rows.append(Row(key, (Said(name),), kind="group"))
        for n, part in enumerate(("assets", "liabilities")):
            cells = tuple(
                setting.money(
                    f"{key}:{basis}:{part}",
                    each[basis][n],
                    formula=f"total {part}, {basis}",
                    basis=basis,
                    target=anchor("entity", name),
                )
                for basis in BASES
            )
            rows.append(Row(f"{key}:{part}", (text(f"Total {part}"),), cells, indent=1))
        nets = tuple(
            setting.money(
                f"{key}:{basis}:net",
                each[basis][0] - each[basis][1],
                formula="assets less liabilities",
                basis=basis,
            )
            for basis in BASES
        )
        sums = ((f"{key}:assets", 1), (f"{key}:liabilities", -1))
        label = text("Net assets (liabilities)")
        rows.append(Row(f"{key}:net", (label,), nets, "subtotal", sums=sums))
    return Table(
        key=f"bases-{day.isoformat()}",
        title=text(
            "The same books at market, clean and realisable, %(day)s",
            day=formats.date(day, setting.locale),
        ),
        unit=(
            text(
                "%(unit)s; clean: without the group's own tokens and claims on related"
                " parties; realisable: what a sale of all would fetch",
                unit=setting.unit,
            ),
        ),
        head=text("Entity"),
        width=70,
        columns=(
            Column("market", text("Market"), width=26),
            Column("clean", text("Clean"), width=26, current=True),
            Column("realisable", text("Realisable"), width=26),
        ),
        rows=tuple(rows),
    )
