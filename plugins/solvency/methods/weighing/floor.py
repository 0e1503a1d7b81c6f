"""The least error that an observation is taken to have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

# An error of observation is taken to be no less than this share of the largest amount
# that reaches it: below it the fast method loses the digits that decide.
FLOOR = 1e-5


def floored(
    noise: ArrayLike, seen: Array, brought: Array
) -> tuple[Array, tuple[int, ...]]:
    """Return the errors' covariance with its floor, and what was raised to it.

    Args:
        noise: errors, or their covariance.
        seen: observations, shape (m,).
        brought: the size of the largest amount that reaches each, shape (m,).
    """
    given = np.asarray(noise, dtype=float)
    if given.ndim == 2:
        covariance = given.copy()
    else:
        covariance = np.diag(np.broadcast_to(given, seen.shape) ** 2)
    if covariance.shape != (len(seen), len(seen)) or not np.all(
        np.isfinite(covariance)
    ):
        raise ValueError("each observation needs an error that is a number")
    largest = np.maximum(np.abs(seen), brought)
    # What is nothing and moved by nothing has the size of the others.
    anyhow = max(float(largest.max(initial=0.0)), 1e-140)
    least = (FLOOR * np.where(largest > 0, largest, anyhow)) ** 2
    low = np.flatnonzero(np.diag(covariance) < least)
    covariance[low, low] = least[low]
    return covariance, tuple(int(i) for i in low)
