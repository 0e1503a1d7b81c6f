"""Weigh again with lognormal amounts: what a wide amount does to the answer.

A Gaussian amount may go below zero and has no long upper tail. For the combinations
that hold nearly all the belief, wide amounts are made lognormal with the same mean and
variance, and the likelihood is found by Laplace's method in their logarithms; narrow
amounts stay Gaussian and are integrated out exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from solvency.figures import arithmetic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solvency.methods.weighing.model import Model

    Array = NDArray[np.float64]

# Belief the combinations weighed again shall hold, and how many at most they are.
SHARE = 0.999
MOST = 500
# A fit far from the data keeps the amounts within this many spreads of their centre.
FAR = 40.0


@dataclass(frozen=True)
class Reweighed:
    """The answer with lognormal amounts, and how far it is from the Gaussian one.

    Attributes:
        posteriors: belief in each hypothesis, over the combinations weighed, (h,).
        gaussian: the Gaussian belief over the same combinations, shape (h,).
        combinations: the combinations weighed.
        weights: belief in each with lognormal amounts.
        covered: Gaussian belief they hold of all.
        difference: total variation between the two answers: the most by which belief
            in any statement about the combinations differs.
        wide: flows whose amounts are lognormal here.
    """

    posteriors: Array
    gaussian: Array
    combinations: tuple[tuple[int, ...], ...]
    weights: Array
    covered: float
    difference: float
    wide: tuple[int, ...]


def reweigh(
    case: Model,
    combinations: tuple[tuple[int, ...], ...],
    posteriors: Array,
    wide: float,
) -> Reweighed | None:
    """Weigh the best combinations with lognormal amounts.

    Args:
        case: the model.
        combinations: the best combinations, in order.
        posteriors: Gaussian belief in each.
        wide: spread over mean from which an amount is made lognormal.

    Returns:
        The lognormal answer; None if no amount is wide.
    """
    ratio = np.divide(
        case.sigmas, case.means, out=np.zeros_like(case.means), where=case.means > 0
    )
    logs = ratio > wide
    if not np.any(logs) or not combinations:
        return None
    enough = int(np.searchsorted(np.cumsum(posteriors), SHARE)) + 1
    some = combinations[: min(enough, MOST)]
    gaussian = posteriors[: len(some)]
    white = _White.of(case, logs)
    scores = np.array([_laplace(case, white, chosen, logs) for chosen in some])
    scores += [case.log_prior(chosen) for chosen in some]
    weights = arithmetic.exp(scores - scores.max())
    weights /= weights.sum()
    before = gaussian / gaussian.sum()
    held = np.zeros((len(some), case.count))
    for row, chosen in enumerate(some):
        held[row, list(chosen)] = 1.0
    return Reweighed(
        posteriors=arithmetic.product(weights, held),
        gaussian=arithmetic.product(before, held),
        combinations=some,
        weights=weights,
        covered=float(gaussian.sum()),
        difference=float(0.5 * np.abs(weights - before).sum()),
        wide=tuple(int(i) for i in np.flatnonzero(logs)),
    )


@dataclass(frozen=True)
class _Problem:
    """The log posterior of the wide amounts of one combination."""

    #: Whitened: the narrow amounts and the errors have unit covariance.
    gap: Array
    reach: Array
    centre: Array
    spread: Array

    def value(self, logs: Array) -> tuple[float, Array, Array]:
        """Return the misfit, what is left of the observations, and the amounts."""
        amounts = arithmetic.exp(logs)
        rest = self.gap - arithmetic.product(self.reach, amounts)
        scores = (logs - self.centre) / self.spread
        squares = arithmetic.dot(rest, rest) + arithmetic.dot(scores, scores)
        return 0.5 * squares, rest, amounts


class _White(NamedTuple):
    """Columns in units in which the errors and what is always there are one."""

    #: Observations less the narrow established amounts.
    gap: Array
    #: What a unit of each flow adds.
    reach: Array
    log_det: float

    @classmethod
    def of(cls, case: Model, logs: NDArray[np.bool_]) -> _White:
        """Return the columns of a model, some amounts of which are logarithms."""
        always = case.established & ~logs
        flows = case.effects[:, always]
        root = arithmetic.cholesky(
            case.noise + arithmetic.product(flows * case.sigmas[always] ** 2, flows.T)
        )
        gap = case.observed - arithmetic.product(flows, case.means[always])
        white = arithmetic.forward(root, np.column_stack([gap, case.effects]))
        return cls(white[:, 0], white[:, 1:], float(arithmetic.log_det(root)))


def _laplace(
    case: Model, white: _White, chosen: tuple[int, ...], logs: NDArray[np.bool_]
) -> float:
    """Return the log likelihood of a combination with lognormal wide amounts."""
    on = case.active(chosen)
    wide = np.flatnonzero(on & logs)
    narrow = np.flatnonzero(on & ~logs & ~case.established)
    ratio = case.sigmas[wide] / case.means[wide]
    spread = np.sqrt(arithmetic.log1p(ratio**2))
    reach = white.reach[:, narrow]
    gap = white.gap - arithmetic.product(reach, case.means[narrow])
    left, more = arithmetic.swept(
        reach * case.sigmas[narrow], np.column_stack([gap, white.reach[:, wide]])
    )
    problem = _Problem(
        gap=left[0],
        reach=left[1:].T,
        centre=arithmetic.log(case.means[wide]) - spread**2 / 2.0,
        spread=spread,
    )
    misfit, log_curve = _mode(problem)
    size = len(case.observed)
    return (
        -misfit
        - 0.5 * (white.log_det + more + size * math.log(2.0 * math.pi))
        - 0.5 * log_curve
        - float(arithmetic.log(spread).sum())
    )


def _mode(problem: _Problem) -> tuple[float, float]:
    """Find the most probable logarithms by damped Newton steps.

    Returns:
        The misfit there, and the log determinant of its second derivatives.
    """
    logs = problem.centre.copy()
    misfit, rest, amounts = problem.value(logs)
    inner = arithmetic.product(problem.reach.T, problem.reach)
    prior = np.diag(1.0 / problem.spread**2)
    for _ in range(100):
        slope = (logs - problem.centre) / problem.spread**2
        slope -= amounts * arithmetic.product(problem.reach.T, rest)
        # Gauss and Newton's curvature is positive definite everywhere.
        curve = np.outer(amounts, amounts) * inner + prior
        step = arithmetic.solve(curve, slope)
        drop, size = arithmetic.dot(slope, step), 1.0
        if drop <= 1e-12 * (1.0 + misfit):
            break
        limit = float(np.abs(step / problem.spread).max())
        size = min(1.0, FAR / limit) if limit > FAR else 1.0
        while size > 1e-12:
            trial = logs - size * step
            there = problem.value(trial)
            if there[0] <= misfit - 1e-4 * size * drop:
                break
            size /= 2.0
        else:
            break
        logs = trial
        misfit, rest, amounts = there
    curve = np.outer(amounts, amounts) * inner + prior
    full = curve - np.diag(amounts * arithmetic.product(problem.reach.T, rest))
    # At a mode the full second derivative is positive; at a shelf it need not be.
    try:
        return misfit, float(arithmetic.log_det(arithmetic.cholesky(full)))
    except ValueError:
        return misfit, float(arithmetic.log_det(arithmetic.cholesky(curve)))
