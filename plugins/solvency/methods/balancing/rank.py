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
        The rows kept, the inverse of `A S A'` on them, the rows dropped.

    Raises:
        ValueError: a dropped row contradicts those kept.
    """
    diagonal = np.diag(joint)
    norms = np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    scaled = joint / np.outer(norms, norms)
    if not len(scaled):
        return np.zeros(0, dtype=np.intp), np.zeros((0, 0)), ()
    if (inverse := _full(scaled, norms)) is not None:
        return np.arange(len(scaled)), inverse, ()
    lower, kept = arithmetic.pivoted(scaled, RANK)
    dropped = np.setdiff1d(np.arange(len(scaled)), kept)
    if len(dropped):
        combination = arithmetic.solve_factored(lower, scaled[np.ix_(kept, dropped)])
        combination = combination / norms[kept][:, None] * norms[dropped]
        agree(combination, kept, dropped, matrix, amounts, variances, sums)
    inverse = arithmetic.inverse_factored(lower * norms[kept][:, None])
    return kept, inverse, tuple(sorted(int(i) for i in dropped))


def _full(scaled: Array, norms: Array) -> Array | None:
    """Return the inverse if no identity follows from others, else None."""
    found = np.zeros_like(scaled)
    for rows in apart(scaled):
        here = rows[:, :, None], rows[:, None, :]
        lower, fine = arithmetic.factored(scaled[here])
        if not fine.all() or np.diagonal(lower, 0, 1, 2).min() ** 2 <= RANK:
            return None
        lower *= norms[rows][:, :, None]
        if len(rows) == 1:
            found[here] = arithmetic.inverse_factored(lower[0])
        else:
            root = arithmetic.forward(lower, np.eye(rows.shape[1])[None])
            found[here] = arithmetic.product(np.swapaxes(root, 1, 2), root)
    return found


def apart(joint: Array) -> list[NDArray[np.intp]]:
    """Return identities that share no error with others, by how many hang together.

    Returns:
        For each number of identities, the rows of every lot of so many, shape (c, s).
    """
    tied = joint != 0.0
    free = np.ones(len(joint), dtype=bool)
    found: dict[int, list[NDArray[np.intp]]] = {}
    for first in range(len(joint)):
        if free[first]:
            rows = fresh = np.array([first])
            free[first] = False
            while len(fresh):
                fresh = np.flatnonzero(tied[fresh].any(axis=0) & free)
                free[fresh] = False
                rows = np.concatenate([rows, fresh])
            found.setdefault(len(rows), []).append(np.sort(rows))
    return [np.array(lots) for lots in found.values()]


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
