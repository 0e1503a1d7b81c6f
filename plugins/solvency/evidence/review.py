"""Which flows somebody has reviewed, and whether they are still what was reviewed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from beancount.core.data import Custom

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from solvency.ledger.case import Case

APPROVED = "approved"
UNREVIEWED = "unreviewed"


@dataclass(frozen=True)
class Reviewed:
    """A flow with its last review."""

    flow: str
    #: One of REVIEWS, as the reviewer wrote; changed; unreviewed.
    status: str
    by: str
    day: datetime.date | None
    note: str
    #: What a review of the flow as it stands has as its hash.
    hash: str
    #: The flow's own day and amount, and the row of the evidence it was read from.
    date: datetime.date
    amount: Decimal
    commodity: str
    row: str = ""

    @property
    def holds(self) -> bool:
        """Say whether the flow is approved as it stands."""
        return self.status == APPROVED


def reviewed(case: Case) -> tuple[Reviewed, ...]:
    """Return each flow of the scenario with its last review.

    A review is `custom "review" "FLOW" "approved"` with `by:` and `hash:`; one whose
    hash is not the flow's was of what the flow no longer is.
    """
    last: dict[str, tuple[str, Custom]] = {}
    for entry in case.kept_entries:
        if isinstance(entry, Custom) and entry.type == "review":
            values = [str(one.value) for one in entry.values or ()]
            if len(values) == 2:
                last[values[0]] = values[1], entry
    found = []
    for flow in case.selected:
        now = case.flow_hashes[flow.id]
        told = flow.date, *flow.amount, flow.notes.get("row", "")
        if flow.id not in last:
            found.append(Reviewed(flow.id, UNREVIEWED, "", None, "", now, *told))
            continue
        status, review = last[flow.id]
        if str(review.meta.get("hash", "")) != now:
            status = "changed"
        by, note = (str(review.meta.get(key) or "") for key in ("by", "note"))
        found.append(Reviewed(flow.id, status, by, review.date, note, now, *told))
    return tuple(found)
