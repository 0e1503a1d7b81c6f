"""What moved on each account of a case, by day and by the file that says it."""

from __future__ import annotations

import datetime
import itertools
from bisect import bisect_left
from bisect import bisect_right
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.evidence.drafts import OPENING
from solvency.evidence.existing_case import cited_in
from solvency.evidence.gaps.filled_elsewhere import Moved

if TYPE_CHECKING:
    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow

#: So many files of one day are tried in every order of their pages.
_MOST_FILES = 6


class AccountMoves:
    """What moved on each account, by day, of which flow."""

    def __init__(self, case: Case) -> None:
        self._days: dict[tuple[str, str], list[datetime.date]] = {}
        self._sums: dict[tuple[str, str], list[Decimal]] = {}
        self.flows: dict[tuple[str, str], list[tuple[Flow, Decimal]]] = defaultdict(
            list
        )
        for flow in case.selected:
            for posting in flow.postings:
                key = posting.account, posting.commodity
                self.flows[key].append((flow, posting.units))
        for key, several in self.flows.items():
            several.sort(key=lambda one: one[0].date)
            self._days[key] = [flow.date for flow, _ in several]
            self._sums[key] = [
                Decimal(),
                *itertools.accumulate(units for _, units in several),
            ]

    def balance(self, key: tuple[str, str], day: datetime.date) -> Decimal:
        """Return an account's balance at the end of a day, in units."""
        days = self._days.get(key, [])
        return self._sums[key][bisect_right(days, day)] if days else Decimal()

    def moves(self, key: tuple[str, str]) -> list[Moved]:
        """Return what moved on an account but for what it opened with."""
        return [
            Moved(flow.earliest or flow.date, flow.latest or flow.date, units)
            for flow, units in self.flows.get(key, ())
            if not flow.narration.startswith(OPENING)
        ]

    def on_the_way(self, key: tuple[str, str], day: datetime.date) -> list[Decimal]:
        """Return what was on its way on a day: it left one account, not yet there."""
        return [
            units
            for flow, units in self.flows.get(key, ())
            if flow.latest is not None
            and (flow.earliest or flow.date) <= day < flow.latest
        ]

    def within(self, key: tuple[str, str], day: datetime.date) -> set[Decimal]:
        """Return what an account may have held between two pages that share a day.

        A page that ends within a day states what the account held then, and so does
        the next that begins with it.
        """
        found = set()
        for at in (day, day + datetime.timedelta(days=1)):
            files: dict[frozenset[str], Decimal] = defaultdict(Decimal)
            days = self._days.get(key, [])
            flows = self.flows.get(key, [])
            for flow, units in flows[bisect_left(days, at) : bisect_right(days, at)]:
                files[files_of(flow)] += units
            before = self.balance(key, at - datetime.timedelta(days=1))
            sums = {before}
            for units in [*files.values()][:_MOST_FILES]:
                sums |= {one + units for one in sums}
            found |= sums
        return found


def files_of(flow: Flow) -> frozenset[str]:
    """Return the files whose rows a flow cites."""
    rows = cited_in(flow.notes.get("row", ""))
    return frozenset(row.partition(":")[0] for row in rows)
