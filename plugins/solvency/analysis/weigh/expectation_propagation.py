"""What stands for a bound among Gaussian statements."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import log_ndtr

from solvency.figures import arithmetic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: A bound that holds with more than this probability before says nothing.
HOLDS = 0.9999
#: Precision of a statement that only tilts, as a share of that before.
_TILT = 1e-2
#: A variance below this share of a row's size is rounding.
LEAST = 1e-12


def stand_in(
    means: Array, variances: Array, edge: float, error: float
) -> tuple[float, float] | None:
    """Return mean and error of the statement that stands for "at least" an edge.

    Args:
        means: what is expected, one mean a combination.
        variances: its variances.
        edge: of the bound.
        error: its error.

    Returns:
        The statement; None if the bound all but holds by itself.
    """
    totals = variances + error**2 + LEAST
    scores = (means - edge) / np.sqrt(totals)
    holds = arithmetic.rounded(log_ndtr(scores))
    if float(arithmetic.exp(holds).mean()) > HOLDS:
        return None
    hazards = arithmetic.exp(-(scores**2) / 2 - holds) / math.sqrt(2 * math.pi)
    moved = means + variances * hazards / np.sqrt(totals)
    narrowed = variances - variances**2 * hazards * (scores + hazards) / totals
    mean, variance = _moments(means, variances, np.ones(len(means)))
    after = _moments(moved, narrowed, arithmetic.exp(holds - holds.max()))
    if variance <= LEAST:
        return None
    # Where the bound leaves more variance than before, it can only tilt.
    precision = 1 / max(after[1], 1e-6 * variance) - 1 / variance
    precision = max(precision, _TILT / variance)
    pull = after[0] * (precision + 1 / variance) - mean / variance
    return pull / precision, 1.0 / math.sqrt(precision)


def _moments(means: Array, variances: Array, weights: Array) -> tuple[float, float]:
    """Return mean and variance of a mixture of normals."""
    shares = weights / weights.sum()
    mean = arithmetic.dot(shares, means)
    # About the mean: a difference of squares would lose the digits that matter.
    return mean, arithmetic.dot(shares, variances + (means - mean) ** 2)
