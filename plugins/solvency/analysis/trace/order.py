"""The order of flows: by day and hour, and where that is not known."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from typing import Any

from solvency.model.book import Position

if TYPE_CHECKING:
    import datetime

    from solvency.analysis.trace.moves import Part
    from solvency.ledger.case import Flow

    Ordered = list[tuple[Flow, list[Part]]]

#: What the traced accounts are to the rest: one place.
POOL = Position("", "")


def deposits_first(flows: Ordered) -> Ordered:
    """Order flows by day and hour, those of no known place by what feeds what."""

    def key(item: tuple[Flow, list[Part]]) -> tuple[datetime.date, int, Any]:
        flow, parts = item
        if flow.ordered:
            return (flow.date, 1, flow.order)
        turn = _turn(parts)
        return (flow.date, 0 if turn < 3 else 2, turn)

    return sorted(flows, key=key)


def _turn(parts: list[Part]) -> int:
    """Return when a flow comes in a day: from what feeds an account to what drains."""
    net = _net(parts)
    if net:
        return 2 if net > 0 else 3
    if any(part.source is not None for part in parts):
        return 1 if all(part.target is not None for part in parts) else 4
    return 0


def _net(parts: list[Part]) -> int:
    return sum(part.given for part in parts if part.target == POOL) - sum(
        part.taken for part in parts if part.source == POOL
    )


def outlays_first(flows: Ordered) -> Ordered:
    """Order flows by day, outlays of unknown order first while the balance lasts."""
    found: Ordered = []
    balance = 0
    days: dict[datetime.date, Ordered] = defaultdict(list)
    for flow, parts in deposits_first(flows):
        days[flow.date].append((flow, parts))
    for items in days.values():
        early: Ordered = []
        feeds: Ordered = []
        fixed: Ordered = []
        needing: Ordered = []
        kept = balance
        for item in items:
            net = _net(item[1])
            if item[0].ordered or not net:
                fixed.append(item)
            elif net > 0:
                feeds.append(item)
            elif -net <= kept:
                early.append(item)
                kept += net
            else:
                needing.append(item)
        # Deposits of unknown order then come last but for outlays that need them.
        day = early + fixed + feeds + needing
        if not _covered(day, balance):
            day = early + feeds + fixed + needing
        if not _covered(day, balance):
            day = items
        found += day
        balance += sum(_net(parts) for _, parts in items)
    return found


def _covered(day: Ordered, balance: int) -> bool:
    for _, parts in day:
        balance += _net(parts)
        if balance < 0:
            return False
    return True
