"""Which identities say something of their own, and what unknown amounts leave."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.figures import arithmetic
from solvency.methods.balancing.inputs import agree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

# Below this share of its scale a pivot is rounding, not a further identity.
RANK = 1e-10


def independent(
    joint: Array, matrix: Any, amounts: Array, variances: Array, sums: Array
) -> tuple[NDArray[np.intp], Array, tuple[int, ...]]:
    """Choose independent identities by pivoted Cholesky; see that the others hold.

    Returns:
        The rows kept, the lower Cholesky factor of `A S A'` on them, the rows dropped.

    Raises:
        ValueError: a dropped row contradicts those kept.
    """
    diagonal = np.diag(joint)
    norms = np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    scaled = joint / np.outer(norms, norms)
    if not len(scaled):
        return np.zeros(0, dtype=np.intp), np.zeros((0, 0)), ()
    kept, lower = np.arange(len(scaled)), _full(scaled)
    if lower is None:
        lower, kept = arithmetic.pivoted(scaled, RANK)
    dropped = np.setdiff1d(np.arange(len(scaled)), kept)
    if len(dropped):
        combination = arithmetic.solve_factored(lower, scaled[np.ix_(kept, dropped)])
        combination = combination / norms[kept][:, None] * norms[dropped]
        agree(combination, kept, dropped, matrix, amounts, variances, sums)
    return kept, lower * norms[kept][:, None], tuple(sorted(int(i) for i in dropped))


def _full(scaled: Array) -> Array | None:
    """Return the Cholesky factor if no identity follows from others, else None."""
    try:
        lower = arithmetic.cholesky(scaled)
    except ValueError:
        return None
    return lower if np.diag(lower).min() ** 2 > RANK else None


def projected(inverse: Array, columns: Array, spread: float) -> tuple[Array, int]:
    """Make the weight orthogonal to the columns of unknown amounts.

    Returns:
        The projected weight, and how many tests the unknown amounts use up.
    """
    if not columns.shape[1] or not len(inverse):
        return inverse, 0
    image = arithmetic.product(inverse, columns)
    inner = spread * arithmetic.product(columns.T, image)
    # With its stand-in spread an unknown's share of any test lies between 0 and 1.
    lower, kept = arithmetic.pivoted((inner + inner.T) / 2, 1e-9)
    basis = arithmetic.forward(lower, image[:, kept].T) * np.sqrt(spread)
    return inverse - arithmetic.square(basis.T), len(kept)
