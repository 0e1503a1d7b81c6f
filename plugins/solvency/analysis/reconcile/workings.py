"""How the balanced amount of a claim comes about: what binds it, and what pulls."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from solvency.analysis.reconcile.answer import Pull
from solvency.analysis.reconcile.answer import Working
from solvency.figures import arithmetic
from solvency.figures.precision import money
from solvency.figures.precision import moved
from solvency.model.observations import stated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from solvency.analysis.reconcile.problem import Problem
    from solvency.methods.balancing import Balanced

    Array = NDArray[np.float64]

#: Claims named that pull on one amount, and observations that move a flow.
_NAMED = 3


def working(problem: Problem, free: Balanced, best: Balanced, column: int) -> Working:
    """Return how the balanced amount of a claim with a spread comes about.

    Args:
        problem: the claims and their identities.
        free: the free fit.
        best: the fit whose amounts are shown.
        column: the claim's.

    Returns:
        What binds it and what pulls on it, in the claim's commodity.
    """
    size, like = problem.size(column), problem.written(column)
    lead = int(problem.lead[column])
    pulls = free.pulls(lead) * size * float(problem.ratio[column])
    strongest = _strongest(pulls, (lead,))
    others, gap = problem.without(free, column)
    at = column - len(problem.flows)
    flow = at < 0
    parts = () if flow else _parts(problem, best, at)
    ranged, graded, repeated = _errors(problem, column)
    return Working(
        others=money(others * size, like=like),
        gap=money(abs(gap * size), like=like),
        written=None if flow else money(float(problem.seen.predicted[at]), like=like),
        ranged=ranged,
        graded=graded,
        repeated=repeated,
        covered=not flow and bool(problem.covered[at]),
        parts=parts,
        moves=_moves(problem, free, column) if flow else (),
        pulls=tuple(
            Pull(problem.name(one), money(pulls[one], like=like)) for one in strongest
        ),
        rest=money(pulls.sum() - pulls[[lead, *strongest]].sum(), like=like),
        own=money(pulls[lead], like=like),
    )


def _largest(amounts: Array) -> list[int]:
    """Return positions, the largest amount first; of those alike the first stays so."""
    order = np.argsort(-arithmetic.rounded(np.abs(amounts), 30), kind="stable")
    return [int(at) for at in order]


def _strongest(pulls: Array, but: Iterable[int]) -> list[int]:
    order = _largest(pulls)
    return [one for one in order if one not in but and pulls[one]][:_NAMED]


def _errors(
    problem: Problem, column: int
) -> tuple[Decimal | None, Decimal | None, bool]:
    """Return a claim's spread by its own range and its grade, and if it repeats."""
    at = column - len(problem.flows)
    book = problem.book
    if at < 0:
        number = int(problem.flows[column])
        flow = book.flows[number]
        wider = float(problem.wider[1][number])
        size = float(problem.sigmas[column]) / wider * problem.size(column)
        sigma = money(size, like=problem.written(column))
        if flow.low is None and flow.high is None:
            return Decimal(), sigma, wider > 1
        return sigma, Decimal(), wider > 1
    row = problem.seen.rows[at]
    repeated = bool(problem.wider[0][at] > 1) and not problem.covered[at]
    if len(row.observations) > 1:
        return None, None, repeated
    ((_, own, graded),) = stated(book, [row.first])
    return money(own, like=row.stated), money(graded, like=row.stated), repeated


def _parts(
    problem: Problem, best: Balanced, at: int
) -> tuple[tuple[str, Decimal], ...]:
    """Return what flows bring to an observation as balanced, the largest first."""
    effects = problem.seen.effects[[at]].toarray().ravel()[problem.flows]
    brought = effects * problem.means * problem.amounts(best)[: len(problem.flows)]
    brought *= problem.seen.rows[at].shown
    like = problem.seen.rows[at].stated
    order = _largest(brought)
    found = {one: money(brought[one], like=like) for one in order}
    # Each is rounded by itself; the largest takes what their sum is off by.
    column = len(problem.flows) + at
    change = float(problem.amounts(best)[column] - problem.values[column])
    off = moved(like, change, problem.size(column)) - sum(found.values())
    if order and abs(off) <= len(order) * abs(money(1.0, like=like)) / 50:
        found[order[0]] += off
    return tuple((problem.name(one), amount) for one, amount in found.items() if amount)


def _moves(problem: Problem, free: Balanced, column: int) -> tuple[Pull, ...]:
    """Return how far the identity of each observation moves a flow, most first."""
    shifts = free.shifts(int(problem.lead[column])) * float(problem.ratio[column])
    shifts *= problem.size(column)
    order, like = _largest(shifts), problem.written(column)
    rows = problem.seen.rows
    found = ((rows[one].id, money(shifts[one], like=like)) for one in order)
    return tuple(Pull(name, amount) for name, amount in found if amount)
