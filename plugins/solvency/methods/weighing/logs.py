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

import numpy as np
from scipy.linalg import cho_factor
from scipy.linalg import cho_solve

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
    scores = np.array([_laplace(case, chosen, logs) for chosen in some])
    scores += [case.log_prior(chosen) for chosen in some]
    weights = np.exp(scores - scores.max())
    weights /= weights.sum()
    before = gaussian / gaussian.sum()
    held = np.zeros((len(some), case.count))
    for row, chosen in enumerate(some):
        held[row, list(chosen)] = 1.0
    return Reweighed(
        posteriors=weights @ held,
        gaussian=before @ held,
        combinations=some,
        weights=weights,
        covered=float(gaussian.sum()),
        difference=float(0.5 * np.abs(weights - before).sum()),
        wide=tuple(int(i) for i in np.flatnonzero(logs)),
    )


@dataclass(frozen=True)
class _Problem:
    """The log posterior of the wide amounts of one combination."""

    gap: Array
    factor: tuple[Array, bool]
    reach: Array
    centre: Array
    spread: Array

    def value(self, logs: Array) -> tuple[float, Array, Array]:
        """Return the misfit, its pull on the observations, and the amounts."""
        amounts = np.exp(logs)
        rest = self.gap - self.reach @ amounts
        pull = np.asarray(cho_solve(self.factor, rest))
        scores = (logs - self.centre) / self.spread
        return 0.5 * float(rest @ pull + scores @ scores), pull, amounts


def _laplace(case: Model, chosen: tuple[int, ...], logs: NDArray[np.bool_]) -> float:
    """Return the log likelihood of a combination with lognormal wide amounts."""
    on = case.active(chosen)
    wide, narrow = np.flatnonzero(on & logs), np.flatnonzero(on & ~logs)
    flows = case.effects[:, narrow]
    covariance = case.noise + (flows * case.sigmas[narrow] ** 2) @ flows.T
    factor = cho_factor(covariance, lower=True)
    spread = np.sqrt(np.log1p((case.sigmas[wide] / case.means[wide]) ** 2))
    problem = _Problem(
        gap=case.observed - flows @ case.means[narrow],
        factor=factor,
        reach=case.effects[:, wide],
        centre=np.log(case.means[wide]) - spread**2 / 2.0,
        spread=spread,
    )
    found, misfit, curve = _mode(problem)
    del found
    log_det = 2.0 * float(np.log(np.diag(factor[0])).sum())
    size = len(case.observed)
    _, log_curve = np.linalg.slogdet(curve)
    return (
        -misfit
        - 0.5 * (log_det + size * math.log(2.0 * math.pi))
        - 0.5 * float(log_curve)
        - float(np.log(spread).sum())
    )


def _mode(problem: _Problem) -> tuple[Array, float, Array]:
    """Find the most probable logarithms by damped Newton steps.

    Returns:
        The logarithms, the misfit there, and its second derivatives.
    """
    logs = problem.centre.copy()
    misfit, pull, amounts = problem.value(logs)
    weight = np.asarray(cho_solve(problem.factor, problem.reach))
    inner = problem.reach.T @ weight
    prior = np.diag(problem.spread**-2.0)
    for _ in range(100):
        slope = (logs - problem.centre) / problem.spread**2
        slope -= amounts * (problem.reach.T @ pull)
        # Gauss and Newton's curvature is positive definite everywhere.
        step = np.linalg.solve(np.outer(amounts, amounts) * inner + prior, slope)
        drop, size = float(slope @ step), 1.0
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
        misfit, pull, amounts = there
    curve = np.outer(amounts, amounts) * inner + prior
    full = curve - np.diag(amounts * (problem.reach.T @ pull))
    # At a mode the full second derivative is positive; at a shelf it need not be.
    lowest = float(np.linalg.eigvalsh(full).min()) if len(logs) else 1.0
    return logs, misfit, full if lowest > 0 else curve
