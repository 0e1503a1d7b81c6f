"""What consolidation took off, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.exhibits.balance.accounts import account_of
from solvency.figures.figure import Said
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from solvency.exhibits.setting import Setting
    from solvency.model.consolidation import GroupSheet


def eliminations(setting: Setting, sheet: GroupSheet) -> Table | None:
    """List what consolidation took off, and why."""
    taken = [item for item in sheet.eliminations if item.side != "equity"]
    if not taken:
        return None
    return Table(
        "eliminations",
        setting.text("Taken off on consolidation"),
        (setting.unit,),
        setting.text("Entity"),
        (
            Column("account", setting.text("Account"), "text"),
            Column("why", setting.text("Why"), "text"),
            Column("amount", setting.text("Amount")),
        ),
        tuple(
            Row(
                f"eliminated-{at}",
                (Said(item.entity),),
                (
                    account_of(setting, item.account),
                    Said(setting.text(item.reason)),
                    setting.money(
                        f"eliminated:{at}",
                        item.amount,
                        formula=item.reason,
                        flows=setting.parts(sheet.at).of((item.account,)).flows
                        if item.account in setting.case.accounts
                        else (),
                    ),
                ),
            )
            for at, item in enumerate(taken)
        ),
    )
