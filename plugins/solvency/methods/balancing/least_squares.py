"""Least squares without negative weights (Lawson and Hanson, 1974, chapter 23).

Solving Least Squares Problems, algorithm NNLS: weights above zero are fitted freely;
the one whose rise would lower the residual most joins them, and those that a fit would
take below zero leave at the point where they reach it. All is order-fixed arithmetic,
so that which weights stay above zero is the same on every processor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solvency.figures import arithmetic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: A column that the others leave this share of follows from them.
_FOLLOWS = 1e-12
#: Fits for each column before the search is given up.
_FITS = 20


def nonnegative(matrix: Array, target: Array) -> Array:
    """Return weights of zero or more whose sum of columns is nearest to a target.

    Args:
        matrix: columns, shape (m, n).
        target: shape (m,).

    Returns:
        The weights, shape (n,).

    Raises:
        ValueError: they were not found.
    """
    height, count = matrix.shape
    weights = np.zeros(count)
    # Below this a slope is rounding.
    sizes = np.sqrt(np.add.reduce(matrix**2, axis=0))
    reach = float(np.sqrt(arithmetic.dot(target, target)))
    least = 10.0 * max(height, count) * np.finfo(float).eps * sizes * reach
    free = _Free(matrix, target)
    refused = np.zeros(count, dtype=bool)
    for _ in range(_FITS * count + _FITS):
        left = target - arithmetic.product(matrix, weights)
        slope = arithmetic.product(matrix.T, left)
        rising = (slope > least) & ~refused
        rising[free.columns] = False
        if not rising.any():
            return weights
        # Of columns that would help alike, the first.
        steepest = np.where(rising, arithmetic.rounded(slope, 30), -np.inf)
        joining = int(np.argmax(steepest))
        if not free.join(joining):
            refused[joining] = True
            continue
        fitted = free.fit()
        if fitted[-1] <= 0:
            # Its slope was rounding.
            free.leave([joining])
            refused[joining] = True
            continue
        weights = _walked(free, weights, fitted)
        refused[:] = False
    raise ValueError("the weights of zero or more were not found")


def _walked(free: _Free, weights: Array, fitted: Array) -> Array:
    """Walk to the free fit, letting go of what reaches zero on the way."""
    found = weights.copy()
    while fitted.min(initial=np.inf) <= 0:
        at = np.array(free.columns)
        falling = np.flatnonzero(fitted <= 0)
        before = found[at]
        parts = before[falling] / (before[falling] - fitted[falling])
        part = float(parts.min())
        found[at] = before + part * (fitted - before)
        gone = falling[parts <= part]
        found[at[gone]] = 0.0
        free.leave(at[gone].tolist())
        fitted = free.fit()
    found[free.columns] = fitted
    return found


class _Free:
    """The columns that are fitted freely, as an orthogonal basis and a triangle."""

    def __init__(self, matrix: Array, target: Array) -> None:
        self._matrix, self._target = matrix, target
        self.columns: list[int] = []
        self._basis = np.zeros((0, len(target)))
        self._triangle = np.zeros((0, 0))

    def join(self, column: int) -> bool:
        """Take a column in; say whether the others do not make it up."""
        given = left = np.ascontiguousarray(self._matrix[:, column])
        shares = np.zeros(len(self._basis))
        # Once more: Gram and Schmidt's steps lose what the first leaves small.
        for _ in range(2):
            more = arithmetic.product(self._basis, left)
            left = left - arithmetic.product(more, self._basis)
            shares = shares + more
        size = float(np.sqrt(arithmetic.dot(left, left)))
        if size <= _FOLLOWS * float(np.sqrt(arithmetic.dot(given, given))):
            return False
        count = len(shares)
        triangle = np.zeros((count + 1, count + 1))
        triangle[:count, :count] = self._triangle
        # Kept turned: a row holds the shares of a column.
        triangle[count, :count], triangle[count, count] = shares, size
        self._triangle = triangle
        self._basis = np.vstack([self._basis, left / size])
        self.columns.append(column)
        return True

    def leave(self, columns: list[int]) -> None:
        """Let some columns go."""
        rest = [one for one in self.columns if one not in columns]
        self.columns = []
        self._basis = self._basis[:0]
        self._triangle = self._triangle[:0, :0]
        for column in rest:
            self.join(column)

    def fit(self) -> Array:
        """Return the free weights, in the order of `columns`."""
        seen = arithmetic.product(self._basis, self._target)
        return arithmetic.backward(self._triangle, seen)
