"""The order of flows: by day and hour, and where that is not known."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING
from typing import Any

from solvency.model.book import Position

if TYPE_CHECKING:
    import datetime
    from collections.abc import Container
    from collections.abc import Mapping

    from solvency.analysis.trace.moves import Part
    from solvency.ledger.case import Account
    from solvency.ledger.case import Flow

    Ordered = list[tuple[Flow, list[Part]]]

#: What the traced accounts are to the rest: one place.
POOL = Position("", "")


def extremes(
    flows: Ordered, accounts: Mapping[str, Account]
) -> tuple[Ordered, Ordered]:
    """Order flows by day, those of no known place deposits first, and outlays first.

    Args:
        flows: In any order.
        accounts: The accounts of the books, by name.
    """
    custody = {name for name, one in accounts.items() if one.custody}
    first, last = (
        fed_first(way(flows), custody) for way in (deposits_first, outlays_first)
    )
    return first, last


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


def fed_first(flows: Ordered, custody: Container[str]) -> Ordered:
    """Let flows of unknown order wait, within their day, for the money they move.

    What an account pays beyond what the books show in it is its holder's own: that is
    not to be said of money which came in on that day.

    Args:
        flows: In order, by day.
        custody: Accounts of which what leaves is not followed.

    Returns:
        The same; of those that waited in vain some order may yet be that pays them,
        where several feed one another.
    """
    held: dict[Position, int] = {}
    found: Ordered = []
    for _, items in groupby(flows, key=lambda item: item[0].date):
        day = list(items)
        served: set[str] = set()
        while left := (go := _Day(held, custody, served)).through(day):
            # Others may have taken what these need: try with these before them.
            ahead = [item for item in day if item[0].id in left]
            rest = [item for item in day if item[0].id not in left]
            again = _Day(held, custody, served)
            fewer = again.through([*ahead, *rest])
            if len(fewer) < len(left):
                day, go, left = [*ahead, *rest], again, fewer
                if not left:
                    break
            # No order is known that pays these: they come where they came, those
            # first that wait for none of the others.
            served |= go.unfed(day, left) or left
        found += go.done
        held |= go.changed
    return found


class _Day:
    """A day that flows go through, those of unknown order once they can be paid."""

    def __init__(
        self, held: dict[Position, int], custody: Container[str], served: set[str]
    ) -> None:
        self._held, self._custody, self._served = held, custody, served
        #: What is held where flows of the day moved anything.
        self.changed: dict[Position, int] = {}
        self.done: Ordered = []
        #: What waits, by what it is short of.
        self._waiting: dict[Position, Ordered] = {}

    def through(self, day: Ordered) -> set[str]:
        """Go through the day, and return what waits in vain."""
        for item in day:
            turn = [item]
            while turn:
                turn += self._fed_by(turn.pop(0))
        return {flow.id for rest in self._waiting.values() for flow, _ in rest}

    def unfed(self, day: Ordered, left: set[str]) -> set[str]:
        """Return those waiting in vain for a place that no other of them feeds."""
        fed = {p.target for flow, parts in day if flow.id in left for p in parts}
        return {
            flow.id
            for place, items in self._waiting.items()
            if place not in fed
            for flow, _ in items
        }

    def _fed_by(self, item: tuple[Flow, list[Part]]) -> Ordered:
        """Let a flow pass if it can; return those that waited for what it brought."""
        flow, parts = item
        short, after = self._moved(parts)
        if short is not None and not flow.ordered and flow.id not in self._served:
            self._waiting.setdefault(short, []).append(item)
            return []
        self.done.append(item)
        self.changed |= after
        fed = dict.fromkeys(part.target for part in parts)
        return [one for place in fed if place for one in self._waiting.pop(place, ())]

    def _moved(self, parts: list[Part]) -> tuple[Position | None, dict[Position, int]]:
        """Return where a flow takes more than there is, and what it leaves."""
        short = None
        after: dict[Position, int] = {}

        def there(place: Position) -> int:
            return after.get(place, self.changed.get(place, self._held.get(place, 0)))

        # What a flow brings to the traced accounts is there before it takes from them.
        for part in sorted(parts, key=lambda part: part.source == POOL):
            source, target = part.source, part.target
            if source is not None and source.account not in self._custody:
                left = there(source) - part.taken
                if left < 0 and short is None:
                    short = source
                # What is beyond the books is its holder's own, and leaves nothing.
                after[source] = max(left, 0)
            if target is not None and target.account not in self._custody:
                after[target] = there(target) + part.given
        return short, after
