"""What beliefs are before any observation, where hypotheses exclude one another."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

    from numpy.typing import NDArray


def admitted(
    priors: Sequence[float], excluded: tuple[int, ...]
) -> tuple[NDArray[np.float64], float]:
    """Return each prior with exclusions respected, and the prior they admit.

    Args:
        priors: belief in each hypothesis by itself, shape (h,).
        excluded: for each the bits of those it excludes, both ways.

    Returns:
        Belief in each, shape (h,), given that no two hold that exclude one another,
        and the probability of that; exact.

    Raises:
        ValueError: some that are certain exclude one another.
    """
    weights = [float(p) for p in priors]
    if not any(excluded):
        return np.array(weights), 1.0
    everything = (1 << len(weights)) - 1
    total = _admissible(everything, weights, excluded)
    if not total:
        raise ValueError("hypotheses that are certain exclude one another")
    held = [
        prior
        * _admissible(everything & ~(1 << one) & ~excluded[one], weights, excluded)
        * math.prod(
            1.0 - weights[other]
            for other in range(len(weights))
            if excluded[one] >> other & 1
        )
        for one, prior in enumerate(weights)
    ]
    return np.array(held) / total, total


def _admissible(free: int, priors: list[float], excluded: tuple[int, ...]) -> float:
    """Return the prior probability that no two of some hypotheses clash.

    Decides the one with the most conflicts first, so that what is left falls apart.
    """
    conflicts = {
        one: (excluded[one] & free).bit_count()
        for one in range(len(priors))
        if free >> one & 1
    }
    worst = max(conflicts, key=conflicts.__getitem__, default=-1)
    if worst < 0 or not conflicts[worst]:
        return 1.0
    rest = free & ~(1 << worst)
    shut = math.prod(
        1.0 - priors[other] for other in conflicts if excluded[worst] >> other & 1
    )
    out = _admissible(rest, priors, excluded)
    inside = _admissible(rest & ~excluded[worst], priors, excluded)
    return (1.0 - priors[worst]) * out + priors[worst] * shut * inside


def excluding(exclusions: Iterable[tuple[int, int]], count: int) -> tuple[int, ...]:
    """Return for each of `count` hypotheses the bits of those it excludes.

    Raises:
        ValueError: a pair is of one hypothesis, or of one there is not.
    """
    masks = [0] * count
    for one, other in exclusions:
        if not (0 <= one < count and 0 <= other < count) or one == other:
            raise ValueError(f"hypotheses {one} and {other} cannot exclude one another")
        masks[one] |= 1 << other
        masks[other] |= 1 << one
    return tuple(masks)
