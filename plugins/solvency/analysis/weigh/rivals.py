"""Hypotheses that exclude one another, and which of them can be weighed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solvency.analysis.weigh.evidence import Evidence
    from solvency.ledger.case import Case


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


def excluding(case: Case, one: str, other: str) -> bool:
    """Say whether two hypotheses exclude one another, whichever says so."""
    return (
        other in case.hypotheses[one].excludes or one in case.hypotheses[other].excludes
    )


@wide()
def contradictions(case: Case, held: Iterable[str]) -> list[tuple[str, str]]:
    """Return the pairs among hypotheses that exclude one another."""
    names = sorted(set(held) & set(case.hypotheses))
    return [
        (one, other)
        for at, one in enumerate(names)
        for other in names[at + 1 :]
        if excluding(case, one, other)
    ]
