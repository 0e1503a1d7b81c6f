"""The test of all claims with errors of one source going together.

Balancing takes claims as independent, which the search for suspects rests on. Beside it
stands the same test with the errors of what one source (or its group) says correlated:
amounts among themselves, and observations among themselves, as `weigh` has it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import chi2 as chi_square

from solvency.analysis.reconcile.answer import Correlated
from solvency.figures import arithmetic
from solvency.figures.quantised import settled
from solvency.model.uncertain import error_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from solvency.analysis.reconcile.problem import Problem

    Array = NDArray[np.float64]

#: Directions shorter than this share of the longest are rounding.
_LEAST = 1e-9


def correlated(problem: Problem) -> Correlated:
    """Return the test of all claims, errors of one source correlated.

    Args:
        problem: the claims; bounds that do not break have left it.
    """
    values, sigmas, identities, totals = problem.free()
    share = float(problem.book.case.uncertainty.correlation)
    matrix = identities.toarray()
    gap = arithmetic.product(matrix, values) - totals
    known = np.isfinite(sigmas)
    each = matrix[:, known] * sigmas[known]
    covariance = arithmetic.product(each, each.T)
    for members in _sources(problem, np.where(known, sigmas, 0.0)):
        spread = matrix[:, members] * sigmas[members]
        alone = arithmetic.product(spread, spread.T)
        both = np.add.reduce(spread, axis=1)
        covariance += share * (np.outer(both, both) - alone)
    # What is unknown can make up for any gap along what it moves.
    free = matrix[:, ~known]
    if free.shape[1]:
        along = arithmetic.product(free, arithmetic.pseudo_inverse(free, _LEAST))
        keep = np.eye(len(matrix)) - along
        gap = arithmetic.product(keep, gap)
        covariance = arithmetic.product(arithmetic.product(keep, covariance), keep.T)
    weights = arithmetic.pseudo_inverse(covariance, _LEAST)
    chi2 = arithmetic.dot(gap, arithmetic.product(weights, gap))
    dof = round(float(np.trace(arithmetic.product(covariance, weights))))
    p = float(chi_square.sf(chi2, dof)) if dof else math.nan
    return Correlated(share, settled(chi2), dof, settled(p, 0.0))


def _sources(problem: Problem, sigmas: Array) -> Iterator[list[int]]:
    """Yield the columns of what one source says, where they are two and more."""
    members: dict[tuple[str, str], list[int]] = {}
    for column in np.flatnonzero(sigmas).tolist():
        if column < len(problem.flows):
            flow = problem.book.flows[int(problem.flows[column])]
            shared = error_of(problem.book.case, flow)
            if shared is None or shared[0]:
                continue
            key = "amount", shared[1]
        else:
            key = "observation", problem.seen.rows[column - len(problem.flows)].group
        members.setdefault(key, []).append(column)
    yield from (columns for columns in members.values() if len(columns) > 1)
