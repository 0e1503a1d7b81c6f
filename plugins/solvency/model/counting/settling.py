"""What would settle what is open, where the ledger says so (`settled-by:`)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from solvency.figures.listing import listing
from solvency.model.counting.found import found

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection
    from collections.abc import Iterable

    from solvency.figures.table import Table
    from solvency.ledger.case import Case
    from solvency.model.counting.counts import Counts

#: The key under a flow, an observation or a hypothesis.
_KEY = "settled-by"


def settling(case: Case, named: Collection[str]) -> Table | None:
    """Return what would settle what is open, beside what it would settle.

    Flows of the scenario, observations and hypotheses that say it, those that say the
    same in one row.

    Args:
        case: The case.
        named: Only of these ids and names of hypotheses.
    """
    rows: dict[str, list[str]] = defaultdict(list)
    said = [
        *((flow.id, flow.notes.get(_KEY)) for flow in case.selected),
        *((seen.id, seen.notes.get(_KEY)) for seen in case.observations),
        *((one.name, one.notes.get(_KEY)) for one in case.hypotheses.values()),
    ]
    for name, by in said:
        if by and name in named:
            rows[by].append(name)
    if not rows:
        return None
    return listing(
        "Records that would settle what is open, as the ledger says",
        ("record", "would settle"),
        [(by, tuple(dict.fromkeys(names))) for by, names in rows.items()],
    )


def of_books(case: Case) -> frozenset[str]:
    """Return the ids of what the books and statements of a scenario are."""
    flows = {flow.id for flow in case.selected}
    return frozenset(flows | {seen.id for seen in case.observations})


def behind_untraced(
    counts: Counts, day: datetime.date, entities: Iterable[str] | None = None
) -> frozenset[str]:
    """Return the ids of flows and statements behind what is untraced or unrecorded.

    Args:
        counts: The counts of a case.
        day: The day.
        entities: Whose; None for everybody's.
    """
    held = [
        one
        for one in found(counts, day, entities=entities).held
        if one.untraced or one.unrecorded
    ]
    places = {(one.position.account, one.position.commodity) for one in held}
    flows = {
        flow.id
        for flow in counts.book.flows
        if flow.date <= day
        and any((one.account, one.commodity) in places for one in flow.postings)
    }
    return frozenset(flows | {seen.id for one in held for seen in one.seen.rests})
