"""What imported rows state, where the flows are as exact and come to something else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.model.observations import Untested
from solvency.model.uncertain_amounts import spread_of

if TYPE_CHECKING:
    from solvency.model.observations import Observed

#: Of a row's size, a smaller difference is rounding.
_NOISE = 1e-9
_REASON = (
    "it is taken as exact, as the flows are, and the two do not agree: a gap in the"
    " statements, a disagreement, or a transfer on its way that day"
)


def without_contradicted(seen: Observed) -> Observed:
    """Return observations without those that no balancing of the flows can meet.

    A statement with a page missing, a trial balance that does not agree and a transfer
    that one bank books a day after the other contradict flows that are as exact. That
    is said of the evidence by `check`; the other observations still test the flows.

    Args:
        seen: What sources state, as rows over the flows.
    """
    flows = seen.book.flows
    gone: list[int] = []
    untested: list[Untested] = []
    for at, row in enumerate(seen.rows):
        imported = all("row" in one.notes for one in row.observations)
        if not imported or row.bound or row.sigma:
            continue
        apart = abs(float(seen.predicted[at]) - row.value)
        if apart <= _NOISE * seen.scales[at]:
            continue
        touching = (flows[flow] for flow in seen.touching(at))
        if all(
            spread_of(seen.book.case, flow).certain
            and flow.basis != "plug"
            and not flow.hypotheses
            for flow in touching
        ):
            gone.append(at)
            untested += [Untested(one, _REASON) for one in row.observations]
    if not gone:
        return seen
    return replace(seen.without({*gone}), untested=(*seen.untested, *untested))
