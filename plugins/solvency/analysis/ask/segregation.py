"""Whether what was held of each coin covered what was owed of it, day by day."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.ask.distribution import counted

if TYPE_CHECKING:
    import datetime

    from solvency.analysis.ask.answer import Answer
    from solvency.analysis.ask.inputs import Asking


def segregation(asking: Asking) -> Answer:
    """Return, for each coin, the days on which less was held than was owed.

    Owed is what all parties together are owed, in the coin itself; held is what the
    ledger has in the entity's accounts of custody, or in all that are no claims.
    """
    owed: dict[tuple[datetime.date, str], Decimal] = defaultdict(Decimal)
    for total in asking.rows.totals():
        amount = asking.rows.amount(total.units, total.commodity)
        owed[total.day, total.commodity] += amount
    held: dict[tuple[datetime.date, str], Decimal] = defaultdict(Decimal)
    accounts = counted(asking)
    for flow in asking.case.selected:
        for posting in flow.postings:
            if posting.account in accounts:
                held[flow.date, posting.commodity] += posting.units
    rows: list[tuple[object, ...]] = []
    for coin in asking.coins:
        days = sorted({day for day, one in (*owed, *held) if one == coin})
        due = has = Decimal()
        short = 0
        worst: tuple[Decimal, datetime.date] | None = None
        first: datetime.date | None = None
        within = [day for day in days if day <= asking.at]
        for day in within:
            due += owed.get((day, coin), Decimal())
            has += held.get((day, coin), Decimal())
            lack = due - has
            if lack > 0:
                short += 1
                first = first or day
                if worst is None or lack > worst[0]:
                    worst = (lack, day)
        lowest, on = worst or (Decimal(), None)
        rows.append((coin, due, has, due - has, short, first, lowest, on))
    return asking.answer(
        "segregation",
        f"Owed and held in each coin, to {asking.at}",
        (
            "commodity",
            "owed",
            "held",
            "short",
            "days short",
            "first",
            "most short",
            "on",
        ),
        rows,
        len(rows),
        {},
        ("days are those on which anything moved in the coin",),
    )
