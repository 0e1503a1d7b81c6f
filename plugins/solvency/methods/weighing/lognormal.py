"""Weigh again with lognormal amounts: what a wide amount does to the answer.

A Gaussian amount may go below zero and has no long upper tail. For the combinations
that hold nearly all the belief, wide amounts are what they are (a median and two
halves), and the likelihood is found by Laplace's method in their normal scores; narrow
amounts stay Gaussian and are integrated out exactly. The scale of all errors divides
every square alike, so it is integrated out as it is without wide amounts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solvency.figures import arithmetic
from solvency.methods.weighing.laplace import Curves
from solvency.methods.weighing.laplace import WideAmounts
from solvency.methods.weighing.laplace import laplace
from solvency.methods.weighing.wide_bounds import holding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solvency.methods.weighing.bounds import Bounds
    from solvency.methods.weighing.likelihood import Model

    Array = NDArray[np.float64]

# Belief the combinations weighed again shall hold, and how many at most they are.
SHARE = 0.999
MOST = 100


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
    curves: Curves | None = None,
    bounds: Bounds | None = None,
) -> Reweighed | None:
    """Weigh the best combinations with lognormal amounts.

    Args:
        case: the model.
        combinations: the best combinations, in order.
        posteriors: Gaussian belief in each.
        wide: spread over mean from which an amount is made lognormal.
        curves: the amounts; lognormal of their means and spreads where none are given.
        bounds: observations that are one-sided.

    Returns:
        The lognormal answer; None if no amount is wide.
    """
    whole = np.sqrt(case.sigmas**2 + (case.shared**2).sum(axis=1))
    ratio = np.divide(whole, case.means, out=np.zeros_like(whole), where=case.means > 0)
    logs = ratio > wide
    if not np.any(logs) or not combinations:
        return None
    chosen = _chosen(combinations, posteriors, case.count)
    some = tuple(combinations[at] for at in chosen)
    gaussian = posteriors[chosen]
    curves = curves or Curves.matched(case.means, whole)
    on = np.array([case.active(one) for one in some])
    problem, narrow = WideAmounts.of(case, logs, on, curves, whole)
    scores, modes = laplace(case, problem)
    if bounds is not None:
        scores = scores + holding(case, bounds, modes, narrow, on, logs)
    scores += [case.log_prior(one) for one in some]
    weights = arithmetic.exp(scores - scores.max())
    weights /= weights.sum()
    before = gaussian / gaussian.sum()
    held = np.zeros((len(some), case.count))
    for row, one in enumerate(some):
        held[row, list(one)] = 1.0
    return Reweighed(
        posteriors=arithmetic.product(weights, held),
        gaussian=arithmetic.product(before, held),
        combinations=some,
        weights=weights,
        covered=float(gaussian.sum()),
        difference=float(0.5 * np.abs(weights - before).sum()),
        wide=tuple(int(i) for i in np.flatnonzero(logs)),
    )


def _chosen(
    combinations: tuple[tuple[int, ...], ...], posteriors: Array, count: int
) -> list[int]:
    """Return which combinations are weighed again, in order.

    Those that hold nearly all the belief, and of each hypothesis the best in which it
    holds and in which it does not: what is hardly believed because its amount is wide
    would be in none of the others.
    """
    enough = int(np.searchsorted(np.cumsum(posteriors), SHARE)) + 1
    found = set(range(min(enough, MOST, len(combinations))))
    held = [set(one) for one in combinations]
    for hypothesis in range(count):
        for holds in (True, False):
            rows = (at for at, on in enumerate(held) if (hypothesis in on) is holds)
            found.add(next(rows, 0))
    return sorted(found)
