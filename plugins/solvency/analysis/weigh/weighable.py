"""Which hypotheses can be weighed: those observed, and their rivals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.ledger.asked_scenario import excluding

if TYPE_CHECKING:
    from solvency.analysis.weigh.evidence import Evidence


def weighable(found: Evidence) -> tuple[str, ...]:
    """Return the hypotheses some observation touches, or that exclude one such."""
    case = found.case
    open_ = {
        name
        for name, hypothesis in case.hypotheses.items()
        if 0 < hypothesis.prior < 1
        and not any(excluding(case, name, other) for other in found.certain)
    }
    reached = {name for name in open_ if found.touches(name).any()}
    more = reached
    # What a rival of a rival loses, a hypothesis may win.
    while more:
        more = {
            name
            for name in open_ - reached
            if any(excluding(case, name, other) for other in reached)
        }
        reached |= more
    return tuple(name for name in case.hypotheses if name in reached)
