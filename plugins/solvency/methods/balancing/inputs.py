"""What balancing is given: checked, and said in a sentence where it cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import numpy as np
from scipy import sparse

from solvency.figures import arithmetic

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


def checked(
    claims: ArrayLike,
    sigmas: ArrayLike,
    identities: ArrayLike | sparse.sparray,
    totals: ArrayLike | None,
) -> tuple[Array, Array, Any, Array]:
    """Return amounts, variances, identities and totals of one shape.

    Raises:
        ValueError: shapes differ, or a number is none.
    """
    amounts: Any = np.array(claims, dtype=float)
    spreads: Any = np.array(sigmas, dtype=float)
    dense = not isinstance(identities, sparse.sparray | sparse.spmatrix)
    rows: Any = np.atleast_2d(np.asarray(identities, float)) if dense else identities
    matrix: Any = sparse.csr_array(rows).astype(float)
    sums = (
        np.zeros(matrix.shape[0]) if totals is None else np.array(totals, dtype=float)
    )
    if amounts.ndim != 1 or spreads.shape != amounts.shape:
        raise ValueError(
            f"claims and spreads must be two lists of one length, not of shapes "
            f"{amounts.shape} and {spreads.shape}"
        )
    if matrix.shape[1] != len(amounts):
        raise ValueError(
            f"the identities join {matrix.shape[1]} amounts, but {len(amounts)} are "
            "claimed"
        )
    if sums.shape != (matrix.shape[0],):
        raise ValueError(
            f"there are {matrix.shape[0]} identities and {sums.size} totals"
        )
    if not np.all(spreads >= 0):
        raise ValueError(f"claim {_first(~(spreads >= 0))} has no spread of 0 or more")
    known = np.isfinite(spreads)
    if not np.all(np.isfinite(amounts[known])):
        bad = _first(known & ~np.isfinite(amounts))
        raise ValueError(f"claim {bad} has a spread but no amount")
    amounts[~np.isfinite(amounts)] = 0.0
    if not (np.all(np.isfinite(sums)) and np.all(np.isfinite(matrix.data))):
        raise ValueError("an identity has a coefficient or total that is not a number")
    return amounts, spreads**2, matrix, sums


def ties_of(shared: ArrayLike | None, variances: Array) -> Array:
    """Return the spreads by shared errors, checked; none where none are given."""
    if shared is None:
        return np.zeros((len(variances), 0))
    ties: Array = np.array(shared, dtype=float)
    if ties.ndim != 2 or len(ties) != len(variances):
        raise ValueError(
            f"spreads by shared errors must be a row a claim, not of shape {ties.shape}"
            f" for {len(variances)} claims"
        )
    squares = np.add.reduce(ties**2, axis=1)
    known = np.where(np.isfinite(variances), variances, 0.0)
    # Not so written that nan passes.
    wrong = ~(squares <= known * (1 + 1e-9))
    if np.any(wrong):
        raise ValueError(
            f"claim {_first(wrong)} shares errors wider than its own spread"
        )
    return ties


def _first(mask: NDArray[np.bool_]) -> int:
    return int(np.flatnonzero(mask)[0])


def agree(
    combination: Array,
    kept: NDArray[np.intp],
    dropped: NDArray[np.intp],
    matrix: Any,
    amounts: Array,
    variances: Array,
    sums: Array,
) -> None:
    """Raise if a dependent identity asks for another total than those it follows."""
    residual = np.asarray(matrix @ amounts - sums)
    size = np.asarray(abs(matrix) @ np.abs(amounts)) + np.abs(sums)
    for column, row in enumerate(dropped):
        weights = combination[:, column]
        off = float(residual[row]) - arithmetic.dot(weights, residual[kept])
        scale = float(size[row]) + arithmetic.dot(np.abs(weights), size[kept])
        if abs(off) <= 1e-8 * max(scale, 1e-300):
            continue
        part = kept[
            np.abs(weights) > 1e-9 * max(1.0, float(np.abs(weights).max(initial=0.0)))
        ]
        names = sorted({int(row), *(int(i) for i in part)})
        left = matrix[[row]] - sparse.csr_array(weights[None, :]) @ matrix[kept]
        left = np.abs(left.toarray().ravel())
        certain = np.flatnonzero((variances == 0) & (left > 1e-9 * left.max(initial=0)))
        if len(certain):
            raise ValueError(
                f"claims {[int(i) for i in certain]} have a spread of zero and "
                f"contradict one another by {abs(off):g} under identities {names}: no "
                "balancing can mend what is taken as certain"
            )
        raise ValueError(
            f"identities {names} say the same of the amounts but their totals differ "
            f"by {abs(off):g}: no amounts can obey them all"
        )
