"""The best-fitting of more combinations than can be compared, and what none can better.

The search goes from the best that were visited to the best neighbour: one hypothesis
more or less, or one in the place of another, until none fits better. That may not be
the best of all. How far the best may lie below it has a bound of its own: with all that
may be uncertain uncertain at once, and shares of what hypotheses move instead of all or
nothing, no combination is nearer to what was observed (the least distance is found by
descent, and made a bound by Frank and Wolfe's, Naval Research Logistics 3, 1956).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from solvency.figures import arithmetic
from solvency.methods.weighing.bound_weights import states_of
from solvency.methods.weighing.metric import Metric
from solvency.methods.weighing.metric import chi2_of
from solvency.methods.weighing.metric import live

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solvency.methods.weighing.likelihood import Model
    from solvency.methods.weighing.marginals import Gathered

    Array = NDArray[np.float64]
    States = NDArray[np.bool_]

#: Combinations the search starts from, and combinations asked at once.
_STARTS, _SOME = 8, 512
#: What fits better by less than this fits alike.
_ALIKE = 1e-6
#: Sweeps of the descent at most, and the share of the distance that it may be off.
_SWEEPS, _NEAR = 2000, 1e-3


def closest(
    case: Model, found: Gathered, chi2s: list[float], *, exact: bool, search: bool
) -> tuple[float, float]:
    """Return the least chi-square of all, or found, and one below which none is.

    Args:
        case: the model.
        found: what was gathered of all combinations, or of those visited.
        chi2s: chi-squares of its best combinations.
        exact: all were compared.
        search: look further where they were not, and find the second; it is nan else.
    """
    best = found.fitting
    if best is None and search:
        best = best_fitting(case, states_of(found.combinations, case.count))
    if best is not None:
        chi2s = [*chi2s, case.log_likelihoods([best])[0][1]]
    least = min(chi2s)
    if exact:
        return least, least
    return least, min(least, no_less(case)) if search else math.nan


def best_fitting(case: Model, visited: States) -> tuple[int, ...]:
    """Return the best-fitting combination that a search finds.

    Args:
        case: the model.
        visited: combinations to start from, without conflicts, shape (n, h).
    """
    chi2 = _chi2(case, visited)
    order = np.argsort(arithmetic.rounded(chi2, 36), kind="stable")[:_STARTS]
    found, least = visited[order[0]], float(chi2[order[0]])
    for start in order.tolist():
        state, value = visited[start], float(chi2[start])
        while True:
            near = _one_by_one(case, state)
            values = _chi2(case, near)
            if values.min() >= value - _ALIKE:
                near = _exchanged(case, state)
                if not len(near):
                    break
                values = _chi2(case, near)
                if values.min() >= value - _ALIKE:
                    break
            at = int(np.argmin(arithmetic.rounded(values, 36)))
            state, value = near[at], float(values[at])
        if value < least - _ALIKE:
            found, least = state, value
    return tuple(np.flatnonzero(found).tolist())


def _chi2(case: Model, states: States) -> Array:
    """Return chi-squares of combinations, shape (n,)."""
    parts = np.array_split(states, max(1, -(-len(states) // _SOME)))
    metrics = (Metric.of(case, live(case, part)) for part in parts)
    return np.concatenate([chi2_of(case.gram, one)[0] for one in metrics])


def _one_by_one(case: Model, state: NDArray[np.bool_]) -> States:
    """Return a combination with each hypothesis turned; what it excludes goes."""
    near = np.repeat(state[None], case.count, axis=0)
    for at in range(case.count):
        near[at, at] = not state[at]
        if near[at, at]:
            near[at] &= case.conflicts[at] == 0
    return near


def _exchanged(case: Model, state: NDArray[np.bool_]) -> States:
    """Return a combination with one hypothesis in the place of another."""
    near = []
    for out in np.flatnonzero(state).tolist():
        for into in np.flatnonzero(~state).tolist():
            one = state & (case.conflicts[into] == 0)
            one[out], one[into] = False, True
            near.append(one)
    return np.array(near, dtype=bool).reshape(len(near), case.count)


def no_less(case: Model) -> float:
    """Return a chi-square below which no combination is."""
    count = len(case.residual)
    joint = np.eye(count)
    for atom in case.atoms:
        joint += arithmetic.square(atom.columns)
    for k in range(case.bases.shape[1]):
        parts = [case.bases[:, k]] if case.bases[:, k].any() else []
        parts += [
            atom.parts[:, atom.shared.index(k)]
            for atom in case.atoms
            if k in atom.shared
        ]
        # The square of a sum is no more than the squares times how many they are.
        joint += len(parts) * arithmetic.square(np.array(parts).reshape(-1, count).T)
    root = arithmetic.cholesky(joint)
    target = arithmetic.forward(root, case.residual)
    if not case.atoms:
        return arithmetic.dot(target, target)
    moves = np.stack([atom.shift for atom in case.atoms], axis=1)
    moves = arithmetic.forward(root, moves)
    return _nearest(moves, target)


def _nearest(moves: Array, target: Array) -> float:
    """Return a bound below the squared distance of shares of some moves from a target.

    Args:
        moves: columns of which shares between 0 and 1 are taken, shape (m, n).
        target: shape (m,).
    """
    lengths = np.add.reduce(moves**2, axis=0)
    shares, left = np.zeros(moves.shape[1]), target.copy()
    bound = 0.0
    for _ in range(_SWEEPS):
        for at in np.flatnonzero(lengths > 0).tolist():
            step = arithmetic.dot(moves[:, at], left) / lengths[at]
            moved = min(1.0, max(0.0, shares[at] + step)) - shares[at]
            shares[at] += moved
            left = left - moved * moves[:, at]
        value = arithmetic.dot(left, left)
        slope = -2.0 * arithmetic.product(moves.T, left)
        # A convex function is above its slopes, and these are least at a corner.
        corner = np.minimum(-slope * shares, slope * (1.0 - shares))
        bound = max(bound, value + float(np.add.reduce(corner)))
        if value - bound <= _NEAR * value:
            break
    return bound
